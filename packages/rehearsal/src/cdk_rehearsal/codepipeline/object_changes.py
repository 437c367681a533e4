"""A new object starts the pipelines whose source it is: by polling, or by an event that a rule waits for.

Rules: "Amazon S3 source action reference" and "Amazon S3 source actions and EventBridge" in the CodePipeline user
guide. What a bucket tells EventBridge itself (Object Created) is MiniStack's affair. What CloudTrail tells it of each
write is told here, as if a trail recorded every bucket: on AWS the trail is often one for all accounts.
"""
# ruff: noqa: SLF001 - MiniStack's events have no public door

from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from ministack.services import eventbridge, s3

from cdk_rehearsal.codepipeline.pipelines import Pipelines
from cdk_rehearsal.codepipeline.service_events import service_event
from cdk_rehearsal.emulator.hooks import account, region, scope, spawn
from cdk_rehearsal.engine.execution import Trigger
from cdk_rehearsal.engine.triggers import object_polling_for

# S3's calls by the notifications that they cause.
CALLS = MappingProxyType(
    {
        "s3:ObjectCreated:Put": "PutObject",
        "s3:ObjectCreated:Post": "PostObject",
        "s3:ObjectCreated:Copy": "CopyObject",
        "s3:ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
    }
)


class ObjectChanges:
    """Hears of every object that is written."""

    def __init__(self, pipelines: Pipelines) -> None:
        """Start executions of these pipelines."""
        self._pipelines = pipelines
        self._fire = s3._fire_s3_event_async
        self._silenced: set[tuple[str, str]] = set()

    def install(self) -> None:
        """Listen."""
        s3._fire_s3_event_async = self._fired

    @contextmanager
    def silenced(self, bucket: str, key: str) -> Iterator[None]:
        """Let nobody hear of writes of an object for a while."""
        self._silenced.add((bucket, key))
        try:
            yield
        finally:
            self._silenced.discard((bucket, key))

    def _fired(self, bucket: str, key: str, event: str, *rest: Any, **more: Any) -> None:
        if (bucket, key) in self._silenced:
            return
        self._fire(bucket, key, event, *rest, **more)
        if event in CALLS:
            # Whoever writes need not wait, and may hold what starting an execution needs.
            spawn(self._written, bucket, key, CALLS[event], more.get("version_id") or "", name=f"written {bucket}")

    def _written(self, bucket: str, key: str, call: str, version: str) -> None:
        store = self._pipelines.store
        with store.held():
            for record in store.all():
                source = object_polling_for(bucket, key, record.pipeline)
                if source is not None:
                    self._pipelines.runner.start(
                        record, Trigger(kind="PollForSourceChanges"), pinned={source.name: version} if version else {}
                    )
        with scope(s3._bucket_owner_account(bucket) or account(), region()):
            where = s3._notification_bucket_region(bucket)
            with scope(account(), where):
                eventbridge._dispatch_event(trail_event(bucket, key, call))


def object_exists(bucket: str, key: str) -> bool:
    """Say whether there is such an object, in whichever account."""
    owner = s3._bucket_owner_account(bucket)
    return owner is not None and key in s3._buckets.get_scoped(owner, None, bucket)["objects"]


def trail_event(bucket: str, key: str, call: str) -> dict[str, Any]:
    """Return CloudTrail's event about a write, in the form in which MiniStack keeps events."""
    arn = f"arn:aws:s3:::{bucket}"
    detail = {
        "eventSource": "s3.amazonaws.com",
        "eventName": call,
        "eventType": "AwsApiCall",
        "requestParameters": {"bucketName": bucket, "key": key},
        "resources": [{"type": "AWS::S3::Object", "ARN": f"{arn}/{key}"}, {"type": "AWS::S3::Bucket", "ARN": arn}],
    }
    return service_event("aws.s3", "AWS API Call via CloudTrail", detail)
