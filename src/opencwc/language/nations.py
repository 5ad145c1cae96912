"""What States and their people are called in six languages: names, short forms, adjectives with their endings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import Raw, read_yaml
from opencwc.convention.territories import LANGUAGES, all_territories, written_names
from opencwc.language.place_keys import ADJECTIVE_ENDINGS, HAN

DATA = Path(__file__).parent / "data" / "nations.yaml"
_ALL = "_"


class Called(NamedTuple):
    """A State's ``code`` and what it is called: ``people`` is for adjectives and names of its people."""

    code: str
    name: str
    people: bool = False


def nations() -> Iterator[Called]:
    """Yield all that States are called."""
    raw = read_yaml(DATA)
    yield from _names()
    for part in ("called", "short", "spelt"):
        for code, by_language in raw[part].items():
            yield from (Called(code, name) for names in by_language.values() for name in _several(names))
    for code, by_language in raw["adjectives"].items():
        for lang, words in by_language.items():
            for word in _several(words):
                yield from (Called(code, form, people=True) for form in adjective_forms(word, lang))
        yield from _signs(code, by_language.get("zh", ""), raw)


@cache
def codes_of_two_letters() -> Mapping[str, str]:
    """Return the alpha-3 code of each State of today by its small alpha-2 code."""
    from babel.core import get_global

    short_codes: Mapping[str, Iterable[str]] = get_global("territory_aliases")
    codes: dict[str, str] = {}
    for code, territory in all_territories().items():
        alpha2 = [*short_codes.get(code, ())]
        if territory.kind == "present" and len(alpha2) == 1:
            codes[alpha2[0].lower()] = code
    return codes


def _names() -> Iterator[Called]:
    from babel import Locale
    from babel.core import get_global

    short_codes: Mapping[str, Iterable[str]] = get_global("territory_aliases")
    known = all_territories()
    for lang in LANGUAGES:
        said = Locale.parse(lang).territories
        for code, territory in known.items():
            alpha2 = [*short_codes.get(code, ())]
            if territory.kind == "present" and len(alpha2) == 1 and alpha2[0] in said:
                yield from (Called(code, name) for name in _without_remarks(str(said[alpha2[0]])))
    for code, territory in known.items():
        if territory.kind in ("present", "invented"):
            names = (*territory.names.values(), *written_names(code))
            yield from (Called(code, name) for name in names if not _REMARK & {*name})


_REMARK = frozenset(",،(（")
"""Signs of a name that is turned round for a list: Iran (Islamic Republic of); Tanzania, U.R. of."""


def _without_remarks(name: str) -> Iterator[str]:
    """Yield what a newspaper writes of a name of the CLDR: Congo - Kinshasa; 香港特别行政区.

    >>> [*_without_remarks("中国香港特别行政区")], [*_without_remarks("Myanmar (Burma)")]
    (['中国香港特别行政区', '中国香港'], ['Myanmar', 'Burma'])
    """
    plain = name.replace("（", "(").replace("）", ")")
    if "(" in plain:
        first, _, rest = plain.partition("(")
        yield from (part.strip() for part in (first, rest.rstrip(")")) if len(part.strip()) > 1)
        return
    yield name
    if name.endswith("特别行政区"):
        yield name.removesuffix("特别行政区")


def _several(words: str) -> list[str]:
    return [word.strip() for word in str(words).split("|") if word.strip()]


def _signs(code: str, signs: str, raw: Raw) -> Iterator[Called]:
    for sign in _several(signs):
        if len(sign) == 1:
            yield from (Called(code, sign + office, people=True) for office in raw["offices"])


def adjective_forms(word: str, lang: str) -> tuple[str, ...]:
    """Return the forms of an adjective or a name of a people.

    >>> adjective_forms("chilien", "fr"), adjective_forms("francés", "es")
    (('chilien', 'chiliens', 'chilienne', 'chiliennes'), ('francés', 'francesa', 'franceses', 'francesas'))
    """
    make = {"en": _english, "fr": _french, "es": _spanish, "ru": _russian, "ar": _arabic, "zh": _chinese}
    return tuple(dict.fromkeys(make[lang](word)))


def _english(word: str) -> tuple[str, ...]:
    return (word,) if word[-1:] in "shz." or word.isupper() else (word, word + "s")


def _french(word: str) -> tuple[str, ...]:
    feminine = word + "e"
    if word.endswith("e") or (word.endswith("i") and len(word) < 6):
        feminine = word
    elif word.endswith(("en", "on")):
        feminine = word + "ne"
    plural = word if word.endswith("s") else word + "s"
    return word, plural, feminine, feminine + "s"


def _spanish(word: str) -> tuple[str, ...]:
    if word.endswith("o"):
        return word, word[:-1] + "a", word + "s", word[:-1] + "as"
    if word.endswith(("és", "án", "ón")):
        bare = word[:-2] + {"é": "e", "á": "a", "ó": "o"}[word[-2]] + word[-1]
        return word, bare + "a", bare + "es", bare + "as"
    if word.endswith(("í", "ú")):
        return word, word + "es", word + "s"
    if word.endswith("l"):
        return word, word + "a", word + "es", word + "as"
    return word, word + "s"


_PEOPLE = ("цы", "цев", "цам", "цами", "цах", "ца", "цу", "цем", "ка", "ки", "ку", "кой")


def _russian(stem: str) -> tuple[str, ...]:
    adjectives = [stem + ending for ending in ADJECTIVE_ENDINGS]
    if not stem.endswith("ск"):
        return tuple(adjectives)
    base = stem.removesuffix("ск")
    people = [
        base + ending for ending in ("цы", "цев", "цам", "цами", "цах", "ца", "цу", "цем", "ка", "ки", "ку", "кой")
    ]
    return (*adjectives, base.removesuffix("й") + ("ец"), *people)


def _arabic(word: str) -> tuple[str, ...]:
    first, _, rest = word.partition(" ")
    ends = ("", "ة", "ين", "ون", "ات", "تين", "تان") if first.endswith("ي") else ("",)
    bare = [first + end for end in ends]
    tail = f" {rest}" if rest else ""
    tails = (tail, f" ال{rest}", f" {rest}ة", f" ال{rest}ة") if rest else ("",)
    return tuple(start + one + end for start in ("", "ال") for one in bare for end in tails)


def _chinese(word: str) -> tuple[str, ...]:
    return (word,) if len(word) > 1 and HAN.match(word) else ()
