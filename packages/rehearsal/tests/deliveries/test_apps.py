"""Apps of other shapes than this project's, each carried from a push to its last stage under a plain bootstrap."""

import shutil
from pathlib import Path

import pytest

from cdk_rehearsal.driver.accounts import ExecutionPolicies
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.services import stop_services
from cdk_rehearsal.testing.worlds import World, committed, results

pytestmark = [pytest.mark.enable_socket]
APPS = Path(__file__).parents[1] / "apps"
ACCOUNT = "4" * 12


@pytest.mark.parametrize(
    ("chosen", "name", "actions"),
    [
        ("OrdersPipeline", "Orders", ["Orders · Prepare", "Orders · Deploy"]),
        (
            "BillingPipeline",
            "Billing",
            ["Billing · Approve", "Billing · two-billing.Prepare", "Billing · two-billing.Deploy"],
        ),
    ],
)
def test_of_two_pipelines_in_one_app_the_one_that_is_named_delivers_its_own_stage_and_no_other(
    tmp_path: Path, chosen: str, name: str, actions: list[str]
) -> None:
    shutil.copytree(APPS / "two_pipelines", tmp_path / "work", ignore=shutil.ignore_patterns("__pycache__"))
    work, root = committed(tmp_path / "work", "Two pipelines"), tmp_path / "rehearsal"
    try:
        world = World.of(work, root, policies=ExecutionPolicies(), pipeline=chosen)
        delivery = world.push()
        assert delivery.succeeded, world.rehearsal.explain(delivery)
        assert list(results(delivery)) == [f"Source · acme_{name.lower()}", "Build · Synth", *actions]
        assert world.stacks(ACCOUNT) == {chosen: "CREATE_COMPLETE", f"two-{name.lower()}": "CREATE_COMPLETE"}
        parameters = world.client("ssm", ACCOUNT).describe_parameters()["Parameters"]
        assert [each["Name"] for each in parameters if each["Name"].startswith("/two/")] == [f"/two/{name}"]
    finally:
        stop_services(Folders(root=root))
