"""Records dated before the one before them, or later than now: clocks drift, so they are told with by how much."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from opencwc.casebook.key_trust import Remark

_MOMENT = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z")


@dataclass
class RecordTimes:
    """The moment of the record before, and the moment of the reading."""

    now: str
    _last: str = ""
    _last_seq: int = 0

    def take(self, seq: int, at: str) -> list[Remark]:
        """Take in the moment of the next record, and return what is odd about it.

        >>> times = RecordTimes("2026-11-28T12:00:00.000000Z")
        >>> times.take(1, "2026-11-28T11:00:00.000000Z")
        []
        >>> [(remark.code, remark.values["seconds"]) for remark in times.take(2, "2026-11-28T10:59:58.500000Z")]
        [('verify_dated_before', '1.5')]
        """
        remarks: list[Remark] = []
        if not _MOMENT.fullmatch(at):
            return remarks
        if at < self._last:
            values = {"seq": seq, "other": self._last_seq, "seconds": _seconds(at, self._last)}
            remarks.append(Remark(seq, "verify_dated_before", values))
        if at > self.now:
            remarks.append(Remark(seq, "verify_dated_ahead", {"seq": seq, "seconds": _seconds(self.now, at)}))
        self._last, self._last_seq = at, seq
        return remarks


def _seconds(earlier: str, later: str) -> str:
    """Return the seconds between two moments, without zeros at the end.

    >>> _seconds("2026-11-28T10:00:00.000000Z", "2026-11-28T10:01:00.250000Z")
    '60.25'
    """
    between = (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
    return f"{between:.6f}".rstrip("0").rstrip(".")
