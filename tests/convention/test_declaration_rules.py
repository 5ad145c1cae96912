"""Codes and fields of declarations are whole, said in six languages, and lead to the ranges that they stand for."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from opencwc.convention import declaration_rules
from opencwc.convention.declaration_rules import (
    CODE_TABLES,
    DATA,
    read_codes,
    read_declaration_rules,
    read_fields,
    read_forms,
)
from opencwc.convention.fields import load_yaml
from opencwc.errors import RuleError
from opencwc.wording import LANGUAGES


def with_row(monkeypatch: pytest.MonkeyPatch, file: str, field: str, **changed: Any) -> None:
    """Have one file read with its first row changed."""
    raw = load_yaml((DATA / file).read_text(encoding="utf-8"))
    raw[field] = [{**raw[field][0], **changed}, *raw[field][1:]]
    plain = declaration_rules.read_yaml
    monkeypatch.setattr(declaration_rules, "read_yaml", lambda path: raw if path == DATA / file else plain(Path(path)))


def test_every_code_and_field_is_named_in_six_languages() -> None:
    for known in (*read_codes(), *read_fields()):
        assert set(known.name) == set(LANGUAGES), known.id


def test_codes_are_counted_by_table_and_stand_once_in_each() -> None:
    codes = read_codes()
    assert Counter(code.table for code in codes) == {
        "main_activity": 6, "s3_purpose": 3, "s1_purpose": 6, "product_group": 35, "s3_range": 5, "doc_range": 3,
        "psf_range": 4,
    }  # fmt: skip
    assert len({code.id for code in codes}) == len(codes)


def test_every_range_of_production_has_its_code_and_is_as_sure_as_the_range_says() -> None:
    codes = {code.range: code for code in read_codes() if code.range}
    for known in read_declaration_rules().ranges:
        code = codes[known.id]
        assert (code.table, code.code) == (f"{known.of}_range", known.code)
        assert (code.source, code.evidence) == (known.code_source, known.code_evidence)


def test_every_choice_of_a_field_comes_from_a_table_that_has_codes() -> None:
    tables = {code.table for code in read_codes()}
    assert tables == set(CODE_TABLES)
    for field in read_fields():
        assert field.holds not in ("choice", "range") or field.codes in tables, field.id


@pytest.mark.parametrize(
    ("regime", "form", "clause", "count"),
    [
        ("S2", "plant_site", "VII.6", 4), ("S2", "plant", "VII.7", 10), ("S2", "chemical", "VII.8", 11),
        ("S2", "aggregate", "VII.1", 6), ("S3", "plant_site", "VIII.6", 4), ("S3", "plant", "VIII.7", 4),
        ("S3", "chemical", "VIII.8", 6), ("S3", "aggregate", "VIII.1", 4), ("OCPF", "plant_site", "IX.4", 5),
        ("S1", "facility", "VI.15, VI.19", 13), ("S1", "transfers", "VI.6", 6),
    ],
)  # fmt: skip
def test_the_fields_of_a_form_rest_on_their_paragraph(regime: str, form: str, clause: str, count: int) -> None:
    fields = [field for field in read_fields() if (field.regime, field.form) == (regime, form)]
    assert sum(field.source == f"Verification Annex {clause}" for field in fields) == count


def test_a_form_whose_number_is_not_known_has_none() -> None:
    for form in read_forms():
        assert form.number or form.evidence == "unverified" or form.covers == "all", form.id


def test_a_code_of_a_range_must_be_the_code_of_that_range(monkeypatch: pytest.MonkeyPatch) -> None:
    with_row(monkeypatch, "declaration_codes.yaml", "codes", range="s3-b21")
    with pytest.raises(RuleError, match="'B01' names the range 's3-b21'") as error:
        read_codes()
    assert str(DATA / "declaration_codes.yaml") in str(error.value)


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"holds": "colour"}, "colour"), ({"id": "s2-site-operator"}, "appears twice"), ({"codes": "moods"}, "moods")],
)
def test_a_field_that_cannot_hold_is_refused(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], words: str
) -> None:
    with_row(monkeypatch, "declaration_fields.yaml", "fields", **changed)
    with pytest.raises(RuleError, match=words):
        read_fields()
