"""What States and territories are called in each language: as the UN write it, else as Unicode's CLDR has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from opencwc.convention.territories import all_territories, written_names
from opencwc.finding import Message
from opencwc.wording import LANGUAGES
from opencwc.wording.collation import sort_key
from opencwc.wording.typography import in_type

_M49_NAMES = {"035": "South-eastern Asia", "053": "Australia and New Zealand", "057": "Micronesia"}
"""The English names of the regions that Unicode's CLDR calls otherwise than the UN."""


def state_name(code: str, lang: str) -> str:
    """Return the name of a State by its alpha-3 code; what is no such code as it stands.

    >>> state_name("MAR", "fr"), state_name("TUR", "es"), state_name("XNV", "ru"), state_name("Freedonia", "fr")
    ('Maroc', 'Türkiye', 'Нордавия', 'Freedonia')
    """
    return in_type(_names(lang if lang in LANGUAGES else "en").get(code, code), lang)


@cache
def names_in_use(code: str) -> tuple[str, ...]:
    """Return all that people call a State, the six languages' own names first: what a search looks through.

    >>> {"Syrian Arab Republic", "Syria", "Сирия", "SYR"} <= {*names_in_use("SYR")}
    True
    """
    shown = [state_name(code, lang) for lang in LANGUAGES]
    by_cldr = [_cldr_names(lang)[code] for lang in LANGUAGES if code in _cldr_names(lang)]
    return tuple(dict.fromkeys((*shown, code, *by_cldr, *written_names(code))))


def states_by_name(codes: Iterable[str], lang: str) -> list[tuple[str, str]]:
    """Return States by their names, as a list in a language orders them, each with its code.

    >>> states_by_name(["ZWE", "XKX", "ALA", "ALB"], "en")
    [('Åland Islands', 'ALA'), ('Albania', 'ALB'), ('Kosovo', 'XKX'), ('Zimbabwe', 'ZWE')]
    """
    named = ((state_name(code, lang), code) for code in codes)
    return sorted(named, key=lambda state: (sort_key(state[0], lang), state[1]))


@cache
def state_named(code: str) -> Message:
    """Return a State's name in every language; the code where it has none."""
    return Message("by_language", {lang: state_name(code, lang) for lang in LANGUAGES})


@cache
def _names(lang: str) -> Mapping[str, str]:
    by_the_un = all_territories().values()
    return _cldr_names(lang) | {each.code: each.names[lang] for each in by_the_un if lang in each.names}


@cache
def _cldr_names(lang: str) -> dict[str, str]:
    from babel import Locale
    from babel.core import get_global

    cldr = Locale.parse(lang).territories
    names = {
        alpha3: str(cldr[codes[0]])
        for alpha3, codes in get_global("territory_aliases").items()
        if len(alpha3) == 3
        and alpha3.isalpha()
        and len(codes) == 1
        and codes[0] in cldr  # the Soviet Union is not Russia
    }
    return names | {"XKX": str(cldr["XK"])}  # Kosovo: its three letters are not of ISO 3166


_RETIRED_NUMBERS = frozenset({"230", "249", "278", "280", "720", "736", "886"})
"""Numbers of States as they were before they divided or joined, which the CLDR still maps to those of today."""


@cache
def _numeric_codes() -> dict[str, str]:
    """Return the ISO 3166 numeric codes in use, by alpha-2 code."""
    from babel.core import get_global

    aliases = get_global("territory_aliases").items()
    in_use = ((code, found) for code, found in aliases if code.isdigit() and code not in _RETIRED_NUMBERS)
    return {found[0]: code for code, found in in_use if len(found) == 1}


def iso_numeric(alpha3: str) -> str:
    """Return the ISO 3166 numeric code of a State, as maps have it.

    >>> iso_numeric("AFG"), iso_numeric("DEU")
    ('004', '276')
    """
    return _numeric_codes().get(iso_alpha2(alpha3), "")


def iso_alpha2(alpha3: str) -> str:
    """Return the ISO 3166 alpha-2 code of a State; empty where it has none.

    >>> iso_alpha2("FRA"), iso_alpha2("XNV")
    ('FR', '')
    """
    from babel.core import get_global

    return str(get_global("territory_aliases").get(alpha3, [""])[0])


def region_name(number: str, lang: str) -> str:
    """Return the name of a region of M49 by its number; what is no region as it stands.

    >>> region_name("015", "fr"), region_name("035", "en"), region_name("XNV", "fr")
    ('Afrique septentrionale', 'South-eastern Asia', 'XNV')
    """
    from babel import Locale

    if lang == "en" and number in _M49_NAMES:
        return _M49_NAMES[number]
    return str(Locale.parse(lang if lang in LANGUAGES else "en").territories.get(number, number))


@cache
def region_named(number: str) -> Message:
    """Return a region's name in every language."""
    return Message("by_language", {lang: region_name(number, lang) for lang in LANGUAGES})
