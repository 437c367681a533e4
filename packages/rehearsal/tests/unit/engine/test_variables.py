import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_rehearsal.engine.problems import UnresolvedVariableError
from cdk_rehearsal.engine.variables import references, resolve, resolve_configuration

names = st.from_regex(r"[A-Za-z0-9@_-]{1,20}", fullmatch=True)
plain = st.text().filter(lambda text: "#{" not in text)


@given(plain)
def test_text_without_references_stays_as_it_is(text: str) -> None:
    assert resolve(text, {}) == text


@given(plain, names, names, st.text(), plain)
def test_a_reference_is_replaced_by_what_the_variable_holds(
    before: str, namespace: str, name: str, value: str, after: str
) -> None:
    text = f"{before}#{{{namespace}.{name}}}{after}"
    assert resolve(text, {namespace: {name: value}}) == f"{before}{value}{after}"


def test_what_a_variable_holds_is_not_searched_again() -> None:
    assert resolve("#{a.b}", {"a": {"b": "#{a.b}"}}) == "#{a.b}"


def test_a_namespace_that_nobody_fills_is_named() -> None:
    with pytest.raises(
        UnresolvedVariableError, match=r"#\{Deploy\.Url\}: no earlier action fills the namespace Deploy"
    ):
        resolve("#{Deploy.Url}", {"Source": {}})


def test_a_missing_name_tells_what_the_namespace_holds() -> None:
    with pytest.raises(UnresolvedVariableError, match=r"#\{Deploy\.Url\}: the namespace Deploy holds Bucket, VpcId"):
        resolve("#{Deploy.Url}", {"Deploy": {"VpcId": "", "Bucket": ""}})


def test_an_empty_namespace_holds_nothing() -> None:
    with pytest.raises(UnresolvedVariableError, match="holds nothing"):
        resolve("#{Deploy.Url}", {"Deploy": {}})


def test_a_configuration_is_resolved_value_by_value() -> None:
    namespaces = {"codepipeline": {"PipelineExecutionId": "e-1"}}
    resolved = resolve_configuration({"Id": "#{codepipeline.PipelineExecutionId}", "Fixed": "x"}, namespaces)
    assert resolved == {"Id": "e-1", "Fixed": "x"}


def test_a_configuration_that_cannot_be_resolved_names_its_key() -> None:
    with pytest.raises(UnresolvedVariableError, match=r"^CustomData: #\{a\.b\}"):
        resolve_configuration({"CustomData": "#{a.b}"}, {})


def test_references_are_listed_in_order() -> None:
    assert list(references("#{a.b} and #{c.d-e}, but not #{ or ${f.g}")) == [("a", "b"), ("c", "d-e")]
