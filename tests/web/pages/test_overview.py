"""The overview: what is counted, in which columns, and only what the reader may see."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest

from opencwc.casebook.cases import open_case
from opencwc.casebook.house_figures import AGES, findings_by_month, open_by_age
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.runs import begin_run
from opencwc.screening import screen
from opencwc.web.casebook.home_doors import FigureRow, HouseFigure
from opencwc.web.home.overview_page import _bars, _upright
from opencwc.wording import say
from web.signing_in import House

from .housing import LANGUAGES_READ, PAGE, page_of

KEEPER = Person("p-keeper", "keeper", "Keeper", Role.ANALYST, Mark.HIGHLY_PROTECTED)
LOW = Person("p-low", "low", "Low", Role.ANALYST, Mark.UNCLASSIFIED)


def keep_hidden(house: House) -> None:
    open_case(house.book, KEEPER, "hidden", mark=Mark.PROTECTED)
    run = begin_run(house.book, KEEPER, "hidden", verb="screen", asked={}, checked={}, maker={})
    run.keep(screen(["OCCSCCO"], lists="CWC"))
    run.finish({})


def test_findings_are_counted_by_month_and_entry_for_who_may_see_them(house: House) -> None:
    (only,) = findings_by_month(house.book, KEEPER)
    assert (only.list, only.entry, only.number) == ("CWC", "2B13", 1)
    keep_hidden(house)
    assert sum(one.number for one in findings_by_month(house.book, KEEPER)) == 2
    assert sum(one.number for one in findings_by_month(house.book, LOW)) == 1


@pytest.mark.parametrize(("days", "bucket"), [(0, 7), (7, 7), (8, 30), (90, 90), (91, 365), (366, None)])
def test_open_findings_are_counted_by_their_age(house: House, days: int, bucket: int | None) -> None:
    kept = date.fromisoformat(findings_day(house))
    ages = dict(open_by_age(house.book, KEEPER, kept + timedelta(days=days)))
    assert [age for age, number in ages.items() if number] == [bucket]
    assert list(ages) == [*AGES, None]


def findings_day(house: House) -> str:
    with house.signed_in("rita") as client:
        return str(client.get("/api/v1/cases/inventory").json()["runs"][0]["started_at"])[:10]


def test_the_page_shows_a_number_for_one_point_and_bars_for_more(house: House) -> None:
    for lang in LANGUAGES_READ:
        with house.signed_in("rita") as client:
            page = page_of(client, "/overview", lang)
        months = page.one("section", aria_labelledby="figure-months")
        assert months.one("a", class_="one-figure").text == "1" and not months.all("table")
        assert say("page_figure_none", lang) in page.one("section", aria_labelledby="figure-coverage").text


def test_a_figure_of_one_row_has_a_row_for_each_group() -> None:
    figure = HouseFigure(
        "coverage", "State", ("covered", "none"), (FigureRow("Nordavia", (3, 5), "/law"),), ("calm", "gap")
    )
    upright = _upright(figure, "en")
    assert [(row.label, row.numbers) for row in upright.rows] == [("covered", (3,)), ("none", (5,))]
    assert (upright.of, upright.tones) == ("Nordavia", ())
    assert [bar.parts for bar in _bars(upright)] == [((0.0, 60.0),), ((0.0, 100.0),)]


def test_each_figure_is_given_as_a_table(house: House) -> None:
    with house.signed_in("rita") as client:
        rows = list(csv.reader(io.StringIO(client.get("/overview/months.csv").text.lstrip("\ufeff"))))
        assert rows[0] == [say("page_figure_month"), "Schedule 2"] and rows[1][1] == "1"
        assert client.get("/overview/nothing.csv", headers=PAGE).status_code == 404
    with house.signed_in("adam") as client:
        assert client.get("/overview", headers=PAGE).status_code == 403
