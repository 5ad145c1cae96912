"""What a case holds as evidence, as a web archive that others open: with its steps, and the proofs of these.

A masked copy leaves without anything that tells of its original: not its hash, by which names could be tried, not its
name, not its address.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple, cast

from opencwc.casebook.bundle_writer import written_whole
from opencwc.casebook.custody_steps import (
    CAPTURED,
    MASKED,
    RECEIVED,
    ProvedStep,
    custody_of,
    give_out,
    opened_records,
    read_evidence,
    require_leave,
)
from opencwc.casebook.database import Casebook
from opencwc.casebook.encryption import encrypted_into
from opencwc.casebook.model import Person
from opencwc.casebook.record_proofs import record_proofs
from opencwc.custody.archive_keys import ArchiveKey
from opencwc.custody.stix import Seen
from opencwc.custody.wacz_writer import write_wacz
from opencwc.custody.web_archive import Original, digest_of
from opencwc.errors import InputError
from opencwc.records import to_json

_IN_MEMORY = 1 << 24
_CHUNK = 1 << 20


class GivenOut(NamedTuple):
    """What was given out: the SHA-256 of the archive, how many files it holds, and for whom it was encrypted."""

    sha256: str
    files: int
    recipients: tuple[str, ...]


def give_archive(
    book: Casebook,
    person: Person,
    case: str,
    request: int,
    target: Path,
    key: ArchiveKey,
    *,
    masked: bool = False,
    to: str = "",
) -> GivenOut:
    """Write the originals of a case, or with ``masked`` their masked copies, as one WACZ, and put that on record.

    Raises:
        ConflictError: nobody approved the request.
        InputError: the case has nothing of the kind, or must be encrypted and the request names no recipient.
        OutputError: the file cannot be written; nothing was recorded.

    """
    with written_whole(target) as out:
        return give_archive_into(book, person, case, request, out, key, masked=masked, to=to)


def give_archive_into(
    book: Casebook,
    person: Person,
    case: str,
    request: int,
    out: IO[bytes],
    key: ArchiveKey,
    *,
    masked: bool = False,
    to: str = "",
) -> GivenOut:
    """Write the archive into a stream, as `give_archive` writes it to a path."""
    recipients = require_leave(book, person, case, request)
    proved = _leaving(custody_of(book, person, case), masked=masked)
    if not proved:
        raise InputError("custody_nothing_to_give", where=case)
    with ExitStack() as files:
        archive = cast("BinaryIO", files.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY)))
        originals = []
        for one in proved:
            file = cast("BinaryIO", files.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY)))
            for part in read_evidence(book, person, case, one.step.source_id):
                file.write(part)
            file.seek(0)
            originals.append(_original(one, file, masked=masked))
        papers = _papers(book, person, case, proved, masked=masked)
        write_wacz(archive, originals, key, title="" if masked else case, papers=papers)
        digest, _ = digest_of(archive)
        give_out(book, person, case, request, [one.step.source_id for one in proved], digest, to)
        with encrypted_into(out, recipients) as stream:
            while chunk := archive.read(_CHUNK):
                stream.write(chunk)
    return GivenOut(digest, len(proved), recipients)


def seen_in(steps: Iterable[ProvedStep]) -> Iterator[Seen]:
    """Yield the originals of a case as STIX tells of them."""
    for one in _leaving(steps, masked=False):
        step = one.step
        yield Seen(step.source_id, one.size, step.name, _taken(one), one.media_type, step.url)


def _leaving(steps: Iterable[ProvedStep], *, masked: bool) -> list[ProvedStep]:
    kinds = (MASKED,) if masked else (RECEIVED, CAPTURED)
    first: dict[tuple[str, str], ProvedStep] = {}
    for one in steps:
        if one.step.step in kinds and one.step.source_id:
            first.setdefault((one.step.source_id, one.step.url), one)
    return list(first.values())


def _original(one: ProvedStep, file: BinaryIO, *, masked: bool) -> Original:
    if masked:
        ending = ".json" if one.media_type == "application/json" else ".txt"
        return Original(file, f"masked-{one.step.seq}{ending}", _taken(one), "", one.media_type)
    return Original(file, one.step.name, _taken(one), one.step.url, one.media_type)


def _taken(one: ProvedStep) -> datetime:
    return datetime.fromisoformat(one.step.taken or one.step.at)


def _papers(
    book: Casebook, person: Person, case: str, proved: Sequence[ProvedStep], *, masked: bool
) -> dict[str, bytes]:
    """Return the steps of what leaves, and a proof for each that its record stands under the signed head."""
    numbers = [one.step.seq for one in proved]
    opened = {} if masked else opened_records(book, person, case, numbers)
    papers = {f"proof-{proof.record}.json": to_json(proof) + b"\n" for proof in record_proofs(book, person, numbers)}
    steps = [_told(one, opened.get(one.step.seq), masked=masked) for one in proved]
    papers["steps.json"] = to_json({"format": "opencwc-custody-1", "casebook": book.id, "steps": steps}) + b"\n"
    return papers


def _told(one: ProvedStep, opened: dict[str, str] | None, *, masked: bool) -> dict[str, Any]:
    step = one.step
    told: dict[str, Any] = {
        "record": step.seq, "step": step.step, "at": step.at, "sha256": step.source_id, "size": one.size,
        "anchored": {"records": one.anchor, "at": one.anchored_at} if one.anchor else None,
        "time_stamp": one.stamped_at or None, "proof": f"proof-{step.seq}.json",
    }  # fmt: skip
    if not masked:
        told |= {"name": step.name, "url": step.url, "taken": step.taken, "opened": opened}
    return told
