"""Every case of tests/cases/reconciling, as a lawyer wrote it: sums, what counts, the likeliest cause, the lines."""

from __future__ import annotations

import io
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from opencwc.convention.fields import load_yaml
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.transfers.ledgers.reader import read_ledger
from opencwc.transfers.model import CAUSES, LINE_STATUSES
from opencwc.transfers.reconcile.reconciled import Reconciled
from opencwc.transfers.reconcile.reconciliation import reconcile

FILES = sorted((Path(__file__).parents[1] / "cases" / "reconciling").glob("*.yaml"))
CASES = [{**case, "file": file.stem} for file in FILES for case in load_yaml(file.read_text(encoding="utf-8"))]


@cache
def screener() -> Screener:
    return Screener(Rulebook.of())


def answered(case: dict[str, Any], *, model: bool) -> Reconciled:
    ledger = read_ledger(io.BytesIO(case["lines"].encode()), name="case.csv", screener=screener())
    return reconcile([ledger], date(2026, 11, 26), model=model)


def sums_of(reconciliation: Reconciled) -> dict[str, dict[str, Any]]:
    """Return the sums of all rows, those of second halves too."""
    sums = {}
    for row in reconciliation.table().iter_rows(named=True):
        sums[f"{row['chemical']} {row['exporter']}>{row['importer']} {row['year']}"] = {
            "kg": [row["exported_kg"], row["imported_kg"]],
            "over": row["over_threshold"],
            "cause": row["cause"] or "none",
        }
        if row["also_year"] is not None:
            sums[f"{row['also_chemical']} {row['also_exporter']}>{row['also_importer']} {row['also_year']}"] = {
                "kg": [row["also_exported_kg"], row["also_imported_kg"]],
                "over": row["over_threshold"],
                "cause": row["cause"],
            }
    return sums


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['file']}: {case['name']}")
def test_each_case_is_answered_as_written(case: dict[str, Any]) -> None:
    reconciliation = answered(case, model=False)
    assert sums_of(reconciliation) == case["sums"]
    assert len(reconciliation.table()) == len(case["sums"]) - case.get("joined", 0)
    became = dict(reconciliation.matches().select("id", "status").iter_rows())
    assert {id: became[id] for id in case.get("became", {})} == case.get("became", {})


def test_there_are_enough_cases_of_every_cause_and_each_says_why() -> None:
    assert len(CASES) >= 35
    assert len({case["name"] for case in CASES}) == len(CASES)
    assert all(case["because"].strip() for case in CASES)
    causes = {total["cause"] for case in CASES for total in case["sums"].values()}
    assert causes == {*CAUSES, "none"}
    assert {cause for case in CASES for cause in case.get("became", {}).values()} == set(LINE_STATUSES)


def test_the_models_agree_with_the_lawyer_in_nine_of_ten() -> None:
    right = total = 0
    for case in CASES:
        table = answered(case, model=True).table()
        for row in table.filter(table["cause"].is_not_null()).iter_rows(named=True):
            expected = case["sums"][f"{row['chemical']} {row['exporter']}>{row['importer']} {row['year']}"]["cause"]
            total += 1
            right += expected in (row["cause"], row["second_cause"])
    assert total >= 30
    assert right / total >= 0.85
