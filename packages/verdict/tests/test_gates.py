import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from verdict_samples import observed, outcome, resource, said

from cdk_assembly import read_assembly
from cdk_verdict import Outcome, VerdictError
from cdk_verdict.gates.acknowledgements import compare_acknowledgements
from cdk_verdict.gates.comparing import compare_trees
from cdk_verdict.gates.owners import read_owners
from cdk_verdict.gates.pipelines import compare_pipelines
from cdk_verdict.gates.trees import LARGEST, read_commit, read_folder

LOOK, STOP, CLEAN = Outcome.NEEDS_LOOK, Outcome.STOPPED, Outcome.CLEAN
SHA = "3d3c42e5aac5ba805825da76410c181273ba90b1"
WORKFLOW = f"""
on: {{pull_request: {{branches: [main]}}, push: null}}
permissions: {{contents: read}}
jobs:
  check:
    runs-on: ubuntu
    steps:
      - uses: actions/checkout@{SHA}
      - run: make test
      - run: make synth
  other:
    runs-on: ubuntu
"""
TESTS = "def test_a() -> None:\n    assert f()\n    assert g()\n\n\ndef test_b() -> None:\n    assert 2\n"
LOCK = "a==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nb==2.0 \\\n    --hash=sha256:cc\n"


def compared(path: str, before: str | None, after: str | None) -> Any:
    base, head = ({} if text is None else {path: text.encode()} for text in (before, after))
    return list(compare_trees(base, head))


def judged(path: str, before: str | None, after: str | None) -> Outcome:
    return outcome(compared(path, before, after))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "# a comment\n", CLEAN),
        (WORKFLOW, "", STOP),
        (WORKFLOW, "[", LOOK),
        (WORKFLOW, "3", STOP),
        ("contents: read", "contents: write", STOP),
        ("permissions: {contents: read}", "permissions: write-all", STOP),
        ("permissions: {contents: read}", "", STOP),
        ("  other:\n    runs-on: ubuntu\n", "", STOP),
        ("      - run: make test\n", "", STOP),
        ("      - run: make test\n", "      - run: make test\n        if: false\n", STOP),
        ("      - run: make test\n", "      - run: make test\n        continue-on-error: true\n", STOP),
        ("make test", "make tests", LOOK),
        ("      - run: make synth\n", "      - run: make synth\n        name: Synthesize\n", CLEAN),
        (f"checkout@{SHA}", "checkout@v7", STOP),
        (f"checkout@{SHA}", f"checkout@{SHA[::-1]}", CLEAN),
        (f"actions/checkout@{SHA}", f"evil/checkout@{SHA}", LOOK),
        (f"actions/checkout@{SHA}", "./local", CLEAN),
        ("push: null", "pull_request_target: null", STOP),
        ("push: null", "push: null, schedule: null", LOOK),
        (", push: null", "", STOP),
        ("branches: [main]", "branches: [other]", STOP),
        ("  other:\n", "  other:\n    permissions: {id-token: write}\n", STOP),
        ("  other:\n    runs-on: ubuntu\n", "  other: 3\n", LOOK),
    ],
)
def test_workflow_change_is_judged(old: str, new: str, expected: Outcome) -> None:
    after = WORKFLOW + new if not old else WORKFLOW.replace(old, new)
    assert judged(".github/workflows/a.yml", WORKFLOW, after) is expected


def test_workflow_that_comes_or_goes_is_reported() -> None:
    assert judged(".github/workflows/a.yml", WORKFLOW, None) is STOP
    assert judged(".github/workflows/a.yml", None, WORKFLOW) is LOOK
    assert judged(".github/workflows/a.yml", None, "on: push\njobs: {}\n") is LOOK
    assert judged(".github/workflows/a.yml", "on: [push]\n", "on: push\n") is CLEAN
    assert judged(".github/workflows/a.yml", None, "on: pull_request_target\n") is STOP


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("* @all\n", "# why\n* @all\n", CLEAN),
        ("* @all\n/steps/ @sec\n", "* @all\n", STOP),
        ("* @all\n/steps/ @sec\n", "* @all\n/steps/ @sec @all\n", STOP),
        ("* @all @sec\n", "* @sec\n", CLEAN),
        ("* @all\n", "* @all\nsteps/**/*.py\n", STOP),
        ("* @all\n", "* @all\n/steps/a.py @sec\n", STOP),
        ("", "* @all\n", CLEAN),
    ],
)
def test_owner_who_is_no_longer_asked_is_stopped(before: str, after: str, expected: Outcome) -> None:
    files = {f"steps/{name}": b"" for name in ("a.py", "b.py", "c.py", "d.py")}
    base, head = ({**files, ".github/CODEOWNERS": text.encode()} for text in (before, after))
    assert outcome(compare_trees(base, head)) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "owned"),
    [
        ("/steps/", "steps/a/b.py", True),
        ("/steps/", "x/steps/a.py", False),
        ("steps/", "x/steps/a.py", True),
        ("/steps/*", "steps/a.py", True),
        ("/steps/*", "steps/a/b.py", False),
        ("/steps/**", "steps/a/b.py", True),
        ("*.py", "x/a.py", True),
        ("/Makefile", "x/Makefile", False),
        ("a?.py", "ab.py", True),
    ],
)
def test_owners_follow_the_patterns_of_codeowners(pattern: str, path: str, owned: bool) -> None:  # noqa: FBT001
    assert bool(read_owners({"CODEOWNERS": f"{pattern} @a".encode()}).of(path)) is owned


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("check:\n\tmake a\n", "# why\ncheck:\n\tmake a\n", CLEAN),
        ("check:\n\tmake a\n", "check:\n\tmake a\n\tmake b\n", CLEAN),
        ("check:\n\tmake a\n", "check:\n", STOP),
        ("check:\n\tmake a\n", "check:\n\tmake b\n", LOOK),
        ("check:\n\tmake a\n", "check:\n\tmake a || true\n", STOP),
        ("check:\n\tmake a\n", "check:\n\t-make a\n", STOP),
        ("check:\n\tmake a\n", None, STOP),
        (None, "check:\n\tmake a\n", CLEAN),
    ],
)
def test_script_that_runs_less_is_reported(before: str | None, after: str | None, expected: Outcome) -> None:
    assert judged("Makefile", before, after) is expected


@pytest.mark.parametrize(
    ("path", "before", "after", "expected"),
    [
        ("access-limits.yaml", "- {limit: a}\n- {limit: b}", "- {limit: a}", STOP),
        ("access-limits.yaml", "- {limit: a}", "- {limit: a}\n- {limit: b}", CLEAN),
        ("access-limits.yaml", "- 3", None, STOP),
        ("access-limits.yaml", "- {limit: a}", "[", LOOK),
        ("access-limits.yaml", "- {limit: a}", "a: b", LOOK),
        ("access-explained.yaml", "", "- {role: a}", LOOK),
        ("access-explained.yaml", "- {role: a}", "", CLEAN),
        ("review/signed-off.yaml", "", "- {stage: a}", CLEAN),
    ],
)
def test_list_that_limits_or_accepts_is_judged(path: str, before: str, after: str | None, expected: Outcome) -> None:
    assert judged(path, before, after) is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (LOCK, LOCK + "# via x\n", CLEAN),
        (LOCK, LOCK.replace("2.0", "2.1").replace("cc", "dd"), CLEAN),
        (LOCK, LOCK.replace("aa", "dd"), STOP),
        (LOCK, LOCK.replace(" \\\n    --hash=sha256:cc", ""), STOP),
        (LOCK, LOCK.replace("b==2.0", "b>=2.0"), STOP),
        (LOCK, LOCK + "c==1.0\n", LOOK),
        (LOCK, "--index-url https://x.example\n" + LOCK, STOP),
        (LOCK, LOCK + "c @ git+https://x.example/c\n", STOP),
        (LOCK, None, STOP),
        (None, LOCK, CLEAN),
    ],
)
def test_python_lock_file_is_judged(before: str | None, after: str | None, expected: Outcome) -> None:
    assert judged("requirements/main.txt", before, after) is expected


def npm(**packages: Any) -> str:
    return json.dumps({"packages": {"": {}, **packages}})


PACKAGE = {"version": "1.0.0", "integrity": "sha512-a", "resolved": "x"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (npm(a=PACKAGE), npm(a=PACKAGE) + " ", CLEAN),
        (npm(a=PACKAGE), npm(a={**PACKAGE, "version": "2.0.0", "integrity": "sha512-b"}), CLEAN),
        (npm(a=PACKAGE), npm(a={**PACKAGE, "integrity": "sha512-b"}), STOP),
        (npm(a=PACKAGE), npm(a={"version": "2.0.0"}), STOP),
        (npm(a=PACKAGE), npm(a={**PACKAGE, "resolved": "y"}), STOP),
        (npm(a=PACKAGE), npm(a=PACKAGE, b=PACKAGE), LOOK),
        (npm(a=PACKAGE), "{", LOOK),
        (npm(a=PACKAGE), "[]", LOOK),
        (npm(a=PACKAGE), None, STOP),
        (None, npm(a=PACKAGE), CLEAN),
        (npm(a=PACKAGE), '{"packages": 3}', CLEAN),
    ],
)
def test_npm_lock_file_is_judged(before: str | None, after: str | None, expected: Outcome) -> None:
    assert judged("package-lock.json", before, after) is expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ('{"dependencies": {"a": "1.0.1"}}', CLEAN),
        ('{"dependencies": {"a": "^1.0.0"}}', STOP),
        ('{"dependencies": {"a": "1.0.0"}, "scripts": {"install": "x"}}', LOOK),
        ("{", LOOK),
    ],
)
def test_npm_pins_are_judged(after: str, expected: Outcome) -> None:
    assert judged("package.json", '{"dependencies": {"a": "1.0.0"}}', after) is expected


def test_settings_of_package_managers_are_stopped() -> None:
    assert judged(".npmrc", "", "registry=https://x.example") is STOP


CONTEXT: dict[str, Any] = {"delivery": {"branch": "main", "prod": {"account": "1"}}, "@aws-cdk/a": True}
CDK = {"app": "python3 app.py", "context": CONTEXT}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"notices": True}, CLEAN),
        ({"app": "sh evil"}, STOP),
        ({"context": {**CONTEXT, "@aws-cdk/account": True}}, LOOK),
        ({"context": {**CONTEXT, "delivery": {"branch": "x", "prod": {"account": "1"}}}}, STOP),
        ({"context": {**CONTEXT, "delivery": {"branch": "main", "prod": {"account": "2"}}}}, STOP),
        ({"watch": {"include": ["a"]}}, LOOK),
    ],
)
def test_settings_of_the_delivery_are_judged(change: dict[str, Any], expected: Outcome) -> None:
    assert judged("cdk.json", json.dumps(CDK), json.dumps({**CDK, **change})) is expected


def test_settings_that_cannot_be_read_need_a_look() -> None:
    assert judged("cdk.json", json.dumps(CDK), "{") is LOOK
    assert judged("pyproject.toml", "[a]", "[") is LOOK
    assert judged("cdk.json", None, "{}") is CLEAN
    assert judged("pyproject.toml", None, "[a]") is CLEAN
    assert judged("pytest.ini", "a", "b") is LOOK


PROJECT = """
[project]
version = "1"
[tool.coverage.report]
fail_under = 100
omit = ["a"]
[tool.mypy]
strict = true
[tool.pytest.ini_options]
testpaths = ["a", "b"]
[tool.ruff]
line-length = 100
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('version = "1"', 'version = "2"', CLEAN),
        ("line-length = 100", "line-length = 120", CLEAN),
        ("fail_under = 100", "fail_under = 90", STOP),
        ("fail_under = 100", "", STOP),
        ("fail_under = 100", "fail_under = 101", LOOK),
        ('omit = ["a"]', 'omit = ["a", "b"]', STOP),
        ('omit = ["a"]', "omit = []", LOOK),
        ("strict = true", "strict = false", STOP),
        ('testpaths = ["a", "b"]', 'testpaths = ["a"]', STOP),
        ('testpaths = ["a", "b"]', 'testpaths = ["a", "b", "c"]', LOOK),
    ],
)
def test_settings_of_the_checks_are_judged(old: str, new: str, expected: Outcome) -> None:
    assert judged("pyproject.toml", PROJECT, PROJECT.replace(old, new)) is expected


def test_project_file_that_is_removed_is_stopped() -> None:
    assert judged("pyproject.toml", PROJECT, None) is STOP


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("# why\n" + TESTS, CLEAN),
        (TESTS + "\n\ndef test_c() -> None:\n    assert 3\n", CLEAN),
        (TESTS.replace("test_b", "helper"), STOP),
        (TESTS.replace("test_b", "test_better"), LOOK),
        (TESTS.replace("    assert g()\n", ""), LOOK),
        (TESTS.replace("assert 2", "pass"), STOP),
        ("import pytest\n\n\n@pytest.mark.skip\n" + TESTS, STOP),
        ("def", STOP),
        (None, STOP),
    ],
)
def test_change_of_tests_is_judged(after: str | None, expected: Outcome) -> None:
    assert judged("tests/test_x.py", TESTS, after) is expected


def test_moved_tests_and_new_tests_are_clean() -> None:
    assert outcome(compare_trees({"tests/test_x.py": TESTS.encode()}, {"tests/test_y.py": TESTS.encode()})) is CLEAN
    assert judged("tests/test_x.py", None, TESTS) is CLEAN
    assert judged("tests/test_x.py", "def", TESTS) is CLEAN


GATE = '''"""Says."""
PACKS: tuple[str, ...] = ("a", "b")
OTHER = 3
NOTHING: int
A.b = 3


def f() -> None:
    """Do."""
    Checks()
    g()
'''


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"""Says."""', '"""Says more."""  # why', CLEAN),
        (', "b"', "", STOP),
        ("    Checks()\n", "", STOP),
        ("    g()\n", "", LOOK),
    ],
)
def test_change_of_a_gate_is_judged(old: str, new: str, expected: Outcome) -> None:
    assert judged("compliance/gate.py", GATE, GATE.replace(old, new)) is expected
    assert judged("tap_stack/stack.py", GATE, GATE.replace(old, new)) is CLEAN


def test_gate_that_comes_or_goes_is_judged() -> None:
    assert judged("compliance/gate.py", GATE, None) is STOP
    assert judged("compliance/gate.py", None, GATE) is CLEAN
    assert outcome(compare_trees({"a.py": GATE.encode()}, {}, gates=("a.py",))) is STOP


def action(name: str, order: int = 1, category: str = "Build", **configuration: Any) -> dict[str, Any]:
    kind = {"Category": category, "Provider": "X"}
    return {"Name": name, "RunOrder": order, "ActionTypeId": kind, "Configuration": configuration}


def pipeline(*actions: Any, **more: Any) -> dict[str, Any]:
    stages = [
        {"Name": "Source", "Actions": [action("Git", category="Source", BranchName="main")]},
        {"Name": "Prod", "Actions": list(actions)},
    ]
    return resource("AWS::CodePipeline::Pipeline", keep=None, Stages=stages, **more)


APPROVE, DEPLOY = action("Approve", 1, "Approval"), action("Deploy", 2)


@pytest.mark.parametrize(
    ("after", "expected", "what"),
    [
        (pipeline(DEPLOY, APPROVE), CLEAN, ""),
        (pipeline(DEPLOY), STOP, "The approval Prod/Approve is removed"),
        (pipeline(APPROVE), STOP, "The step Prod/Deploy is removed"),
        (pipeline(action("Approve", 3, "Approval"), DEPLOY), STOP, "Prod/Approve no longer runs before Prod/Deploy"),
        (pipeline(APPROVE, DEPLOY, action("More", 3)), LOOK, "The step Prod/More is new"),
        (pipeline(APPROVE, action("Deploy", 2, Key="x")), LOOK, "Configuration.Key of Prod/Deploy changes"),
        (pipeline(action("Approve", 1, "Approval", CustomData="x"), DEPLOY), STOP, "of Prod/Approve changes"),
        (pipeline(APPROVE, DEPLOY, Triggers=[{}]), STOP, "It starts on other changes"),
    ],
)
def test_change_of_a_pipeline_is_judged(after: Any, expected: Outcome, what: str) -> None:
    found = observed(compare_pipelines, {"P": pipeline(APPROVE, DEPLOY)}, {"P": after})
    assert outcome(found) is expected
    assert what in said(found)


def test_conditions_of_a_stage_are_judged() -> None:
    old, new = pipeline(APPROVE), pipeline(APPROVE)
    new["Properties"]["Stages"][1]["OnFailure"] = {"Result": "SKIP"}
    assert outcome(observed(compare_pipelines, {"P": old}, {"P": new})) is STOP
    new["Properties"]["Stages"] = {"Ref": "x"}
    assert outcome(observed(compare_pipelines, {"P": old}, {"P": new})) is STOP


def test_hashes_that_the_cdk_computes_change_nothing() -> None:
    def built(*variables: Any, text: str | None = None) -> Any:
        return pipeline(action("Build", 1, EnvironmentVariables=text or json.dumps(list(variables))))

    first, second = ({"name": "_PROJECT_CONFIG_HASH", "value": value} for value in "ab")
    own = {"name": "STAGE", "value": "x"}
    assert observed(compare_pipelines, {"P": built(first)}, {"P": built(second)}) == []
    assert observed(compare_pipelines, {"P": built(first)}, {"P": built(second, own)})
    assert observed(compare_pipelines, {"P": built(own)}, {"P": built()})
    assert observed(compare_pipelines, {"P": built(first)}, {"P": built(text="_PROJECT_CONFIG_HASH")})


def assembly(folder: Path, *, rules: dict[str, str], at: str = "/S/Bucket", packs: Any = None) -> Any:
    folder.mkdir()
    entry = {"type": "aws:cdk:acknowledged-rules", "data": rules}
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://1/r",
        "displayName": "S",
        "properties": {"templateFile": "t.json"},
        "metadata": {at: [entry]},
    }
    (folder / "manifest.json").write_text(json.dumps({"version": "54.0.0", "artifacts": {"S": artifact}}))
    (folder / "t.json").write_text("{}")
    if packs is not None:
        (folder / "validation-report.json").write_text(json.dumps({"pluginReports": packs}))
    return read_assembly(folder)


def pack(name: str = "Pack", *, rules: dict[str, str] | None = None, violations: tuple[str, ...] = ()) -> Any:
    where = [{"constructPath": "S/Bucket"}]
    broken = [{"ruleName": rule, "description": "d", "violatingConstructs": where} for rule in violations]
    accepted = [
        {
            "ruleName": rule,
            "description": "d",
            "violatingConstructs": where,
            "acknowledgedId": rule,
            "acknowledgedAt": "S/Bucket",
        }
        for rule in rules or {}
    ]
    return {"pluginName": name, "violations": broken, "suppressedViolations": accepted}


@pytest.mark.parametrize(
    ("rules", "at", "expected"),
    [
        ({"P::A": "because"}, "/S/Bucket", CLEAN),
        ({"P::A": "because", "P::B": "because"}, "/S/Bucket", LOOK),
        ({"P::A": "otherwise"}, "/S/Bucket", LOOK),
        ({"P::A": "because", "P::P-WideAcknowledgement": "because"}, "/S/Bucket", STOP),
        ({"P::A": "because"}, "/S", STOP),
    ],
)
def test_new_acknowledgement_is_judged(tmp_path: Path, rules: dict[str, str], at: str, expected: Outcome) -> None:
    base = assembly(tmp_path / "base", rules={"P::A": "because"})
    assert outcome(compare_acknowledgements(base, assembly(tmp_path / "head", rules=rules, at=at))) is expected


@pytest.mark.parametrize(
    ("packs", "what"),
    [
        (None, "no longer writes a report"),
        ([pack(rules={"A": "x"})], "The rule pack Other no longer reports"),
        ([pack(rules={"A": "x"}), pack("Other", violations=("New",))], "S/Bucket breaks the rule New: d"),
        ([pack(), pack("Other")], "S/Bucket accepts A, which is no finding"),
        ([pack(rules={"A": "x"}), pack("Other")], ""),
    ],
)
def test_rules_that_no_longer_hold_are_stopped(tmp_path: Path, packs: Any, what: str) -> None:
    base = assembly(tmp_path / "base", rules={"A": "x"}, packs=[pack(rules={"A": "x"}), pack("Other")])
    found = list(compare_acknowledgements(base, assembly(tmp_path / "head", rules={"A": "x"}, packs=packs)))
    assert what in said(found)
    assert outcome(found) is (STOP if what else CLEAN)


def test_folder_is_read_without_tools_and_links(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "a").write_text("x")
    (tmp_path / "b").write_text("x")
    (tmp_path / "c").symlink_to("b")
    (tmp_path / "d").write_bytes(b"x" * (LARGEST + 1))
    assert read_folder(tmp_path) == {"b": b"x", "d": b"2000001 bytes"}
    with pytest.raises(VerdictError, match="not a folder"):
        read_folder(tmp_path / "b")


def test_commit_is_read_from_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    (tmp_path / "a b").write_text("x\ny")
    (tmp_path / "c").symlink_to("a b")
    for arguments in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "x"]):
        subprocess.run(["git", "-C", tmp_path, *arguments], check=True)
    assert read_commit(tmp_path, "HEAD") == {"a b": b"x\ny"}
    with pytest.raises(VerdictError, match="name a commit"):
        read_commit(tmp_path, "gone")
    with pytest.raises(VerdictError, match="not a commit"):
        read_commit(tmp_path, "--help")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(VerdictError, match="install git"):
        read_commit(tmp_path, "HEAD")


def test_finding_that_was_open_before_is_not_reported_again(tmp_path: Path) -> None:
    packs = [pack(rules={"A": "x"}, violations=("Old",))]
    base, head = (assembly(tmp_path / name, rules={"A": "x"}, packs=packs) for name in ("base", "head"))
    assert list(compare_acknowledgements(base, head)) == []
