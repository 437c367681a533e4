"""A pipeline as a Mermaid picture, with what changes marked."""

from itertools import pairwise
from typing import Final

from cdk_review.model.deployment import Pipeline, PipelineStage
from cdk_review.model.part import Kind
from cdk_review.writing.escaping import label

SIGNS: Final[dict[Kind | None, str]] = {"added": "+ ", "changed": "~ ", "removed": "- ", None: ""}
STYLES: Final = {
    "added": "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
    "changed": "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
    "removed": "fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-dasharray:4",
}
MOST: Final = 60
"""Actions in a picture; beyond that, stages without a change are left out."""


def picture(pipeline: Pipeline) -> str:
    """The Mermaid source, without its fence."""
    shown = pipeline.stages
    if sum(len(stage.actions) for stage in shown) > MOST:
        shown = tuple(stage for stage in shown if stage.change is not None)
    shown = shown[:MOST]
    lines = ["flowchart LR"]
    for place, stage in enumerate(shown):
        lines += _stage(stage, place)
    lines += [f"  s{place} --> s{place + 1}" for place in range(len(shown) - 1)]
    lines += [f"  classDef {name} {style}" for name, style in STYLES.items()]
    return "\n".join(lines)


def _stage(stage: PipelineStage, place: int) -> list[str]:
    # The colour of a stage that comes or goes is its own; of a changed one its actions say more.
    lines = [f'  subgraph s{place}["{SIGNS[stage.change]}{label(stage.name)}"]', "    direction TB"]
    names = [f"a{place}x{number}" for number in range(len(stage.actions[:MOST]))]
    for name, action in zip(names, stage.actions, strict=False):
        mark = f":::{action.change}" if action.change else ""
        lines.append(f'    {name}["{SIGNS[action.change]}{label(action.name)}"]{mark}')
    lines += [f"    {first} --> {second}" for first, second in pairwise(names)]
    return [*lines, "  end"]
