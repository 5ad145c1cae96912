"""Does the casebook still say what was written? Every record, link, signature, finding and what was made of them.

The chain is held against itself, the checkpoints against the chain and their keys, the log beside the key against the
checkpoints (a database put back to an earlier day is found by it), and every table against the records that it
amounts to. The first record that does not fit is named.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, select

from opencwc.casebook import tables
from opencwc.casebook.chain import FIRST_LINK, block_digest, canonical, commitment, link
from opencwc.casebook.deciding import Decision, standing
from opencwc.casebook.keeping import SETTLED_BY_RULE, VERDICTS, input_key, parts_of_source, storable
from opencwc.casebook.model import CaseStatus, Mark, Outcome, Person, Status
from opencwc.casebook.opening import Casebook
from opencwc.casebook.permissions import require
from opencwc.casebook.signing import verify_signature

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that does not fit: the record it first shows at (0 where it is no single record), and what."""

    seq: int
    what: str


@dataclass
class Verification:
    """What was checked, and the problems found, in the order of the record."""

    casebook: str = ""
    records: int = 0
    findings: int = 0
    checkpoints: int = 0
    sources: int = 0
    erased_records: int = 0
    erased_findings: int = 0
    keys: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        """Tell whether everything fits."""
        return not self.problems

    @property
    def first(self) -> Problem | None:
        """The first record that does not fit."""
        return min(self.problems, key=lambda one: one.seq or 1 << 62, default=None)


@dataclass
class _Told:
    """What the records amount to, replayed: the tables must say the same."""

    cases: dict[int, dict[str, Any]] = field(default_factory=dict)
    runs: dict[int, dict[str, Any]] = field(default_factory=dict)
    decisions: dict[int, list[Decision]] = field(default_factory=dict)
    comments: set[int] = field(default_factory=set)
    requests: dict[int, dict[str, Any]] = field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    rechecks: dict[tuple[int, int], str] = field(default_factory=dict)
    blocks: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)
    share: float = 0.0
    erased: set[int] = field(default_factory=set)


def verify_casebook(book: Casebook, person: Person, *, sources: bool = True) -> Verification:
    """Verify the whole casebook; with ``sources`` the bytes of each file are hashed as well."""
    require(person, "audit" if person.role.value in ("auditor", "administrator") else "read")
    found = Verification()
    told = _Told()
    with book.reading() as connection:
        head = connection.execute(select(tables.casebook)).mappings().one()
        found.casebook = head["id"]
        links = _verify_records(connection, found, told, head)
        _verify_checkpoints(book, connection, found, links, head)
        _verify_findings(connection, found, told, head)
        _verify_tables(connection, found, told)
    if sources:
        _verify_sources(book, found, told)
    found.problems.sort(key=lambda one: one.seq or 1 << 62)
    return found


def _verify_records(connection: Connection, found: Verification, told: _Told, head: RowMapping) -> dict[int, bytes]:
    """Walk the chain; return the link at each record that a checkpoint names."""
    table = tables.record
    wanted = set(connection.execute(select(tables.checkpoint.c.seq)).scalars())
    links: dict[int, bytes] = {}
    at, expected = FIRST_LINK, 1
    for row in _rows(connection, table, "seq"):
        if row["seq"] != expected:
            found.problems.append(Problem(expected, f"records {expected} to {row['seq'] - 1} are missing"))
            expected = row["seq"]
        _verify_record(row, found, told)
        at = link(at, bytes(row["commitment"]))
        if row["seq"] in wanted:
            links[row["seq"]] = at
        found.records += 1
        expected += 1
    if (expected - 1, at) != (head["seq"], bytes(head["link"])):
        found.problems.append(Problem(expected, "the head of the chain is not that of the last record"))
    return links


def _verify_record(row: RowMapping, found: Verification, told: _Told) -> None:
    seq = row["seq"]
    if row["content"] is None or row["salt"] is None:
        found.erased_records += 1
        told.erased.add(seq)
        if row["content"] is not None or row["salt"] is not None:
            found.problems.append(Problem(seq, "half of the record is missing"))
        return
    if commitment(bytes(row["salt"]), row["content"]) != bytes(row["commitment"]):
        found.problems.append(Problem(seq, "the content is not what was committed to"))
        return
    said = json.loads(row["content"])
    columns = {"seq": seq, "at": row["at"], "kind": row["kind"], "actor": row["actor"], "case": row["case_number"]}
    if any(said[name] != value for name, value in columns.items()):
        found.problems.append(Problem(seq, "the columns of the record do not say what its content says"))
    _replay(said, told)


def _replay(said: dict[str, Any], told: _Told) -> None:
    kind, body, seq, case = said["kind"], said["body"], said["seq"], said["case"]
    if kind == "case_opened":
        told.cases[case] = {
            **{name: body[name] for name in ("name", "title", "mark", "owner", "due")},
            "status": str(CaseStatus.OPEN), "opened_at": said["at"], "closed_at": "", "retain_until": "",
        }  # fmt: skip
    elif kind == "case_changed" and case in told.cases:
        told.cases[case] |= body["changes"]
        if "status" in body["changes"]:
            told.cases[case]["closed_at"] = said["at"] if body["changes"]["status"] == "closed" else ""
    elif kind == "source_kept":
        told.sources[body["source"]] = {name: body[name] for name in ("name", "media_type", "size", "mark")}
    elif kind == "source_marked" and body["source"] in told.sources:
        told.sources[body["source"]]["mark"] = body["mark"]
    elif kind == "run_started":
        told.runs[body["run"]] = {
            "case": case, "state": "running", "rows": None, "started_at": said["at"], "tally": {},
            **{name: body[name] for name in ("source", "verb", "asked", "checked", "maker")},
        }  # fmt: skip
    elif kind == "findings":
        told.blocks.append((seq, case, body))
    elif kind == "run_finished" and body["run"] in told.runs:
        told.runs[body["run"]] |= {
            "state": body["state"], "rows": body["rows"], "findings": body["findings"], "tally": body["tally"],
        }  # fmt: skip
    elif kind == "decision":
        one = Decision(
            seq, body["finding"], said["actor"], said["at"], Outcome(body["outcome"]), body["reason"],
            body["correction"], body["blind"],
        )  # fmt: skip
        told.decisions.setdefault(body["finding"], []).append(one)
    elif kind == "comment":
        told.comments.add(seq)
    elif kind == "request":
        told.requests[seq] = {"kind": body["kind"], "case": case, "asked_by": said["actor"], "state": "asked"}
    elif kind in ("answer", "erasure", "export") and body.get("request") in told.requests:
        state = body["state"] if kind == "answer" else "done"
        told.requests[body["request"]]["state"] = state
        if kind == "answer":
            told.requests[body["request"]]["answered_by"] = said["actor"]
    elif kind == "recheck_drawn":
        told.rechecks[body["finding"], body["decision"]] = body["reviewer"]
    elif kind == "recheck_share":
        told.share = body["share"]


def _verify_checkpoints(
    book: Casebook, connection: Connection, found: Verification, links: dict[int, bytes], head: RowMapping
) -> None:
    keys = dict(connection.execute(select(tables.signing_key.c.id, tables.signing_key.c.pem)).all())
    previous, expected, last_seq = "0" * 64, 1, 0
    marks: dict[int, str] = {}
    logged = book.log.last(found.casebook)
    for row in _rows(connection, tables.checkpoint, "number"):
        seq, statement, signature = row["seq"], row["statement"], bytes(row["signature"])
        said = _decoded(statement)
        fits = said is not None and said == {
            "casebook": found.casebook, "number": row["number"], "seq": seq, "link": links.get(seq, b"").hex(),
            "at": said.get("at"), "previous": previous,
        }  # fmt: skip
        if row["number"] != expected or not fits or seq < last_seq:
            found.problems.append(Problem(seq, f"checkpoint {row['number']} does not fit the chain"))
        pem = keys.get(row["key"])
        if pem is None or not verify_signature(pem.encode(), statement.encode(), signature):
            found.problems.append(Problem(seq, f"the signature of checkpoint {row['number']} does not hold"))
        if row["key"] not in found.keys:
            found.keys.append(row["key"])
        previous = sha256(statement.encode() + signature).hexdigest()
        if logged is not None and row["number"] == logged.number:
            marks[row["number"]] = previous
        last_seq, expected = seq, row["number"] + 1
        found.checkpoints += 1
    if (expected - 1, last_seq) != (head["checkpoint"], head["seq"]):
        found.problems.append(Problem(last_seq + 1, "the head of the chain is not covered by a signed checkpoint"))
    if logged is not None and marks.get(logged.number) != logged.sha256:
        found.problems.append(
            Problem(
                min(logged.seq, last_seq + 1),
                f"the log beside the key knows checkpoint {logged.number} at record {logged.seq}, and the casebook "
                "does not: it was put back to an earlier state, or rewritten",
            )
        )


def _verify_findings(connection: Connection, found: Verification, told: _Told, head: RowMapping) -> None:
    """Walk the findings along the blocks; count them as ``finding_count`` must."""
    table = tables.finding
    counts: Counter[tuple[Any, ...]] = Counter()
    per_run: Counter[int] = Counter()
    blocks = iter(told.blocks)
    rows = _rows(connection, table, "id")
    row = next(rows, None)
    expected = 1
    for seq, case, body in blocks:
        committed = []
        if body["first"] != expected:
            found.problems.append(Problem(seq, f"the block begins at finding {body['first']}, not at {expected}"))
        for identity in range(body["first"], body["first"] + body["count"]):
            while row is not None and row["id"] < identity:
                found.problems.append(Problem(seq, f"finding {row['id']} stands in no block"))
                row = next(rows, None)
            if row is None or row["id"] != identity:
                found.problems.append(Problem(seq, f"finding {identity} is missing"))
                continue
            committed.append(_verify_finding(row, seq, case, body["run"], found, told))
            key = (row["run"], row["case_number"], row["verdict"], row["list"], row["entry"], row["status"])
            counts[(*key, bool(row["grave"]))] += 1
            found.findings += 1
            row = next(rows, None)
        per_run[body["run"]] += body["count"]
        if len(committed) == body["count"] and block_digest(committed).hex() != body["digest"]:
            found.problems.append(Problem(seq, "the findings of the block are not what was committed to"))
        expected = body["first"] + body["count"]
    while row is not None:
        found.problems.append(Problem(head["seq"], f"finding {row['id']} stands in no block"))
        row = next(rows, None)
    if head["findings"] != expected - 1:
        found.problems.append(Problem(head["seq"], "the number of findings is not that of the records"))
    have = Counter(
        {
            (*(one[name] for name in ("run", "case_number", "verdict", "list", "entry", "status")), bool(one["grave"])):
            one["n"]
            for one in connection.execute(select(tables.finding_count).where(tables.finding_count.c.n != 0)).mappings()
        }
    )  # fmt: skip
    if have != counts:
        found.problems.append(Problem(0, "the counts of findings are not those of the findings"))
    for number, run in told.runs.items():
        if run["state"] != "running" and run.get("findings") != per_run[number]:
            found.problems.append(Problem(0, f"run {number} says another number of findings than it kept"))


def _verify_finding(row: RowMapping, seq: int, case: int, run: int, found: Verification, told: _Told) -> bytes:
    decisions = told.decisions.get(row["id"], [])
    if row["content"] is None or row["salt"] is None:
        found.erased_findings += 1
        if row["seal"] is None or row["status"] != Status.ERASED:
            found.problems.append(Problem(seq, f"finding {row['id']} is half erased"))
        return bytes(row["seal"] or b"")
    said = json.loads(row["content"])
    grave = bool(said.get("grave", False))
    initial = Status.NOTED if said["verdict"] in SETTLED_BY_RULE else Status.OPEN
    expected = {
        "id": said["id"], "run": said["run"], "case_number": case, "block": seq, "row": said["row"],
        "subject_id": storable(said.get("subject_id", "")), "input_key": input_key(said.get("input", "")),
        "verdict": VERDICTS.index(said["verdict"]), "list": said.get("list", ""), "entry": said.get("entry", ""),
        "grave": grave, "status": int(standing(decisions, grave=grave) if decisions else initial),
    }  # fmt: skip
    wrong = [name for name, value in expected.items() if row[name] != value]
    if wrong or run != said["run"]:
        said_of = f"finding {row['id']}: {', '.join(wrong) or 'run'} is not what its content and decisions say"
        found.problems.append(Problem(decisions[-1].seq if "status" in wrong and decisions else seq, said_of))
    return commitment(bytes(row["salt"]), row["content"])


def _verify_tables(connection: Connection, found: Verification, told: _Told) -> None:
    for number, row in _by(connection, tables.case, "number").items():
        said = told.cases.pop(number, None)
        if row["status"] == "erased":
            continue
        have = {**row, "mark": str(Mark(row["mark"]))}
        if said is None or any(have[name] != value for name, value in said.items()):
            found.problems.append(Problem(0, f"case {number} is not what its records say"))
    if missing := [number for number in told.cases if number not in told.erased]:
        found.problems.append(Problem(0, f"case {missing[0]} is missing"))
    _verify_runs(connection, found, told)
    _verify_decisions(connection, found, told)
    for seq, row in _by(connection, tables.request, "seq").items():
        said = told.requests.get(seq)
        if seq not in told.erased and (
            said is None
            or (row["kind"], row["case_number"], row["asked_by"], row["state"], row["answered_by"])
            != (said["kind"], said["case"], said["asked_by"], said["state"], said.get("answered_by", ""))
        ):
            found.problems.append(Problem(seq, "the request is not what its records say"))
        told.requests.pop(seq, None)
    found.problems += [Problem(seq, "the request is missing from its table") for seq in told.requests]
    rechecks = connection.execute(select(tables.recheck)).mappings().all()
    have = {(row["finding"], row["first_seq"]): row["reviewer"] for row in rechecks}
    if have != told.rechecks:
        found.problems.append(Problem(0, "the blind re-checks are not those of the record"))


def _verify_runs(connection: Connection, found: Verification, told: _Told) -> None:
    erased = {row["number"] for row in _by(connection, tables.case, "number").values() if row["status"] == "erased"}
    for number, row in _by(connection, tables.run, "number").items():
        said = told.runs.pop(number, None)
        if row["case_number"] in erased:
            continue
        if said is None:
            found.problems.append(Problem(0, f"run {number} stands in no record"))
            continue
        have = (row["case_number"], row["source_id"], row["verb"], row["state"], row["asked"], row["checked"])
        expected = (
            said["case"], said["source"], said["verb"], said["state"], canonical(said["asked"]),
            canonical(said["checked"]),
        )  # fmt: skip
        counted = said["rows"] is None or (row["row_count"], row["tally"]) == (said["rows"], canonical(said["tally"]))
        if have != expected or not counted or row["maker"] != canonical(said["maker"]):
            found.problems.append(Problem(0, f"run {number} is not what its records say"))
    found.problems += [Problem(0, f"run {number} is missing") for number in told.runs]


def _verify_decisions(connection: Connection, found: Verification, told: _Told) -> None:
    said = {one.seq: one for decisions in told.decisions.values() for one in decisions}
    for row in _rows(connection, tables.decision, "seq"):
        one = said.pop(row["seq"], None)
        if one is None:
            if row["seq"] not in told.erased:
                found.problems.append(Problem(row["seq"], "the decision stands in no record"))
            continue
        stands = (row["finding"], row["person"], row["at"], row["outcome"], row["reason"], bool(row["blind"]))
        expected = (one.finding, one.person, one.at, str(one.outcome), one.reason, one.blind)
        if stands != expected or row["correction"] != (canonical(one.correction) if one.correction else None):
            found.problems.append(Problem(row["seq"], "the decision is not what its record says"))
    found.problems += [Problem(seq, "the decision is missing from its table") for seq in said]
    have_comments = {}
    for row in _rows(connection, tables.comment, "seq"):
        have_comments[row["seq"]] = row
        if row["seq"] not in told.comments and row["seq"] not in told.erased:
            found.problems.append(Problem(row["seq"], "the comment stands in no record"))
    for seq in told.comments:
        have = have_comments.get(seq)
        record = connection.execute(select(tables.record.c.content).where(tables.record.c.seq == seq)).scalar_one()
        body = json.loads(record)["body"]
        if have is None or (have["text"], have["finding"]) != (body["text"], body["finding"]):
            found.problems.append(Problem(seq, "the comment is not what its record says"))


def _verify_sources(book: Casebook, found: Verification, told: _Told) -> None:
    with book.reading() as connection:
        rows = connection.execute(select(tables.source)).mappings().all()
    for row in rows:
        said = told.sources.pop(row["id"], None)
        if row["erased"]:
            continue
        have = {**row, "mark": str(Mark(row["mark"]))}
        if said is None or any(have[name] != value for name, value in said.items()):
            found.problems.append(Problem(row["seq"], "the source is not what its record says"))
        digest = sha256()
        for part in parts_of_source(book, row["id"]):
            digest.update(part)
        if digest.hexdigest() != row["id"]:
            found.problems.append(Problem(row["seq"], f"the bytes of source {row['id'][:12]} are not those kept"))
        found.sources += 1
    found.problems += [Problem(0, f"source {identity[:12]} is missing") for identity in told.sources]


def _rows(connection: Connection, table: Table, key: str) -> Iterator[RowMapping]:
    """Yield the rows of a table by its key, a chunk at a time: memory does not grow with the table."""
    last = -1
    while True:
        query = select(table).where(table.c[key] > last).order_by(table.c[key]).limit(_CHUNK)
        rows = connection.execute(query).mappings().all()
        yield from rows
        if len(rows) < _CHUNK:
            return
        last = rows[-1][key]


def _by(connection: Connection, table: Table, key: str) -> dict[int, RowMapping]:
    return {row[key]: row for row in connection.execute(select(table).order_by(table.c[key])).mappings()}


def _decoded(statement: str) -> dict[str, Any] | None:
    try:
        said = json.loads(statement)
    except ValueError:
        return None
    return said if isinstance(said, dict) and canonical(said) == statement else None
