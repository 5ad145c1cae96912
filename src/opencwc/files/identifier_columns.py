"""Which columns of a table say what the chemical is, and as what each is read: by its heading, and by its first cells.

A heading alone is not believed where the cells speak against it ("Structure: solid"); cells alone are enough where
their form cannot be anything else. What is written for "nothing" (``n/a``) speaks neither for nor against.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from opencwc.files.cell_forms import looks_like_smiles
from opencwc.files.headings import loaded_headings

EXACT_KINDS = ("structure", "inchikey", "cas", "ec")
ANY_KIND = "any"
KINDS = (*EXACT_KINDS, "name", ANY_KIND, "un", "hs")
"""What a column is read as, the most exact first."""
PACKING = "packing"
"""A column of packings: it says nothing of the chemical, but of what a word with several meanings is meant for."""
OTHER = "other"
"""A column of the user's that says nothing of the chemical: a person who decides sees it beside the finding."""
UNREAD_KINDS = (PACKING, OTHER)
TEXT = "text"
"""Rows of a sheet that is no table: each is a text that may mention chemicals, and mostly mentions none."""
KINDS_WITH_DRAWINGS = ("structure", ANY_KIND)
"""The kinds of columns whose cells are recognised each by itself, drawings first: such a column may mix them."""
MOST_READ = 12
"""Columns of one table that are read: an international substance list has fewer."""


MOST_OTHERS = 12
"""Columns of the user's that are carried along."""


class ReadColumn(NamedTuple):
    """A column that is read, and as what (one of `KINDS`, `PACKING`, `OTHER` or `TEXT`)."""

    name: str
    kind: str


def kind_of_column(heading: str, cells: Sequence[str | None]) -> str:
    """Return what a column says of a chemical, one of `KINDS`; empty where it says nothing that can be read.

    >>> kind_of_column("N° CAS", ["107-44-8", "n/a"]), kind_of_column("col2", ["107-44-8"])
    ('cas', 'cas')
    >>> kind_of_column("Structure", ["solid", "liquid"]), kind_of_column("Name", ["CHEMBL25", "CHEMBL26"])
    ('', '')
    """
    written = [cell.strip() for cell in cells if cell and not says_nothing(cell)]
    headed = kind_of_heading(heading)
    if headed == "name" and written and _share(written, _is_identifier) >= _SOME:
        return (
            ANY_KIND if _share(written, lambda cell: _is_identifier(cell) or _is_name(cell)) >= _ENOUGH["name"] else ""
        )
    if headed and (not written or _share(written, _MAY_BE[headed]) >= _ENOUGH[headed]):
        return headed
    return next((kind for kind, form in _FORMS.items() if written and _share(written, form) >= SURE), "")


def kind_of_words(cells: Sequence[str | None]) -> str:
    """Return as what a column without a telling heading is read where most of its cells are words; else empty.

    >>> kind_of_words(["sarin", "n/a", "soman"]), kind_of_words(["sarin", "107-44-8"]), kind_of_words(["A-17", "12"])
    ('name', 'any', '')
    """
    written = [cell.strip() for cell in cells if cell and not says_nothing(cell)]
    if not written or _share(written, lambda cell: _is_identifier(cell) or _is_name(cell)) < _ENOUGH["name"]:
        return ""
    return ANY_KIND if any(map(_is_identifier, written)) else "name"


@lru_cache(maxsize=1_000)
def kind_of_heading(heading: str) -> str:
    """Return the kind that a heading names, alone, with a unit, in two languages, or among other words."""
    words = _kinds_of_words()
    whole = unicodedata.normalize("NFKC", heading).casefold()
    for part in (whole, *re.split(r"[/|()\[\]\n;:,-]", whole)):
        if kind := words.get(_plain(part)):
            return kind
    tokens = set(re.findall(r"[^\W\d_]+", whole))
    within: Mapping[str, Sequence[str]] = loaded_headings()["within"]
    return next((kind for kind, marks in within.items() if tokens & {*marks}), "")


def is_heading_of_packings(heading: str) -> bool:
    """Tell whether a heading is that of a column of packings.

    >>> is_heading_of_packings("Pack size"), is_heading_of_packings("Упаковка"), is_heading_of_packings("Goods")
    (True, True, False)
    """
    return _is_of_group(heading, "packaging")


def is_heading_of_results(heading: str) -> bool:
    """Tell whether a heading is that of samples, or of what was found in them.

    >>> is_heading_of_results("Result"), is_heading_of_results("样品"), is_heading_of_results("Country")
    (True, True, False)
    """
    return _is_of_group(heading, "results")


def is_heading_of_goods(heading: str) -> bool:
    """Tell whether a heading is that of what goods are called.

    >>> is_heading_of_goods("Product"), is_heading_of_goods("品名"), is_heading_of_goods("Country")
    (True, True, False)
    """
    return _is_of_group(heading.replace("_", " "), "goods")


@lru_cache(maxsize=1_000)
def _is_of_group(heading: str, group: str) -> bool:
    """Tell whether a heading has a word of a group of ``headers.yaml``, alone, with a unit or in two languages."""
    whole = unicodedata.normalize("NFKC", heading).casefold()
    parts = (whole, *re.split(r"[/|()\[\]\n;:,-]", whole))
    return any(_plain(part) in _words_of_group(group) for part in parts)


@lru_cache(maxsize=10)
def _words_of_group(group: str) -> frozenset[str]:
    by_language: Mapping[str, Sequence[str]] = loaded_headings()["columns"][group]
    return frozenset(
        _plain(unicodedata.normalize("NFKC", word).casefold()) for words in by_language.values() for word in words
    )


def says_nothing(cell: str) -> bool:
    """Tell whether a cell holds nothing, or says so in words (``n/a``)."""
    return cell.strip().casefold() in _nothing()


def _share(cells: Sequence[str], form: Callable[[str], bool]) -> float:
    return sum(map(form, cells)) / len(cells)


def _plain(heading: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", heading))


@lru_cache(maxsize=1)
def _kinds_of_words() -> dict[str, str]:
    columns: Mapping[str, Mapping[str, Sequence[str]]] = loaded_headings()["columns"]
    kinds = {"goods": "name", "tariff": "hs"} | {kind: kind for kind in KINDS if kind in columns}
    return {
        _plain(unicodedata.normalize("NFKC", word).casefold()): kind
        for named, kind in kinds.items()
        for words in columns[named].values()
        for word in words
    }


@lru_cache(maxsize=1)
def _nothing() -> frozenset[str]:
    return frozenset(loaded_headings()["nothing"])


def _is_drawn(cell: str) -> bool:
    return cell.startswith("InChI=") or "M  END" in cell or looks_like_smiles(cell)


def _is_surely_drawn(cell: str) -> bool:
    return cell.startswith("InChI=1") or (looks_like_smiles(cell) and bool(_DRAWN_SIGN.search(cell)))


def _is_identifier(cell: str) -> bool:
    return any(form(cell) for form in _FORMS.values())


def _is_name(cell: str) -> bool:
    return bool(_WORD.search(cell)) and not _CODE.fullmatch(cell)


_CAS = re.compile(r"[\[(]?\s*(?:cas\D{0,12})?\d{2,7}\s?[-‐-―−]\s?\d\d\s?[-‐-―−]\s?\d\s*[\])]?", re.IGNORECASE)
_CAS_OR_DIGITS = re.compile(r"(?:cas\D{0,12})?0*\d{2,7}\W{0,3}\d\d\W{0,3}\d\D{0,3}(?:\d.*)?", re.IGNORECASE | re.DOTALL)
_EC = re.compile(r"[1-9]\d\d\s?[-‐-―−]\s?\d{3}\s?[-‐-―−]\s?\d")
_INCHIKEY = re.compile(r"(?:inchikey=)?[A-Z]{14}-[A-Z]{10}-[A-Z]", re.IGNORECASE)
_UN = re.compile(r"(?:un|onu|оон|id)?\W{0,3}(?:no|n°)?\W{0,3}\d{4}(?:\D.*)?", re.IGNORECASE)
_HS = re.compile(r"(?:hs\W{0,3})?\d{4}[. ]?\d\d(?:[. ]?\d{1,2}){0,3}", re.IGNORECASE)
_DRAWN_SIGN = re.compile(r"[(=#]|\[[A-Za-z0-9@+-]+\]|c1")
_WORD = re.compile(r"[^\W\d_]{3}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CODE = re.compile(
    r"(?:[a-z]{0,12}[-_./:]?|[a-z]{1,5} )\d{2,}[-_./:a-z0-9]*|[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.I
)
_FORMS: dict[str, Callable[[str], bool]] = {
    "cas": lambda cell: bool(_CAS.fullmatch(cell)),
    "ec": lambda cell: bool(_EC.fullmatch(cell)),
    "inchikey": lambda cell: bool(_INCHIKEY.fullmatch(cell)),
    "structure": _is_surely_drawn,
}
"""The forms that nothing else has: cells alone are enough."""
_MAY_BE: dict[str, Callable[[str], bool]] = {
    "structure": _is_drawn,
    "inchikey": _FORMS["inchikey"],
    "cas": lambda cell: bool(_CAS_OR_DIGITS.fullmatch(cell)),
    "ec": _FORMS["ec"],
    "name": _is_name,
    "un": lambda cell: bool(_UN.fullmatch(cell)),
    "hs": lambda cell: bool(_HS.fullmatch(cell)),
}
"""What a cell under a heading of the kind looks like."""
SURE = 0.8
_SOME = 0.2
_ENOUGH: dict[str, float] = {**dict.fromkeys(KINDS, 0.2), "name": 0.5, "structure": 0.5, "un": 0.5, "hs": 0.5}
