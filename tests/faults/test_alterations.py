"""The oracle notices: a run fails without the outbox, journal, lease or stable name (R28)."""

from pathlib import Path

import pytest

from tests.faults.field import Plan
from tests.faults.ground import Ground
from tests.faults.scenarios import SCENARIOS

READERS = 300


@pytest.mark.long
@pytest.mark.parametrize(("alteration", "scenario", "expected"), [
    ("outbox", "workers killed", "missed"),
    ("journal", "workers killed", "repeated and not named unclear"),
    ("lease", "stalled worker", "repeated though the answer was heard"),
    ("Message-ID", "ambiguous answers", "other bytes or Message-ID"),
])
def test_a_run_fails_without(
    alteration: str, scenario: str, expected: str, ground: Ground, tmp_path: Path
) -> None:
    """And for the reason that it should."""
    plan = Plan(ground, tmp_path, scenario, 1, READERS, alteration)
    verdict = SCENARIOS[scenario](plan)
    print(verdict.line())
    assert [each for each in verdict.broken if each.startswith(expected)], verdict.line()
