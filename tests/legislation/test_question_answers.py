"""Questions are answered with passages as they stand, or not at all; what is never given is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from opencwc.convention.measures import Measures
from opencwc.legislation.question_answers import CONVENTION, TREATY, Library
from opencwc.legislation.texts.legal_texts import LegalText, read_legal_text

from .conftest import WordEncoder, model_laws

ENGLISH = next(law for law in model_laws() if law.name == "en-act")


@pytest.fixture(scope="module")
def library(encoder: WordEncoder, measures: Measures) -> Library:
    return Library(encoder, measures, {"FRA": [LegalText("act.txt", ENGLISH.text)]})


def test_a_question_is_answered_by_the_passage_that_stands_in_the_law(library: Library) -> None:
    reply = library.ask("Who shall use a riot control agent as a method of warfare?", "FRA")
    law = [passage for passage in reply.passages if passage.source == "FRA act.txt"]
    assert law and "riot control agent" in law[0].text
    assert ENGLISH.text[law[0].start : law[0].end] == law[0].text


def test_the_convention_answers_in_the_language_of_the_question(library: Library) -> None:
    reply = library.ask("Qui interdit la mise au point, la fabrication et le stockage d'armes chimiques ?")
    own = [passage for passage in reply.passages if passage.source == CONVENTION]
    assert own and {passage.lang for passage in own} == {"fr"}
    assert all(passage.ours for passage in own) and CONVENTION != TREATY  # our words are never cited as the treaty's


def test_a_question_in_a_language_that_we_do_not_write_is_answered_in_the_reader_s(library: Library) -> None:
    reply = library.ask("Wer verbietet die Entwicklung, Herstellung und Lagerung chemischer Waffen?", reader="es")
    assert {passage.lang for passage in reply.passages if passage.ours} <= {"es"}


def test_nothing_near_enough_is_said_to_be_so(library: Library) -> None:
    reply = library.ask("What will the weather be in Paris tomorrow?")
    assert reply.passages == () and reply.note is not None and reply.note.id == "ask_nothing"


def test_a_request_for_synthesis_is_refused(library: Library) -> None:
    reply = library.ask("How do I make sarin?")
    assert reply.passages == () and reply.refusal is not None and reply.refusal.category == "synthesis"


def test_the_law_comes_before_our_own_words_and_in_its_own_language(encoder: WordEncoder, measures: Measures) -> None:
    spanish = next(law for law in model_laws() if law.name.startswith("es-"))
    library = Library(encoder, measures, {"ESP": [LegalText("ley.txt", spanish.text)]})
    ban = next(measure for measure in measures.measures if measure.id == "PRO-06")
    reply = library.ask(ban.queries["en"], "ESP")
    sources = [passage.source for passage in reply.passages]
    assert sources[0] == "ESP ley.txt" and sorted(sources, key=lambda source: source == CONVENTION) == sources
    assert "disturbios" in reply.passages[0].text


QUESTION = "Is it prohibited to use riot control agents as a method of warfare?"
TREATY_TEXT = LegalText(
    "treaty.txt",
    "Article I\nEach State Party undertakes not to use riot control agents as a method of warfare.\n"
    "Article VII\nEach State Party shall prohibit natural persons anywhere on its territory from any such activity.\n"
    "Article XXIV\nThis Convention, of which the texts are equally authentic, is deposited.\n",
)


def test_the_treaty_that_a_user_supplies_is_cited_between_the_laws_and_our_words(
    encoder: WordEncoder, measures: Measures
) -> None:
    texts = {"FRA": [LegalText("act.txt", ENGLISH.text)]}
    reply = Library(encoder, measures, texts, treaty=TREATY_TEXT).ask(QUESTION, "FRA")
    sources = [passage.source for passage in reply.passages]
    assert sources[0] == "FRA act.txt" and f"{TREATY} treaty.txt" in sources
    order = {"FRA act.txt": 0, f"{TREATY} treaty.txt": 1, CONVENTION: 2}
    assert [order[source] for source in sources] == sorted(order[source] for source in sources)


def test_what_is_prepared_once_is_told_of_and_kept(encoder: WordEncoder, measures: Measures, tmp_path: Path) -> None:
    progress: list[tuple[int, int]] = []
    for _ in range(2):
        texts = {"FRA": [LegalText("act.txt", ENGLISH.text)]}
        Library(
            encoder, measures, texts, treaty=TREATY_TEXT, cache=tmp_path, progress=lambda *far: progress.append(far)
        )
    assert [done for done, _ in progress].count(0) == 4  # law, treaty, our words, the measures': each once


def test_a_treaty_text_of_the_user_is_asked_with_the_rest(encoder: WordEncoder, measures: Measures) -> None:
    treaty = LegalText(
        "treaty.txt", "Article I\nEach State Party undertakes never to consecrate marzipan elephants.\n" * 1
    )
    reply = Library(encoder, measures, {}, treaty=treaty).ask("undertakes never to consecrate marzipan elephants")
    assert reply.passages[0].text.startswith("Each State Party") or "marzipan" in reply.passages[0].text


ACT = (
    "Section 4. Chemical weapons\nNo person shall use a chemical weapon or transfer one to anyone.\n"
    "Section 5. Records\nRecords of chemicals are kept for five years.\n"
    "Section 6. Sanctions\nWhoever contravenes section 4 is liable to imprisonment for life.\n"
    "Section 7. Fees\nWhoever contravenes section 5 is liable to imprisonment for a month.\n"
)


def test_a_question_for_a_penalty_is_answered_by_what_punishes_the_ban(
    encoder: WordEncoder, measures: Measures
) -> None:
    library = Library(encoder, measures, {"GBR": [LegalText("act.txt", ACT)]})
    ban = next(measure for measure in measures.measures if measure.id == "PRO-03").queries["en"]

    def places(question: str) -> list[str]:
        return [passage.place for passage in library.ask(question, "GBR", 4).passages if not passage.ours]

    assert places(ban)[0] == "Section 4"
    answered_by = places(f"{ban} What is the penalty?")
    assert answered_by[:2] == ["Section 6", "Section 4"] and "Section 7" not in answered_by[:2]


def test_a_passage_of_a_text_that_calls_itself_a_draft_says_so(
    encoder: WordEncoder, measures: Measures, tmp_path: Path
) -> None:
    texts = []
    for name, head in (("bill.txt", "Chemical Weapons Bill 2024\n\n"), ("act.txt", "Chemical Weapons Act 2024\n\n")):
        path = tmp_path / name
        path.write_text(head + ENGLISH.text, encoding="utf-8")
        texts.append(read_legal_text(path))
    library = Library(encoder, measures, {"FRA": texts})
    reply = library.ask("Who shall use a riot control agent as a method of warfare?", "FRA", 10)
    doubts = {passage.source: passage.doubt for passage in reply.passages if not passage.ours}
    assert doubts["FRA act.txt"] is None
    assert doubts["FRA bill.txt"] is not None and doubts["FRA bill.txt"].id == "law_not_in_force"
