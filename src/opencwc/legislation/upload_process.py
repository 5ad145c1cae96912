"""The process that reads strangers' laws: it loads what it needs, gives up its rights, then reads and checks.

It is started by `opencwc.confining.sandbox` as ``python -m opencwc.legislation.upload_process`` and served by
`opencwc.confining.process`. No process is started in here: pages that are pictures are told, and not recognised.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING, Any

from opencwc.confining.process import Upload, serve
from opencwc.confining.rights import Protection
from opencwc.legislation.upload_question import LAW, STEPS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from opencwc.language.encoders import Encoder
    from opencwc.legislation import Checked
    from opencwc.legislation.texts.legal_texts import LegalText

PART_BYTES = 6_000_000
MOST_CHARACTERS = 40_000_000
SAMPLE = """Section 1. No person shall develop, produce or use chemical weapons. The Minister makes regulations.
Section 2. A person who contravenes section 1 commits an offence and is liable to imprisonment.
"""
"""A text in which everything is loaded before the rights are given up."""


class _Remembering:
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


class _Check:
    """Reads a State's texts and checks them against the measures of a day."""

    def __init__(self, wish: dict[str, Any]) -> None:
        from opencwc.files.readers import load_readers
        from opencwc.language.encoders import named_encoder
        from opencwc.legislation import check_texts
        from opencwc.legislation.texts.legal_texts import plain_legal_text, read_legal_text

        self.wish = wish
        self.day = date.fromisoformat(wish["as_of"])
        self.encoder = _Remembering(named_encoder())
        load_readers()
        with TemporaryDirectory() as folder:
            place = Path(folder, "sample.html")
            place.write_text(f"<html><body><p>{SAMPLE}</p></body></html>", encoding="utf-8")
            read_legal_text(place, **_HERE)
        # The wordings of the measures go into the cache, which can be written yet.
        sample = plain_legal_text(SAMPLE.encode(), "sample.txt")
        check_texts([sample], wish["state"], self.day, encoder=self.encoder, model=bool(wish["model"]))
        self.encoder.known.clear()

    def answer(self, uploads: Sequence[Upload], protection: Protection) -> Iterator[dict[str, Any]]:
        """Yield how far it is, then what was checked, the answers with their findings, and the passages."""
        from opencwc.errors import InputError
        from opencwc.legislation.texts.legal_texts import read_legal_text

        texts: list[LegalText] = []
        for place, one in enumerate(uploads):
            yield _far("reading", place, len(uploads))
            texts.append(read_legal_text(one.path, name=one.name, **_HERE))
            if sum(len(each.text) for each in texts) > MOST_CHARACTERS:
                raise InputError(
                    f"the texts have more than {MOST_CHARACTERS:,} characters",
                    remedy="Send the law alone, or use the command: opencwc law.",
                )
        checked: Checked | None = None
        for told in self._checked(texts):
            if isinstance(told, dict):
                yield told
            else:
                checked = told
        if checked is None:
            raise InputError("checking the texts broke off")
        yield from self._answered(checked, protection)

    def _checked(self, texts: Sequence[LegalText]) -> Iterator[dict[str, Any] | Checked]:
        """Yield how far the check is, at last the check itself; it works in a thread of its own meanwhile."""
        from opencwc.legislation import check_texts

        said: SimpleQueue[dict[str, Any] | Checked | BaseException] = SimpleQueue()

        def work() -> None:
            try:
                said.put(
                    check_texts(
                        texts, self.wish["state"], self.day, encoder=self.encoder, model=bool(self.wish["model"]),
                        progress=lambda step, done, of: said.put(_far(step, done, of)),
                    )
                )  # fmt: skip
            except BaseException as error:
                said.put(error)

        Thread(target=work, daemon=True).start()
        while isinstance(told := said.get(), dict):
            yield told
        if isinstance(told, BaseException):
            raise told
        yield told

    def _answered(self, checked: Checked, protection: Protection) -> Iterator[dict[str, Any]]:
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

    def _parts(self, checked: Checked) -> Iterator[dict[str, Any]]:
        import numpy as np

        from opencwc.legislation.kept import PASSAGES, VECTORS, passages_as_json, vectors_as_npy
        from opencwc.legislation.texts.passages import passages_of

        passages = list(passages_of(checked.law.sections))
        nothing = np.zeros(self.encoder.dimensions, np.float32)  # of a long text only the nearest passages have vectors
        known = [self.encoder.known.get(passage.searched, nothing) for passage in passages]
        vectors = np.stack(known) if known else np.zeros((0, self.encoder.dimensions), np.float32)
        parts = {PASSAGES: passages_as_json(checked.law.sections, passages), VECTORS: vectors_as_npy(vectors)}
        for name, content in parts.items():
            for start in range(0, len(content), PART_BYTES):
                yield {"part": name, "data": base64.b64encode(content[start : start + PART_BYTES]).decode()}


def _far(step: str, done: int, of: int) -> dict[str, Any]:
    start, length = STEPS.get(step, (0, 0))
    so_far = start + round(length * done / of) if of else start
    return {"stage": step, "rows": max(1, so_far), "share": max(1, so_far) / 1_000}


_HERE: dict[str, Any] = {"ocr": False, "confine": False}
"""How documents are read in here: this process is confined already, and starts no other one."""

if __name__ == "__main__":
    sys.exit(serve({LAW: _Check}))
