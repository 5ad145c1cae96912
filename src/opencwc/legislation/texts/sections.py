"""A law's text to its sections: numbered articles of many national styles, annexes, and what stands before the first.

A text with ``[[id]]`` headings takes these as its sections. A table of contents is left out, footnotes come behind as
sections of their own kind, a heading quoted inside an amending law stays text, and a text without numbered articles
gives its paragraphs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from opencwc.language.numerals import CHINESE, chinese_number, digits, ordinal, ordinal_pattern, roman_number
from opencwc.legislation.texts.footnotes import footnotes_of, without
from opencwc.legislation.texts.legal_texts import LegalText

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


class _Heading(NamedTuple):
    at: int
    body: int
    style: str
    id_end: int
    number: str
    title: str
    order: tuple[int, ...]


_LATIN_NUMBER = (
    r"(?:[LRDA]\s?\.?\s?\*?\s?)?\d+(?:[-.]\d+)*(?:[º°ª]|er\b|o\b(?=[\s.\-]))?"
    r"(?:[ \-](?:bis|ter|qu[aá]ter|quater|quinquies|sexies)\b|[A-Z]{1,2}(?![A-Za-z]))?"
)
_AFTER = r"(?P<rest>[^\n]*)"
_MARKS = r"[ \t\u00a0#*_>|\u200e\u200f\u202a-\u202e\ufeff]*"
_LATIN_WORD = r"(?P<word>ART[IÍ]CULOS?|Art[ií]culo|ARTICLE|Article|ARTIGO|Artigo|ARTICOLO|Articolo|ARTIKEL|Artikel|Art\.?|ART\.?|Artykuł|Madde|MADDE)"
_ARTICLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("article", re.compile(
        rf"^{_MARKS}{_LATIN_WORD}\s*(?P<number>{_LATIN_NUMBER}|(?:[IVXLC]+)\b|(?i:{ordinal_pattern('es')})\b"
        rf"|(?i:{ordinal_pattern('fr')})\b|(?i:{ordinal_pattern('pt')})\b|(?i:{ordinal_pattern('en')})\b){_AFTER}", re.MULTILINE)),
    ("section", re.compile(rf"^{_MARKS}(?P<word>SECTION|Section|SEC\.|Sec\.|Regulation|Rule)\s+(?P<number>\d+[A-Z]{{0,2}}){_AFTER}", re.MULTILINE)),
    ("paragraph", re.compile(rf"^{_MARKS}(?P<word>§{{1,2}})\s*(?P<number>\d+[a-z]?){_AFTER}", re.MULTILINE)),
    ("статья", re.compile(rf"^{_MARKS}(?P<word>СТАТЬЯ|Статья|Стаття|Мақала|Бап)\s+(?P<number>\d+(?:[.\-]\d+)*){_AFTER}", re.MULTILINE)),
    ("条", re.compile(rf"^{_MARKS}(?P<word>第)\s*(?P<number>[{CHINESE}０-９]+)\s*[条條](?P<again>之[一二三四五六七八九])?{_AFTER}", re.MULTILINE)),
    ("مادة", re.compile(
        rf"^{_MARKS}[(\[]?(?P<word>(?:ال)?ماد[ةه])\s*[(\[:\-–]?\s*(?P<number>[0-9٠-٩]+|{ordinal_pattern('ar')})\s*(?P<again>مكرر[اً]*)?\s*[)\]]?{_AFTER}", re.MULTILINE)),
    # In Tunisia and in older laws of Morocco; chapters are counted in words, but for the first.
    ("فصل", re.compile(
        rf"^{_MARKS}(?P<word>(?:ال)?فصل)\s*[(\[]?\s*(?P<number>[0-9٠-٩]+|(?:ال)?[أا]ول)\s*(?P<again>مكرر[اً]*)?\s*[)\]]?{_AFTER}", re.MULTILINE)),
)  # fmt: skip
_NUMBERED = re.compile(
    rf"^{_MARKS}(?P<number>\d{{1,3}}[A-Z]?)(?:\.(?:\s*[—–-]?\s*\(1\))?|\s*[—–](?=\s*\(1\))|[ \t]+(?=[A-ZА-ЯÀ-Ý]))(?![\d.])(?P<rest>[^\n]*)",
    re.MULTILINE,
)
_DISPOSITION = re.compile(
    rf"^{_MARKS}(?P<word>(?i:disposici[oó]n)\s+(?i:adicional|transitoria|final|derogatoria))\s+(?P<number>{ordinal_pattern('es')}|\d+)\b{_AFTER}",
    re.MULTILINE,
)
_ANNEX = re.compile(
    rf"^{_MARKS}(?P<word>ANNEXE?|Annexe?|ANEXO|Anexo|ANLAGE|Anlage|SCHEDULE|Schedule|APPENDIX|Appendix|ПРИЛОЖЕНИЕ|Приложение|附件|附录|附錄|附表|(?:ال)?ملحق|(?:ال)?جدول)"
    rf"\s*(?:№|N[o°º]\.?|رقم)?\s*[(]?(?P<number>\d+|[IVX]+\b|[A-Z]\b|[{CHINESE}]+|[٠-٩]+|{ordinal_pattern('ar')})?[)]?(?P<rest>[^\n]*)",
    re.MULTILINE,
)
_GROUP = re.compile(
    rf"^{_MARKS}(?:(?:PART|Part|CHAPTER|Chapter|TITLE|TITRE|Titre|CHAPITRE|Chapitre|Section|Sous-section|T[IÍ]TULO|T[ií]tulo|CAP[IÍ]TULO|Cap[ií]tulo|SECCI[OÓ]N|Secci[oó]n|LIVRE|Livre|LIBRO|Libro|ГЛАВА|Глава|РАЗДЕЛ|Раздел|Abschnitt|Kapitel|Teil|BOOK)\s+(?:[\dIVXLC]+|[A-Z]\b|\w+)|第\s*[{CHINESE}]+\s*[章节節編编]|(?:ال)?(?:فصل|باب|قسم)\s+\S+)[^\n]{{0,160}}$",
    re.MULTILINE,
)
_MARKED = re.compile(r"^\[\[(?P<id>[^\]\n]+)\]\][ \t]*(?P<rest>[^\n]*)$", re.MULTILINE)
_ENDS = re.compile(r"^[\s.:\-–—ـ)\]•·．。：　]+")
_LEADERS = re.compile(r"(?:\.\s?){4,}|…{2,}|\t\s*\d+$|\s\d{1,4}$")
_CONTENTS_LINE = re.compile(r"^[^\n]*\S[ \t]*(?:(?:\.[ \t]?){4,}|…{2,})[ \t]*[\d٠-٩ivxlc]{1,5}[ \t]*$", re.MULTILINE)
"""A line of a table of contents: dots lead to the number of a page."""
_LONGEST_TITLE = 200
_WIDEST_GAP = 12
"""Numbers that may be missing in a row where sections are only numbered: repealed ones, or parts left out."""
_TRIM = " \t\n#*_>|.:-–—\u200e\u200f\ufeff"
_NUMBERED_BEGINS = re.compile(r"[A-ZÀ-ÝА-ЯЁ(«“\u0600-\u06ff\u3400-\u9fff]")
_TITLE_BEGINS = re.compile(r"[A-ZÀ-ÝА-ЯЁ(\[\d«“]")


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
    headings = _headings(plain)
    return list(_cut(law, plain, headings)) if headings else list(_paragraphs(law))


def _in_language(sections: list[LegalSection]) -> list[LegalSection]:
    """Say the language of each section; a short one is taken to be in the language of most of the text."""
    known = [recognised(f"{section.heading}\n{section.text}") for section in sections]
    sizes: Counter[str] = Counter()
    for one, lang in zip(sections, known, strict=True):
        sizes[lang] += len(one.text)
    latin = max((lang for lang in sizes if lang not in _SCRIPTS), key=lambda lang: sizes[lang], default="")
    said = []
    for one, lang in zip(sections, known, strict=True):
        is_sure = lang in _SCRIPTS or len(one.text) >= _ENOUGH_FOR_LANGUAGE
        said.append(replace(one, lang=lang if is_sure and lang else latin or lang))
    return said


def number_of(id: str) -> str:
    """Return the number in a section's id, as references are looked up by; empty where there is none.

    >>> number_of("CP Art. 570 bis"), number_of("المادة الخامسة"), number_of("§ 3"), number_of("第十二条")
    ('570 bis', '5', '3', '12')
    >>> number_of("L2342-3"), number_of("Art. L. 2342-3"), number_of("Disposición adicional primera. Sustancia")
    ('L2342-3', 'L2342-3', 'disposicion adicional 1')
    """
    said = digits(id)
    if found := _DISPOSITION.search(said):
        word = found["word"].lower().replace("ó", "o")
        value = found["number"] if found["number"].isdigit() else ordinal(found["number"], "es")
        return f"{' '.join(word.split())} {value}"
    for _, pattern in _ARTICLES:
        # An id may begin with the short name of its law (CP Art. 570).
        loose = re.compile(pattern.pattern.removeprefix(f"^{_MARKS}"), re.MULTILINE)
        if found := loose.search(said):
            return _number(found["number"], found.groupdict().get("again") or "")
    if found := re.search(rf"(?<![\w.]){_LATIN_NUMBER}", said):
        return _number(found[0], "")
    return ""


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


def recognised(text: str) -> str:
    """Return the language of a section by its script and its short words; German beside the six.

    >>> recognised("Wer eine Tätigkeit ausübt, die der Genehmigung unterliegt, und nicht meldet"), recognised("5")
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
    scores = {lang: sum(word in known for word in words) for lang, known in _SHORT_WORDS.items()}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] > 0 else ""


_SHORT_WORDS = {
    "en": frozenset(
        [
            "the",
            "of",
            "and",
            "to",
            "in",
            "or",
            "any",
            "shall",
            "for",
            "by",
            "be",
            "is",
            "under",
            "with",
            "which",
            "may",
            "person",
        ]
    ),
    "fr": frozenset(
        [
            "le",
            "la",
            "les",
            "des",
            "du",
            "de",
            "et",
            "à",
            "est",
            "sont",
            "un",
            "une",
            "par",
            "dans",
            "pour",
            "ou",
            "aux",
            "sur",
            "qui",
            "en",
            "au",
        ]
    ),
    "es": frozenset(
        [
            "el",
            "la",
            "los",
            "las",
            "del",
            "de",
            "y",
            "en",
            "que",
            "se",
            "por",
            "para",
            "con",
            "o",
            "una",
            "un",
            "al",
            "su",
            "como",
        ]
    ),
    "de": frozenset(
        [
            "der",
            "die",
            "das",
            "und",
            "des",
            "den",
            "dem",
            "zu",
            "von",
            "oder",
            "ist",
            "eine",
            "in",
            "nach",
            "nicht",
            "auf",
            "für",
            "im",
            "mit",
            "durch",
        ]
    ),
}


def _headings(plain: str) -> list[_Heading]:
    """Find the headings of articles: of each style, the one with the most, and annexes with them."""
    styles: dict[str, list[_Heading]] = {}
    for style, pattern in _ARTICLES:
        found = [heading for one in pattern.finditer(plain) if (heading := _heading(plain, one, style)) is not None]
        if found:
            styles[style] = found
    main = max(styles, key=lambda name: len(styles[name]), default="")
    chosen = list(styles.get(main, ()))
    for style, found in styles.items():  # two columns, or a law and the treaty it carries, in scripts of their own
        if style != main and len(found) >= 3 and style not in ("section", "فصل"):
            chosen += found
    if len(chosen) < 3:
        numbered = _numbered(plain)
        if len(numbered) >= max(3, len(chosen) + 1):
            chosen = numbered
    chosen = _in_order(chosen)
    if chosen:
        chosen += [one for found in _DISPOSITION.finditer(plain) if (one := _disposition(plain, found)) is not None]
        chosen += [one for found in _ANNEX.finditer(plain) if (one := _annex(found, chosen)) is not None]
    chosen.sort(key=lambda one: one.at)
    return _without_contents(plain, chosen)


def _heading(plain: str, found: re.Match[str], style: str) -> _Heading | None:
    at = found.start()
    title, body = _title(plain, found, found["rest"], style)
    if title is None:
        return None
    number = _number(found["number"], found.groupdict().get("again") or "")
    if not number:
        return None
    return _Heading(at, body, style, found.start("rest"), number, title, _order(number))


def _title(plain: str, found: re.Match[str], rest: str, style: str) -> tuple[str | None, int]:
    """Return the title behind a heading's number and where the body begins; ``None`` where it is no heading."""
    ended = _ENDS.match(rest)
    said = rest[ended.end() :] if ended else rest
    said = said.strip().strip("*_|")
    if style == "条" and re.match(
        r"(?:规定|規定|所列|所指|所述|第|和|或|及|与|與|、|至|的|，|之规定|之規定)", rest.strip()
    ):
        return None, 0
    if style in ("مادة", "فصل") and re.match(
        r"\s*(?:من|و\s*(?:ال)?(?:ماد|فصل)|،|فقرة|أعلاه|المذكورة|المشار|إلى)", rest
    ):
        return None, 0
    is_free = not said or bool(ended and re.search(r"[.:\-–—．。：)\]　]", ended[0]))
    if style in ("article", "section", "paragraph", "статья") and not is_free:
        if not _TITLE_BEGINS.match(said):
            return None, 0
        if len(said) > _LONGEST_TITLE and style != "paragraph":
            return None, 0
    if style == "paragraph" and re.match(r"(?:Abs|Satz|Nr|Nummer|Buchst|des|der|und|bis|gilt|in|ff)\b", said):
        return None, 0
    if (said and said[0] in ",;)") or (style == "article" and not ended and rest[:1].isalpha()):
        return None, 0
    if style in ("article", "статья") and ended and re.match(r"\s*(?:of|de|du|des|del|der|настоящ|и)\b", said):
        return None, 0
    body = found.start("rest") + (ended.end() if ended else len(rest) - len(rest.lstrip()))
    is_title = (
        bool(said) and len(said) <= _LONGEST_TITLE and said[-1] not in ".;:؛،,。；：" and found.end() < len(plain)
    )
    return (said if is_title and style != "条" else ""), body


def _number(said: str, again: str) -> str:
    said = " ".join(digits(said).replace("\u00a0", " ").split())
    suffix = " bis" if again.startswith("مكرر") else (f"-{chinese_number(again[1:])}" if again.startswith("之") else "")
    bare = said.rstrip("º°ª.")
    if re.fullmatch(r"\d+(?:er|o)?", bare):
        return re.sub(r"\D", "", bare).lstrip("0") + suffix
    if (value := chinese_number(said)) is not None:
        return f"{value}{suffix}"
    if (value := roman_number(said)) is not None:
        return f"{value}{suffix}"
    for lang in ("ar", "es", "fr", "en", "pt"):
        if (value := ordinal(said, lang)) is not None:
            return f"{value}{suffix}"
    coded = re.match(r"([LRDA])\s?\.?\s?\*?\s?(\d.*)", said)
    if coded:
        return f"{coded[1]}{coded[2].rstrip('.')}"
    tidy = re.sub(r"(\d)[º°ª]?(?:er)?[ \-]?(bis|ter|qu[aá]ter|quinquies|sexies)", r"\1 \2", bare)
    return tidy.replace("quáter", "quater") if any(map(str.isdigit, tidy)) else ""


def _order(number: str) -> tuple[int, ...]:
    again = {"bis": 2, "ter": 3, "quater": 4, "quinquies": 5, "sexies": 6}
    parts = re.findall(r"\d+|bis|ter|quater|quinquies|sexies|[A-Za-z]$", number)
    return tuple(int(part) if part.isdigit() else again.get(part, ord(part[0].lower()) - 95) for part in parts)


def _numbered(plain: str) -> list[_Heading]:
    """Find sections that are only numbered (``5. Offences``): the longest run that counts upward one by one."""
    candidates = [
        one
        for one in _NUMBERED.finditer(plain)
        if not one["rest"].strip() or _NUMBERED_BEGINS.match(one["rest"].strip())
    ]
    orders = [_order(candidate["number"]) for candidate in candidates]
    found: list[_Heading] = []
    last = 0
    if (1,) not in orders:  # a chapter of a code goes on where the one before ended
        runs = ((order[0],) for order in orders if (order[0] + 1,) in orders and (order[0] + 2,) in orders)
        last = next(runs, (1,))[0] - 1
    for at, (one, order) in enumerate(zip(candidates, orders, strict=True)):
        goes_on = order[0] == last + 1 or (order[0] == last and len(order) > 1)
        if not goes_on and order == (1,):  # a list inside a section, or another text that begins
            later = orders[at:]
            goes_on = (2,) in later and (3,) in later and (last + 1,) not in later
            first = next((one_.title for one_ in found if one_.order == (1,)), "")
            goes_on |= bool(first) and _words_of(first) == _words_of(_title_of(one["rest"]))  # the contents came before
        if not goes_on and last < order[0] <= last + _WIDEST_GAP and found:  # repealed, or an extract
            goes_on = (last + 1,) not in orders[at:] and bool(found[-1].title) == bool(_title_of(one["rest"]))
        if not goes_on:
            continue
        last = order[0]
        body = one.start("rest") + len(one["rest"]) - len(one["rest"].lstrip())
        title = _title_of(one["rest"])
        found.append(_Heading(one.start(), body, "numbered", one.end("number"), one["number"], title, order))
    return found


def _words_of(title: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", title.casefold()))


def _title_of(rest: str) -> str:
    said = rest.strip()
    is_sentence = said[-1:] in ".;:,。；：،" and not said.endswith("etc.")
    return "" if is_sentence or len(said) > 120 else said


def _in_order(headings: list[_Heading]) -> list[_Heading]:
    """Leave out a heading whose number leaps out of the count and back: a reference that begins a line."""
    kept: list[_Heading] = []
    by_style: dict[str, list[_Heading]] = {}
    for one in headings:
        by_style.setdefault(one.style, []).append(one)
    for found in by_style.values():
        found.sort(key=lambda one: one.at)
        for at, one in enumerate(found):
            before = found[at - 1].order if at else ()
            after = found[at + 1].order if at + 1 < len(found) else ()
            leaps = bool(
                before and after and before < after and not before < one.order < after and one.order != (1,)
                and one.order[:1] != (1,) and after[:1] <= (before[0] + 2,)
            )  # fmt: skip
            if not leaps:
                kept.append(one)
    return kept


def _disposition(plain: str, found: re.Match[str]) -> _Heading | None:
    title, body = _title(plain, found, found["rest"], "article")
    if title is None:
        return None
    said = found[0][: found.start("rest") - found.start()]
    return _Heading(found.start(), body, "disposition", found.start("rest"), number_of(said), title, ())


def _annex(found: re.Match[str], chosen: Sequence[_Heading]) -> _Heading | None:
    rest = found["rest"].strip(" .:-–—\t")
    begins = rest[:1]
    if len(found[0].strip()) > 120 or (begins and (begins.islower() or begins in ",;)")) or rest[-1:] in ".;,。；":
        return None
    if found.start() < chosen[0].at:
        return None
    number = found["number"]
    said = f"annex {_number(number, '') or number.lower()}" if number else "annex"
    return _Heading(found.start(), found.end(), "annex", found.start("rest"), said, rest, ())


def _without_contents(plain: str, headings: list[_Heading]) -> list[_Heading]:
    """Leave out the headings of a table of contents: a run of them without text that comes again with text."""
    bodies = [
        len(plain[one.body : headings[at + 1].at if at + 1 < len(headings) else len(plain)].strip())
        for at, one in enumerate(headings)
    ]
    full = {one.number: at for at, one in enumerate(headings) if bodies[at] > 60}
    last = {_words_of(one.title): at for at, one in enumerate(headings) if one.title}
    kept = []
    for at, one in enumerate(headings):
        ends = plain.find("\n", one.id_end)
        line = plain[one.id_end : ends if ends >= 0 else len(plain)]
        again = full.get(one.number, -1) > at
        repeated = not bodies[at] and last.get(_words_of(one.title), -1) > at
        if (again or repeated) and (bodies[at] <= 60 or _LEADERS.search(line)):
            continue
        kept.append(one)
    return kept


def _cut(text: LegalText, plain: str, headings: list[_Heading]) -> Iterator[LegalSection]:
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
