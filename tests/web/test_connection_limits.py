"""Slow, endless and many clients: what they owe is bounded, and everybody else is served meanwhile."""

from __future__ import annotations

import contextlib
import resource
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from starlette.responses import StreamingResponse

from opencwc.web.app import create_app
from opencwc.web.server.configuration import Configuration
from opencwc.web.server.service import OPEN, Router

from .conftest import WIDE, live

HOST = b"Host: testserver\r\n"
ASK = b"GET /health/live HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
STRICT = {
    "connections": 60, "connections_of_address": 40, "header_limit": 4_000, "header_seconds": 1, "body_rate": 1_000,
    "body_seconds": 1, "answer_seconds": 1, "keep_alive": 60,
}  # fmt: skip
ELSEWHERE = "127.0.0.2"
"""Another address of this machine, as Linux has it."""
routes = Router()


@routes.get("/long", action=OPEN)
async def long_answer() -> StreamingResponse:
    """Answer with more than any buffer takes."""
    return StreamingResponse(b"x" * 65_536 for _ in range(800))


@routes.post("/take", action=OPEN)
async def take(request: Request) -> dict[str, int]:
    """Take a body."""
    return {"bytes": len(await request.body())}


def app_with(**limits: object) -> tuple[FastAPI, Configuration]:
    configuration = Configuration(**{**WIDE, **STRICT, **limits})
    return create_app(configuration, routers=(routes,)), configuration


@contextlib.contextmanager
def serving(**limits: object) -> Iterator[tuple[str, int]]:
    app, configuration = app_with(**limits)
    with live(app, configuration) as address:
        host, _, port = address.removeprefix("http://").partition(":")
        yield host, int(port)


def connected(place: tuple[str, int], source: str = "127.0.0.1", *, buffer: int = 0) -> socket.socket:
    client = socket.socket()
    client.settimeout(20)
    if buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.bind((source, 0))
    client.connect(place)
    return client


def answer_of(client: socket.socket) -> bytes:
    """Return all that comes until the other side ends the connection."""
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := client.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def status_of(client: socket.socket) -> int:
    return int(answer_of(client)[9:12] or 0)


def seconds_to_be_served(place: tuple[str, int], source: str = ELSEWHERE) -> float:
    """Return the best time of some clients who ask for what is quick, all of whom must be answered."""
    times = []
    for _ in range(5):
        began = time.monotonic()
        with connected(place, source) as client:
            client.sendall(ASK)
            assert status_of(client) == 200
        times.append(time.monotonic() - began)
    return min(times)


def until_ended(clients: list[socket.socket]) -> None:
    for client in clients:
        answer_of(client)


def held_by_this_process() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


@pytest.mark.parametrize("source", [ELSEWHERE, "127.0.0.1"])
def test_hundreds_of_half_heads_of_one_address_keep_nobody_waiting(source: str) -> None:
    with serving(header_seconds=30) as place, contextlib.ExitStack() as slow:
        for _ in range(200):
            client = slow.enter_context(connected(place))
            client.sendall(b"GET / HTTP/1.1\r\nX-Slow: 1")
        assert seconds_to_be_served(place, source) < 1


def test_half_heads_of_many_addresses_make_room_for_who_asks() -> None:
    with serving(header_seconds=30) as place, contextlib.ExitStack() as slow:
        for number in range(150):
            client = slow.enter_context(connected(place, f"127.0.1.{1 + number % 100}"))
            client.sendall(b"GET / HTTP/1.1\r\nX-Slow: 1")
        assert seconds_to_be_served(place) < 1


def test_a_half_head_is_told_that_it_took_too_long() -> None:
    with serving() as place, connected(place) as client:
        client.sendall(b"GET / HTTP/1.1\r\nX-Slow: 1")
        assert status_of(client) == 408


def test_a_line_now_and_then_renews_nothing() -> None:
    with serving() as place, connected(place) as client:
        client.sendall(ASK.replace(b"Connection: close\r\n", b""))
        assert client.recv(4_000).startswith(b"HTTP/1.1 200")
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - began < 20:
                client.sendall(b"\r\n")
                time.sleep(0.2)
        assert time.monotonic() - began < 19


@pytest.mark.parametrize(
    "field", [b"X-%d: y\r\n", b"%d-and-a-value-without-end" * 40], ids=["endless fields", "one endless value"]
)
def test_endless_heads_are_refused_and_take_no_memory(field: bytes) -> None:
    with serving(header_seconds=30) as place:
        seconds_to_be_served(place)
        before = held_by_this_process()

        def send() -> None:
            with connected(place) as client, contextlib.suppress(OSError):
                client.sendall(b"GET / HTTP/1.1\r\n" + HOST + b"X-Endless: ")
                for number in range(600):
                    client.sendall(b"".join(field.replace(b"%d", b"%d" % at) for at in range(number, number + 1_500)))

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        served = seconds_to_be_served(place)
        for thread in threads:
            thread.join()
        assert served < 1
        assert held_by_this_process() - before < 60_000_000


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 5_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: " + b"a" * 5_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"".join(b"X-%d: y\r\n" % number for number in range(120)) + b"\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: " + b"a" * 5_000,
    ],
    ids=["address", "field", "many fields", "without end"],
)
def test_a_head_that_is_too_long_is_refused(head: bytes) -> None:
    with serving() as place, connected(place) as client:
        client.sendall(head)
        assert status_of(client) == 431


def test_a_slow_body_is_told_so() -> None:
    with serving() as place, connected(place) as client:
        client.sendall(b"POST /take HTTP/1.1\r\n" + HOST + b"Content-Length: 1000\r\n\r\n")
        answers: list[int] = []
        reader = threading.Thread(target=lambda: answers.append(status_of(client)))
        reader.start()
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                client.sendall(b"x")
                reader.join(0.2)
                if answers:
                    break
        reader.join()
        assert answers == [408]


def test_a_body_that_comes_at_its_pace_is_taken_whole() -> None:
    with serving(body_rate=100) as place, connected(place) as client:
        client.sendall(b"POST /take HTTP/1.1\r\n" + HOST + b"Connection: close\r\nContent-Length: 40000\r\n\r\n")
        for _ in range(20):
            client.sendall(b"x" * 2_000)
            time.sleep(0.1)
        assert b'"bytes":40000' in answer_of(client)


def test_endless_trailers_are_refused() -> None:
    with serving(body_seconds=30) as place, connected(place) as client:
        client.sendall(b"POST /take HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n")
        with contextlib.suppress(ConnectionError):
            client.sendall(b"X-Trailer: " + b"a" * 20_000)
        assert status_of(client) == 431


def test_a_body_that_goes_on_after_its_answer_is_let_go() -> None:
    with serving() as place, connected(place) as client:
        client.sendall(b"POST /nowhere HTTP/1.1\r\n" + HOST + b"Content-Length: 100000000\r\n\r\n")
        assert client.recv(4_000).startswith(b"HTTP/1.1 404")
        began = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - began < 20:
                client.sendall(b"x" * 1_000)
                time.sleep(0.1)
        assert time.monotonic() - began < 19


def test_who_takes_nothing_of_a_long_answer_is_let_go_and_others_are_served() -> None:
    with serving() as place, contextlib.ExitStack() as slow:
        clients = [slow.enter_context(connected(place, buffer=4_096)) for _ in range(8)]
        for client in clients:
            client.sendall(b"GET /long HTTP/1.1\r\n" + HOST + b"\r\n")
        assert seconds_to_be_served(place) < 1
        time.sleep(3)
        until_ended(clients)


def test_a_long_answer_is_whole_for_who_reads_it_slowly() -> None:
    with serving() as place, connected(place) as client:
        client.sendall(b"GET /long HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
        size = 0
        with contextlib.suppress(ConnectionError):
            while part := client.recv(1 << 20):
                size += len(part)
                time.sleep(0.002)
        assert size > 800 * 65_536


def test_where_every_connection_is_at_work_a_new_one_is_told_to_come_again() -> None:
    with serving(connections=10, connections_of_address=10, answer_seconds=60) as place, contextlib.ExitStack() as busy:
        clients = [busy.enter_context(connected(place, buffer=4_096)) for _ in range(10)]
        for client in clients:
            client.sendall(b"GET /long HTTP/1.1\r\n" + HOST + b"\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 200")
        with connected(place, ELSEWHERE) as client:
            answer = answer_of(client)
        assert answer.startswith(b"HTTP/1.1 503")
        assert b"retry-after" in answer


def test_connections_of_a_trusted_proxy_are_nobodys_address() -> None:
    with (
        serving(behind_proxy=("127.0.0.0/24",), connections_of_address=2, answer_seconds=60) as place,
        contextlib.ExitStack() as busy,
    ):
        for number in range(6):
            client = busy.enter_context(connected(place, buffer=4_096))
            client.sendall(b"GET /long HTTP/1.1\r\n" + HOST + b"X-Forwarded-For: 10.0.0.%d\r\n\r\n" % number)
            assert client.recv(100).startswith(b"HTTP/1.1 200")


def test_behind_a_proxy_requests_under_way_count_by_the_forwarded_address() -> None:
    with (
        serving(behind_proxy=("127.0.0.0/24",), connections_of_address=2, answer_seconds=60) as place,
        contextlib.ExitStack() as busy,
    ):
        statuses = []
        for _ in range(3):
            client = busy.enter_context(connected(place, buffer=4_096))
            client.sendall(b"GET /long HTTP/1.1\r\n" + HOST + b"X-Forwarded-For: 10.0.0.9\r\n\r\n")
            statuses.append(client.recv(100)[9:12])
        assert statuses == [b"200", b"200", b"429"]


def test_requests_sent_at_once_on_one_connection_are_bounded() -> None:
    with serving() as place, connected(place) as client:
        client.sendall(b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n")
        client.sendall((b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n") * 3_000)
        assert answer_of(client).count(b"HTTP/1.1 200") < 100


def test_what_no_http_is_is_refused_and_the_log_has_one_line_for_many(caplog: pytest.LogCaptureFixture) -> None:
    with serving() as place:
        for _ in range(50):
            with connected(place) as client:
                client.sendall(b"\x16\x03\x01 hello\r\n\r\n")
                assert status_of(client) == 400
        seconds_to_be_served(place)
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) <= 1
