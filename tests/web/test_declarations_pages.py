"""The pages and the API of declarations: a register goes in by a form and a job; what is due comes out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from starlette.testclient import TestClient

from opencwc.casebook.model import Mark, Role
from opencwc.jobs.intake import intake_of
from opencwc.jobs.kept_runs import _loaded
from opencwc.jobs.queue import Jobs
from opencwc.web.declarations import pages
from opencwc.web.server.worker_process import make_worker
from opencwc.wording import LANGUAGES, say
from web.calendar_days import take_for_today
from web.pages.housing import LANGUAGES_READ, PART, opened_house, page_of
from web.pages.parsed import Element
from web.signing_in import House

SITES, ACTIVITIES = pages.EXAMPLES["sites.csv"], pages.EXAMPLES["activities.csv"]


class Kept(NamedTuple):
    """A house in which the invented register was judged, and its run."""

    house: House
    run: int

    @property
    def address(self) -> str:
        """The page of what is due."""
        return f"/declarations/runs/{self.run}"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A house with the invented register: for tests that only look."""
    with pytest.MonkeyPatch.context() as patch, opened_house(tmp_path_factory.mktemp("kept"), patch) as house:
        with house.signed_in("anna") as client:
            run = judged(house, client)
        yield Kept(house, run)
    _loaded.clear()


@pytest.fixture
def on_day(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the pages take a day for today."""
    take_for_today(monkeypatch, request.param, pages)


def on(day: date) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Have a test see the pages of a day."""
    marks = (pytest.mark.usefixtures("on_day"), pytest.mark.parametrize("on_day", [day], indirect=True))

    def seen(test: Callable[..., None]) -> Callable[..., None]:
        for mark in marks:
            test = mark(test)
        return test

    return seen


def sent(client: TestClient, *tables: tuple[str, str | bytes], status: int = 204, **form: str) -> str:
    """Send a register as the page does; return the address that it leads to."""
    form = {"case": "declared", "as_of": "2026-01-15", "mark": "unclassified", "year": "2026", **form}
    files = [("file", table) for table in tables or (("sites.csv", SITES), ("activities.csv", ACTIVITIES))]
    answer = client.post("/declarations/register", data=form, files=files, headers=PART)
    assert answer.status_code == status, answer.text
    return str(answer.headers.get("hx-redirect", ""))


def judged(house: House, client: TestClient, *tables: tuple[str, str | bytes], **form: str) -> int:
    """Send a register, the invented one where none is given, have a worker judge it, and return the run."""
    address = sent(client, *tables, **form)
    assert make_worker(house.entrance.configuration, intake_of(house.book)).work_once()
    job = Jobs(house.book.engine).get(address.rsplit("/", 1)[-1])
    assert job.state == "done", job.problem
    assert job.run
    return job.run


def main_of(client: TestClient, address: str, lang: str = "en") -> Element:
    return page_of(client, address, lang).one("main")


def rows_of(main: Element) -> list[list[str]]:
    return main.one(id="due").rows()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_of_a_register_is_sound(kept: Kept, lang: str) -> None:
    with kept.house.signed_in("rita") as client:
        for address in (
            "/declarations", kept.address, f"{kept.address}?regime=S2&order=-site", f"{kept.address}?text=nothing",
        ):  # fmt: skip
            assert page_of(client, address, lang).one("h1").text, address
    with kept.house.signed_in("adam") as client:
        assert not main_of(client, "/declarations", lang).all("form")


@on(date(2026, 3, 10))
def test_the_heading_is_the_next_day_and_how_many_fall_due_on_it(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        main = main_of(client, kept.address)
        assert main.one("h1").text == "Due on 31 March 2026: 6 declarations"
        assert "Due on 31 March" in page_of(client, kept.address).one("title").text
        assert "31 mars 2026" in main_of(client, kept.address, "fr").one("h1").text
        steps = main.one("ul", class_="next-steps").text
    assert "Then on 1 April 2026: 2 declarations." in steps and "Rows that could not be checked: 2" in steps
    days = [day.text for day in main.one("ol", class_="days").all("li")]
    assert len(days) == 5 and "6 declarations" in days[0] and "Schedule 3: 2" in days[0]


def test_regimes_ranges_and_chemicals_are_said_in_words(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        rows = rows_of(main_of(client, kept.address))
        told = " ".join(cell for row in rows for cell in row[:5])
        assert "Schedule 2 : aggregate national data" in told and "B22 200 t to under 1,000 t" in told
        assert not re.search(r"\b(S[123]|OCPF)\b", told)
        french = " ".join(cell for row in rows_of(main_of(client, kept.address, "fr")) for cell in row[:5])
        assert "Tableau 3" in french and "Thiodiglycol" in french and "Trichlorure de phosphore" in french
        assert rows_of(main_of(client, f"{kept.address}?text=trichlorure", "fr"))


def test_what_is_due_is_searched_with_slips_sorted_and_given_as_it_is_shown(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        every = rows_of(main_of(client, kept.address))
        main = main_of(client, f"{kept.address}?find=thiodiglcol")  # a slip
        found = rows_of(main)
        assert 0 < len(found) < len(every) and all("hiodiglycol" in row[3] for row in found)
        assert f"{len(found)} of {len(every)} shown" in main.text
        lines = client.get(f"{kept.address}/due.csv?find=thiodiglcol&hide=why").text.splitlines()
        assert len(lines) == 1 + len(found) and "why" not in lines[0].split(",")
        assert client.get(f"{kept.address}/due.xlsx").content.startswith(b"PK")
        turned = rows_of(main_of(client, f"{kept.address}?order=-due"))
        assert turned != every and sorted(row[0] for row in turned) == sorted(row[0] for row in every)
        assert "Print all" not in main.text


def test_a_long_list_of_what_is_due_is_printed_as_a_whole(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opencwc.web.declarations.pages.A_PAGE", 2)
    with kept.house.signed_in("rita") as client:
        main = main_of(client, kept.address)
        whole = main_of(client, next(one for one in main.all("a") if one.text == "Print all").attributes["href"])
    assert len(rows_of(main)) == 2 < len(rows_of(whole))
    assert not [one for one in whole.all("a") if one.attributes.get("rel") == "next"]


def test_the_parts_of_declarations_are_one_row_of_tabs_for_who_may_open_them(kept: Kept) -> None:
    def tabs(login: str, address: str) -> list[str]:
        with kept.house.signed_in(login) as client:
            links = main_of(client, address).one("nav", class_="tabs").all("a")
            return [str(link.attributes["href"]).removeprefix("/declarations") for link in links]

    for address in ("", "/registers", "/submissions", "/check", "/calendar"):
        assert tabs("rita", f"/declarations{address}") == ["", "/registers", "/submissions", "/check", "/calendar"]
    assert "/registers" not in tabs("audra", "/declarations")


@on(date(2027, 1, 1))
def test_a_year_that_is_over_and_one_without_anything_are_answered_too(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        main = main_of(client, kept.address)
        assert main.one("h1").text == "All 12 declarations were due by 2 November 2026"
        assert len(main.all("a", class_="over")) == 5
        empty = judged(kept.house, client, year="2010")
        main = main_of(client, f"/declarations/runs/{empty}")
    assert main.one("h1").text == "Nothing is due in 2010" and not main.all(id="due")
    assert main.all(id="faults")


@on(date(2026, 5, 1))
def test_what_is_due_next_comes_first_and_a_link_leads_to_what_is_past(kept: Kept) -> None:
    with kept.house.signed_in("audra") as client:
        main = main_of(client, kept.address)
        listed = client.get(f"{kept.address}/due.csv").text
    rows = rows_of(main)
    passed = ["deadline passed" in row[0] for row in rows]
    assert passed == sorted(passed) and set(passed) == {False, True}
    assert main.all("a", href="#passed")[0].text.startswith(f"Declarations whose deadline has passed: {sum(passed)}")
    assert "31 March 2026" in main.one(id="passed").text, "the first of them"
    assert "2026-09-10" in listed.splitlines()[1]
    assert "▲" not in main.one(id="due").one("thead").text, "no column has this order"


@pytest.mark.parametrize("part", ["faults", "near"])
def test_faults_and_amounts_under_a_threshold_are_lists_of_their_own_too(
    kept: Kept, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opencwc.web.declarations.pages.FIRST", 0)
    with kept.house.signed_in("rita") as client:
        below = main_of(client, kept.address).one("section", id=part)
        link = next(one for one in below.all("a") if one.text.startswith("Search all"))
        main = main_of(client, link.attributes["href"].partition("#")[0])
        nothing = main_of(client, f"{kept.address}?part={part}&find=zzzz")
        content = client.get(f"{kept.address}/lists/{part}.csv?order=where").text
        assert client.get(f"{kept.address}/lists/{part}.xlsx").content.startswith(b"PK")
    rows = main.one("table").rows()
    assert rows == below.one("table").rows() and len(content.splitlines()) == 1 + len(rows)
    assert main.one("thead").all("a") and not below.one("thead").all("a")
    assert not nothing.all("table") and f"0 of {len(rows)} shown" in nothing.text


def test_the_list_is_filtered_by_site_chemical_regime_and_day_and_ordered_without_a_script(kept: Kept) -> None:
    with kept.house.signed_in("audra") as client:
        whole = rows_of(main_of(client, kept.address))
        assert len(whole) == 12
        for query, number in (
            ("site=NORD", 6), ("regime=OCPF", 2), ("chemical=Thiodiglycol", 3), ("due=2026-11-02", 2),
            ("declaration=aggregate", 2), ("text=b21", 1), ("site=NORD&regime=S2", 3),
        ):  # fmt: skip
            main = main_of(client, f"{kept.address}?{query}")
            assert len(rows_of(main)) == number, query
            assert f"{number} of 12 shown" in main.text
        turned = rows_of(main_of(client, f"{kept.address}?order=-due"))
        days = [datetime.strptime(" ".join(row[0].split()[:3]), "%d %B %Y") for row in turned]
        assert len(days) == 12 and days == sorted(days, reverse=True)
        nothing = main_of(client, f"{kept.address}?text=no%20such%20thing")
        assert nothing.all("div", class_="empty") and not nothing.all(id="due")
        order = main_of(client, kept.address).one("table", class_="due").all("th", aria_sort="ascending")
        assert [head.text.split()[0] for head in order] == ["Due"]


def test_pages_go_on_after_the_last_line(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "A_PAGE", 5)
    with kept.house.signed_in("audra") as client:
        first = main_of(client, kept.address)
        address = first.one("a", rel="next").attributes["href"].partition("#")[0]
        second = main_of(client, address)
    assert len(rows_of(first)) == len(rows_of(second)) == 5
    assert rows_of(first)[-1] != rows_of(second)[0]


def test_a_line_says_why_with_its_rows_and_a_fault_its_cell(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        main = main_of(client, f"{kept.address}?declaration=past&chemical=Thiodiglycol")
        (line,) = rows_of(main)
        assert "above 1 t" in line[-1] and "Rows of the register: 1, 2" in line[-1]
        faults = main.one(id="faults").rows()
        near = main.one(id="near").rows()
    assert faults[0][:3] == ["activities, row 14", "quantity", "12,5x"]
    assert near[0][0] == "NORD / A2" and near[0][3:5] == ["950 kg", "1 t"]


def test_the_page_says_what_the_answer_rests_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sites = "site,plant,country\nN,A,ISR\n"
    activities = "site,plant,chemical,activity,year,quantity,unit\nN,A,thiodiglycol,consume,2025,5,t\n"
    with opened_house(tmp_path, monkeypatch) as house, house.signed_in("anna") as client:
        run = judged(house, client, ("sites.csv", sites), ("activities.csv", activities))
        notes = main_of(client, f"/declarations/runs/{run}").one(id="notes").text
        assert "Israel is not a State Party in 2026" in notes
        run = judged(house, client, ("activities.csv", activities.replace("5,t", "900,kg")), profile="ESP")
        notes = main_of(client, f"/declarations/runs/{run}").one(id="notes").text
        assert "aggregate-threshold=any" in notes and "Spain" in notes
        run = judged(house, client, ("activities.csv", activities.replace("5,t", ",t")))
        unknown = main_of(client, f"/declarations/runs/{run}").one(id="unknown").text
    assert "row 1 has no quantity, so it is not known whether it must be declared" in unknown


def test_the_csv_has_what_is_shown(kept: Kept) -> None:
    with kept.house.signed_in("audra") as client:
        answer = client.get(f"{kept.address}/due.csv?regime=S2&lang=fr")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 4 and {row["regime"] for row in rows} == {"S2"}
    assert rows[0]["source"] and "text/csv" in answer.headers["content-type"]


def test_a_finding_of_a_register_shows_what_it_rests_on_and_leads_back(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        listed = page_of(client, f"/casebook?part=findings&run={kept.run}")
        assert "2B13" in listed.text
        apart = [note.text for note in listed.all("span", class_="apart")]
        assert any(", by " in note for note in apart), "rows of one site and chemical are told apart"
        filtered = page_of(client, f"/casebook?part=findings&run={kept.run}&entry=CWC%202B13")
        links = [link.attributes["href"] for link in filtered.all("a") if "/findings/" in link.attributes["href"]]
        finding = main_of(client, links[0].partition("?")[0])
        addresses = [link.attributes.get("href", "") for link in finding.all("a")]
    assert f"{kept.address}#due" in addresses
    table = finding.one("section", aria_labelledby="seen-h").one("table")
    headings = [heading.text for heading in table.one("thead").all("th")]
    row = dict(zip(headings, table.rows()[0], strict=True))
    assert (row[say("label_row")], row["Chemical"].casefold()) == ("1", "thiodiglycol 111-48-8")
    assert row["Year"] == "2025"


@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_what_cannot_be_asked_is_refused_in_the_readers_language(kept: Kept, lang: str) -> None:
    with kept.house.signed_in("anna") as client:
        for wrong in ({"year": "20x6"}, {"year": "1900"}, {"profile": "/etc/passwd"}, {"margin": "400"}):
            form = {"case": "declared", "mark": "unclassified", **wrong}
            files = [("file", ("activities.csv", ACTIVITIES))]
            answer = client.post(f"/declarations/register?lang={lang}", data=form, files=files, headers=PART)
            assert answer.status_code in (400, 422), (wrong, answer.text)
        answer = client.post("/declarations/register", data={"case": "declared"}, headers=PART)
        assert answer.status_code in (400, 415, 422)


def test_a_register_that_cannot_be_read_is_said_and_loses_nothing(kept: Kept) -> None:
    without = ACTIVITIES.replace("quantity", "how much of it")
    with kept.house.signed_in("anna") as client:
        address = sent(client, ("activities.csv", without))
        assert make_worker(kept.house.entrance.configuration, intake_of(kept.house.book)).work_once()
        for lang in LANGUAGES_READ:
            trouble = main_of(client, address, lang).one("div", class_="warning")
            assert trouble.attributes["data-trouble"] == "columns"
            assert say("page_declarations_field_quantity", lang) in trouble.text and "--map" not in trouble.text


def test_a_register_above_the_clearance_is_answered_as_not_there(kept: Kept) -> None:
    house = kept.house
    house.add("low", Role.ANALYST, Mark.UNCLASSIFIED)
    with house.signed_in("anna") as client:
        tables = [(name, text.replace("NORD", "=NORD")) for name, text in pages.EXAMPLES.items()]
        secret = judged(house, client, *tables, case="secret", mark="protected")
    with house.signed_in("low") as client:
        assert client.get(f"/declarations/runs/{secret}").status_code == 404
        assert client.get(f"/api/v1/declarations/{secret}").status_code == 404
        assert "secret" not in client.get("/declarations").text
    with house.signed_in("adam") as client:
        assert client.get(kept.address).status_code == 403
        assert client.get(f"/api/v1/declarations/{kept.run}").status_code == 403
    with house.signed_in("audra") as client:
        assert client.get(f"/declarations/runs/{secret}").status_code == 200
        assert "\n'=NORD," in client.get(f"/declarations/runs/{secret}/due.csv").text  # no formula
        assert client.get("/declarations/runs/999999").status_code == 404


def test_a_program_sends_a_register_and_reads_what_is_due_page_by_page(kept: Kept) -> None:
    files = [("file", ("sites.csv", SITES)), ("file", ("activities.csv", ACTIVITIES))]
    form = {"case": "declared", "as_of": "2026-01-15", "year": "2026", "profile": "treaty"}
    with kept.house.signed_in("anna") as client:
        answer = client.post("/api/v1/declarations/jobs", data=form, files=files)
        assert answer.status_code == 202, answer.text
        assert answer.headers["location"].startswith("/api/v1/jobs/")
        assert make_worker(kept.house.entrance.configuration, intake_of(kept.house.book)).work_once()
        first = client.get(f"/api/v1/declarations/{kept.run}?limit=7&lang=fr").json()
        second = client.get(f"/api/v1/declarations/{kept.run}?limit=7&after={first['next']}").json()
        only = client.get(f"/api/v1/declarations/{kept.run}?regime=S3&declaration=additional").json()
    assert (first["total"], len(first["due"]), len(second["due"]), second["next"]) == (12, 7, 5, None)
    assert first["near"] and first["faults"] and not second["near"]
    assert {fault["judged"] for fault in first["faults"]} == {False}
    assert [line["due"] for line in only["due"]] == ["2026-09-10"] and only["due"][0]["kg"] == "45000"
    assert first["due"][0]["why"] != second["due"][0]["why"]
