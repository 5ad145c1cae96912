"""Places as a sentence tells them: names of the gazetteer, and names after "in" or "the port of".

A place is where something goes from or to, or where it is; a name beside somebody who acts stands for an actor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from opencwc.claims.word_alignment import Words
from opencwc.convention.fields import read_yaml
from opencwc.language.gazetteer import Named, the_gazetteer
from opencwc.language.plain_text import plain_text
from opencwc.reports.model import Span

if TYPE_CHECKING:
    from opencwc.language.gazetteer_index import Spot

DATA = Path(__file__).parent / "data" / "place_words.yaml"
Level = Literal["town", "region", "state", "unknown"]
Role = Literal["from", "to", "at", ""]
_AHEAD = 40
_NEAR_WORD = 30
_SMALL_TOWN = 100_000
_IN_NO_SCRIPT_OF_CAPITALS = 20_000
_NAME_WORD = r"[A-ZÀ-ÖØ-ÞĀ-ŽА-ЯЁ][\w'’-]+"
_NAME = rf"{_NAME_WORD}(?:[ -](?:(?:al|el|ad|ar|as|at|az|an|эль|аль)[- ])?{_NAME_WORD}){{0,2}}"
_OF_ARABIC_NAMES = "تل|عين|كفر|دير|بيت|خان|ابو|ام|راس|وادي|بير|باب|سيدي|جبل|شيخ|حمام|برج|دار|بني|اولاد"
"""The first word of an Arabic name in two, of which the second can have the article."""
_SOME_SPOTS = 6
_NOUN_BEHIND = re.compile(r"(?:^|\W)(?:[Tt]he|[Aa]n?) $")
_TITLES = frozenset(["Mme", "Mlle", "Mgr", "Mr", "Mrs", "Ms", "Dr", "Sra", "Sr", "Prof"])
_OPENED, _GOES_ON = re.compile("[«“„《]\\s?$"), re.compile("[^»”“》]{2,40}[»”“》]")
_OPENS_STATE = (",", "(", "،", "，", "（")
_QUOTED = re.compile("[«“„《‘][^»”》’]*$")


class ToldPlace(NamedTuple):
    """A place, what it can be, whether something comes from there or goes there, and how far it stands for an actor.

    ``told`` says that a preposition or the word for a port or town stands before it; ``near`` that it is only near.
    """

    start: int
    end: int
    level: Level
    spots: tuple[Spot, ...]
    role: Role
    told: bool
    near: bool
    acting: float

    @property
    def countries(self) -> set[str]:
        """The States it can be in, by alpha-3."""
        return {spot.country for spot in self.spots}


def find_places(
    text: str, lang: str, named: Sequence[Named], taken: Sequence[Span], words: Words, acting: Sequence[float]
) -> tuple[ToldPlace, ...]:
    """Return the places of a sentence in its order; ``acting`` says of each word how far it is one for an actor."""
    book = _book(lang)
    times = [span for span in taken if span.end - span.start > 1]
    found = [
        place
        for one in named
        if not any(first < one.end and one.start < last for first, last in times)
        and (place := _known(text, lang, one, book, words, acting)) is not None
    ]
    free = [
        *taken,
        *(
            Span(one.start, one.end)
            for one in named
            if not (one.ordinary or one.frequent or _is_a_piece(text, lang, one, book))
        ),
    ]
    for start, end in _unknown(text, lang, book):
        if _of_body(lang).match(text, start) or _is_quoted_in_part(text, start, end):
            continue
        if not any(first < end and start < last for first, last in free):
            role, near = _role(text, lang, start, book)
            found.append(
                ToldPlace(start, end, "unknown", (), role, True, near, _acting(text, lang, start, end, words, acting))
            )
    return tuple(sorted((_behind_town(text, one, found) for one in found), key=lambda one: one.start))


def _behind_town(text: str, one: ToldPlace, others: Sequence[ToldPlace]) -> ToldPlace:
    """Return a State as a place where it stands behind a town of a sentence and a comma: Kabwe, Zambia."""
    if one.level != "state" or one.role:
        return one
    ends = [other.end for other in others if other.level != "state" and other.end < one.start]
    if ends and text[max(ends) : one.start].strip() in _OPENS_STATE:
        return one._replace(role="at", told=True, acting=0.0)
    return one


def is_seat_of(name: str, text: str) -> bool:
    """Tell whether a town is told for the body that a text names: the visitors from The Hague are those of the OPCW."""
    bodies = _seats().get(name)
    return bodies is not None and bodies.search(text.lower()) is not None


@cache
def _seats() -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile(bodies) for name, bodies in read_yaml(DATA)["seats"].items()}


def find_sides(text: str, lang: str) -> frozenset[str]:
    """Return the sides of a place that a sentence speaks of: ``n``, ``s``, ``e``, ``w``."""
    plain = plain_text(text, lang)
    found = set()
    for side, pattern in _book(lang).sides.items():
        for match in pattern.finditer(plain.text):
            start = plain.span(*match.span())[0]
            if not text[start].isupper() and not _QUOTED.search(text[:start]):
                found.add(side)
    return frozenset(found)


def _known(text: str, lang: str, one: Named, book: _Book, words: Words, acting: Sequence[float]) -> ToldPlace | None:
    if one.seat or one.ordinary or one.spots[0].sort in ("money", "body") or _is_a_piece(text, lang, one, book):
        return None
    if text[one.start : one.end] in _TITLES or _is_quoted_in_part(text, one.start, one.end):
        return None
    spots = _spots(one)
    level = _level(one, spots)
    role, near = _role(text, lang, one.start, book)
    if not role and set("بل") & set(one.before):
        role = "to" if "ل" in one.before else "at"
    told = bool(role) or book.behind.match(text, one.end) is not None
    if lang == "en" and level == "town" and _NOUN_BEHIND.search(text[: one.start]):
        told = True  # the Liège court, a Cape Town warehouse
    first = not text[: one.start].strip(" \"«“„‘'(—–-¿¡")
    if level == "town" and not _is_large_enough(one, spots, lang, told=told, first=first):
        return None
    acts = _acting(text, lang, one.start, one.end, words, acting)
    if not told and (level == "state" or (first and lang not in ("ar", "zh"))):
        acts = max(acts, 0.5)
    return ToldPlace(one.start, one.end, level, spots, role, told, near, acts)


def _spots(one: Named) -> tuple[Spot, ...]:
    """Return the places of a name; of an adjective of a town, that town."""
    first = one.spots[0]
    if first.sort == "people" and first.name:
        towns = [spot for spot in the_gazetteer().spots(first.name) if spot.sort == "town"]
        return tuple(spot for spot in towns if spot.country == first.country)[:1] or one.spots[:1]
    return one.spots[:_SOME_SPOTS]


def _level(one: Named, spots: Sequence[Spot]) -> Level:
    if spots[0].sort in ("state", "people") and not (spots[0].sort == "people" and spots[0].name):
        return "state"
    return "town" if any(spot.sort in ("town", "people") for spot in spots) else "region"


def _is_large_enough(one: Named, spots: Sequence[Spot], lang: str, *, told: bool, first: bool) -> bool:
    """Tell whether a name is rather a town than another word: a large one, or one with the words that places have."""
    if told:
        return True
    people = max((spot.people for spot in spots), default=0)
    if lang in ("ar", "zh"):
        return people >= (_SMALL_TOWN if lang == "ar" else _IN_NO_SCRIPT_OF_CAPITALS)
    return not one.frequent and (not first or people >= _SMALL_TOWN)


def _is_a_piece(text: str, lang: str, one: Named, book: _Book) -> bool:
    """Tell whether a name is a piece of a longer one: beside a hyphen, or in Chinese beside a sign written by sound."""
    before, behind = text[max(0, one.start - 1) : one.start], text[one.end : one.end + 1]
    if lang != "zh":
        return (before == "-" and text[one.start - 2 : one.start - 1].isalpha()) or (
            behind == "-" and text[one.end + 1 : one.end + 2].isupper()
        )
    if one.end - one.start > 3 or one.spots[0].sort != "town":
        return False
    return (
        before == "以"
        or text[one.end - 1] == "郊"
        or any(sign and sign in book.transliterating for sign in (before, behind))
    )


def _role(text: str, lang: str, start: int, book: _Book) -> tuple[Role, bool]:
    ahead = plain_text(text[max(0, start - _AHEAD) : start], lang).text
    near = book.near.search(ahead[-25:]) is not None
    for role, pattern in book.roles.items():
        if pattern.search(ahead):
            return role, near
    return ("at" if book.noun.search(ahead) else ""), near


def _acting(text: str, lang: str, start: int, end: int, words: Words, acting: Sequence[float]) -> float:
    """Return how far the word before a place, in Chinese the one behind it, is one for somebody who acts."""
    if lang == "zh":
        beside = [place for place, span in enumerate(words.spans) if span.start == end and span.end - span.start == 2]
    elif text[end : end + 2] in ("'s", "’s"):
        return 0.5
    else:
        beside = [place for place, span in enumerate(words.spans) if start - _NEAR_WORD <= span.end <= start][-1:]
    if not beside or re.search(r"[,;:.()«»—]", text[words.spans[beside[0]].end : start]):
        return 0.0
    return float(acting[beside[0]])


def _is_quoted_in_part(text: str, start: int, end: int) -> bool:
    """Tell whether a name only begins what stands in quotes: a company, a ship, a title."""
    return _OPENED.search(text[max(0, start - 2) : start]) is not None and _GOES_ON.match(text, end) is not None


@cache
def _of_body(lang: str) -> re.Pattern[str]:
    raw = read_yaml(DATA)["bodies"]
    return re.compile(raw.get(lang, raw["en"]))


def _unknown(text: str, lang: str, book: _Book) -> Iterator[tuple[int, int]]:
    """Yield where names stand that a preposition or the word for a place gives out as one."""
    plain = plain_text(text, lang)
    for match in book.names.finditer(plain.text if lang == "ar" else text):
        yield plain.span(*match.span("name")) if lang == "ar" else match.span("name")


class _Book(NamedTuple):
    roles: Mapping[Role, re.Pattern[str]]
    noun: re.Pattern[str]
    near: re.Pattern[str]
    sides: Mapping[str, re.Pattern[str]]
    names: re.Pattern[str]
    behind: re.Pattern[str]
    transliterating: frozenset[str]


@cache
def _book(lang: str) -> _Book:
    raw: dict[str, Any] = read_yaml(DATA)
    lang = lang if lang in raw["at"] else "en"
    edge, gap = ("", "") if lang == "zh" else (r"(?<!\w)(?:و|ف)?" if lang == "ar" else r"(?<!\w)", r"\s*")
    article = r"(?:(?:the|an?|une?|un[ao]?|le|la|les|el|los|las|l['’]) ?)?" if lang in ("en", "fr", "es") else ""
    adjective = r"(?:[а-я]+(?:ой|ом|их|ых|ую|ого|ей) )?" if lang == "ru" else ""
    between = rf"{adjective}(?:{gap}{article}(?:[^\W\d_]+ )?{raw['nouns'][lang]} ?)?" if lang != "zh" else ""
    roles: dict[Role, re.Pattern[str]] = {
        role: re.compile(f'{edge}{raw[role][lang]}{gap}{between}{gap}{article}[«“"(]?$')
        for role in ("from", "to", "at")
    }
    sides = {
        side: re.compile(words if lang == "zh" else rf"(?<!\w)(?:{words})(?!\w)")
        for side, words in raw["sides"][lang].items()
    }
    return _Book(
        roles,
        re.compile(f'{edge}{raw["nouns"][lang]}[,،]?{gap}[«“"(]?$'),
        re.compile(f"{edge}{raw['near'][lang]}"),
        sides,
        _names(raw, lang),
        re.compile("[东西南北]?(?:站|港|市|县|州|省|机场|码头|郊|区|岛|城)" if lang == "zh" else "(?!)"),
        frozenset(raw["transliterating"]),
    )


def _names(raw: Mapping[str, Any], lang: str) -> re.Pattern[str]:
    noun = raw["nouns"][lang]
    if lang == "zh":
        before = "|".join(raw[role]["zh"].removeprefix("(?:").removesuffix(")") for role in ("from", "to", "at"))
        by_sound = raw["transliterating"]
        with_noun = f"[一-鿿]{{2,6}}?(?=港|市|县|镇|村|岛|省|州|机场|码头|站)|[{by_sound}]{{2,7}}(?![{by_sound}])"
        return re.compile(rf"(?:{before})(?P<name>(?![该本当一这某全各其国两三])(?:{with_noun}))")
    if lang == "ar":
        nouns = raw["named"]["ar"]
        return re.compile(
            rf"(?<!\w)(?:و|ف|ب|ل)?{nouns} (?P<name>(?:{_OF_ARABIC_NAMES}) \w{{2,}}"
            r"|(?!ال)\w{2,}(?: (?!ال|في|من|علي|الي)\w{2,}(?<![ةا])(?!\w))?)"
        )
    loose = rf"(?:(?i:{raw['named'][lang]}) (?:(?i:the|la|le|el|l['’]) ?)?(?:(?i:{noun}) )?|(?i:{noun}) )"
    return re.compile(rf"(?<!\w){loose}(?P<name>{_NAME})")
