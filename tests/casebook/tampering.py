"""A casebook in which everything has happened, and ways to change it behind its back."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Float, LargeBinary, Table, Text, and_

from opencwc.casebook import tables
from opencwc.casebook.bulk_decisions import decide_bulk, preview_bulk, undo_bulk
from opencwc.casebook.cases import change_case, open_case
from opencwc.casebook.chain import FIRST_LINK, canonical, commitment, fresh_salt, link
from opencwc.casebook.checkpoint_log import LoggedCheckpoint
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import claim_rechecks, comment, decide, set_recheck_share
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.exports import ask_for_export, export_case
from opencwc.casebook.findings import record_refusal, show_finding
from opencwc.casebook.merkle_tree import Frontier
from opencwc.casebook.model import Filter, Mark, Outcome, Person, Role
from opencwc.casebook.people import CONSOLE, People
from opencwc.casebook.requests import answer, ask
from opencwc.casebook.runs import RunKeeper, begin_run, keep_source
from opencwc.casebook.signing import Signer
from opencwc.casebook.stamp_files import take_in, write_request
from opencwc.casebook.tokens import Tokens

from .bundle_case import Authority
from .screening import ETHANOL, NOT_READ, SARIN, THIODIGLYCOL, findings

KINDS = {
    "bulk_decided", "bulk_undone",
    "casebook_made", "person_set", "token_made", "token_revoked", "case_opened", "case_changed", "source_kept",
    "source_marked", "run_started", "findings", "run_finished", "decision", "recheck_share", "recheck_drawn", "comment",
    "request", "answer", "export", "erasure", "access", "refusal", "model_switched", "time_stamped",
}  # fmt: skip
"""The kinds of records that `fill` makes."""

ELSEWHERE = {
    "labels_shelved", "model_retrained",
    "anchored", "countersigned", "log_marked", "invitation_used", "person_invited", "person_bound", "sites_set",
    "restored", "key_changed", "register_kept", "custody_step", "submission_opened",
    "feed_added", "feed_changed", "feed_removed",
    "submission_version", "submission_step",
}  # fmt: skip
"""The other kinds there are, which other tests make: of anchors, the log, people, a restore, a change of key, registers
and submissions."""

UNTOLD = {
    "casebook": {"one"},
    "person": {column.name for column in tables.person.columns} - {"id", "role", "clearance", "active"},
    "token": {"digest", "name", "made_at", "used_at"},
    "time_stamp": {"request", "token"},
}
"""Columns that no record tells of: what is secret or names somebody; a time stamp holds by its own signature."""

HELD = [
    tables.casebook, tables.record, tables.checkpoint, tables.signing_key, tables.source, tables.source_part,
    tables.case, tables.run, tables.finding, tables.finding_count, tables.unit, tables.bulk_decision, tables.decision,
    tables.comment, tables.recheck, tables.request, tables.person, tables.token,
]  # fmt: skip
"""The tables that records tell of."""

Row = dict[str, Any]


def fill(book: Casebook, folder: Path) -> Person:
    """Do everything that can be done in a casebook, and return a reviewer of it."""
    root, anna, rita, rene = _add_people(book)
    _keep_runs(book, anna, rita)
    _decide(book, rita, rene)
    _comment_and_change(book, root, anna, rita)
    _export_and_erase(book, rita, rene, folder)
    _time_stamp(book, rita, folder)
    with book.writing(root.id) as writer:  # what no table tells of stands last
        record_refusal(writer, "routes", "fr", "par quelle voie ?")
    with book.writing(root.id) as writer:
        record_refusal(writer, "routes", "es", "por qué vía?")
    return rita


def _add_people(book: Casebook) -> tuple[Person, Person, Person, Person]:
    people = People(book)
    anna = people.add(CONSOLE, "anna", role=Role.ANALYST, clearance=Mark.HIGHLY_PROTECTED)
    rita, rene = (
        people.add(CONSOLE, name, role=Role.REVIEWER, clearance=Mark.HIGHLY_PROTECTED) for name in ("rita", "rene")
    )
    root = people.add(CONSOLE, "root", role=Role.ADMINISTRATOR, clearance=Mark.HIGHLY_PROTECTED)
    tokens = Tokens(people)
    tokens.make(rita.id, rita, "kept", ["read", "keep"], timedelta(days=30))
    token, _ = tokens.make(rita.id, rita, "gone", ["read"], timedelta(days=30))
    tokens.revoke(rita.id, token.id)
    return root, anna, rita, rene


def _keep_runs(book: Casebook, anna: Person, rita: Person) -> None:
    for name in ("inventory", "gone", "second", "shut"):
        open_case(book, anna, name, title=f"The {name}", due="2027-01-31", mark=Mark.PROTECTED)
    source = keep_source(book, anna, io.BytesIO(b"sarin\n" * 200_000), "inventory.csv", media_type="text/csv")
    _keep(book, anna, "inventory", SARIN, THIODIGLYCOL, ETHANOL, NOT_READ, SARIN, source=source)
    keep_source(book, rita, io.BytesIO(b"sarin\n" * 200_000), "again.csv", mark=Mark.RESTRICTED)
    gone = keep_source(book, anna, io.BytesIO(b"planted"), "gone.csv")
    _keep(book, anna, "gone", SARIN, THIODIGLYCOL, NOT_READ, source=gone)
    _keep(book, anna, "second", ETHANOL)
    _begin(book, anna, "second").keep(findings(NOT_READ, THIODIGLYCOL))  # and this run goes on
    _keep(book, anna, "shut", ETHANOL)


def _decide(book: Casebook, rita: Person, rene: Person) -> None:
    decide(book, rita, [1], Outcome.ACCEPT, "the label says so")
    decide(book, rene, [1], Outcome.ACCEPT, "seen too")  # grave: two people
    decide(book, rita, [5], Outcome.ACCEPT, "the label says so")
    decide(book, rene, [5], Outcome.REJECT, "a typing error")  # and these two differ
    decide(book, rita, [4], Outcome.NEED_MORE, "which bottle?")
    set_recheck_share(book, rita, 1.0)
    decide(book, rita, [2], Outcome.CORRECT, "a mixture", correction={"verdict": "not_listed"})
    decide(book, rene, [2], Outcome.ACCEPT, "blind")
    decide(book, rita, [7], Outcome.ACCEPT, "planted")
    decide(book, rita, [10], Outcome.REJECT, "not ours")
    late = People(book).add(CONSOLE, "late", role=Role.REVIEWER, clearance=Mark.HIGHLY_PROTECTED)
    decide(book, rene, [10], Outcome.REJECT, "not ours either")  # blind
    decide(book, late, [11], Outcome.ACCEPT, "ours")
    claim_rechecks(book, late)
    set_recheck_share(book, rita, 0.25)
    wanted = Filter(case="inventory", verdict=("unreadable",))
    taken = decide_bulk(book, rita, wanted, Outcome.REJECT, "empty", digest=preview_bulk(book, rita, wanted).digest)
    undo_bulk(book, rita, taken.seq)


def _comment_and_change(book: Casebook, root: Person, anna: Person, rita: Person) -> None:
    comment(book, rita, "inventory", "on the case")
    comment(book, anna, "inventory", "on a finding", 2)
    comment(book, anna, "gone", "planted")
    change_case(book, rita, "inventory", title="Renamed", owner=rita.id, mark="highly_protected")
    change_case(book, rita, "shut", status="closed", retain_until="2030-01-01")
    show_finding(book, rita, 1)
    with book.writing(root.id) as writer:
        writer.record("model_switched", {"model": "language-recogniser", "on": False})
        record_refusal(writer, "synthesis", "en", "how is it made?")


def _export_and_erase(book: Casebook, rita: Person, rene: Person, folder: Path) -> None:
    ask(book, rita, "export", "inventory", {"reason": "nobody has answered yet"})
    declined = ask(book, rita, "export", "inventory", {"reason": "for a friend"})
    answer(book, rene, declined.seq, approve=False, reason="no")
    left = ask(book, rita, "export", "gone", {"reason": "planted"})
    erase = ask(book, rita, "erase", "gone", {"reason": "planted", "ground": "retention ended"})
    answer(book, rene, erase.seq, approve=True, reason="planted")
    erase_case(book, rita, erase.seq)
    assert left.state == "asked"
    change_case(book, rita, "second", mark="unclassified")
    sent = ask_for_export(book, rita, "second", "for the OPCW")
    answer(book, rene, sent.seq, approve=True)
    export_case(book, rita, sent.seq, folder / "second.zip")


def _time_stamp(book: Casebook, rita: Person, folder: Path) -> None:
    authority = Authority(folder / "authority")
    write_request(book, rita, folder / "query.tsq")
    (folder / "reply.tsr").write_bytes(authority.stamp((folder / "query.tsq").read_bytes()))
    take_in(book, rita, folder / "reply.tsr", authority.ca)


def _begin(book: Casebook, who: Person, case: str, **more: Any) -> RunKeeper:
    return begin_run(book, who, case, verb="screen", asked={"lists": "CWC"}, checked={"lists": ["CWC"]},
                     maker={"component": "screening"}, **more)  # fmt: skip


def _keep(book: Casebook, who: Person, case: str, *values: str, **more: Any) -> None:
    run = _begin(book, who, case, **more)
    run.keep(findings(*values))
    run.finish({"rows": len(values)})


# ---- by hand, past everything that keeps the record


def all_rows(book: Casebook, table: Table) -> list[Row]:
    with book.engine.connect() as connection:
        query = table.select().order_by(*table.primary_key.columns)
        return [dict(row) for row in connection.execute(query).mappings()]


def run_sql(book: Casebook, *statements: Any) -> None:
    with book.engine.connect() as connection, connection.begin():
        for statement in statements:
            connection.execute(statement)


def here(table: Table, row: Row) -> Any:
    return and_(*(column == row[column.name] for column in table.primary_key.columns))


def change(book: Casebook, table: Table, row: Row, /, **values: Any) -> None:
    run_sql(book, table.update().where(here(table, row)).values(**values))


def delete(book: Casebook, table: Table, row: Row) -> None:
    run_sql(book, table.delete().where(here(table, row)))


@contextmanager
def undone(book: Casebook, *touched: Table) -> Iterator[None]:
    """Put the tables back as they were."""
    before = {table: all_rows(book, table) for table in touched}
    try:
        yield
    finally:
        run_sql(book, *(table.delete() for table in touched))
        with book.engine.connect() as connection, connection.begin():
            for table, rows in before.items():
                if rows:
                    connection.execute(table.insert(), rows)


def flipped(column: Column[Any], value: Any) -> Any:
    """Return another value of the kind: one byte or one letter changed, one more, the opposite."""
    if isinstance(column.type, LargeBinary):
        return bytes(value[:-1]) + bytes([value[-1] ^ 1]) if value else b"\x01" * 16
    if isinstance(column.type, Boolean):
        return not value
    if isinstance(column.type, Text):
        return f"{value[:-1]}{chr(ord(value[-1]) ^ 1)}" if value else "x"
    if isinstance(column.type, Float):
        return (value or 0) + 0.125
    return (value or 0) + 1000 if column.primary_key else (value or 0) + 1


def with_new_key(table: Table, row: Row) -> Row:
    """Return a copy of a row under a key that nothing has yet."""
    new = dict(row)
    key = list(table.primary_key.columns)[-1]
    if isinstance(key.type, Boolean):
        key = table.c.entry
    new[key.name] = f"{row[key.name]}x" if isinstance(key.type, Text) else row[key.name] + 1000
    if table is tables.unit:  # a run has one unit of a key
        new["key"] += 1
    for column in table.columns:
        if column.unique:
            new[column.name] = f"{row[column.name]}x"
    return new


def cut_tail(book: Casebook, checkpoints: int) -> None:
    """Cut off the last checkpoints with their records, and move the head back, so that all fits itself."""
    signed = all_rows(book, tables.checkpoint)
    kept = signed[-1 - checkpoints]
    run_sql(
        book,
        tables.record.delete().where(tables.record.c.seq > kept["seq"]),
        tables.checkpoint.delete().where(tables.checkpoint.c.number > kept["number"]),
        tables.casebook.update().values(
            seq=kept["seq"],
            link=bytes.fromhex(json.loads(kept["statement"])["link"]),
            checkpoint=kept["number"],
            tree=b"",
        ),
    )


def rewrite(book: Casebook, seq: int, forger: Signer, exactly: dict[str, Any] | None = None, **body: Any) -> None:
    """Change one record and make the whole chain fit it, signed with another key, as if it had always been so.

    ``exactly`` is its whole new body, else the names in ``body`` change.
    """
    at, links, roots, tree = FIRST_LINK, {}, {}, Frontier()
    statements: list[Any] = []
    for row in all_rows(book, tables.record):
        committed = bytes(row["commitment"])
        if row["seq"] == seq:
            record_content = json.loads(row["content"])
            content, salt = (
                canonical({**record_content, "body": exactly or {**record_content["body"], **body}}),
                fresh_salt(),
            )
            committed = commitment(salt, content)
            new = {"salt": salt, "content": content, "commitment": committed}
            statements.append(tables.record.update().where(here(tables.record, row)).values(**new))
        at = links[row["seq"]] = link(at, committed)
        tree.add(committed)
        roots[row["seq"]] = tree.root()
    previous = "0" * 64
    for row in all_rows(book, tables.checkpoint):
        record_content = {**json.loads(row["statement"]), "link": links[row["seq"]].hex(), "previous": previous}
        record_content["root"] = roots[row["seq"]].hex()
        statement = canonical(record_content)
        signature = forger.sign(statement.encode())
        previous = sha256(statement.encode() + signature).hexdigest()
        new = {"statement": statement, "signature": signature, "key": forger.fingerprint}
        statements.append(tables.checkpoint.update().where(here(tables.checkpoint, row)).values(**new))
    statements += [
        tables.signing_key.delete(),
        tables.signing_key.insert().values(id=forger.fingerprint, pem=forger.public_pem().decode()),
        tables.casebook.update().values(link=at, tree=b""),
        tables.time_stamp.delete(),
    ]
    run_sql(book, *statements)


def forge_decision(book: Casebook, forger: Signer) -> int:
    """Forge a decision as who may write to the database and to the log, but has another key: all fits itself then."""
    decision = next(row for row in all_rows(book, tables.decision) if row["reason"])
    rewrite(book, decision["seq"], forger, reason="forged")
    change(book, tables.decision, decision, reason="forged")
    identity = all_rows(book, tables.casebook)[0]["id"]
    lines = []
    for row in all_rows(book, tables.checkpoint):
        mark = sha256(row["statement"].encode() + bytes(row["signature"])).hexdigest()
        seen_link = json.loads(row["statement"])["link"]
        lines.append(LoggedCheckpoint(identity, row["number"], mark, row["seq"], seen_link).line())
    book.log.path.write_bytes(b"".join(lines))
    return int(decision["seq"])


def without_counts(book: Casebook, **counts: int) -> None:
    """Write the record anew as a former version did, in which no record counts those of its case and no root is stated.

    ``counts`` are counts of records by their numbers, wrong ones too. All is signed with the house's own key.
    """
    at, links = FIRST_LINK, {}
    identity = all_rows(book, tables.casebook)[0]["id"]
    for row in all_rows(book, tables.record):
        content = {name: value for name, value in json.loads(row["content"]).items() if name != "before"}
        if str(row["seq"]) in counts:
            content["before"] = counts[str(row["seq"])]
        text = canonical(content)
        committed = commitment(bytes(row["salt"]), text)
        change(book, tables.record, row, content=text, commitment=committed)
        at = links[row["seq"]] = link(at, committed)
    previous, lines = "0" * 64, []
    for row in all_rows(book, tables.checkpoint):
        seen_link = links[row["seq"]].hex()
        said = {name: value for name, value in json.loads(row["statement"]).items() if name != "root"}
        statement = canonical({**said, "link": seen_link, "previous": previous})
        signature = book.signer.sign(statement.encode())
        previous = sha256(statement.encode() + signature).hexdigest()
        change(book, tables.checkpoint, row, statement=statement, signature=signature)
        lines.append(LoggedCheckpoint(identity, row["number"], previous, row["seq"], seen_link).line())
    run_sql(book, tables.casebook.update().values(link=at, tree=b""))
    book.log.path.write_bytes(b"".join(lines))
