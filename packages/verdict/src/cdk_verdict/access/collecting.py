"""Collects the policies of a stack: by identity, and by the resource that they protect."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cdk_assembly import Resource, Stack
from cdk_verdict.access.deciding import Policies
from cdk_verdict.access.statements import Parsed, Unreadable, parse_document
from cdk_verdict.access.text import Texts
from cdk_verdict.diffing import key_of

IDENTITIES: Final = {"AWS::IAM::Role": "Roles", "AWS::IAM::User": "Users", "AWS::IAM::Group": "Groups"}
ATTACHED: Final = frozenset({"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"})
SINGLE: Final = {
    "AWS::IAM::RolePolicy": "RoleName",
    "AWS::IAM::UserPolicy": "UserName",
    "AWS::IAM::GroupPolicy": "GroupName",
}
TRUST: Final = "AssumeRolePolicyDocument"
TARGETS: Final = ("Bucket", "Topics", "Queues", "SecretId", "KeyId", "EventBusName", "ResourceArn", "RepositoryName")
"""Properties of a policy resource that name what it protects."""
UNWRITTEN: Final = {"AWS::EC2::VPCEndpoint": "PolicyDocument"}
"""Types that allow everything as long as no policy is written ("VPC endpoint policies", AWS PrivateLink Guide)."""
EVERYTHING: Final = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}


@dataclass(kw_only=True)
class Holder:
    """Somebody or something with policies.

    Attributes:
        resource: The identity, or the resource whose policy it is.
        part: The property of a resource policy; empty for an identity.
        arns: The managed policies that are attached by ARN, whose content the template does not have.
    """

    resource: Resource
    part: str = ""
    statements: list[Parsed] = field(default_factory=list)
    boundary: tuple[Parsed, ...] | None = None
    arns: set[str] = field(default_factory=set)

    @property
    def policies(self) -> Policies:
        """The policies as they are decided."""
        return Policies(statements=tuple(self.statements), boundary=self.boundary)


def holders(stack: Stack, texts: Texts) -> Mapping[tuple[str, str], Holder]:
    """Return everyone and everything with policies in ``stack``, by logical ID and property."""
    return _Collector(stack=stack, texts=texts).collected()


@dataclass(kw_only=True)
class _Collector:
    stack: Stack
    texts: Texts
    found: dict[tuple[str, str], Holder] = field(default_factory=dict)

    def collected(self) -> Mapping[tuple[str, str], Holder]:
        resources = self.stack.resources.values()
        for resource in resources:
            if resource.type in IDENTITIES:
                self._identity(resource)
        for resource in resources:
            if resource.type in ATTACHED:
                self._attached(resource)
            elif resource.type in SINGLE:
                self._give(resource, [resource.properties.get(SINGLE[resource.type])])
            elif resource.type not in IDENTITIES:
                self._protecting(resource)
        return self.found

    def _identity(self, resource: Resource) -> None:
        holder = self._holder(resource)
        for entry in _listed(resource.properties.get("Policies")):
            document = entry.get("PolicyDocument") if isinstance(entry, Mapping) else entry
            holder.statements += self._parsed(document)
        for arn in _listed(resource.properties.get("ManagedPolicyArns")):
            own = self._own(arn)
            if own is None:
                holder.arns.add(self.texts.render(arn, self.stack))
            else:
                holder.statements += self._parsed(own.properties.get("PolicyDocument"))
        limit = resource.properties.get("PermissionsBoundary")
        if limit is not None:
            own = self._own(limit)
            if own is None:
                holder.boundary = (Unreadable(text=self.texts.render(limit, self.stack)),)
            else:
                holder.boundary = self._parsed(own.properties.get("PolicyDocument"))
        if TRUST in resource.properties:
            self._holder(resource, TRUST).statements += self._parsed(resource.properties[TRUST])

    def _attached(self, resource: Resource) -> None:
        targets = [entry for name in IDENTITIES.values() for entry in _listed(resource.properties.get(name))]
        self._give(resource, targets)

    def _give(self, resource: Resource, targets: Iterable[Any]) -> None:
        """Add the document of ``resource`` to identities of this stack, or keep it by itself for one elsewhere."""
        parsed = self._parsed(resource.properties.get("PolicyDocument"))
        for target in targets:
            id_ = target.get("Ref") if isinstance(target, Mapping) else None
            if isinstance(id_, str) and (id_, "") in self.found:
                self.found[id_, ""].statements += parsed
            else:
                part = f"for {self.texts.readable(self.texts.render(target, self.stack))}"
                self._holder(resource, part).statements += parsed

    def _protecting(self, resource: Resource) -> None:
        for part, document in _documents(resource.properties, ""):
            target = self._target(resource)
            self._holder(target or resource, part if target is None else f"policy {part}").statements += self._parsed(
                document
            )
        if resource.type == "AWS::Lambda::Permission":
            self._holder(resource, "permission").statements += self._parsed(_permission(resource))
        default = UNWRITTEN.get(resource.type)
        if default is not None and default not in resource.properties:
            self._holder(resource, default).statements += self._parsed(EVERYTHING)

    def _target(self, resource: Resource) -> Resource | None:
        """The resource of this stack that a policy resource protects, if it names exactly one."""
        if not resource.type.endswith(("Policy", "InlinePolicy")):
            return None
        for name in TARGETS:
            for value in _listed(resource.properties.get(name))[:1]:
                id_ = value.get("Ref") if isinstance(value, Mapping) else None
                if isinstance(id_, str):
                    return self.stack.resources.get(id_)
        return None

    def _own(self, value: Any) -> Resource | None:
        id_ = value.get("Ref") if isinstance(value, Mapping) else None
        found = self.stack.resources.get(id_) if isinstance(id_, str) else None
        return found if found is not None and found.type == "AWS::IAM::ManagedPolicy" else None

    def _holder(self, resource: Resource, part: str = "") -> Holder:
        return self.found.setdefault((resource.logical_id, part), Holder(resource=resource, part=part))

    def _parsed(self, document: Any) -> tuple[Parsed, ...]:
        return parse_document(document, texts=self.texts, stack=self.stack)


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _documents(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every policy document within ``value``, with its dotted path."""
    if isinstance(value, list):
        for entry in value:
            yield from _documents(entry, f"{path}.*")
    elif isinstance(value, Mapping):
        if _is_policy(value):
            yield path, value
            return
        for name, entry in value.items():
            below = f"{path}.{name}" if path else name
            if name.endswith(("PolicyDocument", "Policy", "PolicyText", "Policies")) and _is_written(entry):
                yield below, entry
            else:
                yield from _documents(entry, below)


def _is_policy(value: Mapping[str, Any]) -> bool:
    return any(isinstance(entry, Mapping) and "Effect" in entry for entry in _listed(value.get("Statement")))


def _is_written(value: Any) -> bool:
    """Whether ``value`` is a policy as text."""
    return '"Statement"' in (value if isinstance(value, str) else _joined(value))


def _joined(value: Any) -> str:
    """The text of a joined or substituted value, which holds a policy where someone wrote JSON by hand."""
    if isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in {"Fn::Join", "Fn::Sub"}:
        return key_of(value).replace('\\"', '"')
    return ""


def _permission(resource: Resource) -> Mapping[str, Any]:
    """The statement that ``AddPermission`` makes of a Lambda permission."""
    given = resource.properties
    conditions: dict[str, dict[str, Any]] = {}
    for name, operator, key in (
        ("SourceArn", "ArnLike", "aws:SourceArn"),
        ("SourceAccount", "StringEquals", "aws:SourceAccount"),
        ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
        ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
        ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ):
        if name in given:
            conditions.setdefault(operator, {})[key] = given[name]
    principal = given.get("Principal")
    service = isinstance(principal, str) and ".amazonaws." in principal
    named = "*" if principal == "*" else {"Service" if service else "AWS": principal}
    statement = {
        "Effect": "Allow",
        "Principal": named,
        "Action": given.get("Action"),
        "Resource": given.get("FunctionName", "*"),
        **({"Condition": conditions} if conditions else {}),
    }
    return {"Statement": [statement]}
