"""How the casebook's pages show screenings."""

from __future__ import annotations

from opencwc.web.casebook.faces import Face, JobPage

FACE = Face(JobPage("page_job", "/", part="screening/job_state.html"))
