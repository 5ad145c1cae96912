"""A claim beside what the record says: the words that differ marked in both, its history, and what people decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Annotated, Literal, NamedTuple

from fastapi import Form, Path, Query, Request
from msgspec import structs
from pydantic import Field
from starlette.responses import Response

from opencwc.claims.claim_wording import terms_of
from opencwc.claims.findings import EVEN
from opencwc.claims.history_formats import summary_of
from opencwc.claims.marked_words import claimed_pieces, recorded_pieces
from opencwc.claims.model import PARTS, Claim, Difference, Part, Statement
from opencwc.claims.substances import name_one_chemical
from opencwc.finding import Message
from opencwc.jobs.claim_decisions import ClaimCorrection, decide_on_claim
from opencwc.language.plain_text import plain_text
from opencwc.reports.model import Span
from opencwc.web.claims.claim_run import RELATIONS, ShownClaim, claim_run
from opencwc.web.claims.face import RUNS
from opencwc.web.server.api_parameters import LARGEST, Closed, Number
from opencwc.web.server.days_and_sizes import with_written_days
from opencwc.web.server.htmx_headers import leading_to
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording.typography import cut_short

router = Router(include_in_schema=False)
ClaimName = Annotated[str, Path(pattern=r"^\d{1,9}-\d{1,9}$")]
Words = tuple[tuple[Span, ...], tuple[Span, ...]]
_LONGEST = 60
"""Characters of the words of one side in the heading."""
MOST_OFFERED = 50
"""Statements of the record that a form offers at once; a search finds the others."""


_LETTERS = "ar"
"""The language whose letters are made one form of before they are searched; those of the others stay."""


class DifferenceRow(NamedTuple):
    """Aspects in which a claim differs by the same words, with the words of both; empty where one side has none.

    ``names_one`` where both name one chemical: what may differ is that one of them denies it.
    """

    number: int
    aspects: tuple[Part, ...]
    claimed: tuple[str, ...]
    recorded: tuple[str, ...]
    names_one: bool = False

    @property
    def has_words(self) -> bool:
        """Whether words are marked on either side."""
        return bool(self.claimed or self.recorded)


@router.get("/claims/runs/{number}/claims/{identity}", action="read")
def show_claim(request: Request, number: Number, identity: ClaimName) -> Response:
    """Show a claim beside its statement, with its history and what people decided."""
    run = claim_run(request, number)
    one, lang = run.claim(identity), language_of(request)
    kept = run.shown.kept
    history = run.history(one)
    rows, marked = difference_rows(one), _marked_once(one.claim)
    return page(
        request, "claims/claim.html", run=run, shown=run.shown, one=one, rows=rows, heading=heading_of(one, rows),
        claimed=claimed_pieces(marked, one.sentence), recorded=recorded_pieces(marked, one.statement),
        history=history, history_rows=run.history_rows(history) if history else [],
        summary=summary_of(history) if history else None, relations=RELATIONS, aspects=PARTS,
        offered=offered_statements(kept.statements, "", one.statement),
        seen=one.standing.decision.seq if one.standing.decision else 0,
        terms=[(name, [with_written_days(text, lang) for text in texts])
               for name, texts in terms_of(one.claim.record, lang)],
    )  # fmt: skip


@router.get("/claims/runs/{number}/claims/{identity}/statements", action="read")
def find_statements(
    request: Request, number: Number, identity: ClaimName, q: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Show the statements of the record that have all words of a search, as choices of the form."""
    run = claim_run(request, number)
    one = run.claim(identity)
    offered = offered_statements(run.shown.kept.statements, q, one.statement)
    return page(request, "claims/statement_choices.html", offered=offered, one=one)


class OfferedStatements(NamedTuple):
    """The statements that are offered, and how many more have the words."""

    statements: Sequence[Statement]
    more: int


def offered_statements(statements: Sequence[Statement], words: str, matched: Statement | None) -> OfferedStatements:
    """Return the statements whose id, text or source has all words, but for the one that stands already."""
    sought = [plain_text(word, _LETTERS).text for word in words.split()]
    found = [one for one in statements if one != matched and all(word in _searched(one) for word in sought)]
    return OfferedStatements(found[:MOST_OFFERED], max(0, len(found) - MOST_OFFERED))


def _searched(one: Statement) -> str:
    return plain_text(f"{one.id} {one.text} {one.source}", _LETTERS).text


def difference_rows(one: ShownClaim) -> list[DifferenceRow]:
    """Return the aspects in which a claim differs, with the words of both; what the same words show is one row."""
    recorded = one.statement.text if one.statement else ""
    rows = [
        DifferenceRow(place, tuple(aspects), _words(one.sentence, in_claim), _words(recorded, in_record))
        for place, ((in_claim, in_record), aspects) in enumerate(_by_words(one.claim).items(), 1)
    ]
    return [row._replace(names_one=_name_one(row, one)) for row in rows]


def _name_one(row: DifferenceRow, one: ShownClaim) -> bool:
    if row.aspects != ("agent",) or one.statement is None:
        return False
    pairs = product(row.claimed[:1], row.recorded[:1])
    return any(name_one_chemical(mine, one.claim.lang, theirs, one.statement.lang) for mine, theirs in pairs)


def _by_words(claim: Claim) -> dict[Words, list[Part]]:
    """Return the aspects in which a claim differs by the words that show them."""
    found: dict[Words, list[Part]] = {}
    for one in claim.differences:
        found.setdefault((one.claimed, one.recorded), []).append(one.aspect)
    return found


def _marked_once(claim: Claim) -> Claim:
    """Return a claim whose differences are those of the rows, so that the same words have one number."""
    rows = _by_words(claim).items()
    return structs.replace(claim, differences=tuple(Difference(aspects[0], *words) for words, aspects in rows))


def heading_of(one: ShownClaim, rows: Iterable[DifferenceRow]) -> Message:
    """Return what the claim says and what the record says, where both have words for it; else how they stand."""
    both = next((row for row in rows if row.claimed and row.recorded and not row.names_one), None)
    if both is None or one.claim.chance < EVEN:
        return one.headline
    words = {"claimed": both.claimed[0], "recorded": both.recorded[0]}
    return Message("page_claims_both_say", {name: cut_short(text, _LONGEST) for name, text in words.items()})


def _words(text: str, spans: Iterable[Span]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text[start:end] for start, end in spans))


class ClaimDecisionForm(Closed):
    """What a person says is right of a claim; ``seen`` is the last decision that was shown."""

    relation: Literal["agrees", "differs", "not_in_record"]
    statement: Annotated[str, Field(max_length=200)] = ""
    aspect: Annotated[
        list[Literal["number", "date", "place", "actor", "attribution", "agent", "contrary"]],
        Field(default_factory=list),
    ]
    reason: Annotated[str, Field(max_length=4_000)] = ""
    seen: Annotated[int, Field(ge=0, le=LARGEST)] = 0


def correction_of(form: ClaimDecisionForm) -> ClaimCorrection:
    """Return what a form says is right, its aspects in the usual order."""
    aspects = tuple(aspect for aspect in PARTS if aspect in form.aspect)
    return ClaimCorrection(form.relation, form.statement, aspects if form.relation == "differs" else ())


@router.post("/claims/runs/{number}/claims/{identity}/decision", action="decide")
def decide(
    request: Request, number: Number, identity: ClaimName, form: Annotated[ClaimDecisionForm, Form()]
) -> Response:
    """Keep what a person says is right of a claim, and show the claim as it stands then."""
    run = claim_run(request, number)
    one = run.claim(identity)
    decide_on_claim(
        book_of(request), person_of(request), run.shown.kept, one.standing, correction_of(form), form.reason, form.seen
    )
    return leading_to(f"{RUNS}/{number}/claims/{identity}")
