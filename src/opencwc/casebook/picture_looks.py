"""Earlier uses of a picture among the originals of cases: how each looks is kept as hashes, beside the record.

Hashes are made when somebody examines a picture, for the originals that have none yet, a bounded number at a time.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, or_, select

from opencwc.casebook import tables
from opencwc.casebook.cases import case_numbered
from opencwc.casebook.custody_steps import CAPTURED, RECEIVED
from opencwc.casebook.database import Casebook, changing
from opencwc.casebook.model import Person
from opencwc.casebook.permissions import may
from opencwc.casebook.read_records import giving
from opencwc.casebook.runs import parts_of_source
from opencwc.custody.pictures.examination import MOST_BYTES, examine_files
from opencwc.custody.pictures.model import PictureFacts
from opencwc.custody.pictures.seen import ENDINGS, How, SeenPicture, SeenPictures, seen_picture
from opencwc.records import from_json, to_json

MOST_AT_ONCE = 100
"""Originals whose hashes are made for one question."""
_BYTES_AT_ONCE = 400_000_000
_NO_PICTURE = "{}"
_ORIGINAL = (RECEIVED, CAPTURED)


class KeptUse(NamedTuple):
    """An original that a picture was used as: how it is the same, by how many of 256 bits it differs, its first step.

    ``taken`` is when it was captured, as who brought it says; empty where it was received.
    """

    how: How
    bits: int
    case: str
    record: int
    source_id: str
    name: str
    at: str
    url: str
    taken: str


class KeptUses(NamedTuple):
    """Earlier uses of a picture, the first seen first, among how many originals, and how many could not be compared."""

    uses: tuple[KeptUse, ...]
    pictures: int
    waiting: int


def kept_uses(book: Casebook, person: Person, facts: PictureFacts) -> KeptUses:
    """Return the originals of the cases that a person may read which are a picture, or look like it."""
    if not may(person, "read"):
        return KeptUses((), 0, 0)
    waiting = _make_looks(book, person)
    step, look = tables.custody_step, tables.picture_look
    with giving(book, person) as given:
        rows = given.connection.execute(_originals(person, look.c.source_id, look.c.look)).all()
        seen = [from_json(SeenPicture, row.look) for row in rows if row.look not in (None, _NO_PICTURE)]
        found = {use.seen.sha256: use for use in SeenPictures(seen).uses_of(facts)}
        wanted = _of_person(person).add_columns(step).where(step.c.source_id.in_(found)).order_by(step.c.seq)
        steps = given.connection.execute(wanted).all()
        cases = {row.case_number: case_numbered(given.connection, row.case_number) for row in steps}
        given.cases(cases.values())
        given.sources(found)
    uses: dict[tuple[str, str], KeptUse] = {}
    for row in sorted(steps, key=lambda row: row.taken or row.at):
        use, case = found[row.source_id], cases[row.case_number].name
        uses.setdefault(
            (case, row.source_id),
            KeptUse(use.how, use.bits, case, row.seq, row.source_id, row.name, row.at, row.url, row.taken),
        )
    return KeptUses(tuple(uses.values()), len(seen), waiting)


def _of_person(person: Person) -> Select[Any]:
    """Select nothing yet of the steps by which originals came that a person may read."""
    step, case, source = tables.custody_step, tables.case, tables.source
    joined = step.join(case, case.c.number == step.c.case_number).join(source, source.c.id == step.c.source_id)
    cleared = int(person.clearance)
    return (
        select()
        .select_from(joined)
        .where(
            step.c.step.in_(_ORIGINAL),
            case.c.mark <= cleared,
            source.c.mark <= cleared,
            source.c.erased.is_(False),
        )
    )


def _originals(person: Person, *columns: ColumnElement[Any]) -> Select[Any]:
    """Select the pictures among the originals that a person may read, each once, with what is known of its look."""
    step, source, look = tables.custody_step, tables.source, tables.picture_look
    named = (source.c.name.ilike(f"%{ending}") for ending in ENDINGS)
    pictures = or_(source.c.media_type.like("image/%"), *named)
    held = _of_person(person).add_columns(step.c.source_id).where(pictures).subquery()
    joined = source.outerjoin(look, look.c.source_id == source.c.id)
    asked = select(source.c.id, source.c.size, source.c.seq, *columns).select_from(joined)
    return asked.where(source.c.id.in_(select(held.c.source_id))).order_by(source.c.seq)


def _make_looks(book: Casebook, person: Person) -> int:
    """Make the hashes of originals that have none, as many as one question may; return how many are left."""
    look = tables.picture_look
    with book.reading() as connection:
        rows = connection.execute(_originals(person, look.c.source_id).where(look.c.source_id.is_(None))).all()
    some, room = list[str](), _BYTES_AT_ONCE
    for row in rows[:MOST_AT_ONCE]:
        room -= row.size
        if some and room < 0:
            break
        some.append(row.id)
    made = [{"source_id": id, "look": look_of} for id, look_of in _looks(book, some)]
    if made:
        source = tables.source
        with changing(book.engine) as connection:
            erased = select(source.c.id).where(source.c.id.in_(some), source.c.erased.is_(True))
            gone = set(connection.execute(erased).scalars())
            for one in (one for one in made if one["source_id"] not in gone):
                connection.execute(look.delete().where(look.c.source_id == one["source_id"]))
                connection.execute(look.insert(), one)
    return len(rows) - len(some)


def _looks(book: Casebook, sources: Sequence[str]) -> Iterator[tuple[str, str]]:
    files = ((source, io.BytesIO(_bytes(book, source))) for source in sources)
    for source, facts in zip(sources, examine_files(files), strict=True):
        seen = seen_picture(facts)
        yield source, to_json(seen).decode() if seen is not None else _NO_PICTURE


def _bytes(book: Casebook, source: str) -> bytes:
    """Return a file, of one that is too large its beginning, which is not read either."""
    whole = bytearray()
    for part in parts_of_source(book, source):
        whole += part
        if len(whole) > MOST_BYTES:
            break
    return bytes(whole)
