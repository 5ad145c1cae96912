"""The watch on topics as files and as plain facts: a line a report and topic, a record a topic and a new term."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from opencwc.files.csv_cells import cell_of, csv_text
from opencwc.publishing.model import Piece
from opencwc.reports.model import OnTopic
from opencwc.reports.topics.passages import quote_of
from opencwc.reports.topics.terms import NewTerm
from opencwc.reports.topics.topic_picture import QuotedReport, TopicPicture, quoted_for
from opencwc.reports.topics.trends import TopicTrend
from opencwc.reports.watched import Line
from opencwc.wording import say, sentence

COLUMNS = ("topic", "report", "published", "source", "lang", "chance", "title", "passages", "withheld", "event")


def topics_as_csv(picture: TopicPicture) -> str:
    """Return a line a report and topic, in the order in which the reports came."""
    rows = (tuple(cell_of(_cell(row[name])) for name in COLUMNS) for row in _rows(picture))
    return csv_text([COLUMNS, *rows])


def topics_as_json_lines(picture: TopicPicture, lang: str = "en") -> bytes:
    """Return a line a topic with its months, then a line a new term, then a line a report and topic."""
    lines: list[dict[str, Any]] = [
        *({"trend": trend_facts(trend, lang)} for trend in picture.present),
        *({"term": term_facts(term, picture, lang)} for term in picture.terms),
        *({"passage": row} for row in _rows(picture)),
    ]
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def trend_facts(trend: TopicTrend, lang: str = "en") -> dict[str, Any]:
    """Return a topic over the months as what JSON can hold; shares are between 0 and 1."""
    return {
        "topic": trend.topic.id,
        "theme": trend.topic.theme,
        "name": say(trend.topic.named, lang),
        "change": trend.change,
        "says": sentence(trend.says, lang),
        "texts": trend.texts,
        "reports": len(trend.numbers),
        "months": [
            {"month": one.month, "texts": one.texts, "of": one.of, "low": round(one.low, 4), "high": round(one.high, 4)}
            for one in trend.months
        ],
    }


def term_facts(term: NewTerm, picture: TopicPicture, lang: str = "en") -> dict[str, Any]:
    """Return a new term as what JSON can hold, with the sentences that it stands in."""
    return {
        "term": term.phrase,
        "lang": term.lang,
        "says": sentence(term.says, lang),
        "texts": term.texts,
        "of": term.of,
        "before": term.before,
        "of_before": term.of_before,
        "chance": round(term.chance, 6),
        "topics": list(term.topics),
        "passages": [report_facts(one) for one in quoted_for(term, picture.lines)],
    }


def report_facts(one: QuotedReport) -> dict[str, Any]:
    """Return a report as it is quoted; ``withheld`` counts passages that are not shown."""
    return _facts(one.line, one.quote.title, one.quote.passages, one.quote.withheld)


def _rows(picture: TopicPicture) -> Iterator[dict[str, Any]]:
    for line in picture.lines:
        for found in line.told.topics:
            yield _row(line, found)


def _row(line: Line, found: OnTopic) -> dict[str, Any]:
    quote = quote_of(line.told, found)
    facts = _facts(line, quote.title, quote.passages, quote.withheld)
    return {"topic": found.topic, **facts, "chance": found.chance}


def _facts(
    line: Line, title: tuple[Piece, ...], passages: tuple[tuple[Piece, ...], ...], withheld: int
) -> dict[str, Any]:
    report = line.told.report
    return {
        "report": report.id,
        "published": report.published.isoformat(),
        "source": report.source,
        "lang": line.told.lang,
        "title": _text(title),
        "passages": [_text(passage) for passage in passages],
        "withheld": withheld,
        "event": line.event,
    }


def _text(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


def _cell(value: Any) -> str:
    return " / ".join(value) if isinstance(value, list) else str(value)
