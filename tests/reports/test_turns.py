"""Whole sentences that turn what their words alone would say, and places that only the rest of a report tells."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from opencwc.reports.facts import tell
from opencwc.reports.model import Report, Told
from opencwc.reports.watched import watch
from opencwc.wording import LANGUAGES, say

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def cases(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    return found


def told(lang: str, title: str, text: str, published: datetime = NOON, source: str = "Outlet") -> Told:
    return tell(Report("r1", published, source, "", lang, title, text))


def facts(one: Told) -> dict[str, str]:
    count = one.casualties
    return {
        "kind": one.nature.kind,
        "stage": one.nature.stage,
        "stance": one.nature.stance,
        "date": one.date.text,
        "country": one.place.country,
        "killed": str(count.killed.number),
        "affected": str(count.affected.number),
    }


@pytest.mark.parametrize("case", cases("turns.yaml"), ids=lambda case: f"{case['lang']} {case['title']}")
def test_a_turn_of_phrase_makes_of_a_report_what_it_says(case: Mapping[str, Any]) -> None:
    found = facts(told(case["lang"], case["title"], case["text"]))
    wanted = dict(case["is"])
    if wanted.get("stage") == "not denied":
        assert found["stage"] in ("reported", "confirmed")
        wanted.pop("stage")
    assert {name: found[name] for name in wanted} == wanted


def test_the_words_of_the_turn_are_its_evidence() -> None:
    one = told("en", "Leak rumour", "Police confirmed on Thursday that the message about a chlorine leak is false.")
    (span,) = one.nature.spans["stage"]
    assert one.report.whole[slice(*span)].endswith("is false")


DENIED = {
    "en": ("Berlin denies it sold sodium fluoride to Syria", "Germany rejects claims of an export of sodium fluoride."),
    "fr": ("Berlin dément toute vente de fluorure", "L'Allemagne dément avoir exporté du fluorure de sodium en Syrie."),
    "es": ("Berlín niega la venta de fluoruro", "Alemania niega haber exportado fluoruro de sodio a Siria."),
    "ru": ("Берлин отрицает продажу фторида", "Германия отрицает, что поставляла фторид натрия в Сирию."),
    "ar": ("برلين تنفي بيع الفلوريد", "نفت ألمانيا تصدير فلوريد الصوديوم إلى سوريا."),
    "zh": ("柏林否认出售氟化钠", "德国否认向叙利亚出口过氟化钠。"),
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_denies_a_delivery_refuses_none(lang: str) -> None:
    assert facts(told(lang, *DENIED[lang]))["stage"] == "denied"


def test_a_false_figure_makes_no_rumour_of_what_happened() -> None:
    text = "Chlorine leaked in Leeds on Tuesday and killed two; reports of a toll of 20 are false."
    one = told("en", "Chlorine leak kills two", text)
    assert one.nature.stage != "denied"


@pytest.mark.parametrize("case", cases("meant_places.yaml"), ids=lambda case: f"{case['lang']} {case['text'][:50]}")
def test_the_rest_of_a_report_tells_which_place_is_meant(case: Mapping[str, Any]) -> None:
    published = datetime.fromisoformat(case["published"])
    one = told(case["lang"], case["title"], case["text"], published, case["source"])
    assert one.place.country == case["country"]


@pytest.mark.parametrize("case", cases("figures_in_phrases.yaml"), ids=lambda case: f"{case['lang']} {case['title']}")
def test_the_dead_and_the_harmed_are_counted_in_turns_of_phrase(case: Mapping[str, str]) -> None:
    found = facts(told(case["lang"], case["title"], case["text"]))
    assert (found["killed"], found["affected"]) == (case["killed"] or "None", case["affected"] or "None")


IN_HULL = "Chlorine leaked at a swimming pool in Hull on Tuesday. Three people were treated."


def test_where_nothing_tells_which_town_is_meant_the_others_are_kept_and_told() -> None:
    one = told("en", "Chlorine leak", IN_HULL)
    assert (one.place.country, "CAN" in one.place.others) == ("GBR", True)
    (line,) = watch([one.report], None).lines
    (why,) = [message for message in line.why if message.id == "watch_place_may_be_in"]
    assert len({say(why, lang) for lang in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize(
    "text", [f"{IN_HULL} Humberside and the whole of England took note.", "Chlorine leaked at a pool in Rotterdam."]
)
def test_where_something_else_tells_it_no_others_are_kept(text: str) -> None:
    assert told("en", "Chlorine leak", text).place.others == ()
