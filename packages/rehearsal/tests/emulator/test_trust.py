import pytest

from cdk_rehearsal.testing.harness import Account, allow, refused

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def test_nobody_but_the_service_assumes_a_services_role_not_even_root(account: Account) -> None:
    role = account.role("build", {"Service": "codebuild.amazonaws.com"})
    assert refused(lambda: account.session(role)) == "AccessDenied"
    user = account.user("user", allow("sts:AssumeRole"))
    assert refused(lambda: account.session(role, user)) == "AccessDenied"


def test_a_role_that_trusts_a_service_and_an_account_lets_the_account_in(account: Account) -> None:
    role = account.role("both", {"Service": "codebuild.amazonaws.com", "AWS": account.id})
    assert account.session(role)["AccessKeyId"].startswith("ASIA")


def test_trust_and_permission_are_both_needed_across_accounts(account: Account) -> None:
    other = account.other()
    role = other.role("deploy", {"AWS": account.id})
    stranger = account.other()
    assert refused(lambda: stranger.session(role)) == "AccessDenied"
    assert refused(lambda: account.session(role, account.user("without"))) == "AccessDenied"
    account.session(role, account.user("with", allow("sts:AssumeRole", role)))
