"""`opencwc law --neighbours`: the texts of other States, from the shelf or given, and what they have, on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from opencwc.cli.options import publish
from opencwc.cli.steps_progress import StepsProgress
from opencwc.cli.value import AnswerTarget, displayable
from opencwc.errors import NotFoundError, SettingsError
from opencwc.files import open_for_writing
from opencwc.finding import Message, Value
from opencwc.wording import sentence
from opencwc.wording.states import state_named

if TYPE_CHECKING:
    from opencwc.legislation.model import Checked
    from opencwc.legislation.neighbours import NeighbourComparison

OtherState = tuple[str, list[tuple[Path, str]]]
"""A State with its texts: files, and what they are called."""


def other_states(state: str, asked: str, texts: list[str]) -> list[OtherState]:
    """Return the States to compare with and their texts: those on the shelf, and those that are given.

    Raises:
        SettingsError: a text is given without its State, or a State is named that there is none of.
        NotFoundError: no State that was asked for has texts.

    """
    if not (asked or texts):
        return []
    from opencwc.legislation.neighbours import chosen_neighbours
    from opencwc.legislation.state_texts import Shelf

    others: dict[str, list[tuple[Path, str]]] = {}
    shelf = {kept.state: list(zip(kept.files, kept.names, strict=True)) for kept in Shelf.of_house().states()}
    for code in chosen_neighbours(state, asked, list(shelf)):
        if code in shelf:
            others[code] = shelf[code]
    given: dict[str, list[tuple[Path, str]]] = {}
    for text in texts:
        code, path = _given(text)
        given.setdefault(code, []).append((path, path.name))
    others |= given
    if not others:
        raise NotFoundError("no_neighbours", state=state_named(state))
    return list(others.items())


def _given(text: str) -> tuple[str, Path]:
    """Return the State and the file of ``FRA=law.pdf``."""
    from opencwc.legislation.states import known_state

    state, sign, file = text.partition("=")
    if not (state.strip() and sign and file.strip()):
        raise SettingsError("neighbour_text_form", text=text)
    return known_state(state.strip()), Path(file.strip())


def beside_others(
    checked: Checked, others: Sequence[OtherState], model: bool, ocr: bool | None, tell: StepsProgress
) -> NeighbourComparison:
    """Check the texts of other States as a law was checked, and return what they have of what it lacks."""
    from opencwc.legislation.neighbours import check_states, compare_with_neighbours

    neighbours = check_states(others, checked.law.as_of, model=model, ocr=ocr, progress=tell)
    return compare_with_neighbours(checked, neighbours)


def write_neighbours(compared: NeighbourComparison, target: AnswerTarget) -> None:
    """Write a comparison to where it goes: on the screen as text."""
    from opencwc.legislation.neighbours_report import neighbours_csv, neighbours_json, neighbours_report

    output, format, lang = target
    if not format:
        _print_neighbours(compared, lang)
        return
    with open_for_writing(output, binary=True) as stream:
        if format == "csv":
            stream.write(neighbours_csv(compared).encode())
        elif format == "json":
            stream.write(neighbours_json(compared, lang).encode())
        else:
            publish(neighbours_report(compared, lang), stream, format)


def _print_neighbours(compared: NeighbourComparison, lang: str) -> None:
    """Print each open measure, what it wants, and the passages of the States that have it."""
    from opencwc.legislation.answer_wording import element_words, said_in, verdict_words
    from opencwc.legislation.neighbours_report import has_message

    for one in compared.measures:
        wants: dict[str, Value] = {"elements": element_words(one.measure, one.wants, lang)}
        print(f"{one.measure.id} {displayable(said_in(one.measure.titles, lang))}: {verdict_words(one.answer, lang)}")
        print(f"   {displayable(sentence(Message('law_neighbours_wants', wants), lang))}")
        if not one.neighbours:
            print(f"   {sentence('law_neighbours_nobody', lang)}")
        for other in one.neighbours:
            held: dict[str, Value] = {"state": state_named(other.state), "note": has_message(one, other)}
            print(f"   {displayable(sentence(Message('law_neighbour_note', held), lang))}")
            for shown in other.passages:
                print(f"      {displayable(other.act_of(shown))}, {displayable(shown.passage.citation)}")
                print("\n".join(f"      > {displayable(line)}" for line in shown.passage.text.strip().split("\n")))
        print()
