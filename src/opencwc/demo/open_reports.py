"""The month of open reports on the State, in six languages, written for it: outlets, events and people are invented."""

from __future__ import annotations

import json
from pathlib import Path

_DATA = Path(__file__).parent / "data"
_FILE = _DATA / "reports.jsonl"
_PUBLISHED = '"published": "{year}-09-'
"""How the moment of every report begins: the year told, and September."""
_BEFORE, _LAST_DAY = '"text_before"', 30


def write_reports(folder: Path, year: int, until: int) -> Path:
    """Write the reports of the month up to a day of it into a file, a line of JSON each, and return its path.

    What an outlet changed on its page afterwards stands as it was before where the month is not over.
    """
    lines = _FILE.read_text(encoding="utf-8").splitlines(keepends=True)
    some = [_as_it_stood(line, until).replace("{year}", str(year), 1) for line in lines if _day(line) <= until]
    path = folder / f"invented-reports-{year}-09-{until:02}.jsonl"
    path.write_text("".join(some), encoding="utf-8")
    return path


def write_places(settings: Path) -> Path:
    """Write the towns of the State into a settings folder, as a user writes places that no gazetteer has."""
    settings.mkdir(parents=True, exist_ok=True)
    path = settings / "places.csv"
    path.write_text((_DATA / "places.csv").read_text(encoding="utf-8"), encoding="utf-8")
    return path


def _as_it_stood(line: str, until: int) -> str:
    if _BEFORE not in line:
        return line
    report = json.loads(line)
    before = report.pop(_BEFORE.strip('"'))
    if until < _LAST_DAY:
        report["text"] = before
    return json.dumps(report, ensure_ascii=False) + "\n"


def _day(line: str) -> int:
    start = line.index(_PUBLISHED) + len(_PUBLISHED)
    return int(line[start : start + 2])
