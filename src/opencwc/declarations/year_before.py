"""Last year's own register beside a register: which site is which, what is due otherwise, which figures differ.

Last year's register is judged for the year before, its codes read as those of the sites now, and laid beside this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from opencwc.declarations.books import Books, Key
from opencwc.declarations.chemicals import Chemicals
from opencwc.declarations.judgement import changes_between, due_in, read_lines
from opencwc.declarations.law import Law
from opencwc.declarations.model import Answer, Change, Comparison, Line, Register
from opencwc.declarations.phrases import amount, place_said
from opencwc.declarations.site_likeness import profiles_of
from opencwc.declarations.site_matching import SiteMatching, match_sites, similar_codes
from opencwc.finding import Message, Value

FACTOR = Decimal(3)
"""From how many times on a figure is told as changed; below, a plant's year is like the one before."""
AGREED = ("name", "operator", "address", "place")


class AmountChange(NamedTuple):
    """A figure that differs: ``changed`` from one year to the next, or ``restated``, the same year told otherwise."""

    kind: str
    key: Key
    named: Message | str
    kg: Decimal
    before: Decimal


class YearBefore(NamedTuple):
    """What last year's own register says beside this one's."""

    matching: SiteMatching
    changes: tuple[Change, ...]
    amounts: tuple[AmountChange, ...]
    similar: tuple[tuple[str, ...], ...]


def compare_years(before: Register, answer: Answer, law: Law, chemicals: Chemicals) -> YearBefore:
    """Return last year's register beside an answer on this year's."""
    now, year = answer.register, answer.year
    matching = match_sites(before, now)
    moved = with_codes(before, new_codes(matching, now))
    lines, _ = read_lines(moved, chemicals)
    old = Books(moved, lines, law)
    known = [
        Line(activity, answer.chemicals[activity.row])
        for activity in now.activities
        if activity.row in answer.chemicals
    ]
    books = Books(now, known, law)
    return YearBefore(
        matching,
        tuple(changes_between(due_in(old, law, year - 1), answer.due)),
        tuple(sorted(amount_changes(old, books, year), key=lambda change: (change.kind, -_times(change)))),
        similar_codes(profiles_of(now)),
    )


def with_year_before(answer: Answer, before: Register, law: Law, chemicals: Chemicals) -> Answer:
    """Return an answer whose changes are those against last year's books, with what is otherwise in them."""
    years = compare_years(before, answer, law, chemicals)
    compared = Comparison(before.name, (), tuple(told_of_sites(years)), tuple(told_of_amounts(years.amounts)))
    return answer._replace(changes=years.changes, compared=compared)


def new_codes(matching: SiteMatching, now: Register) -> Mapping[str, str]:
    """Return the code under which each site of before is read: that of now; of one that is gone, one that is free."""
    held = {site for site, _ in now.sites}
    gone = {code: f"{code} ({code})" if code in held else code for code in matching.gone}
    return {**matching.now, **gone}


def with_codes(register: Register, codes: Mapping[str, str]) -> Register:
    """Return a register with other site codes; a code that is not among them stays."""
    sites = {
        (codes.get(site, site), plant): line._replace(site=codes.get(site, site))
        for (site, plant), line in register.sites.items()
    }
    activities = tuple(row._replace(site=codes.get(row.site, row.site)) for row in register.activities)
    return register._replace(sites=sites, activities=activities)


def amount_changes(old: Books, now: Books, year: int) -> Iterator[AmountChange]:
    """Yield the figures of the year declared on that differ by a factor from the year before, and those restated.

    A figure is what a plant did of a chemical in a year, plans apart; one that is nothing in either is not told.
    """
    for key, kg in now.whole.items():
        if key.planned or not kg:
            continue
        before = old.whole.get(key)
        if before and before != kg and key.year < year - 1:
            yield AmountChange("restated", key, now.named(key.chemical), kg, before)
        last = old.whole.get(key._replace(year=year - 2)) if key.year == year - 1 else None
        if last and max(kg / last, last / kg) >= FACTOR:
            yield AmountChange("changed", key, now.named(key.chemical), kg, last)


def _times(change: AmountChange) -> Decimal:
    return max(change.kg / change.before, change.before / change.kg)


def told_of_sites(years: YearBefore) -> Iterator[Message]:
    """Yield what is to be said of the sites: how many are the same, and each code that changed, collides or is new."""
    matching = years.matching
    counts = {"same": len(matching.matches), "new": len(matching.new), "gone": len(matching.gone)}
    yield Message("years_sites", {name: str(count) for name, count in counts.items()})
    for one, other in matching.swapped:
        yield Message("years_swapped", {"one": one.before, "other": other.before})
    for match in matching.changed:
        agreed = tuple(Message(f"years_sign_{name}") for name in AGREED if match.signs[name] > 0)
        yield Message("years_code_changed", {"before": match.before, "now": match.now, "signs": agreed})
    for code in matching.reused:
        yield Message("years_code_reused", {"code": code})
    for codes in years.similar:
        yield Message("years_codes_similar", {"codes": codes})
    for name, found in (("new", matching.new), ("gone", matching.gone)):
        if found:
            yield Message(f"years_sites_{name}", {"sites": found})


def told_of_changes(changes: tuple[Change, ...]) -> Iterator[Message]:
    """Yield what is due now and was not, no more, or in another range."""
    for change in changes:
        line = change.now or change.before
        if line is None:
            continue
        said: dict[str, Value] = {
            "declaration": Message(f"declare_declaration_{line.declaration}"), "regime": line.regime,
            "what": _what(line.site, line.plant, line.chemical), "year": str(line.period),
        }  # fmt: skip
        if change.kind == "range" and change.now is not None and change.before is not None:
            said |= {"now": change.now.range, "before": change.before.range}
        yield Message(f"years_due_{change.kind}", said)


def told_of_amounts(amounts: tuple[AmountChange, ...]) -> Iterator[Message]:
    """Yield the figures that differ."""
    for change in amounts:
        key = change.key
        said: dict[str, Value] = {
            "place": place_said(key.site, key.plant), "chemical": change.named, "year": str(key.year),
            "activity": Message(f"check_activity_{key.activity}"), "amount": amount(change.kg),
            "before": amount(change.before), "last": str(key.year - 1),
        }  # fmt: skip
        if change.kind == "restated":
            del said["last"]
        yield Message(f"years_amount_{change.kind}", said)


def _what(site: str, plant: str, chemical: str) -> Message | str:
    if not site:
        return chemical
    place = place_said(site, plant)
    return Message("years_what", {"place": place, "chemical": chemical}) if chemical else place
