"""How an answer is shown, on a page as in a report: each element with how it stands, and what would close the gap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from opencwc.convention.measures import Element, Measure
from opencwc.finding import Message
from opencwc.legislation.formats import element_named
from opencwc.legislation.model import Answer
from opencwc.wording import say

STANDS = ("met", "passing", "delegated", "advised", "missing", "instead")
"""How an element can stand in the texts; the last where another element stands for it."""


_ANNEXES = {"Annex on Chemicals": "law_annex_chemicals", "Confidentiality Annex": "law_annex_confidentiality"}


def article_in(measure: Measure, lang: str) -> str:
    """Return where the Convention asks for a measure, its annexes called as the language calls them."""
    said = measure.article
    for name, message in _ANNEXES.items():
        said = said.replace(name, say(message, lang))
    return said


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
    lacking = {one.id for one in answer.measure.missing(answer.met)}
    for one in answer.measure.elements:
        yield ElementShown(
            said_in(one.names, lang), said_in(one.says, lang), _stands(one, answer, lacking), _places(one.id, answer),
            one.advised,
        )  # fmt: skip


def _stands(element: Element, answer: Answer, lacking: set[str]) -> str:
    if element.id in answer.met:
        return "met"
    if element.id in answer.delegated:
        return "delegated"
    if element.id in answer.passing or any(element.id in one.elements for one in answer.shown):
        return "passing"
    if element.advised:
        return "advised"
    return "missing" if element.id in lacking else "instead"


def _places(element: str, answer: Answer) -> tuple[tuple[str, str], ...]:
    held = [one.passage.section for one in answer.shown if element in (*one.elements, *one.delegated)]
    return tuple(dict.fromkeys((one.file, one.id) for one in held))


def drafting_points(answer: Answer, lang: str) -> list[str]:
    """Return what a provision has to contain to close a gap, one sentence an element that is missing.

    Of what was found in passing it says so, and where: the words may be there already.
    """
    wanted = (*answer.missing, *answer.delegated) or tuple(one.id for one in answer.measure.needed)
    points = []
    for one in wanted:
        says = said_in(element_named(answer.measure, one).says, lang)
        if one in answer.passing:
            places = say("list_separator", lang).join(f"{file} {section}" for file, section in _places(one, answer))
            message = "law_point_in_passing_at" if places else "law_point_in_passing"
            says = say(Message(message, {"says": says, "places": places}), lang)
        points.append(says)
    return points
