"""What is said of a measure: what sections hold of it, the passages that are shown, how each element stands and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from opencwc.convention.measures import Measure
from opencwc.finding import Message
from opencwc.language.sentences import sentences_of
from opencwc.legislation.answer_wording import excepting_words
from opencwc.legislation.coverage_weights import ProposedVerdict
from opencwc.legislation.model import COVERED, NONE, PARTIAL, REVIEW, SHOWN, Answer, SectionHolding, Shown, Span
from opencwc.legislation.passage_search import Hit, PassageIndex, RankedPassage, rank
from opencwc.legislation.reading.elements import holding_of
from opencwc.legislation.reading.exceptions import exceptions_to
from opencwc.legislation.reading.stages import ReadLaw
from opencwc.legislation.reading.topics import EXCEPTED, REACHES, SHORT
from opencwc.legislation.texts.passages import LegalPassage
from opencwc.legislation.texts.sections import LegalSection
from opencwc.legislation.verdicts import contributing, met_by, strength


@dataclass(frozen=True, slots=True)
class MeasureReading:
    """What sections hold of a measure, how near and at which rank the search has each, and the passages, best first.

    Sections are called by their place in the law; ``element_similarities`` say how near any passage
    comes to an element.
    """

    measure: Measure
    holdings: Mapping[int, SectionHolding]
    similarities: Mapping[int, float]
    ranks: Mapping[int, int]
    ranked: Sequence[RankedPassage]
    element_similarities: Mapping[str, float]


def read_measure(
    measure: Measure, law: ReadLaw, index: PassageIndex, hits: Sequence[Hit], elements: Mapping[str, float]
) -> MeasureReading:
    """Read what the sections hold of a measure, and rank the passages by it and by the search."""
    places = {id(text.section): at for at, text in enumerate(law.texts)}
    section_of = [places[id(passage.section)] for passage in index.passages]
    holdings = {at: holding for at in range(len(law.texts)) if (holding := holding_of(law, measure, at)) is not None}
    similarities: dict[int, float] = {}
    ranks: dict[int, int] = {}
    for hit in hits:
        at = section_of[hit.at]
        similarities[at] = max(similarities.get(at, 0.0), hit.similarity)
        ranks.setdefault(at, len(ranks))
    strengths = {at: strength(measure, holding) for at, holding in holdings.items()}
    ranked = rank(hits, holdings, strengths, section_of, _deciding_words(index.passages, section_of, holdings))
    return MeasureReading(measure, holdings, similarities, ranks, ranked, elements)


def _deciding_words(
    passages: Sequence[LegalPassage], section_of: Sequence[int], holdings: Mapping[int, SectionHolding]
) -> dict[int, int]:
    """Count the deciding words in each passage."""
    counts: dict[int, int] = {}
    for at, passage in enumerate(passages):
        section = holdings.get(section_of[at])
        if section is not None:
            spans = {(span.start, span.end) for holding in section.holdings for span in holding.spans}
            counts[at] = sum(passage.start <= start < passage.end for start, _ in spans)
    return counts


Exceptions = Sequence[tuple[LegalSection, tuple[Span, ...]]]
"""Sections that let somebody through, and where in them it is said."""


def shown_passages(ranked: Sequence[RankedPassage], exceptions: Exceptions, index: PassageIndex) -> tuple[Shown, ...]:
    """Return the best passages, and what lets somebody through: in place of the last where it was not among them."""
    shown, added = [_shown(passage, index) for passage in ranked[:SHOWN]], []
    for section, spans in exceptions:
        at = next((at for at, passage in enumerate(shown) if passage.passage.section is section), -1)
        passages = [passage for passage in index.passages if passage.section is section]
        if at >= 0:
            passages.insert(0, shown[at].passage)
        passage = next((passage for passage in passages if _inside(passage, spans)), None)
        if passage is None:
            continue
        excepts = tuple(_inside(passage, spans))
        if at >= 0:
            shown[at] = replace(shown[at], passage=passage, excepts=excepts)
        else:
            added.append(Shown(passage, 0.0, 0.0, excepts=excepts))
    return (*shown[: SHOWN - len(added)], *added)


def _inside(passage: LegalPassage, spans: Iterable[Span]) -> list[Span]:
    """Return the spans that begin in a passage, cut where it ends."""
    return [
        span._replace(end=min(span.end, passage.end)) for span in spans if passage.start <= span.start < passage.end
    ]  # fmt: skip


def _shown(ranked: RankedPassage, index: PassageIndex) -> Shown:
    """Return a passage with its deciding words; words that decide nothing lead nowhere and are left out."""
    holding = ranked.holding
    passage = _to_what_decides(index.passages[ranked.at], holding)
    elements: list[str] = []
    delegated: list[str] = []
    spans = [] if holding is None else _begun_in(passage, holding.spans)
    for part in holding.holdings if holding is not None else ():
        inside = _begun_in(passage, part.spans)
        spans += inside
        pointed = part.via >= 0 and not part.spans  # the words stand where a reference leads
        if (inside or pointed) and part.how != "denied":
            (delegated if part.how == "regulation" else elements).append(part.element)
    if not spans or not (elements or delegated):
        return Shown(passage, ranked.score, ranked.similarity)
    order = sorted(dict.fromkeys(spans), key=lambda span: (span.start, span.end))
    return Shown(
        passage, ranked.score, ranked.similarity, tuple(order), tuple(dict.fromkeys(elements)),
        tuple(dict.fromkeys(delegated)),
    )  # fmt: skip


def _begun_in(passage: LegalPassage, spans: Iterable[Span]) -> list[Span]:
    return [span for span in spans if passage.start <= span.start < passage.end]


def _to_what_decides(passage: LegalPassage, holding: SectionHolding | None) -> LegalPassage:
    """Let a passage that was cut inside a list or a paragraph go on to the end of what holds the last deciding word."""
    section = passage.section
    if holding is None or passage.end >= section.end:
        return passage
    spans = [*holding.spans, *(span for part in holding.holdings for span in part.spans)]
    last = max((span.end for span in spans if passage.end <= span.start < passage.start + _LONGEST_SHOWN), default=0)
    if not last:
        return passage
    ends = (section.start + end for _, end in sentences_of(section.text))
    end = next((end for end in ends if end >= last), section.end)
    if end > passage.start + _LONGEST_SHOWN:
        return passage
    return replace(passage, end=end, text=section.text[passage.start - section.start : end - section.start])


_LONGEST_SHOWN = 1_800
"""Characters that a passage has at most when it is shown with all that decides."""


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
    if shown and not proposed.decided:
        return _left_to_person(measure, proposed, stand, shown, signs)
    is_open = verdict != COVERED
    return Answer(
        measure, verdict, proposed.probability, shown, tuple(sorted(stand.met)),
        stand.missing if is_open else (), stand.delegated if is_open else (), _why(measure, verdict, stand, shown),
        tuple(signs.items()), stand.passing if is_open else (), stand.excepted,
        by_reference=tuple(sorted(stand.by_reference)), limited=_limited(stand),
    )  # fmt: skip


def _left_to_person(
    measure: Measure, proposed: ProposedVerdict, stand: _ElementsStanding, shown: tuple[Shown, ...],
    signs: Mapping[str, float],
) -> Answer:  # fmt: skip
    """Return the answer where a person has to read: nothing is said to be missing, only which elements to look for."""
    unsure = _unsure(measure, proposed.verdict, stand)
    met = tuple(sorted(stand.met - {*unsure}))
    names = {element.id: Message("by_language", dict(element.names)) for element in measure.elements}
    why = [Message(f"law_why_leans_{proposed.verdict}")]
    if met:
        why.append(Message("law_why_said", {"elements": tuple(names[id] for id in met)}))
    if unsure:
        why.append(Message("law_why_unsure", {"elements": tuple(names[id] for id in unsure)}))
    return Answer(
        measure, REVIEW, proposed.probability, shown, met, (), stand.delegated, tuple(why), tuple(signs.items()),
        leans=proposed.verdict, unsure=unsure, by_reference=tuple(sorted(stand.by_reference & {*met})),
    )  # fmt: skip


def _unsure(measure: Measure, verdict: str, stand: _ElementsStanding) -> tuple[str, ...]:
    """Return the elements that a person has to look for: those that are open or, where none is, all needed ones."""
    left = {*stand.delegated}
    still_open = [element.id for element in measure.missing(stand.met) if element.id not in left]
    if still_open or verdict == COVERED:
        return tuple(still_open)
    return tuple(element.id for element in measure.needed if element.id not in left)


def _limited(stand: _ElementsStanding) -> tuple[tuple[str, str], ...]:
    """Return the elements that are said but fall short, each with what it falls short of."""
    return tuple((id, stand.short[id]) for id in (*stand.passing, *stand.excepted) if id in stand.short)


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
