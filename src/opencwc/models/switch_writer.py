"""Switch a model on or off: one place writes ``models.toml`` and its log."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from opencwc.errors import NotAllowedError, SettingsError, StorageError
from opencwc.models.model import Switch
from opencwc.models.register import find_model, load_card, state_of
from opencwc.models.state_files import append_line, lock_file, replace_text
from opencwc.models.switches import FILE, LOG, as_toml, read_switches
from opencwc.settings import load_settings


def switch(
    id: str, *, on: bool, by: str, reason: str, folder: Path | None = None, at: datetime | None = None
) -> dict[str, object]:
    """Switch a model on or off and return the record of it, for a casebook to keep.

    Raises `NotFoundError` for a model that is not registered, `NotAllowedError` for one that is required,
    `SettingsError` without a person or a reason, `StorageError` where the folder cannot be written.
    """
    model = find_model(id)
    if not on and load_card(model.card).required:
        raise NotAllowedError("switch_cannot_be_off", model=id)
    if not by.strip() or not reason.strip():
        raise SettingsError("switch_needs_person_and_reason")
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
            replace_text(folder / FILE, as_toml(switches))
    except OSError as error:
        raise StorageError("switch_not_kept", where=str(folder), reason=str(error)) from error
    return record
