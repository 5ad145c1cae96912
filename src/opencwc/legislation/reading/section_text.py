"""A section clause by clause: its folded text, where its clauses begin, and the line that each item of a list hangs on."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from opencwc.convention.measure_terms import Folded, fold
from opencwc.language.sentences import sentences_of
from opencwc.legislation.patterns import pattern
from opencwc.legislation.texts.references import Reference, references_in
from opencwc.legislation.texts.sections import LegalSection

OPENING = 12
"""Signs at the beginning of a clause within which a word opens it: "(1) Except with a licence, no person shall ..."."""


@dataclass(frozen=True, slots=True)
class SectionText:
    """A section's heading and text, folded, and its clauses.

    ``lead`` is the length of the heading before the text, in signs of the original. Clause ``n`` stands in the folded
    text from ``starts[n]`` to ``ends[n]``, hangs on the clause ``hangs_on[n]`` (-1: on none) and is read together with
    the clauses ``windows[n]``, itself among them. ``title`` is the clause that is the section's title (-1: none).
    ``lists_definitions`` says whether the section defines term after term, ``names_treaty`` whether it calls the
    Convention by its long name.
    """

    section: LegalSection
    folded: Folded
    lead: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    hangs_on: tuple[int, ...]
    windows: tuple[frozenset[int], ...]
    title: int
    lists_definitions: bool
    names_treaty: bool

    def written(self, start: int, end: int) -> str:
        """Return the words of the section's text that a stretch of the folded text stands for."""
        return self.section.text[slice(*self.in_section(start, end))]

    def in_section(self, start: int, end: int) -> tuple[int, int]:
        """Return the stretch of the section's text that a stretch of the folded text stands for."""
        first, last = self.folded.span(start, end)
        return max(first - self.lead, 0), max(last - self.lead, 0)

    def references(self) -> Iterator[tuple[Reference, int, int]]:
        """Yield the references of the section's text, with the stretch of the folded text that each stands in."""
        places = self.folded.places
        for reference in references_in(self.section.text, self.section.lang):
            first, last = (bisect_left(places, self.lead + place) for place in (reference.start, reference.end))
            yield reference, first, last


def section_text(section: LegalSection) -> SectionText:
    """Fold a section's heading and text, and part it into clauses with what each hangs on."""
    heading = f"{section.heading}\n" if section.heading else ""
    whole = heading + section.text
    folded = fold(whole)
    back = _backwards(folded, len(whole))
    pieces = [(0, len(section.heading))] if heading else []  # "CHAPTER IV. Offences" is one title
    pieces += [
        (len(heading) + start, len(heading) + end)
        for start, end in sentences_of(section.text)
        if section.text[start:end].strip(" \n;,.").casefold() not in _CONJUNCTIONS
    ]
    pieces, closings = _with_closings(whole, pieces, section.lang)
    starts = [back[start] for start, _ in pieces]
    ends = [back[end - 1] + 1 for _, end in pieces]
    title = 0 if heading or _is_title(whole, pieces) else -1
    hangs_on, tails = _hanging(whole, pieces, title, closings)
    if not starts:
        starts, ends, hangs_on = [0], [len(folded.text)], [-1]
    defined = sum(form_of_item(match[0]) != _ORDINAL for match in _DEFINED.finditer(whole))
    treaty = pattern(section.lang, "treaty_names")
    return SectionText(
        section,
        folded,
        len(heading),
        tuple(starts),
        tuple(ends),
        tuple(hangs_on),
        tuple(_windows(hangs_on, tails)),
        title,
        defined >= _MANY_DEFINED,
        treaty is not None and treaty.search(folded.text) is not None,
    )


def _windows(hangs_on: Sequence[int], tails: Mapping[int, int]) -> Iterator[frozenset[int]]:
    """Yield for each clause those that are read with it: itself, and the lines that it hangs on.

    What ends the sentence of a list goes with each of its items, with a list of its own: "Whoever (a) produces ... or
    (b) imports ... shall (i) declare it and (ii) keep records".
    """
    for clause in range(len(hangs_on)):
        window = {clause}
        up = hangs_on[clause]
        while up >= 0:
            window.add(up)
            if (tail := tails.get(up, -1)) >= 0:
                items = {item for item, lead in enumerate(hangs_on) if lead == tail}
                window.update({tail} if window & items else {tail, *items})
            up = hangs_on[up]
        yield frozenset(window)


def _with_closings(
    whole: str, pieces: Sequence[tuple[int, int]], lang: str
) -> tuple[list[tuple[int, int]], frozenset[int]]:
    """Part the words that end the sentence of a list from its last item, and return the places of these words.

    "(c) uses a chemical weapon; shall be guilty of an offence": guilty is whoever does any of (a) to (c).
    """
    closing = pattern(lang, "closing")
    if closing is None:
        return list(pieces), frozenset()
    parted: list[tuple[int, int]] = []
    closings = set()
    form = ""
    for number, (start, end) in enumerate(pieces):
        last_form, form = form, form_of_item(whole[start:end])
        following = form_of_item(whole[slice(*pieces[number + 1])]) if number + 1 < len(pieces) else ""
        if last_form and not form and following != last_form and closing.match(whole, start, end):
            closings.add(len(parted))
            parted.append((start, end))
        elif form and following != form and (words := _closing_words(whole, start, end, closing)):
            parted.append((start, words))
            closings.add(len(parted))
            parted.append((words, end))
        else:
            parted.append((start, end))
    return parted, frozenset(closings)


def _closing_words(whole: str, start: int, end: int, closing: re.Pattern[str]) -> int:
    """Return where the closing words begin behind a comma inside an item; 0 where there are none."""
    for comma in _COMMA.finditer(whole, start, end):
        if closing.match(whole, comma.end(), end):
            return comma.end()
    return 0


def _hanging(
    whole: str, pieces: Sequence[tuple[int, int]], title: int, closings: Set[int] = frozenset()
) -> tuple[list[int], dict[int, int]]:
    """Return for each clause the one it hangs on (-1: none), and for a list's lead the words that end the sentence.

    An item hangs on the clause that its list began with: one that ends with a colon, or that does not end at all. The
    mark of an item tells where a list goes on: ``1)`` below ``1.`` is deeper, the next ``1.`` or ``2.`` is not. What
    follows a semicolon on the same line goes on with the item; a line that goes on in small letters behind the last
    item ("must notify the Authority") ends the sentence for all of them.
    """
    hangs_on: list[int] = []
    tails: dict[int, int] = {}
    leads: list[tuple[int, str]] = []
    forms: list[str] = []
    for number, (start, end) in enumerate(pieces):
        text = whole[start:end]
        before = whole[slice(*pieces[number - 1])].rstrip() if number else ""
        same_line = bool(number) and "\n" not in whole[pieces[number - 1][1] : start]
        form = form_of_item(text, roman=before.endswith(_LEADING) or (bool(forms) and "i" in forms[-1]))
        hangs = -1
        if number in closings and leads:
            hangs = leads[0][0]
            tails[hangs] = number
        elif form:
            hangs = _lead_of_item(number, form, before, forms, leads, title)
        elif number and before[-1] in ";；؛" and same_line:
            hangs = hangs_on[-1] if not forms[-1] and hangs_on[-1] >= 0 else number - 1
        elif number and before[-1] in ";；؛," and forms[-1] and leads and text[:1].islower():
            hangs = leads[-1][0]
            tails[hangs] = number
        elif leads and (leads[-1][0] == number - 1 or (before[-1] in ";；؛" and not forms[-1])):
            hangs = leads[-1][0]
        elif not same_line:
            leads.clear()
        hangs_on.append(hangs)
        forms.append(form)
        if text.rstrip().endswith(_LEADING):
            leads.append((number, form))
    return hangs_on, tails


def _lead_of_item(
    number: int, form: str, before: str, forms: Sequence[str], leads: list[tuple[int, str]], title: int
) -> int:
    """Return the clause that an item hangs on, and drop from ``leads`` the lists that ended before it."""
    known = next((at for at, (_, other) in enumerate(leads) if other == form), len(leads))
    is_new = known == len(leads) and forms and forms[-1] != form and before[-1] not in _ENDED
    del leads[known:]
    if is_new and number - 1 != title and (not leads or leads[-1][0] != number - 1):
        leads.append((number - 1, forms[-1]))
    return leads[-1][0] if leads else -1


def _is_title(whole: str, pieces: Sequence[tuple[int, int]]) -> bool:
    """Whether a section's first clause is its title: short, no item, no lead of a list, and not all there is."""
    if len(pieces) < 2:
        return False
    text = whole[slice(*pieces[0])]
    return len(text) <= _LONGEST_TITLE and not form_of_item(text) and text[-1] not in ":：;；؛,،—–"


def _backwards(folded: Folded, length: int) -> list[int]:
    """Return for each sign of the original where it stands, or would stand, in the folded text."""
    back = [len(folded.text)] * (length + 1)
    for at in range(len(folded.places) - 1, -1, -1):
        back[folded.places[at]] = at
    for at in range(length - 1, -1, -1):
        back[at] = min(back[at], back[at + 1])
    return back


def form_of_item(text: str, *, roman: bool = False) -> str:
    """Return the form of an item's mark, empty where there is none; ``roman``: a single ``i``, ``v`` or ``x`` counts.

    >>> form_of_item("(2) The"), form_of_item("1) о"), form_of_item("iv) the"), form_of_item("- les"), form_of_item("No")
    ('(1)', '1)', 'i)', '-', '')
    """
    item = _ITEM.match(text)
    if item is None:
        return ""
    if item["dash"] or item["word"]:
        return "-" if item["dash"] else _ORDINAL
    mark = item["mark"].casefold()
    if mark[0].isdigit():
        kind = "1.1" if "." in mark else "1"
    elif set(mark) <= set("ivx") and (len(mark) > 1 or roman):
        kind = "i"
    else:
        kind = "一" if mark[0] in _CHINESE else "a"
    return f"{item['opens'] or ''}{kind}{item['closes'].strip()}"


_COMMA = re.compile(r"(?:[,;،؛，；]|的[，,])\s*(?:and\s|et\s|y\s)?")
_CHINESE = "一二三四五六七八九十"
_ITEM = re.compile(
    rf"\s*(?:(?P<opens>[(（])?(?P<mark>\d{{1,3}}(?:\.\d{{1,3}})*|[a-zа-я]{{1,4}}|[أ-ي]{{1,2}}|[{_CHINESE}]{{1,3}}|[٠-٩]{{1,3}})"
    r"(?P<closes>\s?(?:[.)）°º、]|[-–](?=\s)|[.]?º))|(?P<dash>[-–—ـ•·])\s"
    r"|(?P<word>(?:أول|ثاني|ثالث|رابع|خامس|سادس|سابع|ثامن|تاسع|عاشر)(?:اً|ًا|ا)(?:\s+عشر)?\s?[:.\-–،]))",
    re.IGNORECASE,
)
_ORDINAL = "أولا"
_LEADING = (":", "：", "—", "–", " -")
_ENDED = ".;:!?。；！？؟؛"
_LONGEST_TITLE = 90
_CONJUNCTIONS = frozenset(("or", "and", "and/or", "ou", "et", "et/ou", "o", "u", "y", "e", "y/o", "und", "oder", "и", "или",
                           "и/или", "و", "أو", "او", "或", "或者", "和", "以及"))  # fmt: skip
_DEFINED = re.compile(r"[«“„\"‟〝《「][^»”“\"》」\n]{2,80}[»”“\"》」]|(?m:^\s*[–-]?\s*[^\s:.\d][^:.\n]{2,60}\s?:\s)")
_MANY_DEFINED = 6
