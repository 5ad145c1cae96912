"""References resolved: what a section points to, down to the subsection, each to the passage it means.

Sections and ranges of them, subsections and items, "the preceding section", "the said article", annexes, parts of the
Convention, names that the law defines, powers that somebody else has. What leads out of the texts says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from opencwc.convention.fields import cached, read_yaml, stamps
from opencwc.language.numerals import chinese_number, digits, ordinal, roman_number
from opencwc.legislation.texts.citations import act_title, find_subdivision, subdivisions
from opencwc.legislation.texts.legal_texts import LegalText
from opencwc.legislation.texts.references import Reference, references_in
from opencwc.legislation.texts.section_numbers import number_of_words
from opencwc.legislation.texts.sections import PREAMBLE, LegalSection
from opencwc.settings import cache_folder

FILE = Path(__file__).parents[1] / "data" / "references.yaml"
SECTION, ANNEX, CONVENTION, OTHER_LAW, DEFINITION, POWERS, UNRESOLVED = (
    "section", "annex", "convention", "other_law", "definition", "powers", "unresolved",
)  # fmt: skip


class Place(NamedTuple):
    """Where a reference leads: a section by its place among all, and the stretch of its text that is meant."""

    section: int
    start: int
    end: int


class ResolvedReference(NamedTuple):
    """A stretch of a section's text that refers, the kind of its aim, the places it means.

    ``clause`` is the clause of the Convention as data spells it (``Art. II``, ``VA VI, VA VII``) where it leads there.
    """

    start: int
    end: int
    kind: str
    places: tuple[Place, ...] = ()
    clause: str = ""


Found = Sequence[ResolvedReference]
"""References of a section that were found before."""


class Definition(NamedTuple):
    """A name that a law gives, in small letters, and where it is defined."""

    name: str
    place: Place


class SectionNumbers(NamedTuple):
    """The sections of all texts, their places by file, part and number, and by number alone, and the titles of acts."""

    sections: Sequence[LegalSection]
    own: Mapping[tuple[str, int, str], int]
    elsewhere: Mapping[str, list[int]]
    acts: Mapping[str, str]

    def named_by(self, section: LegalSection, reference: Reference) -> list[int]:
        """Return the sections of the same text that a reference names by their numbers; a range names none."""
        keys = ((section.file, section.part, number) for number in reference.numbers)
        return [self.own[key] for key in keys if key in self.own]

    def meant(self, number: str, section: LegalSection, whose: str) -> list[int]:
        """Return the sections that a number means, in the same text or, for "of the Law", in another; a range all."""
        key = (section.file, section.part, number)
        parted = number.split("..") if ".." in number else number.split("-") if number[:1] not in "LRD" else [number]
        if len(parted) == 2 and key not in self.own:
            first, last = (self.own.get((section.file, section.part, end)) for end in parted)
            if first is not None and last is not None and first <= last <= first + MOST_LINKS:
                return list(range(first, last + 1))
        own = self.own.get(key)
        others = [other for other in self.elsewhere.get(number, []) if self.sections[other].file != section.file]
        if whose == "law" and others:
            return others[:1]
        if own is not None:
            return [own]
        return others[:1] if whose == "law" or number[:1] in "LRD" else []


def section_numbers(sections: Sequence[LegalSection]) -> SectionNumbers:
    """Return the places of sections by what they are called."""
    own: dict[tuple[str, int, str], int] = {}
    elsewhere: dict[str, list[int]] = {}
    for at, section in enumerate(sections):
        if section.number:
            own.setdefault((section.file, section.part, section.number), at)
            elsewhere.setdefault(section.number, []).append(at)
    files = dict.fromkeys(section.file for section in sections)
    acts = {file: act_title(LegalText(file, ""), sections) for file in files}
    return SectionNumbers(sections, own, elsewhere, acts)


def resolve_references(
    numbers: SectionNumbers, definitions: Sequence[Definition] = ()
) -> tuple[tuple[ResolvedReference, ...], ...]:
    """Return the references of each section, in the order of its text; a preamble refers to nothing of the law."""
    names = _names(definitions)
    return tuple(
        () if section.kind == PREAMBLE else tuple(_resolved(at, numbers, names, definitions))
        for at, section in enumerate(numbers.sections)
    )


def _resolved(
    at: int, numbers: SectionNumbers, names: re.Pattern[str] | None, definitions: Sequence[Definition]
) -> list[ResolvedReference]:
    section = numbers.sections[at]
    found = [_of_number(reference, section, numbers) for reference in references_in(section.text, section.lang)]
    plain = digits(section.text)
    for finder in (_of_convention, _annexes, _neighbours, _inside, _powers):
        for reference_found in finder(plain, at, numbers, found):
            _add(found, reference_found)
    if names is not None:
        for one in _defined(plain, at, names, definitions):
            _add(found, one)
    return sorted(found)


def _add(found: list[ResolvedReference], other: ResolvedReference) -> None:
    """Add a reference unless one stands there already; "paragraph 2 of article 1" takes the place of "article 1"."""
    beside = [one for one in found if one.start < other.end and one.end > other.start]
    if all(other.start <= one.start and one.end <= other.end and other != one for one in beside):
        found[:] = [one for one in found if one not in beside]
        found.append(other)


def _whole(numbers: SectionNumbers, places: Sequence[int]) -> tuple[Place, ...]:
    return tuple(Place(place, 0, len(numbers.sections[place].text)) for place in dict.fromkeys(places))


def _of_number(reference: Reference, section: LegalSection, numbers: SectionNumbers) -> ResolvedReference:
    """Resolve a reference by number: to the law's own sections, to another of the State's texts, to the Convention."""
    written = section.text[reference.start : reference.end].rstrip()
    reference = reference._replace(end=reference.start + len(written))
    if reference.whose == "other":
        behind = section.text[reference.end : reference.end + _BEHIND]
        if _CONVENTION.search(behind[:_NEAR]) or _CONVENTION.search(
            section.text[max(0, reference.start - 14) : reference.start]
        ):
            clause = ", ".join(f"Art. {number}" for number in map(_as_roman, reference.numbers) if number)
            return ResolvedReference(reference.start, reference.end, CONVENTION, (), clause)
        places = [place for number in reference.numbers for place in _in_other_act(number, behind, section, numbers)]
        return ResolvedReference(reference.start, reference.end, OTHER_LAW, _whole(numbers, places))
    places = [place for number in reference.numbers for place in numbers.meant(number, section, reference.whose)]
    found = _MARKS_BEHIND.search(written)
    marks = re.findall(r"\w+", found[0]) if found else []
    if not places and len(reference.numbers) == 1 and (below := _BELOW.fullmatch(reference.numbers[0])):
        places, marks = numbers.meant(below["section"], section, reference.whose), [below["mark"]]  # artículo 18.2
    if len(places) == 1 and marks:
        part = find_subdivision(numbers.sections[places[0]], marks)
        if part is not None:
            place = Place(places[0], part.start, part.end)
            return ResolvedReference(reference.start, reference.end, SECTION, (place,))
    kind = SECTION if places else UNRESOLVED
    return ResolvedReference(reference.start, reference.end, kind, _whole(numbers, places))


def _in_other_act(number: str, behind: str, section: LegalSection, numbers: SectionNumbers) -> list[int]:
    """Return the section of that number in the act of the State's texts that the words behind a reference name."""
    named = set(_LONG_WORD.findall(behind.casefold()))
    for file, title in numbers.acts.items():
        words = set(_LONG_WORD.findall(title.casefold()))
        if file != section.file and words and len(words & named) >= max(1, _SAME_NAME * len(words)):
            return [at for at in numbers.elsewhere.get(number, []) if numbers.sections[at].file == file][:1]
    return []


def _of_convention(plain: str, at: int, numbers: SectionNumbers, found: Found) -> Iterator[ResolvedReference]:
    """Find "Parts VI to IX of the Verification Annex" and articles of the Convention."""
    for table, named in (("verification_annex", "VA"), ("convention_article", "Art.")):
        pattern = _pattern(table, numbers.sections[at].lang)
        for match in pattern.finditer(plain) if pattern else ():
            if parts := _counted(match["parts"]):
                clause = ", ".join(f"{named} {_roman(part)}" for part in parts)
                yield ResolvedReference(match.start(), match.end(), CONVENTION, (), clause)


def _counted(written: str) -> list[int]:
    """Return the numbers of a list; a range is all of its numbers."""
    parts: list[int] = []
    for part in _PART.finditer(written):
        value = _part_value(part["number"])
        if value and parts and part["range"] and value > parts[-1]:
            parts += range(parts[-1] + 1, value + 1)
        elif value:
            parts.append(value)
    return [part for part in parts if part <= _LAST_ARTICLE]


def _annexes(plain: str, at: int, numbers: SectionNumbers, found: Found) -> Iterator[ResolvedReference]:
    """Find annexes: of the text itself where it has one of that number, else the Convention's schedules."""
    section = numbers.sections[at]
    pattern = _pattern("annex", section.lang)
    for match in pattern.finditer(plain) if pattern else ():
        groups = match.groupdict()
        more = _MORE.match(plain, match.end()) if groups.get("number") else None
        written = [
            groups.get("before") or groups.get("number") or "",
            *re.findall(r"\w+(?=\W|$)", more["list"] if more else ""),
        ]
        named = [_annex_number(number) for number in written if not number or _annex_number(number)]
        end = more.end() if more else match.end()
        places = [place for number in named for place in _annex_places(number, section, numbers) if place != at]
        if places:
            yield ResolvedReference(match.start(), end, ANNEX, _whole(numbers, places))
        elif _SCHEDULE.match(match[0]) and (schedules := [number for number in named if number in ("1", "2", "3")]):
            clause = ", ".join(f"Schedule {number}" for number in schedules)
            yield ResolvedReference(match.start(), end, CONVENTION, (), clause)


def _annex_number(written: str) -> str:
    return number_of_words(written.upper() if _is_roman(written) else written.lower()) if written else ""


def _annex_places(number: str, section: LegalSection, numbers: SectionNumbers) -> list[int]:
    """Return the annex of a number; without one the only annex that there is."""
    place = numbers.own.get((section.file, section.part, f"annex {number}".strip()))
    if place is not None:
        return [place]
    annexes = _annexes_of(section, numbers)
    return annexes if not number and len(annexes) == 1 else []


def _annexes_of(section: LegalSection, numbers: SectionNumbers) -> list[int]:
    own = (section.file, section.part)
    return [
        at
        for (file, part, number), at in numbers.own.items()
        if (file, part) == own and number.startswith("annex") and "article" not in number
    ]


def _neighbours(plain: str, at: int, numbers: SectionNumbers, found: Found) -> Iterator[ResolvedReference]:
    """Find the section before, the one behind, and the one that was just named."""
    section = numbers.sections[at]
    for table, step in (("before", -1), ("behind", 1), ("said", 0)):
        pattern = _pattern(table, section.lang)
        for match in pattern.finditer(plain) if pattern else ():
            if step == 0:
                named = [one for one in sorted(found) if one.end <= match.start() and one.kind == SECTION]
                if named:
                    yield ResolvedReference(match.start(), match.end(), SECTION, named[-1].places)
                continue
            other = at + step
            if 0 <= other < len(numbers.sections) and _follows(numbers.sections[other], section):
                yield ResolvedReference(match.start(), match.end(), SECTION, _whole(numbers, [other]))


def _follows(other: LegalSection, section: LegalSection) -> bool:
    return (other.file, other.part, other.kind) == (section.file, section.part, section.kind)


def _inside(plain: str, at: int, numbers: SectionNumbers, found: Found) -> Iterator[ResolvedReference]:
    """Find subsections and items of the section itself, or of another that is named with them."""
    section = numbers.sections[at]
    pattern = _pattern("inside", section.lang)
    for match in pattern.finditer(plain) if pattern else ():
        other = at
        if number := re.search(r"\d+\w*(?:-\d+)*$", match["of"] or ""):
            named = numbers.meant(number[0].upper() if number[0][-1:].isalpha() else number[0], section, "own")
            if not named:
                continue
            other = named[0]
        marks = [match["marks"]] if section.lang == "zh" else re.findall(r"\w+", match["marks"])
        part = find_subdivision(numbers.sections[other], marks)
        if part is not None:
            end = match.start() + len(match[0].rstrip())
            yield ResolvedReference(match.start(), end, SECTION, (Place(other, part.start, part.end),))
    if section.lang == "zh":
        yield from _paragraph_before(plain, at, section)


def _paragraph_before(plain: str, at: int, section: LegalSection) -> Iterator[ResolvedReference]:
    """Find the paragraph before, as Chinese names it: 前款."""
    paragraphs = [part for part in subdivisions(section) if len(part.path) == 1 and part.path[0].kind == "unmarked"]
    for match in _PARAGRAPH_BEFORE.finditer(plain):
        before = [part for part in paragraphs if part.end <= match.start()]
        if before:
            yield ResolvedReference(match.start(), match.end(), SECTION, (Place(at, before[-1].start, before[-1].end),))


def _powers(plain: str, at: int, numbers: SectionNumbers, found: Found) -> Iterator[ResolvedReference]:
    """Find powers that somebody else has: "an inspector has the powers of an officer" leads to what an officer may."""
    section = numbers.sections[at]
    pattern, may = _pattern("powers", section.lang), _pattern("may", section.lang)
    if pattern is None or may is None:
        return
    for match in pattern.finditer(plain):
        giving = [
            other
            for other, text in enumerate(numbers.sections)
            if other != at and text.file == section.file and text.kind != PREAMBLE and _gives(text, match["role"], may)
        ]
        if giving:
            yield ResolvedReference(match.start(), match.end(), POWERS, _whole(numbers, giving[:_MOST_GIVING]))


def _gives(section: LegalSection, role: str, may: re.Pattern[str]) -> bool:
    """Tell whether a section says that somebody may do something: the role and the verb stand near each other."""
    plain = section.text
    stem = re.escape(role.strip())
    stem = stem if section.lang == "zh" else re.sub(r"(?<=\w{4})(?:s|es|ов|ами|а|у|ом)?$", "", stem)
    for match in re.finditer(stem, plain, re.IGNORECASE):
        if may.search(plain, max(0, match.start() - (_BESIDE if section.lang == "ar" else 0)), match.end() + _BESIDE):
            return True
    return False


def _names(definitions: Sequence[Definition]) -> re.Pattern[str] | None:
    """Return one pattern of the names that are defined, the longest first."""
    names = sorted({one.name for one in definitions if len(one.name) >= _SHORTEST_NAME}, key=len, reverse=True)
    if not names:
        return None
    words = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names[:_MOST_NAMES])
    ends = r"(?:s|es)?(?![^\W_])" if any(name[0] < "\u0400" for name in names) else ""
    return re.compile(rf"(?<![^\W_])(?P<name>{words}){ends}" if ends else rf"(?P<name>{words})", re.IGNORECASE)


def _defined(
    plain: str, at: int, names: re.Pattern[str], definitions: Sequence[Definition]
) -> Iterator[ResolvedReference]:
    """Find names that the law defines elsewhere; each once a section."""
    seen = set()
    for match in names.finditer(plain):
        name = " ".join(match["name"].lower().split())
        places = tuple(one.place for one in definitions if one.name == name and one.place.section != at)
        if places and name not in seen:
            seen.add(name)
            yield ResolvedReference(match.start(), match.end(), DEFINITION, places)


def _as_roman(number: str) -> str:
    value = int(number) if number.isdigit() else roman_number(number.upper())
    return _roman(value) if value and value <= _LAST_ARTICLE else ""


def _roman(value: int) -> str:
    tens, ones = divmod(value, 10)
    return "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]


def _is_roman(written: str) -> bool:
    return bool(written) and set(written.lower()) <= set("ivx")


def _part_value(written: str) -> int | None:
    return (
        roman_number(written.upper().replace("Х", "X")) or chinese_number(written) or ordinal(written, "ar")
        or ordinal(re.sub(r"^(?:ال)?(\w+)$", r"ال\1ة", written), "ar")
    )  # fmt: skip


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    tables: Mapping[str, Mapping[str, str]] = cached(
        cache_folder(), "law-references", stamps([FILE]), lambda: read_yaml(FILE)
    )
    return tables


@cache
def _pattern(table: str, lang: str) -> re.Pattern[str] | None:
    written = _tables()[table].get(lang)
    return re.compile(written, re.IGNORECASE) if written else None


MOST_LINKS = 40
"""Sections that one may point to at most: a table of contents points to all."""
_PARAGRAPH_BEFORE = re.compile("前[款项]")
_MORE = re.compile(
    r"(?P<list>(?:\s*(?:,|and|or|to|y|o|a|et|ou|à|и|или|و|أو|、|和|或|-|–)\s*(?:(?:schedules?|listas?|tableaux?|annex)\s+)?"
    r"(?:\d{1,2}|[IVX]{1,4})(?![\w.]))+)"
)
_BELOW = re.compile(r"(?P<section>\d+)\.(?P<mark>\d+)")
_MARKS_BEHIND = re.compile(r"(?:\s?\(\w{1,4}\))+$")
_PART = re.compile(
    r"(?P<range>(?:to|through|à|a|bis|по|至|إلى|حتى|-|–)\s*(?:la\s+|第)?)?(?P<number>[ivxх]+|[一二三四五六七八九十]+|ال\w+(?:\s+عشر)?)",
    re.IGNORECASE,
)
_CONVENTION = re.compile(
    r"convention|convenci[oó]n|convenção|übereinkommen|конвенци|公约|公約|(?:ال)?اتفاقية", re.IGNORECASE
)
_SCHEDULE = re.compile(r"schedule|tableau|lista|liste|спис|(?:ال)?جدول|附表", re.IGNORECASE)
_LONG_WORD = re.compile(r"[^\W\d_]{4,}|\d{2,}")
_BEHIND, _NEAR, _SAME_NAME = 120, 60, 0.75
_BESIDE, _MOST_GIVING, _SHORTEST_NAME, _MOST_NAMES, _LAST_ARTICLE = 40, 5, 4, 400, 24
