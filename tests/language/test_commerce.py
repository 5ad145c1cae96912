"""A commercial line is read for what it states beside the name, in six languages, whatever is written in it."""

from __future__ import annotations

import time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opencwc.convention.fields import load_yaml
from opencwc.errors import RuleError
from opencwc.language.commerce import DATA, KINDS, load_words, read_commerce

CASES: list[dict[str, Any]] = load_yaml(
    (Path(__file__).parent.parent / "cases" / "commerce.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:50])
def test_a_line_states_what_the_case_says(case: dict[str, Any]) -> None:
    found = [[stated.kind, stated.text, stated.value, stated.unit] for stated in read_commerce(case["text"])]
    assert found == case["states"]


def test_the_cases_are_many_and_show_every_kind() -> None:
    assert len(CASES) >= 150
    assert {kind for case in CASES for kind, *_ in case["states"]} == set(KINDS)


PIECES = st.sampled_from(
    [
    "85", "1 000", "1.250,5", "٨٥", "８５", "%", "٪", "kg", " L", "кг", "公斤", " x ", "×", "20 fûts ",
    "drums ", "桶", "برميل ", "HS ", "2922.15", "CAS ", "102-71-6", "-", "–", "UN ", "1076", "203-049-8",
    "\u200b", "\u0301", "İ", "ß", " ", "\n", "/", "<", "≥", "не менее ", "à ", "VAT ", "1/2", ".5", "万",
    "тыс. ", "(", ")", "$", "USD ", "+", "min", "\ud800", "m³", "①", "½",
    ]
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES, max_size=25).map("".join)))
@example("İİ 85%")
@example("85\u064b%")
@example(" .5 000 kg .5,1 % .5 %")
@example("HS 2922-15-0 5 kg, CAS 12345 - 71 - 6, HS 2901 10-20-30-4 7 L")
@example("HS 2922 15 %1/2% 98% min 5% 2 %20 fûts %1/2ppm")
def test_whatever_is_written_spans_are_right_and_never_overlap_within_a_kind(text: str) -> None:
    statements = read_commerce(text)
    assert list(statements) == sorted(statements, key=lambda statement: (statement.start, statement.end))
    for statement in statements:
        assert statement.kind in KINDS
        assert statement.value
        assert statement.text
        assert text[statement.start : statement.end] == statement.text
    for kind in KINDS:
        for left, right in pairwise(statement for statement in statements if statement.kind == kind):
            assert left.end <= right.start
    for statement in statements:
        if statement.kind in ("quantity", "concentration"):
            assert all(Decimal(part) >= 0 for part in statement.value.lstrip("<>=~").split("-"))


@given(st.integers(1, 999_999), st.sampled_from(["kg", "g", "t", "L", "mL", "gal", "lb"]))
def test_an_amount_is_read_the_same_however_its_thousands_are_set_apart(number: int, unit: str) -> None:
    for amount in (f"{number}", f"{number:,}".replace(",", " "), f"{number:,}".replace(",", "'"), f"{number:,}.50"):
        (statement,) = read_commerce(f"net {amount} {unit} delivered")
        assert Decimal(statement.value) == number + (Decimal("0.5") if amount.endswith(".50") else 0)
        assert statement.unit == unit


HOSTILE = [
    "8%", "1 ", "1kg ", "hs ", "11-11-", "1 000 ", "1,00", "vat 8% ", "cas no ", "< ", "4x", "20 drums ",
    "9", "2922.15 ", "hs 2922 15 ", "cas 102-71-6, ", "1 steel steel drum ", "de de de 8% ", "1/2 ", "桶",
    "8吨", "8万", "٨٪ ", "8\u200b%\u200b", " ", "cas no no no no no 1 ", "min min 8% ", "1 to 2 to ",
    "8 metric ", "8 g/", "8% rate of the rate of ", "....8", "1'", "vat ", "rate of the ",
    "4 x 200 L drums ", "un 1076 ", "cas 102716 ", "UN 1076 ", "5 тыс. ", "(", "hs no. ", "hs 2922 15 00 00 20 ",
    "не менее ", "一", "20 (a) ", "2922.15.00 ", "2922.15 of ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_length_of_a_hostile_line_and_no_faster(piece: str) -> None:
    load_words()
    short, long = (piece * (length // len(piece) + 1) for length in (4_000, 20_000))
    assert _fastest(long[:20_000]) < max(12 * _fastest(short[:4_000]), 0.05)


def _fastest(text: str) -> float:
    times = []
    for _ in range(3):
        begin = time.thread_time()
        read_commerce(text)
        times.append(time.thread_time() - begin)
    return min(times)


def test_a_word_added_to_the_file_is_known_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_commerce("20 zorbs of 5 kg")[0].kind == "quantity"
    own = tmp_path / "commerce.yaml"
    own.write_text(
        DATA.read_text(encoding="utf-8").replace("[drum, drums,", "[drum, drums, zorbs,", 1), encoding="utf-8"
    )
    words = load_words(own)
    monkeypatch.setattr("opencwc.language.commerce.load_words", lambda: words)
    assert read_commerce("20 zorbs of 5 kg")[0][3:] == ("20 zorbs", "drum", "20")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("units: [", "not YAML"),
        ("units: {}", "fields"),
        (None, "cannot be read"),
        (DATA.read_text(encoding="utf-8").replace('"off"', "off", 1), "not a word"),
    ],
)
def test_a_file_of_words_that_cannot_hold_is_refused(tmp_path: Path, text: str | None, why: str) -> None:
    own = tmp_path / "commerce.yaml"
    if text is not None:
        own.write_text(text, encoding="utf-8")
    with pytest.raises(RuleError, match=why):
        load_words(own)
