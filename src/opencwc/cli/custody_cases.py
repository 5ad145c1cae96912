"""`opencwc custody` on a casebook: originals kept in a case, their steps, and the archive that leaves by approval.

Exit status: 0 done; 2 could not run.
"""

from __future__ import annotations

import mimetypes
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencwc.cli import options
from opencwc.cli.casebook_options import Book, acting, language, mark_named, print_json, print_sentence, print_table
from opencwc.cli.custody import custody_app, taken_asked
from opencwc.errors import InputError, OutputError
from opencwc.finding import Message
from opencwc.wording import say

if TYPE_CHECKING:
    from opencwc.casebook.custody_steps import ProvedStep

Case = Annotated[str, typer.Argument(metavar="CASE", help="The name of a case.")]
Original = Annotated[str, typer.Argument(metavar="SHA256", help="The hash of a file of the case.")]
STEP_FORMATS = ("text", "json", "stix")


@custody_app.command()
def receive(
    case: Case,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files as they came.")],
    url: Annotated[str, typer.Option(help="Where it was taken from.")] = "",
    taken: Annotated[str, typer.Option(metavar="TIME", help="When it was captured, as who brings it says.")] = "",
    mark: Annotated[str, typer.Option(help="The confidentiality mark.")] = "unclassified",
    lang: options.Lang = "",
    casebook: Book = "",
) -> None:
    """Keep files as evidence in a case, by their hashes, never changed."""
    with acting(casebook, create=True) as (book, person):
        from opencwc.casebook.cases import case_for_keeping
        from opencwc.casebook.custody_steps import receive as keep

        spoken, moment, marked = language(lang), taken_asked(taken), mark_named(mark)
        for path in files:
            if not path.is_file():
                raise InputError("no_such_file", where=str(path))
        case_for_keeping(book, person, case, marked)
        for path in files:
            kind = mimetypes.guess_type(path.name)[0] or ""
            with path.open("rb") as file:
                step = keep(book, person, case, file, path.name, mark=marked, media_type=kind, url=url, taken=moment)
            print_sentence("custody_kept", spoken, file=path.name, sha256=step.source_id, record=step.seq)


@custody_app.command()
def capture(
    case: Case,
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of a page or file.")],
    mark: Annotated[str, typer.Option(help="The confidentiality mark.")] = "unclassified",
    lang: options.Lang = "",
    casebook: Book = "",
) -> None:
    """Fetch a page and keep it as evidence, only from hosts that the setting names for the network."""
    with acting(casebook, create=True) as (book, person):
        from opencwc.jobs.page_capture import capture as take

        step = take(book, person, case, url, mark_named(mark))
        print_sentence("custody_kept", language(lang), file=step.name, sha256=step.source_id, record=step.seq)


@custody_app.command()
def copy(
    case: Case,
    original: Original,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write the copy to work with.")],
    lang: options.Lang = "",
    casebook: Book = "",
) -> None:
    """Write a copy of an original to work with; the original stays as it came, and the copy is on record."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.custody_steps import take_copy
        from opencwc.files import open_for_writing

        if output.exists():
            raise OutputError("custody_file_is_there", where=str(output))
        parts = take_copy(book, person, case, original.strip().lower(), output.name)
        with open_for_writing(output, binary=True) as stream:
            for part in parts:
                stream.write(part)
        print_sentence("casebook_written", language(lang), path=str(output))


@custody_app.command("keep-copy")
def keep_copy(
    case: Case,
    original: Original,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What was made from it.")],
    note: Annotated[str, typer.Option(help="How it was made.")] = "",
    lang: options.Lang = "",
    casebook: Book = "",
) -> None:
    """Keep what was made from an original beside it: a cut-out, a translation, a text read from a picture."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.custody_steps import keep_copy as keep

        if not file.is_file():
            raise InputError("no_such_file", where=str(file))
        kind = mimetypes.guess_type(file.name)[0] or ""
        with file.open("rb") as stream:
            step = keep(book, person, case, original.strip().lower(), stream, file.name, media_type=kind, note=note)
        print_sentence("custody_kept", language(lang), file=file.name, sha256=step.source_id, record=step.seq)


@custody_app.command()
def steps(
    case: Case,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(STEP_FORMATS)}.")] = "",
    lang: options.Lang = "",
    casebook: Book = "",
) -> None:
    """List what was done with the files of a case, each step with what proves when it was."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.custody_steps import custody_of
        from opencwc.records import to_plain

        spoken = language(lang)
        options.one_of("--format", format, ("", *STEP_FORMATS))
        proved = custody_of(book, person, case)
        if format == "stix":
            from opencwc.custody.stix import as_stix
            from opencwc.jobs.custody_exports import seen_in

            sys.stdout.buffer.write(as_stix(seen_in(proved)) + b"\n")
        elif format == "json":
            print_json([{**to_plain(one), "anchored": one.is_anchored} for one in proved])
        else:
            rows = [_row(one, spoken) for one in proved]
            print_table(("record", "at", "step", "file", "hash", "person", "proof"), rows, spoken)


def _row(one: ProvedStep, lang: str) -> tuple[object, ...]:
    step = one.step
    if one.stamped_at:
        proof = say(Message("custody_stamped", {"at": one.stamped_at}), lang)
    elif one.anchor:
        proof = say(Message("custody_anchored", {"records": one.anchor, "at": one.anchored_at[:19]}), lang)
    else:
        proof = say("custody_not_anchored", lang)
    return (
        step.seq, step.at[:19], say(f"custody_step_{step.step}", lang), step.name or step.note, step.source_id[:16],
        step.person, proof,
    )  # fmt: skip


@custody_app.command()
def give(
    case: Case,
    request: Annotated[int, typer.Argument(metavar="REQUEST", help="An approved request for the export of the case.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write the archive (WACZ).")],
    masked: Annotated[
        bool, typer.Option("--masked", help="The masked copies alone, nothing of their originals.")
    ] = False,
    to: Annotated[str, typer.Option(help="Who is given it.")] = "",
    lang: options.Lang = "",
    casebook: Book = "",
) -> None:
    """Write the originals of a case as a web archive with their steps and proofs, once its export was approved."""
    with acting(casebook) as (book, person):
        from opencwc.custody.archive_keys import house_key
        from opencwc.jobs.custody_exports import give_archive

        spoken, key = language(lang), house_key()
        given = give_archive(book, person, case, request, output, key, masked=masked, to=to)
        print_sentence("custody_given", spoken, count=given.files, sha256=given.sha256)
        print_sentence("custody_signed_with", spoken, key=key.fingerprint)
        print_sentence("casebook_written", spoken, path=str(output))
