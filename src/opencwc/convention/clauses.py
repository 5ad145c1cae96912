"""Clauses of the Convention: how data and code write them, and how a source that names them is shown.

A clause has one spelling: ``VA VII.31`` (Verification Annex, Part VII, paragraph 31), ``Art. VII.1(a)``, ``Annex 2B04``
(the entry of the Annex on Chemicals). Every clause is written, and written whole, so that a search for it finds it:
``VA VI.13, VA VI.17``. Where a source is shown, three and more that follow one another are a range: ``VA VI.8-12``.
"""

from __future__ import annotations

import re
from itertools import groupby

_PARAGRAPH = r"[IVX]+(?:\([AB]\))?(?:\.\d+(?:bis)?(?:\([a-z]\))?(?:-(?:\d+|\([a-z]\)))?)?"
_ENTRY = r"Annex ([1-3])([AB])(\d\d)"
CLAUSE = re.compile(rf"(?:VA|Art\.) {_PARAGRAPH}(?![\w(])|{_ENTRY}\b")
_NAMES = {"VA": "Verification Annex", "Art.": "Article"}
_CLAUSES = re.compile(rf"\b(VA|Art\.) {_PARAGRAPH}(?:(?:, | and )\1 {_PARAGRAPH})*")
_RANGE = re.compile(r"([IVX]+)\.(\d+)-(\d+)")
_NUMBERED = re.compile(r"((?:VA|Art\.) [IVX]+\.)(\d+)")


def in_ranges(source: str) -> str:
    """Return a source in which three and more clauses that follow one another are a range.

    >>> in_ranges("Art. IV; VA VI.8, VA VI.9, VA VI.10, VA VI.12")
    'Art. IV; VA VI.8-10, VA VI.12'
    """
    return "; ".join(_ranges(part.split(", ")) for part in source.split("; "))


def _ranges(clauses: list[str]) -> str:
    def place_of_run(placed: tuple[int, str]) -> tuple[str, int]:
        place, clause = placed
        numbered = _NUMBERED.fullmatch(clause)
        return (numbered[1], int(numbered[2]) - place) if numbered else (clause, place)

    runs = [[clause for _, clause in run] for _, run in groupby(enumerate(clauses), place_of_run)]
    shown = (run if len(run) < 3 else [f"{run[0]}-{run[-1].rpartition('.')[2]}"] for run in runs)
    return ", ".join(clause for run in shown for clause in run)


def in_full(source: str) -> str:
    """Return a source with its clauses as they are shown: by the full name of their part of the Convention, said once.

    >>> in_full("VA VI.13, VA VI.17"), in_full("VA VI.8, VA VI.9, VA VI.10, VA VI.11, VA VI.12")
    ('Verification Annex VI.13, VI.17', 'Verification Annex VI.8 to VI.12')
    >>> in_full("Annex 2B04"), in_full("15 CFR 745.1(a)")
    ('Annex on Chemicals, Schedule 2, Part B, paragraph 4', '15 CFR 745.1(a)')
    """
    source = re.sub(_ENTRY, _entry_in_full, in_ranges(source))
    return _CLAUSES.sub(_named_once, source)


def in_print(source: str) -> str:
    """Return clauses by their short names as a page prints them: each name once, ranges with a dash.

    >>> in_print("Art. II.2, Art. II.3; VA IV(A).1-7, VA IV(B).3")
    'Art. II.2, II.3; VA IV(A).1–7, IV(B).3'
    """
    return _CLAUSES.sub(lambda found: f"{found[1]} {found[0].replace(f'{found[1]} ', '').replace('-', '–')}", source)


def in_full_within(text: str) -> str:
    """Return a sentence with the clauses of the Verification Annex by its full name.

    >>> in_full_within("above 1 t (VA VII.3(c)), as VA VI.13, VA VI.17 say")
    'above 1 t (Verification Annex VII.3(c)), as Verification Annex VI.13, VI.17 say'
    """
    return _CLAUSES.sub(lambda found: _named_once(found) if found[1] == "VA" else found[0], text)


def in_short(source: str) -> str:
    """Return a source as sentences cite it: ``VA`` for the Verification Annex, ``Art.`` for an Article.

    >>> in_short("Verification Annex VII.3(c)"), in_short("15 CFR 714.1")
    ('VA VII.3(c)', '15 CFR 714.1')
    """
    for short, name in _NAMES.items():
        source = re.sub(rf"\b{name} (?=[IVX]+\b)", f"{short} ", source)
    return source


def _entry_in_full(entry: re.Match[str]) -> str:
    return f"Annex on Chemicals, Schedule {entry[1]}, Part {entry[2]}, paragraph {int(entry[3])}"


def _named_once(clauses: re.Match[str]) -> str:
    paragraphs = _RANGE.sub(r"\1.\2 to \1.\3", clauses[0].replace(f"{clauses[1]} ", ""))
    return f"{_NAMES[clauses[1]]} {paragraphs}"
