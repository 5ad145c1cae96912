"""The way of a law: files to texts and sections, to passages, to what each measure finds in them, to a verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from opencwc.convention.fields import stamps
from opencwc.convention.measures import READ_LANGUAGES, Measure, Measures, own_sets, read_measures
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.language.encoders import Encoder, named_encoder
from opencwc.legislation.answer_wording import qualified
from opencwc.legislation.answers import MeasureReading, answer_to, read_measure
from opencwc.legislation.checked_before import CheckedBefore
from opencwc.legislation.coverage_model import MODEL, propose_verdicts
from opencwc.legislation.coverage_signs import signs_of_law
from opencwc.legislation.law_texts import read_law, see_that_something_is_read
from opencwc.legislation.model import Answer, Checked, Fulfilled, Law
from opencwc.legislation.passage_search import Hit, PassageIndex, nearest_to_elements, question_of, retrieve
from opencwc.legislation.reading.scope import narrowed
from opencwc.legislation.reading.stages import read_sections
from opencwc.legislation.texts.legal_texts import LegalText, read_legal_text
from opencwc.legislation.texts.passages import passages_of
from opencwc.settings import load_settings
from opencwc.wording import reason

Progress = Callable[[str, int, int], None]
"""Receives the step of the work (``reading``, ``searching``, ``elements``), how much of it is done, of how much."""


def check_law(
    files: Sequence[Path],
    state: str,
    as_of: date | None = None,
    *,
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
    return check_texts(texts, state, as_of, encoder=encoder, model=model, cache=cache, progress=progress)


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
) -> Checked:
    """Check texts that are read already against these measures, else against those of the day; see `check_law`."""
    tell = progress or _silent
    day = as_of or date.today()
    rules = measures or read_measures(day, own_sets(load_settings().folder))
    see_that_measures_hold(day, lambda _: rules)
    whole = read_law(texts, state, day)
    see_that_something_is_read(whole)
    law = _narrowed(whole, rules)
    named = named_encoder() if encoder is None else encoder
    before = CheckedBefore(law, rules, _about(named, model), cache) if encoder is None else None
    if before is not None and (checked := before.read()) is not None:
        tell("elements", len(rules.measures), len(rules.measures))
        return checked
    checked = _checked(law, whole, rules, named, model=model, cache=cache, tell=tell)
    if before is not None:
        before.keep(checked)
    return checked


def _about(encoder: Encoder, model: bool) -> dict[str, object]:
    """Return what a check rests on beside texts and measures: encoder, state of the model, the house's own sets."""
    from opencwc.models import state_of

    own = stamps(own_sets(load_settings().folder))
    return {"encoder": encoder.id, "model": state_of(MODEL) if model else None, "sets": own}


def _checked(
    law: Law, whole: Law, rules: Measures, encoder: Encoder, *, model: bool, cache: Path | None, tell: Progress
) -> Checked:
    """Read the sections, search them for each measure, weigh what was found and say it."""
    languages = _languages(law)
    index = PassageIndex(
        list(passages_of(law.sections)),
        encoder,
        expected=[question_of(measure, languages) for measure in rules.measures],
        cache=cache,
        progress=lambda done, of: tell("searching", done, of),
    )
    tell("elements", 0, len(rules.measures))
    read = read_sections(law.sections, rules, languages, cache)
    hits = retrieve(index, rules.measures, languages)
    elements = nearest_to_elements(index, rules.measures, languages)
    readings = [
        read_measure(measure, read, index, hits[measure.id], elements[measure.id])
        for measure in _counted(rules.measures, tell)
    ]
    read.terms.keep()
    signs = signs_of_law(readings, law, read, _level(hits))
    proposed, used, weights, why_rules = propose_verdicts(
        [measure.id for measure in rules.measures], signs, model=model
    )
    if law is not whole:
        readings = [_near_only(reading, index) for reading in readings]
    answers = [answer_to(*answered, read, index) for answered in zip(readings, proposed, signs, strict=True)]
    left_out = [Message("law_set_not_read", {"file": left.file, "why": left.why}) for left in rules.refused]
    notes = (*left_out, *law.notes, *why_rules)
    answers = qualified(answers, notes)
    return Checked(law, tuple(answers), used, weights, notes, _fulfilled(rules, answers))


def _fulfilled(measures: Measures, answers: Sequence[Answer]) -> tuple[Fulfilled, ...]:
    """Say of each obligation of another text how the measures that fulfil it came out."""
    verdicts = {answer.measure.id: answer.verdict for answer in answers}
    titles = {each.id: each.titles for each in measures.sets}
    return tuple(
        Fulfilled(
            obligation.set,
            obligation.id,
            obligation.titles,
            obligation.source,
            tuple((id, verdicts[id]) for id in checked_ids),
            titles[obligation.set],
        )
        for obligation in measures.obligations
        if (checked_ids := [id for id in obligation.measures if id in verdicts])
    )


def _languages(law: Law) -> list[str]:
    """Return the languages of a law that laws are read in."""
    return [lang for lang in law.languages if lang in READ_LANGUAGES]


def _narrowed(law: Law, rules: Measures) -> Law:
    """Leave of very long texts the sections that may matter, and say so; any other law stays itself."""
    kept = narrowed(law.sections, rules, _languages(law))
    if len(kept) == len(law.sections):
        return law
    note = Message("law_narrowed", {"count": len(kept), "of": len(law.sections)})
    return replace(law, sections=tuple(kept), notes=(*law.notes, note))


def _near_only(reading: MeasureReading, index: PassageIndex) -> MeasureReading:
    """Leave out passages that hold nothing of the measure and do not come near it either."""
    near = index.encoder.thresholds.near
    kept = [passage for passage in reading.ranked if passage.holding is not None or passage.similarity >= near]
    return replace(reading, ranked=kept)


def see_that_measures_hold(day: date, measures_of: Callable[[date], Measures]) -> None:
    """Raise `InputError` where no measure was in force on a day; ``measures_of`` reads those of one."""
    if measures_of(day).measures:
        return
    begins = [measure.in_force.start for measure in read_measures(date.max).measures if measure.in_force.start]
    what = Message("law_no_measures", {"day": day.isoformat()})
    remedy = Message("law_no_measures_remedy", {"day": min(begins).isoformat()})
    raise InputError("law_no_measures", reason=reason(what), advice=reason(remedy))


def _level(hits: Mapping[str, list[Hit]]) -> float:
    """Return how near the text comes to the measures on the whole: the middle of the best similarities."""
    nearest = sorted(max((hit.similarity for hit in near), default=0.0) for near in hits.values())
    return nearest[len(nearest) // 2] if nearest else 0.0


def _counted(measures: Sequence[Measure], tell: Progress) -> Iterator[Measure]:
    """Yield measures, telling how many are done."""
    for number, measure in enumerate(measures):
        tell("elements", number, len(measures))
        yield measure
    tell("elements", len(measures), len(measures))


def _silent(step: str, done: int, of: int) -> None:
    """Report no progress."""
