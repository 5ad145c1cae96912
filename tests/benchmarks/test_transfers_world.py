"""How the invented world of transfers is made, and how the benchmark scores what is told of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from benchmarks.transfers import (
    Answer,
    Report,
    as_ledger,
    both_sides,
    by_bare_rule,
    by_z_score,
    calibration_error,
    hits,
    judged,
    pairs_of,
    plant_errors,
    planted,
    rights,
    say_world,
)
from benchmarks.transfers_missed import missed, with_known_ways
from benchmarks.transfers_world import (
    DIVERSIONS,
    ENTRIES,
    SHIFTED,
    STATES,
    TAGS,
    TEST,
    TOLD,
    TRAINING,
    World,
    calibration,
    chemicals,
    make,
    scaled,
    write,
)

from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.transfers.model import CAUSES, LEDGER_COLUMNS
from opencwc.transfers.reconcile import matching

KEY = ["cas", "exporter", "importer", "year"]


@pytest.fixture(scope="module")
def world() -> World:
    return make(TRAINING)


@pytest.fixture(scope="module")
def small() -> World:
    return make(replace(TRAINING, seed=7, links=300))


def with_kg(world: World) -> pl.DataFrame:
    """The lines with their pair of States, their year and their kg as stated."""
    export = pl.col("flow") == "export"
    return world.lines.with_columns(
        exporter=pl.when(export).then("reporter").otherwise("partner"),
        importer=pl.when(export).then("partner").otherwise("reporter"),
        year=pl.col("date").str.head(4).cast(pl.Int32),
        kg=pl.col("quantity") * pl.when(pl.col("unit") == "t").then(1000.0).otherwise(1.0),
        export=export,
    )


def told_truly(world: World) -> pl.DataFrame:
    """What somebody would tell who knows the truth, diversions first."""
    return (
        world.groups.with_columns(
            score=pl.lit(1.0),
            cause=pl.col("causes").list.first().fill_null("unexplained"),
            second_cause=pl.col("causes").list.get(1, null_on_oob=True),
            cause_probability=pl.lit(0.9),
        )
        .sort(pl.col("diversion") == "", maintain_order=True)
        .with_row_index("rank", 1)
    )


@pytest.mark.parametrize("parameters", [TRAINING, TEST], ids=["training", "test"])
def test_a_world_comes_near_to_what_is_told_of_the_declarations(parameters) -> None:
    measured = calibration(make(parameters))
    assert 1_600 <= measured.transfers_a_year <= 1_900
    for name, published in TOLD.items():
        assert getattr(measured, name) == pytest.approx(published, abs=0.025), name


def test_two_causes_at_once_are_in_a_fifth_of_the_groups_with_any(world: World) -> None:
    number = world.groups["causes"].list.len()
    assert 0.18 <= (number >= 2).sum() / (number >= 1).sum() <= 0.22


@pytest.mark.parametrize("parameters", [TRAINING, TEST, SHIFTED], ids=["training", "test", "shifted"])
def test_every_cause_and_every_diversion_is_planted(parameters) -> None:
    groups = make(parameters).groups
    counts = dict(groups.explode("causes")["causes"].drop_nulls().value_counts().iter_rows())
    assert set(counts) == set(CAUSES)
    assert min(counts.values()) > 300
    kinds = dict(groups["diversion"].value_counts().iter_rows())
    assert all(kinds[kind] >= 50 for kind in DIVERSIONS)


def test_a_seed_makes_the_same_world_again_and_another_seed_another_one(small: World) -> None:
    again = make(small.parameters)
    assert again.lines.equals(small.lines)
    assert again.groups.equals(small.groups)
    assert again.shipments.equals(small.shipments)
    assert not make(replace(small.parameters, seed=8)).lines.equals(small.lines)


def test_the_ledgers_have_the_columns_of_a_ledger_and_ids_of_their_own(world: World) -> None:
    assert tuple(world.lines.columns) == LEDGER_COLUMNS
    assert world.lines["id"].is_unique().all()
    assert (world.lines["id"].str.head(3) == world.lines["reporter"]).all()
    assert (world.lines["reporter"] != world.lines["partner"]).all()
    assert set(world.lines["reporter"]) <= set(STATES)
    assert set(world.lines["flow"]) == {"export", "import"}
    assert set(world.lines["unit"]) == {"kg", "t"}


def test_there_are_sixty_states_forty_chemicals_and_ten_years(world: World) -> None:
    assert len(set(STATES)) == 60
    assert world.groups["cas"].n_unique() == len(ENTRIES) == 40
    assert world.groups["year"].n_unique() == 10


def test_the_chemicals_fall_under_the_entries_that_the_screener_finds() -> None:
    screener = Screener(Rulebook.of(None))
    for cas, entry in ENTRIES.items():
        entries = {
            finding.rule.entry for finding in screener.answer(cas, "cas") if finding.rule and finding.rule.list == "CWC"
        }
        assert entry in entries, cas


def test_chemicals_that_may_be_mistaken_share_a_heading() -> None:
    known = chemicals()
    assert sum(bool(sibling) for sibling in known.siblings) >= 25
    for place, siblings in enumerate(known.siblings):
        assert {known.hs[other][:4] for other in siblings} <= {known.hs[place][:4]}


def test_the_groups_hold_what_the_lines_state(world: World) -> None:
    by_name = dict(zip(chemicals().names, chemicals().cas, strict=True))
    sums = (
        with_kg(world)
        .with_columns(cas=pl.col("chemical").replace_strict(by_name))
        .group_by(KEY)
        .agg(out=pl.col("kg").filter("export").sum(), into=pl.col("kg").filter(~pl.col("export")).sum())
    )
    joined = world.groups.join(sums, on=KEY, how="full", coalesce=True)
    assert joined.height == world.groups.height
    assert (joined["exported_kg"] - joined["out"]).abs().max() < 0.01
    assert (joined["imported_kg"] - joined["into"]).abs().max() < 0.01


def test_a_group_that_differs_by_more_than_the_threshold_has_a_cause_or_a_diversion(world: World) -> None:
    differs = (pl.col("exported_kg") - pl.col("imported_kg")).abs() > pl.col("threshold_kg")
    nothing = (pl.col("causes").list.len() == 0) & (pl.col("diversion") == "")
    assert world.groups.filter(differs & nothing).height <= 3


def test_the_parts_of_the_causes_make_up_the_difference(world: World) -> None:
    explained = world.groups.filter((pl.col("causes").list.len() > 0) & (pl.col("diversion") == ""))
    difference = explained["exported_kg"] - explained["imported_kg"]
    side = explained.select(pl.max_horizontal("exported_kg", "imported_kg")).to_series()
    rest = (difference - explained["parts_kg"].list.sum()).abs() / side
    assert rest.median() < 0.001
    assert rest.quantile(0.9) < 0.02


def test_every_line_tells_of_a_shipment(world: World) -> None:
    assert set(world.shipments["id"]) == set(world.lines["id"])
    assert set(world.shipments["cause"]) <= set(TAGS)


def pairs_with(world: World, cause: str) -> pl.DataFrame:
    """Each pair of an export and an import line that alone tell of one shipment with the cause."""
    lines = with_kg(world).join(world.shipments.drop("export"), on="id").filter(pl.col("cause") == cause)
    lines = lines.filter(pl.len().over("id") == 1).filter(pl.len().over("shipment") == 2)
    return lines.filter("export").join(lines.filter(~pl.col("export")), on="shipment", suffix="_into")


def test_a_wrong_unit_is_off_by_a_thousand(world: World) -> None:
    pairs = pairs_with(world, "unit")
    ratio = (pairs["kg"] / pairs["kg_into"]).log10().abs()
    assert pairs.height > 200
    assert ((ratio - 3).abs() < 0.03).mean() > 0.99


def test_a_mixture_is_stated_whole_on_one_side_and_pure_on_the_other(world: World) -> None:
    pairs = pairs_with(world, "mixture")
    small, large = pairs.select(pl.min_horizontal("kg", "kg_into"), large=pl.max_horizontal("kg", "kg_into"))
    share = small / large
    assert share.min() > 0.3
    assert share.max() < 0.87


def test_a_wrong_chemical_is_of_the_same_heading(world: World) -> None:
    code = dict(zip(chemicals().names, chemicals().hs, strict=True))
    pairs = pairs_with(world, "wrong_chemical")
    assert (pairs["chemical"] != pairs["chemical_into"]).all()
    headings = [pairs[name].replace_strict(code).str.head(4) for name in ("chemical", "chemical_into")]
    assert (headings[0] == headings[1]).all()


def test_a_wrong_partner_names_somebody_else(world: World) -> None:
    pairs = pairs_with(world, "wrong_partner")
    right = (pairs["partner"] == pairs["reporter_into"]) & (pairs["partner_into"] == pairs["reporter"])
    assert right.mean() < 0.01


def test_a_double_entry_repeats_a_line_of_the_same_ledger(world: World) -> None:
    copies = world.shipments.filter(pl.col("copy_of").is_not_null())
    assert copies.height > 300
    assert (copies["id"].str.head(3) == copies["copy_of"].str.head(3)).all()
    assert (copies["id"] != copies["copy_of"]).all()
    assert set(copies["copy_of"]) <= set(world.lines["id"])


def test_the_year_end_is_arrival_in_the_year_after_dispatch(world: World) -> None:
    pairs = pairs_with(world, "year_end")
    assert (pairs["year_into"] == pairs["year"] + 1).all()


def test_what_falls_under_the_other_limit_is_stated_by_one_side_below_eighty_per_cent(world: World) -> None:
    lines = world.lines.join(world.shipments.filter(pl.col("cause") == "concentration_rule").unique("id"), on="id")
    assert lines["concentration"].is_not_null().all()
    assert lines["concentration"].max() < 80
    assert lines.group_by("shipment").agg(pl.col("flow").n_unique())["flow"].max() == 1


def test_split_shipments_stay_below_the_threshold_and_no_importer_declares_them(world: World) -> None:
    limits = dict(zip(chemicals().names, chemicals().thresholds.tolist(), strict=True))
    lines = with_kg(world).join(world.shipments.filter(pl.col("cause") == "splitting").select("id"), on="id")
    assert (lines["kg"] < lines["chemical"].replace_strict(limits)).all()
    assert lines["export"].all()


def test_a_scaled_world_has_about_so_many_lines(tmp_path) -> None:
    world = make(scaled(TEST, 30_000))
    assert world.lines.height == pytest.approx(30_000, rel=0.25)
    file = write(world, tmp_path / "flows.csv")
    assert pl.read_csv(file, infer_schema=False).height == world.lines.height


# Scoring


def test_who_knows_the_truth_is_right_in_everything(world: World) -> None:
    true_groups = told_truly(world)
    groups = judged(world.groups, true_groups)
    right = rights(planted(groups).filter("over"))
    assert all(count == total > 0 for count, total in right.values())
    assert hits(groups.sort("rank")) == (100, 100)
    error, table = calibration_error(groups)
    assert error == pytest.approx(0.1)
    assert table["right"].to_list() == [1.0]


def test_a_group_that_is_not_told_counts_as_wrong(small: World) -> None:
    true_groups = told_truly(small)
    groups = planted(judged(small.groups, true_groups.filter(pl.col("year") != 2016)))
    missing = groups.filter(pl.col("year") == 2016).height
    right, total = rights(groups)["top-1"]
    assert missing > 0
    assert total - right == missing


def test_matching_by_the_true_shipments_has_an_f1_of_one_where_no_line_tells_of_two(small: World) -> None:
    single = small.shipments.filter(pl.len().over("id") == 1)
    only = World(small.parameters, small.lines, small.groups, single)
    matches = single.select("id", match_group=pl.col("shipment").cast(pl.String))
    assert pairs_of(only, matches).scores() == (1.0, 1.0, 1.0)


def test_matching_the_second_entry_for_the_first_is_no_error(small: World) -> None:
    single = small.shipments.filter(pl.len().over("id") == 1)
    only = World(small.parameters, small.lines, small.groups, single)
    doubled = single.filter(pl.col("copy_of").is_not_null())
    assert doubled.height > 0
    matches = single.filter(~pl.col("id").is_in(doubled["copy_of"].implode()))
    matched = matches.select("id", match_group=pl.col("shipment").cast(pl.String))
    assert pairs_of(only, matched).scores() == (1.0, 1.0, 1.0)


def test_lines_matched_at_random_are_wrong_pairs(small: World) -> None:
    ids = small.lines["id"].shuffle(seed=1)
    places = pl.Series(np.arange(len(ids)) // 2).cast(pl.String)
    precision, recall, f1 = pairs_of(small, pl.DataFrame({"id": ids, "match_group": places})).scores()
    assert max(precision, recall, f1) < 0.05


def test_the_bare_rule_puts_the_greatest_multiple_of_the_threshold_first(small: World) -> None:
    ranked = by_bare_rule(small.groups)
    times = (ranked["exported_kg"] - ranked["imported_kg"]).abs() / ranked["threshold_kg"]
    assert times.is_sorted(descending=True)


def test_the_z_score_looks_at_the_pairs_other_years() -> None:
    kg = [40_000.0, 41_000.0, 39_000.0, 40_000.0, 400_000.0]
    groups = pl.DataFrame({
        "cas": "102-71-6", "exporter": "FRA", "importer": "DEU", "year": range(2014, 2019), "exported_kg": kg,
        "imported_kg": 0.0, "threshold_kg": 30_000.0,
    })  # fmt: skip
    assert by_z_score(groups)["year"][0] == 2018


def test_a_whole_report_is_told_of_a_world(capsys) -> None:
    small = make(replace(TRAINING, seed=7, links=60))
    matches = small.shipments.unique("id").select(
        "id", match_group=pl.col("shipment").cast(pl.String), ledger=pl.lit("x"), status=pl.lit("matched")
    )
    report = Report()
    figures = say_world(report, "Small world", small, Answer(told_truly(small), matches, 1.0, 1.0))
    capsys.readouterr()
    assert figures["cause, top-1"] == 1.0
    assert any(line.startswith("| double_entry |") for line in report.lines)


def agreed_lines(pairs: int = 40) -> pl.DataFrame:
    """Yearly figures of pairs of States that agree, 2005 to 2008."""
    rows = [
        {"number": 0, "reporter": reporter, "partner": partner, "year": year, "flow": flow, "quantity": 172_300.0}
        for year in range(2005, 2009)
        for place in range(pairs)
        for flow, reporter, partner in (
            ("export", STATES[place], STATES[place + 1]),
            ("import", STATES[place + 1], STATES[place]),
        )
    ]
    return pl.DataFrame(rows).with_columns(id=pl.format("c{}", pl.int_range(pl.len())))


def test_planted_errors_change_the_groups_that_they_name_and_no_other() -> None:
    lines = agreed_lines()
    errors = plant_errors(lines, number=24, seed=3)
    assert set(errors.planted["kind"].value_counts()["count"]) <= {3, 6}
    named = errors.planted.select("exporter", "importer", "year").unique()
    after = both_sides(errors.lines).filter(pl.col("exported_kg") != pl.col("imported_kg"))
    assert set(after.select("exporter", "importer", "year").iter_rows()) <= set(named.iter_rows())
    assert after.height >= 24


def test_planted_errors_are_the_same_for_a_seed() -> None:
    lines = agreed_lines()
    assert plant_errors(lines, 16, 5).lines.equals(plant_errors(lines, 16, 5).lines)


def test_the_outside_figures_become_lines_of_a_ledger() -> None:
    assert tuple(as_ledger(agreed_lines(2)).columns) == LEDGER_COLUMNS


def test_what_is_missed_is_told_by_reason_and_nothing_where_all_is_told(small: World) -> None:
    lines = small.lines.select("id")
    ways = with_known_ways(small)
    nothing = missed(small, lines.with_columns(match_group=pl.lit("")), ways)
    assert sum(count for _, count in nothing.reasons) == nothing.true == pairs_of(small, told_nothing(small)).of()[0]
    assert 0 < nothing.not_known < nothing.true
    assert nothing.bound[1] < nothing.bound[0] < 1.0
    missed_pairs = missed(small, by_matching(ways), ways)
    true, _, both = pairs_of(small, by_matching(ways)).of()
    assert sum(count for _, count in missed_pairs.reasons) == pytest.approx(true - both, abs=0.002 * true)


def told_nothing(world: World) -> pl.DataFrame:
    return world.lines.select("id", match_group=pl.lit(""))


def by_matching(matched: pl.DataFrame) -> pl.DataFrame:
    return matched.select("id", match_group=pl.when(pl.col("match") >= 0).then(pl.col("match").cast(pl.String)))


def test_the_days_of_every_way_are_told_from_the_truth_and_learnt_again_afterwards(small: World) -> None:
    learnt = matching._usual
    true, proposed, both = pairs_of(small, by_matching(with_known_ways(small))).of()
    assert matching._usual is learnt
    assert 2 * both / (true + proposed) > 0.8
