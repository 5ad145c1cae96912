"""Names in an original hidden, by a rule and by hand, so that each hidden part can be shown later to belong."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import Request
from starlette.responses import Response

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.custody import SALTS_ENDING
from opencwc.custody.masks import LARGEST, Piece, Salts, pieces_of, salts_in
from opencwc.errors import NotFoundError
from opencwc.jobs.evidence_masks import Hiding, MaskedOriginal, keep_masked, mask_original, reveal_all, show_part
from opencwc.records import to_json
from opencwc.web.custody.case_pages import CASE, ONE, CaseName, Sha256
from opencwc.web.custody.custody_view import case_custody
from opencwc.web.custody.forms import HIDE, REVEAL, SHOW_PART, SentEvidence, number_in
from opencwc.web.server import downloads
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, book_of, person_of, service_of
from opencwc.wording import RIGHT_TO_LEFT

router = Router(include_in_schema=False)
MOST_SHOWN = 200_000
"""Characters of a masked text that are shown."""


@router.get(ONE + "/mask", action="keep")
def show(request: Request, name: CaseName, sha256: Sha256) -> Response:
    """Show the form by which names in an original are hidden."""
    custody = case_custody(book_of(request), person_of(request), name)
    original = next((one.proved.step for one in custody.originals if one.proved.step.source_id == sha256), None)
    if original is None:
        raise NotFoundError("no_such_source", where=sha256)
    return page(request, "custody/mask.html", custody=custody, case=custody.case, original=original)


@router.post(ONE + "/mask/preview", action="keep", uploads=True)
async def preview(request: Request, name: CaseName, sha256: Sha256) -> Response:
    """Show the text with its names hidden; nothing is kept."""
    made = await _made(request, name, sha256, keep=False)
    pieces, cut = _first(pieces_of(made.masked), MOST_SHOWN)
    return page(
        request, "custody/masked.html", pieces=pieces, cut=cut,
        hidden=[secret.text for secret in made.masked.salts.parts], right_to_left=RIGHT_TO_LEFT,
    )  # fmt: skip


def _first(pieces: Iterable[Piece], most: int) -> tuple[list[Piece], bool]:
    """Return the pieces of the first characters of a text, and whether it goes on behind them."""
    shown: list[Piece] = []
    for piece in pieces:
        if most <= 0:
            return shown, True
        shown.append(piece._replace(text=piece.text[:most]))
        most -= len(piece.text)
    return shown, most < 0


@router.post(ONE + "/mask", action="keep", uploads=True)
async def mask(request: Request, name: CaseName, sha256: Sha256) -> Response:
    """Keep the masked text and its masks beside the original, and give what stays with who hid the names."""
    made = await _made(request, name, sha256, keep=True)
    salts = made.masked.salts
    return downloads.download(to_json(salts) + b"\n", f"masked-{salts.document[:8]}{SALTS_ENDING}")


async def _made(request: Request, case: str, original: str, *, keep: bool) -> MaskedOriginal:
    service, person, book = service_of(request), person_of(request), book_of(request)
    async with HIDE.sent(request) as sent:
        return await service.answering.run_for(
            person.id, mask_as_asked, book, person, case, original, sent, language_of(request), keep=keep
        )


def mask_as_asked(
    book: Casebook, person: Person, case: str, original: str, sent: SentEvidence, lang: str, *, keep: bool
) -> MaskedOriginal:
    """Hide in an original of a case what was asked for, and keep the masked text where that is wanted."""
    made = mask_original(book, person, case, original, hiding_in(sent), lang)
    if keep:
        keep_masked(book, person, case, original, made)
    return made


def hiding_in(sent: SentEvidence) -> Hiding:
    """Return what is to be hidden, as it was sent."""
    return Hiding(
        sent.lines("names"), sent.lines("places"), sent.says_yes("rule", "yes"), sent.says_yes("same"),
        sent.text("text_lang"),
    )  # fmt: skip


@router.post(CASE + "/parts", action="keep", uploads=True)
async def prove_part(request: Request, name: CaseName) -> Response:
    """Give one hidden part as it is shown to somebody; that is on record."""
    service, person = service_of(request), person_of(request)
    async with SHOW_PART.sent(request) as sent:
        part = await service.answering.run_for(person.id, part_as_asked, book_of(request), person, name, sent)
    return downloads.download(part, "part.json")


def part_as_asked(book: Casebook, person: Person, case: str, sent: SentEvidence) -> bytes:
    """Return the hidden part that was asked for as a file, and put it on record that it is shown."""
    return to_json(show_part(book, person, case, salts_sent(sent), number_in(sent), sent.text("to"))) + b"\n"


@router.post(CASE + "/revealed", action="keep", uploads=True)
async def reveal(request: Request, name: CaseName) -> Response:
    """Give a masked text of a case with every part in its place again; that is on record."""
    service, person = service_of(request), person_of(request)
    async with REVEAL.sent(request) as sent:
        text = await service.answering.run_for(person.id, reveal_all, book_of(request), person, name, salts_sent(sent))
    return downloads.download(text.encode("utf-8", "surrogatepass"), "revealed.txt")


def salts_sent(sent: SentEvidence) -> Salts:
    """Return the salts that were sent; raise `InputError` where the file holds none."""
    return salts_in(sent.data("salts", LARGEST), sent.files["salts"][0][0])
