"""API tokens: what another system, or a script, shows instead of a password.

A token acts for a person, with some of what the role allows, until a day. It is shown once; its digest is kept.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from msgspec import Struct
from sqlalchemy import RowMapping, bindparam, select

from opencwc.casebook import tables
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.people import People, digest_of, moment, os_person
from opencwc.casebook.permissions import ACTIONS, SCOPES
from opencwc.casebook.rows import change_row, record_of, row_of
from opencwc.errors import ConflictError, InputError, NotAllowedError, NotFoundError, StorageError
from opencwc.records import from_plain

PREFIX = "ocwc_"
"""How every token begins, so that scanners of leaked secrets find one."""
LONGEST_LIFE = timedelta(days=365)
MOST = 50
"""How many live tokens a person may have."""
_TOKEN, _PERSON = tables.token, tables.person
_USE_NOTED_EVERY = timedelta(minutes=1)
_ASKED = (
    select(
        _TOKEN.c.id.label("token"), _TOKEN.c.scopes, _TOKEN.c.used_at, _PERSON.c.id, _PERSON.c.login, _PERSON.c.name,
        _PERSON.c.role, _PERSON.c.clearance,
    )
    .join(_PERSON, _PERSON.c.id == _TOKEN.c.person)
    .where(
        _TOKEN.c.digest == bindparam("digest"), _TOKEN.c.ends_at > bindparam("now"), _TOKEN.c.revoked.is_(False),
        _PERSON.c.active.is_(True),
    )
)  # fmt: skip


class Token(Struct, frozen=True):
    """A token as it can be seen again: all but its secret."""

    id: str
    person: str
    name: str
    scopes: tuple[str, ...]
    made_at: str
    ends_at: str
    used_at: str
    revoked: bool


@dataclass(frozen=True)
class Tokens:
    """The tokens of a casebook's people."""

    people: People

    def make(self, actor: str, person: Person, name: str, scopes: Iterable[str], lasts: timedelta) -> tuple[Token, str]:
        """Make a token and return it with its secret, which nobody can show again.

        Raises:
            ConflictError: the person has too many.
            InputError: a scope is unknown or beyond the role, there is none, or the life is not within a year.

        """
        asked = sorted(set(scopes))
        if not asked:
            raise InputError("token_without_scope", where="scopes", known=tuple(SCOPES))
        if strange := [scope for scope in asked if scope not in SCOPES]:
            raise InputError("scope_unknown", where="scopes", scope=strange[0], known=tuple(SCOPES))
        if beyond := [scope for scope in asked if person.role not in ACTIONS[scope]]:
            raise InputError("role_does_not_allow_scope", where="scopes", role=person.role, scope=beyond[0])
        if not timedelta(0) < lasts <= LONGEST_LIFE:
            raise InputError("token_life_too_long", where="days")
        name = name.strip()
        if not 0 < len(name) <= 100:
            raise InputError("token_needs_name", where="name")
        secret = PREFIX + secrets.token_urlsafe(32)
        now = self.people.clock()
        row = {
            "id": secrets.token_hex(8), "person": person.id, "digest": digest_of(secret), "name": name,
            "scopes": " ".join(asked), "made_at": moment(now), "ends_at": moment(now + lasts), "used_at": "",
            "revoked": False,
        }  # fmt: skip
        with self.people.book.writing(actor) as writer:
            live = select(_TOKEN.c.id).where(
                _TOKEN.c.person == person.id, _TOKEN.c.revoked.is_(False), _TOKEN.c.ends_at > moment(now)
            )
            if len(writer.connection.execute(live).all()) >= MOST:
                raise ConflictError("too_many_tokens", most=MOST)
            writer.connection.execute(_TOKEN.insert(), row)
            body = {
                "token": row["id"], "person": person.id, "scopes": asked, "ends_at": row["ends_at"],
                "digest": row["digest"],  # of 256 random bits: it gives nothing away, and nobody can put in another
            }  # fmt: skip
            writer.record("token_made", body)
        return from_plain(Token, {**row, "scopes": asked}), secret

    def of(self, person: str) -> list[Token]:
        """Return the tokens of a person, the newest first."""
        asked = select(_TOKEN).where(_TOKEN.c.person == person).order_by(_TOKEN.c.made_at.desc())
        with self.people.book.reading() as connection:
            return [_token(row) for row in connection.execute(asked).mappings()]

    def everyone(self) -> list[Token]:
        """Return the tokens of all people, the newest first."""
        with self.people.book.reading() as connection:
            rows = connection.execute(select(_TOKEN).order_by(_TOKEN.c.made_at.desc(), _TOKEN.c.id)).mappings()
            return [_token(row) for row in rows]

    def revoke(self, actor: str, token: str, person: str = "") -> None:
        """Revoke a token (of a person, where one is named); raise `NotFoundError` where there is none."""
        with self.people.book.writing(actor) as writer:
            row = row_of(writer.connection, _TOKEN, id=token)
            if row is None or (person and row["person"] != person):
                raise NotFoundError("no_such_token", where=token)
            if not row["revoked"]:
                change_row(writer.connection, _TOKEN, token, revoked=True)
                writer.record("token_revoked", {"token": token, "person": row["person"]})

    def person_of(self, secret: str) -> Person | None:
        """Return the person that a token acts for, with its scopes; ``None`` where it is unknown, revoked or ended."""
        if not secret.startswith(PREFIX) or len(secret) > 200:
            return None
        now = self.people.clock()
        with self.people.book.looking() as connection:
            asked = connection.execute(_ASKED, {"digest": digest_of(secret), "now": moment(now)})
            row = asked.mappings().first()
        if row is None:
            return None
        if row["used_at"] <= moment(now - _USE_NOTED_EVERY):
            with suppress(StorageError), self.people.changing() as connection:  # a full disk keeps nobody from reading
                change_row(connection, _TOKEN, row["token"], used_at=moment(now))
        return record_of(Person, row, scopes=row["scopes"].split())


def _token(row: RowMapping) -> Token:
    return record_of(Token, row, scopes=row["scopes"].split())


def cli_person(book: Casebook) -> Person:
    """Return the bearer of ``OPENCWC_TOKEN``, else the person of the operating system's login (`os_person`).

    Raises:
        NotAllowedError: the token does not hold, or the account is not active.

    """
    token = os.environ.get("OPENCWC_TOKEN")
    if not token:
        return os_person(book)
    person = Tokens(People(book)).person_of(token)
    if person is None:
        raise NotAllowedError("opencwc_token_void")
    return person
