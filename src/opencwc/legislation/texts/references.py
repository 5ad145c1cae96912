"""References inside a law to its other sections: "activities mentioned in article 5", "sections 3 to 6", 第五条, المادة (٥).

References to another text (an article of the Convention, of the constitution) are told apart from the law's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from opencwc.convention.chinese import simplified
from opencwc.language.numerals import CHINESE, chinese_number, digits, ordinal, ordinal_pattern


class Reference(NamedTuple):
    """Where a reference stands in a text, the numbers it names, and whose: ``own``, ``law`` (the act), ``other``.

    A range comes as its two ends with ``-`` between: ``("3-6", "9")``.
    """

    start: int
    end: int
    numbers: tuple[str, ...]
    whose: str = "own"


def references_in(text: str, lang: str = "") -> Iterator[Reference]:
    """Yield the references of a text, in no order; in French a "section" is no article.

    >>> [reference.numbers for reference in references_in("under sections 3 to 6 and 9; article 5 of the Convention")
    ...  if reference.whose == "own"]
    [('3-6', '9')]
    >>> [reference.numbers for reference in references_in("الواردة في المادتين (الرابعة) و(الخامسة) من هذا النظام")]
    [('4', '5')]
    >>> [reference.numbers for reference in references_in("المواد من (8) إلى (15)")], [reference.numbers for reference in references_in("الفصلين 3 و4")]
    ([('8-15',)], [('3', '4')])
    >>> [reference.numbers for reference in references_in("违反本条例第三条、第五条至第八条")], [reference.numbers for reference in references_in("§§ 2 und 3")]
    ([('3', '5-8')], [('2', '3')])
    >>> [reference.numbers for reference in references_in("違反第一條規定的")]
    [('1',)]
    """
    plain = simplified(digits(text)).replace("\u00a0", " ")
    for pattern, number_pattern, number in (
        (_LATIN, _ONE_LATIN, _latin), (_RUSSIAN, _ONE_LATIN, _latin), (_ARABIC, _ONE_ARABIC, _arabic),
    ):  # fmt: skip
        for match in pattern.finditer(plain):
            numbers = _listed(match["list"], number_pattern, number)
            is_group = lang == "fr" and match[0][:4].lower() == "sect"
            if numbers and not is_group:
                yield Reference(match.start(), match.end(), numbers, _whose(plain, match.start(), match.end()))
    for match in _CHINESE.finditer(plain):
        numbers = _listed(match[0], _ONE_CHINESE, lambda numeral: str(chinese_number(numeral) or ""))
        before = plain[max(0, match.start() - 12) : match.start()]
        whose = (
            "other"
            if re.search(r"(?:》|公约|刑法|宪法|法)$", before) and not re.search(r"本[法条例规定办法细则]+$", before)
            else "own"
        )
        yield Reference(match.start(), match.end(), numbers, whose)


_NUMBER = r"(?:[LRD]\s?\.?\s?\*?\s?)?\d+(?:-\d+)*(?:\.\d+)*(?:[º°ª])?(?:[ ](?:bis(?!\s+\d)|ter|quater|qu[aá]ter)\b|[a-zA-Z]\b(?!\.))?"
_INSIDE = r"(?:\s*(?:\([0-9a-zA-Z]{1,4}\))+)?"
_JOIN = r"\s*(?:,|;|\band\b|\bor\b|\bto\b|\bet\b|\bou\b|\bà\b|\by\b|\bo\b|\ba\b|\be\b|\bal\b|\bund\b|\boder\b|\bbis\b(?=\s+\d|\s+[LRD])|–|-|—|\bи\b|\bили\b|\bпо\b)\s*"
_LATIN = re.compile(
    r"(?<![\w])(?:articles?|arts?\.?|artículos?|articulos?|sections?|secs?\.|artikeln?|artigos?|§{1,2}|regulations?(?=\s+\d)|rules?(?=\s+\d))\s*"
    rf"(?P<list>{_NUMBER}{_INSIDE}(?:{_JOIN}(?:l'article\s|del?\s|der?\s|les?\s)?{_NUMBER}{_INSIDE}(?!\s*(?:days|jours|días|años|ans|years|Nr|Satz|Abs)))*)",
    re.IGNORECASE,
)
_RUSSIAN = re.compile(
    rf"(?<!\w)(?:стать(?:я|и|е|ей|ёй|ею|ю|ями|ях|ям)|ст\.|статей|пункт(?:ами|ах|ов|ом|а|ы|е|у)?(?=\s+\d))\s*(?P<list>{_NUMBER}(?:{_JOIN}{_NUMBER})*)",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    rf"第[{CHINESE}0-9]+条(?:之[一二三四])?(?:第[{CHINESE}]+款)?(?:第[{CHINESE}（）()]+项)?"
    rf"(?:\s*(?:、|和|或|及|与|至|到|，|或者|以及)\s*(?:本\w{{1,3}})?第[{CHINESE}0-9]+条(?:第[{CHINESE}]+款)?(?:第[{CHINESE}（）()]+项)?)*"
)
_ONE_AR = rf"[(\[]?\s*(?:\d+|{ordinal_pattern('ar')})\s*[)\]]?"
_ARABIC = re.compile(
    r"(?:ال|لل|بال|وال)?(?:مادة|مواد|مادتين|مادتان|(?:فصل|فصلين|فصول)(?=\s*(?:من|عدد|رقم)?\s*[(\[]?\d))\s*"
    rf"(?:(?:رقم|عدد)\s*|من\s+(?={_ONE_AR}))?(?P<list>{_ONE_AR}(?:\s*(?:،|,|و|إلى|حتى|أو|-)\s*(?:(?:المادة|الفصل)\s*)?{_ONE_AR})*)"
)
_ONE_LATIN = re.compile(_NUMBER)
_ONE_CHINESE = re.compile(rf"(?<=第)[{CHINESE}0-9]+(?=条)")
_ONE_ARABIC = re.compile(rf"\d+|{ordinal_pattern('ar')}")
_RANGE = re.compile(
    r"\s*[)\]]?(?:\(\w+\))*\s*(?:to|à|a|al|bis|–|-|—|по|至|到|إلى|حتى)\s*(?:本\w{1,3})?(?:第|l'article\s|[(])?\s*",
    re.IGNORECASE,
)


def _listed(listed: str, pattern: re.Pattern[str], number: Callable[[str], str]) -> tuple[str, ...]:
    numbers: list[str] = []
    end = None
    for match in pattern.finditer(listed):
        value = number(match[0])
        if not value or (pattern is _ONE_LATIN and listed[: match.start()].endswith("(")):  # "section 6(3)" names 6
            continue
        between = listed[end : match.start()] if end is not None else ""
        if numbers and between and _RANGE.fullmatch(re.sub(r"^条?(?:第\w款)?", "", between)):
            numbers[-1] = (
                f"{numbers[-1]}-{value}"
                if "-" not in numbers[-1].lstrip("LRD") or numbers[-1][:1] in "LRD"
                else numbers[-1]
            )
            if numbers[-1][:1] in "LRD":
                numbers[-1] = numbers[-1].replace(f"-{value}", f"..{value}")
        else:
            numbers.append(value)
        end = match.end()
    return tuple(numbers)


def _latin(written: str) -> str:
    coded = re.match(r"([LRDlrd])\s?\.?\s?\*?\s?(\d.*)", written)
    if coded:
        return f"{coded[1].upper()}{coded[2].strip()}"
    return re.sub(r"[º°ª]", "", written).strip()


def _arabic(written: str) -> str:
    return written if written.isdigit() else str(ordinal(written, "ar") or "")


def _whose(plain: str, start: int, end: int) -> str:
    after = plain[end : end + 90]
    if _OTHER.match(after):
        return "other"
    return "law" if _LAW.match(after) else "own"


_OTHER = re.compile(
    r"(?:\s*\([^)]*\))*[\s,]*(?:(?:paragraph|apartado|alinéa|Abs\.|Nr\.|Buchstabe|Satz)[\s\w.]{0,25})?\s*"
    r"(?:of|to|de|du|de l['’]|del|des|der|dieses\s+nicht|from|in)\s*(?:the|la|le|l['’]|el|los|las)?\s*(?:said\s|présente\s+)?"
    r"(?:Convention|Convenci[oó]n|Constitution|Constituci[oó]n|code\b|c[oó]digo|Treaty|Trait[ée]|Tratado|Verification Annex|Annex|anexo|annexe"
    r"|Ley\s+Org[aá]nica|Ley\s+\d|Real Decreto|loi\s+n|Law\s+No|Act\s+No|Übereinkommens|Grundgesetzes|Gesetzes über|\w*gesetzes\b|\w*ordnung\b|Verordnung \(EG)"
    r"|\s*(?:Конвенции|Конституции|(?:Уголовного|Таможенного|Гражданского)\s+(?:\w+\s+)?кодекса|Кодекса|Федерального закона от)"
    r"|\s*من\s+(?:ال)?(?:اتفاقية|دستور|معاهدة|قانون\s+(?:العقوبات|الإجراءات)|نظام\s+(?:العقوبات|الإجراءات|مكافحة|الجمارك))"
    r"|\s*(?:\([^)]*\))*\s+(?:of|in)\s+the\s+(?-i:(?:[A-Z][\w’'()-]*|of|and|on|for)\s+){1,9}?(?-i:Act|Code|Ordinance|Law|Decree|Rules)\b"
    r"|\s*(?:\([^)]*\))*[\s,]*(?:de|du|del)\s+(?:la\s+|l['’])?(?:loi|ordonnance|décret|arrêté|ley|decreto|código)\s+(?:org\w+\s+)?(?:n[°º.]|núm|no\.|\d|penal|civil|de\s+\w+)"
    r"|\s*من\s+(?:ال)?(?:قانون|مرسوم|نظام)(?:\s+\S+){0,3}?\s+رقم\s*[(]?\d",
    re.IGNORECASE,
)
_LAW = re.compile(
    r"\s*(?:\([^)]*\))*[\s,]*(?:of|de|du|del|des|von)\s*(?:the|la|le|el|this)?\s*(?:present\s)?(?:Act|Law|loi|Ley|Gesetzes)\b|\s*من\s+(?:ال)?(?:نظام|قانون)\b",
    re.IGNORECASE,
)
