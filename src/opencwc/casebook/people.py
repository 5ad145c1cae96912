"""Who acts: accounts with a role and a clearance, how they prove who they are, and who acts on the command line.

What a person is (role, clearance, active) stands in the record under an opaque id; login, name, password and the rest
stand only in the table, where they can be erased. Every change ends the person's sessions.
"""

from __future__ import annotations

import json
import os
import secrets
import unicodedata
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, RowMapping, func, select

from opencwc.casebook import tables
from opencwc.casebook.chain import canonical
from opencwc.casebook.database import Casebook, changing
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.passwords import check_password, hash_password, is_outdated, is_password
from opencwc.casebook.rows import change_row, record_of, row_of
from opencwc.casebook.transaction import Writer
from opencwc.errors import ConflictError, InputError, NotAllowedError, NotFoundError, StorageError

CONSOLE = "console"
"""The actor of ``opencwc people``: who holds the database's file, or its password, runs the house."""
OS_LOGIN = "os:"
"""How the logins of people on the command line begin; nobody signs in to the service with one."""
OIDC_LOGIN = "oidc:"
"""How the logins of people begin whose role and clearance the ministry's own login says at every sign-in."""
INVITATION_LASTS = timedelta(hours=24)
FAILURES_ALLOWED = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
_PERSON, _INVITATION = tables.person, tables.invitation


class Account(Struct, frozen=True):
    """A person and the state of the account; ``expected_as`` is the name by which the ministry's login will know it."""

    person: Person
    active: bool
    has_password: bool
    has_totp: bool
    bound: bool
    expected_as: str
    made_at: str

    @property
    def can_sign_in(self) -> bool:
        """Whether somebody can sign in: by a password, or through the ministry."""
        return self.has_password or self.bound or bool(self.expected_as)


class Invitation(Struct, frozen=True):
    """What a one-time link is for: an account that is there, or (``person`` is ``None``) a new one with a role."""

    digest: str
    person: Person | None
    role: Role
    clearance: Mark
    ends_at: str


def moment(at: datetime) -> str:
    """Return a moment as it stands in the tables: ISO 8601, UTC, microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def this_moment() -> datetime:
    """Return now."""
    return datetime.now(UTC)


def digest_of(secret: str) -> str:
    """Return what is kept of a secret of 256 random bits: its SHA-256, in hexadecimal."""
    return sha256(secret.encode()).hexdigest()


@dataclass(frozen=True)
class People:
    """The accounts of a casebook. ``clock`` says what time it is."""

    book: Casebook
    clock: Callable[[], datetime] = this_moment
    # A comparison takes 64 MiB: two at once are enough, and a crowd at the door cannot fill the memory.
    _comparing: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(2), repr=False)

    def now(self) -> str:
        """Return this moment as text."""
        return moment(self.clock())

    def changing(self) -> AbstractContextManager[Connection]:
        """Give a connection for what does not stand in the record (sessions, failures), in one transaction."""
        return changing(self.book.engine)

    # Accounts

    def add(
        self,
        actor: str,
        login: str,
        name: str = "",
        role: Role = Role.ANALYST,
        clearance: Mark = Mark.UNCLASSIFIED,
        *,
        expected_as: str = "",
        subject: str = "",
    ) -> Person:
        """Make an account, without a password yet.

        Raises:
            ConflictError: there is one with this login, or one that the ministry's login will know by this name.
            InputError: the login cannot be one.

        """
        login = normal_login(login)
        with self.book.writing(actor) as writer:
            self._check_free(writer.connection, login, expected_as)
            return self._add(writer, login, name, role, clearance, expected_as, subject)

    def everyone(self) -> list[Account]:
        """Return all accounts, by login."""
        with self.book.reading() as connection:
            return [_account(row) for row in connection.execute(select(_PERSON).order_by(_PERSON.c.login)).mappings()]

    def account(self, who: str) -> Account:
        """Return an account by its id or its login; raise `NotFoundError` where there is none."""
        with self.book.reading() as connection:
            return _account(_row(connection, who))

    def find(self, login: str) -> Person | None:
        """Return the person of a login."""
        with self.book.reading() as connection:
            row = row_of(connection, _PERSON, login=login)
        return None if row is None else record_of(Person, row)

    def change(
        self,
        actor: str,
        who: str,
        *,
        name: str | None = None,
        role: Role | None = None,
        clearance: Mark | None = None,
        active: bool | None = None,
        expected_as: str | None = None,
        drop_totp: bool = False,
    ) -> Account:
        """Change an account and end its sessions; a change of role, clearance or activity goes into the record.

        An account that shall be expected under a name is bound anew, to the next subject that comes with it.

        Raises:
            ConflictError: nobody would be left to manage people.
            NotAllowedError: the actor is the person whose role, clearance or activity would change.

        """
        with self.book.writing(actor) as writer:
            row = _row(writer.connection, who)
            values = _changed_rights(row, role, clearance, active)
            recorded = bool(values)
            if recorded:
                if actor == row["id"]:
                    raise NotAllowedError("own_rights_not_changed")
                self._keep_an_administrator(writer.connection, row, values)
            if name is not None:
                values["name"] = name.strip()
            if expected_as is not None:
                expected = expected_as.strip().casefold()
                if expected and expected != row["expected_as"]:
                    self._check_free(writer.connection, "", expected)
                values["expected_as"] = expected
                if expected:  # whom it was bound to until now no longer comes in
                    values["subject"] = ""
            if drop_totp:
                values |= NO_SECOND_FACTOR
            if values:
                change_row(writer.connection, _PERSON, row["id"], **values)
            if recorded or drop_totp or "subject" in values:
                end_sessions(writer.connection, row["id"])
            changed = _row(writer.connection, row["id"])
            if recorded:
                _record(writer, changed)
            if "role" in values and sites_of(writer.connection, row["id"]):
                _set_sites(writer, row["id"], ())  # who becomes a declarant again is bound anew
            return _account(changed)

    # Declarants

    def set_sites(self, actor: str, who: str, sites: Iterable[str]) -> tuple[str, ...]:
        """Bind a declarant to the codes of sites, in place of those before, and return them in their order.

        Raises:
            ConflictError: the person is no declarant.
            InputError: a code is empty or longer than 200 characters.

        """
        codes = tuple(sorted({site.strip() for site in sites}))
        if any(not 0 < len(code) <= 200 or not code.isprintable() for code in codes):
            raise InputError("site_code_not_valid", where="sites")
        with self.book.writing(actor) as writer:
            row = _row(writer.connection, who)
            if row["role"] != str(Role.DECLARANT):
                raise ConflictError("sites_of_declarants_only", where=row["login"])
            if actor == row["id"]:
                raise NotAllowedError("own_rights_not_changed")
            _set_sites(writer, row["id"], codes)
        return codes

    def sites(self, who: str) -> tuple[str, ...]:
        """Return the codes of the sites that a person is bound to; none for who is no declarant."""
        with self.book.reading() as connection:
            return sites_of(connection, _row(connection, who)["id"])

    # Passwords

    def set_password(self, who: str, password: str) -> None:
        """Give an account a password and end its sessions; raise `InputError` where it is too easy to guess."""
        with self.book.reading() as connection:
            row = _row(connection, who)
        check_password(password, row["login"], *row["name"].split())
        kept = self._hashed(password)
        with self.changing() as connection:
            change_row(connection, _PERSON, row["id"], password=kept, failures=0, locked_until="")
            end_sessions(connection, row["id"])

    def with_password(self, login: str, password: str) -> Account | None:
        """Return the account that a login and a password belong to, or ``None``: unknown, wrong, locked or left.

        It takes as long whatever the reason is. Failures are counted before the comparison, so that many guesses at
        once count as many.
        """
        try:
            login = normal_login(login)
        except InputError:
            login = ""
        with self.book.reading() as connection:
            row = row_of(connection, _PERSON, login=login)
        able = row is not None and bool(row["active"]) and bool(row["password"]) and self.take_attempt(row["id"])
        with self._comparing:
            same = is_password(row["password"] if row is not None and able else "", password)
        if row is None or not same:
            return None
        # Where the second factor is still to come, only this one attempt is forgiven.
        self.forgive(row["id"], all_of_them=not row["totp"])
        if is_outdated(row["password"]):
            kept = self._hashed(password)
            with self.changing() as connection:
                same_still = _PERSON.c.password == row["password"]
                connection.execute(_PERSON.update().where(_PERSON.c.id == row["id"], same_still).values(password=kept))
        return _account(row)

    def take_attempt(self, person: str) -> bool:
        """Count an attempt to prove who one is; tell whether it may be made, which it may not while one must wait."""
        now = self.clock()
        with self.changing() as connection:
            asked = select(_PERSON.c.failures, _PERSON.c.locked_until).where(_PERSON.c.id == person)
            row = connection.execute(asked.with_for_update()).mappings().one()
            if row["locked_until"] > moment(now):
                return False
            failures = row["failures"] + 1
            until = moment(now + wait_after(failures)) if failures >= FAILURES_ALLOWED else ""
            change_row(connection, _PERSON, person, failures=failures, locked_until=until)
        return True

    def forgive(self, person: str, *, all_of_them: bool = True) -> None:
        """Take back the failures of a person who proved to be the one, or only the last attempt."""
        fewer = 0 if all_of_them else _PERSON.c.failures - 1
        with self.changing() as connection:
            failed = _PERSON.update().where(_PERSON.c.id == person, _PERSON.c.failures > 0)
            connection.execute(failed.values(failures=fewer, locked_until=""))

    # Invitations

    def invite(self, actor: str, who: str) -> str:
        """Return the secret of a one-time link by which a person sets a password; earlier links of theirs are void."""
        with self.book.reading() as connection:
            row = _row(connection, who)
        if not row["active"]:
            raise ConflictError("account_not_active_yet", where=row["login"])
        if row["login"].startswith((OS_LOGIN, OIDC_LOGIN)):
            raise ConflictError("account_signs_in_another_way", where=row["login"])
        return self._invite(actor, row["id"], "")

    def first_invitation(self) -> str | None:
        """Return the secret of the link that makes the first administrator, or ``None`` where there is one already."""
        with self.book.reading() as connection:
            if _administrators(connection):
                return None
        return self._invite(CONSOLE, "", str(Role.ADMINISTRATOR))

    def invitation(self, secret: str) -> Invitation:
        """Return what a link is for; raise `NotAllowedError` where it is unknown, used, or older than a day."""
        with self.book.reading() as connection:
            return self._invitation(connection, secret)

    def accept(self, secret: str, password: str, login: str = "", name: str = "") -> Person:
        """Use a link: give the account its password, or make the first administrator with one.

        Raises:
            ConflictError: the login is taken, or there is an administrator already.
            InputError: the password is too easy to guess, or the login cannot be one.
            NotAllowedError: the link does not hold.

        """
        invitation = self.invitation(secret)
        if invitation.person is not None:
            login, name = invitation.person.login, invitation.person.name
        else:
            login = normal_login(login)
        check_password(password, login, *name.split())
        kept = self._hashed(password)
        with self.book.writing(CONSOLE) as writer:
            invitation = self._invitation(writer.connection, secret)  # once more, under the lock: it is used once
            change_row(writer.connection, _INVITATION, invitation.digest, used_at=self.now())
            if invitation.person is not None:
                person = invitation.person
            else:
                if _administrators(writer.connection):
                    raise ConflictError("administrator_there_already")
                self._check_free(writer.connection, login, "")
                person = self._add(writer, login, name, invitation.role, invitation.clearance)
            change_row(writer.connection, _PERSON, person.id, password=kept, failures=0, locked_until="")
            end_sessions(writer.connection, person.id)
            writer.record("invitation_used", {"person": person.id})
            return person

    # The ministry's own login

    def by_subject(self, subject: str) -> Account | None:
        """Return the account that is bound to a subject of the ministry's login."""
        with self.book.reading() as connection:
            row = row_of(connection, _PERSON, subject=subject)
        return None if row is None else _account(row)

    def bind(self, subject: str, names: tuple[str, ...]) -> Account | None:
        """Bind a subject, once and for good, to the account that an administrator prepared under one of its names."""
        known = [name.strip().casefold() for name in names if name.strip()]
        with self.book.writing(CONSOLE) as writer:
            connection = writer.connection
            expected = select(_PERSON).where(_PERSON.c.expected_as.in_(known), _PERSON.c.active).with_for_update()
            rows = list(connection.execute(expected).mappings())
            if not rows:
                return None
            row = min(rows, key=lambda row: known.index(row["expected_as"]))
            change_row(connection, _PERSON, row["id"], subject=subject, expected_as="")
            writer.record("person_bound", {"person": row["id"]})
            return _account(_row(connection, row["id"]))

    # Inside

    def _hashed(self, password: str) -> str:
        with self._comparing:
            return hash_password(password)

    def _add(
        self, writer: Writer, login: str, name: str, role: Role, clearance: Mark, expected: str = "", subject: str = ""
    ) -> Person:
        row: dict[str, Any] = {
            "id": secrets.token_hex(8), "login": login, "name": name.strip(), "role": str(role),
            "clearance": int(clearance), "active": True, "password": "", "subject": subject,
            "expected_as": expected.strip().casefold(), "failures": 0, "locked_until": "", "made_at": writer.at,
            **NO_SECOND_FACTOR,
        }  # fmt: skip
        writer.connection.execute(_PERSON.insert(), row)
        _record(writer, row)
        return Person(row["id"], login, row["name"], role, clearance)

    def _check_free(self, connection: Connection, login: str, expected_as: str) -> None:
        expected = expected_as.strip().casefold()
        if login and row_of(connection, _PERSON, login=login):
            raise ConflictError("login_taken", where=login)
        if expected and row_of(connection, _PERSON, expected_as=expected):
            raise ConflictError("expected_account_taken", where=expected)

    def _keep_an_administrator(self, connection: Connection, row: RowMapping, values: dict[str, Any]) -> None:
        remains = values.get("active", row["active"]) and values.get("role", row["role"]) == str(Role.ADMINISTRATOR)
        if row["role"] == str(Role.ADMINISTRATOR) and not remains and _administrators(connection) == [row["id"]]:
            raise ConflictError("last_administrator", where=row["login"])

    def _invite(self, actor: str, person: str, role: str) -> str:
        secret = secrets.token_urlsafe(32)
        now = self.clock()
        row = {
            "digest": digest_of(secret), "person": person, "role": role, "made_at": moment(now),
            "ends_at": moment(now + INVITATION_LASTS), "used_at": "",
        }  # fmt: skip
        with self.book.writing(actor) as writer:  # who can set a password can act as that person: it is on record
            unused = (_INVITATION.c.person == person, _INVITATION.c.used_at == "")
            writer.connection.execute(_INVITATION.delete().where(*unused))
            writer.connection.execute(_INVITATION.insert(), row)
            writer.record("person_invited", {"person": person, "role": role})
        return secret

    def _invitation(self, connection: Connection, secret: str) -> Invitation:
        row = row_of(connection, _INVITATION, digest=digest_of(secret))
        if row is None or row["used_at"] or row["ends_at"] <= self.now():
            raise NotAllowedError("invitation_void")
        if not row["person"]:
            return Invitation(row["digest"], None, Role(row["role"]), Mark.UNCLASSIFIED, row["ends_at"])
        known = _row(connection, row["person"])
        if not known["active"]:
            raise NotAllowedError("account_not_active_ask")
        person = record_of(Person, known)
        return Invitation(row["digest"], person, person.role, person.clearance, row["ends_at"])


def sites_of(connection: Connection, person: str) -> tuple[str, ...]:
    """Return the codes of the sites that a person is bound to."""
    row = row_of(connection, tables.declarant, person=person)
    return () if row is None else tuple(json.loads(row["sites"]))


def _set_sites(writer: Writer, person: str, sites: tuple[str, ...]) -> None:
    table, written = tables.declarant, canonical(list(sites))
    writer.record("sites_set", {"person": person, "sites": list(sites)})
    if row_of(writer.connection, table, person=person) is None:
        writer.connection.execute(table.insert(), {"person": person, "sites": written})
    else:
        change_row(writer.connection, table, person, sites=written)


def os_person(book: Casebook) -> Person:
    """Return the person of the operating system's login, that of the process and not of the environment.

    Who makes the casebook becomes a reviewer who may see everything; whoever comes after becomes an analyst who may see
    what is restricted, until `opencwc people` says otherwise.

    Raises:
        NotAllowedError: the account is not active.

    """
    login = OS_LOGIN + normal_login(_os_login())
    with book.reading() as connection:
        row = row_of(connection, _PERSON, login=login)
    if row is None:
        try:
            row = _first_seen(book, login)
        except StorageError as error:
            if error.code not in ("casebook_only_read", "casebook_server_only_read"):
                raise
            raise StorageError("no_account_in_read_only_casebook", where=error.where, login=login) from error
    if not row["active"]:
        raise NotAllowedError("account_not_active", where=login)
    return record_of(Person, row)


def names_by_id(book: Casebook, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of people by their ids, the login where one has no name; an id that nobody has is left out."""
    with book.reading() as connection:
        asked = select(_PERSON.c.id, _PERSON.c.login, _PERSON.c.name).where(_PERSON.c.id.in_(sorted(set(ids))))
        return {row.id: row.name or row.login for row in connection.execute(asked)}


def _first_seen(book: Casebook, login: str) -> RowMapping:
    people = People(book)
    with book.writing(CONSOLE) as writer:
        known = row_of(writer.connection, _PERSON, login=login)
        if known is not None:  # another process of the same user was faster
            return known
        first = writer.connection.execute(select(func.count()).select_from(_PERSON)).scalar_one() == 0
        standing = (Role.REVIEWER, Mark.HIGHLY_PROTECTED) if first else (Role.ANALYST, Mark.RESTRICTED)
        person = people._add(writer, login, login.removeprefix(OS_LOGIN), *standing)
        return _row(writer.connection, person.id)


def wait_after(failures: int) -> timedelta:
    """Return how long an account waits after so many failures: twice as long each time, up to a quarter of an hour.

    >>> [int(wait_after(failures).total_seconds()) for failures in (4, 5, 6, 10, 1000)]
    [0, 30, 60, 900, 900]
    """
    if failures < FAILURES_ALLOWED:
        return timedelta(0)
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(failures - FAILURES_ALLOWED, 10)))


def normal_login(login: str) -> str:
    """Return a login as it is kept: NFKC, case folded; raise `InputError` where it cannot be one.

    >>> normal_login(" Alice@Ministry.example ")
    'alice@ministry.example'
    """
    text = unicodedata.normalize("NFKC", login).strip().casefold()
    if not 0 < len(text) <= 100 or any(not sign.isprintable() or sign.isspace() for sign in text) or text == CONSOLE:
        raise InputError("login_not_valid", where="login")
    return text


def end_sessions(connection: Connection, person: str, but: str = "") -> None:
    """End the sessions of a person, all but one."""
    connection.execute(tables.session.delete().where(tables.session.c.person == person, tables.session.c.id != but))


def _os_login() -> str:
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except ImportError:  # Windows
        return os.getlogin()
    except KeyError:  # a container's user that has a number and no name
        return str(os.getuid())


def _row(connection: Connection, who: str) -> RowMapping:
    row = row_of(connection, _PERSON, id=who) or row_of(connection, _PERSON, login=who)
    if row is None:
        raise NotFoundError("no_such_person", where=who)
    return row


def _changed_rights(row: RowMapping, role: Role | None, clearance: Mark | None, active: bool | None) -> dict[str, Any]:
    """Return the columns of what a person may do that would change: these changes go into the record."""
    rank = None if clearance is None else int(clearance)
    wanted = {"role": role and str(role), "clearance": rank, "active": active}
    return {name: value for name, value in wanted.items() if value is not None and value != row[name]}


def _account(row: RowMapping) -> Account:
    has = {"has_password": bool(row["password"]), "has_totp": bool(row["totp"]), "bound": bool(row["subject"])}
    return record_of(Account, row, person=record_of(Person, row), **has)


def _record(writer: Writer, row: RowMapping | dict[str, Any]) -> None:
    rights = {"role": row["role"], "clearance": str(Mark(row["clearance"])), "active": bool(row["active"])}
    writer.record("person_set", {"person": row["id"], **rights})


def _administrators(connection: Connection) -> list[str]:
    asked = select(_PERSON.c.id).where(_PERSON.c.role == str(Role.ADMINISTRATOR), _PERSON.c.active)
    return list(connection.execute(asked).scalars())


NO_SECOND_FACTOR = {"totp": "", "totp_offered": "", "totp_step": 0, "recovery": "[]"}
