"""How the casebook's pages show screenings."""

from __future__ import annotations

from opencwc.finding import Finding, Message
from opencwc.screening.cards import Teller
from opencwc.web.casebook.faces import Face, JobPage, shortened
from opencwc.web.casebook.home_doors import Door, Work
from opencwc.web.casebook.run_summary import convention_of
from opencwc.web.screening.finder import find_chemicals
from opencwc.wording import say
from opencwc.wording.common_chemicals import known_name


def _title(finding: Finding, lang: str) -> str:
    """Name the entry and the chemical: "Schedule 2, entry 2B13 (thiodiglycol)"; else what was read."""
    if finding.message.id == "why_no_mention":
        return say("page_text_nothing", lang)
    subject = Teller(convention_of(finding.maker.as_of), lang, lambda _: "").subject(finding)
    return subject or _name_found(finding, lang) or shortened(finding.subject.input or finding.subject.id)


def _name_found(finding: Finding, lang: str) -> str:
    """Return the name of the chemical that a number or a name was found to stand for."""
    found = (part for part in finding.message.values.values() if isinstance(part, Message) and part.id == "found_cas")
    name = next((part.values["name"] for part in found), "")
    said = say(name, lang) if isinstance(name, Message) else known_name(str(name), lang) or str(name)
    return said[:1].upper() + said[1:]


FACE = Face(
    JobPage("page_job", "/check", part="screening/job_state.html"),
    doors=(Door("check", "screen", "/check", "screen", frozenset({Work.OFFICER, Work.REVIEWER})),),
    find=find_chemicals,
    title=_title,
)
