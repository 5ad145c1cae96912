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

from opencwc.language.numerals import CHINESE, digits
from opencwc.legislation.texts.footnotes import footnotes_of, without
from opencwc.legislation.texts.headings import MARKS, Heading, headings_in, number_of
from opencwc.legislation.texts.legal_texts import LegalText
from opencwc.legislation.texts.section_language import language_of

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
    beside += [one.span() for one in _CONTENTS_LINE.finditer(text.text)]
    law = replace(text, text=without(text.text, beside)) if beside else text
    marked = list(_marked(law))
    runs = [marked] if marked else [_numbered_or_paragraphs(column) for column in _columns(law)]
    for note in notes:
        said = text.text[note.start : note.end]
        runs[-1].append(LegalSection(text.name, note.mark, "", said, note.start, note.end, kind=FOOTNOTE))
    return [one for run in runs for one in ([replace(one, lang=lang) for one in run] if lang else _in_language(run))]


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
    for one, lang in zip(sections, known, strict=True):
        sizes[lang] += len(one.text)
    latin = max((lang for lang in sizes if lang not in _SCRIPTS), key=lambda lang: sizes[lang], default="")
    said = []
    for one, lang in zip(sections, known, strict=True):
        is_sure = lang in _SCRIPTS or len(one.text) >= _ENOUGH_FOR_LANGUAGE
        said.append(replace(one, lang=lang if is_sure and lang else latin or lang))
    return said


def _marked(text: LegalText) -> Iterator[LegalSection]:
    found = list(_MARKED.finditer(text.text))
    seen: dict[str, int] = {}
    if found and (title := text.text[: found[0].start()].rstrip()).strip():
        start = len(title) - len(title.lstrip())
        yield LegalSection(text.name, PREAMBLE, "", title[start:], start, len(title), "", 0, "", "preamble")
    for at, one in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(text.text)
        start = one.end() + 1 if one.end() < end else one.end()
        body = text.text[start:end]
        said = one["id"].strip()
        part = seen[said] = seen.get(said, -1) + 1
        heading = _without_formula(one["rest"].strip())
        yield LegalSection(
            text.name, said, heading, body.rstrip(), start, start + len(body.rstrip()), number_of(said), part,
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
    if whole[: headings[0].at].strip():
        before = whole[: headings[0].at].rstrip()
        start = len(before) - len(before.lstrip())
        yield LegalSection(text.name, PREAMBLE, "", before[start:], start, len(before), "", 0, "", "preamble")
    group = ""
    part = 0
    highest: dict[str, tuple[int, ...]] = {}
    for found in _groups(plain[: headings[0].at]):
        group = found[0].strip(" #*_|")
    seen: list[str] = []
    for at, one in enumerate(headings):
        end = headings[at + 1].at if at + 1 < len(headings) else len(whole)
        if one.style not in ("annex", "disposition"):
            before_it = highest.get(one.style)
            if before_it and one.order <= (1,) and before_it > (2,):
                part += 1
                seen.clear()
            highest[one.style] = one.order
        body = whole[one.body : end]
        following = _groups(body)
        cut = min((found.start() for found in following if found.start() > 0.5 * len(body)), default=len(body))
        if following and not body[:cut].strip():
            cut = len(body)
        said = body[:cut].rstrip()
        lead = len(said) - len(said.lstrip())
        heading = _without_formula(" — ".join(part_ for part_ in (group, one.title) if part_))
        if following:
            group = following[-1][0].strip(" #*_|")
        id = " ".join(whole[one.at : one.id_end].strip(_TRIM).split())
        again = f" ({seen.count(id) + 1})" if id in seen else ""
        seen.append(id)
        yield LegalSection(
            text.name, f"{id}{again}{f' [{part + 1}]' if part else ''}", heading, said[lead:], one.body + lead,
            one.body + len(said), one.number, part, "",
            "annex" if one.style == "annex" else "article",
        )  # fmt: skip


def _groups(text: str) -> list[re.Match[str]]:
    """Find the heads of parts and chapters; a sentence that begins with one (``Section 9 of the Act is``) is none."""
    return [
        one for one in _GROUP.finditer(text) if len(one[0]) <= _SHORT_HEAD or one[0].rstrip()[-1] not in ".;,:،؛。；"
    ]


_SHORT_HEAD = 40


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
            said = block.strip()
            place = text.place(at + lead) or f"¶ {number}"
            yield LegalSection(text.name, place, "", said, at + lead, at + lead + len(said), "", 0, "", "paragraph")
        at += len(block)


_GROUP = re.compile(
    rf"^{MARKS}(?:(?:PART|Part|CHAPTER|Chapter|TITLE|TITRE|Titre|CHAPITRE|Chapitre|Section|Sous-section|T[IÍ]TULO|T[ií]tulo|CAP[IÍ]TULO|Cap[ií]tulo|SECCI[OÓ]N|Secci[oó]n|LIVRE|Livre|LIBRO|Libro|ГЛАВА|Глава|РАЗДЕЛ|Раздел|Abschnitt|Kapitel|Teil|BOOK)\s+(?:[\dIVXLC]+|[A-Z]\b|\w+)|第\s*[{CHINESE}]+\s*[章节節編编]|(?:ال)?(?:فصل|باب|قسم)\s+\S+)[^\n]{{0,160}}$",
    re.MULTILINE,
)
_MARKED = re.compile(r"^\[\[(?P<id>[^\]\n]+)\]\][ \t]*(?P<rest>[^\n]*)$", re.MULTILINE)
_CONTENTS_LINE = re.compile(r"^[^\n]*\S[ \t]*(?:(?:\.[ \t]?){4,}|…{2,})[ \t]*[\d٠-٩ivxlc]{1,5}[ \t]*$", re.MULTILINE)
"""A line of a table of contents: dots lead to the number of a page."""
_TRIM = " \t\n#*_>|.:-–—\u200e\u200f\ufeff"
