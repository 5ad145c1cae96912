"""A declaration as a tree of texts, which every format writes and reads; what does not fit the records is a fault.

The tree keeps for each part where it stands in its file, so that a fault has its place.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from opencwc.declarations.forms.model import LONGEST_TEXT
from opencwc.finding import Message

T = TypeVar("T", bound=Struct)
SCHEMA_RULE = "schema"
"""What a fault of form is called beside the paragraphs of the Convention."""
UNFIT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that no declaration holds: controls but for the line feed, and what XML cannot hold."""


class Node(NamedTuple):
    """A part of a declaration as it stands in a file: its values as texts, its parts by field, and its place."""

    values: dict[str, str]
    parts: dict[str, list[Node]]
    place: str = ""


class Fault(NamedTuple):
    """What is wrong with a declaration: where in the file, the path in the declaration, the rule, and what.

    ``part`` says the path in words: the declaration, the plant site, the plant, the chemical; empty where the file is
    no declaration yet.
    """

    place: str
    path: str
    rule: str
    says: Message
    part: tuple[str | Message, ...] = ()


class Attribute(NamedTuple):
    """A value of a record: its name, its type, its choices, bounds and description."""

    name: str
    type: type
    required: bool
    optional: bool
    default: Any
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    description: str = ""


class Shape(NamedTuple):
    """A kind of record: its values, and its parts with the record that each holds, in order."""

    record: type[Struct]
    attributes: Mapping[str, Attribute]
    parts: Mapping[str, type[Struct]]


@cache
def shape_of(record: type[Struct]) -> Shape:
    """Return the shape of a record from its types."""
    hints = typing.get_type_hints(record, include_extras=True)
    attributes: dict[str, Attribute] = {}
    parts: dict[str, type[Struct]] = {}
    for field in msgspec.structs.fields(record):
        hint = hints[field.name]
        if get_origin(hint) is tuple:
            parts[field.name] = get_args(hint)[0]
        else:
            attributes[field.name] = _attribute(field.name, hint, field.default)
    return Shape(record, attributes, parts)


def _attribute(name: str, hint: Any, default: Any) -> Attribute:
    least, most, description = None, None, ""
    while get_origin(hint) is Annotated:
        hint, *metas = get_args(hint)
        for meta in metas:
            description = meta.description or description
            least, most = (meta.ge if least is None else least), (meta.le if most is None else most)
    optional = False
    if get_origin(hint) in (Union, UnionType):
        hint = next(kind for kind in get_args(hint) if kind is not type(None))
        optional = True
    choices = get_args(hint) if get_origin(hint) is Literal else ()
    required = default is msgspec.NODEFAULT
    return Attribute(name, str if choices else hint, required, optional, default, choices, least, most, description)


def to_node(record: Struct) -> Node:
    """Return a record as a tree of texts; a value that is the default is left out."""
    shape = shape_of(type(record))
    values = {
        name: text
        for name, attribute in shape.attributes.items()
        if (value := getattr(record, name)) is not None
        and (attribute.required or value != attribute.default)
        and (text := _written(value)) is not None
    }
    parts = {name: [to_node(part) for part in held] for name in shape.parts if (held := getattr(record, name))}
    return Node(values, parts)


def _written(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return plain_decimal(value)
        case date():
            return value.isoformat()
    return str(value)


def plain_decimal(value: Decimal) -> str:
    """Return a decimal without exponent, sign of zero and zeros at its end.

    >>> plain_decimal(Decimal("1.4E+3")), plain_decimal(Decimal("0.50")), plain_decimal(Decimal("-0"))
    ('1400', '0.5', '0')
    """
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def read_node(record: type[T], node: Node, path: str = "", faults: list[Fault] | None = None) -> T | None:
    """Return the record that a tree holds; ``None`` where it cannot be one. Every fault is put on the list."""
    faults = [] if faults is None else faults
    shape = shape_of(record)
    values: dict[str, Any] = {}
    before = len(faults)

    def say(at: str, id: str, /, **said: str) -> None:
        faults.append(Fault(node.place, f"{path}@{at}" if at else path, SCHEMA_RULE, Message(id, {**said})))

    for name in (*(set(node.values) - set(shape.attributes)), *(set(node.parts) - set(shape.parts))):
        say(name, "form_fault_unknown_name", name=name[:80])
    for name, attribute in shape.attributes.items():
        text = node.values.get(name)
        if text is None or (attribute.required and not text):
            if attribute.required:
                say(name, "form_fault_value_missing", name=name)
            continue
        try:
            values[name] = _read(attribute, text)
        except _WrongValueError as error:
            say(name, error.id, name=name, text=text[:80], known=", ".join(attribute.choices))
    for name, inner in shape.parts.items():
        read = [
            read_node(inner, part, f"{path}/{name}[{number}]", faults)
            for number, part in enumerate(node.parts.get(name, ()), 1)
        ]
        values[name] = tuple(part for part in read if part is not None)
    return record(**values) if len(faults) == before else None


class _WrongValueError(Exception):
    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


def _read(attribute: Attribute, text: str) -> Any:
    if len(text) > LONGEST_TEXT:
        raise _WrongValueError("form_fault_text_long")
    if UNFIT.search(text):
        raise _WrongValueError("form_fault_characters")
    if attribute.choices:
        if text not in attribute.choices:
            raise _WrongValueError("form_fault_choice")
        return text
    return _READERS[attribute.type](attribute, text)


def _read_bool(_: Attribute, text: str) -> bool:
    if text not in ("true", "false"):
        raise _WrongValueError("form_fault_yes_no")
    return text == "true"


def _read_int(attribute: Attribute, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise _WrongValueError("form_fault_whole_number")
    value = int(text)
    if (attribute.least is not None and value < attribute.least) or (
        attribute.most is not None and value > attribute.most
    ):
        raise _WrongValueError("form_fault_out_of_bounds")
    return value


def _read_decimal(_: Attribute, text: str) -> Decimal:
    if not DECIMAL.fullmatch(text):
        raise _WrongValueError("form_fault_decimal")
    return Decimal(text)


def _read_date(_: Attribute, text: str) -> date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _WrongValueError("form_fault_day")


DECIMAL = re.compile(r"[0-9]{1,40}(\.[0-9]{1,60})?")
"""A quantity: digits of ours, a point, no sign and no exponent."""
_READERS: Mapping[type, Callable[[Attribute, str], Any]] = {
    str: lambda _, text: text, bool: _read_bool, int: _read_int, Decimal: _read_decimal, date: _read_date,
}  # fmt: skip


def walk(record: Struct, path: str = "") -> Iterator[tuple[str, Struct]]:
    """Yield a record and all within it, each with its path."""
    yield path, record
    for name in shape_of(type(record)).parts:
        for number, part in enumerate(getattr(record, name), 1):
            yield from walk(part, f"{path}/{name}[{number}]")


def places_of(node: Node, path: str = "") -> dict[str, str]:
    """Return where each part of a tree stands in its file, by path."""
    places = {path: node.place}
    for name, parts in node.parts.items():
        for number, part in enumerate(parts, 1):
            places |= places_of(part, f"{path}/{name}[{number}]")
    return places
