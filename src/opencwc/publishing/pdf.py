"""A report as a PDF that everybody can read: tagged, with language and title, the same bytes wherever it is made.

It goes to Typst as data, never as source: what a user wrote cannot run, and there is no file that it could read. All
fonts are our own (``fonts``, made when the package is built); a PDF of a dated report keeps to PDF/A-2a and PDF/UA-1,
one with a file attached to PDF/A-3a, since the other forbids it.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

from msgspec import Struct

from opencwc.errors import OutputError, UnavailableError
from opencwc.publishing.html import LONGEST, TEMPLATES, visible
from opencwc.publishing.model import Count, Figure, Labels, Passage, Report, Text
from opencwc.wording import number_said

FONTS = Path(__file__).parent / "fonts"
COLOURS = {
    "oc-core": "#e69f00", "oc-place-0": "#9dd3f5", "oc-place-1": "#86dcc0", "oc-place-2": "#e8b9d6",
    "oc-place-3": "#f3ea7a", "oc-place-4": "#d3cfc9", "oc-place-5": "#f4b59b",
}  # fmt: skip
"""What the classes of a picture are coloured on paper, as the stylesheet has it for print."""

EMBEDDED = (
    "\u2070\u2074-\u208e\u2190-\u21ff\u2200-\u2213\u2215\u2217-\u2220\u2223\u2227-\u222d\u2234-\u223d\u2241-\u2269"
    "\u226d-\u228b\u228d-\u22a5\u25a0-\u25ff⟨⟩"
)
"""Signs of DejaVu Sans Mono, which Typst brings along: raised and lowered numbers, arrows, mathematics, shapes."""


class Attached(NamedTuple):
    """A file inside a PDF that holds for programs what its pages say; ``says`` is what it is, in words."""

    name: str
    text: str
    media_type: str
    says: str


def write_pdf(report: Report, stream: IO[bytes]) -> None:
    """Write a report as a PDF to a byte stream; raises as `make_pdf` does."""
    stream.write(make_pdf(report))


def make_pdf(report: Report, attached: Attached | None = None) -> bytes:
    """Return a report as a PDF, with a file attached where one is given.

    Characters that our fonts do not have are written as their code points, ⟨U+AC00⟩, so that none is lost unseen. The
    whole report is held in memory. Raises `UnavailableError` where the fonts are not there, and `OutputError` where the
    page cannot be set.
    """
    import typst

    _see_fonts()
    archived: Literal["a-2a", "a-3a"] = "a-3a" if attached else "a-2a"
    standards: tuple[Literal["a-2a", "a-3a", "ua-1"], ...] = (archived, "ua-1") if report.made else ("ua-1",)
    data = as_data(report) | {"attached": attached._asdict() if attached else None}
    with tempfile.TemporaryDirectory(prefix="opencwc-") as nothing:
        try:
            compiler = typst.Compiler(
                (TEMPLATES / "document.typ").read_bytes(),
                root=nothing,
                font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)]),
                sys_inputs={"report": json.dumps(data, ensure_ascii=False)},
                package_path=nothing,
                package_cache_path=nothing,
            )
            made = compiler.compile(format="pdf", pdf_standards=list(standards), timestamp=0)
        except typst.TypstError as error:
            raise OutputError("pdf_cannot_be_set", reason=str(error.message)) from error
    if not isinstance(made, bytes):
        raise OutputError("pdf_not_made")
    return made


def as_data(report: Report) -> dict[str, Any]:
    """Return a report as plain data for the template: every text fit to be set, every id that can be led to.

    >>> from opencwc.publishing.model import Labels, Report
    >>> as_data(Report("A\\x07b", "en", Labels("", "", "", "", "", "", "", ""), ()))["title"]
    'A⟨U+0007⟩b'
    """
    data: dict[str, Any] = _plain(report, report)
    _place_notes(data["sections"], set())
    data["ids"] = sorted(_ids(data))
    data["direction"] = report.direction
    made = report.made
    data["made"] = {"year": made.year, "month": made.month, "day": made.day} if made else None
    return data


def settable(text: str) -> str:
    """Write as code points what would not be seen, or what no font of ours can show.

    >>> settable("\\u30ab한\\u202e")
    'カ⟨U+D55C⟩⟨U+202E⟩'
    """
    shown = str(visible(text.replace("\r\n", "\n").replace("\r", "\n"))).translate(_SPACES)
    return _not_ours().sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", shown)


_SPACES = str.maketrans({"\t": "\u2003", "\u202f": "\u00a0"})
"""Spaces that the fonts do not have, and those that stand in for them."""


def _plain(value: object, of: Report) -> Any:
    match value:
        case str():
            return settable(value)
        case Text(verbatim=True):
            return _fields(value, of) | _cut(value, of)
        case Figure():
            return _fields(value, of) | {"svg": _coloured(value.svg), "told": _told(value)}
        case Count():
            return _fields(value, of) | {"number": number_said(value.number, of.lang)}
        case Labels() | date() | Mapping():
            return None
        case None | bool() | int() | float():
            return value
        case Iterable():
            return [_plain(item, of) for item in value]
    return _fields(value, of)


def _fields(value: object, of: Report) -> dict[str, Any]:
    if not isinstance(value, Struct):
        raise TypeError(f"no part of the document model: {type(value).__name__}")
    plain = {name: _plain(getattr(value, name), of) for name in value.__struct_fields__}
    if isinstance(value, Passage):
        plain["direction"] = value.direction
    return plain | {"kind": getattr(value, "kind", "")}


def _place_notes(value: Any, placed: set[int]) -> None:
    """Say of each reference to a footnote, in the order of the document, whether it is the first to it."""
    if isinstance(value, list):
        for item in value:
            _place_notes(item, placed)
    elif isinstance(value, dict):
        if refs := value.get("refs"):
            value["refs"] = [{"number": number, "first": number not in placed} for number in refs]
            placed.update(refs)
        for item in value.values():
            _place_notes(item, placed)


def _cut(text: Text, of: Report) -> dict[str, str]:
    """Shorten a verbatim text as the page does, and say so."""
    stripped = text.text.strip()
    if len(stripped) <= LONGEST:
        return {"text": settable(stripped)}
    length, limit = (number_said(size, of.lang) for size in (len(stripped), LONGEST))
    cut = of.labels.cut.replace("{length}", length).replace("{limit}", limit)
    return {"text": settable(stripped[:LONGEST]) + "…", "note": settable(f"{text.note} {cut}".strip())}


def _coloured(svg: str) -> str:
    """Put the colours of paper into a picture, which has classes only."""
    rules = "".join(f".{name}{{fill:{colour}}}" for name, colour in COLOURS.items())
    style = f"<style>{rules}.oc-ink,.oc-note{{fill:#111}}.oc-line{{stroke:#111}}</style>"
    return re.sub(r"(<svg\b[^>]*>)", lambda found: found[1] + style, svg, count=1)


def _told(figure: Figure) -> str:
    """Return what a picture says of itself, for those who do not see it."""
    match = re.search(r"<title[^>]*>([^<]*)</title>", figure.svg) or re.search(r'aria-label="([^"]*)"', figure.svg)
    return settable(match[1]) if match else "—"


def _ids(data: dict[str, Any]) -> Iterator[str]:
    """Yield the ids of sections and cards that stand in the document once."""
    every = [section["id"] for section in data["sections"]]
    every += [
        card["id"]
        for section in data["sections"]
        for block in section["blocks"]
        if block["kind"] == "cards"
        for card in block["cards"]
    ]
    yield from (identity for identity, times in Counter(every).items() if identity and times == 1)


def _see_fonts() -> None:
    if not (FONTS / "characters.json").is_file():
        raise UnavailableError("pdf_fonts_missing")


@cache
def _not_ours() -> re.Pattern[str]:
    runs = json.loads((FONTS / "characters.json").read_text(encoding="utf-8"))
    ours = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in runs)
    return re.compile(f"[^\\n\u2003\u200c-\u200f{EMBEDDED}{ours}]")
