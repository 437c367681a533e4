"""In another configuration the policies agree, and the documents name every account and Region to bootstrap."""

import json
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.reading import read_settings
from stages.table import STAGES
from tests.contract.agreement.configurations import (
    PLACES,
    agreed,
    configuration,
    documented,
    environments,
    synthesized,
)
from tests.contract.agreement.contract import deployer
from tests.contract.agreement.key_uses import KEY_USES
from tests.contract.agreement.policies import Request, allows
from tests.contract.agreement.stacks import Stack
from tests.synthesis import ROOT

QUALIFIER = "tapdeliver"
REGIONS = {"tools": "eu-west-1", **dict.fromkeys(STAGES, "eu-central-1")}
SETTINGS = configuration(one_account=False, regions=REGIONS, bounded=True) | {"qualifier": QUALIFIER}
TOOLS = SETTINGS["tools"]["account"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(scope="module")
def elsewhere(folder: Path) -> list[Stack]:
    """A delivery in three Regions, under a boundary, with a bootstrap of its own."""
    return synthesized(SETTINGS, folder)


def test_policies_agree_in_three_regions_under_a_boundary(elsewhere: list[Stack]) -> None:
    found = agreed(elsewhere, bounded=True)
    # Only a pipeline whose actions are all in one Region has a single artifact store.
    assert [row.prop for row in KEY_USES if row not in found.used] == ["ArtifactStore.EncryptionKey.Id"]
    # The pipeline's, its support in two Regions, and a workload and a firewall per stage.
    assert len(elsewhere) == 3 + 2 * len(STAGES)


@pytest.mark.parametrize("region", ["eu-south-1", "me-south-1", "cn-north-1", "us-gov-west-1"])
def test_configuration_that_can_t_work_is_rejected_before_synthesis(region: str) -> None:
    settings = configuration(one_account=True, regions=dict.fromkeys(PLACES, region), bounded=False)
    with pytest.raises(SettingsError) as error:
        read_settings(context=settings, environ={}, rows=STAGES)
    assert len(str(error.value).splitlines()) == len(PLACES)


def test_bootstrap_document_names_what_three_regions_need(elsewhere: list[Stack]) -> None:
    text = (ROOT / "bootstrap" / "README.md").read_text()
    assert "**A stage outside us-east-1:** bootstrap its account in its own Region and in us-east-1" in text
    assert "**Tools:** bootstrap it in its own Region and in every Region that a stage deploys to" in text
    assert environments(elsewhere) == documented(SETTINGS)
    assert (TOOLS, "us-east-1") in documented(SETTINGS)


def test_bootstrap_of_another_qualifier_is_used_throughout(elsewhere: list[Stack], folder: Path) -> None:
    files = [path for path in folder.rglob("*.json") if not path.name.startswith("tree")]
    assert files
    assert [path.name for path in files if "hnb659fds" in path.read_text()] == []
    for stack in elsewhere:
        version = f"arn:aws:ssm:{stack.region}:{stack.account}:parameter/cdk-bootstrap/{QUALIFIER}/version"
        if "support" not in stack.name:  # the library's, which reads no parameter
            assert f"/cdk-bootstrap/{QUALIFIER}/version" in json.dumps(stack.template["Parameters"])
        files_of = ("tools",) if stack.account == TOOLS else ("stage-access",)
        assert allows(deployer(files_of), Request(action="ssm:GetParameters", resource=version))
    for stage in SETTINGS["stages"].values():
        code = f"arn:aws:s3:::cdk-{QUALIFIER}-assets-{stage['account']}-{stage['region']}/a.zip"
        assert allows(deployer(("stage-access",)), Request(action="s3:GetObject", resource=code))
