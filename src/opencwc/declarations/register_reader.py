"""A register as people hold it (a folder of tables, a workbook, JSON) to `model.Register`; no row is dropped unsaid."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, NamedTuple

from opencwc.declarations.model import Activity, Place, Problem, Register, Site
from opencwc.declarations.register_cells import ACTIVITIES, SITES, RowReader
from opencwc.declarations.register_words import fields_of, table_named
from opencwc.errors import InputError
from opencwc.files.column_mapping import map_columns
from opencwc.files.frames import PROBLEM, ROW, Frame, open_frame, problem_of
from opencwc.files.numbers import decimal_mark
from opencwc.files.units import split_unit
from opencwc.finding import Message

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MOST_UNPACKED = 500_000_000
"""Bytes of one table of an archive."""
NEEDED = {SITES: ("site",), ACTIVITIES: ("site", "activity", "quantity")}
Row = tuple[int, dict[str, str]]


class _Table(NamedTuple):
    """A table of a register: what it is, and how it is opened; ``is_empty`` where it is a list of no rows."""

    kind: str
    source: Path | BinaryIO
    name: str
    is_empty: bool = False


def read_register(
    source: Path, given: Mapping[str, Mapping[str, str]] = MappingProxyType({}), name: str = ""
) -> Register:
    """Read a register from a folder, a workbook, a JSON file, or one table of activities.

    ``given`` says for ``sites`` and ``activities`` which column holds a field. Raises `InputError` where there is no
    such file, it holds no table of activities, or the columns cannot be told.
    """
    called = name or source.name
    return _read_tables(_tables(source, called), called, given)


def read_uploads(
    files: Sequence[tuple[str, Path | BinaryIO]], given: Mapping[str, Mapping[str, str]] = MappingProxyType({})
) -> Register:
    """Read a register from files that came under names: a workbook, JSON, a ZIP of tables, or the tables themselves.

    The contents need not stand under their names. Raises `InputError` as `read_register` does.
    """
    called = ", ".join(name for name, _ in files)
    tables: dict[str, _Table] = {}
    for table in _tables_of_uploads(files):
        first = tables.setdefault(table.kind, table)
        if first is not table:  # nobody could say which of them holds
            raise InputError("register_table_twice", where=called, table=table.kind, one=first.name, other=table.name)
    return _read_tables(tables.values(), called, given)


def _read_tables(tables_found: Iterable[_Table], called: str, given: Mapping[str, Mapping[str, str]]) -> Register:
    problems: list[Problem] = []
    columns: dict[str, Mapping[str, str]] = {}
    sites: dict[tuple[str, str], Site] = {}
    activities: list[Activity] = []
    tables = {table.kind: table for table in tables_found}
    if ACTIVITIES not in tables:
        raise InputError("register_without_activities", where=called)
    for kind in (SITES, ACTIVITIES):
        if kind not in tables:
            continue
        table = tables[kind]
        if table.is_empty:
            continue
        with open_frame(table.source, table.name) as frame:
            rows, columns[kind], unread = _rows_of(frame, kind, given.get(kind, {}))
        reader = RowReader(_decimal_mark([texts.get("quantity", "") for _, texts in rows]))
        problems += unread
        if kind == SITES:
            sites = _sites(reader, rows)
        else:
            activities = [read for row, texts in rows if (read := reader.activity(row, texts)) is not None]
            reader.problems += _repeated(rows)
        problems += reader.problems
    problems += _unknown_places(sites, activities)
    return Register(called, MappingProxyType(sites), tuple(activities), tuple(problems), MappingProxyType(columns))


def _tables(source: Path, called: str) -> Iterator[_Table]:
    """Yield the tables that a register holds, by their names."""
    if source.is_dir():
        for file in sorted(source.iterdir()):
            if file.is_file() and (kind := table_named(file.stem)):
                yield _Table(kind, file, file.name)
    elif not source.is_file():
        raise InputError("no_such_register", where=str(source))
    elif _ending(called) in WORKBOOKS:
        import fastexcel

        sheets = [sheet for sheet in _sheet_names(fastexcel, source, called) if table_named(sheet)]
        for sheet in sheets:
            yield _Table(table_named(sheet), Path(f"{source}#{sheet}"), f"{called}#{sheet}")
        if not sheets:
            yield _Table(ACTIVITIES, source, called)
    elif _ending(called) == ".json":
        yield from _json_tables(source, called)
    else:
        yield _Table(ACTIVITIES, source, called)


def _tables_of_uploads(files: Sequence[tuple[str, Path | BinaryIO]]) -> Iterator[_Table]:
    """Yield the tables of files by their names; a file that is alone is read as what it is."""
    for name, content in files:
        if _ending(name) == ".zip" and isinstance(content, Path):
            yield from _tables_of_archive(content, name)
        elif (kind := table_named(Path(name).stem)) and (len(files) > 1 or _ending(name) not in WORKBOOKS):
            yield _Table(kind, content, name)
        elif isinstance(content, Path):
            yield from _tables(content, name)


def _tables_of_archive(source: Path, called: str) -> Iterator[_Table]:
    """Yield the tables of a ZIP file, in whatever folder they stand; a file that unpacks to too much is refused."""
    try:
        with zipfile.ZipFile(source) as archive:
            for member in archive.infolist():
                if member.is_dir() or not (kind := table_named(Path(member.filename).stem)):
                    continue
                with archive.open(member) as stream:
                    content = stream.read(MOST_UNPACKED + 1)
                if len(content) > MOST_UNPACKED:
                    raise InputError("register_archive_too_large", where=called, most=MOST_UNPACKED // 1_000_000)
                yield _Table(kind, io.BytesIO(content), Path(member.filename).name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError("register_archive_unreadable", where=called, reason=str(error)[:200]) from error


def _ending(name: str) -> str:
    return Path(name).suffix.lower()


def _sheet_names(fastexcel: object, source: Path, called: str) -> list[str]:
    try:
        content = source.read_bytes()  # an upload stands under no name that says what it is
        names: list[str] = fastexcel.read_excel(content).sheet_names  # type: ignore[attr-defined]
    except Exception as error:  # calamine raises what it likes; `open_frame` says it well
        open_frame(source, called).close()
        raise InputError("workbook_unreadable", where=called, reason=str(error)[:200]) from error
    return names


def _json_tables(source: Path, called: str) -> Iterator[_Table]:
    try:
        held = json.loads(source.read_text(encoding="utf-8-sig"), parse_float=str)
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError("register_not_json", where=called, reason=str(error)) from error
    if isinstance(held, list):
        held = {ACTIVITIES: held}
    if not isinstance(held, dict):
        raise InputError("register_without_activities", where=called)
    for name, rows in held.items():
        if (kind := table_named(str(name))) and isinstance(rows, list):
            text = json.dumps(rows, ensure_ascii=False).encode()
            yield _Table(kind, io.BytesIO(text), f"{name}.json", is_empty=not rows)


def _rows_of(frame: Frame, kind: str, given: Mapping[str, str]) -> tuple[list[Row], Mapping[str, str], list[Problem]]:
    """Return the rows of a table as texts by field, its columns, and what could not be read of it."""
    columns = map_columns(frame.header, fields_of(kind), given, where=frame.name)
    missing = [field for field in NEEDED[kind] if field not in columns]
    if missing or (kind == ACTIVITIES and not {"chemical", "cas"} & set(columns)):
        raise InputError(
            "register_column_missing", where=frame.name, field=(missing or ["chemical"])[0], columns=frame.header[:40]
        )
    constants = {name: column[1:].strip() for name, column in columns.items() if column.startswith("=")}
    if "quantity" in columns and "unit" not in columns:
        constants["unit"] = split_unit(columns["quantity"])[1]
    read = {name: column for name, column in columns.items() if not column.startswith("=")}
    further = {column: column for column in frame.header if column not in read.values()} if kind == SITES else {}
    problems: list[Problem] = []
    rows: list[Row] = []
    for batch in frame.batches():
        at = {name: number for number, name in enumerate(batch.columns)}
        wanted = [(name, at[column]) for name, column in (*read.items(), *further.items())]
        row, problem = at[ROW], at[PROBLEM]
        for line in batch.iter_rows():
            if line[problem]:
                problems.append(Problem(Place(kind, line[row]), problem_of(line[problem]), True))
                continue
            texts = dict(constants)
            for name, place in wanted:
                if (cell := line[place]) and (text := cell if cell.isalnum() else " ".join(cell.split())):
                    texts[name] = text
            rows.append((line[row], texts))
    return rows, columns, problems


def _decimal_mark(quantities: list[str]) -> str:
    """Return the decimal mark of a table's quantities, where they tell it."""
    if all(_POINTED.fullmatch(text) for text in quantities if text):
        return "."
    return decimal_mark(quantities)


def _sites(reader: RowReader, rows: Iterable[Row]) -> dict[tuple[str, str], Site]:
    """Return the lines of the table of sites; two lines of one code are said, and the first holds."""
    sites: dict[tuple[str, str], Site] = {}
    for row, texts in rows:
        read = reader.site(row, texts)
        if read is None:
            continue
        first = sites.setdefault((read.site, read.plant), read)
        if first is not read:
            said = {"site": read.site, "plant": read.plant, "row": str(first.row)}
            same = first._replace(row=read.row) == read
            name = "declare_site_repeated" if same else "declare_site_twice"
            reader.problems.append(Problem(Place(SITES, read.row, "site"), Message(name, dict(said))))
    return sites


def _repeated(rows: Iterable[Row]) -> Iterator[Problem]:
    """Yield the rows that say the same as an earlier one; both are counted."""
    first: dict[tuple[tuple[str, str], ...], int] = {}
    for row, texts in rows:
        earlier = first.setdefault(tuple(texts.items()), row)
        if earlier != row:
            yield Problem(Place(ACTIVITIES, row), Message("declare_row_repeated", {"row": str(earlier)}))


def _unknown_places(sites: Mapping[tuple[str, str], Site], activities: Iterable[Activity]) -> Iterator[Problem]:
    """Yield the sites and plants of activities that the table of sites does not have, each once."""
    known = {site for site, _ in sites}
    said: set[tuple[str, str]] = set()
    for activity in activities if sites else ():
        place = (activity.site, "" if activity.site not in known else activity.plant)
        if place in said or place in sites or (activity.site in known and not activity.plant):
            continue
        said.add(place)
        name = "declare_plant_unknown" if place[1] else "declare_site_unknown"
        values = {"site": activity.site, "plant": activity.plant}
        yield Problem(Place(ACTIVITIES, activity.row, "plant" if place[1] else "site"), Message(name, dict(values)))


def read_raw_rows(
    source: Path, given: Mapping[str, Mapping[str, str]] = MappingProxyType({}), name: str = ""
) -> dict[str, dict[int, Mapping[str, str]]]:
    """Return the rows of a register as they stand, by table, row and field, those that cannot be judged as well.

    Raises `InputError` as `read_register` does.
    """
    rows: dict[str, dict[int, Mapping[str, str]]] = {SITES: {}, ACTIVITIES: {}}
    for table in _tables(source, name or source.name):
        with open_frame(table.source, table.name) as frame:
            read, _, _ = _rows_of(frame, table.kind, given.get(table.kind, {}))
        rows[table.kind] = dict(read)
    return rows


_POINTED = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
"""A number that no comma stands in and one point at most."""
