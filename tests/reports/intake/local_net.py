"""A net for tests: names with addresses, and a local server behind all of them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
import pytest

from opencwc.reports.intake.network import Fetcher, NetworkSettings

PUBLIC = "93.184.216.34"
SETTINGS = NetworkSettings(
    network=True, hosts=("feeds.example", ".wire.example"), plain_http=True, seconds=30.0, most_bytes=100_000
)


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        served = self.server
        served.asked.append((self.headers["Host"], self.path, dict(self.headers)))  # type: ignore[attr-defined]
        answer: Callable[[BaseHTTPRequestHandler], None] = served.answers[self.path]  # type: ignore[attr-defined]
        answer(self)

    def log_message(self, *_: object) -> None:
        pass


class Net:
    """The net: names with their addresses, and a server on this machine behind all public addresses."""

    def __init__(self) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
        self.server.answers, self.server.asked = {}, []  # type: ignore[attr-defined]
        self.names: dict[str, list[list[str]]] = {"feeds.example": [[PUBLIC]], "a.wire.example": [[PUBLIC]]}
        self.connected: list[tuple[str, int]] = []
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def resolver(self, host: str, port: int) -> list[str]:
        if host not in self.names:
            raise socket.gaierror
        answers = self.names[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def connector(self, address: str, port: int, seconds: float) -> socket.socket:
        self.connected.append((address, port))
        return socket.create_connection(self.server.server_address[:2], timeout=seconds)

    def fetcher(self, **settings: object) -> Fetcher:
        return Fetcher(msgspec.structs.replace(SETTINGS, **settings), self.resolver, self.connector)

    def answer(self, path: str, body: bytes, status: int = 200, **headers: str) -> None:
        def write(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in ({"Content_Length": str(len(body))} | headers).items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(body)

        self.server.answers[path] = write  # type: ignore[attr-defined]

    @property
    def asked(self) -> list[tuple[str, str, dict[str, str]]]:
        return self.server.asked  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def net() -> Iterator[Net]:
    net = Net()
    yield net
    net.server.shutdown()
    net.server.server_close()
