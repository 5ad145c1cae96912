"""What is answered about one value: its findings, and the JSON of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, TypedDict

from msgspec import Meta

from opencwc.convention import Convention
from opencwc.finding import Finding, FindingRecord, Subject, Verdict
from opencwc.records import one_of
from opencwc.screening.allow_list import answer_allowing, silenced_in
from opencwc.screening.answers import Answer, answers_of
from opencwc.screening.formats import finding_as_json
from opencwc.screening.model import Outcome, gravest
from opencwc.screening.rulebook import maker_of
from opencwc.screening.screener import Screener
from opencwc.screening.verb import VERB as SCREEN
from opencwc.wording import sentence


def findings_of(
    screener: Screener, text: str, kind: str, row: int = 1, row_id: str = "", outcomes: Iterable[Outcome] | None = None
) -> list[Finding]:
    """Return the findings of one value, or those of outcomes that are known already (a row that cannot be read)."""
    maker = maker_of(screener.rulebook)
    answers = answer_allowing(screener, text.strip(), kind) if outcomes is None else outcomes
    return [outcome.finding(Subject(row, row_id, text), maker) for outcome in answers]


ScreenVerdict = Annotated[str, one_of(SCREEN.verdicts)]


class ScreenedFinding(FindingRecord, frozen=True, kw_only=True):
    """A finding of screening, with the reason said in the language that was asked for."""

    verdict: ScreenVerdict
    why: Annotated[str, Meta(description="The reason, said in the language that was asked for.")]


class ListAnswer(TypedDict):
    """What one list says of the value and what follows, in the language that was asked for; the Convention's is first.

    `list` is `null` for what could not be read at all; `strength` says what a stated concentration means.
    """

    list: str | None
    verdict: ScreenVerdict
    entry: str | None
    answer: str
    strength: list[str]


class ScreenedAnswer(TypedDict):
    """The gravest verdict of a value, what each list answers, and the findings.

    `silenced` are the mentions that the allow-list of this house silenced, with how often.
    """

    verdict: ScreenVerdict
    answers: list[ListAnswer]
    findings: list[ScreenedFinding]
    silenced: dict[str, int]


def answer_as_json(findings: list[Finding], convention: Convention, lang: str) -> tuple[Verdict, dict[str, Any]]:
    """Return the gravest verdict of one value, and the JSON of it with its answers and its findings."""
    verdict = gravest(finding.verdict for finding in findings)
    answers = [part for answer in answers_of(findings, convention) for part in _by_list(answer, lang)]
    said = [finding_as_json(finding, lang) for finding in findings]
    return verdict, {"verdict": str(verdict), "answers": answers, "findings": said, "silenced": silenced_in(findings)}


def _by_list(answer: Answer, lang: str) -> Iterator[ListAnswer]:
    for name in answer.lists or (None,):
        yield {
            "list": name, "verdict": str(answer.verdict), "entry": answer.entry or None,
            "answer": sentence(answer.message, lang),
            "strength": [sentence(strength, lang) for strength in answer.beside],
        }  # fmt: skip


def whole_text(text: str) -> str:
    """Return a text in which half a surrogate pair, which no encoding can hold, is U+FFFD.

    >>> whole_text("C\\ud800O")
    'C\ufffdO'
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if not text.isascii() else text
