"""Which protections a change takes away: encryption, privacy, logs, backups, and what keeps data from being deleted.

Each guard is a property and what it says while it protects. A property that is not in the template does not protect.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cdk_review.comparing.pairs import Pair
from cdk_review.comparing.values import shown
from cdk_review.model.security import Guard
from cdk_review.reading.model import Stack, path_of

Judge = Callable[[Any, Any], bool]


def _gone(before: Any, after: Any) -> bool:
    return before is not None and after is None


def _off(before: Any, after: Any) -> bool:
    return before is True and after is not True


def _on(before: Any, after: Any) -> bool:
    return before is not True and after is True


def _less(before: Any, after: Any) -> bool:
    return isinstance(before, int) and (not isinstance(after, int) or after < before)


def _shorter(before: Any, after: Any) -> bool:
    # A log group without a retention keeps its events for ever.
    return isinstance(after, int) and (before is None or (isinstance(before, int) and after < before))


def _to_http(before: Any, after: Any) -> bool:
    return bool(before != "allow-all" and after == "allow-all")


def _released(before: Any, after: Any) -> bool:
    return before in {"Retain", "RetainExceptOnCreate", "Snapshot"} and after in {None, "Delete"}


def _open_url(before: Any, after: Any) -> bool:
    return bool(before != "NONE" and after == "NONE")


@dataclass(frozen=True, kw_only=True)
class _Rule:
    type: str
    property: tuple[str, ...]
    protection: str
    lost: Judge


_PUBLIC_ACCESS: Final = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")

RULES: Final = (
    _Rule(type="AWS::S3::Bucket", property=("BucketEncryption",), protection="encryption", lost=_gone),
    *(
        _Rule(
            type="AWS::S3::Bucket",
            property=("PublicAccessBlockConfiguration", name),
            protection=f"public access block ({name})",
            lost=_off,
        )
        for name in _PUBLIC_ACCESS
    ),
    _Rule(type="AWS::S3::Bucket", property=("VersioningConfiguration",), protection="versioning", lost=_gone),
    _Rule(type="AWS::S3::Bucket", property=("LoggingConfiguration",), protection="access logs", lost=_gone),
    _Rule(type="AWS::RDS::DBInstance", property=("StorageEncrypted",), protection="encryption", lost=_off),
    _Rule(type="AWS::RDS::DBInstance", property=("KmsKeyId",), protection="its own key", lost=_gone),
    _Rule(type="AWS::RDS::DBInstance", property=("DeletionProtection",), protection="deletion protection", lost=_off),
    _Rule(type="AWS::RDS::DBInstance", property=("PubliclyAccessible",), protection="privacy", lost=_on),
    _Rule(type="AWS::RDS::DBInstance", property=("BackupRetentionPeriod",), protection="days of backups", lost=_less),
    _Rule(type="AWS::KMS::Key", property=("EnableKeyRotation",), protection="key rotation", lost=_off),
    _Rule(type="AWS::Logs::LogGroup", property=("KmsKeyId",), protection="encryption", lost=_gone),
    _Rule(type="AWS::Logs::LogGroup", property=("RetentionInDays",), protection="days of logs", lost=_shorter),
    _Rule(type="AWS::SNS::Topic", property=("KmsMasterKeyId",), protection="encryption", lost=_gone),
    _Rule(type="AWS::SQS::Queue", property=("KmsMasterKeyId",), protection="encryption", lost=_gone),
    _Rule(type="AWS::EC2::Subnet", property=("MapPublicIpOnLaunch",), protection="privacy of instances", lost=_on),
    _Rule(
        type="AWS::CloudFront::Distribution",
        property=("DistributionConfig", "WebACLId"),
        protection="web application firewall",
        lost=_gone,
    ),
    _Rule(
        type="AWS::CloudFront::Distribution",
        property=("DistributionConfig", "DefaultCacheBehavior", "ViewerProtocolPolicy"),
        protection="HTTPS only",
        lost=_to_http,
    ),
    _Rule(type="AWS::Lambda::Url", property=("AuthType",), protection="authentication", lost=_open_url),
)

POLICIES: Final = {"DeletionPolicy": "retention when deleted", "UpdateReplacePolicy": "retention when replaced"}


def compare_guards(found: Iterable[Pair]) -> tuple[Guard, ...]:
    """The protections of stacks and resources that are in both assemblies, and that the later one lacks."""
    return tuple(
        guard
        for pair in found
        if pair.before is not None and pair.after is not None
        for guard in _lost(pair.before, pair.after)
    )


def _lost(before: Stack, after: Stack) -> Iterator[Guard]:
    if before.termination_protected and not after.termination_protected:
        yield Guard(stage=after.stage, path=after.address, protection="termination protection", before="true")
    for id_, new in after.resources.items():
        old = before.resources.get(id_)
        if old is None or old == new:
            continue
        for protection, was, is_ in _of_resource(old, new):
            path = path_of(new, stack=after, logical_id=id_)
            yield Guard(stage=after.stage, path=path, protection=protection, before=shown(was), after=shown(is_))


def _of_resource(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for policy, protection in POLICIES.items():
        if _released(old.get(policy), new.get(policy)):
            yield protection, old.get(policy), new.get(policy)
    for rule in RULES:
        if rule.type == old["Type"] == new["Type"]:
            was, is_ = _at(old, rule.property), _at(new, rule.property)
            if rule.lost(was, is_):
                yield rule.protection, was, is_


def _at(resource: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = resource.get("Properties", {})
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value
