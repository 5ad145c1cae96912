"""May it go? One planned shipment in a form, or many in a file: the answer, its duties and their days, its papers.

What is typed, and a file that is not to be kept, is answered while one waits. A file that is kept in a case is checked
by a job, and its page has everything that the file came to.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal

from fastapi import Form, Query, Request
from msgspec.structs import replace
from pydantic import BaseModel, Field
from starlette.responses import Response

from opencwc.casebook.service_secret import Seal, service_secret
from opencwc.confining.rights import Bounds
from opencwc.confining.verb_runs import confined_steps
from opencwc.convention import Convention
from opencwc.convention.fields import read_yaml
from opencwc.convention.territories import find_territory
from opencwc.errors import InputError, NotFoundError
from opencwc.finding import Message, Verdict
from opencwc.jobs.archives import pack_uploads
from opencwc.language.refusals import is_refusal
from opencwc.publishing.report_files import report_file
from opencwc.records import from_plain, to_plain
from opencwc.transfers.check.kept import Balance, Duty, KeptCheck, ShownAnswer, SimilarName, tally_of, unpack
from opencwc.transfers.check.papers import SIDES
from opencwc.transfers.check.reader import MOST_AT_ONCE, MOST_KEPT
from opencwc.transfers.check.verb import VERB as CHECK
from opencwc.verbs import Ended
from opencwc.version import __version__
from opencwc.web.casebook.saved_runs import SavedRuns, numbered
from opencwc.web.casebook.upload_forms import Uploads, leading_to_job, upload_values
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Number, names_of
from opencwc.web.server.listing import ListWanted
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, Service, person_of, service_of
from opencwc.web.transfers.api import check_typed
from opencwc.web.transfers.finding_evidence import shipped
from opencwc.web.transfers.forms import PLANNED, given_of, roles_of
from opencwc.web.transfers.kept_runs import examples, shown_check, transfers_page
from opencwc.web.transfers.preview import PREVIEW_CHECK, show_preview_of
from opencwc.wording import LANGUAGES, say
from opencwc.wording.states import state_name

CHECK_SECONDS = 300.0
CHECK_BOUNDS = Bounds(memory=4_000_000_000, cpu_seconds=600)
"""What a check may use that is answered while one waits."""
router = Router(include_in_schema=False)
RUNS = SavedRuns(
    CHECK, "/transfers/checks", "page_transfers_checks_kept", "page_transfers_check_run",
    numbered("page_transfers_check_number"), "page_transfers_file_name",
    tuple((name, f"verdict_{name}") for name in ("prohibited", "review", "allowed_with", "unreadable", "allowed")),
)  # fmt: skip
RUNS.give_files(router)
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
EXAMPLES = examples("shipments.csv", "certificates.csv", "names.csv")
"""Files to click and try: invented."""
ANSWERS_A_PAGE, MOST_OWED = 25, 200
_COUNTS, _STATES_AS_OF = "transfers_summary_counts", "transfers_states_as_of"
LONGEST_SEALED = 100_000
_WORDS_OF_A_NAME = 4
Word = Annotated[str, Field(max_length=500)]


@dataclass(frozen=True)
class Owed:
    """Something that is still needed: its last day (empty where it has none), the shipment, the duty."""

    due: str
    shipment: ShownAnswer
    duty: Duty


def owed_of(answers: Iterable[ShownAnswer]) -> list[Owed]:
    """Return what is still needed for shipments, the earliest day first."""
    needed = [Owed(duty.due, shipment, duty) for shipment in answers for duty in shipment.owed]
    return sorted(needed, key=lambda owed: (owed.due or "9999", owed.shipment.row))


def reason_parts(says: Message) -> list[Message]:
    """Return what a reason says, one after the other, without what the card says elsewhere: verdict, day of States."""
    return [part for part in _unjoined(says) if not part.id.startswith("transfers_why_") and part.id != _STATES_AS_OF]


def states_as_of(answer: ShownAnswer) -> Message | None:
    """Return the day until which the States are known, where an answer rests on it."""
    parts = (part for _, _, says in answer.reasons for part in _unjoined(says))
    return next((part for part in parts if part.id == _STATES_AS_OF), None)


def gravest_first(answers: Iterable[ShownAnswer]) -> list[ShownAnswer]:
    """Return answers by their verdict, and those with the same one in the order of their file."""
    return sorted(answers, key=lambda answer: (CHECK.verdicts.index(Verdict(answer.verdict)), answer.row))


def duty_parts(says: Message) -> list[Message]:
    """Return what a duty says, one after the other, without its state and day, which have a badge and a column."""
    stated = (part.values.get("says") if part.id.startswith("transfers_owed_") else part for part in _unjoined(says))
    return [part for part in stated if isinstance(part, Message)]


def following(answer: ShownAnswer) -> list[Duty]:
    """Return the duties of an answer, without those that are broken and that its reasons tell already."""
    told = [part for _, _, says in answer.reasons for reason in reason_parts(says) for part in duty_parts(reason)]
    return [
        duty for duty in answer.duties if duty.state != "broken" or any(p not in told for p in duty_parts(duty.says))
    ]


def _unjoined(says: Message) -> list[Message]:
    parts = (says.values["first"], says.values["second"]) if says.id == "transfers_and" else ()
    return [one for part in parts if isinstance(part, Message) for one in _unjoined(part)] or [says]


@router.get("/transfers/check", action="screen")
def show(request: Request, wanted: ListWanted) -> Response:
    """Show the form; a shipment in the address fills it."""
    asked = {name: request.query_params.get(name, "")[:500] for name in FIELDS}
    return transfers_page(
        request, "transfers/check.html", "check", told=None, asked=asked, units=UNITS, purposes=_purposes(),
        states=_states(language_of(request)), example=EXAMPLE, examples=list(EXAMPLES), most_kept=MOST_KEPT,
        runs=RUNS, kept=RUNS.shown(request, wanted), **upload_values(request),
    )  # fmt: skip


@router.get("/transfers/check/examples/{name}", action="screen")
def example(name: str) -> Response:
    """Give an invented file to try out."""
    return downloads.example(EXAMPLES, name)


class ShipmentForm(BaseModel):
    """One planned shipment as the form sends it; ``lists`` are those to check."""

    chemical: Word = ""
    concentration: Word = ""
    quantity: Word = ""
    unit: Word = ""
    from_: Annotated[Word, Field(alias="from")] = ""
    to: Word = ""
    via: Word = ""
    date: Annotated[str, Field(max_length=40)] = ""
    purpose: Word = ""
    consignee: Word = ""
    end_user: Word = ""
    packing: Word = ""
    retransfer_of: Word = ""
    papers: Annotated[str, Field(max_length=2_000)] = ""
    lists: Annotated[str, Field(max_length=200)] = ""


@router.post("/transfers/check", action="screen")
def answer(request: Request, form: Annotated[ShipmentForm, Form()]) -> Response:
    """Answer for one shipment."""
    written = form.model_dump(by_alias=True, exclude={"lists"})
    texts = {name: text.strip() for name, text in written.items() if text.strip()}
    if "chemical" not in texts:
        raise InputError("chemical_missing", where="chemical")
    answers = check_typed(request, [_in_fields(texts)], date.today(), names_of(form.lists))
    known = Message("transfers_summary_known", {"date": Convention(date.today()).states_known_until.isoformat()})
    notes = [known]
    lasts = service_of(request).configuration.paper_days
    return page(request, "transfers/answer.html", **_answers(answers, notes=notes, lasts=lasts))


def _in_fields(texts: Mapping[str, str]) -> Mapping[str, str]:
    """Return the texts by field: what is written for the chemical may be its number, its structure, or a line."""
    from opencwc.chemistry.registry_numbers import looks_like_cas
    from opencwc.files.cell_forms import looks_like_smiles

    written = texts["chemical"]
    if looks_like_cas(written):
        name = "cas"
    elif len(written.split()) > _WORDS_OF_A_NAME:
        name = "line"
    else:
        name = "structure" if looks_like_smiles(written) and not written.isalpha() else "chemical"
    return {**{key: text for key, text in texts.items() if key != "chemical"}, name: written}


@router.post("/transfers/check/preview", action="screen", uploads=True)
async def show_preview(request: Request) -> Response:
    """Show the start of the shipments that were dropped, and what their columns are taken for."""
    return await show_preview_of(request, PREVIEW_CHECK)


@router.post("/transfers/check/file", action="screen", uploads=True)
async def answer_file(request: Request) -> Response:
    """Answer for the shipments of a file, which is read in the sandbox and not kept."""
    service, person = service_of(request), person_of(request)
    async with PLANNED.sent(request) as sent:
        question = {
            "as_of": date.today().isoformat(), "given": given_of(sent.texts, 1), "roles": roles_of(sent),
            "lists": names_of(sent.texts.get("lists", "")), "most": MOST_AT_ONCE,
        }  # fmt: skip
        checked = await service.answering.run_for(person.id, _check_uploads, service, question, sent.uploads)
    inputs = [answer.said for answer in checked.answers if any(is_refusal(says) for _, _, says in answer.reasons)]
    await service.answering.run_for(person.id, service.record_refused, person, inputs)
    return page(
        request, "transfers/answer.html",
        **_answers(
            checked.answers, notes=checked.said, balances=checked.certificates, names=checked.names,
            lasts=service.configuration.paper_days,
        ),
    )  # fmt: skip


def _check_uploads(service: Service, question: Mapping[str, Any], uploads: Uploads) -> KeptCheck:
    must = service.configuration.job_network_must_be_cut
    with tempfile.TemporaryFile(prefix="opencwc-shipments-") as file:
        pack_uploads(uploads, file)
        with confined_steps(CHECK, question, file, CHECK_SECONDS, CHECK_BOUNDS, network_must_be_cut=must) as steps:
            ends = [step for step in steps if isinstance(step, Ended)]
    pages = ends[0].pages if ends else None
    if pages is None:
        raise InputError("reading_broke_off")
    return unpack(pages.content)


def _answers(
    answers: Sequence[ShownAnswer],
    *,
    notes: Sequence[Message] = (),
    balances: Sequence[Balance] = (),
    names: str = "",
    run: int | None = None,
    owed: Sequence[Owed] | None = None,
    lasts: int = 0,
) -> dict[str, Any]:
    """Return what the template of answers needs.

    ``run`` is that of a check that is kept; of another one papers can be drawn up for ``lasts`` days.
    """
    owed = owed_of(answers) if owed is None else owed
    told = gravest_first(answers)
    return {
        "tally": {str(name): count for name, count in tally_of(told).items()}, "told": told,
        "alike": [answer.id for answer in told if answer.alike], "notes": notes,
        "balances": balances, "names": names, "run": run, "owed": owed[:MOST_OWED],
        "owed_more": max(0, len(owed) - MOST_OWED), "sides": SIDES, "formats": ("pdf", "xlsx"),
        "sealed": {answer.row: _sealed(answer) for answer in answers if answer.papers} if run is None else {},
        "lasts": lasts, "reason_parts": reason_parts, "states_as_of": states_as_of, "duty_parts": duty_parts,
        "following": following, "shipped": shipped,
        "facts_of_name": facts_of_name,
    }  # fmt: skip


def facts_of_name(listed: SimilarName, lang: str) -> list[str]:
    """Say of a name on a list what kind of thing bears it, and in which countries; what has no word stays as it is."""
    kind = f"consignees_kind_{listed.schema.lower()}"
    said = say(kind, lang)
    facts = (listed.schema if said == kind else said, *(_country_said(code, lang) for code in listed.countries))
    return [fact for fact in facts if fact]


def _country_said(code: str, lang: str) -> str:
    territory = find_territory(code)
    return state_name(territory.code, lang) if territory is not None else code.upper()


@router.post("/transfers/check/keep", action="keep", uploads=True)
async def keep_file(request: Request) -> Response:
    """Keep a file of planned shipments in a case, have it checked, and lead to the page of the job."""
    return await PLANNED.take(request, leading_to_job)


# -------------------------------------------------------------------------------------------------------- papers


class PaperWanted(BaseModel):
    """Which paper to draw up, from whose side, in which language and as which kind of file."""

    kind: Annotated[str, Field(max_length=20)] = "licence"
    side: Annotated[str, Field(max_length=20)] = "sender"
    paper_lang: Annotated[str, Field(max_length=2)] = ""
    paper_format: Literal["pdf", "xlsx"] = "pdf"


class PaperForm(PaperWanted):
    """The same for an answer that is not kept; ``shipment`` is that answer, sealed here."""

    shipment: Annotated[str, Field(max_length=LONGEST_SEALED)]


@router.post("/transfers/check/paper", action="screen")
def draw_up(request: Request, form: Annotated[PaperForm, Form()]) -> Response:
    """Draw up a paper for a shipment that was answered and not kept.

    The paper rests on all that the answer did: on certificates at hand, and what other shipments drew from them.
    """
    opened = _seal().opened(form.shipment, lasts=86_400 * service_of(request).configuration.paper_days)
    if opened is None:
        raise InputError("shipment_answer_too_old", where="shipment")
    return _paper(request, from_plain(ShownAnswer, json.loads(opened)), form)


def _sealed(answer: ShownAnswer) -> str:
    """Return an answer sealed, so that the page can send it back for its paper and nobody can forge it."""
    plain = replace(answer, reasons=(), duties=(), states=(), notes=(), texts={}, alike=())
    return _seal().seal(json.dumps(to_plain(plain)))


def _seal() -> Seal:
    """The seal of answers: that of this version, since another one may tell answers otherwise."""
    return Seal(service_secret(), f"papers {__version__}")


@router.get("/transfers/checks/{number}/papers/{row}", action="read")
def draw_up_kept(request: Request, number: Number, row: Number, wanted: Annotated[PaperWanted, Query()]) -> Response:
    """Draw up a paper for a shipment of a check that is kept."""
    shown = shown_check(request, number)
    answer = next((answer for answer in shown.kept.answers if answer.row == row), None)
    if answer is None:
        raise NotFoundError("check_has_no_such_row", row=row)
    return _paper(request, answer, wanted)


def _paper(request: Request, answer: ShownAnswer, wanted: PaperWanted) -> Response:
    from opencwc.transfers.check.papers import make_paper

    if not answer.papers:
        raise InputError("shipment_without_paper", where=answer.id)
    lang = wanted.paper_lang if wanted.paper_lang in LANGUAGES else language_of(request)
    paper = make_paper(wanted.kind, answer.facts_for(wanted.kind), lang, wanted.side, date.today())
    name = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in answer.id)[:40] or str(answer.row)
    file_name = f"{wanted.kind}-{name}-{lang}.{wanted.paper_format}"
    return downloads.download(report_file(paper, wanted.paper_format), file_name)


# -------------------------------------------------------------------------------------------------- a kept check


@router.get("/transfers/checks/{number}", action="read")
def show_kept(
    request: Request,
    number: Number,
    verdict: Annotated[str, Query(max_length=30)] = "",
    first: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
) -> Response:
    """Show a check that is kept: the gravest answer, what is still needed by when, each shipment from a row on."""
    shown = shown_check(request, number)
    ranked = gravest_first(shown.kept.answers)
    fitting = [answer for answer in ranked if verdict in ("", answer.verdict)]
    start = next((place for place, answer in enumerate(fitting) if answer.row == first), 0)
    shipments, rest = fitting[start : start + ANSWERS_A_PAGE], fitting[start + ANSWERS_A_PAGE :]
    counts = tally_of(ranked)
    whole = not start and not verdict
    return transfers_page(
        request, "transfers/kept.html", "check", shown=shown, verdict=verdict, start=start,
        counts={str(name): counts[str(name)] for name in CHECK.verdicts if str(name) in counts}, total=len(fitting),
        gravest=ranked[0] if ranked else None, checked=len(ranked),
        said=[message for message in shown.kept.said if message.id != _COUNTS],
        next=rest[0].row if rest else None,
        **_answers(
            shipments, run=number, balances=shown.kept.certificates if whole else (), names=shown.kept.names,
            owed=owed_of(fitting) if not start else [],
        ),
    )  # fmt: skip


@cache
def _purposes() -> tuple[str, ...]:
    from opencwc.transfers.check.shipment_cells import DATA

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
