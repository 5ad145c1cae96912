"""Planted patterns are found, a ledger in which nothing changes gives none, and order and unit make no difference."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from opencwc.cli.transfers_patterns import patterns
from opencwc.errors import InputError
from opencwc.finding import Maker, Rule, Verdict
from opencwc.publishing.html import write_html
from opencwc.transfers.model import Ledger, Substance
from opencwc.transfers.patterns import PATTERN_KINDS, find_patterns
from opencwc.transfers.patterns.base import Proposal, Unusual
from opencwc.transfers.patterns.level_steps import adjusted, find_steps
from opencwc.transfers.patterns.over_consumption import read_consumption
from opencwc.transfers.patterns.report import COLUMNS, as_json_lines, as_rows, report, told
from opencwc.wording import LANGUAGES, say

STATES = [first + second + third for first in "ABCDE" for second in "KLMN" for third in "XYZ"]
SUBSTANCES = tuple(Substance(f"{n}-00-0", f"Substance {n}", (f"CWC 3B0{n}",), 30_000.0, 30.0) for n in range(1, 6))
FIRST, YEARS = 2014, 10


class Line(NamedTuple):
    substance: int
    exporter: int
    importer: int
    export: bool
    day: date
    kg: float
    end_use: str = ""


def steady(seed: int, pairs: int = 60, *, heavy: bool = False) -> list[Line]:
    """Ten years in which nothing changes: each pair has a level, a noise of its own and about six shipments a year."""
    rng = np.random.default_rng(seed)
    lines = []
    chosen: set[tuple[int, int, int]] = set()
    while len(chosen) < pairs:
        exporter, importer = rng.choice(len(STATES), 2, replace=False)
        chosen.add((int(rng.integers(len(SUBSTANCES))), int(exporter), int(importer)))
    for substance, exporter, importer in sorted(chosen):
        level, sigma = rng.normal(11, 1.2), rng.uniform(0.1, 0.6)
        for year in range(FIRST, FIRST + YEARS):
            noise = rng.standard_t(5) * (3 / 5) ** 0.5 if heavy else rng.normal()
            kg = np.exp(level + 0.03 * (year - FIRST) + sigma * noise)
            number = max(1, int(rng.poisson(6)))
            for part, day in zip(rng.dirichlet(np.full(number, 3.0)), rng.integers(0, 365, number), strict=True):
                when = date(year, 1, 1) + timedelta(int(day))
                lines += [Line(substance, exporter, importer, side, when, float(kg * part)) for side in (True, False)]
    return lines


def yearly(substance: int, exporter: int, importer: int, kg: Sequence[float], first: int = FIRST) -> list[Line]:
    """One shipment a year, as both sides say."""
    days = [date(first + n, 6, 1) for n in range(len(kg))]
    return [
        Line(substance, exporter, importer, side, day, amount)
        for day, amount in zip(days, kg, strict=True) if amount for side in (True, False)
    ]  # fmt: skip


def ledger_of(
    lines: Sequence[Line], name: str = "books.csv", substances: tuple[Substance, ...] = SUBSTANCES, scale: float = 1.0
) -> Ledger:
    states = pl.Enum(sorted(STATES))
    number = len(lines)
    frame = pl.DataFrame(
        {
            "row": pl.Series(range(1, number + 1), dtype=pl.UInt32),
            "id": [
                f"{line.day}{line.export:d}{line.substance}.{line.exporter}.{line.importer}.{line.kg:.6g}"
                for line in lines
            ],
            "reporter": pl.Series(
                [STATES[line.exporter if line.export else line.importer] for line in lines], dtype=states
            ),
            "partner": pl.Series(
                [STATES[line.importer if line.export else line.exporter] for line in lines], dtype=states
            ),
            "export": pl.Series([line.export for line in lines], dtype=pl.Boolean),
            "substance": pl.Series([line.substance for line in lines], dtype=pl.UInt32),
            "day": pl.Series([line.day for line in lines], dtype=pl.Date),
            "year": pl.Series([line.day.year for line in lines], dtype=pl.Int16),
            "kg": pl.Series([line.kg * scale for line in lines], dtype=pl.Float64),
            "concentration": pl.Series([None] * number, dtype=pl.Float32),
            "hs": pl.Series([0] * number, dtype=pl.UInt32),
            "returned": pl.Series([False] * number, dtype=pl.Boolean),
            "problem": pl.Series([0] * number, dtype=pl.UInt16),
        }
    )
    if any(line.end_use for line in lines):
        frame = frame.with_columns(end_use=pl.Series([line.end_use for line in lines]))
    return Ledger(name, frame, substances, (), {})


def proposals_of(lines: Sequence[Line], *kinds: str) -> list[Proposal]:
    return find_patterns([ledger_of(lines)], kinds=kinds or PATTERN_KINDS)


def route(proposal: Proposal) -> tuple[str, ...]:
    return tuple(filter(None, (proposal.exporter, proposal.via, proposal.importer)))


BACKGROUND = steady(1)
A, B, C, D = 56, 57, 58, 59
"""States that the background does not need to leave alone: the planted substance is one of its own."""
OWN = len(SUBSTANCES)
PLANTED = (*SUBSTANCES, Substance("9-99-9", "Planted", ("CWC 3B09",), 30_000.0, 30.0))


def planted(lines: Sequence[Line], *kinds: str) -> list[Proposal]:
    all_lines = [*BACKGROUND, *lines]
    every = find_patterns([ledger_of(all_lines, substances=PLANTED)], kinds=kinds or PATTERN_KINDS)
    return [proposal for proposal in every if proposal.substance.key == "9-99-9"]


def test_a_pair_that_moves_to_another_level_is_found_with_its_years_and_figures() -> None:
    kg = [90e3, 110e3, 100e3, 95e3, 105e3, 100e3, 640e3, 560e3, 600e3, 620e3]
    (proposal,) = planted(yearly(OWN, A, B, kg), "level_change")
    assert (route(proposal), proposal.start, proposal.end) == ((STATES[A], STATES[B]), "2020", "2023")
    assert proposal.figures["factor"] == pytest.approx(6, rel=0.05)
    assert proposal.unusual.measure == "p"
    assert proposal.unusual.adjusted <= 0.01
    assert proposal.unusual.tests == 61
    assert proposal.message.id == "pattern_level_up"
    assert proposal.verdict is Verdict.REVIEW
    assert proposal.line_count == 8


def test_a_fall_is_told_as_a_fall() -> None:
    kg = [600e3, 640e3, 590e3, 610e3, 600e3, 100e3, 90e3, 110e3, 105e3, 100e3]
    (proposal,) = planted(yearly(OWN, A, B, kg), "level_change")
    assert proposal.message.id == "pattern_level_down"


def test_a_rise_and_a_fall_are_two_changes() -> None:
    kg = [100e3, 105e3, 98e3, 900e3, 950e3, 910e3, 930e3, 100e3, 102e3, 97e3]
    changes = planted(yearly(OWN, A, B, kg), "level_change")
    assert {(change.start, change.end) for change in changes} == {("2017", "2020"), ("2021", "2023")}


def test_a_jump_in_the_last_year_is_of_that_year() -> None:
    kg = [100e3, 103e3, 98e3, 101e3, 99e3, 102e3, 100e3, 97e3, 101e3, 2000e3]
    (proposal,) = planted(yearly(OWN, A, B, kg), "level_change")
    assert (proposal.start, proposal.end) == ("2023", "2023")
    assert proposal.figures["factor"] == pytest.approx(20, rel=0.02)


@pytest.mark.parametrize("cut", ["last", "first"])
def test_a_year_that_the_books_hold_in_part_is_no_lower_level(cut: str) -> None:
    rng = np.random.default_rng(5)
    lines = [
        Line(OWN, A, B, side, date(year, month, int(rng.integers(1, 28))), float(20e3 * rng.lognormal(0, 0.02)))
        for year in range(FIRST, FIRST + YEARS) for month in range(1, 13) for side in (True, False)
    ]  # fmt: skip
    is_in_books = (lambda day: day < date(2023, 2, 1)) if cut == "last" else (lambda day: day >= date(2014, 12, 1))
    (level,) = [ledger_of([line for line in [*BACKGROUND, *lines] if is_in_books(line.day)], substances=PLANTED)]
    assert not find_patterns([level], kinds=["level_change"])
    if cut == "first":
        return
    yearly_only = level.lines.with_columns(day=pl.when(pl.col("substance") != OWN).then("day"))
    proposals = find_patterns([replace(level, lines=yearly_only)], kinds=["level_change"])
    assert {proposal.substance.key for proposal in proposals} == {"9-99-9"}  # a sum of a year is of all of it


def test_steady_growth_is_no_change_of_level() -> None:
    assert not planted(yearly(OWN, A, B, [100e3 * 1.3**n for n in range(10)]), "level_change")


def test_a_change_smaller_than_the_declaration_threshold_is_not_told() -> None:  # VA VIII.3 (s3-declare)
    kg = [900, 1100, 1000, 950, 1050, 1000, 6400, 5600, 6000, 6200]
    assert not planted(yearly(OWN, A, B, kg), "level_change")


def test_growth_that_all_pairs_share_is_no_change() -> None:
    doubled = [line._replace(kg=line.kg * (3 if line.day.year >= 2019 else 1)) for line in BACKGROUND]
    assert not proposals_of(doubled, "level_change")


def test_a_partner_that_is_new_after_years_is_found() -> None:
    old = yearly(OWN, A, B, [100e3] * 10)
    (proposal,) = planted([*old, *yearly(OWN, A, C, [80e3, 90e3], 2021)], "new_partner")
    assert (route(proposal), proposal.start) == ((STATES[A], STATES[C]), "2021")
    assert proposal.figures["years_before"] == 7
    assert proposal.unusual.measure == "rate"


def test_an_exporter_that_has_new_partners_every_year_is_not_told() -> None:
    lines = [line for n in range(9) for line in yearly(OWN, A, n, [100e3] * (10 - n), FIRST + n)]
    assert not planted(lines, "new_partner")


def test_a_partner_in_the_first_years_of_a_ledger_is_not_new() -> None:
    lines = yearly(0, 0, 1, [0, 100e3, 100e3, 100e3])
    assert not proposals_of(lines, "new_partner")


def test_a_new_route_over_a_third_state_is_found_and_not_also_told_as_a_new_partner() -> None:
    direct = yearly(OWN, A, B, [100e3] * 6)
    into = yearly(OWN, A, C, [0, 0, 0, 0, 0, 0, 120e3, 130e3, 120e3, 120e3])
    onward = yearly(OWN, C, B, [0, 0, 0, 0, 0, 0, 110e3, 120e3, 115e3, 110e3])
    every = planted([*direct, *into, *onward], "new_route", "new_partner")
    (proposal,) = [proposal for proposal in every if proposal.kind == "new_route"]
    assert route(proposal) == (STATES[A], STATES[C], STATES[B])
    assert proposal.figures["kg"] == pytest.approx(110e3)
    assert proposal.figures["direct_before_kg"] == pytest.approx(100e3)
    assert (STATES[C], STATES[B]) not in [route(proposal) for proposal in every]


def test_a_new_route_over_a_state_without_earlier_books_says_that_it_may_be_older() -> None:
    far, hub = 54, 55
    into = [proposal for proposal in yearly(OWN, A, hub, [120e3, 130e3, 120e3], 2021) if proposal.export]
    onward = [proposal for proposal in yearly(OWN, hub, far, [110e3, 120e3, 115e3], 2021) if proposal.export]
    old = [proposal for proposal in yearly(OWN, A, B, [100e3] * 10) if proposal.export]
    lines = [proposal for proposal in BACKGROUND if not {hub, far} & {proposal.exporter, proposal.importer}]
    every = find_patterns([ledger_of([*lines, *old, *into, *onward], substances=PLANTED)], kinds=["new_route"])
    (proposal,) = [proposal for proposal in every if proposal.substance.key == "9-99-9"]
    assert (route(proposal), proposal.start) == ((STATES[A], STATES[hub], STATES[far]), "2021")
    assert proposal.message.id == "pattern_new_route_unwatched" and proposal.verdict is Verdict.REVIEW
    assert "no earlier ledgers show the second leg" in say(proposal.message)


def test_a_producer_that_also_imports_is_no_hub() -> None:
    into = yearly(OWN, A, C, [40e3] * 10)
    out = [*yearly(OWN, C, D, [2e6] * 10), *yearly(OWN, C, B, [0] * 6 + [110e3] * 4)]
    assert not planted([*into, *out], "new_route")


def test_a_hub_whose_share_grows_is_found() -> None:
    rng = np.random.default_rng(4)
    through = [kg * rng.lognormal(0, 0.1) for kg in [100e3] * 6 + [900e3] * 4]
    lines = [*yearly(OWN, A, C, through), *yearly(OWN, C, B, [0.95 * kg for kg in through])]
    (proposal,) = planted([*lines, *yearly(OWN, D, B, [1e6] * 10)], "hub_share")
    assert (proposal.via, proposal.start) == (STATES[C], "2020")
    assert proposal.figures["before_share"] < 0.15
    assert proposal.figures["after_share"] > 0.4


def test_shipments_split_below_the_threshold_are_found() -> None:
    usual = [Line(OWN, A, B, True, date(year, month, 3), 45e3) for year in range(FIRST, 2022) for month in (2, 6, 10)]
    split = [Line(OWN, A, B, True, date(2022, 3, day), 14e3) for day in (1, 5, 9, 14, 20)]
    (proposal,) = planted([*usual, *split], "splitting")
    assert (proposal.start, proposal.end) == ("2022-03-01", "2022-03-20")
    assert proposal.figures == {"kg": 70e3, "shipments": 5, "threshold_kg": 30e3}
    assert proposal.line_count == 5


def test_shipments_split_within_a_week_or_over_the_calendar_year_are_found() -> None:
    usual = [Line(OWN, A, B, True, date(year, month, 3), 45e3) for year in range(FIRST, 2022) for month in (2, 6, 10)]
    week = [Line(OWN, A, B, True, date(2022, 3, day), 14e3) for day in (1, 2, 4, 5)]
    (proposal,) = planted([*usual, *week], "splitting")
    assert (proposal.start, proposal.end) == ("2022-03-01", "2022-03-05")
    year = [Line(OWN, A, B, True, date(2022, month, 9), 14e3) for month in range(1, 13)]
    (proposal,) = planted([*usual, *year], "splitting")
    assert (proposal.start, proposal.end) == ("2022-01-09", "2022-12-09")
    assert proposal.figures == {"kg": 168e3, "shipments": 12, "threshold_kg": 30e3}


def test_more_shipments_of_the_usual_size_in_a_year_are_no_splitting() -> None:
    usual = [Line(OWN, A, B, True, date(year, month, 3), 14e3) for year in range(FIRST, 2022) for month in (2, 6, 10)]
    more = [Line(OWN, A, B, True, date(2022, month, 9), 14e3) for month in range(1, 13, 2)]
    assert not planted([*usual, *more], "splitting")


def test_a_pair_that_always_sends_small_lots_does_not_split() -> None:
    usual = [
        Line(OWN, A, B, True, date(year, month, day), 14e3)
        for year in range(FIRST, 2024) for month in range(1, 13) for day in (1, 11, 21)
    ]  # fmt: skip
    assert not planted(usual, "splitting")


def test_what_goes_on_one_day_is_one_shipment() -> None:
    usual = [Line(OWN, A, B, True, date(year, month, 3), 45e3) for year in range(FIRST, 2022) for month in (2, 6, 10)]
    drums = [Line(OWN, A, B, True, date(2022, 3, 1), 14e3) for _ in range(5)]
    assert not planted([*usual, *drums], "splitting")


def test_a_quantity_out_of_line_with_its_end_use_is_found() -> None:
    rng = np.random.default_rng(3)
    lines = [
        line._replace(end_use="Textile dyes")
        for importer in range(12) for line in yearly(OWN, A, importer, rng.lognormal(9.2, 0.3, 5).tolist())
    ]  # fmt: skip
    lines += [line._replace(end_use="textile dyes ") for line in yearly(OWN, A, D, [400e3], 2018)]
    (proposal,) = find_patterns([ledger_of(lines, substances=PLANTED)], kinds=["end_use"])
    assert (proposal.importer, proposal.start) == (STATES[D], "2018")
    assert proposal.message.values["end_use"] == "textile dyes"


def test_receipt_beyond_declared_consumption_is_found(tmp_path: Path) -> None:
    lines = [*yearly(0, A, B, [200e3] * 4), *yearly(0, A, C, [200e3] * 4), *yearly(0, C, D, [150e3] * 4)]
    register = tmp_path / "register.csv"
    rows = [f"{STATES[state]},1-00-0,{year},{kg}" for state, kg in ((B, 60e3), (C, 45e3)) for year in range(2014, 2018)]
    register.write_text("state,chemical,year,consumed_kg\n" + "\n".join(rows) + "\nB?,x,2014,many\n", encoding="utf-8")
    read = read_consumption(str(register))
    (proposal,) = find_patterns([ledger_of(lines)], read, ["consumption"])
    assert proposal.importer == STATES[B]
    assert proposal.figures == {"kg": 560e3, "received_kg": 800e3, "consumed_kg": 240e3}
    assert [problem.values["row"] for problem in read.problems] == [9]


def test_a_register_without_its_columns_is_refused(tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    register.write_text("country,kg\nAKX,1\n", encoding="utf-8")
    message = r"no column 'state'.*needs the columns state, chemical, year, consumed_kg; it has 'country', 'kg'"
    with pytest.raises(InputError, match=message):
        read_consumption(str(register))


@pytest.mark.parametrize("heavy", [False, True])
def test_a_ledger_in_which_nothing_changes_gives_hardly_ever_anything(heavy: bool) -> None:
    alarms = sum(bool(proposals_of(steady(seed, heavy=heavy))) for seed in range(100, 130))
    assert alarms <= 2


def test_returned_goods_and_lines_without_a_quantity_do_not_count() -> None:
    lines = [*BACKGROUND, *yearly(0, A, B, [100e3] * 6 + [900e3] * 4)]
    ledger = ledger_of(lines)
    of_pair = pl.col("kg").is_in([900e3])
    returned = replace(ledger, lines=ledger.lines.with_columns(returned=of_pair))
    unread = replace(ledger, lines=ledger.lines.with_columns(kg=pl.when(of_pair).then(None).otherwise("kg")))
    for line in (returned, unread):
        assert not [p for p in find_patterns([line]) if route(p) == (STATES[A], STATES[B])]


def test_an_empty_ledger_gives_nothing() -> None:
    assert find_patterns([ledger_of([])]) == []
    assert find_patterns([]) == []


def test_two_ledgers_are_read_as_one_where_they_call_the_same_chemical_differently() -> None:
    lines = [*BACKGROUND, *yearly(0, A, B, [100e3] * 6 + [900e3] * 4)]
    ours = ledger_of([line for line in lines if line.export], "ours.csv")
    order = [3, 1, 4, 2, 0]
    renamed = tuple(replace_name(SUBSTANCES[n]) for n in order)
    theirs = ledger_of(
        [line._replace(substance=order.index(line.substance)) for line in lines if not line.export],
        "theirs.csv",
        renamed,
    )
    apart, together = find_patterns([ours, theirs]), find_patterns([ledger_of(lines)])
    assert [(route(proposal), proposal.figures) for proposal in apart] == [
        (route(proposal), proposal.figures) for proposal in together
    ]
    assert {line.ledger for proposal in apart for line in proposal.lines} == {"ours.csv", "theirs.csv"}


def replace_name(substance: Substance) -> Substance:
    return substance._replace(name=substance.name.upper())


PATTERNED = [
    *steady(2, 30), *yearly(0, A, B, [100e3] * 6 + [900e3] * 4), *yearly(1, A, C, [0] * 7 + [80e3] * 3),
    *yearly(1, A, B, [90e3] * 10),
]  # fmt: skip


def gist(proposals: Sequence[Proposal]) -> list[tuple[object, ...]]:
    return [
        (
            proposal.kind,
            proposal.substance.key,
            route(proposal),
            proposal.start,
            proposal.end,
            proposal.unusual,
            proposal.line_count,
            tuple(line.id for line in proposal.lines),
            proposal.years,
            tuple(proposal.figures.items()),
        )
        for proposal in proposals
    ]


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_the_lines_makes_no_difference(seed: int) -> None:
    mixed = [PATTERNED[n] for n in np.random.default_rng(seed).permutation(len(PATTERNED))]
    assert gist(proposals_of(mixed)) == gist(proposals_of(PATTERNED))


@settings(max_examples=8, deadline=None)
@given(st.sampled_from([0.001, 1000.0, 0.45359237]))
def test_the_unit_of_the_quantities_makes_no_difference(scale: float) -> None:
    scaled = tuple(substance._replace(threshold_kg=(substance.threshold_kg or 0) * scale) for substance in SUBSTANCES)
    other = find_patterns([ledger_of(PATTERNED, substances=scaled, scale=scale)])
    first = proposals_of(PATTERNED)
    assert [(proposal.kind, route(proposal), proposal.start, proposal.end) for proposal in other] == [
        (proposal.kind, route(proposal), proposal.start, proposal.end) for proposal in first
    ]
    assert [proposal.figures["kg"] for proposal in other] == pytest.approx(
        [proposal.figures["kg"] * scale for proposal in first]
    )


def test_a_step_in_white_noise_is_found_and_none_without_it() -> None:
    rng = np.random.default_rng(8)
    series = rng.normal(0, 0.3, (200, 12))
    series[17, 7:] += 3
    steps, tests = find_steps(series)
    assert [(step.row, step.place) for step in steps] == [(17, 7)]
    assert tests == 200


def test_probabilities_are_corrected_for_their_number() -> None:
    rng = np.random.default_rng(1)
    assert sum((adjusted(rng.random(100)) <= 0.05).any() for _ in range(400)) < 40


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_is_said_in_every_language(lang: str) -> None:
    for proposal in proposals_of(PATTERNED):
        sentence = say(proposal.message, lang)
        assert "{" not in sentence
        assert proposal.substance.name in sentence
    assert all(say(f"pattern_kind_{kind}", lang) != f"pattern_kind_{kind}" for kind in PATTERN_KINDS)


def test_tables_json_lines_and_findings_hold_the_same_proposals() -> None:
    proposals = proposals_of(PATTERNED)
    rows = list(as_rows(proposals))
    assert [row["rank"] for row in rows] == list(range(1, len(proposals) + 1))
    assert tuple(rows[0]) == COLUMNS
    plain = [json.loads(line) for line in as_json_lines(proposals)]
    assert [row["kind"] for row in plain] == [proposal.kind for proposal in proposals]
    assert plain[0]["chart"]["encoding"]["y"]["field"] == "kg"
    finding = proposals[0].finding(Maker("patterns", "0", "2024-01-01"), Rule("CWC", "3A01"))
    assert finding.rule == Rule("CWC", "3A01")
    assert finding.verdict is Verdict.REVIEW
    assert finding.subject.row == proposals[0].lines[0].row
    assert finding.message == proposals[0].message


def test_the_chart_holds_what_either_side_says_of_each_year() -> None:
    proposal = next(proposal for proposal in proposals_of(PATTERNED) if proposal.kind == "level_change")
    values = proposal.chart("fr")["data"]["values"]
    assert len(values) == 2 * len(proposal.years) == 20
    assert {value["side"] for value in values} == {"selon l’exportateur", "selon l’importateur"}


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_the_report_shows_each_proposal_with_its_chart_and_says_that_nothing_is_proved(lang: str) -> None:
    lines = [proposal._replace() for proposal in PATTERNED]
    ledger = ledger_of(lines, name='<b>"books".csv')
    proposals = find_patterns([ledger])
    stream = io.StringIO()
    write_html(report(proposals, [ledger], lang), stream)
    page = stream.getvalue()
    assert page.count('<article class="card') == len(proposals)
    assert page.count('<svg role="img"') == len(proposals)
    assert "<b>" not in page.replace("<b>0", "").split("<main>")[1].split("&lt;b&gt;")[0].replace("<b></b>", "")
    assert say("pattern_caution", lang)[1:] in page
    assert told(proposals, [ledger])[0].values["lines"] == len(lines)


COMMAND = typer.Typer()
COMMAND.command()(patterns)


def written(path: Path, lines: Sequence[Line]) -> Path:
    header = "id,reporter,flow,partner,date,chemical,cas,hs,quantity,unit,concentration,remarks"
    rows = [
        f"L{n},{'FRA,export,DEU' if line.export else 'DEU,import,FRA'},"
        f"{line.day},Thionyl chloride,7719-09-7,,{line.kg / 1000:.6f},t,,"
        for n, line in enumerate(lines)
    ]
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


STEPPING = [90e3, 110e3, 100e3, 95e3, 105e3, 100e3, 640e3, 560e3, 600e3, 620e3]


@pytest.mark.parametrize("format", ["", "csv", "jsonl", "html"])
def test_the_command_reads_a_ledger_and_writes_each_format(tmp_path: Path, format: str) -> None:
    ledger = written(tmp_path / "ledger.csv", yearly(0, A, B, STEPPING))
    output = tmp_path / f"answer.{format}"
    given = [str(ledger), "--lang", "en", *(["-o", str(output)] if format else [])]
    ran = CliRunner().invoke(COMMAND, given)
    assert ran.exit_code == 1, ran.output
    answer = output.read_text(encoding="utf-8") if format else ran.output
    assert re.search("France → Germany: Thionyl chloride rose from about (100|99),", answer)
    assert "20 rows" in ran.output
    if format == "csv":
        (row,) = pl.read_csv(output).iter_rows(named=True)
        assert (row["kind"], row["exporter"], row["importer"], row["start"]) == ("level_change", "FRA", "DEU", 2020)


def test_the_command_says_when_nothing_stands_out(tmp_path: Path) -> None:
    ledger = written(tmp_path / "ledger.csv", yearly(0, A, B, [100e3] * 10))
    ran = CliRunner().invoke(COMMAND, [str(ledger), "-o", str(tmp_path / "answer.html"), "--lang", "fr"])
    assert ran.exit_code == 0, ran.output
    assert "Rien d’inhabituel" in (tmp_path / "answer.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "given", [["missing.csv"], ["{ledger}", "--kind", "diversion"], ["{ledger}", "--format", "pdf"],
              ["{ledger}", "-o", "{ledger}"], ["-", "-"], ["{ledger}", "--lang", "tlh"], ["{ledger}", "--map", "x"]],
)  # fmt: skip
def test_the_command_refuses_what_has_no_meaning(tmp_path: Path, given: list[str]) -> None:
    ledger = written(tmp_path / "ledger.csv", yearly(0, A, B, [100e3] * 3))
    ran = CliRunner().invoke(COMMAND, [wish.format(ledger=ledger) for wish in given])
    assert ran.exit_code == 2
    assert ledger.read_text(encoding="utf-8").startswith("id,reporter")


def test_a_tiny_probability_is_said_as_below_a_limit_and_numbers_by_the_language():
    tiny, plain = (Unusual("p", value, 12, 0.0317).says for value in (3e-9, 0.0123))
    assert "below 0.0001, or 0.03 " in say(tiny, "en")
    assert "0,01, soit 0,03 " in say(plain, "fr")
    assert "5,23\u00a0fois" in say(Unusual("ratio", 5.2345, 1, 1.0).says, "fr")
