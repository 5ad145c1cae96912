"""A brief holds what a person judges, pins its events, says what changed of them, and accuses nobody."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import pypdfium2
import pytest
from msgspec import structs

from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.publishing.report_files import report_file
from opencwc.records import from_plain, to_plain
from opencwc.reports.brief import (
    UNRATED,
    Brief,
    BriefDraft,
    Judgement,
    brief_of,
    changes_in_run,
    changes_since,
    event_now,
    event_version,
    pinned_event,
)
from opencwc.reports.brief_report import BriefEvent, BriefPaper, Signed, brief_report, grade_said
from opencwc.reports.corrected import EventDecision, corrected
from opencwc.reports.estimates import confidences, mixed_sentence
from opencwc.reports.events import Event
from opencwc.reports.model import Told
from opencwc.reports.summaries import EventSummary, summaries_of
from opencwc.reports.watched import Line, Watched
from opencwc.wording import LANGUAGES, say, sentence
from opencwc.wording.likelihood import LIKELIHOODS
from reports.told_by_hand import told, watched

DAY = date(2026, 3, 7)
HASH = "ab" * 32


def events() -> dict[str, EventSummary]:
    return {summary.kind: summary for summary in summaries_of(watched())}


def lines() -> dict[str, Line]:
    return {line.told.report.id: line for line in watched().lines}


def judged(kind: str = "accident", **changes: str) -> Judgement:
    said = "Chlorine leaked at the waterworks, and four to seven people were treated"
    return structs.replace(Judgement(events()[kind].id, said, "very_likely", "moderate"), **changes)


def draft(*judgements: Judgement, lang: str = "en", grades: dict[str, str] | None = None) -> BriefDraft:
    return BriefDraft("First week of March", lang, judgements or (judged(),), grades or {})


def written(some: BriefDraft) -> Brief:
    return brief_of(some, events().values())


def paper(brief: Brief, released: Sequence[str] = (), decisions: Sequence[EventDecision] = ()) -> BriefPaper:
    now = summaries_of(corrected(watched(), decisions))
    some = []
    for item in brief.items:
        then = pinned_event(item, lines())
        some.append(BriefEvent(item, then, changes_since(item, then, event_now(item, now))))
    signed = tuple(Signed(name, DAY) for name in released)
    return BriefPaper(brief, 1, 1, Signed("Anna", DAY), tuple(some), "restricted", signed)


def text_of(made: BriefPaper) -> str:
    pages = pypdfium2.PdfDocument(report_file(brief_report(made), "pdf"))
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())


# --------------------------------------------------------------------------------------------------------- writing


def test_a_brief_pins_each_event_as_it_stands_and_comes_back_from_its_record() -> None:
    brief = written(draft(grades={"s1": "b2", "s2": "", "elsewhere": "A1"}))
    (item,) = brief.items
    assert [(one.id, one.origin) for one in item.reports] == [("s1", "O-1"), ("s2", "O-1"), ("s3", "O-2")]
    assert item.version == event_version(events()["accident"]) == event_version(pinned_event(item, lines()))
    assert (brief.grade("s1"), brief.grade("s2")) == ("B2", UNRATED)
    assert brief.grades == {"s1": "B2"}
    assert from_plain(Brief, to_plain(brief)) == brief


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"says": " "}, "brief_sentence_missing"),
        ({"says": "x" * 4_001}, "brief_sentence_too_long"),
        ({"likelihood": ""}, "brief_likelihood_missing"),
        ({"likelihood": "certain"}, "brief_likelihood_missing"),
        ({"confidence": ""}, "brief_confidence_missing"),
        ({"event": "E-0"}, "brief_event_not_decided"),
        ({"says": "We are highly confident that a leak is likely."}, "brief_estimates_mixed"),
        ({"rests_on": "Confidence is low; it is unlikely."}, "brief_estimates_mixed"),
    ],
)
def test_a_judgement_that_lacks_something_is_refused(changes: dict[str, str], code: str) -> None:
    with pytest.raises(InputError) as caught:
        written(draft(judged(**changes)))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("some", "code"),
    [
        (draft(lang="de"), "brief_language_unknown"),
        (structs.replace(draft(), title=" "), "brief_title_missing"),
        (structs.replace(draft(), judgements=()), "brief_empty"),
        (draft(judged(), judged()), "brief_events_too_many"),
        (draft(grades={"s1": "G2"}), "brief_grade_unknown"),
        (draft(grades={"s1": "B"}), "brief_grade_unknown"),
    ],
)
def test_a_draft_that_makes_no_sense_is_refused(some: BriefDraft, code: str) -> None:
    with pytest.raises(InputError) as caught:
        written(some)
    assert caught.value.code == code


def test_an_event_that_nobody_decided_on_goes_into_no_brief() -> None:
    with pytest.raises(InputError) as caught:
        brief_of(draft(), [events()["seizure"]])
    assert caught.value.code == "brief_event_not_decided"


# ------------------------------------------------------------------------------------------------------- estimates

MIXED = {
    "en": "We have high confidence that it is likely.",
    "fr": "Nous avons toute confiance : c’est très probable.",
    "ar": "نقول بثقة عالية إنه من المحتمل أن يكون قد وقع.",
    "es": "Es muy probable, y nuestra confianza es alta.",
    "ru": "С высокой уверенностью: вероятно, это произошло.",
    "zh": "我们有很大信心认为这很可能发生。",
}
APART = {
    "en": "It is likely. Our confidence is high.",
    "fr": "C’est très probable. Notre confiance est élevée.",
    "ar": "من المحتمل أن يكون قد وقع. ثقتنا عالية. وثيقة موثقة.",
    "es": "Es muy probable. Nuestra confianza es alta.",
    "ru": "Вероятно, это произошло. Уверенность высокая.",
    "zh": "这很可能发生。我们的信心很大。",
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_likelihood_and_confidence_in_one_sentence_are_seen_in_every_language(lang: str) -> None:
    assert mixed_sentence(MIXED[lang], lang) == MIXED[lang]
    assert mixed_sentence(APART[lang], lang) == ""


def test_the_scale_is_that_of_the_directive_and_leaves_no_gap() -> None:
    bounds = list(LIKELIHOODS.values())
    assert [tuple(one) for one in bounds] == [
        (1, 5), (5, 20), (20, 45), (45, 55), (55, 80), (80, 95), (95, 99),
    ]  # fmt: skip
    assert confidences() == ("low", "moderate", "high")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_of_the_scales_is_said_once_in_every_language(lang: str) -> None:
    words = [say(f"likelihood_{name}", lang) for name in LIKELIHOODS]
    levels = [say(f"brief_confidence_{name}", lang) for name in confidences()]
    grades = [say(grade_said(f"{letter}{digit}"), lang) for letter in "ABCDEF" for digit in "123456"]
    assert len(set(words)) == 7
    assert len(set(levels)) == 3
    assert len(set(grades)) == 36
    assert not any("brief_" in word for word in (*words, *levels, *grades))


# --------------------------------------------------------------------------------------------------------- changes


def changes(*decisions: EventDecision) -> list[str]:
    (event,) = paper(written(draft()), decisions=decisions).events
    return [sentence(change) for change in event.changes]


def test_an_event_that_is_the_same_has_not_changed() -> None:
    confirmed = EventDecision("confirm", ("s1", "s2", "s3"), reason="So it is.")
    assert changes() == changes(confirmed) == []
    assert "The event has not changed since this was written." in text_of(paper(written(draft())))


def test_a_report_that_was_split_off_is_named_with_what_that_changes() -> None:
    said = changes(EventDecision("split", ("s3",), apart=("s1", "s2"), reason="Another leak."))
    assert said == [
        "No longer in this event: Kommune, 2026-03-03.",
        "Injured, ill or exposed: 4 to 7 then, 4 now.",
        "Origins: 2 then, 1 now.",
    ]


def test_a_report_that_was_added_is_named() -> None:
    said = changes(EventDecision("join", ("s1", "s2", "s3"), beside=("p1",), reason="One event."))
    assert said[0] == "Added: El Diario, 2026-03-05."
    assert "Origins: 2 then, 3 now." in said
    assert "Chemicals: chlorine then, chlorine, sodium cyanide now." in said


def test_a_brief_shows_the_event_as_it_was_written_on_and_says_that_it_changed() -> None:
    split = EventDecision("split", ("s3",), apart=("s1", "s2"), reason="Another leak.")
    text = text_of(paper(written(draft()), decisions=[split]))
    assert "3 reports from 2 independent origins" in text
    assert "The event has changed since this was written." in text
    assert "No longer in this event: Kommune, 2026-03-03." in text
    assert f"Based on version {event_version(events()['accident'])} of event {events()['accident'].id}." in text


def test_an_event_whose_reports_are_on_none_now_says_so() -> None:
    (item,) = written(draft()).items
    assert changes_since(item, events()["accident"], None) == (Message("brief_change_gone"),)


def in_run(*texts: Told) -> list[str]:
    """Return what a later run of these reports, which are one event in it, says differently."""
    items = tuple(range(len(texts)))
    later = Watched(tuple(Line(one, "E-9", f"O-{one.report.id}") for one in texts), (Event("E-9", items),))
    return [sentence(change) for change in changes_in_run(events()["accident"], summaries_of(later), 21)]


def test_a_later_run_that_tells_more_of_an_event_is_named_with_what_it_adds() -> None:
    known = [line.told for line in events()["accident"].lines]
    denial = told(
        "d1", "2026-03-09T08:00:00+01:00", "Works", "en", "No chlorine.", nature=("accident", "denied", "denies")
    )
    assert in_run(*known, denial)[0] == "In run 21, read later: added: Works, 2026-03-09."
    assert "In run 21, read later: Origins: 2 then, 4 now." in in_run(*known, denial)


def test_a_later_run_without_all_reports_says_only_what_was_added() -> None:
    known = [line.told for line in events()["accident"].lines]
    other = told("d1", "2026-03-09T08:00:00+01:00", "Works", "en", "No chlorine.")
    assert in_run(known[0], other) == ["In run 21, read later: added: Works, 2026-03-09."]
    assert in_run(known[0]) == []


def test_a_later_run_of_other_reports_says_nothing() -> None:
    known = events()["accident"].lines[0].told
    namesake = structs.replace(known, report=structs.replace(known.report, text="Another text under the same id."))
    assert in_run(namesake) == []
    assert changes_in_run(events()["accident"], [], 21) == ()


def test_many_reports_that_were_added_are_counted() -> None:
    known = [line.told for line in events()["accident"].lines]
    more = [told(f"m{number}", "2026-03-09T08:00:00+01:00", "Works", "en", "So.") for number in range(25)]
    assert in_run(*known, *more)[0].count("Works, 2026-03-09") == 10
    assert "+15" in in_run(*known, *more)[0]


# ----------------------------------------------------------------------------------------------------------- pages


def test_the_answer_comes_first_and_says_likelihood_and_confidence_in_two_sentences() -> None:
    report = brief_report(paper(written(draft())))
    (first, *_) = report.sections
    (answer, *_) = first.blocks
    assert list(answer.items) == [  # type: ignore[union-attr]
        "Chlorine leaked at the waterworks, and four to seven people were treated. "
        "Likelihood: very likely (80 to 95%). Confidence in this judgement: moderate."
    ]


def test_each_origin_is_named_with_what_it_says_and_allegation_and_confirmation_stand_apart() -> None:
    both = draft(judged(), judged("alleged_use", says="One party accuses the other, which denies it"))
    text = text_of(paper(written(both)))
    assert "Nordavia Wire reports it as fact; repeated by Courrier.1, 2" in text
    assert "Kommune reports that it is confirmed.3" in text
    assert "Вестник reports it as an allegation.4" in text
    assert "Press Office reports that it is denied.5" in text
    assert "Confirmed no origin reports that it is confirmed" in text
    assert "Nordavia Wire1 2026-03-02 reported 0 4" in text
    assert "Kommune3 2026-03-03 confirmed — 7" in text


def test_every_report_has_a_footnote_with_its_address_its_hash_and_its_grade() -> None:
    brief = written(draft(grades={"s1": "B2"}))
    hashed = {name: _hashed(line) for name, line in lines().items()}
    made = paper(brief)
    event = made.events[0]
    made = made._replace(events=(event._replace(summary=pinned_event(event.item, hashed)),))
    text = text_of(made)
    assert "Nordavia Wire, 2026-03-02. Title of s1. https://s1.example/x" in text
    assert text.replace(" ", "").count(HASH) == 3
    assert "Admiralty grade B2: source usually reliable; probably true." in text
    assert text.count("Admiralty grade F6: reliability cannot be judged; truth cannot be judged.") == 2
    assert len(brief_report(made).notes) == 3


def _hashed(line: Line) -> Line:
    report = structs.replace(line.told.report, sha256=HASH)
    return structs.replace(line, told=structs.replace(line.told, report=report))


def test_a_report_without_a_hash_says_so() -> None:
    assert "No hash was saved." in text_of(paper(written(draft())))


def test_a_draft_is_marked_as_one_on_every_page_and_a_released_brief_is_not() -> None:
    made = written(draft(judged(), judged("alleged_use"), judged("seizure")))
    pages = pypdfium2.PdfDocument(report_file(brief_report(paper(made)), "pdf"))
    texts = [page.get_textpage().get_text_range() for page in pages]
    assert len(texts) > 1
    assert all("DRAFT, not yet released by two people · OPCW Restricted" in text for text in texts)
    released = text_of(paper(made, ["Rita", "René"]))
    assert "DRAFT" not in released
    assert "Released by Rita on 2026-03-07 and René on 2026-03-07." in released


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_brief_is_a_pdf_and_a_word_file_in_every_language(lang: str) -> None:
    made = paper(written(draft(judged(), judged("alleged_use"), lang=lang, grades={"s1": "B2"})))
    report = brief_report(made)
    assert not any("brief_" in text for text in _texts(to_plain(structs.replace(report, sections=()))))
    word = report_file(report, "docx")
    with zipfile.ZipFile(io.BytesIO(word)) as package:
        body = package.read("word/document.xml").decode()
        assert "brief_" not in body
        assert package.read("word/footnotes.xml").decode().count("<w:footnote ") == 7
        assert say("brief_marking_draft", lang) in package.read("word/header1.xml").decode()
    assert report_file(report, "pdf").startswith(b"%PDF")
    assert word == report_file(brief_report(made), "docx")


def _texts(plain: Any) -> list[str]:
    if isinstance(plain, str):
        return [plain]
    if isinstance(plain, dict):
        plain = plain.values()
    return [text for item in plain for text in _texts(item)] if hasattr(plain, "__iter__") else []
