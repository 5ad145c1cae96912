"""A law's text to its sections: numbered articles of many national styles, annexes, and what stands before the first.

A text with ``[[id]]`` headings takes these as its sections. A table of contents is left out, footnotes come behind as
sections of their own kind, a heading quoted inside an amending law stays text, and a text without numbered articles
gives its paragraphs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from opencwc.language.numerals import digits
from opencwc.legislation.patterns import written
from opencwc.legislation.texts.footnotes import footnotes_of, without
from opencwc.legislation.texts.heading_words import group_heads
from opencwc.legislation.texts.headings import ANNEX, DISPOSITION, Heading, headings_in, number_of
from opencwc.legislation.texts.legal_texts import LegalText


def language_of(text: str) -> str:
    """Return the language of a section by its script and its short words.

    >>> language_of("Wer eine Tätigkeit ausübt, die der Genehmigung unterliegt, und nicht meldet"), language_of("5")
    ('de', '')
    """
    sample = text[:3_000]
    counted = {
        "ar": len(re.findall(r"[\u0600-\u06ff]", sample)),
        "ru": len(re.findall(r"[\u0400-\u04ff]", sample)),
        "zh": 3 * len(re.findall(r"[\u3400-\u9fff]", sample)),
        "": len(re.findall(r"[A-Za-zÀ-ÿ]", sample)),
    }
    script = max(counted, key=lambda name: counted[name])
    if script and counted[script]:
        return script
    words = re.findall(r"[a-zà-ÿß]+", sample.lower())
    scores = {lang: sum(word in known for word in words) for lang, known in _short_words().items()}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] > 0 else ""


@cache
def _short_words() -> dict[str, frozenset[str]]:
    return {lang: frozenset(words.split()) for lang, words in written("short_words").items()}


PREAMBLE = "preamble"
FOOTNOTE = "footnote"
_SCRIPTS = ("ar", "ru", "zh")
_ENOUGH_FOR_LANGUAGE = 250


@dataclass(frozen=True, slots=True)
class LegalSection:
    """An article of a law.

    ``id`` is its number as the law writes it; ``number`` the same in a form that references are looked up by (``5``,
    ``L2342-3``), empty where it has none; ``part`` counts the texts inside one document (a law, then its regulation).
    ``start`` and ``end`` are offsets into the document's text, ``heading`` what stands over it, ``lang`` its language.
    """

    file: str
    id: str
    heading: str
    text: str
    start: int
    end: int
    number: str = ""
    part: int = 0
    lang: str = ""
    kind: str = "article"


def sections_of(text: LegalText, lang: str = "") -> list[LegalSection]:
    """Cut a text into its sections, in the order in which they stand.

    ``lang`` is the language of the whole where the caller knows it; else each section's own is recognised. A text
    without any numbered section gives one section for each of its paragraphs, named by its place.
    """
    notes = footnotes_of(text.text)
    beside = [(note.start, note.end) for note in notes]
    beside += [line.span() for line in _CONTENTS_LINE.finditer(text.text)]
    law = replace(text, text=without(text.text, beside)) if beside else text
    marked = list(_marked(law))
    runs = [marked] if marked else [_numbered_or_paragraphs(column) for column in _columns(law)]
    for note in notes:
        words = text.text[note.start : note.end]
        runs[-1].append(LegalSection(text.name, note.mark, "", words, note.start, note.end, kind=FOOTNOTE))
    return [
        section
        for run in runs
        for section in ([replace(section, lang=lang) for section in run] if lang else _in_language(run))
    ]


def _columns(law: LegalText) -> Iterator[LegalText]:
    """Yield each column of a text with the others blank, so that it is numbered in its own style; else the text."""
    if not law.columns:
        yield law
    ends = (*law.columns[1:], len(law.text))
    for start, end in zip(law.columns, ends, strict=False):
        yield replace(law, text=without(law.text, [(0, start), (end, len(law.text))]))


def _numbered_or_paragraphs(law: LegalText) -> list[LegalSection]:
    plain = digits(law.text)
    headings = headings_in(plain)
    return list(_cut(law, plain, headings)) if headings else list(_paragraphs(law))


def _in_language(sections: list[LegalSection]) -> list[LegalSection]:
    """Say the language of each section; a short one is taken to be in the language of most of the text."""
    known = [language_of(f"{section.heading}\n{section.text}") for section in sections]
    sizes: Counter[str] = Counter()
    for section, lang in zip(sections, known, strict=True):
        sizes[lang] += len(section.text)
    latin = max((lang for lang in sizes if lang not in _SCRIPTS), key=lambda lang: sizes[lang], default="")
    in_languages = []
    for section, lang in zip(sections, known, strict=True):
        is_sure = lang in _SCRIPTS or len(section.text) >= _ENOUGH_FOR_LANGUAGE
        in_languages.append(replace(section, lang=lang if is_sure and lang else latin or lang))
    return in_languages


def _marked(text: LegalText) -> Iterator[LegalSection]:
    headings = list(_MARKED.finditer(text.text))
    seen: dict[str, int] = {}
    if headings and (title := text.text[: headings[0].start()].rstrip()).strip():
        start = len(title) - len(title.lstrip())
        yield LegalSection(text.name, PREAMBLE, "", title[start:], start, len(title), "", 0, "", "preamble")
    for at, heading_line in enumerate(headings):
        end = headings[at + 1].start() if at + 1 < len(headings) else len(text.text)
        start = heading_line.end() + 1 if heading_line.end() < end else heading_line.end()
        body = text.text[start:end]
        id = heading_line["id"].strip()
        part = seen[id] = seen.get(id, -1) + 1
        heading = _without_formula(heading_line["rest"].strip())
        yield LegalSection(
            text.name, id, heading, body.rstrip(), start, start + len(body.rstrip()), number_of(id), part,
        )  # fmt: skip


def _without_formula(heading: str) -> str:
    """Leave out of a heading what stands over the law's opening words: files that lose its end head all with it.

    >>> _without_formula("Eingangsformel — Begriffsbestimmungen"), _without_formula("Chapitre I — Définitions")
    ('Begriffsbestimmungen', 'Chapitre I — Définitions')
    """
    return _FORMULA.sub("", heading)


_FORMULA = re.compile(
    r"^(?:Eingangsformel|Inhaltsverzeichnis|Inhaltsübersicht|Enacting (?:formula|clause)|Preamble|Préambule|Preámbulo|Преамбула"
    r"|序言|(?:ال)?ديباجة)\s*[—–-]+\s*(?=\S)",
    re.IGNORECASE,
)


def _cut(text: LegalText, plain: str, headings: list[Heading]) -> Iterator[LegalSection]:
    whole = text.text
    if whole[: headings[0].begins].strip():
        before = whole[: headings[0].begins].rstrip()
        start = len(before) - len(before.lstrip())
        yield LegalSection(text.name, PREAMBLE, "", before[start:], start, len(before), "", 0, "", "preamble")
    group = ""
    annex = ""
    part = 0
    highest: dict[str, tuple[int, ...]] = {}
    for group_heading in group_heads(plain[: headings[0].begins]):
        group = group_heading[0].strip(" #*_|")
    seen: list[str] = []
    for at, heading_found in enumerate(headings):
        end = max(heading_found.body, headings[at + 1].begins) if at + 1 < len(headings) else len(whole)
        if heading_found.style not in (ANNEX, DISPOSITION):
            before_it = highest.get(heading_found.style)
            if before_it and heading_found.order <= (1,) and before_it > (2,):
                part += 1
                seen.clear()
            highest[heading_found.style] = heading_found.order
        body = whole[heading_found.body : end]
        following = group_heads(body)
        cut = min(
            (group_heading.start() for group_heading in following if group_heading.start() > 0.5 * len(body)),
            default=len(body),
        )
        if following and not body[:cut].strip():
            cut = len(body)
        words = body[:cut].rstrip()
        lead = len(words) - len(words.lstrip())
        if heading_found.style == ANNEX:
            group = ""
        heading = _without_formula(" — ".join(part_ for part_ in (group, heading_found.title) if part_))
        if following:
            group = following[-1][0].strip(" #*_|")
        id = " ".join(whole[heading_found.at : heading_found.id_end].strip(_TRIM).split())
        if heading_found.style == ANNEX and heading_found.above:
            id = f"{annex}, {id}"
        elif heading_found.style == ANNEX:
            annex = id
        again = f" ({seen.count(id) + 1})" if id in seen else ""
        seen.append(id)
        yield LegalSection(
            text.name, f"{id}{again}{f' [{part + 1}]' if part else ''}", heading, words[lead:], heading_found.body + lead,
            heading_found.body + len(words), heading_found.number, part, "",
            ANNEX if heading_found.style == ANNEX else "article",
        )  # fmt: skip


def _paragraphs(text: LegalText) -> Iterator[LegalSection]:
    """Yield the paragraphs of a text that has no numbered sections, joined to about 1,200 characters."""
    at = 0
    number = 0
    for block in re.split(r"(\n\s*\n|\n)", text.text):
        if number and not block.strip():
            at += len(block)
            continue
        if block.strip():
            number += 1
            lead = len(block) - len(block.lstrip())
            words = block.strip()
            place = text.place(at + lead) or f"¶ {number}"
            yield LegalSection(text.name, place, "", words, at + lead, at + lead + len(words), "", 0, "", "paragraph")
        at += len(block)


_MARKED = re.compile(r"^\[\[(?P<id>[^\]\n]+)\]\][ \t]*(?P<rest>[^\n]*)$", re.MULTILINE)
_CONTENTS_LINE = re.compile(r"^[^\n]*\S[ \t]*(?:(?:\.[ \t]?){4,}|…{2,})[ \t]*[\d٠-٩ivxlc]{1,5}[ \t]*$", re.MULTILINE)
"""A line of a table of contents: dots lead to the number of a page."""
_TRIM = " \t\n#*_>|.:-–—\u200e\u200f\ufeff"
