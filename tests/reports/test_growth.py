"""Reports that come in several runs are joined as if they had come in one, in whatever order and however parted."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from random import Random

import pytest
from benchmarks.reports import CASES, read_folder

from opencwc.language.encoders import named_encoder
from opencwc.reports import kept
from opencwc.reports.batches import ready
from opencwc.reports.growth import Growth, grown
from opencwc.reports.item import Item
from opencwc.reports.kept import KeptWatch, opened, unpack
from opencwc.reports.watched import Watched, joining

Groups = set[frozenset[str]]


@pytest.fixture(scope="module")
def items() -> list[Item]:
    reports, _ = read_folder(CASES / "a")
    return ready(reports[:120], named_encoder())


class Runs:
    """The runs of a case, kept one after another."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.growths: list[Growth | None] = []

    def opened(self, sha: str) -> KeptWatch:
        content = self.files[sha]
        return opened(lambda start, end: content[start:end], len(content))

    def add(self, items: Sequence[Item], *, among: slice = slice(None)) -> KeptWatch:
        """Keep a run that joins to the earlier ones, and return it as it was kept."""
        content = run_of(items)
        growth = grown(unpack(content), list(self.files)[among], self.opened)
        self.growths.append(growth)
        content = content if growth is None else growth.content
        sha = sha256(content).hexdigest()
        self.files[sha] = content
        return unpack(content)


def run_of(items: Sequence[Item]) -> bytes:
    archive, watched = joining([items])
    return kept.pack(watched, "reports.jsonl", "2026-03-07", "use", (), archive)


def grouped(watched: Watched) -> Groups:
    return {frozenset(watched.lines[number].told.report.id for number in event.items) for event in watched.events}


def facts(watched: Watched) -> set[tuple[str, str, str]]:
    """Return what a run says of each report: its event and its origin."""
    return {(line.told.report.id, line.event, line.origin) for line in watched.lines}


@pytest.mark.parametrize("seed", range(4))
def test_any_parting_into_runs_in_any_order_gives_what_one_run_gives(items: list[Item], seed: int) -> None:
    chance = Random(seed)
    some = chance.sample(items, len(items))
    whole = unpack(run_of(items))
    runs, at = Runs(), 0
    while at < len(some):
        before, at = at, min(at + chance.randrange(1, 50), len(some))
        run = runs.add(some[before:at])
        assert (run.summary.reports, run.summary.taken, len(run.brought)) == (at, before, at - before)
    assert facts(run.watched) == facts(whole.watched)
    assert grouped(run.watched) == grouped(whole.watched)
    assert {event.id for event in run.watched.events} == {event.id for event in whole.watched.events}
    assert [run.summary.events, run.summary.on_none] == [whole.summary.events, whole.summary.on_none]
    assert run.events.coverage == whole.events.coverage
    assert run.events.newest == whole.events.newest
    assert firsts(run) == firsts(whole)
    assert set(run.events.reports.keys.tolist()) == set(whole.events.reports.keys.tolist())
    for words in (["chlorine"], ["sarin"], ["氯"], ["hospital", "police"]):
        assert found(run, words) == found(whole, words)


def firsts(run: KeptWatch) -> dict[str, str]:
    """Return for each report on an event the first of its origin, as the columns have it."""
    columns, names = run.events.reports, [line.told.report.id for line in run.events.lines]
    on_event = (run.events.event_of >= 0).tolist()
    pairs = zip(names, columns.first.tolist(), on_event, strict=True)
    return {name: names[first] for name, first, there in pairs if there}


def found(run: KeptWatch, words: list[str]) -> set[str]:
    fits = run.events.holding(words)
    return {run.events.columns.id(place) for place in range(len(fits)) if fits[place]}
