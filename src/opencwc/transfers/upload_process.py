"""The confined process that reads strangers' ledgers and shipments: it loads what it needs, gives up its rights, reads.

Its tasks: ``preview`` ledgers, ``reconcile`` them, ``preview_check`` planned shipments, ``check`` them.
"""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from opencwc.confining.process import Line, Task, Upload, plain_error, serve, unpack_uploads
from opencwc.confining.rights import Bounds, Protection
from opencwc.transfers.check.answers import alike, alike_findings, answer_as_json, checker_with
from opencwc.transfers.upload_question import (
    CERTIFICATES,
    CHECK,
    NAMES,
    PREVIEW,
    PREVIEW_CHECK,
    RECONCILE,
    SHIPMENTS,
)

if TYPE_CHECKING:
    from opencwc.finding import Message
    from opencwc.transfers.check.certificates import Certificate
    from opencwc.transfers.check.checking import Answer, Checker
    from opencwc.transfers.check.consignees import SanctionsList
    from opencwc.transfers.check.shipments import Preview as ShipmentsPreview
    from opencwc.transfers.check.shipments import Shipments
    from opencwc.transfers.model import Ledger
    from opencwc.transfers.patterns.finding import Proposal
    from opencwc.transfers.reconcile.ledgers import Preview
    from opencwc.transfers.reconcile.reconciliation import Reconciled

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
"""A ledger with one of everything, so that all is loaded and compiled before the rights are given up."""
MIRRORED = (
    (b"DEU,export,FRA", b"FRA,import,DEU"),
    (b"NLD,export,FRA", b"FRA,import,NLD"),
    (b"DEU,export,NLD", b"FRA,import,NLD"),
    (b"2500", b"2400"),
)


class _UploadsTask(Task):
    """Reads the tables of an archive; what reads tables and names of States is loaded while files may be opened."""

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        super().__init__(question, bounds)
        import fastexcel  # noqa: F401
        import pyarrow.csv
        import pyarrow.parquet  # noqa: F401

        from opencwc.convention.territories import load_names

        load_names()
        self.uploads = unpack_uploads()
        self.as_of = date.fromisoformat(question["as_of"])
        self.warm()

    def warm(self) -> None:
        """Read a sample, so that everything is loaded."""

    def columns_of(self, number: int) -> dict[str, str]:
        """Return which columns the person named for a file."""
        return dict(self.question["given"][number])


class _LedgersTask(_UploadsTask):
    """Reads ledgers."""

    def warm(self) -> None:
        """Read a sample."""
        from opencwc.screening.rulebook import Rulebook
        from opencwc.screening.screener import Screener
        from opencwc.transfers.reconcile.ledgers import read_ledger

        self.screener = Screener(Rulebook.of(self.as_of, ()))
        self.screener.known.resolver.systematic = None  # it is a process of Java, which may not be started in here
        read_ledger(io.BytesIO(SAMPLE), "sample.csv", {}, self.screener)


class PreviewLedgers(_LedgersTask):
    """Shows the start of ledgers, and what their columns are taken for."""

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield a line a file."""
        for number, upload in enumerate(self.uploads):
            yield {"file": self._preview(upload, self.columns_of(number))}
        yield {"done": True, "protection": protection.as_json()}

    def _preview(self, upload: Upload, columns: dict[str, str]) -> Line:
        from opencwc.errors import OpenCWCError
        from opencwc.transfers.reconcile.ledgers import preview

        try:
            start = preview(upload.path, upload.name, columns, 50, self.screener)
        except OpenCWCError as error:
            return {"name": upload.name, "header": [], "problem": plain_error(error)}
        problems = start.ledger.problems if start.ledger else ()
        return _preview_as_json(upload.name, start, (*start.notes, *problems))


class PreviewShipments(_UploadsTask):
    """Shows the start of planned shipments, and what their columns are taken for."""

    def warm(self) -> None:
        """Read a sample."""
        from opencwc.transfers.check.shipments import preview

        preview(io.BytesIO(b"chemical,quantity,unit,from,to,date\nx,5,kg,DEU,FRA,2026-01-01\n"), "sample.csv")

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield a line for the file of shipments, which is the first."""
        from opencwc.errors import OpenCWCError
        from opencwc.transfers.check.shipments import preview

        upload = self.uploads[0]
        try:
            start = preview(upload.path, upload.name, self.columns_of(0))
            file = _preview_as_json(upload.name, start, start.problems)
        except OpenCWCError as error:
            file = {"name": upload.name, "header": [], "problem": plain_error(error)}
        yield {"file": file}
        yield {"done": True, "protection": protection.as_json()}


def _preview_as_json(name: str, start: Preview | ShipmentsPreview, notes: Sequence[Message]) -> Line:
    from opencwc.finding import message_to_plain

    return {
        "name": name,
        "header": [column[:LONGEST_CELL] for column in start.header[:COLUMNS_SHOWN]],
        "columns": dict(start.columns),
        "missing": list(start.missing),
        "rows": [
            [(cell or "")[:LONGEST_CELL] for cell in row[:COLUMNS_SHOWN]] for row in start.rows[:ROWS_SHOWN]
        ],
        "notes": [message_to_plain(note) for note in notes[:NOTES_SHOWN]],
        "problem": plain_error(start.error) if start.error else None,
    }  # fmt: skip


class ReconcileLedgers(_LedgersTask):
    """Reads ledgers and reconciles them."""

    def warm(self) -> None:
        """Reconcile a sample with its mirror, so that what is compiled and the model are loaded."""
        super().warm()
        from opencwc.transfers.patterns.finding import find_patterns
        from opencwc.transfers.reconcile.ledgers import read_ledger
        from opencwc.transfers.reconcile.reconciliation import reconcile

        mirror = SAMPLE
        for ours, theirs in MIRRORED:
            mirror = mirror.replace(ours, theirs)
        sides = [read_ledger(io.BytesIO(side), "sample.csv", {}, self.screener) for side in (SAMPLE, mirror)]
        reconcile(sides, self.as_of, model=bool(self.question["model"]))
        find_patterns(sides)
        _save_no_machine_code()

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield how far it is, then what was checked, the findings, the tables and the summary."""
        from opencwc.transfers.patterns.finding import find_patterns
        from opencwc.transfers.reconcile.kept import told_of
        from opencwc.transfers.reconcile.reconciliation import maker_of, reconcile

        ledgers: list[Ledger] = []
        yield from self._read(ledgers)
        lines = sum(len(ledger.lines) for ledger in ledgers)
        yield {"stage": "matching", "rows": lines, "share": 0.5}
        reconciled = reconcile(ledgers, self.as_of, model=bool(self.question["model"]))
        yield {"stage": "patterns", "rows": lines, "share": 0.7}
        patterns = find_patterns(ledgers)
        yield {"stage": "keeping", "rows": lines, "share": 0.8}
        told = told_of(reconciled, patterns)
        yield {"told": told, "checked": _checked(reconciled, protection), "maker": maker_of(reconciled)._asdict()}
        yield from _findings(reconciled, patterns)
        yield from _tables(reconciled)
        tally = {verdict: reconciled.counts[verdict] for verdict in ("discrepancy", "unreadable", "agreed")}
        yield {"done": True, "rows": lines, "tally": tally}

    def _read(self, ledgers: list[Ledger]) -> Iterator[Line]:
        """Read the uploads into ``ledgers``, and yield how far it is."""
        from opencwc.errors import InputError
        from opencwc.transfers.reconcile.kept import MOST_LINES
        from opencwc.transfers.reconcile.ledgers import read_ledger

        lines = 0
        for number, upload in enumerate(self.uploads):
            yield {"stage": "reading", "rows": lines, "share": 0.5 * number / len(self.uploads)}
            ledgers.append(read_ledger(upload.path, upload.name, self.columns_of(number), self.screener))
            lines += len(ledgers[-1].lines)
            if lines > MOST_LINES:
                raise InputError(
                    f"the ledgers have more than {MOST_LINES:,} lines",
                    remedy="Reconcile them with the command: opencwc transfers reconcile.",
                )


def _checked(reconciled: Reconciled, protection: Protection) -> Line:
    from opencwc.wording import sentence

    return {
        "file": ", ".join(ledger.name for ledger in reconciled.ledgers)[:200],
        "said": [sentence(message) for message in reconciled.told()],
        "as_of": reconciled.as_of.isoformat(),
        "protection": protection.as_json(),
    }


def _findings(reconciled: Reconciled, patterns: Sequence[Proposal]) -> Iterator[Line]:
    from opencwc.finding import finding_to_plain
    from opencwc.transfers.reconcile.kept import findings_of

    waiting: list[dict[str, Any]] = []
    for finding in findings_of(reconciled, patterns):
        waiting.append(finding_to_plain(finding))
        if len(waiting) == FINDINGS_AT_ONCE:
            yield {"findings": waiting}
            waiting = []
    if waiting:
        yield {"findings": waiting}


def _tables(reconciled: Reconciled) -> Iterator[Line]:
    from opencwc.transfers.reconcile.kept import parts_of

    for name, content in parts_of(reconciled):
        for start in range(0, len(content), PART_BYTES):
            yield {"part": name, "data": base64.b64encode(content[start : start + PART_BYTES]).decode()}


def _save_no_machine_code() -> None:
    """Let what is compiled from now on stay in memory: where it is kept for next time may not be written any more."""
    from numba.core.caching import NullCache

    from opencwc.transfers.reconcile import matching_kernel

    for function in vars(matching_kernel).values():
        if hasattr(function, "enable_caching"):
            function._cache = NullCache()


class CheckShipments(_UploadsTask):
    """Reads planned shipments, certificates at hand and a list of names, and holds the shipments against the rules."""

    def warm(self) -> None:
        """Check a sample."""
        from opencwc.screening.model import Question
        from opencwc.transfers.check.consignees import SanctionsList
        from opencwc.transfers.check.shipments import read_shipments

        self.asked = Question(self.as_of, tuple(self.question["lists"]))
        with NamedTemporaryFile(suffix=".csv") as file:
            file.write(NAMES_SAMPLE)
            file.flush()
            SanctionsList.read(Path(file.name)).find("An Invented House")
        day = self.question["as_of"].encode()
        sample = b"chemical,quantity,unit,from,to,date\nthiodiglycol,5,kg,DEU,FRA,%s\nsarin,5,g,DEU,FRA,2005-01-01\n"
        shipments = read_shipments(io.BytesIO(sample % day), "sample.csv").shipments
        for answer in checker_with(None, self.asked).check(shipments):
            self._as_json(answer, ())

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield what is checked, then an answer a shipment with its findings, then the summary."""
        from opencwc.screening.formats import checked_as_json
        from opencwc.transfers.check.certificates import read_certificates
        from opencwc.transfers.check.consignees import SanctionsList
        from opencwc.transfers.check.formats import checked_by_rules

        files = dict(zip(self.question["roles"] or (SHIPMENTS,), self.uploads, strict=False))
        shipments = self._read(files[SHIPMENTS])
        paper, listed = files.get(CERTIFICATES), files.get(NAMES)
        certificates = read_certificates(paper.path, paper.name) if paper else ()
        names = replace(SanctionsList.read(listed.path), name=listed.name) if listed else None
        checker = checker_with(None, self.asked, certificates)
        checked = checked_as_json(checked_by_rules(checker, file=shipments.name, notes=shipments.notes))
        yield {"checked": {**checked, "protection": protection.as_json()}, "maker": checker.maker._asdict()}
        yield from self._checked(shipments, checker, certificates, names)

    def _read(self, upload: Upload) -> Shipments:
        from opencwc.errors import InputError
        from opencwc.transfers.check.shipments import read_shipments

        shipments = read_shipments(upload.path, upload.name, dict(next(iter(self.question["given"]), {})))
        count, most = len(shipments.shipments), int(self.question["most"])
        if count > most:
            raise InputError(
                f"there are {count:,} shipments in the file; up to {most:,} are answered here",
                remedy="Send it in smaller parts, or use the command: opencwc transfers check.",
            )
        return shipments

    def _checked(
        self, shipments: Shipments, checker: Checker, certificates: Sequence[Certificate], names: SanctionsList | None
    ) -> Iterator[Line]:
        from opencwc.finding import finding_to_plain
        from opencwc.transfers.check.formats import CheckTally, summary
        from opencwc.transfers.check.kept import told_of

        tally, rows, matches = CheckTally(), len(shipments.shipments), []
        answers: list[dict[str, Any]] = []
        findings: list[dict[str, Any]] = []
        for row, answer in enumerate(checker.check(shipments.shipments), 1):
            tally.add(answer)
            hits = alike(names, answer) if names else []
            matches += [match for _, _, match in hits]
            answers.append(self._as_json(answer, certificates, hits))
            findings += map(finding_to_plain, answer.findings)
            if names:
                findings += map(finding_to_plain, alike_findings(names, answer, checker.maker))
            if len(answers) == SHIPMENTS_AT_ONCE or row == rows:
                yield {"stage": "checking", "rows": row, "share": row / rows}
                yield {"answers": answers, "findings": findings}
                answers, findings = [], []
        messages = [*shipments.notes, *summary(checker, tally, shipments.columns, len(certificates))]
        messages += [names.told(matches), *names.problems[:5]] if names else []
        yield {
            "done": True,
            "rows": rows,
            "tally": {str(verdict): count for verdict, count in tally.by_verdict.items()},
            "told": told_of(checker, shipments.name, messages, names.name if names else ""),
        }

    def _as_json(self, answer: Answer, certificates: Sequence[Certificate], hits: Sequence[Any] = ()) -> Line:
        return answer_as_json(answer, certificates, hits, self.question["mark"])


if __name__ == "__main__":
    tasks = {
        PREVIEW: PreviewLedgers,
        RECONCILE: ReconcileLedgers,
        PREVIEW_CHECK: PreviewShipments,
        CHECK: CheckShipments,
    }
    sys.exit(serve(tasks))
