"""The files that a page loads: our own style sheets and scripts, and what the build fetched from npm.

Only what lay in the folder when the service started is served. A page asks for a file with the fingerprint of what it
holds (`address_of`), so that a browser keeps it for good and asks again as soon as it has changed.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from fastapi import Request
from starlette.responses import Response

from opencwc import publishing
from opencwc.errors import NotFoundError
from opencwc.web.server.service import OPEN, Router

FOLDER = Path(__file__).parents[1] / "static"
SHARED = ("tokens.css", "parts.css")
"""Style sheets that the pages have in common with the reports, where they stand."""
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
"""What is served, and as what; a file of any other kind is not."""
COMPRESSED = frozenset({".css", ".html", ".js", ".json", ".svg", ".txt"})
EDITOR_FRAME = "editor-frame.html"
EDITOR_FILES = ("editor-frame", "vendor/jsme/")
EDITOR_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'none'; frame-ancestors 'self'; "
    "base-uri 'none'; form-action 'none'"
)
"""The structure editor evaluates text as code: it may, in a frame without an origin and without network."""
_OWN_ADDRESS = re.compile(r"(?<=[\"'])/static/([A-Za-z0-9._/-]+)(?=[\"'])")

_REMARK = re.compile(r"\s*/\*.*?\*/", re.DOTALL)
"""A remark in a style sheet of ours: it is for who writes it, and a page goes without."""

router = Router(include_in_schema=False)


@dataclass(frozen=True)
class Content:
    """What a file holds, and the first 12 hexadecimal digits of its SHA-256."""

    body: bytes
    fingerprint: str
    media_type: str
    compressed: bytes | None


@router.get("/static/{path:path}", action=OPEN)
def static_file(request: Request, path: str, v: str = "") -> Response:
    """Give a file; for good where it was asked for with its fingerprint, else to be asked for again."""
    content = content_of(path)
    packed = content.compressed is not None and takes_gzip(request.headers.get("accept-encoding", ""))
    etag = f'"{content.fingerprint}{"-gz" if packed else ""}"'
    headers = {
        "etag": etag,
        "cache-control": "public, max-age=31536000, immutable" if v == content.fingerprint else "no-cache",
        "vary": "accept-encoding",
    }
    if path == EDITOR_FRAME:
        headers |= {"content-security-policy": EDITOR_POLICY, "x-frame-options": "SAMEORIGIN"}
    if path.startswith(EDITOR_FILES):
        headers["cross-origin-resource-policy"] = "cross-origin"  # the frame that loads them is of no origin
    if is_known(etag, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    if packed:
        headers["content-encoding"] = "gzip"
    return Response(
        content.compressed if packed else content.body, headers=headers | {"content-type": content.media_type}
    )


def address_of(name: str) -> str:
    """Return where a page finds a file of the folder, with the file's fingerprint.

    Raises:
        NotFoundError: there is no such file, or there was none when the service started.

    """
    return f"/static/{name}?v={content_of(name).fingerprint}"


def content_of(name: str) -> Content:
    """Return what a file holds now; raise `NotFoundError` where the index does not have it."""
    path = index().get(name)
    if path is None:
        raise NotFoundError("page_file_missing", where=name)
    return _read(name, path, path.stat().st_mtime_ns)


@cache
def index() -> Mapping[str, Path]:
    """Return every file that may be served, by its name; made once."""
    return {**{name: Path(publishing.__file__).parent / "templates" / name for name in SHARED}, **index_of(FOLDER)}


def index_of(folder: Path) -> dict[str, Path]:
    """Return the files below a folder that a page may load, by their path in it; nothing hidden, nothing by a link."""
    files = {}
    for place, folders, names in os.walk(folder):  # which follows no link to a folder
        folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
        for path in (Path(place, name) for name in sorted(names)):
            if path.suffix in MEDIA_TYPES and not path.name.startswith(".") and not path.is_symlink():
                files[path.relative_to(folder).as_posix()] = path
    return files


@lru_cache(maxsize=1024)
def _read(name: str, path: Path, changed: int) -> Content:
    body = path.read_bytes()  # kept for the time at which it ``changed``
    if path.suffix in (".css", ".html", ".js") and (
        not name.startswith("vendor/") or name == "vendor/noto-sans-sc.css"
    ):
        text = _REMARK.sub("", body.decode()) if path.suffix == ".css" else body.decode()
        body = _OWN_ADDRESS.sub(_with_fingerprint, text).encode()
    return Content(
        body,
        hashlib.sha256(body).hexdigest()[:12],
        MEDIA_TYPES[path.suffix],
        gzip.compress(body, 9, mtime=0) if path.suffix in COMPRESSED else None,
    )


def _with_fingerprint(address: re.Match[str]) -> str:
    return address_of(address[1]) if address[1] in index() else address[0]


def takes_gzip(accepted: str) -> bool:
    """Return whether a browser that sends this ``Accept-Encoding`` takes gzip (RFC 9110, 12.5.3)."""
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in ("gzip", "*"):
            return re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight) is None
    return False


def is_known(etag: str, known: str) -> bool:
    """Return whether a browser that sends this ``If-None-Match`` has the answer already (RFC 9110, 13.1.2)."""
    return known.strip() == "*" or etag in (part.strip().removeprefix("W/") for part in known.split(","))
