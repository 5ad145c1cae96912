"""Whoever is given protected contents leaves a record of it, by whatever route; who is given none leaves none.

Everything that the service keeps is kept here from a protected source, and each of its texts holds a word that stands
nowhere else. A walk over all routes looks for the word in what is answered, and for the record.
"""

from __future__ import annotations

import gzip
import io
import json
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
from opencwc.casebook.read_records import names_numbers_only
from opencwc.casebook.read_sinks import AuditReads
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
    "/api/v1/cases", "/api/v1/claims", "/api/v1/declarations", "/api/v1/findings", "/api/v1/inbox", "/api/v1/jobs",
    "/api/v1/law", "/api/v1/requests", "/api/v1/submissions", "/api/v1/transfers", "/casebook", "/cases", "/claims",
    "/declarations", "/evidence/cases", "/findings", "/jobs", "/law", "/transfers", "/states", "/api/v1/states",
    "/api/v1/find", "/api/v1/units", "/find", "/overview",
)  # fmt: skip
"""Where what is kept stands; everything else holds none of it, and must leave no record."""
HOME = "/"
"""It tells how many results, decisions and comments are new in each case."""


def test_every_route_can_stand_in_a_record_that_an_erasure_leaves() -> None:
    assert [route for route in declared_access() if not names_numbers_only({"by": route})] == []


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
        "path": ["page.css"], "code": ["XNV", "FRA"],
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
    "/api/v1/find": (f"q={WORD}",),
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
                of_the_book = address == HOME or address.startswith(OF_THE_BOOK)
                many += [address] if left > 1 or (left and not of_the_book) else []
    assert not silent, f"given without a record: {silent}"
    assert not many, f"more records than answers, or of nothing: {many}"
    assert len(told) >= {"rita": 40, "anna": 40, "audra": 30, "adam": 0}[login], sorted(told)
    assert login != "adam" or not told


def test_who_is_given_nothing_leaves_no_record(kept: Kept) -> None:
    with kept.house.signed_in("leo") as client:
        for template in GETS:
            for address in addresses(kept, template):
                assert asked(kept, "leo", partial(client.get, address)) == (False, 0), address


def _seen(client: TestClient, address: str, pattern: str) -> str:
    """Return what a page says was seen, which an act on it has to say."""
    found = re.search(pattern, client.get(address).text)
    assert found, address
    return found[1]


def _change(kept: Kept, client: TestClient) -> httpx.Response:
    address = f"/declarations/registers/{kept.register}"
    seen = _seen(client, address, r'data-seen="([^"]+)"')
    form = {"act": "set", "seen": seen, "row": 1, "field": "remarks", "text": "looked at"}
    return client.post(f"{address}/changes", data=form, headers=PART)


def _step(kept: Kept, client: TestClient) -> httpx.Response:
    asked = {"step": "provisional", "reason": "the last month is missing"}
    return client.post(f"/api/v1/submissions/{kept.submission}/steps", json=asked)


def _decide_too_late(kept: Kept, client: TestClient) -> httpx.Response:
    form = {"outcome": "accept", "reason": "seen", "seen": 0}
    return client.post(f"/findings/{kept.findings[0]}/decision", data=form, headers=PART)


def _posted(address: str, **form: Any) -> Callable[[Kept, TestClient], httpx.Response]:
    return lambda kept, client: client.post(address.format(kept=kept), data=form, headers=PART)


ACTS: dict[str, tuple[str, Callable[[Kept, TestClient], httpx.Response]]] = {
    "/api/v1/law/ask": ("rita", lambda kept, client: client.post("/api/v1/law/ask", json={"question": WORD})),
    "/api/v1/submissions/{number}/steps": ("rita", _step),
    "/cases/{name}": ("rita", _posted("/cases/handed-in", title=f"{WORD} again", due="", retain_until="")),
    "/cases/{name}/comments": ("rita", _posted("/cases/handed-in/comments", text="seen")),
    "/cases/{name}/requests": ("rita", _posted("/cases/handed-in/requests", kind="erase", reason="late", ground="x")),
    "/declarations/registers/{number}/changes": ("anna", _change),
    "/findings/{finding_id}/comments": ("rita", _posted("/findings/{kept.findings[0]}/comments", text="seen")),
    "/findings/{finding_id}/decision": ("rene", _decide_too_late),
    "/law/ask": (
        "rita",
        _posted("/law/ask", question=f"Who must declare chemicals to the National Authority of {WORD}?"),
    ),
    "/requests/{seq}/answer": ("rene", _posted("/requests/{kept.request}/answer", approve="false", reason="no")),
}
"""Acts whose answer holds something of what they are done to, and who does them."""


@pytest.mark.parametrize("template", ACTS)
def test_an_act_whose_answer_holds_something_protected_leaves_a_record_of_that_too(kept: Kept, template: str) -> None:
    assert template in POSTS
    login, act = ACTS[template]
    with kept.house.signed_in(login) as client:
        if template == "/declarations/registers/{number}/changes":
            client.get(f"/declarations/registers/{kept.register}")
        before = kept.records(login, *TRACES)
        answer = act(kept, client)
        left = kept.records(login, *TRACES) - before
    assert answer.status_code in (200, 409), answer.text[:500]
    assert holds_the_word(answer), answer.text[:500]
    assert left >= 1


def test_an_act_that_comes_to_nothing_leaves_no_record(kept: Kept) -> None:
    for login in ("rita", "anna"):
        with kept.house.signed_in(login) as client:
            for template in POSTS:
                if template.startswith(OF_THE_BOOK) and "cancel" not in template:
                    address = re.sub(r"\{(\w+)(?::\w+)?\}", "0", template)
                    given, left = asked(kept, login, partial(client.post, address, json={}))
                    assert (given, left) == (False, 0), address


def test_an_answer_that_is_given_again_under_its_key_is_a_read_again(kept: Kept) -> None:
    address, asked_of_it = f"/api/v1/submissions/{kept.submission}/steps", {"step": "incomplete", "reason": "a site"}
    with kept.house.signed_in("rita") as client:
        first, again = (
            client.post(address, json=asked_of_it, headers={"idempotency-key": "the-same"}) for _ in range(2)
        )
        before = kept.records("rita", *TRACES)
        third = client.post(address, json=asked_of_it, headers={"idempotency-key": "the-same"})
        assert kept.records("rita", *TRACES) == before + 1
    assert first.status_code == 200 and WORD in first.text
    assert again.headers["idempotency-replayed"] == "true" and first.text == again.text == third.text


def test_where_it_cannot_be_recorded_nothing_protected_is_given(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(AuditReads, "send_outside", fail)
    monkeypatch.setattr(AuditReads, "sinks", ("file:/reads", "casebook"), raising=False)
    with kept.house.signed_in("rita") as client:
        for address in (
            "/api/v1/findings",
            f"/findings/{kept.findings[0]}",
            "/api/v1/inbox",
            "/casebook?part=findings",
        ):
            answer = client.get(address)
            assert answer.status_code == 503 and WORD not in words_of(answer.content), address
        said = client.get("/api/v1/findings").json()
        assert (said["code"], said["values"]) == ("read_not_recorded", {"reason": "No space left on device"})
        assert client.get("/api/v1/lists").status_code == 200
    with kept.house.signed_in("anna") as client:
        answer = client.get(f"/api/v1/jobs/{kept.jobs['screen']}/result")
        assert answer.status_code == 503 and WORD not in answer.text


def test_the_record_names_the_route_and_numbers_and_no_word(kept: Kept) -> None:
    rita = kept.house.entrance.people.account("rita").person
    with kept.house.signed_in("rita") as client:
        client.get("/api/v1/findings", params={"text": f"{WORD}-2"})
    table = tables.record
    last = select(table.c.case_number, table.c.content).where(table.c.actor == rita.id).order_by(table.c.seq.desc())
    with kept.book.reading_contents() as connection:
        case, content = connection.execute(last.limit(1)).one()
    body = json.loads(content)["body"]
    assert case and body.pop("findings")
    assert body == {"by": "GET /api/v1/findings", "mark": "protected"} and WORD not in content
