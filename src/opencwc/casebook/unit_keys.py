"""Which unit each finding belongs to: counted when it is kept, by the part of its verb that says it, and by migration.

A unit has the number of its first finding. Its key is a digest of what the verb says, its search the folded words that
it is found by; both go when its case is erased.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, bindparam, select

from opencwc.casebook import tables
from opencwc.casebook.bulk import insert_rows
from opencwc.casebook.rows import rows_by_key
from opencwc.verbs import UnitOf, verb_named

UNIT_COLUMNS = ("number", "run", "case_number", "key", "name", "search")
_MOST_NAME, _MOST_SEARCH = 300, 400
_KEYS_AT_ONCE = 500


def unit_key(unit: UnitOf) -> int:
    """Return the number under which a unit is found in its run: 63 bits of BLAKE2b of its key."""
    return int.from_bytes(blake2b(unit.key.encode("utf-8", "replace"), digest_size=8).digest()) >> 1


def folded(text: str) -> str:
    """Return a text as it is searched: without case, accents and needless blanks.

    >>> folded("  Phénol\\tEXTRA "), folded("İzmir")
    ('phenol extra', 'izmir')
    """
    apart = unicodedata.normalize("NFKD", text.replace("\0", " ")).casefold()
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(bare.encode("utf-8", "replace").decode().split())


class UnitRow(NamedTuple):
    """A unit as its table has it."""

    number: int
    run: int
    case_number: int
    key: int
    name: str
    search: str


def unit_row(unit: UnitOf, content: Mapping[str, Any], case: int) -> UnitRow:
    """Return the row of the unit that a finding is the first of."""
    name = unit.name.replace("\0", "\ufffd").encode("utf-8", "replace").decode()[:_MOST_NAME]
    entry = f"{content.get('list', '')} {content.get('entry', '')}"
    said = (name, str(content.get("input") or "")[:_MOST_NAME], str(content.get("subject_id") or "")[:100], entry)
    search = folded(" ".join(dict.fromkeys(said)))[:_MOST_SEARCH]
    return UnitRow(content["id"], content["run"], case, unit_key(unit), name, search)


class UnitCounter:
    """Gives the findings of one run their units; new ones wait until they are written."""

    def __init__(self, verb: str, run: int, case: int) -> None:
        self._unit_of: Callable[[Mapping[str, Any]], UnitOf] = verb_named(verb).unit_of
        self._run, self._case = run, case

    def count(self, connection: Connection, contents: Sequence[Mapping[str, Any]]) -> list[tuple[int, float | None]]:
        """Write the units that are new, and return of each finding the number of its unit and the share stated."""
        units = [self._unit_of(content) for content in contents]
        keys = [unit_key(unit) for unit in units]
        known = self._looked_up(connection, dict.fromkeys(keys))
        new: list[UnitRow] = []
        for unit, key, content in zip(units, keys, contents, strict=True):
            if key not in known:
                new.append(unit_row(unit, content, self._case))
                known[key] = content["id"]
        insert_rows(connection, tables.unit, UNIT_COLUMNS, new)
        return [(known[key], unit.share) for unit, key in zip(units, keys, strict=True)]

    def _looked_up(self, connection: Connection, keys: Iterable[int]) -> dict[int, int]:
        wanted, table, known = list(keys), tables.unit, dict[int, int]()
        for start in range(0, len(wanted), _KEYS_AT_ONCE):
            some = wanted[start : start + _KEYS_AT_ONCE]
            query = select(table.c.key, table.c.number).where(table.c.run == self._run, table.c.key.in_(some))
            known |= {row.key: row.number for row in connection.execute(query)}
        return known


def count_units(connection: Connection) -> None:
    """Give every finding of a casebook of an earlier version its unit."""
    finding, run = tables.finding, tables.run
    verbs = {row.number: row.verb for row in connection.execute(select(run.c.number, run.c.verb))}
    columns = (finding.c.id, finding.c.run, finding.c.case_number, finding.c.content)
    query = select(*columns).where(finding.c.content.is_not(None))
    counters: dict[int, UnitCounter] = {}
    change = finding.update().where(finding.c.id == bindparam("of")).values(unit=bindparam("u"), share=bindparam("s"))
    waiting: list[RowMapping] = []

    def write() -> None:
        if not waiting:
            return
        number, case = waiting[0]["run"], waiting[0]["case_number"]
        counter = counters.setdefault(number, UnitCounter(verbs[number], number, case))
        contents = [json.loads(row["content"]) for row in waiting]
        counted = zip(waiting, counter.count(connection, contents), strict=True)
        connection.execute(change, [{"of": row["id"], "u": unit, "s": share} for row, (unit, share) in counted])
        waiting.clear()

    for row in rows_by_key(connection, query, finding.c.id):
        if waiting and (waiting[0]["run"] != row["run"] or len(waiting) == _KEYS_AT_ONCE):
            write()
        waiting.append(row)
    write()
