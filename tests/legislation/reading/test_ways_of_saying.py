"""A measure is seen in the ways that laws say it: `said_*.yaml`, each sentence alone after a first section."""

from __future__ import annotations

from pathlib import Path

import pytest

from opencwc.convention.fields import load_yaml

from ..conftest import Check, answer

CLAUSES = Path(__file__).parents[2] / "cases" / "clauses"
BEFORE = load_yaml((CLAUSES / "no_rules.yaml").read_text("utf-8"))["before"]
SAID = [
    sentence_case
    for file in sorted(CLAUSES.glob("said_*.yaml"))
    for sentence_case in load_yaml(file.read_text("utf-8"))["sentences"]
]  # fmt: skip


@pytest.mark.parametrize(
    "case", SAID, ids=[f"{saying['lang']}-{saying['holds']}-{at}" for at, saying in enumerate(SAID)]
)
def test_a_way_of_saying_a_measure_is_seen(check: Check, case: dict[str, str]) -> None:
    before = BEFORE[case["lang"]]
    text = f"{before['heading']}\n{before['says']}\n\n{before['next']}\n{case['says']}\n"
    assert answer(check(text, model=False), case["holds"]).verdict in ("covered", "partial")
