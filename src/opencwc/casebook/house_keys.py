"""A change of the house's key: a record that the former key signs, the last one it does, and a new pin.

Where the former key is lost, the new one signs that record itself, and only the pin vouches for it.
"""

from __future__ import annotations

import secrets
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select

from opencwc.casebook import tables
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.durable_files import sync_folder
from opencwc.casebook.permissions import require
from opencwc.casebook.rows import row_of
from opencwc.casebook.signing import (
    KEY_FILE,
    FileKey,
    Signer,
    key_passphrase,
    key_setting,
    open_signer,
    verify_signature,
)
from opencwc.casebook.tokens import cli_person
from opencwc.casebook.transaction import KEY_CHANGED, key_that_may_sign, now
from opencwc.errors import ConflictError, InputError, IntegrityError, SettingsError
from opencwc.settings import load_settings

NEXT_FILE = "checkpoint.key.next"


class KeyChange(NamedTuple):
    """A change of key: the number of its record, both fingerprints, and where the former key file lies now, if moved.

    ``setting`` says that the new key is still to be named in the settings.
    """

    seq: int
    former: str
    next: str
    moved: str = ""
    setting: str = ""


def change_key(casebook: str = "", to: str = "", *, lost: bool = False, by_token: bool = False) -> KeyChange:
    """Change the key of a casebook to another, a new file of the settings folder where none is named.

    ``lost`` says that the key in use is not there any more: the new one signs that it takes over. ``by_token`` says
    that a person comes with a token, who must be an administrator; else whoever holds the key may.

    Raises:
        ConflictError: the key is the one in use, or the former key is not lost.
        InputError: the key in use is named by a setting, and no new one is named.
        IntegrityError: the new key does not sign.

    """
    settings = load_settings()
    folder, named = settings.folder / "keys", key_setting(settings)
    if lost:
        return _take_over(casebook, open_signer(to or named, folder), to if to != named else "")
    if named and not to:
        raise InputError("new_key_not_named")
    with closing(open_casebook(casebook, create=False)) as book:
        if by_token:
            require(cli_person(book), "people")
        own_file = not named and not to
        new = open_signer(to, folder) if to else _next_key(folder)
        changed = _hand_over(book, new)
        if own_file:
            return changed._replace(moved=str(_put_in_place(folder, changed.former)))
    return changed._replace(setting=to)


def _hand_over(book: Casebook, new: Signer) -> KeyChange:
    """Write the record of the change, signed with the key in use, and pin the new key; a broken one is gone on with."""
    former = _last_signer(book)
    if new.fingerprint == former:
        raise ConflictError("key_in_use_already", key=former)
    _see_that_it_signs(new)
    seq = _begun(book, new)
    if not seq:
        with book.writing("console") as writer:
            body = {"former": former, "next": new.fingerprint, "lost": False}
            seq = writer.record(KEY_CHANGED, body)
    book.pins.add(book.id, [new.fingerprint], "changed", now())
    return KeyChange(seq, former, new.fingerprint)


def _take_over(casebook: str, new: Signer, setting: str) -> KeyChange:
    with closing(open_casebook(casebook, signer=new, create=False)) as book:
        former = _last_signer(book)
        if new.fingerprint == former:
            raise ConflictError("key_in_use_already", key=former)
        _see_that_it_signs(new)
        with book.writing("console") as writer:
            writer.takes_over = True
            seq = writer.record(KEY_CHANGED, {"former": former, "next": new.fingerprint, "lost": True})
        book.pins.add(book.id, [new.fingerprint], "lost", now())
    return KeyChange(seq, former, new.fingerprint, setting=setting)


def _last_signer(book: Casebook) -> str:
    with book.reading() as connection:
        number = connection.execute(select(tables.casebook.c.checkpoint)).scalar_one()
        last = row_of(connection, tables.checkpoint, number=number)
    if last is None:
        raise IntegrityError("checkpoint_missing", checkpoint=number)
    return str(last["key"])


def _begun(book: Casebook, new: Signer) -> int:
    """Return the record of a change to this key that the former key has signed already, 0 where there is none."""
    with book.reading_contents() as connection:
        head = connection.execute(select(tables.casebook)).mappings().one()
        last = row_of(connection, tables.checkpoint, number=head["checkpoint"])
        waits = last is not None and key_that_may_sign(connection, last) == new.fingerprint != last["key"]
    return int(head["seq"]) if waits else 0


def _see_that_it_signs(new: Signer) -> None:
    text = secrets.token_bytes(32)
    if not verify_signature(new.public_pem(), text, new.sign(text)):
        raise IntegrityError("new_key_does_not_sign", key=new.fingerprint)


def _next_key(folder: Path) -> Signer:
    """Return the key that waits beside the one in use, made where none does."""
    path = folder / NEXT_FILE
    if path.exists():
        return open_signer(str(path), folder)
    return FileKey.make(path, key_passphrase())


def _put_in_place(folder: Path, former: str) -> Path:
    """Give the new key file the name of the one in use, and return where that lies now."""
    kept, waiting, moved = folder / KEY_FILE, folder / NEXT_FILE, folder / f"{KEY_FILE}.until-{former[:16]}"
    try:
        if not moved.exists():
            kept.rename(moved)
        waiting.rename(kept)
        sync_folder(folder)
    except OSError as error:
        raise SettingsError("signing_key_file_unusable", where=str(kept), reason=str(error.strerror)) from error
    return moved
