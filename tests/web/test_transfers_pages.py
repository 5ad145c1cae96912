"""The pages of transfers: ledgers go in by a form and a job, and come out as a list, pairs, letters, flows."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise
from math import dist
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from starlette.testclient import TestClient

from opencwc.casebook.erasure import erase_case
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.runs import count_kept, keep_source
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.jobs.archives import pack_uploads
from opencwc.jobs.intake import intake_of
from opencwc.jobs.kept_runs import _loaded
from opencwc.jobs.queue import Jobs
from opencwc.transfers.check.shipments import SHIPMENT_FIELDS
from opencwc.transfers.model import LINE_STATUSES, RECONCILED_COLUMNS
from opencwc.transfers.reconcile.causes import MODEL
from opencwc.transfers.reconcile.kept import GROUP_SCHEMA, LINE_SCHEMA, packed, unpack
from opencwc.web.app import app_of
from opencwc.web.server.worker_process import make_worker
from opencwc.web.transfers import check_pages, pages
from opencwc.web.transfers.flows import SIZES, Flow, ribbons_of, sankey, world_map
from opencwc.web.transfers.year_bars import years_drawn
from opencwc.wording import LANGUAGES, say
from web.pages.housing import LANGUAGES_READ, PART, opened_house, page_of
from web.pages.parsed import Element, check_sound, parsed
from web.signing_in import House

LONELY = "A-6,DEU,export,FRA,2023-06-01,Thiodiglycol,111-48-8,2930.70,7777,kg,99,\n"
OURS, THEIRS = pages.EXAMPLES["ours.csv"], pages.EXAMPLES["theirs.csv"]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened_house(tmp_path, monkeypatch) as house:
        yield house
    _loaded.clear()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A house in which the invented ledgers, and one line more, are reconciled: for tests that only look."""
    with pytest.MonkeyPatch.context() as patch, opened_house(tmp_path_factory.mktemp("kept"), patch) as opened:
        house = opened
        with house.signed_in("anna") as client:
            run = reconciled(house, client, OURS + LONELY, THEIRS)
            rows = list(csv.DictReader(io.StringIO(client.get(f"/transfers/runs/{run}/list.csv?over=all").text)))
        yield Kept(house, run, rows)


class Kept(NamedTuple):
    """A house with a reconciliation in it: its run, and its list as the CSV has it."""

    house: House
    run: int
    rows: list[dict[str, str]]

    def rank(self, importer: str, year: int) -> str:
        """Return the rank of a pair from Germany."""
        return next(row["rank"] for row in self.rows if (row["importer"], row["year"]) == (importer, str(year)))


def sent(client: TestClient, *ledgers: str | bytes, **form: str) -> str:
    """Send ledgers as the page does; return the address that it leads to."""
    form = {"case": "trade", "as_of": "2026-11-24", "mark": "unclassified", **form}
    names = ("ours.csv", "theirs.csv", "third.csv")
    files = [("file", (name, ledger)) for name, ledger in zip(names, ledgers, strict=False)]
    answer = client.post("/transfers/ledgers", data=form, files=files, headers=PART)
    assert answer.status_code == 204, answer.text
    return str(answer.headers["hx-redirect"])


def worked(house: House) -> None:
    """Have a worker take the job that waits."""
    assert make_worker(house.entrance.configuration, intake_of(house.book)).work_once()


def reconciled(house: House, client: TestClient, *ledgers: str, **form: str) -> int:
    """Send ledgers, have them reconciled, and return the run."""
    address = sent(client, *(ledgers or (OURS, THEIRS)), **form)
    worked(house)
    job = Jobs(house.book.engine).get(address.rsplit("/", 1)[-1])
    assert job.state == "done", job.problem
    assert job.run
    return job.run


def main_of(client: TestClient, address: str, lang: str = "en") -> Element:
    return page_of(client, address, lang).one("main")


def test_ledgers_are_shown_with_the_columns_that_they_are_taken_for(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        files = [("file", ("ours.csv", OURS)), ("file", ("theirs.csv", THEIRS))]
        answer = client.post("/transfers/preview", files=files, headers=PART)
    assert answer.status_code == 200, answer.text
    part = parsed(answer.text)
    check_sound(part)
    chosen = {
        select.attributes["name"]: [option.text for option in select.all("option") if "selected" in option.attributes]
        for select in part.all("select")
    }
    assert chosen["map-1-quantity"] == ["quantity"]
    assert chosen["map-2-reporter"] == ["Country"]
    assert chosen["map-2-partner"] == ["Partner country"]
    assert chosen["map-2-quantity"] == ["Net weight (kg)"]
    assert len(part.all("table")) == 2


STRANGE = "申报国,流向,对方国家,日期,货物,数量甲\nDEU,export,FRA,2023-02-01,Thiodiglycol,500\n"


@pytest.mark.parametrize(
    ("lines", "boxes"),
    [
        ("reporter,flow,How much,chemical\nDEU,export,5,Thiodiglycol\n", ["partner", "date", "quantity"]),
        ("reporter,flow,partner,date,Net weight (kg),Weight (kg),chemical\nDEU,export,FRA,2023,1,2,x\n", ["quantity"]),
    ],
    ids=["missing", "two for one"],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_wrong_with_the_columns_is_said_by_the_boxes_of_the_page(
    kept: Kept, lang: str, lines: str, boxes: list[str]
) -> None:
    with kept.house.signed_in("anna") as client:
        answer = client.post(f"/transfers/preview?lang={lang}", files=[("file", ("x.csv", lines))], headers=PART)
    part = parsed(answer.text)
    warning = part.one("div", class_="warning")
    assert "--map" not in answer.text and not part.all(lang="en")
    assert say("page_transfers_columns_choose", lang).rstrip("。.")[1:] in warning.text
    required = [select.attributes["name"] for select in part.all("select") if "required" in select.attributes]
    assert required == [f"map-1-{box}" for box in boxes]
    assert all(say(f"page_transfers_field_{box}", lang) in warning.text for box in boxes)


def test_chinese_columns_bring_their_font_to_a_page_in_another_language(kept: Kept) -> None:
    sheet = "vendor/noto-sans-sc.css"
    with kept.house.signed_in("anna") as client:
        chinese, latin = (
            client.post("/transfers/preview?lang=ar", files=[("file", ("x.csv", name))], headers=PART).text
            for name in (STRANGE, OURS)
        )
        page = client.get("/transfers?lang=ar").text
    assert sheet in chinese and sheet not in latin and sheet not in page


@pytest.mark.usefixtures("true_processes")  # no fork hides what it has not loaded before its rights go
def test_what_is_no_ledger_is_said_and_loses_nothing(house: House) -> None:
    with house.signed_in("anna") as client:
        answer = client.post("/transfers/preview", files=[("file", ("x.bin", b"\0\1\2"))], headers=PART)
        assert answer.status_code == 200
        assert parsed(answer.text).all("div", class_="warning")
        address = sent(client, b"\0\1\2 no table \xff")
        worked(house)
        page = main_of(client, address)
        assert page.one(id="job").attributes["data-state"] == "failed"
        assert page.all("div", class_="warning")
        address = sent(client, OURS.replace("partner,", "counterpart of it,"))
        worked(house)
        trouble = main_of(client, address, "fr").one("div", class_="warning")
        assert trouble.attributes["data-trouble"] == "columns" and "État partenaire" in trouble.text
        assert "--map" not in trouble.text and not trouble.all(lang="en")
        assert client.post("/transfers/ledgers", data={"case": "trade"}, headers=PART).status_code == 415


@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_every_page_of_a_reconciliation_is_sound(kept: Kept, lang: str) -> None:
    run = kept.run
    with kept.house.signed_in("rita") as client:
        for address in (
            "/transfers", f"/transfers/runs/{run}", f"/transfers/runs/{run}?over=all&cause=unit",
            f"/transfers/runs/{run}?year=1950", f"/transfers/runs/{run}/flows", f"/transfers/runs/{run}/pairs/1",
            f"/transfers/runs/{run}/pairs/3", f"/transfers/runs/{run}/pairs/2/letter", "/transfers/check",
        ):  # fmt: skip
            page = page_of(client, address, lang)
            assert page.one("h1").text, address


def test_filters_leave_what_fits_and_pages_go_on_after_a_rank(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    from opencwc.web.transfers import reconcile_pages

    with kept.house.signed_in("audra") as client:
        base = f"/transfers/runs/{kept.run}"
        assert len(main_of(client, f"{base}?state=BRA").rows()) == 1
        assert len(main_of(client, f"{base}?chemical=111-48-8").rows()) == 2
        assert len(main_of(client, f"{base}?cause=year_end&year=2024").rows()) == 1
        assert main_of(client, f"{base}?over=no").all("div", class_="empty")
        monkeypatch.setattr(reconcile_pages, "A_PAGE", 3)
        first = main_of(client, base)
        more = first.one("tr", class_="more").attributes["hx-get"]
        rest = parsed(client.get(more, headers=PART).text)
        assert "after=3" in more and [header.text.split()[1] for header in rest.all("th")] == ["4"]


def test_a_pair_shows_both_ledgers_side_by_side_and_what_stands_alone(kept: Kept) -> None:
    rank = kept.rank("FRA", 2023)
    with kept.house.signed_in("rita") as client:
        page = main_of(client, f"/transfers/runs/{kept.run}/pairs/{rank}")
    beside = page.one("table", class_="both-ledgers")
    pairs = [[cell.text for cell in row.all("td")] for row in beside.all("tr")[2:]]
    assert ["A-1" in row[0] and "500" in row[2] and "500" in row[5] for row in pairs if "A-1" in row[0]] == [True]
    over_the_year = next(row for row in pairs if "A-3" in row[0])
    assert "2024" in over_the_year[3], "a line of another year says so"
    alone = page.one("section", aria_labelledby="alone-h")
    assert "A-6" in alone.text and "A-1" not in alone.text
    years = page.one("section", aria_labelledby="years-h")
    assert [row[0] for row in years.rows()] == ["2023", "2024"]
    assert '"2023-01-01"' in years.one("script").text
    assert page.one(
        "a", href=f"/findings/{finding_of(kept.house, kept.run, int(rank))}?case=trade&run={kept.run}#decide"
    )


def test_a_pair_says_which_of_the_list_it_is_and_leads_to_no_more(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        address = f"/transfers/runs/{kept.run}"
        ranks = [header.text.split()[1] for header in main_of(client, address).one("tbody").all("th")]
        first, last = (main_of(client, f"{address}/pairs/{rank}").one("nav", class_="walk") for rank in (1, ranks[-1]))
        brazil = main_of(client, f"{address}/pairs/{kept.rank('BRA', 2023)}?state=BRA")
    assert f"1 of {len(ranks)}" in first.text and first.all("a", rel="next") and not first.all("a", rel="prev")
    assert f"{len(ranks)} of {len(ranks)}" in last.text and not last.all("a", rel="next")
    assert "1 of 1" in brazil.one("nav", class_="walk").text
    assert not brazil.all("figure", data_chart="line"), "one year is a number and no chart"


def test_a_list_shown_as_a_whole_offers_no_more_and_a_filter_is_left_for_all(kept: Kept) -> None:
    address = f"/transfers/runs/{kept.run}"
    with kept.house.signed_in("rita") as client:
        for list_address in (address, f"{address}/flows"):
            whole = main_of(client, f"{list_address}?over=all").one("form", role="search")
            part = main_of(client, f"{list_address}?state=BRA").one("form", role="search")
            assert "Show everything" not in whole.text
            assert part.one("a", href=f"{list_address}?over=all").text == "Show everything"


def test_a_pair_names_its_chemical_in_the_language_of_the_reader(kept: Kept) -> None:
    rank = kept.rank("FRA", 2023)
    with kept.house.signed_in("rita") as client:
        listed = main_of(client, f"/transfers/runs/{kept.run}?over=all", "ar").text
        pair = main_of(client, f"/transfers/runs/{kept.run}/pairs/{rank}", "ar")
        title = page_of(client, f"/findings/{finding_of(kept.house, kept.run, int(rank))}", "ar").one("h1").text
    for text in (listed, pair.one("h1").text, title):
        assert "ثيوديغليكول" in text and "Thiodiglycol" not in text


def test_a_pair_gives_its_days_as_the_reader_writes_them(kept: Kept) -> None:
    rank = kept.rank("FRA", 2023)
    with kept.house.signed_in("rita") as client:
        pages = {lang: main_of(client, f"/transfers/runs/{kept.run}/pairs/{rank}", lang) for lang in ("en", "fr")}
    days = {lang: [cell.text for cell in page.all("span", class_="nowrap")] for lang, page in pages.items()}
    assert "1 February 2023" in days["en"] and "1er février 2023" in days["fr"]


def finding_of(house: House, run: int, rank: int) -> int:
    with house.signed_in("rita") as client:
        findings = client.get(f"/api/v1/findings?run={run}&limit=100").json()["findings"]
    return next(
        int(finding["id"]) for finding in findings if finding["row"] == rank and finding["verdict"] == "discrepancy"
    )


def test_a_pair_says_its_causes_with_words_a_share_and_what_speaks_for_them(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        page = main_of(client, f"/transfers/runs/{kept.run}/pairs/{kept.rank('NLD', 2022)}")
    causes = page.one("section", aria_labelledby="causes-h")
    assert "almost certain" in causes.text and "%" in causes.text
    assert "another unit" in causes.text
    assert causes.all("svg", class_="share")


def test_the_letter_is_drafted_for_either_side_in_any_language_and_names_the_lines_of_both(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        base = f"/transfers/runs/{kept.run}/pairs/{kept.rank('FRA', 2023)}/letter"
        ours = client.get(f"{base}?ours=DEU&letter_lang=en&format=txt").text
        theirs = client.get(f"{base}?ours=FRA&letter_lang=fr&format=txt").text
        for letter, expected in ((ours, ["A-6", "A-3", "3"]), (theirs, ["A-6", "3", "A-3"])):
            lines = [line.split(" | ") for line in letter.splitlines() if line.count(" | ") > 4]
            assert [line[3].split(" ")[0] for line in lines[1:]] == expected, "no column says the same in every line"
        assert client.get(f"{base}?ours=USA").status_code == 422
        arabic = main_of(client, f"{base}?ours=DEU&letter_lang=ar").one("article")
        assert (arabic.attributes["dir"], arabic.attributes["lang"]) == ("rtl", "ar")
        page = main_of(client, f"{base}?ours=DEU&letter_lang=en")
        assert page.one("h1").text == "Letter to the other State: France" and " | " not in page.text
        assert [row[3].split(" ")[0] for row in page.one("table").rows()] == ["A-6", "A-3", "3"]
        assert client.get(f"{base}?ours=DEU&format=pdf").content.startswith(b"%PDF")
        assert client.get(f"{base}?ours=DEU&format=docx").content.startswith(b"PK")


def test_the_flows_are_drawn_and_told_in_tables(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        page = main_of(client, f"/transfers/runs/{kept.run}/flows")
        for size in ("wide", "narrow"):
            world, sankey = (svg for svg in page.all("svg", class_=size))
            assert len(world.all("path", class_="flow")) == 3 and sankey.all("path", class_="r-both")
        tables = page.all("table")
        assert ["Germany → Brazil", "60,000", "20,000"] in [row[1:4] for row in tables[0].rows()]
        assert ["Thiodiglycol → France", "3,800", "7,777"] in tables[1].rows()
        address = f"/transfers/runs/{kept.run}/flows"
        told = client.get(f"{address}.csv").text.splitlines()
        assert told[0].startswith("number,exporter,exporter_name,importer") and len(told) == 1 + len(tables[0].rows())
        assert any(",DEU,Germany,BRA,Brazil,60000.0,20000.0,40000.0," in line for line in told)
        by_chemical = client.get(f"{address}/chemicals.csv").text.splitlines()
        assert "Thiodiglycol,France,3800.0,7777.0" in by_chemical
        assert len(by_chemical) == 1 + len(tables[1].rows())
        for file in (f"{address}.xlsx", f"{address}/chemicals.xlsx"):
            assert client.get(file).content.startswith(b"PK")
            assert file in [link.attributes["href"] for link in page.all("a")]
        assert len(client.get(f"{address}.csv?year=1950").text.splitlines()) == 1


def test_the_list_of_flows_is_sorted_searched_hidden_and_given_as_it_is_shown(kept: Kept) -> None:
    address = f"/transfers/runs/{kept.run}/flows"
    with kept.house.signed_in("anna") as client:
        by_difference = main_of(client, f"{address}?over=all&order=-difference")
        found = main_of(client, f"{address}?over=all&find=brazil")
        hidden = main_of(client, f"{address}?over=all&hide=exported")
        told = client.get(f"{address}.csv?over=all&order=-difference&hide=exported").text.splitlines()
    rows = by_difference.one(id="routes").rows()
    differences = [abs(float(row[4].replace(",", "").replace("−", "-"))) for row in rows]
    assert differences == sorted(differences, reverse=True) and 40_000 in differences
    assert by_difference.one("th", aria_sort="descending").text.startswith("difference, kg")
    assert [row[1] for row in found.one(id="routes").rows()] == ["Germany → Brazil"]
    assert f"of {len(rows)}" in found.one("span", role="status").text
    assert hidden.one(id="routes").one("thead").attributes["data-hides"].split() == ["3"]
    assert told[0] == "number,exporter,exporter_name,importer,importer_name,imported_kg,difference_kg,stands"
    assert len(told) == 1 + len(rows) and any(",DEU,Germany,BRA,Brazil,20000.0,40000.0," in line for line in told)
    over = sum("within" not in row[5] for row in rows)
    assert over == len(rows) and by_difference.one("h1").text.startswith(f"{over} routes with a difference above the")
    pictures = {button.attributes.get("data-picture", "") for button in by_difference.all("button", class_="small")}
    assert {f"flows-map-{kept.run}", f"flows-by-chemical-{kept.run}"} <= pictures


@pytest.mark.usefixtures("true_processes")  # no fork hides what it has not loaded before its rights go
def test_a_file_whose_columns_are_not_clear_is_mapped_by_hand_and_a_formula_in_it_is_text(house: House) -> None:
    strange = "a,b,c,d,e,f\nDEU,export,FRA,2023,111-48-8,2000\nDEU,export,BRA,2023,=1+1,70000\n"
    given = dict(zip(("reporter", "flow", "partner", "date", "cas", "quantity"), "abcdef", strict=True))
    mapped = {f"map-1-{field}": column for field, column in given.items()} | {"map-1-unit": "=kg"}
    files = [("file", ("strange.csv", strange))]
    with house.signed_in("anna") as client:
        unclear = parsed(client.post("/transfers/preview", files=files, headers=PART).text)
        assert unclear.all("div", class_="warning") and unclear.all("select", name="map-1-reporter")
        answer = client.post("/transfers/preview", files=files, data=mapped, headers=PART)
        assert not parsed(answer.text).all("div", class_="warning")
        run = reconciled(house, client, strange, THEIRS, **mapped)
        answer = client.get(f"/transfers/runs/{run}/list.csv?over=all")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert tuple(rows[0]) == RECONCILED_COLUMNS
    ours = next(row for row in rows if (row["importer"], row["year"]) == ("FRA", "2023"))
    assert (ours["exported_kg"], ours["imported_kg"]) == ("2000.0", "1300.0")
    assert not any(cell.startswith("=") for row in rows for cell in row.values())


def test_a_job_leads_to_the_ranked_list_and_nothing_of_it_is_there_for_who_is_not_cleared(house: House) -> None:
    house.add("lena", Role.ANALYST, Mark.UNCLASSIFIED)
    with house.signed_in("anna") as client, house.signed_in("lena") as lena:
        address = sent(client, OURS, THEIRS, case="secret", mark="protected")
        assert main_of(client, address).one(id="job").attributes["data-state"] == "waiting"
        worked(house)
        part = client.get(address, headers=PART)
        assert part.headers["hx-redirect"].startswith("/transfers/runs/")
        page = main_of(client, part.headers["hx-redirect"])
        assert page.one("span", class_="m-protected")
        for below in (
            "",
            "/list.csv",
            "/flows",
            "/flows.csv",
            "/flows/chemicals.csv",
            "/patterns",
            "/pairs/1",
            "/pairs/1/letter",
        ):
            assert lena.get(f"{part.headers['hx-redirect']}{below}").status_code == 404, below
        assert "secret" not in main_of(lena, "/transfers").text
    assert [row[0].split()[1] for row in page.rows()] == ["1", "2", "3"]
    assert sum("Counted together with" in row[8] for row in page.rows()) == 1, "both halves of a matter are one row"
    by_pair = {(*row[2].split(" → "), row[3]): row for row in page.rows()}
    assert by_pair["Germany", "Netherlands", "2022"][4:7] == ["90,000", "90", "89,910"]
    assert "unit" in by_pair["Germany", "Netherlands", "2022"][8].lower()


def test_a_decision_on_the_finding_is_seen_on_the_pair(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        finding = finding_of(kept.house, kept.run, 4)
        form = {"outcome": "accept", "reason": "Both States agree that it is so.", "seen": "0"}
        assert client.post(f"/findings/{finding}/decision", data=form, headers=PART).status_code == 204
        decide = main_of(client, f"/transfers/runs/{kept.run}/pairs/4").one("section", aria_labelledby="decide-h")
        assert decide.all("span", class_="s-accepted")


def test_the_result_is_there_after_the_service_begins_anew(kept: Kept) -> None:
    _loaded.clear()
    again = replace(kept.house, app=app_of(kept.house.entrance, kept.house.book))
    with again.signed_in("anna") as client:
        row_count = len(main_of(client, f"/transfers/runs/{kept.run}").rows())
        listed = main_of(client, "/transfers").one("section", aria_labelledby="kept-h").rows()
        assert listed[0][0].startswith(f"Reconciliation {kept.run}") and listed[0][4:] == [str(row_count), "0", "0"]
        assert not main_of(client, "/transfers?find=nosuchledger").one("section", aria_labelledby="kept-h").all("table")
        heads, line = csv.reader(client.get("/transfers/runs.csv?hide=files").text.splitlines())
        assert heads == ["number", "when", "case", "discrepancy", "agreed", "unreadable"]
        assert line[0] == f"Reconciliation {kept.run}" and line[3:] == [str(row_count), "0", "0"]
        assert client.get("/transfers/runs.xlsx").content.startswith(b"PK")
    again.app.state.service.answering.close()


def test_roles_see_what_they_may(kept: Kept) -> None:
    house, run = kept.house, kept.run
    with house.signed_in("adam") as adam, house.signed_in("audra") as audra:
        assert adam.get(f"/transfers/runs/{run}").status_code == 403
        assert not main_of(adam, "/transfers").all("form")
        check = main_of(adam, "/transfers/check")
        assert check.one("form", hx_post="/transfers/check") and not check.all("fieldset", class_="keep")
        assert main_of(audra, f"/transfers/runs/{run}").rows()
        assert [form.attributes["role"] for form in main_of(audra, "/transfers").all("form")] == ["search"]
        assert audra.get("/transfers/check").status_code == 403
        files = [("file", ("ours.csv", OURS))]
        assert audra.post("/transfers/ledgers", data={"case": "x"}, files=files).status_code == 403
        assert audra.post("/transfers/preview", files=files).status_code == 403
        assert audra.post("/transfers/check/keep", data={"case": "x"}, files=files).status_code == 403
        assert "decide" not in (
            main_of(audra, f"/transfers/runs/{run}/pairs/1").one("a", class_="primary").text.lower()
        )


def test_erasing_the_case_erases_ledgers_and_result(house: House) -> None:
    with house.signed_in("anna") as anna, house.signed_in("rita") as rita, house.signed_in("rene") as rene:
        run = reconciled(house, anna)
        for finding in anna.get(f"/api/v1/findings?run={run}").json()["findings"]:
            form = {"outcome": "accept", "reason": "It is so, as both say.", "seen": "0"}
            assert rita.post(f"/findings/{finding['id']}/decision", data=form, headers=PART).status_code == 204
        assert rita.patch("/api/v1/cases/trade", json={"status": "closed"}).status_code == 200
        body = {"kind": "erase", "case": "trade", "reason": "the time is over", "ground": "retention"}
        answer = rita.post("/api/v1/requests", json=body)
        assert answer.status_code in (200, 201), answer.text
        assert rene.post(f"/api/v1/requests/{answer.json()['seq']}/answer", json={"approve": True}).status_code == 200
        person = house.entrance.people.find("rita")
        assert person
        assert erase_case(house.book, person, answer.json()["seq"])["sources"] == 2
        assert anna.get(f"/transfers/runs/{run}").status_code == 404


def test_a_worker_that_dies_half_way_is_followed_by_one_that_keeps_every_finding_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opencwc.jobs import run_and_keep

    with house.signed_in("anna") as client:
        address = sent(client, OURS, THEIRS)
        job = address.rsplit("/", 1)[-1]

        def die(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as broken:
            broken.setattr(run_and_keep, "keep_pages", die)
            with pytest.raises(KeyboardInterrupt):
                worked(house)
        jobs = Jobs(house.book.engine)
        run = jobs.get(job).run
        assert run and count_kept(house.book, run) == 3
        jobs.requeue_stale(after=-60.0)
        worked(house)
        assert jobs.get(job).state == "done"
        assert len(client.get(f"/api/v1/findings?run={run}").json()["findings"]) == 3
        assert len(main_of(client, f"/transfers/runs/{run}").rows()) == 3


def test_a_job_can_be_stopped(house: House) -> None:
    with house.signed_in("anna") as client:
        address = sent(client, OURS, THEIRS)
        assert client.post(f"/jobs/{address.rsplit('/', 1)[-1]}/cancel", headers=PART).status_code == 204
        assert main_of(client, address).one(id="job").attributes["data-state"] == "cancelled"


def test_a_result_that_is_none_is_not_shown() -> None:
    result: dict[str, Any] = {
        "as_of": "2026-11-28", "model": "", "said": [], "ledgers": [], "substances": [], "counts": {}, "patterns": [],
        "pattern_count": 0,
    }  # fmt: skip
    groups, lines = io.BytesIO(), io.BytesIO()
    pl.DataFrame(schema=GROUP_SCHEMA).write_parquet(groups)
    pl.DataFrame(schema=LINE_SCHEMA).write_parquet(lines)
    assert len(unpack(packed(result, groups.getvalue(), lines.getvalue())).groups) == 0
    for wrong in (
        b"", b"PK", packed(result, b"x", lines.getvalue()), packed(result, lines.getvalue(), lines.getvalue()),
        packed({**result, "counts": []}, groups.getvalue(), lines.getvalue()),
    ):  # fmt: skip
        with pytest.raises(InputError):
            unpack(wrong)


def test_the_same_ledgers_are_packed_as_the_same_bytes() -> None:
    packs = []
    for _ in range(2):
        out = io.BytesIO()
        pack_uploads([("a.csv", io.BytesIO(b"1")), ("a.csv", io.BytesIO(b"2"))], out)
        packs.append(out.getvalue())
    assert packs[0] == packs[1] and b"1-a.csv" in packs[0] and b"2-a.csv" in packs[0]


def test_a_kept_source_that_is_no_reconciliation_is_answered_as_not_there(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        assert client.get("/transfers/runs/1").status_code == 404
        assert client.get("/transfers/runs/99").status_code == 404
        person = kept.house.entrance.people.find("anna")
        assert person
        keep_source(kept.house.book, person, io.BytesIO(b"x"), "x")
        assert client.get("/transfers/jobs/none").status_code == 404


def test_a_flow_with_no_place_on_the_map_is_told_beside_it() -> None:
    svg, off = world_map([Flow("DEU", "SGP", 10, 5, True), Flow("DEU", "ZZZ", 1, 0, True)], {})
    assert [flow.importer for flow in off] == ["ZZZ"]
    assert svg.count('class="flow') == 1 and "DEU → SGP" in svg


def test_an_invented_state_lies_at_sea_with_its_name_and_what_one_side_says_is_never_hidden() -> None:
    flow = Flow("XNV", "BRA", 10, 5, True, "x")
    svg, off = world_map([flow], {"XNV": "Nordavia"})
    assert not off and '<g class="at-sea">' in svg and ">Nordavia</text>" in svg
    assert '<g class="at-sea">' not in world_map([Flow("CAN", "BRA", 10, 5, True)], {})[0]
    left, right = ribbons_of([flow, Flow("CAN", "XNV", 900, 900, False, "y")], "other", {})
    kinds = re.findall(r'class="ribbon r-(\w+)"', sankey(left, right))
    half = len(kinds) // 2
    assert all(part == sorted(part, key=lambda kind: kind != "both") for part in (kinds[:half], kinds[half:]))


def test_the_ranked_list_is_searched_and_sorted_by_any_column(kept: Kept) -> None:
    def rows(query: str) -> list[list[str]]:
        return main_of(client, f"/transfers/runs/{kept.run}?over=all&{query}").one(id="ranked").rows()

    with kept.house.signed_in("anna") as client:
        every = rows("")
        assert [row[0].split()[1] for row in rows("order=-rank")] == [row[0].split()[1] for row in every][::-1]
        for column, order in ((1, "chemical"), (3, "year")):
            told = [row[column] for row in rows(f"order={order}")]
            assert told == sorted(told, key=str.casefold)
        brazil = rows("find=brésil+trieth")
        assert brazil and all("Brazil" in row[2] and "Trieth" in row[1] for row in brazil)
        assert not main_of(client, f"/transfers/runs/{kept.run}?find=atlantis").all(id="ranked")
        given = client.get(f"/transfers/runs/{kept.run}/list.csv?over=all&find=bra&order=-rank").text
        ranks = [int(row["rank"]) for row in csv.DictReader(io.StringIO(given.removeprefix("\ufeff")))]
        assert ranks == sorted(ranks, reverse=True) and len(ranks) == len(rows("find=bra"))
        workbook = client.get(f"/transfers/runs/{kept.run}/list.xlsx?over=all&find=bra&order=-rank").content
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()
        assert [row[sheet[0].index("rank")] for row in sheet[1:]] == ranks
        assert "brasil" in main_of(client, f"/transfers/runs/{kept.run}?find=brasli").text.casefold()


def test_years_are_drawn_as_two_bars_each_and_one_year_is_no_drawing() -> None:
    years = [(2020, 10.0, 20.0), (2021, 40.0, 0.0), (2022, 5.0, 5.0)]
    drawn = str(years_drawn(years, "2021", "2022"))
    assert [drawn.count(f'"s-{side}') for side in (0, 1)] == [3, 3] and drawn.count("pale") == 2
    assert all(f">{year}</text>" in drawn for year, _, _ in years)
    assert years_drawn(years[:1], "2020", "2020") is None and years_drawn([(2020, 0, 0), (2021, 0, 0)], "", "") is None


def _ends(svg: str) -> list[tuple[float, float]]:
    """Return where the marks of States are on a map."""
    return [(float(x), float(y)) for x, y in re.findall(r'class="state"><circle cx="(\d+)" cy="(\d+)"', svg)]


@pytest.mark.parametrize("drawn", SIZES)
def test_neighbours_are_told_apart_because_the_map_shows_what_the_flows_span(drawn: float) -> None:
    near = [Flow("NOR", "SWE", 10, 5, True), Flow("SWE", "FIN", 9, 9, False)]
    svg, _ = world_map(near, {"NOR": "Norway", "SWE": "Sweden", "FIN": "Finland"}, drawn)
    assert all(f">{name}</text>" in svg for name in ("Norway", "Sweden", "Finland"))
    assert all(dist(one, other) > drawn / 20 for one, other in combinations(_ends(svg), 2))
    far, _ = world_map([*near, Flow("SWE", "NZL", 10, 5, True)], {}, drawn)
    assert min(dist(one, other) for one, other in combinations(_ends(far), 2)) < drawn / 20


def test_names_on_the_map_and_beside_the_bars_never_lie_on_each_other() -> None:
    codes = ["DEU", "FRA", "BEL", "NLD", "LUX", "CHE", "AUT", "CZE", "POL", "DNK"]
    svg, _ = world_map([Flow(one, other, 10, 5, True) for one, other in pairwise(codes)], {})
    names = [(float(x), float(y), text) for x, y, text in re.findall(r'<text x="(\d+)" y="(\d+)">([A-Z]{3})<', svg)]
    assert len(names) > 5
    assert all(abs(y1 - y2) >= 15 or abs(x1 - x2) >= 20 for (x1, y1, _), (x2, y2, _) in combinations(names, 2))
    flows = [
        Flow("DEU", "FRA", 1, 1, False, f"ethyl N,N-dimethylphosphoramidic dichloride {number}") for number in range(9)
    ]
    flows.append(Flow("DEU", "BRA", 90_000, 90_000, False, "y"))
    lines = [float(y) for y in re.findall(r'y="(\d+)">[a-z]', sankey(*ribbons_of(flows, "others", {})))]
    assert all(after - before >= 14 for before, after in pairwise(sorted(lines)))


def test_the_drawings_can_be_reached_and_moved_by_the_keyboard(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        page = main_of(client, f"/transfers/runs/{kept.run}/flows?over=all")
    for name in ("world", "sankey"):
        (region,) = (block for block in page.all("div", class_="drawn-flows") if block.all("svg", class_=name))
        assert region.attributes["tabindex"] == "0" and region.attributes["aria-label"]
        assert region.one("figure", role="img").attributes["aria-labelledby"]


def test_a_sankey_is_as_broad_on_both_sides_and_escapes_names() -> None:
    flows = [Flow("DEU", "FRA", 10, 5, True, "<b>x</b>"), Flow("DEU", "BRA", 0, 7, True, "y")]
    left, right = ribbons_of(flows, "others", {})
    assert sum(node.both + node.extra for node in left) == sum(node.both + node.extra for node in right) == 17
    assert "<b>" not in sankey(left, right) and "&lt;b&gt;" in sankey(left, right, mirrored=True)


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_shipment_is_answered_with_duties_days_and_sources(kept: Kept, lang: str) -> None:
    shipment = {
        "chemical": "Thiodiglycol", "quantity": "250", "unit": "kg", "concentration": "99", "from": "DEU",
        "to": "ISR", "date": "2026-12-24",
    }  # fmt: skip
    with kept.house.signed_in("adam") as client:
        answer = client.post(f"/transfers/check?lang={lang}", data=shipment, headers=PART)
        assert answer.status_code == 200, answer.text
        part = parsed(answer.text)
        check_sound(part)
        assert part.one("h2").all("span", class_="grave"), "Schedule 2 does not go to a State not Party"
        rules = client.post(f"/transfers/check?lang={lang}", data={**shipment, "to": "FRA"}, headers=PART)
        assert not parsed(rules.text).one("h2").all("span", class_="grave")
        schedule_3 = client.post(
            f"/transfers/check?lang={lang}", data={**shipment, "chemical": "102-71-6"}, headers=PART
        )
        rows = parsed(schedule_3.text).one("tbody").all("tr")
        assert any("VIII" in row.text for row in rows), "the source of the certificate"
        assert client.post("/transfers/check", data={"chemical": ""}, headers=PART).status_code == 422


def test_the_columns_of_shipments_are_mapped_by_hand_with_a_preview(kept: Kept) -> None:
    theirs = "Nr;Ware;Menge;Von;Nach;Tag\n1;Thiodiglycol;5;Germany;Israel;2026-12-24\n"
    mapped = {f"map-1-{field}": column for field, column in {
        "id": "Nr", "chemical": "Ware", "quantity": "Menge", "unit": "=kg", "from": "Von", "to": "Nach", "date": "Tag",
    }.items()}  # fmt: skip
    with kept.house.signed_in("anna") as client:
        upload = {"files": {"file": ("theirs.csv", theirs)}, "headers": PART}
        preview = parsed(client.post("/transfers/check/preview", **upload).text)
        names = {select.attributes["name"] for select in preview.all("select")}
        assert names == {f"map-1-{field}" for field in SHIPMENT_FIELDS}
        assert "Thiodiglycol" in preview.one("table").text
        again = parsed(client.post("/transfers/check/preview", data=mapped, **upload).text)
        chosen = again.one("select", name="map-1-chemical").one("option", selected="")
        assert chosen.attributes["value"] == "Ware"
        answer = client.post("/transfers/check/file", data=mapped, **upload)
        assert "prohibited" in parsed(answer.text).one("article").one("h2").text
        broken = client.post("/transfers/check/preview", files={"file": ("x.bin", b"\x00\x01")}, headers=PART)
        assert parsed(broken.text).all("div", class_="warning")


def test_the_shipments_of_a_file_are_answered_one_by_one(kept: Kept) -> None:
    shipments = (
        "id,chemical,cas,quantity,unit,from,to,date\n"
        "S1,Thiodiglycol,111-48-8,5,kg,DEU,ISR,2026-12-24\nS2,Caffeine,58-08-2,5,kg,DEU,FRA,2026-12-24\n"
    )
    with kept.house.signed_in("anna") as client:
        answer = client.post("/transfers/check/file", files={"file": ("shipments.csv", shipments)}, headers=PART)
        assert answer.status_code == 200, answer.text
        part = parsed(answer.text)
        check_sound(part)
        answers = part.all("article")
        assert (
            len(answers) == 2 and "prohibited" in answers[0].one("h2").text and "allowed" in answers[1].one("h2").text
        )
        bad = client.post("/transfers/check/file", files={"file": ("x.csv", "colour\nred\n")}, headers=PART)
        assert bad.status_code == 422


def test_invented_ledgers_can_be_fetched_to_try(kept: Kept) -> None:
    with kept.house.signed_in("audra") as client:
        assert client.get("/transfers/examples/ours.csv").text == OURS
        assert client.get("/transfers/examples/none.csv").status_code == 404


# ------------------------------------------------------------------------------------------------------- checks

SHIPMENTS, CERTIFICATES, NAMES = (
    check_pages.EXAMPLES[f"{part}.csv"] for part in ("shipments", "certificates", "names")
)


class KeptCheck(NamedTuple):
    """A house with a check of planned shipments in it, which was kept by way of the API."""

    house: House
    run: int


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory, name_index: None) -> Iterator[KeptCheck]:
    with pytest.MonkeyPatch.context() as patch, opened_house(tmp_path_factory.mktemp("checked"), patch) as house:
        with house.signed_in("anna") as client:
            form = {"case": "planned", "mark": "restricted", "as_of": "2026-11-24"}
            files = {"file": ("s.csv", SHIPMENTS), "certificates": ("c.csv", CERTIFICATES), "names": ("n.csv", NAMES)}
            made = client.post("/api/v1/transfers/checks", data=form, files=files)
            assert made.status_code == 202, made.text
            assert made.json()["kind"] == "check"
            worked(house)
            job = Jobs(house.book.engine).get(made.json()["id"])
            assert job.state == "done", job.problem
            assert job.run
            moved = client.get(f"/jobs/{job.id}")
            assert (moved.status_code, moved.headers["location"]) == (303, f"/transfers/jobs/{job.id}")
            assert main_of(client, f"/transfers/jobs/{job.id}").one("a", href=f"/transfers/checks/{job.run}")
        yield KeptCheck(house, job.run)


def test_a_kept_check_says_what_is_needed_by_when_what_is_left_and_who_is_alike(checked: KeptCheck) -> None:
    with checked.house.signed_in("rita") as client:
        page = main_of(client, f"/transfers/checks/{checked.run}")
    needed = page.one("section", aria_labelledby="owed-h").rows()
    assert needed[0][0] == "1 April 2027" and needed[0][1].startswith("S-5"), "the earliest day first"
    assert [row[1][:3] for row in needed] == ["S-5", "S-2"]
    balance = page.one("section", aria_labelledby="balance-h").rows()
    assert balance[0][0].startswith("EUC-1") and balance[0][2:4] == ["1,000 kg", "0 kg"]
    answers = {article.one("h2").text.split()[-1]: article for article in page.all("article")}
    assert list(answers) == ["S-3", "S-1", "S-2", "S-5", "S-4", "S-6"], "the gravest first"
    assert page.one("h1").text.startswith("Prohibited: ") and "S-3" in page.one("h1").text
    assert "prohibited" in answers["S-3"].one("h2").text
    assert "review" in answers["S-1"].one("h2").text
    assert "inv-1" in answers["S-1"].one("ul", class_="alike").text
    assert "inv-1" not in answers["S-1"].one("ul", class_="reasons").text, "a name is said once"
    assert not answers["S-4"].all("ul", class_="alike")
    assert page.one("span", class_="m-restricted")
    shipped = answers["S-2"].one("dl", class_="shipped").text
    assert all(word in shipped for word in ("Quantity", "Concentration", "Date of the shipment", "End-user"))
    told = [reason.text for reason in answers["S-3"].one("ul", class_="reasons").all("li")]
    followed = [row[0] for table in answers["S-3"].all("table") for row in table.rows()]
    assert not any(duty and duty in reason for reason in told for duty in followed), "a reason is said once"


@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_what_speaks_for_an_answer_is_a_list_and_its_verdict_is_said_once(checked: KeptCheck, lang: str) -> None:
    with checked.house.signed_in("rita") as client:
        page = page_of(client, f"/transfers/checks/{checked.run}", lang)
    for article in page.all("article"):
        assert all(reason.text.count("CWC") < 2 for reason in article.one("ul", class_="reasons").all("li"))
        assert "DEU" not in article.one("h2").text, "States go by their names"
    duties = page.one("section", aria_labelledby="owed-h").all("div", class_="duty")
    state = say("page_transfers_owed_needed", lang)
    assert duties and not any(duty.text.casefold().startswith(state.casefold()) for duty in duties)


@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_the_pages_of_checks_and_patterns_are_sound(checked: KeptCheck, kept: Kept, lang: str) -> None:
    with checked.house.signed_in("rita") as client:
        for address in (
            f"/transfers/checks/{checked.run}", f"/transfers/checks/{checked.run}?verdict=prohibited",
            f"/transfers/checks/{checked.run}?verdict=unreadable", "/transfers/check",
        ):  # fmt: skip
            assert page_of(client, address, lang).one("h1").text
    with kept.house.signed_in("rita") as client:
        assert page_of(client, f"/transfers/runs/{kept.run}/patterns", lang).one("h1").text


def test_a_check_goes_on_after_a_row_and_leaves_what_fits(checked: KeptCheck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_pages, "ANSWERS_A_PAGE", 4)
    with checked.house.signed_in("audra") as client:
        base = f"/transfers/checks/{checked.run}"
        onward = main_of(client, base).one("a", rel="next").attributes["href"]
        assert [article.one("h2").text.split()[-1] for article in main_of(client, onward).all("article")] == [
            "S-4",
            "S-6",
        ]
        assert len(main_of(client, f"{base}?verdict=prohibited").all("article")) == 1


@pytest.mark.parametrize(("lang", "file_format"), [*((lang, "pdf") for lang in LANGUAGES), ("ru", "xlsx")])
def test_papers_are_drawn_up_for_a_kept_shipment(checked: KeptCheck, lang: str, file_format: str) -> None:
    with checked.house.signed_in("anna") as client:
        answer = client.get(
            f"/transfers/checks/{checked.run}/papers/2?kind=certificate&paper_lang={lang}&paper_format={file_format}"
        )
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"%PDF" if file_format == "pdf" else b"PK")
    assert f'"certificate-S-2-{lang}.{file_format}"' in answer.headers["content-disposition"]


def test_a_paper_bears_the_mark_of_its_case_and_none_goes_with_what_is_prohibited(checked: KeptCheck) -> None:
    with checked.house.signed_in("anna") as client:
        base = f"/transfers/checks/{checked.run}/papers"
        sheet = openpyxl_text(client.get(f"{base}/2?kind=licence&paper_format=xlsx").content)
        assert "restricted" in sheet.lower() and "Triethanolamine" in sheet
        assert client.get(f"{base}/3?kind=licence").status_code == 422
        assert client.get(f"{base}/99?kind=licence").status_code == 404
        assert client.get(f"{base}/2?kind=notification").status_code == 422


def test_a_finding_of_a_check_says_its_duties_in_the_readers_language_and_the_case_lists_only_what_was_checked(
    checked: KeptCheck,
) -> None:
    with checked.house.signed_in("rita") as client:
        listed = client.get("/api/v1/findings", params={"run": checked.run, "limit": 100}).json()["findings"]
        number = next(
            finding["id"] for finding in listed if finding["row"] == 2 and finding["verdict"] == "allowed_with"
        )
        facts = {lang: page_of(client, f"/findings/{number}", lang).text for lang in ("en", "fr")}
        assert "still needed" in facts["en"] and "needed 20" not in facts["en"]
        finding = page_of(client, f"/findings/{number}").one("section", class_="finding")
        duties = finding.one("section", aria_labelledby="seen-h").one("table").rows()
        assert all(len(duty) == 4 for duty in duties) and "Still needed" in {duty[1].capitalize() for duty in duties}
        assert not any(";" in reason.text for reason in finding.one("ul", class_="reasons").all("li"))
        assert "État partie" in facts["fr"] and "state_party" not in facts["fr"] and "treaty" not in facts["fr"]
        assert finding.one("dl", class_="shipped").text
        case = main_of(client, "/cases/planned").text
    assert "transfers-check.json.gz" not in case and "s.csv" in case


def test_what_is_not_known_of_states_is_said_once_and_marked_where_it_matters(checked: KeptCheck) -> None:
    with checked.house.signed_in("rita") as client:
        page = main_of(client, f"/transfers/checks/{checked.run}").text
    assert (
        page.count("the status of States is known here until") + page.count("The status of States is known here until")
        == 1
    )
    assert page.count("States as of 29 November 2023") >= 5 and "unknown here" not in page


def openpyxl_text(content: bytes) -> str:
    """Return all text of a workbook."""
    import fastexcel

    book = fastexcel.read_excel(content)
    sheets = [book.load_sheet(name, header_row=None).to_polars() for name in book.sheet_names]
    return " ".join(str(cell) for sheet in sheets for row in sheet.iter_rows() for cell in row if cell is not None)


def test_a_paper_for_a_shipment_that_is_not_kept_comes_from_its_texts(kept: Kept) -> None:
    with kept.house.signed_in("adam") as client:
        answered = client.post("/transfers/check", data=check_pages.EXAMPLE, headers=PART)
        form = parsed(answered.text).one("form", action="/transfers/check/paper")
        hidden = form.one("input", name="shipment").attributes["value"]
        body = {"shipment": hidden, "kind": "certificate", "paper_lang": "ar", "paper_format": "pdf"}
        paper = client.post("/transfers/check/paper", data=body, headers=PART)
        assert paper.status_code == 200, paper.text
        assert paper.content.startswith(b"%PDF")
        for strange in ("[", "", hidden[:-4] + "AAAA"):
            answer = client.post("/transfers/check/paper", data={**body, "shipment": strange}, headers=PART)
            assert answer.status_code == 422


@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_the_answer_heads_the_page_on_which_a_shipment_was_asked_about(kept: Kept, lang: str) -> None:
    shipment = {"chemical": "Thiodiglycol", "from": "DEU", "to": "ISR", "date": "2027-03-10"}
    with kept.house.signed_in("adam") as client:
        page = page_of(client, "/transfers/check", lang)
        answer = parsed(client.post(f"/transfers/check?lang={lang}", data=shipment, headers=PART).text)
    heading = answer.one("h1")
    assert heading.attributes["id"] == page.one("h1").attributes["id"] and heading.attributes["hx-swap-oob"] == "true"
    assert heading.text.casefold().startswith(say("verdict_prohibited", lang).casefold())
    assert "".join(answer.one("title").text.split(" · ")[0].split()) == "".join(heading.text.split())
    first = page.one("main").all("h1") + page.one("main").all(id="answer")
    assert [one.tag for one in first] == ["h1", "div"], "it stands under the heading, before the forms"


def test_how_long_papers_can_be_drawn_up_is_a_setting_that_the_page_tells(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    with kept.house.signed_in("anna") as client:
        answered = client.post("/transfers/check", data=check_pages.EXAMPLE, headers=PART)
        form = parsed(answered.text).one("form", action="/transfers/check/paper")
        body = {"shipment": form.one("input", name="shipment").attributes["value"], "kind": "certificate"}
        assert say(Message("page_transfers_papers_last", {"days": 7}))[1:] in parsed(answered.text).text
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 6 * 86_400)
        assert client.post("/transfers/check/paper", data=body, headers=PART).status_code == 200
        monkeypatch.setattr(time, "time", lambda: now + 8 * 86_400)
        answer = client.post("/transfers/check/paper", data=body, headers=PART)
        assert answer.status_code == 422 and "too old" in answer.text


def test_a_paper_for_a_file_that_is_not_kept_has_what_others_left_of_the_certificate(kept: Kept) -> None:
    files = {
        "file": ("shipments.csv", check_pages.EXAMPLES["shipments.csv"]),
        "certificates": ("certificates.csv", check_pages.EXAMPLES["certificates.csv"]),
    }
    with kept.house.signed_in("adam") as client:
        answered = client.post("/transfers/check/file", files=files, headers=PART)
        answers = [parsed(answered.text).one("article", aria_labelledby=f"answer-{row}") for row in (1, 2)]
        sheets = []
        for form in (answer.one("form", action="/transfers/check/paper") for answer in answers):
            sealed = form.one("input", name="shipment").attributes["value"]
            body = {"shipment": sealed, "kind": "licence", "paper_lang": "en", "paper_format": "xlsx"}
            sheets.append(openpyxl_text(client.post("/transfers/check/paper", data=body, headers=PART).content))
    assert "250 kg drawn from certificate EUC-1, 750 kg left" in sheets[0] and "31 December 2027" in sheets[0]
    assert "750 kg drawn from certificate EUC-1, 0 kg left" in sheets[1]


def test_a_check_above_a_clearance_is_not_there(checked: KeptCheck) -> None:
    checked.house.add("lena", Role.ANALYST, Mark.UNCLASSIFIED)
    with checked.house.signed_in("lena") as lena:
        base = f"/transfers/checks/{checked.run}"
        for address in (base, f"{base}/papers/1", f"/api/v1{base}"):
            assert lena.get(address).status_code == 404, address
        assert not main_of(lena, "/transfers/check").all("a", href="/cases/planned")


def test_a_finding_of_transfers_leads_to_where_it_stands_among_its_like(checked: KeptCheck, kept: Kept) -> None:
    with checked.house.signed_in("rita") as client:
        finding = client.get(f"/api/v1/findings?run={checked.run}&verdict=prohibited").json()["findings"]
        page = main_of(client, f"/findings/{finding[0]['id']}")
        assert page.one("a", href=f"/transfers/checks/{checked.run}?first=3#answer-3")
    with kept.house.signed_in("rita") as client:
        page = main_of(client, f"/findings/{finding_of(kept.house, kept.run, 1)}")
        assert "s2-s3-discrepancy" not in page.text and "customs course of December 2012" in page.text
        assert page.one("a", href=f"/transfers/runs/{kept.run}/pairs/1?over=all")
        evidence = page.one("section", aria_labelledby="seen-h")
        assert "exported, kg" in evidence.text and "ledgers" in evidence.text
        sums, rows, thresholds = (table.rows() for table in evidence.all("table"))
        assert len(sums) == 1 and len(sums[0]) == 4
        assert rows and all(len(row) == 4 and ">" not in "".join(row) for row in rows)
        assert [row[0] for row in thresholds] == ["discrepancy between declared transfers", "declaration"]
        assert "basis_" not in evidence.text
        assert "Row" not in evidence.text and "> " not in evidence.text, "a pair stands in no row of a file"


def test_a_model_that_is_switched_off_is_said_and_not_offered(kept: Kept) -> None:
    with kept.house.signed_in("adam") as adam, kept.house.signed_in("anna") as anna:
        assert main_of(anna, "/transfers").all("input", name="model")
        off = adam.post(f"/models/{MODEL.id}/switch", data={"on": "false", "reason": "a test"}, headers=PART)
        assert off.status_code == 200, off.text
        page = main_of(anna, "/transfers")
        assert not page.all("input", name="model")
        assert page.one("a", href=f"/models/{MODEL.id}")
        adam.post(f"/models/{MODEL.id}/switch", data={"on": "true", "reason": "a test"}, headers=PART)


# ---------------------------------------------------------------------------------------------------------- API


def test_the_api_answers_for_planned_shipments_with_duties_and_their_days(kept: Kept) -> None:
    shipment = {"chemical": "Saxitoxin", "quantity": "4", "unit": "mg", "from": "CAN", "to": "FRA"}
    body = {"shipments": [{**shipment, "date": "2027-04-01", "purpose": "medical"}], "as_of": "2026-11-24"}
    with kept.house.signed_in("adam") as client:
        answer = client.post("/api/v1/transfers/check?lang=fr", json=body)
        assert answer.status_code == 200, answer.text
        shipment_answer = answer.json()["answers"][0]
        assert shipment_answer["verdict"] == "allowed_with"
        assert [duty["due"] for duty in shipment_answer["duties"] if duty["state"] == "needed"] == ["2027-04-01"]
        assert "notification" in shipment_answer["papers"]
        wrong = client.post("/api/v1/transfers/check", json={"shipments": [{"colour": "red"}]})
        assert wrong.status_code == 422 and "colour" in wrong.text


def test_the_api_gives_the_ranked_list_page_by_page_and_every_line(kept: Kept) -> None:
    base = f"/api/v1/transfers/reconciliations/{kept.run}"
    with kept.house.signed_in("audra") as client:
        first = client.get(f"{base}?limit=3").json()
        rest = client.get(f"{base}?limit=3&after={first['next']}").json()
        ranks = [total["rank"] for total in (*first["sums"], *rest["sums"])]
        assert ranks == list(range(1, first["total"] + 1)) and rest["next"] is None
        lines = list(csv.DictReader(io.StringIO(client.get(f"{base}/lines").text)))
        assert {line["id"] for line in lines if line["ledger"] == "ours.csv"} == {
            f"A-{number}" for number in range(1, 7)
        }
        assert {line["status"] for line in lines} <= set(LINE_STATUSES)
        assert client.get("/api/v1/transfers/reconciliations/1").status_code == 404


def test_the_api_takes_ledgers_and_tells_the_same_request_once(house: House) -> None:
    files = [("file", ("ours.csv", OURS)), ("file", ("theirs.csv", THEIRS))]
    with house.signed_in("anna") as client:
        form = {"case": "trade", "map-1-quantity": "quantity"}
        sent_ = [
            client.post(
                "/api/v1/transfers/reconciliations", data=form, files=files, headers={"idempotency-key": "k"}
            ).json()
            for _ in range(2)
        ]
        assert sent_[0]["id"] == sent_[1]["id"]
        assert sent_[0]["asked"]["given"][0] == {"quantity": "quantity"}
        wrong = client.post("/api/v1/transfers/reconciliations", data={**form, "colour": "red"}, files=files)
        assert wrong.status_code == 422 and "colour" in wrong.text
        mark = client.post("/api/v1/transfers/reconciliations", data={**form, "mark": "secret"}, files=files)
        assert mark.status_code == 422
