"""Assessed: when pages and mails were last looked at for accessibility, and when they must be."""

from datetime import date, timedelta

# When pages and mails were last walked through by a person, with the checks of `tests/browser`.
ASSESSED_ON = date(2026, 11, 25)
# A statement is of the last year: Besluit digitale toegankelijkheid overheid, its model.
HOLDS = timedelta(days=365)


def is_assessment_due(today: date) -> bool:
    """Whether the statement speaks, on this day in Europe/Amsterdam, of too long ago."""
    return today - ASSESSED_ON >= HOLDS
