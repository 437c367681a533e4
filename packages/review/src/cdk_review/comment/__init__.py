"""The trusted half of the review: takes the report of a run that may be anybody's, and keeps one comment up to date.

It never has the change's code. What it is given is checked against the event and against GitHub's own answers, and is
written out anew from the validated data, so that nothing in it is read as Markdown.
"""
