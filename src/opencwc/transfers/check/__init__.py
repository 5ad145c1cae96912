"""May a planned shipment go? `check` says it of each one, and what is still needed.

Read in this order: `shipments` (the ledger in), `certificates`, `identification` (which entries), `checking`, then the
rules one by one: `weighing`, `rule_effects`, `schedule_1_rules`. Then `consignees` (names), `formats` and `report`
(out), `paper_facts` and `papers`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencwc.transfers.check.checking import Answer


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
    from opencwc.transfers.check.certificates import read_certificates
    from opencwc.transfers.check.checking import Checker
    from opencwc.transfers.check.shipments import read_shipments

    chosen = lists.split(",") if isinstance(lists, str) else lists
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of or date.today()
    question = Question(day, tuple(name.strip() for name in chosen if name.strip()))
    at_hand = read_certificates(certificates) if certificates else ()
    yield from Checker(question, at_hand).check(read_shipments(source, given=columns).shipments)
