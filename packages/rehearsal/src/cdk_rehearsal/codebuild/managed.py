"""Builds that another service starts on machines of its own: CodePipeline's for the Commands action."""

from cdk_rehearsal.codebuild.order import Assume
from cdk_rehearsal.codebuild.service import Builds
from cdk_rehearsal.emulator.contracts import Call, Json

_provided: list[Builds] = []


def provide(builds: Builds) -> None:
    """Say what runs builds in this emulator."""
    _provided[:] = [builds]


def start(call: Call, project: Json, assume: Assume) -> Json:
    """Start a build of ``project``, which is in no list, with the credentials that ``assume`` answers; return it."""
    (builds,) = _provided
    return builds.start_managed(call, project, assume)


def look(call: Call) -> Json:
    """Return the build whose id is the one of ``ids`` in the call's payload."""
    (builds,) = _provided
    found: Json = builds.get(call)["builds"][0]
    return found
