import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.unit.actions.stand_ins import Bucket, context, log_of
from tests.unit.engine.samples import deployment, named

from cdk_rehearsal.actions.contracts import ActionFailedError
from cdk_rehearsal.actions.templates import LARGEST_BODY_BYTES, stack_parameters

Json = dict[str, str]
Files = dict[str, bytes]
SMALL = b'{"Resources": {}}'
SETTINGS = {"RoleArn": "arn:aws:iam::222222222222:role/deploy", "TemplatePath": "Files::app.json"}


def submitted(
    tmp_path: Path,
    *,
    settings: Json | None = None,
    files: Files | None = None,
    bucket: Bucket | None = None,
    key: str = "",
) -> dict[str, Any]:
    """What is submitted for these settings, the input artifact holding these files beside a small template."""
    content = {"app.json": SMALL, **(files or {})}
    action = deployment(mode="CREATE_UPDATE", configuration=SETTINGS | (settings or {}), input_artifacts=named("Files"))
    return stack_parameters(context(tmp_path, action, files={"Files": content}, bucket=bucket, key=key))


def test_a_small_template_is_submitted_as_it_is(tmp_path: Path) -> None:
    parameters = submitted(tmp_path, settings={"Capabilities": "CAPABILITY_IAM, CAPABILITY_AUTO_EXPAND"})
    assert parameters == {
        "TemplateBody": SMALL.decode(),
        "Parameters": [],
        "Tags": [],
        "RoleARN": SETTINGS["RoleArn"],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    }


def test_capabilities_may_be_absent(tmp_path: Path) -> None:
    assert "Capabilities" not in submitted(tmp_path)


@pytest.mark.parametrize("key", ["", "arn:aws:kms:eu-west-1:111111111111:key/k"])
def test_a_large_template_travels_through_the_bucket_under_its_key(tmp_path: Path, key: str) -> None:
    bucket, large = Bucket(), b"x" * (LARGEST_BODY_BYTES + 1)
    parameters = submitted(tmp_path, bucket=bucket, key=key, files={"app.json": large})
    place = re.fullmatch(
        r"https://s3\.eu-west-1\.amazonaws\.com/artifacts/(delivery/Template/\w{7})", parameters["TemplateURL"]
    )
    assert place is not None
    assert bucket.objects["artifacts", place[1]] == large
    assert bucket.uploads == [{"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}]


def test_the_largest_body_is_still_a_body(tmp_path: Path) -> None:
    assert "TemplateBody" in submitted(tmp_path, files={"app.json": b"x" * LARGEST_BODY_BYTES})


def test_parameters_and_tags_come_from_the_configuration_file(tmp_path: Path) -> None:
    config = json.dumps({"Parameters": {"Size": "small", "Stage": "dev"}, "Tags": {"team": "payments"}}).encode()
    settings = {"TemplateConfiguration": "Files::config.json", "ParameterOverrides": '{"Size": "large"}'}
    parameters = submitted(tmp_path, settings=settings, files={"config.json": config})
    assert parameters["Tags"] == [{"Key": "team", "Value": "payments"}]
    assert parameters["Parameters"] == [
        {"ParameterKey": "Size", "ParameterValue": "large"},
        {"ParameterKey": "Stage", "ParameterValue": "dev"},
    ]


def test_overrides_may_read_artifacts(tmp_path: Path) -> None:
    overrides = {
        "Image": {"Fn::GetParam": ["Files", "image.json", "Uri"]},
        "Bucket": {"Fn::GetArtifactAtt": ["Files", "BucketName"]},
        "Key": {"Fn::GetArtifactAtt": ["Files", "ObjectKey"]},
    }
    settings = {"ParameterOverrides": json.dumps(overrides)}
    parameters = submitted(tmp_path, settings=settings, files={"image.json": b'{"Uri": "repo:1"}'})
    values = {each["ParameterKey"]: each["ParameterValue"] for each in parameters["Parameters"]}
    assert values == {"Image": "repo:1", "Bucket": "artifacts", "Key": "delivery/Files/in"}


CONFIGURED = {"TemplateConfiguration": "Files::config.json"}
BAD: dict[str, tuple[Json, Files, str]] = {
    "missing template": ({"TemplatePath": "Files::other.json"}, {}, "artifact Files has no file other.json"),
    "configuration no JSON": (
        CONFIGURED,
        {"config.json": b"{"},
        "TemplateConfiguration is no JSON: ",
    ),
    "configuration no object": (
        CONFIGURED,
        {"config.json": b"[]"},
        "TemplateConfiguration is no JSON object",
    ),
    "stack policy": (
        CONFIGURED,
        {"config.json": b'{"StackPolicy": {}}'},
        "the rehearsal does not run StackPolicy; it takes Parameters and Tags",
    ),
    "overrides no JSON": ({"ParameterOverrides": "x=y"}, {}, "ParameterOverrides is no JSON: "),
    "override of another kind": (
        {"ParameterOverrides": '{"Size": {"Ref": "X"}}'},
        {},
        'Size is {"Ref": "X"}; text, Fn::GetParam or Fn::GetArtifactAtt are allowed',
    ),
    "no such parameter": (
        {"ParameterOverrides": '{"Size": {"Fn::GetParam": ["Files", "app.json", "Uri"]}}'},
        {},
        "Size: there is no Uri, only Resources",
    ),
    "no such attribute": (
        {"ParameterOverrides": '{"Size": {"Fn::GetArtifactAtt": ["Files", "Colour"]}}'},
        {},
        "Size: there is no Colour, only ArtifactName, BucketName, ObjectKey, URL",
    ),
    "no such artifact": (
        {"ParameterOverrides": '{"Size": {"Fn::GetArtifactAtt": ["Other", "URL"]}}'},
        {},
        "Other is no input artifact; those are Files",
    ),
}


@pytest.mark.parametrize(("settings", "files", "message"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_submitted_is_named(tmp_path: Path, settings: Json, files: Files, message: str) -> None:
    with pytest.raises(ActionFailedError, match=re.escape(message)) as failed:
        submitted(tmp_path, settings=settings, files=files)
    assert failed.value.code == "ConfigurationError"


def test_a_deployment_without_a_template_is_refused(tmp_path: Path) -> None:
    action = deployment(mode="CREATE_UPDATE", configuration={"RoleArn": "role"})
    with pytest.raises(ActionFailedError, match="TemplatePath is missing"):
        stack_parameters(context(tmp_path, action))


def test_the_template_is_logged(tmp_path: Path) -> None:
    action = deployment(mode="CREATE_UPDATE", configuration=SETTINGS, input_artifacts=named("Files"))
    found = context(tmp_path, action, files={"Files": {"app.json": SMALL}})
    stack_parameters(found)
    assert f"template Files::app.json, {len(SMALL)} bytes" in log_of(found)
