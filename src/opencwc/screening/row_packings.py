"""The packing of a row as evidence, as its HS code is: a word with other meanings, in jars of 370 g, is no agent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from opencwc.files.identifier_columns import PACKING, says_nothing
from opencwc.files.rows import Rows
from opencwc.finding import Message, Verdict
from opencwc.screening.known_chemicals import LONGEST_CODE
from opencwc.screening.model import Outcome
from opencwc.screening.structure_screener import MET


def weighed_by_packing(
    rows: Rows, outcomes: Mapping[int, tuple[Outcome, ...]]
) -> Iterable[tuple[int, tuple[Outcome, ...]]]:
    """Give the rows whose only finding is a word with other meanings and that are packed as goods for shops are.

    A code is no such word, and an HS code in the row says more than its packing.
    """
    packings = [at for at, column in enumerate(rows.columns) if column.kind == PACKING]
    return _weighed(rows, outcomes, packings) if packings else ()


def _weighed(
    rows: Rows, outcomes: Mapping[int, tuple[Outcome, ...]], packings: Sequence[int]
) -> Iterator[tuple[int, tuple[Outcome, ...]]]:
    from opencwc.language.retail_packings import is_retail_packing

    codes = [at for at, column in enumerate(rows.columns) if column.kind == "hs"]
    for offset, statements in outcomes.items():
        word = _word_with_other_meanings(statements, rows.inputs[offset] or "")
        if not word or any(_cell(rows, at, offset) for at in codes):
            continue
        packing = next((cell for at in packings if is_retail_packing(cell := _cell(rows, at, offset))), "")
        if packing:
            why = Message("why_row_packing", {"written": word, "packing": packing})
            yield offset, (Outcome(Verdict.NOT_LISTED, "name", why, written=statements[0].written),)


def _word_with_other_meanings(statements: tuple[Outcome, ...], main: str) -> str:
    """Return the word that all statements which an entry has to do with speak of, where it is an everyday one."""
    met = [outcome for outcome in statements if outcome.verdict in MET]
    words = {outcome.written or main for outcome in met}
    if len(words) != 1 or not all(
        outcome.verdict is Verdict.REVIEW and _is_doubted(outcome.message) for outcome in met
    ):
        return ""
    word = words.pop()
    return "" if word.isupper() and len(word) <= LONGEST_CODE else word


def _is_doubted(message: Message) -> bool:
    """Tell whether a sentence says what else its word means."""
    return message.id in _OTHER_MEANING or any(
        _is_doubted(value) for value in message.values.values() if isinstance(value, Message)
    )


def _cell(rows: Rows, at: int, offset: int) -> str:
    cells = rows.beside[at - 1] if at else rows.inputs
    cell = cells[offset] or ""
    return "" if says_nothing(cell) else cell.strip()


_OTHER_MEANING = ("doubt_also", "why_ordinary_word")
