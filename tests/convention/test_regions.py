"""The regions of M49: each State in one at most, every State of the Convention in one, a name in every language."""

from __future__ import annotations

import pytest

from opencwc.convention import Convention
from opencwc.convention.regions import borders, neighbours_among, region_of, regions
from opencwc.convention.territories import all_territories
from opencwc.wording import LANGUAGES
from opencwc.wording.states import region_name


def test_no_code_stands_in_two_regions_and_every_code_is_known() -> None:
    every = [code for codes in regions().members.values() for code in codes]
    assert len(every) == len(set(every))
    assert set(every) <= set(all_territories())
    assert regions().source and regions().evidence == "secondary"


def test_every_state_of_the_convention_stands_in_a_region() -> None:
    assert [one.state.code for one in Convention().states if not region_of(one.state.code)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_region_has_a_name_in_every_language(lang: str) -> None:
    names = [region_name(number, lang) for number in regions().members]
    assert len(set(names)) == len(names) == 22
    assert not any(name.isdecimal() for name in names)


def test_a_border_has_two_sides_and_every_code_is_a_territory_of_today() -> None:
    beside = borders().beside
    assert all(code in beside[other] for code, others in beside.items() for other in others)
    assert all(all_territories()[code].kind == "present" for code in beside)
    assert not any(code in others for code, others in beside.items())
    assert borders().source and borders().evidence == "secondary"


def test_who_borders_on_a_state_comes_before_who_stands_in_its_region() -> None:
    assert neighbours_among("CHL", ["URY", "ARG", "FRA", "CHL"]) == ["ARG", "URY"]
    assert neighbours_among("XNV", ["FRA", "XNV"]) == [], "an invented State has no neighbours"
