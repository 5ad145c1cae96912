"""Sources in the reader's language: the texts that have an official name in it; any other one stays as it is written.

The English message of each citation is what is looked for: ``Verification Annex {paragraphs}`` finds its clauses.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache, lru_cache

from opencwc.catalogs import read_template
from opencwc.convention.clauses import in_full
from opencwc.finding import Message, Value
from opencwc.wording import say

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
def cited(source: str, lang: str) -> str:
    """Return a source in a language; what has no official name in it stays as it is written.

    >>> cited("Annex on Chemicals, Schedule 2, Part B, paragraph 4; 15 CFR 745.1(a)", "es")
    'Anexo sobre sustancias químicas, Lista 2, parte B, párrafo 4; 15 CFR 745.1(a)'
    """
    return say("citation_separator", lang).join(text for text, _ in cited_parts(source, lang))


def cited_parts(source: str, lang: str) -> list[tuple[str, str]]:
    """Return the parts of a source, each with the language that it is in.

    >>> cited_parts("VA VII.3(c); Singapore Customs, on transfers", "es")
    [('Anexo sobre verificación, VII.3(c)', 'es'), ('Singapore Customs, on transfers', 'en')]
    """
    return [_part(part, lang) for part in in_full(source).split("; ")]


def _part(text: str, lang: str) -> tuple[str, str]:
    for name, pattern in _patterns():
        if lang != "en" and (match := pattern.fullmatch(text)):
            values: dict[str, Value] = {key: _value(key, value) for key, value in match.groupdict().items()}
            return say(Message(name, values), lang), lang
    return text, "en"


def _value(name: str, text: str) -> str:
    if name == "day":
        day, month, year = text.split()
        return date(int(year), _months()[month], int(day)).isoformat()
    return text.replace(" to ", "–").replace(" and ", ", ")


@cache
def _months() -> dict[str, int]:
    return {say(f"label_month_{month}", "en"): month for month in range(1, 13)}


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(name, _pattern(read_template("opencwc", name, "en") or "")) for name in CITATIONS]


def _pattern(template: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", template.replace("’", "'"))
    literal = [re.escape(piece).replace("'", "['’]") for piece in pieces[::2]]
    values = [f"(?P<{name}>{_VALUES[name]})" for name in pieces[1::2]]
    return re.compile("".join(part for pair in zip(literal, [*values, ""], strict=True) for part in pair))
