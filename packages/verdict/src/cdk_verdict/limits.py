"""``access-limits.yaml``: what no role may ever do, decided on one assembly.

A file is a list of limits::

    - limit: Only operators delete keys
      actions: [kms:ScheduleKeyDeletion, kms:DisableKey]
      except: ["*/Operators/*"]
    - limit: No function reads the database's secret
      actions: [secretsmanager:GetSecretValue]
      resources: [construct:TapPipeline/Prod/Tap/Database/Secret]
      who: functions
    - limit: Nobody outside of these accounts assumes a role
      actions: ["sts:AssumeRole*"]
      who: outsiders

``resources`` are ARNs with wildcards, or construct paths; without them, every resource. ``who`` is ``identities`` (the
default: roles, users, and groups), ``functions`` (the roles of Lambda functions), or ``outsiders`` (whoever is not of
the app's accounts). ``except`` are construct paths, with wildcards.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

import yaml

from cdk_assembly import Assembly, Stack
from cdk_verdict.access.collecting import Holder, holders
from cdk_verdict.access.deciding import Growth, Policies, growth
from cdk_verdict.access.patterns import UndecidedError
from cdk_verdict.access.principals import SELF, STRANGER
from cdk_verdict.access.statements import parse_document
from cdk_verdict.access.text import Texts
from cdk_verdict.errors import VerdictError
from cdk_verdict.model import Kind, Observation, Outcome, Subject, Witness

FILE: Final = "access-limits.yaml"
ENDPOINT: Final = "AWS::EC2::VPCEndpoint"
"""Its policy limits what passes, and grants nothing by itself."""
WHO: Final = ("identities", "functions", "outsiders")
FIELDS: Final = frozenset({"limit", "actions", "resources", "who", "except"})
CONSTRUCT: Final = "construct:"
ALL: Final[Mapping[str, Any]] = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_LOGS: Final = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
MANAGED: Final[Mapping[str, Any]] = {
    "policy/AdministratorAccess": ALL,
    "policy/service-role/AWSLambdaBasicExecutionRole": {
        "Statement": [{"Effect": "Allow", "Action": _LOGS, "Resource": "*"}]
    },
}
"""AWS managed policies whose content is known (AWS Managed Policy Reference)."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What nobody of ``who`` may do, apart from ``exceptions``; ``sentence`` says it to an auditor."""

    sentence: str
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ()
    who: str = "identities"
    exceptions: tuple[str, ...] = ()


def read_limits(text: str | bytes, *, name: str = FILE) -> tuple[Limit, ...]:
    """Return the limits in the YAML ``text``. Raises :class:`VerdictError`, which names the entry."""
    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise VerdictError(f"{name}: not YAML ({' '.join(str(error).split())}); mend the file") from None
    if document is None:
        return ()
    if not isinstance(document, list):
        raise VerdictError(f"{name}: not a list; write one entry for each limit")
    return tuple(_limit(entry, f"{name}: entry {number}") for number, entry in enumerate(document, 1))


def _limit(entry: Any, where: str) -> Limit:
    if not isinstance(entry, Mapping) or not FIELDS.issuperset(entry):
        raise VerdictError(f"{where}: not an object with {', '.join(sorted(FIELDS))}; mend it")
    sentence, who = entry.get("limit"), entry.get("who", WHO[0])
    if not isinstance(sentence, str) or not sentence.strip():
        raise VerdictError(f"{where}: limit is missing; say in a sentence what nobody may do")
    if who not in WHO:
        raise VerdictError(f"{where}: who {who!r} is unknown; use one of {', '.join(WHO)}")
    actions = _texts(entry, "actions", where)
    if not actions:
        raise VerdictError(f"{where}: actions is missing; list the actions that nobody may do")
    return Limit(
        sentence=sentence.strip(),
        actions=actions,
        resources=_texts(entry, "resources", where),
        who=who,
        exceptions=_texts(entry, "except", where),
    )


def _texts(entry: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    found = entry.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise VerdictError(f'{where}: {name} is not a list of texts; write one, as in ["kms:*"]')
    return tuple(found)


def broken_limits(assembly: Assembly, limits: Iterable[Limit]) -> Iterator[Observation]:
    """Yield an observation for everyone in ``assembly`` who may do what a limit forbids."""
    asked = tuple(limits)
    for stack in assembly.stacks.values():
        texts = Texts()
        found = holders(stack, texts)
        functions = _function_roles(stack)
        for limit in asked:
            for holder in found.values():
                if any(fnmatchcase(holder.resource.path, pattern) for pattern in limit.exceptions):
                    continue
                if limit.who == "outsiders":
                    if holder.part and holder.resource.type != ENDPOINT:
                        yield from _broken(limit, holder, stack, texts, assembly.accounts)
                elif not holder.part and (limit.who == WHO[0] or holder.resource.logical_id in functions):
                    yield from _broken(limit, holder, stack, texts, assembly.accounts)


def _broken(limit: Limit, holder: Holder, stack: Stack, texts: Texts, accounts: Iterable[str]) -> Iterator[Observation]:
    inside = frozenset(accounts)
    statements = list(holder.statements)
    unknown = []
    for arn in holder.arns:
        known = next((document for name, document in MANAGED.items() if arn.endswith(f":{name}")), None)
        if known is None:
            unknown.append(texts.readable(arn))
        else:
            statements += parse_document(known, texts=texts, stack=stack)
    head = Policies(statements=tuple(statements), boundary=holder.boundary)
    try:
        found = list(
            growth(_everything_else(limit, stack, texts, outsiders=limit.who == "outsiders"), head, exact=True)
        )
    except UndecidedError as error:
        found, unknown = [], [*unknown, str(error)]
    for each in found:
        if each.kind == "unreadable":
            unknown.append(texts.readable(str(each.statement)))
        elif each.kind == "allows" and (
            limit.who != "outsiders" or each.principal == STRANGER or each.principal.is_outside(inside)
        ):
            yield _observation(limit, holder, stack, texts, each)
            break
    else:
        if unknown:
            yield Observation(
                kind=Kind.UNKNOWN,
                severity=Outcome.NEEDS_LOOK,
                stage=stack.stage,
                stack=stack.path,
                subject=_subject(holder),
                sentence=f"Whether {holder.resource.path} keeps to the limit {limit.sentence!r} cannot be decided: "
                f"{'; '.join(unknown)}.",
                todo="Replace managed policies and deployment-time statements by statements in the template.",
                after="; ".join(unknown),
                meaning=limit.sentence,
                location=holder.part,
            )


def _observation(limit: Limit, holder: Holder, stack: Stack, texts: Texts, each: Growth) -> Observation:
    who = holder.resource.path if each.principal == SELF else texts.readable(str(each.principal))
    who = "everyone" if each.principal == STRANGER else who
    resource = texts.readable(each.resource) or "*"
    return Observation(
        kind=Kind.LIMIT,
        severity=Outcome.STOPPED,
        stage=stack.stage,
        stack=stack.path,
        subject=_subject(holder),
        sentence=f"{limit.sentence}: {who} may {each.action} on {resource}.",
        todo=f"Take the permission away, or add {holder.resource.path} to the limit's exceptions.",
        after=f"{each.action} on {resource}",
        meaning=limit.sentence,
        location=holder.part,
        witness=Witness(principal=who, action=each.action, resource=resource),
        outside=each.principal != SELF,
    )


def _everything_else(limit: Limit, stack: Stack, texts: Texts, *, outsiders: bool) -> Policies:
    """Policies that allow whatever the limit does not forbid, so that all growth beyond them breaks it."""
    who = {"Principal": "*"} if outsiders else {}
    statements: list[dict[str, Any]] = [{"Effect": "Allow", "NotAction": list(limit.actions), "Resource": "*", **who}]
    if limit.resources:
        resources = [pattern for each in limit.resources for pattern in _patterns(each, stack)]
        statements.append({"Effect": "Allow", "Action": "*", "NotResource": resources, **who})
    return Policies(statements=parse_document({"Statement": statements}, texts=texts, stack=stack))


def _patterns(resource: str, stack: Stack) -> list[Any]:
    """ARN patterns as they are; a construct's resources as the expressions that templates use for them."""
    if not resource.startswith(CONSTRUCT):
        return [resource]
    path = resource.removeprefix(CONSTRUCT).rstrip("/")
    below = [id_ for id_, each in stack.resources.items() if each.path == path or each.path.startswith(f"{path}/")]
    forms = (lambda id_: {"Ref": id_}, lambda id_: {"Fn::GetAtt": [id_, "Arn"]})
    found: list[Any] = [form(id_) for id_ in below for form in forms]
    return [*found, *({"Fn::Join": ["", [each, "/*"]]} for each in found)] or [path]


def _function_roles(stack: Stack) -> frozenset[str]:
    roles = (each.properties.get("Role") for each in stack.resources.values() if each.type == "AWS::Lambda::Function")
    return frozenset(
        str(role["Fn::GetAtt"][0]) for role in roles if isinstance(role, Mapping) and role.get("Fn::GetAtt")
    )


def _subject(holder: Holder) -> Subject:
    found = holder.resource
    return Subject(type=found.type, logical_id=found.logical_id, path=found.path)
