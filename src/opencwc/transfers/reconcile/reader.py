"""Ledgers to the steps of a run: read, reconciled, searched for patterns."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from opencwc.errors import InputError
from opencwc.records import to_plain
from opencwc.transfers.table_readers import load_table_readers, offline_screener
from opencwc.verbs import Ended, Found, Input, PagesFile, Progress, Started, Step

if TYPE_CHECKING:
    from opencwc.transfers.model import Ledger
    from opencwc.transfers.patterns.base import Proposal
    from opencwc.transfers.reconcile.reconciled import Reconciled

FINDINGS_AT_ONCE = 500
SAMPLE = b"""id,reporter,flow,partner,date,chemical,cas,hs,quantity,unit,concentration,remarks
1,DEU,export,FRA,2023-02-01,thiodiglycol,111-48-8,2930.70,2500,kg,98,
2,DEU,export,FRA,2023,an unknown name,,,60,t,,
3,DEU,export,NLD,2023-03-01,thiodiglycol,111-48-8,2930.70,700,kg,98,
4,NLD,export,FRA,2023-03-20,thiodiglycol,111-48-8,2930.70,710,kg,98,
"""
"""A ledger that has all in it, so that everything is loaded and compiled before the rights are given up."""
_MIRRORED = (
    (b"DEU,export,FRA", b"FRA,import,DEU"),
    (b"NLD,export,FRA", b"FRA,import,NLD"),
    (b"DEU,export,NLD", b"FRA,import,NLD"),
    (b"2500", b"2400"),
)


class Reader:
    """Reconciles ledgers.

    The question: ``as_of``; ``given``, columns by field, one mapping a file; ``model``; ``most_rows``, how many lines
    they have together.
    """

    def __init__(self, question: Mapping[str, Any]) -> None:
        from opencwc.transfers.reconcile.kept import MOST_LINES

        load_table_readers()
        self.as_of = date.fromisoformat(str(question["as_of"]))
        self.model = bool(question.get("model", False))
        self.given = [dict(columns) for columns in question.get("given", ())]
        self.screener = offline_screener(self.as_of)
        self.most = min(MOST_LINES, int(question.get("most_rows", MOST_LINES)))

    def warm(self) -> None:
        """Reconcile a sample with its mirror, so that what is compiled and the model are loaded."""
        from opencwc.transfers.ledgers.reader import read_ledger
        from opencwc.transfers.patterns import find_patterns
        from opencwc.transfers.reconcile.reconciliation import reconcile

        mirror = SAMPLE
        for ours, theirs in _MIRRORED:
            mirror = mirror.replace(ours, theirs)
        sides = [read_ledger(io.BytesIO(side), "sample.csv", {}, self.screener) for side in (SAMPLE, mirror)]
        reconcile(sides, self.as_of, model=self.model)
        find_patterns(sides)
        _keep_machine_code_in_memory()

    def steps(self, inputs: Sequence[Input]) -> Iterator[Step]:
        """Give how far it is, then what was checked, the findings, and the end with the file of the pages."""
        from opencwc.transfers.ledgers.reader import read_ledger
        from opencwc.transfers.patterns import find_patterns
        from opencwc.transfers.reconcile.reconciliation import reconcile

        ledgers: list[Ledger] = []
        lines = 0
        for place, ledger in enumerate(inputs):
            yield Progress(lines, 0.5 * place / len(inputs))
            given = self.given[place] if place < len(self.given) else {}
            ledgers.append(read_ledger(ledger.path, ledger.name, given, self.screener))
            lines += len(ledgers[-1].lines)
            if lines > self.most:
                raise InputError("ledgers_too_long", lines=self.most)
        yield Progress(lines, 0.5)
        reconciled = reconcile(ledgers, self.as_of, model=self.model)
        yield Progress(lines, 0.7)
        patterns = find_patterns(ledgers)
        yield Progress(lines, 0.8)
        yield from steps_of(reconciled, patterns)


def steps_of(reconciled: Reconciled, patterns: Sequence[Proposal]) -> Iterator[Step]:
    """Give what is kept of a reconciliation: what was checked, the findings, the end with the file of the pages."""
    from opencwc.transfers.reconcile import kept
    from opencwc.transfers.reconcile.reconciled import maker_of
    from opencwc.wording import sentence

    checked = {
        "file": ", ".join(ledger.name for ledger in reconciled.ledgers)[:200],
        "said": [sentence(message) for message in reconciled.told()],
        "as_of": reconciled.as_of.isoformat(),
    }
    yield Started(checked, to_plain(maker_of(reconciled)))
    findings = list(kept.findings_of(reconciled, patterns))
    for start in range(0, len(findings), FINDINGS_AT_ONCE):
        yield Found(findings[start : start + FINDINGS_AT_ONCE])
    counts = {verdict: reconciled.counts[verdict] for verdict in ("discrepancy", "unreadable", "agreed")}
    pages = PagesFile(kept.NAME, kept.MEDIA_TYPE, kept.pack(reconciled, patterns))
    yield Ended(len(reconciled.compared.lines), counts, pages=pages)


def _keep_machine_code_in_memory() -> None:
    """Let what is compiled from now on stay in memory: the folder that keeps it may not be written any more."""
    from numba.core.caching import NullCache

    from opencwc.models import tree_kernel
    from opencwc.transfers.reconcile import matching_kernel

    for function in (*vars(matching_kernel).values(), *vars(tree_kernel).values()):
        if hasattr(function, "enable_caching"):
            function._cache = NullCache()
