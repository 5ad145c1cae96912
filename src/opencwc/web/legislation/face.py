"""How the casebook's pages show checks of a law."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import quote

from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import History
from opencwc.casebook.model import Person
from opencwc.casebook.permissions import may
from opencwc.finding import Finding, Message, Verdict
from opencwc.legislation.decided_law import answer_as_decided
from opencwc.legislation.reader import stage_of
from opencwc.legislation.report import title_of
from opencwc.legislation.verb import VERB
from opencwc.web.casebook.faces import EvidencePart, Face, JobPage, shortened
from opencwc.web.casebook.home_doors import Door, FigureRow, HomeCount, HouseFigure, Work
from opencwc.web.casebook.run_summary import convention_of
from opencwc.web.convention.measures import measures_of
from opencwc.web.legislation.finder import find_measures
from opencwc.wording import say
from opencwc.wording.collation import sort_key
from opencwc.wording.states import state_name


def _among_measures(history: History) -> tuple[str, str]:
    measure = f"{quote(history.finding.list)}/{quote(history.finding.entry)}"
    return "page_law_see_measure", f"/law/runs/{history.run['number']}/measures/{measure}"


def _title(finding: Finding, lang: str) -> str:
    """Name the measure: "Prohibit ... (PRO-01)"."""
    if finding.rule is None:
        return shortened(finding.subject.input or finding.subject.id)
    measures = measures_of(convention_of(finding.maker.as_of).as_of).measures
    measure = next((one for one in measures if one.id == finding.rule.entry), None)
    return f"{title_of(measure, lang)} ({finding.rule.entry})" if measure else finding.rule.entry


def _evidence(book: Casebook, person: Person, history: History, lang: str) -> dict[str, Any]:
    """Return the passages and the elements of the measure, as the page of the measure shows them."""
    from opencwc.web.legislation.kept_laws import shown_law, standings
    from opencwc.web.legislation.parts import evidence_of

    measure, number = (history.finding.list, history.finding.entry), history.run["number"]
    shown = shown_law(book, person, number)
    standing = standings(book, person, number).get(measure)
    stood = answer_as_decided(shown.answer(*measure), standing.said if standing else None, shown.kept.checked.law)
    return evidence_of(stood, lang)


def _reasons(finding: Finding) -> list[Message]:
    """Part what a measure's verdict rests on: where it is covered in part, what is missing comes first."""
    reasons = finding.message.values.get("reasons")
    parts = [one for one in reasons if isinstance(one, Message)] if isinstance(reasons, tuple) else []
    if finding.verdict == Verdict.PARTIAL:
        parts.sort(key=lambda part: part.id in _FOUND)
    return parts or [finding.message]


_FOUND = ("law_why_said", "law_why_reference")


def _coverage(book: Casebook, person: Person, lang: str, today: date) -> Iterator[HouseFigure]:
    """Count of each State the measures that its law covers, covers in part, or lacks."""
    from opencwc.web.legislation.kept_laws import latest_laws, standings

    rows = []
    for code, check in latest_laws(book, person).items():
        verdicts = Counter(standing.verdict for standing in standings(book, person, check.number).values())
        numbers = tuple(verdicts.get(verdict, 0) for verdict in reversed(VERB.verdicts))
        rows.append(FigureRow(state_name(code, lang), numbers, f"/law/runs/{check.number}"))
    groups = tuple(say(f"page_law_short_{verdict}", lang) for verdict in reversed(VERB.verdicts))
    tones = tuple(VERB.tones[verdict] for verdict in reversed(VERB.verdicts))
    ordered = sorted(rows, key=lambda row: sort_key(row.label, lang))
    yield HouseFigure("coverage", say("law_column_state", lang), groups, tuple(ordered), tones)


def _counts(book: Casebook, person: Person, today: date, work: Work) -> Iterator[HomeCount]:
    """Count the laws that were compared with the Convention, and the measures that were not found in them."""
    from opencwc.web.legislation.kept_laws import latest_laws, standings

    if not may(person, "read") or work != Work.LAWYER:
        return
    laws = latest_laws(book, person).values()
    missing = sum(
        standing.verdict == "none" for law in laws for standing in standings(book, person, law.number).values()
    )
    yield HomeCount("laws", len(laws), "/law/shelf")
    yield HomeCount("measures_missing", missing, "/law/shelf")


FACE = Face(
    JobPage(
        "page_law_job", "/law", "/law/runs", "legislation/job.html",
        # A law is read from other kinds of files than documents of findings are.
        remedies={"save": "page_law_do_save", "check": "page_law_do_check"}, step=lambda job: stage_of(job.rows_done),
    ),
    jobs="/law/jobs", among=_among_measures, rules="/law/measures", title=_title,
    written=False,
    doors=(
        Door("check", "law", "/law", "keep", frozenset({Work.LAWYER})),
        Door("rule", "measures", "/law/measures", "rules", frozenset({Work.LAWYER})),
    ),
    find=find_measures,
    counts=_counts,
    figures=_coverage,
    reasons=_reasons,
    evidence=EvidencePart("legislation/finding_passages.html", _evidence),
)  # fmt: skip
