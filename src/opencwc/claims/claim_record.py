"""A claim as a plain record: who says what about what, when, where, with which chemicals and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from opencwc.claims.daytimes import DAY, DayTime
from opencwc.claims.model import ClaimRecord
from opencwc.claims.sentence_details import Details
from opencwc.reports.actors import bodies_in


def laid_out(details: Details) -> ClaimRecord:
    """Return what a sentence claims, in words of its own where there is no plainer form."""
    return ClaimRecord(
        who=_once(details.text[slice(*span)] for _, span in bodies_in(details.text, details.lang)),
        what=" ".join(details.text.split()),
        when=_once([*(one.text for one in details.dates), *map(_clock, details.times)]),
        where=_once(_places(details)),
        agents=_once(name for name, _ in details.agents),
        numbers=_once(details.text[one.start : one.end] for one in details.quantities if not one.article),
    )


def as_text(record: ClaimRecord) -> str:
    """Return a claim record on one line: ``who: ...; what: ...``; what is not told is left out."""
    parts = ((name, value if isinstance(value, str) else ", ".join(value)) for name, value in record._asdict().items())
    return "; ".join(f"{name}: {value}" for name, value in parts if value)


def _places(details: Details) -> Iterator[str]:
    for one in details.places:
        if not one.seat and not (one.ordinary or one.frequent):
            spot = one.spots[0]
            yield f"{spot.name} ({spot.country})" if spot.sort == "town" else spot.name or spot.country


def _clock(time: DayTime) -> str:
    def said(minutes: int) -> str:
        return f"{minutes % DAY // 60:02}:{minutes % 60:02}"

    return said(time.first) if time.exact else f"{said(time.first)}/{said(time.last)}"


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for text in texts:
        found.setdefault(text.casefold(), text)
    return tuple(text for text in found.values() if text)
