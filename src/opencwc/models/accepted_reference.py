"""A house's own reference for drift: the inputs it saw and found in order, in place of those of the card."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from opencwc.errors import ConflictError, SettingsError, StorageError
from opencwc.models.drift import ENOUGH, Drift, DriftWatch, measure_drift
from opencwc.models.model import Card, Reference
from opencwc.models.state_files import append_line, lock_file, replace_text
from opencwc.models.switches import LOG
from opencwc.records import from_plain


def accept_inputs(id: str, live: Reference, *, by: str, reason: str, folder: Path) -> dict[str, object]:
    """Keep live counts as what later inputs are compared with, and return the record of it.

    Raises `ConflictError` with too few inputs, `SettingsError` without a person or a reason, `StorageError`.
    """
    if live.total < ENOUGH:
        raise ConflictError("too_few_inputs", inputs=live.total, needed=ENOUGH)
    if not by.strip() or not reason.strip():
        raise SettingsError("reference_needs_person_and_reason")
    at = datetime.now(UTC).isoformat(timespec="seconds")
    record: dict[str, object] = {"model": id, "accepted": live.total, "by": by, "at": at, "reason": reason}
    path = _path(folder, id)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with lock_file(path.with_suffix(".lock")):
            append_line(folder / LOG, json.dumps(record, ensure_ascii=False))
            replace_text(path, json.dumps(record | {"reference": asdict(live)}, ensure_ascii=False))
    except OSError as error:
        raise StorageError("reference_not_kept", where=str(path), reason=str(error)) from error
    return record


def accepted_inputs(id: str, folder: Path) -> Reference | None:
    """Return the house's own reference, or ``None``; `SettingsError` where its file cannot be read."""
    path = _path(folder, id)
    try:
        return from_plain(Reference, json.loads(path.read_text(encoding="utf-8"))["reference"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError("reference_unreadable", where=str(path), reason=repr(error)) from error


def live_drift(card: Card, folder: Path, weeks: int = 4) -> Drift | None:
    """Compare the live inputs of some weeks with the house's own reference, else the card's; ``None``: it has none."""
    if card.reference is None:
        return None
    live = DriftWatch(folder, card.id, card.reference.classes).counts(weeks)
    return measure_drift(accepted_inputs(card.id, folder) or card.reference, live)


def _path(folder: Path, id: str) -> Path:
    return folder / "models" / f"{id}.reference.json"
