"""Sessions: what a browser shows, after a sign-in, with every request.

Its secret is 256 random bits, of which the table keeps only the SHA-256. A session ends half an hour after it was
last used, and twelve hours after it began; a new one begins at every sign-in and whenever more becomes allowed.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from msgspec import Struct
from sqlalchemy import bindparam, select

from opencwc.casebook import tables
from opencwc.casebook.model import Person
from opencwc.casebook.people import People, digest_of, end_sessions, moment
from opencwc.casebook.rows import change_row, record_of
from opencwc.errors import StorageError

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
HALF_WAY = timedelta(minutes=5)
"""How long someone has who gave the password and still owes the second factor."""
MOST = 20
"""How many sessions a person may have at once: the oldest makes room."""
_SEEN_EVERY = timedelta(minutes=1)
_SESSION, _PERSON = tables.session, tables.person
_ASKED = (
    select(
        _SESSION.c.id.label("session"), _SESSION.c.seen_at, _SESSION.c.ends_at, _SESSION.c.fully_in, _PERSON.c.id,
        _PERSON.c.login, _PERSON.c.name, _PERSON.c.role, _PERSON.c.clearance,
        ((_PERSON.c.password != "") & (_PERSON.c.totp == "")).label("by_password_alone"),
    )
    .join(_PERSON, _PERSON.c.id == _SESSION.c.person)
    .where(
        _SESSION.c.id == bindparam("digest"), _SESSION.c.ends_at > bindparam("now"),
        _SESSION.c.seen_at > bindparam("idle"), _PERSON.c.active.is_(True),
    )
)  # fmt: skip


class Session(Struct, frozen=True):
    """A session that holds: whose it is, until when, and whether the second factor was given where one is due.

    ``by_password_alone`` says that the account can be entered with a password and nothing else.
    """

    id: str
    person: Person
    ends_at: str
    fully_in: bool
    by_password_alone: bool


@dataclass(frozen=True)
class Sessions:
    """The sessions of a casebook's people."""

    people: People

    def begin(self, person: str, *, fully_in: bool = True, instead_of: str = "") -> str:
        """Begin a session, in place of the one of a secret where there is one, and return its secret."""
        secret = secrets.token_urlsafe(32)
        now = self.people.clock()
        row = {
            "id": digest_of(secret), "person": person, "made_at": moment(now), "seen_at": moment(now),
            "ends_at": moment(now + (LONGEST if fully_in else HALF_WAY)), "fully_in": fully_in,
        }  # fmt: skip
        over = (_SESSION.c.ends_at <= moment(now)) | (_SESSION.c.seen_at <= moment(now - IDLE))
        with self.people.changing() as connection:
            connection.execute(_SESSION.delete().where(over))
            if instead_of:
                connection.execute(_SESSION.delete().where(_SESSION.c.id == digest_of(instead_of)))
            theirs = select(_SESSION.c.id).where(_SESSION.c.person == person).order_by(_SESSION.c.made_at.desc())
            too_old = connection.execute(theirs).scalars().all()[MOST - 1 :]
            if too_old:
                connection.execute(_SESSION.delete().where(_SESSION.c.id.in_(too_old)))
            connection.execute(_SESSION.insert(), row)
        return secret

    def of(self, secret: str) -> Session | None:
        """Return the session of a secret, or ``None`` where it is unknown or over, and note that it was used."""
        if not secret or len(secret) > 100:
            return None
        now = self.people.clock()
        asked = {"digest": digest_of(secret), "now": moment(now), "idle": moment(now - IDLE)}
        with self.people.book.looking() as connection:
            row = connection.execute(_ASKED, asked).mappings().first()
        if row is None:
            return None
        if row["seen_at"] <= moment(now - _SEEN_EVERY):
            with suppress(StorageError), self.people.changing() as connection:  # a full disk keeps nobody from reading
                change_row(connection, _SESSION, row["session"], seen_at=moment(now))
        alone = bool(row["by_password_alone"])
        return Session(row["session"], record_of(Person, row), row["ends_at"], bool(row["fully_in"]), alone)

    def end(self, secret: str) -> None:
        """End the session of a secret."""
        with self.people.changing() as connection:
            connection.execute(_SESSION.delete().where(_SESSION.c.id == digest_of(secret)))

    def end_others(self, person: str, secret: str) -> int:
        """End the sessions of a person, all but that of a secret; return how many there were."""
        with self.people.changing() as connection:
            others = select(_SESSION.c.id).where(_SESSION.c.person == person, _SESSION.c.id != digest_of(secret))
            count = len(connection.execute(others).all())
            end_sessions(connection, person, digest_of(secret))
        return count
