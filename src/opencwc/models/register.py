"""The register: which models are installed, their cards, and whether each may be used now."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from opencwc.convention.fields import load_yaml
from opencwc.errors import NotFoundError, OpenCWCError, RuleError
from opencwc.finding import Message
from opencwc.models.model import Card, Model, State
from opencwc.models.switches import FILE, read_switches
from opencwc.records import from_plain
from opencwc.settings import load_settings

GROUP = "opencwc.models"
OFF = "OPENCWC_MODELS_OFF"


def registered() -> tuple[Model, ...]:
    """Return every model that an installed package registers, by id."""
    from importlib.metadata import entry_points  # slow to import

    found = {point.name: point for point in entry_points(group=GROUP)}
    models = (found[name].load() for name in sorted(found))
    return tuple(model for model in models if isinstance(model, Model))


def find_model(id: str) -> Model:
    """Return a model by its id, or by the first word of it where no other begins so: ``law`` for ``law-coverage``.

    Raises:
        NotFoundError: none is registered under it.

    """
    models = registered()
    for named in ([model for model in models if model.id == id], [m for m in models if m.id.startswith(f"{id}-")]):
        if len(named) == 1:
            return named[0]
    raise NotFoundError("no_such_model", model=id, known=", ".join(model.id for model in models) or "none")


def state_of(model: Model, folder: Path | None = None) -> State:
    """Say whether a model may be used now: its files must be those of its card, and nobody may have switched it off.

    A component that is required stays in use, and what differs from its card is said. Raises `SettingsError` where the
    switches cannot be read: a switch that nobody can read must not count as on.
    """
    card = load_card(model.card)
    hash, why = _weights(model, card, folder or load_settings().folder)
    if card.required:
        return State(card.id, True, hash, why)
    off = {part.strip() for part in os.environ.get(OFF, "").split(",")}
    if {"all", card.id} & off:
        return State(card.id, False, hash, Message("models_off_by_variable", {"id": card.id, "variable": OFF}))
    switched = read_switches(folder or load_settings().folder).get(card.id)
    if switched and not switched.on:
        why = Message("models_off_by_person", {"id": card.id, "by": switched.by, "at": switched.at})
        return State(card.id, False, hash, why)
    return State(card.id, why is None, hash, why)


def usable_now(model: Model) -> bool:
    """Tell whether a model may be used now, cheaply: something may ask this for every text."""
    path = load_settings().folder / FILE
    return _usable(model, os.environ.get(OFF, ""), path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=16)
def _usable(model: Model, off: str, path: Path, changed: int) -> bool:
    return state_of(model).usable


def maker_fields(model: Model) -> tuple[str, str]:
    """Return what a finding made with a model carries: ``Maker(..., model=id, weights=hash)``."""
    return model.id, _weights(model, load_card(model.card), load_settings().folder)[0]


@lru_cache(maxsize=64)
def load_card(path: Path) -> Card:
    """Read a card; `RuleError` where it lacks something."""
    import yaml

    try:
        raw = load_yaml(path.read_text(encoding="utf-8"))
        return build_card(raw)
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise RuleError("model_card_unreadable", where=str(path), reason=repr(error)) from error


def build_card(raw: Mapping[str, Any]) -> Card:
    """Turn the YAML of a card into a record."""
    stripped = {name: value.strip() if isinstance(value, str) else value for name, value in raw.items()}
    weights = [{"name": weight["file"], "sha256": weight["sha256"]} for weight in raw["weights"]]
    return from_plain(Card, {"required": False, **stripped, "weights": weights})


def _weights(model: Model, card: Card, folder: Path) -> tuple[str, Message | None]:
    try:
        found = [(path.name, digest_of(path)) for path in model.weights()]
        own = [(path.name, digest_of(path)) for path in _own_files(model, folder)]
    except (OSError, OpenCWCError):
        return "", Message("models_weights_missing", {"id": card.id})
    lines = "".join(f"{digest}  {name}\n" for name, digest in (*found, *own))
    whole = sha256(lines.encode()).hexdigest()
    expected = [(weight.name, weight.sha256) for weight in card.weights]
    return whole, None if found == expected else Message("models_weights_differ", {"id": card.id})


def _own_files(model: Model, folder: Path) -> tuple[Path, ...]:
    path = folder / model.own.file if model.own else None
    return (path,) if path and path.is_file() else ()


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file; read again only when its size or its time changes."""
    known = path.stat()
    return _digest(path, known.st_size, known.st_mtime_ns)


@lru_cache(maxsize=256)
def _digest(path: Path, size: int, changed: int) -> str:
    return sha256(path.read_bytes()).hexdigest()
