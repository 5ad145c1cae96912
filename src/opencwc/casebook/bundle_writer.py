"""A case written as a bundle: one ZIP file that proves itself with `bundle_verifier`, which travels in it.

The format stands in docs/reference/bundle-format.md. The caller passes the contents as iterables in the order
of the record; a bundle of a million findings is written without holding them.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import secrets
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from io import BufferedRandom
from pathlib import Path
from typing import IO, Any

from msgspec import Struct

from opencwc.casebook.bundle_verifier import FORMAT, LINKED, LONGEST_LINE
from opencwc.casebook.chain import canonical
from opencwc.casebook.durable_files import sync_folder
from opencwc.casebook.merkle_tree import Tree
from opencwc.casebook.signing import Signer, fingerprint_of
from opencwc.errors import IntegrityError, OutputError


class ChainPlace(Struct, frozen=True):
    """One record of the casebook, of whatever case, as bundles with every link show it."""

    seq: int
    commitment: bytes
    link: bytes


class ShownRecord(Struct, frozen=True):
    """One record of the case; an erased one has neither salt nor content, and its commitment in place of them."""

    seq: int
    salt: bytes | None
    content: str | None
    leaf: bytes = b""


class ShownFinding(Struct, frozen=True):
    """One finding; an erased one has its seal, the commitment to what it was, in place of salt and content."""

    id: int
    salt: bytes | None
    content: str | None
    seal: bytes | None = None


class ShownBlock(Struct, frozen=True):
    """The findings that one record of kind ``findings`` commits to, in the order of their ids."""

    record: int
    findings: Iterable[ShownFinding]


class ShownCheckpoint(Struct, frozen=True):
    """One signed statement of the chain's link."""

    statement: str
    signature: bytes
    key: str


class ShownTimeStamp(Struct, frozen=True):
    """A request (RFC 3161) for a checkpoint, and the response where it has been taken in."""

    checkpoint: int
    request: bytes
    response: bytes | None = None


class ShownSource(Struct, frozen=True):
    """A file of the user: its SHA-256 in hex, and its bytes in pieces."""

    id: str
    pieces: Iterable[bytes]


@dataclass(frozen=True)
class BundleContents:
    """All that goes into a bundle.

    ``tree`` is that of all records up to the head; ``heads`` are earlier numbers of records, rising, from which the
    bundle proves that the head goes on: those of the ``checkpoints`` among them, of which the last is the head's. Where
    there is no tree, ``chain`` and ``checkpoints`` are all from the first to the head. ``records`` and ``blocks`` are
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
    records: Iterable[ShownRecord]
    blocks: Iterable[ShownBlock]
    checkpoints: Iterable[ShownCheckpoint]
    keys: Iterable[bytes]
    tree: Tree | None = None
    heads: Iterable[int] = ()
    chain: Iterable[ChainPlace] = ()
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
    head: dict[str, Any] = field(default_factory=dict)

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
        return write_bundle_into(file, contents, signer)


def write_bundle_into(stream: IO[bytes], contents: BundleContents, signer: Signer) -> str:
    """Write a bundle from its first byte to its last into a stream, and return its SHA-256 in hex."""
    hashing = HashingStream(stream)
    with zipfile.ZipFile(hashing, "w", compresslevel=4) as archive:
        _write_members(_Written(archive), contents, signer)
    return hashing.digest.hexdigest()


class HashingStream(io.RawIOBase):
    """A stream to write to that hashes what goes through it; whoever opened the stream behind it closes that."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream
        self.digest = sha256()

    def writable(self) -> bool:
        """Return that it can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Write bytes and return how many."""
        self.digest.update(data)
        return self._stream.write(data)


def _write_members(written: _Written, contents: BundleContents, signer: Signer) -> None:
    written.member("README.txt", [(contents.readme or readme(contents.case, signer.fingerprint)).encode()])
    written.member("verify.py", [files("opencwc.casebook").joinpath("bundle_verifier.py").read_bytes()])
    written.member("report.html", (piece.encode() for piece in contents.report))
    pems = {fingerprint_of(pem): pem for pem in (*contents.keys, signer.public_pem())}
    for fingerprint, pem in sorted(pems.items()):
        written.member(f"keys/{fingerprint}.pem", [pem])
    tree = contents.tree
    if tree is None:
        written.member("chain.txt", _chain_lines(written, contents.chain))
    elif not tree.size:
        raise IntegrityError("record_without_checkpoint")
    else:
        written.member("heads.jsonl", _head_lines(tree, contents.heads))
        written.head = {"seq": tree.size, "root": tree.root().hex()}
    written.member("records.jsonl", _record_lines(written, contents.records, tree))
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
    if not written.head or not written.checkpoint:
        raise IntegrityError("record_without_checkpoint")
    names = ("casebook", "case", "case_number", "mark", "exported_at", "exported_by", "approved_by", "recipients")
    about = {name: getattr(contents, name) for name in names}
    counts = {"records": written.records, "findings": written.findings}
    return canonical(
        {
            **about, "format": LINKED if contents.tree is None else FORMAT, "head": written.head,
            "checkpoint": written.checkpoint, "counts": counts, "key": signer.fingerprint, "files": written.files,
        }
    )  # fmt: skip


def _chain_lines(written: _Written, chain: Iterable[ChainPlace]) -> Iterator[bytes]:
    for place in chain:
        written.head = {"seq": place.seq, "link": place.link.hex()}
        yield f"{place.seq} {place.commitment.hex()} {place.link.hex()}\n".encode()


def _head_lines(tree: Tree, sizes: Iterable[int]) -> Iterator[bytes]:
    for size in sizes:
        yield _line({"size": size, "root": tree.root(size).hex(), "path": _hex(tree.consistency_proof(size))})


def _record_lines(written: _Written, records: Iterable[ShownRecord], tree: Tree | None) -> Iterator[bytes]:
    for record in records:
        written.records += 1
        place = {} if tree is None else {"path": _hex(tree.inclusion_proof(record.seq - 1))}
        if record.salt is None or record.content is None:
            leaf = {} if tree is None else {"leaf": record.leaf.hex()}
            yield _line({"seq": record.seq, "erased": True, **leaf, **place})
        else:
            yield _line({"seq": record.seq, "salt": record.salt.hex(), "content": record.content, **place})


def _hex(path: Iterable[bytes]) -> list[str]:
    return [node.hex() for node in path]


def _block_lines(written: _Written, blocks: Iterable[ShownBlock]) -> Iterator[bytes]:
    for block in blocks:
        findings = [_as_json(finding) for finding in block.findings]
        written.findings += len(findings)
        yield _line({"record": block.record, "findings": findings})


def _as_json(finding: ShownFinding) -> dict[str, Any]:
    if finding.salt is not None and finding.content is not None:
        return {"id": finding.id, "salt": finding.salt.hex(), "content": finding.content}
    if finding.seal is None:
        raise IntegrityError("erased_finding_without_seal", finding=finding.id)
    return {"id": finding.id, "seal": finding.seal.hex()}


def _checkpoint_lines(
    written: _Written, checkpoints: Iterable[ShownCheckpoint], keys: dict[str, bytes]
) -> Iterator[bytes]:
    for checkpoint in checkpoints:
        written.checkpoint = json.loads(checkpoint.statement)["number"]
        if checkpoint.key not in keys:
            raise IntegrityError("public_key_missing", key=checkpoint.key)
        yield _line({"statement": checkpoint.statement, "signature": checkpoint.signature.hex(), "key": checkpoint.key})


def _line(value: object) -> bytes:
    line = canonical(value).encode() + b"\n"
    if len(line) > LONGEST_LINE:
        raise OutputError("bundle_line_too_long", bytes=len(line))
    return line


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[BufferedRandom]:
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


def readme(case: str, fingerprint: str, former: Iterable[str] = ()) -> str:
    """Return what README.txt says: what this is and how to check it, for somebody who has never heard of OpenCWC.

    ``former`` are keys of the house before this one, by which the reader may know it.
    """
    text = files("opencwc.casebook").joinpath("data/bundle_readme.txt").read_text(encoding="utf-8")
    earlier = "".join(f"\n    {key} (an earlier key of the house)" for key in former)
    return text.format(case=case, fingerprint=fingerprint + earlier)
