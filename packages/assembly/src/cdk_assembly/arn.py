"""Parses Amazon Resource Names."""

from dataclasses import dataclass
from typing import Final

PARTS: Final = 6


@dataclass(frozen=True, kw_only=True)
class Arn:
    """The six parts of an ARN; ``account`` and ``region`` are empty for services that leave them out.

    Source: "Amazon Resource Names (ARNs)", IAM User Guide. ``resource`` may itself hold colons and slashes.
    """

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @property
    def resource_type(self) -> str:
        """The resource's type, for instance ``role``; empty if the service writes none (``arn:aws:s3:::bucket``)."""
        kind, separator, _ = self._split()
        return kind if separator else ""

    @property
    def resource_id(self) -> str:
        """The resource without its type: ``admin`` of ``role/admin``, ``tap`` of ``function:tap``."""
        kind, separator, rest = self._split()
        return rest if separator else kind

    def __str__(self) -> str:
        """Return the ARN as AWS writes it."""
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"

    def _split(self) -> tuple[str, str, str]:
        if self.service == "s3" and not self.account:  # objects: the bucket is no type
            return self.resource, "", ""
        cut = min((at for at in (self.resource.find("/"), self.resource.find(":")) if at >= 0), default=-1)
        if cut < 0:
            return self.resource, "", ""
        return self.resource[:cut], self.resource[cut], self.resource[cut + 1 :]


def parse_arn(text: str) -> Arn | None:
    """Return the parts of the ARN ``text``; None if it is not an ARN.

    Placeholders such as ``${AWS::Partition}`` are kept whole, colons included.
    """
    parts = _outside_placeholders(text)
    if len(parts) < PARTS or parts[0] != "arn" or not parts[2]:
        return None
    _, partition, service, region, account = parts[: PARTS - 1]
    return Arn(
        partition=partition,
        service=service,
        region=region,
        account=account,
        resource=":".join(parts[PARTS - 1 :]),
    )


def account_of(arn: str) -> str:
    """Return the account in ``arn``. Raises :class:`ValueError` if it is not an ARN."""
    found = parse_arn(arn)
    if found is None:
        raise ValueError(f"{arn!r} is not an ARN; name one, such as arn:aws:iam::111122223333:role/deploy")
    return found.account


def _outside_placeholders(text: str) -> list[str]:
    parts, depth = [""], 0
    for index, letter in enumerate(text):
        if letter == "{" and text[index - 1 : index] == "$":
            depth += 1
        elif letter == "}" and depth:
            depth -= 1
        if letter == ":" and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
