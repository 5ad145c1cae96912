"""What `opencwc watch` makes of real data: ``python -m benchmarks.real_reports FOLDER`` (``rabat_event.json``,
``alleged_use_index.csv`` and ``epa_accidents.csv`` in it). Nothing was chosen on them.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from opencwc.language.encoders import named_encoder
from opencwc.reports.intake.gdelt import words_of_address
from opencwc.reports.intake.hosts import host_of
from opencwc.reports.model import Report
from opencwc.reports.report_files import ReportFiles
from opencwc.reports.watched import Watched, watch

ALLEGED = {
    "id": "database_id", "date": "date", "place": "neighborhood + city", "kind": "=alleged_use", "country": "=SYR",
    "title": "weapon", "source": "=Syrian Archive",
}  # fmt: skip
EPA = {
    "id": "AccidentHistoryID", "date": "AccidentDate", "place": "EPAFacilityID", "agents": "AccidentChemicals",
    "killed": "DeathsWorkers + DeathsPublicResponders + DeathsPublic",
    "affected": "InjuriesWorkers + InjuriesPublicResponders + InjuriesPublic",
    "kind": "=accident", "country": "=USA", "source": "=EPA",
}  # fmt: skip
_FIRST_DAY = datetime(2024, 10, 21, tzinfo=UTC)
"""The day on which the visit began, for notes on a page that give no day."""


def rabat(file: Path) -> None:
    """Join the notes on twelve pages: a conference and a visit to it, told with other numbers."""
    watched = watch(_notes(json.loads(file.read_text(encoding="utf-8"))["items"]), named_encoder())
    print(f"rabat_event: {len(watched.lines)} pages")
    for line in watched.lines:
        told = line.told
        place = told.place.name or told.place.country
        print(f"  {line.event or '-'} {told.nature.kind} {told.date.text} {place} | {told.report.title[:70]}")


def _notes(items: list[Mapping[str, Any]]) -> Iterator[Report]:
    for row, item in enumerate(items, 1):
        url, _, remark = item.get("url", "").partition(" (")
        title = remark.rstrip(")") or words_of_address(url) or str(item.get("outlet", ""))
        text = ". ".join(f"{name.replace('_', ' ')}: {said}" for name, said in item["claims"].items())
        day = item.get("date") or "-".join(re.findall(r"/(2024)/(\d\d)/(\d\d)", url)[0] if "/2024/" in url else ())
        published = datetime.fromisoformat(day).replace(tzinfo=UTC) if len(day) == 10 else _FIRST_DAY
        yield Report(str(row), published, item.get("outlet") or host_of(url), url, "", title, text, row)


def register(file: Path, columns: Mapping[str, str]) -> Watched:
    """Join the rows of a register, and say what was odd."""
    reading = ReportFiles([file], columns)
    watched = watch(reading.reports(), None)
    several = [event for event in watched.events if len(event.items) > 1]
    rows = sum(len(event.items) for event in several)
    print(f"{file.name}: {len(watched.lines):,} rows, {len(watched.events):,} events, {len(several)} of {rows} rows")
    for note, count in Counter(note.id for note in reading.notes).items():
        print(f"  {note}: {count}")
    return watched


def of_day(watched: Watched, day: str) -> None:
    """Print the events of a day with how many rows each has."""
    places: dict[str, list[str]] = defaultdict(list)
    for line in watched.lines:
        if line.told.date.text == day:
            places[line.event].append(line.told.place.name)
    print(f"  {day}: {sum(map(len, places.values()))} rows, {len(places)} events")
    for names in sorted(places.values(), key=len, reverse=True):
        print(f"    {len(names)} {', '.join(sorted(set(names)))}")


def main() -> int:
    words = argparse.ArgumentParser()
    words.add_argument("folder", type=Path)
    folder = words.parse_args().folder
    rabat(folder / "rabat_event.json")
    of_day(register(folder / "alleged_use_index.csv", ALLEGED), "2013-08-21")
    register(folder / "epa_accidents.csv", EPA)
    return 0


if __name__ == "__main__":
    sys.exit(main())
