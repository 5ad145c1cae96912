"""The register knows every model, its card, and whether its files are those of the card."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from opencwc.errors import NotFoundError, RuleError, UnavailableError
from opencwc.models import compare, find_model, load_card, maker_fields, registered, state_of
from opencwc.models.card_pages import card_page

MEASURED_HERE = (
    "claims", "language-recogniser", "law-coverage", "refusals", "report-events", "report-figures", "report-kinds",
    "report-origins", "report-topics", "request-meanings", "unusual-figures",
)  # fmt: skip
PAGES = Path(__file__).resolve().parents[2] / "docs" / "models"


def test_all_components_are_registered_with_their_cards() -> None:
    assert [model.id for model in registered()] == [
        "claims", "language-recogniser", "law-coverage", "refusals", "report-events", "report-figures", "report-kinds",
        "report-origins", "report-topics", "request-meanings", "transfer-causes", "transfer-ranking", "unusual-figures",
    ]  # fmt: skip
    for model in registered():
        card = load_card(model.card)
        assert card.id == model.id
        assert card.limits
        assert card.figures


def test_the_installed_files_are_those_of_the_cards(tmp_path: Path) -> None:
    for model in registered():
        assert state_of(model, tmp_path).why is None, model.id


def test_a_changed_file_takes_a_model_out_of_use_and_is_said(tmp_path: Path) -> None:
    model = find_model("language-recogniser")
    first, second = model.weights()
    other = tmp_path / second.name
    other.write_bytes(second.read_bytes() + b"\n")
    changed = replace(model, weights=lambda: (first, other))
    state = state_of(changed, tmp_path)
    assert not state.usable
    assert state.why is not None
    assert state.why.id == "models_weights_differ"
    assert state.hash != state_of(model, tmp_path).hash


def test_a_changed_rule_of_refusal_is_said_and_the_refusals_stay(tmp_path: Path) -> None:
    model = find_model("refusals")
    first, *rest = model.weights()
    other = tmp_path / first.name
    other.write_bytes(first.read_bytes() + b"\n")
    state = state_of(replace(model, weights=lambda: (other, *rest)), tmp_path)
    assert state.usable
    assert state.why is not None
    assert state.why.id == "models_weights_differ"


def test_a_missing_file_takes_a_model_out_of_use(tmp_path: Path) -> None:
    def missing() -> tuple[Path, ...]:
        raise UnavailableError("ray_not_installed")

    for weights in (lambda: (tmp_path / "none",), missing):
        state = state_of(replace(find_model("language-recogniser"), weights=weights), tmp_path)
        assert (state.usable, state.hash) == (False, "")
        assert state.why is not None
        assert state.why.id == "models_weights_missing"


def test_the_hash_of_a_finding_can_be_made_by_hand() -> None:
    model = find_model("language-recogniser")
    lines = "".join(f"{sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in model.weights())
    assert maker_fields(model) == (model.id, sha256(lines.encode()).hexdigest())


@pytest.mark.parametrize("id", MEASURED_HERE)
def test_an_evaluation_gives_the_figures_of_the_card(id: str) -> None:
    model = find_model(id)
    card = load_card(model.card)
    measured = model.evaluate()
    assert compare(card.figures, measured.figures) == ()
    assert measured.reference == card.reference


def test_a_figure_that_differs_is_missing_or_is_new_is_told() -> None:
    figures = load_card(find_model("refusals").card).figures
    moved = (replace(figures[0], value=figures[0].value - 0.1), *figures[1:])
    assert [difference.metric for difference in compare(figures, moved)] == [figures[0].metric]
    assert [difference.measured for difference in compare(figures, figures[1:])] == [None]
    assert [difference.card for difference in compare(figures[1:], figures)] == [None]


@pytest.mark.parametrize("id", [model.id for model in registered()])
def test_the_page_of_a_card_is_the_card(id: str) -> None:
    assert (PAGES / f"{id}.md").read_text(encoding="utf-8") == card_page(load_card(find_model(id).card))


def test_an_unknown_model_and_a_broken_card_are_said(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="language-recogniser"):
        find_model("none")
    (tmp_path / "card.yaml").write_text("id: x\n", encoding="utf-8")
    with pytest.raises(RuleError, match="card"):
        load_card(tmp_path / "card.yaml")


def test_a_model_may_be_named_by_its_first_word_where_no_other_begins_so() -> None:
    assert find_model("law").id == "law-coverage" and find_model("claims").id == "claims"
    with pytest.raises(NotFoundError):
        find_model("report")
    with pytest.raises(NotFoundError):
        find_model("la")
