"""Whether the days and times of a claim are those of the record."""

from __future__ import annotations

from datetime import date, timedelta

from opencwc.claims.aspects.compared_sides import Compared, Sides, pattern, plain
from opencwc.claims.aspects.contraries import are_contrary
from opencwc.claims.date_spans import Stretch, edge_words
from opencwc.claims.day_offsets import Offset, days_between
from opencwc.claims.sentence_details import Details
from opencwc.reports.model import Span

_LONG, _AGES = 400, 7_000
"""Days apart from which on another event is likely meant, or a war long ago."""


def date_signs(sides: Sides) -> Compared:
    """Return the signs of this aspect, and the words that differ."""
    claim, statement = sides.claim, sides.statement
    fits = [one for one in claim.days if any(one.meets(other) for other in statement.days)]
    same_day = any(one.day and any(other.day and one.meets(other) for other in statement.days) for one in fits)
    conflict, differing = 0.0, None
    for one in claim.days:
        if one not in fits and statement.days:
            weight = _weight(one, claim, statement) * (0.4 if same_day else 1.0)
            if weight > conflict:
                conflict, differing = weight, one
    offset = _other_offset(claim, statement)
    conflict = max(conflict, 1.0 if offset else 0.0)
    times = bool(claim.times and statement.times)
    time_fits = times and any(mine.fits(theirs) for mine in claim.times for theirs in statement.times)
    signs = {
        "date_edge": float(_is_other_edge(claim, statement)), "date_late": float(are_contrary("timely", sides)),
        "date_fits": float(bool(fits)), "date_conflict": conflict, "time_fits": float(time_fits),
        "time_conflict": float(times and not time_fits),
        "time_exact_conflict": float(
            times and not time_fits and any(one.exact for one in claim.times) and any(o.exact for o in statement.times)
        ),
    }  # fmt: skip
    mine = [Span(differing.start, differing.end)] if differing else []
    theirs = [Span(one.start, one.end) for one in statement.days] if differing else []
    if offset:
        mine.append(Span(offset.start, offset.end))
        theirs = [Span(one.start, one.end) for one in statement.offsets or statement.days]
    if times and not time_fits:
        mine += [Span(one.start, one.end) for one in claim.times]
        theirs += [Span(one.start, one.end) for one in statement.times]
    return Compared(signs, tuple(mine), tuple(theirs))


def _other_offset(claim: Details, statement: Details) -> Offset | None:
    """Return the first offset from an untold day that is none between what the statement tells."""
    held = days_between(statement.days, statement.offsets)
    mine = (one for one in claim.offsets if not one.anchored)
    return next((one for one in mine if held and not any(one.fits(days) for days in held)), None)


def stretch(text: str) -> tuple[date, date]:
    """Return the first and last day of a date as precise as it is."""
    if len(text) == 10:
        day = date.fromisoformat(text)
        return day, day
    year, month = int(text[:4]), int(text[5:7] or 0)
    if not month:
        return date(year, 1, 1), date(year, 12, 31)
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), following - timedelta(days=1)


def _weight(one: Stretch, claim: Details, statement: Details) -> float:
    """Return how surely a day that the record does not have contradicts it.

    Less so a day far off, or one on which it was said: fresh, or that on which the statement was made.
    """
    held = statement.days
    apart = min(max((one.first - other.last).days, (other.first - one.last).days) for other in held)
    far = 0.3 if apart > _AGES else 0.7 if apart > _LONG and not one.year else 1.0
    finer = 1.0 if one.day or not any(other.day for other in held) or not one.year else 0.8
    told = one.fresh or one.first <= statement.today <= one.last
    return far * finer * (0.4 if told and _is_of_speech(claim, one.start, one.end) else 1.0)


def _is_other_edge(claim: Details, statement: Details) -> bool:
    """Tell whether a claim has begin or end within what the statement has last from a day to a day."""
    spans = [one for one in statement.days if one.is_range]
    words, text = edge_words(claim.lang), plain(claim)
    begins, ends = (pattern.search(text) is not None for pattern in words)
    if len(spans) != 1 or begins == ends:
        return False
    edge = spans[0].first if begins else spans[0].last
    inside = [one for one in claim.days if one.day and one.first == one.last and one.meets(spans[0])]
    return bool(inside) and all(one.first != edge for one in inside)


def _is_of_speech(details: Details, start: int, end: int) -> bool:
    """Tell whether a day stands by a verb of saying: then it is mostly the day on which it was said."""
    around = 6 if details.lang == "zh" else 22
    near = plain(details)[max(0, start - around) : end + around]
    return pattern("according", details.lang).search(near) is not None
