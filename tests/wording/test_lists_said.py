"""What lists and entries are called: in the reader's language on a page, by their ids in data."""

from __future__ import annotations

import pytest

from opencwc.finding import Message
from opencwc.wording import LANGUAGES, say
from opencwc.wording.lists import entry_as_listed, entry_said, list_in_full, list_said

BUILT_IN = ("CWC", "AG", "EU", "ML", "UN88")


@pytest.mark.parametrize(
    ("lang", "entry"),
    [
        ("en", "CWC 2B13"), ("fr", "CIAC 2B13"), ("es", "CAQ 2B13"), ("ru", "КЗХО 2B13"), ("zh", "《公约》2B13"),
        ("ar", "الاتفاقية 2B13"),
    ],
)  # fmt: skip
def test_an_entry_is_named_in_the_language_and_understood_in_it(lang: str, entry: str) -> None:
    assert entry_said("CWC 2B13", lang) == entry
    assert entry_as_listed(entry) == "CWC 2B13"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_number_that_has_the_letters_of_its_list_stays(lang: str) -> None:
    assert entry_said("AG AG27", lang) == "AG27"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_list_of_a_users_own_keeps_its_id(lang: str) -> None:
    assert (list_said("NAT", lang), list_in_full("NAT", lang), entry_said("NAT 7", lang)) == ("NAT", "NAT", "NAT 7")
    assert entry_as_listed("NAT 7") == "NAT 7"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("id", BUILT_IN)
def test_every_list_of_the_program_has_a_full_name(lang: str, id: str) -> None:
    assert list_in_full(id, lang) != id


def test_a_sentence_names_lists_and_entries_as_the_reader_does() -> None:
    lists = Message("why_not_listed", {"lists": ("CWC", "AG", "NAT"), "date": "2026-11-24"})
    assert "(CIAC, Groupe d’Australie ou NAT)" in say(lists, "fr")
    assert say(Message("transfers_why_review", {"entry": "CWC 3A01"}), "es").startswith("CAQ 3A01: ")
    assert "CWC, AG or NAT" in say(lists)
