"""What one connection, one address and all connections together may take of the server, before any route is reached.

A connection owes the server a head (request line and fields), then perhaps a body, and has to take its answer. Who owes
too long or too much is answered 408 or 431 and let go. Where all places are taken, the connection that has waited
longest without a request under way makes room; where every one is at work, the new one is answered 503.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections import Counter, OrderedDict
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus
from ipaddress import ip_address, ip_network
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from opencwc.web.server.configuration import Configuration
from opencwc.web.server.rate_limits import address_key

_LOG = logging.getLogger("opencwc.web.server.connection_limits")
MOST_FIELDS = 100
"""Fields of a head: a field of three bytes takes a hundred in memory."""
MOST_PIPELINED = 8
"""Requests that wait on a connection for the answer to one before."""
_SEND_BUFFER = 262_144
"""Bytes that the system keeps unsent for one connection: so much less shows that the other side still reads."""
_LINGER_SECONDS = 2.0
"""How long what still comes is thrown away after an answer that ends the connection, so that it can be read."""
_LOG_SECONDS = 60.0
HEAD, BODY, NOTHING = "head", "body", "nothing"
"""What the other side owes."""


class Group:
    """Connections that share a limit: how many are open, and which wait without a request under way, oldest first."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.open = 0
        self.waiting: OrderedDict[LimitedProtocol, None] = OrderedDict()


class Connections:
    """All connections of a server, by address; ``count`` is told why one was cut."""

    def __init__(self, configuration: Configuration, count: Callable[[str], None] = lambda reason: None) -> None:
        self.limits = configuration
        self.open: set[LimitedProtocol] = set()
        self._all = Group(configuration.connections)
        self._by_address: dict[str, Group] = {}
        self._count = count
        self._cut: Counter[str] = Counter()
        self._told = 0.0
        self._swept = 0.0
        self._every = min(1.0, configuration.header_seconds / 4, configuration.answer_seconds / 4)
        self._timer: asyncio.TimerHandle | None = None
        networks = tuple(ip_network(name, strict=False) for name in configuration.behind_proxy if _is_network(name))

        @lru_cache(maxsize=4_096)
        def is_proxy(host: str) -> bool:
            try:
                address = ip_address(host)
            except ValueError:
                return False
            return any(address in network for network in networks)

        self._is_proxy = is_proxy

    def groups_of(self, host: str) -> tuple[Group, ...]:
        """Return the groups that a connection counts in; one of a trusted proxy is nobody's address."""
        if not host or self._is_proxy(host):
            return (self._all,)
        key = address_key(host)
        group = self._by_address.setdefault(key, Group(self.limits.connections_of_address))
        return (group, self._all)

    def has_room(self, groups: tuple[Group, ...]) -> bool:
        """Make room in every group where it is full, and tell whether there is some."""
        for group in groups:
            if group.open >= group.limit:
                longest = next(iter(group.waiting), None)
                if longest is None:
                    return False
                longest.drop("room")
        return True

    def forget(self, host: str) -> None:
        """Forget an address without a connection."""
        key = address_key(host)
        if (group := self._by_address.get(key)) is not None and not group.open:
            del self._by_address[key]

    def count(self, reason: str) -> None:
        """Count a connection that was cut; the log has one line a minute, however many there are."""
        self._count(reason)
        self._cut[reason] += 1

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to look after the connections, where that has not begun."""
        if self._timer is None:
            self._swept = loop.time()
            self._timer = loop.call_later(self._every, self._sweep, loop)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        # Where this process itself stood still, nobody could send or take anything.
        passed, self._swept = min(now - self._swept, 2 * self._every), now
        for protocol in tuple(self.open):
            protocol.look(now, passed)
        if self._cut and now - self._told > _LOG_SECONDS:
            self._told = now
            _LOG.warning("connections cut", extra={"state": dict(self._cut)})
            self._cut.clear()
        self._timer = loop.call_later(self._every, self._sweep, loop) if self.open or self._cut else None


class LimitedProtocol(HttpToolsProtocol):
    """Reads requests from one connection, within the limits."""

    def __init__(self, connections: Connections, **options: Any) -> None:
        super().__init__(**options)
        self.limit_concurrency = None
        self.door = connections
        self.limits = connections.limits
        self.groups: tuple[Group, ...] = ()
        self.owes = HEAD
        self._owed_seconds = 0.0
        self._left = self._over = False
        self._over_since = 0.0
        self._status = HTTPStatus.BAD_REQUEST
        self._chunk = self._beside_body = 0
        self._body_bytes, self._body_seconds = 0, 0.0
        self._answered = False
        self._unsent, self._unsent_seconds = 0, 0.0

    # ----------------------------------------------------------------------------------------------- the connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place for the connection, or refuse it."""
        super().connection_made(transport)
        self.door.open.add(self)
        self.door.watch(self.loop)
        place = transport.get_extra_info("socket")
        if place is not None:
            place.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        groups = self.door.groups_of(self.client[0] if self.client else "")
        if not self.door.has_room(groups):
            self._left = True
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
            transport.close()
            return
        self.groups = groups
        for group in groups:
            group.open += 1
        self._wait(HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place of the connection back."""
        self._leave()
        self.door.open.discard(self)
        super().connection_lost(exc)

    def drop(self, reason: str) -> None:
        """End the connection at once, with nothing said."""
        self.door.count(reason)
        self._over = True
        self._leave()
        self.transport.abort()

    def _leave(self) -> None:
        if not self._left:
            self._left = True
            for group in self.groups:
                group.open -= 1
                group.waiting.pop(self, None)
            if len(self.groups) > 1 and self.client:
                self.door.forget(self.client[0])

    def _wait(self, owes: str) -> None:
        """Wait for the next request or the rest of its head; meanwhile the connection may have to make room."""
        self.owes, self._owed_seconds = owes, 0.0
        for group in self.groups:
            group.waiting[self] = None

    def _refuse(self, status: HTTPStatus) -> None:
        """Say why the connection ends, where that can still be said, and end it."""
        if self._over:
            return
        self.door.count(_REASONS[status])
        self._over, self._over_since = True, self.loop.time()
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started:
                self.transport.abort()
                return
        self._leave()
        if not self.transport.is_closing():
            self.transport.write(_ANSWERS[status])
            self.flow.resume_reading()
            if self.transport.can_write_eof():
                self.transport.write_eof()

    # -------------------------------------------------------------------------------------------------- what comes in

    def data_received(self, data: bytes) -> None:
        """Read what came; what comes after the end is thrown away."""
        if self._over:
            return
        self._unset_keepalive_if_required()
        if self.owes == NOTHING and (self.cycle is None or self.cycle.response_complete):
            self._wait(HEAD)  # also for what is no request yet: an empty line renews nothing
        self._chunk = len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # nothing but HTTP/1.1 is spoken here: the request is answered as if it had not asked
        except httptools.HttpParserError:
            self._refuse(self._status)
            return
        self._beside_body += self._chunk
        if self.owes != NOTHING and self._takes_too_much():
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def _takes_too_much(self) -> bool:
        """Tell whether a head that is not whole is too long, or a body brings too much that is not of it (trailers)."""
        if self.owes == HEAD:
            return self._beside_body > self.limits.header_limit or len(self.headers or ()) > MOST_FIELDS
        return self._beside_body > 2 * self.limits.header_limit + 8 * self._body_bytes

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._beside_body = 0
        if self.owes != HEAD:
            self._wait(HEAD)

    def on_headers_complete(self) -> None:
        """Begin to answer a request whose head is whole."""
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self.limits.header_limit or len(self.headers) > MOST_FIELDS:
            self._status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise ValueError("the head is too long")
        if len(self.pipeline) >= MOST_PIPELINED:
            raise ValueError("too many requests at once on one connection")
        for group in self.groups:
            group.waiting.pop(self, None)
        self.owes = BODY
        self._beside_body = self._body_bytes = 0
        self._body_seconds, self._answered = 0.0, False
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        self._chunk -= len(body)
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that a request is whole."""
        super().on_message_complete()
        if self.cycle.response_complete:
            self._wait(NOTHING)
        else:
            self.owes = NOTHING

    # -------------------------------------------------------------------------------------------------- what goes out

    def on_response_complete(self) -> None:
        """Wait for the next request, or for the rest of one that was answered before it was whole."""
        super().on_response_complete()
        if self._over:
            return
        if self.owes == NOTHING and not self.pipeline and self.cycle.response_complete:
            self._wait(NOTHING)
        elif self.owes == BODY:
            self._answered, self._owed_seconds = True, 0.0

    def resume_writing(self) -> None:
        """Note that the other side has taken something."""
        self._unsent = 0
        super().resume_writing()

    # --------------------------------------------------------------------------------------------------- while it lasts

    def look(self, now: float, passed: float) -> None:
        """Let go who owes too long; ``passed`` are the seconds since the last look."""
        self._owed_seconds += passed
        if self._over and now - self._over_since > _LINGER_SECONDS:
            self.transport.abort()
        elif self._takes_nothing(passed):
            self.drop("answer")
        elif self._over or self.transport.is_closing():
            return
        elif self.owes == HEAD:
            self._look_at_head()
        elif self.owes == BODY:
            self._look_at_body(passed)

    def _look_at_head(self) -> None:
        if self._owed_seconds <= self.limits.header_seconds:
            return
        if self._beside_body:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()  # a browser opens connections that it may need

    def _look_at_body(self, passed: float) -> None:
        if self._answered and self._owed_seconds > self.limits.header_seconds:
            self.drop("body")
            return
        if not self.flow.read_paused and not self.cycle.waiting_for_100_continue:
            self._body_seconds += passed
        if self._body_bytes < self.limits.body_rate * (self._body_seconds - self.limits.body_seconds):
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _takes_nothing(self, passed: float) -> bool:
        """Tell whether an answer has been waiting too long for the other side to take any of it."""
        unsent = self.transport.get_write_buffer_size()
        waits = unsent and unsent == self._unsent
        self._unsent, self._unsent_seconds = unsent, self._unsent_seconds + passed if waits else 0.0
        return self._unsent_seconds > self.limits.answer_seconds


def _is_network(name: str) -> bool:
    try:
        ip_network(name, strict=False)
    except ValueError:
        return False
    return True


def _answer(status: HTTPStatus) -> bytes:
    body = json.dumps({"type": f"urn:opencwc:problem:{_REASONS[status]}", "title": status.phrase, "status": status})
    wait = "retry-after: 5\r\n" if status == HTTPStatus.SERVICE_UNAVAILABLE else ""
    return (
        f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/problem+json\r\n"
        f"content-length: {len(body)}\r\n{wait}connection: close\r\n\r\n{body}"
    ).encode()


_REASONS = {
    HTTPStatus.BAD_REQUEST: "bad-request",
    HTTPStatus.REQUEST_TIMEOUT: "too-slow",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "head-too-large",
    HTTPStatus.SERVICE_UNAVAILABLE: "too-many-connections",
}
_ANSWERS = {status: _answer(status) for status in _REASONS}
