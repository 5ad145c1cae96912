"""What a State is on the day of a shipment: a State Party, none, or unknown; and whether it was there at all."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from opencwc.convention import StateOnDay
from opencwc.convention.territories import all_territories
from opencwc.finding import Message, Value
from opencwc.transfers.check.shipment_cells import Side, is_former
from opencwc.wording.states import state_named


class Standing(NamedTuple):
    """What a State is on the day of a shipment: ``party``, ``not_party`` or ``unknown``."""

    side: Side
    status: str
    on: StateOnDay | None = None

    @property
    def named(self) -> Message | str:
        """The State's name, or the text of the row where it is not known or is no more."""
        known = self.side.code and not is_former(self.side.code)
        return state_named(self.side.code) if known else self.side.text

    @property
    def says(self) -> Message:
        """The State and what it is, in words."""
        status = self.on.status if self.on else "unknown"
        since = self.on.since.isoformat() if self.on and self.on.since else ""
        return Message(f"transfers_state_{status}", {"state": self.named, "since": since})


def existence_doubt(side: Side, day: date) -> Message | None:
    """Say that a State was no more, or not yet there, on the day of a shipment."""
    territory = all_territories().get(side.code)
    if territory is None:
        return None
    if territory.until is not None and territory.until < day:
        values: dict[str, Value] = {
            "state": side.text, "date": territory.until.isoformat(),
            "successors": tuple(state_named(successor) for successor in territory.successors),
        }  # fmt: skip
        return Message("transfers_check_state_no_more", values)
    if territory.since is not None and day < territory.since:
        since = territory.since.isoformat()
        return Message("transfers_check_state_not_yet", {"state": state_named(side.code), "date": since})
    return None
