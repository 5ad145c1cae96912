"""Small documents of every kind, written byte by byte for the tests, and the words of six languages to put in them."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

from opencwc.files import DocumentLimits, Passage, Unread, open_document

LINES = {
    "en": "Triethanolamine 85%, IBC 1000 L",
    "fr": "Triéthanolamine à 85 %, conteneur de 1000 L",
    "es": "Trietanolamina al 85 %, contenedor de 1000 L según factura ñ",
    "ar": "ثلاثي إيثانول أمين بتركيز عالٍ في حاوية",
    "ru": "Триэтаноламин 85 %, контейнер 1000 л",
    "zh": "三乙醇胺，含量百分之八十五，集装桶",
}
TABLES = {
    "en": (("Description", "Qty", "Unit"), ("Triethanolamine", "1000", "kg")),
    "fr": (("Désignation", "Quantité", "Unité"), ("Triéthanolamine", "1000", "kg")),
    "es": (("Descripción", "Cantidad", "Unidad"), ("Trietanolamina", "1000", "kg")),
    "ar": (("الوصف", "الكمية", "الوحدة"), ("ثلاثي إيثانول أمين", "1000", "كغ")),
    "ru": (("Наименование", "Кол-во", "Ед. изм."), ("Триэтаноламин", "1000", "кг")),
    "zh": (("品名", "数量", "单位"), ("三乙醇胺", "1000", "公斤")),
}


def read(
    data: bytes, name: str, *, confine: bool = False, ocr: bool | None = None, limits: DocumentLimits | None = None
) -> tuple[list[Passage], list[Unread], list[str], str]:
    """Return the passages, what was not read, the ids of the notes, and the kind."""
    document = open_document(io.BytesIO(data), name=name, confine=confine, ocr=ocr, limits=limits)
    items = list(document.passages())
    document.close()
    passages = [item for item in items if isinstance(item, Passage)]
    unread = [item for item in items if isinstance(item, Unread)]
    return passages, unread, [note.id for note in document.notes], document.kind


def places(passages: Iterable[Passage]) -> dict[str, str]:
    return {passage.place: passage.text for passage in passages}


# ---------------------------------------------------------------------------------------------------------------- PDF


def pdf(pages: Sequence[Sequence[str]], *, password: str = "") -> bytes:
    """A PDF whose font has no outlines but a way back to letters; each page is lines, ``""`` leaves a line free."""
    objects: dict[int, bytes] = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        3: b"<< /Type /Font /Subtype /Type0 /BaseFont /Test /Encoding /Identity-H "
        b"/DescendantFonts [4 0 R] /ToUnicode 6 0 R >>",
        4: b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Test /CIDSystemInfo << /Registry (Adobe) /Ordering "
        b"(Identity) /Supplement 0 >> /FontDescriptor 5 0 R /DW 500 >>",
        5: b"<< /Type /FontDescriptor /FontName /Test /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 "
        b"/Descent -200 /CapHeight 700 /StemV 80 >>",
        6: stream(
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Test def /CMapType 2 def "
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange 255 beginbfrange\n"
            + b"\n".join(b"<%02X00> <%02XFF> <%02X00>" % (row, row, row) for row in range(255))
            + b"\nendbfrange endcmap end end"
        ),
    }
    kids = []
    for lines in pages:
        number = max(objects) + 1
        y, drawn = 800, []
        for line in lines:
            if line:
                drawn.append(b"BT /F1 10 Tf 50 %d Td <%s> Tj ET" % (y, line.encode("utf-16-be").hex().encode()))
            y -= 14
        objects[number] = stream(b"\n".join(drawn))
        objects[number + 1] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % number
        )
        kids.append(number + 1)
    objects[2] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    return pdf_of(objects, password=password)


def picture_pdf(pixels: bytes, width: int, height: int, *, stamp: str = "") -> bytes:
    """A PDF of one page that holds nothing but a grey picture, and the text that is stamped on it."""
    image = b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 " % (
        width,
        height,
    )
    return pdf_of(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /XObject << /I 5 0 R >> /Font << /F1 6 0 R >> >> >>",
            4: stream(b"q 595 0 0 842 0 0 cm /I Do Q BT /F1 10 Tf 50 20 Td (%s) Tj ET" % stamp.encode()),
            5: stream(zlib.compress(pixels), image + b"/Filter /FlateDecode"),
            6: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        }
    )


def stream(data: bytes, head: bytes = b"<<") -> bytes:
    return head + b" /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def pdf_of(objects: Mapping[int, bytes], *, password: str = "") -> bytes:
    """Number the objects and write the table of where they stand; with a password, locked by RC4 of 40 bits."""
    objects = dict(objects)
    trailer = b"/Root 1 0 R"
    if password:
        lock, key = _lock(password.encode())
        objects = {number: _locked(body, number, key) for number, body in objects.items()}
        objects[max(objects) + 1] = lock
        trailer += b" /Encrypt %d 0 R /ID [<00> <00>]" % max(objects)
    out = bytearray(b"%PDF-1.7\n")
    offsets = {}
    for number, body in sorted(objects.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (max(objects) + 1)
    for number in range(1, max(objects) + 1):
        out += b"%010d 00000 n \n" % offsets[number]
    out += b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, trailer, start)
    return bytes(out)


_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def _lock(password: bytes) -> tuple[bytes, bytes]:
    """The dictionary and the key of the standard handler, revision 2 (ISO 32000-1, 7.6.3)."""
    padded = (password + _PADDING)[:32]
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)
    key = hashlib.md5(padded + owner + struct.pack("<i", -4) + b"\0").digest()[:5]
    user = _rc4(key, _PADDING)
    lock = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (owner.hex().encode(), user.hex().encode())
    return lock, key


def _locked(body: bytes, number: int, key: bytes) -> bytes:
    head, sign, rest = body.partition(b"stream\n")
    if not sign:
        return body
    own = hashlib.md5(key + struct.pack("<I", number)[:3] + b"\0\0").digest()[: len(key) + 5]
    data = rest.removesuffix(b"\nendstream")
    return head + sign + _rc4(own, data) + b"\nendstream"


def _rc4(key: bytes, data: bytes) -> bytes:
    box = list(range(256))
    j = 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


# ------------------------------------------------------------------------------------------------------------- Office


def package(parts: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def relations(*relationships: tuple[str, str, str]) -> str:
    """Each told as id, last word of the type, target; a target with ``://`` is outside."""
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    lines = "".join(
        f'<Relationship Id="{id_}" Type="{base}{kind}" Target="{escape(target)}"'
        + (' TargetMode="External"/>' if "://" in target else "/>")
        for id_, kind, target in relationships
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{lines}</Relationships>'
    )


_W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def word_paragraph(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def word_table(rows: Iterable[Iterable[str]]) -> str:
    body = "".join(
        "<w:tr>" + "".join(f"<w:tc><w:tcPr/>{word_paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>" for row in rows
    )
    return f"<w:tbl>{body}</w:tbl>"


def docx(body: str, beside: Mapping[str, str] | None = None, more: Mapping[str, str | bytes] | None = None) -> bytes:
    """``beside``: kind of the part (``header``, ``footnotes`` ...) -> its content."""
    beside = beside or {}
    parts: dict[str, str | bytes] = {
        "_rels/.rels": relations(("r1", "officeDocument", "word/document.xml")),
        "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(
            *((f"b{kind}", kind, f"{kind}1.xml") for kind in beside),
            *(
                (f"m{at}", "image" if "/media/" in name else "package", name.removeprefix("word/"))
                for at, name in enumerate(more or {})
            ),
        ),
    }
    for kind, content in beside.items():
        parts[f"word/{kind}1.xml"] = f"<w:{kind} {_W}>{content}</w:{kind}>"
    return package({**parts, **(more or {})})


_X = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def xlsx(
    sheets: Mapping[str, str],
    *,
    states: Mapping[str, str] | None = None,
    formats: Sequence[str] = (),
    shared: Sequence[str] = (),
    more: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """``sheets``: name -> rows as XML. Style ``n`` (from 1) has the ``n``-th of ``formats``."""
    states = states or {}
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{at}" state="{states.get(name, "visible")}" r:id="s{at}"/>'
        for at, name in enumerate(sheets, 1)
    )
    codes = "".join(
        f'<numFmt numFmtId="{164 + at}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
        for at, code in enumerate(formats)
    )
    cells = "".join(f'<xf numFmtId="{164 + at}"/>' for at in range(len(formats)))
    parts: dict[str, str | bytes] = {
        "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f"<workbook {_X} {_R}><sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(
            *((f"s{at}", "worksheet", f"worksheets/sheet{at}.xml") for at in range(1, len(sheets) + 1)),
            ("st", "styles", "styles.xml"),
            ("ss", "sharedStrings", "/xl/sharedStrings.xml"),
            ("ex", "externalLink", "http://example.org/elsewhere.xlsx"),
        ),
        "xl/styles.xml": f"<styleSheet {_X}><numFmts>{codes}</numFmts>"
        f'<cellXfs><xf numFmtId="0"/>{cells}</cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f"<sst {_X}>" + "".join(f"<si>{text}</si>" for text in shared) + "</sst>",
    }
    for at, rows in enumerate(sheets.values(), 1):
        parts[f"xl/worksheets/sheet{at}.xml"] = f"<worksheet {_X} {_R}><sheetData>{rows}</sheetData></worksheet>"
    return package({**parts, **(more or {})})


def sheet_rows(rows: Iterable[Sequence[str]], first: int = 1) -> str:
    """Rows of texts, written in the cells themselves."""
    written = []
    for number, row in enumerate(rows, first):
        cells = "".join(
            f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
            for at, cell in enumerate(row)
            if cell
        )
        written.append(f'<row r="{number}">{cells}</row>')
    return "".join(written)


def ods(rows: Iterable[Sequence[str]]) -> bytes:
    body = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    return package(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"<office:document-content {names}><office:body><office:spreadsheet>"
            f'<table:table table:name="Feuille 1">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
            "META-INF/manifest.xml": '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        }
    )


def xls(rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook of the old kind: one sheet of texts in BIFF8 records, in a compound file of one stream."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    begin = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    name = b"Sheet1"
    bound_length = 4 + 8 + len(name)
    sheet_at = len(begin) + bound_length + 4
    bound = record(0x85, struct.pack("<IBBBB", sheet_at, 0, 0, len(name), 0) + name)
    cells = b"".join(
        record(0x204, struct.pack("<HHHHB", r, c, 0, len(cell), 1) + cell.encode("utf-16-le"))
        for r, row in enumerate(rows)
        for c, cell in enumerate(row)
    )
    book = begin + bound + record(0x0A, b"")
    book += record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + cells + record(0x0A, b"")
    return compound({"Workbook": book})


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A compound file with these streams, each padded to the size that needs no small sectors ([MS-CFB])."""
    padded = {name: data + b"\0" * max(0, 4096 - len(data)) for name, data in streams.items()}
    sectors: list[bytes] = []
    fat: list[int] = [0xFFFFFFFD, 0xFFFFFFFE]  # the table of sectors itself, then the directory
    entries = [_entry("Root Entry", 5, 1 if padded else 0xFFFFFFFF, 0xFFFFFFFE, 0)]
    at = 2
    for number, (name, data) in enumerate(padded.items(), 1):
        count = -(-len(data) // 512)
        following = number + 1 if number < len(padded) else 0xFFFFFFFF
        entries.append(_entry(name, 2, 0xFFFFFFFF, at, len(data), following))
        sectors.append(data + b"\0" * (count * 512 - len(data)))
        fat += [*range(at + 1, at + count), 0xFFFFFFFE]
        at += count
    assert len(fat) <= 128 and len(entries) <= 4
    table = b"".join(struct.pack("<I", sector) for sector in fat) + b"\xff" * 4 * (128 - len(fat))
    directory = b"".join(entries) + b"\0" * (512 - 128 * len(entries))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    return head + b"\xff" * 4 * 108 + table + directory + b"".join(sectors)


def _entry(name: str, kind: int, child: int, start: int, size: int, right: int = 0xFFFFFFFF) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    body = raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, 0xFFFFFFFF, right, child)
    return (body + b"\0" * 36 + struct.pack("<IQ", start, size)).ljust(128, b"\0")[:128]
