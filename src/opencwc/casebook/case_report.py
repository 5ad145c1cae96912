"""A case as a page for people: its mark on top, what was checked, each finding with its rule, and who decided what."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from opencwc.casebook import tables
from opencwc.casebook.decisions import Decision, decisions_on
from opencwc.casebook.model import Case, Status
from opencwc.finding import Message
from opencwc.publishing import Badge, Count, Counts, Fact, Facts, Labels, Paragraph, Report, Section, Table, Text, Words
from opencwc.publishing.html import write_html
from opencwc.publishing.model import Block
from opencwc.records import from_plain
from opencwc.screening.verb import VERB as SCREEN
from opencwc.verbs import all_verdicts, settled_verdicts, tones_of_verdicts
from opencwc.wording import RIGHT_TO_LEFT, say, sentence

MOST_ROWS = 5_000
"""Findings that are written out one by one; the bundle holds all of them."""


def report_of_case(connection: Connection, case: Case, lang: str) -> Iterator[str]:
    """Yield the page of a case in pieces."""
    out = io.StringIO()
    write_html(_report(connection, case, lang), out)
    yield out.getvalue()


def _report(connection: Connection, case: Case, lang: str) -> Report:
    names = ("skip", "contents", "filter", "search", "all", "reset")
    labels = {name: say(f"report_{name}", lang) for name in names}
    shown = say(Message("report_shown", {"shown": "{shown}", "total": "{total}"}), lang)
    cut = say(Message("report_cut", {"length": "{length}", "limit": "{limit}"}), lang)
    mark = mark_line(case, lang)
    return Report(
        title=f"{say('casebook_case', lang)} {case.name}",
        lang=lang,
        direction="rtl" if lang in RIGHT_TO_LEFT else "ltr",
        labels=Labels(**labels, shown=shown, cut=cut),
        lead=(Text(mark, warn=case.mark > 0),),
        sections=_sections(connection, case, lang),
        closing=(Text(mark, warn=case.mark > 0), say("report_person", lang)),
        main="findings",
    )


def mark_line(case: Case, lang: str) -> str:
    """Say the mark of a case."""
    return say(Message("casebook_marked", {"mark": Message(f"casebook_mark_{case.mark}")}), lang)


def _sections(connection: Connection, case: Case, lang: str) -> Iterator[Section]:
    facts = [
        Fact(say("casebook_title", lang), (case.title or case.name,)),
        Fact(say("casebook_status", lang), (say(f"casebook_case_{case.status}", lang),)),
        Fact(say("casebook_owner", lang), (Text(case.owner, verbatim=True),)),
        Fact(say("casebook_opened", lang), (Text(case.opened_at, verbatim=True),)),
    ]
    if case.due:
        facts.append(Fact(say("casebook_due", lang), (Text(case.due, verbatim=True),)))
    yield Section("case", say("casebook_case", lang), (Facts(tuple(facts)),), wide=False)
    yield Section("result", say("report_counts", lang), (_counts(connection, case, lang),), wide=False)
    yield Section("runs", say("casebook_runs", lang), (_runs(connection, case, lang),))
    yield Section("findings", say("casebook_findings", lang), _findings(connection, case, lang))


def _counts(connection: Connection, case: Case, lang: str) -> Counts:
    table = tables.finding_count
    rows = connection.execute(select(table.c.verdict, table.c.n).where(table.c.case_number == case.number)).all()
    told: dict[str, int] = {}
    for name, n in rows:
        told[name] = told.get(name, 0) + n
    tones = tones_of_verdicts()
    counts = [
        Count(Badge(say(f"verdict_{name}", lang), tones[name]), told.get(name, 0))
        for name in all_verdicts()
        if told.get(name) or name in SCREEN.verdicts
    ]
    return Counts(tuple(counts))


def _runs(connection: Connection, case: Case, lang: str) -> Table:
    run = tables.run
    rows: list[tuple[Words, ...]] = []
    query = select(run).where(run.c.case_number == case.number).order_by(run.c.number)
    for row in connection.execute(query).mappings():
        checked = json.loads(row["checked"])
        lists = ", ".join(
            f"{one['id']} ({one['text_of']})" for one in checked.get("lists", []) if isinstance(one, dict)
        )
        state = say(f"casebook_run_{row['state']}", lang)
        rows.append(
            (
                str(row["number"]), Text(row["started_at"], verbatim=True), state, str(row["row_count"]), lists,
                Text(str(checked.get("as_of", "")), verbatim=True), Text(row["source_id"], verbatim=True),
            )
        )  # fmt: skip
    names = ("run", "started", "state", "rows", "lists", "as_of", "source")
    headings = tuple(say(f"casebook_column_{name}", lang) for name in names)
    return Table(say("casebook_runs", lang), headings, rows)


def _findings(connection: Connection, case: Case, lang: str) -> Iterator[Block]:
    names = ("finding", "row", "input", "verdict", "entry", "why", "status", "decisions")
    headings = tuple(say(f"casebook_column_{name}", lang) for name in names)
    yield Table(say("casebook_findings", lang), headings, list(_lines(connection, case, lang)))
    yield Paragraph((sentence(Message("casebook_most_rows", {"count": MOST_ROWS}), lang),), "note")


def _lines(connection: Connection, case: Case, lang: str) -> Iterator[tuple[Words, ...]]:
    """Yield the findings that a person must see or has decided on, by id."""
    table = tables.finding
    settled = settled_verdicts()
    seen = (table.c.verdict.not_in(settled)) | (table.c.status != int(Status.NOTED))
    query = select(table).where(table.c.case_number == case.number, seen).order_by(table.c.id).limit(MOST_ROWS)
    for row in connection.execute(query).mappings():
        said = json.loads(row["content"]) if row["content"] else {}
        yield (
            str(row["id"]),
            str(row["row"]),
            Text(str(said.get("input", "")), verbatim=True),
            say(f"verdict_{row['verdict']}", lang),
            Text(f"{row['list']} {row['entry']}".strip(), verbatim=True),
            why(said, lang),
            say(f"casebook_status_{Status(row['status'])}", lang),
            "; ".join(_said(one, lang) for one in decisions_on(connection, row["id"])),
        )


def why(content: dict[str, Any], lang: str) -> str:
    """Say the reason of a kept finding; nothing is left to say of an erased one."""
    return sentence(from_plain(Message, content["message"]), lang) if content else say("casebook_erased", lang)


def _said(one: Decision, lang: str) -> str:
    outcome = say(f"casebook_outcome_{one.outcome}", lang)
    corrected = " ".join(one.correction.values()) if one.correction else ""
    return " ".join(filter(None, (one.at[:16], one.person, outcome, corrected, f"({one.reason or ''})")))
