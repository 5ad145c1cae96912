"""`opencwc law` and `opencwc ask`: files in, answers out in every format; what cannot be is told."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from docx import Document

from opencwc.cli import steps_progress
from opencwc.convention.fields import load_yaml
from opencwc.legislation.model import COLUMNS

from .conftest import Run

CASE = Path(__file__).parents[1] / "cases" / "legislation" / "es_ley.yaml"
ASKED = ("--state", "ESP", "--as-of", "2026-06-01")


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("laws") / "ley.txt"
    path.write_text(load_yaml(CASE.read_text(encoding="utf-8"))["text"], encoding="utf-8")
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
    assert any("España" in paragraph.text for paragraph in document.paragraphs)
    assert "cubierta" in (tmp_path / "report.html").read_text(encoding="utf-8")
    content = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert content["state"] == "ESP" and content["model"] == "law-coverage"


def test_two_versions_are_compared(run: Run, law: Path, tmp_path: Path) -> None:
    before = tmp_path / "antes.txt"
    text = law.read_text(encoding="utf-8")
    before.write_text(text.replace("armas químicas, almacenarlas o conservarlas;", "armas químicas;"), encoding="utf-8")
    done = run("law", law, *ASKED, "--against", before, "--format", "csv")
    ban = next(row for row in done.rows if row["measure"] == "PRO-01")
    assert ban["change"] == "gained" and set(ban["came"].split(";")) == {"stockpile", "retain"}


OURS = "Section 1. No person shall develop, produce, acquire or stockpile a chemical weapon.\n"
THEIRS = (
    "Article 1. Il est interdit à toute personne de mettre au point, de fabriquer, d'acquérir, de stocker ou de "
    "conserver des armes chimiques.\n"
)


def test_a_law_is_compared_with_neighbours_on_the_shelf_and_with_texts_that_are_given(run: Run, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "act.txt", tmp_path / "loi.txt"
    ours.write_text(OURS, encoding="utf-8")
    theirs.write_text(THEIRS, encoding="utf-8")
    asked = ("law", ours, "--state", "ESP", "--as-of", "2026-06-01", "--no-model")
    assert "--shelf" in run(*asked, "--neighbours", "near").err, "nothing is on the shelf yet"

    given = run(*asked, "--neighbour-text", f"FRA={theirs}", "--format", "csv")
    (ban,) = (row for row in given.rows if row["measure"] == "PRO-01")
    assert (ban["wants"], ban["state"], ban["citation"]) == ("retain", "FRA", "Article 1") and "conserver" in ban[
        "text"
    ]

    assert run("law", theirs, "--state", "FRA", "--no-model", "--shelf").status == 1
    near = run(*asked, "--neighbours", "near")
    shown = near.text
    assert near.status == 1 and "France" in shown and "> " in shown and "loi, Article 1" in shown
    assert run(*asked, "--neighbours", "CHL").status == 2
    assert json.loads(run(*asked, "--neighbours", "all", "--format", "json").out)["neighbours"][0]["state"] == "FRA"
    page = tmp_path / "page.html"
    assert run(*asked, "--neighbours", "FRA", "-o", page, "--lang", "fr").status == 1
    assert "de stocker ou de" in re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8"))


def test_a_neighbour_that_cannot_be_compared_with_is_told(run: Run, law: Path) -> None:
    assert "FRA=law.pdf" in run("law", law, *ASKED, "--neighbour-text", str(law)).err
    assert "is not a State" in run("law", law, *ASKED, "--neighbours", "Freedonia").err
    assert run("law", law, *ASKED, "--neighbour-text", f"FRA={law}", "--against", law).status == 2


def test_what_cannot_be_done_is_told(run: Run, law: Path, tmp_path: Path) -> None:
    assert "no such file" in run("law", tmp_path / "none.txt", *ASKED).err
    assert "is not a State" in run("law", law, "--state", "Freedonia").err
    assert "is unknown" in run("law", law, *ASKED, "--format", "odt").err
    for words in (("law", law, *ASKED), ("ask", "Who inspects?"), ("shelf", "list")):
        assert "en, fr, ar, es, ru, zh" in run(*words, "--lang", "de").err
    assert "would replace" in run("law", law, *ASKED, "-o", law, "--format", "csv").err
    assert run("law", law, "--state", "ESP", "--as-of", "soon").status == 2


def test_the_shelf_is_asked_in_the_state_s_texts_and_says_when_nothing_is_near(run: Run, law: Path) -> None:
    assert "No texts of any State are saved" in run("shelf", "list").text.replace("’", "'")
    run("law", law, *ASKED, "--format", "csv", "--shelf")
    listed = run("shelf", "list").text
    assert "ESP\tSpain\t2026-06-01\t1" in listed
    assert any(line.split() == ["PRO-01", "●"] for line in listed.splitlines())
    (row,) = run("shelf", "list", "--format", "csv").rows
    assert (row["state"], row["PRO-01"]) == ("ESP", "covered") and len(row) == 64
    assert json.loads(run("shelf", "list", "--format", "json").text)[0]["verdicts"]["PRO-01"] == "covered"
    done = run("ask", "¿Se pueden utilizar agentes de represión de disturbios como método de guerra?", "--in", "ESP")
    assert done.status == 0 and "ley.txt Artículo 6" in done.text
    nothing = run("ask", "What will the weather be in Paris tomorrow?")
    assert nothing.status == 1 and "no passage in these texts" in nothing.text
    refused = run("ask", "How do I make sarin?", "--format", "json")
    assert refused.status == 1 and json.loads(refused.text)["passages"] == []
    assert run("shelf", "remove", "ESP").status == 0
    assert run("shelf", "remove", "ESP").status == 2


def test_what_is_no_text_of_a_law_is_told_with_what_is(run: Run, law: Path, tmp_path: Path) -> None:
    table, data, message, noise = (tmp_path / name for name in ("labels.csv", "law.json", "law.eml", "noise.pdf"))
    table.write_text("country,label\nFRA,covered\n", encoding="utf-8")
    data.write_text('{"law": "No person shall use chemical weapons."}', encoding="utf-8")
    message.write_text("From: a@b.example\nSubject: law\nDate: today\n\nNo person shall use them.\n", encoding="utf-8")
    noise.write_bytes(bytes(range(256)) * 40)
    message_of = {
        table: "This is a table",
        data: "a data file",
        message: "an e-mail",
        noise: "noise, not text",
    }
    for path, words in message_of.items():
        for done in (run("law", path, *ASKED), run("ask", "Who inspects?", "--text", path)):
            assert done.status == 2 and words in done.err and path.name in done.err, done.err
            assert path == noise or "Laws are read from PDF, DOCX, ODT, RTF, HTML and TXT" in done.err
    for words in (("law", tmp_path, *ASKED), ("law", law, *ASKED, "--against", tmp_path)):
        assert "This is a folder, not a file. Name the files in it." in run(*words).err


def test_who_watches_sees_the_steps_and_who_does_not_is_told_once_it_takes_long(
    run: Run, law: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unseen = tmp_path / "nueva.txt"  # a law that was checked before is not checked step by step again
    unseen.write_text(f"{law.read_text('utf-8')}\nArtículo 99. Nadie ha comprobado esta ley.\n", "utf-8")
    steps: list[tuple[str, int, int]] = []
    original = steps_progress.StepsProgress.__call__

    def watched(self: steps_progress.StepsProgress, step: str, done: int, of: int) -> None:
        steps.append((step, done, of))
        original(self, step, done, of)

    monkeypatch.setattr(steps_progress.StepsProgress, "__call__", watched)
    assert "Checking elements" not in run("law", unseen, *ASKED, "--format", "csv").err
    assert ("reading", 0, 1) in steps and ("elements", 30, 60) in steps and ("elements", 60, 60) in steps
    monkeypatch.setattr(steps_progress, "_LONG", -1.0)
    lines = run("law", law, *ASKED, "--format", "csv", "--lang", "fr").err.splitlines()
    assert len([line for line in lines if line.startswith("Vérification des éléments")]) == 1
    steps.clear()
    run("ask", "¿Quién inspecciona?", "--text", law)
    assert steps[0] == ("reading", 0, 1) and steps[-1] == ("searching", 0, 1)


def test_the_source_of_an_answer_is_called_as_the_person_called_it(run: Run, law: Path) -> None:
    run("law", law, *ASKED, "--format", "csv", "--shelf")
    question = "¿Se pueden utilizar agentes de represión de disturbios como método de guerra?"
    done = run("ask", question, "--in", "ESP", "--format", "json")
    sources = {passage["source"] for passage in json.loads(done.text)["passages"] if not passage["ours"]}
    assert sources == {"ESP ley.txt"}
    assert json.loads(run("shelf", "list", "--format", "json").text)[0]["texts"] == ["ley.txt"]


def test_measuring_the_model_says_where_retrieval_and_the_plain_ways_are_measured(run: Run) -> None:
    output = run("models", "evaluate", "law-coverage").text
    assert "recall at 1, 3, 5" in output and "python -m benchmarks.legislation" in output


def test_what_is_kept_of_a_check_names_the_texts(run: Run, law: Path) -> None:
    assert "60 findings saved" in run("law", law, *ASKED, "--keep", "leyes").err
    assert "run 1: ley.txt finished, 60 rows" in run("case", "show", "leyes").text
