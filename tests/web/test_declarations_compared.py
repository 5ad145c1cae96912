"""A register on the page beside other books, and under other readings of the treaty."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator

import pytest
from httpx import Response
from starlette.testclient import TestClient

from opencwc.casebook.cases import open_case
from opencwc.casebook.model import Mark
from opencwc.jobs.intake import intake_of
from opencwc.jobs.kept_runs import _loaded
from opencwc.jobs.queue import Job, Jobs
from opencwc.web.declarations.forms import READINGS
from opencwc.web.server.worker_process import make_worker
from opencwc.wording import LANGUAGES, say
from web.pages.housing import PART, opened_house, page_of
from web.pages.parsed import Element
from web.signing_in import House

SITES = b"site,plant,name,operator,country,address\n%s,,Orvenda Works,Orvenda Ltd,NLD,Tulmar Street 12\n"
ROWS = b"site,plant,chemical,activity,year,quantity,unit,planned\n"
NOW = ROWS + b"X9,P1,phosgene,produce,2025,150,t,\nX9,P1,thiodiglycol,process,2027,5,t,yes\n"
LAST = ROWS + b"N1,P1,phosgene,produce,2024,750,t,\n"
Upload = tuple[str, tuple[str, bytes]]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch, opened_house(tmp_path_factory.mktemp("compared"), patch) as house:
        yield house
    _loaded.clear()


def register(sites: bytes, activities: bytes, field: str = "file") -> list[Upload]:
    return [(field, ("sites.csv", sites)), (field, ("activities.csv", activities))]


def sent(client: TestClient, files: list[Upload], **form: str) -> Response:
    form = {"case": "compared", "as_of": "2026-01-15", "mark": "unclassified", "year": "2026", **form}
    return client.post("/declarations/register", data=form, files=files, headers=PART)


def job_of(house: House, client: TestClient, files: list[Upload], **form: str) -> Job:
    answer = sent(client, files, **form)
    assert answer.status_code == 204, answer.text
    assert make_worker(house.entrance.configuration, intake_of(house.book)).work_once()
    return Jobs(house.book.engine).get(answer.headers["hx-redirect"].rsplit("/", 1)[-1])


def page_after(house: House, client: TestClient, files: list[Upload], lang: str = "en", **form: str) -> Element:
    job = job_of(house, client, files, **form)
    assert job.state == "done", job.problem
    return page_of(client, f"/declarations/runs/{job.run}", lang).one("main")


def test_without_the_year_before_it_is_said_once_and_no_line_is_new(house: House) -> None:
    with house.signed_in("anna") as client:
        main = page_after(house, client, register(SITES % b"X9", NOW))
        assert "new this year" not in main.one(id="due").text
        notes = main.one(id="notes").text
        assert notes.count("nothing to compare with") == 1 and "no plans for 2026" in notes
        told = NOW + b"X9,P1,phosgene,produce,2024,150,t,\n"
        main = page_after(house, client, register(SITES % b"X9", told))
    assert "nothing to compare with" not in main.one(id="notes").text
    assert "new this year" not in main.one(id="due").text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_last_years_register_follows_a_code_and_tells_what_changed(house: House, lang: str) -> None:
    files = register(SITES % b"X9", NOW) + register(SITES % b"N1", LAST, "before")
    with house.signed_in("anna") as client:
        main = page_after(house, client, files, lang)
    before = main.one(id="before").text
    assert "N1" in before and "X9" in before and "750" in before and "sites.csv, activities.csv" in main.text
    if lang == "en":
        due = main.one(id="due").text
        assert "range differs from last year" in due and "new this year" in due
        assert "Site N1 is now X9" in before and "nothing to compare with" not in main.text


def test_last_years_submission_is_taken_from_the_casebook_with_its_mark(house: House) -> None:
    with house.signed_in("rita") as client:
        open_case(house.book, house.entrance.people.account("rita").person, "restricted", mark=Mark.RESTRICTED)
        form = {"case": "restricted", "profile": "treaty", "year": "2025", "sites": "N1"}
        address = client.post("/declarations/submissions", data=form, headers=PART).headers["hx-redirect"]
        number = address.rsplit("/", 1)[-1]
        empty = sent(client, register(SITES % b"X9", NOW), submission=number)
        assert empty.status_code == 409 and "no version" in empty.text
        seen = page_of(client, address).one("main").all("input", name="seen")[0].attributes["value"]
        answer = client.post(
            f"{address}/versions", data={"seen": seen}, files=register(SITES % b"N1", LAST), headers=PART
        )
        assert answer.status_code == 204, answer.text
        offered = page_of(client, "/declarations").one("select", name="submission").text
        assert "2025" in offered and "N1" in offered
        main = page_after(house, client, register(SITES % b"X9", NOW), submission=number)
        assert "Site N1 is now X9" in main.one(id="before").text and "restricted" in main.text.casefold()
        both = register(SITES % b"X9", NOW) + register(SITES % b"N1", LAST, "before")
        assert sent(client, both, submission=number).status_code == 422
        assert sent(client, register(SITES % b"X9", NOW), submission="999999").status_code == 404


def test_last_years_books_may_be_the_declaration_that_was_made_from_them(house: House) -> None:
    with house.signed_in("anna") as client:
        job = job_of(house, client, register(SITES % b"N1", LAST), year="2025")
        made = client.get(f"/api/v1/declarations/{job.run}/declaration.xml")
        assert made.status_code == 200
        files = [*register(SITES % b"X9", NOW), ("before", ("declaration.xml", made.content))]
        main = page_after(house, client, files)
    assert "declaration.xml" in main.one(id="notes").text and "N1" in main.one(id="before").text


def test_last_years_books_that_cannot_be_read_end_the_job_with_their_name(house: House) -> None:
    files = [*register(SITES % b"X9", NOW), ("before", ("last.csv", b"no,register\n1,2\n"))]
    with house.signed_in("anna") as client:
        job = job_of(house, client, files)
    assert job.state == "failed" and "last.csv" in str(job.problem)


def test_the_preview_and_the_grid_take_the_register_alone(house: House) -> None:
    files = register(SITES % b"X9", NOW) + register(SITES % b"N1", LAST, "before")
    form = {"case": "compared", "mark": "unclassified"}
    with house.signed_in("anna") as client:
        preview = client.post("/declarations/preview", data=form, files=files, headers=PART)
        assert preview.status_code == 200 and "X9" in preview.text and "N1" not in preview.text
        opened = client.post("/declarations/registers", data=form, files=files, headers=PART)
        assert opened.status_code == 204
        assert "N1" not in page_of(client, opened.headers["hx-redirect"]).one("main").text


# ----------------------------------------------------------------------------------------------- readings of the treaty


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reading_is_offered_closed_with_its_choices_and_the_default_marked(house: House, lang: str) -> None:
    with house.signed_in("anna") as client:
        part = page_of(client, "/declarations", lang).one("details", class_="readings")
    assert "open" not in part.attributes
    groups = part.all("fieldset")
    assert len(groups) == len(READINGS)
    for group, reading in zip(groups, READINGS, strict=True):
        offered = group.all("input", name=f"reading-{reading.id}")
        assert [one.attributes["value"] for one in offered] == ["", *reading.choices]
        assert [one.attributes["value"] for one in offered if "checked" in one.attributes] == [""]
        choices = group.all("label")
        marked = [say("page_readings_default", lang) in one.text for one in choices]
        assert marked == [False, *(choice == reading.choice for choice in reading.choices)]


def test_a_reading_that_is_turned_changes_the_answer_and_is_said_with_those_that_were_not(house: House) -> None:
    files = [("file", ("activities.csv", ROWS + b"N,P,thiodiglycol,consume,2025,900,kg,\n"))]
    with house.signed_in("anna") as client:
        main = page_after(house, client, files, "en")
        assert not main.all(id="due") and "interpretations changed: 0" in main.one(id="readings").text
        main = page_after(house, client, files, "en", **{"reading-aggregate-threshold": "any"})
        assert main.all(id="due")
        readings = [one.text for one in main.one(id="readings").all("li")]
        assert len(readings) == len(READINGS) and "interpretations changed: 1" in main.one(id="readings").text
        assert readings[0] == "Aggregate national data cover any amount. changed"
        main = page_after(house, client, files, "en", profile="ESP", **{"reading-polymer-sites": "not-exempt"})
        assert (
            "interpretations changed: 1" in main.one(id="readings").text
        )  # what Spain leaves out stays as Spain has it
        answer = sent(client, files, **{"reading-polymers": "melted"})
        assert answer.status_code == 422 and "melted" in answer.text


# ------------------------------------------------------------------------------------------------------ a trade ledger

LEDGER = b"""reporter,flow,partner,date,chemical,cas,quantity,unit
NLD,export,FRA,2025-03-01,thiodiglycol,111-48-8,9,t
NLD,import,DEU,2025-04-01,thiodiglycol,111-48-8,7,t
NLD,import,DEU,2024-04-01,thiodiglycol,111-48-8,70,t
"""
TRADED = ROWS.replace(b"planned", b"partner") + b"X9,P1,thiodiglycol,export,2025,2,t,FRA\n"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_differs_from_a_ledger_stands_among_what_to_ask_with_its_letter(house: House, lang: str) -> None:
    files = [*register(SITES % b"X9", TRADED), ("trade", ("customs.csv", LEDGER))]
    with house.signed_in("anna") as client:
        job = job_of(house, client, files)
        assert job.state == "done", job.problem
        base = f"/declarations/runs/{job.run}"
        ask = page_of(client, f"{base}/ask", lang).one("main")
        told = [row for row in ask.one(id="points").rows() if "customs.csv" in row[-1]]
        assert len(told) == 2
        assert "customs.csv" in page_of(client, base, lang).one("main").one(id="notes").text
        letters = page_of(client, f"{base}/questions", lang).one("main").text
        assert "customs.csv" in letters and "X9" in letters
    if lang == "en":
        assert any("2 t declared, 9 t in customs.csv" in row[-1] for row in told)


def test_trade_that_no_site_of_the_register_tells_of_is_a_question_for_the_authority_itself(house: House) -> None:
    files = [*register(SITES % b"X9", TRADED), ("trade", ("customs.csv", LEDGER))]
    with house.signed_in("anna") as client:
        job = job_of(house, client, files)
        base = f"/declarations/runs/{job.run}"
        main = page_of(client, f"{base}/questions").one("main")
        (asked,) = main.one(id="authority").all("li")
        assert "0 kg declared, 7 t in customs.csv" in asked.text
        letters = client.get(f"/api/v1/declarations/{job.run}/letters").json()["letters"]
        assert [letter["site"] for letter in letters] == ["X9"]
        assert "7 t in customs.csv" not in str(letters) and "9 t in customs.csv" in str(letters)
        rows = page_of(client, f"{base}/ask").one("main").one(id="points").rows()
        (row,) = [row for row in rows if "7 t in customs.csv" in row[-1]]
        assert row[2] == "For the Authority itself" and row[4] == "not asked yet"


def test_trade_without_a_row_goes_to_the_operator_that_the_ledger_names(house: House) -> None:
    heading, *lines = LEDGER.decode().splitlines()
    named = "\n".join([f"{heading},company", *(f"{line},Orvenda Ltd" for line in lines)]).encode()
    files = [*register(SITES % b"X9", TRADED), ("trade", ("customs.csv", named))]
    with house.signed_in("anna") as client:
        job = job_of(house, client, files)
        assert job.state == "done", job.problem
        assert not page_of(client, f"/declarations/runs/{job.run}/questions").one("main").all(id="authority")
        (letter,) = client.get(f"/api/v1/declarations/{job.run}/letters").json()["letters"]
        (asked,) = [one for one in letter["questions"] if "7 t in customs.csv" in one["says"]]
        assert letter["site"] == "X9" and "a new row" in asked["where"]
        form = client.get(f"/api/v1/declarations/{job.run}/letters/1.json").json()
        answer = next(one for one in form["answers"] if one["id"] == asked["id"])
        answer.update(answer="corrected", value="7 t", reason="forgotten")
        sent_back = [("file", ("answers.json", json.dumps(form).encode()))]
        zipped = client.post(f"/declarations/runs/{job.run}/corrected.zip", files=sent_back, headers=PART).content
    with zipfile.ZipFile(io.BytesIO(zipped)) as corrected:
        last = list(csv.DictReader(io.StringIO(corrected.read("activities.csv").decode())))[-1]
    assert (last["site"], last["activity"], last["partner"], last["year"]) == ("X9", "import", "DEU", "2025")
    assert (last["quantity"], last["unit"]) == ("7", "t")


def test_a_ledger_that_cannot_be_read_ends_the_job_with_its_name(house: House) -> None:
    files = [*register(SITES % b"X9", TRADED), ("trade", ("strange.csv", b"one,two\n1,2\n"))]
    with house.signed_in("anna") as client:
        job = job_of(house, client, files)
        assert job.state == "failed" and "strange.csv" in str(job.problem)
        assert "strange.csv" in page_of(client, f"/declarations/jobs/{job.id}").one("main").text
