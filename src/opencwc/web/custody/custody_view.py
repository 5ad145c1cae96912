"""The custody of a case as pages and programs show it: originals, what was made from them, and every step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from mimetypes import guess_type
from typing import Any, NamedTuple

from opencwc.casebook.custody_steps import CAPTURED, COPIED, MASKED, RECEIVED, ProvedStep, case_of_evidence, custody_of
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Case, CaseStatus, Mark, Person
from opencwc.casebook.people import names_by_id
from opencwc.casebook.permissions import may
from opencwc.casebook.requests import Request as Asked
from opencwc.casebook.requests import requests_of
from opencwc.custody import MANIFEST_ENDING
from opencwc.finding import Message
from opencwc.records import to_plain
from opencwc.web.server.listing import ListAsked, ListColumn, ListShown, listed
from opencwc.wording import say

_ORIGINAL = (RECEIVED, CAPTURED)


class Evidence(NamedTuple):
    """A file of a case: the step by which it came, and how many steps were taken with it or with what came of it."""

    proved: ProvedStep
    steps: int

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture, which has no text that names could be hidden in."""
        media_type = self.proved.media_type or guess_type(self.proved.step.name)[0] or ""
        return media_type.startswith("image/")


@dataclass(frozen=True)
class CaseCustody:
    """The steps of a case as far as a person may see them, and the names of who took them."""

    case: Case
    steps: list[ProvedStep]
    names: dict[str, str]
    exports: list[Asked]
    may_change: bool

    @cached_property
    def originals(self) -> list[Evidence]:
        """The originals, each once, in the order in which they came."""
        first: dict[str, ProvedStep] = {}
        for proved in self.steps:
            if proved.step.step in _ORIGINAL:
                first.setdefault(proved.step.source_id, proved)
        return [Evidence(proved, self._steps_of(source)) for source, proved in first.items()]

    @cached_property
    def copies(self) -> list[ProvedStep]:
        """What was made from originals and is kept beside them: copies that were worked on, masked texts."""
        made = (MASKED, COPIED)
        return [one for one in self.steps if one.step.step in made and one.step.source_id != one.step.from_id]

    @property
    def unproved(self) -> int:
        """How many steps nothing outside proves the time of yet."""
        return sum(not (one.stamped_at or one.anchor) for one in self.steps)

    @property
    def has_masked(self) -> bool:
        """Whether there is a masked text."""
        return any(one.step.step == MASKED for one in self.steps)

    def name_of(self, source: str) -> str:
        """Return what a file is called, by its SHA-256; empty where it is of no step here."""
        return next((one.step.name for one in self.steps if one.step.source_id == source and one.step.name), "")

    def is_list_of_masks(self, proved: ProvedStep) -> bool:
        """Tell whether a file is what goes with a masked text."""
        return proved.step.name.endswith(MANIFEST_ENDING)

    def _steps_of(self, source: str) -> int:
        return sum(source in (one.step.source_id, one.step.from_id) for one in self.steps)


def case_custody(book: Casebook, person: Person, name: str) -> CaseCustody:
    """Return the custody of a case; raise `NotFoundError` where there is none of this name for the person."""
    case = case_of_evidence(book, person, name)
    steps = custody_of(book, person, name)
    names = names_by_id(book, {one.step.person for one in steps})
    asked = requests_of(book, person, case=case.number)
    exports = [one for one in asked if one.kind == "export" and one.state == "approved"]
    changing = case.status not in (CaseStatus.CLOSED, CaseStatus.ERASED) and may(person, "keep", case.mark)
    return CaseCustody(case, steps, names, exports, changing)


def proof_of(proved: ProvedStep) -> Message:
    """Return what proves when a step was."""
    if proved.stamped_at:
        return Message("custody_stamped", {"at": proved.stamped_at})
    if proved.anchor:
        return Message("custody_anchored", {"records": proved.anchor, "at": proved.anchored_at[:19]})
    return Message("custody_not_anchored")


def listed_steps(custody: CaseCustody, wanted: ListAsked, lang: str) -> ListShown[ProvedStep]:
    """Return the steps of a case as a list, the newest first where no other order is asked for."""

    def file(one: ProvedStep, _: str) -> str:
        return " ".join(filter(None, (one.step.name or custody.name_of(one.step.source_id), one.step.note)))

    columns: tuple[ListColumn[ProvedStep], ...] = (
        ListColumn("step", "page_evidence_step", _step_said),
        ListColumn("file", "page_evidence_file", file),
        ListColumn("who", "page_evidence_who", lambda one, _: custody.names.get(one.step.person, one.step.person)),
        ListColumn("at", "page_evidence_recorded", lambda one, _: one.step.at),
        ListColumn("proof", "page_evidence_proof", lambda one, lang: say(proof_of(one), lang)),
        ListColumn(
            "record", "page_evidence_record", lambda one, _: str(one.step.seq), lambda one: one.step.seq, number=True
        ),
    )  # fmt: skip
    return listed(reversed(custody.steps), columns, wanted, lang)


def listed_originals(custody: CaseCustody, wanted: ListAsked, lang: str) -> ListShown[Evidence]:
    """Return the originals of a case as a list, in the order in which they came where no other is asked for."""
    columns: tuple[ListColumn[Evidence], ...] = (
        ListColumn("file", "page_evidence_file", lambda one, _: one.proved.step.name),
        ListColumn("step", "page_evidence_step", lambda one, lang: _step_said(one.proved, lang)),
        ListColumn("at", "page_evidence_came", lambda one, _: one.proved.step.taken or one.proved.step.at),
        ListColumn("address", "page_evidence_address", lambda one, _: one.proved.step.url),
        ListColumn("sha256", "page_evidence_sha256", lambda one, _: one.proved.step.source_id),
    )  # fmt: skip
    return listed(custody.originals, columns, wanted, lang)


def listed_copies(custody: CaseCustody, wanted: ListAsked, lang: str) -> ListShown[ProvedStep]:
    """Return what was made from originals as a list, in the order in which it was made where no other is asked for."""
    columns: tuple[ListColumn[ProvedStep], ...] = (
        ListColumn("file", "page_evidence_file", lambda one, _: " ".join(filter(None, (one.step.name, one.step.note)))),
        ListColumn("step", "page_evidence_step", _step_said),
        ListColumn("from", "page_evidence_made_from", lambda one, _: custody.name_of(one.step.from_id)),
        ListColumn("at", "page_evidence_recorded", lambda one, _: one.step.at),
        ListColumn("sha256", "page_evidence_sha256", lambda one, _: one.step.source_id),
    )  # fmt: skip
    return listed(custody.copies, columns, wanted, lang)


LISTS: Mapping[str, Callable[[CaseCustody, ListAsked, str], ListShown[Any]]] = {
    "originals": listed_originals,
    "copies": listed_copies,
    "steps": listed_steps,
}
"""The lists of a case by their names in addresses; a search of the page is one of all."""


def together(lists: Iterable[ListShown[Any]]) -> ListShown[Any]:
    """Return what a search above several lists of a page shows: the columns of all, each once, and how many rows."""
    shown = list(lists)
    columns = {column.name: column for one in shown for column in one.columns}
    total, found = sum(one.total for one in shown), sum(one.found for one in shown)
    slips = tuple(dict.fromkeys(slip for one in shown for slip in one.slips))
    return ListShown((), total, tuple(columns.values()), shown[0].asked, (), found, slips, shown[0].lang)


def _step_said(one: ProvedStep, lang: str) -> str:
    return say(f"custody_step_{one.step.step}", lang)


def step_plain(proved: ProvedStep) -> dict[str, Any]:
    """Return a step as JSON holds it."""
    return {
        **to_plain(proved.step), "size": proved.size, "media_type": proved.media_type, "mark": str(Mark(proved.mark)),
        "anchor": proved.anchor, "anchored_at": proved.anchored_at, "stamped_at": proved.stamped_at,
        "anchored": proved.is_anchored,
    }  # fmt: skip
