"""The last check of a rule file: every printed example must be listed by its own entry, and every exemption exempt.

It runs whenever the rules changed since they were last indexed, so that a wrong rule never answers for a right one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opencwc.chemistry.molecule_reader import Unreadable, read_structure
from opencwc.chemistry.standardisation import standardise
from opencwc.convention import Chemical, Entry
from opencwc.errors import RuleError
from opencwc.finding import Verdict
from opencwc.screening.judgement import judge

if TYPE_CHECKING:
    from opencwc.screening.rule_index import RuleIndex


def check_examples(rulebook: RuleIndex) -> None:
    """Raise `RuleError` at the first example or exemption that its own entry does not list or exempt."""
    for entry in rulebook.convention.entries:
        for chemical in entry.examples:
            _check(entry, chemical, Verdict.LISTED, rulebook)
        for chemical in entry.exempt:
            _check(entry, chemical, Verdict.EXEMPT, rulebook)


def _check(entry: Entry, chemical: Chemical, wanted: Verdict, rulebook: RuleIndex) -> None:
    where = f"{entry.file} entry {entry.id}".strip()
    if not chemical.smiles:
        if entry.structure:
            raise RuleError("chemical_without_structure", where=where, chemical=chemical.name)
        return
    mol = read_structure(chemical.smiles, "smiles")
    if isinstance(mol, Unreadable):
        raise RuleError("structure_is_no_smiles", where=where, chemical=chemical.name)
    judged = judge(standardise(mol), rulebook)
    if not any(ruling.entry is entry and ruling.verdict is wanted for ruling in judged):
        raise RuleError(
            "example_does_not_match", where=where, chemical=chemical.name, smiles=chemical.smiles, expected=wanted
        )
