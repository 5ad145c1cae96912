"""The days and years of a ledger's lines; which of day and month stands first, the whole file tells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl

from opencwc.finding import Message, Value
from opencwc.transfers.days import Day, read_day
from opencwc.transfers.ledgers.draft import SPREADSHEETS, LedgerDraft
from opencwc.transfers.ledgers.text_columns import Array, by_number, nulled

FAR_YEARS = 5
"""A year is far from others where more years than these lie between them and no line is of any."""
_NO_DAY = -(2**31)
_UNIX_EPOCH = date(1970, 1, 1).toordinal()


def read_dates(draft: LedgerDraft) -> tuple[pl.Series, pl.Series]:
    """Return the day of each line, null where only its year is known, and the year, null where none is."""
    column = draft.rows.texts["date"]
    numbers, texts = column.numbers(), column.texts()
    read = [read_day(text, spreadsheet=draft.file_kind in SPREADSHEETS) for text in texts] or [Day()]
    messages = {at: day.problem for at, day in enumerate(read) if day.problem is not None}
    read = _with_order(draft, texts, read, messages)
    days = by_number(np.array([_unix_day(day) for day in read], np.int32), numbers)
    years = by_number(np.array([day.year or 0 for day in read], np.int16), numbers)
    days[draft.unread], years[draft.unread] = _NO_DAY, 0
    draft.problems.say_texts(numbers, messages, draft.unread)
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


def _unix_day(day: Day) -> int:
    return _NO_DAY if day.day is None else day.day.toordinal() - _UNIX_EPOCH
