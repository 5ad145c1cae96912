"""The ledger that `opencwc declare --trade` compares a register with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from opencwc.cli import options
from opencwc.finding import Message

if TYPE_CHECKING:
    from opencwc.declarations.model import Answer


def with_trade_of(answer: Answer, source: str, columns: Mapping[str, str], as_of: str) -> tuple[Answer, list[Message]]:
    """Return an answer with the faults that a ledger shows beside it, and how much of the ledger was not compared."""
    from opencwc.declarations.ledger_comparison import with_trade

    (ledger,) = options.read_ledgers([source], columns)
    compared = with_trade(answer, ledger, options.day_asked(as_of))
    return compared, list(compared.compared.trade)
