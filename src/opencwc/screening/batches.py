"""Many rows at once: the gate in front, the full path for what it does not vouch for, and lines of a table out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from opencwc.chemistry.memo import Remembered
from opencwc.files.identifier_columns import ANY_KIND, KINDS_WITH_DRAWINGS, OTHER, TEXT, UNREAD_KINDS
from opencwc.files.rows import Rows
from opencwc.finding import FINDING_COLUMNS, Finding, Maker, Message, Subject, Verdict, readings_cell
from opencwc.screening.allow_list import AllowList, silenced_in
from opencwc.screening.known_chemicals import LONGEST_SHORT_NAME, recognise
from opencwc.screening.model import KINDS_BY_CELL, Outcome, Question, Tally, gravest
from opencwc.screening.row_packings import weighed_by_packing
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import NO_MENTION, Screener
from opencwc.screening.structure_screener import unreadable
from opencwc.wording import sentence

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from opencwc.chemistry.smiles_gate import Limits
    from opencwc.screening.row_readings import RowReadings

LEAST_ROWS_FOR_GATE = 2_000
"""Below it, reading every row in full is quicker than loading the compiled reader."""
MOST_ANSWERS_KEPT = 20_000
LONGEST_CELL = 120
"""Characters of a cell of the user's that are carried along."""


@dataclass(frozen=True)
class Answered:
    """What came of a batch: ``outcomes`` by the row's offset, and what is said of every other row (``plain``)."""

    rows: Rows
    outcomes: dict[int, tuple[Outcome, ...]]
    tally: Tally
    plain: Outcome


@dataclass(frozen=True)
class Sifted:
    """A batch behind the gate: the texts that it does not vouch for, by the row's offset.

    ``texts`` is ``None`` where the rows are answered as a whole: their chemical stands in several columns.
    """

    rows: Rows
    texts: dict[int, str] | None


class BatchScreener:
    """Screens batches under one question; the same object serves one process, many, and a cluster.

    A batch is sifted, what is left is answered, and both together are its answer. `sift` may run in any thread and lets
    the others run.
    """

    def __init__(
        self, question: Question, rulebook: Rulebook | None = None, progress: Callable[[int, int], None] | None = None
    ) -> None:
        self.question = question
        self.rulebook = rulebook or Rulebook.of(question.as_of, question.lists, question.files)
        self.screener = Screener(self.rulebook, progress)
        self.allow_list = AllowList.of_house()
        self._answers = Remembered(self._answer_one, MOST_ANSWERS_KEPT)
        self._is_drawing = Remembered(self._looks_drawn)

    def answer(self, rows: Rows) -> Answered:
        """Answer a batch."""
        texts = self.sift(rows).texts
        if texts is None:
            return self.complete(rows, self.answer_joined(rows))
        different = list(dict.fromkeys(texts.values()))
        answers = dict(zip(different, self.answer_each(different), strict=True))
        return self.complete(rows, {offset: answers[text] for offset, text in texts.items()})

    def sift(self, rows: Rows) -> Sifted:
        """Leave out the rows that the gate vouches for."""
        kind = rows.columns[0].kind if rows.columns else ANY_KIND
        by_itself = kind in KINDS_WITH_DRAWINGS or kind in ("name", TEXT)
        beside = any(column.kind not in UNREAD_KINDS for column in rows.columns[1:])
        if self.question.kind in KINDS_BY_CELL and (beside or not by_itself):
            return Sifted(rows, None)
        return Sifted(rows, self._texts_left(rows))

    def answer_each(self, texts: Sequence[str]) -> list[tuple[Outcome, ...]]:
        """Answer texts in full; of what is a text and no value, nothing where nothing in it was recognised."""
        if self.question.kind == "text":
            return list(self.screener.finder.answer_all(texts))
        return [self._answers[self.question.kind, text] for text in texts]

    def answer_joined(self, rows: Rows) -> dict[int, tuple[Outcome, ...]]:
        """Answer rows whose chemical stands in several columns."""
        of_inputs = _unread(rows)
        if rows.columns[0].kind in KINDS_WITH_DRAWINGS:
            texts = self._texts_left(rows)
            of_inputs |= dict(zip(texts, self.answer_each(list(texts.values())), strict=True))
        return of_inputs | dict(self._row_readings.join(rows, of_inputs))

    def complete(self, rows: Rows, outcomes: Mapping[int, tuple[Outcome, ...]]) -> Answered:
        """Return the answer to a batch, given the outcomes of the rows that were left; no outcome is no mention."""
        are_texts = self.question.kind == "text" or any(column.kind == TEXT for column in rows.columns)
        answered_rows = _unread(rows) | {offset: outcome for offset, outcome in outcomes.items() if outcome}
        if are_texts:
            answered_rows = {offset: given for offset, given in answered_rows.items() if not _names_nothing(given)}
        told = self._allowing(rows, answered_rows | dict(weighed_by_packing(rows, answered_rows)))
        if not are_texts:
            return _counted(rows, told, Outcome(Verdict.NOT_LISTED, "structure", self.screener.not_listed))
        answered = _counted(rows, told, NO_MENTION)
        answered.tally.silent = len(rows) - len(told)
        return answered

    def _allowing(self, rows: Rows, outcomes: dict[int, tuple[Outcome, ...]]) -> dict[int, tuple[Outcome, ...]]:
        """Let the allow-list silence what it allows."""
        if not self.allow_list.in_force:
            return outcomes
        return {
            offset: self.allow_list.silence(rows.inputs[offset] or "", statements)
            for offset, statements in outcomes.items()
        }

    @property
    def gate_applies(self) -> bool:
        """Whether the gate can vouch for values of the kind that is asked."""
        return self.question.gate and self.question.kind in ("auto", "smiles")

    @cached_property
    def limits(self) -> Limits:
        """What may be listed, for the gate."""
        return gate_limits(self.rulebook)

    @cached_property
    def _row_readings(self) -> RowReadings:
        """Reads rows of several columns."""
        from opencwc.screening.row_readings import RowReadings

        quiet_rows_matter = not self.question.only or Verdict.NOT_LISTED in self.question.only
        return RowReadings(self.screener, self._are_quiet, quiet_rows_matter=quiet_rows_matter)

    def _are_quiet(self, drawings: Sequence[str]) -> Sequence[bool]:
        """Tell of SMILES which no entry can have to do with; of a few of them nothing is told."""
        import polars as pl

        if not self.question.gate or len(drawings) < LEAST_ROWS_FOR_GATE:
            return [False] * len(drawings)
        quiet: list[bool] = (~self._gate(pl.Series(drawings, dtype=pl.String))).tolist()
        return quiet

    def _answer_one(self, asked: tuple[str, str]) -> tuple[Outcome, ...]:
        kind, text = asked
        return self.screener.answer(text, kind)

    def _looks_drawn(self, text: str) -> bool:
        return recognise(text, self.screener.known) == "smiles"

    def _texts_left(self, rows: Rows) -> dict[int, str]:
        """Return the texts that the gate does not vouch for, by the row's offset."""
        gated = self.gate_applies and len(rows) >= LEAST_ROWS_FOR_GATE
        offsets = self._not_vouched_for(rows.inputs) if gated else list(range(len(rows)))
        texts = zip(offsets, rows.inputs.gather(offsets).to_list(), strict=True)
        return {offset: text for offset, text in texts if offset not in rows.problems and text is not None}

    def _not_vouched_for(self, inputs: pl.Series) -> list[int]:
        import numpy as np

        sent_on = self._gate(inputs)
        if self.question.kind == "auto":  # some names can be read as drawings
            short = (inputs.str.len_bytes() <= LONGEST_SHORT_NAME).fill_null(value=False).to_numpy()
            for offset in np.flatnonzero(~sent_on & short).tolist():
                sent_on[offset] = not self._is_drawing[inputs[offset]]
        left: list[int] = np.flatnonzero(sent_on).tolist()
        return left

    def _gate(self, inputs: pl.Series) -> NDArray[np.bool_]:
        import numpy as np
        import polars as pl

        from opencwc.chemistry.smiles_gate import scan

        array = inputs.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
        _, offsets, data = array.buffers()
        ends = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
        return scan(np.frombuffer(data or b"\0", np.uint8), ends, self.limits)


def _names_nothing(outcomes: Sequence[Outcome]) -> bool:
    """Tell whether all that is said of a text is that it is the name of nothing that is known."""
    reasons = (outcome.message.values.get("reason") for outcome in outcomes)
    return all(isinstance(reason, Message) and reason.id == "unreadable_name" for reason in reasons)


def _unread(rows: Rows) -> dict[int, tuple[Outcome, ...]]:
    """Return the outcomes of the rows that the reader of the file could not read."""
    return {offset: (unreadable(problem),) for offset, problem in rows.problems.items()}


def _counted(rows: Rows, outcomes: dict[int, tuple[Outcome, ...]], plain: Outcome) -> Answered:
    """Count how the rows of a batch came out; ``plain`` is said of those that have no outcome of their own."""
    tally = Tally()
    for statements in outcomes.values():
        tally.add(gravest(outcome.verdict for outcome in statements))
        for name, mentions in silenced_in(statements).items():
            tally.allowed[name] = tally.allowed.get(name, 0) + mentions
    tally.add(plain.verdict, len(rows.inputs) - len(outcomes))
    return Answered(rows, outcomes, tally, plain)


def gate_limits(rulebook: Rulebook) -> Limits:
    """Return what a rulebook's compositions allow, laid out for the bulk reader."""
    from opencwc.chemistry.smiles_gate import Need, make_limits

    gate = rulebook.gate
    return make_limits(gate.full_keys, gate.keys, gate.bare, (Need(*counts) for counts in gate.needs))


def to_lines(answered: Answered, question: Question) -> pl.DataFrame:
    """Lay out a batch as the lines of the answer, with the columns of `FINDING_COLUMNS`."""
    import numpy as np
    import polars as pl

    rows, plain = answered.rows, answered.plain
    chosen = [
        (offset, outcome)
        for offset in sorted(answered.outcomes)
        for outcome in answered.outcomes[offset]
        if not question.only or outcome.verdict in question.only
    ]
    plain_is_wanted = not question.only or plain.verdict in question.only
    answered_apart = np.array(list(answered.outcomes), np.int64)
    lines_of = np.full(len(rows), int(plain_is_wanted))
    lines_of[answered_apart] = 0
    np.add.at(lines_of, np.array([offset for offset, _ in chosen], np.int64), 1)
    offsets = np.repeat(np.arange(len(rows)), lines_of)
    is_apart = np.zeros(len(rows), np.bool_)
    is_apart[answered_apart] = True
    special = np.flatnonzero(is_apart[offsets])
    plain_cells = {
        "verdict": str(plain.verdict), "basis": plain.basis, "why": sentence(plain.message, question.lang),
    }  # fmt: skip
    cells = _outcome_cells(answered, chosen, question)
    columns = {"id": rows.ids.gather(offsets).fill_null(""), "input": rows.inputs.gather(offsets).fill_null("")}
    for name in FINDING_COLUMNS[1:]:
        if name not in columns:
            columns[name] = pl.Series([plain_cells.get(name, "")]).new_from_index(0, len(offsets))
        columns[name] = columns[name].scatter(special, cells[name]) if len(special) else columns[name]
    columns["row"] = pl.Series(offsets + rows.first)
    return pl.DataFrame({name: columns[name] for name in FINDING_COLUMNS})


def _outcome_cells(
    answered: Answered, chosen: Sequence[tuple[int, Outcome]], question: Question
) -> dict[str, list[str]]:
    """Return the cells of the outcomes that are asked for; a message that many of them share is said once."""
    messages = {id(outcome.message): outcome.message for _, outcome in chosen}
    whys = {key: sentence(message, question.lang) for key, message in messages.items()}
    cells: dict[str, list[str]] = {name: [] for name in FINDING_COLUMNS[1:]}
    for offset, outcome in chosen:
        place, text = answered.rows.ids[offset] or "", answered.rows.inputs[offset] or ""
        line = {
            "id": _place(outcome, place, text) or place,
            "input": outcome.written or text,
            "component": "" if outcome.component is None else str(outcome.component),
            "verdict": str(outcome.verdict),
            "list": outcome.rule.list if outcome.rule else "",
            "entry": outcome.rule.entry if outcome.rule else "",
            "basis": outcome.basis,
            "why": whys[id(outcome.message)],
            "readings": readings_cell(outcome.readings),
        }
        for name, cell in line.items():
            cells[name].append(cell)
    return cells


def to_findings(answered: Answered, maker: Maker, file: str = "", only: Collection[Verdict] = ()) -> Iterator[Finding]:
    """Yield every finding of a batch, in the order of its rows; with ``only`` those of these verdicts."""
    simple = (answered.plain,)
    for offset in range(len(answered.rows)):
        outcomes = answered.outcomes.get(offset, simple)
        wanted = [outcome for outcome in outcomes if outcome.verdict in only] if only else outcomes
        yield from _findings(answered, offset, wanted, maker, file)


def findings_to_see(answered: Answered, maker: Maker, file: str = "", most: int | None = None) -> list[Finding]:
    """Return the findings that a person must see: everything but what is plainly not listed, up to ``most``."""
    findings: list[Finding] = []
    for offset in sorted(answered.outcomes):
        outcomes = answered.outcomes[offset]
        seen = [outcome for outcome in outcomes if outcome.verdict is not Verdict.NOT_LISTED]
        findings += _findings(answered, offset, seen, maker, file)
        if most is not None and len(findings) >= most:
            break
    return findings


def _findings(
    answered: Answered, offset: int, outcomes: Iterable[Outcome], maker: Maker, file: str
) -> Iterator[Finding]:
    rows = answered.rows
    subject = Subject(rows.first + offset, rows.ids[offset] or "", rows.inputs[offset] or "", None, file)
    others = _others(rows, offset) if offset in answered.outcomes else ()
    for outcome in outcomes:
        place = _place(outcome, subject.id, subject.input)
        shown = others if outcome.verdict is not Verdict.NOT_LISTED else ()
        yield outcome.finding(replace(subject, id=subject.id if place is None else place, others=shown), maker)


def _others(rows: Rows, offset: int) -> tuple[tuple[str, str], ...]:
    """Return what stands in the other columns of a row, by their names; long cells are cut."""
    named = [
        (column.name, cells[offset])
        for column, cells in zip(rows.columns[1:], rows.beside, strict=True)
        if column.kind == OTHER
    ]
    return tuple((_cut(name), _cut(cell)) for name, cell in named if cell)


def _cut(cell: str) -> str:
    return cell if len(cell) <= LONGEST_CELL else f"{cell[:LONGEST_CELL]}…"


def _place(outcome: Outcome, place: str, text: str | None) -> str | None:
    """Return where in a passage a mention stands: in the row of a sheet, or of a table that is attached, the cell;
    ``None`` where the id says it.
    """
    if not outcome.span or not ("!" in place or " > " in place):
        return None
    from opencwc.files import cell_of

    return cell_of(place, text or "", outcome.span[0])
