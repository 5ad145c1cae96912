"""The headings of a law's articles, its annexes and last provisions, in whatever manner the law numbers them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from opencwc.language.numerals import digits, ordinal
from opencwc.legislation.texts.heading_candidates import (
    BARE,
    Candidate,
    Lines,
    annex_heads,
    candidates_in,
    contents_of,
    lines_of,
)
from opencwc.legislation.texts.heading_words import MARKS, article_words, last_provisions
from opencwc.legislation.texts.numbering import Hypothesis, counted_anew, hypotheses_of
from opencwc.legislation.texts.section_numbers import Order, number_of_words, read_number

ANNEX, DISPOSITION = "annex", "disposition"


class Heading(NamedTuple):
    """The heading of an article: where it, the text behind it and the end of its id stand, its number and its title.

    ``style`` is the manner in which the law numbers; ``order`` what the numbers of one style are counted by; ``begins``
    where a title on the lines before it begins. ``above`` is the annex that an article of an annex stands in.
    """

    at: int
    body: int
    style: str
    id_end: int
    number: str
    title: str
    order: Order
    begins: int
    above: str = ""


def headings_in(plain: str) -> list[Heading]:
    """Find the headings of articles, of what precedes and follows them in a manner of its own, and of annexes."""
    lines = lines_of(plain)
    candidates = candidates_in(lines)
    contents = contents_of(lines, candidates)
    possible = [candidate for at, candidate in enumerate(candidates) if at not in contents]
    chosen = _articles(possible, lines, 0, len(plain))
    dispositions = _dispositions(plain) if chosen else []
    annexes = _annexes(lines, chosen) if chosen else []
    titled = _titled_before(chosen)
    headings = [_heading(candidate, titled) for candidate in chosen if not _is_in_annex(candidate, annexes, chosen)]
    for at, annex in enumerate(annexes):
        end = annexes[at + 1].at if at + 1 < len(annexes) else len(plain)
        end = min((heading.at for heading in headings if heading.at > annex.at), default=end) if headings else end
        end = min(end, annexes[at + 1].at if at + 1 < len(annexes) else len(plain))
        headings.append(annex)
        headings += _in_annex(possible, lines, annex, end)
    headings += [heading for heading in dispositions if all(heading.at != other.at for other in headings)]
    headings.sort(key=lambda heading: heading.at)
    return headings


def _articles(possible: Sequence[Candidate], lines: Lines, start: int, end: int) -> list[Candidate]:
    """Return the headings of the best way of counting, and of other ways where that one says nothing."""
    inside = [candidate for candidate in possible if start <= candidate.at < end]
    anew = counted_anew(inside, lines)
    of_law = [one for one, is_anew in zip(inside, anew, strict=True) if not (is_anew and one.family.startswith(BARE))]
    ways = hypotheses_of(of_law, lines) or hypotheses_of(inside, lines)
    if not ways:
        return []
    main = ways[0]
    chosen = list(main.headings)
    for other in ways[1:]:
        if _beside(main, other):
            chosen += other.headings
    chosen.sort(key=lambda candidate: candidate.at)
    first, last = chosen[0].at, chosen[-1].at
    before = _of_other_ways(inside, lines, start, first)
    if before and (first - start > _LONG_BEFORE or any(before[-1].at < annex <= first for annex in lines.annexes)):
        chosen = before + chosen
    if end - last > _LONG_BEHIND:
        chosen += [c for c in _of_other_ways(inside, lines, last + 1, end) if c.family != chosen[-1].family]
    return chosen


def _of_other_ways(inside: Sequence[Candidate], lines: Lines, start: int, end: int) -> list[Candidate]:
    """Return the headings of a text that stands before or behind the one that is counted."""
    some = [candidate for candidate in inside if start <= candidate.at < end]
    ways = [way for way in hypotheses_of(some, lines) if way.headings[0].order[0] <= 1 and len(way.headings) >= _FEWEST]
    return list(ways[0].headings) if ways else []


def _beside(main: Hypothesis, other: Hypothesis) -> bool:
    """Tell whether another way counts the same law in another script: columns, or article by article."""
    apart = {_script(main.family), _script(other.family)}
    several = len(other.headings) >= _FEWEST and other.family not in _GROUPING and BARE not in other.family
    return several and len(apart) == 2 and BARE not in main.family


def _script(family: str) -> str:
    return next((name for name, pattern in _SCRIPTS if pattern.search(family)), "latin")


def _titled_before(chosen: Sequence[Candidate]) -> frozenset[str]:
    """Return the families whose titles stand on the line before the number: most of those without another have one."""
    families = set()
    for family in {candidate.family for candidate in chosen}:
        untitled = [c for c in chosen if c.family == family and not c.title and not c.is_repealed]
        titled = [candidate for candidate in untitled if candidate.manner.title_before]
        if len(titled) >= max(2, _MOST * len(untitled)):
            families.add(family)
    return frozenset(families)


def _heading(candidate: Candidate, titled_before: frozenset[str] = frozenset()) -> Heading:
    is_before = candidate.family in titled_before and candidate.manner.title_before
    title = candidate.before if is_before else candidate.title
    style = "numbered" if candidate.family.startswith(BARE) else candidate.family
    begins = candidate.begins if is_before else candidate.at
    return Heading(
        candidate.at, candidate.body, style, candidate.id_end, candidate.number, title, candidate.order, begins,
    )  # fmt: skip


def _annexes(lines: Lines, chosen: Sequence[Candidate]) -> list[Heading]:
    """Return the heads of annexes: behind the first article, where counting ends or begins again, not inside it."""
    annexes = []
    for match in annex_heads(lines):
        if match.start() < chosen[0].at:
            continue
        before = [candidate for candidate in chosen if candidate.at < match.start()]
        after = [candidate for candidate in chosen if candidate.at > match.start()]
        if after and before[-1].last < after[0].order and after[0].family == before[-1].family:
            restarts = before[-1].last[0] + 1 < after[0].order[0]
            if not restarts or not after[0].family.startswith(BARE):
                continue
        annexes.append(_annex(match))
    return annexes


def _annex(match: re.Match[str]) -> Heading:
    rest = match["rest"].strip(" .:-–—\t*_|([")
    number = read_number(rest, 0)
    letter = _LETTER.match(rest)
    value = number.number if number else letter[0].lower() if letter else ""
    if match["before"]:
        value = number_of_words(match["before"].lower())
    title = rest[number.end if number and not match["before"] else letter.end() if letter else 0 :].strip(" .:-–—)]")
    id_end = match.end("rest") - len(match["rest"]) + (match["rest"].find(rest) + number.end if number and rest else 0)
    if not number or match["before"]:
        id_end = match.end("word")
    return Heading(match.start(), match.end(), ANNEX, id_end, f"annex {value}".strip(), title, (), match.start())


def _is_in_annex(candidate: Candidate, annexes: Sequence[Heading], chosen: Sequence[Candidate]) -> bool:
    """Tell whether an article is one of an annex: its numbers begin again behind the annex's head."""
    above = [annex for annex in annexes if annex.at < candidate.at]
    if not above:
        return False
    first = next(other for other in chosen if other.at > above[-1].at)
    before = [other for other in chosen if other.at < above[-1].at]
    return bool(before) and first.family != before[-1].family


def _in_annex(possible: Sequence[Candidate], lines: Lines, annex: Heading, end: int) -> list[Heading]:
    """Return the articles of a text that an annex gives: a treaty, a regulation; a list of items is no such text."""
    some = [candidate for candidate in possible if annex.body <= candidate.at < end]
    ways = [way for way in hypotheses_of(some, lines) if len(way.headings) >= _FEWEST and way.headings[0].order[0] <= 1]
    if not ways or (ways[0].family.startswith(BARE) and end - annex.body < _LONG_ITEM * len(ways[0].headings)):
        return []
    return [
        _heading(c)._replace(style=ANNEX, number=f"{annex.number} article {c.number}", above=annex.number, order=())
        for c in ways[0].headings
    ]


def _dispositions(plain: str) -> list[Heading]:
    """Return last provisions that are counted in words: "Disposición final primera", "TRANSITORIOS. Primero.-"."""
    found = [_disposition(match) for match in _DISPOSITION.finditer(plain)]
    for head in last_provisions().finditer(plain):
        name = " ".join(re.findall(r"\w+", head[0].lower().translate(_PLAIN))[:2])
        place = head.end()
        while match := _COUNTED.match(plain, place):
            number = number_of_words(match["number"].lower())
            found.append(
                Heading(match.start("number"), match.end("signs"), DISPOSITION, match.end("number"), f"{name} {number}", "", (),
                        match.start("number"))
            )  # fmt: skip
            following = _COUNTED_LATER.search(plain, match.end())
            if following is None or following.start() - match.end() > _LONGEST_DISPOSITION:
                break
            place = following.start()
    return found


def _disposition(match: re.Match[str]) -> Heading:
    number = number_of(match[0][: match.start("rest") - match.start()])
    signs = _SIGNS.match(match["rest"])
    title = match["rest"].strip(" .:-–—*_")
    is_title = title and len(title) <= _LONGEST_TITLE and match["rest"].strip()[-1] not in ".;:"
    return Heading(
        match.start(), match.start("rest") + (signs.end() if signs else 0), DISPOSITION, match.start("rest"), number,
        title if is_title else "", (), match.start(),
    )  # fmt: skip


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
    if match := _CHINESE_ID.search(written):
        return number_of_words(f"{match['number']}{match['again'] or ''}")
    for match in article_words().finditer(written):
        if not written[match.end() : match.end() + 1].isalpha() or match[0][-1] in "§.":
            behind = _BETWEEN.match(written, match.end())
            read = read_number(written, behind.end() if behind else match.end())
            if read:
                return read.number
    if match := re.search(r"(?<![\w.])(?:[LRDA]\s?\.?\s?\*?\s?)?\d", written):
        read = read_number(written, match.start())
        return read.number if read else ""
    return ""


_SCRIPTS = (("arabic", re.compile("[\u0600-\u06ff]")), ("chinese", re.compile("[\u3400-\u9fff]")),
            ("cyrillic", re.compile("[\u0400-\u04ff]")))  # fmt: skip
_GROUPING = frozenset(("section", "فصل", "بند", "clause", "rule"))
"""Families whose words also head parts of a law, or its items."""
_DISPOSITION = re.compile(
    rf"^{MARKS}(?P<word>(?i:disposici[oó]n)\s+(?i:adicional|transitoria|final|derogatoria|complementaria|general))\s+"
    r"(?P<number>(?i:(?:d[eé]cim|vig[eé]sim|trig[eé]sim)[oa](?:\s+\w{4,9}[oa])?|primer[oa]?|segund[oa]|tercer[oa]?|cuart[oa]|quint[oa]|sext[oa]"
    r"|s[eé]ptim[oa]|octav[oa]|noven[oa]|[uú]nic[oa]|und[eé]cim[oa]|duod[eé]cim[oa])|\d+)\b(?P<rest>[^\n]*)",
    re.MULTILINE,
)
_NUMBER_IN_WORDS = (
    r"(?P<number>(?i:primer[oa]|segund[oa]|tercer[oa]|cuart[oa]|quint[oa]|sext[oa]|s[eé]ptim[oa]|octav[oa]|noven[oa]"
    r"|d[eé]cim[oa](?:\s(?:primer|segund|tercer|cuart|quint)[oa])?|[uú]nic[oa]|primeiro))(?P<signs>\s?[.\-–—:]+\s*)"
)
_COUNTED = re.compile(rf"\s*{MARKS}{_NUMBER_IN_WORDS}")
_COUNTED_LATER = re.compile(rf"\n{MARKS}{_NUMBER_IN_WORDS}")
_CHINESE_ID = re.compile(
    r"第\s*(?P<number>[零〇一二三四五六七八九十百千两\d]+)\s*[条條](?P<again>之[一二三四五六七八九十])?"
)
_BETWEEN = re.compile(r"[\s.:*_]*(?:(?:n[o°º]\.?|№|رقم|عدد)\s*)?[(\[\-–—]?\s*", re.IGNORECASE)
_SIGNS = re.compile(r"^[\s.:\-–—ـ)\]•·．。：　]+")
_LETTER = re.compile(r"[A-Z](?![A-Za-z])")
_PLAIN = str.maketrans("áéíóúãõç", "aeiouaoc")
_LONGEST_TITLE = 200
_LONGEST_DISPOSITION = 5_000
_FEWEST = 3
_MOST = 0.6
_LONG_ITEM = 250
"""Signs from which on the items of an annex are paragraphs to be cited, and no list."""
_LONG_BEFORE, _LONG_BEHIND = 2_000, 6_000
