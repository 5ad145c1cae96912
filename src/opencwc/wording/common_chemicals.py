"""What the press calls chemicals in each language, by their English common names, as inside a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from opencwc.convention.fields import read_yaml
from opencwc.wording.chemical_names import as_noun, chemical_name, numbers_by_name

DATA = Path(__file__).parent / "data" / "common_chemicals.yaml"


def common_name(name: str, lang: str) -> str:
    """Return what a chemical is called in a language; its English name where no other one is known.

    >>> common_name("chlorine", "es"), common_name("thiodiglycol", "fr"), common_name("unheard of", "ru")
    ('cloro', 'thiodiglycol', 'unheard of')
    """
    return name if lang == "en" else known_name(name, lang) or name


def known_name(name: str, lang: str) -> str:
    """Return what a chemical is called in a language by its English name; empty where no name in it is known.

    >>> known_name("acetone", "fr"), known_name("Thiodiglycol", "es"), known_name("unheard of", "ru")
    ('acétone', 'tiodiglicol', '')
    """
    return _common().get(name, {}).get(lang) or _of_the_tables(name, lang)


def written_name(written: str, lang: str) -> str:
    """Return a chemical, as somebody wrote it in any language, as it stands inside a sentence of a language.

    A name that is not known is itself in English, and nothing in the other languages; a number is itself.

    >>> written_name("Etidronic acid", "en"), written_name("ацетон", "fr"), written_name("Our mixture 7", "en")
    ('etidronic acid', 'acétone', 'Our mixture 7')
    >>> written_name("Our mixture 7", "fr"), written_name("67-64-1", "fr")
    ('', '67-64-1')
    """
    name = as_noun(english_name(written))
    if not any(map(str.isalpha, written)):
        return written
    if lang == "en":
        return name if name in _common() or name.casefold() in numbers_by_name() else written
    return known_name(name, lang)


def english_name(written: str) -> str:
    """Return the English common name of what is called so in any of the languages, else the name as it is written.

    >>> english_name("Хлор"), english_name("dioxyde d'azote"), english_name("كلور"), english_name("unheard of")
    ('chlorine', 'nitrogen dioxide', 'chlorine', 'unheard of')
    """
    return _english().get(_as_compared(written), written)


def names_in_all_languages(name: str) -> Iterator[str]:
    """Yield what the press calls a chemical, in each of the languages that have a name for it."""
    yield name
    yield from _common().get(name, {}).values()


def _of_the_tables(name: str, lang: str) -> str:
    number = numbers_by_name().get(name.casefold())
    named = chemical_name(number, "", lang) if number else ""
    return as_noun(named) if named else ""


@cache
def _common() -> Mapping[str, Mapping[str, str]]:
    raw = read_yaml(DATA)
    told = {**raw["names"], **raw["others"]}
    return {str(name): dict(zip(raw["columns"], names.split("|"), strict=True)) for name, names in told.items()}


@cache
def _english() -> Mapping[str, str]:
    written = ((called, name) for name, names in _common().items() for called in names.values())
    return {_as_compared(called): name for called, name in written} | {_as_compared(name): name for name in _common()}


def _as_compared(written: str) -> str:
    """Return a name without what writers leave out or write in two ways: the article in Arabic, ё, an apostrophe."""
    plain = written.casefold().replace("ё", "е").replace("’", "'")
    return _ARTICLE.sub("", " ".join(plain.split()))


_ARTICLE = re.compile(r"\bال(?=\w{3})")
