"""A temporary folder goes with its process; what a killed one left is removed by the next that looks."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from opencwc.confining.leased_folders import LeasedFolder, remove_left_folders

KILLED = """
import os, signal, pathlib
from opencwc.confining.leased_folders import LeasedFolder
folder = LeasedFolder("sandbox")
pathlib.Path(folder.name, "request.json").write_text("QXJ77")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def killed() -> None:
    assert subprocess.run([sys.executable, "-c", KILLED], check=False).returncode == -signal.SIGKILL


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_has_stays(temporary: Path) -> None:
    killed()
    assert len(list(temporary.rglob("request.json"))) == 1
    with LeasedFolder("sandbox") as living:
        assert remove_left_folders() == 1
        assert [str(path) for path in temporary.iterdir()] == [living]
    assert list(temporary.iterdir()) == []
    assert remove_left_folders() == 0


def test_nothing_else_is_removed(temporary: Path) -> None:
    (temporary / "opencwc-others").mkdir()
    (temporary / "elsewhere").mkdir()
    (temporary / "elsewhere" / "kept").touch()
    (temporary / "opencwc-leased-link").symlink_to(temporary / "elsewhere")
    (temporary / "opencwc-leased-file").touch()
    assert remove_left_folders() == 0
    assert (temporary / "elsewhere" / "kept").exists() and (temporary / "opencwc-others").exists()


def test_a_worker_that_starts_removes_what_a_killed_one_left(temporary: Path) -> None:
    from opencwc.jobs.worker import JobBounds, Worker

    killed()
    worker = Worker(None, None, JobBounds(), "next")  # type: ignore[arg-type] - it is stopped before it asks for a job
    worker.stop.set()
    worker.run()
    assert list(temporary.iterdir()) == []
