"""The command line for the tests: in this process where that shows the same, else as a process of its own."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from opencwc.cli.app import application


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit status, and what it wrote where."""

    status: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode("utf-8")

    @property
    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.text, newline="")))


Run = Callable[..., Ran]


@pytest.fixture
def run() -> Run:
    """Run ``opencwc`` with these words, in this process."""

    def call(*words: object, given: bytes = b"") -> Ran:
        done = CliRunner().invoke(application(), [str(word) for word in words], input=given)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Ran(done.exit_code, done.stdout_bytes, done.stderr)

    return call


COMMAND = (sys.executable, "-c", "from opencwc.cli import main; main()")


@pytest.fixture
def command() -> Run:
    """Run ``opencwc`` with these words, as a process of its own."""

    def call(*words: object, given: bytes = b"") -> Ran:
        argv = [*COMMAND, *(word if isinstance(word, bytes) else str(word) for word in words)]
        done = subprocess.run(argv, input=given, capture_output=True, timeout=120, check=False)
        return Ran(done.returncode, done.stdout, done.stderr.decode("utf-8"))

    return call


@pytest.fixture
def products(tmp_path: Path) -> Path:
    """A small list in which every verdict stands once."""
    path = tmp_path / "products.csv"
    path.write_text(
        "code,smiles\n"
        "P1,CC(C)OP(C)(=O)F\n"  # 1A01
        "P2,CCO\n"
        "P3,CCOP(=S)(CC)Sc1ccccc1\n"  # fonofos, exempt from 2B04
        "P4,CP(=O)(Cl)*\n"
        "P5,C1CC\n",
        encoding="utf-8",
    )
    return path
