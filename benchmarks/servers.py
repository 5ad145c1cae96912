"""Measure the servers that could stand before the app, and what slow clients do to each; print the table in Markdown.

    python -m benchmarks.servers [--seconds 3] [--with FOLDER]

FOLDER holds servers that OpenCWC does not need: ``pip install --target FOLDER granian hypercorn``; without it they are
left out. All serve the same app with a casebook of its own, over one process and its usual event loop. A slow client
sends half a head on each of 2,100 connections and waits; an endless one sends fields for ever on each of four.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.load import load
from benchmarks.service import ROOT, WIDE, free_port, make_token, running, screenings
from benchmarks.soak import resident

HALF = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nX-"
HALF_HEADS, ENDLESS = 2_100, 4
MOST_SENT = 300_000_000
APP = """
import os, sys
sys.path.insert(0, {root!r})
from opencwc.casebook.database import open_casebook
from opencwc.web.accounts.entrance import Entrance
from opencwc.web.app import app_of
from opencwc.web.server.configuration import load_configuration
from opencwc.web.server.serving import prepare_names, serve
configuration = load_configuration(port={port})
book = open_casebook()
app = app_of(Entrance.of(book, configuration), book)
prepare_names()
"""
UVICORN = """
import uvicorn
uvicorn.run(app, host="127.0.0.1", port={port}, http={http!r}, log_level="error", access_log=False,
            limit_concurrency=2000, timeout_keep_alive=15)
"""
SERVERS = {
    "uvicorn with httptools, and our limits": "serve(app, configuration, worker=False)",
    "uvicorn with httptools": UVICORN.replace("{http!r}", "'httptools'"),
    "uvicorn with h11": UVICORN.replace("{http!r}", "'h11'"),
    "hypercorn": """
import asyncio
import uvloop
from hypercorn.asyncio import serve as serve_app
from hypercorn.config import Config
settings = Config()
settings.bind = ["127.0.0.1:{port}"]
uvloop.run(serve_app(app, settings))
""",
    "granian": "",  # its program imports the app by its name
}


def held(pid: int) -> float:
    """The resident memory of a server and of the processes that it started, in megabytes."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return resident(pid) + sum(map(held, map(int, children.read_text().split())))


def healthy(port: int, within: float) -> float | None:
    """Seconds until a new connection is answered 200; ``None`` where that does not come in time."""
    began = time.perf_counter()
    while (left := within - (time.perf_counter() - began)) > 0:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), left) as place:
            place.settimeout(left)
            place.sendall(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            if place.recv(100).startswith(b"HTTP/1.1 200"):
                return time.perf_counter() - began
        time.sleep(0.05)
    return None


@contextlib.contextmanager
def half_heads(port: int) -> Iterator[None]:
    with contextlib.ExitStack() as places:
        for _ in range(HALF_HEADS):
            with contextlib.suppress(OSError):
                place = places.enter_context(socket.create_connection(("127.0.0.1", port), 2))
                place.sendall(HALF)
        yield


def send_fields(port: int, ends: float) -> None:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as place:
        place.settimeout(5)
        place.sendall(HALF)
        for number in range(MOST_SENT // ENDLESS // 64_000):
            if time.monotonic() > ends:
                return
            place.sendall(b"".join(b"a%d: b\r\nX-" % field for field in range(number, number + 4_000)))


def endless(port: int, pid: int, seconds: float) -> float:
    """The most memory that the server holds more than before, in megabytes, while fields are sent without end."""
    before, most = held(pid), 0.0
    ends = time.monotonic() + seconds
    threads = [threading.Thread(target=send_fields, args=(port, ends)) for _ in range(ENDLESS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        most = max(most, held(pid) - before)
        time.sleep(0.05)
    return most


def measure(program: str, folder: Path, seconds: float, more: str) -> list[str]:
    environment = {
        **os.environ,
        **WIDE,
        "OPENCWC_SETTINGS": str(folder / "settings"),
        "OPENCWC_DATA": str(folder / "data"),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), more))),
    }
    token = make_token(environment)
    port = free_port()
    code = (APP + program).replace("{root!r}", repr(str(ROOT))).replace("{port}", str(port))
    words = [sys.executable, "-c", code]
    if not program:
        (folder / "served_app.py").write_text(code)
        environment["PYTHONPATH"] += os.pathsep + str(folder)
        words = [sys.executable, "-m", "granian", "--interface", "asgi", "--loop", "uvloop", "--no-ws"]
        words += ["--port", str(port), "--log-level", "error", "served_app:app"]
    began = time.perf_counter()
    with running(words, port, environment) as process:
        healthy(port, 60)
        start = time.perf_counter() - began
        health: list[dict[str, Any]] = [{"method": "GET", "path": "/health/live"}]
        load("127.0.0.1", port, 8, 1, health)
        healths = load("127.0.0.1", port, 8, seconds, health)
        load("127.0.0.1", port, 8, 6, screenings(token))  # the first loads all that names need
        screened = load("127.0.0.1", port, 8, seconds, screenings(token))
        rest = held(process.pid)
        with half_heads(port):
            came = healthy(port, 20)
        healthy(port, 20)
        grown = endless(port, process.pid, 5)
    answered = "not in 20 s" if came is None else f"{1000 * came:.0f} ms"
    return [
        f"{start:.1f} s", f"{healths.throughput:,.0f}/s", f"{screened.throughput:,.0f}/s",
        f"{1000 * screened.percentile(0.99):.0f} ms", f"{rest:.0f} MB", answered, f"{grown:+.0f} MB",
    ]  # fmt: skip


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("--seconds", type=float, default=3)
    words.add_argument("--with", dest="folder", default="", help="a folder with further servers")
    chosen = words.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8_192, hard) if hard > 0 else 8_192, hard))
    print("| server | start | health | screenings | their p99 | memory | new client among half heads | endless heads |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name, program in SERVERS.items():
        module = name.split()[0]
        if module != "uvicorn" and not (chosen.folder and (Path(chosen.folder) / module).is_dir()):
            print(f"{name}: not installed", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory() as folder:
            cells = measure(program, Path(folder), chosen.seconds, chosen.folder)
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
