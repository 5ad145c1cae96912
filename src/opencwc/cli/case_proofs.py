"""`opencwc case proof`: that one record is under the signed head, or that the head goes on from an earlier one.

Exit status: 0 done; 1 a proof that was given does not fit; 2 it could not be made or read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencwc.cli.case import case_app
from opencwc.cli.casebook_options import (
    Book,
    Format,
    Lang,
    acting,
    as_json,
    fingerprint_asked,
    language,
    print_json,
    print_sentence,
)
from opencwc.cli.options import told
from opencwc.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opencwc.casebook.record_proofs import CheckedProof


@case_app.command()
def proof(
    record: Annotated[int | None, typer.Argument(metavar="RECORD", help="The number of a record.")] = None,
    since: Annotated[int | None, typer.Option(help="Prove that the head goes on from so many records.")] = None,
    of: Annotated[int | None, typer.Option(help="Under the head of so many records; else the newest.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to write it; else it is printed.")
    ] = None,
    check: Annotated[Path | None, typer.Option(metavar="PROOF", help="Check a proof: needs no casebook.")] = None,
    key: Annotated[
        list[str] | None, typer.Option(help="With --check: a fingerprint that may have signed; else those pinned.")
    ] = None,
    anchor: Annotated[
        list[Path] | None, typer.Option(help="With --check: an anchor that must be a head of it; again for more.")
    ] = None,
    format: Format = "",
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Prove that a record is among those of the signed head, or that the head goes on from an earlier one."""
    if check is not None:
        _check(check, key or (), anchor or (), format, lang)
        return
    with acting(casebook) as (book, person):
        from opencwc.casebook.record_proofs import head_proof, record_proof
        from opencwc.files import open_for_writing
        from opencwc.records import to_json

        if record is not None and since is None:
            made = to_json(record_proof(book, person, record, of))
        elif since is not None and record is None:
            made = to_json(head_proof(book, person, since, of))
        else:
            raise InputError("proof_of_nothing")
        with open_for_writing(output, binary=True) as stream:
            stream.write(made + b"\n")
        if output is not None:
            print_sentence("casebook_written", language(lang), path=str(output))


def _check(file: Path, keys: Sequence[str], anchors: Sequence[Path], format: str, lang: str) -> None:
    with told():
        from opencwc.casebook.pinned_keys import PinnedKeys
        from opencwc.casebook.record_proofs import check_proof, read_proof
        from opencwc.settings import load_settings

        given, pins = [fingerprint_asked(text) for text in keys], PinnedKeys.of_settings(load_settings())
        checked = check_proof(read_proof(file), str(file), given, pins, anchors)
        if as_json(format):
            print_json({**checked._asdict(), "fits": not checked.faults})
        else:
            _print_checked(checked, language(lang))
        if checked.faults:
            raise typer.Exit(1)


def _print_checked(checked: CheckedProof, lang: str) -> None:
    if not checked.faults:
        print_sentence(
            f"{checked.about}_proof_fits", lang, number=checked.number, size=checked.size, casebook=checked.casebook,
            at=checked.at[:19],
        )  # fmt: skip
    for fault in checked.faults:
        known = "version" if fault in ("signature", "key") else "record_proof"
        print_sentence(f"{known}_fits_not_{fault}", lang)
    print_sentence("casebook_key_of_house" if checked.vouched else "casebook_key", lang, key=checked.key)
