"""States and territories by what people write for them: codes, numbers of the UN, names in many languages.

Names and codes are Unicode's CLDR; ``data/state_names.yaml`` has the names of the UN where CLDR writes others, and
``data/territories.yaml`` what else people write in the six languages of the UN, the States that are no more, and what
statistics name that is no State. What none of the six languages knows is looked for in the official languages of all
States. A name that stands for two is never read as one of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from opencwc.convention.fields import Raw, cached, read_yaml, refuse_unknown
from opencwc.errors import RuleError
from opencwc.settings import cache_folder

DATA = Path(__file__).parent / "data" / "territories.yaml"
NAMES = Path(__file__).parent / "data" / "state_names.yaml"
LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")
KINDS = ("present", "former", "elsewhere", "invented")
"""What a territory is: a State or a territory of ISO 3166; one that is no more; no territory at all ("Areas, nes"); a
State that does not exist, of the examples."""


class Territory(NamedTuple):
    """A State or territory: ``code`` is its alpha-3 code, also of one that is no more.

    ``since`` is the first day of one that came to be after the Convention entered into force. ``until`` is the last day
    of a former one and ``successors`` are the codes of what came after it; ``renamed`` where
    the same State goes on under its successor's code. ``kind`` is among `KINDS`; whether a territory is a State Party
    is for `Convention.states` to say. ``names`` by language are those that
    are shown in place of Unicode's CLDR: as the UN write it, or of what is invented, which also has a place on maps
    (``at``, degrees east and north).
    """

    code: str
    kind: str = "present"
    until: date | None = None
    successors: tuple[str, ...] = ()
    renamed: bool = False
    note: str = ""
    since: date | None = None
    names: Mapping[str, str] = MappingProxyType({})
    at: tuple[float, float] | None = None


def find_territory(text: str) -> Territory | None:
    """Return the territory that a text names; ``None`` where it is not known or stands for more than one.

    >>> find_territory("Korea, Dem. People's Rep. of").code, find_territory("Türkiye").code, find_territory("Korea")
    ('PRK', 'TUR', None)
    >>> find_territory("Czechoslovakia").successors
    ('CZE', 'SVK')
    """
    found = territory_candidates(text)
    return found[0] if len(found) == 1 else None


def territory_candidates(text: str) -> tuple[Territory, ...]:
    """Return every territory that a text stands for: none where it is not known, more than one where it is unclear.

    >>> [one.code for one in territory_candidates("Congo")], [one.code for one in territory_candidates("Ungarn")]
    (['COG', 'COD'], ['HUN'])
    """
    index = _index()
    written = unicodedata.normalize("NFKC", text).strip()
    code = re.sub(r"\.0+$", "", written) if written[:1].isdecimal() else written.upper()
    if code.isdecimal():
        code = code.lstrip("0").zfill(3)
    for key in (code, ".".join(code.split(" ")).replace(".", "")):
        if _CODE.fullmatch(key) and key in index.by_code:
            return (index.territories[index.by_code[key]],)
    key = plain_name(written)
    codes = index.by_name.get(key) or (_names_elsewhere().get(key, ()) if key else ())
    return tuple(index.territories[code] for code in codes)


def similar_territories(text: str, most: int = 3) -> tuple[Territory, ...]:
    """Return territories whose names are spelt nearly so, for a person to choose from.

    >>> [one.code for one in similar_territories("Germny")]
    ['DEU']
    """
    import difflib

    index = _index()
    close = difflib.get_close_matches(plain_name(text), index.by_name, n=2 * most, cutoff=0.8)
    codes = dict.fromkeys(code for name in close for code in index.by_name[name])
    return tuple(index.territories[code] for code in [*codes][:most])


def all_territories() -> Mapping[str, Territory]:
    """Return all that are known, by code."""
    return _index().territories


def written_names(code: str) -> tuple[str, ...]:
    """Return what people write for a territory beside its names in the six languages.

    >>> "Burma" in written_names("BUR"), written_names("DEU")[1]
    (True, 'FRG')
    """
    return _index().written.get(code, ())


def load_names() -> None:
    """Load every name now, for a process that may open no file later."""
    _names_elsewhere()


def plain_name(text: str) -> str:
    """Return the words of a name that tell it from others, in alphabetical order, without accents.

    >>> plain_name("Korea, Republic of") == plain_name("the REP. OF KOREA")
    True
    """
    bare = unicodedata.normalize("NFKD", re.sub(r"[’'ʼ`´]s?\b", " ", text)).casefold().replace("ـ", "")
    bare = "".join(sign for sign in bare if not unicodedata.combining(sign)).translate(_LETTERS)
    plain = bare.replace("&", " and ")
    written = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in plain).split()
    if len(written) > 1 and all(len(word) == 1 for word in written):  # U.S.A.
        return "".join(written)
    words = [_SHORT.get(word, word) for word in written]
    telling = [word for word in words if word not in _EMPTY_WORDS] or words
    return " ".join(sorted(set(telling)))


_CODE = re.compile(r"[A-Z0-9_]{1,4}")
_LETTERS = str.maketrans({"ة": "ه", "ى": "ي", "ё": "е", "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ß": "ss"})
_SHORT = {
    "rep": "republic", "dem": "democratic", "st": "saint", "ste": "saint", "sainte": "saint", "fmr": "former",
    "fed": "federation", "is": "islands", "isl": "islands", "isds": "islands", "island": "islands", "br": "british",
    "terr": "territory", "u": "united", "n": "northern", "neth": "netherlands", "fr": "french", "eq": "equatorial",
    "респ": "республика", "peoples": "people", "brit": "british",
}  # fmt: skip
_EMPTY_WORDS = frozenset(
    [
        *("of", "the", "and", "a", "d", "l", "de", "la", "le", "les", "du", "des", "et", "y", "e", "el", "los"),
        *("las", "und", "и", "و"),
    ]
)


class _Index(NamedTuple):
    territories: dict[str, Territory]
    by_code: dict[str, str]
    by_name: dict[str, tuple[str, ...]]
    written: dict[str, tuple[str, ...]]


@cache
def _index() -> _Index:
    raw = read_yaml(DATA)
    refuse_unknown(raw, {"territories", "former", "elsewhere", "invented", "unclear"}, str(DATA))
    numbers, alpha2 = _iso_codes()
    former = set(raw["former"])
    territories: dict[str, Territory] = {code: Territory(code) for code in alpha2.values() if code not in former}
    by_code = {code: code for code in territories}
    by_code |= {short: code for short, code in alpha2.items() if code in territories}
    by_code |= {number: alpha2[short] for number, short in numbers.items() if alpha2.get(short) in territories}
    names: dict[str, set[str]] = {}
    for short, said in _cldr_names():
        if (code := alpha2.get(short)) in territories:
            names.setdefault(plain_name(said), set()).add(str(code))
    own: dict[str, str] = {}
    written: dict[str, tuple[str, ...]] = {}
    for kind, part in zip(KINDS, ("territories", "former", "elsewhere", "invented"), strict=True):
        for code, territory in raw[part].items():
            territories[code] = _territory(str(code), kind, territory)
            by_code[code] = code
            by_code |= {str(other): code for other in territory.get("codes", ())}
            written[code] = tuple(map(str, territory.get("names", ())))
            _claim(own, code, [*written[code], *territories[code].names.values()])
    for code, by_language in read_yaml(NAMES)["names"].items():
        territories[code] = territories[code]._replace(names=MappingProxyType(dict(by_language)))
        _claim(own, code, by_language.values())
    by_name = {key: tuple(sorted(codes)) for key, codes in names.items()}
    by_name |= {key: (code,) for key, code in own.items()}
    for unclear in raw["unclear"]:
        for said in unclear["names"]:
            by_name[plain_name(str(said))] = tuple(unclear["of"])
    unknown = {successor for held in territories.values() for successor in held.successors} - set(territories)
    if unknown:
        raise RuleError("no_such_territory", where=str(DATA), codes=tuple(sorted(unknown)))
    return _Index(territories, by_code, by_name, written)


def _claim(own: dict[str, str], code: str, names: Iterable[str]) -> None:
    """Give names to one territory; raise `RuleError` where one of them is another's."""
    for name in names:
        if (other := own.setdefault(plain_name(str(name)), code)) != code:
            raise RuleError("name_stands_for_two_territories", where=str(DATA), name=name, one=other, other=code)


def _territory(code: str, kind: str, one: Raw) -> Territory:
    refuse_unknown(
        one,
        {"names", "called", "at", "codes", "note", "since", "until", "successors", "renamed"},
        f"{DATA} {code}",
    )
    until: Any = one.get("until")
    since: Any = one.get("since")
    return Territory(
        code,
        kind,
        until if isinstance(until, date) else None,
        tuple(str(other) for other in one.get("successors", ())),
        bool(one.get("renamed", False)),
        str(one.get("note", "")),
        since if isinstance(since, date) else None,
        MappingProxyType({str(lang): str(said) for lang, said in dict(one.get("called", {})).items()}),
        (float(one["at"][0]), float(one["at"][1])) if "at" in one else None,
    )


def _iso_codes() -> tuple[dict[str, str], dict[str, str]]:
    """Numbers to alpha-2 codes, and alpha-2 to alpha-3 codes, of the territories that CLDR has today."""
    from babel.core import get_global

    aliases: Mapping[str, Iterable[str]] = get_global("territory_aliases")
    sole = {alias: next(iter(codes)) for alias, codes in aliases.items() if len([*codes]) == 1}
    numbers = {alias: code for alias, code in sole.items() if alias.isdecimal()}
    alpha2 = {
        code: alias
        for alias, code in sole.items()
        if len(alias) == 3 and alias.isalpha() and alias not in _WITHDRAWN and not _PRIVATE.fullmatch(alias)
    }
    alpha2["XK"] = "XKX"
    return numbers, alpha2


_WITHDRAWN = frozenset(("ASC", "BUR", "CPT", "DDR", "DGA", "FXX", "QUU", "TAA", "TMP", "YMD", "ZAR"))
_PRIVATE = re.compile("AAA|Q[M-Z][A-Z]|X[A-Z]{2}|ZZZ")


def _cldr_names(languages: Iterable[str] = LANGUAGES) -> Iterator[tuple[str, str]]:
    from babel import Locale

    for language in languages:
        for code, said in Locale.parse(language).territories.items():
            if len(code) == 2:
                yield code, said


@cache
def _names_elsewhere() -> Mapping[str, Sequence[str]]:
    """Return the codes that a name stands for in an official language of a State which is none of the six."""
    import babel
    from babel.languages import get_official_languages
    from babel.localedata import exists

    territories, (_, alpha2) = _index().territories, _iso_codes()
    spoken = {language for code in alpha2 for language in get_official_languages(code, de_facto=True)}
    languages = sorted(language for language in spoken - set(LANGUAGES) if exists(language))

    def collected() -> dict[str, list[str]]:
        names: dict[str, set[str]] = {}
        for short, said in _cldr_names(languages):
            if (code := alpha2.get(short)) in territories:
                names.setdefault(plain_name(said), set()).add(str(code))
        return {key: sorted(codes) for key, codes in names.items()}

    key = [babel.__version__, Path(__file__).stat().st_mtime_ns, *languages, *territories]
    return cached(cache_folder(), "territories", key, collected, dict[str, list[str]])
