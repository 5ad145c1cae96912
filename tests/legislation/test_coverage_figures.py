"""The model is the one of its card, and measures as the card says."""

from __future__ import annotations

from pathlib import Path

import pytest

from opencwc.legislation import check_texts
from opencwc.legislation.corrections import Corrections
from opencwc.legislation.coverage_model import MODEL, evaluate_coverage, likeliest_verdicts, measured
from opencwc.legislation.example_texts import NOW, STATE, example_text
from opencwc.legislation.texts.legal_texts import plain_legal_text
from opencwc.models import compare, load_card, state_of


def test_the_weights_are_those_of_the_card(tmp_path: Path) -> None:
    assert state_of(MODEL, tmp_path).usable


def test_measured_again_the_figures_are_those_of_the_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_DATA", str(tmp_path))
    assert compare(load_card(MODEL.card).figures, evaluate_coverage().figures) == ()


def test_corrections_of_a_house_are_told_beside_the_figures_and_never_held_against_the_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_DATA", str(tmp_path))
    law = check_texts([plain_legal_text(example_text(NOW).encode(), NOW)], STATE, model=False)
    wrong = next(answer for answer in law.answers if answer.verdict == "covered")
    Corrections.of_house().add(law.law, wrong, "none", by="R. Ortiz", reason="read again")
    evaluated = evaluate_coverage()
    own = {figure.metric: figure for figure in evaluated.own if figure.language == "all"}
    assert (own["false covered"].n, own["accuracy"].n) == (1, 1)
    assert compare(load_card(MODEL.card).figures, evaluated.figures) == ()


def test_a_broken_line_of_a_house_s_corrections_is_named_and_all_else_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENCWC_DATA", str(tmp_path))
    (tmp_path / "laws").mkdir()
    broken = '{"state": "FRA", "measure": "PRO-01", "verdict": "covered", "lang": "fr"}\n'
    (tmp_path / "laws" / "corrections.jsonl").write_text(broken, encoding="utf-8")
    made = evaluate_coverage()
    assert compare(load_card(MODEL.card).figures, made.figures) == ()
    assert [note.id for note in made.notes] == ["law_correction_left_out", "law_measured_elsewhere"]


def test_a_verdict_that_cannot_be_shown_gives_way() -> None:
    nothing = {"all_firm": 0.0, "all_tight": 0.0, "any": 0.0, "delegated": 0.0, "short": 0.0}
    lacking = nothing | {"all_firm": 0.5, "all_tight": 0.5, "any": 1.0}
    whole = nothing | {"all_firm": 1.0, "all_tight": 1.0, "any": 1.0}
    short = whole | {"all_tight": 0.5, "short": 0.5}
    verdicts = likeliest_verdicts([(0.6, 0.3, 0.1)] * 4, [nothing, lacking, whole, short])
    assert verdicts == [("none", 0.1), ("partial", 0.3), ("covered", 0.6), ("partial", 0.3)]


def test_the_figures_count_what_was_wrongly_said_to_be_covered() -> None:
    figures = {
        figure.metric: figure for figure in measured("", "en", ["none", "covered"], ["covered", "covered"], [0.9, 0.9])
    }
    assert figures["false covered"].value == 1.0 and figures["false covered"].n == 1
    assert figures["balanced accuracy"].value == 0.5
