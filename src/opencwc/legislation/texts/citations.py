"""Where in an act something stands, as its own language cites it: act, section, subsection, item.

``section 6(1)(a)``, ``article 6, paragraphe 1, a)``, ``artículo 6, apartado 1``, ``第六条第一款第一项``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import read_yaml
from opencwc.language.numerals import chinese_number, digits, roman_number
from opencwc.legislation.texts.legal_texts import LegalText
from opencwc.legislation.texts.sections import PREAMBLE, LegalSection

FILE = Path(__file__).parents[1] / "data" / "citations.yaml"


class Mark(NamedTuple):
    """The mark of a subsection or an item: its kind, its form with the signs around it, what it counts, its words.

    ``kind`` is ``number``, ``letter``, ``roman``, ``chinese`` or ``unmarked`` (a paragraph that bears no mark).
    """

    kind: str
    form: str
    value: int
    written: str


class Subdivision(NamedTuple):
    """A stretch of a section, in its text: the marks from the subsection down to the item that it is."""

    start: int
    end: int
    path: tuple[Mark, ...]


def citation(section: LegalSection, start: int, end: int | None = None) -> str:
    """Cite a stretch of a document that stands in a section, by its offsets in the document; without one, a place.

    >>> text = "(1) No person shall (a) make an agent; (b) use one." + chr(10) + "(2) Whoever does is guilty."
    >>> section = LegalSection("act.txt", "6", "", text, 0, len(text), "6", lang="en")
    >>> citation(section, 39), citation(section, 52), citation(section, 0, len(text))
    ('section 6(1)(b)', 'section 6(2)', 'section 6')
    """
    parts = subdivisions(section)
    first = path_at(parts, start - section.start)
    last = path_at(parts, (end - 1 if end is not None and end > start else start) - section.start)
    is_whole = end is not None and start <= section.start and end >= section.end
    common = 0 if is_whole else next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b),
                                     min(len(first), len(last)))  # fmt: skip
    cited = _section(section) + "".join(_below(section.lang, first[:common]))
    if is_whole or common >= min(len(first), len(last)):
        return cited
    one, other = (_below(section.lang, (*first[:common], path[common]))[-1] for path in (first, last))
    if first[common].kind == last[common].kind:
        other = other.split()[-1]  # "paragraphe 1 à 3"
    return f"{cited}{one}{_style(section.lang)['to']}{other.strip('،, ')}"


def path_at(parts: Sequence[Subdivision], place: int) -> tuple[Mark, ...]:
    """Return the marks of the innermost subdivision that a place of a section's text stands in."""
    at = bisect_right([part.start for part in parts], place) - 1
    while at >= 0 and parts[at].end <= place:
        at -= 1
    return parts[at].path if at >= 0 else ()


def find_subdivision(section: LegalSection, marks: Sequence[str]) -> Subdivision | None:
    """Return the subsection or item that marks name from the outside in: ``("1", "a")``; ``None`` where none is."""
    wanted = [_value(mark) for mark in marks]
    for part in subdivisions(section):
        path = [mark for mark in part.path if mark.kind != "unmarked"] or part.path
        if len(path) == len(wanted) and all(mark.value in values for mark, values in zip(path, wanted, strict=True)):
            return part
    return None


def _value(mark: str) -> set[int]:
    plain = digits(mark.strip("().）（ «»\"'")).lower()
    values = {_letter_value(plain)} if len(plain) == 1 and plain.isalpha() else set()
    if plain.isdigit():
        values.add(int(plain))
    values |= {value for value in (roman_number(plain), chinese_number(plain)) if value}
    return values


def subdivisions(section: LegalSection) -> tuple[Subdivision, ...]:
    """Return the subsections and items of a section, in order, each with all that stands below it."""
    return _subdivided(section.text, section.lang)


@lru_cache(maxsize=4_096)
def _subdivided(text: str, lang: str) -> tuple[Subdivision, ...]:
    opened: list[Subdivision] = []
    parts: list[Subdivision] = []
    path: tuple[Mark, ...] = ()
    unmarked = 0
    counts_paragraphs = "unmarked" in _style(lang)
    for start, mark in _marks(text):
        if mark is not None:
            path = _with(mark, path)
        else:
            path = path[:1] if path and path[0].kind in _HOLDS_PARAGRAPHS else ()
            if counts_paragraphs and not path:
                unmarked += 1
                path = (Mark("unmarked", "", unmarked, _chinese(unmarked) if lang == "zh" else str(unmarked)),)
            elif opened and opened[-1].path == path:
                continue
        while opened and not (len(opened[-1].path) < len(path) and opened[-1].path == path[: len(opened[-1].path)]):
            parts.append(opened.pop()._replace(end=start))
        if path:
            opened.append(Subdivision(start, len(text), path))
    parts += opened
    if unmarked == 1:  # a section of one paragraph
        parts = [part._replace(path=part.path[part.path[0].kind == "unmarked" :]) for part in parts]
    return tuple(sorted(part for part in parts if part.path))


def _marks(text: str) -> Iterable[tuple[int, Mark | None]]:
    """Yield the marks of a text with where they stand; for the first line of a paragraph without one, ``None``."""
    place = 0
    last: dict[str, int] = {}
    for line in text.split("\n"):
        lead = len(line) - len(line.lstrip())
        at = place + lead
        found = False
        while (match := _MARK.match(text, at)) is not None and match.end() <= place + len(line):
            found = True
            if mark := _mark(match):
                last[mark.form] = mark.value
                yield at, mark
            at = match.end()
        if line.strip() and not found and not _GOES_ON.match(line.lstrip()):
            yield place + lead, None
        for match in _INSIDE.finditer(text, at, place + len(line)):
            mark = _mark(match)
            if mark and _begins_item(text, match, goes_on=last.get(mark.form) == mark.value - 1):
                last[mark.form] = mark.value
                yield match.start("mark") - len(match["opens"] or ""), mark
        place += len(line) + 1


def _begins_item(text: str, match: re.Match[str], *, goes_on: bool) -> bool:
    """Tell whether a mark inside a line begins an item: behind a sign, or the first of a list; no "subsection (2)".

    A mark without brackets begins one only where it ``goes_on`` counting.
    """
    before = text[max(0, match.start() - 20) : match.start()].rstrip()
    is_first = match["mark"] in ("a", "i", "1", "أ") and before[-1:] in (":", "：")
    if not match["opens"]:
        return is_first or (goes_on and before[-1:] in (".", ";", "؛"))
    if before[-1:] in (";", ":", "—", "–", ".", "；", "：", "؛"):
        return True
    return match["mark"] in ("a", "i", "أ") and _REFERS.search(before) is None and not before.endswith(",")


def _mark(match: re.Match[str]) -> Mark | None:
    written = match["mark"]
    plain = digits(written).casefold()
    form = f"{match['opens'] or ''}{{}}{(match['closes'] or '').strip()}"
    if plain.isdigit():
        return Mark("number", f"1{form}", int(plain), written)
    if (value := chinese_number(plain)) is not None:
        return Mark("chinese", f"一{form}", value, written)
    if plain in _ARABIC_WORDS:
        return Mark("number", "أولا", _ARABIC_WORDS[plain], written)
    if len(plain) == 1 and plain.isalpha():
        return Mark("letter", f"{'A' if written.isupper() else 'a'}{form}", _letter_value(plain), written)
    value = roman_number(plain)
    return Mark("roman", f"i{form}", value, written) if value else None


def _with(mark: Mark, path: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """Return the marks down to one: a list of its form goes on, or a new one begins below the last mark."""
    roman = roman_number(mark.written)
    if mark.kind == "letter" and roman:  # (i) behind (h) is a letter, else a Roman one
        goes_on = any(other.form == mark.form and other.value == mark.value - 1 for other in path)
        as_roman = Mark("roman", f"i{mark.form[1:]}", roman, mark.written)
        is_next = any(other.form == as_roman.form and other.value == roman - 1 for other in path)
        if is_next or (roman == 1 and not goes_on):
            mark = as_roman
    above = next((at for at in range(len(path) - 1, -1, -1) if path[at].form == mark.form), len(path))
    return (*path[:above], mark)


def _letter_value(letter: str) -> int:
    for alphabet in _ALPHABETS:
        if letter in alphabet:
            return alphabet.index(letter) + 1
    return 0


def _section(section: LegalSection) -> str:
    id = section.id or section.file
    if re.fullmatch(r"\d+(?:[A-Z]{1,2}|-\d+|\.\d+)?(?: [a-z]+)?", digits(id)):
        return str(_style(section.lang)["section"]).format(id)
    return id


def _below(lang: str, path: Sequence[Mark]) -> list[str]:
    """Return the marks below a section as a language cites them."""
    style = _style(lang)
    cited = []
    numbers = 0
    for mark in path:
        kind = mark.kind
        if kind == "number":
            numbers += 1
            kind = "below" if numbers > 1 and "below" in style else kind
            kind = "absatz" if "absatz" in style and mark.form == "1({})" else kind
        pattern = str(style.get(kind, style.get("number" if kind == "chinese" else "letter", " {}")))
        cited.append(pattern.format(mark.written.strip()))
    return cited


def _style(lang: str) -> Mapping[str, str]:
    styles = _styles()
    return styles.get(lang, styles["en"])


@cache
def _styles() -> Mapping[str, Mapping[str, str]]:
    styles: Mapping[str, Mapping[str, str]] = read_yaml(FILE)
    return styles


def _chinese(value: int) -> str:
    return "一二三四五六七八九十"[value - 1] if value <= len("一二三四五六七八九十") else str(value)


def act_title(text: LegalText, sections: Sequence[LegalSection]) -> str:
    """Return what a text calls itself at its head, else its name without its ending.

    >>> text = "Agents Act 2001" + chr(10) + "An Act to ban agents." + chr(10)
    >>> head = LegalSection("act.txt", "preamble", "", text, 0, len(text), kind="preamble")
    >>> act_title(LegalText("act.txt", text), [head])
    'Agents Act 2001'
    """
    head = next((section.text for section in sections if section.kind == PREAMBLE and section.file == text.name), "")
    for line in head.split("\n")[:_HEAD_LINES]:
        words = " ".join(line.strip(" #*_|").split())
        if _ACT.search(words) and len(words) <= _LONGEST_TITLE:
            return words
    return Path(text.name).stem


_ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "абвгдежзиклмнопрстуфхцчшщэюя", "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ")
_HOLDS_PARAGRAPHS = ("number", "roman", "chinese")
_ARABIC_STEMS = ("أول", "ثاني", "ثالث", "رابع", "خامس", "سادس", "سابع", "ثامن", "تاسع", "عاشر")
_ARABIC_WORDS = {f"{stem}{ending}": at for at, stem in enumerate(_ARABIC_STEMS, 1) for ending in ("اً", "ًا", "ا")}
_MARK = re.compile(
    r"[ \t\u00a0*_]*(?:(?P<opens>[(（\[])?(?P<mark>\d{1,3}|[A-Za-z](?![A-Za-zÀ-ÿ])|[ivxIVX]{2,6}|[а-я](?![а-яё])"
    rf"|[أ-ي](?![أ-ي])|[一二三四五六七八九十]{{1,3}}|(?:{'|'.join(_ARABIC_STEMS)})(?:اً|ًا|ا))[\u200e\u200f]*"
    r"(?P<closes>\s?[)）\]]|[.．、](?![\d.])|\s?[º°](?:\s?[.)])?|\s?[-–—ـ](?=[\s\u200e\u200f])|(?<=ا)\s?:|(?<=اً)\s?:"
    r"|\.?[-–—](?=\s)))[ \t\u00a0]*"
)
_INSIDE = re.compile(
    r"(?<=[\s;,:—–])(?P<opens>[(（])?(?P<mark>\d{1,2}|[a-z]|[ivx]{2,5}|[أ-ي])(?P<closes>[)）]|\.|[º°]\.?)(?=\s)"
)
_REFERS = re.compile(
    r"(?:sections?|paragraphs?|clauses?|articles?|items?|schedules?|part|alinéas?|paragraphes?|apartados?|letras?|incisos?"
    r"|numeral(?:es)?|literal(?:es)?|párrafos?|пункт\w*|част\w*|подпункт\w*|(?:ال)?فقر\w+|(?:ال)?بند\w*|or|and|to|of|ou|et|à|y|o|a"
    r"|и|или|أو|و|إلى)$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"[a-zà-ÿа-яё]|[|\-–—•·]")
_ACT = re.compile(
    r"\b(?:Act|Law|Ordinance|Decree|Code|Order|Regulations?|Loi|Ordonnance|Décret|Code|Ley|Decreto|Código|Lei|Decreto-Lei|Gesetz"
    r"|Закон|Указ|Кодекс|Положение)\b|\w+gesetz\b|قانون|نظام|مرسوم|لائحة|法$|条例|條例|办法|规定|法[（(]",
    re.IGNORECASE,
)
_HEAD_LINES, _LONGEST_TITLE = 12, 200
