"""Loaded by every Python that finds this folder on its path: records and refuses what is not loopback."""

import json
import os
import sys

LOOPBACK = ("127.", "::1", "localhost")


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    if not isinstance(address, tuple) or str(address[0]).startswith(LOOPBACK):
        return
    with open(os.environ["OUTBOUND_RECORD"], "a") as record:
        record.write(json.dumps({"program": sys.argv[0], "host": address[0]}) + "\n")
    raise ConnectionRefusedError(f"{address[0]} is not on this machine")


sys.addaudithook(_watch)
