"""Figures worth asking about: wrong ones come first with the reason that fits, with the model and without it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import yaml
from benchmarks.unusual_worlds import KINDS, LAST_YEAR, make

from opencwc.declarations.books import Books
from opencwc.declarations.law import Law
from opencwc.declarations.model import Activity, Chemical, Line, Register
from opencwc.declarations.unusual import learned, rules
from opencwc.declarations.unusual.charts import chart
from opencwc.declarations.unusual.features import FEATURES, SIGNS, features_of
from opencwc.declarations.unusual.figures import figures_of, panel_of
from opencwc.declarations.unusual.formats import COLUMNS, unusual_as_csv, unusual_as_json
from opencwc.declarations.unusual.proposals import LEAST_FIGURES, Unusual, unusual_figures
from opencwc.finding import Message
from opencwc.wording import LANGUAGES, say, sentence

CASES = yaml.safe_load(
    (Path(__file__).parents[1] / "cases" / "declarations" / "books" / "unusual.yaml").read_text(encoding="utf-8")
)
PHOSGENE = Chemical("phosgene", "phosgene", entry="3A01", group="3")
OTHER = Chemical("other", "acetone", organic=True)
YEARS = range(2019, 2026)
CALIBRATION = learned.calibration()


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path))


@cache
def law() -> Law:
    return Law(date(2026, 11, 28))


def lines_of_register() -> Iterator[Line]:
    """Forty sites that make phosgene, in amounts that move by a twentieth; S01 in two plants, at 40 per cent."""
    rng = np.random.default_rng(6)
    row = 0
    for site in range(1, 41):
        for plant in "AB" if site == 1 else "A":
            level = {"A": 73_000.0, "B": 31_000.0}[plant] if site == 1 else 10 ** rng.uniform(3.5, 5.5)
            for year in YEARS:
                row += 1
                kg = Decimal(f"{level * float(np.exp(0.06 * rng.normal())):.4g}")
                share = Decimal(40) if site == 1 else Decimal(100)
                kg = kg * 100 / share
                yield Line(Activity(row, f"S{site:02}", plant, "phosgene", "", "produce", year, kg, share), PHOSGENE)


def changed(change: Mapping[str, Any]) -> list[Line]:
    """Return the lines of the register after a change of the figure of S01, plant A, in 2025."""
    lines = list(lines_of_register())
    at = {(line.activity.site, line.activity.plant, line.activity.year): place for place, line in enumerate(lines)}
    place = at["S01", "A", 2025]
    activity, chemical = lines[place]
    kg = activity.kg or Decimal(0)
    digits = f"{kg:f}"
    new = {
        "times": lambda value: {"kg": kg * Decimal(value)},
        "activity": lambda value: {"activity": value},
        "chemical": lambda value: {},
        "plant": lambda value: {"plant": value},
        "copied": lambda value: {"kg": lines[at["S01", "A", 2024]].activity.kg},
        "pure": lambda value: {"share": Decimal(100)},
        "site_sum": lambda value: {"kg": kg + (lines[at["S01", "B", 2025]].activity.kg or 0)},
        "kg": lambda value: {"kg": Decimal(value) * 100 / activity.share},
        "swapped": lambda value: {"kg": Decimal(digits[1] + digits[0] + digits[2:])},
    }
    for name, value in change.items():
        activity = activity._replace(**new[name](value))
        chemical = OTHER if name == "chemical" else chemical
    lines[place] = Line(activity, chemical)
    return lines


def books_of(lines: list[Line]) -> Books:
    return Books(Register("register", {}, tuple(line.activity for line in lines)), lines, law())


def asked(change: Mapping[str, Any]) -> Unusual:
    return unusual_figures(books_of(changed(change)), law(), 2025)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_wrong_figure_comes_first_with_its_reason(case: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    unusual = asked(case["change"])
    first = unusual.proposals[0]
    assert (first.site, first.reason) == ("S01", case["reason"])
    assert case["says"] in sentence(first.message)
    assert 0 < (first.probability or 0) <= 1
    monkeypatch.setenv("OPENCWC_MODELS_OFF", learned.MODEL.id)
    by_rules = [(proposal.site, proposal.reason, proposal.probability) for proposal in asked(case["change"]).proposals]
    assert by_rules[:1] == ([("S01", case["reason"], None)] if case.get("rules", True) else [])


def test_a_register_in_which_nothing_is_wrong_is_left_in_peace() -> None:
    assert len(asked({}).proposals) <= 2
    assert all((proposal.probability or 0) < 0.5 for proposal in asked({}).proposals)


def test_a_model_that_is_off_is_said_and_rules_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    with_model = asked({"times": 1000})
    assert (with_model.model, len(with_model.weights), with_model.why_rules) == (learned.MODEL.id, 64, None)
    monkeypatch.setenv("OPENCWC_MODELS_OFF", "all")
    unusual = asked({"times": 1000})
    assert unusual.why_rules is not None
    assert (unusual.why_rules.id, unusual.model, unusual.weights) == ("models_off_by_variable", "", "")


def test_a_small_register_is_ranked_by_rules_and_says_so() -> None:
    lines = [line for line in changed({"times": 1000}) if line.activity.site < "S10"]
    unusual = unusual_figures(books_of(lines), law(), 2025)
    assert unusual.why_rules == Message("declare_unusual_few", {"figures": "10", "years": "7"})
    assert unusual.proposals[0].reason == "unit"


def test_a_year_without_figures_has_no_proposals() -> None:
    for lines in ([], list(lines_of_register())):
        assert unusual_figures(books_of(lines), law(), 2030) == Unusual(2030, 0, ())


def test_plans_and_unknown_quantities_are_no_figures() -> None:
    lines = list(lines_of_register())
    before = figures_of(books_of(lines), law())
    planned = lines[0].activity._replace(planned=True, kg=Decimal(5))
    unknown = lines[0].activity._replace(plant="Z", kg=None)
    after = figures_of(books_of([*lines, Line(planned, PHOSGENE), Line(unknown, PHOSGENE)]), law())
    assert after.equals(before)
    assert before["limit"].unique().to_list() == [30_000.0]


def test_rows_of_one_figure_add_up_and_are_all_named() -> None:
    lines = changed({"times": 1000})
    place = next(
        at for at, line in enumerate(lines) if line.activity[1:3] == ("S01", "A") and line.activity.year == 2025
    )
    half = lines[place].activity._replace(kg=(lines[place].activity.kg or Decimal(0)) / 2)
    split = [*lines, Line(half._replace(row=1_000), PHOSGENE)]
    split[place] = Line(half, PHOSGENE)
    whole, parts = (unusual_figures(books_of(some), law(), 2025).proposals[0] for some in (lines, split))
    assert (parts.kg, parts.message, parts.probability) == (whole.kg, whole.message, whole.probability)
    assert parts.rows == (*whole.rows, 1_000)


def test_the_order_of_rows_and_the_unit_of_all_change_no_feature() -> None:
    world = make("contracts", 5, sites=60)
    _, plain = features_of(panel_of(world), LAST_YEAR)
    _, shuffled = features_of(panel_of(world.sample(fraction=1.0, shuffle=True, seed=1)), LAST_YEAR)
    _, scaled = features_of(panel_of(world.with_columns(pl.col("kg", "weight", "limit") * 10)), LAST_YEAR)
    assert set(plain) == set(SIGNS) >= set(FEATURES)
    for name in FEATURES:
        for other in (shuffled, scaled):
            assert np.allclose(plain[name], other[name], atol=1e-6, equal_nan=True), name


def test_a_year_knows_nothing_of_the_years_after_it() -> None:
    world = make("markets", 5, sites=40)
    early = world.filter(pl.col("year") < LAST_YEAR)
    whole, cut = (panel_of(table) for table in (world, early))
    at, features = features_of(whole, LAST_YEAR - 1)
    again, of_early = features_of(cut, LAST_YEAR - 1)
    assert len(at) == len(again)
    for name in FEATURES:
        assert np.allclose(features[name], of_early[name], equal_nan=True), name


@pytest.mark.parametrize("generator", ["campaigns", "markets", "contracts"])
def test_planted_errors_come_first_in_a_register_that_was_not_learnt_from(generator: str) -> None:
    world = make(generator, 77, sites=600)
    panel = panel_of(world)
    series, features = features_of(panel, LAST_YEAR)
    wrong = world["kind"].to_numpy()[panel.row[series, -1]] != ""
    shares = learned.by_model(features)
    assert wrong[np.argsort(-shares)[:20]].mean() >= 0.9
    assert ((shares >= learned.calibration()["cut"]) & wrong).sum() >= 0.7 * wrong.sum()
    assert ((shares >= learned.calibration()["cut"]) & ~wrong).sum() <= 0.04 * (~wrong).sum()
    assert wrong[np.argsort(-rules.by_rules(features))[:20]].mean() >= 0.5


def test_files_of_other_features_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert learned.fits()
    monkeypatch.setattr(learned, "FEATURES", FEATURES[1:])
    unusual = asked({"times": 1000})
    assert unusual.why_rules == Message("models_weights_differ", {"id": learned.MODEL.id})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_is_said_with_its_figures(lang: str) -> None:
    for case in CASES:
        told = sentence(asked(case["change"]).proposals[0].message, lang)
        assert "{" not in told
        assert "declare_" not in told
        assert "2025" in told
        assert told[-1] in "?؟？"
    names = ["figure", "usual", "times", "swapped", "missing", "lost", "year", "before", "others", "share", "limit"]
    for reason in rules.REASONS:
        told = say(Message(f"declare_unusual_{reason}", {name: f"<{name}>" for name in names}), lang)
        assert "<figure>" in told and "declare_" not in told


def test_a_chart_has_the_series_and_its_peers() -> None:
    proposal = asked({"times": 1000}).proposals[0]
    assert [year.year for year in proposal.years] == list(YEARS)
    last = proposal.years[-1]
    assert last.kg == pytest.approx(float(proposal.kg))
    assert last.low is not None and last.middle is not None and last.high is not None
    assert last.low <= last.middle <= last.high
    drawn = chart(proposal.years, 2025, "fr")
    assert [value["asked"] for value in drawn["data"]["values"]] == [False] * 6 + [True]
    assert drawn["layer"][0]["encoding"]["x"]["title"] == say("label_year", "fr")
    json.dumps(drawn, allow_nan=False)


def test_proposals_are_written_as_tables() -> None:
    unusual = asked({"times": 1000})
    header, first, *_ = unusual_as_csv(unusual).splitlines()
    assert header == ",".join(COLUMNS)
    assert first.startswith("1,S01,A,phosgene,3A01,produce,2025,")
    line = json.loads(unusual_as_json(unusual, "es").splitlines()[0])
    assert (line["reason"], line["model"], line["weights"]) == ("unit", learned.MODEL.id, unusual.weights)
    assert line["chart"]["layer"]
    assert unusual_as_csv(unusual._replace(proposals=())) == f"{','.join(COLUMNS)}\n"


def test_proposals_are_made_by_the_model() -> None:
    unusual = asked({"times": 1000})
    maker = unusual.maker(law())
    assert (maker.model, maker.weights) == (learned.MODEL.id, unusual.weights)
    first = unusual.proposals[0]
    assert (first.site, first.plant, first.rows) == ("S01", "A", (7,)) and first.probability is not None


def test_each_kind_of_error_is_planted_and_changes_a_figure() -> None:
    clean, wrong = (make("contracts", 3, sites=900, each=each).filter(pl.col("year") == LAST_YEAR) for each in (0, 40))
    assert set(clean["kind"]) == {""}
    assert set(wrong["kind"]) == {"", *KINDS}
    keys = ["site", "plant", "chemical", "activity", "year"]
    both = wrong.filter(pl.col("kind") != "").join(clean, on=keys, how="left", suffix="_clean")
    same = both.filter((pl.col("kg") / pl.col("kg_clean") - 1).abs() < 1e-9)
    assert set(same["kind"]) <= {"year"}  # the figures of a plant that is copied as a whole may repeat of themselves


def test_only_the_first_figures_are_told_and_the_others_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "calibration", lambda: {**CALIBRATION, "cut": 0.0})  # so that every figure is listed
    books = books_of(changed({"times": 1000}))
    whole, some = (unusual_figures(books, law(), 2025, most) for most in (None, 3))
    assert some.proposals == whole.proposals[:3] and len(whole.proposals) == whole.figures >= LEAST_FIGURES
    assert (whole.more, some.more) == (0, whole.figures - 3)
