"""A case as a page for people: its mark on top, what was checked, each finding with its rule, and who decided what."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from opencwc.casebook import tables
from opencwc.casebook.decisions import Decision, decisions_on
from opencwc.casebook.model import Case, Status
from opencwc.finding import Message
from opencwc.publishing import model
from opencwc.publishing.html import write_html
from opencwc.publishing.labels import labels_in
from opencwc.records import from_plain
from opencwc.verbs import all_verdicts, always_counted, settled_verdicts, tones_of_verdicts
from opencwc.wording import say, sentence
from opencwc.wording.lists import entry_said

MOST_ROWS = 5_000
"""Findings that are written out one by one; the bundle holds all of them."""


def report_of_case(connection: Connection, case: Case, lang: str, key: str) -> Iterator[str]:
    """Yield the page of a case in pieces; ``key`` is the fingerprint of the house's key."""
    out = io.StringIO()
    write_html(_report(connection, case, lang, key), out)
    yield out.getvalue()


def _report(connection: Connection, case: Case, lang: str, key: str) -> model.Report:
    marked = say(Message("casebook_marked", {"mark": Message(f"casebook_mark_{case.mark}")}), lang)
    mark = model.Text(marked, warn=case.mark > 0)
    return model.Report(
        title=f"{say('casebook_case', lang)} {case.name}",
        lang=lang,
        labels=labels_in(lang),
        lead=(mark,),
        sections=_sections(connection, case, lang, key),
        closing=(mark, say("report_person", lang)),
        main="findings",
    )


def _sections(connection: Connection, case: Case, lang: str, key: str) -> Iterator[model.Section]:
    about: dict[str, model.Words] = {
        "title": case.title or case.name, "status": say(f"casebook_case_{case.status}", lang),
        "owner": model.Text(case.owner, verbatim=True), "opened": model.Text(case.opened_at, verbatim=True),
    }  # fmt: skip
    if case.due:
        about["due"] = model.Text(case.due, verbatim=True)
    about["house_key"] = model.Text(key, verbatim=True)
    facts = [model.Fact(say(f"casebook_{name}", lang), (value,)) for name, value in about.items()]
    yield model.Section("case", say("casebook_case", lang), (model.Facts(tuple(facts)),), wide=False)
    yield model.Section("result", say("report_counts", lang), (_counts(connection, case, lang),), wide=False)
    yield model.Section("runs", say("casebook_runs", lang), (_runs(connection, case, lang),))
    yield model.Section("findings", say("casebook_findings", lang), _findings(connection, case, lang))
    if steps := _custody(connection, case, lang):
        names = ("record", "at", "step", "file", "hash", "person")
        headings = tuple(say(f"casebook_column_{name}", lang) for name in names)
        title = say("casebook_custody", lang)
        yield model.Section("custody", title, (model.Table(title, headings, steps),))


def _counts(connection: Connection, case: Case, lang: str) -> model.Counts:
    table = tables.finding_count
    rows = connection.execute(select(table.c.verdict, table.c.n).where(table.c.case_number == case.number)).all()
    numbers = Counter[str]()
    for name, n in rows:
        numbers[name] += n
    return verdict_counts(numbers, lang)


def verdict_counts(counts: Mapping[str, int], lang: str, *, zeros: bool = True) -> model.Counts:
    """Return the counts by verdict as a bar; with ``zeros``, some verdicts are always among them."""
    tones, always = tones_of_verdicts(), always_counted() if zeros else ()
    return model.Counts(
        tuple(
            model.Count(model.Badge(say(f"verdict_{name}", lang), tones[name]), counts.get(name, 0))
            for name in all_verdicts()
            if counts.get(name) or name in always
        )
    )


def _runs(connection: Connection, case: Case, lang: str) -> model.Table:
    run = tables.run
    rows: list[tuple[model.Words, ...]] = []
    query = select(run).where(run.c.case_number == case.number).order_by(run.c.number)
    for row in connection.execute(query).mappings():
        checked = json.loads(row["checked"])
        lists = [list_ for list_ in checked.get("lists", []) if isinstance(list_, dict)]
        dated = ", ".join(f"{list_['id']} ({list_['text_of']})" for list_ in lists)
        state = say(f"casebook_run_{row['state']}", lang)
        rows.append(
            (
                str(row["number"]), model.Text(row["started_at"], verbatim=True), state, str(row["row_count"]), dated,
                model.Text(str(checked.get("as_of", "")), verbatim=True), model.Text(row["source_id"], verbatim=True),
            )
        )  # fmt: skip
    names = ("run", "started", "state", "rows", "lists", "as_of", "source")
    headings = tuple(say(f"casebook_column_{name}", lang) for name in names)
    return model.Table(say("casebook_runs", lang), headings, rows)


def _custody(connection: Connection, case: Case, lang: str) -> list[tuple[model.Words, ...]]:
    """Return a line for each step of the custody of the files of a case."""
    table = tables.custody_step
    query = select(table).where(table.c.case_number == case.number).order_by(table.c.seq).limit(MOST_ROWS)
    return [
        (
            str(row["seq"]), model.Text(row["at"], verbatim=True), say(f"custody_step_{row['step']}", lang),
            model.Text(row["name"] or row["note"], verbatim=True), model.Text(row["source_id"], verbatim=True),
            model.Text(row["person"], verbatim=True),
        )
        for row in connection.execute(query).mappings()
    ]  # fmt: skip


def _findings(connection: Connection, case: Case, lang: str) -> Iterator[model.Block]:
    names = ("finding", "row", "input", "verdict", "entry", "why", "status", "decisions")
    headings = tuple(say(f"casebook_column_{name}", lang) for name in names)
    yield model.Table(say("casebook_findings", lang), headings, list(_lines(connection, case, lang)))
    yield model.Paragraph((sentence(Message("casebook_most_rows", {"count": MOST_ROWS}), lang),), "note")


def _lines(connection: Connection, case: Case, lang: str) -> Iterator[tuple[model.Words, ...]]:
    """Yield the findings that a person must see or has decided on, by id."""
    table = tables.finding
    settled = settled_verdicts()
    seen = (table.c.verdict.not_in(settled)) | (table.c.status != int(Status.NOTED))
    query = select(table).where(table.c.case_number == case.number, seen).order_by(table.c.id).limit(MOST_ROWS)
    for row in connection.execute(query).mappings():
        content = json.loads(row["content"]) if row["content"] else {}
        entry = entry_said(f"{row['list']} {row['entry']}".strip(), lang)
        yield (
            str(row["id"]), str(row["row"]), model.Text(str(content.get("input", "")), verbatim=True),
            say(f"verdict_{row['verdict']}", lang), entry,
            why(content, lang), say(f"casebook_status_{Status(row['status'])}", lang),
            "; ".join(_said(decision, lang) for decision in decisions_on(connection, row["id"])),
        )  # fmt: skip


def why(content: dict[str, Any], lang: str) -> str:
    """Say the reason of a kept finding; nothing is left to say of an erased one."""
    return sentence(from_plain(Message, content["message"]), lang) if content else say("casebook_erased", lang)


def _said(decision: Decision, lang: str) -> str:
    outcome = say(f"casebook_outcome_{decision.outcome}", lang)
    corrected = " ".join((decision.correction or {}).values())
    words = (decision.at[:16], decision.person, outcome, corrected, f"({decision.reason or ''})")
    return " ".join(filter(None, words))
