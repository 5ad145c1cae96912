"""Live inputs are counted without their text, and compared with what the model was measured on."""

from __future__ import annotations

import multiprocessing
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from opencwc.errors import ConflictError, SettingsError
from opencwc.models.accepted_reference import accept_inputs, accepted_inputs
from opencwc.models.drift import ENOUGH, WEEKS, DriftWatch, Observation, counted, measure_drift

DAY = date(2026, 11, 24)
CLASSES = ("en", "fr", "other")
USUAL = [Observation(("en", "fr", "other")[number % 3], 0.99 if number % 4 else 0.75, 60) for number in range(300)]
REFERENCE = counted(USUAL, CLASSES)


def test_what_is_counted_comes_back(tmp_path: Path) -> None:
    watch = DriftWatch(tmp_path, "m", CLASSES)
    watch.add(USUAL[:200], DAY)
    watch.add(USUAL[200:], DAY)
    assert watch.counts(on=DAY) == REFERENCE


def test_usual_inputs_do_not_drift_and_others_do() -> None:
    assert measure_drift(REFERENCE, counted(USUAL[:150], CLASSES)).verdict == "ok"
    unsure = [Observation(recorded.label, 0.55, recorded.length) for recorded in USUAL]
    shifted = measure_drift(REFERENCE, counted(unsure, CLASSES))
    assert {aspect.aspect: aspect.verdict for aspect in shifted.aspects} == {
        "classes": "ok",
        "confidence": "drift",
        "lengths": "ok",
    }
    assert shifted.verdict == "drift"


def test_a_small_shift_of_many_inputs_is_to_be_watched() -> None:
    more = [*USUAL, *(Observation("en", 0.99, 60) for _ in range(150))]
    assert measure_drift(REFERENCE, counted(more, CLASSES)).verdict == "watch"


@pytest.mark.parametrize("number", [0, 12, ENOUGH - 1])
def test_few_inputs_neither_alarm_nor_reassure(number: int) -> None:
    odd = [Observation("other", 0.1, 5000)] * number
    assert measure_drift(REFERENCE, counted(odd, CLASSES)).verdict == "few"


def test_only_the_last_weeks_count_and_the_file_does_not_grow(tmp_path: Path) -> None:
    watch = DriftWatch(tmp_path, "m", CLASSES)
    sizes = set()
    for week in range(3 * WEEKS):
        watch.add(USUAL[:5], DAY + timedelta(weeks=week))
        sizes.add(watch.path.stat().st_size)
    last = DAY + timedelta(weeks=3 * WEEKS - 1)
    assert len(sizes) == 1
    assert sizes.pop() < 4096
    assert watch.counts(4, last).total == 20
    assert watch.counts(WEEKS, last).total == 5 * WEEKS
    assert watch.counts(4, last + timedelta(weeks=20)).total == 0


def test_a_damaged_or_foreign_file_is_begun_anew(tmp_path: Path) -> None:
    watch = DriftWatch(tmp_path, "m", CLASSES)
    watch.add(USUAL, DAY)
    with watch.path.open("r+b") as file:
        file.truncate(30)
    assert watch.counts(on=DAY).total == 0
    watch.add(USUAL[:3], DAY)
    assert watch.counts(on=DAY).total == 3
    other = DriftWatch(tmp_path, "m", (*CLASSES, "zh"))
    assert other.counts(on=DAY).total == 0


def _add(folder: Path) -> None:
    watch = DriftWatch(folder, "m", CLASSES)
    for recorded in USUAL:
        watch.add((recorded,), DAY)


def test_several_processes_lose_no_count(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_add, args=(tmp_path,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    assert DriftWatch(tmp_path, "m", CLASSES).counts(on=DAY).total == 4 * len(USUAL)


def test_a_count_is_cheap(tmp_path: Path) -> None:
    watch = DriftWatch(tmp_path, "m", CLASSES)
    start = time.process_time()
    for recorded in USUAL:
        watch.add((recorded,), DAY)
    assert (time.process_time() - start) / len(USUAL) < 0.001


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    watch = DriftWatch(tmp_path, "m", CLASSES)
    watch.add(USUAL, DAY)
    assert watch.path.stat().st_mode & 0o077 == 0


def test_a_house_may_take_its_own_inputs_as_the_measure(tmp_path: Path) -> None:
    ours = counted([Observation("en", 0.99, 300)] * 200, CLASSES)
    assert accepted_inputs("m", tmp_path) is None
    record = accept_inputs("m", ours, by="amina", reason="our letters are long", folder=tmp_path)
    assert record["accepted"] == 200
    assert accepted_inputs("m", tmp_path) == ours
    assert measure_drift(ours, ours).verdict == "ok"
    with pytest.raises(ConflictError):
        accept_inputs("m", counted(USUAL[:5], CLASSES), by="amina", reason="why", folder=tmp_path)
    with pytest.raises(SettingsError):
        accept_inputs("m", ours, by="amina", reason="", folder=tmp_path)
