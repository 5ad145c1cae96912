"""How the casebook's pages show registers that were judged."""

from __future__ import annotations

from opencwc.casebook.findings import History
from opencwc.declarations.verb import ASK
from opencwc.errors import OpenCWCError
from opencwc.finding import Finding, Message
from opencwc.web.casebook.faces import Face, JobPage, shortened
from opencwc.wording import say, sentence

RUNS = "/declarations/runs"


def _rests_on(finding: Finding, lang: str) -> list[tuple[str, str]]:
    """Return what a finding of a register rests on: its day, its range, the rows and the cell that it speaks of."""
    seen = []
    for evidence in finding.evidence:
        if evidence.kind == "due":
            declaration = Message(f"declare_declaration_{evidence.label}")
            told = Message("page_declarations_due_of", {"declaration": declaration, "date": evidence.value})
            seen.append((say("declare_label_due", lang), say(told, lang)))
        elif evidence.kind == "range":
            seen.append((say("declare_label_range", lang), evidence.label))
        elif evidence.kind == "row":
            seen.append((say(Message("page_declarations_row", {"row": evidence.label}), lang), evidence.value))
        elif evidence.kind == "cell":
            seen.append((say(f"declare_table_{evidence.label}", lang), evidence.value))
    return seen


def _columns(error: OpenCWCError, lang: str) -> str:
    """Say what is wrong with the columns of a table; empty where an error says something else."""
    if error.code != "register_column_missing":
        return ""
    field = say(f"page_declarations_field_{error.values['field']}", lang)
    return sentence(Message("page_declarations_column_missing", {"field": field, "file": error.where}), lang)


def _beside(history: History) -> tuple[str, str]:
    """Return the message and the address of what a finding stands in: what is due, the faults, or what to ask."""
    run, finding = history.run["number"], history.finding
    if str(finding.verdict) == ASK:
        return "page_declarations_view_ask", f"{RUNS}/{run}/ask"
    part = "faults" if str(finding.verdict) in ("review", "unreadable") else "due"
    return f"page_declarations_see_{part}", f"{RUNS}/{run}#{part}"


def _title(finding: Finding, lang: str) -> str:
    """Name what is due of whom, or the row that a fault or a question is on."""
    ranges = [seen.label for seen in finding.evidence if seen.kind == "range"]
    said = [finding.subject.id, finding.subject.input, *ranges]
    return shortened(" · ".join(name for name in said if name))


FACE = Face(
    JobPage("page_declarations_job", "/declarations", RUNS, columns=_columns),
    jobs="/declarations/jobs", among=_beside, rests_on=_rests_on, title=_title,
)  # fmt: skip
