"""The model is the one of its card, and measures as the card says."""

from __future__ import annotations

from math import log
from pathlib import Path

import pytest

from opencwc.legislation import VERDICTS, check_texts
from opencwc.legislation.corrections import Corrections
from opencwc.legislation.coverage_model import MODEL, evaluate_coverage, measured
from opencwc.legislation.coverage_weights import MODEL_SIGNS, ProposedVerdict, bears_out, likeliest_verdicts
from opencwc.legislation.example_texts import NOW, STATE, example_text
from opencwc.legislation.texts.legal_texts import plain_legal_text
from opencwc.legislation.verdicts import SIGNS
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
    assert own["something or nothing"].n == 1
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


NOTHING = {"all_firm": 0.0, "all_tight": 0.0, "any": 0.0, "delegated": 0.0, "short": 0.0}
WHOLE = NOTHING | {"all_firm": 1.0, "all_tight": 1.0, "any": 1.0}


@pytest.mark.parametrize(
    ("verdict", "signs", "held"),
    [
        ("covered", NOTHING, False),
        ("covered", WHOLE | {"all_firm": 0.5}, False),
        ("covered", WHOLE | {"all_tight": 0.5, "short": 0.5}, False),
        ("covered", WHOLE, True),
        ("partial", WHOLE, False),
        ("partial", NOTHING, False),
        ("partial", NOTHING | {"delegated": 0.5}, True),
        ("none", NOTHING, True),
    ],
)
def test_the_elements_have_to_bear_a_verdict_out(verdict: str, signs: dict[str, float], held: bool) -> None:
    assert bears_out(verdict, signs) is held


def weights_that_say(covered: float, part: float, none: float, *, decides_from: float = 0.6) -> dict[str, object]:
    """Return weights that give every measure the same chances, and are as sure as the chances lead."""
    return {
        "mean": [0.0] * len(MODEL_SIGNS), "scale": [1.0] * len(MODEL_SIGNS),
        "weights": [[0.0] * len(MODEL_SIGNS)] * 3, "bias": [log(covered), log(part), log(none)],
        "prior": {"": [0.3, 0.3, 0.4, 0.0]}, "costs": [1.0, 1.0, 1.0], "decides_from": decides_from,
        "confidence": {"weights": [1.0, *[0.0] * 6], "bias": 0.0},
    }  # fmt: skip


def signs_of_a_whole_measure() -> dict[str, float]:
    return dict.fromkeys(SIGNS, 0.0) | WHOLE | {"scope_all": 1.0}


def test_what_is_sure_enough_is_decided_and_the_rest_is_left_to_a_person() -> None:
    sure = likeliest_verdicts(["PRO-01"], [signs_of_a_whole_measure()], weights_that_say(0.8, 0.1, 0.1))[0]
    assert (sure.verdict, round(sure.probability or 0, 2), sure.decided) == ("covered", 0.8, True)
    unsure = likeliest_verdicts(["PRO-01"], [signs_of_a_whole_measure()], weights_that_say(0.55, 0.35, 0.1))[0]
    assert (unsure.verdict, unsure.decided) == ("covered", False)


def test_what_is_rather_wrong_than_right_is_never_decided() -> None:
    chances = weights_that_say(0.45, 0.3, 0.25, decides_from=0.1)
    assert not likeliest_verdicts(["PRO-01"], [signs_of_a_whole_measure()], chances)[0].decided


def test_a_verdict_that_the_elements_do_not_bear_out_is_left_to_a_person() -> None:
    signs = signs_of_a_whole_measure() | {"all_firm": 0.5, "all_tight": 0.5}
    assert not likeliest_verdicts(["PRO-01"], [signs], weights_that_say(0.9, 0.05, 0.05))[0].decided


def test_a_text_on_other_things_holds_nothing() -> None:
    signs = dict.fromkeys(SIGNS, 0.0)
    assert likeliest_verdicts(["PRO-01"], [signs], weights_that_say(0.4, 0.4, 0.2))[0] == ("none", 0.5, True)


def test_only_what_is_decided_counts_as_falsely_covered() -> None:
    proposed = [
        ProposedVerdict("covered", 0.9), ProposedVerdict("covered", 0.9), ProposedVerdict("covered", 0.4, False),
    ]  # fmt: skip
    figures = {figure.metric: figure for figure in measured("", "en", ["none", "covered", "partial"], proposed)}
    assert figures["false covered, decided"].value == 1.0 and figures["false covered, decided"].n == 1
    assert figures["decided"].value == pytest.approx(2 / 3, abs=1e-4)
    assert figures["balanced accuracy, decided"].value == 0.5
    assert figures["area under the curve of confidence"].value == 0.75


def test_the_shipped_model_decides_most_and_never_states_what_is_rather_wrong() -> None:
    law = check_texts([plain_legal_text(example_text(NOW).encode(), NOW)], STATE)
    decided = [answer for answer in law.answers if answer.verdict != "review"]
    assert len(decided) > len(law.answers) / 2
    assert all((answer.probability or 0) >= 0.5 for answer in decided)
    assert all(answer.leans in VERDICTS and not answer.missing for answer in law.answers if answer.verdict == "review")
