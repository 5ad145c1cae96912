"""A State's texts to the steps of a run: read, checked against the measures of a day, kept with their vectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING, Any

from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.records import to_plain
from opencwc.verbs import Ended, Found, Input, PagesFile, Progress, Started, Step

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from opencwc.language.encoders import Encoder
    from opencwc.legislation import Checked
    from opencwc.legislation.texts.legal_texts import LegalText

STAGES = {"reading": (0, 150), "searching": (150, 700), "elements": (850, 130)}
"""Where a stage begins and how long it is, in thousandths of the whole; getting ready comes before."""
MOST_CHARACTERS = 40_000_000
SAMPLE = """Section 1. No person shall develop, produce or use chemical weapons. The Minister makes regulations.
Section 2. A person who contravenes section 1 commits an offence and is liable to imprisonment.
"""
"""A text in which everything is loaded before the rights are given up."""
_HERE: dict[str, Any] = {"ocr": False, "confine": False}
"""How documents are read in here: this process is confined already, and starts no other one."""


class Reader:
    """Checks texts. The question: ``state`` (alpha-3), ``as_of``, ``model``, and the ``limits`` of documents."""

    def __init__(self, question: Mapping[str, Any]) -> None:
        from opencwc.files import DocumentLimits
        from opencwc.files.readers import load_passage_readers
        from opencwc.language.encoders import named_encoder

        self.state, self.day = str(question["state"]), date.fromisoformat(str(question["as_of"]))
        self.model = bool(question.get("model", False))
        self.limits = DocumentLimits(**question["limits"]) if "limits" in question else None
        self.most = min(MOST_CHARACTERS, self.limits.characters) if self.limits else MOST_CHARACTERS
        self.encoder = RememberingEncoder(named_encoder())
        load_passage_readers()

    def warm(self) -> None:
        """Read and check a sample; the wordings of the measures go into the cache, which can be written yet."""
        from opencwc.legislation import check_texts
        from opencwc.legislation.texts.legal_texts import plain_legal_text, read_legal_text

        with TemporaryDirectory() as folder:
            page = Path(folder, "sample.html")
            page.write_text(f"<html><body><p>{SAMPLE}</p></body></html>", encoding="utf-8")
            read_legal_text(page, **_HERE)
        sample = plain_legal_text(SAMPLE.encode(), "sample.txt")
        check_texts([sample], self.state, self.day, encoder=self.encoder, model=self.model)
        self.encoder.known.clear()

    def steps(self, inputs: Sequence[Input]) -> Iterator[Step]:
        """Give how far it is, then what was checked, the findings, and the end with the file of the pages.

        Raises:
            InputError: a limit of the whole was reached; what was found in the texts read until then has been given.

        """
        from opencwc.legislation.texts.legal_texts import read_legal_text

        texts: list[LegalText] = []
        stopped: InputError | None = None
        for place, text in enumerate(inputs):
            yield progress_at("reading", place, len(inputs))
            texts.append(read_legal_text(text.path, name=text.name, limits=self.limits, **_HERE))
            if stopped := self._stopped(texts):
                break
        for step in self._check(texts):
            if isinstance(step, Progress):
                yield step
            else:
                found = steps_of(step, self.encoder)
                yield from found if stopped is None else (part for part in found if not isinstance(part, Ended))
        if stopped is not None:
            raise stopped

    def _stopped(self, texts: list[LegalText]) -> InputError | None:
        """Return the limit that the texts have reached, if any; the one that is beyond it is left out.

        Raises:
            InputError: one text alone is too long.

        """
        from opencwc.files.passages import STOPPED, stopped_error

        if sum(len(text.text) for text in texts) > self.most:
            texts.pop()
            if not texts:
                raise InputError("texts_too_long", characters=self.most)
            return InputError("upload_stopped_at_text", most=self.most)
        reasons = (note.values.get("why") for note in texts[-1].notes)
        stops = (why for why in reasons if isinstance(why, Message) and why.id in STOPPED)
        return next(map(stopped_error, stops), None)

    def _check(self, texts: Sequence[LegalText]) -> Iterator[Progress | Checked]:
        """Give how far the check is, at last the check itself; it works in a thread of its own meanwhile."""
        from opencwc.legislation import check_texts

        steps: SimpleQueue[Progress | Checked | BaseException] = SimpleQueue()

        def work() -> None:
            try:
                steps.put(
                    check_texts(
                        texts, self.state, self.day, encoder=self.encoder, model=self.model,
                        progress=lambda stage, done, of: steps.put(progress_at(stage, done, of)),
                    )
                )  # fmt: skip
            except BaseException as error:
                steps.put(error)

        Thread(target=work, daemon=True).start()
        while isinstance(step := steps.get(), Progress):
            yield step
        if isinstance(step, BaseException):
            raise step
        yield step


class RememberingEncoder:
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


def steps_of(checked: Checked, encoder: RememberingEncoder) -> Iterator[Step]:
    """Give what is kept of a check: what was checked, the findings, the end with the file of the pages.

    ``encoder`` is the one that the texts were checked with.
    """
    import numpy as np

    from opencwc.legislation import kept
    from opencwc.legislation.findings import findings_of, maker_of
    from opencwc.legislation.texts.passages import passages_of

    law = checked.law
    about = {"file": ", ".join(text.name for text in law.texts)[:200], "state": law.state}
    yield Started({**about, "as_of": law.as_of.isoformat()}, to_plain(maker_of(checked)))
    yield Found(list(findings_of(checked)))
    passages = list(passages_of(law.sections))
    nothing = np.zeros(encoder.dimensions, np.float32)  # of a long text only the nearest passages have vectors
    known = [encoder.known.get(passage.searched, nothing) for passage in passages]
    vectors = np.stack(known) if known else np.zeros((0, encoder.dimensions), np.float32)
    content = kept.packed(
        kept.summary_of(checked, encoder.encoder.id),
        kept.answers_of(checked),
        kept.write_passages(law.sections, passages),
        kept.vectors_as_npy(vectors),
    )
    verdicts = [answer.verdict for answer in checked.answers]
    counts = {verdict: verdicts.count(verdict) for verdict in set(verdicts)}
    yield Ended(len(verdicts), counts, pages=PagesFile(kept.NAME, kept.MEDIA_TYPE, content))


def progress_at(stage: str, done: int, of: int) -> Progress:
    """Return how far the whole is where so much of a stage is done."""
    start, length = STAGES.get(stage, (0, 0))
    so_far = max(1, start + round(length * done / of) if of else start)
    return Progress(so_far, so_far / 1_000)


def stage_of(thousandths: int) -> Message:
    """Say at which stage a check is that is so far, and how much of the stage is done."""
    names = ["preparing", *STAGES]
    begun = [name for name, (start, _) in STAGES.items() if start < thousandths] or ["preparing"]
    start, length = STAGES.get(begun[-1], (0, 1))
    share = min(100, 100 * (thousandths - start) // length)
    values = {"step": names.index(begun[-1]) + 1, "steps": len(names), "share": share}
    return Message("law_step_of", {**values, "name": Message(f"law_step_{begun[-1]}")})
