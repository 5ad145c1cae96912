"""The ledger that `opencwc declare --trade` compares a register with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from opencwc.cli import options
from opencwc.finding import Message

if TYPE_CHECKING:
    from opencwc.declarations.model import Answer


def with_trade_of(answer: Answer, source: str, columns: Mapping[str, str], as_of: str) -> tuple[Answer, list[Message]]:
    """Return an answer with the faults that a ledger shows beside it, and how much of the ledger was not compared."""
    from opencwc.declarations.ledger_comparison import no_parties, with_trade
    from opencwc.declarations.ledger_parties import parties_of

    (ledger,) = options.read_ledgers([source], columns)
    parties = no_parties if source == "-" else partial(parties_of, Path(source), ledger.name)
    compared = with_trade(answer, ledger, options.day_asked(as_of), parties=parties)
    return compared, list(compared.compared.trade)
