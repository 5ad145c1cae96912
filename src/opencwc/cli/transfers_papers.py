"""`opencwc transfers papers`: the certificate, notification or licence application for one shipment of a ledger.

Exit status: 0 written, 1 written and something about the shipment is for a person to look at, 2 could not. A paper that
is met already may be written all the same.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from opencwc.cli.transfers_options import Columns, columns_asked, day_asked, language_asked, one_of, refuse_overwriting
from opencwc.cli.value import displayable, report_error
from opencwc.errors import InputError, OpenCWCError
from opencwc.finding import Message, Verdict
from opencwc.wording import LANGUAGES, say, sentence

if TYPE_CHECKING:
    from opencwc.publishing.model import Report
    from opencwc.transfers.check.checking import Answer
    from opencwc.transfers.check.shipments import Shipment, Shipments

KINDS = ("certificate", "notification", "licence")
SIDES = ("sender", "receiver")
MARKS = ("unclassified", "restricted", "protected", "highly_protected")
ENDINGS = (".pdf", ".xlsx", ".html")
_PAPERS = {"certificate": "certificate", "notification": "notice", "licence": "licence"}
"""What the rules on transfers call each kind."""


def papers(
    ledger: Annotated[str, typer.Argument(metavar="LEDGER|-", help="Planned shipments: a file, or - for a pipe.")],
    output: Annotated[Path, typer.Option("-o", "--output", help=f"Where to write it: {', '.join(ENDINGS)}.")],
    shipment: Annotated[str, typer.Option(metavar="ID", help="The shipment, by its id in the ledger.")],
    kind: Annotated[str, typer.Option(help=f"The paper: {', '.join(KINDS)}.")] = "certificate",
    side: Annotated[str, typer.Option("--by", help=f"Whose notification or application: {', '.join(SIDES)}.")] = (
        "sender"
    ),
    certificates: Annotated[Path | None, typer.Option(help="End-use certificates at hand, as a table.")] = None,
    mark: Annotated[str, typer.Option(help=f"Confidentiality mark of the paper: {', '.join(MARKS)}.")] = "",
    map: Columns = None,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="The day of the paper; today where none is given.")] = "",
    lang: Annotated[str, typer.Option(help=f"Language of the paper: {', '.join(LANGUAGES)}.")] = "",
) -> None:
    """Fill an end-use certificate, a notification or a licence application from the record of a shipment."""
    try:
        for option, given, known in (
            ("--kind", kind, KINDS),
            ("--by", side, SIDES),
            ("--mark", mark, ("", *MARKS)),
            ("the ending of -o", output.suffix.lower(), ENDINGS),
        ):
            one_of(option, given, known)
        paper = _Paper(kind, side, mark, lang=language_asked(lang), day=day_asked(as_of))
        status = _papers(paper, ledger, output, shipment, certificates, map or [])
    except OpenCWCError as error:
        status = report_error(error)
    except KeyboardInterrupt:
        status = 130
    raise typer.Exit(status)


class _Paper(NamedTuple):
    """The paper that is asked for."""

    kind: str
    side: str
    mark: str
    lang: str
    day: date


def _papers(
    paper: _Paper, ledger: str, output: Path, wanted: str, certificates: Path | None, mapping: list[str]
) -> int:
    kind, side, mark, language, day = paper
    source = None if ledger == "-" else Path(ledger)
    refuse_overwriting([one for one in (source, certificates) if one is not None], [output])

    from opencwc.screening.model import Question
    from opencwc.transfers.check.certificates import read_certificates
    from opencwc.transfers.check.checking import Checker
    from opencwc.transfers.check.paper_facts import facts_of_answer, facts_of_certificate
    from opencwc.transfers.check.papers import make_paper
    from opencwc.transfers.check.shipments import read_shipments

    shipments = read_shipments(source or sys.stdin.buffer, ledger, columns_asked(mapping))
    held = read_certificates(certificates) if certificates else ()
    chosen = _chosen(shipments, wanted)
    answers = Checker(Question(day, lang=language), held).check(shipments.shipments)
    answer = next(answer for answer in answers if answer.shipment.row == chosen.row)
    facts, resting = facts_of_answer(answer, held, mark), None
    if kind == "certificate":
        facts, resting = facts_of_certificate(answer, held, mark)
    _write(make_paper(kind, facts, language, side, day), output)
    doubt = _doubt(answer, kind)
    for note in (*shipments.notes, resting, _standing(answer, kind), doubt):
        if note is not None:
            sys.stderr.write(f"{displayable(sentence(note, language))}\n")
    sys.stdout.write(displayable(say(Message("transfers_papers_written", {"path": str(output)}), language)) + "\n")
    return 1 if doubt else 0


def _chosen(shipments: Shipments, wanted: str) -> Shipment:
    """Return the one shipment that has the id."""
    found = [shipment for shipment in shipments.shipments if shipment.id.casefold() == wanted.strip().casefold()]
    if len(found) > 1:
        rows = ", ".join(str(one.row) for one in found)
        raise InputError("shipment_id_not_unique", where=shipments.name, count=len(found), shipment=wanted, rows=rows)
    if not found:
        close = get_close_matches(wanted, [shipment.id for shipment in shipments.shipments], n=3)
        if close:
            raise InputError("no_such_shipment_but_near", where=shipments.name, shipment=wanted, near=tuple(close))
        raise InputError("no_such_shipment", where=shipments.name, shipment=wanted)
    return found[0]


def _doubt(answer: Answer, kind: str) -> Message | None:
    """Return what a person should know of the shipment before using its paper."""
    if answer.verdict in (Verdict.REVIEW, Verdict.UNREADABLE):
        return Message("transfers_papers_review", {"why": answer.findings[0].message})
    asked = any(one.rule.paper == _PAPERS[kind] for one in answer.owed)
    return Message("transfers_papers_free") if answer.verdict is Verdict.ALLOWED and not asked else None


def _standing(answer: Answer, kind: str) -> Message | None:
    """Say that what the paper is for is met already, or whose law may ask for it."""
    from opencwc.transfers.check.weighing import joined

    asked = [one for one in answer.owed if one.rule.paper == _PAPERS[kind]]
    if any(one.state in ("needed", "late") for one in asked):
        return None
    met = next((one for one in asked if one.state == "met"), None)
    if met is not None:
        return Message("transfers_papers_met", {"duty": joined([met.says, *met.why])})
    return asked[0].told if asked else None


def _write(report: Report, output: Path) -> None:
    from opencwc.files import open_for_writing

    with suppress(OSError):  # then writing says why
        output.parent.mkdir(parents=True, exist_ok=True)
    if output.suffix.lower() == ".html":
        from opencwc.publishing.html import write_html

        with open_for_writing(output) as stream:
            write_html(report, stream)
        return
    with open_for_writing(output, binary=True) as stream:
        if output.suffix.lower() == ".pdf":
            from opencwc.publishing.pdf import write_pdf

            write_pdf(report, stream)
        else:
            from opencwc.publishing.xlsx import write_xlsx

            write_xlsx(report, stream)
