"""A long list shows the same as a list that goes through every row, a part at a time."""

from __future__ import annotations

import numpy as np
import pytest

from opencwc.web.server.listing import ListAsked, ListColumn, LongList, Spread, listed

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
