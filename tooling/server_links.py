"""The links inside PostgreSQL's packages, which npm can't carry: a list in each package stands for them."""

import json
import os
from pathlib import Path

LIST = Path("native") / "pg-symlinks.json"


def lay_links(packages: Path) -> None:
    """Make the links that each package below ``packages`` lists, as its installation script would, not run here."""
    for listed in packages.glob(f"*/{LIST}"):
        package = listed.parent.parent
        for link in json.loads(listed.read_text()):
            source, target = package / link["source"], package / link["target"]
            target.symlink_to(os.path.relpath(source, target.parent))
