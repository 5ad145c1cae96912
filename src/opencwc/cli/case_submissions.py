"""`opencwc case submissions`: what is declared of sites in a year, in frozen versions, until it is submitted.

Exit status: 0 done; 1 a declaration that was handed in has faults, a row could not be read, or a proof does not fit; 2
could not run.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from datetime import date
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
    fingerprint_asked,
    language,
    print_json,
    print_sentence,
)
from opencwc.cli.command_names import name_command
from opencwc.cli.value import displayable
from opencwc.errors import InputError, NotFoundError, OutputError
from opencwc.finding import Message
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opencwc.casebook.database import Casebook
    from opencwc.casebook.model import Person
    from opencwc.casebook.submissions import Amendment, Submission, SubmissionHistory, Version
    from opencwc.casebook.version_proofs import Proven
    from opencwc.declarations.amounts import Amounts, Difference
    from opencwc.declarations.forms.tree import Fault

submissions_app = typer.Typer(
    no_args_is_help=True,
    help="Declarations on their way: versions, who completes and releases them, amendments, and what proves a version.",
)
submissions_app.callback()(name_command)
case_app.add_typer(submissions_app, name="submissions")
Number = Annotated[int, typer.Argument(metavar="SUBMISSION", help="The number of the submission.")]
VersionNumber = Annotated[int, typer.Argument(metavar="VERSION", help="The number of a version, from 1.")]
Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE...",
        help="A register (its tables, a workbook, a ZIP file), or one declaration (XML, JSON, XLSX), with its PDF.",
    ),
]
Reason = Annotated[str, typer.Option(help="Why, in a sentence.")]
Changes = Annotated[str, typer.Option(help="What changed against the version before.")]
PROOF = ".proof.json"
_MOST_SHOWN = 200
_FAULT_FIELDS = ("place", "path", "what", "rule")


@submissions_app.command(name="list")
def list_(format: Format = "", lang: Lang = "", casebook: Book = "") -> None:
    """List the submissions that you may know of, the last opened first."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.submissions import list_submissions

        spoken, found = language(lang), list_submissions(book, person)
        if as_json(format):
            print_json([_plain(one) for one in found])
        elif not found:
            options.print_line(say("page_submissions_none", spoken))
        else:
            rows = [(str(one.seq), str(one.year), one.profile, _sites(one), _state(one, spoken)) for one in found]
            _print_table(
                ("page_nav_submissions", "page_submissions_year", "page_declarations_profile",
                 "page_submissions_sites", "page_submissions_state"), rows, spoken,
            )  # fmt: skip


@submissions_app.command(name="open")
def open_(
    case: Annotated[str, typer.Argument(metavar="CASE", help="The name of the case.")],
    site: Annotated[list[str], typer.Option("--site", help="The code of a site; may be given again.")],
    year: Annotated[str, typer.Option(metavar="YEAR", help="The year in which it falls due; this year.")] = "",
    profile: Annotated[str, typer.Option(help="The treaty, or a State such as ESP.")] = "treaty",
    format: Format = "",
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Open a submission of sites in a case; the declarants of these sites find it."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.submissions import open_submission
        from opencwc.declarations.law import profiles

        options.one_of("--profile", profile, tuple(profiles()))
        opened = open_submission(book, person, case, profile, options.year_asked(year), site)
        if as_json(format):
            print_json(_plain(opened))
        else:
            options.print_line(_heading(opened, language(lang)))


@submissions_app.command()
def show(
    number: Number,
    first: Annotated[int, typer.Option(help="The version to compare from; the last but one.")] = 0,
    second: Annotated[int, typer.Option(help="The version to compare with; the last.")] = 0,
    format: Format = "",
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Show a submission: its versions side by side, what differs, what is wrong with the last, its steps."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.submissions import amounts_of_version, differences_of, show_submission

        spoken, history = language(lang), show_submission(book, person, number)
        count = len(history.versions)
        chosen = (first or max(1, count - 1), second or count)
        whole = all(version.source_id for version in history.versions)
        compares = whole and (count > 1 or bool(first or second))
        differ = differences_of(book, person, number, *chosen) if compares else ()
        read = amounts_of_version(book, person, number, chosen[1]) if whole and count else None
        shown = read.faults if read else ()
        if as_json(format):
            found = {
                "compared": chosen if compares else None,
                "differences": [_plain_difference(one) for one in differ],
                "unread": read.unread if read else 0,
                "faults": [dict(zip(_FAULT_FIELDS, _fault_texts(one, spoken), strict=True)) for one in shown],
            }
            print_json(_plain_history(history, _names(book, person, history)) | found)
            return
        _print_history(book, person, history, spoken)
        if read is not None:
            _print_found(read, spoken)
        if compares:
            _print_differences(differ, chosen, spoken)


@submissions_app.command()
def add(number: Number, files: Files, changes: Changes = "", lang: Lang = "", casebook: Book = "") -> None:
    """Freeze a register or a declaration as the next version, and tell what is wrong with it."""
    _hand_in(number, files, changes, casebook, lang)


@submissions_app.command()
def amend(
    number: Number,
    files: Files,
    changes: Changes = "",
    why: Annotated[str, typer.Option(help="Why the amendment is made.")] = "",
    of: Annotated[str, typer.Option(help="What it is of: data, company or inspection.")] = "data",
    day: Annotated[str, typer.Option(metavar="DATE", help="The day that its time counts from; today.")] = "",
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Amend what was submitted: what changed, why, and until when the amendment is to be submitted."""
    with options.told():
        from opencwc.casebook.submissions import Amendment
        from opencwc.convention.amendments import AMENDED

        amendment = Amendment(why, options.one_of("--of", of, AMENDED), options.day_asked(day, "--day"))
    _hand_in(number, files, changes, casebook, lang, amendment)


@submissions_app.command()
def mark(
    number: Number,
    mark: Annotated[str, typer.Argument(metavar="MARK", help="provisional or incomplete.")],
    reason: Reason = "",
    off: Annotated[bool, typer.Option("--off", help="Take the mark away.")] = False,
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Mark a submission as provisional or incomplete, or take the mark away; either has its reason."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.submissions import set_mark

        history = set_mark(book, person, number, mark, reason, on=not off)
        options.print_line(_heading(history.submission, language(lang)))


@submissions_app.command()
def complete(number: Number, reason: Reason = "", lang: Lang = "", casebook: Book = "") -> None:
    """Say that the last version is complete."""
    _step(number, "complete", reason, casebook, lang)


@submissions_app.command()
def release(number: Number, reason: Reason = "", lang: Lang = "", casebook: Book = "") -> None:
    """Release what is complete; it is released when a second, different person has done the same."""
    _step(number, "release", reason, casebook, lang)


@submissions_app.command()
def submit(number: Number, reason: Reason = "", lang: Lang = "", casebook: Book = "") -> None:
    """Say that what is released was submitted."""
    _step(number, "submit", reason, casebook, lang)


@submissions_app.command()
def export(
    number: Number,
    version: VersionNumber,
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write the file; its proof stands beside.")],
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Write a version as it came, and beside it the proof of it (FILE.proof.json)."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.submissions import read_version
        from opencwc.casebook.version_proofs import version_proof

        beside = output.with_name(output.name + PROOF)
        for path in (output, beside):
            if path.exists():
                raise OutputError("file_is_there", where=str(path))
        _, parts = read_version(book, person, number, version)
        proof = version_proof(book, person, number, version)
        _write(output, parts)
        _write(beside, [proof])
        for path in (output, beside):
            print_sentence("casebook_written", language(lang), path=str(path))


@submissions_app.command()
@options.command
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A version that was exported.")],
    proof: Annotated[Path | None, typer.Argument(metavar="PROOF", help="Its proof; FILE.proof.json.")] = None,
    key: Annotated[
        list[str] | None, typer.Option(help="A fingerprint that may have signed; else those pinned.")
    ] = None,
    format: Format = "",
    lang: Lang = "",
) -> int:
    """Check that a file is the version that was frozen, and who signed; status 1 where something does not fit."""
    from opencwc.casebook.pinned_keys import PinnedKeys
    from opencwc.casebook.version_proofs import MOST_BYTES, check_proof, digest_of_parts
    from opencwc.settings import load_settings

    beside = proof or file.with_name(file.name + PROOF)
    for path in (file, beside):
        if not path.is_file():
            raise NotFoundError("no_such_file", where=str(path))
    if beside.stat().st_size > MOST_BYTES:
        raise InputError("version_proof_unreadable", where=str(beside))
    with file.open("rb") as stream:
        digest = digest_of_parts(iter(lambda: stream.read(1 << 20), b""))
    given = [fingerprint_asked(text) for text in key or ()]
    proven = check_proof(digest, beside.read_bytes(), str(beside), given, PinnedKeys.of_settings(load_settings()))
    if as_json(format):
        print_json({**proven._asdict(), "fits": not proven.faults})
    else:
        _print_proven(proven, language(lang))
    return 1 if proven.faults else 0


def _print_proven(proven: Proven, lang: str) -> None:
    if not proven.faults:
        print_sentence(
            "version_fits", lang, version=str(proven.version), submission=str(proven.submission), at=proven.at[:19],
            name=proven.name,
        )  # fmt: skip
    for fault in proven.faults:
        print_sentence(f"version_fits_not_{fault}", lang)
    print_sentence("casebook_key_of_house" if proven.vouched else "casebook_key", lang, key=proven.key)


def _write(path: Path, parts: Any) -> None:
    from opencwc.files import open_for_writing

    with open_for_writing(path, binary=True) as stream:
        for part in parts:
            stream.write(part)


def _step(number: int, step: str, reason: str, casebook: str, lang: str) -> None:
    with acting(casebook) as (book, person):
        from opencwc.casebook.submission_states import Step
        from opencwc.casebook.submissions import take_step

        spoken, history = language(lang), take_step(book, person, number, Step(step), reason)
        options.print_line(_heading(history.submission, spoken))
        if step == "release" and history.submission.state == "complete":
            print_sentence("page_submissions_second", spoken)


def _hand_in(
    number: int, files: list[Path], changes: str, casebook: str, lang: str, amendment: Amendment | None = None
) -> None:
    with acting(casebook) as (book, person):
        from opencwc.casebook.submission_states import State
        from opencwc.casebook.submissions import VersionFile, add_version, show_submission
        from opencwc.declarations.handed_in import Unfit, read_handed_in, rules_of
        from opencwc.declarations.reader import load_table_readers
        from opencwc.errors import ConflictError
        from opencwc.jobs.archives import one_or_all, packed_uploads

        spoken, submission = language(lang), show_submission(book, person, number).submission
        if (submission.state is State.SUBMITTED) != (amendment is not None):
            step = "amend" if amendment else "revise"
            raise ConflictError("submission_step_not_allowed", step=step, state=str(submission.state))
        for path in files:
            if not path.is_file():
                raise InputError("no_such_file", where=str(path))
        load_table_readers()
        question = {"as_of": date.today().isoformat(), "profile": submission.profile}
        read = read_handed_in([(path.name, path) for path in files], submission.year, lambda: rules_of(question))
        if isinstance(read, Unfit):
            _print_faults(read.faults, spoken)
            raise read.error
        with ExitStack() as opened:
            uploads = [(path.name, opened.enter_context(path.open("rb"))) for path in files]
            archive = opened.enter_context(packed_uploads(uploads))
            name, stream = one_or_all(uploads, archive)
            kept = add_version(
                book, person, number, VersionFile(name, stream, read), changes=changes, amendment=amendment
            )
        print_sentence("version_kept", spoken, version=str(kept.number), submission=str(number), sha256=kept.source_id)
        if kept.due:
            options.print_line(say(Message("page_submissions_due", {"date": kept.due}), spoken))
        _print_found(read, spoken)
        if read.unread or read.faults:
            raise typer.Exit(1)


def _print_history(book: Casebook, person: Person, history: SubmissionHistory, lang: str) -> None:
    one = history.submission
    options.print_line(_heading(one, lang))
    print_sentence("casebook_marked", lang, mark=Message(f"casebook_mark_{history.mark}"))
    if history.case:
        options.print_line(f"{say('casebook_column_case', lang)}: {history.case}")
    for mark in ("provisional", "incomplete"):
        if reason := getattr(one, mark):
            options.print_line(f"{say(f'submission_mark_{mark}', lang)}: {reason}")
    names = _names(book, person, history)
    columns = ("versions", "by", "when", "download", "changes", "why")
    rows = [
        (
            str(version.number), _by(version.side, version.person, names, lang), version.at[:19], version.name,
            version.changes, _why(version, lang),
        )
        for version in history.versions
    ]  # fmt: skip
    if rows:
        _print_table([f"page_submissions_{name}" for name in columns], rows, lang)
    steps = [
        (
            step.at[:19], say(f"submission_taken_{step.step}", lang), str(step.version or "–"),
            names.get(step.person, say("page_submissions_somebody", lang)), step.reason,
        )
        for step in history.steps
    ]  # fmt: skip
    if steps:
        options.print_line("")
        _print_table(
            [f"page_submissions_{name}" for name in ("when", "step", "versions", "who", "reason")], steps, lang
        )
    if history.may_next:
        following = say("list_separator", lang).join(say(f"submission_step_{step}", lang) for step in history.may_next)
        options.print_line(f"\n{say('page_submissions_next', lang)}: {following}")


def _why(version: Version, lang: str) -> str:
    due = say(Message("page_submissions_due", {"date": version.due}), lang) if version.due else ""
    return " – ".join(filter(None, (version.why, due)))


def _print_found(read: Amounts, lang: str) -> None:
    if read.unread:
        print_sentence("page_submissions_unread", lang, count=read.unread)
    if read.faults:
        print_sentence("form_checked", lang, number=str(len(read.faults) + read.more))
        _print_faults(read.faults, lang)


def _print_faults(faults: Sequence[Fault], lang: str) -> None:
    headings = [f"form_heading_{name}" for name in _FAULT_FIELDS]
    _print_table(headings, [_fault_texts(fault, lang) for fault in faults[:_MOST_SHOWN]], lang)


def _fault_texts(fault: Fault, lang: str) -> tuple[str, str, str, str]:
    return fault.place or "–", fault.path or "/", sentence(fault.says, lang), fault.rule


def _print_differences(differ: Sequence[Difference], chosen: tuple[int, int], lang: str) -> None:
    from opencwc.declarations.forms.tree import plain_decimal

    values = {"first": str(chosen[0]), "second": str(chosen[1])}
    options.print_line(f"\n{say(Message('page_submissions_differences', {**values}), lang)}")
    if not differ:
        print_sentence("page_submissions_same", lang)
        return
    rows = [
        (
            line.key.site, line.key.plant, line.key.chemical,
            say(f"declare_unusual_activity_{line.key.activity}", lang), str(line.key.year),
            _kg(line.before), _kg(line.after),
            f"{'+' if line.kg > 0 else ''}{plain_decimal(line.kg)} kg",
        )
        for line in differ[:_MOST_SHOWN]
    ]  # fmt: skip
    headings = [
        "declare_label_site", "page_submissions_plant", "declare_label_chemical", "page_declarations_activity",
        "page_submissions_year", "page_submissions_first", "page_submissions_later", "page_submissions_difference",
    ]  # fmt: skip
    _print_table(headings, rows, lang)
    if len(differ) > _MOST_SHOWN:
        options.print_more(len(differ) - _MOST_SHOWN, lang)


def _kg(amount: Any) -> str:
    from opencwc.declarations.forms.tree import plain_decimal

    return "–" if amount is None else f"{plain_decimal(amount.kg)} kg"


def _plain_difference(one: Difference) -> dict[str, Any]:
    from opencwc.declarations.forms.tree import plain_decimal

    held = [None if amount is None else plain_decimal(amount.kg) for amount in (one.before, one.after)]
    return {**one.key._asdict(), "first": held[0], "second": held[1], "difference": plain_decimal(one.kg)}


def _names(book: Casebook, person: Person, history: SubmissionHistory) -> dict[str, str]:
    """Return the names to show; a declarant is shown no person of the house or of another, only its own name."""
    from opencwc.casebook.people import names_by_id
    from opencwc.casebook.submissions import AUTHORITY, side_of

    if side_of(person) != AUTHORITY:
        return {person.id: person.name or person.login}
    people = [version.person for version in history.versions] + [step.person for step in history.steps]
    return names_by_id(book, people)


def _by(side: str, who: str, names: dict[str, str], lang: str) -> str:
    told = say(f"submission_side_{side}", lang)
    return f"{told} ({names[who]})" if who in names else told


def _heading(one: Submission, lang: str) -> str:
    state = Message(f"submission_state_{one.state}")
    said = say(Message("page_submissions_heading", {"sites": _sites(one), "year": str(one.year), "state": state}), lang)
    return f"{one.seq}  {said}"


def _sites(one: Submission) -> str:
    return ", ".join(one.sites[:10]) + (" …" if len(one.sites) > 10 else "")


def _state(one: Submission, lang: str) -> str:
    marks = [say(f"submission_mark_{mark}", lang) for mark in ("provisional", "incomplete") if getattr(one, mark)]
    return "; ".join((say(f"submission_state_{one.state}", lang), *marks))


def _plain(one: Submission) -> dict[str, Any]:
    """Return a submission as plain values, without what a declarant may not know: its case, and who opened it."""
    names = ("profile", "year", "sites", "provisional", "incomplete", "opened_at")
    return {"number": one.seq, "state": str(one.state), **{name: getattr(one, name) for name in names}}


def _plain_history(history: SubmissionHistory, names: dict[str, str]) -> dict[str, Any]:
    def told(of: Any, *left_out: str) -> dict[str, Any]:
        plain = {name: value for name, value in asdict(of).items() if name not in ("seq", *left_out)}
        return plain | {"person": names.get(of.person, "")}

    return {
        "submission": _plain(history.submission), "case": history.case, "mark": str(history.mark),
        "versions": [told(version, "amounts_id") for version in history.versions],
        "steps": [told(step) for step in history.steps], "may_next": history.may_next, "last": history.last,
    }  # fmt: skip


def _print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], lang: str) -> None:
    columns = [(say(heading, lang), {"overflow": "fold"}) for heading in headings]
    options.print_grid(columns, [[displayable(cell).replace("\n", " ")[:400] for cell in row] for row in rows])
