"""How the casebook's pages show checks of a law."""

from __future__ import annotations

from urllib.parse import quote

from opencwc.casebook.findings import History
from opencwc.legislation.reader import stage_of
from opencwc.web.casebook.faces import Face, JobPage
from opencwc.web.casebook.home_doors import Door, Work
from opencwc.web.legislation.finder import find_measures


def _among_measures(history: History) -> tuple[str, str]:
    measure = f"{quote(history.finding.list)}/{quote(history.finding.entry)}"
    return "page_law_see_measure", f"/law/runs/{history.run['number']}/measures/{measure}"


FACE = Face(
    JobPage(
        "page_law_job", "/law", "/law/runs", "legislation/job.html",
        # A law is read from other kinds of files than documents of findings are.
        remedies={"save": "page_law_do_save", "check": "page_law_do_check"}, step=lambda job: stage_of(job.rows_done),
    ),
    jobs="/law/jobs", among=_among_measures, rules="/law/measures",
    doors=(
        Door("check", "law", "/law", "keep", frozenset({Work.LAWYER})),
        Door("rule", "measures", "/law/measures", "rules", frozenset({Work.LAWYER})),
    ),
    find=find_measures,
)  # fmt: skip
