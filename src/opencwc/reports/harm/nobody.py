"""Figures of none: nobody died, nobody was hurt, all came off unharmed, or none of them survived."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from opencwc.language.plain_text import plain_text
from opencwc.language.whole_numbers import find_numbers
from opencwc.reports.harm.lists import COMMAS, ORS, STOPS, Harm, harm_pattern, listed
from opencwc.reports.harm.sentence import Figure, HarmWord, Sentence
from opencwc.reports.model import Report, Span
from opencwc.reports.when import HEAD


def nobody_harmed(sentence: Sentence) -> Iterator[tuple[Figure, tuple[int, int]]]:
    """Give the figures of none: "no deaths", "nobody was hurt"."""
    lang, text = sentence.lang, sentence.text
    found: dict[tuple[int, int], str] = {}
    for name in ("nobody_killed", "nobody_affected"):
        found.update((match.span(), name) for match in listed(name, lang).finditer(text))
    for match in listed("nobody", lang).finditer(text):
        if not any(_overlap_of(match.span(), place) for place in found):
            found.update(_harm_of_nobody(sentence, match.end(), match.start()))
    found.update(dict(_or_harmed(sentence, found)))
    for place, name in found.items():
        behind = STOPS.split(text[place[1] : place[1] + 25])[0]
        said = text[slice(*place)]
        some = not ORS[lang].search(said) and listed("some_only", lang).search(said + behind)
        for harm in _spares(name == "nobody_killed"):
            score = sentence.score - (0.6 if harm == "killed" and name == "nobody_affected" else 0.0)
            yield Figure(harm, 0, score - 9.0 * bool(some), (sentence.span(*place),), at=sentence.at_or_title), place


def _spares(only_death: bool) -> tuple[Harm, ...]:
    return ("killed",) if only_death else ("affected", "killed")


def _or_harmed(sentence: Sentence, found: Mapping[tuple[int, int], str]) -> Iterator[tuple[tuple[int, int], str]]:
    """Give the places where nobody died "or" was harmed."""
    text, lang = sentence.text, sentence.lang
    for (start, end), name in found.items():
        match = harm_pattern(lang).search(text, end, end + 25)
        if name != "nobody_killed" or match is None or not (match.lastgroup or "").startswith("affected"):
            continue
        if find_numbers(text[end : match.start()], lang) or find_numbers(text[match.end() :][:_NEAR], lang):
            continue  # none died, twelve were hurt
        if ORS[lang].search(text[end : match.start()]) or (
            lang == "ru" and re.search(r"\bи\b|,", text[end : match.start()])
        ):
            yield (start, match.end()), "nobody_affected"


_NEAR = 20
"""Signs behind a word of harm in which the number of those it is said of may stand."""


def _overlap_of(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _harm_of_nobody(sentence: Sentence, end: int, start: int) -> Iterator[tuple[tuple[int, int], str]]:
    """Give the place from "nobody" to the word of harm that is said of it."""
    limit = end + (12 if sentence.lang == "zh" else 60)
    match = harm_pattern(sentence.lang).search(sentence.text, end, limit)
    if match is None or (match.lastgroup or "neither") == "neither":
        return
    gap = sentence.text[end : match.start()]
    if listed("care", sentence.lang).match(sentence.text, match.start()):
        return
    if not re.search(r"[;:.!?；：。؛]", gap) and not _is_spared_by(gap, sentence.lang):
        yield (
            (start, match.end()),
            "nobody_killed" if (match.lastgroup or "").startswith("killed") else "nobody_affected",
        )


def is_of_nobody(sentence: Sentence, word: HarmWord) -> bool:
    """Tell whether nobody is said to have needed what a word tells: "no one needed treatment"."""
    text, lang = sentence.text, sentence.lang
    low = max(0, word.start - (8 if lang == "zh" else 25))
    ends = [match.end() for match in listed("nobody", lang).finditer(text, low, word.start)]
    gap = text[ends[-1] : word.start] if ends else ""
    return bool(ends) and not STOPS.search(gap) and not find_numbers(gap, lang)


def _is_spared_by(gap: str, lang: str) -> bool:
    """Tell whether something else is said of nobody before: "none is in danger, twelve were hurt"."""
    return bool(find_numbers(gap, lang)) or len(COMMAS.findall(gap)) > 1 or "danger" in gap


def unharmed(sentence: Sentence, spared: Sequence[HarmWord]) -> Iterator[Figure]:
    """Give the figures of none where some are said to have come off unharmed; they count where nobody else was."""
    text, lang = sentence.text, sentence.lang
    places = [(word.start, word.end, word.harm) for word in spared]
    symptoms = {
        (word.start, word.end) for word in spared if not listed("injury", lang).search(text[word.start : word.end])
    }
    places += [(*match.span(), "affected") for match in listed("unharmed", lang).finditer(text)]
    for start, end, harm in places:
        if listed("precaution", lang).search(text):
            continue
        around = text[max(0, start - 12) : start] + " " + STOPS.split(text[end : end + 25])[0]
        if harm == "affected" and (start, end) in symptoms:
            continue
        if not listed("some_only", lang).search(around):
            for each in _spares(harm == "killed"):
                yield Figure(each, 0, sentence.score - 1.0, (sentence.span(start, end),), weak=True, at=sentence.at)


def is_unhurt(behind: str, lang: str) -> bool:
    """Tell whether those in care were not harmed: "were seen as a precaution, without injuries"."""
    return bool(listed("precaution", lang).search(behind))


def none_survived(report: Report, lang: str) -> Iterator[Span]:
    """Give the places where all those told of are said to have died: "neither survived"."""
    text = plain_text(report.whole[:HEAD], lang)
    for match in listed("none_survived", lang).finditer(text.text):
        yield Span(*text.span(*match.span()))
