"""Judges whether a change weakens the controls over changes: files of the repository, pipelines, acknowledgements."""
