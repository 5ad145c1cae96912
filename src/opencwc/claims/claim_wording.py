"""What templates say of claims and of the record."""

from __future__ import annotations

from opencwc.claims.findings import likelihood
from opencwc.claims.model import Claim, Statement
from opencwc.finding import Message
from opencwc.reports.event_wording import published_said
from opencwc.wording import day_said


def made_said(statement: Statement, lang: str) -> str:
    """Return when a statement was made, in a language; only the day where the record gives no time."""
    made = statement.made
    return published_said(made, lang) if (made.hour, made.minute) != (0, 0) else day_said(made.date(), lang)


def _likelihood(claim: Claim, lang: str) -> Message:
    return likelihood(claim)


TEMPLATE_WORDS = {"made_said": made_said, "likelihood": _likelihood}
"""What templates may call, with a value and the language."""
