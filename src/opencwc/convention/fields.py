"""The fields of a rule file: read one by one, each refused with its place where it cannot hold."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any
from zlib import crc32

from opencwc.convention.clauses import in_full
from opencwc.convention.model import InForce, Words
from opencwc.errors import RuleError

Raw = dict[str, Any]


def cached_json(cache: Path | None, name: str, key: object, make: Callable[[], Any]) -> Any:
    """Return what ``make`` makes, kept as JSON in the cache folder for as long as ``key`` stays the same.

    A cache that cannot be read or written costs time and nothing else.
    """
    said = json.dumps(key, default=str)
    file = cache / f"{name}-{crc32(said.encode()):08x}.json" if cache else None
    if file is not None:
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            if kept["key"] == said:
                return kept["made"]
        except (OSError, ValueError, KeyError, TypeError):
            pass  # not there, or broken: it is made again below
    text = json.dumps({"key": said, "made": make()}, default=str)
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            unfinished = file.with_suffix(f".{os.getpid()}.part")
            unfinished.write_text(text, encoding="utf-8")
            unfinished.replace(file)
        except OSError:
            pass  # a read-only home: the next run makes it again
    return json.loads(text)["made"]


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


def source_in(raw: Raw, where: str) -> str:
    """Return where a value stands, as it is shown: its clauses in full (`opencwc.convention.clauses`)."""
    return in_full(text_in(raw, "source", where))


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
        return MappingProxyType({"en": value.strip()})
    if isinstance(value, dict) and value.get("en"):
        return MappingProxyType({str(lang): str(text).strip() for lang, text in value.items()})
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
