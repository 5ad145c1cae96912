"""What changes over the years of one or several ledgers and deserves a look: proposals, each with its lines and chart.

Seven kinds, one file each. None of them says that anything is wrong: all are for a person. What rests on chance is told
with its probability, and with how many were looked at.

Read in this order: `trade` (the ledgers' lines), `base`, the kinds (`level_change` ...), `report` (out).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from opencwc.transfers.patterns.base import Proposal
from opencwc.transfers.patterns.end_use import EndUse
from opencwc.transfers.patterns.hub_share import HubShare
from opencwc.transfers.patterns.level_change import LevelChange
from opencwc.transfers.patterns.new_partner import NewPartner
from opencwc.transfers.patterns.new_route import NewRoute
from opencwc.transfers.patterns.over_consumption import OverConsumption
from opencwc.transfers.patterns.splitting import Splitting
from opencwc.transfers.patterns.trade import Trade

if TYPE_CHECKING:
    from opencwc.transfers.model import Ledger
    from opencwc.transfers.patterns.base import PatternKind
    from opencwc.transfers.patterns.trade import Consumption

PATTERN_KINDS: Mapping[str, PatternKind] = MappingProxyType({
    kind.id: kind
    for kind in (LevelChange(), NewPartner(), NewRoute(), HubShare(), Splitting(), EndUse(), OverConsumption())
})  # fmt: skip
"""The kinds of patterns by their ids, in the order in which they are told."""


def find_patterns(
    ledgers: Sequence[Ledger], register: Consumption | None = None, kinds: Collection[str] = PATTERN_KINDS
) -> list[Proposal]:
    """Return what deserves a look in these ledgers, the most unusual and largest first.

    ``register`` says what States declare to have consumed; ``kinds`` are ids of `PATTERN_KINDS`. Neither the order of
    the lines nor the unit that they were written in makes a difference.
    """
    trade = Trade.of(ledgers, register)
    if not len(trade.lines):
        return []
    proposals = [proposal for id, kind in PATTERN_KINDS.items() if id in kinds for proposal in kind.find(trade)]
    return sorted(_without_partners_on_routes(proposals), key=lambda proposal: proposal.rank)


def _without_partners_on_routes(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Leave out a new partner of a State that hands on to it: that is told as a new route."""
    onward = {
        (proposal.substance.key, proposal.via, proposal.importer)
        for proposal in proposals
        if proposal.kind == NewRoute.id
    }
    return [
        proposal
        for proposal in proposals
        if proposal.kind != NewPartner.id
        or (proposal.substance.key, proposal.exporter, proposal.importer) not in onward
    ]
