"""What was tried and what held is counted, shown and written down with its day."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from attacks import BEGIN, END, Tally, kind_of, table, with_table

TESTS = Path(__file__).parent


def test_a_file_or_a_part_of_it_is_of_a_kind() -> None:
    assert kind_of("web/test_access.py", "test_anything[at all]") == "routes, roles and scopes"
    assert kind_of("confining/test_new.py", "test_it") == "ways out of the sandbox"
    assert kind_of("casebook/test_backup.py", "test_a_damaged_backup_is_told") is not None
    assert kind_of("casebook/test_backup.py", "test_a_backup_of_a_restored_casebook") is None
    assert kind_of("web/test_layout.py", "test_it") is None


def test_the_table_has_its_kinds_in_order_and_their_sum() -> None:
    lines = table({"another kind": Tally(1, 1), "kills": Tally(1200, 1199)}).splitlines()
    assert lines[2:] == ["| kills | 1,200 | 1,199 |", "| another kind | 1 | 1 |", "| **all** | 1,201 | 1,200 |"]


def test_the_table_replaces_the_one_before_and_nothing_else() -> None:
    page = f"above\n\n{BEGIN}\n\nold\n\n{END}\n\nbelow\n"
    once = with_table(page, "| new |", date(2026, 11, 29))
    assert once.startswith(f"above\n\n{BEGIN}\n\nOn 2026-11-29") and once.endswith(f"| new |\n\n{END}\n\nbelow\n")
    assert "old" not in once and with_table(once, "| new |", date(2026, 11, 29)) == once
    with pytest.raises(ValueError, match="attacks: begin"):
        with_table("no marks", "", date(2026, 11, 29))


def test_the_threat_model_has_a_place_for_the_table() -> None:
    page = (TESTS.parent / "docs" / "explanation" / "threat-model.md").read_text(encoding="utf-8")
    assert page.count(BEGIN) == page.count(END) == 1 and page.index(BEGIN) < page.index(END)


_TRIES = """
import pytest
from attacks import tried

@pytest.mark.attack("kills")
def test_holds():
    for _ in range(3):
        tried()

@pytest.mark.attack("kills")
@pytest.mark.parametrize("good", [True, False])
def test_one(good):
    tried(2)
    assert good

def test_no_attack():
    tried()
"""


@pytest.mark.parametrize("processes", ["0", "1"])
def test_what_the_tests_tried_is_counted_in_every_process(tmp_path: Path, processes: str) -> None:
    (tmp_path / "test_tries.py").write_text(_TRIES)
    (tmp_path / "conftest.py").write_text(
        "import attacks\n"
        "pytest_addoption = attacks.add_options\n"
        "def pytest_configure(config):\n"
        "    config.addinivalue_line('markers', 'attack(kind): counted')\n"
        "    config.pluginmanager.register(attacks.Counting(config))\n"
    )
    page = tmp_path / "page.md"
    page.write_text(f"{BEGIN}\n{END}\n")
    command = [sys.executable, "-m", "pytest", "-c", "/dev/null", "--rootdir", str(tmp_path), "-n", processes, "-q",
               "-p", "no:cacheprovider", "--attack-table-in", str(page), "test_tries.py"]  # fmt: skip
    environment = {"PYTHONPATH": str(TESTS), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "| kills | 7 | 6 |" in done.stdout
    assert "| **all** | 7 | 6 |" in page.read_text()
