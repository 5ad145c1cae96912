"""A sentence to check: what it claims, what the record of a run says of it, and who claimed the same before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import Form, Request
from pydantic import BeforeValidator, Field
from starlette.responses import Response

from opencwc.claims.claim_matching import hold
from opencwc.claims.findings import headline
from opencwc.claims.marked_words import claimed_pieces, recorded_pieces
from opencwc.claims.model import Claim, Statement
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.language.encoders import named_encoder
from opencwc.publishing.model import Piece
from opencwc.reports.model import Report
from opencwc.web.claims.claim_run import ClaimRun, ShownClaim, claim_run
from opencwc.web.server.api_parameters import Closed, Number
from opencwc.web.server.page import page
from opencwc.web.server.service import Router

router = Router(include_in_schema=False)
LONGEST = 4_000
"""Characters that are checked at once."""
MOST_BEFORE = 20


SaidOn = Annotated[date | None, BeforeValidator(lambda day: day or None)]
"""The day on which a text was published, from which its days count; by itself the last day of the run's reports."""


class SentenceForm(Closed):
    """A sentence, or a few, to hold against the record of a run."""

    text: Annotated[str, Field(max_length=LONGEST)] = ""
    published: SaidOn = None


@dataclass(frozen=True)
class CheckedSentence:
    """A sentence as the record of a run has it, and the claims of the run on the same statement, the earliest first."""

    claim: Claim
    statement: Statement | None
    before: Sequence[ShownClaim]

    @property
    def headline(self) -> Message:
        """How it stands to the record; that it claims nothing where nothing in it can be checked."""
        return headline(self.claim) if self.claim.relation else Message("claims_nothing_to_check")

    @property
    def claimed(self) -> tuple[Piece, ...]:
        """The sentence with the words that differ marked."""
        return claimed_pieces(self.claim, self.claim.sentence)

    @property
    def recorded(self) -> tuple[Piece, ...]:
        """The statement with the words that differ marked."""
        return recorded_pieces(self.claim, self.statement)


def check_text(run: ClaimRun, text: str, published: date | None = None) -> list[CheckedSentence]:
    """Return each sentence of a text held against the record of a run; raise `InputError` where there is none.

    Days without a year, and words such as "yesterday", count from the day on which it was ``published``.
    """
    if not text.strip():
        raise InputError("claims_text_missing", where="text")
    encoder = named_encoder()
    said = datetime.combine(published or run.last_day, time(12), UTC)
    report = Report("text", said, "", "", "", "", text.strip(), 1)
    held = next(hold([report], run.shown.kept.record(encoder), encoder))
    return [_checked(run, claim) for claim in held.claims]


def _checked(run: ClaimRun, claim: Claim) -> CheckedSentence:
    statement = run.shown.kept.statement_by_id.get(claim.matched)
    same = [one for one in run.claims if claim.matched and one.claim.matched == claim.matched]
    return CheckedSentence(claim, statement, sorted(same, key=lambda one: one.day)[:MOST_BEFORE])


@router.get("/claims/runs/{number}/check", action="read")
def ask(request: Request, number: Number) -> Response:
    """Show where a sentence is pasted."""
    run = claim_run(request, number)
    return page(request, "claims/check.html", run=run, shown=run.shown)


@router.post("/claims/runs/{number}/check", action="read")
def check(request: Request, number: Number, form: Annotated[SentenceForm, Form()]) -> Response:
    """Show what the record says of a sentence."""
    run = claim_run(request, number)
    checked = check_text(run, form.text, form.published)
    return page(request, "claims/checked.html", run=run, shown=run.shown, checked=checked)
