"""Reads a cloud assembly: its stacks, those nested in stages and in stacks, their assets and acknowledgements."""
