import pytest

from cdk_assembly import Arn, account_of, parse_arn


@pytest.mark.parametrize(
    ("text", "account", "kind", "name"),
    [
        ("arn:aws:iam::111122223333:role/team/admin", "111122223333", "role", "team/admin"),
        ("arn:aws:lambda:us-east-1:111122223333:function:tap:1", "111122223333", "function", "tap:1"),
        ("arn:aws:sns:us-east-1:111122223333:topic", "111122223333", "", "topic"),
        ("arn:aws:s3:::bucket/some/key", "", "", "bucket/some/key"),
        ("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/x", "${AWS::AccountId}", "role", "x"),
        ("arn:aws:s3:::a}b", "", "", "a}b"),
    ],
)
def test_arn_parses_into_its_parts_and_back(text: str, account: str, kind: str, name: str) -> None:
    arn = parse_arn(text)
    assert isinstance(arn, Arn)
    assert (arn.account, arn.resource_type, arn.resource_id, str(arn)) == (account, kind, name, text)


@pytest.mark.parametrize("text", ["", "*", "111122223333", "arn:aws:iam", "arn:aws::::", "urn:aws:iam::1:role/x"])
def test_text_that_is_no_arn_parses_to_none(text: str) -> None:
    assert parse_arn(text) is None


def test_account_of_an_arn_and_of_nothing_else() -> None:
    assert account_of("arn:aws:iam::111122223333:role/deploy") == "111122223333"
    with pytest.raises(ValueError, match=r"^'deploy' is not an ARN; name one"):
        account_of("deploy")
