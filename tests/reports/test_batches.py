"""Reports read by one process and by several come out the same and in the same order."""

import os
import signal
from pathlib import Path

import pytest
from benchmarks.reports import CASES, read_folder

from opencwc.records import to_plain
from opencwc.reports import batches, events, watched
from opencwc.reports.batches import BATCH, ready_items
from opencwc.reports.model import Report
from opencwc.reports.watched import joined


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    return read_folder(CASES / "a")[0][:40]


def told(some) -> list:  # type: ignore[no-untyped-def]
    return [(item.told, item.days, item.traits.names, item.traits.words) for batch in some for item in batch]


def test_several_processes_read_the_same(reports: list[Report], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH", 8)
    monkeypatch.setattr(batches, "_WORTH_PROCESSES", 16)
    assert told(ready_items(reports, None, jobs=2)) == told(ready_items(reports, None))


def test_several_processes_join_the_same(reports: list[Report], monkeypatch: pytest.MonkeyPatch) -> None:
    ready = list(ready_items(reports, None))
    alone = joined(ready)
    for module in (events, watched):
        monkeypatch.setattr(module, "WORTH_PROCESSES", 8)
    together = joined(ready, jobs=2)
    assert together.events == alone.events
    assert to_plain(together.lines) == to_plain(alone.lines)


def test_few_reports_start_no_process(reports: list[Report], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "WorkerPool", None)
    assert len(reports) < BATCH
    assert told(ready_items(reports, None, jobs=2)) == told(ready_items(reports, None))
    assert list(ready_items((), None, jobs=2)) == []


@pytest.mark.slow
def test_a_killed_process_costs_no_report_and_doubles_none(
    reports: list[Report], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(batches, "BATCH", 8)
    monkeypatch.setattr(batches, "_WORTH_PROCESSES", 16)
    monkeypatch.setattr(batches, "_ready_here", _die_on_the_way)
    monkeypatch.setenv("OPENCWC_TEST_MARK", str(tmp_path / "died"))
    assert told(ready_items(reports, None, jobs=2)) == told(ready_items(reports, None))
    assert (tmp_path / "died").exists()


def _die_on_the_way(batch: list[Report]) -> list:  # type: ignore[type-arg]
    mark = Path(os.environ["OPENCWC_TEST_MARK"])
    if batch[0].row and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return batches.ready(batch, None)
