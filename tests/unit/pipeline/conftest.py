"""The pipeline's parts, found in its template by what they are for."""

from collections.abc import Mapping

import pytest

from tests.synthesis import Resource, Template, of_type

Stages = Mapping[str, list[Resource]]


@pytest.fixture(scope="session")
def pipeline(pipeline_template: Template) -> Resource:
    """The properties of the one pipeline."""
    (found,) = of_type(pipeline_template, "AWS::CodePipeline::Pipeline").values()
    properties: Resource = found["Properties"]
    return properties


@pytest.fixture(scope="session")
def stages(pipeline: Resource) -> Stages:
    """The actions of each stage, by the stage's name and in order of the stages."""
    return {stage["Name"]: stage["Actions"] for stage in pipeline["Stages"]}


@pytest.fixture(scope="session")
def builds(pipeline_template: Template, stages: Stages) -> Mapping[str, Resource]:
    """The properties of the project behind each build action, by ``stage/action``."""
    projects = of_type(pipeline_template, "AWS::CodeBuild::Project")
    return {
        f"{stage}/{action['Name']}": projects[action["Configuration"]["ProjectName"]["Ref"]]["Properties"]
        for stage, actions in stages.items()
        for action in actions
        if action["ActionTypeId"]["Provider"] == "CodeBuild"
    }
