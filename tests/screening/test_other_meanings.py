"""Names of people, firms, places, foods and parts raise no alarm, and what looks like one and is a chemical does."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from opencwc.convention.fields import load_yaml
from opencwc.screening.mentions import Mention
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener

CASES = Path(__file__).parents[1] / "cases" / "alarms.yaml"
LINES: list[dict[str, Any]] = load_yaml(CASES.read_text(encoding="utf-8"))
FINDER = Screener(Rulebook.of(date(2026, 11, 28), ("CWC", "AG"))).finder
OTHERS_LEFT_ALONE, CHEMICALS_TOLD = 0.97, 0.97


def met_in(text: str) -> list[Mention]:
    return [mention for mention in FINDER.find(text) if mention.met]


def test_hardly_any_line_without_a_chemical_raises_an_alarm() -> None:
    others = [line for line in LINES if not line["meant"]]
    told = Counter(line["kind"] for line in others if met_in(line["text"]))
    assert 1 - told.total() / len(others) >= OTHERS_LEFT_ALONE, told


def test_hardly_any_chemical_is_taken_for_something_else() -> None:
    chemicals = [(line["text"], label) for line in LINES for label in line["meant"]]
    missed = [
        (text, label["written"])
        for text, label in chemicals
        if not any(
            mention.start < label["at"] + len(label["written"]) and label["at"] < mention.end
            for mention in met_in(text)
        )
    ]
    assert 1 - len(missed) / len(chemicals) >= CHEMICALS_TOLD, missed


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        ("Consignee: SARIN, RAJ", []),
        ("Sarin, 2 kg", ["listed"]),
        ("SARIN, RAJ", []),
        ("SARIN, RAJ, nerve agent", ["review"]),
        ("A. Sarin", ["review"]),
        ("Sarin, Soman", ["listed", "listed"]),
        ("Regards, Sarin", []),
        ("Regards, the lab. Sarin, 2 g", ["listed"]),
        ("Item: sarin", ["listed"]),
        ("Rack: sarin", ["listed"]),
        ("Rack L-1, 5 kg", []),
        ("blister agent L-1, 5 kg", ["listed"]),
        ("VX, UN 2810, class 6.1", ["listed"]),
        ("VX, section 6.1", []),
        ("d) Stoff", []),
        ("D-Stoff 5 kg", ["listed"]),
        ("Kutuyu sarın", []),
        ("SARIN gazı", ["listed"]),
    ],
)
def test_evidence_is_weighed_on_both_sides(text: str, verdicts: list[str]) -> None:
    assert [str(mention.verdict) for mention in met_in(text)] == verdicts
