"""What chemicals are called is data with sources, and what cannot hold is refused with its place."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from opencwc.convention import Convention, Naming
from opencwc.convention import chemical_names as names_of
from opencwc.convention.chemical_names import KINDS, LANGS, NEEDS, build_names, ec_digit_fits, read_naming
from opencwc.convention.fields import check_digit_fits, read_yaml
from opencwc.convention.model import EVIDENCE
from opencwc.convention.rule_files import DATA
from opencwc.errors import RuleError

SPOKEN = {"en", "fr", "es", "ar", "ru", "zh"}
CAS = "102-71-6"


@pytest.fixture(scope="module")
def convention() -> Convention:
    return Convention()


@pytest.fixture(scope="module")
def naming(convention: Convention) -> Naming:
    return convention.naming


def table(**fields: object) -> dict[str, Any]:
    chemical = {"cas": CAS, "name": "Triethanolamine", **fields}
    return {
        "sources": {"chemicals": {"title": "names of a package", "evidence": "secondary"}},
        "chemicals": [{key: value for key, value in chemical.items() if value is not None}],
    }


def named(names: object) -> dict[str, Any]:
    return {"common": {"en": {"chemicals": names}}}


# What is built


def test_a_name_is_built_with_its_language_kind_and_source() -> None:
    (name,) = build_names(table(names={"common": {"fr": {"chemicals": [" Trolamine "]}}}), "mine.yaml")
    assert (name.cas, name.name, name.names) == (
        CAS,
        "Triethanolamine",
        (("Trolamine", "fr", "common", "names of a package", "secondary"),),
    )


def test_an_unverified_name_has_no_source() -> None:
    (name,) = build_names(table(names={"code": {"any": {"unverified": ["GB"]}}}), "mine.yaml")
    assert name.names == (("GB", "any", "code", "", "unverified"),)


def test_a_chemical_without_names_and_a_source_without_names_are_empty_and_no_fault() -> None:
    (name,) = build_names(table(names={"common": {"en": {"chemicals": None}}}, ec={"unverified": []}), "mine.yaml")
    assert (name.names, name.ec, name.un) == ((), (), ())


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"colour": "white"}, "unknown field 'colour'"),
        ({"cas": None}, "'cas' is missing"),
        ({"cas": "102-71-7"}, "check digit of the CAS number 102-71-7 is wrong"),
        ({"cas": "one hundred"}, "check digit of"),
        ({"name": " "}, "'name' is missing"),
        ({"names": {"nickname": {"en": {"chemicals": ["Trolamine"]}}}}, "kind is 'nickname'"),
        ({"names": {"common": {"tlh": {"chemicals": ["Trolamine"]}}}}, "lang is 'tlh'"),
        ({"names": {"common": {"en": {"hearsay": ["Trolamine"]}}}}, "'hearsay' is not a source of this file"),
        ({"names": named(["Trolamine", "  "])}, "a name is empty"),
        ({"names": named([None])}, "None is not text"),
        ({"names": named([False])}, "False is not text"),
        ({"names": named([2811])}, "2811 is not text"),
        ({"names": named("Trolamine")}, "must be a list, but are 'Trolamine'"),
        ({"names": ["Trolamine"]}, "found: ['Trolamine']"),
        ({"names": {"common": ["Trolamine"]}}, "found: ['Trolamine']"),
        ({"names": {"common": {"en": ["Trolamine"]}}}, "found: ['Trolamine']"),
        ({"ec": {"unverified": ["203-049-7"]}}, "the check digit of the EC number 203-049-7 is wrong"),
        ({"ec": {"unverified": ["203-0498"]}}, "the check digit of the EC number 203-0498 is wrong"),
        ({"ec": ["203-049-8"]}, "found: ['203-049-8']"),
        ({"ec": {"hearsay": ["203-049-8"]}}, "'hearsay' is not a source of this file"),
        ({"un": {"unverified": ["107"]}}, "'107' is not a UN number"),
        ({"un": {"unverified": ["UN1076"]}}, "'UN1076' is not a UN number"),
        ({"un": {"unverified": ["١٠٧٦"]}}, "'١٠٧٦' is not a UN number"),
        ({"un": {"unverified": [1076]}}, "1076 is not text"),
    ],
)
def test_what_cannot_hold_is_refused_with_its_place(fields: dict[str, object], message: str) -> None:
    with pytest.raises(RuleError) as refused:
        build_names(table(**fields), "mine.yaml")
    assert message in refused.value.what
    assert refused.value.where.startswith("mine.yaml")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"chemicals": [], "version": 1}, "unknown field 'version'"),
        ({"chemicals": {"cas": CAS}}, "'chemicals' must be a list of mappings"),
        ({"sources": {"x": {"evidence": "secondary"}}, "chemicals": []}, "'title' is missing"),
        ({"sources": {"x": {"title": "x", "evidence": "rumour"}}, "chemicals": []}, "evidence is 'rumour'"),
    ],
)
def test_a_file_of_another_form_is_refused(raw: dict[str, Any], message: str) -> None:
    with pytest.raises(RuleError, match=message):
        build_names(raw, "mine.yaml")


def test_a_fault_in_a_chemical_is_said_with_its_cas_number() -> None:
    with pytest.raises(RuleError) as refused:
        build_names(table(un={"unverified": ["12"]}), "mine.yaml")
    assert refused.value.where == f"mine.yaml {CAS}"


WORD: dict[str, Any] = {"word": "mustard", "lang": "en", "also": {"en": "a plant"}, "needs": ["chemical"]}
CODE: dict[str, Any] = {
    "code": "2812.11",
    "title": {"en": "phosgene"},
    "chemicals": ["75-44-5"],
    "alone": True,
    "source": "collected headings",
    "evidence": "secondary",
}

TRANSLATED: dict[str, Any] = {
    **read_yaml(DATA / "translated_names.yaml"),
    "languages": ["pt"],
    "parts": {
        group: {} for group in ("multipliers", "radicals", "prefixes", "acids", "anions", "elements", "functions")
    }
    | {"counted_functions": {}, "prefixes": {"tri": ["tri"], "ethanol": ["etanol"], "amine": ["amina"]}},
    "names": {CAS: ["triethanolamine"]},
}


def folder_with(folder: Path, word: dict[str, Any] = WORD, code: dict[str, Any] = CODE) -> Path:
    (folder / "names").mkdir()
    files = {
        "names/mine.yaml": table(),
        "translated_names.yaml": TRANSLATED,
        "words.yaml": {"words": [word]},
        "hs.yaml": {"subheadings": [code]},
    }
    for name, raw in files.items():
        (folder / name).write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return folder


def test_names_words_and_subheadings_are_read_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names_of, "DATA", folder_with(tmp_path))
    read = read_naming(None)
    ((cas, name, names),) = [chemical[:3] for chemical in read.chemicals]
    assert (cas, name) == (CAS, "Triethanolamine")
    assert [(name.text, name.lang, name.evidence) for name in names] == [("trietanolamina", "pt", "unverified")]
    assert [(ordinary_word.word, ordinary_word.needs) for ordinary_word in read.ordinary] == [
        ("mustard", ("chemical",))
    ]
    assert [(subheading.code, subheading.chemicals, subheading.alone) for subheading in read.subheadings] == [
        ("281211", ("75-44-5",), True)
    ]


def test_a_changed_file_is_read_anew_although_the_names_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names_of, "DATA", folder_with(tmp_path))
    cache = tmp_path / "cache"
    assert read_naming(cache) == read_naming(cache)
    (tmp_path / "words.yaml").write_text("words: []\n", encoding="utf-8")
    assert read_naming(cache).ordinary == ()


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ({**WORD, "colour": "yellow"}, "unknown field 'colour'"),
        ({**WORD, "word": ""}, "'word' is missing"),
        ({**WORD, "lang": None}, "'lang' is missing"),
        ({**WORD, "needs": "luck"}, "needs is 'luck'"),
        ({**WORD, "also": {"fr": "une plante"}}, "with 'en' among them"),
    ],
)
def test_a_word_that_cannot_hold_is_refused(
    word: dict[str, Any], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names_of, "DATA", folder_with(tmp_path, word=word))
    with pytest.raises(RuleError) as refused:
        read_naming(None)
    assert message in refused.value.what
    assert "words.yaml" in refused.value.where


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ({**CODE, "heading": "28"}, "unknown field 'heading'"),
        ({**CODE, "code": "281211"}, "'281211' is not an HS subheading"),
        ({**CODE, "code": "28.12.11"}, "'28.12.11' is not an HS subheading"),
        ({**CODE, "code": "2812.11.00"}, "'2812.11.00' is not an HS subheading"),
        ({**CODE, "code": "2812"}, "'2812' is not an HS subheading"),
        ({**CODE, "chemicals": ["75-44-6"]}, "check digit of the CAS number 75-44-6 is wrong"),
        ({**CODE, "chemicals_unverified": ["75-44"]}, "check digit of the CAS number 75-44 is wrong"),
        ({**CODE, "source": ""}, "'source' is missing"),
        ({**CODE, "evidence": "rumour"}, "evidence is 'rumour'"),
        ({**CODE, "title": {}}, "'title' must be a text"),
    ],
)
def test_a_subheading_that_cannot_hold_is_refused(
    code: dict[str, Any], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names_of, "DATA", folder_with(tmp_path, code=code))
    with pytest.raises(RuleError) as refused:
        read_naming(None)
    assert message in refused.value.what
    assert "hs.yaml" in refused.value.where


# EC numbers


@given(st.integers(200_000, 999_999))
def test_exactly_one_check_digit_fits_an_ec_number_or_none_where_the_remainder_is_ten(number: int) -> None:
    first = f"{number}"
    fitting = [digit for digit in range(10) if ec_digit_fits(f"{first[:3]}-{first[3:]}-{digit}")]
    remainder = sum(place * int(digit) for place, digit in enumerate(first, 1)) % 11
    assert fitting == ([remainder] if remainder < 10 else [])


@given(st.text(max_size=12))
def test_any_text_may_be_asked_whether_it_is_an_ec_number(text: str) -> None:
    assert ec_digit_fits(text) in (True, False)


@pytest.mark.parametrize("ec", ["203-049-8", "200-870-3", "231-749-3", "233-046-7", "203-874-3"])
def test_printed_ec_numbers_fit(ec: str) -> None:
    assert ec_digit_fits(ec)


# The names themselves


def test_every_chemical_stands_once(naming: Naming) -> None:
    assert [cas for cas, count in Counter(chemical.cas for chemical in naming.chemicals).items() if count > 1] == []


def test_every_name_has_a_source_or_is_unverified(naming: Naming) -> None:
    for chemical in naming.chemicals:
        for name in chemical.names:
            assert name.evidence in EVIDENCE, (chemical.cas, name)
            assert bool(name.source) == (name.evidence != "unverified"), (chemical.cas, name)
            assert name.kind in KINDS, (chemical.cas, name)
            assert name.lang in LANGS, (chemical.cas, name)


def test_every_chemical_of_the_lists_has_names_in_six_languages(convention: Convention) -> None:
    spoken: dict[str, set[str]] = {}
    for _, chemical in convention.chemicals():
        spoken.setdefault(chemical.cas, {"en"}).update(chemical.names)
    for curated in convention.naming.chemicals:
        if curated.cas in spoken:
            spoken[curated.cas] |= {name.lang for name in curated.names if name.kind in ("official", "common")}
    assert {cas: SPOKEN - langs for cas, langs in spoken.items() if SPOKEN - langs} == {}


def test_every_chemical_of_the_lists_has_an_hs_subheading(convention: Convention) -> None:
    sorted_in = {cas for subheading in convention.naming.subheadings for cas in subheading.chemicals}
    assert [chemical.name for _, chemical in convention.chemicals() if chemical.cas not in sorted_in] == []


def test_names_are_in_the_letters_of_their_language_but_for_codes(naming: Naming) -> None:
    letters = {"ar": ("\u0600", "\u06ff"), "ru": ("\u0400", "\u04ff"), "zh": ("\u3400", "\u9fff")}
    strange = [
        (chemical.cas, name.lang, name.text)
        for chemical in naming.chemicals
        for name in chemical.names
        if name.lang in letters and not (name.text.isascii() and name.text.upper() == name.text)
        if not any(letters[name.lang][0] <= letter <= letters[name.lang][1] for letter in name.text)
    ]
    assert strange == []


def test_every_subheading_stands_once_and_is_said_in_six_languages(naming: Naming) -> None:
    codes = Counter(subheading.code for subheading in naming.subheadings)
    assert [code for code, count in codes.items() if count > 1] == []
    assert [
        subheading.code
        for subheading in naming.subheadings
        if set(subheading.title) != SPOKEN or not all(subheading.title.values())
    ] == []


def test_the_chemicals_of_the_subheadings_have_names(naming: Naming, convention: Convention) -> None:
    known = {chemical.cas for chemical in naming.chemicals} | {chemical.cas for _, chemical in convention.chemicals()}
    assert {cas for subheading in naming.subheadings for cas in subheading.chemicals} - known == set()


def test_every_ordinary_word_stands_once_a_language_and_says_in_six_languages_what_else_it_is(naming: Naming) -> None:
    words = Counter((ordinary_word.word.casefold(), ordinary_word.lang) for ordinary_word in naming.ordinary)
    assert [word for word, count in words.items() if count > 1] == []
    for ordinary_word in naming.ordinary:
        assert set(ordinary_word.also) == SPOKEN, ordinary_word.word
        assert all(meaning.strip() for meaning in ordinary_word.also.values()), ordinary_word.word
        assert set(ordinary_word.needs) <= set(NEEDS), ordinary_word.word
        assert ordinary_word.lang in LANGS, ordinary_word.word


def test_every_ordinary_word_has_something_to_know_it_by(naming: Naming) -> None:
    idle = [
        ordinary_word.word
        for ordinary_word in naming.ordinary
        if not (ordinary_word.needs or ordinary_word.not_before or ordinary_word.not_after or ordinary_word.not_with)
    ]
    assert idle == []


def test_the_check_digit_of_every_cas_number_fits(naming: Naming) -> None:
    assert [chemical.cas for chemical in naming.chemicals if not check_digit_fits(chemical.cas)] == []
