"""What `opencwc declare` writes and reads beside its table: the declaration, a check of one, letters, their answers."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from opencwc.cli import options
from opencwc.cli.declare_asked import DeclareAsked, declarations_named
from opencwc.cli.declare_books import DeclareBooks, chemicals_on
from opencwc.cli.value import displayable
from opencwc.errors import OutputError, SettingsError
from opencwc.finding import Message
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.declarations.forms.model import Document
    from opencwc.declarations.forms.tree import Fault
    from opencwc.declarations.law import Law
    from opencwc.declarations.model import Answer
    from opencwc.declarations.questions import Question
    from opencwc.declarations.replies import Outcome

FAULT_FIELDS = ("place", "path", "rule", "what")
DAYS_TO_ANSWER = 21
_MOST_SHOWN = 200


def write_declaration(asked: DeclareAsked) -> int:
    """Write the declarations of a register as a file, and say what their forms lack; status 1 where they lack any.

    Raises:
        SettingsError: ``--only`` names what is no declaration, or a PDF or a workbook would go to a terminal.

    """
    from opencwc.declarations.forms.composition import compose, missing_in
    from opencwc.declarations.forms.declaration_files import declaration_file
    from opencwc.files import open_for_writing

    only = declarations_named(asked.only)
    if asked.output is None and asked.paper in ("pdf", "xlsx") and is_terminal():
        raise SettingsError("binary_to_terminal")
    asked.refuse_overwriting()
    books = DeclareBooks.read(asked)
    answer = books.judge()
    books.keep(answer)
    document = compose(answer, books.law, date.today(), only)
    content = declaration_file(document, asked.paper, asked.lang)
    with open_for_writing(asked.output, binary=True) as stream:
        stream.write(content)
    _tell(sentence(Message("form_written", {"number": str(len(document.declarations))}), asked.lang))
    lacking = len(list(missing_in(document)))
    if lacking:
        _tell(sentence(Message("form_lacking", {"number": str(lacking)}), asked.lang))
    return 1 if lacking or answer.problems else 0


def is_terminal() -> bool:
    """Tell whether what is written is read on a terminal, where a PDF or a workbook is only noise."""
    return sys.stdout.isatty()


def check_declaration(asked: DeclareAsked) -> int:
    """Check a declaration that somebody wrote, and print or write its faults; status 1 where it has any."""
    from opencwc.declarations.forms.checking import check
    from opencwc.declarations.forms.declaration_files import is_pdf, read_declaration
    from opencwc.files import open_for_writing

    file, lang = asked.check or Path(), asked.lang
    options.refuse_overwriting_input([file], asked.output)
    wanted = asked.format_among(("csv", "jsonl"))
    document, faults, places = read_declaration(file)
    if document is not None:
        law = asked.law.law()
        faults = [*faults, *check(document, places, law, chemicals_on(law.convention.as_of))]
    if wanted:
        with open_for_writing(asked.output, binary=True) as stream:
            stream.write(_faults_as(faults, wanted, lang).encode())
    elif faults:
        columns = [(say(f"form_heading_{name}", lang), {"overflow": "fold"}) for name in FAULT_FIELDS]
        rows = [[displayable(text) for text in _fault_shown(fault, lang)] for fault in faults[:_MOST_SHOWN]]
        options.print_grid(columns, rows)
        if len(faults) > _MOST_SHOWN:
            options.print_more(len(faults) - _MOST_SHOWN, lang)
    if is_pdf(file):
        _tell(sentence(Message("form_attached_read"), lang), to_output=not wanted)
    _tell(sentence(Message("form_checked", {"number": str(len(faults))}), lang), to_output=not wanted)
    return 1 if faults else 0


def write_letters(answer: Answer, questions: Sequence[Question], folder: Path, lang: str) -> date:
    """Write a letter and its forms to answer on for every plant site; return the day by which answers are asked for."""
    from opencwc.declarations.letters import (
        answer_form_json,
        answer_form_workbook,
        file_stem,
        letters_for,
        make_letter,
        operators_of,
    )
    from opencwc.files import open_for_writing
    from opencwc.publishing.report_files import report_file

    letters = letters_for(questions, operators_of(answer.register))
    today = date.today()
    until = today + timedelta(days=DAYS_TO_ANSWER)
    _make_folder(folder)
    stems: list[str] = []
    for letter in letters:
        stem = file_stem(letter, stems)
        stems.append(stem)
        report = make_letter(letter, answer.year, lang, today, until)
        files = {
            "pdf": report_file(report, "pdf"), "docx": report_file(report, "docx"),
            "xlsx": answer_form_workbook(letter, answer.year, lang),
            "json": answer_form_json(letter, answer.year, lang),
        }  # fmt: skip
        for ending, content in files.items():
            with open_for_writing(folder / f"{stem}.{ending}", binary=True) as stream:
                stream.write(content)
    said = {"number": str(len(letters)), "questions": str(len(questions)), "folder": str(folder)}
    _tell(sentence(Message("ask_written", {**said}), lang), to_output=True)
    return until


def read_answers(
    answer: Answer, questions: Sequence[Question], source: Path, given: Path, output: Path | None, lang: str
) -> Outcome:
    """Read answers back, and say what is closed, refused and open; the corrected register goes into a new folder.

    Where no answer closes a question nothing is corrected, and no folder is made.
    """
    from opencwc.declarations.register_reader import raw_rows
    from opencwc.declarations.replies import apply_replies, read_replies, register_files
    from opencwc.files import open_for_writing

    replies, refused = read_replies(given)
    outcome = apply_replies(questions, replies, raw_rows(answer.register))
    outcome = outcome._replace(refused=(*refused, *outcome.refused))
    folder = output or source.with_name(f"{source.stem if source.is_file() else source.name}-corrected")
    if outcome.closed:
        _make_folder(folder)
        for name, content in register_files(outcome).items():
            with open_for_writing(folder / name, binary=True) as stream:
                stream.write(content)
    _tell_outcome(outcome, folder, lang)
    return outcome


def _tell_outcome(outcome: Outcome, folder: Path, lang: str) -> None:
    for refused in outcome.refused[:_MOST_SHOWN]:
        message = Message("ask_refused", {"where": refused.where, "says": refused.says})
        _tell(say(message, lang), to_output=True)  # no sentence: the name of a file keeps its first letter
    counts = {
        "closed": str(len(outcome.closed)), "refused": str(len(outcome.refused)), "open": str(len(outcome.open)),
        "folder": str(folder),
    }  # fmt: skip
    _tell(sentence(Message("ask_outcome" if outcome.closed else "ask_outcome_none", {**counts}), lang), to_output=True)


def questions_about(answer: Answer, law: Law) -> tuple[Question, ...]:
    """Return what has to be asked of the operators: points to ask about, problems, and what the forms lack."""
    from opencwc.declarations.forms.composition import compose, missing_in
    from opencwc.declarations.kept import asking_of
    from opencwc.declarations.questions import questions_of
    from opencwc.declarations.register_reader import raw_rows

    document: Document = compose(answer, law)
    points = [point.question for point in asking_of(answer, law).points]
    return questions_of(answer, raw_rows(answer.register), missing_in(document), points)


def _make_folder(folder: Path) -> None:
    """Make a folder that is not there yet, or is empty; raise `OutputError` where something would be overwritten."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError("folder_not_empty", where=str(folder))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError("folder_not_made", where=str(folder), reason=str(error.strerror)) from error


def _faults_as(faults: Iterable[Fault], format: str, lang: str) -> str:
    rows = [dict(zip(FAULT_FIELDS, _fault_texts(fault, lang), strict=True)) for fault in faults]
    if format == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, FAULT_FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _fault_texts(fault: Fault, lang: str) -> tuple[str, str, str, str]:
    return fault.place or "–", fault.path or "/", fault.rule, sentence(fault.says, lang)


def _fault_shown(fault: Fault, lang: str) -> tuple[str, str, str, str]:
    """Return a fault for a person to read: the part of the declaration in words where it is one."""
    place, path, rule, says = _fault_texts(fault, lang)
    part = say("list_separator", lang).join(say(one, lang) if isinstance(one, Message) else one for one in fault.part)
    return place, part or (path if "[" in path else say("form_whole_declaration", lang)), rule, says


def _tell(text: str, *, to_output: bool = False) -> None:
    (sys.stdout if to_output else sys.stderr).write(displayable(text) + "\n")
