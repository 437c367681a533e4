"""How approvers hear that the pipeline waits for them."""

from collections.abc import Sequence

from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct


class Notifications(Construct):
    """A topic that mails every approver. Each confirms the subscription once, from the mail that SNS sends."""

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey, approvers: Sequence[str]) -> None:
        """Make the topic, encrypted with ``key``, and subscribe the e-mail addresses ``approvers``."""
        super().__init__(scope, id_)
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        for approver in approvers:
            self.topic.add_subscription(subscriptions.EmailSubscription(approver))
