"""How an answer is put into words, on a page as in a report: how each element stands, and what would close the gap.

Also what a verdict cannot say by itself: a text was not read, or one that it rests on may not be in force.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from opencwc.convention.clauses import in_print
from opencwc.convention.measures import Element, Measure, Obligation
from opencwc.finding import Message, Value
from opencwc.legislation.model import COVERED, NONE, PARTIAL, REVIEW, Answer, Checked, Fulfilled, Shown
from opencwc.legislation.texts.sections import LegalSection
from opencwc.wording import LANGUAGES, cited, cited_parts, say
from opencwc.wording.typography import in_type

NOT_ALL_READ, NOT_IN_FORCE = "law_not_all_read", "law_not_in_force"
_NOT_READ = ("law_unreadable", "law_recognised_nothing", "law_language_unread", "law_unread")


def not_all_read(notes: Iterable[Message]) -> tuple[Message, ...]:
    """Return what is to be said of every gap where a text, or a part of one, was not read; nothing where all were."""
    files = unread_files(notes)
    return (Message(NOT_ALL_READ, {"files": files}),) if files else ()


def unread_files(notes: Iterable[Message]) -> tuple[str, ...]:
    """Return the texts that were not read, or not wholly, by what the notes say."""
    files = (str(note.values["file"]) for note in notes if note.id in _NOT_READ and "file" in note.values)
    return tuple(dict.fromkeys(files))


def doubts_of(notes: Iterable[Message]) -> dict[str, Message]:
    """Return by file what is to be said of texts that call themselves drafts, bills or repealed."""
    return {str(note.values["file"]): note for note in notes if note.id == NOT_IN_FORCE}


def qualified(answers: Iterable[Answer], notes: Sequence[Message]) -> list[Answer]:
    """Add to why a verdict was proposed what the notes on the texts mean for it."""
    unread, doubtful = not_all_read(notes), doubts_of(notes)
    return [
        replace(answer, why=answer.why + _doubts_of_texts(answer, doubtful) + (unread if _is_open(answer) else ()))
        for answer in answers
    ]


def _is_open(answer: Answer | Fulfilled) -> bool:
    return answer.verdict != COVERED


def obligation_messages(obligation: Fulfilled, checked: Checked) -> tuple[Message, ...]:
    """Say how an obligation came out, and what of the texts was not read where something of it is open."""
    return (*_told_of(obligation), *(not_all_read(checked.notes) if _is_open(obligation) else ()))


def _told_of(obligation: Fulfilled) -> Iterator[Message]:
    """Say what an obligation asks, how many of its measures are covered, and which ones came out in any other way."""
    yield obligation_asks(obligation)
    if covered := obligation.at(COVERED):
        counts: dict[str, Value] = {"covered": len(covered), "all": len(obligation.verdicts)}
        yield Message("law_obligation_covered", counts)
    for verdict in (PARTIAL, NONE, REVIEW):
        if measures := obligation.at(verdict):
            yield Message(f"law_obligation_{verdict}", {"measures": measures})


def obligation_asks(obligation: Fulfilled | Obligation) -> Message:
    """Say where in its text an obligation stands, and what it asks."""
    place = {lang: cited(obligation.source, lang) for lang in LANGUAGES}
    said: dict[str, Value] = {
        "place": Message("by_language", dict(place)),
        "title": Message("by_language", dict(obligation.titles)),
    }
    return Message("law_obligation", said)


def _doubts_of_texts(answer: Answer, doubtful: Mapping[str, Message]) -> tuple[Message, ...]:
    """Return what is to be said of the texts that a verdict rests on."""
    deciding = [passage for passage in answer.shown if passage.decides] or answer.shown[:1]
    files = dict.fromkeys(passage.passage.section.file for passage in deciding if answer.verdict != NONE)
    return tuple(doubtful[file] for file in files if file in doubtful)


STANDS = (
    "met", "reference", "by_person", "excepted", "limited", "passing", "delegated", "advised", "missing", "unsure",
    "instead",
)  # fmt: skip
"""How an element can stand in the texts: the last where another stands for it, the third where a person says so."""


_ANNEXES = {"Annex on Chemicals": "law_annex_chemicals", "Confidentiality Annex": "law_annex_confidentiality"}


def article_in(measure: Measure, lang: str) -> str:
    """Return where the Convention asks for a measure, its articles and annexes called as the language calls them."""
    return clauses_in(measure.article, lang)


def clauses_in(source: str, lang: str) -> str:
    """Return clauses of the Convention as a language cites them.

    >>> clauses_in("Art. VII.4, Art. VII.5; VA II.41", "en"), clauses_in("Art. VII.4", "es")
    ('Art. VII.4, VII.5; VA II.41', 'Artículo VII.4')
    """
    if lang == "en":
        return in_print(source)
    parts = (text for text, _ in cited_parts(source, lang))
    return say("citation_separator", lang).join(say(_ANNEXES.get(part, part), lang) for part in parts)


LEFT_TO_RIGHT = "\u200e"


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
    return in_type(texts[lang], lang) if texts.get(lang) and lang != "en" else _QUOTED.sub("“\\1”", texts.get("en", ""))


_QUOTED = re.compile(r'"([^"]*)"')


def said_alone(element: Element, lang: str) -> str:
    """Return what a provision on an element says, in a sentence that can be read without any other."""
    return said_in(element.alone, lang) if element.alone.get(lang) else said_in(element.says, lang)


def elements_shown(answer: Answer, lang: str) -> Iterator[ElementShown]:
    """Yield the elements of a measure in their order, with how each stands in the texts."""
    lacking = {element.id for element in answer.measure.missing(answer.met)}
    for element in answer.measure.elements:
        yield ElementShown(
            said_in(element.names, lang), said_alone(element, lang), _stands(element, answer, lacking),
            _places(element.id, answer), element.advised,
        )  # fmt: skip


def _stands(element: Element, answer: Answer, lacking: set[str]) -> str:
    id = element.id
    is_by_person = id in answer.by_person
    if id in answer.met:
        return "by_person" if is_by_person else "reference" if id in answer.by_reference else "met"
    ways = {
        "missing": is_by_person,
        "excepted": id in answer.excepted,
        "unsure": id in answer.unsure,
        "limited": id in dict(answer.limited),
        "delegated": id in answer.delegated,
        "passing": id in answer.passing or any(id in passage.elements for passage in answer.shown),
        "advised": element.advised,
    }
    otherwise = "missing" if id in lacking else "instead"
    return next((way for way, holds in ways.items() if holds), otherwise)


def verdict_words(answer: Answer, lang: str) -> str:
    """Say a verdict, of *partly covered* which of its kinds it is, and in words how sure that is."""
    verdict = name_of_verdict(answer, lang)
    sure = confidence_words(answer, lang)
    return f"{verdict} ({sure})" if sure else verdict


def name_of_verdict(answer: Answer, lang: str) -> str:
    """Say a verdict, of *partly covered* which of its kinds it is."""
    return say(_kind_of_part(answer) if answer.verdict == PARTIAL else f"law_verdict_{answer.verdict}", lang)


def _kind_of_part(answer: Answer) -> str:
    if answer.excepted or (answer.limited and not answer.delegated):
        return "law_partly_limited" if not set(answer.missing) - {*answer.passing} else "law_partly_missing"
    if answer.missing:
        return "law_partly_missing"
    return "law_partly_regulation" if answer.delegated else "law_verdict_partial"


def confidence_words(answer: Answer, lang: str) -> str:
    """Say in words how sure a verdict is; nothing where a person has to read, or the rules decided."""
    if answer.probability is None or answer.verdict == REVIEW:
        return ""
    level = next((name for name, least in _CONFIDENCE if answer.probability >= least), "low")
    return say(f"law_confidence_{level}", lang)


_CONFIDENCE = (("high", 0.85), ("fair", 0.65))
"""From when on a verdict is called sure; below, confidence is low."""


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
    wanted = (*answer.missing, *answer.delegated, *answer.excepted, *answer.unsure) or tuple(
        element.id for element in answer.measure.needed
    )
    points = []
    for id in wanted:
        says = said_alone(element_named(answer.measure, id), lang)
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


def held_by(shown: Shown, answer: Answer) -> tuple[Message, ...]:
    """Say what one passage holds of a measure: as a provision, only in passing, by leaving it to a regulation."""
    provided = [element for element in shown.elements if element in answer.met or element in answer.excepted]
    kinds = {
        "law_passage_holds": provided,
        "law_only_in_passing": [element for element in shown.elements if element not in provided],
        "law_left_to_regulation": list(shown.delegated),
    }
    messages = [Message(id, {"elements": _named(answer.measure, ids)}) for id, ids in kinds.items() if ids]
    if shown.excepts:
        messages.append(Message("law_passage_excepts"))
    return tuple(messages) or (Message("law_passage_near"),)


def excepting_words(elements: Sequence[Message], shown: Sequence[Shown]) -> Message:
    """Say that elements are said but not for everyone, and where the exception stands if that is known."""
    sections = (passage.passage.section.id for passage in shown if passage.excepts)
    places = tuple(dict.fromkeys(section for section in sections if section))
    if not places:
        return Message("law_why_excepted", {"elements": tuple(elements)})
    return Message("law_why_excepted_at", {"elements": tuple(elements), "places": places})


def element_named(measure: Measure, id: str) -> Element:
    """Return an element of a measure by its id."""
    return next(element for element in measure.elements if element.id == id)


def _named(measure: Measure, ids: Iterable[str]) -> tuple[Message, ...]:
    return tuple(Message("by_language", dict(element_named(measure, id).names)) for id in ids)


def element_words(measure: Measure, ids: Iterable[str], lang: str) -> str:
    """Return the short names of elements in a language, parted as it parts lists."""
    return say("list_separator", lang).join(say(name, lang) for name in _named(measure, ids))


def missing_words(answer: Answer, lang: str) -> str:
    """Say what is missing of a measure that is covered in part, what is left to a regulation, and what was not read."""
    if answer.verdict == COVERED:
        return ""
    lacking = _lacking(answer, lang) if answer.verdict != NONE else ()
    unread = (say(reason, lang) for reason in answer.why if reason.id == NOT_ALL_READ)
    return say("clause_separator", lang).join(words for words in (*lacking, *unread) if words)


def _lacking(answer: Answer, lang: str) -> Iterator[str]:
    yield element_words(answer.measure, (id for id in answer.missing if id not in answer.passing), lang)
    for message, ids in (("law_only_in_passing", answer.passing), ("law_left_to_regulation", answer.delegated)):
        if words := element_words(answer.measure, ids, lang):
            yield say(Message(message, {"elements": words}), lang)
    if answer.excepted:
        yield say(excepting_words(_named(answer.measure, answer.excepted), answer.shown), lang)


def place_words(answer: Answer) -> str:
    """Return where the best passage stands."""
    if not answer.shown:
        return ""
    section = answer.shown[0].passage.section
    return f"{section.file} {section.id}"


def sections_of(answer: Answer) -> tuple[LegalSection, ...]:
    """Return the sections that a verdict rests on, else the nearest one; none where nothing was found.

    Where a person said that it stands somewhere, the nearest section is not where.
    """
    if answer.verdict == NONE:
        return ()
    nearest = () if answer.by_person else answer.shown[:1]
    ways: tuple[Callable[[Shown], object], ...] = (lambda shown: shown.elements, lambda shown: shown.decides)
    resting = next((kept for way in ways if (kept := tuple(filter(way, answer.shown)))), nearest)
    return tuple(dict.fromkeys(shown.passage.section for shown in resting))[:_MOST_SECTIONS]


_MOST_SECTIONS = 3


TEMPLATE_WORDS = {"article_in": article_in, "confidence": confidence_words, "name_of_verdict": name_of_verdict}
