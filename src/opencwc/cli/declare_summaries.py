"""The summaries below what is due: what is near, inspections, what cannot be judged, and the year before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from opencwc.cli import options
from opencwc.finding import Message
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.declarations.model import Answer


def summary_lines(answer: Answer, as_of: str, lang: str) -> Iterator[str]:
    """Yield what is near a threshold, what is inspected and what cannot be judged, each under its heading."""
    from opencwc.declarations.inspections import told_of_inspections, told_of_near, told_of_unknown

    day: date = options.day_asked(as_of)
    yield from _under("beside_near", told_of_near(answer), lang)
    yield from _under("beside_inspections", told_of_inspections(answer, day), lang)
    yield from _under("beside_unknown", told_of_unknown(answer), lang)


def comparison_lines(
    source: Path,
    answer: Answer,
    columns: Mapping[str, Mapping[str, str]],
    law: tuple[str, str, Mapping[str, str]],
    lang: str,
) -> Iterator[str]:
    """Yield how last year's register differs from this one: sites, declarations and figures, each under its heading.

    ``source`` is last year's register, read with the same ``columns``; ``law`` holds the day, the profile and the
    readings.
    """
    from opencwc.declarations.chemicals import Chemicals
    from opencwc.declarations.law import Law
    from opencwc.declarations.register_reader import read_register
    from opencwc.declarations.year_before import compare_years, told_of_amounts, told_of_changes, told_of_sites
    from opencwc.screening.rulebook import Rulebook
    from opencwc.screening.screener import Screener

    as_of, profile, readings = law
    day = options.day_asked(as_of)
    chemicals = Chemicals(Screener(Rulebook.of(day, ("CWC",))))
    years = compare_years(read_register(source, columns), answer, Law(day, profile, readings), chemicals)
    yield from _under("beside_sites", told_of_sites(years), lang)
    yield from _under("beside_changes", told_of_changes(years.changes), lang)
    yield from _under("beside_amounts", told_of_amounts(years.amounts), lang)


def _under(heading: str, messages: Iterable[Message], lang: str) -> Iterator[str]:
    """Yield a heading with the first messages and how many more there are; nothing where there is no message."""
    waiting = iter(messages)
    shown = list(islice(waiting, _MOST))
    if not shown:
        return
    yield f"{say(heading, lang)}:"
    yield from (f"  {sentence(message, lang)}" for message in shown)
    if more := sum(1 for _ in waiting):
        yield f"  {sentence(Message('beside_more', {'count': more}), lang)}"


_MOST = 10
