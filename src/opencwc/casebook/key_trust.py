"""Who vouches for each stretch of the record: a pinned key, one that such a key handed over to, or nobody known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from opencwc.casebook.pinned_keys import Pin, PinnedKeys
from opencwc.errors import SettingsError
from opencwc.finding import Message, Value

NOBODY, STRANGER, HANDED_OVER, SIGNED_OVER, GIVEN = "nobody", "stranger", "handed_over", "signed_over", "given"
_ON_TRUST = ("first_use", "restored")


@dataclass
class Stretch:
    """The records from one number to another, signed with one key, and why that key counts.

    ``by`` is why the key is pinned (`Pin.because`), ``handed_over`` (from or to a key that counts, in a record),
    ``signed_over`` (by a later key that is pinned on trust), ``given`` (by who asked), ``nobody`` (no key is pinned) or
    ``stranger``. ``since`` is the moment of the pin.
    """

    key: str
    first: int
    last: int
    by: str
    since: str = ""

    @property
    def vouched(self) -> bool:
        """Tell whether somebody vouches for the key."""
        return self.by not in (NOBODY, STRANGER)

    @property
    def says(self) -> Message:
        """What there is to say of the stretch."""
        values: dict[str, Value] = {"key": self.key, "first": self.first, "last": self.last, "since": self.since[:10]}
        return Message(f"verify_key_{self.by}", values)


@dataclass(frozen=True)
class Remark:
    """Something that a person should know, though it need not be a fault: of which record, and what."""

    seq: int
    code: str
    values: dict[str, Any]

    @property
    def says(self) -> Message:
        """The message that says it."""
        return Message(self.code, self.values)


@dataclass
class KeyTrust:
    """The keys that count, and the stretches of the record as they are walked.

    ``pins`` are those of the casebook, ``given`` fingerprints that count instead of them; ``changes`` are the bodies
    of the records of changes by their numbers.
    """

    changes: Mapping[int, Mapping[str, Any]]
    pins: tuple[Pin, ...] = ()
    given: frozenset[str] = frozenset()
    stretches: list[Stretch] = field(default_factory=list)

    def take(self, first: int, last: int, key: str) -> None:
        """Take in a checkpoint over some records."""
        former = self.stretches[-1] if self.stretches else None
        if former is not None and former.key == key and not self._gives_up(former):
            former.last = last
        else:
            self.stretches.append(Stretch(key, first, last, *self._known(key)))

    def finish(self) -> tuple[list[tuple[int, str]], list[Remark]]:
        """Say who vouches for each stretch; return what is wrong, each with its record, and what to remark."""
        pairs = list(zip(self.stretches, self.stretches[1:], strict=False))
        for former, following in pairs:
            if former.vouched and not following.vouched and self._hands_over(former, following):
                following.by = HANDED_OVER
        for former, following in reversed(pairs):  # who takes over vouches for all that came before
            if following.vouched and not former.vouched and self._hands_over(former, following):
                former.by = HANDED_OVER
            elif following.vouched and not former.vouched and self._on_trust:
                former.by = SIGNED_OVER
        return self._faults(), [remark for pair in pairs if (remark := self._remark(*pair))]

    @property
    def _on_trust(self) -> bool:
        """Whether the house knows its key by first use alone; what that key found before it, it signed over.

        Nothing is written after a key that hands over to nobody, so this is a history from before keys were pinned.
        """
        return bool(self.pins) and not self.given and all(pin.because in _ON_TRUST for pin in self.pins)

    def _known(self, key: str) -> tuple[str, str]:
        if self.given:
            return (GIVEN if key in self.given else STRANGER), ""
        pinned = next((pin for pin in self.pins if pin.fingerprint == key), None)
        if pinned is not None:
            return pinned.because, pinned.since
        return (STRANGER if self.pins else NOBODY), ""

    def _gives_up(self, stretch: Stretch) -> bool:
        change = self.changes.get(stretch.last)
        return change is not None and change["former"] == stretch.key and not change["lost"]

    def _hands_over(self, former: Stretch, following: Stretch) -> bool:
        return self._gives_up(former) and self.changes[former.last]["next"] == following.key

    def _faults(self) -> list[tuple[int, str]]:
        faults: dict[str, tuple[int, str]] = {}
        given_up: dict[str, int] = {}
        for stretch in self.stretches:
            if stretch.key in given_up:
                what = f"the key {stretch.key} was given up in record {given_up[stretch.key]}, and signs again"
                faults.setdefault(stretch.key, (stretch.first, what))
            elif stretch.by == STRANGER:
                what = f"the key {stretch.key} is none of those that may sign"
                faults.setdefault(stretch.key, (stretch.first, what))
            if self._gives_up(stretch):
                given_up[stretch.key] = stretch.last
        return list(faults.values())

    def _remark(self, former: Stretch, following: Stretch) -> Remark | None:
        values = {"former": former.key, "key": following.key}
        if self._hands_over(former, following):
            return Remark(former.last, "verify_key_change", {**values, "seq": former.last})
        if STRANGER in (former.by, following.by) or former.key == following.key:
            return None
        lost = self.changes.get(following.first, {}).get("lost", False)
        return Remark(
            following.first,
            f"verify_key_change_{'lost' if lost else 'unexplained'}",
            {**values, "seq": following.first},
        )


def key_trust(
    pins: PinnedKeys, casebook: str, given: Iterable[str], changes: Mapping[int, Mapping[str, Any]]
) -> tuple[KeyTrust, str]:
    """Return the trust of a casebook, and why its pins cannot be read, empty where they can."""
    if keys := frozenset(given):
        return KeyTrust(changes, given=keys), ""
    try:
        return KeyTrust(changes, pins.of(casebook)), ""
    except SettingsError as error:
        return KeyTrust(changes), error.what
