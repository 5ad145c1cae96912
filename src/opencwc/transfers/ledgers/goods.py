"""What the lines of a ledger move: each different statement of name, CAS number and HS code is read once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from opencwc.finding import Message
from opencwc.screening.screener import Screener
from opencwc.transfers.ledgers.draft import LedgerDraft
from opencwc.transfers.ledgers.text_columns import by_number, joined, nulled
from opencwc.transfers.model import Substance
from opencwc.transfers.substances import Substances

_NO_SUBSTANCE = 2**32 - 1


class Goods(NamedTuple):
    """Of each line the place of its substance among ``substances`` (null for none), and its HS subheading (0)."""

    substance: pl.Series
    hs: pl.Series
    substances: tuple[Substance, ...]


def read_goods(draft: LedgerDraft, screener: Screener) -> Goods:
    """Return what each line moves."""
    stated = joined(draft.rows.stated, np.uint16)
    draft.rows.stated = []
    statements = draft.rows.statements
    texts = [draft.rows.texts[name].texts() for name in ("chemical", "cas", "hs")]
    reader = Substances(screener)
    places: dict[str, int] = {}
    substances: list[Substance] = []
    substance = np.full(max(1, len(statements)), _NO_SUBSTANCE, np.uint32)
    codes = np.zeros(max(1, len(statements)), np.uint32)
    messages: dict[int, Message] = {}
    for numbers, at in statements.items():
        statement = reader.read(*(of_field[number] for of_field, number in zip(texts, numbers, strict=True)))
        codes[at] = statement.hs
        if statement.problem is not None:
            messages[at] = statement.problem
        if statement.substance is not None:
            substance[at] = places.setdefault(statement.substance.key, len(places))
            if len(places) > len(substances):
                substances.append(statement.substance)
    of_lines = by_number(substance, stated)
    of_lines[draft.unread] = _NO_SUBSTANCE
    draft.problems.say_texts(stated, messages, draft.unread)
    return Goods(nulled(of_lines, of_lines == _NO_SUBSTANCE), pl.Series(by_number(codes, stated)), tuple(substances))
