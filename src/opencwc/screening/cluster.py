"""A table too long for one machine: the same batch function under Ray Data, from Parquet to a folder of Parquet.

The input is cut into stretches: row groups of one file that follow each other, with the number of their first row known
from the files' footers. Each stretch is one task and becomes one file, named for its rows and put in its place whole.
A task that is lost with its worker or its machine is done again and gives the same file, so every row is answered
exactly once; a run that was stopped goes on with the files that are missing. `_SUCCESS` comes last.
"""

from __future__ import annotations

import hashlib
import json
import socket
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.errors import (
    InputError,
    OpenCWCError,
    OutputError,
    SettingsError,
    error_from_plain,
    error_to_plain,
)
from opencwc.files import Rows, open_for_writing, open_table
from opencwc.records import from_json, to_json
from opencwc.screening.batches import BatchScreener
from opencwc.screening.formats import ParquetSink
from opencwc.screening.model import Checked, Question, Tally
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.table_run import Wish, checked_by, make_piece
from opencwc.screening.verb import VERB as SCREEN
from opencwc.version import __version__
from opencwc.workers.ray_cluster import connected, first_line, import_ray, quiet_context, reason_of

STRETCH_ROWS = 262_144
"""Row groups of a file are taken together up to so many rows; a larger row group is a stretch of its own."""

MOST_TRIES = 8
"""How often a stretch is begun before the run stops: chemicals that kill every worker must not do so for ever."""


def screen_on_cluster(
    source: Path,
    output: Path,
    question: Question,
    address: str,
    *,
    column: str | None = None,
    id_column: str | None = None,
    stretch_rows: int = STRETCH_ROWS,
) -> Tally:
    """Screen a Parquet file, or a folder of them, on a Ray cluster into a folder of Parquet files; return the count.

    ``address`` is Ray's: ``auto``, ``host:port``, or ``local`` for a cluster on this machine alone. Rows are numbered
    from 1 over all files in the order of their names. ``output`` must be new or empty, or hold an unfinished run of the
    same question over the same input, of which only the missing files are made. Every node must see both paths.

    Raises:
        InputError: the input is no Parquet, or ``output`` holds something else.
        OutputError: the answer cannot be written, or the cluster gave up.
        SettingsError: no cluster answers at the address, or a node applies other rules.
        UnavailableError: Ray is not installed.

    """
    ray = import_ray(address)
    source, output = source.resolve(), output.resolve()
    rulebook = Rulebook.of(question.as_of, question.lists, question.files)
    question = question._replace(files=tuple(path.resolve() for path in question.files))
    files = _read_footers(source, output)
    with open_table(files[0].path, name=files[0].name, column=column, id_column=id_column) as table:
        job = Job(
            source=source,
            output=output,
            question=question,
            checked=checked_by(rulebook, question.lang, source.name, table.column),
            rules=fingerprint_rules(rulebook),
            column=table.column,
            id_column=table.id_column,
        )
    _refuse_other_columns(files, job)
    stretches = list(_cut(files, stretch_rows))
    missing = _begin(job, files, stretches)
    if missing:
        with connected(ray, address):
            _work_off(ray, job, missing)
    return _finish(job, stretches)


class Stretch(NamedTuple):
    """Row groups of a file from ``start`` to before ``end`` (``whole``: all it has); ``first`` is a row number."""

    file: str
    start: int
    end: int
    whole: bool
    first: int
    rows: int

    @property
    def name(self) -> str:
        """The name of its answer, which sorts as the rows do."""
        return f"rows-{self.first:012d}-{self.first + self.rows - 1:012d}.parquet"


class Job(NamedTuple):
    """What every node must know to answer a stretch."""

    source: Path
    output: Path
    question: Question
    checked: Checked
    rules: str
    column: str
    id_column: str | None


class InputFile(NamedTuple):
    """An input file as its footer describes it; ``groups`` are the rows of each row group."""

    path: Path
    name: str
    size: int
    changed: int
    columns: tuple[str, ...]
    groups: tuple[int, ...]


def answer_stretch(stretch: Stretch, job: Job) -> None:
    """Screen one stretch into its file; this is what a node does, and nothing in it knows of Ray.

    Raises:
        InputError: the file changed since its footer was read.
        OutputError: the file cannot be written, or the stretch was begun too often.
        SettingsError: this node applies other rules.

    """
    path = job.output / stretch.name
    if path.exists():  # done before, by a worker that was lost before it could say so
        return
    tries = job.output / _tries_of(stretch)
    _count_try(tries, stretch)
    screener = _screener(job.question, job.rules)
    rows_read = 0
    with open_for_writing(path, binary=True) as stream:
        sink = _CountingSink(stream, job.checked)
        for rows in _rows_of(stretch, job):
            piece = make_piece(screener, rows, Wish("parquet"))
            sink.add(piece.encoded)
            sink.tally.merge(piece.tally)
            rows_read += len(rows)
        if rows_read != stretch.rows:
            raise InputError("parquet_footer_broken", where=stretch.file, rows=rows_read, promised=stretch.rows)
        sink.close()
    tries.unlink(missing_ok=True)


def fingerprint_rules(rulebook: Rulebook) -> str:
    """Return what tells two sets of rules apart: version, day, and every list, entry and policy word for word."""
    convention = rulebook.convention
    told = [
        (chosen, list_._replace(entries=()), [entry._replace(file="") for entry in list_.entries])
        for chosen, lists in ((True, convention.lists), (False, convention.known_lists))
        for list_ in lists
    ]
    return _hash(repr((__version__, convention.as_of, told, convention.policies)))


class _CountingSink(ParquetSink):
    """A Parquet file that keeps in its footer how its rows came out: also those that the question leaves out."""

    def __init__(self, stream: Any, checked: Checked) -> None:
        super().__init__(stream, checked)
        self.tally = Tally()

    def close(self) -> None:
        """Write the footer with the count."""
        self._writer.add_key_value_metadata({_TALLY: json.dumps(_tally_as_json(self.tally))})
        super().close()


@lru_cache(maxsize=1)
def _screener(question: Question, rules: str) -> BatchScreener:
    """Return this process's screener: made once, used for every stretch that comes here."""
    screener = BatchScreener(question)
    if fingerprint_rules(screener.rulebook) != rules:
        raise SettingsError("machine_has_other_rules", where=socket.gethostname())
    return screener


def _rows_of(stretch: Stretch, job: Job) -> Iterator[Rows]:
    """Read the rows of a stretch, by the reader of any table, numbered over the whole input."""
    import polars as pl

    if not stretch.rows:  # one batch all the same, so that the answer has its columns and its count
        yield Rows(1, pl.Series(dtype=pl.String), pl.Series(dtype=pl.String), {})
    path = _path_of(stretch.file, job.source)
    with tempfile.TemporaryDirectory(prefix="opencwc-") as folder:
        if not stretch.whole:
            path = _copy_row_groups(path, stretch, job, Path(folder) / "stretch.parquet")
        with open_table(path, name=stretch.file, column=job.column, id_column=job.id_column) as table:
            for rows in table.batches():
                yield replace(rows, first=rows.first + stretch.first - 1)


def _copy_row_groups(path: Path, stretch: Stretch, job: Job, copy: Path) -> Path:
    """Copy the wanted columns of some row groups, a little at a time, into a Parquet file of their own."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = sorted({job.column, job.id_column or job.column})
    try:
        with pq.ParquetFile(path, pre_buffer=False, buffer_size=1_000_000) as file:
            schema = pa.schema([file.schema_arrow.field(name) for name in columns])
            groups = range(stretch.start, min(stretch.end, file.num_row_groups))
            batches = file.iter_batches(_COPIED_ROWS, row_groups=list(groups), columns=columns, use_threads=False)
            with pq.ParquetWriter(copy, schema, compression="none") as writer:
                for batch in batches:
                    writer.write_batch(batch.select(columns))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _not_parquet(stretch.file, error) from error
    return copy


def _count_try(tries: Path, stretch: Stretch) -> None:
    """Note that a stretch is begun; where it was begun too often, the workers that began it are all dead."""
    try:
        with tries.open("ab") as file:
            file.write(b".")
        begun = tries.stat().st_size
    except OSError as error:
        raise OutputError(
            "cluster_cannot_write_here",
            where=f"{socket.gethostname()}:{tries.parent}",
            reason=str(error.strerror or error),
        ) from error
    if begun > MOST_TRIES:
        raise OutputError(
            "cluster_workers_died",
            where=stretch.file,
            tries=MOST_TRIES,
            first=stretch.first,
            last=stretch.first + stretch.rows - 1,
        )


def _work_off(ray: Any, job: Job, stretches: Iterable[Stretch]) -> None:
    """Answer the stretches, each as one task that Ray gives to any free CPU and, where it is lost, to another.

    Tasks, not actors: a task that is lost with its machine goes to whichever CPU is free next, where an actor would
    first need a CPU of its own again.
    """
    quiet_context(ray)
    items = [stretch._asdict() for stretch in stretches]
    try:
        answers = ray.data.from_items(items, override_num_blocks=len(items)).map(_answer_item, fn_args=(job,))
        for answer in answers.iter_rows():
            if answer["error"]:
                raise error_from_plain(json.loads(answer["error"]))
    except (ray.exceptions.RayError, ray.data.exceptions.ExecutionTimeoutError) as error:
        raise OutputError("cluster_gave_up", where=str(job.output), reason=reason_of(error)) from error


def _answer_item(item: dict[str, Any], job: Job) -> dict[str, Any]:
    """Answer a stretch; an error of ours is told as a value, since Ray would hide it in one of its own."""
    try:
        answer_stretch(Stretch(**item), job)
    except OpenCWCError as error:
        return {"first": item["first"], "error": json.dumps(error_to_plain(error))}
    return {"first": item["first"], "error": ""}


def _read_footers(source: Path, output: Path) -> list[InputFile]:
    """Read the footer of every input file, in the order of the names.

    Raises:
        InputError: there is no Parquet file, or something else lies among them, which must not be left out in silence.

    """
    if source.is_dir():
        if source in (output, *output.parents):
            raise InputError("answer_goes_into_input", where=str(output))
        paths = sorted(_parquet_files(source), key=lambda path: path.relative_to(source).as_posix())
    else:
        paths = [source]
    if not paths:
        raise InputError("folder_without_parquet", where=str(source))
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(lambda path: _read_footer(path, source), paths))


def _parquet_files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            continue
        if path.suffix.lower() in _ENDINGS and path.is_file():
            yield path
        elif path.is_dir() or not path.name.startswith(("_", ".")):  # _SUCCESS, .part-0.crc: other programs' marks
            raise InputError("folder_holds_other_than_parquet", where=str(path))


def _read_footer(path: Path, source: Path) -> InputFile:
    import pyarrow as pa
    import pyarrow.parquet as pq

    name = path.name if path == source else path.relative_to(source).as_posix()
    try:
        status = path.stat()
        footer = pq.read_metadata(path)
        columns = tuple(footer.schema.to_arrow_schema().names)
    except FileNotFoundError as error:
        raise InputError("no_such_file_check_spelling", where=str(path)) from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _not_parquet(name, error) from error
    groups = tuple(footer.row_group(number).num_rows for number in range(footer.num_row_groups))
    return InputFile(path, name, status.st_size, status.st_mtime_ns, columns, groups)


def _refuse_other_columns(files: list[InputFile], job: Job) -> None:
    for file in files:
        for column in filter(None, (job.column, job.id_column)):
            if file.columns.count(column) != 1:
                raise InputError("parquet_columns_differ", where=file.name, column=column, file=files[0].name)


def _cut(files: Iterable[InputFile], most: int) -> Iterator[Stretch]:
    """Cut the input into stretches; an input without rows is one stretch without rows, so that it has an answer."""
    first, empty = 1, None
    for file in files:
        empty = empty or Stretch(file.name, 0, len(file.groups), whole=True, first=1, rows=0)
        edges, rows = [0], 0
        for number, more in enumerate(file.groups):
            if rows and rows + more > most:
                edges.append(number)
                rows = 0
            rows += more
        for start, end in pairwise([*edges, len(file.groups)]):
            rows = sum(file.groups[start:end])
            if rows:
                yield Stretch(file.name, start, end, end - start == len(file.groups), first, rows)
                first += rows
    if first == 1 and empty is not None:
        yield empty


def _begin(job: Job, files: list[InputFile], stretches: list[Stretch]) -> list[Stretch]:
    """Take the output folder and return what is still to do there.

    Raises:
        InputError: it holds something that is not an unfinished run of this very question and input.
        OutputError: it cannot be made.

    """
    here = {path.name for path in job.output.iterdir()} if job.output.is_dir() else set()
    marks = {name for name in here if name.startswith(".opencwc-") and name.endswith(".tmp")}
    run = {
        "version": __version__,
        "rules": job.rules,
        "question": _question_as_json(job),
        "input": _hash(repr([(file.name, file.size, file.changed, file.columns) for file in files])),
        "stretches": _hash(repr(stretches)),
    }
    if _SUCCESS in here:
        raise InputError("output_folder_finished", where=str(job.output))
    if _STARTED not in here:
        if here - marks:
            raise InputError("output_folder_not_empty", where=str(job.output))
        try:
            job.output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                "output_folder_cannot_be_made", where=str(job.output), reason=str(error.strerror or error)
            ) from error
        _write_json(job.output / _STARTED, run)
        return stretches
    _refuse_other_run(job, run, here)
    by_name = {stretch.name: stretch for stretch in stretches}
    tries = {_tries_of(stretch) for stretch in stretches}
    foreign = sorted(here - marks - tries - set(by_name) - {_STARTED, _CHECKED})
    if foreign:
        raise InputError("output_folder_holds_more", where=str(job.output), file=str(foreign[0]))
    for name in here & tries:  # a new run, a new chance
        (job.output / name).unlink(missing_ok=True)
    done = {name for name in here & set(by_name) if _is_sound(job.output / name, by_name[name])}
    return [stretch for name, stretch in by_name.items() if name not in done]


def _refuse_other_run(job: Job, run: dict[str, Any], here: set[str]) -> None:
    try:
        begun = json.loads((job.output / _STARTED).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("begun_run_unreadable", where=str(job.output / _STARTED), reason=str(error)) from error
    if begun == run:
        return
    then, now = begun.get("question", {}), run["question"]
    other = [name for name in now if then.get(name) != now[name]] + [
        name for name in run if name != "question" and begun.get(name) != run[name]
    ]
    told = ", ".join(f"{name} ({then[name]})" if name in then else name for name in other)
    raise InputError("output_folder_of_another_run", where=str(job.output), differences=told)


def _is_sound(path: Path, stretch: Stretch) -> bool:
    """Tell whether a file answers its whole stretch, and remove it where it does not."""
    tally = _read_tally(path)
    if tally is not None and tally.rows == stretch.rows:
        return True
    path.unlink(missing_ok=True)
    return False


def _finish(job: Job, stretches: list[Stretch]) -> Tally:
    """Count what lies in the output folder, hold it against the input, say what was checked, and mark the end."""
    total = Tally()
    for stretch in stretches:
        tally = _read_tally(job.output / stretch.name)
        if tally is None or tally.rows != stretch.rows:
            raise OutputError("cluster_part_lacks_rows", where=str(job.output), part=stretch.name, rows=stretch.rows)
        total.merge(tally)
    for left in (*job.output.glob(".opencwc-*.tmp"), *job.output.glob(".*.tries")):  # by workers that died
        left.unlink(missing_ok=True)
    checked = _read_footer_json(job.output / stretches[0].name, _CHECKED_KEY)
    checked |= {"id_column": job.id_column, "question": _question_as_json(job), **_tally_as_json(total)}
    _write_json(job.output / _CHECKED, checked)
    (job.output / _STARTED).replace(job.output / _SUCCESS)
    return total


def _read_tally(path: Path) -> Tally | None:
    """Read the count in the footer of an answer; ``None`` where there is no such file or it is damaged."""
    import pyarrow as pa

    try:
        told = _read_footer_json(path, _TALLY)
        by_verdict = {verdict: told["by_verdict"][str(verdict)] for verdict in SCREEN.verdicts}
        return Tally(told["rows"], by_verdict, allowed=told["allowed"])
    except (pa.ArrowException, OSError, ValueError, KeyError):
        return None


def _read_footer_json(path: Path, key: str) -> dict[str, Any]:
    import pyarrow.parquet as pq

    told: dict[str, Any] = json.loads((pq.read_metadata(path).metadata or {})[key.encode()])
    return told


def _tally_as_json(tally: Tally) -> dict[str, Any]:
    by_verdict = {str(verdict): rows for verdict, rows in tally.by_verdict.items()}
    return {"rows": tally.rows, "by_verdict": by_verdict, "allowed": tally.allowed}


def _question_as_json(job: Job) -> dict[str, Any]:
    question = job.question._asdict() | {"files": [str(path) for path in job.question.files]}
    of_job = {"source": job.source.name, "column": job.column, "id_column": job.id_column}
    plain: dict[str, Any] = from_json(dict[str, Any], to_json(question | of_job))
    return plain


def _write_json(path: Path, told: dict[str, Any]) -> None:
    with open_for_writing(path) as file:
        file.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")


def _path_of(name: str, source: Path) -> Path:
    return source / name if source.is_dir() else source


def _tries_of(stretch: Stretch) -> str:
    return f".{stretch.name}.tries"


def _not_parquet(name: str, error: Exception) -> InputError:
    return InputError("not_parquet", where=name, reason=first_line(error))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


_COPIED_ROWS = 1_024
_ENDINGS = (".parquet", ".parq", ".pq")
_STARTED = "_started.json"
_CHECKED = "_checked.json"
_SUCCESS = "_SUCCESS"
_TALLY = "opencwc.tally"
_CHECKED_KEY = "opencwc.checked"
