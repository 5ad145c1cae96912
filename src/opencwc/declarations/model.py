"""The records of declarations: a register's sites and activities, its chemicals, and what is due.

Quantities are decimals in kilograms; a concentration is per cent by weight.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from opencwc.convention.declaration_rules import Profile, Reading
from opencwc.finding import Message, Value

ACTIVITIES = ("produce", "process", "consume", "import", "export", "store", "acquire")
KINDS = ("sssf", "protective", "research", "medical", "pharmaceutical", "laboratory")
"""What a Schedule 1 facility is: the single small-scale facility, one for protective purposes, the others."""
REGIMES = ("S1", "S2", "S3", "OCPF")
DECLARATIONS = ("past", "anticipated", "additional", "aggregate", "transfer")
SITE_FIELDS = ("site", "plant", "name", "operator", "country", "address", "kind")
ACTIVITY_FIELDS = (
    "site", "plant", "chemical", "cas", "activity", "year", "quantity", "unit", "concentration", "planned", "purpose",
    "partner", "date", "remarks",
)  # fmt: skip
_WHOLE = Decimal(100)
DUE_FIELDS = (
    "site", "plant", "chemical", "entry", "regime", "declaration", "period", "due", "range", "inspection", "why",
)  # fmt: skip


class Place(NamedTuple):
    """Where something stands in a register: its table, the number of its data row, and the field; 0 for the table."""

    table: str
    row: int = 0
    field: str = ""


class TableOrigin(NamedTuple):
    """Where a table of a register stood in its file, so that its cells can be named as people see them.

    ``form`` is ``sheet``, ``lines`` (a text file), ``json`` or ``rows``. ``name`` is that of the sheet, the file or the
    member. ``columns`` are by field the letters of the column, its heading or the key; ``rows`` are the numbers of the
    rows in the sheet, of the lines in the file or of the elements, in the order of the data rows.
    ``decimal`` is the decimal mark that its cells tell.
    """

    form: str
    name: str
    columns: Mapping[str, str] = MappingProxyType({})
    rows: Sequence[int] = ()
    decimal: str = ""

    def locate(self, place: Place) -> Message | str:
        """Return how people find a place in the file.

        >>> TableOrigin("sheet", "activities", {"quantity": "G"}, (4, 5)).locate(Place("activities", 1, "quantity"))
        'activities!G4'
        >>> TableOrigin("json", "activities", {"quantity": "qty"}, (0, 1)).locate(Place("activities", 2, "quantity"))
        '$.activities[1].qty'
        """
        column = self.columns.get(place.field, "")
        at = self.rows[place.row - 1] if 0 < place.row <= len(self.rows) else None
        if at is None:
            return self.name
        if self.form == "json":
            return f"{_member('$', self.name)}[{at}]" + (_member("", column) if column else "")
        if self.form == "sheet":
            return f"{sheet_quoted(self.name)}!{column}{at}" if column else _at("row", self.name, at)
        return _at("line" if self.form == "lines" else "row", self.name, at, column)


def sheet_quoted(name: str) -> str:
    """Return the name of a sheet as it stands in the reference of a cell.

    >>> sheet_quoted("activities"), sheet_quoted("Year's end")
    ('activities', "'Year''s end'")
    """
    return name if name.isidentifier() else "'" + name.replace("'", "''") + "'"


def _member(path: str, name: str) -> str:
    if not name:
        return path
    return f"{path}.{name}" if name.isidentifier() else f"{path}[{json.dumps(name, ensure_ascii=False)}]"


def _at(what: str, name: str, at: int, column: str = "") -> Message:
    values: dict[str, Value] = {"name": name, what: str(at)}
    if column:
        return Message(f"declare_at_{what}_column", values | {"column": column})
    return Message(f"declare_at_{what}", values)


class Problem(NamedTuple):
    """What could not be read, or is doubtful, and where it stands; ``unjudged`` where the row takes part in nothing.

    ``text`` is what stands there, where ``says`` has no value of this name.
    """

    place: Place
    says: Message
    unjudged: bool = False
    text: str = ""


class Site(NamedTuple):
    """One line of the table of sites: a plant, or with an empty ``plant`` the plant site itself.

    ``country`` is an ISO alpha-3 code, or as written where it is none; ``more`` are the further columns, for the forms.
    ``texts`` are the cells as they were written, by field.
    """

    row: int
    site: str
    plant: str = ""
    name: str = ""
    operator: str = ""
    country: str = ""
    address: str = ""
    kind: str = ""
    more: Mapping[str, str] = MappingProxyType({})
    texts: Mapping[str, str] = MappingProxyType({})


class Activity(NamedTuple):
    """One line of the table of activities; ``kg`` is the weight of the product as handled, ``None`` where not known.

    ``share`` is its concentration in per cent. ``texts`` are the cells as they were written, by field.
    """

    row: int
    site: str
    plant: str
    chemical: str
    cas: str
    activity: str
    year: int
    kg: Decimal | None
    share: Decimal = Decimal(100)
    planned: bool = False
    purpose: str = ""
    partner: str = ""
    date: date | None = None
    remarks: str = ""
    texts: Mapping[str, str] = MappingProxyType({})

    @property
    def is_some(self) -> bool:
        """Whether anything was done: more than nothing, or an amount that the register does not give."""
        return self.kg is None or bool(self.content)

    @property
    def content(self) -> Decimal:
        """The weight of the chemical itself in kg: quantity times concentration; 0 where the quantity is not known."""
        if self.kg is None:
            return Decimal(0)
        return self.kg if self.share == _WHOLE else self.kg * self.share / 100


class Register(NamedTuple):
    """The books of plant sites: their lines, what could not be read, and where they came from.

    ``sites`` are by site and plant. ``columns`` say which column of each table was read as which field. ``unread`` are
    by table and row the cells of the rows that are none of the lines, so that nothing is lost when a register is
    written; ``origins`` say where each table stood.
    """

    name: str
    sites: Mapping[tuple[str, str], Site]
    activities: tuple[Activity, ...]
    problems: tuple[Problem, ...] = ()
    columns: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    unread: Mapping[str, Mapping[int, Mapping[str, str]]] = MappingProxyType({})
    origins: Mapping[str, TableOrigin] = MappingProxyType({})

    def locate(self, place: Place) -> Message | str:
        """Return how people find a place in the file that the register was read from."""
        origin = self.origins.get(place.table)
        if origin is not None:
            return origin.locate(place)
        return _at("row", place.table, place.row, place.field) if place.row else place.table

    def site(self, site: str, plant: str = "") -> Site | None:
        """Return the line of a plant, or of a plant site; ``None`` where the register has none."""
        return self.sites.get((site, plant))

    def country(self, site: str, plant: str) -> str:
        """Return the State of a plant: its own, else its site's; empty where neither says it."""
        for line in (self.site(site, plant), self.site(site)):
            if line is not None and line.country:
                return line.country
        plants = (line.country for (code, _), line in self.sites.items() if code == site)
        return next(filter(None, plants), "")


class Chemical(NamedTuple):
    """What a line's chemical is: one key for all its names, its entry, and what its structure says.

    ``group`` is ``1``, ``2A*``, ``2A``, ``2B`` or ``3``; empty for what is in no Schedule. ``organic`` tells a discrete
    organic chemical (VA I.4), ``psf`` one with phosphorus, sulfur or fluorine (VA IX.1(b)). ``smiles`` is empty where
    no drawing is known. ``doubt`` says why a person has to look.
    """

    key: str
    name: str
    cas: str = ""
    smiles: str = ""
    entry: str = ""
    group: str = ""
    organic: bool = False
    psf: bool = False
    hydrocarbon: bool = False
    polymer: bool = False
    doubt: Message | None = None

    @property
    def regime(self) -> str:
        """``S1``, ``S2``, ``S3``; empty for what is in no Schedule."""
        return f"S{self.group[0]}" if self.group else ""


class Line(NamedTuple):
    """An activity of the register with the chemical that it is of."""

    activity: Activity
    chemical: Chemical


class Due(NamedTuple):
    """One declaration that falls due: what, on which year, until when, and why.

    ``plant``, ``chemical`` and ``entry`` are empty where the declaration is not of one. ``due`` is the day of the
    profile; ``treaty_due`` that of the Convention, ``None`` where it asks for none. ``rules`` are the ids of the
    thresholds, deadlines and readings that it rests on; ``amount`` the weight in kg that made it due. ``day`` is that
    of the activity or the transfer which is declared, and ``moved`` says whether it is an import or an export.
    ``asked_by`` tells whether the Convention, the law of a State, or both ask for it.
    """

    site: str
    plant: str
    chemical: str
    entry: str
    regime: str
    declaration: str
    period: int
    due: date
    range: str
    inspection: bool
    why: Message
    key: str = ""
    amount: Decimal = Decimal(0)
    rules: tuple[str, ...] = ()
    country: str = ""
    treaty_due: date | None = None
    day: date | None = None
    moved: str = ""
    asked_by: str = "treaty"


class Near(NamedTuple):
    """An amount just under a threshold: of a plant's chemical, or of a site's production; ``limit`` in kg."""

    site: str
    plant: str
    chemical: str
    entry: str
    activity: str
    year: int
    planned: bool
    kg: Decimal
    limit: Decimal
    rule: str


class Change(NamedTuple):
    """What differs from what was due the year before: ``new``, ``gone`` or ``range``."""

    kind: str
    now: Due | None
    before: Due | None


GRAVITIES = ("broken", "wrong", "ask")
"""How grave a fault is: a limit of the Convention is not kept; figures cannot all be true; worth asking about."""


class FaultSubject(NamedTuple):
    """What a fault is of: a plant site, a plant, a chemical and a year, each empty or 0 where it is of none."""

    site: str = ""
    plant: str = ""
    chemical: str = ""
    year: int = 0


class Fault(NamedTuple):
    """What a check found in the books of a year: where, of what, by which figures, and by which rule.

    ``check`` is the id of the check, ``gravity`` one of `GRAVITIES`. ``figures`` are weights in kg (or counts) by name.
    ``rule`` is the id of the Convention's rule, empty for arithmetic; ``source`` its clause, ``evidence`` its grade.
    ``adds`` are the cells of a line that is missing, beside the one that is asked about.
    """

    place: Place
    check: str
    gravity: str
    subject: FaultSubject
    says: Message
    figures: Mapping[str, Decimal] = MappingProxyType({})
    rule: str = ""
    source: str = ""
    evidence: str = ""
    adds: tuple[tuple[str, str], ...] = ()


class LeftOut(NamedTuple):
    """How many chemicals aggregate national data leave out, or count in part, because of how the treaty is read.

    ``below`` stay at or under their threshold in all that is declared; of ``mixtures`` low concentrations do not count.
    """

    below: int = 0
    mixtures: int = 0


class Comparison(NamedTuple):
    """What the changes of an answer are told against: last year's books in ``file``, else the rows of this register.

    ``lacking`` are the declarations of the year before, ``past`` or ``anticipated``, of which no row tells. ``sites``
    and ``amounts`` say what is otherwise in last year's books, ``trade`` how much of a ledger was compared.
    """

    file: str = ""
    lacking: tuple[str, ...] = ()
    sites: tuple[Message, ...] = ()
    amounts: tuple[Message, ...] = ()
    trade: tuple[Message, ...] = ()


class Answer(NamedTuple):
    """What is due in a year, and all that is told beside it: the profile, and the readings that are turned.

    ``outside`` are the States of the register that are no States Parties in the year.
    """

    year: int
    due: tuple[Due, ...]
    near: tuple[Near, ...]
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    register: Register
    chemicals: Mapping[int, Chemical]
    profile: Profile | None = None
    turned: tuple[Reading, ...] = ()
    faults: tuple[Fault, ...] = ()
    outside: tuple[str, ...] = ()
    left_out: LeftOut = LeftOut()
    compared: Comparison = Comparison()
