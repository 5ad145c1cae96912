"""What comes in: the user's file by its hash, a run over it, and the run's findings, block by block.

A block is up to `BLOCK` findings under one record: the record commits to each of them, so that ten million findings
make ten thousand records. What `RunKeeper.keep` has returned from is kept, whatever happens next; a run that was cut
short says up to which row it came and can be taken up again there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import blake2b, sha256
from typing import IO, Any

from msgspec import Struct, structs
from sqlalchemy import Connection, Executable, RowMapping, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from opencwc.casebook import tables
from opencwc.casebook.bulk import insert_rows
from opencwc.casebook.cases import visible_case
from opencwc.casebook.chain import block_digest, canonical, commitment, fresh_salt
from opencwc.casebook.database import Casebook
from opencwc.casebook.gravity import gravity_of
from opencwc.casebook.model import CaseStatus, Mark, Person, Status
from opencwc.casebook.permissions import require
from opencwc.casebook.read_records import giving
from opencwc.casebook.rows import change_row, record_of, row_of
from opencwc.casebook.transaction import Writer
from opencwc.casebook.unit_keys import UnitCounter
from opencwc.errors import ConflictError, InputError, NotFoundError
from opencwc.finding import Finding, finding_from_plain, finding_to_plain
from opencwc.verbs import all_verdicts, settled_verdicts, verb_named

BLOCK = 1_000
PART = 1 << 20


class Source(Struct, frozen=True):
    """A file of the user's as it is kept: its SHA-256, the name it came under, its size in bytes, its mark."""

    id: str
    name: str
    media_type: str
    size: int
    mark: Mark
    erased: bool


def keep_source(
    book: Casebook,
    person: Person,
    stream: IO[bytes],
    name: str,
    *,
    mark: Mark = Mark.UNCLASSIFIED,
    media_type: str = "",
) -> Source:
    """Keep a file, never changed; the same bytes are kept once, under the higher of the marks they came with.

    The file is read in parts of `PART` bytes and becomes visible with the last one.
    """
    require(person, "keep", mark)
    with book.writing(person.id) as writer:
        return write_source(writer, stream, name, mark, media_type)


def write_source(writer: Writer, stream: IO[bytes], name: str, mark: Mark, media_type: str = "") -> Source:
    """Keep a file within a transaction, without asking who does: `keep_source` for who writes more than the file."""
    connection = writer.connection
    # The hash is known only at the end, so the parts are written under the record's number first.
    digest, size, number = sha256(), 0, 0
    waiting = f"coming-{writer.seq + 1}"
    while part := stream.read(PART):
        digest.update(part)
        size += len(part)
        insert_rows(connection, tables.source_part, ("source_id", "number", "data"), [(waiting, number, part)])
        number += 1
    identity = digest.hexdigest()
    have = source_row(connection, identity)
    if have is not None and not have.erased:
        connection.execute(tables.source_part.delete().where(tables.source_part.c.source_id == waiting))
        return _raised(writer, have, mark) if mark > have.mark else have
    parts = tables.source_part
    connection.execute(parts.update().where(parts.c.source_id == waiting).values(source_id=identity))
    body = {"source": identity, "name": name, "media_type": media_type, "size": size, "mark": str(mark)}
    seq = writer.record("source_kept", body)
    source = Source(identity, name, media_type, size, mark, erased=False)
    row = {**structs.asdict(source), "mark": int(mark), "seq": seq}
    if have is None:
        connection.execute(tables.source.insert(), row)
    else:
        connection.execute(tables.source.update().where(tables.source.c.id == identity).values(**row))
    return source


def _raised(writer: Writer, have: Source, mark: Mark) -> Source:
    """Give a source that is there already, and its runs, a higher mark."""
    writer.record("source_marked", {"source": have.id, "mark": str(mark)})
    change_row(writer.connection, tables.source, have.id, mark=int(mark))
    lower = (tables.run.c.source_id == have.id, tables.run.c.mark < int(mark))
    writer.connection.execute(tables.run.update().where(*lower).values(mark=int(mark)))
    return structs.replace(have, mark=mark)


def source_row(connection: Connection, identity: str) -> Source | None:
    """Return a source by its hash, or ``None``."""
    row = row_of(connection, tables.source, id=identity)
    return None if row is None else record_of(Source, row)


def read_source(book: Casebook, person: Person, identity: str) -> Iterator[bytes]:
    """Return the bytes of a source in parts; raise where it is not there, was erased, or is above the clearance."""
    with book.reading() as connection:
        have = source_row(connection, identity)
    if have is None:
        raise NotFoundError("no_such_source", where=identity)
    require(person, "read", have.mark)
    if have.erased:
        raise NotFoundError("source_erased", where=identity)
    return give_source(book, person, identity)


def give_source(book: Casebook, person: Person, identity: str) -> Iterator[bytes]:
    """Return the bytes of a source in parts, for a person who may see what it is of."""
    with giving(book, person) as given:
        given.sources([identity])
    return parts_of_source(book, identity)


def parts_of_source(book: Casebook, identity: str) -> Iterator[bytes]:
    """Yield the bytes of a source in parts, which nobody is given: for the worker, for exports, for `give_source`."""
    parts = tables.source_part
    number = 0
    while True:
        with book.reading_contents() as connection:
            query = select(parts.c.data).where(parts.c.source_id == identity, parts.c.number == number)
            data = connection.execute(query).scalar_one_or_none()
        if data is None:
            return
        yield bytes(data)
        number += 1


def stretch_of_source(book: Casebook, identity: str, start: int, end: int) -> bytes:
    """Return the bytes of a source from one place to before another, which nobody is given yet or whose gift is known.

    Of a part that is only begun no more than that is read.
    """
    parts = tables.source_part
    found = []
    with book.reading_contents() as connection:
        for number in range(start // PART, -(-end // PART)):
            first, after = max(start - number * PART, 0), min(end - number * PART, PART)
            data = parts.c.data if after - first == PART else func.substr(parts.c.data, first + 1, after - first)
            query = select(data).where(parts.c.source_id == identity, parts.c.number == number)
            found.append(bytes(connection.execute(query).scalar_one()))
    return b"".join(found)


class RunKeeper:
    """Keeps the findings of one run of a verb; make it with `begin_run` or `resume_run`."""

    def __init__(
        self, book: Casebook, person_id: str, number: int, case_number: int, verb: str, *, rows: int = 0
    ) -> None:
        self.book = book
        self.person_id = person_id
        self.number = number
        self.case_number = case_number
        self.rows = rows
        """The last row whose findings are all kept."""
        self._grave = gravity_of(verb)
        self._units = UnitCounter(verb, number, case_number)

    def keep(self, findings: Iterable[Finding | Mapping[str, Any]]) -> int:
        """Keep findings, as they are or as `finding_to_plain` writes them; return how many. All, or none."""
        plain = [finding_to_plain(finding) if isinstance(finding, Finding) else finding for finding in findings]
        if not plain:
            return 0
        with self.book.writing(self.person_id) as writer:
            before = self._require_running(writer)
            if before != self.rows:
                raise ConflictError("run_kept_by_another_process", run=self.number)
            count = Counter[tuple[Any, ...]]()
            for some in _blocks(plain):
                self._keep_block(writer, some, count)
            add_counts(writer.connection, count)
            rows = max(before, *(int(finding["row"]) for finding in plain))
            kept = tables.run.c.finding_count + len(plain)
            change_row(writer.connection, tables.run, self.number, row_count=rows, finding_count=kept)
        self.rows = rows
        return len(plain)

    def finish(self, tally: Mapping[str, Any], *, state: str = "done", rows: int | None = None) -> None:
        """End the run with its tally; ``state`` is ``done`` or ``interrupted``."""
        with self.book.writing(self.person_id) as writer:
            self._require_running(writer)
            connection, rows = writer.connection, self.rows if rows is None else rows
            kept = connection.execute(_FINDING_COUNT, {"run": self.number}).scalar_one()
            body = {"run": self.number, "state": state, "rows": rows, "findings": kept, "tally": dict(tally)}
            writer.record("run_finished", body, self.case_number)
            ended = {"state": state, "finished_at": writer.at, "tally": canonical(dict(tally)), "row_count": rows}
            change_row(connection, tables.run, self.number, **ended)

    def _require_running(self, writer: Writer) -> int:
        """Return up to which row the run is kept."""
        run, case = tables.run, tables.case
        query = select(run.c.state, run.c.row_count, case.c.status).join(case, case.c.number == run.c.case_number)
        row = writer.connection.execute(query.where(run.c.number == self.number)).mappings().first()
        if row is None or row["state"] != "running":
            raise ConflictError("run_not_running", run=self.number)
        if row["status"] == CaseStatus.ERASED:
            raise ConflictError("case_of_run_erased")
        return int(row["row_count"])

    def _keep_block(self, writer: Writer, plain: Sequence[Mapping[str, Any]], count: Counter[tuple[Any, ...]]) -> None:
        first = writer.next_number("findings", len(plain))
        block = writer.seq + 1
        rows, committed, settled = [], [], settled_verdicts()
        graves = [self._grave(*_rule_of(finding)) for finding in plain]
        contents = [
            content_of(finding, identity, self.number, grave=grave)
            for identity, (finding, grave) in enumerate(zip(plain, graves, strict=True), first)
        ]
        units = self._units.count(writer.connection, contents)
        for finding, grave, said, (unit, share) in zip(plain, graves, contents, units, strict=True):
            identity, (verdict, list_id, entry) = said["id"], _rule_of(finding)
            content = canonical(said)
            salt = fresh_salt()
            committed.append(commitment(salt, content))
            status = int(Status.NOTED if verdict in settled else Status.OPEN)
            require_verdict(verdict)
            count[self.number, self.case_number, verdict, list_id, entry, status, grave] += 1
            rows.append(
                (
                    identity, self.number, self.case_number, block, finding["row"], storable(finding["id"]),
                    input_key(finding["input"]), verdict, list_id, entry, status, grave, salt, content, unit, share,
                )
            )  # fmt: skip
        insert_rows(writer.connection, tables.finding, _FINDING_COLUMNS, rows)
        digest = block_digest(committed).hex()
        body = {"run": self.number, "first": first, "count": len(plain), "digest": digest}
        writer.record("findings", body, self.case_number)


def _blocks(plain: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Cut findings into blocks of up to `BLOCK`, and of no more text than fits on one line of a bundle."""
    start = size = 0
    for place, finding in enumerate(plain):
        here = 2 * len(finding["input"] or "") + _REST
        if place - start == BLOCK or (place > start and size + here > _MOST_TEXT):
            yield plain[start:place]
            start, size = place, 0
        size += here
    yield plain[start:]


def _rule_of(plain: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the verdict of a finding with the list and the entry that it rests on."""
    return str(plain["verdict"]), plain["list"] or "", plain["entry"] or ""


def content_of(plain: Mapping[str, Any], identity: int, run: int, *, grave: bool) -> dict[str, Any]:
    """Return what is committed to of a finding: all of it but the maker, which its run names, and what is empty."""
    maker = plain["maker"]
    content = {name: plain[name] for name in _KEPT if plain.get(name) not in (None, "", [], ())}
    content |= {"id": identity, "run": run, "row": plain["row"], "verdict": plain["verdict"]}
    if plain["id"]:
        content["subject_id"] = plain["id"]
    if grave:
        content["grave"] = True
    if maker.get("model"):
        content |= {"model": maker["model"], "weights": maker["weights"]}
    return content


def finding_of(content: Mapping[str, Any], maker: Mapping[str, Any]) -> Finding:
    """Return the finding that `content_of` wrote down, with the maker of its run."""
    by_model = {name: content[name] for name in ("model", "weights") if name in content}
    made = {"component": "", "version": "", "as_of": "", **maker, **by_model}
    absent = dict.fromkeys(("component", "list", "entry", "source", "grade", "confidence"))
    empty = {"input": "", "basis": "", "steps": (), "evidence": ()}
    return finding_from_plain({**absent, **empty, **content, "id": content.get("subject_id", ""), "maker": made})


def begin_run(
    book: Casebook,
    person: Person,
    case: str,
    *,
    verb: str,
    asked: Mapping[str, Any],
    checked: Mapping[str, Any],
    maker: Mapping[str, Any],
    source: Source | None = None,
) -> RunKeeper:
    """Begin a run in a case; ``asked`` is the question, ``checked`` what the answer says was checked."""
    with book.writing(person.id) as writer:
        kept_case = visible_case(writer.connection, person, case, "keep")
        mark = _mark_of_source(writer.connection, source)
        require(person, "keep", max(kept_case.mark, mark))
        if kept_case.status in ("closed", "erased"):
            raise ConflictError("case_not_open", case=case, state=kept_case.status)
        number, verb = writer.next_number("runs"), verb_named(verb).id
        body = {
            "run": number, "verb": verb, "source": source.id if source else "", "asked": dict(asked),
            "checked": dict(checked), "maker": dict(maker),
        }  # fmt: skip
        writer.record("run_started", body, kept_case.number)
        row = {
            "number": number, "case_number": kept_case.number, "source_id": body["source"], "verb": verb,
            **{name: canonical(body[name]) for name in ("asked", "checked", "maker")}, "state": "running",
            "started_at": writer.at, "finished_at": "", "row_count": 0, "finding_count": 0, "tally": "{}",
            "mark": int(mark),
        }  # fmt: skip
        writer.connection.execute(tables.run.insert(), row)
    return RunKeeper(book, person.id, number, kept_case.number, verb)


def _mark_of_source(connection: Connection, source: Source | None) -> Mark:
    """Return the mark of a source as it stands now: somebody may have raised it since it was kept."""
    if source is None:
        return Mark.UNCLASSIFIED
    have = source_row(connection, source.id)
    if have is None or have.erased:
        raise NotFoundError("source_no_longer_kept", where=source.id)
    return have.mark


def resume_run(book: Casebook, person_id: str, number: int) -> RunKeeper:
    """Take up a run that was cut short, after the last row whose findings are kept."""
    with book.reading_contents() as connection:
        row = run_named(connection, number)
    if row["state"] != "running":
        raise ConflictError("run_ended", run=number, state=row["state"])
    return RunKeeper(book, person_id, number, row["case_number"], row["verb"], rows=row["row_count"])


def count_kept(book: Casebook, number: int) -> int:
    """Return how many findings of a run are kept."""
    with book.reading() as connection:
        return int(connection.execute(_FINDING_COUNT, {"run": number}).scalar_one())


def run_named(connection: Connection, number: int) -> dict[str, Any]:
    """Return a run as plain values, its question and what was checked decoded."""
    row = row_of(connection, tables.run, number=number)
    if row is None:
        raise NotFoundError("no_such_run", run=number)
    return {**decoded_run(row), "mark": str(Mark(row["mark"]))}


def decoded_run(row: RowMapping) -> dict[str, Any]:
    """Return the row of a run, its question, what was checked, its maker and its tally decoded."""
    return {**row, **{name: json.loads(row[name]) for name in ("asked", "checked", "maker", "tally")}}


def input_key(text: str) -> int:
    """Return the number under which equal inputs are found: 63 bits of BLAKE2b of the trimmed text, case folded.

    >>> input_key(" Sarin ") == input_key("sarin")
    True
    """
    folded = " ".join(str(text or "").split()).casefold().encode("utf-8", "replace")
    return int.from_bytes(blake2b(folded, digest_size=8).digest()) >> 1


def count_key(row: RowMapping, status: int | None = None) -> tuple[Any, ...]:
    """Return the key under which ``finding_count`` counts a finding, where it stands or where it would stand."""
    stands = row["status"] if status is None else int(status)
    return (row["run"], row["case_number"], row["verdict"], row["list"], row["entry"], stands, bool(row["grave"]))


def add_counts(connection: Connection, counts: Mapping[tuple[Any, ...], int]) -> None:
    """Add to the counts of findings, by their keys; a number may be negative."""
    if not counts:
        return
    names = [column.name for column in tables.finding_count.columns]
    added = [dict(zip(names, (*key, n), strict=True)) for key, n in counts.items()]
    connection.execute(_adding_counts(connection.dialect.name), added)


@cache
def _adding_counts(dialect: str) -> Executable:
    table = tables.finding_count
    statement: sqlite.Insert | postgresql.Insert = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns), set_={"n": table.c.n + statement.excluded.n}
    )


def require_verdict(verdict: str) -> None:
    """Raise `InputError` where no verdict has this name."""
    if verdict not in (known := all_verdicts()):
        raise InputError("verdict_unknown", verdict=verdict, known=tuple(known))


def storable(text: str | None) -> str:
    """Return an id as a text column can hold it; the content holds it as it came."""
    return (text or "").replace("\0", "\ufffd").encode("utf-8", "replace").decode()[:500]


_FINDING_COUNT = select(tables.run.c.finding_count).where(tables.run.c.number == bindparam("run"))
_MOST_TEXT = 16 << 20
_REST = 2_000
"""Signs of a finding that are not its input, about; the input stands in it as well as in its evidence."""
_KEPT = (
    "input", "component", "list", "entry", "source", "grade", "basis", "message", "steps", "evidence", "confidence",
    "readings", "others",
)  # fmt: skip
_FINDING_COLUMNS = (
    "id", "run", "case_number", "block", "row", "subject_id", "input_key", "verdict", "list", "entry", "status",
    "grave", "salt", "content", "unit", "share",
)  # fmt: skip
