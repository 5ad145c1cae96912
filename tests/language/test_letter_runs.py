"""Runs of letters are the same under disguises of spelling, and weigh the same however long a text is."""

from __future__ import annotations

import numpy as np
import pytest

from opencwc.language.letter_runs import PLACES, run_scores, runs_in


@pytest.mark.parametrize("text", ["DÉCLARER", "de\u0301clarer", "ｄeclarer", "dé\u200bclarer"])
def test_case_accents_width_and_invisible_signs_make_no_difference(text: str) -> None:
    assert runs_in(text) == runs_in("déclarer")


def test_words_in_a_row_are_known_in_their_order() -> None:
    assert set(runs_in("not sold")) ^ set(runs_in("sold not"))
    assert set(runs_in("not")) < set(runs_in("not sold"))


def test_every_run_has_a_place() -> None:
    assert all(0 <= place < PLACES for place in runs_in("如何申报 السارين \ud800"))


def test_a_text_weighs_the_sum_of_its_runs_over_the_root_of_their_number() -> None:
    weights = np.ones(PLACES, np.float32)
    scores = run_scores(["declare", ""], weights)
    assert scores.tolist() == pytest.approx([len(runs_in("declare")) ** 0.5, 0.0])
