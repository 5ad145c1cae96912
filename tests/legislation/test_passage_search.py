"""Search by words and by meaning, fused; vectors come from the cache and survive a broken one; encoders have names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from opencwc.errors import SettingsError
from opencwc.language import encoders
from opencwc.language.encoders import Thresholds, named_encoder, vectors_of
from opencwc.legislation.passage_search import PassageIndex, Question, tokens_of
from opencwc.legislation.texts.passages import LegalPassage
from opencwc.legislation.texts.sections import LegalSection


class Letters:
    """Vectors of letter counts, and how often they were made."""

    id = "letters"
    dimensions = 26
    thresholds = Thresholds(0.1, 0.2, 0.1)

    def __init__(self) -> None:
        self.made = 0

    def passages(self, texts: Sequence[str]) -> Any:
        self.made += len(texts)
        rows = np.array([[text.lower().count(chr(97 + n)) for n in range(26)] for text in texts], np.float32)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)

    questions = passages


def passage(text: str, lang: str = "en") -> LegalPassage:
    return LegalPassage(LegalSection("law.txt", text[:9], "", text, 0, len(text), "", 0, lang), 0, len(text), text)


def test_the_passage_that_shares_words_and_letters_comes_first(tmp_path: Path) -> None:
    passages = [passage("The fisheries are open."), passage("Chemical weapons are banned."), passage("Roads are kept.")]
    index = PassageIndex(passages, Letters(), cache=tmp_path)
    (ranking,) = index.search([Question(("banned chemical weapons",), {"en": "chemical weapon ban"})])
    assert passages[ranking[0].at].text.startswith("Chemical")
    assert ranking[0].words > 0 and ranking[0].score > ranking[1].score


def test_words_are_looked_for_in_the_language_of_the_passage(tmp_path: Path) -> None:
    passages = [passage("Les armes chimiques sont interdites.", "fr"), passage("Chemical weapons are banned.", "en")]
    index = PassageIndex(passages, Letters(), cache=tmp_path)
    scores = index.word_scores(Question((), {"fr": "armes chimiques"}))
    assert scores[0] > 0 and scores[1] == 0


def test_vectors_are_made_once_and_made_again_where_the_cache_is_broken(tmp_path: Path) -> None:
    encoder = Letters()
    first = vectors_of(["one", "two"], encoder, folder=tmp_path)
    again = vectors_of(["one", "two"], encoder, folder=tmp_path)
    assert encoder.made == 2 and np.array_equal(first, again)
    for file in (tmp_path / "vectors").iterdir():
        file.write_bytes(b"rubbish")
    assert np.array_equal(vectors_of(["one", "two"], encoder, folder=tmp_path), first)
    assert encoder.made == 4


def test_an_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    assert PassageIndex([], Letters(), cache=tmp_path).search([Question(("a",))]) == [[]]


def test_an_arabic_word_is_found_with_its_article_and_ending() -> None:
    assert set(tokens_of("الأسلحة الكيميائية", "ar")) == set(tokens_of("أسلحة كيميائية", "ar"))


def test_encoders_have_names(monkeypatch: pytest.MonkeyPatch) -> None:
    assert named_encoder().id == named_encoder("use").id == "use-multilingual-3"
    monkeypatch.setenv("OPENCWC_ENCODER", "e5")
    assert named_encoder().id == "multilingual-e5-small-q4"
    with pytest.raises(SettingsError, match="'bert' is unknown"):
        named_encoder("bert")


def test_the_encoder_in_the_wheel_finds_the_same_thing_in_another_language() -> None:
    encoder = named_encoder("use")
    english, french, other = encoder.passages(
        ["No person shall use chemical weapons.", "L'emploi d'armes chimiques est interdit.", "Roads are kept clean."]
    )
    assert english @ french > 0.6 > english @ other


def test_many_texts_are_encoded_side_by_side_each_by_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, list[int]]] = []

    class Model:
        def encode(self, texts: list[str]) -> Any:
            seen.append(
                (len(texts), [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"])
            )
            return np.array([[float(text)] * 512 for text in texts], np.float32)

    monkeypatch.setattr(encoders, "_use_model", Model)
    before = [library["num_threads"] for library in threadpool_info()]
    rows = named_encoder("use").passages([str(number) for number in range(100)])
    assert rows[:, 0].tolist() == list(range(100)) and len(seen) > 1
    assert {threads for _, pools in seen for threads in pools} == {1}
    assert [library["num_threads"] for library in threadpool_info()] == before
