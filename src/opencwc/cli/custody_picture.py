"""`opencwc custody picture`: pictures in; what their files say, their credentials and their earlier uses, out.

Exit status: 0 nothing stands out, 1 there is something to look at or a picture was not read, 2 could not run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencwc.cli import options
from opencwc.cli.custody import custody_app, trusted_certificates
from opencwc.cli.value import see_that_they_are_files
from opencwc.errors import InputError, SettingsError
from opencwc.finding import Message, Value
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.custody.pictures.formats import ExaminedPicture
    from opencwc.custody.pictures.model import PictureFacts
    from opencwc.custody.pictures.seen import EarlierUse, SeenPictures

FORMATS = ("csv", "jsonl")


@custody_app.command()
@options.command
def picture(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Pictures: JPEG, PNG, WebP, TIFF and others.")],
    claimed_date: Annotated[str, typer.Option(metavar="DATE", help="The day that they are said to show.")] = "",
    seen: Annotated[
        list[Path] | None,
        typer.Option(metavar="FOLDER|INDEX", help="Pictures seen before; may be given again."),
    ] = None,
    trust: Annotated[
        Path | None,
        typer.Option(metavar="PEM", help="Certificates of whom you trust to sign, or to vouch for signers."),
    ] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Say where each picture differs from this one.")
    ] = None,
    differences: Annotated[
        Path | None, typer.Option(metavar="PNG", help="Show there where one picture differs from --against.")
    ] = None,
    add: Annotated[
        Path | None, typer.Option(metavar="INDEX", help="Add the pictures to this index of pictures seen.")
    ] = None,
    published: Annotated[str, typer.Option(metavar="DATE", help="When those to --add were published.")] = "",
    source: Annotated[str, typer.Option(help="By whom those to --add were published.")] = "",
    address: Annotated[str, typer.Option(help="Where those to --add were published.")] = "",
    output: options.Output = None,
    format: Annotated[str, typer.Option(help=f"One of: {', '.join(FORMATS)}; else by the ending of -o.")] = "",
    lang: options.Lang = "",
) -> int:
    """Examine pictures: camera data, content credentials, earlier uses and changes. No verdict is given."""
    from opencwc.custody.pictures.examination import examine_files

    lang = options.language_asked(lang)
    format = options.format_asked(format, output, FORMATS)
    claimed = options.day_asked(claimed_date, "--claimed-date") if claimed_date else None
    day = options.day_asked(published, "--published").isoformat() if published else ""
    if differences is not None and (against is None or len(files) != 1):
        raise SettingsError("differences_need_two_pictures")
    see_that_they_are_files(file for file in (*files, against, trust) if file is not None)
    inputs = [file for file in (*files, against, trust, *(seen or ())) if file is not None]
    options.refuse_overwriting([file for file in inputs if file != add], [output, differences])
    trusted = trusted_certificates(trust)
    indexes = list(_indexes(seen or ()))
    facts = list(examine_files(((str(file), file) for file in files), trusted=trusted))
    examined = [_examined(fact, file, indexes, claimed, against) for fact, file in zip(facts, files, strict=True)]
    if differences is not None and against is not None:
        _draw(files[0], against, differences)
    if add is not None:
        _add(facts, add, day, source, address)
    _write(examined, output, format, lang)
    return 1 if any(one.to_look_at for one in examined) else 0


def _indexes(places: Sequence[Path]) -> Iterator[SeenPictures]:
    from opencwc.custody.pictures.seen import read_seen

    for place in places:
        if not place.exists():
            raise InputError("seen_not_there", where=str(place))
        yield read_seen(place)


def _examined(
    facts: PictureFacts, file: Path, indexes: Sequence[SeenPictures], claimed: date | None, against: Path | None
) -> ExaminedPicture:
    from opencwc.custody.pictures.comparison import differences_of
    from opencwc.custody.pictures.formats import ExaminedPicture
    from opencwc.custody.pictures.remarks import differences_remarks, remarks_on

    uses: list[EarlierUse] = [use for index in indexes for use in index.uses_of(facts)]
    remarks = list(remarks_on(facts, claimed=claimed, uses=uses))
    if against is None or facts.contents is None:
        return ExaminedPicture(facts, uses, remarks)
    found = differences_of(file.read_bytes(), against.read_bytes())
    remarks = [*differences_remarks(found, against.name), *remarks]
    return ExaminedPicture(facts, uses, remarks, None if isinstance(found, Message) else found)


def _draw(file: Path, against: Path, target: Path) -> None:
    from opencwc.custody.pictures.comparison import differences_picture
    from opencwc.files import open_for_writing

    _, png = differences_picture(file.read_bytes(), against.read_bytes())
    if not png:
        raise InputError("differences_not_drawn", where=str(file))
    with open_for_writing(target, binary=True) as stream:
        stream.write(png)


def _add(facts: Sequence[PictureFacts], index: Path, published: str, source: str, address: str) -> None:
    from opencwc.custody.pictures.seen import append_seen, seen_picture

    kept = (seen_picture(fact, published, source, address) for fact in facts)
    append_seen(index, (picture for picture in kept if picture is not None))


def _write(examined: Sequence[ExaminedPicture], output: Path | None, format: str, lang: str) -> None:
    from opencwc.custody.pictures.formats import as_csv, as_json_lines
    from opencwc.files import open_for_writing

    if not format:
        for number, one in enumerate(examined):
            _print(one, lang, first=number == 0)
        return
    with open_for_writing(output, binary=True) as stream:
        stream.write(as_csv(examined, lang).encode() if format == "csv" else as_json_lines(examined, lang))


def _print(one: ExaminedPicture, lang: str, *, first: bool) -> None:
    """Print a picture: its file, what to look at, then what else is known."""
    if not first:
        options.print_line("")
    facts = one.facts
    options.print_line(facts.name)
    if facts.contents is not None:
        file = facts.contents.file
        values: dict[str, Value] = {"format": file.format, "width": str(file.width), "height": str(file.height)}
        options.print_line(f"  {say(Message('picture_what', {**values, 'bytes': float(facts.size)}), lang)}")
    options.print_line(f"  SHA-256 {facts.sha256}")
    for look, heading in ((True, "picture_look_at"), (False, "picture_also")):
        said = [remark.message for remark in one.remarks if remark.look is look]
        if said:
            options.print_line(f"  {say(heading, lang)}")
        for message in said:
            options.print_line(f"    - {sentence(message, lang)}")
