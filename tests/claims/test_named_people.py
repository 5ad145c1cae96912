"""Names of people, companies and ships in a claim where the record has another."""

from __future__ import annotations

from datetime import date

import pytest

from opencwc.claims.aspects.named_people import named_people
from opencwc.claims.sentence_details import Details, details_of
from opencwc.claims.statement_comparison import compare
from opencwc.language.encoders import named_encoder


def details(text: str, lang: str) -> Details:
    return details_of(text, lang, date(2023, 6, 14), named_encoder())


@pytest.mark.parametrize(
    ("lang", "text", "names"),
    [
        ("en", "The post went to Ibrahim Kone, who lives in Accra", ["Ibrahim Kone"]),
        ("ru", "Штраф получила фирма «Южный путь» из Ростова", ["Южный путь"]),
        ("ar", "وتولى الدكتور سامر حداد رئاسة اللجنة", ["سامر حداد"]),
        ("zh", "由张伟教授领导", ["张伟"]),
        ("fr", "Le ministère a répondu de Paris", []),
    ],
)
def test_names_are_found_but_for_places_and_bodies(lang: str, text: str, names: list[str]) -> None:
    found = details(text, lang)
    assert [text[one.start : one.end] for one in named_people(found)] == names


@pytest.mark.parametrize(
    ("claim", "other"),
    [("The chair is held by Ibrahim Kone.", 0.0), ("The chair is held by Moussa Traore.", 1.0)],
)
def test_another_name_stands_where_the_record_has_one(claim: str, other: float) -> None:
    statement = details("La présidence de la commission est assurée par Ibrahim Koné.", "fr")
    assert compare(details(claim, "en"), statement).signs["doer_name"] == other
