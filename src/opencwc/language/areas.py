"""Regions written short behind the name of a town that is in them: Mobile, Ala., and Dayton, OH."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from opencwc.convention.fields import read_yaml
from opencwc.language.gazetteer import Named
from opencwc.language.gazetteer_index import AREAS, Spot, area_codes

_BEFORE = ", "


def area_behind(text: str, named: Named) -> tuple[Spot, ...]:
    """Return the region that stands short behind a town's name, where a town of the name is in it."""
    match = _short().match(text, named.end)
    areas = _areas()[match[1]] if match else ()
    towns = {(spot.country, spot.area) for spot in named.spots if spot.sort == "town"}
    return tuple(area for area in areas if (area.country, area.area) in towns)


def is_short_area(text: str, town: Named, named: Named) -> bool:
    """Tell whether a name is only the short form of the region that the town before it is in."""
    return named.start == town.end + len(_BEFORE) and bool(area_behind(text, town))


@cache
def _areas() -> Mapping[str, tuple[Spot, ...]]:
    found: dict[str, tuple[Spot, ...]] = {}
    for country, regions in read_yaml(AREAS)["short"].items():
        for code, forms in regions.items():
            spot = Spot("region", country, "", area=code)
            for form in dict.fromkeys((*forms.split("|"), *((code,) if code.isalpha() else ()))):
                found[form] = (*found.get(form, ()), spot)
    for code in area_codes()["USA"].values():
        found.setdefault(code, (Spot("region", "USA", "", area=code),))
    return found


@cache
def _short() -> re.Pattern[str]:
    forms = sorted(_areas(), key=len, reverse=True)
    return re.compile(f"{_BEFORE}({'|'.join(map(re.escape, forms))})(?!\\w)")
