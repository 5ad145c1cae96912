"""The next findings or units under some of the keys that findings are counted by, read from the index of each key.

A page costs what it shows: of each key only the next few are read, however many findings stand under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Literal

from sqlalchemy import Connection, RowMapping, TextClause, text

KEY = ("case_number", "run", "verdict", "list", "entry", "status", "grave")
LAST = 1 << 62
"""Beyond every number."""
_KEYS_AT_ONCE = 64
_NO_KEY: dict[str, object] = {**dict.fromkeys(KEY, 0), "verdict": "", "list": "", "entry": "", "grave": False}


def next_under_keys(
    connection: Connection,
    keys: Sequence[RowMapping],
    beyond: int,
    most: int,
    *,
    of: Literal["id", "unit"] = "id",
    back: bool = False,
) -> list[int]:
    """Return the next ids of findings, or numbers of their units, under any of the keys; with ``back`` those before."""
    numbers: list[int] = []
    low, high = (0, beyond) if back else (beyond, LAST)
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[start : start + _KEYS_AT_ONCE]
        values: dict[str, object] = {"low": low, "high": high, "most": most}
        # As many arms as the next power of two, the rest under a key that no finding has: few statements are compiled.
        arms = 1 << (len(some) - 1).bit_length()
        for place in range(arms):
            key = some[place] if place < len(some) else _NO_KEY
            values |= {f"{name}_{place}": key[name] for name in KEY}
        more = connection.execute(_statement(arms, of, back=back), values).scalars()
        numbers = sorted({*numbers, *more}, reverse=back)[:most]
        if len(numbers) == most:
            low, high = (numbers[-1], high) if back else (low, numbers[-1])
    return numbers


@cache
def _statement(count: int, of: str, *, back: bool) -> TextClause:
    """Return the statement that gives the next numbers under each of so many keys."""
    distinct = "DISTINCT " if of == "unit" else ""  # a unit has many findings, an id is one
    arms = []
    for place in range(count):
        same = " AND ".join(f"{name} = :{name}_{place}" for name in KEY)
        arms.append(
            f"SELECT {of} FROM (SELECT {distinct}{of} FROM finding WHERE {same} AND {of} > :low AND {of} < :high"  # noqa: S608
            f" ORDER BY {of}{' DESC' if back else ''} LIMIT :most) AS arm_{place}"
        )
    return text(" UNION ALL ".join(arms))
