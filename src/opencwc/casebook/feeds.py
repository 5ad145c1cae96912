"""The feeds of a case: which addresses are fetched for it and how often, and what their last fetch came to.

That a feed was added, changed or removed is a record. When it is due and what the last fetch came to is none: what was
fetched is a source of the case, and its run says from which address it came.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlsplit

from msgspec import Struct
from sqlalchemy import Connection, RowMapping, Select, select

from opencwc.casebook.cases import case_for_keeping, case_numbered, visible_case
from opencwc.casebook.chain import canonical
from opencwc.casebook.database import Casebook, changing
from opencwc.casebook.model import Case, CaseStatus, Mark, Person
from opencwc.casebook.permissions import may, require
from opencwc.casebook.read_records import giving
from opencwc.casebook.rows import change_row, record_of, row_of
from opencwc.casebook.tables import case as case_file
from opencwc.casebook.tables import feed, feed_fetch
from opencwc.casebook.tables import feed_look as feed_looks
from opencwc.casebook.transaction import MOMENT, Writer, now
from opencwc.errors import ConflictError, InputError, NotFoundError
from opencwc.finding import Message
from opencwc.records import from_json, one_of, to_plain

MOST = 300
"""Feeds that a case may have."""
LONGEST, LONGEST_NAME = 2_000, 300
MOST_HOURS = 31 * 24
USUAL_HOURS = 6
AT_ONCE = 25
"""Feeds that are fetched in one go."""
LEASE = timedelta(minutes=20)
"""After so long without an answer a feed is given to the next who asks."""
_CLOSED = (str(CaseStatus.CLOSED), str(CaseStatus.ERASED))
NEW, UNCHANGED, FAILED = ANSWERS = ("new", "unchanged", "failed")


class NewFeed(NamedTuple):
    """A feed to add: its address, and what people call it."""

    url: str
    name: str = ""


class Feed(Struct, frozen=True):
    """A feed of a case by the record that added it; ``hours`` lie between two fetches, 0 where people ask for each.

    ``person`` is in whose name it is fetched: who added it or changed it last.
    """

    seq: int
    case_number: int
    url: str
    name: str
    hours: int
    person: str
    at: str


class LastFetch(Struct, frozen=True):
    """What the last fetch of a feed came to, and when the next is due; what has not happened is empty.

    ``heard_at`` is when its server last answered with a feed, also with an unchanged one; ``failures`` counts the
    fetches that failed since. ``job`` is the job that reads what came last.
    """

    due_at: str = ""
    claimed_at: str = ""
    fetched_at: str = ""
    heard_at: str = ""
    answer: Annotated[str, one_of(("", *ANSWERS))] = ""
    why: Message | None = None
    failures: int = 0
    job: str = ""


class CaseFeed(NamedTuple):
    """A feed with its case and its last fetch."""

    feed: Feed
    case: Case
    last: LastFetch


class DueFeed(NamedTuple):
    """A feed to fetch now, in whose name, and what its server said of it last."""

    feed: Feed
    case: str
    person: str
    etag: str
    last_modified: str
    sha256: str


class Outcome(NamedTuple):
    """What a fetch came to."""

    answer: Literal["new", "unchanged", "failed"]
    why: Message | None = None
    job: str = ""
    etag: str = ""
    last_modified: str = ""
    sha256: str = ""


def list_feeds(book: Casebook, person: Person, case: str = "") -> list[CaseFeed]:
    """Return the feeds of a case, or of all cases that a person may see, in the order of cases and of adding.

    Raises:
        NotFoundError: there is no such case for this person.

    """
    require(person, "read")
    with giving(book, person) as given:
        query = _JOINED.order_by(feed.c.case_number, feed.c.seq)
        if case:
            query = query.where(feed.c.case_number == visible_case(given.connection, person, case).number)
        rows = given.connection.execute(query).mappings().all()
        cases = {number: case_numbered(given.connection, number) for number in {row["case_number"] for row in rows}}
        listed = [CaseFeed(record_of(Feed, row), cases[row["case_number"]], _last(row)) for row in rows]
        visible = [one for one in listed if may(person, "read", one.case.mark)]
        given.cases({one.case.number: one.case for one in visible}.values())
    return visible


def feed_look(book: Casebook, person: Person) -> int:
    """Return the last run that there was when a person last looked at what feeds brought, 0 before the first look."""
    require(person, "read")
    with book.reading() as connection:
        row = row_of(connection, feed_looks, person=person.id)
    return 0 if row is None else int(row["run"])


def note_feed_look(book: Casebook, person: Person, run: int) -> None:
    """Note that a person has looked at what feeds brought up to a run; an older look takes nothing back."""
    require(person, "read")
    with changing(book.engine) as connection:
        before = row_of(connection, feed_looks, person=person.id)
        if before is not None and before["run"] >= run:
            return
        connection.execute(feed_looks.delete().where(feed_looks.c.person == person.id))
        connection.execute(feed_looks.insert(), {"person": person.id, "run": run, "at": now()})


def add_feeds(
    book: Casebook, person: Person, case: str, feeds: Iterable[NewFeed], hours: int = USUAL_HOURS
) -> list[Feed]:  # fmt: skip
    """Add feeds to a case, opened where there is none of this name, and return those that it did not have yet.

    Each is due at once, unless people ask for each fetch.

    Raises:
        ConflictError: the case is closed or erased, or would have too many feeds.
        InputError: an address is none, or the time between two fetches is too long.

    """
    wanted = {one.url: one for one in map(_checked, feeds)}
    hours = _checked_hours(hours)
    case_for_keeping(book, person, case)
    with book.writing(person.id) as writer:
        kept_case = visible_case(writer.connection, person, case, "keep")
        _require_open(kept_case)
        here = select(feed.c.url).where(feed.c.case_number == kept_case.number)
        there = set(writer.connection.execute(here).scalars())
        new = [one for url, one in wanted.items() if url not in there]
        if len(there) + len(new) > MOST:
            raise ConflictError("too_many_feeds", most=MOST, case=case)
        return [_add(writer, kept_case, one, hours) for one in new]


def _add(writer: Writer, case: Case, new: NewFeed, hours: int) -> Feed:
    seq = writer.record("feed_added", {"url": new.url, "name": new.name, "hours": hours}, case.number)
    added = Feed(seq, case.number, new.url, new.name, hours, writer.actor, writer.at)
    writer.connection.execute(feed.insert(), to_plain(added))
    blank = {column.name: "" for column in feed_fetch.columns}
    row = {**blank, "feed": seq, "case_number": case.number, "failures": 0, "due_at": writer.at if hours else ""}
    writer.connection.execute(feed_fetch.insert(), row)
    return added


def change_feed(book: Casebook, person: Person, seq: int, hours: int) -> None:
    """Fetch a feed after so many hours each time, from now on in the name of who changes it."""
    hours = _checked_hours(hours)
    with book.writing(person.id) as writer:
        kept_case = _case_of(writer.connection, person, seq)
        _require_open(kept_case)
        writer.record("feed_changed", {"feed": seq, "hours": hours}, kept_case.number)
        change_row(writer.connection, feed, seq, hours=hours, person=writer.actor)
        change_row(writer.connection, feed_fetch, seq, due_at=writer.at if hours else "")


def remove_feed(book: Casebook, person: Person, seq: int) -> None:
    """Remove a feed from its case; what was fetched of it stays."""
    with book.writing(person.id) as writer:
        kept_case = _case_of(writer.connection, person, seq)
        writer.record("feed_removed", {"feed": seq}, kept_case.number)
        writer.connection.execute(feed.delete().where(feed.c.seq == seq))
        writer.connection.execute(feed_fetch.delete().where(feed_fetch.c.feed == seq))


def ask_fetch(book: Casebook, person: Person, case: str = "") -> int:
    """Have the feeds of a case, or of all open ones of a person, be fetched now, and return how many there are."""
    require(person, "keep")
    with changing(book.engine) as connection:
        if case:
            _require_open(visible_case(connection, person, case, "keep"))
        open_cases = select(case_file.c.number).where(
            case_file.c.status.not_in(_CLOSED), case_file.c.mark <= int(person.clearance),
            *((case_file.c.name == case,) if case else ()),
        )  # fmt: skip
        here = feed_fetch.update().where(feed_fetch.c.case_number.in_(open_cases))
        return connection.execute(here.values(due_at=now(), asked_by=person.id)).rowcount


# -------------------------------------------------------------------------------------------- for who fetches them


def claim_due(book: Casebook, at: datetime) -> list[DueFeed]:
    """Take the feeds of one case that are due, for one person; no two are given the same."""
    moment, lapsed = _moment(at), _moment(at - LEASE)
    due = (feed_fetch.c.due_at != "", feed_fetch.c.due_at <= moment, feed_fetch.c.claimed_at < lapsed)
    with book.reading() as connection:  # to look keeps no writer waiting
        if connection.execute(select(feed_fetch.c.feed).where(*due).limit(1)).first() is None:
            return []
    with changing(book.engine) as connection:
        query = _JOINED.add_columns(case_file.c.name.label("case_name")).where(*due)
        query = query.join(case_file, case_file.c.number == feed.c.case_number)
        query = query.where(case_file.c.status.not_in(_CLOSED)).order_by(feed_fetch.c.due_at, feed.c.seq)
        rows = connection.execute(query.limit(MOST).with_for_update(of=feed_fetch)).mappings().all()
        claimed = [_due(row) for row in rows]
        claimed = [one for one in claimed if (one.case, one.person) == (claimed[0].case, claimed[0].person)][:AT_ONCE]
        taken = feed_fetch.c.feed.in_([one.feed.seq for one in claimed])
        connection.execute(feed_fetch.update().where(taken).values(claimed_at=moment))
    return claimed


def note_fetched(book: Casebook, fetched: Sequence[tuple[Feed, Outcome]], at: datetime) -> None:
    """Note what fetches came to, and when the next ones are due; a feed that was removed meanwhile stays so."""
    moment = _moment(at)
    with changing(book.engine) as connection:
        for one, outcome in fetched:
            values: dict[str, Any] = {
                "fetched_at": moment, "answer": outcome.answer, "claimed_at": "", "asked_by": "",
                "why": canonical(to_plain(outcome.why)) if outcome.why is not None else "",
                "due_at": _moment(at + timedelta(hours=one.hours)) if one.hours else "",
            }  # fmt: skip
            if outcome.answer == FAILED:
                values["failures"] = feed_fetch.c.failures + 1
            else:
                values |= {"failures": 0, "heard_at": moment}
            if outcome.answer == NEW:
                values |= {name: getattr(outcome, name) for name in ("job", "etag", "last_modified", "sha256")}
            change_row(connection, feed_fetch, one.seq, **values)


# ------------------------------------------------------------------------------------------------------ inside

_STATE = [column for column in feed_fetch.columns if column.name not in ("feed", "case_number")]
_JOINED: Select[Any] = select(feed, *_STATE).join(feed_fetch, feed_fetch.c.feed == feed.c.seq)


def _due(row: RowMapping) -> DueFeed:
    known = (row["etag"], row["last_modified"], row["sha256"])
    return DueFeed(record_of(Feed, row), row["case_name"], row["asked_by"] or row["person"], *known)


def _last(row: RowMapping) -> LastFetch:
    return record_of(LastFetch, row, why=from_json(Message, row["why"].encode()) if row["why"] else None)


def _case_of(connection: Connection, person: Person, seq: int) -> Case:
    """Return the case of a feed for who may change it; raise `NotFoundError` where the person knows of none."""
    row = row_of(connection, feed_fetch, feed=seq)
    kept_case = case_numbered(connection, row["case_number"]) if row is not None else None
    if kept_case is None or kept_case.mark > person.clearance:
        raise NotFoundError("no_such_feed", feed=seq)
    require(person, "keep", Mark(kept_case.mark))
    return kept_case


def _require_open(kept_case: Case) -> None:
    if kept_case.status in (CaseStatus.CLOSED, CaseStatus.ERASED):
        raise ConflictError("case_not_open", case=kept_case.name, state=kept_case.status)


def _checked(new: NewFeed) -> NewFeed:
    """Return a feed with a plain address and name; raise `InputError` where it is no address of a feed."""
    url, name = new.url.strip(), " ".join(new.name.split())[:LONGEST_NAME]
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.username is None
        fits = fits and (parts.port or 1) > 0 and not parts.fragment
    except ValueError:
        fits = False
    if not fits or len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise InputError("feed_no_address", where="url", url=url[:200])
    return NewFeed(url, name)


def _checked_hours(hours: int) -> int:
    if not 0 <= hours <= MOST_HOURS:
        raise InputError("feed_hours", where="hours", most=MOST_HOURS)
    return hours


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime(MOMENT)
