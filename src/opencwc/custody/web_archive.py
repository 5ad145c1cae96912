"""What came in as the records of one WARC, with the index that says where each of them stands (CDXJ).

A web archive keeps its records, what they hold byte for byte; any other file becomes one record of kind ``resource``.
The same originals make the same bytes.
"""

from __future__ import annotations

import json
import mimetypes
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import BinaryIO, NamedTuple, TypeAlias, cast
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from msgspec import Struct

from opencwc.custody.warc_records import (
    INDEXED,
    MOST_BYTES,
    MOST_RECORDS,
    Damaged,
    TooLarge,
    field_of,
    read_records,
    status_and_type,
)
from opencwc.errors import InputError
from opencwc.files.zip_damage import ZIP_DAMAGED
from opencwc.version import __version__

WARC_NAME = "data.warc.gz"
WARC_ENDINGS = (".warc", ".warc.gz")
NO_ADDRESS = "https://original.invalid/"
"""Where a file stands that has no address of its own: a name that no host can have (RFC 2606)."""
Fields: TypeAlias = tuple[tuple[str, str], ...]
_NAME = "X-OpenCWC-Name"
_WWW = re.compile(r"www\d*\.")
_PORTS = {"http": "80", "https": "443"}
_PAGES = ("text/html", "application/xhtml+xml")
_SPACE = uuid5(NAMESPACE_URL, "urn:opencwc:custody:warc")
_CHUNK = 1 << 16


class Original(NamedTuple):
    """A file as it came: its bytes, its name, when it was taken, and from where (empty where nobody knows)."""

    file: BinaryIO
    name: str
    taken: datetime
    url: str = ""
    media_type: str = ""


class IndexLine(Struct, frozen=True):
    """Where one record stands in the WARC, and what it holds; ``is_page`` says that a reader begins there."""

    url: str
    taken: str
    digest: str
    mime: str
    status: int
    offset: int
    length: int
    title: str = ""
    is_page: bool = False

    @property
    def as_cdxj(self) -> str:
        """The line as the index has it."""
        block = {
            "url": self.url, "digest": self.digest, "mime": self.mime, "filename": WARC_NAME, "offset": self.offset,
            "length": self.length, "status": self.status,
        }  # fmt: skip
        stamp = "".join(sign for sign in self.taken[:19] if sign.isdigit())
        return f"{searchable(self.url)} {stamp} {json.dumps(block, separators=(',', ':'))}\n"


def searchable(url: str) -> str:
    """Return an address as viewers look it up (CDXJ 0.1.0, SURT): the host turned round, without ``www``.

    >>> searchable("https://www.example.org/Index.html?b=2&a=1")
    'org,example)/index.html?a=1&b=2'
    """
    plain = quote(url, safe="".join(map(chr, range(33, 127)))).lower()
    scheme, colon, rest = plain.partition("://")
    if not colon or scheme not in ("http", "https"):
        return plain
    host, _, path = _WWW.sub("", rest, count=1).partition("/") if _WWW.match(rest) else rest.partition("/")
    path, mark, query = path.partition("?")
    sorted_query = "&".join(sorted(query.split("&"), key=lambda part: part.partition("=")[0]))
    name, port = host.partition(":")[::2]
    port = f":{port}" if port and port != _PORTS[scheme] else ""
    return f"{','.join(reversed(name.split('.')))}{port})/{path}{mark}{sorted_query}"


def moment(at: datetime) -> str:
    """Return a moment in whole seconds of UTC: ``2026-03-04T05:30:00Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def digest_of(file: BinaryIO) -> tuple[str, int]:
    """Return the SHA-256 of a file, in hex, and its size; it is read from its beginning and left there."""
    file.seek(0)
    digest, size = sha256(), 0
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    return digest.hexdigest(), size


def write_warc(out: BinaryIO, originals: Sequence[Original], created: str) -> list[IndexLine]:
    """Write the records of originals, and return the lines of their index, in the order of the file.

    Raises:
        InputError: an archive is damaged, or holds more than is read.

    """
    _write(out, *_about(created, [original.name for original in originals]))
    lines = []
    for original in originals:
        with _told(original.name):
            for fields, chunks in _records(original):
                start = out.tell()
                head, payload = _write(out, fields, chunks)
                if field_of(fields, "WARC-Type") in INDEXED and field_of(fields, "WARC-Target-URI"):
                    lines.append(_line(fields, head, payload, start, out.tell() - start))
    return lines


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Say of an archive that cannot be read which it is."""
    try:
        yield
    except (Damaged, *ZIP_DAMAGED) as error:
        raise InputError("custody_archive_unreadable", where=where) from error
    except TooLarge as error:
        raise InputError("custody_archive_too_large", where=where, records=MOST_RECORDS, bytes=MOST_BYTES) from error


def _write(out: BinaryIO, fields: Fields, chunks: Iterable[bytes]) -> tuple[bytes, str]:
    """Write one record as a member of its own, and return how its block begins and the SHA-256 of its payload."""
    packer = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS + 16)
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields)
    out.write(packer.compress(f"WARC/1.0\r\n{lines}\r\n".encode()))
    digest, first = sha256(), b""
    is_http = "application/http" in field_of(fields, "Content-Type").lower()
    for chunk in chunks:
        digest.update(chunk.partition(b"\r\n\r\n")[2] if is_http and not first else chunk)
        first = first or chunk
        out.write(packer.compress(chunk))
    out.write(packer.compress(b"\r\n\r\n") + packer.flush())
    return first, digest.hexdigest()


def _line(fields: Fields, head: bytes, payload: str, start: int, length: int) -> IndexLine:
    kind, status, mime = field_of(fields, "WARC-Type"), 200, field_of(fields, "Content-Type")
    if kind == "revisit":
        mime = "warc/revisit"
    elif "application/http" in mime.lower():
        status, mime = status_and_type(head)
    mime = mime.partition(";")[0].strip().lower() or "application/octet-stream"
    name = field_of(fields, _NAME)
    return IndexLine(
        url=field_of(fields, "WARC-Target-URI").strip("<>"),
        taken=field_of(fields, "WARC-Date"),
        digest=field_of(fields, "WARC-Payload-Digest") or f"sha256:{payload}",
        mime=mime,
        status=status,
        offset=start,
        length=length,
        title=name,
        is_page=bool(name) or (status == 200 and mime in _PAGES),
    )


def _about(created: str, names: list[str]) -> tuple[Fields, list[bytes]]:
    told = f"software: OpenCWC {__version__}\r\nformat: WARC File Format 1.0\r\n".encode()
    fields = (
        ("WARC-Type", "warcinfo"), ("WARC-Record-ID", _record_id(f"{created} {names}")), ("WARC-Date", created),
        ("Content-Type", "application/warc-fields"), ("Content-Length", str(len(told))),
    )  # fmt: skip
    return fields, [told]


def _records(original: Original) -> Iterator[tuple[Fields, Iterable[bytes]]]:
    name = original.name.lower()
    if name.endswith(WARC_ENDINGS):
        yield from ((record.fields, record.block.chunks()) for record in read_records(original.file))
    elif name.endswith(".wacz"):
        yield from _records_of_package(original)
    else:
        yield _resource(original)


def _records_of_package(original: Original) -> Iterator[tuple[Fields, Iterable[bytes]]]:
    with zipfile.ZipFile(original.file) as package:
        for part in sorted(package.infolist(), key=lambda part: part.filename):
            if part.filename.startswith("archive/") and part.filename.endswith(WARC_ENDINGS):
                with package.open(part) as inner:
                    for record in read_records(cast("BinaryIO", inner)):
                        yield record.fields, record.block.chunks()


def _resource(original: Original) -> tuple[Fields, Iterable[bytes]]:
    digest, size = digest_of(original.file)
    url = original.url or f"{NO_ADDRESS}{digest}/{quote(original.name)}"
    kind = original.media_type or mimetypes.guess_type(original.name)[0] or "application/octet-stream"
    taken = moment(original.taken)
    fields = {
        "WARC-Type": "resource", "WARC-Record-ID": _record_id(f"{digest} {url} {taken}"), "WARC-Date": taken,
        "WARC-Target-URI": url, "WARC-Payload-Digest": f"sha256:{digest}", "WARC-Block-Digest": f"sha256:{digest}",
        "Content-Type": kind, _NAME: original.name, "Content-Length": str(size),
    }  # fmt: skip
    one_line = tuple((name, " ".join(value.split())) for name, value in fields.items())
    return one_line, iter(partial(original.file.read, _CHUNK), b"")


def _record_id(named: str) -> str:
    return f"<urn:uuid:{uuid5(_SPACE, named)}>"
