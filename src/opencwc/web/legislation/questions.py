"""A question over the laws that are kept and the Convention: its page, and passages as they stand, each with its place.

The search is `opencwc.legislation.question_answers`; a law that is kept has its vectors with it, so that only the
question has to be turned into one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Annotated

from fastapi import Form, Query, Request
from starlette.responses import Response

from opencwc.errors import InputError
from opencwc.language.encoders import named_encoder
from opencwc.legislation.answer_wording import clauses_in, doubts_of
from opencwc.legislation.passage_search import PassageIndex
from opencwc.legislation.question_answers import CONVENTION, Cited, Library
from opencwc.legislation.question_index import QuestionIndex
from opencwc.web.convention.measures import measures_of
from opencwc.web.legislation.kept_laws import ShownLaw, latest_laws, shown_law
from opencwc.web.legislation.parts import direction_of, law_page
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, book_of, person_of, service_of
from opencwc.wording import say, sentence
from opencwc.wording.states import state_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from opencwc.language.encoders import Encoder
    from opencwc.legislation.kept import KeptLaw

LONGEST_QUESTION = 1_000
MOST_FOUND = 10
MOST_HELD = 20_000
"""Passages of the laws that are held ready to be asked, about: some 3,000 pages."""
_ready: OrderedDict[int, tuple[KeptLaw, QuestionIndex]] = OrderedDict()
_of_convention: dict[tuple[date, str], QuestionIndex] = {}
_lock = Lock()


@dataclass(frozen=True)
class AnsweredQuestion:
    """What a question found, best first; ``runs`` are the checked laws that were searched, by State."""

    found: tuple[Cited, ...]
    runs: dict[str, int]
    not_in_laws: bool = False

    def run_of(self, cited: Cited) -> tuple[str, int, str]:
        """Return the State, the run and the file of a passage; of one of the Convention the State is empty."""
        state, _, file = cited.source.partition(" ")
        return (state, self.runs[state], file) if state in self.runs else ("", 0, "")


class _Known:
    """An encoder whose passages have their vectors already; only questions are turned into new ones."""

    def __init__(self, encoder: Encoder, kept: KeptLaw) -> None:
        self.encoder = encoder
        self.id, self.dimensions, self.thresholds = encoder.id, encoder.dimensions, encoder.thresholds
        self.questions = encoder.questions
        self.kept = dict(zip((passage.searched for passage in kept.passages), kept.vectors, strict=True))

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row for each passage."""
        import numpy as np

        return np.stack([self.kept[text] for text in texts])


def ask_laws(request: Request, question: str, state: str, lang: str) -> AnsweredQuestion:
    """Search the Convention and the law of every State that was checked last, or of one, as the person may see them.

    Raises:
        HttpProblem: the question is refused, which is recorded.
        InputError: there is no question, or it is too long.

    """
    book, person = book_of(request), person_of(request)
    text, state = question.strip(), state.upper()
    if not text or len(text) > LONGEST_QUESTION:
        raise InputError("question_missing_or_too_long", most=LONGEST_QUESTION)
    service_of(request).see_allowed(person, text, lang)
    listed = latest_laws(book, person)
    shown = [shown_law(book, person, run.number) for code, run in listed.items() if state in ("", code)]
    ready = {law.state: _made_ready(law) for law in shown}
    doubts = {law.state: doubts_of(law.kept.checked.notes) for law in shown}
    library = Library(
        named_encoder(), measures_of(date.today()), {}, ready={CONVENTION: _convention(), **ready}, doubts=doubts
    )
    asked = library.ask(text, state, MOST_FOUND, lang)
    return AnsweredQuestion(asked.passages, {law.state: law.number for law in shown}, asked.not_in_laws)


def _convention() -> QuestionIndex:
    """Return the Convention's sentences on this day ready to be asked, made once."""
    key = (date.today(), named_encoder().id)
    with _lock:
        if key in _of_convention:
            return _of_convention[key]
    made = Library(named_encoder(), measures_of(date.today()), {}).convention
    with _lock:
        _of_convention.clear()
        _of_convention[key] = made
    return made


def _made_ready(shown: ShownLaw) -> QuestionIndex:
    """Return a law ready to be asked; it is made again where its file or the measures of the day changed."""
    measures = measures_of(date.today())
    with _lock:
        held = _ready.get(shown.number)
        if held is not None and held[0] is shown.kept and held[1].measures is measures:
            _ready.move_to_end(shown.number)
            return held[1]
    encoder = named_encoder()
    kept = shown.kept
    chosen = _Known(encoder, kept) if kept.vectors_file and kept.encoder == encoder.id else encoder
    made = QuestionIndex(PassageIndex(kept.passages, chosen), measures)
    made.prepare()
    with _lock:
        _ready[shown.number] = kept, made
        while len(_ready) > 1 and sum(len(law.index.passages) for _, law in _ready.values()) > MOST_HELD:
            _ready.popitem(last=False)
    return made


router = Router(include_in_schema=False)
EXAMPLES = ("page_law_ask_example_1", "page_law_ask_example_2", "page_law_ask_example_3")
_Text = Annotated[str, Query(max_length=LONGEST_QUESTION)]
_Code = Annotated[str, Query(max_length=3)]


@dataclass(frozen=True)
class Passage:
    """A passage that was found: of which law, where in it, its words, and what makes it doubtful.

    ``pieces`` are its words in order, with whether they meet what is asked.
    No figure is shown with it: the order rests on several at once, and none of them alone would explain it.
    """

    source: str
    run: int
    file: str
    section: str
    lang: str
    direction: str
    pieces: tuple[tuple[str, bool], ...]
    doubt: str = ""


@router.get("/law/ask", action="read")
def show_ask(request: Request, question: _Text = "", state: _Code = "") -> Response:
    """Show where a question is asked; one that stands in the address waits there to be sent."""
    lang, person = language_of(request), person_of(request)
    listed = latest_laws(book_of(request), person)
    states = [(code, state_name(code, lang)) for code in listed]
    return law_page(
        request, "legislation/ask.html", "ask", states=states, state=state, question=question, found=None,
        examples=EXAMPLES,
    )  # fmt: skip


@router.post("/law/ask", action="read")
def answer(
    request: Request,
    question: Annotated[str, Form(max_length=10 * LONGEST_QUESTION)] = "",
    state: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Answer a question; it travels in the body, so that no log of a proxy has it."""
    lang = language_of(request)
    asked = ask_laws(request, question, state, lang)
    return page(
        request, "legislation/answer.html", found=list(passages_of(asked, lang)), searched=_searched(asked, lang),
        examples=(), not_in_laws=asked.not_in_laws,
    )  # fmt: skip


def passages_of(asked: AnsweredQuestion, lang: str) -> Iterator[Passage]:
    """Yield the passages that were found as a page shows them."""
    for passage in asked.found:
        state, run, file = asked.run_of(passage)
        source = state_name(state, lang) if state else say("page_law_convention_name", lang)
        doubt = sentence(passage.doubt, lang) if passage.doubt else ""
        place = passage.citation or passage.place
        if not state:
            clauses, _, measure = place.rpartition(" (")  # as `Library` names the places of our own sentences
            place = f"{clauses_in(clauses, lang)} ({measure}"
        yield Passage(source, run, file, place, passage.lang, direction_of(passage.lang), marked_pieces(passage), doubt)


def marked_pieces(passage: Cited) -> tuple[tuple[str, bool], ...]:
    """Return the words of a passage in order, with whether each piece meets what is asked."""
    pieces, at = [], 0
    for start, end in _joined(passage.text, passage.marks):
        pieces += [(passage.text[at:start], False), (passage.text[start:end], True)]
        at = end
    return tuple(piece for piece in (*pieces, (passage.text[at:], False)) if piece[0])


def _joined(text: str, marks: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield marks, those that only a space stands between as one.

    >>> list(_joined("chemical weapons of a State", [(0, 8), (9, 16), (22, 27)]))
    [(0, 16), (22, 27)]
    """
    begun: tuple[int, int] | None = None
    for start, end in marks:
        if begun and text[begun[1] : start] in ("", " "):
            begun = (begun[0], end)
            continue
        if begun:
            yield begun
        begun = (start, end)
    if begun:
        yield begun


def _searched(asked: AnsweredQuestion, lang: str) -> str:
    names = [say("page_law_convention_name", lang), *(state_name(run, lang) for run in asked.runs)]
    return say("list_separator", lang).join(names)
