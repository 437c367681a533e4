"""Finds the line of a construct in the Python source, and since when it stands there, without running the source."""
