from typing import Any

import pytest
from verdict_samples import ACCOUNT, app, observed, outcome, resource, said, stack

from cdk_verdict import Kind, Observation, Outcome
from cdk_verdict.access.observing import access
from cdk_verdict.access.patterns import may_meet
from cdk_verdict.access.text import Texts

FOREIGN = "arn:aws:iam::999999999999:root"


def allow(action: Any = "s3:GetObject", on: Any = "arn:aws:s3:::a/*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": on, **more}


def deny(action: Any = "s3:GetObject", on: Any = "arn:aws:s3:::a/*", **more: Any) -> dict[str, Any]:
    return {**allow(action, on, **more), "Effect": "Deny"}


def role(*statements: Any, trust: Any = None, **properties: Any) -> dict[str, Any]:
    inline = [{"PolicyName": "p", "PolicyDocument": {"Statement": list(statements)}}] if statements else []
    return resource(
        "AWS::IAM::Role",
        keep=None,
        Policies=inline,
        AssumeRolePolicyDocument={"Statement": trust or []},
        **properties,
    )


def bucket_policy(*statements: Any, bucket: Any = None) -> dict[str, Any]:
    return resource(
        "AWS::S3::BucketPolicy",
        keep=None,
        Bucket=bucket or {"Ref": "Bucket"},
        PolicyDocument={"Statement": list(statements)},
    )


def roles(before: Any, after: Any) -> list[Observation]:
    return observed(access, {"Role": before}, {"Role": after})


def trusts(*statements: Any) -> list[Observation]:
    return roles(role(), role(trust=list(statements)))


def assume(who: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole", **more}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([allow()], [allow()]),
        ([allow("s3:*")], [allow()]),
        ([allow(["s3:GetObject", "s3:PutObject"])], [allow(), allow("s3:PutObject")]),
        ([allow("S3:getobject")], [allow()]),
        ([allow(on="*")], [allow(on=["arn:aws:s3:::a/b", "arn:aws:s3:::a/?"])]),
        ([allow()], [allow(), deny("s3:PutObject", "*")]),
        ([allow()], [allow(Condition={"Bool": {"aws:SecureTransport": "true"}})]),
        ([allow()], [allow(Sid="Renamed")]),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], [allow()]),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::b*"}], [allow()]),
        ([allow("*", "*"), deny("iam:*", "*")], [allow("*", "*"), deny(["iam:*", "kms:*"], "*")]),
    ],
)
def test_narrower_or_equal_policy_grants_nothing(before: list[Any], after: list[Any]) -> None:
    assert said(roles(role(*before), role(*after))) == ""


@pytest.mark.parametrize(
    ("before", "after", "action", "on"),
    [
        ([allow()], [allow("s3:Get*")], "s3:get", "arn:aws:s3:::a/"),
        ([allow()], [allow(on="arn:aws:s3:::a*")], "s3:getobject", "arn:aws:s3:::a"),
        ([allow("s3:*", "*"), deny()], [allow("s3:*", "*")], "s3:getobject", "arn:aws:s3:::a/"),
        ([allow()], [allow("kms:Decrypt", "*")], "kms:decrypt", "arn:aws:s3:::a/"),
        ([allow()], [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "", ""),
    ],
)
def test_wider_policy_has_a_shortest_witness(before: list[Any], after: list[Any], action: str, on: str) -> None:
    found = [each for each in roles(role(*before), role(*after)) if each.witness and " can now " in each.sentence]
    (witness,) = [each.witness for each in found]
    assert witness is not None
    assert not action or (witness.action, witness.resource) == (action, on)
    assert {each.kind for each in found} == {Kind.ACCESS}


def test_growth_inside_the_accounts_needs_a_look() -> None:
    (found,) = roles(role(allow()), role(allow(), allow("sqs:SendMessage", "*")))
    assert (found.severity, found.outside) == (Outcome.NEEDS_LOOK, False)


def test_everything_on_everything_is_stopped() -> None:
    assert outcome(roles(role(allow()), role(allow("*", "*")))) is Outcome.STOPPED
    assert outcome(roles(role(allow()), role(allow("kms:*", "*")))) is Outcome.STOPPED


def test_reaching_a_foreign_account_is_marked_as_outside() -> None:
    (found,) = roles(role(), role(allow("sts:AssumeRole", "arn:aws:iam::999999999999:role/x")))
    assert found.outside


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"Bool": {"a": "true"}}, None),
        ({"StringEquals": {"a": "x"}}, {"StringEquals": {"a": ["x", "y"]}}),
        ({"StringEquals": {"a": "x"}}, {"StringEquals": {"b": "x"}}),
        ({"StringEquals": {"a": "x"}}, {"StringLike": {"a": "x"}}),
        ({"StringEquals": {"a": "x"}}, {"StringEqualsIfExists": {"a": "x"}}),
        ({"StringNotEquals": {"a": ["x", "y"]}}, {"StringNotEquals": {"a": "x"}}),
        ({"Null": {"a": "true"}}, {"Null": {"a": ["true", "false"]}}),
    ],
)
def test_other_condition_may_be_wider(before: Any, after: Any) -> None:
    old, new = allow(Condition=before), allow(Condition=after) if after else allow()
    assert "may now" in said(roles(role(old), role(new)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"StringEquals": {"a": ["x", "y"]}}, {"StringEquals": {"A": "x"}}),
        ({"StringNotEquals": {"a": "x"}}, {"StringNotEquals": {"a": ["x", "y"]}}),
        ({"StringEqualsIfExists": {"a": "x"}}, {"StringEquals": {"a": "x"}}),
        ({"ArnEquals": {"a": "x"}}, {"ArnLike": {"a": "x"}}),
        ({"ForAnyValue:StringNotEquals": {"a": "x"}}, {"ForAnyValue:StringNotEquals": {"a": ["x", "y"]}}),
        ({"NumericLessThan": {"a": 5}}, {"NumericLessThan": {"a": 5}, "Bool": {"b": True}}),
    ],
)
def test_narrower_condition_grants_nothing(before: Any, after: Any) -> None:
    assert said(roles(role(allow(Condition=before)), role(allow(Condition=after)))) == ""


def test_removed_denial_is_reported_although_nothing_allows_it() -> None:
    (found,) = roles(role(deny()), role())
    assert "is no longer denied to" in found.sentence
    assert found.severity is Outcome.NEEDS_LOOK


def test_denial_that_another_one_covers_may_go() -> None:
    assert said(roles(role(deny()), role(deny("s3:*", "*")))) == ""


def test_narrower_denial_is_reported() -> None:
    wide, narrow = deny("s3:*", "*"), deny("s3:*", "*", Condition={"Bool": {"a": "true"}})
    assert "no longer denied" in said(roles(role(wide), role(narrow)))
    assert "can now" in said(roles(role(allow("s3:*", "*"), wide), role(allow(), narrow)))


def test_boundary_limits_what_is_granted() -> None:
    boundary = resource("AWS::IAM::ManagedPolicy", keep=None, PolicyDocument={"Statement": [allow("s3:*", "*")]})
    limited = {"PermissionsBoundary": {"Ref": "Limit"}}

    def grown(before: Any, after: Any) -> str:
        return said(observed(access, {"Role": before, "Limit": boundary}, {"Role": after, "Limit": boundary}))

    assert grown(role(allow(), **limited), role(allow(), allow("kms:*", "*"), **limited)) == ""
    assert "can now s3:" in grown(role(allow(), **limited), role(allow("*", "*"), **limited))
    assert "loses its permissions boundary" in grown(role(allow("*", "*"), **limited), role(allow("*", "*")))
    assert grown(role(allow()), role(allow(), **limited)) == ""


def test_boundary_by_arn_is_the_same_or_unknown() -> None:
    first, other = ({"PermissionsBoundary": f"arn:aws:iam::aws:policy/{name}"} for name in ("A", "B"))
    assert said(roles(role(allow(), **first), role(allow(), **first))) == ""
    assert "can now" in said(roles(role(allow(), **first), role(allow("s3:*"), **first)))
    assert "can now" in said(roles(role(allow(), **first), role(allow(), **other)))


@pytest.mark.parametrize(
    ("arn", "severity"),
    [
        ("arn:aws:iam::aws:policy/AdministratorAccess", Outcome.STOPPED),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", Outcome.NEEDS_LOOK),
    ],
)
def test_attached_managed_policy_is_named(arn: str, severity: Outcome) -> None:
    (found,) = roles(role(), role(ManagedPolicyArns=[arn]))
    assert (found.severity, found.after) == (severity, arn)


def test_managed_policies_of_the_template_are_read() -> None:
    policy = resource("AWS::IAM::ManagedPolicy", keep=None, PolicyDocument={"Statement": [allow()]})
    attached = {"Role": role(ManagedPolicyArns=[{"Ref": "Policy"}]), "Policy": policy}
    assert said(observed(access, {"Role": role(allow())}, attached)) == ""
    assert "can now" in said(observed(access, {"Role": role()}, attached))


@pytest.mark.parametrize("type_", ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"])
def test_policies_that_name_their_holders_are_read(type_: str) -> None:
    policy = resource(type_, keep=None, PolicyDocument={"Statement": [allow()]}, Roles=[{"Ref": "Role"}])
    assert "Shop/Prod/Data/Role can now" in said(observed(access, {"Role": role()}, {"Role": role(), "P": policy}))
    elsewhere = resource(type_, keep=None, PolicyDocument={"Statement": [allow()]}, Roles=["other"])
    assert "for other of Shop/Prod/Data/P" in said(observed(access, {}, {"P": elsewhere}))


def test_single_policies_are_read() -> None:
    policy = resource(
        "AWS::IAM::RolePolicy", keep=None, PolicyDocument={"Statement": [allow()]}, RoleName={"Ref": "Role"}
    )
    assert "can now" in said(observed(access, {"Role": role()}, {"Role": role(), "P": policy}))


def test_renamed_role_grants_nothing_new() -> None:
    held = {**role(allow()), "Metadata": {"aws:cdk:path": "Shop/Prod/Data/Role/Resource"}}
    assert said(observed(access, {"Old": held}, {"New": held})) == ""


@pytest.mark.parametrize(
    "who",
    [
        "*",
        {"AWS": "*"},
        {"AWS": ["*"]},
        {"AWS": FOREIGN},
        {"AWS": "999999999999"},
        {"AWS": "arn:aws:iam::*:role/x"},
        {"Federated": "arn:aws:iam::333333333333:oidc-provider/token.actions.githubusercontent.com"},
        {"Federated": "accounts.google.com"},
        {"CanonicalUser": "79a59df900b949e5"},
        {"Service": "*"},
    ],
)
def test_trust_outside_of_the_accounts_is_stopped(who: Any) -> None:
    found = trusts(assume(who))
    assert outcome(found) is Outcome.STOPPED
    assert any(each.outside for each in found)


@pytest.mark.parametrize("who", [{"Service": "ec2.amazonaws.com"}, {"AWS": f"arn:aws:iam::{ACCOUNT}:role/x"}])
def test_trust_inside_of_the_accounts_needs_a_look(who: Any) -> None:
    assert outcome(trusts(assume(who))) is Outcome.NEEDS_LOOK


def test_member_of_a_trusted_account_is_nothing_new() -> None:
    root = assume({"AWS": ACCOUNT})
    assert said(roles(role(trust=[root]), role(trust=[assume({"AWS": f"arn:aws:iam::{ACCOUNT}:user/x"})]))) == ""


def test_trust_in_all_but_some_lets_strangers_in() -> None:
    found = trusts({"Effect": "Allow", "NotPrincipal": {"AWS": FOREIGN}, "Action": "sts:AssumeRole"})
    assert "everyone can now" in said(found)


def test_public_bucket_is_stopped_once() -> None:
    bucket = resource("AWS::S3::Bucket")
    before = {"Bucket": bucket, "Policy": bucket_policy(allow(Principal={"AWS": ACCOUNT}))}
    after = {"Bucket": bucket, "Policy": bucket_policy(allow(Principal="*"))}
    (found,) = observed(access, before, after)
    assert (found.severity, found.outside) == (Outcome.STOPPED, True)
    assert "everyone can now s3:getobject on arn:aws:s3:::a/" in found.sentence


def test_public_grant_that_was_under_another_condition_needs_a_look() -> None:
    bucket = resource("AWS::S3::Bucket")
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    other = {"StringEquals": {"aws:PrincipalOrgID": ["o-1", "o-2"]}}
    before = {"Bucket": bucket, "P": bucket_policy(allow(Principal="*", Condition=condition))}
    after = {"Bucket": bucket, "P": bucket_policy(allow(Principal="*", Condition=other))}
    assert outcome(observed(access, before, after)) is Outcome.NEEDS_LOOK


def test_removed_bucket_policy_releases_its_denials() -> None:
    bucket = resource("AWS::S3::Bucket")
    insecure = deny("s3:*", "*", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})
    found = observed(access, {"Bucket": bucket, "Policy": bucket_policy(insecure)}, {"Bucket": bucket})
    assert outcome(found) is Outcome.STOPPED
    assert "no longer denied" in said(found)


def test_policy_of_a_bucket_elsewhere_is_judged_by_itself() -> None:
    assert "can now" in said(observed(access, {}, {"P": bucket_policy(allow(Principal={"AWS": FOREIGN}), bucket="b")}))


@pytest.mark.parametrize(
    ("more", "severity"),
    [
        ({"Principal": "*", "FunctionUrlAuthType": "NONE"}, Outcome.STOPPED),
        ({"Principal": "999999999999"}, Outcome.STOPPED),
        ({"Principal": "s3.amazonaws.com", "SourceAccount": ACCOUNT}, Outcome.NEEDS_LOOK),
    ],
)
def test_lambda_permission_is_a_grant(more: dict[str, Any], severity: Outcome) -> None:
    permission = resource(
        "AWS::Lambda::Permission", keep=None, Action="lambda:InvokeFunction", FunctionName="f", **more
    )
    assert outcome(observed(access, {}, {"P": permission})) is severity


def test_key_policy_and_written_policies_are_found() -> None:
    key = resource("AWS::KMS::Key", KeyPolicy={"Statement": [allow("kms:*", "*", Principal={"AWS": FOREIGN})]})
    assert outcome(observed(access, {"K": resource("AWS::KMS::Key")}, {"K": key})) is Outcome.STOPPED
    text = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"logs:*","Resource":"*"}]}'
    for document in (text, {"Fn::Join": ["", [text[:20], text[20:]]]}, {"Fn::Sub": text}):
        written = resource("AWS::Logs::ResourcePolicy", keep=None, PolicyDocument=document, PolicyName="p")
        assert outcome(observed(access, {}, {"P": written})) is Outcome.STOPPED


def test_endpoint_without_a_policy_lets_everything_pass() -> None:
    narrow = resource("AWS::EC2::VPCEndpoint", keep=None, PolicyDocument={"Statement": [allow(Principal="*")]})
    wide = resource("AWS::EC2::VPCEndpoint", keep=None)
    assert outcome(observed(access, {"E": narrow}, {"E": wide})) is Outcome.NEEDS_LOOK
    assert observed(access, {"E": wide}, {"E": narrow}) == []


@pytest.mark.parametrize(
    "statement",
    [
        3,
        {"Effect": "Maybe", "Action": "*", "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"},
        {"Effect": "Allow", "Resource": "*"},
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": "x"},
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": "x"}},
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": {"Odd": "x"}},
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": 3},
        {"Effect": "Allow", "Action": "*", "Resource": "*", "Novel": 3},
        {"Effect": "Allow", "Action": "s3:*", "Resource": {"Fn::If": ["a", "*", "b"]}},
        {"Effect": "Allow", "Action": "s3:*", "Resource": {"Fn::ImportValue": "x"}},
        {"Effect": "Allow", "Action": "s3:*", "Resource": {"Ref": "Parameter"}},
        {"Effect": "Allow", "Action": "s3:*", "Resource": {"Fn::Sub": [3]}},
    ],
)
def test_unreadable_statement_needs_a_look_unless_it_was_there(statement: Any) -> None:
    sections = {"sections": {"Parameters": {"Parameter": {"Type": "String"}}}}
    old, new = stack({"R": role()}, **sections), stack({"R": role(statement)}, **sections)
    assert "known only at deployment" in said(observed(access, old, new))
    assert said(observed(access, new, new)) == ""


@pytest.mark.parametrize("document", ["{", "3", {"Fn::If": ["a", {}, {}]}, 3])
def test_unreadable_document_needs_a_look(document: Any) -> None:
    holder = resource("AWS::IAM::Role", keep=None, Policies=[{"PolicyName": "p", "PolicyDocument": document}])
    assert "known only at deployment" in said(observed(access, {"R": role()}, {"R": holder}))
    odd = resource("AWS::IAM::Role", keep=None, Policies="odd")
    assert "known only at deployment" in said(observed(access, {"R": role()}, {"R": odd}))


def test_patterns_that_explode_need_a_look() -> None:
    (found,) = roles(role(allow(on="x")), role(allow(on=f"*a{'?' * 20}")))
    assert (found.kind, found.severity) == (Kind.UNKNOWN, Outcome.NEEDS_LOOK)
    assert "cannot be decided" in found.sentence


def test_too_many_requests_need_a_look() -> None:
    actions = [f"s{n}:A{m}" for n in range(20) for m in range(25)]
    resources = [f"r{n}/{m}" for n in range(20) for m in range(25)]
    found = roles(role(allow("x:y")), role(allow(actions, resources)))
    assert "requests to tell apart" in said(found)


def test_expressions_are_compared_as_text_and_never_taken_for_narrower() -> None:
    arn = {"Fn::GetAtt": ["Bucket", "Arn"]}
    below = {"Fn::Join": ["", [arn, "/*"]]}
    sub = {"Fn::Sub": "${Bucket.Arn}/*"}
    assert said(roles(role(allow(on=below)), role(allow(on=sub)))) == ""
    assert said(roles(role(allow(on="*")), role(allow(on=below)))) == ""
    assert "can now" in said(roles(role(allow(on=arn)), role(allow(on=below))))
    assert "can now" in said(roles(role(allow(on="arn:aws:s3:::" + "?" * 8)), role(allow(on=arn))))


def test_denial_of_an_expression_may_be_about_any_resource() -> None:
    arn = {"Fn::GetAtt": ["Bucket", "Arn"]}
    before = [allow("s3:*", "*"), deny("s3:*", arn)]
    assert "now" in said(roles(role(*before), role(allow("s3:*", "arn:aws:s3:::b"))))
    assert "now" in said(roles(role(allow("s3:*", "*"), deny("s3:*", "arn:b")), role(allow("s3:*", arn))))
    excepted = {"Effect": "Allow", "Action": "s3:*", "NotResource": arn}
    assert "can now" in said(roles(role(excepted), role(allow("s3:*", "arn:aws:s3:::b"))))
    other = {"Effect": "Allow", "NotAction": {"Fn::GetAtt": "A.b"}, "Resource": "*"}
    assert "can now" in said(roles(role(other), role(allow("s3:GetObject", "*"))))


def test_pseudo_parameters_are_known_from_the_environment() -> None:
    written = {"Fn::Sub": "arn:${AWS::Partition}:s3:${AWS::Region}:${AWS::AccountId}:x.${AWS::URLSuffix}"}
    literal = f"arn:aws:s3:eu-west-1:{ACCOUNT}:x.amazonaws.com"
    assert said(roles(role(allow(on=written)), role(allow(on=literal)))) == ""
    china = {"region": "cn-north-1"}
    old = stack({"R": role(allow(on={"Ref": "AWS::Partition"}))}, **china)
    assert said(observed(access, old, stack({"R": role(allow(on="aws-cn"))}, **china))) == ""
    unknown = {"region": "unknown-region", "account": "unknown-account"}
    old = stack({"R": role(allow(on={"Ref": "AWS::AccountId"}))}, **unknown)
    assert "can now" in said(observed(access, old, stack({"R": role(allow(on=ACCOUNT))}, **unknown)))


def test_substitutions_with_names_and_literals_are_rendered() -> None:
    given = {"Fn::Sub": ["${Given}/${!aws:username}/${Bucket}", {"Given": "x"}]}
    assert (
        said(
            roles(role(allow(on=given)), role(allow(on={"Fn::Join": ["", ["x/${aws:username}/", {"Ref": "Bucket"}]]})))
        )
        == ""
    )


def test_principal_known_at_deployment_is_not_an_exception_that_holds() -> None:
    token = {"AWS": {"Fn::GetAtt": ["Role", "Arn"]}}
    before = [assume("*"), {**assume(token), "Effect": "Deny"}]
    after = [assume({"AWS": f"arn:aws:iam::{ACCOUNT}:role/x"})]
    assert "now" in said(roles(role(trust=before), role(trust=after)))
    excepted = [{"Effect": "Allow", "NotPrincipal": token, "Action": "sts:AssumeRole"}]
    assert "can now" in said(roles(role(trust=excepted), role(trust=after)))


def test_removed_stack_grants_nothing() -> None:
    assert list(access(app(stack({"R": role(allow())}), stack(path="T")), app(stack(path="T")))) == []


def test_expressions_beyond_the_letters_are_never_taken_for_one_another() -> None:
    texts = Texts()
    held = stack()
    rendered = [texts.render({"Ref": f"R{number}"}, held) for number in range(6_500)]
    assert not texts.is_wild(rendered[0])
    assert texts.is_wild(rendered[-1])


@pytest.mark.parametrize(
    ("pattern", "text", "met"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("a*", "abc", True),
        ("a?c", "abc", True),
        ("\ue000", "abc", True),
        ("abc", "a\ue000", True),
        ("b*", "a\ue000", False),
        ("a\ue000c", "ab", False),
        ("\ue000", "\ue001", True),
        ("*a", "\ue001b", False),
    ],
)
def test_patterns_meet_if_some_deployment_makes_them_equal(pattern: str, text: str, met: bool) -> None:  # noqa: FBT001
    assert may_meet(pattern, text) is met


def test_denial_in_other_words_still_holds() -> None:
    before = [allow("s3:*", "*"), deny("s3:Get*", "*", Condition={"StringEquals": {"a": "x"}})]
    wider = deny("s3:*", "*", Condition={"StringEquals": {"a": ["x", "y"]}})
    assert said(roles(role(*before), role(allow("s3:*", "arn:aws:s3:::*"), wider))) == ""


def test_request_that_base_denied_is_new() -> None:
    secure = {"Bool": {"aws:SecureTransport": "true"}}
    before = [allow("s3:*", "*"), deny("s3:Get*", "*", Condition=secure)]
    assert "can now" in said(roles(role(*before), role(allow("s3:GetObject", "*", Condition=secure))))


def test_request_that_base_denied_under_another_condition_may_be_new() -> None:
    before = [allow("s3:*", "*"), deny("s3:Get*", "*", Condition={"StringEquals": {"a": "x"}})]
    after = role(allow("s3:GetObject", "*"))
    assert "may now s3:getobject" in said(roles(role(*before), after))
