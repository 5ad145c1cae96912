"""Mixed load for a long time, and whether memory grows: `make soak`.

    python -m benchmarks.soak --minutes 24

Single screenings, batches, entries, uploads that the worker screens, and a reviewer who signs in, lists the cases,
reads pages of findings, decides on some and signs out, again and again; all through the service as it is installed.
The memory of the server and of the worker is read every second; the least of each few seconds is what they hold at rest
(a password that is being checked takes 64 MiB for a moment). After the first quarter (caches fill, libraries load) a
line is fitted through that. It fails where a request failed, a job failed, or the line rises by more than
``--most`` megabytes an hour and by more than a tenth over the run.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks.load import load
from benchmarks.service import LOGIN, PASSWORD, VALUES, screenings, service

MB = 1_000_000
PAGES_A_VISIT = 5


@dataclass
class Soak:
    """What was seen: memory over time of each process, and what went wrong."""

    memory: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    requests: int = 0
    jobs: int = 0
    visits: int = 0
    pages: int = 0
    decisions: int = 0


def resident(pid: int) -> float:
    """The resident memory of a process, in megabytes; 0 where it is gone."""
    try:
        text = Path(f"/proc/{pid}/statm").read_text()
    except OSError:
        return 0.0
    return int(text.split()[1]) * 4096 / MB


def worker_of(server: int) -> int:
    """The process of the worker that a server watches over; 0 where there is none yet."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                words = (entry / "cmdline").read_bytes()
            except (OSError, IndexError):
                continue
            if parent == server and b"opencwc.web.server.worker_process" in words:
                return int(entry.name)
    return 0


def slope(points: list[tuple[float, float]]) -> float:
    """The rise of the least-squares line, in units of the second coordinate for one of the first."""
    n = len(points)
    if n < 3:
        return 0.0
    mean_x, mean_y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def resting(points: list[tuple[float, float]], window: float = 5.0) -> list[tuple[float, float]]:
    """The least of each window of so many seconds: what is held for good shows in it, what is held for a moment not."""
    least: dict[int, tuple[float, float]] = {}
    for at, memory in points:
        place = int(at // window)
        if place not in least or memory < least[place][1]:
            least[place] = (at, memory)
    return list(least.values())


def mixed(token: str) -> list[dict[str, Any]]:
    """Screenings, entries and batches, as the load generator sends them."""
    signed = {"Authorization": f"Bearer {token}"}
    batch = "\n".join(VALUES * 10)
    requests = screenings(token)
    requests.append({"method": "GET", "path": "/api/v1/entries/CWC/2B04", "headers": signed})
    requests.append({"method": "GET", "path": "/api/v1/duties/CWC/1A01?lang=ar", "headers": signed})
    headers = {**signed, "Content-Type": "text/plain"}
    requests.append({"method": "POST", "path": "/api/v1/screen/batch", "headers": headers, "body": batch})
    return requests


def watch(soak: Soak, server: int, begun: float, over: threading.Event, every: float) -> None:
    while not over.wait(every):
        for name, pid in (("server", server), ("worker", worker_of(server))):
            if (memory := resident(pid)) > 0:
                soak.memory.setdefault(name, []).append((time.monotonic() - begun, memory))


def upload(soak: Soak, port: int, token: str, over: threading.Event, turns: int) -> None:
    """Send a file of so many turns of the values, wait for its end, send the next."""
    data = ("smiles\n" + "\n".join(VALUES * turns) + "\n").encode()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
        number = 0
        while not over.is_set():
            number += 1
            name, form = f"register-{number}.csv", {"case": "soak"}
            answer = client.post("/api/v1/jobs", files={"file": (name, data + b"CCO\n" * number)}, data=form)
            if answer.status_code != 202:
                soak.errors.append(f"upload: {answer.status_code}")
                over.wait(1.0)
                continue
            job = answer.json()
            with client.stream("GET", f"/api/v1/jobs/{job['id']}/events") as events:
                for line in events.iter_lines():
                    if line.startswith("data:"):
                        job = json.loads(line[5:])
                    if over.is_set():
                        return
            if job["state"] != "done":
                soak.errors.append(f"job: {job['state']} {job['problem']}")
            soak.jobs += 1


def review(soak: Soak, port: int, over: threading.Event) -> None:
    """Visit the house as a reviewer does, from sign-in to sign-out, again and again."""
    while not over.is_set():
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            try:
                visit(soak, client, over)
            except httpx.HTTPStatusError as error:
                soak.errors.append(f"review: {error.request.method} {error.response.status_code}")
                over.wait(1.0)
        over.wait(0.2)


def visit(soak: Soak, client: httpx.Client, over: threading.Event) -> None:
    """Sign in, list the cases, read some pages of findings, decide on what is open, sign out."""

    def call(method: str, path: str, **more: Any) -> Any:
        answer = client.request(method, path, **more).raise_for_status()
        return answer.json() if answer.content else None

    session = call("POST", "/api/v1/session", json={"login": LOGIN, "password": PASSWORD})
    client.headers["X-CSRF-Token"] = session["csrf_token"]
    cases = [case["name"] for case in call("GET", "/api/v1/cases")["cases"]]
    after: int | None = 0
    for _ in range(PAGES_A_VISIT if cases else 0):
        page = call("GET", "/api/v1/findings", params={"case": "soak", "after": after, "limit": 100})
        soak.pages += 1
        after = page["next"]
        if after is None or over.is_set():
            break
    if cases:
        waiting = call("GET", "/api/v1/findings", params={"status": "open", "grave": False, "limit": 5})["findings"]
        if numbers := [request["id"] for request in waiting]:
            call("GET", f"/api/v1/findings/{numbers[0]}")
            decision = {"findings": numbers, "outcome": "accept", "reason": "seen"}
            call("POST", "/api/v1/decisions", json=decision, headers={"Idempotency-Key": f"{numbers}"})
            soak.decisions += len(numbers)
    call("DELETE", "/api/v1/session")
    soak.visits += 1


def run(seconds: float, clients: int = 4, *, turns: int = 300, warm_up: float = 0.0, window: float = 5.0) -> Soak:
    """Put the load on for so many seconds and return what was seen, with five readings of memory in each ``window``.

    With a ``warm_up`` memory is watched only once jobs, visits and decisions have come twice and what is held has
    come to rest, or after so many seconds at most; what goes wrong before that counts too.
    """
    soak = Soak()
    over = threading.Event()
    with tempfile.TemporaryDirectory() as folder, service(Path(folder), worker=True) as (port, token, process):
        begun = time.monotonic()
        threads = [
            threading.Thread(target=watch, args=(soak, process.pid, begun, over, window / 5)),
            threading.Thread(target=upload, args=(soak, port, token, over, turns)),
            threading.Thread(target=review, args=(soak, port, over)),
        ]
        for thread in threads:
            thread.start()
        try:
            while not _is_warm(soak, window) and time.monotonic() - begun < warm_up:
                _ask(soak, port, token, clients, 2.0)
            if warm_up:
                soak.memory.clear()
                begun = time.monotonic()
            while (left := seconds - (time.monotonic() - begun)) > 0:
                _ask(soak, port, token, clients, min(30.0, left))
        finally:
            over.set()
            for thread in threads:
                thread.join()
    return soak


def _ask(soak: Soak, port: int, token: str, clients: int, seconds: float) -> None:
    """Send the mixed requests for so many seconds, and note how many came back and what went wrong."""
    came = load("127.0.0.1", port, clients, seconds, mixed(token))
    soak.requests += len(came.seconds)
    soak.errors += [f"request: {what} x {times}" for what, times in came.errors.items()]


def _is_warm(soak: Soak, window: float) -> bool:
    """Tell whether every kind of work was done twice, and the memory of the last seconds is that of the ones before."""
    if min(soak.jobs, soak.visits, soak.decisions) < 2:
        return False
    resting_memory = [[least for _, least in resting(points, window)][-3:] for points in soak.memory.values()]
    return all(len(least) == 3 and least[-1] < 1.02 * least[0] for least in resting_memory)


def judged(soak: Soak, most: float) -> tuple[list[str], bool]:
    """The table of what was seen, and whether it holds."""
    lines = ["| process | at first | at last | highest | rise an hour |", "|---|--:|--:|--:|--:|"]
    good = not soak.errors
    for name, points in soak.memory.items():
        rest = resting(points)
        steady = rest[len(rest) // 4 :]
        rise = 3600 * slope(steady)
        lasted = (steady[-1][0] - steady[0][0]) / 3600
        grows = rise > most and rise * lasted > 0.1 * steady[0][1]
        good = good and not grows
        first, last, highest = steady[0][1], steady[-1][1], max(memory for _, memory in points)
        lines.append(f"| {name} | {first:.0f} MB | {last:.0f} MB | {highest:.0f} MB | {rise:+.0f} MB |")
    lines.append(
        f"\n{soak.requests:,} requests, {soak.jobs:,} jobs, {soak.visits:,} visits of a reviewer with {soak.pages:,} "
        f"pages of findings and {soak.decisions:,} decisions; {len(soak.errors):,} errors."
    )
    return [*lines, *sorted(set(soak.errors))[:20]], good


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("--minutes", type=float, default=24)
    words.add_argument("--most", type=float, default=20, help="megabytes an hour that may be noise")
    chosen = words.parse_args()
    lines, good = judged(run(60 * chosen.minutes), chosen.most)
    print("\n".join(lines))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
