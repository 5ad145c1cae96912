"""`opencwc find`: entries, chemicals, measures and States by a few letters; with a casebook what is in it, too.

Exit status: 0 something was found, 1 nothing was, 2 could not run.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from opencwc.cli.casebook_options import acting, language
from opencwc.cli.options import command, format_asked, print_grid, print_line
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.web.casebook.finders import Hit

FORMATS = ("json",)


@command
def find(
    words: Annotated[list[str], typer.Argument(metavar="TEXT...", help="A part of a name, a number or an id.")],
    casebook: Annotated[
        str,
        typer.Option(metavar="PLACE", help="A casebook, in which cases, findings, events and people are found too."),
    ] = "",
    format: Annotated[str, typer.Option(help="json; else a table.")] = "",
    lang: Annotated[str, typer.Option(help="Language: en, fr, es, ru, ar, zh.")] = "",
) -> int:
    """Find anything by a few letters: in any language, without accents, with small slips."""
    spoken, text = language(lang), " ".join(words)
    format = format_asked(format, None, FORMATS)
    hits = _found(text, casebook, spoken)
    if format == "json":
        print_line(json.dumps([hit._asdict() for hit in hits], ensure_ascii=False, indent=1))
    elif hits:
        rows = [(say(f"find_kind_{hit.kind}", spoken), hit.title, hit.detail, hit.address) for hit in hits]
        print_grid([(say(f"find_column_{name}", spoken), {}) for name in ("kind", "name", "more", "page")], rows)
    else:
        print_line(sentence("find_nothing", spoken))
    return 0 if hits else 1


def _found(text: str, casebook: str, lang: str) -> list[Hit]:
    from opencwc.casebook.model import Mark, Person, Role
    from opencwc.web.casebook.finders import Sought
    from opencwc.web.find.search import find as found

    if casebook:
        with acting(casebook) as (book, person):
            return found(Sought(text, lang, person, book))
    return found(Sought(text, lang, Person("console", "", "", Role.ANALYST, Mark.UNCLASSIFIED), None))
