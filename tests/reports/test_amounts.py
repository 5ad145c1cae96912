"""How much of a chemical short reports in six languages tell of."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.reports.agents import find_agents
from opencwc.reports.amounts import find_amounts
from opencwc.reports.model import Agents, Nature, Report, Span


def amounts(text: str, lang: str) -> list[tuple[str, str]]:
    report = Report("r1", datetime.fromisoformat("2025-09-10T09:00:00+00:00"), "Invented Wire", "", lang, "", text)
    agents = find_agents(report, lang, Nature("accident", "reported", "asserts"))
    return [(str(amount.number), amount.unit) for amount in find_amounts(report, lang, agents)]


@pytest.mark.parametrize(
    ("lang", "text", "told"),
    [
        ("en", "Twenty tonnes of sodium cyanide and 1.5 kg of phosgene were found.", [("20", "t"), ("1.5", "kg")]),
        ("en", "Thieves took 12 blue drums of chlorine, each of 68 kilos.", [("12", "drums"), ("68", "kg")]),
        ("fr", "Vingt-huit kilos de fentanyl et 3 fûts de chlore ont été saisis.", [("28", "kg"), ("3", "drums")]),
        ("ar", "ضبطت الشرطة ٢٩ أسطوانة كلور وعشرين طناً من الكلور.", [("29", "cylinders"), ("20", "t")]),
        ("es", "Se derramaron 900 mil litros de ácido sulfúrico.", [("900000", "L")]),
        ("ru", "Похищены двадцать тонн цианида натрия и 30 баллонов хлора.", [("20", "t"), ("30", "cylinders")]),
        ("zh", "查获氰化钠二十吨、氯气12桶。", [("20", "t"), ("12", "drums")]),
    ],
)
def test_an_amount_is_a_number_and_its_unit(lang: str, text: str, told: list[tuple[str, str]]) -> None:
    assert amounts(text, lang) == told


@pytest.mark.parametrize(
    "text",
    ["Police found chlorine.", "Police found 20 tonnes of sand. They saw no chlorine.", "Dozens of drums of chlorine."],
)
def test_what_is_not_told_beside_the_chemical_is_no_amount(text: str) -> None:
    assert amounts(text, "en") == []


@settings(max_examples=150, deadline=None)
@given(st.text(), st.sampled_from(["en", "fr", "ar", "es", "ru", "zh", "pt"]))
def test_whatever_is_written_spans_lie_in_the_report(text: str, lang: str) -> None:
    report = Report("r1", datetime.fromisoformat("2025-09-10T09:00:00+00:00"), "Invented Wire", "", lang, "", text)
    for amount in find_amounts(report, lang, Agents(("chlorine",), (Span(0, 1),))):
        assert all(0 <= span.start < span.end <= len(report.whole) for span in amount.spans)
