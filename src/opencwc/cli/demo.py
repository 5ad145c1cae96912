"""`opencwc demo`: an invented State's year in a casebook of its own, and the page, signed in."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencwc.cli.casebook_options import Lang, language
from opencwc.cli.names_progress import NamesProgress
from opencwc.cli.value import displayable, report_error
from opencwc.errors import OpenCWCError, UnavailableError
from opencwc.finding import Message
from opencwc.wording import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import FastAPI

    from opencwc.casebook.database import Casebook
    from opencwc.casebook.model import Person
    from opencwc.demo.folder import Place
    from opencwc.web.server.configuration import Configuration

HOST = "127.0.0.1"
FIRST_PORT, PORTS = 8000, 100


def demo(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port; else 8000 or the next one that is free.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Open no browser.")] = False,
    keep: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Make it in this folder and leave it there; go on with one.")
    ] = None,
    lang: Lang = "",
) -> None:
    """Show OpenCWC on the year of an invented State: all of it works, and nothing in it is real."""
    from opencwc.demo.folder import own_environment, placed

    status = 0
    try:
        spoken = language(lang)
        with placed(keep) as place:
            try:
                with own_environment(place):
                    _show(place, spoken, lang, port, browser=not no_browser)
            except KeyboardInterrupt:  # while it was being made; the server takes one as the word to leave
                status = 130
        stays = place.kept and place.is_made()
        ended = Message("demo_ended_kept", {"folder": str(place.folder)}) if stays else Message("demo_ended")
        sys.stdout.write(displayable(say(ended, spoken)) + "\n")
    except OpenCWCError as error:
        status = report_error(error)
    raise typer.Exit(status)


def _show(place: Place, spoken: str, lang: str, port: int | None, *, browser: bool) -> None:
    from opencwc.casebook.database import open_casebook
    from opencwc.web.server.configuration import load_configuration
    from opencwc.web.server.logging import set_up_logging
    from opencwc.web.server.serving import serve

    configuration = load_configuration(host=HOST, port=_free_port() if port is None else port)
    book = open_casebook()
    try:
        people = _people(book, place, spoken)
        app, path = _app(book, configuration, people)
        query = f"?lang={lang}" if lang else ""

        def listening(address: str) -> None:
            link = f"{address}{path}{query}"
            told = say(Message("demo_serving", {"address": link}), spoken)
            sys.stdout.write(f"{told}\n{say('demo_how_to_end', spoken)}\n")
            sys.stdout.flush()
            if browser:
                _open_browser(link)

        with _standard_error_into(place.log):
            set_up_logging()
            serve(app, configuration, listening=listening)
    finally:
        book.close()


def _app(book: Casebook, configuration: Configuration, people: Sequence[Person]) -> tuple[FastAPI, str]:
    """Return the service with the demonstration's own routes, and the path of the link that signs in."""
    import secrets

    from opencwc.web import demonstration
    from opencwc.web.accounts.entrance import Entrance
    from opencwc.web.app import app_of

    played = demonstration.Demonstration.of(secrets.token_urlsafe(16), people)
    app = app_of(Entrance.of(book, configuration), book, routers=(demonstration.router,))
    app.state.demonstration = played
    return app, played.path


def _people(book: Casebook, place: Place, lang: str) -> tuple[Person, ...]:
    """Make the year where it is not there yet, and return who can be played."""
    from opencwc.casebook.people import People
    from opencwc.chemistry.name_index import NameIndex
    from opencwc.demo.casebook_builder import build
    from opencwc.demo.state import load_state

    state = load_state()
    if not place.is_made():
        NameIndex.open(NamesProgress(lang)).close()
        with _progress(say(Message("demo_making", {"state": state.name}), lang)) as told:
            built = build(book, place.files, told=told)
        place.mark_made(built.year)
    people = People(book)
    return tuple(people.account(person.login).person for person in state.people)


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Give what is called with how much is done: a bar where a person watches, silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn(what, markup=False), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", visible=False)
        yield lambda done, total: progress.update(task, completed=done, total=total, visible=True)


@contextmanager
def _standard_error_into(log: Path) -> Iterator[None]:
    """Send the standard error of this process and of its worker into a file: the terminal shows the address alone."""
    sys.stderr.flush()
    before = os.dup(2)
    try:
        with log.open("ab") as file:
            os.dup2(file.fileno(), 2)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(before, 2)
        os.close(before)


def _free_port() -> int:
    """Return port 8000 of this machine, or the next one that nobody holds."""
    import socket

    for port in range(FIRST_PORT, FIRST_PORT + PORTS):
        with socket.socket() as place, contextlib.suppress(OSError):
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            place.bind((HOST, port))
            return port
    last = FIRST_PORT + PORTS - 1
    raise UnavailableError("no_free_port", first=FIRST_PORT, last=last)


def _open_browser(address: str) -> None:
    """Open the browser where there is a display; that none is there is no failure."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return
    from threading import Thread

    def opened() -> None:
        import webbrowser

        with contextlib.suppress(Exception):
            webbrowser.open(address)

    Thread(target=opened, daemon=True, name="browser").start()
