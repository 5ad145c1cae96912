"""A house's own labels of what can be checked: read, learnt from, kept, taken where they are better, forgotten."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from opencwc.claims.claim_model import learn_labels, own_standing, usable_weights
from opencwc.claims.claim_weights import Logistic
from opencwc.claims.own_labels import (
    FILE,
    Label,
    OwnFigure,
    OwnWeights,
    average_precision,
    forget_own,
    keep_own,
    learn_own,
    own_weights,
    read_labels,
)
from opencwc.errors import InputError, SettingsError

TOWNS = ("Basel", "Lyon", "Gent", "Porto", "Graz", "Turin", "Bergen", "Malmö", "Split", "Brno")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path))
    return tmp_path


def labels() -> list[Label]:
    """This house checks only what is said of the weather: the shipped weights cannot know that."""
    weather = [f"It rained for {days} days in {town}." for days in (2, 3) for town in TOWNS]
    money = [f"The council of {town} spent {sum_} million euros." for sum_ in (4, 5) for town in TOWNS]
    return [Label(text, "en", True) for text in weather] + [Label(text, "en", False) for text in money]


def write(folder: Path, some: list[Label]) -> Path:
    lines = [f"{one.sentence},{int(one.checkworthy)},{one.lang}\n" for one in some]
    (folder / "labels.csv").write_text("sentence,checkworthy,lang\n" + "".join(lines), encoding="utf-8")
    return folder / "labels.csv"


def test_labels_are_lines_with_one_or_nought(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text(
        "report,sentence,checkworthy\nr1,Two people died in Basel on Monday.,1\nr1,What a sight that was!,0\n"
        "r2,It is said to be so.,0.431\nr3,,1\n",
        encoding="utf-8",
    )
    assert [(one.sentence[:3], one.lang, one.checkworthy) for one in read_labels(tmp_path / "l.csv")] == [
        ("Two", "en", True), ("Wha", "en", False),
    ]  # fmt: skip


def test_a_table_without_labels_is_refused(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("sentence,claim\nTwo died.,x\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_labels(tmp_path / "l.csv")
    assert (caught.value.code, caught.value.values["column"]) == ("labels_without_column", "checkworthy")


def test_too_few_labels_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        learn_own(labels()[:30], "amina")
    assert caught.value.code == "labels_too_few"


def test_what_is_learnt_is_measured_on_labels_left_out_and_used(folder: Path) -> None:
    standing = learn_labels(write(folder, labels()), "amina")
    (message,) = standing.says
    assert standing.used and own_standing() == standing
    assert message.id == "claims_own_taken"
    kept = own_weights()
    assert kept is not None
    assert (kept.by, kept.figures[0].labels, kept.figures[0].checkworthy) == ("amina", 40, 20)
    assert kept.figures[0].own > 0.95 > kept.figures[0].shipped
    assert usable_weights().own == kept.weights
    assert forget_own()
    assert not usable_weights().own
    assert not forget_own()


def test_weights_that_are_no_better_are_not_taken() -> None:
    assert OwnFigure("en", 50, 25, 0.7, 0.71).better
    assert not OwnFigure("en", 50, 25, 0.7, 0.7).better


def test_own_weights_change_their_language_alone() -> None:
    keep_own(OwnWeights("use-multilingual-3", "luc", "2026-11-29", {"fr": Logistic(9.0, {})}, ()))
    weights, vector = usable_weights(), np.zeros(512, np.float32)
    assert weights.worth({}, vector, "fr") > 0.99 > weights.worth({"question": 1.0}, vector, "en")


def test_own_weights_for_vectors_of_another_encoder_are_not_used() -> None:
    keep_own(OwnWeights("another", "luc", "2026-11-29", {"fr": Logistic(9.0, {})}, ()))
    assert not usable_weights().own


def test_own_weights_that_cannot_be_read_are_told(folder: Path) -> None:
    (folder / FILE).write_text("{", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        own_weights()
    assert caught.value.code == "own_weights_unreadable"


def test_average_precision_counts_equal_scores_together() -> None:
    answers = np.array([True, False, True, False])
    assert average_precision(answers, np.array([4.0, 3.0, 2.0, 1.0])) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(answers, np.zeros(4)) == pytest.approx(0.5)
