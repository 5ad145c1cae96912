"""Which rows of a register a declaration rests on: those of its place and chemical, in the years that it looks at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from opencwc.declarations.aggregates import QUANTITIES
from opencwc.declarations.model import ACTIVITIES, Activity, Answer, Due
from opencwc.declarations.schedule_1 import MOVED
from opencwc.declarations.schedules_2_and_3 import ACTIVITIES_OF

MOST = 12
"""How many rows of a declaration are named."""


class RowsBehind:
    """The rows of an answer's register by what is declared of them."""

    def __init__(self, answer: Answer) -> None:
        self._activities = answer.register.activities
        self._chemicals = answer.chemicals

    def rows_of(self, line: Due) -> tuple[int, ...]:
        """Return the rows that a declaration rests on, the first `MOST` of them, in the order of the register."""
        return tuple(activity.row for activity in self.activities_of(line))

    def activities_of(self, line: Due) -> list[Activity]:
        """Return the activities that a declaration rests on."""
        place = (line.site, "" if line.regime == "OCPF" else line.key)
        candidates: Iterable[Activity] = self._by_place.get(place, ())
        fitting = (activity for activity in candidates if self._is_behind(activity, line))
        return [activity for activity, _ in zip(fitting, range(MOST), strict=False)]

    def _is_behind(self, activity: Activity, line: Due) -> bool:
        if (line.site and activity.site != line.site) or (line.plant and activity.plant != line.plant):
            return False
        if line.regime == "OCPF" and not self._is_of_other_facilities(activity, line):
            return False
        if activity.activity not in _activities_of(line):
            return False
        if activity.planned != (line.declaration in ("anticipated", "additional")) and line.declaration != "transfer":
            return False
        window = range(line.period - 2, line.period + 1) if line.regime == "S2" else (line.period,)
        return activity.year in (window if line.declaration == "past" else (line.period,))

    def _is_of_other_facilities(self, activity: Activity, line: Due) -> bool:
        """Tell whether a row is of what makes a plant site, or a PSF plant, an other facility."""
        chemical = self._chemicals.get(activity.row)
        if chemical is None or chemical.group or not chemical.organic:
            return False
        return chemical.psf or line.key != "psf"

    @cached_property
    def _by_place(self) -> dict[tuple[str, str], list[Activity]]:
        """The activities of a chemical at a site, of a chemical in the State, and of a site, each in their order."""
        rows: dict[tuple[str, str], list[Activity]] = defaultdict(list)
        for activity in self._activities:
            rows[activity.site, ""].append(activity)
            if (chemical := self._chemicals.get(activity.row)) is not None:
                rows[activity.site, chemical.key].append(activity)
                rows["", chemical.key].append(activity)
        return rows


def _activities_of(line: Due) -> tuple[str, ...]:
    """Return the activities that a declaration looks at."""
    if line.regime == "OCPF":
        return ("produce",)
    if line.regime == "S1":
        return (*MOVED, "acquire") if line.declaration in ("aggregate", "transfer") else ACTIVITIES
    if line.declaration == "aggregate":
        return (*QUANTITIES[line.regime], "acquire")  # from another State it is an import
    return ACTIVITIES_OF[line.regime]
