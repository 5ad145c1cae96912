"""Histories as files for machines: a line a mention as CSV or JSON Lines, which later runs read as earlier claims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from opencwc.claims.claim_histories import STEPS, History, Mention
from opencwc.claims.sayings import Review, Saying
from opencwc.errors import InputError
from opencwc.files.csv_cells import csv_of
from opencwc.finding import Message, Value
from opencwc.records import known
from opencwc.wording import sentence

COLUMNS = (
    "history", "statement", "step", "said", "source", "report", "sentence", "lang", "who", "changed", "against",
    "review", "url",
)  # fmt: skip
MOST_EARLIER = 200_000
"""Mentions of an earlier run that are read."""
_LONGEST_LINE = 200_000


def as_csv(histories: Iterable[History]) -> bytes:
    """Return a line a mention; what a spreadsheet program would run is quoted."""
    rows = (tuple(row_of(history, mention).values()) for history in histories for mention in history.mentions)
    return csv_of([COLUMNS, *rows]).replace(b"\r\n", b"\n")


def as_json_lines(histories: Iterable[History], lang: str = "en") -> bytes:
    """Return a line a mention, with what its step means and what came of the history as sentences."""
    lines = []
    for history in histories:
        whole = sentence(summary_of(history), lang)
        for mention in history.mentions:
            row: dict[str, Any] = {**row_of(history, mention), **_evidence(mention)}
            lines.append(msgspec.json.encode({**row, "why": sentence(said_of(history, mention), lang), "whole": whole}))
    return b"".join(line + b"\n" for line in lines)


def row_of(history: History, mention: Mention) -> dict[str, str]:
    """Return the cells of a mention by the names of `COLUMNS`."""
    saying = mention.saying
    return {
        "history": history.id,
        "statement": history.statement,
        "step": mention.step,
        "said": saying.said.isoformat(),
        "source": saying.source,
        "report": saying.report,
        "sentence": saying.sentence,
        "lang": saying.lang,
        "who": ";".join(saying.who),
        "changed": ";".join(mention.changed),
        "against": str(mention.against + 1) if mention.changed else "",
        "review": saying.review.words if saying.review else "",
        "url": saying.url,
    }


def _evidence(mention: Mention) -> dict[str, Any]:
    saying = mention.saying
    review = saying.review
    return {
        "span": list(saying.span),
        "who": list(saying.who),
        "changed": list(mention.changed),
        "earlier": saying.earlier,
        "review": {"reviewer": review.reviewer, "words": review.words, "url": review.url} if review else None,
    }


def said_of(history: History, mention: Mention) -> Message:
    """Return what a mention is in its history, as a sentence to say."""
    saying = mention.saying
    values: dict[str, Value] = {"text": saying.outlet, "day": saying.said.date().isoformat()}
    if saying.review:
        return Message("claims_mention_reviewed", {**values, "words": saying.review.words})
    if mention.step == "repeated" and mention.changed:
        against = history.mentions[mention.against].saying
        return Message("claims_mention_after_correction", {**values, "against": against.outlet})
    aspects = tuple(Message(f"claims_aspect_{aspect}") for aspect in mention.changed)
    if aspects and mention.step in ("changed", "corrected"):
        return Message(f"claims_mention_{mention.step}_in", {**values, "aspects": aspects})
    return Message(f"claims_mention_{mention.step}", values)


def summary_of(history: History) -> Message:
    """Return what became of a claim since it was said first, as a sentence to say."""
    counts = Counter(mention.step for mention in history.mentions)
    first = history.first
    if first.review is not None:
        return Message("claims_history_only_reviewed", {"text": first.outlet, "day": first.said.date().isoformat()})
    first_said: dict[str, Value] = {"source": first.outlet, "day": first.said.date().isoformat()}
    steps = tuple(
        Message(f"claims_history_{step}", {"count": counts[step]})
        for step in STEPS
        if step != "first_said" and counts[step]
    )
    if not steps:
        return Message("claims_history_once", first_said)
    return Message("claims_history_summary", {**first_said, "steps": steps})


# --------------------------------------------------------------------------------------------------- an earlier run


class _Line(msgspec.Struct, frozen=True):
    """A line of `as_json_lines`, as far as a later run needs it."""

    said: datetime
    source: str
    report: str
    sentence: str
    lang: str
    who: tuple[str, ...] = ()
    url: str = ""
    step: str = ""
    review: dict[str, str] | None = None


def read_earlier(file: Path) -> Iterator[Saying]:
    """Yield the sayings of the histories of an earlier run.

    Raises:
        InputError: a line is none of `as_json_lines`, or there are more than `MOST_EARLIER`.

    """
    with file.open("rb") as stream:
        for number, line in enumerate(islice(stream, MOST_EARLIER + 1), 1):
            if number > MOST_EARLIER:
                raise InputError("claims_earlier_too_many", where=file.name, most=MOST_EARLIER)
            if line.strip():
                yield _saying(line, file.name, number)


def _saying(line: bytes, where: str, number: int) -> Saying:
    try:
        read = msgspec.json.decode(line if len(line) <= _LONGEST_LINE else b"", type=known(_Line))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError("claims_earlier_line_wrong", where=where, line=number) from error
    said = read.said if read.said.tzinfo else read.said.replace(tzinfo=UTC)
    review = None
    if read.review is not None:
        held = {name: read.review.get(name, "") for name in ("reviewer", "words", "url")}
        review = Review(held["reviewer"], held["words"], said, held["url"])
    return Saying(
        read.report, read.sentence, said, read.source, read.lang, who=read.who, url=read.url, earlier=True,
        review=review,
    )  # fmt: skip
