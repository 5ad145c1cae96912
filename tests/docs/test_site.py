"""The documentation builds without a warning, holds every entry and every option, and loads nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from opencwc.cli.app import application
from opencwc.convention import Convention

ROOT = Path(__file__).resolve().parents[2]
_TEST = re.compile(r"^def (test_\w+)", re.MULTILINE)
LOADS = re.compile(r"""<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=["']?(?:https?:)?//[^\s"'>]+""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert pages
    assert [(page.name, address) for page in pages for address in LOADS.findall(page.read_text(encoding="utf-8"))] == []


def test_no_style_sheet_loads_anything_from_elsewhere(site: Path) -> None:
    sheets = sorted(site.rglob("*.css"))
    assert sheets
    assert [
        sheet.name for sheet in sheets if re.search(r"(?:url\(|@import )['\"]?(?:https?:)?//", sheet.read_text())
    ] == []


def test_the_search_index_holds_what_the_pages_say(site: Path) -> None:
    assert "triethanolamine" in (site / "search" / "search_index.json").read_text(encoding="utf-8").lower()


def test_every_entry_has_its_section(site: Path) -> None:
    page = (site / "reference" / "entries.html").read_text(encoding="utf-8")
    missing = [
        entry.id
        for rule_list in Convention(lists=("CWC", "AG")).lists
        for entry in rule_list.entries
        if f">{entry.id}: " not in page
    ]
    assert missing == []


def test_every_option_of_every_command_is_explained(site: Path) -> None:
    page = (site / "reference" / "cli.html").read_text(encoding="utf-8")
    assert [name for name in _options() if f"<code>{name}</code>" not in page] == []


def test_every_test_that_the_threat_model_names_is_there() -> None:
    page = (ROOT / "docs" / "explanation" / "threat-model.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    there = {name for file in (ROOT / "tests").rglob("test_*.py") for name in _TEST.findall(file.read_text())}
    assert named
    assert named - there == set()


def _options() -> Iterator[str]:
    for command in _commands(typer.main.get_command(application())):
        for param in command.params:
            if param.param_type_name == "option":
                yield from param.opts


def _commands(command: Any) -> Iterator[Any]:
    for subcommand in getattr(command, "commands", {}).values():
        yield subcommand
        yield from _commands(subcommand)
