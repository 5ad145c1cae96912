"""What the pages of the casebook share: the filter in an address, and the summary of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Annotated, Any

from fastapi import Depends, Query

from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import Decision
from opencwc.casebook.findings import Counts
from opencwc.casebook.model import UNDECIDED, Filter, Mark
from opencwc.casebook.people import names_by_id
from opencwc.casebook.runs import finding_of
from opencwc.convention import Convention
from opencwc.errors import InputError
from opencwc.finding import Message, Verdict
from opencwc.publishing.model import Excerpt
from opencwc.records import from_plain
from opencwc.screening.cards import Teller
from opencwc.verbs import all_verdicts, verb_named
from opencwc.web.casebook.api import statuses_named, verdicts_named
from opencwc.web.server.page_parameters import AddressFilter, Brief
from opencwc.wording import say, sentence

INBOX = "inbox"


@dataclass(frozen=True)
class FindingFilter(AddressFilter):
    """A filter of findings: ``find`` in what they are called, ``below`` a share in per cent.

    ``entry`` stands with its list (``CWC 2B04``), ``grave`` is ``yes`` or ``no``. ``from_`` is the list that a finding
    was opened from, where it is no filter but the inbox.
    """

    case: Brief = ""
    run: Annotated[str, Query(max_length=18)] = ""
    verdict: Annotated[str, Query(max_length=200)] = ""
    list: Annotated[str, Query(max_length=50)] = ""
    entry: Annotated[str, Query(max_length=101)] = ""
    status: Annotated[str, Query(max_length=200)] = ""
    grave: Brief = ""
    text: Annotated[str, Query(max_length=2_000)] = ""
    find: Annotated[str, Query(max_length=200)] = ""
    below: Annotated[str, Query(max_length=10)] = ""
    units: Annotated[str, Query(max_length=20_000)] = ""
    from_: Annotated[str, Query(max_length=10, alias="from")] = ""

    @property
    def filters(self) -> bool:
        """Return whether the address filters the findings."""
        return any(value for name, value in vars(self).items() if name != "from_")

    @property
    def wrong_share(self) -> str:
        """What was typed as ``below`` and is no share; empty where it is one."""
        try:
            share_asked(self.below)
        except InputError:
            return self.below
        return ""

    @property
    def wanted(self) -> Filter:
        """Return the filter; raise `InputError` where a word of it has no meaning."""
        run = int(self.run) if self.run.isdecimal() else 0
        list_id, _, entry = self.entry.rpartition(" ")
        return Filter(
            self.case, run, verdicts_named(self.verdict), list_id or self.list, entry, statuses_named(self.status),
            {"yes": True, "no": False}.get(self.grave), self.text.strip(), self.find.strip(), share_asked(self.below),
            tuple(int(number) for number in self.units.split(",") if number.isdecimal() and len(number) < 19),
        )  # fmt: skip


def share_asked(text: str) -> float | None:
    """Read a bound in per cent; ``None`` where none was asked for.

    >>> share_asked("30 %"), share_asked("2,5"), share_asked("")
    (30.0, 2.5, None)
    """
    written = text.replace("%", "").replace(",", ".").strip()
    if not written:
        return None
    try:
        share = float(written)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 100:
        raise InputError("share_below_not_valid", share=text)
    return share


FilterAsked = Annotated[FindingFilter, Depends()]


@dataclass(frozen=True)
class RunSummary:
    """A run as a page shows it: its question, its rows, how many could not be read, and what was checked.

    ``columns`` are those that were read, with what each was read as. ``unread`` is ``None`` where nobody counted: a run
    that has not ended, or did not come to its end. ``not_read`` are columns of the file beside those and ``id_column``,
    and ``not_read_more`` how many are not named. ``as_text`` says that its rows are texts that were searched for
    mentions, ``document`` of which kind of document (``pdf``) they are the passages; ``notes`` are what is to be said
    of the file as a whole.
    """

    number: int
    state: str
    started_at: str
    file: str
    mark: str
    rows: int
    findings: int
    unread: int | None
    by_verdict: Mapping[str, int]
    checked: Mapping[str, Any]
    column: str
    columns: tuple[tuple[str, str], ...]
    id_column: str
    not_read: tuple[str, ...]
    not_read_more: int
    as_text: bool = False
    document: str = ""
    notes: tuple[str, ...] = ()
    reads_rows: bool = True
    verb: str = ""

    @classmethod
    def of(cls, run: Mapping[str, Any], lang: str) -> RunSummary:
        """Return the summary of a run as `opencwc.casebook.findings.show_case` gives it."""
        checked, counts = run["checked"], counts_of(run["tally"])
        not_read = tuple(str(column) for column in checked.get("not_read") or ())
        return cls(
            number=run["number"],
            state=run["state"],
            started_at=run["started_at"],
            file=str(checked.get("file") or ""),
            mark=str(Mark(run["mark"])),
            rows=run["row_count"],
            findings=run["finding_count"],
            unread=counts.get("unreadable"),
            by_verdict=counts,
            checked=checked_of(checked, lang),
            column=str(checked.get("column") or ""),
            columns=tuple(_columns_read(checked, lang)),
            id_column=str(checked.get("id_column") or ""),
            not_read=not_read,
            not_read_more=max(0, int(checked.get("not_read_count") or 0) - len(not_read)),
            as_text=run.get("asked", {}).get("kind") == "text" or "document" in checked,
            document=str(checked.get("document") or ""),
            reads_rows=Verdict.UNREADABLE in verb_named(run["verb"]).verdicts or not counts,
            verb=run["verb"],
            notes=tuple(sentence(from_plain(Message, note), lang) for note in run["tally"].get("notes") or ()),
        )


def _columns_read(checked: Mapping[str, Any], lang: str) -> Iterator[tuple[str, str]]:
    """Yield the columns that a run read, each with what it was read as."""
    for column in checked.get("columns") or ():
        yield str(column["name"]), say(f"column_of_{column['kind']}", lang)


def counts_of(tally: Mapping[str, Any]) -> dict[str, int]:
    """Return how many rows of a run came out how; nothing where its tally does not say.

    Runs of the service were once tallied by the verdicts alone.

    >>> counts_of({"rows": 3, "by_verdict": {"listed": 1, "unreadable": 2}})
    {'listed': 1, 'unreadable': 2}
    >>> counts_of({"listed": 1, "unreadable": 2})
    {'listed': 1, 'unreadable': 2}
    >>> counts_of({})
    {}
    """
    counts = tally.get("by_verdict", tally)
    return {name: int(counts[name]) for name in all_verdicts() if name in counts}


def excerpt_of(content: Mapping[str, Any]) -> Excerpt | None:
    """Show the text around what a kept finding speaks of, marked; ``None`` where it is of no text."""
    if content.get("basis") != "text" or not content.get("evidence"):
        return None
    return Teller(Convention(), "en", lambda _: "").excerpt(finding_of(content, {}))


def is_no_mention(content: Mapping[str, Any] | None) -> bool:
    """Return whether a finding says that no chemical was recognised in a text, which clears nothing."""
    return bool(content) and (content or {}).get("message", {}).get("id") == "why_no_mention"


def checked_of(checked: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """Return what a run checked, its policies said."""
    return {
        "lists": [list_ for list_ in checked.get("lists", []) if isinstance(list_, dict)],
        "as_of": str(checked.get("as_of", "")),
        "policies": [{"id": policy, "says": say(policy, lang)} for policy in checked.get("policies", [])],
    }


def waiting_among(counts: Counts) -> int:
    """Return how many findings wait for a person."""
    return sum(counts.status.get(str(status), 0) for status in UNDECIDED)


def names_of_people(book: Casebook, decisions: Iterable[Decision], others: Iterable[str] = ()) -> dict[str, str]:
    """Return the names of the people who decided and of others, by id."""
    return names_by_id(book, [decision.person for decision in decisions] + [other for other in others if other])


@lru_cache(maxsize=32)
def convention_of(day: str) -> Convention:
    """Return the rules as they stood on the day of a finding."""
    try:
        return Convention(date.fromisoformat(day))
    except ValueError:
        return Convention()
