"""Adjectives of towns and regions in the languages that make them, and words that only look like one."""

from __future__ import annotations

import pytest

from opencwc.language.gazetteer import the_gazetteer
from opencwc.language.town_adjectives import adjectives_of_places, towns_of_adjective


@pytest.mark.parametrize(
    ("text", "country", "name"),
    [
        ("в карагандинском бассейне", "KAZ", "Karagandy"),
        ("Рижский суд арестовал", "LVA", "Riga"),
        ("в тбилисскую мэрию", "GEO", "Tbilisi"),
        ("мосульской больницы", "IRQ", "Mosul"),
        ("el rosarino barrio", "ARG", "Rosario"),
        ("bomberos colonenses", "PAN", "Colón"),
        ("le gouvernement wallon", "BEL", "Wallonia"),
        ("des douaniers abidjanais", "CIV", "Abidjan"),
        ("a Bavarian pool", "DEU", "Bavaria"),
    ],
)
def test_an_adjective_says_which_place_it_is_of(text: str, country: str, name: str) -> None:
    found = [one.spots[0] for one in the_gazetteer().named(text)]
    assert (country, name) in {(spot.country, spot.name) for spot in found}


@pytest.mark.parametrize("text", ["морской порт", "женский голос", "полковник Лазарицкий сказал", "химический"])
def test_an_ordinary_adjective_or_a_surname_is_no_town_s(text: str) -> None:
    assert not the_gazetteer().named(text)


def test_every_adjective_is_of_a_state_that_is_known() -> None:
    from opencwc.convention.territories import all_territories

    assert {country for country, _, _ in adjectives_of_places()} <= set(all_territories())


def test_a_word_that_is_made_in_no_such_way_is_of_no_town() -> None:
    assert towns_of_adjective("город") == towns_of_adjective("технический") == ()
