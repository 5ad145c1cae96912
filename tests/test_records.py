"""Records and their JSON: what is written comes back, what does not fit is refused, and the types describe it."""

import json
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
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


FIRST_READ_AT_ONCE = '''
import sys
from threading import Barrier, Thread
from types import ModuleType

from opencwc.records import from_json

sys.setswitchinterval(1e-6)
RECORDS = """
from __future__ import annotations
from msgspec import Struct
class Outer(Struct):
    inner: list[Inner] = []
class Inner(Struct):
    by_name: dict[str, Innermost] = {}
class Innermost(Struct, array_like=True):
    number: int = 1
    pair: tuple[int, str] = (1, "")
"""
for number in range(60):
    module = sys.modules[f"records{number}"] = ModuleType(f"records{number}")
    exec(RECORDS, module.__dict__)
    begin, read = Barrier(4), []
    def work():
        begin.wait()
        read.append(from_json(module.Outer, b'{"inner": [{"by_name": {"a": [2, [3, "b"]]}}]}'))
    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read) == 4 and {one.inner[0].by_name["a"].number for one in read} == {2}
'''


def test_threads_that_read_a_record_for_the_first_time_at_once_do_not_end_the_process() -> None:
    ended = subprocess.run([sys.executable, "-c", FIRST_READ_AT_ONCE], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-1_000:]


def test_every_reading_of_a_type_goes_through_records() -> None:
    reads = re.compile(r"msgspec\.(?:convert|(?:json|msgpack)\.(?:Decoder|decode))\((?!.*known\()")
    untyped = re.compile(r"decode\((?!.*type=)|type=dict\[str, Any\]")
    source = Path(__file__).parents[1] / "src/opencwc"
    for path in source.rglob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        direct = [line.strip() for line in lines if reads.search(line) and not untyped.search(line)]
        assert not direct or path.name == "records.py", (path, direct)
