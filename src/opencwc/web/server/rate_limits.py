"""Limits of requests: by address first, then by person, and far stricter for signing in.

The counts live in this process: there is one server process, and a restart forgives.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from opencwc.web.server.configuration import Configuration
from opencwc.web.server.problems import HttpProblem


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a limit: how many requests, of how many, and in how many seconds it is whole again."""

    limit: int
    remaining: int
    reset: int

    def headers(self) -> dict[str, str]:
        """Return the headers that say so."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }


class _TwoCounters:
    """A limit of two counters a key: of this span of time, and of the one before, of which only the last part weighs.

    Exact moments of thousands of requests would cost more than they tell. What nobody has asked by for a whole span is
    forgotten.
    """

    def __init__(self, item: RateLimitItem) -> None:
        self.amount, self._seconds = item.amount, item.get_expiry()
        self._counts: dict[str, tuple[int, int, int]] = {}
        """Of each key the number of the last span, how often it asked in it, and in the one before."""
        self._swept = 0

    def hit(self, key: str, now: float) -> tuple[bool, int, float]:
        """Count a request where it is allowed; return whether it is, how many are left, and when one more is."""
        number, over = int(now // self._seconds), now % self._seconds
        if number != self._swept:
            self._counts = {key: counts for key, counts in self._counts.items() if counts[0] >= number - 1}
            self._swept = number
        last, count, before = self._counts.get(key, (number, 0, 0))
        if last != number:
            count, before = 0, count
        left = self._seconds - over
        weighs = math.floor(before * left / self._seconds)
        allowed = weighs + count < self.amount
        count += allowed
        self._counts[key] = (number, count, before)
        resets = ([left % (self._seconds / before)] if before else []) + ([left] if count else [])
        return allowed, max(0, self.amount - weighs - count), min(resets, default=0.0)


class _Moments:
    """A limit that keeps the moment of each request."""

    def __init__(self, item: RateLimitItem) -> None:
        self._item, self.amount = item, item.amount
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, key: str, now: float) -> tuple[bool, int, float]:
        """Answer as `_TwoCounters` does."""
        allowed = self._limiter.hit(self._item, key)
        stats = self._limiter.get_window_stats(self._item, key)
        return allowed, max(0, stats.remaining), stats.reset_time - now


class Limiter:
    """Counts requests; ``passing`` raises the problem of too many. ``clock`` gives the seconds since 1970."""

    def __init__(self, configuration: Configuration, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._buckets: dict[str, _TwoCounters | _Moments] = {
            "address": _TwoCounters(parse(configuration.address_rate)),
            "person": _TwoCounters(parse(configuration.person_rate)),
            "sign_in": _Moments(parse(configuration.sign_in_rate)),
        }

    def passing(self, bucket: str, key: str) -> Allowance:
        """Count one request in a bucket (``address``, ``person``, ``sign_in``) and say what is left.

        Raises:
            HttpProblem: there were too many (429, with ``Retry-After``).

        """
        limit = self._buckets[bucket]
        allowed, remaining, seconds = limit.hit(key, self._clock())
        reset = max(1, math.ceil(seconds))
        left = Allowance(limit.amount, remaining, reset)
        if allowed:
            return left
        raise HttpProblem(
            429, "too-many", "too_many_requests", headers={**left.headers(), "Retry-After": str(reset)}, seconds=reset
        )


def address_key(address: str) -> str:
    """Return what an address is counted by: itself, or the /64 network that one household has in IPv6.

    >>> address_key("2001:db8::1") == address_key("2001:db8::ffff")
    True
    """
    try:
        known = ip_address(address)
    except ValueError:
        return address or "unknown"
    if isinstance(known, IPv6Address):
        return str(ip_network((known, 64), strict=False))
    return str(known)
