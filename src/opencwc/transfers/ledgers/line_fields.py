"""The fields of a ledger's lines: States, ids, export or import, days and years, and what they move."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import polars as pl

from opencwc.convention.territories import (
    Territory,
    all_territories,
    similar_territories,
    territory_candidates,
)
from opencwc.files.column_mapping import plain_header
from opencwc.files.days import Day, read_day
from opencwc.finding import Item, Message, Value
from opencwc.screening.screener import Screener
from opencwc.transfers.ledgers.draft import MOST_SHOWN, SPREADSHEETS, LedgerDraft
from opencwc.transfers.ledgers.layout import ledger_words
from opencwc.transfers.ledgers.row_stream import Array, joined, nulled
from opencwc.transfers.model import Substance
from opencwc.transfers.substances import Substances

NOWHERE = 65_535
"""Stands for the place of a State where none could be read."""


def state_codes() -> pl.Enum:
    """Return the codes of all States and territories as a data type, the same for all ledgers."""
    return pl.Enum(sorted(all_territories()))


def read_side(draft: LedgerDraft, side: str) -> Array:
    """Return of each line the place among `state_codes` of its ``reporter`` or ``partner``, `NOWHERE` for none."""
    numbers, texts = draft.rows.texts[side].drain()
    place = {code: at for at, code in enumerate(state_codes().categories.to_list())}
    states = {text: read_state(text, side) for text in texts}
    territories = {text: territory for text, (territory, _) in states.items() if territory is not None}
    renamed = {text: territory.successors[0] for text, territory in territories.items() if territory.renamed}
    elsewhere = [text for text in texts if text in territories and territories[text].kind == "elsewhere"]
    places = {text: place[renamed.get(text, territory.code)] for text, territory in territories.items()}
    readings = [(places.get(text), states[text][1]) for text in texts]
    of_lines = draft.read_by_text(numbers, readings, np.uint16(NOWHERE))
    draft.notes += [Message("ledger_state_renamed", {"text": text, "code": code}) for text, code in renamed.items()]
    if elsewhere:
        first: tuple[Item, ...] = tuple(elsewhere[:10])
        draft.notes.append(Message("ledger_elsewhere", {"names": first}))
    return of_lines


def as_codes(places: Array) -> pl.Series:
    """Return the codes of States by their places, null where there is none."""
    return nulled(places, places == NOWHERE).cat.to(state_codes())


def say_former(draft: LedgerDraft, places: Array, years: pl.Series) -> None:
    """Say of lines that their State was no more in their year; the State stays as it stands."""
    codes = state_codes().categories.to_list()
    of_lines = years.fill_null(-1).to_numpy()
    for place in np.unique(places).tolist():
        state = all_territories()[codes[place]] if place != NOWHERE else None
        if state is None or state.kind != "former" or state.renamed or state.until is None:
            continue
        after: tuple[Item, ...] = state.successors
        values: dict[str, Value] = {"code": state.code, "until": state.until.isoformat(), "successors": after}
        late = (places == place) & (of_lines > state.until.year)
        draft.problems.say(late, Message("ledger_state_former", values))
        if (~late & (places == place)).any():
            draft.note(Message("ledger_state_was", values))


def read_state(text: str, side: str = "reporter") -> tuple[Territory | None, Message | None]:
    """Return the territory that a ledger names as ``reporter`` or ``partner``, or why it cannot be told."""
    if not text:
        return None, Message(f"ledger_{side}_missing")
    candidates = territory_candidates(text)
    if len(candidates) == 1:
        return candidates[0], None
    excerpt = text[:MOST_SHOWN]
    for id, territories in (("unclear", candidates), ("near", similar_territories(text) if not candidates else ())):
        if territories:
            codes = tuple(territory.code for territory in territories)
            return None, Message(f"ledger_state_{id}", {"text": excerpt, "codes": codes})
    return None, Message("ledger_state_unknown", {"text": excerpt})


def read_ids(draft: LedgerDraft, reporters: pl.Series) -> pl.Series:
    """Return the id of each line; say of lines that the same reporter's lines have the same id."""
    ids = pl.concat(draft.rows.ids, rechunk=True) if draft.rows.ids else pl.Series([], dtype=pl.String)
    draft.rows.ids.clear()
    numbers = pl.Series(np.arange(1, draft.rows.rows + 1, dtype=np.uint32))
    blank = ids.is_null() | (ids == "")
    if len(ids) < len(numbers) or blank.all():
        return numbers.cast(pl.String)
    _say_twice(draft, ids, blank, reporters)
    if blank.any():
        return pl.select(pl.when(blank).then(numbers.cast(pl.String)).otherwise(ids)).to_series()
    return ids


def _say_twice(draft: LedgerDraft, ids: pl.Series, blank: pl.Series, reporters: pl.Series) -> None:
    keys = ids.hash().to_numpy(writable=True)
    keys ^= reporters.to_physical().fill_null(0).to_numpy().astype(np.uint64) << np.uint64(48)
    order = np.sort(keys)
    repeated = np.unique(order[1:][order[1:] == order[:-1]])
    del order
    if len(repeated):
        twice = np.isin(keys, repeated) & ~blank.to_numpy()
        draft.problems.say(twice, Message("ledger_id_twice"))
        if twice.any():
            draft.notes.append(Message("ledger_ids_twice", {"count": int(twice.sum())}))


_EXPORTS = ("export", "re_export", "domestic_export")
_IMPORT, _EXPORT, _NEITHER = 0, 1, 2
_TRADE = frozenset(("trade", "commerce", "comercio", "торговля", "торговли", "貿易", "贸易", "تجارة"))


def read_flows(draft: LedgerDraft) -> tuple[pl.Series, pl.Series]:
    """Return of each line whether it is an export (null where it is neither), and whether its goods came back."""
    numbers, texts = draft.rows.texts["flow"].drain()
    readings: list[tuple[int | None, Message | None]] = []
    flows: dict[int, str] = {}
    for at, text in enumerate(texts):
        flow, system = read_flow(text)
        if system:
            draft.note(Message("ledger_trade_system", {"text": text[:MOST_SHOWN]}))
        problem = _flow_problem(draft, text, flow)
        if problem is None:
            flows[at] = flow
        readings.append((None if problem else _EXPORT if flow in _EXPORTS else _IMPORT, problem))
    of_lines = draft.read_by_text(numbers, readings, np.uint8(_NEITHER))
    counts = np.bincount(numbers, minlength=len(texts)) if len(numbers) else np.zeros(len(texts), int)
    for kind in ("re_export", "re_import"):
        if lines := int(sum(counts[at] for at, flow in flows.items() if flow == kind)):
            draft.notes.append(Message(f"ledger_{kind}", {"count": lines}))
    returned = joined(draft.rows.returned, np.bool_)
    draft.rows.returned = []
    if back := [at for at, flow in flows.items() if flow == "re_import"]:
        returned = returned | np.isin(numbers, back)
    return pl.Series(of_lines == _EXPORT).set(pl.Series(of_lines == _NEITHER), None), pl.Series(returned)


def _flow_problem(draft: LedgerDraft, text: str, flow: str) -> Message | None:
    """Say why a flow's lines are neither exports nor imports."""
    if not text:
        return Message("ledger_flow_missing")
    if flow in draft.layout.contained:
        problem = "contained"
    elif flow == "transit":
        problem = "transit"
    elif not flow:
        problem = "unread"
    else:
        return None
    return Message(f"ledger_flow_{problem}", {"text": text[:MOST_SHOWN]})


def read_flow(text: str) -> tuple[str, str]:
    """Return which flow a word means (``""`` where it is none) and the trade system that it names.

    >>> read_flow("Re-Export"), read_flow("Importations (commerce spécial)"), read_flow("сбыт")
    (('re_export', ''), ('import', 'special'), ('', ''))
    """
    words = ledger_words()
    plain = plain_header(text)
    if plain in words["flows"]:
        return words["flows"][plain], ""
    parts = plain.split()
    system = next((words["systems"][part] for part in parts if part in words["systems"]), "")
    bare = " ".join(part for part in parts if part not in words["systems"] and part not in _TRADE)
    return words["flows"].get(bare, ""), system


FAR_YEARS = 5
"""A year is far from others where more years than these lie between them and no line is of any."""
_NO_DAY = -(2**31)
_UNIX_EPOCH = date(1970, 1, 1).toordinal()


def read_dates(draft: LedgerDraft) -> tuple[pl.Series, pl.Series]:
    """Return the day of each line, null where only its year is known, and the year, null where none is."""
    numbers, texts = draft.rows.texts["date"].drain()
    read = [read_day(text, spreadsheet=draft.file_kind in SPREADSHEETS) for text in texts] or [Day()]
    messages = {at: day.problem for at, day in enumerate(read) if day.problem is not None}
    read = _with_order(draft, texts, read, messages)
    unix_days = [day.day.toordinal() - _UNIX_EPOCH if day.day else None for day in read]
    readings = [(day, messages.get(at)) for at, day in enumerate(unix_days)]
    days = draft.read_by_text(numbers, readings, np.int32(_NO_DAY))
    years = np.array([day.year or 0 for day in read], np.int16)[numbers]
    years[draft.unread] = 0
    _say_far_years(draft, years)
    return nulled(days, days == _NO_DAY).cast(pl.Date), nulled(years, years == 0)


def _with_order(draft: LedgerDraft, texts: Sequence[str], read: list[Day], messages: dict[int, Message]) -> list[Day]:
    """Read doubtful days in the order of those that leave no doubt; where there is none, only the year is known."""
    orders = {day.order for day in read if day.order}
    if all(day.other is None for day in read):
        return read
    if len(orders) == 1:
        order = orders.pop()
        draft.notes.append(Message(f"ledger_dates_{order}_first"))
        return [Day(day.other, day.year) if order == "month" and day.other is not None else day for day in read]
    for at, day in enumerate(read):
        if day.other is not None:
            values: dict[str, Value] = {"text": texts[at], "first": str(day.day), "second": str(day.other)}
            messages[at] = Message("ledger_date_doubtful", values)
    return [day if day.other is None else Day(None, day.year) for day in read]


def _say_far_years(draft: LedgerDraft, years: Array) -> None:
    """Say of lines that their year is still to come, or lies far from those of most other lines."""
    known, counts = np.unique(years[years > 0], return_counts=True)
    ahead = known > date.today().year + 1
    for year in known[ahead].tolist():
        draft.problems.say(years == year, Message("ledger_date_ahead", {"year": str(year)}))
    known, counts = known[~ahead], counts[~ahead]
    runs = np.split(np.arange(len(known)), np.flatnonzero(np.diff(known) > FAR_YEARS) + 1)
    most = max(runs, key=lambda run: int(counts[run].sum()))
    if 2 * counts[most].sum() <= counts.sum():
        return
    first, last = str(known[most[0]]), str(known[most[-1]])
    for year in np.delete(known, most).tolist():
        values: dict[str, Value] = {"year": str(year), "first": first, "last": last}
        draft.problems.say(years == year, Message("ledger_date_far", values))


_NO_SUBSTANCE = 2**32 - 1


class Goods(NamedTuple):
    """Of each line the place of its substance among ``substances`` (null for none), and its HS subheading (0)."""

    substance: pl.Series
    hs: pl.Series
    substances: tuple[Substance, ...]


def read_goods(draft: LedgerDraft, screener: Screener) -> Goods:
    """Return what each line moves."""
    stated = joined(draft.rows.stated, np.uint16)
    draft.rows.stated = []
    statements = draft.rows.statements
    texts = [draft.rows.texts[name].texts() for name in ("chemical", "cas", "hs")]
    reader = Substances(screener)
    places: dict[str, int] = {}
    substances: list[Substance] = []
    codes = np.zeros(max(1, len(statements)), np.uint32)
    readings: list[tuple[int | None, Message | None]] = []
    for at, numbers in enumerate(statements):
        substance, codes[at], problem = reader.read(*(of[number] for of, number in zip(texts, numbers, strict=True)))
        if substance is not None and substance.key not in places:
            places[substance.key] = len(places)
            substances.append(substance)
        readings.append((None if substance is None else places[substance.key], problem))
    of_lines = draft.read_by_text(stated, readings, np.uint32(_NO_SUBSTANCE))
    return Goods(nulled(of_lines, of_lines == _NO_SUBSTANCE), pl.Series(codes[stated]), tuple(substances))
