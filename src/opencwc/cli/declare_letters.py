"""Letters to operators and their answers, written and read, and with ``--keep CASE`` kept with the findings."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from opencwc.cli import declaration_papers as papers
from opencwc.cli.declare_asked import DeclareAsked
from opencwc.cli.declare_books import DeclareBooks
from opencwc.cli.keep_option import KeepWhere
from opencwc.declarations.verb import VERB
from opencwc.finding import Message
from opencwc.wording import sentence

if TYPE_CHECKING:
    from opencwc.casebook.database import Casebook
    from opencwc.casebook.model import Person
    from opencwc.declarations.questions import Question
    from opencwc.declarations.run_papers import KeptPapers
    from opencwc.jobs.questions_kept import Shown


def ask_operators(asked: DeclareAsked) -> int:
    """Write the letters, and keep that they went out; return the exit status: 1 where anything is asked."""
    asked.refuse_overwriting()
    books = DeclareBooks.read(asked)
    answer = books.judge()
    questions = papers.questions_about(answer, books.law)
    until = papers.write_letters(answer, questions, asked.letters or Path(), asked.lang)
    if asked.where.case:
        from opencwc.jobs.questions_kept import keep_letters

        number = books.keep(answer)
        with _opened(asked.where) as (book, person):
            keep_letters(book, person, *_shown(book, person, number), questions, until.isoformat())
    return 1 if questions else 0


def take_answers(asked: DeclareAsked) -> int:
    """Read answers, write the corrected register, and keep the answers with the findings that they are of.

    The findings are those of the last run in the case that asked the same; where there is none, the register is kept
    first. Return the exit status: 1 where an answer was refused or a question is open.
    """
    asked.refuse_overwriting()
    books = DeclareBooks.read(asked)
    answer, where, lang = books.judge(), asked.where, asked.lang
    questions = papers.questions_about(answer, books.law)
    given = asked.answers or Path()
    outcome = papers.read_answers(answer, questions, asked.source, given, asked.output, lang)
    if where.case:
        from opencwc.jobs.questions_kept import keep_answers

        with _opened(where) as (book, person):
            number = _run_that_asked(book, person, where.case, questions)
        number = number or books.keep(answer)
        with _opened(where) as (book, person):
            kept = keep_answers(book, person, *_shown(book, person, number), outcome.closed, lang)
        said = Message("ask_answers_kept", {"number": str(kept), "case": where.case, "run": str(number)})
        sys.stderr.write(sentence(said, lang) + "\n")
    return 1 if outcome.refused or outcome.open else 0


def _run_that_asked(book: Casebook, person: Person, case: str, questions: Sequence[Question]) -> int:
    """Return the last judged register of a case that asks these questions, 0 where none does."""
    from opencwc.declarations.run_papers import questions_in
    from opencwc.errors import NotFoundError
    from opencwc.jobs.kept_runs import list_runs

    ids = {question.id for question in questions}
    for run in list_runs(book, person, VERB.id):
        if run.case != case:
            continue
        try:
            _, kept = _shown(book, person, run.number)
        except NotFoundError:  # of an earlier version, or erased
            continue
        if ids == {question.id for question in questions_in(kept)}:
            return run.number
    return 0


def _shown(book: Casebook, person: Person, number: int) -> tuple[Shown, KeptPapers]:
    from opencwc.declarations.kept import unpack
    from opencwc.errors import NotFoundError
    from opencwc.jobs.kept_runs import Shelf, shown_run

    shown = shown_run(book, person, number, Shelf(VERB.id, "judged register", ""), unpack)
    if shown.kept.papers is None:
        raise NotFoundError("register_papers_not_kept", number=number)
    return shown, shown.kept.papers


@contextmanager
def _opened(where: KeepWhere) -> Iterator[tuple[Casebook, Person]]:
    from contextlib import closing

    from opencwc.casebook.database import open_casebook
    from opencwc.casebook.read_records import answering_by
    from opencwc.casebook.tokens import cli_person
    from opencwc.cli.casebook_options import tell_pinned
    from opencwc.cli.command_names import command_path

    with closing(open_casebook(where.casebook)) as book, answering_by(command_path()):
        tell_pinned(book)
        yield book, cli_person(book)
