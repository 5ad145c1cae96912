"""Feeds from the network: a local server plays the net, with the resolver and the way to connect put in its place."""

from __future__ import annotations

import gzip
import ssl
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from opencwc.errors import SettingsError
from opencwc.reports.intake.feed_cache import FeedCache
from opencwc.reports.intake.network import Fetcher, Known, NetworkSettings, is_public, load_network_settings

from .local_net import PUBLIC, SETTINGS, Net, net
from .making import item, rss

__all__ = ["net"]

FEED = rss(item())


def why(fetcher: Fetcher, url: str) -> str:
    fetched = fetcher.fetch(url)
    assert fetched.status == "failed" and fetched.why is not None and fetched.data == b""
    return fetched.why.id


def test_a_feed_is_fetched_and_asked_for_again_only_where_it_changed(net: Net, tmp_path: Path) -> None:
    net.answer(
        "/feed", FEED, ETag='"v1"', Last_Modified="Wed, 04 Mar 2026 08:30:00 GMT", Content_Type="application/rss+xml"
    )
    cache = FeedCache(tmp_path / "watch")
    first = cache.fetch(net.fetcher(), "http://feeds.example/feed")
    assert (first.status, first.data, first.kind) == ("new", FEED, "application/rss+xml")
    assert net.connected == [(PUBLIC, 80)] and net.asked[0][0] == "feeds.example"
    assert not {"Cookie", "Authorization", "If-None-Match"} & net.asked[0][2].keys()
    net.answer("/feed", b"", 304)
    second = cache.fetch(net.fetcher(), "http://feeds.example/feed")
    assert (second.status, second.data) == ("unchanged", FEED)
    assert net.asked[1][2]["If-None-Match"] == '"v1"'
    assert net.asked[1][2]["If-Modified-Since"] == "Wed, 04 Mar 2026 08:30:00 GMT"
    for file in (tmp_path / "watch").glob("*.feed"):
        file.write_bytes(b"other bytes")  # it is asked for anew where what is kept does not hold
    cache.fetch(net.fetcher(), "http://feeds.example/feed")
    assert "If-None-Match" not in net.asked[2][2]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://other.example/feed", "watch_fetch_host_unnamed"),
        ("https://wire.example/feed", "watch_fetch_host_unnamed"),
        ("https://evilwire.example/feed", "watch_fetch_host_unnamed"),
        ("http://127.0.0.1/feed", "watch_fetch_host_unnamed"),
        ("https://me:pass@feeds.example/feed", "watch_fetch_no_address"),
        ("file:///etc/passwd", "watch_fetch_no_address"),
        ("ftp://feeds.example/feed", "watch_fetch_no_address"),
        ("http://feeds.example/a b", "watch_fetch_no_address"),
        ("http://feeds.example/\r\nHost: x", "watch_fetch_no_address"),
        ("http://feeds.example:22/", "watch_fetch_port"),
        ("http://feeds.example:notaport/", "watch_fetch_no_address"),
        ("http://[::1", "watch_fetch_no_address"),
        ("https://b.wire.example/", "watch_fetch_unknown_host"),
    ],
)
def test_what_may_not_be_asked_is_not_asked(net: Net, url: str, reason: str) -> None:
    assert why(net.fetcher(), url) == reason and not net.connected


def test_plain_http_is_only_asked_where_the_setting_lets_it(net: Net) -> None:
    assert why(net.fetcher(plain_http=False), "http://feeds.example/feed") == "watch_fetch_no_address"


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"], ["10.1.2.3"], ["192.168.0.1"], ["169.254.169.254"], ["100.64.0.1"], ["0.0.0.0"], ["::1"],
        ["fe80::1%eth0"], ["fc00::1"], ["::ffff:127.0.0.1"], ["64:ff9b::7f00:1"], ["2002:7f00:1::"], ["224.0.0.1"],
        ["nonsense"], [PUBLIC, "10.0.0.1"],
    ],
)  # fmt: skip
def test_a_name_that_stands_for_an_address_inside_is_refused(net: Net, addresses: list[str]) -> None:
    net.names["feeds.example"] = [addresses]
    assert why(net.fetcher(), "http://feeds.example/feed") == "watch_fetch_inside" and not net.connected


def test_the_address_that_was_checked_is_the_one_connected_to(net: Net) -> None:
    net.answer("/feed", FEED)
    net.names["feeds.example"] = [[PUBLIC], ["127.0.0.1"]]  # what the name stands for changes after it was asked
    assert net.fetcher().fetch("http://feeds.example/feed").status == "new"
    assert net.connected == [(PUBLIC, 80)]


def test_redirects_are_checked_like_addresses_and_bounded(net: Net) -> None:
    net.answer("/moved", b"", 301, Location="http://a.wire.example/feed")
    net.answer("/feed", FEED)
    fetched = net.fetcher().fetch("http://feeds.example/moved")
    assert (fetched.status, fetched.url, fetched.data) == ("new", "http://a.wire.example/feed", FEED)
    net.answer("/round", b"", 302, Location="/round")
    net.asked.clear()
    assert (
        why(net.fetcher(redirects=3), "http://feeds.example/round") == "watch_fetch_redirects" and len(net.asked) == 4
    )
    for target, reason in (
        ("http://127.0.0.1/", "watch_fetch_host_unnamed"),
        ("http://inside.wire.example/", "watch_fetch_inside"),
        ("file:///etc/passwd", "watch_fetch_no_address"),
        ("//169.254.169.254/latest", "watch_fetch_host_unnamed"),
    ):
        net.names["inside.wire.example"] = [["192.168.1.1"]]
        net.answer("/away", b"", 302, Location=target)
        assert why(net.fetcher(), "http://feeds.example/away") == reason


def test_what_is_too_large_is_refused_also_where_it_is_packed_or_says_another_length(net: Net) -> None:
    net.answer("/large", b"x" * 200_000)
    assert why(net.fetcher(), "http://feeds.example/large") == "watch_fetch_too_large"
    net.answer("/bomb", gzip.compress(b"x" * 50_000_000), Content_Encoding="gzip")
    assert why(net.fetcher(), "http://feeds.example/bomb") == "watch_fetch_too_large"
    net.answer("/packed", gzip.compress(FEED), Content_Encoding="gzip")
    assert net.fetcher().fetch("http://feeds.example/packed").data == FEED
    net.answer("/short", b"half", Content_Length="4000", Connection="close")
    assert why(net.fetcher(), "http://feeds.example/short") == "watch_fetch_broke_off"
    net.answer("/odd", FEED, Content_Encoding="br")
    assert why(net.fetcher(), "http://feeds.example/odd") == "watch_fetch_broke_off"


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n"])
def test_a_server_that_sends_a_byte_now_and_then_is_cut_off_in_time(net: Net, head: bytes) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.wfile.write(head)
        for _ in range(1_200):
            try:
                handler.wfile.write(b"a")
            except OSError:
                return
            time.sleep(0.05)

    net.server.answers["/drip"] = drip  # type: ignore[attr-defined]
    began = time.monotonic()
    assert why(net.fetcher(seconds=0.5), "http://feeds.example/drip") == "watch_fetch_too_long"
    assert time.monotonic() - began < 30  # of the sixty seconds that it would take


def test_an_answer_that_is_no_feed_is_a_failure_that_says_its_status(net: Net) -> None:
    net.answer("/gone", b"gone", 410)
    fetched = net.fetcher().fetch("http://feeds.example/gone", Known("x"))
    assert fetched.status == "failed" and fetched.why is not None
    assert (fetched.why.id, fetched.why.values) == ("watch_fetch_status", {"status": 410})
    net.server.answers["/noise"] = lambda handler: handler.wfile.write(b"\0\1\2 no http\r\n\r\n")  # type: ignore[attr-defined]
    assert why(net.fetcher(), "http://feeds.example/noise") == "watch_fetch_broke_off"


def test_the_network_is_off_by_default_and_settings_are_checked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path))
    monkeypatch.delenv("OPENCWC_WATCH_NETWORK", raising=False)
    assert load_network_settings() == NetworkSettings() and not NetworkSettings().network
    file = tmp_path / "opencwc.toml"
    file.write_text('[watch]\nnetwork = true\nhosts = ["feeds.example"]\n')
    assert load_network_settings().allows("feeds.example") and load_network_settings().network
    monkeypatch.setenv("OPENCWC_WATCH_NETWORK", "off")
    assert not load_network_settings().network
    for wrong in ("[watch]\nhost = 1\n", '[watch]\nhosts = "feeds.example"\n', "[watch]\nseconds = true\n"):
        file.write_text(wrong)
        with pytest.raises(SettingsError):
            load_network_settings()


def test_only_addresses_of_the_public_net_are_public() -> None:
    assert is_public("2606:2800:220:1:248:1893:25c8:1946") and not is_public("192.0.2.1") and not is_public("")
    assert replace(Fetcher(SETTINGS), settings=NetworkSettings()).settings.allows("feeds.example") is False


@pytest.fixture
def certified(net: Net, tmp_path: Path) -> ssl.SSLContext:
    """Let the server of the net speak TLS as feeds.example, and return a context that trusts its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "feeds.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("feeds.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(Encoding.PEM)
    file = tmp_path / "server.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + pem)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(file)
    net.server.socket = own.wrap_socket(net.server.socket, server_side=True)
    return ssl.create_default_context(cadata=pem.decode())


def test_the_certificate_must_be_that_of_the_name_and_not_of_the_address(net: Net, certified: ssl.SSLContext) -> None:
    net.answer("/feed", FEED)
    trusting = replace(net.fetcher(plain_http=False), context=certified)
    assert trusting.fetch("https://feeds.example/feed").data == FEED and net.connected == [(PUBLIC, 443)]
    assert why(trusting, "https://a.wire.example/feed") == "watch_fetch_broke_off"
    assert why(net.fetcher(), "https://feeds.example/feed") == "watch_fetch_broke_off"
