"""Switches: who switched a model on or off, when and why; in ``models.toml``, every change in ``models.log.jsonl``."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from opencwc.errors import SettingsError
from opencwc.models.model import Switch
from opencwc.records import from_plain

FILE = "models.toml"
LOG = "models.log.jsonl"


def read_switches(folder: Path) -> Mapping[str, Switch]:
    """Return how each model was last switched; a model that is not named was never switched."""
    path = folder / FILE
    try:
        known = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return _read(path, known.st_size, known.st_mtime_ns, known.st_ino)


@lru_cache(maxsize=16)
def _read(path: Path, size: int, changed: int, inode: int) -> Mapping[str, Switch]:
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        return {id: from_plain(Switch, switch) for id, switch in written.items()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError("switches_unreadable", where=str(path), reason=repr(error)) from error


def as_toml(switches: Mapping[str, Switch]) -> str:
    """Return the text of ``models.toml``."""
    lines = ["# Written by `opencwc models on` and `opencwc models off`; every change stands in models.log.jsonl.\n"]
    for id, switch in sorted(switches.items()):
        texts = [f"{name} = {_quoted(getattr(switch, name))}\n" for name in ("by", "at", "reason")]
        lines.append(f"[{_quoted(id)}]\non = {str(switch.on).lower()}\n{''.join(texts)}")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """Return a text as a TOML basic string, which is JSON's but for DEL and lone surrogates."""
    clean = text.encode("utf-8", "replace").decode()
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")
