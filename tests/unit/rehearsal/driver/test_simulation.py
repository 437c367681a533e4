import json
from pathlib import Path

import pytest

from rehearsal.driver.assembly import Assembly, Environment, Stack
from rehearsal.driver.simulation import require_policies
from rehearsal.errors import RehearsalError

ACCOUNT = "1" * 12


def simulate(folder: Path, *actions: str) -> None:
    """Hold one policy file for each of ``actions`` against a template with a topic."""
    files = [folder / f"{place}.json" for place, _ in enumerate(actions)]
    for path, action in zip(files, actions, strict=True):
        path.write_text(json.dumps({"Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}}))
    (folder / "template").write_text(json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}))
    where = Environment(account=ACCOUNT, region="eu-west-1")
    stack = Stack(name="app", selector="app", environment=where, template_file=Path("template"))
    require_policies(Assembly(root=folder, stacks=(stack,)), {ACCOUNT: files})


def test_policies_that_together_allow_what_the_templates_need_pass(tmp_path: Path) -> None:
    simulate(tmp_path, "sns:*Topic", "sns:SetTopicAttributes")


def test_what_the_policies_lack_is_named_with_their_files(tmp_path: Path) -> None:
    with pytest.raises(RehearsalError) as refused:
        simulate(tmp_path, "sns:SetTopicAttributes", "sqs:*")
    first, created, deleted = str(refused.value).splitlines()
    assert first == "the execution policies do not allow what the templates need"
    folder = tmp_path.name
    where = f"allow it in {folder}/0.json or {folder}/1.json"
    assert created == f"  app: Topic, AWS::SNS::Topic, needs sns:CreateTopic to be created; {where}"
    assert "needs sns:DeleteTopic to be deleted" in deleted


def test_an_account_without_a_policy_of_its_own_is_not_judged(tmp_path: Path) -> None:
    simulate(tmp_path)


def test_a_file_that_is_no_policy_is_named(tmp_path: Path) -> None:
    where = Environment(account=ACCOUNT, region="eu-west-1")
    stack = Stack(name="app", selector="app", environment=where, template_file=Path("template"))
    with pytest.raises(RehearsalError, match=r"none\.json is no IAM policy document"):
        require_policies(Assembly(root=tmp_path, stacks=(stack,)), {ACCOUNT: [tmp_path / "none.json"]})
