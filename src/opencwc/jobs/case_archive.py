"""A run joined to the earlier runs of its case before anything of it is kept, for verbs whose runs grow together.

Which runs it is joined to is on record with its beginning. So a run that was cut short is joined to the same ones when
it is taken up again, whatever was kept in the case meanwhile, and gives the same findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from sqlalchemy import select

from opencwc.casebook import tables
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Mark
from opencwc.casebook.run_pages import JOINED, PAGES, pages_of
from opencwc.casebook.runs import decoded_run, source_row, stretch_of_source
from opencwc.errors import NotFoundError
from opencwc.verbs import Ended, Found, Started, Step, Verb

_MOMENT = 0.5
"""Seconds without a step after which it is said that a moment passed."""


class InCase(NamedTuple):
    """Where a run is kept: the casebook, the case, the mark of the run, and its number where it was begun before."""

    book: Casebook
    case: str
    mark: Mark
    begun: int | None = None


def joined_steps(verb: Verb, steps: Iterable[Step | None], place: InCase) -> Iterator[Step | None]:
    """Give the steps of a run as they are once it is joined to the earlier runs of its case."""
    if not verb.growth:
        yield from steps
        return
    earlier: Mapping[int, str] = {}
    maker: Mapping[str, Any] = {}
    for step in steps:
        match step:
            case Started(checked, maker):
                earlier = _earlier_runs(verb, place)
                yield Started({**checked, JOINED: list(earlier)}, maker) if earlier else step
            case Found() if earlier:
                yield None  # what it says of events holds for the run by itself
            case Ended() if earlier:
                yield from _joined(verb, step, maker, list(earlier.values()), place.book)
            case _:
                yield step


def _earlier_runs(verb: Verb, place: InCase) -> dict[int, str]:
    """Return the runs that a run is joined to, each with the source of its pages, the earliest first.

    These are the runs of its case that are brought to their end, and none of a higher mark: whoever sees the run sees
    what it holds. One that was begun before is joined to those that there were then.
    """
    table, case = tables.run, tables.case
    query = (
        select(table)
        .join(case, case.c.number == table.c.case_number)
        .where(
            case.c.name == place.case, table.c.verb == verb.id, table.c.state == "done",
            table.c.tally.contains(f'"{PAGES}"'), table.c.mark <= int(place.mark),
        )
        .order_by(table.c.number)
    )  # fmt: skip
    with place.book.reading_contents() as connection:
        if place.begun is not None:
            begun = select(table).where(table.c.number == place.begun)
            joined = decoded_run(connection.execute(begun).mappings().one())["checked"].get(JOINED, ())
            query = query.where(table.c.number.in_(joined))
        rows = [decoded_run(row) for row in connection.execute(query).mappings()]
        pages = {int(row["number"]): pages_of(row["tally"]) for row in rows}
        return {
            number: source
            for number, source in pages.items()
            if source and (kept := source_row(connection, source)) is not None and not kept.erased
        }


def _joined(
    verb: Verb, end: Ended, maker: Mapping[str, Any], earlier: Sequence[str], book: Casebook
) -> Iterator[Step | None]:  # fmt: skip
    """Give the steps of the joined run, which is worked on in a thread of its own."""
    steps: SimpleQueue[Step] = SimpleQueue()

    def work() -> None:
        for step in verb.part("growth")(end, maker, earlier, _opener(verb, book)):
            steps.put(step)

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        while not working.done():
            try:
                yield steps.get(timeout=_MOMENT)
            except Empty:
                yield None
        working.result()
    while not steps.empty():
        yield steps.get()


def _opener(verb: Verb, book: Casebook) -> Callable[[str], Any]:
    """Return what opens the file of a run's pages by its source."""

    @cache
    def opened(source: str) -> Any:
        with book.reading() as connection:
            kept = source_row(connection, source)
        if kept is None or kept.erased:
            raise NotFoundError("run_pages_erased")
        return verb.part("kept").opened(partial(stretch_of_source, book, source), kept.size)

    return opened
