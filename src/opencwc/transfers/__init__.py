"""Transfers: may a planned shipment go (`check`), and do the two sides' books agree (`reconcile`)?

Read in this order. `check`: `shipments` (the ledger in), `certificates`, `identifying`, `checking`, `weighing` (rule by
rule), `consignees`, `check_formats` and `check_reporting` (out), `papers`. `reconcile`: `ledgers` (in), `matching`
and `matching_kernel` (line by line), `comparing` (the signs of each sum), `causes` (why), `reconciling` (ranked),
`reporting` and `letters` (out). `patterns`: what changes over the years.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencwc.transfers.checking import Answer
    from opencwc.transfers.reconciling import Reconciled


def check(
    source: Path,
    *,
    certificates: Path | None = None,
    as_of: date | str | None = None,
    lists: str | Sequence[str] = (),
    columns: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Answer]:
    """Say of each planned shipment of a ledger whether it may go, and what is still needed.

    ``source`` is a table file; ``certificates`` one of end-use certificates that came in. ``as_of`` is the day on
    which it is asked (the rules are those of each shipment's own day); ``lists`` are ids of lists, the Convention's
    Schedules where none is named; ``columns`` says which column holds a field (``{"from": "Absender"}``). Raises
    `InputError` where a file cannot be read.
    """
    from opencwc.screening.model import Question
    from opencwc.transfers.certificates import read_certificates
    from opencwc.transfers.checking import check as check_shipments
    from opencwc.transfers.shipments import read_shipments

    chosen = lists.split(",") if isinstance(lists, str) else lists
    question = Question(_day(as_of), tuple(name.strip() for name in chosen if name.strip()))
    held = read_certificates(certificates) if certificates else ()
    yield from check_shipments(read_shipments(source, given=columns).shipments, question, held)


def reconcile(
    *sources: Path,
    as_of: date | str | None = None,
    model: bool = True,
    columns: Mapping[str, str] = MappingProxyType({}),
) -> Reconciled:
    """Say where the books of exporters and importers disagree, why probably, and in which order to look.

    ``sources`` are two or more ledgers, or one with several reporters. ``table()`` of the answer is the ranked list,
    ``matches()`` says what became of each line. ``model`` false has plain rules propose the causes; ``columns`` says
    which column holds a field (``{"quantity": "Weight", "unit": "=kg"}``). Raises `InputError` where a file is no
    ledger.
    """
    from opencwc.transfers.ledgers import read_ledger
    from opencwc.transfers.reconciling import reconcile as reconcile_ledgers

    return reconcile_ledgers([read_ledger(one, given=columns) for one in sources], _day(as_of), model=model)


def _day(as_of: date | str | None) -> date:
    return date.fromisoformat(as_of) if isinstance(as_of, str) else as_of or date.today()
