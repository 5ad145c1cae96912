"""Planned shipments are read from other people's columns, units, days and names; what cannot be read is told."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opencwc.errors import InputError
from opencwc.transfers.check.shipment_cells import amount_of, paper_of, purpose_of, share_of
from opencwc.transfers.check.shipments import SHIPMENT_FIELDS, Shipment, preview, read_shipments, shipment_of

ROW = {"chemical": "Sarin", "quantity": "5", "unit": "g", "from": "France", "to": "Germany", "date": "2026-03-01"}


def read(text: str, **given: str) -> tuple[Shipment, ...]:
    return read_shipments(io.BytesIO(text.encode()), "ledger.csv", given).shipments


def problems_of(shipment: Shipment) -> list[str]:
    return [problem.id.removeprefix("transfers_check_") for problem in shipment.problems]


def test_a_ledger_with_its_own_columns() -> None:
    header = ",".join(SHIPMENT_FIELDS)
    line = "A1,Sarin,107-44-8,,,99,5,g,France,Germany,Belgium;Spain,Us,Them,2026-03-01,research,bulk,,,C1;C2,licence"
    one = read(f"{header}\n{line}\n")[0]
    assert (one.id, one.sender.code, one.receiver.code, one.day) == ("A1", "FRA", "DEU", date(2026, 3, 1))
    assert [side.code for side in one.via] == ["BEL", "ESP"]
    assert (str(one.amount), one.purpose, one.certificates) == ("0.005 kg", "research", ("C1", "C2"))
    assert one.papers[0].kind == "licence" and not one.problems


@pytest.mark.parametrize(
    "header",
    [
        "Produit,Quantité (kg),Pays d'expédition,Pays de destination,Date d'expédition,Finalité",
        "Sustancia química,Cantidad (kg),Desde,País de destino,Fecha de envío,Finalidad",
        "Вещество,Количество (кг),Откуда,Страна назначения,Дата отгрузки,Цель",
        "المادة الكيميائية,الكمية (كغ),من,بلد المقصد,تاريخ الشحن,الغرض",
        "化学品名称,数量 (kg),发货国,目的国,发货日期,用途",
    ],
)
def test_the_columns_of_six_languages(header: str) -> None:
    one = read(f"{header}\nSarin,5,FRA,DEU,2026-03-01,research\n")[0]
    assert (one.said, str(one.amount), one.sender.code, one.receiver.code) == ("Sarin", "5 kg", "FRA", "DEU")
    assert (one.day, one.purpose) == (date(2026, 3, 1), "research")


def test_a_field_can_be_mapped_or_set_for_all_rows() -> None:
    text = "what,much,wohin\nSarin,5,Germany\n"
    one = read(text, chemical="what", quantity="much", to="wohin", unit="=kg", **{"from": "=France"})[0]
    assert (one.said, str(one.amount), one.sender.code, one.receiver.code) == ("Sarin", "5 kg", "FRA", "DEU")


def test_json_lines_are_read_as_a_table_is() -> None:
    source = io.BytesIO((json.dumps(ROW) + "\n").encode())
    assert read_shipments(source, "ledger.jsonl").shipments[0].receiver.code == "DEU"


def test_a_ledger_that_names_no_chemical_is_refused() -> None:
    with pytest.raises(InputError, match="No column names the goods"):
        read("from,to\nFRA,DEU\n")


def test_two_columns_for_one_field_are_refused_with_both_names() -> None:
    with pytest.raises(InputError, match=r"Destination.*Importer|Importer.*Destination"):
        read("chemical,Destination,Importer\nSarin,DEU,FRA\n")


def test_the_decimal_mark_of_the_file_settles_a_number() -> None:
    text = "chemical;quantity;unit\nSarin;1,234;kg\nTabun;0,5;kg\n"
    assert str(read(text)[0].amount) == "1.234 kg"


def test_a_row_that_cannot_be_read_keeps_its_number() -> None:
    ledger = read("chemical,to\nSarin,DEU\nTabun,FRA,too,many\nSoman,FRA\n")
    assert [shipment.row for shipment in ledger] == [1, 2, 3]


@pytest.mark.parametrize(
    ("field", "text", "problem"),
    [
        ("quantity", "12 drums", "quantity_unread"), ("quantity", "-5", "quantity_not_above_zero"),
        ("quantity", "1,234", "quantity_unread"), ("quantity", "lots", "quantity_unread"),
        ("concentration", "strong", "concentration_unread"), ("concentration", "140", "concentration_unread"),
        ("date", "03/04/2026", "date_unread"), ("date", "2026", "date_unread"), ("date", "31.02.2026", "date_unread"),
        ("from", "Freedonia", "state_unread"), ("to", "Congo", "state_unread"),
        ("purpose", "various", "purpose_unread"),
        ("papers", "a nice letter", "paper_unread"), ("via", "France; Nowhere", "state_unread"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_and_not_guessed(field: str, text: str, problem: str) -> None:
    assert problem in problems_of(shipment_of(1, {**ROW, field: text}))


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("5", "mg", "0.000005 kg"), ("5", "µg", "0.000000005 kg"), ("0.005", "g", "0.000005 kg"),
        ("1", "t", "1000 kg"), ("1 000", "kg", "1000 kg"), ("2,5 t", "", "2500 kg"), ("٥", "كغ", "5 kg"),
        ("10", "mL", "0.01 L"), ("2", "m3", "2000 L"), ("1", "lb", "0.45359237 kg"), ("1e3", "kg", "1000 kg"),
    ],
)  # fmt: skip
def test_amounts_in_kilograms_and_litres(text: str, unit: str, amount: str) -> None:
    assert str(amount_of(text, unit)) == amount


@given(st.integers(1, 10**6), st.sampled_from(["mg", "g", "kg", "t"]))
def test_an_amount_is_exact_whatever_its_unit(value: int, unit: str) -> None:
    weights = {"mg": Decimal("0.000001"), "g": Decimal("0.001"), "kg": Decimal(1), "t": Decimal(1000)}
    amount = amount_of(f"{value}.25", unit)
    assert amount is not None and amount.value == (value + Decimal("0.25")) * weights[unit]


@pytest.mark.parametrize(
    ("text", "limit", "within"),
    [
        ("10", 10, True), ("10 %", 10, True), ("10,0 %", 10, True), ("10.01", 10, False), ("8-12 %", 10, None),
        ("<10", 10, True), ("≤ 10 %", 10, True), (">10", 10, False), (">=10", 10, None), ("~10 %", 10, None),
        ("~8 %", 10, True), ("max 30 %", 30, True), ("5000 ppm", 1, True),
    ],
)  # fmt: skip
def test_a_concentration_is_within_a_limit_or_not_or_perhaps(text: str, limit: int, within: bool | None) -> None:
    share = share_of(text)
    assert share is not None and share.is_at_most(limit) is within


@given(st.decimals(0, 100, places=2), st.sampled_from([1, 10, 30]))
def test_a_plain_concentration_is_never_perhaps_within_a_limit(value: Decimal, limit: int) -> None:
    share = share_of(f"{value} %")
    assert share is not None and share.is_at_most(limit) is (value <= limit)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("notice FRA 2026-01-05", ("notice", "FRA", date(2026, 1, 5))),
        ("2026-01-05: Notification of Germany", ("notice", "DEU", date(2026, 1, 5))),
        ("notificación España 05.01.2026", ("notice", "ESP", date(2026, 1, 5))),
        ("уведомление", ("notice", "", None)), ("end-use certificate", ("certificate", "", None)),
        ("许可证", ("licence", "", None)), ("invoice", ("", "", None)),
    ],
)  # fmt: skip
def test_papers_in_many_words(text: str, read: tuple[str, str, date | None]) -> None:
    assert paper_of(text)[:3] == read


def test_a_purpose_of_two_kinds_is_none() -> None:
    assert purpose_of("research; medical") == ""
    assert purpose_of("medical; clinical") == "medical"


def test_the_example_is_read_without_a_problem() -> None:
    example = Path(__file__).parents[2] / "examples" / "shipments.csv"
    ledger = read_shipments(example)
    assert len(ledger.shipments) == 12 and not any(shipment.problems for shipment in ledger.shipments)


def test_the_start_of_a_file_says_what_its_columns_are_taken_for_and_what_has_to_be_named() -> None:
    theirs = b"Nr;Ware;Von;Nach;Date\n1;Thiodiglycol;Deutschland;Nowhere;2026-12-24\n"
    start = preview(io.BytesIO(theirs), "theirs.csv")
    assert start.header == ("Nr", "Ware", "Von", "Nach", "Date") and start.rows[0][1] == "Thiodiglycol"
    assert start.columns["date"] == "Date" and start.missing == ("chemical",)
    assert start.error is not None and "names the goods" in str(start.error)
    named = {"chemical": "Ware", "from": "Von", "to": "Nach"}
    mapped = preview(io.BytesIO(theirs), "theirs.csv", named)
    assert (mapped.error, mapped.missing) == (None, ())
    assert [problem.id for problem in mapped.problems] == ["transfers_check_state_unread"]
    (shipment,) = read_shipments(io.BytesIO(theirs), "theirs.csv", named).shipments
    assert (shipment.sender.code, shipment.receiver.code) == ("DEU", "")
