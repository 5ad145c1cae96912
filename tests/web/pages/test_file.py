"""A file through the page: what was read of it, what was not, and what is said where it could not be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import opencwc
from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.runs import begin_run
from opencwc.confining.step_lines import _notes as _notes_of
from opencwc.finding import Message
from opencwc.jobs.intake import intake_of
from opencwc.jobs.queue import Jobs
from opencwc.jobs.worker import Worker
from opencwc.screening import screen
from opencwc.web.casebook import job_page
from opencwc.web.casebook.job_page import trouble_of
from opencwc.web.screening.face import FACE
from opencwc.web.server.worker_process import job_bounds
from opencwc.wording import LANGUAGES, say
from web.papers import docx, docx_bomb, letter, pdf, xlsx
from web.signing_in import House

from .housing import LANGUAGES_READ, PART, page_of
from .parsed import Element

GOODS = "id,remark,cas,qty\nG-1,Sarin,,1 kg\nG-2,thiodiglycol,111-48-8,2 kg\nG-3,soap,no-such-thing-42,1 kg\n"


def sent(client: TestClient, text: str | bytes, name: str = "goods.csv", **form: str) -> str:
    """Send a file as the page does; return the address it leads to."""
    data = text.encode() if isinstance(text, str) else text
    form = {"case": "goods", "as_of": "2026-11-24", "mark": "unclassified", "column": "", **form}
    answer = client.post("/screen/file", files={"file": (name, data)}, data=form, headers=PART)
    assert answer.status_code == 204, answer.text
    return str(answer.headers["hx-redirect"])


def worked(house: House) -> None:
    """Have a worker take the job that waits."""
    worker = Worker(Jobs(house.book.engine), intake_of(house.book), job_bounds(house.entrance.configuration))
    assert worker.work_once()


def screened(house: House, client: TestClient, text: str | bytes, name: str = "goods.csv", **form: str) -> str:
    """Send a file and have it screened."""
    address = sent(client, text, name, **form)
    worked(house)
    return address


def main_of(client: TestClient, address: str, lang: str = "en") -> Element:
    return page_of(client, address, lang).one("main")


@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_every_page_of_the_run_says_which_column_was_read_and_which_were_not(house: House, lang: str) -> None:
    with house.signed_in("anna") as client:
        address = screened(house, client, GOODS)
        run = client.get(f"/api/v1{address}").json()["run"]
        findings = client.get(f"/api/v1/findings?run={run}").json()["findings"]
        empty = next(finding["id"] for finding in findings if finding["row"] == 1)
        for place in (address, "/cases/goods", f"/findings/{empty}", f"/casebook?case=goods&run={run}"):
            for line in main_of(client, place, lang).all("p", class_="columns"):
                assert [name.text for name in line.all("bdi")] == ["cas", "id", "remark", "qty"], place
            assert main_of(client, place, lang).all("p", class_="columns"), place


def test_a_row_whose_columns_contradict_each_other_shows_both(house: House) -> None:
    with house.signed_in("anna") as client:
        address = screened(house, client, "CAS No,Product,Qty\n107-44-8,Ethanol,1\n")
        text = " ".join(main_of(client, address).text.split())
        assert "Columns read: CAS No (CAS numbers), Product (names); not read: Qty" in text.replace(" ;", ";").replace(
            " ,", ","
        )
        run = client.get(f"/api/v1{address}").json()["run"]
        finding = client.get(f"/api/v1/findings?run={run}").json()["findings"][0]
        shown = main_of(client, f"/findings/{finding['id']}").text
        assert finding["verdict"] == "review"
        assert "107-44-8" in shown and "Ethanol" in shown and "Product" in shown


def test_rows_that_could_not_be_read_are_counted_and_never_called_read(house: House) -> None:
    with house.signed_in("anna") as client:
        address = screened(house, client, GOODS)
        for place in (address, "/cases/goods"):
            text = main_of(client, place).text
            assert "Could not be read, so not checked: 2" in text and "Every row could be read" not in text
            assert "Column read: cas; row ids from: id; not read: remark, qty" in text.replace(" ;", ";").replace(
                " ,", ","
            )


def test_a_row_whose_cell_is_empty_shows_its_row_and_id_and_what_was_not_read(house: House) -> None:
    with house.signed_in("anna") as client:
        address = screened(house, client, GOODS)
        run = client.get(f"/api/v1{address}").json()["run"]
        by_row = {
            finding["row"]: finding["id"] for finding in client.get(f"/api/v1/findings?run={run}").json()["findings"]
        }
        seen = main_of(client, f"/findings/{by_row[1]}").one("section", aria_labelledby="seen-h")
        assert "G-1" in seen.text and "remark" in seen.one("p", class_="columns").text
        assert (
            not main_of(client, f"/findings/{by_row[3]}").one("section", aria_labelledby="seen-h").all(class_="columns")
        )


def test_a_column_that_is_chosen_on_the_form_is_the_one_that_is_read(house: House) -> None:
    with house.signed_in("anna") as client:
        field = main_of(client, "/check").one("form", hx_post="/screen/file").one("input", name="column")
        assert "required" not in field.attributes
        address = screened(house, client, GOODS, column=" remark ")
        page = main_of(client, address)
        assert [name.text for name in page.one("p", class_="columns").all("bdi")] == ["remark", "id", "cas", "qty"]
        assert client.get(f"/api/v1{address}").json()["asked"]["column"].strip() == "remark"


def test_a_table_of_very_many_columns_names_some_and_counts_the_rest(house: House) -> None:
    header = ",".join(["cas", *(f"c{number}" for number in range(70))])
    with house.signed_in("anna") as client:
        page = main_of(client, screened(house, client, header + "\n111-48-8" + ",x" * 70 + "\n"))
        line = page.one("p", class_="columns")
        assert len(line.all("bdi")) == 51 and "and 20 more" in line.text


def test_runs_that_were_tallied_otherwise_or_not_at_all_are_understood(house: House) -> None:
    keeper = Person("p-keeper", "keeper", "Keeper", Role.ANALYST, Mark.HIGHLY_PROTECTED)
    texts = {}
    for case, tally in {
        "old": {"listed": 0, "review": 0, "exempt": 0, "unreadable": 1, "not_listed": 1},
        "clear": {"rows": 2, "by_verdict": {"listed": 0, "unreadable": 0, "not_listed": 2}},
        "none": {},
    }.items():
        case_for_keeping(house.book, keeper, case)
        run = begin_run(house.book, keeper, case, verb="screen", asked={}, checked={}, maker={})
        run.keep(screen(["CCO", "no-such-thing-42"], lists="CWC"))
        run.finish(tally)
    with house.signed_in("audra") as client:
        texts = {
            case: main_of(client, f"/cases/{case}").one("section", id="runs").text for case in ("old", "clear", "none")
        }
    assert "not checked: 1" in texts["old"]
    assert "Every row could be read" in texts["clear"]
    assert "could not be read is unknown" in texts["none"] and "Every row" not in texts["none"]


BAD = {
    "unclear_column": ("label,amount\nx,1\ny,2\n", "goods.csv", ""),
    "no_column": (GOODS, "goods.csv", "smell"),
    "empty": ("", "goods.csv", ""),
    "damaged": (b"PK\x03\x04broken", "goods.xlsx", ""),
    "no_table": (b"\x00\x01\x02" * 50, "goods.bin", ""),
    "password": (pdf(["sarin"], locked=True), "goods.pdf", ""),
    "save": (pdf(["sarin"])[:150], "goods.pdf", ""),
    "unpack": (docx_bomb, "goods.docx", ""),  # which takes seconds to make
    "picture": (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "goods.png", ""),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_cannot_be_read_is_told_in_the_readers_language(house: House, kind: str) -> None:
    given, name, column = BAD[kind]
    text = given() if callable(given) else given
    with house.signed_in("anna") as client:
        address = screened(house, client, text, name, column=column)
        by_language = {}
        for lang in LANGUAGES_READ:
            page = main_of(client, address, lang)
            trouble = page.one(data_trouble=kind)
            by_language[lang] = trouble.all("p")[0].text
            assert "lang" not in trouble.all("p")[0].attributes
            if kind.endswith("column"):
                assert all(word in trouble.text for word in text.splitlines()[0].split(","))
        assert len(set(by_language.values())) == len(LANGUAGES_READ)
        if kind == "no_column":
            assert all("smell" in sentence for sentence in by_language.values())


def test_a_file_of_which_nothing_was_kept_says_so_and_where_the_file_is(house: House) -> None:
    with house.signed_in("anna") as client:
        page = main_of(client, screened(house, client, b"PK\x03\x04broken", "goods.xlsx"))
        assert "nothing was saved" in page.text and "The original file is stored" in page.text
        assert not page.all("a", class_="primary"), "there are no findings to look at"


def test_a_job_that_is_stopped_before_it_began_says_that_nothing_was_kept(house: House) -> None:
    with house.signed_in("anna") as client:
        address = sent(client, GOODS)
        assert client.post(f"{address}/cancel", headers=PART).status_code == 204
        page = main_of(client, address)
        assert "nothing was saved" in page.text and "The original file is stored" in page.text


def test_a_job_that_waits_says_so_and_asks_again(house: House) -> None:
    with house.signed_in("anna") as client:
        address = sent(client, GOODS)
        assert main_of(client, address).one(id="job").attributes["hx-get"] == address
        worked(house)
        assert client.get(address, headers=PART).headers["hx-refresh"] == "true"


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        ({"kind": "InputError", "code": "upload_needs_memory"}, "too_large"),
        ({"kind": "InputError", "code": "reading_took_too_long"}, "too_large"),
        ({"kind": "InputError", "code": "reading_took_too_much_work"}, "too_large"),
        ({"kind": "InputError", "code": "workbook_locked"}, "locked"),
        ({"kind": "InputError", "code": "column_without_text", "values": {"column": "qty"}}, "column_without_text"),
        ({"kind": "InputError", "code": "reading_broke_off_with_status"}, "broke_off"),
        ({"kind": "ConflictError", "code": "case_of_run_erased"}, "case"),
        ({"kind": "NotFoundError", "code": "upload_gone"}, "gone"),
        ({"kind": "OpenCWCError", "code": "worker_died"}, "service"),
        ({"kind": "fault", "code": "fault_in_worker"}, "service"),
        ({"kind": "InputError", "code": "something_new"}, "other"),
        ({"kind": "InputError", "what": "The workbook is protected by a password.", "remedy": ""}, "other"),
    ],
)
def test_what_was_wrong_is_known_by_its_code_or_its_kind(problem: dict[str, Any], kind: str) -> None:
    trouble = trouble_of({"what": "It was so", **problem}, "7a", "fr", FACE.job)
    assert trouble.kind == kind
    assert trouble.detail and "page_job" not in trouble.says
    assert ("qty" in trouble.says) is ("values" in problem)


def test_every_code_that_the_page_of_a_job_knows_is_raised_somewhere() -> None:
    source = Path(opencwc.__file__).parent
    text = "\n".join(file.read_text(encoding="utf-8") for file in source.rglob("*.py") if file.name != "job_page.py")
    assert [code for codes in job_page._TROUBLES["codes"].values() for code in codes if f'"{code}"' not in text] == []


def test_an_old_problem_without_a_code_keeps_its_own_words() -> None:
    trouble = trouble_of(
        {"kind": "InputError", "what": "something old {x}", "where": "", "remedy": "Try."}, "7a", "ar", FACE.job
    )
    assert (trouble.kind, trouble.detail) == ("other", "something old {x}. Try.")


# ------------------------------------------------------------------------------------------------------------ documents

LINE = "4 drums of thiodiglycol 99 %, CAS 111-48-8"


def flat(name: str, lang: str) -> str:
    """Return a message as it is found in the text of a page, where no space is kept from breaking."""
    return " ".join(say(name, lang).split())


def findings_of(client: TestClient, address: str) -> list[dict[str, Any]]:
    run = client.get(f"/api/v1{address}").json()["run"]
    return list(client.get(f"/api/v1/findings?run={run}").json()["findings"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_finding_of_a_document_shows_its_place_the_mark_and_what_the_text_states(house: House, lang: str) -> None:
    with house.signed_in("anna") as client:
        address = screened(house, client, pdf(["Offer"], ["Please note:", LINE]), "offer.pdf")
        listed = next(finding for finding in findings_of(client, address) if finding["verdict"] == "listed")
        page = main_of(client, f"/findings/{listed['id']}", lang)
        seen = page.one("section", aria_labelledby="seen-h")
        mark = seen.one("p", class_="excerpt").one("mark")
        assert (mark.text, mark.attributes["class"]) == ("thiodiglycol", "grave")
        assert seen.one("p", class_="excerpt").one("bdi").attributes["dir"] == "auto"
        place = {block.one("dt").text: block.one("dd").text for block in seen.one("dl", class_="place").all("div")}
        assert place[say("page_place", lang)] == "p. 2"
        assert place[say("page_place_passage", lang)] == "2"
        stated = next(
            block
            for block in seen.all("div")
            if block.all("dt") and block.one("dt").text == say("stated_concentration", lang)
        )
        assert "99 %" in stated.text
        for list_page in (f"/casebook?case=goods&run={listed['run']}", "/casebook?part=findings&text=thiodiglycol"):
            rows = main_of(client, list_page, lang).all("tr")
            opens = f"/findings/{listed['id']}?"
            unit = next(row for row in rows if any(a.attributes["href"].startswith(opens) for a in row.all("a")))
            inside = unit.one("a", class_="mentions").attributes["href"]
            for listing in (inside, f"{list_page}&view=table"):
                row = next(row for row in main_of(client, listing, lang).all("tr") if row.all("mark"))
                assert row.one("mark").text == "thiodiglycol" and "p. 2" in row.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_passage_without_a_chemical_is_shown_as_no_clearance(house: House, lang: str) -> None:
    with house.signed_in("anna") as client:
        address = screened(house, client, docx("Please sign here.", LINE), "offer.docx")
        clear = next(finding for finding in findings_of(client, address) if finding["verdict"] == "not_listed")
        page = main_of(client, f"/findings/{clear['id']}", lang)
        assert say("page_text_nothing", lang) in page.one("h1").text
        assert say("verdict_not_listed", lang) not in page.one("h1").text
        seen = page.one("section", aria_labelledby="seen-h")
        assert flat("page_text_nothing_means", lang) in seen.one("p", class_="warning").text
        assert "Please sign here." in seen.text
        for place in (address, "/cases/goods", f"/casebook?case=goods&run={clear['run']}"):
            assert flat("page_run_text", lang) in main_of(client, place, lang).text, place
        row = next(row for row in main_of(client, "/casebook?case=goods", lang).all("tr") if "Please sign" in row.text)
        assert row.one("span", class_="badge").attributes["class"] == "badge gap"


def test_a_document_is_told_by_passages_and_a_table_by_rows(house: House) -> None:
    with house.signed_in("anna") as client:
        page = main_of(client, screened(house, client, letter("Offer", f"Dear all,\n\n{LINE}\n"), "offer.eml"))
        assert "Passages: " in page.text and "Read completely, as a text (EML)" in page.text
        page = main_of(client, screened(house, client, GOODS))
        assert "Rows: " in page.text and not page.all("p", class_="as-text")


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_the_page_of_a_finished_job_is_headed_by_what_is_left_to_decide(house: House, lang: str) -> None:
    with house.signed_in("rita") as client:
        address = screened(house, client, "id,chemical\n1,Sarin\n2,acetone\n")
        page = main_of(client, address, lang)
        assert page.one("h1").text == say(Message("page_job_result", {"waiting": "1", "findings": "2"}), lang)
        to_decide = page.one("a", class_="primary").attributes["href"]
        assert len(page_of(client, to_decide, lang).one(id="list").one("tbody").all("tr")) == 1
        address = screened(house, client, "id,chemical\n1,acetone\n")
        assert main_of(client, address, lang).one("h1").text == say("page_job_result_none", lang)


def test_a_packing_list_is_read_whole_where_that_is_chosen_on_the_form(house: House) -> None:
    data = xlsx(["Produit", "Quantité"], ["thiodiglycol 99 %", "200 kg"], ["savon", "1 kg"])
    with house.signed_in("anna") as client:
        form = main_of(client, "/check").one("form", hx_post="/screen/file")
        assert form.one("input", type="checkbox", name="kind").attributes["value"] == "text"
        findings = findings_of(client, screened(house, client, data, "liste.xlsx", kind="text"))
        finding = next(finding for finding in findings if finding["entry"] == "2B13")
        place = main_of(client, f"/findings/{finding['id']}").one("dl", class_="place").text
        assert "Sheet1!A2" in place


def test_a_text_that_runs_right_to_left_is_shown_so(house: House) -> None:
    line = "نعرض عليكم ثلاثي إيثانول أمين 85٪ في 12 برميلا"
    with house.signed_in("anna") as client:
        address = screened(house, client, letter("عرض", f"{line}\n"), "offer.eml")
        grave = next(finding for finding in findings_of(client, address) if finding["verdict"] in ("listed", "review"))
        excerpt = main_of(client, f"/findings/{grave['id']}", "ar").one("p", class_="excerpt")
        assert excerpt.text.replace("\u200e", "") == line and excerpt.one("bdi").attributes["dir"] == "auto"
        assert excerpt.one("mark").text == "ثلاثي إيثانول أمين"


@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_what_is_to_be_said_of_the_file_as_a_whole_is_said(house: House, lang: str) -> None:
    with house.signed_in("anna") as client:
        address = screened(house, client, pdf([LINE]), "offer.docx")
        note = main_of(client, address, lang).one("p", class_="about-file").text
        assert "DOCX" in note and "PDF" in note


def test_notes_that_are_none_of_ours_are_not_kept() -> None:
    line = {
        "notes": [
            {"id": "page_sign_out", "values": {}},
            {"id": "reading_kind_differs", "values": {"said": "x" * 999}},
            {"id": "reading_file_unread", "values": {"file": "a", "reason": {"id": "reading_link", "values": {}}}},
            {"id": "reading_file_unread", "values": {"file": "a", "reason": {"id": "page_sign_out", "values": {}}}},
            7,
        ]
    }
    assert _notes_of(line) == [
        {"id": "reading_kind_differs", "values": {"said": "x" * 300}},
        {"id": "reading_file_unread", "values": {"file": "a", "reason": {"id": "reading_link", "values": {}}}},
        {"id": "reading_file_unread", "values": {"file": "a"}},
    ]
