"""A third party's word on when the record stood: RFC 3161, with no network of our own.

`write_request` writes the file that is carried to a time-stamping authority, `take_in` reads what it answered.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from sqlalchemy import RowMapping, select

from opencwc.casebook import tables
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.permissions import require
from opencwc.casebook.time_stamps import TimeStamp, request, verify_response
from opencwc.errors import InputError, NotFoundError
from opencwc.files import open_for_writing


def write_request(book: Casebook, person: Person, target: Path) -> int:
    """Write the time-stamp request for the newest checkpoint and return the checkpoint's number."""
    require(person, "audit" if person.role.value in ("auditor", "administrator") else "export")
    with book.writing(person.id) as writer:
        checkpoint = tables.checkpoint
        query = select(checkpoint).order_by(checkpoint.c.number.desc()).limit(1)
        last = writer.connection.execute(query).mappings().one()
        have = select(tables.time_stamp.c.request).where(tables.time_stamp.c.number == last["number"])
        made = writer.connection.execute(have).scalar_one_or_none()
        if made is None:
            made = request(_stamped(last))
            row = {"number": last["number"], "request": made, "token": None}
            writer.connection.execute(tables.time_stamp.insert(), row)
    with open_for_writing(target, binary=True) as stream:
        stream.write(bytes(made))
    return int(last["number"])


def take_in(book: Casebook, person: Person, response: Path, authority: Path) -> tuple[int, TimeStamp]:
    """Take in a time-stamp response, verified against the authority's certificates; return checkpoint and stamp.

    Raises:
        InputError: the response belongs to no request of this casebook.
        IntegrityError: its status, imprint, nonce, signature or certificates do not hold.

    """
    require(person, "audit" if person.role.value in ("auditor", "administrator") else "export")
    answered = response.read_bytes()
    with book.writing(person.id) as writer:
        table, checkpoint = tables.time_stamp, tables.checkpoint
        waiting = writer.connection.execute(select(table).where(table.c.token.is_(None))).mappings().all()
        if not waiting:
            raise NotFoundError("no_request_waiting")
        problems = []
        for row in waiting:
            query = select(checkpoint).where(checkpoint.c.number == row["number"])
            stamped = _stamped(writer.connection.execute(query).mappings().one())
            try:
                stamp = verify_response(stamped, bytes(row["request"]), answered, authority)
            except Exception as error:  # tried against each request; told below where none fits
                problems.append(error)
                continue
            writer.connection.execute(table.update().where(table.c.number == row["number"]).values(token=answered))
            body = {
                "checkpoint": row["number"], "stamped_at": str(stamp.at), "serial": str(stamp.serial),
                "token": sha256(answered).hexdigest(),
            }  # fmt: skip
            writer.record("time_stamped", body)
            return int(row["number"]), stamp
        if len(problems) == 1:
            raise problems[0]
        raise InputError("response_fits_no_request", where=str(response)) from problems[-1]


def _stamped(checkpoint: RowMapping) -> bytes:
    """Return what is stamped of a checkpoint: statement and signature, as the next checkpoint names them too."""
    return str(checkpoint["statement"]).encode() + bytes(checkpoint["signature"])
