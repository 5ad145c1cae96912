"""How an answer is shown, on a page as in a report: each element with how it stands, and what would close the gap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from opencwc.convention.measures import Element, Measure
from opencwc.finding import Message
from opencwc.legislation.formats import element_named
from opencwc.legislation.model import Answer
from opencwc.wording import RIGHT_TO_LEFT, say

STANDS = ("met", "by_person", "excepted", "passing", "delegated", "advised", "missing", "instead")
"""How an element can stand in the texts: the last where another stands for it, the second where a person says so."""


_ANNEXES = {"Annex on Chemicals": "law_annex_chemicals", "Confidentiality Annex": "law_annex_confidentiality"}


def article_in(measure: Measure, lang: str) -> str:
    """Return where the Convention asks for a measure, its annexes called as the language calls them.

    In a language that runs right to left the references between such names hold together (marks U+200E at their ends).
    """
    article = measure.article
    for name, message in _ANNEXES.items():
        article = article.replace(name, say(message, lang))
    if lang not in RIGHT_TO_LEFT or article.isascii():
        return article
    parts = article.split("; ")
    return "; ".join(f"{LEFT_TO_RIGHT}{part}{LEFT_TO_RIGHT}" if part.isascii() else part for part in parts)


LEFT_TO_RIGHT = "\u200e"


def likely(probability: float, lang: str) -> str:
    """Return how likely a verdict is in whole percents; nothing that a model says is certain.

    >>> likely(0.87, "en"), likely(0.9996, "fr"), likely(0.001, "en")
    ('87%', '>99\xa0%', '<1%')
    """
    sign = "%" if lang in ("en", "zh") else "\xa0%"
    over, under = probability >= _NEARLY_SURE, probability < 1 - _NEARLY_SURE
    percent = f"{'>' if over else '<' if under else ''}{99 if over else 1 if under else round(100 * probability)}{sign}"
    return f"{LEFT_TO_RIGHT}{percent}{LEFT_TO_RIGHT}" if lang in RIGHT_TO_LEFT else percent


_NEARLY_SURE = 0.995


@dataclass(frozen=True)
class ElementShown:
    """An element of a measure: its name, what a provision says, and how it stands, a word of `STANDS`.

    ``places`` are the sections that hold it, as their files and ids.
    """

    name: str
    says: str
    stands: str
    places: tuple[tuple[str, str], ...]
    advised: bool


def said_in(texts: Mapping[str, str], lang: str) -> str:
    """Return what is said in a language, in English where nothing is."""
    return texts.get(lang) or texts.get("en", "")


def elements_shown(answer: Answer, lang: str) -> Iterator[ElementShown]:
    """Yield the elements of a measure in their order, with how each stands in the texts."""
    lacking = {element.id for element in answer.measure.missing(answer.met)}
    for element in answer.measure.elements:
        yield ElementShown(
            said_in(element.names, lang), said_in(element.says, lang), _stands(element, answer, lacking),
            _places(element.id, answer), element.advised,
        )  # fmt: skip


def _stands(element: Element, answer: Answer, lacking: set[str]) -> str:
    if element.id in answer.met:
        return "by_person" if element.id in answer.by_person else "met"
    if element.id in answer.by_person:
        return "missing"
    if element.id in answer.excepted:
        return "excepted"
    if element.id in answer.delegated:
        return "delegated"
    if element.id in answer.passing or any(element.id in passage.elements for passage in answer.shown):
        return "passing"
    if element.advised:
        return "advised"
    return "missing" if element.id in lacking else "instead"


def _places(element: str, answer: Answer) -> tuple[tuple[str, str], ...]:
    sections = [
        passage.passage.section for passage in answer.shown if element in (*passage.elements, *passage.delegated)
    ]
    return tuple(dict.fromkeys((section.file, section.id) for section in sections))


def drafting_points(answer: Answer, lang: str, *, alone: bool = False) -> list[str]:
    """Return what a provision has to contain to close a gap, one sentence an element that is missing.

    Of what was found in passing it says so, and where: the words may be there already. Where a text is ``alone`` it is
    not named.
    """
    wanted = (*answer.missing, *answer.delegated, *answer.excepted) or tuple(
        element.id for element in answer.measure.needed
    )
    points = []
    for id in wanted:
        says = said_in(element_named(answer.measure, id).says, lang)
        if id in answer.excepted:
            says = say(Message("law_point_excepted", {"says": says}), lang)
        if id in answer.passing:
            places = say("list_separator", lang).join(
                section if alone else f"{file} {section}" for file, section in _places(id, answer)
            )
            message = "law_point_in_passing_at" if places else "law_point_in_passing"
            says = say(Message(message, {"says": says, "places": places}), lang)
        points.append(says)
    return points
