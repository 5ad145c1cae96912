"""Which entries of which lists a chemical falls under: `screen` takes values or files and gives findings.

Read in this order: `known` (names and numbers), `answering` (one input), `rulebook`, `cores`, `groups` and `judging`
(the rules), `mentions` and `documents` (texts), `batches` and `running` (many), `formats` and `reporting` (out).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from opencwc.errors import SettingsError
from opencwc.screening.model import KINDS, KINDS_BY_CELL, Question

if TYPE_CHECKING:
    from opencwc.files.rows import Rows
    from opencwc.finding import Finding
    from opencwc.screening.rulebook import Rulebook


def screen(
    source: str | Path | Iterable[str | None],
    *,
    as_of: date | str | None = None,
    lists: str | Sequence[str] = (),
    kind: str = "auto",
    column: str | None = None,
    gate: bool = True,
    jobs: int = 1,
) -> Iterator[Finding]:
    """Screen one value, many values, or a file, and yield the findings in the order of the rows.

    ``as_of`` is a date or its ISO 8601 text. With ``jobs`` above 1, call it under ``if __name__ == "__main__":`` as
    every program with several processes does. A `Path` is read as a table (.smi .csv .tsv .xlsx .parquet .sdf .mol
    .json .jsonl, also compressed); with ``kind="text"`` it is a document (.pdf .docx .xlsx .html .eml .txt .csv), or
    the named text column of a table. A `str` is one value or one text; anything else is an iterable of them. ``kind``
    is ``auto``, ``smiles``, ``inchi``, ``cas``, ``name``, ``molblock`` or ``text``; ``lists`` are ids of lists (all
    where empty). Every row has at least one finding; what cannot be read has the verdict ``unreadable``. Raises
    `InputError` where a file cannot be opened, `SettingsError` where a list is not known.

    >>> [(str(one.verdict), one.rule.entry) for one in screen("CC(C)OP(C)(=O)F", lists=["CWC"])]
    [('listed', '1A01')]
    """
    if kind not in KINDS:
        raise SettingsError("input_kind_unknown", kind=kind, known=tuple(KINDS))
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of or date.today()
    chosen = lists.split(",") if isinstance(lists, str) else lists
    question = Question(day, tuple(name.strip() for name in chosen if name.strip()), kind=kind, gate=gate)
    if isinstance(source, str):
        yield from screen_value(source, question)
        return
    from opencwc.files import open_table
    from opencwc.screening.documents import open_texts
    from opencwc.screening.table_run import Wish, run

    if isinstance(source, Path):
        table = (
            open_texts(source, column=column)
            if kind == "text"
            else open_table(source, column=column, beside=kind in KINDS_BY_CELL)
        )
        batches: Iterator[Rows] = table.batches()
        name = table.name
        if table.inputs_are == "molblock":
            question = Question(question.as_of, question.lists, kind="molblock", gate=gate)
    else:
        batches, name = _batches_of(source), ""
    for piece in run(batches, question, Wish(file=name, everything=True), jobs):
        yield from piece.findings


def screen_value(
    text: str,
    question: Question,
    rulebook: Rulebook | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Finding]:
    """Screen one value without loading what large inputs need: the quick way, same rules, same findings."""
    from opencwc.files.white_space import WHITE_SPACE
    from opencwc.finding import Subject
    from opencwc.screening.allow_list import answer_allowing
    from opencwc.screening.rulebook import Rulebook, maker_of
    from opencwc.screening.screener import Screener

    rulebook = rulebook or Rulebook.of(question.as_of, question.lists, question.files)
    maker = maker_of(rulebook)
    outcomes = answer_allowing(Screener(rulebook, progress), text.strip(WHITE_SPACE), question.kind)
    return [outcome.finding(Subject(1, "", text), maker) for outcome in outcomes]


def _batches_of(values: Iterable[str | None], size: int = 65_536) -> Iterator[Rows]:
    from opencwc.files.rows import Rows, ValueLimits, part_of_values

    first = 1
    rest = iter(values)
    while run := list(islice(rest, size)):
        part = part_of_values(
            [None if value is None else str(value) for value in run], [None] * len(run), {}, ValueLimits()
        )
        yield Rows(first, part.ids, part.inputs, part.problems)
        first += len(run)
