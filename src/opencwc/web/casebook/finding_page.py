"""Finding: the evidence, the rule, what follows from it, and the decision of a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from fastapi import Form, Query, Request
from pydantic import Field
from starlette.responses import Response

from opencwc.casebook.bulk_decisions import decide_with_unit, waiting_beside
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import UNDER_AN_ENTRY, UNDER_NO_ENTRY, comment, decide, in_force, rules_of_run
from opencwc.casebook.findings import History, beside, decisions_since, next_waiting, show_finding
from opencwc.casebook.model import OUTCOMES, UNDECIDED, CaseStatus, Filter, Outcome, Person, Status
from opencwc.casebook.permissions import may
from opencwc.casebook.run_pages import pages_of
from opencwc.casebook.runs import finding_of
from opencwc.casebook.units import list_units, show_unit, unit_of_finding
from opencwc.convention import Entry
from opencwc.errors import ConflictError, NotFoundError
from opencwc.files.identifier_columns import is_heading_of_goods
from opencwc.finding import Finding, Message, Value
from opencwc.publishing.model import Fact
from opencwc.screening.cards import Teller
from opencwc.screening.verb import VERB as SCREEN
from opencwc.verbs import verb_named
from opencwc.web.casebook.api import Comment
from opencwc.web.casebook.faces import face_of, shortened
from opencwc.web.casebook.run_summary import (
    INBOX,
    FilterAsked,
    FindingFilter,
    RunSummary,
    convention_of,
    is_no_mention,
    names_of_people,
)
from opencwc.web.casebook.unit_list import titles_of
from opencwc.web.server.api_parameters import LARGEST, Closed, Number
from opencwc.web.server.days_and_sizes import with_days
from opencwc.web.server.htmx_headers import announcing, done, going_to
from opencwc.web.server.page import is_fragment, language_of, link_to_rule, page
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import number_said, say
from opencwc.wording.lists import entry_as_listed, rule_said

router = Router(include_in_schema=False)

MOST_MENTIONS, MOST_IN_ORDER = 100, 200
"""Mentions that a page shows beside a finding; units of the inbox among which it finds the next one."""
Seen = Annotated[int, Query(ge=0, le=LARGEST)]


class DecisionForm(Closed):
    """A decision as the form sends it; ``seen`` is what was shown.

    ``verdict`` and ``entry`` say what is right instead, ``place`` where in a law the words for it stand, ``element``
    of which elements of a measure the finding says the contrary. ``whole`` takes the decision for all of its unit.
    """

    outcome: Literal["accept", "correct", "reject", "need_more"]
    reason: Annotated[str, Field(min_length=1, max_length=5_000)]
    verdict: Annotated[str, Field(max_length=30)] = ""
    entry: Annotated[str, Field(max_length=101)] = ""
    place: Annotated[str, Field(max_length=200)] = ""
    element: Annotated[
        list[Annotated[str, Field(pattern=r"^[a-z0-9_]+$", max_length=50)]], Field(max_length=50, default_factory=list)
    ]
    seen: Annotated[int, Field(ge=0, le=LARGEST)] = 0
    whole: bool = False


@router.get("/findings/{finding_id}", action="read")
def show(
    request: Request,
    finding_id: Number,
    asked: FilterAsked,
    outcome: Literal["", "accept", "correct", "reject", "need_more"] = "",
) -> Response:
    """Show a finding; with an outcome in the address, that one is chosen in the form."""
    book, person, lang = book_of(request), person_of(request), language_of(request)
    history = show_finding(book, person, finding_id)
    before, after, place = _beside(book, person, asked, finding_id, lang)
    run = RunSummary.of(history.run, lang)
    values = standing_of(book, person, history) | _evidence(history, run, lang)
    choices = _entries(history, lang) if values["decides"] and verb_named(history.run["verb"]).under_entry else []
    template = "casebook/finding/body.html" if is_fragment(request) else "casebook/finding/page.html"
    beside_it = _seen_beside(history)
    values |= _unit_values(book, person, history, lang, decides=values["decides"])
    values |= _heading(history, values, lang) | _evidence_part(book, person, history, lang)
    return page(
        request, template, history=history, beside_it=beside_it, run=run, asked=asked, outcome=outcome,
        before=before, after=after, place=place, verdicts=verdicts_of(history), choices=choices,
        asks=face_of(history.run["verb"]).asks, **values,
    )  # fmt: skip


@router.get("/findings/{finding_id}/stand", action="read")
def stand(request: Request, finding_id: Number, seen: Seen = 0, told: Seen = 0, read: bool = False) -> Response:
    """Show who decided since the page was made; with ``read``, bring the open page up to date."""
    book, person = book_of(request), person_of(request)
    if read:
        return page(request, "casebook/finding/brought.html", **_brought(book, person, finding_id))
    news = decisions_since(book, person, finding_id, seen)
    if not news or news[-1].seq == told:
        return Response(status_code=204)
    names = names_of_people(book, news)
    return page(request, "casebook/finding/stand.html", identity=finding_id, seen=seen, news=news, names=names)


@router.post("/findings/{finding_id}/decision", action="decide")
def decide_on(
    request: Request, finding_id: Number, asked: FilterAsked, form: Annotated[DecisionForm, Form()]
) -> Response:
    """Take a decision and lead to what waits next; where somebody was quicker, show what they decided instead."""
    book, person, lang = book_of(request), person_of(request), language_of(request)
    onward = _onward(book, person, asked, finding_id, whole=form.whole)
    said = take_decision(request, finding_id, form)
    if isinstance(said, Response):
        return said
    if onward is None:
        nothing = say("page_finding_nothing_next", lang)
        query = f"?{asked.query}" if asked.filters else ""
        headers = announcing(f"{said} {nothing}", carry=True) | {"hx-redirect": f"/casebook{query}"}
        return Response(status_code=204, headers=headers)
    said += " " + say(Message("page_finding_next_is", {"number": onward}), lang)
    query = f"?{asked.query}" if asked.query else ""
    return Response(status_code=204, headers=announcing(said) | going_to(f"/findings/{onward}{query}"))


def take_decision(request: Request, identity: int, form: DecisionForm) -> str | Response:
    """Take a decision and return the message on it; where somebody was quicker, the response that shows theirs."""
    book, person, lang = book_of(request), person_of(request), language_of(request)
    said: dict[str, Any] = {"correction": _correction(form), "seen": form.seen}
    try:
        if form.whole:
            stands = decide_with_unit(book, person, identity, Outcome(form.outcome), form.reason, **said)
        else:
            stands = decide(book, person, [identity], Outcome(form.outcome), form.reason, **said)
    except ConflictError:
        news = decisions_since(book, person, identity, form.seen)
        if not news:
            raise
        return page(request, "casebook/finding/taken.html", 409, news=news, **_brought(book, person, identity))
    status = Message(f"casebook_status_{stands[identity]}")
    told = say(Message("page_finding_decided", {"number": identity, "status": status}), lang)
    others = say(Message("page_bulk_decided", {"number": number_said(len(stands), lang)}), lang)
    return f"{told} {others}." if len(stands) > 1 else told


@router.post("/findings/{finding_id}/comments", action="comment")
def add_comment(request: Request, finding_id: Number, asked: Annotated[Comment, Form()]) -> Response:
    """Comment on a finding."""
    book, person, lang = book_of(request), person_of(request), language_of(request)
    case = show_finding(book, person, finding_id).case.name
    comment(book, person, case, asked.text, finding_id)
    history = show_finding(book, person, finding_id)
    shown = page(request, "casebook/finding/history.html", history=history, **standing_of(book, person, history))
    done(shown, say("page_case_commented", lang))
    return shown


def _correction(form: DecisionForm) -> dict[str, str] | None:
    if form.outcome != "correct":
        return None
    list_id, _, entry = entry_as_listed(form.entry.strip()).rpartition(" ")
    elements = ";".join(dict.fromkeys(form.element))
    named = {
        "verdict": form.verdict,
        "list": list_id,
        "entry": entry,
        "place": form.place.strip(),
        "elements": elements,
    }
    return {key: value for key, value in named.items() if value}


def _evidence(history: History, run: RunSummary, lang: str) -> dict[str, Any]:
    """Return what is to be seen: the drawing, where it stands, the rule in words, and the duties."""
    content = history.finding.content
    if content is None:
        return {"finding": None, "entry": None, "answer": [], "subject": ""}
    finding = finding_of(content, history.run["maker"])
    face = face_of(history.run["verb"])
    teller = Teller(convention_of(finding.maker.as_of), lang, link_to_rule, of_file=face.of_file, days=with_days)
    entry = teller.convention.find(finding.rule.list, finding.rule.entry) if finding.rule else None
    return {
        "finding": finding,
        "answer": [paragraph.words[0] for paragraph in teller.answer(finding, headed=True)],
        "subject": teller.subject(finding),
        "reasons": face.reasons(finding),
        "to_do": face.to_do(finding),
        "entry": entry,
        "figure": teller.figure(finding, entry, f"finding-{history.finding.id}"),
        "place_facts": _place(teller, finding, run),
        "found": [] if face.rests_on else [seen for seen in finding.evidence if seen.value and not seen.span],
        "rests_on": _by_label(face.rests_on(finding, lang)) if face.rests_on else [],
        "tables": face.tables(finding, lang),
        "written": face.written,
        "of_row": history.run["verb"] == SCREEN.id and bool(run.file) and not run.document,
        "rules": face.rules,
        "ruled": face.ruled,
        "excerpt": teller.excerpt(finding),
        "passages": [(evidence.label, evidence.value) for evidence in finding.evidence if evidence.kind == "passage"],
        "stated": tuple(teller.stated(finding)),
        "no_mention": is_no_mention(content),
        **_rule(teller, entry, finding),
    }


def _evidence_part(book: Casebook, person: Person, history: History, lang: str) -> dict[str, Any]:
    """Return what a verb's own template shows of the evidence; none where its run is not there any more."""
    part = face_of(history.run["verb"]).evidence
    if part is None or history.finding.content is None:
        return {"evidence_template": ""}
    try:
        return {"evidence_template": part.template, **part.values(book, person, history, lang)}
    except NotFoundError:
        return {"evidence_template": ""}


def _heading(history: History, values: dict[str, Any], lang: str) -> dict[str, Any]:
    """Return what leads the page: the decision that says otherwise than the check, where one stands, and the title."""
    stands = in_force(history.decisions)
    overruled = history.finding.status in (Status.CORRECTED, Status.REJECTED) and stands and not history.blind
    decision, title, finding = stands[-1] if overruled else None, values["title_of"], values["finding"]
    correction = (decision.correction or {}) if decision else {}
    if finding is not None and correction and history.run["verb"] == SCREEN.id:
        rules = convention_of(finding.maker.as_of)
        entry = rules.find(correction.get("list", ""), correction.get("entry", ""))
        read = shortened(finding.subject.input or finding.subject.id)
        title = f"{rule_said(entry.rule, lang)}: {entry.title.get(lang, entry.title['en'])}" if entry else read
    if finding is not None and values["of_row"]:
        title = _named_by_row(finding, title, lang)
    return {"overruled": decision, "correction": correction, "heading": title}


def _named_by_row(finding: Finding, title: str, lang: str) -> str:
    """Name what has no better title than what was read by what its row calls the goods, and by its row.

    >>> from opencwc.finding import Maker, Subject, Verdict
    >>> subject = Subject(9, "", "CC(C", others=(("site", "Nord"), ("product", "Solvent")))
    >>> cut_off = Finding(subject, Verdict.UNREADABLE, Message("why"), Maker("m", "1", "2026-01-01", ()))
    >>> _named_by_row(cut_off, "CC(C", "en"), _named_by_row(cut_off, "Schedule 1", "en")
    ('Solvent (row 9)', 'Schedule 1')
    """
    if title != shortened(finding.subject.input or finding.subject.id):
        return title
    called = (cell for name, cell in finding.subject.others if cell.strip() and is_heading_of_goods(name))
    values: dict[str, Value] = {"named": shortened(next(called, title)), "row": str(finding.subject.row)}
    return say(Message("page_finding_heading_row", values), lang)


def _by_label(facts: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Put what has the same label into one row, each value once.

    >>> _by_label([("Place", "Sandhavn"), ("Kind", "leak"), ("Place", "SANDHAVN"), ("Place", "Nordavia")])
    [('Place', ['Sandhavn', 'Nordavia']), ('Kind', ['leak'])]
    """
    rows: dict[str, dict[str, str]] = {}
    for label, value in facts:
        rows.setdefault(label, {}).setdefault(value.casefold(), value)
    return [(label, list(values.values())) for label, values in rows.items()]


def _unit_values(book: Casebook, person: Person, history: History, lang: str, *, decides: bool) -> dict[str, Any]:
    """Return the title of a finding, and what else was found on the same: its mentions, and how many wait."""
    kept = history.finding
    number = unit_of_finding(book, kept.id) if kept.content is not None else 0
    mentions = show_unit(book, person, number, MOST_MENTIONS)[1] if number else []
    return {
        "title_of": titles_of(book, [kept], lang)[kept.id],
        "mentions": [mention for mention in mentions if mention.id != kept.id],
        "unit": number,
        "waiting_beside": waiting_beside(book, person, kept.id) if decides and mentions else 0,
    }


def _place(teller: Teller, finding: Finding, run: RunSummary) -> tuple[Fact, ...]:
    """Say where a finding stands.

    In a document, a row is a passage and its id the place that a person would name; of a law it is a measure.
    """
    facts = teller.place(finding)
    if run.verb == "law":
        row, measure = teller.say("label_row"), teller.say("law_column_measure")
        return tuple(Fact(measure, fact.values) if fact.label == row else fact for fact in facts)
    if not run.document:
        return facts
    renamed = {teller.say("label_row"): "page_place_passage", teller.say("label_id"): "page_place"}
    renamed_facts = [
        Fact(teller.say(renamed[fact.label]), fact.values) if fact.label in renamed else fact for fact in facts
    ]
    return (*renamed_facts[1:2], renamed_facts[0], *renamed_facts[2:]) if finding.subject.id else tuple(renamed_facts)


def _rule(teller: Teller, entry: Entry | None, finding: Finding) -> dict[str, Any]:
    if entry is None:
        grade = teller.evidence(finding.rule.grade) if finding.rule and finding.rule.grade else ""
        return {"title": "", "meaning": "", "grade": grade, "duties": []}
    duties = [] if str(finding.verdict) == "exempt" else teller.convention.duties_for(entry)
    return {
        "title": teller.title(entry),
        "meaning": "" if entry.meaning.get("en", "") in _SAYS_NO_MORE else teller.in_language(entry.meaning),
        "grade": teller.evidence(entry.evidence),
        "duties": [teller.duty(duty) for duty in duties],
    }


_SAYS_NO_MORE = ("", "One named chemical.")
"""What the meaning of an entry says where the title says it."""


def _seen_beside(history: History) -> tuple[str, str]:
    """Return the message and the address of where a finding stands among its like, both empty for none."""
    return face_of(history.run["verb"]).beside(history) if pages_of(history.run["tally"]) else ("", "")


def verdicts_of(history: History) -> dict[str, str]:
    """Return the verdicts that may be right instead, those of the verb that made the finding.

    With each stands what it asks of the entry of a correction: ``needed``, ``none``, or nothing.
    """
    verdicts = map(str, verb_named(history.run["verb"]).verdicts)
    return {
        verdict: "needed" if verdict in UNDER_AN_ENTRY else "none" if verdict in UNDER_NO_ENTRY else ""
        for verdict in verdicts
    }


def _entries(history: History, lang: str) -> list[tuple[str, str]]:
    """Return the entries that a correction may name, on the day of the run, with their titles."""
    rules = rules_of_run(history.run)
    return [(f"{entry.list} {entry.id}", entry.title.get(lang, entry.title["en"])) for entry in rules.entries]


def standing_of(book: Casebook, person: Person, history: History) -> dict[str, Any]:
    """Return how a finding stands, who said what, and what this person may do about it."""
    kept, decisions = history.finding, history.decisions
    closed = history.case.status in (CaseStatus.CLOSED, CaseStatus.ERASED)
    stand = in_force(decisions)
    proposal = stand[-1] if kept.status is Status.AWAITING_SECOND and stand else None
    return {
        "names": names_of_people(book, decisions, (comment["person"] for comment in history.comments)),
        "seen": decisions[-1].seq if decisions else 0,
        "decides": may(person, "decide", kept.mark) and not closed and kept.status is not Status.ERASED,
        "closed": closed,
        "comments_allowed": may(person, "comment", kept.mark) and history.case.status is not CaseStatus.ERASED,
        "proposal": proposal,
        "mine": proposal is not None and proposal.person == person.id,
        "undecided": kept.status in UNDECIDED,
        "outcomes": [str(outcome) for outcome in OUTCOMES],
    }


def _brought(book: Casebook, person: Person, identity: int) -> dict[str, Any]:
    """Return what brings a standing page up to date."""
    history = show_finding(book, person, identity)
    return {"history": history, "identity": identity, **standing_of(book, person, history)}


def _inbox_order(book: Casebook, person: Person) -> list[tuple[int, int]]:
    """Return the units that wait for a person in the order of the inbox: the number of each and what it opens."""
    page_ = list_units(book, person, Filter(), waiting=True, limit=MOST_IN_ORDER + 1)
    return [(unit.number, unit.finding.id) for unit in page_.units]


def _beside(
    book: Casebook, person: Person, asked: FindingFilter, identity: int, lang: str
) -> tuple[int | None, int | None, tuple[int, str] | None]:
    """Return what comes before and after in the list that a finding was opened from, and its place in the inbox."""
    if asked.from_ == INBOX and may(person, "decide"):
        order = _inbox_order(book, person)
        numbers, findings = [number for number, _ in order], [finding for _, finding in order]
        number = unit_of_finding(book, identity)
        if number not in numbers:
            return None, (findings[0] if findings else None), None
        at = numbers.index(number)
        before = findings[at - 1] if at else None
        over = Message("page_finding_over", {"number": number_said(MOST_IN_ORDER, lang)})
        waiting = str(len(order)) if len(order) <= MOST_IN_ORDER else say(over, lang)
        return before, (findings[at + 1] if at + 1 < len(order) else None), (at + 1, waiting)
    return (*beside(book, person, asked.wanted, identity), None)


def _onward(book: Casebook, person: Person, asked: FindingFilter, identity: int, *, whole: bool) -> int | None:
    """Return what waits for this person after a finding: in the list it was opened from, else in the inbox.

    With ``whole`` all of its unit is decided, and what waits next is of another one.
    """
    number = unit_of_finding(book, identity)
    if asked.filters:
        wanted = asked.wanted
        for after in (identity, 0):
            waiting_next = next_waiting(book, person, wanted, after)
            while whole and waiting_next is not None and unit_of_finding(book, waiting_next) == number:
                waiting_next = next_waiting(book, person, wanted, waiting_next)
            if waiting_next is not None and waiting_next != identity:
                return waiting_next
        return None
    order = _inbox_order(book, person)
    at = next((place for place, (unit, _) in enumerate(order) if unit == number), -1)
    if not whole and at >= 0:
        inside = Filter(units=(number,))
        left = (next_waiting(book, person, inside, after) for after in (identity, 0))
        if (mention := next((one for one in left if one not in (None, identity)), None)) is not None:
            return mention
    others = [*order[at + 1 :], *order[: max(at, 0)]]
    return next((other for unit, other in others if unit != number), None)
