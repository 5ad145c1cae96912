"""The watch on live inputs: counts by class, confidence and length, never a text; compared with those of the card.

The counts of a model stand in one small file of fixed size, one slot a week for eight weeks. A count is a few bytes
read and written under a lock, with no wait for the disk: a lost count after a power cut changes no conclusion.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from opencwc.models.model import Reference
from opencwc.models.state_files import locked
from opencwc.models.statistics import same_source, stability_index

WEEKS = 8
LENGTHS = (10, 20, 40, 80, 160, 320, 640)
"""Upper ends of the bins of length, in signs; the last bin is open."""
TENTHS = 10
ENOUGH = 100
"""Below so many inputs nothing is said of drift, for or against."""
WATCH, DRIFT = 0.1, 0.25
"""The habitual bounds of the stability index (credit scoring since the 1990s); chance is ruled out beside it."""
CHANCE = 0.001


class Observation(NamedTuple):
    """What is kept of one live input: the class given, the confidence, the length in signs."""

    label: str
    confidence: float
    length: int


@dataclass(frozen=True, slots=True)
class Compared:
    """How the live inputs stand to the reference in one respect."""

    aspect: str
    index: float
    chance: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Drift:
    """What is to be said of a model's live inputs: ``few``, ``ok``, ``watch`` or ``drift``."""

    n: int
    reference: int
    verdict: str
    aspects: tuple[Compared, ...] = ()


class DriftWatch:
    """The live counts of one model: ``DriftWatch(folder, card.id, classes)``; any number of processes may add."""

    def __init__(self, folder: Path, id: str, classes: Iterable[str]) -> None:
        self.path = folder / "models" / f"{id}.counts"
        self.classes = tuple(sorted(classes))
        self._width = len(self.classes) + TENTHS + len(LENGTHS) + 1
        self._slot = struct.Struct(f"<{self._width + 1}Q")
        shape = repr((self.classes, TENTHS, LENGTHS, WEEKS)).encode()
        self._head = b"CWCD" + blake2b(shape, digest_size=12).digest()

    def add(self, observations: Iterable[Observation], on: date | None = None) -> None:
        """Count live inputs; one call for a batch costs as much as one for a single input. Raises `OSError`."""
        places = [place for observation in observations for place in self._places(observation)]
        if not places:
            return
        week = _week(on or datetime.now(UTC).date())
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with locked(handle):
                self._shape(handle)
                offset = len(self._head) + (week % WEEKS) * self._slot.size
                os.lseek(handle, offset, os.SEEK_SET)
                counts = list(self._slot.unpack(os.read(handle, self._slot.size)))
                if counts[0] > week:
                    return  # a clock that went back: this week's slot belongs to a later one
                if counts[0] != week:
                    counts = [week] + [0] * self._width
                for place in places:
                    counts[place + 1] += 1
                os.lseek(handle, offset, os.SEEK_SET)
                os.write(handle, self._slot.pack(*counts))
        finally:
            os.close(handle)

    def counts(self, weeks: int = 4, on: date | None = None) -> Reference:
        """Return the counts of the last weeks, the present one among them."""
        now = _week(on or datetime.now(UTC).date())
        total = [0] * self._width
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            raw = b""
        if raw[: len(self._head)] == self._head and len(raw) == len(self._head) + WEEKS * self._slot.size:
            for slot in self._slot.iter_unpack(raw[len(self._head) :]):
                if now - min(weeks, WEEKS) < slot[0] <= now:
                    total = [one + other for one, other in zip(total, slot[1:], strict=True)]
        size = len(self.classes)
        classes = dict(zip(self.classes, total[:size], strict=True))
        return Reference(classes, tuple(total[size : size + TENTHS]), tuple(total[size + TENTHS :]))

    def _shape(self, handle: int) -> None:
        """Begin anew where the file is new, of another shape or cut short."""
        size = len(self._head) + WEEKS * self._slot.size
        if os.fstat(handle).st_size == size and os.read(handle, len(self._head)) == self._head:
            return
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, self._head + bytes(size - len(self._head)))

    def _places(self, seen: Observation) -> tuple[int, int, int]:
        tenths = len(self.classes)
        lengths = tenths + TENTHS
        return self.classes.index(seen.label), tenths + tenth_of(seen.confidence), lengths + length_bin(seen.length)


def measure_drift(reference: Reference, live: Reference) -> Drift:
    """Compare live counts with those of the card.

    Drift is said where the stability index passes its bound and chance alone does not explain it (chi-square, with
    both numbers of cases); with fewer than a hundred inputs nothing is said at all.
    """
    if live.total < ENOUGH:
        return Drift(live.total, reference.total, "few")
    labels = sorted({*reference.classes, *live.classes})
    expected, seen = ([counts.classes.get(label, 0) for label in labels] for counts in (reference, live))
    aspects = (
        _compare("classes", expected, seen),
        _compare("confidence", reference.confidence, live.confidence),
        _compare("lengths", reference.lengths, live.lengths),
    )
    order = ("ok", "watch", "drift")
    return Drift(live.total, reference.total, max((aspect.verdict for aspect in aspects), key=order.index), aspects)


def tenth_of(confidence: float) -> int:
    """Return the tenth that a confidence stands in, counted from 0."""
    return min(max(int(confidence * TENTHS), 0), TENTHS - 1)


def length_bin(length: int) -> int:
    """Return the bin that a length in signs stands in, counted from 0."""
    return next((place for place, end in enumerate(LENGTHS) if length <= end), len(LENGTHS))


def counted(observations: Iterable[Observation], classes: Iterable[str]) -> Reference:
    """Return the counts of inputs, as a card holds them."""
    confidence, lengths = [0] * TENTHS, [0] * (len(LENGTHS) + 1)
    by_class = dict.fromkeys(sorted(classes), 0)
    for observation in observations:
        by_class[observation.label] += 1
        confidence[tenth_of(observation.confidence)] += 1
        lengths[length_bin(observation.length)] += 1
    return Reference(by_class, tuple(confidence), tuple(lengths))


def _compare(aspect: str, expected: Sequence[int], seen: Sequence[int]) -> Compared:
    index, chance = stability_index(expected, seen), same_source(expected, seen)
    verdict = "ok"
    if chance < CHANCE and index >= WATCH:
        verdict = "drift" if index >= DRIFT else "watch"
    return Compared(aspect, index, chance, verdict)


def _week(day: date) -> int:
    return day.toordinal() // 7
