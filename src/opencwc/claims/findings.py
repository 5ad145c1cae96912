"""Claims as findings, so that a person decides on each: what the record says of it, with the words that differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from opencwc.claims.claim_weights import FILE
from opencwc.claims.model import Claim, Statement
from opencwc.finding import Evidence, Finding, Maker, Message, Subject, Verdict
from opencwc.reports.private_people import masked
from opencwc.reports.watched import Line
from opencwc.version import __version__
from opencwc.wording.likelihood import likelihood_of
from opencwc.wording.typography import cut_short

_LONGEST = 500
EVEN = 0.5
"""Below this chance nothing is stated as a fact."""


def findings_of(
    claims: Iterable[Claim], lines: Mapping[int, Line], statements: Mapping[str, Statement], maker: Maker
) -> Iterator[Finding]:
    """Yield one finding a claim, in the order in which they stand; ``lines`` are the reports by their rows."""
    for claim in claims:
        line = lines[claim.row]
        sentence = masked_sentence(claim, line)
        subject = Subject(claim.row, claim.id, cut_short(sentence, _LONGEST), file=line.told.report.file)
        evidence = tuple(_evidence(claim, sentence, statements))
        yield Finding(
            subject, Verdict(claim.relation), headline(claim), maker, basis="text", evidence=evidence,
            confidence=claim.chance,
        )  # fmt: skip


def masked_sentence(claim: Claim, line: Line) -> str:
    """Return the sentence of a claim with the names of private people as dots; places in it stay the same."""
    return masked(line.told)[slice(*claim.span)]


def headline(claim: Claim) -> Message:
    """Return how a claim stands to the record, in a sentence; what is less than even odds is said as a maybe."""
    maybe = "maybe_" if claim.chance < EVEN else ""
    if claim.relation == "differs":
        aspects = tuple(Message(f"claims_aspect_{aspect}") for aspect in claim.parts)
        return Message(f"claims_{maybe}differs_in", {"aspects": aspects, "statement": claim.matched})
    return Message(f"claims_{maybe}{claim.relation}", {"statement": claim.matched} if claim.matched else {})


def likelihood(claim: Claim) -> Message:
    """Return how likely it is that a claim is about its statement, or that the record has nothing on it."""
    named = "claims_likely_statement" if claim.matched else "claims_likely_none"
    return Message(named, {"likely": likely(claim.chance)})


def likely(chance: float) -> Message:
    """Return a probability in the words of ICD 203, with its number; nothing is 0 or 100 per cent.

    >>> likely(1.0).values["word"], likely(0.5).values["word"]
    (Message(id='likelihood_almost_certain', values={}), Message(id='likelihood_even', values={}))
    """
    percent = round(100 * chance)
    number = Message("claims_chance_of", {"number": percent})
    if percent > 99:
        number = Message("claims_chance_over")
    elif percent < 1:
        number = Message("claims_chance_under")
    return Message("claims_likely", {"word": Message(f"likelihood_{likelihood_of(chance)}"), "chance": number})


def maker_of(as_of: str, encoder: str) -> Maker:
    """Return what made the findings: this package, its version, the encoder, and a digest of the learned weights."""
    return Maker("claims", __version__, as_of, (), encoder, sha256(FILE.read_bytes()).hexdigest()[:16])


def _evidence(claim: Claim, sentence: str, statements: Mapping[str, Statement]) -> Iterator[Evidence]:
    for one in claim.differences:
        for start, end in one.claimed:
            yield Evidence(one.aspect, sentence[start:end], span=(start, end))
    if (statement := statements.get(claim.matched)) is not None:
        yield Evidence("statement", statement.text[:_LONGEST])
    yield Evidence("claim", claim.id)
