"""The answer that is read first: what each list says of an input, and what follows, before any reason is given.

The Convention comes first and apart from every other list; what follows from an entry is told by its duties
(`convention/data/duties.yaml`), never from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from typing import NamedTuple

from opencwc.chemistry.names import normalise_name
from opencwc.chemistry.registry_numbers import looks_like_cas
from opencwc.convention import Chemical, Convention, Entry
from opencwc.finding import Finding, Item, Message, Reading, Value, Verdict
from opencwc.language.refusals import is_refusal
from opencwc.screening.known_chemicals import looks_drawn
from opencwc.screening.model import Outcome
from opencwc.screening.verb import VERB as SCREEN
from opencwc.wording import LANGUAGES, say

CONFLICTS = ("why_number_and_name", "why_tariff", "why_row_conflict")
"""Reasons that name no chemical but two that cannot both be meant."""
LONGEST_NAME = 80
"""Characters of a name that a first line still has room for."""


class Answer(NamedTuple):
    """What lists say of one chemical of an input: ``lists`` are those that say the same, none of an unread input.

    ``beside`` is what a stated strength means.
    """

    lists: tuple[str, ...]
    verdict: Verdict
    message: Message
    entry: str = ""
    beside: tuple[Message, ...] = ()

    @property
    def subject(self) -> Message | None:
        """The entry and the chemical alone: "Schedule 2, entry 2B13 (thiodiglycol)"; ``None`` where none was met."""
        subject = self.message.values.get("subject")
        return subject if isinstance(subject, Message) else None

    @property
    def is_silenced(self) -> bool:
        """Whether an entry was met and the user's own allow-list silences it."""
        return self.message.id == "answer_allowed"

    @property
    def without_subject(self) -> Message:
        """The answer for a place that names the subject already: "declared above 1 t"."""
        follows, said = self.message.values.get("follows"), _WITHOUT_SUBJECT.get(self.message.id)
        if self.message.id == "answer_listed" and isinstance(follows, Message):
            return follows
        return Message(said, {"follows": follows} if follows else {}) if said else self.message

    @property
    def line(self) -> Message:
        """The answer as one sentence: "CWC: listed. Schedule 2, entry 2B13 (thiodiglycol): declared above 1 t"."""
        what = "answer_silenced" if self.is_silenced else f"verdict_{self.verdict}"
        values: dict[str, Value] = {"verdict": Message(what), "answer": self.message}
        return Message("answer_line", {"lists": self.lists, **values}) if self.lists else Message("answer_bare", values)


def answers_of(findings: Sequence[Finding], convention: Convention) -> tuple[Answer, ...]:
    """Return the answers to one input, the Convention's first, those of a list in the order of gravity.

    Lists that find nothing share one answer, but for the first list, which always has its own; a request that is
    refused has none.
    """
    if any(is_refusal(finding.message) for finding in findings):
        return ()
    by_entry = [finding for finding in findings if finding.rule]
    others = [finding for finding in findings if not finding.rule]
    names = _lists_in_order(convention, by_entry)
    if not by_entry:
        return tuple(sorted(_without_entry(others, names), key=_gravity))
    told: list[Answer] = []
    silent: list[str] = []
    for name in names:
        of_list = _once(answer_to(finding, convention) for finding in by_entry if _list_of(finding) == name)
        told += sorted(of_list, key=_gravity)
        if not of_list and name == names[0]:
            told += _of_silent(others, [name])
        elif not of_list:
            silent.append(name)
    unread = [finding for finding in others if finding.verdict is Verdict.UNREADABLE]
    return (*told, *_of_silent(others, silent), *_without_entry(unread, []))


def answer_to(finding: Finding, convention: Convention) -> Answer:
    """Return the answer that one finding gives, by the rules of the convention's day."""
    if finding.rule is None:
        return next(iter(_without_entry([finding], list(finding.maker.lists))))
    rule = finding.rule
    entry = convention.find(rule.list, rule.entry)
    subject = _subject(finding, entry)
    follows = _follows(entry, convention) if entry else None
    if finding.verdict is Verdict.EXEMPT:
        message = Message("answer_exempt", {"subject": subject})
    elif _is_conflict(finding):
        message = Message("answer_disagreement", {"subject": subject})
    elif finding.verdict is Verdict.REVIEW:
        values: dict[str, Value] = {"subject": subject, "follows": follows or ""}
        message = Message("answer_review" if follows else "answer_review_only", values)
    else:
        message = Message("answer_listed", {"subject": subject, "follows": follows or Message("answer_no_duty")})
    return Answer((rule.list,), finding.verdict, message, rule.entry, _strengths(finding))


def reason_of(finding: Finding) -> Message:
    """Return the reason of a finding, each thing once: what a stated strength means stands in the answer."""
    return _once_named(_without_strength(finding.message))


def said_alone(reason: Message) -> Message:
    """Return a reason without what the text states beside the mention, for where that stands as facts."""
    why = reason.values.get("why")
    return why if reason.id == "why_stated" and isinstance(why, Message) else reason


def _once_named(message: Message) -> Message:
    """Name a chemical once where what was written stands for the very chemical that the entry names."""
    found, why = message.values.get("found"), message.values.get("why")
    if not isinstance(why, Message):
        return message
    named = _named_alone(why)
    if named and isinstance(found, Message) and named.values["name"] == found.values.get("name"):
        return Message("why_found_named", {"found": found, "entry": named.values["entry"]})
    return Message(message.id, {**message.values, "why": _once_named(why)})


def _named_alone(why: Message) -> Message | None:
    """Return what a reason says where it is only that an entry names the chemical."""
    about = why.values.get("about")
    more = any(why.values.get(part) for part in ("salt", "doubts", "unverified"))
    return about if isinstance(about, Message) and about.id == "why_named" and not more else None


def _without_strength(message: Message) -> Message:
    values = {name: value for name, value in message.values.items() if name != "low"}
    if isinstance(why := values.get("why"), Message):
        values["why"] = _without_strength(why)
    return Message("why_stated" if message.id == "why_stated_low" else message.id, values)


def reading_message(reading: Reading) -> Message:
    """Say one way in which the input names the chemical: "CAS number 111-48-8 (column "CAS")"."""
    values: dict[str, Value] = {"kind": Message(f"reading_{reading.kind}"), "written": reading.written}
    return Message("reading_in", {**values, "place": reading.place}) if reading.place else Message("reading", values)


def _lists_in_order(convention: Convention, findings: Iterable[Finding]) -> list[str]:
    """Return the lists of the convention, its own first, and those that only a kept finding still names."""
    chosen = {list_.id for list_ in convention.lists}
    order = (list_.id for list_ in convention.known_lists if list_.id in chosen)
    return list(dict.fromkeys((*order, *map(_list_of, findings))))


def _list_of(finding: Finding) -> str:
    return finding.rule.list if finding.rule else ""


def _once(answers: Iterable[Answer]) -> list[Answer]:
    """Return each answer once, whatever the strength stated beside it."""
    once: list[Answer] = []
    for answer in answers:
        if answer not in once:
            once.append(answer)
    return once


def _without_entry(findings: Sequence[Finding], lists: Sequence[str]) -> Iterator[Answer]:
    """Yield what findings that rest on no entry amount to."""
    verdicts = {finding.verdict for finding in findings}
    if verdicts - {Verdict.UNREADABLE}:
        yield from _of_silent(findings, lists)
    if Verdict.UNREADABLE in verdicts:
        yield Answer((), Verdict.UNREADABLE, Message("answer_unreadable"))


def _of_silent(findings: Sequence[Finding], lists: Sequence[str]) -> Iterator[Answer]:
    """Yield the answer of lists no entry of which was met."""
    if not lists:
        return
    if any(finding.verdict is Verdict.REVIEW for finding in findings):
        yield Answer(tuple(lists), Verdict.REVIEW, Message("answer_review_any"))
    elif silenced := [values for values in _silenced(findings) if str(values["rule"]).rpartition(" ")[0] in lists]:
        rules = tuple(dict.fromkeys(str(values["rule"]) for values in silenced))
        message = Message("answer_allowed", {"written": silenced[0]["written"], "rules": rules})
        yield Answer(tuple(lists), Verdict.NOT_LISTED, message)
    elif any(finding.message.id == "why_no_mention" for finding in findings):
        yield Answer(tuple(lists), Verdict.NOT_LISTED, Message("answer_no_mention"))
    else:
        yield Answer(tuple(lists), Verdict.NOT_LISTED, Message("answer_not_listed"))


def _silenced(findings: Iterable[Finding]) -> Iterator[Mapping[str, Value]]:
    return (finding.message.values for finding in findings if finding.message.id == "why_allowed")


def _gravity(answer: Answer) -> tuple[int, str]:
    return SCREEN.verdicts.index(answer.verdict), answer.entry


def _follows(entry: Entry, convention: Convention) -> Message | None:
    """Say what follows from an entry in a few words: the duties that have an answer, with the grade of a doubtful one.

    Where the entry itself is not verified, no duty that follows from it is surer.

    >>> from datetime import date
    >>> convention = Convention(date(2026, 11, 24))
    >>> say(_follows(convention.find("CWC", "2B13"), convention))
    'declare above 1 t; export to a State not Party is prohibited'
    """
    told: list[Message] = []
    for duty in convention.duties_for(entry):
        if not duty.answer:
            continue
        values: dict[str, Value] = dict(duty.values)
        if "unit" in duty.values:
            values["unit"] = Message(f"threshold_unit_{duty.values['unit']}")
        message = Message(duty.answer, values)
        grade = entry.evidence if entry.evidence == "unverified" else duty.evidence
        if grade != "treaty":
            message = Message("answer_graded", {"says": message, "grade": Message(f"evidence_{grade}")})
        told.append(message)
    return reduce(lambda one, more: Message("answer_and", {"first": one, "second": more}), told) if told else None


def _is_conflict(finding: Finding) -> bool:
    """Tell whether the reason of a doubt is that what the input says does not belong together."""
    return finding.verdict is Verdict.REVIEW and any(why.id in CONFLICTS for why in _reasons(finding.message))


def _strengths(finding: Finding) -> tuple[Message, ...]:
    """Return what the strengths stated of a chemical mean, as its reason has it."""
    told = (why.values.get("low", ()) for why in _reasons(finding.message))
    return tuple(part for low in told if isinstance(low, tuple) for part in low if isinstance(part, Message))


def _reasons(message: Message) -> Iterator[Message]:
    """Yield a reason and those within it."""
    yield message
    while isinstance(why := message.values.get("why"), Message):
        message = why
        yield message


# ------------------------------------------------------------------------------------------------------------- names


def _subject(finding: Finding, entry: Entry | None) -> Message:
    """Name the entry, and the chemical: as the user does, and as the Convention does where that is another name."""
    rule = finding.rule
    about = Message("answer_entry", {"entry": rule.entry if rule else ""})
    if entry and entry.schedule is not None:
        about = Message("answer_entry_of_schedule", {"schedule": str(entry.schedule), "entry": entry.id})
    if _is_conflict(finding):
        return about
    given, chemical = _given_name(finding), _chemical_of(finding, entry)
    if given and chemical and not _is_name_of(given, chemical):
        return Message("answer_both_names", {"entry": about, "given": given, "name": _within(chemical)})
    if name := _within(chemical) if chemical else given:
        return Message("answer_name", {"entry": about, "name": name})
    return about


def entry_with_names(about: Item, given: str, outcome: Outcome) -> Item:
    """Add to an entry the name that the user gave with the Convention's behind it: "CWC 2B08, Benzilic acid (...)".

    ``about`` alone where both are one name, where the chemical has none, and where it is not sure.
    """
    chemical = _chemical_in(outcome.message) if outcome.verdict is Verdict.LISTED else None
    given = " ".join(given.split())
    if chemical is None or len(given) > LONGEST_NAME or (given and _is_name_of(given, chemical)):
        return about
    if given and not (looks_like_cas(given) or looks_drawn(given)):
        return Message("answer_both_names", {"entry": about, "given": given, "name": _within(chemical)})
    return Message("answer_name", {"entry": about, "name": _within(chemical)})


def _given_name(finding: Finding) -> str:
    """Return the name by which the user gave the chemical; empty where it was a number or a drawing."""
    of_readings = (reading.written for reading in finding.readings if reading.kind == "name")
    kinds = (evidence.label for evidence in finding.evidence if evidence.kind == "mention")
    own = finding.subject.input if finding.basis == "name" or next(kinds, "") in _NAMES else ""
    given = " ".join(next(of_readings, own).split())
    return given if len(given) <= LONGEST_NAME else ""


def _chemical_of(finding: Finding, entry: Entry | None) -> Message | None:
    """Return the chemical as the entry prints it, or else as the table of names has it; ``None`` where neither does."""
    found = (why.values.get("found") for why in _reasons(finding.message))
    if any(isinstance(how, Message) and how.id == "found_ambiguous" for how in found):
        return None
    drawn = next((evidence.structure for evidence in finding.evidence if evidence.structure), "")
    printed: tuple[Chemical, ...] = (*entry.examples, *entry.exempt) if entry and drawn else ()
    for chemical in printed:
        if chemical.smiles and _canonical(chemical.smiles) == drawn:
            return Message("chemical", {"cas": chemical.cas, "name": chemical.name})
    return _chemical_in(finding.message)


def _chemical_in(message: Message) -> Message | None:
    """Return the first chemical that a message names; the reason comes before how the chemical was found."""
    if message.id == "chemical":
        return message
    within = sorted(message.values.items(), key=lambda value: value[0] == "found")
    found = (_chemical_in(value) for _, value in within if isinstance(value, Message))
    return next((chemical for chemical in found if chemical), None)


@lru_cache(maxsize=2_000)
def _canonical(smiles: str) -> str:
    from rdkit import Chem

    from opencwc.chemistry.molecule_reader import Unreadable, read_structure

    mol = read_structure(smiles, "smiles")
    return "" if isinstance(mol, Unreadable) else str(Chem.MolToSmiles(mol))


def _is_name_of(given: str, chemical: Message) -> bool:
    """Tell whether what was given is, or has in it, what the chemical is called here, in any language."""
    key, written = normalise_name(given), given.casefold()
    names = (say(chemical, lang) for lang in LANGUAGES)
    return any(normalise_name(name) == key or name.casefold() in written for name in names)


def _within(chemical: Message) -> Message:
    return Message("chemical_within", chemical.values)


_NAMES = ("name", "near", "systematic", "formula")
_WITHOUT_SUBJECT = {
    "answer_review": "answer_here_review",
    "answer_review_only": "answer_here_review_only",
    "answer_disagreement": "answer_here_disagreement",
    "answer_exempt": "answer_here_exempt",
}
