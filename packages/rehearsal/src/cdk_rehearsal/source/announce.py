"""The post-receive hook: tells the emulator which branches a push moved. Run by git, on its own, with no packages.

Usage: ``announce.py ENDPOINT TOKEN_FILE OWNER/NAME [MORE]`` with git's lines ``<old> <new> <ref>`` on standard input;
TOKEN_FILE holds the token of the emulator's own routes, and MORE is a JSON object that each announcement carries as
well. What it prints reaches the person who pushed, as ``remote: …``. A push is kept whatever happens here.
"""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path

BRANCH = "refs/heads/"
TIMEOUT_SECONDS = 10
TOKEN_HEADER = "X-Rehearsal-Token"  # noqa: S105 - the name of a header
WARNING = "WARNING"


def announce(
    endpoint: str, token: str, repository: str, lines: Iterable[str], more: Mapping[str, object] | None = None
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
        said.extend(_told(endpoint, token, push))
    return said


def read_token(file: Path) -> str:
    """Return the token; empty where there is none, so that the emulator's refusal is what the pusher reads."""
    try:
        return file.read_text()
    except OSError:
        return ""


def _told(endpoint: str, token: str, push: dict[str, object]) -> list[str]:
    request = urllib.request.Request(  # noqa: S310 - the address is the emulator's own, on loopback
        f"{endpoint}/_rehearsal/push",
        data=json.dumps(push).encode(),
        headers={"Content-Type": "application/json", TOKEN_HEADER: token},
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
    extra = json.loads(sys.argv[4]) if len(sys.argv) > 4 else {}  # noqa: PLR2004 - the usage names four
    for sentence in announce(sys.argv[1], read_token(Path(sys.argv[2])), sys.argv[3], sys.stdin, extra):
        sys.stderr.write(f"{sentence}\n")
