"""What was said, when, by whom and where: the claims of reports and earlier claims of other files, in one form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cached_property

from msgspec import Struct

from opencwc.claims.claim_matching import LEAST_WORTH, HeldReport
from opencwc.claims.model import Difference, Relation
from opencwc.claims.word_index import keys_of
from opencwc.reports.model import Span
from opencwc.reports.words import known_language, load_words

_SHORT, _SHORT_CHINESE = 40, 14
"""Characters of a sentence that says by itself what it is about."""
_LONGEST = 2_000


class Review(Struct, frozen=True):
    """What somebody who reviewed a claim says of it, in the reviewer's own words; no verdict of this software."""

    reviewer: str
    words: str
    made: datetime
    url: str = ""


class Saying(Struct, frozen=True, dict=True):
    """A claim as it was said once: its sentence, its report, the outlet, and whom the sentence names as saying so.

    ``said`` knows its offset from UTC. ``span`` is the place in `Report.whole`; of an earlier claim from another file
    it is empty. ``counted`` are the numbers as the sentence writes them, without those of days and times. ``review`` is
    what a reviewer said of an earlier claim.
    """

    report: str
    sentence: str
    said: datetime
    source: str = ""
    lang: str = ""
    span: Span = Span(0, 0)
    who: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    url: str = ""
    title: str = ""
    matched: str = ""
    relation: Relation = ""
    differences: tuple[Difference, ...] = ()
    earlier: bool = False
    review: Review | None = None

    @property
    def outlet(self) -> str:
        """Who said it, or where, where nobody is named."""
        return self.source or self.report

    @cached_property
    def denies(self) -> bool:
        """Whether the sentence says that something is not so."""
        return "deny" in _word_groups(self.sentence, self.lang)

    @cached_property
    def corrects(self) -> bool:
        """Whether the sentence calls itself a correction."""
        return "correct" in _word_groups(self.sentence, self.lang)

    @cached_property
    def under_correction(self) -> bool:
        """Whether the title of its report calls itself a correction."""
        return "correct" in _word_groups(self.title, self.lang)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers that the sentence counts something by; of an earlier claim from another file all of them."""
        text = self.sentence[:_LONGEST] if self.earlier else " ; ".join(self.counted)
        return frozenset(key for key in keys_of(text, self.lang) if key.startswith("n"))

    @property
    def order(self) -> tuple[float, str, int, str]:
        """By which sayings are sorted, whatever the order in which they came."""
        return self.said.timestamp(), self.report, self.span.start, self.sentence

    @property
    def copied_as(self) -> str:
        """By what copies are known: the words alone; of a short sentence, which fits many events, its report too."""
        plain = " ".join("".join(sign if sign.isalnum() else " " for sign in self.sentence.casefold()).split())
        long_enough = len(plain) >= (_SHORT_CHINESE if self.lang == "zh" else _SHORT)
        return plain if long_enough else f"{plain}\n{self.matched or self.report}"


def sayings_of(held: Iterable[HeldReport], least: float = LEAST_WORTH) -> Iterator[Saying]:
    """Yield the claims of reports that can be checked at least so likely."""
    for one in held:
        report = one.report
        for claim in one.claims:
            if claim.checkworthy >= least and claim.relation:
                yield Saying(
                    report.id, claim.sentence, report.published, report.source, one.lang, claim.span, claim.record.who,
                    claim.record.numbers, report.url, report.title, claim.matched, claim.relation, claim.differences,
                )  # fmt: skip


def _word_groups(text: str, lang: str) -> frozenset[str]:
    return frozenset(hit.group for hit in load_words(known_language(lang)).find(text[:_LONGEST]))
