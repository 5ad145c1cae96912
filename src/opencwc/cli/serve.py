"""`opencwc serve`: the service, with its worker; on this machine alone unless told otherwise."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from opencwc.cli.options import command
from opencwc.errors import SettingsError


@command
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on; 127.0.0.1 is this machine alone.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on; 0 takes a free one.")] = None,
    casebook: Annotated[str, typer.Option(metavar="PLACE", help="A file, or postgresql://USER@HOST/NAME.")] = "",
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Start no worker: jobs wait for one elsewhere.")
    ] = False,
    only: Annotated[str, typer.Option(metavar="PART", help="Run one part alone: worker.")] = "",
) -> int:
    """Serve the HTTP API, and work off its jobs."""
    if only not in ("", "worker"):
        raise SettingsError("only_unknown", only=only)
    if casebook:
        os.environ["OPENCWC_CASEBOOK"] = casebook  # the worker finds it there, and no list of processes shows it
    if only == "worker":
        sys.argv = [sys.argv[0]]
        from opencwc.web.server.worker_process import main

        return main()
    _serve(host, port, worker=not no_worker)
    return 0


def _serve(host: str | None, port: int | None, *, worker: bool) -> None:
    from opencwc.casebook.database import open_casebook
    from opencwc.cli.casebook_options import tell_pinned
    from opencwc.web.accounts.entrance import Entrance
    from opencwc.web.app import app_of
    from opencwc.web.server.configuration import load_configuration
    from opencwc.web.server.logging import set_up_logging
    from opencwc.web.server.serving import prepare_names, tells_of_exposure
    from opencwc.web.server.serving import serve as serve_app
    from opencwc.wording import choose_language, sentence

    configuration = load_configuration(host=host, port=port)
    set_up_logging()
    book = open_casebook()
    tell_pinned(book)
    entrance = Entrance.of(book, configuration)
    app = app_of(entrance, book)
    prepare_names()
    if tells_of_exposure(configuration):
        sys.stderr.write(sentence("web_not_under_https", choose_language()) + "\n")

    def listening(address: str) -> None:
        from opencwc.finding import Message

        lang = choose_language()
        sys.stderr.write(sentence(Message("web_serving", {"address": address}), lang) + "\n")
        if link := entrance.first_link(address):
            sys.stderr.write(f"{sentence('web_first_link', lang)}\n  {link}\n")
        sys.stderr.flush()

    try:
        serve_app(app, configuration, worker=worker, listening=listening)
    finally:
        book.close()
