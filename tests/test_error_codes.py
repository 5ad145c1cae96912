"""Every error that the source raises has a code, one code has one sentence, and every language says it."""

from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po

from error_sites import advice_in_source, by_code, names_in, sites
from opencwc.files.passages import Refusal
from opencwc.wording import CATALOGS, LANGUAGES, error_sentences


def test_every_error_has_a_code_and_its_sentences_are_literals() -> None:
    assert len(sites()) > 500
    odd = [site for site in sites() if site.code is None or site.what is None or site.remedy is None]
    assert odd == []
    assert [code for code in by_code() if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", code)] == []


def test_one_code_has_one_sentence_and_one_remedy() -> None:
    assert {
        code: {(site.what, site.remedy) for site in places}
        for code, places in by_code().items()
        if len({(site.what, site.remedy) for site in places}) > 1
    } == {}


def test_no_sentence_stands_under_two_codes() -> None:
    codes: dict[tuple[str | None, str | None], set[str]] = {}
    for code, places in by_code().items():
        codes.setdefault((places[0].what, places[0].remedy), set()).add(code)
    shared = {key: names for key, names in codes.items() if len(names) > 1 and not key[0].startswith("{reason}")}
    assert shared == {}


def test_every_value_that_a_sentence_names_is_given() -> None:
    lacking = {site.place: site.named - site.values for site in sites() if site.named - site.values and not site.more}
    assert lacking == {}


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_every_language_says_every_error(lang: str) -> None:
    with (CATALOGS / lang / "LC_MESSAGES" / "opencwc.po").open("rb") as file:
        spoken = {message.id: str(message.string) for message in read_po(file, locale=lang) if message.id}
    wanted = {f"error_{code}": places for code, places in by_code().items()}
    wanted |= {f"error_{code}_remedy": places for code, places in by_code().items() if places[0].remedy}
    assert {name for name in spoken if str(name).startswith("error_")} == set(wanted)
    for name, places in wanted.items():
        english = str(places[0].remedy if name.endswith("_remedy") and name[6:] not in by_code() else places[0].what)
        given = frozenset.intersection(*(site.values for site in places))
        assert names_in(spoken[name]) <= given | names_in(english), name
        assert names_in(english) - {"fields"} <= names_in(spoken[name]), name
        words = re.findall(r"[A-Za-z]{3,}", re.sub(r"\{[^}]*\}", "", english))
        assert len(words) < 4 or spoken[name] != english, f"{name} is in English"


@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "en"])
def test_every_advice_on_a_document_is_said_in_every_language(lang: str) -> None:
    with (CATALOGS / lang / "LC_MESSAGES" / "opencwc.po").open("rb") as file:
        spoken = {str(message.id) for message in read_po(file, locale=lang) if " " in str(message.id)}
    assert advice_in_source() and advice_in_source() <= spoken


def test_a_document_that_is_not_read_is_told_wholly_in_the_readers_language() -> None:
    error = Refusal("reading_encrypted", "Open it, remove the password, save it again.").as_error("a.pdf")
    assert error_sentences(error)[1] == "Open it, remove the password, save it again."
    what, remedy = error_sentences(error, "es")
    assert "contraseña" in what
    assert remedy == "Ábralo, quite la contraseña y guárdelo de nuevo."
