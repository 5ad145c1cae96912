"""When somebody was here last: a cookie with two moments, that of this visit and that of the one before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from fastapi import Request
from starlette.responses import Response

from opencwc.casebook.people import moment

COOKIE = "opencwc_look"
VISIT = timedelta(minutes=30)
"""Within this time after it began, a visit is the same."""
UNKNOWN = timedelta(days=7)
"""How far back a first visit looks."""
_YEAR = 365 * 24 * 3600


class LastLook(NamedTuple):
    """The visit before this one (``is_known``: it was one), and when this one began."""

    before: datetime
    began: datetime
    is_known: bool

    @property
    def since(self) -> str:
        """The moment of the visit before, as the casebook writes moments."""
        return moment(self.before)


def last_look(request: Request, person: str, now: datetime) -> LastLook:
    """Return when a person looked last with this browser; of another person's visits it tells nothing."""
    whose, _, times = request.cookies.get(COOKIE, "").partition(".")
    try:
        before, began = (datetime.fromtimestamp(int(seconds), UTC) for seconds in times.split("."))
    except (ValueError, OverflowError, OSError):
        return LastLook(now - UNKNOWN, now, False)
    if whose != person or began > now:
        return LastLook(now - UNKNOWN, now, False)
    if now - began < VISIT:
        return LastLook(before, began, began - before != UNKNOWN)
    return LastLook(began, now, True)


def remember(request: Request, response: Response, person: str, look: LastLook) -> None:
    """Keep a look in the browser of who looked."""
    secure = request.app.state.service.configuration.under_https
    value = f"{person}.{int(look.before.timestamp())}.{int(look.began.timestamp())}"
    response.set_cookie(COOKIE, value, max_age=_YEAR, path="/", httponly=True, samesite="lax", secure=secure)
