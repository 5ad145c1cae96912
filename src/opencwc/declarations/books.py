"""A register's lines added up: by plant, chemical, activity and year, planned and unplanned apart.

Rows of one key add up whatever name, number or unit they use. A mixture of low concentration is not counted where plant
sites are declared (VA VII.5, VA VIII.5): of Schedule 2B and 3 up to 30 per cent, of Schedule 2A up to 1 per cent,
and up to 10 per cent as long as the plant site stays below the threshold of inspections.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from opencwc.declarations.law import DECLARED, Law
from opencwc.declarations.model import Chemical, Line, Register
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
        self.register = register
        self.lines = tuple(lines)
        self.chemicals: dict[str, Chemical] = {}
        self._written: dict[str, set[str]] = defaultdict(set)
        for activity, chemical in self.lines:
            self.chemicals.setdefault(chemical.key, chemical)
            if activity.chemical:
                self._written[chemical.key].add(" ".join(activity.chemical.split()))
        totals = _site_totals(self.lines, law)
        self.counted = tuple(line for line in self.lines if is_counted(line, law, totals))
        self.sums = self._add_up(self.counted)
        self.whole = self._add_up(self.lines)

    def name(self, key: str) -> str:
        """Return what the register calls a chemical: the first of its names in the order of letters, else ours.

        A name in words comes before a number or a drawing.
        """
        known = self.chemicals[key]
        words = sorted((name for name in self._written[key] if _is_worded(name)), key=lambda name: (name.lower(), name))
        return words[0] if words else known.name or known.cas

    def named(self, key: str) -> Message | str:
        """Return a chemical as it is said in an answer, in the reader's language where it has one name."""
        from opencwc.finding import chemical_named

        known, written = self.chemicals[key], self.name(key)
        same = written.casefold() == known.name.casefold() or not _is_worded(known.name)
        ours = chemical_named(known.name, known.cas if known.entry else "")
        return written if same and not known.entry else ours if same else written

    def amount(self, key: Key) -> Decimal:
        """Return what is counted of a key in kg, without mixtures of low concentration."""
        return self.sums.get(key, NONE)

    def plants_of(self, groups: Iterable[str]) -> Iterator[PlantChemical]:
        """Yield each chemical of some parts of the Schedules at each plant that has a line of it, in order."""
        wanted = frozenset(groups)
        seen = {
            PlantChemical(activity.site, activity.plant, chemical.key)
            for activity, chemical in self.lines
            if chemical.group in wanted
        }
        yield from sorted(seen)

    def planned_sums(self, *, dated: bool) -> dict[tuple[str, str, str, str, int], Decimal]:
        """Return what is planned with, or without, a date: by site, plant, chemical, activity and year."""
        sums: dict[tuple[str, str, str, str, int], Decimal] = defaultdict(Decimal)
        for activity, chemical in self.counted:
            if activity.planned and (activity.date is not None) == dated:
                sums[activity.site, activity.plant, chemical.key, activity.activity, activity.year] += activity.content
        return dict(sums)

    def planned_by_day(self) -> dict[PlantChemical, dict[tuple[str, date], Decimal]]:
        """Return what is planned to begin on a day: by plant and chemical, then by activity and day."""
        sums: dict[PlantChemical, dict[tuple[str, date], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for activity, chemical in self.counted:
            if activity.planned and activity.date is not None:
                plant = PlantChemical(activity.site, activity.plant, chemical.key)
                sums[plant][activity.activity, activity.date] += activity.content
        return sums

    def of(self, regime: str) -> Iterator[Line]:
        """Yield the lines of the chemicals of a Schedule (``S1``, ``S2``, ``S3``)."""
        return (line for line in self.lines if line.chemical.regime == regime)

    @staticmethod
    def _add_up(lines: Iterable[Line]) -> Mapping[Key, Decimal]:
        sums: dict[Key, Decimal] = defaultdict(Decimal)
        for activity, chemical in lines:
            if activity.kg is not None:
                key = Key(
                    activity.site, activity.plant, chemical.key, activity.activity, activity.year, activity.planned
                )
                sums[key] += activity.content
        return dict(sums)


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


def _is_worded(name: str) -> bool:
    """Tell whether a text is a name rather than a number, a key or a drawing."""
    from opencwc.chemistry.inchi_keys import normalise_inchi_key
    from opencwc.chemistry.registry_numbers import looks_like_cas
    from opencwc.screening.known_chemicals import looks_drawn

    if looks_like_cas(name) or normalise_inchi_key(name) or name.startswith("InChI="):
        return False
    return not (looks_drawn(name) and any(sign in name for sign in "=#()[]"))
