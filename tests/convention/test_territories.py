from datetime import date

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from opencwc.convention import Convention
from opencwc.convention.territories import (
    KINDS,
    all_territories,
    find_territory,
    plain_name,
    similar_territories,
    territory_candidates,
)
from opencwc.wording import LANGUAGES
from opencwc.wording.states import state_name


def code(text: str) -> str:
    territory = find_territory(text)
    return territory.code if territory else ""


@pytest.mark.parametrize(
    "text", ["FRA", "fra", "FR", "fr", "250", "250.0", "France", "FRANCE", " Франция ", "法国", "فرنسا"]
)
def test_a_state_is_found_by_its_codes_its_number_and_its_name_in_six_languages(text):
    assert code(text) == "FRA"


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar", "ru", "zh"])
def test_every_state_of_the_convention_is_found_by_its_name_in(language):
    names = Locale(language).territories
    aliases = {find_territory(two).code: name for two, name in names.items() if len(two) == 2 and find_territory(two)}
    for state in Convention().states:
        assert state.state.code in [candidate.code for candidate in territory_candidates(aliases[state.state.code])]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Bolivia (Plurinational State of)", "BOL"),
        ("Viet Nam", "VNM"),
        ("Korea, Republic of", "KOR"),
        ("Rep. of Korea", "KOR"),
        ("Dem. People's Rep. of Korea", "PRK"),
        ("Dem. Rep. of the Congo", "COD"),
        ("Congo, Rep.", "COG"),
        ("USA", "USA"),
        ("U.S.A.", "USA"),
        ("UK", "GBR"),
        ("Türkiye", "TUR"),
        ("Turkey", "TUR"),
        ("Czech Rep.", "CZE"),
        ("Côte d’Ivoire", "CIV"),
        ("COTE D'IVOIRE", "CIV"),
        ("Lao People's Dem. Rep.", "LAO"),
        ("China, Hong Kong SAR", "HKG"),
        ("TFYR of Macedonia", "MKD"),
        ("United Rep. of Tanzania", "TZA"),
        ("Br. Virgin Isds", "VGB"),
        ("Saint Vincent and the Grenadines", "VCT"),
        ("Saint-Kitts-et-Nevis", "KNA"),
        ("Iran (Islamic Republic of)", "IRN"),
        ("Netherlands (Kingdom of the)", "NLD"),
        ("República Árabe Siria", "SYR"),
        ("Российская Федерация", "RUS"),
        ("大韩民国", "KOR"),
        ("الاتحاد الروسي", "RUS"),
        ("Niger", "NER"),
        ("Nigeria", "NGA"),
        ("Guinea", "GIN"),
        ("Guinea-Bissau", "GNB"),
        ("Dominica", "DMA"),
        ("Dominican Rep.", "DOM"),
        ("842", "USA"),
        ("699", "IND"),
        ("4", "AFG"),
    ],
)
def test_statistics_and_treaties_spell_it_so(text, meant):
    assert code(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Deutschland", "DEU"), ("Vereinigte Staaten", "USA"), ("Vereinigtes Königreich", "GBR"), ("Ungarn", "HUN"),
        ("Niederlande", "NLD"), ("Südafrika", "ZAF"), ("Österreich", "AUT"), ("Paesi Bassi", "NLD"),
        ("Coreia do Sul", "KOR"), ("Almanya", "DEU"), ("Węgry", "HUN"), ("ドイツ", "DEU"), ("독일", "DEU"),
        ("जर्मनी", "DEU"), ("德國", "DEU"), ("Norwegen", "NOR"), ("Birleşik Krallık", "GBR"),
    ],
)  # fmt: skip
def test_a_state_is_found_by_its_name_in_an_official_language_of_any_state(text, meant):
    assert code(text) == meant


def test_every_state_is_found_by_its_german_name():
    for alpha2, territory in Locale("de").territories.items():
        by_code = find_territory(alpha2)
        if by_code and by_code.kind == "present":
            assert by_code in territory_candidates(territory), territory


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("Kongo", ("COG", "COD")),
        ("Свети Мартин", ("MAF", "SXM")),
        ("Lūsia", ("LCA", "RUS")),
        ("Korea", ("KOR", "PRK")),
        ("Corée", ("KOR", "PRK")),
        ("Congo", ("COG", "COD")),
        ("Конго", ("COG", "COD")),
        ("Virgin Islands", ("VGB", "VIR")),
    ],
)
def test_a_name_that_stands_for_two_is_read_as_neither_and_both_can_be_told(text, both):
    assert find_territory(text) is None
    assert tuple(candidate.code for candidate in territory_candidates(text)) == both


@pytest.mark.parametrize(
    ("text", "meant", "until", "first"),
    [
        ("USSR", "SUN", date(1991, 12, 26), "ARM"),
        ("СССР", "SUN", date(1991, 12, 26), "ARM"),
        ("Czechoslovakia", "CSK", date(1992, 12, 31), "CZE"),
        ("Tchécoslovaquie", "CSK", date(1992, 12, 31), "CZE"),
        ("Serbia and Montenegro", "SCG", date(2006, 6, 3), "MNE"),
        ("891", "SCG", date(2006, 6, 3), "MNE"),
        ("GDR", "DDR", date(1990, 10, 2), "DEU"),
        ("Neth. Antilles", "ANT", date(2010, 10, 9), "BES"),
    ],
)
def test_a_state_that_is_no_more_is_kept_with_its_last_day_and_what_came_after(text, meant, until, first):
    territory = find_territory(text)
    assert (territory.code, territory.kind, territory.until, territory.successors[0]) == (meant, "former", until, first)
    assert not territory.renamed


@pytest.mark.parametrize(("text", "now"), [("Burma", "MMR"), ("Zaïre", "COD"), ("BUR", "MMR"), ("Upper Volta", "BFA")])
def test_a_former_name_of_a_state_that_goes_on_says_so(text, now):
    territory = find_territory(text)
    assert territory.renamed
    assert territory.successors == (now,)


@pytest.mark.parametrize("text", ["Areas, nes", "Other Asia, nes", "490", "World", "European Union", "Bunkers", "_X"])
def test_what_statistics_name_beside_states_is_known_to_be_none(text):
    assert find_territory(text).kind == "elsewhere"


@pytest.mark.parametrize("text", ["", " ", "-", "Ruritania", "1234567", "FRANCEE", "the", "X"])
def test_what_is_no_state_is_not_read(text):
    assert territory_candidates(text) == ()


def test_names_spelt_nearly_so_are_offered():
    assert [territory.code for territory in similar_territories("Germny")] == ["DEU"]
    assert similar_territories("qqqq") == ()


def test_every_successor_and_every_code_is_a_territory():
    territories = all_territories()
    for key, territory in territories.items():
        assert key == territory.code
        assert territory.kind in KINDS
        assert set(territory.successors) <= set(territories)
        assert bool(territory.successors) == (territory.kind == "former")
    assert {state.state.code for state in Convention().states} <= set(territories)


@given(st.sampled_from(["Korea, Republic of", "Viet Nam", "Côte d'Ivoire", "United States of America"]), st.randoms())
def test_case_order_and_punctuation_do_not_matter(name, random):
    words = name.replace(",", "").split()
    random.shuffle(words)
    written = random.choice([", ", " - ", "  "]).join(random.choice([str.upper, str.lower])(word) for word in words)
    assert plain_name(written) == plain_name(name)
    assert find_territory(written) == find_territory(name)


def test_the_invented_state_of_the_examples_has_a_code_that_iso_3166_leaves_to_its_users_and_is_in_no_list():
    territory = find_territory("Нордавия")
    assert (territory.code, territory.kind) == ("XNV", "invented") and find_territory("Nordavia") == find_territory(
        "诺达维亚"
    )
    assert {state_name("XNV", lang) for lang in LANGUAGES} == set(territory.names.values())
    assert set(territory.names) == set(LANGUAGES)
    convention = Convention(date(2026, 1, 1))
    assert "XNV" not in {state.state.code for state in convention.states}
    assert convention.state("XNV").on(date(2026, 1, 1)).status == "state_party"
    assert convention.state("FRA") in [state.state for state in convention.states]
    assert convention.state("TWN") is None
