"""How the casebook's pages show hello: its jobs, and where a finding stands among its like."""

from __future__ import annotations

from opencwc.casebook.findings import History
from opencwc.web.casebook.faces import Face, JobPage


def _beside(history: History) -> tuple[str, str]:
    return "page_hello_results", f"/hello/runs/{history.run['number']}"


FACE = Face(JobPage("hello/job.html", "page_hello_job", "/hello", "/hello/runs"), beside=_beside)
