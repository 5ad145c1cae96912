"""Files to reports, whatever kind of file they are, in their order; what is odd or unread is kept as notes."""

from __future__ import annotations

import gzip
import io
import re
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, NamedTuple, TypeAlias, cast

from msgspec.structs import replace

from opencwc.errors import InputError, Reason, SettingsError
from opencwc.files.documents import document_limits
from opencwc.files.kinds import signature_of
from opencwc.files.sources import open_file, read_chunk
from opencwc.finding import Message, Value
from opencwc.reports.intake.arrivals import (
    MOST_REPORTS,
    MOST_TEXT,
    Arrival,
    FailedCapture,
    RawReport,
    Read,
    Unreadable,
)
from opencwc.reports.intake.confined_files import read_confined, within_bounds
from opencwc.reports.intake.file_kinds import HERE, START_BYTES, FileKind, file_kind
from opencwc.reports.intake.file_reading import read_file, read_payload
from opencwc.reports.intake.gdelt import read_gdelt
from opencwc.reports.intake.json_reports import read_lines
from opencwc.reports.intake.oddities import Floods, mixed_letters
from opencwc.reports.intake.report_tables import read_table
from opencwc.reports.intake.times import AHEAD, FIRST, read_time
from opencwc.reports.intake.web_archives import Payload
from opencwc.reports.lookalike_letters import disguised_words
from opencwc.reports.model import Report
from opencwc.verbs import Input
from opencwc.wording import reason

MOST_OF_ONE_NOTE = 20
"""Notes of one kind that are kept; of the others their number."""
LEAVES_OUT = frozenset({
    "watch_line_unreadable", "watch_line_too_long", "watch_without_date", "watch_without_words", "watch_file_unread",
    "watch_feed_broken", "watch_feed_failed", "watch_feed_entities", "watch_feed_nested", "watch_archive_broken",
    "watch_too_many_reports",
})  # fmt: skip
"""The notes that tell of something that was not read."""
_MOST_DISGUISED = 5
_MOST_PIPED = 4_000_000_000
_MOST_FEEDS = 1_000
_FAILED = ("watch_capture_failed", "watch_feed_failed")
_LANG = re.compile(r"[a-z]{2,3}")
_THREE_LETTERS = {
    "eng": "en", "fra": "fr", "fre": "fr", "ara": "ar", "spa": "es", "rus": "ru", "zho": "zh", "chi": "zh", "cmn": "zh",
    "english": "en", "french": "fr", "arabic": "ar", "spanish": "es", "russian": "ru", "chinese": "zh",
}  # fmt: skip


class Piped(NamedTuple):
    """A stream that reports come in, what it is called in notes, and when all of them were published, if known."""

    stream: BinaryIO
    name: str
    published: datetime | None = None


class Address(NamedTuple):
    """An address to fetch reports from."""

    url: str

    @property
    def name(self) -> str:
        """The address, as notes call it."""
        return self.url


Source: TypeAlias = Path | Input | Piped | Address
"""A file, a file that came under another name, a pipe, or an address."""
Fetch: TypeAlias = Callable[[str], Piped | Input | Message]
"""Fetches an address: what came of it, or why nothing did."""


def read_reports(files: Iterable[Path], *, confine: bool = True) -> Iterator[Report]:
    """Yield the reports of files in their order, without what is told of them; raise as `ReportFiles` does."""
    return ReportFiles(files, confine=confine).reports()


def warm() -> None:
    """Load all that reports are read with, before a process gives up its right to open files."""
    from opencwc.files.readers import load_passage_readers

    load_passage_readers()
    for name, data in _SAMPLES:
        payload = Payload(data, name, "2026-03-04", "")
        for _ in read_payload(payload, depth=1):
            pass
    for _ in read_table(io.BytesIO(b"date,title\n2026-03-04,A leak\n"), "sample.csv", {}):
        pass


class Notes:
    """What is told of the files as a whole: of each kind of note the first ones, of the others how many there are."""

    def __init__(self) -> None:
        self._kept: dict[str, list[Message]] = {}
        self._count: Counter[str] = Counter()

    def add(self, note: Message) -> None:
        """Keep a note, once; what is told of a file counts as what it tells."""
        kept = self._kept.setdefault(note.id, [])
        if note not in kept:
            self._count[note.id] += 1
            if len(kept) < MOST_OF_ONE_NOTE:
                kept.append(note)

    @property
    def left_out(self) -> bool:
        """Whether any of them tells of something that was not read."""
        return not LEAVES_OUT.isdisjoint(self._kept)

    def __iter__(self) -> Iterator[Message]:
        for id_, notes in self._kept.items():
            yield from notes
            if (more := self._count[id_] - len(notes)) > 0:
                yield Message("watch_more_such", {"count": more, "example": notes[0]})


class ReportFiles:
    """Reads reports from files; ``columns`` says which column of a table is what, ``now`` is when they come in.

    Without ``confine`` foreign files are read in this process, which then must be a confined one.
    With ``fetch`` addresses are fetched, and unless told not to ``follow`` them so are the feeds that an OPML list
    names; without it an address is an error. ``notes``, ``feeds`` (what OPML lists name: name and address) and
    ``failed`` are complete when all reports are taken.
    """

    def __init__(
        self,
        files: Iterable[Source],
        columns: Mapping[str, str] = MappingProxyType({}),
        now: datetime | None = None,
        fetch: Fetch | None = None,
        *,
        confine: bool = True,
        follow: bool = True,
    ) -> None:
        self.notes = Notes()
        self.feeds: list[tuple[str, str]] = []
        self.failed: list[FailedCapture] = []
        self._files, self._columns, self._fetch = list(files), columns, fetch
        self._confine, self._follow = confine, follow
        self._now = now or datetime.now(UTC)
        self._ids: Counter[str] = Counter()
        self._floods = Floods()
        self._row = 0

    def reports(self) -> Iterator[Report]:
        """Yield the reports; raise `InputError` where a file is none that reports come in."""
        return (arrival.report for arrival in self.arrivals())

    def arrivals(self) -> Iterator[Arrival]:
        """Yield the reports, each with its place and the hash of its bytes; raise as `reports` does."""
        for source in self._files:  # which grows where an OPML list names feeds
            for read in self._read(source):
                if isinstance(read, Message):
                    self._note(read)
                elif (arrival := self._arrival(_of_day(within_bounds(read), source), source.name)) is not None:
                    if arrival.report.given is None:  # rows of a register are worded alike
                        self._floods.add(arrival.report)
                    yield arrival
        for note in self._floods.notes():
            self.notes.add(note)

    def _note(self, note: Message) -> None:
        if note.id == "watch_feed_listed":
            url = str(note.values.get("url", ""))
            self.feeds.append((str(note.values.get("name", "")), url))
            if self._fetch is not None and self._follow and len(self.feeds) <= _MOST_FEEDS:
                self._files.append(Address(url))
        elif note.id in _FAILED and len(self.failed) < MOST_REPORTS:
            taken = read_time(str(note.values.get("taken", ""))) or self._now
            self.failed.append(FailedCapture(str(note.values.get("url", "")), taken, note))
        self.notes.add(note)

    # -------------------------------------------------------------------------------------------------- one file

    def _read(self, source: Source) -> Iterator[Read]:
        if isinstance(source, Address):
            yield from self._read_address(source)
        elif isinstance(source, Path) and "#" in source.name and not source.exists():  # a sheet of a workbook
            yield from read_table(source, "", self._columns)
        else:
            with _opened(source) as file:
                yield from self._read_file(file, source)

    def _read_address(self, address: Address) -> Iterator[Read]:
        if self._fetch is None:
            raise SettingsError("watch_network_off", where=address.url)
        came = self._fetch(address.url)
        if isinstance(came, Message):
            yield Message("watch_feed_failed", {"url": address.url, "reason": came})
            return
        try:
            yield from self._read(came)
        except InputError as error:  # one of several feeds: the others go on
            why = error.values.get("reason")
            told = why.message if isinstance(why, Reason) else Message("reading_empty")
            yield Message("watch_feed_failed", {"url": address.url, "reason": told})

    def _read_file(self, file: BinaryIO, source: Path | Input | Piped) -> Iterator[Read]:
        saved, path = self._now, _path_of(source)
        if path is not None:
            saved = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
        start = file.read(START_BYTES)
        file.seek(0)
        if not start.strip(b" \t\r\n\0"):
            raise InputError("watch_file_empty", where=source.name)
        kind = file_kind(start, source.name)
        if kind in HERE:
            yield from self._read_here(kind, source, file, start)
        elif self._confine:
            yield from read_confined(file, source.name, kind, saved.isoformat())
        else:
            yield from self._read_unconfined(file, source.name, kind, saved.isoformat())

    def _read_unconfined(self, file: BinaryIO, name: str, kind: FileKind, saved: str) -> Iterator[Read]:
        try:
            for number, read in enumerate(read_file(file, name, kind, saved, document_limits().file_bytes), 1):
                if number > MOST_REPORTS:
                    yield Message("watch_too_many_reports", {"where": name})
                    return
                yield read
        except Unreadable as problem:
            raise InputError("watch_file_refused", where=name, reason=reason(problem.message)) from problem

    def _read_here(self, kind: FileKind, source: Path | Input | Piped, file: BinaryIO, start: bytes) -> Iterator[Read]:
        name = source.name
        if kind == "table":
            yield from read_table(_path_of(source) or file, name, self._columns)
            return
        try:
            with gzip.GzipFile(fileobj=file) if signature_of(start) == "gzip" else file as plain:
                lines = cast("BinaryIO", plain)
                yield from read_lines(lines, name) if kind == "lines" else read_gdelt(lines, name)
        except (OSError, EOFError, zlib.error):  # of gzip: the rest cannot be read
            yield Message("watch_file_unread", {"where": name, "reason": Message("reading_damaged")})

    # ------------------------------------------------------------------------------------------------- one report

    def _arrival(self, raw: RawReport, file: str) -> Arrival | None:
        where = raw.place
        if not raw.title.strip() and not raw.text.strip():
            self.notes.add(Message("watch_without_words", {"where": where}))
            return None
        published = self._published(raw)
        if published is None:
            self.notes.add(Message("watch_without_date", {"where": where}))
            return None
        if len(raw.text) > MOST_TEXT:
            self.notes.add(Message("watch_text_cut", {"where": where, "characters": MOST_TEXT}))
        if mixed_letters(raw.source):
            self.notes.add(Message("watch_mixed_letters", {"where": where, "source": raw.source}))
        if words := disguised_words(f"{raw.title}\n{raw.text[:MOST_TEXT]}"):
            self.notes.add(Message("watch_disguised_in", {"where": where, "words": words[:_MOST_DISGUISED]}))
        self._row += 1
        taken = read_time(raw.taken)
        report = Report(
            id=self._id(raw),
            published=published,
            source=raw.source,
            url=raw.url,
            lang=language_code(raw.lang),
            title=raw.title.strip(),
            text=raw.text[:MOST_TEXT],
            row=self._row,
            file=file,
            sha256=raw.sha256,
            given=raw.given,
            taken=taken,
        )
        return Arrival(report, raw.sha256, where, taken or self._now)

    def _published(self, raw: RawReport) -> datetime | None:
        """Return when a report was published, or else when it was saved; what is odd about it is told."""
        where = raw.place
        published = read_time(raw.published)
        if published is None:
            saved = read_time(raw.saved)
            if saved is not None:
                self.notes.add(Message("watch_date_of_saving", {"where": where, "date": saved.date().isoformat()}))
            return saved
        said: dict[str, Value] = {"where": where, "date": published.date().isoformat()}
        if published > self._now + AHEAD:
            self.notes.add(Message("watch_date_ahead", said))
        elif published < FIRST:
            self.notes.add(Message("watch_date_early", said))
        return published

    def _id(self, raw: RawReport) -> str:
        """Return the id of a report: its own, or its place; one that came before gets a number behind it."""
        own = " ".join(raw.id.split()) or raw.place
        self._ids[own] += 1
        if self._ids[own] == 1:
            return own
        number = self._ids[own]
        while self._ids[f"{own} ({number})"]:
            number += 1
        again = f"{own} ({number})"
        self._ids[again] += 1
        self.notes.add(Message("watch_same_id", {"where": raw.place, "id": own, "other": again}))
        return again


def language_code(text: str) -> str:
    """Return the code of a language as it is given, empty where it is none.

    >>> language_code("en-GB"), language_code("fra"), language_code("Russian"), language_code("?")
    ('en', 'fr', 'ru', '')
    """
    first = re.split(r"[-_,;\s]", text.strip().lower(), maxsplit=1)[0]
    first = _THREE_LETTERS.get(first, first)
    return first if _LANG.fullmatch(first) else ""


def _of_day(raw: RawReport, source: Source) -> RawReport:
    """Return a report as of the day that is given for all that come in a stream."""
    day = source.published if isinstance(source, Piped) else None
    return raw if day is None else replace(raw, published=day.isoformat())


def _path_of(source: Path | Input | Piped) -> Path | None:
    return source if isinstance(source, Path) else source.path if isinstance(source, Input) else None


def _opened(source: Path | Input | Piped) -> BinaryIO:
    """Return a file that can be read from its beginning again; of a pipe a copy without a name."""
    if not isinstance(source, Piped):
        return open_file(_path_of(source) or Path(), source.name)[0]
    copy = tempfile.TemporaryFile(prefix="opencwc-")  # noqa: SIM115 - the caller closes it
    size = 0
    while chunk := read_chunk(source.stream, 1 << 20, source.name):
        size += copy.write(chunk)
        if size > _MOST_PIPED:
            copy.close()
            raise InputError("file_unpacks_too_large", where=source.name, bytes=_MOST_PIPED)
    copy.seek(0)
    return cast("BinaryIO", copy)


_SAMPLES = (
    ("a.xml", b"<rss><channel><item><title>A caf&eacute;</title></item></channel></rss>"),
    ("a.json", b'{"items": [{"id": "1", "content_html": "<p>A leak</p>"}]}'),
    ("a.html", b'<html><script type="application/ld+json">{}</script><body><p>A leak</p></body></html>'),
    ("a.eml", b"From: a@b.example\nSubject: =?utf-8?q?A?=\nDate: Wed, 04 Mar 2026 08:30:00 +0300\n\nA leak\n"),
    ("a.txt", "Утечка хлора\n".encode("cp1251")),
)
"""Small files of the kinds whose readers load something when they are first used."""
