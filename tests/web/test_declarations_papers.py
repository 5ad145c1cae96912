"""The pages beside what is due: the preview, the declaration's forms, letters and their answers, and a check."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from opencwc.declarations.forms.declaration_files import FORMATS
from opencwc.jobs.kept_runs import _loaded
from opencwc.web.declarations import form_pages, letter_pages
from opencwc.wording import LANGUAGES, say, sentence
from web.calendar_days import take_for_today
from web.pages.housing import LANGUAGES_READ, PART, opened_house, page_of
from web.pages.parsed import Element, check_sound, parsed
from web.test_declarations_pages import ACTIVITIES, SITES, Kept, judged, main_of, sent


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A house with the invented register: for tests that only look."""
    with pytest.MonkeyPatch.context() as patch, opened_house(tmp_path_factory.mktemp("papers"), patch) as house:
        with house.signed_in("anna") as client:
            run = judged(house, client)
        yield Kept(house, run)
    _loaded.clear()


def posted(
    client: TestClient, address: str, files: Mapping[str, str | bytes], lang: str = "en", **texts: str
) -> Element:
    """Send files as the page does, and return the sound fragment that comes back."""
    parts = [("file", (name, content)) for name, content in files.items()]
    answer = client.post(f"{address}?lang={lang}", data=texts, files=parts, headers=PART)
    assert answer.status_code == 200, answer.text
    fragment = parsed(answer.text)
    check_sound(fragment)
    return fragment


# ---------------------------------------------------------------------------------------------------- the preview


def test_a_preview_shows_columns_first_rows_and_faults_by_cell_before_anything_is_judged(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        shown = posted(client, "/declarations/preview", {"sites.csv": SITES, "activities.csv": ACTIVITIES})
        listed = client.get("/declarations").text
    chosen = {select.attributes["name"]: select.one("option", selected="").text for select in shown.all("select")
              if select.all("option", selected="")}  # fmt: skip
    assert chosen["map-activities-quantity"] == "quantity" and chosen["map-sites-operator"] == "operator"
    assert len(shown.all("fieldset")) == 2 and "Thiodiglycol" in shown.text
    faults = shown.one("table", class_="faults").rows()
    assert any("12,5x" in cell for row in faults for cell in row)
    assert listed.count("/declarations/runs/") == 1


@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_columns_are_named_on_the_page_and_the_register_is_judged_by_them(kept: Kept, lang: str) -> None:
    without = ACTIVITIES.replace("quantity", "how much of it", 1)
    named = {"map-activities-quantity": "how much of it"}
    with kept.house.signed_in("anna") as client:
        asked = posted(client, "/declarations/preview", {"activities.csv": without}, lang)
        needed = [select.attributes["name"] for select in asked.all("select", required="")]
        assert needed == ["map-activities-quantity"]
        assert say("page_transfers_needed", lang) in asked.text
        clear = posted(client, "/declarations/preview", {"activities.csv": without}, lang, **named)
        assert not clear.all("select", required="")
        if lang == "en":
            run = judged(kept.house, client, ("activities.csv", without), **named)
            assert len(main_of(client, f"/declarations/runs/{run}").one(id="due").rows()) == 12


def test_what_is_no_register_is_said_in_the_preview_and_a_form_with_a_strange_field_refused(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        shown = posted(client, "/declarations/preview", {"register.json": "{"})
        assert shown.one("p", class_="warning").text and not shown.all("select")
        two = "site,amount,weight,chemical,activity\nA,1,2,x,produce\n"
        doubtful = posted(client, "/declarations/preview", {"activities.csv": two}, "fr")
        assert "amount" in doubtful.one("p", class_="warning").text
        sent(client, ("activities.csv", ACTIVITIES), status=422, **{"map-activities-nothing": "x"})


# ------------------------------------------------------------------------------------------------------ the forms


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_of_the_papers_is_sound(kept: Kept, lang: str) -> None:
    places = ("", "/forms", "/forms/1", "/forms/6", "/questions?paper_lang=zh")
    with kept.house.signed_in("rita") as client:
        for address in (*(f"{kept.address}{place}" for place in places), "/declarations/check"):
            assert page_of(client, address, lang).one("h1").text, address


def test_the_forms_are_listed_with_what_they_lack_and_why(kept: Kept) -> None:
    with kept.house.signed_in("audra") as client:
        main = main_of(client, f"{kept.address}/forms")
        due = main_of(client, kept.address)
    assert main.one("h1").text == "10 forms, missing fields: 29"
    assert f"{kept.address}/forms" in {link.attributes.get("href") for link in due.all("a")}
    listed, lacking = main.all("table")
    assert len(listed.rows()) == 10 and sum(int(row[4]) for row in listed.rows()) == len(lacking.rows()) == 29
    assert all(row[-1].startswith("VA ") for row in lacking.rows())


def test_the_column_that_fills_a_missing_field_has_its_name_and_not_its_id(kept: Kept) -> None:
    with kept.house.signed_in("audra") as client:
        for lang, name in (("en", "main activities"), ("fr", "activités principales"), ("ar", "الأنشطة الرئيسية")):
            rows = main_of(client, f"{kept.address}/forms", lang).all("table")[1].rows()
            assert name in {row[-2] for row in rows} and not any("_" in row[-2] for row in rows)


def test_a_form_shows_what_the_pdf_has_by_plant_site(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    with kept.house.signed_in("audra") as client:
        form = main_of(client, f"{kept.address}/forms/3")
        assert form.one("h1").text == "Schedule 2: past activities, 2025"
        assert "NORD" in form.text and "Thiodiglycol" in form.text
        assert "to be filled in (VA VII" in form.text
        monkeypatch.setattr(form_pages, "SITES_A_PAGE", 1)
        first = main_of(client, f"{kept.address}/forms/6")
        second = main_of(client, first.one("a", rel="next").attributes["href"])
        assert "Plant sites 2 to 2 of 2" in second.text and not second.all("a", rel="next")
        assert client.get(f"{kept.address}/forms/11").status_code == 404


def test_the_declaration_is_downloaded_whole_and_by_part_and_reads_back_without_other_faults(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_for_today(monkeypatch, date(2026, 1, 15), form_pages)
    with kept.house.signed_in("anna") as client:
        for format in FORMATS:
            answer = client.get(f"{kept.address}/declaration.{format}?paper_lang=ar")
            assert answer.status_code == 200 and len(answer.content) > 1_000, format
            assert answer.headers["content-disposition"].endswith(f'.{format}"')
        assert client.get(f"{kept.address}/declaration.docx").status_code in (404, 422)
        part = client.get(f"{kept.address}/declaration.json?part=3")
        assert [held["regime"] for held in json.loads(part.content)["declarations"]] == ["S2"]
        checked = posted(client, "/declarations/check", {"part.json": part.content}, as_of="2026-01-15")
        lacking = main_of(client, f"{kept.address}/forms/3").one(id="missing").rows()
    faults = checked.one("table", class_="faults").rows()
    assert len(faults) == len(lacking) and all("is missing" in row[0] for row in faults)


# -------------------------------------------------------------------------------------------------- the questions


def test_each_plant_site_gets_a_letter_and_a_form_to_answer_on(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    with kept.house.signed_in("rita") as client:
        main = main_of(client, f"{kept.address}/questions")
        assert main.one("h1").text == "Questions to operators: 22; letters: 3"
        assert "An Invented Chemicals Company" in main.text
        for format, start in (("pdf", b"%PDF"), ("docx", b"PK"), ("xlsx", b"PK"), ("json", b"{")):
            answer = client.get(f"{kept.address}/letters/2.{format}?paper_lang=fr")
            assert answer.content.startswith(start), format
            assert answer.headers["content-disposition"].endswith(f'NORD-2-fr.{format}"')
        assert client.get(f"{kept.address}/letters/4.pdf").status_code == 404
        monkeypatch.setattr(letter_pages, "LETTERS_A_PAGE", 2)
        first = main_of(client, f"{kept.address}/questions")
        second = main_of(client, first.one("a", rel="next").attributes["href"])
    assert (len(first.all("article")), len(second.all("article"))) == (2, 1)


def filled(client: TestClient, kept: Kept) -> tuple[bytes, dict[str, str]]:
    """Return the answer form of SUR with one answer, one that says nothing, and one to nobody's question."""
    form = json.loads(client.get(f"{kept.address}/letters/3.json").content)
    quantity = next(answer for answer in form["answers"] if answer["now"] == "12,5x")
    quantity |= {"answer": "corrected", "value": "12.5", "reason": "a slip of the pen"}
    other = next(answer for answer in form["answers"] if answer is not quantity)
    other |= {"answer": "perhaps"}
    form["answers"].append({"id": "q-nobody", "answer": "confirmed", "reason": "so it is"})
    return json.dumps(form).encode(), quantity


@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_answers_close_their_questions_and_what_closes_none_is_refused(kept: Kept, lang: str) -> None:
    with kept.house.signed_in("anna") as client:
        content, quantity = filled(client, kept)
        files = {"answers.json": content, "picture.json": b"no answers"}
        outcome = posted(client, f"{kept.address}/answers", files, lang)
    refused, closed, opened = outcome.all("table")
    assert (len(refused.rows()), len(closed.rows()), len(opened.rows())) == (3, 1, 21)
    assert closed.rows()[0][0] == "SUR" and closed.rows()[0][3:6] == ["12,5x", "12.5", "a slip of the pen"]
    assert {row[0] for row in refused.rows()} > {"picture.json"} and quantity["id"]


def test_the_corrected_register_is_judged_without_the_fault(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        content, _ = filled(client, kept)
        parts = [("file", ("answers.json", content))]
        answer = client.post(f"{kept.address}/corrected.zip", files=parts, headers=PART)
        assert answer.headers["content-type"] == "application/zip"
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            names = archive.namelist()
            changes = archive.read("changes.csv").decode()
        assert names == ["sites.csv", "activities.csv", "changes.csv"] and '"12,5x",12.5,corrected' in changes
        run = judged(kept.house, client, ("corrected.zip", answer.content))
        faults = main_of(client, f"/declarations/runs/{run}").one(id="faults").text
    assert "12,5x" not in faults


# ------------------------------------------------------------------------------------------------------ the check


@pytest.mark.parametrize("lang", LANGUAGES_READ)
def test_a_wrong_declaration_is_told_every_fault_with_its_rule_and_place(kept: Kept, lang: str) -> None:
    with kept.house.signed_in("anna") as client:
        xml = client.get(f"{kept.address}/declaration.xml").text
        late = xml.replace('due="2026-03-31"', 'due="2026-05-31"', 1)
        checked = posted(client, "/declarations/check", {"late.xml": late}, lang, as_of="2026-01-15")
        faults = checked.one("table", class_="faults").rows()
        of_due = [row for row in faults if ("2026-05-31" in row[0] or "31" in row[0]) and "VA" in row[3]]
        assert of_due and all("2025" in row[1] for row in of_due)
        assert not any("declarations[" in row[1] for row in faults)
        assert all(row[2].startswith("late.xml:") for row in of_due)
        broken = xml.replace('regime="S2"', 'regime="S9"', 1)
        told = posted(client, "/declarations/check", {"broken.xml": broken}, lang)
        assert told.one("p", class_="warning").text == parsed(sentence("page_declarations_checked_form", lang)).text
        assert "S9" in told.one("table", class_="faults").text


def test_what_is_no_declaration_and_an_unknown_profile_are_refused(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        for name, content, texts in (
            ("plain.txt", b"dear all", {}), ("table.xml", b"<html/>", {}), ("x.json", b"{}", {"profile": "XXX"}),
        ):  # fmt: skip
            files = [("file", (name, content))]
            answer = client.post("/declarations/check", files=files, data=texts, headers=PART)
            assert answer.status_code in (400, 422), (name, answer.text)
        assert client.post("/declarations/check", data={"profile": "treaty"}, headers=PART).status_code in (400, 415)


# ---------------------------------------------------------------------------------------------- who may see what


def test_papers_are_for_who_may_see_the_register(kept: Kept) -> None:
    places = ("/forms", "/forms/1", "/declaration.json", "/questions", "/letters/1.json")
    with kept.house.signed_in("adam") as client:
        assert {client.get(f"{kept.address}{place}").status_code for place in places} == {403}
    with kept.house.signed_in("audra") as client:
        assert not main_of(client, f"{kept.address}/questions").all("form", id="answers")
        parts = [("file", ("answers.json", b"{}"))]
        assert client.post(f"{kept.address}/answers", files=parts, headers=PART).status_code == 403
        assert client.get("/declarations/check").status_code == 403
        assert {client.get(f"/declarations/runs/999999{place}").status_code for place in places} == {404}


# ------------------------------------------------------------------------------------- letters, answers and findings


def test_an_answer_proposes_and_an_officer_closes_the_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slip = "".join(
        f"SUR,B2,Thiodiglycol,111-48-8,produce,{year},{quantity},100,,,,\n"
        for year, quantity in ((2022, "5210,kg"), (2023, "4980,kg"), (2024, "5330,kg"), (2025, "5047,t"))
    )
    header = "site,plant,chemical,cas,activity,year,quantity,unit,concentration,planned,purpose,partner,date\n"
    with opened_house(tmp_path, monkeypatch) as house:
        with house.signed_in("anna") as client:
            address = f"/declarations/runs/{judged(house, client, ('activities.csv', header + slip))}"
            assert stands(client, address) == "not asked yet"
            main = main_of(client, f"{address}/questions")
            form = next(form for form in main.all("form") if form.attributes.get("hx-post", "").endswith("/sent"))
            assert client.post(form.attributes["hx-post"], headers=PART).status_code == 204
            assert "sent on" in main_of(client, f"{address}/questions").one("article").text
            assert stands(client, address) == "asked"
            answers = json.loads(client.get(f"{address}/letters/1.json").content)
            asked = next(answer for answer in answers["answers"] if answer["now"] == "5047 t")
            asked |= {"answer": "corrected", "value": "5047 kg", "reason": "wrong unit"}
            for _ in range(2):  # what is kept already is not kept again
                outcome = posted(client, f"{address}/answers", {"a.json": json.dumps(answers)})
            assert "Answers saved with their findings: 0" in outcome.text
            assert stands(client, address) == "answered"
            point = main_of(client, f"{address}/ask?state=answered").one("tr", class_="point")
            assert "5047 t → 5047 kg" in point.text and "wrong unit" in point.text and "a.json" in point.text
            assert "Accept the answer" not in point.text  # an analyst does not decide
        with house.signed_in("rita") as client:
            point = main_of(client, f"{address}/ask").one("tr", class_="point")
            link = next(link for link in point.all("a") if link.text == "Accept the answer").attributes["href"]
            finding = main_of(client, link.partition("#")[0])
            assert "wrong unit" in finding.text and "outcome=accept" in link
            decision = {"outcome": "accept", "reason": "the operator corrected it"}
            where = link.partition("?")[0]
            assert client.post(f"{where}/decision", data=decision, headers=PART).status_code == 204
            assert stands(client, address) == "closed"
            assert main_of(client, f"{address}/ask?state=closed").all("tr", class_="point")
        with house.signed_in("audra") as client:  # an auditor looks and changes nothing
            assert "Mark as sent" not in main_of(client, f"{address}/questions").text
            assert client.post(f"{address}/letters/1/sent", headers=PART).status_code == 403
    _loaded.clear()


def stands(client: TestClient, address: str) -> str:
    """Return how the one point to ask about stands, as the page says it."""
    point = main_of(client, f"{address}/ask").one("tr", class_="point")
    words = ("not asked yet", "answered", "closed", "asked")
    return next(word for word in words if any(word == badge.text for badge in point.all("span")))
