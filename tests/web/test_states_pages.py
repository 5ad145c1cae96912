"""Data on a State: every part side by side, with source, day and address, for who may see it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from starlette.testclient import TestClient

from opencwc.casebook.model import Mark, Role
from opencwc.jobs.intake import intake_of
from opencwc.jobs.kept_runs import _loaded
from opencwc.jobs.queue import Jobs
from opencwc.legislation.example_texts import NOW, example_text
from opencwc.web.declarations import pages as declarations
from opencwc.web.server.worker_process import make_worker
from opencwc.web.transfers import check_pages, pages
from opencwc.wording import LANGUAGES
from web.pages.housing import PAGE, opened_house, page_of
from web.pages.parsed import Element
from web.signing_in import House
from web.test_watch_pages import _keep

PARTS = ("convention", "declarations", "submissions", "law", "transfers", "shipments", "reports")


class Kept(NamedTuple):
    """A house with something of every part in it, and the runs by their verbs."""

    house: House
    runs: dict[str, int]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A house for tests that only look."""
    with pytest.MonkeyPatch.context() as patch, opened_house(tmp_path_factory.mktemp("states"), patch) as house:
        house.add("leo", Role.REVIEWER, Mark.UNCLASSIFIED)
        runs = {"watch": _keep(house).run}
        with house.signed_in("anna") as anna:
            runs |= _sent(house, anna)
            asked = {"case": "handed-in", "year": 2026, "profile": "ESP", "sites": ["A1", "A2"]}
            assert anna.post("/api/v1/cases", json={"name": "handed-in"}).status_code < 300
            assert anna.post("/api/v1/submissions", json=asked).status_code == 201
        yield Kept(house, runs)
    _loaded.clear()


def _sent(house: House, anna: TestClient) -> dict[str, int]:
    """Have files of other parts read; the law alone is protected."""
    examples = declarations.EXAMPLES
    register = [("file", (name, examples[name])) for name in ("sites.csv", "activities.csv")]
    ledgers = [("file", ("a.csv", pages.EXAMPLES["ours.csv"])), ("file", ("b.csv", pages.EXAMPLES["theirs.csv"]))]
    shipments = {"file": ("s.csv", check_pages.EXAMPLES["shipments.csv"])}
    law = {"file": ("law.txt", example_text(NOW))}
    sent: dict[str, tuple[str, Any, dict[str, str]]] = {
        "declare": ("/api/v1/declarations/jobs", register, {"year": "2026"}),
        "reconcile": ("/api/v1/transfers/reconciliations", ledgers, {}),
        "check": ("/api/v1/transfers/checks", shipments, {}),
        "law": ("/api/v1/law/checks", law, {"state": "XNV", "mark": "protected"}),
    }
    runs = {}
    for name, (address, files, more) in sent.items():
        form = {"as_of": "2026-01-15", "mark": "unclassified", "case": name, **more}
        answer = anna.post(address, data=form, files=files)
        assert answer.status_code == 202, answer.text
        assert make_worker(house.entrance.configuration, intake_of(house.book)).work_once()
        job = Jobs(house.book.engine).get(answer.json()["id"])
        assert job.state == "done" and job.run, job.problem
        runs[name] = job.run
    return runs


def part_of(page: Element, part: str) -> Element:
    """Return a part of the page: a section, or its line among those without data."""
    return next(one for tag in ("section", "li") for one in page.all(tag) if one.attributes.get("id") == part)


def lines(page: Element, part: str) -> list[list[str]]:
    """Return the lines of a part: what is held, the day, and where it is not the same for all the source."""
    section = part_of(page, part)
    return section.rows() if section.all("table") else []


def test_a_state_shows_what_the_convention_says_of_it_with_source_and_grade(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, "/states/NOR")
        assert page.one("h1").text.startswith("Norway: State Party since 29 April")
        assert "Northern Europe" in page.one("h1").text
        held = {row[0]: row[1] for row in lines(page, "convention")}
        assert held["Entry into force of the Convention for the State"] == "29 April 1997"
        assert "State Party since" not in held  # which the heading says
        assert held["Deposited its instrument"] == "7 April 1994"
        source = part_of(page, "convention").text
        assert source.count("United Nations Treaty Collection") == 1 and "secondary source" in source


def test_each_part_has_its_lines_and_a_part_without_any_says_so(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        norway = page_of(client, "/states/NOR")
        ids = [one.attributes.get("id") for one in (*norway.all("section"), *norway.all("li"))]
        assert sorted(id for id in ids if id in PARTS) == sorted(PARTS)
        assert lines(norway, "reports")[0][0] == "Events reported there: 1, by two or more independent origins: 1"
        assert "Sandvik (Norway)" in lines(norway, "reports")[1][0]
        assert norway.text.count("No data") == 1
        assert lines(norway, "law") == lines(norway, "submissions") == []
        nordavia = page_of(client, "/states/XNV")
        assert lines(nordavia, "law")[0][0].startswith("Law: ")
        assert lines(nordavia, "law")[0][1] == "15 January 2026"


def test_every_line_leads_to_a_page_that_is_there(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        for code in ("DEU", "ESP", "XNV", "NOR"):
            page = page_of(client, f"/states/{code}")
            links = [link.attributes["href"] for part in PARTS for link in part_of(page, part).all("a")]
            assert links
            for address in dict.fromkeys(links):
                assert client.get(address, headers=PAGE).status_code == 200, address


def test_transfers_shipments_registers_and_submissions_are_counted_for_their_state(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        germany = page_of(client, "/states/DEU")
        assert "Discrepancies over their thresholds: " in lines(germany, "transfers")[0][0]
        assert "Planned shipments from or to the State: " in lines(germany, "shipments")[0][0]
        body = client.get("/api/v1/states/ESP").json()
        submitted = next(part for part in body["parts"] if part["name"] == "submissions")
        assert [line["says"] for line in submitted["lines"]] == ["Declaration for 2026, plant sites 2: draft."]
        registers = [
            code
            for code in ("DEU", "ESP", "FRA", "NLD", "XNV")
            if lines(page_of(client, f"/states/{code}"), "declarations")
        ]
        assert registers


def test_what_a_person_may_not_see_is_not_held_for_that_person(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        assert lines(page_of(client, "/states/XNV"), "law")
    with kept.house.signed_in("leo") as client:
        page = page_of(client, "/states/XNV")
        assert lines(page, "law") == []
        assert lines(page, "law") == []
        parts = {part["name"]: part["lines"] for part in client.get("/api/v1/states/XNV").json()["parts"]}
        assert parts["law"] == [] and parts["convention"]
    with kept.house.signed_in("adam") as client:
        assert client.get("/states/XNV", headers=PAGE).status_code == 403


def test_a_code_that_is_no_state_is_not_found_and_a_chosen_one_leads_to_its_page(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        assert client.get("/states/XXX", headers=PAGE).status_code == 404
        assert client.get("/api/v1/states/XXX").status_code == 404
        assert client.get("/states?code=XXX", headers=PAGE).status_code == 404
        assert "The list also has Nordavia" in page_of(client, "/states").one(class_="lead").text
        led = client.get("/states?code=NOR", headers=PAGE, follow_redirects=False)
        assert (led.status_code, led.headers["location"]) == (303, "/states/NOR")
        given = client.get("/states/table.csv?find=morroco").text.splitlines()
        assert given == ["state,code,status", "Morocco,MAR,State Party"]
        assert client.get("/states/table.csv?order=-state").text.splitlines()[1].startswith("Zimbabwe,ZWE")
        assert client.get("/states/table.xlsx").content.startswith(b"PK")
        near = page_of(client, "/states?find=morroco")
        assert "morroco" in near.text.lower() and near.one("a", href="/states/MAR")
        page = page_of(client, "/states")
        assert page.one("a", href="/states/XNV").text == "Nordavia" and page.all("a", href="/convention?part=states")
        assert page.one(id="pages").one("a", aria_current="page").attributes["href"] == "/convention"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_sound_in_every_language(kept: Kept, lang: str) -> None:
    with kept.house.signed_in("rita") as client:
        for address in ("/states", "/states/NOR", "/states/XNV", "/states/DEU"):
            page = page_of(client, address, lang)
            assert "states_" not in page.text
            assert "{" not in page.one("main").text


def test_an_event_that_two_runs_of_a_case_have_stands_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened_house(tmp_path, monkeypatch) as house:
        _keep(house)
        with house.signed_in("anna") as anna:
            once = lines(page_of(anna, "/states/NOR"), "reports")
        _keep(house)
        with house.signed_in("anna") as anna:
            twice = lines(page_of(anna, "/states/NOR"), "reports")
    _loaded.clear()
    assert [row[0] for row in twice] == [row[0] for row in once]
