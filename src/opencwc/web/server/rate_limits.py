"""Limits of requests: by address first, then by person, and far stricter for signing in.

The counts live in this process: there is one server process, and a restart forgives.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter, RateLimiter, SlidingWindowCounterRateLimiter

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


class Limiter:
    """Counts requests; ``passing`` raises the problem of too many."""

    def __init__(self, configuration: Configuration) -> None:
        storage = MemoryStorage()
        # Two counters a key for the wide limits: exact moments of thousands of requests would cost more than they tell.
        wide = SlidingWindowCounterRateLimiter(storage)
        self._buckets: dict[str, tuple[RateLimiter, RateLimitItem]] = {
            "address": (wide, parse(configuration.address_rate)),
            "person": (wide, parse(configuration.person_rate)),
            "sign_in": (MovingWindowRateLimiter(storage), parse(configuration.sign_in_rate)),
        }

    def passing(self, bucket: str, key: str) -> Allowance:
        """Count one request in a bucket (``address``, ``person``, ``sign_in``) and say what is left.

        Raises:
            HttpProblem: there were too many (429, with ``Retry-After``).

        """
        limiter, item = self._buckets[bucket]
        allowed = limiter.hit(item, bucket, key)
        stats = limiter.get_window_stats(item, bucket, key)
        reset = max(1, math.ceil(stats.reset_time - time.time()))
        left = Allowance(item.amount, max(0, stats.remaining), reset)
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
