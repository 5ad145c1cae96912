"""What questions need to know of a law is worked out once: later questions get the same answers by less work."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from opencwc.convention.measures import Measures
from opencwc.legislation import question_index
from opencwc.legislation.passage_search import PassageIndex
from opencwc.legislation.question_answers import Library
from opencwc.legislation.question_index import QuestionIndex
from opencwc.legislation.texts.legal_texts import LegalText
from opencwc.legislation.texts.passages import passages_of
from opencwc.legislation.texts.sections import sections_of

from .conftest import WordEncoder, model_laws

ENGLISH = next(law for law in model_laws() if law.name == "en-act")
TEXT = LegalText("act.txt", ENGLISH.text)
QUESTIONS = (
    "Who shall use a riot control agent as a method of warfare?",
    "What imprisonment is a person liable to who uses a chemical weapon?",
)


class CountingIndex(PassageIndex):
    """An index that counts what it searches for."""

    searched = 0

    def search(self, questions: Sequence[Any], most: int = 50, *, asked: bool = False) -> Any:
        self.searched += len(questions)
        return super().search(questions, most, asked=asked)


@pytest.fixture
def law(encoder: WordEncoder, measures: Measures) -> QuestionIndex:
    return QuestionIndex(CountingIndex(list(passages_of(sections_of(TEXT))), encoder), measures)


def test_the_words_of_a_measure_are_searched_once(law: QuestionIndex, measures: Measures) -> None:
    ban = measures.measures[0]
    first = law.lent(ban)
    assert first and law.lent(ban) is first and law.index.searched == 1


def test_a_question_asked_again_gets_the_same_answer(
    encoder: WordEncoder, measures: Measures, law: QuestionIndex
) -> None:
    library = Library(encoder, measures, {}, ready={"FRA": law})
    fresh = Library(encoder, measures, {"FRA": [TEXT]})
    for question in (*QUESTIONS, *QUESTIONS):
        assert library.ask(question, "FRA").passages == fresh.ask(question, "FRA").passages != ()


def test_a_long_law_is_prepared_and_a_short_one_is_not(
    law: QuestionIndex, encoder: WordEncoder, measures: Measures, monkeypatch: pytest.MonkeyPatch
) -> None:
    law.prepare()
    assert law.index.searched == 0
    answers = [Library(encoder, measures, {"FRA": [TEXT]}).ask(question, "FRA") for question in QUESTIONS]
    monkeypatch.setattr(question_index, "MOST_ENCODED", 1)
    law.prepare()
    searched = law.index.searched
    library = Library(encoder, measures, {}, ready={"FRA": law})
    assert [library.ask(question, "FRA") for question in QUESTIONS] == answers
    assert law.index.searched == searched + len(QUESTIONS), "only the questions themselves are searched"


def test_a_penalty_is_found_for_the_section_that_it_points_to(encoder: WordEncoder, measures: Measures) -> None:
    text = LegalText(
        "act.txt",
        "Section 1. No person shall use a chemical weapon.\nSection 2. The Minister may make regulations.\n"
        "Section 3. Whoever contravenes section 1 is liable to imprisonment for ten years.\n",
    )
    index = PassageIndex(list(passages_of(sections_of(text))), encoder)
    numbers = [passage.section.number for passage in index.passages]
    ban, penalty = numbers.index("1"), numbers.index("3")
    law = QuestionIndex(index, measures)
    assert (penalty, ban) in list(law.penalties({ban: 1.0}))
    assert list(law.penalties({numbers.index("2"): 1.0})) == []


def test_nothing_of_what_is_asked_goes_to_the_disk(encoder: WordEncoder, measures: Measures, tmp_path: Path) -> None:
    library = Library(encoder, measures, {"FRA": [TEXT]}, cache=tmp_path)
    library.ask(QUESTIONS[0], "FRA")
    kept = set(tmp_path.rglob("*.npy"))
    assert library.ask(QUESTIONS[0].replace("method", "means"), "FRA").passages
    assert set(tmp_path.rglob("*.npy")) == kept
