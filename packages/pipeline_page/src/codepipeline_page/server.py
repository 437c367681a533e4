"""The page's HTTP server, on loopback alone."""

import logging
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from codepipeline_page.guard import Request
from codepipeline_page.site import Response, Site

ADDRESS = "127.0.0.1"
LARGEST = 16 * 1024
IDLE_SECONDS = 30

log = logging.getLogger(__name__)


class Server(ThreadingHTTPServer):
    """Serves a site that is set once the port is known."""

    daemon_threads = True
    site: Site

    def __init__(self, port: int) -> None:
        """Listen at ``port``, or at a free one for 0. Raises OSError where it is taken."""
        super().__init__((ADDRESS, port), Handler)

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self.server_address[1]
        return port


class Handler(BaseHTTPRequestHandler):
    """Turns HTTP into requests of the site, and its responses into HTTP."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "page", ""
    timeout = IDLE_SECONDS
    server: Server

    def _answer(self) -> None:
        refused = self._unreadable()
        if refused is not None:
            self.close_connection = True
            self._send(refused)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path, _, query = self.path.partition("?")
        names = {name.lower() for name in self.headers}
        headers = {name: ", ".join(self.headers.get_all(name, [])) for name in names}
        try:
            response = self.server.site.answer(
                Request(method=self.command, path=path, query=query, headers=headers, body=body)
            )
        except Exception:
            log.exception("%s %s", self.command, path)
            response = Response(status=500, body=b'{"problem":"The page itself failed; its log says how"}')
        self._send(response)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = do_CONNECT = _answer  # noqa: N815 - the base class calls them so

    def _unreadable(self) -> Response | None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            return Response(status=411)
        return Response(status=413) if int(length) > LARGEST else None

    def _send(self, response: Response) -> None:
        self.send_response_only(response.status)
        for name, value in response.all_headers():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing of requests: their first line may hold the token."""
