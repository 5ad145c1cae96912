"""What kind of file this is: by its first bytes, then by what its text looks like, and only then by its name.

A table and a document are told apart in different ways on purpose. `open_table` was told that there is a table, so a
text is one unless it cannot be; a document may be anything. So there are two functions for each step.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import PurePath

from opencwc.errors import InputError
from opencwc.files.cell_forms import looks_like_smiles
from opencwc.files.delimiters import sniff_delimiter, sniff_delimiter_of_text
from opencwc.files.headings import is_heading_word
from opencwc.files.line_breaks import is_parted, join_numbers
from opencwc.files.mojibake import noise_share
from opencwc.files.passages import Refusal
from opencwc.files.readers import reader_by_ending
from opencwc.finding import Message

_COMPRESSED_ENDINGS = (".gz", ".gzip", ".zst", ".zstd")
_DELIMITED = ("csv", "tsv")
_SIGNATURES = (
    (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"PK\x07\x08", "split zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"), (b"PAR1", "parquet"), (b"%PDF", "pdf"), (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF8", "gif"), (b"II*\x00", "tiff"), (b"MM\x00*", "tiff"), (b"BM", "bmp"),
    (b"\x00\x00\x00\x0cjP  ", "jp2"), (b"\x7fELF", "program"), (b"MZ\x90\x00", "program"),
    (b"\xca\xfe\xba\xbe", "program"), (b"\xcf\xfa\xed\xfe", "program"),
    (b"SQLite format 3\x00", "database"), (b"VjCD0100", "chemdraw"), (b"{\\rtf", "rtf"),
    (b"\x78\x9f\x3e\x22", "winmail"), (b"Rar!\x1a\x07", "rar"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"), (b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"ARROW1\x00\x00", "arrow"),
)  # fmt: skip
PICTURES = ("jpeg", "png", "gif", "tiff", "bmp", "jp2", "webp")

_MOSTLY = 0.5
"""The share of lines of noise from which a file is no text."""
_AS_PDF = "reading_remedy_save_as_pdf_or_docx"
_CHECK = "reading_remedy_check_file"
_UNPACK = "reading_remedy_unpack"

_NO_TABLE = {
    "pdf": "file_is_pdf",
    "jpeg": "file_is_jpeg",
    "png": "file_is_png",
    "gif": "file_is_gif",
    "tiff": "file_is_tiff",
    "program": "file_is_program",
    "database": "file_is_database",
    "chemdraw": "file_is_chemdraw",
    "rtf": "file_is_rtf",
    "rar": "file_is_rar",
    "7z": "file_is_7zip",
    "bzip2": "file_is_bzip2",
    "xz": "file_is_xz",
    "gzip": "file_compressed_twice",
    "zstd": "file_compressed_twice",
    "arrow": "file_is_arrow",
}
_NO_DOCUMENT = {
    "winmail": ("reading_kind_winmail", "reading_remedy_without_winmail"),
    **dict.fromkeys(("rar", "7z", "gzip", "zstd", "bzip2", "xz"), ("reading_kind_archive", _UNPACK)),
    **dict.fromkeys(("program", "database"), ("reading_kind_unknown", _CHECK)),
    "parquet": ("reading_kind_unknown", "reading_remedy_screen_as_table"),
}
_NO_TABLE_TEXT = (
    ("<!doctype html", "file_is_web_page"),
    ("<html", "file_is_web_page"),
    ("<?xml", "file_is_xml"),
    ("@<tripos>molecule", "file_is_mol2"),
    ("$rdfile", "file_is_rdf"),
    ("$rxn", "file_is_reaction"),
)
_COUNTS_LINE = re.compile(r"^(?:[^\n]*\n){3}[ \d]{6}[^\n]*V[23]000", re.MULTILINE)
_TEXT_CONTROLS = frozenset(b"\t\n\x0b\x0c\r\x1b\x1c\x1d\x1e\x1f")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x7f]")
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|table|div|p|title|meta|span|tr|h[1-6])[\s>/]", re.IGNORECASE)
_MAIL_HEADER = re.compile(
    r"^(from|to|cc|subject|date|received|return-path|mime-version|message-id|content-type|delivered-to|reply-to"
    r"|dkim-signature|x-[a-z0-9-]+|content-transfer-encoding|sender|authentication-results|thread-topic):",
    re.IGNORECASE,
)


_PROSE_LINES = 200
_WORDS_OF_A_SENTENCE, _WORDS_OF_A_LONG_SENTENCE = 4, 12
_WORD = re.compile(r"[^\W\d_]{2,}")
_CLAUSE = re.compile(r"[。！？；，、]")
_UNSPACED_CLAUSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{3,}[，。；！？、][\u3040-\u30ff\u3400-\u9fff]{2,}")
_INDEX_NAME_END = re.compile(r",\s\S*-$")
"""An index name that ends in what is put on its parent: it keeps its hyphen, whatever the next line begins with."""
MAILBOX_LINE = re.compile(rb"(?:\A|\n\r?\n)From \S+ [^\r\n]*\d{4}[^\r\n]*\r?\n")
_TECHNICAL_HEADERS = frozenset(
    {"received", "return-path", "mime-version", "message-id", "content-type", "dkim-signature", "delivered-to"}
)


def signature_of(start: bytes) -> str:
    """Return what the first bytes cannot but be, ``""`` where they may be text."""
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "webp"
    return next((name for magic, name in _SIGNATURES if start.startswith(magic)), "")


# ------------------------------------------------------------------------------------------------------------ tables


def table_kind_by_name(name: str) -> str:
    """What the file's name says it is (``""`` where it says nothing); ``.gz`` and ``.zst`` are looked through."""
    path = PurePath(name)
    if path.suffix.lower() in _COMPRESSED_ENDINGS:
        path = path.with_suffix("")
    ending = path.suffix.lower()
    reader = reader_by_ending(ending, "rows")
    return reader.endings[ending] if reader else ""


def kind_of_binary(start: bytes, where: str) -> str:
    """``xlsx`` (every workbook) or ``parquet`` by the first bytes, ``""`` for text.

    Raises `InputError`: the bytes are of a kind that holds no table.
    """
    signature = signature_of(start)
    if signature in _NO_TABLE:
        raise InputError(_NO_TABLE[signature], where=where)
    return {"zip": "xlsx", "ole": "xlsx", "parquet": "parquet"}.get(signature, "")


def refuse_no_table(start: str, where: str) -> None:
    """Raise InputError where the text is markup, or no text at all."""
    head = start[:200].lstrip("\ufeff \t\n").lower()
    for mark, code in _NO_TABLE_TEXT:
        if head.startswith(mark):
            raise InputError(code, where=where)
    if (share := noise_share(start[:100_000])) > _MOSTLY:
        raise InputError("file_is_noise", where=where, percent=round(100 * share))
    sample = start[:100_000].encode()
    controls = sum(sample.count(byte) for byte in range(32) if byte not in _TEXT_CONTROLS)
    if controls > len(sample) / 10:
        raise InputError("file_kind_unknown", where=where)


def kind_of_table_text(start: str, claimed: str) -> str:
    """The kind of a text: what it cannot but be, else what its name says, else what it looks like."""
    if _COUNTS_LINE.match(start):
        several = re.search(r"^\$\$\$\$", start, re.MULTILINE)
        return "sdf" if several or claimed == "sdf" else "mol"
    if claimed in ("sdf", "mol"):
        return claimed
    if kind := _kind_of_json(start):
        return "jsonl" if claimed == "jsonl" and start.lstrip().startswith("{") else kind
    if claimed in ("json", "jsonl"):
        return claimed
    if claimed in _DELIMITED:
        return "tsv" if sniff_delimiter(start, prefer="\t" if claimed == "tsv" else "") == "\t" else "csv"
    return _kind_of_lines(start, claimed)


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


def _kind_of_lines(start: str, claimed: str) -> str:
    lines = [line.strip() for line in start.split("\n", 400)[:400] if line.strip()]
    if claimed == "smi":
        return "csv" if sniff_delimiter(start) == "," and not _mostly_smiles(lines) else "smi"
    delimiter = sniff_delimiter(start)
    if delimiter:
        return "tsv" if delimiter == "\t" else "csv"
    return "smi" if _mostly_smiles(lines) else "text"


def _mostly_smiles(lines: Sequence[str]) -> bool:
    first = [line.split(None, 1)[0] for line in lines]
    return 2 * sum(map(looks_like_smiles, first)) > len(first)


# --------------------------------------------------------------------------------------------------------- documents


def document_kind_by_name(name: str) -> str:
    """What the file's name says it is, ``""`` where it says nothing."""
    reader = reader_by_ending(PurePath(name).suffix.lower(), "passages")
    return reader.kinds[0] if reader else ""


def kind_of_bytes(data: bytes) -> str:
    """``pdf``, ``zip``, ``xls`` or ``picture`` by the first bytes, ``""`` for what may be text.

    Raises `Refusal`: the bytes are of a kind that is not read.
    """
    signature = signature_of(data)
    if signature in ("zip", "split zip"):
        return "zip"
    if signature == "ole":
        return _kind_of_ole(data)
    if signature in _NO_DOCUMENT:
        raise Refusal(*_NO_DOCUMENT[signature])
    if signature == "rtf":
        return "rtf"
    if _is_pdf(data):
        return "pdf"
    if signature in PICTURES:
        return "" if signature == "bmp" and b"\0" not in data[:64] else "picture"
    return ""


def _is_pdf(data: bytes) -> bool:
    """Whether the mark of PDF stands at the beginning, or behind some rubbish that is no message and no page."""
    at = data.find(b"%PDF-", 0, 1024)
    before = data[: max(at, 0)].lstrip(b"\xef\xbb\xbf \t\r\n\0").decode("latin-1")
    return at == 0 or (at > 0 and not (before[:1] == "<" or _MAIL_HEADER.match(before)))


def kind_of_document_text(start: str, claimed: str) -> str:
    """Return ``html``, ``eml``, ``csv`` or ``txt``; raise `Refusal` where it is no text at all."""
    sample = start[:100_000]
    if (share := noise_share(sample)) > _MOSTLY:
        raise Refusal(Message("reading_noise", {"percent": round(100 * share)}), _CHECK)
    if len(_CONTROLS.findall(sample)) > len(sample) / 20:
        raise Refusal("reading_kind_unknown", "reading_remedy_send_as_document")
    head = sample.lstrip("\ufeff \t\r\n")
    if _looks_like_mail(head, claimed):
        return "eml"
    if claimed == "html" or (head[:1] == "<" and _HTML.search(head[:4_000])):
        return "html" if "<" in sample else "txt"
    if claimed in ("csv", "txt"):
        return claimed
    return "csv" if sniff_delimiter_of_text(sample) else "txt"


def is_message(start: bytes, claimed: str) -> bool:
    """Tell whether a text begins as a message does; ``start`` are its first bytes."""
    return _looks_like_mail(start.decode("latin-1").lstrip("\ufeff \t\r\n"), claimed)


def reads_as_prose(start: str) -> bool:
    """Tell whether a text whose name says nothing of tables is prose, and no list with one chemical a line or table.

    Prose has sentences, or lines that end inside a word or a number; a single line with commas is a sentence rather
    than a table of one row. ``start`` is the beginning of the text, or all of it.

    >>> reads_as_prose("We ship thiodiglycol, drums, and acetone"), reads_as_prose("The drums held oxychlo-\\nride")
    (True, True)
    >>> reads_as_prose("ethanol\\nsarin, technical\\n"), reads_as_prose("name,cas\\nethanol,64-17-5\\n")
    (False, False)
    """
    lines = [line.strip() for line in start.lstrip("\ufeff").split("\n", _PROSE_LINES)[:_PROSE_LINES]]
    held = [line for line in lines if line]
    if not held or "\0" in start or _is_table_or_list(start, held):
        return False
    if len(held) == 1:
        return ", " in held[0] or bool(_CLAUSE.search(held[0])) or _is_sentence(held[0])
    if any(is_parted(line, following) and not _INDEX_NAME_END.search(line) for line, following in pairwise(lines)):
        return True
    if join_numbers(start) != start:
        return True
    return 2 * sum(len(line) for line in held if _is_sentence(line)) > sum(map(len, held))


def _is_table_or_list(start: str, held: Sequence[str]) -> bool:
    """Tell whether a text is surely data: JSON, a mol block, SMILES, cells under headings or parted by tabs."""
    cells = [cell.strip() for cell in re.split(r"[,;\t|]", held[0])]
    headed = sum(map(is_heading_word, cells)) >= 2 or (len(held) > 1 and len(cells) > 1 and is_heading_word(cells[0]))
    tabbed = sum("\t" in line for line in held) > len(held) / 2
    return headed or tabbed or bool(_kind_of_json(start)) or bool(_COUNTS_LINE.match(start)) or _mostly_smiles(held)


def _is_sentence(line: str) -> bool:
    words = _WORD.findall(line)
    if len(words) >= _WORDS_OF_A_LONG_SENTENCE or _UNSPACED_CLAUSE.search(line):
        return True
    return len(words) >= _WORDS_OF_A_SENTENCE and line.rstrip("\"'”»)").endswith((".", "!", "?", "؟", "。"))


def is_mailbox(data: bytes, claimed: str) -> bool:
    """Tell whether messages stand behind lines that begin with ``From`` (RFC 4155): several, or as the name says."""
    separators = itertools.islice(MAILBOX_LINE.finditer(data), 2)
    return data.startswith(b"From ") and len(list(separators)) > (claimed != "mbox")


def _looks_like_mail(head: str, claimed: str) -> bool:
    """Whether it begins with the header of a message (RFC 5322): two known fields and nothing else among the first."""
    known: set[str] = set()
    for number, line in enumerate(head[:100_000].splitlines()):
        if not line.strip():
            break
        if line[0] in " \t" or (number == 0 and line.startswith("From ")):
            continue
        if (field := _MAIL_HEADER.match(line)) is not None:
            known.add(field[1].lower())
        elif not re.match(r"[A-Za-z0-9-]{1,60}:", line):
            break
    technical = known & _TECHNICAL_HEADERS
    return (len(known) >= 2 or (bool(known) and claimed in ("eml", "mbox"))) and bool(
        technical or {"from", "subject"} <= known or (known and claimed in ("eml", "mbox"))
    )


def _kind_of_ole(data: bytes) -> str:
    """Which program wrote a compound file, by the names of its streams ([MS-CFB] 2.6.1, [MS-OFFCRYPTO] 2.3)."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        raise Refusal("reading_encrypted", "reading_remedy_remove_password")
    if holds("WordDocument"):
        raise Refusal("reading_kind_doc", "reading_remedy_save_word_as_docx_or_pdf")
    if holds("__properties_version1.0") or holds("__substg1.0_"):
        raise Refusal("reading_kind_msg", "reading_remedy_save_as_eml")
    if holds("Workbook") or holds("Book"):
        return "xls"
    raise Refusal("reading_kind_unknown", _AS_PDF)
