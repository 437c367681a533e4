"""Compares two templates as a review does."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cdk_review.building import build
from cdk_review.model.report import Report
from delivery_testing.assemblies import Written

PROD = "App/Prod"
STACK = "App/Prod/Tap"


def stage_of(folder: Path, document: Mapping[str, Any], **more: Any) -> Written:
    """An assembly with one stack in one stage."""
    return Written(folder).stack(STACK, document, stage=PROD, **more)


def built(folder: Path, base: Written, head: Written, **more: Any) -> Report:
    """The report on two assemblies of a source tree that is empty."""
    source = folder / "source"
    source.mkdir(exist_ok=True)
    return build(base.folder, head.folder, sign_offs=source / "signed-off.yaml", source=source, **more)


def reviewed(folder: Path, before: Mapping[str, Any], after: Mapping[str, Any], **more: Any) -> Report:
    """The report on a stack whose template was ``before`` and is ``after``."""
    return built(folder, stage_of(folder / "base", before), stage_of(folder / "head", after), **more)
