"""The way of a law: files to texts and sections, to passages, to what each measure finds in them, to a verdict."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from opencwc.convention.measures import READ_LANGUAGES, Measure, Measures, own_sets, read_measures
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.language.encoders import Encoder, named_encoder
from opencwc.legislation.caveats import qualified
from opencwc.legislation.coverage_model import ProposedVerdict, propose_verdicts
from opencwc.legislation.formats import excepting_words
from opencwc.legislation.model import (
    COVERED,
    NONE,
    PARTIAL,
    SHOWN,
    Answer,
    Checked,
    Fulfilled,
    Law,
    SectionHolding,
    Shown,
    Span,
)
from opencwc.legislation.reading.elements import holding_of
from opencwc.legislation.reading.exceptions import exceptions_to
from opencwc.legislation.reading.reach import EXCEPTED, REACHES, SHORT
from opencwc.legislation.reading.relevant_sections import narrowed
from opencwc.legislation.reading.stages import ReadLaw, read_sections
from opencwc.legislation.search.passage_ranking import Found, question_of, rank, retrieve
from opencwc.legislation.search.passage_search import Hit, PassageIndex
from opencwc.legislation.texts.languages import in_their_languages, language_named, unread_languages
from opencwc.legislation.texts.legal_texts import LegalText, read_legal_text
from opencwc.legislation.texts.passages import LegalPassage, passages_of, sentences_of
from opencwc.legislation.texts.sections import FOOTNOTE, LegalSection, sections_of
from opencwc.legislation.verdicts import contributing, met_by, signs_of, strength
from opencwc.settings import load_settings
from opencwc.wording import sentence

if TYPE_CHECKING:
    from opencwc.legislation.coverage_model import Weigher

Progress = Callable[[str, int, int], None]
"""What is told of the work: the step (``reading``, ``searching``, ``elements``), how much is done, of how much."""


def check_law(
    files: Sequence[Path],
    state: str,
    as_of: date | None = None,
    *,
    measures: Measures | None = None,
    encoder: Encoder | None = None,
    model: bool = True,
    ocr: bool | None = None,
    confine: bool = True,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Checked:
    """Check all texts of one State together against the measures in force on a day.

    ``state`` is its alpha-3 code. With ``model`` the learned model proposes verdicts where it may be used; else the
    rules do. Raises `InputError` for a file that cannot be read at all, where nothing of any text can be read or all is
    in languages whose laws are not read, and where no measure was in force on that day.
    """
    tell = progress or _silent
    texts = []
    for number, path in enumerate(files):
        tell("reading", number, len(files))
        texts.append(read_legal_text(path, name=path.name, ocr=ocr, confine=confine))
    return check_texts(
        texts, state, as_of, measures=measures, encoder=encoder, model=model, cache=cache, progress=progress
    )


def check_texts(
    texts: Sequence[LegalText],
    state: str,
    as_of: date | None = None,
    *,
    measures: Measures | None = None,
    encoder: Encoder | None = None,
    model: bool = True,
    cache: Path | None = None,
    progress: Progress | None = None,
    weigher: Weigher | None = None,
) -> Checked:
    """Check texts that are read already; see `check_law`.

    ``weigher`` takes the place of the model, for measuring one that was trained without this State.
    """
    tell = progress or _silent
    day = as_of or date.today()
    rules = measures or read_measures(day, own_sets(load_settings().folder))
    chosen = rules.measures
    see_that_measures_hold(day, lambda _: rules)
    law = read_law(texts, state, day)
    _see_that_something_is_read(law)
    law = _narrowed(law, rules)
    is_narrow = any(note.id == "law_narrowed" for note in law.notes)
    passages = list(passages_of(law.sections))
    languages = [lang for lang in law.languages if lang in READ_LANGUAGES]
    questions = [question_of(one, languages) for one in chosen]
    index = PassageIndex(
        passages, encoder or named_encoder(), expected=questions, cache=cache,
        progress=lambda done, of: tell("searching", done, of),
    )  # fmt: skip
    tell("elements", 0, len(chosen))
    read = read_sections(law.sections, rules, languages, cache)
    hits = retrieve(index, chosen, languages)
    found = [_weigh(one, read, index, hits[one.id], law) for one in _told(chosen, "elements", tell)]
    read.terms.keep()
    level = _level(hits)
    signs = [
        signs_of(one, list(held.values()), similar, ranks, level)
        for one, (held, similar, ranks, _) in zip(chosen, found, strict=True)
    ]
    likely, used, weights, said = propose_verdicts(signs, model=model, weigher=weigher)
    if is_narrow:
        found = [(held, near, ranks, _telling(ranked, index)) for held, near, ranks, ranked in found]
    answers = [
        _answer(one, held, ranked, index, proposed, sign, read)
        for one, (held, _, _, ranked), proposed, sign in zip(chosen, found, likely, signs, strict=True)
    ]
    left_out = [Message("law_set_not_read", {"file": one.file, "why": one.why}) for one in rules.refused]
    notes = (*left_out, *law.notes, *said)
    answers = qualified(answers, notes)
    return Checked(law, tuple(answers), used, weights, notes, _fulfilled(rules, answers))


def _fulfilled(measures: Measures, answers: Sequence[Answer]) -> tuple[Fulfilled, ...]:
    """Say of each obligation of another text how the measures that fulfil it came out."""
    verdicts = {answer.measure.id: answer.verdict for answer in answers}
    return tuple(
        Fulfilled(
            obligation.set,
            obligation.id,
            obligation.titles,
            obligation.source,
            tuple((id, verdicts[id]) for id in held),
        )
        for obligation in measures.obligations
        if (held := [id for id in obligation.measures if id in verdicts])
    )


def read_law(texts: Sequence[LegalText], state: str, as_of: date) -> Law:
    """Cut texts into sections and say what is to be told: languages that are not read, texts without letters."""
    found = [section for text in texts for section in sections_of(text)]
    sections = in_their_languages([one for one in found if one.kind != FOOTNOTE])
    notes = [note for text in texts for note in text.notes]
    if len(sections) < len(found):
        notes.append(Message("law_footnotes_apart", {"count": len(found) - len(sections)}))
    notes += [
        Message("law_recognised_nothing" if _is_recognised(text) else "law_unreadable", {"file": text.name})
        for text in texts
        if not _has_letters(text)
    ]
    notes += [
        Message("law_language_unread", {"file": file, "language": language_named(lang)})
        for file, lang in unread_languages(sections)
    ]
    if 2 * sum(len(section.text) for section in sections if not section.lang) > sum(
        len(section.text) for section in sections
    ):
        notes.append(Message("law_language_not_read", {"languages": "-"}))
    return Law(state, as_of, tuple(texts), tuple(sections), _once(notes))


def _narrowed(law: Law, rules: Measures) -> Law:
    """Leave of very long texts the sections that may matter, and say so."""
    kept = narrowed(law.sections, rules, [lang for lang in law.languages if lang in READ_LANGUAGES])
    if len(kept) == len(law.sections):
        return law
    note = Message("law_narrowed", {"count": len(kept), "of": len(law.sections)})
    return replace(law, sections=tuple(kept), notes=(*law.notes, note))


def _telling(ranked: Sequence[Found], index: PassageIndex) -> list[Found]:
    """Leave out passages that hold nothing of the measure and do not come near it either."""
    return [one for one in ranked if one.holding is not None or one.similarity >= index.encoder.thresholds.near]


def see_that_measures_hold(day: date, measures_of: Callable[[date], Measures]) -> None:
    """Raise `InputError` where no measure was in force on a day; ``measures_of`` reads those of one."""
    if measures_of(day).measures:
        return
    begins = [measure.in_force.start for measure in read_measures(date.max).measures if measure.in_force.start]
    said = Message("law_no_measures", {"day": day.isoformat()})
    first = Message("law_no_measures_remedy", {"day": min(begins).isoformat()})
    raise InputError(sentence(said), remedy=sentence(first))


def _see_that_something_is_read(law: Law) -> None:
    """Raise `InputError` where no verdict could rest on anything that was read."""
    files = ", ".join(text.name for text in law.texts)
    if not any(_has_letters(text) for text in law.texts):
        recognised = all(_is_recognised(text) for text in law.texts)
        remedy = "law_recognised_nothing_remedy" if recognised else "law_nothing_read_remedy"
        raise InputError(sentence("law_nothing_read"), where=files, remedy=sentence(remedy))
    strange = dict.fromkeys(lang for _, lang in unread_languages(law.sections))
    if strange and not any(section.lang in READ_LANGUAGES or not section.lang for section in law.sections):
        said = Message("law_languages_unread", {"languages": tuple(map(language_named, strange))})
        instead = Message("law_languages_unread_remedy", {"languages": tuple(map(language_named, READ_LANGUAGES))})
        raise InputError(sentence(said), where=files, remedy=sentence(instead))


def _has_letters(text: LegalText) -> bool:
    """Tell whether a text holds more than what a scanner leaves; a Chinese sign says more than a letter."""
    signs = text.text[:_ENOUGH_LETTERS]
    return sum(3 if "\u3400" <= sign <= "\u9fff" else sign.isalnum() for sign in signs) >= _LEAST_LETTERS


def _is_recognised(text: LegalText) -> bool:
    """Tell whether a machine looked for text in the pictures of a document."""
    return any(note.id == "reading_ocr_used" for note in text.notes)


def _once(notes: Sequence[Message]) -> tuple[Message, ...]:
    return tuple(one for at, one in enumerate(notes) if one not in notes[:at])


def _weigh(
    measure: Measure, read: ReadLaw, index: PassageIndex, hits: Sequence[Hit], law: Law
) -> tuple[dict[int, SectionHolding], dict[int, float], dict[int, int], list[Found]]:
    """Return what the sections hold of a measure, how near and at which rank the search has them, and the ranking."""
    section_of = _sections_of(index.passages, law)
    held = {at: one for at in range(len(law.sections)) if (one := holding_of(read, measure, at)) is not None}
    worth = {at: strength(measure, one) for at, one in held.items()}
    similar: dict[int, float] = {}
    ranks: dict[int, int] = {}
    for hit in hits:
        at = section_of[hit.at]
        similar[at] = max(similar.get(at, 0.0), hit.similarity)
        ranks.setdefault(at, len(ranks))
    spoken = _spoken(index.passages, section_of, held)
    return held, similar, ranks, rank(hits, held, worth, section_of, spoken)


def _sections_of(passages: Sequence[LegalPassage], law: Law) -> list[int]:
    place = {id(one): at for at, one in enumerate(law.sections)}
    return [place[id(passage.section)] for passage in passages]


def _spoken(
    passages: Sequence[LegalPassage], section_of: Sequence[int], held: dict[int, SectionHolding]
) -> dict[int, int]:
    """Count the deciding words in each passage."""
    counted: dict[int, int] = {}
    for at, passage in enumerate(passages):
        one = held.get(section_of[at])
        if one is not None:
            spans = {(span.start, span.end) for holding in one.holdings for span in holding.spans}
            counted[at] = sum(passage.start <= start < passage.end for start, _ in spans)
    return counted


def _level(hits: dict[str, list[Hit]]) -> float:
    """Return how near the text comes to the measures on the whole: the middle of the best similarities."""
    nearest = sorted(max((hit.similarity for hit in found), default=0.0) for found in hits.values())
    return nearest[len(nearest) // 2] if nearest else 0.0


def _answer(
    measure: Measure,
    held: dict[int, SectionHolding],
    ranked: Sequence[Found],
    index: PassageIndex,
    proposed: ProposedVerdict,
    signs: dict[str, float],
    read: ReadLaw,
) -> Answer:
    inside = contributing(measure, list(held.values()))
    tight, met, left = met_by(inside)
    short = {
        holding.element: holding.how
        for each in inside
        for holding in each.holdings
        if holding.how in SHORT and holding.element in met - tight
    }
    lacking = [one.id for one in measure.missing(met)]
    exceptions = exceptions_to(inside, read)[:_EXCEPTIONS]
    shown = _with_exceptions([_shown(one, index) for one in ranked[:SHOWN]], exceptions, index)
    verdict = proposed.verdict if shown else NONE
    weak: set[str] = set()
    if verdict == NONE:  # what stands somewhere did not make a provision
        weak = {element.id for element in measure.elements if element.id in met}
    elif verdict == PARTIAL:
        loose = {one.one_of or one.id for one in measure.missing(tight)}
        weak = {
            one.id
            for one in measure.needed
            if one.id in met and (one.one_of or one.id) in loose and (one.id in short or not lacking)
        }
    met -= weak
    delegated = [one for one in lacking if one in left]
    missing = [one.id for one in measure.needed if one.id in weak or (one.id in lacking and one.id not in left)]
    excepted = [one for one in missing if verdict == PARTIAL and one in weak and short.get(one) == EXCEPTED]
    missing = [one for one in missing if one not in excepted]
    spoken = {element for one in shown for element in one.elements}
    passing = [one for one in missing if one in weak or one in spoken]
    why = _why(measure, verdict, met, missing, delegated, held, passing, short)
    if excepted:
        why = (
            *why,
            excepting_words([_name(element.names) for element in measure.elements if element.id in excepted], shown),
        )
    open_ones = verdict != COVERED
    return Answer(
        measure, verdict, proposed.probability, shown, tuple(sorted(met)),
        tuple(missing) if open_ones else (), tuple(delegated) if open_ones else (), why,
        tuple(signs.items()), tuple(passing) if open_ones else (), tuple(excepted),
    )  # fmt: skip


_EXCEPTIONS = 2
"""Sections that let somebody through which are shown in any case."""


def _with_exceptions(
    best: Sequence[Shown], exceptions: Sequence[tuple[LegalSection, tuple[Span, ...]]], index: PassageIndex
) -> tuple[Shown, ...]:
    """Return the passages that are shown, with what lets somebody through: in place of the last where it was not."""
    shown, added = list(best), []
    for section, spans in exceptions:
        at = next((place for place, one in enumerate(shown) if one.passage.section is section), -1)
        passages = [passage for passage in index.passages if passage.section is section]
        if at >= 0:
            passages.insert(0, shown[at].passage)
        passage = next((passage for passage in passages if _inside(passage, spans)), None)
        if passage is None:
            continue
        held = replace(shown[at], passage=passage) if at >= 0 else Shown(passage, 0.0, 0.0)
        held = replace(held, excepts=tuple(_inside(passage, spans)))
        if at >= 0:
            shown[at] = held
        else:
            added.append(held)
    return (*shown[: SHOWN - len(added)], *added)


def _inside(passage: LegalPassage, spans: Iterable[Span]) -> list[Span]:
    """Return the spans that begin in a passage, cut where it ends."""
    return [
        span._replace(end=min(span.end, passage.end)) for span in spans if passage.start <= span.start < passage.end
    ]  # fmt: skip


def _shown(found: Found, index: PassageIndex) -> Shown:
    passage = _to_what_decides(index.passages[found.at], found.holding)
    spans: list[Span] = []
    elements: list[str] = []
    left: list[str] = []
    if found.holding is not None:
        spans += [span for span in found.holding.spans if passage.start <= span.start < passage.end]
        for held in found.holding.holdings:
            inside = [span for span in held.spans if passage.start <= span.start < passage.end]
            spans += inside
            pointed = held.via >= 0 and not held.spans  # the words stand where a reference leads
            if (inside or pointed) and held.how != "denied":
                (left if held.how == "regulation" else elements).append(held.element)
        if not spans:
            elements, left = [], []
        if not elements and not left:  # words that decide nothing lead nowhere
            spans = []
    order = sorted(dict.fromkeys(spans), key=lambda fromkey: (fromkey.start, fromkey.end))
    return Shown(
        passage, found.score, found.similarity, tuple(order), tuple(dict.fromkeys(elements)), tuple(dict.fromkeys(left))
    )


def _to_what_decides(passage: LegalPassage, holding: SectionHolding | None) -> LegalPassage:
    """Let a passage that was cut inside a list or a paragraph go on to the end of what holds the last deciding word."""
    section = passage.section
    if holding is None or passage.end >= section.end:
        return passage
    spans = [*holding.spans, *(span for one in holding.holdings for span in one.spans)]
    last = max((span.end for span in spans if passage.end <= span.start < passage.start + _LONGEST_SHOWN), default=0)
    if not last:
        return passage
    ends = (section.start + end for _, end in sentences_of(section.text))
    end = next((end for end in ends if end >= last), section.end)
    if end > passage.start + _LONGEST_SHOWN:
        return passage
    said = section.text[passage.start - section.start : end - section.start]
    return replace(passage, end=end, text=said)


_LONGEST_SHOWN = 1_800
"""Characters that a passage has at most when it is shown with all that decides."""


def _why(
    measure: Measure,
    verdict: str,
    met: set[str],
    missing: Sequence[str],
    delegated: Sequence[str],
    held: dict[int, SectionHolding],
    passing: Sequence[str],
    short: Mapping[str, str],
) -> tuple[Message, ...]:
    """Say what the verdict rests on: what is said, what is missing, what is left to a regulation."""
    names = {element.id: _name(element.names) for element in measure.elements}
    said: list[Message] = []
    if verdict == NONE:
        said.append(Message("law_why_none"))
        if passing:
            said.append(Message("law_why_weak", {"elements": tuple(names[one] for one in passing)}))
        return tuple(said)
    if met:
        by_reference = {
            holding.element for each in held.values() for holding in each.holdings if holding.how == "reference"
        } & met
        plain = [element.id for element in measure.elements if element.id in met and element.id not in by_reference]
        if plain:
            said.append(Message("law_why_said", {"elements": tuple(names[one] for one in plain)}))
        if by_reference:
            taken = tuple(names[element.id] for element in measure.elements if element.id in by_reference)
            said.append(Message("law_why_reference", {"elements": taken}))
    if verdict == PARTIAL:
        for message, ids in (
            *((f"law_why_{reach}", [one for one in passing if short.get(one) == reach]) for reach in REACHES),
            ("law_why_weak", [one for one in passing if short.get(one) not in REACHES]),
            ("law_why_missing", [one for one in missing if one not in passing]),
        ):
            if ids:
                said.append(Message(message, {"elements": tuple(names[item_id] for item_id in ids)}))
    if verdict == PARTIAL and delegated:
        said.append(Message("law_why_regulation", {"elements": tuple(names[one] for one in delegated)}))
    if verdict == COVERED and (missing or delegated):
        said.append(Message("law_why_not_in_words", {"elements": tuple(names[one] for one in (*missing, *delegated))}))
    return tuple(said) or (() if EXCEPTED in short.values() else (Message("law_why_near"),))


def _told(chosen: Sequence[Measure], step: str, tell: Progress) -> Iterator[Measure]:
    """Yield measures, telling how many are done."""
    for number, one in enumerate(chosen):
        tell(step, number, len(chosen))
        yield one
    tell(step, len(chosen), len(chosen))


def _name(names: object) -> Message:
    return Message("by_language", dict(names))  # type: ignore[call-overload]


def _silent(step: str, done: int, of: int) -> None:
    """Nothing is told where nobody asked."""


def place_of(offsets: Sequence[int], offset: int) -> int:
    """Return which of ordered stretches an offset lies in."""
    return bisect_right(offsets, offset) - 1


_LEAST_LETTERS = 25
"""A short article has as many; a page number, a stamp or the name of a scanner has fewer."""
_ENOUGH_LETTERS = 100_000
"""Characters of a text among which its letters are counted."""
