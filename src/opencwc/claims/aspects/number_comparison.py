"""Whether the numbers of a claim are those of the record: compared with what counts the same.

A number that the record has in another form agrees: a share of two of its numbers, the sum or the difference of two,
the days from its first to its last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

import numpy as np

from opencwc.claims.aspects.compared_sides import Compared, Sides, plain
from opencwc.claims.aspects.date_comparison import stretch
from opencwc.claims.aspects.people_by_fate import PeopleNumber, people_by_fate
from opencwc.claims.quantities import Quantity, is_of_nothing
from opencwc.claims.sentence_details import Details
from opencwc.language.plain_text import plain_text
from opencwc.reports.model import Span

_WINDOW = 34
"""Characters around a number whose words say what it counts."""
_BESIDE = 22
_SMALL = 5
"""Up to here two numbers are often the same by chance."""
_ALIKE = 0.5
_MEASURED = frozenset(["kg", "L", "m", "m2", "days", "money", "%", "ppm", "degrees"])
"""Units by which two numbers of one event are mostly told of one thing."""
_MOST_NUMBERS = 12
_WORD, _BOTH = 14, 2.0
_WHOLE = re.compile(
    r"(?:\ball(?: of)?(?: the)?|\btou(?:s|tes)(?: les)?|\btod[oa]s(?: l[oa]s)?|(?<!\w)вс(?:е|ех|ем|еми)"
    r"|(?:جميع|كل|كافة)(?: ال)?|全部|所有|全|整)\s*$"
)
_BOTH_WORDS = re.compile(r"\bboth\b|\bambos\b|\bambas\b|\bоб(?:а|е|оих|еих)\b|معا|كلا|كلتا|都")
_OF_THE = re.compile(
    r"\s*(?:\w+ )?(?:of(?: (?:the|its|their|those))?|des|sur(?: les)?|d['’]entre(?: les)?|de (?:l[oa]s|ses|leurs|sus)"
    r"|из(?: \w+)?|من(?: اصل| بين)?(?: ال)?|中的?|里)\s*(?:\w+ )?(?:ال)?"
)
"""What stands between a part and the whole that it is of."""


def number_signs(sides: Sides) -> Compared:
    """Return the signs of this aspect, and the words that differ."""
    claim, statement = sides.claim, sides.statement
    mine = [one for one in claim.quantities if not one.article][:_MOST_NUMBERS]
    theirs = [one for one in statement.quantities if not one.article][:_MOST_NUMBERS]
    of_people = _people_conflicts(claim, statement)
    borne = _borne_numbers(mine, claim, theirs, statement, [one.span for one, _ in of_people])
    used = list(borne.values())
    counted_too = [one for one in statement.quantities[:_MOST_NUMBERS] if not one.article or one.unit == "people"]
    derived = list(_derived(counted_too, statement, claim))
    conflict, extra, differing = 0.0, 0, None
    same_unit = 0.0
    for place, one in enumerate(mine):
        if place in borne or any(_is_derived(one, other) for other in derived):
            continue
        left = [other for other in theirs if other not in used]
        likely = [(like, other) for other in left if (like := _counts_alike(one, claim, other, statement)) > 0]
        if not likely:
            extra += 1
            continue
        like, other = max(likely, key=lambda pair: pair[0])
        if like > conflict:
            conflict, differing = like, (one, other)
            same_unit = float(one.unit == other.unit != "")
    fates = people_by_fate(claim).keys() & people_by_fate(statement).keys()
    held_units = {one.unit for one in statement.quantities} | ({"days"} if statement.days else set[str]())
    none_here, none_there = is_of_nothing(plain(claim), claim.lang), is_of_nothing(plain(statement), statement.lang)
    signs = {
        "number_agrees": min(len(borne), 2) / 2, "number_conflict": conflict, "number_unit": same_unit,
        "number_measured": same_unit * float(differing is not None and differing[0].unit in _MEASURED),
        "number_told": float(conflict > 0), "number_alone": float(conflict > 0 and len(mine) == 1),
        "number_extra": min(extra, 2) / 2, "number_none": float(not mine),
        "none_here": float(none_here and not none_there and not conflict and bool(theirs)),
        "none_there": float(none_there and not none_here and not conflict and bool(claim.quantities)),
        "number_people": float(bool(of_people)),
        "number_nobody": float(any(min(one.high, other.high) == 0 for one, other in of_people)),
        "number_people_same": float(not of_people and bool(fates)),
        "number_whole": float(_is_whole(claim, statement) or _is_whole(statement, claim)),
        "number_new_unit": float(any(one.unit in _MEASURED and one.unit not in held_units for one in mine)),
    }  # fmt: skip
    if of_people:
        return Compared(signs, tuple(one.span for one, _ in of_people), tuple(other.span for _, other in of_people))
    if differing is None:
        return Compared(signs)
    one, other = differing
    return Compared(signs, (Span(one.start, one.end),), (Span(other.start, other.end),))


def _is_whole(one: Details, other: Details) -> bool:
    """Tell whether one side says it of all where the other has a part: both, one of the two."""
    whole = {number.low for number in one.quantities if _WHOLE.search(_ahead_of(number, one))}
    whole |= {2.0 for number in one.quantities if number.low == number.high == _BOTH and _is_both(number, one)}
    parts = {after.low for before, after in pairwise(other.quantities) if _is_part(before, after, other)}
    return bool(whole & parts)


def _is_both(number: Quantity, details: Details) -> bool:
    return (
        _BOTH_WORDS.search(plain_text(details.text[number.start : number.end + _WORD], details.lang).text) is not None
    )


def _ahead_of(number: Quantity, details: Details) -> str:
    return plain_text(details.text[max(0, number.start - _WORD) : number.start], details.lang).text


def _is_part(part: Quantity, whole: Quantity, details: Details) -> bool:
    """Tell whether a number is told as a part of the next one: three of the five."""
    between = plain_text(details.text[part.end : whole.start], details.lang).text
    return part.high < whole.low and _OF_THE.fullmatch(between) is not None


def _people_conflicts(claim: Details, statement: Details) -> list[tuple[PeopleNumber, PeopleNumber]]:
    """Return of whom a claim and a statement tell another number, each by what became of them."""
    mine, theirs = people_by_fate(claim), people_by_fate(statement)
    return [(mine[sort], theirs[sort]) for sort in mine if sort in theirs and mine[sort].contradicts(theirs[sort])]


def _borne_numbers(
    mine: Sequence[Quantity], claim: Details, theirs: Sequence[Quantity], statement: Details, refuted: Sequence[Span]
) -> dict[int, Quantity]:
    """Return by their places the numbers of a claim that the record bears out, each with that of the record.

    What is told of people otherwise is borne out by no number that tells what became of others.
    """
    of_fates = {number for told in people_by_fate(statement).values() for number in told.numbers}
    of_none = [one for one in theirs if one not in of_fates]
    borne = {
        place: _borne_by(one, claim, of_none if Span(one.start, one.end) in refuted else theirs, statement)
        for place, one in enumerate(mine)
    }
    return {place: number for place, number in borne.items() if number is not None}


def _borne_by(one: Quantity, claim: Details, theirs: Sequence[Quantity], statement: Details) -> Quantity | None:
    """Return the number of the record that bears one out: of small ones only where they count what is alike."""
    fitting = [
        (_counts_alike(one, claim, other, statement), other)
        for other in theirs
        if (one.fits(other) and _may_be_one(one, other)) or _is_said_alike(one, other)
    ]
    like, other = max(fitting, key=lambda pair: pair[0], default=(0.0, None))
    if other is None:
        return None
    if one.low <= _SMALL and not (one.unit and one.unit == other.unit):
        rivals = [_counts_alike(one, claim, rival, statement) for rival in theirs if not one.fits(rival)]
        if rivals and max(rivals) > max(like, _ALIKE) + 0.1:
            return None
    return other


def _is_said_alike(one: Quantity, other: Quantity) -> bool:
    """Tell whether two numbers are one in words, where one side leaves out its unit: he is 52, 52 years old."""
    return "" in (one.unit, other.unit) and one.unit != other.unit and one.said == other.said > _SMALL


def _may_be_one(one: Quantity, other: Quantity) -> bool:
    units = {one.unit, other.unit}
    return len(units) == 1 or "" in units


def _derived(theirs: Sequence[Quantity], statement: Details, claim: Details) -> Iterator[Quantity]:
    """Yield what follows from the numbers and days of the record: shares, sums, differences, how long it lasted."""
    exact = [one for one in theirs if one.low == one.high]
    for one, other in combinations(exact, 2):
        small, large = sorted((one, other), key=lambda each: each.low)
        if one.unit == other.unit and small.low > 0 and (one.unit or _same_is_counted(one, other, statement)):
            yield _of(one.low + other.low, one.unit)
            yield _of(large.low - small.low, one.unit)
            if one.unit in ("", "people"):
                yield _of(100 * small.low / large.low, "%")
        elif "" in (one.unit, other.unit) or {one.unit, other.unit} & {"drums", "cylinders", "bags", "bottles"}:
            yield _of(
                one.low * other.low,
                one.unit if other.unit in ("", "drums", "cylinders", "bags", "bottles") else other.unit,
            )
            if {one.unit, other.unit} <= {"", "people"} and small.low > 0 and _same_is_counted(one, other, statement):
                yield _of(100 * small.low / large.low, "%")
                yield _of(large.low - small.low, "people")
                yield _of(one.low + other.low, "people")
    for one in exact:
        if one.unit in ("money", "kg", "people"):
            yield _of(one.low / 2, one.unit)
    ends = [stretch(one.text) for one in statement.dates] + [stretch(one.text) for one in claim.dates]
    for (first, last), (since, until) in combinations(sorted(ends), 2):
        yield _of(abs((since - first).days), "days")
        yield _of(abs((until - last).days) + 1, "days")
        if first != last or since != until:
            shortest, longest = max(0, (since - last).days), (until - first).days + 1
            yield Quantity(shortest, longest, "days", 0, 0)
    for first, last in ends:
        if 1 < (last - first).days + 1 < 60:
            yield _of((last - first).days + 1, "days")


def _same_is_counted(one: Quantity, other: Quantity, details: Details) -> bool:
    """Tell whether two numbers of a sentence, neither with a unit, count the same: the second mostly leaves it out."""
    words = details.words.vectors
    mine, theirs = _beside(one, details), _beside(other, details)
    return not (mine and theirs) or float((words[mine] @ words[theirs].T).max()) > _ALIKE


def _of(value: float, unit: str) -> Quantity:
    return Quantity(value, value, unit, 0, 0)


def _is_derived(one: Quantity, other: Quantity) -> bool:
    if one.unit != other.unit and not ({one.unit, other.unit} <= {"", "people"}):
        return False
    return (one.low > _SMALL or one.unit in ("days", "people", "kg", "%")) and one.fits(other)


def _counts_alike(mine: Quantity, claim: Details, theirs: Quantity, statement: Details) -> float:
    """Return how alike what two numbers count is, from 0 (another unit) to 1."""
    units = {mine.unit, theirs.unit}
    if len(units) > 1 and "" not in units:
        return 0.0
    heads = _nearest(_beside(mine, claim), claim, _beside(theirs, statement), statement)
    around = _near(_around(mine, claim), claim, _around(theirs, statement), statement)
    near = max(0.5 * heads + 0.5 * around, around)
    if len(units) == 1 and mine.unit:
        return max(0.35, near) if mine.unit == "people" else max(0.6, near)
    if len(units) > 1 and not units & {"people", "drums", "cylinders", "bags", "bottles", "%"}:
        near *= 0.6  # a measure and a count
    return max(near, 0.05)


def _nearest(first: Sequence[int], claim: Details, second: Sequence[int], statement: Details) -> float:
    if not first or not second:
        return 0.0
    return float((claim.words.vectors[list(first)] @ statement.words.vectors[list(second)].T).max())


def _near(first: Sequence[int], claim: Details, second: Sequence[int], statement: Details) -> float:
    if not first or not second:
        return 0.0
    table = claim.words.vectors[list(first)] @ statement.words.vectors[list(second)].T
    return float(np.mean(np.sort(table.max(axis=1))[-2:]))


def _beside(number: Quantity, details: Details) -> list[int]:
    """Return the words right behind a number."""
    behind = [
        place for place, span in enumerate(details.words.spans) if number.end <= span.start <= number.end + _BESIDE
    ]
    if details.lang == "zh":
        return [place for place in behind if details.words.spans[place].start <= number.end + 3]
    return behind[:2]


def _around(number: Quantity, details: Details) -> list[int]:
    """Return the words near a number, behind it first."""
    return [
        place for place, span in enumerate(details.words.spans)
        if number.end <= span.start <= number.end + _WINDOW or number.start - _WINDOW / 2 <= span.end <= number.start
    ]  # fmt: skip
