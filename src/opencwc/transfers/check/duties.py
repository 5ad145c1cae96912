"""Duties that follow from the rules for an entry of a shipment: what becomes of each, and until when it is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import reduce
from typing import NamedTuple

from opencwc.convention import Deadline, TransferRule
from opencwc.finding import Message, Rule, Value
from opencwc.transfers.check.shipment_cells import Amount

STATES_OF_DUTY = ("broken", "late", "needed", "met", "later", "told")
"""What becomes of a rule: not kept; too late for that day; still needed; met by the papers held; to be done afterwards;
told."""


class Owed(NamedTuple):
    """A duty that follows from a rule for an entry of a shipment.

    ``state`` is among `STATES_OF_DUTY`; ``due`` the last day for it, where there is one; ``why`` what is wrong with the
    papers held, or what they do; ``by`` the codes of the States that owe it; ``missing`` what no certificate covers.
    """

    rule: TransferRule
    entry: Rule
    state: str
    says: Message
    due: date | None = None
    by: tuple[str, ...] = ()
    why: tuple[Message, ...] = ()
    missing: Amount | None = None

    @property
    def told(self) -> Message:
        """The duty in words, with what has become of it."""
        values: dict[str, Value] = {"says": self.says, "due": self.due.isoformat() if self.due else ""}
        owed = Message(f"transfers_owed_{self.state}{'_by' if self.due else ''}", values)
        return joined([owed, *self.why])


def joined(messages: Sequence[Message]) -> Message:
    """Say messages one after the other, each once."""
    once = {repr(message): message for message in messages}
    return reduce(lambda first, second: Message("transfers_and", {"first": first, "second": second}), once.values())


def due_on(deadline: Deadline, day: date) -> date | None:
    """Return the last day for what a deadline asks of a transfer on a day; ``None`` where it speaks of no transfer.

    >>> from opencwc.convention import Convention
    >>> [due_on(rule, date(2023, 5, 10)) for rule in Convention(date(2023, 5, 10)).deadlines if rule.id == "s1-notice"]
    [datetime.date(2023, 4, 10)]
    """
    if deadline.due == "by":
        return day
    if deadline.amount is None or deadline.unit != "days":
        return None
    if deadline.due == "before":
        return day - timedelta(days=deadline.amount)
    if deadline.anchor in ("year_end", "previous_year_end"):
        return date(day.year, 12, 31) + timedelta(days=deadline.amount)
    return day + timedelta(days=deadline.amount)
