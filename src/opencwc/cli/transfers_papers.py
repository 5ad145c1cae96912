"""`opencwc transfers papers`: the certificate, notification or licence application for one shipment of a ledger.

Exit status: 0 written, 1 written and something about the shipment is for a person to look at, 2 could not. A paper that
is met already may be written all the same.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencwc.cli import options
from opencwc.cli.value import displayable
from opencwc.errors import InputError
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


@options.command
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
    map: options.Columns = None,
    as_of: Annotated[str, typer.Option(metavar="DATE", help="The day of the paper; today where none is given.")] = "",
    lang: Annotated[str, typer.Option(help=f"Language of the paper: {', '.join(LANGUAGES)}.")] = "",
) -> int:
    """Fill an end-use certificate, a notification or a licence application from the record of a shipment."""
    from opencwc.screening.model import Question
    from opencwc.transfers.check.certificates import read_certificates
    from opencwc.transfers.check.checking import Checker
    from opencwc.transfers.check.paper_facts import facts_of_answer, facts_of_certificate
    from opencwc.transfers.check.papers import make_paper
    from opencwc.transfers.check.shipments import read_shipments

    for option, given, known in (
        ("--kind", kind, KINDS),
        ("--by", side, SIDES),
        ("--mark", mark, ("", *MARKS)),
        ("the ending of -o", output.suffix.lower(), ENDINGS),
    ):
        options.one_of(option, given, known)
    lang, day = options.language_asked(lang), options.day_asked(as_of)
    source = None if ledger == "-" else Path(ledger)
    options.refuse_overwriting([file for file in (source, certificates) if file is not None], [output])
    shipments = read_shipments(source or sys.stdin.buffer, ledger, options.columns_asked(map))
    held = read_certificates(certificates) if certificates else ()
    chosen = _chosen(shipments, shipment)
    answers = Checker(Question(day, lang=lang), held).check(shipments.shipments)
    answer = next(answer for answer in answers if answer.shipment.row == chosen.row)
    facts, resting = facts_of_answer(answer, held, mark), None
    if kind == "certificate":
        facts, resting = facts_of_certificate(answer, held, mark)
    _write(make_paper(kind, facts, lang, side, day), output)
    doubt = _doubt(answer, kind)
    for note in (*shipments.notes, resting, _standing(answer, kind), doubt):
        if note is not None:
            sys.stderr.write(f"{displayable(sentence(note, lang))}\n")
    options.print_line(say(Message("transfers_papers_written", {"path": str(output)}), lang))
    return 1 if doubt else 0


def _chosen(shipments: Shipments, wanted: str) -> Shipment:
    """Return the one shipment that has the id."""
    found = [shipment for shipment in shipments.shipments if shipment.id.casefold() == wanted.strip().casefold()]
    if len(found) > 1:
        rows = ", ".join(str(match.row) for match in found)
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
    asked = any(duty.rule.paper == _PAPERS[kind] for duty in answer.owed)
    return Message("transfers_papers_free") if answer.verdict is Verdict.ALLOWED and not asked else None


def _standing(answer: Answer, kind: str) -> Message | None:
    """Say that what the paper is for is met already, or whose law may ask for it."""
    from opencwc.transfers.check.weighing import joined

    asked = [duty for duty in answer.owed if duty.rule.paper == _PAPERS[kind]]
    if any(duty.state in ("needed", "late") for duty in asked):
        return None
    met = next((duty for duty in asked if duty.state == "met"), None)
    if met is not None:
        return Message("transfers_papers_met", {"duty": joined([met.says, *met.why])})
    return asked[0].told if asked else None


def _write(report: Report, output: Path) -> None:
    from opencwc.files import open_for_writing

    with suppress(OSError):  # then writing says why
        output.parent.mkdir(parents=True, exist_ok=True)
    with open_for_writing(output, binary=True) as stream:
        options.publish(report, stream, output.suffix.lower()[1:])
