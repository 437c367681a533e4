"""Entry point of ``python -m compliance [ASSEMBLY [CACHE]]``: says what the gate found in the last synth.

``CACHE`` is a folder for cfn-lint's answers. Without it, every template is linted.
"""

import sys
from pathlib import Path

from compliance.cache import AnswerCache
from compliance.summary import summarise

if __name__ == "__main__":
    assembly, folder, *_ = (*map(Path, sys.argv[1:]), *[None] * 2)
    sys.exit(summarise(assembly or Path("cdk.out"), cache=AnswerCache(folder=folder)))
