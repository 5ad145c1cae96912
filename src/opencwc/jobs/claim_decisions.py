"""What people decided on the claims of a run: a decision on a claim is one on its finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from msgspec.structs import replace

from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import Decision, decide, last_decisions
from opencwc.casebook.findings import findings_of_run
from opencwc.casebook.model import Outcome, Person, Status
from opencwc.casebook.people import names_by_id
from opencwc.claims.comparison_file import KeptClaims
from opencwc.claims.corrected_claims import SEPARATOR, aspects_of, corrected, require_sense
from opencwc.claims.model import Claim, Part, Relation
from opencwc.claims.verb import VERB as CLAIMS
from opencwc.finding import Verdict
from opencwc.jobs.kept_runs import Shelf, ShownRun

SHELF = Shelf(CLAIMS.id, "run of claims", "/claims")
"""Where runs of claims stand."""
_FINAL = frozenset({Status.ACCEPTED, Status.CORRECTED, Status.REJECTED})


class Standing(NamedTuple):
    """How a claim stands: its finding, where that stands, the claim as it is right, and the last decision by whom.

    ``claim`` is the proposal until somebody corrected it.
    """

    finding: int
    status: Status
    claim: Claim
    decision: Decision | None = None
    person: str = ""


class ClaimCorrection(NamedTuple):
    """What a person says is right of a claim."""

    relation: Relation
    statement: str = ""
    aspects: tuple[Part, ...] = ()


def standings(book: Casebook, person: Person, shown: ShownRun[KeptClaims]) -> Mapping[str, Standing]:
    """Return how each claim of a run stands, by its id, in the order of the reports.

    A blind second look hides what was decided from who has to make it.
    """
    by_verdict: dict[str, list[Claim]] = {}
    for claim in shown.kept.claims:
        by_verdict.setdefault(claim.relation, []).append(claim)
    found: dict[str, tuple[int, Status]] = {}
    for verdict, claims in by_verdict.items():
        findings = findings_of_run(book, person, shown.number, Verdict(verdict))
        found |= {claim.id: finding for claim, finding in zip(claims, findings, strict=True)}
    decided = last_decisions(book, person, [finding for finding, status in found.values() if status in _FINAL])
    names = names_by_id(book, (one.person for one in decided.values()))
    return {claim.id: _standing(claim, *found[claim.id], decided, names) for claim in shown.kept.claims}


def _standing(
    claim: Claim, finding: int, status: Status, decided: Mapping[int, Decision], names: Mapping[str, str]
) -> Standing:
    decision = decided.get(finding)
    if decision is None:
        return Standing(finding, status, claim)
    said = decision.correction or {}
    right = replace(claim, chance=1.0) if decision.outcome is Outcome.ACCEPT else claim
    if decision.outcome is Outcome.CORRECT:
        relation: Relation = said["verdict"]  # type: ignore[assignment]  # one of the verb's verdicts
        right = corrected(claim, relation, said.get("place", ""), aspects_of(said.get("elements", "")))
    return Standing(finding, status, right, decision, names.get(decision.person, decision.person))


def decide_on_claim(
    book: Casebook,
    person: Person,
    kept: KeptClaims,
    standing: Standing,
    right: ClaimCorrection,
    reason: str,
    seen: int | None = None,
) -> Status:
    """Decide what is right of a claim, and return where its finding stands then.

    What is as proposed is accepted; anything else corrects it. ``seen`` is the last decision that the person saw.

    Raises:
        InputError: no reason was given, or what is said makes no sense.
        ConflictError: somebody decided meanwhile.

    """
    relation, statement, aspects = right
    if relation == "not_in_record":
        statement = ""
    require_sense(relation, statement, aspects, statement in kept.statement_by_id)
    proposed = next(claim for claim in kept.claims if claim.id == standing.claim.id)
    if _same(proposed, right):
        decided = decide(book, person, [standing.finding], Outcome.ACCEPT, reason, seen=seen)
    else:
        elements = SEPARATOR.join(aspects) if relation == "differs" else ""
        said = {"verdict": str(relation), "place": statement, "elements": elements}
        correction = {name: value for name, value in said.items() if value}
        decided = decide(book, person, [standing.finding], Outcome.CORRECT, reason, correction=correction, seen=seen)
    return decided[standing.finding]


def _same(claim: Claim, right: ClaimCorrection) -> bool:
    if claim.relation != right.relation or right.relation == "not_in_record":
        return claim.relation == right.relation
    aspects = right.aspects if right.relation == "differs" else ()
    return (claim.matched, claim.parts) == (right.statement, aspects)
