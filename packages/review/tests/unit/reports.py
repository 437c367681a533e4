"""Reports with something in every part."""

from typing import Any

from cdk_review.comparing.findings import fingerprint
from cdk_review.model.deployment import (
    Action,
    Asset,
    ChangedFile,
    Other,
    Pipeline,
    PipelineStage,
    Property,
    Resource,
    Stage,
)
from cdk_review.model.findings import Finding, Place, Since, State
from cdk_review.model.judged import Observation, SignOff
from cdk_review.model.report import Report, Revision
from cdk_review.model.security import Access, Guard

HEAD, BASE = "a" * 40, "b" * 40


def finding(state: State, *, text: str = "text", number: int = 0, **more: Any) -> Finding:
    rule = f"Rule{number}-{text}"
    defaults: dict[str, Any] = {
        "state": state,
        "rule": rule,
        "path": f"App/{text}",
        "description": f"about {text}",
        "place": Place(file="app.py", line=7),
        "fingerprint": fingerprint(rule, text),
    }
    return Finding(**defaults | more)


def lost(text: str = "text", **more: Any) -> Resource:
    defaults: dict[str, Any] = {
        "stack": f"App/Prod/{text}",
        "path": f"App/Prod/Tap/{text}",
        "logical_id": text,
        "type": f"AWS::RDS::{text}",
        "change": "replaced",
        "stateful": True,
        "destructive": True,
        "properties": (Property(name=f"DBName.{text}", before=text, after=None, replaces=True),),
        "place": Place(file="tap_stack/database.py", line=3),
    }
    return Resource(**defaults | more)


def observed(text: str = "text", **more: Any) -> Observation:
    texts = ("kind", "stage", "stack", "resource", "type", "sentence", "todo", "meaning", "location", "digest")
    defaults: dict[str, Any] = {
        "severity": "stopped",
        "before": text,
        "after": None,
        "witness": (text,),
        "outside": True,
        **dict.fromkeys(texts, text),
    }
    return Observation(**defaults | more)


def full(text: str = "text") -> Report:
    """A report that says ``text`` wherever a value can stand."""
    action = Action(name=text, kind=text, change="added", details=(text,))
    stage = PipelineStage(name=text, change="changed", actions=(action, Action(name=f"kept {text}", kind=text)))
    return Report(
        base=Revision(commit=BASE),
        head=Revision(commit=HEAD),
        findings=(
            finding("new", text=text),
            finding("open", text=text),
            finding("fixed", text=text, before="open"),
            finding("acknowledged", text=text, reason=text, since=Since(change=True)),
            finding("acknowledged", text=text, number=1, reason=text, since=Since(change=False)),
            finding(
                "acknowledged",
                text=text,
                number=2,
                reason=text,
                since=Since(change=False, commit="c" * 40, date="2031-02-03"),
            ),
            finding("stale", text=text, reason=text),
            finding("advice", text=text),
        ),
        stages=(
            Stage(
                address=text,
                environments=(text,),
                retains=True,
                resources=(lost(text), lost(text, signed_off=text), lost(text, destructive=False, change="added")),
                others=(Other(stack=text, section="outputs", name=text, change="added"),),
            ),
        ),
        access=(
            Access(stage=text, stack=text, kind="allows", who=(text,), what=(text, text), on=(text,), condition=text),
            Access(stage=text, stack=text, kind="lets in", who=(text,), what=(text,), on=(text,), everyone=True),
            Access(stage=text, stack=text, kind="unknown", who=(), what=(text,)),
        ),
        guards=(Guard(stage=text, path=text, protection=text, before=text),),
        pipelines=(Pipeline(path=text, change="changed", details=(text,), stages=(stage,)),),
        assets=(Asset(name=text, stages=(text,), change="changed", files=(ChangedFile(name=text, change="changed"),)),),
        packs=(text,),
        observations=(observed(text), observed(text, signed_off=text)),
        sign_offs=(
            SignOff(digest=text, stages=(text,), reason=text, stale=True),
            SignOff(digest=f"used {text}", stages=(text,), reason=text),
        ),
    )
