"""All patterns of a run: in the histories of claims, among the reports, and in their pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opencwc.claims.claim_histories import History
from opencwc.claims.model import Statement
from opencwc.claims.patterns.model import KINDS, Pattern
from opencwc.claims.patterns.near_copies import bursts_of_near_copies
from opencwc.claims.patterns.number_after_correction import numbers_after_correction
from opencwc.claims.patterns.old_pictures import ReportPicture, old_pictures
from opencwc.claims.patterns.one_source import one_source_behind
from opencwc.custody.pictures.seen import SeenPictures
from opencwc.reports.model import Report


def find_patterns(
    histories: Sequence[History],
    reports: Mapping[str, Report],
    statements: Mapping[str, Statement],
    origins: Mapping[str, str],
    pictures: Sequence[ReportPicture] = (),
    seen: Sequence[SeenPictures] = (),
) -> list[Pattern]:
    """Return the patterns, by kind and then by the day of the first of what they rest on.

    ``origins`` are those that `opencwc.reports.watched` found, by report; empty for a report on no event.
    """
    found = [
        *(pattern for history in histories for pattern in numbers_after_correction(history, statements)),
        *(pattern for history in histories for pattern in one_source_behind(history, origins)),
        *bursts_of_near_copies(reports.values()),
        *old_pictures(pictures, reports, seen),
    ]
    return sorted(found, key=lambda pattern: (KINDS.index(pattern.kind), pattern.evidence[0].made, pattern.id))
