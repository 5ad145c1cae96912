"""Who speaks in a report, and as what: bodies and people that say, confirm or deny.

A body is joined with a verb of saying where the grammar of its sentence makes it the speaker: the subject before the
verb, the one behind it where the language or a quotation turns the order round, the doer of a passive, the one whom
"according to" names, the name before the colon of a headline. It says who is heard, and nothing of who is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from opencwc.convention.fields import read_yaml
from opencwc.language.sentences import sentences_of
from opencwc.reports.confirmed_steps import confirms_a_step
from opencwc.reports.model import Report, Span

Role = Literal["says", "confirms", "denies"]
_DATA = Path(__file__).parent / "data"
_FARTHEST = 60
"""Characters that may stand between a body and what it does."""
_NEAR = {"zh": 16}
"""Characters behind a verb in which its speaker stands, where it stands behind."""
_NEAR_ELSEWHERE = 45
_SIDE_BY_SIDE = 25
"""Characters between two bodies that speak together."""
_HEADLINE = 45
"""Characters before the colon of "Police: chlorine leaked"."""
_MOST_TEXT = 4_000


class Actor(NamedTuple):
    """Who speaks: what sort of body or person (of ``data/speakers.yaml``), in which words, and what it does."""

    sort: str
    words: str
    role: Role
    span: Span


class _Body(NamedTuple):
    sort: str
    start: int
    end: int


class _Verb(NamedTuple):
    start: int
    end: int
    role: Role
    form: str
    """``active``, ``passive``, or ``according``: who speaks stands behind."""


def find_actors(report: Report, lang: str) -> tuple[Actor, ...]:
    """Return who speaks in a report, in the order of the text; each sort once with each role."""
    found: dict[tuple[str, Role], Actor] = {}
    whole, as_it_stands = report.plain.whole[:_MOST_TEXT], report.whole
    for start, end in sentences_of(whole):
        for body, role in _speaking(whole[start:end], lang):
            span = _whole_words(whole, start + body.start, start + body.end)
            found.setdefault((body.sort, role), Actor(body.sort, as_it_stands[slice(*span)], role, span))
    return tuple(sorted(found.values(), key=lambda actor: actor.span))


def speakers_in(sentence: str, lang: str) -> list[Actor]:
    """Return who speaks in a sentence, in the order of its words; spans count from its beginning."""
    found = []
    for body, role in _speaking(sentence, lang):
        span = _whole_words(sentence, body.start, body.end)
        found.append(Actor(body.sort, sentence[slice(*span)], role, span))
    return sorted(found, key=lambda actor: actor.span)


def bodies_in(sentence: str, lang: str) -> list[tuple[str, Span]]:
    """Return the sorts of bodies and people that a sentence names, each with its words, whatever they do."""
    return [
        (sort, Span(match.start(), match.end()))
        for sort, pattern in _speakers(lang)
        for match in pattern.finditer(sentence)
    ]


def _speaking(sentence: str, lang: str) -> Iterator[tuple[_Body, Role]]:
    """Yield each body that speaks in a sentence, with what it does."""
    bodies = _bodies(sentence, lang)
    if not bodies:
        return
    verbs = _verbs_in(sentence, lang)
    told: dict[_Body, Role] = {}
    for place, verb in enumerate(verbs):
        since = verbs[place - 1].end if place else 0
        for body in _subjects(sentence, verb, since, bodies, lang):
            told.setdefault(body, verb.role)
    named = None if told else _named_in_front(sentence, bodies)
    if named:
        told[named] = "says"
    if not told and len(bodies) == 1 and verbs:
        told |= _nearest(sentence, bodies[0], verbs, lang)
    yield from told.items()


def _bodies(sentence: str, lang: str) -> list[_Body]:
    """Return the bodies of a sentence in its order, without those inside a longer name: "ministry of defence"."""
    found = sorted(
        (_Body(sort, *span) for sort, span in bodies_in(sentence, lang)), key=lambda one: (one.start, -one.end)
    )
    kept: list[_Body] = []
    for body in found:
        inside = [one for one in kept if one.start <= body.start and body.end <= one.end]
        if not inside:
            kept.append(body)
    return kept


def _verbs_in(sentence: str, lang: str) -> list[_Verb]:
    """Return the verbs of saying in a sentence, in its order; one right behind another is its object."""
    words = _words(lang)
    found = [
        _Verb(match.start(), match.end(), role, "active")
        for role in get_args(Role)
        if (pattern := words.get(role))
        for match in pattern.finditer(sentence)
    ]
    if according := words.get("according"):
        found += [_Verb(match.start(), match.end(), "says", "according") for match in according.finditer(sentence)]
    kept: list[_Verb] = []
    for verb in sorted(found, key=lambda one: (one.start, -one.end)):
        if kept and verb.start < kept[-1].end:
            continue
        follows = bool(kept) and len(sentence[kept[-1].end : verb.start].split()) <= 1
        if follows and kept[-1].form == "active" and lang == "en":
            continue  # "denied the claims"
        kept.append(_with_grammar(sentence, verb, lang))
    return kept


def _with_grammar(sentence: str, verb: _Verb, lang: str) -> _Verb:
    """Return a verb with its form, as saying alone where it is denied or confirms no more than a step of its own."""
    before = sentence[max(0, verb.start - 40) : verb.start]
    role = verb.role
    if role != "says" and _has("not", before, lang):
        role = "says"
    if role == "confirms" and confirms_a_step(sentence, verb.start, lang):
        role = "says"
    return verb._replace(role=role, form="passive" if _is_passive(sentence, verb, lang) else verb.form)


def _is_passive(sentence: str, verb: _Verb, lang: str) -> bool:
    if verb.form != "active":
        return False
    if lang == "ru":
        ending = re.match(r"\w*", sentence[verb.end :])
        return bool(ending and _RUSSIAN_PASSIVE.search(sentence[verb.start : verb.end + ending.end()]))
    if lang in ("ar", "zh"):
        return False
    return _has("passive", sentence[max(0, verb.start - 30) : verb.start], lang) or bool(
        re.match(r"\s+(?:by|par|por)\b", sentence[verb.end :])
    )


_RUSSIAN_PASSIVE = re.compile(r"(?:ен[аоы]?|нут[аоы]?)$")


def _subjects(sentence: str, verb: _Verb, since: int, bodies: Sequence[_Body], lang: str) -> Iterator[_Body]:
    """Yield who does what a verb says, and those joined to them by "and"."""
    behind = _behind(sentence, verb, bodies, lang)
    if verb.form == "active":
        before = _before(sentence, verb, since, bodies, lang)
        first = behind if behind and _is_turned(sentence, verb, before, behind, lang) else before or behind
    else:
        first = behind
    if first is None:
        return
    yield first
    for one in bodies:
        beside = verb.end <= one.start if first.start >= verb.end else since <= one.start and one.end <= verb.start
        gap = sentence[one.end : first.start] if one.end <= first.start else sentence[first.end : one.start]
        if one != first and beside and len(gap) <= _SIDE_BY_SIDE and _has("and", gap, lang):
            yield one


def _before(sentence: str, verb: _Verb, since: int, bodies: Sequence[_Body], lang: str) -> _Body | None:
    """Return the subject before a verb: the first body of the nearest clause that has one."""
    edges = [since, *(since + stop.end() for stop in _edges(lang).finditer(sentence[since : verb.start])), verb.start]
    for start, end in reversed(list(pairwise(edges))):
        some = [body for body in bodies if start <= body.start and body.end <= end]
        if lang == "zh" and (doer := _doer(sentence, some, end)):
            return doer
        some = [body for body in some if lang != "zh" or sentence[body.start - 1 : body.start] not in ("向", "对")]
        if len(some) > 1 and _has("aside", sentence[start : some[0].start], lang):
            some = some[1:]
        if some:
            return some[0]
    return None


def _doer(sentence: str, bodies: Sequence[_Body], end: int) -> _Body | None:
    """Return the doer of a Chinese passive: "was denied by the army"."""
    return next((body for body in bodies if _has("by", sentence[body.start - 1 : body.start], "zh")), None)


def _behind(sentence: str, verb: _Verb, bodies: Sequence[_Body], lang: str) -> _Body | None:
    """Return the body behind a verb that may be its speaker, none where it is the one spoken to."""
    clause = sentence[verb.end : verb.end + _NEAR.get(lang, _NEAR_ELSEWHERE)]
    start = verb.end
    if verb.form == "passive" or (lang == "ar" and _has("by", clause, lang)):
        by = _words(lang).get("by")
        match = by.search(clause) if by else None
        if match is None and lang != "ru":
            return None
        start += match.end() if match else 0
    elif _has("to", clause, lang) and lang != "ar":
        return None
    stop = re.search(r"[;:.،؛；：。，]|,(?! \w+,)", sentence[start : verb.end + 80])
    limit = min(start + _NEAR.get(lang, _NEAR_ELSEWHERE), start + stop.start() if stop else len(sentence))
    body = next((one for one in bodies if start <= one.start and one.end <= limit), None)
    spoken_to = body and lang == "ar" and verb.form == "active" and _ARABIC_TO.search(sentence[: body.start])
    return None if spoken_to else body


_ARABIC_TO = re.compile(r"(?<!\w)(?:لل|ل|إلى (?:ال)?|الى (?:ال)?)$")


def _is_turned(sentence: str, verb: _Verb, before: _Body | None, behind: _Body, lang: str) -> bool:
    """Tell whether the one behind an active verb is its subject."""
    gap = sentence[verb.end : behind.start]
    if lang == "zh" or _edges(lang).search(gap):
        return False
    if lang == "ar":
        return before is None or len(sentence[before.end : verb.start].split()) > 1 or _opens(sentence, verb, before)
    quoted = re.search(r"[,\"”»’']\s*(?:(?:a|ont|ha|han|как|así|según lo) )*$", sentence[: verb.start])
    few = len(gap.split()) <= (4 if lang == "ru" else 3)
    return few and (before is None or quoted is not None)


def _opens(sentence: str, verb: _Verb, before: _Body) -> bool:
    """Tell whether a stop stands between a body and an Arabic verb: then the verb opens a clause of its own."""
    return re.search(r"[،,؛;]", sentence[before.end : verb.start]) is not None


def _named_in_front(sentence: str, bodies: Sequence[_Body]) -> _Body | None:
    """Return the body before the colon of a headline, or behind its last dash: "Police: chlorine leaked"."""
    colon = re.match(rf"[^:：.]{{1,{_HEADLINE}}}[:：]", sentence)
    if colon:
        return next((body for body in bodies if body.end <= colon.end()), None)
    dash = re.search(r"\s[-—–]\s(?=[^-—–]{1,40}$)", sentence)
    return next((body for body in bodies if dash and body.start >= dash.end()), None) if dash else None


def _nearest(sentence: str, body: _Body, verbs: Sequence[_Verb], lang: str) -> dict[_Body, Role]:
    """Return what the one body of a sentence does by the nearest verb, none where it is spoken to or of."""
    verb = min(verbs, key=lambda one: max(body.start - one.end, one.start - body.end, 0))
    apart = max(body.start - verb.end, verb.start - body.end, 0)
    if apart > _FARTHEST or (body.start > verb.start and _has("to", sentence[verb.end : body.start], lang)):
        return {}
    return {body: verb.role} if body.end <= verb.start else {}


def _whole_words(text: str, start: int, end: int) -> Span:
    """Return the stretch with the rest of the words in which it begins and ends; Chinese has no spaces to go to."""
    if re.search("[㐀-鿿]", text[start:end]):
        return Span(start, end)
    while start and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return Span(start, end)


def _has(name: str, text: str, lang: str) -> bool:
    pattern = _words(lang).get(name)
    return pattern is not None and pattern.search(text) is not None


def _edges(lang: str) -> re.Pattern[str]:
    return _words(lang)["clause"]


@cache
def _speakers(lang: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    plain = read_yaml(_DATA / "speakers.yaml")
    return tuple((sort, re.compile(by[lang], re.IGNORECASE)) for sort, by in plain.items() if lang in by)


@cache
def _words(lang: str) -> dict[str, re.Pattern[str]]:
    plain = read_yaml(_DATA / "saying.yaml")
    return {name: re.compile(by[lang], re.IGNORECASE) for name, by in plain.items() if lang in by}
