"""Briefs in a house: written on decided events, seen as they are read, released by two people, given as files, kept."""

from __future__ import annotations

import io
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pypdfium2
import pytest
from msgspec import structs
from sqlalchemy import select
from starlette.testclient import TestClient

from opencwc.casebook import tables
from opencwc.casebook.casebook_verifier import verify_casebook
from opencwc.casebook.cases import case_for_keeping, change_case
from opencwc.casebook.decisions import decide
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.findings import list_findings
from opencwc.casebook.model import Filter, Mark, Outcome, Person, Status
from opencwc.casebook.requests import answer as answer_request
from opencwc.casebook.requests import ask
from opencwc.casebook.runs import Source, keep_source
from opencwc.errors import ConflictError, NotAllowedError, NotFoundError
from opencwc.jobs.briefs import brief_file, brief_run, keep_brief, release_brief
from opencwc.jobs.event_decisions import decide_on_events
from opencwc.jobs.kept_runs import _loaded
from opencwc.jobs.run_and_keep import Place, keep_steps
from opencwc.records import to_plain
from opencwc.reports.brief import BriefDraft, Judgement
from opencwc.reports.corrected import EventDecision
from opencwc.reports.findings import maker_of
from opencwc.reports.model import Date
from opencwc.reports.reader import steps_of
from opencwc.reports.summaries import summary_of
from opencwc.reports.verb import VERB
from opencwc.reports.watched import Line
from opencwc.verbs import Started
from opencwc.web.reports.brief_pages import titles_apart
from opencwc.wording import LANGUAGES
from reports.told_by_hand import LEAK, told, watched
from web.pages.housing import LOGINS, PAGE, PART, opened_house, page_of
from web.signing_in import House, kind

EVENTS = dict(zip(("accident", "alleged_use", "seizure"), (event.id for event in watched().events), strict=True))
SAYS = "Chlorine leaked at the waterworks, and four to seven people were treated"
CONFIRM = EventDecision("confirm", ("s1", "s2", "s3"), reason="One leak.")
SPLIT = EventDecision("split", ("s3",), apart=("s1", "s2"), reason="Another leak.")
FORM: dict[str, Any] = {
    "title": "First week", "brief_lang": "en", "event": [EVENTS["accident"]], "says": [SAYS], "likelihood": ["likely"],
    "confidence": ["low"], "rests_on": [""], "report": ["s1"], "reliability": ["B"], "credibility": ["2"],
}  # fmt: skip


class Kept(NamedTuple):
    """A house with watched reports in it, one event of which is confirmed: their run, and the address of its pages."""

    house: House
    run: int
    base: str
    people: dict[str, Person]


def _keep(house: House, case: str = "reports", mark: Mark = Mark.UNCLASSIFIED, source: Source | None = None) -> Kept:
    people = {login: house.entrance.people.account(login).person for login in LOGINS}
    case_for_keeping(house.book, people["anna"], case, mark)
    maker = maker_of("2026-03-07", "use")
    steps = [
        Started({"file": "reports.jsonl", "as_of": "2026-03-07"}, to_plain(maker)),
        *steps_of(watched(), source.name if source else "reports.jsonl", maker),
    ]
    question = {"as_of": "2026-03-07"}
    place = Place(house.book, lambda: people["anna"], case, question, mark=mark, source=source)
    run = keep_steps(VERB, iter(steps), place)
    assert run.keeper is not None
    decide_on_events(house.book, people["anna"], run.keeper.number, CONFIRM)
    return Kept(house, run.keeper.number, f"/watch/runs/{run.keeper.number}", people)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    with opened_house(tmp_path, monkeypatch) as house:
        yield _keep(house)
    _loaded.clear()


def _draft(says: str = SAYS) -> BriefDraft:
    return BriefDraft("First week", "en", (Judgement(EVENTS["accident"], says, "likely", "low"),))


def _write(kept: Kept, login: str = "anna", number: int = 0, says: str = SAYS) -> None:
    keep_brief(kept.house.book, kept.people[login], kept.run, _draft(says), number)


def _release(kept: Kept, *logins: str, version: int = 1) -> None:
    for login in logins:
        release_brief(kept.house.book, kept.people[login], kept.run, 1, version)


def _state(kept: Kept, version: int = 0) -> str:
    return brief_run(kept.house.book, kept.people["rita"], kept.run).version(1, version).state


def _send(client: TestClient, kept: Kept, status: int = 204, **changes: Any) -> str:
    answer = client.post(f"{kept.base}/briefs", data={**FORM, "seen": "0", **changes}, headers=PART)
    assert answer.status_code == status, answer.text
    return str(answer.headers.get("hx-redirect", "")) or answer.text


# ------------------------------------------------------------------------------------------------------- the pages


def test_a_brief_is_written_on_a_decided_event_and_seen_as_it_will_be_read(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        choices = page_of(client, f"{kept.base}/briefs").all("input", name="event")
        assert [box.attributes["value"] for box in choices] == [EVENTS["accident"]]
        form = page_of(client, f"{kept.base}/briefs/new?event={EVENTS['accident']}&brief_lang=en")
        assert [box.attributes["value"] for box in form.all("input", name="report")] == ["s1", "s2", "s3"]
        led = _send(client, kept)
        page = page_of(client, led)
        assert page.one("h1").text == "First week"
        assert "DRAFT, not yet released by two people" in page.one(class_="marking").text
        assert "Nordavia Wire reports it as fact; repeated by Courrier." in page.text
        assert "Likelihood: likely (55 to 80%)." in page.text
        assert "Admiralty grade B2: source usually reliable; probably true." in page.text
        assert len(page.one(id="notes").all("li")) == 3
        assert "0 of 1 briefs released" in page_of(client, f"{kept.base}/briefs").one("h1").text


def test_events_that_read_alike_are_told_apart_by_their_first_titles() -> None:
    leak, other, elsewhere = (told(name, "2026-03-02T09:00:00+00:00", "A", "en", "Chlorine.", **LEAK) for name in "abc")
    elsewhere = structs.replace(elsewhere, date=Date("2026-03-09", "day"))
    events = [summary_of(f"E-{one.report.id}", [Line(one, "E", "O")]) for one in (leak, other, elsewhere)]
    assert titles_apart(events) == {"E-a": "Title of a", "E-b": "Title of b", "E-c": ""}


def test_a_brief_in_english_has_its_days_written_out_on_the_page_but_for_ones_own_words(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        _write(kept, says="It leaked on 2026-03-02.")
        preview = page_of(client, f"{kept.base}/briefs/1").one("article", class_="brief-preview")
        assert preview.one("h3").text.endswith("2 March 2026")
        assert "It leaked on 2026-03-02" in preview.text
        assert "Based on version" not in preview.one("article", class_="card").text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_is_sound_in_every_language(kept: Kept, lang: str) -> None:
    new = f"{kept.base}/briefs/new?event={EVENTS['accident']}"
    with kept.house.signed_in("anna") as client:
        for address in (f"{kept.base}/briefs", new, f"{kept.base}/briefs/new"):
            assert "brief_" not in page_of(client, address, lang).text
        _send(client, kept, brief_lang=lang)
        for address in (f"{kept.base}/briefs/1", f"{kept.base}/briefs/new?brief=1"):
            assert "brief_" not in page_of(client, address, lang).text
    _release(kept, "rita", "rene")
    with kept.house.signed_in("audra") as client:
        for address in (f"{kept.base}/briefs/1", f"{kept.base}/briefs"):
            assert "brief_" not in page_of(client, address, lang).text


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"event": [EVENTS["seizure"]]}, "has not been decided"),
        ({"likelihood": [""]}, "no likelihood is selected"),
        ({"confidence": [""]}, "no confidence is selected"),
        (
            {"says": ["It is likely, with high confidence."]},
            "one sentence contains both likelihood and confidence",
        ),
        ({"says": []}, "fields of the form are missing"),
        ({"title": " "}, "the brief has no title"),
        ({"brief_lang": "de"}, "is not a language of briefs"),
    ],
)
def test_a_form_that_lacks_something_is_refused_and_nothing_is_kept(
    kept: Kept, changes: dict[str, Any], problem: str
) -> None:
    with kept.house.signed_in("anna") as client:
        assert problem in _send(client, kept, 422, **changes).casefold()
        assert client.get(f"{kept.base}/briefs/1", headers=PAGE).status_code == 404


def test_an_event_is_confirmed_on_its_page_and_leads_to_a_brief(kept: Kept) -> None:
    event = EVENTS["seizure"]
    with kept.house.signed_in("anna") as client:
        form = {"event": event, "verb": "confirm", "reason": "So it is.", "seen": "1"}
        answer = client.post(f"{kept.base}/decisions", data=form, headers=PART)
        assert answer.headers["hx-redirect"].endswith(event)
        page = page_of(client, answer.headers["hx-redirect"])
        assert "one event (1 report)" in page.text
        assert f"{kept.base}/briefs/new?event={event}" in [link.attributes["href"] for link in page.all("a")]
        assert "Shown because: Anna" not in page_of(client, kept.base).text


def test_the_first_version_fills_the_form_of_the_next(kept: Kept) -> None:
    with kept.house.signed_in("anna") as client:
        _send(client, kept)
        form = page_of(client, f"{kept.base}/briefs/new?brief=1")
        assert form.one("textarea", name="says").text == SAYS
        chosen = [one.attributes["value"] for one in form.all("option") if "selected" in one.attributes]
        assert {"likely", "low", "B", "2"} <= set(chosen)
        _send(client, kept, brief="1", seen="1", says=["It was larger than it seemed."])
        assert "It was larger than it seemed." in page_of(client, f"{kept.base}/briefs/1").text
        assert SAYS in page_of(client, f"{kept.base}/briefs/1?version=1").text


# -------------------------------------------------------------------------------------------------------- releases


def test_two_people_release_a_brief_and_its_files_are_kept_by_their_hashes(kept: Kept) -> None:
    _write(kept)
    with kept.house.signed_in("rita") as rita, kept.house.signed_in("rene") as rene:
        assert "You are the first of two people" in page_of(rita, f"{kept.base}/briefs/1").text
        form = {"version": "1", "seen": "1"}
        assert rita.post(f"{kept.base}/briefs/1/releases", data=form, headers=PART).status_code == 204
        assert "Draft, released by one person" in page_of(rita, f"{kept.base}/briefs/1").text
        assert "You have released it" in page_of(rita, f"{kept.base}/briefs/1").text
        again = rita.post(f"{kept.base}/briefs/1/releases", data={**form, "seen": "2"}, headers=PART)
        assert again.status_code == 409
        assert "Name of rita released it on" in page_of(rene, f"{kept.base}/briefs/1").text
        assert rene.post(f"{kept.base}/briefs/1/releases", data={**form, "seen": "2"}, headers=PART).status_code == 204
        page = page_of(rene, f"{kept.base}/briefs/1")
        assert "Released" in page.text
        assert "DRAFT" not in page.text
        for format in ("pdf", "docx"):
            first = rita.get(f"{kept.base}/briefs/1/file?format={format}", headers=PAGE)
            assert sha256(first.content).hexdigest() in page.text
            assert f"brief-1-version-1.{format}" in first.headers["content-disposition"]
    assert verify_casebook(kept.house.book, kept.people["rita"]).fits


def test_the_author_cannot_release_alone(kept: Kept) -> None:
    _write(kept, "rita")
    _release(kept, "rita")
    with pytest.raises(ConflictError):
        _release(kept, "rita")
    assert _state(kept) == "one_release"
    _release(kept, "rene")
    assert _state(kept) == "released"


def test_an_analyst_writes_and_does_not_release_and_an_auditor_does_neither(kept: Kept) -> None:
    _write(kept)
    for login in ("anna", "audra"):
        with pytest.raises(NotAllowedError):
            _release(kept, login)
    with pytest.raises(NotAllowedError):
        _write(kept, "audra")
    with kept.house.signed_in("audra") as client:
        page = page_of(client, f"{kept.base}/briefs/1")
        assert not page.all("form", class_="write-brief")
        assert "You are the first of two people" not in page.text
        assert client.get(f"{kept.base}/briefs/new", headers=PAGE).status_code == 403
        assert client.get(f"{kept.base}/briefs/1/file", headers=PAGE).status_code == 200


def test_a_released_brief_stays_as_it_is_whatever_is_decided_or_written_afterwards(kept: Kept) -> None:
    _write(kept)
    _release(kept, "rita", "rene")
    with kept.house.signed_in("audra") as client:
        before = client.get(f"{kept.base}/briefs/1/file", headers=PAGE).content
        decide_on_events(kept.house.book, kept.people["anna"], kept.run, SPLIT)
        _write(kept, number=1, says="It was two leaks.")
        assert client.get(f"{kept.base}/briefs/1/file?version=1", headers=PAGE).content == before
        page = page_of(client, f"{kept.base}/briefs/1?version=1")
        assert "No longer in this event: Kommune" in page.one(class_="disputed").text
        draft = client.get(f"{kept.base}/briefs/1/file", headers=PAGE)
        assert "brief-1-version-2-draft.pdf" in draft.headers["content-disposition"]
    assert [_state(kept, version) for version in (1, 2)] == ["released", "draft"]
    _release(kept, "rene", "rita", version=2)
    assert [_state(kept, version) for version in (1, 2)] == ["superseded", "released"]
    assert "Replaces version 1." in _pdf(kept)


def _pdf(kept: Kept) -> str:
    rita = kept.people["rita"]
    having = brief_run(kept.house.book, rita, kept.run)
    pages = pypdfium2.PdfDocument(brief_file(kept.house.book, rita, having, having.version(1), "pdf"))
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())


def test_a_later_run_in_the_case_that_tells_of_the_event_differently_is_named(kept: Kept) -> None:
    _write(kept)
    later = _keep(kept.house)
    with kept.house.signed_in("audra") as client:
        assert not page_of(client, f"{kept.base}/briefs/1").all(class_="disputed")
        decide_on_events(kept.house.book, kept.people["anna"], later.run, SPLIT)
        changed = page_of(client, f"{kept.base}/briefs/1").one(class_="disputed").text
    assert f"In run {later.run}, read later: no longer in this event: Kommune, 3 March 2026" in changed


def test_nothing_of_a_later_run_with_a_higher_mark_is_told(kept: Kept) -> None:
    _write(kept)
    content = io.BytesIO(b"what came in later")
    source = keep_source(kept.house.book, kept.people["anna"], content, "secret.jsonl", mark=Mark.PROTECTED)
    later = _keep(kept.house, source=source)
    decide_on_events(kept.house.book, kept.people["anna"], later.run, SPLIT)
    with kept.house.signed_in("audra") as client:
        assert not page_of(client, f"{kept.base}/briefs/1").all(class_="disputed")


def test_a_release_holds_for_the_version_that_was_seen_alone(kept: Kept) -> None:
    _write(kept)
    _release(kept, "rita")
    _write(kept, number=1, says="It was larger.")
    with pytest.raises(ConflictError):
        _release(kept, "rene", version=1)
    assert _state(kept) == "draft"
    with pytest.raises(ConflictError):
        release_brief(kept.house.book, kept.people["rene"], kept.run, 1, 2, seen=1)
    _release(kept, "rene", "rita", version=2)
    with pytest.raises(ConflictError):
        _release(kept, "rene", version=2)


def test_nothing_is_kept_where_somebody_wrote_meanwhile(kept: Kept) -> None:
    _write(kept)
    with pytest.raises(ConflictError):
        keep_brief(kept.house.book, kept.people["anna"], kept.run, _draft(), 1, seen=0)
    with pytest.raises(NotFoundError):
        keep_brief(kept.house.book, kept.people["anna"], kept.run, _draft(), 2)


# ----------------------------------------------------------------------------------------- who sees what, how long


def test_who_is_not_cleared_sees_no_brief_and_who_reads_a_protected_one_is_on_record(kept: Kept) -> None:
    secret = _keep(kept.house, "secret", Mark.PROTECTED)
    _write(secret)
    _release(secret, "rita", "rene")
    kept.house.add("lowly")
    with kept.house.signed_in("lowly") as client:
        for address in ("briefs", "briefs/1", "briefs/1/file"):
            assert client.get(f"{secret.base}/{address}", headers=PAGE).status_code == 404
    before = _reads(kept)
    with kept.house.signed_in("audra") as client:
        assert client.get(f"{secret.base}/briefs/1/file", headers=PAGE).status_code == 200
    assert _reads(kept) == before + 1
    assert "OPCW Protected" in _pdf(secret)


def _reads(kept: Kept) -> int:
    with kept.house.book.engine.connect() as connection:
        kinds = connection.execute(select(tables.record.c.kind)).scalars().all()
    return kinds.count("access")


def test_nothing_is_written_or_released_in_a_closed_case(kept: Kept) -> None:
    _write(kept)
    book, rita = kept.house.book, kept.people["rita"]
    waiting = list_findings(book, rita, Filter(case="reports", status=(Status.OPEN,))).findings
    decide(book, rita, [finding.id for finding in waiting], Outcome.ACCEPT, "It says so.")
    change_case(book, rita, "reports", status="closed")
    with pytest.raises(ConflictError):
        _write(kept)
    with pytest.raises(ConflictError):
        _release(kept, "rita")


def test_a_brief_is_erased_with_its_case(kept: Kept) -> None:
    book, rita = kept.house.book, kept.people["rita"]
    _write(kept, says="A word that must go.")
    _release(kept, "rita", "rene")
    request = ask(book, rita, "erase", "reports", {"reason": "over", "ground": "law"})
    answer_request(book, kept.people["rene"], request.seq, approve=True)
    erase_case(book, rita, request.seq)
    with book.engine.connect() as connection:
        parts = connection.execute(select(tables.source_part.c.data)).scalars().all()
    assert not [part for part in parts if b"A word that must go" in part or part.startswith(b"%PDF")]
    assert verify_casebook(book, rita).fits


def test_a_form_without_the_token_of_the_page_changes_nothing(kept: Kept) -> None:
    _write(kept)
    with kept.house.signed_in("rita") as client:
        del client.headers["x-csrf-token"]
        for address, form in (("briefs", FORM), ("briefs/1/releases", {"version": "1", "seen": "1"})):
            assert client.post(f"{kept.base}/{address}", data=form, headers=PART).status_code == 403
    assert _state(kept) == "draft"


# ------------------------------------------------------------------------------------------------------------- API


def test_the_api_writes_releases_and_gives_a_brief(kept: Kept) -> None:
    base = f"/api/v1/watch/runs/{kept.run}/briefs"
    judgement = {"event": EVENTS["accident"], "says": SAYS, "likelihood": "likely", "confidence": "low"}
    body = {"title": "First week", "lang": "fr", "judgements": [judgement], "grades": {"s1": "B2"}, "seen": 0}
    with kept.house.signed_in("rita") as rita, kept.house.signed_in("rene") as rene:
        shown = rita.get(base).json()
        assert (shown["decided"], shown["briefs"]) == ([EVENTS["accident"]], [])
        made = rita.post(base, json=body).json()
        assert (made["brief"]["number"], made["brief"]["state"], made["seen"]) == (1, "draft", 1)
        assert made["written"]["grades"] == {"s1": "B2"}
        assert rita.post(base, json=body).status_code == 409
        assert kind(rita.post(base, json={**body, "seen": 1, "judgements": [{**judgement, "event": "E-0"}]})) != ""
        release = {"version": 1}
        assert rita.post(f"{base}/1/releases", json=release).json()["brief"]["state"] == "one_release"
        assert rita.post(f"{base}/1/releases", json=release).status_code == 409
        released = rene.post(f"{base}/1/releases", json=release).json()["brief"]
        assert (released["state"], [one["person"] for one in released["releases"]]) == (
            "released", ["Name of rita", "Name of rene"],
        )  # fmt: skip
        content = rene.get(f"{base}/1/file?format=docx").content
        assert sha256(content).hexdigest() == released["files"]["docx"]
        assert io.BytesIO(content).read(2) == b"PK"
        decide_on_events(kept.house.book, kept.people["anna"], kept.run, SPLIT)
        (event,) = rene.get(f"{base}/1").json()["events"]
        assert event["changes"][0] == "No longer in this event: Kommune, 2026-03-03."
        assert rene.get(f"{base}/2").status_code == 404
        assert rene.get(f"{base}/1?version=2").status_code == 404
