"""Every policy that has a say in a deployment agrees with the others; what does not is one line each."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.contract.agreement.acting import LINKED, LOG_BUCKET, PASSED, WEB_ACL_LOGS
from tests.contract.agreement.handlers import calls, judged_on
from tests.contract.agreement.key_uses import KEY_USES, KeyUse
from tests.contract.agreement.policies import Request, Statement, allows, like
from tests.contract.agreement.services import acting_on
from tests.contract.agreement.stacks import Stack
from tests.contract.agreement.walking import references
from tests.stages import configured_stages
from tests.synthesis import ROOT, as_list

TOOLS, STAGE = ("tools",), ("stage-access", "stage-data", "stage-network")
POLICY_HOLDERS = ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::KMS::Key", "AWS::S3::BucketPolicy")
"""The types whose properties name keys and roles in policies: there they are subjects, not what a service uses."""
KEY_KINDS = ("AWS::KMS::Alias", "AWS::KMS::Key")


@dataclass
class Findings:
    """What does not agree, and how much was looked at."""

    lines: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    used: set[object] = field(default_factory=set)


def deployer(files: tuple[str, ...]) -> list[Statement]:
    """Return the statements of the shipped policies that CloudFormation works under."""
    documents = [json.loads((ROOT / "bootstrap" / f"{name}.json").read_text()) for name in files]
    return [statement for document in documents for statement in document["Statement"]]


def judge(
    stacks: Sequence[Stack],
    *,
    unused: list[str],
    unused_in_tools: list[str],
    boundary: list[Statement] | None = None,
    policies: Callable[[tuple[str, ...]], list[Statement]] = deployer,
) -> Findings:
    """Hold every one of ``stacks``, which are a whole delivery, against the policies of its account.

    ``unused`` are patterns of actions for properties that no template has, ``unused_in_tools`` more of them for the
    pipeline's stacks, and ``boundary`` the statements of the permissions boundary under which CloudFormation's role is,
    if it is under one.
    """
    findings = Findings()
    workloads = {stage.stack_name for stage in configured_stages()}
    below = {*workloads, *(f"{name}-firewall" for name in workloads)}
    pipeline = {stack.account for stack in stacks if stack.name not in below}
    stages = {stack.account for stack in stacks if stack.name in workloads}
    for stack in stacks:
        skipped = unused if stack.name in below else [*unused, *unused_in_tools]
        files = (TOOLS if stack.account in pipeline else ()) + (STAGE if stack.account in stages else ())
        view = View(stack=stack, statements=policies(files), boundary=boundary, findings=findings)
        findings.seen["stacks"] += 1
        findings.seen["statements"] += len(view.statements)
        for id_, resource in stack.resources.items():
            if not resource["Type"].startswith("Custom::"):
                findings.seen["resources"] += 1
                view.judge(id_, resource, skipped)
    return findings


@dataclass(frozen=True)
class View:
    """One stack under the policies of its account."""

    stack: Stack
    statements: list[Statement]
    boundary: list[Statement] | None
    findings: Findings

    def judge(self, id_: str, resource: Mapping[str, Any], unused: list[str]) -> None:
        """Hold one resource against every policy."""
        kind = resource["Type"]
        where = f"{self.stack.name} in {self.stack.account} {self.stack.region}: {id_} ({kind})"
        self._handlers(where, id_, kind, unused)
        if kind not in POLICY_HOLDERS:
            self._keys(where, kind, id_)
            self._roles(where, kind, id_)
        if kind in LINKED:
            self.findings.used.add(kind)
            context = {"iam:awsservicename": LINKED[kind]}
            arn = f"arn:aws:iam::{self.stack.account}:role/aws-service-role/{LINKED[kind]}/x1"
            self._may(where, "iam:CreateServiceLinkedRole", arn, context)
        for line in acting_on(self.stack, kind, resource["Properties"]):
            self.findings.lines.append(f"{where}: {line}")
        if kind == "AWS::WAFv2::LoggingConfiguration":
            for action in WEB_ACL_LOGS:
                self._may(where, action, "*", {})
        if kind == "AWS::CloudFront::Distribution":
            bucket = resource["Properties"]["DistributionConfig"]["Logging"]["Bucket"].partition(".")[0]
            (log_bucket,) = [own for own in self.stack.of_type("AWS::S3::Bucket") if bucket == own]
            for action in LOG_BUCKET:
                self._may(where, action, self.stack.arns(log_bucket)[0], {})

    def _may(self, where: str, action: str, resource: str, context: Mapping[str, str]) -> None:
        self.findings.seen["questions"] += 1
        request = Request(action=action, resource=resource, context=context)
        if not allows(self.statements, request):
            self.findings.lines.append(f"{where}: bootstrap/ does not allow {action} on {resource} {dict(context)}")
        if self.boundary is not None and not allows(self.boundary, request):
            self.findings.lines.append(f"{where}: the boundary does not allow {action} on {resource}")

    def _handlers(self, where: str, id_: str, kind: str, unused: list[str]) -> None:
        arns = self.stack.arns(id_)
        policy = f"arn:aws:iam::{self.stack.account}:policy/{self.stack.name}-x1"
        for action in sorted(calls(kind)):
            service = action.partition(":")[0]
            if service == "kms" and kind not in KEY_KINDS:
                continue  # asked with what the service sets, below
            if action in ("iam:PassRole", "iam:CreateServiceLinkedRole") or any(like(each, action) for each in unused):
                continue
            judged = list(judged_on(action, arns))
            if not judged and not any(like(each, action) for s in self.statements for each in as_list(s["Action"])):
                self.findings.lines.append(f"{where}: bootstrap/ does not allow {action} on anything")
            for resource in judged:
                self._may(where, action, resource, {"iam:policyarn": policy})

    def _keys(self, where: str, kind: str, id_: str) -> None:
        template = self.stack.template["Resources"]
        asked = {action for action in calls(kind) if action.startswith("kms:")}
        for path, key in references(template[id_].get("Properties", {}), template, "AWS::KMS::Key"):
            rows = [row for row in KEY_USES if (row.kind, row.prop) == (kind, path)]
            if not rows:
                self.findings.lines.append(
                    f"{where}: {path} names a key, and no row of key_uses.py says what it is for"
                )
            for row in rows:
                self._key(where, row, key, arn=self.stack.arns(key)[0], group=self.stack.arns(id_))
        rows = [row for row in KEY_USES if row.kind == kind]
        left = asked - {action for row in rows for action in (*row.by_deployer, *row.by_users)}
        if rows and left and kind not in KEY_KINDS:
            self.findings.lines.append(f"{where}: the handlers call {', '.join(sorted(left))}; no row has it")

    def _key(self, where: str, row: KeyUse, key: str, *, arn: str, group: tuple[str, ...]) -> None:
        self.findings.seen["keys"] += 1
        self.findings.used.add(row)
        statements = self.stack.of_type("AWS::KMS::Key")[key]["KeyPolicy"]["Statement"]
        account = f"arn:aws:iam::{self.stack.account}:root"
        via = {
            "kms:viaservice": f"{row.via}.{self.stack.region}.amazonaws.com",
            "kms:calleraccount": self.stack.account,
            "kms:grantisforawsresource": "true",
        }
        for action in (*row.by_deployer, *row.by_users):
            request = Request(action=action, resource=arn, context=via, principal=account)
            if not allows(statements, request):
                self.findings.lines.append(f"{where}: the policy of {key} does not allow {action} through {row.via}")
        for action in row.by_deployer:
            self._may(where, action, arn, via)
        service = row.service.format(region=self.stack.region)
        for action in row.by_service:
            context = {"kms:encryptioncontext:aws:logs:arn": group[-1]}
            request = Request(action=action, resource=arn, context=context, principal=service)
            if not allows(statements, request):
                self.findings.lines.append(f"{where}: the policy of {key} does not allow {action} to {service}")

    def _roles(self, where: str, kind: str, id_: str) -> None:
        template = self.stack.template["Resources"]
        for path, role in references(template[id_].get("Properties", {}), template, "AWS::IAM::Role"):
            service = PASSED.get((kind, path))
            if service is None:
                self.findings.lines.append(
                    f"{where}: {path} names a role, and no row of acting.py says who takes it on"
                )
                continue
            self.findings.seen["roles"] += 1
            self.findings.used.add((kind, path))
            self._may(where, "iam:PassRole", self.stack.arns(role)[0], {"iam:passedtoservice": service})
            trust = self.stack.of_type("AWS::IAM::Role")[role]["AssumeRolePolicyDocument"]["Statement"]
            trusted = [each for statement in trust for each in as_list(statement["Principal"].get("Service", []))]
            if service not in trusted:
                self.findings.lines.append(f"{where}: the trust of {role} does not name {service}")
