"""Lawful erasure: contents and salts go, commitments stay, so that the chain still fits and tells nothing.

Erased are the findings of a case, its decisions' reasons, its comments, the reasons of its requests and of their
answers, its submissions and registers with their versions, the steps of its custody, its feeds, what its jobs
were asked, its title and name, and those of its sources that no other case uses.
What stays says that there was a case of so many findings, which of them were given to whom, by number, when it was
erased, by whom, and on what ground. The record of the erasure names what it erased and commits to all that stays, so
that nobody can erase more, or change what is left, unseen.
Backups made earlier still hold it: they have their own retention.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Select, func, select

from opencwc.casebook import tables
from opencwc.casebook.cases import case_numbered, require_whole
from opencwc.casebook.chain import canonical, commitment
from opencwc.casebook.database import Casebook, finish_erasures
from opencwc.casebook.keyed_request import empty_answers
from opencwc.casebook.model import Case, CaseStatus, Person, Status
from opencwc.casebook.permissions import may, require
from opencwc.casebook.read_records import names_numbers_only
from opencwc.casebook.remnants import note_remnants
from opencwc.casebook.requests import approved, set_state
from opencwc.casebook.rows import change_row, rows_by_key
from opencwc.casebook.runs import add_counts, count_key, input_key
from opencwc.errors import ConflictError

KEPT_KINDS = ("findings", "run_finished", "erasure", "recheck_drawn", "access")
"""Kinds of which the digest of what remains says nothing: the chain itself holds what is left of them."""
_COLUMNS = [tables.record.c[name] for name in ("seq", "at", "kind", "actor", "case_number")]
_ONLY_NUMBERS = ("findings", "erasure", "recheck_drawn", "access")
"""Records of an erased case that name nothing of it: numbers, digests, persons' ids.

A read names nothing either; what earlier versions recorded of one may name a text, and goes then.
"""


def erase_case(book: Casebook, person: Person, request: int) -> dict[str, int]:
    """Carry out an approved erasure and return how much was erased: findings, records, sources.

    Raises:
        ConflictError: the request is not approved, or the case's retention has not ended.

    """
    with book.writing(person.id) as writer:
        connection = writer.connection
        approval = approved(connection, person, request, "erase")
        case = case_numbered(connection, approval.case_number)
        require_whole(connection, person, case, "erase")
        _require_retention_over(case)
        refusals = _refusals_without_case(connection, case.number)
        findings = _erase_findings(connection, case.number)
        sources = _erase_sources(connection, case.number)
        records = _erase_records(connection, case.number) + refusals + [seq for _, _, seq in sources]
        _blank(connection, records)
        set_state(writer, request, "done")
        _close_requests(connection, case.number)
        _empty_submissions(connection, case.number)
        _empty_registers(connection, case.number)
        _empty_custody(connection, case.number)
        name = f"erased-{case.number}"
        _drop_feeds(connection, case.number)
        _empty_jobs(connection, case.number, name)
        blank = {"name": name, "title": "", "due": "", "status": str(CaseStatus.ERASED)}
        change_row(connection, tables.case, case.number, **blank)
        body: dict[str, Any] = {
            "request": request, "ground": str(approval.asked.get("ground", "")), "findings": findings,
            "records": _spans(sorted(records)), "sources": sources,
        }  # fmt: skip
        body["remains"] = digest_of_remains(connection, case.number, writer.seq + 1, body)
        erasure = writer.record("erasure", body, case.number)
        empty_answers(connection, erasure)  # which may repeat what is erased
        note_remnants(connection, erasure, writer.at)
    finish_erasures(book)
    erased = sum(last - first + 1 for first, last in findings)
    return {"findings": erased, "sources": len(sources), "records": len(records)}


def digest_of_remains(connection: Connection, case: int, erasure: int, body: Mapping[str, Any]) -> str:
    """Return the digest of all that stays of an erased case in the tables, but for what other records tell of it.

    ``erasure`` is the number of the record of the erasure: what came after it is not looked at. ``body`` is what that
    record says: the records that were erased, and the sources with the numbers of theirs.
    """
    sources = [seq for _, _, seq in body["sources"]]
    record, finding, run, decision = tables.record, tables.finding, tables.run, tables.decision
    comment, recheck, request, file = tables.comment, tables.recheck, tables.request, tables.case
    in_case = select(finding.c.id).where(finding.c.case_number == case)
    shown = [record.c[name] for name in ("seq", "at", "kind", "actor", "case_number", "salt", "content")]
    here = (record.c.case_number == case, record.c.seq < erasure, record.c.kind.not_in(KEPT_KINDS))
    kept = [column for column in finding.columns if column.name not in ("salt", "seal", "content", "unit", "share")]
    digest = sha256()
    for query, key in (
        (select(*shown).where(*here), record.c.seq),
        (select(*kept).where(finding.c.case_number == case), finding.c.id),
        (select(run).where(run.c.case_number == case), run.c.number),
        (select(decision).where(decision.c.finding.in_(in_case)), decision.c.seq),
        (select(comment).where(comment.c.case_number == case), comment.c.seq),
        (select(recheck).where(recheck.c.finding.in_(in_case)), recheck.c.first_seq),
        (select(request).where(request.c.case_number == case, request.c.seq < erasure), request.c.seq),
        (select(file).where(file.c.number == case), file.c.number),
        *((select(*shown).where(record.c.seq == seq), record.c.seq) for seq in sources),
    ):
        for row in rows_by_key(connection, query, key):
            values = [value.hex() if isinstance(value, bytes) else value for value in row.values()]
            digest.update(canonical(values).encode())
        digest.update(b"\n")
    # No line where there is none: what was erased before there were submissions, or such records, fits still.
    for query in _erased_beside(case, erasure):
        for row in rows_by_key(connection, query.with_only_columns(*_COLUMNS), record.c.seq):
            if _is_in(row["seq"], body["records"]):
                digest.update(canonical(["record", *row.values()]).encode() + b"\n")
    for table in _SUBMISSION_TABLES:
        query = select(table).where(table.c.case_number == case)
        for row in rows_by_key(connection, query, table.c.seq):
            digest.update(canonical([table.name, *row.values()]).encode() + b"\n")
    return digest.hexdigest()


def _erased_beside(case: int, erasure: int) -> tuple[Select[Any], Select[Any]]:
    """Return what finds the erased records of the kinds that are kept otherwise, and refusals of no case."""
    record = tables.record
    erased = select(record).where(record.c.content.is_(None), record.c.seq < erasure)
    return (
        erased.where(record.c.case_number == case, record.c.kind.in_(KEPT_KINDS)),
        erased.where(record.c.case_number.is_(None), record.c.kind == "refusal"),
    )


def _is_in(number: int, spans: Sequence[Sequence[int]]) -> bool:
    """Tell whether a number is in rising spans of first and last."""
    place = bisect_right(spans, number, key=itemgetter(0)) - 1
    return place >= 0 and number <= spans[place][1]


def due_for_erasure(book: Casebook, person: Person, day: date | None = None) -> list[Case]:
    """Return the closed cases whose retention has ended by a day (today)."""
    require(person, "erase")
    table = tables.case
    query = select(table.c.number).where(
        table.c.status == str(CaseStatus.CLOSED),
        table.c.retain_until != "",
        table.c.retain_until <= (day or date.today()).isoformat(),
    )
    with book.reading() as connection:
        due = [case_numbered(connection, number) for number in connection.execute(query.order_by("number")).scalars()]
    return [case for case in due if may(person, "erase", case.mark)]


def _require_retention_over(case: Case) -> None:
    if case.retain_until and case.retain_until > date.today().isoformat():
        raise ConflictError("case_must_be_kept", case=case.name, day=case.retain_until)


def _erase_findings(connection: Connection, case_number: int) -> list[list[int]]:
    table = tables.finding
    spans: list[list[int]] = []
    moved: Counter[tuple[Any, ...]] = Counter()
    query = select(table).where(table.c.case_number == case_number, table.c.salt.is_not(None))
    for row in rows_by_key(connection, query, table.c.id):
        change_row(
            connection, table, row["id"], seal=commitment(bytes(row["salt"]), row["content"]), salt=None, content=None,
            subject_id="", input_key=0, status=int(Status.ERASED), unit=0, share=None,
        )  # fmt: skip
        _extend(spans, row["id"])
        moved[count_key(row)] -= 1
        moved[count_key(row, Status.ERASED)] += 1
    add_counts(connection, moved)
    connection.execute(tables.unit.delete().where(tables.unit.c.case_number == case_number))
    return spans


def _erase_sources(connection: Connection, case_number: int) -> list[tuple[str, int, int]]:
    """Erase the sources that only this case uses; return of each its id, its mark and its record's number."""
    run, source, part, version = tables.run, tables.source, tables.source_part, tables.submission_version
    register, job = tables.register_version, tables.job
    erased = select(tables.case.c.number).where(tables.case.c.status == str(CaseStatus.ERASED))
    here, elsewhere = set[str](), set[str]()
    columns = (
        run.c.source_id, version.c.source_id, version.c.amounts_id, register.c.source_id, register.c.rows_id,
        job.c.source_id, tables.custody_step.c.source_id,
    )  # fmt: skip
    for column in columns:
        case = column.table.c.case_number
        here |= set(connection.execute(select(column).where(case == case_number)).scalars())
        others = select(column).where(case != case_number, case.not_in(erased))
        elsewhere |= set(connection.execute(others).scalars())
    erased_sources = []
    for identity in sorted(here - elsewhere - {""}):
        connection.execute(part.delete().where(part.c.source_id == identity))
        connection.execute(tables.picture_look.delete().where(tables.picture_look.c.source_id == identity))
        kept = connection.execute(select(source.c.mark, source.c.seq).where(source.c.id == identity)).one()
        change_row(connection, source, identity, erased=True, name="", media_type="", size=0)
        erased_sources.append((identity, kept.mark, kept.seq))
    emptied = {"asked": "{}", "checked": "{}", "tally": "{}", "source_id": ""}
    connection.execute(run.update().where(run.c.case_number == case_number).values(**emptied))
    return erased_sources


def _erase_records(connection: Connection, case_number: int) -> list[int]:
    """Erase what the records of a case say, and return the numbers of those that are to be blanked."""
    record = tables.record
    of_case = (record.c.case_number == case_number, record.c.content.is_not(None))
    query = select(record.c.seq).where(*of_case, record.c.kind.not_in(_ONLY_NUMBERS))
    numbers = list(connection.execute(query).scalars())
    reads = select(record.c.seq, record.c.content).where(*of_case, record.c.kind == "access")
    bodies = ((row["seq"], json.loads(row["content"])["body"]) for row in rows_by_key(connection, reads, record.c.seq))
    numbers += [seq for seq, body in bodies if not names_numbers_only(body)]
    decision, comment = tables.decision, tables.comment
    in_case = select(tables.finding.c.id).where(tables.finding.c.case_number == case_number)
    connection.execute(decision.update().where(decision.c.finding.in_(in_case)).values(reason=None, correction=None))
    connection.execute(comment.update().where(comment.c.case_number == case_number).values(text=None))
    return numbers


def _refusals_without_case(connection: Connection, case_number: int) -> list[int]:
    """Return the refusals of the runs of a case that earlier versions recorded without naming it.

    A run's are those that its person recorded while it went on, of a text that a finding of it has.
    """
    record, run, finding = tables.record, tables.run, tables.finding
    first = select(func.min(run.c.started_at)).where(run.c.case_number == case_number)
    begun = connection.execute(first).scalar_one_or_none()
    if begun is None:
        return []
    query = select(record.c.seq, record.c.at, record.c.actor, record.c.content).where(
        record.c.kind == "refusal", record.c.case_number.is_(None), record.c.at >= begun, record.c.content.is_not(None)
    )
    starter = select(record.c.actor).where(
        record.c.case_number == case_number, record.c.kind == "run_started", record.c.at == run.c.started_at
    )
    numbers = []
    for row in rows_by_key(connection, query, record.c.seq):
        text = json.loads(row["content"])["body"]["text"]
        going_on = select(run.c.number).where(
            run.c.case_number == case_number, run.c.started_at <= row["at"],
            (run.c.finished_at == "") | (run.c.finished_at >= row["at"]),
            starter.correlate(run).exists().where(record.c.actor == row["actor"]),
        )  # fmt: skip
        of_text = select(finding.c.content).where(
            finding.c.case_number == case_number, finding.c.input_key == input_key(text), finding.c.run.in_(going_on)
        )
        contents = connection.execute(of_text).scalars()
        if any(content and json.loads(content).get("input") == text for content in contents):
            numbers.append(row["seq"])
    return numbers


def _close_requests(connection: Connection, case_number: int) -> None:
    """Empty the case's requests; what nobody has carried out yet can be so no more."""
    table = tables.request
    here = table.c.case_number == case_number
    connection.execute(table.update().where(here).values(asked="{}"))
    connection.execute(table.update().where(here, table.c.state.in_(("asked", "approved"))).values(state="declined"))


_SUBMISSION_TABLES = (tables.submission, tables.submission_version, tables.submission_step)


def _empty_submissions(connection: Connection, case_number: int) -> None:
    """Empty what tells of the submissions of a case; their order, days, people and states stay."""
    emptied = (
        {"profile": "", "sites": "[]", "provisional": "", "incomplete": ""},
        {"name": "", "source_id": "", "amounts_id": "", "changes": "", "why": ""},
        {"reason": ""},
    )
    for table, values in zip(_SUBMISSION_TABLES, emptied, strict=True):
        connection.execute(table.update().where(table.c.case_number == case_number).values(**values))


def _empty_registers(connection: Connection, case_number: int) -> None:
    """Empty what tells of the registers of a case, and drop what was changed in them and not kept."""
    version, change = tables.register_version, tables.register_change
    here = version.c.case_number == case_number
    connection.execute(change.delete().where(change.c.register.in_(select(version.c.register).where(here))))
    connection.execute(version.update().where(here).values(name="", source_id="", rows_id=""))


def _empty_custody(connection: Connection, case_number: int) -> None:
    """Empty what tells of the files of a case; the order, days, people and kinds of the steps stay."""
    step = tables.custody_step
    emptied = dict.fromkeys(("source_id", "from_id", "name", "url", "taken", "note", "file"), "")
    connection.execute(step.update().where(step.c.case_number == case_number).values(**emptied))


def _drop_feeds(connection: Connection, case_number: int) -> None:
    """Drop the feeds of a case with what was heard of them; that there were some, the blank records say."""
    for table in (tables.feed, tables.feed_fetch):
        connection.execute(table.delete().where(table.c.case_number == case_number))


def _empty_jobs(connection: Connection, case_number: int, name: str) -> None:
    """Empty what the jobs of a case were asked, the names of files among it; what has not begun never will."""
    job = tables.job
    here = job.c.case_number == case_number
    connection.execute(job.update().where(here, job.c.state == "waiting").values(state="cancelled"))
    asked = canonical({"case": name, "name": ""})
    connection.execute(job.update().where(here).values(asked=asked, problem="", cancel=True))


def _spans(numbers: Iterable[int]) -> list[list[int]]:
    """Return rising numbers as pairs of first and last."""
    spans: list[list[int]] = []
    for number in numbers:
        _extend(spans, number)
    return spans


def _extend(spans: list[list[int]], number: int) -> None:
    if spans and spans[-1][1] == number - 1:
        spans[-1][1] = number
    else:
        spans.append([number, number])


def _blank(connection: Connection, numbers: list[int]) -> None:
    record = tables.record
    for start in range(0, len(numbers), 500):
        chunk = numbers[start : start + 500]
        connection.execute(record.update().where(record.c.seq.in_(chunk)).values(salt=None, content=None))
