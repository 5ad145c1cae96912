"""The headings of a law's articles in many national styles, its annexes, and the numbers that they give."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from opencwc.language.numerals import CHINESE, chinese_number, digits, ordinal, ordinal_pattern, roman_number


class Heading(NamedTuple):
    """The heading of an article: where it, the text behind it and the end of its id stand, its number and its title.

    ``style`` is the manner in which the law numbers; ``order`` what the numbers of one style are counted by.
    """

    at: int
    body: int
    style: str
    id_end: int
    number: str
    title: str
    order: tuple[int, ...]


def headings_in(plain: str) -> list[Heading]:
    """Find the headings of articles: of each style, the one with the most, and annexes with them."""
    styles: dict[str, list[Heading]] = {}
    for style, pattern in _ARTICLES:
        headings = [
            heading for match in pattern.finditer(plain) if (heading := _heading(plain, match, style)) is not None
        ]
        if headings:
            styles[style] = headings
    main = max(styles, key=lambda name: len(styles[name]), default="")
    chosen = list(styles.get(main, ()))
    for style, headings in styles.items():  # two columns, or a law and the treaty it carries, in scripts of their own
        if style != main and len(headings) >= 3 and style not in ("section", "فصل"):
            chosen += headings
    if len(chosen) < 3:
        numbered = _numbered(plain)
        if len(numbered) >= max(3, len(chosen) + 1):
            chosen = numbered
    chosen = _in_order(chosen)
    if chosen:
        chosen += [
            heading for match in _DISPOSITION.finditer(plain) if (heading := _disposition(plain, match)) is not None
        ]
        chosen += [heading for match in _ANNEX.finditer(plain) if (heading := _annex(match, chosen)) is not None]
    chosen.sort(key=lambda heading: heading.at)
    return _without_contents(plain, chosen)


def _heading(plain: str, match: re.Match[str], style: str) -> Heading | None:
    at = match.start()
    title, body = _title(plain, match, match["rest"], style)
    if title is None:
        return None
    number = _number(match["number"], match.groupdict().get("again") or "")
    if not number:
        return None
    return Heading(at, body, style, match.start("rest"), number, title, _order(number))


def _title(plain: str, match: re.Match[str], rest: str, style: str) -> tuple[str | None, int]:
    """Return the title behind a heading's number and where the body begins; ``None`` where it is no heading."""
    ended = _ENDS.match(rest)
    title = rest[ended.end() :] if ended else rest
    title = title.strip().strip("*_|")
    if style == "条" and re.match(
        r"(?:规定|規定|所列|所指|所述|第|和|或|及|与|與|、|至|的|，|之规定|之規定)", rest.strip()
    ):
        return None, 0
    if style in ("مادة", "فصل") and re.match(
        r"\s*(?:من|و\s*(?:ال)?(?:ماد|فصل)|،|فقرة|أعلاه|المذكورة|المشار|إلى)", rest
    ):
        return None, 0
    is_free = not title or bool(ended and re.search(r"[.:\-–—．。：)\]　]", ended[0]))
    if style in ("article", "section", "paragraph", "статья") and not is_free:
        if not _TITLE_BEGINS.match(title):
            return None, 0
        if len(title) > _LONGEST_TITLE and style != "paragraph":
            return None, 0
    if style == "paragraph" and re.match(r"(?:Abs|Satz|Nr|Nummer|Buchst|des|der|und|bis|gilt|in|ff)\b", title):
        return None, 0
    if (title and title[0] in ",;)") or (style == "article" and not ended and rest[:1].isalpha()):
        return None, 0
    if style in ("article", "статья") and ended and re.match(r"\s*(?:of|de|du|des|del|der|настоящ|и)\b", title):
        return None, 0
    body = match.start("rest") + (ended.end() if ended else len(rest) - len(rest.lstrip()))
    is_title = (
        bool(title) and len(title) <= _LONGEST_TITLE and title[-1] not in ".;:؛،,。；：" and match.end() < len(plain)
    )
    return (title if is_title and style != "条" else ""), body


def _number(written: str, again: str) -> str:
    written = " ".join(digits(written).replace("\u00a0", " ").split())
    suffix = " bis" if again.startswith("مكرر") else (f"-{chinese_number(again[1:])}" if again.startswith("之") else "")
    bare = written.rstrip("º°ª.")
    if re.fullmatch(r"\d+(?:er|o)?", bare):
        return re.sub(r"\D", "", bare).lstrip("0") + suffix
    if (value := chinese_number(written)) is not None:
        return f"{value}{suffix}"
    if (value := roman_number(written)) is not None:
        return f"{value}{suffix}"
    for lang in ("ar", "es", "fr", "en", "pt"):
        if (value := ordinal(written, lang)) is not None:
            return f"{value}{suffix}"
    coded = re.match(r"([LRDA])\s?\.?\s?\*?\s?(\d.*)", written)
    if coded:
        return f"{coded[1]}{coded[2].rstrip('.')}"
    tidy = re.sub(r"(\d)[º°ª]?(?:er)?[ \-]?(bis|ter|qu[aá]ter|quinquies|sexies)", r"\1 \2", bare)
    return tidy.replace("quáter", "quater") if any(map(str.isdigit, tidy)) else ""


def _order(number: str) -> tuple[int, ...]:
    again = {"bis": 2, "ter": 3, "quater": 4, "quinquies": 5, "sexies": 6}
    parts = re.findall(r"\d+|bis|ter|quater|quinquies|sexies|[A-Za-z]$", number)
    return tuple(int(part) if part.isdigit() else again.get(part, ord(part[0].lower()) - 95) for part in parts)


def _numbered(plain: str) -> list[Heading]:
    """Find sections that are only numbered (``5. Offences``): the longest run that counts upward one by one."""
    candidates = [
        match
        for match in _NUMBERED.finditer(plain)
        if not match["rest"].strip() or _NUMBERED_BEGINS.match(match["rest"].strip())
    ]
    orders = [_order(candidate["number"]) for candidate in candidates]
    headings: list[Heading] = []
    last = 0
    if (1,) not in orders:  # a chapter of a code goes on where the one before ended
        runs = ((order[0],) for order in orders if (order[0] + 1,) in orders and (order[0] + 2,) in orders)
        last = next(runs, (1,))[0] - 1
    for at, (candidate, order) in enumerate(zip(candidates, orders, strict=True)):
        goes_on = order[0] == last + 1 or (order[0] == last and len(order) > 1)
        if not goes_on and order == (1,):  # a list inside a section, or another text that begins
            later = orders[at:]
            goes_on = (2,) in later and (3,) in later and (last + 1,) not in later
            first = _words_of(next((heading.title for heading in headings if heading.order == (1,)), ""))
            goes_on |= bool(first) and first == _words_of(_title_of(candidate["rest"]))  # the contents came before
        if not goes_on and last < order[0] <= last + _WIDEST_GAP and headings:  # repealed, or an extract
            goes_on = (last + 1,) not in orders[at:] and bool(headings[-1].title) == bool(_title_of(candidate["rest"]))
        if not goes_on:
            continue
        last = order[0]
        body = candidate.start("rest") + len(candidate["rest"]) - len(candidate["rest"].lstrip())
        title = _title_of(candidate["rest"])
        headings.append(
            Heading(candidate.start(), body, "numbered", candidate.end("number"), candidate["number"], title, order)
        )
    return headings


def _words_of(title: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", title.casefold()))


def _title_of(rest: str) -> str:
    title = rest.strip()
    is_sentence = title[-1:] in ".;:,。；：،" and not title.endswith("etc.")
    return "" if is_sentence or len(title) > 120 else title


def _in_order(headings: list[Heading]) -> list[Heading]:
    """Leave out a heading whose number leaps out of the count and back: a reference that begins a line."""
    kept: list[Heading] = []
    by_style: dict[str, list[Heading]] = {}
    for heading in headings:
        by_style.setdefault(heading.style, []).append(heading)
    for same_style in by_style.values():
        same_style.sort(key=lambda heading: heading.at)
        for at, heading in enumerate(same_style):
            before = same_style[at - 1].order if at else ()
            after = same_style[at + 1].order if at + 1 < len(same_style) else ()
            leaps = bool(
                before and after and before < after and not before < heading.order < after and heading.order != (1,)
                and heading.order[:1] != (1,) and after[:1] <= (before[0] + 2,)
            )  # fmt: skip
            if not leaps:
                kept.append(heading)
    return kept


def _disposition(plain: str, match: re.Match[str]) -> Heading | None:
    title, body = _title(plain, match, match["rest"], "article")
    if title is None:
        return None
    written = match[0][: match.start("rest") - match.start()]
    return Heading(match.start(), body, "disposition", match.start("rest"), number_of(written), title, ())


def _annex(match: re.Match[str], chosen: Sequence[Heading]) -> Heading | None:
    rest = match["rest"].strip(" .:-–—\t")
    begins = rest[:1]
    if len(match[0].strip()) > 120 or (begins and (begins.islower() or begins in ",;)")) or rest[-1:] in ".;,。；":
        return None
    if match.start() < chosen[0].at:
        return None
    number = match["number"]
    name = f"annex {_number(number, '') or number.lower()}" if number else "annex"
    return Heading(match.start(), match.end(), "annex", match.start("rest"), name, rest, ())


def _without_contents(plain: str, headings: list[Heading]) -> list[Heading]:
    """Leave out the headings of a table of contents: a run of them without text that comes again with text."""
    bodies = [
        len(plain[heading.body : headings[at + 1].at if at + 1 < len(headings) else len(plain)].strip())
        for at, heading in enumerate(headings)
    ]
    full = {heading.number: at for at, heading in enumerate(headings) if bodies[at] > 60}
    last = {_words_of(heading.title): at for at, heading in enumerate(headings) if heading.title}
    kept = []
    for at, heading in enumerate(headings):
        ends = plain.find("\n", heading.id_end)
        line = plain[heading.id_end : ends if ends >= 0 else len(plain)]
        again = full.get(heading.number, -1) > at
        repeated = not bodies[at] and last.get(_words_of(heading.title), -1) > at
        if (again or repeated) and (bodies[at] <= 60 or _LEADERS.search(line)):
            continue
        kept.append(heading)
    return kept


def number_of(id: str) -> str:
    """Return the number in a section's id, as references are looked up by; empty where there is none.

    >>> number_of("CP Art. 570 bis"), number_of("المادة الخامسة"), number_of("§ 3"), number_of("第十二条")
    ('570 bis', '5', '3', '12')
    >>> number_of("L2342-3"), number_of("Art. L. 2342-3"), number_of("Disposición adicional primera. Sustancia")
    ('L2342-3', 'L2342-3', 'disposicion adicional 1')
    """
    written = digits(id)
    if match := _DISPOSITION.search(written):
        word = match["word"].lower().replace("ó", "o")
        value = match["number"] if match["number"].isdigit() else ordinal(match["number"], "es")
        return f"{' '.join(word.split())} {value}"
    for _, pattern in _ARTICLES:
        # An id may begin with the short name of its law (CP Art. 570).
        loose = re.compile(pattern.pattern.removeprefix(f"^{MARKS}"), re.MULTILINE)
        if match := loose.search(written):
            return _number(match["number"], match.groupdict().get("again") or "")
    if match := re.search(rf"(?<![\w.]){_LATIN_NUMBER}", written):
        return _number(match[0], "")
    return ""


_LATIN_NUMBER = (
    r"(?:[LRDA]\s?\.?\s?\*?\s?)?\d+(?:[-.]\d+)*(?:[º°ª]|er\b|o\b(?=[\s.\-]))?"
    r"(?:[ \-](?:bis|ter|qu[aá]ter|quater|quinquies|sexies)\b|[A-Z]{1,2}(?![A-Za-z]))?"
)
_AFTER = r"(?P<rest>[^\n]*)"
MARKS = r"[ \t\u00a0#*_>|\u200e\u200f\u202a-\u202e\ufeff]*"
_LATIN_WORD = r"(?P<word>ART[IÍ]CULOS?|Art[ií]culo|ARTICLE|Article|ARTIGO|Artigo|ARTICOLO|Articolo|ARTIKEL|Artikel|Art\.?|ART\.?|Artykuł|Madde|MADDE)"
_ARTICLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("article", re.compile(
        rf"^{MARKS}{_LATIN_WORD}\s*(?P<number>{_LATIN_NUMBER}|(?:[IVXLC]+)\b|(?i:{ordinal_pattern('es')})\b"
        rf"|(?i:{ordinal_pattern('fr')})\b|(?i:{ordinal_pattern('pt')})\b|(?i:{ordinal_pattern('en')})\b){_AFTER}", re.MULTILINE)),
    ("section", re.compile(rf"^{MARKS}(?P<word>SECTION|Section|SEC\.|Sec\.|Regulation|Rule)\s+(?P<number>\d+[A-Z]{{0,2}}){_AFTER}", re.MULTILINE)),
    ("paragraph", re.compile(rf"^{MARKS}(?P<word>§{{1,2}})\s*(?P<number>\d+[a-z]?){_AFTER}", re.MULTILINE)),
    ("статья", re.compile(rf"^{MARKS}(?P<word>СТАТЬЯ|Статья|Стаття|Мақала|Бап)\s+(?P<number>\d+(?:[.\-]\d+)*){_AFTER}", re.MULTILINE)),
    ("条", re.compile(rf"^{MARKS}(?P<word>第)\s*(?P<number>[{CHINESE}０-９]+)\s*[条條](?P<again>之[一二三四五六七八九])?{_AFTER}", re.MULTILINE)),
    ("مادة", re.compile(
        rf"^{MARKS}[(\[]?(?P<word>(?:ال)?ماد[ةه])\s*[(\[:\-–]?\s*(?P<number>[0-9٠-٩]+|{ordinal_pattern('ar')})\s*(?P<again>مكرر[اً]*)?\s*[)\]]?{_AFTER}", re.MULTILINE)),
    # In Tunisia and in older laws of Morocco; chapters are counted in words, but for the first.
    ("فصل", re.compile(
        rf"^{MARKS}(?P<word>(?:ال)?فصل)\s*[(\[]?\s*(?P<number>[0-9٠-٩]+|(?:ال)?[أا]ول)\s*(?P<again>مكرر[اً]*)?\s*[)\]]?{_AFTER}", re.MULTILINE)),
)  # fmt: skip
_NUMBERED = re.compile(
    rf"^{MARKS}(?P<number>\d{{1,3}}[A-Z]?)(?:\.(?:\s*[—–-]?\s*\(1\))?|\s*[—–](?=\s*\(1\))|[ \t]+(?=[A-ZА-ЯÀ-Ý]))(?![\d.])(?P<rest>[^\n]*)",
    re.MULTILINE,
)
_DISPOSITION = re.compile(
    rf"^{MARKS}(?P<word>(?i:disposici[oó]n)\s+(?i:adicional|transitoria|final|derogatoria))\s+(?P<number>{ordinal_pattern('es')}|\d+)\b{_AFTER}",
    re.MULTILINE,
)
_ANNEX = re.compile(
    rf"^{MARKS}(?P<word>ANNEXE?|Annexe?|ANEXO|Anexo|ANLAGE|Anlage|SCHEDULE|Schedule|APPENDIX|Appendix|ПРИЛОЖЕНИЕ|Приложение|附件|附录|附錄|附表|(?:ال)?ملحق|(?:ال)?جدول)"
    rf"\s*(?:№|N[o°º]\.?|رقم)?\s*[(]?(?P<number>\d+|[IVX]+\b|[A-Z]\b|[{CHINESE}]+|[٠-٩]+|{ordinal_pattern('ar')})?[)]?(?P<rest>[^\n]*)",
    re.MULTILINE,
)
_ENDS = re.compile(r"^[\s.:\-–—ـ)\]•·．。：　]+")
_LEADERS = re.compile(r"(?:\.\s?){4,}|…{2,}|\t\s*\d+$|\s\d{1,4}$")
_LONGEST_TITLE = 200
_WIDEST_GAP = 12
"""Numbers that may be missing in a row where sections are only numbered: repealed ones, or parts left out."""
_NUMBERED_BEGINS = re.compile(r"[A-ZÀ-ÝА-ЯЁ(«“\u0600-\u06ff\u3400-\u9fff]")
_TITLE_BEGINS = re.compile(r"[A-ZÀ-ÝА-ЯЁ(\[\d«“]")
