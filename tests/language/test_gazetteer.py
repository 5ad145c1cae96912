"""Places by their names in six languages, in their cases and with what is written together with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from opencwc.errors import InputError
from opencwc.language.gazetteer import Gazetteer, own_places, the_gazetteer
from opencwc.language.gazetteer_index import LEAST_PEOPLE, Spot
from opencwc.language.nations import adjective_forms
from opencwc.language.place_keys import folded, place_key, russian_forms


def first(text: str) -> list[tuple[str, str, str]]:
    """Return the names in a text, each with the State and the English name of the first place it stands for."""
    return [(text[one.start : one.end], one.spots[0].country, one.spots[0].name) for one in the_gazetteer().named(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a fire in Płock, Poland", [("Płock", "POL", "Płock"), ("Poland", "POL", "")]),
        ("the Chilean port", [("Chilean", "CHL", "")]),
        ("en Côte d’Ivoire, les Ivoiriens", [("Côte d’Ivoire", "CIV", ""), ("Ivoiriens", "CIV", "")]),
        ("La Côte d'Ivoire a vendu", [("Côte d'Ivoire", "CIV", "")]),
        ("El Perú importó", [("Perú", "PER", "")]),
        ("las autoridades chilenas", [("chilenas", "CHL", "")]),
        (
            "в Пирее и в Нижнем Новгороде",
            [("Пирее", "GRC", "Piraeus"), ("Нижнем Новгороде", "RUS", "Nizhniy Novgorod")],
        ),
        ("чилийского порта, в Чили", [("чилийского", "CHL", ""), ("Чили", "CHL", "")]),
        ("وبالهند والسلطات التشيلية", [("الهند", "IND", ""), ("التشيلية", "CHL", "")]),
        ("في المَوصِل", [("المَوصِل", "IRQ", "Mosul")]),
        ("叙军方称在伊德利卜", [("叙军方", "SYR", ""), ("伊德利卜", "SYR", "Idlib")]),
        ("台灣高雄", [("台灣", "TWN", ""), ("高雄", "TWN", "Kaohsiung")]),
        ("they gave us nothing", []),
        ("US officers", [("US", "USA", "")]),
        ("the Gulf of Guinea and South America", []),
        ("протокол, Женевский протокол", []),
        ("日前在日内瓦", [("日内瓦", "CHE", "Geneva")]),
    ],
)
def test_names_are_found_as_they_are_written(text: str, found: list[tuple[str, str, str]]) -> None:
    assert first(text) == found


def test_what_a_name_can_stand_for_is_all_kept() -> None:
    assert {"LBY", "LBN", "GRC"} <= {spot.country for spot in the_gazetteer().spots("Tripoli")}
    assert {("state", "GEO"), ("region", "USA")} <= {
        (spot.sort, spot.country) for spot in the_gazetteer().spots("Georgia")
    }
    assert {"ARG", "ESP", "COL"} <= {spot.country for spot in the_gazetteer().spots("Córdoba")}


def test_the_marks_of_an_arabic_name_tell_amman_from_oman() -> None:
    assert {one.spots[0].country for one in the_gazetteer().named("في عمّان")} == {"JOR"}
    assert {one.spots[0].country for one in the_gazetteer().named("في عُمان")} == {"OMN"}


def test_a_town_has_its_point_and_how_many_live_there() -> None:
    town = the_gazetteer().spots("Piraeus")[0]
    assert town.people > LEAST_PEOPLE
    assert town.point == pytest.approx((37.947, 23.637), abs=0.05)


def test_a_user_brings_places_of_their_own(tmp_path: Path) -> None:
    table = tmp_path / "own.csv"
    table.write_text("name,country,lat,lon\nКансафра-Юг,SYR,35.7,36.5\nNew Depot,XKX,42.6,21.1\n", encoding="utf-8")
    gazetteer = Gazetteer(own_places(table))
    assert gazetteer.spots("New Depot") == (Spot("town", "XKX", "New Depot", 0, (42.6, 21.1)),)
    assert [one.spots[0].country for one in gazetteer.named("at New Depot, Kosovo")] == ["XKX", "XKX"]


def test_rows_of_one_point_are_one_place_that_is_shown_by_its_first_name(tmp_path: Path) -> None:
    table = tmp_path / "own.csv"
    table.write_text("name,country,lat,lon\nSandhavn,XNV,44,-36\nСандхавн,XNV,44.0,-36.0\n桑德港,XNV,44,-36\n", "utf-8")
    gazetteer = Gazetteer(own_places(table))
    shown = Spot("town", "XNV", "Sandhavn", 0, (44.0, -36.0))
    assert gazetteer.spots("桑德港") == (shown,)
    assert [one.spots for one in gazetteer.named("в порту Сандхавна")] == [(shown,)]


def test_a_place_of_the_users_own_stands_for_the_towns_of_its_name(tmp_path: Path) -> None:
    table = tmp_path / "own.csv"
    table.write_text("name,country,lat,lon\nBrenna,NOR,66.4,13.8\nGeorgia,NOR,66.4,13.8\n", encoding="utf-8")
    gazetteer = Gazetteer(own_places(table))
    assert {spot.country for spot in gazetteer.spots("Brenna")} == {"NOR"}
    assert {"NOR", "GEO"} <= {spot.country for spot in gazetteer.spots("Georgia")}


def test_places_in_the_settings_folder_are_known_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "places.csv").write_text("name,country,lat,lon\nNew Depot,XKX,42.6,21.1\n", encoding="utf-8")
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path))
    assert [spot.country for spot in the_gazetteer().spots("New Depot")] == ["XKX"]


def test_a_table_of_places_in_another_encoding_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "own.csv"
    table.write_bytes("name,country,lat,lon\nЗаря,RUS,1,2\n".encode("cp1251"))
    with pytest.raises(InputError) as raised:
        own_places(table)
    assert raised.value.code == "gazetteer_row"


@pytest.mark.parametrize(
    "row", ["Depot,ZZZ,1,2", "Depot,SYR,north,2", "Depot,SYR,91,2", ",SYR,1,2", "Depot,SYR", "Depot,SYR,nan,2"]
)
def test_a_row_that_says_no_place_is_refused(tmp_path: Path, row: str) -> None:
    table = tmp_path / "own.csv"
    table.write_text(f"name,country,lat,lon\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        own_places(table)
    assert raised.value.code == "gazetteer_row"


def test_the_file_of_names_is_made_again_where_the_cache_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("OPENCWC_CACHE", str(tmp_path / "file" / "no-folder"))
    monkeypatch.setattr("opencwc.language.gazetteer_index._towns", lambda: iter(()))
    assert Gazetteer().spots("Chile")[0].country == "CHL"


def test_a_broken_file_of_names_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_CACHE", str(tmp_path))
    monkeypatch.setattr("opencwc.language.gazetteer_index._towns", lambda: iter(()))
    assert Gazetteer().spots("Chile")
    for file in tmp_path.iterdir():
        file.write_bytes(b"broken")
    assert Gazetteer().spots("Chile")


def test_places_in_a_folded_text_are_those_of_the_text() -> None:
    text = "«El Cairo», قَطَر, 台灣"
    words = folded(text)
    assert words.plain == "el cairo قطر 台湾"
    at = words.plain.index("قطر")
    assert text[words.first[at] : words.last[at + 3]] == "قَطَر"


def test_cases_of_russian_names() -> None:
    assert "москве" in russian_forms("москва")
    assert {"череповца", "череповце"} <= set(russian_forms("череповец"))
    assert "курганской области" in russian_forms("курганская область")
    assert russian_forms("осло") == ()
    assert {"часовым яром", "часова яра"} <= set(russian_forms("часов яр"))
    assert {"кривого рога", "кривом роге"} <= set(russian_forms("кривой рог"))
    assert "великих луках" in russian_forms("великие луки") and "белой церкви" in russian_forms("белая церковь")


def test_endings_of_adjectives() -> None:
    assert adjective_forms("marocain", "fr")[-1] == "marocaines"
    assert "marroquíes" in adjective_forms("marroquí", "es")
    assert {"сирийскую", "сирийцев", "сириец"} <= set(adjective_forms("сирийск", "ru"))
    assert "السورية" in adjective_forms("سوري", "ar")


def test_keys_of_names() -> None:
    assert place_key("SAINT-DENIS") == place_key("saint denis")
    assert place_key("إدلب") == place_key("ادلب")
