"""The file of weights that a house's own labels taught a model: kept in the settings folder, read, and taken back."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from msgspec import Struct

from opencwc.errors import SettingsError, StorageError
from opencwc.models.state_files import replace_text
from opencwc.records import from_json, to_json
from opencwc.settings import load_settings

Weights = TypeVar("Weights", bound=Struct)


class OwnWeightsFile(Generic[Weights]):
    """The own weights of one model; ``model`` is what `opencwc models retrain` calls it."""

    def __init__(self, name: str, weights: type[Weights], model: str) -> None:
        self.name, self.weights, self.model = name, weights, model

    def keep(self, own: Weights, folder: Path | None = None) -> Path:
        """Keep own weights; raise `StorageError` where they cannot be written."""
        path = self._path(folder)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_text(path, to_json(own).decode())
        except OSError as error:
            raise StorageError("own_weights_not_kept", where=str(path), reason=str(error)) from error
        return path

    def forget(self, folder: Path | None = None) -> bool:
        """Remove own weights, so that those of the package stand again; tell whether there were any."""
        path = self._path(folder)
        there = path.exists()
        path.unlink(missing_ok=True)
        return there

    def read(self, folder: Path | None = None) -> Weights | None:
        """Return the own weights that are kept, ``None`` where there are none.

        Raises:
            SettingsError: what is kept cannot be read.

        """
        path = self._path(folder)
        try:
            known = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        read: Weights = _read(path, known.st_size, known.st_mtime_ns, self.weights, self.model)
        return read

    def _path(self, folder: Path | None) -> Path:
        return (folder or load_settings().folder) / self.name


@lru_cache(maxsize=8)
def _read(path: Path, size: int, changed: int, weights: type[Struct], model: str) -> Any:
    try:
        return from_json(weights, path.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise SettingsError("own_weights_unreadable", where=str(path), reason=repr(error), model=model) from error
