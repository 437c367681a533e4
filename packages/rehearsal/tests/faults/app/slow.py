import json
import time
import urllib.request
from typing import Any


def handler(event: dict[str, Any], _context: object) -> None:
    time.sleep(1.5)
    answer = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {"Status": "SUCCESS", "PhysicalResourceId": "late"}
    request = urllib.request.Request(event["ResponseURL"], data=json.dumps(answer).encode(), method="PUT")  # noqa: S310 - CloudFormation's
    urllib.request.urlopen(request).close()  # noqa: S310 - likewise
