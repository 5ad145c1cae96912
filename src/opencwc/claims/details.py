"""What a sentence says that can be compared with another one: numbers, days, times, places, chemicals, words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from opencwc.claims.daytimes import DayTime, find_times
from opencwc.claims.quantities import Quantity, find_quantities
from opencwc.claims.words import Words, words_of
from opencwc.language.dates import FoundDate, find_dates
from opencwc.language.gazetteer import Named, the_gazetteer
from opencwc.language.plain_text import plain_text
from opencwc.reports.agents import named_agents
from opencwc.reports.model import Span

if TYPE_CHECKING:
    from opencwc.language.encoders import Encoder


class Details(NamedTuple):
    """What a sentence says; all places count from its beginning. ``source`` is whose statement it is, where known."""

    text: str
    lang: str
    quantities: tuple[Quantity, ...]
    dates: tuple[FoundDate, ...]
    times: tuple[DayTime, ...]
    places: tuple[Named, ...]
    agents: tuple[tuple[str, Span], ...]
    words: Words
    source: str = ""


def details_of(text: str, lang: str, today: date, encoder: Encoder, source: str = "") -> Details:
    """Return what a sentence says; days without a year are the latest up to ``today``."""
    plain = plain_text(text, lang)
    dates = find_dates(text, lang, today)
    times = find_times(plain, lang)
    taken = [*(Span(one.start, one.end) for one in dates), *(Span(one.start, one.end) for one in times)]
    quantities = find_quantities(plain, lang, taken)
    agents = named_agents(text)
    taken += [Span(one.start, one.end) for one in quantities]
    return Details(
        text, lang, tuple(quantities), tuple(dates), tuple(times), tuple(the_gazetteer().named(text)), tuple(agents),
        words_of(text, lang, taken, encoder), source,
    )  # fmt: skip
