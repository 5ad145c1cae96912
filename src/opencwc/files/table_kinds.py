"""What kind of file this is: by its first bytes, then by what its text looks like, and only then by its name."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import partial
from pathlib import PurePath

from opencwc.errors import InputError
from opencwc.files.delimiters import sniff_delimiter
from opencwc.files.values import looks_like_smiles

KIND_OF_SUFFIX = {
    **dict.fromkeys((".smi", ".smiles", ".ism", ".cxsmiles"), "smi"),
    ".csv": "csv",
    **dict.fromkeys((".tsv", ".tab"), "tsv"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), "xlsx"),
    ".parquet": "parquet",
    **dict.fromkeys((".sdf", ".sd"), "sdf"),
    **dict.fromkeys((".mol", ".mdl"), "mol"),
    ".json": "json",
    **dict.fromkeys((".jsonl", ".ndjson"), "jsonl"),
    **dict.fromkeys((".txt", ".text", ".lst"), "text"),
}
_COMPRESSED_SUFFIXES = (".gz", ".gzip", ".zst", ".zstd")
_DELIMITED = ("csv", "tsv")

_CONVERT = "Export it as CSV, Excel or SDF."
_AS_TEXT = "Have it read whole, as a text: add --as text, and name no column."
_UNPACK = "Unpack it and name one file inside it."


def _no_table(code: str, what: str, remedy: str) -> partial[InputError]:
    return partial(InputError, code, what, remedy=remedy)


_UNREADABLE = (
    (b"%PDF", _no_table("file_is_pdf", "The file is a PDF document, not a table.", _AS_TEXT)),
    (b"\xff\xd8\xff", _no_table("file_is_jpeg", "The file is a JPEG picture, not a table.", _CONVERT)),
    (b"\x89PNG\r\n\x1a\n", _no_table("file_is_png", "The file is a PNG picture, not a table.", _CONVERT)),
    (b"GIF8", _no_table("file_is_gif", "The file is a GIF picture, not a table.", _CONVERT)),
    (b"II*\x00", _no_table("file_is_tiff", "The file is a TIFF picture, not a table.", _CONVERT)),
    (b"MM\x00*", _no_table("file_is_tiff", "The file is a TIFF picture, not a table.", _CONVERT)),
    (
        b"\x7fELF",
        _no_table("file_is_program", "The file is a program, not a table.", "Check that the right file was given."),
    ),
    (
        b"MZ\x90\x00",
        _no_table("file_is_program", "The file is a program, not a table.", "Check that the right file was given."),
    ),
    (b"SQLite format 3\x00", _no_table("file_is_database", "The file is a database, not a table.", _CONVERT)),
    (
        b"VjCD0100",
        _no_table("file_is_chemdraw", "The file is a ChemDraw drawing, not a table.", "Save it as SDF or as SMILES."),
    ),
    (b"{\\rtf", _no_table("file_is_rtf", "The file is an RTF document, not a table.", _CONVERT)),
    (b"Rar!\x1a\x07", _no_table("file_is_rar", "The file is a RAR archive, not a table.", _UNPACK)),
    (b"7z\xbc\xaf\x27\x1c", _no_table("file_is_7zip", "The file is a 7-Zip archive, not a table.", _UNPACK)),
    (b"BZh", _no_table("file_is_bzip2", "The file is compressed with bzip2, not a table.", "Unpack it with bunzip2.")),
    (b"\xfd7zXZ\x00", _no_table("file_is_xz", "The file is compressed with xz, not a table.", "Unpack it with unxz.")),
    (b"\x1f\x8b", _no_table("file_compressed_twice", "The file is compressed twice, not a table.", "Unpack it once.")),
    (
        b"\x28\xb5\x2f\xfd",
        _no_table("file_compressed_twice", "The file is compressed twice, not a table.", "Unpack it once."),
    ),
    (b"ARROW1\x00\x00", _no_table("file_is_arrow", "The file is an Arrow file, not a table.", "Save it as Parquet.")),
)
_UNREADABLE_TEXT = (
    ("<!doctype html", _no_table("file_is_web_page", "The file is a web page, not a table.", _AS_TEXT)),
    ("<html", _no_table("file_is_web_page", "The file is a web page, not a table.", _AS_TEXT)),
    ("<?xml", _no_table("file_is_xml", "The file is an XML document, not a table.", _CONVERT)),
    (
        "@<tripos>molecule",
        _no_table("file_is_mol2", "The file is a Tripos MOL2 file, not a table.", "Convert it to SDF."),
    ),
    ("$rdfile", _no_table("file_is_rdf", "The file is an MDL RDF file, not a table.", "Convert it to SDF.")),
    (
        "$rxn",
        _no_table("file_is_reaction", "The file is a reaction file, not a table.", "Convert its molecules to SDF."),
    ),
)
_COUNTS_LINE = re.compile(r"^(?:[^\n]*\n){3}[ \d]{6}[^\n]*V[23]000", re.MULTILINE)
_TEXT_CONTROLS = frozenset(b"\t\n\x0b\x0c\r\x1b\x1c\x1d\x1e\x1f")


def kind_by_name(name: str) -> str:
    """What the file's name says it is (``""`` where it says nothing); ``.gz`` and ``.zst`` are looked through."""
    path = PurePath(name)
    if path.suffix.lower() in _COMPRESSED_SUFFIXES:
        path = path.with_suffix("")
    return KIND_OF_SUFFIX.get(path.suffix.lower(), "")


def kind_of_binary(start: bytes, where: str) -> str:
    """``zip``, ``ole`` or ``parquet`` by the first bytes, ``""`` for text.

    Raises:
        InputError: the bytes are of a kind that holds no table.

    """
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "ole"
    if start.startswith(b"PAR1"):
        return "parquet"
    for magic, refused in _UNREADABLE:
        if start.startswith(magic):
            raise refused(where=where)
    return ""


def refuse_what_is_no_text(start: str, where: str) -> None:
    """Raise InputError where the text is markup, or no text at all."""
    head = start[:200].lstrip("\ufeff \t\n").lower()
    for mark, refused in _UNREADABLE_TEXT:
        if head.startswith(mark):
            raise refused(where=where)
    sample = start[:100_000].encode()
    controls = sum(sample.count(byte) for byte in range(32) if byte not in _TEXT_CONTROLS)
    if controls > len(sample) / 10:
        raise InputError(
            "file_kind_unknown", "The file is of a kind that is not known here.", where=where, remedy=_CONVERT
        )


def kind_of_text(start: str, said: str) -> str:
    """The kind of a text: what it cannot but be, else what its name says, else what it looks like."""
    if _COUNTS_LINE.match(start):
        several = re.search(r"^\$\$\$\$", start, re.MULTILINE)
        return "sdf" if several or said == "sdf" else "mol"
    if said in ("sdf", "mol"):
        return said
    if found := _kind_of_json(start):
        return "jsonl" if said == "jsonl" and start.lstrip().startswith("{") else found
    if said in ("json", "jsonl"):
        return said
    if said in _DELIMITED:
        return "tsv" if sniff_delimiter(start, prefer="\t" if said == "tsv" else "") == "\t" else "csv"
    return _kind_of_lines(start, said)


def _kind_of_json(start: str) -> str:
    head = start.lstrip("\ufeff \t\n")
    if re.match(r'\[\s*(?:[{"]|\]\s*$)', head):
        return "json"
    if not re.match(r'\{\s*["}]', head):
        return ""
    first, _, rest = head.partition("\n")
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return "json"
    return "jsonl" if rest.strip() else "json"


def _kind_of_lines(start: str, said: str) -> str:
    lines = [line.strip() for line in start.split("\n", 400)[:400] if line.strip()]
    if said == "smi":
        return "csv" if sniff_delimiter(start) == "," and not _mostly_smiles(lines) else "smi"
    delimiter = sniff_delimiter(start)
    if delimiter:
        return "tsv" if delimiter == "\t" else "csv"
    return "smi" if _mostly_smiles(lines) else "text"


def _mostly_smiles(lines: Sequence[str]) -> bool:
    first = [line.split(None, 1)[0] for line in lines]
    return 2 * sum(map(looks_like_smiles, first)) > len(first)
