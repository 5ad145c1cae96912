"""What `opencwc claims` writes beside the claims: their histories, patterns in what is said, and ClaimReview."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from opencwc.cli import options
from opencwc.errors import InputError, SettingsError
from opencwc.finding import Message

if TYPE_CHECKING:
    from opencwc.claims.claim_histories import History
    from opencwc.claims.claim_matching import HeldReport
    from opencwc.claims.model import Statement
    from opencwc.claims.patterns.model import Pattern
    from opencwc.claims.sayings import Saying
    from opencwc.language.encoders import Encoder
    from opencwc.reports.model import Report

FORMATS = ("csv", "jsonl")


class Beside(NamedTuple):
    """What is asked for beside the claims, and from what."""

    histories: Path | None = None
    patterns: Path | None = None
    earlier: Sequence[Path] = ()
    pictures: Path | None = None
    seen: Sequence[Path] = ()

    @property
    def read(self) -> list[Path]:
        """The files that are read."""
        return [*self.earlier, *(place for place in self.seen if place.is_file())]

    def check(self) -> None:
        """Raise `SettingsError` where an option stands without the one that it is for, or an ending says no format."""
        for file in (self.histories, self.patterns):
            options.format_of_ending(file, FORMATS)
        if self.earlier and self.histories is None and self.patterns is None:
            raise SettingsError("option_without_other", option="--earlier", other="--histories")
        if (self.pictures or self.seen) and self.patterns is None:
            raise SettingsError("option_without_other", option="--pictures", other="--patterns")
        if self.seen and self.pictures is None:
            raise SettingsError("option_without_other", option="--seen", other="--pictures")


def write_beside(
    beside: Beside,
    held: Sequence[HeldReport],
    statements: Mapping[str, Statement],
    earlier: Sequence[Saying],
    encoder: Encoder,
    least: float,
    lang: str,
) -> list[Message]:
    """Write histories and patterns where they are asked for; return what to tell of them."""
    from opencwc.claims.claim_histories import Histories
    from opencwc.claims.sayings import sayings_of

    if beside.histories is None and beside.patterns is None:
        return []
    reports = {one.report.id: one.report for one in held}
    sayings, notes = _earlier(beside.earlier)
    histories = Histories((*sayings_of(held, least), *earlier, *sayings), reports, encoder).all()
    if beside.histories is not None:
        notes.append(_write_histories(histories, beside.histories, lang))
    if beside.patterns is not None:
        patterns = _patterns(beside, histories, reports, statements, encoder)
        notes.append(_write_patterns(patterns, beside.patterns, lang))
    return notes


def _earlier(files: Sequence[Path]) -> tuple[list[Saying], list[Message]]:
    """Return the earlier claims of ClaimReview files and of the histories of earlier runs."""
    from opencwc.claims.claim_review_reader import is_claim_review, read_claim_reviews
    from opencwc.claims.history_formats import read_earlier

    sayings: list[Saying] = []
    notes: list[Message] = []
    for file in files:
        if is_claim_review(file):
            reviews, told = read_claim_reviews(file)
            sayings += [saying for review in reviews for saying in review.sayings()]
            notes += told
        else:
            sayings += read_earlier(file)
    return sayings, notes


def _write_histories(histories: Sequence[History], file: Path, lang: str) -> Message:
    from opencwc.claims.history_formats import as_csv, as_json_lines

    _write(file, as_csv(histories) if _format(file) == "csv" else as_json_lines(histories, lang))
    again = sum(len(history.mentions) > 1 for history in histories)
    return Message("claims_histories_written", {"count": len(histories), "again": again, "file": file.name})


def _write_patterns(patterns: Sequence[Pattern], file: Path, lang: str) -> Message:
    from opencwc.claims.patterns.formats import as_csv, as_json_lines

    _write(file, as_csv(patterns, lang) if _format(file) == "csv" else as_json_lines(patterns, lang))
    return Message("claims_patterns_written", {"count": len(patterns), "file": file.name})


def _patterns(
    beside: Beside,
    histories: Sequence[History],
    reports: Mapping[str, Report],
    statements: Mapping[str, Statement],
    encoder: Encoder,
) -> list[Pattern]:
    from opencwc.claims.patterns.all_patterns import find_patterns
    from opencwc.claims.patterns.old_pictures import read_report_pictures
    from opencwc.custody.pictures.seen import read_seen
    from opencwc.reports.watched import watch

    watched = watch(reports.values(), encoder)
    origins = {line.told.report.id: line.origin for line in watched.lines}
    pictures = read_report_pictures(beside.pictures) if beside.pictures else ()
    seen = list(map(read_seen, _there(beside.seen)))
    return find_patterns(histories, reports, statements, origins, pictures, seen)


def _there(places: Sequence[Path]) -> Iterator[Path]:
    for place in places:
        if not place.exists():
            raise InputError("seen_not_there", where=str(place))
        yield place


def _format(file: Path) -> str:
    return options.format_of_ending(file, FORMATS)


def _write(file: Path, content: bytes) -> None:
    from opencwc.files import open_for_writing

    with open_for_writing(file, binary=True) as stream:
        stream.write(content)
