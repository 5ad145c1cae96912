"""A register's lines added up: by plant, chemical, activity and year, planned and unplanned apart.

Rows of one key add up whatever name, number or unit they use. A mixture of low concentration is not counted where plant
sites are declared (VA VII.5, VA VIII.5): of Schedule 2B and 3 up to 30 per cent, of Schedule 2A up to 1 per cent,
and up to 10 per cent as long as the plant site stays below the threshold of inspections.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import compress
from typing import NamedTuple

from opencwc.declarations.chemicals import chemical_said, key_of
from opencwc.declarations.law import DECLARED, Law
from opencwc.declarations.model import Chemical, Line, Register
from opencwc.declarations.phrases import in_words
from opencwc.finding import Message

NONE = Decimal(0)


class Key(NamedTuple):
    """What adds up: the rows of a plant, a chemical, an activity and a year."""

    site: str
    plant: str
    chemical: str
    activity: str
    year: int
    planned: bool


class PlantChemical(NamedTuple):
    """A chemical at a plant."""

    site: str
    plant: str
    chemical: str


class Books:
    """The lines of a register, ready to be judged under one law."""

    def __init__(self, register: Register, lines: Iterable[Line], law: Law) -> None:
        self.register, self.law = register, law
        self.chemicals: dict[str, Chemical] = {}
        self._written: dict[tuple[str, ...], set[str]] = defaultdict(set)
        read = tuple(lines)
        for activity, chemical in read:
            held = self.chemicals.get(chemical.key)
            if held is None or (chemical.group and not held.group):
                self.chemicals[chemical.key] = chemical
            if activity.chemical:
                self._written[chemical.key,].add(activity.chemical)
                self._written[chemical.key, activity.site, activity.plant].add(activity.chemical)
        self.lines = tuple(
            line if line.chemical is (held := self.chemicals[line.chemical.key]) else Line(line.activity, held)
            for line in read
        )
        known: dict[Key, Key] = {}
        self.keys = tuple(known.setdefault(key, key) for key in map(_key_of, self.lines))
        totals = _site_totals(self.lines, law)
        self._countries: dict[tuple[str, str], str] = {}
        self._counts = [is_counted(line, law, totals) for line in self.lines]
        self.counted = tuple(compress(self.lines, self._counts))
        self.sums = _add_up(compress(self.keyed, self._counts))
        self._names: dict[tuple[str, ...], str] = {}

    def name(self, key: str, *place: str) -> str:
        """Return what the register calls a chemical: the first of its names in the order of letters, else ours.

        ``place`` is a site and a plant, which may call it otherwise than others do. A name in words comes before a
        number or a drawing.
        """
        if (key, *place) not in self._names:
            known, written = self.chemicals[key], self._written.get((key, *place), ())
            worded = (name for name in written if _is_worded(name, key))
            first = min(worded, key=lambda name: (name.lower(), name), default="")
            self._names[key, *place] = first or (self.name(key) if place else known.name or known.cas)
        return self._names[key, *place]

    def named(self, key: str) -> Message:
        """Return a chemical as it is said in an answer, in the reader's language where it has a name there."""
        known, written = self.chemicals[key], self.name(key)
        if written.casefold() == known.name.casefold() or (known.entry and not _is_worded(known.name, key)):
            return chemical_said(known)
        return in_words(written)

    def country(self, site: str, plant: str) -> str:
        """Return the State of a plant; where the register names a single State, it is that of every plant."""
        if (site, plant) not in self._countries:
            self._countries[site, plant] = self.register.country(site, plant) or self._only_state
        return self._countries[site, plant]

    @property
    def keyed(self) -> Iterator[tuple[Key, Line]]:
        """The lines, each with the sum that it belongs to."""
        return zip(self.keys, self.lines, strict=True)

    @cached_property
    def rows(self) -> Mapping[Key, Sequence[Line]]:
        """The lines of each sum, in the order of the register."""
        rows: dict[Key, list[Line]] = {}
        for key, line in self.keyed:
            rows.setdefault(key, []).append(line)
        return rows

    @cached_property
    def _only_state(self) -> str:
        states = {line.country for line in self.register.sites.values() if line.country}
        return states.pop() if len(states) == 1 else ""

    def amount(self, key: Key) -> Decimal:
        """Return what is counted of a key in kg, without mixtures of low concentration."""
        return self.sums.get(key, NONE)

    def plants_of(self, groups: Iterable[str]) -> Iterator[PlantChemical]:
        """Yield each chemical of some parts of the Schedules at each plant that has a line of it, in order."""
        wanted = frozenset(groups)
        yield from (plant for plant in self._plants if self.chemicals[plant.chemical].group in wanted)

    @cached_property
    def _plants(self) -> list[PlantChemical]:
        """Each scheduled chemical at each plant that has a line of it."""
        return sorted(
            {
                PlantChemical(activity.site, activity.plant, chemical.key)
                for activity, chemical in self.lines
                if chemical.group
            }
        )

    @cached_property
    def whole(self) -> Mapping[Key, Decimal]:
        """All that the lines say of a key in kg, mixtures of low concentration too."""
        return _add_up(self.keyed)

    @cached_property
    def undated_plans(self) -> Mapping[Key, Decimal]:
        """What is counted of plans without a date."""
        counted = compress(self.keyed, self._counts)
        return _add_up((key, line) for key, line in counted if key.planned and line.activity.date is None)

    @cached_property
    def above(self) -> Mapping[bool, Mapping[PlantChemical, Sequence[tuple[Key, Decimal]]]]:
        """What is more than the declaration threshold of its part of a Schedule: done (``False``), planned (``True``).

        Of plans those without a date.
        """
        rules = {group: rule for group, (rule, _, _) in DECLARED.items()}
        above: dict[bool, dict[PlantChemical, list[tuple[Key, Decimal]]]] = {
            False: defaultdict(list),
            True: defaultdict(list),
        }
        for planned, sums in ((False, self.sums), (True, self.undated_plans)):
            for key, kg in sums.items():
                rule = rules.get(self.chemicals[key.chemical].group)
                if key.planned == planned and kg and rule and self.law.is_met(rule, kg):
                    above[planned][PlantChemical(key.site, key.plant, key.chemical)].append((key, kg))
        return above

    @cached_property
    def planned_by_day(self) -> Mapping[PlantChemical, Mapping[tuple[str, date], Decimal]]:
        """Return what is planned to begin on a day: by plant and chemical, then by activity and day."""
        sums: dict[PlantChemical, dict[tuple[str, date], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for activity, chemical in self.counted:
            if activity.planned and activity.date is not None:
                plant = PlantChemical(activity.site, activity.plant, chemical.key)
                sums[plant][activity.activity, activity.date] += activity.content
        return sums

    def of(self, regime: str) -> Sequence[Line]:
        """Return the lines of the chemicals of a Schedule (``S1``, ``S2``, ``S3``)."""
        return self._by_regime.get(regime, ())

    @cached_property
    def _by_regime(self) -> Mapping[str, Sequence[Line]]:
        lines: dict[str, list[Line]] = defaultdict(list)
        for line in self.lines:
            lines[line.chemical.regime].append(line)
        return lines

    def made_in(self, year: int) -> Mapping[str, Sequence[Line]]:
        """Return what was produced in a year, by plant site."""
        return self._made.get(year, {})

    @cached_property
    def _made(self) -> Mapping[int, Mapping[str, Sequence[Line]]]:
        made: dict[int, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
        for line in self.lines:
            activity = line.activity
            if activity.activity == "produce" and not activity.planned and activity.content:
                made[activity.year][activity.site].append(line)
        return made


def _key_of(line: Line) -> Key:
    activity, chemical = line
    return Key(activity.site, activity.plant, chemical.key, activity.activity, activity.year, activity.planned)


def _add_up(lines: Iterable[tuple[Key, Line]]) -> Mapping[Key, Decimal]:
    sums: dict[Key, Decimal] = {}
    for key, line in lines:
        if line.activity.kg is not None:
            sums[key] = sums.get(key, NONE) + line.activity.content
    return sums


def is_counted(line: Line, law: Law, site_totals: Mapping[Key, Decimal]) -> bool:
    """Tell whether a line counts towards the threshold of a plant: it is no mixture of low concentration.

    Applies s2a-low and s2b-low (VA VII.5), s2a-low-site, and s3-low (VA VIII.5). Schedule 1 knows no low
    concentration (s1-mixture), and what is in no Schedule none either.
    """
    activity, chemical = line
    if chemical.group not in DECLARED:
        return True
    _, inspected, low = DECLARED[chemical.group]
    if law.threshold(low) is None:
        return True
    if law.is_low(low, activity.activity, activity.share):
        return False
    middle = law.percent("s2a-low-site") if chemical.group.startswith("2A") else None
    if middle is None or activity.share > middle:
        return True
    key = _of_site(activity.site, chemical.key, activity.activity, activity.year, activity.planned)
    return site_totals.get(key, NONE) >= (law.kg(inspected) or NONE)


def _site_totals(lines: Iterable[Line], law: Law) -> Mapping[Key, Decimal]:
    """Return the whole of each chemical of Schedule 2A at a plant site, but for mixtures that never count."""
    limit = law.percent("s2a-low")
    totals: dict[Key, Decimal] = defaultdict(Decimal)
    for activity, chemical in lines:
        if chemical.group.startswith("2A") and (limit is None or activity.share > limit):
            key = _of_site(activity.site, chemical.key, activity.activity, activity.year, activity.planned)
            totals[key] += activity.content
    return dict(totals)


def _of_site(site: str, chemical: str, activity: str, year: int, planned: bool) -> Key:
    return Key(site, "", chemical, activity, year, planned)


def _is_worded(name: str, key: str) -> bool:
    """Tell whether a text is a name of a chemical rather than its number, its key or a drawing of it."""
    from opencwc.chemistry.inchi_keys import normalise_inchi_key
    from opencwc.chemistry.registry_numbers import looks_like_cas
    from opencwc.screening.known_chemicals import looks_drawn

    if looks_like_cas(name) or normalise_inchi_key(name) or name.startswith("InChI="):
        return False
    return not (looks_drawn(name) and key_of(name) == key)
