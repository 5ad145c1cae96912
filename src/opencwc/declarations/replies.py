"""Answers of operators read back: each closes its question, or is said to be unknown, incomplete or contradictory.

A corrected register is made beside the original; the original is never written to.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.declarations.letters import ANSWERS, KIND, LABELS_ROW, SHEET
from opencwc.declarations.model import ACTIVITY_FIELDS, SITE_FIELDS
from opencwc.declarations.questions import Question
from opencwc.declarations.register_cells import RowReader, TableHabits
from opencwc.declarations.register_words import plain_words
from opencwc.errors import InputError
from opencwc.files.frames import PROBLEM, ROW, open_frame
from opencwc.files.units import find_unit
from opencwc.finding import Message
from opencwc.wording import LANGUAGES, say

MOST_BYTES = 16_000_000
MOST_FILES = 10_000
LONGEST = 2_000
"""Characters of a value or a reason that are read."""
CHANGE_FIELDS = ("question", "site", "table", "row", "field", "before", "after", "answer", "reason", "file")


class Reply(NamedTuple):
    """An answer as it was given: to which question, what, and where it stands."""

    question: str
    answer: str
    value: str
    reason: str
    where: str


class Closed(NamedTuple):
    """A question that an answer closed: the kind of answer, what stood in the cell, what stands there now, and why."""

    question: Question
    answer: str
    before: str
    after: str
    reason: str
    where: str


class Refused(NamedTuple):
    """An answer that closes nothing: where it stands, and why not."""

    where: str
    says: Message


class Outcome(NamedTuple):
    """What the answers came to: what is closed, what is refused, what is still open, and the rows as corrected.

    ``rows`` are by table, in the order of the register; withdrawn lines are left out.
    """

    closed: tuple[Closed, ...]
    refused: tuple[Refused, ...]
    open: tuple[Question, ...]
    rows: Mapping[str, list[dict[str, str]]]


Rows = Mapping[str, Mapping[int, Mapping[str, str]]]


def read_replies(source: Path) -> tuple[list[Reply], list[Refused]]:
    """Read the answers of a file (XLSX, JSON) or of all such files in a folder; what is no answer form is said.

    Raises `InputError` where there is no such file or folder.
    """
    if source.is_dir():
        files = [file for file in sorted(source.iterdir()) if file.suffix.lower() in (".xlsx", ".json")]
        if len(files) > MOST_FILES:
            raise InputError("too_many_answers", where=str(source), most=MOST_FILES)
    elif source.is_file():
        files = [source]
    else:
        raise InputError("no_such_answers", where=str(source))
    return read_reply_files((file.name, file) for file in files)


def read_reply_files(files: Iterable[tuple[str, Path]]) -> tuple[list[Reply], list[Refused]]:
    """Read the answers of files that came under names; the contents need not stand under them."""
    replies: list[Reply] = []
    refused: list[Refused] = []
    for name, file in files:
        try:
            replies += _replies_of(file, name)
        except InputError as error:
            says = Message("ask_fault_file", {"reason": error.what})
            refused.append(Refused(name, says))
    return replies, refused


def apply_replies(questions: Iterable[Question], replies: Iterable[Reply], rows: Rows) -> Outcome:
    """Hold answers against the questions, and correct the rows of the register by those that close one."""
    asked = {question.id: question for question in questions}
    given: dict[str, list[Reply]] = defaultdict(list)
    refused: list[Refused] = []
    for reply in replies:
        if reply.question not in asked:
            refused.append(Refused(reply.where, Message("ask_fault_unknown", {"id": reply.question[:80]})))
        elif reply.answer or reply.value or reply.reason:
            given[reply.question].append(reply)
    corrected = {table: {row: dict(cells) for row, cells in held.items()} for table, held in rows.items()}
    closed: list[Closed] = []
    for id, held in given.items():
        one = _one_reply(asked[id], held)
        answer = _closing(asked[id], one) if isinstance(one, Reply) else one
        if isinstance(answer, Refused):
            refused.append(answer)
        else:
            closed.append(answer)
    for answer in closed:
        _correct(corrected, answer)
    done = {answer.question.id for answer in closed}
    still = tuple(question for id, question in asked.items() if id not in done)
    tables = {table: list(held.values()) for table, held in corrected.items()}
    return Outcome(tuple(closed), tuple(refused), still, tables)


def register_files(outcome: Outcome) -> dict[str, bytes]:
    """Return the corrected register as CSV files by name, with the list of what was changed."""
    files = {}
    for table, fields in (("sites", SITE_FIELDS), ("activities", ACTIVITY_FIELDS)):
        further = dict.fromkeys(name for row in outcome.rows.get(table, ()) for name in row if name not in fields)
        files[f"{table}.csv"] = _as_csv((*fields, *further), outcome.rows.get(table, ()))
    files["changes.csv"] = _as_csv(CHANGE_FIELDS, (_change(closed) for closed in outcome.closed))
    return files


def _change(closed: Closed) -> dict[str, str]:
    question = closed.question
    place = question.place
    return {
        "question": question.id, "site": question.site, "table": place.table, "row": str(place.row or ""),
        "field": place.field, "before": closed.before, "after": closed.after, "answer": closed.answer,
        "reason": closed.reason, "file": closed.where,
    }  # fmt: skip


def _as_csv(fields: Iterable[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, tuple(fields), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _replies_of(file: Path, name: str) -> list[Reply]:
    if file.stat().st_size > MOST_BYTES:
        raise InputError("answers_too_large", where=name)
    with file.open("rb") as stream:
        is_workbook = stream.read(2) == b"PK"
    return list(_workbook_replies(file, name) if is_workbook else _json_replies(file, name))


def _workbook_replies(file: Path, name: str) -> Iterator[Reply]:
    with open_frame(Path(f"{file}#{SHEET}"), name) as frame:
        if "id" not in frame.header or "answer" not in frame.header:
            raise InputError("no_answer_form", where=name)
        for batch in frame.batches():
            for line in batch.iter_rows(named=True):
                if line[PROBLEM] is None and line["id"] != LABELS_ROW:
                    yield _reply(line, f"{name}#{SHEET}:{line[ROW] + 1}")


def _json_replies(file: Path, name: str) -> Iterator[Reply]:
    try:
        held = json.loads(file.read_text(encoding="utf-8-sig"), parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise InputError("answers_not_json", where=name, reason=str(error)[:200]) from error
    if not isinstance(held, dict) or held.get("kind") != KIND or not isinstance(held.get("answers"), list):
        raise InputError("no_answer_form", where=name)
    for number, answer in enumerate(held["answers"], 1):
        cells = answer if isinstance(answer, dict) else {}
        yield _reply(cells, f"{name}:answers[{number}]")


def _reply(cells: Mapping[str, Any], where: str) -> Reply:
    def text(name: str) -> str:
        value = cells.get(name)
        return " ".join(str(value).split())[:LONGEST] if isinstance(value, str) else ""

    return Reply(text("id"), text("answer"), text("value"), text("reason"), where)


def _one_reply(question: Question, replies: list[Reply]) -> Reply | Refused:
    """Return the answer to a question; answers that are not the same are said, and none of them holds."""
    meant = {(_kind_of(reply.answer), reply.value, reply.reason) for reply in replies}
    if len(meant) > 1:
        other = ", ".join(dict.fromkeys(reply.where for reply in replies[1:]))
        return Refused(replies[0].where, Message("ask_fault_contradictory", {"id": question.id, "other": other}))
    return replies[0]


def _closing(question: Question, reply: Reply) -> Closed | Refused:
    """Return what an answer closes, or why it closes nothing."""
    kind = _kind_of(reply.answer)
    fault = ""
    values: dict[str, str] = {"text": (reply.answer or reply.value)[:80]}
    if not kind:
        fault = "ask_fault_no_kind" if not reply.answer else "ask_fault_kind"
    elif kind == "corrected":
        if not reply.value:
            fault = "ask_fault_no_value"
        elif _is_same(question, reply.value):
            fault = "ask_fault_same_value"
        elif not question.place.field:
            fault = "ask_fault_no_cell"
        elif problem := _unreadable(question, reply.value):
            return Refused(reply.where, Message("ask_fault_value", {"why": problem}))
    elif kind == "confirmed" and question.says.id == "form_missing":
        fault = "ask_fault_nothing_to_confirm"
    elif reply.value and not _is_same(question, reply.value):
        fault = "ask_fault_value_beside"
    elif not reply.reason:
        fault = "ask_fault_no_reason"
    if fault:
        return Refused(reply.where, Message(fault, {**values}))
    after = {"corrected": reply.value, "confirmed": question.now}.get(kind, "")
    return Closed(question, kind, question.now, after, reply.reason, reply.where)


def _is_same(question: Question, value: str) -> bool:
    """Tell whether a value is what stands in the cell; a quantity without a unit has that of its row."""
    if question.place.field != "quantity":
        return value == question.now
    number, unit = _split_weight(question.now)
    given, its_unit = _split_weight(value)
    return given == number and its_unit in ("", unit)


def _unreadable(question: Question, value: str) -> Message | None:
    """Return what is wrong with a corrected value, as the reader of registers says it; ``None`` where nothing is."""
    field = question.place.field
    if question.place.table != "activities":
        return None
    texts = {"site": "x", "chemical": "x", "activity": "produce", "year": str(date.today().year), "quantity": "1",
             "unit": "kg"}  # fmt: skip
    number, unit = _split_weight(value) if field == "quantity" else (value, "")
    reader = RowReader(TableHabits("."))
    reader.activity(question.place.row, {**texts, field: number, **({"unit": unit} if unit else {})})
    said = [problem.says for problem in reader.problems if problem.place.field in (field, "unit")]
    return said[0] if said else None


def _correct(rows: dict[str, dict[int, dict[str, str]]], closed: Closed) -> None:
    """Write an answer into the rows: a corrected cell, or a withdrawn line that is left out."""
    question, place = closed.question, closed.question.place
    table = rows.setdefault(place.table, {})
    if closed.answer == "withdrawn":
        if place.table == "activities":
            table.pop(place.row, None)
        return
    if closed.answer != "corrected":
        return
    row = place.row
    if question.adds:
        row = max(table, default=0) + 1
    elif row not in table:
        row = next((at for at, cells in table.items() if _is_line_of(cells, question)), max(table, default=0) + 1)
    cells = table.setdefault(row, dict(question.adds) or {"site": question.site, "plant": question.plant})
    if place.table == "activities" and place.field == "quantity":
        number, unit = _split_weight(closed.after)
        cells["quantity"] = number
        if unit:
            cells["unit"] = unit
    else:
        cells[place.field] = closed.after


def _is_line_of(cells: Mapping[str, str], question: Question) -> bool:
    return cells.get("site") == question.site and cells.get("plant", "") == question.plant


def _split_weight(text: str) -> tuple[str, str]:
    """Return a number and the unit behind it, empty where there is none.

    >>> _split_weight("1.4 t"), _split_weight("1400")
    (('1.4', 't'), ('1400', ''))
    """
    number, _, unit = text.rpartition(" ")
    return (number, unit) if number and find_unit(unit) is not None else (text, "")


@cache
def _words_of_answers() -> Mapping[str, str]:
    words = {plain_words(say(f"ask_answer_{answer}", lang)): answer for answer in ANSWERS for lang in LANGUAGES}
    return words | {answer: answer for answer in ANSWERS}


def _kind_of(text: str) -> str:
    """Return the kind of an answer by its word in any of the languages; empty where it is none."""
    return _words_of_answers().get(plain_words(text), "")
