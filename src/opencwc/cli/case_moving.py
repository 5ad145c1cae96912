"""`opencwc case`, the rest: a case out of the house, proof that nothing was altered, backups, erasure."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
    print_table,
)
from opencwc.cli.options import command, print_line, told
from opencwc.cli.value import displayable
from opencwc.errors import InputError
from opencwc.wording import say, sentence

if TYPE_CHECKING:
    from opencwc.casebook.casebook_verifier import Verification

if TYPE_CHECKING:
    from opencwc.casebook.anchor_verifier import Vouch

Reason = Annotated[str, typer.Option(help="What for, in a sentence.")]
Recipients = Annotated[
    list[str] | None,
    typer.Option("--to", metavar="RECIPIENT", help="An age recipient, or a file of them; again for more."),
]
RequestNumber = Annotated[int, typer.Argument(metavar="REQUEST", help="The number of the request.")]
Identity = Annotated[Path | None, typer.Option(help="The file of your age identity, where it is encrypted.")]


@case_app.command()
def export(
    name: Annotated[str, typer.Argument(metavar="CASE|REQUEST", help="A case to ask for, or an approved request.")],
    reason: Reason = "",
    to: Recipients = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where to write an approved export.")] = None,
    sources: Annotated[bool, typer.Option(help="Put the user's files in.")] = True,
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Ask for the export of a case; once another person approved it, write it: export REQUEST -o FILE."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.encryption import read_recipients
        from opencwc.casebook.exports import ask_for_export, export_case

        spoken = language(lang)
        if name.isdigit():
            if output is None:
                raise InputError("bundle_place_missing")
            written = export_case(book, person, int(name), output, spoken)
            print_sentence("casebook_written", spoken, path=written["file"])
            print_sentence("casebook_key", spoken, key=book.signer.fingerprint)
            return
        recipients = read_recipients(to) if to else []
        asked = ask_for_export(book, person, name, reason, recipients=recipients, sources=sources)
        print_sentence("casebook_asked", spoken, request=asked.seq)


@case_app.command()
def requests(
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what waits for an answer.")] = False,
    format: Format = "",
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """List what was asked for: exports and erasures."""
    with acting(casebook) as (book, person):
        from dataclasses import asdict

        from opencwc.casebook.requests import requests_of

        found = requests_of(book, person, waiting=waiting)
        if as_json(format):
            print_json([asdict(request) for request in found])
            return
        rows = [
            (request.seq, request.kind, request.case, request.state, request.asked_by, request.asked.get("reason", ""))
            for request in found
        ]
        print_table(("request", "kind", "case", "state", "asked_by", "reason"), rows, language(lang))


@case_app.command()
def approve(request: RequestNumber, reason: Reason = "", casebook: Book = "") -> None:
    """Approve what another person asked for."""
    _answer(request, reason, casebook, approve=True)


@case_app.command()
def decline(request: RequestNumber, reason: Reason = "", casebook: Book = "") -> None:
    """Decline what was asked for."""
    _answer(request, reason, casebook, approve=False)


def _answer(request: int, reason: str, casebook: str, *, approve: bool) -> None:
    with acting(casebook) as (book, person):
        from opencwc.casebook.requests import answer

        found = answer(book, person, request, approve=approve, reason=reason)
        print_line(f"{found.seq}\t{found.kind}\t{found.case}\t{found.state}")


@case_app.command()
def erase(
    name: Annotated[
        str, typer.Argument(metavar="CASE|REQUEST", help="A case to ask for, or an approved request.")
    ] = "",
    reason: Reason = "",
    ground: Annotated[str, typer.Option(help="The law or rule that asks for it.")] = "",
    due: Annotated[bool, typer.Option("--due", help="List the cases whose retention has ended.")] = False,
    finish: Annotated[bool, typer.Option("--finish", help="Finish erasures that were cut short.")] = False,
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Ask for the erasure of a case; once another person approved it, erase it: erase REQUEST."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.database import finish_erasures
        from opencwc.casebook.erasure import due_for_erasure, erase_case
        from opencwc.casebook.permissions import require
        from opencwc.casebook.requests import ask

        spoken = language(lang)
        if due:
            for case in due_for_erasure(book, person):
                print_line(f"{case.name}\t{case.retain_until}")
        elif name.isdigit():
            counts = erase_case(book, person, int(name))
            sys.stdout.write("  ".join(f"{key} {n}" for key, n in counts.items()) + "\n")
            if unfinished := finish_erasures(book, wait=0.0):
                print_sentence("casebook_erasure_unfinished", spoken)
                raise unfinished
        elif finish:
            require(person, "erase")
            if unfinished := finish_erasures(book):
                raise unfinished
            print_sentence("casebook_erasures_finished", spoken)
        else:
            asked = ask(book, person, "erase", name, {"reason": reason, "ground": ground})
            print_sentence("casebook_asked", spoken, request=asked.seq)


@case_app.command()
def verify(
    bundle: Annotated[Path | None, typer.Argument(help="An exported bundle; the casebook itself where none.")] = None,
    key: Annotated[str, typer.Option(help="The fingerprint that must have signed; else the pinned ones.")] = "",
    ca: Annotated[Path | None, typer.Option(help="Certificates of the time-stamping authority (PEM).")] = None,
    older: Annotated[Path | None, typer.Option(help="An older bundle that this one must extend.")] = None,
    anchor: Annotated[
        list[Path] | None, typer.Option(help="An anchor that the record must begin with; again for more.")
    ] = None,
    proof: Annotated[
        list[Path] | None, typer.Option(help="Of a bundle: a proof that leads to an anchor; again for more.")
    ] = None,
    sources: Annotated[bool, typer.Option(help="Hash the kept files as well.")] = True,
    format: Format = "",
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Check that nothing was altered; status 1 where something does not fit, with the first record that does not."""
    if bundle is not None:
        heads = {"older": older or "", "anchors": anchor or (), "proofs": proof or ()}
        _verify_bundle(bundle, key, ca, format, heads)
        return
    with acting(casebook) as (book, person):
        from dataclasses import asdict

        from opencwc.casebook.casebook_verifier import verify_casebook

        spoken = language(lang)
        keys = (fingerprint_asked(key),) if key else ()
        found = verify_casebook(book, person, sources=sources, keys=keys, anchors=anchor or ())
        if as_json(format):
            print_json({**asdict(found), "fits": found.fits, "vouched": found.vouched})
        else:
            _print_verification(found, spoken)
        if not (found.fits and found.vouched):
            raise typer.Exit(1)


def _print_verification(found: Verification, lang: str) -> None:
    if found.fits:
        counted = {name: getattr(found, name) for name in ("records", "findings", "checkpoints", "sources")}
        print_sentence("casebook_fits" if found.vouched else "casebook_fits_unvouched", lang, **counted)
        print_sentence("casebook_logged", lang, count=found.logged)
        if found.log_marked:
            print_sentence("casebook_log_marked", lang, seq=found.log_marked)
    else:
        sys.stdout.write(say("casebook_fits_not", lang) + ":\n")
        for problem in found.problems[:_MOST_PROBLEMS]:
            print_line(f"  {problem.seq or '-'}\t{problem.what}")
        if more := found.more + max(0, len(found.problems) - _MOST_PROBLEMS):
            print_sentence("table_more", lang, count=more)
        if found.following:
            print_sentence("verify_following", lang, count=found.following)
    for stretch in found.stretches:
        print_line(sentence(stretch.says, lang))
    if found.pins_unreadable:
        print_sentence("casebook_pins_unreadable", lang, reason=found.pins_unreadable)
    if not found.vouched:
        print_sentence("casebook_unvouched_do", lang)
    if found.fits:
        _print_vouched(found.outsiders, lang)
    _print_remarks(found, lang)


def _print_remarks(found: Verification, lang: str) -> None:
    if found.remarks:
        print_line(f"{say('verify_remarks', lang)}:")
    for remark in found.remarks[:_MOST_PROBLEMS]:
        print_line(f"  {sentence(remark.says, lang)}")
    if more := found.more_remarks + max(0, len(found.remarks) - _MOST_PROBLEMS):
        print_sentence("verify_remarks_more", lang, count=more)


def _print_vouched(outsiders: list[Vouch], lang: str) -> None:
    for vouch in outsiders:
        print_sentence(f"casebook_vouched_{vouch.kind}", lang, by=vouch.by, seq=vouch.seq, day=vouch.at[:10] or "-")
    if not outsiders:
        print_sentence("casebook_vouched_none", lang)


def _verify_bundle(bundle: Path, key: str, ca: Path | None, format: str, heads: dict[str, Any]) -> None:
    with told():
        from opencwc.casebook.bundle_verifier import Unreadable, verify_bundle

        try:
            expected = key or _pinned_for(bundle)
            report = verify_bundle(bundle, key=expected, ca=ca or "", **heads)
        except Unreadable as error:
            raise InputError("bundle_unreadable", where=str(bundle), reason=str(error)) from None
        if as_json(format):
            print_json(report.as_json())
        else:
            print_line(report.as_text())
        if not report.fits:
            raise typer.Exit(1)


def _pinned_for(bundle: Path) -> list[str]:
    """Return the keys that are pinned here for the casebook of a bundle, none where it is of another house."""
    from opencwc.casebook.bundle_verifier import casebook_of
    from opencwc.casebook.pinned_keys import PinnedKeys
    from opencwc.settings import load_settings

    return [pin.fingerprint for pin in PinnedKeys.of_settings(load_settings()).of(casebook_of(bundle))]


@case_app.command()
@command
def backup(
    output: Annotated[Path, typer.Argument(metavar="FILE", help="The backup to write.")],
    to: Recipients = None,
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Write the whole casebook into one file, encrypted where recipients are named."""
    from opencwc.casebook.backup import back_up
    from opencwc.casebook.database import open_casebook
    from opencwc.casebook.encryption import read_recipients
    from opencwc.casebook.tokens import cli_person

    book = open_casebook(casebook, create=False)
    # Who holds the database may copy it; who comes with a token may do what the token allows.
    asks = cli_person(book) if os.environ.get("OPENCWC_TOKEN") else None
    back_up(book, output, read_recipients(to) if to else (), person=asks)
    print_sentence("casebook_written", language(lang), path=str(output))


@case_app.command()
@command
def restore(
    backup: Annotated[Path, typer.Argument(metavar="FILE", help="The backup to read.")],
    identity: Identity = None,
    lost: Annotated[bool, typer.Option("--lost", help="The casebook is lost: this one takes its place.")] = False,
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Fill a new casebook from a backup, and verify it."""
    from opencwc.casebook.backup import restore_into

    spoken, found = language(lang), restore_into(casebook, backup, identity, lost=lost)
    counted = {name: getattr(found, name) for name in ("records", "findings", "checkpoints", "sources")}
    print_sentence("casebook_fits" if found.vouched else "casebook_fits_unvouched", spoken, **counted)
    for stretch in found.stretches:
        print_line(sentence(stretch.says, spoken))


@case_app.command()
def timestamp(
    request: Annotated[Path | None, typer.Option(help="Write the request for the newest checkpoint here.")] = None,
    response: Annotated[Path | None, typer.Option(help="Take in what the authority answered.")] = None,
    ca: Annotated[Path | None, typer.Option(help="Certificates of the authority (PEM).")] = None,
    casebook: Book = "",
) -> None:
    """Have a third party stamp the record (RFC 3161): write a request, and later take the answer in."""
    with acting(casebook) as (book, person):
        from opencwc.casebook.stamp_files import take_in, write_request

        if (request is None) == (response is None):
            raise InputError("neither_request_nor_response")
        if request is not None:
            sys.stdout.write(f"{write_request(book, person, request)}\t{displayable(str(request))}\n")
        elif response is not None:
            if ca is None:
                raise InputError("time_stamp_authority_missing")
            number, stamp = take_in(book, person, response, ca)
            sys.stdout.write(f"{number}\t{stamp.at}\n")


@case_app.command()
def anchor(
    note: Annotated[Path | None, typer.Option(help="Write the signed head here.")] = None,
    mail: Annotated[Path | None, typer.Option(help="Write an e-mail with it (.eml) here.")] = None,
    page: Annotated[Path | None, typer.Option(help="Write a page to print here; - prints it.")] = None,
    stamp: Annotated[Path | None, typer.Option(help="Write a request for a time stamp (RFC 3161) here.")] = None,
    witness: Annotated[Path | None, typer.Option(help="Write what a witness is asked with here.")] = None,
    since: Annotated[int, typer.Option(help="With --witness: how many records it saw last.")] = 0,
    take: Annotated[Path | None, typer.Option(help="Take in what a witness signed.")] = None,
    format: Format = "",
    lang: Lang = "",
    casebook: Book = "",
) -> None:
    """Sign the head of the record and put it outside: into the folder of the settings, and where you say."""
    with acting(casebook) as (book, person):
        from base64 import b64encode

        from opencwc.casebook.anchor_papers import mail_of, page_of
        from opencwc.casebook.anchors import anchor as sign
        from opencwc.casebook.anchors import take_in, witness_request
        from opencwc.casebook.stamp_files import write_request
        from opencwc.files import open_for_writing

        spoken = language(lang)
        if take is not None:
            for name in take_in(book, person, take):
                print_sentence("casebook_countersigned", spoken, witness=name)
            return
        if stamp is not None:
            write_request(book, person, stamp)
        made = sign(book, person)
        head = made.note.head
        papers = [(note, made.note.text.encode()), (mail, mail_of(made.note, spoken))]
        papers += [(page, page_of(made.note, spoken).encode())]
        if witness is not None:
            papers += [(witness, witness_request(book, person, made, since).encode())]
        for target, content in papers:
            if target is not None:
                with open_for_writing(None if str(target) == "-" else target, binary=True) as stream:
                    stream.write(content)
        root = b64encode(head.root).decode()
        if as_json(format):
            print_json({"origin": head.origin, "records": head.size, "root": root, "note": made.note.text})
        else:
            print_sentence("casebook_anchored", spoken, records=head.size, root=root)


@case_app.command(name="mark-log")
@command
def mark_log(reason: Reason = "", casebook: Book = "") -> None:
    """Say that the log beside the key is lost, and begin it anew: an act on record."""
    from opencwc.casebook.database import open_casebook
    from opencwc.casebook.log_mark import mark_log as mark
    from opencwc.casebook.tokens import cli_person

    book = open_casebook(casebook, create=False)
    asks = cli_person(book) if os.environ.get("OPENCWC_TOKEN") else None
    sys.stdout.write(f"{mark(book, asks, reason)}\n")


@case_app.command()
@command
def identity(
    output: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, for you alone.")],
) -> None:
    """Make an age identity, and print the recipient that others encrypt to."""
    from opencwc.casebook.encryption import make_identity

    sys.stdout.write(make_identity(output) + "\n")


@case_app.command()
@command
def decrypt(
    bundle: Annotated[Path, typer.Argument(help="What was encrypted to you.")],
    identity: Annotated[Path, typer.Option(help="The file of your age identity.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write it.")],
    lang: Lang = "",
) -> None:
    """Decrypt a bundle or a backup that was sent to you."""
    from opencwc.casebook.encryption import decrypt_file

    decrypt_file(bundle, output, identity)
    print_sentence("casebook_written", language(lang), path=str(output))


@case_app.command()
@command
def upgrade(casebook: Book = "") -> None:
    """Bring the tables of an older casebook to this version's. Make a backup first."""
    from opencwc.casebook.database import upgrade as upgrade_casebook

    upgrade_casebook(casebook)


_MOST_PROBLEMS = 100
