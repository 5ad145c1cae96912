"""Where things happen, by the definitions of the reports, in six languages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from opencwc.language.gazetteer import Gazetteer, OwnName, the_gazetteer
from opencwc.language.gazetteer_index import Spot
from opencwc.language.place_keys import place_key
from opencwc.reports.model import Kind, Nature, Place, Report
from opencwc.reports.where import find_place

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "places.yaml").read_text(encoding="utf-8"))
LEAST_RIGHT = 0.97


def report(
    lang: str, title: str, text: str, *, source: str = "Outlet", published: str = "2024-05-02T09:00:00Z"
) -> Report:
    return Report("r1", datetime.fromisoformat(published), source, "", lang, title, text)


def place(lang: str, kind: Kind, title: str, text: str, **more: str) -> Place:
    return find_place(report(lang, title, text, **more), lang, Nature(kind))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['lang']}: {case['title']}")
def test_cases(case: dict[str, Any]) -> None:
    more = {key: case[key] for key in ("source", "published") if key in case}
    found = place(case["lang"], case["kind"], case["title"], case["text"], **more)
    assert found.country == case["country"]
    if "place" in case:
        assert place_key(found.name) == place_key(case["place"])
    if "area" in case:
        spots = the_gazetteer().spots(found.name)
        assert {spot.area for spot in spots if spot.point == found.point} == {case["area"]}


def test_every_language_has_cases() -> None:
    assert min(sum(case["lang"] == lang for case in CASES) for lang in ("en", "fr", "ar", "es", "ru", "zh")) > 12


def test_spans_are_the_names_that_speak_for_the_state() -> None:
    one = report("en", "Leak in Płock", "The Polish town was calm. A German firm sent help.")
    found = find_place(one, "en", Nature("accident"))
    assert [one.whole[start:end] for start, end in found.spans] == ["Płock", "Polish"]
    assert found.point is not None


def test_a_town_of_many_namesakes_is_the_one_of_the_state_that_is_named() -> None:
    for state, country in (("Chile", "CHL"), ("Texas", "USA"), ("Venezuela", "VEN")):
        assert place("en", "accident", "Leak in San Antonio", f"It began at noon, in {state}.").country == country


def test_what_nothing_else_tells_apart_is_told_by_language_and_time() -> None:
    text = "Un escape de amoníaco obligó a cerrar el muelle de San Antonio."
    assert place("es", "accident", "Escape", text, published="2024-05-02T09:00:00-04:00").country == "CHL"


def test_the_outlet_is_the_last_to_be_asked() -> None:
    assert place("en", "accident", "Drums gone", "Nobody was hurt.", source="Radio Lesotho").country == "LSO"
    assert place("en", "accident", "Drums gone", "It was in Botswana.", source="Radio Lesotho").country == "BWA"
    assert place("en", "accident", "Drums gone", "Nobody was hurt.", source="Wire").country == ""


def test_a_denial_by_a_ministry_speaks_of_where_the_event_is() -> None:
    found = place(
        "en", "alleged_use", "Minsk denies gas claim", "Belarus says its troops used no gas near Narva, Estonia."
    )
    assert found.country == "EST"


def test_of_a_transfer_it_is_who_sends_or_refuses() -> None:
    assert (
        place("es", "transfer", "Chile envía cloro a Haití", "El barco salió ayer hacia Puerto Príncipe.").country
        == "CHL"
    )
    assert (
        place("ru", "transfer", "Япония отказала в вывозе", "Компания хотела отправить груз в Ханой.").country == "JPN"
    )


def test_a_body_decides_at_its_seat_and_visits_where_it_goes() -> None:
    decides = place("fr", "policy", "L'OIAC adopte un budget", "Le vote a eu lieu lundi.")
    assert (decides.country, decides.name) == ("NLD", "The Hague")
    assert place("fr", "policy", "Visite de l'OIAC à Lima", "La cheffe de l'OIAC est arrivée mardi.").country == "PER"


def test_a_user_s_own_place_is_found() -> None:
    gazetteer = Gazetteer([OwnName("Depot Nine", Spot("town", "OMN", "Depot Nine", 0, (20.0, 57.0)))])
    one = report("en", "Fire at Depot Nine", "Two men were burned.")
    assert find_place(one, "en", Nature("accident"), gazetteer)[:3] == ("OMN", "Depot Nine", (20.0, 57.0))


def test_names_of_people_and_ordinary_words_are_no_places() -> None:
    found = place("en", "accident", "Police find drum", "Jordan Miller, 40, and Israel Ramos were hurt in Quito.")
    assert found.country == "ECU"
