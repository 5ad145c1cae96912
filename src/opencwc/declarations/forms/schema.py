"""The published schema of the XML, made from the records: ``data/declaration.xsd`` is what `make_schema` returns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

from msgspec import Struct

from opencwc.declarations.forms.model import LONGEST_TEXT, NAMESPACE, Document
from opencwc.declarations.forms.tree import Attribute, shape_of
from opencwc.declarations.forms.xml_file import ROOT, element_of

FILE = Path(__file__).parent / "data" / "declaration.xsd"


def make_schema() -> str:
    """Return the schema (XSD 1.0) of the XML that `xml_file` writes."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<!-- The schema of OpenCWC's own declaration files; it is not the electronic format of the OPCW. -->",
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="' + NAMESPACE + '"'
        ' targetNamespace="' + NAMESPACE + '" elementFormDefault="qualified">',
        *_text_types(),
        f'  <xs:element name="{ROOT}" type="Document"/>',
    ]
    for record in _records(Document, []):
        lines += _type_of(record)
    return "\n".join([*lines, "</xs:schema>", ""])


def _text_types() -> Iterator[str]:
    unfit = "[^&#9;&#13;&#x7F;-&#x9F;]*"
    for name, least in (("Text", 0), ("NeededText", 1)):
        yield f'  <xs:simpleType name="{name}"><xs:restriction base="xs:string">'
        yield f'    <xs:minLength value="{least}"/><xs:maxLength value="{LONGEST_TEXT}"/><xs:pattern value="{unfit}"/>'
        yield "  </xs:restriction></xs:simpleType>"
    yield '  <xs:simpleType name="Weight"><xs:restriction base="xs:decimal">'
    yield '    <xs:pattern value="[0-9]{1,40}(\\.[0-9]{1,60})?"/>'
    yield "  </xs:restriction></xs:simpleType>"
    yield '  <xs:simpleType name="Day"><xs:restriction base="xs:date">'
    yield '    <xs:pattern value="[0-9]{4}-[0-9]{2}-[0-9]{2}"/>'
    yield "  </xs:restriction></xs:simpleType>"
    yield '  <xs:simpleType name="YesNo"><xs:restriction base="xs:string">'
    yield '    <xs:enumeration value="true"/><xs:enumeration value="false"/>'
    yield "  </xs:restriction></xs:simpleType>"


def _records(record: type[Struct], seen: list[type[Struct]]) -> list[type[Struct]]:
    if record not in seen:
        seen.append(record)
        for inner in shape_of(record).parts.values():
            _records(inner, seen)
    return seen


def _type_of(record: type[Struct]) -> Iterator[str]:
    shape = shape_of(record)
    yield f'  <xs:complexType name="{record.__name__}">'
    yield f"    <xs:annotation><xs:documentation>{_first(record)}</xs:documentation></xs:annotation>"
    if shape.parts:
        yield "    <xs:sequence>"
        for name, inner in shape.parts.items():
            yield (
                f'      <xs:element name="{element_of(name)}" type="{inner.__name__}"'
                ' minOccurs="0" maxOccurs="unbounded"/>'
            )
        yield "    </xs:sequence>"
    for attribute in shape.attributes.values():
        yield from _attribute(attribute)
    yield "  </xs:complexType>"


def _attribute(attribute: Attribute) -> Iterator[str]:
    use = ' use="required"' if attribute.required else ""
    text = f"<xs:annotation><xs:documentation>{escape(attribute.description)}</xs:documentation></xs:annotation>"
    if attribute.choices or attribute.least is not None:
        yield f'    <xs:attribute name="{attribute.name}"{use}>{text}'
        yield from _bounded(attribute)
        yield "    </xs:attribute>"
        return
    kinds = {bool: "YesNo", Decimal: "Weight", date: "Day"}
    kind = kinds.get(attribute.type, "NeededText" if attribute.required else "Text")
    yield f'    <xs:attribute name="{attribute.name}" type="{kind}"{use}>{text}</xs:attribute>'


def _bounded(attribute: Attribute) -> Iterator[str]:
    base = "xs:string" if attribute.choices else "xs:nonNegativeInteger"
    yield f'      <xs:simpleType><xs:restriction base="{base}">'
    for choice in attribute.choices:
        yield f'        <xs:enumeration value="{choice}"/>'
    if attribute.least is not None:
        yield f'        <xs:minInclusive value="{attribute.least}"/>'
        yield '        <xs:pattern value="[0-9]{1,9}"/>'
    if attribute.most is not None:
        yield f'        <xs:maxInclusive value="{attribute.most}"/>'
    yield "      </xs:restriction></xs:simpleType>"


def _first(record: type[Struct]) -> str:
    return escape((record.__doc__ or "").split("\n", 1)[0].replace("``", "'"))
