from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.unit.actions.stand_ins import Service, client_error, context
from tests.unit.engine.samples import action, named

from cdk_rehearsal.actions import s3_source
from cdk_rehearsal.actions.contracts import ActionFailedError
from cdk_rehearsal.engine.providers import S3_SOURCE

SOURCE = action(
    "Source",
    S3_SOURCE,
    configuration={"S3Bucket": "sources", "S3ObjectKey": "app.zip"},
    output_artifacts=named("Files"),
)


def refusal(tmp_path: Path, answer: Any, *, pinned: str = "") -> Any:
    s3 = Service({"get_bucket_versioning": [{"Status": "Enabled"}], "get_object": [answer]})
    with pytest.raises((ActionFailedError, ClientError)) as refused:
        s3_source.run(context(tmp_path, SOURCE, services={"s3": s3}, pinned=pinned))
    return refused.value


def test_a_version_that_is_gone_is_named(tmp_path: Path) -> None:
    refused = refusal(tmp_path, client_error("NoSuchVersion", "no such version"), pinned="v1")
    assert str(refused) == "There is no s3://sources/app.zip in version v1: no such version"


def test_any_other_refusal_is_left_to_whoever_explains_it(tmp_path: Path) -> None:
    assert isinstance(refusal(tmp_path, client_error("AccessDenied", "no")), ClientError)
