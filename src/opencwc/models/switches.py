"""Switches: who switched a model on or off, when and why; in ``models.toml``, every change in ``models.log.jsonl``."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from opencwc.errors import NotAllowedError, SettingsError, StorageError
from opencwc.models.model import Switch
from opencwc.models.state_files import append_line, lock_file, replace_text

FILE = "models.toml"
LOG = "models.log.jsonl"


def switch(
    id: str, *, on: bool, by: str, reason: str, folder: Path | None = None, at: datetime | None = None
) -> dict[str, object]:
    """Switch a model on or off and return the record of it, for a casebook to keep.

    Raises `NotFoundError` for a model that is not registered, `NotAllowedError` for one that is required,
    `SettingsError` without a person or a reason, `StorageError` where the folder cannot be written.
    """
    from opencwc.models.register import find_model, load_card, state_of
    from opencwc.settings import load_settings

    model = find_model(id)
    if not on and load_card(model.card).required:
        raise NotAllowedError(f"{id} cannot be switched off", remedy="It guards what OpenCWC must never give.")
    if not by.strip() or not reason.strip():
        raise SettingsError("a switch needs a person and a reason", remedy='Give --reason "why".')
    folder = folder or load_settings().folder
    moment = (at or datetime.now(UTC)).isoformat(timespec="seconds")
    record: dict[str, object] = {"model": id, "on": on, "by": by, "at": moment, "reason": reason}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with lock_file(folder / f".{FILE}.lock"):
            switches = dict(read_switches(folder))
            switches[id] = Switch(on, by, moment, reason)
            record["weights"] = state_of(model, folder).hash
            append_line(folder / LOG, json.dumps(record, ensure_ascii=False))
            replace_text(folder / FILE, _as_toml(switches))
    except OSError as error:
        raise StorageError(
            f"the switch cannot be kept ({error})", where=str(folder), remedy="Make the folder writable."
        ) from error
    return record


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
        return {
            id: Switch(_truth(one["on"]), str(one["by"]), str(one["at"]), str(one["reason"]))
            for id, one in written.items()
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            f"the switches of the models cannot be read ({error!r})", where=str(path), remedy="Mend or remove the file."
        ) from error


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("on is true or false")
    return value


def _as_toml(switches: Mapping[str, Switch]) -> str:
    lines = ["# Written by `opencwc models on` and `opencwc models off`; every change stands in models.log.jsonl.\n"]
    for id, one in sorted(switches.items()):
        lines.append(
            f"[{_quoted(id)}]\non = {str(one.on).lower()}\nby = {_quoted(one.by)}\nat = {_quoted(one.at)}\n"
            f"reason = {_quoted(one.reason)}\n"
        )
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """Return a text as a TOML basic string, which is JSON's but for DEL and lone surrogates."""
    clean = text.encode("utf-8", "replace").decode()
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")
