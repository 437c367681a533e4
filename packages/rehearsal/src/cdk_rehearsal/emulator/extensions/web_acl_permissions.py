"""WAF authorises a call about a web ACL on the ACL's own ARN, whose last part is its id.

MiniStack puts a star there, which matches no policy that names one web ACL exactly.
"""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

from ministack.services import waf

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig

SCOPES = ("CLOUDFRONT", "REGIONAL")
UNKNOWN = "/*"


def install(_config: EmulatorConfig) -> None:
    """Name the web ACL exactly where it exists."""
    hooks.refine_resource("wafv2", exact)


def exact(arn: str) -> str:
    """Return the ARN of the web ACL that ``arn`` names, or ``arn`` where there is none."""
    if not arn.endswith(UNKNOWN):
        return arn
    known = [str(acl["ARN"]) for scope in SCOPES for acl in waf._values_for_scope(waf._web_acls, scope)]
    return next((own for own in known if own.rpartition("/")[0] == arn.removesuffix(UNKNOWN)), arn)
