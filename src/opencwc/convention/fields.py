"""The fields of a rule file: read one by one, each refused with its place where it cannot hold."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, Generic, TypeVar
from zlib import crc32

from msgspec import Struct

from opencwc.convention.clauses import in_full
from opencwc.convention.model import InForce, MaybeText, OneOf, Source, Words
from opencwc.errors import RuleError
from opencwc.records import from_json, to_json

Raw = dict[str, Any]
Read = Callable[[Raw, str, str], Any]
"""Reads one field: the mapping, the name of the field, the place for an error."""
T = TypeVar("T")


class _Kept(Struct, Generic[T]):
    """What a file of the cache holds."""

    key: str
    made: T


def cached(cache: Path | None, name: str, key: object, make: Callable[[], T], kind: Any = Any) -> T:
    """Return what ``make`` makes, kept in the cache folder as JSON of this kind for as long as ``key`` stays the same.

    A cache that cannot be read or written costs time and nothing else.
    """
    written = repr(key)
    file = cache / f"{name}-{crc32(written.encode()):08x}.json" if cache else None
    form: type[_Kept[T]] = _Kept[kind]
    if file is not None:
        try:
            kept = from_json(form, file.read_bytes())
            if kept.key == written:
                return kept.made
        except (OSError, ValueError):
            pass  # not there, or broken: it is made again below
    text = to_json(_Kept(written, make()))
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            unfinished = file.with_suffix(f".{os.getpid()}.part")
            unfinished.write_bytes(text)
            unfinished.replace(file)
        except OSError:
            pass  # a read-only home: the next run makes it again
    return from_json(form, text).made


def stamps(files: Iterable[Path]) -> list[tuple[str, int, int]]:
    """Return what changes once a file does: its place, its time, its size; one that is not there is left out."""
    return [(str(file), told.st_mtime_ns, told.st_size) for file in files if file.exists() and (told := file.stat())]


def load_yaml(text: str | IO[str] | IO[bytes]) -> Any:
    """Read YAML, plain values only, by the reader in C where there is one: it takes a tenth of the time."""
    import yaml

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders


def read_yaml(path: Path) -> Raw:
    """Read a YAML file whose top is a mapping; raise `RuleError` where it is none."""
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleError("rule_file_unreadable", where=str(path), reason=str(error)) from error
    try:
        raw = load_yaml(text)
    except (yaml.YAMLError, ValueError) as error:
        raise RuleError("not_yaml", where=str(path), reason=str(error)) from error
    if not isinstance(raw, dict):
        raise RuleError("rule_file_is_no_mapping", where=str(path))
    return raw


def mappings_in(raw: Raw, field: str, where: str) -> list[Raw]:
    """Return a field that is a list of mappings, empty where it is missing."""
    items = raw.get(field) or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise RuleError("field_is_no_list_of_mappings", where=where, field=field)
    return items


def read_record(
    kind: type[T],
    raw: Raw,
    where: str,
    *,
    given: Mapping[str, Any] = MappingProxyType({}),
    readers: Mapping[str, Read] = MappingProxyType({}),
    beside: Iterable[str] | None = (),
) -> T:
    """Return a record, each field read by its type, or by its reader; raise `RuleError` where one cannot hold.

    ``given`` are the values of fields that do not stand in ``raw``, and ``beside`` names that may stand there and are
    no field (``None``: whatever they are).
    """
    types: Mapping[str, Any] = kind.__annotations__
    defaults: Mapping[str, Any] = kind._field_defaults  # type: ignore[attr-defined]
    if beside is not None:
        refuse_unknown(raw, {*types, *beside} - given.keys(), where)
    values = dict(given)
    for field, type_ in types.items():
        if field in readers:
            values[field] = readers[field](raw, field, where)
        elif field not in given and (field in raw or field not in defaults):
            values[field] = _reader_of(type_, optional=field in defaults)(raw, field, where)
    return kind(**values)


def _reader_of(kind: Any, *, optional: bool) -> Read:
    """Return what reads a field of a type; a text that has a default may be empty."""
    if kind is str and optional:
        return maybe_text_in
    if kind in _READERS:
        return _READERS[kind]
    for about in getattr(kind, "__metadata__", ()):
        if isinstance(about, OneOf):
            return lambda raw, field, where: one_of(raw, field, about.words, where)
    (item, _) = kind.__args__  # a tuple of records
    return lambda raw, field, where: tuple(
        read_record(item, mapping, where) for mapping in mappings_in(raw, field, where)
    )


def refuse_unknown(raw: Raw, known: set[str], where: str) -> None:
    """Raise `RuleError` where a field is not among the known ones."""
    unknown = sorted(set(map(str, raw)) - known)
    if unknown:
        raise RuleError("rule_field_unknown", where=where, field=unknown[0], known=tuple(sorted(known - {"file"})))


def text_in(raw: Raw, field: str, where: str) -> str:
    """Return a field that must hold a text."""
    value = raw.get(field)
    if value is None or not str(value).strip():
        raise RuleError("rule_field_missing", where=where, field=field)
    return str(value).strip()


def source_in(raw: Raw, field: str, where: str) -> str:
    """Return where a value stands, as it is shown: its clauses in full (`opencwc.convention.clauses`)."""
    return in_full(text_in(raw, field, where))


def texts_in(raw: Raw, field: str, where: str) -> tuple[str, ...]:
    """Return a field that is a list of texts, empty where it is missing."""
    items = raw.get(field) or ()
    if not isinstance(items, list | tuple):
        raise RuleError("field_is_no_list", where=where, field=field, value=repr(items))
    return tuple(map(str, items))


def maybe_text_in(raw: Raw, field: str, where: str) -> str:
    """Return a field that may hold a text, empty where it is missing."""
    return str(raw.get(field, ""))


def number_in(raw: Raw, field: str, where: str) -> int:
    """Return a field that must hold a whole number."""
    value = raw.get(field)
    if not isinstance(value, int):
        raise RuleError("field_is_no_number", where=where, field=field, value=repr(value))
    return value


def words_in(raw: Raw, field: str, where: str) -> Words:
    """Return a field that is a text, or texts by language with English among them."""
    value = raw.get(field)
    if isinstance(value, str) and value.strip():
        return {"en": value.strip()}
    if isinstance(value, dict) and value.get("en"):
        return {str(lang): str(text).strip() for lang, text in value.items()}
    raise RuleError("field_is_no_text", where=where, field=field)


def one_of(raw: Raw, field: str, allowed: tuple[str, ...], where: str) -> str:
    """Return a field that must hold one of these values."""
    value = str(raw.get(field, ""))
    if value not in allowed:
        known = tuple(option for option in allowed if option)
        if value:
            raise RuleError("field_value_unknown", where=where, field=field, value=value, known=known)
        raise RuleError("field_missing", where=where, field=field, known=known)
    return value


def in_force(value: object, where: str) -> InForce:
    """Read from when, and until when, a rule holds."""
    if isinstance(value, dict):
        refuse_unknown(value, {"from", "until"}, where)
        first = None if value.get("from") == "unknown" else day(value.get("from"), where)
        return InForce(first, day(value["until"], where) if value.get("until") else None)
    return InForce(None if value == "unknown" else day(value, where))


def day_or_year(value: object, where: str) -> str:
    """Read a day, or the year where no more is known."""
    text = str(value)
    return text if len(text) == 4 and text.isdigit() else day(value, where).isoformat()


def day(value: object, where: str) -> date:
    """Read a day."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        if not value:
            raise RuleError("in_force_missing", where=where) from None
        raise RuleError("in_force_is_no_date", where=where, text=str(value)) from None


def check_digit_fits(cas: str) -> bool:
    """Apply the CAS check digit: the last is the weighted sum of the others, counted from the right, modulo 10."""
    digits = cas.replace("-", "")
    if not digits.isdigit() or cas.count("-") != 2:
        return False
    return sum(weight * int(d) for weight, d in enumerate(reversed(digits[:-1]), 1)) % 10 == int(digits[-1])


_READERS: dict[Any, Read] = {
    str: text_in,
    MaybeText: maybe_text_in,
    Source: source_in,
    Words: words_in,
    int | None: number_in,
    tuple[str, ...]: texts_in,
    InForce: lambda raw, field, where: in_force(raw.get(field), where),
    InForce | None: lambda raw, field, where: in_force(raw[field], where) if field in raw else None,
    date | None: lambda raw, field, where: day(raw[field], where) if field in raw else None,
    Mapping[str, str]: lambda raw, field, where: {
        str(key): str(text) for key, text in dict(raw.get(field, {})).items()
    },
    Mapping[str, tuple[str, ...]]: lambda raw, field, where: {
        str(key): tuple(map(str, texts)) for key, texts in dict(raw[field]).items()
    },
}
"""What reads a field of a type, by the type."""
