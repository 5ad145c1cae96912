"""How the casebook's pages show screenings."""

from __future__ import annotations

from opencwc.web.casebook.faces import Face, JobPage
from opencwc.web.casebook.home_doors import Door, Work
from opencwc.web.screening.finder import find_chemicals

FACE = Face(
    JobPage("page_job", "/check", part="screening/job_state.html"),
    doors=(Door("check", "screen", "/check", "screen", frozenset({Work.OFFICER, Work.REVIEWER})),),
    find=find_chemicals,
)
