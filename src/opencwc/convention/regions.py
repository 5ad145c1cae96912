"""The regions of the United Nations (M49) that States and territories stand in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import read_yaml, refuse_unknown

DATA = Path(__file__).parent / "data" / "regions.yaml"


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
