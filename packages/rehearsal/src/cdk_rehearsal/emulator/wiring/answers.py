"""Answers of MiniStack's own handlers, checked: an error becomes the reason why a resource fails."""

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

Response = tuple[int, Mapping[str, Any], bytes | str]


def require(response: Response) -> None:
    """Raise a ``ValueError`` with the error's code and message unless ``response`` is a success."""
    status, _, body = response
    if status < 400:  # noqa: PLR2004 - HTTP's own border
        return
    text = body if isinstance(body, str) else body.decode()
    if text.startswith("{"):
        error = json.loads(text)
        raise ValueError(f"{error.get('__type', status)}: {error.get('message') or error.get('Message')}")
    found = [re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL) for tag in ("Code", "Message")]
    raise ValueError(": ".join(match[1] for match in found if match) or f"HTTP status {status}")


def xml(tag: str, value: Any) -> bytes:
    """Return the XML of plain values: mappings become members, lists repeat their tag, booleans are lower case."""
    root = ET.Element("Root")
    _fill(root, tag, value)
    return ET.tostring(root[0])


def _fill(parent: ET.Element, tag: str, value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            _fill(parent, tag, item)
        return
    element = ET.SubElement(parent, tag)
    if isinstance(value, Mapping):
        for name, member in value.items():
            _fill(element, name, member)
    else:
        element.text = str(value).lower() if isinstance(value, bool) else str(value)
