"""The entries of a sanctions list that the user supplies: OpenSanctions targets, or FollowTheMoney entities."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from opencwc.errors import InputError
from opencwc.finding import Message

_NAMES = ("name", "alias", "aliases", "weakAlias", "previousName", "abbreviation")
_COUNTRIES = ("countries", "country", "jurisdiction", "nationality", "citizenship", "mainCountry")
_DAYS = ("last_seen", "last_change", "modifiedAt")
_NOT_NAMED = (
    "Sanction", "Address", "Ownership", "Directorship", "Family", "Associate", "UnknownLink", "Identification",
    "Passport", "Occupancy", "Membership", "Representation", "Employment", "Position", "Succession",
)  # fmt: skip
"""Kinds of FollowTheMoney entities that are links or papers, and have no consignee's name."""
_DAY = re.compile("[12][0-9]{3}-[0-9]{2}-[0-9]{2}")
_LONGEST_CELL = 4_000_000


class Listed(NamedTuple):
    """An entry of a list: its id there, what it is (Person, Company ...), its names, and its countries (alpha-2)."""

    id: str
    schema: str
    names: tuple[str, ...]
    countries: tuple[str, ...] = ()


def alpha_2(country: str) -> str:
    """Give the alpha-2 code of an alpha-2 or alpha-3 code, in small letters as lists have it.

    >>> alpha_2("SYR"), alpha_2("sy"), alpha_2("")
    ('sy', 'sy', '')
    """
    code = country.strip()
    if len(code) != 3:
        return code.lower()
    from babel.core import get_global

    found = get_global("territory_aliases").get(code.upper())
    return str(found[0]).lower() if found else code.lower()


def read_entries(path: Path) -> Iterator[tuple[Listed, str] | Message]:
    """Yield each entry with the newest day that it states, or the problem of a row that could not be taken.

    The file may be compressed (.gz, .zst). Several values in a cell stand apart by ``;``.
    """
    text = _text_of(path)
    start = text.read(4096)
    text.seek(0)
    if start.lstrip().startswith("{"):
        yield from _from_json_lines(text)
    elif start.lstrip().startswith("["):
        raise InputError("list_is_json_array", where=str(path))
    else:
        yield from _from_csv(text, path)


def _text_of(path: Path) -> io.StringIO:
    from opencwc.files.sources import open_source

    source = open_source(path, str(path))
    data = b"".join(source.chunks())
    failure = source.failure
    source.close()
    if failure:
        raise InputError("compressed_list_damaged", where=str(path))
    try:
        return io.StringIO(data.decode("utf-8-sig"), newline="")
    except UnicodeDecodeError as error:
        raise InputError("list_is_not_utf8", where=str(path), byte=error.start) from error


def _from_json_lines(text: Iterable[str]) -> Iterator[tuple[Listed, str] | Message]:
    for row, line in enumerate(text, start=1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError):
            yield Message("consignees_row_unread", {"row": row})
            continue
        properties = raw.get("properties") if isinstance(raw, dict) else None
        if not isinstance(properties, dict):
            yield Message("consignees_row_unread", {"row": row})
            continue
        if str(raw.get("schema", "")) in _NOT_NAMED:
            continue
        values = {key: tuple(map(str, value)) for key, value in properties.items() if isinstance(value, list)}
        values |= {key: _texts(raw.get(key)) for key in ("caption", "last_seen", "last_change")}
        yield _listed(str(raw.get("id", "")), str(raw.get("schema", "")), values, row)


def _from_csv(text: io.StringIO, path: Path) -> Iterator[tuple[Listed, str] | Message]:
    reader = csv.reader(text, strict=False)
    csv.field_size_limit(_LONGEST_CELL)
    try:
        header = [cell.strip().removeprefix("properties.") for cell in next(reader, [])]
    except csv.Error as error:
        raise InputError("list_is_no_csv", where=str(path), reason=str(error)) from error
    if "id" not in header or not set(header) & set(_NAMES):
        raise InputError("list_has_other_columns", where=str(path), columns=tuple(header[:12]))
    row = 0
    while True:
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Message("consignees_row_unread", {"row": row})
            continue
        if not any(cells):
            continue
        if len(cells) > len(header):
            yield Message("consignees_row_unread", {"row": row})
            continue
        at = dict(zip(header, cells, strict=False))
        values = {key: _split(at.get(key, ""), whole=key == "name") for key in (*_NAMES, *_COUNTRIES)}
        values |= {key: [at.get(key, "")] for key in _DAYS}
        yield _listed(at.get("id", ""), at.get("schema", ""), values, row)


def _listed(id: str, schema: str, values: Mapping[str, Sequence[str]], row: int) -> tuple[Listed, str] | Message:
    """Return an entry of its values by property; what it is called first (``caption``) comes before its names."""
    names, countries, days = (
        [value for key in keys for value in values.get(key, ()) if value.strip()]
        for keys in (("caption", *_NAMES), _COUNTRIES, _DAYS)
    )
    if not names:
        return Message("consignees_row_nameless", {"row": row})
    newest = max((day[:10] for day in days if _DAY.match(day)), default="")
    called, codes = (tuple(dict.fromkeys(map(read, some))) for read, some in ((str.strip, names), (alpha_2, countries)))
    return Listed(id or str(row), schema, called, codes), newest


def _split(cell: str, *, whole: bool = False) -> list[str]:
    """Take a cell apart at ``;``, also where its values stand in quotes, as OpenSanctions writes them."""
    if not cell or (whole and ";" not in cell):
        return [cell] if cell else []
    if '"' in cell:
        return next(csv.reader([cell], delimiter=";"), [])
    return cell.split(";")


def _texts(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else ()
