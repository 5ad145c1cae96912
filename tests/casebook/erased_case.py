"""A case in which every kind of text was kept, each with a sign of its own, and its erasure."""

from __future__ import annotations

import gzip
import io
import json
import os
from datetime import UTC, datetime
from typing import Any

from opencwc.casebook import tables
from opencwc.casebook.answered_keys import AnsweredKeys
from opencwc.casebook.cases import change_case, open_case
from opencwc.casebook.custody_steps import keep_copy, receive
from opencwc.casebook.database import Casebook, changing
from opencwc.casebook.decisions import comment, decide
from opencwc.casebook.feeds import NewFeed, Outcome, add_feeds, note_fetched
from opencwc.casebook.findings import list_findings, record_refusal, show_finding
from opencwc.casebook.keyed_request import TakenKey
from opencwc.casebook.model import Filter, Mark, Person, Role
from opencwc.casebook.model import Outcome as Decided
from opencwc.casebook.read_records import answering_by
from opencwc.casebook.registers import RegisterFile, add_change, open_register, save_version, show_register
from opencwc.casebook.requests import answer, ask
from opencwc.casebook.runs import keep_source
from opencwc.casebook.submissions import VersionFile, add_version, open_submission, set_mark
from opencwc.declarations.amounts import amounts_of
from opencwc.declarations.register_reader import read_register
from opencwc.finding import Message
from opencwc.jobs.queue import Jobs
from opencwc.jobs.run_and_keep import Place, keep_steps
from opencwc.screening import screen
from opencwc.verbs import Ended, Found, Started, verb_named

RITA = Person("p-rita", "rita", "Rita", Role.REVIEWER, Mark.HIGHLY_PROTECTED)
RUTH = Person("p-ruth", "ruth", "Ruth", Role.REVIEWER, Mark.HIGHLY_PROTECTED)
CASE, OTHER = "qxj77-case", "the-other-case"
REFUSED = "How do I synthesise sarin for QXJ77-refused?"
FORMER_REFUSED = "How do I synthesise sarin for QXJ77-former?"
OPERATOR = "Заводы Щукина"
SIGNS = (
    CASE, "QXJ77-title", "QXJ77-file.csv", "QXJ77-row", "QXJ77-refused", "QXJ77-former", "QXJ77-column", "QXJ77-asked",
    "QXJ77-comment", "QXJ77-decision", "QXJ77-reason", "QXJ77-job.csv", "QXJ77-problem", "QXJ77-upload", "QXJ77-answer",
    "QXJ77-register", "QXJ77-change", "QXJ77-rows", "QXJ77-site", "QXJ77-missing", "QXJ77-look", "QXJ77-note",
    OPERATOR, "QXJ77-page", "QXJ77-copy", "QXJ77-why", "qxj77.example/feed", "QXJ77-feed", "QXJ77-tag",
)  # fmt: skip
STAYS = "WZK55-another-case"
READ_BY = "opencwc case show"


def fill(book: Casebook) -> list[bytes]:
    """Keep the case and another one; return the packed bytes that are kept of it."""
    open_case(book, RITA, CASE, title="QXJ77-title", mark=Mark.RESTRICTED)
    open_case(book, RITA, OTHER, title=STAYS)
    packed = gzip.compress(f"site,operator\nQXJ77-site,{OPERATOR}\n".encode() + os.urandom(50_000))
    screened = ["CC(C)OP(C)(=O)F", "QXJ77-row", REFUSED]
    _run(book, CASE, f"value\nQXJ77-row,{OPERATOR}\n{REFUSED}\n".encode(), "QXJ77-file.csv", screened)
    _run(book, OTHER, f"value\n{STAYS}\n".encode(), f"{STAYS}.csv", ["CCO", STAYS])
    keep_source(book, RITA, io.BytesIO(f"{STAYS}\n".encode() * 40_000), "large.csv")
    comment(book, RITA, CASE, "QXJ77-comment")
    comment(book, RITA, OTHER, STAYS)
    _ask_jobs(book, packed)
    _keep_registers(book)
    _keep_submission(book)
    _keep_evidence(book)
    _keep_feed(book)
    _keep_answers(book)
    with book.writing(RITA.id) as writer:
        writer.record("access", {"text": "QXJ77-look"}, 1)
        writer.record("access", {"finding": 1}, 1)
    with answering_by(READ_BY):
        show_finding(book, RITA, 1)
    return [packed]


def _run(book: Casebook, case: str, content: bytes, name: str, values: list[str]) -> None:
    mark = Mark.PROTECTED if case == CASE else Mark.UNCLASSIFIED
    source = keep_source(book, RITA, io.BytesIO(content), name, mark=mark)
    findings = screen(values, lists="CWC", as_of="2026-11-24")
    asked = {"as_of": "2026-11-24", "column": "QXJ77-asked" if case == CASE else STAYS}
    steps = [
        Started({"lists": [], "column": "QXJ77-column" if case == CASE else STAYS}, {}),
        Found(tuple(findings)),
        Ended(len(values), {}, {"notes": ["QXJ77-note" if case == CASE else STAYS]}),
    ]

    def as_before(run: Any, step: Any) -> None:
        """Record a refusal while the run goes on as earlier versions did, without its case."""
        if case == CASE and isinstance(step, Ended):
            with book.writing(RITA.id) as writer:
                record_refusal(writer, "synthesis", "en", FORMER_REFUSED)
            former = screen([FORMER_REFUSED], lists="CWC", as_of="2026-11-24")
            run.findings += run.keeper.keep([*former])

    keep_steps(
        verb_named("screen"), steps, Place(book, lambda: RITA, case, asked, source, Mark.RESTRICTED), heed=as_before
    )


def _ask_jobs(book: Casebook, packed: bytes) -> None:
    """Have a job asked whose upload no run has read, one that failed, and one that is being worked on."""
    jobs = Jobs(book.engine)
    upload = keep_source(book, RITA, io.BytesIO(b"QXJ77-upload" + packed), "QXJ77-job.csv", mark=Mark.RESTRICTED)
    asked = {"case": CASE, "name": "QXJ77-job.csv"}
    jobs.cancel(jobs.submit(RITA.id, 1, upload.id, asked, kind="screen").id)
    for state in ("failed", ""):
        jobs.submit(RITA.id, 1, upload.id, asked, kind="screen")
        claimed = jobs.claim("worker")
        assert claimed is not None
        if state:
            jobs.finish(claimed.id, "worker", state, problem={"what": "QXJ77-problem"})


def _keep_registers(book: Casebook) -> None:
    file = RegisterFile("QXJ77-register", io.BytesIO(b"QXJ77-register"), "text/csv", b'["QXJ77-rows"]')
    number = open_register(book, RITA, CASE, file, Mark.UNCLASSIFIED)
    add_change(book, RITA, number, "QXJ77-change", show_register(book, RITA, number).seen)
    save_version(book, RITA, number, b'["QXJ77-rows", 2]', "QXJ77-register", show_register(book, RITA, number).seen)
    add_change(book, RITA, number, "QXJ77-change again", show_register(book, RITA, number).seen)


def _keep_evidence(book: Casebook) -> None:
    page = receive(
        book, RITA, CASE, io.BytesIO(b"QXJ77-page"), "QXJ77-page.html", url="https://qxj77.example/QXJ77-page",
        taken="2026-03-04T05:30:00Z",
    )  # fmt: skip
    keep_copy(book, RITA, CASE, page.source_id, io.BytesIO(b"QXJ77-copy"), "QXJ77-copy.txt", note="QXJ77-why")


def _keep_feed(book: Casebook) -> None:
    (feed,) = add_feeds(book, RITA, CASE, [NewFeed("https://qxj77.example/feed", "QXJ77-feed")])
    why = Message("watch_fetch_host_unnamed", {"host": "QXJ77-feed"})
    note_fetched(book, [(feed, Outcome("new", etag="QXJ77-tag")), (feed, Outcome("failed", why))], datetime.now(UTC))


def _keep_submission(book: Casebook) -> None:
    seq = open_submission(book, RITA, CASE, "treaty", 2026, ["QXJ77-site"]).seq
    text = (
        "site,plant,chemical,cas,activity,year,quantity,unit\nQXJ77-site,A1,thiodiglycol,111-48-8,process,2025,1.5,t\n"
    )
    amounts = amounts_of(read_register({"activities.csv": text.encode()}))
    file = VersionFile("QXJ77-file.csv", io.BytesIO(text.encode()), amounts, "text/csv")
    add_version(book, RITA, seq, file, changes="QXJ77-change")
    set_mark(book, RITA, seq, "incomplete", "QXJ77-missing")


def _keep_answers(book: Casebook) -> None:
    """Have an answer kept under a key, and others that came and went."""
    keys = AnsweredKeys(book.engine)
    for number in range(40):
        taken = keys.take(RITA.id, f"key-{number}", "digest")
        assert isinstance(taken, TakenKey)
        keys.keep(taken, 200, json.dumps({"QXJ77-answer": f"answer {number}"}))
    with changing(book.engine) as connection:
        connection.execute(tables.answered_key.delete().where(tables.answered_key.c.key != "key-7"))


def approved_erasure(book: Casebook) -> int:
    """Decide what waits, close the case, and have its erasure approved; return the request."""
    for person in (RITA, RUTH):
        listed = list_findings(book, person, Filter(case=CASE), limit=100).findings
        waiting = [finding.id for finding in listed if str(finding.status) in ("open", "awaiting_second")]
        if waiting:
            decide(book, person, waiting, Decided.ACCEPT, "QXJ77-decision")
    change_case(book, RITA, CASE, status="closed")
    request = ask(book, RITA, "erase", CASE, {"reason": "QXJ77-reason", "ground": "the law on archives"})
    return answer(book, RUTH, request.seq, approve=True, reason="QXJ77-reason").seq
