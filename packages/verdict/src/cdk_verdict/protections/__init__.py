"""Judges which protections a change weakens, by the meaning of each property."""
