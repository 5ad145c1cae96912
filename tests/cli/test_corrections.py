"""`opencwc corrections`: a lawyer's word is kept, listed, given out and taken in; what cannot be is told."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from opencwc.legislation.corrections import COLUMNS

from .conftest import Run

ACT = Path(__file__).parents[2] / "examples" / "chemical-weapons-act.txt"
SAID = ("--verdict", "none", "--by", "R. Ortiz", "--reason", "no penalty stands beside it")


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_DATA", str(tmp_path / "data"))


def test_a_correction_is_kept_listed_given_out_and_measured_against(run: Run, tmp_path: Path) -> None:
    assert "No corrections yet" in run("corrections", "list").text
    done = run("corrections", "add", ACT, "--state", "XNV", "--measure", "pro-01", *SAID, "--section", "Section 4")
    assert done.status == 0, done.err
    assert "XNV PRO-01" in done.text and "proposed: needs reading" in done.text
    assert "R. Ortiz" in run("corrections", "list", "--lang", "ar").text
    table = list(csv.DictReader(run("corrections", "export").text.splitlines()))
    assert [(row["proposed"], row["verdict"], row["sections"]) for row in table] == [("review", "none", "Section 4")]
    labels = tmp_path / "labels.jsonl"
    assert run("corrections", "export", "-o", labels).status == 0
    assert tuple(json.loads(labels.read_text(encoding="utf-8"))) == COLUMNS
    measured = run("models", "evaluate", "law-coverage", "--format", "json")
    assert measured.status == 0, "the card promises nothing of one's own labels"
    assert json.loads(measured.text)["own"] and not json.loads(measured.text)["differences"]


def test_labels_of_another_house_are_taken_once_and_what_is_none_is_not(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = tmp_path / "labels.jsonl"
    run("corrections", "add", ACT, "--state", "XNV", "--measure", "PRO-01", *SAID)
    run("corrections", "export", "-o", labels)
    monkeypatch.setenv("OPENCWC_DATA", str(tmp_path / "other"))
    assert run("corrections", "take", labels).text.startswith("1 new label was added")
    assert run("corrections", "take", labels).text.startswith("0 new labels")
    with labels.open("a", encoding="utf-8") as file:
        file.write('{"verdict": "covered"}\n')
    broken = run("corrections", "take", labels)
    assert broken.status == 2 and "line 2 is not a label" in broken.err
    assert len(run("corrections", "export", "--format", "jsonl").text.splitlines()) == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (("--measure", "PRO-99"), "not a measure of that day"),
        (("--verdict", "absent"), "not a verdict"),
        (("--reason", " "), "a person and a reason"),
        (("--state", "Ruritania"), "is not a State"),
        (("--as-of", "soon"), "is not a date"),
    ],
)
def test_what_cannot_be_kept_is_told(run: Run, changed: tuple[str, str], message: str) -> None:
    body = {"--state": "XNV", "--measure": "PRO-01", "--verdict": "none", "--by": "R. Ortiz", "--reason": "read"}
    body[changed[0]] = changed[1]
    done = run("corrections", "add", ACT, *(part for pair in body.items() for part in pair))
    assert done.status == 2 and message in done.err
