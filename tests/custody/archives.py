"""Web archives for the tests: some pages packed, and the same archive with something in it changed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from opencwc.custody.archive_keys import ArchiveKey
from opencwc.custody.wacz_verifier import CheckedArchive, verify_wacz
from opencwc.custody.wacz_writer import DIGEST, MANIFEST, write_wacz
from opencwc.custody.web_archive import Original

TAKEN = datetime(2026, 3, 4, 5, 30, tzinfo=UTC)
PAGE = "<html><title>Leak</title><p>Two people died. Café.</p></html>".encode()
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def originals(page: bytes = PAGE) -> list[Original]:
    return [
        Original(io.BytesIO(page), "page.html", TAKEN, "https://news.example/leak?a=1"),
        Original(io.BytesIO(PICTURE), "a picture.png", TAKEN),
    ]


def packed(key: ArchiveKey | None, page: bytes = PAGE, papers: Mapping[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    write_wacz(out, originals(page), key, title="The leak", papers=papers)
    return out.getvalue()


def members(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as package:
        return {name: package.read(name) for name in package.namelist()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, data in files.items():
            package.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def changed(archive: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    files = members(archive)
    change(files)
    return zipped(files)


def listed_again(files: dict[str, bytes]) -> None:
    """Write the list of files and its hash anew, as a forger does who has no key."""
    manifest = json.loads(files[MANIFEST])
    manifest["resources"] = [
        {
            "name": name.rpartition("/")[2],
            "path": name,
            "hash": f"sha256:{sha256(data).hexdigest()}",
            "bytes": len(data),
        }
        for name, data in files.items()
        if name not in (MANIFEST, DIGEST)
    ]
    files[MANIFEST] = json.dumps(manifest).encode()
    digest = json.loads(files[DIGEST])
    digest["hash"] = f"sha256:{sha256(files[MANIFEST]).hexdigest()}"
    files[DIGEST] = json.dumps(digest).encode()


def checked(archive: bytes, *keys: str) -> CheckedArchive:
    return verify_wacz(io.BytesIO(archive), "a.wacz", keys)


def faults(archive: bytes, *keys: str) -> list[str]:
    return [fault.id for fault in checked(archive, *keys).faults]


def key_in(folder: Path) -> ArchiveKey:
    return ArchiveKey.open(folder / "keys" / "archive.key")
