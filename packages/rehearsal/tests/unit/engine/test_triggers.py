from typing import Any

import pytest
from tests.unit.engine.samples import action, approval, named, pipeline, source

from cdk_rehearsal.engine.definition import Pipeline, Stage
from cdk_rehearsal.engine.providers import CODECOMMIT, S3_SOURCE
from cdk_rehearsal.engine.triggers import Push, branch_polling_for, object_polling_for, source_started_by

GATE = Stage(name="Gate", actions=(approval(),))


def follows(declared: Pipeline, *, repository: str = "acme/payments", branch: str = "main", files: Any = ()) -> bool:
    push = Push(repository=repository, branch=branch, commit="c" * 40)
    return source_started_by(push, declared, lambda: files) is not None


def filtered(*push: dict[str, Any], action: str = "Source") -> Pipeline:
    configuration = {"sourceActionName": action, "push": push}
    return pipeline(triggers=[{"providerType": "CodeStarSourceConnection", "gitConfiguration": configuration}])


def test_a_push_to_the_branch_starts_the_source() -> None:
    assert follows(pipeline())


def test_other_branches_and_repositories_start_nothing() -> None:
    assert not follows(pipeline(), branch="feature")
    assert not follows(pipeline(), repository="acme/other")


def test_a_source_without_change_detection_is_not_started() -> None:
    still = Stage(name="Source", actions=(source(configuration={"DetectChanges": "false"}),))
    assert not follows(pipeline(still, GATE))


def test_the_second_of_two_sources_is_found() -> None:
    other = source("Other", output="More", configuration={"FullRepositoryId": "acme/other"})
    declared = pipeline(Stage(name="Source", actions=(source(), other)), GATE)
    found = source_started_by(Push(repository="acme/other", branch="main", commit=""), declared, tuple)
    assert found == other


def test_only_sources_of_connections_are_looked_at() -> None:
    assert not follows(pipeline(GATE, GATE))


@pytest.mark.parametrize(
    ("branch", "started"), [("release/1", True), ("release/1/hotfix", False), ("release/old", False), ("main", False)]
)
def test_branch_filters_replace_the_branch_of_the_source(branch: str, *, started: bool) -> None:
    declared = filtered({"branches": {"includes": ["release/*"], "excludes": ["release/old"]}})
    assert follows(declared, branch=branch) is started


def test_excludes_alone_let_everything_else_in() -> None:
    declared = filtered({"branches": {"excludes": ["wip/**"]}})
    assert follows(declared, branch="anything")
    assert not follows(declared, branch="wip/a/b")


@pytest.mark.parametrize(
    ("files", "started"),
    [
        (["app/main.py"], True),
        (["app/deep/er/main.py"], True),
        (["docs/index.md"], False),
        (["docs/index.md", "app/x.py"], True),
        (["app/README.md"], False),
        ([], False),
    ],
)
def test_path_filters_look_at_what_the_push_changed(files: list[str], *, started: bool) -> None:
    declared = filtered({"filePaths": {"includes": ["app/**"], "excludes": ["**/*.{md,txt}"]}})
    assert follows(declared, files=files) is started


def test_path_filters_alone_follow_the_branch_of_the_source() -> None:
    declared = filtered({"filePaths": {"includes": ["**"]}})
    assert not follows(declared, branch="feature", files=["x"])


def test_one_of_several_filters_is_enough() -> None:
    declared = filtered({"branches": {"includes": ["a"]}}, {"branches": {"includes": ["b?"]}})
    assert follows(declared, branch="b1")
    assert not follows(declared, branch="b")


def test_a_tag_filter_is_not_met_by_a_branch() -> None:
    assert not follows(filtered({"tags": {"includes": ["**"]}}))


def test_a_filter_of_another_source_changes_nothing() -> None:
    assert follows(filtered({"branches": {"includes": ["x"]}}, action="Other"))


@pytest.mark.parametrize(
    ("bucket", "key", "settings", "found"),
    [
        ("sources", "app.zip", {}, True),
        ("sources", "app.zip", {"PollForSourceChanges": "true"}, True),
        ("sources", "app.zip", {"PollForSourceChanges": "false"}, False),
        ("sources", "other.zip", {}, False),
        ("others", "app.zip", {}, False),
    ],
)
def test_an_object_is_found_by_polling_unless_that_is_off(
    bucket: str, key: str, settings: dict[str, str], *, found: bool
) -> None:
    configuration = {"S3Bucket": "sources", "S3ObjectKey": "app.zip", **settings}
    polls = action("Object", S3_SOURCE, configuration=configuration, output_artifacts=named("More"))
    declared = pipeline(Stage(name="Source", actions=(source(), polls)), GATE)
    assert object_polling_for(bucket, key, declared) == (polls if found else None)


def test_a_commit_is_found_by_polling_unless_that_is_off() -> None:
    def declared(**settings: str) -> Pipeline:
        configuration = {"RepositoryName": "shop", "BranchName": "main", **settings}
        polls = action("Commit", CODECOMMIT, configuration=configuration, output_artifacts=named("More"))
        return pipeline(Stage(name="Source", actions=(source(), polls)), GATE)

    found = branch_polling_for("shop", "main", declared())
    assert found is not None
    assert found.name == "Commit"
    assert branch_polling_for("shop", "feature", declared()) is None
    assert branch_polling_for("shop", "main", declared(PollForSourceChanges="false")) is None
