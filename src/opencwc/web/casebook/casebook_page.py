"""Casebook: what waits for a person, all findings by filter, and the cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import Depends, Form, Query, Request
from msgspec import structs
from starlette.responses import Response

from opencwc.casebook.bulk_decisions import bulks_of
from opencwc.casebook.case_report import verdict_counts
from opencwc.casebook.cases import names_of_cases
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import claim_rechecks
from opencwc.casebook.findings import Counts, count_findings, makers_of, runs_asked, show_finding
from opencwc.casebook.house_figures import open_by_age
from opencwc.casebook.model import UNDECIDED, Filter, KeptFinding, Mark, Person, Status
from opencwc.casebook.people import names_by_id
from opencwc.casebook.permissions import may
from opencwc.casebook.requests import Request as Asking
from opencwc.casebook.requests import requests_of
from opencwc.casebook.run_pages import is_of_pages
from opencwc.casebook.runs import finding_of
from opencwc.casebook.sorted_findings import FINDING_ORDERS, list_sorted
from opencwc.casebook.units import (
    MOST_SORTED,
    count_units,
    count_waiting_units,
    list_units,
    show_unit,
    units_of_findings,
)
from opencwc.convention import Convention
from opencwc.finding import Finding, Message
from opencwc.jobs.waiting_events import waiting_events
from opencwc.publishing.model import Card, Excerpt, Fact, Paragraph, Text
from opencwc.screening.cards import Teller
from opencwc.screening.verb import VERB as SCREEN
from opencwc.verbs import verb_named, verdicts_by_gravity
from opencwc.web.casebook.api import NewCase, open_as_asked
from opencwc.web.casebook.case_list import listed_cases
from opencwc.web.casebook.faces import face_of
from opencwc.web.casebook.finders import Sought
from opencwc.web.casebook.run_summary import (
    INBOX,
    FilterAsked,
    FindingFilter,
    RunSummary,
    convention_of,
    excerpt_of,
    is_no_mention,
    waiting_among,
)
from opencwc.web.casebook.service_doors import MOST_COUNTED
from opencwc.web.casebook.unit_list import (
    COLUMNS,
    GROUPS,
    MOST_IN_FILE,
    MOST_PRINTED,
    ROWS,
    UnitLine,
    as_table,
    lines_of,
    names_of_others,
    number_columns,
    others_of,
    whole_list,
    why_of,
)
from opencwc.web.convention.next_deadlines import amendments_waiting, next_deadlines
from opencwc.web.server.api_parameters import Number
from opencwc.web.server.days_and_sizes import with_days
from opencwc.web.server.downloads import download
from opencwc.web.server.htmx_headers import leading_to
from opencwc.web.server.listing import Ending, ListAsked, ListWanted
from opencwc.web.server.page import is_fragment, language_of, link_to_rule, page
from opencwc.web.server.page_parameters import Brief
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import say

router = Router(include_in_schema=False)

MOST_ROWS, MOST_CARDS = 100, 12
"""Findings of one page: as rows, and drawn."""
MOST_PASSAGES = 2
"""Passages of a law on a card; the page of its finding has them all."""
OWN_WAY, END_OF_WAY = "\u2068", "\u2069"
"""Between these marks a text runs from left to right or from right to left as its first letter does (Unicode UAX 9)."""
BY_NUMBER = "finding"
"""The order of findings in which they were kept."""
MOST_CHIPS = 12
"""Entries that stand as chips; the others fold away behind them."""

Part = Literal["", "inbox", "findings", "cases"]
MOST_MENTIONS, MOST_INSTEAD, MOST_TRIED = 200, 3, 12


@dataclass(frozen=True)
class Shown:
    """How a list is shown: ``order`` by a column, grouped by one, without the columns of ``hide``.

    ``all`` is there to print the whole list; ``waiting`` says that a file is of the inbox.
    """

    view: Literal["units", "table", "cards"] = "units"
    after: Annotated[str, Query(max_length=400)] = ""
    order: Brief = ""
    group: Literal["", "case", "verdict", "entry", "status"] = ""
    hide: Annotated[str, Query(max_length=200)] = ""
    all: Brief = ""
    waiting: bool = False

    @property
    def sorted_by(self) -> str:
        """The order asked for; a list in groups is sorted by them."""
        return self.group or self.order

    @property
    def hidden(self) -> frozenset[str]:
        """The names of the columns that are not shown."""
        return frozenset(self.hide.split(",")) - {""}

    def toggled(self, name: str) -> str:
        """Return what ``hide`` says once a column is hidden, or shown again."""
        return ",".join(sorted(self.hidden ^ {name}))

    @property
    def whole(self) -> bool:
        """Whether the whole list is shown, to be printed."""
        return self.all == "yes"


@dataclass(frozen=True)
class FindingLine:
    """A finding in a list: what was kept, why it is so, and what it was read from.

    Of a finding in a text, ``excerpt`` shows the text around what it speaks of.
    """

    kept: KeptFinding
    why: str
    input: str
    excerpt: Excerpt | None = None
    of_text: bool = False
    no_mention: bool = False
    unit: int = 0


@dataclass(frozen=True)
class ToAnswer:
    """An export or an erasure that waits for this person's answer, and the name of the person who asked for it."""

    asking: Asking
    name: str


class FirstDecision(NamedTuple):
    """Who decided first on what needs two people, and when; not what: the second decides by themselves."""

    name: str
    at: str


@router.get("/casebook", action="read")
def show(
    request: Request,
    asked: FilterAsked,
    shown: Annotated[Shown, Depends()],
    part: Part = "",
) -> Response:
    """Show the inbox, the findings that a filter asks for, or the cases."""
    book, person, lang = book_of(request), person_of(request), language_of(request)
    decides, wrong_share = may(person, "decide"), asked.wrong_share
    asked = replace(asked, below="") if wrong_share else asked
    if not part:
        part = "inbox" if decides and not asked.filters else "findings"
    if part == "inbox" and not decides:
        part = "findings"
    if is_fragment(request) and shown.after and part in ("findings", INBOX):
        listed = _listed(book, person, lang, asked, shown, waiting=part == INBOX)
        return page(request, "casebook/more.html", part=part, asked=asked, shown=shown, view=shown.view, **listed)
    cases = names_of_cases(book, person)
    values: dict[str, Any] = {"cases": cases, "part": part, "asked": asked, "shown": shown, "view": shown.view}
    values |= {"deadlines": (), "amendments": (), "bulks": (), "found": None, "wrong_share": wrong_share}
    values["parts_shown"] = [name for name in (INBOX, "findings", "cases") if name != INBOX or decides]
    if part == INBOX:
        claim_rechecks(book, person)
        values |= _listed(book, person, lang, asked, shown, waiting=True) | _to_decide(book, person)
        values |= _choices(book, person, replace(asked.wanted, status=UNDECIDED))
        values["undecided"] = _undecided(book, person, asked.wanted, values["found"])
        values |= _waiting(book, person, asked, values["found"])
        values["to_answer"] = _to_answer(book, person)
        values["second_looks"] = waiting_events(book, person)
    elif part == "findings":
        values |= _listed(book, person, lang, asked, shown, waiting=False) | _around(book, person, lang, asked)
        values |= _to_decide(book, person) if decides else {}
        values |= {"undecided": waiting_among(values["counts"]), "groups_found": _groups(book, person, asked, shown)}
        values["instead"] = [] if values["lines"] else names_instead(book, person, lang, asked)
    else:
        values["list"] = listed_cases(book, person, ListAsked(shown.order, asked.find, shown.hide), lang)
        values["found"] = values["list"].total
        values["marks"] = [mark for mark in Mark if mark <= person.clearance]
    if not may(person, "screen"):  # this is the first page of who does not screen
        today = date.today()
        values |= {"deadlines": next_deadlines(today), "amendments": amendments_waiting(request), "today": today}
    return page(request, f"casebook/{part}.html", **values)


@router.get("/casebook/cases.{ending}", action="read")
def give_cases(request: Request, ending: Ending, order: ListWanted) -> Response:
    """Give the list of cases as a file, in which no cell is a formula."""
    lang = language_of(request)
    table = listed_cases(book_of(request), person_of(request), order, lang)
    return download(table.file(ending, "page_casebook_tab_cases", lang), f"cases.{ending}")


@router.post("/casebook/cases", action="keep")
def open_case(request: Request, asked: Annotated[NewCase, Form()]) -> Response:
    """Open a case and lead to its page."""
    opened = open_as_asked(book_of(request), person_of(request), asked)
    return leading_to(f"/cases/{opened.name}")


def names_instead(book: Casebook, person: Person, lang: str, asked: FindingFilter) -> list[str]:
    """Return names of chemicals that are near to a search that finds nothing, and that would find something."""
    if not asked.find.strip():
        return []
    sought = Sought(asked.find.strip(), lang, person, book)
    hits = islice((hit for hit in face_of(SCREEN.id).find(sought) if hit.kind in ("chemical", "entry")), MOST_TRIED)
    names = dict.fromkeys(hit.title for hit in hits)
    found = (name for name in names if count_findings(book, person, replace(asked.wanted, find=name)).all)
    return list(islice(found, MOST_INSTEAD))


def _listed(
    book: Casebook, person: Person, lang: str, asked: FindingFilter, shown: Shown, *, waiting: bool
) -> dict[str, Any]:
    """Return a page of what a list shows: units, or each finding by itself."""
    if shown.view != "units" and not waiting:
        return _findings(book, person, lang, asked, shown)
    order = shown.sorted_by or usual_order(asked.wanted, waiting=waiting)
    if shown.whole:
        lines, cut = whole_list(book, person, asked.wanted, lang, order, MOST_PRINTED, waiting=waiting)
        return _unit_values(lines, shown, following="", cut=cut, order=order)
    found = list_units(book, person, asked.wanted, order=order, after=shown.after, limit=ROWS, waiting=waiting)
    return _unit_values(lines_of(book, found.units, lang), shown, following=found.next, cut=found.cut, order=order)


def usual_order(wanted: Filter, *, waiting: bool = False) -> str:
    """Return the order of a list that was asked for in none: the gravest first, where the keys have it at once."""
    return "verdict" if wanted.is_of_keys and not waiting else ""


def _unit_values(lines: Sequence[UnitLine], shown: Shown, *, following: str, cut: bool, order: str) -> dict[str, Any]:
    columns = [column for column in COLUMNS if column.name not in shown.hidden]
    return {
        "order": "" if shown.group else order,
        "lines": lines, "next": following, "cut": cut, "cards": [], "columns": columns, "every_column": COLUMNS,
        "groups": GROUPS, "most_printed": MOST_PRINTED, "most_sorted": MOST_SORTED,
    }  # fmt: skip


def _groups(book: Casebook, person: Person, asked: FindingFilter, shown: Shown) -> int:
    """Return how many groups are found; 0 where they are not shown, or too many to be counted."""
    if shown.view != "units":
        return 0
    number, more = count_units(book, person, asked.wanted)
    return 0 if more else number


def _undecided(book: Casebook, person: Person, wanted: Filter, counted: int | None) -> int:
    """Return how many findings of the inbox are found, all of which were counted where it is not narrowed."""
    return count_findings(book, person, replace(wanted, status=UNDECIDED)).all if counted is None else counted


def _to_decide(book: Casebook, person: Person) -> dict[str, Any]:
    """Return what a person decided at once and may take back."""
    return {"bulks": [bulk for bulk in bulks_of(book, person, limit=3) if bulk.open]}


@router.get("/casebook/file", action="read")
def take_file(
    request: Request, asked: FilterAsked, shown: Annotated[Shown, Depends()], format: Ending = "csv"
) -> Response:
    """Give the list as a file, in its order, up to a bound that its last line says."""
    book, person, lang = book_of(request), person_of(request), language_of(request)
    waiting = shown.waiting and may(person, "decide")
    order = shown.sorted_by or usual_order(asked.wanted, waiting=waiting)
    lines, cut = whole_list(book, person, asked.wanted, lang, order, MOST_IN_FILE, waiting=waiting)
    table = as_table(lines, lang, ListAsked(hide=shown.hide), cut=cut)
    return download(table.file(format, "casebook_findings", lang), f"findings.{format}")


@router.get("/casebook/units/{number}", action="read")
def show_mentions(request: Request, number: Number, asked: FilterAsked) -> Response:
    """Show what is inside a unit: each mention with its place, and the other columns of its row."""
    book, person, lang = book_of(request), person_of(request), language_of(request)
    unit, findings = show_unit(book, person, number, MOST_MENTIONS)
    mentions = [_line(finding, lang) for finding in findings]
    more = unit.mentions - len(findings)
    line = lines_of(book, [unit], lang)[0]
    values: dict[str, Any] = {"unit": unit, "heading": line.title, "mentions": mentions, "asked": asked, "more": more}
    values |= {"no_mention": line.no_mention, "why": line.why}
    others = names_of_others(findings)
    values |= {"others": others, "others_of": others_of, "numbers": number_columns(findings, others)}
    values |= {"card": None, "first_decision": None}
    if not is_fragment(request):
        values["card"] = _cards(book, [unit.finding], lang, asked)[0][1]
        values["first_decision"] = _first_decision(book, person, unit.finding)
    return page(request, "casebook/mentions.html", **values)


def _first_decision(book: Casebook, person: Person, finding: KeptFinding) -> FirstDecision | None:
    """Return who decided on a finding that waits for a second person, as far as this person may know."""
    if finding.status != Status.AWAITING_SECOND:
        return None
    decisions = show_finding(book, person, finding.id).decisions
    if not decisions:
        return None
    last = decisions[-1]
    return FirstDecision(names_by_id(book, [last.person]).get(last.person, last.person), last.at)


def _to_answer(book: Casebook, person: Person) -> list[ToAnswer]:
    """Return what others asked for and this person may approve."""
    if not may(person, "approve"):
        return []
    waiting = [request for request in requests_of(book, person, waiting=True) if request.asked_by != person.id]
    names = names_by_id(book, [request.asked_by for request in waiting])
    return [ToAnswer(request, names.get(request.asked_by, request.asked_by)) for request in waiting]


def _findings(book: Casebook, person: Person, lang: str, asked: FindingFilter, shown: Shown) -> dict[str, Any]:
    """Return findings one by one, in the order of a column; one that only units can be sorted by counts for nothing."""
    most = MOST_CARDS if shown.view == "cards" else MOST_ROWS
    asked_for = shown.order.removeprefix("-")
    order = shown.order if asked_for in (BY_NUMBER, *FINDING_ORDERS[1:]) else usual_order(asked.wanted)
    by = "" if order.removeprefix("-") == BY_NUMBER else order
    listed = list_sorted(book, person, asked.wanted, order=by, after=shown.after, limit=most)
    units = units_of_findings(book, [finding.id for finding in listed.findings])
    values: dict[str, Any] = {
        "lines": [replace(_line(finding, lang), unit=units.get(finding.id, 0)) for finding in listed.findings],
        "next": listed.next,
        "cards": [],
        "due_days": dict(names_of_cases(book, person)) if shown.view == "cards" else {},
        "undecided_states": tuple(map(str, UNDECIDED)),
        "finding_orders": (BY_NUMBER, *FINDING_ORDERS[1:]),
        "order": order,
    }
    if shown.view == "cards":
        values["cards"] = _cards(book, listed.findings, lang, asked)
    return values


def _line(finding: KeptFinding, lang: str) -> FindingLine:
    content = finding.content or {}
    return FindingLine(
        finding,
        why_of(content, lang),
        str(content.get("input", "")),
        excerpt=excerpt_of(content),
        of_text=content.get("basis") == "text",
        no_mention=is_no_mention(content),
    )


def _cards(
    book: Casebook, findings: Sequence[KeptFinding], lang: str, asked: FindingFilter
) -> list[tuple[KeptFinding, Card | None]]:
    """Draw findings, each as its verb shows them and under the rules of its own day; of the erased nothing is drawn."""
    rules: dict[str, Convention] = {}
    makers = makers_of(book, findings)
    cards: list[tuple[KeptFinding, Card | None]] = []
    for kept in findings:
        card = None
        if kept.content:
            made = makers[kept.run]
            finding = finding_of(kept.content, made.maker)
            day = finding.maker.as_of
            if day not in rules:
                rules[day] = convention_of(day)
            card = _card(rules[day], finding, made.verb, f"finding-{kept.id}", lang)
            if not card.heading:
                card = structs.replace(card, heading=(face_of(made.verb).title(finding, lang),))
            link = Text(
                say(Message("page_casebook_open_finding", {"number": kept.id}), lang), to=_address(kept.id, asked)
            )
            card = structs.replace(card, blocks=(*card.blocks, Paragraph((link,))))
        cards.append((kept, card))
    return cards


def _card(rules: Convention, finding: Finding, verb: str, name: str, lang: str) -> Card:
    """Draw a finding of a verb, in its tones, with what its face says that the finding rests on."""
    face = face_of(verb)
    rests_on = face.rests_on(finding, lang) if face.rests_on else _passages(finding)
    rule_at = face.address_of(finding.rule) if finding.rule else ""
    teller = Teller(rules, lang, link_to_rule, verb=verb_named(verb), of_file=face.of_file, days=with_days)
    card = teller.card(finding, name, (Fact(label, (value,)) for label, value in rests_on), rule_at)
    return card if teller.subject(finding) else _headlined(card, teller, [*face.reasons(finding), face.to_do(finding)])


def _headlined(card: Card, teller: Teller, reasons: Iterable[Message | None]) -> Card:
    """Return a card that has no answer of a list with its first reason as the headline, the others below it."""
    why, *others = card.blocks
    if isinstance(why, Paragraph) and why.tone == "lead":
        return card
    first, *rest = [Paragraph((teller.as_sentence(reason),)) for reason in reasons if reason is not None]
    return structs.replace(card, blocks=(structs.replace(first, tone="lead"), *rest, *others))


def _passages(finding: Finding) -> list[tuple[str, str]]:
    """Return the first passages that a finding rests on, each with its place; a passage runs as its own letters do."""
    passages = (seen for seen in finding.evidence if seen.kind == "passage")
    return [(seen.label, f"{OWN_WAY}{seen.value}{END_OF_WAY}") for seen in islice(passages, MOST_PASSAGES)]


def _address(identity: int, asked: FindingFilter) -> str:
    return f"/findings/{identity}" + (f"?{asked.query}" if asked.query else "")


def _around(book: Casebook, person: Person, lang: str, asked: FindingFilter) -> dict[str, Any]:
    """Return what stands around a list of findings: the counts of each choice, and what the runs checked."""
    wanted = asked.wanted
    counts = count_findings(book, person, wanted)

    def without(**left_out: Any) -> Counts:
        """Count as if one choice were not made, so that its other values can be chosen."""
        same = not wanted.is_of_keys or all(getattr(wanted, name) == value for name, value in left_out.items())
        return counts if same else count_findings(book, person, replace(wanted, **left_out))

    entries = sorted(without(list="", entry="").entry.items(), key=lambda counted: (-counted[1], counted[0]))
    return {
        "counts": counts,
        "bar_of": verdict_counts(counts.verdict, lang),
        "verdicts": _in_order(without(verdict=()).verdict, verdicts_by_gravity()),
        "statuses": _in_order(without(status=()).status, [str(status) for status in Status]),
        "entries": entries,
        "most_chips": MOST_CHIPS,
        "chosen_entry": f"{wanted.list} {wanted.entry}" if wanted.entry else "",
        "runs": _runs(book, person, lang, wanted),
        "chart": {
            "rows": [
                {"label": say(f"verdict_{name}", lang), "value": number}
                for name, number in _in_order(counts.verdict, verdicts_by_gravity()).items()
            ],
            "titles": {"x": say("label_verdict", lang), "y": say("casebook_findings", lang)},
        },
    }


def _choices(book: Casebook, person: Person, wanted: Filter) -> dict[str, Any]:
    """Return what the inbox can be narrowed to: verdicts, and entries, the most frequent first."""
    counts = count_findings(book, person, replace(wanted, verdict=(), list="", entry=""))
    narrowed = wanted.verdict or wanted.list or wanted.entry
    return {
        "found": None if narrowed else counts.all,
        "verdicts": _in_order(counts.verdict, verdicts_by_gravity()),
        "entries": sorted(counts.entry.items(), key=lambda counted: (-counted[1], counted[0])),
        "chosen_entry": f"{wanted.list} {wanted.entry}" if wanted.entry else "",
    }


def _waiting(book: Casebook, person: Person, asked: FindingFilter, findings: int | None) -> dict[str, Any]:
    """Return how many rows wait, and of the whole inbox what they hold: undecided findings, and blind re-checks."""
    if findings is None:
        return {"inside": None}
    rows = count_waiting_units(book, person, asked.wanted, MOST_COUNTED)
    undecided = sum(number for _, number in open_by_age(book, person, date.today()))
    return {"found": rows, "inside": None if asked.filters or not rows else (undecided, findings - undecided)}


def _in_order(counts: Mapping[str, int], order: Sequence[str]) -> dict[str, int]:
    return {name: counts[name] for name in order if name in counts}


def _runs(book: Casebook, person: Person, lang: str, wanted: Filter) -> list[RunSummary]:
    """Return the runs that the findings come from, where a case or a run was asked for."""
    return [RunSummary.of(run, lang) for run in runs_asked(book, person, wanted) if not is_of_pages(run)]
