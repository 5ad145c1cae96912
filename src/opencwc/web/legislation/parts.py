"""What the pages of legislation share: their tabs, and an answer in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from msgspec import structs
from starlette.responses import Response

from opencwc.casebook.permissions import may
from opencwc.convention.measures import Measure
from opencwc.legislation.answer_wording import drafting_points, elements_shown, missing_words, said_in, sections_of
from opencwc.legislation.decided_law import answer_as_decided
from opencwc.legislation.model import COVERED, NONE, Answer, Shown
from opencwc.legislation.report import TONES, marked
from opencwc.publishing.model import Piece
from opencwc.web.legislation.kept_laws import Standing, Stands
from opencwc.web.server.page import page
from opencwc.web.server.service import person_of
from opencwc.wording import RIGHT_TO_LEFT

LONGEST_SECTION = 12_000
"""Characters of a section that are shown whole; more are cut."""


def law_page(request: Request, template: str, part: str, **values: Any) -> Response:
    """Return a page under the tabs that the person may open; ``part`` names the one that is shown."""
    kept = ("shelf", "compare", "ask") if may(person_of(request), "read") else ()
    tabs = [("check", "/law"), *((name, f"/law/{name}") for name in (*kept, "measures"))]
    return page(request, template, part=part, tabs=tabs, **values)


def direction_of(lang: str) -> str:
    """Return which way a text of a language runs; ``auto`` where its language is not known."""
    return ("rtl" if lang in RIGHT_TO_LEFT else "ltr") if lang else "auto"


@dataclass(frozen=True)
class MeasureLine:
    """A measure in the list: the proposal, the answer as decided, where it stands in the law, what is missing."""

    proposed: Answer
    answer: Answer
    title: str
    places: tuple[str, ...]
    missing: str
    standing: Standing | None


def line_of(answer: Answer, stands: Stands, lang: str) -> MeasureLine:
    """Return a measure as a line of the matrix."""
    standing = stands.get((answer.measure.set, answer.measure.id))
    said = standing.said if standing else None
    stood = answer_as_decided(answer, said)
    places = tuple(section.id or section.file for section in sections_of(stood))
    if said and said.place:
        places = (said.place,)
    return MeasureLine(
        answer, stood, said_in(answer.measure.titles, lang), places, missing_words(stood, lang), standing
    )


@dataclass(frozen=True)
class PassageShown:
    """A passage with its deciding words marked: its place, its language, what it holds, the whole of its section."""

    file: str
    section: str
    heading: str
    lang: str
    direction: str
    pieces: tuple[Piece, ...]
    holds: tuple[str, ...]
    passing: tuple[str, ...]
    leaves: tuple[str, ...]
    whole: str
    cut: bool
    excepts: bool = False

    @property
    def says_something(self) -> bool:
        """Whether it holds anything of the measure, if only in passing or by leaving it to a regulation."""
        return bool(self.holds or self.passing or self.leaves or self.excepts)


def passages_shown(answer: Answer, lang: str) -> Iterator[PassageShown]:
    """Yield the passages of a measure, the best first."""
    counting = {*answer.met, *answer.excepted}
    for shown in answer.shown:
        section = shown.passage.section
        whole = section.text if section.text.strip() != shown.passage.text.strip() else ""
        yield PassageShown(
            section.file,
            shown.passage.citation,
            section.heading,
            section.lang,
            direction_of(section.lang),
            below_heading(tuple(_marked(shown, answer.verdict)), section.heading),
            tuple(_names(answer.measure, [each for each in shown.elements if each in counting], lang)),
            tuple(_names(answer.measure, [each for each in shown.elements if each not in counting], lang)),
            tuple(_names(answer.measure, shown.delegated, lang)),
            whole[:LONGEST_SECTION],
            len(whole) > LONGEST_SECTION,
            bool(shown.excepts),
        )


def evidence_of(stood: Answer, lang: str) -> dict[str, Any]:
    """Return what a measure rests on, as ``legislation/passages.html`` and ``elements.html`` show it."""
    passages = list(passages_shown(stood, lang))
    deciding, beside = _parted(passages, stood.verdict)
    return {
        "stood": stood,
        "passages": passages,
        "deciding": deciding,
        "beside": beside,
        "beside_places": tuple(dict.fromkeys(passage.section or passage.file for passage in beside)),
        "elements": list(elements_shown(stood, lang)),
    }


def _parted(passages: list[PassageShown], verdict: str) -> tuple[list[PassageShown], list[PassageShown]]:
    """Return the passages that a person has to read, and the others: of what was not found only the nearest is read."""
    holding = [passage for passage in passages if passage.says_something]
    if not holding:
        most = 1 if verdict == NONE else len(passages)
        return passages[:most], passages[most:]
    return holding, [passage for passage in passages if not passage.says_something]


def below_heading(pieces: tuple[Piece, ...], heading: str) -> tuple[Piece, ...]:
    """Return a passage without its first line where that repeats the heading above it, unless that alone is marked.

    >>> pieces = (Piece("Riot control "), Piece("agents", "calm"), Piece("\\nNone "), Piece("shall", "calm"))
    >>> [piece.text for piece in below_heading(pieces, "PROHIBITIONS — Riot control agents")]
    ['None ', 'shall']
    >>> below_heading(pieces[:3], "Riot control agents") == pieces[:3]
    True
    """
    first, ends, _ = "".join(piece.text for piece in pieces).partition("\n")
    if not ends or not first.strip() or not heading.endswith(first.strip()):
        return pieces
    left, below = len(first) + 1, list[Piece]()
    for piece in pieces:
        rest = piece.text[left:]
        left = max(0, left - len(piece.text))
        if rest:
            below.append(structs.replace(piece, text=rest))
    return tuple(below) if any(piece.tone for piece in below) or not any(piece.tone for piece in pieces) else pieces


def _marked(shown: Shown, verdict: str) -> Iterator[Piece]:
    return marked(shown, "calm" if verdict == NONE else TONES[verdict])


def _names(measure: Measure, ids: Sequence[str], lang: str) -> Iterator[str]:
    names = {element.id: element.names for element in measure.elements}
    for element_id in dict.fromkeys(ids):
        if element_id in names:
            yield said_in(names[element_id], lang)


def checklist(answer: Answer, lang: str) -> list[str]:
    """Return what a provision has to contain to close the gap; nothing where the measure is covered."""
    return [] if answer.verdict == COVERED else drafting_points(answer, lang)
