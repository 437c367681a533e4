import pytest
from tests.unit.engine.samples import ROLE, build, pipeline

from cdk_rehearsal.engine.problems import StructureError
from cdk_rehearsal.engine.shapes import from_api, from_cloudformation, to_api

PROPERTIES = {
    "RoleArn": ROLE,
    "ArtifactStore": {"Type": "S3", "Location": "artifacts", "EncryptionKey": {"Id": "key", "Type": "KMS"}},
    "PipelineType": "V2",
    "RestartExecutionOnUpdate": True,
    "DisableInboundStageTransitions": [{"StageName": "Build", "Reason": "freeze"}],
    "Tags": [{"Key": "team", "Value": "payments"}],
    "Stages": [
        {
            "Name": "Source",
            "Actions": [
                {
                    "Name": "Source",
                    "ActionTypeId": {
                        "Category": "Source",
                        "Owner": "AWS",
                        "Provider": "CodeStarSourceConnection",
                        "Version": "1",
                    },
                    "RunOrder": "1",
                    "Configuration": {"DetectChanges": True, "FullRepositoryId": "acme/payments"},
                    "OutputArtifacts": [{"Name": "Files"}],
                }
            ],
        }
    ],
}


def test_cloudformation_properties_become_the_api_declaration() -> None:
    declared = to_api(from_cloudformation(PROPERTIES, name="delivery"))
    (stage,) = declared["stages"]
    assert declared["name"] == "delivery"
    assert declared["artifactStore"]["encryptionKey"] == {"id": "key", "type": "KMS"}
    assert stage["actions"][0]["actionTypeId"]["provider"] == "CodeStarSourceConnection"
    assert stage["actions"][0]["runOrder"] == 1


def test_configuration_keeps_its_keys_and_turns_every_value_into_text() -> None:
    (stage,) = from_cloudformation(PROPERTIES, name="delivery").stages
    assert stage.actions[0].configuration == {"DetectChanges": "true", "FullRepositoryId": "acme/payments"}


def test_what_cloudformation_keeps_for_itself_is_no_part_of_the_declaration() -> None:
    declared = to_api(from_cloudformation(PROPERTIES, name="delivery"))
    assert not {"tags", "restartExecutionOnUpdate", "disableInboundStageTransitions"} & declared.keys()


def test_artifact_stores_are_a_list_in_cloudformation_and_a_map_in_the_api() -> None:
    store = {"Type": "S3", "Location": "artifacts"}
    properties = {
        **{key: value for key, value in PROPERTIES.items() if key != "ArtifactStore"},
        "ArtifactStores": [{"Region": "eu-west-1", "ArtifactStore": store}],
    }
    declared = from_cloudformation(properties, name="delivery")
    assert to_api(declared)["artifactStores"] == {"eu-west-1": {"type": "S3", "location": "artifacts"}}


def test_a_pipeline_survives_the_api_s_spelling() -> None:
    declared = from_cloudformation(PROPERTIES, name="delivery")
    assert from_api(to_api(declared)) == declared


def test_a_member_that_the_engine_does_not_run_is_refused_by_its_place() -> None:
    declared = to_api(pipeline())
    declared["stages"][1]["blockers"] = []
    with pytest.raises(StructureError, match=r"stages\.1\.blockers: the rehearsal does not run this") as refused:
        from_api(declared)
    assert refused.value.code == "ValidationException"


def test_a_malformed_member_is_refused_by_its_place() -> None:
    declared = to_api(pipeline())
    declared["stages"][0]["actions"][0]["runOrder"] = 0
    with pytest.raises(StructureError, match=r"stages\.0\.actions\.0\.runOrder"):
        from_api(declared)


def test_structure_is_compared_without_the_version() -> None:
    assert pipeline(version=1).same_structure(pipeline(version=2))
    changed = from_api({**to_api(pipeline()), "executionMode": "QUEUED"})
    assert not pipeline().same_structure(changed)


def test_a_region_without_a_store_has_none() -> None:
    stores = {"eu-west-1": {"type": "S3", "location": "artifacts"}}
    declared = pipeline(artifactStore=None, artifactStores=stores)
    assert declared.store("eu-west-1").location == "artifacts"
    with pytest.raises(KeyError):
        declared.store("us-east-1")


def test_one_store_serves_every_region() -> None:
    assert pipeline().store("eu-west-1").location == "artifacts"


def test_positions_and_stages_are_found_by_name() -> None:
    declared = pipeline()
    assert declared.position("Gate") == 1
    assert declared.position("Elsewhere") == -1
    assert declared.stage("Elsewhere") is None
    assert build().run_order == 1
