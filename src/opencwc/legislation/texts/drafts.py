"""Texts that say at their head or in their title that they are no law in force: drafts, bills, what was repealed.

Only the lines before the first article are looked at, and of each its beginning: a law speaks of other laws' drafts and
repeals further down.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from textwrap import shorten

_LINES, _LETTERS, _A_LINE, _SHOWN = 40, 4_000, 240, 90
_ARTICLE = re.compile(
    r"\W*(?:\[\[|§|1\s*[.)]\s|第\s*[一1]\s*[章条條]|(?:article|art\.|section|sec\.|chapter|chapitre|cap[ií]tulo|artículo"
    r"|статья|глава|(?:ال)?مادة|(?:ال)?فصل|artikel)\W{0,3}(?:\d|premier|primero|первая|i\b|one\b|(?:ال)?[أا]ول))",
    re.IGNORECASE,
)
_OPENS = r"(?:^\W*|[\[(（【〔«“\"]\s*|\s[-–—|:]\s+)"
_BY_ITSELF = (
    r"(?:(?:first|second|third|final|revised|preliminary|working|consultation|exposure)\s+)*draft\b",
    r"(?:a\s+)?bill\b(?!\s+of\s+(?:rights|lading))",
    r"(?:this\s+(?:act|law|decree|order)\s+(?:was|is|has\s+been)\s+)?repealed\b(?!\s+(?:act|law|by\s+this))",
    r"(?:avant[- ])?projet\s+d(?:e\s+|['’]\s?)(?:loi|décret|ordonnance|arrêté|règlement|code)",
    r"proposition\s+de\s+loi\b",
    r"(?:(?:texte|loi|décret)\s+)?abrogée?\b",
    r"(?:ante)?proyecto\s+de\s+(?:ley|decreto|real\s+decreto|reglamento|orden)\b",
    r"(?:proposición\s+de\s+ley|borrador)\b",
    r"(?:(?:norma|disposición|ley)\s+)?derogad[oa]\b",
    r"(?:законопроект|проект\s+(?:федеральн\w+\s+)?(?:закон|постановлени|указ|кодекс)\w*|проект\W*$)",
    r"(?:(?:документ|закон)\s+)?утратил\w*\s+силу\b",
    r"(?:مشروع\s+(?:ال)?(?:قانون|مرسوم|قرار|لائحة|نظام)|مسود[ةه]|ملغ[ىيا]ة?\b)",
    r"(?:(?:referenten|gesetz(?:es)?|regierungs|vor|diskussions)?entwurf)\b",
    r"(?:aufgehoben|außer\s+kraft)\b",
    r"(?:废止|廢止|失效)",
)
"""Words that say it where they stand at the beginning of a line, in brackets, or behind a dash."""
_ANYWHERE = (
    r"\bbill\W*(?:(?:no\.?\s*)?\d[\d/.-]*|(?:of\s+)?(?:19|20)\d\d)?\W*$",
    r"\b(?:not|never)\s+(?:yet\s+)?(?:been\s+)?(?:adopted|enacted|in\s+force)\b|\bno\s+longer\s+in\s+force\b",
    r"\b(?:non|pas\s+encore)\s+(?:adoptée?|promulguée?|en\s+vigueur)\b|\bplus\s+en\s+vigueur\b",
    r"\bno\s+(?:aprobad[oa]|adoptad[oa]|promulgad[oa]|vigente|en\s+vigor)\b|\bya\s+no\s+(?:está\s+)?(?:vigente|en\s+vigor)\b",
    r"\bне\s+(?:принят\w*|вступил\w*\s+в\s+силу|действует)\b|\bнедействующ\w*",
    r"[（(【〔\[][^）)】〕\]]{0,20}草案|草案(?:稿|[（(][^）)]{0,12}[）)])?\s*$|(?:征求意见|徵求意見|送审|送審)稿",
    r"(?:尚未|未获|未)(?:生效|施行|通过|通過)|(?:已|已经|已經)(?:废止|廢止|失效)",
    r"لم\s+(?:يُ?عتمد|يصدر|يدخل\s+حيز)|غير\s+(?:معتمد|نافذ|سار)|لم\s+يعد\s+(?:نافذ|ساري)",
    r"\bnicht\s+(?:verabschiedet|angenommen|in\s+kraft)\b|\bnicht\s+mehr\s+in\s+kraft\b",
)
"""Words that say it wherever they stand at the head."""
_SAYS = re.compile(f"{_OPENS}(?:{'|'.join(_BY_ITSELF)})|(?:{'|'.join(_ANYWHERE)})", re.IGNORECASE)


def not_in_force(texts: Iterable[str]) -> str:
    """Return the line in which a text says at its head that it is no law in force; empty where it does not.

    >>> not_in_force(["Projet de loi n° 12 relatif aux armes chimiques", "Article 1. Nul ne peut ..."])
    'Projet de loi n° 12 relatif aux armes chimiques'
    >>> not_in_force(["An Act to repeal the Act of 1930", "Section 1. The repealed Act ..."])
    ''
    """
    return shorten(next((line for line in _head(texts) if _SAYS.search(line)), ""), _SHOWN, placeholder=" …")


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
