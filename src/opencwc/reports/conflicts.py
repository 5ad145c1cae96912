"""Facts of two reports that cannot be of one happening, however alike the two are told.

A fact conflicts only where neither report speaks of what the other one gives: who names both towns or both days may
tell of one happening beside another, and an outlet that is mistaken mostly gives the right one too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time

from opencwc.language.distances import distance_km
from opencwc.reports.item import Item, is_day
from opencwc.reports.likeness import ANYWHERE, NEAR_DAYS, SPAN, family, figure_signs

NEVER_ONE: float = 24.0
"""Log-odds that a sure conflict takes off: more than words and all other facts together ever give."""
RATHER_TWO: float = -4.9
"""The most that two reports are given whose towns conflict. A town is misread at times: what is above the floor of
`likeness_model` may still be one, where other reports agree with both."""
_NEAR_KM, _FAR_KM, _MUCH_LARGER, _CITY = 30.0, 80.0, 3, 100_000
"""Towns nearer than this may be told of as one place; farther ones, where a small one is told of by the name of a city
that is much larger, or of its district."""
_LASTING = ("destruction", "inspection", "technology", "transfer")
"""Kinds that take weeks: one outlet dates the beginning, another what comes next."""
_TAKES_DAYS = ("policy",)
"""Kinds that take days, as a visit or a conference does."""
_HARM = ("harm", "goods")
_SPECIFIC = ("agents_shared", "figures_same")
_MANY_NAMES, _COPIED, _OTHER_TITLE = 0.7, 0.3, 0.37
_SAME_MATTER = 0.42
"""How near the matters of two meetings come in meaning, at least, that are one: other words for one matter come to 0.6
and more, other matters mostly to less than this."""
_SPEAK_OF_ALL = frozenset(("New York",))
"""The seat of the United Nations, by which outlets call bodies that sit elsewhere."""
OTHER_AGENTS, _OTHER_KIND, _OTHER_GOODS, _OTHER_DEED, _ABROAD = 2.0, 7.0, 8.0, 4.0, 1.0
"""What is taken off for other chemicals, another kind of thing, other goods decided on, another thing decided, and one
decided elsewhere."""


def conflict(one: Item, other: Item) -> str:
    """Return the fact by which two reports are on two happenings; empty where none conflicts."""
    if one.told.report.given is not None or other.told.report.given is not None:
        return ""
    return next((name for name, is_so in _CONFLICTS.items() if is_so(one, other)), "")


def unlike(one: Item, other: Item, facts: Mapping[str, float], texts: Mapping[str, float]) -> float:
    """Return the log-odds that are taken off two reports that share but a day and a State, or whose chemicals differ.

    A day, a State and talk of chemicals are shared by whatever happens there on that day. It takes a town, a chemical,
    a figure, names or a text in common to be one happening, where they tell of different kinds of things or of what
    is decided anywhere.
    """
    if one.told.report.given is not None or other.told.report.given is not None:
        return 0.0
    off = OTHER_AGENTS * facts.get("agents_diff", 0.0)
    if any(facts.get(name) for name in _SPECIFIC) or texts.get("names", 0.0) >= _MANY_NAMES or _is_copied(texts):
        return off
    if facts.get("kind_diff"):
        return off + _OTHER_KIND
    if not {one.told.nature.kind, other.told.nature.kind} <= set(ANYWHERE) or facts.get("place_same"):
        return off
    if facts.get("agents_diff"):
        return off + _OTHER_GOODS
    if texts.get("title_told", 0.0) < _OTHER_TITLE:
        return off + _OTHER_DEED
    return off + _ABROAD * facts.get("country_diff", 0.0)


def _is_copied(texts: Mapping[str, float]) -> bool:
    return texts.get("shingles", 0.0) > _COPIED


def _other_state(one: Item, other: Item) -> bool:
    """Each names a place in a State of its own, and neither speaks of the other's."""
    mine, theirs = one.told.place, other.told.place
    if not _are_at_places(one, other) or not mine.name or not theirs.name or mine.country == theirs.country:
        return False
    return mine.country not in other.mentioned.lands and theirs.country not in one.mentioned.lands


def _other_town(one: Item, other: Item) -> bool:
    """Each names a town of one State, far from the other's; a capital may be where somebody only speaks."""
    mine, theirs = one.told.place, other.told.place
    if not _are_at_places(one, other) or mine.country != theirs.country or not mine.point or not theirs.point:
        return False
    small, large = sorted((one.mentioned.people, other.mentioned.people))
    if not small or one.mentioned.towns & other.mentioned.towns:
        return False
    return distance_km(mine.point, theirs.point) > (_FAR_KM if large > max(_CITY, _MUCH_LARGER * small) else _NEAR_KM)


def _other_site(one: Item, other: Item) -> bool:
    """Each is of a site of a kind of its own, neither speaks of the other's, and no figure of people is the same."""
    if family(one.told.nature.kind) != "harm" or family(other.told.nature.kind) != "harm":
        return False
    mine, theirs = one.mentioned, other.mentioned
    if not mine.sites or not theirs.sites or mine.sites & theirs.all_sites or theirs.sites & mine.all_sites:
        return False
    return not figure_signs(one.told, other.told)["figures_same"]


def _other_aim(one: Item, other: Item) -> bool:
    """Two decisions of one State or body are each on a State of its own, and neither speaks of the other's."""
    if one.told.nature.kind != "policy" or other.told.nature.kind != "policy":
        return False
    own = {one.told.place.country, other.told.place.country}
    mine, theirs = one.mentioned.head_lands - own, other.mentioned.head_lands - own
    if not mine or not theirs:
        return False
    return not mine & other.mentioned.lands and not theirs & one.mentioned.lands


def _other_edition(one: Item, other: Item) -> bool:
    """Each is of its own meeting of a row: the second workshop and the third."""
    mine, theirs = one.mentioned.edition, other.mentioned.edition
    return bool(mine and theirs) and mine != theirs


def _other_meeting(one: Item, other: Item) -> bool:
    """Two meetings are on other matters, of bodies that sit in other towns, or lie more than a week apart."""
    if one.told.nature.kind != "policy" or other.told.nature.kind != "policy":
        return False
    mine, theirs = one.traits.about, other.traits.about
    if mine.size and theirs.size and float(mine @ theirs) < _SAME_MATTER:
        return True
    bodies = one.mentioned.seats - _SPEAK_OF_ALL, other.mentioned.seats - _SPEAK_OF_ALL
    if all(bodies) and not bodies[0] & bodies[1]:
        return True
    return all(item.traits.about.size or item.mentioned.edition for item in (one, other)) and _lie_apart(one, other)


def _lie_apart(one: Item, other: Item) -> bool:
    """Tell whether two reports give days that lie more than a week apart, and neither the other's."""
    if not one.days or not other.days or not (is_day(one.days) and is_day(other.days)):
        return False
    named = one.days[0] in other.mentioned.days or other.days[0] in one.mentioned.days
    return not named and abs(one.days[0] - other.days[0]) > SPAN


def _are_at_places(one: Item, other: Item) -> bool:
    return not {one.told.nature.kind, other.told.nature.kind} & set(ANYWHERE)


def _other_day(one: Item, other: Item) -> bool:
    """The one was published before the day that the other gives for something new."""
    if not one.days or not other.days or not (is_day(one.days) and is_day(other.days)) or one.days == other.days:
        return False
    first, then = sorted((one.days[0], other.days[0]))
    earlier, later = (one, other) if one.days[0] == first else (other, one)
    if not _may_differ_by(then - first, one, other) or not _is_news(later):
        return False
    came_before = earlier.told.report.published < _midnight_of(later, then)
    return came_before and (later.again or first not in later.mentioned.days)


def _may_differ_by(days: int, one: Item, other: Item) -> bool:
    """Tell whether so many days lie between two happenings of these kinds, and not within one."""
    kinds = {one.told.nature.kind, other.told.nature.kind}
    return kinds.isdisjoint(_LASTING) and (days > NEAR_DAYS or kinds.isdisjoint(_TAKES_DAYS))


def _is_news(item: Item) -> bool:
    """Tell whether a report tells of a happening itself, soon after it, and not of what follows on one."""
    published = item.told.report.published.date().toordinal()
    fresh = item.days is not None and 0 <= published - item.days[0] <= NEAR_DAYS
    told_as_new = item.again or not item.mentioned.follows
    return fresh and told_as_new and item.told.nature.stage in ("reported", "alleged")


def _midnight_of(item: Item, day: int) -> datetime:
    """Return when a day began where a report was written."""
    published = item.told.report.published
    return datetime.combine(date.fromordinal(day), time(), published.tzinfo)


def _drill(one: Item, other: Item) -> bool:
    """The one is an exercise, the other harm or a theft on another day."""
    exercises = [item.told.nature.kind == "other" and item.mentioned.drill for item in (one, other)]
    real = other if exercises[0] else one
    if exercises[0] == exercises[1] or family(real.told.nature.kind) not in _HARM:
        return False
    if not one.days or not other.days:
        return False
    return one.days[1] < other.days[0] or other.days[1] < one.days[0]


_CONFLICTS: Mapping[str, Callable[[Item, Item], bool]] = {
    "state": _other_state,
    "town": _other_town,
    "day": _other_day,
    "drill": _drill,
    "site": _other_site,
    "aim": _other_aim,
    "edition": _other_edition,
    "meeting": _other_meeting,
}
"""What tells whether a fact of two reports conflicts, in the order in which they are asked."""
