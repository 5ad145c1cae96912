"""`opencwc watch`: reports in; which of them tell of one event, what each tells of it and on what it rests, out.

Exit status: 0 all was read, 1 something was not (the notes say what), 2 could not run.
"""

from __future__ import annotations

import io
import os
import sys
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from opencwc.cli import options
from opencwc.cli.keep_option import CasebookOfKept, Keep, KeepWhere, MarkOfKept, keep_run
from opencwc.cli.steps_progress import StepsProgress
from opencwc.cli.value import AnswerTarget, displayable, see_that_they_are_files
from opencwc.errors import InputError, SettingsError
from opencwc.finding import Message, Value
from opencwc.reports.verb import VERB as WATCH
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.language.encoders import Encoder
    from opencwc.reports.archive_file import Coming
    from opencwc.reports.captures import Capture
    from opencwc.reports.corrections import Correction
    from opencwc.reports.event_files import Format
    from opencwc.reports.events import Archive
    from opencwc.reports.model import Report
    from opencwc.reports.report_files import Fetch, ReportFiles, Source
    from opencwc.reports.sources import Source as Listed
    from opencwc.reports.watched import Watched

FORMATS = ("csv", "jsonl", "pdf", "docx", "html", "xlsx", "geojson", "stix", "misp", "cap")
OTHER_NAMES = {"stix2": "stix"}
_NAMED = ", ".join(f"{name} or stix2" if name == OTHER_NAMES["stix2"] else name for name in FORMATS)
TOPIC_FORMATS = ("csv", "jsonl")


@options.command
def watch(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE|-...",
            help="Reports: JSON Lines, feeds, saved pages, documents, mail, web archives, tables; - for a pipe.",
        ),
    ] = None,
    output: options.Output = None,
    format: Annotated[str, typer.Option(help=f"One of: {_NAMED}; else by the ending of -o.")] = "",
    corrections: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Corrections: JSON Lines of split, join, move, confirm."),
    ] = None,
    archive: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Join to the reports of earlier calls that this file keeps; without FILE show them all.",
        ),
    ] = None,
    captures: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep what came in here, and say what changed on a page.")
    ] = None,
    sources: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your list of sources: say which are late or silent.")
    ] = None,
    map: options.Columns = None,
    model: Annotated[bool, typer.Option(help="Compare reports by meaning too; else by words and facts alone.")] = True,
    topics: Annotated[
        bool, typer.Option("--topics", help="Show emerging topics instead of events: csv, jsonl.")
    ] = False,
    jobs: Annotated[int, typer.Option(help="Processes to use; 0 chooses by the number of reports.")] = 0,
    cluster: Annotated[str, typer.Option(metavar="ADDRESS", help="Read the reports on this Ray cluster.")] = "",
    tlp: Annotated[
        str, typer.Option(help="TLP marking of STIX, MISP, CAP and reports: clear, green, amber, red.")
    ] = "green",
    lang: options.Lang = "",
    keep: Keep = "",
    mark: MarkOfKept = "",
    casebook: CasebookOfKept = "",
) -> int:
    """Join the reports that tell of one event, and say what each tells, who says so and what comes from one text."""
    from opencwc.reports.archive_file import Coming
    from opencwc.reports.batches import ready_items, ready_on_cluster
    from opencwc.reports.corrections_file import read_corrections
    from opencwc.reports.machine_tags import TLP
    from opencwc.reports.report_files import ReportFiles
    from opencwc.reports.sources import read_sources
    from opencwc.reports.watched import joining

    if jobs < 0:
        raise SettingsError("jobs_is_no_number", jobs=jobs)
    formats = TOPIC_FORMATS if topics else FORMATS
    format = OTHER_NAMES.get(format, format)
    where = KeepWhere(keep, casebook, mark)
    where.require_case()
    label = options.one_of("--tlp", tlp.lower().removeprefix("tlp:"), TLP)
    target = AnswerTarget(output, options.format_asked(format, output, formats), options.language_asked(lang))
    given = _given(files or ())
    paths = [file for file in (*given, corrections, sources) if isinstance(file, Path)]
    see_that_they_are_files(path for path in paths if "#" not in path.name)
    options.refuse_overwriting_input([*paths, *(file for file in (captures, archive) if file)], output)
    said = read_corrections(corrections) if corrections else ()
    listed = read_sources(sources) if sources else ()
    if not given:
        return _show_archive(archive, target, topics=topics, label=label, listed=listed)
    reading = ReportFiles(given, options.columns_asked(map), fetch=_fetch())
    keeping, processes = _Keeping(captures), jobs or os.cpu_count() or 1
    encoder = None
    if model:
        from opencwc.language.encoders import named_encoder

        encoder = named_encoder()
    with StepsProgress(target.lang) as tell:
        reports = keeping.reports(reading)
        on_cluster = ready_on_cluster(reports, encoder, cluster) if cluster else None
        batches = on_cluster or ready_items(reports, encoder, processes)
        in_archive, watched = joining(batches, said, lambda done: tell("reports", done, None), processes)
    if not watched.lines:
        _tell(reading.notes, target.lang)
        code = "watch_nothing_to_read" if list(reading.notes) else "watch_no_reports_in"
        raise InputError(code, where=given[0].name)
    file, model_id = ", ".join(source.name for source in given), encoder.id if encoder else ""
    if keep:
        _keep_watched(in_archive, watched, reading, given, where, model_id, target.lang)
    grown: tuple[Message, ...] = ()
    if archive is not None:
        coming = Coming(in_archive, watched, file[:200], model_id, tuple(reading.failed))
        watched, grown = _in_archive(archive, coming, said, encoder)
    summary = _show(watched, target, file, topics=topics, label=label, listed=listed)
    healths = _health(listed, watched) if listed else ()
    _tell((*reading.notes, *keeping.changes, *healths, *summary, *grown), target.lang)
    return 1 if reading.notes.left_out else 0


def _show_archive(
    archive: Path | None, target: AnswerTarget, *, topics: bool, label: str, listed: Sequence[Listed]
) -> int:
    """Show all that an archive holds."""
    from opencwc.reports.archive_file import read_archive

    if archive is None:
        raise SettingsError("watch_no_files")
    see_that_they_are_files([archive])
    _tell(_show(read_archive(archive), target, archive.name, topics=topics, label=label, listed=listed), target.lang)
    return 0


def _show(
    watched: Watched, target: AnswerTarget, file: str, *, topics: bool, label: str, listed: Sequence[Listed]
) -> tuple[Message, ...]:
    """Write the answer, and return what is said of it as a whole."""
    if topics:
        from opencwc.cli.watch_topics import write_topics

        return write_topics(watched, target)
    _write(watched, target, file, label, listed)
    return tuple(_summary(watched))


def _in_archive(
    archive: Path, coming: Coming, said: Sequence[Correction], encoder: Encoder | None
) -> tuple[Watched, tuple[Message, ...]]:
    """Keep reports in an archive; return them with all that is on their events, and what is said of the archive."""
    from opencwc.reports.archive_file import grow_archive
    from opencwc.reports.batches import ready_items

    shown = grow_archive(archive, coming, said, lambda reports: ready_items(reports, encoder))
    values: dict[str, Value] = {"archive": archive.name, "reports": shown.reports, "events": shown.events}
    known = (Message("watch_note_known", {"count": shown.known}),) if shown.known else ()
    return shown.watched, (*known, Message("watch_archive_holds", values))


def _given(files: Sequence[str]) -> list[Source]:
    from opencwc.reports.report_files import Address, Piped

    if files.count("-") > 1:
        raise InputError("watch_two_from_pipe")
    given: list[Source] = []
    for file in files:
        if file.startswith(("http://", "https://")):
            given.append(Address(file))
        else:
            given.append(Piped(sys.stdin.buffer, "standard input") if file == "-" else Path(file))
    return given


def _fetch() -> Fetch | None:
    """Return what fetches feeds, where the setting switches that on."""
    from opencwc.reports.intake.network import load_network_settings

    settings = load_network_settings()
    if not settings.network:
        return None
    from opencwc.reports.intake.feed_cache import FeedCache
    from opencwc.reports.intake.network import Fetcher
    from opencwc.reports.report_files import Piped

    fetcher, cache = Fetcher(settings), FeedCache()

    def fetch(url: str) -> Piped | Message:
        fetched = cache.fetch(fetcher, url)
        return fetched.why or Piped(io.BytesIO(fetched.data), url)

    return fetch


class _Keeping:
    """Keeps what comes in, where a file is named for it, and what changed on the pages that were there before."""

    def __init__(self, file: Path | None) -> None:
        from opencwc.reports.captures import CaptureBook

        self.changes: list[Message] = []
        self._book = CaptureBook(file) if file else None

    def reports(self, reading: ReportFiles) -> Iterator[Report]:
        """Yield the reports of what comes in."""
        from opencwc.reports.captures import capture_of, failed_capture

        for arrival in reading.arrivals():
            self._keep(capture_of(arrival))
            yield arrival.report
        for failed in reading.failed:
            self._keep(failed_capture(failed))

    def _keep(self, capture: Capture) -> None:
        if self._book is not None:
            changes = self._book.add(capture).changes
            self.changes += [
                Message("watch_note_on_file", {"where": capture.url, "note": change}) for change in changes
            ]


def _keep_watched(
    archive: Archive, watched: Watched, reading: ReportFiles, given: Sequence[Source], where: KeepWhere, model: str,
    lang: str,
) -> None:  # fmt: skip
    """Keep watched reports in a case, as the page keeps them; raise `InputError` where they are too many for it."""
    from opencwc.records import to_plain
    from opencwc.reports.findings import maker_of
    from opencwc.reports.kept import within_bounds
    from opencwc.reports.reader import steps_of
    from opencwc.verbs import Started

    deque(within_bounds(line.told.report for line in watched.lines), maxlen=0)
    as_of = date.today().isoformat()
    file, maker = ", ".join(source.name for source in given)[:200], maker_of(as_of, model)
    steps = chain(
        (Started({"file": file, "as_of": as_of}, to_plain(maker)),),
        steps_of(watched, file, maker, reading.failed, archive),
    )
    paths = (Path(str(source).split("#", maxsplit=1)[0]) for source in given if isinstance(source, Path))
    keep_run(WATCH, steps, where, {"as_of": as_of}, list(dict.fromkeys(paths)), lang)


def _health(listed: Sequence[Listed], watched: Watched) -> tuple[Message, ...]:
    """Return how the sources of a list are doing."""
    from opencwc.reports.sources import health

    return health(listed, (line.told.report for line in watched.lines), datetime.now(UTC))


def _write(watched: Watched, target: AnswerTarget, file: str, tlp: str, listed: Sequence[Listed]) -> None:
    from opencwc.files import open_for_writing
    from opencwc.reports.event_files import watched_as

    output, format, lang = target
    if not format:
        _print(watched, lang)
        return
    with open_for_writing(output, binary=True) as stream:
        stream.write(watched_as(cast("Format", format), watched, file, lang, tlp, listed))


def _print(watched: Watched, lang: str) -> None:
    """Print the reports event by event, each with what it tells."""
    from opencwc.reports.formats import row_of

    order = [number for event in watched.events for number in event.items]
    alone = [number for number, line in enumerate(watched.lines) if not line.event]
    rows = []
    for number in [*order, *alone][:_MOST_ON_SCREEN]:
        line = watched.lines[number]
        report = line.told.report
        cells = {**row_of(line, lang), "title": report.title or report.text[:_LONGEST_TITLE], "source": report.source}
        rows.append({name: " ".join(cells[name].split())[:_LONGEST_TITLE] for name in _SHOWN})
    headings = {name: say(f"watch_column_{name}", lang) for name in _SHOWN}
    shown = _fitting(headings, rows, options.grid_width())
    columns = [(headings[name], _column_options(name)) for name in shown]
    options.print_grid(columns, [[row[name] for name in shown] for row in rows])
    if left_out := tuple(headings[name] for name in _SHOWN if name not in shown):
        options.print_note(Message("watch_columns_left_out", {"columns": left_out}), lang)
    if len(watched.lines) > _MOST_ON_SCREEN:
        options.print_more(len(watched.lines) - _MOST_ON_SCREEN, lang)


def _fitting(headings: Mapping[str, str], rows: Sequence[Mapping[str, str]], width: int) -> list[str]:
    """Return the columns that leave room for the titles; the others are left out, the least needed first."""
    from rich.cells import cell_len

    widths = {
        name: min(max(map(cell_len, (heading, *(row[name] for row in rows)))), _WIDEST) + _BETWEEN
        for name, heading in headings.items()
    }
    shown = list(_SHOWN)
    for name in _LEFT_OUT_FIRST:
        if sum(widths[other] for other in shown if other != "title") + _ROOM_FOR_TITLE <= width:
            break
        shown.remove(name)
    return shown


def _column_options(name: str) -> Mapping[str, object]:
    if name == "title":
        return {"ratio": 1, "overflow": "fold"}
    return {"overflow": "fold", "max_width": _WIDEST}


def _summary(watched: Watched) -> Iterator[Message]:
    """Yield how many reports there are, on how many events, from how many origins."""
    lines = watched.lines
    yield Message("watch_summary", {
        "reports": len(lines),
        "events": len(watched.events),
        "joined": sum(count > 1 for count in Counter(line.event for line in lines if line.event).values()),
        "origins": len({line.origin for line in lines if line.origin}),
        "none": sum(not line.event for line in lines),
    })  # fmt: skip


def _tell(notes: Iterable[Message], lang: str) -> None:
    for note in dict.fromkeys(sentence(note, lang) for note in notes):
        sys.stderr.write(displayable(note) + "\n")


_MOST_ON_SCREEN = 200
_LONGEST_TITLE = 120
_SHOWN = (
    "event", "kind", "stage", "date", "country", "agents", "killed", "affected", "origin", "source", "title",
)  # fmt: skip
_LEFT_OUT_FIRST = ("origin", "source", "agents", "country", "killed", "affected", "stage")
"""The columns that a narrow screen has no room for, in this order."""
_ROOM_FOR_TITLE, _WIDEST, _BETWEEN = 36, 20, 2
