"""What is answered about one value: its findings, and the JSON of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, TypedDict

from msgspec import Meta

from opencwc.finding import Finding, FindingRecord, Subject, Verdict
from opencwc.records import one_of
from opencwc.screening.formats import finding_as_json
from opencwc.screening.model import Outcome, gravest
from opencwc.screening.rulebook import maker_of
from opencwc.screening.screener import Screener
from opencwc.screening.verb import VERB as SCREEN


def findings_of(
    screener: Screener, text: str, kind: str, row: int = 1, row_id: str = "", outcomes: Iterable[Outcome] | None = None
) -> list[Finding]:
    """Return the findings of one value, or those of outcomes that are known already (a row that cannot be read)."""
    maker = maker_of(screener.rulebook)
    answers = screener.answer(text.strip(), kind) if outcomes is None else outcomes
    return [outcome.finding(Subject(row, row_id, text), maker) for outcome in answers]


ScreenVerdict = Annotated[str, one_of(SCREEN.verdicts)]


class ScreenedFinding(FindingRecord, frozen=True, kw_only=True):
    """A finding of screening, with the reason said in the language that was asked for."""

    verdict: ScreenVerdict
    why: Annotated[str, Meta(description="The reason, said in the language that was asked for.")]


class ScreenedAnswer(TypedDict):
    """The gravest verdict of a value, and its findings."""

    verdict: ScreenVerdict
    findings: list[ScreenedFinding]


def answer_as_json(findings: list[Finding], lang: str) -> tuple[Verdict, dict[str, Any]]:
    """Return the gravest verdict of one value, and the JSON of it with its findings."""
    verdict = gravest(finding.verdict for finding in findings)
    return verdict, {"verdict": str(verdict), "findings": [finding_as_json(finding, lang) for finding in findings]}


def whole_text(text: str) -> str:
    """Return a text in which half a surrogate pair, which no encoding can hold, is U+FFFD.

    >>> whole_text("C\\ud800O")
    'C\ufffdO'
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if not text.isascii() else text
