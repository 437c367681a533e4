"""The post-receive hook: tells the emulator which branches a push moved. Run by git, on its own, with no packages.

Usage: ``announce.py ENDPOINT OWNER/NAME [MORE]`` with git's lines ``<old> <new> <ref>`` on standard input; MORE is a
JSON object that each announcement carries as well. What it prints reaches the person who pushed, as ``remote: …``. A
push is kept whatever happens here.
"""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping

BRANCH = "refs/heads/"
TIMEOUT_SECONDS = 10
WARNING = "WARNING"


def announce(
    endpoint: str, repository: str, lines: Iterable[str], more: Mapping[str, object] | None = None
) -> list[str]:
    """Announce each branch that moved; return what the person who pushed should read."""
    said = []
    for line in lines:
        before, commit, ref = line.split()
        if not ref.startswith(BRANCH):
            continue
        branch = ref.removeprefix(BRANCH)
        if set(commit) == {"0"}:
            said.append(f"{branch} was deleted; that starts nothing")
            continue
        push = {"repository": repository, "branch": branch, "commit": commit, "before": before, **(more or {})}
        said.extend(_told(endpoint, push))
    return said


def _told(endpoint: str, push: dict[str, object]) -> list[str]:
    request = urllib.request.Request(  # noqa: S310 - the address is the emulator's own, on loopback
        f"{endpoint}/_rehearsal/push",
        data=json.dumps(push).encode(),
        headers={"Content-Type": "application/json"},
    )
    # A proxy of the user's must not see what stays on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TIMEOUT_SECONDS) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as refused:
        return [f"{WARNING}: {push['branch']} was pushed, but the emulator refused it: {refused.read().decode()}"]
    except OSError as unreachable:
        reason = getattr(unreachable, "reason", unreachable)
        warning = (
            f"{WARNING}: {push['branch']} was pushed, but no pipeline started: "
            f"the emulator does not answer on {endpoint} ({reason}). Start the rehearsal and push again"
        )
        return [warning]
    started, said = answer["started"], answer.get("said", [])
    if not started and not said:
        return [f"no pipeline follows {push['repository']} {push['branch']}"]
    executions = [f"pipeline {each['pipeline']}: execution {each['pipelineExecutionId']} started" for each in started]
    return [*said, *executions]


if __name__ == "__main__":
    extra = json.loads(sys.argv[3]) if len(sys.argv) > 3 else {}  # noqa: PLR2004 - the usage names three
    for sentence in announce(sys.argv[1], sys.argv[2], sys.stdin, extra):
        sys.stderr.write(f"{sentence}\n")
