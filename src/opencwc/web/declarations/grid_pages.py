"""Registers edited in a grid: opened from files, from a judged register or empty; changed, kept as versions, judged.

What is shown as a fault is what the register's own reader says; nothing is guessed and no row is dropped.
"""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import IO, Annotated, Any, Literal

from fastapi import Form, Query, Request
from pydantic import Field
from starlette.responses import RedirectResponse, Response, StreamingResponse

from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.model import Mark, Person
from opencwc.casebook.people import names_by_id
from opencwc.casebook.registers import (
    KeptRegister,
    RegisterFile,
    RegisterVersion,
    drop_changes,
    list_registers,
    open_register,
    read_file,
    read_version_rows,
    save_version,
)
from opencwc.casebook.runs import read_source
from opencwc.casebook.submissions import show_submission
from opencwc.declarations.confined_rows import read_rows
from opencwc.declarations.handed_in import Unfit
from opencwc.declarations.register_reader import NEEDED
from opencwc.declarations.register_sheets import (
    FIELDS,
    MOST_CELLS,
    Added,
    Cell,
    Change,
    Lost,
    Sheet,
    Sheets,
    empty_sheets,
    pack_sheets,
    read_sheets,
    require_told_again,
    sheets_of,
    unpack_sheets,
)
from opencwc.declarations.register_tables import ACTIVITIES
from opencwc.declarations.register_template import help_of
from opencwc.declarations.register_writer import register_texts, write_workbook
from opencwc.declarations.run_papers import rows_of
from opencwc.errors import ConflictError, InputError
from opencwc.finding import Message
from opencwc.jobs.archives import ARCHIVE_TYPE, pack_uploads
from opencwc.jobs.queue import Job
from opencwc.web.casebook.upload_forms import SentForm, Uploads, leading_to_job, upload_values
from opencwc.web.declarations.check_pages import titled_profiles
from opencwc.web.declarations.forms import REGISTER, YEARS, given_of, register_alone
from opencwc.web.declarations.grid_view import FAULTS_ONLY, OFFERED, AskedOfGrid, GridAsked, answer_of, view_of
from opencwc.web.declarations.handing_in import VersionForm, keep_files
from opencwc.web.declarations.judged_registers import shown_papers
from opencwc.web.declarations.opened_registers import (
    OpenedRegister,
    change_register,
    opened_register,
    undo_of,
    unsaved_changes,
)
from opencwc.web.server import downloads
from opencwc.web.server.api_parameters import LARGEST, Closed, Number
from opencwc.web.server.htmx_headers import announcing, leading_to
from opencwc.web.server.listing import Ending, ListColumn, ListWanted, day_column, listed
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import FORM_PROOF, Router, Service, book_of, person_of, service_of
from opencwc.wording import say

router = Router(include_in_schema=False)
LIST = "/declarations/registers"
JSON_NAME = "register.json"
Act = Literal["set", "paste", "add", "remove", "undo"]
Format = Literal["json", "xlsx", "zip"]


class ChangeForm(Closed):
    """A change as the grid sends it: what is done, at which row and field, and the stand of the register that was seen.

    ``text`` is that of the cell, or a block of cells from a spreadsheet, with tabs between them and a line a row.
    """

    seen: Annotated[str, Field(max_length=40)]
    act: Act
    table: Annotated[str, Field(max_length=20)] = ACTIVITIES
    row: Annotated[int, Field(ge=0, le=LARGEST)] = 0
    field: Annotated[str, Field(max_length=300)] = ""
    text: Annotated[str, Field(max_length=1_900_000)] = ""
    first: Annotated[int, Field(ge=0, le=LARGEST)] = 0
    only: Annotated[str, Field(max_length=20)] = ""


class EmptyForm(Closed):
    """Where a register that begins empty is kept."""

    case: Annotated[str, Field(min_length=1, max_length=64)]
    mark: Annotated[str, Field(max_length=40)] = "unclassified"


class SeenForm(Closed):
    """The stand of a register that is kept as a version."""

    seen: Annotated[str, Field(max_length=40)]


class SaveForm(SeenForm):
    """What is said of a version: for a submission, what changed."""

    changes: Annotated[str, Field(max_length=5_000)] = ""


class JudgeForm(SeenForm):
    """What a register is judged by."""

    year: Annotated[str, Field(max_length=4)] = ""
    profile: Annotated[str, Field(max_length=40)] = ""
    as_of: Annotated[str, Field(max_length=10)] = ""


# ------------------------------------------------------------------------------------------------------ to open one


REGISTER_COLUMNS: tuple[ListColumn[KeptRegister], ...] = (
    ListColumn("file", "page_declarations_file", lambda one, _: one.versions[0].name),
    ListColumn(
        "versions", "page_submissions_versions", lambda one, _: str(len(one.versions)),
        lambda one: len(one.versions), number=True,
    ),
    day_column("at", "page_grid_last_saved", lambda one: one.last.at[:10], lambda one: (one.last.at, one.id)),
    ListColumn("case", "casebook_column_case", lambda one, _: one.case.name),
)  # fmt: skip
"""The columns of the list of registers."""


@router.get(LIST + ".{ending}", action="keep")
def give_list(request: Request, ending: Ending, wanted: ListWanted) -> Response:
    """Give the list of registers as a file, in which no cell is a formula."""
    lang = language_of(request)
    table = listed(list_registers(book_of(request), person_of(request)), REGISTER_COLUMNS, wanted, lang)
    return downloads.download(table.file(ending, "page_grid_list", lang), f"registers.{ending}")


@router.get(LIST, action="keep")
def everything(request: Request, wanted: ListWanted) -> Response:
    """List the registers that are edited, and offer an empty one."""
    registers = list_registers(book_of(request), person_of(request))
    return page(
        request, "declarations/registers.html", registers=registers,
        list=listed(registers, REGISTER_COLUMNS, wanted, language_of(request)),
        address=LIST, **upload_values(request),
    )  # fmt: skip


@router.post(LIST, action="keep", uploads=True)
async def open_files(request: Request) -> Response:
    """Keep the register that was dropped, and lead to its grid."""
    service, person = service_of(request), person_of(request)
    async with REGISTER.sent(request) as whole:
        sent = register_alone(whole)
        asked, mark = await service.answering.run_for(person.id, REGISTER.asked, service, sent)
        given = given_of(sent.texts)
        with tempfile.TemporaryFile(prefix="opencwc-grid-") as archive:
            sheets = await service.answering.run_for(person.id, _read, service, sent.uploads, archive, given)
            single = len(sent.uploads) == 1
            stream = sent.uploads[0][1] if single else archive
            stream.seek(0)
            media_type = sent.media_type if single else ARCHIVE_TYPE
            file = RegisterFile(str(asked["name"]), stream, media_type, pack_sheets(sheets))
            return await service.answering.run_for(person.id, _opened, request, person, str(asked["case"]), file, mark)


def _read(
    service: Service, uploads: Uploads, archive: IO[bytes], given: Mapping[str, Mapping[str, str]]
) -> Sheets:  # fmt: skip
    """Return the sheets of uploads, which are packed into an archive and read in the sandbox."""
    pack_uploads(uploads, archive)
    return read_rows(archive, given, network_must_be_cut=service.configuration.job_network_must_be_cut)


def _opened(request: Request, person: Person, case: str, file: RegisterFile, mark: Mark) -> Response:
    book = book_of(request)
    kept_case = case_for_keeping(book, person, case, mark)
    return leading_to(f"{LIST}/{open_register(book, person, kept_case.name, file, mark)}")


@router.post(LIST + "/empty", action="keep")
def open_empty(request: Request, asked: Annotated[EmptyForm, Form()]) -> Response:
    """Begin a register without a row, and lead to its grid."""
    if asked.mark.upper() not in Mark.__members__:
        raise InputError("no_such_mark", where="mark", known=", ".join(str(mark) for mark in Mark))
    rows = pack_sheets(empty_sheets())
    name = say("page_grid_new_name", language_of(request))
    file = RegisterFile(name, io.BytesIO(rows), "application/json", rows)
    return _opened(request, person_of(request), asked.case, file, Mark[asked.mark.upper()])


@router.post("/declarations/runs/{number}/register", action="keep")
def open_judged(request: Request, number: Number) -> Response:
    """Open the register that was judged in a run, and lead to its grid."""
    shown, papers = shown_papers(request, number)
    held = rows_of(papers)
    sheets = sheets_of({table: list(rows.values()) for table, rows in held.items()})
    unjudged = (problem for problem in shown.kept.problems if problem.unjudged)
    lost = (Lost(one.table, one.row, one.field, f"{one.table} {one.row}") for one in unjudged)
    require_told_again(sheets, held, lost)
    rows = pack_sheets(sheets)
    source = str(shown.run["source_id"])
    content = b"".join(read_source(book_of(request), person_of(request), source)) if source else rows
    file = RegisterFile(shown.kept.file, io.BytesIO(content), ARCHIVE_TYPE, rows)
    return _opened(request, person_of(request), shown.case.name, file, Mark[str(shown.run["mark"]).upper()])


# --------------------------------------------------------------------------------------------------------- the grid


@router.get(LIST + "/{number}", action="edit")
def show(request: Request, number: Number, asked: AskedOfGrid) -> Response:
    """Show a register in its grid, some rows a page."""
    opened, today = opened_register(book_of(request), person_of(request), number), date.today()
    people = [version.person for version in opened.kept.versions] + [one.person for one in opened.kept.changes]
    if opened.kept.submission:  # a declarant's own, which shows nobody's name
        people = []
    return page(
        request, "declarations/grid.html", names=names_by_id(book_of(request), people), today=today,
        profiles=titled_profiles(request),
        years=[year for year in range(today.year - 3, today.year + 3) if year in YEARS],
        **_values(request, opened, asked),
    )  # fmt: skip


@router.get(LIST + "/{number}/grid", action="edit")
def show_rows(request: Request, number: Number, asked: AskedOfGrid) -> Response:
    """Give the grid alone, for a page that is open."""
    opened = opened_register(book_of(request), person_of(request), number)
    return page(request, "declarations/grid_rows.html", **_values(request, opened, asked))


def _values(request: Request, opened: OpenedRegister, asked: GridAsked) -> dict[str, Any]:
    lang = language_of(request)
    view = view_of(opened, asked, lang)
    sheets = [view if kind == asked.kind else view_of(opened, GridAsked(kind), lang) for kind in opened.sheets]
    return {
        "opened": opened, "kept": opened.kept, "view": view, "sheets": sheets, "answer": answer_of(opened, lang),
        "base": f"{LIST}/{opened.kept.id}", "counts": opened.faults_by_table(), "unsaved": unsaved_changes(opened.kept),
        "offered": OFFERED, "faults_only": FAULTS_ONLY,
    }  # fmt: skip


@router.post(LIST + "/{number}/changes", action="edit")
def change(request: Request, number: Number, asked: Annotated[ChangeForm, Form()]) -> Response:
    """Change a register, and give the grid as it stands then."""
    book, person = book_of(request), person_of(request)
    opened = opened_register(book, person, number)
    wanted = undo_of(opened.kept) if asked.act == "undo" else _change_of(opened, asked)
    after = change_register(book, person, opened, wanted, asked.seen)
    at = GridAsked(asked.table, asked.first, _row_to_show(asked, wanted), asked.only)
    return page(request, "declarations/grid_rows.html", **_values(request, after, at))


def _row_to_show(asked: ChangeForm, change: Change) -> int:
    """Return the row that has to be among those shown: the one that was added."""
    return change.added[-1].row if asked.act == "add" else 0


def _change_of(opened: OpenedRegister, asked: ChangeForm) -> Change:
    sheet = _sheet(opened, asked.table)
    if asked.act == "add":
        after = asked.row or (sheet.order[-1] if sheet.order else 0)
        return Change(asked.table, added=(Added(sheet.next_row, after),))
    if asked.act == "remove":
        return Change(asked.table, removed=(asked.row,))
    if asked.act == "set":
        return Change(asked.table, cells=(Cell(asked.row, asked.field, asked.text),))
    return _pasted(sheet, asked)


def _sheet(opened: OpenedRegister, table: str) -> Sheet:
    if table not in opened.sheets:
        raise InputError("register_change_unreadable", where="table")
    return opened.sheets[table]


def _pasted(sheet: Sheet, asked: ChangeForm) -> Change:
    """Return the change that a block from a spreadsheet makes; rows that it needs beyond the last are added."""
    block = block_of(asked.text)
    if asked.row not in sheet.texts or asked.field not in sheet.fields:
        raise InputError("register_row_gone", where=asked.table)
    if asked.only == FAULTS_ONLY and len(block) > 1:
        raise InputError("register_paste_among_faults", where=asked.table)
    column = sheet.fields.index(asked.field)
    width = max(len(line) for line in block)
    if width > len(sheet.fields) - column:
        raise InputError("register_paste_too_wide", where=asked.field, cells=width, fit=len(sheet.fields) - column)
    if len(block) * width > MOST_CELLS:
        raise InputError("register_too_many_cells", where=asked.table, most=MOST_CELLS)
    start, added = sheet.order.index(asked.row), []
    rows = list(sheet.order[start : start + len(block)])
    last = sheet.order[-1]
    for id in range(sheet.next_row, sheet.next_row + len(block) - len(rows)):
        added.append(Added(id, last))
        rows.append(id)
        last = id
    cells = [
        Cell(row, field, text)
        for row, line in zip(rows, block, strict=True)
        for field, text in zip(sheet.fields[column:], line, strict=False)
    ]
    return Change(asked.table, tuple(added), tuple(cells))


def block_of(text: str) -> list[list[str]]:
    """Return the cells of a block that was copied from a spreadsheet.

    >>> block_of('A\\t"two\\nlines"\\nB\\t5\\n')
    [['A', 'two\\nlines'], ['B', '5']]
    """
    try:
        lines = [line or [""] for line in csv.reader(io.StringIO(text, newline=""), "excel-tab")]
    except csv.Error:
        raise InputError("register_change_unreadable", where="text") from None
    return lines or [[""]]


# --------------------------------------------------------------------------------------------- one row as a plain form


@router.get(LIST + "/{number}/rows", action="edit")
def show_row(
    request: Request, number: Number, table: str = ACTIVITIES, row: Annotated[int, Query(ge=0, le=LARGEST)] = 0
) -> Response:
    """Show one row as a form, a new one where none is named: what needs no script."""
    opened = opened_register(book_of(request), person_of(request), number)
    sheet = _sheet(opened, table)
    if row and row not in sheet.texts:
        raise InputError("register_row_gone", where=table)
    asked = GridAsked(table, row=row)
    values = _values(request, opened, asked)
    shown = next((one for one in values["view"].rows if one.id == row), None)
    return page(
        request,
        "declarations/grid_row.html",
        table=table,
        row=row,
        shown=shown,
        sheet=sheet,
        help_of=help_of,
        need_of=partial(_need_of, table),
        **values,
    )


def _need_of(table: str, field: str) -> str:
    """Return the message that says whether a field has to be filled in; empty where it may be left out."""
    if field in NEEDED[table]:
        return "page_transfers_needed"
    return "page_grid_row_either" if table == ACTIVITIES and field in ("chemical", "cas") else ""


@router.post(LIST + "/{number}/rows", action="edit", plain_form=True)
async def keep_row(request: Request, number: Number) -> Response:
    """Take the row that a form sends, and show the grid at it."""
    form = await request.form()
    texts = {name: value for name, value in form.items() if isinstance(value, str) and name != FORM_PROOF}
    address = await service_of(request).answering.run_for(person_of(request).id, _kept_row, request, number, texts)
    return RedirectResponse(address, 303)


def _kept_row(request: Request, number: int, texts: Mapping[str, str]) -> str:
    book, person = book_of(request), person_of(request)
    opened = opened_register(book, person, number)
    table, act = texts.get("table", ACTIVITIES), texts.get("act", "set")
    sheet = _sheet(opened, table)
    row = int(texts["row"]) if texts.get("row", "").isdecimal() and len(texts["row"]) < 12 else 0
    if act == "remove":
        wanted = Change(table, removed=(row,))
    else:
        here = row or sheet.next_row
        added = () if row else (Added(here, sheet.order[-1] if sheet.order else 0),)
        held = sheet.texts.get(row, {})
        cells = [
            Cell(here, field, texts[f"cell-{field}"])
            for field in sheet.fields
            if f"cell-{field}" in texts and texts[f"cell-{field}"] != held.get(field, "")
        ]
        wanted = Change(table, added, tuple(cells))
        row = here
    if wanted.added or wanted.cells or wanted.removed:
        change_register(book, person, opened, wanted, texts.get("seen", ""))
    place = "" if act == "remove" else f"&row={row}#row-{row}"
    return f"{LIST}/{number}?table={table}{place}"


# ------------------------------------------------------------------------------------------------ versions, judgement


@router.post(LIST + "/{number}/versions", action="edit")
async def save(request: Request, number: Number, asked: Annotated[SaveForm, Form()]) -> Response:
    """Keep the register as it stands as its next version; a declarant's goes out as that of its submission."""
    return await service_of(request).answering.run_for(person_of(request).id, _kept_version, request, number, asked)


def _kept_version(request: Request, number: int, asked: SaveForm) -> Response:
    opened = opened_register(book_of(request), person_of(request), number)
    if opened.kept.submission:
        return _sent(request, opened, asked)
    version = _saved(request, opened, asked.seen)
    response = leading_to(f"{LIST}/{number}")
    told = say(Message("page_grid_saved", {"number": str(version.number)}), language_of(request))
    response.headers.update(announcing(told, carry=True))
    return response


def _sent(request: Request, opened: OpenedRegister, asked: SaveForm) -> Response:
    """Freeze a declarant's rows as the next version of its submission, and lead to the submission."""
    book, person, kept = book_of(request), person_of(request), opened.kept
    if asked.seen != kept.seen:
        raise ConflictError("register_changed_meanwhile")
    if not unsaved_changes(kept):
        raise ConflictError("register_not_changed")
    history = show_submission(book, person, kept.submission)
    if not kept.is_open or len(history.versions) != kept.base:
        raise ConflictError("register_of_submission_passed")
    name, rows = f"register-{len(history.versions) + 1}.json", pack_sheets(opened.sheets)
    said = VersionForm(seen=history.last, changes=asked.changes)
    sent = keep_files(request, history.submission, [(name, io.BytesIO(rows))], said)
    if isinstance(sent, Unfit):
        raise sent.error
    drop_changes(book, person, kept.id, asked.seen)
    response = leading_to(f"/declarations/submissions/{kept.submission}")
    told = say(Message("page_grid_sent", {"number": str(sent[0].number)}), language_of(request))
    response.headers.update(announcing(told, carry=True))
    return response


def _saved(request: Request, opened: OpenedRegister, seen: str) -> RegisterVersion:
    number = opened.kept.last.number + 1
    name = f"register-{opened.kept.id}-{number}.json"
    return save_version(
        book_of(request), person_of(request), opened.kept.id, pack_sheets(opened.sheets), name, seen
    )  # fmt: skip


@router.post(LIST + "/{number}/judge", action="keep")
def judge(request: Request, number: Number, asked: Annotated[JudgeForm, Form()]) -> Response:
    """Have the register judged as it stands, which is kept as a version first, and lead to the job."""
    opened = opened_register(book_of(request), person_of(request), number)
    version = _saved(request, opened, asked.seen) if unsaved_changes(opened.kept) else opened.kept.last
    return leading_to_job(_job_of(request, opened, version, asked))


def _job_of(request: Request, opened: OpenedRegister, version: RegisterVersion, asked: JudgeForm) -> Job:
    service, person = service_of(request), person_of(request)
    rows = read_version_rows(book_of(request), person, version)
    texts = {"case": opened.kept.case.name, "mark": str(opened.kept.mark)}
    texts |= {name: getattr(asked, name) for name in ("year", "profile", "as_of") if getattr(asked, name)}
    texts |= {f"map-{kind}-{field}": field for kind, sheet in opened.sheets.items() for field in own_fields(sheet)}
    stem = opened.kept.versions[0].name.replace(",", "")[:150]
    sent = SentForm([(f"{stem} {version.number}.json", io.BytesIO(rows))], ("file",), texts, "application/json")
    question, mark = REGISTER.asked(service, sent)
    return REGISTER.make_job(service, person, sent, question, mark)


def own_fields(sheet: Sheet) -> tuple[str, ...]:
    """Return the fields of a sheet that are those of its table, where it has a row."""
    return tuple(FIELDS[sheet.kind]) if any(sheet.texts.values()) else ()


@router.get(LIST + "/{number}/versions/{version}", action="keep")
def download_original(request: Request, number: Number, version: Number) -> Response:
    """Give a version's file as it came, as a file to save and never as a page of ours."""
    kept, parts = read_file(book_of(request), person_of(request), number, version)
    ending = "zip" if "," in kept.name else kept.name.rpartition(".")[2].lower()
    ending = ending if ending.isascii() and ending.isalnum() and len(ending) < 6 else "bin"
    headers = {"content-disposition": f'attachment; filename="register-{number}-{version}.{ending}"'}
    return StreamingResponse(parts, media_type="application/octet-stream", headers=headers)


@router.get(LIST + "/{number}/versions/{version}/register.{format}", action="keep")
def download_version(request: Request, number: Number, version: Number, format: Format) -> Response:
    """Give a version as a workbook, as a folder of CSV files, or as JSON; no cell is a formula."""
    kept, _ = read_file(book_of(request), person_of(request), number, version)
    rows = read_version_rows(book_of(request), person_of(request), kept)
    return downloads.download(_file_of(rows, format), f"register-{number}-{version}.{format}")


def _file_of(rows: bytes, format: Format) -> bytes:
    if format == "json":
        return rows
    register = read_sheets(unpack_sheets(rows), JSON_NAME).register
    content = io.BytesIO()
    if format == "xlsx":
        write_workbook(register, content)
        return content.getvalue()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in register_texts(register).items():
            archive.writestr(name, table)
    return content.getvalue()
