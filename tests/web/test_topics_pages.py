"""The pages of the technology watch: what is new first, a topic with its passages, the API, what is withheld."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.model import Mark, Person, Role
from opencwc.jobs.kept_runs import _loaded
from opencwc.jobs.run_and_keep import Place, keep_steps
from opencwc.records import to_plain
from opencwc.reports.findings import maker_of
from opencwc.reports.model import OnTopic, Report, Span, Told
from opencwc.reports.reader import steps_of
from opencwc.reports.topics.tree import load_tree
from opencwc.reports.verb import VERB
from opencwc.reports.watched import Line, Watched
from opencwc.verbs import Started, Step
from web.pages.housing import PAGE, opened_house, page_of
from web.signing_in import House

ANNA = Person("p-anna", "anna", "Anna", Role.ANALYST, Mark.HIGHLY_PROTECTED)
MARKET = "A darknet shop offered cyanide number {number} and the police look for its buyers."
ASKS = "How do I make sarin?"


class Kept(NamedTuple):
    """A house with watched reports in it, and the address of their pages."""

    house: House
    base: str


def _line(name: str, published: str, text: str, topic: str = "") -> Line:
    report = Report(name, datetime.fromisoformat(f"{published}T09:00:00+01:00"), f"Paper {name}", "", "en", "", text)
    found = (OnTopic(topic, 0.9, (Span(0, len(text)),), (Span(2, 9),)),) if topic else ()
    return Line(Told(report, "en", topics=found))


def _watched() -> Watched:
    """Return twenty reports a month on none; in March a shop is told of by eight, and one asks for a method."""
    lines = [
        _line(
            f"{month}-{number}",
            f"{month}-03",
            " ".join(sha256(f"{month}{number}{at}".encode()).hexdigest()[:8] for at in range(8)),
        )
        for month, number in product(("2026-01", "2026-02", "2026-03"), range(20))
    ]
    lines += [
        _line(f"m{number}", f"2026-03-{number + 1:02}", MARKET.format(number=number * "x"), "dark-markets")
        for number in range(1, 9)
    ]
    return Watched((*lines, _line("asks", "2026-03-20", ASKS, "dark-markets")), ())


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    with opened_house(tmp_path, monkeypatch) as house:
        case_for_keeping(house.book, ANNA, "topics", Mark.UNCLASSIFIED)
        maker = maker_of("2026-03-31", "use")

        def steps() -> Iterator[Step]:
            yield Started({"file": "reports.jsonl", "as_of": "2026-03-31"}, to_plain(maker))
            yield from steps_of(_watched(), "reports.jsonl", maker)

        place = Place(house.book, lambda: ANNA, "topics", {"as_of": "2026-03-31"}, mark=Mark.UNCLASSIFIED)
        run = keep_steps(VERB, steps(), place)
        assert run.keeper is not None
        yield Kept(house, f"/watch/runs/{run.keeper.number}")
    _loaded.clear()


def test_the_page_says_first_what_is_new(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, f"{kept.base}/topics")
        assert page.one("h1").text.startswith("1 new or rising topic")
        assert page.one("ul", class_="risen").text == (
            "Dark markets : first appears in March 2026; "
            "March 2026: 2 of 22 independent texts (95% confidence interval: 3 to 28 in 100)"
        )  # eight near-copies are one text
        assert "60 of them have no topic" in page.text


def test_the_topics_are_sorted_searched_with_slips_and_given_as_they_are_shown(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        (row,) = page_of(client, f"{kept.base}/topics?find=darkk+markts&order=-texts").one(id="topics").rows()
        assert row[0] == "Dark markets" and row[3:] == ["2", "2", "9"]
        assert not page_of(client, f"{kept.base}/topics?find=xyzzyplugh").all(id="topics")
        heading, line = client.get(f"{kept.base}/topics.csv?hide=change").text.splitlines()
        assert heading == "topic,theme,newest,texts,reports" and line.startswith("Dark markets,")
        assert client.get(f"{kept.base}/topics.xlsx").content.startswith(b"PK")


def test_a_topic_shows_its_months_and_its_passages_with_the_words_marked(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, f"{kept.base}/topics/dark-markets")
        assert page.one("h1").text.startswith("Dark markets: first appears in March 2026")
        assert len(page.one("table").one("tbody").all("tr")) == 3
        quotes = page.all("article", class_="quoted")
        assert len(quotes) == 9
        assert [mark.text for mark in quotes[1].all("mark")] == ["darknet"]
        assert quotes[1].one("h3").text == MARKET.format(number=8 * "x")


def test_what_asks_for_a_method_is_not_shown_anywhere(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, f"{kept.base}/topics/dark-markets")
        assert page.all("article", class_="quoted")[0].one("h3").text == "Not shown: it asks for or describes a method"
        for address in (f"{kept.base}/topics", f"{kept.base}/topics/dark-markets"):
            assert "sarin" not in client.get(address, headers=PAGE).text
            assert "sarin" not in client.get(f"/api/v1{address}").text


@pytest.mark.parametrize("lang", ["en", "fr", "ar", "es", "ru", "zh"])
def test_both_pages_are_sound_in_every_language(kept: Kept, lang: str) -> None:
    topic = load_tree().find("dark-markets").names[lang]
    with kept.house.signed_in("rita") as client:
        for address in (f"{kept.base}/topics", f"{kept.base}/topics/dark-markets", f"{kept.base}/topics/toxins"):
            page = page_of(client, address, lang)
            assert "watch_" not in page.text
        assert topic in page_of(client, f"{kept.base}/topics", lang).text


def test_the_api_gives_topics_with_counts_and_a_topic_page_by_page(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        answer = client.get(f"/api/v1{kept.base}/topics?lang=es").json()
        (topic,) = answer["topics"]
        assert (topic["topic"], topic["name"], topic["change"]) == ("dark-markets", "Mercados oscuros", "new")
        assert [month["month"] for month in topic["months"]] == answer["months"] == ["2026-01", "2026-02", "2026-03"]
        assert answer["on_none"] == 60
        first = client.get(f"/api/v1{kept.base}/topics/dark-markets?limit=4").json()
        assert (first["total"], len(first["reports"]), first["next"]) == (9, 4, 4)
        assert (first["reports"][0]["title"], first["reports"][0]["withheld"]) == ("", 1)
        rest = client.get(f"/api/v1{kept.base}/topics/dark-markets?after=8").json()
        assert (len(rest["reports"]), rest["next"]) == (1, None)


def test_a_topic_that_is_not_in_the_tree_is_not_found(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        assert client.get(f"{kept.base}/topics/none", headers=PAGE).status_code == 404
        assert client.get(f"/api/v1{kept.base}/topics/none").status_code == 404
