"""The regions of the United Nations (M49) that States and territories stand in, and who borders on whom by land."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import read_yaml, refuse_unknown

DATA = Path(__file__).parent / "data" / "regions.yaml"
BORDERS = Path(__file__).parent / "data" / "borders.yaml"


class Regions(NamedTuple):
    """The alpha-3 codes of each region by its number, with where that stands and how sure it is."""

    members: Mapping[str, tuple[str, ...]]
    source: str
    evidence: str


@cache
def regions() -> Regions:
    """Return the smallest regions of M49, so that a code stands in one of them only."""
    raw = read_yaml(DATA)
    refuse_unknown(raw, {"source", "evidence", "regions"}, str(DATA))
    members = {str(number): tuple(map(str, codes)) for number, codes in raw["regions"].items()}
    return Regions(members, str(raw["source"]), str(raw["evidence"]))


def region_of(code: str) -> str:
    """Return the number of the region of an alpha-3 code, empty where M49 does not list it.

    >>> region_of("MAR"), region_of("XNV")
    ('015', '')
    """
    return _region_by_code().get(code, "")


@cache
def _region_by_code() -> Mapping[str, str]:
    return {code: number for number, codes in regions().members.items() for code in codes}


class Borders(NamedTuple):
    """The alpha-3 codes that each borders on by land, with where that stands and how sure it is."""

    beside: Mapping[str, frozenset[str]]
    source: str
    evidence: str


@cache
def borders() -> Borders:
    """Return who borders on whom by land; of the smallest States nothing is known."""
    raw = read_yaml(BORDERS)
    refuse_unknown(raw, {"source", "evidence", "borders"}, str(BORDERS))
    beside: dict[str, set[str]] = {}
    for code, others in raw["borders"].items():
        for other in map(str, others):
            beside.setdefault(str(code), set()).add(other)
            beside.setdefault(other, set()).add(str(code))
    known = {code: frozenset(codes) for code, codes in beside.items()}
    return Borders(known, str(raw["source"]), str(raw["evidence"]))


def neighbours_among(code: str, others: Iterable[str]) -> list[str]:
    """Return those of other States that border on one or stand in its region, those that border on it first.

    >>> neighbours_among("FRA", ["CHL", "AUT", "ESP", "FRA"])
    ['ESP', 'AUT']
    """
    among = [other for other in others if other != code]
    beside = borders().beside.get(code, frozenset())
    region = region_of(code)
    near = [other for other in among if other not in beside and region and region_of(other) == region]
    return [*(other for other in among if other in beside), *near]
