"""Claims as files for machines: a line a claim as CSV or JSON Lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from opencwc.claims.claim_matching import LEAST_WORTH, HeldReport
from opencwc.claims.claim_record import as_text
from opencwc.claims.model import Claim
from opencwc.files.csv_cells import csv_of
from opencwc.wording import sentence

COLUMNS = ("report", "sentence", "checkworthy", "claim", "matched", "relation", "differs_in")


def claims_of(held: Iterable[HeldReport], least: float = LEAST_WORTH) -> Iterator[Claim]:
    """Yield the claims that can be checked at least so likely."""
    return (claim for one in held for claim in one.claims if claim.checkworthy >= least)


def as_csv(claims: Iterable[Claim]) -> bytes:
    """Return a line a claim, in the order of the reports; what a spreadsheet program would run is quoted."""
    return csv_of([COLUMNS, *(tuple(row_of(claim).values()) for claim in claims)]).replace(b"\r\n", b"\n")


def as_json_lines(claims: Iterable[Claim], lang: str = "en") -> bytes:
    """Return a line a claim, with the places of the words that differ in sentence and statement."""
    return b"".join(msgspec.json.encode(facts_of(claim, lang)) + b"\n" for claim in claims)


def facts_of(claim: Claim, lang: str = "en") -> dict[str, Any]:
    """Return a claim as JSON has it, with the places of the words that differ in sentence and statement."""
    return {**row_of(claim), **_evidence(claim, lang)}


def row_of(claim: Claim) -> dict[str, str]:
    """Return the cells of a claim's line by the names of `COLUMNS`."""
    return {
        "report": claim.report,
        "sentence": claim.sentence,
        "checkworthy": f"{claim.checkworthy:.3f}",
        "claim": as_text(claim.record),
        "matched": claim.matched,
        "relation": claim.relation,
        "differs_in": ";".join(claim.differs_in),
    }


def _evidence(claim: Claim, lang: str) -> dict[str, Any]:
    return {
        "checkworthy": round(claim.checkworthy, 4),
        "claim": claim.record._asdict(),
        "differs_in": list(claim.differs_in),
        "chance": round(claim.chance, 4),
        "lang": claim.lang,
        "span": list(claim.span),
        "differences": [
            {"aspect": one.aspect, "claimed": list(map(list, one.claimed)), "recorded": list(map(list, one.recorded))}
            for one in claim.differences
        ],
        "why": [sentence(message, lang) for message in claim.why],
    }
