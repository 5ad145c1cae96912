"""A lawyer's corrections: what a person says of a measure in place of what was proposed, kept as labels.

They come from ``opencwc corrections`` or, decided on the pages, from the labels of a kept law. Nothing is learned from
them by itself: ``opencwc models evaluate law-coverage`` measures against them, and they can be exported; whoever trains
the model anew chooses to use them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from opencwc.errors import InputError, SettingsError, StorageError
from opencwc.finding import Message, Value
from opencwc.legislation.model import VERDICTS, Answer, Law
from opencwc.legislation.verdicts import SIGNS
from opencwc.models.state_files import append_line
from opencwc.settings import data_folder

COLUMNS = (
    "at", "by", "state", "as_of", "measure", "proposed", "probability", "verdict", "sections", "reason", "lang",
    "signs", "elements",
)  # fmt: skip
_LATER = {"elements"}
"""Columns that labels of earlier versions do not have."""


class Corrections:
    """The corrections of a house, one JSON line each: ``Corrections(path).add(law, answer, "partial", ...)``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of_house(cls) -> Corrections:
        """Return those in the data folder of this house."""
        return cls(data_folder() / "laws" / "corrections.jsonl")

    def add(
        self,
        law: Law,
        answer: Answer,
        verdict: str,
        *,
        by: str,
        reason: str,
        sections: Sequence[str] = (),
        elements: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Keep what a person says of a measure, and return the record.

        ``elements`` are those of which the proposal says the contrary. Raises `SettingsError` without a person, a
        reason or a known verdict and for an element that the measure does not have, `StorageError` where it cannot be
        kept.
        """
        if verdict not in VERDICTS:
            raise SettingsError("verdict_not_valid", verdict=verdict, known=tuple(VERDICTS))
        if not by.strip() or not reason.strip():
            raise SettingsError("correction_needs_person_and_reason")
        known = [element.id for element in answer.measure.elements]
        if strange := [element for element in elements if element not in known]:
            raise SettingsError("element_unknown", measure=answer.measure.id, element=strange[0], known=tuple(known))
        record: dict[str, Any] = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "by": by,
            "state": law.state,
            "as_of": law.as_of.isoformat(),
            "measure": answer.measure.id,
            "proposed": answer.verdict,
            "probability": answer.probability,
            "verdict": verdict,
            "sections": list(sections),
            "reason": reason,
            "lang": next(iter(law.languages), ""),
            "signs": dict(answer.signs),
            "elements": list(elements),
        }
        self._append([record])
        return record

    def take(self, file: Path) -> int:
        """Keep the labels of a file as the page of a kept law exports them; return how many were not kept already.

        Raises `InputError` where a line is no label, and keeps none of the file then.
        """
        return self.take_labels(_labels_in(file))

    def take_labels(self, labels: Iterable[Mapping[str, Any]]) -> int:
        """Keep labels; return how many were not kept already."""
        kept = self.all()
        fresh = [label for label in labels if label not in kept]
        self._append(fresh)
        return len(fresh)

    def _append(self, records: Sequence[Mapping[str, Any]]) -> None:
        try:
            if records:
                append_line(self.path, "\n".join(json.dumps(record, ensure_ascii=False) for record in records))
        except OSError as error:
            raise StorageError("correction_not_kept", where=str(self.path), reason=str(error)) from error

    def all(self) -> list[dict[str, Any]]:
        """Return every correction in the order in which they were made; `InputError` where a line cannot be read."""
        try:
            return [json.loads(line) for _, line in self._lines()]
        except ValueError as error:
            raise InputError("corrections_unreadable", where=str(self.path), reason=str(error)) from error

    def rows(self) -> tuple[list[dict[str, Any]], tuple[Message, ...]]:
        """Return the last correction of each measure of each State as a label with its signs.

        A line that is no whole correction is left out; beside the labels, one message a line says so.
        """
        last: dict[tuple[str, str], dict[str, Any]] = {}
        left_out = []
        for number, line in self._lines():
            record, lacking = _whole(line)
            if lacking:
                values: dict[str, Value] = {"line": number, "file": self.path.name, "field": lacking}
                left_out.append(Message("law_correction_left_out", values))
            else:
                last[str(record["state"]), str(record["measure"])] = record
        rows = [
            {
                "measure": record["measure"],
                "verdict": record["verdict"],
                "lang": record["lang"],
                "country": str(record["state"]),
                **record["signs"],
            }
            for record in last.values()
        ]
        return rows, tuple(left_out)

    def _lines(self) -> list[tuple[int, str]]:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise InputError("corrections_unreadable", where=str(self.path), reason=str(error)) from error
        return [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _whole(line: str) -> tuple[dict[str, Any], str]:
    """Return a line as a record, and the first field that it lacks; ``JSON`` where it is none."""
    try:
        record = json.loads(line)
    except ValueError:
        return {}, "JSON"
    if not isinstance(record, dict):
        return {}, "JSON"
    sound = {
        "state": bool(record.get("state")),
        "measure": bool(record.get("measure")),
        "verdict": record.get("verdict") in VERDICTS,
        "lang": isinstance(record.get("lang"), str),
        "signs": _has_signs(record),
    }
    return record, next((field for field, holds in sound.items() if not holds), "")


def _has_signs(record: Mapping[str, Any]) -> bool:
    signs = record.get("signs")
    return isinstance(signs, dict) and all(isinstance(signs.get(sign), int | float) for sign in SIGNS)


def _labels_in(file: Path) -> list[dict[str, Any]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("labels_unreadable", where=str(file), reason=str(error)) from error
    labels = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            fields = set(record) | _LATER
            sound = fields == set(COLUMNS) and record["verdict"] in VERDICTS and _has_signs(record)
        except (ValueError, TypeError):
            sound = False
        if not sound:
            raise InputError("line_is_no_label", where=str(file), line=number)
        labels.append(record)
    return labels
