"""A report ready to be compared with others: what it tells, its traits, and what else it names."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opencwc.language.plain_text import plain_text
from opencwc.language.sentences import sentences_in
from opencwc.reports.harm.lists import listed
from opencwc.reports.meetings import meeting_of
from opencwc.reports.model import Date, Told
from opencwc.reports.sites import sites_in
from opencwc.reports.when import dates_of, follows, happened_before, head_of
from opencwc.reports.where import names_of_places, seats_named

if TYPE_CHECKING:
    from opencwc.reports.traits import Traits


_FIRST, _READ = 600, 3_000
"""Signs in which the first sentence ends, and those in which sites are sought."""


class Mentioned(NamedTuple):
    """What a report names, whether or not that is its event's: the States that its names may be of, towns and days.

    ``towns`` are those of the event's State but its capital, by their English names; ``people`` is how many live in
    the event's place, 1 where that is not known, 0 where it is no town or the capital; ``days`` are ordinals.
    ``drill`` and ``follows`` say that the title or the first sentence speaks of an exercise, or of what follows on
    something told before. ``sites`` are the kinds of sites in title and first sentence, ``all_sites`` those
    anywhere; ``head_lands`` the States in title and first sentence. ``edition`` is the how-manieth meeting it is, 0
    where that is not said; ``seats`` where the bodies sit that the title names.
    """

    lands: frozenset[str] = frozenset()
    towns: frozenset[str] = frozenset()
    days: frozenset[int] = frozenset()
    people: int = 0
    drill: bool = False
    follows: bool = False
    sites: frozenset[str] = frozenset()
    all_sites: frozenset[str] = frozenset()
    head_lands: frozenset[str] = frozenset()
    edition: int = 0
    seats: frozenset[str] = frozenset()


class Item(NamedTuple):
    """A report with what it tells and its signs; ``days`` are the first and last day that its date may mean.

    ``again`` says that it happened before.
    """

    told: Told
    traits: Traits
    days: tuple[int, int] | None
    again: bool = False
    mentioned: Mentioned = Mentioned()

    @property
    def order(self) -> tuple[float, str]:
        """By which reports are sorted, whatever the order in which they came."""
        return self.told.report.published.timestamp(), self.told.report.id


def item_of(told: Told, traits: Traits) -> Item:
    """Return a report ready to be compared."""
    return Item(told, traits, days_of(told.date), happened_before(told.report.plain, told.lang), _mentioned(told))


def days_of(told: Date) -> tuple[int, int] | None:
    """Return the first and last day of a date, as ordinals; ``None`` where there is none.

    >>> from opencwc.reports.model import Date
    >>> days_of(Date("2024-02", "month"))[1] - days_of(Date("2024-02", "month"))[0]
    28
    """
    if not told.text:
        return None
    parts = [int(part) for part in told.text.split("-")]
    try:
        first = date(*[*parts, 1, 1][:3])
    except ValueError:
        return None
    if len(parts) == 3:
        return first.toordinal(), first.toordinal()
    after = date(first.year + 1, 1, 1) if len(parts) == 1 else (first + timedelta(days=31)).replace(day=1)
    return first.toordinal(), after.toordinal() - 1


def is_day(days: tuple[int, int]) -> bool:
    """Tell whether a date is a single day."""
    return days[0] == days[1]


def _mentioned(told: Told) -> Mentioned:
    report, country = told.report.plain, told.place.country
    if not told.nature.kind or report.given is not None:
        return Mentioned()
    spots = [spot for named in names_of_places(report) for spot in named.spots]
    towns = [spot for spot in spots if spot.sort == "town" and spot.country == country]
    days = dates_of(report, told.lang, ahead=told.nature.stage == "planned")
    head = head_of(report, told.lang)
    ends = report.body_at + next(iter(sentences_in(report.text[:_FIRST])), (0, 0))[1]
    in_head = (named.spots[0] for named in names_of_places(report) if named.end <= ends)
    beginning = plain_text(report.whole[:_READ], told.lang).text
    meeting = meeting_of(told)
    return Mentioned(
        frozenset(spot.country for spot in spots),
        frozenset(spot.name for spot in towns if not spot.capital),
        frozenset(found.first.toordinal() for found in days if found.precision == "day"),
        max((max(1, spot.people) for spot in towns if spot.point == told.place.point and not spot.capital), default=0),
        listed("exercise", told.lang).search(head) is not None,
        follows(report, told.lang) or listed("correction", told.lang).search(head) is not None,
        sites_in(head, told.lang),
        sites_in(beginning, told.lang),
        frozenset(spot.country for spot in in_head if spot.sort in ("state", "people")),
        meeting.edition,
        seats_named(report.title) if any(meeting) else frozenset(),
    )
