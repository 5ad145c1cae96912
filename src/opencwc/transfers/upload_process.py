"""The process that reads strangers' ledgers and shipments: it loads what it needs, gives up its rights, then reads.

It is started by `opencwc.confining.sandbox` as ``python -m opencwc.transfers.upload_process`` and served by
`opencwc.confining.process`. A wish is to ``preview`` ledgers, to ``reconcile`` them, to ``preview_check`` planned
shipments, or to ``check`` them.
"""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from opencwc.confining.process import Prepared, Upload, plain_error, serve
from opencwc.confining.rights import Protection
from opencwc.transfers.check.answers import alike, alike_findings, answer_as_json, checker_with
from opencwc.transfers.upload_question import CERTIFICATES, NAMES, SHIPMENTS

if TYPE_CHECKING:
    from opencwc.finding import Message
    from opencwc.screening.screener import Screener
    from opencwc.transfers.check.certificates import Certificate
    from opencwc.transfers.check.checking import Answer
    from opencwc.transfers.check.shipments import ShipmentsPreview
    from opencwc.transfers.ledgers.reader import LedgerPreview
    from opencwc.transfers.model import Ledger
    from opencwc.transfers.patterns.proposal import Proposal
    from opencwc.transfers.reconcile.reconciled import Reconciled

FINDINGS_AT_ONCE, SHIPMENTS_AT_ONCE = 500, 100
PART_BYTES = 6_000_000
ROWS_SHOWN, COLUMNS_SHOWN, NOTES_SHOWN, LONGEST_CELL = 4, 60, 8, 120
NAMES_SAMPLE = b"id,schema,name,aliases,countries\nx-1,Company,An Invented Trading House,,de\n"
SAMPLE = b"""id,reporter,flow,partner,date,chemical,cas,hs,quantity,unit,concentration,remarks
1,DEU,export,FRA,2023-02-01,thiodiglycol,111-48-8,2930.70,2500,kg,98,
2,DEU,export,FRA,2023,an unknown name,,,60,t,,
3,DEU,export,NLD,2023-03-01,thiodiglycol,111-48-8,2930.70,700,kg,98,
4,NLD,export,FRA,2023-03-20,thiodiglycol,111-48-8,2930.70,710,kg,98,
"""
"""A ledger that has all in it, so that everything is loaded and compiled before the rights are given up."""
MIRRORED = (
    (b"DEU,export,FRA", b"FRA,import,DEU"),
    (b"NLD,export,FRA", b"FRA,import,NLD"),
    (b"DEU,export,NLD", b"FRA,import,NLD"),
    (b"2500", b"2400"),
)


def _load_readers() -> None:
    """Load what reads tables and names of States now, while files may be opened."""
    import fastexcel  # noqa: F401
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401

    from opencwc.convention.territories import load_names

    load_names()


class _Reading:
    """Reads ledgers; everything that this takes is loaded when it is made."""

    def __init__(self, wish: dict[str, Any]) -> None:
        _load_readers()
        self.wish = wish
        self.as_of = date.fromisoformat(wish["as_of"])
        self.screener = self._screener()
        self.warm()

    def _screener(self) -> Screener:
        from opencwc.screening.rulebook import Rulebook
        from opencwc.screening.screener import Screener

        made = Screener(Rulebook.of(self.as_of, ()))
        made.known.resolver.systematic = None  # it is a process of Java, which may not be started in here
        return made

    def warm(self) -> None:
        """Read a sample."""
        from opencwc.transfers.ledgers.reader import read_ledger

        read_ledger(io.BytesIO(SAMPLE), "sample.csv", {}, self.screener)

    def given(self, place: int) -> dict[str, str]:
        """Return which columns the person named for a file."""
        return dict(self.wish["given"][place])


class _Preview(_Reading):
    """Shows the start of ledgers, and what their columns are taken for."""

    def answer(self, uploads: Sequence[Upload], protection: Protection) -> Iterator[dict[str, Any]]:
        """Yield a line a file."""
        for place, one in enumerate(uploads):
            yield {"file": self._told(one, self.given(place))}
        yield {"done": True, "protection": protection.as_json()}

    def _told(self, one: Upload, given: dict[str, str]) -> dict[str, Any]:
        from opencwc.errors import OpenCWCError
        from opencwc.transfers.ledgers.reader import preview

        try:
            found = preview(one.path, one.name, given, 50, self.screener)
        except OpenCWCError as error:
            return {"name": one.name, "header": [], "problem": plain_error(error)}
        return _preview_as_json(one.name, found, (*found.notes, *(found.ledger.problems if found.ledger else ())))


class _PreviewCheck:
    """Shows the start of planned shipments, and what their columns are taken for."""

    def __init__(self, wish: dict[str, Any]) -> None:
        _load_readers()
        from opencwc.transfers.check.shipments import preview

        self.wish = wish
        preview(io.BytesIO(b"chemical,quantity,unit,from,to,date\nx,5,kg,DEU,FRA,2026-01-01\n"), "sample.csv")

    def answer(self, uploads: Sequence[Upload], protection: Protection) -> Iterator[dict[str, Any]]:
        """Yield a line for the file of shipments, which is the first."""
        from opencwc.errors import OpenCWCError
        from opencwc.transfers.check.shipments import preview

        one = uploads[0]
        try:
            found = preview(one.path, one.name, dict(self.wish["given"][0]))
            told = _preview_as_json(one.name, found, found.problems)
        except OpenCWCError as error:
            told = {"name": one.name, "header": [], "problem": plain_error(error)}
        yield {"file": told}
        yield {"done": True, "protection": protection.as_json()}


def _preview_as_json(name: str, found: LedgerPreview | ShipmentsPreview, notes: Sequence[Message]) -> dict[str, Any]:
    from opencwc.finding import message_to_plain

    return {
        "name": name,
        "header": [one[:LONGEST_CELL] for one in found.header[:COLUMNS_SHOWN]],
        "columns": dict(found.columns),
        "missing": list(found.missing),
        "rows": [
            [(cell or "")[:LONGEST_CELL] for cell in row[:COLUMNS_SHOWN]] for row in found.rows[:ROWS_SHOWN]
        ],
        "notes": [message_to_plain(note) for note in notes[:NOTES_SHOWN]],
        "problem": plain_error(found.error) if found.error else None,
    }  # fmt: skip


class _Reconcile(_Reading):
    """Reads ledgers and reconciles them."""

    def warm(self) -> None:
        """Reconcile a sample with its mirror, so that what is compiled and the model are loaded."""
        from opencwc.transfers.ledgers.reader import read_ledger
        from opencwc.transfers.patterns import find_patterns
        from opencwc.transfers.reconcile.reconciliation import reconcile

        mirror = SAMPLE
        for ours, theirs in MIRRORED:
            mirror = mirror.replace(ours, theirs)
        sides = [read_ledger(io.BytesIO(one), "sample.csv", {}, self.screener) for one in (SAMPLE, mirror)]
        reconcile(sides, self.as_of, model=bool(self.wish["model"]))
        find_patterns(sides)
        _save_no_machine_code()

    def answer(self, uploads: Sequence[Upload], protection: Protection) -> Iterator[dict[str, Any]]:
        """Yield how far it is, then what was checked, the findings, the tables and what is told."""
        from opencwc.errors import InputError
        from opencwc.transfers.ledgers.reader import read_ledger
        from opencwc.transfers.patterns import find_patterns
        from opencwc.transfers.reconcile.kept import MOST_LINES, told_of
        from opencwc.transfers.reconcile.reconciled import maker_of
        from opencwc.transfers.reconcile.reconciliation import reconcile

        ledgers: list[Ledger] = []
        lines = 0
        for place, one in enumerate(uploads):
            yield {"stage": "reading", "rows": lines, "share": 0.5 * place / len(uploads)}
            ledgers.append(read_ledger(one.path, one.name, self.given(place), self.screener))
            lines += len(ledgers[-1].lines)
            if lines > MOST_LINES:
                raise InputError(
                    f"the ledgers have more than {MOST_LINES:,} lines",
                    remedy="Reconcile them with the command: opencwc transfers reconcile.",
                )
        yield {"stage": "matching", "rows": lines, "share": 0.5}
        found = reconcile(ledgers, self.as_of, model=bool(self.wish["model"]))
        yield {"stage": "patterns", "rows": lines, "share": 0.7}
        patterns = find_patterns(ledgers)
        yield {"stage": "keeping", "rows": lines, "share": 0.8}
        told = told_of(found, patterns)
        yield {"told": told, "checked": _checked(found, protection), "maker": maker_of(found)._asdict()}
        yield from _findings(found, patterns)
        yield from _tables(found)
        counts = {"discrepancy": found.counts["discrepancy"], "unreadable": found.counts["unreadable"]}
        yield {"done": True, "rows": lines, "tally": {**counts, "agreed": found.counts["agreed"]}}


def _checked(found: Reconciled, protection: Protection) -> dict[str, Any]:
    from opencwc.wording import sentence

    return {
        "file": ", ".join(ledger.name for ledger in found.ledgers)[:200],
        "said": [sentence(one) for one in found.told()],
        "as_of": found.as_of.isoformat(),
        "protection": protection.as_json(),
    }


def _findings(found: Reconciled, patterns: Sequence[Proposal]) -> Iterator[dict[str, Any]]:
    from opencwc.finding import finding_to_plain
    from opencwc.transfers.reconcile.kept import findings_of

    waiting: list[dict[str, Any]] = []
    for finding in findings_of(found, patterns):
        waiting.append(finding_to_plain(finding))
        if len(waiting) == FINDINGS_AT_ONCE:
            yield {"findings": waiting}
            waiting = []
    if waiting:
        yield {"findings": waiting}


def _tables(found: Reconciled) -> Iterator[dict[str, Any]]:
    from opencwc.transfers.reconcile.kept import parts_of

    for name, content in parts_of(found):
        for start in range(0, len(content), PART_BYTES):
            yield {"part": name, "data": base64.b64encode(content[start : start + PART_BYTES]).decode()}


def _save_no_machine_code() -> None:
    """Let what is compiled from now on stay in memory: where it is kept for next time may not be written any more."""
    from numba.core.caching import NullCache

    from opencwc.transfers.reconcile import matching_kernel

    for var in vars(matching_kernel).values():
        if hasattr(var, "enable_caching"):
            var._cache = NullCache()


class _Check:
    """Reads planned shipments, certificates at hand and a list of names, and holds the shipments against the rules."""

    def __init__(self, wish: dict[str, Any]) -> None:
        _load_readers()
        from opencwc.screening.model import Question
        from opencwc.transfers.check.consignees import SanctionsList
        from opencwc.transfers.check.shipments import read_shipments

        self.wish = wish
        self.question = Question(date.fromisoformat(wish["as_of"]), tuple(wish["lists"]))
        with NamedTemporaryFile(suffix=".csv") as file:
            file.write(NAMES_SAMPLE)
            file.flush()
            SanctionsList.read(Path(file.name)).find("An Invented House")
        warmed = checker_with(None, self.question)
        day = wish["as_of"].encode()
        sample = b"chemical,quantity,unit,from,to,date\nthiodiglycol,5,kg,DEU,FRA,%s\nsarin,5,g,DEU,FRA,2005-01-01\n"
        for one in warmed.check(read_shipments(io.BytesIO(sample % day), "sample.csv").shipments):
            self._told(one, ())

    def answer(self, uploads: Sequence[Upload], protection: Protection) -> Iterator[dict[str, Any]]:
        """Yield what is checked, then an answer a shipment with its findings, then what is told."""
        from opencwc.errors import InputError
        from opencwc.finding import finding_to_plain
        from opencwc.screening.formats import checked_as_json
        from opencwc.transfers.check.certificates import read_certificates
        from opencwc.transfers.check.consignees import SanctionsList
        from opencwc.transfers.check.formats import CheckTally, checked_by_rules, summary
        from opencwc.transfers.check.kept import told_of
        from opencwc.transfers.check.shipments import read_shipments

        by_role = dict(zip(self.wish["roles"] or (SHIPMENTS,), uploads, strict=False))
        given = dict(next(iter(self.wish["given"]), {}))
        held = read_shipments(by_role[SHIPMENTS].path, by_role[SHIPMENTS].name, given)
        most = int(self.wish["most"])
        if len(held.shipments) > most:
            raise InputError(
                f"there are {len(held.shipments):,} shipments in the file; up to {most:,} are answered here",
                remedy="Send it in smaller parts, or use the command: opencwc transfers check.",
            )
        paper = by_role.get(CERTIFICATES)
        certificates = read_certificates(paper.path, paper.name) if paper else ()
        listed = by_role.get(NAMES)
        self.names = replace(SanctionsList.read(listed.path), name=listed.name) if listed else None
        checker = checker_with(None, self.question, certificates)
        checked = checked_as_json(checked_by_rules(checker, file=held.name, notes=held.notes))
        yield {"checked": {**checked, "protection": protection.as_json()}, "maker": checker.maker._asdict()}
        tally, rows, found = CheckTally(), len(held.shipments), []
        answers: list[dict[str, Any]] = []
        findings: list[dict[str, Any]] = []
        for place, one in enumerate(checker.check(held.shipments), 1):
            tally.add(one)
            hits = alike(self.names, one) if self.names else []
            found += [hit for _, _, hit in hits]
            answers.append(self._told(one, certificates, hits))
            findings += [finding_to_plain(each) for each in one.findings]
            if self.names:
                findings += map(finding_to_plain, alike_findings(self.names, one, checker.maker))
            if len(answers) == SHIPMENTS_AT_ONCE or place == rows:
                yield {"stage": "checking", "rows": place, "share": place / rows}
                yield {"answers": answers, "findings": findings}
                answers, findings = [], []
        said = [*held.notes, *summary(checker, tally, held.columns, len(certificates))]
        said += [self.names.told(found), *self.names.problems[:5]] if self.names else []
        yield {
            "done": True,
            "rows": rows,
            "tally": {str(one): count for one, count in tally.by_verdict.items()},
            "told": told_of(checker, held.name, said, self.names.name if self.names else ""),
        }

    def _told(self, one: Answer, certificates: Sequence[Certificate], hits: Sequence[Any] = ()) -> dict[str, Any]:
        return answer_as_json(one, certificates, hits, self.wish["mark"])


_PREPARED: dict[str, Callable[[dict[str, Any]], Prepared]] = {
    "preview": _Preview,
    "reconcile": _Reconcile,
    "preview_check": _PreviewCheck,
    "check": _Check,
}


if __name__ == "__main__":
    sys.exit(serve(_PREPARED))
