"""The processes of `opencwc serve`: they start together, watch over each other, and leave together."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from benchmarks.service import free_port, make_token, wait_for
from benchmarks.soak import judged, resting, run, slope, worker_of

COMMAND = (sys.executable, "-c", "import typer; from opencwc.cli.serve import serve; typer.run(serve)")


@dataclass
class Served:
    process: subprocess.Popen[bytes]
    port: int
    log: Path
    environment: dict[str, str]


def until(holds: Callable[[], object], within: float = 30) -> object:
    """Wait until something holds, and return it."""
    ends = time.monotonic() + within
    while time.monotonic() < ends:
        if result := holds():
            return result
        time.sleep(0.05)
    raise AssertionError("it never came")


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


@contextlib.contextmanager
def _served(folder: Path) -> Iterator[Served]:
    environment = {**os.environ, "OPENCWC_SETTINGS": str(folder / "s"), "OPENCWC_DATA": str(folder / "d")}
    log = folder / "log"
    port = free_port()
    with log.open("wb") as stream:
        process = subprocess.Popen([*COMMAND, "--port", str(port)], env=environment, stderr=stream)
    wait_for(port, process)
    yield Served(process, port, log, environment)
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.wait()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, name_index: None) -> Iterator[Served]:
    """A service that every test leaves running."""
    with _served(tmp_path_factory.mktemp("served")) as served:
        yield served


@pytest.fixture
def ended(tmp_path: Path, name_index: None) -> Iterator[Served]:
    """A service that the test ends."""
    with _served(tmp_path) as served:
        yield served


def test_the_first_start_gives_a_link_and_the_log_is_json(served: Served) -> None:
    until(lambda: "/auth/invitation?token=" in served.log.read_text())
    lines = [line for line in served.log.read_text().splitlines() if line.startswith("{")]
    assert "listening" in {json.loads(line)["message"] for line in lines}


def test_a_worker_that_is_killed_is_started_again(served: Served) -> None:
    first = until(lambda: worker_of(served.process.pid))
    os.kill(first, signal.SIGKILL)
    second = until(lambda: (worker := worker_of(served.process.pid)) != first and worker)
    assert second


def test_the_worker_leaves_with_the_server_even_when_that_is_killed(ended: Served) -> None:
    until(lambda: "worker ready" in ended.log.read_text())
    worker = worker_of(ended.process.pid)
    ended.process.send_signal(signal.SIGKILL)
    ended.process.wait()
    until(lambda: not alive(worker))


def test_told_to_leave_both_leave_in_order(ended: Served) -> None:
    until(lambda: "worker ready" in ended.log.read_text())
    worker = worker_of(ended.process.pid)
    ended.process.send_signal(signal.SIGTERM)
    assert ended.process.wait(30) == 0
    assert not alive(worker)
    assert "Finished server process" in ended.log.read_text()


def test_a_port_that_is_taken_is_told(served: Served) -> None:
    done = subprocess.run(
        [*COMMAND, "--port", str(served.port), "--no-worker"],
        env=served.environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--port" in done.stderr


def test_a_job_goes_on_in_the_next_worker_after_the_first_was_killed_in_the_middle(served: Served) -> None:
    token = make_token(served.environment)
    rows = 7_000
    data = b"smiles\n" + b"CC(C)OP(C)(=O)F\n" * rows
    with httpx.Client(
        base_url=f"http://127.0.0.1:{served.port}", headers={"Authorization": f"Bearer {token}"}, timeout=60
    ) as client:
        job = client.post("/api/v1/jobs", files={"file": ("x.csv", data)}, data={"case": "k-1", "lists": "CWC"}).json()

        def state() -> dict:
            return client.get(f"/api/v1/jobs/{job['id']}").json()

        until(lambda: state()["rows_done"] > 0, 60)
        os.kill(worker_of(served.process.pid), signal.SIGKILL)
        assert state()["state"] == "running"
        until(lambda: state()["state"] not in ("running", "waiting"), 120)
        job_state = state()
        assert (job_state["state"], job_state["rows_done"]) == ("done", rows)
        lines = client.get(f"/api/v1/jobs/{job['id']}/result").text.splitlines()
    assert [json.loads(line)["row"] for line in lines] == list(range(1, rows + 1))


def test_a_short_soak_shows_no_error_and_no_growth(name_index: None) -> None:
    soak = run(8, clients=1, turns=10, warm_up=90, window=2)  # `make soak` goes on for 24 minutes
    lines, _ = judged(soak, 20)
    assert soak.errors == []
    assert soak.requests > 100
    assert soak.jobs >= 1
    assert min(soak.visits, soak.pages, soak.decisions) >= 1
    for points in soak.memory.values():
        first, *later = [memory for _, memory in resting(points, 2)][-3:]
        assert min(later) < 1.1 * first, "\n".join(lines)


def test_a_leak_shows_in_what_is_held_at_rest_and_a_moment_does_not() -> None:
    leak = [(float(at), 100 + at + 64 * (at % 3 == 0)) for at in range(20)]
    assert [memory for _, memory in resting(leak)] == [101, 105, 110, 116]


def test_the_line_through_memory_is_the_least_squares_one() -> None:
    assert slope([(0, 1), (1, 3), (2, 5)]) == pytest.approx(2)
    assert slope([(0, 1), (1, 1), (2, 1)]) == 0
