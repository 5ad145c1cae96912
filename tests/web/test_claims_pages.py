"""The pages of claims: all of them, by event, by speaker, a claim beside its statement, a sentence, files, the API."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from claims.claims_by_hand import STATEMENTS, held_run
from opencwc.casebook.model import Mark
from opencwc.claims.findings import maker_of
from opencwc.claims.model import PARTS
from opencwc.claims.reader import steps_of
from opencwc.claims.verb import VERB
from opencwc.demo.record import write_chosen_reports, write_record
from opencwc.demo.state import load_state
from opencwc.jobs.intake import intake_of
from opencwc.jobs.kept_runs import _loaded
from opencwc.jobs.queue import Jobs
from opencwc.records import to_plain
from opencwc.verbs import Started, Step
from opencwc.web.claims import list_pages
from opencwc.web.claims.list_pages import FORMATS
from opencwc.web.claims.pages import EXAMPLES
from opencwc.web.custody.example_files import PICTURE_EXAMPLES, example_named
from opencwc.web.server.worker_process import make_worker
from web.kept_runs import KeptRun, keep_run
from web.pages.housing import PAGE, PART, opened_house, page_of
from web.pages.parsed import Element, parsed
from web.signing_in import House

IN_ALL_LANGUAGES = ("en", "fr", "ar", "es", "ru", "zh")
VIEWS = ("", "/events", "/speakers", "/record", "/check", "/claims/1-1", "/claims/3-2", "/claims/4-1")
FOUR, SEVEN, ROY, ARMY, CYANIDE = "1-1", "3-1", "3-2", "4-1", "6-1"


def _keep(house: House, case: str = "claims", mark: Mark = Mark.UNCLASSIFIED) -> KeptRun:

    def steps() -> Iterator[Step]:
        yield Started({"file": "reports.jsonl", "as_of": "2026-03-07"}, to_plain(maker_of("2026-03-07", "use")))
        yield from steps_of(held_run(), ("reports.jsonl", "record.csv"), "2026-03-07", "use")

    return keep_run(house, VERB, steps, case, mark)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KeptRun]:
    with opened_house(tmp_path, monkeypatch) as house:
        yield _keep(house)
    _loaded.clear()


def _decide(client: TestClient, kept: KeptRun, claim: str, status: int = 204, **form: str | list[str]) -> str:
    answer = client.post(f"{kept.base}/claims/{claim}/decision", data={"seen": "0", **form}, headers=PART)
    assert answer.status_code == status, answer.text
    return answer.text if status != 204 else str(answer.headers["hx-redirect"])


def parsed_part(client: TestClient, address: str) -> Element:
    answer = client.get(address, headers=PART)
    assert answer.status_code == 200, answer.text[:300]
    return parsed(answer.text)


def _sentences(client: TestClient, kept: KeptRun, query: str = "") -> list[str]:
    page = page_of(client, f"{kept.base}{query}")
    return [row.one("th").text for table in page.all(id="claims") for row in table.one("tbody").all("tr")]


# ------------------------------------------------------------------------------------------------------ the lists


def test_the_list_answers_in_its_heading_and_shows_those_that_differ_first(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, kept.base)
        assert page.one("h1").text.startswith("3 of 5 claims differ from the record")
        assert "Agree: 1; not in the record: 1." in page.one(class_="lead").text
        rows = page.one(id="claims").one("tbody").all("tr")
        assert [row.all("td")[0].text for row in rows] == [
            *["differs from the record"] * 3, "not in the record", "agrees with the record",
        ]  # fmt: skip
        assert [cell.text for cell in rows[0].all("td")[1:5]] == [
            "number: claim “four”, record “seven people”",
            "the outlet itself",
            "Nordavia Wire",
            "2 March 2026",
        ]
        assert rows[1].all("td")[2].text == "Armed forces"


def test_the_filters_and_the_search_of_a_list_are_one_form_with_one_button(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(
            client, f"{kept.base}?relation=differs&aspect=number&find=chlorine&speaker=outlet:Nordavia%20Wire"
        )
        (form,) = page.one("main").all("form", role="search")
        assert [button.text for button in form.all("button")] == ["Show"]
        chosen = {one.attributes["name"]: [box.attributes["value"] for box in one.all("option", selected="")]
                  for one in form.all("select")}  # fmt: skip
        assert (chosen["relation"], chosen["aspect"]) == (["differs"], ["number"])
        sent = {one.attributes["name"]: one.attributes["value"] for one in form.all("input")}
        assert sent == {"find": "chlorine", "speaker": "outlet:Nordavia Wire"}


@pytest.mark.parametrize("lang", IN_ALL_LANGUAGES)
def test_every_page_is_sound_in_every_language(kept: KeptRun, lang: str) -> None:
    with kept.house.signed_in("rita") as client:
        for address in ("/claims", *(f"{kept.base}{view}" for view in VIEWS)):
            page = page_of(client, address, lang)
            assert "claims_" not in page.text


@pytest.mark.parametrize(
    ("query", "claims"),
    [
        ("?relation=agrees", ["Municipality confirms: seven people were treated."]),
        ("?relation=not_in_record", ["Neighbour ••• ••• saw it."]),
        ("?aspect=number", ["Leaked chlorine hurt four at the waterworks."]),
        ("?aspect=attribution", ["Армия обвинила противника: хлор, 12 пострадавших."]),
        ("?statement=v2", ["Армия обвинила противника: хлор, 12 пострадавших."]),
        ("?speaker=outlet:El%20Diario", ["Incautan 300 kilos de cianuro de sodio."]),
        ("?speaker=defence:", ["Армия обвинила противника: хлор, 12 пострадавших."]),
        ("?find=cianuro", ["Incautan 300 kilos de cianuro de sodio."]),
        ("?find=nothing+of+the+sort", []),
        ("?relation=agrees&aspect=agent", []),
    ],
)
def test_a_filter_narrows_the_list(kept: KeptRun, query: str, claims: list[str]) -> None:
    with kept.house.signed_in("anna") as client:
        assert _sentences(client, kept, query) == claims


@pytest.mark.parametrize("part", ["", "/record"])
def test_a_list_in_pages_is_printed_as_a_whole(kept: KeptRun, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_pages, "A_PAGE", 1)
    address = f"{kept.base}{part}"
    with kept.house.signed_in("rita") as client:
        first = page_of(client, address)
        assert len(first.one("main").all("table")[0].rows()) == 1
        link = next(one for one in first.all("a") if one.text == "Print all")
        whole = page_of(client, link.attributes["href"])
    assert len(whole.one("main").all("table")[0].rows()) > 1
    assert "data-print-now" in str([one.attributes for one in whole.all("span")])
    assert not [one for one in whole.all("a") if one.attributes.get("rel") == "next" or one.text == "Print all"]


def test_claims_are_counted_by_event_and_by_speaker_and_lead_to_the_list(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        events = page_of(client, f"{kept.base}/events").one(id="groups")
        assert [row[1:] for row in events.rows()] == [
            ["3", "1", "1", "1", "2"], ["1", "1", "0", "0", "1"], ["1", "1", "0", "0", "1"],
        ]  # fmt: skip
        assert not re.search(r"\d{4}-\d\d-\d\d", events.one("tbody").text)
        link = str(events.one("tbody").all("tr")[0].one("th").one("a").attributes["href"])
        assert len(_sentences(client, kept, link.removeprefix(kept.base))) == 3
        by_speaker = page_of(client, f"{kept.base}/speakers")
        rows = by_speaker.one(id="groups").rows()
        differ = sum(row[2] != "0" for row in rows)
        assert by_speaker.one("h1").text.startswith(f"{differ} of {len(rows)} speakers differ from the record")
        answer = page_of(client, f"{kept.base}/events").one("h1").text
        assert answer.startswith("Claims differ from the record in 3 of 3 events")
        speakers = page_of(client, f"{kept.base}/speakers").one(id="groups")
        names = [row[0] for row in speakers.rows()]
        told = client.get(f"{kept.base}/speakers.csv").text.splitlines()
        assert told[0] == "speaker,claims,differs,agrees,not_in_record,outlets" and len(told) == len(names) + 1
        for name in ("speakers", "events", "record"):
            assert client.get(f"{kept.base}/{name}.xlsx").content.startswith(b"PK")
        assert {"Armed forces (State not named)", "Nordavia Wire", "El Diario"} <= set(names)
        differing = speakers.one("tbody").all("tr")[0].all("td")[1].one("a").attributes["href"]
        assert len(_sentences(client, kept, str(differing).removeprefix(kept.base))) == 1


def test_the_record_shows_each_statement_with_its_source_and_what_is_claimed_of_it(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, f"{kept.base}/record")
        assert page.one("h1").text.startswith("Claims differ from 2 of 3 statements in the record")
        rows = page.one(id="record").rows()
        assert [row[0] for row in rows] == ["v1", "v2", "v3"]
        assert rows[0][2:] == ["Fire service, log", "3 March 2026", "3", "2", "1"]
        assert rows[1][3] == "6 March 2026, \u200e09:30 UTC\u200e"
        assert rows[2][4:] == ["0", "0", "0"]
        cells = page.one(id="record").one("tbody").all("tr")[2].all("td")
        assert cells[0].one("bdi").attributes["dir"] == "rtl"
        assert not page.one(id="statement-3").all("a")


# ------------------------------------------------------------------------------------------------------ a claim


def test_a_claim_stands_beside_its_statement_with_the_words_that_differ_marked_in_both(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, f"{kept.base}/claims/{FOUR}")
        assert page.one("h1").text == "The claim says “four”, the record “seven people”"
        claimed, recorded = page.one("div", class_="claim-pair").all("section")
        assert [mark.text for mark in claimed.all("mark")] == ["four 1"]
        assert [mark.text for mark in recorded.all("mark")] == ["seven people 1"]
        history = page.one("ol", class_="claim-history").all("li")
        assert [one.one("a").text for one in history] == [
            "Leaked chlorine hurt four at the waterworks.",
            "Municipality confirms: seven people were treated.",
            "Incautan 300 kilos de cianuro de sodio.",
        ]
        assert [one.attributes.get("aria-current") for one in history] == ["true", None, None]
        assert [one.attributes["class"] for one in history] == ["step-first_said", "step-corrected", "step-repeated"]


def test_patterns_stand_with_what_they_rest_on(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, f"{kept.base}/patterns")
        assert page.one("h1").text.startswith("1 number was repeated after its correction")
        pattern = page.one("article", class_="pattern")
        assert pattern.one("h2").text.startswith("“four” was repeated after")
        assert pattern.one("blockquote").text == pattern.all("a")[0].text
        assert [one.attributes["href"] for one in pattern.all("a")] == [
            f"{kept.base}/claims/{FOUR}",
            f"{kept.base}/claims/3-1",
        ]
        given = client.get(f"/api/v1{kept.base}/patterns").json()["patterns"]
        assert [one["claim"] for one in given[0]["evidence"]] == [FOUR, "3-1"]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ["2 March 2026 , 16:30–00:00", "Sandvik (Norway)", "chlorine"]),
        ("fr", ["2 mars 2026 , 16:30–00:00", "Sandvik (Norvège)", "chlore"]),
    ],
)
def test_a_claim_is_laid_out_in_the_language_of_the_page(kept: KeptRun, lang: str, said: list[str]) -> None:
    with kept.house.signed_in("anna") as client:
        terms = [
            one.text for one in page_of(client, f"{kept.base}/claims/{FOUR}", lang).one("dl", class_="facts").all("dd")
        ]
        assert terms[: len(said)] == said


def test_the_form_of_a_correction_finds_any_statement_of_the_record(kept: KeptRun) -> None:
    with kept.house.signed_in("rita") as client:
        form = page_of(client, f"{kept.base}/claims/{SEVEN}").one(
            "form", hx_post=f"{kept.base}/claims/{SEVEN}/decision"
        )
        search = form.one("input", type="search")
        assert search.attributes["hx-target"] == f"#{form.one('select').attributes['id']}"
        statements = client.get(f"/api/v1/claims/runs/{kept.run}/record").json()["statements"]
        text = statements[-1]["statement"]
        word = max(text.split(), key=len)
        found = parsed_part(client, f"{search.attributes['hx-get']}?q={quote(word.upper())}")
        assert statements[-1]["id"] in [one.attributes["value"] for one in found.all("option")]
        none = parsed_part(client, f"{search.attributes['hx-get']}?q=nothing+of+the+sort")
        assert [one.attributes["value"] for one in none.all("option")][1:] in ([], ["v1"])


def test_an_old_picture_of_a_report_is_shown_beside_the_patterns(kept: KeptRun) -> None:
    old = example_named(PICTURE_EXAMPLES[-1])
    with kept.house.signed_in("rita") as client:
        report = client.get(f"/api/v1/claims/runs/{kept.run}").json()["claims"][0]["report"]
        files = {"file": ("a.jpg", old)}
        early = {"file": ("b.jpg", old)}
        sent = {"taken": "2019-03-02T10:00:00Z"}
        assert client.post("/api/v1/cases/seen/custody/originals", files=early, data=sent).status_code == 201
        address = f"/api/v1/claims/runs/{kept.run}/pictures"
        (pattern,) = client.post(address, files=files, data={"report": report}).json()["patterns"]
        assert (pattern["kind"], pattern["evidence"][0]["made"][:10]) == ("old_picture", "2019-03-02")
        shown = client.post(f"{kept.base}/pictures", files=files, data={"report": report}, headers=PART)
        assert shown.status_code == 200 and pattern["id"] in shown.text
        none = client.post(f"{kept.base}/pictures", files={"file": ("c.txt", b"no picture")}, data={"report": report},
                           headers=PART)  # fmt: skip
        assert none.status_code == 200 and "article" not in none.text
        assert client.post(address, files=files, data={"report": "nobody's"}).status_code == 422


def test_a_claim_without_a_statement_says_so_and_hides_the_names_of_private_people(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        page = page_of(client, f"{kept.base}/claims/{ROY}")
        assert "The record has no statement on this" in page.one("h1").text
        assert "Neighbour ••• ••• saw it." in page.text
        for address in (
            kept.base,
            f"{kept.base}/claims/{ROY}",
            f"{kept.base}/file?format=csv",
            f"{kept.base}/file?format=jsonl",
        ):
            assert "Roy" not in client.get(address, headers=PAGE).text


def test_a_claim_or_a_run_that_is_not_there_is_not_found(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        for address in (f"{kept.base}/claims/9-9", "/claims/runs/999", f"/api/v1/claims/runs/{kept.run}/claims/9-9"):
            assert client.get(address, headers=PAGE).status_code == 404


# ----------------------------------------------------------------------------------------------------- decisions


def test_a_claim_left_as_proposed_is_confirmed(kept: KeptRun) -> None:
    with kept.house.signed_in("rita") as client:
        led = _decide(client, kept, FOUR, relation="differs", statement="v1", aspect=["number"], reason="I read both.")
        page = page_of(client, led)
        assert page.one(class_="s-accepted").text == "accepted"
        assert "Name of rita decided on" in page.text and "I read both." in page.text
        assert _sentences(client, kept, "?relation=differs&aspect=number") == [
            "Leaked chlorine hurt four at the waterworks."
        ]


def test_a_corrected_claim_stands_everywhere_as_it_is_right(kept: KeptRun) -> None:
    with kept.house.signed_in("rita") as client:
        led = _decide(
            client, kept, CYANIDE, relation="not_in_record", statement="v1", aspect=["agent"], reason="Another event."
        )
        page = page_of(client, led)
        assert "The record has no statement on this" in page.one("h1").text
        assert page.one(class_="s-corrected").text == "corrected"
        assert page_of(client, kept.base).one("h1").text.startswith("2 of 5 claims differ")
        counts = [cell.text for cell in page_of(client, "/claims").all("td", class_="num")]
        assert counts == ["2", "1", "2"], "the list counts what stands, as the run does"
        assert page_of(client, f"{kept.base}/record").one(id="record").rows()[0][4:] == ["2", "1", "1"]
        rows = list(csv.DictReader(io.StringIO(client.get(f"{kept.base}/file?format=csv").text)))
        assert [(row["matched"], row["relation"]) for row in rows if row["report"] == "p1"] == [("", "not_in_record")]


def test_an_agreement_is_corrected_to_differ_in_what_a_person_names(kept: KeptRun) -> None:
    with kept.house.signed_in("rita") as client:
        led = _decide(client, kept, SEVEN, relation="differs", statement="v2", aspect=["date", "place"], reason="No.")
        page = page_of(client, led)
        assert page.one("h1").text == "Differs from statement v2 of the record: date or time, place"
        assert not page.all(id="differs-h"), "no word is marked of what a person named"
        assert not page.one("div", class_="claim-pair").all("mark")


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"relation": "differs", "statement": "v1", "aspect": ["number"], "reason": " "}, "reason"),
        ({"relation": "agrees", "statement": "v9", "reason": "x"}, "v9"),
        ({"relation": "agrees", "statement": "", "reason": "x"}, "statement"),
        ({"relation": "differs", "statement": "v1", "reason": "x"}, "differ"),
        ({"relation": "false", "statement": "v1", "reason": "x"}, "does-not-fit"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(
    kept: KeptRun, form: dict[str, str | list[str]], problem: str
) -> None:
    with kept.house.signed_in("rita") as client:
        assert problem in _decide(client, kept, FOUR, 422, **form)
        assert not page_of(client, f"{kept.base}/claims/{FOUR}").all(class_="s-accepted")


def test_nothing_is_decided_where_somebody_else_did_meanwhile(kept: KeptRun) -> None:
    right = {"relation": "differs", "statement": "v1", "aspect": ["number"], "reason": "I read both."}
    with kept.house.signed_in("rita") as client:
        _decide(client, kept, FOUR, **right)
        _decide(client, kept, FOUR, 409, **right)


def test_an_auditor_reads_and_does_not_decide(kept: KeptRun) -> None:
    with kept.house.signed_in("audra") as client:
        assert not page_of(client, f"{kept.base}/claims/{FOUR}").all("details", class_="decide-event")
        _decide(client, kept, FOUR, 403, relation="agrees", statement="v1", reason="x")


def test_who_may_not_see_the_case_sees_nothing_of_it(kept: KeptRun) -> None:
    secret = _keep(kept.house, "secret", Mark.PROTECTED)
    kept.house.add("lowly")
    with kept.house.signed_in("lowly") as client:
        for view in VIEWS:
            assert client.get(f"{secret.base}{view}", headers=PAGE).status_code == 404
        assert client.get(f"/api/v1/claims/runs/{secret.run}").status_code == 404
        assert f"/claims/runs/{secret.run}" not in client.get("/claims", headers=PAGE).text
        assert f"/claims/runs/{kept.run}" in client.get("/claims", headers=PAGE).text
    with kept.house.signed_in("adam") as client:
        assert client.get(kept.base, headers=PAGE).status_code == 403
        assert not page_of(client, "/claims").all(id="kept-h")


# ----------------------------------------------------------------------------------------------------- a sentence


def test_a_sentence_is_checked_and_those_who_said_it_before_are_shown(kept: KeptRun) -> None:
    text = STATEMENTS[0].text
    with kept.house.signed_in("anna") as client:
        answer = client.post(f"{kept.base}/check", data={"text": text}, headers=PART)
        assert answer.status_code == 200, answer.text
        assert "Agrees with statement v1 of the record" in answer.text
        assert f"{kept.base}/claims/{FOUR}" in answer.text
        sent = client.post(f"/api/v1/claims/runs/{kept.run}/check", json={"text": text}).json()["sentences"]
        assert [(one["matched"], one["relation"]) for one in sent] == [("v1", "agrees")]
        assert [one["id"] for one in sent[0]["before"]] == [FOUR, SEVEN, CYANIDE]


def test_days_of_a_sentence_count_from_the_day_on_which_it_was_published(kept: KeptRun) -> None:
    text = STATEMENTS[0].text.replace(" 2026", "")
    with kept.house.signed_in("anna") as client:
        assert page_of(client, f"{kept.base}/check").one("input", name="published").attributes["value"] == "2026-03-06"
        relations = {}
        for day in ("", "2026-03-05", "2024-03-05"):
            answer = client.post(f"{kept.base}/check", data={"text": text, "published": day}, headers=PART)
            assert answer.status_code == 200, answer.text
            relations[day] = "Agrees with statement v1 of the record" in answer.text
        assert relations == {"": True, "2026-03-05": True, "2024-03-05": False}
        sent = client.post(f"/api/v1/claims/runs/{kept.run}/check", json={"text": text, "published": "2024-03-05"})
        assert [one["relation"] for one in sent.json()["sentences"]] != ["agrees"]
        wrong = client.post(f"{kept.base}/check", data={"text": text, "published": "2026-02-31"}, headers=PART)
        assert wrong.status_code == 422


def test_a_text_that_is_missing_or_too_long_is_refused(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        for text in (" ", "x" * 4_001):
            assert client.post(f"{kept.base}/check", data={"text": text}, headers=PART).status_code == 422
            assert client.post(f"/api/v1/claims/runs/{kept.run}/check", json={"text": text}).status_code == 422


# --------------------------------------------------------------------------------------------- files, API and jobs


@pytest.mark.parametrize("format", [name for name in FORMATS if name != "pdf"])
def test_claims_are_given_in_every_format(kept: KeptRun, format: str) -> None:
    with kept.house.signed_in("anna") as client:
        answer = client.get(f"{kept.base}/file?format={format}&lang=fr", headers=PAGE)
        assert answer.status_code == 200
        assert len(answer.content) > 500
        assert f"claims-{kept.run}.{format}" in answer.headers["content-disposition"]


def test_a_filter_holds_for_files_too(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        lines = client.get(f"{kept.base}/file?format=jsonl&aspect=agent").text.splitlines()
        assert [json.loads(line)["report"] for line in lines] == ["l1", "p1"]


def test_the_api_gives_the_same_as_the_pages(kept: KeptRun) -> None:
    base = f"/api/v1/claims/runs/{kept.run}"
    with kept.house.signed_in("anna") as client:
        body = client.get(f"{base}?limit=2").json()
        assert (body["total"], body["next"]) == (5, 2)
        assert body["counts"] == {"differs": 3, "not_in_record": 1, "agrees": 1}
        assert [one["id"] for one in body["claims"]] == [FOUR, ARMY]
        assert [one["id"] for one in client.get(f"{base}?after=2").json()["claims"]] == [CYANIDE, ROY, SEVEN]
        assert [one["id"] for one in client.get(f"{base}?aspect=agent").json()["claims"]] == [ARMY, CYANIDE]
        record = client.get(f"{base}/record").json()
        assert [(one["id"], one["claims"]) for one in record["statements"]][1:] == [("v2", {"differs": 1}), ("v3", {})]
        claim = client.get(f"{base}/claims/{ARMY}").json()
        assert claim["claim"]["differs_in"] == ["attribution", "agent"]
        assert claim["statement"]["source"] == "OIAC, document inventé"
        assert (claim["decision"], claim["seen"]) == (None, 0)


def test_the_api_takes_decisions(kept: KeptRun) -> None:
    address = f"/api/v1/claims/runs/{kept.run}/claims/{ARMY}"
    with kept.house.signed_in("rita") as client:
        wrong = {"relation": "agrees", "statement": "v9", "reason": "x", "seen": 0}
        assert client.post(f"{address}/decision", json=wrong).status_code == 422
        right = {**wrong, "statement": "v2", "reason": "Unchanged."}
        assert client.post(f"{address}/decision", json=right).json()["status"] == "corrected"
        assert client.post(f"{address}/decision", json=right).status_code == 409
        claim = client.get(address).json()
        assert (claim["claim"]["relation"], claim["claim"]["differs_in"]) == ("agrees", [])
        assert claim["decision"]["person"] == "Name of rita"
        assert claim["decision"]["reason"] == "Unchanged."


def test_claims_are_counted_for_programs_too(kept: KeptRun) -> None:
    base = f"/api/v1/claims/runs/{kept.run}"
    with kept.house.signed_in("anna") as client:
        for name, filtered in (("events", "event"), ("speakers", "speaker")):
            groups = client.get(f"{base}/{name}").json()["groups"]
            assert sum(group["claims"] for group in groups) == 5
            first = client.get(base, params={filtered: groups[0]["key"]}).json()
            assert first["total"] == groups[0]["claims"]


def test_a_correction_on_the_page_of_a_finding_names_what_differs(kept: KeptRun) -> None:
    with kept.house.signed_in("rita") as client:
        finding = client.get(f"/api/v1/claims/runs/{kept.run}/claims/{SEVEN}").json()["claim"]["finding"]
        form = page_of(client, f"/findings/{finding}").one("div", class_="correction")
        assert [one.attributes["value"] for one in form.all("input", name="element")] == list(PARTS)
        said = {"outcome": "correct", "verdict": "differs", "reason": "Read both.", "seen": "0"}
        refused = client.post(f"/findings/{finding}/decision", data=said, headers=PART)
        assert refused.status_code == 422, refused.text
        right = {**said, "element": ["number", "date"]}
        assert client.post(f"/findings/{finding}/decision", data=right, headers=PART).status_code == 204
        claim = client.get(f"/api/v1/claims/runs/{kept.run}/claims/{SEVEN}").json()["claim"]
        assert (claim["relation"], claim["matched"], claim["differs_in"]) == ("differs", "v1", ["number", "date"])


def test_the_examples_are_files_of_the_demonstration(kept: KeptRun, tmp_path: Path) -> None:
    with kept.house.signed_in("anna") as client:
        reports, record = (client.get(f"/claims/examples/{name}", headers=PAGE).text for name in EXAMPLES)
    ids = [json.loads(line)["id"] for line in reports.splitlines()]
    assert reports == write_chosen_reports(tmp_path, 2025, ids).read_text(encoding="utf-8")
    assert record == write_record(load_state(), tmp_path, 2025).read_text(encoding="utf-8")


@pytest.mark.usefixtures("true_processes")  # no fork hides what it has not loaded before its rights go
def test_files_are_kept_and_compared_by_a_job(kept: KeptRun) -> None:
    house = kept.house
    with house.signed_in("anna") as client:
        reports, record = (client.get(f"/claims/examples/{name}", headers=PAGE).content for name in EXAMPLES)
        form = {"case": "compared", "as_of": "2026-03-07", "mark": "unclassified"}
        files = [("file", ("reports.jsonl", reports)), ("record", ("record.csv", record))]
        sent = client.post("/claims/files", data=form, files=files, headers=PART)
        assert sent.status_code == 204, sent.text
        assert make_worker(house.entrance.configuration, intake_of(house.book)).work_once()
        job = Jobs(house.book.engine).get(sent.headers["hx-redirect"].rsplit("/", 1)[-1])
        assert job.state == "done", job.problem
        page = page_of(client, f"/claims/runs/{job.run}")
        assert "claims differ from the record" in page.one("h1").text
        missing = client.post("/claims/files", data=form, files=files[:1], headers=PART)
        assert missing.status_code == 422


def _compared_with(house: House, client: TestClient, record_of: str, mark: str = "unclassified") -> int:
    """Compare the example's reports with a record that the casebook holds, and return the number of the run."""
    reports = client.get(f"/claims/examples/{EXAMPLES[0]}", headers=PAGE).content
    form = {"case": f"with-{record_of}", "as_of": "2026-03-07", "mark": mark, "record_of": record_of}
    sent = client.post("/claims/files", data=form, files=[("file", ("reports.jsonl", reports))], headers=PART)
    assert sent.status_code == 204, sent.text
    assert make_worker(house.entrance.configuration, intake_of(house.book)).work_once()
    job = Jobs(house.book.engine).get(sent.headers["hx-redirect"].rsplit("/", 1)[-1])
    assert job.state == "done" and job.run, job.problem
    return job.run


def test_a_record_of_an_earlier_comparison_is_used_again(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        offered = page_of(client, "/claims").one("select", name="record_of").all("option")
        assert [one.attributes["value"] for one in offered] == ["", f"claims-{kept.run}"]
        again = _compared_with(kept.house, client, f"claims-{kept.run}")
        given = client.get(f"/api/v1/claims/runs/{again}/record").json()["statements"]
        assert [one["id"] for one in given] == ["v1", "v2", "v3"]


def test_a_record_of_a_higher_mark_raises_that_of_the_comparison(kept: KeptRun) -> None:
    secret = _keep(kept.house, "secret", Mark.PROTECTED)
    with kept.house.signed_in("anna") as client:
        again = _compared_with(kept.house, client, f"claims-{secret.run}")
        page = page_of(client, f"/claims/runs/{again}")
        assert page.all("span", class_="m-protected")


def test_a_record_that_is_not_there_or_not_theirs_is_refused(kept: KeptRun) -> None:
    with kept.house.signed_in("anna") as client:
        form = {"case": "none", "as_of": "2026-03-07", "record_of": "watch-999"}
        sent = client.post("/claims/files", data=form, files=[("file", ("r.jsonl", b"{}"))], headers=PART)
        assert sent.status_code == 404
