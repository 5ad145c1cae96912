"""The pages of legislation: a State's texts go in by a form and a job, and come out as a matrix, measures, a shelf."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from python_calamine import CalamineWorkbook
from starlette.testclient import TestClient

from opencwc.casebook.findings import list_records
from opencwc.casebook.model import Mark, Person, Role
from opencwc.errors import InputError
from opencwc.jobs.intake import intake_of
from opencwc.jobs.kept_runs import _loaded
from opencwc.jobs.queue import Jobs
from opencwc.legislation import check_texts
from opencwc.legislation.corrections import Corrections
from opencwc.legislation.example_texts import FIRST, FOLDER, NAMES, NOW, example_text
from opencwc.legislation.kept import ANSWERS, answers_of, packed, summary_of, unpack, write_passages
from opencwc.legislation.reader import stage_of as step_of
from opencwc.legislation.texts.legal_texts import plain_legal_text
from opencwc.legislation.texts.passages import passages_of
from opencwc.web.legislation.kept_laws import LABEL_COLUMNS
from opencwc.web.server.worker_process import make_worker
from opencwc.wording import LANGUAGES, say
from web.pages.housing import PAGE, PART, opened_house, page_of, post
from web.pages.parsed import Element, check_sound, parsed
from web.signing_in import House

EXAMPLES = Path(__file__).parents[2] / "examples"
ARABIC = "المادة 1. يحظر استحداث الأسلحة الكيميائية أو إنتاجها أو حيازتها أو تخزينها أو الاحتفاظ بها.\n" * 3


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with opened_house(tmp_path, monkeypatch) as house:
        yield house
    _loaded.clear()


class Kept(NamedTuple):
    """A house with both versions of the invented law checked: the run of the first, and of the one that stands."""

    house: House
    first: int
    now: int


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A house with two checked laws: for tests that only look."""
    with (
        pytest.MonkeyPatch.context() as patch,
        opened_house(tmp_path_factory.mktemp("kept"), patch) as house,
        house.signed_in("anna") as client,
    ):
        yield Kept(house, checked(house, client, FIRST), checked(house, client, NOW))
    _loaded.clear()


def sent(client: TestClient, name: str, content: str | bytes, **form: str) -> str:
    """Send a text as the page does; return the address that it leads to."""
    form = {"case": "law", "state": "XNV", "as_of": "2026-11-24", "mark": "unclassified", "model": "yes", **form}
    answer = client.post("/law/texts", data=form, files=[("file", (name, content))], headers=PART)
    assert answer.status_code == 204, answer.text
    return str(answer.headers["hx-redirect"])


def worked(house: House, address: str) -> int:
    """Have a worker take the job that waits, and return its run."""
    assert make_worker(house.entrance.configuration, intake_of(house.book)).work_once()
    job = Jobs(house.book.engine).get(address.rsplit("/", 1)[-1])
    assert job.state == "done", job.problem
    assert job.run
    return job.run


def checked(house: House, client: TestClient, name: str, **form: str) -> int:
    """Have one of the invented laws checked, and return the run."""
    return worked(house, sent(client, name, example_text(name), **form))


def main_of(client: TestClient, address: str, lang: str = "en") -> Element:
    return page_of(client, address, lang).one("main")


def lines_of(part: Element) -> dict[str, list[str]]:
    """Return the rows of all tables of a part, by the measure of each, or its first word."""
    rows = [row for body in part.all("tbody") for row in body.all("tr")]
    cells = [[cell.text for cell in row.walk() if cell.tag in ("th", "td")] for row in rows]
    ids = [re.search(r"\b[A-Z]{3}-\d\d\b", row[0]) for row in cells]
    return {id[0] if id else row[0].split()[0]: row for id, row in zip(ids, cells, strict=True)}


@pytest.mark.usefixtures("true_processes")  # no fork hides what it has not loaded before its rights go
def test_a_job_leads_from_the_texts_to_the_matrix(house: House) -> None:
    with house.signed_in("anna") as client:
        for address in ("/law", "/law/shelf", "/law/compare", "/law/ask"):
            assert main_of(client, address).all("div", class_="empty"), "an empty page teaches"
        assert main_of(client, "/law/compare").one("h1").text.startswith("Two checks are needed")
        address = sent(client, NOW, example_text(NOW))
        assert main_of(client, address).one(id="job").attributes["data-state"] == "waiting"
        run = worked(house, address)
        assert main_of(client, "/law/shelf").one("h1").text.startswith("Nordavia: ")
        lacks = main_of(client, "/law/compare")
        assert lacks.one("h1").text.startswith("One more check") and lacks.one("a", href=f"/law/runs/{run}")
        tried = main_of(client, lacks.one("div", class_="empty").all("a")[-1].attributes["href"])
        assert FIRST in tried.one("button", data_try_now="").attributes["data-try-examples"]
        assert "checked" in tried.one("input", name="trial").attributes
        part = client.get(address, headers=PART)
        assert part.headers["hx-redirect"] == f"/law/runs/{run}"
        rows = lines_of(main_of(client, f"/law/runs/{run}"))
        assert rows["PRO-01"][1] == "needs reading" and rows["PRO-01"][2].startswith("Section 4")
        assert "partly covered" in rows["PEN-05"][1] and rows["PEN-05"][2].startswith("Section 7")
        assert "managers" in rows["PEN-05"][3]
        assert rows["PRO-06"][1].startswith("covered") and "no provision found" in rows["PRO-07"][1]
        listed = main_of(client, "/law").one("section", aria_labelledby="kept-h").rows()
        assert listed[0][0].startswith("Nordavia") and sum(map(int, listed[0][4:])) == 60
        assert client.get("/law/runs.csv").text.splitlines()[1].startswith(f"Nordavia · check {run},")


def test_a_job_can_be_stopped_and_a_file_that_is_no_text_is_said(kept: Kept) -> None:
    house = kept.house
    with house.signed_in("anna") as client:
        address = sent(client, NOW, example_text(NOW))
        assert client.post(f"/jobs/{address.rsplit('/', 1)[-1]}/cancel", headers=PART).status_code == 204
        assert main_of(client, address).one(id="job").attributes["data-state"] == "cancelled"
        address = sent(client, "picture.pdf", b"%PDF-1.7\nnothing that is read")
        assert make_worker(house.entrance.configuration, intake_of(house.book)).work_once()
        page = main_of(client, address)
        assert page.one(id="job").attributes["data-state"] == "failed" and page.all("div", class_="warning")


def test_what_is_wrong_with_the_form_is_said(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        files = [("file", (NOW, example_text(NOW)))]
        for form in ({"case": "law"}, {"case": "law", "state": "Nowhere"}, {"state": "XNV"}, {"x": "1"}):
            answer = client.post("/law/texts", data=form, files=files, headers=PART)
            assert answer.status_code == 422, form
        assert client.post("/law/texts", data={"case": "law", "state": "XNV"}, headers=PART).status_code == 415
        form = {"case": "law", "state": "XNV"}
        response = client.post("/api/v1/law/checks", data=form)
        assert response.status_code == 415 and "the form has no file" in response.json()["detail"]
        response = client.post(
            "/api/v1/law/checks", data=form, files=[("file", (f"{at}.txt", b"x")) for at in range(14)]
        )
        assert (response.status_code, response.json()["detail"]) == (422, "more than 12 files were sent")
        assert "at most 12 files" in response.json()["remedy"]
        response = client.post("/api/v1/law/checks", data={**form, "as_of": "1990-01-01"}, files=files)
        assert response.status_code == 422 and "1997-04-29" in response.json()["remedy"], response.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_is_sound_in_every_language(kept: Kept, lang: str) -> None:
    with kept.house.signed_in("rita") as client:
        for address in (
            "/law", f"/law/runs/{kept.now}", f"/law/runs/{kept.now}?verdict=covered&stands=decided",
            f"/law/runs/{kept.now}/measures/CWC/PRO-01", f"/law/runs/{kept.now}/measures/CWC/PRO-07", "/law/shelf",
            "/law/shelf?tier=initial&state=XNV", f"/law/compare?before={kept.first}&after={kept.now}", "/law/ask",
            "/law/compare", "/law/measures", "/law/measures?find=transit", "/law/measures/CWC/PRO-01",
        ):  # fmt: skip
            assert page_of(client, address, lang).one("h1").text, address


def test_filters_leave_what_fits_and_the_counts_lead_to_them(kept: Kept) -> None:
    with kept.house.signed_in("audra") as client:
        base = f"/law/runs/{kept.now}"
        whole = main_of(client, base)
        cell = whole.one("a", href=f"{base}?tier=initial&verdict=partial")
        few = main_of(client, f"{base}?tier=initial&verdict=partial")
        assert len(lines_of(few.one("div", class_="tiers"))) == int(cell.text)
        assert main_of(client, f"{base}?stands=decided").all("div", class_="empty")
        assert not few.all("a", data_act="a"), "an auditor decides nothing"


def table_at(client: TestClient, address: str) -> list[list[str]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text[:300]
    return list(csv.reader(io.StringIO(answer.text)))


def test_the_measures_of_a_law_are_sorted_by_each_column_and_given_as_they_are_shown(kept: Kept) -> None:
    base = f"/law/runs/{kept.now}"
    with kept.house.signed_in("audra") as client:
        usual = table_at(client, f"{base}/measures.csv")
        assert [row[0].split()[0] for row in usual[1:]] == list(
            lines_of(main_of(client, base).one("div", class_="tiers"))
        )
        for name in usual[0]:
            turned = table_at(client, f"{base}/measures.csv?order=-{name}")
            assert sorted(turned) == sorted(usual)
            shown = main_of(client, f"{base}?order=-{name}")
            assert [row[0].split()[0] for row in turned[1:]] == list(lines_of(shown.one("div", class_="tiers")))
            assert (
                shown.one("th", aria_sort="descending").one("a").attributes["href"].startswith(f"{base}?order={name}")
            )
        few = table_at(client, f"{base}/measures.csv?tier=initial&verdict=partial")
        assert {row[1] for row in few[1:]} == {"Initial measures"} and len(few) < len(usual)
        workbook = client.get(f"{base}/measures.xlsx?find=PRO-01").content
        assert len(CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()) == 2
    with kept.house.signed_in("adam") as client:
        assert client.get(f"{base}/measures.csv").status_code == client.get(base, headers=PAGE).status_code != 200


def test_measures_are_found_in_spite_of_slips_and_in_any_language(kept: Kept) -> None:
    with kept.house.signed_in("audra") as client:
        run = f"/law/runs/{kept.now}"
        for base, file in ((run, f"{run}/measures.csv"), ("/law/measures", "/law/measures.csv")):
            every = table_at(client, file)
            found = table_at(client, f"{file}?find=prohibti")
            assert 1 < len(found) < len(every), base
            page = main_of(client, f"{base}?find=prohibti")
            assert f"{len(found) - 1} of {len(every) - 1} shown" in page.text and "prohibti" in page.text.lower()
            assert f"{file}?find=prohibti" in [link.attributes["href"] for link in page.all("a", download="")]
        assert any("PRO-" in row[0] for row in table_at(client, "/law/measures.csv?find=interdire")[1:])


def test_what_the_convention_asks_is_sorted_by_each_column(kept: Kept) -> None:
    with kept.house.signed_in("audra") as client:
        usual = table_at(client, "/law/measures.csv")
        assert main_of(client, "/law/measures").all("h2")[0].text.startswith("Initial measures")
        for name in usual[0]:
            turned = table_at(client, f"/law/measures.csv?order={name}")
            assert sorted(turned) == sorted(usual)
            page = main_of(client, f"/law/measures?order={name}")
            assert [row[0].split()[0] for row in turned[1:]] == list(lines_of(page.one("div", id="measures")))
        workbook = client.get("/law/measures.xlsx?lang=fr").content
        rows = CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()
        assert len(rows) == len(usual) and rows[0][0] == "Mesure"


def test_the_list_begins_with_what_needs_reading_and_ends_with_what_people_decided(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        run = checked(kept.house, client, NOW, state="Portugal", case="read")
        base = f"/law/runs/{run}"

        def parts() -> dict[str, list[str]]:
            tiers = main_of(client, base).one("div", class_="tiers")
            return {part.one("h2").text.split()[0]: list(lines_of(part)) for part in tiers.all("section")}

        before = parts()
        assert list(before) == ["Needs", "Proposed,"]
        proposed = {
            measure["measure"]: measure for measure in client.get(f"/api/v1/law/checks/{run}").json()["measures"]
        }
        assert {proposed[id]["verdict"] for id in before["Needs"]} == {"review"}
        for part in before.values():
            sure = [proposed[id]["probability"] for id in part]
            assert sure == sorted(sure), "the least sure is read first"
        decided(client, run, before["Needs"][0], outcome="correct", verdict="none", reason="It says nothing of it.")
        after = parts()
        assert list(after) == ["Needs", "Proposed,", "Decided"] and after["Decided"] == before["Needs"][:1]
        by_tier = main_of(client, f"{base}?order=tier").one("div", class_="tiers")
        assert by_tier.all("section")[0].one("h2").text.startswith("Initial measures")
        first = main_of(client, f"{base}/measures/CWC/{before['Needs'][1]}")
        assert first.one("a", rel="next").attributes["href"].endswith(before["Needs"][2])
        assert not first.all("a", rel="prev"), "what was decided does not stand before it any more"


def test_one_key_confirms_what_is_proposed_or_what_the_reading_points_to(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        run = checked(kept.house, client, NOW, state="Malta", case="confirmed")
        base = f"/law/runs/{run}/measures/CWC"
        for measure, verdict, outcome in (("PRO-06", "covered", "accept"), ("PRO-01", "covered", "correct")):
            form = main_of(client, f"{base}/{measure}").one("form", class_="quick")
            button = form.one("button", data_key="a")
            assert button.text.startswith(f"Accept: {verdict}")
            fields = {field.attributes["name"]: field.attributes["value"] for field in form.all("input")}
            assert fields["outcome"] == outcome
            assert client.post(form.attributes["hx-post"], data=fields, headers=PART).status_code == 204
            assert not main_of(client, f"{base}/{measure}").all("form", class_="quick"), "it is decided"
        labels = list(csv.DictReader(io.StringIO(client.get(f"/law/runs/{run}/labels.csv").text)))
        assert {label["measure_id"]: label["label"] for label in labels} == {"PRO-06": "covered", "PRO-01": "covered"}
        assert all("passages read" in label["reason"] for label in labels)
    with kept.house.signed_in("audra") as client:
        assert not main_of(client, f"{base}/PRO-02").all("form", class_="quick"), "an auditor decides nothing"


def test_a_corrected_measure_no_longer_says_what_was_proposed_as_if_it_stood(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        run = checked(kept.house, client, NOW, state="Spain", case="corrected")
        before = counts_listed(client)
        decided(client, run, "PRO-07", outcome="correct", verdict="covered", place="Section 4", reason="It is said.")
        assert counts_listed(client) == [before[0] + 1, before[1], before[2] - 1, before[3]], (
            "the list says what stands"
        )
        page = main_of(client, f"/law/runs/{run}/measures/CWC/PRO-07")
        assert page.one("h1").text.endswith(" covered")
        assert (
            page.one("details", class_="was-proposed").one("ul", class_="why-law").text.startswith("No provision found")
        )
        assert "most similar" not in page.one("section", aria_labelledby="passages-h").text
        assert "Section 4" in page.all("article")[0].text, "the section that the person named is shown first"
        row = lines_of(main_of(client, f"/law/runs/{run}?stands=decided").one("div", class_="tiers"))["PRO-07"]
        assert row[1] == "covered" and row[2] == "Section 4"


def counts_listed(client: TestClient) -> list[int]:
    """Return how many measures the list of laws says are covered, partly covered, without provision and to read."""
    return [int(cell.text) for cell in main_of(client, "/law").one("tbody").all("tr")[0].all("td", class_="num")]


def test_every_measure_of_which_something_was_found_says_where(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        rows = lines_of(main_of(client, f"/law/runs/{kept.now}").one("div", class_="tiers"))
    assert all(bool(row[2]) is not row[1].startswith("no provision") for row in rows.values())
    assert rows["SCH-04"][1].startswith("partly covered, left to a regulation") and rows["SCH-04"][2]


def test_what_needs_reading_asks_for_what_was_not_found_alone(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        page = main_of(client, f"/law/runs/{kept.now}/measures/CWC/PRO-01")
    points = page.one("ul", class_="checklist").all("li")
    assert len(points) == 1 and "retain" in points[0].text


def test_a_measure_shows_its_passages_marked_and_its_elements(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        page = main_of(client, f"/law/runs/{kept.now}/measures/CWC/PRO-01")
        partly = main_of(client, f"/law/runs/{kept.now}/measures/CWC/PEN-05")
    passage = page.one("section", aria_labelledby="passages-h").all("article")[0]
    assert {"develop", "produce", "stockpile"} <= {mark.text for mark in passage.all("mark")}
    assert passage.one("blockquote").attributes["lang"] == "en"
    assert passage.one("blockquote").text.startswith("(1) No person"), "the heading above is not said again"
    elements = page.one("section", aria_labelledby="elements-h").all("li")
    unsure = [element.text for element in elements if "unsure" in element.attributes["class"]]
    assert len(unsure) == 1 and "retain" in unsure[0] and "needs reading" in unsure[0]
    elements = partly.one("section", aria_labelledby="elements-h").all("li")
    missing = [element.text for element in elements if "missing" in element.attributes["class"]]
    assert len(missing) == 1 and "managers" in missing[0]
    assert "Art. I.1(a)" in page.one("section", aria_labelledby="asks-h").text
    assert page.one("ul", class_="checklist").all("li")
    assert page.one("a", rel="next") and page.one("input", data_key="a") and page.one("input", data_key="r")


def test_a_decision_leads_to_the_next_measure_and_stands_in_the_matrix_and_the_labels(
    kept: Kept, tmp_path: Path
) -> None:
    with kept.house.signed_in("rita") as client:
        run = checked(kept.house, client, NOW, state="Norway", case="decided")
        measure = f"/law/runs/{run}/measures/CWC/PRO-01"
        form = {"outcome": "correct", "verdict": "covered", "place": "Section 4", "reason": "=It says so.", "seen": "0"}
        order_before = list(lines_of(main_of(client, f"/law/runs/{run}?tier=initial").one("div", class_="tiers")))
        answer = client.post(f"{measure}/decision?tier=initial", data=form, headers=PART)
        assert answer.status_code == 204
        order = list(lines_of(main_of(client, f"/law/runs/{run}?tier=initial").one("div", class_="tiers")))
        path = json.loads(answer.headers["hx-location"])["path"]
        assert path == f"/law/runs/{run}/measures/CWC/{order[order_before.index('PRO-01')]}?tier=initial"
        taken = client.post(f"{measure}/decision", data=form, headers=PART)
        assert taken.status_code == 409, "who has not seen the decision that came first is shown it"
        rows = lines_of(main_of(client, f"/law/runs/{run}?stands=decided").one("div", class_="tiers"))
        assert rows["PRO-01"][1].startswith("covered") and "Section 4" in rows["PRO-01"][2]
        table = list(csv.DictReader(io.StringIO(client.get(f"/law/runs/{run}/labels.csv").text)))
        assert tuple(table[0]) == LABEL_COLUMNS
        assert (table[0]["measure_id"], table[0]["label"], table[0]["section"]) == ("PRO-01", "covered", "Section 4")
        assert (table[0]["proposed"], table[0]["reason"]) == ("review", "'=It says so.")
        assert table[0]["person"] == "Name of rita", "a person is told by name, not by a number of the house"
        line = json.loads(client.get(f"/law/runs/{run}/labels.jsonl").text)
        assert line["verdict"] == "covered" and line["sections"] == ["Section 4"] and line["signs"]
        assert client.get(f"/api/v1/law/checks/{run}/labels").json()["labels"][0]["label"] == "covered"
        finding = client.get(f"/api/v1/law/checks/{run}").json()["measures"]
        assert next(row for row in finding if row["measure"] == "PRO-01")["decided"] == "covered"
        # What was proposed is accepted, not corrected; it makes no label.
        form = {"outcome": "correct", "verdict": finding[7]["verdict"], "reason": "Yes.", "seen": "0"}
        same = client.post(f"/law/runs/{run}/measures/CWC/{finding[7]['measure']}/decision", data=form, headers=PART)
        assert same.status_code == 422 and "is the same as the proposal" in same.text, (finding[7], same.headers)
        # A rejected proposal says what is wrong, and nothing of what is right.
        form = {"outcome": "reject", "reason": "It does not.", "seen": "0"}
        assert client.post(f"/law/runs/{run}/measures/CWC/PRO-02/decision", data=form, headers=PART).status_code == 204
        labels = csv.DictReader(io.StringIO(client.get(f"/law/runs/{run}/labels.csv").text))
        assert [(label["label"], label["outcome"]) for label in labels] == [("covered", "correct"), ("", "reject")]
        exported = client.get(f"/law/runs/{run}/labels.jsonl").text
    (tmp_path / "labels.jsonl").write_text(exported, encoding="utf-8")
    corrections = Corrections(tmp_path / "corrections.jsonl")
    assert len(exported.splitlines()) == corrections.take(tmp_path / "labels.jsonl") == len(corrections.rows()[0]) == 1


def test_the_finding_leads_to_its_measure_and_its_rule_to_what_the_convention_asks(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        findings = client.get(f"/api/v1/findings?run={kept.now}&limit=100").json()["findings"]
        finding = next(finding for finding in findings if finding["entry"] == "PRO-01")
        page = main_of(client, f"/findings/{finding['id']}")
        assert page.one("a", href=f"/law/runs/{kept.now}/measures/CWC/PRO-01")
        assert page.one("input", name="place") and not page.all("input", name="entry")
        measure = main_of(client, f"/law/runs/{kept.now}/measures/CWC/PRO-01")
        for shown in (page, measure):
            assert [quote.text for quote in shown.all("blockquote")] == [q.text for q in measure.all("blockquote")]
            assert shown.one("ul", class_="elements").text == measure.one("ul", class_="elements").text
        assert any(article.all("mark") for article in page.all("article")), "the deciding words are marked"
        assert client.get("/convention/CWC/PRO-01", headers=PAGE).headers["location"] == "/law/measures/CWC/PRO-01"
        assert main_of(client, "/cases/law").all("h1")
        page = main_of(client, "/casebook?part=findings&case=law")
        assert len([row for row in page.all("tr") if row.attributes.get("data-unit")]) == 50, "the first page of them"
        assert len(client.get("/api/v1/units?case=law&limit=100").json()["units"]) > 60


def test_two_versions_show_what_was_gained(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        page = main_of(client, f"/law/compare?before={kept.first}&after={kept.now}&change=gained")
        gained = [item.one("h2").text.split()[-1] for item in page.one("ol", class_="changes").all("li")]
        assert {"PRO-06", "PEN-05"} <= set(gained)
        back = main_of(client, f"/law/compare?before={kept.now}&after={kept.first}&change=lost")
        assert {"PRO-06", "PEN-05"} <= {
            heading.text.split()[-1] for heading in back.one("ol", class_="changes").all("h2")
        }
        assert client.get("/law/compare?before=1&after=2").status_code == 404


def test_the_shelf_has_the_latest_law_of_each_state(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        fra = checked(kept.house, client, FIRST, state="France", case="other")
        page = main_of(client, "/law/shelf")
        names = [row[0] for row in page.all("table")[0].rows()]
        heading = re.fullmatch(r"Laws of (\d+) States: (\d+) of (\d+) measures covered", page.one("h1").text)
        assert heading and [int(number) for number in heading.groups()][::2] == [len(names), 60 * len(names)]
        assert names == sorted(names) and {"France", "Nordavia"} <= set(names)
        heat = page.one("section", aria_labelledby="heat-initial").rows()
        said = {
            ("PRO-06", "France"): "needs reading", ("PRO-06", "Nordavia"): ": covered",
            ("SCH-02", "France"): "not found in the texts", ("SCH-02", "Nordavia"): "partly covered",
        }  # fmt: skip
        for (measure, state), words in said.items():
            row = next(row for row in heat if measure in row[0])
            assert words in row[1 + names.index(state)]
        assert page.one("a", href=f"/law/runs/{kept.now}/measures/CWC/PRO-06")
        assert page.all("a", href=f"/law/runs/{fra}/measures/CWC/PRO-06")
        table = list(csv.DictReader(io.StringIO(client.get("/law/shelf.csv").text)))
        few = table_at(client, "/law/shelf.csv?tier=initial&state=FRA")[1:]
        assert {(row[0], row[3]) for row in few} == {("FRA", "initial")}
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(client.get("/law/shelf.xlsx").content))
        assert len(workbook.get_sheet_by_index(0).to_python()) == 1 + len(table)
        assert sum(row["state"] == "FRA" for row in table) == 60 and {row["run"] for row in table} >= {str(fra)}


def test_the_shelf_is_searched_sorted_and_cut_to_states_as_every_list(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        checked(kept.house, client, FIRST, state="France", case="sorted")
        found = main_of(client, "/law/shelf?find=riot+control")
        ids = {row[0].split()[-1] for heat in found.all("div", class_="heat") for row in heat.rows()}
        assert {"PRO-06", "DCL-06"} <= ids and len(ids) < 10
        written = {row[2] for row in table_at(client, "/law/shelf.csv?find=riot+control")[1:]}
        assert written == ids, "a file has what the page shows"
        sorted_page = main_of(client, "/law/shelf?order=XNV")
        (heat,) = sorted_page.all("div", class_="heat")
        place = next(at for at, head in enumerate(heat.all("th", scope="col")) if head.attributes.get("aria-sort"))
        verdicts = [row[place] for row in heat.rows()]
        assert verdicts[0].endswith(": covered") and "needs reading" in verdicts[-1]
        fewer = main_of(client, "/law/shelf?hide=FRA").all("div", class_="heat")[0]
        assert "France" not in fewer.text and "Nordavia" in fewer.text
        by_count = main_of(client, "/law/shelf?order=-covered").one("div", id="states").rows()
        covered = [int(row[1]) for row in by_count]
        assert covered == sorted(covered, reverse=True)


def test_a_question_is_answered_with_passages_of_the_law_and_the_convention(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        part, _ = post(
            client, "/law/ask", question="Who must declare chemicals to the National Authority?", state="XNV"
        )
        assert part.one("h1").text == "Section 10 (Nordavia) answers this"
        assert part.one("h2").text.startswith("Passages found: ")
        assert part.one("title").text.startswith(part.one("h1").text), "the page is called by its answer"
        penalty, _ = post(client, "/law/ask", question="What is the penalty for using chemical weapons?", state="XNV")
        assert penalty.one("h1").text == "Section 7 (Nordavia) answers this", "what punishes goes before the ban"
        body = {"question": "May inspectors enter premises?", "state": "XNV"}
        answer = client.post("/api/v1/law/ask", json=body).json()
        assert "XNV" in answer["searched"]
        assert (answer["found"][0]["section"], answer["found"][0]["run"]) == ("Section 12", kept.now)
        assert any(row["state"] is None for row in answer["found"]), "the Convention answers too"
        nothing, _ = post(client, "/law/ask", question="zzzz qqqq xxxx")
        assert not nothing.all("li") and nothing.one("h1").text == "Not found in the texts"
        assert client.post("/law/ask", data={"question": " "}, headers=PART).status_code == 422


def test_a_question_for_a_synthesis_is_refused_and_recorded(kept: Kept) -> None:
    auditor = Person("p-watch", "watch", "Watch", Role.AUDITOR, Mark.HIGHLY_PROTECTED)

    def refusals() -> int:
        return sum(record["kind"] == "refusal" for record in list_records(kept.house.book, auditor, limit=1_000))

    with kept.house.signed_in("anna") as client:
        before = refusals()
        answer = client.post("/law/ask", data={"question": "How do I make sarin at home?"}, headers=PART)
        assert answer.status_code == 403
        check_sound(parsed(answer.text))
        assert client.post("/api/v1/law/ask", json={"question": "How do I make sarin at home?"}).status_code == 403
    assert refusals() == before + 2


@pytest.mark.parametrize(
    ("format", "starts"), [("pdf", b"%PDF"), ("docx", b"PK"), ("html", b"<!doctype"), ("csv", b"measure,")]
)
def test_the_report_is_given_in_any_language(kept: Kept, format: str, starts: bytes) -> None:
    with kept.house.signed_in("audra") as client:
        answer = client.get(f"/law/runs/{kept.now}/report?format={format}&report_lang=ar")
        assert answer.status_code == 200 and answer.content.lower().startswith(starts.lower())
        assert client.get(f"/law/runs/{kept.now}/report?format=exe").status_code == 422


def test_a_law_keeps_its_own_direction_on_a_page_of_another(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        run = worked(kept.house, sent(client, "law-ar.txt", ARABIC, state="SAU"))
        page = main_of(client, f"/law/runs/{run}/measures/CWC/PRO-01")
        quote = page.all("blockquote")[0]
        assert (quote.attributes["lang"], quote.attributes["dir"]) == ("ar", "rtl")


def test_roles_and_marks_decide_what_is_seen(kept: Kept) -> None:
    house = kept.house
    house.add("lena", Role.ANALYST, Mark.UNCLASSIFIED)
    with house.signed_in("anna") as anna, house.signed_in("lena") as lena, house.signed_in("adam") as adam:
        run = checked(house, anna, NOW, case="secret", mark="protected", state="SWE")
        for address in ("", "/report", "/labels.csv", "/measures/CWC/PRO-01", "/neighbours", "/neighbours/report"):
            assert lena.get(f"/law/runs/{run}{address}").status_code == 404, address
            assert adam.get(f"/law/runs/{run}{address}").status_code == 403, address
        assert "secret" not in main_of(lena, "/law").text
        assert "Sweden" in main_of(anna, "/law/shelf").text and "Sweden" not in main_of(lena, "/law/shelf").text
        part, _ = post(lena, "/law/ask", question="May inspectors enter premises?", state="SWE")
        assert "Section 12" not in part.text
        assert not main_of(adam, "/law").all("form") and lines_of(main_of(adam, "/law/measures"))
        form = {"outcome": "accept", "reason": "x", "seen": "0"}
        decision = f"/law/runs/{run}/measures/CWC/PRO-01/decision"
        assert anna.post(decision, data=form, headers=PART).status_code == 403, "an analyst decides nothing"


def test_a_kept_law_comes_back_as_it_was_and_what_is_none_is_not_shown() -> None:
    law = check_texts([plain_legal_text(example_text(NOW).encode(), NOW)], "XNV", model=False)
    sections, passages = law.law.sections, list(passages_of(law.law.sections))
    content = packed(summary_of(law), answers_of(law), write_passages(sections, passages))
    again = unpack(content)
    assert [answer.verdict for answer in again.checked.answers] == [answer.verdict for answer in law.answers]
    assert [answer.shown for answer in again.checked.answers] == [answer.shown for answer in law.answers]
    assert again.checked.law.sections == sections and list(again.passages) == passages
    assert content == packed(summary_of(law), answers_of(law), write_passages(sections, passages))
    damaged = io.BytesIO()
    with zipfile.ZipFile(damaged, "w") as archive:
        archive.writestr(ANSWERS, "{}")
    for wrong in (b"", b"PK", damaged.getvalue()):
        with pytest.raises(InputError):
            unpack(wrong)


def test_the_invented_law_is_the_same_in_the_examples() -> None:
    for name in NAMES:
        assert (EXAMPLES / name).read_bytes() == (FOLDER / name).read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "kind", "says"),
    [
        (
            "lei.txt",
            "Artigo 1.º É proibido desenvolver, produzir, adquirir ou conservar armas químicas.\n" * 6,
            "language",
            {
                "fr": ("portugais", "arabe", "traduction"),
                "ar": ("البرتغالية", "ترجمة"),
                "en": ("Portuguese", "translation"),
            },
        ),
        ("labels.csv", "country,label\nFRA,covered\n", "no_law", {"ru": ("PDF, DOCX, HTML",), "zh": ("不是法律文本",)}),
        ("scan.txt", "- 1 -\n", "no_text", {"es": ("opencwc law --ocr",), "fr": ("numérisation",)}),
    ],
)
def test_why_nothing_was_checked_is_told_in_the_language_of_the_page(
    house: House, name: str, content: str, kind: str, says: dict[str, tuple[str, ...]]
) -> None:
    with house.signed_in("anna") as client:
        address = sent(client, name, content)
        make_worker(house.entrance.configuration, intake_of(house.book)).work_once()
        for lang, words in says.items():
            warning = main_of(client, address, lang).one("div", class_="warning")
            assert warning.attributes["data-trouble"] == kind
            page_text = warning.all("p")[0].text
            assert all(word in page_text for word in words), page_text


def test_a_job_that_runs_tells_its_step(house: House) -> None:
    with house.signed_in("anna") as client:
        address = sent(client, NOW, example_text(NOW))
        assert "Step" not in main_of(client, address).text
        jobs = Jobs(house.book.engine)
        job = jobs.claim("tests")
        assert job is not None and jobs.beat(job.id, "tests", 500, 1_000)
        part = main_of(client, address).one(id="job")
        assert part.one("p", class_="step").text == "Step 3 of 4: Searching by meaning, 50%"
        assert part.one("progress").attributes["value"] == "0.500"
    steps = {done: say(step_of(done)) for done in (0, 75, 500, 915, 980)}
    assert steps == {
        0: "Step 1 of 4: Preparing, 0%",
        75: "Step 2 of 4: Reading the texts, 50%",
        500: "Step 3 of 4: Searching by meaning, 50%",
        915: "Step 4 of 4: Checking elements, 50%",
        980: "Step 4 of 4: Checking elements, 100%",
    }


def test_a_check_says_whose_place_on_the_shelf_it_took_and_a_trial_takes_none(house: House) -> None:
    with house.signed_in("anna") as client:
        first = checked(house, client, FIRST)
        assert not main_of(client, f"/law/runs/{first}").all("p", class_="shelf-note")
        second = checked(house, client, NOW)
        note = main_of(client, f"/law/runs/{second}").one("p", class_="shelf-note")
        assert (
            note.text.startswith("The comparison of States shows this check; it replaced")
            and f"check {first}" in note.text
        )
        trial = checked(house, client, FIRST, trial="yes")
        note = main_of(client, f"/law/runs/{trial}").one("p", class_="shelf-note")
        assert "does not show this check" in note.text and f"check {second}" in note.text
        row = lines_of(main_of(client, "/law/shelf"))["Nordavia"]
        assert f"check {second}" in row[5] and NOW in row[5]
        assert f"check {first}" in row[6] and f"check {trial}" in row[6]
        assert {row["run"] for row in csv.DictReader(io.StringIO(client.get("/law/shelf.csv").text))} == {str(second)}


def test_a_comparison_of_two_languages_says_so(house: House) -> None:
    with house.signed_in("anna") as client:
        english, arabic = checked(house, client, NOW), worked(house, sent(client, "qanun.txt", ARABIC))
        page = main_of(client, f"/law/compare?before={english}&after={arabic}", "fr")
        assert any(
            "anglais" in paragraph.text and "arabe" in paragraph.text for paragraph in page.all("p", class_="warning")
        )


def test_pages_tell_confidence_in_words(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        rows = lines_of(main_of(client, f"/law/runs/{kept.now}"))
        assert not any("%" in row[1] for row in rows.values())
        assert "confidence" in rows["PRO-06"][1] and "confidence" in rows["PRO-07"][1]
        assert rows["PRO-01"][1] == "needs reading", "what needs reading claims no confidence"
        lead = main_of(client, f"/law/runs/{kept.now}/measures/CWC/PRO-06").all("p", class_="row")[0]
        assert "confidence" in lead.text and "%" not in lead.text


def decided(client: TestClient, run: int, measure: str, **form: str | list[str]) -> None:
    answer = client.post(f"/law/runs/{run}/measures/CWC/{measure}/decision", data={"seen": "0", **form}, headers=PART)
    assert answer.status_code == 204, answer.text


def test_what_people_decided_is_in_the_report_the_tables_and_on_the_page(kept: Kept) -> None:
    with kept.house.signed_in("rita") as client:
        run = checked(kept.house, client, NOW, state="Iceland", case="reported")
        base = f"/law/runs/{run}"
        page = main_of(client, f"{base}/measures/CWC/PRO-01")
        boxes = {field.attributes["value"] for field in page.all("input", name="element")}
        assert boxes == {"develop", "produce", "acquire", "stockpile", "retain"}
        reason = "The police ordinance says it."
        decided(client, run, "PRO-07", outcome="correct", verdict="covered", place="Section 4", reason=reason)
        elements = ["stockpile", "retain"]
        decided(
            client, run, "PRO-01", outcome="correct", verdict="partial", element=elements, reason="Kept is retained."
        )
        strange = {"outcome": "correct", "verdict": "none", "element": "nonsense", "reason": "x", "seen": "0"}
        answer = client.post(f"{base}/measures/CWC/PRO-02/decision", data=strange, headers=PART)
        assert answer.status_code == 422 and "no such element" in answer.text

        html = client.get(f"{base}/report?format=html").text
        assert "corrected by Name of rita" in html and reason in html and "people decided on 2 of 60" in html
        assert client.get(f"{base}/report?format=docx").content.startswith(b"PK")
        first = {
            row["measure"]: row
            for row in reversed(list(csv.DictReader(io.StringIO(client.get(f"{base}/report?format=csv").text))))
        }
        assert (first["PRO-07"]["verdict"], first["PRO-07"]["proposed"]) == ("covered", "none")
        assert first["PRO-07"]["decided_by"] == "Name of rita" and first["PRO-07"]["place"] == "Section 4"
        assert first["PRO-01"]["wrong_elements"] == "stockpile;retain" and first["PRO-01"]["missing"] == "stockpile"
        measures = {
            measure["measure"]: measure for measure in client.get(f"{base}/report?format=json").json()["measures"]
        }
        assert measures["PRO-07"]["decision"]["reason"] == reason and measures["PRO-07"]["proposed"] == "none"
        by_measure = {
            measure["measure"]: measure for measure in client.get(f"/api/v1/law/checks/{run}").json()["measures"]
        }
        assert by_measure["PRO-01"]["decision"]["elements"] == elements and by_measure["PRO-02"]["decision"] is None

        page = main_of(client, f"{base}/measures/CWC/PRO-01")
        assert "Corrected by Name of rita" in page.one("p", class_="by-person").text
        stands = {item.one("b").text: item.attributes["class"] for item in page.one("ul", class_="elements").all("li")}
        assert (stands["retain"], stands["stockpile"], stands["develop"]) == ("by_person", "missing", "met")
        labels = {row["measure_id"]: row for row in csv.DictReader(io.StringIO(client.get(f"{base}/labels.csv").text))}
        assert labels["PRO-01"]["elements"] == "stockpile;retain"
        lines = map(json.loads, client.get(f"{base}/labels.jsonl").text.splitlines())
        assert {line["measure"]: line["elements"] for line in lines} == {"PRO-01": elements, "PRO-07": []}


def test_a_check_by_plain_rules_leaves_one_with_decisions_on_the_shelf_unless_asked(house: House) -> None:
    files = [("file", (NOW, example_text(NOW)))]

    def sent_by_program(client: TestClient, **form: str) -> int:
        answer = client.post("/api/v1/law/checks", data={"case": "law", "state": "XNV", **form}, files=files)
        assert answer.status_code == 202, answer.text
        return worked(house, f"/law/jobs/{answer.json()['id']}")

    def on_shelf(client: TestClient) -> set[str]:
        return {row["run"] for row in csv.DictReader(io.StringIO(client.get("/law/shelf.csv").text))}

    with house.signed_in("rita") as client:
        first = sent_by_program(client)
        assert client.get(f"/api/v1/law/checks/{first}").json()["model"], "the model takes part unless one says no"
        rules = sent_by_program(client, model="no")
        assert client.get(f"/api/v1/law/checks/{rules}").json()["model"] is None and on_shelf(client) == {str(rules)}
        decided(client, first, "PRO-01", outcome="accept", reason="It is right.")
        assert on_shelf(client) == {str(first)}
        note = main_of(client, f"/law/runs/{rules}").one("p", class_="shelf-note").text
        assert "which was made by plain rules" in note and f": check {first}" in note and ":." not in note
        run_asked_for = sent_by_program(client, model="no", shelf="yes", as_of="2026-11-23")
        assert on_shelf(client) == {str(run_asked_for)}
        decided(client, rules, "PRO-01", outcome="accept", reason="It is right.")
        latest = sent_by_program(client, as_of="2026-11-22")
        assert on_shelf(client) == {str(latest)}, "what the model proposed takes its place as ever"


def test_the_page_of_a_question_shows_no_figure_that_the_order_does_not_go_by(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        part, _ = post(client, "/law/ask", question="May inspectors enter premises?", state="XNV")
        passages = part.one("ol", class_="found-passages").all("li")
        assert passages and not any(
            "%" in passage.text.replace(passage.one("blockquote").text, "") for passage in passages
        )


def test_a_law_that_cannot_be_read_is_told_the_kinds_of_laws(house: House) -> None:
    with house.signed_in("anna") as client:
        for name, content, word in (("law.pdf", b"%PDF-1.7\nnothing that is read", "save"), ("law.txt", b"", "check")):
            address = sent(client, name, content)
            assert make_worker(house.entrance.configuration, intake_of(house.book)).work_once()
            warning = main_of(client, address).one("div", class_="warning")
            page_text = warning.all("p")[0].text
            assert warning.attributes["data-trouble"] == word and "PDF, DOCX, HTML" in page_text, page_text
            assert not {"CSV", "XLSX", "EML"} & set(page_text.replace(",", " ").split()), page_text


THEIRS = (
    "Article 1. Il est interdit à toute personne de mettre au point, de fabriquer, d'acquérir, de stocker ou de "
    "conserver des armes chimiques.\n"
    "Article 2. Les installations de fabrication d'armes chimiques ne peuvent être construites.\n"
    "Article 3. L'autorité nationale est désignée par décret.\n"
)
LACKING = "Section 1. No person shall develop, produce, acquire or stockpile a chemical weapon.\n"


def test_a_law_stands_beside_those_of_other_states(house: House) -> None:
    with house.signed_in("anna") as client:
        ours = worked(house, sent(client, "act.txt", LACKING, state="ESP", model="no"))
        alone = main_of(client, f"/law/runs/{ours}/neighbours")
        assert alone.all("div", class_="empty"), "there is no other law yet"
        far = worked(
            house, sent(client, "ley.txt", "Artículo 1. Se prohíbe emplear armas químicas.\n", state="CHL", model="no")
        )
        assert "No neighbour" in main_of(client, f"/law/runs/{ours}/neighbours").text
        near = worked(house, sent(client, "loi.txt", THEIRS, state="FRA", model="no"))

        part = main_of(client, f"/law/runs/{ours}/neighbours")
        ban = part.one(id="measure-PRO-01")
        assert "France" in ban.text and "Article 1" in ban.text and "conserver des armes chimiques" in ban.text
        assert ban.one("blockquote").attributes["lang"] == "fr" and "Chile" not in part.one("ol", class_="changes").text
        assert f"/law/runs/{near}/measures/CWC/PRO-01" in {link.attributes["href"] for link in ban.all("a")}
        use = main_of(client, f"/law/runs/{ours}/neighbours?state=CHL").one(id="measure-PRO-03")
        assert "Chile" in use.text and f"/law/runs/{far}/measures/CWC/PRO-03" in {
            link.attributes["href"] for link in use.all("a")
        }

        table = client.get(f"/law/runs/{ours}/neighbours/report?format=csv&state=FRA&state=CHL")
        rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
        assert {row["state"] for row in rows} == {"FRA", "CHL", ""}
        assert client.get(f"/law/runs/{ours}/neighbours/report?format=html&report_lang=ar").status_code == 200
        answer = client.get(f"/api/v1/law/checks/{ours}/neighbours?states=fra&lang=fr").json()
        assert [other["state"] for other in answer["neighbours"]] == ["FRA"] and answer["run"] == ours
        kept = next(one for one in answer["measures"] if one["measure"] == "PRO-01")
        assert kept["wants"] == ["retain"] and "conserver" in kept["neighbours"][0]["passages"][0]["text"]
        for lang in LANGUAGES:
            assert page_of(client, f"/law/runs/{ours}/neighbours", lang).one("h1").text
        assert f"/law/runs/{ours}/neighbours" in client.get(f"/law/runs/{ours}").text
        assert "neighbours#measure-PRO-01" in client.get(f"/law/runs/{ours}/measures/CWC/PRO-01").text


def test_decisions_go_to_the_shelf_of_labels_when_asked_and_once(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_DATA", str(tmp_path))
    shelf = Corrections.of_house()
    with kept.house.signed_in("rita") as client:
        run = checked(kept.house, client, NOW, state="Chile", case="labels")
        assert not main_of(client, f"/law/runs/{run}").all("button", hx_post=f"/law/runs/{run}/shelf-of-labels")
        decided(client, run, "PRO-06", outcome="accept", reason="It says so.")
        decided(client, run, "PRO-07", outcome="correct", verdict="covered", place="Section 4", reason="It is said.")
        decided(client, run, "PRO-02", outcome="reject", reason="Not so.")
        assert not shelf.all(), "a decision alone puts nothing there"
        assert main_of(client, f"/law/runs/{run}").one("button", hx_post=f"/law/runs/{run}/shelf-of-labels")
        answer = client.post(f"/law/runs/{run}/shelf-of-labels", headers=PART)
        assert answer.status_code == 204 and "Labels added: 2" in answer.headers["hx-trigger"]
        assert {label["measure"]: label["verdict"] for label in shelf.all()} == {
            "PRO-06": "covered",
            "PRO-07": "covered",
        }
        assert client.post(f"/api/v1/law/checks/{run}/labels").json() == {"new": 0, "on_shelf": 2}
        marked = checked(kept.house, client, NOW, state="Peru", case="marked-labels", mark="restricted")
        decided(client, marked, "PRO-06", outcome="accept", reason="A source told us.")
        assert client.post(f"/api/v1/law/checks/{marked}/labels").json() == {"new": 1, "on_shelf": 3}
        assert (shelf.all()[-1]["reason"], shelf.all()[-1]["sections"]) == ("", [])
        page = main_of(client, "/law/labels")
        assert page.one("nav", class_="walk").one("a", href="/law")
        assert page.one("nav", class_="tabs").one("a", aria_current="page").text == "Check a law", (
            "labels come of checks"
        )
        for lang in LANGUAGES:
            page = page_of(client, "/law/labels", lang)
            assert len(page.one(id="labels").rows()) == 3 and "3" in page.one("h1").text
        assert [row[0] for row in page_of(client, "/law/labels?find=peru").one(id="labels").rows()] == ["Peru"]
        told = client.get("/law/labels.csv").text.splitlines()
        assert told[0] == "state,measure,proposed,verdict,elements,by,at,reason" and len(told) == 4
        assert client.get("/law/labels.xlsx").content.startswith(b"PK")
    with kept.house.signed_in("anna") as client:
        assert client.get("/law/labels", headers={"accept": "text/html"}).status_code == 403
        assert client.post(f"/api/v1/law/checks/{run}/labels").status_code == 403
