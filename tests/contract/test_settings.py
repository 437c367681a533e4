"""What the settings' own tables promise about the library and about the pipeline's stack."""

import subprocess
import sys
from pathlib import Path

from aws_cdk import RemovalPolicy
from aws_cdk.region_info import RegionInfo

from pipeline.regions import STAGE_REGIONS
from pipeline.settings import CONTEXT_KEY, RESERVED
from stages.table import STAGES
from tests.stages import configured_stages
from tests.synthesis import ROOT, Template, committed_context, of_type


def test_every_region_is_known_to_the_library() -> None:
    assert {region.name for region in RegionInfo.regions} >= STAGE_REGIONS
    assert {"us-east-1", "eu-west-1", "ap-southeast-2"} <= STAGE_REGIONS


def test_no_stage_can_take_the_name_of_another_part_of_the_pipeline(pipeline_template: Template) -> None:
    stages = {stage.construct_id for stage in configured_stages()}
    paths = [each["Metadata"]["aws:cdk:path"].split("/") for each in pipeline_template["Resources"].values()]
    constructs = {path[1] for path in paths if path[1:]} - stages
    ((_, pipeline),) = of_type(pipeline_template, "AWS::CodePipeline::Pipeline").items()
    names = {stage["Name"] for stage in pipeline["Properties"]["Stages"]} - stages
    assert {name.lower() for name in {*constructs, *names, *pipeline_template["Outputs"]}} <= RESERVED


def test_committed_settings_name_the_stages_of_the_table() -> None:
    assert set(committed_context()[CONTEXT_KEY]["stages"]) == set(STAGES)


def test_reading_settings_does_not_load_the_cdk(tmp_path: Path) -> None:
    reading = "import sys, pipeline.reading; sys.exit('aws_cdk' in sys.modules or 'jsii' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", reading], cwd=ROOT, check=False).returncode == 0


def test_last_stage_has_the_data_that_matters() -> None:
    *_, last = configured_stages()
    assert last.removal_policy is RemovalPolicy.RETAIN
