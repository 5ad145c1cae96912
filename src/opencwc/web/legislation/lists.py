"""The lists of measures, of a day and of a checked law: the columns by which they are searched, sorted and written."""

from __future__ import annotations

from collections.abc import Iterator

from opencwc.casebook.model import Status
from opencwc.convention.measures import TIERS, Measure
from opencwc.legislation.answer_wording import article_in, confidence_words, name_of_verdict, said_in
from opencwc.legislation.model import ALL_VERDICTS
from opencwc.web.legislation.parts import MeasureLine
from opencwc.web.server.listing import ListColumn
from opencwc.wording import say

_STATUSES = tuple(Status)


def _named(measure: Measure, lang: str) -> str:
    return f"{measure.id} {said_in(measure.titles, lang)}"


def _elements(measure: Measure, lang: str) -> str:
    return say("list_separator", lang).join(said_in(element.names, lang) for element in measure.elements)


def _words_of(measure: Measure) -> Iterator[str]:
    """Yield what a measure is called and asks for, in every language."""
    yield from measure.titles.values()
    for element in measure.elements:
        yield from (*element.says.values(), *element.alone.values())


def _tier(measure: Measure, lang: str) -> str:
    return say(f"law_tier_{measure.tier}", lang)


def _tier_place(measure: Measure) -> int:
    return TIERS.index(measure.tier)


MEASURES: tuple[ListColumn[Measure], ...] = (
    ListColumn("measure", "law_column_measure", _named, also=_words_of),
    ListColumn("tier", "page_law_tier", _tier, _tier_place),
    ListColumn("article", "law_column_article", article_in),
    ListColumn("elements", "page_law_elements", _elements),
)


def _status(line: MeasureLine, lang: str) -> str:
    return say(f"casebook_status_{line.standing.status}", lang) if line.standing else ""


def _verdict(line: MeasureLine, lang: str) -> str:
    return " ".join(filter(None, (name_of_verdict(line.answer, lang), confidence_words(line.answer, lang))))


CHECKED: tuple[ListColumn[MeasureLine], ...] = (
    ListColumn(
        "measure", "law_column_measure", lambda line, lang: _named(line.answer.measure, lang),
        on_page=lambda line, lang: article_in(line.answer.measure, lang),
        also=lambda line: line.answer.measure.titles.values(),
    ),
    ListColumn(
        "tier", "page_law_tier", lambda line, lang: _tier(line.answer.measure, lang),
        lambda line: _tier_place(line.answer.measure),
    ),
    ListColumn(
        "verdict", "law_column_verdict", _verdict,
        lambda line: (ALL_VERDICTS.index(line.answer.verdict), line.answer.probability or 0.0),
    ),
    ListColumn("passage", "law_column_passage", lambda line, lang: say("list_separator", lang).join(line.places)),
    ListColumn("missing", "law_column_missing", lambda line, _: line.missing),
    ListColumn(
        "status", "casebook_status", _status,
        lambda line: _STATUSES.index(line.standing.status) if line.standing else len(_STATUSES),
    ),
)  # fmt: skip
