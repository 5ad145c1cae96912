"""Clauses of the Convention: how data and code write them, and how a source that names them is shown.

A clause has one spelling: ``VA VII.31`` (Verification Annex, Part VII, paragraph 31), ``Art. VII.1(a)``, ``Annex 2B04``
(the entry of the Annex on Chemicals); ``VA VI.8-12`` is a range. Every clause is written whole, so that a search for it
finds it: ``VA VI.13, VA VI.17``.
"""

from __future__ import annotations

import re

_PARAGRAPH = r"[IVX]+(?:\([AB]\))?(?:\.\d+(?:bis)?(?:\([a-z]\))?(?:-(?:\d+|\([a-z]\)))?)?"
_ENTRY = r"Annex ([1-3])([AB])(\d\d)"
CLAUSE = re.compile(rf"(?:VA|Art\.) {_PARAGRAPH}(?![\w(])|{_ENTRY}\b")
_NAMES = {"VA": "Verification Annex", "Art.": "Article"}
_CLAUSES = re.compile(rf"\b(VA|Art\.) {_PARAGRAPH}(?:(?:, | and )\1 {_PARAGRAPH})*")
_RANGE = re.compile(r"([IVX]+)\.(\d+)-(\d+)")


def in_full(source: str) -> str:
    """Return a source with its clauses as they are shown: by the full name of their part of the Convention, said once.

    >>> in_full("VA VI.13, VA VI.17"), in_full("VA VI.8-12")
    ('Verification Annex VI.13, VI.17', 'Verification Annex VI.8 to VI.12')
    >>> in_full("Annex 2B04"), in_full("15 CFR 745.1(a)")
    ('Annex on Chemicals, Schedule 2, Part B, paragraph 4', '15 CFR 745.1(a)')
    """
    source = re.sub(_ENTRY, _entry_in_full, source)
    return _CLAUSES.sub(_named_once, source)


def _entry_in_full(entry: re.Match[str]) -> str:
    return f"Annex on Chemicals, Schedule {entry[1]}, Part {entry[2]}, paragraph {int(entry[3])}"


def _named_once(clauses: re.Match[str]) -> str:
    paragraphs = _RANGE.sub(r"\1.\2 to \1.\3", clauses[0].replace(f"{clauses[1]} ", ""))
    return f"{_NAMES[clauses[1]]} {paragraphs}"
