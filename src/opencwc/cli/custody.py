"""`opencwc custody`: what came in, packed with signed hashes, verified, and compared with what was there before.

Exit status: 0 done, all fits, nothing changed; 1 something does not fit, or changed; 2 could not run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencwc.cli import options
from opencwc.cli.casebook_options import Format, as_json, fingerprint_asked, language, print_json, print_sentence
from opencwc.cli.value import displayable
from opencwc.errors import InputError, SettingsError
from opencwc.wording import sentence

if TYPE_CHECKING:
    from opencwc.custody.web_archive import Original
    from opencwc.reports.captures import Capture

custody_app = typer.Typer(
    no_args_is_help=True,
    help="Custody: files kept as they came, packed with signed hashes, compared, and masked so that it can be proved.",
)
PACKED = ("wacz", "stix")
_LONGEST_LIST = 2_000_000
"""Bytes of a file of trusted certificates."""
COMPARED = ("text", "json", "html", "pdf", "docx", "xlsx")


@custody_app.command()
@options.command
def pack(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Pages, pictures, documents, WARC, WACZ, EML.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write the archive.")],
    url: Annotated[
        list[str] | None, typer.Option(help="Where a file was taken from; again for each file, in their order.")
    ] = None,
    taken: Annotated[str, typer.Option(metavar="TIME", help="When they were taken; else when each was saved.")] = "",
    title: Annotated[str, typer.Option(help="What the archive is called.")] = "",
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(PACKED)}.")] = "wacz",
    sign: Annotated[bool, typer.Option(help="Sign the list of files with the key of this house.")] = True,
    lang: options.Lang = "",
) -> None:
    """Pack files as a web archive that others open (WACZ), each with its hash, the list of them signed."""
    from opencwc.custody.archive_keys import house_key
    from opencwc.custody.wacz_writer import write_wacz
    from opencwc.files import open_for_writing

    spoken = language(lang)
    options.one_of("--format", format, PACKED)
    options.refuse_overwriting_input(files, output)
    with ExitStack() as opened:
        originals = list(_originals(files, url or (), _moment(taken), opened))
        if format == "stix":
            written = _as_stix(originals)
            with open_for_writing(output, binary=True) as stream:
                stream.write(written)
        else:
            key = house_key() if sign else None
            with open_for_writing(output, binary=True) as stream:
                packed = write_wacz(stream, originals, key, title=title)
            print_sentence("custody_packed", spoken, records=packed.records, pages=packed.pages)
            if key is not None:
                print_sentence("custody_signed_with", spoken, key=key.fingerprint)
    print_sentence("casebook_written", spoken, path=str(output))


@custody_app.command()
@options.command
def verify(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Web archives (WACZ).")],
    key: Annotated[list[str] | None, typer.Option(help="A fingerprint that may have signed; again for more.")] = None,
    trust: Annotated[
        Path | None, typer.Option(metavar="PEM", help="Certificates to which that of a host which signed must lead.")
    ] = None,
    format: Format = "",
    lang: options.Lang = "",
) -> int:
    """Check every file of an archive against its hash, and the list of them against its signature."""
    from opencwc.custody.wacz_verifier import archive_said, verify_wacz
    from opencwc.files.sources import open_file
    from opencwc.records import to_plain

    spoken, plain = language(lang), as_json(format)
    keys = [fingerprint_asked(text) for text in key or ()]
    trusted, checked = trusted_certificates(trust), []
    for path in files:
        with open_file(path, path.name)[0] as file:
            checked.append(verify_wacz(file, path.name, keys, trusted))
    if plain:
        print_json([
            {"file": path.name, "fits": one.fits, **to_plain(one), "said": archive_said(one, spoken)}
            for path, one in zip(files, checked, strict=True)
        ])  # fmt: skip
    else:
        for path, one in zip(files, checked, strict=True):
            options.print_line(f"{path.name}:")
            for line in archive_said(one, spoken):
                options.print_line(f"  {displayable(line)}")
    return 0 if all(one.fits for one in checked) else 1


def trusted_certificates(file: Path | None) -> str:
    """Return the certificates of a file of them, as PEM; raise `InputError` where it holds none that can be read."""
    from opencwc.custody.host_certificates import certificates_in

    if file is None:
        return ""
    if not file.is_file():
        raise InputError("no_such_file", where=str(file))
    with file.open("rb") as stream:
        return certificates_in(stream.read(_LONGEST_LIST), str(file))


@custody_app.command()
@options.command
def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The earlier capture: a saved page, WARC, WACZ.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The later capture.")],
    output: options.Output = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(COMPARED)}; else by the ending of -o.")] = "",
    lang: options.Lang = "",
) -> int:
    """Set two captures of a page side by side, the words that differ marked in both."""
    from opencwc.custody.comparison_formats import compared_lines, compared_plain, compared_report
    from opencwc.custody.side_by_side import compare_captures
    from opencwc.files import open_for_writing
    from opencwc.records import to_json

    spoken = language(lang)
    named = {"txt": "text", "htm": "html"}
    ending = output.suffix.lower().lstrip(".") if output else ""
    form = options.one_of("--format", format or named.get(ending, ending) or "text", COMPARED)
    options.refuse_overwriting_input([old, new], output)
    pages = compare_captures(_captures(old, spoken), _captures(new, spoken))
    if form == "text":
        written = "".join(f"{displayable(line)}\n" for line in compared_lines(pages, spoken)).encode()
    elif form == "json":
        written = to_json(compared_plain(pages, spoken)) + b"\n"
    else:
        from opencwc.publishing.report_files import report_file

        written = report_file(compared_report(pages, spoken), form)  # type: ignore[arg-type]
    with open_for_writing(output, binary=True) as stream:
        stream.write(written)
    return 0 if all(page.state == "same" for page in pages) else 1


def _captures(path: Path, lang: str) -> list[Capture]:
    """Return what a file captured; what could not be read of it is said."""
    from opencwc.reports.captures import capture_of, failed_capture
    from opencwc.reports.report_files import LEAVES_OUT, ReportFiles

    if not path.is_file():
        raise InputError("no_such_file", where=str(path))
    reading = ReportFiles([path])
    captures = [capture_of(arrival) for arrival in reading.arrivals()]
    captures += [failed_capture(failed) for failed in reading.failed]
    for note in (note for note in reading.notes if note.id in LEAVES_OUT):
        sys.stderr.write(displayable(sentence(note, lang)) + "\n")
    if not captures:
        raise InputError("custody_nothing_captured", where=str(path))
    return captures


def _originals(
    files: Sequence[Path], urls: Sequence[str], taken: datetime | None, opened: ExitStack
) -> Iterator[Original]:
    from opencwc.custody.web_archive import Original

    if len(urls) > len(files):
        raise SettingsError("custody_more_addresses_than_files", addresses=len(urls), files=len(files))
    for path, url in zip(files, [*urls, *[""] * (len(files) - len(urls))], strict=True):
        if not path.is_file():
            raise InputError("no_such_file", where=str(path))
        file = opened.enter_context(path.open("rb"))
        saved = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
        yield Original(file, path.name, taken or saved, url)


def _moment(text: str) -> datetime | None:
    from opencwc.reports.intake.times import read_time

    read = read_time(text) if text else None
    if text and read is None:
        raise SettingsError("option_is_no_date", option="--taken", text=text)
    return read


def taken_asked(text: str) -> str:
    """Return the moment that ``--taken`` names in UTC, empty where it names none."""
    from opencwc.custody.web_archive import moment

    read = _moment(text)
    return moment(read) if read else ""


def _as_stix(originals: Sequence[Original]) -> bytes:
    import mimetypes

    from opencwc.custody.stix import Seen, as_stix
    from opencwc.custody.web_archive import digest_of

    seen = []
    for original in originals:
        digest, size = digest_of(original.file)
        kind = mimetypes.guess_type(original.name)[0] or ""
        seen.append(Seen(digest, size, original.name, original.taken, kind, original.url))
    return as_stix(seen) + b"\n"
