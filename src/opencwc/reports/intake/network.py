"""Feeds from the network, where the setting switches it on: only from hosts that are named, never from inside.

A name is resolved once, every address that it stands for must be public, and one of these is connected to: what it
resolves to later does not count. The same holds after each redirect. Redirects, bytes and seconds are bounded; no
proxy, no cookie and no password is used; what is fetched is only kept.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Literal, TypeAlias
from urllib.parse import SplitResult, urljoin, urlsplit

from msgspec import Struct, ValidationError, convert

from opencwc.errors import SettingsError
from opencwc.finding import Message
from opencwc.records import known
from opencwc.settings import PREFIX, load_settings
from opencwc.version import __version__

_REDIRECTS = (301, 302, 303, 307, 308)
_PORTS = {"http": 80, "https": 443}
_CHUNK_BYTES = 1 << 16
_LONGEST_ADDRESS = 4_000


class NetworkSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[watch]`` of ``opencwc.toml``: whether feeds may be fetched, from which hosts, and how much.

    A host stands for itself alone, ``.example.org`` for all hosts below it; ``plain_http`` lets addresses without TLS.
    """

    network: bool = False
    hosts: tuple[str, ...] = ()
    plain_http: bool = False
    most_bytes: int = 20_000_000
    seconds: float = 30.0
    redirects: int = 5

    def allows(self, host: str) -> bool:
        """Tell whether a host is one of those that are named."""
        return any(host == one or (one.startswith(".") and host.endswith(one)) for one in self.hosts)


def load_network_settings() -> NetworkSettings:
    """Return the table ``[watch]``; ``OPENCWC_WATCH_NETWORK`` of ``on`` or another word comes before its ``network``.

    Raises:
        SettingsError: a setting is not known or has no meaning.

    """
    written = dict(load_settings().sections.get("watch", {}))
    if switch := os.environ.get(f"{PREFIX}WATCH_NETWORK"):
        written["network"] = switch == "on"
    try:
        settings = convert(written, known(NetworkSettings))
    except ValidationError as error:
        raise SettingsError(
            "service_setting_does_not_hold",
            where="[watch]",
            setting=str(error).rpartition("`$.")[2].rstrip("`") or "watch",
            reason=str(error),
            known=NetworkSettings.__struct_fields__,
        ) from None
    return settings


class Known(Struct, frozen=True):
    """What is known of an address since it was last fetched, so that an unchanged feed is not sent again."""

    etag: str = ""
    last_modified: str = ""


class Fetched(Struct, frozen=True):
    """What came of fetching: ``new`` with its bytes, ``unchanged``, or ``failed`` and why; ``url`` is the last address.

    A fetch that failed says nothing of what is at the address.
    """

    status: Literal["new", "unchanged", "failed"]
    url: str
    taken: datetime
    data: bytes = b""
    kind: str = ""
    known: Known = Known()
    why: Message | None = None


Resolver: TypeAlias = Callable[[str, int], Sequence[str]]
"""The addresses (IP) that a host and port stand for."""
Connector: TypeAlias = Callable[[str, int, float], socket.socket]
"""Connects to an address (IP) and port within so many seconds."""


def resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses that a host stands for."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(place[4][0]) for place in found))


def connect(address: str, port: int, seconds: float) -> socket.socket:
    """Connect to an address."""
    return socket.create_connection((address, port), timeout=seconds)


class _Failure(Exception):
    """Why something was not fetched."""

    def __init__(self, id_: str, **values: str | int) -> None:
        self.message = Message(id_, {**values})
        super().__init__(id_)


@dataclass(frozen=True)
class Fetcher:
    """Fetches within its settings; ``resolver`` and ``connector`` are those of the system."""

    settings: NetworkSettings
    resolver: Resolver = resolve
    connector: Connector = connect
    context: ssl.SSLContext | None = None

    def fetch(self, url: str, known: Known | None = None) -> Fetched:
        """Fetch an address, following redirects; whatever goes wrong is told, and nothing is raised for it."""
        ends = monotonic() + self.settings.seconds
        taken = datetime.now(UTC)
        try:
            return self._follow(url, known or Known(), taken, ends)
        except _Failure as failure:
            why = failure.message
        except (OSError, http.client.HTTPException, ValueError, zlib.error):
            why = Message("watch_fetch_too_long" if monotonic() >= ends else "watch_fetch_broke_off")
        return Fetched("failed", url[:_LONGEST_ADDRESS], taken, why=why)

    def _follow(self, url: str, known: Known, taken: datetime, ends: float) -> Fetched:
        for _ in range(self.settings.redirects + 1):
            with self._answer(url, known, ends) as answer:
                further = answer.headers.get("Location")
                if answer.status not in _REDIRECTS or not further:
                    return self._taken(answer, url, taken, ends)
                url = urljoin(url, further)
        raise _Failure("watch_fetch_redirects", count=self.settings.redirects)

    @contextmanager
    def _answer(self, url: str, known: Known, ends: float) -> Iterator[http.client.HTTPResponse]:
        parts = self._allowed(url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        address = self._public_address(host, port)
        connection = http.client.HTTPConnection(host, port)
        lines = [self.connector(address, port, max(0.1, ends - monotonic()))]
        # A server that sends a byte now and then would never let a read time out: the line is cut at the end.
        watch = threading.Timer(max(0.1, ends - monotonic()), _cut, [lines])
        watch.daemon = True
        watch.start()
        try:
            if parts.scheme == "https":
                context = self.context or ssl.create_default_context()
                wrapped = context.wrap_socket(lines[0], server_hostname=host, do_handshake_on_connect=False)
                lines.append(wrapped)
                wrapped.do_handshake()
            connection.sock = lines[-1]
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", path, headers=_headers(known))
            yield connection.getresponse()
        finally:
            watch.cancel()
            connection.close()
            lines[-1].close()

    def _allowed(self, url: str) -> SplitResult:
        """Return the parts of an address that may be asked; raise `_Failure` for any other."""
        if len(url) > _LONGEST_ADDRESS or not url.isascii() or not url.isprintable() or " " in url:
            raise _Failure("watch_fetch_no_address")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise _Failure("watch_fetch_no_address") from None
        schemes = ("https", "http") if self.settings.plain_http else ("https",)
        if parts.scheme not in schemes or not parts.hostname or parts.username is not None:
            raise _Failure("watch_fetch_no_address")
        if not self.settings.allows(parts.hostname):
            raise _Failure("watch_fetch_host_unnamed", host=parts.hostname[:200])
        if port not in (None, _PORTS[parts.scheme]):
            raise _Failure("watch_fetch_port", port=port or 0)
        return parts

    def _public_address(self, host: str, port: int) -> str:
        """Return the address to connect to; raise `_Failure` where one of those of the host is not public."""
        try:
            addresses = self.resolver(host, port)
        except (OSError, UnicodeError):
            raise _Failure("watch_fetch_unknown_host", host=host[:200]) from None
        if not addresses:
            raise _Failure("watch_fetch_unknown_host", host=host[:200])
        if not all(map(is_public, addresses)):
            raise _Failure("watch_fetch_inside", host=host[:200])
        return addresses[0]

    def _taken(self, answer: http.client.HTTPResponse, url: str, taken: datetime, ends: float) -> Fetched:
        if answer.status == 304:
            return Fetched("unchanged", url, taken)
        if answer.status != 200:
            raise _Failure("watch_fetch_status", status=answer.status)
        known = Known((answer.headers.get("ETag") or "")[:500], (answer.headers.get("Last-Modified") or "")[:100])
        data = b"".join(self._chunks(answer))
        if monotonic() >= ends:  # what was cut off looks like an end
            raise _Failure("watch_fetch_too_long")
        if answer.length or not data:  # less came than was said: this is no whole feed
            raise _Failure("watch_fetch_broke_off")
        return Fetched("new", url, taken, data, answer.headers.get_content_type(), known)

    def _chunks(self, answer: http.client.HTTPResponse) -> Iterator[bytes]:
        """Yield what is sent, unpacked, up to the bound."""
        coding = (answer.headers.get("Content-Encoding") or "identity").lower()
        if coding not in ("identity", "gzip"):
            raise _Failure("watch_fetch_broke_off")
        inflater = zlib.decompressobj(31) if coding == "gzip" else None
        left = self.settings.most_bytes
        while chunk := answer.read(_CHUNK_BYTES):
            plain = inflater.decompress(chunk, left + 1) if inflater else chunk
            left -= len(plain)
            if left < 0 or (inflater and inflater.unconsumed_tail):
                raise _Failure("watch_fetch_too_large", bytes=self.settings.most_bytes)
            yield plain


def is_public(address: str) -> bool:
    """Tell whether an address (IP) is one of the public net, also where one stands inside another.

    >>> is_public("93.184.216.34"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1"), is_public("64:ff9b::a00:1")
    (True, False, False, False)
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if inner is None and parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFF_FFFF)
        if inner is not None:
            parsed = inner
    return parsed.is_global and not parsed.is_multicast


def _headers(known: Known) -> dict[str, str]:
    headers = {"User-Agent": f"opencwc/{__version__}", "Accept-Encoding": "gzip", "Connection": "close"}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    return headers


def _cut(lines: Sequence[socket.socket]) -> None:
    with suppress(OSError):  # it is closed already
        socket.socket.shutdown(lines[-1], socket.SHUT_RDWR)


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
