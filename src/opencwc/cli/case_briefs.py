"""`opencwc case brief`: briefs on the events of watched reports, from a confirmed event to a released file.

Exit status: 0 done; 2 could not run.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from opencwc.cli import options
from opencwc.cli.case import case_app
from opencwc.cli.casebook_options import (
    Book,
    Format,
    Lang,
    acting,
    as_json,
    language,
    print_json,
    print_sentence,
)
from opencwc.cli.command_names import name_command
from opencwc.cli.value import displayable
from opencwc.errors import InputError, OutputError, RuleError
from opencwc.finding import Message
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.jobs.briefs import BriefRun, BriefVersion
    from opencwc.reports.brief import BriefDraft

brief_app = typer.Typer(
    no_args_is_help=True,
    help="Briefs on events that somebody decided on: written in versions, released by two people, given as files.",
)
brief_app.callback()(name_command)
case_app.add_typer(brief_app, name="brief")
Run = Annotated[int, typer.Argument(metavar="RUN", help="The number of a run of watched reports.")]
Number = Annotated[int, typer.Argument(metavar="BRIEF", help="The number of a brief of this run.")]
VersionNumber = Annotated[int, typer.Option("--version", help="The number of a version; the last one.")]
FORMATS = ("pdf", "docx")


@brief_app.command(name="list")
def list_(run: Run, format: Format = "", lang: Lang = "", casebook: Book = "") -> None:
    """List the briefs on a run, and the events that one can be on."""
    with acting(casebook) as (book, person):
        from opencwc.jobs.briefs import brief_run

        spoken, having = language(lang), brief_run(book, person, run)
        last = [versions[-1] for versions in having.briefs.values()]
        decided = {one.id: say(one.headline, spoken) for one in having.decided}
        if as_json(format):
            print_json({"briefs": [_plain(one) for one in last], "decided": decided})
            return
        if last:
            _print_table(("name", "number", "state"), [_row(one, spoken) for one in last], spoken)
        else:
            options.print_line(say("page_brief_none", spoken))
        options.print_line(say("page_brief_choose" if decided else "page_brief_none_decided", spoken))
        for event, headline in decided.items():
            options.print_line(displayable(f"  {event}  {headline}"))


@brief_app.command()
def confirm(
    run: Run,
    events: Annotated[list[str], typer.Argument(metavar="EVENT...", help="Ids of events of the run.")],
    reason: Annotated[str, typer.Option(help="Why, in a sentence.")] = "",
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Decide that the reports of an event are one event as it stands, so that a brief can be on it."""
    with acting(casebook) as (book, person):
        from opencwc.errors import NotFoundError
        from opencwc.jobs.briefs import brief_run
        from opencwc.jobs.event_decisions import decide_on_events
        from opencwc.reports.corrected import EventDecision

        index = brief_run(book, person, run).index
        chosen = {event: index.named(event) for event in events}
        for event, summary in chosen.items():
            if summary is None or summary.id != event:
                raise NotFoundError("no_such_event", event=event[:50], run=run)
        for summary in filter(None, chosen.values()):
            reports = tuple(line.told.report.id for line in summary.lines)
            decide_on_events(book, person, run, EventDecision("confirm", reports, reason=reason))
            options.print_line(displayable(f"{summary.id}  {say(summary.headline, language(lang))}"))


@brief_app.command()
def write(
    run: Run,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The brief as YAML or JSON.")],
    brief: Annotated[int, typer.Option("--brief", help="Write the next version of this brief.")] = 0,
    sources: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your list of sources: its grades hold for their reports.")
    ] = None,
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Keep a brief as a draft: title, lang, and judgements with event, says, likelihood, confidence, rests_on."""
    with acting(casebook) as (book, person):
        from msgspec import structs

        from opencwc.jobs.briefs import brief_run, keep_brief
        from opencwc.reports.sources import grades_of, read_sources

        draft = _read(file)
        if sources is not None:
            reports = brief_run(book, person, run).reports_for(draft)
            draft = structs.replace(draft, grades={**grades_of(read_sources(sources), reports), **draft.grades})
        _print_state(keep_brief(book, person, run, draft, brief), language(lang))


@brief_app.command()
def show(
    run: Run, brief: Number, version: VersionNumber = 0, format: Format = "", lang: Lang = "", casebook: Book = ""
) -> None:
    """Show what a brief judges, who released it, and what changed of its events since it was written."""
    with acting(casebook) as (book, person):
        from opencwc.jobs.briefs import brief_run

        spoken, having = language(lang), brief_run(book, person, run)
        one = having.version(brief, version)
        if as_json(format):
            print_json({**_plain(one), "written": _written(one), "events": _events(having, one, spoken)})
        else:
            _print_brief(having, one, spoken)


@brief_app.command()
def release(run: Run, brief: Number, version: VersionNumber = 0, lang: Lang = "", casebook: Book = "") -> None:
    """Release the last version of a brief; it is released when a second, different person has done the same."""
    with acting(casebook) as (book, person):
        from opencwc.jobs.briefs import brief_run, release_brief

        spoken = language(lang)
        named = version or brief_run(book, person, run).version(brief).version
        released = release_brief(book, person, run, brief, named)
        _print_state(released, spoken)
        _print_hashes(released)


@brief_app.command()
def export(
    run: Run,
    brief: Number,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write it: FILE.pdf or FILE.docx.")],
    version: VersionNumber = 0,
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Write a brief as a PDF or Word file: a released one as it was kept, a draft marked as one."""
    with acting(casebook) as (book, person):
        from opencwc.files import open_for_writing
        from opencwc.jobs.briefs import brief_file, brief_run

        format = options.one_of("-o", output.suffix.lower().lstrip("."), FORMATS)
        if output.exists():
            raise OutputError("file_is_there", where=str(output))
        having = brief_run(book, person, run)
        content = brief_file(
            book, person, having, having.version(brief, version), "docx" if format == "docx" else "pdf"
        )
        with open_for_writing(output, binary=True) as stream:
            stream.write(content)
        print_sentence("casebook_written", language(lang), path=str(output))


def _read(file: Path) -> BriefDraft:
    """Return the draft in a file; raise `InputError` where it holds none."""
    from opencwc.convention.fields import read_yaml
    from opencwc.records import from_plain
    from opencwc.reports.brief import BriefDraft

    if not file.is_file():
        raise InputError("no_such_file", where=str(file))
    try:
        return from_plain(BriefDraft, read_yaml(file))
    except (RuleError, ValueError) as error:
        raise InputError("brief_draft_unreadable", where=str(file)) from error


def _plain(one: BriefVersion) -> dict[str, Any]:
    return {
        "number": one.number, "version": one.version, "title": one.brief.title, "lang": one.brief.lang,
        "state": one.state, "author": one.author_name, "at": one.at,
        "releases": [{"person": released.name, "at": released.at} for released in one.releases],
        "files": dict(one.files), "superseded_by": one.superseded_by,
    }  # fmt: skip


def _written(one: BriefVersion) -> list[Mapping[str, Any]]:
    from opencwc.records import to_plain

    return [to_plain(item.judgement) for item in one.brief.items]


def _events(having: BriefRun, one: BriefVersion, lang: str) -> list[dict[str, Any]]:
    return [
        {
            "event": event.summary.id,
            "version": event.item.version,
            "changes": [sentence(change, lang) for change in event.changes],
        }
        for event in having.events(one.brief)
    ]


def _print_brief(having: BriefRun, one: BriefVersion, lang: str) -> None:
    from opencwc.reports.estimates import confidence_said, likelihood_said

    options.print_line(displayable(one.brief.title))
    _print_state(one, lang)
    print_sentence("casebook_marked", lang, mark=Message(f"casebook_mark_{having.mark}"))
    for event in having.events(one.brief):
        judgement, own = event.item.judgement, one.brief.lang
        options.print_line("")
        options.print_line(displayable(f"{event.summary.id}  {say(event.summary.headline, lang)}"))
        options.print_line(displayable(f"  {judgement.says}"))
        for said in (likelihood_said(judgement.likelihood), confidence_said(judgement.confidence)):
            options.print_line(f"  {sentence(said, own)}")
        values = {"event": event.summary.id, "version": event.item.version}
        options.print_line(f"  {sentence(Message('brief_pinned', {**values}), lang)}")
        options.print_line(f"  {sentence('brief_changed' if event.changes else 'brief_unchanged', lang)}")
        for change in event.changes:
            options.print_line(displayable(f"    {sentence(change, lang)}"))
    for released in one.releases:
        values = {"person": released.name, "day": released.at[:10]}
        options.print_line(displayable(sentence(Message("page_brief_released", {**values}), lang)))
    _print_hashes(one)


def _print_state(one: BriefVersion, lang: str) -> None:
    options.print_line(f"{_number(one, lang)}: {say(f'brief_state_{one.state}', lang)}")


def _number(one: BriefVersion, lang: str) -> str:
    return say(Message("page_brief_number", {"number": str(one.number), "version": str(one.version)}), lang)


def _print_hashes(one: BriefVersion) -> None:
    for format, digest in one.files.items():
        options.print_line(f"{format}  sha256 {digest}")


def _row(one: BriefVersion, lang: str) -> tuple[str, str, str]:
    return displayable(one.brief.title), _number(one, lang), say(f"brief_state_{one.state}", lang)


def _print_table(names: tuple[str, ...], rows: list[tuple[str, ...]], lang: str) -> None:
    titles = {"name": "page_brief_name", "number": "page_brief_version", "state": "page_brief_state"}
    columns = [(say(titles[name], lang), {"overflow": "fold"}) for name in names]
    options.print_grid(columns, [list(row) for row in rows])
