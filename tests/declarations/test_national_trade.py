"""Declared imports and exports are a ledger, and differ from another's as reconciling the two says."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from opencwc.declarations.judgement import judge
from opencwc.declarations.law import Law
from opencwc.declarations.ledger_comparison import compare_trade, declared_trade, with_trade
from opencwc.declarations.ledger_parties import parties_of, site_of_parties
from opencwc.declarations.model import Answer
from opencwc.declarations.national_trade import TRADE_FIELDS, trade_as_ledger
from opencwc.declarations.reader import chemicals_on
from opencwc.declarations.register_reader import read_register
from opencwc.transfers.ledgers.reader import read_ledger
from opencwc.transfers.model import LEDGER_COLUMNS, Ledger
from opencwc.transfers.reconcile.reconciliation import reconcile

DAY = "2026-11-28"
REGISTER = """site,plant,chemical,cas,activity,year,quantity,unit,concentration,planned,partner
A,P1,thiodiglycol,111-48-8,export,2025,9,t,,,FRA
A,P1,thiodiglycol,111-48-8,export,2025,3,t,50,,FRA
A,P2,phosgene,75-44-5,import,2025,50,t,,,NLD
A,P2,phosgene,75-44-5,acquire,2025,20,t,,,NLD
A,P2,phosgene,75-44-5,acquire,2025,7,t,,,DEU
A,P1,thiodiglycol,111-48-8,export,2026,8,t,,yes,FRA
A,P1,acetone,67-64-1,export,2025,90,t,,,FRA
A,P1,thiodiglycol,111-48-8,export,2025,4,t,,,
"""


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    folder = tmp_path_factory.mktemp("register")
    (folder / "activities.csv").write_text(REGISTER, encoding="utf-8")
    (folder / "sites.csv").write_text("site,plant,country\nA,P1,DEU\nA,P2,DEU\n", encoding="utf-8")
    return judge(read_register(Path(folder)), Law(date.fromisoformat(DAY)), 2026, chemicals_on(date.fromisoformat(DAY)))


def ledger(*lines: str, name: str = "customs.csv") -> Ledger:
    """Return a ledger of lines ``reporter flow partner date cas tonnes``."""
    fields = "reporter,flow,partner,date,cas,quantity"
    rows = [",".join(line.split()) for line in lines]
    return read_ledger(io.BytesIO("\n".join([f"{fields},unit", *(f"{row},t" for row in rows)]).encode()), name)


def told(answer: Answer, *lines: str) -> list[tuple[str, str, str, str]]:
    faults, _ = compare_trade(
        answer, declared_trade(answer, date.fromisoformat(DAY)), ledger(*lines), date.fromisoformat(DAY)
    )
    return [
        (
            fault.subject.chemical,
            f"{fault.figures['declared'].normalize():f}",
            f"{fault.figures['other'].normalize():f}",
            fault.rule,
        )
        for fault in faults
    ]


def test_the_columns_are_those_of_a_ledger() -> None:
    assert TRADE_FIELDS == LEDGER_COLUMNS


def test_declared_trade_is_a_ledger_that_reads_back(answer: Answer) -> None:
    text = trade_as_ledger(declared_trade(answer, date.fromisoformat(DAY)))
    read = read_ledger(io.BytesIO(text.encode()), "declared.csv")
    lines = read.lines.select("reporter", "partner", "export", "kg", "concentration", "problem").rows()
    assert lines == [
        ("DEU", "FRA", True, 9_000, 100, 0), ("DEU", "FRA", True, 3_000, 50, 0), ("DEU", "NLD", False, 70_000, 100, 0),
    ]  # fmt: skip


def test_a_difference_over_the_threshold_is_a_fault_of_the_books(answer: Answer) -> None:
    found = told(answer, "DEU export FRA 2025-03-01 111-48-8 10.9", "DEU import NLD 2025 75-44-5 70")
    assert found == [("Thiodiglycol", "12000", "10900", "s2-s3-discrepancy")]


def test_a_difference_of_the_threshold_is_none(answer: Answer) -> None:
    assert told(answer, "DEU export FRA 2025 111-48-8 11", "DEU import NLD 2025 75-44-5 40") == []


def test_what_only_the_customs_have_is_a_difference(answer: Answer) -> None:
    lines = ("DEU export FRA 2025 111-48-8 12", "DEU import NLD 2025 75-44-5 70", "DEU export ESP 2025 111-48-8 5")
    assert told(answer, *lines) == [("Thiodiglycol", "0", "5000", "s2-s3-discrepancy")]


def test_other_years_and_unscheduled_goods_are_left_alone(answer: Answer) -> None:
    lines = ("DEU export FRA 2024 111-48-8 400", "DEU export FRA 2025 67-64-1 4000")
    assert told(answer, *lines) == []


@pytest.mark.parametrize("tonnes", [(8.0, 70.0), (12.0, 30.0), (12.0, 70.0)])
def test_a_partners_ledger_tells_the_same_difference_here_and_when_both_are_reconciled(
    answer: Answer, tonnes: Sequence[float]
) -> None:
    sold, bought = tonnes
    lines = (f"FRA import DEU 2025 111-48-8 {sold}", f"NLD export DEU 2025 75-44-5 {bought}")
    here = {(chemical, declared, other) for chemical, declared, other, _ in told(answer, *lines)}
    text = trade_as_ledger(declared_trade(answer, date.fromisoformat(DAY)))
    both = [read_ledger(io.BytesIO(text.encode()), "declared.csv"), ledger(*lines)]
    table = reconcile(both, date.fromisoformat(DAY), model=False).table().filter("over_threshold")
    there = set()
    for row in table.iter_rows(named=True):
        declared, other = (row["exported_kg"], row["imported_kg"])[:: 1 if row["exporter"] == "DEU" else -1]
        there.add((row["chemical"], f"{declared:.0f}", f"{other:.0f}"))
    assert here == there


SITES = """site,plant,name,operator,country
A,,Harbour Works,Orvenda Chemie GmbH,DEU
B,,Dyes,Kasbin AG,DEU
"""


@pytest.mark.parametrize(
    ("parties", "site"),
    [
        (["Orvenda Chemie GmbH"], "A"), (["ORVENDA CHEMIE", "Orvenda Chemie GmbH"], "A"), (["Harbour Works"], "A"),
        (["Kasbin AG", "Orvenda Chemie GmbH"], ""), (["A Trader of No Site"], ""), ([], ""),
    ],
)  # fmt: skip
def test_a_company_is_a_site_where_it_is_one_operators(tmp_path: Path, parties: list[str], site: str) -> None:
    (tmp_path / "activities.csv").write_text(REGISTER, encoding="utf-8")
    (tmp_path / "sites.csv").write_text(SITES, encoding="utf-8")
    assert site_of_parties(parties, read_register(tmp_path)) == site


def test_trade_without_a_row_is_asked_of_the_site_that_the_ledger_names(tmp_path: Path) -> None:
    (tmp_path / "activities.csv").write_text(REGISTER, encoding="utf-8")
    (tmp_path / "sites.csv").write_text(SITES, encoding="utf-8")
    day = date.fromisoformat(DAY)
    judged = judge(read_register(tmp_path), Law(day), 2026, chemicals_on(day))
    rows = "DEU,import,ITA,2025,phosgene,75-44-5,90,t,Kasbin AG\nDEU,import,USA,2025,phosgene,75-44-5,80,t,\n"
    content = f"reporter,flow,partner,date,chemical,cas,quantity,unit,company\n{rows}".encode()
    (tmp_path / "customs.csv").write_bytes(content)
    ledger = read_ledger(tmp_path / "customs.csv", "customs.csv")
    compared = with_trade(judged, ledger, day, parties=partial(parties_of, tmp_path / "customs.csv", "customs.csv"))
    asked = {fault.figures["other"]: fault for fault in compared.faults if fault.check == "trade"}
    assert asked[Decimal(90_000)].subject.site == "B" and asked[Decimal(80_000)].subject.site == ""
    assert dict(asked[Decimal(90_000)].adds) | {"chemical": ""} == {
        "site": "B", "chemical": "", "activity": "import", "partner": "ITA", "year": "2025",
    }  # fmt: skip
    assert parties_of(io.BytesIO(b"reporter,quantity\nDEU,5\n"), "plain.csv", [1]) == {}
