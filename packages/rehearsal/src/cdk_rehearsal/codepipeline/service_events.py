"""Events that services of AWS tell EventBridge, in the form in which MiniStack keeps events."""

import json
import time
import uuid
from typing import Any

from cdk_rehearsal.emulator.hooks import account, region


def service_event(source: str, detail_type: str, detail: dict[str, Any], *resources: str) -> dict[str, Any]:
    """Return an event of one of AWS's services, of the current account and region."""
    return {
        "EventId": str(uuid.uuid4()),
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps(detail),
        "EventBusName": "default",
        "Time": int(time.time()),
        "Resources": list(resources),
        "Account": account(),
        "Region": region(),
    }
