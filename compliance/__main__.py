"""Entry point of ``python -m compliance [ASSEMBLY [CACHE]]``: says what the gate found in the last synth.

``CACHE`` is a folder for cfn-lint's answers. Without it, every template is linted.
"""

import sys
from pathlib import Path

from compliance.cache import AnswerCache
from compliance.summary import summarise

if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:]]
    cache = AnswerCache(folder=given[1] if len(given) > 1 else None)
    sys.exit(summarise(given[0] if given else Path("cdk.out"), cache=cache))
