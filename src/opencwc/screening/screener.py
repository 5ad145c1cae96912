"""One input to its outcomes: what it is, then a structure, a name or number, or a text."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from opencwc.finding import Message, Verdict
from opencwc.language.refusals import judge_request
from opencwc.screening.known_chemicals import Known, recognise
from opencwc.screening.model import Outcome
from opencwc.screening.structure_screener import MET, StructureScreener, unreadable

if TYPE_CHECKING:
    from opencwc.screening.mentions import Finder

LONGEST_VALUE = 1_000_000
"""Characters of a value, a mol block included; the readers of tables keep no longer one either."""


class Screener(StructureScreener):
    """Answers for single inputs under one rulebook; `opencwc.screening.batches` answers for many."""

    def answer(self, text: str, kind: str = "auto") -> tuple[Outcome, ...]:
        """Return at least one outcome for an input; ``kind`` as in `opencwc.screening.model.KINDS`."""
        if (reason := _unfit(text)) is not None:
            return (unreadable(reason),)
        if kind == "text":
            return self.finder.answer(text) or (NO_MENTION,)
        guessed = kind == "auto"
        if guessed:
            kind = recognise(text, self.known)
        if kind in ("cas", "name"):
            return self._answer_name(text, kind, guessed=guessed)
        if guessed and kind == "smiles" and _EC_OR_HS.fullmatch(text) and (mentions := self._mentions_met(text)):
            return mentions
        outcomes = self.answer_structure(text, kind)
        if guessed and kind == "smiles" and text.isalnum() and outcomes[0].verdict is Verdict.UNREADABLE:
            by_name = self.known.by_name(text, guessed=True)  # POCl3 is no SMILES, and a name
            return self.answer_known(by_name, "name") if isinstance(by_name, Known) else outcomes
        return outcomes

    def _answer_name(self, text: str, kind: str, *, guessed: bool) -> tuple[Outcome, ...]:
        """Answer for a name or a number; where none is known, for a request, a line or a mistyped number."""
        known = self.known.by_number(text) if kind == "cas" else self.known.by_name(text, guessed=guessed)
        if isinstance(known, Known):
            return self.answer_known(known, kind)
        if _SEVERAL_WORDS.search(text):
            if refusal := judge_request(text):
                return (unreadable(refusal.message),)
            is_line = guessed and _IS_LINE.search(text)
            if is_line and (mentions := self._mentions_met(text)):  # a line that names a chemical, and not a name
                return mentions
        if known.id == "unreadable_cas_digit" and (mentions := self._mentions_met(text)):
            return mentions  # the numbers that it can be meant for
        return self.answer_known(known, kind)

    def _mentions_met(self, text: str) -> tuple[Outcome, ...]:
        """Return what a text mentions, where something of it is listed or for review; else nothing."""
        outcomes = self.finder.answer(text)
        return outcomes if any(outcome.verdict in MET for outcome in outcomes) else ()

    @cached_property
    def finder(self) -> Finder:
        """Finds the chemicals that a text mentions."""
        from opencwc.screening.mentions import Finder

        return Finder(self)


def _unfit(text: str) -> Message | None:
    """Say why a text cannot be a value at all, as the readers of tables say it of their rows; ``None`` where it can."""
    lost = not text.isascii() and _LOST.search(text) and not ("M  END" in text and "\n" in text)
    if text.strip() and len(text) <= LONGEST_VALUE and not lost:
        return None
    from opencwc.files.rows import EMPTY, too_long_message

    if not text.strip():
        return EMPTY
    starts = _LOST.sub("\ufffd", text[:_STARTS])
    if len(text) > LONGEST_VALUE:
        return too_long_message(starts, len(text))
    return Message("row_undecodable", {"encoding": "utf-8", "starts": starts})


NO_MENTION = Outcome(Verdict.NOT_LISTED, "text", Message("why_no_mention"))
"""What is said of a text in which no chemical was recognised: that is no statement about the goods."""
_STARTS = 80
_SEVERAL_WORDS = re.compile(r"\w\W+\w|[^\x00-\x7f]")
"""What may be a request rather than a name: several words, or a script that may write them without spaces."""
_EC_OR_HS = re.compile(r"\d{3}-\d{3}-\d|\d{4}\.\d\d(?:\.\d\d){0,2}")
_IS_LINE = re.compile(r"\w[^\w\0]*\s[^\w\0]*\w|[^\x00-\x7f]")
"""What may be a line that names a chemical among other words, and not one name."""
_LOST = re.compile("[\ud800-\udfff\ufffd]")
