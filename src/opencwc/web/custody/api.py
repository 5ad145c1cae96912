"""Evidence for programs: pictures, pages and archives examined, packed and masked; a route for each command."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, BinaryIO, TypedDict, cast

from fastapi import Request
from msgspec import Meta
from starlette.responses import JSONResponse, Response

from opencwc.casebook.picture_looks import KeptUse
from opencwc.custody import comparison_formats
from opencwc.custody.archive_keys import house_key
from opencwc.custody.masks import LARGEST, MOST_TEXT, manifest_in, revealed, shown_part
from opencwc.custody.pictures.formats import ExaminedPicture, as_plain
from opencwc.custody.stix import Seen, as_stix
from opencwc.custody.wacz_verifier import archive_said
from opencwc.custody.wacz_writer import write_wacz
from opencwc.custody.web_archive import Original, digest_of
from opencwc.errors import InputError
from opencwc.jobs.evidence_masks import MOST_BYTES, MaskedOriginal, mask_file
from opencwc.records import to_json, to_plain
from opencwc.reports.captures import Capture
from opencwc.web.custody import case_api
from opencwc.web.custody.case_pages import pieces_of
from opencwc.web.custody.examination import (
    ExaminedArchive,
    ExaminedUpload,
    ReadCaptures,
    examine_archive,
    examine_upload,
)
from opencwc.web.custody.forms import (
    ARCHIVE,
    CHECK_PART,
    MASK,
    PACK,
    PART,
    PICTURE,
    REVEAL_FILES,
    SentEvidence,
    number_in,
)
from opencwc.web.custody.mask_pages import hiding_in, salts_sent
from opencwc.web.custody.pages import checked_part
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import Binary, InLang, answers
from opencwc.web.server.service import Router, person_of, service_of
from opencwc.wording import sentence

router = Router(tags=["evidence"])
ADDRESS = "/api/v1/evidence"
_UPLOAD: tuple[int, ...] = (404, 409, 413, 415, 501)


class KeptUseAnswer(TypedDict):
    """An original of a case that is the picture, or looks like it; `day` is when it was captured, or else received."""

    how: str
    bits: int
    case: str
    record: int
    sha256: str
    name: str
    day: str
    url: str


class ExaminedPictureAnswer(TypedDict):
    """What is known of a picture; no verdict is given."""

    says: Annotated[str, Meta(description="What came of it, in a line.")]
    picture: Annotated[dict[str, Any], Meta(description="What `opencwc custody picture --format json` gives.")]
    kept_uses: list[KeptUseAnswer]
    compared: Annotated[int, Meta(description="With how many pictures among originals it was compared.")]
    not_compared: Annotated[int, Meta(description="Of how many the hashes are still to be made: ask again.")]
    kept: Annotated[int, Meta(description="The record by which it was kept; 0 where it was not.")]


class PageCaptureAnswer(TypedDict):
    """A page as it was captured once; `failed` says why it could not be had."""

    url: str
    taken: str
    sha256: str
    title: str
    failed: str


class ReadArchiveAnswer(TypedDict):
    """A file of captures: its hash, its verification where it is a WACZ, and its captures by their times."""

    name: str
    sha256: str
    verified: Annotated[bool | None, Meta(description="Whether all fits; null where there is nothing to verify.")]
    key: Annotated[str, Meta(description="The fingerprint of the key that signed; empty where none did.")]
    vouched: bool
    said: list[str]
    captures: list[PageCaptureAnswer]
    not_read: list[str]
    more: int


class ComparedArchivesAnswer(TypedDict):
    """Captures verified and compared: what is absent later was present before, and nobody here knows why."""

    says: str
    files: list[ReadArchiveAnswer]
    compared: Annotated[list[dict[str, Any]], Meta(description="What `opencwc custody compare --format json` gives.")]
    kept: int


class MaskedTextAnswer(TypedDict):
    """A masked text, what goes with it, and what stays with you."""

    text: str
    masks: dict[str, Any]
    salts: dict[str, Any]


class HiddenPartAnswer(TypedDict):
    """Whether a part that was shown is the one that was hidden."""

    belongs: bool
    number: int
    text: str
    said: list[str]


@router.post(
    ADDRESS + "/pictures", action="rules", form=PICTURE.schema, answer=answers("What is known", ExaminedPictureAnswer),
    problems=_UPLOAD,
)  # fmt: skip
async def picture(request: Request, lang: InLang = "en") -> Response:
    """Examine a picture: camera data, content credentials, earlier uses among originals, and changes."""
    service, person = service_of(request), person_of(request)
    async with PICTURE.sent(request) as sent:
        examined = await service.answering.run_for(person.id, examine_upload, request, sent)
    return JSONResponse(_picture(examined, lang))


def _picture(examined: ExaminedUpload, lang: str) -> ExaminedPictureAnswer:
    shown = ExaminedPicture(examined.facts, (), examined.remarks, examined.differences)
    return {
        "says": sentence(examined.heading, lang),
        "picture": as_plain(shown, lang),
        "kept_uses": [_kept_use(use) for use in examined.kept_uses.uses],
        "compared": examined.kept_uses.pictures,
        "not_compared": examined.kept_uses.waiting,
        "kept": examined.kept.seq if examined.kept else 0,
    }


def _kept_use(use: KeptUse) -> KeptUseAnswer:
    return {
        "how": use.how, "bits": use.bits, "case": use.case, "record": use.record, "sha256": use.source_id,
        "name": use.name, "day": (use.taken or use.at)[:10], "url": use.url,
    }  # fmt: skip


@router.post(
    ADDRESS + "/captures", action="rules", form=ARCHIVE.schema,
    answer=answers("What is known", ComparedArchivesAnswer), problems=_UPLOAD,
)  # fmt: skip
async def archive(request: Request, lang: InLang = "en") -> Response:
    """Verify a WACZ, list the captures of a page or an archive, and compare them."""
    service, person = service_of(request), person_of(request)
    async with ARCHIVE.sent(request) as sent:
        examined = await service.answering.run_for(person.id, examine_archive, request, sent)
    return JSONResponse(_archive(examined, lang))


def _archive(examined: ExaminedArchive, lang: str) -> ComparedArchivesAnswer:
    files = [one for one in (examined.first, examined.other) if one is not None]
    return {
        "says": sentence(examined.heading, lang),
        "files": [_file(one, lang) for one in files],
        "compared": comparison_formats.compared_plain(examined.pages, lang),
        "kept": examined.kept.seq if examined.kept else 0,
    }


def _file(one: ReadCaptures, lang: str) -> ReadArchiveAnswer:
    checked = one.checked
    return {
        "name": one.name, "sha256": one.sha256, "verified": checked.fits if checked else None,
        "key": checked.key if checked else "", "vouched": bool(checked and checked.vouched),
        "said": archive_said(checked, lang) if checked else [],
        "captures": [_capture(capture) for capture in one.captures],
        "not_read": [sentence(note, lang) for note in one.notes], "more": one.more,
    }  # fmt: skip


def _capture(capture: Capture) -> PageCaptureAnswer:
    return {
        "url": capture.url, "taken": capture.taken.isoformat(), "sha256": capture.sha256, "title": capture.title,
        "failed": capture.failed,
    }  # fmt: skip


@router.post(
    ADDRESS + "/archives", action="keep", form=PACK.schema,
    answer=answers("The archive", Binary, "application/octet-stream"), problems=_UPLOAD,
)  # fmt: skip
async def pack(request: Request) -> Response:
    """Pack files as a WACZ, signed with the key of this house, or tell of them as STIX."""
    service, person = service_of(request), person_of(request)
    async with PACK.sent(request) as sent:
        content, name = await service.answering.run_for(person.id, _packed, sent)
    return downloads.download(content, name)


def _packed(sent: SentEvidence) -> tuple[bytes | Iterator[bytes], str]:
    uploads = sent.files["file"]
    taken = datetime.fromisoformat(sent.moment("taken")) if sent.text("taken") else datetime.now(UTC)
    urls = [sent.text("url"), *[""] * (len(uploads) - 1)]
    originals = [Original(file, name, taken, url) for (name, file), url in zip(uploads, urls, strict=True)]  # type: ignore[arg-type]
    if sent.text("format") == "stix":
        seen = [Seen(*digest_of(one.file), one.name, taken, one.media_type, one.url) for one in originals]
        return as_stix(seen) + b"\n", "originals-stix.json"
    key = house_key() if sent.says_yes("sign", "yes") else None
    out = tempfile.TemporaryFile(prefix="opencwc-archive-")  # noqa: SIM115 - closed once it was sent
    try:
        write_wacz(cast("BinaryIO", out), originals, key, title=sent.text("title"))
    except BaseException:
        out.close()
        raise
    return pieces_of(out), "originals.wacz"


@router.post(
    ADDRESS + "/masks", action="rules", form=MASK.schema, answer=answers("The masked text", MaskedTextAnswer),
    problems=_UPLOAD,
)  # fmt: skip
async def mask(request: Request, lang: InLang = "en") -> Response:
    """Hide names in what a file says; nothing is kept, and the salts are given to you alone."""
    service, person = service_of(request), person_of(request)
    async with MASK.sent(request) as sent:
        made = await service.answering.run_for(person.id, _masked, sent, lang)
    body: MaskedTextAnswer = {
        "text": made.masked.text,
        "masks": to_plain(made.masked.manifest),
        "salts": to_plain(made.masked.salts),
    }
    return JSONResponse(body)


def _masked(sent: SentEvidence, lang: str) -> MaskedOriginal:
    name, data = sent.files["file"][0][0], sent.data("file", MOST_BYTES)
    if len(data) > MOST_BYTES:
        raise InputError("custody_not_all_read", where=name)
    return mask_file(data, name, hiding_in(sent), lang)


@router.post(
    ADDRESS + "/masks/part", action="rules", form=PART.schema,
    answer=answers("The part", format=str, document=str, number=int, salt=str, text=str), problems=_UPLOAD,
)  # fmt: skip
async def prove(request: Request) -> Response:
    """Give what shows one hidden part to somebody, and nothing of the others."""
    async with PART.sent(request) as sent:
        shown = shown_part(salts_sent(sent), number_in(sent))
    return Response(to_json(shown), media_type="application/json")


@router.post(
    ADDRESS + "/masks/check", action="rules", form=CHECK_PART.schema,
    answer=answers("Whether it belongs", HiddenPartAnswer), problems=_UPLOAD,
)  # fmt: skip
async def check(request: Request, lang: InLang = "en") -> Response:
    """Check that a part which was shown is the one that was hidden at its place."""
    service, person = service_of(request), person_of(request)
    async with CHECK_PART.sent(request) as sent:
        belongs, shown, said = await service.answering.run_for(person.id, checked_part, sent)
    body: HiddenPartAnswer = {
        "belongs": belongs, "number": shown.number, "text": shown.text, "said": [sentence(one, lang) for one in said],
    }  # fmt: skip
    return JSONResponse(body)


@router.post(
    ADDRESS + "/masks/revealed", action="rules", form=REVEAL_FILES.schema,
    answer=answers("The text", text=str), problems=_UPLOAD,
)  # fmt: skip
async def reveal(request: Request) -> Response:
    """Put every hidden part back in its place: for whoever has the salts."""
    service, person = service_of(request), person_of(request)
    async with REVEAL_FILES.sent(request) as sent:
        text = await service.answering.run_for(person.id, _revealed, sent)
    return JSONResponse({"text": text})


def _revealed(sent: SentEvidence) -> str:
    masks = manifest_in(sent.data("masks", LARGEST), sent.files["masks"][0][0])
    text = sent.data("text", 4 * MOST_TEXT).decode("utf-8", "replace")
    return revealed(text, masks, salts_sent(sent))


router.include_router(case_api.router)
