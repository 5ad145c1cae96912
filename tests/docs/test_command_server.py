"""A program run by the command server gets what its client has, ends as it would alone, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from docs_build.command_server import programs


def ran(folder: Path, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(programs()), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env={**os.environ, **environment, "PATH": path}, capture_output=True,
        text=True, check=False, timeout=120,
    )  # fmt: skip


def test_a_program_has_the_client_s_arguments_folder_environment_and_streams(tmp_path: Path) -> None:
    (tmp_path / "liste.smi").write_text("CC(C)OP(C)(=O)F sarin\n")
    for lang, verdict in (("fr", "inscrit"), ("en", "listed")):
        done = ran(tmp_path, "cat liste.smi | opencwc screen - --lists CWC > answer", OPENCWC_LANG=lang)
        assert (done.returncode, done.stdout) == (1, "")
        assert verdict in (tmp_path / "answer").read_text(encoding="utf-8").lower()


def test_the_status_and_the_errors_are_the_program_s(tmp_path: Path) -> None:
    assert ran(tmp_path, "opencwc screen CCO").returncode == 0
    refused = ran(tmp_path, "opencwc screen nothing.csv; echo $?")
    assert (refused.stdout, "nothing.csv" in refused.stderr) == ("2\n", True)


def test_a_doctest_that_fails_says_so(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(">>> 1 + 1\n3\n")
    failed = ran(tmp_path, "doctest page.txt")
    assert failed.returncode == 1
    assert "Expected:\n    3\nGot:\n    2" in failed.stdout
