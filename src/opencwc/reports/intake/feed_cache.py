"""What was last fetched of each feed, so that it is asked for only where it changed; made anew where it is lost."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from opencwc.records import known
from opencwc.reports.intake.network import Fetched, Fetcher, Known
from opencwc.settings import cache_folder


class _Entry(Struct, frozen=True):
    url: str
    known: Known
    sha256: str


class FeedCache:
    """Feeds in a folder of the cache: a file with the bytes, one with what the server said of them."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or cache_folder() / "watch"

    def fetch(self, fetcher: Fetcher, url: str) -> Fetched:
        """Fetch a feed; where it is unchanged, return what it was, and where it failed, that it did."""
        entry, data = self._entry(url)
        fetched = fetcher.fetch(url, entry.known if entry else Known())
        if fetched.status == "unchanged":
            return msgspec.structs.replace(fetched, data=data)
        if fetched.status == "new":
            self._keep(url, fetched)
        return fetched

    def _entry(self, url: str) -> tuple[_Entry | None, bytes]:
        """Return what is known of a feed and its bytes; nothing where they do not fit each other."""
        said, kept = self._files(url)
        try:
            entry = msgspec.json.decode(said.read_bytes(), type=known(_Entry))
            data = kept.read_bytes()
        except (OSError, msgspec.DecodeError):
            return None, b""
        fits = entry.url == url and sha256(data).hexdigest() == entry.sha256
        return (entry, data) if fits else (None, b"")

    def _keep(self, url: str, fetched: Fetched) -> None:
        said, kept = self._files(url)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept.write_bytes(fetched.data)
        entry = _Entry(url, fetched.known, sha256(fetched.data).hexdigest())
        said.write_bytes(msgspec.json.encode(entry))

    def _files(self, url: str) -> tuple[Path, Path]:
        name = sha256(url.encode("utf-8", "replace")).hexdigest()[:40]
        return self._folder / f"{name}.json", self._folder / f"{name}.feed"
