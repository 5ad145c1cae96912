"""How far first and blind decisions agree: Cohen's kappa with its interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import sqrt
from typing import NamedTuple

from sqlalchemy import select

from opencwc.casebook import tables
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.permissions import require

ENOUGH_PAIRS = 30
Z = 1.959963984540054
"""The normal quantile of a 95% interval."""


class Agreement(NamedTuple):
    """Pairs decided twice, the share on which both agreed, and kappa with its 95% interval (``None``: undefined)."""

    pairs: int
    agreed: float | None
    kappa: float | None
    low: float | None
    high: float | None

    @property
    def agreed_pairs(self) -> int:
        """How many pairs agreed."""
        return round(self.pairs * (self.agreed or 0))

    @property
    def enough(self) -> int:
        """From how many pairs on kappa says something: its interval is of large samples."""
        return ENOUGH_PAIRS

    @property
    def is_enough(self) -> bool:
        """Whether there are so many."""
        return self.pairs >= ENOUGH_PAIRS


def kappa(pairs: Iterable[tuple[str, str]]) -> Agreement:
    """Return Cohen's kappa of pairs of nominal judgements, with the large-sample interval.

    Source: J. L. Fleiss, J. Cohen, B. S. Everitt, Psychological Bulletin 72 (1969), 323-327. Kappa is undefined where
    both said one and the same thing all the time: chance alone would agree as well.

    >>> told = [("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15
    >>> [round(x, 3) for x in kappa(told)[1:]]
    [0.7, 0.4, 0.151, 0.649]
    """
    table = Counter(pairs)
    n = table.total()
    if not n:
        return Agreement(0, None, None, None, None)
    names = sorted({name for pair in table for name in pair})
    p = {(a, b): table[a, b] / n for a in names for b in names}
    first = {a: sum(p[a, b] for b in names) for a in names}
    second = {b: sum(p[a, b] for a in names) for b in names}
    observed = sum(p[a, a] for a in names)
    expected = sum(first[a] * second[a] for a in names)
    if expected == 1:
        return Agreement(n, observed, None, None, None)
    value = (observed - expected) / (1 - expected)
    on = sum(p[a, a] * (1 - (first[a] + second[a]) * (1 - value)) ** 2 for a in names)
    off = (1 - value) ** 2 * sum(p[a, b] * (second[a] + first[b]) ** 2 for a in names for b in names if a != b)
    rest = (value - expected * (1 - value)) ** 2
    error = sqrt(max(0.0, on + off - rest) / n) / (1 - expected)
    return Agreement(n, observed, value, max(-1.0, value - Z * error), min(1.0, value + Z * error))


def agreement(book: Casebook, person: Person) -> Agreement:
    """Return the agreement of all blind re-checks made so far in this casebook."""
    require(person, "read")
    first, second, recheck = tables.decision.alias(), tables.decision.alias(), tables.recheck
    query = (
        select(first.c.outcome, first.c.correction, second.c.outcome, second.c.correction)
        .join(recheck, recheck.c.first_seq == first.c.seq)
        .join(second, second.c.seq == recheck.c.second_seq)
        .where(second.c.blind)  # who took the first one back ended the re-check without looking
    )
    with book.reading_contents() as connection:
        rows = connection.execute(query).all()
    return kappa((f"{a} {b or ''}", f"{c} {d or ''}") for a, b, c, d in rows)
