"""Aggregate national data: what a State as a whole produced, processed, consumed, imported and exported.

Of each Schedule 2 chemical all five (VA VII.1), of each Schedule 3 chemical what was produced, imported and exported
(VA VIII.1), in the year before, with import and export by State.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from opencwc.declarations.books import NONE, Books
from opencwc.declarations.law import DECLARED, Law
from opencwc.declarations.model import Due, LeftOut, Line
from opencwc.declarations.phrases import amount, by_reading
from opencwc.declarations.schedule_1 import MOVED, direction_of
from opencwc.finding import Message

RULES_OF = {"S2": ("s2-aggregate", "s2-past"), "S3": ("s3-aggregate", "s3-past")}
"""What aggregate national data rest on, and until when they are due (VA VII.2(b), VA VIII.2(b))."""
QUANTITIES = {"S2": ("produce", "process", "consume", "import", "export"), "S3": ("produce", "import", "export")}


def aggregates(books: Books, law: Law, year: int) -> Iterator[Due]:
    """Yield the declarations of aggregate national data that fall due in a year, one a chemical."""
    for (country, regime, key), sums in sorted(national_sums(books, law, year - 1).items()):
        chemical = books.chemicals[key]
        rule = DECLARED[chemical.group][0]
        limit = NONE if law.reading("aggregate-threshold") == "any" else law.kg(rule)
        above = {activity: kg for activity, kg in sums.items() if limit is not None and kg > limit}
        if not above:
            continue
        most = max(above, key=lambda activity: (above[activity], activity))
        why = Message(
            "declare_why_aggregate" if limit else "declare_why_aggregate_any",
            {
                "chemical": books.named(key), "entry": chemical.entry, "year": str(year - 1),
                "amounts": _in_a_row(
                    Message(f"declare_amount_{activity}", {"amount": amount(sums[activity])})
                    for activity in QUANTITIES[regime] if activity in sums
                ),
                "limit": amount(limit or NONE), "source": "VA VII.1" if regime == "S2" else "VA VIII.1",
            },
        )  # fmt: skip
        yield Due(
            "", "", books.name(key), chemical.entry, regime, "aggregate", year - 1,
            law.due(RULES_OF[regime][1], year), "", False,
            by_reading(why, ("aggregate-threshold",), law), key, above[most], RULES_OF[regime], country,
        )  # fmt: skip


def _in_a_row(amounts: Iterable[Message]) -> Message:
    """Return what was done of a chemical as one part of a sentence, with "and" before the last."""
    *others, last = amounts
    if not others:
        return last
    first, *others = others
    for other in others:
        first = Message("declare_amounts_further", {"amounts": first, "other": other})
    return Message("declare_amounts_last", {"amounts": first, "last": last})


def left_out(books: Books, law: Law, year: int, bound: Callable[[str], bool]) -> LeftOut:
    """Return what the aggregate national data that fall due in a year leave out; ``bound`` tells a State Party."""
    below = sum(
        not any(_is_above(kg, law, books.chemicals[key].group) for kg in sums.values())
        for (country, _, key), sums in national_sums(books, law, year - 1).items()
        if bound(country)
    )
    counted = {line.activity.row for line in books.counted}
    mixtures = {
        (country, line.chemical.key)
        for country, _, line in _declared_lines(books, books.lines, year - 1)
        if line.activity.row not in counted and bound(country)
    }
    return LeftOut(
        below if law.reading("aggregate-threshold") == "above" else 0,
        len(mixtures) if law.reading("aggregate-mixtures") == "left-out" else 0,
    )


def _is_above(kg: Decimal, law: Law, group: str) -> bool:
    limit = law.kg(DECLARED[group][0])
    return limit is not None and kg > limit


def national_sums(books: Books, law: Law, of: int) -> Mapping[tuple[str, str, str], Mapping[str, Decimal]]:
    """Return the sums of a year by State, regime and chemical, then by activity, in kg.

    Applies s2-aggregate (VA VII.1) and s3-aggregate (VA VIII.1).
    """
    sums: dict[tuple[str, str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for country, counted, (activity, chemical) in _national_lines(books, law, of):
        sums[country, chemical.regime, chemical.key][counted] += activity.content
    return sums


def partner_sums(books: Books, law: Law, of: int) -> Mapping[tuple[str, str, str], Mapping[tuple[str, str], Decimal]]:
    """Return the imports and exports of a year by State, regime and chemical, then by direction and partner, in kg.

    They add up to what `national_sums` gives; the partner is empty where a line names none.
    """
    sums: dict[tuple[str, str, str], dict[tuple[str, str], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for country, counted, (activity, chemical) in _national_lines(books, law, of):
        if counted in MOVED:
            sums[country, chemical.regime, chemical.key][counted, activity.partner] += activity.content
    return sums


def _national_lines(books: Books, law: Law, of: int) -> Iterator[tuple[str, str, Line]]:
    """Yield each line that aggregate national data of a year count, with its State and what it counts as."""
    return _declared_lines(books, books.lines if law.reading("aggregate-mixtures") == "counted" else books.counted, of)


def _declared_lines(books: Books, lines: Iterable[Line], of: int) -> Iterator[tuple[str, str, Line]]:
    for line in lines:
        activity, chemical = line
        if activity.year != of or activity.planned or chemical.regime not in QUANTITIES:
            continue
        moved = direction_of(books, activity.activity, activity.partner, activity.site, activity.plant)
        counted = moved or activity.activity
        if counted in QUANTITIES[chemical.regime] and activity.content:
            yield books.country(activity.site, activity.plant), counted, line


def by_partner(books: Books, of: int, key: str) -> Mapping[tuple[str, str], Decimal]:
    """Return what was imported and exported of a chemical in a year, by direction and partner, in kg."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for activity, chemical in books.lines:
        moved = direction_of(books, activity.activity, activity.partner, activity.site, activity.plant)
        if chemical.key == key and activity.year == of and not activity.planned and moved:
            sums[moved, activity.partner] += activity.content
    return sums
