"""How the casebook's pages show screening."""

from __future__ import annotations

from opencwc.web.casebook.faces import Face, JobPage

FACE = Face(JobPage("screening/job.html", "page_job", "/", part="screening/job_state.html"))
