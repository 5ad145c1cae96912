"""A person reads the names that the United Nations give States; every other name is still recognised."""

from __future__ import annotations

import pytest
from babel import Locale
from babel.core import get_global

from opencwc.convention import Convention
from opencwc.convention.fields import read_yaml
from opencwc.convention.territories import NAMES, all_territories, territory_candidates
from opencwc.wording import LANGUAGES
from opencwc.wording.states import names_in_use, state_name


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("TUR", ["Türkiye", "Türkiye", "تركيا", "Türkiye", "Турция", "土耳其"]),
        ("CZE", ["Czechia", "Tchéquie", "تشيكيا", "Chequia", "Чехия", "捷克"]),
        ("CIV", ["Côte d’Ivoire", "Côte d’Ivoire", "كوت ديفوار", "Côte d’Ivoire", "Кот-д’Ивуар", "科特迪瓦"]),
        ("SWZ", ["Eswatini", "Eswatini", "إسواتيني", "Eswatini", "Эсватини", "斯威士兰"]),
        ("CPV", ["Cabo Verde", "Cabo Verde", "كابو فيردي", "Cabo Verde", "Кабо-Верде", "佛得角"]),
        ("VAT", ["Holy See", "Saint-Siège", "الكرسي الرسولي", "Santa Sede", "Святой Престол", "教廷"]),
        ("MMR", ["Myanmar", "Myanmar", "ميانمار", "Myanmar", "Мьянма", "缅甸"]),
        (
            "RUS",
            [
                "Russian Federation", "Fédération de Russie", "الاتحاد الروسي", "Federación de Rusia",
                "Российская Федерация", "俄罗斯联邦",
            ],
        ),
        (
            "COD",
            [
                "Democratic Republic of the Congo", "République démocratique du Congo", "جمهورية الكونغو الديمقراطية",
                "República Democrática del Congo", "Демократическая Республика Конго", "刚果民主共和国",
            ],
        ),
    ],
)  # fmt: skip
def test_a_state_is_shown_as_the_united_nations_write_it(code: str, names: list[str]) -> None:
    assert [state_name(code, lang) for lang in LANGUAGES] == names


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_name_shown_is_read_as_that_state_alone_and_none_is_a_code(lang: str) -> None:
    for code in all_territories():
        name = state_name(code, lang)
        assert name != code
        assert [found.code for found in territory_candidates(name)] == [code], name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_names_of_the_cldr_are_still_read_and_searched(lang: str) -> None:
    cldr, alpha2 = Locale(lang).territories, get_global("territory_aliases")
    for state in Convention().states:
        name = str(cldr[alpha2[state.state.code][0]])
        assert state.state.code in [found.code for found in territory_candidates(name)], name
        assert name in names_in_use(state.state.code)


def test_the_table_has_a_source_and_only_what_differs_from_the_cldr() -> None:
    table, alpha2 = read_yaml(NAMES), get_global("territory_aliases")
    assert table["source"] and table["evidence"] == "secondary"
    for code, by_language in table["names"].items():
        for lang, name in by_language.items():
            assert lang in LANGUAGES and name == name.strip(" *†")
            assert name.replace("'", "’") != str(Locale(lang).territories[alpha2[code][0]]).replace("'", "’"), code


def test_other_names_of_a_state_find_it() -> None:
    assert {"Syria", "Syrie", "SYR", "Syrian Arab Republic"} <= {*names_in_use("SYR")}
    assert "North Korea" in names_in_use("PRK") and "Vatican City" in names_in_use("VAT")
