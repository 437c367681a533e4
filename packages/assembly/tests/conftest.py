"""Puts the package's sources and the helpers of its tests on the path, whichever configuration pytest runs under."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]
