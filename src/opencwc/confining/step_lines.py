"""The steps of a run as the JSON lines in which they leave a confined process, and back.

What comes back is checked: the process read a stranger's file.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from opencwc.errors import InputError
from opencwc.finding import Finding, finding_from_plain, finding_to_plain
from opencwc.verbs import Ended, Found, PagesFile, Progress, Started, Step, Verb

Line = dict[str, Any]
PART_BYTES = 6_000_000
MOST_PAGES_BYTES = 2_000_000_000
MOST_NOTES, LONGEST_NOTE = 500, 300
"""How many notes on a file are kept, and how many characters of a value in one."""


def lines_of(steps: Iterable[Step], protection: Mapping[str, bool]) -> Iterator[Line]:
    """Yield the lines of a run's steps; what is checked says which protection the process had."""
    for step in steps:
        match step:
            case Started(checked, maker):
                yield {"checked": {**checked, "protection": dict(protection)}, "maker": dict(maker)}
            case Progress(rows, share):
                yield {"rows": rows, "share": share}
            case Found(findings) if findings:
                yield {"findings": [finding_to_plain(finding) for finding in findings]}
            case Ended(rows, by_verdict, tally, pages):
                content = pages.content if pages else b""
                for start in range(0, len(content), PART_BYTES):
                    yield {"pages": base64.b64encode(content[start : start + PART_BYTES]).decode()}
                counts = {str(verdict): number for verdict, number in by_verdict.items()}
                yield {"done": True, "rows": rows, "tally": counts, **tally}


def steps_of(verb: Verb, lines: Iterable[Line | None]) -> Iterator[Step | None]:
    """Yield the steps that lines say, ``None`` for ``None``.

    Raises:
        InputError: a line holds what the verb cannot have said.

    """
    content = bytearray()
    row = 0
    for line in lines:
        if line is not None and "pages" in line:
            content += _part(line["pages"], MOST_PAGES_BYTES - len(content))
            continue
        try:
            step = None if line is None else _step(verb, line, bytes(content), row)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise _unsound() from None
        if isinstance(step, Found):
            row = step.findings[-1].subject.row
        yield step


def _part(encoded: object, room: int) -> bytes:
    """Return a part of the file of the pages; raise where it is no such part, or there is no more room for it."""
    try:
        part = base64.b64decode(str(encoded), validate=True)
    except ValueError:
        raise _unsound() from None
    if len(part) > room:
        raise InputError("answer_too_large_for_pages")
    return part


def _step(verb: Verb, line: Line, content: bytes, row: int) -> Step:
    if "checked" in line:
        return Started(dict(line["checked"]), dict(line["maker"]))
    if "findings" in line:
        return Found(_findings(verb, line["findings"], row))
    if line.get("done"):
        return _ended(verb, line, content)
    return Progress(int(line["rows"]), line["share"] if isinstance(line["share"], float) else None)


def _findings(verb: Verb, plain: Any, after: int) -> list[Finding]:
    """Return the findings of a line: of rows in their order, with verdicts of the verb."""
    findings = [finding_from_plain(finding) for finding in plain]
    rows = [after, *(finding.subject.row for finding in findings)]
    in_order = not verb.in_order or all(row <= following for row, following in pairwise(rows))
    if not findings or not in_order or any(finding.verdict not in verb.verdicts for finding in findings):
        raise _unsound()
    return findings


def _unsound() -> InputError:
    return InputError("reading_findings_do_not_hold")


def _ended(verb: Verb, line: Line, content: bytes) -> Ended:
    counts = {verdict: int(line["tally"][verdict]) for verdict in verb.verdicts if verdict in line["tally"]}
    tally = {"notes": notes} if (notes := _notes(line)) else {}
    if not verb.kept:
        return Ended(int(line["rows"]), counts, tally)
    kept = verb.part("kept")
    kept.unpack(content)  # which raises where its shape is wrong
    return Ended(int(line["rows"]), counts, tally, PagesFile(kept.NAME, kept.MEDIA_TYPE, content))


def _notes(line: Line) -> list[dict[str, Any]]:
    """Return what is to be said of the file as a whole: ids of our own messages, and short values."""
    notes = [_note(note, depth=1) for note in line.get("notes") or []]
    return [note for note in notes if note is not None][:MOST_NOTES]


def _note(note: object, depth: int) -> dict[str, Any] | None:
    """Return a message of our own with short values, of which one may be such a message; ``None`` for anything else."""
    values = note.get("values") if isinstance(note, dict) else None
    if not isinstance(note, dict) or not isinstance(values, dict) or not _NOTE.fullmatch(str(note.get("id"))):
        return None
    kept: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, (str, int)):
            kept[str(name)] = _short(value)
        elif depth and (inner := _note(value, depth - 1)) is not None:
            kept[str(name)] = inner
    return {"id": str(note["id"]), "values": kept}


def _short(value: str | int) -> str | int:
    return value if isinstance(value, int) else value[:LONGEST_NOTE]


_NOTE = re.compile(r"(?:note|reading|watch)_[a-z0-9_]{1,60}")
