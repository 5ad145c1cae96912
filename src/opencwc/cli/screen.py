"""`opencwc screen`: a file, a pipe or a value in; a table, or a file of any format, out.

Exit status: 0 ran and nothing is listed, 1 ran and something is listed or for review, 2 could not run.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from msgspec import structs

from opencwc.chemistry.systematic_names import SystematicNames
from opencwc.cli import options
from opencwc.cli.keep_option import CasebookOfKept, Keep, KeepWhere, MarkOfKept, keep_run
from opencwc.cli.names_progress import NamesProgress
from opencwc.cli.value import (
    answer_value,
    checked_line,
    decodable,
    displayable,
    is_value,
    record_refusals,
)
from opencwc.errors import InputError, SettingsError
from opencwc.files import Table, open_for_writing, open_table
from opencwc.finding import Finding, Message, Value, Verdict
from opencwc.records import to_plain
from opencwc.screening.allow_list import AllowList
from opencwc.screening.answers import answer_to, reason_of
from opencwc.screening.documents import DocumentRows, is_document, open_texts
from opencwc.screening.formats import FORMATS, checked_as_json, format_named
from opencwc.screening.model import KINDS, KINDS_BY_CELL, Checked, Question, Tally, TextRow
from opencwc.screening.reader import started
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.table_run import Piece, Wish, checked_of_table, columns_read, run
from opencwc.screening.verb import VERB as SCREEN
from opencwc.verbs import Ended, Found, Step
from opencwc.wording import say, sentence
from opencwc.wording.lists import rule_said


@options.command
def screen(
    source: Annotated[str, typer.Argument(metavar="FILE|-|VALUE", help="A file, - for a pipe, or a value in quotes.")],
    output: options.Output = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMATS)}; else by the ending of -o.")] = "",
    column: Annotated[str | None, typer.Option(help="Name or number of the column that holds the chemicals.")] = None,
    id_column: Annotated[str | None, typer.Option(help="Name or number of the column that holds the ids.")] = None,
    kind: Annotated[str, typer.Option("--as", help=f"What the values are: {', '.join(KINDS)}.")] = "auto",
    as_of: options.AsOf = "",
    lists: Annotated[str, typer.Option(help="Lists to check, such as CWC,AG; all where none is named.")] = "",
    rules: options.Rules = None,
    only: Annotated[str, typer.Option(help="Give only these verdicts, such as listed,review.")] = "",
    jobs: Annotated[int, typer.Option(help="Threads and processes to use; 0 chooses by the size of the input.")] = 0,
    gate: Annotated[bool, typer.Option(help="Rule out by composition before reading in full; same answers.")] = True,
    explain: Annotated[bool, typer.Option("--explain", help="Show the rule, its atoms and every step.")] = False,
    lang: options.Lang = "",
    ocr: Annotated[
        bool | None, typer.Option("--ocr/--no-ocr", help="Read scanned pages with tesseract; by itself where it is.")
    ] = None,
    cluster: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Screen Parquet to Parquet on this Ray cluster.")
    ] = "",
    keep: Keep = "",
    mark: MarkOfKept = "",
    casebook: CasebookOfKept = "",
) -> int:
    """Say which entries of which lists chemicals fall under, why, and since when."""
    source = decodable(source)
    if not source.strip():
        raise InputError("value_empty")
    question = Question(
        options.day_asked(as_of),
        options.names_asked(lists),
        options.rule_files_asked(rules),
        options.one_of("--as", kind, KINDS),
        gate,
        options.language_asked(lang),
        tuple(Verdict(options.one_of("--only", word, SCREEN.verdicts)) for word in options.names_asked(only)),
    )
    where = KeepWhere(keep, casebook, mark)
    where.require_case()
    given = _Input(source, column, id_column, ocr)
    if keep and cluster:
        raise SettingsError("keep_with_cluster")
    if source != "-" and is_value(source) and not (output or format or cluster or only or keep):
        return answer_value(source, question, explain=explain)
    if cluster:
        return _screen_on_cluster(given, output, question, cluster)
    return _screen_table(given, output, format, question, jobs, where, explain=explain)


class _Input(NamedTuple):
    """What is screened, as the command line names it: the source, its columns, whether scanned pages are recognised."""

    source: str
    column: str | None
    id_column: str | None
    ocr: bool | None


@dataclass
class _Answer:
    """What is counted of a run, and the first of what it found: as much as is shown.

    With ``marks`` the texts are shown with every mention marked in place, listed or not.
    """

    most: int
    marks: bool
    tally: Tally = field(default_factory=Tally)
    findings: list[Finding] = field(default_factory=list)
    texts: list[TextRow] = field(default_factory=list)

    def add(self, piece: Piece) -> None:
        self.tally.merge(piece.tally)
        self.texts.extend(islice(piece.texts, max(0, _MOST_TEXTS - len(self.texts))))
        shown = (
            finding
            for finding in piece.findings
            if finding.verdict is not Verdict.NOT_LISTED or (self.marks and finding.evidence)
        )
        self.findings.extend(islice(shown, max(0, self.most - len(self.findings))))


def _screen_table(
    given: _Input, output: Path | None, format: str, question: Question, jobs: int, where: KeepWhere, *, explain: bool
) -> int:
    name = options.one_of("--format", format or options.format_of_ending(output, FORMATS), ("", *FORMATS))
    _refuse_impossible(given.source, output, jobs)
    rulebook = Rulebook.of(question.as_of, question.lists, question.files)
    table = _open(given, question.kind, others=bool(where.case))
    question = _of_table(question, table)
    checked = checked_of_table(rulebook, table, question)
    marks = name == "html" and question.kind == "text"
    answer = _Answer(_MOST_IN_REPORT if name == "html" else (0 if name else _MOST_ON_SCREEN), marks)
    encoded = "" if name in ("", "html") else name
    wish = Wish(format=encoded, most=answer.most, file=table.name, everything=bool(where.case) or marks, texts=marks)
    pieces = run(table.batches(), question, wish, _jobs(jobs, table), NamesProgress(question.lang))

    def steps(sink: Any) -> Iterator[Step]:
        """Give the steps to keep, while the pieces are counted and encoded."""
        yield started(rulebook, table, question)
        for piece in _with_progress(pieces, table, question.lang):
            answer.add(piece)
            if isinstance(table, DocumentRows):
                table.count(piece.found)
            if sink is not None:
                sink.add(piece.encoded)
            if where.case:
                yield Found(piece.findings)
            else:
                record_refusals(piece.refused)
        notes = [to_plain(note) for note in table.notes] if isinstance(table, DocumentRows) and table.stopped else []
        yield Ended(answer.tally.rows, answer.tally.by_verdict, {"notes": notes} if notes else {})

    with open_for_writing(output, binary=True) if name else _nowhere() as stream:
        sink = None
        if encoded:
            sink = format_named(name).open(stream, checked)
        files = _kept_files(given.source)
        keep_run(SCREEN, steps(sink), where, _asked(question, table), files, question.lang)
        if sink is not None:
            sink.close()
        checked = structs.replace(checked, notes=table.notes)  # some come while the table is read
        if name == "html":
            _write_report(stream, answer, checked, rulebook, question.lang)
    if output is not None and name in ("csv", "jsonl", "sdf"):
        _write_checked(output, checked, answer.tally, question.lang)
    if not name:
        _print_table(answer, rulebook, question, explain=explain)
    _print_summary(table, checked, answer.tally, rulebook, question.lang, output, quiet=not name, explain=explain)
    return answer.tally.status


def _refuse_impossible(source: str, output: Path | None, jobs: int) -> None:
    if jobs < 0:
        raise SettingsError("jobs_is_no_number", jobs=jobs)
    if output is not None and _same_file(output, source):
        raise InputError("answer_replaces_input", where=str(output))


def _of_table(question: Question, table: Table | DocumentRows) -> Question:
    """Return the question with the kind of the values, where the table says it and nobody else did."""
    tells = table.inputs_are == "molblock" or (table.inputs_are == "text" and isinstance(table, DocumentRows))
    return question._replace(kind=table.inputs_are) if question.kind == "auto" and tells else question


def _asked(question: Question, table: Table | DocumentRows) -> dict[str, Any]:
    """Return the question as a run keeps it."""
    return {
        "as_of": question.as_of.isoformat(), "lists": list(question.lists),
        "rules": [file.name for file in question.files],
        "kind": question.kind, "only": [str(verdict) for verdict in question.only], "column": table.column,
    }  # fmt: skip


def _kept_files(source: str) -> list[Path]:
    """Return the file that was screened, or those of the folder."""
    path = Path(source.split("#", maxsplit=1)[0])
    if source == "-" or is_value(source):
        return []
    return [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())


def _same_file(output: Path, source: str) -> bool:
    given = Path(source.split("#", maxsplit=1)[0])
    return given.is_file() and output.is_file() and output.samefile(given)


def _write_checked(output: Path, checked: Checked, tally: Tally, lang: str) -> None:
    """Write what was checked beside an answer whose format has no room for it."""
    counts = {str(verdict): rows for verdict, rows in tally.by_verdict.items()}
    notes = [sentence(note, lang) for note in checked.notes]
    counted = {"rows": tally.rows, "by_verdict": counts, "allowed": tally.allowed}
    summary = {**checked_as_json(checked), **counted, "notes": notes}
    with open_for_writing(output.with_name(f"{output.name}.checked.json"), binary=False) as stream:
        json.dump(summary, stream, ensure_ascii=False, indent=2)


def _write_report(stream: Any, answer: _Answer, checked: Checked, rulebook: Rulebook, lang: str) -> None:
    import io

    from opencwc.screening.report import write_report

    text = io.TextIOWrapper(stream, encoding="utf-8", write_through=True, newline="")
    write_report(text, answer.findings, checked, answer.tally, rulebook.convention, lang, texts=answer.texts)
    text.flush()
    text.detach()


def _screen_on_cluster(given: _Input, output: Path | None, question: Question, address: str) -> int:
    from opencwc.screening.cluster import screen_on_cluster

    if output is None:
        raise SettingsError("cluster_needs_output")
    source, column, id_column, _ = given
    tally = screen_on_cluster(Path(source), output, question, address, column=column, id_column=id_column)
    rulebook = Rulebook.of(question.as_of, question.lists, question.files)
    sys.stderr.write(_summary(tally, rulebook, question.lang, explain=False) + "\n")
    return tally.status


def _open(given: _Input, kind: str, *, others: bool) -> Table | DocumentRows:
    source, column, id_column, ocr = given
    beside = kind in KINDS_BY_CELL
    if kind == "text" and source == "-":
        return open_texts(sys.stdin.buffer, column=column, id_column=id_column, ocr=ocr)
    if source == "-":
        return open_table(sys.stdin.buffer, column=column, id_column=id_column, beside=beside, others=others)
    if is_value(source):
        import io

        # As JSON, whatever the value holds (commas, tabs, the lines of a mol block) stays one value.
        return open_table(io.BytesIO(json.dumps([{"value": source}]).encode()), name="value")
    if not source.strip():
        raise InputError("neither_file_nor_value")
    if kind == "text" or (kind == "auto" and column is None and is_document(Path(source))):
        return open_texts(Path(source), column=column, id_column=id_column, ocr=ocr)
    return open_table(Path(source), column=column, id_column=id_column, beside=beside, others=others)


def _jobs(asked: int, table: Table | DocumentRows) -> int:
    if asked:
        return asked
    return (os.cpu_count() or 1) if (table.size_bytes or 0) > _LARGE else 1


@contextmanager
def _nowhere() -> Iterator[Any]:
    yield None


def _with_progress(pieces: Iterator[Any], table: Table | DocumentRows, lang: str) -> Iterator[Any]:
    """Pass the pieces on, with a bar of rows, rate and time left on standard error when a person is watching."""
    if not sys.stderr.isatty() or (table.size_bytes is not None and table.size_bytes < _WORTH_A_BAR):
        yield from pieces
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn(say("progress_screening", lang)),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[rows]:,}"),
        TextColumn("{task.fields[rate]:,.0f}/s"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=table.size_bytes, rows=0, rate=0.0)
        rows = 0
        for piece in pieces:
            rows += piece.tally.rows
            elapsed = progress.tasks[0].elapsed or 1e-9
            progress.update(task, completed=table.bytes_read(), rows=rows, rate=rows / elapsed)
            yield piece


def _print_table(answer: _Answer, rulebook: Rulebook, question: Question, *, explain: bool) -> None:
    from rich.text import Text

    lang = question.lang
    columns = [
        (
            say(f"label_{name}", lang),
            {"overflow": "fold", "no_wrap": name in ("row", "verdict"), "ratio": _RATIOS.get(name)},
        )
        for name in ("row", "id", "input", "verdict", "entry", "why")
    ]
    rows: list[list[str | Text]] = []
    for finding in answer.findings:
        rule = rule_said(finding.rule, lang) if finding.rule else ""
        first = answer_to(finding, rulebook.convention)
        why = " ".join(sentence(said, lang) for said in (first.message, *first.beside, reason_of(finding)))
        if explain and finding.steps:
            steps = "; ".join(say(step, lang) for step in finding.steps)
            why += f" {say(Message('card_steps', {'steps': steps}), lang)}."
        cells = (str(finding.subject.row), displayable(finding.subject.id), _short(_shown(finding)))
        verdict = Text(say(f"verdict_{finding.verdict}", lang), style=_STYLES[finding.verdict])
        rows.append([*cells, verdict, rule, Text(why)])
    if rows:
        options.print_grid(columns, rows)
    verdicts = set(question.only or SCREEN.verdicts) - {Verdict.NOT_LISTED}
    left = sum(map(answer.tally.by_verdict.__getitem__, verdicts)) - len({f.subject.row for f in answer.findings})
    if left > 0:
        options.print_more(left, lang)


def _print_summary(
    table: Table | DocumentRows,
    checked: Checked,
    tally: Tally,
    rulebook: Rulebook,
    lang: str,
    output: Path | None,
    *,
    quiet: bool,
    explain: bool,
) -> None:
    """Say what was checked: below the table on standard output, and on standard error beside a written answer."""
    lines = [sentence(note, lang) for note in table.notes]
    if not isinstance(table, DocumentRows):
        lines.append(sentence(columns_read(checked), lang))
    else:
        lines += [sentence(language, lang) for language in table.recognised_languages()]
        if not table.stopped:
            what = Message("summary_document", {"file": table.name, "kind": table.kind.upper()})
            lines.append(sentence(what, lang))
    lines.append(_summary(tally, rulebook, lang, explain=explain))
    if output is not None:
        lines.append(say(Message("summary_report", {"path": str(output)}), lang))
    stream = sys.stdout if quiet else sys.stderr
    stream.write("\n".join(lines) + "\n")


def _summary(tally: Tally, rulebook: Rulebook, lang: str, *, explain: bool) -> str:
    counts: dict[str, Value] = {str(verdict): rows for verdict, rows in tally.by_verdict.items()}
    day = rulebook.convention.as_of.isoformat()
    values: dict[str, Value] = {"rows": tally.rows, "lists": rulebook.list_ids, "date": day}
    lines = [sentence(Message("summary_checked", values), lang)]
    lines.append(sentence(Message("summary_counts", counts), lang))
    if tally.silent:
        lines.append(sentence(Message("summary_silent", {"count": tally.silent}), lang))
    lines += [sentence(note, lang) for note in AllowList.of_house().notes(Counter(tally.allowed))]
    if tally.by_verdict[Verdict.UNREADABLE]:
        lines.append(sentence("summary_unreadable", lang))
    if not SystematicNames.available():
        lines.append(sentence("checked_without_systematic_names", lang))
    lines.append(checked_line(rulebook, lang, in_full=explain))
    return "\n".join(lines)


def _shown(finding: Finding) -> str:
    """Show a drawing of many lines by its structure, where the finding has it, or by its title."""
    text = finding.subject.input
    if "\n" not in text:
        return text
    drawn = next((evidence.structure for evidence in finding.evidence if evidence.structure), "")
    return " ".join(text.split()) if finding.basis == "text" else drawn or text.split("\n", maxsplit=1)[0].strip()


def _short(text: str) -> str:
    line = displayable(text.replace("\n", " "))
    return line if len(line) <= _LONGEST_CELL else line[:_LONGEST_CELL] + "…"


_MOST_ON_SCREEN = 200
_MOST_IN_REPORT = 20_000
_MOST_TEXTS = 20_000
_LONGEST_CELL = 80
_LARGE = 20_000_000
_WORTH_A_BAR = 2_000_000
_RATIOS = {"input": 3, "why": 5}
_STYLES = {
    Verdict.LISTED: "bold red", Verdict.REVIEW: "bold yellow", Verdict.EXEMPT: "cyan",
    Verdict.UNREADABLE: "magenta", Verdict.NOT_LISTED: "green",
}  # fmt: skip
