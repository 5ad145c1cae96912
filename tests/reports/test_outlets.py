"""Where an outlet is, by its name, its address, and its language with the time it keeps."""

from __future__ import annotations

from datetime import datetime

import pytest

from opencwc.language.gazetteer import the_gazetteer
from opencwc.reports.outlets import named_by_outlet, where_spoken


def named(source: str, url: str = "", zone_fits: frozenset[str] = frozenset()) -> dict[str, float]:
    return dict(named_by_outlet(source, url, zone_fits, the_gazetteer()))


def test_a_place_in_its_name_is_where_it_is() -> None:
    assert named("La Perla de Panamá") == {"PAN": 1.0}
    assert named("صوت الخرطوم") == {"SDN": 1.0}
    assert named("The Wire") == {}


@pytest.mark.parametrize(
    ("url", "country"),
    [
        ("https://daily.co.ke/a", "KEN"),
        ("https://news.co.uk/a", "GBR"),
        ("https://perlapanama.example/a", "PAN"),
        ("https://kenyatimes.example/a", "KEN"),
        ("https://woman.example/a", ""),
        ("https://machine.example/a", ""),
        ("no address", ""),
    ],
)
def test_an_address_can_say_it_too(url: str, country: str) -> None:
    assert [*named("The Wire", url)] == [country] * bool(country)


def test_of_several_places_it_is_the_one_that_keeps_its_time() -> None:
    assert [*named("Tripoli Post", zone_fits=frozenset({"LBN"}))] == ["LBN"]


def test_language_and_time_say_where_it_likely_is() -> None:
    spoken = where_spoken("fr", datetime.fromisoformat("2021-12-17T00:40:00+03:00"))
    assert max(spoken, key=lambda country: spoken[country]) == "MDG"
    assert sum(spoken.values()) == pytest.approx(1.0)
    assert where_spoken("fr", datetime.fromisoformat("2021-12-17T00:40:00Z")) == {}
