"""`opencwc law` and `opencwc ask`: files in, answers out in every format; what cannot be is told."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import yaml
from docx import Document

from opencwc.legislation.model import COLUMNS

from .conftest import Run

CASE = Path(__file__).parents[1] / "cases" / "legislation" / "es_ley.yaml"
ASKED = ("--state", "ESP", "--as-of", "2026-06-01")


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("laws") / "ley.txt"
    path.write_text(yaml.safe_load(CASE.read_text(encoding="utf-8"))["text"], encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_DATA", str(tmp_path / "data"))


def test_the_csv_says_what_is_covered_and_where(run: Run, law: Path) -> None:
    done = run("law", law, *ASKED, "--format", "csv")
    assert done.status == 1, done.err
    assert tuple(done.rows[0]) == COLUMNS
    best = {row["measure"]: row for row in reversed(done.rows)}
    assert best["PRO-01"]["verdict"] == "covered" and best["PRO-01"]["section"] == "Artículo 5"
    others = [id for id in best if id.startswith("UNSCR1540 ")]
    assert best["PRO-01"]["file"] == "ley.txt" and len(best) == 60 + len(others) and others


def test_every_format_of_the_report_is_written(run: Run, law: Path, tmp_path: Path) -> None:
    for ending in ("html", "docx", "xlsx", "json"):
        out = tmp_path / f"report.{ending}"
        assert run("law", law, *ASKED, "-o", out, "--lang", "es").status == 1
        assert out.stat().st_size > 5_000
    document = Document(io.BytesIO((tmp_path / "report.docx").read_bytes()))
    assert any("España" in one.text for one in document.paragraphs)
    assert "cubierta" in (tmp_path / "report.html").read_text(encoding="utf-8")
    said = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert said["state"] == "ESP" and said["model"] == "law-coverage"


def test_two_versions_are_compared(run: Run, law: Path, tmp_path: Path) -> None:
    before = tmp_path / "antes.txt"
    text = law.read_text(encoding="utf-8")
    before.write_text(text.replace("armas químicas, almacenarlas o conservarlas;", "armas químicas;"), encoding="utf-8")
    done = run("law", law, *ASKED, "--against", before, "--format", "csv")
    ban = next(row for row in done.rows if row["measure"] == "PRO-01")
    assert ban["change"] == "gained" and set(ban["came"].split(";")) == {"stockpile", "retain"}


def test_what_cannot_be_done_is_told(run: Run, law: Path, tmp_path: Path) -> None:
    assert "no such file" in run("law", tmp_path / "none.txt", *ASKED).err
    assert "is no State" in run("law", law, "--state", "Freedonia").err
    assert "is not known" in run("law", law, *ASKED, "--format", "odt").err
    for words in (("law", law, *ASKED), ("ask", "Who inspects?"), ("shelf", "list")):
        assert "en, fr, ar, es, ru, zh" in run(*words, "--lang", "de").err
    assert "would take the place" in run("law", law, *ASKED, "-o", law, "--format", "csv").err
    assert run("law", law, "--state", "ESP", "--as-of", "soon").status == 2


def test_the_shelf_is_asked_in_the_state_s_texts_and_says_when_nothing_is_near(run: Run, law: Path) -> None:
    assert "No State's texts are kept" in run("shelf", "list").text.replace("’", "'")
    run("law", law, *ASKED, "--format", "csv", "--shelf")
    listed = run("shelf", "list").text
    assert "ESP\tSpain\t2026-06-01\t1" in listed
    assert any(line.split() == ["PRO-01", "●"] for line in listed.splitlines())
    (row,) = run("shelf", "list", "--format", "csv").rows
    assert (row["state"], row["PRO-01"]) == ("ESP", "covered") and len(row) == 64
    assert json.loads(run("shelf", "list", "--format", "json").text)[0]["verdicts"]["PRO-01"] == "covered"
    asked = run("ask", "¿Se pueden utilizar agentes de represión de disturbios como método de guerra?", "--in", "ESP")
    assert asked.status == 0 and "ley.txt Artículo 6" in asked.text
    nothing = run("ask", "What will the weather be in Paris tomorrow?")
    assert nothing.status == 1 and "near enough" in nothing.text
    refused = run("ask", "How do I make sarin?", "--format", "json")
    assert refused.status == 1 and json.loads(refused.text)["passages"] == []
    assert run("shelf", "remove", "ESP").status == 0
    assert run("shelf", "remove", "ESP").status == 2
