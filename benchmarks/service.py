"""Measure one screening through the API beside a bare FastAPI route, in one run, and print the table in Markdown.

    python -m benchmarks.service [--seconds 5]

Both are served by the same uvicorn (uvloop, httptools) in one process each; the service with its entrance as it
always is: a token, the table of access, the limits, the log, the metrics, a casebook on disk.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.load import Came, load

ROOT = Path(__file__).parents[1]
VALUES = ["CC(C)OP(C)(=O)F", "CCO", "OCCSCCO", "CCOP(=S)(CC)Sc1ccccc1", "CC(=O)Oc1ccccc1C(=O)O", "C1CC", "111-48-8"]
BARE = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.get("/bare")
async def bare() -> dict[str, str]:
    return {"verdict": "not_listed"}
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), http="httptools", access_log=False, log_level="error")
"""
WIDE = {f"OPENCWC_SERVICE_{name}_RATE": "99999999/minute" for name in ("ADDRESS", "PERSON", "SIGN_IN")}
LOGIN, PASSWORD = "bench", "tulip lantern gravel otter"


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[Any], within: float = 60) -> None:
    ends = time.monotonic() + within
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit("the server does not listen")


@contextlib.contextmanager
def running(words: list[str], port: int, environment: dict[str, str]) -> Iterator[subprocess.Popen[Any]]:
    with Path(environment.get("BENCH_LOG", os.devnull)).open("ab") as log:
        process = subprocess.Popen(words, env=environment, stdout=log, stderr=log, cwd=ROOT)
    try:
        wait_for(port, process)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@contextlib.contextmanager
def bare_route() -> Iterator[int]:
    port = free_port()
    with running([sys.executable, "-c", BARE, str(port)], port, dict(os.environ)):
        yield port


@contextlib.contextmanager
def service(folder: Path, *, worker: bool = False) -> Iterator[tuple[int, str, subprocess.Popen[Any]]]:
    """Serve a new casebook for a reviewer with a token; give the port, the token and the server process."""
    environment = {
        **os.environ,
        **WIDE,
        "OPENCWC_SETTINGS": str(folder / "settings"),
        "OPENCWC_DATA": str(folder / "data"),
        "OPENCWC_SERVICE_JOBS_WAITING": "1000",
        "BENCH_LOG": str(folder / "log.jsonl"),
    }
    token = make_token(environment)
    port = free_port()
    words = [sys.executable, "-c", "import typer; from opencwc.cli.serve import serve; typer.run(serve)"]
    words += ["--port", str(port), *([] if worker else ["--no-worker"])]
    with running(words, port, environment) as process:
        yield port, token, process


def make_token(environment: dict[str, str]) -> str:
    """Make a reviewer with a password and a token in an environment's casebook, in a process that sees it."""
    program = (
        "from datetime import timedelta\n"
        "from opencwc.casebook.database import open_casebook\n"
        "from opencwc.casebook.people import People\n"
        "from opencwc.casebook.tokens import Tokens\n"
        "from opencwc.casebook.model import Mark, Role\n"
        "people = People(open_casebook())\n"
        f"made = people.add('console', '{LOGIN}', 'Bench', Role.REVIEWER, Mark.HIGHLY_PROTECTED)\n"
        f"people.set_password(made.id, '{PASSWORD}')\n"
        "scopes = ('screen', 'rules', 'keep', 'read', 'submissions', 'declare')\n"
        "print(Tokens(people).make('console', made, 'bench', scopes, timedelta(days=1))[1])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout.strip()


def screenings(token: str) -> list[dict[str, Any]]:
    import json

    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return [
        {"method": "POST", "path": "/api/v1/screen", "headers": headers, "body": json.dumps({"value": value})}
        for value in VALUES
    ]


def line(name: str, clients: int, came: Came) -> str:
    errors = sum(came.errors.values())
    p50, p99 = (1000 * came.percentile(share) for share in (0.5, 0.99))
    return f"| {name} | {clients} | {p50:.2f} ms | {p99:.2f} ms | {came.throughput:,.0f}/s | {errors} |"


def measure(seconds: float) -> tuple[list[str], dict[tuple[str, int], Came]]:
    figures: dict[tuple[str, int], Came] = {}
    with tempfile.TemporaryDirectory() as folder, bare_route() as bare, service(Path(folder)) as (port, token, _):
        for clients in (1, 8, 32):
            for name, at, requests in (
                ("a bare FastAPI route", bare, [{"method": "GET", "path": "/bare"}]),
                ("one screening", port, screenings(token)),
            ):
                load("127.0.0.1", at, clients, min(1.0, seconds), requests)  # warm
                figures[name, clients] = load("127.0.0.1", at, clients, seconds, requests)
    lines = ["| what | clients | p50 | p99 | throughput | errors |", "|---|--:|--:|--:|--:|--:|"]
    lines += [line(name, clients, came) for (name, clients), came in sorted(figures.items())]
    return lines, figures


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("--seconds", type=float, default=5)
    lines, figures = measure(words.parse_args().seconds)
    print("\n".join(lines))
    over = 1000 * (figures["one screening", 1].percentile(0.5) - figures["a bare FastAPI route", 1].percentile(0.5))
    errors = sum(figures["one screening", 32].errors.values())
    print(f"\nAt one client a screening takes {over:.2f} ms more than the bare route; {errors} errors at 32 clients.")
    return 0 if over <= 5 and not errors else 1


if __name__ == "__main__":
    sys.exit(main())
