"""A report as one HTML file that asks for nothing: style and script are inside, and the content policy allows no more.

The page works without its script; with it, cards can be filtered and searched. It is written as it is made: memory
does not grow with the number of cards.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache, partial
from pathlib import Path
from typing import TextIO

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from opencwc.finding import Tone
from opencwc.publishing.model import Counts, Report
from opencwc.wording import number_said

TEMPLATES = Path(__file__).parent / "templates"
STYLES = ("tokens.css", "parts.css", "report.css")
"""The stylesheets of a report, in order; the first two also dress the pages of the service."""
PREVIEW = 120
"""Characters of a verbatim text that stand in the open; the rest is behind a click."""
LONGEST = 4_000
"""Characters of a verbatim text that the document holds at all."""


def write_html(report: Report, stream: TextIO) -> None:
    """Write a report as one self-contained HTML file (UTF-8) to a text stream."""
    style, script = _style(), _asset("report.js")
    template = _environment(report.lang).get_template("report.html")
    pieces = template.stream(report=report, style=style, script=script, policy=_policy(style, script))
    pieces.enable_buffering(32)
    for piece in pieces:
        stream.write(piece)


def visible(text: object) -> object:
    """Write characters that would not be seen, or that turn the direction of what follows, as their code points.

    What runs its own way between U+2068 and U+2069 turns nothing around it, so that these two stay as they are.

    >>> visible("a\\u202eb"), visible("\\u2068\\u202ea\\u2069b\\u2068") == "\\u2068⟨U+202E⟩a\\u2069b⟨U+2068⟩"
    ('a⟨U+202E⟩b', True)
    """
    if not isinstance(text, str) or isinstance(text, Markup):
        return text
    pieces = map(_code_points, _ISOLATED.split(text))
    return "".join(f"\u2068{piece}\u2069" if at % 2 else piece for at, piece in enumerate(pieces))


def _code_points(text: str) -> str:
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def bar(counts: Counts, width: int = 1000) -> list[tuple[Tone, float, float]]:
    """Return tone, start and length of each part of a bar; a part that is not zero is wide enough to be seen.

    >>> from opencwc.publishing.model import Badge, Count, Counts
    >>> bar(Counts((Count(Badge("a", "grave"), 1), Count(Badge("b", "calm"), 3))))
    [('grave', 0.0, 250.0), ('calm', 250.0, 750.0)]
    """
    shown = [count for count in counts.counts if count.number]
    total = sum(count.number for count in shown)
    lengths = [max(width * count.number / total, 8.0) for count in shown]
    parts: list[tuple[Tone, float, float]] = []
    start = 0.0
    for count, length in zip(shown, lengths, strict=True):
        scaled = length * width / sum(lengths)
        parts.append((count.badge.tone, round(start, 1), round(scaled, 1)))
        start += scaled
    return parts


def _policy(style: str, script: str) -> str:
    ours = f"style-src {_hash(style)}; script-src {_hash(script)}"
    return f"default-src 'none'; {ours}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _style() -> Markup:
    return Markup("").join(_asset(name) for name in STYLES)


@cache
def _asset(name: str) -> Markup:
    """Read a file of our own that goes into the page as it stands."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704


@cache
def _environment(lang: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, finalize=visible,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals.update(bar=bar, preview=PREVIEW, longest=LONGEST, picture=Markup)
    environment.filters["number"] = partial(number_said, lang=lang)
    return environment


_ISOLATED = re.compile("\u2068([^\u2066-\u2069]*)\u2069")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
