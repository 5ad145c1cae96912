"""What does not belong together: a number and the name beside it, an HS code and the chemical."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

from rdkit import Chem

from opencwc.chemistry.molecule_reader import Unreadable, read_structure
from opencwc.chemistry.name_parts import NameParts
from opencwc.chemistry.name_resolver import curated_candidate
from opencwc.chemistry.standardisation import standardise
from opencwc.convention import Subheading
from opencwc.finding import Item, Message, Value, Verdict, chemical_named
from opencwc.language.commerce import Stated
from opencwc.screening.known_chemicals import Known
from opencwc.screening.mentions.model import Judge, Mention, Taken, TextRead, distance, gap, mention_of, reviewed
from opencwc.screening.model import Outcome
from opencwc.screening.structure_screener import MET


class Agreement:
    """Holds what a text says of one thing against each other."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._resolver = judge.screener.known.resolver
        self._naming = judge.screener.rulebook.convention.naming

    def of_numbers(self, read: TextRead, found: Sequence[Mention]) -> Iterator[Mention]:
        """Yield the numbers that belong to another chemical than the name beside them."""
        starts = [mention.start for mention in found]
        for number in [mention for mention in found if mention.kind == "cas" and mention.known]:
            near = found[bisect_left(starts, number.start - WINDOW) : bisect_left(starts, number.end + WINDOW)]
            numbers = [mention for mention in near if mention.kind == "cas" and mention.known]
            names = [mention for mention in near if mention.kind in ("name", "systematic") and mention.known]
            beside = [name for name in names if _lies_beside(name, number, numbers, read.text)]
            if not beside or any(_may_be_one(mention, number) for mention in beside):
                continue
            name = min(beside, key=lambda name: distance(name, number))
            met = [outcome for outcome in (*name.outcomes, *number.outcomes) if outcome.verdict in MET]
            if not met or name.known is None or number.known is None:
                continue
            values: dict[str, Value] = {
                "number": number.text,
                "by_number": _named(number.known) or number.text,
                "name": name.text,
                "by_name": _named(name.known) or name.text,
            }
            outcome = Outcome(Verdict.REVIEW, "text", Message("why_number_and_name", values), met[0].rule)
            yield Mention(number.start, number.end, number.text, "disagreement", (outcome,))

    def of_tariff(self, read: TextRead, found: Sequence[Mention]) -> Iterator[Mention]:
        """Yield the HS codes that do not belong to the chemical, and those that name one where no name stands."""
        if not found and (code := self._whole(read)) and (outcome := self._of_residual(code.value)):
            yield mention_of(code, "hs", (outcome,), None)
            return
        codes = [
            *(statement for statement in read.stated if statement.kind == "hs_code" and len(statement.value) >= 6),
            *self._bare_codes(read),
        ]
        of_lists = [
            mention
            for mention in found
            if mention.verdict in (Verdict.LISTED, Verdict.REVIEW) and mention.known and mention.known.cas
        ]
        starts = [list_.start for list_ in of_lists]
        for code in codes:
            listed = of_lists[bisect_left(starts, code.start - WINDOW) : bisect_left(starts, code.end + WINDOW)]
            if _MEASURED.match(read.text, code.end):
                continue
            subheading = self._subheadings.get(code.value[:6])
            if code.value[:2] in _PREPARATIONS:  # a mixture may have any code of these chapters
                continue
            mine = [mention for mention in listed if any(self._codes_of(mention))]
            if mine and not any(code.value[:6] in codes for mention in mine for codes in self._codes_of(mention)):
                nearest = min(mine, key=lambda mention: gap(mention.start, mention.end, code.start, code.end))
                expected = tuple(dict.fromkeys(_dotted(hs) for codes in self._codes_of(nearest) for hs in codes))
                values: dict[str, Value] = {"code": _dotted(code.value[:6]), "name": nearest.text, "codes": expected}
                said = Message("why_tariff", values)
                rule = next((outcome.rule for outcome in nearest.outcomes if outcome.rule), None)
                yield mention_of(code, "hs", (Outcome(Verdict.REVIEW, "text", said, rule),), None)
            elif not listed and subheading and subheading.alone:
                chemicals = filter(None, map(self._resolver.curated.by_cas, subheading.chemicals))
                candidates = [curated_candidate(chemical, "ambiguous", code.text) for chemical in chemicals]
                known, outcomes = self._judge.judge(candidates)
                title = Message("by_language", dict(subheading.title))
                values = {"code": _dotted(code.value[:6]), "title": title}
                met = reviewed(tuple(outcome for outcome in outcomes if outcome.verdict in MET), "")
                named = tuple(
                    outcome._replace(
                        message=Message("why_found", {"found": Message("found_hs", values), "why": outcome.message})
                    )
                    for outcome in met
                )
                if named:
                    yield mention_of(code, "hs", named, known)

    def _whole(self, read: TextRead) -> Stated | None:
        """Return the HS code that a text consists of, with its label or without words; ``None`` where it says more."""
        if is_only_digits(read.text):
            code = read.text.strip()
            start, digits = read.text.find(code), re.sub(r"\D", "", code)
            subheadings = self._under(digits) if len(digits) >= SUBHEADING else []
            if not any(subheading.alone or len(digits) > SUBHEADING for subheading in subheadings):
                return None
            return Stated("hs_code", start, start + len(code), code, digits, "")
        if len(read.stated) != 1 or read.stated[0].kind != "hs_code":
            return None
        labels = NameParts.load().labels
        return read.stated[0] if all(word.key in labels or word.key.isdecimal() for word in read.words) else None

    def _of_residual(self, code: str) -> Outcome | None:
        """Return what a whole value says that is an HS code under which listed chemicals go among others."""
        subheadings = self._under(code)
        if (
            len(code) > HEADING
            and any(subheading.alone for subheading in subheadings)
            and code[:2] not in _PREPARATIONS
        ):
            return None  # it points to its chemicals by itself
        numbers = dict.fromkeys(cas for subheading in subheadings for cas in subheading.chemicals)
        names: list[Item] = []
        for chemical in filter(None, map(self._resolver.curated.by_cas, numbers)):
            _, outcomes = self._judge.judge((curated_candidate(chemical, "certain", code),))
            if any(outcome.verdict in MET for outcome in outcomes):
                names.append(chemical.name)
        if not names:
            return None
        if len(names) > MOST_NAMES:
            names[MOST_NAMES:] = [Message("found_others", {"count": len(names) - MOST_NAMES})]
        dotted = code[:HEADING] if len(code) < SUBHEADING else _dotted(code)
        return Outcome(Verdict.REVIEW, "text", Message("why_hs_residual", {"code": dotted, "names": tuple(names)}))

    def _under(self, code: str) -> list[Subheading]:
        """Return the subheadings of a code: that of its first six digits, or those of a heading."""
        if len(code) >= SUBHEADING:
            return [self._subheadings[code[:SUBHEADING]]] if code[:SUBHEADING] in self._subheadings else []
        return [subheading for known, subheading in self._subheadings.items() if known.startswith(code)]

    def _bare_codes(self, read: TextRead) -> Iterator[Stated]:
        """Yield codes without a label that name one chemical: 2920.24, or eight digits of such a subheading."""
        if not _CODE_DIGITS.search(read.text):
            return
        stretches = [(statement.start, statement.end) for statement in read.stated if statement.kind == "hs_code"]
        taken = Taken(stretches)
        for found in _LABELLED_CODE.finditer(read.text):
            if not taken.overlaps(found.start(1), found.end()):
                code = re.sub(r"\D", "", found[1])
                stretches.append((found.start(1), found.end()))
                yield Stated("hs_code", found.start(1), found.end(), read.text[found.start(1) : found.end()], code, "")
        if not read.stated and (whole := self._whole(read)):  # six digits too, and those of a country behind them
            yield whole
            return
        taken = Taken(stretches)
        for found in (_CODE_OF_LIST if is_list_of_codes(read.text) else _BARE_CODE).finditer(read.text):
            code = "".join(filter(None, found.groups()))
            known = self._subheadings.get(code)
            if known and known.alone and not taken.overlaps(found.start(), found.end()):
                yield Stated("hs_code", found.start(), found.end(), found[0], code, "")

    @cached_property
    def _subheadings(self) -> dict[str, Subheading]:
        return {subheading.code: subheading for subheading in self._naming.subheadings}

    def _codes_of(self, mention: Mention) -> list[tuple[str, ...]]:
        """Return the codes of each number that a mention stands for."""
        return [self._codes.get(cas, ()) for cas in mention.known.cas] if mention.known else []

    @cached_property
    def _codes(self) -> dict[str, tuple[str, ...]]:
        table: dict[str, list[str]] = {}
        for subheading in self._naming.subheadings:
            for cas in subheading.chemicals:
                table.setdefault(cas, []).append(subheading.code)
        return {cas: tuple(codes) for cas, codes in table.items()}


def is_list_of_codes(text: str) -> bool:
    """Tell whether a text is several codes and the signs between them alone.

    >>> is_list_of_codes("2920.21; 2920.22"), is_list_of_codes("2920.21"), is_list_of_codes("102-71-6, 111-48-8")
    (True, False, False)
    """
    return _LIST_OF_CODES.fullmatch(text) is not None


def is_only_digits(text: str) -> bool:
    """Tell whether a text is digits and points alone, as a code is.

    >>> is_only_digits("2931.41.00"), is_only_digits("HS 2931")
    (True, False)
    """
    return _ONLY_DIGITS.fullmatch(text) is not None


def _named(known: Known) -> Message | str:
    """Name what a number or name stands for; empty where nothing is drawn of it."""
    return chemical_named(known.names[0], known.cas[0] if known.cas else "") if known.names else ""


def _may_be_one(mention: Mention, other: Mention) -> bool:
    """Tell whether two mentions can be of one chemical: by number, or by what their drawings are made of."""
    if mention.known is None or other.known is None:
        return True
    if set(mention.known.cas) & set(other.known.cas):
        return True
    drawn = {_skeleton(smiles) for smiles in mention.known.structures}
    return not drawn or any(_skeleton(smiles) in drawn for smiles in other.known.structures)


@lru_cache(maxsize=10_000)
def _skeleton(smiles: str) -> str:
    """Return the largest part of a drawing without isotopes and stereo; salts and hydrates count as their base."""
    mol = read_structure(smiles, "smiles")
    if isinstance(mol, Unreadable):
        return ""
    parts = standardise(mol).components
    drawn = [Chem.MolToSmiles(part.mol, isomericSmiles=False) for part in parts]
    return max(drawn, key=len, default="")


def _lies_beside(name: Mention, number: Mention, numbers: Sequence[Mention], text: str) -> bool:
    """Tell whether a name and a number are said of one thing: near, on one line, with no nearer number."""
    low, high = min(name.end, number.end), max(name.start, number.start)
    if "\n" in text[low:high] or distance(name, number) > NEAR:
        return False
    return all(distance(name, other) >= distance(name, number) for other in numbers)


def _dotted(code: str) -> str:
    return f"{code[:4]}.{code[4:6]}"


HEADING, SUBHEADING = 4, 6
"""Digits of the HS codes that are the same everywhere; a country adds 2 to 5."""
MOST_NAMES = 5
NEAR, WINDOW = 60, 300
"""Characters between a number and its name, and around a code, within which two things are said of one."""
_CODE_OF_LIST = re.compile(r"(?<![\d.])(2[89]\d\d|3[0-8]\d\d)\.?(\d\d)(?:[. ]?\d\d){0,2}(?=\s*(?:[;,/]|$))")
_LIST_OF_CODES = re.compile(r"\s*\d{4}\.?\d\d[\d. ]{0,8}(?:[;,/]\s*\d{4}\.?\d\d[\d. ]{0,8}){1,30}\s*")
_ONLY_DIGITS = re.compile(r"\s*\d{4}[\d. ]{2,10}\s*")
_PREPARATIONS = frozenset(map(str, range(30, 40)))
_LABELLED_CODE = re.compile(
    r"(?i:code|nomenclature|tarif\w*|partida|fracci[oó]n|subpartida|код|编码|税则号列?|رمز|بند|\bHS\b|\bSH\b|\bSA\b|\bNCM\b)"
    r"[^\d\n]{0,20}((?:2[89]|3[0-8]) ?\d\d[ .]?\d\d)(?:[ .]?\d{1,3}){0,3}(?![\w/%-]|[.,]\d)"
)
_BARE_CODE = re.compile(
    r"(?<![\w.,/-])(2[89]\d\d|3[0-8]\d\d)(?:\.(\d\d)(?:\.\d\d){0,2}|(?<=\d{4})(\d\d)\d\d(?:00)?)(?![\w.,/%-]|\s*[x×])"
)
_CODE_DIGITS = re.compile(r"(?:2[89]|3[0-8]) ?\d\d[ .]?\d\d")
"""What every code of these chapters has: quick to look for, and mostly not there."""
_MEASURED = re.compile(
    r"\s*(?:[kM]?Wh|[км]?Вт|كيلو ?واط|千瓦|兆瓦|度|[mkc]?m[²³]?\b|°|USD|EUR|руб|元|ريال|دينار|درهم|[€$£¥])",
    re.IGNORECASE,
)
