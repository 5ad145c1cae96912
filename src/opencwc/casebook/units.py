"""Findings by what a person decides on: units by filter, in any order, page by page, and the inbox as units.

A unit is one chemical of a file with its mentions and lists, a shipment, a pair and year, a measure, an event, a claim
(`opencwc.casebook.unit_keys`). Which units a filter finds is read from the keys of ``finding_count`` in the order asked
for, so that a page of a million findings costs no more than one of a hundred. Words and bounds that no key tells are
looked up first; what they find is sorted as a whole, up to `MOST_SORTED` units.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Literal, NamedTuple, get_args

from sqlalchemy import Connection, RowMapping, func, select

from opencwc.casebook import tables
from opencwc.casebook.cases import case_numbered
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import proposed_by
from opencwc.casebook.finding_keys import next_under_keys
from opencwc.casebook.findings import (
    blind_rows,
    conditions_of,
    kept_of,
    named_like,
    rows_of,
    standing_in,
    text_conditions,
    units_of,
)
from opencwc.casebook.model import UNDECIDED, Filter, KeptFinding, Person, Status
from opencwc.casebook.permissions import require
from opencwc.casebook.read_records import Giving, giving
from opencwc.casebook.rows import slices
from opencwc.errors import InputError, NotFoundError
from opencwc.verbs import verdicts_by_gravity

PAGE, MOST_A_PAGE = 50, 1_000
MOST_SORTED = 10_000
"""Units that are sorted as a whole, where no key has the order asked for."""
_NAMED_AT_ONCE, _MOST_LOOKED_AT = 500, 100_000
_FINDING, _COUNT, _UNIT, _RUN = tables.finding, tables.finding_count, tables.unit, tables.run

UnitOrder = Literal["", "due", "verdict", "entry", "status", "case", "name", "mentions"]
ORDERS: tuple[str, ...] = get_args(UnitOrder)
_WHOLE = ("name", "mentions")
"""Orders that no key has: the units are sorted as a whole."""


@dataclass(frozen=True, slots=True)
class KeptUnit:
    """A unit as a list shows it.

    ``finding`` is its gravest finding among those that the filter asks for, ``mentions`` how many findings it has in
    all and ``found`` how many of them the filter asks for. ``entries``, ``verdicts`` and ``statuses`` are of those, the
    gravest verdict first. ``grave`` says that two people must decide on one of them, ``waiting`` how many of all wait.
    """

    number: int
    verb: str
    name: str
    finding: KeptFinding
    found: int
    mentions: int
    rows: int
    entries: tuple[tuple[str, str], ...]
    verdicts: Mapping[str, int]
    statuses: Mapping[str, int]
    grave: bool
    waiting: int
    due: str = ""


@dataclass(frozen=True, slots=True)
class UnitPage:
    """A page of units and the mark after which the next one begins (empty on the last).

    ``cut`` says that more were found than are sorted as a whole, and the order is among the first of them.
    """

    units: tuple[KeptUnit, ...]
    next: str = ""
    cut: bool = False


def list_units(
    book: Casebook,
    person: Person,
    wanted: Filter,
    *,
    order: str = "",
    after: str = "",
    limit: int = PAGE,
    waiting: bool = False,
) -> UnitPage:
    """Return a page of the units in which the person may see findings that the filter asks for.

    ``order`` is one of `ORDERS`, with a ``-`` before it the other way round; ``after`` is the ``next`` of the page
    before. With ``waiting`` only what waits for this person, the grave first and then by due date.
    """
    require(person, "decide" if waiting else "read")
    listing = _Listing.asked(wanted, order, waiting=waiting)
    limit = max(1, min(limit, MOST_A_PAGE))
    with giving(book, person) as given:
        found = listing.page(given.connection, person, after, limit + 1)
        shown = found.units[:limit]
        units = tuple(_kept_units(given, person, shown))
    more = shown[-1].mark if len(found.units) > limit else ""
    return UnitPage(units, more, found.cut)


def count_units(book: Casebook, person: Person, wanted: Filter, most: int = 10_000) -> tuple[int, bool]:
    """Count the units that a filter finds, up to so many, and tell whether there are more."""
    require(person, "read")
    with book.reading() as connection:
        conditions = [
            *conditions_of(connection, person, wanted, _FINDING),
            *standing_in(wanted, _FINDING),
            *text_conditions(wanted),
        ]
        some = select(_FINDING.c.unit).where(*conditions, _FINDING.c.unit > 0).distinct().limit(most + 1)
        counted = connection.execute(select(func.count()).select_from(some.subquery())).scalar_one()
    return min(int(counted), most), int(counted) > most


def count_waiting_units(book: Casebook, person: Person, wanted: Filter, most: int) -> int:
    """Count the units that wait for this person among those that the filter asks for, up to so many."""
    require(person, "decide")
    with book.reading() as connection:
        return len(_Listing.asked(wanted, "", waiting=True).page(connection, person, "", most).units)


def show_unit(book: Casebook, person: Person, number: int, limit: int = 500) -> tuple[KeptUnit, list[KeptFinding]]:
    """Return a unit and its findings, up to so many; what is above the clearance is answered as not there."""
    page = list_units(book, person, Filter(units=(number,)), limit=1)
    if not page.units:
        raise NotFoundError("no_such_unit", unit=number)
    with giving(book, person) as given:
        query = select(_FINDING.c.id).where(_FINDING.c.unit == number).order_by(_FINDING.c.id).limit(limit)
        ids = list(given.connection.execute(query).scalars())
        findings = kept_of(given, person, rows_of(given.connection, ids))
    return page.units[0], findings


def unit_of_finding(book: Casebook, identity: int) -> int:
    """Return the number of the unit that a finding belongs to, 0 where it was erased or is not there."""
    with book.reading() as connection:
        number = connection.execute(select(_FINDING.c.unit).where(_FINDING.c.id == identity)).scalar()
    return int(number or 0)


def units_of_findings(book: Casebook, identities: Sequence[int]) -> dict[int, int]:
    """Return the number of the unit that each finding belongs to, without those that were erased."""
    query = select(_FINDING.c.id, _FINDING.c.unit).where(_FINDING.c.id.in_(identities), _FINDING.c.unit > 0)
    with book.reading() as connection:
        return {int(identity): int(unit) for identity, unit in connection.execute(query)}


class _Group(NamedTuple):
    """Findings of a unit under one key: how many, and the first of them."""

    unit: int
    verdict: str
    list: str
    entry: str
    status: int
    grave: bool
    n: int
    first: int


@dataclass
class _Tally:
    """What is counted of a unit while a page is made: its groups, those that the filter asks for, and its place."""

    number: int
    run: int
    case: int
    groups: list[_Group] = field(default_factory=list)
    found: list[_Group] = field(default_factory=list)
    rank: str = ""
    name: str = ""
    waits: bool = True

    @property
    def mark(self) -> str:
        """The place in the order, as an address has it."""
        return f"{self.rank}~{self.number}"

    @property
    def mentions(self) -> int:
        return sum(group.n for group in self.groups)


class _Found(NamedTuple):
    units: list[_Tally]
    cut: bool = False


_GRAVITY: dict[str, int] = {verdict: place for place, verdict in enumerate(verdicts_by_gravity())}


@dataclass(frozen=True)
class _Listing:
    """One order of the units of one filter: ``rank`` places a key, ``turned`` turns the order round."""

    wanted: Filter
    order: str
    turned: bool
    waiting: bool

    @classmethod
    def asked(cls, wanted: Filter, order: str, *, waiting: bool) -> _Listing:
        name = order.removeprefix("-")
        if name not in ORDERS:
            raise InputError("unit_order_unknown", order=name, known=ORDERS[1:])
        if waiting:
            stands = tuple(status for status in UNDECIDED if not wanted.status or status in wanted.status)
            wanted = _with_status(wanted, stands)
        return cls(wanted, name or ("due" if waiting else ""), order.startswith("-"), waiting)

    def page(self, connection: Connection, person: Person, after: str, limit: int) -> _Found:
        conditions = conditions_of(connection, person, self.wanted, _FINDING)
        blind = blind_rows(connection, person, conditions)
        if self.order == "" and self.wanted.find and self.wanted.below is None and not self.wanted.text:
            return self._as_kept(connection, person, blind, after, limit)
        if self.order in _WHOLE or not self.wanted.is_of_keys:
            return self._sorted(connection, person, conditions, blind, after, limit)
        found: list[_Tally] = []
        for numbers in self._candidates(connection, person, blind, after, limit):
            found += self._tallied(connection, person, numbers, blind, after)
            found = sorted({one.number: one for one in found}.values(), key=self._place, reverse=self.turned)
            if len(found) >= limit:
                break
        return _Found(found[:limit])

    def _place(self, tally: _Tally) -> tuple[str, int]:
        return tally.rank, -tally.number if self.turned else tally.number

    def _as_kept(
        self, connection: Connection, person: Person, blind: Mapping[int, RowMapping], after: str, limit: int
    ) -> _Found:
        """Find units by words in the order in which they were kept, some at a time."""
        number = after.rpartition("~")[2]
        low, found = int(number) if number.isdecimal() else 0, list[_Tally]()
        while len(found) < limit:
            numbers = self._named(connection, person, low, _NAMED_AT_ONCE)
            if not numbers:
                break
            found += self._tallied(connection, person, numbers, blind, after)
            low = numbers[-1]
        return _Found(found[:limit])

    def _named(self, connection: Connection, person: Person, low: int, most: int) -> list[int]:
        """Return the next units that are called as asked, whatever stands in them."""
        named = [*named_like(connection, self.wanted.find), *units_of(connection, person, self.wanted)]
        query = select(_UNIT.c.number).where(_UNIT.c.number > low, *named).order_by(_UNIT.c.number).limit(most)
        return list(connection.execute(query).scalars())

    def _sorted(
        self,
        connection: Connection,
        person: Person,
        conditions: Sequence[Any],
        blind: Mapping[int, RowMapping],
        after: str,
        limit: int,
    ) -> _Found:
        """Sort all that is found as a whole."""
        if self.wanted.find and self.wanted.below is None and not self.wanted.text:
            numbers = self._named(connection, person, 0, MOST_SORTED + 1)
        else:
            stands = standing_in(self.wanted, _FINDING)
            query = select(_FINDING.c.unit).where(*conditions, *stands, *text_conditions(self.wanted))
            query = query.distinct() if self.wanted.below is None else query
            numbers = sorted(set(connection.execute(query.limit(_MOST_LOOKED_AT)).scalars()) - {0})
        cut = len(numbers) > MOST_SORTED
        if Status.OPEN in self.wanted.status:
            numbers += [row["unit"] for row in blind.values()]
        found = self._tallied(connection, person, sorted(set(numbers[:MOST_SORTED])), blind, after)
        found.sort(key=self._place, reverse=self.turned)
        return _Found(found[:limit], cut)

    # ---- the keys in their order, and the units under them

    def _candidates(
        self, connection: Connection, person: Person, blind: Mapping[int, RowMapping], after: str, limit: int
    ) -> Iterator[list[int]]:
        """Yield numbers of units, a stretch at a time, in the order of the ranks of the keys that they stand under."""
        at_rank, _, at = after.rpartition("~")
        conditions = (*conditions_of(connection, person, self.wanted, _COUNT), *standing_in(self.wanted, _COUNT))
        keys = connection.execute(select(_COUNT).where(*conditions, _COUNT.c.n > 0)).mappings().all()
        due = self._due_of(connection, keys)
        ranked = sorted(((self.rank(key, due), key) for key in keys), key=lambda one: one[0], reverse=self.turned)
        extra = [row["unit"] for row in blind.values()] if Status.OPEN in self.wanted.status else []
        for rank, group in groupby(ranked, key=lambda one: one[0]):
            if after and (rank > at_rank if self.turned else rank < at_rank):
                continue
            low = int(at) if after and rank == at_rank and at.isdecimal() else 0
            some = [key for _, key in group]
            while numbers := next_under_keys(connection, some, low, limit, of="unit"):
                yield [*extra, *numbers]
                low, extra = numbers[-1], []
        if extra:
            yield extra

    def _due_of(self, connection: Connection, keys: Iterable[RowMapping]) -> dict[int, str]:
        if self.order not in ("due", "case"):
            return {}
        cases = {number: case_numbered(connection, number) for number in {key["case_number"] for key in keys}}
        return {number: (case.due or "9999") if self.order == "due" else case.name for number, case in cases.items()}

    def rank(self, key: Any, due: Mapping[int, str]) -> str:
        """Return the place of a key in the order, as a text that sorts."""
        if self.order == "due":
            return f"{0 if key['grave'] else 1}.{due.get(key['case_number'], '9999')}"
        if self.order == "verdict":
            return f"{_GRAVITY.get(key['verdict'], 99):02d}"
        if self.order == "entry":
            return f"{0 if key['list'] == 'CWC' else 1 if key['entry'] else 2} {key['list']} {key['entry']}"
        if self.order == "status":
            return f"{int(key['status']):02d}"
        return due.get(key["case_number"], "") if self.order == "case" else ""

    # ---- what stands in a unit

    def _tallied(
        self,
        connection: Connection,
        person: Person,
        numbers: Sequence[int],
        blind: Mapping[int, RowMapping],
        after: str,
    ) -> list[_Tally]:
        """Count units, and return those that the filter finds and that come after a mark."""
        tallies = _tallies(connection, numbers, blind, names=self.order == "name")
        shared = _below(connection, self.wanted, numbers)
        due = self._due_of(connection, [{"case_number": tally.case} for tally in tallies])  # type: ignore[misc]
        proposed = _proposed(connection, person, tallies) if self.waiting else set()
        found = []
        for tally in tallies:
            tally.found = [group for group in tally.groups if self._is_found(group)]
            tally.waits = not self.waiting or _waits(tally, proposed)
            if not tally.found or not tally.waits or (shared is not None and tally.number not in shared):
                continue
            tally.rank = self._rank_of(tally, due)
            if not after or self._comes_after(tally, after):
                found.append(tally)
        return found

    def _is_found(self, group: _Group) -> bool:
        wanted = self.wanted
        return (
            (not wanted.verdict or group.verdict in wanted.verdict)
            and (not wanted.list or group.list == wanted.list)
            and (not wanted.entry or group.entry == wanted.entry)
            and (not wanted.status or Status(group.status) in wanted.status)
            and (wanted.grave is None or group.grave is wanted.grave)
        )

    def _rank_of(self, tally: _Tally, due: Mapping[int, str]) -> str:
        if self.order == "name":
            return tally.name
        if self.order == "mentions":
            return f"{tally.mentions:012d}"
        ranks = [self.rank({**group._asdict(), "case_number": tally.case}, due) for group in tally.found]
        return max(ranks) if self.turned else min(ranks)

    def _comes_after(self, tally: _Tally, after: str) -> bool:
        rank, _, number = after.rpartition("~")
        here, there = (tally.rank, tally.number), (rank, int(number) if number.isdecimal() else 0)
        if here[0] != there[0]:
            return here[0] < there[0] if self.turned else here[0] > there[0]
        return here[1] > there[1]


def _with_status(wanted: Filter, stands: tuple[Status, ...]) -> Filter:
    return replace(wanted, status=stands)


def _tallies(
    connection: Connection, numbers: Sequence[int], blind: Mapping[int, RowMapping], *, names: bool
) -> list[_Tally]:
    """Count the findings of units by their keys; what waits for a blind re-check counts as open."""
    tallies: dict[int, _Tally] = {}
    columns = (_UNIT.c.number, _UNIT.c.run, _UNIT.c.case_number)
    keys = (_FINDING.c.unit, _FINDING.c.verdict, _FINDING.c.list, _FINDING.c.entry, _FINDING.c.status, _FINDING.c.grave)
    for some in slices(numbers):
        shown = (*columns, func.lower(_UNIT.c.name).label("called")) if names else columns
        for row in connection.execute(select(*shown).where(_UNIT.c.number.in_(some))):
            tallies[row.number] = _Tally(row.number, row.run, row.case_number, name=row.called if names else "")
        query = select(*keys, func.count(), func.min(_FINDING.c.id)).where(_FINDING.c.unit.in_(some)).group_by(*keys)
        for row in connection.execute(query):
            if row[0] in tallies:
                unit, verdict, list_id, entry, status, grave, n, first = row
                tallies[unit].groups.append(_Group(unit, verdict, list_id, entry, status, bool(grave), n, first))
    for kept in blind.values():
        if tally := tallies.get(kept["unit"]):
            _count_as_open(tally, kept)
    return list(tallies.values())


def _count_as_open(tally: _Tally, row: RowMapping) -> None:
    """Move one finding of a tally to those that are open."""
    key = (row["verdict"], row["list"], row["entry"])
    for place, group in enumerate(tally.groups):
        if group[1:4] == key and group.status == row["status"]:
            tally.groups[place] = group._replace(n=group.n - 1)
    tally.groups = [group for group in tally.groups if group.n]
    tally.groups.append(_Group(tally.number, *key, int(Status.OPEN), bool(row["grave"]), 1, row["id"]))


def _below(connection: Connection, wanted: Filter, numbers: Sequence[int]) -> set[int] | None:
    """Return those of some units of which a share below the bound is stated; ``None`` where no bound was asked for."""
    if wanted.below is None:
        return None
    query = select(_FINDING.c.unit).where(_FINDING.c.share < wanted.below).distinct()
    found: set[int] = set()
    for some in slices(numbers):
        found |= set(connection.execute(query.where(_FINDING.c.unit.in_(some))).scalars())
    return found


def _proposed(connection: Connection, person: Person, tallies: Sequence[_Tally]) -> set[int]:
    """Return the findings of units that wait for somebody else, since this person spoke last of them."""
    units = [tally.number for tally in tallies if any(group.status == Status.AWAITING_SECOND for group in tally.groups)]
    query = select(_FINDING.c.id).where(
        _FINDING.c.unit.in_(units), _FINDING.c.status == int(Status.AWAITING_SECOND)
    )  # fmt: skip
    ids = list(connection.execute(query).scalars()) if units else []
    proposed = proposed_by(connection, person, ids)
    owner: dict[int, int] = dict(
        connection.execute(select(_FINDING.c.id, _FINDING.c.unit).where(_FINDING.c.id.in_(ids))).all()
    )
    left = {owner[identity] for identity in ids if identity not in proposed}
    return {unit for unit in units if unit not in left}


def _waits(tally: _Tally, proposed: Iterable[int]) -> bool:
    """Tell whether something of a unit waits for this person, who proposed all that awaits a second one."""
    undecided = {group.status for group in tally.found}
    return undecided != {int(Status.AWAITING_SECOND)} or tally.number not in proposed


# ---- what a list shows of a unit


def _kept_units(given: Giving, person: Person, tallies: Sequence[_Tally]) -> Iterator[KeptUnit]:
    connection = given.connection
    firsts = {tally.number: _gravest(tally).first for tally in tallies}
    rows = rows_of(connection, list(firsts.values()))
    kept = {finding.id: finding for finding in kept_of(given, person, rows)}
    numbers = [tally.number for tally in tallies]
    names: dict[int, str] = dict(
        connection.execute(select(_UNIT.c.number, _UNIT.c.name).where(_UNIT.c.number.in_(numbers))).all()
    )
    runs = {tally.run for tally in tallies}
    verbs: dict[int, str] = dict(
        connection.execute(select(_RUN.c.number, _RUN.c.verb).where(_RUN.c.number.in_(runs))).all()
    )
    counted = select(_FINDING.c.unit, func.count(_FINDING.c.row.distinct())).where(_FINDING.c.unit.in_(numbers))
    lines: dict[int, int] = dict(connection.execute(counted.group_by(_FINDING.c.unit)).all())
    due = {number: case_numbered(connection, number).due for number in {tally.case for tally in tallies}}
    for tally in tallies:
        yield _kept_unit(
            tally, verbs[tally.run], names[tally.number], kept[firsts[tally.number]], lines[tally.number],
            due[tally.case],
        )  # fmt: skip


def _kept_unit(tally: _Tally, verb: str, name: str, finding: KeptFinding, rows: int, due: str) -> KeptUnit:
    return KeptUnit(
        number=tally.number, verb=verb, name=name, finding=finding, found=sum(group.n for group in tally.found),
        mentions=tally.mentions, rows=rows,
        entries=tuple(sorted({(group.list, group.entry) for group in tally.found if group.entry}, key=_list_first)),
        verdicts=_counted(tally.found, lambda group: group.verdict, lambda name: _GRAVITY.get(name, 99)),
        statuses=_counted(tally.found, lambda group: str(Status(group.status)), str),
        grave=any(group.grave for group in tally.found),
        waiting=sum(group.n for group in tally.groups if Status(group.status) in UNDECIDED), due=due,
    )  # fmt: skip


def _list_first(entry: tuple[str, str]) -> tuple[bool, str, str]:
    """Put the Convention's own list before every other."""
    return entry[0] != "CWC", *entry


def _gravest(tally: _Tally) -> _Group:
    def place(group: _Group) -> tuple[int, bool, int]:
        return _GRAVITY.get(group.verdict, 99), group.list != "CWC", group.first

    return min(tally.found, key=place)


def _counted(groups: Iterable[_Group], name_of: Callable[[_Group], str], place: Callable[[str], Any]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for group in groups:
        counts[name_of(group)] = counts.get(name_of(group), 0) + group.n
    return {name: counts[name] for name in sorted(counts, key=place)}
