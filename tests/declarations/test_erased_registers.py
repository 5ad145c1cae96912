"""What a lawful erasure leaves of a judged register and of submissions: nothing of a site, in the bytes of the file."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from opencwc.casebook import tables
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.cases import change_case, open_case
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.decisions import decide
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.findings import list_findings
from opencwc.casebook.model import Filter, Mark, Outcome, Person, Role
from opencwc.casebook.people import CONSOLE, People
from opencwc.casebook.requests import answer, ask
from opencwc.casebook.runs import parts_of_source
from opencwc.casebook.submissions import VersionFile, add_version, open_submission, set_mark, show_submission
from opencwc.declarations.forms.composition import compose
from opencwc.declarations.forms.declaration_files import declaration_file, read_declaration
from opencwc.declarations.handed_in import read_handed_in
from opencwc.declarations.judgement import judge
from opencwc.declarations.law import Law
from opencwc.declarations.reader import chemicals_on
from opencwc.declarations.register_reader import read_register
from opencwc.declarations.verb import VERB
from opencwc.jobs.archives import ARCHIVE_TYPE, keep_files
from opencwc.jobs.queue import Jobs
from opencwc.jobs.run_and_keep import Place, run_and_keep
from opencwc.verbs import Input

SITE, NAME, OPERATOR = "QXJ-77", "Unmistakeable Works", "Singular Chemicals"
WORDS = (SITE, NAME, OPERATOR)
DAY = date(2026, 11, 28)
SITES = f"site,plant,name,operator,country,address\n{SITE},P1,{NAME},{OPERATOR},ESP,1 Quay\n"
ACTIVITIES = (
    "site,plant,chemical,cas,activity,year,quantity,unit\n"
    f"{SITE},P1,Thiodiglycol,111-48-8,process,2025,1.5,t\n{SITE},P1,Phosgene,75-44-5,produce,2025,12x,t\n"
)


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Casebook]:
    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    book = open_casebook(tmp_path / "casebook.db")
    yield book
    book.close()


def reviewers(book: Casebook) -> tuple[Person, Person]:
    people = People(book)
    first, second = (
        people.add(CONSOLE, login, login.title(), Role.REVIEWER, Mark.HIGHLY_PROTECTED) for login in ("rita", "ruth")
    )
    return first, second


def filled(book: Casebook, folder: Path, rita: Person) -> None:
    """Keep a judged register with its pages, a job of it, and a submission with a register and a declaration."""
    open_case(book, rita, "gone", title=f"Books of {NAME}", mark=Mark.RESTRICTED)
    files = [folder / "sites.csv", folder / "activities.csv"]
    files[0].write_text(SITES)
    files[1].write_text(ACTIVITIES)
    question = {"as_of": DAY.isoformat(), "year": 2026, "profile": "treaty", "margin": 10, "lists": []}
    source = keep_files(book, rita, files, f"{SITE}.zip", mark=Mark.RESTRICTED, media_type=ARCHIVE_TYPE, packed=True)
    place = Place(book, lambda: rita, "gone", question, source, Mark.RESTRICTED)
    run_and_keep(VERB, [Input(file.name, file) for file in files], question, place)
    jobs = Jobs(book.engine)
    job = jobs.submit(rita.id, 1, source.id, {**question, "case": "gone", "name": f"{SITE}.zip"}, kind="declare")
    jobs.cancel(job.id)
    seq = open_submission(book, rita, "gone", "treaty", 2026, [SITE]).seq
    law, chemicals = Law(DAY), chemicals_on(DAY)
    register = read_register({file.name: file for file in files})
    document = compose(judge(register, law, 2026, chemicals), law)
    declared = folder / f"{SITE}.xml"
    declared.write_bytes(declaration_file(document, "xml"))
    assert read_declaration(declared)[0] is not None
    for changes, sent in (("", files), (f"{NAME} corrected", [declared])):
        read = read_handed_in([(file.name, file) for file in sent], 2026, lambda: (law, chemicals))
        content = io.BytesIO(b"".join(file.read_bytes() for file in sent))
        add_version(book, rita, seq, VersionFile(f"{SITE}-{len(sent)}", content, read), changes=changes)  # type: ignore[arg-type]
    set_mark(book, rita, seq, "incomplete", f"{NAME} has not sent all")
    show_submission(book, rita, seq)


def erase(book: Casebook, rita: Person, ruth: Person) -> None:
    waiting = [finding.id for finding in list_findings(book, rita, Filter(case="gone"), limit=1_000).findings]
    for person in (rita, ruth):
        open_now = [
            finding.id
            for finding in list_findings(book, rita, Filter(case="gone"), limit=1_000).findings
            if str(finding.status) in ("open", "awaiting_second")
        ]
        if open_now:
            decide(book, person, open_now, Outcome.ACCEPT, f"{NAME} was asked")
    assert waiting
    change_case(book, rita, "gone", status="closed")
    request = ask(book, rita, "erase", "gone", {"reason": f"{NAME} asked for it", "ground": "the law on archives"})
    answer(book, ruth, request.seq, approve=True)
    erase_case(book, rita, request.seq)


def raw(folder: Path) -> bytes:
    """Return the bytes of the casebook's file and of its log."""
    return b"".join(file.read_bytes() for file in sorted(folder.glob("casebook.db*")))


def stored(book: Casebook) -> list[bytes]:
    """Return the start of each part of each source that is kept, and what of it is packed."""
    with book.reading() as connection:
        identities = list(connection.execute(select(tables.source.c.id)).scalars())
    return [b"".join(parts_of_source(book, identity)) for identity in identities]


def test_nothing_of_a_site_is_left_in_the_file(book: Casebook, tmp_path: Path) -> None:
    rita, ruth = reviewers(book)
    filled(book, tmp_path, rita)
    kept = stored(book)
    packed = [content for content in kept if content.startswith(b"\x1f\x8b")]
    assert len(packed) >= 2 and any(SITE.encode() in gzip.decompress(content) for content in packed)
    before = raw(tmp_path)
    assert all(word.encode() in before for word in WORDS)
    erase(book, rita, ruth)
    after = raw(tmp_path)
    left = [word for word in WORDS if word.encode() in after]
    assert not left
    assert not [content for content in kept if content[:64] in after], "a part of a file is left"
    assert not verify_all(book).problems
