"""The words of registers in six languages: tables, fields, activities, kinds of facilities, purposes, yes and no."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from opencwc.convention.fields import read_yaml
from opencwc.files.units import without_marks


@cache
def _raw() -> dict[str, Any]:
    return read_yaml(Path(__file__).parent / "data" / "register_columns.yaml")


def fields_of(table: str) -> Mapping[str, Sequence[str]]:
    """Return the fields of a table, ``sites`` or ``activities``, with what else they are called."""
    fields: Mapping[str, Sequence[str]] = _raw()[table]
    return fields


def table_named(name: str) -> str:
    """Return the table that a file or a sheet is, by its name; empty where it is neither.

    >>> table_named("Sites"), table_named("activités"), table_named("Sheet3")
    ('sites', 'activities', '')
    """
    return _by_word("tables").get(plain_words(name), "")


@lru_cache(maxsize=10_000)
def word_for(kind: str, text: str) -> str:
    """Return what a cell stands for among the words of a kind; empty where they do not have it.

    >>> word_for("activity_words", "Production"), word_for("kinds", "laboratoire"), word_for("activity_words", "sell")
    ('produce', 'laboratory', '')
    """
    return _by_word(kind).get(plain_words(text), "")


@lru_cache(maxsize=1_000)
def is_yes(text: str) -> bool | None:
    """Return whether a cell says yes; an empty one says no, ``None`` where it says neither.

    >>> is_yes("oui"), is_yes(""), is_yes("perhaps")
    (True, False, None)
    """
    plain = plain_words(text)
    if not plain:
        return False
    return True if plain in _answers("yes") else False if plain in _answers("no") else None


@lru_cache(maxsize=10_000)
def purpose_of(text: str) -> str:
    """Return the purpose that a cell names; one that is not known stays as it is written.

    >>> purpose_of("medical/diagnostic"), purpose_of("Explosifs"), purpose_of("textile dyes")
    ('diagnostic', 'explosives', 'textile dyes')
    """
    if word := word_for("purposes", text):
        return word
    parts = [word_for("purposes", part) for part in re.split(r"[;,/|&+]|\band\b", text) if part.strip()]
    if not parts or not all(parts):
        return text.strip()
    return next((word for word in ("protective", "explosives") if word in parts), parts[0])


def is_capacity(header: str) -> bool:
    """Tell whether a further column of the table of sites holds a capacity.

    >>> is_capacity("Production capacity"), is_capacity("capacité"), is_capacity("capacity unit")
    (True, True, False)
    """
    return plain_words(header) in {plain_words(word) for word in ("capacity", *_raw()["capacity"])}


def is_coordinate(name: str, header: str) -> bool:
    """Tell whether a further column of the table of sites holds the ``latitude`` or the ``longitude``.

    >>> is_coordinate("latitude", "Lat."), is_coordinate("longitude", "широта")
    (True, False)
    """
    return plain_words(header) in {plain_words(word) for word in (name, *_raw()["coordinates"][name])}


@lru_cache(maxsize=10_000)
def is_street_word(word: str) -> bool:
    """Tell whether a word of an address is one such as street, number or district, which tells nothing by itself.

    >>> is_street_word("St"), is_street_word("улица"), is_street_word("Orvenda")
    (True, True, False)
    """
    return plain_words(word) in _street_words()


@cache
def _street_words() -> frozenset[str]:
    return frozenset(plain_words(str(word)) for words in _raw()["street_words"] for word in words)


def plain_words(text: str) -> str:
    """Return words without case, accents and punctuation."""
    spelt = without_marks(text)
    return " ".join(re.findall(r"[^\W_]+", spelt)) or spelt.strip()


@cache
def _by_word(kind: str) -> Mapping[str, str]:
    return {plain_words(str(word)): name for name, words in _raw()[kind].items() for word in (name, *words)}


@cache
def _answers(answer: str) -> frozenset[str]:
    return frozenset(plain_words(str(word)) for word in _raw()[answer])
