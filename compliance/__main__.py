"""Entry point of ``python -m compliance [ASSEMBLY]``: says what the gate found in the last synth."""

import sys
from pathlib import Path

from compliance.summary import summarise

if __name__ == "__main__":
    sys.exit(summarise(Path(sys.argv[1] if len(sys.argv) > 1 else "cdk.out")))
