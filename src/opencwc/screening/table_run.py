"""A whole table through the screen: batch after batch, in this process or in several, always in the rows' order.

Memory holds a few batches at a time, whatever the length of the table. A worker that dies takes no row with it: the
run stops with an error, and nothing half-written takes the place of an answer. Workers never outlive the run.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Thread
from typing import TYPE_CHECKING

import msgspec

from opencwc.chemistry.name_index import NameIndex
from opencwc.chemistry.systematic_names import SystematicNames
from opencwc.errors import OutputError
from opencwc.files.rows import Rows
from opencwc.finding import Finding, Item, Message, Value
from opencwc.language.refusals import is_refusal
from opencwc.screening.batches import Answered, BatchScreener, findings_to_see, to_findings
from opencwc.screening.formats import format_named
from opencwc.screening.model import KINDS_BY_CELL, Checked, CheckedColumn, CheckedList, Question, Tally, TextRow
from opencwc.screening.rulebook import Rulebook, maker_of
from opencwc.version import __version__

if TYPE_CHECKING:
    from opencwc.files import Table
    from opencwc.screening.documents import DocumentRows

MOST_COLUMNS = 50
LONGEST_COLUMN = 200


@dataclass(frozen=True)
class Piece:
    """What came of one batch: its count, its encoded lines where a format was asked for, and its findings.

    ``refused`` are the inputs that ask for what OpenCWC never gives: whoever shows the answer records them.
    """

    tally: Tally
    encoded: bytes
    findings: list[Finding]
    refused: tuple[str, ...] = ()
    texts: tuple[TextRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What to make of each batch: a format to encode (or none), and which findings to hand back.

    ``most`` is up to how many findings that a person must see; ``everything`` asks for all, plainly not listed or not;
    ``texts`` asks for the rows themselves, where they are texts.
    """

    format: str = ""
    most: int = 0
    file: str = ""
    everything: bool = False
    texts: bool = False


def run(
    batches: Iterable[Rows],
    question: Question,
    wish: Wish,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Piece]:
    """Screen batches and yield their pieces in order; ``jobs`` is the number of processes.

    ``progress`` is told how far the index of names is built, where it has to be: with several processes by this one,
    before they begin.

    Raises:
        OutputError: a worker process died (out of memory, or killed).

    """
    if jobs <= 1:
        screener = BatchScreener(question, progress=progress)
        for rows in batches:
            yield make_piece(screener, rows, wish)
        return
    if question.kind not in ("smiles", "inchi", "molblock"):
        NameIndex.open(progress).close()
    context = get_context("spawn")
    end, ours = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(jobs, context, _start_worker, (question, wish, end))
    waiting: deque[Future[Piece]] = deque()
    try:
        for rows in batches:
            waiting.append(pool.submit(_work, rows))
            if len(waiting) > 2 * jobs:
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())
    except BrokenProcessPool as error:
        raise OutputError("screening_process_died") from error
    finally:
        ours.close()  # the run is over, or was stopped: workers still busy leave at once
        pool.shutdown(cancel_futures=True)
        end.close()


def _result(future: Future[Piece]) -> Piece:
    """Wait for a piece in short stretches: the system may tell another thread of Ctrl-C, and this one must look."""
    while not future.done():
        wait([future], timeout=0.2)
    return future.result()


def make_piece(screener: BatchScreener, rows: Rows, wish: Wish) -> Piece:
    """Screen one batch and encode it."""
    answered: Answered = screener.answer(rows)
    maker = maker_of(screener.rulebook)
    encoded = format_named(wish.format).encode(answered, screener, maker, wish.file) if wish.format else b""
    only = screener.question.only
    if wish.everything:
        findings = [*to_findings(answered, maker, wish.file, only)]
    else:
        seen = findings_to_see(answered, maker, wish.file, wish.most) if wish.most else []
        findings = [finding for finding in seen if not only or finding.verdict in only]
    return Piece(
        answered.tally, encoded, findings, tuple(_refused(answered)), tuple(_texts(rows)) if wish.texts else ()
    )


def _texts(rows: Rows) -> Iterator[TextRow]:
    for offset, (place, text) in enumerate(zip(rows.ids.to_list(), rows.inputs.to_list(), strict=True)):
        yield TextRow(rows.first + offset, place or str(rows.first + offset), text or "")


def _refused(answered: Answered) -> Iterator[str]:
    for offset, outcomes in answered.outcomes.items():
        if is_refusal(outcomes[0].message):
            yield answered.rows.inputs[offset]


def checked_of_table(rulebook: Rulebook, table: Table | DocumentRows, question: Question) -> Checked:
    """Return what is checked of a table or document: which of its columns are read, as what, and which are not."""
    read = {column.name for column in table.reads} | {table.column, table.id_column}
    left = [name for name in table.columns if name not in read]
    kinds = [CheckedColumn(column.name, column.kind) for column in table.reads]
    return msgspec.structs.replace(
        checked_by(rulebook, question.lang, table.name, table.column, table.notes),
        columns=tuple(kinds) if question.kind in KINDS_BY_CELL else (),
        id_column=table.id_column or "",
        not_read=tuple(name[:LONGEST_COLUMN] for name in left[:MOST_COLUMNS]),
        not_read_count=len(left),
    )


def columns_read(checked: Checked) -> Message:
    """Say which columns of a table were read as what, and which were not."""
    if not checked.columns or (len(checked.columns) == 1 and not checked.not_read):
        return Message("summary_column", {"column": checked.column, "file": checked.file})
    values: dict[str, Value] = {"file": checked.file, "columns": tuple(columns_as(checked))}
    if not checked.not_read:
        return Message("summary_columns", values)
    rest: list[Item] = [Message("column_named", {"column": name}) for name in checked.not_read]
    if more := checked.not_read_count - len(rest):
        rest.append(Message("page_columns_more", {"count": more}))
    return Message("summary_columns_rest", {**values, "rest": tuple(rest)})


def columns_as(checked: Checked) -> Iterator[Message]:
    """Say as what each column was read."""
    for column in checked.columns:
        yield Message("column_as", {"column": column.name, "kind": Message(f"column_of_{column.kind}")})


def checked_by(
    rulebook: Rulebook, lang: str = "en", file: str = "", column: str = "", notes: tuple[Message, ...] = ()
) -> Checked:
    """Return what is checked under a rulebook."""
    return Checked(
        lists=tuple(
            CheckedList(list_.id, list_.title.get(lang, list_.title["en"]), list_.text_of)
            for list_ in rulebook.convention.lists
        ),
        as_of=rulebook.convention.as_of.isoformat(),
        policies=tuple(f"policy_{policy.id}_{policy.choice}" for policy in rulebook.convention.policies),
        version=__version__,
        file=file,
        column=column,
        notes=notes,
        systematic_names=SystematicNames.available(),
    )


_WORKER: list[tuple[BatchScreener, Wish]] = []


def _start_worker(question: Question, wish: Wish, end: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the first one stops the others
    Thread(target=_leave_with_parent, args=(end,), daemon=True).start()
    _WORKER.append((BatchScreener(question), wish))


def _leave_with_parent(end: Connection) -> None:
    """Wait for the other end of a pipe to close, whatever closed it, and leave: an orphan waits for work forever."""
    end.poll(None)
    os._exit(1)


def _work(rows: Rows) -> Piece:
    screener, wish = _WORKER[0]
    return make_piece(screener, rows, wish)
