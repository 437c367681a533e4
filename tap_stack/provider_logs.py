"""Logs of the functions that the CDK brings along for its own custom resources."""

from typing import cast

from aws_cdk import CfnResource, CustomResourceProviderBase, Stack
from aws_cdk import aws_kms as kms
from constructs import Construct

from tap_stack.log_group import log_group
from tap_stack.settings import StageSettings
from tap_stack.trust import hold_to_this_account


class ProviderLogs(Construct):
    """Gives each such function an encrypted log group that goes with the stack, and the right to write to it alone.

    Left to itself such a function makes a group of its own, without key or retention, that nobody deletes. It has
    the right to do so from AWSLambdaBasicExecutionRole, which is taken away.
    """

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey, settings: StageSettings) -> None:
        """Find the providers of the stack; to be built when everything that may bring one along is."""
        super().__init__(scope, id_)
        providers = [child for child in Stack.of(self).node.children if isinstance(child, CustomResourceProviderBase)]
        for provider in providers:
            noun = provider.node.id.removeprefix("Custom::").removesuffix("CustomResourceProvider")
            group = log_group(self, noun, key=key, settings=settings)
            provider.add_to_role_policy(
                {
                    "Effect": "Allow",
                    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                    "Resource": group.log_group_arn,
                }
            )
            role = _resource(provider, "Role")
            role.add_property_deletion_override("ManagedPolicyArns")
            hold_to_this_account(role)
            _resource(provider, "Handler").add_property_override("LoggingConfig", {"LogGroup": group.log_group_name})


def _resource(provider: CustomResourceProviderBase, id_: str) -> CfnResource:
    return cast(CfnResource, provider.node.find_child(id_))
