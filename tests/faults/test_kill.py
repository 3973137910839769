"""The promise under fire: every scenario, judged by what the relay took (R02, R03, R28)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.field import Plan
from tests.faults.ground import Ground
from tests.faults.oracle import Verdict
from tests.faults.scenarios import READERS, SCENARIOS, cases


@pytest.mark.parametrize(("scenario", "seed"), cases())
def test_the_promise_is_kept(
    scenario: str, seed: int, ground: Ground, tmp_path: Path, keep: Callable[[Verdict], None]
) -> None:
    """Nobody missed, and second copies only as many, and only where, as is promised."""
    verdict = SCENARIOS[scenario](Plan(ground, tmp_path, scenario, seed, READERS))
    keep(verdict)
    assert verdict.broken == []
