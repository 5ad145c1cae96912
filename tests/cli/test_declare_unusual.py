"""`opencwc declare --unusual` on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Ran, Run


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """Thirty-two plants that make phosgene in amounts that hardly move; S7 writes kg for t in 2025."""
    rows = ["site,plant,chemical,activity,year,quantity,unit"]
    rows += [
        f"S{site},A,Phosgene,produce,{year},{40 + 3 * site + (7 * site * year) % 5},{unit_of(site, year)}"
        for site in range(32)
        for year in range(2019, 2026)
    ]
    (tmp_path / "activities.csv").write_text("\n".join(rows), encoding="utf-8")
    return tmp_path


def unit_of(site: int, year: int) -> str:
    return "kg" if (site, year) == (7, 2025) else "t"


@pytest.fixture
def declare(run: Run, register: Path) -> Callable[..., Ran]:
    return lambda *words, year="2026": run("declare", str(register), "--year", year, "--unusual", *words)


def test_the_wrong_figure_comes_first_on_the_screen(declare: Callable[..., Ran]) -> None:
    done = declare()
    assert done.status == 1, done.err
    assert "Questions proposed for the operator" in done.text
    assert "Is the unit right?" in " ".join(done.text.split())


def test_proposals_go_into_a_file(declare: Callable[..., Ran], tmp_path: Path) -> None:
    out = tmp_path / "asked.jsonl"
    assert declare("-o", str(out), "--lang", "fr").status == 1
    first = json.loads(out.read_text(encoding="utf-8").splitlines()[0])
    assert (first["site"], first["reason"], first["year"]) == ("S7", "unit", 2025)
    assert "L’unité est-elle juste" in first["why"]


def test_a_model_that_is_off_is_said(declare: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_MODELS_OFF", "unusual-figures")
    done = declare()
    assert "Ranked by plain rules" in done.text
    assert "OPENCWC_MODELS_OFF" in done.text


def test_a_register_without_figures_of_the_year_says_so(declare: Callable[..., Ran]) -> None:
    done = declare(year="2031")
    assert (done.status, done.text) == (0, "The register has no figures of 2030.\n")


def test_the_register_is_kept_with_the_proposals(declare: Callable[..., Ran], tmp_path: Path) -> None:
    done = declare("--format", "csv", "--keep", "figures", "--casebook", str(tmp_path / "casebook.db"))
    assert done.status == 1 and ",unit," in done.text
    assert "saved in the case figures (run 1)" in done.err
