"""`opencwc ask`: passages that come near a question, as they stand, with their citation; and the shelf of States.

Exit status: 0 passages were found, 1 none is near enough or the request was refused, 2 could not run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opencwc.cli.casebook_options import as_json
from opencwc.cli.options import command
from opencwc.cli.steps_progress import StepsProgress
from opencwc.cli.value import (
    decodable,
    displayable,
    record_refusals,
    see_that_they_are_files,
    spoken_language,
)
from opencwc.errors import InputError, SettingsError
from opencwc.finding import Message
from opencwc.wording import LANGUAGES, say, sentence

if TYPE_CHECKING:
    from opencwc.legislation.question_answers import Cited, Library
    from opencwc.legislation.state_texts import Kept
    from opencwc.legislation.texts.legal_texts import LegalText


@command
def ask(
    question: Annotated[str, typer.Argument(help="The question, in any of the six languages.")],
    state: Annotated[str, typer.Option("--in", metavar="CODE", help="Ask the texts of this State on the shelf.")] = "",
    text: Annotated[
        list[Path] | None, typer.Option("--text", metavar="FILE", help="Ask these texts, in place of the shelf.")
    ] = None,
    treaty: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The Convention's text, where you have it.")
    ] = None,
    most: Annotated[int, typer.Option(min=1, max=50, help="Passages at most.")] = 5,
    format: Annotated[str, typer.Option(help="text or json.")] = "text",
    lang: Annotated[str, typer.Option(help=f"Language of what is said around: {', '.join(LANGUAGES)}.")] = "",
) -> int:
    """Answer a question with passages of laws and of the Convention, word for word, never in free text."""
    as_json(format)  # which refuses another
    return _ask(decodable(question), state, text or [], treaty, most, format, spoken_language(lang))


def _ask(question: str, state: str, texts: list[Path], treaty: Path | None, most: int, format: str, lang: str) -> int:
    from opencwc.language.refusals import judge_request
    from opencwc.legislation.states import known_state
    from opencwc.wording.states import state_named

    if not question.strip():
        raise InputError("question_empty")
    code = known_state(state) if state else ""
    if refusal := judge_request(question):  # before any text is opened
        record_refusals([question])
        return _tell_nothing(refusal.message, format, lang)
    with StepsProgress(lang) as tell:
        library = _library(code, texts, treaty, tell)
        tell("searching", 0, 1)
        asked = library.ask(question, code, most, lang)
    if code and code not in library.states:
        said = Message("ask_no_texts", {"state": state_named(code)})
        sys.stderr.write(displayable(sentence(said, lang)) + "\n")
    if not asked.passages:
        return _tell_nothing(asked.note or Message("ask_nothing"), format, lang)
    if format == "json":
        passages = [
            {**asdict(passage), "doubt": sentence(passage.doubt, lang) if passage.doubt else None}
            for passage in asked.passages
        ]
        answer = {"question": question, "in_laws": not asked.not_in_laws, "passages": passages}
        print(json.dumps(answer, ensure_ascii=False, indent=1))
        return 0
    print(sentence("ask_nearest", lang))
    if asked.not_in_laws:
        print(sentence("ask_not_in_laws", lang))
    for number, one in enumerate(asked.passages, 1):
        source = say("page_law_convention_name", lang) if one.ours else one.source
        print(f"\n{number}. {displayable(source)} {displayable(one.citation or one.place)}")
        if one.doubt is not None:
            print(f"   ! {displayable(sentence(one.doubt, lang))}")
        print("\n".join(f"   {line}" for line in _marked(one).split("\n")))
    return 0


def _marked(passage: Cited) -> str:
    """Return the words of a passage; on a screen those that meet what is asked are underlined."""
    text, at = "", 0
    for start, end in passage.marks if sys.stdout.isatty() else ():
        text += f"{_in_lines(passage.text[at:start])}{_UNDERLINED}{_in_lines(passage.text[start:end])}{_PLAIN}"
        at = end
    return text + _in_lines(passage.text[at:])


def _in_lines(text: str) -> str:
    return "\n".join(map(displayable, text.split("\n")))


_UNDERLINED, _PLAIN = "\033[4m", "\033[24m"


def _tell_nothing(message: Message, format: str, lang: str) -> int:
    if format == "json":
        print(json.dumps({"passages": [], "note": sentence(message, lang)}, ensure_ascii=False))
    else:
        print(sentence(message, lang))
    return 1


def _library(state: str, files: list[Path], treaty: Path | None, tell: StepsProgress) -> Library:
    from opencwc.convention.measures import own_sets, read_measures
    from opencwc.language.encoders import named_encoder
    from opencwc.legislation.question_answers import Library
    from opencwc.legislation.state_texts import Shelf
    from opencwc.legislation.texts.legal_texts import read_legal_text
    from opencwc.settings import load_settings

    see_that_they_are_files([*files, *([treaty] if treaty else [])])
    measures = read_measures(files=own_sets(load_settings().folder))
    shelf = [] if files else [law for law in Shelf.of_house().states() if state in ("", law.state)]
    wanted = [(state or "-", file, file.name) for file in files]
    wanted += [(kept.state, one, name) for kept in shelf for one, name in zip(kept.files, kept.names, strict=True)]
    texts: dict[str, list[LegalText]] = {}
    for number, (of, path, name) in enumerate(wanted):
        tell("reading", number, len(wanted))
        texts.setdefault(of, []).append(read_legal_text(path, name=name))
    own = read_legal_text(treaty) if treaty else None
    return Library(named_encoder(), measures, texts, treaty=own, progress=lambda done, of: tell("encoding", done, of))


shelf_app = typer.Typer(help="The shelf of States whose texts are kept.", no_args_is_help=True)


@shelf_app.command("list")
@command
def list_shelf(
    format: Annotated[str, typer.Option(help="text, csv or json.")] = "text",
    lang: Annotated[str, typer.Option(help=f"Language: {', '.join(LANGUAGES)}.")] = "",
) -> int:
    """Say who covers what: on the screen a line a measure and a column a State, in CSV a line a State."""
    return _list(format, spoken_language(lang))


@shelf_app.command()
@command
def remove(
    state: Annotated[str, typer.Argument(metavar="CODE", help="The State, by its three letters.")],
    lang: Annotated[str, typer.Option(help=f"Language: {', '.join(LANGUAGES)}.")] = "",
) -> None:
    """Take a State's texts off the shelf."""
    from opencwc.legislation.state_texts import Shelf
    from opencwc.legislation.states import known_state
    from opencwc.wording.states import state_named

    code = known_state(state)
    Shelf.of_house().remove(code)
    print(sentence(Message("shelf_removed", {"state": state_named(code)}), spoken_language(lang)))


def _list(format: str, lang: str) -> int:
    from opencwc.legislation.state_texts import Shelf, shelf_csv, shelf_json

    if format not in ("text", "csv", "json"):
        raise SettingsError("format_of_answers_unknown", format=format)
    kept = Shelf.of_house().states()
    if format == "json":
        print(shelf_json(kept))
    elif format == "csv":
        print(shelf_csv(kept), end="")
    elif not kept:
        print(sentence("shelf_empty", lang))
    else:
        _print_matrix(kept, lang)
    return 0


def _print_matrix(kept: Sequence[Kept], lang: str) -> None:
    """Print the States, then who covers what, as many States beside each other as there is room for."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from opencwc.legislation.state_texts import measures_on
    from opencwc.wording.states import state_named

    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    for law in kept:
        state = displayable(say(state_named(law.state), lang))
        counts = ", ".join(f"{_SIGNS[name]} {list(law.verdicts.values()).count(name)}" for name in _SIGNS)
        print(law.state, state, law.as_of, len(law.files), counts, sep="\t")
    print("\n" + "   ".join(f"{sign} {say(f'law_verdict_{name}', lang)}" for name, sign in _SIGNS.items()))
    beside = max(1, (console.width - 20) // 5)
    for start in range(0, len(kept), beside):
        held = kept[start : start + beside]
        grid = Table(box=None, pad_edge=False)
        for heading in (say("law_column_measure", lang), *(law.state for law in held)):
            grid.add_column(heading, no_wrap=True)
        for measure in measures_on(kept):
            signs = (_SIGNS.get(law.verdicts.get(measure, ""), "") for law in held)
            grid.add_row(*map(Text, (displayable(measure), *signs)))
        print()
        console.print(grid)


_SIGNS = {"covered": "●", "partial": "◐", "review": "?", "none": "–"}
"""How a verdict stands in the matrix; what was not checked is left empty."""
