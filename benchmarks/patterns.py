"""Measure the patterns over time: false alarms in ledgers in which nothing changes, planted changes found, speed.

``python -m benchmarks.patterns [--ledgers 200] [--lines 1000000]``

A steady ledger has 120 pairs of 60 States in 5 chemicals over 10 years, about six shipments a year, each pair with a
level (log-normal, sigma 1.2), growth of 3 % a year and a yearly noise of its own (sigma 0.1 to 0.6 of the logarithm;
normal, or heavy-tailed as Student's t with 5 degrees of freedom).
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from datetime import date, timedelta

import numpy as np
import polars as pl

from opencwc.transfers.model import Ledger, Substance
from opencwc.transfers.patterns import find_patterns

STATES = [first + second + third for first in "ABCDE" for second in "KLMN" for third in "XYZ"]
FIRST, YEARS = 2014, 10
Line = tuple[int, int, int, bool, date, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ledgers", type=int, default=200)
    parser.add_argument("--lines", type=int, default=1_000_000)
    given = parser.parse_args()
    for heavy in (False, True):
        alarms: Counter[str] = Counter()
        with_any = 0
        for seed in range(given.ledgers):
            kinds = {
                pattern.kind
                for pattern in find_patterns([_ledger(_steady(np.random.default_rng(seed), heavy=heavy), 5)])
            }
            alarms.update(kinds)
            with_any += bool(kinds)
        noise = "heavy-tailed" if heavy else "normal"
        print(f"steady, {noise} noise: {with_any} of {given.ledgers} ledgers have any proposal {dict(alarms)}")
    _planted(max(10, given.ledgers // 4))
    _speed(given.lines)


def _steady(rng: np.random.Generator, *, heavy: bool, pairs: int = 120) -> list[Line]:
    chosen: set[tuple[int, int, int]] = set()
    while len(chosen) < pairs:
        exporter, importer = rng.choice(len(STATES), 2, replace=False)
        chosen.add((int(rng.integers(5)), int(exporter), int(importer)))
    return [line for pair in sorted(chosen) for line in _pair(rng, *pair, float(rng.normal(11, 1.2)), heavy=heavy)]


def _pair(
    rng: np.random.Generator, substance: int, exporter: int, importer: int, level: float, *, heavy: bool = False,
    step: float = 1.0, years: range = range(YEARS),
) -> list[Line]:  # fmt: skip
    """One pair's shipments, as both sides state them; ``step`` multiplies the last four years."""
    sigma = rng.uniform(0.1, 0.6)
    lines: list[Line] = []
    for year in years:
        noise = rng.standard_t(5) * (3 / 5) ** 0.5 if heavy else rng.normal()
        kg = float(np.exp(level + 0.03 * year + sigma * noise)) * (step if year >= YEARS - 4 else 1)
        number = max(1, int(rng.poisson(6)))
        for part, day in zip(rng.dirichlet(np.full(number, 3.0)), rng.integers(0, 365, number), strict=True):
            when = date(FIRST + year, 1, 1) + timedelta(int(day))
            lines += [(substance, exporter, importer, side, when, kg * float(part)) for side in (True, False)]
    return lines


def _planted(worlds: int) -> None:
    """Plant one of each into steady ledgers, in a chemical of its own, and count what is found."""
    counts: Counter[str] = Counter()
    for seed in range(worlds):
        rng = np.random.default_rng(10_000 + seed)
        background = _steady(rng, heavy=True)
        exporter, hub, importer, other = (int(state) for state in rng.choice(len(STATES), 4, replace=False))
        level = float(np.log(300e3))
        usual = _pair(rng, 5, exporter, importer, level)
        plants = {
            **{
                f"level times {step}": ("level_change", _pair(rng, 5, exporter, importer, level, step=step))
                for step in (3, 5, 10)
            },
            "new partner": ("new_partner", usual + _pair(rng, 5, exporter, other, level, years=range(6, 10))),
            "new route": ("new_route", usual + _pair(rng, 5, exporter, hub, level, years=range(6, 10))
                          + _pair(rng, 5, hub, other, level - 0.1, years=range(6, 10))),
            **{
                f"{number} lots in 3 weeks": ("splitting", [line for line in usual if line[5] > 30e3] + [
                    (5, exporter, importer, True, date(2022, 3, 1) + timedelta(21 * n // number), 14e3)
                    for n in range(number)
                ])
                for number in (4, 5, 7)
            },
        }  # fmt: skip
        for name, (kind, lines) in plants.items():
            proposals = find_patterns([_ledger(background + lines, 6)], kinds=[kind])
            counts[name] += any(proposal.substance.key == "6-00-0" for proposal in proposals)
    for name, number in counts.items():
        print(f"planted, {name}: {number} of {worlds} found")


def _ledger(lines: list[Line], substances: int) -> Ledger:
    rows = list(zip(*lines, strict=True))
    substance, exporter, importer, export, _, kg = (np.array(row) for row in rows)
    return _of_columns(substances, substance, exporter, importer, export, pl.Series(list(rows[4]), dtype=pl.Date), kg)


def _of_columns(substances: int, substance, exporter, importer, export, day: pl.Series, kg) -> Ledger:  # type: ignore[no-untyped-def]  # noqa: ANN001
    names = np.array(STATES)
    states = pl.Enum(STATES)
    number = len(kg)
    frame = pl.DataFrame(
        {
            "row": pl.Series(np.arange(1, number + 1), dtype=pl.UInt32),
            "id": pl.Series(np.arange(1, number + 1)).cast(pl.String),
            "reporter": pl.Series(names[np.where(export, exporter, importer)], dtype=states),
            "partner": pl.Series(names[np.where(export, importer, exporter)], dtype=states),
            "export": pl.Series(export, dtype=pl.Boolean),
            "substance": pl.Series(substance, dtype=pl.UInt32),
            "day": day,
            "year": day.dt.year().cast(pl.Int16),
            "kg": pl.Series(kg, dtype=pl.Float64),
            "returned": pl.Series(np.zeros(number, bool)),
        }
    )
    kinds = tuple(Substance(f"{n}-00-0", f"Substance {n}", ("CWC 3B01",), 30_000.0) for n in range(1, substances + 1))
    return Ledger("invented", frame, kinds, (), {})


def _speed(number: int) -> None:
    """Measure a ledger of 40 chemicals, a pair of States for every hundred lines, over ten years."""
    rng = np.random.default_rng(1)
    pairs = max(1, number // 100)
    substance, exporter = rng.integers(0, 40, pairs), rng.integers(0, len(STATES), pairs)
    importer = (exporter + 1 + rng.integers(0, len(STATES) - 1, pairs)) % len(STATES)
    pair = rng.integers(0, pairs, number)
    days = np.datetime64("2014-01-01") + rng.integers(0, 3652, number).astype("timedelta64[D]")
    columns = (substance[pair], exporter[pair], importer[pair], rng.random(number) < 0.5)
    ledger = _of_columns(40, *columns, pl.Series(days).cast(pl.Date), np.exp(rng.normal(8, 1.5, number)))
    wall, used = time.perf_counter(), time.process_time()
    find_patterns([ledger])
    wall, used = time.perf_counter() - wall, time.process_time() - used
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{number} lines, {pairs} pairs: {wall:.1f} s, {used:.1f} s of processor, {memory:.2f} GB")


if __name__ == "__main__":
    main()
