"""Answers as files for machines: CSV with up to five passages a measure, and JSON with everything that was found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypedDict

from msgspec import Meta

from opencwc.files.csv_cells import cell_of, csv_text
from opencwc.legislation.answer_wording import elements_shown, held_by, obligation_messages, verdict_words
from opencwc.legislation.decided_law import Decided, Decisions, as_decided, decided_on, decided_to_plain
from opencwc.legislation.model import ALL_VERDICTS, COLUMNS, Answer, Checked, Shown
from opencwc.records import one_of, to_plain
from opencwc.wording import say, sentence


def as_csv(checked: Checked, lang: str = "en", decisions: Decisions | None = None) -> str:
    """Return up to five lines a measure, best passage first; see ``docs/reference/legislation.md`` for the columns.

    A measure for which no passage was found at all has one line without a passage. Behind the measures stands a line
    for each obligation of another text, with the measures that it still needs under ``missing``. With ``decisions``,
    also with none of them, ``verdict`` and ``missing`` are those that stand by them, and `DECIDED_COLUMNS` follow.
    """
    return csv_text(_rows(checked, lang, decisions))


def _rows(checked: Checked, lang: str, decisions: Decisions | None) -> Iterator[tuple[object, ...]]:
    yield COLUMNS if decisions is None else (*COLUMNS, *DECIDED_COLUMNS)
    stands = as_decided(checked, decisions or {})
    for proposed, answer in zip(checked.answers, stands.answers, strict=True):
        behind = () if decisions is None else _decided_cells(proposed, decided_on(proposed, decisions))
        for number, shown in enumerate(answer.shown or (None,), 1):
            yield (*_row(answer, shown, number, lang), *behind)
    nobody = () if decisions is None else ("",) * len(DECIDED_COLUMNS)
    for obligation in stands.obligations:
        why = " ".join(sentence(message, lang) for message in obligation_messages(obligation, stands))
        yield obligation.name, obligation.verdict, *("",) * 6, ";".join(obligation.open), why, *nobody


def _decided_cells(proposed: Answer, decided: Decided | None) -> tuple[str, ...]:
    if decided is None:
        return (proposed.verdict, *("",) * (len(DECIDED_COLUMNS) - 1))
    words = (decided.by, decided.at, decided.place, ";".join(decided.elements), decided.reason)
    return (proposed.verdict, decided.outcome, *(cell_of(word) for word in words))


DECIDED_COLUMNS = ("proposed", "outcome", "decided_by", "decided_at", "place", "wrong_elements", "reason")
"""The columns behind `COLUMNS` where a law is taken along with what people decided."""


def _row(answer: Answer, shown: Shown | None, number: int, lang: str) -> tuple[object, ...]:
    probability = "" if answer.probability is None else f"{answer.probability:.3f}"
    missing = ";".join((*answer.missing, *answer.delegated))  # what is said, but not for everyone, is in the reason
    reasons = answer.why if number == 1 or shown is None else held_by(shown, answer)
    why = " ".join(sentence(message, lang) for message in reasons)
    if shown is None:
        return answer.measure.id, answer.verdict, probability, "", "", "", "", "", missing, why
    passage = shown.passage
    return (
        answer.measure.id, answer.verdict, probability, number, cell_of(passage.section.file),
        cell_of(passage.section.id), passage.start, passage.end, missing, why,
    )  # fmt: skip


def as_json(checked: Checked, lang: str = "en", decisions: Decisions | None = None) -> str:
    """Return everything that was found: texts, measures, passages with their deciding words, what is missing.

    With ``decisions`` a measure stands as people decided, the proposal and the decision beside it.
    """
    law = checked.law
    stands = as_decided(checked, decisions or {})
    acts = law.acts
    measures: list[dict[str, Any]] = [{**answer_to_plain(answer, lang, acts)} for answer in stands.answers]
    if decisions is not None:
        for plain, proposed in zip(measures, checked.answers, strict=True):
            decided = decided_on(proposed, decisions)
            plain |= {
                "proposed": proposed.verdict,
                "proposed_probability": None if proposed.probability is None else round(proposed.probability, 4),
                "decision": decided_to_plain(decided) if decided else None,
            }
    plain_law: dict[str, Any] = {
        "state": law.state,
        "as_of": law.as_of.isoformat(),
        "model": checked.model or None,
        "weights": checked.weights or None,
        "texts": [{"file": text.name, "kind": text.kind, "characters": len(text.text)} for text in law.texts],
        "languages": list(law.languages),
        "notes": [to_plain(note) | {"said": sentence(note, lang)} for note in checked.notes],
        "measures": measures,
        "sets": _sets(stands, lang),
    }
    return json.dumps(plain_law, ensure_ascii=False, indent=1) + "\n"


def _sets(checked: Checked, lang: str) -> list[dict[str, Any]]:
    """Return every set that the law was checked against: its measures by id, its obligations with their verdicts."""
    names = [answer.measure.set for answer in checked.answers] + [obligation.set for obligation in checked.obligations]
    return [
        {
            "set": name,
            "measures": [answer.measure.id for answer in checked.answers if answer.measure.set == name],
            "obligations": [
                {
                    "id": obligation.id,
                    "title": obligation.titles.get(lang) or obligation.titles["en"],
                    "source": obligation.source,
                    "verdict": obligation.verdict,
                    "measures": dict(obligation.verdicts),
                    "said": " ".join(sentence(message, lang) for message in obligation_messages(obligation, checked)),
                }
                for obligation in checked.obligations
                if obligation.set == name
            ],
        }
        for name in dict.fromkeys(names)
    ]


class PassagePlace(TypedDict):
    """Where a passage stands, and its text."""

    file: str
    section: str
    heading: str
    language: str
    start: int
    end: int
    text: str
    similarity: Annotated[float, Meta(description="How near it is in meaning; the order rests on more.")]


class PassageAnswer(PassagePlace):
    """A passage with what it holds of a measure."""

    act: Annotated[str, Meta(description="What the text calls itself at its head.")]
    citation: Annotated[str, Meta(description="Section, subsection and item as the law's language cites them.")]
    elements: list[str]
    left_to_regulation: list[str]
    excepts: list[dict[str, Any]]
    words: Annotated[list[dict[str, Any]], Meta(description="The deciding words and their places.")]


class MeasureAnswer(TypedDict):
    """What is proposed for a measure."""

    measure: str
    title: str
    article: str
    grade: str
    tier: str
    verdict: Annotated[str, one_of(ALL_VERDICTS)]
    said: str
    probability: float | None
    met: list[str]
    missing: list[str]
    in_passing: list[str]
    delegated: list[str]
    excepted: list[str]
    leans: Annotated[str, Meta(description="Where a person has to read: the verdict that it leans to.")]
    elements: Annotated[list[dict[str, Any]], Meta(description="Each element, how it stands, and where.")]
    why: list[dict[str, Any]]
    passages: list[PassageAnswer]


def answer_to_plain(answer: Answer, lang: str = "en", acts: Mapping[str, str] | None = None) -> MeasureAnswer:
    """Return one answer as what JSON can hold; ``acts`` are the titles of the texts by their files."""
    measure = answer.measure
    return {
        "measure": measure.id,
        "title": measure.titles.get(lang, measure.titles["en"]),
        "article": measure.article,
        "grade": measure.evidence,
        "tier": measure.tier,
        "verdict": answer.verdict,
        "said": verdict_words(answer, lang),
        "probability": None if answer.probability is None else round(answer.probability, 4),
        "met": list(answer.met),
        "missing": list(answer.missing),
        "in_passing": list(answer.passing),
        "delegated": list(answer.delegated),
        "excepted": list(answer.excepted),
        "leans": answer.leans,
        "elements": [
            {
                "element": element.id,
                "name": shown.name,
                "stands": shown.stands,
                "said": say(f"page_law_element_{shown.stands}", lang),
                "places": [{"file": file, "section": section} for file, section in shown.places],
            }
            for element, shown in zip(measure.elements, elements_shown(answer, lang), strict=True)
        ],
        "why": [to_plain(message) | {"said": sentence(message, lang)} for message in answer.why],
        "passages": [passage_to_plain(passage, acts or {}) for passage in answer.shown],
    }


def passage_to_plain(shown: Shown, acts: Mapping[str, str]) -> PassageAnswer:
    """Return a passage with its place, its text and its deciding words."""
    passage = shown.passage
    return {
        "file": passage.section.file,
        "act": acts.get(passage.section.file, ""),
        "section": passage.section.id,
        "citation": passage.citation,
        "heading": passage.section.heading,
        "language": passage.section.lang,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "similarity": round(shown.similarity, 4),
        "elements": list(shown.elements),
        "left_to_regulation": list(shown.delegated),
        "excepts": [{"start": span.start, "end": span.end, "words": shown.words(span)} for span in shown.excepts],
        "words": [
            {"term": span.term, "start": span.start, "end": span.end, "word": shown.words(span)} for span in shown.spans
        ],
    }
