"""The work tree is compared with the commit that it branched off from, which is synthesised once, by its own verb."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cdk_review.against import kept, synthesis
from cdk_review.against.command import main
from cdk_review.against.repository import Repository
from cdk_review.errors import ReviewError
from cdk_review.model.report import Report
from delivery_testing.assemblies import one_stack, resource

# What `make synth` does here: it copies the assembly that is committed, and counts.
MAKEFILE = """synth:
\t@echo run >> $(COUNT)
\t@[ -z "$$MAKELEVEL" ] || [ "$$MAKELEVEL" = 1 ]
\t@cp -r assembly cdk.out
"""


class Clone:
    """A repository whose commits hold assemblies."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.count = root.parent / "count"
        root.mkdir()
        self.git("init", "-q", "-b", "main")
        (root / ".gitignore").write_text("cdk.out\n.cache\nreport\n")
        (root / "Makefile").write_text(MAKEFILE)

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", "-C", str(self.root), *identity, *arguments], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def assembly(self, name: str) -> None:
        shutil.rmtree(self.root / "assembly", ignore_errors=True)
        one_stack(self.root / "assembly", Topic=resource("AWS::SNS::Topic", "App/Topic", {"DisplayName": name}))

    def commit(self, name: str) -> str:
        self.assembly(name)
        self.git("add", "-A")
        self.git("commit", "-qm", name)
        return self.git("rev-parse", "HEAD")

    def review(self, ref: str, **environ: str) -> tuple[Result, Report]:
        out = self.root / "report"
        arguments = [ref, "--out", str(out), "--source", str(self.root)]
        result = CliRunner(env={"COUNT": str(self.count), "MAKEFLAGS": "n", "MAKELEVEL": "9", **environ}).invoke(
            main, arguments
        )
        return result, Report.model_validate_json((out / "report.json").read_bytes())

    @property
    def synths(self) -> int:
        return len(self.count.read_text().splitlines())


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    monkeypatch.delenv("DELIVERY_CACHE", raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    return Clone(tmp_path / "clone")


def names(report: Report) -> list[tuple[str | None, str | None]]:
    return [
        (item.before, item.after) for stage in report.stages for found in stage.resources for item in found.properties
    ]


def test_it_compares_with_where_the_branch_began_and_not_with_where_main_is(clone: Clone) -> None:
    began = clone.commit("began")
    clone.git("checkout", "-qb", "feature")
    feature = clone.commit("feature")
    clone.git("checkout", "-q", "main")
    clone.commit("later")
    clone.git("checkout", "-q", "feature")
    result, report = clone.review("main")
    assert result.exit_code == 0, result.output
    assert names(report) == [("began", "feature")]
    assert (report.base.commit, report.head.commit) == (began, feature)


def test_the_base_is_synthesised_once_for_each_commit_and_set_of_settings(clone: Clone) -> None:
    clone.commit("one")
    clone.git("checkout", "-qb", "feature")
    clone.commit("two")
    clone.review("main")
    assert clone.synths == 2
    clone.review("main")
    assert clone.synths == 3
    clone.review("main", DELIVERY_ANYTHING="1")
    assert clone.synths == 5
    clone.review("main", DELIVERY_CACHE=str(clone.root.parent / "elsewhere"))
    assert clone.synths == 7
    assert list((clone.root.parent / "elsewhere" / "review").iterdir())


def test_a_tree_that_is_not_committed_has_no_commit(clone: Clone) -> None:
    clone.commit("one")
    clone.assembly("uncommitted")
    _, report = clone.review("main")
    assert names(report) == [("one", "uncommitted")]
    assert report.head.commit is None


def test_an_earlier_assembly_of_the_tree_is_never_taken_for_the_new_one(clone: Clone) -> None:
    clone.commit("one")
    clone.review("main")
    (clone.root / "Makefile").write_text(
        "synth:\n\t@echo the app is broken; echo python3 app.py: Subprocess exited with error 1; exit 1\n"
    )
    result, report = clone.review("main")
    assert result.exit_code == 2
    assert report.failure == "The work tree does not synthesise; `make synth` there says: the app is broken"


def test_a_base_that_does_not_synthesise_is_said_and_not_kept(clone: Clone) -> None:
    good = (clone.root / "Makefile").read_text()
    (clone.root / "Makefile").write_text("synth:\n\t@exit 3\n")
    broken = clone.commit("broken")
    (clone.root / "Makefile").write_text(good)
    clone.git("checkout", "-qb", "feature")
    clone.commit("mended")
    for _ in range(2):
        result, report = clone.review("main")
        assert result.exit_code == 2
        assert report.failure == f"The base {broken[:8]} does not synthesise; `make synth` there says: exit code 2"
    assert [path.name for path in (clone.root / ".cache" / "review").iterdir()] == []


def test_findings_of_the_gate_do_not_stop_the_report(clone: Clone) -> None:
    (clone.root / "Makefile").write_text(f"{MAKEFILE}\t@exit 1\n")
    clone.commit("one")
    result, _ = clone.review("main")
    assert result.exit_code == 0


@pytest.mark.parametrize("ref", ["nowhere", "--all", "HEAD:Makefile"])
def test_a_ref_that_is_none_is_named(clone: Clone, ref: str) -> None:
    clone.commit("one")
    repository = Repository(clone.root)
    with pytest.raises(ReviewError, match=f"{ref} is no commit or branch of this clone"):
        repository.merge_base(ref)


def test_histories_without_a_common_commit_are_named(clone: Clone) -> None:
    clone.commit("one")
    clone.git("checkout", "-q", "--orphan", "other")
    clone.commit("two")
    with pytest.raises(ReviewError, match="HEAD and main have no commit in common"):
        Repository(clone.root).merge_base("main")


def test_git_is_needed(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ReviewError, match="git is not on PATH"):
        Repository(clone.root)


def test_a_commit_whose_files_are_not_there_is_named(clone: Clone, tmp_path: Path) -> None:
    clone.commit("one")
    with pytest.raises(ReviewError, match="git can't read the files of the base 0000"):
        Repository(clone.root).extract("0" * 40, tmp_path / "tree")


def test_links_are_extracted_as_they_are(clone: Clone, tmp_path: Path) -> None:
    (clone.root / "away").symlink_to("/nowhere/at/all")
    Repository(clone.root).extract(clone.commit("one"), tmp_path / "tree")
    assert (tmp_path / "tree" / "away").readlink() == Path("/nowhere/at/all")


def test_make_is_needed_and_may_not_hang(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    clone.commit("one")
    (clone.root / "Makefile").write_text("synth:\n\t@exec sleep 60\n")
    monkeypatch.setattr(synthesis, "LIMIT_S", 0.2)
    with pytest.raises(ReviewError, match=r"It does not synthesise: `make synth` took more than 0\.2 s"):
        synthesis.synthesise(clone.root, {"PATH": "/usr/bin:/bin"}, what="It")
    monkeypatch.setattr(synthesis, "VERB", ("no-such-make", "synth"))
    with pytest.raises(ReviewError, match="`no-such-make synth` can't be run: No such file"):
        synthesis.synthesise(clone.root, {}, what="It")


@pytest.fixture
def meanwhile(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Another run that has the same base ready just before this one."""
    synthesise = synthesis.synthesise

    def other_is_faster() -> None:
        def slow(tree: Path, environ: dict[str, str], *, what: str) -> Path:
            made = synthesise(tree, environ, what=what)
            if what.startswith("The base"):
                commit = clone.git("rev-parse", "main")
                shutil.copytree(made, clone.root / ".cache" / "review" / f"{commit}-{kept._settings(environ)}")
            return made

        monkeypatch.setattr(kept, "synthesise", slow)

    return other_is_faster


def test_two_runs_may_synthesise_one_base(clone: Clone, meanwhile: Callable[[], None]) -> None:
    clone.commit("one")
    meanwhile()
    result, report = clone.review("main")
    assert result.exit_code == 0
    assert report.failure is None


def test_a_cache_that_can_t_be_written_is_an_error(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    clone.commit("one")

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied", str(target))

    monkeypatch.setattr(Path, "rename", refuse)
    result, report = clone.review("main")
    assert result.exit_code == 2
    assert "Permission denied" in str(report.failure)


def test_old_assemblies_are_forgotten(clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "KEPT", 1)
    for name in ("one", "two", "three"):
        clone.commit(name)
        clone.review("main")
    (assembly,) = (clone.root / ".cache" / "review").iterdir()
    assert assembly.name.startswith(clone.git("rev-parse", "main"))
