"""A house's own labels of laws: refused where they are too few, taken where they are better, measured, taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from legislation.own_labels import LAWS, Label, house_labels, shelved_labels
from opencwc.errors import InputError, SettingsError
from opencwc.legislation import check_texts
from opencwc.legislation.corrections import Corrections
from opencwc.legislation.coverage_model import MODEL, evaluate_coverage, labels_on_shelf, learn_labels
from opencwc.legislation.coverage_weights import WEIGHTS, load_weights
from opencwc.legislation.own_labels import FILE, fits, forget_own, learn_own, own_weights, weights_in_use
from opencwc.legislation.texts.legal_texts import plain_legal_text
from opencwc.models import maker_fields, state_of


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    monkeypatch.setenv("OPENCWC_DATA", str(tmp_path / "data"))
    return tmp_path


def on_shelf(*, strict: bool) -> Path:
    """Put labels on the shelf of this house, as decisions on the pages do."""
    return shelved_labels(Corrections.of_house().path, strict=strict)


@pytest.mark.parametrize(
    "few",
    [
        house_labels(strict=True)[:59],
        [label for label in house_labels(strict=True) if label["country"] != "ARG"],
        [label for label in house_labels(strict=True) if label["verdict"] == "none"],
    ],
)
def test_too_few_labels_are_refused_with_what_is_needed(few: list[Label]) -> None:
    with pytest.raises(InputError) as caught:
        learn_own(few, "amina")
    assert caught.value.code == "law_labels_too_few"
    needed = {name: caught.value.values[name] for name in ("least", "least_laws", "each")}
    assert needed == {"least": 60, "least_laws": 3, "each": 10}


def test_labels_of_another_manner_are_learned_measured_and_taken_back() -> None:
    on_shelf(strict=True)
    before = state_of(MODEL)
    learned = learn_labels(None, "amina")
    assert (learned.used, learned.labels, learned.by) == (True, labels_on_shelf(), "amina")
    (told,) = learned.says
    assert told.id == "law_own_taken"
    own = own_weights()
    assert own is not None and own.laws == LAWS and fits(own)
    assert own.own.right > own.shipped.right and own.own.false_covered <= own.shipped.false_covered
    assert weights_in_use()["bias"] != load_weights(WEIGHTS)["bias"]
    after = state_of(MODEL)
    assert after.usable and after.hash != before.hash
    assert maker_fields(MODEL) == (MODEL.id, after.hash)
    assert forget_own() and not forget_own()
    assert state_of(MODEL) == before and weights_in_use() == load_weights(WEIGHTS)


def test_labels_that_say_what_the_package_knows_change_nothing() -> None:
    on_shelf(strict=False)
    learned = learn_labels(None, "amina")
    assert not learned.used and [message.id for message in learned.says] == ["law_own_not_taken"]
    assert own_weights() is None and weights_in_use() == load_weights(WEIGHTS)


def test_nothing_is_learned_by_a_check_and_the_weights_in_use_propose(folder: Path) -> None:
    text = plain_legal_text(b"1. No person shall develop, produce, stockpile or use chemical weapons.\n" * 3, "law.txt")
    shelf = on_shelf(strict=True)
    shipped = check_texts([text], "XNV", cache=folder / "cache")
    assert not (folder / "settings" / FILE).exists()
    learn_labels(shelf, "amina")
    own = check_texts([text], "XNV", cache=folder / "cache")
    assert own.weights != shipped.weights, "a finding tells which weights proposed it"
    chances = [[answer.probability for answer in checked.answers] for checked in (shipped, own)]
    assert chances[0] != chances[1]


def test_weights_of_another_version_are_kept_and_not_used() -> None:
    on_shelf(strict=True)
    learn_labels(None, "amina")
    path = Path(Corrections.of_house().path.parents[2] / "settings" / FILE)
    kept = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(kept | {"base": "0" * 64}), encoding="utf-8")
    assert weights_in_use() == load_weights(WEIGHTS)
    standing = MODEL.own.standing() if MODEL.own else None
    assert standing is not None and not standing.used and standing.says[-1].id == "law_own_unfit"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(SettingsError):
        weights_in_use()


def test_an_evaluation_tells_what_the_own_labels_gain() -> None:
    on_shelf(strict=True)
    learn_labels(None, "amina")
    figures = {figure.part: figure for figure in evaluate_coverage().own if figure.metric == "right"}
    assert figures["own labels, left out"].value > figures["as shipped"].value
    assert figures["as shipped"].n == labels_on_shelf()
