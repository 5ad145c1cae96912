"""Reading a file of reports in a confined process: what comes back is checked and cut to its bounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from opencwc.confining.process import Line
from opencwc.confining.rights import Bounds
from opencwc.confining.sandbox import Sandbox, TaskRequest
from opencwc.errors import InputError
from opencwc.files.documents import document_limits
from opencwc.finding import Message
from opencwc.records import from_plain, known
from opencwc.reports.intake.arrivals import MOST_NAME, MOST_REPORTS, MOST_TEXT, MOST_TITLE, RawReport, Read
from opencwc.reports.intake.reading_process import READ
from opencwc.wording import reason

PROGRAM = ("-m", "opencwc.reports.intake.reading_process")
_LONGEST_LINE = 16 * MOST_TEXT
_MORE_SECONDS = 2.0
"""What each report adds to the time that reading may take."""
_MOST_CPU_SECONDS = 4 * 3600
_NOTES = ("watch_", "reading_", "note_")
_LONGEST_NOTE = 4_000
_MOST_NOTES = 20_000


def read_confined(file: BinaryIO, name: str, kind: str, saved: str) -> Iterator[Read]:
    """Yield what a file of reports holds; where its reading breaks off, a note says so and what came before counts.

    Raises:
        InputError: nothing of the file could be read.

    """
    limits = document_limits()
    question = {"name": name[-300:], "kind": kind, "saved": saved, "most_bytes": limits.file_bytes}
    bounds = Bounds(limits.memory, _MOST_CPU_SECONDS, open_files=64)
    request = TaskRequest(READ, question, limits.seconds, bounds, network_must_be_cut=False)
    came = notes = 0
    with Sandbox(PROGRAM, request, file, longest_line=_LONGEST_LINE, count_caller=False) as process:
        try:
            for line in process.lines(poll=None):
                read = _read(line or {})
                if isinstance(read, RawReport):
                    came += 1
                    process.allow(_MORE_SECONDS)
                notes += isinstance(read, Message)
                if came > MOST_REPORTS or notes > _MOST_NOTES:
                    yield Message("watch_too_many_reports", {"where": name})
                    return
                if read is not None:
                    yield read
        except _Refusal as refusal:
            if not came:
                raise InputError("watch_file_refused", where=name, reason=reason(refusal.message)) from refusal
            yield Message("watch_file_unread", {"where": name, "reason": refusal.message})
        except InputError:
            why = Message("reading_broke_off")
            if process.out_of_time:
                why = Message("reading_too_long", {"seconds": round(limits.seconds)})
            if not came:
                raise InputError("watch_file_refused", where=name, reason=reason(why)) from None
            yield Message("watch_file_unread", {"where": name, "reason": why})


class _Refusal(Exception):
    """The process could not read the file: why."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.id)


def _read(line: Line) -> Read | None:
    """Return what a line holds; one of a shape that was not agreed on ends the reading."""
    match line:
        case {"report": dict(plain)}:
            try:
                report = msgspec.convert(plain, known(RawReport))
            except msgspec.ValidationError:
                raise InputError("reading_lines_not_understood") from None
            return within_bounds(report)
        case {"note": dict(plain)}:
            return _message(plain)
        case {"refused": dict(plain)}:
            raise _Refusal(_message(plain))
    return None


def within_bounds(report: RawReport) -> RawReport:
    """Return a report whose texts are no longer than what is read of one; that its text was cut can be seen by it."""
    return msgspec.structs.replace(
        report,
        place=report.place[:MOST_NAME],
        sha256=report.sha256[:64],
        id=report.id[:MOST_NAME],
        published=report.published[:MOST_NAME],
        saved=report.saved[:MOST_NAME],
        taken=report.taken[:MOST_NAME],
        source=report.source[:MOST_NAME],
        url=report.url[:MOST_TITLE],
        lang=report.lang[:MOST_NAME],
        title=report.title[:MOST_TITLE],
        text=report.text[: MOST_TEXT + 1],
    )


def _message(plain: object) -> Message:
    try:
        message = from_plain(Message, plain)
    except (ValueError, TypeError, RecursionError):
        return Message("reading_broke_off")
    if not message.id.startswith(_NOTES) or len(str(plain)) > _LONGEST_NOTE:
        return Message("reading_broke_off")
    return message
