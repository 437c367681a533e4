"""Internal HTTP routes beside the AWS APIs, for the rehearsal's own processes such as a git hook."""

from collections.abc import Callable

from cdk_rehearsal.emulator.contracts import Json

PREFIX = "/_rehearsal/"
Route = Callable[[Json], Json]

_routes: dict[tuple[str, str], Route] = {}


def add_route(path: str, handle: Route, *, method: str = "POST") -> None:
    """Serve ``/_rehearsal/<path>``: JSON in, JSON out, on a thread of its own, to whoever sends the token.

    The route acts for no account; use :func:`cdk_rehearsal.emulator.hooks.scope` inside. A
    :class:`~cdk_rehearsal.emulator.contracts.ServiceError` answers its status and ``{"code": …, "message": …}``.
    """
    _routes[method, PREFIX + path.lstrip("/")] = handle


def find_route(method: str, path: str) -> Route | None:
    """Return what serves a request, if anything does."""
    return _routes.get((method, path))
