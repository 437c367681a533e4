"""Writes a report: Markdown for people in a hurry, HTML for the auditor, JSON and SARIF for machines."""
