import re
from typing import Any

import pytest
from tests.unit.engine.samples import REGION, pipeline

from cdk_rehearsal.engine.definition import Pipeline
from cdk_rehearsal.engine.problems import StructureError
from cdk_rehearsal.engine.providers import CONDITION_RULES, RULES
from cdk_rehearsal.engine.shapes import from_api, from_cloudformation, to_api
from cdk_rehearsal.engine.structure import check_structure

WINDOW = {"Cron": "* * * * * ?"}
STAGE = "InvalidStageDeclarationException"


def rule(provider: str, name: str = "Rule", **members: Any) -> dict[str, Any]:
    return {"name": name, "ruleTypeId": {"category": "Rule", "provider": provider}, **members}


def declared(member: str, outcome: str | None, *rules: dict[str, Any], kind: str = "V2", **more: Any) -> Pipeline:
    found = to_api(pipeline())
    given = {"result": outcome} if outcome else {}
    found["stages"][1][member] = {"conditions": [{**given, "rules": list(rules)}], **more}
    return from_api({**found, "pipelineType": kind})


def check(found: Pipeline) -> None:
    check_structure(found, RULES, CONDITION_RULES, region=REGION)


@pytest.mark.parametrize(
    "found",
    [
        declared("beforeEntry", "FAIL", rule("DeploymentWindow", configuration=WINDOW, timeoutInMinutes=5)),
        declared("beforeEntry", None, rule("DeploymentWindow", configuration=WINDOW)),
        declared("onSuccess", "ROLLBACK", rule("CloudWatchAlarm", configuration={"AlarmName": "a"})),
        declared("onFailure", "ROLLBACK", rule("LambdaInvoke", configuration={"FunctionName": "f"})),
    ],
)
def test_conditions_of_each_moment_are_accepted(found: Pipeline) -> None:
    check(found)
    assert from_api(to_api(found)) == found


VARIABLE = {"Variable": "#{Later.X}", "Operator": "EQ", "Value": "x"}
CASES: dict[str, tuple[Pipeline, str, str]] = {
    "V1": (
        declared("beforeEntry", "FAIL", rule("DeploymentWindow", configuration=WINDOW), kind="V1"),
        STAGE,
        "Stage Gate, condition BEFORE_ENTRY: conditions are for pipelines of type V2 only",
    ),
    "result": (
        declared("onSuccess", "SKIP", rule("LambdaInvoke", configuration={"FunctionName": "f"})),
        STAGE,
        "condition ON_SUCCESS: the result SKIP is not one of FAIL, ROLLBACK",
    ),
    "skip": (
        declared("beforeEntry", "SKIP", rule("DeploymentWindow", configuration=WINDOW)),
        STAGE,
        "with the result SKIP only LambdaInvoke, VariableCheck are supported",
    ),
    "names": (
        declared("beforeEntry", "FAIL", *[rule("DeploymentWindow", configuration=WINDOW)] * 2),
        STAGE,
        "the names of rules must differ: Rule, Rule",
    ),
    "both": (
        declared("onFailure", "ROLLBACK", rule("DeploymentWindow", configuration=WINDOW), result="RETRY"),
        STAGE,
        "onFailure has a result and a condition",
    ),
    "provider": (
        declared("beforeEntry", "FAIL", rule("Oracle")),
        "InvalidActionDeclarationException",
        "the rehearsal runs CloudWatchAlarm, CodeBuild, Commands, DeploymentWindow, LambdaInvoke, VariableCheck",
    ),
    "configuration": (
        declared("beforeEntry", "FAIL", rule("DeploymentWindow")),
        "InvalidActionDeclarationException",
        "missing required configuration 'Cron'",
    ),
    "region": (
        declared("beforeEntry", "FAIL", rule("DeploymentWindow", configuration=WINDOW, region="us-west-2")),
        "InvalidStructureException",
        "runs in us-west-2",
    ),
    "artifact": (
        declared(
            "beforeEntry",
            "FAIL",
            rule("LambdaInvoke", configuration={"FunctionName": "f"}, inputArtifacts=[{"name": "Built"}]),
        ),
        "InvalidStructureException",
        "Input Artifact Bundle Built in action Rule",
    ),
    "namespace": (
        declared("onSuccess", "FAIL", rule("VariableCheck", configuration=VARIABLE)),
        "InvalidActionDeclarationException",
        "VariableReferenceText=[#{Later.X}]",
    ),
}


@pytest.mark.parametrize(("found", "code", "message"), CASES.values(), ids=CASES.keys())
def test_a_condition_that_could_not_be_checked_is_refused(found: Pipeline, code: str, message: str) -> None:
    with pytest.raises(StructureError, match=re.escape(message)) as refused:
        check(found)
    assert refused.value.code == code


def test_commands_are_a_rule_and_of_one_line_each() -> None:
    files = [{"name": "Files"}]
    check(declared("beforeEntry", "FAIL", rule("Commands", commands=["true"], inputArtifacts=files)))
    with pytest.raises(StructureError, match=r"rules\.0\.commands\.0: String should match pattern"):
        declared("beforeEntry", "FAIL", rule("Commands", commands=["one\ntwo"], inputArtifacts=files))


def test_cloudformation_spells_conditions_its_own_way() -> None:
    kind = {"Category": "Rule", "Owner": "AWS", "Provider": "DeploymentWindow", "Version": "1"}
    rules = [{"Name": "Window", "RuleTypeId": kind, "Configuration": {"Cron": "* * * * * ?", "Flag": True}}]
    template = to_api(pipeline())
    properties = {
        "RoleArn": template["roleArn"],
        "ArtifactStore": {"Type": "S3", "Location": "artifacts"},
        "Stages": [
            {"Name": "Gate", "Actions": [], "BeforeEntry": {"Conditions": [{"Result": "FAIL", "Rules": rules}]}}
        ],
    }
    (stage,) = from_cloudformation(properties, name="delivery").stages
    assert stage.before_entry is not None
    (found,) = stage.before_entry.conditions[0].rules
    assert found.configuration == {"Cron": "* * * * * ?", "Flag": "true"}
