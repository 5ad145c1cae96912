"""What a register amounts to: exact, in no order, and read in a confined process as in this one."""

from __future__ import annotations

import io
import tempfile
from datetime import date
from decimal import Decimal

import pytest

from opencwc.convention.amendments import AMENDED, amendment_rule, amendment_rules
from opencwc.declarations.amounts import Amount, Amounts, amounts_of, differences, other_sites, pack, unpack
from opencwc.declarations.confined_amounts import read_amounts
from opencwc.declarations.register_reader import read_register
from opencwc.errors import InputError
from opencwc.jobs.archives import pack_uploads

HEAD = "site,plant,chemical,cas,activity,year,quantity,unit,concentration,planned\n"
ROWS = (
    "S1,A,thiodiglycol,111-48-8,process,2025,1.5,t,98,\n",
    "S1,A,TDG,111-48-8,process,2025,1,kg,,\n",
    "S1,A,thiodiglycol,111-48-8,process,2025,,kg,,\n",
    "S1,A,thiodiglycol,111-48-8,process,2027,2,t,,yes\n",
    "S2,,An  Acid,,import,2025,7,g,,\n",
)


def amounts(*rows: str) -> Amounts:
    return amounts_of(read_register({"activities.csv": (HEAD + "".join(rows)).encode()}))


def test_rows_of_one_key_add_up_and_what_is_missing_is_counted() -> None:
    read = amounts(*ROWS)
    assert read.sites == ("S1", "S2")
    assert read.amounts == (
        Amount("S1", "A", "111-48-8", "process", 2025, False, Decimal(1471), 1),
        Amount("S1", "A", "111-48-8", "process", 2027, True, Decimal(2000)),
        Amount("S2", "", "an acid", "import", 2025, False, Decimal("0.007")),
    )
    assert other_sites(read, ["S2"]) == ["S1"]


def test_a_difference_says_what_the_register_calls_the_chemical() -> None:
    first = amounts("S1,A,,111-48-8,process,2025,1,t,,\n")
    second = amounts("S1,A,Thiodiglycol  pure,111-48-8,process,2025,2,t,,\n", "S1,A,An  Acid,,import,2025,7,g,,\n")
    assert [one.name for one in differences(first, second)] == ["Thiodiglycol pure", "An Acid"]
    assert [one.name for one in differences(second, first)] == ["Thiodiglycol pure", "An Acid"]


def test_the_order_of_rows_and_how_they_are_split_change_nothing() -> None:
    assert not differences(amounts(*ROWS), amounts(*reversed(ROWS)))
    halves = [row.replace(",1.5,t", ",750,kg") for row in (ROWS[0], ROWS[0])]
    assert not differences(amounts(*ROWS), amounts(*halves, *ROWS[1:]))


def test_a_difference_is_told_in_both_directions_also_of_what_has_no_figure() -> None:
    first, second = amounts(*ROWS), amounts(*ROWS[:2], *ROWS[3:])
    (there,) = differences(first, second)
    (back,) = differences(second, first)
    assert (there.kg, back.kg) == (0, 0) and there.before == back.after
    assert [one.kg for one in differences(first, amounts())] == [-1471, -2000, Decimal("-0.007")]


def test_the_kept_file_is_the_same_for_the_same_amounts_and_reads_back() -> None:
    read = amounts(*ROWS)
    assert pack(read) == pack(amounts(*ROWS)) and unpack(pack(read)) == read
    with pytest.raises(InputError):
        unpack(b"no such file")


def test_a_confined_process_reads_the_same() -> None:
    text = (HEAD + "".join(ROWS) + "S1,A,acetone,,produce,2025,12x,kg,,\n").encode()
    with tempfile.TemporaryFile() as archive:
        pack_uploads([("activities.csv", io.BytesIO(text))], archive)
        question = {"year": 2026, "profile": "treaty", "as_of": "2026-11-28"}
        read = read_amounts(archive, question, network_must_be_cut=False)
    assert isinstance(read, Amounts)
    assert set(amounts(*ROWS).amounts) <= set(read.amounts)
    assert read.unread == 1


def test_every_amendment_has_its_time_in_the_profile_that_sets_one() -> None:
    rules = amendment_rules()
    assert {rule.of for rule in rules} == set(AMENDED)
    for rule in rules:
        day = rule.in_force.start or date(2026, 3, 2)
        assert amendment_rule(rule.state, rule.of, day) == rule
        assert amendment_rule("treaty", rule.of, day) is None
        assert (rule.due(day) - day).days == rule.amount > 0
