"""What of each measure a section holds: the terms of its language, with their scope, their negation and their links.

A section is read clause by clause; an item of a list goes with the line that it hangs on. What does not count is told
in `counted`, what a reference leads to in `links`. A section counts for the Convention only where it, its neighbours or
what it points to speak of chemical weapons, and not rather of biological ones (`scope`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set

from opencwc.convention.measures import Element, Groups, Measure
from opencwc.legislation.model import Holding, SectionHolding, Span
from opencwc.legislation.reading.counted_terms import Counted
from opencwc.legislation.reading.definitions import follow
from opencwc.legislation.reading.exceptions import exceptions_to
from opencwc.legislation.reading.links import link
from opencwc.legislation.reading.reach import EXCEPTED, REACHES, reach_of
from opencwc.legislation.reading.scope import measure_scope
from opencwc.legislation.reading.term_positions import Places
from opencwc.legislation.reading.topics import ANCHORS, EXEMPTING, PENAL, RIVALS, SCHEDULES, TOPICS, WITH_THEM
from opencwc.legislation.texts.sections import LegalSection

TIGHT, LINKED, NEAR, LOOSE = 1.0, 0.8, 0.6, 0.4
LISTED = 0.4
"""How much counts what a section of definitions only names, for a measure that is no definition."""


class Reader:
    """A State's sections, ready to be asked what they hold of a measure: ``Reader(Places(sections, ...))``."""

    def __init__(self, places: Places) -> None:
        self._places = places
        follow(self._places)
        self._counted = Counted(self._places)
        link(self._places)
        measure_scope(self._counted)
        for at, read in enumerate(self._places.read):
            read.defines = read.defines or any(one[2] == read.title for one in self._places.raw(at, "defined"))

    def keep(self) -> None:
        """Keep where the terms stand, for the next time that these texts are read."""
        self._places.keep()

    def scope(self, at: int) -> float:
        """Return how far a section stands in a text about chemical weapons, 0 to 1."""
        return self._places.read[at].scope

    def exceptions(self, bans: Iterable[SectionHolding]) -> list[tuple[LegalSection, tuple[Span, ...]]]:
        """Return what lets somebody through whom some bans bind: the sections, and where in them it is said."""
        found = exceptions_to(bans, self._places, self._counted)
        return [(self._places.sections[at], spans) for at, spans in found.items()]

    def holds(self, measure: Measure, at: int) -> SectionHolding | None:
        """Return what a section holds of a measure, ``None`` where it does not speak of it."""
        read = self._places.read[at]
        subject, about, linked = self._subject(measure, at)
        if not about:
            return self._means_what_the_convention_means(measure, at) or self._leaves(measure, at)
        # What it points to says what it is about: "the offences of sections 241 and 242".
        led = [one for one in read.links if self._places.read[one].anchored] if not read.whole else list(linked)
        scope = max(read.scope, 0.8 * max((self._places.read[one].scope for one in (*linked, *led)), default=0.0))
        if not read.whole and not linked and not led:
            # In a text about other things only what stands beside the words "chemical weapons" is about them.
            near = (*ANCHORS, *WITH_THEM[:3]) if read.speaks else ANCHORS
            about = about | {"anchor": [(term, *hit) for term in near for hit in self._counted.hits(at, term)]}
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

    def _means_what_the_convention_means(self, measure: Measure, at: int) -> SectionHolding | None:
        """Return the definitions of a section that gives all terms of a law the Convention's meaning."""
        said = self._places.read[at].folded.text
        cues = [
            hit
            for hit in (self._counted.hits(at, "convention_meanings") if measure.kind == "defines" else ())
            if ":" not in said[hit[0] : hit[1]]  # there the law's own definitions follow
        ]
        if not cues:
            return None
        spans = self._spans(at, [("convention_meanings", *cues[0])])
        held = tuple(
            Holding(element.id, "reference", TIGHT, spans) for element in measure.elements if element.by_reference
        )
        return SectionHolding(at, TIGHT, self._places.read[at].scope, held) if held else None

    def _leaves(self, measure: Measure, at: int) -> SectionHolding | None:
        """Return what a section leaves to a regulation on chemicals that the regulation is to name."""
        if not self._counted.hits(at, "by_regulation") or not any(SCHEDULES.issuperset(one) for one in measure.subject):
            return None
        unnamed = tuple(("scheduled",) if SCHEDULES.issuperset(group) else group for group in measure.subject)
        subject, about, _ = self._subject(measure._replace(subject=unnamed), at)
        held = [one for element in measure.elements if (one := self._left(element, at, about)) is not None]
        scope = self._places.read[at].scope
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
            through = [one for one in self._places.read[at].links if self._leads(measure, group, one)]
            if through:
                strength = min(strength, LINKED)
                used += through
                continue
            return 0.0, {}, ()
        return strength, own or {"": []}, tuple(used)

    def _pointed(self, groups: Groups, at: int, topic: Groups) -> Groups:
        """Leave out "whatever section 5 prohibits" where section 5 is at hand: then it is read there."""
        bans = [one for one in self._places.read[at].links if all(self._group(group, one) for group in topic)]
        if not bans:
            return groups
        plain = tuple(tuple(term for term in group if term != "forbidden_activity") or group for group in groups)
        return groups if any(self._said(plain, ban, ()) for ban in bans) else plain

    def _leads(self, measure: Measure, group: Sequence[str], link: int) -> bool:
        """Whether a reference leads to what is spoken of; a penalty has to lead to a ban, not to a duty to declare."""
        if measure.kind == "punishes" and set(group) & set(ANCHORS):
            ban = self._said((tuple(group), ("forbidden",)), link, ())
            return ban is not None and ban.strength >= NEAR
        return bool(self._group(group, link))

    def _group(self, group: Sequence[str], at: int) -> list[tuple[str, int, int, int]]:
        return [(term, *hit) for term in group for hit in self._counted.hits(at, term)]

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
        # A section of definitions defines all that it lists, line by line.
        listed = kind == "defines" and self._places.read[at].defines
        # A penalty at the end of a section punishes all that the section forbids.
        penal = kind == "punishes" and not anchored
        spoken = [
            {clause for *_, clause in hits}
            for key, hits in about.items()
            if not (penal and PENAL.issuperset(key.split("|"))) and not (listed and key == "defined")
        ]
        carried = 0 if anchored else 1
        left = self._without(element, at, kind)
        said = self._said(self._pointed(element.terms, at, topic), at, spoken, forbids, carried, left, reach)
        if said is not None and said.strength >= TIGHT:
            return said._replace(element=element.id)
        if element.by_reference and (found := self._by_reference(at, about, forbids)) is not None:
            return found._replace(element=element.id)
        if (denied := self._denied(element, at, forbids)) is not None:
            return denied._replace(element=element.id)
        if said is not None and said.strength >= NEAR:
            return said._replace(element=element.id)
        linked: Holding | None = None
        measured_by_links = len(topic) < 2 or not forbids  # a ban stands in its own section, a penalty points to it
        for led in self._places.read[at].links if measured_by_links else ():
            # Where the reference leads to, the same thing has to be spoken of: a chemical is not yet a weapon.
            there = [{clause for *_, clause in self._group(group, led)} for group in topic]
            apart = self._without(element, led, kind)
            through = self._said(element.terms, led, there, forbids, 0, apart, reach) if all(there) else None
            if through is not None and (linked is None or through.strength > linked.strength):
                linked = Holding(element.id, through.how, LINKED * through.strength, (), led)
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
        windows = self._places.windows(at)
        title = self._places.read[at].title
        spoken = [{clause for *_, clause in hits} for hits in about.values() if hits]
        named = {hit[3] for group in element.terms if not TOPICS.issuperset(group) for hit in self._group(group, at)}
        for cue in self._counted.hits(at, "by_regulation"):
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
            found = [[hit for hit in hits if not self._counted.is_no_ban(at, hit[3])] for hits in found]
        if not all(found):
            return None
        windows = self._places.windows(at)
        title = self._places.read[at].title
        best: tuple[float, list[tuple[str, int, int, int]], str] | None = None
        for clause in dict.fromkeys(hit[3] for hits in found for hit in hits):
            window = windows[clause]
            anchor = next(hit[1] for hits in found for hit in hits if hit[3] == clause)
            chosen = []
            inside = True
            for group, hits in zip(groups, found, strict=True):
                near = min(hits, key=lambda hit: (hit[3] not in window, abs(hit[1] - anchor)))
                there = near[3] in window or (
                    TOPICS.issuperset(group) and self._goes_on(at, group, window, clause, {hit[3] for hit in hits})
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
            licensed = self._clauses(at, ("without_licence",)) & window
            return bool(
                self._places.read[at].excepted or licensed or any(self._counted.lets_through(at, one) for one in window)
            )
        if not reach:
            return False
        said = window | {self._places.read[at].title} if reach == "schedules" else window
        wide, narrow = (
            any(one[2] in said for term in terms for one in self._places.raw(at, term)) for terms in REACHES[reach]
        )
        return narrow and not wide

    def _goes_on(self, at: int, group: Sequence[str], window: frozenset[int], clause: int, clauses: set[int]) -> bool:
        """Whether what an element speaks of is named by the title, or, but for weapons, a little above."""
        above = not set(group) & set(ANCHORS[:3]) and self._carries(clause, clauses)
        return (self._places.read[at].title in clauses or above) and not self._rivalled(at, window, clauses)

    def _carries(self, clause: int, clauses: set[int]) -> bool:
        """Whether what a clause a little above spoke of is still spoken of."""
        return any(clause - _CARRIED <= one < clause for one in clauses)

    def _clauses(self, at: int, terms: Iterable[str]) -> set[int]:
        """Return the clauses of a section that say any of the terms, whether or not they count."""
        return {one[2] for term in terms for one in self._places.raw(at, term)}

    def _rivalled(self, at: int, window: Set[int], clauses: set[int]) -> bool:
        """Whether a clause names another Schedule than the one that the title or an earlier clause spoke of."""
        rivals = self._clauses(at, RIVALS)
        return bool((rivals - clauses) & window)

    def _denied(self, element: Element, at: int, forbids: bool) -> Holding | None:
        """Find an element that is spoken of only to exclude it: what does not apply or, of a ban, what is permitted.

        A clause that lets a regulation ask for it ("the Minister may by regulations require ...") excludes nothing.
        """
        left = self._delegating(at) if element.by_regulation else frozenset()
        for group in element.terms:
            hits = self._places.raw(at, group[0]) if group[0] not in EXEMPTING else []
            if hits and all(
                clause not in left and self._counted.is_excluded(at, start, clause, permitted=forbids)
                for start, _, clause in hits
            ):
                return Holding("", "denied", TIGHT, self._spans(at, [(group[0], *hits[0])]))
        return None

    def _without(self, element: Element, at: int, kind: str) -> frozenset[int]:
        """Return the clauses that cannot meet an element: they leave it to a regulation, or only punish its breach."""
        left = self._delegating(at) if element.by_regulation else frozenset()
        if kind not in ("obliges", "empowers"):
            return left
        penal, bound = (
            {one[2] for term in terms for one in self._places.raw(at, term)} for terms in (PENAL, ("obliged",))
        )
        return left | {
            clause
            for clause, window in enumerate(self._places.windows(at))
            if window & (penal - {self._places.read[at].title})
            and not window & bound
            and not self._counted.allows(at, clause)
        }

    def _delegating(self, at: int) -> frozenset[int]:
        """Return the clauses that only leave something to a regulation, they and their lists: they name no number."""
        read = self._places.read[at]
        cues = {clause for *_, clause in self._counted.hits(at, "by_regulation")}
        cues |= {
            cue + 1 for cue in cues if cue + 1 < len(read.starts) and self._counted.allows(at, cue + 1)
        }  # "It may ..."
        return frozenset(
            clause
            for clause, window in enumerate(self._places.windows(at))
            if window & cues and not _AMOUNT.search(read.folded.text, read.starts[clause], read.ends[clause])
        )

    def _said_together(self, groups: Groups, at: int) -> Holding | None:
        """Find the groups of an element in the section and in what it points to, taken together."""
        links = self._places.read[at].links
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

    def _by_reference(
        self, at: int, about: Mapping[str, list[tuple[str, int, int, int]]], forbids: bool
    ) -> Holding | None:
        """Return how the Convention is taken over for what the section speaks of."""
        if forbids:
            return self._bans_of_the_convention(at)
        cues = self._counted.hits(at, "by_reference")
        if not cues:
            return None
        windows = self._places.windows(at)
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

    def _bans_of_the_convention(self, at: int) -> Holding | None:
        """Find a ban of what article I of the Convention prohibits; to assist in it, alone, bans no more than that."""
        forbidding = [hit for term in ("forbidden", *PENAL, "offence") for hit in self._counted.hits(at, term)]
        helping = self._clauses(at, ("assist", "encourage", "induce"))
        for cue in self._counted.hits(at, "treaty_bans"):
            start, end, clause = cue
            window = self._places.windows(at)[clause]
            own = [one for one in forbidding if one[2] in window and not (start <= one[0] < end)]
            if own and clause not in helping and not self._counted.is_no_ban(at, clause):
                short = self._falls_short(at, window, EXCEPTED)
                spans = self._spans(at, [("treaty_bans", *cue), ("forbidden", *own[0])])
                return Holding("", EXCEPTED if short else "reference", NEAR if short else TIGHT, spans)
        return None

    def _spans(self, at: int, hits: Iterable[tuple[str, int, int, int]]) -> tuple[Span, ...]:
        """Turn hits into places in the document; those in the heading stand outside the section's text."""
        read = self._places.read[at]
        spans = []
        for term, start, end, _ in hits:
            first, last = read.folded.span(start, end)
            first, last = first - read.lead, last - read.lead
            if first >= 0:
                spans.append(Span(term, read.section.start + first, read.section.start + last))
        return tuple(dict.fromkeys(spans))


_AMOUNT = re.compile(
    r"(?<![\w.])\d+(?:[.,]\d+)?\)?\s*(?:%|per ?cent|kg|g\b|t\b|ton|kilo|gram|day|jour|dia|tag|сут|дн|يوم|日|公斤|吨)"
)
_CARRIED = 8
"""Clauses over which a subject goes on: "(1) ... Schedule 1 chemicals ... (5) It shall not be re-exported"."""
