"""Numbers of chemicals in a text: CAS numbers, right, mistyped or misread, EC and UN numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from opencwc.chemistry.curated_names import CuratedChemical
from opencwc.chemistry.name_resolver import Candidate, curated_candidate
from opencwc.chemistry.registry_numbers import SPACED, check_digit, is_valid, joined_cas, normalise_cas, repaired_by_ocr
from opencwc.finding import Message, Verdict, chemical_named
from opencwc.language.commerce import Stated
from opencwc.screening.known_chemicals import Known
from opencwc.screening.mentions.model import Judge, Mention, Taken, TextRead, mention_of, reviewed
from opencwc.screening.model import Outcome
from opencwc.screening.structure_screener import MET


class Numbers:
    """Finds numbers."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._resolver = judge.screener.known.resolver
        self._wrong: dict[str, tuple[Outcome, ...]] = {}
        self._nearly: dict[str, list[str]] = {}
        self._answers: dict[str, tuple[Known | Message, tuple[Outcome, ...]]] = {}

    def find(self, read: TextRead) -> Iterator[Mention]:
        """Yield the numbers in a text."""
        for statement in read.stated:
            if statement.kind == "cas_number":
                if statement.unit == "labelled" or not is_other_number(read.text, statement.start, statement.value):
                    yield from self._cas(statement)
            elif statement.kind == "ec_number":
                yield from self._ec(statement)
            elif statement.kind == "un_number":
                chemicals = self._resolver.curated.by_un(statement.value)
                yield from self._other_number(statement, "un", _candidates(chemicals, statement.value))
        yield from self._mistyped(read)
        yield from self._spaced(read)
        yield from self._misread(read)

    def _mistyped(self, read: TextRead) -> Iterator[Mention]:
        """Yield what has the form of a CAS number, is none, and would be that of a curated chemical but for a digit."""
        taken = Taken((statement.start, statement.end) for statement in read.stated if statement.kind in _NUMBER_KINDS)
        for found in _CAS_LIKE.finditer(read.text):
            cas = normalise_cas(found[0])
            if cas and not (
                taken.overlaps(found.start(), found.end()) or is_other_number(read.text, found.start(), cas)
            ):
                yield from self._cas(Stated("cas_number", found.start(), found.end(), found[0], cas, ""))
        for found in _CAS_APART.finditer(read.text):
            cas = f"{int(found[1])}-{found[2]}-{found[3]}"
            known = self._resolver.curated.by_cas(cas) if is_valid(cas) else None
            other = taken.overlaps(found.start(), found.end()) or is_other_number(read.text, found.start(), cas)
            if known is not None and not other:
                meant, outcomes = self._of_cas(cas)
                if isinstance(meant, Known):
                    outcomes = reviewed(outcomes, "doubt_near_spelling")
                    yield Mention(found.start(), found.end(), found[0], "cas", outcomes, meant)

        for found in _EC_APART.finditer(read.text):
            ec = f"{found[1]}-{found[2]}-{found[3]}"
            if self._resolver.curated.by_ec(ec) and not taken.overlaps(found.start(), found.end()):
                yield from self._ec(Stated("ec_number", found.start(), found.end(), found[0], ec, ""))

    def _spaced(self, read: TextRead) -> Iterator[Mention]:
        """Yield the CAS numbers whose digits stand apart, where they are right and known."""
        for found in _CAS_SPACED.finditer(read.text):
            cas = joined_cas(found)
            if is_valid(cas) and not is_other_number(read.text, found.start(), cas):
                known, outcomes = self._of_cas(cas)
                if isinstance(known, Known):
                    yield Mention(found.start(), found.end(), found[0], "cas", outcomes, known)

    def _misread(self, read: TextRead) -> Iterator[Mention]:
        """Yield the CAS numbers in which a reader of pictures took digits for letters."""
        taken = Taken((statement.start, statement.end) for statement in read.stated if statement.kind == "cas_number")
        for found in _CAS_BY_OCR.finditer(read.text):
            written = found[0].translate(_AS_LATIN)
            if not taken.overlaps(found.start(), found.end()) and (cas := repaired_by_ocr(written)):
                known = self._judge.screener.known.by_number(cas)
                if isinstance(known, Known):
                    outcomes = reviewed(self._judge.screener.answer_known(known, "text"), "doubt_near_spelling")
                    yield Mention(found.start(), found.end(), found[0], "cas", outcomes, known)

    def _cas(self, statement: Stated) -> Iterator[Mention]:
        cas = statement.value
        if is_valid(cas):
            known, outcomes = self._of_cas(cas)
            yield mention_of(statement, "cas", outcomes, known if isinstance(known, Known) else None)
            return
        meant = self._nearly.get(cas)
        if meant is None:
            if len(self._nearly) >= MOST_REMEMBERED:
                self._nearly.clear()
            meant = self._nearly[cas] = [other for other in _nearly(cas) if self._resolver.curated.by_cas(other)]
        if not (meant or statement.unit == "labelled"):
            return
        yield mention_of(statement, "cas", self._of_wrong(cas, tuple(meant)), None)

    def _of_wrong(self, cas: str, meant: tuple[str, ...]) -> tuple[Outcome, ...]:
        """Return, and remember, what comes of a number whose check digit is wrong, with what it can be meant as."""
        if cas in self._wrong:
            return self._wrong[cas]
        said = Message("unreadable_cas_digit", {"cas": cas, "digit": check_digit(cas)})
        readings = [found for other in meant if isinstance(found := self._judge.screener.known.by_number(other), Known)]
        outcomes = tuple(
            outcome._replace(
                verdict=Verdict.REVIEW,
                message=Message("why_cas_meant", {"digit": said, "why": outcome.message}),
            )
            for reading in readings
            for outcome in self._judge.screener.answer_known(reading, "text")
            if outcome.verdict in MET
        )
        bare = Outcome(Verdict.REVIEW, "text", Message("why_cas_wrong", {"digit": said}))
        if len(self._wrong) >= MOST_REMEMBERED:
            self._wrong.clear()
        self._wrong[cas] = outcomes or (bare,)
        return self._wrong[cas]

    def _of_cas(self, cas: str) -> tuple[Known | Message, tuple[Outcome, ...]]:
        """Return, and remember, what a right number stands for and what comes of it."""
        if cas not in self._answers:
            if len(self._answers) >= MOST_REMEMBERED:
                self._answers.clear()
            known = self._judge.screener.known.by_number(cas)
            self._answers[cas] = (known, self._judge.screener.answer_known(known, "text"))
        return self._answers[cas]

    def _ec(self, statement: Stated) -> Iterator[Mention]:
        yield from self._other_number(statement, "ec", self._resolver.by_ec(statement.value))

    def _other_number(self, statement: Stated, kind: str, candidates: Sequence[Candidate]) -> Iterator[Mention]:
        if not candidates:
            return
        known, outcomes = self._judge.judge(candidates)
        drawn = {
            candidate.name: chemical_named(candidate.name, candidate.cas)
            for candidate in candidates
            if candidate.name in known.names
        }
        found = Message(f"found_{kind}", {"number": statement.value, "names": tuple(drawn.values()) or known.cas})
        if kind == "un":  # a UN number is for transport: it names a danger as often as a chemical
            outcomes = reviewed(outcomes, "doubt_un")
        told = tuple(
            outcome._replace(message=Message("why_found", {"found": found, "why": _bare(outcome.message)}))
            for outcome in outcomes
        )
        yield mention_of(statement, kind, told, known)


def _candidates(chemicals: Sequence[CuratedChemical], number: str) -> tuple[Candidate, ...]:
    sure = "certain" if len(chemicals) == 1 else "ambiguous"
    return tuple(curated_candidate(chemical, sure, number) for chemical in chemicals)


def is_other_number(text: str, start: int, cas: str) -> bool:
    """Tell whether a number is said to be that of a drawing or a call; of a lot, where its digit is wrong for a CAS."""
    before = text[max(0, start - 20) : start]
    return bool(_OTHER_NUMBER.search(before) or (not is_valid(cas) and _OF_A_LOT.search(before)))


def _bare(message: Message) -> Message:
    """Return why without how it was found, which is said in other words."""
    why = message.values.get("why")
    return why if message.id == "why_found" and isinstance(why, Message) else message


def _nearly(cas: str) -> Iterator[str]:
    """Yield the valid numbers that differ from a wrong one by one digit, or by two that changed places."""
    digits = cas.replace("-", "")
    yield f"{cas[:-1]}{check_digit(cas)}"
    for at in range(len(digits) - 1):
        swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
        for other in (swapped, *(digits[:at] + digit + digits[at + 1 :] for digit in "0123456789")):
            written = f"{other[:-3]}-{other[-3:-1]}-{other[-1]}"
            if other != digits and is_valid(written):
                yield written


MOST_REMEMBERED = 100_000
_NUMBER_KINDS = ("cas_number", "ec_number", "hs_code")
_CAS_LIKE = re.compile(r"(?<![\w.-])\d{2,7}[-\u2010-\u2015\u2212\uff0d]\d\d[-\u2010-\u2015\u2212\uff0d]\d(?![\w-])")
_CAS_APART = re.compile(r"(?<![A-Za-z0-9_.+-])(?<!\d[ /])(\d{2,7})[-. /_](\d\d)[-. /_](\d)(?![\w.-])")
_CAS_SPACED = re.compile(rf"(?<![\w.+-])(?<!\d )(?<!\d[.,] ){SPACED}(?![\w.-]| \d)")
_EC_APART = re.compile(r"(?<![A-Za-z0-9_.+-])(?<!\d[ /])(\d{3})[-. /](\d{3})[-. /](\d)(?![\w.-])")
_OTHER_NUMBER = re.compile(
    r"(?i:GB/T|\bISO|\bDIN|\bASTM|\bIEC|\bJIS|\bANSI|гост|drawing|part|order|ref\w*|model|plan|item|phone|fax|mobile|tel|чертеж\w*|заказ\w*|图号|型号)[\s.:№#no]{0,6}$"
)
_OF_A_LOT = re.compile(
    r"(?i:lots?|batch|serial|s/n|seal|lote|serie|série|commande|pedido|compteur|партия|парти[ию]|серия|пломба|модель"
    r"|批号|批次|序列号|封号|订单|دفعة|الدفعة|متسلسل|طلب)[\s.:№#°no]{0,6}$"
)
_AS_LATIN = str.maketrans("ОоЗБІ", "OO3BI")
_LETTERS = "[0-9OoIlSBZ|ОоЗБІ]"
_DASH = "[-\u2010-\u2015]"
_CAS_BY_OCR = re.compile(rf"(?<![\w-]){_LETTERS}{{2,7}}{_DASH}{_LETTERS}{{2}}{_DASH}{_LETTERS}(?![\w-])")
