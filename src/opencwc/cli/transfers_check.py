"""`opencwc transfers check`: a ledger of planned shipments in; may each go, why, and what is still needed, out.

Exit status: 0 ran and nothing is needed, 1 something is prohibited, for review or still needed, 2 could not run.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from opencwc.cli import options
from opencwc.cli.keep_option import CasebookOfKept, Keep, KeepWhere, MarkOfKept, keep_run
from opencwc.cli.value import AnswerTarget, displayable, record_refusals
from opencwc.errors import InputError
from opencwc.finding import Message, Verdict
from opencwc.transfers.check.verb import VERB as CHECK
from opencwc.wording import say, sentence
from opencwc.wording.lists import entry_said

if TYPE_CHECKING:
    from opencwc.screening.model import Question
    from opencwc.transfers.check.checking import Answer

FORMATS = ("csv", "jsonl", "html")


@options.command
def check(
    ledger: Annotated[str, typer.Argument(metavar="LEDGER|-", help="A table of planned shipments, or - for a pipe.")],
    output: options.Output = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMATS)}; else by the ending of -o.")] = "",
    certificates: Annotated[Path | None, typer.Option(help="A table of the end-use certificates that came in.")] = None,
    sanctions: Annotated[
        Path | None, typer.Option(help="A sanctions list to look for those who receive; see `consignees`.")
    ] = None,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="The day on which it is asked; today if left out.")] = "",
    lists: Annotated[str, typer.Option(help="Lists to check, such as CWC,AG; CWC where none is named.")] = "",
    rules: options.Rules = None,
    map: options.Columns = None,
    lang: options.Lang = "",
    keep: Keep = "",
    mark: MarkOfKept = "",
    casebook: CasebookOfKept = "",
) -> int:
    """Say of each planned shipment whether it may go, by which rule, and what is still needed until when."""
    where = KeepWhere(keep, casebook, mark)
    where.require_case()
    format = options.format_asked(format, output, FORMATS)
    question = _question(as_of, lists, rules, lang)
    tables = _Tables(ledger, certificates, sanctions, options.columns_asked(map))
    return _check(tables, question, AnswerTarget(output, format, question.lang), where)


class _Tables(NamedTuple):
    """What is read: the ledger (``-`` for the pipe) and which column is what, the certificates, a sanctions list."""

    ledger: str
    certificates: Path | None
    sanctions: Path | None
    columns: Mapping[str, str]


def _check(tables: _Tables, question: Question, target: AnswerTarget, where: KeepWhere) -> int:
    from opencwc.files import open_for_writing
    from opencwc.language.refusals import is_refusal
    from opencwc.transfers.check.certificates import read_certificates
    from opencwc.transfers.check.checking import Checker, with_names_alike
    from opencwc.transfers.check.consignees import SanctionsList
    from opencwc.transfers.check.formats import CheckTally, lines_as_csv, lines_as_json, summary
    from opencwc.transfers.check.reader import steps_of
    from opencwc.transfers.check.shipments import read_shipments

    source, certificates, sanctions, columns = tables
    output, format, lang = target
    for file in (certificates, sanctions):
        if file is not None and not file.is_file():
            raise InputError("no_such_file", where=str(file))
    files = (None if source == "-" else Path(source), certificates, sanctions)
    options.refuse_overwriting([file for file in files if file is not None], [output])
    read = read_shipments(sys.stdin.buffer if source == "-" else Path(source), given=columns)
    held = read_certificates(certificates) if certificates else ()
    names = SanctionsList.read(sanctions) if sanctions else None
    checker, tally = Checker(question, held), CheckTally()
    by_rules = checker.check(read.shipments)
    answers = [with_names_alike(answer, names) if names else answer for answer in by_rules]
    for answer in answers:
        tally.add(answer)
    if where.case:
        asked = {
            "as_of": question.as_of.isoformat(), "lists": list(checker.question.lists),
            "rules": [file.name for file in question.files], "columns": dict(read.columns),
            "certificates": certificates.name if certificates else "", "sanctions": sanctions.name if sanctions else "",
        }  # fmt: skip
        steps = steps_of(checker, answers, read, held, names)
        keep_run(CHECK, steps, where, asked, [file for file in files if file is not None], lang)
    else:
        record_refusals(
            answer.shipment.said for answer in answers for finding in answer.findings if is_refusal(finding.message)
        )
    hits = sum(len(answer.alike) for answer in answers)
    compared = names.told_of_all(hits) if names else None
    notes = (*read.notes, *summary(checker, tally, read.columns, len(held), compared))
    told = [sentence(note, lang) for note in notes]
    if not format:
        _print_table(answers, lang)
        sys.stdout.write("\n".join(["", *told]) + "\n")
        return tally.status
    with open_for_writing(output, binary=True) as stream:
        if format == "html":
            from opencwc.transfers.check.report import check_report

            options.publish(check_report(answers, tally, notes, checker.convention, lang, read.name), stream, format)
        else:
            stream.write((lines_as_csv if format == "csv" else lines_as_json)(answers, lang).encode())
    if output is not None:
        told.append(say(Message("summary_report", {"path": str(output)}), lang))
    sys.stderr.write("\n".join(told) + "\n")
    return tally.status


def _print_table(answers: Sequence[Answer], lang: str) -> None:
    from rich.text import Text

    from opencwc.transfers.check.formats import line_of

    labels = ("label_id", "label_input", "transfers_label_from", "transfers_label_to", "transfers_label_date",
              "label_verdict", "label_entry", "label_why")  # fmt: skip
    narrow = {*labels} - {"label_input", "label_why", "label_verdict", "label_id"}
    columns = [
        (say(label, lang), {"overflow": "fold", "no_wrap": label in narrow, "ratio": _RATIOS.get(label)})
        for label in labels
    ]
    rows: list[list[str | Text]] = []
    for answer in answers[:_MOST_ON_SCREEN]:
        for finding in answer.findings:
            line = line_of(answer, finding, lang)
            named = " ".join(displayable(line["input"]).split())
            cells = (displayable(line["id"]), named[:_LONGEST_CELL], line["from"], line["to"], line["date"])
            verdict = Text(say(f"verdict_{finding.verdict}", lang), style=_STYLES[finding.verdict])
            entry = entry_said(f"{line['list']} {line['entry']}".strip(), lang)
            rows.append([*cells, verdict, Text(entry), line["why"]])
    if answers:
        options.print_grid(columns, rows)
    if len(answers) > _MOST_ON_SCREEN:
        options.print_more(len(answers) - _MOST_ON_SCREEN, lang)


def _question(as_of: str, lists: str, rules: list[Path] | None, lang: str) -> Question:
    from opencwc.screening.model import Question

    language, day = options.language_asked(lang), options.day_asked(as_of)
    return Question(day, options.names_asked(lists), options.rule_files_asked(rules), lang=language)


_MOST_ON_SCREEN = 200
_LONGEST_CELL = 80
_RATIOS = {"label_input": 3, "label_why": 8}
_STYLES = {
    Verdict.PROHIBITED: "bold red", Verdict.REVIEW: "bold yellow", Verdict.ALLOWED_WITH: "cyan",
    Verdict.UNREADABLE: "magenta", Verdict.ALLOWED: "green",
}  # fmt: skip
