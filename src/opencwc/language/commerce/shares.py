"""A stated concentration as a share of the whole, which can be held against a limit in per cent."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import NamedTuple


class Share(NamedTuple):
    """A concentration in per cent, from ``low`` to ``high``; ``text`` is how it is written."""

    low: Decimal
    high: Decimal
    text: str

    def is_at_most(self, limit: Decimal | int) -> bool | None:
        """Tell whether it is at most a limit; ``None`` where it may be or not.

        >>> share_stated("8-12", "%", "").is_at_most(10) is None, share_stated(">=85", "%", "").is_at_most(10)
        (True, False)
        """
        if self.high <= limit:
            return True
        return None if self.low <= limit else False


def share_stated(value: str, unit: str, text: str) -> Share | None:
    """Return the concentration that a text states (`read_commerce`), where it is a share of the whole.

    >>> share_stated("500", "ppm", "500 ppm").high, share_stated("5", "g/L", "5 g/L")
    (Decimal('0.0500'), None)
    """
    per = {"%": Decimal(1), "ppm": Decimal("0.0001")}.get(unit)
    match = _SHARE.fullmatch(value)
    if per is None or match is None:
        return None
    sign, first, last = match.groups()
    try:
        low, high = Decimal(first) * per, Decimal(last or first) * per
    except InvalidOperation:
        return None
    if low > high or high > 100:
        return None
    if sign in (">", ">="):
        low, high = low.next_plus() if sign == ">" else low, Decimal(100)
    elif sign in ("<", "<="):
        low = Decimal(0)
    elif sign in ("~", "≈"):
        low, high = low * Decimal("0.9"), high * Decimal("1.1")
    return Share(low, high, text) if low <= 100 else None


_SHARE = re.compile(r"(>=|<=|>|<|~|≈)?(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?")
