"""A finding is shown at the line that builds its construct, and its acknowledgement with the day it came."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.unit.reports import finding, lost

from cdk_review.model.deployment import Stage
from cdk_review.model.findings import Finding, Place, Since
from cdk_review.source import places
from cdk_review.source.calls import read_source
from cdk_review.source.history import History
from cdk_review.source.located import Where
from cdk_review.source.places import place_of

APP = """
from aws_cdk import App
from parts import Stack, Tier

app = App()
Stack(app, "App")
"""

PARTS = """
from constructs import Construct
from aws_cdk import Bucket, Queue, Stage

class Stack(Construct):
    def __init__(self, scope, id_):
        super().__init__(scope, id_)
        for name in ("dev", "prod"):
            Tier(self, name.title())
        Bucket(self, "Logs")
        helped(self)

def helped(scope):
    return deeper(scope)

def deeper(scope):
    return Queue(scope, "Jobs")

class Tier(Stage):
    def __init__(self, scope, id_):
        super().__init__(scope, id_)
        self.data = Bucket(self, "Data", encrypted=True)
        self.data.add_rule("Rule")
        Vpc(self, "Net")
        self.note("no construct")

class Vpc(Construct):
    def __init__(self, scope, id_):
        acknowledge(self, reason="An address of "
            "its own is needed here.")
        acknowledge(self, reason=f"In {id_} the address is of no further consequence to anybody.")
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "__init__.py").write_text(PARTS)
    (tmp_path / "parts" / "broken.py").write_text("import aws_cdk\ndef (")
    (tmp_path / "parts" / "plain.py").write_text('Bucket(None, "Data")\n')
    for apart in ("tests", ".hidden", "node_modules"):
        (tmp_path / apart).mkdir()
        (tmp_path / apart / "same.py").write_text(PARTS)
    (tmp_path / "linked").symlink_to(tmp_path / "parts")
    return tmp_path


def line(text: str) -> int:
    return PARTS.splitlines().index(next(item for item in PARTS.splitlines() if text in item)) + 1


@pytest.mark.parametrize(
    ("path", "file", "text"),
    [
        ("App/Logs/Resource", "parts/__init__.py", '"Logs"'),
        ("App/Dev/Data/Resource", "parts/__init__.py", '"Data"'),
        ("App/Prod/Data/Policy/Resource", "parts/__init__.py", '"Data"'),
        ("App/Prod/Data/Rule", "parts/__init__.py", '"Rule"'),
        ("App/Prod/Net/Subnet/Resource", "parts/__init__.py", '"Net"'),
        ("App/Jobs/Resource", "parts/__init__.py", '"Jobs"'),
        ("App/Prod/Net", "parts/__init__.py", '"Net"'),
    ],
)
def test_a_construct_is_found_where_it_is_built(tree: Path, path: str, file: str, text: str) -> None:
    assert place_of(path, read_source(tree)) == Place(file=file, line=line(text))


def test_the_deepest_known_line_stands_for_what_lies_below(tree: Path) -> None:
    assert place_of("App/Unknown/Resource", read_source(tree)) == Place(file="app.py", line=6)
    assert place_of("Elsewhere/Thing", read_source(tree)) is None


def test_an_id_that_could_be_several_is_not_guessed(tree: Path) -> None:
    with (tree / "parts" / "__init__.py").open("a") as file:
        file.write("\nclass Other(Construct):\n    def __init__(self, scope, id_):\n        Tier(self, id_ + '1')\n")
    assert place_of("App/Prod/Data/Resource", read_source(tree)) == Place(file="app.py", line=6)


def test_functions_that_call_functions_are_followed_to_a_depth(tree: Path) -> None:
    source = read_source(tree)
    calls = next(body.calls for body in source.bodies.values() if body.calls)
    assert tuple(places._with_functions(calls, source, depth=0)) == calls


def test_a_name_that_stands_for_two_classes_leads_nowhere(tree: Path) -> None:
    (tree / "again.py").write_text("import constructs\nclass Tier:\n    pass\n")
    assert place_of("App/Prod/Data/Resource", read_source(tree)) == Place(file="app.py", line=6)


def committed(tree: Path, day: str) -> str:
    git = ["git", "-C", str(tree), "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    environ = {"GIT_AUTHOR_DATE": f"{day}T12:00:00Z", "GIT_COMMITTER_DATE": f"{day}T12:00:00Z", "PATH": "/usr/bin:/bin"}
    if not (tree / ".git").exists():
        subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "x"], check=True, env=environ)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return head.stdout.strip()


REASON = "An address of its own is needed here."
WORKED_OUT = "In Net the address is of no further consequence to anybody."


def since(tree: Path, **more: Any) -> Since | None:
    (found,) = Where(tree).findings([finding("acknowledged", **{"reason": REASON} | more)])
    return found.since


def test_an_acknowledgement_is_as_old_as_the_line_of_its_reason(tree: Path) -> None:
    first = committed(tree, "2031-02-03")
    (tree / "parts" / "__init__.py").write_text("# a line above\n" + PARTS)
    committed(tree, "2031-04-05")
    expected = Since(change=False, commit=first, date="2031-02-03")
    known = [finding("acknowledged", reason=reason, before="acknowledged") for reason in (REASON, WORKED_OUT)]
    assert [found.since for found in Where(tree).findings(known)] == [expected, expected]


def test_one_that_comes_with_the_change_is_marked(tree: Path) -> None:
    committed(tree, "2031-02-03")
    found = since(tree, before="open")
    assert found is not None
    assert found.change is True
    assert since(tree, reason="Written nowhere.", before="acknowledged") == Since(change=False)


def test_a_line_that_is_not_committed_has_no_day(tree: Path) -> None:
    committed(tree, "2031-02-03")
    (tree / "parts" / "__init__.py").write_text(PARTS.replace("reason=", "reason = "))
    assert since(tree) == Since(change=True)


def test_without_git_or_a_repository_nothing_is_known(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert since(tree) == Since(change=True)
    monkeypatch.setenv("PATH", "")
    assert History(tree).of(Place(file="app.py", line=1)) is None


def test_findings_without_a_line_stand_at_the_file_that_names_the_app(tree: Path) -> None:
    unknown = finding("new", path="Elsewhere/Thing")

    def place() -> Place | None:
        (found,) = Where(tree).findings([unknown])
        return found.place

    assert place() is None
    (tree / "cdk.json").write_text("{}")
    assert place() == Place(file="cdk.json", line=1)


def test_what_is_lost_is_shown_at_its_line_and_other_resources_are_not(tree: Path) -> None:
    resources = (lost(path="App/Prod/Data/Resource"), lost(path="App/Prod/Data/Resource", destructive=False))
    (stage,) = Where(tree).stages([Stage(address="S", environments=(), retains=True, resources=resources)])
    assert stage.resources[0].place == Place(file="parts/__init__.py", line=line('"Data"'))
    assert stage.resources[1].place == resources[1].place


def test_a_finding_that_nobody_accepted_is_since_nothing(tree: Path) -> None:
    (found,) = Where(tree).findings([Finding(state="new", rule="R", path="App", fingerprint="0" * 64)])
    assert found.since is None
