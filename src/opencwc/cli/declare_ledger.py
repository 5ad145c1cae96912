"""`opencwc declare --format ledger`: the imports and exports that a register declares, as a ledger to reconcile."""

from __future__ import annotations

from opencwc.cli import options
from opencwc.cli.declare_asked import DeclareAsked
from opencwc.cli.declare_books import DeclareBooks
from opencwc.cli.declare_lines import FORMATS, write_text


def write_ledger(asked: DeclareAsked) -> int:
    """Write the imports and exports that a register declares as a ledger; return the exit status."""
    from opencwc.declarations.ledger_comparison import declared_trade
    from opencwc.declarations.national_trade import trade_as_ledger

    asked.refuse_overwriting()
    asked.format_among(FORMATS)
    books = DeclareBooks.read(asked)
    answer, compared = books.compared(books.judge())
    books.keep(answer, compared=bool(compared))
    told = books.told_of(answer, compared)
    write_text(trade_as_ledger(declared_trade(answer, options.day_asked(asked.law.as_of))), asked.output, told)
    return 1 if answer.problems else 0
