"""Claims written by hand on the reports of `reports.told_by_hand`, and a record of three statements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec.structs import replace

from opencwc.claims.claim_histories import History, Mention
from opencwc.claims.claim_matching import HeldReport
from opencwc.claims.claim_record import ClaimRecord
from opencwc.claims.model import ASPECTS, Aspect, Claim, Difference, Relation, Statement
from opencwc.claims.patterns.model import Pattern, of_saying
from opencwc.claims.reader import HeldRun
from opencwc.claims.sayings import sayings_of
from opencwc.finding import Message
from opencwc.reports.model import Report, Span
from opencwc.reports.watched import Watched
from reports import told_by_hand

STATEMENTS = (
    Statement(
        "v1", datetime(2026, 3, 3, tzinfo=UTC),
        "On 2 March 2026 chlorine leaked from a tank in Sandvik, and seven people were treated, the police said.",
        "Fire service, log", "en", 1,
    ),
    Statement(
        "v2", datetime(2026, 3, 6, 9, 30, tzinfo=UTC), "Le 3 mars 2026 à Lesnoe, fumée. L’auteur n’est pas connu.",
        "OIAC, document inventé", "fr", 2,
    ),
    Statement("v3", datetime(2026, 3, 1, tzinfo=UTC), "فُحصت المحطة في 1 مارس 2026.", "الهيئة الوطنية، سجل", "ar", 3),
)  # fmt: skip
_RECORDED = {statement.id: statement.text for statement in STATEMENTS}


def watched() -> Watched:
    """Return the reports with their rows, counted from 1."""
    whole = told_by_hand.watched()
    lines = tuple(
        replace(line, told=replace(line.told, report=replace(line.told.report, row=row)))
        for row, line in enumerate(whole.lines, 1)
    )
    return Watched(lines, whole.events)


def held_run() -> HeldRun:
    """Return the reports held against the record: three claims differ, one agrees, one stands in no record."""
    some = watched()
    reports = {line.told.report.id: line.told.report for line in some.lines}
    claims = (
        _claim(reports["s1"], "en", "Leaked chlorine hurt four at the waterworks.", "differs", "v1",
               {"number": ("four", "seven people")}),
        _claim(reports["s3"], "en", "Municipality confirms: seven people were treated.", "agrees", "v1"),
        _claim(reports["s3"], "en", "Neighbour Ana Roy saw it.", "not_in_record", number=2),
        _claim(reports["l1"], "ru", "Армия обвинила противника: хлор, 12 пострадавших.", "differs", "v2",
               {"attribution": ("Армия", "L’auteur n’est pas connu"), "agent": ("хлор", "fumée")}),
        _claim(reports["p1"], "es", "Incautan 300 kilos de cianuro de sodio.", "differs", "v1",
               {"agent": ("cianuro", "chlorine")}),
    )  # fmt: skip
    held = [
        HeldReport(report, claims_of[0].lang, claims_of)
        for report in reports.values()
        if (claims_of := tuple(claim for claim in claims if claim.report == report.id))
    ]
    first, corrected, again = (one for one in sayings_of(held) if one.matched == "v1")
    steps = (Mention(first, "first_said"), Mention(corrected, "corrected", ("number",)), Mention(again, "repeated"))
    history = History("H-leak", steps, "v1")
    pattern = Pattern(
        "number_after_correction",
        Message("claims_pattern_number_after_correction", {
            "old": "four", "source": corrected.source, "day": "2026-03-03", "count": 1,
        }),
        (of_saying(first), of_saying(corrected)), history.id,
    )  # fmt: skip
    return HeldRun(held, STATEMENTS, some, (history,), (pattern,))


def _claim(
    report: Report,
    lang: str,
    sentence: str,
    relation: Relation,
    matched: str = "",
    words: Mapping[Aspect, tuple[str, str]] | None = None,
    number: int = 1,
) -> Claim:
    start = report.whole.index(sentence)
    differences = tuple(
        Difference(
            aspect, (_span(sentence, words[aspect][0]),), (_span(_RECORDED[matched], words[aspect][1]),)
        )
        for aspect in ASPECTS
        if words and aspect in words
    )  # fmt: skip
    record = ClaimRecord(
        what=sentence, when=("2026-03-02", "16:30/00:00"), where=("Sandvik (NOR)",), agents=("chlorine",)
    )
    return Claim(
        report.id, sentence, (start, start + len(sentence)), lang, 0.97, record, matched, relation, 0.81, differences,
        id=f"{report.row}-{number}",
    )  # fmt: skip


def _span(text: str, words: str) -> Span:
    return Span(text.index(words), text.index(words) + len(words))
