"""Planned shipments: a ledger's rows read into days, amounts and States; what cannot be read is kept and said.

Nothing is judged here. `read_shipments` reads a file, `shipment_of` one row as texts by field, `check` does the rest.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.language.commerce import read_commerce
from opencwc.transfers.days import read_day

DATA = Path(__file__).parent / "data" / "shipment_columns.yaml"
SHIPMENT_FIELDS = (
    "id", "chemical", "cas", "structure", "line", "concentration", "quantity", "unit", "from", "to", "via",
    "consignee", "end_user", "date", "purpose", "packing", "retransfer_of", "origin", "certificates", "papers",
)  # fmt: skip
NAMING = frozenset({"chemical", "cas", "structure", "line"})
"""The fields of which one has to be there: what is shipped."""
CERTIFICATE_FIELDS = (
    "id", "issued_by", "recipient", "chemical", "cas", "quantity", "unit", "issued", "expires", "end_use", "end_users",
    "statements", "statement_a", "statement_b", "statement_c", "statement_d", "statement_e",
)  # fmt: skip


IN_LITRES = {"L": "1", "mL": "0.001", "m3": "1000", "gal": "3.785411784", "fl oz": "0.0295735295625"}
"""US gallon and fluid ounce (NIST Handbook 44, Appendix C)."""


class Amount(NamedTuple):
    """A quantity: so many ``kg`` or ``L``."""

    value: Decimal
    unit: str

    def __str__(self) -> str:
        return f"{plain_number(self.value)} {self.unit}"


class Share(NamedTuple):
    """A concentration in per cent, from ``low`` to ``high``; ``text`` is how it is written."""

    low: Decimal
    high: Decimal
    text: str

    def is_at_most(self, limit: Decimal | int) -> bool | None:
        """Tell whether it is at most a limit; ``None`` where it may be or not.

        >>> share_of("8-12 %").is_at_most(10) is None, share_of("10").is_at_most(10), share_of(">=85").is_at_most(10)
        (True, True, False)
        """
        if self.high <= limit:
            return True
        return None if self.low <= limit else False


class Side(NamedTuple):
    """A State as a row names it, and its ISO 3166 alpha-3 code, empty where it is not known."""

    text: str
    code: str = ""


NOWHERE = Side("")
WEAPONS = "weapons"
"""The purpose for which nothing may be transferred (Article I)."""


class Paper(NamedTuple):
    """A paper that is held: ``notice``, ``certificate`` or ``licence`` (empty where it is none), whose, and its day."""

    kind: str
    state: str
    day: date | None
    text: str


@dataclass(frozen=True)
class Shipment:
    """One planned shipment: the texts of its row by field, and what could be read in them.

    ``purpose`` is one of the words of ``shipment_columns.yaml`` or `WEAPONS`, empty where none is given or known.
    ``days`` are the first and the last day that the date may mean, where it may mean several; ``day`` is then ``None``.
    ``problems`` say what could not be read.
    """

    row: int
    id: str
    texts: Mapping[str, str]
    sender: Side = NOWHERE
    receiver: Side = NOWHERE
    via: tuple[Side, ...] = ()
    day: date | None = None
    days: tuple[date, date] | None = None
    amount: Amount | None = None
    share: Share | None = None
    purpose: str = ""
    retail: bool = False
    retransfer_of: str = ""
    origin: Side = NOWHERE
    certificates: tuple[str, ...] = ()
    papers: tuple[Paper, ...] = ()
    problems: tuple[Message, ...] = ()
    unreadable: bool = False

    def text(self, name: str) -> str:
        """Return what the row says in a field, empty where it says nothing."""
        return self.texts.get(name, "")

    @property
    def said(self) -> str:
        """How the row names its chemical."""
        return next((self.text(one) for one in ("chemical", "cas", "structure", "line") if self.text(one)), "")

    @property
    def first_day(self) -> date | None:
        """The day, or the first of those that may be meant."""
        return self.day or (self.days[0] if self.days else None)

    @property
    def last_day(self) -> date | None:
        """The day, or the last of those that may be meant."""
        return self.day or (self.days[1] if self.days else None)

    @property
    def purpose_unread(self) -> Message | None:
        """What is to be said of a purpose that stands for none that is known."""
        return next((problem for problem in self.problems if problem.id == "transfers_check_purpose_unread"), None)

    @property
    def named(self) -> Mapping[str, str]:
        """The texts by which the chemical can be known, by field, the surest first."""
        return {one: self.text(one) for one in ("structure", "cas", "chemical") if self.text(one)}


@dataclass(frozen=True)
class Shipments:
    """A ledger of planned shipments: where it came from, which column holds which field, its rows."""

    name: str
    columns: Mapping[str, str]
    shipments: tuple[Shipment, ...]
    notes: tuple[Message, ...] = field(default=())


def read_shipments(
    source: Path | BinaryIO, name: str = "", given: Mapping[str, str] = MappingProxyType({})
) -> Shipments:
    """Read a ledger of planned shipments from any table file; ``given`` says which column holds a field.

    Raises:
        InputError: there is no such file, it holds no table, or its columns cannot be told.

    """
    from opencwc.transfers.units import decimal_mark

    name, columns, notes, rows = read_rows(source, name, "fields", given)
    if not set(columns) & NAMING:
        raise _nameless(name)
    mark = decimal_mark(texts.get("quantity", "") for _, texts, _ in rows)
    return Shipments(name, columns, tuple(shipment_of(*row, decimal=mark) for row in rows), notes)


def _nameless(name: str) -> InputError:
    return InputError(
        "No column says what is shipped.", where=name, remedy="Name it with --map chemical=COLUMN or cas=COLUMN."
    )


@dataclass(frozen=True)
class Preview:
    """The start of a file of shipments: its columns, what they are taken for, and its first rows as they stand.

    ``missing`` is a field that the user has to name, ``error`` says why the columns cannot be told; ``problems`` are
    what is not understood in the first rows.
    """

    header: tuple[str, ...]
    columns: Mapping[str, str]
    missing: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    problems: tuple[Message, ...]
    error: InputError | None = None


def preview(
    source: Path | BinaryIO, name: str = "", given: Mapping[str, str] = MappingProxyType({}), rows: int = 20
) -> Preview:
    """Return the start of a ledger of planned shipments and how it would be read.

    Raises:
        InputError: there is no such file, or it holds no table.

    """
    from opencwc.files.frames import open_frame

    with open_frame(source, name) as frame:
        start = next(frame.batches(rows=rows), None)
        cells = tuple(start.select(frame.header).iter_rows()) if start is not None else ()
        columns: Mapping[str, str] = MappingProxyType({})
        error, problems = None, tuple(frame.notes)
        try:
            columns = _columns_of(frame.header, "fields", given, frame.name)
            if not set(columns) & NAMING:
                raise _nameless(frame.name)
            if start is not None:
                read = [shipment_of(*row) for row in _rows_as([start], columns)]
                problems += tuple({repr(says): says for one in read for says in one.problems}.values())
        except InputError as why:
            error = why
        missing = () if set(columns) & NAMING or not columns else ("chemical",)
        return Preview(frame.header, columns, missing, cells, problems, error)


def countries_of(source: Path | BinaryIO, name: str = "") -> Mapping[int, str]:
    """Return what a table of names says of the country of each row, by the row's number; empty where no column does."""
    from opencwc.errors import InputError
    from opencwc.files.frame_parts import ROW
    from opencwc.files.frames import open_frame
    from opencwc.transfers.mapping import map_columns

    with open_frame(source, name) as frame:
        try:
            column = map_columns(frame.header, _words()["consignees"], where=frame.name).get("country")
        except InputError:  # two may be meant: the country only supports a likeness, so none is taken
            column = None
        if column is None:
            return {}
        return {
            line[ROW]: code_of(text) or text
            for batch in frame.batches()
            for line in batch.iter_rows(named=True)
            if (text := (line[column] or "").strip())
        }


Row = tuple[int, Mapping[str, str], "Message | None"]


def read_rows(
    source: Path | BinaryIO, name: str, kind: str, given: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, Mapping[str, str], tuple[Message, ...], list[Row]]:
    """Read a table into texts by field: its name, its columns by field, its notes, and its rows.

    ``kind`` says which fields: ``fields`` of shipments or ``certificates``.
    """
    from opencwc.files.frames import open_frame

    with open_frame(source, name) as frame:
        columns = _columns_of(frame.header, kind, given, frame.name)
        return frame.name, columns, tuple(frame.notes), list(_rows_as(frame.batches(), columns))


def _columns_of(header: Sequence[str], kind: str, given: Mapping[str, str], where: str) -> Mapping[str, str]:
    from opencwc.transfers.mapping import map_columns

    return map_columns(header, _words()[kind], given, where=where)


def _rows_as(batches: Iterable[object], columns: Mapping[str, str]) -> Iterator[Row]:
    """Yield the rows of a table as texts by field."""
    from opencwc.files.frame_parts import PROBLEM, ROW, problem_of
    from opencwc.transfers.units import split_unit

    constants = {one: column[1:].strip() for one, column in columns.items() if column.startswith("=")}
    if "quantity" in columns and "unit" not in columns:
        constants["unit"] = split_unit(columns["quantity"])[1]
    read = {one: column for one, column in columns.items() if not column.startswith("=")}
    for batch in batches:
        for line in batch.iter_rows(named=True):  # type: ignore[attr-defined]
            texts = {one: (line[column] or "").strip() for one, column in read.items()}
            problem = problem_of(line[PROBLEM]) if line[PROBLEM] else None
            yield line[ROW], {**constants, **{one: text for one, text in texts.items() if text}}, problem


def shipment_of(row: int, texts: Mapping[str, str], problem: Message | None = None, decimal: str = "") -> Shipment:
    """Read one row from its texts by field (`SHIPMENT_FIELDS`); ``decimal`` is the file's decimal mark, where known.

    >>> shipment = shipment_of(1, {"chemical": "Sarin", "quantity": "5", "unit": "g", "date": "2026-03-01"})
    >>> str(shipment.amount), shipment.day.isoformat()
    ('0.005 kg', '2026-03-01')
    """
    told = _Told()
    amount = told.amount(texts.get("quantity", ""), texts.get("unit", ""), decimal)
    share = told.share(texts.get("concentration", ""))
    purpose = purpose_of(texts.get("purpose", ""))
    if texts.get("purpose") and not purpose:
        told.say("transfers_check_purpose_unread", text=texts["purpose"])
    retransfer = texts.get("retransfer_of", "")
    plain = _plain(retransfer)
    return Shipment(
        row=row,
        id=texts.get("id", "") or str(row),
        texts=MappingProxyType(dict(texts)),
        sender=told.side(texts.get("from", "")),
        receiver=told.side(texts.get("to", "")),
        via=tuple(told.side(one) for one in _several(texts.get("via", ""))),
        day=told.day(texts.get("date", "")),
        days=days_of(texts.get("date", "")),
        amount=amount,
        share=share,
        purpose=purpose,
        retail=_meaning("packings", texts.get("packing", "")) == "retail",
        retransfer_of="" if plain in _answers("no") else "yes" if plain in _answers("yes") else retransfer,
        origin=told.side(texts.get("origin", "")),
        certificates=tuple(_several(texts.get("certificates", ""))),
        papers=tuple(told.paper(one) for one in _several(texts.get("papers", ""), ";\n|")),
        problems=((problem,) if problem else ()) + tuple(told.problems),
        unreadable=problem is not None,
    )


class _Told:
    """Reads the texts of one row, and keeps what it could not read."""

    def __init__(self) -> None:
        self.problems: list[Message] = []

    def say(self, name: str, **values: str) -> None:
        self.problems.append(Message(name, dict(values)))

    def side(self, text: str) -> Side:
        if not text:
            return Side("")
        code = code_of(text)
        if not code:
            self.say("transfers_check_state_unread", text=text)
        return Side(text, code)

    def day(self, text: str) -> date | None:
        day = day_of(text)
        if text and day is None:
            self.say("transfers_check_date_unread", text=text)
        return day

    def amount(self, text: str, unit: str, decimal: str) -> Amount | None:
        amount = amount_of(text, unit, decimal)
        if text and amount is None:
            less = _is_not_above_zero(text, decimal)
            name = "transfers_check_quantity_not_above_zero" if less else "transfers_check_quantity_unread"
            self.say(name, text=f"{text} {unit}".strip())
        return amount

    def share(self, text: str) -> Share | None:
        share = share_of(text)
        if text and share is None:
            self.say("transfers_check_concentration_unread", text=text)
        return share

    def paper(self, text: str) -> Paper:
        paper = paper_of(text)
        if not paper.kind:
            self.say("transfers_check_paper_unread", text=text)
        return paper


@lru_cache(maxsize=10_000)
def code_of(text: str) -> str:
    """Return the alpha-3 code of a State or territory by name or code, empty where it is not known.

    >>> code_of("Germany"), code_of("DEU"), code_of("Freedonia")
    ('DEU', 'DEU', '')
    """
    from opencwc.convention.territories import find_territory

    found = find_territory(text)
    if found is None:
        return ""
    return found.successors[0] if found.renamed and len(found.successors) == 1 else found.code


def is_former(code: str) -> bool:
    """Tell whether a code is that of a State that is no more, under which it would be called by a successor's name.

    >>> is_former("SUN"), is_former("DEU")
    (True, False)
    """
    from opencwc.convention.territories import all_territories

    found = all_territories().get(code)
    return found is not None and found.kind == "former"


def day_of(text: str) -> date | None:
    """Return the day that a text names; ``None`` where it names none, only a year, or one of two days.

    >>> day_of("2026-03-01"), day_of("01.03.2026"), day_of("03/04/2026"), day_of("2026")
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 1), None, None)
    """
    found = read_day(text)
    return found.day if found.other is None or found.other == found.day else None


def days_of(text: str) -> tuple[date, date] | None:
    """Return the first and last of the days that a text may mean: a year alone, or day and month in either order.

    >>> [day.isoformat() for day in days_of("2026")], [day.isoformat() for day in days_of("03/04/2026")]
    (['2026-01-01', '2026-12-31'], ['2026-03-04', '2026-04-03'])
    >>> days_of("2026-03-01") is None, days_of("soon") is None
    (True, True)
    """
    found = read_day(text)
    if found.day and found.other and found.day != found.other:
        return min(found.day, found.other), max(found.day, found.other)
    return (date(found.year, 1, 1), date(found.year, 12, 31)) if found.year and not found.day else None


def _is_not_above_zero(text: str, decimal: str) -> bool:
    from opencwc.transfers.units import read_number

    found = _NUMBER_AND_UNIT.fullmatch(text.strip())
    value = read_number(found[1] if found else text, decimal).value
    return value is not None and value <= 0


def amount_of(text: str, unit: str = "", decimal: str = "") -> Amount | None:
    """Return a quantity in kilograms or litres; ``None`` where the text, or its unit, says none.

    >>> str(amount_of("5", "mg")), str(amount_of("2,5 t")), str(amount_of("1000", "L")), amount_of("12", "drums")
    ('0.000005 kg', '2500 kg', '1000 L', None)
    """
    from opencwc.transfers.units import find_unit, read_number

    if not text:
        return None
    if not unit:
        found = _NUMBER_AND_UNIT.fullmatch(text.strip())
        if found:
            text, unit = found[1], found[2]
    number = read_number(text, decimal)
    if number.value is None or number.other is not None or number.value <= 0 or not unit:
        return None
    value = Decimal(str(number.value))
    known = find_unit(unit)
    if known is not None and known.kg is not None:
        return Amount((value * Decimal(str(known.kg))).normalize(), "kg")
    stated = next((one for one in read_commerce(f"1 {unit}") if one.kind == "quantity"), None)
    litres = IN_LITRES.get(stated.unit) if stated else None
    return Amount((value * Decimal(litres)).normalize(), "L") if litres else None


def share_of(text: str) -> Share | None:
    """Return a concentration in per cent; a bare number is one.

    >>> share_of("30 %").high, share_of("max 10%").low, share_of("0.5").high, share_of("120")
    (Decimal('30'), Decimal('0'), Decimal('0.5'), None)
    """
    bare = text.strip()
    if not bare:
        return None
    if _BARE_SHARE.fullmatch(unicodedata.normalize("NFKC", bare)):
        bare = f"{bare} %"
    stated = [one for one in read_commerce(bare) if one.kind == "concentration"]
    return share_stated(stated[0].value, stated[0].unit, text) if len(stated) == 1 else None


def share_stated(value: str, unit: str, text: str) -> Share | None:
    """Return the concentration that a text states (`opencwc.language.commerce`), where it is a share of the whole."""
    per = {"%": Decimal(1), "ppm": Decimal("0.0001")}.get(unit)
    found = _SHARE.fullmatch(value)
    if per is None or found is None:
        return None
    sign, first, last = found.groups()
    try:
        low, high = Decimal(first) * per, Decimal(last or first) * per
    except InvalidOperation:
        return None
    if sign in (">", ">="):
        low, high = low.next_plus() if sign == ">" else low, Decimal(100)
    elif sign in ("<", "<="):
        low = Decimal(0)
    elif sign in ("~", "≈"):
        low, high = low * Decimal("0.9"), high * Decimal("1.1")
    return Share(low, high, text) if low <= high and low <= 100 and Decimal(last or first) * per <= 100 else None


def paper_of(text: str) -> Paper:
    """Return the paper that a text names: what it is, whose, and of which day.

    >>> paper_of("notice FRA 2026-01-05")[:3]
    ('notice', 'FRA', datetime.date(2026, 1, 5))
    """
    days = [one for one in map(day_of, re.split(r"[\s@,:()]+", text)) if one]
    rest = _plain(_ANY_DAY.sub(" ", text))
    kind = ""
    for name, words in _meanings("papers").items():
        held = next((word for word in words if f" {rest} ".find(f" {word} ") >= 0), "")
        if held:
            kind = name
            rest = f" {rest} ".replace(f" {held} ", " ").strip()
            break
    state = code_of(rest) if rest else ""
    if rest and not state:
        state = next((code for word in rest.split() if len(word) == 3 and (code := code_of(word.upper()))), "")
    return Paper(kind, state, days[0] if len(days) == 1 else None, text)


def is_yes(text: str) -> bool:
    """Tell whether a cell says yes, in six languages."""
    return _plain(text) in _answers("yes")


def purpose_of(text: str) -> str:
    """Return the purpose that a text names, one of the words of ``shipment_columns.yaml``; empty where none is known.

    It is `WEAPONS` where the text plainly names chemical weapons; words that only touch on them stand for nothing.

    >>> purpose_of("Investigación"), purpose_of("medical/diagnostic"), purpose_of("various")
    ('research', 'diagnostic', '')
    >>> purpose_of("для химического оружия"), purpose_of("destruction of chemical weapons")
    ('weapons', '')
    """
    return _meaning("purposes", text) or (WEAPONS if _is_for_weapons(text) else "")


def touches_on_weapons(text: str) -> bool:
    """Tell whether words of weapons stand in a text, whatever is said of them.

    >>> touches_on_weapons("not for chemical weapons"), touches_on_weapons("water treatment")
    (True, False)
    """
    words = _words_of_purpose(text)
    return any(_places(words, phrase) for kind in ("phrases", "alone") for phrase in _words()[WEAPONS][kind])


def _is_for_weapons(text: str) -> bool:
    """Tell whether a text names chemical weapons, or weapons and nothing else, as what something is for."""
    words = _words_of_purpose(text)
    places = {
        kind: {place for phrase in held for place in _places(words, phrase)} for kind, held in _words()[WEAPONS].items()
    }
    if places["against"]:
        return False
    whole = places["alone"] | places["small"] == set(range(len(words)))
    return bool(places["phrases"]) or (bool(places["alone"]) and whole)


def _words_of_purpose(text: str) -> list[str]:
    """Return the plain words of a text; Chinese, which has no spaces, is parted at the words looked for."""
    return " ".join(_chinese_words().split(_plain(text))).split()


def _places(words: Sequence[str], phrase: str) -> list[int]:
    """Return the places at which the words of a phrase stand among words."""
    sought = _plain(phrase).split()
    starts = (start for start in range(len(words)) if list(words[start : start + len(sought)]) == sought)
    return [place for start in starts for place in range(start, start + len(sought))]


@cache
def _chinese_words() -> re.Pattern[str]:
    written = {one for held in _words()[WEAPONS].values() for one in held if re.match(r"[\u4e00-\u9fff]", one)}
    return re.compile(f"({'|'.join(sorted(written, key=len, reverse=True))})")


def plain_number(value: Decimal) -> str:
    """Write a number without exponent and without zeros at its end.

    >>> plain_number(Decimal("1E+3")), plain_number(Decimal("0.50"))
    ('1000', '0.5')
    """
    text = f"{value.normalize():f}"
    return text or "0"


def plain_words(text: str) -> str:
    """Return words without case, accents and punctuation, for names to be held against each other."""
    return _plain(text)


def _several(text: str, marks: str = ";,|\n") -> list[str]:
    return [part.strip() for part in re.split(f"[{re.escape(marks)}]", text) if part.strip()]


@lru_cache(maxsize=10_000)
def _meaning(kind: str, text: str) -> str:
    """Return what a text stands for among the words of a kind: the whole of it, or all of its parts alike."""
    plain = _plain(text)
    known = _by_word(kind)
    if plain in known:
        return known[plain]
    parts = {known.get(_plain(part), "") for part in re.split(r"[;,/|]", text) if part.strip()}
    return parts.pop() if len(parts) == 1 else ""


@cache
def _by_word(kind: str) -> Mapping[str, str]:
    return {word: name for name, words in _meanings(kind).items() for word in words}


@cache
def _meanings(kind: str) -> Mapping[str, tuple[str, ...]]:
    """The words of a kind by what they stand for, each plain, the longest first."""
    return {
        name: tuple(sorted({_plain(name), *map(_plain, words)}, key=len, reverse=True))
        for name, words in _words()[kind].items()
    }


@cache
def _answers(kind: str) -> frozenset[str]:
    return frozenset(_plain(one) or one for one in read_yaml(DATA)[f"said_{kind}"])


@cache
def _words() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return {kind: held for kind, held in read_yaml(DATA).items() if isinstance(held, dict)}


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text).casefold().replace("ـ", "")
    spelt = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W_]+", spelt)) or spelt.strip()


_ANY_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{4}")
_NUMBER_AND_UNIT = re.compile(r"([-+]?[\d.,'\s\u00a0\u202f٠-٩]*[\d٠-٩])\s*([^\d\s].*)")
_BARE_SHARE = re.compile(r"\s*(?:[<>≤≥~=]{0,2}\s*)?\d+(?:[.,]\d+)?(?:\s?[-–]\s?\d+(?:[.,]\d+)?)?\s*")
_SHARE = re.compile(r"(>=|<=|>|<|~|≈)?(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?")
