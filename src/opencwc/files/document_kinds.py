"""What kind of document this is: by its first bytes, then by what its text looks like, and only then by its name."""

from __future__ import annotations

import re
from pathlib import PurePath

from opencwc.files.passages import Refusal

KIND_OF_SUFFIX = {
    ".pdf": "pdf",
    **dict.fromkeys((".docx", ".docm", ".dotx"), "docx"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".xltx"), "xlsx"),
    **dict.fromkeys((".html", ".htm", ".xhtml", ".shtml"), "html"),
    **dict.fromkeys((".eml", ".mht", ".mhtml"), "eml"),
    **dict.fromkeys((".csv", ".tsv", ".tab"), "csv"),
    **dict.fromkeys((".txt", ".text", ".md", ".log"), "txt"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif", ".bmp", ".webp", ".jp2"), "picture"),
}
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"II*\x00", b"MM\x00*", b"BM", b"\x00\x00\x00\x0cjP  ")
_AS_PDF = "Open it in its own program and save it as PDF or DOCX."
_UNPACK = "Unpack it and name one file inside it."
_REFUSED = (
    (b"{\\rtf", "reading_kind_rtf", _AS_PDF),
    (b"\x78\x9f\x3e\x22", "reading_kind_winmail", "Ask the sender for a message without winmail.dat, or unpack it."),
    (b"Rar!\x1a\x07", "reading_kind_archive", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "reading_kind_archive", _UNPACK),
    (b"\x1f\x8b", "reading_kind_archive", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "reading_kind_archive", _UNPACK),
    (b"BZh", "reading_kind_archive", _UNPACK),
    (b"\xfd7zXZ\x00", "reading_kind_archive", _UNPACK),
    (b"\x7fELF", "reading_kind_unknown", "Check that the right file was given."),
    (b"MZ\x90\x00", "reading_kind_unknown", "Check that the right file was given."),
    (b"SQLite format 3\x00", "reading_kind_unknown", "Check that the right file was given."),
    (b"PAR1", "reading_kind_unknown", "Screen it as a table: leave out --as text."),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x7f]")
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|table|div|p|title|meta|span|tr|h[1-6])[\s>/]", re.IGNORECASE)
_MAIL_HEADER = re.compile(
    r"^(from|to|cc|subject|date|received|return-path|mime-version|message-id|content-type|delivered-to|reply-to"
    r"|dkim-signature|x-[a-z0-9-]+|content-transfer-encoding|sender|authentication-results|thread-topic):",
    re.IGNORECASE,
)


def kind_by_name(name: str) -> str:
    """What the file's name says it is, ``""`` where it says nothing."""
    return KIND_OF_SUFFIX.get(PurePath(name).suffix.lower(), "")


def kind_of_bytes(data: bytes) -> str:
    """``pdf``, ``zip``, ``xls`` or ``picture`` by the first bytes, ``""`` for what may be text.

    Raises:
        Refusal: the bytes are of a kind that is not read.

    """
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if data.startswith(_OLE):
        return _kind_of_ole(data)
    for magic, message, remedy in _REFUSED:
        if data.startswith(magic):
            raise Refusal(message, remedy)
    if _is_pdf(data):
        return "pdf"
    if data.startswith(_PICTURES) or (data.startswith(b"RIFF") and data[8:12] == b"WEBP"):
        return "" if data.startswith(b"BM") and b"\0" not in data[:64] else "picture"
    return ""


def _is_pdf(data: bytes) -> bool:
    """Whether the mark of PDF stands at the beginning, or behind some rubbish that is no message and no page."""
    at = data.find(b"%PDF-", 0, 1024)
    before = data[: max(at, 0)].lstrip(b"\xef\xbb\xbf \t\r\n\0").decode("latin-1")
    return at == 0 or (at > 0 and not (before[:1] == "<" or _MAIL_HEADER.match(before)))


def kind_of_text(start: str, said: str) -> str:
    """Return ``html``, ``eml``, ``csv`` or ``txt``; raise `Refusal` where it is no text at all."""
    sample = start[:100_000]
    if len(_CONTROLS.findall(sample)) > len(sample) / 20:
        raise Refusal("reading_kind_unknown", "Send it as PDF, DOCX, XLSX, HTML, EML, TXT or CSV.")
    head = sample.lstrip("\ufeff \t\r\n")
    if _looks_like_mail(head, said):
        return "eml"
    if said == "html" or (head[:1] == "<" and _HTML.search(head[:4_000])):
        return "html" if "<" in sample else "txt"
    if said in ("csv", "txt"):
        return said
    from opencwc.files.delimited_passages import sniff_delimiter

    return "csv" if sniff_delimiter(sample) else "txt"


def _looks_like_mail(head: str, said: str) -> bool:
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
    technical = known & {
        "received",
        "return-path",
        "mime-version",
        "message-id",
        "content-type",
        "dkim-signature",
        "delivered-to",
    }
    return (len(known) >= 2 or (bool(known) and said == "eml")) and bool(
        technical or {"from", "subject"} <= known or (known and said == "eml")
    )


def _kind_of_ole(data: bytes) -> str:
    """Which program wrote a compound file, by the names of its streams ([MS-CFB] 2.6.1, [MS-OFFCRYPTO] 2.3)."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        raise Refusal("reading_encrypted", "Open it, remove the password, save it again.")
    if holds("WordDocument"):
        raise Refusal("reading_kind_doc", "Open it in a word processor and save it as DOCX or PDF.")
    if holds("__properties_version1.0") or holds("__substg1.0_"):
        raise Refusal("reading_kind_msg", "Open it in the mail program and save it as EML.")
    if holds("Workbook") or holds("Book"):
        return "xls"
    raise Refusal("reading_kind_unknown", _AS_PDF)
