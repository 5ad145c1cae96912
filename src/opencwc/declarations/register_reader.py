"""A register as people hold it (a folder of tables, a workbook, JSON) to `model.Register`; no row is dropped unsaid."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
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
NEEDED = {SITES: ("site",), ACTIVITIES: ("site", "activity", "quantity")}
Row = tuple[int, Mapping[str, str]]


class _Table(NamedTuple):
    """A table of a register: what it is, and how it is opened."""

    kind: str
    source: Path | BinaryIO
    name: str


def read_register(
    source: Path, given: Mapping[str, Mapping[str, str]] = MappingProxyType({}), name: str = ""
) -> Register:
    """Read a register from a folder, a workbook, a JSON file, or one table of activities.

    ``given`` says for ``sites`` and ``activities`` which column holds a field. Raises `InputError` where there is no
    such file, it holds no table of activities, or the columns cannot be told.
    """
    called = name or source.name
    problems: list[Problem] = []
    columns: dict[str, Mapping[str, str]] = {}
    sites: dict[tuple[str, str], Site] = {}
    activities: list[Activity] = []
    tables = {table.kind: table for table in _tables(source, called)}
    if ACTIVITIES not in tables:
        raise InputError("register_without_activities", where=called)
    for kind in (SITES, ACTIVITIES):
        if kind not in tables:
            continue
        table = tables[kind]
        with open_frame(table.source, table.name) as frame:
            rows, columns[kind], unread = _rows_of(frame, kind, given.get(kind, {}))
        reader = RowReader(decimal_mark(texts.get("quantity", "") for _, texts in rows))
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
    elif source.suffix.lower() in WORKBOOKS:
        import fastexcel

        sheets = [sheet for sheet in _sheet_names(fastexcel, source, called) if table_named(sheet)]
        for sheet in sheets:
            yield _Table(table_named(sheet), Path(f"{source}#{sheet}"), f"{called}#{sheet}")
        if not sheets:
            yield _Table(ACTIVITIES, source, called)
    elif source.suffix.lower() == ".json":
        yield from _json_tables(source, called)
    else:
        yield _Table(ACTIVITIES, source, called)


def _sheet_names(fastexcel: object, source: Path, called: str) -> list[str]:
    try:
        names: list[str] = fastexcel.read_excel(source).sheet_names  # type: ignore[attr-defined]
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
            yield _Table(kind, io.BytesIO(json.dumps(rows, ensure_ascii=False).encode()), f"{name}.json")


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
        for line in batch.iter_rows(named=True):
            if line[PROBLEM]:
                problems.append(Problem(Place(kind, line[ROW]), problem_of(line[PROBLEM]), True))
                continue
            texts = {name: " ".join(line[at].split()) for name, at in (*read.items(), *further.items()) if line[at]}
            rows.append((line[ROW], {**constants, **{name: text for name, text in texts.items() if text}}))
    return rows, columns, problems


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
        earlier = first.setdefault(tuple(sorted(texts.items())), row)
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
