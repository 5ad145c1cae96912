"""What the benchmark of deciding passes: nothing failed, decisions in time, and memory that stays."""

from __future__ import annotations

from collections import Counter

import pytest
from benchmarks.deciding import Deciding, holds


@pytest.mark.parametrize(
    ("decided", "memory", "errors", "held"),
    [
        ([0.2, 0.3], (300.0, 324.0), 0, True),
        ([0.2, 0.3], (300.0, 280.0), 0, True),
        ([0.2, 0.3], (300.0, 325.0), 0, False),
        ([0.2, 0.3], (300.0, 0.0), 0, False),
        ([0.2, 0.6], (300.0, 300.0), 0, False),
        ([], (300.0, 300.0), 0, False),
        ([0.2, 0.3], (300.0, 300.0), 1, False),
    ],
)
def test_a_run_holds(decided: list[float], memory: tuple[float, float], errors: int, held: bool) -> None:
    seen = Deciding(decided=decided, memory=memory, errors=Counter({"ReadTimeout": errors} if errors else {}))
    assert holds(seen, within=500, grown=25) is held
