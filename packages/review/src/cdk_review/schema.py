"""The JSON schema of the report, and the file that holds it for whoever reads one."""

import json
from pathlib import Path
from typing import Final

from cdk_review.model.report import VERSION, Report

FILE: Final = Path(__file__).with_name(f"schema-{VERSION}.json")


def schema() -> str:
    """The schema of what ``report.json`` holds, as JSON."""
    document = Report.model_json_schema(mode="serialization")
    return f"{json.dumps(document, indent=1, sort_keys=True)}\n"


if __name__ == "__main__":
    FILE.write_text(schema(), encoding="utf-8")
