"""One source behind many: reports of several outlets say the same thing, and all rest on one text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from opencwc.claims.claim_histories import History
from opencwc.claims.patterns.model import MOST_EVIDENCE, Pattern, of_saying
from opencwc.claims.sayings import Saying
from opencwc.finding import Message

LEAST_OUTLETS = 3
"""So many outlets must say it."""


def one_source_behind(history: History, origins: Mapping[str, str]) -> Iterator[Pattern]:
    """Yield the texts on which several outlets of a history rest; ``origins`` are those of reports, by their ids."""
    by_origin: dict[str, dict[str, Saying]] = defaultdict(dict)
    for mention in history.mentions:
        saying = mention.saying
        if (origin := origins.get(saying.report)) and not saying.review:
            by_origin[origin].setdefault(saying.report, saying)
    reports = {mention.saying.report for mention in history.mentions if not mention.saying.review}
    for sayings in by_origin.values():
        some = sorted(sayings.values(), key=lambda saying: saying.order)
        outlets = {saying.outlet for saying in some}
        if len(outlets) < LEAST_OUTLETS:
            continue
        whole = "_all" if len(some) == len(reports) else ""
        says = Message(f"claims_pattern_one_source{whole}", {
            "reports": len(reports), "resting": len(some), "outlets": len(outlets), "source": some[0].outlet,
            "day": some[0].said.date().isoformat(),
        })  # fmt: skip
        yield Pattern("one_source", says, tuple(map(of_saying, some[:MOST_EVIDENCE])), history.id)
