"""Requests that change something come from our own pages, whatever the route."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from opencwc.errors import NotAllowedError
from opencwc.web.server.configuration import Configuration

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that change nothing (RFC 9110, 9.2.1)."""


class SameOrigin:
    """Refuses what changes something and was begun by another site, whatever the route: also a sign-in.

    A browser says where a request comes from, and no page can make it lie (Fetch Metadata; RFC 6454). What is no
    browser says nothing, and carries no cookie that a person did not give it.
    """

    def __init__(self, app: ASGIApp, configuration: Configuration) -> None:
        self.app = app
        self.configuration = configuration

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or raise `NotAllowedError`."""
        if scope["type"] == "websocket":
            raise NotAllowedError("no_web_sockets")
        if scope["type"] == "http" and scope["method"] not in SAFE:
            self._check(Request(scope))
        await self.app(scope, receive, send)

    def _check(self, request: Request) -> None:
        site = request.headers.get("sec-fetch-site")
        origin = request.headers.get("origin")
        own = {self.configuration.public_url, f"{request.url.scheme}://{request.headers.get('host', '')}"} - {""}
        # A page that tells no address sends "null" with a form, even to itself: then the other header must vouch.
        known = origin is None or origin in own or (origin == "null" and site == "same-origin")
        if not known or site not in (None, "same-origin", "none"):
            raise NotAllowedError("request_from_another_site", where="Origin")
