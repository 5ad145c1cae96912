"""An old picture with a new date: a picture of a report that was published, or taken, long before the report.

Earlier uses are found by hash and by how the picture looks (`opencwc.custody.pictures`), in an index of pictures seen
before and among the reports themselves.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from opencwc.claims.patterns.model import Evidence, Pattern
from opencwc.custody.pictures.examination import examine_files
from opencwc.custody.pictures.model import PictureFacts
from opencwc.custody.pictures.seen import EarlierUse, SeenPicture, SeenPictures, seen_picture
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.reports.model import Report

TABLE = "pictures.csv"
"""In a folder of pictures: in which report each of them stands, with the columns ``file`` and ``report``."""
MOST_PICTURES = 20_000
LEAST_DAYS = 7
"""A picture so much older than its report is told."""
_FIRST_YEAR = 1995
"""Of digital cameras that write a date: an earlier one is a clock that was not set."""


class ReportPicture(NamedTuple):
    """A picture of a report, by the report's id."""

    report: str
    facts: PictureFacts


def read_report_pictures(folder: Path) -> list[ReportPicture]:
    """Return the pictures of reports in a folder, by its `TABLE`.

    Raises:
        InputError: there is no table, it has none of its columns, or names a file that is not in the folder.

    """
    rows = list(_rows(folder / TABLE))
    facts = list(examine_files([(name, folder / name) for name, _ in rows]))
    return [ReportPicture(report, fact) for (_, report), fact in zip(rows, facts, strict=True)]


def _rows(table: Path) -> Iterator[tuple[str, str]]:
    if not table.is_file():
        raise InputError("claims_pictures_without_table", where=str(table.parent), table=TABLE)
    folder = table.parent.resolve()
    with table.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        reader = csv.DictReader(islice(stream, MOST_PICTURES + 1))
        if not {"file", "report"} <= set(reader.fieldnames or ()):
            raise InputError("claims_pictures_without_table", where=str(table.parent), table=TABLE)
        for number, row in enumerate(reader, 2):
            name = (row["file"] or "").strip()
            path = (folder / name).resolve()
            if not name or not path.is_file() or folder not in path.parents:
                raise InputError("claims_picture_not_there", where=table.name, line=number, file=name[:200])
            yield name, (row["report"] or "").strip()


def old_pictures(
    pictures: Sequence[ReportPicture], reports: Mapping[str, Report], seen: Sequence[SeenPictures] = ()
) -> Iterator[Pattern]:
    """Yield the pictures of reports that were published or taken at least `LEAST_DAYS` before their report."""
    known = [one for one in pictures if one.report in reports and one.facts.contents is not None]
    ordered = sorted(known, key=lambda one: (reports[one.report].key[::-1], one.facts.sha256))
    among = SeenPictures([shown for one in ordered if (shown := _as_seen(one, reports[one.report])) is not None])
    for one in ordered:
        uses = [use for index in (*seen, among) for use in index.uses_of(one.facts)]
        if (pattern := old_picture(one, reports[one.report], uses)) is not None:
            yield pattern


def old_picture(picture: ReportPicture, report: Report, uses: Sequence[EarlierUse]) -> Pattern | None:
    """Return that a picture of a report was used, or taken, at least `LEAST_DAYS` before it; nothing else."""
    use = min(filter(_is_same, uses), key=lambda use: use.seen.published, default=None)
    if use is not None and _days(use.seen.published, report) >= LEAST_DAYS:
        return _used_before(picture, report, use)
    taken = _taken(picture.facts, report)
    return _taken_before(picture, report, taken) if taken else None


def _as_seen(picture: ReportPicture, report: Report) -> SeenPicture | None:
    return seen_picture(picture.facts, report.published.date().isoformat(), report.source, report.url)


def _is_same(use: EarlierUse) -> bool:
    return bool(use.seen.published) and use.how != "alike"


def _days(day: str, report: Report) -> int:
    return (report.published.date() - date.fromisoformat(day)).days


def _taken(facts: PictureFacts, report: Report) -> str:
    """Return the day on which a camera says that it took a picture, where that is long before its report."""
    day = facts.contents.camera.taken[:10] if facts.contents is not None else ""
    try:
        days = _days(day, report) if day else 0
    except ValueError:
        return ""
    return day if days >= LEAST_DAYS and int(day[:4]) >= _FIRST_YEAR else ""


def _used_before(picture: ReportPicture, report: Report, use: EarlierUse) -> Pattern:
    by = use.seen.source or use.seen.address or use.seen.name
    says = Message("claims_pattern_old_picture", {
        "how": Message(f"picture_how_{use.how}"), "by": by, "published": use.seen.published,
        "source": report.source, "day": report.published.date().isoformat(),
        "days": _days(use.seen.published, report),
    })  # fmt: skip
    before = Evidence(_moment(use.seen.published), by, picture=use.seen.name, url=use.seen.address)
    return Pattern("old_picture", says, (before, _now(picture, report)))


def _taken_before(picture: ReportPicture, report: Report, taken: str) -> Pattern:
    says = Message("claims_pattern_old_camera_date", {
        "taken": taken, "source": report.source, "day": report.published.date().isoformat(),
        "days": _days(taken, report),
    })  # fmt: skip
    camera = picture.facts.contents.camera if picture.facts.contents is not None else None
    made = " ".join(filter(None, (camera.make, camera.model))) if camera else ""
    return Pattern("old_picture", says, (Evidence(_moment(taken), made, picture=picture.facts.name),
                                         _now(picture, report)))  # fmt: skip


def _now(picture: ReportPicture, report: Report) -> Evidence:
    return Evidence(
        report.published, report.source, report.id, report.title, picture=Path(picture.facts.name).name, url=report.url
    )


def _moment(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)
