"""What other States' laws have where one has a gap: for every measure that is open, who has it and in which words.

Nothing is drafted: passages stand as their laws have them, with their citation, for a person to read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from opencwc.convention.measures import Measure
from opencwc.convention.regions import neighbours_among
from opencwc.finding import Message
from opencwc.legislation.law_check import Progress, check_texts
from opencwc.legislation.model import COVERED, NONE, PARTIAL, REVIEW, Answer, Checked, Shown
from opencwc.legislation.states import known_state
from opencwc.legislation.texts.legal_texts import read_legal_text
from opencwc.wording.states import state_named


@dataclass(frozen=True, slots=True)
class NeighbourAnswer:
    """What another State's law has of an open measure.

    ``has`` are the ids of those elements that it has and the open law wants; ``passages`` are where it says them. Of an
    element that it takes over by reference, or has by a person's word, there may be none.
    """

    checked: Checked
    answer: Answer
    has: tuple[str, ...]
    passages: tuple[Shown, ...]

    @property
    def state(self) -> str:
        """The other State, by its alpha-3 code."""
        return self.checked.law.state

    def act_of(self, passage: Shown) -> str:
        """Return what the text of a passage calls itself, else the name of its file."""
        file = passage.passage.section.file
        return self.checked.law.acts.get(file) or file


@dataclass(frozen=True, slots=True)
class OpenMeasure:
    """A measure that is not covered: the elements that its law wants, and what other laws have of them."""

    answer: Answer
    wants: tuple[str, ...]
    neighbours: tuple[NeighbourAnswer, ...]

    @property
    def measure(self) -> Measure:
        """The measure."""
        return self.answer.measure


@dataclass(frozen=True, slots=True)
class NeighbourComparison:
    """A law beside those of other States, measure by measure, of those that are open in it."""

    checked: Checked
    neighbours: tuple[Checked, ...]
    measures: tuple[OpenMeasure, ...]

    @property
    def notes(self) -> tuple[Message, ...]:
        """What is to be said of the other laws' texts: what was not read, and what may not be in force."""
        return tuple(
            Message("law_neighbour_note", {"state": state_named(other.law.state), "note": note})
            for other in self.neighbours
            for note in other.law.notes
        )


def compare_with_neighbours(checked: Checked, neighbours: Iterable[Checked]) -> NeighbourComparison:
    """Return for every open measure of a law what the laws of other States have; a law of its own State is left out."""
    others = tuple(other for other in neighbours if other.law.state != checked.law.state)
    measures = tuple(_open_measure(answer, others) for answer in checked.answers if answer.verdict != COVERED)
    return NeighbourComparison(checked, others, measures)


def _open_measure(answer: Answer, others: Sequence[Checked]) -> OpenMeasure:
    wants = wanted_elements(answer)
    has = sorted(_having(answer, wants, others), key=lambda one: (_ORDER.index(one.answer.verdict), -len(one.has)))
    return OpenMeasure(answer, wants, tuple(has))


_ORDER = (COVERED, PARTIAL, REVIEW)
"""In which order other laws stand; one in which no provision was found is not among them."""


def wanted_elements(answer: Answer) -> tuple[str, ...]:
    """Return the elements that an open measure still wants: all needed ones where it is not known which."""
    wants = {*answer.missing, *answer.delegated, *answer.excepted, *answer.unsure}
    needed = tuple(element.id for element in answer.measure.elements if element.id in wants)
    return needed or tuple(element.id for element in answer.measure.needed)


def _having(answer: Answer, wants: Sequence[str], others: Sequence[Checked]) -> Iterator[NeighbourAnswer]:
    for other in others:
        theirs = _same_measure(answer.measure, other)
        if theirs is None or theirs.verdict == NONE:
            continue
        has = tuple(id for id in wants if id in _held(theirs))
        if has:
            yield NeighbourAnswer(other, theirs, has, tuple(_passages(theirs, has)))


def _same_measure(measure: Measure, other: Checked) -> Answer | None:
    wanted = measure.set, measure.id
    return next((answer for answer in other.answers if (answer.measure.set, answer.measure.id) == wanted), None)


def _held(answer: Answer) -> frozenset[str]:
    """Return the elements that a law has, those among them for which another of their group stands."""
    lacking = {element.one_of or element.id for element in answer.measure.missing(answer.met)}
    instead = (
        element.id
        for element in answer.measure.elements
        if element.one_of and element.one_of not in lacking and answer.met
    )
    return frozenset((*answer.met, *instead))


def _passages(answer: Answer, has: Sequence[str]) -> Iterator[Shown]:
    """Yield the passages that say what is wanted, none that adds nothing; where none says it, the best that decides."""
    groups = {element.id: element.one_of or element.id for element in answer.measure.elements}
    wanted = {groups[id] for id in has}
    known: set[str] = set()
    for passage in answer.shown:
        says = {groups[id] for id in passage.elements if id in groups} & wanted
        if not says <= known:
            yield passage
            known |= says
    if not known:
        yield from [passage for passage in answer.shown if passage.decides][:1]


def check_states(
    states: Sequence[tuple[str, Sequence[tuple[Path, str]]]], as_of: date, *, model: bool, ocr: bool | None,
    progress: Progress | None = None,
) -> Iterator[Checked]:  # fmt: skip
    """Check the texts of other States (files with their names) against the measures of a day."""
    for state, files in states:
        texts = [read_legal_text(path, name=name, ocr=ocr) for path, name in files]
        yield check_texts(texts, state, as_of, model=model, progress=progress)


def chosen_neighbours(state: str, asked: str, at_hand: Sequence[str]) -> list[str]:
    """Return the States to compare with: ``near`` (neighbours at hand), ``all`` at hand, or those that are named.

    Raises `SettingsError` for a name that no State has.

    >>> chosen_neighbours("FRA", "near", ["CHL", "DEU"]), chosen_neighbours("FRA", "Chile,esp", ["CHL"])
    (['DEU'], ['CHL', 'ESP'])
    """
    if asked == "near":
        return neighbours_among(state, at_hand)
    named = at_hand if asked == "all" else [known_state(name.strip()) for name in asked.split(",") if name.strip()]
    return [code for code in dict.fromkeys(named) if code != state]
