"""Every command and every line of Python that the documentation shows gives what the page says it gives."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from docs_build.console import DAY, blocks, differences, fits, is_shown, pages, steady  # noqa: E402

from opencwc.legislation.example_texts import NAMES, example_text  # noqa: E402


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_shows_what_happens(page: Path, name_index: None) -> None:
    assert "\n".join(differences(page)) == ""


def test_the_first_screen_of_the_readme_shows_the_two_commands() -> None:
    first = next(block for block in blocks((ROOT / "README.md").read_text(encoding="utf-8")) if block.commands)
    assert [command.text for command in first.commands] == ["make demo", "make test"]


def test_dots_stand_for_lines_and_for_the_rest_of_a_line() -> None:
    assert fits(["a", "...", "c ..."], ["a", "b", "b", "c d"])
    assert not fits(["a", "...", "d"], ["a", "b"])
    assert not fits(["a"], ["a", "b"])


def test_today_is_shown_as_one_day_unless_the_command_names_it() -> None:
    today = date.today().isoformat()
    assert steady(f"as of {today}") == f"as of {DAY}"
    assert steady(f"as of {today}", f"opencwc transfers reconcile a.csv --as-of {today}") == f"as of {today}"


def test_a_day_that_a_page_names_may_be_the_day_on_which_it_is_read() -> None:
    today = date.today().isoformat()
    said = ["$ opencwc case assign customs-2026-11 luc", f"customs-2026-11  open  {today}"]
    assert is_shown(said, [steady(line) for line in said])
    assert not is_shown(said, [said[0], "customs-2026-11  open  2019-02-03"])


def test_the_act_in_the_examples_is_the_one_that_comes_with_the_program() -> None:
    for name in NAMES:
        assert (ROOT / "examples" / name).read_text(encoding="utf-8") == example_text(name)
