"""A declaration in a file says the same when it is read back, fits the published schema, and a bad file is refused."""

from __future__ import annotations

import json
import string
import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from declared import Declared
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec import Struct

from opencwc.declarations.forms.declaration_files import declaration_file, read_declaration
from opencwc.declarations.forms.json_file import read_json, write_json
from opencwc.declarations.forms.model import NAMESPACE, Declaration, Document
from opencwc.declarations.forms.pdf_file import ATTACHED, attached_declaration
from opencwc.declarations.forms.schema import FILE, make_schema
from opencwc.declarations.forms.tree import UNFIT, Attribute, Node, read_node, shape_of, to_node
from opencwc.declarations.forms.workbook_file import sheets
from opencwc.declarations.forms.xml_file import element_of, read_xml, write_xml
from opencwc.declarations.register_template import write_template
from opencwc.errors import InputError
from opencwc.publishing.labels import labels_in
from opencwc.publishing.model import Report
from opencwc.publishing.pdf import Attached, make_pdf

XSD = etree.XMLSchema(etree.fromstring(FILE.read_bytes()))
HEAD = f'<declarations xmlns="{NAMESPACE}" version="1" year="2026"'
texts = st.one_of(
    st.text(st.characters(blacklist_categories=("Cs",)), max_size=20).filter(lambda text: not UNFIT.search(text)),
    st.sampled_from(["=1+1", "+cmd|' /C calc'!A0", "_x0041_", " a ", "<a>&\"'", "يبدأ", "a\nb", "1.0", "TRUE", "#N/A"]),
)
decimals = st.builds(lambda whole, places: Decimal(whole).scaleb(-places), st.integers(0, 10**24), st.integers(0, 18))


def values_of(attribute: Attribute) -> st.SearchStrategy[object]:
    if attribute.choices:
        held: st.SearchStrategy[object] = st.sampled_from(attribute.choices)
    elif attribute.type is int:
        held = st.integers(attribute.least or 0, attribute.most or 10**8)
    elif attribute.type is str:
        held = texts.filter(bool) if attribute.required else texts
    else:
        held = {bool: st.booleans(), Decimal: decimals, date: st.dates(date(1, 1, 1))}[attribute.type]
    return st.none() | held if attribute.optional else held


def records(record: type[Struct], most: int = 2) -> st.SearchStrategy[Struct]:
    shape = shape_of(record)
    values = {name: values_of(attribute) for name, attribute in shape.attributes.items()}
    parts = {name: st.lists(records(inner, 1), max_size=most).map(tuple) for name, inner in shape.parts.items()}
    return st.builds(record, **values, **parts)


def back(node: Node) -> tuple[Struct | None, list[str]]:
    faults: list = []
    document = read_node(Document, node, "", faults)
    return document, [fault.says.id for fault in faults]


@given(records(Document))
@settings(deadline=None)
def test_json_and_xml_say_the_same_when_they_are_read_back_and_xml_fits_the_schema(document: Document) -> None:
    assert back(read_json(write_json(document), "x")) == (document, [])
    content = write_xml(document)
    assert back(read_xml(content, "x")) == (document, [])
    XSD.assertValid(etree.fromstring(content))


@given(records(Document, 1))
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
def test_a_workbook_says_the_same_when_it_is_read_back(document: Document) -> None:
    assert declaration_file(document, "xlsx", "ar")[:2] == b"PK"  # it compares what it reads back


@given(records(Declaration), st.data())
@settings(deadline=None)
def test_what_the_schema_refuses_is_a_fault_and_what_it_accepts_is_none(held: Declaration, data: st.DataObject) -> None:
    """The schema and our own reading agree on every changed, added or removed value."""
    root = to_node(Document(version="1", year=2026, declarations=(held,)))
    nodes = [(root, Document)]
    for node, record in nodes:
        nodes += [(part, shape_of(record).parts[name]) for name, parts in node.parts.items() for part in parts]
    node, record = data.draw(st.sampled_from(nodes))
    name = data.draw(st.sampled_from([*shape_of(record).attributes, "surprise"]))
    if data.draw(st.booleans()):
        node.values.pop(name, None)
    else:
        node.values[name] = data.draw(
            st.sampled_from(
                ["", "x", "2026", "-1", "1e3", "1.5", "2026-02-30", "2026-01-01", "true", "kg", "0", "1996"]
            )
        )
    content = "".join(xml_of(root, "declarations", top=True)).encode()
    _, faults = back(read_xml(content, "x"))
    assert bool(faults) != XSD.validate(etree.fromstring(content)), faults


def xml_of(node: Node, element: str, *, top: bool = False) -> list[str]:
    names = {"<": "&lt;", "&": "&amp;", '"': "&quot;", "\n": "&#10;"}
    values = " ".join(f'{key}="{"".join(names.get(c, c) for c in text)}"' for key, text in node.values.items())
    order = ["columns", "fields", "figures", "plants", "sites", "chemicals", "declarations", "lines"]
    parts = sorted(node.parts.items(), key=lambda item: order.index(item[0]))
    inner = [line for name, held in parts for part in held for line in xml_of(part, element_of(name))]
    namespace = f'xmlns="{NAMESPACE}" ' if top else ""
    return [f"<{element} {namespace}{values}>", *inner, f"</{element}>"]


def test_the_published_schema_is_the_one_of_the_records() -> None:
    assert FILE.read_text(encoding="utf-8") == make_schema()


def test_the_page_on_the_format_names_every_element_and_value() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "declaration-xml.md").read_text(encoding="utf-8")
    for name, record in sheets().items():
        assert name == "document" or f"`{element_of(name)}`" in page
        assert {key for key in shape_of(record).attributes if f"`{key}`" not in page} == set()


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_pdf_is_read_back_by_what_is_attached_to_it(alpha: Declared, tmp_path: Path, lang: str) -> None:
    path = tmp_path / "d.pdf"
    path.write_bytes(declaration_file(alpha.document, "pdf", lang))
    assert read_declaration(path)[:2] == (alpha.document, [])
    assert attached_declaration(path.read_bytes()) == write_xml(alpha.document)
    assert b"<pdfaid:part>3</pdfaid:part>" in path.read_bytes()  # PDF/A-2 forbids what is attached


def test_a_pdf_without_a_declaration_is_refused(tmp_path: Path) -> None:
    plain = make_pdf(Report("A letter", "en", labels_in("en"), ()))
    other = make_pdf(Report("A letter", "en", labels_in("en"), ()), Attached("other.xml", "<a/>", "text/xml", "other"))
    for content in (plain, other, b"%PDF-1.7 broken"):
        path = tmp_path / "letter.pdf"
        path.write_bytes(content)
        with pytest.raises(InputError) as caught:
            read_declaration(path)
        assert caught.value.code == "declaration_not_attached"


def test_what_is_attached_is_checked_as_any_xml_is(tmp_path: Path) -> None:
    off = Attached(ATTACHED, "<!DOCTYPE a><a/>", "application/xml", "x")
    path = tmp_path / "off.pdf"
    path.write_bytes(make_pdf(Report("A letter", "en", labels_in("en"), ()), off))
    with pytest.raises(InputError) as caught:
        read_declaration(path)
    assert caught.value.code == "declaration_with_document_type"


def test_a_folder_is_no_declaration(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_declaration(tmp_path)
    assert caught.value.code == "declaration_is_folder"


@pytest.mark.parametrize("format", ["json", "xml", "xlsx"])
def test_a_whole_declaration_is_read_back_from_its_file(alpha: Declared, tmp_path: Path, format: str) -> None:
    path = tmp_path / f"d.{format}"
    path.write_bytes(declaration_file(alpha.document, format, "fr"))
    document, faults, places = read_declaration(path)
    assert document == alpha.document and faults == []
    place = places["/declarations[1]/sites[1]"]
    assert place.startswith("declarations[1].sites[1]" if format == "json" else f"d.{format}")


def test_no_cell_of_a_workbook_is_a_formula(alpha: Declared) -> None:
    with zipfile.ZipFile(BytesIO(declaration_file(alpha.document, "xlsx"))) as package:
        texts = [package.read(name) for name in package.namelist() if "worksheets" in name]
    assert len(texts) == len(sheets()) + 1
    assert not any(b"<f>" in text for text in texts)


LAUGHS = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
BAD = {
    "a bomb of entities": (f'<!DOCTYPE a [<!ENTITY e0 "ha">{LAUGHS}]>{HEAD}>&e9;</declarations>',
                           "declaration_with_document_type"),
    "an entity of a file": (f'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]>{HEAD} register="&f;"/>',
                            "declaration_with_document_type"),
    "a type from elsewhere": (f'<!DOCTYPE a SYSTEM "http://x.example/a.dtd">{HEAD}/>',
                              "declaration_with_document_type"),
    "an entity that is not declared": (f"{HEAD}>&x;</declarations>", "declaration_not_xml"),
    "half a file": (f"{HEAD}><declaration", "declaration_not_xml"),
    "nested too deep": (HEAD + ">" + "<site>" * 5000, "declaration_too_large"),
    "another schema": ('<declarations xmlns="urn:other" version="1"/>', "declaration_of_other_schema"),
    "a picture": ("<svg/>", "declaration_of_other_schema"),
    "an unknown encoding": ('<?xml version="1.0" encoding="klingon"?>' + HEAD + "/>", "declaration_not_xml"),
    "nothing": ("", "file_empty"),
    "a table": ("site,plant\nA,P1\n", "declaration_of_no_kind"),
    "a list": ("[1]", "declaration_without_document"),
    "a JSON that never ends": ("[" * 200_000, "declaration_not_json"),
    "half a JSON": ('{"version": "1"', "declaration_not_json"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_declaration_is_refused(tmp_path: Path, name: str) -> None:
    content, code = BAD[name]
    path = tmp_path / "d"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_declaration(path)
    assert error.value.code == code


def test_a_workbook_that_is_a_register_is_no_declaration(tmp_path: Path) -> None:
    with (tmp_path / "register.xlsx").open("wb") as file:
        write_template(file)
    with pytest.raises(InputError) as error:
        read_declaration(tmp_path / "register.xlsx")
    assert error.value.code == "declaration_of_no_kind"


def test_a_file_of_too_many_bytes_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opencwc.declarations.forms.declaration_files.MOST_BYTES", 10)
    (tmp_path / "d.xml").write_text(HEAD + "/>", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_declaration(tmp_path / "d.xml")
    assert error.value.code == "declaration_too_large"
    with pytest.raises(InputError):
        read_declaration(tmp_path / "no such file")


def test_a_workbook_without_our_sheets_is_refused(tmp_path: Path) -> None:
    from xlsxwriter import Workbook

    path = tmp_path / "d.xlsx"
    with Workbook(path) as workbook:
        workbook.add_worksheet("Feuil1").write_string(0, 0, "x")
    with pytest.raises(InputError):
        read_declaration(path)
    path.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(InputError):
        read_declaration(path)


@given(st.binary(max_size=200) | st.text(string.printable, max_size=80).map(lambda text: (HEAD + text).encode()))
def test_no_bytes_end_in_a_traceback(content: bytes) -> None:
    reader = read_xml if content.lstrip().startswith(b"<") else read_json
    try:
        document, faults = back(reader(content, "x"))
    except InputError:
        return
    assert (document is None) == bool(faults)


def test_every_fault_of_form_is_said_with_its_place() -> None:
    content = f"""{HEAD} surprise="1">
<declaration regime="S9" declaration="past" period="25" due="31.3.2026">
 <site/>
 <chemical><figure activity="produce" year="2025" quantity="1,4" planned="yes"/></chemical>
 text
</declaration></declarations>""".encode()
    faults: list = []
    assert read_node(Document, read_xml(content, "d.xml"), "", faults) is None
    assert {(fault.place, fault.path.partition("@")[2], fault.says.id) for fault in faults} == {
        ("d.xml:1", "surprise", "form_fault_unknown_name"),
        ("d.xml:2", "regime", "form_fault_choice"),
        ("d.xml:2", "period", "form_fault_out_of_bounds"),
        ("d.xml:2", "due", "form_fault_day"),
        ("d.xml:2", "#text", "form_fault_unknown_name"),
        ("d.xml:3", "code", "form_fault_value_missing"),
        ("d.xml:4", "quantity", "form_fault_decimal"),
        ("d.xml:4", "planned", "form_fault_yes_no"),
    }


def test_json_with_a_name_twice_or_of_another_kind_is_a_fault() -> None:
    twice = b'{"version": "1", "version": "2", "year": 2026, "declarations": [1], "lines": {}}'
    _, faults = back(read_json(twice, "x"))
    assert faults.count("form_fault_unknown_name") >= 3
    assert json.loads(write_json(Document(version="1", year=2026))) == {"version": "1", "year": 2026}
