"""Puts together what the verbs, the casebook, the accounts and the list of States find for a question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from threading import Thread
from weakref import WeakKeyDictionary

from opencwc.casebook.findings import findings_numbered
from opencwc.casebook.model import Case, KeptFinding, Person
from opencwc.casebook.people import People
from opencwc.casebook.permissions import may
from opencwc.casebook.text_search import FindingTexts, cases_that_fit
from opencwc.convention import Convention
from opencwc.convention.territories import all_territories
from opencwc.finding import Message
from opencwc.language.name_search import LONGEST, NameIndex
from opencwc.verbs import verbs
from opencwc.web.casebook.faces import Face, shortened
from opencwc.web.casebook.finders import KINDS, Finder, Hit, Sought
from opencwc.web.casebook.unit_list import Said, said_of
from opencwc.wording import say
from opencwc.wording.chemical_names import name_said
from opencwc.wording.lists import entry_said
from opencwc.wording.states import names_in_use, state_name

MOST_KINDS = 5
"""Hits in all, in times of those of a kind."""
FINDING_SCORE = 0.6
"""How well a finding fits in whose text the question stands: less than a name does."""
BEGINS = 0.02
"""How much better a hit fits that begins with what was asked."""
_NUMBERED = re.compile(r"(?:[^\W\d]+\s+|#)?(\d{1,18})")
"""The number of a finding, alone or with the word for it before it."""
_texts: WeakKeyDictionary[object, FindingTexts] = WeakKeyDictionary()
"""By the engine of a casebook."""
_warmed = False


def find(sought: Sought, more: Iterable[Finder] = ()) -> list[Hit]:
    """Return what a person finds, the best first, a few of each kind; ``more`` are finders beside the usual ones."""
    if not sought.text.strip():
        return []
    asked = sought._replace(text=sought.text.strip()[:LONGEST])
    begin = asked.text.casefold()
    counts: Counter[str] = Counter()
    kept: list[Hit] = []
    hits = (hit for finder in (*_finders(), *more) for hit in finder(asked))
    for hit in sorted(
        hits, key=lambda hit: (-round(hit.score + BEGINS * _begins(hit, begin), 2), KINDS.index(hit.kind))
    ):
        counts[hit.kind] += 1
        if counts[hit.kind] <= asked.most:
            kept.append(hit)
    return kept[: MOST_KINDS * asked.most]


def _begins(hit: Hit, text: str) -> bool:
    return any(said.casefold().startswith(text) for said in (hit.title, hit.detail))


def warm(person: Person) -> None:
    """Put the names that are searched in order, in the background; later questions find them so."""
    global _warmed  # noqa: PLW0603 - once in a process
    if not _warmed:
        _warmed = True
        Thread(target=find, args=(Sought("a", "en", person, None),), daemon=True, name="warming").start()


def _finders() -> Sequence[Finder]:
    faces: list[Face] = [verb.part("face") for verb in verbs() if verb.face]
    return (*dict.fromkeys(face.find for face in faces), find_states, find_cases, find_findings, find_people)


def find_states(sought: Sought) -> Iterator[Hit]:
    """Yield States and territories by their names in any language, or by their codes."""
    if not may(sought.person, "rules"):
        return
    seen: set[str] = set()
    for code, _, score in _states().find(sought.text):
        if code not in seen:
            seen.add(code)
            address = f"/states/{code}" if may(sought.person, "read") else "/convention?part=states"
            yield Hit("state", state_name(code, sought.lang), code, address, score)


@cache
def _states() -> NameIndex[str]:
    known = dict.fromkeys((*(one.state.code for one in Convention().states), *all_territories()))
    return NameIndex((name, code) for code in known for name in names_in_use(code))


def find_cases(sought: Sought) -> Iterator[Hit]:
    """Yield cases by their names and titles."""
    if sought.book is None or not may(sought.person, "read"):
        return
    scores: dict[int, float] = {}

    def fitting(cases: Iterable[Case]) -> list[Case]:
        index = NameIndex((f"{case.name.replace('-', ' ')} {case.name} {case.title}", case) for case in cases)
        found = index.find(sought.text, sought.most)
        scores.update((one.held.number, one.score) for one in found)
        return [one.held for one in found]

    for case in cases_that_fit(sought.book, sought.person, fitting):
        status = say(f"casebook_case_{case.status}", sought.lang)
        yield Hit(
            "case", case.title or case.name, f"{case.name} · {status}", f"/cases/{case.name}", scores[case.number]
        )


def find_findings(sought: Sought) -> Iterator[Hit]:
    """Yield a finding by its number, the latest by what they were found in and by the user's own number of a row."""
    if sought.book is None or not may(sought.person, "read"):
        return
    number = _NUMBERED.fullmatch(sought.text)
    named = findings_numbered(sought.book, sought.person, [int(number[1])]) if number else []
    texts = _texts.setdefault(sought.book.engine, FindingTexts())
    found = [*named, *texts.find(sought.book, sought.person, sought.text, sought.most)]
    said = said_of(sought.book, found, sought.lang)
    each = {one.id: one for one in found}
    hits = {id: _hit_of(one, said[id], sought, 1.0 if one in named else FINDING_SCORE) for id, one in each.items()}
    alike = Counter((hit.title, hit.detail) for hit in hits.values())
    for id, hit in hits.items():
        yield _numbered(hit, id, sought.lang) if alike[hit.title, hit.detail] > 1 else hit


def _numbered(hit: Hit, id: int, lang: str) -> Hit:
    """Tell a finding from others that read alike, by its number."""
    said = say(Message("page_casebook_number", {"number": str(id)}), lang)
    return hit._replace(detail=f"{said} · {hit.detail}")


def _hit_of(kept: KeptFinding, told: Said, sought: Sought, score: float) -> Hit:
    said = str((kept.content or {}).get("input", "")) or kept.subject_id
    name = shortened(name_said(said, sought.lang))
    heading = told.title if told.title and (not told.written or name.casefold() in told.title.casefold()) else name
    verdict = say(f"verdict_{kept.verdict}", sought.lang)
    entry = entry_said(f"{kept.list} {kept.entry}", sought.lang) if kept.entry else ""
    title = told.title if heading != told.title else ""
    detail = " · ".join(filter(None, (title, told.apart, verdict, entry, kept.case)))
    return Hit("finding", heading, detail, f"/findings/{kept.id}", score)


def find_people(sought: Sought) -> Iterator[Hit]:
    """Yield accounts by login and name, for who manages them."""
    if sought.book is None or not may(sought.person, "people"):
        return
    people = [account.person for account in People(sought.book).everyone()]
    for person, _, score in NameIndex((f"{one.name} {one.login}", one) for one in people).find(sought.text):
        role = say(f"page_role_{person.role}", sought.lang)
        yield Hit(
            "person", person.name or person.login, f"{person.login} · {role}", f"/settings/people/{person.id}", score
        )
