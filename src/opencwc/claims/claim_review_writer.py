"""Claims as ClaimReview (schema.org, JSON-LD): how each stands to the record, in words alone.

There is no scale of truth in it: ``reviewRating`` has words and their reason, no number, no best and no worst value.
What the record says stands as ``citation``. Source: https://schema.org/ClaimReview and the types that it refers to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import msgspec

from opencwc.claims.claim_matching import LEAST_WORTH, HeldReport
from opencwc.claims.model import Claim, Statement
from opencwc.finding import Message
from opencwc.reports.model import Report
from opencwc.wording import say

CONTEXT = "https://schema.org"


def as_claim_reviews(
    held: Iterable[HeldReport],
    statements: Mapping[str, Statement],
    lang: str = "en",
    *,
    least: float = LEAST_WORTH,
    author: str = "",
    made: date | None = None,
) -> bytes:
    """Return the claims that can be checked as one JSON-LD graph; ``author`` is the organisation that reviews them."""
    graph = [
        _review(claim, one.report, statements.get(claim.matched), lang, author, made or date.today())
        for one in held
        for claim in one.claims
        if claim.checkworthy >= least and claim.relation
    ]
    return msgspec.json.format(msgspec.json.encode({"@context": CONTEXT, "@graph": graph}), indent=1) + b"\n"


def _review(
    claim: Claim, report: Report, statement: Statement | None, lang: str, author: str, made: date
) -> dict[str, Any]:
    return dict(_filled({
        "@type": "ClaimReview",
        "claimReviewed": claim.sentence,
        "datePublished": made.isoformat(),
        "inLanguage": lang,
        "author": {"@type": "Organization", "name": author} if author else None,
        "itemReviewed": dict(_filled({
            "@type": "Claim",
            "text": claim.sentence,
            "inLanguage": claim.lang,
            "datePublished": report.published.isoformat(),
            "author": {"@type": "Organization", "name": report.source} if report.source else None,
            "appearance": dict(_filled({
                "@type": "CreativeWork", "identifier": report.id, "headline": report.title, "url": report.url,
            })),
        })),
        "reviewRating": {
            "@type": "Rating",
            "alternateName": relation_words(claim, lang),
            "ratingExplanation": say("claims_review_caution", lang),
        },
        "citation": _citation(statement) if statement else None,
    }))  # fmt: skip


def relation_words(claim: Claim, lang: str) -> str:
    """Return how a claim stands to the record, in words."""
    if claim.relation != "differs":
        return say(f"verdict_{claim.relation}", lang)
    aspects = tuple(Message(f"claims_aspect_{aspect}") for aspect in claim.parts)
    return say(Message("claims_review_differs", {"aspects": aspects}), lang)


def _citation(statement: Statement) -> dict[str, Any]:
    return dict(_filled({
        "@type": "CreativeWork",
        "identifier": statement.id,
        "text": statement.text,
        "datePublished": statement.made.date().isoformat(),
        "inLanguage": statement.lang,
        "author": {"@type": "Organization", "name": statement.source} if statement.source else None,
    }))  # fmt: skip


def _filled(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in fields.items() if value)
