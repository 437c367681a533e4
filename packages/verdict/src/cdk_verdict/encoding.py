"""The JSON form of a verdict. Its schema is in ``data/verdict-1.schema.json``."""

from typing import Any

from cdk_verdict.model import VERSION, Observation, Verdict


def to_document(verdict: Verdict) -> dict[str, Any]:
    """Return ``verdict`` as a JSON document."""
    return {
        "version": VERSION,
        "outcome": verdict.outcome.name,
        "observations": [_observation(each) for each in verdict.observations],
    }


def _observation(each: Observation) -> dict[str, Any]:
    subject, witness = each.subject, each.witness
    return {
        "kind": str(each.kind),
        "severity": each.severity.name,
        "stage": each.stage,
        "stack": each.stack,
        "resource": subject and {"type": subject.type, "logicalId": subject.logical_id, "constructPath": subject.path},
        "meaning": each.meaning,
        "property": each.location,
        "sentence": each.sentence,
        "before": each.before,
        "after": each.after,
        "todo": each.todo,
        "witness": witness
        and {
            "principal": witness.principal,
            "action": witness.action,
            "resource": witness.resource,
            "condition": witness.condition,
        },
        "outside": each.outside,
        "digest": each.digest,
    }
