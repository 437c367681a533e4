"""A user's own proxy on loopback. Whatever host it is asked for, it connects to one server that it brings itself."""

import datetime as dt
import http.server
import socket
import socketserver
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives import serialization
from tests.door.site import free_port

from cdk_rehearsal.door.authority import Authority

USER = "Basic bWU6cHc="  # me:pw


class Hello(http.server.BaseHTTPRequestHandler):
    """Answers every request."""

    def do_GET(self) -> None:
        body = f"hello {self.headers['Host']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class OwnProxy:
    """Serves CONNECT by a TLS server with an authority of its own, and absolute URLs by itself."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        self.port = free_port()
        self.url = f"http://me:pw@127.0.0.1:{self.port}"
        authority = Authority(folder, now=dt.datetime.now(dt.UTC))
        self.trust = folder / "own.pem"
        self.trust.write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
        self._context = authority.context("allowed.example")
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", self.port), self._handle, bind_and_activate=False)  # type: ignore[arg-type]  # a handler need only be called
        self._server.allow_reuse_address = self._server.daemon_threads = True
        self._server.server_bind()
        self._server.server_activate()
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handle(self, client: socket.socket, address: tuple[str, int], server: socketserver.TCPServer) -> None:
        head = client.recv(65536, socket.MSG_PEEK).decode(errors="replace")
        self.asked.append(head.partition("\r\n")[0])
        if f"authorization: {USER}".lower() not in head.lower():
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        elif head.startswith("CONNECT "):
            client.recv(len(head))
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            with self._context.wrap_socket(client, server_side=True) as tls:
                Hello(tls, address, server)
        else:
            Hello(client, address, server)
