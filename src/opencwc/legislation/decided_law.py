"""What people decided of a checked law, and the law as it stands by their decisions; nothing is decided in here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from opencwc.finding import Message
from opencwc.language.sentences import beginning_of
from opencwc.legislation.model import COVERED, NONE, Answer, Checked, Fulfilled, Law, Shown
from opencwc.legislation.texts.passages import LegalPassage
from opencwc.legislation.texts.sections import LegalSection
from opencwc.records import to_plain
from opencwc.wording import say

CORRECTED = "correct"


@dataclass(frozen=True)
class Decided:
    """What a person finally said of one measure: by whom and when (ISO 8601), with the reason.

    ``outcome`` is ``accept``, ``correct`` or ``reject``; ``verdict`` the one that stands by it, empty where a proposal
    was rejected and nobody has said what is right. ``place`` is where the words for it stand, ``elements`` the ids of
    those of which the proposal says the contrary.
    """

    outcome: str
    verdict: str
    by: str
    at: str
    reason: str
    place: str = ""
    elements: tuple[str, ...] = ()

    @property
    def day(self) -> str:
        """The day of the decision, as 2020-06-07."""
        return self.at[:10]

    @property
    def said(self) -> Message:
        """Who decided what, and when."""
        return Message(f"law_decided_{self.outcome}", {"person": self.by, "day": self.day})


Decisions = Mapping[tuple[str, str], Decided]
"""Final decisions by the set and the id of their measure."""


def decided_on(answer: Answer, decisions: Decisions) -> Decided | None:
    """Return what was decided of a measure, ``None`` where nobody did."""
    return decisions.get((answer.measure.set, answer.measure.id))


def as_decided(checked: Checked, decisions: Decisions) -> Checked:
    """Return a check as it stands by the decisions: the verdicts, what is missing, the obligations of other texts."""
    if not decisions:
        return checked
    answers = tuple(answer_as_decided(answer, decided_on(answer, decisions), checked.law) for answer in checked.answers)
    verdicts = {answer.measure.id: answer.verdict for answer in answers}
    obligations = tuple(_fulfilled(obligation, verdicts) for obligation in checked.obligations)
    return replace(checked, answers=answers, obligations=obligations)


def _fulfilled(obligation: Fulfilled, verdicts: Mapping[str, str]) -> Fulfilled:
    return replace(obligation, verdicts=tuple((id, verdicts.get(id, verdict)) for id, verdict in obligation.verdicts))


def answer_as_decided(answer: Answer, decided: Decided | None, law: Law | None = None) -> Answer:
    """Return an answer as it stands by a decision; a rejected proposal stays what it is, as nobody said what is right.

    With the ``law`` the section that the person named is shown first. Its probability is that of the proposal, so a
    decided answer has none.
    """
    if decided is None or not decided.verdict:
        return answer
    met = {*answer.met} ^ {*decided.elements}
    needed = [element.id for element in answer.measure.missing(met)]
    by_person = {*decided.elements}
    left = tuple(id for id in answer.delegated if id in needed and id not in by_person)
    missing = tuple(id for id in needed if id not in left and id not in answer.excepted)
    excepted = tuple(id for id in answer.excepted if id in needed)
    if decided.verdict == COVERED:
        by_person |= set(needed)
        met |= set(needed)
        missing = left = excepted = ()
    elif decided.verdict == NONE:
        met, left, excepted = set(), (), ()
        missing = tuple(element.id for element in answer.measure.needed)
    passing = tuple(id for id in answer.passing if id in missing and id not in by_person)
    shown = answer.shown
    if law is not None and decided.verdict != NONE:
        shown = _named_first(law, decided.place, answer.shown)
    return replace(
        answer, verdict=decided.verdict, probability=None, shown=shown, met=tuple(sorted(met)),
        missing=missing, delegated=left, passing=passing, excepted=excepted,
        by_person=tuple(element.id for element in answer.measure.elements if element.id in by_person),
    )  # fmt: skip


def _named_first(law: Law, place: str, shown: tuple[Shown, ...]) -> tuple[Shown, ...]:
    """Return the passages with that of the section that a person named first: its beginning, where it was not shown."""
    if named := [passage for passage in shown if is_at(passage.passage.section, place)]:
        return (*named, *(passage for passage in shown if passage not in named))
    sections = [section for section in law.sections if is_at(section, place)]
    if len(sections) != 1:
        return shown
    section = sections[0]
    beginning = beginning_of(section.text, _LONGEST)
    passage = LegalPassage(section, section.start, section.start + len(beginning), beginning)
    return (Shown(passage, 0.0, 0.0), *shown)


def is_at(section: LegalSection, place: str) -> bool:
    """Whether a section is the one that a person named as the place of the words."""
    named = place.strip().casefold()
    return bool(section.id and named) and named in (section.id.casefold(), f"{section.file} {section.id}".casefold())


_LONGEST = 1_800
"""Characters that are shown at most of a section that a person named."""


def decided_to_plain(decided: Decided) -> dict[str, Any]:
    """Return a decision as what JSON can hold."""
    return {**to_plain(decided), "verdict": decided.verdict or None}


def told_in_short(answer: Answer, decided: Decided, lang: str) -> str:
    """Say who decided on a proposal, and what had been proposed where that is not what stands."""
    decision = say(decided.said, lang)
    if decided.outcome != CORRECTED:
        return decision
    proposed = Message("law_proposed", {"verdict": Message(f"law_verdict_{answer.verdict}")})
    return f"{decision}{say('clause_separator', lang)}{say(proposed, lang)}"


def people_of(decisions: Decisions) -> dict[str, int]:
    """Return who decided on how many measures, who decided on the most first."""
    names = [decision.by for decision in decisions.values()]
    return dict(sorted(Counter(names).items(), key=lambda counted: (-counted[1], counted[0])))
