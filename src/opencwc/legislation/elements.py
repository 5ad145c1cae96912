"""What of each measure a section holds: the terms of its language, with their scope, their negation and their links.

A section is read clause by clause; an item of a list goes with the line that it hangs on. A word behind "except", in a
clause that "shall not be deemed" or "does not apply to", or denied itself does not count. A section that points to
another ("the activities mentioned in article 5") is read together with it. A section counts for the Convention only
where it, its neighbours or what it points to speak of chemical weapons, and not rather of biological ones.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path

from opencwc.convention.measure_terms import Terms
from opencwc.convention.measures import Element, Groups, Measure, Measures
from opencwc.language.references import references_in
from opencwc.language.sections import LegalSection
from opencwc.legislation.clauses import ReadSection, read_section
from opencwc.legislation.cues import MEASURED, PERMITTED, long_names
from opencwc.legislation.kept_hits import KeptHits
from opencwc.legislation.model import Holding, SectionHolding, Span
from opencwc.legislation.reach import EXCEPTED, REACHES, reach_of

ANCHORS = ("chemical_weapons", "weapons_facility", "riot_control_agent", "discrete_organic", "challenge_inspection")
"""Terms that only a text on chemical weapons uses: they tell how far a stretch of text is about the Convention."""
WITH_THEM = ("schedule_1", "schedule_2", "schedule_3", "national_authority", "convention")
"""Terms that mean the Convention's only in a text that is about it: any law may have a Schedule 1 or a convention."""
PURPOSES = ("four_purposes", "purposes_not_prohibited", "types_and_quantities", "only_if", "except", "only_parties",
            "not_party", "peaceful_purposes", "protective_purposes", "military_purposes", "law_enforcement",
            "industrial_purposes", "justified_quantities", "low_concentration", "threshold", "licence",
            "without_licence")  # fmt: skip
"""What rightly stands behind "except": a purpose, a quantity, a licence that a ban leaves room for."""
_DENIED_BY_NAME = ("purposes_not_prohibited", "not_party")
"""Terms whose own name denies: "purposes not prohibited", "States not party" turn nothing round."""
EXEMPTING = ("threshold", "mixture", "low_concentration")
"""What says where a duty ends: "no declaration is required below the threshold" is the rule itself."""
DENIABLE = ("declare", "licence", "registered", "forbidden", "punished", "imprisonment", "consent", "warrant",
            "records", "confidential", "regulations", "immunities", "escort", "seized", "demand",
            "designate")  # fmt: skip
"""What loses its meaning where it is denied ("are not subject to declaration"); "shall not produce" forbids."""
TIGHT, LINKED, NEAR, LOOSE = 1.0, 0.8, 0.6, 0.4
LISTED = 0.4
"""How much counts what a section of definitions only names, for a measure that is no definition."""
_NEIGHBOURS = 6
_NEAR_NEGATION = 30
_MOST_LINKS = 40


class Reader:
    """A State's sections, ready to be asked what they hold of a measure."""

    def __init__(
        self,
        sections: Sequence[LegalSection],
        measures: Measures,
        languages: Iterable[str],
        cache: Path | None = None,
    ) -> None:
        self._cache = cache
        self._kept: dict[str, KeptHits] = {}
        self.sections = list(sections)
        self.measures = measures
        self._terms: dict[str, Terms] = {lang: measures.terms(lang) for lang in languages}
        self._read = [read_section(one) for one in self.sections]
        self._link()
        self._joined: dict[str, tuple[str, list[int], list[int]]] = {}
        self._found: dict[tuple[str, str], dict[int, list[tuple[int, int, int]]]] = {}
        self._places = {(one.file, one.part, one.number): at for at, one in enumerate(self.sections) if one.number}
        self._strike_out()
        self._except_out()
        self._measure_scope()
        for at, read in enumerate(self._read):
            titled = self.sections[at].lang in self._terms and any(
                one[2] == read.title for one in self._raw(at, "defined")
            )
            read.defines = read.defines or titled

    def keep(self) -> None:
        """Keep where the terms stand, for the next time that these texts are read."""
        for one in self._kept.values():
            one.save()

    def scope(self, at: int) -> float:
        """Return how far a section stands in a text about chemical weapons, 0 to 1."""
        return self._read[at].scope

    def hits(self, at: int, term: str) -> list[tuple[int, int, int]]:
        """Return where a term stands in a section's folded text: (start, end, clause), what does not count left out."""
        read = self._read[at]
        lang = read.section.lang
        if lang not in self._terms or read.repealed:
            return []
        if term not in read.hits:
            found = self._of_language(lang, term).get(at, [])
            read.hits[term] = [hit for hit in found if not self._does_not_count(at, term, hit)]
        return read.hits[term]

    def holds(self, measure: Measure, at: int) -> SectionHolding | None:
        """Return what a section holds of a measure, ``None`` where it does not speak of it."""
        read = self._read[at]
        subject, about, linked = self._subject(measure, at)
        if not about:
            return self._leaves(measure, at)
        # What it points to says what it is about: "the offences of sections 241 and 242".
        led = [one for one in read.links if self._read[one].anchored] if not read.whole else list(linked)
        scope = max(read.scope, 0.8 * max((self._read[one].scope for one in (*linked, *led)), default=0.0))
        if not read.whole and not linked and not led:
            # In a text about other things only what stands beside the words "chemical weapons" is about them.
            near = (*ANCHORS, *WITH_THEM[:3]) if read.speaks else ANCHORS
            about = about | {"anchor": [(term, *hit) for term in near for hit in self.hits(at, term)]}
        topic = measure.subject if measure.kind == "forbids" else measure.subject[:1]
        held = [
            one
            for element in measure.elements
            if (one := self._element(element, at, about, topic, measure.kind, reach_of(measure, element))) is not None
        ]
        if read.defines and measure.kind != "defines":
            held = [one._replace(strength=one.strength * LISTED) for one in held]
        spans = self._spans(at, [hit for hits in about.values() for hit in hits[:2]])
        return SectionHolding(at, subject, scope, tuple(held), spans)

    def _leaves(self, measure: Measure, at: int) -> SectionHolding | None:
        """Return what a section leaves to a regulation on chemicals that the regulation is to name."""
        if not self.hits(at, "by_regulation") or not any(_TO_BE_NAMED.issuperset(one) for one in measure.subject):
            return None
        unnamed = tuple(("scheduled",) if _TO_BE_NAMED.issuperset(group) else group for group in measure.subject)
        subject, about, _ = self._subject(measure._replace(subject=unnamed), at)
        held = [one for element in measure.elements if (one := self._left(element, at, about)) is not None]
        scope = self._read[at].scope
        return SectionHolding(at, subject, scope, tuple(held)) if about and held else None

    def _subject(
        self, measure: Measure, at: int
    ) -> tuple[float, dict[str, list[tuple[str, int, int, int]]], tuple[int, ...]]:
        """Return how far the section speaks of the measure's subject, the hits by group, and the links it took."""
        own: dict[str, list[tuple[str, int, int, int]]] = {}
        strength = TIGHT
        used: list[int] = []
        for group in measure.subject:
            hits = self._group(group, at)
            if hits:
                own["|".join(group)] = hits
                continue
            through = [one for one in self._read[at].links if self._leads(measure, group, one)]
            if through:
                strength = min(strength, LINKED)
                used += through
                continue
            return 0.0, {}, ()
        return strength, own or {"": []}, tuple(used)

    def _pointed(self, groups: Groups, at: int, topic: Groups) -> Groups:
        """Leave out "whatever section 5 prohibits" where section 5 is at hand: then it is read there."""
        bans = [one for one in self._read[at].links if all(self._group(group, one) for group in topic)]
        if not bans:
            return groups
        plain = tuple(tuple(term for term in group if term != "forbidden_activity") or group for group in groups)
        return groups if any(self._said(plain, one, ()) for one in bans) else plain

    def _leads(self, measure: Measure, group: Sequence[str], link: int) -> bool:
        """Whether a reference leads to what is spoken of; a penalty has to lead to a ban, not to a duty to declare."""
        if measure.kind == "punishes" and set(group) <= set(ANCHORS):
            ban = self._said((tuple(group), ("forbidden",)), link, ())
            return ban is not None and ban.strength >= NEAR
        return bool(self._group(group, link))

    def _group(self, group: Sequence[str], at: int) -> list[tuple[str, int, int, int]]:
        return [(term, *hit) for term in group for hit in self.hits(at, term)]

    def _element(
        self,
        element: Element,
        at: int,
        about: Mapping[str, list[tuple[str, int, int, int]]],
        topic: Groups,
        kind: str,
        reach: str,
    ) -> Holding | None:
        """Return how a section meets an element: said there, by reference, through a link, or left to a regulation."""
        forbids = kind in ("forbids", "punishes")
        anchored = "anchor" in about
        # A penalty at the end of a section punishes all that the section forbids.
        penal = kind == "punishes" and not anchored
        spoken = [
            {clause for *_, clause in hits}
            for key, hits in about.items()
            if not (penal and _PENAL.issuperset(key.split("|")))
        ]
        carried = 0 if anchored else 1
        left = self._without(element, at, kind)
        said = self._said(self._pointed(element.terms, at, topic), at, spoken, forbids, carried, left, reach)
        if said is not None and said.strength >= TIGHT:
            return said._replace(element=element.id)
        if element.by_reference and (found := self._by_reference(at, about)) is not None:
            return found._replace(element=element.id)
        if (denied := self._denied(element.terms, at)) is not None:
            return denied._replace(element=element.id)
        if said is not None and said.strength >= NEAR:
            return said._replace(element=element.id)
        linked: Holding | None = None
        measured_by_links = len(topic) < 2 or not forbids  # a ban stands in its own section, a penalty points to it
        for link in self._read[at].links if measured_by_links else ():
            # Where the reference leads to, the same thing has to be spoken of: a chemical is not yet a weapon.
            there = [{clause for *_, clause in self._group(group, link)} for group in topic]
            apart = self._without(element, link, kind)
            through = self._said(element.terms, link, there, forbids, 0, apart, reach) if all(there) else None
            if through is not None and (linked is None or through.strength > linked.strength):
                linked = Holding(element.id, through.how, LINKED * through.strength, (), link)
        if linked is not None and linked.strength >= NEAR:
            return linked
        joined = self._said_together(element.terms, at)
        if joined is not None:
            return joined._replace(element=element.id)
        if said is not None:
            return said._replace(element=element.id)
        return linked if linked is not None else self._left(element, at, about)

    def _left(self, element: Element, at: int, about: Mapping[str, list[tuple[str, int, int, int]]]) -> Holding | None:
        """Find an element that a section leaves to a regulation: where it is named beside the power to make one."""
        if not element.by_regulation:
            return None
        windows = self._windows(at)
        title = self._read[at].title
        spoken = [{clause for *_, clause in hits} for hits in about.values() if hits]
        named = {hit[3] for group in element.terms if not _TOPICS.issuperset(group) for hit in self._group(group, at)}
        for cue in self.hits(at, "by_regulation"):
            around = {cue[2] - 1, cue[2], cue[2] + 1}
            near = windows[cue[2]] | {clause for clause, window in enumerate(windows) if window & around}
            if (near | {title}) & named and all(near & clauses or title in clauses for clauses in spoken):
                return Holding(element.id, "regulation", LOOSE, self._spans(at, [("by_regulation", *cue)]))
        return None

    def _said(
        self,
        groups: Groups,
        at: int,
        spoken: Sequence[set[int]],
        forbids: bool = False,
        carried: int = 0,
        without: frozenset[int] = frozenset(),
        reach: str = "",
    ) -> Holding | None:
        """Find one term of every group; the closer together, and to all that the section speaks of, the firmer.

        Where the measure ``forbids``, what a clause allows does not count. The first ``carried`` subjects go on being
        spoken of in the clauses that follow; clauses in ``without`` do not count. What falls short of its ``reach`` is
        held in part only.
        """
        found = [[one for one in self._group(group, at) if one[3] not in without] for group in groups]
        if forbids:
            found = [[one for one in hits if not self._is_no_ban(at, one[3])] for hits in found]
        if not all(found):
            return None
        windows = self._windows(at)
        title = self._read[at].title
        best: tuple[float, list[tuple[str, int, int, int]], str] | None = None
        for clause in dict.fromkeys(hit[3] for hits in found for hit in hits):
            window = windows[clause]
            anchor = next(hit[1] for hits in found for hit in hits if hit[3] == clause)
            chosen = []
            inside = True
            for group, hits in zip(groups, found, strict=True):
                near = min(hits, key=lambda hit: (hit[3] not in window, abs(hit[1] - anchor)))
                there = near[3] in window or (
                    _TOPICS.issuperset(group) and self._goes_on(at, group, window, clause, {hit[3] for hit in hits})
                )
                inside = inside and there
                chosen.append(near)
            rivalled = [self._rivalled(at, window, clauses) for clauses in spoken]
            turned = [self._rivalled(at, {clause}, clauses) for clauses in spoken]  # the clause goes before its lead
            near_all = [
                (bool(window & clauses) and not turned[number])
                or (not rival and (title in clauses or (number < carried and self._carries(clause, clauses))))
                for number, (clauses, rival) in enumerate(zip(spoken, rivalled, strict=True))
            ]
            strength = TIGHT if inside and all(near_all) else NEAR if inside and any(near_all) else LOOSE
            if strength == NEAR and any(
                other or (rival and not window & clauses)
                for other, rival, clauses in zip(turned, rivalled, spoken, strict=True)
            ):
                strength = LOOSE
            how = "said"
            if strength == TIGHT and self._falls_short(at, window, reach):
                strength, how = NEAR, reach
            if best is None or strength > best[0]:
                best = strength, chosen, how
            if strength == TIGHT:
                break
        if best is None:
            return None
        return Holding("", best[2], best[0], self._spans(at, best[1]))

    def _falls_short(self, at: int, window: Set[int], reach: str) -> bool:
        """Whether what is read together reaches less far than a measure asks for."""
        if reach == EXCEPTED:
            return bool(self._read[at].excepted) or any(self._lets_through(at, one) for one in window)
        if not reach:
            return False
        said = window | {self._read[at].title} if reach == "schedules" else window
        wide, narrow = (
            any(one[2] in said for term in terms for one in self._raw(at, term)) for terms in REACHES[reach]
        )
        return narrow and not wide

    def _lets_through(self, at: int, clause: int) -> bool:
        """Whether a clause makes an exception that the Convention does not know: for a licence, or no purpose."""
        read = self._read[at]
        excepted = min(self._cues(at)["except"].get(clause, ()), default=None)
        if excepted is None:
            return False

        def behind(*terms: str) -> bool:
            return any(where == clause and start > excepted for one in terms for start, _, where in self._raw(at, one))

        if behind("licence"):
            return True
        known = behind(*PURPOSES, "convention", "by_reference") or self._refers(read, excepted, read.ends[clause])
        return not known and read.section.lang != "zh"  # in Chinese the word is a part of others

    @staticmethod
    def _refers(read: ReadSection, start: int, end: int) -> bool:
        """Whether a stretch of a section's folded text points to another section."""
        first, last = read.folded.span(start, end)
        said = read.section.text[max(first - read.lead, 0) : max(last - read.lead, 0)]
        return any(True for _ in references_in(said, read.section.lang))

    def _goes_on(self, at: int, group: Sequence[str], window: frozenset[int], clause: int, clauses: set[int]) -> bool:
        """Whether what an element speaks of is named by the title, or, but for weapons, a little above."""
        above = not set(group) & set(ANCHORS[:3]) and self._carries(clause, clauses)
        return (self._read[at].title in clauses or above) and not self._rivalled(at, window, clauses)

    def _carries(self, clause: int, clauses: set[int]) -> bool:
        """Whether what a clause a little above spoke of is still spoken of."""
        return any(clause - _CARRIED <= one < clause for one in clauses)

    def _rivalled(self, at: int, window: Set[int], clauses: set[int]) -> bool:
        """Whether a clause names another Schedule than the one that the title or an earlier clause spoke of."""
        rivals = {one[2] for term in _RIVALS for one in self._raw(at, term)}
        return bool((rivals - clauses) & window)

    def _denied(self, groups: Groups, at: int) -> Holding | None:
        """Find an element that is spoken of only to exclude it: in a clause that does not apply, or that permits it."""
        for group in groups:
            hits = self._raw(at, group[0]) if group[0] not in EXEMPTING else []
            if hits and all(self._is_excluded(at, clause) for *_, clause in hits):
                return Holding("", "denied", TIGHT, self._spans(at, [(group[0], *hits[0])]))
        return None

    def _without(self, element: Element, at: int, kind: str) -> frozenset[int]:
        """Return the clauses that cannot meet an element: they leave it to a regulation, or only punish its breach."""
        left = self._delegating(at) if element.by_regulation else frozenset()
        if kind not in ("obliges", "empowers"):
            return left
        penal, bound = ({one[2] for term in terms for one in self._raw(at, term)} for terms in (_PENAL, ("obliged",)))
        return left | {
            clause
            for clause, window in enumerate(self._windows(at))
            if window & (penal - {self._read[at].title}) and not window & bound and not self._allows(at, clause)
        }

    def _delegating(self, at: int) -> frozenset[int]:
        """Return the clauses that only leave something to a regulation, they and their lists: they name no number."""
        read = self._read[at]
        cues = {clause for *_, clause in self.hits(at, "by_regulation")}
        cues |= {one + 1 for one in cues if one + 1 < len(read.starts) and self._allows(at, one + 1)}  # "It may ..."
        return frozenset(
            clause
            for clause, window in enumerate(self._windows(at))
            if window & cues and not _AMOUNT.search(read.folded.text, read.starts[clause], read.ends[clause])
        )

    def _is_excluded(self, at: int, clause: int) -> bool:
        by_clause = self._cues(at)
        return any(clause in by_clause[cue] for cue in _TURNING) or self._permits(at, clause)

    def _alleges(self, at: int, clause: int) -> bool:
        """Whether a clause speaks of use as alleged, which an inspection looks into: it forbids none."""
        return any(one[2] == clause for one in self._raw(at, "alleged_use"))

    def _is_no_ban(self, at: int, clause: int) -> bool:
        """Whether a clause is no ban: it allows, or speaks of what is alleged."""
        return self._permits(at, clause) or self._alleges(at, clause)

    def _permits(self, at: int, clause: int) -> bool:
        """Whether a clause allows without forbidding: "may be used by the armed forces in any circumstances"."""
        read = self._read[at]
        if clause not in read.permits:
            bound = any(one[2] in self._windows(at)[clause] for term in _BINDING for one in self._raw(at, term))
            read.permits[clause] = self._allows(at, clause) and not bound
        return read.permits[clause]

    def _allows(self, at: int, clause: int) -> bool:
        """Whether a clause says that something may be done."""
        read = self._read[at]
        allowed = PERMITTED.get(read.section.lang)
        return bool(allowed and allowed.search(read.folded.text, read.starts[clause], read.ends[clause]))

    def _said_together(self, groups: Groups, at: int) -> Holding | None:
        """Find the groups of an element in the section and in what it points to, taken together."""
        links = self._read[at].links
        if not links or len(groups) < 2:
            return None
        spans: list[tuple[str, int, int, int]] = []
        via = -1
        for group in groups:
            own = self._group(group, at)
            if own:
                spans.append(own[0])
                continue
            via = next((one for one in links if self._group(group, one)), -1)
            if via < 0:
                return None
        return Holding("", "said", NEAR, self._spans(at, spans), via) if spans else None

    def _by_reference(self, at: int, about: Mapping[str, list[tuple[str, int, int, int]]]) -> Holding | None:
        """Return how the Convention is taken over for what the section speaks of."""
        cues = self.hits(at, "by_reference")
        if not cues:
            return None
        windows = self._windows(at)
        spoken = [hits for hits in about.values() if hits]
        for start, end, clause in cues:
            # "They have the powers that the Annex gives" goes on speaking of whom the sentence before named.
            near = [
                [hit for hit in hits if hit[3] in windows[clause] or clause in windows[hit[3]] or hit[3] == clause - 1]
                for hits in spoken
            ]
            if all(near):
                spans = self._spans(at, [("by_reference", start, end, clause), *(hits[0] for hits in near)])
                return Holding("", "reference", TIGHT, spans)
        start, end, clause = cues[0]
        return Holding("", "reference", LOOSE, self._spans(at, [("by_reference", start, end, clause)]))

    def _windows(self, at: int) -> list[frozenset[int]]:
        """Return for each clause those that are read with it: itself, and the lines that it hangs on."""
        read = self._read[at]
        if not read.windows:
            for clause in range(len(read.starts)):
                held = {clause}
                up = read.hangs_on[clause]
                while up >= 0:
                    held.add(up)
                    held.update(tail for lead, tail in read.tails.items() if lead == up)
                    up = read.hangs_on[up]
                read.windows.append(frozenset(held))
        return read.windows

    def _spans(self, at: int, hits: Iterable[tuple[str, int, int, int]]) -> tuple[Span, ...]:
        """Turn hits into places in the document; those in the heading stand outside the section's text."""
        read = self._read[at]
        spans = []
        for term, start, end, _ in hits:
            first, last = read.folded.span(start, end)
            first, last = first - read.lead, last - read.lead
            if first >= 0:
                spans.append(Span(term, read.section.start + first, read.section.start + last))
        return tuple(dict.fromkeys(spans))

    def _does_not_count(self, at: int, term: str, hit: tuple[int, int, int]) -> bool:
        """Whether a word is spoken of only to exclude it, or denied."""
        if term in _CUES:
            return False
        read = self._read[at]
        start, end, clause = hit
        if term not in _IN_NAMES and any(first <= start and end <= last for first, last in self._names(at)):
            return True
        for other in _PART_OF.get(term, ()):
            if any(one[2] == clause and one[0] <= start <= one[1] + _PART_WITHIN for one in self._raw(at, other)):
                return True
        lent = (one for other in _LENT.get(term, ()) for one in self._raw(at, other))
        if any(first < end and start < last for first, last, _ in lent):
            return True
        by_clause = self._cues(at)
        if term in EXEMPTING:
            return False
        turning = [place for cue in _TURNING for place in by_clause[cue].get(clause, ())]
        if any(self._is_turned(read, start, place, clause) for place in turning):
            return True
        if any(self._is_led(at, lead) for lead in self._leads_to(read, clause)):
            return True
        if any(self._is_reserved(read, start, clause, one) for one in by_clause["without_prejudice"].get(clause, ())):
            return True
        excepted = by_clause["except"].get(clause)
        if excepted and term not in PURPOSES and term not in ANCHORS and self._is_behind(read, start, clause, excepted):
            before = any(other < min(excepted) for other, _, where in self._raw(at, term) if where == clause)
            return not before
        if term in DENIABLE:
            return any(
                0 < start - place <= _NEAR_NEGATION
                and not any(sign in ".;,:" for sign in read.folded.text[place:start])
                for place in by_clause["negation"].get(clause, ())
            )
        return False

    @staticmethod
    def _is_turned(read: ReadSection, start: int, place: int, clause: int) -> bool:
        """Whether a word stands in the part of a clause that does not apply, is not deemed so, or rules nothing.

        "..., and the second sentence of article 3 does not apply" takes nothing from what stands before.
        """
        parts = [found.end() for found in _AND.finditer(read.folded.text, read.starts[clause], place)]
        return start >= max(parts, default=0)

    def _is_led(self, at: int, lead: int) -> bool:
        """Whether the line that a list hangs on ends in what does not apply or rules nothing: so do its items."""
        read, by_clause = self._read[at], self._cues(at)
        return any(
            self._is_turned(read, read.ends[lead] - 1, place, lead)
            and not _AND.search(read.folded.text, place, read.ends[lead])
            for cue in _TURNING
            for place in by_clause[cue].get(lead, ())
        )

    @staticmethod
    def _leads_to(read: ReadSection, clause: int) -> list[int]:
        """Return the lines that a clause hangs on, but for a title."""
        leads = []
        up = read.hangs_on[clause]
        while up >= 0:
            if up != read.title:
                leads.append(up)
            up = read.hangs_on[up]
        return leads

    @staticmethod
    def _is_reserved(read: ReadSection, start: int, clause: int, place: int) -> bool:
        """Whether a word stands in what a clause leaves to other laws: to the comma where that is an insertion."""
        before = read.folded.text[read.starts[clause] : place].rstrip()
        inserted = len(before) <= _OPENING or before[-1] in _COMMAS
        ends = read.ends[clause]
        closed = min((at for sign in _COMMAS if (at := read.folded.text.find(sign, place, ends)) >= 0), default=-1)
        return place < start < (closed if inserted else ends)

    def _is_behind(self, read: ReadSection, start: int, clause: int, excepted: Sequence[int]) -> bool:
        """Whether a word stands in an exception: to the end of its clause, or to the comma where it opens one."""
        place = min(excepted)
        if start <= place:
            return False
        ends = read.ends[clause]
        if read.section.lang == "zh":
            closed = read.folded.text.find("外", place, ends)
        elif place - read.starts[clause] <= _OPENING:
            closed = min((at for sign in _COMMAS if (at := read.folded.text.find(sign, place, ends)) >= 0), default=-1)
        else:
            closed = -1
        return closed < 0 or start < closed

    def _names(self, at: int) -> list[tuple[int, int]]:
        """Return where the Convention or a body is called by its long name, which forbids and produces nothing."""
        read = self._read[at]
        if read.names is None:
            pattern = long_names(read.section.lang)
            read.names = [found.span() for found in pattern.finditer(read.folded.text)] if pattern else []
        return read.names

    def _cues(self, at: int) -> dict[str, dict[int, list[int]]]:
        """Return where in each clause of a section the words stand that turn others round."""
        read = self._read[at]
        if not read.cues:
            for cue in (*_TURNING, "without_prejudice", "except", "negation"):
                found = read.cues.setdefault(cue, {})
                named = [(first, last) for term in _DENIED_BY_NAME for first, last, _ in self._raw(at, term)]
                for start, _, clause in self._raw(at, cue):
                    is_name = any(first <= start < last for first, last in named)
                    if not is_name and (cue != "negation" or not self._measures(read, start)):
                        found.setdefault(clause, []).append(start)
        return read.cues

    @staticmethod
    def _measures(read: ReadSection, start: int) -> bool:
        pattern = MEASURED.get(read.section.lang)
        return pattern is not None and pattern.match(read.folded.text, start) is not None

    def _raw(self, at: int, term: str) -> list[tuple[int, int, int]]:
        lang = self._read[at].section.lang
        return self._of_language(lang, term).get(at, []) if lang in self._terms else []

    def _of_language(self, lang: str, term: str) -> dict[int, list[tuple[int, int, int]]]:
        """Find a term in all sections of a language at once, and say in which section and clause each place is."""
        key = (lang, term)
        if key not in self._found:
            if lang not in self._joined:
                self._joined[lang] = self._join(lang)
                self._kept[lang] = KeptHits(self._joined[lang][0], self._terms[lang].patterns, self._cache)
            whole, offsets, held = self._joined[lang]
            places = self._kept[lang].get(term)
            if places is None:
                places = [(hit.start, hit.end) for hit in self._terms[lang].find(term, whole)]
                self._kept[lang].put(term, places)
            found: dict[int, list[tuple[int, int, int]]] = {}
            for first, last in places:
                place = bisect_right(offsets, first) - 1
                at = held[place]
                start, end = first - offsets[place], last - offsets[place]
                read = self._read[at]
                clause = max(bisect_right(read.starts, end - 1) - 1, 0)  # where its last word stands
                found.setdefault(at, []).append((start, end, clause))
            self._found[key] = found
        return self._found[key]

    def _join(self, lang: str) -> tuple[str, list[int], list[int]]:
        parts, offsets, held = [], [], []
        size = 0
        for at, read in enumerate(self._read):
            if read.section.lang == lang:
                offsets.append(size)
                held.append(at)
                parts.append(read.folded.text)
                size += len(read.folded.text) + len(_BETWEEN)
        return _BETWEEN.join(parts), offsets, held

    def _link(self) -> None:
        """Resolve references to the sections that they name, in the same text or, for "of the Law", in another."""
        places: dict[tuple[str, int, str], int] = {}
        elsewhere: dict[str, list[int]] = {}
        order: dict[tuple[str, int], list[int]] = {}
        for at, one in enumerate(self.sections):
            if one.number:
                places.setdefault((one.file, one.part, one.number), at)
                elsewhere.setdefault(one.number, []).append(at)
                order.setdefault((one.file, one.part), []).append(at)
        for at, read in enumerate(self._read):
            found: list[int] = []
            for reference in references_in(read.section.text, read.section.lang):
                if reference.whose == "other":
                    continue
                for number in reference.numbers:
                    found += self._named(number, read.section, reference.whose, places, elsewhere)
            read.links = tuple(dict.fromkeys(one for one in found if one != at))[:_MOST_LINKS]

    def _strike_out(self) -> None:
        """Let a section that another of the same text repeals count no more: "Section 3 is repealed"."""
        for at, read in enumerate(self._read):
            for start, _, clause in self._raw(at, "repealed"):
                for other in self._begun_with(read, start, clause):
                    self._read[other].repealed = other != at

    def _except_out(self) -> None:
        """Let a ban know who is let through elsewhere: "Section 3 does not apply to the armed forces"."""
        for at, read in enumerate(self._read):
            for start, end, clause in self._raw(at, "does_not_apply"):
                purposes = any(one[2] == clause for term in PURPOSES for one in self._raw(at, term))
                for other in self._begun_with(read, start, clause) if not purposes else ():
                    ends = read.ends[clause]
                    if other != at and len(read.folded.text[end:ends].strip(" .;")) > _OPENING:
                        self._read[other].excepted = True

    def _begun_with(self, read: ReadSection, place: int, clause: int) -> Iterator[int]:
        """Yield the sections of the same text that a clause begins with, right before a place in it."""
        for reference in references_in(read.section.text, read.section.lang):
            first = bisect_left(read.folded.places, read.lead + reference.start)
            last = bisect_left(read.folded.places, read.lead + reference.end)
            begins = 0 <= first - read.starts[clause] <= _OPENING
            if begins and 0 <= place - last <= _OPENING and reference.whose == "own":
                for number in reference.numbers:
                    other = self._places.get((read.section.file, read.section.part, number))
                    if other is not None:
                        yield other

    def _named(
        self,
        number: str,
        section: LegalSection,
        whose: str,
        places: Mapping[tuple[str, int, str], int],
        elsewhere: Mapping[str, list[int]],
    ) -> list[int]:
        parted = number.split("..") if ".." in number else number.split("-") if number[:1] not in "LRD" else [number]
        if len(parted) == 2 and (section.file, section.part, number) not in places:
            first = places.get((section.file, section.part, parted[0]))
            last = places.get((section.file, section.part, parted[1]))
            if first is not None and last is not None and first <= last <= first + _MOST_LINKS:
                return list(range(first, last + 1))
        own = places.get((section.file, section.part, number))
        others = [one for one in elsewhere.get(number, []) if self.sections[one].file != section.file]
        if whose == "law" and others:
            return others[:1]
        if own is not None:
            return [own]
        return others[:1] if whose == "law" or number[:1] in "LRD" else []

    def _measure_scope(self) -> None:
        """Say of each section how far it stands in a text about chemical weapons: by itself, else by its neighbours."""
        by_file: dict[tuple[str, int], list[int]] = {}
        for at, one in enumerate(self.sections):
            by_file.setdefault((one.file, one.part), []).append(at)
        for held in by_file.values():
            self._scope_of(held)

    def _scope_of(self, held: Sequence[int]) -> None:
        strong = {at: self._count(at, ANCHORS) for at in held}
        biological = {at: self._count(at, ("biological_weapons",)) for at in held}
        titled = any(self._read[at].titled for at in held)
        weak = {at: self._count(at, WITH_THEM) for at in held}
        is_ruled = 2 * sum(biological.values()) > sum(strong.values())
        speaking = sum(strong[at] > biological[at] for at in held) / len(held)
        joined = sum(strong[at] + weak[at] > biological[at] for at in held) / len(held)
        evident = titled or any(strong.values())
        # A text that is called after the Convention or after chemical weapons is about them.
        named = any(self.sections[at].kind == "preamble" and strong[at] > biological[at] for at in held)
        about = not is_ruled and (speaking >= _SPEAKING or named or (evident and joined >= _SPEAKING))
        for place, at in enumerate(held):
            near = held[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS + 1]
            share = sum(strong[one] > biological[one] for one in near) / len(near)
            ruled = 2 * sum(biological[one] for one in near) > sum(strong[one] for one in near)
            own = sum(len(self.hits(at, term)) for term in ANCHORS)  # without the names of bodies and treaties
            read = self._read[at]
            read.whole = (about and len(held) <= _MOST_OF_A_LAW) or (share >= _STRETCH and not ruled)
            read.speaks = read.whole or about
            around = 0.9 if read.whole else 0.0 if ruled else 0.5 * share / _STRETCH
            if biological[at] > strong[at]:
                around *= 0.3
            read.anchored = own > biological[at]
            by_itself = (1.0 if own > biological[at] else 0.7 if own == biological[at] else 0.4) if own else 0.0
            read.scope = max(by_itself, around)

    def _count(self, at: int, terms: Iterable[str]) -> int:
        return sum(len(self._raw(at, term)) for term in terms)


_BETWEEN = "\n.;\n"
_AMOUNT = re.compile(
    r"(?<![\w.])\d+(?:[.,]\d+)?\s*(?:%|per ?cent|kg|g\b|t\b|ton|kilo|gram|day|jour|dia|tag|сут|дн|يوم|日|公斤|吨)"
)
_AND = re.compile(r"[,;]\s*(?:et|and|y|und|и)\s|，[而并且]|،\s*و")
_COMMAS = ",،"
_OPENING = 12
"""Signs before "except" within which it opens a clause ("(1) Except with a licence, no person shall ...")."""
_CARRIED = 8
"""Clauses over which a subject goes on: "(1) ... Schedule 1 chemicals ... (5) It shall not be re-exported"."""
_RIVALS = ("schedule_1", "schedule_2", "schedule_3", "discrete_organic", "biological_weapons")
_PART_WITHIN = 25
_PART_OF = {"use_of_weapons": ("military_preparations", "meant_for_use"), "use": ("military_preparations",)}
"""Terms that do not count where they belong to another right before: use in "military preparations to use"."""
_LENT = {"use_of_weapons": ("weapons_facility",)}
"""Terms that do not count where another lends them a word: "use of a facility for the production of weapons"."""
_BINDING = (
    "forbidden",
    "only_if",
    "offence",
    "punished",
    "imprisonment",
    "fine",
    "licence",
    "negation",
    "except",
    "obliged",
)
_MOST_OF_A_LAW = 400
_SPEAKING, _STRETCH = 0.3, 0.5
"""Shares of sections that speak of chemical weapons from which on a text, or a stretch of a longer one, is on them."""
_TO_BE_NAMED = frozenset(("schedule_1", "schedule_2", "schedule_3"))
_PENAL = frozenset(("punished", "imprisonment", "fine"))
_TOPICS = frozenset((*ANCHORS, *WITH_THEM, "scheduled", "old_or_abandoned", "international_inspection"))
"""What a section's title may say for the clauses under it."""
_IN_NAMES = frozenset(("organisation", "national_authority", "authority", "designate", "liaison"))
_TURNING = ("does_not_apply", "not_deemed", "rules_nothing")
"""What takes all that its part of a clause says out of the law."""
_CUES = frozenset((*_TURNING, "without_prejudice", "except", "negation", "by_reference", "by_regulation", "convention",
                   "biological_weapons", "obliged", "repealed"))  # fmt: skip
