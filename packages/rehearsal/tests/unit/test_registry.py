from cdk_rehearsal.registry import authorisation, identifier


def test_registry_reads_identifiers_and_authorization_reference() -> None:
    assert identifier("AWS::SNS::Topic") == "TopicArn"
    assert "putapprovalresult" in authorisation()["codepipeline"]["Actions"]
