"""Whether the days and times of a claim are those of the record."""

from __future__ import annotations

from datetime import date, timedelta

from opencwc.claims.aspects.sides import Compared, Sides, pattern, plain
from opencwc.claims.details import Details
from opencwc.reports.model import Span


def date_signs(sides: Sides) -> Compared:
    """Return the signs of this aspect, and the words that differ."""
    claim, statement = sides.claim, sides.statement
    fits = conflict = 0.0
    held = [stretch(one.text) for one in statement.dates]
    whole = [(min(first for first, _ in held), max(last for _, last in held))] if len(held) == 2 else []
    differing = None
    for one in claim.dates:
        first, last = stretch(one.text)
        if any(first <= until and since <= last for since, until in (*held, *whole)):
            fits += 1
        elif held:
            apart = min(abs((first - since).days) for since, _ in held)
            said = _is_of_speech(claim, one.start, one.end)
            weight = (1.0 if apart < 400 else 0.4) * (0.4 if said else 1.0)
            if weight > conflict:
                conflict, differing = weight, one
    times = bool(claim.times and statement.times)
    time_fits = times and any(mine.fits(theirs) for mine in claim.times for theirs in statement.times)
    signs = {
        "date_fits": min(fits, 2) / 2, "date_conflict": conflict, "date_told": float(bool(claim.dates)),
        "date_held": float(bool(statement.dates)), "time_fits": float(time_fits),
        "time_conflict": float(times and not time_fits),
        "time_exact_conflict": float(
            times and not time_fits and any(one.exact for one in claim.times) and any(o.exact for o in statement.times)
        ),
    }  # fmt: skip
    mine = [Span(differing.start, differing.end)] if differing else []
    theirs = [Span(one.start, one.end) for one in statement.dates] if differing else []
    if times and not time_fits:
        mine += [Span(one.start, one.end) for one in claim.times]
        theirs += [Span(one.start, one.end) for one in statement.times]
    return Compared(signs, tuple(mine), tuple(theirs))


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


def _is_of_speech(details: Details, start: int, end: int) -> bool:
    """Tell whether a day stands by a verb of saying: then it is mostly the day on which it was said."""
    near = plain(details)[max(0, start - 22) : end + 22]
    return pattern("according", details.lang).search(near) is not None
