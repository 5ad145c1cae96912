"""The invented State as ``data/state.yaml`` tells it: companies, products, files, people, and what was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from opencwc.convention.fields import load_yaml

_FILE = Path(__file__).parent / "data" / "state.yaml"


@dataclass(frozen=True, slots=True)
class Product:
    """Something that is traded: its label, the ways it is written, the least and the most kilograms of it."""

    label: str
    written: tuple[str, ...]
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class FilePlan:
    """A file to be made: its name with ``{year}`` in it, its shape, whose it is, and how many rows of each group."""

    name: str
    shape: str
    company: str
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class InventedPerson:
    """Somebody who acts in the demonstration."""

    login: str
    name: str
    role: str
    clearance: str

    @property
    def short(self) -> str:
        """The name by which the story calls the person."""
        return self.login.removeprefix("demo-")


@dataclass(frozen=True, slots=True)
class TradeFlow:
    """A chemical that one State sends another every year: in kg, by so many shipments."""

    name: str
    chemical: str
    cas: str
    hs: str
    exporter: str
    importer: str
    kg: float
    shipments: int


@dataclass(frozen=True, slots=True)
class Slip:
    """What is wrong with a flow so many years before the year told; ``by`` is what that needs."""

    flow: str
    ago: int
    what: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Trade:
    """The trade of the State: ``state`` is the code that it is written by; rows as the files of them have them."""

    state: str
    years: int
    flows: tuple[TradeFlow, ...]
    slips: tuple[Slip, ...]
    shipments: tuple[tuple[str, ...], ...]
    certificates: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class State:
    """All of it; ``story`` are the steps in their order, each a mapping whose first key is what is done."""

    name: str
    seed: int
    companies: Mapping[str, str]
    products: Mapping[str, tuple[Product, ...]]
    files: tuple[FilePlan, ...]
    origins: tuple[str, ...]
    trade: Trade
    people: tuple[InventedPerson, ...]
    story: tuple[Mapping[str, Any], ...]


@cache
def load_state() -> State:
    """Return the invented State."""
    with _FILE.open(encoding="utf-8") as file:
        told = load_yaml(file)
    return State(
        name=told["state"],
        seed=told["seed"],
        companies=told["companies"],
        products={
            group: tuple(Product(label, tuple(written), least, most) for label, written, least, most in some)
            for group, some in told["products"].items()
        },
        files=tuple(
            FilePlan(file["name"], file["shape"], file.get("company", ""), file["rows"]) for file in told["files"]
        ),
        origins=tuple(told["origins"]),
        trade=_trade(told["trade"]),
        people=tuple(InventedPerson(**person) for person in told["people"]),
        story=tuple(told["story"]),
    )


def _trade(told: Mapping[str, Any]) -> Trade:
    rows = {one: tuple(tuple(map(str, row)) for row in told[one]) for one in ("shipments", "certificates")}
    return Trade(
        told["state"],
        told["years"],
        tuple(TradeFlow(*flow) for flow in told["flows"]),
        tuple(Slip(slip["flow"], slip["ago"], slip["is"], str(slip.get("by", ""))) for slip in told["slips"]),
        **rows,
    )
