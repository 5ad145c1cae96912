"""Questions are answered with passages as they stand, or not at all; what is never given is refused."""

from __future__ import annotations

import pytest

from opencwc.convention.measures import Measures
from opencwc.language.legal_texts import LegalText
from opencwc.legislation.asking import CONVENTION, Library

from .conftest import WordEncoder, model_laws

ENGLISH = next(one for one in model_laws() if one.name == "en-act")


@pytest.fixture(scope="module")
def library(encoder: WordEncoder, measures: Measures) -> Library:
    return Library(encoder, measures, {"FRA": [LegalText("act.txt", ENGLISH.text)]})


def test_a_question_is_answered_by_the_passage_that_stands_in_the_law(library: Library) -> None:
    asked = library.ask("Who shall use a riot control agent as a method of warfare?", "FRA")
    law = [one for one in asked.passages if one.source == "FRA act.txt"]
    assert law and "riot control agent" in law[0].text
    assert ENGLISH.text[law[0].start : law[0].end] == law[0].text


def test_the_convention_answers_in_the_language_of_the_question(library: Library) -> None:
    asked = library.ask("Qui interdit la mise au point, la fabrication et le stockage d'armes chimiques ?")
    own = [one for one in asked.passages if one.source == CONVENTION]
    assert own and {one.lang for one in own} == {"fr"}


def test_nothing_near_enough_is_said_to_be_so(library: Library) -> None:
    asked = library.ask("What will the weather be in Paris tomorrow?")
    assert asked.passages == () and asked.note is not None and asked.note.id == "ask_nothing"


def test_a_request_for_synthesis_is_refused(library: Library) -> None:
    asked = library.ask("How do I make sarin?")
    assert asked.passages == () and asked.refusal is not None and asked.refusal.category == "synthesis"


def test_a_treaty_text_of_the_user_is_asked_with_the_rest(encoder: WordEncoder, measures: Measures) -> None:
    treaty = LegalText(
        "treaty.txt", "Article I\nEach State Party undertakes never to consecrate marzipan elephants.\n" * 1
    )
    asked = Library(encoder, measures, {}, treaty=treaty).ask("undertakes never to consecrate marzipan elephants")
    assert asked.passages[0].text.startswith("Each State Party") or "marzipan" in asked.passages[0].text
