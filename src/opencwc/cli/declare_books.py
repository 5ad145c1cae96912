"""The register that `opencwc declare` reads, judged under the law that is asked for, and kept where a case is named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from opencwc.cli.declare_asked import DeclareAsked, files_of
from opencwc.cli.keep_option import keep_run
from opencwc.cli.value import displayable
from opencwc.declarations.paused_collection import collection_paused
from opencwc.declarations.verb import VERB
from opencwc.finding import Message
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from datetime import date

    from opencwc.declarations.chemicals import Chemicals
    from opencwc.declarations.law import Law
    from opencwc.declarations.model import Answer, Problem, Register

_MOST_TOLD = 50


class DeclareBooks(NamedTuple):
    """A register with the law that it is judged by, as it was asked for."""

    asked: DeclareAsked
    register: Register
    law: Law
    chemicals: Chemicals

    @classmethod
    def read(cls, asked: DeclareAsked) -> DeclareBooks:
        """Read the register, load the law, and write the register again where that is asked for."""
        from opencwc.cli.declare_registers import write_register_asked
        from opencwc.declarations.register_reader import read_register

        with collection_paused():
            law = asked.law.law()
            chemicals = chemicals_on(law.convention.as_of)
            books = cls(asked, read_register(asked.source, asked.columns), law, chemicals)
        if asked.write_register is not None:
            write_register_asked(books.register, asked.source, asked.write_register, asked.lang)
        return books

    def judge(self, *, beside: bool = False) -> Answer:
        """Return what is due; ``beside`` what is near, and what changed, as always where it is kept."""
        from opencwc.declarations.judgement import judge

        asked = self.asked
        with collection_paused():
            return judge(
                self.register, self.law, asked.year, self.chemicals, asked.share,
                beside=beside or bool(asked.where.case),
            )  # fmt: skip

    def compared(self, answer: Answer) -> tuple[Answer, list[Message]]:
        """Return an answer with what differs from a ledger, if one is named, and how much of it was compared."""
        from opencwc.cli.declare_trade import with_trade_of

        return with_trade_of(answer, self.asked.trade, {}, self.asked.law.as_of) if self.asked.trade else (answer, [])

    def keep(self, answer: Answer, *, compared: bool = False) -> int:
        """Keep what was found in the case that is named, with the files of the register; return the number of the run.

        ``compared`` tells that a ledger was. Where no case is named, 0.
        """
        from opencwc.declarations.reader import steps_of

        asked, law = self.asked, self.law
        if not asked.where.case:
            return 0
        question = {
            "as_of": law.convention.as_of.isoformat(), "year": answer.year, "profile": law.profile.id,
            "readings": dict(asked.law.readings), "margin": asked.margin,
        } | ({"trade": Path(asked.trade).name} if compared else {})  # fmt: skip
        return keep_run(VERB, steps_of(answer, law), asked.where, question, files_of(asked.source), asked.lang)

    def notes(self, problems: Sequence[Problem]) -> list[str]:
        """Return what could not be read, each with its place; of many the first.

        Names of files and the words of a cell keep their first letter, so these lines are no sentences.
        """
        lang = self.asked.lang
        told = [
            displayable(say(Message("declare_problem_at", {"place": place, "says": problem.says}), lang))
            for problem in problems[:_MOST_TOLD]
            for place in (self.register.locate(problem.place),)
        ]
        if len(problems) > _MOST_TOLD:
            told.append(sentence(Message("declare_more_problems", {"count": len(problems) - _MOST_TOLD}), lang))
        return told

    def told_of(self, answer: Answer, compared: Sequence[Message]) -> list[str]:
        """Return what is told beside an answer: what it rests on, what could not be read, what was compared."""
        from opencwc.declarations.law_notes import law_notes

        lang = self.asked.lang
        told = [sentence(message, lang) for message in law_notes(answer)]
        return [*told, *self.notes(answer.problems), *(sentence(note, lang) for note in compared)]


def chemicals_on(day: date) -> Chemicals:
    """Return a reader of chemicals under the Convention of a day."""
    from opencwc.declarations.chemicals import Chemicals
    from opencwc.screening.rulebook import Rulebook
    from opencwc.screening.screener import Screener

    return Chemicals(Screener(Rulebook.of(day, ("CWC",))))
