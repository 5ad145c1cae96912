"""Whoever is given protected contents leaves a record of it, by whatever route; who is given none leaves none.

Everything that the service keeps is kept here from a protected source, and each of its texts holds a word that stands
nowhere else. A walk over all routes looks for the word in what is answered, and for the record.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from opencwc.casebook import tables
from opencwc.casebook.cases import open_case
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import comment
from opencwc.casebook.model import Mark, Role
from opencwc.jobs.intake import intake_of
from opencwc.jobs.kept_runs import _loaded
from opencwc.jobs.queue import Jobs
from opencwc.legislation.example_texts import NOW, example_text
from opencwc.web.access_table import declared_access
from opencwc.web.declarations import pages as declarations
from opencwc.web.declarations.opened_registers import _held
from opencwc.web.server.worker_process import make_worker
from opencwc.web.transfers import check_pages, pages
from web.pages.housing import PART, opened_house
from web.signing_in import House

WORD = "zqvor"
"""What stands in every protected text here, and nowhere else."""
LEDGER = f"{WORD}-6,DEU,export,FRA,2023-06-01,Thiodiglycol,111-48-8,2930.70,7777,kg,99,\n"
SITES, ACTIVITIES = (declarations.EXAMPLES[name].replace("NORD", WORD) for name in ("sites.csv", "activities.csv"))
SHIPMENTS = check_pages.EXAMPLES["shipments.csv"].replace("S-1", f"{WORD}-1")
LAW = example_text(NOW).replace("Nordavia", WORD)
GETS = [route.removeprefix("GET ") for route in declared_access() if route.startswith("GET ")]
POSTS = [route.removeprefix("POST ") for route in declared_access() if route.startswith("POST ")]
OF_THE_BOOK = (
    "/api/v1/cases", "/api/v1/declarations", "/api/v1/findings", "/api/v1/inbox", "/api/v1/jobs", "/api/v1/law",
    "/api/v1/requests", "/api/v1/submissions", "/api/v1/transfers", "/casebook", "/cases", "/declarations",
    "/findings", "/jobs", "/law", "/transfers",
)  # fmt: skip
"""Where what is kept stands; everything else holds none of it, and must leave no record."""


@dataclass
class Kept:
    """A house in which everything is protected: the numbers of what is kept, by what it is."""

    house: House
    runs: dict[str, int] = field(default_factory=dict)
    jobs: dict[str, str] = field(default_factory=dict)
    register: int = 0
    submission: int = 0
    request: int = 0
    findings: list[int] = field(default_factory=list)

    @property
    def book(self) -> Casebook:
        return self.house.book

    def records(self, login: str, *kinds: str) -> int:
        """Return how many records of kinds a person has left."""
        person, record = self.house.entrance.people.account(login).person, tables.record
        with self.book.reading() as connection:
            query = select(func.count()).where(record.c.actor == person.id, record.c.kind.in_(kinds))
            return int(connection.execute(query).scalar_one())


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with pytest.MonkeyPatch.context() as patch, opened_house(tmp_path_factory.mktemp("read"), patch) as house:
        house.add("leo", Role.REVIEWER, Mark.RESTRICTED)
        kept = Kept(house)
        with house.signed_in("anna") as anna:
            _send_all(kept, anna)
        _say_something(kept)
        yield kept
    _loaded.clear()
    _held.clear()


def _send_all(kept: Kept, anna: TestClient) -> None:
    anna_herself = kept.house.entrance.people.account("anna").person
    form = {"as_of": "2026-01-15", "mark": "protected"}
    rows = f"id,smiles\n{WORD}-1,CC(C)OP(C)(=O)F\n{WORD}-2,CCO\n{WORD}-3,OCCSCCO\n"
    ledgers = ((f"{WORD}.csv", pages.EXAMPLES["ours.csv"] + LEDGER), ("b.csv", pages.EXAMPLES["theirs.csv"]))
    register = [("file", ("sites.csv", SITES)), ("file", ("activities.csv", ACTIVITIES))]
    shipments = {
        "file": (f"{WORD}.csv", SHIPMENTS),
        "certificates": ("c.csv", check_pages.EXAMPLES["certificates.csv"]),
    }
    sent: dict[str, tuple[str, Any, dict[str, str]]] = {
        "screen": ("/api/v1/jobs", {"file": (f"{WORD}.csv", rows)}, {"lists": "CWC"}),
        "check": ("/api/v1/transfers/checks", shipments, {}),
        "reconcile": ("/api/v1/transfers/reconciliations", [("file", ledger) for ledger in ledgers], {}),
        "law": ("/api/v1/law/checks", {"file": (f"{WORD}.txt", LAW)}, {"state": "XNV"}),
        "declare": ("/api/v1/declarations/jobs", register, {"year": "2026"}),
    }
    for name, (address, files, more) in sent.items():
        open_case(kept.book, anna_herself, name)  # unclassified: what is brought into it is protected
        answer = anna.post(address, data={**form, "case": name, **more}, files=files)
        assert answer.status_code == 202, answer.text
        kept.jobs[name] = answer.json()["id"]
        assert make_worker(kept.house.entrance.configuration, intake_of(kept.book)).work_once()
        job = Jobs(kept.book.engine).get(kept.jobs[name])
        assert job.state == "done" and job.run, job.problem
        kept.runs[name] = job.run
    open_case(kept.book, anna_herself, "grid")
    opened = anna.post("/declarations/registers", data={"case": "grid", **form}, files=register, headers=PART)
    kept.register = int(opened.headers["hx-redirect"].rsplit("/", 1)[-1])
    open_case(kept.book, anna_herself, "handed-in", title=f"Sites of {WORD}", mark=Mark.PROTECTED)
    asked = {"case": "handed-in", "year": 2026, "profile": "treaty", "sites": [WORD]}
    kept.submission = anna.post("/api/v1/submissions", json=asked).json()["number"]
    for amount, changes in (("1.5", ""), ("1.75", "row 1")):
        table = f"{ACTIVITIES.partition(chr(10))[0]}\n{WORD},A1,Thiodiglycol,111-48-8,process,2025,{amount},t,,,,,,\n"
        address = f"/api/v1/submissions/{kept.submission}/versions"
        sent_in = anna.post(address, data={"changes": changes}, files={"file": ("activities.csv", table)})
        assert sent_in.status_code == 201, sent_in.text


def _say_something(kept: Kept) -> None:
    """Have decisions, comments and a request made that say the word."""
    rita = kept.house.entrance.people.account("rita").person
    finding = tables.finding
    with kept.book.reading() as connection:
        for run in kept.runs.values():
            first = select(finding.c.id).where(finding.c.run == run).order_by(finding.c.id).limit(1)
            kept.findings.append(connection.execute(first).scalar_one())
    comment(kept.book, rita, "screen", f"{WORD} called", kept.findings[0])
    comment(kept.book, rita, "handed-in", f"{WORD} wrote")
    with kept.house.signed_in("rita") as client:
        decided = {"findings": [kept.findings[0]], "outcome": "accept", "reason": f"{WORD} said so"}
        assert client.post("/api/v1/decisions", json=decided).status_code == 200
        wanted = {"kind": "erase", "case": "handed-in", "reason": f"{WORD} asked", "ground": "a law"}
        kept.request = client.post("/api/v1/requests", json=wanted).json()["seq"]


def addresses(kept: Kept, template: str) -> Iterator[str]:
    """Yield the addresses of a route: each thing that is kept in the place of its number, and the known names."""
    runs = sorted(kept.runs.values())
    numbers: list[Any] = [*runs, kept.register, kept.submission]
    if "/findings/" in template:
        numbers = kept.findings
    elif "/registers/" in template:
        numbers = [kept.register]
    elif "submissions" in template:
        numbers = [kept.submission]
    known: dict[str, list[Any]] = {
        "name": ["screen", "handed-in"], "list_id": ["CWC"], "entry_id": ["2B13"], "model_id": ["refusals"],
        "format": ["json", "xlsx", "xml", "zip", "pdf", "docx"], "kind": ["jsonl", "csv"], "version": [1, 2],
        "place": [1], "rank": [1], "row": [1], "measure_id": ["PRO-01"], "set_id": ["CWC"],
        "job_id": [*kept.jobs.values()],
        "finding_id": kept.findings, "person_id": ["nobody"], "table": ["due", "sites", "regimes"],
        "path": ["page.css"],
    }  # fmt: skip
    places = re.findall(r"\{(\w+)(?::\w+)?\}", template)
    made = [template]
    for name in places:
        values = known.get(name, numbers)
        made = [re.sub(r"\{" + name + r"(?::\w+)?\}", str(value), one, count=1) for one in made for value in values]
    for address in made:
        yield address
        yield from (f"{address}?{query}" for query in QUERIES.get(template, ()))


QUERIES = {
    "/api/v1/findings": ("case=screen", f"text={WORD}-1", "text=CCO", "verdict=listed"),
    "/api/v1/findings/counts": ("case=screen", f"text={WORD}-1"),
    "/api/v1/jobs/{job_id}/result": ("format=csv",),
    "/api/v1/submissions/{number}/differences": ("first=1&second=2",),
    "/casebook": (
        "part=findings", "part=cases", "part=inbox", "part=findings&case=screen",
        "part=findings&case=screen&view=cards",
    ),
    "/declarations/submissions/{number}": ("first=1&second=2",),
    "/findings/{finding_id}/stand": ("read=true", "seen=0"),
    "/law/compare": ("state=XNV&with=XNV",),
}  # fmt: skip
OWN_WORK = {template for template in GETS if template.endswith(("/jobs", "/jobs/{job_id}", "/jobs/{job_id}/events"))}
"""What tells somebody how the own work stands: the name of the file that they sent, and their question."""


def words_of(content: bytes) -> str:
    """Return the text of an answer, that of what is packed in it too."""
    with suppress(gzip.BadGzipFile, EOFError):
        content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "".join(words_of(archive.read(name)) for name in archive.namelist())
    return content.decode("utf-8", "replace").casefold()


def holds_the_word(answer: httpx.Response) -> bool:
    """Tell whether an answer holds what is protected; the text of a PDF is packed, and each is of a protected run."""
    return WORD in words_of(answer.content) or answer.content.startswith(b"%PDF")


def asked(kept: Kept, login: str, what: Callable[[], httpx.Response]) -> tuple[bool, int]:
    """Ask for something; return whether the word was in the answer, and how many records it left."""
    before = kept.records(login, *TRACES)
    answer = what()
    assert answer.status_code < 500, (str(answer.request.url), answer.text[:500])
    return holds_the_word(answer), kept.records(login, *TRACES) - before


TRACES = ("access", "export")


@pytest.mark.parametrize("login", ["rita", "anna", "audra", "adam"])
def test_whoever_is_given_protected_contents_leaves_a_record(kept: Kept, login: str) -> None:
    silent, many, told = [], [], set()
    with kept.house.signed_in(login) as client:
        for template in GETS:
            for address in addresses(kept, template):
                given, left = asked(kept, login, partial(client.get, address))
                if given and template not in OWN_WORK:
                    told.add(template)
                    silent += [address] if not left else []
                many += [address] if left > 1 or (left and not address.startswith(OF_THE_BOOK)) else []
    assert not silent, f"given without a record: {silent}"
    assert not many, f"more records than answers, or of nothing: {many}"
    assert len(told) >= {"rita": 40, "anna": 40, "audra": 30, "adam": 0}[login], sorted(told)
    assert login != "adam" or not told


def test_who_is_given_nothing_leaves_no_record(kept: Kept) -> None:
    with kept.house.signed_in("leo") as client:
        for template in GETS:
            for address in addresses(kept, template):
                assert asked(kept, "leo", partial(client.get, address)) == (False, 0), address
