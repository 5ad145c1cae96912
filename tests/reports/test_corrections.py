"""Corrections hold in whatever order reports come, and leave reports as the page leaves them by the same decisions."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.errors import InputError
from opencwc.reports.corrected import EventDecision, as_corrections, corrected
from opencwc.reports.corrections import Correction, what_holds
from opencwc.reports.corrections_file import read_corrections
from opencwc.reports.events import Archive, find_events
from opencwc.reports.facts import tell
from opencwc.reports.item import Item, item_of
from opencwc.reports.model import Report
from opencwc.reports.traits import traits_of
from opencwc.reports.watched import joined
from reports.test_events import Groups, groups, report

LEAK = "Nine workers of a cold store in Valparaíso were injured by ammonia on 3 March, firemen said."
THEFT = "Three cylinders of chlorine were stolen from a waterworks in Bizerte on 1 March, police said."
REPORTS = [
    report("l1", "Ammonia leak injures nine in Valparaíso", LEAK),
    report("l2", "Nine injured by ammonia in Valparaíso", f"{LEAK} The store was closed.", 0.2),
    report("l3", "Ammonia leak injures nine in Valparaíso", LEAK, 0.3),
    report("t1", "Chlorine cylinders stolen in Bizerte", THEFT, 0.4),
    report("t2", "Police seek stolen chlorine in Bizerte", f"{THEFT} They seek two men.", 0.6),
    report("n1", "Ten soups for a cold March", "Take two onions and a pound of leeks.", 0.7),
]
IDS = [one.id for one in REPORTS]
MOVE = Correction("move", ("l2",), beside=("t1",))


def read(reports: Sequence[Report]) -> list[Item]:
    told = [tell(one) for one in reports]
    return list(map(item_of, told, traits_of(told, None)))


@cache
def items_read() -> tuple[Item, ...]:
    return tuple(read(REPORTS))


def stand(*corrections: Correction, items: Sequence[Item] = ()) -> Groups:
    items = items or items_read()
    return groups(items, find_events(items, corrections))


def test_the_reports_stand_as_two_events_before() -> None:
    assert stand() == {frozenset({"l1", "l2", "l3"}), frozenset({"t1", "t2"})}


def test_a_report_that_is_moved_goes_to_the_other_event_alone() -> None:
    assert stand(MOVE) == {frozenset({"l1", "l3"}), frozenset({"l2", "t1", "t2"})}


def test_of_word_for_word_copies_only_that_which_is_named_moves() -> None:
    for name, other in (("l1", "l3"), ("l3", "l1")):
        assert stand(Correction("move", (name,), beside=("t1",))) == {
            frozenset({other, "l2"}), frozenset({name, "t1", "t2"}),
        }  # fmt: skip


def test_a_report_on_no_event_is_put_to_one() -> None:
    assert frozenset({"n1", "t1", "t2"}) in stand(Correction("join", ("n1",), beside=("t1",)))


def test_what_was_moved_can_be_moved_back() -> None:
    back = Correction("move", ("l2",), beside=("l1",), apart=("t1", "t2"))
    assert stand(MOVE, back) == stand()


def test_a_split_holds_against_joins_that_were_said_before_through_others() -> None:
    joins = [Correction("join", ("l1", "n1")), Correction("join", ("n1", "t1"))]
    assert any({"l1", "n1", "t1"} <= group for group in stand(*joins))
    assert not any({"l1", "t1"} <= group for group in stand(*joins, Correction("split", ("l1", "t1"))))


@pytest.mark.parametrize("seed", range(8))
def test_a_move_holds_in_whatever_order_reports_come(seed: int) -> None:
    chance = random.Random(seed)
    items = chance.sample(items_read(), len(items_read()))
    archive = Archive([MOVE])
    for item in items:
        archive.add([item])
        archive.events()
    assert groups(items, archive.events()) == stand(MOVE)


def test_the_reasons_say_that_a_correction_decided() -> None:
    why = {line.told.report.id: line.why for line in joined([items_read()], [MOVE]).lines}
    assert why["l2"][0].id == "watch_by_correction"
    assert all(one.id != "watch_by_correction" for one in why["t1"])


@st.composite
def decisions(draw: st.DrawFn) -> EventDecision:
    names = draw(st.lists(st.sampled_from([*IDS, "gone"]), min_size=1, max_size=6, unique=True))
    verb = draw(st.sampled_from(("split", "join", "move", "confirm")))
    cut, end = sorted(draw(st.tuples(*[st.integers(1, len(names))] * 2)))
    beside = tuple(names[cut:end]) if verb in ("join", "move") else ()
    apart = tuple(names[end:]) if verb in ("split", "move") else ()
    return EventDecision(verb, tuple(names[:cut]), beside, apart, "because")


@settings(deadline=None)
@given(st.lists(decisions(), max_size=5), st.randoms(use_true_random=False))
def test_what_is_said_last_holds_in_the_file_as_on_the_page(some: list[EventDecision], chance: random.Random) -> None:
    said = list(as_corrections(some))
    items = chance.sample(items_read(), len(items_read()))
    from_file = groups(items, find_events(items, said))
    assert from_file == stand(*said)
    assert sorted(chain.from_iterable(from_file)) == sorted(set(chain.from_iterable(from_file)))
    assert set(IDS) - {"n1"} <= set(chain.from_iterable(from_file))
    page = corrected(joined([items_read()]), some)
    on_page = groups(items_read(), page.events)
    for one in (from_file, on_page):
        assert_holds(some[-1:], one)


def assert_holds(last: Sequence[EventDecision], events: Groups) -> None:
    for decision in last:
        here = [name for name in decision.reports if name in IDS]
        together = {*here, *decision.beside} & set(IDS)
        if decision.verb == "split" and not decision.apart:
            assert all(len(group.intersection(here)) < 2 for group in events)
        elif here:
            assert any(together <= group for group in events)
            assert not any(not group.isdisjoint(here) and not group.isdisjoint(decision.apart) for group in events)


def test_what_holds_is_told_by_numbers() -> None:
    numbers = {"a": 0, "b": 1, "c": 2}
    held = what_holds([Correction("move", ("a",), ("b",), ("c",))], lambda names: {numbers[name] for name in names})
    assert (set(held.joined), set(held.parted), held.following, set(held.named)) == (set(), {(1, 2)}, {0: 1}, {0, 1})


@pytest.mark.parametrize(
    "line",
    [
        '{"verb": "move", "reports": ["a"]}',
        '{"verb": "move", "reports": ["a", "b"]}',
        '{"verb": "join", "reports": ["a"]}',
        '{"verb": "join", "reports": ["a"], "apart": ["b"]}',
        '{"verb": "split", "reports": ["a"], "beside": ["b"]}',
        '{"verb": "move", "reports": ["a"], "beside": ["a"]}',
        '{"verb": "join", "reports": ["a", "a"]}',
        '{"verb": "shift", "reports": ["a", "b"]}',
        '{"verb": "move", "reports": ["a"], "beside": ["b"], "from": ["c"]}',
    ],
)
def test_a_line_that_is_no_correction_is_an_error_with_its_place(line: str, tmp_path: Path) -> None:
    (tmp_path / "said.jsonl").write_text('\n{"verb": "confirm", "reports": ["a", "b"]}\n' + line)
    with pytest.raises(InputError) as error:
        read_corrections(tmp_path / "said.jsonl")
    assert (error.value.code, error.value.where) == ("watch_correction_unreadable", "said.jsonl:3")
