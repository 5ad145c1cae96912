"""Claims counted by event, or by who says them: how many stand how to the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from types import MappingProxyType

from opencwc.claims.claim_matching import HeldReport
from opencwc.claims.speakers import speaker_of, speaker_said
from opencwc.reports.summaries import summaries_of
from opencwc.reports.watched import Watched
from opencwc.wording import say

RELATIONS = ("differs", "agrees", "not_in_record")
COLUMNS = MappingProxyType({
    "name": "claims_column_group", "claims": "claims_report_claims",
    **{relation: f"verdict_{relation}" for relation in RELATIONS}, "outlets": "claims_column_outlets",
})  # fmt: skip
"""The columns of a count, each with the message of its heading."""


def counted(held: Sequence[HeldReport], watched: Watched, by: str, lang: str, least: float) -> list[tuple[str, ...]]:
    """Return a line a group, those with the most claims that differ first; ``by`` is ``event`` or ``speaker``."""
    headline = {summary.id: say(summary.headline, lang) for summary in summaries_of(watched)}
    lines = {line.told.report.row: line for line in watched.lines}
    counts: dict[str, Counter[str]] = {}
    outlets: dict[str, set[str]] = {}
    for one in held:
        line = lines[one.report.row]
        for claim in one.claims:
            if not claim.relation or claim.checkworthy < least:
                continue
            if by == "event":
                name = headline.get(line.event) or say("claims_on_no_event", lang)
            else:
                name = speaker_said(speaker_of(claim.sentence, claim.lang, one.report), lang)
            counts.setdefault(name, Counter())[claim.relation] += 1
            outlets.setdefault(name, set()).add(one.report.source or one.report.id)
    names = sorted(counts, key=lambda name: (-counts[name]["differs"], -counts[name].total(), name))
    return [
        (name, *map(str, (counts[name].total(), *(counts[name][one] for one in RELATIONS), len(outlets[name]))))
        for name in names
    ]
