"""Where what a report tells of happened: its State, and the most precise place that it names.

Every name of a place in the report speaks for a State, the louder the earlier it stands and the plainer the words
around it say that something is there. What a name that several places have is meant for is told by the other names, by
how many people live there, and a little by the language of the report and the outlet's time.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from math import log10
from pathlib import Path
from typing import NamedTuple

from rapidfuzz import fuzz

from opencwc.convention.fields import read_yaml
from opencwc.language.areas import area_behind, is_short_area
from opencwc.language.gazetteer import Gazetteer, Named, the_gazetteer
from opencwc.language.gazetteer_index import Spot
from opencwc.language.phrases import Phrases
from opencwc.language.place_keys import HAN, folded, place_key
from opencwc.language.romanisation import in_latin, plain_latin
from opencwc.reports.model import Kind, Nature, Place, Report, Span
from opencwc.reports.outlets import minutes_ahead, named_by_outlet, offset_of, where_spoken
from opencwc.reports.place_words import Role, place_words
from opencwc.reports.when import JUST_READ

DATA = Path(__file__).parent / "data" / "seats.yaml"

IN_TITLE, SENTENCES, LATER = 2.2, (1.5, 1.0, 0.8), 0.6
"""How much a name counts in the title, in the first sentences of the text, and further down."""
ASIDE, SUBJECT = 0.4, 1.8
"""In a sentence that recalls something else; and of who is named first where somebody decides."""
SEATS: Mapping[Kind, float] = {"policy": 1.1, "technology": 0.7, "transfer": 0.7}
SEAT_ELSEWHERE, SEAT_OF_A_VISITOR, SEAT_AIMED_AT = 0.15, 0.08, 0.3
RECEIVES, BESIDE_A_SENDER = 0.5, 0.6
TOWN_BEFORE_REGION, SPEAKING_CAPITAL, THERE, SERVING = 3.5, 0.25, 1.5, 0.1
ROLES: Mapping[str, Mapping[Role, float]] = {
    "transfer": {"from": 1.8, "to": 0.25, "only_to": 0.25, "": 1.2, "of": 1.1, "accused": 1.0, "born": 0.2},
    "policy": {
        "from": 0.7,
        "of": 0.8,
        "to": 0.6,
        "only_to": 0.25,
        "at": 1.5,
        "accused": 0.5,
        "event": 0.7,
        "born": 0.2,
    },
    "technology": {"from": 1.2, "to": 0.6, "only_to": 0.5, "at": 1.7, "event": 0.7, "born": 0.2},
    "alleged_use": {
        "from": 0.6,
        "of": 0.9,
        "to": 1.2,
        "only_to": 1.2,
        "at": 1.7,
        "accused": 0.4,
        "event": 2.4,
        "born": 0.15,
    },
    "attack": {
        "from": 0.75,
        "of": 0.9,
        "to": 0.8,
        "only_to": 1.0,
        "at": 1.7,
        "accused": 0.4,
        "event": 2.4,
        "born": 0.15,
    },
    "seizure": {"from": 0.6, "of": 0.9, "to": 0.4, "only_to": 0.3, "at": 1.7, "event": 1.0, "born": 0.15},
    "theft": {"from": 0.8, "of": 0.9, "to": 0.4, "only_to": 0.3, "at": 1.7, "event": 1.0, "born": 0.15},
    "else": {"from": 0.75, "of": 0.9, "to": 0.7, "only_to": 0.6, "at": 1.7, "accused": 0.4, "event": 2.4, "born": 0.15},
}
TO_WHERE_A_VISITOR_GOES = 1.6
HERE: tuple[Role, ...] = ("", "at", "event")
OF_FORCES, OF_NATIONALS, OF_AUTHORITIES, OF_SENDERS = 0.4, 0.35, 1.3, 1.3
AS_EVIDENCE_OF_PARTIES = 0.2
FOUGHT: tuple[Kind, ...] = ("alleged_use", "attack")
PART_OF_A_NAME, UNSURE, AT_THE_BEGINNING, FREQUENT_BUT_THERE = 0.1, 0.4, 0.25, 0.2
NOT_BORNE_OUT, MANY_PEOPLE, SOME_PEOPLE = 0.3, 300_000, 100_000
SIZE, CAPITAL, SAID, LANGUAGE, TIME, SPELLING = 0.8, 1.5, 4.0, 0.5, 0.8, 1.5
"""What tells towns of one name apart: people, government, what else is named, language, the outlet's time, spelling."""
NAMED_BY_OUTLET, OUTLET, OUTLET_OF_A_VISIT, SPOKEN = 1.5, 0.7, 0.3, 0.25
"""What an outlet's own place counts: for a name that several places have, and, little, for the State itself."""
ONE_OF_ITS_WORDS = 0.7
"""How alike a name and one of its words are: Hull and Kingston upon Hull."""
MUCH_SMALLER, LEAST_MEANT, MOST_OTHERS = 10, 20_000, 3
"""Towns of a name that may be meant too: at most so many times smaller, of so many people, in so many States."""
BYWORD = 0.35
WIDE: Mapping[str, float] = {"state": 5.0, "people": 5.0, "region": 4.9, "body": 4.5, "money": 4.5}
THE_HAGUE = ("NLD", "The Hague")
NEVER_AT_A_SEAT: tuple[Kind, ...] = ("alleged_use", "inspection")
"""Kinds of which a body only tells what it found: they are not where it sits."""
STATED = ("state", "region")
LEAST_SAID = 0.2
LEAST_LOUD, SURELY_SAID, LEAST_STATED, LEAST_STATED_OF_PARTIES = 1.5, 0.5, 0.65, 1.2
LONGEST_WORD, LONGEST_VERB = 60, 14
LEAST_WITHOUT_CAPITALS, SHORT_WITH_CLITIC = 1_000_000, 4
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”»'’)]*\s+(?=\S)|[。！？\n]+")
_JOINED = re.compile(r"[ ,(（、·\-–—/]{0,3}(?:['’]s\s)?")
_AGENCY = re.compile(r"\)\s?\.?\s?[-–—]")
"""What stands behind the name of an agency at the beginning of its report: SEOUL (Meridian) –"""
_DATELINE = re.compile(r"(?:,[^-–—.]{0,25})?\s?(?:\([^)]{1,20}\)\s?)?[-–—]\s")
"""What stands behind the town at the beginning of a report: ATLANTA (Meridian) –"""
_BOUND = re.compile(
    r"(?:, | \(|،\s?|（|\()(?:in |dans l['’]|dans le |en |estado de |штат\w* |в штате |(?:في )?ولاية )?"
    r"| (?:ب|في )?ولاية | \(?(?:в )?штат\w* "
)
_BOUND_BEFORE = re.compile("[州省邦]?")
_PREVIOUS = re.compile(r"([^\W\d_][\w.’'-]*) $")
_FOLLOWING = re.compile(r" ([^\W\d_][\w-]*)")


def find_place(report: Report, lang: str, nature: Nature, gazetteer: Gazetteer | None = None) -> Place:
    """Return it; ``gazetteer`` is the built-in one unless a user brings another."""
    reading = _Reading(report, lang, nature.kind, gazetteer or the_gazetteer())
    mentions = reading.mentions()
    scores: dict[str, float] = defaultdict(float)
    for mention in mentions:
        scores[mention.spot.country] += mention.weight
    for country, weight in reading.by_outlet().items():
        scores[country] += weight
    if not reading.outlet and sum(mention.weight for mention in mentions) < LEAST_SAID:
        return Place()  # a language alone, or somebody's or a ship's name, is a guess
    place = _place(max(scores, key=scores.__getitem__), mentions, nature.kind)
    return place._replace(others=reading.other_states(place, mentions))


def names_of_places(report: Report) -> tuple[Named, ...]:
    """Return the names of places in a report, by the built-in gazetteer and a user's places."""
    return _names_in(report, the_gazetteer())


@lru_cache(maxsize=JUST_READ)
def _names_in(report: Report, gazetteer: Gazetteer) -> tuple[Named, ...]:
    text = _with_capitals(report)
    return tuple(gazetteer.named(text, folded(text)))


def _with_capitals(report: Report) -> str:
    """Return title and text; a title without capitalised words, as addresses of pages give, gets a capital in each."""
    capitalised = any(first.isupper() and second.islower() for first, second in pairwise(report.title))
    if capitalised or not report.title[:1].islower():
        return report.whole
    title = _FIRST_LETTER.sub(lambda match: match[0].upper() if len(match[0].upper()) == 1 else match[0], report.title)
    return title + report.whole[len(report.title) :]


_FIRST_LETTER = re.compile(r"(?<![^\W_])[^\W\d_]")


def seats_named(text: str) -> frozenset[str]:
    """Return the towns in which the bodies sit that a text names."""
    return frozenset(found.value.name for found in _seats().find(text, folded(text)))


class _Mention(NamedTuple):
    named: Named
    spot: Spot
    role: Role
    weight: float
    serves: bool
    """Whether the town is only near, or has the hospital or those who help."""


def _place(country: str, mentions: Sequence[_Mention], kind: Kind) -> Place:
    """Return the most precise place of a State, with the names that speak for it."""
    there = [mention for mention in mentions if mention.spot.country == country]
    precise: dict[Spot, float] = defaultdict(float)
    towns: dict[Spot, float] = defaultdict(float)
    for mention in there:
        if mention.spot.name:
            weight = mention.weight * _precision(mention, kind)
            precise[mention.spot] += weight
            if any(one.sort == "town" and one.country == country for one in (mention.spot, *mention.named.spots)):
                towns[mention.spot] += weight * (SERVING if mention.serves else 1.0)
    spans = tuple(Span(mention.named.start, mention.named.end) for mention in there)
    if not precise:
        return Place(country, "", None, spans)
    town = max(towns, key=towns.__getitem__, default=None)
    spot = max((spot for spot in precise if spot == town or spot not in towns), key=precise.__getitem__)
    point = _town_of_district(spot, there).point if spot.sort == "region" else spot.point
    return Place(country, spot.name, point, spans)


def _town_of_district(district: Spot, mentions: Iterable[_Mention]) -> Spot:
    """Return the town whose name a district bears; the district where it has none, or bears that of a city."""
    spots = (spot for mention in mentions if mention.spot == district for spot in mention.named.spots)
    towns = (spot for spot in spots if spot.sort == "town" and spot.country == district.country)
    return next((spot for spot in towns if spot.people < _CITY), district)


_CITY = 100_000
"""From how many people on a town's name also stands for its district."""


def _precision(mention: _Mention, kind: Kind) -> float:
    """Return how far a place is likely the one meant: a town before a region, hardly the capital that only speaks."""
    weight = TOWN_BEFORE_REGION if mention.spot.sort == "town" else 1.0
    if mention.spot.capital and kind not in SEATS:
        weight *= SPEAKING_CAPITAL
    return weight * (THERE if mention.role in ("at", "event") else 1.0)


class _Reading:
    """A report on its way to its place."""

    def __init__(self, report: Report, lang: str, kind: Kind, gazetteer: Gazetteer) -> None:
        self.report, self.text, self.kind = report, _with_capitals(report), kind
        self.gazetteer = gazetteer
        self.words = place_words(lang)
        self.folded = folded(self.text)
        self.sentences = [0, *(match.end() for match in _SENTENCE.finditer(self.text))]
        self.body_from = bisect_right(self.sentences, report.body_at) - 1
        self.weights = ROLES.get(kind, ROLES["else"])
        self._houses: frozenset[str] = frozenset()
        self._seats_named: frozenset[tuple[str, str]] = frozenset()
        self._are_elsewhere = False

    def mentions(self) -> list[_Mention]:
        """Return each name with the one place that it is taken for, and how much it counts."""
        named = self._named()
        self._seats_named = frozenset((one.spots[0].country, one.spots[0].name) for one in named if one.seat)
        self._are_elsewhere = any(
            one.seat and not other.seat and self.words.stands_at(self.text, one, other)
            for one, other in pairwise(named)
        )
        self._are_elsewhere = self._are_elsewhere or self._gather_elsewhere(named)
        houses = (one for one in named if self.words.is_name_of_a_house(self.text, one))
        self._houses = frozenset(self.text[one.start : one.end] for one in houses)
        roles = self._roles(named)
        weighed = [
            (one, role, weight) for one, role in zip(named, roles, strict=True) if (weight := self._weight(one, role))
        ]
        evidence = _evidence([(one, weight * self._as_evidence(one, role)) for one, role, weight in weighed])
        meant = [self._meant(self._of_that_name(one.spots), evidence, self._written(one)) for one, _, _ in weighed]
        named = [one for one, _, _ in weighed]
        bound: dict[str, Spot] = {}
        for town, regions in self._bound(named, meant):
            there = self._in_one_of(self._of_that_name(named[town].spots), regions)
            known = self._meant(there, evidence, self._written(named[town])) if there else None
            meant[town] = known or meant[town]._replace(country="")
            bound |= {self._written_name(named[town]): known} if known else {}
        meant = [
            bound.get(self._written_name(one), spot) if spot.sort == "town" else spot
            for one, spot in zip(named, meant, strict=True)
        ]
        unknown = {self._written_name(one) for (one, *_), spot in zip(weighed, meant, strict=True) if not spot.country}
        meant = [
            spot._replace(country="") if self._written_name(one) in unknown else spot
            for (one, *_), spot in zip(weighed, meant, strict=True)
        ]
        least = {True: LEAST_STATED, False: LEAST_STATED_OF_PARTIES if self.kind in FOUGHT else LEAST_STATED}
        stated = {
            spot.country
            for spot, (one, role, weight) in zip(meant, weighed, strict=True)
            if spot.sort in STATED
            and role in HERE
            and weight * _trust(spot) > least[bool(role)]
            and not self._only_speaks(one, role)
        }
        large = {
            spot.country
            for spot, (_, role, weight) in zip(meant, weighed, strict=True)
            if _is_large(spot) and role in ("at", "event") and weight * _trust(spot) > LEAST_STATED
        }
        mentions = [
            self._mention(*one, spot, stated if one[1] in ("at", "event") else stated | large, evidence)
            for one, spot in zip(weighed, meant, strict=True)
            if spot.country  # else it is a place that the gazetteer does not know
        ]
        return self._with_sender(self._with_subject(mentions))

    def _gather_elsewhere(self, named: Sequence[Named]) -> bool:
        """Tell whether people of a body that the report names are received or meet in a town that is not its seat."""
        if not self._seats_named or self.kind not in SEATS:
            return False
        towns = (one for one in named if not one.seat and one.spots[0].sort == "town")
        return any(not self._is_town_of_a_seat(one) and self.words.gathers_at(self.text, one) for one in towns)

    def other_states(self, place: Place, mentions: Sequence[_Mention]) -> tuple[str, ...]:
        """Return the further States that a town's name may be of, where nothing but how large it is told which."""
        of_town = [one for one in mentions if one.spot.name == place.name and one.spot.country == place.country]
        if not of_town or of_town[0].spot.sort != "town" or self.outlet.get(place.country):
            return ()
        names = {self._written_name(one.named) for one in of_town}
        here = (one for one in mentions if one.spot.country == place.country and one.weight > LEAST_SAID)
        if any(self._written_name(one.named) not in names for one in here):
            return ()
        spot = of_town[0].spot
        least = max(spot.people / MUCH_SMALLER, LEAST_MEANT)
        alike = [one for one in self._of_that_name(of_town[0].named.spots) if one.people >= least]
        found = (one.country for one in sorted(alike, key=lambda one: -one.people) if one.country != place.country)
        return tuple(dict.fromkeys(found))[:MOST_OTHERS]

    def _as_evidence(self, named: Named, role: Role) -> float:
        """Return how far a name tells which town is meant; a State that only fights or speaks tells little."""
        fights = self.kind in FOUGHT and named.spots[0].sort in ("state", "people") and role not in ("at", "event")
        return AS_EVIDENCE_OF_PARTIES if fights else 1.0

    def _bound(self, named: Sequence[Named], meant: Sequence[Spot]) -> Iterator[tuple[int, Sequence[Spot]]]:
        """Yield the towns that stand beside their State's or region's name, as in Kani, Myanmar and 韩国大田, with it.

        What is likeliest meant by that name stands first, then what else it may be: Georgia is a State and a region.
        """
        for first, one in enumerate(named):
            if meant[first].sort == "town" and (areas := area_behind(self.text, one)):
                yield first, areas
        for first, (one, other) in enumerate(pairwise(named)):
            sorts = meant[first].sort, meant[first + 1].sort
            between = self.text[one.end : other.start]
            behind = (meant[first + 1], *other.spots)
            if sorts[1] in STATED and _BOUND.fullmatch(between):
                if sorts[0] == "town" or self._is_town_there(one, meant[first], behind):
                    yield first, behind
            elif sorts[1] == "town" and sorts[0] in STATED and _BOUND_BEFORE.fullmatch(between):
                yield first + 1, (meant[first], *one.spots)

    def _is_town_there(self, named: Named, meant: Spot, behind: Sequence[Spot]) -> bool:
        """Tell whether a name is of a town in the region behind it, and neither its State's nor a region's there."""
        if meant.country == behind[0].country or meant.sort not in STATED:
            return False
        stated = any(spot.sort in STATED and spot.country == behind[0].country for spot in named.spots)
        return not stated and bool(self._in_one_of(named.spots, behind))

    @staticmethod
    def _in_one_of(towns: Sequence[Spot], regions: Sequence[Spot]) -> list[Spot]:
        """Return the towns that lie in the first of some States and regions that has any."""
        for region in (region for region in regions if region.sort in STATED):
            there = [
                town
                for town in towns
                if town.sort == "town" and town.country == region.country and region.area in ("", town.area)
            ]
            if there:
                return there
        return []

    def _mention(
        self, named: Named, role: Role, weight: float, spot: Spot, stated: Set[str], evidence: Mapping[str, float]
    ) -> _Mention:
        if stated and spot.country not in stated and _is_small(spot, role, self.kind):
            spot = self._borne_out(spot, evidence) or spot
            weight *= 1.0 if spot.country in stated else NOT_BORNE_OUT
        weight *= BYWORD if spot.name in self.words.bywords else 1.0
        serves = spot.sort == "town" and (self.words.serves(self.text, named) or self._is_dateline(named))
        return _Mention(named, spot, role, weight * _trust(spot), serves)

    def _is_dateline(self, named: Named) -> bool:
        """Tell whether a report only comes from a town: ATLANTA - A tank car left the rails."""
        if named.start != self.report.body_at or _DATELINE.match(self.text, named.end) is None:
            return False
        return self._written_name(named).lower() not in self.text[named.end :].lower()

    def _named(self) -> list[Named]:
        seats = [
            Named(found.start, found.end, (found.value,), found.before)
            for found in _seats().find(self.text, self.folded)
        ]
        named = [*_names_in(self.report, self.gazetteer), *seats]
        named.sort(key=lambda one: (one.start, -one.end, not one.seat))
        apart: list[Named] = []
        for one in named:
            short = bool(apart) and is_short_area(self.text, apart[-1], one)  # Birmingham, Ala.
            if (not apart or one.start >= apart[-1].end) and not short and not _AGENCY.match(self.text, one.end):
                apart.append(one)
        return apart

    def _written_name(self, named: Named) -> str:
        return self.text[named.start : named.end]

    def _written(self, named: Named) -> str:
        """Return a name in Latin letters; nothing where it is in a script that does not write all sounds."""
        written = self._written_name(named).lower()
        if "а" <= written[0] <= "я":
            return in_latin("cyrillic", written)
        return plain_latin(written) if written[0] < "\u0250" else ""

    def _meant(self, spots: Sequence[Spot], evidence: Mapping[str, float], written: str = "") -> Spot:
        if len(spots) == 1:
            return spots[0]

        def likely(spot: Spot) -> float:
            size = SIZE * log10(spot.people + 1) if spot.people else WIDE.get(spot.sort, 0.0)
            size += CAPITAL * spot.capital
            alike = _likeness(written, spot.name) if written and spot.sort == "town" else 1.0
            return size + SPELLING * alike + SAID * evidence.get(spot.country, 0.0) + self._outlet_likes(spot)

        return max(_wide(spots), key=likely)

    def _of_that_name(self, spots: tuple[Spot, ...]) -> tuple[Spot, ...]:
        """Add the towns of the same name in Latin letters, which the gazetteer need not know in this script."""
        if spots[0].sort not in ("state", "region", "town") or (spots[0].sort == "state" and not spots[0].people):
            return spots
        names = dict.fromkeys(spot.name for spot in spots if spot.name)
        others = (spot for name in names for spot in self.gazetteer.spots(name) if spot.sort in ("region", "town"))
        return tuple(dict.fromkeys((*spots, *others)))

    def _borne_out(self, spot: Spot, evidence: Mapping[str, float]) -> Spot | None:
        """Return the town of the same name in the State that the report speaks of most, if there is one."""
        same = [other for other in self.gazetteer.spots(spot.name) if evidence.get(other.country, 0.0) > SURELY_SAID]
        return self._meant(same, evidence) if same else None

    def _outlet_likes(self, spot: Spot) -> float:
        """Return how well a place fits the language of the report and the time of day that its outlet keeps."""
        fits = LANGUAGE if spot.country in self.words.countries else 0.0
        offset = minutes_ahead(self.report.published)
        zones = (spot.zone,) if spot.zone else tuple(self.gazetteer.people_by_zone(spot.country))
        if offset and any(offset_of(zone, self.report.published.date()) == offset for zone in zones):
            fits += TIME
        return fits + NAMED_BY_OUTLET * self.outlet.get(spot.country, 0.0)

    def _weight(self, named: Named, role: Role) -> float:
        number = bisect_right(self.sentences, named.start) - 1
        after = number - self.body_from
        if named.start < self.report.body_at:
            weight = IN_TITLE
        else:
            weight = SENTENCES[after] if after < len(SENTENCES) else LATER
            weight *= ASIDE if after and number in self._asides else 1.0
        if named.seat or (self.kind in NEVER_AT_A_SEAT and self._is_town_of_a_seat(named)):
            return weight * self._seat_weight(named, role)
        if role in ("to", "only_to") and self.kind == "policy" and self._speaks_of_visit:
            weight *= TO_WHERE_A_VISITOR_GOES
        else:
            weight *= self.weights.get(role, 1.0)
        if self._only_speaks(named, role):
            weight *= OF_FORCES
        elif self.kind != "transfer" and self._is_of_nationals(named):
            weight *= OF_NATIONALS
        elif self.kind == "transfer" and named.spots[0].sort == "people" and role not in ("to", "only_to"):
            weight *= OF_SENDERS
        elif self.kind not in SEATS:
            weight *= OF_AUTHORITIES if self.words.is_of_authorities(self.text, named) else 1.0
        if role == "" and self._written_name(named) in self._surnames:
            weight *= PART_OF_A_NAME
        return weight * self._name_weight(named, role)

    def _only_speaks(self, named: Named, role: Role) -> bool:
        """Tell whether a name is of who fights or speaks: Moscow denies, Berlín pidió informes."""
        if self.kind in FOUGHT:
            of_forces = named.spots[0].sort == "people" and self.words.is_of_forces(self.text, named)
            return of_forces or self._is_house_of_power(named) or (role != "at" and self._is_party(named))
        speaks = self._is_capital(named) and self.words.speaks(self.text, named)
        return self.kind not in SEATS and (speaks or self._is_house_of_power(named))

    def _is_of_nationals(self, named: Named) -> bool:
        """Tell whether a name says whose somebody or something is; in Chinese the State's name does as well."""
        sorts = ("people", "state") if self.words.lang == "zh" else ("people",)
        if self.words.lang == "fr" and named.spots[0].sort == "people" and self._is_noun(named):
            return True
        return named.spots[0].sort in sorts and self.words.is_of_nationals(self.text, named)

    def _is_noun(self, named: Named) -> bool:
        """Tell whether a French name of a people is a noun: deux Français, but le port français."""
        return self.text[named.start].isupper() and named.start not in (*self.sentences, self.report.body_at)

    def _is_house_of_power(self, named: Named) -> bool:
        return place_key(self.text[named.start : named.end]) in self.words.power

    def _is_party(self, named: Named) -> bool:
        """Tell whether a name is of one who fights or speaks rather than of where."""
        sort = named.spots[0].sort
        if sort in ("body", "money"):
            return True
        if sort in ("state", "people"):
            return self.words.is_of_forces(self.text, named) or self.words.speaks(self.text, named)
        return self._is_capital(named)

    def _is_town_of_a_seat(self, named: Named) -> bool:
        """Tell whether the Organisation, or a body that the report names, sits in this town."""
        seats = {THE_HAGUE, *self._seats_named}
        return any((spot.country, spot.name) in seats for spot in named.spots)

    @staticmethod
    def _is_capital(named: Named) -> bool:
        return named.spots[0].sort == "town" and any(one.capital for one in named.spots)

    def _seat_weight(self, named: Named, role: Role) -> float:
        if self._speaks_of_visit and self.words.is_visited(self.text, named):
            return TO_WHERE_A_VISITOR_GOES
        if self.kind in NEVER_AT_A_SEAT:
            return 0.0
        role = "" if named.before else role
        weight = SEATS.get(self.kind, SEAT_ELSEWHERE)
        weight *= SEAT_OF_A_VISITOR if self._speaks_of_visit else 1.0
        return weight * (SEAT_AIMED_AT if role in ("to", "only_to") else 1.0)

    @cached_property
    def _speaks_of_visit(self) -> bool:
        visits = self.words.visits.find(self.text, self.folded)
        if self._are_elsewhere or not visits:
            return self._are_elsewhere
        at_seats = [
            one.start
            for one in _names_in(self.report, self.gazetteer)
            if self._seats_named and self._is_town_of_a_seat(one)
        ]
        return not all(any(0 <= start - visit.end <= 5 for start in at_seats) for visit in visits)

    @cached_property
    def _surnames(self) -> frozenset[str]:
        """The names of places that end somebody's name in this report: standing alone they are that person."""
        named = (one for one in _names_in(self.report, self.gazetteer) if self.text[one.start].isupper())
        return frozenset(self._written_name(one) for one in named if self.words.is_surname(self.text, one))

    @cached_property
    def _asides(self) -> frozenset[int]:
        found = self.words.aside.find(self.text, self.folded)
        return frozenset(bisect_right(self.sentences, one.start) - 1 for one in found)

    def _name_weight(self, named: Named, role: Role) -> float:
        """Return how far what is spelt as a town's name is one here."""
        if any(spot.sort not in ("region", "town") for spot in named.spots):
            return 1.0
        if place_key(self._written_name(named)) in self.words.titles and self.text[named.end : named.end + 1] == " ":
            return 0.0  # Mme Tours
        if self.words.is_quarter(self.text, named) and not any(map(_is_large, named.spots)):
            return UNSURE
        is_known = any(spot.sort == "region" and not spot.people for spot in named.spots)
        if is_known or self.words.is_called_a_place(self.text, named):
            return 1.0
        if named.ordinary or named.frequent:
            return self._word_weight(named, role)
        if named.spots[0].sort == "region":
            return 1.0
        return self._town_weight(named, role)

    def _word_weight(self, named: Named, role: Role) -> float:
        """Weigh a town that is called as an ordinary word or somebody is."""
        without_capitals = self._is_without_capitals(named)
        if role in ("at", "event"):
            if without_capitals:
                return 0.0 if named.ordinary else FREQUENT_BUT_THERE
            return self._town_weight(named, role)
        if named.ordinary:
            large = max(spot.people for spot in named.spots) > MANY_PEOPLE
            return UNSURE if large and named.start not in self.sentences and not without_capitals else 0.0
        return UNSURE if role in ("of", "from", "to") and not without_capitals else 0.0

    def _town_weight(self, named: Named, role: Role) -> float:
        people = max(spot.people for spot in named.spots)
        if self._is_joined(named):
            return PART_OF_A_NAME
        if people < MANY_PEOPLE and role not in ("at", "event") and self.words.is_somebody(self.text, named):
            return PART_OF_A_NAME
        if self._is_without_capitals(named):
            if self.words.is_of_authorities(self.text, named):
                role = "at"
            return self._unmarked(self.text[named.start : named.end], named.before, people, role)
        return self._beside_capitals(named, role)

    def _is_without_capitals(self, named: Named) -> bool:
        first = self.text[named.start]
        return first.lower() == first.upper()

    def _unmarked(self, written: str, before: str, people: int, role: Role) -> float:
        """Weigh a name in a script without capital letters; باشر is a verb, and no town behind a particle."""
        if before and people < MANY_PEOPLE and len(written) <= SHORT_WITH_CLITIC:
            return 0.0
        if role in ("at", "event") or people > LEAST_WITHOUT_CAPITALS:
            return 1.0
        short = len(written) < (3 if HAN.match(written) else 4)
        return PART_OF_A_NAME if short and people < MANY_PEOPLE else UNSURE

    def _beside_capitals(self, named: Named, role: Role) -> float:
        """Weigh a name by the capital letters beside it, which make it a part of somebody's or something's name."""
        if self._in_headline_capitals(named.start):
            return 1.0
        if self.text[named.start : named.end] in self._houses:
            return PART_OF_A_NAME
        window = max(0, named.start - LONGEST_WORD)
        previous, following = _PREVIOUS.search(self.text[window : named.start]), _FOLLOWING.match(self.text, named.end)
        if previous and previous[1][0].isupper() and place_key(previous[1]) not in self.words.any:
            is_first = window + previous.start() in self.sentences
            if not self.gazetteer.spots(previous[1]):
                return UNSURE if is_first else PART_OF_A_NAME
        if following and following[1][0].isupper() and following[1].lower() not in self.words.any:
            return UNSURE
        if named.start in self.sentences and following and not self._stands_again(named):
            many = any(spot.people > SOME_PEOPLE or spot.capital for spot in named.spots)
            return 1.0 if many or role else AT_THE_BEGINNING
        return 1.0

    def _is_joined(self, named: Named) -> bool:
        """Tell whether a name is written together with another by a hyphen: Helena Marsh-Okafor."""
        before, behind = self.text[max(0, named.start - 2) : named.start], self.text[named.end : named.end + 2]
        return (before[-1:] == "-" and before[:1].isalpha()) or (behind[:1] == "-" and behind[1:].isupper())

    def _stands_again(self, named: Named) -> bool:
        return self.text.count(self.text[named.start : named.end]) > 1

    def _in_headline_capitals(self, place: int) -> bool:
        if place >= self.report.body_at:
            return False
        words: list[str] = re.findall(r"[^\W\d_]{4,}", self.report.title)
        return sum(word[0].isupper() for word in words) > 0.7 * len(words)

    def _roles(self, named: Sequence[Named]) -> list[Role]:
        roles: list[Role] = []
        for place, one in enumerate(named):
            role = self.words.role(self.text, one)
            if not role and place:
                between = self.text[named[place - 1].end : one.start]
                if len(between) < 6 and _JOINED.fullmatch(between):
                    role = roles[-1]
            if self.kind == "transfer" and role in ("", "of", "at"):
                role = self._side(one, role, named[place - 1] if place else None, roles) or role
            roles.append(role)
        for place, (one, after) in enumerate(pairwise(named)):  # 在智利圣安东尼奥港: what stands behind is of both
            if one.end == after.start and not roles[place] and roles[place + 1] == "at":
                roles[place] = "at"
            elif one.end == after.start and not roles[place + 1] and one.spots[0].sort in ("state", "region"):
                roles[place + 1] = "at"
        return roles

    def _side(self, named: Named, role: Role, last: Named | None, roles: Sequence[Role]) -> Role:
        """Return whether something comes from or goes to a place; what stands right behind who sends is sent to."""
        side = self.words.side(self.text, named, role)
        between = self.text[last.end : named.start] if last else ""
        if side == "from" and last and roles[-1] == "from" and len(between) < LONGEST_VERB and between.strip(" "):
            return side if self.words.is_verb_behind(self.text, named) else "only_to"
        return side

    def _with_subject(self, mentions: list[_Mention]) -> list[_Mention]:
        """Let the State or body that a decision is told of first count more, for it is the one that decides."""
        if self.kind != "policy" or self._speaks_of_visit:
            return mentions
        for place, mention in enumerate(mentions):
            if mention.role not in ("only_to", "to") and mention.weight > 0.5:
                mentions[place] = mention._replace(weight=mention.weight * SUBJECT)
                return mentions
        return mentions

    def _with_sender(self, mentions: list[_Mention]) -> list[_Mention]:
        """Let the State that something goes to count less wherever it is named."""
        if self.kind != "transfer":
            return mentions
        receiving = {mention.spot.country for mention in mentions if mention.role in ("to", "only_to")}
        sending = {mention.spot.country for mention in mentions if mention.role == "from"}
        factors = {**dict.fromkeys(receiving, RECEIVES), **dict.fromkeys(sending, 1.0)}
        another = BESIDE_A_SENDER if sending else 1.0
        return [one._replace(weight=one.weight * factors.get(one.spot.country, another)) for one in mentions]

    @cached_property
    def outlet(self) -> Mapping[str, float]:
        """The States that the outlet's name and address speak of."""
        spoken = frozenset(where_spoken(self.words.lang, self.report.published))
        return named_by_outlet(self.report.source, self.report.url, spoken, self.gazetteer)

    def by_outlet(self) -> Mapping[str, float]:
        """Return the States where the outlet can be, by its name, its language and time; weak as it is."""
        spoken = where_spoken(self.words.lang, self.report.published)
        named = OUTLET_OF_A_VISIT if self._speaks_of_visit else OUTLET
        return {
            country: named * self.outlet.get(country, 0.0) + SPOKEN * spoken.get(country, 0.0)
            for country in (*self.outlet, *spoken)
        }


def _is_large(spot: Spot) -> bool:
    return spot.sort == "town" and (spot.capital or spot.people > MANY_PEOPLE)


def _is_small(spot: Spot, role: Role, kind: Kind) -> bool:
    least = SOME_PEOPLE if role == "at" and kind in SEATS else MANY_PEOPLE
    return spot.sort == "town" and spot.people < least and not spot.capital


def _evidence(weighed: Iterable[tuple[Named, float]]) -> Mapping[str, float]:
    """Return how loudly names that can be meant for one State only speak for it, 1 for the loudest."""
    loud: dict[str, float] = defaultdict(float)
    for one, weight in weighed:
        if len({spot.country for spot in _wide(one.spots)}) == 1:
            loud[one.spots[0].country] += weight * _trust(one.spots[0])
    most = max([*loud.values(), LEAST_LOUD])
    return {country: weight / most for country, weight in loud.items()}


@lru_cache(maxsize=16_384)
def _likeness(written: str, name: str) -> float:
    """Return how alike two names are in Latin letters, 1 where they are one."""
    plain = plain_latin(name.lower())
    return max(ONE_OF_ITS_WORDS * (written in plain.split()), fuzz.ratio(written, plain) / 100)


def _wide(spots: Sequence[Spot]) -> Sequence[Spot]:
    """Leave out the towns that are called as a State is: they are not meant."""
    wide = [spot for spot in spots if spot.sort != "town"]
    return wide if any(spot.sort in ("state", "people") and not spot.people for spot in wide) else spots


def _trust(spot: Spot) -> float:
    if spot.sort in ("people", "body"):
        return 0.8
    if spot.sort == "money":
        return 0.5
    if spot.sort in ("state", "region", "seat"):
        return 1.0
    return min(1.0, 0.45 + log10(spot.people + 1) / 12 + 0.15 * spot.capital)


@cache
def _seats() -> Phrases[Spot]:
    return Phrases(_seat_names(read_yaml(DATA)["seats"]))


def _seat_names(rows: Iterable[Mapping[str, object]]) -> Iterator[tuple[str, Spot]]:
    for row in rows:
        town, country = str(row["town"]), str(row["country"])
        known = [spot for spot in the_gazetteer().spots(town) if spot.country == country]
        spot = max(known, key=lambda one: one.people) if known else Spot("town", country, town)
        by_language = row["names"]
        for names in by_language.values() if isinstance(by_language, Mapping) else ():
            yield from ((str(name), spot._replace(name=town, sort="seat")) for name in names)
