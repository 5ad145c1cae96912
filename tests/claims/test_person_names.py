"""A person's name is no place, and a place's name no person, whatever else is called so."""

from __future__ import annotations

from datetime import date

import pytest

from opencwc.claims.claim_record import laid_out
from opencwc.claims.sentence_details import Details, details_of
from opencwc.language.encoders import named_encoder


def details(text: str, lang: str) -> Details:
    return details_of(text, lang, date(2026, 9, 3), named_encoder())


PEOPLE = [
    ("en", "“The valve was closed within twenty minutes,” fire chief Arne Dahl said."),
    ("fr", "« La vanne a été fermée en vingt minutes », a déclaré le chef des pompiers, Arne Dahl."),
    ("es", "«La válvula se cerró en veinte minutos», dijo el jefe de bomberos, Arne Dahl."),
    ("ru", "«Клапан закрыли за двадцать минут», — сказал начальник пожарной охраны Арне Даль."),
    ("en", "Arne Dahl, the harbour fire chief, said nothing."),
    ("en", "Dahl, whom neighbours call Arne, was hurt."),
    ("fr", "Une ouvrière nommée Florence Roy est blessée."),
    ("es", "Un obrero llamado Santiago Lima resultó herido."),
    ("ru", "Пострадал житель по имени Арне."),
    ("zh", "消防队长利马·达尔说，阀门已关闭。"),
]


@pytest.mark.parametrize(("lang", "text"), PEOPLE)
def test_whom_a_sentence_introduces_is_no_place(lang: str, text: str) -> None:
    found = details(text, lang)
    assert not found.told
    assert not laid_out(found).where


PLACES = [
    ("en", "Mayor Florence Lima spoke to the press in Lima.", ["Lima"]),
    ("en", "Police spokesman Paris Vega said two men were arrested in Vienna.", ["Vienna"]),
    ("en", "Minister Ali Hassan visited Aleppo.", ["Aleppo"]),
    ("en", "The Geneva police chief said nothing.", ["Geneva"]),
    ("en", "In South Lyon, fire chief Arne Dahl closed the valve.", ["South Lyon"]),
    ("en", "The director, Cape Town officials said, was away.", ["Cape Town"]),
    ("en", "Chlorine leaked in a town named Sines.", ["Sines"]),
    ("fr", "Le maire de Lyon, Florence Martin, était à Nantes.", ["Lyon", "Nantes"]),
    ("es", "Murieron dos personas en un pueblo llamado Arne.", ["Arne"]),
    ("ru", "Мэр Нижнего Новгорода приехал в Казань.", ["Нижнего Новгорода", "Казань"]),
    ("ru", "Мэр Москвы Собянин приехал в Казань.", ["Москвы", "Казань"]),
]


@pytest.mark.parametrize(("lang", "text", "places"), PLACES)
def test_no_place_is_lost_beside_somebody(lang: str, text: str, places: list[str]) -> None:
    told = details(text, lang).told
    assert list(dict.fromkeys(text[one.start : one.end] for one in told)) == places
