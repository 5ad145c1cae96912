"""A kept register opened in the grid: its sheets as the changes leave them, read by the register's own reader.

What was opened last is held ready; nothing is given from memory before the casebook has said that it may be seen.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.registers import KeptRegister, add_change, read_version_rows, show_register
from opencwc.declarations.register_sheets import (
    Change,
    ReadSheets,
    Sheets,
    change_of,
    cleaned,
    read_sheets,
    sheets_after,
    standing_changes,
    unpack_sheets,
)
from opencwc.errors import ConflictError, InputError
from opencwc.records import to_json

HELD_READY = 6
_held: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class OpenedRegister:
    """A register, its sheets as they stand, and what the reader says of them."""

    kept: KeptRegister
    sheets: Sheets
    read: ReadSheets

    @property
    def unjudged(self) -> int:
        """How many faults keep a row from being judged."""
        return sum(fault.problem.unjudged for fault in self.read.faults)

    def faults_by_table(self) -> Mapping[str, int]:
        """Return how many faults each table has."""
        counts = dict.fromkeys(self.sheets, 0)
        for fault in self.read.faults:
            counts[fault.table] += 1
        return counts


def opened_register(book: Casebook, person: Person, register: int) -> OpenedRegister:
    """Return a register as it stands; raise `NotFoundError` where there is none that the person may edit."""
    opened = _opened(book, person, show_register(book, person, register))
    require_own_rows(opened.sheets, opened.kept.sites)
    return opened


def require_own_rows(sheets: Sheets, sites: Collection[str]) -> None:
    """Raise `InputError` where a row names a site that is none of those given; none are given for the house.

    Every register that a declarant reads, changes or sends passes here. What the row names is not said again.
    """
    for kind, sheet in sheets.items():
        named = {texts.get("site", "").strip() for texts in sheet.texts.values()}
        if sites and named - {"", *sites}:
            raise InputError("register_row_of_other_site", where=kind, sites=tuple(sites))


def change_register(
    book: Casebook, person: Person, opened: OpenedRegister, change: Change, seen: str
) -> OpenedRegister:
    """Change a register that stands as it was seen.

    Raises:
        ConflictError: somebody changed it meanwhile.
        InputError: the change does not fit.

    """
    if seen != opened.kept.seen:
        raise ConflictError("register_changed_meanwhile")
    whole = cleaned(change)
    after = _after(book, person, opened, whole)
    require_own_rows(after, opened.kept.sites)
    kept = add_change(book, person, opened.kept.id, to_json(whole).decode(), seen)
    return _hold(_key(book, kept), OpenedRegister(kept, after, read_sheets(after, kept.versions[0].name)))


def undo_of(kept: KeptRegister) -> Change:
    """Return the change that takes the last one back; raise `ConflictError` where none stands."""
    standing = standing_changes(_numbered(kept))
    if not standing:
        raise ConflictError("register_nothing_to_undo")
    return Change(undoes=standing[-1][0])


def unsaved_changes(kept: KeptRegister) -> int:
    """Return how many changes stand that no version has yet; the last of them can be taken back."""
    return len(standing_changes(_numbered(kept)))


def _after(book: Casebook, person: Person, opened: OpenedRegister, change: Change) -> Sheets:
    if not change.undoes:
        return sheets_after(opened.sheets, [change])
    return _made_again(book, person, opened.kept, [*_numbered(opened.kept), (0, change)])


def _made_again(book: Casebook, person: Person, kept: KeptRegister, changes: Iterable[tuple[int, Change]]) -> Sheets:
    """Return the sheets of the last version after the changes that stand."""
    base = unpack_sheets(read_version_rows(book, person, kept.last))
    return sheets_after(base, (change for _, change in standing_changes(changes)))


def _opened(book: Casebook, person: Person, kept: KeptRegister) -> OpenedRegister:
    key = _key(book, kept)
    with _lock:
        if key in _held:
            _held.move_to_end(key)
            opened: OpenedRegister = _held[key]
            return OpenedRegister(kept, opened.sheets, opened.read)
    after = _made_again(book, person, kept, _numbered(kept))
    return _hold(key, OpenedRegister(kept, after, read_sheets(after, kept.versions[0].name)))


def _hold(key: tuple[Any, ...], opened: OpenedRegister) -> OpenedRegister:
    with _lock:
        _held[key] = opened
        while len(_held) > HELD_READY:
            _held.popitem(last=False)
    return opened


def _key(book: Casebook, kept: KeptRegister) -> tuple[Any, ...]:
    return (str(book.engine.url), kept.last.rows_id, kept.id, kept.seen)


def _numbered(kept: KeptRegister) -> list[tuple[int, Change]]:
    return [(change.number, change_of(change.content)) for change in kept.changes]
