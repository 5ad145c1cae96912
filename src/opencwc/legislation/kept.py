"""What a check of a State's law leaves for its pages: the answers, the sections and their passages, in one file.

The file is kept in the casebook as the source of a run of its own, in the case of the findings: so it has their mark,
is seen by who may read the case, leaves with its bundle, and is erased with it. The measures are in it as they stood
when the law was checked, and the vectors of the passages, so that a question can be asked at once.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, TypeAlias

from msgspec import Struct

from opencwc.convention.measures import Element, Measure
from opencwc.convention.model import InForce, Words
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.legislation.model import ALL_VERDICTS, Answer, Checked, Fulfilled, Law, Shown, Span
from opencwc.legislation.texts.legal_texts import LegalText
from opencwc.legislation.texts.passages import LegalPassage
from opencwc.legislation.texts.sections import LegalSection
from opencwc.records import Share, fields_of, from_plain, one_of, to_plain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAME = "law.zip"
MEDIA_TYPE = "application/zip"
TOLD, ANSWERS, PASSAGES, VECTORS = "told.json", "answers.jsonl", "passages.json", "vectors.npy"
LawVerdict = Annotated[str, one_of(ALL_VERDICTS)]
_SectionRow: TypeAlias = tuple[str, str, str, str, int, int, str, int, str, str]
"""The fields of a `LegalSection`, in their order."""
_BROKEN = (OSError, EOFError, ValueError, KeyError, IndexError, zipfile.BadZipFile)


class KeptElement(Struct, frozen=True):
    """An element of a measure, without the terms that it was looked for by."""

    id: str
    by_reference: bool
    by_regulation: bool
    advised: bool
    one_of: str
    names: Words
    says: Words
    alone: Words = {}


class KeptMeasure(Struct, frozen=True):
    """A measure as it was: what it consists of and how it is said, without the terms that it was looked for by."""

    id: str
    set: str
    kind: str
    tier: str
    article: str
    decisions: Mapping[str, str]
    evidence: str
    titles: Words
    queries: Words
    in_force: InForce
    elements: tuple[KeptElement, ...]


class KeptPassage(Struct, frozen=True):
    """A passage that is shown for a measure, in the section of that place."""

    section: int
    start: int
    end: int
    lead: str
    score: float
    similarity: float
    spans: tuple[Span, ...]
    elements: tuple[str, ...]
    delegated: tuple[str, ...]
    excepts: tuple[Span, ...] = ()


class KeptAnswer(Struct, frozen=True):
    """An answer as it is kept; those of earlier versions lack what has a default here."""

    measure: KeptMeasure
    verdict: LawVerdict
    probability: Share | None
    met: tuple[str, ...]
    missing: tuple[str, ...]
    delegated: tuple[str, ...]
    why: tuple[Message, ...]
    signs: tuple[tuple[str, float], ...]
    shown: tuple[KeptPassage, ...]
    passing: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    leans: str = ""
    unsure: tuple[str, ...] = ()
    by_reference: tuple[str, ...] = ()
    limited: tuple[tuple[str, str], ...] = ()


class KeptText(Struct, frozen=True):
    """A document of a law, whose text stands in the sections."""

    name: str
    kind: str
    characters: int


class Summary(Struct, frozen=True):
    """What is kept of a check beside its answers and passages; ``encoder`` made the vectors.

    Laws of earlier versions have no ``obligations``. ``version`` is that of the form: 1 also where none is said.
    """

    state: str
    as_of: date
    model: str
    weights: str
    texts: tuple[KeptText, ...]
    notes: tuple[Message, ...]
    law_notes: tuple[Message, ...]
    encoder: str
    obligations: tuple[Fulfilled, ...] = ()
    version: int = 1


class KeptPassages(Struct, frozen=True):
    """All sections of a law, and the passages in them: the place of the section, the start, the end, the lead."""

    sections: tuple[_SectionRow, ...]
    passages: tuple[tuple[int, int, int, str], ...]


@dataclass(frozen=True)
class KeptLaw:
    """A State's law as it was checked; ``encoder`` made the vectors (empty where there are none)."""

    checked: Checked
    passages: tuple[LegalPassage, ...]
    encoder: str
    vectors_file: bytes

    @cached_property
    def answers(self) -> Mapping[tuple[str, str], Answer]:
        """The answers by set and measure."""
        return {(answer.measure.set, answer.measure.id): answer for answer in self.checked.answers}

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """One row a passage, in their order."""
        import numpy as np

        read = np.load(io.BytesIO(self.vectors_file), allow_pickle=False)
        return np.asarray(read, np.float32)


def summary_of(checked: Checked, encoder: str = "") -> Summary:
    """Return what is kept of a check beside its answers and passages."""
    law = checked.law
    texts = tuple(KeptText(text.name, text.kind, len(text.text)) for text in law.texts)
    return Summary(
        law.state, law.as_of, checked.model, checked.weights, texts, checked.notes, law.notes, encoder,
        checked.obligations,
    )  # fmt: skip


def answers_of(checked: Checked) -> tuple[KeptAnswer, ...]:
    """Return all answers of a check as they are kept."""
    places = {id(section): place for place, section in enumerate(checked.law.sections)}
    return tuple(_kept_answer(answer, places) for answer in checked.answers)


def _kept_answer(answer: Answer, places: Mapping[int, int]) -> KeptAnswer:
    elements = tuple(KeptElement(**fields_of(KeptElement, element)) for element in answer.measure.elements)
    measure = KeptMeasure(**fields_of(KeptMeasure, answer.measure, elements=elements))
    shown = tuple(_kept_passage(shown, places) for shown in answer.shown)
    return KeptAnswer(**fields_of(KeptAnswer, answer, measure=measure, shown=shown))


def _kept_passage(shown: Shown, places: Mapping[int, int]) -> KeptPassage:
    passage = shown.passage
    place = {"section": places[id(passage.section)], "start": passage.start, "end": passage.end, "lead": passage.lead}
    return KeptPassage(**fields_of(KeptPassage, shown, **place))


def write_passages(sections: Sequence[LegalSection], passages: Sequence[LegalPassage]) -> bytes:
    """Return sections and the passages in them as they are kept."""
    places = {id(section): place for place, section in enumerate(sections)}
    rows = [(places[id(passage.section)], passage.start, passage.end, passage.lead) for passage in passages]
    plain = {"sections": [astuple(section) for section in sections], "passages": rows}
    return json.dumps(plain, ensure_ascii=False).encode("utf-8", "surrogatepass")


def vectors_as_npy(vectors: NDArray[np.float32]) -> bytes:
    """Return vectors, one row a passage, as they are kept: in half precision."""
    import numpy as np

    out = io.BytesIO()
    np.save(out, vectors.astype(np.float16))
    return out.getvalue()


def packed(summary: Summary, answers: Sequence[KeptAnswer], passages: bytes, vectors: bytes = b"") -> bytes:
    """Return the file of its parts; the same parts give the same bytes."""
    first, *lines = [json.dumps(to_plain(part), ensure_ascii=False, sort_keys=True) for part in (summary, *answers)]
    parts = {TOLD: first.encode(), ANSWERS: "\n".join(lines).encode(), PASSAGES: passages, VECTORS: vectors}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpack(content: bytes) -> KeptLaw:
    """Return what was packed, having looked at its shape.

    Raises:
        InputError: it is not such a file.

    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            summary_json, lines, places, vectors = (archive.read(name) for name in (TOLD, ANSWERS, PASSAGES, VECTORS))
        summary = from_plain(Summary, json.loads(summary_json))
        stretches = from_plain(KeptPassages, json.loads(places.decode("utf-8", "surrogatepass")))
        sections = tuple(LegalSection(*row) for row in stretches.sections)
        passages = tuple(_passage(sections[place], start, end, lead) for place, start, end, lead in stretches.passages)
        kept = (from_plain(KeptAnswer, json.loads(line)) for line in lines.decode().splitlines())
        checked = _checked(summary, sections, tuple(answer_of(answer, sections) for answer in kept))
        law = KeptLaw(checked, passages, summary.encoder, vectors)
        if vectors and len(law.vectors) != len(passages):
            raise ValueError("there is not one vector a passage")
    except _BROKEN:
        raise InputError("kept_law_unreadable") from None
    return law


def _checked(summary: Summary, sections: tuple[LegalSection, ...], answers: tuple[Answer, ...]) -> Checked:
    texts = tuple(LegalText(text.name, "", text.kind) for text in summary.texts)
    law = Law(summary.state, summary.as_of, texts, sections, summary.law_notes)
    return Checked(law, answers, summary.model, summary.weights, summary.notes, summary.obligations)


def _passage(section: LegalSection, start: int, end: int, lead: str) -> LegalPassage:
    return LegalPassage(section, start, end, section.text[start - section.start : end - section.start], lead)


def answer_of(kept: KeptAnswer, sections: Sequence[LegalSection]) -> Answer:
    """Return an answer as it was kept, its passages in these sections."""
    shown = tuple(
        Shown(
            _passage(sections[passage.section], passage.start, passage.end, passage.lead), passage.score,
            passage.similarity, passage.spans, passage.elements, passage.delegated, passage.excepts,
        )
        for passage in kept.shown
    )  # fmt: skip
    return Answer(**fields_of(KeptAnswer, kept, measure=_measure(kept.measure), shown=shown))


def _measure(kept: KeptMeasure) -> Measure:
    elements = tuple(Element(measure=kept.id, terms=(), **fields_of(KeptElement, element)) for element in kept.elements)
    return Measure(ordinary=False, absolute=False, subject=(), **fields_of(KeptMeasure, kept, elements=elements))
