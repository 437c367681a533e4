from compliance.report import read_report
from tests.unit.tap_stack.workload import Workload

# Every exception to a rule of AwsSolutions, in every stage.
EVERYWHERE = {
    ("AwsSolutions-CFR4", "Edge/Distribution"),
    ("AwsSolutions-IAM5[Resource::*]", "Checks/Lists"),
    ("AwsSolutions-IAM5[Resource::*]", "Function/Access/NetworkInterfaces"),
    ("AwsSolutions-IAM5[Resource::*]", "Instances/SessionManager"),
    ("AwsSolutions-IAM5[Resource::*]", "Operators/Figures"),
}
DEV_ONLY = {("AwsSolutions-RDS3", "Database/Instance"), ("AwsSolutions-RDS10", "Database/Instance")}


def acknowledged(stage: Workload) -> set[tuple[str, str]]:
    prefix = f"{stage.address}/"
    return {
        (finding.rule, finding.where.removeprefix(prefix).removesuffix("/Resource"))
        for finding in read_report(stage.assembly).acknowledged
        if finding.where.startswith(prefix) and finding.rule.startswith("AwsSolutions")
    }


def test_prod_has_no_exception_that_is_not_everywhere(dev: Workload, prod: Workload) -> None:
    assert acknowledged(prod) == EVERYWHERE
    assert acknowledged(dev) == EVERYWHERE | DEV_ONLY


def test_the_gate_had_something_to_look_at(stage: Workload) -> None:
    assert len(stage.template["Resources"]) > 60


def test_an_exception_stands_on_the_resource_that_it_is_for(stage: Workload) -> None:
    findings = [f for f in read_report(stage.assembly).acknowledged if f.where.startswith(f"{stage.address}/")]
    ours = [f for f in findings if f.rule.startswith("AwsSolutions")]
    assert {f.where.removeprefix(f.acknowledged_at or "") for f in ours} == {"/Resource"}
