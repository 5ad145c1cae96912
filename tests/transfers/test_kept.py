"""What is kept of checks and reconciliations: the files of earlier versions open, and what is none is refused."""

import gzip
import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.transfers.check import kept as checks
from opencwc.transfers.check.paper_facts import PaperFacts
from opencwc.transfers.reconcile import kept as reconciliations

WHY = {"id": "transfers_check_not_listed", "values": {"date": "2027-03-03", "lists": ["CWC"]}}
TOLD: dict[str, Any] = {
    "as_of": "2026-11-28", "file": "shipments.csv", "lists": ["CWC"], "names": "", "said": [WHY],
    "certificates": [{"id": "EUC-7", "issued_by": "ISR", "chemical": "Triethanolamine", "amount": "25000 kg",
                      "left": "0 kg", "share": 0.0, "expires": "2027-12-31", "statements": "abcde"}],
}  # fmt: skip
ANSWER: dict[str, Any] = {
    "row": 10, "id": "NV-10", "said": "Triethanolamine", "sender": "XNV", "receiver": "BRA", "verdict": "allowed_with",
    "day": "2027-03-03", "reasons": [["allowed_with", "CWC 3B17", WHY]],
    "duties": [{"state": "needed", "says": WHY, "due": "", "entry": "CWC 3B17", "source": "VIII.26",
                "evidence": "treaty"}],
    "states": [WHY], "notes": [], "texts": {"chemical": "Triethanolamine"}, "papers": ["certificate", "licence"],
    "facts": {"shipment": "NV-10", "entries": ["CWC 3B17"], "quantity_kg": "1.8E+4", "day": "2027-03-03",
              "drawn": [["EUC-7", "18000 kg", "7000 kg"]]},
    "certificate": {"shipment": "NV-10", "quantity": "7 t"},
    "alike": [{"field": "consignee", "asked": "a", "name": "b", "score": 0.8, "entry": "x-1", "schema": "Company",
               "countries": ["eg"], "country": "same"}],
}  # fmt: skip
"""A check as version 0.1.0 kept it in November 2026, before its form had a number."""
PATTERN = {
    "kind": "new_route", "chemical": "Phosphorus oxychloride", "entry": "CWC 3B05", "exporter": "IND",
    "importer": "ARG", "via": "XNV", "start": "2025", "end": "2025",
    "says": {"id": "pattern_new_route", "values": {"years_before": 5}},
    "lines": [["ours.csv", 243, "P-243"]], "line_count": 21, "years": [[2025, 0.0, 41910.0]],
}  # fmt: skip
RECONCILED: dict[str, Any] = {
    "as_of": "2026-11-28", "model": "transfer-causes", "said": [WHY], "counts": {"agreed": 54, "discrepancy": 9},
    "pattern_count": 2, "patterns": [PATTERN],
    "substances": [{"key": "756-79-6", "name": "Dimethyl methylphosphonate", "entries": ["CWC 2B04", "AG AG03"]}],
    "ledgers": [{"name": "ours.csv", "lines": 2, "columns": {"cas": "cas"}, "notes": [WHY], "problems": [WHY]}],
}  # fmt: skip


def check_file(*lines: object) -> bytes:
    return gzip.compress("\n".join(json.dumps(line) for line in lines).encode(), mtime=0)


def reconciliation_file(told: object) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(reconciliations.TOLD, json.dumps(told))
        for name, schema in (
            (reconciliations.GROUPS, reconciliations.GROUP_SCHEMA),
            (reconciliations.LINES, reconciliations.LINE_SCHEMA),
        ):
            table = io.BytesIO()
            pl.DataFrame(schema=schema).write_parquet(table)
            archive.writestr(name, table.getvalue())
    return out.getvalue()


def test_a_check_of_an_earlier_version_opens() -> None:
    kept = checks.unpack(check_file(TOLD, ANSWER))
    answer = kept.answers[0]
    assert (kept.as_of, kept.version, kept.certificates[0].id) == (date(2026, 11, 28), 1, "EUC-7")
    assert answer.reasons == (
        ("allowed_with", "CWC 3B17", Message(WHY["id"], {"date": "2027-03-03", "lists": ("CWC",)})),
    )
    assert answer.facts.quantity_kg == Decimal(18_000)
    assert answer.facts.drawn == (("EUC-7", "18000 kg", "7000 kg"),)
    assert answer.facts_for("certificate") == PaperFacts(shipment="NV-10", quantity="7 t")
    assert [duty.entry for duty in answer.owed] == ["CWC 3B17"]
    older = {name: value for name, value in ANSWER.items() if name != "certificate"}
    assert checks.unpack(check_file(TOLD, older)).answers[0].facts_for("certificate") == answer.facts


def test_a_check_is_packed_as_it_was_and_comes_back() -> None:
    kept = checks.unpack(check_file(TOLD, ANSWER))
    again = checks.packed(kept, kept.answers)
    assert checks.unpack(again) == kept
    assert again == checks.packed(kept, kept.answers)
    first, answer = map(json.loads, gzip.decompress(again).decode().split("\n"))
    assert (first, answer) == ({**TOLD, "version": 1}, ANSWER)


@pytest.mark.parametrize(
    "wrong",
    [{"verdict": "perhaps"}, {"day": "2027"}, {"said": "x" * 2_001}, {"papers": ["visa"]}, {"texts": []}, {"row": "1"},
     {"facts": {"day": "soon"}}, {"alike": [{}]}],
)  # fmt: skip
def test_an_answer_of_another_shape_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        checks.unpack(check_file(TOLD, {**ANSWER, **wrong}))


@pytest.mark.parametrize(
    "content",
    [b"", b"x", gzip.compress(b"{}", mtime=0), gzip.compress(b"[]\n{}", mtime=0), check_file({**TOLD, "lists": 1})],
)
def test_what_is_no_check_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        checks.unpack(content)


def test_the_lines_of_a_pattern_are_found_by_their_ledger_and_row() -> None:
    kept = reconciliations.unpack(reconciliation_file(RECONCILED))
    rows = [{"ledger": 0, "row": row, "id": f"P-{row}", "kg": float(row)} for row in (242, 243, 244)]
    table = io.BytesIO()
    pl.DataFrame(rows, schema=dict(reconciliations.LINE_SCHEMA)).write_parquet(table)
    kept = replace(kept, lines_parquet=table.getvalue())
    name = kept.summary.ledgers[0].name
    found = kept.lines_at([(name, 243), (name, 999), ("another.csv", 243)])
    assert {place: line["kg"] for place, line in found.items()} == {(name, 243): 243.0}
    assert kept.lines_at([]) == {}


def test_a_reconciliation_of_an_earlier_version_opens() -> None:
    kept = reconciliations.unpack(reconciliation_file(RECONCILED))
    assert kept.chemicals[0].entry == ("CWC", "2B04")
    assert kept.summary.patterns[0].lines == (("ours.csv", 243, "P-243"),)
    assert kept.problem(0, 1) == kept.summary.ledgers[0].notes[0]
    assert kept.problem(0, 2) is None


@pytest.mark.parametrize(
    "wrong",
    [{"counts": []}, {"as_of": ""}, {"patterns": [PATTERN] * 201}, {"ledgers": [{"name": "x"}]}, {"substances": {}}],
)
def test_a_reconciliation_of_another_shape_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        reconciliations.unpack(reconciliation_file({**RECONCILED, **wrong}))
