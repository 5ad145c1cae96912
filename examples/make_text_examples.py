"""Make the three documents of this folder: ``python examples/make_text_examples.py [FOLDER]`` (this one without one).

A French packing list in Excel, an Arabic order by e-mail, an English safety data sheet in PDF. Everything in them is
invented but the names and numbers of chemicals, which are published. They are written here byte by byte, with fixed
days, by the standard library alone: the same bytes each time, and no program's name in them.
"""

from __future__ import annotations

import sys
import zipfile
from base64 import encodebytes
from collections.abc import Iterator, Sequence
from email.header import Header
from io import BytesIO
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

DAY = (2026, 11, 24, 9, 0, 0)

# ------------------------------------------------------------------------------------------- the packing list

PACKING_LIST: tuple[tuple[str | float, ...], ...] = (
    ("Norwald Chemicals (société fictive) - LISTE DE COLISAGE LC-2026-118",),
    ("Expédition du 24/11/2026, port de Saltmere, Nordavie (État inventé)",),
    ("Destinataire : Brenna Coatings (société fictive)", "", "", "", "", "", "Délai : 4 semaines"),
    (),
    ("Pos.", "Désignation", "N° CAS", "Code SH", "Quantité", "Unité", "Emballage"),
    (1, "Triéthanolamine 85 %", "102-71-6", "2922.15", 1000, "kg", "1 IBC de 1000 L"),
    (2, "Thiodiglycol", "111-48-8", "2930.70", 220, "kg", "1 fût"),
    (3, "Chlorure de thionyle", "", "2915.21", 50, "kg", "2 fûts de 25 kg"),
    (4, "Oxychlorure de phosphore", "10025-87-4", "2812.12", 30, "kg", "1 fût"),
    (5, "TEA 99 %", "", "", 200, "L", "1 fût de 200 L"),
    (6, "Acétone", "67-64-1", "2914.11", 800, "L", "4 fûts de 200 L"),
    (7, "Chaises de bureau", "", "9401.39", 12, "pièces", "6 cartons"),
    (8, "Moutarde de Dijon, en pots", "", "2103.30", 240, "pots", "10 cartons"),
    (9, "Huile de ricin", "", "1515.30", 60, "L", "3 bidons de 20 L"),
    (10, "Méthylphosphonate de diméthyle (DMMP)", "756-79-6", "2931.41", 25, "kg", "1 bidon"),
    (11, "Gants en nitrile, boîte de 100", "", "4015.19", 40, "boîtes", "2 cartons"),
    (12, "Acide citrique monohydraté", "5949-29-1", "2918.14", 500, "kg", "20 sacs de 25 kg"),
    (
        "",
        "Total : 48 colis",
    ),
)
"""Line 3 has a wrong HS code, line 4 a CAS number with a wrong digit, line 5 an abbreviation of two chemicals."""


def packing_list() -> bytes:
    """Return the packing list as a workbook with one sheet."""
    rows = "".join(
        f'<row r="{number}">{"".join(_cells(number, row))}</row>' for number, row in enumerate(PACKING_LIST, 1) if row
    )
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}"><sheets>'
        '<sheet name="liste" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {main}>"
        '<cols><col min="1" max="1" width="6" customWidth="1"/><col min="2" max="2" width="42" customWidth="1"/>'
        '<col min="3" max="7" width="16" customWidth="1"/></cols>'
        f"<sheetData>{rows}</sheetData></worksheet>",
    }
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package_file:
        for name, text in parts.items():
            said = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}'
            package_file.writestr(zipfile.ZipInfo(name, DAY), said.encode(), zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _cells(number: int, row: Sequence[str | float]) -> Iterator[str]:
    for column, value in zip("ABCDEFG", row, strict=False):
        if isinstance(value, str) and value:
            yield f'<c r="{column}{number}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        elif value != "":
            yield f'<c r="{column}{number}"><v>{value}</v></c>'


# --------------------------------------------------------------------------------------------------- the order

SUBJECT = "طلب شراء رقم 4471: ثلاثي إيثانول أمين ومواد أخرى"
BODY = """\
السادة شركة نوروالد للكيماويات (شركة خيالية) المحترمين،

تحية طيبة وبعد،

نرجو تزويدنا بعرض أسعار للمواد التالية مع التسليم في ميناء سالتمير:

1- ثلاثي إيثانول أمين بتركيز 99%، الكمية 500 كغ في براميل.
2- ثيوديغليكول، 40 كغ، لإنتاج الأحبار.
3- أسيتون تقني، 200 لتر.

ولمطعم الشركة: 20 علبة من خردل ديجون و5 كغ من بذور الخردل وزيت الزيتون.

القائمة الكاملة في الملف المرفق. مدة التسليم المطلوبة أربعة أسابيع.

مع التحية،
قسم المشتريات
مؤسسة تارنفيل للتجارة (شركة خيالية)
"""
ITEMS = """\
الصنف,رقم CAS,الكمية,الوحدة
ثلاثي إيثانول أمين 99%,102-71-6,500,كغ
ثيوديغليكول,111-48-8,40,كغ
كلوريد الثيونيل,7719-09-7,25,كغ
أسيتون,67-64-1,200,لتر
حمض الستريك,77-92-9,100,كغ
خردل ديجون,,20,علبة
كراسي مكتب,,6,قطعة
"""
ATTACHED = "الأصناف.csv"


def order() -> bytes:
    """Return the e-mail: its subject by RFC 2047, the attachment's name by RFC 2231, both texts in base64."""
    edge = "=_order-4471"
    headers = (
        f"From: {_header('مؤسسة تارنفيل للتجارة')} <orders@tarnfell.example>\n"
        f"To: {_header('شركة نوروالد للكيماويات')} <sales@norwald.example>\n"
        f"Subject: {_header(SUBJECT, len('Subject: '))}\n"
        "Date: Tue, 24 Nov 2026 09:00:00 +0000\n"
        "Message-ID: <4471@tarnfell.example>\n"
        "MIME-Version: 1.0\n"
        f'Content-Type: multipart/mixed; boundary="{edge}"\n\n'
    )
    body = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n" + _base64(BODY)
    attached = (
        "Content-Type: text/csv; charset=utf-8\nContent-Transfer-Encoding: base64\n"
        f"Content-Disposition: attachment;\n filename*=utf-8''{quote(ATTACHED)}\n\n" + _base64(ITEMS)
    )
    return f"{headers}--{edge}\n{body}--{edge}\n{attached}--{edge}--\n".encode("ascii")


def _header(text: str, used: int = 0) -> str:
    return Header(text, "utf-8", header_name=" " * used if used else None).encode()


def _base64(text: str) -> str:
    return encodebytes(text.encode()).decode("ascii")


# ------------------------------------------------------------------------------------------ the safety data sheet

Line = tuple[str, ...]
"""A heading (one cell that begins with #), a line of text (one cell), or a row of a table (several cells)."""

SHEET: tuple[tuple[Line, ...], ...] = (
    (
        ("#SAFETY DATA SHEET (invented, for the examples of OpenCWC)",),
        ("Norwald Clear 40",),
        ("Version 3, 24 November 2026. The product and the companies named here do not exist.",),
        ("#SECTION 1: Identification of the mixture and of the company",),
        ("Product name: Norwald Clear 40",),
        ("Use: intermediate for coatings, for industrial users only",),
        ("Supplier: Norwald Chemicals (invented), 1 Harbour Road, Saltmere, Nordavia (invented)",),
        ("Telephone of the duty desk: VX Systems (invented), lead time two hours",),
        ("#SECTION 2: Hazards identification",),
        ("Left empty: a data sheet for examples teaches nothing about hazards.",),
        ("#SECTION 3: Composition / information on ingredients",),
        ("Ingredient", "CAS No.", "EC No.", "Concentration"),
        ("Trimethyl phosphite", "121-45-9", "204-471-5", "60 - 70 %"),
        ("Toluene", "108-88-3", "203-625-9", "20 - 25 %"),
        ("Dimethyl methylphosphonate", "756-79-6", "212-052-3", "5 - 10 %"),
        ("Triethyl phosphate", "78-40-0", "201-114-5", "1 - 5 %"),
    ),
    (
        ("#SECTIONS 4 TO 8",),
        ("Left empty in this invented data sheet.",),
        ("#SECTION 9: Physical and chemical properties",),
        ("Appearance: clear liquid, mustard yellow",),
        ("Packed in drums of 200 kg",),
        ("#SECTIONS 10 TO 13",),
        ("Left empty in this invented data sheet.",),
    ),
    (
        ("#SECTION 14: Transport information",),
        ("UN number: UN 2329",),
        ("Proper shipping name: TRIMETHYL PHOSPHITE",),
        ("#SECTION 15: Regulatory information",),
        ("Customs tariff: HS 2920.23",),
        ("#SECTION 16: Other information",),
        ("Samples are sent from our laboratory in Tin Can Bay with a jar of honey mustard.",),
    ),
)
COLUMNS = (56, 240, 330, 430)
PAGE = (595, 842)


def safety_data_sheet() -> bytes:
    """Return the data sheet as a PDF with text that can be selected, in the standard fonts Helvetica."""
    pages = len(SHEET)
    kids = " ".join(f"{5 + 2 * at} 0 R" for at in range(pages))
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    ]
    for at, lines in enumerate(SHEET):
        content = "\n".join(_drawn(lines, f"Norwald Clear 40, page {at + 1} of {pages}")).encode("cp1252")
        parts.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE[0]} {PAGE[1]}] /Contents {6 + 2 * at} 0 R"
            " /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>".encode()
        )
        parts.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    parts.append(b"<< /Title (Norwald Clear 40, an invented safety data sheet) /CreationDate (D:20261124090000Z) >>")
    written = bytearray(b"%PDF-1.4\n")
    places = []
    for number, part in enumerate(parts, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (len(parts) + 1, len(parts))
    return bytes(written) + b"startxref\n%d\n%%%%EOF\n" % table


def _drawn(lines: Sequence[Line], foot: str) -> Iterator[str]:
    height = PAGE[1] - 72
    for line in lines:
        heading = line[0].startswith("#")
        height -= 22 if heading else 0
        for at, cell in zip(COLUMNS, line, strict=False):
            yield _text(at, height, "/F2 12" if heading else "/F1 10", cell.removeprefix("#"))
        height -= 22 if heading else 16
    yield _text(COLUMNS[0], 40, "/F1 8", foot)


def _text(x: int, y: int, font: str, text: str) -> str:
    for sign in "\\()":
        text = text.replace(sign, f"\\{sign}")
    return f"BT {font} Tf {x} {y} Td ({text}) Tj ET"


EXAMPLES = {
    "liste-de-colisage.xlsx": packing_list,
    "order-ar.eml": order,
    "safety-data-sheet.pdf": safety_data_sheet,
}

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, make in EXAMPLES.items():
        (folder / name).write_bytes(make())
