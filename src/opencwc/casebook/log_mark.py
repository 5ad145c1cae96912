"""The log beside the key is lost: the record says so, and from there on a new one has every checkpoint."""

from __future__ import annotations

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.people import CONSOLE
from opencwc.casebook.permissions import require
from opencwc.errors import ConflictError, InputError


def mark_log(book: Casebook, person: Person | None, reason: str) -> int:
    """Record that the log lacks checkpoints and why, and return the number of the record.

    ``person`` is who says so; ``None`` is the console, whose the database is anyway.

    Raises:
        ConflictError: the log lacks none.
        InputError: no reason is given.

    """
    if person is not None:
        require(person, "backup")
    if not reason.strip():
        raise InputError("log_mark_needs_reason")
    with book.writing(person.id if person else CONSOLE, log_is_lost=True) as writer:
        if book.log.last_number(writer.casebook_id) == writer.number:
            raise ConflictError("log_lacks_nothing", where=str(book.log.path))
        writer.logged_from = writer.record("log_marked", {"reason": reason.strip()})
        return writer.logged_from
