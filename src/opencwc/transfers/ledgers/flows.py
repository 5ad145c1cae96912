"""Which way the goods of a ledger's lines go: export or import, by the words that statistics have for them."""

from __future__ import annotations

import numpy as np
import polars as pl

from opencwc.finding import Message
from opencwc.transfers.ledgers.draft import MOST_SHOWN, LedgerDraft
from opencwc.transfers.ledgers.layout import ledger_words
from opencwc.transfers.ledgers.text_columns import by_number, joined
from opencwc.transfers.mapping import plain_header

_EXPORTS = ("export", "re_export", "domestic_export")
_IMPORT, _EXPORT, _NEITHER = 0, 1, 2
_TRADE = frozenset(("trade", "commerce", "comercio", "торговля", "торговли", "貿易", "贸易", "تجارة"))


def read_flows(draft: LedgerDraft) -> tuple[pl.Series, pl.Series]:
    """Return of each line whether it is an export (null where it is neither), and whether its goods came back."""
    column = draft.rows.texts["flow"]
    numbers, texts = column.numbers(), column.texts()
    ways = np.full(max(1, len(texts)), _NEITHER, np.uint8)
    back = np.zeros(max(1, len(texts)), bool)
    messages: dict[int, Message] = {}
    flows: dict[int, str] = {}
    for at, text in enumerate(texts):
        flow, system = read_flow(text)
        if system:
            draft.note(Message("ledger_trade_system", {"text": text[:MOST_SHOWN]}))
        if problem := _flow_problem(draft, text, flow):
            messages[at] = problem
        else:
            flows[at] = flow
            ways[at] = _EXPORT if flow in _EXPORTS else _IMPORT
            back[at] = flow == "re_import"
    of_lines = by_number(ways, numbers)
    of_lines[draft.unread] = _NEITHER
    draft.problems.say_texts(numbers, messages, draft.unread)
    counts = np.bincount(numbers, minlength=len(texts)) if len(numbers) else np.zeros(len(texts), int)
    for kind in ("re_export", "re_import"):
        if lines := int(sum(counts[at] for at, flow in flows.items() if flow == kind)):
            draft.notes.append(Message(f"ledger_{kind}", {"count": lines}))
    returned = joined(draft.rows.returned, np.bool_)
    draft.rows.returned = []
    if back.any():
        returned = returned | back[numbers]
    return pl.Series(of_lines == _EXPORT).set(pl.Series(of_lines == _NEITHER), None), pl.Series(returned)


def _flow_problem(draft: LedgerDraft, text: str, flow: str) -> Message | None:
    """Say why a flow's lines are neither exports nor imports."""
    if not text:
        return Message("ledger_flow_missing")
    if flow in draft.layout.contained:
        problem = "contained"
    elif flow == "transit":
        problem = "transit"
    elif not flow:
        problem = "unread"
    else:
        return None
    return Message(f"ledger_flow_{problem}", {"text": text[:MOST_SHOWN]})


def read_flow(text: str) -> tuple[str, str]:
    """Return which flow a word means (``""`` where it is none) and the trade system that it names.

    >>> read_flow("Re-Export"), read_flow("Importations (commerce spécial)"), read_flow("сбыт")
    (('re_export', ''), ('import', 'special'), ('', ''))
    """
    words = ledger_words()
    plain = plain_header(text)
    if plain in words["flows"]:
        return words["flows"][plain], ""
    parts = plain.split()
    system = next((words["systems"][part] for part in parts if part in words["systems"]), "")
    bare = " ".join(part for part in parts if part not in words["systems"] and part not in _TRADE)
    return words["flows"].get(bare, ""), system
