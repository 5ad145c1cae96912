"""`opencwc case`: what is kept, who decides, and what they said. Moving cases is in `opencwc.cli.case_moving`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opencwc.cli.casebook_options import (
    MARKS,
    Book,
    Format,
    Lang,
    acting,
    as_json,
    language,
    mark_named,
    print_json,
    print_sentence,
    print_table,
)
from opencwc.cli.options import print_line
from opencwc.cli.value import displayable
from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.records import from_plain
from opencwc.wording import say
from opencwc.wording.lists import entry_said

if TYPE_CHECKING:
    from opencwc.casebook.bulk_decisions import Bulk
    from opencwc.casebook.database import Casebook
    from opencwc.casebook.findings import Counts, History
    from opencwc.casebook.model import Case, Filter, KeptFinding, Outcome, Person

case_app = typer.Typer(
    no_args_is_help=True,
    help="Findings that are kept: list and show them, decide on them, export, verify, back up and restore.",
)
Name = Annotated[str, typer.Argument(metavar="CASE", help="The name of the case.")]
Due = Annotated[str | None, typer.Option(metavar="DATE", help="The day by which it is due.")]
Title = Annotated[str | None, typer.Option(help="A title for people.")]
MarkName = Annotated[str | None, typer.Option("--mark", help=f"Confidentiality: {MARKS}.")]


@case_app.command(name="list")
def list_(format: Format = "", lang: Lang = "", casebook: Book = "") -> None:
    """List the cases that you may know of, the due ones first."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.cases import list_cases
        from opencwc.casebook.findings import count_findings
        from opencwc.casebook.model import Filter

        spoken = language(lang)
        cases = [(case, count_findings(book, person, Filter(case=case.name))) for case in list_cases(book, person)]
        if as_json(format):
            print_json([{**_case_json(case), "counts": asdict(counts)} for case, counts in cases])
            return
        if not cases:
            print_sentence("casebook_none", spoken)
            return
        names = _names_of(book)
        rows = [
            (
                case.name, say(f"casebook_mark_{case.mark}", spoken), say(f"casebook_case_{case.status}", spoken),
                names.get(case.owner, case.owner), case.due, _waiting(counts), counts.all,
            )
            for case, counts in cases
        ]  # fmt: skip
        print_table(("case", "mark", "status", "owner", "due", "waiting", "finding"), rows, spoken)


@case_app.command()
def show(
    what: Annotated[str, typer.Argument(metavar="CASE|FINDING", help="The name of a case, or a finding's number.")],
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what waits for a decision.")] = False,
    verdict: Annotated[str, typer.Option(help="Only these verdicts, such as listed,review.")] = "",
    entry: Annotated[str, typer.Option(help='Only this entry, such as "CWC 1A01".')] = "",
    status: Annotated[str, typer.Option(help="Only these statuses, such as open,disputed.")] = "",
    text: Annotated[str, typer.Option(help="Only findings on this very input or id.")] = "",
    run: Annotated[int, typer.Option(help="Only findings of this run.")] = 0,
    after: Annotated[int, typer.Option(help="Go on after this finding.")] = 0,
    limit: Annotated[int, typer.Option(help="Findings to show at once.")] = 50,
    format: Format = "",
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Show a case with its runs and findings, or one finding with its evidence and history."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.findings import comments_on_case, list_findings, show_case, show_finding

        spoken = language(lang)
        if what.isdigit():
            history = show_finding(book, person, int(what))
            _print_history(book, history, spoken, json=as_json(format))
            return
        case, counts, runs = show_case(book, person, what)
        page = list_findings(
            book, person, _filter(what, waiting, verdict, entry, status, text, run), after=after, limit=limit
        )
        comments = comments_on_case(book, person, what)
        if as_json(format):
            findings = [finding_json(finding, spoken) for finding in page.findings]
            plain = {"case": _case_json(case), "counts": asdict(counts), "runs": runs, "findings": findings}
            print_json({**plain, "comments": comments, "next": page.next})
            return
        _print_case(book, case, counts, runs, spoken)
        names = _names_of(book)
        for remark in comments:
            print_line(_comment_line(remark, names))
        print_findings(page.findings, spoken)
        if page.next is not None:
            print_sentence("casebook_more", spoken, after=page.next)


@case_app.command()
def inbox(
    limit: Annotated[int, typer.Option(help="Findings to show at once.")] = 50,
    format: Format = "",
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """List what waits for you: the grave first, then by due date."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.decisions import claim_rechecks
        from opencwc.casebook.findings import inbox as waiting
        from opencwc.jobs.waiting_events import waiting_events

        claim_rechecks(book, person)
        spoken = language(lang)
        findings, looks = waiting(book, person, limit=limit), waiting_events(book, person)
        if as_json(format):
            print_json([finding_json(finding, spoken) for finding in findings])
        elif findings:
            print_findings(findings, spoken)
        elif not looks:
            print_sentence("casebook_nothing_waits", spoken)
        for look in () if as_json(format) else looks:
            print_sentence("casebook_second_look", spoken, run=look.run, case=look.case, event=look.headline)


@case_app.command(name="open")
def open_(
    name: Name, title: Title = None, mark: MarkName = None, due: Due = None, lang: Lang = "", casebook: Book = ""
) -> None:
    """Open a case before anything is kept in it; --keep opens one by itself."""
    with acting(casebook, create=True) as (book, person):
        from opencwc.casebook.cases import open_case

        case = open_case(book, person, name, title=title or "", mark=mark_named(mark or "unclassified"), due=due or "")
        _print_line(case, language(lang))


@case_app.command(name="set")
def set_(
    name: Name,
    title: Title = None,
    status: Annotated[str | None, typer.Option(help="open, in_review or closed.")] = None,
    mark: MarkName = None,
    due: Due = None,
    retain_until: Annotated[str | None, typer.Option(metavar="DATE", help="Keep the case until this day.")] = None,
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Change a case's title, status, mark, due date or retention."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.cases import change_case

        changes = {"title": title, "status": status, "due": due, "retain_until": retain_until}
        marked = str(mark_named(mark)) if mark else None
        _print_line(change_case(book, person, name, mark=marked, **changes), language(lang))


@case_app.command()
def assign(
    name: Name,
    owner: Annotated[str, typer.Argument(metavar="PERSON", help="The login or id of the new owner.")],
    due: Due = None,
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Give a case to a person."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.cases import change_case
        from opencwc.casebook.people import People

        who = People(book).account(owner).person
        _print_line(change_case(book, person, name, owner=who.id, due=due), language(lang))


@case_app.command()
def decide(
    findings: Annotated[list[int] | None, typer.Argument(metavar="FINDING", help="Numbers of findings.")] = None,
    outcome: Annotated[str, typer.Option("--as", help="accept, correct, reject or need_more.")] = "",
    reason: Annotated[str, typer.Option(help="Why, in a sentence.")] = "",
    verdict: Annotated[str, typer.Option(help="With correct: the right verdict.")] = "",
    entry: Annotated[str, typer.Option(help='With correct: the right entry, such as "CWC 1A01".')] = "",
    place: Annotated[
        str, typer.Option(help="With correct: where the words for it stand; of a claim the statement of the record.")
    ] = "",
    element: Annotated[
        list[str] | None, typer.Option(help="With correct: what it is about, such as number; may be given again.")
    ] = None,
    filter: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help='All that a filter finds instead: case, run, verdict, status, entry="CWC 3B17", text, find, below=30 '
            "(per cent); may be given again.",
        ),
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="With --filter: say what would be decided.")] = False,
    two_people: Annotated[
        bool, typer.Option("--two-people", help="With --filter: take in what a second person must sign too.")
    ] = False,
    undo: Annotated[int, typer.Option(help="Take back what you decided with --filter, by its number.")] = 0,
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Decide on findings; a grave one stands when a second person has said the same.

    With --filter one decision and one reason are for all that the filter finds, or for none of it.
    """
    with acting(casebook) as (book, person):
        spoken = language(lang)
        if undo:
            _undo(book, person, undo, spoken)
            return
        if filter:
            wanted = _filter_of(filter)
            _decide_all(book, person, wanted, outcome, reason, spoken, preview=preview, two_people=two_people)
            return
        from opencwc.casebook.decisions import decide as decide_on

        list_id, entry_id = _entry(entry)
        named = {
            "verdict": verdict, "list": list_id, "entry": entry_id, "place": place, "elements": ";".join(element or ()),
        }  # fmt: skip
        correction = {key: value for key, value in named.items() if value} or None
        stands = decide_on(book, person, findings or [], _outcome(outcome), reason, correction=correction)
        for identity, status in stands.items():
            sys.stdout.write(f"{identity}\t{say(f'casebook_status_{status}', spoken)}\n")


def _outcome(name: str) -> Outcome:
    from opencwc.casebook.model import Outcome

    try:
        return Outcome(name.replace("-", "_"))
    except ValueError:
        raise InputError("decision_unknown", decision=name) from None


def _decide_all(
    book: Casebook,
    person: Person,
    wanted: Filter,
    outcome: str,
    reason: str,
    lang: str,
    *,
    preview: bool,
    two_people: bool,
) -> None:
    """Say what a decision on a filter would do and, unless that is all that was asked, take it."""
    from opencwc.casebook.bulk_decisions import decide_bulk, preview_bulk

    shown = preview_bulk(book, person, wanted, two_people=two_people)
    if preview:
        print_line(say(Message("page_bulk_title", {"number": shown.findings, "units": shown.units}), lang))
        if shown.second:
            print_line(say(Message("page_bulk_second", {"number": shown.second}), lang))
        for why, number in shown.left_out.items():
            print_line(f"  {say(Message(f'page_bulk_why_{why}', {'number': number}), lang)}")
        return
    bulk = decide_bulk(book, person, wanted, _outcome(outcome), reason, digest=shown.digest, two_people=two_people)
    _print_bulk("casebook_bulk_decided", bulk, lang)


def _undo(book: Casebook, person: Person, seq: int, lang: str) -> None:
    from opencwc.casebook.bulk_decisions import undo_bulk

    _print_bulk("casebook_bulk_undone", undo_bulk(book, person, seq), lang)


def _print_bulk(message: str, bulk: Bulk, lang: str) -> None:
    print_sentence(message, lang, bulk=bulk.seq, number=bulk.findings)
    for status, number in (bulk.statuses or {}).items():
        print_line(f"{number}\t{say(f'casebook_status_{status}', lang)}")


def _filter_of(parts: Sequence[str]) -> Filter:
    """Return the filter that NAME=VALUE options name."""
    given = dict(part.partition("=")[::2] for part in parts)
    if unknown := set(given) - set(_FILTER_NAMES):
        raise InputError("filter_name_unknown", name=sorted(unknown)[0], known=_FILTER_NAMES)
    run, below = given.get("run", ""), given.get("below", "").replace("%", "").replace(",", ".").strip()
    try:
        share = float(below) if below else None
        number = int(run) if run else 0
    except ValueError:
        raise InputError("filter_value_no_number", value=below or run) from None
    named = (given.get(name, "") for name in ("case", "verdict", "entry", "status", "text"))
    case, verdict, entry, status, text = named
    wanted = _filter(case, not status, verdict, entry, status, text, number)
    return replace(wanted, find=given.get("find", ""), below=share)


_FILTER_NAMES = ("case", "run", "verdict", "status", "entry", "text", "find", "below")


@case_app.command()
def comment(
    name: Name,
    text: Annotated[str, typer.Argument(help="What you have to say.")],
    finding: Annotated[int | None, typer.Option(help="The finding that it is about.")] = None,
    casebook: Book = "",
) -> None:
    """Add a comment to a case or to one of its findings."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.decisions import comment as add

        add(book, person, name, text, finding)


@case_app.command()
def recheck(
    share: Annotated[
        float | None, typer.Option(help="Draw this share (0 to 1) of decisions for a blind re-check.")
    ] = None,
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Show how far first and blind decisions agree (Cohen's kappa), or set the share that is drawn."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.agreement import agreement
        from opencwc.casebook.decisions import set_recheck_share
        from opencwc.jobs.second_looks import agreement_on_events

        if share is not None:
            set_recheck_share(book, person, share)
        on_events = agreement_on_events(book, person)
        for id_, figures in (
            ("casebook_agreement", agreement(book, person)),
            ("casebook_agreement_events", on_events.grouping),
            ("casebook_agreement_kinds", on_events.kinds),
            ("casebook_agreement_stages", on_events.stages),
        ):
            if id_ == "casebook_agreement" or figures.pairs:
                written = {name: "-" if value is None else f"{value:.2f}" for name, value in figures._asdict().items()}
                print_sentence(id_, language(lang), **{**written, "pairs": figures.pairs})


def finding_json(finding: KeptFinding, lang: str) -> dict[str, Any]:
    """Return a kept finding as plain values, its reason said."""
    from opencwc.casebook.case_report import why

    plain = asdict(finding) | {"status": str(finding.status), "mark": str(finding.mark)}
    content = plain.pop("content") or {}
    return {**plain, "why": why(content, lang), "content": content}


def print_findings(findings: list[KeptFinding], lang: str) -> None:
    """Print findings as lines, each with the mark it carries."""
    from opencwc.casebook.case_report import why

    rows = [
        (
            finding.id, finding.row, str((finding.content or {}).get("input", "")),
            say(f"verdict_{finding.verdict}", lang), entry_said(f"{finding.list} {finding.entry}".strip(), lang),
            say(f"casebook_status_{finding.status}", lang), say(f"casebook_mark_{finding.mark}", lang),
            why(finding.content or {}, lang),
        )
        for finding in findings
    ]  # fmt: skip
    print_table(("finding", "row", "input", "verdict", "entry", "status", "mark", "why"), rows, lang)


def _print_history(book: Casebook, history: History, lang: str, *, json: bool) -> None:
    from opencwc.casebook.case_report import why

    one = history.finding
    names = _names_of(book)
    if json:
        decisions = [{**asdict(made), "outcome": str(made.outcome)} for made in history.decisions]
        told = {"finding": finding_json(one, lang), "run": history.run, "decisions": decisions}
        print_json({**told, "comments": history.comments})
        return
    print_sentence("casebook_marked", lang, mark=Message(f"casebook_mark_{one.mark}"))
    print_findings([one], lang)
    lines = [f"  {why(one.content or {}, lang)}"]
    content: dict[str, Any] = one.content or {}
    lines += [
        f"  {held['label']}: {held['structure']}{held['value']} {held['atoms'] or ''}"
        for held in content.get("evidence", [])
    ]
    lines += [f"  {say(from_plain(Message, step), lang)}" for step in content.get("steps", [])]
    checked = history.run["checked"]
    lists = ", ".join(f"{held['id']} ({held['text_of']})" for held in checked.get("lists", []))
    lines.append(f"  {say('casebook_column_lists', lang)}: {lists}; {checked.get('as_of', '')}")
    for made in history.decisions:
        outcome = say(f"casebook_outcome_{made.outcome}", lang)
        corrected = " ".join((made.correction or {}).values())
        lines.append(f"  {made.at[:19]} {names.get(made.person, made.person)}: {outcome} {corrected} ({made.reason})")
    lines += [f"  {_comment_line(remark, names)}" for remark in history.comments]
    print_line("\n".join(lines))


def _comment_line(remark: Mapping[str, Any], names: Mapping[str, str]) -> str:
    return f"{remark['at'][:19]} {names.get(remark['person'], remark['person'])}: {remark['text']}"


def _print_case(book: Casebook, case: Case, counts: Counts, runs: list[dict[str, Any]], lang: str) -> None:
    from opencwc.casebook.run_pages import is_of_pages

    _print_line(case, lang)
    print_sentence("casebook_marked", lang, mark=Message(f"casebook_mark_{case.mark}"))
    names = _names_of(book)
    sys.stdout.write(f"{say('casebook_owner', lang)}: {names.get(case.owner, case.owner)}\n")
    told = [f"{say(f'verdict_{name}', lang)} {n}" for name, n in counts.verdict.items()]
    told += [f"{say(f'casebook_status_{name}', lang)} {n}" for name, n in counts.status.items()]
    sys.stdout.write("  ".join(told) + "\n")
    for run in runs:
        if is_of_pages(run):
            continue
        lists = ", ".join(f"{listed['id']} ({listed['text_of']})" for listed in run["checked"].get("lists", []))
        state = say(f"casebook_run_{run['state']}", lang)
        place = run["checked"].get("file", "")
        sys.stdout.write(
            displayable(f"{say('casebook_column_run', lang)} {run['number']}: {place} {state}, {run['row_count']} ")
            + f"{say('casebook_column_rows', lang)}; {lists}; {run['checked'].get('as_of', '')}\n"
        )


def _print_line(case: Case, lang: str) -> None:
    words = (
        case.name, case.title, say(f"casebook_case_{case.status}", lang), say(f"casebook_mark_{case.mark}", lang),
        case.due,
    )  # fmt: skip
    print_line("  ".join(word for word in words if word))


def _names_of(book: Casebook) -> dict[str, str]:
    from opencwc.casebook.people import People

    return {account.person.id: account.person.login for account in People(book).everyone()}


def _filter(case: str, waiting: bool, verdict: str, entry: str, status: str, text: str, run: int) -> Filter:
    from opencwc.casebook.model import UNDECIDED, Filter, Status

    list_id, entry_id = _entry(entry)
    asked = [name.strip().upper() for name in status.split(",") if name.strip()]
    if unknown := [name for name in asked if name not in Status.__members__]:
        known = ", ".join(map(str, Status))
        raise InputError("status_unknown", status=unknown[0].lower(), known=known)
    stands = UNDECIDED if waiting else tuple(Status[name] for name in asked)
    verdicts = tuple(name.strip() for name in verdict.split(",") if name.strip())
    return Filter(case, run, verdicts, list_id, entry_id, stands, None, text)


def _entry(text: str) -> tuple[str, str]:
    if not text:
        return "", ""
    list_id, _, entry_id = text.strip().partition(" ")
    if not entry_id:
        raise InputError("text_names_no_entry", text=text)
    return list_id, entry_id.strip()


def _waiting(counts: Counts) -> int:
    from opencwc.casebook.model import UNDECIDED

    return sum(counts.status.get(str(status), 0) for status in UNDECIDED)


def _case_json(case: Case) -> dict[str, Any]:
    return {**asdict(case), "status": str(case.status), "mark": str(case.mark)}
