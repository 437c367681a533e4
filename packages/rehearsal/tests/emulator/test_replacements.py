import pytest
from ministack.services.cloudformation import provisioners
from tests.emulator.test_change_sets import changes

from cdk_rehearsal.emulator.extensions.replacements import TYPES
from cdk_rehearsal.testing.harness import Account, attribute, propose, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def test_a_change_of_a_key_is_announced_in_place_and_one_of_a_secret_s_name_as_a_replacement(account: Account) -> None:
    def template(description: str, name: str) -> dict[str, object]:
        return {
            "Key": resource("AWS::KMS::Key", {"Description": description}),
            "Secret": resource("AWS::SecretsManager::Secret", {"Name": name, "KmsKeyId": attribute("Key", "Arn")}),
        }

    account.deploy("app", template("before", "one"))
    found = changes(propose(account, "app", template("after", "two")))
    assert found == {"Key": ("Modify", "False"), "Secret": ("Modify", "True")}


def test_the_emulator_does_not_know_it_by_itself() -> None:
    assert not set(TYPES) & provisioners._REPLACING_PROPERTIES.keys()
