"""What the chemical of a line is: by its number, name or structure, through `opencwc.screening`, each statement once.

What is in no Schedule is told by structure: a discrete organic chemical (VA I.4), one with phosphorus, sulfur or
fluorine (VA IX.1(b)), a hydrocarbon (VA IX.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from rdkit import Chem

from opencwc.chemistry.composition import METALS
from opencwc.chemistry.molecule_reader import Unreadable, read_structure
from opencwc.chemistry.names import normalise_name
from opencwc.chemistry.registry_numbers import looks_like_cas
from opencwc.chemistry.standardisation import standardise
from opencwc.convention import Entry
from opencwc.convention.fields import read_yaml
from opencwc.declarations.model import Chemical
from opencwc.declarations.phrases import in_words
from opencwc.finding import Message, Verdict
from opencwc.screening.known_chemicals import Known, recognise
from opencwc.screening.model import Outcome
from opencwc.screening.screener import Screener
from opencwc.wording.chemical_names import as_noun

DRAWN = ("smiles", "inchi", "molblock")
_STARTS = 80


class Chemicals:
    """Reads what lines are of; one key stands for all names, numbers and drawings of one chemical."""

    def __init__(self, screener: Screener) -> None:
        self._screener = screener
        self._read: dict[tuple[str, str], Chemical | Message] = {}

    def read(self, chemical: str, cas: str = "") -> Chemical | Message:
        """Return the chemical of a line by what it says, or why it is not known."""
        known = self._read.get((chemical, cas))
        if known is None:
            known = self._read[chemical, cas] = self._of(" ".join(chemical.split()), cas.strip())
        return known

    def _of(self, chemical: str, cas: str) -> Chemical | Message:
        if chemical and is_polymer(chemical):
            return _unlisted(chemical, cas, polymer=True)
        if is_hydrocarbon_mixture(chemical):
            return self._mixture(chemical, cas)
        readings = [self._one(text) for text in (cas, chemical) if text]
        known = [reading for reading in readings if isinstance(reading, Chemical)]
        if not known:
            return next(iter(readings), Message("ledger_chemical_missing"))
        chosen = known[0]
        if len(known) == 2 and known[0].key != known[1].key:
            chosen = known[1] if known[1].group and not known[0].group else known[0]
            chosen = chosen._replace(doubt=_disagreement(cas, *known))
        elif cas and isinstance(readings[0], Message):
            chosen = chosen._replace(doubt=readings[0])
        return chosen

    def _mixture(self, chemical: str, cas: str) -> Chemical:
        """Return a mixture of hydrocarbons by its name, unless its number is that of another kind of chemical."""
        mixture = _unlisted(chemical, cas, hydrocarbon=True)
        numbered = self._one(cas) if cas else None
        if not isinstance(numbered, Chemical) or numbered.hydrocarbon:
            return mixture
        return numbered._replace(doubt=_disagreement(cas, numbered, mixture))

    def _one(self, text: str) -> Chemical | Message:
        """Read one statement: a number, a drawing, a name, or a line of commerce that mentions one chemical."""
        kind = recognise(text, self._screener.known)
        if kind in DRAWN:
            return self._drawn(text, kind)
        known = self._looked_up(text, kind)
        if isinstance(known, Known):
            return self._known(known, text, kind)
        return (self._mentioned(text) if kind == "name" else None) or known

    def _looked_up(self, text: str, kind: str) -> Known | Message:
        known = self._screener.known
        if kind == "cas" or looks_like_cas(text):
            return known.by_number(text)
        if kind == "inchikey":
            return known.by_inchi_key(text)
        found = known.by_name(text)
        if isinstance(found, Known) and found.doubt == "doubt_ordinary_word":  # the column says that it is a chemical
            found = found._replace(doubt="", also=None)
        return found

    def _drawn(self, text: str, kind: str) -> Chemical | Message:
        mol = read_structure(text, kind)
        if isinstance(mol, Unreadable):
            return mol.reason
        return self._of_structure(mol, self._screener.answer_structure(text, kind), text[:_STARTS], "")

    def _known(self, known: Known, text: str, kind: str) -> Chemical | Message:
        basis = "structure" if kind == "inchikey" else "cas" if kind == "cas" else "name"
        outcomes = self._screener.answer_known(known, basis)
        name = known.names[0] if known.names else known.named_in[0][1].name if known.named_in else text
        cas = known.cas[0] if known.cas else ""
        if kind == "cas" and not outcomes_meet(outcomes) and is_number_of_polymer(cas or text):
            return _unlisted(name, cas or text, polymer=True)
        keys = dict.fromkeys(key_of(smiles) for smiles in known.structures)
        if not known.structures:
            return self._listed(Chemical(f"cas:{cas}" if cas else f"name:{normalise_name(name)}", name, cas), outcomes)
        mol = read_structure(known.structures[0], "smiles")
        if isinstance(mol, Unreadable):
            return mol.reason
        chemical = self._of_structure(mol, outcomes, name, cas)
        if len(keys) > 1 and chemical.doubt is None and not _same_entry(outcomes):
            return chemical._replace(doubt=Message("declare_chemical_several", {"name": text[:_STARTS]}))
        return chemical

    def _of_structure(self, mol: Chem.Mol, outcomes: Iterable[Outcome], name: str, cas: str) -> Chemical:
        organic = is_organic(mol)
        return self._listed(
            Chemical(
                key=key_of_molecule(mol),
                name=name,
                cas=cas,
                smiles=str(Chem.MolToSmiles(mol)),
                organic=organic,
                psf=organic and any(atom.GetAtomicNum() in _PSF for atom in mol.GetAtoms()),
                hydrocarbon=is_hydrocarbon(mol),
            ),
            outcomes,
        )

    def _listed(self, chemical: Chemical, outcomes: Iterable[Outcome]) -> Chemical:
        """Return a chemical with the gravest entry of the Convention that lists it, or with the doubt."""
        met = [
            (entry, outcome)
            for outcome in outcomes
            if outcome.rule is not None and outcome.rule.list == "CWC"
            if outcome.verdict in (Verdict.LISTED, Verdict.REVIEW)
            if (entry := self._screener.rulebook.convention.find("CWC", outcome.rule.entry)) is not None
        ]
        listed = sorted((entry.schedule or 9, entry.id, entry) for entry, out in met if out.verdict is Verdict.LISTED)
        if listed:
            entry = listed[0][2]
            return chemical._replace(entry=entry.id, group=group_of(entry))
        if met:
            entry, outcome = met[0]
            doubt = Message(
                "declare_chemical_review", {"name": chemical.name, "entry": entry.id, "why": outcome.message}
            )
            return chemical._replace(doubt=doubt)
        return chemical

    def _mentioned(self, text: str) -> Chemical | None:
        """Return the one chemical that a line of commerce mentions, such as "thiodiglycol 98 %, drums".

        A metal or cation with other words is left out: it is half of a name that is not known, such as that of a salt.
        """
        found: dict[str, Chemical] = {}
        mentions = [*self._screener.finder.find(text)] or self._screener.mentions_beside_amounts(text)
        for mention in mentions:
            if mention.text == text or mention.kind == "unknown":
                continue
            reading = self._one(mention.text)
            if isinstance(reading, Chemical):
                is_part = _WORD.search(text.replace(mention.text, " ", 1)) is not None
                if is_part and not reading.group and is_metal_or_cation(reading.smiles):
                    continue
                if reading.doubt is None and is_part:
                    doubt = Message("declare_chemical_mentioned", {"text": text[:_STARTS], "name": reading.name})
                    reading = reading._replace(doubt=doubt)
                found[reading.key] = reading
        return next(iter(found.values())) if len(found) == 1 else None

    @cached_property
    def names_of_entries(self) -> dict[str, str]:
        """The entries of the Schedules by id, in English, for who shows a chemical without a name."""
        return {entry.id: entry.title["en"] for entry in self._screener.rulebook.convention.entries}


def group_of(entry: Entry) -> str:
    """Return the part of the Schedules whose thresholds hold for an entry: ``1``, ``2A*``, ``2A``, ``2B`` or ``3``."""
    return f"2{entry.part}{entry.mark}" if entry.schedule == 2 else str(entry.schedule)


@cache
def key_of(smiles: str) -> str:
    """Return one text for all drawings of a chemical: without isotopes, stereo, tautomers of drawing and water.

    >>> key_of("OCC[S]CCO") == key_of("C(O)CSCCO")
    True
    """
    mol = read_structure(smiles, "smiles")
    return smiles if isinstance(mol, Unreadable) else key_of_molecule(mol)


def key_of_molecule(mol: Chem.Mol) -> str:
    """Return `key_of` a molecule."""
    return ".".join(sorted(part.smiles for part in standardise(mol).components if part.role != "water"))


def is_organic(mol: Chem.Mol) -> bool:
    """Tell whether a chemical is a discrete organic one: of carbon, but no oxide, sulfide or metal carbonate.

    Applies VA I.4. Carbon itself is no compound; a metal carbonyl is neither an oxide of carbon nor a carbonate.

    >>> drawings = ("CO", "O=C=O", "S=C=S", "[Na+].[Na+].[O-]C([O-])=O", "C", "[Ni].[C-]#[O+]")
    >>> [is_organic(Chem.MolFromSmiles(smiles)) for smiles in drawings]
    [True, False, False, False, True, True]
    """
    parts = Chem.GetMolFrags(mol, asMols=True, sanitizeFrags=False)
    has_metal = any(atom.GetAtomicNum() in METALS for atom in mol.GetAtoms())
    return any(_is_organic_part(part, has_metal) for part in parts)


def _is_organic_part(part: Chem.Mol, has_metal: bool) -> bool:
    elements = {atom.GetAtomicNum() for atom in part.GetAtoms()}
    hydrogens = sum(atom.GetTotalNumHs() for atom in part.GetAtoms()) + (1 if 1 in elements else 0)
    if _CARBON not in elements:
        return False
    carbons = sum(atom.GetAtomicNum() == _CARBON for atom in part.GetAtoms())
    if has_metal and carbons == 1 and elements - METALS <= {_CARBON, _OXYGEN, 1}:
        oxygens = sum(atom.GetAtomicNum() == _OXYGEN for atom in part.GetAtoms())
        if oxygens == 3 and hydrogens <= 1:  # a carbonate or hydrogen carbonate
            return False
    if hydrogens == 0 and elements <= {_CARBON, _OXYGEN, _SULFUR}:
        if has_metal and elements == {_CARBON, _OXYGEN} and part.GetNumAtoms() == 2:  # a carbonyl of the metal
            return True
        return any(atom.GetFormalCharge() for atom in part.GetAtoms()) and not _is_oxide_drawn_charged(part)
    return True


def _is_oxide_drawn_charged(part: Chem.Mol) -> bool:
    """Tell whether charges cancel, as in carbon monoxide drawn [C-]#[O+]."""
    return Chem.GetFormalCharge(part) == 0


def is_metal_or_cation(smiles: str) -> bool:
    """Tell whether a drawing is of a metal alone, or of a cation without anions.

    >>> [is_metal_or_cation(smiles) for smiles in ("[Na]", "[NH4+]", "[Na+].[Cl-]", "")]
    [True, True, False, False]
    """
    mol = Chem.MolFromSmiles(smiles) if smiles else None
    if mol is None:
        return False
    return Chem.GetFormalCharge(mol) > 0 or all(atom.GetAtomicNum() in METALS for atom in mol.GetAtoms())


def is_hydrocarbon(mol: Chem.Mol) -> bool:
    """Tell whether a chemical holds carbon and hydrogen and nothing else (VA IX.2)."""
    elements = {atom.GetAtomicNum() for atom in mol.GetAtoms()}
    return _CARBON in elements and elements <= {1, _CARBON} and any(atom.GetTotalNumHs() for atom in mol.GetAtoms())


def _unlisted(name: str, cas: str, *, polymer: bool = False, hydrocarbon: bool = False) -> Chemical:
    """Return a chemical that has no single drawing, by its name."""
    key = f"name:{normalise_name(name)}"
    return Chemical(key, name[:_STARTS], cas, organic=True, polymer=polymer, hydrocarbon=hydrocarbon)


def _disagreement(cas: str, numbered: Chemical, named: Chemical) -> Message:
    """Say that the number and the name of a line are those of two chemicals."""
    return Message(
        "declare_chemical_disagrees", {"cas": cas, "named": chemical_said(named), "numbered": chemical_said(numbered)}
    )


def chemical_said(chemical: Chemical) -> Message:
    """Return a chemical as a sentence names it in the reader's language: one of no Schedule by its name."""
    if chemical.entry and chemical.cas:
        return Message("chemical", {"cas": chemical.cas, "name": chemical.name})
    return in_words(as_noun(chemical.name or chemical.cas))


def outcomes_meet(outcomes: Iterable[Outcome]) -> bool:
    """Tell whether an entry of the Convention has to do with a chemical."""
    return any(
        outcome.rule is not None and outcome.rule.list == "CWC" and outcome.verdict in (Verdict.LISTED, Verdict.REVIEW)
        for outcome in outcomes
    )


def is_number_of_polymer(cas: str) -> bool:
    """Tell whether a CAS number is that of a polymer.

    >>> is_number_of_polymer("9002-88-4"), is_number_of_polymer("74-85-1")
    (True, False)
    """
    return _BIOPOLYMER.fullmatch(cas) is not None or cas in _words()["numbers"]


def is_hydrocarbon_mixture(name: str) -> bool:
    """Tell whether a name is that of a mixture of hydrocarbons.

    >>> is_hydrocarbon_mixture("Diesel"), is_hydrocarbon_mixture("ethanol")
    (True, False)
    """
    return normalise_name(name) in _words()["hydrocarbons"]


def is_polymer(name: str) -> bool:
    """Tell whether a name is that of a polymer; a polymer is not read as its monomer.

    >>> [is_polymer(name) for name in ("polyethylene", "Poly(methyl methacrylate)", "ethylene", "polyol")]
    [True, True, False, False]
    """
    words = _words()
    plain = normalise_name(name)
    if plain in words["names"]:
        return True
    return words["pattern"].search(f" {name.casefold()} ") is not None and plain not in words["not"]


@cache
def _words() -> dict[str, Any]:
    raw = read_yaml(Path(__file__).parent / "data" / "organic_words.yaml")
    return {
        "names": {normalise_name(str(name)) for name in raw["polymer_names"]},
        "not": {normalise_name(str(name)) for name in raw["not_polymers"]},
        "pattern": re.compile("|".join(f"(?:{pattern})" for pattern in raw["polymer_patterns"])),
        "numbers": frozenset(map(str, raw["polymer_numbers"])),
        "hydrocarbons": {normalise_name(str(name)) for names in raw["hydrocarbon_mixtures"] for name in names},
    }


def _same_entry(outcomes: Iterable[Outcome]) -> bool:
    """Tell whether every reading falls under one entry, so that it does not matter which is meant."""
    return len({(outcome.rule, outcome.verdict) for outcome in outcomes}) == 1


_CARBON, _OXYGEN, _SULFUR = 6, 8, 16
_PSF = frozenset((15, 16, 9))
_WORD = re.compile(r"[^\W\d_]{2,}")
_BIOPOLYMER = re.compile(r"90\d\d-\d\d-\d")
