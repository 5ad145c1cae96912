"""The record from wherever it stands: a record as a table, events, trade, planned shipments, a register, a declaration.

What a file is, is told by what is in it. Each row becomes a dated statement in plain English (`record_statements`) that
names its source and row. ClaimReview says what others claimed, so it gives earlier claims and no statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from opencwc.claims.claim_review_reader import is_claim_review, read_claim_reviews
from opencwc.claims.model import Statement
from opencwc.claims.record_file import MOST, RecordFile, headings
from opencwc.claims.record_statements import (
    DeclaredActivity,
    PlannedShipment,
    TradeLine,
    activity_statement,
    actor_named,
    event_statement,
    shipment_statement,
    trade_statement,
)
from opencwc.claims.sayings import Saying
from opencwc.errors import InputError
from opencwc.files.column_mapping import map_columns, plain_header
from opencwc.files.frames import ROW, open_frame
from opencwc.finding import Message
from opencwc.verbs import Input
from opencwc.wording.states import state_name

if TYPE_CHECKING:
    from opencwc.declarations.forms.model import Chemical, Document, Site
    from opencwc.declarations.model import Register

Kind = Literal["record", "events", "trade", "shipments", "register", "declaration", "claim_review"]
_EVENT_COLUMNS = frozenset({"report", "event", "kind", "stage", "date", "country", "stance"})
_SHIPMENT_COLUMNS = ("from", "to", "quantity")
_ONLY_TELLS = frozenset({
    "claims_record_of_events", "claims_record_of_trade", "claims_record_of_shipments", "claims_record_of_register",
    "claims_record_of_declaration", "claims_reviews_are_earlier_claims",
})  # fmt: skip
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


class RecordSources:
    """Reads a record from several files; ``earlier`` are claims of ClaimReview, ``notes`` what was left out.

    Both are complete when the statements are read.
    """

    def __init__(self, files: Sequence[Input], columns: Mapping[str, str] = MappingProxyType({})) -> None:
        self._files, self._columns = files, columns
        self.earlier: list[Saying] = []
        self.notes: list[Message] = []

    @property
    def left_out(self) -> bool:
        """Whether any note tells of something that was not read."""
        return any(note.id not in _ONLY_TELLS for note in self.notes)

    def statements(self) -> list[Statement]:
        """Return the statements of all files; an id that two files have gets the name of the later file before it.

        Raises:
            InputError: a file is none of the kinds, has no statement, or there are too many.

        """
        found: dict[str, Statement] = {}
        for file in self._files:
            for statement in self._of_file(file):
                id_ = statement.id if statement.id not in found else f"{stem_of(file)}:{statement.id}"
                number, own = 1, id_
                while id_ in found:
                    number += 1
                    id_ = f"{own} ({number})"
                found[id_] = replace(statement, id=id_, row=len(found) + 1)
                if len(found) > MOST:
                    raise InputError("claims_record_too_long", where=file.name, most=MOST)
        if not found and not self.earlier:
            raise InputError("claims_record_empty", where=", ".join(file.name for file in self._files))
        return list(found.values())

    def _of_file(self, file: Input) -> Iterable[Statement]:
        kind = record_kind(file, self._columns)
        if kind == "claim_review":
            reviews, notes = read_claim_reviews(file.path, file.name)
            self.notes += notes
            self.earlier += [saying for review in reviews for saying in review.sayings()]
            self.notes.append(Message("claims_reviews_are_earlier_claims", {"text": file.name, "count": len(reviews)}))
            return ()
        if kind == "record":
            record = RecordFile(file.path, self._columns, file.name)
            statements = record.statements()
            self.notes += record.notes
            return statements
        self.notes.append(Message(f"claims_record_of_{kind}", {"text": file.name}))
        return self._told(_ROWS[kind](file), file.name)

    def _told(self, rows: Iterable[Statement | None], where: str) -> Iterator[Statement]:
        """Yield the statements of rows; those that say nothing are counted and told."""
        left_out = 0
        for row in rows:
            if row is None:
                left_out += 1
            else:
                yield row
        if left_out:
            self.notes.append(Message("claims_rows_left_out", {"text": where, "count": left_out}))


def stem_of(file: Input) -> str:
    """Return the name of a file without its ending."""
    return Path(file.name).stem


def ending_of(file: Input) -> str:
    """Return the ending of a file's name, in small letters."""
    return Path(file.name).suffix.lower()


def record_kind(file: Input, columns: Mapping[str, str] = MappingProxyType({})) -> Kind:
    """Tell what a file of a record is; what is none of the others is taken for a record as a table."""
    from opencwc.declarations.forms.declaration_files import is_declaration, is_pdf

    if file.path.is_dir() or ending_of(file) == ".zip":
        return "register"
    if not file.path.is_file() or not file.path.stat().st_size:
        return "record"
    if is_pdf(file.path) or (ending_of(file) in (".json", ".xml", *_WORKBOOKS) and is_declaration(file.path)):
        return "declaration"
    if is_claim_review(file.path):
        return "claim_review"
    return _kind_of_table(file, columns)


def _kind_of_table(file: Input, columns: Mapping[str, str]) -> Kind:
    from opencwc.declarations.register_words import fields_of
    from opencwc.transfers.ledgers.layout import lay_out

    with open_frame(file.path, file.name) as frame:
        header = frame.header
    if set(header) >= _EVENT_COLUMNS:
        return "events"
    if columns or "statement" in _fields(header, headings()):
        return "record"
    try:
        if not lay_out(header, where=file.name).missing:
            return "trade"
    except InputError:  # two columns fit one field: it is no ledger
        pass
    plain = {plain_header(name) for name in header}
    if plain.issuperset(_SHIPMENT_COLUMNS):
        return "shipments"
    if {"site", "activity", "quantity"} <= set(_fields(header, fields_of("activities"))):
        return "register"
    return "register" if ending_of(file) in _WORKBOOKS and _has_register_sheets(file) else "record"


def _fields(header: Sequence[str], fields: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    try:
        return map_columns(header, fields)
    except InputError:  # two columns fit one field
        return {}


def _has_register_sheets(file: Input) -> bool:
    try:
        return bool(_read_register(file).activities)
    except InputError:  # it is no register
        return False


# ------------------------------------------------------------------------------------------------ events and trade


def _events(file: Input) -> Iterator[Statement | None]:
    with open_frame(file.path, file.name) as frame:
        for batch in frame.batches():
            for line in batch.iter_rows(named=True):
                yield _event({name: line[name] or "" for name in frame.header}, file, int(line[ROW]))


def _event(cells: Mapping[str, str], file: Input, row: int) -> Statement | None:
    text = event_statement(cells)
    made = _moment(cells.get("published", "")) or _moment(_first_day(cells["date"]))
    if not text or made is None:
        return None
    return Statement(
        f"{stem_of(file)}:{cells['report'] or row}", made, text, cells.get("source") or f"{file.name}:{row}", "en"
    )


def _trade(file: Input) -> Iterator[Statement | None]:
    from opencwc.transfers.ledgers.reader import read_ledger

    ledger = read_ledger(file.path, file.name)
    for line in ledger.lines.iter_rows(named=True):
        substance = ledger.substances[line["substance"]] if line["substance"] is not None else None
        if substance is None or not line["reporter"] or not line["partner"] or not line["year"]:
            yield None
            continue
        told = TradeLine(
            line["reporter"], line["partner"], bool(line["export"]), substance.name, line["kg"],
            _rounded(line["concentration"]), line["year"], line["day"], bool(line["returned"]),
        )  # fmt: skip
        source = f"{file.name}:{line['row']} ({state_name(told.reporter, 'en')})"
        made = _at(told.day or date(told.year, 12, 31))
        yield Statement(f"{stem_of(file)}:{line['id'] or line['row']}", made, trade_statement(told), source, "en")


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 3)


def _shipments(file: Input) -> Iterator[Statement | None]:
    from opencwc.transfers.check.shipments import read_shipments

    for one in read_shipments(file.path, file.name).shipments:
        chemical = one.texts.get("chemical") or one.texts.get("cas") or one.texts.get("line", "")
        if not chemical or one.day is None or not one.sender.text or not one.receiver.text:
            yield None
            continue
        sender, receiver = (
            state_name(side.code, "en") if side.code else side.text for side in (one.sender, one.receiver)
        )
        amount = str(one.amount) if one.amount else ""
        text = shipment_statement(
            PlannedShipment(sender, receiver, chemical, amount, one.day, one.texts.get("consignee", ""))
        )
        yield Statement(f"{stem_of(file)}:{one.id or one.row}", _at(one.day), text, f"{file.name}:{one.row}", "en")


# ------------------------------------------------------------------------------------------------------ declarations


def _read_register(file: Input) -> Register:
    from opencwc.declarations.register_reader import read_register, read_uploads

    return read_register(file.path) if file.path.is_dir() else read_uploads([(file.name, file.path)], {})


def _register(file: Input) -> Iterator[Statement]:
    register = _read_register(file)
    for activity in register.activities:
        told = DeclaredActivity(
            _actor_of(register, activity.site, activity.plant), activity.activity,
            activity.chemical or activity.cas, activity.year, activity.kg, "kg", activity.planned,
            state_name(activity.partner, "en") if activity.partner else "", activity.date,
        )  # fmt: skip
        made = _at(activity.date or date(activity.year, 12, 31))
        source = f"{register.name}:{activity.row}"
        yield Statement(f"{stem_of(file)}:{activity.row}", made, activity_statement(told), source, "en")


def _actor_of(register: Register, site: str, plant: str) -> str:
    whole, part = register.site(site), register.site(site, plant)
    operator = next((line.operator for line in (part, whole) if line is not None and line.operator), "")
    state = register.country(site, plant)
    return actor_named((whole.name if whole else "") or site, plant, operator, state_name(state, "en") if state else "")


def _declaration(file: Input) -> Iterator[Statement]:
    from opencwc.declarations.forms.declaration_files import read_declaration

    document, faults, _ = read_declaration(file.path, file.name)
    if document is None:
        raise InputError("claims_declaration_unread", where=file.name, faults=len(faults))
    numbers = iter(range(1, MOST + 2))
    for made, state, actor, chemical in _declared(document):
        for figure in chemical.figures:
            told = DeclaredActivity(
                actor or state or document.register, figure.activity, chemical.name or chemical.cas or chemical.of,
                figure.year, figure.quantity, figure.unit, figure.planned,
                state_name(figure.partner, "en") if figure.partner else "", figure.begins,
            )  # fmt: skip
            number = next(numbers)
            source = f"{file.name}:{number}" + (f" ({state})" if state else "")
            yield Statement(f"{stem_of(file)}:{number}", _at(made), activity_statement(told), source, "en")


def _declared(document: Document) -> Iterator[tuple[date, str, str, Chemical]]:
    """Yield what is declared: the day, the State, the plant or site (empty: the State as a whole), the chemical."""
    for declaration in document.declarations:
        made = document.made or declaration.due
        state = state_name(declaration.state, "en") if declaration.state else ""
        for chemical in declaration.chemicals:
            yield made, state, "", chemical
        for site in declaration.sites:
            for plant in site.plants:
                actor = _declared_actor(site, plant.code, plant.operator or site.operator, state)
                for chemical in plant.chemicals:
                    yield made, state, actor, chemical


def _declared_actor(site: Site, plant: str, operator: str, state: str) -> str:
    return actor_named(site.name or site.code, plant, operator, state)


_ROWS: Mapping[str, Callable[[Input], Iterable[Statement | None]]] = MappingProxyType({
    "events": _events, "trade": _trade, "shipments": _shipments, "register": _register, "declaration": _declaration,
})  # fmt: skip


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _first_day(text: str) -> str:
    """Return the first day of a month or year, and a day as it is."""
    return f"{text}-01-01"[:10] if len(text) in (4, 7) else text


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
