"""Names of people, firms, places, foods and parts raise no alarm, and what looks like one and is a chemical does."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from opencwc.convention.fields import load_yaml
from opencwc.screening.mentions import Mention
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.screening.structure_screener import MET

CASES = Path(__file__).parents[1] / "cases" / "alarms.yaml"
LINES: list[dict[str, Any]] = load_yaml(CASES.read_text(encoding="utf-8"))
SCREENER = Screener(Rulebook.of(date(2026, 11, 28), ("CWC", "AG")))
OTHERS_LEFT_ALONE, CHEMICALS_TOLD = 0.97, 0.97


def met_in(text: str) -> list[Mention]:
    return [mention for mention in SCREENER.finder.find(text) if mention.met]


def is_told(label: dict[str, Any], mention: Mention) -> bool:
    """Tell whether a mention stands over a label, or has it among the readings of its chemical."""
    written = {reading.written for outcome in mention.outcomes for reading in outcome.readings}
    over = mention.start < label["at"] + len(label["written"]) and label["at"] < mention.end
    return over or label["written"] in written


def test_hardly_any_line_without_a_chemical_raises_an_alarm() -> None:
    others = [line for line in LINES if not line["meant"]]
    told = Counter(line["kind"] for line in others if met_in(line["text"]))
    assert 1 - told.total() / len(others) >= OTHERS_LEFT_ALONE, told


def test_hardly_any_chemical_is_taken_for_something_else() -> None:
    chemicals = [(line["text"], label) for line in LINES for label in line["meant"]]
    missed = [
        (text, label["written"])
        for text, label in chemicals
        if not any(is_told(label, mention) for mention in met_in(text))
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


@pytest.mark.parametrize("code", ["DF", "QL", "L-1", "HN-1", "DEEP", "EMPA", "GA", "GB", "VX", "HD", "AC", "lost"])
def test_a_code_alone_as_a_value_is_for_review_with_its_other_meaning(code: str) -> None:
    for outcome in SCREENER.answer(code):  # an entry of each list
        assert (str(outcome.verdict), outcome.message.id) == ("review", "why_found_doubtful")
        assert outcome.message.values["doubt"].id == "doubt_also"  # type: ignore[union-attr]


def test_a_code_that_is_said_to_be_a_name_is_listed_where_the_schedule_prints_it() -> None:
    assert [str(outcome.verdict) for outcome in SCREENER.answer("VX", "name")] == ["listed"]


@pytest.mark.parametrize("noise", ["È", "é", "ab", "Ã©", "â€", "\x01\x02", "C\0C", "🧪", "..", "Q"])
def test_noise_is_no_name(noise: str) -> None:
    (outcome,) = SCREENER.answer(noise, "name")
    assert str(outcome.verdict) == "unreadable"
    assert outcome.message.values["reason"].id == "unreadable_noise"  # type: ignore[union-attr]


@pytest.mark.parametrize("value", ["d) Stoff", "sarın", "multiphase AC", "hysteresis", "Regards, Sarin"])
def test_what_is_no_name_is_listed_by_no_kind_of_reading(value: str) -> None:
    assert not any(
        outcome.verdict in MET for kind in ("auto", "name", "text") for outcome in SCREENER.answer(value, kind)
    )


def test_a_code_in_a_column_is_for_review_until_a_number_beside_it_says_what_it_is() -> None:
    from opencwc.files import open_table
    from opencwc.screening.batches import BatchScreener
    from opencwc.screening.model import Question

    screener = BatchScreener(Question(date(2026, 11, 28), ("CWC",)))
    table = b"name,cas\nDF,676-99-3\nDF,\nethanol,64-17-5\nbenzene,71-43-2\n"
    with open_table(io.BytesIO(table), name="goods.csv") as opened:
        answered = screener.answer(next(iter(opened.batches())))
    gravest = [str(outcomes[0].verdict) for _, outcomes in sorted(answered.outcomes.items())]
    assert gravest[:2] == ["listed", "review"]
