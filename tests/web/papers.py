"""Papers that people send: a PDF, a DOCX, a workbook, a letter, made here byte by byte; and some that mean no good."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from functools import cache
from xml.sax.saxutils import escape

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def pdf(*pages: Sequence[str], locked: bool = False) -> bytes:
    """Return a PDF whose pages are lines of text (Latin letters); ``locked`` with a password that nobody has."""
    bodies = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        content = "".join(
            f"BT /F1 12 Tf 50 {760 - 40 * at} Td ({_quoted(line)}) Tj ET\n" for at, line in enumerate(lines)
        )
        stream = content.encode("latin-1")
        bodies.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(len(bodies) + 1)
        bodies.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(bodies)
        )
    bodies[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    extra = b""
    if locked:
        bodies.append(b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"ab" * 32, b"cd" * 32))
        extra = b" /Encrypt %d 0 R /ID [<%s> <%s>]" % (len(bodies), b"01" * 16, b"01" * 16)
    return _pdf_of(bodies, extra)


def drawn_pdf(line: str, times: int, levels: int = 1, before: int = 0) -> bytes:
    """Return a PDF of a few bytes whose last page draws a form so many times, which draws another so many times.

    A line of Latin letters stands in the innermost of the ``levels``; ``before`` are pages on which it stands once.
    """
    kids = b" ".join([b"4 0 R"] * before + [b"6 0 R"])
    fonts = b"/Resources << /Font << /F1 3 0 R >> >>"
    text = f"BT /F1 8 Tf 30 14000 Td ({_quoted(line)}) Tj ET".encode("latin-1")
    form = b"/Type /XObject /Subtype /Form /BBox [-9999999 -9999999 9999999 9999999]"
    draws = b"/X Do 1 0 0 1 0 -12 cm\n" * times
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (before + 1, kids),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 14400] /Contents 5 0 R %s >>" % fonts,
        _packed(b"", text),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 14400] /Contents 7 0 R "
        b"/Resources << /XObject << /X 8 0 R >> >> >>",
        _packed(b"", draws),
    ]
    inner = (b" /Resources << /XObject << /X %d 0 R >> >>" % (8 + level) for level in range(1, levels))
    bodies += (_packed(form + resources, draws) for resources in inner)
    bodies.append(_packed(form + b" " + fonts, text))
    return _pdf_of(bodies)


def _packed(head: bytes, data: bytes) -> bytes:
    stream = zlib.compress(data, 9)
    return b"<< %s /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (head, len(stream), stream)


def _pdf_of(bodies: Sequence[bytes], extra: bytes = b"") -> bytes:
    """Return a PDF of objects numbered from 1, the first of them its catalog."""
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, extra, table)
    return bytes(out)


def docx(*paragraphs: str) -> bytes:
    """Return a DOCX of paragraphs."""
    body = "".join(f"<w:p><w:r><w:t>{escape(paragraph)}</w:t></w:r></w:p>" for paragraph in paragraphs)
    return _package(
        "word/document.xml",
        {"word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'},
    )


def xlsx(*rows: Sequence[str], sheet: str = "Sheet1") -> bytes:
    """Return a workbook of one sheet of texts."""
    cells = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
            for at, cell in enumerate(row)
        )
        + "</row>"
        for number, row in enumerate(rows, 1)
    )
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}"><sheetData>{cells}</sheetData></worksheet>',
    }
    return _package("xl/workbook.xml", parts)


def letter(subject: str, body: str) -> bytes:
    """Return an e-mail (RFC 5322) in UTF-8."""
    head = (
        "From: sales@example.org\nTo: customs@example.org\n"
        f"Subject: {subject}\nDate: Tue, 24 Nov 2026 09:00:00 +0000\nMIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    )
    return (head + body).encode()


@cache
def docx_bomb() -> bytes:
    """Return a DOCX of some kilobytes that would unpack to 600 megabytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            part.write(f'<w:document xmlns:w="{_WORD}"><w:body>'.encode())
            for _ in range(600):
                part.write(b" " * 1_000_000)
    return out.getvalue()


def docx_of_entities() -> bytes:
    """Return a DOCX whose entities would multiply without end."""
    lines = "".join(f'<!ENTITY e{n + 1} "&e{n};&e{n};&e{n};&e{n};">' for n in range(30))
    head = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY e0 "sarin ">{lines}]>'
    text = f'{head}<w:document xmlns:w="{_WORD}">&e30;</w:document>'
    return _package("word/document.xml", {"word/document.xml": text})


def _package(main: str, parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
            f'Target="{main}"/></Relationships>',
        )
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def _quoted(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
