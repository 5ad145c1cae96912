"""`opencwc allow`: a name is allowed, counted in every answer, expires, is taken away; a number never is allowed."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from .conftest import Run

END = (date.today() + timedelta(days=100)).isoformat()
WHY = ("--why", "our carrier in Kochi", "--by", "R. Ortiz", "--until", END)
TABLE = "goods\nSoman\nsoman 2 kg\nTabun\n"


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    return tmp_path / "settings"


def test_an_allowed_name_is_silenced_and_counted(run: Run, tmp_path: Path) -> None:
    assert run("screen", "Soman").status == 1
    assert "R. Ortiz" in run("allow", "add", "Soman", *WHY).text
    value = run("screen", "Soman")
    assert value.status == 0
    assert "suppressed by the allow-list. Without it, Soman would fall under CWC 1A01" in value.text
    assert "CWC: not listed" not in value.text
    assert "Suppressed by your allow-list: 1 (Soman (CWC 1A01) × 1)" in value.text
    table = tmp_path / "goods.csv"
    table.write_text(TABLE, encoding="utf-8")
    answer = tmp_path / "answer.csv"
    done = run("screen", table, "-o", answer)
    assert done.status == 1 and "Soman (CWC 1A01) × 1" in done.err
    assert json.loads(Path(f"{answer}.checked.json").read_text(encoding="utf-8"))["allowed"]["Soman (CWC 1A01)"] == 1
    assert "would fall under CWC 1A01" in answer.read_text(encoding="utf-8")


def test_a_number_beside_an_allowed_name_stays_listed(run: Run) -> None:
    run("allow", "add", "Soman", *WHY)
    done = run("screen", "Soman, CAS 96-64-0")
    assert done.status == 1 and "LISTED  CWC 1A01" in done.text


def test_an_allowed_product_silences_no_chemical_of_the_same_name_beside_it(run: Run) -> None:
    run("allow", "add", "SOMAN 40", *WHY)
    assert run("screen", "belt SOMAN 40, 12 m", "--as", "text").status == 0
    assert run("screen", "belt SOMAN 40, 12 m; soman, 2 kg", "--as", "text").status == 1


def test_a_firm_is_allowed_and_the_chemical_of_its_name_is_not(run: Run) -> None:
    run("allow", "add", "Soman Kochi", *WHY)
    assert run("screen", "soman  KOCHI invoice, 20 kg paper", "--as", "text").status == 0
    assert run("screen", "Soman, 2 kg", "--as", "text").status == 1


def test_an_expired_entry_silences_nothing_and_is_said(run: Run, own_settings: Path) -> None:
    run("allow", "add", "Soman", *WHY)
    file = own_settings / "allow.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(END, "2020-01-01"), encoding="utf-8")
    done = run("screen", "Soman")
    assert done.status == 1 and "Soman (2020-01-01)" in done.text
    assert "expired on 2020-01-01" in run("allow", "list").text


def test_a_name_is_taken_away(run: Run) -> None:
    assert "The allow-list is empty" in run("allow", "list").text
    run("allow", "add", "Soman", *WHY)
    assert "our carrier in Kochi" in run("allow", "list").text
    assert run("allow", "remove", "SOMAN").status == 0
    assert run("screen", "Soman").status == 1


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("107-44-8", WHY, "never suppressed"),
        ("CC(C)OP(C)(=O)F", WHY, "never suppressed"),
        ("InChI=1S/CH4/h1H4", WHY, "never suppressed"),
        ("...", WHY, "at least one letter"),
        ("Soman", ("--until", END, "--by", "A"), "Say why"),
        ("Soman", ("--why", "staff", "--by", "A"), "--until"),
        ("Soman", ("--why", "staff", "--until", "2020-01-01"), "is in the past"),
        ("Soman", ("--why", "staff", "--until", "soon"), "soon"),
    ],
)
def test_what_cannot_be_allowed_is_told(run: Run, name: str, options: tuple[str, ...], message: str) -> None:
    done = run("allow", "add", name, *options)
    assert done.status == 2 and message in done.err


def test_a_name_is_allowed_once_and_one_that_is_not_there_is_told(run: Run) -> None:
    run("allow", "add", "Soman", *WHY)
    assert "already" in run("allow", "add", "soman", *WHY).err
    assert "opencwc allow list" in run("allow", "remove", "Tabun").err


def test_a_file_that_is_no_table_is_told(run: Run, own_settings: Path) -> None:
    own_settings.mkdir()
    (own_settings / "allow.csv").write_text("name,until\nSoman,soon\n", encoding="utf-8")
    done = run("screen", "Soman")
    assert done.status == 2 and "name, by, why, until" in done.err
