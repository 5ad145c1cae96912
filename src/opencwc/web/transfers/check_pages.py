"""May it go? One planned shipment in a form, or many in a file: the answer, its duties and their days, its papers.

What is typed, and a file that is not to be kept, is answered while one waits. A file that is kept in a case is checked
by a job, and its page has everything that the file came to.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Query, Request
from starlette.responses import Response

from opencwc import __version__
from opencwc.casebook.model import Mark
from opencwc.casebook.permissions import may
from opencwc.convention import Convention
from opencwc.convention.fields import read_yaml
from opencwc.errors import InputError, NotFoundError
from opencwc.finding import CHECKED, Message
from opencwc.jobs.queue import Job
from opencwc.language.refusals import is_refusal
from opencwc.transfers.check.answers import Duty, Told, answer_from_json, facts_from_json
from opencwc.transfers.check.kept import Balance, Checked, tally_of
from opencwc.transfers.check.papers import SIDES
from opencwc.transfers.upload_question import CHECK, CHECK_SECONDS, MOST_KEPT, TransfersUpload, read_uploads
from opencwc.web.accounts.secret import Seal, service_secret
from opencwc.web.casebook.api import LARGEST, book_of
from opencwc.web.server.api_parameters import names_of
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import GuardedRoute, person_of, service_of, takes_uploads
from opencwc.web.server.uploads import Uploads, form_of, pack_uploads
from opencwc.web.transfers.api import answered, take_shipments
from opencwc.web.transfers.forms import given_of, shipments_of, words_of
from opencwc.web.transfers.kept import list_kept, shown_check, tabs_of
from opencwc.web.transfers.preview import PREVIEW_CHECK, show_start
from opencwc.wording import LANGUAGES, sentence
from opencwc.wording.states import state_name

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
FIELDS = (
    "chemical", "concentration", "quantity", "unit", "from", "to", "via", "date", "purpose", "consignee", "end_user",
    "packing", "retransfer_of", "papers",
)  # fmt: skip
"""The fields of a shipment that the form has (`opencwc.transfers.check.shipments.SHIPMENT_FIELDS`)."""
UNITS = ("g", "kg", "t", "L")
EXAMPLE = {
    "chemical": "Triethanolamine", "quantity": "250", "unit": "kg", "concentration": "99", "from": "DEU", "to": "ISR",
    "end_user": "An Invented Soap Works", "purpose": "industrial",
}  # fmt: skip
"""A shipment to click and try."""
EXAMPLES = {
    "shipments.csv": """id,chemical,cas,quantity,unit,concentration,from,to,date,consignee,purpose,certificates,papers
S-1,Triethanolamine,102-71-6,250,kg,99,DEU,ISR,2027-03-01,An Invented Soap Works,industrial,EUC-1,
S-2,Triethanolamine,102-71-6,900,kg,99,DEU,ISR,2027-06-01,An Invented Soap Works,industrial,EUC-1,
S-3,Thiodiglycol,111-48-8,50,kg,99,DEU,ISR,2027-03-01,An Invented Ink House,industrial,,
S-4,Thiodiglycol,111-48-8,50,kg,99,DEU,FRA,2027-03-01,An Invented Ink House,industrial,,
S-5,Saxitoxin,35523-89-8,4,mg,,CAN,FRA,2027-04-01,An Invented Clinic,medical,,
S-6,Acetone,67-64-1,2000,kg,99,DEU,ISR,2027-03-01,An Invented Paint Works,industrial,,
""",
    "certificates.csv": """id,issued_by,chemical,cas,quantity,unit,issued,expires,end_use,end_users,statements
EUC-1,ISR,Triethanolamine,102-71-6,1000,kg,2027-01-10,2027-12-31,soap,"An Invented Soap Works, Haifa",a-e
""",
    "names.csv": """id,schema,name,aliases,birth_date,countries,addresses,dataset,last_seen
inv-1,Company,Invented Soap Work Trading,An Invented Soap Works,,il,,invented,2026-01-01
""",
}
"""Files to click and try: invented."""
ANSWERS_A_PAGE, MOST_OWED = 25, 200
LONGEST_SEALED = 100_000
_WORDS_OF_A_NAME = 4
Word = Annotated[str, Form(max_length=500)]
Number = Annotated[int, Path(ge=1, le=LARGEST)]
Format = Literal["pdf", "xlsx"]


@dataclass(frozen=True)
class Owed:
    """Something that is still needed: its last day (empty where it has none), the shipment, the duty."""

    due: str
    shipment: Told
    duty: Duty


def owed_of(answers: Iterable[Told]) -> list[Owed]:
    """Return what is still needed for shipments, the earliest day first."""
    found = [Owed(duty.due, one, duty) for one in answers for duty in one.owed]
    return sorted(found, key=lambda one: (one.due or "9999", one.shipment.row))


def leading_to_job(job: Job) -> Response:
    """Lead the page to that of a job."""
    return Response(status_code=204, headers={"HX-Redirect": f"/transfers/jobs/{job.id}"})


@router.get("/transfers/check")
async def show(request: Request) -> Response:
    """Show the form; a shipment in the address fills it."""
    service, person = service_of(request), person_of(request)
    asked = {name: request.query_params.get(name, "")[:500] for name in FIELDS}
    kept = []
    if may(person, "read") and service.intake is not None:
        kept = await service.answering.run(list_kept, service.intake.book, person, CHECK)
    return page(
        request, "transfers/check.html", told=None, asked=asked, kept=kept, tabs=tabs_of(person), part="check",
        units=UNITS, purposes=_purposes(), states=_states(language_of(request)), today=date.today(), example=EXAMPLE,
        examples=list(EXAMPLES), marks=[one for one in Mark if one <= person.clearance], most_kept=MOST_KEPT,
    )  # fmt: skip


@router.get("/transfers/check/examples/{name}")
def example(name: str) -> Response:
    """Give an invented file to try out."""
    if name not in EXAMPLES:
        raise NotFoundError("there is no such example", where=name)
    headers = {"content-disposition": f"attachment; filename={name}"}
    return Response(EXAMPLES[name], media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/transfers/check")
async def answer(
    request: Request,
    chemical: Word = "",
    concentration: Word = "",
    quantity: Word = "",
    unit: Word = "",
    sender: Annotated[str, Form(max_length=500, alias="from")] = "",
    receiver: Annotated[str, Form(max_length=500, alias="to")] = "",
    via: Word = "",
    day: Annotated[str, Form(max_length=40, alias="date")] = "",
    purpose: Word = "",
    consignee: Word = "",
    end_user: Word = "",
    packing: Word = "",
    retransfer_of: Word = "",
    papers: Annotated[str, Form(max_length=2_000)] = "",
    lists: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Answer for one shipment."""
    texts = {
        "chemical": chemical, "concentration": concentration, "quantity": quantity, "unit": unit, "from": sender,
        "to": receiver, "via": via, "date": day, "purpose": purpose, "consignee": consignee, "end_user": end_user,
        "packing": packing, "retransfer_of": retransfer_of, "papers": papers,
    }  # fmt: skip
    texts = {name: text.strip() for name, text in texts.items() if text.strip()}
    if "chemical" not in texts:
        raise InputError("no chemical is named", where="chemical", remedy="Write a name, a CAS number or a SMILES.")
    service = service_of(request)
    told = await service.answering.run(
        answered, service, request, [_in_fields(texts)], date.today(), names_of(lists)
    )  # fmt: skip
    known = Message("transfers_summary_known", {"date": Convention(date.today()).states_known_until.isoformat()})
    notes = [sentence(known, language_of(request))]
    return page(
        request, "transfers/answer.html", **_answers(told, notes=notes, lasts=service.configuration.paper_days)
    )  # fmt: skip


def _in_fields(texts: Mapping[str, str]) -> Mapping[str, str]:
    """Return the texts by field: what is written for the chemical may be its number, its structure, or a line."""
    from opencwc.chemistry.registry_numbers import looks_like_cas
    from opencwc.files.headers import looks_like_smiles

    written = texts["chemical"]
    if looks_like_cas(written):
        name = "cas"
    elif len(written.split()) > _WORDS_OF_A_NAME:
        name = "line"
    else:
        name = "structure" if looks_like_smiles(written) and not written.isalpha() else "chemical"
    return {**{key: text for key, text in texts.items() if key != "chemical"}, name: written}


@router.post("/transfers/check/preview")
@takes_uploads
async def show_preview(request: Request) -> Response:
    """Show the start of the shipments that were dropped, and what their columns are taken for."""
    return await show_start(request, PREVIEW_CHECK, lambda form: shipments_of(form)[0][:1])


@router.post("/transfers/check/file")
@takes_uploads
async def answer_file(request: Request) -> Response:
    """Answer for the shipments of a file, which is read in the sandbox and not kept."""
    form = await form_of(request)
    service = service_of(request)
    try:
        uploads, roles = shipments_of(form)
        words = words_of(form)
        upload = TransfersUpload(
            CHECK, date.today(), given_of(words, 1), roles, lists=names_of(words.get("lists", "")),
            seconds=CHECK_SECONDS, network_must_be_cut=service.configuration.job_network_must_be_cut,
        )  # fmt: skip
        checked = await service.answering.run(_answered_all, upload, uploads)
    finally:
        await form.close()
    inputs = [one.said for one in checked.answers if any(is_refusal(says) for _, _, says in one.reasons)]
    await service.answering.run(service.record_refused, person_of(request), inputs)
    lang = language_of(request)
    said = [sentence(one, lang) for one in checked.said]
    return page(
        request, "transfers/answer.html",
        **_answers(
            checked.answers, notes=said, balances=checked.balances, names=checked.names,
            lasts=service.configuration.paper_days,
        ),
    )  # fmt: skip


def _answered_all(upload: TransfersUpload, uploads: Uploads) -> Checked:
    answers: list[Told] = []
    told: Mapping[str, Any] = {}
    with tempfile.TemporaryFile(prefix="opencwc-shipments-") as file:
        pack_uploads(uploads, file)
        with read_uploads(upload, file) as lines:
            for line in lines:
                if line is not None and "answers" in line:
                    answers += map(answer_from_json, line["answers"])
                elif line is not None and line.get("done"):
                    told = line["told"]
    return Checked(told, tuple(answers))


def _answers(
    told: Sequence[Told],
    *,
    notes: Sequence[str] = (),
    balances: Sequence[Balance] = (),
    names: str = "",
    run: int | None = None,
    owed: Sequence[Owed] | None = None,
    lasts: int = 0,
) -> dict[str, Any]:
    """Return what the template of answers needs.

    ``run`` is that of a check that is kept; of another one papers can be drawn up for ``lasts`` days.
    """
    owed = owed_of(told) if owed is None else owed
    return {
        "told": told, "notes": notes, "balances": balances, "names": names, "run": run, "owed": owed[:MOST_OWED],
        "owed_more": max(0, len(owed) - MOST_OWED), "sides": SIDES, "formats": ("pdf", "xlsx"),
        "sealed": {one.row: _sealed(one) for one in told if one.papers} if run is None else {}, "lasts": lasts,
    }  # fmt: skip


@router.post("/transfers/check/keep")
@takes_uploads
async def keep_file(request: Request) -> Response:
    """Keep a file of planned shipments in a case, have it checked, and lead to the page of the job."""
    return await take_shipments(request, leading_to_job)


# -------------------------------------------------------------------------------------------------------- papers


@router.post("/transfers/check/paper")
async def draw_up(
    request: Request,
    shipment: Annotated[str, Form(max_length=LONGEST_SEALED)],
    kind: Annotated[str, Form(max_length=20)] = "licence",
    side: Annotated[str, Form(max_length=20)] = "sender",
    paper_lang: Annotated[str, Form(max_length=2)] = "",
    paper_format: Annotated[Format, Form()] = "pdf",
) -> Response:
    """Draw up a paper for a shipment that was answered and not kept; ``shipment`` is its answer, sealed here.

    So the paper rests on all that the answer did: on certificates at hand, and what other shipments drew from them.
    """
    opened = _seal().opened(shipment, lasts=86_400 * service_of(request).configuration.paper_days)
    if opened is None:
        raise InputError(
            "the shipment cannot be read, or its answer is too old",
            where="shipment",
            remedy="Check it again, then ask anew.",
        )
    told = answer_from_json(json.loads(opened))
    return await _paper(request, told, kind, side, paper_lang, paper_format)


def _sealed(told: Told) -> str:
    """Return an answer for its paper to be asked for with: sealed, so that nobody else can have written it."""
    plain = replace(told, reasons=(), duties=(), states=(), notes=(), texts={}, alike=())
    return _seal().seal(json.dumps(asdict(plain)))


def _seal() -> Seal:
    """The seal of answers: that of this version, since another one may tell answers otherwise."""
    return Seal(service_secret(), f"papers {__version__}")


@router.get("/transfers/checks/{number}/papers/{row}")
async def draw_up_kept(
    request: Request,
    number: Number,
    row: Number,
    kind: Annotated[str, Query(max_length=20)] = "licence",
    side: Annotated[str, Query(max_length=20)] = "sender",
    paper_lang: Annotated[str, Query(max_length=2)] = "",
    paper_format: Format = "pdf",
) -> Response:
    """Draw up a paper for a shipment of a check that is kept."""
    service = service_of(request)
    shown = await service.answering.run(shown_check, book_of(request), person_of(request), number)
    told = next((one for one in shown.kept.answers if one.row == row), None)
    if told is None:
        raise NotFoundError(f"the check has no shipment in row {row}", remedy="Go back to the check.")
    return await _paper(request, told, kind, side, paper_lang, paper_format)


async def _paper(
    request: Request, told: Told, kind: str, side: str, lang: str, paper_format: Format
) -> Response:  # fmt: skip
    from opencwc.transfers.check.papers import make_paper

    if not told.papers:
        raise InputError(
            "no paper goes with this shipment",
            where=told.id,
            remedy="See why in its answer: it is prohibited, or free.",
        )
    spoken = lang if lang in LANGUAGES else language_of(request)

    def make() -> bytes:
        from opencwc.publishing.pdf import write_pdf
        from opencwc.publishing.xlsx import write_xlsx

        out = io.BytesIO()
        facts = facts_from_json(told.certificate if kind == "certificate" else told.facts)
        paper = make_paper(kind, facts, spoken, side, date.today())
        (write_xlsx if paper_format == "xlsx" else write_pdf)(paper, out)
        return out.getvalue()

    content = await service_of(request).answering.run(make)
    name = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in told.id)[:40] or str(told.row)
    headers = {"content-disposition": f'attachment; filename="{kind}-{name}-{spoken}.{paper_format}"'}
    return Response(content, media_type=_MEDIA_TYPES[paper_format], headers=headers)


# -------------------------------------------------------------------------------------------------- a kept check


@router.get("/transfers/checks/{number}")
async def show_kept(
    request: Request,
    number: Number,
    verdict: Annotated[str, Query(max_length=30)] = "",
    after: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
) -> Response:
    """Show a check that is kept: what is still needed by when, the certificates' balance, each shipment's answer."""
    service, lang = service_of(request), language_of(request)
    person = person_of(request)
    shown = await service.answering.run(shown_check, book_of(request), person, number)
    fitting = [one for one in shown.kept.answers if verdict in ("", one.verdict)]
    rest = [one for one in fitting if one.row > after]
    shipments = rest[:ANSWERS_A_PAGE]
    counts = tally_of(shown.kept.answers)
    whole = not after and not verdict
    return page(
        request, "transfers/kept.html", shown=shown, tabs=tabs_of(person), part="check", verdict=verdict, after=after,
        counts={str(one): counts[str(one)] for one in CHECKED if str(one) in counts}, total=len(fitting),
        said=[sentence(one, lang) for one in shown.kept.said],
        next=shipments[-1].row if len(rest) > ANSWERS_A_PAGE else None,
        **_answers(
            shipments, run=number, balances=shown.kept.balances if whole else (), names=shown.kept.names,
            owed=owed_of(fitting) if not after else [],
        ),
    )  # fmt: skip


@cache
def _purposes() -> tuple[str, ...]:
    from opencwc.transfers.check.shipments import DATA

    return tuple(read_yaml(DATA)["purposes"])


@cache
def _states(lang: str) -> list[tuple[str, str]]:
    """Return the States and territories by name in a language."""
    from opencwc.convention.territories import all_territories

    return sorted(
        (state_name(territory.code, lang), territory.code)
        for territory in all_territories().values()
        if territory.kind == "present"
    )


_MEDIA_TYPES: Mapping[Format, str] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
