"""A question over the laws that are kept: the answer is passages with their places, or that nothing is good enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Query, Request
from starlette.responses import Response

from opencwc.web.legislation.kept_laws import latest_laws
from opencwc.web.legislation.parts import direction_of, tabs_of
from opencwc.web.legislation.questions import LONGEST_QUESTION, AnsweredQuestion, ask_laws
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import say, sentence
from opencwc.wording.states import state_name

router = Router(include_in_schema=False)
EXAMPLES = ("page_law_ask_example_1", "page_law_ask_example_2", "page_law_ask_example_3")
_Text = Annotated[str, Query(max_length=LONGEST_QUESTION)]
_Code = Annotated[str, Query(max_length=3)]


@dataclass(frozen=True)
class Passage:
    """A passage that was found: of which law, where in it, its words, and what makes it doubtful.

    No figure is shown with it: the order rests on several at once, and none of them alone would explain it.
    """

    source: str
    run: int
    file: str
    section: str
    lang: str
    direction: str
    text: str
    doubt: str = ""


@router.get("/law/ask", action="read")
def show_ask(request: Request, question: _Text = "", state: _Code = "") -> Response:
    """Show where a question is asked; one that stands in the address waits there to be sent."""
    lang, person = language_of(request), person_of(request)
    listed = latest_laws(book_of(request), person)
    states = [(code, state_name(code, lang)) for code in listed]
    return page(
        request, "legislation/ask.html", part="ask", tabs=tabs_of(person), states=states, state=state,
        question=question, found=None, examples=EXAMPLES,
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
        examples=(),
    )  # fmt: skip


def passages_of(asked: AnsweredQuestion, lang: str) -> Iterator[Passage]:
    """Yield the passages that were found as a page shows them."""
    for passage in asked.found:
        state, run, file = asked.run_of(passage)
        source = state_name(state, lang) if state else say("page_law_convention_name", lang)
        doubt = sentence(passage.doubt, lang) if passage.doubt else ""
        yield Passage(source, run, file, passage.place, passage.lang, direction_of(passage.lang), passage.text, doubt)


def _searched(asked: AnsweredQuestion, lang: str) -> str:
    names = [say("page_law_convention_name", lang), *(state_name(run, lang) for run in asked.runs)]
    return say("list_separator", lang).join(names)
