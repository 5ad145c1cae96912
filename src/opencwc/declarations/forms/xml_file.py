"""A declaration as XML of our own schema (``data/declaration.xsd``): written in order, read without a tree of a parser.

No document type is accepted, so no entity is ever expanded or fetched; depth, parts and bytes are bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from opencwc.declarations.forms.model import NAMESPACE, Document
from opencwc.declarations.forms.tree import Node, shape_of, to_node
from opencwc.errors import InputError

ROOT = "declarations"
MOST_LEVELS = 12
MOST_PARTS = 2_000_000


def write_xml(document: Document) -> bytes:
    """Return a declaration as XML (UTF-8)."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', *_lines(to_node(document), Document, ROOT, 0)]
    return ("\n".join(lines) + "\n").encode()


def read_xml(content: bytes, where: str) -> Node:
    """Return the tree of a declaration in XML; raise `InputError` where it is damaged, or declares a document type."""
    return _Reader(where).read(content)


def element_of(part: str) -> str:
    """Return the element that one of the parts of a record stands in: ``sites`` are each a ``site``."""
    return part.removesuffix("s")


def _lines(node: Node, record: Any, element: str, level: int) -> Iterator[str]:
    shape = shape_of(record)
    indent = " " * level
    namespace = f' xmlns="{NAMESPACE}"' if level == 0 else ""
    values = "".join(f' {name}="{_escaped(text)}"' for name, text in node.values.items())
    parts = [(name, part) for name in shape.parts for part in node.parts.get(name, ())]
    if not parts:
        yield f"{indent}<{element}{namespace}{values}/>"
        return
    yield f"{indent}<{element}{namespace}{values}>"
    for name, part in parts:
        yield from _lines(part, shape.parts[name], element_of(name), level + 1)
    yield f"{indent}</{element}>"


def _escaped(text: str) -> str:
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\n", "&#10;")):
        text = text.replace(sign, entity)
    return text


class _Reader:
    """Reads one file; ``open`` are the parts that have begun and not ended."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.open: list[tuple[Node, Any]] = []
        self.root: Node | None = None
        self.count = 0

    def read(self, content: bytes) -> Node:
        try:
            self.parser.Parse(content, True)
        except (expat.ExpatError, ValueError) as error:  # an encoding that expat does not know is a ValueError
            raise InputError("declaration_not_xml", where=self.where, reason=str(error)[:200]) from error
        except LookupError as error:
            raise InputError("declaration_not_xml", where=self.where, reason=str(error)[:200]) from error
        if self.root is None:
            raise InputError("declaration_without_document", where=self.where)
        return self.root

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MOST_PARTS or len(self.open) >= MOST_LEVELS:
            raise InputError("declaration_too_large", where=self.where)
        namespace, _, local = name.rpartition(" ")
        place = f"{self.where}:{self.parser.CurrentLineNumber}"
        node = Node({key.replace(" ", ":"): value for key, value in attributes.items()}, {}, place)
        if self.root is None:
            if namespace != NAMESPACE or local != ROOT:
                raise InputError("declaration_of_other_schema", where=place, name=name[:200], known=NAMESPACE)
            self.root = node
            self.open.append((node, Document))
            return
        parent, record = self.open[-1]
        parts = shape_of(record).parts if record is not None else {}
        known = {element_of(part): part for part in parts}
        part = known.get(local, "") if namespace == NAMESPACE else ""
        parent.parts.setdefault(part or name[:80], []).append(node)
        self.open.append((node, parts[part] if part else None))

    def _end(self, _: str) -> None:
        self.open.pop()

    def _text(self, text: str) -> None:
        if text.strip():
            self.open[-1][0].values.setdefault("#text", text[:80])

    def _doctype(self, *_: object) -> None:
        raise InputError("declaration_with_document_type", where=self.where)
