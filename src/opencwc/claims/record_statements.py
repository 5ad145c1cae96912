"""Statements in plain English of what a row elsewhere says: an event of open reports, a trade line, an activity.

Each says who, what, how much, where and when in one sentence, so that claims in any language can be compared with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from opencwc.wording.states import state_name

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_KINDS = {
    "accident": "an accident", "attack": "an attack", "alleged_use": "a use of chemical weapons",
    "seizure": "a seizure", "theft": "a theft", "transfer": "a transfer", "destruction": "a destruction",
    "inspection": "an inspection", "policy": "a decision", "technology": "a technical development",
    "other": "an incident",
}  # fmt: skip
_STAGES = {
    "planned": "is planned", "denied": "was denied", "concluded": "was concluded", "confirmed": "was confirmed",
    "alleged": "was alleged", "reported": "was reported",
}  # fmt: skip
_DID = {
    "produce": ("produced", "plans to produce"), "process": ("processed", "plans to process"),
    "consume": ("consumed", "plans to consume"), "import": ("imported", "plans to import"),
    "export": ("exported", "plans to export"), "store": ("stored", "plans to store"),
    "acquire": ("acquired", "plans to acquire"),
}  # fmt: skip


class TradeLine(NamedTuple):
    """A line of a trade ledger: States by alpha-3 code, the chemical by name, the amount in kg, per cent by weight."""

    reporter: str
    partner: str
    export: bool
    chemical: str
    kg: float | None = None
    concentration: float | None = None
    year: int = 0
    day: date | None = None
    returned: bool = False


class PlannedShipment(NamedTuple):
    """A planned shipment: names of States, the chemical, the amount with its unit, the day, the consignee."""

    sender: str
    receiver: str
    chemical: str
    amount: str = ""
    day: date | None = None
    consignee: str = ""


class DeclaredActivity(NamedTuple):
    """What a plant, a plant site or a State did with a chemical in a year, or plans to do."""

    actor: str
    did: str
    chemical: str
    year: int
    quantity: Decimal | None = None
    unit: str = "kg"
    planned: bool = False
    partner: str = ""
    day: date | None = None


def event_statement(cells: Mapping[str, str]) -> str:
    """Return what a report tells of an event, from the columns of ``opencwc watch``; empty where it tells of none.

    >>> event_statement({"kind": "accident", "stage": "reported", "date": "2026-03-03", "country": "CHL",
    ...                  "place": "Valparaíso", "agents": "ammonia", "killed": "0", "affected": "9"})
    'On 3 March 2026 an accident with ammonia in Valparaíso, Chile, was reported; nobody was killed and 9 people were \
harmed.'
    """
    kind = _KINDS.get(cells.get("kind", ""), "")
    if not kind:
        return ""
    agents = [name for name in cells.get("agents", "").split(";") if name]
    state = state_name(cells["country"], "en") if cells.get("country") else ""
    where = ", ".join(dict.fromkeys(filter(None, (cells.get("place", ""), state))))
    what = kind + (f" with {_listed(agents)}" if agents else "") + (f" in {where}," if where else "")
    said = f"{what} {_STAGES.get(cells.get('stage', ''), 'was reported')}"
    when = _when(cells.get("date", ""))
    start = f"{when} {said}" if when else said[0].upper() + said[1:]
    people = [_people(cells.get(name, ""), verb) for name, verb in (("killed", "killed"), ("affected", "harmed"))]
    return start + "".join(("; " if at == 0 else " and ") + one for at, one in enumerate(filter(None, people))) + "."


def trade_statement(line: TradeLine) -> str:
    """Return what a trade ledger says in one line.

    >>> trade_statement(TradeLine("NOR", "DNK", True, "triethanolamine", 64000.0, 99.0, 2025, date(2025, 1, 14)))
    'On 14 January 2025 Norway exported 64,000 kg of triethanolamine (99% by weight) to Denmark.'
    """
    when = _when(line.day.isoformat() if line.day else str(line.year) if line.year else "")
    amount = f"{_number(Decimal(str(abs(line.kg))))} kg of " if line.kg is not None else ""
    share = f" ({_number(Decimal(str(line.concentration)))}% by weight)" if line.concentration is not None else ""
    did, side = ("exported", "to") if line.export else ("imported", "from")
    back = " as returned goods" if line.returned else ""
    reporter, partner = (state_name(code, "en") for code in (line.reporter, line.partner))
    said = f"{reporter} {did} {amount}{line.chemical}{share} {side} {partner}{back}."
    return f"{when} {said}" if when else said


def shipment_statement(shipment: PlannedShipment) -> str:
    """Return what a ledger of planned shipments says in one line.

    >>> shipment_statement(PlannedShipment("France", "Germany", "sarin", "0.002 kg", date(2027, 2, 15), "Institut A"))
    'A shipment of 0.002 kg of sarin from France to Germany is planned for 15 February 2027; the consignee is \
Institut A.'
    """
    amount = f"{shipment.amount} of " if shipment.amount else ""
    day = f" for {_day(shipment.day)}" if shipment.day else ""
    who = f"; the consignee is {shipment.consignee}" if shipment.consignee else ""
    return (
        f"A shipment of {amount}{shipment.chemical} from {shipment.sender} to {shipment.receiver} is planned{day}{who}."
    )


def activity_statement(activity: DeclaredActivity) -> str:
    """Return what a register or a declaration says of one activity.

    >>> activity_statement(DeclaredActivity("Plant A of Norwald works", "produce", "ricin", 2025, Decimal("120"), "g"))
    'In 2025 Plant A of Norwald works produced 120 g of ricin.'
    >>> activity_statement(DeclaredActivity("Nordavia", "export", "ricin", 2027, Decimal(5), "g", True, "Norway"))
    'For 2027 Nordavia plans to export 5 g of ricin to Norway.'
    """
    amount = f"{_number(activity.quantity)} {activity.unit} of " if activity.quantity is not None else ""
    partner = f" {'from' if activity.did == 'import' else 'to'} {activity.partner}" if activity.partner else ""
    said = f"{activity.actor} {_DID[activity.did][activity.planned]} {amount}{activity.chemical}{partner}."
    if activity.planned:
        return f"For {activity.year} {said}"
    return f"{_when(activity.day.isoformat() if activity.day else str(activity.year))} {said}"


def actor_named(site: str, plant: str, operator: str, state: str) -> str:
    """Return who an activity is of: a plant of a site, the site, or the State.

    >>> actor_named("Norwald works", "A", "Norwald Chemicals", "Nordavia")
    'Plant A of Norwald works (Norwald Chemicals, Nordavia)'
    """
    if not site:
        return state
    beside = ", ".join(filter(None, (operator, state)))
    return (f"Plant {plant} of {site}" if plant else site) + (f" ({beside})" if beside else "")


def _when(text: str) -> str:
    parts = text.split("-")
    try:
        if len(parts) == 3:
            return f"On {_day(date.fromisoformat(text))}"
        if len(parts) == 2:
            return f"In {_MONTHS[int(parts[1]) - 1]} {int(parts[0])}"
        return f"In {int(text)}" if text else ""
    except (ValueError, IndexError):
        return ""


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _people(count: str, verb: str) -> str:
    if not count.isdecimal():
        return ""
    number = int(count)
    if number == 0:
        return f"nobody was {verb}"
    return f"one person was {verb}" if number == 1 else f"{number:,} people were {verb}"


def _number(number: Decimal) -> str:
    return f"{number.normalize():,f}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
