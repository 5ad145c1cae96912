"""One input to its outcomes: what it is, then a structure, a name or number, or a text."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from opencwc.chemistry.chemical_words import looks_chemical
from opencwc.chemistry.molecule_reader import is_query
from opencwc.chemistry.name_resolver import LONGEST_NAME
from opencwc.chemistry.registry_numbers import looks_like_cas, written_as_day
from opencwc.finding import Message, Verdict, spans_of
from opencwc.language.rule_judge import judge_by_rules
from opencwc.screening.known_chemicals import Known, looks_drawn, recognise
from opencwc.screening.model import Outcome
from opencwc.screening.structure_screener import MET, StructureScreener, unreadable

if TYPE_CHECKING:
    from opencwc.chemistry.name_resolver import Candidate
    from opencwc.screening.mentions import Finder, Mention

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
        if kind in LABEL_OF_KIND:
            unknown = unreadable(Message(f"unreadable_{kind}_unknown", {"number": text}))
            return self._read_within(f"{LABEL_OF_KIND[kind]} {text}") or (unknown,)
        outcomes = self._answer_whole(text, kind)
        if outcomes[0].verdict is not Verdict.UNREADABLE or "\0" in text or is_query(text):
            return outcomes
        from opencwc.screening.value_reading import unframed

        if (bare := unframed(text)) != text and sum(map(str.isalpha, bare)) >= LEAST_NAME:
            of_bare = self._answer_whole(bare, kind)
            if of_bare[0].verdict is not Verdict.UNREADABLE:
                return of_bare
        if kind in _DRAWN_KINDS:
            return outcomes
        if kind == "cas":
            numbers = (mention.outcomes for mention in self.finder.find(text) if mention.kind == "cas")
            return tuple(outcome for of_number in numbers for outcome in of_number) or outcomes
        return self._answer_parts(text, outcomes)

    def _answer_whole(self, text: str, kind: str) -> tuple[Outcome, ...]:
        """Answer for a text that is one drawing, name or number and nothing else."""
        guessed = kind == "auto"
        if guessed:
            kind = recognise(text, self.known)
        if kind == "cas":
            return self.answer_known(self.known.by_number(text), kind)
        if kind == "inchikey":
            return self.answer_known(self.known.by_inchi_key(text), "structure")
        if kind == "name":
            return self.answer_known(self.known.by_name(text, guessed=guessed), kind)
        outcomes = self.answer_structure(text, kind)
        if guessed and kind == "smiles" and text.isalnum() and outcomes[0].verdict is Verdict.UNREADABLE:
            by_name = self.known.by_name(text, guessed=True)  # POCl3 is no SMILES, and a name
            return self.answer_known(by_name, "name") if isinstance(by_name, Known) else outcomes
        return outcomes

    def _answer_parts(self, text: str, unread: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        """Answer for a value that is not one thing: by what can be read in it, else with why it was not read."""
        if len(text) > LONGEST_NAME and " " not in text:
            return unread
        is_number = _NUMBER.fullmatch(text) is not None
        if looks_drawn(text) and not (is_number or _NUMBER_WITHIN.search(text)):
            return unread
        if _SEVERAL_WORDS.search(text) and (refusal := judge_by_rules(text)):
            return (unreadable(refusal.message),)
        if outcomes := self._read_within(text):
            return outcomes
        if looks_like_cas(text):  # why it is no right number was said
            return unread
        if is_number and (cas := written_as_day(text)):
            return self._of_day(cas)
        reason = Message("unreadable_number") if is_number else _number_unknown(text)
        return (unreadable(reason),) if reason else unread

    def _of_day(self, cas: str) -> tuple[Outcome, ...]:
        """Answer for a registry number that was written as a day."""
        from opencwc.screening.mentions.model import reviewed

        return reviewed(self.answer_known(self.known.by_number(cas), "cas"), "doubt_near_spelling")

    def _read_within(self, text: str) -> tuple[Outcome, ...]:
        """Return what a value mentions, or the names and drawings beside its amounts, with what is left over of it."""
        from opencwc.screening.broken_parts import broken_parts
        from opencwc.screening.value_reading import rest_of

        mentions = [
            mention for mention in self.finder.find(text) if mention.met or not _is_kind_of_chemicals(mention.text)
        ]
        if len(text) <= LONGEST_NAME and all(mention.kind == "unknown" for mention in mentions):
            mentions = self.mentions_beside_amounts(text)
        if not mentions:
            return ()
        outcomes = [outcome for mention in mentions for outcome in mention.outcomes]
        stated = [evidence.span for outcome in outcomes for evidence in outcome.evidence if evidence.span]
        read = [span for outcome in outcomes for span in spans_of(outcome.readings, outcome.span)]
        spans = [*((mention.start, mention.end) for mention in mentions), *read, *stated]
        rest = rest_of(text, spans)
        if not rest:
            return tuple(outcomes)
        if not any(outcome.verdict in MET for outcome in outcomes):
            broken = [unreadable(part.reason, "text") for part in broken_parts(text, spans)]
            if not broken and looks_chemical(rest):
                broken = [unreadable(Message("unreadable_rest"), "text")]
            outcomes += broken
        return tuple(
            outcome._replace(message=Message("why_rest", {"why": outcome.message, "rest": rest}))
            for outcome in outcomes
        )

    def mentions_beside_amounts(self, text: str) -> list[Mention]:
        """Return the drawings, and the names of no list, that stand in a value beside amounts and words of grade.

        The names of the lists are for the finder, which knows what else they mean.
        """
        from opencwc.screening.mentions import Mention
        from opencwc.screening.value_reading import names_beside_amounts

        until = 0
        mentions: list[Mention] = []
        for start, end in names_beside_amounts(text):
            written = text[start:end]
            if start < until or len(written) < LEAST_BESIDE:
                continue
            if _is_drawing(written):
                outcomes = self.answer_structure(written, "smiles")
                if outcomes[0].verdict is not Verdict.UNREADABLE:
                    until = end
                    mentions.append(Mention(start, end, written, "structure", outcomes))
            elif candidates := self._unlisted(written):
                until = end
                known = self.known.known(candidates)
                mentions.append(Mention(start, end, written, "name", self.answer_known(known, "text"), known))
        return mentions

    def _unlisted(self, name: str) -> tuple[Candidate, ...]:
        """Return what a name stands for where no list has it."""
        if _is_kind_of_chemicals(name) or _POINTED.fullmatch(name):
            return ()
        resolver = self.known.resolver
        curated = resolver.by_curated_name(name)
        if any(candidate.chemical and candidate.chemical.named_in for candidate in curated):
            return ()
        return curated or resolver.by_index(name) or resolver.by_systematic_names([name])[0]

    @cached_property
    def finder(self) -> Finder:
        """Finds the chemicals that a text mentions."""
        from opencwc.screening.mentions import Finder

        return Finder(self)


def _is_drawing(text: str) -> bool:
    """Tell whether a text can only be meant as a drawing, be it a broken one: no name stands in it."""
    return looks_drawn(text) and _SIGN_OF_DRAWING.search(text) is not None


def _number_unknown(text: str) -> Message | None:
    """Say why a value that is a UN, EC or HS number was not read; ``None`` where it is none."""
    from opencwc.language.commerce import read_commerce

    numbers = [statement for statement in read_commerce(text) if statement.kind in _NUMBER_REASONS]
    return Message(_NUMBER_REASONS[numbers[0].kind], {"number": numbers[0].value}) if numbers else None


def _is_kind_of_chemicals(word: str) -> bool:
    """Tell whether a word is of many chemicals, such as "amine", whatever the index knows by it."""
    from opencwc.chemistry.name_parts import NameParts
    from opencwc.chemistry.name_scanning import running_key

    words, key = NameParts.load(), running_key(word)
    return key in words.after or key in words.context


def _unfit(text: str) -> Message | None:
    """Say why a text cannot be a value at all, as the readers of tables say it of their rows; ``None`` where it can."""
    lost = not text.isascii() and _LOST.search(text)
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
LABEL_OF_KIND = {"ec": "EC", "un": "UN", "hs": "HS"}
"""What stands before a number of each kind, so that it is read as one."""
LEAST_NAME = 3
_POINTED = re.compile(r"[^\W\d_]\.[^\W\d_]\.?")
"""What says that there is nothing to say: n.d., s.d., k.A."""
LEAST_BESIDE = 4
_NUMBER_REASONS = {
    "ec_number": "unreadable_ec_unknown", "un_number": "unreadable_un_unknown", "hs_code": "unreadable_hs_unknown",
}  # fmt: skip
_NUMBER = re.compile(r"\s*\d[\d\s.,/-]*")
_NUMBER_WITHIN = re.compile(r"[\dOoIlSBZ]{2,7}[-./][\dOoIlSBZ]{2,3}[-./][\dOoIlSBZ]")
"""What a text of the signs of a drawing can hold besides: the number of a register."""
_DRAWN_KINDS = ("smiles", "inchi", "molblock", "inchikey")
_SIGN_OF_DRAWING = re.compile(r"[=#()\[\]]|[A-Za-z]1.*1")
_STARTS = 80
_SEVERAL_WORDS = re.compile(r"\w\W+\w|[^\x00-\x7f]")
"""What may be a request rather than a name: several words, or a script that may write them without spaces."""
_LOST = re.compile("[\ud800-\udfff\ufffd]")
