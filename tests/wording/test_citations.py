"""Sources are said in the reader's language where they have an official name in it; others stay as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from opencwc.catalogs import read_template
from opencwc.convention import Convention, territories
from opencwc.convention.fields import read_yaml
from opencwc.finding import Message
from opencwc.wording import LANGUAGES, cited, cited_parts, say
from opencwc.wording.citations import CITATIONS


@pytest.mark.parametrize(
    ("lang", "written"),
    [
        ("en", "Annex on Chemicals, Schedule 2, Part B, paragraph 13"),
        ("fr", "Annexe sur les produits chimiques, tableau 2, partie B, paragraphe 13"),
        ("es", "Anexo sobre sustancias químicas, Lista 2, parte B, párrafo 13"),
        ("ru", "Приложение по химикатам, Список 2, часть B, пункт 13"),
        ("ar", "المرفق المتعلق بالمواد الكيميائية، الجدول 2، الجزء باء، الفقرة 13"),
        ("zh", "关于化学品的附件，附表2，B部分，第13项"),
    ],
)
def test_an_entry_is_cited_as_the_text_of_the_convention_names_it(lang: str, written: str) -> None:
    assert cited("Annex 2B13", lang) == written


@pytest.mark.parametrize("lang", sorted(set(LANGUAGES) - {"en"}))
def test_every_entry_of_the_convention_is_cited_in_every_language(lang: str) -> None:
    entries = Convention(lists=("CWC",)).entries
    assert len(entries) > 30
    for entry in entries:
        assert all(own == lang for _, own in cited_parts(entry.source, lang)), entry.source


def test_days_and_ranges_are_said_as_the_language_says_them() -> None:
    assert cited("Conference decision C-V/DEC.19 (19 May 2000)", "fr") == (
        "Décision C-V/DEC.19 de la Conférence (19\u00a0mai\u00a02000)"
    )
    assert cited("VA VI.1, VA VI.2, VA VI.3", "ru") == "Приложение по проверке, VI.1–VI.3"


def test_the_letters_of_a_text_that_is_not_the_convention_stay_as_they_are() -> None:
    assert "15 CFR 715.1(a)(1)(ii)" in cited(
        "the note to 15 CFR 715.1(a)(1)(ii) leaves out what is at or below 30 tonnes", "fr"
    )
    assert cited("VA VII.12(c)", "fr").endswith("VII.12\u00a0c)")


@pytest.mark.parametrize(
    ("lang", "written"),
    [
        ("es", "Anexo sobre verificación, VI.5, VI.5\u00a0bis, VII.3\u00a0c)"),
        ("fr", "Annexe sur la vérification, VI.5, VI.5\u00a0bis, VII.3\u00a0c)"),
        ("ru", "Приложение по проверке, VI.5, VI.5bis, VII.3(c)"),
    ],
)
def test_a_letter_or_bis_stands_as_the_text_of_the_convention_has_it(lang: str, written: str) -> None:
    assert cited("VA VI.5, VA VI.5bis, VA VII.3(c)", lang) == written


def test_what_has_no_official_name_stays_and_says_that_it_is_english() -> None:
    assert cited_parts("15 CFR 745.1(a); Verification Annex VII.3 and VIII.3 join past activities", "fr") == [
        ("15 CFR 745.1(a)", "en"),
        ("Verification Annex VII.3 and VIII.3 join past activities", "en"),
    ]


def test_a_clause_within_a_sentence_is_said_in_its_language() -> None:
    source = "Annex on Chemicals, Schedule 2, Part B, paragraph 4"
    note = Message("transfers_check_entry_unverified", {"source": source})
    assert "tableau 2, partie B, paragraphe 4" in say(note, "fr")
    assert "Schedule 2" in say(note, "en")


def test_every_citation_has_its_english_words() -> None:
    assert all(read_template("opencwc", name, "en") for name in CITATIONS)


LAWS = re.compile(r"\d+ (?:CFR|FR) [\dA-Za-z(), .]+(?:\(\d{4}\))?|BWBR\w+ .*|Real Decreto .*|convention|\S+\.\w+")
"""Sources that are the same in every language: the numbers of laws and their own titles."""


def test_what_a_rule_rests_on_is_said_in_every_language_or_is_the_number_of_a_law() -> None:
    data = Path(territories.__file__).parent / "data"
    files = [file for file in data.glob("**/*.yaml") if file.parent.name != "measures" or file.name == "measures.yaml"]
    told = {part for file in files for source in sources_in(read_yaml(file)) for part in cited_parts(source, "fr")}
    assert len(told) > 100
    assert not [text for text, own in told if own == "en" and not LAWS.fullmatch(text)]


def sources_in(held: object) -> Iterator[str]:
    if isinstance(held, dict):
        for name, value in held.items():
            if name == "source" and isinstance(value, str):
                yield value
            else:
                yield from sources_in(value)
    elif isinstance(held, list):
        for value in held:
            yield from sources_in(value)
