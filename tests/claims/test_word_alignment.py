"""The words of a sentence as they are compared across languages."""

import pytest

from opencwc.claims.word_alignment import align, words_of
from opencwc.language.encoders import named_encoder

JOINED = [
    ("fr", "D'après l'usine, qu'Amina dirige, l'eau manquait.", {"usine", "Amina", "eau"}),
    ("ar", "وأغلقت الشركة المصنع، وبمساعدة الجيش.", {"أغلقت", "الشركة", "بمساعدة"}),
    ("es", "La fábrica cerró.", {"fábrica", "cerró"}),
]


@pytest.mark.parametrize(("lang", "text", "expected"), JOINED)
def test_what_is_joined_to_a_word_is_no_part_of_it(lang: str, text: str, expected: set[str]) -> None:
    words = words_of(text, lang, [], named_encoder())
    assert expected <= set(words.written)
    assert all(text[slice(*span)].endswith(written) for span, written in zip(words.spans, words.written, strict=True))


def test_words_find_those_that_mean_the_same_in_another_language() -> None:
    encoder = named_encoder()
    mine, theirs = (words_of(*one, [], encoder) for one in (("l'usine et l'eau", "fr"), ("water, factory", "en")))
    pairs = {"l'usine et l'eau"[slice(*one.span)]: "water, factory"[slice(*one.other)] for one in align(mine, theirs)}
    assert pairs == {"l'usine": "factory", "l'eau": "water"}
