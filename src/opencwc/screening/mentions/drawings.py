"""Structures in a text: SMILES, InChI and InChIKey."""

from __future__ import annotations

import re
from collections.abc import Iterator

from opencwc.chemistry.inchi_keys import PATTERN, SKELETON
from opencwc.chemistry.molecule_reader import INCHI, is_query, normalise_inchi
from opencwc.finding import Message, Verdict
from opencwc.screening.known_chemicals import Known, looks_drawn
from opencwc.screening.mentions.model import Judge, Mention, TextRead, reviewed
from opencwc.screening.model import Outcome
from opencwc.screening.structure_screener import MET, unreadable


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
        yield from self._broken(text)
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

    def _broken(self, text: str) -> Iterator[Mention]:
        """Yield what is labelled as an InChI, or has the form of an InChIKey but for its end, and cannot be read."""
        for found in _LABELLED_INCHI.finditer(text):
            written = found[0].rstrip(",;:.'\"»“”)")
            outcomes = self._judge.screener.answer_structure(normalise_inchi(written) or written, "inchi")
            if outcomes[0].verdict is Verdict.UNREADABLE:
                of_formula = self._of_formula(written)
                end = found.start() + len(written)
                yield Mention(found.start(), end, written, "structure", (*of_formula, *outcomes))
        for found in _CUT_KEY.finditer(text):
            known = self._judge.screener.known.by_inchi_key(found[0][:SKELETON] + _NO_LAYERS)
            met = self._judge.screener.answer_known(known, "text") if isinstance(known, Known) else ()
            of_skeleton = reviewed([one for one in met if one.verdict in MET], "doubt_key_layers")
            outcomes = (*of_skeleton, unreadable(Message("unreadable_key_form"), "text"))
            yield Mention(found.start(), found.end(), found[0], "structure", outcomes)

    def _of_formula(self, inchi: str) -> tuple[Outcome, ...]:
        """Return, for review, what the formula of a broken InChI has to do with an entry."""
        formula = _FORMULA_LAYER.search(inchi)
        known = self._judge.screener.known.by_name(formula[1]) if formula else None
        if not isinstance(known, Known):
            return ()
        met = [one for one in self._judge.screener.answer_known(known, "text") if one.verdict in MET]
        return tuple(reviewed(met, "doubt_formula"))

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
_LABELLED_INCHI = re.compile(r"\b(?:std\s?)?inchi\s?[=:]\s?(?:\d\w{0,2}/\S+|(?-i:[A-Z][A-Za-z]?\d\S*))", re.IGNORECASE)
_NO_LAYERS = "-UHFFFAOYSA-N"
"""The rest of a key of a neutral molecule without stereochemistry or isotopes."""
_CUT_KEY = re.compile(rf"(?<![\w-])(?!{PATTERN}(?![\w-]))[A-Z]{{14}}-[A-Z0-9]{{4,14}}(?:-[A-Z0-9]{{0,2}})?(?![\w-])")
"""An InChIKey whose second or third block is too short, too long, missing, or has a digit in it."""
_FORMULA_LAYER = re.compile(r"/((?:[A-Z][a-z]?\d*)+)(?:/|$)")
_ANY = re.compile(rf"[=#\[]|[A-Z]\([A-Z=]|(?i:inchi|[A-Z]{{14}}-[A-Z0-9]{{4}}|\b1S/)|{_CHAIN.pattern}|{_RINGS.pattern}")
_DRAWN = re.compile(r"[A-Za-z\]][=#(\[]|\([A-Z=]|[A-Z]\d?[A-Z](?=.{0,200}\d)")
_SIGN = r"A-Za-z0-9@+\-\[\]()=#$/\\.%*~"
_WRITTEN = re.compile(rf"(?i:{INCHI})|(?<![À-ɏ{_SIGN}])[{_SIGN}]{{5,}}+(?![À-ɏ])")
"""A run of the signs of a drawing, and not the rest of a word behind an accent: ARSÉNICO(III) draws nothing."""
_QUERY_RUN = re.compile(rf"(?<!\S)[{_SIGN},;&!]{{5,}}+(?!\S)")
_ALTERNATIVES = re.compile(r"\[[^\[\]]*[,;&!]")
"""What only a query pattern has: alternatives in brackets."""
