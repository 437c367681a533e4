"""``python -m cdk_verdict.generate``: make the table of create-only properties from cfn-lint's resource schemas.

The table is committed, so that judging needs neither cfn-lint nor its 1,898 files. cfn-lint carries the schemas of the
CloudFormation registry under MIT-0.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from cdk_verdict.tables import NAME

PREFIX = "/properties/"


def make() -> str:
    """Return the table as text that is the same for the same schemas."""
    found: dict[str, list[list[str]]] = {}
    for schema in _schemas():
        found[schema["typeName"]] = [
            _dotted(schema.get("createOnlyProperties", ())),
            _dotted(schema.get("conditionalCreateOnlyProperties", ())),
        ]
    lines = ",\n".join(
        f"{json.dumps(type_)}:{json.dumps(found[type_], separators=(',', ':'))}" for type_ in sorted(found)
    )
    return f'{{"types":{{\n{lines}\n}}}}\n'


def _schemas() -> Iterable[Mapping[str, Any]]:
    folder = resources.files("cfnlint").joinpath("data", "schemas", "resources")
    return (json.loads(file.read_bytes()) for file in folder.iterdir() if file.name.endswith(".json"))


def _dotted(pointers: Iterable[str]) -> list[str]:
    """JSON pointers as dotted paths. The part behind a list's entry is dropped: the whole list counts."""
    return sorted({pointer.removeprefix(PREFIX).partition("/*")[0].replace("/", ".") for pointer in pointers})


def main() -> None:
    """Write the table into the package's folder."""
    path = Path(__file__).with_name("data") / NAME
    path.write_text(make())
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
