"""Where what a report tells of happened: its State, and the most precise place that it names.

Every name of a place in the report speaks for a State, the louder the earlier it stands and the plainer the words around
it say that something is there. What a name that several places have is meant for is told by the other names, by how many
people live there, and a little by the language of the report and the outlet's time.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, cached_property, lru_cache
from math import log10
from pathlib import Path
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from opencwc.convention.fields import read_yaml
from opencwc.language.gazetteer import Gazetteer, Named, Spot, the_gazetteer
from opencwc.language.phrases import Phrases
from opencwc.language.place_keys import HAN, folded, place_key
from opencwc.reports.model import Nature, Place, Report, Span

DATA = Path(__file__).parent / "data"
Role = Literal["", "at", "to", "from", "only_to"]

IN_TITLE, SENTENCES, LATER = 2.2, (1.5, 1.0, 0.8), 0.6
"""How much a name counts in the title, in the first sentences of the text, and further down."""
SAID_TO_BE_THERE, ASIDE, SUBJECT = 1.7, 0.4, 1.8
SEAT_DECIDES, SEAT_AT_ALL, SEAT_OF_A_VISITOR = 1.1, 0.15, 0.3
SENDS, RECEIVES = 1.8, 0.25
PART_OF_A_NAME, ORDINARY, UNSURE = 0.1, 0.0, 0.4
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”»'’)]*\s+(?=\S)|[。！？\n]+")
_JOINED = re.compile(r"[\s,(（、·\-–—/]{0,3}(?:['’]s\s)?")
_LONGEST_CUE = 4


def find_place(report: Report, lang: str, nature: Nature, gazetteer: Gazetteer | None = None) -> Place:
    """Return it; ``gazetteer`` is the built-in one unless a user brings another."""
    reading = _Reading(report, lang, nature, gazetteer or the_gazetteer())
    mentions = reading.mentions()
    scores: dict[str, float] = defaultdict(float)
    for mention in mentions:
        scores[mention.spot.country] += mention.weight
    if not scores:
        return Place(reading.country_of_outlet())
    country = max(scores, key=scores.__getitem__)
    return _place(country, mentions)


def _without_nothing(
    roles: Sequence[Role], named: Sequence[Named], weights: Sequence[float]
) -> tuple[list[Role], list[Named], list[float]]:
    some = [place for place, weight in enumerate(weights) if weight]
    return [roles[place] for place in some], [named[place] for place in some], [weights[place] for place in some]


class _Mention(NamedTuple):
    named: Named
    spot: Spot
    weight: float


def _place(country: str, mentions: Sequence[_Mention]) -> Place:
    """Return the most precise place of a State, with the names that speak for it."""
    there = [mention for mention in mentions if mention.spot.country == country]
    precise: dict[tuple[str, bool], float] = defaultdict(float)
    for mention in there:
        if mention.spot.name:
            precise[mention.spot.name, mention.spot.sort == "town"] += mention.weight
    spans = tuple(Span(mention.named.start, mention.named.end) for mention in there)
    if not precise:
        return Place(country, "", None, spans)
    name, _ = max(precise, key=lambda one: precise[one] * (1.5 if one[1] else 1.0))
    spot = next(mention.spot for mention in there if mention.spot.name == name)
    return Place(country, name, spot.point, spans)


class _Reading:
    """A report on its way to its place."""

    def __init__(self, report: Report, lang: str, nature: Nature, gazetteer: Gazetteer) -> None:
        self.report, self.text, self.kind = report, report.whole, nature.kind
        self.gazetteer = gazetteer
        self.cues = _cues(lang)
        self.own_countries = self.cues.countries
        self.sentences = [0, *(match.end() for match in _SENTENCE.finditer(self.text))]

    def mentions(self) -> list[_Mention]:
        """Return each name with the one place that it is taken for, and how much it counts."""
        named = [*self.gazetteer.named(self.text), *self._seats()]
        named.sort(key=lambda one: (one.start, -one.end, not one.seat))
        apart = [one for place, one in enumerate(named) if not place or one.start >= named[place - 1].end]
        roles = self._roles(apart)
        weights = [self._weight(one, role) for one, role in zip(apart, roles, strict=True)]
        roles, apart, weights = _without_nothing(roles, apart, weights)
        evidence = self._evidence(apart, weights)
        mentions = [
            _Mention(one, spot, weight * _trust(spot))
            for one, weight in zip(apart, weights, strict=True)
            for spot in [self._meant(one.spots, evidence)]
        ]
        return self._with_subject(mentions, roles)

    def _seats(self) -> Iterator[Named]:
        words = folded(self.text)
        for found in _seats().find(self.text, words):
            yield Named(found.start, found.end, (found.value,), found.before)

    def _evidence(self, named: Sequence[Named], weights: Sequence[float]) -> Mapping[str, float]:
        """Return how loudly names that can be meant for one State only speak for it, 1 for the loudest."""
        loud: dict[str, float] = defaultdict(float)
        for one, weight in zip(named, weights, strict=True):
            countries = {spot.country for spot in one.spots}
            if len(countries) == 1 and (one.spots[0].sort != "town" or one.spots[0].people > 100_000):
                loud[countries.pop()] += weight
        most = max(loud.values(), default=1.0)
        return {country: weight / most for country, weight in loud.items()}

    def _meant(self, spots: Sequence[Spot], evidence: Mapping[str, float]) -> Spot:
        if len(spots) == 1:
            return spots[0]

        def likely(spot: Spot) -> float:
            place = 4.0 if spot.sort in ("state", "people") else 3.0 if spot.sort == "region" else 0.0
            size = log10(spot.people + 1) / 2 + 1.5 * spot.capital
            said = evidence.get(spot.country, 0.0)
            near = 2.5 + 2 * said if said else 0.0
            return place + size + near + self._outlet_likes(spot.country, spot.zone)

        return max(spots, key=likely)

    def _outlet_likes(self, country: str, zone: str) -> float:
        """Return how well a State fits the language of the report and the time of day that its outlet keeps."""
        fits = 0.9 if country in self.own_countries else 0.0
        if zone and self.report.published.utcoffset() and _offset(zone, self.report.published) == _minutes(self.report.published):
            fits += 0.6
        return fits

    def _weight(self, named: Named, role: Role) -> float:
        number = bisect_right(self.sentences, named.start) - 1
        in_title = named.start < self.report.body_at
        after = number - (bisect_right(self.sentences, self.report.body_at) - 1)
        weight = IN_TITLE if in_title else SENTENCES[after] if after < len(SENTENCES) else LATER
        if not in_title and after and self._is_aside(number):
            weight *= ASIDE
        if named.seat:
            return weight * self._seat_weight(role)
        weight *= self._role_weight(role)
        return weight * self._name_weight(named, role)

    def _seat_weight(self, role: Role) -> float:
        if self.kind not in ("policy", "technology", "transfer"):
            return SEAT_AT_ALL
        weight = SEAT_DECIDES if self.kind == "policy" else 0.7
        return weight * (SEAT_OF_A_VISITOR if self._speaks_of_visit else 1.0) * (0.3 if role in ("to", "only_to") else 1.0)

    @cached_property
    def _speaks_of_visit(self) -> bool:
        return bool(self.cues.visits.find(self.text, folded(self.text)))

    def _is_aside(self, number: int) -> bool:
        start = self.sentences[number]
        end = self.sentences[number + 1] if number + 1 < len(self.sentences) else len(self.text)
        sentence = self.text[start:end]
        return bool(self.cues.aside.find(sentence, folded(sentence)))

    def _role_weight(self, role: Role) -> float:
        if self.kind == "transfer":
            return {"from": SENDS, "to": RECEIVES, "only_to": RECEIVES, "at": 1.0, "": 1.2}[role]
        if self.kind == "policy":
            return {"from": 0.7, "to": 0.6, "only_to": 0.25, "at": SAID_TO_BE_THERE, "": 1.0}[role]
        return {"from": 0.6, "to": 0.8, "only_to": 0.7, "at": SAID_TO_BE_THERE, "": 1.0}[role]

    def _name_weight(self, named: Named, role: Role) -> float:
        """Return how far a town's name is a town's name here."""
        if any(spot.sort != "town" for spot in named.spots):
            return 1.0
        people = max(spot.people for spot in named.spots)
        written = self.text[named.start : named.end]
        if role != "at" and named.ordinary:
            return ORDINARY
        if written[0].lower() == written[0].upper():
            short = len(written) < 4 if not HAN.match(written) else len(written) < 3
            return 1.0 if role == "at" or people > 1_000_000 else UNSURE if not short or people > 200_000 else PART_OF_A_NAME
        return self._beside_capitals(named)

    def _beside_capitals(self, named: Named) -> float:
        before, after = self.text[: named.start], self.text[named.end :]
        previous = re.search(r"([^\W\d_][\w.’'-]*) $", before)
        following = re.match(r" ([^\W\d_][\w-]*)", after)
        if self._in_headline_capitals(named.start):
            return 1.0
        if previous and previous[1][0].isupper() and place_key(previous[1]) not in self.cues.any:
            is_first = len(before) - len(previous[0]) in self.sentences
            if not self.gazetteer.spots(previous[1]):
                return UNSURE if is_first else PART_OF_A_NAME
        return UNSURE if following and following[1][0].isupper() and following[1].lower() not in self.cues.any else 1.0

    def _in_headline_capitals(self, place: int) -> bool:
        if place >= self.report.body_at:
            return False
        words = re.findall(r"[^\W\d_]{4,}", self.report.title)
        return sum(word[0].isupper() for word in words) > 0.7 * len(words)

    def _roles(self, named: Sequence[Named]) -> list[Role]:
        roles: list[Role] = []
        for place, one in enumerate(named):
            role = self._role(one)
            if not role and place:
                between = self.text[named[place - 1].end : one.start]
                if len(between) < 6 and _JOINED.fullmatch(between):
                    role = roles[-1]
            roles.append(role)
        return roles

    def _role(self, named: Named) -> Role:
        return self.cues.role(self.text, named)

    def _with_subject(self, mentions: list[_Mention], roles: Sequence[Role]) -> list[_Mention]:
        """Let the State or body that a decision is told of first count more, for it is the one that decides."""
        if self.kind not in ("policy", "transfer"):
            return mentions
        for place, (mention, role) in enumerate(zip(mentions, roles, strict=True)):
            if role not in ("only_to", "to") and mention.weight > 0.5:
                mentions[place] = mention._replace(weight=mention.weight * SUBJECT)
                return mentions
        return mentions

    def country_of_outlet(self) -> str:
        """Return the State that the outlet's name tells of, else one that fits its language and time; weak as it is."""
        for named in self.gazetteer.named(self.report.source):
            return self._meant(named.spots, {}).country
        return ""


@lru_cache(maxsize=4096)
def _offset(zone: str, day: datetime) -> float | None:
    try:
        offset = day.astimezone(ZoneInfo(zone)).utcoffset()
    except (ZoneInfoNotFoundError, ValueError):
        return None
    return offset.total_seconds() / 60 if offset is not None else None


def _minutes(day: datetime) -> float:
    offset = day.utcoffset()
    return offset.total_seconds() / 60 if offset is not None else 0.0


def _trust(spot: Spot) -> float:
    if spot.sort == "people":
        return 0.8
    if spot.sort in ("state", "region"):
        return 1.0
    return min(1.0, 0.45 + log10(spot.people + 1) / 12 + 0.15 * spot.capital)


class _Cues(NamedTuple):
    """The words of a language that say what a place has to do with what is told."""

    lang: str
    before: Mapping[str, Role]
    behind: tuple[str, ...]
    clitics: Mapping[str, Role]
    any: frozenset[str]
    aside: Phrases[bool]
    visits: Phrases[bool]
    countries: frozenset[str]

    def role(self, text: str, named: Named) -> Role:
        """Return what the words beside a name say of it."""
        if self.behind and text[named.end :].lstrip().lower().startswith(self.behind):
            return "at"
        if named.before in self.clitics:
            return self.clitics[named.before]
        ahead = text[max(0, named.start - len(named.before) - 40) : named.start - len(named.before)]
        if self.lang == "zh":
            return next((role for cue, role in self.before.items() if ahead.endswith(cue)), "")
        if ahead[-1:] not in " '’\n":
            return ""
        words = place_key(ahead.rsplit("\n", 1)[-1].rsplit(". ", 1)[-1]).split(" ")
        for length in range(min(_LONGEST_CUE, len(words)), 0, -1):
            if role := self.before.get(" ".join(words[-length:])):
                return role
        return ""


@cache
def _cues(lang: str) -> _Cues:
    raw = read_yaml(DATA / "where.yaml")
    lang = lang if lang in raw["at"] else "en"

    def words(part: str) -> list[str]:
        return [place_key(str(word)) for word in raw[part].get(lang, ())]

    before: dict[str, Role] = {}
    before |= dict.fromkeys(words("from"), "from")
    before |= dict.fromkeys(words("to"), "to")
    before |= dict.fromkeys(words("only_to"), "only_to")
    before |= dict.fromkeys(words("at"), "at")
    if lang == "zh":
        before = dict(sorted(before.items(), key=lambda cue: -len(cue[0])))
    clitics: dict[str, Role] = dict.fromkeys(map(str, raw["clitics"]), "at") | {"ل": "to", "ول": "to"}
    return _Cues(
        lang,
        before,
        tuple(map(str, raw["behind"].get(lang, ()))),
        clitics if lang == "ar" else {},
        frozenset(word for cue in before for word in cue.split(" ")),
        Phrases((word, True) for word in raw["aside"].get(lang, ())),
        Phrases((word, True) for word in raw["visits"].get(lang, ())),
        frozenset(raw["countries"].get(lang, ())),
    )


@cache
def _seats() -> Phrases[Spot]:
    rows: Iterable[Mapping[str, object]] = read_yaml(DATA / "seats.yaml")["seats"]
    return Phrases(_seat_names(rows))


def _seat_names(rows: Iterable[Mapping[str, object]]) -> Iterator[tuple[str, Spot]]:
    for row in rows:
        town, country = str(row["town"]), str(row["country"])
        known = [spot for spot in the_gazetteer().spots(town) if spot.country == country]
        spot = max(known, key=lambda one: one.people) if known else Spot("town", country, town)
        by_language: Mapping[str, Iterable[object]] = row["names"]  # type: ignore[assignment]
        for names in by_language.values():
            yield from ((str(name), spot._replace(name=town, sort="seat")) for name in names)
