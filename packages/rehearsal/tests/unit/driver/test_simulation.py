import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console
from tests.unit.driver.test_assembly import pipeline, source, write_app

from cdk_rehearsal.driver import rehearsal
from cdk_rehearsal.driver.accounts import ExecutionPolicies, policy_files
from cdk_rehearsal.driver.assembly import Assembly, Environment, Stack
from cdk_rehearsal.driver.console import Progress
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.rehearsal import Rehearsal, Request
from cdk_rehearsal.driver.repository import Repository
from cdk_rehearsal.driver.simulation import require_policies
from cdk_rehearsal.errors import RehearsalError

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


def test_a_policy_that_lacks_an_action_refuses_a_rehearsal_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assembly = Assembly.read(write_app(tmp_path / "cdk.out", pipeline(source("a/b"))))
    folders = Folders(root=tmp_path / "rehearsal")
    folders.root.mkdir()
    policy = tmp_path / "policy.json"
    allowed = ["codepipeline:UpdatePipeline", "codepipeline:DeletePipeline"]
    policy.write_text(json.dumps({"Statement": {"Effect": "Allow", "Action": allowed, "Resource": "*"}}))
    started: list[str] = []
    monkeypatch.setattr(Repository, "open", lambda *_: None)
    monkeypatch.setattr(rehearsal, "clear", lambda _: None)
    monkeypatch.setattr(rehearsal, "_synthesize", lambda *_, **__: assembly)
    monkeypatch.setattr(rehearsal, "refuse_unsupported", lambda _: None)
    opened = SimpleNamespace(outlet=SimpleNamespace(reason="none here"))
    monkeypatch.setattr(rehearsal, "open_session", lambda *_, **__: opened)
    monkeypatch.setattr(rehearsal, "start_services", lambda *_, **__: started.append("emulator"))
    request = Request(app=tmp_path, policies=ExecutionPolicies(pipeline=(policy,), stage=(policy,)), environ={})
    with pytest.raises(RehearsalError) as refused:
        Rehearsal.open(request, folders=folders, progress=Progress(Console(file=io.StringIO())))
    _, line = str(refused.value).splitlines()
    assert "AWS::CodePipeline::Pipeline, needs codepipeline:CreatePipeline to be created; allow it in" in line
    assert started == []


def test_each_account_is_judged_by_what_cloudformation_works_under_there(tmp_path: Path) -> None:
    assembly = Assembly.read(write_app(tmp_path, pipeline(source("a/b"))))
    home = assembly.pipeline().stack.environment.account
    tools, stage = tmp_path / "tools.json", tmp_path / "stage.json"
    both = policy_files(assembly, ExecutionPolicies(pipeline=(tools,), stage=(stage, tools)))
    assert both[home] == [tools]
    assert {account: files for account, files in both.items() if account != home}.popitem()[1] == [stage, tools]
    assert policy_files(assembly, ExecutionPolicies(stage=(stage,)))[home] == []
