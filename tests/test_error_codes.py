"""Every error that the source raises has a code, and every language says every code with the values that are given."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from error_sites import CODE, by_code, names_in, sentences, sites
from opencwc.files.passages import Refusal
from opencwc.wording import LANGUAGES, error_sentences

OTHERS = [lang for lang in LANGUAGES if lang != "en"]


def test_every_error_has_a_code_that_can_be_followed() -> None:
    assert len(sites()) > 500
    assert [site for site in sites() if not site.codes] == []
    assert [code for code in by_code() if not CODE.fullmatch(code) or code.endswith("_remedy")] == []


def test_every_code_has_a_sentence_and_every_sentence_is_raised() -> None:
    wordings = set(sentences("en"))
    assert {name for name in wordings if name.removesuffix("_remedy") not in wordings} == set()
    assert {name for name in wordings if not name.endswith("_remedy")} == set(by_code())


def test_no_sentence_stands_under_two_codes() -> None:
    wordings = sentences("en")
    count = Counter((wordings[code], wordings.get(f"{code}_remedy", "")) for code in by_code())
    assert [words for words, times in count.items() if times > 1 and not words[0].startswith("{reason}")] == []


def test_every_value_that_a_sentence_names_is_given() -> None:
    wordings = sentences("en")
    lacking = {
        (site.place, code): names
        for code, places in by_code().items()
        for site in places
        if not site.more
        and (names := (names_in(wordings[code]) | names_in(wordings.get(f"{code}_remedy", ""))) - site.values)
    }
    assert lacking == {}


@pytest.mark.parametrize("lang", OTHERS)
def test_every_language_says_every_error(lang: str) -> None:
    english = sentences("en")
    spoken = sentences(lang)
    assert set(spoken) == set(english)
    for name, text in spoken.items():
        code = name if name in by_code() else name.removesuffix("_remedy")
        given = frozenset.intersection(*(site.values for site in by_code()[code]))
        assert names_in(text) <= given | names_in(english[name]), name
        assert names_in(english[name]) - {"fields"} <= names_in(text), name
        words = re.findall(r"[A-Za-z]{3,}", re.sub(r"\{[^}]*\}", "", english[name]))
        assert len(words) < 4 or text != english[name], f"{name} is in English"


def test_a_document_that_is_not_read_is_told_wholly_in_the_readers_language() -> None:
    error = Refusal("reading_encrypted", "reading_remedy_remove_password").as_error("a.pdf")
    assert error_sentences(error)[1] == "Open it, remove the password, save it again."
    what, remedy = error_sentences(error, "es")
    assert "contraseña" in what
    assert remedy == "Ábralo, quite la contraseña y guárdelo de nuevo."
