"""Which project each call is authorised on.

By `actions, resources, and condition keys for AWS CodeBuild
<https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodebuild.html>`_, operations on builds are
authorised on the builds' project.
"""

from cdk_rehearsal.emulator.contracts import Call


def authorised_project(call: Call) -> str:
    """Return the ARN of the project a call is about; ``*`` where it names none, or several."""
    payload = call.payload
    builds = [*payload.get("ids", []), *([payload["id"]] if "id" in payload else [])]
    names = {build.partition(":build/")[2].rpartition(":")[0] or build.rpartition(":")[0] for build in builds}
    names |= {_name(given) for given in payload.get("names", [])}
    names |= {_name(payload[key]) for key in ("projectName", "name") if key in payload}
    if len(names) != 1:
        return "*"
    return f"arn:aws:codebuild:{call.region}:{call.account}:project/{names.pop()}"


def _name(given: str) -> str:
    return given.partition(":project/")[2] or given
