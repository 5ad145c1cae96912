"""Audit: the record, the proof that nothing in it was altered, and the check of a bundle that somebody brings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path as FilePath
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Form, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from opencwc.casebook import bundle_verifier
from opencwc.casebook.agreement import agreement
from opencwc.casebook.audit_summary import record_length, record_state, show_record
from opencwc.casebook.database import Casebook
from opencwc.casebook.people import names_by_id
from opencwc.casebook.permissions import may
from opencwc.errors import InputError
from opencwc.jobs.second_looks import agreement_on_events
from opencwc.web.casebook.bundles import CheckedBundle, check_bundle
from opencwc.web.casebook.record_list import RECORD_KINDS, RecordList, about_said
from opencwc.web.casebook.upload_forms import form_of
from opencwc.web.casebook.verifications import Running, Verifications
from opencwc.web.server.api_parameters import LARGEST
from opencwc.web.server.downloads import download
from opencwc.web.server.htmx_headers import done
from opencwc.web.server.listing import MOST_PRINTED, Ending, ListWanted
from opencwc.web.server.page import is_fragment, language_of, page
from opencwc.web.server.service import Router, book_of, person_of, service_of
from opencwc.wording import say

router = Router(include_in_schema=False)
ROWS, MOST_IN_FILE = 50, 20_000
"""Records of one page, and of a file."""
MOST_PROBLEMS = 100
"""How many of the things that do not fit are shown; the console shows a thousand."""
_PERSON = re.compile(r"\b[0-9a-f]{16}\b")
Number = Annotated[int | None, Query(ge=0, le=LARGEST)]
Kind = Annotated[str, Query(max_length=40)]


@router.get("/audit", action="audit")
def overview(
    request: Request, order: ListWanted, after: Number = None, before: Number = None, kind: Kind = ""
) -> Response:  # fmt: skip
    """Show how the record stands, the last verification, and a page of the record: its end where nothing is asked."""
    book, person = book_of(request), person_of(request)
    kind = kind if kind in RECORD_KINDS else ""
    record = RecordList(book, person, order, kind, language_of(request))
    most = MOST_PRINTED if order.whole else ROWS
    after = 0 if after is None and before is None and record.oldest_first else after
    rows = record.rows(after=after, before=before, limit=most)
    first, last = (rows[0]["seq"], rows[-1]["seq"]) if rows else (0, 0)
    whole = record_state(book, person)
    return page(
        request, "casebook/audit/page.html", kinds=RECORD_KINDS, kind=kind, running=_verifications(request).last,
        most_problems=MOST_PROBLEMS, result=None, verifier=verifier_digest(), whole=whole,
        list=record.shown(rows, whole.records), names=record.names, oldest_first=record.oldest_first,
        about_said=about_said,
        csv="/audit/records.csv?" + "&".join(part for part in (urlencode({"kind": kind}), order.query) if part),
        older=first if rows and record.rows(before=first, limit=1) else None,
        newer=last if rows and record.rows(after=last, limit=1) else None,
        agreed=agreement(book, person) if may(person, "read") else None,
        agreed_events=agreement_on_events(book, person) if may(person, "read") else None,
    )  # fmt: skip


@router.get("/audit/records.{ending}", action="audit")
def give_records(request: Request, ending: Ending, order: ListWanted, kind: Kind = "") -> Response:
    """Give the records that are found as a file, the newest where there are many; no cell is a formula."""
    lang = language_of(request)
    kind = kind if kind in RECORD_KINDS else ""
    record = RecordList(book_of(request), person_of(request), order, kind, lang)
    rows = record.rows(after=0 if record.oldest_first else None, limit=MOST_IN_FILE)
    return download(record.shown(rows, len(rows)).file(ending, "page_audit_record", lang), f"records.{ending}")


@router.get("/audit/records/{number}", action="audit")
def record(request: Request, number: Annotated[int, Path(ge=0, le=LARGEST)]) -> Response:
    """Show one record: when, what, who, in which case, its commitment, and the way to its proof."""
    shown = show_record(book_of(request), person_of(request), number)
    names = names_by_id(book_of(request), [shown.actor])
    return page(request, "casebook/audit/record.html", one=shown, names=names, kinds=RECORD_KINDS)


@router.post("/audit/verification", action="audit")
def begin(request: Request, sources: Annotated[bool, Form()] = False) -> Response:
    """Begin to verify the casebook; where somebody did already, show that."""
    book, person = book_of(request), person_of(request)
    whole = record_state(book, person)
    checks = _verifications(request)
    running = checks.begin(book, person, sources=sources, records=whole.records, findings=whole.findings)
    shown = page(
        request, "casebook/audit/verification.html", running=running, most_problems=MOST_PROBLEMS, in_part=True,
        length=whole.records,
    )  # fmt: skip
    return _told(request, shown, running) if running.ended_at else shown


@router.get("/audit/verification", action="audit")
def progress(request: Request) -> Response:
    """Show how far the verification is, or what it found."""
    running, in_part = _verifications(request).last, is_fragment(request)
    template = "casebook/audit/verification.html" if in_part else "casebook/audit/verification_page.html"
    moves = in_part and running is not None and not running.ended_at
    length = 0 if moves else record_length(book_of(request), person_of(request))
    shown = page(
        request, template, running=running, most_problems=MOST_PROBLEMS, in_part=in_part, length=length
    )  # fmt: skip
    if running is None or not running.ended_at or not in_part:
        return shown
    return _told(request, shown, running)


def _told(request: Request, shown: Response, running: Running) -> Response:
    """Announce with a page what a verification that has ended found."""
    return done(shown, say(f"page_audit_{_outcome(running)}", language_of(request)))


def _outcome(running: Running) -> str:
    if running.stopped:
        return "stopped"
    if not running.found.fits:
        return "not_title"
    return "fits_title" if running.found.vouched else "unvouched_title"


@router.get("/audit/bundle", action="self")
def bundle_form(request: Request) -> Response:
    """Show where a bundle can be checked: a page of its own, because who receives one need be no auditor."""
    return page(request, "casebook/audit/bundle_page.html", result=None, verifier=verifier_digest())


@router.post("/audit/bundle", action="self", uploads=True)
async def bundle(request: Request) -> Response:
    """Check a bundle that somebody brings, and show what the verifier says; nothing of it is kept.

    Everybody may who is signed in: it reads nothing of the casebook but its id and the fingerprints of its keys. Where
    no key is typed, one that says it is of this casebook must be signed with one of those.
    """
    book, form = book_of(request), await form_of(request)
    try:
        file, key = form.get("file"), form.get("key", "")
        if not isinstance(file, UploadFile) or not file.filename:
            raise InputError("bundle_file_missing", where="file")
        run, person = service_of(request).answering.run_for, person_of(request)
        casebook, pinned = await run_in_threadpool(_pinned, book)
        given = key if isinstance(key, str) else ""
        checked = await run(person.id, check_bundle, file.file, given, casebook, pinned)
        name = file.filename
    finally:
        await form.close()
    known = checked.said.get("key", "") in pinned
    # What an altered bundle says of people nobody signed; what another casebook calls a person is no name of ours.
    if known and checked.verdict == "fits":
        ids = _PERSON.findall(checked.said.get("about", ""))
        checked = _with_names(checked, await run_in_threadpool(names_by_id, book, ids))
    shown = page(request, "casebook/audit/bundle_result.html", result=checked, name=name, known=known)
    return done(shown, say(f"page_bundle_{checked.verdict}", language_of(request)))


def _pinned(book: Casebook) -> tuple[str, list[str]]:
    """Return the id of a casebook and its pinned keys; where those cannot be read, nothing is said to fit."""
    return book.id, [pin.fingerprint for pin in book.pins.of(book.id)]


def _with_names(checked: CheckedBundle, names: Mapping[str, str]) -> CheckedBundle:
    """Return what the verifier says with the names of people before their ids, which alone stand in a bundle."""
    about = _PERSON.sub(
        lambda found: f"{names[found[0]]} ({found[0]})" if names.get(found[0]) else found[0], checked.said["about"]
    )
    return replace(checked, said={**checked.said, "about": about})


def verifier_digest() -> str:
    """Return the SHA-256 of the verifier that bundles carry, by which a genuine one is known."""
    return sha256(FilePath(bundle_verifier.__file__).read_bytes()).hexdigest()


def _verifications(request: Request) -> Verifications:
    """Return what was verified since the service started; made when it is first asked for."""
    state = request.app.state
    if not hasattr(state, "verifications"):
        state.verifications = Verifications()
    verifications: Verifications = state.verifications
    return verifications
