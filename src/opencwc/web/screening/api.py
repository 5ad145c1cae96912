"""Which entries a chemical falls under: one value at a time, or a stream of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, ClassVar, TypedDict

from fastapi import Query, Request
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from opencwc.casebook.model import Person
from opencwc.errors import InputError
from opencwc.files.rows import EMPTY, STARTS_CHARACTERS, too_long_message
from opencwc.finding import Message
from opencwc.language.refusals import is_refusal
from opencwc.language.rule_judge import judge_by_rules
from opencwc.screening.known_chemicals import looks_drawn
from opencwc.screening.model import Outcome, Tally
from opencwc.screening.screener import Screener
from opencwc.screening.structure_screener import unreadable
from opencwc.web.casebook.upload_forms import SUBMITS, job_made
from opencwc.web.screening.finding_answers import (
    ListAnswer,
    ScreenedAnswer,
    ScreenedFinding,
    ScreenVerdict,
    answer_as_json,
    findings_of,
    whole_text,
)
from opencwc.web.screening.forms import FORM
from opencwc.web.server.answering import CheckedAnswer, checked_json
from opencwc.web.server.api_parameters import AsOf, Closed, InLang, Kind, Lang, Lists, answers, names_of
from opencwc.web.server.problems import HttpProblem
from opencwc.web.server.service import Router, Service, person_of, service_of

router = Router()
screening = Router(tags=["screening"])
jobs = Router(tags=["jobs"])
NDJSON = "application/x-ndjson"
LONGEST_IN_ADDRESS = 2_000
QUICK = 100
"""Characters of a drawing that is answered at once; a name may have to be looked up."""


class WholeScreenedAnswer(ScreenedAnswer):
    """The findings of a value, with what was checked."""

    checked: CheckedAnswer


class BatchLine(TypedDict, total=False):
    """One row; the last line has `checked`, `rows`, `by_verdict` and `silenced` instead."""

    row: int
    id: str
    verdict: ScreenVerdict
    answers: list[ListAnswer]
    findings: list[ScreenedFinding]
    checked: CheckedAnswer
    rows: int
    by_verdict: dict[str, int]
    silenced: dict[str, int]


class ScreenRequest(Closed):
    """One value to screen; what is no text is a value that cannot be read."""

    takes_any_text: ClassVar[bool] = True

    value: Annotated[str, Field(max_length=1_000_000, description="SMILES, InChI, CAS number, name or mol block.")]
    as_of: AsOf = None
    lists: Annotated[str | list[str], Field(description="Ids of lists; all at hand where it is empty.")] = ""
    kind: Kind = "auto"
    lang: Lang = "en"


@screening.get("/api/v1/screen", action="screen", answer=answers("The findings", WholeScreenedAnswer))
async def screen(
    request: Request,
    value: Annotated[
        str,
        Query(
            max_length=LONGEST_IN_ADDRESS,
            description="SMILES, InChI, CAS number or name. An address ends up in the logs of proxies: "
            "send what is confidential by POST.",
        ),
    ],
    as_of: AsOf = None,
    lists: Lists = "",
    kind: Kind = "auto",
    lang: InLang = "en",
) -> Response:
    """Screen one value that stands in the address."""
    return await _screened(request, ScreenRequest(value=value, as_of=as_of, lists=lists, kind=kind, lang=lang))


@screening.post("/api/v1/screen", action="screen", answer=answers("The findings", WholeScreenedAnswer), problems=(413,))
async def screen_posted(request: Request, asked: ScreenRequest) -> Response:
    """Screen one value that stands in the body."""
    return await _screened(request, asked)


async def _screened(request: Request, asked: ScreenRequest) -> Response:
    service = service_of(request)
    limit = service.configuration.value_limit
    if len(asked.value) > limit:
        raise InputError("value_too_long", characters=len(asked.value), most=limit)
    person = person_of(request)
    if (
        len(asked.value) <= QUICK
        and looks_drawn(asked.value)
        and service.answering.has(asked.as_of, names_of(asked.lists))
        and judge_by_rules(asked.value) is None  # recording a refusal waits for the casebook
    ):
        # Half a millisecond of work: handing it to a thread and back would take as long again.
        return Response(_answer(service, asked, person), media_type="application/json")
    body = await service.answering.run_for(person.id, _answer, service, asked, person)
    return Response(body, media_type="application/json")


def _answer(service: Service, asked: ScreenRequest, person: Person) -> bytes:
    text = whole_text(asked.value)
    service.see_allowed(person, text, asked.lang)
    screener = service.answering.screener(asked.as_of, names_of(asked.lists))
    verdict, body = answer_as_json(findings_of(screener, text, asked.kind), screener.rulebook.convention, asked.lang)
    service.metrics.count_screenings({verdict: 1})
    return json.dumps({"checked": checked_json(screener.rulebook, asked.lang), **body}, ensure_ascii=False).encode()


# ---------------------------------------------------------------------------------------------------------- batches

ROWS_AT_ONCE = 50
BYTES_AT_ONCE = 256_000
KEPT_IN_MEMORY = 4_000_000
TEXT, LINES, WHOLE = "text", "ndjson", "json"
_KINDS_OF_BODY = {
    "text/plain": TEXT,
    NDJSON: LINES,
    "application/jsonl": LINES,
    "application/ndjson": LINES,
    "application/json": WHOLE,
}
_BODY = {
    "required": False,
    "content": {
        "text/plain": {"schema": {}, "example": "CCO\n111-48-8\n"},
        NDJSON: {"schema": {}, "example": '"CCO"\n{"value": "111-48-8", "id": "P2"}\n'},
        "application/json": {
            "schema": {
                "type": "array",
                "items": {},
                "description": "Texts, or objects with `value` and `id`; anything else is a row that cannot be read.",
            },
            "example": ["CCO", {"value": "111-48-8", "id": "P2"}],
        },
    },
}


@screening.post(
    "/api/v1/screen/batch",
    action="screen",
    uploads=True,
    answer=answers("A line for each row, and one for all", BatchLine, NDJSON),
    problems=(413, 415),
    openapi_extra={"requestBody": _BODY},
)
async def screen_batch(
    request: Request, as_of: AsOf = None, lists: Lists = "", kind: Kind = "auto", lang: InLang = "en"
) -> Response:
    """Screen many values: one a line (`text/plain`), one JSON value a line (NDJSON), or an array; NDJSON comes back.

    A line is a value, or an object with `value` and `id`. The body is taken in whole before the first line of the
    answer is sent, so that a client may send everything before it reads anything.
    """
    service, person = service_of(request), person_of(request)
    media_type = request.headers.get("content-type", "text/plain").partition(";")[0].strip().lower()
    form = _KINDS_OF_BODY.get(media_type)
    if form is None:
        raise HttpProblem(415, "no-such-kind", "batch_kind_unknown", where="Content-Type", known=tuple(_KINDS_OF_BODY))
    screener = await service.answering.run_for(person.id, service.answering.screener, as_of, names_of(lists))
    batch = _Batch(service, person, screener, kind, lang, form)
    body: IO[bytes] = SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115 - closed by whoever reads it last
    try:
        async for chunk in request.stream():
            body.write(chunk)
        body.seek(0)
        rows = _rows_of_array(body, service.configuration.body_limit) if form == WHOLE else batch.lines(body)
    except BaseException:
        body.close()
        raise
    return StreamingResponse(_stream(batch, rows, body), media_type=NDJSON)


Line = bytes | int
"""A line as it was sent, or how long it was where it was too long to keep."""


@dataclass
class _Batch:
    service: Service
    person: Person
    screener: Screener
    kind: str
    lang: str
    form: str
    tally: Tally = field(default_factory=Tally)

    def lines(self, body: IO[bytes]) -> Iterator[Line]:
        """Read the lines, none of them longer in memory than a value may be."""
        limit = self.service.configuration.value_limit * 4
        while line := body.readline(limit):
            size = len(line)
            if size == limit and not line.endswith(b"\n"):
                while (more := body.readline(limit)) and not more.endswith(b"\n"):
                    size += len(more)
                yield size + len(more)
            else:
                yield line.rstrip(b"\r\n")

    def answer(self, first: int, lines: list[Line]) -> bytes:
        """Answer a run of lines; what is refused in it is on record before anybody reads the answer."""
        out, counted, refused = [], Tally(), []
        for row, line in enumerate(lines, first):
            text, row_id, problem = _value_of(line, self.form, self.service.configuration.value_limit)
            outcomes: tuple[Outcome, ...] | None = None if problem is None else (unreadable(problem),)
            findings = findings_of(self.screener, text, self.kind, row, row_id, outcomes)
            if is_refusal(findings[0].message):
                refused.append(text)
            verdict, body = answer_as_json(findings, self.screener.rulebook.convention, self.lang)
            counted.add(verdict)
            counted.merge(Tally(allowed=dict(body["silenced"])))
            out.append(json.dumps({"row": row, "id": row_id, **body}, ensure_ascii=False) + "\n")
        self.service.record_refused(self.person, refused)
        self.service.metrics.count_screenings(counted.by_verdict)
        self.tally.merge(counted)
        return "".join(out).encode()

    def end(self) -> bytes:
        """Say what was checked, and the count."""
        counts = {str(verdict): rows for verdict, rows in self.tally.by_verdict.items()}
        checked = checked_json(self.screener.rulebook, self.lang)
        return (
            json.dumps(
                {"checked": checked, "rows": self.tally.rows, "by_verdict": counts, "silenced": self.tally.allowed}
            ).encode()
            + b"\n"
        )


async def _stream(batch: _Batch, rows: Iterator[Line], body: IO[bytes]) -> AsyncIterator[bytes]:
    """Answer run after run; where nobody reads on, the next run is never begun."""
    run, person = batch.service.answering.run_for, batch.person.id
    try:
        first = 1
        while lines := await run(person, _next_lines, rows):
            yield await run(person, batch.answer, first, lines)
            first += len(lines)
        yield batch.end()
    finally:
        body.close()


def _next_lines(rows: Iterator[Line]) -> list[Line]:
    lines: list[Line] = []
    size = 0
    for line in rows:
        lines.append(line)
        size += len(line) if isinstance(line, bytes) else 0
        if len(lines) >= ROWS_AT_ONCE or size >= BYTES_AT_ONCE:
            break
    return lines


def _rows_of_array(body: IO[bytes], limit: int) -> Iterator[Line]:
    """Read a JSON array, which must fit into memory, as the lines it would be as NDJSON."""
    text = body.read(limit + 1)
    if len(text) > limit:
        raise HttpProblem(413, "too-large", "array_too_long", bytes=limit)
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError("body_is_no_json") from None
    if isinstance(values, dict) and isinstance(values.get("values"), list):
        values = values["values"]
    if not isinstance(values, list):
        raise InputError("body_is_no_json_array")
    return iter([json.dumps(value).encode() for value in values])


def _value_of(line: Line, form: str, limit: int) -> tuple[str, str, Message | None]:
    """Return the value and the id of a line, or why it cannot be read."""
    if isinstance(line, int):
        return "", "", too_long_message("", line)
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        starts = line[:STARTS_CHARACTERS].decode("utf-8", "replace")
        return "", "", Message("row_undecodable", {"encoding": "utf-8", "starts": starts})
    row_id = ""
    if form != TEXT and text.strip():
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return "", "", Message("row_bad_json", {"starts": text[:STARTS_CHARACTERS]})
        if isinstance(value, dict):
            row_id = whole_text(str(value.get("id", "")))[:LONGEST_IN_ADDRESS]
            value = value.get("value")
        if not isinstance(value, str):
            return "", row_id, Message("row_bad_json", {"starts": whole_text(text[:STARTS_CHARACTERS])})
        text = whole_text(value)
    if not text.strip():
        return "", row_id, EMPTY
    if len(text) > limit:
        return "", row_id, too_long_message(text, len(text.encode()))
    return text.strip(), row_id, None


# -------------------------------------------------------------------------------------------------------------- a file


@jobs.post("/api/v1/jobs", form=FORM.schema, **SUBMITS)
async def submit(request: Request) -> Response:
    """Keep an upload in a case and have it screened by the worker."""
    return await FORM.take(request, job_made)


router.include_router(screening)
router.include_router(jobs)
