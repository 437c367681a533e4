"""The page's routes as a Starlette application, protected by :mod:`codepipeline_page.authorization`."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import ClientError
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from codepipeline_page.access import Clients
from codepipeline_page.answers import COMMANDS
from codepipeline_page.artifacts import Artifacts
from codepipeline_page.authorization import ROOT, Authorization, Authorized, header
from codepipeline_page.changes import Changes
from codepipeline_page.findings import findings
from codepipeline_page.history import history
from codepipeline_page.logs import log_of, whole_log
from codepipeline_page.overview import overview
from codepipeline_page.problems import AWS_ERRORS, PageError, explain, problem
from codepipeline_page.resources import resources

STATIC: Final = Path(__file__).with_name("static")
JSON: Final = "application/json"
TYPES: Final = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
RUN: Final = "executions/{execution}/runs/{run}"

Read = Callable[..., Any]
Endpoint = Callable[[Request], Awaitable[Response]]


def site(clients: Clients, pipeline: str, authorization: Authorization) -> ASGIApp:
    """Return the application that shows ``pipeline`` to whoever ``authorization`` accepts."""
    artifacts = Artifacts(clients)
    changes = Changes(clients, pipeline, artifacts)
    reads: tuple[tuple[str, set[str], Read], ...] = (
        (
            "overview",
            {"execution"},
            lambda execution="": overview(clients("codepipeline"), pipeline, execution or None),
        ),
        ("history", set(), lambda: history(clients("codepipeline"), pipeline)),
        (
            "executions/{execution}/findings",
            set(),
            lambda execution: findings(clients, pipeline, artifacts, execution),
        ),
        ("executions/{execution}/stages/{stage}/changes", set(), changes.of),
        (f"{RUN}/log", {"after"}, lambda execution, run, after="": log_of(clients, pipeline, execution, run, after)),
        ("stages/{stage}/resources", set(), lambda stage: resources(clients, pipeline, stage)),
    )
    routes = [Route(f"{ROOT}api/{path}", _read(read, names), methods=["GET"]) for path, names, read in reads]
    routes += [Route(f"{ROOT}api/{RUN}/log.txt", _download(clients, pipeline), methods=["GET"])]
    routes += [
        Route(f"{ROOT}api/{name}", _write(command, clients, pipeline), methods=["POST"])
        for name, command in COMMANDS.items()
    ]
    routes += [Route(f"{ROOT}{path.name}", _file(path), methods=["GET"]) for path in sorted(STATIC.iterdir())]
    routes += [Route(ROOT, _file(STATIC / "index.html"), methods=["GET"])]
    handlers: dict[Any, Any] = {HTTPException: _not_routed, PageError: _not_found, Exception: _failed}
    handlers |= dict.fromkeys(AWS_ERRORS, _refused_by_aws)
    return Authorized(Starlette(routes=routes, exception_handlers=handlers), authorization)


def _read(read: Read, names: set[str]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        asked = dict(request.query_params)
        if asked.keys() - names:
            return problem(400, f"{', '.join(sorted(asked.keys() - names))}: unknown in the address; remove it")
        value = await run_in_threadpool(read, **request.path_params, **asked)
        body = json.dumps(value, default=asdict, separators=(",", ":"), ensure_ascii=False).encode()
        return _tagged(request, body, JSON)

    return endpoint


def _file(path: Path) -> Endpoint:
    body = path.read_bytes()

    async def endpoint(request: Request) -> Response:
        return _tagged(request, body, TYPES[path.suffix])

    return endpoint


def _download(clients: Clients, pipeline: str) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        execution, run = request.path_params["execution"], request.path_params["run"]
        parts = whole_log(clients, pipeline, execution, run)
        # The first part is read before the response begins, so that an error still has a status of its own.
        first = await run_in_threadpool(next, parts, "")
        disposition = f'attachment; filename="{pipeline}-{execution[:8]}-{run[:8]}.log"'
        return StreamingResponse(
            _to_the_end(first, parts), media_type="text/plain", headers={"Content-Disposition": disposition}
        )

    return endpoint


def _to_the_end(first: str, rest: Iterator[str]) -> Iterable[str]:
    try:
        yield from chain((first,), rest)
    except AWS_ERRORS as error:
        yield f"[codepipeline-page] the log is incomplete: {explain(error)}\n"


def _write(command: Any, clients: Clients, pipeline: str) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if (header(request, "content-type") or "").partition(";")[0].strip().lower() != JSON:
            return problem(415, f"content-type: not {JSON}; send JSON")
        try:
            wanted = command.model_validate_json(await request.body())
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(each) for each in first["loc"])
            return problem(400, f"{place}: {first['msg']}" if place else first["msg"].removeprefix("Value error, "))
        try:
            done = await run_in_threadpool(wanted.send, clients("codepipeline"), pipeline)
        except ClientError as error:
            return problem(409, explain(error))
        return Response(json.dumps({"done": done}, ensure_ascii=False), media_type=JSON)

    return endpoint


def _tagged(request: Request, body: bytes, kind: str) -> Response:
    """Return the body with its ETag, or 304 if the browser has it already."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if header(request, "if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, media_type=kind, headers={"ETag": tag})


async def _not_routed(_: Request, error: HTTPException) -> Response:
    if error.status_code == 405:  # noqa: PLR2004 - HTTP's own number
        allowed = ", ".join(sorted((error.headers or {})["Allow"].split(", ")))
        return problem(405, "method: not allowed at this address", Allow=allowed)
    return problem(error.status_code, "address: not found")


async def _not_found(_: Request, error: PageError) -> Response:
    return problem(404, str(error))


async def _refused_by_aws(_: Request, error: Exception) -> Response:
    return problem(502, explain(error))


async def _failed(_: Request, __: Exception) -> Response:
    return problem(500, "the page itself failed; its log has the traceback")
