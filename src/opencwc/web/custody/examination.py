"""Pictures, pages and archives that somebody brings: what is known of each, as pages and programs show it.

Nothing is kept of them, unless a case is named; then the file becomes an original of the case, on record.
"""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, NamedTuple

from fastapi import Request

from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.custody_steps import CustodyStep, receive
from opencwc.casebook.picture_looks import KeptUses, kept_uses
from opencwc.custody.archive_process import verify_confined
from opencwc.custody.pictures.comparison import differences_picture
from opencwc.custody.pictures.examination import MOST_BYTES, examine_files
from opencwc.custody.pictures.model import Differences, PictureFacts
from opencwc.custody.pictures.remarks import PictureRemark, differences_remarks, remarks_on
from opencwc.custody.side_by_side import ComparedPage, compare_captures
from opencwc.custody.wacz_verifier import CheckedArchive
from opencwc.custody.web_archive import digest_of
from opencwc.errors import InputError
from opencwc.finding import Message, Value
from opencwc.reports.captures import Capture, capture_of, failed_capture
from opencwc.reports.report_files import LEAVES_OUT, ReportFiles
from opencwc.verbs import Input
from opencwc.web.custody.forms import SentEvidence, as_path
from opencwc.web.server.service import book_of, person_of, service_of

MOST_CAPTURES, MOST_TEXT = 1_000, 50_000_000
"""Captures of a file that are read here, and characters of their texts; the command reads all."""
_ZIP = b"PK"


@dataclass(frozen=True)
class ExaminedUpload:
    """A picture with its earlier uses among originals, where it differs from another, and what is to be said of it.

    ``png`` shows the differences, empty where there are none to show; ``kept`` is the step by which it was kept.
    """

    facts: PictureFacts
    kept_uses: KeptUses
    remarks: Sequence[PictureRemark]
    claimed: date | None
    differences: Differences | None = None
    png: bytes = b""
    kept: CustodyStep | None = None
    case: str = ""

    @property
    def look(self) -> list[Message]:
        """What to look at."""
        return [remark.message for remark in self.remarks if remark.look]

    @property
    def also(self) -> list[Message]:
        """What else is known."""
        return [remark.message for remark in self.remarks if not remark.look]

    @property
    def heading(self) -> Message:
        """What came of it, in a line."""
        contents, uses = self.facts.contents, self.kept_uses.uses
        if contents is None:
            return Message("page_evidence_unread")
        if uses and first_day(uses[0].taken or uses[0].at) != first_day(self.claimed):
            values: dict[str, Value] = {"day": first_day(uses[0].taken or uses[0].at), "case": uses[0].case}
            if self.claimed is not None and values["day"] < self.claimed.isoformat():  # type: ignore[operator]
                return Message("page_evidence_old", {**values, "claimed": self.claimed.isoformat()})
            return Message("page_evidence_seen", values)
        if contents.credentials.state in ("broken", "unreadable"):
            return Message(f"page_evidence_credentials_{contents.credentials.state}")
        if self.look:
            return Message("page_evidence_look", {"count": len(self.look)})
        return Message("page_evidence_clear")

    @property
    def shown_differences(self) -> str:
        """The picture of the differences as an address that holds it, empty where there is none."""
        return f"data:image/png;base64,{base64.b64encode(self.png).decode()}" if self.png else ""


def first_day(at: object) -> str:
    """Return the day of a moment, empty where there is none."""
    return str(at)[:10] if at else ""


def examine_upload(request: Request, sent: SentEvidence) -> ExaminedUpload:
    """Examine the picture that was sent, and keep it where a case is named.

    Raises:
        InputError: a day or certificates cannot be read.
        NotAllowedError: it is to be kept, and the person may not.

    """
    book, person = book_of(request), person_of(request)
    claimed, trusted = sent.day("claimed_date"), sent.certificates("trust")
    name, file = sent.files["file"][0]
    facts = next(iter(examine_files([(name, file)], trusted=trusted)))
    uses = kept_uses(book, person, facts) if facts.contents is not None else KeptUses((), 0, 0)
    remarks = [*_on_kept(uses, claimed), *remarks_on(facts, claimed=claimed)]
    differences, png = None, b""
    if "against" in sent.files and facts.contents is not None:
        file.seek(0)
        other = sent.files["against"][0][0]
        found, png = _differences(file, sent)
        remarks = [*differences_remarks(found, other), *remarks]
        differences = None if isinstance(found, Message) else found
    kept = _keep(request, sent)
    shown = png if differences is not None and differences.boxes else b""
    return ExaminedUpload(facts, uses, remarks, claimed, differences, shown, kept, sent.text("case"))


def _differences(file: IO[bytes], sent: SentEvidence) -> tuple[Differences | Message, bytes]:
    other = sent.data("against", MOST_BYTES)
    if len(other) > MOST_BYTES:
        return Message("picture_unread_bytes", {"most": MOST_BYTES // 1_000_000}), b""
    return differences_picture(file.read(), other)


def _on_kept(uses: KeptUses, claimed: date | None) -> Iterator[PictureRemark]:
    """Yield what is to be said of each original that is this picture, or looks like it."""
    for use in uses.uses:
        day = first_day(use.taken or use.at)
        values: dict[str, Value] = {"how": Message(f"picture_how_{use.how}"), "case": use.case, "day": day}
        if claimed is not None and day < claimed.isoformat():
            yield PictureRemark(Message("picture_kept_claimed", {**values, "claimed": claimed.isoformat()}), look=True)
        else:
            yield PictureRemark(Message("picture_kept", values), look=True)


def _keep(request: Request, sent: SentEvidence, taken: str = "") -> CustodyStep | None:
    """Keep the file that was sent as an original, where a case is named."""
    book, person, case = book_of(request), person_of(request), sent.text("case")
    if not case:
        return None
    case_for_keeping(book, person, case)
    name, file = sent.files["file"][0]
    file.seek(0)
    kind = mimetypes.guess_type(name)[0] or ""
    return receive(book, person, case, file, name, media_type=kind, url=sent.text("url"), taken=taken)


class ReadCaptures(NamedTuple):
    """The captures of a file in the order of their times, what was not read of it, and what its verification says.

    ``checked`` is none where the file is no WACZ; ``sha256`` is that of the whole file.
    """

    name: str
    captures: Sequence[Capture]
    notes: Sequence[Message]
    checked: CheckedArchive | None
    sha256: str
    more: int


@dataclass(frozen=True)
class ExaminedArchive:
    """A page or an archive, another capture of it where one was sent, and what differs between captures."""

    first: ReadCaptures
    other: ReadCaptures | None
    pages: Sequence[ComparedPage]
    kept: CustodyStep | None = None
    case: str = ""

    @property
    def heading(self) -> Message:
        """What came of it, in a line."""
        broken = sum(
            len(one.checked.faults) + one.checked.more for one in (self.first, self.other) if one and one.checked
        )
        if broken:
            return Message("page_evidence_archive_broken", {"count": broken})
        if self.pages:
            return compared_heading(self.pages)
        checked = self.first.checked
        if checked is None:
            return Message("page_evidence_captures", {"count": len(self.first.captures)})
        if not checked.key:
            return Message("page_evidence_archive_unsigned")
        return Message("page_evidence_archive_vouched" if checked.vouched else "page_evidence_archive_signed")


def compared_heading(pages: Sequence[ComparedPage]) -> Message:
    """Return what a comparison came to, in a line: of one page with its days."""
    changed = [page for page in pages if page.state != "same"]
    if len(pages) > 1:
        return Message("page_evidence_pages_changed", {"changed": len(changed), "pages": len(pages)})
    page = pages[0]
    days: dict[str, Value] = {
        side: capture.taken.strftime("%Y-%m-%d") for side, capture in (("earlier", page.earlier), ("later", page.later))
        if capture is not None
    }  # fmt: skip
    return Message(f"page_evidence_page_{page.state}", days)


def examine_archive(request: Request, sent: SentEvidence) -> ExaminedArchive:
    """Verify and read the page or archive that was sent, compare captures, and keep it where a case is named.

    Raises:
        InputError: it cannot be read, or takes more time or memory than it may.
        NotAllowedError: it is to be kept, and the person may not.

    """
    keys, trusted = fingerprints(sent), sent.certificates("trust")
    must = service_of(request).configuration.job_network_must_be_cut
    first, *others = [
        read_captures(*sent.files[field][0], keys, trusted, network_must_be_cut=must)
        for field in ("file", "other")
        if field in sent.files
    ]
    pages = compared_pages(first.captures, others[0].captures) if others else compared_within(first.captures)
    return ExaminedArchive(first, others[0] if others else None, pages, _keep(request, sent), sent.text("case"))


def fingerprints(sent: SentEvidence) -> tuple[str, ...]:
    """Return the fingerprint that should have signed, where one was sent; raise `InputError` where it is none."""
    key = "".join(sent.text("key").replace(":", "").split()).lower()
    if key and (len(key) != 64 or not all(sign in "0123456789abcdef" for sign in key)):
        raise InputError("fingerprint_not_valid", where="key")
    return (key,) if key else ()


def read_captures(
    name: str, file: IO[bytes], keys: Sequence[str] = (), trusted: str = "", *, network_must_be_cut: bool = True
) -> ReadCaptures:
    """Read the captures of a page or an archive in confined processes, and verify a WACZ."""
    with as_path(file, name) as path, path.open("rb") as copy:
        digest, _ = digest_of(copy)
        checked = None
        if copy.read(2) == _ZIP and name.lower().endswith((".wacz", ".zip")):
            checked = verify_confined(copy, name, keys, trusted, network_must_be_cut=network_must_be_cut)
        elif keys:
            raise InputError("custody_no_wacz", where=name)
        reading = ReportFiles([Input(name, path)])
        captures: list[Capture] = []
        more, room = 0, MOST_TEXT
        try:
            for arrival in reading.arrivals():
                room -= len(arrival.report.text)
                if len(captures) < MOST_CAPTURES and room > 0:
                    captures.append(capture_of(arrival))
                else:
                    more += 1
        except InputError:
            if checked is None:
                raise
        captures += [failed_capture(failed) for failed in reading.failed][:MOST_CAPTURES]
    if not captures and checked is None:
        raise InputError("custody_nothing_captured", where=name)
    notes = [note for note in reading.notes if note.id in LEAVES_OUT]
    return ReadCaptures(name, sorted(captures, key=_taken), notes, checked, digest, more)


def compared_pages(some: Sequence[Capture], others: Sequence[Capture]) -> list[ComparedPage]:
    """Compare the captures of two files, whichever is the earlier one first."""
    if not some or not others:
        return []
    earlier, later = sorted((some, others), key=lambda captures: max(map(_taken, captures)))
    return compare_captures(earlier, later)


def compared_within(captures: Sequence[Capture]) -> list[ComparedPage]:
    """Compare the first capture of each page of a file with its last, where it was captured more than once."""
    by_url: dict[str, list[Capture]] = {}
    for capture in captures:
        if not capture.failed:
            by_url.setdefault(capture.url, []).append(capture)
    several = [some for some in by_url.values() if len(some) > 1]
    return [page for some in several for page in compare_captures(some[:1], some[-1:])]


def _taken(capture: Capture) -> float:
    return capture.taken.timestamp()
