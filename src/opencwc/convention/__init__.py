"""What the treaty says, as of a date: ``Convention(as_of=date(2026, 11, 24)).entry("CWC", "2B04")``.

The rules are data (``data/``); this is the dated, typed way to them, and the only one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from opencwc.convention.chemical_names import Name, NamedChemical, Naming, OrdinaryWord, Subheading
from opencwc.convention.declaration_rules import ProductionRange, Reading, read_declaration_rules
from opencwc.convention.model import (
    Chemical,
    Dated,
    DatedRules,
    Deadline,
    Duty,
    Entry,
    InForce,
    Policy,
    RuleList,
    State,
    StateOnDay,
    Structure,
    Threshold,
)
from opencwc.convention.rule_cache import Written, read_written
from opencwc.convention.rule_files import BUILT_IN, DATA, ON_DEMAND, read_dated
from opencwc.convention.transfer_rules import TransferRule, check_references, read_transfer_rules
from opencwc.errors import SettingsError
from opencwc.settings import load_settings

__all__ = [
    "Chemical", "Convention", "Dated", "Deadline", "Duty", "Entry", "InForce", "Name", "NamedChemical", "Naming",
    "OrdinaryWord", "Policy", "RuleList", "State", "StateOnDay", "Structure", "Subheading", "Threshold",
    "TransferRule", "Written",
]  # fmt: skip

R = TypeVar("R", Entry, Policy, Duty, Threshold, Deadline, TransferRule)


class Convention:
    """The lists, policies and duties as they stand on one day.

    ``as_of`` defaults to today; ``lists`` chooses among the lists by id: those of the CWC and the Australia Group and a
    user's own where empty; further ones come along and are read once they are named (`list_names`). ``files`` adds list
    files. Raises `RuleError` where a rule file cannot hold and `SettingsError` where a list is not known.

    >>> Convention(as_of=date(2020, 6, 6)).find("CWC", "1A13") is None
    True
    """

    def __init__(self, as_of: date | None = None, lists: Sequence[str] = (), files: Sequence[Path] = ()) -> None:
        self.as_of = as_of or date.today()
        settings = load_settings()
        self._cache = settings.cache
        paths = [*(DATA / "lists" / name for name in BUILT_IN), *settings.own_lists, *files]
        self.written = read_written(paths, settings.cache)
        wanted = list(lists or settings.lists or self.written.lists)
        on_demand = [name for name in ON_DEMAND if name in wanted and name not in self.written.lists]
        if on_demand:
            paths += [DATA / "lists" / name for name in on_demand]
            self.written = read_written(paths, settings.cache)
        known = self.written.lists
        self.list_names: tuple[str, ...] = tuple(dict.fromkeys((*known, *ON_DEMAND)))
        for name in wanted:
            if name not in known:
                from difflib import get_close_matches

                close = get_close_matches(name.upper(), self.list_names, n=1)
                if close:
                    raise SettingsError("no_such_list_but_near", list=name, near=close[0], known=self.list_names)
                raise SettingsError("no_such_list", list=name, known=self.list_names)
        self.lists: tuple[RuleList, ...] = tuple(known[name].on(self.as_of) for name in dict.fromkeys(wanted))
        self.known_lists = self.written.rules.lists
        self._said = (self.written, self.as_of, tuple(list_.id for list_ in self.lists))

    def __eq__(self, other: object) -> bool:
        """Tell whether another says the same: the same files, the same day, the same lists."""
        return isinstance(other, Convention) and self._said == other._said

    def __hash__(self) -> int:
        return hash(self._said)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry of the chosen lists that is in force on the day, in the order of the lists."""
        return self._in_force(tuple(entry for list_ in self.lists for entry in list_.entries))

    @cached_property
    def excepted(self) -> tuple[Entry, ...]:
        """The entries of lists that were not chosen to which a chosen entry leaves what they cover."""
        chosen = {list_.id for list_ in self.lists}
        named = {name for entry in self.entries for name in entry.except_entries}
        others = (entry for list_ in self.known_lists if list_.id not in chosen for entry in list_.entries)
        return self._in_force(tuple(entry for entry in others if f"{entry.list} {entry.id}" in named))

    def chemicals(self) -> Iterator[tuple[Entry, Chemical]]:
        """Return every chemical that any list names, chosen or not, whatever its date: names do not expire."""
        return self.written.chemicals()

    @property
    def naming(self) -> Naming:
        """What chemicals are called, whatever the day: curated names, ordinary words, HS subheadings."""
        return self.written.naming

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        """How the questions that entries leave open are answered on the day."""
        return self._in_force(self.written.rules.policies)

    @cached_property
    def duties(self) -> tuple[Duty, ...]:
        """The duties in force on the day."""
        return self._in_force(self.written.rules.duties)

    @cached_property
    def thresholds(self) -> tuple[Threshold, ...]:
        """The amounts at which duties begin or end, as far as they hold on the day."""
        return self._in_force(self._dated.thresholds)

    def threshold(self, id: str) -> Threshold | None:
        """Return the threshold of an id, ``None`` where it does not hold on the day.

        >>> Convention(date(2026, 1, 1)).threshold("s3-declare").source
        'Verification Annex VIII.3'
        """
        return next((threshold for threshold in self.thresholds if threshold.id == id), None)

    def transfer_rule(self, id: str) -> TransferRule | None:
        """Return the rule on transfers of an id, ``None`` where it does not hold on the day."""
        return next((rule for rule in self.transfer_rules if rule.id == id), None)

    @cached_property
    def deadlines(self) -> tuple[Deadline, ...]:
        """Until when declarations and notices are due, as far as it holds on the day; national rules included."""
        return self._in_force(self._dated.deadlines)

    @cached_property
    def transfer_rules(self) -> tuple[TransferRule, ...]:
        """The rules on what crosses a border, as far as they hold on the day."""
        rules = read_transfer_rules(self._cache)
        check_references(rules, self._dated.thresholds, self._dated.deadlines)
        return self._in_force(rules)

    @cached_property
    def states(self) -> tuple[StateOnDay, ...]:
        """What every State is on the day: State Party, to be bound, signatory or not party, by code."""
        return tuple(state.on(self.as_of) for state in self._dated.states)

    def state(self, code: str) -> State | None:
        """Return a State by its code, whatever the day, an invented one of the examples too; ``None`` for another.

        >>> Convention().state("FRA").signed, Convention().state("XNV").in_force.start, Convention().state("TWN")
        (datetime.date(1993, 1, 13), datetime.date(1997, 4, 29), None)
        """
        return self._states_by_code.get(code)

    @cached_property
    def _states_by_code(self) -> dict[str, State]:
        return {state.code: state for state in (*self._dated.states, *self._dated.invented)}

    @property
    def states_known_until(self) -> date:
        """The day up to which it was looked into what States did."""
        return self._dated.known_until

    def dated(self) -> Iterator[Dated]:
        """Yield everything of the Convention and of the chosen lists that has days of its own, whatever the day.

        States are not among it: they have more days than one (`states`).
        """
        for entry in (entry for list_ in self.lists for entry in list_.entries):
            yield Dated("entry", entry.id, entry.list, entry.in_force, entry.source, entry.evidence)
        declared = read_declaration_rules(self._cache)
        plain: dict[str, tuple[Duty | Policy | Threshold | Deadline | ProductionRange | Reading, ...]] = {
            "duty": self.written.rules.duties,
            "policy": self.written.rules.policies,
            "threshold": self._dated.thresholds,
            "deadline": self._dated.deadlines,
            "range": declared.ranges,
            "reading": declared.readings,
        }
        for kind, held in plain.items():
            for rule in held:
                yield Dated(kind, rule.id, "", rule.in_force, rule.source, rule.evidence)

    @cached_property
    def _dated(self) -> DatedRules:
        return read_dated(self._cache)

    def _in_force(self, rules: tuple[R, ...]) -> tuple[R, ...]:
        return tuple(rule for rule in rules if rule.in_force.holds_on(self.as_of))

    def find(self, list_id: str, entry_id: str) -> Entry | None:
        """Return the entry in force on the day, or ``None``."""
        return next((entry for entry in self.entries if entry.id == entry_id and entry.list == list_id), None)

    def duties_for(self, entry: Entry) -> tuple[Duty, ...]:
        """Return the duties that follow from an entry: those of its list and schedule, part, or own id.

        So every duty of ``data/duties.yaml`` is found. Of Schedule 1: VA VI.1, VA VI.2, VA VI.2(c), VA VI.3, VA VI.4,
        VA VI.5, VA VI.5bis, VA VI.6, VA VI.8, VA VI.9, VA VI.10, VA VI.11, VA VI.12, VA VI.15, VA VI.19,
        s1-low. Of Schedule 2: VA VII.1, VA VII.3(a), VA VII.3(b), VA VII.3(c), VA VII.12(a), VA VII.12(b),
        VA VII.12(c), VA VII.31, s2a-low and s2b-low (VA VII.5). Of Schedule 3: VA VIII.1, VA VIII.3, VA VIII.12,
        VA VIII.26, s3-low (VA VIII.5). Of the Australia Group: ag-licence.
        """
        groups, excepted = set(entry.groups), f"not {entry.list} {entry.id}"
        return tuple(
            duty for duty in self.duties if not groups.isdisjoint(duty.applies_to) and excepted not in duty.applies_to
        )
