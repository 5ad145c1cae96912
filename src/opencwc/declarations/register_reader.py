"""A register as people hold it (a folder of tables, a workbook, JSON) to `model.Register`; no row is dropped unsaid."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from opencwc.declarations.code_likeness import alike_codes
from opencwc.declarations.model import ACTIVITY_FIELDS, SITE_FIELDS, Activity, Place, Problem, Register, Site
from opencwc.declarations.register_cells import CellTexts, RowReader, TableHabits, day_order, marks_of
from opencwc.declarations.register_tables import (
    ACTIVITIES,
    SITES,
    Fault,
    Files,
    RegisterTable,
    Row,
    day_of_serial,
    read_tables,
)
from opencwc.declarations.register_words import fields_of, table_named
from opencwc.errors import InputError
from opencwc.files.column_mapping import CONSTANT, map_columns
from opencwc.files.units import split_unit
from opencwc.files.zip_damage import ZIP_DAMAGED
from opencwc.finding import Message

NEEDED = {SITES: ("site",), ACTIVITIES: ("site", "activity", "quantity")}
FIELDS = {SITES: SITE_FIELDS, ACTIVITIES: ACTIVITY_FIELDS}
Columns = Mapping[str, str]
MOST_UNPACKED = 500_000_000
"""Bytes of one table of an archive."""
_HALF = Decimal("0.5")


class TableRows(NamedTuple):
    """The rows of a table by field, each with its number, the table's habits of writing, and its columns."""

    rows: tuple[CellTexts, ...]
    habits: TableHabits
    columns: Columns


def read_register(
    source: Path | Files, given: Mapping[str, Columns] = MappingProxyType({}), name: str = ""
) -> Register:
    """Read a register from a folder (or files by their names), a ZIP of its tables, a workbook, JSON, or activities.

    ``given`` says for ``sites`` and ``activities`` which column holds a field. Raises `InputError` where there is no
    such file, it holds no table of activities, or the columns cannot be told.
    """
    called = name or (source.name if isinstance(source, Path) else next(iter(source), ""))
    if isinstance(source, Path) and source.is_file() and not source.stat().st_size:
        raise InputError("file_empty", where=called)
    if isinstance(source, Path) and source.suffix.lower() == ".zip" and source.is_file():
        source = unpacked(source, called)
    return register_of(read_tables(source, given, called), given, called)


def read_uploads(uploads: Sequence[tuple[str, Path]], given: Mapping[str, Columns] = MappingProxyType({})) -> Register:
    """Read a register from files that came under names: a workbook, JSON, a ZIP of tables, or the tables themselves.

    The contents need not stand under their names. Raises `InputError` as `read_register` does.
    """
    files: dict[str, Path | bytes] = {}
    for name, path in uploads:
        if not path.stat().st_size:
            raise InputError("file_empty", where=name)
        members = unpacked(path, name) if Path(name).suffix.lower() == ".zip" else {name: path}
        for member, content in members.items():
            if member in files:  # nobody could say which of them holds
                raise InputError("register_table_twice", where=name, table=member, one=member, other=name)
            files[member] = content
    return read_register(files, given, ", ".join(name for name, _ in uploads))


def unpacked(source: Path, called: str) -> dict[str, Path | bytes]:
    """Return the tables of a ZIP file by their names, in whatever folder they stand.

    Raises `InputError` where it cannot be unpacked, or one unpacks to too much.
    """
    members: dict[str, Path | bytes] = {}
    try:
        with zipfile.ZipFile(source) as archive:
            for member in archive.infolist():
                name = Path(member.filename).name
                if member.is_dir() or not table_named(Path(name).stem):
                    continue
                with archive.open(member) as stream:
                    content = stream.read(MOST_UNPACKED + 1)
                if len(content) > MOST_UNPACKED:
                    raise InputError("register_archive_too_large", where=called, most=MOST_UNPACKED // 1_000_000)
                if name in members:
                    raise InputError("register_table_twice", where=called, table=name, one=name, other=member.filename)
                members[name] = content
    except ZIP_DAMAGED as error:
        raise InputError("register_archive_unreadable", where=called, reason=str(error)[:200]) from error
    return members


def raw_rows(register: Register) -> dict[str, dict[int, Mapping[str, str]]]:
    """Return the rows of a register as they stand, by table, row and field, those that cannot be judged as well."""
    rows: dict[str, dict[int, Mapping[str, str]]] = {
        SITES: {site.row: site.texts for site in register.sites.values()},
        ACTIVITIES: {activity.row: activity.texts for activity in register.activities},
    }
    for kind, held in register.unread.items():
        rows[kind].update(held)
    return {kind: dict(sorted(held.items())) for kind, held in rows.items()}


def register_of(tables: Mapping[str, RegisterTable], given: Mapping[str, Columns], called: str) -> Register:
    """Return the register that tables hold; raise `InputError` as `read_register` does."""
    if ACTIVITIES not in tables:
        raise InputError("register_without_activities", where=called)
    read = {kind: _read_table(tables[kind], given.get(kind, {}), called) for kind in FIELDS if kind in tables}
    sites: dict[tuple[str, str], Site] = {}
    activities: list[Activity] = []
    problems: list[Problem] = []
    for kind, table in read.items():
        reader = RowReader(table.habits)
        if kind == SITES:
            sites = _sites(reader, table.rows, tables[kind].at)
        else:
            activities = [line for row in table.rows if (line := reader.activity_of(row)) is not None]
            reader.problems += [*_repeated(table.rows, tables[kind].at), *_small_shares(activities)]
        problems += tables[kind].problems()
        problems += sorted(reader.problems, key=lambda problem: problem.place.row)
    problems += _unknown_places(sites, activities)
    problems += _doubtful_codes(sites, activities)
    problems += _contradictions(sites, tables[SITES].at if SITES in tables else ())
    lines = {SITES: {site.row for site in sites.values()}, ACTIVITIES: {activity.row for activity in activities}}
    unread = {kind: _without(table.rows, lines[kind]) for kind, table in read.items()}
    return Register(
        called,
        MappingProxyType(sites),
        tuple(activities),
        tuple(problems),
        MappingProxyType({kind: table.columns for kind, table in read.items()}),
        MappingProxyType({kind: rows for kind, rows in unread.items() if rows}),
        MappingProxyType(
            {kind: tables[kind].origin(table.columns, table.habits.decimal) for kind, table in read.items()}
        ),
    )


def _read_table(table: RegisterTable, given: Columns, called: str) -> TableRows:
    return rows_of(table, columns_of(table, given, where=f"{called}#{table.name}" if table.name else called))


def _without(rows: Iterable[CellTexts], lines: set[int]) -> Mapping[int, Columns]:
    """Return the rows that became no line, by number; one that could not be cut into cells has none to keep."""
    return MappingProxyType(
        {row.number: MappingProxyType(row.texts) for row in rows if row.number not in lines and row.problem is None}
    )


def columns_of(table: RegisterTable, given: Columns, *, where: str) -> Columns:
    """Return the column of each field of a table; raise `InputError` where a field that is needed has none."""
    if not table.header and not table.rows:
        return {}  # a list of JSON without elements has no columns either
    columns = map_columns(table.header, fields_of(table.kind), given, where=where)
    if missing := missing_fields(table.kind, columns):
        raise InputError(
            "register_column_missing", where=where, field=missing[0], columns=table.header[:40],
            option=f"{table.kind}:{missing[0]}",
        )  # fmt: skip
    return columns


def missing_fields(kind: str, columns: Columns) -> tuple[str, ...]:
    """Return the fields that a table needs and has no column for.

    >>> missing_fields("activities", {"site": "Site", "activity": "Activity", "quantity": "kg"})
    ('chemical',)
    """
    missing = [field for field in NEEDED[kind] if field not in columns]
    if kind == ACTIVITIES and not {"chemical", "cas"} & set(columns):
        missing.append("chemical")
    return tuple(missing)


def rows_of(table: RegisterTable, columns: Columns) -> TableRows:
    """Return the rows of a table as texts by field.

    Further columns keep their headings. A number of a workbook is written so that the marks of the table cannot change
    it, a day that it holds as a number as ISO 8601.
    """
    fields = {column: field for field, column in columns.items() if not column.startswith(CONSTANT)}
    names = _names_by_column(table, fields)
    constants = {field: column[1:].strip() for field, column in columns.items() if column.startswith(CONSTANT)}
    heading = split_unit(columns["quantity"])[1] if "quantity" in columns else ""
    if not constants and all(name == column for column, name in names.items()):
        rows = [CellTexts(number, *row) for number, row in enumerate(table.rows, 1)]
    else:
        rows = [_named_row(number, row, names, constants) for number, row in enumerate(table.rows, 1)]
    marks = marks_of(
        text
        for row in rows
        for field in ("quantity", "concentration")
        if field not in row.numbers and (text := row.texts.get(field))
    )
    order = day_order(row.texts.get("date", "") for row in rows) if table.kind == ACTIVITIES else ""
    habits = TableHabits(marks, heading, order, table.form == "sheet" and not table.formats)
    settled = (_settled(row, habits, table) if row.numbers or heading else row for row in rows)
    return TableRows(tuple(settled), habits, columns)


def _names_by_column(table: RegisterTable, fields: Columns) -> Columns:
    """Return what the cells of each column are called: the field, else the heading, numbered where that is taken."""
    taken = {*FIELDS[table.kind], *(column for column in table.header if column not in FIELDS[table.kind])}
    names: dict[str, str] = {}
    for column in table.header:
        name, number = fields.get(column, column), 2
        while column not in fields and (column in FIELDS[table.kind] and name in taken):
            name, number = f"{column} ({number})", number + 1
        taken.add(name)
        names[column] = name
    return names


def _named_row(number: int, row: Row, names: Columns, constants: Columns) -> CellTexts:
    texts = {names[column]: text for column, text in row.texts.items()}
    if constants:
        texts = {**constants, **texts}
    if not row.numbers and not row.faults:
        return CellTexts(number, texts, problem=row.problem)
    faults = tuple(Fault(names[fault.column], fault.says, fault.bars) for fault in row.faults)
    return CellTexts(number, texts, frozenset(names[column] for column in row.numbers), faults, row.problem)


def _settled(row: CellTexts, habits: TableHabits, table: RegisterTable) -> CellTexts:
    """Return a row whose numbers stay what they are under the marks of the table, and whose days are days."""
    changed: dict[str, str] = {
        field: habits.as_number(row.texts[field])
        for field in ("quantity", "concentration")
        if field in row.numbers and field in row.texts
    }
    if table.form == "sheet" and "date" in row.numbers and (text := row.texts.get("date")):
        changed["date"] = day_of_serial(text, since_1904=table.since_1904)
    if habits.heading and "unit" not in row.texts:
        changed["unit"] = habits.heading
    return row._replace(texts={**row.texts, **changed}) if changed else row


def _sites(reader: RowReader, rows: Iterable[CellTexts], at: Sequence[int]) -> dict[tuple[str, str], Site]:
    """Return the lines of the table of sites; two lines of one code are said, and the first holds.

    ``at`` says where each row stands in its file.
    """
    sites: dict[tuple[str, str], Site] = {}
    for row in rows:
        read = reader.site_of(row)
        if read is None:
            continue
        first = sites.setdefault((read.site, read.plant), read)
        if first is not read:
            said = {"site": read.site, "plant": read.plant, "row": str(at[first.row - 1])}
            same = first._replace(row=read.row, texts=read.texts) == read
            twice = "declare_site_twice" if read.plant else "declare_whole_site_twice"
            name = "declare_site_repeated" if same else twice
            reader.problems.append(Problem(Place(SITES, read.row, "site"), Message(name, dict(said))))
    return sites


def _repeated(rows: Iterable[CellTexts], at: Sequence[int]) -> Iterator[Problem]:
    """Yield the rows that say the same as an earlier one; both are counted. ``at`` says where each stands."""
    seen: dict[int, list[CellTexts]] = {}
    for row in rows:
        if row.problem is not None:
            continue
        alike = seen.setdefault(hash(frozenset(row.texts.items())), [])
        first = next((earlier for earlier in alike if earlier.texts == row.texts), None)
        if first is None:
            alike.append(row)
        else:
            said = {"row": str(at[first.number - 1])}
            yield Problem(Place(ACTIVITIES, row.number), Message("declare_row_repeated", dict(said)))


def _small_shares(activities: Iterable[Activity]) -> Iterator[Problem]:
    """Yield a doubt where all concentrations are at most 1: they may be parts of 1 and no per cent."""
    shares = [(activity.row, activity.share) for activity in activities if "concentration" in activity.texts]
    if len(shares) > 1 and all(share <= 1 for _, share in shares) and any(share > _HALF for _, share in shares):
        place = Place(ACTIVITIES, shares[0][0], "concentration")
        yield Problem(place, Message("declare_shares_small", {"cells": str(len(shares))}))


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


def _doubtful_codes(sites: Mapping[tuple[str, str], Site], activities: Iterable[Activity]) -> Iterator[Problem]:
    """Yield the codes of sites, and of the plants of a site, that look alike; they are never taken for one."""
    places: dict[tuple[str, str], Place] = {}
    for line in sites.values():
        places.setdefault((line.site, ""), Place(SITES, line.row, "site"))
        places.setdefault((line.site, line.plant), Place(SITES, line.row, "plant"))
    for activity in activities:
        if (activity.site, activity.plant) not in places:
            places.setdefault((activity.site, ""), Place(ACTIVITIES, activity.row, "site"))
            places.setdefault((activity.site, activity.plant), Place(ACTIVITIES, activity.row, "plant"))
    by_site: dict[str, list[str]] = {}
    for site, plant in places:
        by_site.setdefault(site, [])
        if plant:
            by_site[site].append(plant)
    for one, other in alike_codes(by_site):
        yield Problem(places[other, ""], Message("declare_codes_alike", {"one": one, "other": other}))
    for site, plants in by_site.items():
        for one, other in alike_codes(plants):
            yield Problem(places[site, other], Message("declare_codes_alike", {"one": one, "other": other}))


def _contradictions(sites: Mapping[tuple[str, str], Site], at: Sequence[int]) -> Iterator[Problem]:
    """Yield the plants whose line says another State or another kind of facility than the line of their site.

    ``at`` says where each row stands in its file.
    """
    for line in sites.values():
        whole = sites.get((line.site, "")) if line.plant else None
        for field in ("country", "kind") if whole is not None else ():
            own, other = getattr(line, field), getattr(whole, field)
            if own and other and own != other:
                values = {"one": own, "other": other, "row": str(at[whole.row - 1] if whole else 0)}
                yield Problem(Place(SITES, line.row, field), Message("declare_site_contradicts", dict(values)))
