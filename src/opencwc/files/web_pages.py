"""HTML as a person sees it: text by block, tables by row, with the texts of pictures and of hints.

The reader keeps no tree, takes every page in one pass and fetches nothing: a note counts the pictures that have no text
of their own. What is marked as hidden comes as passages
of their own whose place says so, and a note tells of it. So does what stands around the text (menus, heads and feet of
the site, sidebars): its place begins with `ASIDE`. Left out: scripts and styles.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from opencwc.files.document_reading import DocumentSource
from opencwc.files.passages import Item, Passage, Reading, TablePassages, paragraphs
from opencwc.finding import Message

_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})
_UNSEEN = frozenset(
    {"script", "style", "iframe", "noembed", "noframes", "template", "noscript", "head", "object", "svg"}
)
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
)
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div",
        "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
        "header", "hr", "html", "legend", "li", "main", "nav", "ol", "option", "p", "pre", "section", "select",
        "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
    }
)  # fmt: skip
# What a new element ends, where it is open: element -> (what is ended, what keeps it open).
_ENDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li", "p"}), frozenset({"ul", "ol", "table", "td", "th"})),
    "dt": (frozenset({"dt", "dd", "p"}), frozenset({"dl", "table"})),
    "dd": (frozenset({"dt", "dd", "p"}), frozenset({"dl", "table"})),
    "option": (frozenset({"option"}), frozenset({"select"})),
    "td": (frozenset({"td", "th"}), frozenset({"table"})),
    "th": (frozenset({"td", "th"}), frozenset({"table"})),
    "tr": (frozenset({"td", "th", "tr"}), frozenset({"table"})),
    "tbody": (frozenset({"td", "th", "tr", "thead", "tbody", "tfoot"}), frozenset({"table"})),
    "body": (frozenset({"head"}), frozenset()),
}
_ENDS["tfoot"] = _ENDS["thead"] = _ENDS["tbody"]
_UNSEEN_ELEMENT, _HIDDEN_ELEMENT, _ASIDE_ELEMENT = "unseen", "hidden", "aside"
"""What an open element does to the text in it: never seen by anyone, kept from sight, or set beside the text."""
ASIDE = "aside"
"""First word of the place of what stands around a page's text: navigation, the site's head and foot, sidebars."""
_ASIDES = frozenset({"nav", "aside", "footer", "menu"})
_TEXTS = frozenset({"html", "body", "main", "article"})
"""Elements that hold the text itself: whatever they are called, never set aside; a head inside them is the text's."""
_ASIDE_ROLES = frozenset(
    {"navigation", "banner", "complementary", "contentinfo", "search", "menu", "menubar", "toolbar"}
)
_ASIDE_NAMES = re.compile(
    r"(?<!\S)(?!(?:has|with|no|is)[-_])(?:[\w-]*[-_])?(?:nav|navbar|navigation|menu|mainmenu|submenu|topbar|sidebar|sidenav"
    r"|breadcrumbs?|pagination|pager|cookies?|cookie-?(?:banner|notice|consent)|footer|skip-?links?|share|social|related"
    r"|related-?(?:links|content|items)|site-?(?:header|head|footer)|page-?footer|advert(?:isement)?s?)(?!\S)",
    re.IGNORECASE,
)
"""Names of classes and ids by which sites mark what stands around the text."""
_PARAGRAPH = (frozenset({"p"}), frozenset({"table", "td", "th", "button"}))
_NAME = re.compile(r"[A-Za-z][^\s/>]*")
_ATTRIBUTE = re.compile(r"([^\s/>=\"']+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']*)))?")
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_TAG_SIGN = re.compile("[>\"']")
_SPACE = re.compile(r"[ \t\r\n\f]+")


def read_passages(source: DocumentSource) -> Iterator[Item]:
    """Yield the passages of a page."""
    return read_page(source.take_text(), source.reading)


def read_page(text: str, reading: Reading, place: str = "") -> Iterator[Item]:
    """Yield the passages of a page; ``place`` is put before the places (``body ¶ 2``)."""
    page = _Page(f"{place} " if place else "", reading)
    for token in tokens(text):
        yield from page.take(token)
    yield from page.close()


class Token(NamedTuple):
    """A tag, or a text: ``kind`` is ``text``, ``raw`` (of a script, a style, a title), ``start`` or ``end``.

    ``text`` is the text, or the attributes as they are written.
    """

    kind: str
    name: str
    text: str = ""


def tokens(text: str) -> Iterator[Token]:
    """Cut a page into tags and text, in time proportional to its length whatever it holds."""
    at, size = 0, len(text)
    no_tag_end = False
    while at < size:
        begin = text.find("<", at)
        if begin < 0 or no_tag_end:
            yield Token("text", "", text[at:])
            return
        if begin > at:
            yield Token("text", "", text[at:begin])
        following = text[begin + 1 : begin + 2]
        if text.startswith("<!--", begin):
            end = text.find("-->", begin + 4)
            at = size if end < 0 else end + 3
        elif following in ("!", "?"):
            end = text.find(">", begin)
            at = size if end < 0 else end + 1
        elif following.isascii() and (following.isalpha() or following == "/"):
            end = _tag_end(text, begin)
            if end < 0:
                no_tag_end = True
                at = begin
                continue
            name_at = begin + (2 if following == "/" else 1)
            name = _NAME.match(text, name_at, end)
            at = end + 1
            if name is None:
                continue
            low = name[0].lower()
            if following == "/":
                yield Token("end", low)
                continue
            yield Token("start", low, text[name.end() : end])
            if low in _RAW:
                close = re.compile(rf"</{low}(?=[\s/>])", re.IGNORECASE).search(text, at)
                end = size if close is None else close.start()
                yield Token("raw", low, text[at:end])
                yield Token("end", low)
                at = end
        else:
            yield Token("text", "", "<")
            at = begin + 1


def _tag_end(text: str, begin: int) -> int:
    """Return where a tag ends; a quote that is never closed does not hide the rest of the page."""
    at = begin + 1
    while (sign := _TAG_SIGN.search(text, at)) is not None:
        here = sign.start()
        if sign[0] == ">":
            return here
        at = here + 1  # a quote inside a name or an unquoted value begins nothing
        if text[here - 1] in "= \t\r\n":
            # The values of attributes are short: one that is not closed for so long is a forgotten quote.
            close = text.find(sign[0], here + 1, here + 20_000)
            if close < 0:
                return text.find(">", at)
            at = close + 1
    return -1


@dataclass
class _OpenTable:
    """One open table: where the next cell goes, the texts of the row, the columns that cells above reach down into."""

    rows: TablePassages
    number: int = 0
    cells: dict[int, list[str]] = field(default_factory=dict)
    column: int = -1
    reaching: dict[int, int] = field(default_factory=dict)
    depth: int = 0


class _Page:
    def __init__(self, place: str, reading: Reading) -> None:
        self._place, self._reading = place, reading
        self._open: list[tuple[str, str]] = []
        self._count: Counter[str] = Counter()
        self._unseen = self._hidden = self._asides = 0
        self._text: list[str] = []
        self._hidden_text: list[str] = []
        self._paragraphs = self._hidden_paragraphs = self._aside_paragraphs = 0
        self._tables = 0
        self._open_tables: list[_OpenTable] = []
        self._hints: list[tuple[int, str]] = []
        self._pictures = 0

    def take(self, token: Token) -> Iterator[Item]:
        if token.kind == "text":
            self._put(html.unescape(token.text) if "&" in token.text else token.text)
        elif token.kind == "raw":
            yield from self._raw(token)
        elif token.kind == "start":
            yield from self._start(token.name, token.text)
        else:
            yield from self._end(token.name)

    def close(self) -> Iterator[Item]:
        self._hidden = 0  # what the end of the page ends
        yield from self._flush()
        yield from self._tell_hidden()
        while self._open_tables:
            yield from self._end_row()
            self._open_tables.pop()
        if self._pictures:
            self._reading.note(Message("reading_pictures", {"count": self._pictures}))

    # ------------------------------------------------------------------------------------------------------ elements

    def _start(self, name: str, written: str) -> Iterator[Item]:
        implied = _ENDS.get(name) or (_PARAGRAPH if name in _BLOCKS else None)
        if implied:
            yield from self._end_implied(*implied)
        attributes = attributes_of(written) if written.strip("/ \t\r\n") else {}
        hides = _UNSEEN_ELEMENT if name in _UNSEEN else _HIDDEN_ELEMENT if _is_hidden(attributes) else ""
        if not hides and self._is_aside(name, attributes):
            hides = _ASIDE_ELEMENT
        if name in _BLOCKS or hides == _ASIDE_ELEMENT:
            yield from self._flush()
        if name in _VOID:
            if not hides and not self._unseen:
                self._void(name, attributes)
            return
        self._open.append((name, hides))
        self._count[name] += 1
        self._unseen += hides == _UNSEEN_ELEMENT
        self._hidden += hides == _HIDDEN_ELEMENT
        self._asides += hides == _ASIDE_ELEMENT
        if self._unseen or self._hidden:
            return
        if name == "table":
            self._tables += 1
            place = f"{ASIDE} {self._place}" if self._asides else self._place
            self._open_tables.append(_OpenTable(TablePassages(f"{place}table {self._tables}", self._reading.limits)))
        elif name == "tr" and self._open_tables:
            yield from self._end_row()
        elif name in ("td", "th") and self._open_tables:
            self._begin_cell(attributes)
        if (hint := attributes.get("title")) and hint.strip():
            self._hints.append((len(self._open), hint))

    def _is_aside(self, name: str, attributes: dict[str, str]) -> bool:
        """Tell whether an element stands around the text: by name, role (WAI-ARIA) or what the site calls it."""
        if name in _ASIDES or (
            name == "header" and not any(self._count[tag] for tag in ("main", "article", "section"))
        ):
            return True
        if name not in _BLOCKS or name in _TEXTS:
            return False
        called = f"{attributes.get('class', '')} {attributes.get('id', '')}"
        return attributes.get("role", "").lower() in _ASIDE_ROLES or bool(_ASIDE_NAMES.search(called[:500]))

    def _void(self, name: str, attributes: dict[str, str]) -> None:
        if name == "br":
            self._put("\n", keep=True)
        label = attributes.get("alt") or (attributes.get("value") if name == "input" else None)
        if name in ("img", "area", "input") and label and attributes.get("type", "text").lower() != "hidden":
            self._put(f" {label} ")
        elif name == "img" and not attributes.get("src", "").lower().startswith("cid:"):  # those are attached
            self._pictures += 1
        if (hint := attributes.get("title")) and hint != label:
            self._put(f" ({hint}) ")

    def _end(self, name: str) -> Iterator[Item]:
        if not self._count[name]:
            return
        while True:
            open_name = self._open[-1][0]
            yield from self._pop()
            if open_name == name:
                return

    def _end_implied(self, ended: frozenset[str], keeps: frozenset[str]) -> Iterator[Item]:
        """End the outermost of these elements that is open inside the innermost one that keeps them."""
        if not any(self._count[name] for name in ended):
            return
        outermost = -1
        # What is looked at without being ended is bounded, or nesting would cost its square.
        for at in range(len(self._open) - 1, max(-1, len(self._open) - 200), -1):
            name = self._open[at][0]
            if name in keeps:
                break
            if name in ended:
                outermost = at
        while outermost >= 0 and len(self._open) > outermost:
            yield from self._pop()

    def _pop(self) -> Iterator[Item]:
        if self._hints and self._hints[-1][0] == len(self._open):
            self._put(f" ({self._hints.pop()[1]})")
        name, hid = self._open[-1]
        if (name in _BLOCKS or hid == _ASIDE_ELEMENT) and not self._unseen:
            yield from self._flush()
        self._open.pop()
        self._count[name] -= 1
        self._unseen -= hid == _UNSEEN_ELEMENT
        self._hidden -= hid == _HIDDEN_ELEMENT
        self._asides -= hid == _ASIDE_ELEMENT
        if hid == _HIDDEN_ELEMENT and not self._hidden:
            yield from self._tell_hidden()
        if self._unseen or self._hidden or hid in (_UNSEEN_ELEMENT, _HIDDEN_ELEMENT):
            return
        if name == "table" and self._open_tables:
            yield from self._end_row()
            self._open_tables.pop()
        elif name == "tr" and self._open_tables:
            yield from self._end_row()
        elif name in ("td", "th") and self._open_tables:
            self._open_tables[-1].depth = 0

    def _raw(self, token: Token) -> Iterator[Item]:
        text = html.unescape(token.text)
        if token.name == "title":
            outside = sum(1 for name, hid in self._open if hid and name != "head")
            if text.strip() and not outside:
                yield Passage(f"{self._place}title", " ".join(text.split()))
        elif token.name in ("textarea", "xmp"):
            self._put(text, keep=True)

    # --------------------------------------------------------------------------------------------------------- text

    def _put(self, text: str, *, keep: bool = False) -> None:
        if self._unseen or not text:
            return
        if not keep and not self._count["pre"]:
            text = _SPACE.sub(" ", text)
        (self._hidden_text if self._hidden else self._text).append(text)

    def _tell_hidden(self) -> Iterator[Item]:
        lines = "".join(self._hidden_text).split("\n")
        self._hidden_text = []
        for paragraph in paragraphs(lines, self._reading.limits.passage_characters):
            self._reading.note(Message("reading_hidden_text"))
            self._hidden_paragraphs += 1
            yield Passage(f"{self._place}hidden {self._hidden_paragraphs}", paragraph)

    def _flush(self) -> Iterator[Item]:
        if self._hidden:
            self._hidden_text.append("\n")
            return
        if not self._text:
            return
        text = "".join(self._text)
        self._text = []
        if self._unseen or not text.strip():
            return
        lines = [line.strip(" \t\r\f") for line in text.replace("\r\n", "\n").split("\n")]
        if self._open_tables and self._open_tables[-1].depth:
            table = self._open_tables[-1]
            table.cells.setdefault(table.column, []).append("\n".join(line for line in lines if line))
            return
        for paragraph in paragraphs(lines, self._reading.limits.passage_characters):
            if self._asides:
                self._aside_paragraphs += 1
                yield Passage(f"{ASIDE} {self._place}¶ {self._aside_paragraphs}", paragraph)
                continue
            self._paragraphs += 1
            yield Passage(f"{self._place}¶ {self._paragraphs}", paragraph)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        table = self._open_tables[-1]
        last = self._reading.limits.columns  # what goes beyond it is told of, not kept
        table.column = min(table.column + 1, last)
        while table.column < last and table.reaching.get(table.column, 0) > 0:
            table.column += 1
        table.depth = 1
        wide, high = _span(attributes.get("colspan")), _span(attributes.get("rowspan"))
        wide = min(wide, last + 1 - table.column)
        if high > 1:
            for column in range(table.column, table.column + wide):
                table.reaching[column] = high  # counted down at the end of each row, this one too
        table.cells.setdefault(table.column, [])
        if wide > 1:
            table.cells.setdefault(table.column + wide - 1, [])
            # The text goes into the first column of a wide cell, and the next cell behind its last.
            for column in range(table.column + 1, table.column + wide):
                table.reaching[column] = max(table.reaching.get(column, 0), 1)

    def _end_row(self) -> Iterator[Item]:
        table = self._open_tables[-1]
        table.depth = 0
        if not table.cells and table.column < 0:
            return
        table.number += 1
        width = min(max(table.cells) + 1, self._reading.limits.columns + 2)
        cells = ["\n".join(table.cells.get(column, ())) for column in range(width)]
        table.reaching = {column: left - 1 for column, left in table.reaching.items() if left > 1}
        table.cells, table.column = {}, -1
        yield from table.rows.row(table.number, cells)


def attributes_of(written: str) -> dict[str, str]:
    """Return the attributes of a tag as it is written; of two of one name the first counts."""
    attributes: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(written[:100_000]):
        attributes.setdefault(name.lower(), html.unescape(double or single or bare))
    return attributes


def _is_hidden(attributes: dict[str, str]) -> bool:
    return "hidden" in attributes or bool(_HIDING.search(attributes.get("style", "")))


def _span(written: str | None) -> int:
    return max(1, min(int(written), 300)) if written and written.isdecimal() and len(written) < 6 else 1
