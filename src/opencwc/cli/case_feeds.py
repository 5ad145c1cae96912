"""`opencwc case feeds`: the feeds that the service fetches for cases, added, imported, exported, removed.

Exit status: 0 done; 2 could not run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from opencwc.cli import options
from opencwc.cli.case import case_app
from opencwc.cli.casebook_options import Book, Format, Lang, acting, as_json, language, print_json, print_sentence
from opencwc.cli.command_names import name_command
from opencwc.cli.value import displayable
from opencwc.errors import InputError
from opencwc.wording import say, sentence

feeds_app = typer.Typer(
    no_args_is_help=True, help="Feeds that the service fetches for a case, where the administrator lets it."
)
feeds_app.callback()(name_command)
case_app.add_typer(feeds_app, name="feeds")
Case = Annotated[str, typer.Argument(metavar="CASE", help="The name of a case.")]
AllOrCase = Annotated[str, typer.Argument(metavar="[CASE]", help="The name of a case; all cases.")]
Every = Annotated[int, typer.Option("--every", metavar="HOURS", help="Hours between two fetches; 0: only when asked.")]
USUAL = 6
_HEADINGS = (
    "page_evidence_record", "page_feed", "casebook_column_case", "page_feed_answer", "page_feed_brought",
    "page_feed_since_look", "page_feed_due",
)  # fmt: skip


@feeds_app.command(name="list")
def list_(case: AllOrCase = "", format: Format = "", lang: Lang = "", casebook: Book = "") -> None:
    """List feeds: what the last fetch of each came to, and when the next is due."""
    with acting(casebook) as (book, person):
        from opencwc.jobs.feed_list import feed_list
        from opencwc.records import to_plain

        spoken, shown = language(lang), feed_list(book, person, case)
        if as_json(format):
            print_json([{**to_plain(row), "says": sentence(row.says, "en")} for row in shown.rows])
            return
        if not shown.fetched:
            print_sentence("page_feeds_off", spoken)
        rows = [
            [
                str(row.feed.seq),
                row.feed.url,
                row.case,
                sentence(row.says, spoken),
                "" if row.brought is None else str(row.brought),
                str(row.since_look),
                row.due_at[:16].replace("T", " "),
            ]
            for row in shown.rows
        ]
        columns = [(say(heading, spoken), {"overflow": "fold"}) for heading in _HEADINGS]
        options.print_grid(columns, [list(map(displayable, row)) for row in rows])


@feeds_app.command()
def add(
    case: Case,
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="Addresses of feeds.")],
    every: Every = USUAL,
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Add feeds to a case, which is opened where there is none of this name."""
    with acting(casebook, create=True) as (book, person):
        from opencwc.jobs.feed_list import add_listed
        from opencwc.reports.opml import ListedFeed

        added = add_listed(book, person, case, [ListedFeed("", url) for url in urls], every)
        print_sentence("page_feeds_added", language(lang), count=added)


@feeds_app.command(name="import")
def import_(
    case: Case,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A list of feeds: OPML.")],
    every: Every = USUAL,
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Add the feeds of an OPML file to a case."""
    with acting(casebook, create=True) as (book, person):
        from opencwc.jobs.feed_list import add_listed
        from opencwc.reports.opml import read_opml

        if not file.is_file():
            raise InputError("no_such_file", where=str(file))
        with file.open("rb") as stream:
            listed = read_opml(stream, file.name)
        print_sentence("page_feeds_added", language(lang), count=add_listed(book, person, case, listed, every))


@feeds_app.command()
def export(
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write the OPML file.")],
    case: AllOrCase = "",
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Write the feeds of a case, or of all, as OPML."""
    with acting(casebook) as (book, person):
        from opencwc.files import open_for_writing
        from opencwc.jobs.feed_list import feed_list

        content = feed_list(book, person, case).opml(case or "OpenCWC")
        with open_for_writing(output, binary=True) as stream:
            stream.write(content)
        print_sentence("casebook_written", language(lang), path=str(output))


@feeds_app.command()
def fetch(case: AllOrCase = "", lang: Lang = "", casebook: Book = "") -> None:
    """Have feeds be fetched now, by the service that runs on this casebook."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.feeds import ask_fetch

        print_sentence("page_feeds_asked", language(lang), count=ask_fetch(book, person, case))


@feeds_app.command()
def looked(lang: Lang = "", casebook: Book = "") -> None:
    """Mark all that feeds brought as looked at; what comes later is new."""
    with acting(casebook) as (book, person):
        from opencwc.jobs.feed_news import FeedNews, note_looked

        note_looked(book, person, FeedNews(book, person).newest)
        print_sentence("page_feeds_looked", language(lang))


@feeds_app.command()
def remove(
    feed: Annotated[int, typer.Argument(metavar="FEED", help="The record that added it, as the list shows it.")],
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Remove a feed; what was fetched of it stays."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.feeds import remove_feed

        remove_feed(book, person, feed)
        print_sentence("page_feed_removed", language(lang))
