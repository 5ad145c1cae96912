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
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, Table, func, select

from opencwc.casebook import tables
from opencwc.casebook.anchor_settings import load_anchor_settings
from opencwc.casebook.anchor_verifier import AnchorVerifier, Vouch
from opencwc.casebook.chain import FIRST_LINK, block_digest, canonical, commitment, link
from opencwc.casebook.checkpoint_log import CheckpointLog, DamagedLine, LoggedCheckpoint, PendingLine
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import Decision, in_force, standing
from opencwc.casebook.erasure import digest_of_remains
from opencwc.casebook.key_trust import KeyTrust, Remark, Stretch, key_trust
from opencwc.casebook.merkle_tree import Frontier
from opencwc.casebook.model import CaseStatus, Mark, Outcome, Person, Status
from opencwc.casebook.permissions import require
from opencwc.casebook.record_times import RecordTimes
from opencwc.casebook.rows import rows_by_key, stored_bytes
from opencwc.casebook.runs import count_key, input_key, storable
from opencwc.casebook.signing import fingerprint_of, verify_signature
from opencwc.casebook.submission_states import FIRST_STATE, marks_after
from opencwc.casebook.transaction import now
from opencwc.casebook.unit_keys import UnitRow, unit_row
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
    signed, ``stretches`` the records that each signed and who vouches for it, ``pins_unreadable`` why the pinned keys
    cannot be read; ``log_marked`` is the record that says that the log was lost or had gaps until then, 0 where none
    does; ``outsiders`` is who outside vouches up to which record, the furthest first. ``remarks`` are no faults: a
    change of key, a clock that went wrong. ``more`` and ``more_remarks`` count those beyond the first thousand.

    Each damage is listed once: what may follow from a problem that is listed is counted in ``following``.
    """

    casebook: str = ""
    records: int = 0
    findings: int = 0
    checkpoints: int = 0
    logged: int = 0
    log_marked: int = 0
    sources: int = 0
    erased_records: int = 0
    erased_findings: int = 0
    keys: list[str] = field(default_factory=list)
    outsiders: list[Vouch] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    more: int = 0
    stretches: list[Stretch] = field(default_factory=list)
    pins_unreadable: str = ""
    remarks: list[Remark] = field(default_factory=list)
    more_remarks: int = 0
    following: int = 0

    def __post_init__(self) -> None:
        """Begin with no cause and nothing that may follow from one."""
        self._causes: set[str] = set()
        self._later: list[tuple[Problem, tuple[str, ...], tuple[str, ...]]] = []

    @property
    def fits(self) -> bool:
        """Tell whether everything fits."""
        return not self.problems

    @property
    def vouched(self) -> bool:
        """Tell whether the house, or who asked, knows every key that signed: without it, what fits may be a forgery."""
        return bool(self.stretches) and all(stretch.vouched for stretch in self.stretches)

    @property
    def first(self) -> Problem | None:
        """The first record that does not fit; where each record fits, the first that the tables do not."""
        return min(self.problems, key=_place, default=None)

    def add(
        self, seq: int, what: str, *, in_chain: bool = False, of: Sequence[str] = (), after: Sequence[str] = ()
    ) -> None:
        """Add a problem; ``of`` are the matters that it is a cause of trouble in, ``after`` those it may follow from.

        What may follow from another problem waits until all are known; ``*`` is whatever else there is.
        """
        problem = Problem(seq, what, in_chain)
        if after and len(self._later) < _MOST_PROBLEMS:
            self._later.append((problem, tuple(of), tuple(after)))
        elif after:
            self.following += 1
        else:
            self._list(problem, of)

    def _list(self, problem: Problem, of: Sequence[str]) -> None:
        self._causes.update(of, [f"record {problem.seq}"] if problem.in_chain else [])
        self.problems.append(problem)
        if len(self.problems) >= 2 * _MOST_PROBLEMS:
            self.tidy()

    def caused(self, *matters: str) -> bool:
        """Tell whether a problem that is listed is a cause of trouble in a matter."""
        return not self._causes.isdisjoint(matters)

    def settle(self) -> None:
        """List what follows from nothing that is listed, and count the rest."""
        last = [one for one in self._later if "*" in one[2]]
        for problem, of, after in [*(one for one in self._later if "*" not in one[2]), *last]:
            if self.caused(*after) or ("*" in after and self.problems):
                self.following += 1
            else:
                self._list(problem, of)
        self._later.clear()

    def remark(self, remarks: Iterable[Remark | None]) -> None:
        """Add what is no fault."""
        for remark in remarks:
            if remark is not None and len(self.remarks) < _MOST_PROBLEMS:
                self.remarks.append(remark)
            else:
                self.more_remarks += remark is not None

    def tidy(self) -> None:
        """Put the problems in the order of the record and keep the first of them."""
        self.problems.sort(key=_place)
        self.more += max(0, len(self.problems) - _MOST_PROBLEMS)
        del self.problems[_MOST_PROBLEMS:]
        self.remarks.sort(key=lambda remark: remark.seq)


def _place(problem: Problem) -> tuple[bool, int]:
    is_number = isinstance(problem.seq, int)  # a damaged row may name anything
    return not problem.in_chain, (problem.seq or 1 << 62) if is_number else 1 << 62


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

    ``head`` is the row of the casebook, ``links`` the link at each record that a checkpoint names, ``roots`` the root
    of the tree there. From the record ``logged_from`` on the log beside the key must have each checkpoint.
    """

    head: RowMapping
    links: dict[int, bytes] = field(default_factory=dict)
    roots: dict[int, bytes] = field(default_factory=dict)
    broken_from: int = 1 << 62
    cases: dict[int, _Recorded] = field(default_factory=dict)
    runs: dict[int, _Recorded] = field(default_factory=dict)
    decisions: dict[int, list[Decision]] = field(default_factory=dict)
    decided: dict[int, _Recorded] = field(default_factory=dict)
    comments: dict[int, _Recorded] = field(default_factory=dict)
    requests: dict[int, _Recorded] = field(default_factory=dict)
    sources: dict[str, _Recorded] = field(default_factory=dict)
    erased_sources: dict[str, _Recorded] = field(default_factory=dict)
    rechecks: dict[int, dict[int, _Recorded]] = field(default_factory=dict)
    bulks: dict[int, _Recorded] = field(default_factory=dict)
    people: dict[str, _Recorded] = field(default_factory=dict)
    declarants: dict[str, _Recorded] = field(default_factory=dict)
    submissions: dict[int, _Recorded] = field(default_factory=dict)
    versions: dict[int, _Recorded] = field(default_factory=dict)
    steps: dict[int, _Recorded] = field(default_factory=dict)
    registers: dict[int, _Recorded] = field(default_factory=dict)
    grids: dict[int, _Recorded] = field(default_factory=dict)
    custody: dict[int, _Recorded] = field(default_factory=dict)
    feeds: dict[int, _Recorded] = field(default_factory=dict)
    tokens: dict[str, _Recorded] = field(default_factory=dict)
    stamped: dict[int, tuple[int, str | None]] = field(default_factory=dict)
    blocks: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)
    made: dict[str, Any] = field(default_factory=dict)
    share: tuple[float, int] = (0.0, 0)
    blank: set[int] = field(default_factory=set)
    erasures: dict[int, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    logged_from: int = 0
    log_marked: int = 0
    tree: Frontier = field(default_factory=Frontier)
    anchored: dict[int, tuple[int, str, str]] = field(default_factory=dict)
    key_changes: dict[int, dict[str, Any]] = field(default_factory=dict)
    of_case: Counter[int] = field(default_factory=Counter)

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
        self.logged_from = record.seq if record.body.get("logged") else 0

    def on_log_marked(self, record: _Record) -> None:
        self.logged_from = self.log_marked = record.seq

    def on_anchored(self, record: _Record) -> None:
        self.anchored[record.body["size"]] = (record.seq, record.at, record.body["note"])

    def on_countersigned(self, record: _Record) -> None:
        seq, at, _ = self.anchored[record.body["size"]]
        self.anchored[record.body["size"]] = (seq, at, record.body["note"])

    def on_restored(self, record: _Record) -> None:
        if self.logged_from:
            self.logged_from = record.seq

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
        elif decision.outcome is Outcome.WITHDRAW:
            before = in_force(self.decisions[body["finding"]][:-1])
            if before and (recheck := drawn.get(before[-1].seq)) and recheck["second_seq"] is None:
                recheck.say(record.seq, second_seq=record.seq)

    def on_bulk_decided(self, record: _Record) -> None:
        values = {name: record.body[name] for name in ("outcome", "first", "findings")}
        self.bulks[record.seq] = _Recorded(record.seq, **values, person=record.actor, at=record.at, undone=0)

    def on_bulk_undone(self, record: _Record) -> None:
        self.bulks[record.body["bulk"]].say(record.seq, undone=record.seq)

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
        if "submission" in body:
            self.grids[record.seq] = _Recorded(
                record.seq, case_number=record.case, submission=body["submission"], version=body["version"],
                person=record.actor,
            )  # fmt: skip

    def on_custody_step(self, record: _Record) -> None:
        body = record.body
        names = ("step", "name", "url", "taken", "note", "file")
        self.custody[record.seq] = _Recorded(
            record.seq, **{name: body[name] for name in names}, case_number=record.case, person=record.actor,
            at=record.at, source_id=body["source"], from_id=body["from"],
        )  # fmt: skip

    def on_feed_added(self, record: _Record) -> None:
        self.feeds[record.seq] = _Recorded(
            record.seq, **{name: record.body[name] for name in ("url", "name", "hours")}, case_number=record.case,
            person=record.actor, at=record.at,
        )  # fmt: skip

    def on_feed_changed(self, record: _Record) -> None:
        if (feed := self.feeds.get(record.body["feed"])) is not None:
            feed.say(record.seq, hours=record.body["hours"], person=record.actor)

    def on_feed_removed(self, record: _Record) -> None:
        self.feeds.pop(record.body["feed"], None)

    def on_token_made(self, record: _Record) -> None:
        body = record.body
        self.tokens[body["token"]] = _Recorded(
            record.seq, person=body["person"], scopes=" ".join(body["scopes"]), ends_at=body["ends_at"],
            digest=body["digest"], revoked=False,
        )  # fmt: skip

    def on_token_revoked(self, record: _Record) -> None:
        self.tokens[record.body["token"]].say(record.seq, revoked=True)

    def on_key_changed(self, record: _Record) -> None:
        self.key_changes[record.seq] = {name: record.body[name] for name in ("former", "next", "lost")}

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
    anchors: Sequence[Path] = (),
    into: Verification | None = None,
) -> Verification:
    """Verify the whole casebook; with ``sources`` the bytes of each file are hashed as well.

    ``keys`` are the fingerprints of the keys that may have signed; where none is given, those pinned in the house.
    ``anchors`` are files of anchors that somebody brings, to be held against the record beside those in the folder of
    the settings. ``into`` is an empty verification to fill, for who looks on from another thread at how far it is.
    """
    require(person, "audit" if person.role.value in ("auditor", "administrator") else "read")
    return verify_all(book, sources=sources, keys=keys, anchors=anchors, into=into)


def verify_all(
    book: Casebook,
    *,
    sources: bool = True,
    keys: Sequence[str] = (),
    anchors: Sequence[Path] = (),
    into: Verification | None = None,
) -> Verification:
    """Verify the whole casebook without asking who wants to know: after a restore, for the console."""
    result = into or Verification()
    result.casebook = book.id
    # What stood in the log before the state of the database is in it. What is in it stands in the log after it.
    before = book.log.last_number(result.casebook)
    outside = AnchorVerifier.collect(result.casebook, load_anchor_settings(), anchors, result.add)
    with book.reading_contents() as connection, _any_text(connection):
        replay = _Replay(connection.execute(select(tables.casebook)).mappings().one())
        logged = _Logged.read(book.log, result, before)
        outside.want_roots(connection)
        _verify_records(connection, result, replay, outside)
        result.log_marked = replay.log_marked
        with _readable(result, 0, "the checkpoints"):
            trust, result.pins_unreadable = key_trust(book.pins, result.casebook, keys, replay.key_changes)
            _verify_checkpoints(connection, result, replay, logged, trust)
        with _readable(result, 0, "the anchors"):
            outside.verify(connection, result.records, replay.anchored)
        with _readable(result, 0, "the findings"):
            _verify_findings(connection, result, replay)
        for kept in _KEPT_TABLES:
            with _readable(result, 0, kept.name):
                _verify_rows(connection, result, replay, kept)
        with _readable(result, 0, "rechecks"):
            _verify_rechecks(connection, result, replay)
        with _readable(result, 0, "the sources"):
            _verify_sources(connection, result, replay, bytes_too=sources)
        with _readable(result, 0, "head"):
            _verify_head(connection, result, replay)
    result.outsiders = outside.outsiders
    result.settle()
    result.tidy()
    return result


_LOST, _BLANKED = "lost records", "blanked records"
_UNTOLD = (_LOST, _BLANKED)
"""What no record tells of, or another than the tables know, may follow from records that cannot be replayed."""


class _Row(NamedTuple):
    """A row of the chain: its number, its content where it fits the commitment, and the number that it names."""

    seq: int
    content: dict[str, Any] | None
    named: int

    @classmethod
    def read(cls, row: RowMapping) -> _Row:
        content = None
        if isinstance(row["content"], str) and row["salt"] is not None:
            with suppress(ValueError, TypeError):
                if commitment(stored_bytes(row["salt"]), row["content"]) == stored_bytes(row["commitment"]):
                    content = json.loads(row["content"])
        if not isinstance(content, dict) or not isinstance(content.get("seq"), int):
            return cls(row["seq"], None, row["seq"])
        return cls(row["seq"], content, content["seq"])


def _verify_records(connection: Connection, result: Verification, replay: _Replay, outside: AnchorVerifier) -> None:
    """Walk the chain, and note the link at each record that a checkpoint names."""
    table = tables.record
    wanted = set(connection.execute(select(tables.checkpoint.c.seq)).scalars())
    at, expected, times, missing = FIRST_LINK, 1, RecordTimes(now()), list[range]()
    for row in rows_by_key(connection, select(table), table.c.seq):
        read, seq = _Row.read(row), row["seq"]
        result.records += 1
        if seq != expected and _is_stray(read, expected, missing, result, replay):
            expected += read.named == expected
            continue
        if seq != expected:
            missing.append(range(expected, seq))
            result.add(expected, f"records {expected} to {seq - 1} are missing", in_chain=True, of=[_LOST])
            expected = seq
        with _readable(result, seq, "the record", in_chain=True, of=[_LOST]):
            _verify_record(row, read, result, replay)
            result.remark(times.take(seq, row["at"]))
            at = link(at, stored_bytes(row["commitment"]))
            replay.tree.add(stored_bytes(row["commitment"]))
            outside.pass_by(replay.tree)
        if seq in wanted:
            replay.links[seq], replay.roots[seq] = at, replay.tree.root()
        expected += 1
    _verify_end(result, replay, expected, at)
    _verify_erasures(connection, result, replay)


def _verify_end(result: Verification, replay: _Replay, expected: int, at: bytes) -> None:
    """Hold the last record against the head, where no record is faulted: else its link follows from that."""
    head, what = replay.head, "the head of the chain is not that of the last record"
    if not any(problem.in_chain for problem in result.problems):
        if expected - 1 != head["seq"]:
            of = ["head", _LOST] if expected <= head["seq"] else ["head"]
            result.add(expected, what, in_chain=True, of=of)
        elif at != stored_bytes(head["link"]):  # the first checkpoint with another link tells where, if there is any
            result.add(expected, what, in_chain=True, after=["checkpoints"])
    in_chain = [problem.seq for problem in result.problems if problem.in_chain]
    replay.broken_from = min(in_chain, default=replay.broken_from)


def _is_stray(read: _Row, expected: int, missing: list[range], result: Verification, replay: _Replay) -> bool:
    """Tell whether a row stands where no record of the chain does; it may be one that is told as missing."""
    if read.named == expected:
        result.add(expected, f"the record stands under the number {read.seq}", in_chain=True, of=[_LOST])
    elif read.named != read.seq:
        if not any(read.named in span for span in missing):
            result.add(max(1, read.seq), f"it is a copy of record {read.named}", in_chain=True)
    elif read.seq > replay.head["seq"] or read.seq < 1:
        after = [_LOST] if read.content is None else []
        result.add(max(1, read.seq), "there is no such record in the chain", in_chain=True, after=after)
    else:
        return False
    return True


def _verify_record(row: RowMapping, read: _Row, result: Verification, replay: _Replay) -> None:
    seq, content = read.seq, read.content
    case = content["case"] if content else row["case_number"]
    before = replay.of_case[case]
    replay.of_case[case] += 1
    if row["content"] is None or row["salt"] is None:
        result.erased_records += 1
        replay.blank.add(seq)
        if row["content"] is not None or row["salt"] is not None:
            result.add(seq, "half of the record is missing", in_chain=True, of=[_LOST])
        return
    if content is None:
        taken = _take_altered(row, replay)
        result.add(seq, "the content is not what was committed to", in_chain=True, of=[] if taken else [_LOST])
        return
    if read.named != seq:
        result.add(seq, f"its content is that of record {read.named}", in_chain=True, of=[_LOST])
        return
    if not _columns_fit(row, content):
        result.add(seq, "the columns of the record do not say what its content says", in_chain=True)
    elif (seq == 1) != (content["kind"] == "casebook_made"):
        result.add(seq, "the first record, and no other, tells of the making of the casebook", in_chain=True)
    if content.get("before", before) != before:
        what = f"it says that {content['before']} records of its case come before it, and there are {before}"
        result.add(seq, what, in_chain=True, of=["counts of cases"], after=[*_UNTOLD, "counts of cases"])
        replay.of_case[case] = content["before"] + 1
    with _readable(result, seq, "what the record tells", in_chain=True, after=_UNTOLD):
        replay.take(content)


def _columns_fit(row: RowMapping, content: dict[str, Any]) -> bool:
    columns = {"seq": "seq", "at": "at", "kind": "kind", "actor": "actor", "case": "case_number"}
    return all(content[name] == row[column] for name, column in columns.items())


def _take_altered(row: RowMapping, replay: _Replay) -> bool:
    """Replay a record though its content is not what was committed to, so that what follows from it is not told too."""
    try:
        content = json.loads(row["content"])
        if not _columns_fit(row, content):
            return False
        replay.take(content)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return False
    return True


def _verify_erasures(connection: Connection, result: Verification, replay: _Replay) -> None:
    """What is blank was erased by an act on record, and what stays of it is as it was left."""
    named: set[int] = set()
    for case, (seq, body) in replay.erasures.items():
        with _readable(result, seq, "the erasure"):
            named |= {number for first, last in body["records"] for number in range(first, last + 1)}
            remains = digest_of_remains(connection, case, seq, body)
            if remains != body["remains"]:
                result.add(seq, f"what stays of the erased case {case} is not what was left of it", after=["*"])
    whole = not any(
        problem.in_chain for problem in result.problems
    )  # else it may be the erasure itself that does not fit
    for seq in replay.blank - named:
        what = "the content is gone, and no erasure on record names it"
        result.add(seq, what, in_chain=whole, of=[_BLANKED], after=[_LOST])
    for seq in named - replay.blank:
        what = "the record should be erased and has a content, or is missing"
        result.add(seq, what, in_chain=whole, after=[_LOST])


def _verify_checkpoints(
    connection: Connection, result: Verification, replay: _Replay, logged: _Logged, trust: KeyTrust
) -> None:
    keys = _Keys.read(connection)
    stamps = {row["number"]: row for row in connection.execute(select(tables.time_stamp)).mappings()}
    walk = _Checkpoints(result, replay, keys)
    for row in rows_by_key(connection, select(tables.checkpoint), tables.checkpoint.c.number):
        number, seq, first = row["number"], row["seq"], walk.last_seq + 1
        with _readable(result, seq, f"checkpoint {number}", of=["checkpoints"]):
            said = _decoded(row["statement"]) or {}
            if walk.is_stray(number, said):
                continue
            stamped = row["statement"].encode() + stored_bytes(row["signature"])
            fits = walk.fits(row, said)
            if fits:
                trust.take(first, seq, row["key"])
            walk.previous = sha256(stamped).hexdigest()
            with _unless(result, "checkpoints"):
                must_be_there = 0 < replay.logged_from <= seq
                logged.compare(result, number, first, walk.previous, must_be_there=must_be_there)
            _verify_stamp(result, replay, number, seq, stamped, stamps.pop(number, None))
        walk.last_seq, walk.expected = seq, number + 1
        result.checkpoints += 1
    if (walk.expected - 1, walk.last_seq) != (replay.head["checkpoint"], replay.head["seq"]):
        what = "the head of the chain is not covered by a signed checkpoint"
        with _unless(result, "checkpoints", "head", _LOST):
            result.add(walk.last_seq + 1, what, of=["checkpoints"])
    with _unless(result, "checkpoints"):
        logged.finish(result, walk.last_seq + 1)
    for number in stamps:
        result.add(0, f"there is a time stamp of checkpoint {number}, and no such checkpoint", after=["checkpoints"])
    keys.finish(result)
    _tell_trust(result, trust)


def _tell_trust(result: Verification, trust: KeyTrust) -> None:
    faults, remarks = trust.finish()
    for fault in faults:
        result.add(*fault)
    result.remark(remarks)
    result.stretches = trust.stretches


@contextmanager
def _unless(result: Verification, *matters: str) -> Iterator[None]:
    """Drop the problems that are found where there is a cause of them already, and count them."""
    told, there = result.caused(*matters), len(result.problems)
    yield
    if told and len(result.problems) > there:
        result.following += len(result.problems) - there
        del result.problems[there:]


@dataclass
class _Checkpoints:
    """The walk along the checkpoints; each is faulted once, and for what it is itself."""

    result: Verification
    replay: _Replay
    keys: _Keys
    previous: str = "0" * 64
    expected: int = 1
    last_seq: int = 0
    follows: bool = False
    link_told: bool = False
    is_rooted: bool = False
    missing: list[range] = field(default_factory=list)

    def is_stray(self, number: int, said: dict[str, Any]) -> bool:
        """Tell whether a row stands under another number than its statement; it may be one told as missing."""
        named = said.get("number", number)
        if number == self.expected or named == number:
            return False
        if not any(named in span for span in self.missing):
            self._tell(f"checkpoint {number} does not fit the chain")
        self.expected += named == self.expected
        return True

    def fits(self, row: RowMapping, said: dict[str, Any]) -> bool:
        """Tell whether a checkpoint follows from the one before, states the link of its record, and is signed."""
        number, seq = row["number"], row["seq"]
        states = {
            "casebook": self.result.casebook, "number": number, "seq": seq,
            "link": self.replay.links.get(seq, b"").hex(), "at": said.get("at"), "previous": self.previous,
        }  # fmt: skip
        self.is_rooted = self.is_rooted or "root" in said
        if self.is_rooted:  # checkpoints of earlier versions state no root; after the first that does, all do
            states["root"] = self.replay.roots.get(seq, b"").hex()
        wrong = {name for name in states.keys() | said.keys() if states.get(name) != said.get(name)}
        self._forgive(wrong, seq)
        if number > self.expected:
            self.missing.append(range(self.expected, number))
        if wrong or number != self.expected or seq <= self.last_seq:
            self._tell(f"checkpoint {number} does not fit the chain", ["id"] if wrong == {"casebook"} else [])
            self.follows, self.link_told = True, self.link_told or "link" in wrong
            return False
        self.follows = False
        if not self.keys.signed(self.result, row, self.last_seq + 1):
            self.follows = True
            return False
        return True

    def _forgive(self, wrong: set[str], seq: int) -> None:
        """Take away what follows from a problem that is told already."""
        if self.follows:
            wrong.discard("previous")
        if self.link_told or seq >= self.replay.broken_from:
            wrong -= {"link", "root"}
        if self.result.caused("id"):
            wrong.discard("casebook")

    def _tell(self, what: str, of: Sequence[str] = ()) -> None:
        self.result.add(self.last_seq + 1, what, of=["checkpoints", *of])


@dataclass
class _Keys:
    """The public keys by their fingerprints, and those that are not as they were written, with what they are."""

    pems: dict[str, str]
    damaged: dict[str, str]
    used: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, connection: Connection) -> _Keys:
        """Read the keys of a casebook."""
        keys = cls({}, {})
        for identity, pem in connection.execute(select(tables.signing_key.c.id, tables.signing_key.c.pem)):
            fingerprint = ""
            with suppress(IntegrityError, ValueError):
                fingerprint = fingerprint_of(pem.encode()) if _canonical_pem(pem) == pem else ""
            if fingerprint == identity:
                keys.pems[identity] = pem
            else:
                keys.damaged[identity] = fingerprint
        return keys

    def signed(self, result: Verification, row: RowMapping, first: int) -> bool:
        """Tell whether the signature of a checkpoint holds; a key that cannot be used is told once."""
        key = row["key"]
        self.used.add(key)
        if pem := self.pems.get(key):
            if key not in result.keys:
                result.keys.append(key)
            if verify_signature(pem.encode(), row["statement"].encode(), stored_bytes(row["signature"])):
                return True
            what = f"the signature of checkpoint {row['number']} does not hold"
            result.add(first, what, of=["checkpoints"])
        elif key not in self.told:
            state = "is not what was written" if key in self.damaged else "is missing"
            result.add(first, f"the public key {key[:16]}... {state}", of=["checkpoints"])
            self.told.add(key)
        return False

    def finish(self, result: Verification) -> None:
        """Tell of the keys that signed nothing."""
        for key, fingerprint in self.damaged.items():
            if not {key, fingerprint} & self.told:
                result.add(0, f"the public key {key[:16]}... is not what was written")
        for key in set(self.pems) - self.used:
            result.add(0, f"the key {key[:16]}... signed nothing", after=["checkpoints"])


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
            result.add(told_at, f"the time stamp of checkpoint {number} is missing", after=_UNTOLD)
        return
    if sha256(stamped).digest() not in stored_bytes(row["request"]):
        result.add(told_at or seq, f"the request for a time stamp is not for checkpoint {number}", after=_UNTOLD)
    token = stored_bytes(row["token"])
    right = sha256(token).hexdigest() == digest if digest else sha256(stamped).digest() in token
    if bool(told_at) != bool(token) or (token and not right):
        result.add(told_at or seq, f"the time stamp of checkpoint {number} is not what was taken in", after=_UNTOLD)


class _Logged:
    """What the log expects of the database: numbers, digests and records of checkpoints, 48 bytes each.

    Up to the number ``before`` the database must have them; later ones were written while it was read.
    """

    def __init__(self, before: int) -> None:
        self.numbers, self.seqs, self.digests = array("q"), array("q"), bytearray()
        self._before = before
        self._pending: dict[int, str] = {}
        self._damaged = 0
        self._next = 0
        self._told = False

    @classmethod
    def read(cls, log: CheckpointLog, result: Verification, before: int) -> _Logged:
        """Read the log of a casebook, and add as problems what does not fit in the log itself."""
        logged = cls(before)
        for entry in log.all(result.casebook):
            if isinstance(entry, DamagedLine):
                result.add(0, f"line {entry.number} of the log of checkpoints is damaged")
                logged._damaged += 1
            elif isinstance(entry, PendingLine):
                logged._pending[entry.entry.number] = entry.entry.sha256
            else:
                logged._take(result, entry)
        result.logged = len(logged.numbers)
        return logged

    def _take(self, result: Verification, entry: LoggedCheckpoint) -> None:
        if entry.restored:
            self._forget(entry.number)
        elif self.numbers and entry.number <= self.numbers[-1]:
            self._tell(
                result, entry.seq, f"the log beside the key has checkpoint {entry.number} once more after"
                f" checkpoint {self.numbers[-1]}: the casebook was put back to an earlier state and written on",
            )  # fmt: skip
            return
        try:
            digest = bytes.fromhex(entry.sha256)
        except ValueError:
            digest = b""
        self.numbers.append(entry.number)
        self.seqs.append(entry.seq)
        self.digests += digest.ljust(32, b"\0")[:32]

    def compare(self, result: Verification, number: int, seq: int, digest: str, *, must_be_there: bool) -> None:
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
        elif must_be_there and self._pending.get(number) != digest:
            self._damaged -= 1
            if self._damaged < 0:  # else it is the line that was told already
                self._tell(
                    result,
                    seq,
                    f"the log beside the key lacks checkpoint {number}: it was deleted, cut back or changed",
                )

    def finish(self, result: Verification, seq: int) -> None:
        """Tell what the log expects beyond the last checkpoint of the database, before record ``seq``."""
        if self._next < len(self.numbers) and self.numbers[self._next] <= self._before:
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
    rows = rows_by_key(connection, _FINDINGS_WITH_UNITS, tables.finding.c.id)
    row = next(rows, None)
    expected = 1
    for seq, case, body in replay.blocks:
        committed = []
        first_block.setdefault(body["run"], seq)
        if body["first"] != expected:
            what = f"the block begins at finding {body['first']}, not at {expected}"
            result.add(seq, what, of=[f"run {body['run']}"], after=_UNTOLD)
        for identity in range(body["first"], body["first"] + body["count"]):
            while row is not None and row["id"] < identity:
                result.add(seq, f"finding {row['id']} stands in no block", after=[*_UNTOLD, "missing findings"])
                row = next(rows, None)
            of = [f"run {body['run']}", f"block {seq}"]
            if row is None or row["id"] != identity:
                result.add(seq, f"finding {identity} is missing", of=[*of, "missing findings"])
                continue
            with _readable(result, seq, f"finding {identity}", of=of):
                committed.append(_verify_finding(row, seq, case, body["run"], result, replay))
                counts[count_key(row)] += 1
                last_rows[body["run"]] = max(last_rows[body["run"]], row["row"])
            result.findings += 1
            row = next(rows, None)
        per_run[body["run"]] += body["count"]
        if len(committed) == body["count"] and block_digest(committed).hex() != body["digest"]:
            what = "the findings of the block are not what was committed to"
            result.add(seq, what, of=[f"run {body['run']}"], after=[f"block {seq}"])
        expected = body["first"] + body["count"]
    while row is not None:
        what = f"finding {row['id']} stands in no block"
        result.add(replay.head["seq"], what, after=[*_UNTOLD, "missing findings"])
        row = next(rows, None)
    if replay.head["findings"] != expected - 1:
        result.add(replay.head["seq"], "the number of findings is not that of the records", after=_UNTOLD)
    _verify_counts(connection, result, counts, first_block)
    _verify_units(connection, result)
    for number, run in replay.runs.items():
        if run["state"] == "running":
            run.say(first_block.get(number, run.seq), row_count=last_rows[number])
        elif run["finding_count"] != per_run[number]:
            what = f"run {number} says another number of findings than it kept"
            result.add(run.seq, what, of=[f"run {number}"], after=_UNTOLD)


def _verify_counts(
    connection: Connection, result: Verification, counts: Counter[tuple[Any, ...]], first_block: dict[int, int]
) -> None:
    query = select(tables.finding_count).where(tables.finding_count.c.n != 0)
    have = {count_key(row): row["n"] for row in connection.execute(query).mappings()}
    for run in sorted({key[0] for key, n in (have.items() ^ counts.items())}, key=lambda run: run not in first_block):
        what = f"the counts of findings of run {run} are not those of the findings"
        after = [*_UNTOLD, f"run {run}", *(["counts"] if run not in first_block else [])]
        result.add(first_block.get(run, 0), what, of=["counts"], after=after)


def _verify_finding(row: RowMapping, seq: int, case: int, run: int, result: Verification, replay: _Replay) -> bytes:
    decisions = replay.decisions.get(row["id"], [])
    erasure = replay.erasures.get(case)
    of = [f"run {run}", f"run {row['run']}", f"block {seq}"]
    if row["content"] is None or row["salt"] is None:
        result.erased_findings += 1
        spans = erasure[1]["findings"] if erasure else ()
        named = any(first <= row["id"] <= last for first, last in spans)
        whole = row["seal"] is not None and row["content"] is None and row["salt"] is None
        place = (row["status"], row["block"], row["case_number"], row["run"])
        if not named:
            result.add(seq, f"finding {row['id']} is gone, and no erasure on record names it", of=of, after=_UNTOLD)
        elif not whole or place != (Status.ERASED, seq, case, run) or row["unit"] or row["share"] is not None:
            result.add(seq, f"finding {row['id']} is not as an erasure leaves it", of=of)
        return stored_bytes(row["seal"])
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
    if kept_run := replay.runs.get(run):
        unit = verb_named(kept_run["verb"]).unit_of(content)
        expected["share"] = unit.share
        _verify_unit(row, unit_row(unit, content, case), seq, result)
    wrong = [name for name, value in expected.items() if row[name] != value]
    if wrong or run != content["run"]:
        said_of = f"finding {row['id']}: {', '.join(wrong) or 'run'} is not what its content and decisions say"
        only_status = wrong == ["status"]
        at = decisions[-1].seq if only_status and decisions else seq
        result.add(at, said_of, of=of, after=[*_UNTOLD, f"record {at}"] if only_status else ())
    if erasure is not None:
        result.add(erasure[0], f"finding {row['id']} should be erased and is not", of=of)
    return commitment(stored_bytes(row["salt"]), row["content"])


def _verify_unit(row: RowMapping, expected: UnitRow, seq: int, result: Verification) -> None:
    """Hold the unit of a finding, which is joined to its row, against what its content says."""
    number = row["unit"]
    fits = (row["unit_run"], row["unit_key"]) == (expected.run, expected.key) and number <= row["id"]
    if fits and number == row["id"]:
        fits = (row["unit_case"], row["unit_name"], row["unit_search"]) == (
            expected.case_number, expected.name, expected.search
        )  # fmt: skip
    if not fits:
        what = f"finding {row['id']}: its unit is not what its content says"
        of = [f"unit {number}", f"unit {row['id']}", "units"]
        result.add(seq, what, of=of, after=[*_UNTOLD, f"unit {number}"])


def _verify_units(connection: Connection, result: Verification) -> None:
    """Every unit is that of the finding whose number it has."""
    unit, finding = tables.unit, tables.finding
    query = select(unit.c.number).outerjoin_from(unit, finding, finding.c.id == unit.c.number)
    strays = query.where((finding.c.unit.is_(None)) | (finding.c.unit != unit.c.number)).order_by(unit.c.number)
    for number in connection.execute(strays.limit(_MOST_PROBLEMS)).scalars():
        result.add(0, f"unit {number} is that of no finding", after=[*_UNTOLD, "units", "missing findings"])


_UNIT = tables.unit
_FINDINGS_WITH_UNITS = select(
    tables.finding, _UNIT.c.run.label("unit_run"), _UNIT.c.key.label("unit_key"), _UNIT.c.name.label("unit_name"),
    _UNIT.c.search.label("unit_search"), _UNIT.c.case_number.label("unit_case"),
).outerjoin(_UNIT, _UNIT.c.number == tables.finding.c.unit)  # fmt: skip


def _verify_head(connection: Connection, result: Verification, replay: _Replay) -> None:
    head = replay.head
    sampling = sha256(stored_bytes(head["sampling_key"])).hexdigest()
    if replay.made and (replay.made["casebook"], replay.made["sampling"]) != (head["id"], sampling):
        what = "the casebook's id or the key of its blind re-checks is not that of its first record"
        result.add(1, what, after=["id", "record 1"])
    if head["recheck_share"] != replay.share[0]:
        seq = replay.share[1] or 1
        result.add(seq, "the share of blind re-checks is not what the record says", after=[*_UNTOLD, f"record {seq}"])
    if head["logged_from"] != replay.logged_from:
        what = "since when the log has every checkpoint is not what the record says"
        result.add(replay.logged_from, what, after=_UNTOLD)
    if stored_bytes(head["tree"]) not in (b"", replay.tree.peaks()):
        if replay.broken_from <= head["seq"]:
            result.following += 1
        else:
            what = "the tree that the casebook keeps is not that of the records"
            result.add(head["seq"], what, after=[*_UNTOLD, "checkpoints"])
    for name, table in (("cases", tables.case), ("runs", tables.run)):
        there = connection.execute(select(func.count(), func.max(table.c.number)).select_from(table)).one()
        if tuple(there) != (head[name], head[name] or None):
            what = f"the number of {name} is not that of the records"
            result.add(head["seq"], what, after=[*_UNTOLD, table.name, "head"])


class _Kept(NamedTuple):
    """A table that is held against the records: what a row of it is called, and what is said of one that differs.

    ``alone`` says that one record alone tells of a row, so that no other can be why it differs.
    """

    name: str
    table: Table
    said_of: str
    row: str
    differs: str
    alone: bool = False


_DIFFERS = "{key}: {columns} is not what its records say"
_KEPT_TABLES = (
    _Kept("cases", tables.case, "cases", "case {key}", f"case {_DIFFERS}"),
    _Kept("runs", tables.run, "runs", "run {key}", f"run {_DIFFERS}"),
    _Kept(
        "decisions", tables.decision, "decided", "the decision", "the decision is not what its record says", alone=True
    ),
    _Kept("bulk decisions", tables.bulk_decision, "bulks", "the bulk", f"bulk {_DIFFERS}"),
    _Kept("comments", tables.comment, "comments", "the comment", "the comment is not what its record says", alone=True),
    _Kept("requests", tables.request, "requests", "the request", f"request {_DIFFERS}"),
    _Kept("submissions", tables.submission, "submissions", "the submission", f"submission {_DIFFERS}"),
    _Kept("submissions", tables.submission_version, "versions", "the version", f"version {_DIFFERS}", alone=True),
    _Kept("submissions", tables.submission_step, "steps", "the step", f"step {_DIFFERS}", alone=True),
    _Kept("registers", tables.register_version, "registers", "the register", f"register {_DIFFERS}", alone=True),
    _Kept("registers", tables.register_submission, "grids", "the grid of a submission", f"grid {_DIFFERS}"),
    _Kept("custody", tables.custody_step, "custody", "the step", f"step {_DIFFERS}", alone=True),
    _Kept("feeds", tables.feed, "feeds", "the feed", f"feed {_DIFFERS}"),
    _Kept("people", tables.declarant, "declarants", "declarant {key}", f"declarant {_DIFFERS}"),
    # Role, clearance and tokens: an account that somebody made or raised in the database shows here.
    _Kept("people", tables.person, "people", "person {key}", "person {key}: {columns} is not what the records say"),
    _Kept("people", tables.token, "tokens", "token {key}", "token {key}: {columns} is not what the records say"),
)


def _verify_rows(connection: Connection, result: Verification, replay: _Replay, kept: _Kept) -> None:
    """Hold the rows of a table against what the records say of each; the row of a single record has its number."""
    (key,) = kept.table.primary_key.columns
    of_one_record = key.name == "seq"
    recorded_rows: dict[Any, _Recorded] = getattr(replay, kept.said_of)
    strays: list[RowMapping] = []
    erased = dict(replay.erasures) if kept.table is tables.case else {}
    for row in rows_by_key(connection, select(kept.table), key):
        identity = row[key.name]
        recorded = recorded_rows.pop(identity, None)
        if erased.pop(identity, None):
            if row["status"] != str(CaseStatus.ERASED):
                result.add(replay.erasures[identity][0], f"case {identity} should be erased and is not")
        elif recorded is None:
            if not replay.is_erased(row):
                strays.append(row)
        elif wrong := recorded.wrong(row):
            what = kept.differs.format(key=identity, columns=wrong[1])
            _tell_row(result, kept, wrong[0], what, identity, () if kept.alone else _UNTOLD)
    for identity, recorded in recorded_rows.items():
        moved = next((row for row in strays if recorded.wrong(row) is None), None)
        where = " from its table" * of_one_record
        if moved is not None:
            strays.remove(moved)
            where += f"; it stands under {moved[key.name]}"
        _tell_row(result, kept, recorded.seq, f"{kept.row.format(key=identity)} is missing{where}", identity)
    for case, (seq, _) in erased.items():
        result.add(seq, f"the erased case {case} is missing", of=[kept.table.name, "erased cases"])
    for row in strays:
        seq = row[key.name] if of_one_record else 0
        what = f"{kept.row.format(key=row[key.name])} stands in no record"
        _tell_row(result, kept, seq, what, row[key.name], [*_UNTOLD, *(["erased cases"] if not seq else [])])


def _tell_row(result: Verification, kept: _Kept, seq: int, what: str, identity: Any, after: Sequence[str] = ()) -> None:
    of_its_run = [f"run {identity}"] if kept.table is tables.run else []
    result.add(seq, what, of=[kept.table.name], after=[*after, f"record {seq}", *of_its_run])


def _verify_rechecks(connection: Connection, result: Verification, replay: _Replay) -> None:
    strays: list[RowMapping] = []
    for row in connection.execute(select(tables.recheck)).mappings():
        recorded = replay.rechecks.get(row["finding"], {}).pop(row["first_seq"], None)
        if recorded is None:
            strays.append(row)
        elif replay.case_of(row["finding"]) not in replay.erasures and (wrong := recorded.wrong(row)):
            what = f"the blind re-check of finding {row['finding']}: {wrong[1]} is not what was recorded"
            result.add(wrong[0], what, after=[*_UNTOLD, f"record {wrong[0]}"])
    for finding, drawn in replay.rechecks.items():
        for recorded in drawn.values():
            moved = next((row for row in strays if recorded.wrong(row) is None), None)
            if moved is not None:
                strays.remove(moved)
            what = f"the blind re-check of finding {finding} is missing from its table"
            result.add(recorded.seq, what, after=[*_UNTOLD, f"record {recorded.seq}"])
    for row in strays:
        what = f"the blind re-check of finding {row['finding']} stands in no record"
        result.add(row["first_seq"], what, after=_UNTOLD)


def _verify_sources(connection: Connection, result: Verification, replay: _Replay, *, bytes_too: bool) -> None:
    parts = tables.source_part
    counted = select(parts.c.source_id, func.count(), func.max(parts.c.number), func.min(parts.c.number))
    parts_held = {row[0]: tuple(row)[1:] for row in connection.execute(counted.group_by(parts.c.source_id))}
    strays: list[RowMapping] = []
    for row in connection.execute(select(tables.source).order_by(tables.source.c.id)).mappings():
        identity = row["id"]
        kept, erased = replay.sources.pop(identity, None), replay.erased_sources.pop(identity, None)
        recorded = kept or erased
        number, last, first = parts_held.pop(identity, (0, -1, 0))
        if recorded is None:
            strays.append(row)
        elif wrong := recorded.wrong(row):
            what = f"source {identity[:12]}: {wrong[1]} is not what its record says"
            result.add(wrong[0], what, after=[*_UNTOLD, f"record {wrong[0]}"])
        elif erased:
            if number:
                result.add(erased.seq, f"source {identity[:12]} should be erased and is not")
        else:
            whole = (first, last) == (0, number - 1)
            if not whole or (bytes_too and _hash_of(connection, identity) != (identity, row["size"])):
                result.add(recorded.seq, f"the bytes of source {identity[:12]} are not those kept", of=["bytes"])
            result.sources += 1
    for identity, recorded in (*replay.sources.items(), *replay.erased_sources.items()):
        moved = next((row for row in strays if recorded.wrong(row) is None), None)
        if moved is not None:
            strays.remove(moved)
        after = [*_UNTOLD, f"record {recorded.seq}"]
        result.add(recorded.seq, f"source {identity[:12]} is missing", of=["bytes"], after=after)
    for row in strays:
        result.add(0, f"source {row['id'][:12]} stands in no record", of=["bytes"], after=_UNTOLD)
    for identity in parts_held:
        what = f"there are bytes of a source {identity[:12]}, and no such source"
        result.add(0, what, after=[*_UNTOLD, "bytes"])


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
def _readable(
    result: Verification, seq: int, what: str, *, in_chain: bool = False, of: Sequence[str] = (),
    after: Sequence[str] = (),
) -> Iterator[None]:  # fmt: skip
    """Tell as a problem what is of another kind than anything that OpenCWC writes."""
    try:
        yield
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, IntegrityError) as error:
        said = f"{what} cannot be read ({type(error).__name__}: {str(error)[:100]})"
        result.add(seq, said, in_chain=in_chain, of=of, after=after)


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
