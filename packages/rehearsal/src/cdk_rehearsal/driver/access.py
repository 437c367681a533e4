"""Writes the granted and used permissions of a rehearsal's roles."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cdk_rehearsal.access.explained import FILE, explain, read_explanations
from cdk_rehearsal.access.page import markdown
from cdk_rehearsal.access.records import records
from cdk_rehearsal.access.report import Document, compare
from cdk_rehearsal.driver.assembly import Assembly
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.source.announce import TOKEN_HEADER

PATIENCE_SECONDS = 30


def write_access(folders: Folders, assembly: Assembly, config: EmulatorConfig, app: Path) -> str:
    """Write ``access.json`` and ``access.md``; return the line that says where they are and what they hold.

    What the repository ``app`` explains stands beside what was not used.
    """
    recorded = _recorded(config)
    granted: dict[str, dict[str, Document]] = {}
    for account in sorted({each.account for each in assembly.environments()}):
        iam = client("iam", endpoint=config.endpoint, region=config.region, credentials=config.root(account))
        granted |= _granted(iam)
    compared = compare(granted, records(recorded["asked"]), left_out=recorded["left_out"])
    found = explain(compared, read_explanations(app / FILE))
    page = folders.access.with_suffix(".md")
    folders.access.write_text(json.dumps(found, indent=2) + "\n")
    page.write_text(markdown(found))
    denied = sum(len(each["denied"]) for each in found["principals"])
    unused = [grant for each in found["principals"] for grant in each["unused"]]
    open_ = len([grant for grant in unused if not grant["explained"]])
    stale = f", {len(found['stale_explanations'])} explanations of nothing" if found["stale_explanations"] else ""
    counted = f"{denied} denied, {len(unused)} statements wider than used, {open_} of them not explained{stale}"
    return f"who may do what, and did it: {page} ({counted})"


def _recorded(config: EmulatorConfig) -> dict[str, Any]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(f"{config.endpoint}/_rehearsal/access", headers={TOKEN_HEADER: config.token})  # noqa: S310 - loopback
    with opener.open(request, timeout=PATIENCE_SECONDS) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def _granted(iam: Any) -> dict[str, dict[str, Document]]:
    known: dict[str, Document] = {}
    return {
        role["Arn"]: dict(_policies(iam, role["RoleName"], known))
        for page in iam.get_paginator("list_roles").paginate()
        for role in page["Roles"]
    }


def _policies(iam: Any, role: str, known: dict[str, Document]) -> Iterator[tuple[str, Document]]:
    for page in iam.get_paginator("list_role_policies").paginate(RoleName=role):
        for name in page["PolicyNames"]:
            yield name, iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=role):
        for attached in page["AttachedPolicies"]:
            arn = attached["PolicyArn"]
            if arn not in known:
                version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
                known[arn] = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
            yield arn, known[arn]
