"""Which chemicals a report names for its event, in six languages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from opencwc.convention.fields import read_yaml
from opencwc.reports.agents import DATA, find_agents
from opencwc.reports.model import Agents, Kind, Nature, Report

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "agents.yaml").read_text(encoding="utf-8"))
NOON = datetime.fromisoformat("2024-05-02T12:00:00+00:00")


def agents(lang: str, kind: Kind, text: str, title: str = "") -> Agents:
    return find_agents(Report("r1", NOON, "Outlet", "", lang, title, text), lang, Nature(kind))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['lang']}: {case['text'][:40]}")
def test_cases(case: dict[str, Any]) -> None:
    assert set(agents(case["lang"], case["kind"], case["text"]).names) == set(case["agents"])


def test_every_name_of_the_list_is_found_by_itself() -> None:
    raw = read_yaml(DATA)
    lost = [
        (name, written)
        for name, others in raw["agents"].items()
        for written in str(others).split("|")
        if agents("en", "other", f": «{written}»").names != (str(name),)
    ]
    assert lost == []


def test_spans_are_the_names_in_the_order_of_the_text() -> None:
    text = "Sarin, then chlorine. Sarin again."
    found = agents("en", "alleged_use", text)
    assert found.names == ("sarin", "chlorine")
    assert [text[start:end] for start, end in found.spans] == ["Sarin", "chlorine", "Sarin"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Ammonia leaked. The town remembers the last time: years ago chlorine killed two men."),
        ("fr", "De l'ammoniac a fui. L'accident ravive le souvenir de Bhopal, où l'isocyanate de méthyle avait tué."),
        ("es", "Hubo una fuga de amoníaco. El caso recuerda a Bhopal y su isocianato de metilo."),
        ("ru", "Произошла утечка аммиака. Напомним, год назад здесь разлился хлор."),
        ("ar", "تسربت الأمونيا. ويعيد إلى الأذهان تسرب الكلور قبل أعوام."),
        ("zh", "氨气泄漏。多年前该厂曾发生氯气事故。"),
    ],
)
def test_chemicals_of_a_recalled_event_are_not_those_of_this_one(lang: str, text: str) -> None:
    assert agents(lang, "accident", text).names == ("ammonia",)


def test_a_name_that_says_less_is_left_out_beside_one_that_says_more() -> None:
    assert agents("en", "theft", "Cyanide is gone: two drums of potassium cyanide.").names == ("potassium cyanide",)
    assert agents("en", "theft", "Cyanide is gone.").names == ("cyanide",)


def test_a_capital_makes_a_proper_name_of_a_chemical_within_a_sentence() -> None:
    assert agents("en", "accident", "Fans of Chlorine were hurt by ammonia.").names == ("ammonia",)
    assert agents("ru", "accident", "Болельщики «Хлора» отравились аммиаком.").names == ("ammonia",)


def test_a_headline_in_capitals_is_none() -> None:
    assert agents("en", "theft", "Nobody was hurt.", title="Gunmen Take Truck With Chlorine In Mexico").names == (
        "chlorine",
    )


def test_what_screening_knows_is_found_though_no_newspaper_names_it() -> None:
    assert agents("en", "seizure", "Customs found O,O-diethyl phosphorothioate in a drum marked soap.").names == (
        "O,O-diethyl phosphorothioate",
    )


def test_text_without_words_names_nothing() -> None:
    assert agents("en", "accident", "").names == ()
    assert agents("zh", "accident", "。。。").names == ()
