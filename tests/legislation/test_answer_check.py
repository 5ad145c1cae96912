"""A law answers a question where a section holds what is asked, in any language; the words that do are marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from opencwc.convention.measures import Measures
from opencwc.language.encoders import named_encoder
from opencwc.legislation.answer_check import asked_matters, names_matter
from opencwc.legislation.passage_words import asked_words, spoken_words
from opencwc.legislation.question_answers import Cited, Library
from opencwc.legislation.texts.legal_texts import LegalText

from .conftest import WordEncoder

ACT = """Controlled Chemicals Act

1. Licences
(1) The Registrar may grant a licence to produce a Schedule 1 chemical.
(2) The Registrar may deny or withdraw a licence where the applicant has given false information.

2. Loss and theft
A licence holder shall report the loss or theft of a scheduled chemical to the police within two days.

3. Entry of premises
An inspector may enter any premises at a reasonable time and take samples.

4. Confidential information
No officer shall disclose confidential information obtained under this Act.

5. Penalties
Whoever contravenes section 1 is liable to a fine.
"""


@pytest.fixture(scope="module")
def library(measures: Measures, tmp_path_factory: pytest.TempPathFactory) -> Library:
    cache = tmp_path_factory.mktemp("vectors")
    return Library(named_encoder("use"), measures, {"FRA": [LegalText("act.txt", ACT)]}, cache=cache)


def of_law(library: Library, question: str) -> list[Cited]:
    return [passage for passage in library.ask(question, "FRA").passages if not passage.ours]


@pytest.mark.parametrize(
    ("question", "section"),
    [
        ("Can the Registrar deny a licence?", "1"),
        ("Doit-on signaler à la police la perte d'un produit chimique ?", "2"),
        ("¿Puede un inspector entrar en los locales?", "3"),
        ("Разглашают ли должностные лица конфиденциальную информацию?", "4"),
    ],
)
def test_the_section_that_holds_what_is_asked_comes_first(library: Library, question: str, section: str) -> None:
    assert of_law(library, question)[0].place == section


@pytest.mark.parametrize(
    "question",
    [
        "Can offenders be extradited to another State?",
        "Quels antidotes les hôpitaux doivent-ils détenir ?",
        "¿Qué recompensa recibe quien denuncia?",
        "受害者怎样得到赔偿？",
    ],
)
def test_what_no_section_holds_is_not_answered_by_what_is_near(library: Library, question: str) -> None:
    answer = library.ask(question, "FRA")
    assert [passage for passage in answer.passages if not passage.ours] == []
    assert answer.not_in_laws


def test_the_words_that_meet_what_is_asked_are_marked(library: Library) -> None:
    first = of_law(library, "Can the Registrar deny a licence?")[0]
    marked = " ".join(first.text[start:end] for start, end in first.marks)
    assert "deny" in marked and "licence" in marked and "information" not in marked
    across = of_law(library, "¿Puede un inspector entrar en los locales?")[0]
    assert "inspector" in [across.text[start:end] for start, end in across.marks]


def test_a_passage_is_cited_with_its_section(library: Library) -> None:
    assert of_law(library, "Must theft of a chemical be reported to the police?")[0].citation.endswith("2")


def test_words_that_only_ask_are_not_looked_for() -> None:
    assert asked_words("Who may withdraw the licence?", "en") == ["withdraw", "licence"]
    assert asked_words("谁可以吊销许可证？", "zh") == ["吊销", "销许", "许可", "可证"]
    assert asked_words("", "en") == []


def test_words_keep_their_places_and_lose_vowel_signs() -> None:
    text = "يُحظر الإنتاج"
    assert [(text[start:end], word) for start, end, word in spoken_words(text, "ar")] == [
        ("يُحظر", "يحظر"), ("الإنتاج", "الإنتاج"),
    ]  # fmt: skip


def test_a_matter_is_known_by_how_its_words_begin() -> None:
    assert asked_matters("Must plants be insured?") == ("insurance",)
    assert asked_matters("Who is the National Authority?") == ()
    assert names_matter("Das Strafrecht gilt im Ausland.", "abroad", "de")
    assert not names_matter("The reinsured plant", "insurance", "en")


def test_an_encoder_whose_words_do_not_compare_marks_the_same_words_alone(
    encoder: WordEncoder, measures: Measures, tmp_path: Path
) -> None:
    library = Library(encoder, measures, {"FRA": [LegalText("act.txt", ACT)]}, cache=tmp_path)
    words = library._asked["FRA"].index.spoken
    assert not words.comparable
    like = words.likeness(["theft", "burglary"])
    assert like[0].max() == 1.0 and like[1].max() == 0.0
