"""The shelf of States: their texts as they were kept, and what was found in them the last time they were checked.

A folder a State in the house's data folder; nothing is kept that the person did not put there.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from opencwc.errors import InputError, NotFoundError, StorageError
from opencwc.files.csv_cells import csv_text
from opencwc.legislation.formats import answer_to_plain
from opencwc.legislation.model import Checked
from opencwc.settings import data_folder

_RECORD = "checked.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """A State on the shelf: when its law was last checked, its texts, and the verdict of each measure."""

    state: str
    as_of: str
    files: tuple[Path, ...]
    verdicts: dict[str, str]
    model: str
    names: tuple[str, ...] = ()
    """What the person called the texts, in their order."""


class Shelf:
    """The States whose texts are kept: ``Shelf(folder).put(checked, files)``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of_house(cls) -> Shelf:
        """Return the shelf in the data folder of this house."""
        return cls(data_folder() / "laws")

    def put(self, checked: Checked, files: Sequence[Path]) -> Kept:
        """Keep a State's texts and what was found in them, in place of what was kept of it before.

        Raises `StorageError` where the folder cannot be written; then what was kept stays.
        """
        place = self._place(checked.law.state)
        fresh = place.with_name(f"{place.name}.new")
        record: dict[str, Any] = {
            "state": checked.law.state,
            "as_of": checked.law.as_of.isoformat(),
            "model": checked.model,
            "weights": checked.weights,
            "files": [],
            "answers": [answer_to_plain(answer, acts=checked.law.acts) for answer in checked.answers],
        }
        try:
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(mode=0o700, parents=True)
            for number, file in enumerate(files, 1):
                copy = fresh / f"{number:02d}-{file.name}"
                shutil.copyfile(file, copy)
                digest = sha256(copy.read_bytes()).hexdigest()
                record["files"].append({"name": file.name, "kept": copy.name, "sha256": digest})
            (fresh / _RECORD).write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
            shutil.rmtree(place, ignore_errors=True)
            fresh.rename(place)
        except OSError as error:
            raise StorageError("texts_not_kept", where=str(place), reason=str(error)) from error
        return self.state(checked.law.state)

    def states(self) -> list[Kept]:
        """Return what is kept, by State."""
        if not self.folder.is_dir():
            return []
        return [self.state(path.name) for path in sorted(self.folder.iterdir()) if (path / _RECORD).is_file()]

    def state(self, state: str) -> Kept:
        """Return what is kept of one State; `NotFoundError` where nothing is, `InputError` where it cannot be read."""
        place = self._place(state)
        try:
            record = json.loads((place / _RECORD).read_text(encoding="utf-8"))
            return Kept(
                record["state"],
                record["as_of"],
                tuple(place / file["kept"] for file in record["files"]),
                {answer["measure"]: answer["verdict"] for answer in record["answers"]},
                record["model"],
                tuple(str(file["name"]) for file in record["files"]),
            )
        except FileNotFoundError as error:
            raise NotFoundError("no_texts_of_state", state=state) from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError("kept_texts_unreadable", where=str(place), state=state, reason=repr(error)) from error

    def remove(self, state: str) -> None:
        """Take a State's texts off the shelf; `NotFoundError` where there are none."""
        self.state(state)
        shutil.rmtree(self._place(state), ignore_errors=True)

    def _place(self, state: str) -> Path:
        if not (len(state) == 3 and state.isascii() and state.isalpha()):
            raise InputError("no_such_state", state=state)
        return self.folder / state.upper()


def measures_on(kept: Sequence[Kept]) -> list[str]:
    """Return the measures that any State on the shelf was checked against, in their order."""
    return list(dict.fromkeys(measure for state in kept for measure in state.verdicts))


def shelf_csv(kept: Sequence[Kept]) -> str:
    """Return who covers what: a line a State, a column a measure; a measure that was not checked is left empty."""
    measures = measures_on(kept)
    rows = (
        (state.state, state.as_of, len(state.files), state.model, *(state.verdicts.get(id, "") for id in measures))
        for state in kept
    )
    return csv_text([("state", "as_of", "texts", "model", *measures), *rows])


def shelf_json(kept: Sequence[Kept]) -> str:
    """Return the shelf as JSON: each State with its texts and the verdict of each measure."""
    rows = [
        {
            "state": state.state,
            "as_of": state.as_of,
            "model": state.model or None,
            "texts": list(state.names),
            "verdicts": state.verdicts,
        }
        for state in kept
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1)
