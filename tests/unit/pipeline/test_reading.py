"""Settings come from the context and from variables above it, and each wrong one is a line."""

import copy
import re
from typing import Any

import pytest

from pipeline.errors import SettingsError
from pipeline.reading import read_settings
from pipeline.settings import RESERVED, DeliverySettings
from stages.table import STAGES
from tests.synthesis import SETTINGS, as_variables, committed_context

ROWS = ("first", "second")
CONTEXT: dict[str, Any] = {
    **SETTINGS,
    "stages": {
        "first": {"account": "222222222222", "region": "us-east-1"},
        "second": {"account": "333333333333", "region": "us-east-1"},
    },
}
KEYS = "tools, stages, order, repository, branch, connection_arn, approvers, permissions_boundary, qualifier"
VARIABLES = (
    "DELIVERY_TOOLS_ACCOUNT, DELIVERY_TOOLS_REGION, DELIVERY_STAGES_FIRST_ACCOUNT, DELIVERY_STAGES_FIRST_REGION, "
    "DELIVERY_STAGES_SECOND_ACCOUNT, DELIVERY_STAGES_SECOND_REGION, DELIVERY_ORDER, DELIVERY_REPOSITORY, "
    "DELIVERY_BRANCH, DELIVERY_CONNECTION_ARN, DELIVERY_APPROVERS, DELIVERY_PERMISSIONS_BOUNDARY, DELIVERY_QUALIFIER"
)
ACCOUNT = "is not an account ID; use 12 digits in quotes, such as '222222222222'"
REPOSITORY = "is not a repository; use owner/name, such as 'your-name/tap-delivery'"
BRANCH = "is not a branch name; use one that git accepts, such as 'main', of at most 255 letters, digits, and ._-/"
ARN = "is not the ARN of a connection; use arn:aws:codeconnections:<region>:<account>:connection/<id of 36 characters>"
BOUNDARY = (
    "is not the name of a managed policy; use the name of one that every account has, such as 'team-boundary', or "
    "leave the setting out"
)
QUALIFIER = "is not a bootstrap qualifier; use 1 to 10 lower-case letters and digits"
LONG = f"{'a' * 64}@{'b.' * 100}example"
EMAIL = "is not an e-mail address; use one such as 'approvers@example.com'"
NAME = "is not a stage name; use 1 to 20 lower-case letters and digits that start with a letter"
GOOD_ARN = "arn:aws:codestar-connections:eu-west-1:123456789012:connection/01234567-89ab-cdef-0123-456789abcdef"
PLACE = {"account": "444455556666", "region": "us-east-1"}


def read(*, context: object = CONTEXT, rows: Any = ROWS, **environ: str) -> DeliverySettings:
    return read_settings(context=context, environ=environ, rows=rows)


def context_with(path: str, value: object) -> dict[str, Any]:
    context = copy.deepcopy(CONTEXT)
    *parents, last = path.split(".")
    inside = context
    for name in parents:
        inside = inside[name]
    inside[last] = value
    return context


def lines(*, context: object = CONTEXT, rows: Any = ROWS, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as error:
        read(context=context, rows=rows, **environ)
    return str(error.value).splitlines()


def test_committed_context_is_complete() -> None:
    settings = read_settings(context=committed_context()["delivery"], environ={}, rows=STAGES)
    assert set(settings.ordered_stages) == set(STAGES)


def test_every_setting_is_read() -> None:
    whole = {**CONTEXT, "permissions_boundary": "team-boundary", "qualifier": "zteam", "order": ["second", "first"]}
    assert read(context=whole).model_dump(mode="json") == whole


def test_what_is_left_out_has_the_defaults_of_the_cdk() -> None:
    settings = read()
    assert (settings.permissions_boundary, settings.qualifier) == (None, "hnb659fds")


def test_stages_are_delivered_in_the_order_of_the_settings() -> None:
    assert list(read().ordered_stages) == ["first", "second"]
    turned = {**CONTEXT, "stages": dict(reversed(CONTEXT["stages"].items()))}
    assert list(read(context=turned).ordered_stages) == ["second", "first"]
    assert list(read(context={**CONTEXT, "order": ["second", "first"]}).ordered_stages) == ["second", "first"]
    assert list(read(DELIVERY_ORDER="second, first").ordered_stages) == ["second", "first"]


def test_variables_override_the_context() -> None:
    settings = read(
        DELIVERY_STAGES_FIRST_ACCOUNT="044455556666",
        DELIVERY_TOOLS_REGION="eu-west-1",
        DELIVERY_BRANCH="release/1",
        DELIVERY_CONNECTION_ARN=GOOD_ARN,
        DELIVERY_APPROVERS="one@example.com, two@example.com",
        DELIVERY_QUALIFIER="1234567890",
    )
    assert (settings.stages["first"].account, settings.stages["second"].account) == ("044455556666", "333333333333")
    assert settings.stages["first"].region == "us-east-1"
    assert settings.tools.region == "eu-west-1"
    assert (settings.branch, settings.connection_arn) == ("release/1", GOOD_ARN)
    assert settings.approvers == ("one@example.com", "two@example.com")
    assert settings.qualifier == "1234567890"


def test_variables_alone_are_enough() -> None:
    unordered = dict(reversed(as_variables(CONTEXT).items()))
    found = read(context=None, **unordered)
    assert found.model_dump() == read().model_dump()
    assert list(found.ordered_stages) == list(ROWS)


def test_reading_changes_neither_context_nor_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DELIVERY_BRANCH", "from-the-process")
    context = copy.deepcopy(CONTEXT)
    settings = read(context=context, DELIVERY_STAGES_FIRST_ACCOUNT="444455556666")
    assert (context, settings.branch) == (CONTEXT, CONTEXT["branch"])


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read().branch = "other"


def test_other_variables_are_ignored() -> None:
    environ = {"DELIVERY_CACHE": "/tmp/cache", "HOME": "/root", "AWS_PROFILE": "mine", "DELIVERYMAN": "x"}  # noqa: S108 - never opened
    assert read(**environ).model_dump() == read().model_dump()


@pytest.mark.parametrize(
    ("setting", "value", "problem"),
    [
        ("stages.first.account", "12345678901", ACCOUNT),
        ("stages.second.account", "1234567890123", ACCOUNT),
        ("tools.account", "", ACCOUNT),
        ("tools.account", "١٢٣٤٥٦٧٨٩٠١٢", ACCOUNT),
        ("stages.first.account", "222222222222\n", ACCOUNT),
        ("repository", "no-owner", REPOSITORY),
        ("repository", "a/b/c", REPOSITORY),
        ("branch", "-x", BRANCH),
        ("branch", "a..b", BRANCH),
        ("branch", "a//b", BRANCH),
        ("branch", "a/", BRANCH),
        ("branch", "a.", BRANCH),
        ("branch", "a/.b", BRANCH),
        ("branch", "a.lock", BRANCH),
        ("branch", "a.lock/b", BRANCH),
        ("branch", "b" * 256, BRANCH),
        ("connection_arn", "arn:aws:s3:::bucket", ARN),
        ("connection_arn", GOOD_ARN[:-1], ARN),
        ("connection_arn", GOOD_ARN.replace("123456789012", "1"), ARN),
        ("permissions_boundary", "arn:aws:iam::111111111111:policy/team", BOUNDARY),
        ("qualifier", "Team", QUALIFIER),
        ("qualifier", "elevenchars", QUALIFIER),
        ("qualifier", "", QUALIFIER),
    ],
)
def test_wrong_value_is_one_line_wherever_it_comes_from(setting: str, value: str, problem: str) -> None:
    variable = f"DELIVERY_{setting.replace('.', '_')}".upper()
    assert lines(**{variable: value}) == [f"{variable}: {value!r} {problem}"]
    assert lines(context=context_with(setting, value)) == [f"delivery.{setting}: {value!r} {problem}"]


@pytest.mark.parametrize("region", ["mars-1", "us-east-11", "US-EAST-1", "us-east-1a", ""])
def test_unknown_region_is_one_line_with_the_known_ones(region: str) -> None:
    (line,) = lines(DELIVERY_STAGES_SECOND_REGION=region)
    start, _, regions = line.partition("; use one of ")
    assert start == f"DELIVERY_STAGES_SECOND_REGION: {region!r} is not a Region that a stage can be in"
    assert {"us-east-1", "eu-west-1", "ap-southeast-2"} < set(regions.split(", "))


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_stage_named_with_a_reserved_word_is_one_line(name: str) -> None:
    line = f"delivery.stages.{name}: {name!r} is a reserved word; use another name"
    assert lines(context=context_with(f"stages.{name}", PLACE), rows=(*ROWS, name)) == [line]


@pytest.mark.parametrize("name", ["Dev", "pre-prod", "pre_prod", "2nd", "", "a" * 21, "[key]"])
def test_malformed_stage_name_is_one_line(name: str) -> None:
    context = copy.deepcopy(CONTEXT)
    context["stages"][name] = PLACE
    (line,) = lines(context=context)
    assert line.endswith(f": {name!r} {NAME}")


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        ("first,third", "'third' is not a stage; use each of first, second once"),
        ("first", "'first' is not an order of the stages; use each of first, second once"),
        ("first,second,first", "'first, second, first' is not an order of the stages; use each of first, second once"),
        ("", "'' is not a stage; use each of first, second once"),
    ],
)
def test_wrong_order_is_one_line(order: str, problem: str) -> None:
    assert lines(DELIVERY_ORDER=order) == [f"DELIVERY_ORDER: {problem}"]
    assert lines(context={**CONTEXT, "order": order.split(",")}) == [f"delivery.order: {problem}"]


def test_order_of_wrong_stages_adds_no_line() -> None:
    context = {**context_with("stages.first.account", "1"), "order": ["first"]}
    assert lines(context=context) == [f"delivery.stages.first.account: '1' {ACCOUNT}"]


def test_stage_without_a_row_is_one_line() -> None:
    line = "delivery.stages.second: no row in stages/table.py; add one, such as 'second': DISPOSABLE"
    assert lines(rows=("first",)) == [line]


def test_row_without_a_stage_is_one_line() -> None:
    line = "stages/table.py: the row 'third' has no account and Region; add delivery.stages.third to cdk.json"
    assert lines(rows=(*ROWS, "third")) == [line]


@pytest.mark.parametrize(
    "value",
    ["nobody", "a@b", "a b@c.d", "<script>@x.y", "a@-b.c", LONG, "@example.com", "one@example.com,,", ""],
)
def test_malformed_address_is_one_line(value: str) -> None:
    (line,) = lines(DELIVERY_APPROVERS=value)
    assert line.startswith("DELIVERY_APPROVERS: ")
    assert line.endswith(EMAIL)


def test_approvers_must_not_be_empty() -> None:
    assert lines(context=context_with("approvers", [])) == ["delivery.approvers: empty; use at least one"]


def test_stages_must_not_be_empty() -> None:
    assert lines(context=context_with("stages", {}), rows=()) == ["delivery.stages: empty; use at least one"]


def test_account_without_quotes_is_one_line() -> None:
    context = context_with("stages.first.account", 222222222222)
    assert lines(context=context) == [f"delivery.stages.first.account: 222222222222 {ACCOUNT}"]


def test_missing_settings_are_named_with_their_variables() -> None:
    context = copy.deepcopy(CONTEXT)
    del context["branch"], context["tools"], context["stages"]["first"]["account"]
    both = "DELIVERY_TOOLS_ACCOUNT, DELIVERY_TOOLS_REGION"
    assert lines(context=context) == [
        f"delivery.tools: missing; set it in cdk.json, or set {both}",
        "delivery.stages.first.account: missing; set it in cdk.json, or set DELIVERY_STAGES_FIRST_ACCOUNT",
        "delivery.branch: missing; set it in cdk.json, or set DELIVERY_BRANCH",
    ]


@pytest.mark.parametrize(
    ("setting", "names"),
    [("first", KEYS), ("tools.acount", "account, region"), ("stages.first.acount", "account, region")],
)
def test_unknown_key_is_one_line(setting: str, names: str) -> None:
    context = context_with(setting, PLACE)
    assert lines(context=context) == [f"delivery.{setting}: not a setting; use one of {names}"]


@pytest.mark.parametrize("variable", ["DELIVERY_STAGES_THIRD_ACCOUNT", "DELIVERY_TOOLS_ACOUNT", "DELIVERY_"])
def test_unknown_variable_is_one_line(variable: str) -> None:
    assert lines(**{variable: "x"}) == [f"{variable}: not a setting; use one of {VARIABLES}"]


def test_everything_wrong_is_reported_at_once() -> None:
    found = lines(DELIVERY_STAGES_THIRD_ACCOUNT="1", DELIVERY_STAGES_FIRST_ACCOUNT="2", DELIVERY_BRANCH="~")
    assert [line.partition(":")[0] for line in found] == [
        "DELIVERY_STAGES_THIRD_ACCOUNT",
        "DELIVERY_STAGES_FIRST_ACCOUNT",
        "DELIVERY_BRANCH",
    ]


@pytest.mark.parametrize(
    ("setting", "value", "problem"),
    [
        ("stages", "x", "'x' is not an object; use an object with an entry per stage"),
        ("stages.first", "222222222222", "'222222222222' is not an object; use an object with account, region"),
        ("approvers", 3, "3 is not a list; use ['…', …]"),
        ("order", 3, "3 is not a list; use ['…', …]"),
    ],
)
def test_value_of_the_wrong_kind_is_one_line(setting: str, value: object, problem: str) -> None:
    assert lines(context=context_with(setting, value)) == [f"delivery.{setting}: {problem}"]


def test_context_that_is_no_object_is_one_line() -> None:
    line = f"delivery: 'first' is not an object; use an object with {KEYS}"
    assert lines(context="first", DELIVERY_TOOLS_ACCOUNT="222222222222") == [line]


def test_every_line_names_where_what_and_what_to_do() -> None:
    context = context_with("stages.first.region", "nowhere") | {"dev": PLACE, "branch": None, "approvers": []}
    found = lines(context=context, DELIVERY_QUALIFIER="!", DELIVERY_UNKNOWN="?")
    assert len(found) == 6
    assert [line for line in found if not re.fullmatch(r"[\w.]+: .+; (use|set) .+", line)] == []
