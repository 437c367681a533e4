"""Which host names belong to AWS, and which lead to this machine."""

import ipaddress

# The DNS suffixes of AWS's partitions (botocore's partitions.json), and those of addresses that services hand out.
AWS_SUFFIXES = (
    "amazonaws.com",
    "amazonaws.com.cn",
    "api.aws",
    "api.amazonwebservices.com.cn",
    "on.aws",
    "aws.dev",
    "cloudfront.net",
    "amazonaws.eu",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
)
# Downloads of AWS's own tools. Nothing that is sent there reaches an account.
DOWNLOADS = frozenset({"awscli.amazonaws.com", "session-manager-downloads.s3.amazonaws.com"})


def is_aws(host: str) -> bool:
    """Whether a host answers for AWS."""
    return any(host == suffix or host.endswith(f".{suffix}") for suffix in AWS_SUFFIXES)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by name or by address."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def normalized(host: str) -> str:
    """Return a host name in lower case, without a final dot or the brackets of an IPv6 address."""
    return host.strip().strip("[]").rstrip(".").lower()


def split_address(text: str, default: int) -> tuple[str, int]:
    """Return host and port of ``host``, ``host:port``, or ``[address]:port``. Raises ValueError for another port."""
    host, colon, port = text.rpartition(":")
    if not colon or "]" in port:
        return normalized(text), default
    return normalized(host), int(port)
