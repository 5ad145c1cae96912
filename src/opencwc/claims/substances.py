"""The chemicals that a sentence tells of: by name, by their sort (tear gas, a pesticide), or any at all; or denies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from opencwc.claims.denials import is_excepted, without_papers
from opencwc.convention.fields import read_yaml
from opencwc.language.plain_text import Plain, plain_text
from opencwc.reports.agents import named_agents
from opencwc.reports.model import Span

DATA = Path(__file__).parent / "data" / "substances.yaml"
ANY = "any"
_AHEAD, _BEHIND, _ASIDE_BEHIND = 72, 30, 130
_ASIDE = re.compile(r"^ ?[,،，][^,،，.;。]{3,90}[,،，]")
_JOINED_ARABIC = re.compile(r"(?<!\w)(?:و|ف)?(?:ب|ل|ك|لل|ال)$")
_BUT = "but|only|just|mais|seulement|sino|solo|solamente|а|но|лишь|بل|لكن|انما"
_BREAK = re.compile(
    rf"[.;:؛。；]|,(?= (?:{_BUT}))|，(?=而|只|但)|(?:^| )(?:but|mais|sino|بل|лишь|seulement|solamente)(?= )"
    r"|(?:^| )(?:who|whose|qui|quien(?:es)?|кто|котор\w+|التي|الذي|الذين)(?= )"
)
_BREAK_BEHIND = re.compile(_BREAK.pattern + r"|,| (?:and|et|y|и|و|while|que|which|что|который)(?= )| و")


class Substance(NamedTuple):
    """A chemical by its English name, a sort of chemicals, or `ANY`; ``denied`` where it was not there or not used.

    ``of_plant`` is what only says what a plant or store is for: a fertiliser works.
    """

    name: str
    start: int
    end: int
    denied: bool
    of_plant: bool = False


def find_substances(plain: Plain, lang: str, named: Sequence[tuple[str, Span]]) -> tuple[Substance, ...]:
    """Return them in the order of the sentence; ``named`` are those of the list, as `named_agents` gives them."""
    spots = [(name, span) for name, span in named]
    taken = [span for _, span in spots]
    for name, start, end in _sorts(plain.text, lang):
        span = Span(*plain.span(start, end))
        if not any(one.start < span.end and span.start < one.end for one in taken):
            spots.append((name, span))
            taken.append(span)
    text = without_papers(plain.text, lang)
    at = {place: number for number, place in reversed(list(enumerate(plain.places)))}
    found = [_substance(name, span, text, lang, at.get(span.start, 0), at.get(span.end, 0)) for name, span in spots]
    return tuple(sorted(found, key=lambda one: one.start))


def _substance(name: str, span: Span, text: str, lang: str, start: int, end: int) -> Substance:
    book = _book(lang)
    of_plant = bool(book.plant.search(text[max(0, start - _BEHIND) : start]) or book.plant_behind.match(text[end:]))
    return Substance(name, span.start, span.end, _is_denied(text, lang, start, end), of_plant)


def _sorts(text: str, lang: str) -> Iterator[tuple[str, int, int]]:
    for name, pattern in _book(lang).sorts.items():
        for match in pattern.finditer(text):
            yield name, match.start(), match.end()


def _is_denied(text: str, lang: str, start: int, end: int) -> bool:
    book = _book(lang)
    if book.unsure.search(text[:start]) or is_excepted(text, lang):
        return False
    before, behind = text[max(0, start - _AHEAD) : start], _ASIDE.sub("", text[end : end + _ASIDE_BEHIND])[:_BEHIND]
    breaks = [match.end() for match in _BREAK.finditer(before)]
    before = before[breaks[-1] :] if breaks else before
    if lang == "ar":
        before = _JOINED_ARABIC.sub("", before)
    stop = _BREAK_BEHIND.search(behind)
    behind = behind[: stop.start()] if stop else behind
    groundless = book.groundless.search(before)
    return bool(groundless or book.before.search(before) or book.behind.search(behind))


def is_one(name: str, other: str) -> bool:
    """Tell whether two can be one chemical: the same, or one of a sort and that sort."""
    return name == other or other in _of(name) or name in _of(other) or name in other.split() or other in name.split()


def name_one_chemical(claimed: str, claim_lang: str, recorded: str, statement_lang: str) -> bool:
    """Tell whether words in two languages name one chemical, or any at all: what may differ is that one denies it.

    >>> name_one_chemical("cloro", "es", "chlorine", "en"), name_one_chemical("chlorine", "en", "chemical", "en")
    (True, True)
    >>> name_one_chemical("sarin", "en", "chlorine", "en"), name_one_chemical("sarin", "en", "the army", "en")
    (False, False)
    """
    mine, theirs = _names_in(claimed, claim_lang), _names_in(recorded, statement_lang)
    return any(ANY in (name, other) or is_one(name, other) for name in mine for other in theirs)


def _names_in(words: str, lang: str) -> list[str]:
    return [one.name for one in find_substances(plain_text(words, lang), lang, named_agents(words))]


def is_of(name: str, sort: str) -> bool:
    """Tell whether a chemical is of a sort."""
    return name in _of(sort)


@cache
def _of(name: str) -> frozenset[str]:
    """Return the chemicals and sorts of a sort, with those of its sorts."""
    raw = read_yaml(DATA)["sorts"]
    mine = frozenset(raw[name]["of"]) if name in raw else frozenset[str]()
    return mine.union(*(_of(one) for one in mine if one in raw and one != name and name not in raw[one]["of"]))


class _Book(NamedTuple):
    sorts: Mapping[str, re.Pattern[str]]
    before: re.Pattern[str]
    behind: re.Pattern[str]
    groundless: re.Pattern[str]
    unsure: re.Pattern[str]
    plant: re.Pattern[str]
    plant_behind: re.Pattern[str]


@cache
def _book(lang: str) -> _Book:
    raw: dict[str, Any] = read_yaml(DATA)
    lang = lang if lang in raw["any"] else "en"
    chinese = lang == "zh"
    lead = "" if chinese else r"(?<!\w)(?:و|ف)?(?:ب|ل|ك|لل)?" if lang == "ar" else r"(?<!\w)"
    ends = "" if chinese else r"(?!\w)"
    ahead, behind = raw["denied"][lang]
    most = 5 if lang == "ar" else 3  # words between "no" and the chemical
    edge = "" if chinese else r"(?<!\w)(?:و|ف)?" if lang == "ar" else r"(?<![^\W\d_])"
    return _Book(
        {name: re.compile(f"{lead}(?:{words[lang]}){ends}") for name, words in raw["sorts"].items()}
        | {ANY: re.compile(f"{lead}(?:{raw['any'][lang]}){ends}")},
        re.compile(f"{edge}{ahead}$" if chinese else f"{edge}{ahead}(?!\\w)(?:['’ ]+[^ ]+){{0,{most}}}['’ ]*$"),
        re.compile(f"^{behind}" if chinese else f"{edge}{behind}(?!\\w)"),
        re.compile(rf"{edge}(?:{raw['groundless'][lang]})[^.;,،؛，。；]*$"),
        re.compile(raw["unsure"][lang] if chinese else f"{edge}(?:{raw['unsure'][lang]})(?!\\w)"),
        re.compile(
            f"{edge}(?:ب|ل|ك)?(?:{raw['plant'][lang]}) ?(?:of |d['’]|de |du |des |d'|(?:لل?|ال|ل))?$"
            if not chinese
            else "(?!)"
        ),
        re.compile(f"^ ?(?:{raw['plant'][lang]})"),
    )
