"""Whatever the ledgers: what must hold of every reconciliation, and what each finding carries."""

from __future__ import annotations

import io
import itertools
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from opencwc.finding import Message, Rule, Verdict
from opencwc.models import load_card, state_of
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.transfers.ledgers.reader import read_ledger
from opencwc.transfers.model import CAUSES, LINE_STATUSES, MATCH_COLUMNS, RECONCILED_COLUMNS, Ledger
from opencwc.transfers.reconcile import causes, comparison, matching, reconciled
from opencwc.transfers.reconcile.causes import CAUSE_RULES, MODEL, RANKING
from opencwc.transfers.reconcile.kept import pack, unpack
from opencwc.transfers.reconcile.reasons import reason_of, why
from opencwc.transfers.reconcile.reconciled import Reconciled, maker_of
from opencwc.transfers.reconcile.reconciliation import reconcile
from opencwc.transfers.reconcile.signs import PAIR_SIGNS, STATE_SIGNS, SUM_SIGNS
from opencwc.wording import LANGUAGES, say, sentence

HEAD = "id,reporter,flow,partner,date,chemical,quantity,unit,concentration,remarks"
STATES = ("FRA", "DEU", "NLD")
CHEMICALS = ("Phosgene", "Thionyl chloride", "Thiodiglycol")
Line = tuple[str, str, str, str, int]  # reporter, flow, partner, chemical, kg; the day is by place

days = st.integers(1, 28)
lines = st.lists(
    st.tuples(
        st.sampled_from(STATES), st.sampled_from(("export", "import")), st.sampled_from(STATES),
        st.sampled_from(CHEMICALS), st.integers(1, 200_000), st.integers(1, 12), days, st.sampled_from((2022, 2023)),
    ).filter(lambda one: one[0] != one[2]),
    min_size=1, max_size=14,
)  # fmt: skip


def written(rows: list[tuple], unit: str = "kg", first: int = 0) -> list[str]:
    per = {"kg": 1.0, "t": 1_000.0, "g": 0.001}[unit]
    return [
        f"{first + number},{reporter},{flow},{partner},{year}-{month:02d}-{day:02d},{chemical},{kg / per:.12g},{unit},,"
        for number, (reporter, flow, partner, chemical, kg, month, day, year) in enumerate(rows)
    ]


def ledger(rows: list[str], name: str = "book.csv") -> Ledger:
    return read_ledger(io.BytesIO("\n".join([HEAD, *rows]).encode()), name=name, screener=screener())


@cache
def screener() -> Screener:
    """The Convention's names and numbers, read once for all tests."""
    return Screener(Rulebook.of())


def rows_of(reconciled: Reconciled, *columns: str) -> list[tuple]:
    key = ("chemical", "exporter", "importer", "year")
    return sorted(reconciled.table().select(*key, *columns).iter_rows(), key=lambda row: row[:4])


SAID = ("exported_kg", "imported_kg", "over_threshold", "cause", "second_cause")


@settings(max_examples=40, deadline=None)
@given(lines, st.booleans())
def test_swapping_the_ledgers_swaps_nothing_but_their_place(rows: list[tuple], model: bool) -> None:
    ours = [text for text, row in zip(written(rows), rows, strict=True) if row[0] == "FRA"]
    theirs = [text for text, row in zip(written(rows), rows, strict=True) if row[0] != "FRA"]
    books = [ledger(ours, "ours.csv"), ledger(theirs, "theirs.csv")]
    plain, other = reconcile(books, model=model), reconcile(books[::-1], model=model)
    assert rows_of(plain, *SAID, "why") == rows_of(other, *SAID, "why")
    of = {
        letter: dict(reconciled.matches().select("id", "status").iter_rows())
        for letter, reconciled in (("a", plain), ("b", other))
    }
    assert of["a"] == of["b"]


@settings(max_examples=40, deadline=None)
@given(lines, st.randoms(use_true_random=False), st.sampled_from(("kg", "t", "g")))
def test_the_unit_and_the_order_of_the_lines_do_not_matter(rows: list[tuple], chance, unit: str) -> None:
    plain = reconcile([ledger(written(rows))], model=False)
    mixed = written(rows, unit)
    chance.shuffle(mixed)
    other = reconcile([ledger(mixed)], model=False)
    assert [row[:4] for row in rows_of(plain)] == [row[:4] for row in rows_of(other)]
    for one, same in zip(rows_of(plain, *SAID), rows_of(other, *SAID), strict=True):
        assert one[4:6] == pytest.approx(same[4:6], abs=1e-6)
        assert one[6:] == same[6:]


@settings(max_examples=40, deadline=None)
@given(lines)
def test_an_agreed_pair_of_lines_changes_no_other_finding(rows: list[tuple]) -> None:
    before = rows_of(reconcile([ledger(written(rows))], model=False), *SAID)
    agreed = [
        ("FRA", "export", "DEU", "Triethanolamine", 41_000, 3, 1, 2022),
        ("DEU", "import", "FRA", "Triethanolamine", 41_000, 3, 19, 2022),
    ]
    more = [*written(rows), *written(agreed, first=900)]
    after = rows_of(reconcile([ledger(more)], model=False), *SAID)
    reporters = {row[0] for row in rows}
    spoken = [row for row in after if row[0] != "Triethanolamine"]
    if {"FRA", "DEU"} <= reporters:  # whoever speaks for the first time is compared from then on
        assert spoken == before
    added = next(row for row in after if row[0] == "Triethanolamine")
    assert added[4:] == (41_000.0, 41_000.0, False, None, None)


@settings(max_examples=40, deadline=None)
@given(lines)
def test_every_line_stands_once_and_a_match_has_two_sides(rows: list[tuple]) -> None:
    reconciled = reconcile([ledger(written(rows))], model=False)
    matches = reconciled.matches()
    assert tuple(matches.columns) == MATCH_COLUMNS
    assert matches["id"].to_list() == [str(number) for number in range(len(rows))]
    assert set(matches["status"].cast(pl.String)) <= set(LINE_STATUSES)
    sides = [row[1] for row in rows]
    grouped = matches.with_columns(flow=pl.Series(sides)).filter(pl.col("match_group").is_not_null())
    assert all(
        set(flows) == {"export", "import"}
        for (flows,) in grouped.group_by("match_group").agg("flow").select("flow").iter_rows()
    )
    unmatched = matches.filter(pl.col("match_group").is_null())["status"].cast(pl.String)
    assert set(unmatched) <= {"unmatched", "not_compared", "unreadable"}


@settings(max_examples=40, deadline=None)
@given(lines)
def test_the_sums_are_those_of_the_lines(rows: list[tuple]) -> None:
    reconciled = reconcile([ledger(written(rows))], model=False)
    reporters = {row[0] for row in rows}
    compared = [row for row in rows if row[2] in reporters]
    assert reconciled.groups["exported"].sum() == pytest.approx(sum(row[4] for row in compared if row[1] == "export"))
    assert reconciled.groups["imported"].sum() == pytest.approx(sum(row[4] for row in compared if row[1] == "import"))


@settings(max_examples=40, deadline=None)
@given(lines)
def test_it_does_not_matter_in_how_many_parts_it_is_done(rows: list[tuple]) -> None:
    book = ledger(written(rows))
    whole = reconcile([book])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparison, "PART", 1)
        patch.setattr(matching, "RUN", 1)
        patch.setattr(reconciled, "SLICE", 2)
        parts = reconcile([book])
    assert_frame_equal(whole.groups, parts.groups, rel_tol=1e-6)
    assert_frame_equal(whole.table(), parts.table())
    assert_frame_equal(whole.matches(), parts.matches())


def test_what_one_heading_holds_is_compared_together_and_nothing_else() -> None:
    rows = [
        "1,FRA,export,DEU,2023-03-01,Phosgene,61.2,t,,", "2,DEU,import,FRA,2023-03-10,Thionyl chloride,61.2,t,,",
        "3,FRA,export,NLD,2023-03-01,Phosgene,61.2,t,,", "4,NLD,import,FRA,2023-03-10,Thiodiglycol,61.2,t,,",
    ]  # fmt: skip
    statuses = dict(reconcile([ledger(rows)], model=False).matches().select("id", "status").iter_rows())
    assert statuses == {"1": "matched_across", "2": "matched_across", "3": "unmatched", "4": "unmatched"}


ROWS = [
    "1,FRA,export,DEU,2023-03-01,Phosgene,70,t,,", "2,DEU,import,FRA,2023-03-14,Phosgene,70,kg,,",
    "3,FRA,export,DEU,2023-05-01,Thionyl chloride,90,t,,", "4,DEU,import,Atlantis,2023-05-09,Thionyl chloride,90,t,,",
    "5,DEU,export,FRA,2023-05-09,Thiodiglycol,-3,t,,",
]  # fmt: skip


def test_the_answer_has_the_columns_of_the_contract_in_their_order() -> None:
    table = reconcile([ledger(ROWS)]).table()
    assert tuple(table.columns) == RECONCILED_COLUMNS
    assert table["rank"].to_list() == list(range(1, len(table) + 1))
    assert set(table["cause"].drop_nulls()) <= set(CAUSES)
    assert table["over_threshold"].to_list() == sorted(table["over_threshold"].to_list(), reverse=True)
    over = table.filter("over_threshold")
    assert over["score"].to_list() == sorted(over["score"].to_list(), reverse=True)
    assert (table["exported_kg"] - table["imported_kg"] - table["difference_kg"]).abs().max() < 1e-6


def test_a_finding_names_the_lines_the_model_its_weights_and_its_probability() -> None:
    reconciled = reconcile([ledger(ROWS)], date(2026, 11, 26))
    first = next(finding for finding in reconciled.findings() if finding.subject.id.startswith("75-44-5"))
    assert first.verdict is Verdict.DISCREPANCY
    assert first.rule == Rule("CWC", "3A01", "Annex on Chemicals, Schedule 3, Part A, paragraph 1", "official")
    assert first.maker.model == MODEL.id and first.maker.weights == state_of(MODEL).hash
    assert 0 < first.confidence <= 1
    named = [part.label for part in first.evidence if part.kind == "line"]
    assert any("book.csv 1: export FRA>DEU 2023-03-01 70000 kg = book.csv 2: import" in part for part in named)
    ordered = next(part for part in first.evidence if part.kind == "order")
    assert ordered.label == RANKING.id and state_of(RANKING).hash in ordered.value


def test_without_the_models_plain_rules_propose_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_MODELS_OFF", "transfer-causes,transfer-ranking")
    reconciled = reconcile([ledger(ROWS)])
    assert (reconciled.weights, reconciled.ranking, maker_of(reconciled).model) == ("", "", "")
    assert all(finding.confidence is None for finding in reconciled.findings())
    assert {"reconcile_causes_by_rules", "reconcile_order_by_rules"} <= {card.id for card in reconciled.told()}
    assert reconciled.table().filter(pl.col("chemical") == "Phosgene")["cause"].to_list() == ["unit"]


def test_one_model_can_be_off_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCWC_MODELS_OFF", "transfer-ranking")
    reconciled = reconcile([ledger(ROWS)])
    assert reconciled.weights and not reconciled.ranking
    assert {"reconcile_causes_by_model", "reconcile_order_by_rules"} <= {card.id for card in reconciled.told()}


@pytest.mark.parametrize(("name", "left"), [("FEATURES", (MODEL.id, RANKING.id)), ("RANKING_FEATURES", (RANKING.id,))])
def test_a_model_file_with_other_features_is_left_aside_and_said_to_be(
    name: str, left: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(causes, name, getattr(causes, name)[::-1])
    reconciled = reconcile([ledger(ROWS)])
    assert reconciled.unfit == left
    assert (reconciled.weights == "", reconciled.ranking == "") == (MODEL.id in left, True)
    assert [card.values["model"] for card in reconciled.told() if card.id == "reconcile_model_unfit"] == list(left)


def test_a_model_file_that_cannot_be_read_fits_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "ranking.txt").write_text("no model", encoding="utf-8")
    monkeypatch.setattr(causes, "DATA", tmp_path)
    for loaded in (causes.ranker, causes.boosters):
        loaded.cache_clear()
    assert not causes.fits(RANKING) and not causes.fits(MODEL)
    for loaded in (causes.ranker, causes.boosters):
        loaded.cache_clear()


def test_a_silent_side_with_unreadable_lines_is_said_to_have_them() -> None:
    table = reconcile([ledger(ROWS)], model=False).table()
    row = table.filter(pl.col("chemical") == "Thionyl chloride").row(0, named=True)
    assert row["cause"] == "one_side_silent"
    assert "could not be read and may belong here: 1" in row["why"]


def test_lines_with_a_doubt_are_for_review_and_unreadable_ones_are_so() -> None:
    reconciled = reconcile([ledger(ROWS)], model=False)
    by_row = {finding.subject.row: finding.verdict for finding in reconciled.findings() if finding.subject.file}
    assert by_row == {4: Verdict.UNREADABLE, 5: Verdict.REVIEW}
    assert [(name, problem.values["count"]) for name, problem in reconciled.problems()] == [
        ("book.csv", 1),
        ("book.csv", 1),
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_reason_is_said_alike_for_one_and_for_all(lang: str) -> None:
    rows = [*ROWS, "6,FRA,export,NLD,2023-12-20,Phosgene,50,t,,", "7,NLD,import,FRA,2024-01-10,Phosgene,50,t,,"]
    reconciled = reconcile([ledger(rows)], model=False)
    told_alone = [reconciled.discrepancy(group).why for group in reconciled.matters.iter_rows(named=True)]
    whole = reconciled.table(lang)["why"].str.replace_all("\u200e", "").to_list()  # marks of direction, in Arabic
    assert [sentence(reason_told, lang).replace("\u200e", "") for reason_told in told_alone] == whole


def test_a_year_end_and_another_chemical_are_named() -> None:
    rows = [
        "6,FRA,export,NLD,2023-12-20,Phosgene,50,t,,", "7,NLD,import,FRA,2024-01-10,Phosgene,50,t,,",
        "8,FRA,export,NLD,2022-02-20,Phosphorus trichloride,61.2,t,,",
        "9,NLD,import,FRA,2022-03-10,Phosphorus oxychloride,61.2,t,,",
    ]  # fmt: skip
    why = dict(reconcile([ledger(rows)], model=False).table().select("year", "why").iter_rows())
    assert set(why) in ({2022, 2023}, {2022, 2024}), "both years are one row, and both chemicals"
    assert "those of 20" in why.get(2023, why.get(2024, "")) and "another chemical, Phosphorus" in why[2022]


HALVES = {
    "year_end": ["1,FRA,export,NLD,2023-12-20,Phosgene,50,t,,", "2,NLD,import,FRA,2024-01-10,Phosgene,50,t,,"],
    "wrong_chemical": [
        "1,FRA,export,NLD,2022-02-20,Phosphorus trichloride,61.2,t,,",
        "2,NLD,import,FRA,2022-03-10,Phosphorus oxychloride,61.2,t,,",
    ],
    "wrong_partner": [
        "1,FRA,export,AUT,2024-02-01,Phosgene,61.2,t,,", "2,AUS,import,FRA,2024-03-20,Phosgene,61.2,t,,",
        "3,AUT,export,FRA,2024-05-01,Phosgene,3,t,,", "4,FRA,import,AUT,2024-05-09,Phosgene,3,t,,",
    ],
}  # fmt: skip


@pytest.mark.parametrize("cause", HALVES)
def test_two_halves_of_one_matter_are_one_row_that_names_both(cause: str) -> None:
    reconciled = reconcile([ledger(HALVES[cause])], model=False)
    first = reconciled.table().row(0, named=True)
    here, there = (
        (first[f"{of}chemical"], first[f"{of}exporter"], first[f"{of}importer"], first[f"{of}year"])
        for of in ("", "also_")
    )
    assert first["cause"] == cause
    assert sum(before != after for before, after in zip(here, there, strict=True)) == 1
    assert {first["exported_kg"], first["imported_kg"]} == {first["also_exported_kg"], first["also_imported_kg"]}
    assert reconciled.counts["discrepancy"] == 1
    assert sum(reconciled.counts[name] for name in ("discrepancy", "agreed")) == len(reconciled.table())
    assert sorted(reconciled.groups["rank"].unique()) == list(range(1, len(reconciled.table()) + 1))
    [finding] = reconciled.findings()
    assert sum(part.kind == "quantity" for part in finding.evidence) >= 4
    assert str(there[-1]) in sentence(finding.message) and str(there[-1]) in finding.subject.input
    assert "the other half of the same difference" in first["why"]
    assert any(message.id == "reconcile_halves" for message in reconciled.told())


def test_a_half_that_leaves_much_of_the_other_unexplained_stands_for_itself() -> None:
    rows = [
        "1,FRA,export,NLD,2023-12-20,Phosgene,50,t,,", "2,NLD,import,FRA,2024-01-10,Phosgene,50,t,,",
        "3,FRA,export,NLD,2023-05-20,Phosgene,900,t,,", "4,NLD,import,FRA,2023-05-29,Phosgene,400,t,,",
    ]  # fmt: skip
    table = reconcile([ledger(rows)], model=False).table()
    assert len(table) == 2 and table["also_year"].null_count() == 2


def test_the_lines_of_a_group_show_their_counterparts_elsewhere() -> None:
    rows = ["6,FRA,export,NLD,2023-12-20,Phosgene,50,t,,", "7,NLD,import,FRA,2024-01-10,Phosgene,50,t,,"]
    lines_shown = reconcile([ledger(rows)], model=False).lines_of(1)
    assert lines_shown.select("id", "flow", "kg").rows() == [("6", "export", 50_000.0), ("7", "import", 50_000.0)]
    assert lines_shown["match"].n_unique() == 1


def test_nothing_to_compare_is_no_error() -> None:
    reconciled = reconcile([ledger(["1,FRA,export,DEU,2023-03-01,Phosgene,70,t,,"])])
    assert len(reconciled.table()) == 0
    assert reconciled.matches()["status"].to_list() == ["not_compared"]
    assert list(reconciled.findings()) == []


def test_equal_ledgers_of_many_years_have_no_discrepancy() -> None:
    pairs = itertools.product(range(2015, 2024), CHEMICALS)
    rows = []
    for number, (year, chemical) in enumerate(pairs):
        rows.append(f"{2 * number},FRA,export,DEU,{year}-03-01,{chemical},{40 + number},t,,")
        rows.append(f"{2 * number + 1},DEU,import,FRA,{year}-03-19,{chemical},{40 + number},t,,")
    reconciled = reconcile([ledger(rows)])
    assert reconciled.counts == {"discrepancy": 0, "agreed": 27, "unreadable": 0, "apart": 0}
    assert set(reconciled.statuses) == {"matched"}


@pytest.mark.parametrize("model", [MODEL, RANKING], ids=lambda card: card.id)
def test_a_model_measured_again_gives_the_figures_of_its_card(model) -> None:
    from opencwc.models import compare

    assert compare(load_card(model.card).figures, model.evaluate().figures) == ()


def test_equal_lots_sent_month_by_month_are_matched_by_their_days() -> None:
    rows = []
    for month in range(1, 13):
        rows.append(f"a{month},FRA,export,DEU,2023-{month:02d}-10,Phosgene,20,t,,")
        rows.append(f"b{month},DEU,import,FRA,2023-{month:02d}-14,Phosgene,20,t,,")
    of = dict(reconcile([ledger(rows)]).matches().select("id", "match_group").iter_rows())
    assert all(of[f"a{month}"] == of[f"b{month}"] for month in range(1, 13))
    assert len(set(of.values())) == 12


@pytest.mark.parametrize(
    ("more", "cause"),
    [
        ("4a,FRA,export,DEU,2023-10-20,Thionyl chloride,70,t,25,", "concentration_rule"),
        ("4a,FRA,export,DEU,2023-10-20,Thionyl chloride,90,t,,", "unexplained"),
    ],
)
def test_round_quantities_are_no_sign_of_rounding(more: str, cause: str) -> None:
    rows = [more]
    for number, (month, tonnes) in enumerate(((2, 40), (5, 45), (8, 52))):
        rows.append(f"{number}a,FRA,export,DEU,2023-{month:02d}-01,Thionyl chloride,{tonnes},t,99,")
        rows.append(f"{number}b,DEU,import,FRA,2023-{month:02d}-05,Thionyl chloride,{tonnes},t,99,")
    table = reconcile([ledger(rows)]).table()
    assert table["cause"][0] != "rounding"
    assert cause in (table["cause"][0], table["second_cause"][0])


def test_a_side_that_declared_less_is_not_called_silent() -> None:
    rows = ["1,FRA,export,DEU,2023-03-01,Phosgene,70,t,,", "2,FRA,export,DEU,2023-07-01,Phosgene,33.3,t,,",
            "3,DEU,import,FRA,2023-03-05,Phosgene,70,t,,"]  # fmt: skip
    for row in reconcile([ledger(rows)]).table().iter_rows(named=True):
        assert "declared no import" not in row["why"]


def test_a_line_within_one_state_is_told_to_be_no_transfer() -> None:
    reconciled = reconcile([ledger(["1,DEU,export,DEU,2024-03-01,Phosgene,90,t,,"])])
    assert reconciled.table().is_empty()
    [(status, reason)] = reconciled.matches().select("status", "reason").iter_rows()
    assert status == "not_compared"
    assert "not a transfer" in reason
    assert [(finding.verdict, finding.message.id) for finding in reconciled.findings()] == [
        (Verdict.REVIEW, "ledger_same_state")
    ]


def test_a_file_that_is_given_twice_is_noticed_whatever_the_order_of_its_lines() -> None:
    rows = ["1,FRA,export,DEU,2024-03-01,Phosgene,70,t,,", "2,DEU,import,FRA,2024-03-11,Thiodiglycol,7,t,,"]
    twice = Message("reconcile_given_twice", {"first": "a.csv", "second": "b.csv"})
    assert twice in reconcile([ledger(rows, "a.csv"), ledger(rows[::-1], "b.csv")]).told()
    other = [rows[0], rows[1].replace("7,t", "8,t")]
    assert twice not in reconcile([ledger(rows, "a.csv"), ledger(other, "b.csv")]).told()
    assert twice not in reconcile([ledger(rows[:1], "a.csv"), ledger(rows[1:], "b.csv")]).told()


@pytest.mark.parametrize("model", [True, False])
@pytest.mark.parametrize("lacking", [(2,), (2, 5), (1, 3, 8), tuple(range(2, 12))])
def test_shipments_that_one_side_lacks_are_left_out_rather_than_unexplained(
    lacking: tuple[int, ...], model: bool
) -> None:
    kg = {month: 31_000 + 4_300 * month for month in range(1, 13)}
    out = [f"{month},FRA,export,DEU,2024-{month:02d}-01,Phosgene,{kg[month]},kg,," for month in kg]
    into = [
        f"{month},DEU,import,FRA,2024-{month:02d}-21,Phosgene,{kg[month]},kg,," for month in kg if month not in lacking
    ]
    assert reconcile([ledger(out), ledger(into)], model=model).table()["cause"].to_list() == ["one_side_silent"]


@pytest.mark.parametrize("model", [True, False])
@pytest.mark.parametrize("third", ["", "9,ITA,import,DEU,2024-08-01,Thiodiglycol,5,t,,"])
def test_another_state_named_is_told_as_partner_or_way_and_both_are_proposed(third: str, model: bool) -> None:
    ours = ["1,FRA,export,ITA,2024-03-01,Phosgene,71.4,t,,"]
    theirs = ["2,DEU,import,FRA,2024-03-21,Phosgene,71.4,t,,"]
    reconciled = reconcile([ledger(ours), ledger(theirs), *([ledger([third])] if third else [])], model=model)
    to_deu = (pl.col("importer") == "DEU") | (pl.col("also_importer") == "DEU")
    pair = reconciled.table().filter(to_deu, pl.col("chemical") == "Phosgene")
    [(cause, second, importer, reason)] = pair.select("cause", "second_cause", "importer", "why").rows()
    assert {cause, second} == {"hub", "wrong_partner"}
    assert "ITA" in (importer, *reason.replace(";", " ").replace(",", " ").split())
    assert reconciled.matches()["status"].to_list()[:2] == ["matched_across", "matched_across"]


def test_what_is_in_another_unit_is_said_with_the_factor_where_it_is_a_thousand() -> None:
    ours = ["1,FRA,export,ITA,2024-03-01,Phosgene,71400,kg,,"]
    reconciled = reconcile([ledger(ours), ledger(["2,ITA,import,FRA,2024-03-21,Phosgene,71.4,kg,,"])], model=False)
    [reason] = reconciled.table()["why"]
    [group] = reconciled.groups.rows(named=True)
    assert group["cause"] == "unit" and "one figure is 1,000 times the other" in reason
    assert sentence(why(group)) == reason and "71,328.6 kg" in reason, "to ten grams, as the letter has it"
    assert "one figure is a multiple of the other" in sentence(why({**group, "imported": 157_409.0}))


def test_a_kept_reconciliation_names_the_other_state_as_the_command_does() -> None:
    ours = ["1,FRA,export,ITA,2024-03-01,Phosgene,71.4,t,,"]
    theirs = ["2,DEU,import,FRA,2024-03-21,Phosgene,71.4,t,,"]
    reconciled = reconcile([ledger(ours), ledger(theirs)], model=False)
    reason = reconciled.table().filter(pl.col("importer") == "DEU")["why"].item()
    [group] = unpack(pack(reconciled)).groups.filter(pl.col("importer") == "DEU").rows(named=True)
    assert "ITA" in reason and sentence(why(group)) == reason


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_doubtful_in_the_lines_of_a_pair_stands_in_its_reason(lang: str) -> None:
    reconciled = reconcile([ledger([
        "1,FRA,export,DEU,2024-03-01,Phosgene,97000.0001,kg,,",
        "2,DEU,import,FRA,2024-03-21,Phosgene,1000000000000,kg,,",
        "3,DEU,import,FRA,2024-03-22,Phosgene,97000.0001,kg,,",
    ])])  # fmt: skip
    [row] = reconciled.table(lang).rows(named=True)
    wording = say(Message("ledger_quantity_huge", {"kg": 1e12}), lang)
    assert wording in row["why"]
    assert row["why"] == sentence(reconciled.discrepancy(reconciled.groups.row(0, named=True)).why, lang)


def test_amounts_are_told_as_far_as_they_can_be_known() -> None:
    reconciled = reconcile([ledger([
        "1,FRA,export,DEU,2024-03-01,Phosgene,97000.0001,kg,,",
        "2,DEU,import,FRA,2024-03-21,Phosgene,1000000000000,kg,,",
        "3,DEU,import,FRA,2024-03-22,Phosgene,97000.0001,kg,,", "4,FRA,export,DEU,2023-03-01,Phosgene,0.1,kg,,",
        "5,FRA,export,DEU,2023-03-02,Phosgene,0.2,kg,,", "6,DEU,import,FRA,2023-03-02,Saxitoxin,0.000000003,kg,,",
    ])])  # fmt: skip
    amounts = {(row["chemical"], row["year"]): row for row in reconciled.table().iter_rows(named=True)}
    assert str(amounts["Phosgene", 2024]["imported_kg"]) == "1000000097000.0"
    assert amounts["Phosgene", 2024]["exported_kg"] == 97_000
    assert str(amounts["Phosgene", 2023]["exported_kg"]) == "0.3"
    assert amounts["Saxitoxin", 2023]["imported_kg"] == 3e-9
    assert not [
        finding for finding in reconciled.findings() for part in finding.evidence if "e+" in part.label + part.value
    ]


def test_a_subheading_that_holds_several_chemicals_is_said_to_fit_any_of_them() -> None:
    ours = ["1,FRA,export,DEU,2024-03-01,,105-59-9,,70,t"]
    theirs = ["2,DEU,import,FRA,2024-03-21,,,292217,70,t", "3,DEU,import,FRA,2024-03-21,,,293090,40,t"]
    head = "id,reporter,flow,partner,date,chemical,cas,hs,quantity,unit"
    reconciled = reconcile(
        [read_ledger(io.BytesIO("\n".join([head, *rows]).encode()), screener=screener()) for rows in (ours, theirs)]
    )
    rows = {row["chemical"]: row for row in reconciled.table().iter_rows(named=True)}
    assert rows["Methyldiethanolamine"]["difference_kg"] == 0
    assert "2922.17" in rows["Methyldiethanolamine"]["why"]
    assert "2930.90" in rows["HS 293090"]["why"]
    assert "any chemical" in rows["HS 293090"]["why"]


def test_another_chemical_of_the_heading_is_still_another_one() -> None:
    head = "id,reporter,flow,partner,date,chemical,cas,hs,quantity,unit"
    rows = ["1,FRA,export,DEU,2024-03-01,,676-97-1,,70,t", "2,DEU,import,FRA,2024-03-21,,,293149,70,t"]
    reconciled = reconcile([read_ledger(io.BytesIO("\n".join([head, *rows]).encode()), screener=screener())])
    assert set(reconciled.table()["cause"]) == {"wrong_chemical"}


@settings(max_examples=25, deadline=None)
@given(lines, st.sampled_from(LANGUAGES))
def test_every_line_has_a_status_and_a_reason(rows: list[tuple], lang: str) -> None:
    bad = ["90,FRA,export,,2023-01-01,Phosgene,1,t,,", "91,FRA,export,DEU,,Phosgene,many,t,,", ",,,,,,,,,"]
    reconciled = reconcile([ledger([*written(rows), *bad])])
    matches = reconciled.matches(lang)
    assert matches["id"].to_list() == [*(str(place) for place in range(len(rows))), "90", "91", str(len(rows) + 3)]
    assert matches["status"].to_list()[-3:] == ["unreadable"] * 3
    assert not matches.filter(pl.col("reason").fill_null("") == "").height
    [book] = reconciled.ledgers
    statuses = zip(matches["status"], book.lines["problem"], reconciled.compared.lines["readable"], strict=True)
    assert matches["reason"].to_list() == [
        reason_of(status, book.problems[problem - 1] if problem else None, lang, readable=readable)
        for status, problem, readable in statuses
    ]


def test_each_cause_and_each_sign_says_what_it_is() -> None:
    assert tuple(CAUSE_RULES) == CAUSES
    assert all(0 < weight <= 1 for rule in CAUSE_RULES.values() for weight in rule.weights.values())
    listed = (*SUM_SIGNS, *STATE_SIGNS, *PAIR_SIGNS)
    assert all(sign.__doc__ for sign in listed)
    assert len({sign.__name__ for sign in listed}) == len(listed)
