"""A run of claims: what its steps say, what is kept of it, and what people's corrections make of a claim."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from opencwc.claims.comparison_file import KeptClaims, unpack
from opencwc.claims.corrected_claims import corrected, require_sense
from opencwc.claims.findings import headline
from opencwc.claims.model import Claim, Difference
from opencwc.claims.reader import Reader
from opencwc.errors import InputError
from opencwc.finding import Finding
from opencwc.reports.model import Span
from opencwc.verbs import Ended, Found, Input, Started, Step

EXAMPLES = Path(__file__).parents[2] / "examples"
REPORTS, RECORD = (Input(name, EXAMPLES / name) for name in ("reports.jsonl", "record.csv"))
CLAIM = Claim(
    "r1", "Twelve people were hurt.", Span(0, 24), "en", 0.9, matched="v1", relation="differs", chance=0.8,
    differences=(Difference("number", (Span(0, 6),), (Span(3, 7),)),), id="3-1",
)  # fmt: skip


@pytest.fixture(scope="module")
def steps() -> Sequence[Step]:
    reader = Reader({"as_of": "2026-11-29", "roles": ["file", "record"]})
    return list(reader.steps([REPORTS, RECORD]))


@pytest.fixture(scope="module")
def kept(steps: Sequence[Step]) -> KeptClaims:
    end = steps[-1]
    assert isinstance(end, Ended) and end.pages is not None
    return unpack(end.pages.content)


def findings(steps: Sequence[Step]) -> list[Finding]:
    return [finding for step in steps if isinstance(step, Found) for finding in step.findings]


def test_steps_name_the_files_and_give_a_finding_for_each_claim(steps: Sequence[Step], kept: KeptClaims) -> None:
    started, end = steps[0], steps[-1]
    assert isinstance(started, Started) and isinstance(end, Ended)
    assert started.checked["file"] == "reports.jsonl" and started.checked["record"] == "record.csv"
    found = findings(steps)
    assert [finding.subject.id for finding in found] == [claim.id for claim in kept.claims]
    assert sum(end.by_verdict.values()) == end.rows == len(found) == len(kept.claims)


def test_claims_stand_with_their_reports_statements_and_events(kept: KeptClaims) -> None:
    for claim in kept.claims:
        line = kept.line_by_row[claim.row]
        assert line.told.report.whole[slice(*claim.span)] == claim.sentence
        assert line.told.report.id == claim.report
        assert not claim.matched or claim.matched in kept.statement_by_id
        assert not line.event or line.event in kept.event_by_id
    assert any(line.event for line in kept.watched.lines)


def test_evidence_is_the_words_that_differ(steps: Sequence[Step], kept: KeptClaims) -> None:
    by_id = {claim.id: claim for claim in kept.claims}
    for finding in findings(steps):
        claim = by_id[finding.subject.id]
        kinds = {evidence.kind for evidence in finding.evidence}
        assert {one.aspect for one in claim.differences if one.claimed} <= kinds
        assert ("statement" in kinds) == bool(claim.matched)


def test_a_run_without_a_record_says_so() -> None:
    with pytest.raises(InputError) as raised:
        list(Reader({"as_of": "2026-11-29", "roles": ["file"]}).steps([REPORTS]))
    assert raised.value.code == "claims_record_not_given"


@pytest.mark.parametrize("content", [b"", b"no gzip", gzip.compress(b"", mtime=0), gzip.compress(b"{}\n", mtime=0)])
def test_what_is_no_file_of_claims_is_refused(content: bytes) -> None:
    with pytest.raises(InputError) as raised:
        unpack(content)
    assert raised.value.code == "kept_claims_unreadable"


def test_a_file_that_lost_a_line_is_refused(steps: Sequence[Step]) -> None:
    end = steps[-1]
    assert isinstance(end, Ended) and end.pages is not None
    lines = gzip.decompress(end.pages.content).split(b"\n")
    with pytest.raises(InputError) as raised:
        unpack(gzip.compress(b"\n".join(lines[:-1])))
    assert raised.value.code == "kept_claims_unreadable"


def test_corrections_keep_what_they_leave_alone() -> None:
    agrees = corrected(CLAIM, "agrees")
    assert (agrees.matched, agrees.differs_in, agrees.chance) == ("v1", (), 1.0)
    nothing = corrected(CLAIM, "not_in_record", "v2", ("date",))
    assert (nothing.matched, nothing.differs_in) == ("", ())
    both = corrected(CLAIM, "differs", "", ("date", "number"))
    assert both.differs_in == ("number", "date")
    assert both.differences[0].claimed == (Span(0, 6),)
    elsewhere = corrected(CLAIM, "differs", "v2", ("number",))
    assert elsewhere.matched == "v2" and elsewhere.differences == (Difference("number"),)


@pytest.mark.parametrize(
    ("relation", "statement", "aspects", "known", "code"),
    [
        ("agrees", "", (), False, "claim_without_statement"),
        ("differs", "v9", ("number",), False, "no_such_statement"),
        ("differs", "v1", (), True, "claim_differs_in_nothing"),
    ],
)
def test_corrections_without_sense_are_refused(
    relation: str, statement: str, aspects: tuple[str, ...], known: bool, code: str
) -> None:
    with pytest.raises(InputError) as raised:
        require_sense(relation, statement, aspects, known)  # type: ignore[arg-type]
    assert raised.value.code == code


def test_less_than_even_odds_are_said_as_a_maybe() -> None:
    assert headline(CLAIM).id == "claims_differs_in"
    assert headline(msgspec.structs.replace(CLAIM, chance=0.3)).id == "claims_maybe_differs_in"
