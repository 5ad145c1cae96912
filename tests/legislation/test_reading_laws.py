"""What could not be read is named, and no verdict stands where nothing was read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from opencwc.convention.measures import Measures
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.legislation import Checked, check_texts
from opencwc.legislation.texts.legal_texts import LegalText
from opencwc.wording import sentence

from .conftest import DAY, WordEncoder

CheckTexts = Callable[..., Checked]

PORTUGUESE = (
    "Artigo 1.º É proibido desenvolver, produzir, adquirir, armazenar ou conservar armas químicas, ou transferir, "
    "direta ou indiretamente, armas químicas a quem quer que seja.\n"
    "Artigo 2.º Quem empregar armas químicas é punido com pena de prisão de 8 a 16 anos.\n"
)
JAPANESE = (
    "第一条 何人も、化学兵器を製造してはならない。\n第二条 何人も、化学兵器を所持し、譲り渡してはならない。\n"
    "第三条 前条の規定に違反した者は、十年以下の懲役に処する。\n"
)
ENGLISH = (
    "Section 1. Prohibition\nNo person shall use a chemical weapon.[1]\n"
    "Section 2. Penalty\nA person who contravenes section 1 is liable to imprisonment for ten years.\n"
    "Section 3. Title\nThis Act is the Chemical Weapons Act.\n\n"
    "[1] No person shall use a riot control agent as a method of warfare.\n"
)


@pytest.fixture
def check(encoder: WordEncoder, measures: Measures) -> CheckTexts:
    def checked(*texts: LegalText, as_of: date = DAY) -> Checked:
        known_measures = measures if as_of == DAY else None
        return check_texts(texts, "GBR", as_of, measures=known_measures, encoder=encoder, model=False)

    return checked


@pytest.mark.parametrize(("text", "language"), [(PORTUGUESE, "Portuguese"), (JAPANESE, "Japanese")])
def test_a_law_in_a_language_that_is_not_read_gets_no_verdict(check: CheckTexts, text: str, language: str) -> None:
    with pytest.raises(InputError, match=language):
        check(LegalText("lei.txt", text))


def test_beside_another_it_is_named_and_its_elements_are_not_checked(check: CheckTexts) -> None:
    checked = check(LegalText("lei.txt", PORTUGUESE), LegalText("act.txt", ENGLISH))
    (unread,) = [sentence(note, "fr") for note in checked.notes if note.id == "law_language_unread"]
    assert "lei.txt" in unread and "portugais" in unread
    assert {section.lang for section in checked.law.sections if section.file == "lei.txt"} == {"pt"}


def test_a_scan_without_text_gets_no_verdict(check: CheckTexts) -> None:
    with pytest.raises(InputError, match="No text could be read"):
        check(LegalText("scan.pdf", ". 1 -", "pdf"))


def test_before_the_convention_nothing_can_be_said(check: CheckTexts) -> None:
    with pytest.raises(InputError, match="on or after 1997-04-29"):
        check(LegalText("act.txt", ENGLISH), as_of=date(1990, 1, 1))


def test_a_footnote_covers_nothing(check: CheckTexts) -> None:
    checked = check(LegalText("act.txt", ENGLISH))
    answers = {answer.measure.id: answer for answer in checked.answers}
    assert answers["PRO-03"].verdict == "covered" and answers["PRO-06"].verdict == "none"
    assert "law_footnotes_apart" in {note.id for note in checked.notes}


def test_of_a_very_long_code_only_what_speaks_of_the_measures_is_read_closely(check: CheckTexts) -> None:
    filler = (
        "A person who sells goods by the roadside without leave of the council is liable to a fine, as is the buyer. "
        * 4
    )
    sections = [f"Section {n}. Matter {n}\n{filler}" for n in range(1, 2500)]
    sections[1200] = (
        "Section 1201. Weapons\n"
        "No person shall develop, produce, otherwise acquire, stockpile or retain chemical weapons."
    )
    sections[2300] = "Section 2301. Penalty\nWhoever contravenes section 1201 is liable to imprisonment for life."
    checked = check(LegalText("code.txt", "\n".join(sections) + "\n"))
    (note,) = [note for note in checked.notes if note.id == "law_narrowed"]
    assert note.values["of"] == 2499 and note.values["count"] == 14 == len(checked.law.sections)
    answers = {answer.measure.id: answer for answer in checked.answers}
    assert answers["PRO-01"].verdict == "covered"
    assert answers["PRO-01"].shown[0].passage.section.number == "1201"
    assert "2301" in {passage.passage.section.number for passage in answers["PEN-01"].shown}


def test_a_passage_goes_on_to_the_last_item_that_decides(check: CheckTexts) -> None:
    filler = (
        "who acts on the order of another, or for a reward that was promised or paid, or in the hope of such a reward"
    )
    items = "\n".join(f"({n}) any person {filler};" for n in "abcdef")
    text = (
        f"Section 1. Offences\nThe following commit an offence and are punished with imprisonment for life:\n{items}\n"
        "(g) any person who uses a chemical weapon.\nSection 2. Title\nThis is the Chemical Weapons Act.\n"
        "Section 3. Entry into force\nThis Act enters into force on its publication.\n"
    )
    answers = {answer.measure.id: answer for answer in check(LegalText("act.txt", text)).answers}
    best = next(passage for passage in answers["PEN-01"].shown if passage.passage.section.number == "1")
    assert "uses a chemical weapon." in best.passage.text
    assert text[best.passage.start : best.passage.end] == best.passage.text


def test_one_sentence_of_a_scan_is_read(check: CheckTexts) -> None:
    checked = check(LegalText("scan.pdf", "Section 1. No person shall use chemical weapons.", "pdf"))
    assert {answer.measure.id: answer.verdict for answer in checked.answers}["PRO-03"] == "covered"
    assert not any(note.id in ("law_unreadable", "law_recognised_nothing") for note in checked.notes)


def test_who_had_a_scan_recognised_is_not_told_to_have_it_recognised(check: CheckTexts) -> None:
    empty = LegalText("scan.pdf", "", "pdf", notes=(Message("reading_ocr_used", {"languages": "eng"}),))
    with pytest.raises(InputError, match="Text recognition was already used") as caught:
        check(empty)
    assert "--ocr" not in str(caught.value)
    checked = check(empty, LegalText("act.txt", ENGLISH))
    sentences = [sentence(note) for note in checked.notes if "scan.pdf" in sentence(note)]
    assert len(sentences) == 1 and "Text recognition found no text" in sentences[0]
