"""The record as a list: searched by number, day, action, person and case; sorted by number, which is its order in time.

The database pages it. It keeps no order of a million records by action, person or case: a list is not sorted by those.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from opencwc.casebook.audit_summary import subjects_of_records
from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import SoughtWord, cases_in_record, count_records, list_records
from opencwc.casebook.model import Person
from opencwc.casebook.people import People
from opencwc.convention.measure_terms import fold
from opencwc.finding import Message
from opencwc.language.name_search import parts_of, taken_for
from opencwc.web.server.api_parameters import LARGEST
from opencwc.web.server.listing import ListAsked, ListColumn, ListShown, Slips, slips_of
from opencwc.wording import say

RECORD_KINDS = (
    "access", "anchored", "answer", "bulk_decided", "bulk_undone", "case_changed", "case_opened", "casebook_made",
    "comment", "countersigned", "custody_step", "decision", "erasure", "export", "feed_added", "feed_changed",
    "feed_removed", "findings", "invitation_used", "key_changed", "labels_shelved", "log_marked", "model_retrained",
    "model_switched", "person_bound", "person_invited", "person_set", "recheck_drawn", "recheck_share", "refusal",
    "register_kept", "request", "restored", "run_finished", "run_started", "sites_set", "source_kept", "source_marked",
    "submission_opened", "submission_step", "submission_version", "time_stamped", "token_made", "token_revoked",
)  # fmt: skip
"""What a record may tell of; ``page_audit_kind_{kind}`` says it."""
NO_ONE = ("console", "system")
"""Who acts and is no person; ``page_audit_actor_{actor}`` says it."""
_MOMENT = re.compile(r"\d{4}(?:-\d\d(?:-\d\d(?:t[\d:.]*z?)?)?)?")
Line = Mapping[str, Any]
Key = TypeVar("Key")


@dataclass(frozen=True)
class RecordList:
    """The record as a person asks for it: of one kind, with the words of a search, in the order of its numbers."""

    book: Casebook
    person: Person
    asked: ListAsked
    kind: str
    lang: str
    names: Mapping[str, str] = field(init=False)
    """The names of people by their ids."""
    sought: Sequence[SoughtWord] = field(init=False)
    slips: Slips = field(init=False)

    def __post_init__(self) -> None:
        people = {one.person.id: one.person.name or one.person.login for one in People(self.book).everyone()}
        object.__setattr__(self, "names", people)
        sought, slips = self._read(parts_of(self.asked.find))
        object.__setattr__(self, "sought", sought)
        object.__setattr__(self, "slips", slips)

    @property
    def oldest_first(self) -> bool:
        """Whether the record is shown from its beginning on."""
        return self.asked.order in ("number", "moment")

    @property
    def columns(self) -> tuple[ListColumn[Line], ...]:
        """The columns of the list."""
        return (
            ListColumn("number", "page_audit_number", lambda row, _: str(row["seq"]), number=True),
            ListColumn("moment", "page_audit_moment", lambda row, _: row["at"]),
            ListColumn("kind", "page_audit_kind", lambda row, lang: kind_said(row["kind"], lang), sorts=False),
            ListColumn("who", "page_audit_who", lambda row, lang: self._actor_said(row["actor"], lang), sorts=False),
            ListColumn("case", "page_audit_case", lambda row, _: row["case"] or "", sorts=False),
            ListColumn("about", "page_audit_about", about_said, sorts=False),
        )

    def rows(self, *, after: int | None = None, before: int | None = None, limit: int) -> list[dict[str, Any]]:
        """Return records by their numbers: the first after one, else the last before one or of all."""
        end = (LARGEST if before is None else before) if after is None else None
        rows = list_records(
            self.book, self.person, after=after or 0, before=end, kind=self.kind, limit=limit, sought=self.sought
        )
        subjects = subjects_of_records(self.book, self.person, [row["seq"] for row in rows if row["case"]])
        return [dict(zip(("run", "finding"), subjects.get(row["seq"], (0, 0)), strict=True), **row) for row in rows]

    def shown(self, rows: Sequence[Line], total: int) -> ListShown[Line]:
        """Return some of the records as the list shows them."""
        ordered = tuple(rows if self.oldest_first else reversed(rows))
        texts = tuple(tuple(column.text(row, self.lang) for column in self.columns) for row in ordered)
        narrowed = self.kind or self.sought
        found = count_records(self.book, self.person, self.kind, self.sought) if narrowed else total
        return ListShown(ordered, total, self.columns, self.asked, texts, found, self.slips, self.lang)

    def _actor_said(self, actor: str, lang: str) -> str:
        return say(f"page_audit_actor_{actor}", lang) if actor in NO_ONE else self.names.get(actor, actor)

    def _read(self, parts: Sequence[str]) -> tuple[list[SoughtWord], Slips]:
        """Read the words of a search as what stands in the record, a slip as what is nearest to it."""
        if not parts:
            return [], ()
        kinds = {kind: fold(kind_said(kind, self.lang)).text for kind in RECORD_KINDS}
        actors = {id: fold(self._actor_said(id, self.lang)).text for id in (*self.names, *NO_ONE)}
        cases = {number: fold(name).text for number, name in cases_in_record(self.book, self.person).items()}
        texts = [*kinds.values(), *actors.values(), *cases.values()]
        wanted = [(part,) if part.isdecimal() or _MOMENT.fullmatch(part) else taken_for(part, texts) for part in parts]
        sought = [
            SoughtWord(
                min(int(part), LARGEST) if part.isdecimal() else None,
                part.upper() if _MOMENT.fullmatch(part) else "",
                _holding(kinds, words),
                _holding(actors, words),
                _holding(cases, words),
            )
            for part, words in zip(parts, wanted, strict=True)
        ]
        return sought, slips_of(parts, wanted)


def _holding(texts: Mapping[Key, str], words: Sequence[str]) -> tuple[Key, ...]:
    return tuple(key for key, text in texts.items() if any(word in text for word in words))


def about_said(row: Line, lang: str) -> str:
    """Say which finding or run a record is about."""
    if row["finding"]:
        return say(Message("page_casebook_number", {"number": row["finding"]}), lang)
    return say(Message("page_run", {"number": row["run"]}), lang) if row["run"] else ""


def kind_said(kind: str, lang: str) -> str:
    """Say what a record tells of."""
    return say(f"page_audit_kind_{kind}", lang) if kind in RECORD_KINDS else kind
