"""A law beside those of other States as a report, as CSV and as JSON: each open measure, who has it, in which words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, TypedDict

from msgspec import Meta

from opencwc.files.csv_cells import cell_of, csv_text
from opencwc.finding import Message
from opencwc.legislation.answer_wording import drafting_points, element_words
from opencwc.legislation.formats import PassageAnswer, passage_to_plain
from opencwc.legislation.model import ALL_VERDICTS, Checked, Shown
from opencwc.legislation.neighbours import NeighbourAnswer, NeighbourComparison, OpenMeasure
from opencwc.legislation.report import TONES, badge, law_compared, marked, title_of
from opencwc.publishing.model import (
    Block,
    Bullets,
    Card,
    Cards,
    Fact,
    Facts,
    Filter,
    Paragraph,
    Passage,
    Passages,
    Report,
    Section,
    Table,
    Text,
    Words,
)
from opencwc.records import one_of
from opencwc.wording import say, sentence
from opencwc.wording.states import state_name

NEIGHBOUR_COLUMNS = (
    "measure", "verdict", "wants", "state", "state_verdict", "has", "file", "act", "citation", "language", "start",
    "end", "text",
)  # fmt: skip
"""The columns of the CSV: a line a passage, one without a State for a measure that none of the others has."""


class NeighbourPassages(TypedDict):
    """What another State's law has of an open measure."""

    state: str
    verdict: Annotated[str, one_of(ALL_VERDICTS)]
    has: Annotated[list[str], Meta(description="Those of the wanted elements that it has.")]
    passages: Annotated[list[PassageAnswer], Meta(description="In the law's own words and language.")]


class OpenMeasurePlain(TypedDict):
    """A measure that is not covered, and who has what it wants."""

    set: str
    measure: str
    title: str
    verdict: Annotated[str, one_of(ALL_VERDICTS)]
    wants: Annotated[list[str], Meta(description="Elements that are missing, or that a person has to look for.")]
    contain: Annotated[list[str], Meta(description="What a provision must contain, a sentence each.")]
    neighbours: list[NeighbourPassages]


class NeighbourState(TypedDict):
    """A State that a law was compared with, its texts and the day that they were checked for."""

    state: str
    as_of: str
    texts: list[str]


def neighbours_csv(compared: NeighbourComparison) -> str:
    """Return a line a passage."""
    return csv_text([NEIGHBOUR_COLUMNS, *_rows(compared)])


def _rows(compared: NeighbourComparison) -> Iterator[tuple[object, ...]]:
    for one in compared.measures:
        first = one.measure.id, one.answer.verdict, ";".join(one.wants)
        if not one.neighbours:
            yield (*first, *("",) * 10)
        for other in one.neighbours:
            held = other.state, other.answer.verdict, ";".join(other.has)
            if not other.passages:
                yield (*first, *held, *("",) * 7)
            for shown in other.passages:
                passage = shown.passage
                yield (
                    *first, *held, cell_of(passage.section.file), cell_of(other.act_of(shown)),
                    cell_of(passage.citation), passage.section.lang, passage.start, passage.end,
                    cell_of(" ".join(passage.text.split())),
                )  # fmt: skip


def neighbours_json(compared: NeighbourComparison, lang: str = "en") -> str:
    """Return the comparison as JSON."""
    return json.dumps(neighbours_to_plain(compared, lang), ensure_ascii=False, indent=1) + "\n"


def neighbours_to_plain(compared: NeighbourComparison, lang: str = "en") -> dict[str, Any]:
    """Return the comparison as what JSON can hold."""
    law = compared.checked.law
    return {
        "state": law.state,
        "as_of": law.as_of.isoformat(),
        "neighbours": [_state_to_plain(other) for other in compared.neighbours],
        "notes": [sentence(note, lang) for note in compared.notes],
        "measures": [_measure_to_plain(one, lang) for one in compared.measures],
    }


def _state_to_plain(checked: Checked) -> NeighbourState:
    law = checked.law
    return {"state": law.state, "as_of": law.as_of.isoformat(), "texts": [text.name for text in law.texts]}


def _measure_to_plain(one: OpenMeasure, lang: str) -> OpenMeasurePlain:
    return {
        "set": one.measure.set,
        "measure": one.measure.id,
        "title": title_of(one.measure, lang),
        "verdict": one.answer.verdict,
        "wants": list(one.wants),
        "contain": drafting_points(one.answer, lang),
        "neighbours": [
            {
                "state": other.state,
                "verdict": other.answer.verdict,
                "has": list(other.has),
                "passages": [passage_to_plain(passage, other.checked.law.acts) for passage in other.passages],
            }
            for other in one.neighbours
        ],
    }


def neighbours_report(compared: NeighbourComparison, lang: str = "en") -> Report:
    """Return the comparison as a report: who has what, then each open measure with the passages by State."""
    law = compared.checked.law
    titles = {part: say(f"law_neighbours_{part}", lang) for part in ("states", "who", "passages")}
    return law_compared(law, lang, "law_neighbours", titles, _sections(compared, lang, titles), "who")


def _sections(compared: NeighbourComparison, lang: str, titles: dict[str, str]) -> Iterator[Section]:
    facts = tuple(
        Fact(state_name(other.law.state, lang), tuple(Text(text.name, verbatim=True) for text in other.law.texts))
        for other in compared.neighbours
    )
    notes = (Bullets(tuple(sentence(note, lang) for note in compared.notes)),) if compared.notes else ()
    yield Section("states", titles["states"], (Facts(facts), *notes), wide=False)
    if not compared.measures:
        yield Section("who", titles["who"], (Paragraph((sentence("law_no_gaps", lang),)),))
        return
    headings = tuple(say(f"law_column_{column}", lang) for column in ("measure", "title", "verdict", "wants", "have"))
    yield Section(
        "who", titles["who"], (Table(titles["who"], headings, [_row(one, lang) for one in compared.measures]),)
    )
    cards = Cards(
        [_card(one, lang) for one in compared.measures], (Filter("verdict", say("law_column_verdict", lang)),)
    )  # fmt: skip
    yield Section("passages", titles["passages"], (cards,))


def _row(one: OpenMeasure, lang: str) -> tuple[Words, ...]:
    return (
        Text(one.measure.id, verbatim=True, to=f"#measure-{one.measure.id}"), title_of(one.measure, lang),
        say(f"law_verdict_{one.answer.verdict}", lang), element_words(one.measure, one.wants, lang),
        states_having(one, lang) or say("law_neighbours_nobody", lang),
    )  # fmt: skip


def states_having(one: OpenMeasure, lang: str) -> str:
    """Return the names of the States that have something of what a measure wants."""
    return say("list_separator", lang).join(state_name(other.state, lang) for other in one.neighbours)


def _card(one: OpenMeasure, lang: str) -> Card:
    blocks: list[Block] = [Bullets(tuple(drafting_points(one.answer, lang)))]
    if not one.neighbours:
        blocks.append(Paragraph((sentence("law_neighbours_nobody", lang),), "note"))
    for other in one.neighbours:
        blocks += _of_state(one, other, lang)
    wants = Fact(say("law_column_wants", lang), (element_words(one.measure, one.wants, lang),))
    verdict = badge(one.answer.verdict, lang)
    heading = (Text(one.measure.id, verbatim=True), title_of(one.measure, lang))
    return Card(
        f"measure-{one.measure.id}", heading, verdict, (wants,), None, tuple(blocks), {"verdict": verdict.text}
    )  # fmt: skip


def _of_state(one: OpenMeasure, other: NeighbourAnswer, lang: str) -> Iterator[Block]:
    """Yield what a State's law has: which elements, and the passages with their citations."""
    yield Paragraph((state_name(other.state, lang),), level=2)
    yield Paragraph((has_words(one, other, lang),), "note")
    yield Passages(tuple(_passage(other, shown) for shown in other.passages))


def _passage(other: NeighbourAnswer, shown: Shown) -> Passage:
    place = f"{other.act_of(shown)}, {shown.passage.citation}"
    return Passage(place, tuple(marked(shown, TONES[other.answer.verdict])), (), shown.passage.section.lang)


def has_words(one: OpenMeasure, other: NeighbourAnswer, lang: str) -> str:
    """Say which of the wanted elements a State's law has, and how the measure as a whole stands in it."""
    return sentence(has_message(one, other), lang)


def has_message(one: OpenMeasure, other: NeighbourAnswer) -> Message:
    """Return which of the wanted elements a State's law has, and how the measure as a whole stands in it."""
    names = {element.id: Message("by_language", dict(element.names)) for element in one.measure.elements}
    elements = tuple(names[id] for id in other.has)
    return Message(
        "law_neighbours_has", {"elements": elements, "verdict": Message(f"law_verdict_{other.answer.verdict}")}
    )
