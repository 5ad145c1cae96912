"""A person decides on findings: accept, correct, reject or need more, with a reason; nothing decided is ever changed.

A grave finding stands undecided until a second, different person has said the same. A later decision reverses an
earlier one by standing after it. A share of what was decided comes back, without the first decision, to another
reviewer (blind re-check); where the two differ, the finding is disputed and open again.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, exists, func, select

from opencwc.casebook import tables
from opencwc.casebook.cases import case_numbered, visible_case
from opencwc.casebook.chain import canonical
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import CaseStatus, Mark, Outcome, Person, Role, Status
from opencwc.casebook.permissions import may, require
from opencwc.casebook.read_records import giving
from opencwc.casebook.rows import record_of, row_of, slices
from opencwc.casebook.runs import add_counts, count_key, require_verdict, run_named
from opencwc.casebook.transaction import Writer
from opencwc.convention import Convention
from opencwc.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from opencwc.finding import Verdict
from opencwc.records import from_plain
from opencwc.verbs import verb_named

FINAL = {Outcome.ACCEPT: Status.ACCEPTED, Outcome.CORRECT: Status.CORRECTED, Outcome.REJECT: Status.REJECTED}
UNDER_AN_ENTRY = frozenset({"listed", "review", "exempt"})
"""Verdicts that say something of an entry: a correction to one of them names it."""
UNDER_NO_ENTRY = frozenset({"not_listed", "unreadable"})
"""Verdicts that say that there is no entry: a correction to one of them names none."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person said of one finding; ``blind`` where it was said without seeing the first decision."""

    seq: int
    finding: int
    person: str
    at: str
    outcome: Outcome
    reason: str | None
    correction: dict[str, str] | None
    blind: bool


def decide(
    book: Casebook,
    person: Person,
    findings: Sequence[int],
    outcome: Outcome,
    reason: str,
    *,
    correction: Mapping[str, str] | None = None,
    seen: int | None = None,
) -> dict[int, Status]:
    """Decide on findings, all of them or none, and return where each stands now.

    ``correction`` goes with ``correct``: ``verdict``, and ``list`` and ``entry`` where the verdict names one, an entry
    that was in force on the day of the finding's run; ``place`` is where the words for it stand, ``elements`` are the
    parts of a rule, by their ids with a semicolon between them, of which the finding says the contrary.
    ``seen`` is the last decision that the person has seen of a single finding (0 for none): where another one has come
    since, nothing is decided.

    Raises:
        ConflictError: somebody decided meanwhile, or a grave finding needs a second person and this is the first.
        InputError: no reason was given, or the correction has no meaning.

    """
    if not findings:
        raise InputError("no_finding_named")
    checked = checked_decision(outcome, reason, correction)

    def decide_all(writer: Writer) -> dict[int, Status]:
        return {
            identity: decide_one(writer, person, identity, outcome, reason.strip(), checked, seen)
            for identity in dict.fromkeys(findings)
        }

    return book.write(person.id, decide_all)


def checked_decision(outcome: Outcome, reason: str, correction: Mapping[str, str] | None) -> dict[str, str] | None:
    """Return the correction of a decision; raise `InputError` where the decision has no reason or no meaning."""
    if not reason.strip():
        raise InputError("decision_needs_reason")
    if outcome is Outcome.WITHDRAW:
        raise InputError("decision_unknown", decision=str(outcome))
    return _checked_correction(outcome, correction)


def comment(book: Casebook, person: Person, case: str, text: str, finding: int | None = None) -> int:
    """Add a comment to a case, or to one of its findings, and return its number in the record."""
    if not text.strip():
        raise InputError("comment_empty")

    def add(writer: Writer) -> int:
        kept_case = visible_case(writer.connection, person, case, "comment")
        if finding is not None:
            about = seen_finding(writer.connection, person, finding)
            if about["case_number"] != kept_case.number:
                raise NotFoundError("finding_not_in_case", finding=finding, case=case)
        if kept_case.status is CaseStatus.ERASED:
            raise ConflictError("case_erased_no_comment", case=case)
        body = {"finding": finding, "text": text.strip()}
        seq = writer.record("comment", body, kept_case.number)
        row = {"seq": seq, "case_number": kept_case.number, "person": person.id, "at": writer.at, **body}
        writer.connection.execute(tables.comment.insert(), row)
        return seq

    return book.write(person.id, add)


def decisions_on(connection: Connection, finding: int) -> list[Decision]:
    """Return the decisions on a finding in their order."""
    return [_decision(row) for row in connection.execute(_DECISIONS, {"finding": finding}).mappings()]


_NEW_DECISION = tables.decision.insert()
_DECISIONS = (
    select(tables.decision).where(tables.decision.c.finding == bindparam("finding")).order_by(tables.decision.c.seq)
)


def last_decisions(book: Casebook, person: Person, findings: Sequence[int]) -> dict[int, Decision]:
    """Return the last decision in force on each of some findings; the caller has asked whether they may be seen."""
    finding = tables.finding
    last: dict[int, Decision] = {}
    with giving(book, person) as given:
        for start in range(0, len(findings), 500):
            some = findings[start : start + 500]
            last |= last_in_force(given.connection, some)
            of = select(finding.c.id, finding.c.run).where(finding.c.id.in_([one for one in some if one in last]))
            given.findings(given.connection.execute(of).mappings())
    return last


def proposed_by(connection: Connection, person: Person, findings: Sequence[int]) -> set[int]:
    """Return those of some findings of which this person spoke last, but for what was taken back."""
    table, stand = tables.decision, dict[int, list[str]]()
    columns = (table.c.finding, table.c.person, table.c.outcome)
    for some in slices(findings):
        query = select(*columns).where(table.c.finding.in_(some)).order_by(table.c.seq)
        for row in connection.execute(query):
            said = stand.setdefault(row.finding, [])
            if row.outcome != Outcome.WITHDRAW:
                said.append(row.person)
            elif said:
                said.pop()
    return {identity for identity, said in stand.items() if said and said[-1] == person.id}


def last_in_force(connection: Connection, findings: Sequence[int]) -> dict[int, Decision]:
    """Return the last decision on each of some findings that nobody took back."""
    table, made = tables.decision, dict[int, list[Decision]]()
    query = select(table).where(table.c.finding.in_(findings)).order_by(table.c.seq)
    for row in connection.execute(query).mappings():
        made.setdefault(row["finding"], []).append(_decision(row))
    stands = ((identity, in_force(decisions)) for identity, decisions in made.items())
    return {identity: decisions[-1] for identity, decisions in stands if decisions}


def runs_with_decisions(book: Casebook, runs: Sequence[int]) -> set[int]:
    """Return those of some runs on whose findings somebody decided."""
    finding, decision = tables.finding, tables.decision
    query = select(finding.c.run).join(decision, decision.c.finding == finding.c.id).where(finding.c.run.in_(runs))
    with book.reading() as connection:
        return set(connection.execute(query.distinct()).scalars()) if runs else set()


def _decision(row: RowMapping) -> Decision:
    correction = json.loads(row["correction"]) if row["correction"] else None
    return record_of(Decision, row, correction=correction)


_FINDING, _RUN, _CASE, _RECHECK = tables.finding, tables.run, tables.case, tables.recheck
_SEEN = (
    select(
        _FINDING, _RUN.c.mark.label("run_mark"), _CASE.c.mark.label("case_mark"), _CASE.c.status.label("case_status")
    )
    .join(_RUN, _RUN.c.number == _FINDING.c.run)
    .join(_CASE, _CASE.c.number == _FINDING.c.case_number)
    .where(_FINDING.c.id == bindparam("identity"))
)
_TO_DECIDE = _SEEN.add_columns(
    select(func.min(_RECHECK.c.first_seq))
    .where(
        _RECHECK.c.finding == bindparam("identity"), _RECHECK.c.reviewer == bindparam("person"),
        _RECHECK.c.second_seq.is_(None),
    )
    .scalar_subquery()
    .label("recheck_of"),
    exists().where(tables.decision.c.finding == bindparam("identity")).label("is_decided"),
)  # fmt: skip
"""A finding with what must be known of it to decide: ``recheck_of`` as in `pending_recheck`."""


def finding_row(connection: Connection, identity: int) -> RowMapping:
    """Return the row of a finding; raise `NotFoundError` where there is none."""
    row = row_of(connection, tables.finding, id=identity)
    if row is None:
        raise NotFoundError("no_such_finding", finding=identity)
    return row


def seen_finding(connection: Connection, person: Person, identity: int) -> RowMapping:
    """Return the row of a finding; one that is above the clearance is answered as not there."""
    return _seen(connection, person, identity, _SEEN, {})


def _seen(
    connection: Connection, person: Person, identity: int, query: Select[Any], others: Mapping[str, Any]
) -> RowMapping:
    row = connection.execute(query, {"identity": identity, **others}).mappings().first()
    if row is None or max(row["run_mark"], row["case_mark"]) > person.clearance:
        raise NotFoundError("no_such_finding", finding=identity)
    return row


def mark_of_finding(connection: Connection, row: RowMapping) -> Mark:
    """Return the mark a finding inherits: the higher of its case's and its source's."""
    run = connection.execute(select(tables.run.c.mark).where(tables.run.c.number == row["run"])).scalar_one()
    return max(case_numbered(connection, row["case_number"]).mark, Mark(run))


def standing(decisions: Sequence[Decision], *, grave: bool) -> Status:
    """Return where a finding stands after its decisions: the whole rule, which `verifying` holds the tables against.

    An ordinary finding stands where its last decision puts it. A grave one is final once two different people in a
    row have said the same. A blind decision that differs from what stood makes the finding disputed.
    """
    status = Status.OPEN
    proposal: Decision | None = None
    stood: Decision | None = None
    for decision in in_force(decisions):
        if decision.blind:
            if stood is not None and not _same(stood, decision):
                status, proposal = Status.DISPUTED, None
        elif decision.outcome is Outcome.NEED_MORE:
            status, proposal = Status.NEEDS_MORE, None
        elif not grave:
            status, stood = FINAL[decision.outcome], decision
        elif proposal is None:
            status, proposal = Status.AWAITING_SECOND, decision
        elif _same(proposal, decision) and decision.person != proposal.person:
            status, stood, proposal = FINAL[decision.outcome], decision, None
        else:
            status, proposal = Status.DISPUTED, None
    return status


def in_force(decisions: Sequence[Decision]) -> list[Decision]:
    """Return the decisions on a finding that nobody took back; who takes one back takes back the last."""
    stand: list[Decision] = []
    for decision in decisions:
        if decision.outcome is not Outcome.WITHDRAW:
            stand.append(decision)
        elif stand:
            stand.pop()
    return stand


def pending_recheck(connection: Connection, finding: int, person_id: str) -> RowMapping | None:
    """Return the blind re-check of a finding that waits for this person, or ``None``."""
    table = tables.recheck
    query = select(table).where(table.c.finding == finding, table.c.reviewer == person_id, table.c.second_seq.is_(None))
    return connection.execute(query.order_by(table.c.first_seq).limit(1)).mappings().first()


def decide_one(
    writer: Writer,
    person: Person,
    identity: int,
    outcome: Outcome,
    reason: str,
    correction: dict[str, str] | None = None,
    seen: int | None = None,
) -> Status:
    """Decide on one finding within a transaction, as `decide` does, and return where it stands."""
    connection = writer.connection
    row = _seen(connection, person, identity, _TO_DECIDE, {"person": person.id})
    require(person, "decide")
    if row["status"] == Status.ERASED:
        raise ConflictError("finding_erased", finding=identity)
    if row["case_status"] == CaseStatus.CLOSED:
        raise ConflictError("case_closed_to_decisions")
    before = decisions_on(connection, identity) if row["is_decided"] else []
    if correction:
        _require_another(row, correction, identity)
        run = run_named(connection, row["run"])
        _require_known_entry(run, correction)
        _require_whole(run, row, correction)
    recheck_of = row["recheck_of"]
    if recheck_of is None:
        _require_unchanged(before, seen, identity)
        _require_second_person(before, row, person, outcome)
    made = _write(writer, person, row, outcome, reason, correction, blind=recheck_of is not None)
    seq, status = made.seq, standing([*before, made], grave=bool(row["grave"]))
    if recheck_of is not None:
        here = (tables.recheck.c.finding == identity, tables.recheck.c.first_seq == recheck_of)
        connection.execute(tables.recheck.update().where(*here).values(second_seq=seq))
    elif status in FINAL.values():
        _draw_recheck(writer, row, made)
    set_status(connection, row, status)
    return status


def withdraw_one(writer: Writer, person: Person, finding: int, made: int, reason: str) -> Status:
    """Take back a decision, by its record, that is the last on a finding, and the re-check that was drawn of it."""
    row = finding_row(writer.connection, finding)
    before = decisions_on(writer.connection, finding)
    withdrawn = _write(writer, person, row, Outcome.WITHDRAW, reason, None, blind=False)
    here = (_RECHECK.c.finding == finding, _RECHECK.c.first_seq == made, _RECHECK.c.second_seq.is_(None))
    writer.connection.execute(_RECHECK.update().where(*here).values(second_seq=withdrawn.seq))
    status = standing([*before, withdrawn], grave=bool(row["grave"]))
    set_status(writer.connection, row, status)
    return status


def _write(
    writer: Writer,
    person: Person,
    row: RowMapping,
    outcome: Outcome,
    reason: str,
    correction: dict[str, str] | None,
    *,
    blind: bool,
) -> Decision:
    """Write a decision to the record and to its table."""
    body = {
        "finding": row["id"], "outcome": str(outcome), "reason": reason, "correction": correction, "blind": blind,
    }  # fmt: skip
    seq = writer.record("decision", body, row["case_number"])
    kept = {**body, "seq": seq, "person": person.id, "at": writer.at}
    written = canonical(correction) if correction else None
    writer.connection.execute(_NEW_DECISION, {**kept, "correction": written})
    return from_plain(Decision, kept)


def _require_unchanged(before: Sequence[Decision], seen: int | None, identity: int) -> None:
    known = {said[-1].seq if said else 0 for said in (before, in_force(before))}
    if seen is not None and seen not in known:
        raise ConflictError("finding_decided_meanwhile", finding=identity)


def _require_second_person(before: Sequence[Decision], row: RowMapping, person: Person, outcome: Outcome) -> None:
    waits = row["status"] == Status.AWAITING_SECOND
    if row["grave"] and waits and outcome is not Outcome.NEED_MORE and in_force(before)[-1].person == person.id:
        raise ConflictError("grave_finding_needs_second_person", finding=row["id"])


_SET_STATUS = (
    tables.finding.update().where(tables.finding.c.id == bindparam("identity")).values(status=bindparam("standing"))
)


def set_status(connection: Connection, row: RowMapping, status: Status) -> None:
    """Move a finding to a status, in its row and in the counts."""
    if row["status"] == status:
        return
    connection.execute(_SET_STATUS, {"identity": row["id"], "standing": int(status)})
    add_counts(connection, {count_key(row, status): 1, count_key(row): -1})


def _draw_recheck(writer: Writer, row: RowMapping, made: Decision) -> None:
    """Draw for a blind re-check: by a keyed hash of the decision, so that nobody can foresee or choose it."""
    drawn = _drawn(writer.sampling_key, writer.recheck_share, f"{made.finding}:{made.seq}")
    if drawn is None:
        return
    mark = mark_of_finding(writer.connection, row)
    already = {decision.person for decision in decisions_on(writer.connection, made.finding)}
    others = (reviewer for reviewer in reviewers(writer.connection) if reviewer.id not in already)
    able = [reviewer for reviewer in others if may(reviewer, "decide", mark)]
    reviewer = able[drawn % len(able)].id if able else ""
    body = {"finding": made.finding, "decision": made.seq, "reviewer": reviewer}
    writer.record("recheck_drawn", body, row["case_number"])
    recheck = {"finding": made.finding, "first_seq": made.seq, "first_person": made.person, "reviewer": reviewer}
    writer.connection.execute(tables.recheck.insert(), recheck)


def _drawn(sampling_key: bytes, share: float, what: str) -> int | None:
    """Return a number that chooses the reviewer where something is drawn, else ``None``."""
    digest = hmac.new(sampling_key, what.encode(), sha256).digest()
    return int.from_bytes(digest[8:16]) if int.from_bytes(digest[:8]) / 2**64 < share else None


def draw_reviewer(book: Casebook, what: str, mark: Mark, already: Collection[str]) -> str | None:
    """Draw what is no finding for a blind look by the same share: the id of the reviewer, or ``None`` where it is not.

    ``what`` names it, ``already`` are the people who decided on it. The id is empty where no other reviewer is cleared.
    """
    head = select(tables.casebook.c.sampling_key, tables.casebook.c.recheck_share)
    with book.reading() as connection:
        sampling_key, share = connection.execute(head).one()
        drawn = _drawn(sampling_key, share, what)
        if drawn is None:
            return None
        able = [one.id for one in reviewers(connection) if one.id not in already and may(one, "keep", mark)]
    return able[drawn % len(able)] if able else ""


def reviewers(connection: Connection) -> list[Person]:
    """Return the active reviewers by id."""
    table = tables.person
    query = select(table).where(table.c.role == str(Role.REVIEWER), table.c.active.is_(True)).order_by(table.c.id)
    return [record_of(Person, row) for row in connection.execute(query).mappings()]


def claim_rechecks(book: Casebook, person: Person) -> int:
    """Take the blind re-checks that had no reviewer when they were drawn and that this person may make."""
    table = tables.recheck
    with book.reading_contents() as connection:
        query = select(table).where(table.c.reviewer == "", table.c.second_seq.is_(None)).limit(100)
        waiting = [row for row in connection.execute(query).mappings() if _may_recheck(connection, person, row)]
    if not waiting:
        return 0
    with book.writing(person.id) as writer:
        taken = 0
        for row in waiting:
            here = (table.c.finding == row["finding"], table.c.first_seq == row["first_seq"], table.c.reviewer == "")
            if writer.connection.execute(table.update().where(*here).values(reviewer=person.id)).rowcount:
                finding = finding_row(writer.connection, row["finding"])
                body = {"finding": row["finding"], "decision": row["first_seq"], "reviewer": person.id}
                writer.record("recheck_drawn", body, finding["case_number"])
                taken += 1
        return taken


def _may_recheck(connection: Connection, person: Person, row: RowMapping) -> bool:
    finding = finding_row(connection, row["finding"])
    if finding["status"] == Status.ERASED:
        return False
    already = {decision.person for decision in decisions_on(connection, row["finding"])}
    return person.id not in already and may(person, "decide", mark_of_finding(connection, finding))


def set_recheck_share(book: Casebook, person: Person, share: float) -> None:
    """Set the share (0 to 1) of final decisions that are drawn for a blind re-check."""
    if not 0 <= share <= 1:
        raise InputError("share_not_valid", share=share)
    if person.role not in (Role.ADMINISTRATOR, Role.REVIEWER):
        raise NotAllowedError("recheck_share_not_allowed")
    with book.writing(person.id) as writer:
        writer.record("recheck_share", {"share": share})
        writer.recheck_share = share


def _same(first: Decision, other: Decision) -> bool:
    return first.outcome is other.outcome and first.correction == other.correction


def _checked_correction(outcome: Outcome, correction: Mapping[str, str] | None) -> dict[str, str] | None:
    if outcome is not Outcome.CORRECT:
        if correction:
            raise InputError("correction_without_correct")
        return None
    if not correction or "verdict" not in correction:
        raise InputError("right_verdict_missing")
    require_verdict(correction["verdict"])
    if unknown := set(correction) - {"verdict", "list", "entry", "place", "elements"}:
        raise InputError("correction_field_unknown", field=sorted(unknown)[0])
    if bool(correction.get("list")) != bool(correction.get("entry")):
        raise InputError("correction_without_list_or_entry")
    verdict, entry = correction["verdict"], correction.get("entry")
    if verdict in UNDER_AN_ENTRY and not entry:
        raise InputError("correction_needs_entry", verdict=verdict)
    if verdict in UNDER_NO_ENTRY and entry:
        raise InputError("correction_takes_no_entry", verdict=verdict)
    return {key: value for key, value in correction.items() if value}


def rules_of_run(run: Mapping[str, Any]) -> Convention:
    """Return all lists at hand as they stood on the day of a run, or today where a run says no day.

    ``run`` is what `opencwc.casebook.runs.run_named` gives.
    """
    text = str(run["checked"].get("as_of") or run["maker"].get("as_of") or "")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.today()
    known = Convention(as_of=day)
    return Convention(as_of=day, lists=[list_.id for list_ in known.known_lists])


def _require_another(row: RowMapping, correction: Mapping[str, str], identity: int) -> None:
    """Raise `InputError` where a correction says what was proposed; another place or element of it is a correction."""
    proposed = row["verdict"]
    same = correction["verdict"] == proposed
    same_entry = "entry" not in correction or (correction["list"], correction["entry"]) == (row["list"], row["entry"])
    another_place = bool({"place", "elements"} & set(correction)) and correction["verdict"] != Verdict.NONE
    if same and same_entry and not another_place:
        raise InputError("correction_same_as_proposed", finding=identity, proposed=proposed)


def _require_whole(run: Mapping[str, Any], row: RowMapping, correction: Mapping[str, str]) -> None:
    """Raise `InputError` where a correction lacks what the verb of its finding needs in one."""
    verb = verb_named(run["verb"])
    if verb.correction:
        verb.part("correction")(row["verdict"], correction)


def _require_known_entry(run: Mapping[str, Any], correction: Mapping[str, str]) -> None:
    """Raise `InputError` where the list of a correction has no such entry on the day of the run."""
    if correction["verdict"] not in UNDER_AN_ENTRY:
        return
    rules, list_id, entry_id = rules_of_run(run), correction["list"], correction["entry"]
    if rules.find(list_id, entry_id) is not None:
        return
    at_hand = [list_.id for list_ in rules.lists]
    # A run may have been made with a list file that is not in the settings: nothing here can look into it.
    of_run = (list_.get("id") if isinstance(list_, Mapping) else list_ for list_ in run["checked"].get("lists") or ())
    if list_id not in at_hand and list_id in map(str, of_run):
        return
    if list_id in at_hand:
        raise InputError("entry_not_in_force", list=list_id, entry=entry_id, day=rules.as_of)
    raise InputError("entry_of_unknown_list", list=list_id, entry=entry_id, day=rules.as_of, known=tuple(at_hand))
