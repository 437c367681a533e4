"""The network of a sandbox: loopback, on which the door outside listens."""

import json
import os
import socket
from collections.abc import Iterable

from cdk_rehearsal.sandbox.specification import DNS, Listener

LOOPBACK = "127.0.0.1"
MOST = 253  # file descriptors in one message (SCM_MAX_FD)


def open_listeners(listeners: Iterable[Listener]) -> list[socket.socket]:
    """Open the sockets in this process's network namespace."""
    return [_listener(each) for each in listeners]


def hand_to_door(door: str, listeners: tuple[Listener, ...]) -> socket.socket:
    """Pass the listening sockets to the door, which serves them until the returned connection closes."""
    sockets = open_listeners(listeners)
    connection = connect(door)
    message = json.dumps([each.role for each in listeners]).encode()
    socket.send_fds(connection, [message], [each.fileno() for each in sockets])
    for each in sockets:
        each.close()
    if connection.recv(1) != b"+":
        raise ConnectionError(f"{door}: the door did not take the sandbox's listeners; is the rehearsal still running?")
    return connection


def connect(path: str) -> socket.socket:
    """Connect to a UNIX socket whose path may be longer than such an address may be."""
    folder = os.open(os.path.dirname(path), os.O_PATH | os.O_DIRECTORY)
    try:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(f"/proc/self/fd/{folder}/{os.path.basename(path)}")
    finally:
        os.close(folder)
    return connection


def _listener(listener: Listener) -> socket.socket:
    if listener.port == DNS:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind((LOOPBACK, listener.port))
        return udp
    return socket.create_server((LOOPBACK, listener.port), backlog=128)
