"""Claims as a report for any writer of `opencwc.publishing`: counts, and each claim beside its statement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from opencwc.claims.claim_wording import made_said
from opencwc.claims.findings import headline
from opencwc.claims.marked_words import aspects_said, claimed_pieces, recorded_pieces
from opencwc.claims.model import Claim, Relation, Statement
from opencwc.claims.verb import VERB
from opencwc.finding import Message
from opencwc.publishing.labels import labels_in
from opencwc.publishing.model import (
    Badge,
    Card,
    Cards,
    Count,
    Counts,
    Fact,
    Facts,
    Filter,
    Passage,
    Passages,
    Report,
    Section,
)
from opencwc.reports.model import Report as Told
from opencwc.wording import say, sentence

_RELATIONS: tuple[Relation, ...] = ("differs", "not_in_record", "agrees")


def claims_report(
    claims: Iterable[Claim], reports: Mapping[int, Told], statements: Mapping[str, Statement], file: str, lang: str
) -> Report:
    """Return the report on claims, in a language; those that differ stand first. ``reports`` are theirs by rows."""
    titles = {part: say(f"claims_report_{part}", lang) for part in ("counts", "claims")}
    told = [claim for claim in claims if claim.relation]
    in_order = sorted(told, key=lambda claim: _RELATIONS.index(claim.relation))
    counts = Counter(claim.relation for claim in in_order)
    made = max((report.published.date() for report in reports.values()), default=date.today())
    counted = Counts(tuple(Count(_badge(one, lang), counts[one]) for one in _RELATIONS if counts[one]))
    filters = (Filter("relation", say("claims_column_relation", lang)),)
    cards = Cards(_cards(in_order, statements, reports, lang), filters)
    return Report(
        title=say(Message("claims_report_title", {"file": file}), lang),
        lang=lang,
        labels=labels_in(lang),
        lead=(sentence("claims_caution", lang),),
        contents=tuple(titles.items()),
        sections=iter((Section("counts", titles["counts"], (counted,)), Section("claims", titles["claims"], (cards,)))),
        closing=(sentence("report_person", lang),),
        main="claims",
        made=made,
    )


def _badge(relation: str, lang: str) -> Badge:
    tones = {str(verdict): tone for verdict, tone in VERB.tones.items()}
    return Badge(say(f"verdict_{relation}", lang), tones[relation])


def _cards(
    claims: Sequence[Claim], statements: Mapping[str, Statement], reports: Mapping[int, Told], lang: str
) -> Iterator[Card]:
    for number, claim in enumerate(claims, 1):
        facts = [Fact(say("claims_column_report", lang), (f"{reports[claim.row].source} ({claim.report})",))]
        if claim.differences:
            facts.append(Fact(say("claims_column_differs_in", lang), (aspects_said(claim, lang),)))
        relation = say(f"verdict_{claim.relation}", lang)
        yield Card(
            id=f"c{number}",
            heading=(sentence(headline(claim), lang),),
            badge=_badge(claim.relation, lang),
            blocks=(Passages(tuple(_both(claim, statements.get(claim.matched), lang))), Facts(tuple(facts))),
            facets={"relation": relation},
        )


def _both(claim: Claim, statement: Statement | None, lang: str) -> Iterator[Passage]:
    """Yield a claim and its statement, the words that differ marked with the number of their aspect in both."""
    yield Passage(say("page_claims_claim", lang), claimed_pieces(claim, claim.sentence), lang=claim.lang)
    if statement is not None:
        place = f"{say('claims_column_statement', lang)} {statement.id}"
        note = " · ".join(part for part in (statement.source, made_said(statement, lang)) if part)
        yield Passage(place, recorded_pieces(claim, statement), lang=statement.lang, note=note)
