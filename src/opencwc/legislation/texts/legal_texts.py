"""A law's text as one string, with the page or paragraph that each of its parts stands on.

It comes from any document that `opencwc.files` reads. What is no part of the law is left out: running heads, page
numbers, footnotes, the navigation of web pages. Two languages side by side are parted, each column becoming a run of
its own. A text that says at its head that it is no law in force, a draft, a bill or a repealed act, is noted.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.language.numerals import digits
from opencwc.legislation.patterns import written
from opencwc.wording import reason

if TYPE_CHECKING:
    from opencwc.files import Document, DocumentLimits
    from opencwc.files.passages import Unread


_PAGE = re.compile(r"p\. (\d+)")
_PAGE_NUMBER = re.compile(r"[\s\-–—.|/]*(?:(?:page|página|страница|стр\.?|seite|صفحة|第)\s*)?\d{1,4}(?:\s*(?:/|of|de|sur|von|из|من)\s*\d{1,4}|\s*页)?[\s\-–—.|]*", re.IGNORECASE)  # fmt: skip # noqa: E501
_FOOTNOTE = re.compile(r"(?:\[\d{1,3}\]|\(\d{1,3}\)(?=\s+[^\n]*(?:amend|modifi|inserted|repealed|O\.?J\.|BGBl|Decree|Official))|[¹²³⁴-⁹]+|\*{1,3}\s?\)|_{5,})\s*\S?.*")  # fmt: skip # noqa: E501
_LONGEST_HEAD = 120
_TAG = re.compile(rb"<[a-zA-Z][^<>]{0,300}>")
_LETTERS_A_TAG = 1_000
"""Bytes for each tag from which on a file that begins like a web page is none."""
_JOIN = "\n"
_DATA = frozenset((".json", ".jsonl", ".ndjson", ".xml", ".yaml", ".yml"))


@dataclass(frozen=True)
class LegalText:
    """The text of one document.

    ``places`` are (offset, place) pairs in order: what stands from this offset on is on that page or paragraph, empty
    where the document is plain text. ``notes`` say what could not be read and what was left out.
    """

    name: str
    text: str
    kind: str = "txt"
    places: tuple[tuple[int, str], ...] = ()
    notes: tuple[Message, ...] = ()
    columns: tuple[int, ...] = ()
    """Where each column begins, where columns side by side were read one after the other."""

    def place(self, offset: int) -> str:
        """Return the page or paragraph that a character stands on, empty where the document has none."""
        at = bisect_right(self.places, (offset, "\uffff")) - 1
        return self.places[at][1] if at >= 0 else ""


def read_legal_text(
    path: Path,
    *,
    name: str = "",
    ocr: bool | None = None,
    confine: bool = True,
    limits: DocumentLimits | None = None,
) -> LegalText:
    """Read a document into its text, within limits: those of the settings where none are given.

    Offsets count the characters of ``text``; for a plain text file these are the characters of the file as decoded,
    line ends counting one, but where a note says that columns were parted or Arabic was mended. Raises `InputError`
    where it is no document that can be read, or holds no text at all.
    """
    from opencwc.files import DocumentLimits, document_limits, open_document
    from opencwc.files.passages import Unread

    called = name or path.name
    limits = limits or document_limits(DocumentLimits(file_bytes=100_000_000, seconds=300.0))
    with _opened(path, open_document, ocr=ocr, confine=confine, limits=limits) as document:
        _see_that_it_may_be_a_law(path, called, document.kind)
        if document.kind in ("txt", "csv") or (document.kind == "html" and _is_plain(path)):
            return plain_legal_text(path.read_bytes(), called)
        items = list(document.passages())
        notes = list(document.notes)
        kind = document.kind
    notes += [_unread(item, called) for item in items if isinstance(item, Unread)]
    read = [(item.place, item.text) for item in items if not isinstance(item, Unread)]
    return join_passages(read, called, kind, notes)


def _opened(path: Path, open_document: Callable[..., Document], **how: Any) -> Document:
    """Open a document; where it is of no known kind, name the kinds that laws are read from."""
    try:
        return open_document(path, name=str(path), **how)
    except InputError as error:
        if error.values.get("reason") != reason("reading_kind_unknown"):
            raise
        raise _no_law("reading_kind_unknown", error.where) from error


_NO_LAWS = {
    "xlsx": "law_kind_table",
    "eml": "law_kind_message",
    "mbox": "law_kind_message",
    "zip": "law_kind_data",
    "folder": "law_kind_data",
}


def _see_that_it_may_be_a_law(path: Path, name: str, kind: str) -> None:
    """Raise `InputError` for a table, a file of data or a message, which no law is read from."""
    from opencwc.files.kinds import document_kind_by_name

    says = _NO_LAWS.get(kind, "")
    if kind in ("csv", "txt"):
        is_table = document_kind_by_name(name) == "csv"
        says = "law_kind_table" if is_table else "law_kind_data" if _is_data(path, name) else ""
    if says:
        raise _no_law(says, str(path))


def _no_law(why: str, where: str) -> InputError:
    return InputError("not_a_law", where=where, reason=reason(why), advice=reason("law_kinds_read"))


def _is_data(path: Path, name: str) -> bool:
    """Tell whether a file is called one of data, or holds JSON, as a whole or line by line."""
    if PurePath(name).suffix.lower() in _DATA:
        return True
    data = path.read_bytes().lstrip(b"\xef\xbb\xbf \t\r\n")
    if data[:1] not in (b"{", b"["):
        return False
    for part in (data, data.split(b"\n", 1)[0]):
        try:
            json.loads(part)
        except (ValueError, RecursionError):
            continue
        return True
    return False


def _is_plain(path: Path) -> bool:
    """Tell whether a file that is called a plain text, or Markdown, only holds a few tags among its lines."""
    if path.suffix.lower() not in (".txt", ".md", ".markdown"):
        return False
    data = path.read_bytes()
    return _TAG.subn(b"", data)[1] * _LETTERS_A_TAG < len(data)


def plain_legal_text(data: bytes, name: str) -> LegalText:
    """Decode a plain text file; offsets stay those of the file, line ends counting one; see `read_legal_text`."""
    from opencwc.files.encodings import decode
    from opencwc.legislation.texts.side_by_side import columns_of

    decoded = decode(data)
    text = decoded.text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    notes = [*decoded.notes, *_doubts(name, [text])]
    text = _mended([text], name, notes)[0]
    columns = columns_of(text)
    if not columns:
        return LegalText(name, text, "txt", (), tuple(notes))
    notes.append(Message("law_columns", {"count": len(columns)}))
    return _joined([[(str(number), words) for number, words in column] for column in columns], name, "txt", notes)


def join_passages(read: Sequence[tuple[str, str]], name: str, kind: str, notes: Iterable[Message] = ()) -> LegalText:
    """Join what a reader gave, (place, text) in order, to one text; see the module for what is left out."""
    noted = [*notes, *_doubts(name, (text for _, text in read))]
    read = _without_navigation(read, noted)
    texts = _mended([text for _, text in read], name, noted)
    kept = _without_running_heads([(place, text) for (place, _), text in zip(read, texts, strict=True)], noted)
    columns = _columns(kept)
    if columns:
        noted.append(Message("law_columns", {"count": len(columns)}))
    return _joined(columns or [kept], name, kind, noted)


def _joined(runs: Sequence[Sequence[tuple[str, str]]], name: str, kind: str, noted: Sequence[Message]) -> LegalText:
    """Join the parts of each run, (place, text); several runs are columns."""
    parts = [part for run in runs for part in run]
    places: list[tuple[int, str]] = []
    columns: list[int] = []
    size = 0
    for run in runs:
        columns.append(size)
        for place, text in run:
            places.append((size, place))
            size += len(text) + len(_JOIN)
    return LegalText(
        name,
        _JOIN.join(text for _, text in parts),
        kind,
        tuple(places),
        tuple(note for at, note in enumerate(noted) if note not in noted[:at]),
        tuple(columns) if len(columns) > 1 else (),
    )


def _mended(texts: Sequence[str], name: str, notes: list[Message]) -> list[str]:
    """Put Arabic right that the document garbles, and note it."""
    from opencwc.language.arabic_order import mend_arabic

    mended = mend_arabic(texts)
    if mended.shaped:
        notes.append(Message("law_arabic_forms", {"file": name}))
    if mended.turned:
        notes.append(Message("law_arabic_turned", {"file": name, "count": mended.turned}))
    if mended.broken:
        notes.append(Message("law_arabic_broken", {"file": name}))
    return mended.texts


def _without_navigation(read: Sequence[tuple[str, str]], notes: list[Message]) -> Sequence[tuple[str, str]]:
    """Leave out what stands around the text of a web page; where nothing else stands there, that is the text."""
    from opencwc.files.web_pages import ASIDE

    kept = [(place, text) for place, text in read if not place.startswith(f"{ASIDE} ")]
    if len(kept) == len(read) or not any(place != "title" for place, _ in kept):
        return read
    notes.append(Message("law_navigation", {"count": len(read) - len(kept)}))
    return kept


def _without_running_heads(read: Sequence[tuple[str, str]], notes: list[Message]) -> list[tuple[str, str]]:
    """Leave out what repeats on page after page, bare page numbers and footnotes of pages."""
    on_pages: dict[str, set[int]] = {}
    numbered: dict[str, set[int]] = {}
    written: dict[str, set[str]] = {}
    pages = {int(page[1]) for place, _ in read if (page := _PAGE.match(place))}
    for place, text in read:
        if page := _PAGE.match(place):
            for line in text.split("\n"):
                if len(line) <= _LONGEST_HEAD and not _HEADING.match(line):
                    shape, number = _shape(line)
                    written.setdefault(shape, set()).add(line.strip())
                    on_pages.setdefault(shape, set()).add(int(page[1]))
                    numbered.setdefault(shape, set()).add(number - int(page[1]) if number is not None else 0)
    heads = {
        shape
        for shape, on in on_pages.items()
        if shape and len(on) >= max(3, len(pages) // 4) and (len(numbered[shape]) == 1 or len(written[shape]) == 1)
    }
    kept: list[tuple[str, str]] = []
    footnotes = 0
    for place, text in read:
        if not _PAGE.match(place):
            kept.append((place, text))
            continue
        lines = []
        for line in text.split("\n"):
            if (not _HEADING.match(line) and _shape(line)[0] in heads) or _PAGE_NUMBER.fullmatch(digits(line)):
                continue
            if _FOOTNOTE.fullmatch(line.strip()):
                footnotes += 1
                continue
            lines.append(line)
        if lines:
            kept.append((place, "\n".join(lines)))
    if footnotes:
        notes.append(Message("law_footnotes", {"count": footnotes}))
    return kept


def _shape(line: str) -> tuple[str, int | None]:
    """Return a line without the page number at its beginning or end, and that number."""
    plain = digits(line.strip())
    numbered = re.match(r"(\d{1,4})\b(.*\D)$|(.*\D)\b(\d{1,4})$", plain)
    if numbered is None:
        return plain, None
    return (numbered[2] or numbered[3]).strip(" -–—|"), int(numbered[1] or numbered[4])


_HEADING = re.compile(
    r"\W*(?:art|§|sec|стат|第|(?:ال)?ماد|anne|anex|sched|chap|cap|part|tit|глав|раздел|(?:ال)?فصل|(?:ال)?باب)",
    re.IGNORECASE,
)
"""What begins the heading of an article or a chapter: never a running head, however often it comes."""


def _columns(read: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Return the columns of a document that is mostly one table in two languages or scripts, else nothing."""
    rows = [(place, text.split("\t")) for place, text in read if "\t" in text]
    if len(rows) < 3 or sum(len(text) for _, text in read if "\t" in text) < 0.6 * sum(len(text) for _, text in read):
        return []
    width, count = Counter(len(cells) for _, cells in rows).most_common(1)[0]
    if width not in (2, 3) or count < 0.7 * len(rows):
        return []
    columns: list[list[tuple[str, str]]] = [[] for _ in range(width)]
    for place, text in read:
        cells = text.split("\t")
        if len(cells) == width:
            for column, cell in zip(columns, cells, strict=True):
                if cell.strip():
                    column.append((place, cell.strip()))
        else:
            columns[0].append((place, text.replace("\t", " ")))
    lengths = [sum(len(text) for _, text in column) for column in columns]
    return columns if min(lengths) > 0.15 * max(lengths) else []


def _doubts(name: str, texts: Iterable[str]) -> Iterator[Message]:
    """Yield what a text says of itself at its head that leaves open whether it is in force.

    Only the lines before the first article are looked at, and of each its beginning: a law speaks of other laws' drafts
    and repeals further down.
    """
    if words := not_in_force(texts):
        yield Message("law_not_in_force", {"file": name, "words": words})


def _unread(unread: Unread, file: str) -> Message:
    place = f"{file} {unread.place}".strip()
    return Message("law_unread", {"file": file, "place": place, "why": unread.message})


_LINES, _LETTERS, _A_LINE, _SHOWN = 40, 4_000, 240, 90
_ARTICLE = re.compile(
    r"\W*(?:\[\[|§|1\s*(?:[.)]\s|\.?\s?[—–-]\s?\(?|\s\(1\)|\s(?-i:[A-ZÀ-Ý])\w+\s(?-i:[A-ZÀ-Ý]))|第\s*[一1]\s*[章条條]|(?:article|art\.|section|sec\.|chapter|chapitre|cap[ií]tulo|artículo"
    r"|статья|глава|(?:ال)?مادة|(?:ال)?فصل|artikel)\W{0,3}(?:\d|premier|primero|первая|i\b|one\b|(?:ال)?[أا]ول))",
    re.IGNORECASE,
)


def not_in_force(texts: Iterable[str]) -> str:
    """Return the line in which a text says at its head that it is no law in force; empty where it does not.

    >>> not_in_force(["Projet de loi n° 12 relatif aux armes chimiques", "Article 1. Nul ne peut ..."])
    'Projet de loi n° 12 relatif aux armes chimiques'
    >>> not_in_force(["An Act to repeal the Act of 1930", "Section 1. The repealed Act ..."])
    ''
    >>> not_in_force(["El Congreso Nacional ha dado su aprobación al siguiente", "Proyecto de ley:", "Artículo 1"])
    ''
    >>> said = not_in_force(["某国化学武器法（征求意见稿）" + "说明" * 60])
    >>> said[:14], len(said)
    ('某国化学武器法（征求意见稿）', 90)
    """
    head = [line for line in _head(texts) if line.strip()]
    doubted = (line for at, line in enumerate(head) if _doubting().search(line) and not _was_enacted(head, at))
    line = " ".join(next(doubted, "").split())
    if len(line) <= _SHOWN:
        return line
    words = line[: _SHOWN - 1].rpartition(" ")[0]  # Chinese has none to cut between
    return f"{words if len(words) > _SHOWN // 2 else line[: _SHOWN - 2]} …"


def _head(texts: Iterable[str]) -> Iterator[str]:
    """Yield the lines before the first article."""
    left, count = _LETTERS, 0
    for text in texts:
        for line in text[: max(left, 0)].split("\n"):
            left -= len(line) + 1
            count += 1
            if left < 0 or count > _LINES or _ARTICLE.match(line):
                return
            yield line[:_A_LINE]


def _was_enacted(head: Sequence[str], at: int) -> bool:
    """Tell whether a line that ends with a colon is the formula of enactment, by the lines before it."""
    is_formula = head[at].rstrip(" *_").endswith((":", "："))
    return is_formula and any(_enacting().search(line) for line in head[max(0, at - _FORMULA_LINES) : at + 1])


@cache
def _enacting() -> re.Pattern[str]:
    return re.compile("|".join(written("enacted")), re.IGNORECASE)


_FORMULA_LINES = 4
"""Lines before the name of a bill among which the words of enactment stand."""


@cache
def _doubting() -> re.Pattern[str]:
    by_itself, anywhere = ("|".join(written("not_in_force")[place]) for place in ("by_itself", "anywhere"))
    return re.compile(rf"(?:^\W*|[\[(（【〔«“\"]\s*|\s[-–—|:]\s+)(?:{by_itself})|(?:{anywhere})", re.IGNORECASE)
