"""Logs expire."""

from compliance.rules.logs import LOG_RETENTION
from tests.unit.compliance.judging import broken, resource


def test_a_log_group_says_how_long_it_keeps_its_events() -> None:
    kept, forever = resource("AWS::Logs::LogGroup", RetentionInDays=7), resource("AWS::Logs::LogGroup")
    assert broken(LOG_RETENTION, Kept=kept, Forever=forever) == {("Forever", "Properties.RetentionInDays")}
