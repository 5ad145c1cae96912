"""Many clients who screen and decide at once, and how long each kind of request takes: `python -m benchmarks.deciding`.

    python -m benchmarks.deciding [--clients 32] [--seconds 120]

A file is screened into a casebook on disk; each client, signed in as a reviewer, sends three screenings and decides
on one finding of its own share, again and again. It fails where a request failed, where 99 in 100 decisions are not
answered within --within milliseconds, or where the server's memory grows by --grown megabytes or more after the first
quarter.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks.load import Came
from benchmarks.service import LOGIN, PASSWORD, VALUES, service
from benchmarks.soak import resident

SCREENINGS_A_DECISION = 3


@dataclass
class Deciding:
    """What was seen: the seconds of each kind of request, errors, and megabytes of the server at first and at last."""

    screened: list[float] = field(default_factory=list)
    decided: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    lasted: float = 0.0
    memory: tuple[float, float] = (0.0, 0.0)


def upload(port: int, token: str, rows: int) -> list[int]:
    """Have a file screened, and return the numbers of its findings."""
    data = b"smiles\n" + b"CC(C)OP(C)(=O)F\nOCCSCCO\n" * (rows // 2)
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
        form = {"case": "deciding", "lists": "CWC"}
        job = client.post("/api/v1/jobs", files={"file": ("x.csv", data)}, data=form).raise_for_status().json()
        while job["state"] in ("waiting", "running"):
            time.sleep(0.5)
            job = client.get(f"/api/v1/jobs/{job['id']}").raise_for_status().json()
        if job["state"] != "done":
            raise SystemExit(f"the file was not screened: {job['problem']}")
        lines = client.get(f"/api/v1/jobs/{job['id']}/result").raise_for_status().text.splitlines()
    return [int(line.split(",", 1)[0].removeprefix('{"finding": ')) for line in lines]


def sign_in(port: int) -> tuple[dict[str, str], str]:
    """Sign in, and return the cookies and the token of the page: all clients are windows of one browser."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
        session = client.post("/api/v1/session", json={"login": LOGIN, "password": PASSWORD}).raise_for_status().json()
        return dict(client.cookies), str(session["csrf_token"])


def work(
    port: int,
    findings: list[int],
    begin: threading.Barrier,
    seconds: float,
    seen: Deciding,
    proof: tuple[dict[str, str], str],
) -> None:
    """Screen and decide as one client."""

    def timed(times: list[float], path: str, **more: Any) -> None:
        began = time.perf_counter()
        try:
            answer = client.post(path, **more)
        except httpx.HTTPError as error:
            seen.errors[type(error).__name__] += 1
            return
        times.append(time.perf_counter() - began)
        if answer.status_code >= 300:
            seen.errors[f"{path} {answer.status_code}"] += 1

    cookies, csrf = proof
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, cookies=cookies) as client:
        client.headers["X-CSRF-Token"] = csrf
        for value in VALUES:  # the first loads the index of names
            client.post("/api/v1/screen", json={"value": value})
        begin.wait(600)
        ends = time.monotonic() + seconds
        for number, finding in enumerate(findings):
            if time.monotonic() > ends:
                return
            for at in range(SCREENINGS_A_DECISION):
                value = VALUES[(number + at) % len(VALUES)]
                timed(seen.screened, "/api/v1/screen", json={"value": value})
            decision = {"findings": [finding], "outcome": "accept", "reason": "seen"}
            timed(seen.decided, "/api/v1/decisions", json=decision, headers={"Idempotency-Key": f"d{finding}"})


def run(clients: int, seconds: float) -> Deciding:
    """Put the load on, and return what was seen."""
    seen = Deciding()
    with tempfile.TemporaryDirectory() as folder, service(Path(folder), worker=True) as (port, token, process):
        findings = upload(port, token, max(200, int(100 * seconds)))
        begin, proof = threading.Barrier(clients + 1), sign_in(port)
        threads = [
            threading.Thread(target=work, args=(port, findings[at::clients], begin, seconds, seen, proof))
            for at in range(clients)
        ]
        for thread in threads:
            thread.start()
        begin.wait(600)
        began = time.monotonic()
        threads[0].join(seconds / 4)
        first = resident(process.pid)
        for thread in threads:
            thread.join()
        seen.lasted, seen.memory = time.monotonic() - began, (first, resident(process.pid))
    return seen


def holds(seen: Deciding, within: float, grown: float) -> bool:
    """Return whether nothing failed, decisions came in time, and the server was there to the end and grew by less."""
    first, last = seen.memory
    return not seen.errors and 1000 * Came(seen.decided).percentile(0.99) <= within and 0 < last < first + grown


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("--clients", type=int, default=32)
    words.add_argument("--seconds", type=float, default=120)
    words.add_argument("--within", type=float, default=500, help="milliseconds for 99 decisions in 100")
    words.add_argument("--grown", type=float, default=25, help="megabytes that the server may not grow by")
    chosen = words.parse_args()
    seen = run(chosen.clients, chosen.seconds)
    print("| request | number | p50 | p99 | longest |\n|---|--:|--:|--:|--:|")
    for name, times in (("screening", seen.screened), ("decision", seen.decided)):
        p50, p99, longest = (1000 * Came(times).percentile(share) for share in (0.5, 0.99, 1))
        print(f"| {name} | {len(times):,} | {p50:,.0f} ms | {p99:,.0f} ms | {longest:,.0f} ms |")
    number = len(seen.screened) + len(seen.decided)
    first, last = seen.memory
    print(f"\n{chosen.clients} clients, {number:,} requests in {seen.lasted:.0f} s ({number / seen.lasted:,.0f}/s).")
    print(f"Memory of the server {first:.0f} MB after a quarter, {last:.0f} MB at the end.")
    print(f"Errors: {dict(seen.errors) or 'none'}")
    return 0 if holds(seen, chosen.within, chosen.grown) else 1


if __name__ == "__main__":
    sys.exit(main())
