"""A drawing, or what a name or number stands for, to its outcomes: standardise it, judge it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache

from rdkit.Chem import Mol

from opencwc.chemistry.molecule_reader import Unreadable, read_structure, sides_of_reaction, with_hydrogens
from opencwc.chemistry.standardisation import standardise
from opencwc.finding import Message, Rule, Verdict, chemical_named
from opencwc.screening.judgement import Judged, judge
from opencwc.screening.known_chemicals import Known, KnownChemicals
from opencwc.screening.model import Outcome
from opencwc.screening.rulebook import Rulebook

MOST_REMEMBERED = 10_000
MET = (Verdict.LISTED, Verdict.REVIEW, Verdict.EXEMPT)
"""The verdicts that say that an entry has to do with a chemical."""


class StructureScreener:
    """Answers for structures, and for what is known of names and numbers, under one rulebook."""

    def __init__(self, rulebook: Rulebook, progress: Callable[[int, int], None] | None = None) -> None:
        self.rulebook = rulebook
        self.known = KnownChemicals(rulebook.convention, progress)
        self.not_listed = Message(
            "why_not_listed",
            {"lists": tuple(rulebook.list_ids), "date": rulebook.convention.as_of.isoformat()},
        )

    def answer_structure(self, text: str, kind: str) -> tuple[Outcome, ...]:
        """Return the outcomes of a drawing; of a reaction, those of each of its sides."""
        if kind == "smiles" and ">" in text and (sides := sides_of_reaction(text)):
            return self._answer_reaction(sides)
        mol = read_structure(text, kind)
        if isinstance(mol, Unreadable):
            return (unreadable(mol.reason, "structure"),)
        if not self.rulebook.may_meet(mol):
            return (Outcome(Verdict.NOT_LISTED, "structure", self.not_listed),)
        standardised = standardise(mol)
        judged = judge(standardised, self.rulebook)
        if not judged and (bare := self._answer_bare(mol)):
            return bare
        if not judged and standardised.open_bonds:
            return (Outcome(Verdict.REVIEW, "structure", Message("why_open_bonds"), steps=standardised.steps),)
        if not judged:
            return (Outcome(Verdict.NOT_LISTED, "structure", self.not_listed),)
        told = [_outcome(ruling, standardised.steps) for ruling in judged]
        met = {ruling.component.number for ruling in judged}
        told += [
            Outcome(Verdict.NOT_LISTED, "structure", self.not_listed, component=part.number)
            for part in standardised.components
            if part.role == "main" and part.form == "free" and part.number not in met
        ]
        return tuple(sorted(told, key=lambda one: one.component or 0))

    def _answer_bare(self, mol: Mol) -> tuple[Outcome, ...]:
        """Return what comes of a drawing whose atoms lack hydrogens once they are filled in; nothing where none do."""
        filled = with_hydrogens(mol)
        if filled is None:
            return ()
        standardised = standardise(filled)
        return tuple(
            outcome._replace(
                verdict=Verdict.REVIEW if outcome.verdict is Verdict.LISTED else outcome.verdict,
                message=Message("why_hydrogens_missing", {"why": outcome.message}),
            )
            for outcome in (_outcome(ruling, standardised.steps) for ruling in judge(standardised, self.rulebook))
        )

    def _answer_reaction(self, sides: tuple[str, str, str]) -> tuple[Outcome, ...]:
        """Return the outcomes of the sides of a reaction, each with its side; components count through all of them."""
        outcomes: list[Outcome] = []
        before = 0
        for name, side in zip(("reactant", "agent", "product"), sides, strict=True):
            if not side:
                continue
            outcomes += [
                outcome._replace(
                    message=Message("why_side_of_reaction", {"side": Message(f"side_{name}"), "why": outcome.message}),
                    component=outcome.component and before + outcome.component,
                )
                for outcome in self.answer_structure(side, "smiles")
            ]
            before += side.count(".") + 1
        if all(outcome.verdict is Verdict.NOT_LISTED for outcome in outcomes):
            return (Outcome(Verdict.NOT_LISTED, "structure", self.not_listed),)
        return tuple(outcomes)

    @cached_property
    def _of_known_structure(self) -> Callable[[str], tuple[Outcome, ...]]:
        """Return, and remember, the outcomes of the drawing of a name or number: the same ones come again and again."""
        return lru_cache(maxsize=MOST_REMEMBERED)(self._answer_known_drawing)

    def _answer_known_drawing(self, smiles: str) -> tuple[Outcome, ...]:
        """Return the outcomes of a drawing from a table, which means what it says where it draws no hydrogens."""
        outcomes = self.answer_structure(smiles, "smiles")
        if outcomes[0].message.id == "why_hydrogens_missing":
            return (Outcome(Verdict.NOT_LISTED, "structure", self.not_listed),)
        return outcomes

    def answer_known(self, known: Known | Message, basis: str) -> tuple[Outcome, ...]:
        """Return the outcomes of what a name or number stands for; readings that disagree are for review."""
        if isinstance(known, Message):
            return (unreadable(known, basis),)
        named = tuple(
            Outcome(
                Verdict.LISTED,
                basis,
                _found(
                    known,
                    Message(
                        "why_without_structure",
                        {"entry": entry.id, "name": chemical_named(chemical.name, chemical.cas)},
                    ),
                ),
                entry.rule,
            )
            for entry, chemical in known.named_in
        )
        readings = [self._of_known_structure(smiles) for smiles in known.structures]
        drawn = [outcomes for outcomes in readings if outcomes[0].verdict is not Verdict.UNREADABLE]
        hits = [
            (name, outcomes)
            for name, outcomes in zip(known.names, readings, strict=True)
            if any(outcome.verdict in MET for outcome in outcomes)
        ]
        if named and not hits:
            return named
        if hits:
            disputed = len(hits) < len(readings) or len({_rules(outcomes) for _, outcomes in hits}) > 1
            return named + _merged(known, hits, len(readings), basis, disputed=disputed)
        if known.doubt == "doubt_near_spelling":
            return (unreadable(Message("unreadable_name"), basis),)
        if known.doubt in ("doubt_no_phosphorus", "doubt_no_fluorine", "doubt_part_of_name"):
            return (Outcome(Verdict.REVIEW, basis, _found(known, Message(known.doubt))),)
        if drawn or not readings:
            said = _found(known, self.not_listed)
            return (Outcome(Verdict.NOT_LISTED, basis, said),)
        return (unreadable(_found(known, readings[0][0].message), basis),)


def unreadable(reason: Message, basis: str = "") -> Outcome:
    """Return the outcome of an input that was not checked."""
    said = reason if reason.id in ("why_unreadable", "why_found") else Message("why_unreadable", {"reason": reason})
    return Outcome(Verdict.UNREADABLE, basis, said)


def _merged(
    known: Known, hits: list[tuple[str, tuple[Outcome, ...]]], readings: int, basis: str, *, disputed: bool
) -> tuple[Outcome, ...]:
    seen: dict[tuple[Rule | None, int | None], Outcome] = {}
    for name, outcomes in hits:
        for outcome in outcomes:
            doubtful = outcome.verdict is Verdict.LISTED and (disputed or bool(known.doubt))
            verdict = Verdict.REVIEW if doubtful else outcome.verdict
            said = _found(known, outcome.message)
            if known.doubt and not disputed:
                doubt = Message("doubt_also", {"also": known.also}) if known.also else Message(known.doubt)
                said = Message("why_found_doubtful", {"found": known.found, "why": outcome.message, "doubt": doubt})
            if disputed and known.found.id == "found_ambiguous":
                said = Message("why_ambiguous", {"found": known.found, "name": name, "why": outcome.message})
            elif disputed:
                said = Message("why_readings", {"found": known.found, "count": readings, "why": outcome.message})
            placed = Outcome(verdict, basis, said, outcome.rule, outcome.component, outcome.evidence, outcome.steps)
            seen.setdefault((outcome.rule, outcome.component), placed)
    return tuple(seen.values())


def _rules(outcomes: tuple[Outcome, ...]) -> frozenset[tuple[Rule | None, Verdict]]:
    return frozenset((outcome.rule, outcome.verdict) for outcome in outcomes)


def _found(known: Known, why: Message) -> Message:
    return Message("why_found", {"found": known.found, "why": why})


def _outcome(judged: Judged, steps: tuple[Message, ...]) -> Outcome:
    return Outcome(
        judged.verdict,
        "structure",
        judged.message,
        judged.entry.rule,
        judged.component.number,
        judged.evidence,
        steps,
    )
