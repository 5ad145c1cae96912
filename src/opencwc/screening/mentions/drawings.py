"""Structures in a text: SMILES, InChI and InChIKey."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from opencwc.chemistry.curated_names import CuratedChemical
from opencwc.chemistry.molecule_reader import Unreadable, read_structure
from opencwc.chemistry.name_resolver import curated_candidate
from opencwc.finding import Verdict
from opencwc.screening.known_chemicals import looks_drawn
from opencwc.screening.mentions.model import Judge, Mention, TextRead


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
            if chemical := self._inchi_keys.get(found[0][:14]):
                known, outcomes = self._judge.judge((curated_candidate(chemical, "certain", found[0]),))
                yield Mention(found.start(), found.end(), found[0], "structure", outcomes, known)
        for found in _WRITTEN.finditer(text):
            written = _without_frame(found[0])
            kind = "inchi" if written.startswith("InChI=") else "smiles"
            plain = kind == "smiles" and not _DRAWN.search(written)
            if kind == "smiles" and not (looks_drawn(written) and len(written) > LEAST_SMILES):
                continue
            if plain and not _CHAIN.fullmatch(written):
                continue
            outcomes = self._judge.screener.answer_structure(written, kind)
            told = outcomes[0].verdict is not Verdict.UNREADABLE
            if told and (not plain or any(outcome.verdict is Verdict.LISTED for outcome in outcomes)):
                start = found.start() + found[0].find(written)
                outcomes = tuple(outcome._replace(basis="text") for outcome in outcomes)
                yield Mention(start, start + len(written), written, "structure", outcomes)

    @cached_property
    def _inchi_keys(self) -> dict[str, CuratedChemical]:
        """The curated chemicals by the first block of their InChIKeys, which isotopes and stereo do not change."""
        from rdkit.Chem.inchi import MolToInchiKey

        table: dict[str, CuratedChemical] = {}
        for chemical in self._judge.screener.known.resolver.curated.chemicals:
            for smiles in chemical.structures:
                mol = read_structure(smiles, "smiles")
                if not isinstance(mol, Unreadable):
                    key: str = MolToInchiKey(mol)  # type: ignore[no-untyped-call]
                    table.setdefault(key[:14], chemical)
        return table


def _without_frame(written: str) -> str:
    """Take off the signs of the sentence around a structure, and brackets that it does not open."""
    written = written.strip(",;:.'\"«»“”„")
    while written.endswith(")") and written.count(")") > written.count("("):
        written = written[:-1].rstrip(",;:.")
    while written.startswith("(") and written.count("(") > written.count(")"):
        written = written[1:]
    framed = _FRAMED.fullmatch(written)  # no SMILES begins with a bracket of its own, and no atom holds a bond
    return framed[1] or framed[2] if framed else written


LEAST_SMILES = 4
_FRAMED = re.compile(r"\(([^\s]*)\)|\[([^\s\[\]]*[(=][^\s\[\]]*)\]")
_CHAIN = re.compile(r"(?<![\w-])(?:Cl|Br|[BCNOPSFI]){6,}(?![\w-])")
_INCHI_KEY = re.compile(r"\b[A-Z]{14}-[A-Z]{10}-[A-Z]\b")
_ANY = re.compile(rf"[=#\[]|[A-Z]\([A-Z=]|InChI|[A-Z]{{14}}-|{_CHAIN.pattern}")
_DRAWN = re.compile(r"InChI=|[A-Za-z\]][=#(\[]|\([A-Z=]|[A-Z]\d?[A-Z](?=.{0,200}\d)")
_SIGN = r"A-Za-z0-9@+\-\[\]()=#$/\\.%*~"
_WRITTEN = re.compile(rf"InChI=1S?/\S+|(?<![À-ɏ{_SIGN}])[{_SIGN}]{{5,}}+(?![À-ɏ])")
"""A run of the signs of a drawing, and not the rest of a word behind an accent: ARSÉNICO(III) draws nothing."""
