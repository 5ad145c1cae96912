"""A section clause by clause: its folded text, where its clauses begin, and the line that each item of a list hangs on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from opencwc.convention.measure_terms import Folded, fold
from opencwc.legislation.reading.negation_patterns import treaty_names
from opencwc.legislation.texts.passages import sentences_of
from opencwc.legislation.texts.sections import LegalSection


@dataclass
class ReadSection:
    """One section as it was read: its folded text, where its clauses begin, what each hangs on, its links."""

    section: LegalSection
    folded: Folded
    lead: int
    starts: list[int]
    ends: list[int]
    hangs_on: list[int]
    tails: dict[int, int] = field(default_factory=dict)
    title: int = -1
    links: tuple[int, ...] = ()
    whole: bool = False
    speaks: bool = False
    titled: bool = False
    anchored: bool = False
    defines: bool = False
    repealed: bool = False
    excepted: bool = False
    scope: float = 0.0
    hits: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)
    names: list[tuple[int, int]] | None = None
    windows: list[frozenset[int]] = field(default_factory=list)
    permits: dict[int, bool] = field(default_factory=dict)
    cues: dict[str, dict[int, list[int]]] = field(default_factory=dict)


def read_section(section: LegalSection) -> ReadSection:
    """Fold a section's heading and text, and part it into clauses with what each hangs on."""
    heading = f"{section.heading}\n" if section.heading else ""
    said = heading + section.text
    folded = fold(said)
    back = _backwards(folded, len(said))
    pieces = [(0, len(section.heading))] if heading else []  # "CHAPTER IV. Offences" is one title
    pieces += [
        (len(heading) + start, len(heading) + end)
        for start, end in sentences_of(section.text)
        if _plain(section.text[start:end]) not in _CONJUNCTIONS
    ]
    starts = [back[start] for start, _ in pieces]
    ends = [back[end - 1] + 1 for _, end in pieces]
    titled_by = 0 if heading or _is_title(said, pieces) else -1
    hangs_on, tails = _hanging(said, pieces, titled_by)
    if not starts:
        starts, ends, hangs_on = [0], [len(folded.text)], [-1]
    defines = sum(form_of_item(found[0]) != _ORDINAL for found in _DEFINED.finditer(said)) >= _MANY_DEFINED
    pattern = treaty_names(section.lang)
    titled = pattern is not None and pattern.search(folded.text) is not None
    return ReadSection(
        section,
        folded,
        len(heading),
        starts,
        ends,
        hangs_on,
        tails=tails,
        title=titled_by,
        defines=defines,
        titled=titled,
    )


def _hanging(said: str, pieces: Sequence[tuple[int, int]], title: int) -> tuple[list[int], dict[int, int]]:
    """Return for each clause the one it hangs on (-1: none), and for a list's lead the words that end the sentence.

    An item hangs on the clause that its list began with: one that ends with a colon, or that does not end at all. The
    mark of an item tells where a list goes on: ``1)`` below ``1.`` is deeper, the next ``1.`` or ``2.`` is not. What
    follows a semicolon on the same line goes on with the item; a line that goes on in small letters behind the last
    item ("must notify the Authority") ends the sentence for all of them.
    """
    hangs_on: list[int] = []
    tails: dict[int, int] = {}
    stems: list[tuple[int, str]] = []
    forms: list[str] = []
    for number, (start, end) in enumerate(pieces):
        text = said[start:end]
        before = said[pieces[number - 1][0] : pieces[number - 1][1]].rstrip() if number else ""
        same_line = bool(number) and "\n" not in said[pieces[number - 1][1] : start]
        form = form_of_item(text, roman=before.endswith(_LEADING) or (bool(forms) and "i" in forms[-1]))
        hangs = -1
        if form:
            known = next((at for at, (_, other) in enumerate(stems) if other == form), len(stems))
            is_new = known == len(stems) and forms and forms[-1] != form and before[-1] not in _ENDED
            del stems[known:]
            if is_new and number - 1 != title and (not stems or stems[-1][0] != number - 1):
                stems.append((number - 1, forms[-1]))
            hangs = stems[-1][0] if stems else -1
        elif number and before[-1] in ";；؛" and same_line:
            hangs = hangs_on[-1] if not forms[-1] and hangs_on[-1] >= 0 else number - 1
        elif number and before[-1] in ";；؛," and forms[-1] and stems and text[:1].islower():
            hangs = stems[-1][0]
            tails[hangs] = number
        elif stems and (stems[-1][0] == number - 1 or (before[-1] in ";；؛" and not forms[-1])):
            hangs = stems[-1][0]
        elif not same_line:
            stems.clear()
        hangs_on.append(hangs)
        forms.append(form)
        if text.rstrip().endswith(_LEADING):
            stems.append((number, form))
    return hangs_on, tails


def _is_title(said: str, pieces: Sequence[tuple[int, int]]) -> bool:
    """Whether a section's first clause is its title: short, no item, no lead of a list, and not all there is."""
    if len(pieces) < 2:
        return False
    text = said[slice(*pieces[0])]
    return len(text) <= _LONGEST_TITLE and not form_of_item(text) and text[-1] not in ":：;；؛,،—–"


def _plain(text: str) -> str:
    return text.strip(" \n;,.").casefold()


def _backwards(folded: Folded, length: int) -> list[int]:
    """Return for each sign of the original where it stands, or would stand, in the folded text."""
    back = [len(folded.text)] * (length + 1)
    for at in range(len(folded.places) - 1, -1, -1):
        back[folded.places[at]] = at
    for at in range(length - 1, -1, -1):
        back[at] = min(back[at], back[at + 1])
    return back


def is_item(text: str) -> bool:
    """Tell whether a clause begins with the mark of an item: ``a)``, ``2.``, ``(iii)``, a dash."""
    return bool(form_of_item(text))


def form_of_item(text: str, *, roman: bool = False) -> str:
    """Return the form of an item's mark, empty where there is none; ``roman``: a single ``i``, ``v`` or ``x`` counts.

    >>> form_of_item("(2) The"), form_of_item("1) о"), form_of_item("iv) the"), form_of_item("- les"), form_of_item("No")
    ('(1)', '1)', 'i)', '-', '')
    """
    found = _ITEM.match(text)
    if found is None:
        return ""
    if found["dash"] or found["word"]:
        return "-" if found["dash"] else _ORDINAL
    mark = found["mark"].casefold()
    if mark[0].isdigit():
        kind = "1.1" if "." in mark else "1"
    elif set(mark) <= set("ivx") and (len(mark) > 1 or roman):
        kind = "i"
    else:
        kind = "一" if mark[0] in _CHINESE else "a"
    return f"{found['opens'] or ''}{kind}{found['closes'].strip()}"


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
