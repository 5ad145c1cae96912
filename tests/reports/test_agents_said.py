"""What the pages call the chemicals that reports name, in each language."""

from __future__ import annotations

import pytest

from opencwc.convention.fields import read_yaml
from opencwc.finding import Message
from opencwc.reports.agents import DATA
from opencwc.reports.event_wording import agents_said, headline, headline_of
from opencwc.reports.model import Date, Place
from opencwc.reports.summaries import summary_of
from opencwc.reports.watch_question import holds_words
from opencwc.reports.watched import Line
from opencwc.web.reports.saved_watch import WatchForm
from opencwc.wording import LANGUAGES, say
from opencwc.wording.common_chemicals import DATA as NAMES
from opencwc.wording.common_chemicals import common_name, english_name
from reports.told_by_hand import LEAK, told

OTHERS = [lang for lang in LANGUAGES if lang != "en"]
AGENTS = [str(name) for name in read_yaml(DATA)["agents"]]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "chlorine, sarin"), ("fr", "chlore, sarin"), ("ar", "الكلور\u200f، سارين"), ("es", "cloro, sarín"),
        ("ru", "хлор, зарин"), ("zh", "氯气、沙林"),
    ],
)  # fmt: skip
def test_chemicals_are_said_in_the_language_of_the_page(lang: str, said: str) -> None:
    assert agents_said(("chlorine", "sarin"), lang) == said


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "Accident: chlorine, ammonia, Lyon (France), 2026-03-04"),
        ("zh", "事故：氯气、氨，Lyon（法国），2026年3月4日"),
    ],
)
def test_a_headline_sets_its_chemicals_apart_from_the_place_and_the_day(lang: str, said: str) -> None:
    title = headline_of("accident", ("chlorine", "ammonia"), Place("FRA", "Lyon"), Date("2026-03-04"))
    assert say(title, lang) == said


@pytest.mark.parametrize("lang", ["ar", "ru", "zh"])
def test_nearly_every_chemical_that_is_looked_for_has_a_name(lang: str) -> None:
    raw = read_yaml(NAMES)
    place = raw["columns"].index(lang)
    listed = {str(name): names.split("|")[place] for name, names in raw["names"].items()}
    without = [name for name in AGENTS if name not in listed and common_name(name, lang) == name]
    assert len(without) < len(AGENTS) / 15, without


def test_the_table_names_only_chemicals_that_are_looked_for() -> None:
    assert {str(name) for name in read_yaml(NAMES)["names"]} <= set(AGENTS)


@pytest.mark.parametrize("lang", OTHERS)
def test_a_chemical_without_a_name_keeps_its_english_one(lang: str) -> None:
    assert common_name("ω-imaginary acid", lang) == "ω-imaginary acid"


def test_headings_name_the_chemical_and_differences_too() -> None:
    leak = told("r1", "2026-03-02T09:00:00+00:00", "A", "en", "Chlorine.", **LEAK)
    other = told("r2", "2026-03-02T10:00:00+00:00", "B", "en", "Sarin.", **{**LEAK, "agents": ("sarin", "ammonia")})
    summary = summary_of("E", [Line(leak, "E", "a"), Line(other, "E", "b")])
    assert say(headline(leak), "fr").startswith("Accident\u00a0: chlore, Sandvik")
    assert "хлор, зарин, аммиак" in say(summary.headline, "ru")
    differences = {one.field: say(one.says, "es") for one in summary.differences}
    assert "cloro, sarín + amoníaco" in differences["agents"]


def test_a_search_finds_the_chemical_under_its_name_in_any_language() -> None:
    leak = told("r1", "2026-03-02T09:00:00+00:00", "A", "en", "Chlorine.", **LEAK)
    summary = summary_of("E", [Line(leak, "E", "a")])
    assert all(holds_words(summary, word) for word in ("chlorine", "хлор", "氯气"))
    assert not holds_words(summary, "зарин")


def test_a_watch_takes_the_name_that_the_page_shows() -> None:
    question = WatchForm(name="x", more_agents="Хлор; cloro, unheard of").question()
    assert question.agents == ("chlorine", "unheard of")
    assert english_name("沙林") == "沙林"  # the press has no other name for it; the reader of reports knows it
    named = WatchForm(
        name="x", more_agents="沙林، السارين, Tiodiglicol; oxychlorure de phosphore, tabun of old"
    ).question()
    assert named.agents == ("sarin", "thiodiglycol", "phosphorus oxychloride", "tabun of old")


def test_what_another_version_kept_is_said_as_it_is() -> None:
    assert say(Message("watch_why_agents", {"agents": ("chlorine",)}), "ru").endswith("chlorine")
