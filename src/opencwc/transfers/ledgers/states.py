"""The States of a ledger's lines: who reports, who is the other side, and which State was no more in its year."""

from __future__ import annotations

import numpy as np
import polars as pl

from opencwc.convention.territories import (
    Territory,
    all_territories,
    similar_territories,
    territory_candidates,
)
from opencwc.finding import Item, Message, Value
from opencwc.transfers.ledgers.draft import MOST_SHOWN, LedgerDraft
from opencwc.transfers.ledgers.text_columns import Array, by_number, nulled

NOWHERE = 65_535
"""Stands for the place of a State where none could be read."""


def state_codes() -> pl.Enum:
    """Return the codes of all States and territories as a data type, the same for all ledgers."""
    return pl.Enum(sorted(all_territories()))


def read_side(draft: LedgerDraft, side: str) -> Array:
    """Return of each line the place among `state_codes` of its ``reporter`` or ``partner``, `NOWHERE` for none."""
    column = draft.rows.texts[side]
    numbers, texts = column.numbers(), column.texts()
    place = {code: at for at, code in enumerate(state_codes().categories.to_list())}
    places = np.full(max(1, len(texts)), NOWHERE, np.uint16)
    messages: dict[int, Message] = {}
    renamed: dict[str, str] = {}
    elsewhere: list[str] = []
    for at, text in enumerate(texts):
        territory, message = read_state(text, side)
        if message is not None:
            messages[at] = message
        if territory is None:
            continue
        if territory.renamed:
            renamed[text] = territory.successors[0]
        if territory.kind == "elsewhere":
            elsewhere.append(text)
        places[at] = place[territory.successors[0] if territory.renamed else territory.code]
    of_lines = by_number(places, numbers)
    of_lines[draft.unread] = NOWHERE
    draft.problems.say_texts(numbers, messages, draft.unread)
    draft.notes += [Message("ledger_state_renamed", {"text": text, "code": code}) for text, code in renamed.items()]
    if elsewhere:
        shown: tuple[Item, ...] = tuple(elsewhere[:10])
        draft.notes.append(Message("ledger_elsewhere", {"names": shown}))
    return of_lines


def as_codes(places: Array) -> pl.Series:
    """Return the codes of States by their places, null where there is none."""
    return nulled(places, places == NOWHERE).cat.to(state_codes())


def say_former(draft: LedgerDraft, places: Array, years: pl.Series) -> None:
    """Say of lines that their State was no more in their year; the State stays as it stands."""
    codes = state_codes().categories.to_list()
    of_lines = years.fill_null(-1).to_numpy()
    for place in np.unique(places).tolist():
        state = all_territories()[codes[place]] if place != NOWHERE else None
        if state is None or state.kind != "former" or state.renamed or state.until is None:
            continue
        after: tuple[Item, ...] = state.successors
        values: dict[str, Value] = {"code": state.code, "until": state.until.isoformat(), "successors": after}
        late = (places == place) & (of_lines > state.until.year)
        draft.problems.say(late, Message("ledger_state_former", values))
        if (~late & (places == place)).any():
            draft.note(Message("ledger_state_was", values))


def read_state(text: str, side: str = "reporter") -> tuple[Territory | None, Message | None]:
    """Return the territory that a ledger names as ``reporter`` or ``partner``, or why it cannot be told."""
    if not text:
        return None, Message(f"ledger_{side}_missing")
    candidates = territory_candidates(text)
    if len(candidates) == 1:
        return candidates[0], None
    shown = text[:MOST_SHOWN]
    for id, territories in (("unclear", candidates), ("near", similar_territories(text) if not candidates else ())):
        if territories:
            codes = tuple(territory.code for territory in territories)
            return None, Message(f"ledger_state_{id}", {"text": shown, "codes": codes})
    return None, Message("ledger_state_unknown", {"text": shown})
