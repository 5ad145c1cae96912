"""A web archive that others open: WACZ 1.1.1, its list of files signed (WACZ Signing and Verification 0.1.0).

The same originals, papers and key make the same bytes: every date in the file is that of what it holds.
"""

from __future__ import annotations

import gzip
import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO, NamedTuple, cast

from opencwc.custody.archive_keys import ArchiveKey
from opencwc.custody.web_archive import WARC_NAME, IndexLine, Original, moment, write_warc
from opencwc.errors import InputError
from opencwc.version import __version__

VERSION = "1.1.1"
SIGNING_VERSION = "0.1.0"
MANIFEST, DIGEST = "datapackage.json", "datapackage-digest.json"
PAPERS = "custody/"
"""Where what is told of the originals stands: their steps, and the proofs of these."""
_INDEX = "index.cdx.gz"
_LINES = 1_024
"""Lines of a block of the index, of which a viewer fetches the one that it needs."""
_CHUNK = 1 << 20
_IN_MEMORY = 1 << 24


class Packed(NamedTuple):
    """What was written: records that can be looked up, pages to begin with, and when the newest was taken."""

    records: int
    pages: int
    created: str


def write_wacz(
    out: BinaryIO,
    originals: Sequence[Original],
    key: ArchiveKey | None = None,
    *,
    title: str = "",
    papers: Mapping[str, bytes] | None = None,
    created: datetime | None = None,
) -> Packed:
    """Write originals as one WACZ, signed where there is a key; ``papers`` are further files by their names.

    ``created`` is when the newest of them was taken, where nothing else is given.

    Raises:
        InputError: there is no original, or an archive among them is damaged or holds more than is read.

    """
    if not originals:
        raise InputError("custody_nothing_to_pack")
    at = moment(created or max(original.taken for original in originals))
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, prefix="opencwc-") as warc:
        lines = write_warc(cast("BinaryIO", warc), originals, at)
        if not lines:
            raise InputError("custody_nothing_to_pack")
        pages = [line for line in lines if line.is_page]
        with zipfile.ZipFile(out, "w") as package:
            written = _Written(package)
            written.stream(f"archive/{WARC_NAME}", cast("BinaryIO", warc))
            blocks, table = _index(lines)
            written.add(f"indexes/{_INDEX}", blocks)
            written.add("indexes/index.idx", table)
            written.add("pages/pages.jsonl", _pages(pages))
            for name, paper in sorted((papers or {}).items()):
                written.add(f"{PAPERS}{name}", paper)
            manifest = _manifest(written, title, at, pages)
            written.add(MANIFEST, manifest)
            written.add(DIGEST, _digest(manifest, at, key))
    return Packed(len(lines), len(pages), at)


class _Written:
    """The members of a package, and what the list of files says of each."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._package = package
        self.resources: list[dict[str, str | int]] = []

    def add(self, name: str, data: bytes) -> None:
        """Write a member."""
        with self._package.open(_member(name, len(data)), "w") as member:
            member.write(data)
        self._tell(name, sha256(data).hexdigest(), len(data))

    def stream(self, name: str, file: BinaryIO) -> None:
        """Write a member from a file, from its beginning."""
        digest, size = sha256(), file.seek(0, 2)
        file.seek(0)
        with self._package.open(_member(name, size), "w") as member:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                member.write(chunk)
        self._tell(name, digest.hexdigest(), size)

    def _tell(self, path: str, digest: str, size: int) -> None:
        name = path.rpartition("/")[2].lower()
        self.resources.append({"name": name, "path": path, "hash": f"sha256:{digest}", "bytes": size})


def _member(name: str, size: int) -> zipfile.ZipInfo:
    """Return a member that is stored as it is, so that a viewer can fetch a part of it."""
    info = zipfile.ZipInfo(name)  # of 1980-01-01: when it was made stands in the list of files
    info.external_attr, info.create_system = 0o100644 << 16, 3
    info.file_size = size
    return info


def _index(lines: Sequence[IndexLine]) -> tuple[bytes, bytes]:
    """Return the index in packed blocks, and the table that says which block begins with which line."""
    ordered = sorted(line.as_cdxj.encode() for line in lines)
    blocks, table = bytearray(), [b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": "%b"}\n' % _INDEX.encode()]
    for start in range(0, len(ordered), _LINES):
        block = gzip.compress(b"".join(ordered[start : start + _LINES]), mtime=0)
        place = {"offset": len(blocks), "length": len(block), "digest": f"sha256:{sha256(block).hexdigest()}"}
        key = b" ".join(ordered[start].split(b" ")[:2])
        table.append(key + f" {json.dumps(place)}\n".encode())
        blocks += block
    return bytes(blocks), b"".join(table)


def _pages(pages: Sequence[IndexLine]) -> bytes:
    rows: list[dict[str, str | int]] = [{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}]
    for page in pages:
        name = sha256(f"{page.url} {page.taken} {page.digest}".encode()).hexdigest()[:16]
        row: dict[str, str | int] = {"id": name, "url": page.url, "ts": page.taken}
        rows.append({**row, "title": page.title} if page.title else row)
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()


def _manifest(written: _Written, title: str, created: str, pages: Sequence[IndexLine]) -> bytes:
    first = {"mainPageUrl": pages[0].url, "mainPageDate": pages[0].taken} if pages else {}
    return _json({
        "profile": "data-package", "wacz_version": VERSION, "software": _software(), "created": created,
        **({"title": title} if title else {}), **first, "resources": list(written.resources),
    })  # fmt: skip


def _digest(manifest: bytes, created: str, key: ArchiveKey | None) -> bytes:
    hashed = f"sha256:{sha256(manifest).hexdigest()}"
    digest: dict[str, object] = {"path": MANIFEST, "hash": hashed}
    if key is not None:
        digest["signedData"] = {
            "hash": hashed, "created": created, "software": _software(), "version": SIGNING_VERSION,
            "signature": key.sign(hashed), "publicKey": key.public,
        }  # fmt: skip
    return _json(digest)


def _software() -> str:
    return f"OpenCWC {__version__}"


def _json(value: object) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False, indent=2)}\n".encode()
