"""A long list shows the same as a list that goes through every row, a part at a time."""

from __future__ import annotations

import numpy as np
import pytest

from opencwc.web.server.listing import ListAsked, ListColumn, LongList, Spread, day_column, listed

ROWS = [("pear", 3), ("Apple", 1), ("fig", 3), ("apple pie", 2), ("date", 1)]
COLUMNS: tuple[ListColumn[tuple[str, int]], ...] = (
    ListColumn("name", "label_name", lambda row, lang: row[0]),
    ListColumn("count", "label_count", lambda row, lang: str(row[1]), lambda row: row[1], number=True),
)
SPREADS = {
    "name": Spread(np.arange(5), [(name, 0) for name, _ in ROWS]),
    "count": Spread(np.array([2, 0, 2, 1, 0]), [("", 1), ("", 2), ("", 3)]),
}
PLACES = np.array([4, 0, 3, 1, 2], dtype=np.int64)


@pytest.mark.parametrize("order", ["", "name", "-name", "count", "-count", "no such column"])
@pytest.mark.parametrize("find", ["", "apple", "APPLE 2", "e", "nothing of it", "aplpe"])
def test_it_orders_and_finds_as_a_short_one_does(order: str, find: str) -> None:
    asked = ListAsked(order=order, find=find)
    short = listed([ROWS[place] for place in PLACES], COLUMNS, asked, "en")
    long = LongList(COLUMNS, SPREADS.__getitem__, ROWS.__getitem__)
    for _ in range(2):  # what is remembered gives the same
        whole = long.part(PLACES, asked, "en", 0, 99)
        assert (whole.rows, whole.texts, whole.total, whole.found, whole.slips) == (
            short.rows, short.texts, 5, short.found, short.slips,
        )  # fmt: skip
    parts = [long.part(PLACES, asked, "en", start, 2) for start in (0, 2, 4)]
    assert tuple(row for part in parts for row in part.rows) == short.rows
    assert {part.found for part in parts} == {short.found}


DAYS = ["2026-11-04", "", "2025-03-01"]
OF_DAYS: tuple[ListColumn[str], ...] = (day_column("day", "watch_field_date", lambda day: day),)


def test_a_day_is_written_out_on_a_page_and_stays_iso_in_a_file() -> None:
    shown = listed(DAYS, OF_DAYS, ListAsked(order="-day"), "fr")
    assert [cells[0].replace("\u00a0", " ") for _, cells in shown.lines()] == ["4 novembre 2026", "1er mars 2025", ""]
    assert [cells[0].replace("\u00a0", " ") for _, cells in shown.lines(slice(1))] == ["4 novembre 2026"]
    assert shown.csv().decode("utf-8-sig").split() == ["day", "2026-11-04", "2025-03-01", '""']
    english = listed(DAYS[:1], OF_DAYS, ListAsked(), "en")
    assert english.lines()[0][1][0].replace("\u00a0", " ") == "4 November 2026"


@pytest.mark.parametrize("find", ["novembre", "2026-11"])
def test_a_day_is_found_as_a_page_and_as_a_file_write_it(find: str) -> None:
    spread = Spread(np.arange(3), DAYS)
    long = LongList(OF_DAYS, lambda _: spread, DAYS.__getitem__).part(np.arange(3), ListAsked(find=find), "fr", 0, 9)
    assert long.rows == listed(DAYS, OF_DAYS, ListAsked(find=find), "fr").rows == ("2026-11-04",)
