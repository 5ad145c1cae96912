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
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from opencwc.convention.measures import Element, Measure
from opencwc.convention.model import InForce
from opencwc.errors import InputError
from opencwc.finding import message_from_plain, message_to_plain
from opencwc.legislation.model import VERDICTS, Answer, Checked, Fulfilled, Law, Shown, Span
from opencwc.legislation.texts.legal_texts import LegalText
from opencwc.legislation.texts.passages import LegalPassage
from opencwc.legislation.texts.sections import LegalSection

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAME = "law.zip"
MEDIA_TYPE = "application/zip"
TOLD, ANSWERS, PASSAGES, VECTORS = "told.json", "answers.jsonl", "passages.json", "vectors.npy"
_SECTION = ("file", "id", "heading", "text", "start", "end", "number", "part", "lang", "kind")
_BROKEN = (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, IndexError, zipfile.BadZipFile)


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


def told_of(checked: Checked, encoder: str = "") -> dict[str, Any]:
    """Return what is kept of a check beside its answers and passages."""
    law = checked.law
    return {
        "state": law.state,
        "as_of": law.as_of.isoformat(),
        "model": checked.model,
        "weights": checked.weights,
        "texts": [{"name": text.name, "kind": text.kind, "characters": len(text.text)} for text in law.texts],
        "notes": [message_to_plain(note) for note in checked.notes],
        "law_notes": [message_to_plain(note) for note in law.notes],
        "obligations": [
            {
                "set": obligation.set,
                "id": obligation.id,
                "titles": dict(obligation.titles),
                "source": obligation.source,
                "verdicts": obligation.verdicts,
            }
            for obligation in checked.obligations
        ],
        "encoder": encoder,
    }


def answer_as_json(answer: Answer, sections: Mapping[int, int]) -> dict[str, Any]:
    """Return an answer as it is kept; ``sections`` gives the place of a section by its identity (`id`)."""
    return {
        "measure": _measure_as_json(answer.measure),
        "verdict": answer.verdict,
        "probability": answer.probability,
        "met": list(answer.met),
        "missing": list(answer.missing),
        "delegated": list(answer.delegated),
        "why": [message_to_plain(one) for one in answer.why],
        "passing": list(answer.passing),
        "excepted": list(answer.excepted),
        "signs": [[name, float(value)] for name, value in answer.signs],
        "shown": [
            {
                "section": sections[id(one.passage.section)],
                "start": one.passage.start,
                "end": one.passage.end,
                "lead": one.passage.lead,
                "score": float(one.score),
                "similarity": float(one.similarity),
                "spans": [list(span) for span in one.spans],
                "elements": list(one.elements),
                "delegated": list(one.delegated),
                "excepts": [list(span) for span in one.excepts],
            }
            for one in answer.shown
        ],
    }


def answers_as_json(checked: Checked) -> list[dict[str, Any]]:
    """Return all answers of a check as they are kept."""
    sections = {id(one): place for place, one in enumerate(checked.law.sections)}
    return [answer_as_json(answer, sections) for answer in checked.answers]


def sound(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer as it is kept, having looked at its shape: a stranger's file had a hand in it."""
    try:
        _answer(answer, None)
    except _BROKEN:
        raise InputError(
            "reading_texts_answer_does_not_hold", "reading the texts gave an answer that does not hold",
            remedy="Save the texts again, as PDF or as text.",
        ) from None  # fmt: skip
    return dict(answer)


def passages_as_json(sections: Sequence[LegalSection], passages: Sequence[LegalPassage]) -> bytes:
    """Return sections and the passages in them as they are kept."""
    places = {id(one): place for place, one in enumerate(sections)}
    held = {
        "sections": [[getattr(section, name) for name in _SECTION] for section in sections],
        "passages": [[places[id(passage.section)], passage.start, passage.end, passage.lead] for passage in passages],
    }
    return json.dumps(held, ensure_ascii=False).encode("utf-8", "surrogatepass")


def vectors_as_npy(vectors: NDArray[np.float32]) -> bytes:
    """Return vectors, one row a passage, as they are kept: in half precision."""
    import numpy as np

    out = io.BytesIO()
    np.save(out, vectors.astype(np.float16))
    return out.getvalue()


def packed(
    told: Mapping[str, Any], answers: Sequence[Mapping[str, Any]], passages: bytes, vectors: bytes = b""
) -> bytes:  # fmt: skip
    """Return the file of its parts; the same parts give the same bytes."""
    lines = "\n".join(json.dumps(answer, ensure_ascii=False, sort_keys=True) for answer in answers)
    parts = {TOLD: json.dumps(dict(told), ensure_ascii=False, sort_keys=True).encode(), ANSWERS: lines.encode()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts, PASSAGES: passages, VECTORS: vectors}.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unpack(content: bytes) -> KeptLaw:
    """Return what was packed, having looked at its shape.

    Raises:
        InputError: it is not such a file.

    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name) for name in (TOLD, ANSWERS, PASSAGES, VECTORS)}
        told = json.loads(parts[TOLD])
        raw = json.loads(parts[PASSAGES].decode("utf-8", "surrogatepass"))
        sections = tuple(_section(section) for section in raw["sections"])
        passages = tuple(_passage(sections[place], start, end, lead) for place, start, end, lead in raw["passages"])
        answers = tuple(_answer(json.loads(line), sections) for line in parts[ANSWERS].decode().splitlines())
        found = KeptLaw(_checked(told, sections, answers), passages, str(told["encoder"]), parts[VECTORS])
        if parts[VECTORS] and len(found.vectors) != len(passages):
            raise ValueError("there is not one vector a passage")
    except _BROKEN:
        raise InputError(
            "kept_law_unreadable", "what was kept of the law cannot be read", remedy="Check the texts again."
        ) from None
    return found


def _checked(told: Mapping[str, Any], sections: tuple[LegalSection, ...], answers: tuple[Answer, ...]) -> Checked:
    said = {name: tuple(message_from_plain(one) for one in told[name]) for name in ("notes", "law_notes")}
    obligations = tuple(
        Fulfilled(
            str(one["set"]), str(one["id"]), _texts(one["titles"]), str(one["source"]),
            tuple((str(measure), str(verdict)) for measure, verdict in one["verdicts"]),
        )
        for one in told.get("obligations", ())  # laws kept by earlier versions have none
    )  # fmt: skip
    texts = tuple(LegalText(str(text["name"]), "", str(text["kind"])) for text in told["texts"])
    law = Law(str(told["state"]), date.fromisoformat(told["as_of"]), texts, sections, said["law_notes"])
    return Checked(law, answers, str(told["model"]), str(told["weights"]), said["notes"], obligations)


def _section(row: Sequence[Any]) -> LegalSection:
    file, id, heading, text, start, end, number, part, lang, kind = row
    return LegalSection(
        str(file), str(id), str(heading), str(text), int(start), int(end), str(number), int(part), str(lang), str(kind)
    )  # fmt: skip


def _passage(section: LegalSection, start: int, end: int, lead: str) -> LegalPassage:
    text = section.text[int(start) - section.start : int(end) - section.start]
    return LegalPassage(section, int(start), int(end), text, str(lead))


def _answer(told: Mapping[str, Any], sections: Sequence[LegalSection] | None) -> Answer:
    """Return an answer; without sections only its shape is looked at."""
    if told["verdict"] not in VERDICTS:
        raise ValueError(told["verdict"])
    probability = None if told["probability"] is None else min(1.0, max(0.0, float(told["probability"])))
    nowhere = LegalSection("", "", "", "", 0, 0)
    return Answer(
        _measure(told["measure"]),
        str(told["verdict"]),
        probability,
        tuple(_shown(one, nowhere if sections is None else sections[one["section"]]) for one in told["shown"]),
        tuple(map(str, told["met"])),
        tuple(map(str, told["missing"])),
        tuple(map(str, told["delegated"])),
        tuple(message_from_plain(one) for one in told["why"]),
        signs=tuple((str(name), float(value)) for name, value in told["signs"]),
        passing=tuple(map(str, told.get("passing", ()))),  # laws kept by earlier versions have none
        excepted=tuple(map(str, told.get("excepted", ()))),
    )


def _shown(told: Mapping[str, Any], section: LegalSection) -> Shown:
    return Shown(
        _passage(section, told["start"], told["end"], told["lead"]),
        float(told["score"]),
        float(told["similarity"]),
        _spans(told["spans"]),
        tuple(map(str, told["elements"])),
        tuple(map(str, told["delegated"])),
        _spans(told.get("excepts", ())),
    )


def _spans(told: Sequence[Sequence[Any]]) -> tuple[Span, ...]:
    return tuple(Span(str(term), int(start), int(end)) for term, start, end in told)


def _measure_as_json(one: Measure) -> dict[str, Any]:
    days = (one.in_force.start, one.in_force.end)
    return {
        "id": one.id, "set": one.set, "kind": one.kind, "tier": one.tier, "article": one.article,
        "decisions": dict(one.decisions), "evidence": one.evidence, "titles": dict(one.titles),
        "queries": dict(one.queries), "in_force": [day.isoformat() if day else None for day in days],
        "elements": [
            {
                "id": each.id, "by_reference": each.by_reference, "by_regulation": each.by_regulation,
                "advised": each.advised, "one_of": each.one_of, "names": dict(each.names), "says": dict(each.says),
            }
            for each in one.elements
        ],
    }  # fmt: skip


def _measure(told: Mapping[str, Any]) -> Measure:
    """Return a measure as it was: what it consists of and how it is said, without the terms it was looked for by."""
    words = {name: _texts(told[name]) for name in ("decisions", "titles", "queries")}
    id, (start, end) = str(told["id"]), told["in_force"]
    elements = tuple(
        Element(
            id, str(element["id"]), (), bool(element["by_reference"]), bool(element["by_regulation"]),
            bool(element["advised"]), str(element["one_of"]), _texts(element["names"]), _texts(element["says"]),
        )
        for element in told["elements"]
    )  # fmt: skip
    in_force = InForce(date.fromisoformat(start) if start else None, date.fromisoformat(end) if end else None)
    return Measure(
        id=id, set=str(told["set"]), kind=str(told["kind"]), tier=str(told["tier"]), article=str(told["article"]),
        ordinary=False, absolute=False, subject=(), elements=elements, evidence=str(told["evidence"]),
        in_force=in_force, **words,
    )  # fmt: skip


def _texts(told: Mapping[str, Any]) -> Mapping[str, str]:
    return MappingProxyType({str(key): str(text) for key, text in dict(told).items()})
