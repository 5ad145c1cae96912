"""The middleware that every request passes first and every answer passes last.

In: an id, the name it was asked by, how often its address asks, how long its body may be. Out: the headers, one line
of the log, the metrics; and an unforeseen fault becomes a problem that says nothing of what was sent.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from opencwc.errors import OpenCWCError
from opencwc.web.server.configuration import Configuration
from opencwc.web.server.metrics import Metrics
from opencwc.web.server.problems import HttpProblem, fault_response, response_to, too_large
from opencwc.web.server.rate_limits import Limiter, address_key

_LOG = logging.getLogger("opencwc.web.access")


@dataclass(slots=True)
class Visit:
    """One request on its way: what the log will say of it, how long its body may be, what its answer must carry."""

    id: str
    body_limit: int
    started: float = field(default_factory=time.perf_counter)
    person: str = ""
    status: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    headers: dict[str, str] = field(default_factory=dict)


def visit_of(scope: Scope) -> Visit:
    """Return the visit that the middleware made of a request."""
    visit = scope["opencwc.visit"]
    if not isinstance(visit, Visit):
        raise TypeError("the request did not come through the middleware")
    return visit


class RequestMiddleware:
    """The outermost middleware: it bounds what comes in, adds the headers to what goes out, and writes the log."""

    def __init__(self, app: ASGIApp, configuration: Configuration, limiter: Limiter, metrics: Metrics) -> None:
        self.app = app
        self.configuration = configuration
        self.limiter = limiter
        self.metrics = metrics
        self._hosts = configuration.hosts
        self._under_way: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        visit = Visit(uuid.uuid4().hex, self.configuration.body_limit)
        scope["opencwc.visit"] = visit
        headers = {name: value for name, value in scope["headers"] if name in _READ}
        secure = self.configuration.under_https or scope.get("scheme") == "https"
        security = security_headers(api=_is_for_machines(scope["path"]), under_https=secure)
        bounded = _bounded(receive, visit, headers.get(b"content-length", b""))
        dressed = _dressed(send, visit, security)
        self.metrics.under_way.inc()
        try:
            self._check_host([value for name, value in scope["headers"] if name == b"host"])
            _check_address(scope)
            client = scope.get("client")
            key = address_key(client[0] if client else "")
            visit.headers.update(self.limiter.passing("address", key).headers())
            with self._counted(key):
                await self.app(scope, bounded, dressed)
        except OpenCWCError as error:
            if visit.status:
                raise  # the answer has begun: cutting it is all that can be said
            await response_to(Request(scope), error)(scope, receive, dressed)
        except Exception:
            _LOG.exception("fault", extra={"request": visit.id})
            if visit.status:
                raise
            await fault_response(Request(scope))(scope, receive, dressed)
        finally:
            self.metrics.under_way.dec()
            self._write_down(scope, visit)

    @contextmanager
    def _counted(self, address: str) -> Iterator[None]:
        """Count a request while it is under way: behind a proxy, many addresses share its connections."""
        if self._under_way[address] >= self.configuration.connections_of_address:
            raise HttpProblem(429, "too-many", "too_many_requests", headers={"Retry-After": "1"}, seconds=1)
        self._under_way[address] += 1
        try:
            yield
        finally:
            self._under_way[address] -= 1
            if not self._under_way[address]:
                del self._under_way[address]

    def _check_host(self, hosts: Sequence[bytes]) -> None:
        """Refuse a request that does not name one of our hosts, once and with nothing but a port behind it."""
        named = _HOST.fullmatch(hosts[0].decode("latin-1").lower()) if len(hosts) == 1 else None
        if named is None or (named["address"] or named["name"]) not in self._hosts:
            raise HttpProblem(421, "unknown-host", "unknown_host")

    def _write_down(self, scope: Scope, visit: Visit) -> None:
        seconds = time.perf_counter() - visit.started
        route = getattr(scope.get("route"), "path", "") or "(none)"
        method = scope["method"] if scope["method"].isalpha() and len(scope["method"]) < 8 else "other"
        self.metrics.count_request(method, route, visit.status, seconds)
        _LOG.info(
            "request",
            extra={
                "request": visit.id,
                "method": method,
                "route": route,
                "status": visit.status or "cut",
                "ms": round(1000 * seconds, 2),
                "person": visit.person,
                "bytes_in": visit.bytes_in,
                "bytes_out": visit.bytes_out,
            },
        )


def _bounded(receive: Receive, visit: Visit, length: bytes) -> Receive:
    """Return what receives a body up to the limit of the visit, whatever its ``Content-Length`` says."""
    declared = int(length) if length.isdigit() and len(length) < 20 else 0

    async def receive_bounded() -> Message:
        if declared > visit.body_limit:
            raise too_large()
        message = await receive()
        if message["type"] == "http.request":
            visit.bytes_in += len(message.get("body", b""))
            if visit.bytes_in > visit.body_limit:
                raise too_large()
        return message

    return receive_bounded


def _dressed(send: Send, visit: Visit, security: Sequence[tuple[bytes, bytes]]) -> Send:
    """Return what sends an answer with the headers of security that it has not itself, and with those of the visit."""

    async def send_dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            visit.status = message["status"]
            own = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *(pair for pair in security if pair[0] not in own),
                *((name.lower().encode(), value.encode()) for name, value in visit.headers.items()),
                (b"x-request-id", visit.id.encode()),
            ]
        elif message["type"] == "http.response.body":
            visit.bytes_out += len(message.get("body", b""))
        await send(message)

    return send_dressed


def _is_for_machines(path: str) -> bool:
    return path.startswith(("/api/", "/health/")) or path == "/metrics"


def _check_address(scope: Scope) -> None:
    """Refuse an address with a NUL in it, which no database takes for text."""
    if "\0" in scope["path"] or b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
        raise HttpProblem(400, "bad-request", "address_with_nul")


_READ = frozenset({b"content-length"})
_HOST = re.compile(r"(\[(?P<address>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(:[0-9]{1,5})?")
"""A name or an address in brackets, and a port (RFC 9110, section 7.2)."""


Headers = tuple[tuple[bytes, bytes], ...]
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'"
)
"""A page loads only from here, and runs no script and no style that stands inside it."""


@cache
def security_headers(*, api: bool, under_https: bool) -> Headers:
    """Return the headers of an answer of the API, or of a page (which may load only from here)."""
    headers = {
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        if api
        else PAGE_POLICY,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        # A page must say, with a form, that it comes from here; nothing is said to anybody else.
        "referrer-policy": "no-referrer" if api else "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), usb=()",
        "cache-control": "no-store",
    }
    if under_https:
        headers["strict-transport-security"] = "max-age=63072000; includeSubDomains"
    return tuple((name.encode(), value.encode()) for name, value in headers.items())
