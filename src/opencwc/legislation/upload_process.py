"""The confined process that reads strangers' laws: it loads what it needs, gives up its rights, then checks them.

It starts no other process: pages that are pictures are reported, not recognised.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from opencwc.confining.process import Line, Task, serve, unpack_uploads
from opencwc.confining.rights import Bounds, Protection
from opencwc.legislation.upload_question import LAW, STEPS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from opencwc.language.encoders import Encoder
    from opencwc.legislation import Checked
    from opencwc.legislation.legal_texts import LegalText

PART_BYTES = 6_000_000
MOST_CHARACTERS = 40_000_000
SAMPLE = """Section 1. No person shall develop, produce or use chemical weapons. The Minister makes regulations.
Section 2. A person who contravenes section 1 commits an offence and is liable to imprisonment.
"""
"""A text in which everything is loaded before the rights are given up."""


class _VectorKeeper:
    """An encoder that keeps the vectors of passages, so that they need not be made twice.

    It has an id of its own, so that no passage comes out of the cache without passing through here.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.id, self.dimensions, self.thresholds = f"{encoder.id}-kept", encoder.dimensions, encoder.thresholds
        self.questions = encoder.questions
        self.known: dict[str, NDArray[np.float32]] = {}

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row for each passage."""
        made = self.encoder.passages(texts)
        self.known.update(zip(texts, made, strict=True))
        return made


class CheckLaw(Task):
    """Reads a State's texts and checks them against the measures of a day."""

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        super().__init__(question, bounds)
        from opencwc.files.readers import load_passage_readers
        from opencwc.language.encoders import named_encoder
        from opencwc.legislation.legal_texts import plain_legal_text, read_legal_text

        self.uploads = unpack_uploads()
        self.encoder = _VectorKeeper(named_encoder())
        load_passage_readers()
        with TemporaryDirectory() as folder:
            place = Path(folder, "sample.html")
            place.write_text(f"<html><body><p>{SAMPLE}</p></body></html>", encoding="utf-8")
            read_legal_text(place, ocr=False, confine=False)
        # The wordings of the measures go into the cache, which can be written yet.
        self._check([plain_legal_text(SAMPLE.encode(), "sample.txt")])
        self.encoder.known.clear()

    def _check(self, texts: Sequence[LegalText], progress: Callable[[str, int, int], None] | None = None) -> Checked:
        from opencwc.legislation import check_texts

        day, model = date.fromisoformat(self.question["as_of"]), bool(self.question["model"])
        return check_texts(
            texts, self.question["state"], day, encoder=self.encoder, model=model, progress=progress
        )  # fmt: skip

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield how far it is, then what was checked, the answers with their findings, and the passages."""
        from opencwc.errors import InputError
        from opencwc.legislation.legal_texts import read_legal_text

        texts: list[LegalText] = []
        for number, upload in enumerate(self.uploads):
            yield _progress("reading", number, len(self.uploads))
            texts.append(read_legal_text(upload.path, name=upload.name, ocr=False, confine=False))
            if sum(len(text.text) for text in texts) > MOST_CHARACTERS:
                raise InputError(
                    f"the texts have more than {MOST_CHARACTERS:,} characters",
                    remedy="Send the law alone, or use the command: opencwc law.",
                )
        checked = self._check(texts, lambda step, done, of: self.say(_progress(step, done, of)))
        yield from self._answered(checked, protection)

    def _answered(self, checked: Checked, protection: Protection) -> Iterator[Line]:
        from opencwc.finding import finding_to_plain
        from opencwc.legislation.findings import findings_of, maker_of
        from opencwc.legislation.kept import answers_as_json, told_of

        law = checked.law
        yield {
            "told": told_of(checked, self.encoder.encoder.id),
            "checked": {
                "file": ", ".join(text.name for text in law.texts)[:200],
                "state": law.state,
                "as_of": law.as_of.isoformat(),
                "protection": protection.as_json(),
            },
            "maker": maker_of(checked)._asdict(),
        }
        yield {
            "answers": answers_as_json(checked),
            "findings": [finding_to_plain(finding) for finding in findings_of(checked)],
        }
        yield from self._parts(checked)
        verdicts = [answer.verdict for answer in checked.answers]
        yield {
            "done": True,
            "rows": len(verdicts),
            "tally": {verdict: verdicts.count(verdict) for verdict in set(verdicts)},
        }

    def _parts(self, checked: Checked) -> Iterator[Line]:
        import numpy as np

        from opencwc.legislation.kept import PASSAGES, VECTORS, passages_as_json, vectors_as_npy
        from opencwc.legislation.passages import passages_of

        passages = list(passages_of(checked.law.sections))
        nothing = np.zeros(self.encoder.dimensions, np.float32)  # of a long text only the nearest passages have vectors
        known = [self.encoder.known.get(passage.searched, nothing) for passage in passages]
        vectors = np.stack(known) if known else np.zeros((0, self.encoder.dimensions), np.float32)
        parts = {PASSAGES: passages_as_json(checked.law.sections, passages), VECTORS: vectors_as_npy(vectors)}
        for name, content in parts.items():
            for start in range(0, len(content), PART_BYTES):
                yield {"part": name, "data": base64.b64encode(content[start : start + PART_BYTES]).decode()}


def _progress(step: str, done: int, of: int) -> Line:
    start, length = STEPS.get(step, (0, 0))
    so_far = start + round(length * done / of) if of else start
    return {"stage": step, "rows": max(1, so_far), "share": max(1, so_far) / 1_000}


if __name__ == "__main__":
    sys.exit(serve({LAW: CheckLaw}))
