"""What becomes possible, and what no longer protects."""

from typing import Literal

from cdk_review.model.part import Part

AccessKind = Literal["allows", "denies no longer", "attaches", "lets in", "lets out", "unknown"]


class Access(Part):
    """A permission or an opening that the change adds.

    Attributes:
        kind: How to read the rest. ``allows``: ``who`` may do ``what`` on ``on``. ``denies no longer``: likewise.
            ``attaches``: the managed policy ``what`` to ``who``. ``lets in`` and ``lets out``: the protocol and
            ports ``what`` from or to ``who``, at the security group ``on``. ``unknown``: a statement that is only
            known when it is deployed.
        condition: Under which it holds, as JSON.
        everyone: Whether ``who`` is anybody.
    """

    stage: str
    stack: str
    kind: AccessKind
    who: tuple[str, ...]
    what: tuple[str, ...]
    on: tuple[str, ...] = ()
    condition: str | None = None
    everyone: bool = False


class Guard(Part):
    """A protection that the change takes away: ``protection`` of the resource at ``path``, from before to after."""

    stage: str
    path: str
    protection: str
    before: str | None = None
    after: str | None = None
