"""Sources in the reader's language: the texts that have an official name in it; any other one stays as it is written.

The English message of each citation is what is looked for: ``Verification Annex {paragraphs}`` finds its clauses.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache, lru_cache

from opencwc.catalogs import read_template
from opencwc.convention.clauses import in_full
from opencwc.finding import Message

CITATIONS = (
    "citation_entry", "citation_entry_added", "citation_verification", "citation_article", "citation_convention",
    "citation_paragraph", "citation_decision", "citation_decision_dated", "citation_resolution",
    "citation_regulation_eu", "citation_military_eu", "citation_drugs", "citation_group", "citation_handbook",
    "citation_not_seen", "citation_as_group", "citation_order_annex", "citation_order_repeats",
)  # fmt: skip
_PARAGRAPH = r"[IVX]+(?:\([AB]\))?(?:\.\d+(?:bis)?(?:\([a-z]\))?(?:-(?:\d+|\([a-z]\)))?)?"
_ITEM = r"\w+(?:\.\w+)*"
_VALUES = {
    "paragraphs": rf"{_PARAGRAPH}(?:(?:, | to | and ){_PARAGRAPH})*", "paragraph": r"\d+(?: \([a-z]\))?",
    "schedule": r"\d", "part": "[AB]", "section": "[A-Z]", "table": "[IVX]+", "number": r"[\d/]+", "year": r"\d{4}",
    "added": r"\d{4}", "force": r"\d{4}", "decision": r"C-[\w-]+/DEC\.\d+", "day": r"\d{1,2} [A-Z][a-z]+ \d{4}",
    "item": rf"{_ITEM}(?: and {_ITEM})*",
}  # fmt: skip
"""What a value of a citation looks like."""


@lru_cache(maxsize=5_000)
def citations_in(source: str) -> tuple[tuple[str, Message | None], ...]:
    """Return the parts of a source as they are written in full, each with the message that says it, if there is one.

    >>> [(text, message and message.id) for text, message in citations_in("VA VII.3(c); 15 CFR 745.1(a)")]
    [('Verification Annex VII.3(c)', 'citation_verification'), ('15 CFR 745.1(a)', None)]
    """
    return tuple((part, _citation(part)) for part in in_full(source).split("; "))


def _citation(text: str) -> Message | None:
    for name, pattern in _patterns():
        if match := pattern.fullmatch(text):
            return Message(name, {key: _value(key, value) for key, value in match.groupdict().items()})
    return None


def _value(name: str, text: str) -> str:
    if name == "day":
        day, month, year = text.split()
        return date(int(year), _months()[month], int(day)).isoformat()
    return text.replace(" to ", "–").replace(" and ", ", ")


@cache
def _months() -> dict[str, int]:
    return {read_template("opencwc", f"label_month_{month}", "en") or "": month for month in range(1, 13)}


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(name, _pattern(read_template("opencwc", name, "en") or "")) for name in CITATIONS]


def _pattern(template: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", template.replace("’", "'"))
    literal = [re.escape(piece).replace("'", "['’]") for piece in pieces[::2]]
    values = [f"(?P<{name}>{_VALUES[name]})" for name in pieces[1::2]]
    return re.compile("".join(part for pair in zip(literal, [*values, ""], strict=True) for part in pair))
