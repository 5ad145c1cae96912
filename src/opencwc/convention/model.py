"""The records of what the treaty says: a list, its entries, their structure rules and their printed examples.

They hold the words of the rule files, dated and graded; what the words mean for a molecule is `opencwc.screening`'s.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

EVIDENCE = ("treaty", "official", "secondary", "unverified")
"""How sure a value is: read in the treaty text; on a government's or the OPCW's page; told by others; not seen."""

SALTS = ("silent", "protonated", "alkylated_or_protonated", "covered", "excluded", "as_drawn")
"""What an entry's own words say of salts; ``silent`` sends a salt to review."""

Words = Mapping[str, str]
"""A text by language; English is always there."""


class InForce(NamedTuple):
    """From which day, and until which, a rule holds; ``start`` is ``None`` where the day is not known."""

    start: date | None
    end: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the rule holds on that day; a rule whose first day is not known holds on every day.

        >>> InForce(date(2020, 6, 7)).holds_on(date(2020, 6, 6))
        False
        """
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


class Chemical(NamedTuple):
    """A chemical that a rule names: printed example, exemption, or other number of the same chemical.

    ``smiles`` is empty for what no drawing can hold (ricin). ``salts`` is set on an exemption that covers them.
    """

    name: str
    cas: str
    smiles: str = ""
    names: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    accessions: tuple[str, ...] = ()
    salts: str = ""


class Structure(NamedTuple):
    """One drawing of what an entry covers: a core with named places (``docs/explanation/from-wording-to-rule.md``).

    ``core`` is SMILES with places in braces; ``places`` says what may stand in each; ``form`` is ``free``,
    ``protonated`` or ``alkylated``; ``rest`` is ``closed`` (core and places are the whole molecule) or ``free``;
    ``where`` are counts the molecule must meet; ``counter_ions`` are named ions that must stand beside it;
    ``tautomers`` is ``free`` where mobile hydrogens do not count; ``because`` names the reason of a doubt.
    """

    core: str
    places: Mapping[str, str]
    form: str = "free"
    rest: str = "closed"
    where: tuple[str, ...] = ()
    counter_ions: str = ""
    tautomers: str = ""
    because: str = ""


class Entry(NamedTuple):
    """One entry of a list: ``Entry(list="CWC", id="2B04", ...)``, its words, its rule, its source and its date."""

    list: str
    id: str
    title: Words
    kind: str
    in_force: InForce
    source: str
    evidence: str
    salts: str
    meaning: Words = MappingProxyType({})
    schedule: int | None = None
    part: str = ""
    mark: str = ""
    structure: tuple[Structure, ...] = ()
    doubt: tuple[Structure, ...] = ()
    except_entries: tuple[str, ...] = ()
    exempt: tuple[Chemical, ...] = ()
    examples: tuple[Chemical, ...] = ()
    related: tuple[Chemical, ...] = ()
    see_also: tuple[str, ...] = ()
    file: str = ""

    def excepts(self, other: "Entry") -> bool:
        """Tell whether this entry leaves out what the other one lists ("except for those listed in Schedule 1")."""
        if other.list != self.list or other.id == self.id:
            return False
        return other.id in self.except_entries or f"Schedule {other.schedule}" in self.except_entries


class RuleList(NamedTuple):
    """A list of entries and who keeps it; ``text_of`` is the date (or the year, where no more is known) of
    the latest text that these files hold.
    """

    id: str
    title: Words
    authority: str
    text_of: str
    source: str
    evidence: str
    entries: tuple[Entry, ...]


class Policy(NamedTuple):
    """How a question that the entries leave open is answered here, and on whose word (isotopes, stereo, salts ...)."""

    id: str
    choice: str
    source: str
    evidence: str
    in_force: InForce


class Duty(NamedTuple):
    """A duty that follows from an entry being met; ``says`` is a message id with values, said by `opencwc.wording`."""

    id: str
    says: str
    applies_to: tuple[str, ...]
    values: Mapping[str, str]
    source: str
    evidence: str
    in_force: InForce
