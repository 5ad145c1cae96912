"""Planned shipments to the steps of a run: read, held against the rules, the names of who receives them looked up."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from opencwc.errors import InputError
from opencwc.records import to_plain
from opencwc.transfers.check.kept import checker_with, shown_answer
from opencwc.transfers.table_readers import load_table_readers
from opencwc.verbs import Ended, Found, Input, PagesFile, Progress, Started, Step

if TYPE_CHECKING:
    from opencwc.finding import Finding
    from opencwc.transfers.check.certificates import Certificate
    from opencwc.transfers.check.checking import Answer, Checker
    from opencwc.transfers.check.consignees import SanctionsList
    from opencwc.transfers.check.kept import ShownAnswer
    from opencwc.transfers.check.shipments import Shipments

SHIPMENTS, CERTIFICATES, NAMES = "shipments", "certificates", "names"
"""What the files of a check are: planned shipments, end-use certificates at hand, a list of names."""
SHIPMENTS_AT_ONCE = 100
MOST_AT_ONCE, MOST_KEPT = 1_000, 20_000
"""Planned shipments that are answered while one waits, and by a job; more go through the command."""
_NAMES_SAMPLE = b"id,schema,name,aliases,countries\nx-1,Company,An Invented Trading House,,de\n"


class Reader:
    """Checks planned shipments.

    The question: ``as_of``; ``lists``; ``given``, the columns by field; ``roles``, what each file is; ``most``, how
    many shipments are answered, and ``most_rows``, how many a job may have; ``mark``, what papers are marked with.
    """

    def __init__(self, question: Mapping[str, Any]) -> None:
        from opencwc.screening.model import Question

        load_table_readers()
        self.day = str(question["as_of"])
        self.question = Question(date.fromisoformat(self.day), tuple(question.get("lists", ())))
        self.given = dict(next(iter(question.get("given", ())), {}))
        self.roles = tuple(question.get("roles", ())) or (SHIPMENTS,)
        self.most = min(int(question.get("most", MOST_KEPT)), int(question.get("most_rows", MOST_KEPT)))
        self.mark = str(question.get("mark", ""))

    def warm(self) -> None:
        """Check a sample, so that everything is loaded."""
        from opencwc.transfers.check.consignees import SanctionsList
        from opencwc.transfers.check.shipments import read_shipments

        with NamedTemporaryFile(suffix=".csv") as file:
            file.write(_NAMES_SAMPLE)
            file.flush()
            SanctionsList.read(Path(file.name)).find("An Invented House")
        sample = b"chemical,quantity,unit,from,to,date\nthiodiglycol,5,kg,DEU,FRA,%s\nsarin,5,g,DEU,FRA,2005-01-01\n"
        shipments = read_shipments(io.BytesIO(sample % self.day.encode()), "sample.csv").shipments
        for answer in checker_with(None, self.question).check(shipments):
            shown_answer(answer, (), self.mark)

    def steps(self, inputs: Sequence[Input]) -> Iterator[Step]:
        """Give what is checked, then the findings shipment by shipment, and the end with the file of the pages."""
        from opencwc.transfers.check.certificates import read_certificates
        from opencwc.transfers.check.checking import with_names_alike
        from opencwc.transfers.check.consignees import SanctionsList
        from opencwc.transfers.check.shipments import read_shipments

        by_role = dict(zip(self.roles, inputs, strict=False))
        shipments = read_shipments(by_role[SHIPMENTS].path, by_role[SHIPMENTS].name, self.given)
        if len(shipments.shipments) > self.most:
            raise InputError("too_many_shipments", shipments=len(shipments.shipments), most=self.most)
        paper, listed = by_role.get(CERTIFICATES), by_role.get(NAMES)
        certificates = read_certificates(paper.path, paper.name) if paper else ()
        names = replace(SanctionsList.read(listed.path), name=listed.name) if listed else None
        checker = checker_with(None, self.question, certificates)
        answers = (
            with_names_alike(answer, names) if names else answer for answer in checker.check(shipments.shipments)
        )
        yield from steps_of(checker, answers, shipments, certificates, names, self.mark)


def steps_of(
    checker: Checker,
    answers: Iterable[Answer],
    shipments: Shipments,
    certificates: Sequence[Certificate],
    names: SanctionsList | None,
    mark: str = "",
) -> Iterator[Step]:
    """Give what is kept of a check: what is checked, the findings as answers come, the end with the pages' file.

    ``answers`` have the names that are alike in them already where ``names`` are looked for (`with_names_alike`).
    """
    from opencwc.screening.formats import checked_as_json
    from opencwc.transfers.check import kept
    from opencwc.transfers.check.formats import CheckTally, checked_by_rules, summary

    checked = checked_as_json(checked_by_rules(checker, file=shipments.name, notes=shipments.notes))
    yield Started(checked, to_plain(checker.maker))
    tally, rows = CheckTally(), len(shipments.shipments)
    hits: list[Any] = []
    shown_answers: list[ShownAnswer] = []
    findings: list[Finding] = []
    for row, answer in enumerate(answers, 1):
        tally.add(answer)
        hits += answer.alike
        shown_answers.append(shown_answer(answer, certificates, mark))
        findings += answer.findings
        if row % SHIPMENTS_AT_ONCE == 0 or row == rows:
            yield Progress(row, row / rows)
            yield Found(findings)
            findings = []
    messages = [*shipments.notes, *summary(checker, tally, shipments.columns, len(certificates))]
    messages += [names.told(hits), *names.problems[:5]] if names else []
    content = kept.packed(
        kept.summary_of(checker, shipments.name, messages, names.name if names else ""), shown_answers
    )
    counts = dict(tally.by_verdict)
    yield Ended(rows, counts, pages=PagesFile(kept.NAME, kept.MEDIA_TYPE, content))
