"""Does a WACZ still say what was packed? Each file against its hash, the list of files against its signature.

The archive is foreign: nothing is unpacked to the disk, and what unpacks out of all proportion is told and not read on.
"""

from __future__ import annotations

import gzip
import json
import stat
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from io import BufferedReader, RawIOBase
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast

from msgspec import Struct

from opencwc.custody.archive_keys import fingerprint_of, signature_holds
from opencwc.custody.host_certificates import key_of_certificate, leads_to_trusted
from opencwc.custody.wacz_writer import DIGEST, MANIFEST
from opencwc.custody.warc_records import INDEXED, Damaged, Digests, TooLarge, read_records
from opencwc.custody.web_archive import WARC_ENDINGS
from opencwc.errors import InputError
from opencwc.files.zip_damage import ZIP_DAMAGED
from opencwc.finding import Message, Value
from opencwc.wording import sentence

MOST_FILES = 100_000
MOST_FAULTS = 100
"""Faults that are told; of the others their number."""
MOST_TEXT = 64_000_000
"""Bytes of the list of files."""
_ALWAYS_UNPACKED = 1_000_000_000
_MOST_UNPACKED_TIMES = 100
_CHUNK = 1 << 18
_LONGEST_NAME = 300
_LONGEST_LINE = 16_000_000
_INDEX_ENDINGS = (".cdx.gz", ".cdx", ".cdxj")
_DAMAGED = (*ZIP_DAMAGED, OSError, ValueError)


class CheckedArchive(Struct, frozen=True):
    """What a WACZ holds, who signed it, and what does not fit.

    ``key`` is the fingerprint of the key that signed, empty where none did; ``vouched`` says that it is one of those
    that were named. ``faults`` are what does not fit, ``more`` how many others there are. ``unchecked`` is what was not
    checked.
    """

    files: int
    records: int
    pages: int
    title: str = ""
    created: str = ""
    software: str = ""
    key: str = ""
    vouched: bool = False
    faults: tuple[Message, ...] = ()
    more: int = 0
    unchecked: tuple[Message, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether all that was checked fits."""
        return not self.faults


def archive_said(checked: CheckedArchive, lang: str = "en") -> list[str]:
    """Return what came of the check in sentences: whether all fits, what does not, who signed, what was not checked."""
    counts: dict[str, Value] = {"files": checked.files, "records": checked.records, "pages": checked.pages}
    messages = [Message("custody_fits" if checked.fits else "custody_fits_not", counts), *checked.faults]
    if checked.more:
        messages.append(Message("custody_more_faults", {"count": checked.more}))
    if checked.key:
        signed: dict[str, Value] = {"key": checked.key, "created": checked.created, "software": checked.software}
        messages.append(Message("custody_signed_by_named" if checked.vouched else "custody_signed_by", signed))
    return [sentence(message, lang) for message in (*messages, *checked.unchecked)]


def verify_wacz(file: BinaryIO, name: str, keys: Collection[str] = (), trusted: str = "") -> CheckedArchive:
    """Check a WACZ; ``keys`` are fingerprints of which one must have signed, where any are given.

    ``trusted`` are certificates, as PEM, to which that of a host which signed (`authsign`) must lead, where any are.

    Raises:
        InputError: it is no ZIP file, or has no list of files.

    """
    size = file.seek(0, 2)
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as package:
            most = max(_ALWAYS_UNPACKED, _MOST_UNPACKED_TIMES * size)
            return _Check(package, name, most, trusted).all(keys)
    except _DAMAGED as error:
        raise InputError("custody_no_wacz", where=name) from error


@dataclass
class _Check:
    """The check of one archive, which may unpack so many bytes."""

    package: zipfile.ZipFile
    name: str
    left: int
    trusted: str = ""
    faults: list[Message] = field(default_factory=list)
    more: int = 0
    unchecked: list[Message] = field(default_factory=list)
    key: str = ""
    records: int = 0
    urls: set[str] = field(default_factory=set)
    offsets: dict[tuple[str, int], str] = field(default_factory=dict)

    def all(self, keys: Collection[str]) -> CheckedArchive:
        """Check everything."""
        members = self._members()
        if MANIFEST not in members:
            raise InputError("custody_no_wacz", where=self.name)
        manifest = self._text(members[MANIFEST])
        said = self._object(manifest, MANIFEST)
        signed = self._check_digest(members, manifest or b"", said)
        self._check_key(keys)
        resources = self._check_files(members, said)
        for path in resources:
            if path.startswith("archive/") and path.endswith(WARC_ENDINGS):
                self._check_records(members[path])
        pages = self._check_pages(members)
        self._check_indexes(members)
        return CheckedArchive(
            files=len(members),
            records=self.records,
            pages=pages,
            title=_text_of(said.get("title")),
            created=_text_of(said.get("created")),
            software=_text_of(signed.get("software") or said.get("software")),
            key=self.key,
            vouched=bool(keys) and self.key in keys,
            faults=tuple(self.faults),
            more=self.more,
            unchecked=tuple(self.unchecked),
        )

    def _add(self, id: str, where: str, **values: Value) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Message(id, {"where": shown(where), **values}))
        else:
            self.more += 1

    # ------------------------------------------------------------------------------------------------- the files

    def _members(self) -> dict[str, zipfile.ZipInfo]:
        """Return the members by their names; one that leads out, is a link or is locked is told and not read."""
        infos = self.package.infolist()
        if len(infos) > MOST_FILES:
            raise InputError("custody_too_many_files", where=self.name, most=MOST_FILES)
        members: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            if why := _why_not(info):
                self._add("custody_file_refused", info.filename, reason=Message(why))
            elif info.filename in members:
                self._add("custody_file_twice", info.filename)
            elif not info.is_dir():
                members[info.filename] = info
        return members

    def _pieces(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        with self.package.open(member) as stream:
            while chunk := stream.read(_CHUNK):
                self._unpacked(len(chunk))
                yield chunk

    def _unpacked(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise InputError("custody_unpacks_too_large", where=self.name)

    def _text(self, member: zipfile.ZipInfo | None) -> bytes | None:
        """Return what a list holds; ``None`` where it is not there, damaged or too large."""
        if member is None:
            return None
        data = bytearray()
        try:
            for piece in self._pieces(member):
                data += piece
                if len(data) > MOST_TEXT:
                    self._add("custody_file_unreadable", member.filename)
                    return None
        except _DAMAGED:
            self._add("custody_file_differs", member.filename)
            return None
        return bytes(data)

    def _object(self, data: bytes | None, where: str) -> dict[str, Any]:
        if data is None:
            return {}
        try:
            said = json.loads(data)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            self._add("custody_file_unreadable", where)
            return {}
        return said

    def _check_files(self, members: dict[str, zipfile.ZipInfo], said: dict[str, Any]) -> list[str]:
        """Hold every file against the list, and return the names of those that are in both."""
        listed: dict[str, tuple[str, object]] = {}
        resources = said.get("resources")
        for resource in resources if isinstance(resources, list) else []:
            path, digest = (resource.get("path"), resource.get("hash")) if isinstance(resource, dict) else (None, None)
            if not isinstance(path, str) or not isinstance(digest, str) or path in listed:
                self._add("custody_file_unreadable", MANIFEST)
                continue
            listed[path] = (digest.lower(), resource.get("bytes"))
        if not listed:
            self._add("custody_file_unreadable", MANIFEST)
        for path in sorted(listed.keys() - members.keys()):
            self._add("custody_file_missing", path)
        for path in sorted(members.keys() - listed.keys() - {MANIFEST, DIGEST}):
            self._add("custody_file_unlisted", path)
        both = [path for path in listed if path in members]
        for path in both:
            if self._hash(members[path]) != listed[path]:
                self._add("custody_file_differs", path)
        return both

    def _hash(self, member: zipfile.ZipInfo) -> tuple[str, object]:
        digest, size = sha256(), 0
        try:
            for piece in self._pieces(member):
                digest.update(piece)
                size += len(piece)
        except _DAMAGED:
            return "", 0
        return f"sha256:{digest.hexdigest()}", size

    # --------------------------------------------------------------------------------------------- the signature

    def _check_digest(
        self, members: dict[str, zipfile.ZipInfo], manifest: bytes, said: dict[str, Any]
    ) -> dict[str, Any]:
        """Hold the list of files against its hash and the signature over that, and return what was signed."""
        if DIGEST not in members:
            self.unchecked.append(Message("custody_not_covered"))
            return {}
        digest = self._object(self._text(members[DIGEST]), DIGEST)
        hashed = f"sha256:{sha256(manifest).hexdigest()}"
        if digest.get("path") != MANIFEST or digest.get("hash") != hashed:
            self._add("custody_list_differs", DIGEST)
        signed = digest.get("signedData")
        if signed is None:
            self.unchecked.append(Message("custody_not_signed"))
            return {}
        if not isinstance(signed, dict):
            self._add("custody_file_unreadable", DIGEST)
            return {}
        if signed.get("hash") != hashed:
            self._add("custody_signed_for_other", DIGEST)
        if signed.get("created") != said.get("created"):
            self._add("custody_signed_at_other", DIGEST)
        self._check_signature(signed)
        return signed

    def _check_signature(self, signed: dict[str, Any]) -> None:
        public = signed.get("publicKey")
        if not public and signed.get("domainCert"):
            public = key_of_certificate(_text_of(signed.get("domainCert")))
            self._check_domain(signed)
        public, signature = _text_of(public), _text_of(signed.get("signature"))
        if signature_holds(public, _text_of(signed.get("hash")), signature):
            self.key = fingerprint_of(public)
        else:
            self._add("custody_signature_wrong", DIGEST)

    def _check_domain(self, signed: dict[str, Any]) -> None:
        """Hold the certificate of the host that signed against those that are trusted, where any are."""
        domain, chain, created = (_text_of(signed.get(name)) for name in ("domain", "domainCert", "created"))
        values: dict[str, Value] = {"domain": shown(domain)}
        if not self.trusted:
            self.unchecked.append(Message("custody_domain_unchecked", values))
        elif leads_to_trusted(chain, domain, created, self.trusted):
            self.unchecked.append(Message("custody_domain_trusted", values))
        else:
            self._add("custody_domain_untrusted", DIGEST, **values)

    def _check_key(self, keys: Collection[str]) -> None:
        if keys and self.key not in keys:
            self._add("custody_key_other", DIGEST)

    # ----------------------------------------------------------------------------------------- records and index

    def _check_records(self, member: zipfile.ZipInfo) -> None:
        """Hold each record of a web archive against its digests, and note where it stands."""
        before = 0
        try:
            with self.package.open(member) as stream:
                for number, record in enumerate(read_records(cast("BinaryIO", stream), self.left), 1):
                    digests = Digests(record)
                    for chunk in record.block.chunks():
                        self._unpacked(len(chunk))
                        digests.take(chunk)
                    if not digests.hold:
                        self._add("custody_record_differs", member.filename, number=number)
                    self.records += 1
                    before = number
                    if record.kind in INDEXED:
                        self.urls.add(record.url)
                        self.offsets[member.filename.rpartition("/")[2], record.offset] = record.url
        except (Damaged, *_DAMAGED):
            self._add("custody_archive_damaged", member.filename, number=before + 1)
        except TooLarge as error:
            raise InputError("custody_unpacks_too_large", where=self.name) from error

    def _check_pages(self, members: dict[str, zipfile.ZipInfo]) -> int:
        """Hold the pages against the records, and return how many there are."""
        path = "pages/pages.jsonl"
        if path not in members:
            self._add("custody_file_missing", path)
            return 0
        count = without = 0
        for number, line in enumerate(self._lines(members[path]), 1):
            page = _object_in(line)
            if number == 1 and "format" in page:
                continue
            count += 1
            url = _text_of(page.get("url"))
            if not url or not isinstance(page.get("ts"), str):
                self._add("custody_line_wrong", path, number=number)
            without += url not in self.urls and url.partition("#")[0] not in self.urls
        if without:
            self.unchecked.append(Message("custody_pages_without_record", {"count": without}))
        return count

    def _check_indexes(self, members: dict[str, zipfile.ZipInfo]) -> None:
        """Hold each line of the index against the record that it points at."""
        paths = [path for path in members if path.startswith("indexes/") and path.endswith(_INDEX_ENDINGS)]
        if not paths:
            self._add("custody_file_missing", "indexes/index.cdx.gz")
        pointed: set[tuple[str, int]] = set()
        for path in paths:
            for number, line in enumerate(self._lines(members[path]), 1):
                place, url = _pointed(line)
                pointed.add(place)
                if place not in self.offsets or self.offsets[place] != url:
                    self._add("custody_line_wrong", path, number=number)
        if unlisted := len(self.offsets.keys() - pointed):
            self.unchecked.append(Message("custody_records_without_index", {"count": unlisted}))

    def _lines(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield the lines of a list, unpacked where it is packed; one that makes no sense is told, and ends there."""
        try:
            with self.package.open(member) as stored:
                unpacked = gzip.GzipFile(fileobj=stored) if member.filename.endswith(".gz") else stored
                stream = BufferedReader(cast("RawIOBase", unpacked), _CHUNK)
                while line := stream.readline(_LONGEST_LINE + 1):
                    self._unpacked(len(line))
                    if len(line) > _LONGEST_LINE:
                        break
                    yield line
        except _DAMAGED:
            line = bytes(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            self._add("custody_file_unreadable", member.filename)


def _why_not(part: zipfile.ZipInfo) -> str:
    path = PurePosixPath(part.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or any(first[1:2] == ":" for first in path.parts[:1]):
        return "reading_path_leads_out"
    if stat.S_ISLNK(part.external_attr >> 16):
        return "reading_link"
    return "reading_encrypted" if part.flag_bits & 1 else ""


def _object_in(line: bytes) -> dict[str, Any]:
    try:
        page = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return page if isinstance(page, dict) else {}


def _pointed(line: bytes) -> tuple[tuple[str, int], str]:
    """Return the file and the place that a line of an index points at, and the address that it is of."""
    block = _object_in(line.partition(b"{")[1] + line.partition(b"{")[2])
    offset = str(block.get("offset", ""))
    place = int(offset) if offset.isascii() and offset.isdecimal() and len(offset) < 19 else -1
    return (_text_of(block.get("filename")).rpartition("/")[2], place), _text_of(block.get("url"))


def _text_of(value: object) -> str:
    return value if isinstance(value, str) else ""


def shown(name: str) -> str:
    """Return a name from a foreign file as it may be shown."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name)[:_LONGEST_NAME]
