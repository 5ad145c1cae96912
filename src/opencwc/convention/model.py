"""The records of what the treaty says: a list, its entries, their structure rules and their printed examples.

They hold the words of the rule files, dated and graded; what the words mean for a molecule is `opencwc.screening`'s.
"""

import operator
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple

from opencwc.finding import Message, Rule, Value


class OneOf(NamedTuple):
    """The words that a field may hold, for ``Annotated``."""

    words: tuple[str, ...]


EVIDENCE = ("treaty", "official", "secondary", "unverified")
"""How sure a value is: treaty text, official source, secondary source, unconfirmed (its official text was not seen)."""

SALTS = ("silent", "protonated", "alkylated_or_protonated", "covered", "excluded", "as_drawn")
"""What an entry's own words say of salts; ``silent`` sends a salt to review."""

Words = Annotated[Mapping[str, str], "words"]
"""A text by language; English is always there."""
Source = Annotated[str, "source"]
"""Where a value stands, its clauses in full (`opencwc.convention.clauses`)."""
Grade = Annotated[str, OneOf(EVIDENCE)]
MaybeText = Annotated[str, "maybe"]
"""A text, empty where there is none."""


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
    form: Annotated[str, OneOf(("free", "protonated", "alkylated"))] = "free"
    rest: Annotated[str, OneOf(("closed", "free"))] = "closed"
    where: tuple[str, ...] = ()
    counter_ions: str = ""
    tautomers: Annotated[str, OneOf(("", "free"))] = ""
    because: str = ""


class Entry(NamedTuple):
    """One entry of a list: ``Entry(list="CWC", id="2B04", ...)``, its words, its rule, its source and its date."""

    list: str
    id: str
    title: Words
    kind: Annotated[str, OneOf(("family", "chemicals"))]
    in_force: InForce
    source: Source
    evidence: Grade
    salts: Annotated[str, OneOf(SALTS)]
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

    @property
    def rule(self) -> Rule:
        """The entry, as findings name it."""
        return Rule(self.list, self.id, self.source, self.evidence)

    @property
    def groups(self) -> tuple[str, ...]:
        """What rules and duties may name to speak of it: its list, itself, its schedule, its part of the schedule."""
        return (self.list, *(f"{self.list} {name}" for name in (self.id, self.schedule, f"{self.schedule}{self.part}")))

    def excepts(self, other: "Entry") -> bool:
        """Tell whether this entry leaves out what the other one lists ("except for those listed in Schedule 1")."""
        if other.list != self.list:
            return f"{other.list} {other.id}" in self.except_entries
        names = (other.id, f"Schedule {other.schedule}")
        return other.id != self.id and any(name in self.except_entries for name in names)


class RuleList(NamedTuple):
    """A list of entries and who keeps it; ``text_of`` is the date (or the year, where no more is known) of
    the latest text that these files hold.
    """

    id: str
    title: Words
    authority: str
    text_of: str
    source: Source
    evidence: Grade
    entries: tuple[Entry, ...]

    def on(self, day: date) -> "RuleList":
        """Return the list with the date of the text that was in force on a day, where the days of its entries tell."""
        if self.text_of <= day.isoformat():
            return self
        starts = (entry.in_force.start for entry in self.entries)
        amended = max((start for start in starts if start and start <= day), default=None)
        return self._replace(text_of=amended.isoformat()) if amended else self


class Policy(NamedTuple):
    """How a question that the entries leave open is answered here, and on whose word (isotopes, stereo, salts ...)."""

    id: str
    choice: str
    source: Source
    evidence: Grade
    in_force: InForce


class Duty(NamedTuple):
    """A duty that follows from an entry being met; ``says`` is a message id with values, said by `opencwc.wording`.

    ``answer`` is the message id of the same in a few words, empty for a duty that is no part of a first answer;
    ``threshold`` is the id of the threshold that the duty rests on, where it rests on one.
    """

    id: str
    says: str
    answer: MaybeText
    threshold: MaybeText
    applies_to: tuple[str, ...]
    values: Mapping[str, str]
    source: Source
    evidence: Grade
    in_force: InForce


_HELD: Mapping[str, Callable[[Any, Any], Any]] = {
    "gt": operator.gt, "ge": operator.ge, "le": operator.le, "lt": operator.lt,
}  # fmt: skip


class Threshold(NamedTuple):
    """An amount at which a duty begins or ends: ``more than 100 kg of a Schedule 2A chemical, by plant``.

    ``comparator`` says how an amount is held against ``quantity`` (in ``unit``): ``gt``, ``ge``, ``le``, ``lt``,
    ``between`` (more than ``above``, at most ``quantity``), ``none``, or ``declaration`` (the chemical's own
    declaration threshold). The other words are said by `opencwc.wording` as ``threshold_<field>_<word>``.
    """

    id: str
    regime: str
    purpose: str
    chemicals: str
    activity: str
    scope: str
    window: str
    comparator: Annotated[str, OneOf(("gt", "ge", "le", "lt", "between", "none", "declaration"))]
    quantity: int | None
    above: int | None
    unit: str
    note: MaybeText
    source: Source
    evidence: Grade
    in_force: InForce

    def holds(self, amount: Decimal) -> bool:
        """Tell whether an amount, in the unit of the threshold, is what it speaks of; one without an amount never is.

        >>> from opencwc.convention import Convention
        >>> s2b = Convention(date(2026, 11, 28)).threshold("s2b-declare")
        >>> s2b.holds(Decimal(1)), s2b.holds(Decimal("1.001"))
        (False, True)
        """
        if self.quantity is None:
            return False
        if self.comparator == "between":
            return (self.above or 0) < amount <= self.quantity
        return bool(_HELD[self.comparator](amount, self.quantity))

    @property
    def limit(self) -> Message:
        """The amount alone: "more than 100 kg"."""
        values: dict[str, Value] = {"quantity": str(self.quantity), "above": str(self.above)}
        if self.unit == "percent":
            shares: dict[str, Value] = {name: f"{number} %" for name, number in values.items()}
            return Message(f"threshold_{self.comparator}_share", shares)
        if self.unit:
            values["unit"] = Message(f"threshold_unit_{self.unit}")
        if self.comparator == "none" and self.purpose == "low_conc":
            return Message("threshold_none_low_conc")
        if self.comparator == "gt" and self.quantity == 0:
            return Message("threshold_any_amount")
        return Message(f"threshold_{self.comparator}", values)

    @property
    def limit_noted(self) -> Message:
        """The limit with what is noted of it."""
        return Message("threshold_noted", {"said": self.limit, "note": self.word("note")}) if self.note else self.limit

    @property
    def says(self) -> Message:
        """The whole threshold in words."""
        words = {name: self.word(name) for name in ("purpose", "chemicals", "activity", "scope", "window")}
        said = Message("threshold_says", {**words, "limit": self.limit})
        return Message("threshold_noted", {"said": said, "note": self.word("note")}) if self.note else said

    def word(self, field: str) -> Message:
        """One field in words."""
        return Message(f"threshold_{field}_{getattr(self, field)}")


DAY_OF_YEAR = ("on", "before_day")
"""The kinds of deadlines that name a day of the year."""


class Deadline(NamedTuple):
    """Until when something is due: ``not later than 90 days after the end of the previous calendar year``.

    ``due`` is ``after`` (at the latest ``amount`` ``unit`` after the ``anchor``), ``before`` (at least so long before
    it), ``by`` (by the time of it), ``on`` (a ``day`` of a ``month``) or ``before_day`` (before that day: the day
    before it is the last). ``state`` is set on a national rule.
    """

    id: str
    regime: str
    act: str
    due: Annotated[str, OneOf(("after", "before", "by", "on", "before_day"))]
    amount: int | None
    unit: Annotated[str, OneOf(("days", "hours", "months"))]
    anchor: str
    month: int | None
    day: int | None
    state: MaybeText
    source: Source
    evidence: Grade
    in_force: InForce

    @property
    def when(self) -> Message:
        """The time alone, in words; a day of the year as ``month-day``, for who has no calendar at hand."""
        if self.due in DAY_OF_YEAR:
            return Message(f"deadline_{self.due}", {"day": f"{self.month:02d}-{self.day:02d}"})
        values: dict[str, Value] = {"anchor": Message(f"deadline_anchor_{self.anchor}")}
        if self.amount is not None:
            values["amount"] = Message(f"deadline_{self.unit}", {"count": self.amount})
        return Message(f"deadline_{self.due}", values)

    @property
    def says(self) -> Message:
        """The whole deadline in words."""
        return Message("deadline_says", {"act": Message(f"deadline_act_{self.act}"), "when": self.when})


STATUSES = ("state_party", "to_be_bound", "signatory", "not_party")
"""What a State can be on a day; ``to_be_bound`` has deposited its instrument, and waits for its entry into force."""


class State(NamedTuple):
    """A State and its days, by its ISO 3166 alpha-3 code; a day that there is not is ``None``.

    ``signed`` and ``deposited`` (of its ``instrument``) are days; ``in_force`` says from when the Convention binds it.
    """

    code: str
    signed: date | None
    deposited: date | None
    instrument: MaybeText
    in_force: InForce | None
    source: Source
    evidence: Grade

    def on(self, day: date) -> "StateOnDay":
        """Return its status on a day.

        >>> State("CUB", None, date(1997, 4, 29), "ratification", InForce(date(1997, 5, 29)), "", "").on(
        ...     date(1997, 5, 1)).status
        'to_be_bound'
        """
        if self.in_force is not None and self.in_force.start is not None:
            if self.in_force.holds_on(day):
                return StateOnDay(self, "state_party", self.in_force.start)
            if self.in_force.end is not None and self.in_force.end < day:
                return StateOnDay(self, "not_party", self.in_force.end + timedelta(days=1))
        if self.deposited is not None and self.deposited <= day:
            return StateOnDay(self, "to_be_bound", self.deposited)
        if self.signed is not None and self.signed <= day:
            return StateOnDay(self, "signatory", self.signed)
        return StateOnDay(self, "not_party", None)


class StateOnDay(NamedTuple):
    """What a State is on a day, one of `STATUSES`, and since which day, where there is one."""

    state: State
    status: str
    since: date | None


class Rules(NamedTuple):
    """What screening reads of the rule files, whatever the day: the lists, how open questions are answered, duties."""

    lists: tuple[RuleList, ...]
    policies: tuple[Policy, ...]
    duties: tuple[Duty, ...]


class DatedRules(NamedTuple):
    """What screening never needs: amounts, days, and States, with the day up to which these were looked into.

    ``invented`` are States that do not exist: for examples, and never among the others.
    """

    thresholds: tuple[Threshold, ...]
    deadlines: tuple[Deadline, ...]
    states: tuple[State, ...]
    invented: tuple[State, ...]
    known_until: date


class Dated(NamedTuple):
    """One thing of the Convention and when it holds, whatever it is: what `opencwc.convention.changes` compares."""

    kind: str
    id: str
    list: str
    in_force: InForce
    source: Source
    evidence: Grade
