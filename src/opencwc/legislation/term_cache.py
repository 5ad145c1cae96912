"""Where the terms stand in a law, kept in the cache folder: finding them again is most of what a second reading costs.

A file belongs to one language's text and patterns by their hash; it can be deleted at any time.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from opencwc.records import from_plain
from opencwc.settings import cache_folder

Places = dict[str, list[tuple[int, int]]]
"""By term, the places (start, end) in the folded text of all sections of a language."""


class KeptHits:
    """The places of terms in one text: ``KeptHits(text, patterns)``, then `get` and `put`, and `save` at the end."""

    def __init__(self, text: str, patterns: Mapping[str, tuple[str, ...]], folder: Path | None = None) -> None:
        digest = sha256(json.dumps(sorted(patterns.items()), ensure_ascii=False).encode())
        digest.update(text.encode("utf-8", "surrogatepass"))
        self._path = (folder or cache_folder()) / "laws" / f"{digest.hexdigest()[:40]}.json"
        self._places: Places = self._read()
        self._changed = False

    def get(self, term: str) -> list[tuple[int, int]] | None:
        """Return where a term stands, ``None`` where it was not looked for yet."""
        return self._places.get(term)

    def put(self, term: str, places: list[tuple[int, int]]) -> None:
        """Keep where a term stands."""
        self._places[term] = places
        self._changed = True

    def save(self) -> None:
        """Write what was found; a cache that cannot be written costs time, never the answer."""
        if not self._changed:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, suffix=".part")
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(self._places, stream)
            Path(name).replace(self._path)
            self._changed = False
        except OSError as error:
            logging.getLogger(__name__).warning("where terms stand is not kept: %s", error)

    def _read(self) -> Places:
        try:
            return from_plain(Places, json.loads(self._path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            logging.getLogger(__name__).warning("where terms stand cannot be read again: %s", error)
            return {}
