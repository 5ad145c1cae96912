"""The invented State as ``data/state.yaml`` tells it: companies, products, files, people, and what was done."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from opencwc.convention.fields import load_yaml
from opencwc.records import from_plain

_FILE = Path(__file__).parent / "data" / "state.yaml"


class Product(Struct, frozen=True, array_like=True):
    """Something that is traded: its label, the ways it is written, the least and the most kilograms of it."""

    label: str
    written: tuple[str, ...]
    least: float
    most: float


class FilePlan(Struct, frozen=True):
    """A file to be made: its name with ``{year}`` in it, its shape, whose it is, and how many rows of each group."""

    name: str
    shape: str
    rows: dict[str, int]
    company: str = ""


class InventedPerson(Struct, frozen=True):
    """Somebody who acts in the demonstration; ``sites`` are those of a declarant."""

    login: str
    name: str
    role: str
    clearance: str
    sites: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The name by which the story calls the person."""
        return self.login.removeprefix("demo-")


class TradeFlow(Struct, frozen=True, array_like=True):
    """A chemical that one State sends another every year: in kg, by so many shipments."""

    name: str
    chemical: str
    cas: str
    hs: str
    exporter: str
    importer: str
    kg: float
    shipments: int


class Slip(Struct, frozen=True):
    """What is wrong with a flow so many years before the year told; ``by`` is what that needs."""

    flow: str
    ago: int
    what: str = field(name="is")
    by: str | float = ""


class Trade(Struct, frozen=True):
    """The trade of the State: ``state`` is the code that it is written by; rows as the files of them have them."""

    state: str
    years: int
    flows: tuple[TradeFlow, ...]
    slips: tuple[Slip, ...]
    shipments: tuple[tuple[str | int, ...], ...]
    certificates: tuple[tuple[str | int, ...], ...]


class InventedSite(Struct, frozen=True, array_like=True):
    """A plant site, or a plant of one: its codes, its name, whose it is, where, and what Schedule 1 facility.

    ``more`` are the further columns of the table of sites, which the forms need.
    """

    site: str
    plant: str
    name: str
    company: str
    address: str
    kind: str
    more: dict[str, str] = field(default_factory=dict)


class YearlyFigures(Struct, frozen=True, array_like=True):
    """What a plant does with a chemical year by year, the year told last; ``plan`` is that of the next year."""

    site: str
    plant: str
    chemical: str
    cas: str
    activity: str
    unit: str
    figures: tuple[float, ...]
    plan: float | str


class DatedPlan(Struct, frozen=True, array_like=True):
    """What is planned for a day (``day`` as month and day) of a year, ``ahead`` years after the one told."""

    site: str
    plant: str
    chemical: str
    cas: str
    activity: str
    quantity: float
    unit: str
    purpose: str
    partner: str
    ahead: int
    day: str


class RegisterVersion(Struct, frozen=True):
    """A version of the register: its last figures are ``ago`` years before the year told, and these are wrong in them.

    ``unit`` and ``number`` are a site, plant and chemical, and what is written there as the unit, or as the CAS number.
    ``missing`` is the site whose last figures are not there, ``late`` the one whose came after the day due.
    """

    ago: int
    unit: tuple[str, str, str, str] | None = None
    number: tuple[str, str, str, str] | None = None
    missing: str = ""
    late: str = ""


class InventedRegister(Struct, frozen=True):
    """The books of the State's plant sites; ``trade`` gives by its name the site and plant of a flow."""

    sites: tuple[InventedSite, ...]
    activities: tuple[YearlyFigures, ...]
    trade: dict[str, tuple[str, str]]
    dated: tuple[DatedPlan, ...]
    versions: dict[str, RegisterVersion]


class State(Struct, frozen=True):
    """All of it; ``story`` are the steps in their order, each a mapping whose first key is what is done."""

    name: str = field(name="state")
    seed: int
    companies: dict[str, str]
    products: dict[str, tuple[Product, ...]]
    files: tuple[FilePlan, ...]
    origins: tuple[str, ...]
    trade: Trade
    register: InventedRegister
    people: tuple[InventedPerson, ...]
    story: tuple[dict[str, Any], ...]


@cache
def load_state() -> State:
    """Return the invented State."""
    with _FILE.open(encoding="utf-8") as file:
        return from_plain(State, load_yaml(file))
