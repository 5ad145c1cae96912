"""Lines that may head an article: their number, how they write it, and how much they look like a heading.

A candidate belongs to a family: of words (``Article``, ``§``, ``المادة``, ``第…条``), or ``bare`` where a line begins
with a number alone. Which of them head the articles of a text is told by `opencwc.legislation.texts.numbering`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from opencwc.legislation.texts.heading_words import (
    MARKS,
    annex_line,
    article_behind,
    article_families,
    article_line,
    contents_head,
    group_heads,
    referring,
    repealed,
)
from opencwc.legislation.texts.section_numbers import Order, SectionNumber, read_number

BARE = "bare"
WEAK = frozenset(("rule", "clause", "بند", "regulation"))
"""Words that head articles of some texts, and items or other texts' parts more often."""


class Manner(NamedTuple):
    """How a candidate is set: signs behind its number, title behind or before it, space above, indentation."""

    form: str
    titled: bool
    title_before: bool
    blank_above: bool
    indented: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may head an article.

    ``at`` is where the line begins, ``id_end`` where its number ends, ``body`` where its words begin; ``begins`` is
    where titles on the lines before begin. ``looks`` says how much it looks like a heading, in headings.
    """

    at: int
    id_end: int
    body: int
    begins: int
    family: str
    number: str
    order: Order
    last: Order
    manner: Manner
    title: str
    before: str
    rest: str
    is_repealed: bool
    looks: float


class _Place(NamedTuple):
    at: int
    id_end: int
    body: int


@dataclass(frozen=True, slots=True)
class Lines:
    """A text with what its lines say: digits made 0 to 9, where lines begin, parts' heads, quotations."""

    plain: str
    starts: tuple[int, ...]
    groups: frozenset[int]
    quoted: tuple[tuple[int, int], ...]
    runs_on: bool
    annexes: tuple[int, ...] = ()

    def is_quoted(self, at: int) -> bool:
        """Whether a place stands inside a quotation of several lines."""
        place = bisect_right(self.quoted, (at, len(self.plain))) - 1
        return place >= 0 and self.quoted[place][0] < at < self.quoted[place][1]

    def line_before(self, at: int) -> tuple[int, str, bool]:
        """Return the last line with words before a place: where it begins, what it says, whether space is between."""
        place = bisect_left(self.starts, at) - 1
        blank = False
        while place >= 0:
            start = self.starts[place]
            words = self.plain[start : self.starts[place + 1] if place + 1 < len(self.starts) else len(self.plain)]
            if words.strip():
                return start, words.strip(), blank
            blank = True
            place -= 1
        return -1, "", True

    def line_after(self, at: int) -> str:
        """Return the first line with words behind the line of a place."""
        end = self.plain.find("\n", at)
        match = _WORDS.search(self.plain, end) if end >= 0 else None
        return match[0].strip() if match else ""


def lines_of(plain: str) -> Lines:
    """Return the lines of a text; where whole pages stand on one line, its sentences."""
    starts = [0, *(match.end() for match in re.finditer("\n", plain))]
    written = sum(1 for line in plain.split("\n") if line.strip())
    runs_on = len(plain) > _FLAT * max(1, written)
    if runs_on:
        starts = sorted({*starts, *(match.end() for match in _SENTENCE_ENDS.finditer(plain))})
    groups = frozenset(match.start() for match in group_heads(plain))
    lines = Lines(plain, tuple(starts), groups, tuple(_quotations(plain)), runs_on)
    return replace(lines, annexes=tuple(match.start() for match in annex_heads(lines)))


def candidates_in(lines: Lines, start: int = 0, end: int | None = None) -> list[Candidate]:
    """Return all lines of a stretch that may head articles, in order."""
    end = len(lines.plain) if end is None else end
    places = lines.starts[bisect_left(lines.starts, start) : bisect_left(lines.starts, end)]
    possible = (_with_word(lines, at) or _behind(lines, at) or _bare(lines, at) for at in places)
    return [candidate for candidate in possible if candidate is not None]


def _with_word(lines: Lines, at: int) -> Candidate | None:
    plain = lines.plain
    chinese = _CHINESE_ARTICLE.match(plain, at)
    if chinese:
        number = read_number(chinese["number"].replace(" ", ""), 0)
        again = chinese["again"] or chinese["later"]
        behind = read_number(again, 0) if again else None
        if number is None:
            return None
        if behind is not None:
            number = number._replace(
                number=f"{number.number}-{behind.number}", order=(*number.order, *behind.order),
                last=(*number.order, *behind.order),
            )  # fmt: skip
        return _candidate(lines, at, chinese.end(), chinese.end(), "条", number)
    match = article_line().match(plain, at)
    if match is None:
        return None
    family = article_families()[int(match.lastgroup[1:])] if match.lastgroup else ""
    word = match[match.lastgroup] if match.lastgroup else ""
    if word[:1].islower() and word.lower() != word.upper():
        return None
    number = read_number(plain, match.end())
    if number is None or (family == "فصل" and number.form == "words" and number.number != "1"):
        return None
    if word.isupper() and number.form == "roman" and family == "section":
        return None
    closed = _CLOSES.match(plain, number.end)
    return _candidate(lines, at, number.end, closed.end() if closed else number.end, family, number)


def _behind(lines: Lines, at: int) -> Candidate | None:
    begins = _MARKS.match(lines.plain, at)
    match = article_behind().match(lines.plain, begins.end() if begins else at)
    number = read_number(match["number"], 0) if match else None
    if match is None or number is None:
        return None
    return _candidate(lines, at, match.end(), match.end(), "behind", number)


def _candidate(lines: Lines, at: int, id_end: int, closed: int, family: str, number: SectionNumber) -> Candidate | None:
    """Return a line that begins with a word and a number, unless it goes on as a sentence that only refers."""
    plain = lines.plain
    ends = _line_end(lines, closed)
    rest = plain[closed:ends]
    separated = _SEPARATES.match(rest)
    words = rest[separated.end() :] if separated else rest
    is_parted = bool(separated and (family == "条" or _PARTING.search(separated[0]))) or closed > id_end
    stripped = words.strip().strip("*_|")
    if referring().match(rest) and not stripped[:1].isupper():
        return None
    if stripped[:1] and stripped[0] in ",;)，；":
        return None
    if not separated and rest[:1].isalpha() and family in ("article", "section", "статья"):
        return None
    lower = stripped[:1].islower()
    if stripped and not is_parted and lower:
        return None
    looks = 1.0 + (0.4 if not stripped or is_parted else 0.0) - (0.4 if lower else 0.0)
    if family in WEAK:
        looks -= 0.3
    body = closed + (separated.end() if separated else 0)
    return _made(lines, _Place(at, id_end, body), family, number, stripped, looks)


def _bare(lines: Lines, at: int) -> Candidate | None:
    """Return a line that begins with a number alone: ``5.``, ``5.—(1)``, ``5 (1)``, ``5 This Act``, ``٥ -``."""
    plain = lines.plain
    match = _BARE.match(plain, at)
    if match is None:
        return None
    number = read_number(plain, match.start("number"))
    if number is None or number.order[0] > _HIGHEST:
        return None
    id_end = number.end
    if plain[id_end - 1] == "." and number.form == "digits":
        id_end -= 1
    ends = _line_end(lines, id_end)
    rest = plain[id_end:ends]
    form = _form(rest)
    if not form or (lines.runs_on and form not in ("dot", "dash")):
        return None
    if number.form == "words" and form not in ("dot", "colon", "dash"):
        return None
    signs = _SIGNS.match(rest)
    body = id_end + (signs.end() if signs else 0)
    stripped = plain[body:ends].strip().strip("*_|")
    if form == "alone" and (number.form != "digits" or not lines.line_after(id_end)):
        return None
    looks = _looks_of_bare(lines, _Place(at, id_end, ends), form, number.form, stripped) - (
        0.3 if match["opens"] else 0.0
    )
    family = f"{BARE} {number.form}" if number.form != "digits" else BARE
    if match["opens"] or form == "bracket":
        family = f"{family} {match['opens'] or ''})"
    return _made(lines, _Place(at, id_end, body), family, number, stripped, looks)


def _looks_of_bare(lines: Lines, place: _Place, form: str, written: str, stripped: str) -> float:
    """Return how much a line with a bare number looks like the heading of an article."""
    looks = _WEIGHTS[form]
    if written in ("roman", "words", "chinese"):
        looks -= 0.25
    if _FIRST_SUBSECTION.match(stripped):
        looks += 0.4
    if stripped[:1].islower():
        looks -= 0.8
    if (
        stripped.endswith((";", "；", "؛", ",", "،"))
        or lines.plain.count("|", place.at, place.body) > 1
        or _DATE.match(stripped)
    ):
        looks -= 0.5
    return looks


def _form(signs: str) -> str:
    """Return what the signs behind a number are called; empty where they are none that an article has."""
    return next((name for name, pattern in _FORMS if pattern.match(signs)), "")


def _made(lines: Lines, place: _Place, family: str, number: SectionNumber, rest: str, looks: float) -> Candidate:
    """Put a candidate together from what stands on its line and around it."""
    plain = lines.plain
    at, id_end, body = place
    is_bare = family.startswith(BARE)
    title = _title(lines, id_end, rest, family)
    start, before, blank = lines.line_before(at)
    begins, over = at, ""
    if not title:
        begins, over = _titles_before(lines, at)
    is_group = start in lines.groups
    cut_off = bool(before) and not blank and not is_group and not over and before[-1] not in _ENDS
    if cut_off and len(before) > _SHORT:
        looks -= 0.9 if before[-1] in ",،，" or is_bare else 0.5
    if before[-1:] in (":", "：", ";", "；", "؛", ",", "،", "—") and is_bare and not over:
        looks -= 0.7
    if lines.is_quoted(at):
        looks -= 1.5
    form = next(
        (name for name, pattern in _FORMS if pattern.match(plain[id_end:body] or plain[id_end : id_end + 1])), ""
    )
    gone = repealed().match(rest) is not None
    if gone:
        title = ""
    indent = (_INDENT.match(plain, at) or [""])[0]
    manner = Manner(form, bool(title), bool(over), blank, len(indent))
    return Candidate(
        at, id_end, body, begins, family, number.number, number.order, number.last, manner, title, over, rest, gone,
        looks + (0.2 if title or over else 0.0),
    )  # fmt: skip


def _title(lines: Lines, id_end: int, rest: str, family: str) -> str:
    """Return the title behind a number; empty where a sentence begins there, or goes on over the end of the line."""
    if not rest or family == "条" or len(rest) > _LONGEST_TITLE or rest[0] == "[":
        return ""
    if rest[-1] in ".;:؛،,。；：—–-" and not rest.endswith("etc."):
        return ""
    if _FIRST_SUBSECTION.match(rest):
        return ""
    after = lines.line_after(id_end)
    if not after or (_LETTER_ITEM.match(after) and not _BRACKETED.fullmatch(rest)):
        return ""
    wrapped = after[:1].islower() and "\n" not in lines.plain[id_end : id_end + len(rest) + 8].strip("\n")
    return "" if after[:1].islower() and wrapped and family.startswith(BARE) else rest


def _titles_before(lines: Lines, at: int) -> tuple[int, str]:
    """Return where the titles on the lines before a heading begin, and the last of them: "Interpretation." over 2."""
    begins, title = at, ""
    for _ in range(_MOST_TITLES):
        start, words, _ = lines.line_before(begins)
        plain_words = words.strip("#*_|\u200e\u200f\ufeff ").strip()
        if start < 0 or start in lines.groups or not _is_title_line(plain_words):
            break
        _, above, blank = lines.line_before(start)
        above_start = lines.line_before(start)[0]
        ended = not above or blank or above[-1] in _ENDS or above_start in lines.groups or _is_title_line(above)
        if not ended:
            break
        begins = start
        title = title or plain_words
    return begins, title


def _is_title_line(words: str) -> bool:
    if not words or len(words) > _LONGEST_TITLE_LINE or words[-1] in ",;:—–-،؛，；：" or words[0].islower():
        return False
    if not (words[0].isalpha() or words[0] in '(«“"') or "\t" in words or "|" in words or _ITEM.match(words):
        return False
    sentence = words[-1] in ".。" and (len(words) > _LONGEST_ENDED or _SENTENCE.search(words[:-1]) is not None)
    return not (sentence or article_line().match(words) or _CHINESE_ARTICLE.match(words) or _VERB.search(words))


def _line_end(lines: Lines, at: int) -> int:
    end = lines.plain.find("\n", at)
    end = end if end >= 0 else len(lines.plain)
    if lines.runs_on and end - at > _FLAT:
        place = bisect_right(lines.starts, at)
        end = min(end, lines.starts[place] if place < len(lines.starts) else end)
    return end


def _quotations(plain: str) -> Iterator[tuple[int, int]]:
    """Yield the quotations that go over several lines: an amending law quotes what it puts in."""
    opened: int | None = None
    sign = ""
    for match in _QUOTES.finditer(plain):
        if opened is None:
            sign = _CLOSING.get(match[0], "")
            opened = match.start() if sign else None
        elif match[0] == sign:
            if "\n" in plain[opened : match.start()]:
                yield opened, match.start()
            opened = None
        elif match.start() - opened > _LONGEST_QUOTATION:
            sign = _CLOSING.get(match[0], "")
            opened = match.start() if sign else None


def contents_of(lines: Lines, candidates: list[Candidate]) -> frozenset[int]:
    """Return the candidates, by their place in the list, that stand in a table of contents."""
    entries = set()
    heads = [match.start() for match in contents_head().finditer(lines.plain)]
    following = _following(candidates, len(lines.plain))
    bare_of_text = [_is_without_text(lines, one, end) for one, end in zip(candidates, following, strict=True)]
    later: dict[tuple[str, str], int] = {}
    for at, candidate in enumerate(candidates):
        if not bare_of_text[at]:
            later[candidate.family, candidate.number] = at
    titles = {
        _words_of(words): at for at, candidate in enumerate(candidates) for words in (candidate.title, candidate.before)
    }
    for at, candidate in enumerate(candidates):
        line = lines.plain[candidate.id_end : _line_end(lines, candidate.id_end)]
        alone = not any(
            bare_of_text[other]
            for other in (at - 1, at + 1)
            if 0 <= other < len(candidates) and candidates[other].family == candidate.family
        )
        again = later.get((candidate.family, candidate.number), -1) > at
        repeats = titles.get(_words_of(candidate.rest), -1) > at and bool(candidate.rest)
        in_contents = any(head < candidate.at < head + _LONGEST_CONTENTS for head in heads)
        among_entries = in_contents or not alone
        has_leaders = _LEADERS.search(line) and (again or among_entries)
        if has_leaders or (bare_of_text[at] and (repeats or (again and among_entries))):
            entries.add(at)
    return frozenset(entries)


def _following(candidates: list[Candidate], end: int) -> list[int]:
    """Return for each candidate where the next one of its family begins."""
    places = []
    next_of: dict[str, int] = {}
    for candidate in reversed(candidates):
        places.append(next_of.get(candidate.family, end))
        next_of[candidate.family] = candidate.at
    return places[::-1]


def _is_without_text(lines: Lines, candidate: Candidate, following: int) -> bool:
    """Tell whether nothing but a title, and heads of parts, stands between a candidate and the next of its family."""
    line_end = _line_end(lines, candidate.id_end)
    said = len(candidate.rest)
    if said > _LONGEST_TITLE_LINE or (candidate.rest[-1:] in ".。" and said > _LONGEST_ENDED):
        return False
    if following - line_end > _MOST_HEADS:
        return False
    between = lines.plain[line_end:following].strip()
    if len(between) > _LONGEST_TITLE:
        for head in reversed(group_heads(between)):
            between = (between[: head.start()] + between[head.end() :]).strip()
    return len(between) <= _FEW_SIGNS


def _words_of(title: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", title.casefold()))


def annex_heads(lines: Lines) -> list[re.Match[str]]:
    """Return the lines that may head an annex."""
    return [match for match in annex_line().finditer(lines.plain) if _heads_annex(lines, match)]


def _heads_annex(lines: Lines, match: re.Match[str]) -> bool:
    rest = match["rest"].strip(" .:-–—\t*_|)")
    word = match["word"]
    if word[:1].islower() and word.lower() != word.upper():
        return False
    if match["before"] and read_number(match["before"].lower(), 0) is None:
        return False
    if len(match[0].strip()) > _LONGEST_TITLE_LINE + 20 or match[0].rstrip().endswith(tuple(";,،，؛.。")):
        return False
    number = read_number(rest, 0)
    behind = rest[number.end :].strip(" .:-–—)") if number else rest
    if (
        behind[:1].islower()
        or behind[:1] in (",", ";", ")", "，", "、")
        or (referring().match(behind) and not behind[:1].isupper())
    ):
        return False
    start, before, blank = lines.line_before(match.start())
    return blank or start in lines.groups or before[-1:] in _ENDS or len(before) < _SHORT


_MARKS = re.compile(MARKS)
_CHINESE_ARTICLE = re.compile(
    rf"{MARKS}第\s*(?P<number>[零〇一二三四五六七八九十百千两0-9]+(?: [一二三四五六七八九十])?)\s*"
    r"(?:[-–之]\s*(?P<again>\d+|[一二三四五六七八九十]+)\s*)?[条條](?:\s*之\s*(?P<later>[一二三四五六七八九十]))?"
)
_BARE = re.compile(
    rf"{MARKS}(?P<opens>[(（\[])?(?P<number>\d{{1,3}}(?![\d/])|[IVX]{{1,6}}(?=\s?[.\-–—)])|[一二三四五六七八九十]{{1,3}}(?=[、.．])"
    r"|(?:PRIMER|SEGUND|TERCER|CUART|QUINT|SEXT|S[EÉ]PTIM|OCTAV|NOVEN|D[EÉ]CIM|[UÚ]NIC|Primer|Segund|Tercer|Cuart|Quint"
    r"|Sext|S[eé]ptim|Octav|Noven|D[eé]cim|[UÚ]nic)[oa]\b|(?:أول|ثاني|ثالث|رابع|خامس|سادس|سابع|ثامن|تاسع|عاشر)(?:اً|ًا|ا)(?=\s*[:.\-–،]))"
)
_FORMS = (
    ("dash", re.compile(r"\s?[.º°]*\s?[-–—ـ]+(?!\d)|\.\s*[-–—]")),
    ("dot", re.compile(r"\s?[.．。](?!\d)")),
    ("degree", re.compile(r"[º°]")),
    ("colon", re.compile(r"\s?[:：]")),
    ("comma", re.compile(r"[、,،](?=\s*[^\d\s])")),
    ("bracket", re.compile(r"\s?[)）\]]")),
    ("open", re.compile(r"[ \t\u00a0]*\((?=[\w])")),
    ("alone", re.compile(r"[ \t\u00a0*_]*$")),
    ("space", re.compile(r"[ \t\u00a0\u3000]+(?=[\[«“\"‘(]?[A-ZÀ-ÝА-ЯЁ\u0620-\u06ff\u3400-\u9fff])")),
    ("glued", re.compile(r"(?=[A-Z][a-z]|[\u3400-\u9fff]{2})")),
)
_WEIGHTS = {"dash": 0.7, "dot": 0.7, "degree": 0.5, "colon": 0.5, "comma": 0.5, "bracket": 0.25, "open": 0.6,
            "alone": 0.3, "space": 0.5, "glued": 0.35}  # fmt: skip
"""How much a bare number looks like an article's, by the sign behind it."""
_SIGNS = re.compile(r"^[\s.:\-–—ـ)\]º°．。：、）　*_]+")
_SEPARATES = re.compile(r"^[\s.:\-–—ـ)\]•·．。：、　º°*_|]+")
_PARTING = re.compile(r"[.:\-–—ـ)\]．。：　•·]")
_CLOSES = re.compile(r"[ \t]*[)\]]|[ \t]?[-–](?=\s*$)", re.MULTILINE)
_FIRST_SUBSECTION = re.compile(r"[(（]\s?[1aAiأ]\s?[)）]")
_LETTER_ITEM = re.compile(r"\s*[(（]?(?:[a-zа-я]|[ivx]{1,4}|أ)\s?[)）.]")
_ITEM = re.compile(r"[(（]\s?(?:\d{1,3}|[a-zа-яA-Z]|[ivx]{1,5}|[一二三四五六七八九十]{1,3}|[أ-ي])\s?[)）]|[a-zа-я]\)")
_BRACKETED = re.compile(r"[(（【].*[)）】]\.?")
_SENTENCE_ENDS = re.compile(r"(?<=[.;:)\]»”。؛])[ \t\u00a0\u3000]+(?=\S)|(?<=[:.][-–—])[ \t]+(?=\S)|(?<=[。；])(?=第)")
_WORDS = re.compile(r"[^\n]*\S[^\n]*")
_INDENT = re.compile(r"[ \t\u00a0]*")
_DATE = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|janvier|février|enero"
    r"|de [a-z]+ de \d|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)\b"
)
_SENTENCE = re.compile(r"[.;:]\s")
_VERB = re.compile(r"\b(?:shall|must|may not|means|is prohibited|se prohíbe|est interdit|запрещается)\b")
_LEADERS = re.compile(r"(?:\.\s?){4,}|…{2,}|\t\s*\d+\s*$|\s{3,}\d{1,4}\s*$")
_QUOTES = re.compile(r"[“”«»《》「」„]")
_CLOSING = {"“": "”", "«": "»", "「": "」", "„": "”"}
_ENDS = ".;:!?؟。；：؛»”\"')）]—–*|…"
_FLAT, _SHORT = 700, 60
_LONGEST_TITLE, _LONGEST_TITLE_LINE, _LONGEST_ENDED, _MOST_TITLES = 200, 120, 90, 3
_LONGEST_QUOTATION, _LONGEST_CONTENTS, _MOST_HEADS, _FEW_SIGNS, _HIGHEST = 6_000, 20_000, 2_000, 3, 999
