"""A record too large to be compared whole: the same answers by way of signs and rare words, kept on disk, bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from opencwc.claims import word_index
from opencwc.claims.claim_matching import hold
from opencwc.claims.model import Statement
from opencwc.claims.pair_signs import Record
from opencwc.claims.statement_vectors import StatementVectors
from opencwc.claims.word_index import SharedWords
from opencwc.language.encoders import named_encoder
from opencwc.reports.model import Report

TOWNS = ("Basel", "Lyon", "Gent", "Porto", "Graz", "Turin", "Bergen", "Malmö", "Split", "Brno")
DONE = (
    "seized %d kg of sodium cyanide",
    "treated %d workers after a leak of chlorine",
    "inspected %d drums of phosgene",
)
TEXTS = [f"On {day} March {done % (day + 3)} in {town}." for day in (4, 9) for town in TOWNS for done in DONE]
STATEMENTS = [
    Statement(f"s{place}", datetime(2026, 3, 10, tzinfo=UTC) + timedelta(days=place % 3), text, "Customs", "en")
    for place, text in enumerate(TEXTS)
]


def claim_of(record: Record, text: str, lang: str = "en") -> tuple[str, str, tuple[str, ...]]:
    encoder = named_encoder()
    report = Report("r", datetime(2026, 3, 12, tzinfo=UTC), "Outlet", "", lang, "News from Turin", text, 1)
    (held,) = hold([report], record, encoder)
    return held.claims[0].matched, held.claims[0].relation, held.claims[0].differs_in


def test_vectors_in_pieces_are_those_of_the_whole(tmp_path: Path) -> None:
    whole, pieces = StatementVectors(TEXTS, named_encoder()), StatementVectors(TEXTS, named_encoder(), tmp_path, 16)
    numbers = np.array((59, 0, 17, 16, 15))
    assert (whole.large, pieces.large) == (False, True)
    np.testing.assert_allclose(pieces.of(numbers), whole.of(numbers), atol=1e-3)
    assert len(list(tmp_path.rglob("*.npy"))) == 4


def test_the_nearest_by_signs_are_mostly_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opencwc.claims.statement_vectors._LIKELY", 12)
    whole, pieces = StatementVectors(TEXTS, named_encoder()), StatementVectors(TEXTS, named_encoder(), piece=16)
    vectors = named_encoder().passages(
        ["Chlorine leaked in Turin and workers were treated.", "Saisie de cyanure à Lyon"]
    )
    for vector in vectors:
        assert whole.nearest(vector, 1) == pieces.nearest(vector, 1)
        assert len({*whole.nearest(vector, 3)} & {*pieces.nearest(vector, 5)}) >= 2


def test_a_vector_cache_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "vectors").write_text("in the way", encoding="utf-8")
    pieces = StatementVectors(TEXTS, named_encoder(), tmp_path, 16)
    np.testing.assert_allclose(
        pieces.of(np.arange(20)), StatementVectors(TEXTS, named_encoder()).of(np.arange(20)), atol=1e-3
    )


def test_a_large_record_gives_the_answers_of_a_small_one() -> None:
    small, large = Record(STATEMENTS, named_encoder()), Record(STATEMENTS, named_encoder(), piece=16)
    for text, lang in (
        ("On 9 March 12 workers were treated in Turin after a leak of chlorine.", "en"),
        ("On 9 March 44 workers were treated in Turin after a leak of chlorine.", "en"),
        ("Le 4 mars, 7 kg de cyanure de sodium ont été saisis à Turin.", "fr"),
    ):
        assert claim_of(small, text, lang) == claim_of(large, text, lang)


def test_an_index_of_words_is_kept_and_opened_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_index, "_KEPT_FROM", 10)
    texts = [(text, "en") for text in TEXTS]
    made = SharedWords(texts, tmp_path)
    (kept,) = (tmp_path / "words").iterdir()
    assert {file.stem for file in kept.iterdir()} == {"keys", "starts", "texts", "weights", "rarity"}
    monkeypatch.setattr(word_index, "_indexed", lambda texts: pytest.fail("made again"))
    again = SharedWords(texts, tmp_path)
    np.testing.assert_array_equal(made.near("Chlorine in Turin", "en"), again.near("Chlorine in Turin", "en"))


def test_an_index_that_cannot_be_read_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_index, "_KEPT_FROM", 10)
    texts = [(text, "en") for text in TEXTS]
    near = SharedWords(texts, tmp_path).near("Chlorine in Turin", "en")
    (kept,) = (tmp_path / "words").iterdir()
    (kept / "texts.npy").write_bytes(b"broken")
    np.testing.assert_array_equal(SharedWords(texts, tmp_path).near("Chlorine in Turin", "en"), near)
    np.testing.assert_array_equal(SharedWords(texts, tmp_path).near("Chlorine in Turin", "en"), near)


def test_words_are_read_from_the_rarest_on_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    words = SharedWords([(text, "en") for text in TEXTS])
    best = int(np.argmax(words.near("12 workers treated in Turin on 9 March", "en")))
    assert words.likeliest("12 workers treated in Turin on 9 March", "en", 1) == [best]
    monkeypatch.setattr(word_index, "_MOST_READ", 12)
    some = words.likeliest("12 workers treated in Turin on 9 March", "en", 60)
    assert 0 < len(some) <= 12
    assert all("Turin" in TEXTS[place] for place in some)


def test_words_among_some_texts_are_those_among_all() -> None:
    words, some = SharedWords([(text, "en") for text in TEXTS]), np.array((3, 8, 40))
    asked = "Phosgene in Gent"
    np.testing.assert_array_equal(words.near(asked, "en", some), words.near(asked, "en")[some])
    np.testing.assert_array_equal(words.shared(asked, "en", some), words.shared(asked, "en")[some])
    assert SharedWords([]).near(asked, "en").size == 0
