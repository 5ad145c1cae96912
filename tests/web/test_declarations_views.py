"""Views of a judged register: the overview, the checks, the unusual figures; and the calendar of deadlines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import pytest
from starlette.testclient import TestClient

from opencwc.casebook.model import Mark, Role
from opencwc.jobs.kept_runs import _loaded
from opencwc.web.convention.next_deadlines import next_deadlines
from opencwc.web.declarations import calendar_page, overview_page, pages
from opencwc.wording import LANGUAGES, say
from web.calendar_days import take_for_today
from web.pages.housing import opened_house, page_of
from web.pages.parsed import Element
from web.signing_in import House
from web.test_declarations_pages import judged, main_of

SITES = pages.EXAMPLES["sites.csv"]
MORE = "".join(
    f"NORD,A1,Thiodiglycol,111-48-8,produce,{year},{kg},kg,100,,,,,\n"
    for year, kg in ((2021, 5210), (2022, 4980), (2023, 5330), (2024, 5120), (2025, 5_047_000))
)
ACTIVITIES = pages.EXAMPLES["activities.csv"] + MORE
VIEWS = ("", "/overview", "/ask", "/questions")


class Run(NamedTuple):
    """A house, and the address of the run in it whose register has a slip of units."""

    house: House
    number: int

    @property
    def address(self) -> str:
        return f"/declarations/runs/{self.number}"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with pytest.MonkeyPatch.context() as patch, opened_house(tmp_path_factory.mktemp("views"), patch) as house:
        with house.signed_in("anna") as client:
            number = judged(house, client, ("sites.csv", SITES), ("activities.csv", ACTIVITIES))
        yield Run(house, number)
    _loaded.clear()


@pytest.fixture
def in_march(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the pages take it for 10 March 2026."""

    take_for_today(monkeypatch, date(2026, 3, 10), calendar_page, overview_page)


def csv_of(client: TestClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200 and "text/csv" in answer.headers["content-type"], answer.text[:300]
    return list(csv.DictReader(io.StringIO(answer.text)))


def drawings(main: Element) -> list[str]:
    return [figure.attributes["data-chart"] for figure in main.all("figure") if "data-chart" in figure.attributes]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_view_is_sound_and_leads_to_the_others(run: Run, lang: str) -> None:
    with run.house.signed_in("audra") as client:
        for part in VIEWS:
            whole = page_of(client, f"{run.address}{part}", lang)
            (current,) = [
                link for link in whole.one("nav", class_="tabs").all("a") if "aria-current" in link.attributes
            ]
            assert current.attributes["href"] == f"{run.address}{part}"
            assert not [word for word in whole.text.split() if word.startswith(("page_", "check_", "declare_"))]
        assert page_of(client, "/declarations/calendar?year=2026&profile=ESP", lang).one("h1").text


@pytest.mark.usefixtures("in_march")
def test_the_overview_counts_what_is_due_by_day_regime_and_site(run: Run) -> None:
    with run.house.signed_in("rita") as client:
        main = main_of(client, f"{run.address}/overview")
        rows = csv_of(client, f"{run.address}/overview/days.csv")
        sites = csv_of(client, f"{run.address}/overview/sites.csv")
        due = csv_of(client, f"{run.address}/due.csv")
    assert main.one("h1").text == f"{len(due)} declarations due in 2026"
    assert sum(int(row["declarations"]) for row in rows) == len(due)
    assert sum(int(row["declarations"]) for row in sites) == sum(bool(row["site"]) for row in due)
    assert drawings(main).count("bar") == 3
    first = main.one(id="days").rows()[0]
    assert first[0] == "31 March 2026" and int(first[-1]) == sum(map(int, first[1:-1]))
    left_out = [cell.text for cell in main.one(id="days").all("td") if "untold" in cell.attributes["class"].split()]
    assert left_out and set(left_out) == {"0"}, "a card on a phone names no regime of which nothing is due"


def test_the_national_data_are_those_of_the_register_with_partners_on_a_map(run: Run) -> None:
    with run.house.signed_in("rita") as client:
        main = main_of(client, f"{run.address}/overview")
        rows = csv_of(client, f"{run.address}/overview/national.csv")
    sums = {(row["entry"], row["activity"], row["partner"]): row["kg"] for row in rows}
    assert sums["3B06", "produce", "all"] == "640000" and sums["3B06", "export", "DEU"] == "45000"
    assert sums["2B13", "import", "all"] == sums["2B13", "import", "FRA"] == "2058"
    assert "map" in drawings(main)
    assert [row[:2] for row in main.one(id="partners").rows()] == [["France", "import"], ["Germany", "export"]]
    assert any("640 t" in row for row in main.one(id="national").rows())


def test_the_inspections_to_expect_name_sites_and_the_most_of_a_year(run: Run) -> None:
    with run.house.signed_in("rita") as client:
        rows = main_of(client, f"{run.address}/overview").one(id="inspections").rows()
        table = csv_of(client, f"{run.address}/overview/inspections.csv")
        assert client.get(f"{run.address}/overview/nothing.csv").status_code in (404, 422)
    assert ["Spain" in row[1] for row in rows] == [False] * (len(rows) - 1) + [True]
    assert {row["scope"] for row in table} == {"plant_site", "state_party"}
    assert {row["site"] for row in table if row["regimes"] == "OCPF"} == {"SUR"}


def test_one_point_is_a_number_and_no_chart(run: Run) -> None:
    one = "site,plant,chemical,cas,activity,year,quantity,unit\nA,B,Phosgene,75-44-5,produce,2025,40,t\n"
    with run.house.signed_in("anna") as client:
        number = judged(run.house, client, ("activities.csv", one), year="2026")
        main = main_of(client, f"/declarations/runs/{number}/overview")
        told = main_of(client, f"/declarations/runs/{number}/ask")
    numbers = [part.text for part in main.all("p", class_="figure-number")]
    assert any(text.startswith("40 Tonnes") for text in numbers)
    assert "bars" not in drawings(main) and "map" not in drawings(main)
    assert not drawings(told) and not told.all("tr", class_="point")
    assert "No points to clarify" in told.text


def test_points_to_ask_stand_the_most_certain_first_with_their_rule_and_are_filtered(run: Run) -> None:
    with run.house.signed_in("audra") as client:
        main = main_of(client, f"{run.address}/ask")
        table = csv_of(client, f"{run.address}/ask.csv")
        asked = csv_of(client, f"{run.address}/ask.csv?gravity=ask")
        only = main_of(client, f"{run.address}/ask?gravity=ask").all("tr", class_="point")
        none = main_of(client, f"{run.address}/ask?state=closed").all("tr", class_="point")
        head = main_of(client, run.address).one("ul", class_="next-steps").text
    order = [("broken", "wrong", "ask").index(row["gravity"]) for row in table]
    assert order == sorted(order) and len(main.all("tr", class_="point")) == len(table) > len(asked) == len(
        only
    ) > 0 == len(none)
    assert [row["rank"] for row in table] == [str(rank) for rank in range(1, len(table) + 1)]
    assert {row["state"] for row in table} == {"unasked"}
    assert f"Points to clarify for the declarations of 2026: {len(table)}" == main.one("h1").text
    assert main.one("h1").text in head


def test_points_to_ask_are_searched_and_sorted_as_every_list_is_and_so_is_their_csv(run: Run) -> None:
    with run.house.signed_in("audra") as client:
        main = main_of(client, f"{run.address}/ask?order=-rank&find=question")
        table = csv_of(client, f"{run.address}/ask.csv")
        found = csv_of(client, f"{run.address}/ask.csv?order=-rank&find=question")
        nothing = main_of(client, f"{run.address}/ask?find=zzzz")
    ranks = [row.all("td")[0].text for row in main.all("tr", class_="point")]
    assert ranks == [row["rank"] for row in found] == sorted(ranks, key=int, reverse=True)
    assert 0 < len(found) < len(table) and all(row["gravity"] == "ask" for row in found)
    link = next(one for one in main.all("a") if ".csv" in one.attributes["href"]).attributes["href"]
    assert link == f"{run.address}/ask.csv?order=-rank&find=question"
    assert not nothing.all("tr", class_="point") and "0" in nothing.one("form", class_="list-search").text


def test_a_figure_that_check_and_ranking_name_is_one_point_with_chart_and_finding(run: Run) -> None:
    with run.house.signed_in("rita") as client:
        main = main_of(client, f"{run.address}/ask")
        table = csv_of(client, f"{run.address}/ask.csv")
        (at,) = (at for at, row in enumerate(table) if "unit-slip" in row["checks"])
        point = main.all("tr", class_="point")[at]
        link = next(link for link in point.all("a") if link.attributes["href"].startswith("/findings/"))
        finding = main_of(client, link.attributes["href"].partition("#")[0])
    slip = table[at]
    assert (slip["kind"], slip["gravity"], slip["site"], slip["plant"], slip["year"]) == (
        "both", "wrong", "NORD", "A1", "2025"
    )  # fmt: skip
    assert (slip["activity"], slip["now"], slip["reason"], slip["probability"]) == ("produce", "5047000 kg", "unit", "")
    assert "Thiodiglycol" in point.all("th", scope="row")[0].text and "peers" in drawings(point)
    assert (
        "cannot be right" in point.text and "check and unusual figure" in point.text and "not asked yet" in point.text
    )
    assert "Ranked by plain rules" in main.text and "The model is switched on" in main.text
    assert "Row 22" in finding.text and "5047000" in finding.text
    assert f"{run.address}/ask" in [link.attributes.get("href", "").partition("#")[0] for link in finding.all("a")]
    assert len([row for row in table if row["row"] == slip["row"] and row["field"] == "quantity"]) == 1


def test_the_views_of_a_run_above_the_clearance_are_answered_as_not_there(run: Run) -> None:
    house = run.house
    house.add("lowly", Role.ANALYST, Mark.UNCLASSIFIED)
    with house.signed_in("anna") as client:
        secret = judged(house, client, case="hidden", mark="protected")
    files = (*VIEWS, "/overview/days.csv", "/ask.csv")
    for person, status in (("lowly", 404), ("adam", 403), ("audra", 200)):
        with house.signed_in(person) as client:
            for part in files:
                answer = client.get(f"/declarations/runs/{secret}{part}")
                assert answer.status_code == status, (person, part)


def test_the_calendar_is_sorted_by_any_column_and_searched(run: Run) -> None:
    with run.house.signed_in("rita") as client:
        address = "/declarations/calendar?year=2026&profile=ESP"
        whole = main_of(client, address).one(id="calendar").rows()
        turned = main_of(client, f"{address}&order=-treaty_day").one(id="calendar")
        found = main_of(client, f"{address}&find=anticipated")
        lines = client.get("/declarations/calendar.csv?year=2026&profile=ESP&find=anticipated").text
        none = main_of(client, f"{address}&find=nothing of the kind")
    assert turned.rows() != whole and sorted(turned.rows()) == sorted(whole)
    assert [head.text.split()[0] for head in turned.all("th", aria_sort="descending")]
    assert 0 < len(found.one(id="calendar").rows()) < len(whole)
    assert "year" in [field.attributes["name"] for field in found.one("form", class_="list-search").all("input")]
    assert all("anticipated" in line for line in lines.splitlines()[1:]) and lines.count("\n") > 1
    assert not none.one(id="calendar").rows() and "Show everything" in none.text


@pytest.mark.usefixtures("in_march")
def test_the_calendar_shows_a_year_by_profile_with_what_is_over(run: Run) -> None:
    with run.house.signed_in("adam") as client:
        main = main_of(client, "/declarations/calendar")
        spain = main_of(client, "/declarations/calendar?profile=ESP")
        over = main_of(client, "/declarations/calendar?year=2025")
        before = main_of(client, "/declarations/calendar?year=1997")
    assert main.one("h1").text == "Next annual deadline: 31 March 2026, 4 declarations"
    assert main.one(id="calendar").rows()[0][0] == "31 March 2026"
    assert len(spain.one(id="calendar").rows()[0]) == len(main.one(id="calendar").rows()[0]) + 1
    assert over.one("h1").text.startswith("All deadlines of 2025 have passed")
    assert len(over.all("tr", class_="over")) == len(over.one(id="calendar").rows())
    assert before.one("h1").text


def test_the_calendar_opens_on_the_next_year_when_all_of_this_one_is_over(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_for_today(monkeypatch, date(2026, 12, 10), calendar_page)
    with run.house.signed_in("adam") as client:
        main = main_of(client, "/declarations/calendar")
        asked = main_of(client, "/declarations/calendar?year=2026")
    assert main.one("h1").text == "Next annual deadline: 31 March 2027, 4 declarations"
    assert main.one(id="calendar").rows()[0][0] == "31 March 2027"
    assert asked.one("h1").text == "All deadlines of 2026 have passed"


def test_the_calendar_comes_as_a_file_for_other_programs(run: Run) -> None:
    with run.house.signed_in("adam") as client:
        calendar = client.get("/declarations/calendar.ics?year=2026&profile=ESP&lang=fr")
        rows = csv_of(client, "/declarations/calendar.csv?year=2026&profile=ESP")
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert calendar.text.startswith("BEGIN:VCALENDAR\r\n")
    assert calendar.text.count("BEGIN:VEVENT") == len(rows) > 5


@pytest.mark.parametrize("query", ["year=20x6", "year=1900", "year=-1", "profile=/etc/passwd", "profile=../x"])
def test_a_year_or_profile_that_is_none_is_refused(run: Run, query: str) -> None:
    with run.house.signed_in("adam") as client:
        for kind in ("", ".ics", ".csv"):
            assert client.get(f"/declarations/calendar{kind}?{query}").status_code in (400, 422)


def test_the_home_page_has_the_next_four_days(run: Run) -> None:
    assert [day.day.isoformat() for day in next_deadlines(date(2026, 3, 10))] == [
        "2026-03-31",
        "2026-04-01",
        "2026-10-03",
        "2026-11-02",
    ]
    for lang in ("en", "ar"):
        with run.house.signed_in("anna") as client:
            coming = page_of(client, "/", lang).one("section", class_="next-deadlines")
        assert len(coming.all("li")) == 4 and say("page_calendar_link", lang) in coming.text


def test_a_deadline_counted_from_an_event_cites_the_convention_in_the_language_of_the_page(run: Run) -> None:
    with run.house.signed_in("rita") as client:
        said = main_of(client, "/declarations/calendar?year=2026", "fr").text
    assert "Annexe sur la vérification, VII.24" in said
    assert "VA VII.24" not in said
