"""How the casebook's pages show greetings."""

from __future__ import annotations

from opencwc.web.casebook.faces import Face, JobPage

FACE = Face(JobPage("page_hello_job", "/hello", "/hello/runs"))
