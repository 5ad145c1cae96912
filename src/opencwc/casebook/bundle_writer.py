"""A case written as a bundle: one ZIP file that proves itself with `bundle_verifier`, which travels in it.

The format stands in docs/reference/bundle-format.md. Whoever calls gives the contents as iterables in the order of
the record; a bundle of a million findings is written without holding them.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import IO, Any

from opencwc.casebook.bundle_verifier import FORMAT, LONGEST_LINE
from opencwc.casebook.chain import canonical
from opencwc.casebook.folder_sync import sync_folder
from opencwc.casebook.signing import Signer, fingerprint_of
from opencwc.errors import IntegrityError, OutputError


@dataclass(frozen=True, slots=True)
class ChainPlace:
    """One record of the casebook, of whatever case, as every bundle shows it."""

    seq: int
    commitment: bytes
    link: bytes


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """One record of the case; an erased one has neither salt nor content."""

    seq: int
    salt: bytes | None
    content: str | None


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """One finding; an erased one has its seal, the commitment to what it was, in place of salt and content."""

    id: int
    salt: bytes | None
    content: str | None
    seal: bytes | None = None


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """The findings that one record of kind ``findings`` commits to, in the order of their ids."""

    record: int
    findings: Iterable[ShownFinding]


@dataclass(frozen=True, slots=True)
class ShownCheckpoint:
    """One signed statement of the chain's link."""

    statement: str
    signature: bytes
    key: str


@dataclass(frozen=True, slots=True)
class ShownTimeStamp:
    """A request (RFC 3161) for a checkpoint, and the response where it has been taken in."""

    checkpoint: int
    request: bytes
    response: bytes | None = None


@dataclass(frozen=True, slots=True)
class ShownSource:
    """A file of the user: its SHA-256 in hex, and its bytes in pieces."""

    id: str
    pieces: Iterable[bytes]


@dataclass(frozen=True)
class BundleContents:
    """All that goes into a bundle.

    ``chain`` and ``checkpoints`` go from the first to the head and must not be empty; ``records`` and ``blocks`` are
    those of the case; ``keys`` are the public keys (PEM) of every checkpoint. ``report`` is HTML in pieces.
    """

    casebook: str
    case: str
    case_number: int
    mark: str
    exported_at: str
    exported_by: str
    approved_by: str
    recipients: tuple[str, ...]
    chain: Iterable[ChainPlace]
    records: Iterable[ShownRecord]
    blocks: Iterable[ShownBlock]
    checkpoints: Iterable[ShownCheckpoint]
    keys: Iterable[bytes]
    time_stamps: Iterable[ShownTimeStamp] = ()
    sources: Iterable[ShownSource] = ()
    report: Iterable[str] = ("<!doctype html><title>OpenCWC</title>\n",)
    readme: str = ""


@dataclass
class _Written:
    """What was written so far: the hash of each member, the counts, the head."""

    archive: zipfile.ZipFile
    files: dict[str, str] = field(default_factory=dict)
    records: int = 0
    findings: int = 0
    checkpoint: int = 0
    head: ChainPlace | None = None

    def member(self, name: str, pieces: Iterable[bytes]) -> None:
        if name in self.files:
            raise IntegrityError("bundle_holds_file_twice", file=str(name))
        digest = sha256()
        info = zipfile.ZipInfo(name)  # of 1980-01-01: when a bundle was made stands in the manifest
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o100644 << 16
        info.create_system = 3
        with self.archive.open(info, "w", force_zip64=True) as stream:
            for piece in pieces:
                digest.update(piece)
                stream.write(piece)
        self.files[name] = digest.hexdigest()


def write_bundle(path: Path, contents: BundleContents, signer: Signer) -> str:
    """Write a bundle whole or not at all, and return its SHA-256 in hex.

    Raises:
        IntegrityError: the contents do not fit together: a source is not the file that its hash names, a key is
            missing, there is no record or no checkpoint.
        OutputError: the file cannot be written.

    """
    with written_whole(path) as file:
        with zipfile.ZipFile(file, "w", compresslevel=4) as archive:
            _write_members(_Written(archive), contents, signer)
        file.flush()
        file.seek(0)
        digest = sha256()
        while piece := file.read(2**20):
            digest.update(piece)
    return digest.hexdigest()


def _write_members(written: _Written, contents: BundleContents, signer: Signer) -> None:
    written.member("README.txt", [(contents.readme or readme(contents.case, signer.fingerprint)).encode()])
    written.member("verify.py", [files("opencwc.casebook").joinpath("bundle_verifier.py").read_bytes()])
    written.member("report.html", (piece.encode() for piece in contents.report))
    pems = {fingerprint_of(pem): pem for pem in (*contents.keys, signer.public_pem())}
    for fingerprint, pem in sorted(pems.items()):
        written.member(f"keys/{fingerprint}.pem", [pem])
    written.member("chain.txt", _chain_lines(written, contents.chain))
    written.member("records.jsonl", _record_lines(written, contents.records))
    written.member("findings.jsonl", _block_lines(written, contents.blocks))
    written.member("checkpoints.jsonl", _checkpoint_lines(written, contents.checkpoints, pems))
    for stamp in contents.time_stamps:
        written.member(f"timestamps/{stamp.checkpoint}.tsq", [stamp.request])
        if stamp.response is not None:
            written.member(f"timestamps/{stamp.checkpoint}.tsr", [stamp.response])
    for source in contents.sources:
        written.member(f"sources/{source.id}", source.pieces)
        if written.files[f"sources/{source.id}"] != source.id:
            raise IntegrityError("source_differs_from_kept", where=source.id)
    manifest = _manifest(written, contents, signer).encode()
    written.member("manifest.json", [manifest])
    written.member("manifest.sig", [signer.sign(manifest)])


def _manifest(written: _Written, contents: BundleContents, signer: Signer) -> str:
    if written.head is None or not written.checkpoint:
        raise IntegrityError("record_without_checkpoint")
    return canonical(
        {
            "format": FORMAT,
            "casebook": contents.casebook,
            "case": contents.case,
            "case_number": contents.case_number,
            "mark": contents.mark,
            "exported_at": contents.exported_at,
            "exported_by": contents.exported_by,
            "approved_by": contents.approved_by,
            "recipients": list(contents.recipients),
            "head": {"seq": written.head.seq, "link": written.head.link.hex()},
            "checkpoint": written.checkpoint,
            "counts": {"records": written.records, "findings": written.findings},
            "key": signer.fingerprint,
            "files": written.files,
        }
    )


def _chain_lines(written: _Written, chain: Iterable[ChainPlace]) -> Iterator[bytes]:
    for place in chain:
        written.head = place
        yield f"{place.seq} {place.commitment.hex()} {place.link.hex()}\n".encode()


def _record_lines(written: _Written, records: Iterable[ShownRecord]) -> Iterator[bytes]:
    for record in records:
        written.records += 1
        if record.salt is None or record.content is None:
            yield _line({"seq": record.seq, "erased": True})
        else:
            yield _line({"seq": record.seq, "salt": record.salt.hex(), "content": record.content})


def _block_lines(written: _Written, blocks: Iterable[ShownBlock]) -> Iterator[bytes]:
    for block in blocks:
        findings = [_finding(finding) for finding in block.findings]
        written.findings += len(findings)
        yield _line({"record": block.record, "findings": findings})


def _finding(one: ShownFinding) -> dict[str, Any]:
    if one.salt is not None and one.content is not None:
        return {"id": one.id, "salt": one.salt.hex(), "content": one.content}
    if one.seal is None:
        raise IntegrityError("erased_finding_without_seal", finding=one.id)
    return {"id": one.id, "seal": one.seal.hex()}


def _checkpoint_lines(
    written: _Written, checkpoints: Iterable[ShownCheckpoint], keys: dict[str, bytes]
) -> Iterator[bytes]:
    for checkpoint in checkpoints:
        written.checkpoint += 1
        if checkpoint.key not in keys:
            raise IntegrityError("public_key_missing", key=checkpoint.key)
        yield _line({"statement": checkpoint.statement, "signature": checkpoint.signature.hex(), "key": checkpoint.key})


def _line(value: object) -> bytes:
    line = canonical(value).encode() + b"\n"
    if len(line) > LONGEST_LINE:
        raise OutputError("bundle_line_too_long", bytes=len(line))
    return line


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to write that stands at the path once all is written and on the disk, and not before.

    It is for its owner alone (mode 0600). `OutputError` where it cannot be written; nothing is left behind then.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        descriptor = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                yield file
                file.flush()
                os.fsync(descriptor)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise OutputError("file_cannot_be_written", where=str(path), reason=str(error.strerror or error)) from error


def readme(case: str, fingerprint: str) -> str:
    """Return what README.txt says: what this is and how to check it, for somebody who has never heard of OpenCWC."""
    return f"""\
This is the case "{case}" of an OpenCWC casebook: what was found, who decided what and why, and the proof that nothing
of it was altered since.

To read it, open report.html in a browser.

To check it you need Python 3.9 or later and the command openssl 3.0 or later, and no network:

    python3 verify.py THIS_FILE.zip --key FINGERPRINT

FINGERPRINT is that of the sender's key. Get it by another way than this file: on paper, by telephone, from an earlier
letter. Whoever forges a bundle signs it with a key of his own, and everything in it fits but this number. The bundle
itself says:

    {fingerprint}

A forger may also put a false verify.py in. Take verify.py from a place you trust: it is the file
opencwc/casebook/bundle_verifier.py of OpenCWC, and it prints its own SHA-256.

If the sender had a time-stamping authority stamp the record, add its certificates: --ca CA.pem
If you have an older bundle of the same casebook, see that this one extends it: --older OLDER.zip

What each file is:

    manifest.json       what the bundle holds, with a SHA-256 of each file; manifest.sig is its signature (Ed25519)
    chain.txt           the whole record of the casebook as numbers: one line a record, each linked to the one before
    records.jsonl       the records of this case; findings.jsonl: the findings they commit to
    checkpoints.jsonl   signed statements of the chain; timestamps/: what a third party says of when they stood
    keys/               public keys; sources/: the files that were examined, named by their SHA-256
"""
