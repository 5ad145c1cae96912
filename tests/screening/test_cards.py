"""An entry is named in the reader's language also where its list has no title in it."""

from __future__ import annotations

import pytest

from opencwc.convention import Convention
from opencwc.publishing.model import Text
from opencwc.screening.cards import Teller
from opencwc.wording.chemical_names import name_said


@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_an_entry_of_one_chemical_is_named_as_the_tables_name_it(lang: str) -> None:
    convention = Convention()
    entry = convention.find("AG", "AG27")
    assert entry is not None
    title = Teller(convention, lang, lambda _: "").title(entry)
    assert title.lang == "" and title.text == entry.title.get(lang, name_said(entry.title["en"], lang))
    assert title.text != entry.title["en"]


def test_a_title_that_no_table_has_stays_english_and_says_so() -> None:
    convention = Convention()
    entry = convention.find("AG", "AG29")
    assert entry is not None
    assert Teller(convention, "ar", lambda _: "").title(entry) == Text(entry.title["en"], lang="en")
