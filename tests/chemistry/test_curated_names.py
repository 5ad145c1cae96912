"""The curated names come first: each stands for its own chemicals, in every spelling, and nothing is settled."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencwc.chemistry.curated_names import CuratedNames, by_key
from opencwc.chemistry.names import normalise_name
from opencwc.convention import Convention

NAMES = CuratedNames(Convention(date(2026, 11, 24)).written)
SPELLINGS = [(chemical.cas, name.text) for chemical in NAMES.chemicals for name in chemical.names]


def alphabets(text: str) -> set[str]:
    return {unicodedata.name(letter).partition(" ")[0] for letter in text if letter.isalpha()}


def numbers(text: str) -> set[str]:
    return {spelling.chemical.cas for spelling in NAMES.by_name(text)}


@pytest.mark.parametrize(
    "name",
    [
        "Triethanolamine",
        "TRIETHANOLAMINE",
        "tri-ethanol amine",
        "Triéthanolamine",
        "Trietanolamina",
        "ثلاثي إيثانول أمين",
        "ثلاثى ايثانول امين",
        "ثُلَاثِي إِيثَانُول أَمِين",
        "Триэтаноламин",
        "三乙醇胺",
        "ｔｒｉｅｔｈａｎｏｌａｍｉｎｅ",
        "Trolamine",
        "2,2',2''-Nitrilotriethanol",
        "2,2′,2″-nitrilotriethanol",
    ],
)
def test_a_chemical_is_known_by_its_name_in_every_language_and_spelling(name: str) -> None:
    assert numbers(name) == {"102-71-6"}


@pytest.mark.parametrize(
    ("name", "cas"),
    [
        ("Sarin", "107-44-8"),
        ("O-Isopropyl methylphosphonofluoridate", "107-44-8"),
        ("Sarin: O-Isopropyl methylphosphonofluoridate", "107-44-8"),
        ("Mustard gas", "505-60-2"),
        ("Bis(2-chloroethyl)sulfide", "505-60-2"),
        ("bis(2-chloroethyl) sulphide", "505-60-2"),
        ("gaz moutarde", "505-60-2"),
        ("DMMP", "756-79-6"),
        ("GB", "107-44-8"),
    ],
)
def test_what_a_list_prints_is_a_name_whole_and_in_its_parts(name: str, cas: str) -> None:
    assert numbers(name) == {cas}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("TEA", {"102-71-6", "121-44-8"}),
        ("TMP", {"121-45-9", "512-56-1"}),
        ("lewisite", {"541-25-3", "40334-69-8", "40334-70-1"}),
        ("nitrogen mustard", {"538-07-8", "51-75-2", "555-77-1"}),
        ("COCl2", {"75-44-5", "7646-79-9"}),
        ("sulfur chloride", {"10025-67-9", "10545-99-0"}),
    ],
)
def test_a_name_of_several_chemicals_gives_them_all(name: str, expected: set[str]) -> None:
    assert expected <= numbers(name)


def test_phosgene_oxime_is_no_phosgene() -> None:
    assert numbers("phosgene oxime") == {"1794-86-1"}
    assert numbers("phosgene") == {"75-44-5"}


@pytest.mark.parametrize("text", ["", " ", "-", "nothing of the kind", "Sarin and soman", "\u200b", "107-44-8"])
def test_what_is_no_curated_name_gives_nothing(text: str) -> None:
    assert NAMES.by_name(text) == ()


def test_a_chemical_is_found_by_its_cas_ec_and_un_numbers() -> None:
    phosgene = NAMES.by_cas("75-44-5")
    assert phosgene is not None
    assert phosgene.name == "Phosgene"
    assert [spelling.cas for spelling in NAMES.by_ec("200-870-3")] == ["75-44-5"]
    assert "75-44-5" in [spelling.cas for spelling in NAMES.by_un("1076")]
    assert NAMES.by_cas("75-44-6") is None
    assert NAMES.by_ec("200-870-4") == NAMES.by_un("0000") == ()


def test_a_chemical_knows_the_entries_that_name_it_in_every_list_and_a_neighbour_knows_none() -> None:
    triethanolamine, triethylamine = NAMES.by_cas("102-71-6"), NAMES.by_cas("121-44-8")
    assert triethanolamine is not None
    assert triethylamine is not None
    assert {(entry.list, entry.id) for entry, _ in triethanolamine.named_in} == {("CWC", "3B17"), ("AG", "AG46")}
    assert triethylamine.named_in == ()
    assert triethylamine.structures


def test_a_protein_has_names_and_no_drawing() -> None:
    ricin = NAMES.by_cas("9009-86-3")
    assert ricin is not None
    assert ricin.structures == ()
    assert numbers("ricine") == {"9009-86-3"}


def test_short_printed_names_are_codes_and_abbreviations() -> None:
    kinds = {
        spelling.name.text: spelling.name.kind for text in ("GB", "DMMP", "Sarin") for spelling in NAMES.by_name(text)
    }
    assert kinds == {"GB": "code", "DMMP": "abbreviation", "Sarin": "official"}


def test_every_chemical_of_the_lists_is_there_with_its_names_and_none_twice() -> None:
    printed = {chemical.cas for _, chemical in Convention(date(2026, 11, 24)).chemicals()}
    numbers = [chemical.cas for chemical in NAMES.chemicals]
    assert printed <= set(numbers)
    assert len(numbers) == len(set(numbers))
    assert [chemical.cas for chemical in NAMES.chemicals if not chemical.names] == []
    assert [
        chemical.cas
        for chemical in NAMES.chemicals
        if len({name.text for name in chemical.names}) < len(chemical.names)
    ] == []


def test_every_chemical_without_an_entry_has_a_drawing_or_is_known_to_have_none() -> None:
    assert [chemical.name for chemical in NAMES.chemicals if not chemical.named_in and not chemical.structures] == []


def test_every_name_has_a_key() -> None:
    assert [text for _, text in SPELLINGS if not normalise_name(text)] == []


@given(st.sampled_from(SPELLINGS), st.sampled_from(["\u00ad", "\u200b", "\u2060", "\ufeff", "\u202c"]), st.data())
def test_an_invisible_character_anywhere_in_a_name_changes_nothing(
    spelling: tuple[str, str], unseen: str, data: st.DataObject
) -> None:
    cas, text = spelling
    place = data.draw(st.integers(0, len(text)))
    assert cas in numbers(text[:place] + unseen + text[place:])


@given(st.sampled_from([spelling for spelling in SPELLINGS if len(alphabets(spelling[1])) == 1]))
def test_letters_small_and_large_and_spaces_around_a_name_change_nothing(spelling: tuple[str, str]) -> None:
    cas, text = spelling
    assert cas in numbers(text.lower())
    assert cas in numbers(f"  {text.upper()}\n")


def test_a_table_by_another_key_holds_one_spelling_a_chemical_and_key() -> None:
    table = by_key(NAMES.chemicals, lambda name: name[:1].lower(), "first-letter")
    assert all(len({spelling.chemical.cas for spelling in some}) == len(some) for some in table.values())
    assert by_key(NAMES.chemicals, lambda name: "", "nothing") == {}


def test_a_table_that_was_kept_is_the_same_as_the_one_just_made() -> None:
    made = by_key(NAMES.chemicals, normalise_name, "twice")
    assert by_key(NAMES.chemicals, normalise_name, "twice") == made
    assert by_key(NAMES.chemicals[:5], normalise_name, "twice") == by_key(NAMES.chemicals[:5], normalise_name, "five")
