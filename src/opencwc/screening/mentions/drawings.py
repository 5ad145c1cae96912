"""Structures in a text: SMILES, InChI and InChIKey."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencwc.chemistry.inchi_keys import PATTERN
from opencwc.chemistry.molecule_reader import INCHI, is_query, normalise_inchi
from opencwc.finding import Message, Verdict
from opencwc.screening.known_chemicals import Known, looks_drawn
from opencwc.screening.mentions.model import Judge, Mention, TextRead
from opencwc.screening.structure_screener import unreadable


class Drawings:
    """Finds structures."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def find(self, read: TextRead) -> Iterator[Mention]:
        """Yield the structures in a text; a bare chain of letters only where it is that of a listed chemical."""
        text = read.text
        if not _ANY.search(text):
            return
        for found in _INCHI_KEY.finditer(text):
            known = self._judge.screener.known.by_inchi_key(found[0])
            outcomes = self._judge.screener.answer_known(known, "text")
            of_key = known if isinstance(known, Known) else None
            yield Mention(found.start(), found.end(), found[0], "structure", outcomes, of_key)
        for found in _WRITTEN.finditer(text):
            written = _without_frame(found[0])
            kind = "inchi" if normalise_inchi(written) else "smiles"
            plain = kind == "smiles" and not _DRAWN.search(written)
            if kind == "smiles" and not (looks_drawn(written) and len(written) > LEAST_SMILES):
                continue
            if plain and not _CHAIN.fullmatch(written):
                continue
            outcomes = self._judge.screener.answer_structure(written, kind)
            if outcomes[0].verdict is Verdict.UNREADABLE and is_query(written):
                yield from self._query(written, found.start() + found[0].find(written))
                continue
            told = outcomes[0].verdict is not Verdict.UNREADABLE
            if told and (not plain or any(outcome.verdict is Verdict.LISTED for outcome in outcomes)):
                start = found.start() + found[0].find(written)
                outcomes = tuple(outcome._replace(basis="text") for outcome in outcomes)
                yield Mention(start, start + len(written), written, "structure", outcomes)
        for found in _QUERY_RUN.finditer(text) if _ALTERNATIVES.search(text) else ():
            if (
                _ALTERNATIVES.search(found[0])
                and looks_drawn(found[0])
                and _DRAWN.search(found[0])
                and is_query(found[0])
            ):
                yield from self._query(found[0], found.start())

    @staticmethod
    def _query(written: str, start: int) -> Iterator[Mention]:
        """Yield a query pattern as what could not be read, with the reason."""
        outcomes = (unreadable(Message("unreadable_smarts"), "text"),)
        yield Mention(start, start + len(written), written, "structure", outcomes)


def _without_frame(written: str) -> str:
    """Take off the signs of the sentence around a structure, and brackets that it does not open."""
    written = _LABEL.sub("", written.strip(",;:.'\"«»“”„"))
    while written.endswith(")") and written.count(")") > written.count("("):
        written = written[:-1].rstrip(",;:.")
    while written.startswith("(") and written.count("(") > written.count(")"):
        written = written[1:]
    framed = _FRAMED.fullmatch(written)  # no SMILES begins with a bracket of its own, and no atom holds a bond
    return framed[1] or framed[2] if framed else written


LEAST_SMILES = 4
_LABEL = re.compile("^smiles=", re.IGNORECASE)
_FRAMED = re.compile(r"\(([^\s]*)\)|\[([^\s\[\]]*[(=][^\s\[\]]*)\]")
_CHAIN = re.compile(r"(?<![\w-])(?:Cl|Br|[BCNOPSFI]){6,}(?![\w-])")
_RINGS = re.compile(r"(?<![\w-])(?=[A-Za-z]*\d)(?:Cl|Br|[BCNOPSFIcnops])(?:Cl|Br|[BCNOPSFIcnops]|\d){7,}(?!\w)")
_INCHI_KEY = re.compile(rf"\b{PATTERN}\b", re.IGNORECASE)
_ANY = re.compile(rf"[=#\[]|[A-Z]\([A-Z=]|(?i:inchi|[A-Z]{{14}}-[A-Z]{{10}}-|\b1S/)|{_CHAIN.pattern}|{_RINGS.pattern}")
_DRAWN = re.compile(r"[A-Za-z\]][=#(\[]|\([A-Z=]|[A-Z]\d?[A-Z](?=.{0,200}\d)")
_SIGN = r"A-Za-z0-9@+\-\[\]()=#$/\\.%*~"
_WRITTEN = re.compile(rf"(?i:{INCHI})|(?<![À-ɏ{_SIGN}])[{_SIGN}]{{5,}}+(?![À-ɏ])")
"""A run of the signs of a drawing, and not the rest of a word behind an accent: ARSÉNICO(III) draws nothing."""
_QUERY_RUN = re.compile(rf"(?<!\S)[{_SIGN},;&!]{{5,}}+(?!\S)")
_ALTERNATIVES = re.compile(r"\[[^\[\]]*[,;&!]")
"""What only a query pattern has: alternatives in brackets."""
