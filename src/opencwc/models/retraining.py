"""Have a model learn from a house's own labels, and take back what it learnt: on request, with a record of both.

What was learnt stands in the settings folder, each change in ``models.log.jsonl`` beside the switches; the record that
is returned is for a casebook to keep.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypedDict

from msgspec import Meta

from opencwc.errors import SettingsError, StorageError
from opencwc.finding import Value
from opencwc.models.model import OwnLearning, OwnStanding
from opencwc.models.register import find_model, registered, state_of
from opencwc.models.state_files import append_line
from opencwc.models.switches import LOG
from opencwc.settings import load_settings
from opencwc.wording import sentence


@dataclass(frozen=True, slots=True)
class Relearned:
    """What came of learning, or what was taken back, and the record of it."""

    standing: OwnStanding
    record: dict[str, Value]

    @property
    def kept(self) -> dict[str, Value]:
        """The record as a casebook keeps it, which knows itself who wrote it and when."""
        return {name: value for name, value in self.record.items() if name not in ("by", "at")}


def retrain(id: str, *, by: str, reason: str = "", labels: Path | None = None) -> Relearned:
    """Have a model learn from a file of labels, else from the house's shelf of labels.

    What is no better than what comes with the package is not taken, and what was learnt before stays.

    Raises:
        NotFoundError: there is no such model.
        SettingsError: it does not learn from labels.
        InputError: there are no labels, or too few.
        StorageError: what was learnt cannot be kept.

    """
    model_id, own = own_learning(id)
    standing = own.learn(labels, by)
    record = _record(model_id, by, reason) | {"retrained": standing.used, "labels": standing.labels}
    _log(record)
    return Relearned(standing, record)


def take_back(id: str, *, by: str, reason: str = "") -> Relearned | None:
    """Go back to the weights that come with the package; ``None`` where nothing was learnt. Raises as `retrain`."""
    model_id, own = own_learning(id)
    before = own.standing()
    if before is None or not own.forget():
        return None
    record = _record(model_id, by, reason) | {"retrained": False, "labels": 0}
    _log(record)
    return Relearned(before, record)


def own_learning(id: str) -> tuple[str, OwnLearning]:
    """Return the id of a model and how it learns; `SettingsError` where it does not."""
    model = find_model(id)
    if model.own is None:
        learning = tuple(other.id for other in registered() if other.own)
        raise SettingsError("model_learns_nothing", id=model.id, known=learning)
    return model.id, model.own


class OwnAnswer(TypedDict):
    """What a house's own labels taught a model, and how many labels are on its shelf."""

    used: Annotated[bool, Meta(description="Whether it takes part in answers; else the package's weights stand.")]
    by: str | None
    at: str | None
    labels: int
    said: list[str]
    on_shelf: Annotated[int | None, Meta(description="Labels of the house; null where the model has no shelf of them.")]


def own_to_plain(own: OwnLearning | None, lang: str) -> OwnAnswer | None:
    """Return as JSON which weights of a model stand; ``None`` where it learns nothing from labels."""
    if own is None:
        return None
    standing = own.standing()
    return {
        "used": bool(standing and standing.used),
        "by": standing.by if standing else None,
        "at": standing.at if standing else None,
        "labels": standing.labels if standing else 0,
        "said": [sentence(message, lang) for message in (standing.says if standing else ())],
        "on_shelf": own.on_shelf() if own.on_shelf else None,
    }


def _record(id: str, by: str, reason: str) -> dict[str, Value]:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return {"model": id, "by": by, "at": at, "reason": reason, "weights": state_of(find_model(id)).hash}


def _log(record: dict[str, Value]) -> None:
    folder = load_settings().folder
    try:
        append_line(folder / LOG, json.dumps(record, ensure_ascii=False))
    except OSError as error:
        raise StorageError("switch_not_kept", where=str(folder), reason=str(error)) from error
