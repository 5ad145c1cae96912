"""`opencwc transfers`: may a shipment go, and do the two sides' books agree?"""

from __future__ import annotations

import typer

from opencwc.cli.transfers_check import check
from opencwc.cli.transfers_consignees import consignees
from opencwc.cli.transfers_letters import letters
from opencwc.cli.transfers_papers import papers
from opencwc.cli.transfers_patterns import patterns
from opencwc.cli.transfers_reconcile import reconcile

transfers = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Planned transfers, and what two States' books say of past ones."
)
for _command in (check, papers, consignees, reconcile, letters, patterns):
    transfers.command()(_command)
