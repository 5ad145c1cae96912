"""The law that a register is judged by: the Convention on a day, a profile, and readings where it leaves a choice."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from opencwc.convention import Convention, Deadline, Threshold
from opencwc.convention.declaration_rules import (
    TREATY,
    Profile,
    Reading,
    check_choices,
    of_activity,
    profile_files,
    read_declaration_rules,
    read_profile,
)
from opencwc.convention.fields import read_yaml
from opencwc.convention.model import DAY_OF_YEAR
from opencwc.errors import SettingsError
from opencwc.settings import load_settings
from opencwc.wording import did_you_mean

FIRST_YEAR = 1997
"""The year in which the Convention entered into force (Art. XXI)."""
KG = {"t": Decimal(1000), "kg": Decimal(1), "g": Decimal("0.001"), "mg": Decimal("0.000001")}
DECLARED = {
    "2A*": ("s2-bz-declare", "s2-bz-inspect", "s2a-low"),
    "2A": ("s2a-declare", "s2a-inspect", "s2a-low"),
    "2B": ("s2b-declare", "s2b-inspect", "s2b-low"),
    "3": ("s3-declare", "s3-inspect", "s3-low"),
}
"""By the part of a Schedule: from which amount it is declared (VA VII.3(a), VA VII.3(b), VA VII.3(c), VA VIII.3) and
inspected (VA VII.12(a), VA VII.12(b), VA VII.12(c), VA VIII.12), and up to which strength a mixture is not
declared (VA VII.5, VA VIII.5)."""


class Law:
    """Thresholds, deadlines, ranges and readings of declarations; a threshold out of force is ``None``.

    ``profile`` is the id of a national profile, or a file of one. ``readings`` turn choices that the treaty leaves.
    Raises `SettingsError` where there is no such profile, `RuleError` where it cannot hold or a choice is none.
    """

    def __init__(
        self,
        as_of: date | None = None,
        profile: str = TREATY,
        readings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.convention = Convention(as_of, ("CWC",))
        settings = load_settings()
        self._rules = read_declaration_rules(settings.cache)
        self._thresholds = {threshold.id: threshold for threshold in self.convention.thresholds}
        self._deadlines = {deadline.id: deadline for deadline in self.convention.deadlines}
        self.profile = self._profile(profile)
        check_choices(readings, self._rules.readings, "--reading")
        self._asked = dict(readings)
        self._kg: dict[str, Decimal | None] = {}
        self._chosen = {**self.profile.readings, **readings}

    @property
    def is_treaty(self) -> bool:
        """Whether nothing but the Convention is asked."""
        return self.profile.id == TREATY

    @cached_property
    def treaty(self) -> Law:
        """The Convention alone on the same day, with the readings that were asked for and none of the profile's."""
        return self if self.is_treaty else Law(self.convention.as_of, readings=self._asked)

    @cached_property
    def turned(self) -> tuple[Reading, ...]:
        """The readings that are not taken as the Convention's are by default, each with the choice taken."""
        return tuple(new for new, plain in zip(self.readings, self._rules.readings, strict=True) if new != plain)

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """All readings of what the treaty leaves open, each with the choice taken."""
        return tuple(reading._replace(choice=self.reading(reading.id)) for reading in self._rules.readings)

    def in_force_in(self, year: int) -> bool:
        """Tell whether the Convention is in force on the day of the law, and was in a year."""
        return year >= FIRST_YEAR and "s2-past" in self._deadlines

    def threshold(self, id: str, activity: str = "") -> Threshold | None:
        """Return the threshold of an id, the profile's where it has one; ``None`` where it is not in force.

        A profile may have another for one ``activity``.
        """
        for key in (of_activity(id, activity), id) if self.profile.thresholds else ():
            national = self.profile.thresholds.get(key)
            if national is not None and national.in_force.holds_on(self.convention.as_of):
                return national
        return self._thresholds.get(id)

    def has_deadline(self, id: str) -> bool:
        """Tell whether an id is that of a deadline of the Convention."""
        return id in self._deadlines

    def has_own_threshold(self, id: str) -> bool:
        """Tell whether the profile has a threshold of its own in place of the Convention's."""
        return self.threshold(id) is not self._thresholds.get(id)

    def has_own_day(self, id: str, activity: str = "") -> bool:
        """Tell whether the profile has a deadline of its own in place of the Convention's."""
        return self.deadline(id, activity) is not self._deadlines[id]

    def is_met(self, id: str, kg: Decimal) -> bool:
        """Tell whether an amount in kg is what a threshold speaks of: more than 1 t, at most 5 mg.

        >>> law = Law(date(2026, 11, 28))
        >>> law.is_met("s2b-declare", Decimal(1000)), law.is_met("s1-saxitoxin", Decimal("0.000005"))
        (False, True)
        """
        threshold = self.threshold(id)
        return threshold is not None and threshold.holds(kg / KG[threshold.unit])

    def is_low(self, id: str, activity: str, percent: Decimal) -> bool:
        """Tell whether a mixture of such a strength is one that a rule on low concentrations leaves out."""
        threshold = self.threshold(id, activity)
        return threshold is not None and threshold.holds(percent)

    def kg(self, id: str) -> Decimal | None:
        """Return the amount of a threshold in kg; ``None`` where it is not in force."""
        if id not in self._kg:
            threshold = self.threshold(id)
            self._kg[id] = Decimal(threshold.quantity or 0) * KG[threshold.unit] if threshold else None
        return self._kg[id]

    def percent(self, id: str) -> Decimal | None:
        """Return the strength up to which a mixture is not counted; ``None`` where there is no such rule."""
        threshold = self.threshold(id)
        return Decimal(threshold.quantity) if threshold and threshold.quantity is not None else None

    def deadline(self, id: str, activity: str = "") -> Deadline:
        """Return the deadline of an id, the profile's where it has one, which may be of one ``activity`` alone."""
        for key in (of_activity(id, activity), id):
            national = self.profile.deadlines.get(key)
            if national is not None and national.in_force.holds_on(self.convention.as_of):
                return national
        return self._deadlines[id]

    def due(self, id: str, year: int, day: date | None = None, activity: str = "") -> date:
        """Return the last day of a deadline that falls into a calendar year, or that counts from a ``day``.

        >>> law = Law(date(2026, 11, 28))
        >>> [law.due(id, 2024).isoformat() for id in ("s2-past", "s2-anticipated", "s1-anticipated", "ocpf-update")]
        ['2024-03-30', '2024-11-02', '2024-10-03', '2024-03-31']
        >>> law.due("s3-additional", 2026, date(2026, 6, 1)).isoformat()
        '2026-05-27'
        """
        return last_day(self.deadline(id, activity), year, day)

    def reading(self, id: str) -> str:
        """Return the reading that is taken of what the treaty leaves open."""
        if id in self._chosen:
            return self._chosen[id]
        return next(reading.choice for reading in self._rules.readings if reading.id == id)

    def range_code(self, of: str, kg: Decimal) -> str:
        """Return the code of the range in which an amount is declared; empty below the first.

        >>> law = Law(date(2026, 11, 28))
        >>> [law.range_code("s3", Decimal(kg)) for kg in (30_001, 200_000, 100_000_000, 100_000_001)]
        ['B21', 'B22', 'B24', 'B25']
        """
        tonnes = kg / KG["t"]
        ranges = (known for known in self._rules.ranges if known.of == of)
        return next((known.code for known in ranges if known.holds(tonnes)), "")

    def _profile(self, asked: str) -> Profile:
        files = profile_files(_own_profiles())
        file = files.get(asked, files.get(asked.upper()))
        if file is None and asked.endswith((".yaml", ".yml")) and Path(asked).is_file():
            file = Path(asked)
        if file is None:
            from difflib import get_close_matches

            near = get_close_matches(asked.upper(), files, n=1)
            raise SettingsError("no_such_profile", profile=asked, known=tuple(files), guess=did_you_mean(*near))
        return read_profile(file, self._thresholds, self._deadlines)


def last_day(deadline: Deadline, year: int, day: date | None = None) -> date:
    """Return the last day of a deadline: in a calendar year, or counted from a ``day`` (of an activity, a transfer)."""
    amount = timedelta(days=deadline.amount or 0)
    if deadline.due in DAY_OF_YEAR:
        month, of_month = deadline.month or 1, deadline.day or 1
        fixed = date(year, month, of_month) if (month, of_month) != (2, 29) else date(year, 3, 1) - timedelta(days=1)
        return fixed - timedelta(days=1) if deadline.due == "before_day" else fixed
    if day is not None:
        if deadline.unit == "months" and deadline.due != "by":
            return _months_from(day, (deadline.amount or 0) * (1 if deadline.due == "after" else -1))
        return day if deadline.due == "by" else day + (amount if deadline.due == "after" else -amount)
    anchors = {
        "year_end": date(year - 1, 12, 31),
        "previous_year_end": date(year - 1, 12, 31),
        "year_start": date(year, 1, 1),
        "next_year": date(year + 1, 1, 1),
    }
    anchor = anchors[deadline.anchor]
    return anchor + amount if deadline.due == "after" else anchor - amount


def profiles() -> dict[str, Mapping[str, str]]:
    """Return the profiles at hand by their ids, the treaty first, each with its titles by language."""
    files = profile_files(_own_profiles())
    ids = sorted(files, key=lambda id: (id != TREATY, id))
    return {id: dict(read_yaml(files[id]).get("title") or {}) for id in ids}


def _months_from(day: date, months: int) -> date:
    """Return the same day of another month, or its last where the month is shorter.

    >>> _months_from(date(2026, 9, 30), -7)
    datetime.date(2026, 2, 28)
    """
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))


def _own_profiles() -> Path | None:
    """Return the folder of the user's own profiles, where there is one."""
    folder = load_settings().folder / "profiles"
    return folder if folder.is_dir() else None
