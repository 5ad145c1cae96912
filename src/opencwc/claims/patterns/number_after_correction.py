"""A number that is said again after it was corrected: by another report, or by the record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from opencwc.claims.claim_histories import History, Mention
from opencwc.claims.model import Statement
from opencwc.claims.patterns.model import MOST_EVIDENCE, Pattern, of_saying, of_statement
from opencwc.claims.sayings import Saying
from opencwc.finding import Message


def numbers_after_correction(history: History, statements: Mapping[str, Statement]) -> Iterator[Pattern]:
    """Yield where a number of a history came back after its correction; ``statements`` are the record by id."""
    again: dict[int, list[Mention]] = defaultdict(list)
    for mention in history.mentions:
        if mention.step == "repeated" and "number" in mention.changed and mention.against:
            again[mention.against].append(mention)
    for place, mentions in sorted(again.items()):
        correction = history.mentions[place].saying
        says = Message("claims_pattern_number_after_correction", {
            "old": _said_in(mentions[0].saying), "source": correction.outlet, "day": _day(correction),
            "count": len(mentions),
        })  # fmt: skip
        sayings = [history.first, correction, *(mention.saying for mention in mentions)]
        yield Pattern("number_after_correction", says, tuple(map(of_saying, sayings[:MOST_EVIDENCE])), history.id)
    if not again:
        yield from _after_record(history, statements)


def _after_record(history: History, statements: Mapping[str, Statement]) -> Iterator[Pattern]:
    """Yield the numbers that were said before the record had others, and again since."""
    by_number: dict[tuple[str, frozenset[str]], list[Saying]] = defaultdict(list)
    for mention in history.mentions:
        saying = mention.saying
        differs = any(difference.aspect == "number" for difference in saying.differences)
        if differs and mention.step != "denied" and saying.matched in statements:
            by_number[saying.matched, saying.numbers].append(saying)
    for (id_, numbers), sayings in sorted(by_number.items(), key=lambda item: item[1][0].order):
        statement = statements[id_]
        before = [saying for saying in sayings if saying.said.date() < statement.made.date()]
        since = [saying for saying in sayings if saying.said.date() > statement.made.date()]
        if numbers and before and since:
            says = Message("claims_pattern_number_after_record", {
                "old": _said_in(since[0]), "source": statement.source or statement.id,
                "day": statement.made.date().isoformat(), "count": len(since),
            })  # fmt: skip
            shown = map(of_saying, since[: MOST_EVIDENCE - 2])
            evidence = (of_saying(before[0]), of_statement(statement), *shown)
            yield Pattern("number_after_correction", says, evidence, history.id)


def _said_in(saying: Saying) -> str:
    """Return the number as the saying writes it: the one that differs from the record, else all of them."""
    spans = [span for one in saying.differences if one.aspect == "number" for span in one.claimed]
    return ", ".join(saying.sentence[slice(*span)] for span in spans) or ", ".join(saying.counted)


def _day(saying: Saying) -> str:
    return saying.said.date().isoformat()
