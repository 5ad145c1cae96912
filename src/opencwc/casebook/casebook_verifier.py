"""Does the casebook still say what was written? Every record, link, signature, finding and what was made of them.

The chain is held against itself, the checkpoints against the chain and their keys, the log beside the key against the
checkpoints (a database put back to an earlier day is found by it), and every table against the records that it
amounts to. The first record that does not fit is named.

Not held against anything, because no record tells of it: sessions, invitations, jobs, idempotency keys, and of people
what is not in the record by intent (login, name, password, second factor).
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, Table, func, select

from opencwc.casebook import tables
from opencwc.casebook.chain import FIRST_LINK, block_digest, canonical, commitment, link
from opencwc.casebook.checkpoint_log import CheckpointLog, DamagedLine
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import Decision, standing
from opencwc.casebook.erasure import digest_of_remains
from opencwc.casebook.model import CaseStatus, Mark, Person, Status
from opencwc.casebook.permissions import require
from opencwc.casebook.rows import rows_by_key
from opencwc.casebook.runs import count_key, input_key, storable
from opencwc.casebook.signing import fingerprint_of, verify_signature
from opencwc.casebook.submission_states import FIRST_STATE, marks_after
from opencwc.errors import IntegrityError
from opencwc.records import from_plain
from opencwc.verbs import settled_verdicts, verb_named

_MOST_PROBLEMS = 1_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that does not fit: the record it first shows at (0 where it is no single record), and what.

    ``in_chain`` says that the record itself does not fit; what the tables say otherwise may follow from that.
    """

    seq: int
    what: str
    in_chain: bool = False


@dataclass
class Verification:
    """What was checked, and the problems found, in the order of the record.

    ``logged`` is how many checkpoints the log beside the key knows; ``keys`` are the fingerprints of the keys that
    signed, to be compared with those that the house knows by another way; ``more`` counts the problems beyond the
    first thousand.
    """

    casebook: str = ""
    records: int = 0
    findings: int = 0
    checkpoints: int = 0
    logged: int = 0
    sources: int = 0
    erased_records: int = 0
    erased_findings: int = 0
    keys: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    more: int = 0

    @property
    def fits(self) -> bool:
        """Tell whether everything fits."""
        return not self.problems

    @property
    def first(self) -> Problem | None:
        """The first record that does not fit; where each record fits, the first that the tables do not."""
        return min(self.problems, key=_place, default=None)

    def add(self, seq: int, what: str, *, in_chain: bool = False) -> None:
        """Add a problem."""
        self.problems.append(Problem(seq, what, in_chain))
        if len(self.problems) >= 2 * _MOST_PROBLEMS:
            self.tidy()

    def tidy(self) -> None:
        """Put the problems in the order of the record and keep the first of them."""
        self.problems.sort(key=_place)
        self.more += max(0, len(self.problems) - _MOST_PROBLEMS)
        del self.problems[_MOST_PROBLEMS:]


def _place(problem: Problem) -> tuple[bool, int]:
    return not problem.in_chain, problem.seq or 1 << 62


class _Recorded:
    """What the records say of one row: each column's value and the record that said it last."""

    __slots__ = ("_said",)

    def __init__(self, seq: int, /, **values: Any) -> None:
        self._said: dict[str, tuple[Any, int]] = {}
        self.say(seq, **values)

    def say(self, seq: int, /, **values: Any) -> None:
        self._said |= {name: (value, seq) for name, value in values.items()}

    def __getitem__(self, name: str) -> Any:
        return self._said[name][0]

    @property
    def seq(self) -> int:
        return min(seq for _, seq in self._said.values())

    def wrong(self, row: RowMapping) -> tuple[int, str] | None:
        """Return the first record that a row does not fit, and the columns; ``None`` where it fits."""
        differing = [(seq, name) for name, (value, seq) in self._said.items() if row[name] != value]
        return (min(differing)[0], ", ".join(name for _, name in sorted(differing))) if differing else None


class _Record(NamedTuple):
    """The content of one record."""

    seq: int
    at: str
    kind: str
    actor: str
    case: int
    body: dict[str, Any]


@dataclass
class _Replay:
    """What the records amount to, replayed: the tables must say the same. ``on_KIND`` takes in a record of a kind.

    ``head`` is the row of the casebook, ``links`` the link at each record that a checkpoint names.
    """

    head: RowMapping
    links: dict[int, bytes] = field(default_factory=dict)
    cases: dict[int, _Recorded] = field(default_factory=dict)
    runs: dict[int, _Recorded] = field(default_factory=dict)
    decisions: dict[int, list[Decision]] = field(default_factory=dict)
    decided: dict[int, _Recorded] = field(default_factory=dict)
    comments: dict[int, _Recorded] = field(default_factory=dict)
    requests: dict[int, _Recorded] = field(default_factory=dict)
    sources: dict[str, _Recorded] = field(default_factory=dict)
    erased_sources: dict[str, _Recorded] = field(default_factory=dict)
    rechecks: dict[int, dict[int, _Recorded]] = field(default_factory=dict)
    people: dict[str, _Recorded] = field(default_factory=dict)
    declarants: dict[str, _Recorded] = field(default_factory=dict)
    submissions: dict[int, _Recorded] = field(default_factory=dict)
    versions: dict[int, _Recorded] = field(default_factory=dict)
    steps: dict[int, _Recorded] = field(default_factory=dict)
    registers: dict[int, _Recorded] = field(default_factory=dict)
    tokens: dict[str, _Recorded] = field(default_factory=dict)
    stamped: dict[int, tuple[int, str | None]] = field(default_factory=dict)
    blocks: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)
    made: dict[str, Any] = field(default_factory=dict)
    share: tuple[float, int] = (0.0, 0)
    blank: set[int] = field(default_factory=set)
    erasures: dict[int, tuple[int, dict[str, Any]]] = field(default_factory=dict)

    def case_of(self, finding: int) -> int:
        """Return the case of a finding by the blocks; 0 where it is in none."""
        place = bisect_right(self.blocks, finding, key=lambda block: block[2]["first"]) - 1
        if place < 0 or finding >= self.blocks[place][2]["first"] + self.blocks[place][2]["count"]:
            return 0
        return self.blocks[place][1]

    def is_erased(self, row: RowMapping) -> bool:
        """Tell whether an erasure on record accounts for a row that no record tells of any more."""
        if "seq" in row and row["seq"] not in self.blank:
            return False
        case = row["case_number"] if "case_number" in row else self.case_of(row["finding"]) if "finding" in row else 0
        return case in self.erasures

    def take(self, content: dict[str, Any]) -> None:
        """Take in one record; a kind that no table tells of changes nothing."""
        record = _Record(*(content[name] for name in _Record._fields))
        if on_kind := _REPLAYS.get(record.kind):
            on_kind(self, record)

    def on_casebook_made(self, record: _Record) -> None:
        self.made = record.body

    def on_case_opened(self, record: _Record) -> None:
        body = record.body
        self.cases[record.case] = _Recorded(
            record.seq, **{name: body[name] for name in ("name", "title", "owner", "due")}, mark=_mark(body["mark"]),
            status=str(CaseStatus.OPEN), opened_at=record.at, closed_at="", retain_until="",
        )  # fmt: skip

    def on_case_changed(self, record: _Record) -> None:
        changes = dict(record.body["changes"])
        if "mark" in changes:
            changes["mark"] = _mark(changes["mark"])
        if "status" in changes:
            changes["closed_at"] = record.at if changes["status"] == "closed" else ""
        self.cases[record.case].say(record.seq, **changes)

    def on_source_kept(self, record: _Record) -> None:
        seq, body = record.seq, record.body
        self.erased_sources.pop(body["source"], None)
        values = {name: body[name] for name in ("name", "media_type", "size")}
        self.sources[body["source"]] = _Recorded(seq, **values, mark=_mark(body["mark"]), seq=seq, erased=False)

    def on_source_marked(self, record: _Record) -> None:
        identity, mark = record.body["source"], _mark(record.body["mark"])
        if identity not in self.sources:  # it was erased since
            return
        self.sources[identity].say(record.seq, mark=mark)
        for run in self.runs.values():
            if run["source_id"] == identity and run["mark"] < mark:
                run.say(record.seq, mark=mark)

    def on_erasure(self, record: _Record) -> None:
        seq, body = record.seq, record.body
        self.erasures[record.case] = (seq, body)
        for identity, mark, kept in body["sources"]:
            self.sources.pop(identity, None)
            self.erased_sources[identity] = _Recorded(
                seq, name="", media_type="", size=0, mark=mark, seq=kept, erased=True
            )

    def on_run_started(self, record: _Record) -> None:
        body = record.body
        mark = self.sources[body["source"]]["mark"] if body["source"] else int(Mark.UNCLASSIFIED)
        self.runs[body["run"]] = _Recorded(
            record.seq, case_number=record.case, source_id=body["source"], verb=verb_named(body["verb"]).id,
            asked=canonical(body["asked"]), checked=canonical(body["checked"]), maker=canonical(body["maker"]),
            state="running", started_at=record.at, finished_at="", tally="{}", row_count=0, finding_count=0, mark=mark,
        )  # fmt: skip

    def on_findings(self, record: _Record) -> None:
        self.blocks.append((record.seq, record.case, record.body))
        if run := self.runs.get(record.body["run"]):
            run.say(record.seq, finding_count=run["finding_count"] + record.body["count"])

    def on_run_finished(self, record: _Record) -> None:
        body = record.body
        if run := self.runs.get(body["run"]):
            run.say(
                record.seq, state=body["state"], finished_at=record.at, tally=canonical(body["tally"]),
                row_count=body["rows"], finding_count=body["findings"],
            )  # fmt: skip

    def on_decision(self, record: _Record) -> None:
        body = record.body
        drawn = self.rechecks.setdefault(body["finding"], {})
        columns = {name: body[name] for name in ("finding", "outcome", "reason", "correction", "blind")}
        columns |= {"person": record.actor, "at": record.at}
        decision = from_plain(Decision, {**columns, "seq": record.seq})
        correction = canonical(decision.correction) if decision.correction else None
        self.decided[record.seq] = _Recorded(record.seq, **columns | {"correction": correction})
        self.decisions.setdefault(body["finding"], []).append(decision)
        if decision.blind:
            theirs = (seq for seq, recheck in drawn.items() if recheck["reviewer"] == decision.person)
            drawn[min(seq for seq in theirs if drawn[seq]["second_seq"] is None)].say(record.seq, second_seq=record.seq)

    def on_recheck_drawn(self, record: _Record) -> None:
        body = record.body
        drawn = self.rechecks.setdefault(body["finding"], {})
        if body["decision"] in drawn:
            drawn[body["decision"]].say(record.seq, reviewer=body["reviewer"])
            return
        decisions = self.decisions.get(body["finding"], ())
        first = [decision.person for decision in decisions if decision.seq == body["decision"]]
        drawn[body["decision"]] = _Recorded(record.seq, reviewer=body["reviewer"], second_seq=None)
        if first:  # the first decision may be erased
            drawn[body["decision"]].say(record.seq, first_person=first[0])

    def on_comment(self, record: _Record) -> None:
        self.comments[record.seq] = _Recorded(
            record.seq, case_number=record.case, finding=record.body["finding"], person=record.actor, at=record.at,
            text=record.body["text"],
        )  # fmt: skip

    def on_recheck_share(self, record: _Record) -> None:
        self.share = (record.body["share"], record.seq)

    def on_request(self, record: _Record) -> None:
        self.requests[record.seq] = _Recorded(
            record.seq, kind=record.body["kind"], case_number=record.case, asked_by=record.actor,
            asked=canonical(record.body["asked"]), state="asked", answered_by="", answer_seq=None,
        )  # fmt: skip

    def on_answer(self, record: _Record) -> None:
        answer = {"state": record.body["state"], "answered_by": record.actor, "answer_seq": record.seq}
        self.requests[record.body["request"]].say(record.seq, **answer)

    def on_export(self, record: _Record) -> None:
        if record.body.get("request") in self.requests:
            self.requests[record.body["request"]].say(record.seq, state="done")

    def on_person_set(self, record: _Record) -> None:
        body = record.body
        values = {"role": body["role"], "clearance": _mark(body["clearance"]), "active": body["active"]}
        self.people[body["person"]] = _Recorded(record.seq, **values)

    def on_sites_set(self, record: _Record) -> None:
        body = record.body
        self.declarants[body["person"]] = _Recorded(record.seq, sites=canonical(body["sites"]))

    def on_submission_opened(self, record: _Record) -> None:
        body = record.body
        self.submissions[record.seq] = _Recorded(
            record.seq, case_number=record.case, profile=body["profile"], year=body["year"],
            sites=canonical(body["sites"]), state=FIRST_STATE, provisional="", incomplete="", opened_by=record.actor,
            opened_at=record.at,
        )  # fmt: skip

    def on_submission_version(self, record: _Record) -> None:
        body = record.body
        names = ("submission", "number", "side", "name", "changes", "why", "rule", "due")
        self.versions[record.seq] = _Recorded(
            record.seq, **{name: body[name] for name in names}, case_number=record.case, person=record.actor,
            at=record.at, source_id=body["source"], amounts_id=body["amounts"],
        )  # fmt: skip
        self.submissions[body["submission"]].say(record.seq, state=body["state"])

    def on_submission_step(self, record: _Record) -> None:
        body = record.body
        names = ("submission", "version", "step", "reason", "state")
        self.steps[record.seq] = _Recorded(
            record.seq, **{name: body[name] for name in names}, case_number=record.case, person=record.actor,
            at=record.at,
        )  # fmt: skip
        said = {"state": body["state"], **marks_after(body["step"], body["reason"])}
        self.submissions[body["submission"]].say(record.seq, **said)

    def on_register_kept(self, record: _Record) -> None:
        body = record.body
        self.registers[record.seq] = _Recorded(
            record.seq, register=body["register"] or record.seq, number=body["number"], name=body["name"],
            case_number=record.case, person=record.actor, at=record.at, source_id=body["source"], rows_id=body["rows"],
        )  # fmt: skip

    def on_token_made(self, record: _Record) -> None:
        body = record.body
        self.tokens[body["token"]] = _Recorded(
            record.seq, person=body["person"], scopes=" ".join(body["scopes"]), ends_at=body["ends_at"],
            digest=body["digest"], revoked=False,
        )  # fmt: skip

    def on_token_revoked(self, record: _Record) -> None:
        self.tokens[record.body["token"]].say(record.seq, revoked=True)

    def on_time_stamped(self, record: _Record) -> None:
        self.stamped[record.body["checkpoint"]] = (record.seq, record.body.get("token"))


_REPLAYS = {name.removeprefix("on_"): method for name, method in vars(_Replay).items() if name.startswith("on_")}
"""What takes in each kind of record."""


def verify_casebook(
    book: Casebook,
    person: Person,
    *,
    sources: bool = True,
    keys: Sequence[str] = (),
    into: Verification | None = None,
) -> Verification:
    """Verify the whole casebook; with ``sources`` the bytes of each file are hashed as well.

    ``keys`` are the fingerprints of the keys that may have signed; where none is given, the keys found are only told.
    ``into`` is an empty verification to fill, for who looks on from another thread at how far it is.
    """
    require(person, "audit" if person.role.value in ("auditor", "administrator") else "read")
    return verify_all(book, sources=sources, keys=keys, into=into)


def verify_all(
    book: Casebook, *, sources: bool = True, keys: Sequence[str] = (), into: Verification | None = None
) -> Verification:
    """Verify the whole casebook without asking who wants to know: after a restore, for the console."""
    result = into or Verification()
    result.casebook = book.id
    # The log first, then the state of the database: it may be newer than the log, never older.
    logged = _Logged.read(book.log, result)
    with book.reading_contents() as connection, _any_text(connection):
        replay = _Replay(connection.execute(select(tables.casebook)).mappings().one())
        _verify_records(connection, result, replay)
        with _readable(result, 0, "the checkpoints"):
            _verify_checkpoints(connection, result, replay, logged, keys)
        with _readable(result, 0, "the findings"):
            _verify_findings(connection, result, replay)
        with _readable(result, 0, "head"):
            _verify_head(connection, result, replay)
        for kept in _KEPT_TABLES:
            with _readable(result, 0, kept.name):
                _verify_rows(connection, result, replay, kept)
        with _readable(result, 0, "rechecks"):
            _verify_rechecks(connection, result, replay)
        with _readable(result, 0, "the sources"):
            _verify_sources(connection, result, replay, bytes_too=sources)
    result.tidy()
    return result


def _verify_records(connection: Connection, result: Verification, replay: _Replay) -> None:
    """Walk the chain, and note the link at each record that a checkpoint names."""
    table = tables.record
    wanted = set(connection.execute(select(tables.checkpoint.c.seq)).scalars())
    at, expected = FIRST_LINK, 1
    for row in rows_by_key(connection, select(table), table.c.seq):
        seq = row["seq"]
        if seq != expected:
            what = f"records {expected} to {seq - 1} are missing" if seq > expected else "there is no such record"
            result.add(min(expected, seq) if seq > 0 else 1, what, in_chain=True)
            expected = seq
        with _readable(result, seq, "the record", in_chain=True):
            _verify_record(row, result, replay)
            at = link(at, bytes(row["commitment"]))
        if seq in wanted:
            replay.links[seq] = at
        result.records += 1
        expected += 1
    if (expected - 1, at) != (replay.head["seq"], bytes(replay.head["link"])):
        result.add(expected, "the head of the chain is not that of the last record", in_chain=True)
    _verify_erasures(connection, result, replay)


def _verify_record(row: RowMapping, result: Verification, replay: _Replay) -> None:
    seq = row["seq"]
    if row["content"] is None or row["salt"] is None:
        result.erased_records += 1
        replay.blank.add(seq)
        if row["content"] is not None or row["salt"] is not None:
            result.add(seq, "half of the record is missing", in_chain=True)
        return
    if commitment(bytes(row["salt"]), row["content"]) != bytes(row["commitment"]):
        result.add(seq, "the content is not what was committed to", in_chain=True)
        return
    content = json.loads(row["content"])
    columns = {"seq": seq, "at": row["at"], "kind": row["kind"], "actor": row["actor"], "case": row["case_number"]}
    if any(content[name] != value for name, value in columns.items()):
        result.add(seq, "the columns of the record do not say what its content says", in_chain=True)
    if (seq == 1) != (content["kind"] == "casebook_made"):
        result.add(seq, "the first record, and no other, tells of the making of the casebook", in_chain=True)
    with _readable(result, seq, "what the record tells"):  # it may be an earlier record that is missing
        replay.take(content)


def _verify_erasures(connection: Connection, result: Verification, replay: _Replay) -> None:
    """What is blank was erased by an act on record, and what stays of it is as it was left."""
    named: set[int] = set()
    for case, (seq, body) in replay.erasures.items():
        with _readable(result, seq, "the erasure"):
            named |= {number for first, last in body["records"] for number in range(first, last + 1)}
            remains = digest_of_remains(connection, case, seq, [number for _, _, number in body["sources"]])
            if remains != body["remains"]:
                result.add(seq, f"what stays of the erased case {case} is not what was left of it")
    whole = not any(
        problem.in_chain for problem in result.problems
    )  # else it may be the erasure itself that does not fit
    for seq in replay.blank - named:
        result.add(seq, "the content is gone, and no erasure on record names it", in_chain=whole)
    for seq in named - replay.blank:
        result.add(seq, "the record should be erased and has a content, or is missing", in_chain=whole)


def _verify_checkpoints(
    connection: Connection, result: Verification, replay: _Replay, logged: _Logged, known: Sequence[str]
) -> None:
    pems = _verify_keys(connection, result)
    stamps = {row["number"]: row for row in connection.execute(select(tables.time_stamp)).mappings()}
    previous, expected, last_seq = "0" * 64, 1, 0
    for row in rows_by_key(connection, select(tables.checkpoint), tables.checkpoint.c.number):
        number, seq = row["number"], row["seq"]
        with _readable(result, seq, f"checkpoint {number}"):
            statement, signature = row["statement"], bytes(row["signature"])
            said = _decoded(statement) or {}
            fits = said == {
                "casebook": result.casebook, "number": number, "seq": seq, "link": replay.links.get(seq, b"").hex(),
                "at": said.get("at"), "previous": previous,
            }  # fmt: skip
            if number != expected or not fits or seq <= last_seq:
                result.add(last_seq + 1, f"checkpoint {number} does not fit the chain")
            pem = pems.get(row["key"])
            if pem is None or not verify_signature(pem.encode(), statement.encode(), signature):
                result.add(last_seq + 1, f"the signature of checkpoint {number} does not hold")
            if row["key"] not in result.keys:
                result.keys.append(row["key"])
                if known and row["key"] not in known:
                    result.add(last_seq + 1, f"the key {row['key'][:16]}... is none of those that may sign")
            stamped = statement.encode() + signature
            previous = sha256(stamped).hexdigest()
            logged.compare(result, number, last_seq + 1, previous)
            _verify_stamp(result, replay, number, seq, stamped, stamps.pop(number, None))
        last_seq, expected = seq, number + 1
        result.checkpoints += 1
    if (expected - 1, last_seq) != (replay.head["checkpoint"], replay.head["seq"]):
        result.add(last_seq + 1, "the head of the chain is not covered by a signed checkpoint")
    logged.finish(result, last_seq + 1)
    for number in stamps:
        result.add(0, f"there is a time stamp of checkpoint {number}, and no such checkpoint")
    for key in set(pems) - set(result.keys):
        result.add(0, f"the key {key[:16]}... signed nothing")


def _verify_keys(connection: Connection, result: Verification) -> dict[str, str]:
    """Return the public keys by their fingerprints; one that is not as it was written fits no signature."""
    pems: dict[str, str] = {}
    for identity, pem in connection.execute(select(tables.signing_key.c.id, tables.signing_key.c.pem)):
        pems[identity] = pem
        try:
            fits = fingerprint_of(pem.encode()) == identity and _canonical_pem(pem) == pem
        except (IntegrityError, ValueError):
            fits = False
        if not fits:
            first = select(func.min(tables.checkpoint.c.seq)).where(tables.checkpoint.c.key == identity)
            seq = connection.execute(first).scalar_one() or 0
            result.add(seq, f"the public key {identity[:16]}... is not what was written")
            del pems[identity]
    return pems


def _canonical_pem(pem: str) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

    key = load_pem_public_key(pem.encode())
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _verify_stamp(
    result: Verification, replay: _Replay, number: int, seq: int, stamped: bytes, row: RowMapping | None
) -> None:
    told_at, digest = replay.stamped.get(number, (0, None))
    if row is None:
        if told_at:
            result.add(told_at, f"the time stamp of checkpoint {number} is missing")
        return
    if sha256(stamped).digest() not in bytes(row["request"]):
        result.add(told_at or seq, f"the request for a time stamp is not for checkpoint {number}")
    token = bytes(row["token"] or b"")
    right = sha256(token).hexdigest() == digest if digest else sha256(stamped).digest() in token
    if bool(told_at) != bool(token) or (token and not right):
        result.add(told_at or seq, f"the time stamp of checkpoint {number} is not what was taken in")


class _Logged:
    """What the log expects of the database: numbers, digests and records of checkpoints, 48 bytes each."""

    def __init__(self) -> None:
        self.numbers, self.seqs, self.digests = array("q"), array("q"), bytearray()
        self._next = 0
        self._told = False

    @classmethod
    def read(cls, log: CheckpointLog, result: Verification) -> _Logged:
        """Read the log of a casebook, and add as problems what does not fit in the log itself."""
        logged = cls()
        for entry in log.all(result.casebook):
            if isinstance(entry, DamagedLine):
                result.add(0, f"line {entry.number} of the log of checkpoints is damaged")
                continue
            if entry.restored:
                logged._forget(entry.number)
            elif logged.numbers and entry.number <= logged.numbers[-1]:
                logged._tell(
                    result, entry.seq, f"the log beside the key has checkpoint {entry.number} once more after"
                    f" checkpoint {logged.numbers[-1]}: the casebook was put back to an earlier state and written on",
                )  # fmt: skip
                continue
            try:
                digest = bytes.fromhex(entry.sha256)
            except ValueError:
                digest = b""
            logged.numbers.append(entry.number)
            logged.seqs.append(entry.seq)
            logged.digests += digest.ljust(32, b"\0")[:32]
        result.logged = len(logged.numbers)
        return logged

    def compare(self, result: Verification, number: int, seq: int, digest: str) -> None:
        """Hold the next checkpoint of the database, whose first record is ``seq``, against the log."""
        while self._next < len(self.numbers) and self.numbers[self._next] < number:
            self._tell(result, seq, self._missing(self._next))
            self._next += 1
        if self._next < len(self.numbers) and self.numbers[self._next] == number:
            if bytes(self.digests[32 * self._next : 32 * self._next + 32]).hex() != digest:
                self._tell(
                    result, seq, f"checkpoint {number} is another one in the log beside the key: the record was"
                    " rewritten from here on, or the casebook was put back to an earlier state and written on",
                )  # fmt: skip
            self._next += 1

    def finish(self, result: Verification, seq: int) -> None:
        """Tell what the log expects beyond the last checkpoint of the database, before record ``seq``."""
        if self._next < len(self.numbers):
            self._tell(result, seq, self._missing(self._next))

    def _missing(self, place: int) -> str:
        return (
            f"the log beside the key knows checkpoint {self.numbers[place]} at record {self.seqs[place]}, and the"
            " casebook does not: it was put back to an earlier state"
        )

    def _forget(self, number: int) -> None:
        while self.numbers and self.numbers[-1] >= number:
            self.numbers.pop()
            self.seqs.pop()
            del self.digests[-32:]

    def _tell(self, result: Verification, seq: int, what: str) -> None:
        if not self._told:  # one is enough: all that follows differs too
            result.add(seq, what)
        self._told = True


def _verify_findings(connection: Connection, result: Verification, replay: _Replay) -> None:
    """Walk the findings along the blocks; count them as ``finding_count`` must."""
    counts: Counter[tuple[Any, ...]] = Counter()
    per_run: Counter[int] = Counter()
    last_rows: Counter[int] = Counter()
    first_block: dict[int, int] = {}
    rows = rows_by_key(connection, select(tables.finding), tables.finding.c.id)
    row = next(rows, None)
    expected = 1
    for seq, case, body in replay.blocks:
        committed = []
        first_block.setdefault(body["run"], seq)
        if body["first"] != expected:
            result.add(seq, f"the block begins at finding {body['first']}, not at {expected}")
        for identity in range(body["first"], body["first"] + body["count"]):
            while row is not None and row["id"] < identity:
                result.add(seq, f"finding {row['id']} stands in no block")
                row = next(rows, None)
            if row is None or row["id"] != identity:
                result.add(seq, f"finding {identity} is missing")
                continue
            with _readable(result, seq, f"finding {identity}"):
                committed.append(_verify_finding(row, seq, case, body["run"], result, replay))
                counts[count_key(row)] += 1
                last_rows[body["run"]] = max(last_rows[body["run"]], row["row"])
            result.findings += 1
            row = next(rows, None)
        per_run[body["run"]] += body["count"]
        if len(committed) == body["count"] and block_digest(committed).hex() != body["digest"]:
            result.add(seq, "the findings of the block are not what was committed to")
        expected = body["first"] + body["count"]
    while row is not None:
        result.add(replay.head["seq"], f"finding {row['id']} stands in no block")
        row = next(rows, None)
    if replay.head["findings"] != expected - 1:
        result.add(replay.head["seq"], "the number of findings is not that of the records")
    _verify_counts(connection, result, counts, first_block)
    for number, run in replay.runs.items():
        if run["state"] == "running":
            run.say(first_block.get(number, run.seq), row_count=last_rows[number])
        elif run["finding_count"] != per_run[number]:
            result.add(run.seq, f"run {number} says another number of findings than it kept")


def _verify_counts(
    connection: Connection, result: Verification, counts: Counter[tuple[Any, ...]], first_block: dict[int, int]
) -> None:
    query = select(tables.finding_count).where(tables.finding_count.c.n != 0)
    have = {count_key(row): row["n"] for row in connection.execute(query).mappings()}
    for run in {key[0] for key, n in (have.items() ^ counts.items())}:
        result.add(first_block.get(run, 0), f"the counts of findings of run {run} are not those of the findings")


def _verify_finding(row: RowMapping, seq: int, case: int, run: int, result: Verification, replay: _Replay) -> bytes:
    decisions = replay.decisions.get(row["id"], [])
    erasure = replay.erasures.get(case)
    if row["content"] is None or row["salt"] is None:
        result.erased_findings += 1
        spans = erasure[1]["findings"] if erasure else ()
        named = any(first <= row["id"] <= last for first, last in spans)
        whole = row["seal"] is not None and row["content"] is None and row["salt"] is None
        place = (row["status"], row["block"], row["case_number"], row["run"])
        if not named:
            result.add(seq, f"finding {row['id']} is gone, and no erasure on record names it")
        elif not whole or place != (Status.ERASED, seq, case, run):
            result.add(seq, f"finding {row['id']} is not as an erasure leaves it")
        return bytes(row["seal"] or b"")
    content = json.loads(row["content"])
    grave = bool(content.get("grave", False))
    initial = Status.NOTED if content["verdict"] in settled_verdicts() else Status.OPEN
    expected = {
        "id": content["id"], "run": content["run"], "case_number": case, "block": seq, "row": content["row"],
        "subject_id": storable(content.get("subject_id", "")), "input_key": input_key(content.get("input", "")),
        "verdict": content["verdict"], "list": content.get("list", ""), "entry": content.get("entry", ""),
        "grave": grave, "seal": None,
        "status": int(standing(decisions, grave=grave) if decisions else initial),
    }  # fmt: skip
    wrong = [name for name, value in expected.items() if row[name] != value]
    if wrong or run != content["run"]:
        said_of = f"finding {row['id']}: {', '.join(wrong) or 'run'} is not what its content and decisions say"
        result.add(decisions[-1].seq if wrong == ["status"] and decisions else seq, said_of)
    if erasure is not None:
        result.add(erasure[0], f"finding {row['id']} should be erased and is not")
    return commitment(bytes(row["salt"]), row["content"])


def _verify_head(connection: Connection, result: Verification, replay: _Replay) -> None:
    head = replay.head
    sampling = sha256(bytes(head["sampling_key"])).hexdigest()
    if replay.made and (replay.made["casebook"], replay.made["sampling"]) != (head["id"], sampling):
        result.add(1, "the casebook's id or the key of its blind re-checks is not that of its first record")
    if head["recheck_share"] != replay.share[0]:
        result.add(replay.share[1] or 1, "the share of blind re-checks is not what the record says")
    for name, table in (("cases", tables.case), ("runs", tables.run)):
        there = connection.execute(select(func.count(), func.max(table.c.number)).select_from(table)).one()
        if tuple(there) != (head[name], head[name] or None):
            result.add(head["seq"], f"the number of {name} is not that of the records")


class _Kept(NamedTuple):
    """A table that is held against the records: what a row of it is called, and what is said of one that differs."""

    name: str
    table: Table
    said_of: str
    row: str
    differs: str


_DIFFERS = "{key}: {columns} is not what its records say"
_KEPT_TABLES = (
    _Kept("cases", tables.case, "cases", "case {key}", f"case {_DIFFERS}"),
    _Kept("runs", tables.run, "runs", "run {key}", f"run {_DIFFERS}"),
    _Kept("decisions", tables.decision, "decided", "the decision", "the decision is not what its record says"),
    _Kept("comments", tables.comment, "comments", "the comment", "the comment is not what its record says"),
    _Kept("requests", tables.request, "requests", "the request", f"request {_DIFFERS}"),
    _Kept("submissions", tables.submission, "submissions", "the submission", f"submission {_DIFFERS}"),
    _Kept("submissions", tables.submission_version, "versions", "the version", f"version {_DIFFERS}"),
    _Kept("submissions", tables.submission_step, "steps", "the step", f"step {_DIFFERS}"),
    _Kept("registers", tables.register_version, "registers", "the register", f"register {_DIFFERS}"),
    _Kept("people", tables.declarant, "declarants", "declarant {key}", f"declarant {_DIFFERS}"),
    # Role, clearance and tokens: an account that somebody made or raised in the database shows here.
    _Kept("people", tables.person, "people", "person {key}", "person {key}: {columns} is not what the records say"),
    _Kept("people", tables.token, "tokens", "token {key}", "token {key}: {columns} is not what the records say"),
)


def _verify_rows(connection: Connection, result: Verification, replay: _Replay, kept: _Kept) -> None:
    """Hold the rows of a table against what the records say of each; the row of a single record has its number."""
    (key,) = kept.table.primary_key.columns
    of_one_record = key.name == "seq"
    said_of: dict[Any, _Recorded] = getattr(replay, kept.said_of)
    for row in rows_by_key(connection, select(kept.table), key):
        identity = row[key.name]
        recorded = said_of.pop(identity, None)
        if kept.table is tables.case and identity in replay.erasures:
            if row["status"] != str(CaseStatus.ERASED):
                result.add(replay.erasures[identity][0], f"case {identity} should be erased and is not")
        elif recorded is None:
            if not replay.is_erased(row):
                result.add(identity if of_one_record else 0, f"{kept.row.format(key=identity)} stands in no record")
        elif wrong := recorded.wrong(row):
            result.add(wrong[0], kept.differs.format(key=identity, columns=wrong[1]))
    for identity, recorded in said_of.items():
        result.add(recorded.seq, f"{kept.row.format(key=identity)} is missing{' from its table' * of_one_record}")


def _verify_rechecks(connection: Connection, result: Verification, replay: _Replay) -> None:
    for row in connection.execute(select(tables.recheck)).mappings():
        recorded = replay.rechecks.get(row["finding"], {}).pop(row["first_seq"], None)
        if recorded is None:
            result.add(row["first_seq"], f"the blind re-check of finding {row['finding']} stands in no record")
        elif replay.case_of(row["finding"]) not in replay.erasures and (wrong := recorded.wrong(row)):
            result.add(wrong[0], f"the blind re-check of finding {row['finding']}: {wrong[1]} is not what was recorded")
    for finding, drawn in replay.rechecks.items():
        for recorded in drawn.values():
            result.add(recorded.seq, f"the blind re-check of finding {finding} is missing from its table")


def _verify_sources(connection: Connection, result: Verification, replay: _Replay, *, bytes_too: bool) -> None:
    parts = tables.source_part
    counted = select(parts.c.source_id, func.count(), func.max(parts.c.number), func.min(parts.c.number))
    parts_held = {row[0]: tuple(row)[1:] for row in connection.execute(counted.group_by(parts.c.source_id))}
    for row in connection.execute(select(tables.source).order_by(tables.source.c.id)).mappings():
        identity = row["id"]
        kept, erased = replay.sources.pop(identity, None), replay.erased_sources.pop(identity, None)
        recorded = kept or erased
        number, last, first = parts_held.pop(identity, (0, -1, 0))
        if recorded is None:
            result.add(0, f"source {identity[:12]} stands in no record")
        elif wrong := recorded.wrong(row):
            result.add(wrong[0], f"source {identity[:12]}: {wrong[1]} is not what its record says")
        elif erased:
            if number:
                result.add(erased.seq, f"source {identity[:12]} should be erased and is not")
        else:
            whole = (first, last) == (0, number - 1)
            if not whole or (bytes_too and _hash_of(connection, identity) != (identity, row["size"])):
                result.add(recorded.seq, f"the bytes of source {identity[:12]} are not those kept")
            result.sources += 1
    for said_of in (replay.sources, replay.erased_sources):
        for identity, recorded in said_of.items():
            result.add(recorded.seq, f"source {identity[:12]} is missing")
    for identity in parts_held:
        result.add(0, f"there are bytes of a source {identity[:12]}, and no such source")


def _hash_of(connection: Connection, identity: str) -> tuple[str, int]:
    parts = tables.source_part
    digest, size, number = sha256(), 0, 0
    while True:
        query = select(parts.c.data).where(parts.c.source_id == identity, parts.c.number == number)
        data = connection.execute(query).scalar_one_or_none()
        if data is None:
            return digest.hexdigest(), size
        digest.update(bytes(data))
        size += len(data)
        number += 1


@contextmanager
def _readable(result: Verification, seq: int, what: str, *, in_chain: bool = False) -> Iterator[None]:
    """Tell as a problem what is of another kind than anything that OpenCWC writes."""
    try:
        yield
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, IntegrityError) as error:
        result.add(seq, f"{what} cannot be read ({type(error).__name__}: {str(error)[:100]})", in_chain=in_chain)


@contextmanager
def _any_text(connection: Connection) -> Iterator[None]:
    """Read texts of SQLite that are no UTF-8, so that they are told as what does not fit."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    driver.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        yield
    finally:
        driver.text_factory = str


def _decoded(statement: str) -> dict[str, Any] | None:
    try:
        value = json.loads(statement)
    except ValueError:
        return None
    return value if isinstance(value, dict) and canonical(value) == statement else None


def _mark(name: str) -> int:
    return int(Mark[name.upper()])
