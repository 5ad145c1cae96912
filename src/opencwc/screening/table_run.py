"""A whole table through the screen: batch after batch, always in the rows' order.

With several jobs, threads sift the batches while this one reads them and answers what is left; where much is left,
processes answer it. Memory holds a few batches at a time, whatever the length of the table. A worker that dies takes no
row with it: the run stops with an error, and nothing half-written takes the place of an answer. Workers never outlive
the run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from time import thread_time
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

import msgspec

from opencwc.chemistry.name_index import NameIndex
from opencwc.chemistry.systematic_names import SystematicNames
from opencwc.errors import OutputError
from opencwc.files.rows import Rows
from opencwc.finding import Finding, Item, Message, Value
from opencwc.language.refusals import is_refusal
from opencwc.screening.batches import Answered, BatchScreener, Sifted, findings_to_see, to_findings
from opencwc.screening.formats import format_named
from opencwc.screening.model import (
    KINDS_BY_CELL,
    Checked,
    CheckedColumn,
    CheckedList,
    Outcome,
    Question,
    Tally,
    TextRow,
)
from opencwc.screening.rulebook import Rulebook, maker_of
from opencwc.version import __version__
from opencwc.workers.pool import WorkerPool, result_of

if TYPE_CHECKING:
    from opencwc.files import Table
    from opencwc.screening.documents import DocumentRows

T = TypeVar("T")
Answers: TypeAlias = list[tuple[Outcome, ...]]
Outcomes: TypeAlias = dict[int, tuple[Outcome, ...]]
SECONDS_ALONE = 1.0
"""How long this process answers texts, by the processor's time, before others start, which takes about as long."""
TEXTS_AT_ONCE = 250
MOST_COLUMNS = 50
LONGEST_COLUMN = 200


@dataclass(frozen=True)
class Piece:
    """What came of one batch: its count, its encoded lines where a format was asked for, and its findings.

    ``refused`` are the inputs that ask for what OpenCWC never gives: whoever shows the answer records them. ``found``
    counts the findings of texts, also those that are not handed back.
    """

    tally: Tally
    encoded: bytes
    findings: list[Finding]
    refused: tuple[str, ...] = ()
    texts: tuple[TextRow, ...] = ()
    found: int = 0


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
    """Screen batches and yield their pieces in order; with several ``jobs`` so many threads sift them.

    What they leave is answered here, and in ``jobs`` processes once it is clear that this takes long. ``progress`` is
    told how far the index of names is built, where it has to be: by this process, before the others begin.

    Raises:
        OutputError: a worker process died (out of memory, or killed).

    """
    screener = BatchScreener(question, progress=progress)
    if jobs <= 1:
        for rows in batches:
            yield make_piece(screener, rows, wish)
        return
    try:
        with ThreadPoolExecutor(jobs) as threads, closing(_FullPath(screener, jobs, progress)) as full_path:
            for answering in _answering(batches, screener, threads, full_path, jobs):
                yield _piece(screener, answering.finish(screener), wish)
    except BrokenProcessPool as error:
        raise OutputError("worker_process_died") from error


def _answering(
    batches: Iterable[Rows], screener: BatchScreener, threads: ThreadPoolExecutor, full_path: _FullPath, ahead: int
) -> Iterator[Answering]:
    """Yield the batches in order, each while some that come after it are sifted and answered already."""
    sifting: deque[Future[Sifted]] = deque()
    answering: deque[Answering] = deque()
    for rows in batches:
        sifting.append(threads.submit(screener.sift, rows))
        while sifting and (len(sifting) > ahead or sifting[0].done()):
            answering.append(full_path.begin(result_of(sifting.popleft())))
        while len(answering) > ahead:
            yield answering.popleft()
    while sifting:
        answering.append(full_path.begin(result_of(sifting.popleft())))
    yield from answering


class Answering(NamedTuple):
    """A batch whose answers are being found, here or in other processes."""

    sifted: Sifted
    texts: Sequence[str]
    parts: Sequence[Future[Answers]]
    joined: Future[Outcomes] | None = None

    def finish(self, screener: BatchScreener) -> Answered:
        """Wait for the answers, and return the batch's."""
        rows, left = self.sifted.rows, self.sifted.texts
        if left is None or self.joined is not None:
            of_rows: Outcomes = result_of(self.joined) if self.joined else {}
            return screener.complete(rows, of_rows)
        answers = dict(zip(self.texts, chain.from_iterable(map(result_of, self.parts)), strict=True))
        return screener.complete(rows, {offset: answers[text] for offset, text in left.items()})


class _FullPath:
    """Answers what the gate does not vouch for: in this process, and in others once that has taken a while."""

    def __init__(self, screener: BatchScreener, jobs: int, progress: Callable[[int, int], None] | None) -> None:
        self._screener, self._jobs, self._progress = screener, jobs, progress
        self._seconds = 0.0
        self._pool: WorkerPool | None = None

    def begin(self, sifted: Sifted) -> Answering:
        """Begin to answer a batch."""
        if sifted.texts is None:
            return Answering(sifted, (), (), self._processes().submit(_answer_joined, sifted.rows))
        texts = list(dict.fromkeys(sifted.texts.values()))
        parts = [self._answer(texts[start : start + TEXTS_AT_ONCE]) for start in range(0, len(texts), TEXTS_AT_ONCE)]
        return Answering(sifted, texts, parts)

    def _answer(self, texts: list[str]) -> Future[Answers]:
        if self._pool is not None or self._seconds >= SECONDS_ALONE:
            return self._processes().submit(_answer_each, texts)
        start = thread_time()
        answers: Future[Answers] = Future()
        answers.set_result(self._screener.answer_each(texts))
        self._seconds += thread_time() - start
        return answers

    def _processes(self) -> WorkerPool:
        """Return the processes, which start when they are first needed."""
        if self._pool is None:
            if self._screener.question.kind not in ("smiles", "inchi", "molblock"):
                NameIndex.open(self._progress).close()
            self._pool = WorkerPool(self._jobs, _start_worker, self._screener.question)
        return self._pool

    def close(self) -> None:
        """End the processes: the run is over, or was stopped, and those still busy leave at once."""
        if self._pool is not None:
            self._pool.close()


def make_piece(screener: BatchScreener, rows: Rows, wish: Wish) -> Piece:
    """Screen one batch and encode it."""
    return _piece(screener, screener.answer(rows), wish)


def _piece(screener: BatchScreener, answered: Answered, wish: Wish) -> Piece:
    maker = maker_of(screener.rulebook)
    encoded = format_named(wish.format).encode(answered, screener, maker, wish.file) if wish.format else b""
    only = screener.question.only
    if wish.everything:
        findings = [*to_findings(answered, maker, wish.file, only)]
    else:
        seen = findings_to_see(answered, maker, wish.file, wish.most) if wish.most else []
        findings = [finding for finding in seen if not only or finding.verdict in only]
    texts = tuple(_texts(answered.rows)) if wish.texts else ()
    found = sum(map(len, answered.outcomes.values()))
    return Piece(answered.tally, encoded, findings, tuple(_refused(answered)), texts, found)


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
    if not checked.column:
        return Message("summary_texts", {"file": checked.file})
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


_WORKER: list[BatchScreener] = []


def _start_worker(question: Question) -> None:
    _WORKER.append(BatchScreener(question))


def _answer_each(texts: list[str]) -> Answers:
    return _WORKER[0].answer_each(texts)


def _answer_joined(rows: Rows) -> Outcomes:
    return _WORKER[0].answer_joined(rows)
