"""What says that two reports on one event come from one text, and what says that they do not.

Of two reports the later one is asked whether it may rest on the earlier: does it cite it, has it its own matter, does
it repeat the figures, the speakers and the sentences, and how long after. What all reports on the event share says
little, so each pair is also compared with the other pairs of the event.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from math import log1p
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from opencwc.reports.basis import Basis, basis_of
from opencwc.reports.item import Item
from opencwc.reports.likeness import figure_signs, jaccard, meaning_signs, overlap

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Pair = tuple[int, int]
Signs = dict[str, float]
ByNumber: TypeAlias = "Sequence[Item] | Mapping[int, Item]"
"""Reports by their numbers: all, or some of them."""
_ALIKE = 0.6
"""From which nearness on two sentences say much the same."""
_RARE = 0.34
"""What a third of an event's other reports also have is not rare among them."""
_LIKE_FIGURES = 0.55
"""Two numbers of which the smaller is more than this share of the larger may be two figures of one thing."""


class _Member(NamedTuple):
    item: Item
    basis: Basis


class Bases(dict[int, Basis]):
    """What reports rest on, by their places among the items, each worked out when it is first asked for."""

    def __init__(self, items: ByNumber) -> None:
        super().__init__()
        self._items = items

    def __missing__(self, number: int) -> Basis:
        item = self._items[number]
        basis = self[number] = basis_of(item.told, item.traits)
        return basis


def origin_signs(items: ByNumber, members: Sequence[int], bases: Bases | None = None) -> dict[Pair, Signs]:
    """Return the signs of each pair among the members of an event, by their places among the items."""
    if len(members) < 2:
        return {}
    known = Bases(items) if bases is None else bases
    some = [_Member(items[number], known[number]) for number in members]
    signs = {pair: _of_pair(some[pair[0]], some[pair[1]]) for pair in combinations(range(len(some)), 2)}
    _compare_with_others(some, signs)
    return {(members[one], members[other]): found for (one, other), found in signs.items()}


def _of_pair(one: _Member, other: _Member) -> Signs:
    earlier, later = sorted((one, other), key=lambda member: member.item.order)
    first, second = earlier.item, later.item
    return {
        **_basis_signs(earlier.basis, later.basis),
        **_number_signs(earlier.basis.numbers, later.basis.numbers),
        **_meaning(first, second),
        **_fact_signs(first, second),
        **_time_signs(first, second),
    }


def _basis_signs(earlier: Basis, later: Basis) -> Signs:
    cites = later.cites(earlier)
    passes_on = cites or (later.relays and not later.own)
    mine, theirs = earlier.speakers, later.speakers
    return {
        "later_cites_earlier": float(cites),
        "later_relays": float(later.relays and not later.own),
        "earlier_relays": float(earlier.relays and not earlier.own),
        "later_own": float(later.own and not cites),
        "earlier_own": float(earlier.own and not passes_on),
        "earlier_says": float(earlier.says),
        "later_is_statement": float(later.is_statement),
        "earlier_is_statement": float(earlier.is_statement),
        "later_quotes_more": float(later.quotations > earlier.quotations),
        "speakers_shared": jaccard(mine, theirs),
        "speakers_apart": float(bool(mine and theirs) and not mine & theirs),
        "speakers_added": len(theirs - mine) / 3,
    }


def _number_signs(earlier: frozenset[str], later: frozenset[str]) -> Signs:
    both = earlier & later
    return {
        "numbers_told_again": len(both) / len(earlier) if earlier else 0.5,
        "numbers_clash": float(_clash(earlier - both, later - both)),
    }


def _clash(some: frozenset[str], others: frozenset[str]) -> bool:
    """Tell whether a number of one report may be another figure for what the other report has a number of."""
    mine, theirs = (tuple(value for number in numbers if (value := float(number)) > 2) for numbers in (some, others))
    return any(min(a, b) / max(a, b) > _LIKE_FIGURES for a in mine for b in theirs)


def _meaning(one: Item, other: Item) -> Signs:
    mine, theirs = one.traits, other.traits
    if not mine.vectors.size or not theirs.vectors.size:
        return {}
    whole = meaning_signs(mine, theirs)
    has_text = min(len(mine.vectors), len(theirs.vectors)) > 1
    rows = slice(1, None) if has_text else slice(1)
    near = mine.vectors[rows] @ theirs.vectors[rows].T
    best = near.max(1) if near.shape[0] <= near.shape[1] else near.max(0)
    return {
        "lead": whole["lead"],
        "cover": whole["sentences"],
        "sentences": float(best.mean()),
        "sentences_alike": float((best > _ALIKE).mean()),
    }


def _fact_signs(one: Item, other: Item) -> Signs:
    mine, theirs = one.told, other.told
    same = float(mine.lang == theirs.lang)
    return {
        **figure_signs(mine, theirs),
        "same_language": same,
        "same_words": same * overlap(one.traits.words, other.traits.words),
        "same_stretches": same * overlap(one.traits.shingles, other.traits.shingles),
        "same_kind_of_news": float(mine.nature.stage == theirs.nature.stage),
        "same_stance": float(mine.nature.stance == theirs.nature.stance),
        "agents_same": float(bool(mine.agents.names) and set(mine.agents.names) == set(theirs.agents.names)),
    }


def _time_signs(earlier: Item, later: Item) -> Signs:
    hours = (later.order[0] - earlier.order[0]) / 3_600
    return {
        "hours_after": min(1.0, log1p(hours) / 6),
        "over_30_hours": float(hours > 30),
        "over_a_week": float(hours > 168),
    }


# --------------------------------------------------------------------------------------- beside the event's other pairs


def _compare_with_others(members: Sequence[_Member], signs: Mapping[Pair, Signs]) -> None:
    """Add how a pair stands out among the pairs of its event: by nearer sentences, by numbers that only it shares."""
    counts = Counter(number for member in members for number in member.basis.numbers)
    tables = {name: _table(len(members), name, signs) for name in ("sentences", "cover")}
    others = len(members) - 2
    for (one, other), found in signs.items():
        shared = members[one].basis.numbers & members[other].basis.numbers
        found["rare_numbers"] = _rare(shared, counts, others)
        if others > 0:
            for name, table in tables.items():
                beside = (table[one].sum() + table[other].sum() - 2 * table[one, other]) / (2 * others)
                found[f"{name}_beside_others"] = float(table[one, other] - beside)


def _rare(shared: frozenset[str], counts: Counter[str], others: int) -> float:
    if others <= 0:
        return min(3.0, 0.5 * len(shared))
    return min(3.0, float(sum(counts[one] - 2 <= _RARE * others for one in shared)))


def _table(count: int, name: str, signs: Mapping[Pair, Signs]) -> NDArray[np.float64]:
    import numpy as np

    table = np.zeros((count, count))
    for (one, other), found in signs.items():
        table[one, other] = table[other, one] = found.get(name, 0.0)
    return table
