"""`opencwc custody mask` and what follows from it: names hidden in what leaves, provably, and shown later one by one.

Exit status: 0 done, it belongs; 1 a part does not belong; 2 could not run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencwc.cli import options
from opencwc.cli.casebook_options import Book, Format, acting, as_json, language, print_json, print_sentence
from opencwc.cli.custody import custody_app
from opencwc.custody import MANIFEST_ENDING, SALTS_ENDING
from opencwc.errors import InputError, OutputError
from opencwc.finding import Message
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.custody.masks import Masked

Manifest = Annotated[Path, typer.Argument(metavar="MASKS", help=f"What went with the text: its *{MANIFEST_ENDING}.")]
Salts = Annotated[Path, typer.Argument(metavar="SALTS", help=f"What stayed with you: the *{SALTS_ENDING}.")]


@custody_app.command()
@options.command
def mask(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A page, a document, a mail, a text.")],
    to: Annotated[Path, typer.Option("--to", metavar="OUT", help="Where to write the masked text.")],
    names: Annotated[Path | None, typer.Option(metavar="FILE", help="Names to hide, one a line.")] = None,
    span: Annotated[
        list[str] | None, typer.Option(metavar="FROM-TO", help="Characters to hide; again for more.")
    ] = None,
    rule: Annotated[bool, typer.Option(help="Hide what a rule knows as the name of a private person.")] = True,
    same: Annotated[bool, typer.Option("--same", help="Mark the same person alike: person 1, person 2.")] = False,
    text_lang: Annotated[
        str, typer.Option(metavar="CODE", help="The language of the text; else it is recognised.")
    ] = "",
    keep: Annotated[str, typer.Option(metavar="CASE", help="Keep the original and the masked text in a case.")] = "",
    lang: options.Lang = "",
    casebook: Book = "",
) -> None:
    """Hide names in a text: what leaves has marks in their place, what proves them later stays with you."""
    from opencwc.custody.hidden_names import names_in, spans_to_hide
    from opencwc.custody.masks import mask_text, write_for_owner
    from opencwc.custody.readable_text import readable_text

    spoken = language(lang)
    beside, own = (to.with_name(to.name + ending) for ending in (MANIFEST_ENDING, SALTS_ENDING))
    for path in (to, beside, own):
        if path.exists():
            raise OutputError("custody_file_is_there", where=str(path))
    if not file.is_file():
        raise InputError("no_such_file", where=str(file))
    text, original = readable_text(file), file.read_bytes()
    person = (lambda number: say(Message("custody_person", {"number": number}), spoken)) if same else None
    listed = names_in(_read(names), str(names)) if names else []
    masked = mask_text(text, spans_to_hide(text, listed, span or (), text_lang, rule=rule), original, person)
    write_for_owner(own, masked.salts)
    _write(to, masked.text_bytes)
    _write(beside, masked.manifest_bytes)
    if keep:
        _keep(keep, file, original, to.name, masked, casebook)
    print_sentence("custody_masked", spoken, count=len(masked.manifest.parts), path=str(to))
    print_sentence("custody_salts_stay", spoken, path=str(own), masks=str(beside))
    print_sentence("custody_read_it", spoken)


@custody_app.command()
@options.command
def prove(
    salts: Salts,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The number of the hidden part.")],
    output: options.Output = None,
) -> None:
    """Write what shows one hidden part to somebody, and nothing of the others."""
    from opencwc.custody.masks import read_salts, shown_part
    from opencwc.files import open_for_writing
    from opencwc.records import to_json

    shown = shown_part(read_salts(salts), number)
    with open_for_writing(output, binary=True) as stream:
        stream.write(to_json(shown) + b"\n")


@custody_app.command("check-part")
@options.command
def check_part(
    manifest: Manifest,
    part: Annotated[Path, typer.Argument(metavar="PART", help="A hidden part as it was shown.")],
    document: Annotated[Path | None, typer.Option("--text", metavar="FILE", help="The masked text itself.")] = None,
    format: Format = "",
    lang: options.Lang = "",
) -> int:
    """Check that a part which is shown is the one that was hidden at its place."""
    from opencwc.custody.masks import check_part as check
    from opencwc.custody.masks import read_manifest, read_part

    spoken, shown = language(lang), read_part(part)
    faults = check(read_manifest(manifest), shown, _read(document) if document else None)
    said = faults or (Message("custody_part_belongs", {"number": shown.number, "text": shown.text}),)
    lines = [sentence(one, spoken) for one in said]
    if as_json(format):
        print_json({"fits": not faults, "number": shown.number, "text": shown.text, "said": lines})
    else:
        for line in lines:
            options.print_line(line)
    return 1 if faults else 0


@custody_app.command()
@options.command
def reveal(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The masked text.")],
    manifest: Manifest,
    salts: Salts,
    output: options.Output = None,
) -> None:
    """Put every hidden part back in its place: for whoever has the salts."""
    from opencwc.custody.masks import read_manifest, read_salts, revealed
    from opencwc.files import open_for_writing

    text = revealed(_read(file).decode("utf-8", "replace"), read_manifest(manifest), read_salts(salts))
    with open_for_writing(output, binary=True) as stream:
        stream.write(text.encode("utf-8", "surrogatepass"))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("no_such_file", where=str(path)) from error


def _write(path: Path, data: bytes) -> None:
    from opencwc.files import open_for_writing

    with open_for_writing(path, binary=True) as stream:
        stream.write(data)


def _keep(case: str, file: Path, original: bytes, name: str, masked: Masked, casebook: str) -> None:
    """Keep the original, the masked text and what goes with it in a case; the salts stay out of it."""
    import io
    import mimetypes

    with acting(casebook, create=True) as (book, person):
        from opencwc.casebook.cases import case_for_keeping
        from opencwc.casebook.custody_steps import MASKED, keep_copy, receive

        case_for_keeping(book, person, case)
        kind = mimetypes.guess_type(file.name)[0] or ""
        received = receive(book, person, case, io.BytesIO(original), file.name, media_type=kind)
        for data, called, media_type in (
            (masked.text_bytes, name, "text/plain"),
            (masked.manifest_bytes, name + MANIFEST_ENDING, "application/json"),
        ):
            keep_copy(
                book, person, case, received.source_id, io.BytesIO(data), called, step=MASKED, media_type=media_type
            )
