"""The answer to a value: the cards of one chemical, or what was read in a text and what was not."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, NamedTuple

import yaml
from msgspec import structs

from opencwc.finding import Finding, Message, Verdict, spans_of
from opencwc.language import commerce
from opencwc.language.commerce import Stated, read_commerce
from opencwc.publishing.model import Badge, Card, Fact, Paragraph, Piece, Remark, Text, Words
from opencwc.screening.answers import Answer, answers_of, reason_of
from opencwc.screening.cards import STATED, Teller
from opencwc.screening.model import Outcome, gravest
from opencwc.screening.verb import VERB as SCREEN
from opencwc.wording import say, sentence
from opencwc.wording.lists import rule_said
from opencwc.wording.typography import dash

LONGEST_LINE, MOST_WORDS = 300, 20
"""Characters and words of a line of a paper; what has more is a text, whose words are not listed one by one."""
MOST_UNREAD = 12
"""Words that were not read and are named; the others are counted."""


class AnswerLine(NamedTuple):
    """What lists answer, as a line of the page: the verdict, the lists, what follows, what a stated strength means.

    ``subject`` is how the line begins, the entry and the chemical, where it begins so.
    """

    badge: Badge
    lists: tuple[str, ...]
    says: str
    beside: tuple[str, ...] = ()
    subject: str = ""


@dataclass(frozen=True)
class ValueAnswer:
    """The answer to one value: ``heading`` is what the Convention says of it, ``lines`` what other lists say.

    ``verdict`` is the gravest; a card stands for each finding by a rule, in ``alike`` where an earlier one shows the
    same chemical with the same verdict.

    Of a text also: ``pieces`` are the text with what was read marked in place, ``remarks`` what is said of each mark,
    ``stated`` what it says of no chemical that a rule speaks of, ``unread`` the words that were not read.
    """

    value: str
    verdict: Verdict
    heading: AnswerLine
    lines: tuple[AnswerLine, ...]
    cards: list[Card]
    alike: list[Card]
    others: list[Finding]
    duties: list[tuple[str, list[Any]]] = field(default_factory=list)
    checked: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    pieces: tuple[Piece, ...] = ()
    remarks: tuple[Remark, ...] = ()
    stated: tuple[Fact, ...] = ()
    unread: tuple[str, ...] = ()
    unread_more: int = 0
    whole: bool = False

    @property
    def title(self) -> str:
        """Return the answer in a few words: the entry and the chemical, or the verdict."""
        return self.heading.subject or f"{self.heading.badge.text}: {self.value}"


class _NumberedFinding(NamedTuple):
    """One finding of a text: the number of its mark, the id of its card (empty where it has none)."""

    number: int
    card: str
    finding: Finding
    spans: list[tuple[int, ...]]


def kind_of(text: str) -> str:
    """Return as what a value is read: a name, a number and a drawing have few words."""
    return "text" if len(text.split()) > MOST_WORDS and "M  END" not in text else "auto"


def answer_of_value(teller: Teller, text: str, outcomes: Sequence[Outcome], findings: Sequence[Finding]) -> ValueAnswer:
    """Return the answer to a value from its outcomes, each with its finding."""
    shown: dict[object, Finding] = {}
    for finding in findings:
        if finding.rule:
            shown.setdefault(_what(finding), finding)
    named = {what: f"finding-{number}" for number, what in enumerate(shown, 1)}
    verdict = gravest(finding.verdict for finding in findings)
    heading, *lines = _lines(teller, findings) or [
        AnswerLine(teller.badge(verdict), (), teller.say(f"means_{verdict}"))
    ]
    told = {what: _without_answer(teller.card(finding, named[what])) for what, finding in shown.items()}
    first = {_chemical(finding): what for what, finding in reversed(shown.items())}
    heads = set(first.values())
    answer = ValueAnswer(
        text,
        verdict,
        heading,
        tuple(lines),
        [card for what, card in told.items() if what in heads],
        [card for what, card in told.items() if what not in heads],
        [finding for finding, outcome in zip(findings, outcomes, strict=True) if not finding.rule and not outcome.span],
    )
    is_line = len(text) <= LONGEST_LINE and kind_of(text) == "auto"
    if not any(outcome.basis == "text" for outcome in outcomes):
        several = verdict is Verdict.UNREADABLE and len(text.split()) > 1
        return _of_line(teller, answer, (), ()) if several and is_line else answer
    spans = sorted({outcome.span for outcome in outcomes if outcome.span})
    numbers = {span: number for number, span in enumerate(spans, 1)}
    numbered = [
        _NumberedFinding(
            numbers[outcome.span],
            named[_what(finding)] if finding.rule else "",
            finding,
            spans_of(outcome.readings, outcome.span),
        )
        for finding, outcome in zip(findings, outcomes, strict=True)
        if outcome.span
    ]
    answer = replace(answer, pieces=_pieces(text, numbered), remarks=tuple(_remarks(teller, numbered)))
    in_cards = {part.span for finding in shown.values() for part in finding.evidence}
    return _of_line(teller, answer, numbered, in_cards) if is_line else _of_text(teller, answer)


def _lines(teller: Teller, findings: Sequence[Finding]) -> list[AnswerLine]:
    return [_line(teller, answer) for answer in answers_of(findings, teller.convention)]


def _line(teller: Teller, answer: Answer) -> AnswerLine:
    says = sentence(answer.message, teller.lang)
    subject = say(answer.subject, teller.lang) if answer.subject else ""
    if not says.startswith(subject):
        subject = ""
    strengths = tuple(sentence(strength, teller.lang) for strength in answer.beside)
    badge = Badge(teller.say("answer_silenced"), "gap") if answer.is_silenced else teller.badge(answer.verdict)
    return AnswerLine(badge, answer.lists, says[len(subject) :], strengths, subject)


def _without_excerpt(card: Card) -> Card:
    return structs.replace(card, blocks=tuple(part for part in card.blocks if part.kind != "excerpt"))


def _without_answer(card: Card) -> Card:
    """Return a card without the answer, which stands above all cards already."""
    answer = {part for part in card.blocks if isinstance(part, Paragraph) and part.tone == "lead"}
    return structs.replace(card, blocks=tuple(part for part in card.blocks if part not in answer))


def _what(finding: Finding) -> object:
    """Return what a card shows: a name and the number beside it that say the same of one chemical share theirs."""
    message = finding.message
    while isinstance(why := message.values.get("why"), Message):
        message = why
    drawn = tuple(evidence.structure for evidence in finding.evidence if evidence.structure)
    return finding.rule, finding.verdict, finding.subject.component, drawn, sentence(message)


def _chemical(finding: Finding) -> object:
    """Return the chemical of a finding by what was written or drawn, and its verdict."""
    drawn = tuple(evidence.structure for evidence in finding.evidence if evidence.structure)
    return finding.verdict, finding.subject.component, drawn or finding.subject.input


def _of_line(
    teller: Teller, answer: ValueAnswer, numbered: Sequence[_NumberedFinding], in_cards: Container[tuple[int, ...]]
) -> ValueAnswer:
    """Add to the answer what a line states, and its words that were not read: they may be what counts."""
    stated = read_commerce(answer.value)
    left = unread(answer.value, [span for part in numbered for span in part.spans], stated)
    answer = replace(
        answer,
        # The line stands above the cards, and need not stand in them again.
        cards=list(map(_without_excerpt, answer.cards)),
        alike=list(map(_without_excerpt, answer.alike)),
        # What a card says of a mention need not stand beside the line too.
        remarks=tuple(
            structs.replace(remark, words=remark.words[:-1]) if remark.to else remark for remark in answer.remarks
        ),
        stated=tuple(_stated(teller, (amount for amount in stated if (amount.start, amount.end) not in in_cards))),
        unread=tuple(left[:MOST_UNREAD]),
        unread_more=max(0, len(left) - MOST_UNREAD),
    )
    if answer.verdict is not Verdict.NOT_LISTED or not left:
        return answer
    verdict = Verdict.UNREADABLE
    heading = AnswerLine(teller.badge(verdict), (), teller.sentence("page_line_part"))
    return replace(answer, verdict=verdict, heading=heading, lines=())


def _of_text(teller: Teller, answer: ValueAnswer) -> ValueAnswer:
    """Say of a text in which nothing listed was recognised that it is not thereby cleared."""
    answer = replace(answer, whole=True)
    if answer.verdict is not Verdict.NOT_LISTED:
        return answer
    badge = Badge(teller.say("page_text_nothing"), "gap")
    return replace(answer, heading=AnswerLine(badge, (), teller.sentence("page_text_nothing_means")), lines=())


def _pieces(text: str, numbered: Sequence[_NumberedFinding]) -> tuple[Piece, ...]:
    """Cut a text at what was read in it; each mark has the tone of its gravest finding."""
    pieces, at = [], 0
    for span in sorted({span for part in numbered for span in part.spans}):
        start, end = span
        here = [part for part in numbered if span in part.spans]
        if start < at:
            continue
        verdict = gravest(part.finding.verdict for part in here)
        card = next((part.card for part in here if part.card and part.finding.verdict is verdict), "")
        pieces.append(Piece(text[at:start]))
        pieces.append(Piece(text[start:end], SCREEN.tones[verdict], here[0].number, f"#{card}" if card else ""))
        at = end
    return tuple(piece for piece in (*pieces, Piece(text[at:])) if piece.text)


def _remarks(teller: Teller, numbered: Sequence[_NumberedFinding]) -> Iterator[Remark]:
    for part in sorted(numbered, key=lambda part: part.number):
        written = part.finding.subject.input
        words: list[Words] = [Text(written, verbatim=True) if written.isascii() else written]
        reason = reason_of(part.finding)
        if rule := part.finding.rule:
            words.append(Text(rule_said(rule, teller.lang), to=teller.link(rule)))
        else:
            words.append(dash(teller.lang))
            reason = _without_its_name(reason, written)
        words.append(teller.in_sentences(reason))
        yield Remark(
            part.number, teller.badge(part.finding.verdict), tuple(words), f"#{part.card}" if part.card else ""
        )


def _without_its_name(reason: Message, written: str) -> Message:
    """Return a reason without that a name stands for the chemical of this very name."""
    found, why = reason.values.get("found"), reason.values.get("why")
    if reason.id != "why_found" or not isinstance(found, Message) or not isinstance(why, Message):
        return reason
    return why if str(found.values.get("name")).casefold() == written.casefold() else reason


def _stated(teller: Teller, stated: Iterable[Stated]) -> Iterator[Fact]:
    """Say what a line states of no chemical that a rule speaks of."""
    by_kind: dict[str, list[Words]] = {}
    for amount in stated:
        if amount.kind in STATED:
            value = f"{amount.value} {amount.unit}".strip()
            by_kind.setdefault(amount.kind, []).append(teller.as_read(amount.kind, amount.text, value))
    for kind, values in by_kind.items():
        yield Fact(teller.say(f"stated_{kind}"), tuple(values))


def unread(line: str, spans: Iterable[tuple[int, ...]], stated: Iterable[Stated]) -> list[str]:
    """Return the words of a line that stand in no mention and are none of the amounts, packings and codes it states.

    >>> unread("20 L acetone, 2 kg of XZ-17", [(5, 12)], read_commerce("20 L acetone, 2 kg of XZ-17"))
    ['XZ-17']
    """
    left, at = [], 0
    for start, end in sorted(
        [*((span[0], span[1]) for span in spans), *((amount.start, amount.end) for amount in stated)]
    ):
        if start > at:
            left.append(line[at:start])
        at = max(at, end)
    left.append(line[at:])
    words = (word.strip(_EDGES) for piece in left for word in piece.split())
    return [word for word in words if any(map(str.isalpha, word)) and not _is_little(word.casefold())]


def _is_little(word: str) -> bool:
    whole, begins = _little_words()
    return word.rstrip(".") in whole or word.startswith(begins)


@cache
def _little_words() -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the words that only join what a line states, or label it, and how others of them begin."""
    raw = yaml.load(commerce.DATA.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # texts only
    forms = [word for field in _LITTLE for form in _texts_in(raw[field]) for word in form.casefold().split()]
    begins = tuple(form.removesuffix("*") for form in forms if form.endswith("*"))
    return frozenset(form for form in forms if not form.endswith("*")), begins


def _texts_in(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    else:
        for inner in node.values() if isinstance(node, dict) else node:
            yield from _texts_in(inner)


_LITTLE = (
    "linking", "joined", "words_of_labels", "hs_code", "un_number", "cas_number", "ec_number", "qualifiers",
    "qualifiers_behind", "percent", "percent_before", "percent_behind", "adjectives",
)  # fmt: skip
_EDGES = ",;:()[]{}\"'“”«»،؛、，。 "
