"""What a check of the same texts said before: kept in the cache folder, so that the same question is answered at once.

Only what was said is kept, with the places of the passages; the texts themselves are not. A check is the same where the
texts, the day, the measures, the encoder, the model and the program are; else it is made anew.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from opencwc.convention.fields import stamps
from opencwc.convention.measures import Measures
from opencwc.legislation.kept import KeptAnswer, Summary, answer_of, answers_of, summary_of
from opencwc.legislation.model import Checked, Law
from opencwc.records import from_plain, to_plain
from opencwc.settings import cache_folder


class CheckedBefore:
    """The check of a law that was made before, if any: ``CheckedBefore(law, rules, ...).read()``."""

    def __init__(self, law: Law, rules: Measures, about: Mapping[str, object], folder: Path | None = None) -> None:
        self.law, self.rules = law, rules
        digest = sha256(repr((law.state, law.as_of, sorted(about.items()), _program())).encode())
        for measure in rules.measures:
            digest.update(repr(measure).encode("utf-8", "surrogatepass"))
        for text in law.texts:
            digest.update(f"{text.name}\0{text.notes}\0{text.columns}\0{text.text}\0".encode("utf-8", "surrogatepass"))
        self._path = (folder or cache_folder()) / "checks" / f"{digest.hexdigest()[:40]}.json"

    def read(self) -> Checked | None:
        """Return the check as it was made; ``None`` where none was, or it cannot be read."""
        try:
            plain = json.loads(self._path.read_text(encoding="utf-8"))
            summary = from_plain(Summary, plain["summary"])
            kept = [from_plain(KeptAnswer, answer) for answer in plain["answers"]]
            return self._checked(summary, kept)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            logging.getLogger(__name__).warning("a check that was made before cannot be read: %s", error)
            return None

    def _checked(self, summary: Summary, kept: Sequence[KeptAnswer]) -> Checked:
        measures = {(measure.set, measure.id): measure for measure in self.rules.measures}
        answers = tuple(
            replace(answer, measure=measures[answer.measure.set, answer.measure.id])
            for answer in (answer_of(one, self.law.sections) for one in kept)
        )
        law = replace(self.law, notes=summary.law_notes)
        return Checked(law, answers, summary.model, summary.weights, summary.notes, summary.obligations)

    def keep(self, checked: Checked) -> None:
        """Keep what a check said; a cache that cannot be written costs time, never the answer."""
        plain: dict[str, Any] = {
            "summary": to_plain(summary_of(checked)),
            "answers": [to_plain(answer) for answer in answers_of(checked)],
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=self._path.parent, suffix=".part")
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(plain, stream, ensure_ascii=False)
            Path(name).replace(self._path)
        except OSError as error:
            logging.getLogger(__name__).warning("what was said of a law is not kept: %s", error)


@cache
def _program() -> str:
    """Return what changes once a file of the program does that a check rests on."""
    root = Path(__file__).parents[1]
    folders = ("legislation", "convention", "language", "models")
    files = sorted(file for folder in folders for file in (root / folder).rglob("*") if file.suffix in _KINDS)
    return sha256(repr(stamps(files)).encode()).hexdigest()


_KINDS = frozenset((".py", ".yaml", ".json", ".csv", ".onnx", ".npy", ".parquet"))
