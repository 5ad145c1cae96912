"""Answers as findings, so that a person decides on each: the measure, the passages, the deciding words in them."""

from __future__ import annotations

from collections.abc import Iterator

from opencwc.finding import Evidence, Finding, Maker, Message, Subject, Verdict
from opencwc.legislation.model import Answer, Checked
from opencwc.version import __version__

_MOST_WORDS = 12


def findings_of(checked: Checked) -> Iterator[Finding]:
    """Yield one finding a measure, in the order of the measures; each passage is evidence, and so are its words."""
    maker = maker_of(checked)
    for number, answer in enumerate(checked.answers, 1):
        measure = answer.measure
        why = answer.why[0] if len(answer.why) == 1 else Message("law_why_all", {"reasons": answer.why})
        yield Finding(
            Subject(number, measure.id, f"{checked.law.state} {measure.id}", file=_file(answer)),
            Verdict(answer.verdict),
            why,
            maker,
            measure.rule,
            "text",
            tuple(_evidence(answer)),
            confidence=None if answer.probability is None else round(answer.probability, 4),
        )


def maker_of(checked: Checked) -> Maker:
    """Return what made the findings: this package, its version, the day of the measures, the model if one took part."""
    sets = tuple(dict.fromkeys(answer.measure.set for answer in checked.answers))
    day = checked.law.as_of.isoformat()
    return Maker("opencwc.legislation", __version__, day, sets, checked.model, checked.weights)


def _file(answer: Answer) -> str:
    return answer.shown[0].passage.section.file if answer.shown else ""


def _evidence(answer: Answer) -> Iterator[Evidence]:
    for shown in answer.shown:
        passage = shown.passage
        place = f"{passage.section.file} {passage.section.id}"
        yield Evidence("passage", place, value=passage.text, span=(passage.start, passage.end))
        for span in shown.spans[:_MOST_WORDS]:
            yield Evidence("word", span.term, value=shown.words(span), span=(span.start, span.end))
        for span in shown.excepts:
            yield Evidence("exception", place, value=shown.words(span), span=(span.start, span.end))
    for id in answer.missing:
        yield Evidence("missing", id)
    for id in answer.delegated:
        yield Evidence("regulation", id)
