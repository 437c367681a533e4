"""Runs a synthesised pipeline from push to its last stage on one machine.

Knows the cloud assembly, git and AWS APIs; knows nothing of the project whose pipeline it runs.
"""
