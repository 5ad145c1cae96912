"""What the chemical of a line is read as, and what is not read into a name that no table has."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from opencwc.declarations.chemicals import Chemicals
from opencwc.declarations.model import Chemical
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener


@cache
def chemicals() -> Chemicals:
    return Chemicals(Screener(Rulebook.of(date(2026, 11, 28), ("CWC",))))


@pytest.mark.parametrize("name", ["aluminium carbide", "sodium alkylbenzene sulfonate", "ammonium humate"])
def test_a_salt_that_is_not_known_is_not_read_as_its_cation(name: str) -> None:
    assert not isinstance(chemicals().read(name), Chemical)


def test_a_listed_chemical_that_is_drawn_as_a_cation_is_read_from_a_line_of_commerce() -> None:
    read = chemicals().read("saxitoxin standard solution")
    assert isinstance(read, Chemical)
    assert read.entry == "1A07"


def test_a_metal_is_read_as_itself() -> None:
    read = chemicals().read("sodium 99.9 %")
    assert isinstance(read, Chemical)
    assert (read.name, read.organic, read.doubt) == ("sodium", False, None)


@pytest.mark.parametrize("cas", ["", "68476-85-7", "74-98-6"])
def test_a_mixture_of_hydrocarbons_is_told_by_its_name_whatever_hydrocarbon_its_number_is(cas: str) -> None:
    read = chemicals().read("LPG", cas)
    assert isinstance(read, Chemical)
    assert (read.hydrocarbon, read.doubt) == (True, None)


def test_a_mixture_of_hydrocarbons_with_the_number_of_another_chemical_is_asked_about() -> None:
    read = chemicals().read("naphtha", "67-64-1")
    assert isinstance(read, Chemical)
    assert (read.name, read.hydrocarbon) == ("acetone", False)
    assert read.doubt is not None
