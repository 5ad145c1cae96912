"""Records and their JSON: what is written comes back, what does not fit is refused, and the types describe it."""

import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from opencwc.finding import (
    Evidence,
    Finding,
    FindingRecord,
    Maker,
    Message,
    Reading,
    Rule,
    Subject,
    Verdict,
    finding_from_plain,
    finding_to_plain,
)
from opencwc.records import Share, Short, from_plain, one_of, schemas_of, to_plain
from opencwc.verbs import all_verdicts

TEXTS = st.text(max_size=20)
PLAIN = TEXTS | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
MESSAGES = st.recursive(
    st.builds(Message, TEXTS, st.just({})),
    lambda inner: st.builds(
        Message,
        TEXTS,
        st.dictionaries(TEXTS, PLAIN | inner | st.lists(PLAIN | inner, max_size=3).map(tuple), max_size=3),
    ),
    max_leaves=5,
)
SPANS = st.just(()) | st.tuples(st.integers(0, 99), st.integers(0, 99))
FINDINGS = st.builds(
    Finding,
    st.builds(Subject, st.integers(1, 9), TEXTS, TEXTS, st.none() | st.integers(1, 3), st.just("")),
    st.sampled_from(all_verdicts()),
    MESSAGES,
    st.builds(Maker, TEXTS, TEXTS, TEXTS, st.lists(TEXTS, max_size=2).map(tuple)),
    st.none() | st.builds(Rule, st.text(min_size=1, max_size=5), TEXTS, TEXTS, TEXTS),
    TEXTS,
    st.lists(st.builds(Evidence, TEXTS, TEXTS, TEXTS, SPANS, TEXTS, SPANS), max_size=2).map(tuple),
    st.lists(MESSAGES, max_size=2).map(tuple),
    st.none() | st.floats(0, 1),
    st.lists(st.builds(Reading, TEXTS, TEXTS, TEXTS), max_size=3).map(tuple),
)


class Line(Struct, frozen=True):
    flow: Annotated[str, one_of(("in", "out"))]
    day: date
    kg: Decimal
    share: Share = 0.0
    names: tuple[Short, ...] = ()


LINE = {"flow": "in", "day": "2026-11-28", "kg": "1.50", "share": 0.5, "names": ["a"]}


@given(FINDINGS)
def test_a_finding_comes_back_from_its_json_as_it_was(finding: Finding) -> None:
    assert finding_from_plain(json.loads(json.dumps(finding_to_plain(finding)))) == finding


def test_the_json_of_a_finding_has_its_keys_in_one_order_and_no_empty_span() -> None:
    evidence = (Evidence("atoms", "core", "CCO", (1, 2)), Evidence("mention", "sarin", value="x", span=(3, 8)))
    subject, maker = Subject(2, "a", "sarin", 1), Maker("screening", "0.1", "2026-11-28", ("CWC",))
    finding = Finding(
        subject, Verdict.LISTED, Message("why"), maker, Rule("CWC", "1A01", "Annex", "official"), "name", evidence
    )
    assert json.dumps(finding_to_plain(finding)) == (
        '{"row": 2, "id": "a", "input": "sarin", "component": 1, "verdict": "listed", "list": "CWC", "entry": "1A01", '
        '"source": "Annex", "grade": "official", "basis": "name", '
        '"message": {"id": "why", "values": {}}, "steps": [], "evidence": [{"kind": "atoms", '
        '"label": "core", "structure": "CCO", "atoms": [1, 2], "value": ""}, {"kind": "mention", "label": "sarin", '
        '"structure": "", "atoms": [], "value": "x", "span": [3, 8]}], "confidence": null, "maker": {"component": '
        '"screening", "version": "0.1", "as_of": "2026-11-28", "lists": ["CWC"], "model": "", "weights": ""}, '
        '"readings": []}'
    )


@pytest.mark.parametrize(
    "wrong",
    [{"row": "1"}, {"verdict": 1}, {"message": {"id": 1}}, {"evidence": [{"kind": "atoms"}]}, {"input": None},
     {"message": {"id": "a", "values": {"b": None}}}, {"steps": "abc"}, {"confidence": "high"}],
)  # fmt: skip
def test_what_is_no_finding_is_refused(wrong: dict[str, Any]) -> None:
    finding = Finding(Subject(1, "", "x"), Verdict.LISTED, Message("why"), Maker("a", "b", "c"))
    with pytest.raises(ValueError, match=r"Expected|Invalid|missing"):
        finding_from_plain({**finding_to_plain(finding), **wrong})


def test_days_and_decimals_are_texts_and_come_back() -> None:
    line = Line("in", date(2026, 11, 28), Decimal("1.50"), 0.5, ("a",))
    assert json.loads(json.dumps(to_plain(line))) == LINE
    assert from_plain(Line, LINE) == line


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("flow", "sideways"),
        ("flow", "in\n"),
        ("day", "yesterday"),
        ("share", 1.5),
        ("names", ["a" * 2_001]),
        ("kg", "x"),
    ],
)
def test_what_is_out_of_bounds_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=field):
        from_plain(Line, {**LINE, field: value})


def test_numbers_of_numpy_are_written_as_numbers_and_other_things_not_at_all() -> None:
    assert to_plain({"a": np.float32(0.5), "b": np.int64(3), "c": (np.str_("d"),)}) == {"a": 0.5, "b": 3, "c": ("d",)}
    with pytest.raises(TypeError, match="nothing that JSON can hold"):
        to_plain({"a": object()})


def test_a_type_describes_its_json() -> None:
    (schema,), named = schemas_of([FindingRecord])
    assert schema == {"$ref": "#/components/schemas/FindingRecord"}
    assert set(named["FindingRecord"]["required"]) == {*FindingRecord.__struct_fields__} - {
        "readings",
        "others",
    }  # older findings have none
    assert schemas_of([Line])[1]["Line"]["properties"]["flow"]["enum"] == ["in", "out"]
