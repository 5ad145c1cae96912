"""End-use certificates: what they state, what keeps them from serving, and what is left of each."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.errors import InputError
from opencwc.finding import Message, Verdict
from opencwc.screening.model import Question
from opencwc.transfers.check.certificates import (
    Balances,
    Certificate,
    certificate_of,
    doubts_of,
    faults_of,
    read_certificates,
)
from opencwc.transfers.check.checking import Checker
from opencwc.transfers.check.shipments import Shipment, shipment_of
from opencwc.wording import LANGUAGES, sentence

DAY = date(2026, 6, 1)
GOOD = {
    "id": "C1", "issued_by": "Egypt", "recipient": "Delta Cosmetics", "chemical": "Triethanolamine",
    "quantity": "10000", "unit": "kg", "issued": "2026-01-05", "expires": "2026-12-31", "end_use": "industrial",
    "end_users": "Delta Cosmetics, 12 Harbour Road, Alexandria", "statements": "a b c d e",
}  # fmt: skip
SHIPMENT = {
    "chemical": "Triethanolamine", "quantity": "6000", "unit": "kg", "from": "Belgium", "to": "Egypt",
    "date": str(DAY), "consignee": "Delta Cosmetics", "end_user": "DELTA COSMETICS (Alexandria)", "certificates": "C1",
}  # fmt: skip


def certificate(**fields: str) -> Certificate:
    return certificate_of(1, {**GOOD, **fields})


def shipment(**fields: str) -> Shipment:
    return shipment_of(1, {**SHIPMENT, **fields})


def ids(messages: object) -> list[str]:
    return [message.id.removeprefix("transfers_certificate_") for message in messages]  # type: ignore[attr-defined]


def test_a_good_certificate_has_no_fault_and_no_doubt() -> None:
    assert not ids(faults_of(certificate(), shipment(), DAY))
    assert not ids(doubts_of(certificate(), shipment()))


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("a b c d e", "abcde"), ("abcde", "abcde"), ("a,b;d", "abd"), ("a-e", "abcde"), ("A-C", "abc"),
        ("(a) (b) (c)", "abc"), ("", ""), ("all of them", ""), ("a) yes b) yes", "ab"),
    ],
)  # fmt: skip
def test_statements_are_read_as_they_are_written(written: str, made: str) -> None:
    assert certificate(statements=written).statements == set(made)


def test_statements_can_have_columns_of_their_own() -> None:
    fields = {"statement_a": "yes", "statement_b": "oui", "statement_c": "是", "statement_d": "no", "statement_e": ""}
    assert certificate(statements="", **fields).statements == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"statements": "a b c d"}, "statements"), ({"end_use": ""}, "empty"), ({"end_users": ""}, "empty"),
        ({"quantity": ""}, "empty"), ({"chemical": ""}, "empty"), ({"issued_by": "Jordan"}, "state"),
        ({"issued_by": ""}, "state"), ({"issued": "2026-06-02"}, "issued_after"),
        ({"expires": "2026-05-31"}, "expired"), ({"expires": "soon"}, "unread"), ({"quantity": "some"}, "unread"),
    ],
)  # fmt: skip
def test_each_fault_is_told(change: dict[str, str], fault: str) -> None:
    assert fault in ids(faults_of(certificate(**change), shipment(), DAY))


@pytest.mark.parametrize(
    ("change", "other", "doubt"),
    [
        ({"recipient": "Nile Inks"}, {}, "recipient"), ({}, {"end_user": "Nile Inks"}, "end_user"),
        ({"end_users": "Delta Cosmetics Alexandria"}, {}, "address"), ({"issued": ""}, {}, "undated"),
        ({"expires": "2026-01-01"}, {}, "days"), ({}, {"purpose": "agricultural"}, "end_use"),
    ],
)  # fmt: skip
def test_each_doubt_is_told(change: dict[str, str], other: dict[str, str], doubt: str) -> None:
    assert doubt in ids(doubts_of(certificate(**change), shipment(**other)))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_faults_and_doubts_are_said_in_every_language(lang: str) -> None:
    bad = certificate(
        statements="", end_use="", issued_by="Jordan", issued="2026-06-02", expires="2026-05-31", recipient="Nile Inks",
        end_users="X",
    )  # fmt: skip
    for fault in (*faults_of(bad, shipment(), DAY), *doubts_of(bad, shipment())):
        wording = sentence(fault, lang)
        assert "transfers_" not in wording and "{" not in wording


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 9_000), min_size=1, max_size=8), st.integers(1, 20_000), st.booleans())
def test_no_more_is_drawn_than_a_certificate_holds_and_nothing_is_lost(
    needs: list[int], quantity: int, two: bool
) -> None:
    certificates = [certificate(quantity=str(quantity))]
    if two:
        certificates.append(certificate(id="C2", quantity="500"))
    balances = Balances(certificates, lambda *_: True)
    drawn = Decimal(0)
    for number, need in enumerate(needs):
        planned = shipment(quantity=str(need), certificates="C1; C2")
        cover = balances.cover(planned, "CWC 3B17", DAY + timedelta(days=number))
        taken = sum((amount.value for _, amount, _ in cover.drawn), Decimal(0))
        assert taken + (cover.missing.value if cover.missing else 0) == need
        assert all(left.value >= 0 for _, _, left in cover.drawn)
        drawn += taken
    total = quantity + (500 if two else 0)
    assert drawn == min(total, sum(needs))


def test_the_balance_runs_in_the_order_of_days() -> None:
    rows = [
        {**SHIPMENT, "id": "late", "date": "2026-09-01"}, {**SHIPMENT, "id": "first", "date": "2026-02-01"},
        {**SHIPMENT, "id": "expired", "date": "2027-02-01", "quantity": "1"},
    ]  # fmt: skip
    checker = Checker(Question(date(2026, 11, 25)), [certificate()])
    late, first, expired = checker.check(shipment_of(row, texts) for row, texts in enumerate(rows, 1))
    assert first.verdict is Verdict.ALLOWED and "4,000 kg left" in sentence(first.findings[0].message)
    assert late.verdict is Verdict.ALLOWED_WITH and "2,000 kg of 6,000 kg" in sentence(late.findings[0].message)
    assert expired.verdict is Verdict.ALLOWED_WITH and "expired on 2026-12-31" in sentence(expired.findings[0].message)


def test_certificates_are_read_from_other_peoples_columns() -> None:
    text = (
        "Certificado;Emitido por;Destinatario;Sustancia;Cantidad (t);Fecha de emisión;Válido hasta;Uso final;"
        "Usuario final;Declaraciones\n"
        "C-7;Egipto;Delta;Trietanolamina;10;2026-01-05;31.12.2026;industrial;Delta, Alejandría;a b c d e\n"
    )
    read = read_certificates(io.BytesIO(text.encode()), "certificados.csv")[0]
    assert (read.id, read.issued_by.code, str(read.amount), read.expires) == (
        "C-7",
        "EGY",
        "10000 kg",
        date(2026, 12, 31),
    )
    assert len(read.statements) == 5 and not read.problems


def test_two_certificates_of_one_id_are_named_and_the_rest_goes_on() -> None:
    text = "id,issued_by\nC1,Egypt\nc1,Israel\nC2,Egypt\n"
    first, second, third = read_certificates(io.BytesIO(text.encode()), "c.csv")
    twice = Message("transfers_certificate_twice", {"rows": ("1", "2")})
    assert twice in first.problems and twice in second.problems and twice not in third.problems


def test_certificates_that_no_shipment_names_are_said_with_what_is_wrong_with_them() -> None:
    certificates = [certificate(), certificate(id="C2"), certificate(id="C3", statements="a b"),
            certificate(id="C4", expires="2025-01-01")]  # fmt: skip
    named = shipment_of(1, {"chemical": "Triethanolamine", "certificates": "c1"})
    unnamed = [
        (certificate.id, ids(wrong)) for certificate, wrong in Balances(certificates, lambda *_: True).unnamed([named])
    ]
    assert unnamed == [("C2", []), ("C3", ["statements"]), ("C4", ["days"])]
    checker = Checker(Question(DAY), certificates)
    assert [*checker.check([named])]
    assert ["C3" in sentence(certificate) for certificate in checker.unnamed] == [False, True, False]


def test_certificates_without_ids_are_refused() -> None:
    with pytest.raises(InputError, match="No column names the certificates"):
        read_certificates(io.BytesIO(b"issued_by,quantity\nEgypt,5\n"), "c.csv")
