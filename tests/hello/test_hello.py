"""A verb is added with two changed lines outside its own folders: the trial package of docs/how-to/add-a-verb.md."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(__file__).parent / "package" / "opencwc"
PAGE = ROOT / "docs" / "how-to" / "add-a-verb.md"
VERB_LINE = '    "opencwc.hello.verb",\n'
FLOOR = '  "transfers | legislation | reports",'
WITH_HELLO = '  "transfers | legislation | reports | hello",'


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """OpenCWC with the trial package in it, in an environment of its own; return its folder."""
    folder = tmp_path_factory.mktemp("with-hello")
    source = folder / "src" / "opencwc"
    shutil.copytree(
        ROOT / "src" / "opencwc", source, copy_function=os.link, ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(PACKAGE, source, dirs_exist_ok=True)
    _replace(source / "verbs.py", "MODULES = (\n", f"MODULES = (\n{VERB_LINE}")
    _add_wording(source / "wording" / "catalogs")
    shutil.copy(ROOT / "pyproject.toml", folder)
    _replace(folder / "pyproject.toml", FLOOR, WITH_HELLO)
    venv.create(folder / "env", with_pip=False, symlinks=True)
    places = Path(sysconfig.get_path("purelib", vars={"base": str(folder / "env")}))
    ours = sysconfig.get_path("purelib")
    (places / "hello.pth").write_text(f"{folder / 'src'}\n{ours}\n")
    return folder


def _replace(file: Path, old: str, new: str) -> None:
    """Change a file that is linked to the original, which stays as it is."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.unlink()
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def _add_wording(catalogs: Path) -> None:
    for po in catalogs.glob("*/LC_MESSAGES/*.po"):
        more = (Path(__file__).parent / po.name).read_text(encoding="utf-8")
        catalog = read_po(io.StringIO(f"{po.read_text(encoding='utf-8')}\n{more}"), locale=po.parents[1].name)
        compiled = po.with_suffix(".mo")
        compiled.unlink()
        with compiled.open("wb") as target:
            write_mo(target, catalog)


def python(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": ""}
    return subprocess.run(
        [folder / "env" / "bin" / "python", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_answers_and_is_listed(installed: Path, tmp_path: Path) -> None:
    table = tmp_path / "states.csv"
    table.write_text("state\nFrance\nAtlantis\n", encoding="utf-8")
    done = python(installed, "-c", "from opencwc.cli import main; main()", "hello", table)
    assert done.stdout == "France: Hello, FRA.\nAtlantis: No State of this name is known.\n", done.stderr
    table.write_text("country\nFrance\n", encoding="utf-8")
    done = python(installed, "-c", "from opencwc.cli import main; main()", "hello", table)
    assert "the table has no column 'state'. Name the column so." in done.stderr
    assert "hello" in python(installed, "-c", "from opencwc.cli import main; main()", "--help").stdout


def test_the_job_the_pages_and_the_api_work_and_what_is_kept_has_pages(installed: Path) -> None:
    done = python(
        installed, "-m", "pytest", "-q", "-p", "no:xdist", Path(__file__).with_name("with_hello_installed.py")
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_floors_hold(installed: Path) -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = python(installed, lint, "--config", installed / "pyproject.toml", "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_shows_the_files_as_they_are() -> None:
    text = PAGE.read_text(encoding="utf-8")
    listings = dict(re.findall(r'```python title="([^"]+)"\n(.*?)```', text, re.DOTALL))
    assert set(listings) >= {"hello/verb.py", "hello/reader.py"}
    for name, code in listings.items():
        assert (PACKAGE / name).read_text(encoding="utf-8") == code
    assert VERB_LINE.strip() in text and WITH_HELLO.strip() in text
