"""What is said of a measure: its verdict, the passages that are shown, how each element stands, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from opencwc.convention.measures import Measure
from opencwc.finding import Message
from opencwc.legislation.coverage_weights import ProposedVerdict
from opencwc.legislation.formats import excepting_words
from opencwc.legislation.measure_readings import MeasureReading
from opencwc.legislation.model import COVERED, NONE, PARTIAL, Answer, SectionHolding, Shown
from opencwc.legislation.reading.exceptions import exceptions_to
from opencwc.legislation.reading.reach import EXCEPTED, REACHES, SHORT
from opencwc.legislation.reading.stages import ReadLaw
from opencwc.legislation.search.passage_search import PassageIndex
from opencwc.legislation.shown_passages import shown_passages
from opencwc.legislation.verdicts import contributing, met_by


@dataclass(frozen=True, slots=True)
class _ElementsStanding:
    """How the elements of a measure stand by a verdict; the fields are those of `Answer`.

    ``short`` says by element what it falls short of, and ``by_reference`` which are taken over from the Convention.
    """

    met: frozenset[str]
    missing: tuple[str, ...]
    delegated: tuple[str, ...]
    passing: tuple[str, ...]
    excepted: tuple[str, ...]
    short: Mapping[str, str]
    by_reference: frozenset[str]


def answer_to(
    reading: MeasureReading, proposed: ProposedVerdict, signs: Mapping[str, float], law: ReadLaw, index: PassageIndex
) -> Answer:
    """Return what is said of a measure by what the sections hold of it and by the verdict that is proposed."""
    measure = reading.measure
    inside = contributing(measure, list(reading.holdings.values()))
    shown = shown_passages(reading.ranked, exceptions_to(inside, law)[:_EXCEPTIONS], index)
    verdict = proposed.verdict if shown else NONE
    stand = _standing(measure, verdict, inside, reading.holdings.values(), shown)
    is_open = verdict != COVERED
    return Answer(
        measure, verdict, proposed.probability, shown, tuple(sorted(stand.met)),
        stand.missing if is_open else (), stand.delegated if is_open else (), _why(measure, verdict, stand, shown),
        tuple(signs.items()), stand.passing if is_open else (), stand.excepted,
    )  # fmt: skip


def _standing(
    measure: Measure,
    verdict: str,
    inside: Sequence[SectionHolding],
    holdings: Iterable[SectionHolding],
    shown: Sequence[Shown],
) -> _ElementsStanding:
    tight, met, left = met_by(inside)
    short = {
        holding.element: holding.how
        for section in inside
        for holding in section.holdings
        if holding.how in SHORT and holding.element in met - tight
    }
    lacking = [element.id for element in measure.missing(met)]
    weak = _weak(measure, verdict, tight, met, is_short=lambda id: id in short or not lacking)
    unmet = [
        element.id
        for element in measure.needed
        if element.id in weak or (element.id in lacking and element.id not in left)
    ]
    excepted = [id for id in unmet if verdict == PARTIAL and id in weak and short.get(id) == EXCEPTED]
    missing = [id for id in unmet if id not in excepted]
    spoken = {element for passage in shown for element in passage.elements}
    taken = {holding.element for section in holdings for holding in section.holdings if holding.how == "reference"}
    return _ElementsStanding(
        frozenset(met - weak),
        tuple(missing),
        tuple(id for id in lacking if id in left),
        tuple(id for id in missing if id in weak or id in spoken),
        tuple(excepted),
        short,
        frozenset(taken & (met - weak)),
    )


def _weak(measure: Measure, verdict: str, tight: set[str], met: set[str], is_short: Callable[[str], bool]) -> set[str]:
    """Return the elements that are met, but not firmly enough for the verdict."""
    if verdict == NONE:  # what stands somewhere did not make a provision
        return {element.id for element in measure.elements if element.id in met}
    if verdict != PARTIAL:
        return set()
    loose = {element.one_of or element.id for element in measure.missing(tight)}
    return {
        element.id
        for element in measure.needed
        if element.id in met and (element.one_of or element.id) in loose and is_short(element.id)
    }


def _why(measure: Measure, verdict: str, stand: _ElementsStanding, shown: Sequence[Shown]) -> tuple[Message, ...]:
    """Say what the verdict rests on: what is said, what is missing, what is left to a regulation, who is excepted."""
    names = {element.id: Message("by_language", dict(element.names)) for element in measure.elements}
    messages = [Message("law_why_none")] if verdict == NONE else []
    reasons = _reasons(measure, verdict, stand)
    messages += [Message(id, {"elements": tuple(names[element] for element in ids)}) for id, ids in reasons if ids]
    if not messages and EXCEPTED not in stand.short.values():
        messages.append(Message("law_why_near"))
    if stand.excepted:
        elements = [names[element.id] for element in measure.elements if element.id in stand.excepted]
        messages.append(excepting_words(elements, shown))
    return tuple(messages)


def _reasons(measure: Measure, verdict: str, stand: _ElementsStanding) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the reasons of a verdict, with the elements of each."""
    if verdict == NONE:
        yield "law_why_weak", stand.passing
        return
    met = [element.id for element in measure.elements if element.id in stand.met]
    yield "law_why_said", [id for id in met if id not in stand.by_reference]
    yield "law_why_reference", [id for id in met if id in stand.by_reference]
    if verdict == PARTIAL:
        for reach in REACHES:
            yield f"law_why_{reach}", [id for id in stand.passing if stand.short.get(id) == reach]
        yield "law_why_weak", [id for id in stand.passing if stand.short.get(id) not in REACHES]
        yield "law_why_missing", [id for id in stand.missing if id not in stand.passing]
        yield "law_why_regulation", stand.delegated
    if verdict == COVERED:
        yield "law_why_not_in_words", (*stand.missing, *stand.delegated)


_EXCEPTIONS = 2
"""Sections that let somebody through which are shown in any case."""
