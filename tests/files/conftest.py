"""Builds the files of the tests: workbooks by hand, so that no library can tidy up what should be odd."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

Cells = Sequence[Sequence[object]]


def _cell(column: int, row: int, value: object) -> str:
    place = f'r="{chr(65 + column)}{row}"'
    if isinstance(value, (int, float)):
        return f"<c {place}><v>{value}</v></c>"
    return f'<c {place} t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'


def _sheet(rows: Cells, extra: str = "") -> str:
    body = "".join(
        f'<row r="{number}">'
        + "".join(_cell(at, number, cell) for at, cell in enumerate(row) if cell is not None)
        + "</row>"
        for number, row in enumerate(rows, 1)
    )
    return f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}"><sheetData>{body}{extra}</sheetData></worksheet>'


def build_workbook(path: Path, sheets: dict[str, Cells], *, macros: bool = False, extra: str = "") -> Path:
    names = list(sheets)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<?xml version="1.0"?><Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(names, 1))
        archive.writestr(
            "xl/workbook.xml",
            f'<?xml version="1.0"?><workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
            f"<sheets>{listed}</sheets></workbook>",
        )
        parts = "".join(
            f'<Relationship Id="r{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(names) + 1)
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships">{parts}</Relationships>',
        )
        for number, name in enumerate(names, 1):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", _sheet(sheets[name], extra))
        if macros:
            archive.writestr("xl/vbaProject.bin", b"Sub Auto_Open()")
    return path


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    def build(name: str, *, macros: bool = False, extra: str = "", **sheets: Cells) -> Path:
        return build_workbook(tmp_path / name, sheets, macros=macros, extra=extra)

    return build
