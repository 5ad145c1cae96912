"""Which language a text is in, with the model and without, and honest where it cannot be told."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from opencwc.language import language_recogniser as language_scores
from opencwc.language.language_recogniser import (
    CLASSES,
    MODEL,
    language_examples,
    recognise_language,
    recognise_languages,
)
from opencwc.language.language_rules import OTHER, recognise_by_rules
from opencwc.models import load_card, maker_fields, switch
from opencwc.models.drift import DriftWatch, measure_drift
from opencwc.wording import LANGUAGES, say

SENTENCES = {
    "en": "The shipment was stopped at the border because its papers were not in order.",
    "fr": "L'envoi a été retenu à la frontière parce que ses papiers n'étaient pas en règle.",
    "es": "El envío quedó retenido en la frontera porque sus papeles no estaban en regla.",
    "ar": "أوقفت الشحنة على الحدود لأن أوراقها لم تكن سليمة.",
    "ru": "Груз задержали на границе, потому что бумаги были не в порядке.",
    "zh": "由于单据不全，这批货物在边境被扣留。",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_is_told_with_the_model_that_told_it(language: str) -> None:
    answer = recognise_language(SENTENCES[language])
    assert answer.language == language
    assert answer.confidence is not None
    assert 0.6 < answer.confidence <= 1
    assert (answer.model, answer.weights) == maker_fields(MODEL)
    assert answer.message is None


def test_a_language_that_is_none_of_the_six_is_another() -> None:
    assert recognise_language("Die Sendung wurde an der Grenze angehalten.").language == OTHER
    assert recognise_language("貨物は書類の不備のため国境で止められました。").language == OTHER
    assert recognise_language("화물이 국경에서 서류 미비로 억류되었습니다").language == OTHER


@pytest.mark.parametrize("text", ["", "   ", "107-44-8", "sarin", "VX", "沙林", "CCO"])
def test_a_short_text_is_too_short_to_tell(text: str) -> None:
    answer = recognise_language(text)
    assert (answer.language, answer.confidence) == ("", None)
    assert answer.message is not None
    assert answer.message.id == "language_too_short"


def test_what_the_model_is_not_sure_of_is_not_named() -> None:
    answers = list(recognise_languages([example.text for example in language_examples()]))
    unsure = [answer for answer in answers if answer.message and answer.message.id == "language_unsure"]
    assert unsure
    assert all(
        recognition.language == "" and recognition.confidence is not None and recognition.confidence < 0.6
        for recognition in unsure
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_the_model_rules_tell_and_say_so(language: str, folder: Path) -> None:
    switch(MODEL.id, on=False, by="amina", reason="a trial", folder=folder)
    answer = recognise_language(SENTENCES[language])
    assert (answer.language, answer.confidence, answer.model, answer.weights) == (language, None, "", "")
    assert answer.message is not None
    assert "amina" in say(answer.message, language)


def test_another_calibration_than_the_cards_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = folder / language_scores.CALIBRATION.name
    other.write_text("temperature: 9\npower: 0\nother: 0\n", encoding="utf-8")
    monkeypatch.setattr(language_scores, "CALIBRATION", other)
    answer = recognise_language(SENTENCES["en"])
    assert (answer.language, answer.confidence) == ("en", None)
    assert answer.message is not None
    assert "not those named in its card" in say(answer.message)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Der Stoff ist nicht für den Haushalt und wird von der Behörde geprüft", OTHER),
        ("این قانون از روز پس از انتشار اجرا می‌شود", OTHER),
        ("Цей закон набирає чинності наступного дня після опублікування", OTHER),
        ("この法律は公布の日の翌日から施行する", OTHER),
        ("Η αποστολή κρατήθηκε στα σύνορα", OTHER),
        ("xyz qwrt plmk", ""),
    ],
)
def test_rules_know_neighbours_by_their_signs(text: str, language: str) -> None:
    assert recognise_by_rules(text).language == language


def test_live_inputs_are_counted_and_a_shift_is_seen(folder: Path) -> None:
    reference = load_card(MODEL.card).reference
    assert reference is not None
    usual = [example.text for example in language_examples()]
    watch = DriftWatch(folder, MODEL.id, CLASSES)
    list(recognise_languages(usual))
    assert watch.counts().total == reference.total - sum(_short(text) for text in usual)
    aspects = {aspect.aspect: aspect.verdict for aspect in measure_drift(reference, watch.counts()).aspects}
    assert aspects["classes"] == "ok"
    watch.path.unlink()
    chemicals = [
        "2-chloro-N,N-diethylethanamine hydrochloride",
        "O-ethyl methylphosphonothioic acid",
        "dichloro(methyl)arsane",
    ]
    list(recognise_languages(f"{name} {number}" for number in range(80) for name in chemicals))
    shifted = measure_drift(reference, watch.counts())
    assert shifted.verdict == "drift"
    assert shifted.n == 240


def _short(text: str) -> bool:
    answer = recognise_language(text, watch=False)
    return answer.message is not None and answer.message.id == "language_too_short"


def test_no_text_of_an_input_is_kept(folder: Path) -> None:
    secret = "The secret ledger of the plant at Riverbend was opened yesterday"
    recognise_language(secret)
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert kept
    assert b"Riverbend" not in kept


def test_a_folder_that_cannot_be_written_does_not_stop_the_work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("OPENCWC_SETTINGS", str(folder / "file"))
    assert recognise_language(SENTENCES["fr"]).language == "fr"


def test_there_are_sixty_sentences_in_each_language() -> None:
    counted = Counter(example.language for example in language_examples() if example.whole)
    assert all(counted[language] >= 60 for language in LANGUAGES)
    texts = [example.text for example in language_examples() if example.whole]
    assert len(set(texts)) == len(texts)
