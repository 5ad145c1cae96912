"""A process of the sandbox can do nothing else, and the caller lives on, whatever the process does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from opencwc.confining import sandbox
from opencwc.confining.sandbox import Sandbox, TaskRequest
from opencwc.errors import InputError, OpenCWCError
from opencwc.web.server.serving import tell_protection

PROBE = str(Path(__file__).with_name("confined_probe.py"))


def started(*command: str, seconds: float = 60) -> Sandbox:
    return Sandbox(command, TaskRequest("probe", {}, seconds), None)


def probe(what: str, *more: str, seconds: float = 60) -> str:
    """Let the probe try something in the sandbox, and return what came of it."""
    with started(PROBE, what, *more, seconds=seconds) as running:
        return next(str(line["told"]) for line in running.lines() if line is not None)


@pytest.fixture
def listening() -> Iterator[str]:
    """A port of this machine on which someone listens."""
    with socket.create_server(("127.0.0.1", 0)) as place:
        yield str(place.getsockname()[1])


def test_this_machine_offers_every_protection() -> None:
    told = sandbox.protection()
    threads = told.pop("threads")
    assert threads == (os.getuid() != 0)  # the kernel holds root to no bound on them
    assert told == dict.fromkeys(("namespace", "files", "filter", "signals", "root", "network_cut"), True)


def test_the_start_of_the_service_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = dict.fromkeys(("namespace", "files", "filter", "signals", "root", "threads", "network_cut"), True)
    for lacking in ((), ("signals", "root")):
        caplog.clear()
        monkeypatch.setattr(sandbox, "protection", lambda lacking=lacking: whole | dict.fromkeys(lacking, False))
        tell_protection()
        assert [record.getMessage() for record in caplog.records] == (
            ["the sandbox of uploads lacks: signals, root"] if lacking else []
        )


# ---------------------------------------------------------------------------------- what a process in it cannot do


@pytest.mark.parametrize("what", ["network", "udp", "fork", "exec", "write", "kill"])
def test_it_cannot(what: str, listening: str) -> None:
    assert probe(what, listening) in ("PermissionError", "OSError")


@pytest.mark.parametrize(
    "what",
    ["owner", "signal", "owner of a kind", "owner by ioctl", "priority", "own priority", "affinity", "scheduler"],
)
def test_it_cannot_touch_another_process(what: str) -> None:
    assert probe(what) == "PermissionError"


@pytest.mark.parametrize("what", ["own affinity", "some threads"])
def test_it_may_do_what_libraries_need(what: str) -> None:
    assert probe(what) == "done"


@pytest.mark.parametrize("what", ["stat", "exists"])
def test_it_cannot_ask_of_a_file_whether_it_is_there(tmp_path: Path, what: str) -> None:
    kept = tmp_path / "casebook.db"
    kept.write_text("what a State holds")
    for place in (kept, tmp_path / "none", Path("/etc/passwd"), Path("/root"), Path("/home")):
        assert probe(what, str(place)) == "FileNotFoundError", place


@pytest.mark.parametrize("what", ["parent", "up"])
def test_it_sees_no_other_process_and_no_other_root(what: str) -> None:
    assert probe(what) in ("FileNotFoundError", "PermissionError")


def test_without_a_mount_namespace_of_its_own_it_leaves_the_root_of_all_alone() -> None:
    program = (
        "from pathlib import Path; from opencwc.confining.rights import Bounds, confine; "
        "told = confine(Bounds(), [Path('/usr')], namespace=0x4000_0000); "
        "print(told.root, Path('/etc/passwd').exists())"
    )
    command = ["unshare", "-rm", sys.executable, "-c", program]  # should it fail, it is not our root
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_its_threads_are_bounded_where_it_is_not_root() -> None:
    command = [sys.executable, "-P", "-B", PROBE]
    if os.getuid() == 0:  # whom the kernel holds to no bound
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]
    for what, told in (("some threads", "done"), ("threads", "BlockingIOError")):
        with TemporaryDirectory() as folder:
            Path(folder).chmod(0o777)
            done = subprocess.run([*command, what], cwd=folder, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["told"] == told


def test_the_namespace_alone_reaches_no_network(listening: str) -> None:
    assert probe("namespace", listening) in ("OSError", "ConnectionRefusedError", "TimeoutError")


@pytest.mark.parametrize("what", ["read", "append", "remove"])
def test_it_cannot_touch_a_file_beside_it(tmp_path: Path, what: str) -> None:
    kept = tmp_path / "casebook.db"
    kept.write_text("what a State holds")
    assert probe(what, str(kept)) == ("FileNotFoundError" if what == "read" else "PermissionError")
    assert kept.read_text() == "what a State holds"


def test_it_can_still_load_python() -> None:
    assert probe("python") == "done"


def test_a_memory_hog_runs_into_its_limit_and_nobody_else_does() -> None:
    assert probe("memory") == "MemoryError"


def test_endless_work_is_ended_by_the_limit_of_work() -> None:
    with pytest.raises(InputError, match="more work than allowed"):
        probe("cpu")


def test_endless_waiting_is_ended_by_the_clock() -> None:
    sleeper = "import time; time.sleep(600)"
    began = time.monotonic()
    with started("-c", sleeper, seconds=0.5) as running, pytest.raises(InputError, match=r"longer than 0\.5"):
        list(running.lines(poll=0.1))
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("program", "output"),
    [
        ("print('{', flush=True)", "no usable answer"),
        ("print('[' * 100000, flush=True)", "no usable answer"),
        ("print([1], flush=True)", "no usable answer"),
        ("import os; os.abort()", "stopped with an error"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "the system stopped reading the file"),
        ("import sys\nwhile True: sys.stdout.write('x' * 1000000)", "did not end"),
    ],
    ids=["cut", "deep", "no object", "abort", "killed", "endless line"],
)
def test_whatever_it_says_is_only_text(program: str, output: str) -> None:
    with started("-c", program) as running, pytest.raises(InputError, match=output):
        list(running.lines())


def test_an_error_it_tells_is_one_of_ours_or_plain() -> None:
    program = "import json; print(json.dumps({'problem': {'kind': 'os.system', 'what': 'x'}}), flush=True)"
    with started("-c", program) as running, pytest.raises(OpenCWCError) as caught:
        list(running.lines())
    assert type(caught.value) is InputError


def test_nothing_of_it_stays_behind() -> None:
    with started(PROBE, "python") as running:
        pid, folder = running.pid, Path(running._folder.name)
    assert not Path(f"/proc/{pid}").exists()
    assert not folder.exists()


def test_the_environment_of_the_process_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SERVICE_METRICS_TOKEN", "planted")
    program = "import os, json, sys; print(json.dumps({'told': sorted(os.environ.values()), 'done': True}), flush=True)"
    with started("-c", program) as running:
        (line,) = [line for line in running.lines() if line is not None]
    assert "planted" not in json.dumps(line)
    assert os.environ["OPENCWC_SERVICE_METRICS_TOKEN"] == "planted"
    assert sys.executable
