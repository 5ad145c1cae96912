"""Run a verb and keep what comes of it: one way for the worker, the command line, the API and the demonstration.

A run gives steps (`opencwc.verbs.Step`). Its findings are kept as they come; its end keeps the file of its pages as the
source of a second run (`opencwc.casebook.run_pages`) and the tally. A run that was cut short goes on after the last
finding that is kept: the same inputs give the same findings in the same order.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import record_refusals
from opencwc.casebook.model import Mark, Person
from opencwc.casebook.run_pages import FINDINGS, PAGES
from opencwc.casebook.runs import RunKeeper, Source, begin_run, keep_source
from opencwc.errors import ConflictError, InputError, OpenCWCError
from opencwc.finding import Finding, Message
from opencwc.jobs.case_archive import InCase, joined_steps
from opencwc.language.refusals import is_refusal
from opencwc.records import to_plain
from opencwc.verbs import Ended, Found, Input, PagesFile, Progress, Started, Step, Verb

STOPPED = (
    "upload_stopped_at_findings", "upload_stopped_at_passages", "upload_stopped_at_text", "upload_stopped_at_memory",
    "upload_stopped_at_time",
)  # fmt: skip
"""The codes of errors that say up to which limit an upload was read."""


@dataclass(frozen=True)
class Place:
    """Where a run is kept: in whose name, in which case, the question, and the source with its mark.

    ``person`` is called when something is kept: an account may have been closed since the run was asked for.
    """

    book: Casebook
    person: Callable[[], Person]
    case: str
    asked: Mapping[str, Any]
    source: Source | None = None
    mark: Mark = Mark.UNCLASSIFIED


@dataclass
class KeptRun:
    """A run that is being kept: its keeper (``None`` before it began), findings kept, rows read, and of how many.

    ``rows_all`` is an estimate, and ``None`` where there is none.
    """

    keeper: RunKeeper | None = None
    findings: int = 0
    rows: int = 0
    rows_all: int | None = None


def run_and_keep(verb: Verb, inputs: Sequence[Input], question: Mapping[str, Any], place: Place) -> KeptRun:
    """Run a verb over inputs in this process, keep what it finds, and return the run."""
    return keep_steps(verb, verb.part("reader")(question).steps(inputs), place)


def keep_steps(
    verb: Verb,
    steps: Iterable[Step | None],
    place: Place,
    run: KeptRun | None = None,
    *,
    heed: Callable[[KeptRun, Step | None], None] = lambda run, step: None,
    is_resumable: Callable[[BaseException], bool] = lambda error: False,
) -> KeptRun:
    """Keep the steps of a run, and return it; ``run`` is one that was cut short.

    ``heed`` is called with every step before it is kept, and with ``None`` where a moment passed without one. A run
    that fails is ended as interrupted, and what was kept of it stays; an error that ``is_resumable`` leaves it as it
    stands, for whoever goes on with it.

    Raises:
        InputError: the steps broke off before the end.

    """
    run = run or KeptRun()
    try:
        _keep_steps(verb, steps, place, run, heed)
    except BaseException as error:
        if run.keeper is not None and not is_resumable(error):
            with suppress(ConflictError):  # it had ended already, or its case was erased meanwhile
                run.keeper.finish({"notes": [to_plain(_part_only(error))]}, state="interrupted")
        raise
    return run


def _part_only(error: BaseException) -> Message:
    """Say that a run read only a part, and up to which limit where one was reached."""
    if isinstance(error, OpenCWCError) and error.code in STOPPED:
        return Message(f"note_{error.code}", {"most": int(str(error.values["most"]))})
    return Message("note_part_only")


def _keep_steps(
    verb: Verb, steps: Iterable[Step | None], place: Place, run: KeptRun, heed: Callable[[KeptRun, Step | None], None]
) -> None:
    seen, before = 0, run.findings
    begun = run.keeper.number if run.keeper is not None else None
    for step in joined_steps(verb, steps, InCase(place.book, place.case, place.mark, begun)):
        heed(run, step)
        match step:
            case Started(checked, maker) if run.keeper is None:
                run.keeper = begin_run(
                    place.book, place.person(), place.case, verb=verb.id, asked=place.asked, checked=checked,
                    maker=maker, source=place.source,
                )  # fmt: skip
                heed(run, None)
            case Progress(rows, share):
                run.rows, run.rows_all = rows, round(rows / share) if rows and share else None
            case Found(findings):
                seen += len(findings)
                if seen > before:
                    _keep_findings(run, findings[max(0, len(findings) - (seen - before)) :], place)
            case Ended():
                _end(verb, run, step, place)
                return
            case _:
                pass
    raise InputError("reading_broke_off")


def _keep_findings(run: KeptRun, findings: Sequence[Finding], place: Place) -> None:
    if run.keeper is None:
        raise InputError("reading_findings_too_early")
    if refused := [finding.subject.input for finding in findings if is_refusal(finding.message)]:
        # Before the findings are kept: a worker that dies in between records them twice, and not never.
        record_refusals(place.book, run.keeper.person_id, refused, run.keeper.case_number, place.mark)
    run.findings += run.keeper.keep(findings)


def _end(verb: Verb, run: KeptRun, end: Ended, place: Place) -> None:
    if run.keeper is None:
        raise InputError("reading_ended_too_early")
    run.rows = run.rows_all = end.rows
    tally = {"rows": end.rows, "by_verdict": {str(verdict): n for verdict, n in end.by_verdict.items()}, **end.tally}
    if end.pages is not None:
        tally[PAGES] = keep_pages(verb, run.keeper, end.pages, place)
    run.keeper.finish(tally, rows=end.rows)


def keep_pages(verb: Verb, keeper: RunKeeper, file: PagesFile, place: Place) -> dict[str, Any]:
    """Keep the file of a run's pages as the source of a second run, and return where it is."""
    book, person = place.book, place.person()
    content = io.BytesIO(file.content)
    source = keep_source(book, person, content, file.name, mark=place.mark, media_type=file.media_type)
    checked = {"file": file.name, "as_of": str(place.asked.get("as_of", ""))}
    asked = {FINDINGS: keeper.number}
    second = begin_run(book, person, place.case, verb=verb.id, asked=asked, checked=checked, maker={}, source=source)
    second.finish({"rows": 0, "by_verdict": {}}, rows=0)
    return {"source": source.id, "run": second.number}
