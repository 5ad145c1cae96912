"""Where two lines of one shipment name different States: was the third State on the way, or is its name a slip?

A hub stands on the way again and again: in several shipments and years of a lane, and for many partners. A slip is one
line among others that agree, and often of a code that looks like the right one.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from opencwc.convention.fields import read_yaml
from opencwc.transfers.ledgers.line_fields import state_codes
from opencwc.transfers.reconcile.matching import STATES
from opencwc.transfers.reconcile.matching_kernel import EXPORTER, IMPORTER

Places = NDArray[np.int64]

THIRD_SIGNS = (
    "third", "third_lines", "third_years", "third_partners", "third_direct", "third_alike", "third_entrepot",
)  # fmt: skip
"""Signs of a line that names another State than the line it fits; of other lines they are null.

``third`` counts the origins or destinations in the substance of the one State that has more of both; ``third_lines``
and ``third_years`` say how often the lane names these two States in place of each other, in that year and in how many
years; ``third_partners`` in place of how many other States one of them is named; ``third_direct`` how many lines of the
two lanes fit as they are in that year; ``third_alike`` whether the two codes look alike; ``third_entrepot`` whether one
of the two is known as a place through which goods pass (``data/entrepots.yaml``).
"""
ENTREPOTS = Path(__file__).parent / "data" / "entrepots.yaml"
_YEARS = 4_096


def third_states(fit: pl.DataFrame) -> tuple[NDArray[np.bool_], pl.DataFrame]:
    """Say of each line whether it fits a line that names a third State on the way, and the signs of `THIRD_SIGNS`.

    The two lines name different States of dispatch, or of destination. Where there is trade in the substance between
    the two States named, in that year or the one before, the goods may have gone by one of them.
    """
    at = np.flatnonzero(np.isin(fit["kind"].to_numpy(), [EXPORTER, IMPORTER]))
    on_the_way = np.zeros(len(fit), np.bool_)
    if not len(at):
        return on_the_way, pl.DataFrame({name: pl.Series([None] * len(fit), dtype=pl.Float64) for name in THIRD_SIGNS})
    crossed = _crossed(fit, at)
    on_the_way[at] = _have_trade(fit, crossed)
    signs = crossed.select(
        "place",
        third=_degree(fit, crossed),
        third_lines=pl.len().over("lane", "states", "year", "export"),
        third_years=pl.col("year").n_unique().over("lane", "states"),
        third_partners=_partners(crossed),
        third_direct=_direct(fit, crossed),
        third_alike=_alike(crossed),
        third_entrepot=pl.any_horizontal(pl.col("named", "other").is_in(_entrepots())),
    ).with_columns(pl.exclude("place").cast(pl.Float64))
    every = pl.DataFrame({"place": np.arange(len(fit))})
    return on_the_way, every.join(signs, on="place", how="left", maintain_order="left").drop("place")


def _crossed(fit: pl.DataFrame, at: Places) -> pl.DataFrame:
    """Return the lines that name another State (``named``) than the lines they fit (``other``), and their lane."""
    there = np.searchsorted(fit["line"].to_numpy(), fit["other"].to_numpy()[at])
    substance, exporter, importer, year = _columns_of(fit)
    by_exporter = fit["kind"].to_numpy()[at] == EXPORTER
    named = np.where(by_exporter, exporter[at], importer[at])
    other = np.where(by_exporter, exporter[there], importer[there])
    shared = np.where(by_exporter, importer[at], exporter[at])
    return pl.DataFrame({
        "place": at, "substance": substance[at], "year": year[at], "by_exporter": by_exporter, "named": named,
        "other": other, "lane": (substance[at] * STATES + shared) * 2 + by_exporter,
        "export": fit["export"].to_numpy()[at], "shared": shared,
        "states": np.minimum(named, other) * STATES + np.maximum(named, other),
    })  # fmt: skip


def _have_trade(fit: pl.DataFrame, crossed: pl.DataFrame) -> NDArray[np.bool_]:
    """Tell of each line whether the two States named trade the substance with each other."""
    known = np.unique(_key(*_columns_of(fit)))
    substance, named, other, year = (crossed[name].to_numpy() for name in ("substance", "named", "other", "year"))
    ways = ((named, other), (other, named))
    traded = np.zeros(len(crossed), np.bool_)
    for back in (0, 1):
        for way in ways:
            traded |= np.isin(_key(substance, *way, year - back), known)
    return traded


def _degree(fit: pl.DataFrame, crossed: pl.DataFrame) -> pl.Series:
    """Return how many origins and destinations in the substance, the fewer of the two, the State with more has."""
    substance, exporter, importer, year = _columns_of(fit)
    pairs = np.unique(_key(substance, exporter, importer, np.zeros_like(year)))
    substances = int(substance.max()) + 1
    whose, origin, destination = np.unravel_index(pairs // _YEARS, (substances, STATES, STATES))
    out, into = (np.bincount(whose * STATES + state, minlength=substances * STATES) for state in (origin, destination))
    least = np.minimum(out, into)
    at = crossed["substance"].to_numpy() * STATES
    return pl.Series(np.maximum(least[at + crossed["named"].to_numpy()], least[at + crossed["other"].to_numpy()]))


def _partners(crossed: pl.DataFrame) -> pl.Series:
    """Return in place of how many other States one of the two is named in the substance."""
    either = pl.concat([
        crossed.select("substance", state="named", instead="other"),
        crossed.select("substance", state="other", instead="named"),
    ])  # fmt: skip
    count = either.group_by("substance", "state").agg(pl.col("instead").n_unique())
    counts = [
        crossed.select("substance", state=name)
        .join(count, on=("substance", "state"), how="left", maintain_order="left")["instead"]
        .alias(name)
        for name in ("named", "other")
    ]
    return pl.select(pl.max_horizontal(*counts)).to_series()


def _direct(fit: pl.DataFrame, crossed: pl.DataFrame) -> pl.Series:
    """Return how many lines of the lane fit as they are in that year, under either of the two States."""
    substance, exporter, importer, year = _columns_of(fit)
    fits = (fit["match"].to_numpy() >= 0) & ~np.isin(fit["kind"].to_numpy(), [EXPORTER, IMPORTER])
    keys, counts = np.unique(_key(substance, exporter, importer, year)[fits], return_counts=True)
    if not len(keys):
        return pl.Series(np.zeros(len(crossed), np.int64))
    columns = ("substance", "shared", "year", "by_exporter")
    of, shared, when, by_exporter = (crossed[name].to_numpy() for name in columns)
    most = np.zeros(len(crossed), np.int64)
    for name in ("named", "other"):
        state = crossed[name].to_numpy()
        key = _key(of, np.where(by_exporter, state, shared), np.where(by_exporter, shared, state), when)
        place = np.searchsorted(keys, key).clip(0, len(keys) - 1)
        most = np.maximum(most, np.where(keys[place] == key, counts[place], 0))
    return pl.Series(most)


def _alike(crossed: pl.DataFrame) -> pl.Series:
    """Tell whether the codes of the two States look alike: one letter apart, two letters in each other's place."""
    return pl.Series(_codes_alike()[crossed["named"].to_numpy(), crossed["other"].to_numpy()])


@cache
def _codes_alike() -> NDArray[np.bool_]:
    codes = state_codes().categories.to_list()
    letters = np.zeros((STATES, 3), np.uint32)
    letters[: len(codes)] = np.array([[ord(letter) for letter in code] for code in codes])
    known = np.arange(STATES) < len(codes)
    first, second = letters[:, None, :], letters[None, :, :]
    one_apart = (first == second).sum(axis=2) == 2
    swapped = (np.sort(first, axis=2) == np.sort(second, axis=2)).all(axis=2)
    alike: NDArray[np.bool_] = (one_apart | swapped) & known[:, None] & known[None, :]
    return alike


@cache
def _entrepots() -> tuple[int, ...]:
    codes = state_codes().categories.to_list()
    return tuple(codes.index(code) for code in read_yaml(ENTREPOTS)["codes"])


def _columns_of(fit: pl.DataFrame) -> tuple[Places, Places, Places, Places]:
    substance, exporter, importer, year = (
        fit[name].to_physical().to_numpy().astype(np.int64) for name in ("substance", "exporter", "importer", "year")
    )
    return substance, exporter, importer, year


def _key(substance: Places, exporter: Places, importer: Places, year: Places) -> Places:
    return ((substance * STATES + exporter) * STATES + importer) * _YEARS + year
