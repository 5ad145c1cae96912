"""The measures of a day, read once, and again when a set of the house's own has changed."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from opencwc.convention.measures import Measure, Measures, own_sets, read_measures
from opencwc.settings import cache_folder, load_settings

DAYS_KEPT = 8


def measures_of(day: date) -> Measures:
    """Return the measures of a day, the house's own sets among them; raise `RuleError` where one cannot hold."""
    own = own_sets(load_settings().folder)
    return _read(day, tuple((path, path.stat().st_mtime_ns) for path in own), cache_folder())


@lru_cache(DAYS_KEPT)
def _read(day: date, own: tuple[tuple[Path, int], ...], cache: Path) -> Measures:
    return read_measures(day, [path for path, _ in own], cache)


def find_measure(day: date, set_id: str, measure_id: str) -> Measure | None:
    """Return a measure of a set, ``None`` where the day has none."""
    measure = measures_of(day).measure(measure_id)
    return measure if measure is not None and measure.set == set_id else None
