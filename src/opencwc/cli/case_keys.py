"""`opencwc case key`: the key that signs the record, its change, and the keys that are pinned as the house's."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from opencwc.cli.case import case_app
from opencwc.cli.casebook_options import Book, Lang, fingerprint_asked, language, print_sentence
from opencwc.cli.options import command, told

key_app = typer.Typer(
    invoke_without_command=True,
    help="The key that signs the record: print its fingerprint, change it, pin a key as the house's.",
)
case_app.add_typer(key_app, name="key")


@key_app.callback()
def key(
    context: typer.Context,
    new: Annotated[bool, typer.Option("--new", help="Make a key where there is none.")] = False,
) -> None:
    """Print the fingerprint of the key that signs here: what others compare, by another way than a bundle."""
    if context.invoked_subcommand is not None:
        return
    with told():
        from opencwc.casebook.signing import KEY_FILE, key_setting, open_signer
        from opencwc.errors import NotFoundError
        from opencwc.settings import load_settings

        settings = load_settings()
        named, file = key_setting(settings), settings.folder / "keys" / KEY_FILE
        if not named and not new and not file.exists():
            raise NotFoundError("no_signing_key_yet", where=str(file))
        sys.stdout.write(open_signer(named, file.parent).fingerprint + "\n")


@key_app.command()
@command
def change(
    to: Annotated[str, typer.Option(help="A key that is there: a file, or pkcs11:...; a new file where none.")] = "",
    lost: Annotated[bool, typer.Option("--lost", help="The key in use is lost: the new one takes over.")] = False,
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Change the key: the key in use signs the record of it, and the new one is pinned and signs from then on."""
    from opencwc.casebook.house_keys import change_key

    spoken = language(lang)
    changed = change_key(casebook, to, lost=lost, by_token=bool(os.environ.get("OPENCWC_TOKEN")))
    said = {"seq": changed.seq, "former": changed.former, "key": changed.next}
    print_sentence("casebook_key_taken_over" if lost else "casebook_key_changed", spoken, **said)
    if changed.moved:
        print_sentence("casebook_key_moved", spoken, path=changed.moved)
    if changed.setting:
        print_sentence("casebook_key_name_it", spoken, setting=changed.setting)


@key_app.command()
@command
def pin(
    fingerprint: Annotated[str, typer.Argument(help="The fingerprint, as it reached you by another way.")],
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Pin a key as one of the house's: what it signed counts from then on."""
    from opencwc.casebook.database import open_casebook
    from opencwc.casebook.transaction import now

    asked = fingerprint_asked(fingerprint)
    with closing(open_casebook(casebook, create=False, pin=False)) as book:
        book.pins.add(book.id, [asked], "by_hand", now())
        path: Path = book.pins.path
    print_sentence("casebook_key_is_pinned", language(lang), key=asked, path=str(path))
