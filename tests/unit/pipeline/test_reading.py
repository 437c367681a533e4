"""Settings come from the context with variables above it, and what is wrong with them is said in a line each."""

import copy
from typing import Any

import pytest

from pipeline.errors import SettingsError
from pipeline.places import stages
from pipeline.reading import read_settings
from tests.synthesis import SETTINGS, as_variables, committed_context

CONTEXT: dict[str, Any] = dict(SETTINGS)
KEYS = "tools, dev, prod, repository, branch, connection_arn, approvers, permissions_boundary"
VARIABLES = (
    "DELIVERY_TOOLS_ACCOUNT, DELIVERY_TOOLS_REGION, DELIVERY_DEV_ACCOUNT, DELIVERY_DEV_REGION, DELIVERY_PROD_ACCOUNT, "
    "DELIVERY_PROD_REGION, DELIVERY_REPOSITORY, DELIVERY_BRANCH, DELIVERY_CONNECTION_ARN, DELIVERY_APPROVERS, "
    "DELIVERY_PERMISSIONS_BOUNDARY"
)
ACCOUNT = "12 digits in quotes, such as '222222222222'"
ARN = "arn:aws:codeconnections:<region>:<account>:connection/<id of 36 characters>"
EMAILS = "one or more e-mail addresses, such as 'approvers@example.com'"
GOOD_ARN = "arn:aws:codestar-connections:eu-west-1:123456789012:connection/01234567-89ab-cdef-0123-456789abcdef"


def context_with(path: str, value: object) -> dict[str, Any]:
    context = copy.deepcopy(CONTEXT)
    *parents, last = path.split(".")
    inside = context
    for name in parents:
        inside = inside[name]
    inside[last] = value
    return context


def lines(*, context: object = CONTEXT, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as error:
        read_settings(context=context, environ=environ)
    return str(error.value).splitlines()


def test_the_committed_context_is_complete() -> None:
    settings = read_settings(context=committed_context()["delivery"], environ={})
    assert [stage.name for stage in stages(settings)] == ["dev", "prod"]


def test_every_setting_is_read() -> None:
    whole = {**CONTEXT, "permissions_boundary": "team-boundary"}
    assert read_settings(context=whole, environ={}).model_dump(mode="json") == whole


def test_roles_have_no_boundary_unless_one_is_named() -> None:
    assert read_settings(context=CONTEXT, environ={}).permissions_boundary is None
    (line,) = lines(context={**CONTEXT, "permissions_boundary": "arn:aws:iam::111111111111:policy/team"})
    assert "(variable DELIVERY_PERMISSIONS_BOUNDARY)" in line
    assert "the name of a managed policy that every account has" in line


def test_variables_stand_above_the_context() -> None:
    environ = {
        "DELIVERY_DEV_ACCOUNT": "444455556666",
        "DELIVERY_TOOLS_REGION": "eu-west-1",
        "DELIVERY_BRANCH": "release/1",
        "DELIVERY_CONNECTION_ARN": GOOD_ARN,
        "DELIVERY_APPROVERS": "one@example.com, two@example.com",
    }
    settings = read_settings(context=CONTEXT, environ=environ)
    assert (settings.dev.account, settings.prod.account) == ("444455556666", "333333333333")
    assert settings.tools.region == "eu-west-1"
    assert (settings.branch, settings.connection_arn) == ("release/1", GOOD_ARN)
    assert settings.approvers == ("one@example.com", "two@example.com")


def test_variables_alone_are_enough() -> None:
    assert read_settings(context=None, environ=as_variables(SETTINGS)) == read_settings(context=CONTEXT, environ={})


def test_reading_leaves_the_context_as_it_was() -> None:
    context = copy.deepcopy(CONTEXT)
    read_settings(context=context, environ={"DELIVERY_DEV_ACCOUNT": "444455556666"})
    assert context == CONTEXT


def test_other_variables_are_none_of_the_settings_business() -> None:
    environ = {"DELIVERY_CACHE": "/tmp/cache", "HOME": "/root", "AWS_PROFILE": "mine", "DELIVERYMAN": "x"}  # noqa: S108 - never opened
    assert read_settings(context=CONTEXT, environ=environ) == read_settings(context=CONTEXT, environ={})


@pytest.mark.parametrize(
    ("variable", "setting", "value", "allowed"),
    [
        ("DELIVERY_DEV_ACCOUNT", "dev.account", "12345678901", ACCOUNT),
        ("DELIVERY_PROD_ACCOUNT", "prod.account", "1234567890123", ACCOUNT),
        ("DELIVERY_TOOLS_ACCOUNT", "tools.account", "", ACCOUNT),
        ("DELIVERY_TOOLS_ACCOUNT", "tools.account", "١٢٣٤٥٦٧٨٩٠١٢", ACCOUNT),
        ("DELIVERY_DEV_ACCOUNT", "dev.account", "222222222222\n", ACCOUNT),
        ("DELIVERY_REPOSITORY", "repository", "no-owner", "owner/name, such as 'your-organisation/tap-delivery'"),
        ("DELIVERY_REPOSITORY", "repository", "a/b/c", "owner/name, such as 'your-organisation/tap-delivery'"),
        ("DELIVERY_BRANCH", "branch", "-x", "the name of a branch, such as 'main'"),
        ("DELIVERY_CONNECTION_ARN", "connection_arn", "arn:aws:s3:::bucket", ARN),
        ("DELIVERY_CONNECTION_ARN", "connection_arn", GOOD_ARN[:-1], ARN),
        ("DELIVERY_CONNECTION_ARN", "connection_arn", GOOD_ARN.replace("123456789012", "1"), ARN),
    ],
)
def test_a_wrong_value_is_one_line_wherever_it_comes_from(
    variable: str, setting: str, value: str, allowed: str
) -> None:
    line = f"delivery.{setting} (variable {variable}) is {value!r}; allowed: {allowed}"
    assert lines(**{variable: value}) == [line]
    assert lines(context=context_with(setting, value)) == [line]


@pytest.mark.parametrize("region", ["mars-1", "us-east-11", "US-EAST-1", "us-east-1a", ""])
def test_an_unknown_region_is_told_the_known_ones(region: str) -> None:
    (line,) = lines(DELIVERY_PROD_REGION=region)
    start, _, regions = line.partition("; allowed: one of ")
    assert start == f"delivery.prod.region (variable DELIVERY_PROD_REGION) is {region!r}"
    assert {"us-east-1", "eu-west-1", "ap-southeast-2"} < set(regions.split(", "))


@pytest.mark.parametrize("value", ["nobody", "a@b", "a b@c.d", "@example.com", "one@example.com,,", ""])
def test_a_malformed_address_is_named(value: str) -> None:
    (line,) = lines(DELIVERY_APPROVERS=value)
    assert line.startswith("delivery.approvers (variable DELIVERY_APPROVERS) is ")
    assert line.endswith(f"; allowed: {EMAILS}")


def test_somebody_has_to_hear_of_an_approval() -> None:
    line = f"delivery.approvers (variable DELIVERY_APPROVERS) is []; allowed: {EMAILS}"
    assert lines(context=context_with("approvers", [])) == [line]


def test_an_account_without_quotes_is_no_account() -> None:
    line = f"delivery.dev.account (variable DELIVERY_DEV_ACCOUNT) is 222222222222; allowed: {ACCOUNT}"
    assert lines(context=context_with("dev.account", 222222222222)) == [line]


def test_what_is_missing_is_named() -> None:
    context = copy.deepcopy(CONTEXT)
    del context["branch"], context["prod"], context["dev"]["account"]
    both = "DELIVERY_PROD_ACCOUNT, DELIVERY_PROD_REGION"
    assert lines(context=context) == [
        f"delivery.dev.account (variable DELIVERY_DEV_ACCOUNT) is missing; allowed: {ACCOUNT}",
        f"delivery.prod (variable {both}) is missing; allowed: an object with account, region",
        "delivery.branch (variable DELIVERY_BRANCH) is missing; allowed: the name of a branch, such as 'main'",
    ]


@pytest.mark.parametrize(
    ("setting", "allowed"),
    [("staging", f"an object with {KEYS}"), ("dev.acount", "an object with account, region")],
)
def test_an_unknown_stage_or_key_is_an_error(setting: str, allowed: str) -> None:
    context = context_with(setting, {"account": "444455556666"})
    assert lines(context=context) == [f"delivery.{setting} is not a setting; allowed: {allowed}"]


@pytest.mark.parametrize("variable", ["DELIVERY_STAGING_ACCOUNT", "DELIVERY_DEV_ACOUNT", "DELIVERY_"])
def test_an_unknown_variable_is_an_error(variable: str) -> None:
    assert lines(**{variable: "x"}) == [f"the variable {variable} names no setting; allowed: {VARIABLES}"]


def test_everything_wrong_is_said_at_once() -> None:
    found = lines(DELIVERY_STAGING_ACCOUNT="1", DELIVERY_DEV_ACCOUNT="2", DELIVERY_BRANCH="~")
    assert [line.split(" is ")[0].split(" names ")[0] for line in found] == [
        "the variable DELIVERY_STAGING_ACCOUNT",
        "delivery.dev.account (variable DELIVERY_DEV_ACCOUNT)",
        "delivery.branch (variable DELIVERY_BRANCH)",
    ]


def test_a_context_that_is_no_object_is_one_line() -> None:
    line = f"delivery (variable {VARIABLES}) is 'prod'; allowed: an object with {KEYS}"
    assert lines(context="prod", DELIVERY_DEV_ACCOUNT="222222222222") == [line]


def test_a_place_that_is_no_object_is_one_line() -> None:
    line = (
        "delivery.dev (variable DELIVERY_DEV_ACCOUNT, DELIVERY_DEV_REGION) is '222222222222'; "
        "allowed: an object with account, region"
    )
    assert lines(context=context_with("dev", "222222222222"), DELIVERY_DEV_ACCOUNT="222222222222") == [line]
