"""What templates say of claims and of the record: their parts and days in the language of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from opencwc.claims.findings import likelihood, likely
from opencwc.claims.model import Claim, ClaimRecord, Statement
from opencwc.reports.event_wording import published_said
from opencwc.wording import day_said, say
from opencwc.wording.common_chemicals import common_name
from opencwc.wording.states import state_name

_DAY, _STATE = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\b[A-Z]{3}\b")


def terms_of(record: ClaimRecord, lang: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the parts of a claim that are told: who, when, where, which chemicals, which numbers."""
    parts = {
        "who": record.who,
        "when": tuple(_when(text, lang) for text in record.when),
        "where": tuple(_STATE.sub(lambda code: state_name(code[0], lang), text) for text in record.where),
        "agents": tuple(common_name(name, lang) for name in record.agents),
        "numbers": record.numbers,
    }
    yield from ((name, texts) for name, texts in parts.items() if texts)


def made_said(statement: Statement, lang: str) -> str:
    """Return when a statement was made, in a language; only the day where the record gives no time."""
    made = statement.made
    return published_said(made, lang) if (made.hour, made.minute) != (0, 0) else day_said(made.date(), lang)


def _when(text: str, lang: str) -> str:
    return _DAY.sub(lambda day: day_said(date.fromisoformat(day[0]), lang), text).replace("/", "–")


def _likelihood(claim: Claim, lang: str) -> str:
    return say(likelihood(claim), lang)


def _likely(chance: float, lang: str) -> str:
    return say(likely(chance), lang)


TEMPLATE_WORDS = {"made_said": made_said, "likelihood": _likelihood, "likely": _likely}
"""What templates may call, with a value and the language."""
