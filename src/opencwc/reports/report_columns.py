"""The facts of reports in columns: what lists of outlets, pages and topics count, without a report being read.

A fact that many reports share stands once in a list of values, as in the columns of events; an address and an id are
known by their hashes.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from opencwc.files.sections import Sections, SectionWriter
from opencwc.records import known
from opencwc.reports.event_columns import Shared, joined_values
from opencwc.reports.intake.hosts import host_of
from opencwc.reports.model import Report
from opencwc.reports.watched import Line

_SHARED: Mapping[str, tuple[Any, Callable[[Line], Any]]] = {
    "outlet": (str, lambda line: named_outlet(line.told.report)),
    "host": (str, lambda line: host_of(line.told.report.url)),
    "lang": (str, lambda line: line.told.lang),
    "given_lang": (str, lambda line: line.told.report.lang),
    "kind": (str, lambda line: line.told.nature.kind),
    "topics": (tuple[str, ...], lambda line: tuple(one.topic for one in line.told.topics)),
}
"""What reports share: the type of a value, and how a report has it."""
_NUMBERS: Mapping[str, str] = {
    "published": "f8", "taken": "f8", "month": "i4", "ids": "u8", "urls": "u8", "files": "u8", "said": "u8",
    "first": "i4", "again": "?", "latest": "u4",
}  # fmt: skip
_TAKEN = ("published", "taken", "month", "ids", "urls", "files", "said")
"""The columns that a report has by itself."""


class ReportColumns(Struct, frozen=True):
    """The reports in columns, all of one length.

    ``published`` and ``taken`` are seconds since 1970, the latter NaN where no archive captured the report; ``month``
    counts months from the year 0, by the clock of the outlet. ``ids``, ``urls`` (0 without one) and ``files`` are
    hashes; so is ``said``, of the title and of the words in whatever order. ``first`` is the report whose text each
    counts as: the first of its origin, on no event the first that it nearly copies, else itself. ``again`` tells which
    have the id and the moment of an earlier one. ``latest`` are the numbers of the reports, the last published first.
    """

    published: NDArray[np.float64]
    taken: NDArray[np.float64]
    month: NDArray[np.int32]
    ids: NDArray[np.uint64]
    urls: NDArray[np.uint64]
    files: NDArray[np.uint64]
    said: NDArray[np.uint64]
    first: NDArray[np.int32]
    again: NDArray[np.bool_]
    latest: NDArray[np.uint32]
    shared: Mapping[str, Shared]

    def __len__(self) -> int:
        return len(self.published)

    @property
    def keys(self) -> NDArray[np.uint64]:
        """What the reports are known by in every run: a hash of the id and of when each was published."""
        keys: NDArray[np.uint64] = self.ids ^ np.ascontiguousarray(self.published).view(np.uint64)
        return keys

    def of(self, name: str, wanted: Callable[[Any], bool]) -> NDArray[np.bool_]:
        """Tell of each report whether its value of a fact is one of those wanted."""
        numbers, values = self.shared[name]
        fits: NDArray[np.bool_] = np.fromiter(map(wanted, values), np.bool_, len(values))
        return fits[numbers]

    def with_first(self, first: NDArray[np.int32]) -> ReportColumns:
        """Return the reports with other texts that they count as."""
        return structs.replace(self, first=first)


def named_outlet(report: Report) -> str:
    """Return the outlet of a report by its name, else by its host."""
    return " ".join(report.source.split()) or host_of(report.url)


def name_hash(name: str) -> int:
    """Return the hash by which a name is looked up in a file."""
    return int.from_bytes(blake2b(name.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def url_hash(url: str) -> int:
    """Return the hash of the address of a page, 0 where it is none."""
    return name_hash(url) if url.startswith(("http://", "https://")) else 0


def columns_of_reports(lines: Iterable[Line], first: NDArray[np.int32]) -> ReportColumns:
    """Return reports in columns; ``first`` is the report whose text each counts as."""
    numbers: dict[str, Any] = {name: array(np.dtype(_NUMBERS[name]).char) for name in _TAKEN}
    shared = {name: array("i") for name in _SHARED}
    met: dict[str, dict[Any, int]] = {name: {} for name in _SHARED}
    for line in lines:
        report = line.told.report
        taken = report.taken.timestamp() if report.taken is not None else float("nan")
        month = 12 * report.published.year + report.published.month - 1
        said = name_hash("\n".join((report.title, *sorted(report.text.split()))))
        hashes = (name_hash(report.id), url_hash(report.url), name_hash(report.file), said)
        for name, number in zip(_TAKEN, (report.published.timestamp(), taken, month, *hashes), strict=True):
            numbers[name].append(number)
        for name, (_, value_of) in _SHARED.items():
            shared[name].append(met[name].setdefault(value_of(line), len(met[name])))
    facts = {name: Shared(np.array(shared[name], np.int32), tuple(met[name])) for name in _SHARED}
    return _ordered({name: np.array(numbers[name], _NUMBERS[name]) for name in _TAKEN}, first, facts)


def joined_reports(one: ReportColumns, other: ReportColumns, first: NDArray[np.int32]) -> ReportColumns:
    """Return the reports of both, those of the first before the others."""
    numbers = {name: np.concatenate([getattr(some, name) for some in (one, other)]) for name in _TAKEN}
    return _ordered(numbers, first, {name: joined_values(one.shared[name], other.shared[name]) for name in _SHARED})


def _ordered(
    numbers: Mapping[str, NDArray[Any]], first: NDArray[np.int32], shared: Mapping[str, Shared]
) -> ReportColumns:
    published, ids = numbers["published"], numbers["ids"]
    by_key = np.lexsort((published, ids))
    same = (np.diff(ids[by_key].astype(np.int64)) == 0) & (np.diff(published[by_key]) == 0)
    again = np.zeros(len(published), np.bool_)
    again[by_key[1:][same]] = True
    latest = np.lexsort((ids, -published)).astype(np.uint32)
    return ReportColumns(**numbers, first=first.astype(np.int32), again=again, latest=latest, shared=shared)


def write_reports(file: SectionWriter, columns: ReportColumns) -> None:
    """Write the columns into a file."""
    for name in _NUMBERS:
        file.add_array(f"report_{name}", getattr(columns, name))
    for name, (numbers, values) in columns.shared.items():
        file.add_array(f"report_{name}", numbers.astype(np.int32))
        file.add_packed(f"report_{name}_values", msgspec.json.encode(values))


def read_reports(file: Sections, count: int) -> ReportColumns:
    """Return the columns of so many reports; raise `ValueError` where they do not hold together."""
    numbers = {name: file.array(f"report_{name}", kind) for name, kind in _NUMBERS.items()}
    shared = {name: _shared(file, name, of_type) for name, (of_type, _) in _SHARED.items()}
    if any(len(column) != count for column in (*numbers.values(), *(one.numbers for one in shared.values()))):
        raise ValueError("columns of different lengths")
    for name in ("first", "latest"):
        if count and not 0 <= numbers[name].min() <= numbers[name].max() < count:
            raise ValueError("no such report")
    return ReportColumns(**numbers, shared=shared)


def _shared(file: Sections, name: str, of_type: Any) -> Shared:
    numbers = file.array(f"report_{name}", "i4")
    values = msgspec.json.decode(file.packed(f"report_{name}_values"), type=known(tuple[of_type, ...]))
    if len(numbers) and not 0 <= numbers.min() <= numbers.max() < len(values):
        raise ValueError(f"no such {name}")
    return Shared(numbers, values)


def same_reports(one: ReportColumns, other: ReportColumns) -> bool:
    """Tell whether two columns have the same reports; the texts that they count as are not compared."""
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=name == "taken")
        for name in (*_TAKEN, "again", "latest")
    ) and all(
        [one.shared[name].values[at] for at in one.shared[name].numbers.tolist()]
        == [other.shared[name].values[at] for at in other.shared[name].numbers.tolist()]
        for name in _SHARED
    )
