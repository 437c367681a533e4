"""Decides whether head grants anything that base did not."""
