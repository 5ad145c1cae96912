"""Letters and answers about a judged register, kept with its findings: which question closes which finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import NamedTuple

from opencwc.casebook.correspondence import ASKED, Exchange, Taken, correspondence_in, keep_correspondence
from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import findings_of_run
from opencwc.casebook.model import Person, Status
from opencwc.declarations.kept import KeptDeclarations
from opencwc.declarations.points_to_ask import findings_by_question
from opencwc.declarations.questions import Question
from opencwc.declarations.replies import Closed
from opencwc.declarations.run_papers import KeptPapers
from opencwc.declarations.verb import ASK
from opencwc.finding import Message, Verdict
from opencwc.jobs.kept_runs import ShownRun
from opencwc.wording import sentence

Shown = ShownRun[KeptDeclarations]
STATES = ("unasked", "asked", "answered", "closed")
CLOSED = frozenset({Status.ACCEPTED, Status.CORRECTED, Status.REJECTED})
REJECTS = frozenset({"confirmed"})
"""Answers that say that the figure is right: to accept one is to reject the finding."""


def findings_of_questions(book: Casebook, person: Person, shown: Shown, papers: KeptPapers) -> dict[str, int]:
    """Return the finding of each question of a judged register; what only a form lacks is no finding."""
    points = findings_of_run(book, person, shown.number, ASK)
    verdicts = (Verdict.REVIEW, Verdict.UNREADABLE)
    problems = sorted(
        (found for verdict in verdicts for found in findings_of_run(book, person, shown.number, verdict)),
        key=itemgetter(0),
    )
    return findings_by_question(
        [
            ((point.question for point in shown.kept.points), (finding for finding, _ in points)),
            (papers.of_problems, (finding for finding, _ in problems)),
        ]
    )


class Standing(NamedTuple):
    """How a question stands: its finding (0 for none), what was asked and answered of it, and whether that is closed.

    ``state`` is ``unasked``, ``asked``, ``answered`` or ``closed``. ``earlier`` tells that the same question was
    answered about an earlier run of the case, whose answer stands here.
    """

    state: str
    finding: int = 0
    status: Status | None = None
    asked: Taken | None = None
    answer: Taken | None = None
    earlier: bool = False


def standings_of(book: Casebook, person: Person, shown: Shown) -> dict[str, Standing]:
    """Return how each point to ask about stands, and whatever else was asked or answered, by the id of the question.

    An officer closes a finding by a decision; that of an earlier run closes the same question of a later one, which is
    the same as long as figure, value and reasons are.
    """
    found = _findings(book, person, shown.number)
    mine = dict(zip((point.question for point in shown.kept.points), found.items(), strict=False))
    runs = {shown.number: found}
    asked: dict[str, Taken] = {}
    answers: dict[str, Taken] = {}
    for taken in correspondence_in(book, person, shown.case.name):
        (answers if taken.exchange.answers else asked)[taken.exchange.question] = taken
    standings = {}
    for question in dict.fromkeys((*mine, *asked, *answers)):
        finding, status = mine.get(question, (0, None))
        answer, sent = answers.get(question), asked.get(question)
        earlier = answer is not None and answer.run != shown.number
        decided = status
        if answer is not None and earlier and status not in CLOSED:
            if answer.run not in runs:
                runs[answer.run] = _findings(book, person, answer.run)
            decided = runs[answer.run].get(answer.exchange.finding, status)
        state = "closed" if decided in CLOSED else "answered" if answer else "asked" if sent else "unasked"
        standings[question] = Standing(state, finding, status, sent, answer, earlier)
    return standings


def _findings(book: Casebook, person: Person, run: int) -> dict[int, Status]:
    return dict(findings_of_run(book, person, run, ASK))


def keep_letters(
    book: Casebook, person: Person, shown: Shown, papers: KeptPapers, questions: Iterable[Question], until: str
) -> int:
    """Keep that questions went out, to be answered until a day; return of how many that is new."""
    of = findings_of_questions(book, person, shown, papers)
    asked = [Exchange(of.get(each.id, 0), each.id, ASKED, each.now, words=until) for each in questions]
    return keep_correspondence(book, person, shown.number, asked, {})


def keep_answers(
    book: Casebook, person: Person, shown: Shown, papers: KeptPapers, closed: Iterable[Closed], lang: str
) -> int:
    """Keep the answers that close a question, each with its finding; return how many are new.

    Each is a comment on its finding as well, in the language of who takes it in.
    """
    of = findings_of_questions(book, person, shown, papers)
    answers = {
        Exchange(of.get(id, 0), id, each.answer, each.before, each.after, each.reason, each.where): each
        for each in closed
        if (id := each.question.id)
    }
    comments = {answer.finding: sentence(comment_on(each), lang) for answer, each in answers.items()}
    return keep_correspondence(book, person, shown.number, list(answers), comments)


def comment_on(closed: Closed) -> Message:
    """Return an answer in words: what it is, what stood in the register, what is right, why, and where it says so."""
    values: Mapping[str, str] = {
        "before": closed.before or "–", "after": closed.after or "–", "reason": closed.reason or "–",
        "where": closed.where,
    }  # fmt: skip
    answer = Message(f"ask_answer_{closed.answer}")
    return Message("ask_answer_kept", {"answer": answer, **values})
