"""Typed records and plain values: what JSON can hold is made from a record's type, read by it, and described by it.

A record is a frozen `msgspec.Struct`. Its fields are the keys of its JSON object, in their order; no record has a codec
of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from threading import RLock
from typing import Annotated, Any, TypeVar

import msgspec

T = TypeVar("T")

Short = Annotated[str, msgspec.Meta(max_length=2_000)]
"""A text that was cut before it was written down."""
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
"""A number from 0 to 1."""


def one_of(words: Iterable[str]) -> msgspec.Meta:
    """Return the bound of a text that must be one of these words, for ``Annotated``."""
    names = [str(word) for word in words]
    return msgspec.Meta(pattern=f"^({'|'.join(map(re.escape, names))})$(?!\n)", extra_json_schema={"enum": names})


def to_plain(value: object) -> Any:
    """Return a record, or what holds records, as what JSON can hold: objects, arrays (as tuples), texts and numbers.

    A day becomes its ISO 8601 text, a decimal number the text of it.
    """
    return msgspec.to_builtins(value, enc_hook=_to_builtin)


_BUILDING = RLock()
_known: set[Any] = set()


def known(kind: type[T]) -> type[T]:
    """Return a type of which everything is known that reading it needs; every reading of a type goes through here.

    msgspec (0.22) makes that up when a type is first read. A second thread that reads it meanwhile meets fields that
    are not there yet, and the process dies.
    """
    if kind not in _known:
        with _BUILDING:
            msgspec.json.Decoder(kind)
            _known.add(kind)
    return kind


def from_plain(kind: type[T], plain: object) -> T:
    """Return the record that `to_plain` wrote down; keys that the record does not know are left out.

    Raises:
        ValueError: a field is missing, or is not of its type; the error says which.

    """
    return msgspec.convert(plain, known(kind))


def to_json(value: object) -> bytes:
    """Return what `to_plain` gives as JSON."""
    return msgspec.json.encode(value, enc_hook=_to_builtin)


def from_json(kind: type[T], written: bytes) -> T:
    """Return the record that `to_json` wrote down; raise `ValueError` as `from_plain` does."""
    return msgspec.json.decode(written, type=known(kind))


def fields_of(kind: Any, source: object, **others: Any) -> Any:
    """Return the fields of a record or typed dictionary in their order: those of ``others``, else those of a source."""
    names = getattr(kind, "__struct_fields__", None) or kind.__annotations__
    return {name: others[name] if name in others else getattr(source, name) for name in names}


def schemas_of(kinds: Sequence[Any], places: str = "#/components/schemas/{name}") -> tuple[list[Any], dict[str, Any]]:
    """Return the JSON Schema (2020-12) of each type, and the named ones that they refer to, under ``places``."""
    found, named = msgspec.json.schema_components(kinds, ref_template=places)
    return list(found), named


def _to_builtin(value: object) -> object:
    """Return the plain number, text or object that another type stands for, such as a number of numpy."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, str):
        return str(value)
    if hasattr(value, "item"):  # of numpy
        return value.item()
    raise TypeError(f"{type(value).__name__} is nothing that JSON can hold")
