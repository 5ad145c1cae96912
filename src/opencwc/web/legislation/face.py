"""How the casebook's pages show checks of a law."""

from __future__ import annotations

from urllib.parse import quote

from opencwc.casebook.findings import History
from opencwc.finding import Finding
from opencwc.legislation.reader import stage_of
from opencwc.legislation.report import title_of
from opencwc.web.casebook.faces import Face, JobPage, shortened
from opencwc.web.casebook.home_doors import Door, Work
from opencwc.web.casebook.run_summary import convention_of
from opencwc.web.convention.measures import measures_of
from opencwc.web.legislation.finder import find_measures


def _among_measures(history: History) -> tuple[str, str]:
    measure = f"{quote(history.finding.list)}/{quote(history.finding.entry)}"
    return "page_law_see_measure", f"/law/runs/{history.run['number']}/measures/{measure}"


def _title(finding: Finding, lang: str) -> str:
    """Name the measure: "PRO-01 Prohibit ..."."""
    if finding.rule is None:
        return shortened(finding.subject.input or finding.subject.id)
    measures = measures_of(convention_of(finding.maker.as_of).as_of).measures
    measure = next((one for one in measures if one.id == finding.rule.entry), None)
    return f"{finding.rule.entry} {title_of(measure, lang)}" if measure else finding.rule.entry


FACE = Face(
    JobPage(
        "page_law_job", "/law", "/law/runs", "legislation/job.html",
        # A law is read from other kinds of files than documents of findings are.
        remedies={"save": "page_law_do_save", "check": "page_law_do_check"}, step=lambda job: stage_of(job.rows_done),
    ),
    jobs="/law/jobs", among=_among_measures, rules="/law/measures", title=_title,
    doors=(
        Door("check", "law", "/law", "keep", frozenset({Work.LAWYER})),
        Door("rule", "measures", "/law/measures", "rules", frozenset({Work.LAWYER})),
    ),
    find=find_measures,
)  # fmt: skip
