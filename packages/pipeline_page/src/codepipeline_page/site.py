"""The page's answers, request by request. Nothing here opens a socket."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from botocore.exceptions import ClientError
from pydantic import ValidationError

from codepipeline_page.access import Clients
from codepipeline_page.answers import WISHES
from codepipeline_page.artifacts import Artifacts
from codepipeline_page.changes import Changes
from codepipeline_page.findings import findings
from codepipeline_page.guard import READS, ROOT, WRITES, Guard, Request
from codepipeline_page.history import history
from codepipeline_page.logs import log_of
from codepipeline_page.overview import overview
from codepipeline_page.problems import AWS_ERRORS, PageError, explain
from codepipeline_page.resources import resources

STATIC: Final = Path(__file__).with_name("static")
JSON: Final = "application/json"
KINDS: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
SAFE: Final = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)


@dataclass(frozen=True, kw_only=True)
class Response:
    """An answer."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    def all_headers(self) -> tuple[tuple[str, str], ...]:
        """Return its headers, those that every answer has included."""
        return (*SAFE, *self.headers, ("Content-Length", str(len(self.body))))


Read = Callable[..., Any]


class Site:
    """Answers requests about one pipeline."""

    def __init__(self, clients: Clients, pipeline: str, guard: Guard) -> None:
        """Answer whomever ``guard`` lets in."""
        self._clients, self._pipeline, self._guard = clients, pipeline, guard
        artifacts = Artifacts(clients)
        changes = Changes(clients, pipeline, artifacts)
        self._reads: tuple[tuple[re.Pattern[str], set[str], Read], ...] = tuple(
            (re.compile(f"{ROOT}api/{path}"), {*names}, read)
            for path, names, read in (
                (
                    "overview",
                    ("execution",),
                    lambda execution="": overview(clients("codepipeline"), pipeline, execution or None),
                ),
                ("history", (), lambda: history(clients("codepipeline"), pipeline)),
                (
                    "executions/([^/]+)/findings",
                    (),
                    lambda execution: findings(clients, pipeline, artifacts, execution),
                ),
                ("executions/([^/]+)/stages/([^/]+)/changes", (), changes.of),
                (
                    "executions/([^/]+)/runs/([^/]+)/log",
                    ("after",),
                    lambda execution, run, after="": log_of(clients, pipeline, execution, run, after),
                ),
                ("stages/([^/]+)/resources", (), lambda stage: resources(clients, pipeline, stage)),
            )
        )

    def answer(self, request: Request) -> Response:
        """Answer a request, whatever it is."""
        refusal = self._guard.judge(request)
        if refusal is not None:
            return _problem(refusal.status, refusal.problem, *refusal.headers)
        if self._guard.enters(request):
            return Response(status=303, headers=self._guard.grant())
        try:
            return self._write(request) if request.method in WRITES else self._read(request)
        except PageError as error:
            return _problem(404, str(error))
        except AWS_ERRORS as error:
            return _problem(502, explain(error))

    def _read(self, request: Request) -> Response:
        if request.path.removeprefix(f"{ROOT}api/") in WISHES:
            return _problem(405, "This is posted", ("Allow", ", ".join(WRITES)))
        for pattern, names, read in self._reads:
            match = pattern.fullmatch(request.path)
            if match:
                asked = {name: values[0] for name, values in parse_qs(request.query).items()}
                if asked.keys() - names:
                    return _problem(400, f"unknown in the address: {', '.join(sorted(asked))}")
                return _tagged(request, _json(read(*(unquote(each) for each in match.groups()), **asked)))
        return self._file(request)

    def _file(self, request: Request) -> Response:
        name = request.path.removeprefix(ROOT) or "index.html"
        known = {path.name: path for path in STATIC.iterdir()}
        if name not in known or not request.path.startswith(ROOT):
            return _problem(404, "There is no such page")
        kind = ("Content-Type", KINDS[known[name].suffix])
        return _tagged(request, Response(status=200, body=known[name].read_bytes(), headers=(kind,)))

    def _write(self, request: Request) -> Response:
        wish = WISHES.get(request.path.removeprefix(f"{ROOT}api/"))
        if wish is None:
            return _problem(405, "Nothing is posted here", ("Allow", ", ".join(READS)))
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            return _problem(415, f"Expected {JSON}")
        try:
            wanted = wish.model_validate_json(request.body)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(each) for each in first["loc"])
            return _problem(400, f"{place}: {first['msg']}" if place else first["msg"].removeprefix("Value error, "))
        try:
            said = wanted.give(self._clients("codepipeline"), self._pipeline)
        except ClientError as error:
            return _problem(409, explain(error))
        return _json({"done": said})


def _json(value: Any) -> Response:
    body = json.dumps(value, default=asdict, separators=(",", ":"), ensure_ascii=False).encode()
    return Response(status=200, body=body, headers=(("Content-Type", JSON),))


def _problem(status: int, problem: str, *headers: tuple[str, str]) -> Response:
    body = json.dumps({"problem": problem}).encode()
    return Response(status=status, body=body, headers=(("Content-Type", JSON), *headers))


def _tagged(request: Request, response: Response) -> Response:
    """Leave out a body that the page has already."""
    tag = f'"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    headers = (*response.headers, ("ETag", tag))
    if request.headers.get("if-none-match") == tag:
        return Response(status=304, headers=headers)
    return Response(status=response.status, body=response.body, headers=headers)
