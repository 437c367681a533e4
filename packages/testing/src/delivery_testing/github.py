"""GitHub's REST API as far as the comment needs it, on loopback, with its limits and its failures."""

import io
import json
import re
import sys
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

REPOSITORY = "team/product"
FORK = "somebody/product"
BOT = "github-actions[bot]"
TOKEN = "a-token-of-this-test"
RUN = 42


@dataclass
class Answer:
    """What is answered instead of the truth: a status, headers, and perhaps a body."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"


@dataclass
class GitHub:
    """What there is, and what was asked."""

    address: str = ""
    pulls: list[dict[str, Any]] = field(default_factory=list)
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    artifacts: list[dict[str, Any]] = field(default_factory=list)
    archives: dict[int, bytes] = field(default_factory=dict)
    files: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    faults: list[Answer | None] = field(default_factory=list)
    """Taken one a request; None lets a request through."""
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)

    def pull(self, number: int, commit: str, *, branch: str = "feature", repository: str = FORK) -> None:
        head = {"sha": commit, "ref": branch, "repo": {"full_name": repository}}
        self.pulls.append({"number": number, "head": head, "user": {"login": "somebody"}})
        self.comments.setdefault(number, [])
        self.files.setdefault(number, [{"filename": "tap_stack/bucket.py"}])

    def artifact(
        self, name: str, commit: str, content: bytes, *, id_: int = 7, listed: Mapping[str, Any] | None = None
    ) -> None:
        truth = {"id": id_, "name": name, "size_in_bytes": len(content), "expired": False}
        self.artifacts.append({**truth, "workflow_run": {"id": RUN, "head_sha": commit}, **(listed or {})})
        self.archives[id_] = content

    def comment(self, number: int, login: str, body: str) -> int:
        id_ = 1000 + sum(len(comments) for comments in self.comments.values())
        self.comments[number].append({"id": id_, "user": {"login": login}, "body": body})
        return id_

    def bodies(self, number: int) -> list[tuple[str, str]]:
        return [(comment["user"]["login"], comment["body"]) for comment in self.comments[number]]


def archive(files: Mapping[str, bytes | str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in files.items():
            file.writestr(name, text)
    return content.getvalue()


class _Handler(BaseHTTPRequestHandler):
    github: GitHub
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name that the library gives it
        """Nothing is printed."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        document = json.loads(self.rfile.read(length)) if length else None
        github = self.github
        github.asked.append((self.command, self.path, self.headers.get("Authorization")))
        fault = github.faults.pop(0) if github.faults else None
        answer = fault or self._truth(document)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - the names that the library calls

    def _truth(self, document: Any) -> Answer:
        parts = urlsplit(self.path)
        if parts.path.startswith("/files/"):
            return Answer(200, body=self.github.archives[int(parts.path.removeprefix("/files/"))])
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Answer(401)
        path = parts.path.removeprefix(f"/api/repos/{REPOSITORY}/")
        for pattern, found in self._routes(parse_qs(parts.query), document).items():
            match = re.fullmatch(pattern, f"{self.command} {path}")
            if match:
                answer = found(*(int(group) for group in match.groups()))
                return answer if isinstance(answer, Answer) else Answer(200, body=json.dumps(answer).encode())
        return Answer(404)

    def _routes(self, query: Mapping[str, list[str]], document: Any) -> dict[str, Any]:
        github = self.github
        page, size = int(query.get("page", ["1"])[0]), int(query.get("per_page", ["30"])[0])

        def paged(items: list[Any]) -> list[Any]:
            return items[(page - 1) * size : page * size]

        def edited(id_: int) -> Any:
            for comments in github.comments.values():
                for comment in comments:
                    if comment["id"] == id_:
                        comment["body"] = document["body"]
                        return comment
            return Answer(404)

        def deleted(id_: int) -> Answer:
            for comments in github.comments.values():
                comments[:] = [comment for comment in comments if comment["id"] != id_]
            return Answer(204, body=b"")

        def pulls() -> list[Any]:
            owner, _, branch = unquote(query["head"][0]).partition(":")
            return paged(
                [
                    pull
                    for pull in github.pulls
                    if pull["head"]["ref"] == branch
                    and ((pull["head"]["repo"] or {}).get("full_name", "/").partition("/")[0] in {owner, ""})
                ]
            )

        return {
            r"GET pulls": pulls,
            rf"GET actions/runs/{RUN}/artifacts": lambda: {"artifacts": github.artifacts},
            r"GET actions/artifacts/(\d+)/zip": lambda id_: Answer(302, {"Location": f"{github.address}/files/{id_}"}),
            r"GET pulls/(\d+)/files": lambda number: paged(github.files[number]),
            r"GET issues/(\d+)/comments": lambda number: paged(github.comments[number]),
            r"POST issues/(\d+)/comments": lambda number: {"id": github.comment(number, BOT, document["body"])},
            r"PATCH issues/comments/(\d+)": edited,
            r"DELETE issues/comments/(\d+)": deleted,
        }


class _Server(ThreadingHTTPServer):
    """Says nothing of a client that hung up: what it would print is no output of the command under test."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def served() -> Iterator[GitHub]:
    """GitHub, answering on a free port of loopback."""
    github = GitHub()
    handler = type("Handler", (_Handler,), {"github": github})
    with _Server(("127.0.0.1", 0), handler) as server:
        github.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield github
        finally:
            server.shutdown()
            thread.join()


def event(folder: Path, commit: str, **run: Any) -> Path:
    """The file of a ``workflow_run`` event for a run on ``commit`` of a fork."""
    details = {
        "id": RUN,
        "event": "pull_request",
        "conclusion": "success",
        "head_sha": commit,
        "head_branch": "feature",
        "head_repository": {"full_name": FORK},
        "html_url": f"https://github.example/{REPOSITORY}/actions/runs/{RUN}",
    }
    file = folder / "event.json"
    file.write_text(json.dumps({"repository": {"full_name": REPOSITORY}, "workflow_run": details | run}))
    return file
