"""Checks of a register's books: each a function of its own, listed once in `CHECKS`.

A check takes `CheckedBooks` and yields a `Fault` for each thing that it finds; its docstring says what it finds, and
what the tables cannot tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from types import MappingProxyType

from opencwc.declarations.books import Books
from opencwc.declarations.checks.base import CheckedBooks
from opencwc.declarations.checks.capacity import above_capacity
from opencwc.declarations.checks.chemical_identity import chemical_disagrees
from opencwc.declarations.checks.copied_figures import figures_copied
from opencwc.declarations.checks.mass_balance import out_of_balance
from opencwc.declarations.checks.missing_years import year_missing
from opencwc.declarations.checks.partners import partner_not_party
from opencwc.declarations.checks.planned_production import planned_change
from opencwc.declarations.checks.schedule_1_facilities import facility_limit, laboratory_limit, single_facility
from opencwc.declarations.checks.schedule_1_purposes import outside_states_parties, purpose_not_allowed
from opencwc.declarations.checks.schedule_1_totals import state_acquires, state_holds
from opencwc.declarations.checks.trader_production import production_without_plant
from opencwc.declarations.checks.unit_slips import unit_slip
from opencwc.declarations.checks.years_to_come import not_planned
from opencwc.declarations.law import Law
from opencwc.declarations.model import GRAVITIES, Fault

Check = Callable[[CheckedBooks], Iterator[Fault]]

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "state-holds": state_holds,
        "state-acquires": state_acquires,
        "facility-limit": facility_limit,
        "laboratory-limit": laboratory_limit,
        "single-facility": single_facility,
        "purpose": purpose_not_allowed,
        "outside-states-parties": outside_states_parties,
        "partner": partner_not_party,
        "planned-change": planned_change,
        "not-planned": not_planned,
        "mass-balance": out_of_balance,
        "unit-slip": unit_slip,
        "capacity": above_capacity,
        "trader": production_without_plant,
        "chemical": chemical_disagrees,
        "missing-year": year_missing,
        "copied": figures_copied,
    }
)
"""Every check by its id, in the order in which faults of one gravity are told."""


def find_faults(books: Books, law: Law, year: int) -> tuple[Fault, ...]:
    """Return what the checks find in the years that the declarations of a calendar year rest on, the worst first."""
    checked = CheckedBooks(books, law, year)
    found = [
        ((GRAVITIES.index(fault.gravity), order, fault.subject), fault._replace(check=id))
        for order, (id, check) in enumerate(CHECKS.items())
        for fault in check(checked)
    ]
    return tuple(fault for _, fault in sorted(found, key=itemgetter(0)))
