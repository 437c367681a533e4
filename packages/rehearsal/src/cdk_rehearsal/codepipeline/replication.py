"""Artifacts travel: an action reads them from the store of its own region.

CodePipeline copies what an action in another region needs to that region's store before the action runs ("Add a
cross-Region action in CodePipeline", CodePipeline user guide), under the pipeline's role.
"""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from cdk_rehearsal.actions.artifacts import encryption
from cdk_rehearsal.actions.contracts import ActionFailedError
from cdk_rehearsal.engine.definition import Pipeline
from cdk_rehearsal.engine.execution import Location


def brought(
    inputs: Mapping[str, Location], *, pipeline: Pipeline, region: str, s3: Callable[[str], Any]
) -> dict[str, Location]:
    """Return where an action in ``region`` finds ``inputs``, copied there if they were made in another one.

    ``s3`` answers a client of a region under the pipeline's role.

    Raises:
        ActionFailedError: the pipeline's role may not read the one store, or not write to the other.
    """
    store = pipeline.store(region)
    regions = {each.location: name for name, each in (pipeline.artifact_stores or {}).items()}
    found = dict(inputs)
    for name, location in inputs.items():
        if location.bucket == store.location:
            continue
        found[name] = Location(bucket=store.location, key=location.key)
        try:
            made = s3(regions[location.bucket]).get_object(Bucket=location.bucket, Key=location.key)
            s3(region).put_object(
                Bucket=store.location, Key=location.key, Body=made["Body"].read(), **encryption(store)
            )
        except ClientError as refused:
            reason = refused.response["Error"]["Message"]
            message = f"{pipeline.role_arn} could not copy artifact {name} to {region}: {reason}"
            raise ActionFailedError(message, code="PermissionError") from refused
    return found
