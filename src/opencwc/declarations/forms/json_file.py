"""A declaration as JSON: the records as they are, quantities as texts; read back without a guess."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from opencwc.declarations.forms.model import Document
from opencwc.declarations.forms.tree import Node, shape_of, to_node
from opencwc.errors import InputError


def write_json(document: Document) -> bytes:
    """Return a declaration as JSON (UTF-8): quantities and days as texts, yes and no as booleans, years as numbers."""
    plain = _plain(to_node(document), Document)
    return (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode()


def hash_of(document: Document) -> str:
    """Return the SHA-256 of a declaration's JSON, which the PDF names."""
    return hashlib.sha256(write_json(document)).hexdigest()


def read_json(content: bytes, where: str) -> Node:
    """Return the tree of a declaration in JSON; raise `InputError` where it is none."""
    try:
        held = json.loads(
            content.decode("utf-8-sig"), parse_float=str, parse_int=str, object_pairs_hook=_Pairs, parse_constant=str
        )
    except (ValueError, RecursionError) as error:
        raise InputError("declaration_not_json", where=where, reason=str(error)[:200]) from error
    if not isinstance(held, _Pairs):
        raise InputError("declaration_without_document", where=where)
    return _node(held, "")


def is_declaration_json(content: bytes) -> bool:
    """Tell whether a JSON object is meant as a declaration: it names its declarations, and no table of a register."""
    try:
        held = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return False
    return isinstance(held, dict) and "declarations" in held and "activities" not in held


class _Pairs(list[tuple[str, Any]]):
    """The pairs of an object as they stand, doubled names too."""


def _plain(node: Node, record: Any) -> dict[str, Any]:
    shape = shape_of(record)
    plain: dict[str, Any] = {}
    for name, text in node.values.items():
        kind = shape.attributes[name].type
        plain[name] = text == "true" if kind is bool else int(text) if kind is int else text
    for name, parts in node.parts.items():
        plain[name] = [_plain(part, shape.parts[name]) for part in parts]
    return plain


def _node(pairs: _Pairs, place: str) -> Node:
    """Return an object as a part of the tree; what is neither a value nor a list of objects has no place in it."""
    values: dict[str, str] = {}
    parts: dict[str, list[Node]] = {}
    for name, value in pairs:
        here = f"{place}.{name}" if place else name
        if name in values or name in parts:
            values[f"{name} ({len(values) + len(parts)})"] = ""  # a doubled name is said as an unknown one
        elif isinstance(value, list) and not isinstance(value, _Pairs):
            parts[name] = [
                _node(item, f"{here}[{number}]")
                if isinstance(item, _Pairs)
                else Node({str(item)[:80]: ""}, {}, f"{here}[{number}]")
                for number, item in enumerate(value, 1)
            ]
        elif isinstance(value, _Pairs):
            values[name] = "{}"
        elif value is not None:
            values[name] = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return Node(values, parts, place)
