"""The service with the year of an invented State in it, in processes of its own, as `opencwc serve` runs them."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from opencwc.casebook.audit_summary import recheck_share
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.decisions import set_recheck_share
from opencwc.casebook.findings import list_findings
from opencwc.casebook.model import Filter, Person
from opencwc.casebook.people import People
from opencwc.casebook.saved_watches import watches_of
from opencwc.casebook.sessions import Sessions
from opencwc.casebook.submissions import list_submissions
from opencwc.claims.comparison_file import unpack
from opencwc.claims.verb import VERB as CLAIMS
from opencwc.declarations.verb import VERB as DECLARE
from opencwc.demo.folder import Place, own_environment
from opencwc.demo.state import load_state
from opencwc.jobs.claim_decisions import SHELF
from opencwc.jobs.kept_runs import list_runs, shown_run
from opencwc.jobs.watch_news import WatchNews
from opencwc.reports.verb import VERB as WATCH
from opencwc.transfers.check.verb import VERB as CHECK
from opencwc.transfers.reconcile.verb import VERB as RECONCILE
from opencwc.web.custody.example_files import PICTURE_EXAMPLES, example_named
from opencwc.web.legislation.kept_laws import list_laws
from opencwc.web.server.session_cookie import COOKIE, csrf_of

OPENCWC = (sys.executable, "-c", "from opencwc.cli import main; main()")
PASSWORD = "tulip lantern gravel otter"
FILE = b"id;chemical;kg\n1;102-71-6;40\n2;acetone;10\n3;Norwald FR-77;5\n"
REGISTER = {
    "sites.csv": b"site,plant,name,country\nNORD,,Nord works,ESP\nNORD,A1,Plant A1,ESP\n",
    "activities.csv": b"site,plant,chemical,cas,activity,year,quantity,unit\n"
    b"NORD,A1,thiodiglycol,111-48-8,process,2025,12 x,t\nNORD,A1,acetone,67-64-1,produce,2025,7,kg\n",
}
EXAMPLES = Path(__file__).parents[3] / "examples"
NO_FILE = b"\x00\x01\x02\x03 this is no table \xff\xfe"


@dataclass
class Served:
    """A running service: its process, the casebook behind it, who is in it, and where its pages are."""

    place: Place
    environment: Mapping[str, str]
    port: int
    book: Casebook
    people: Mapping[str, Person]
    process: subprocess.Popen[bytes] | None = None
    known: dict[str, Any] = field(default_factory=dict)
    _secrets: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where the service is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the service and wait until it is ready."""
        with self.place.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*OPENCWC, "serve", "--port", str(self.port)],
                env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
        ends = time.monotonic() + 60
        while True:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.address}/health/ready", timeout=10).status_code == 200:
                    return
            if self.process.poll() is not None or time.monotonic() > ends:
                raise AssertionError(self.place.log.read_text()[-3_000:])
            time.sleep(0.05)

    def kill(self) -> None:
        """End the service at once, as a failing machine does."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def secret_of(self, short: str) -> str:
        """Return the session of somebody, begun when it is first asked for."""
        if short not in self._secrets:
            self._secrets[short] = Sessions(People(self.book)).begin(self.people[short].id)
        return self._secrets[short]

    def cookie_of(self, short: str) -> dict[str, Any]:
        """Return the session of somebody as a browser keeps it."""
        return {
            "name": COOKIE, "value": self.secret_of(short), "url": self.address, "httpOnly": True, "sameSite": "Strict",
        }  # fmt: skip

    def client(self, short: str) -> httpx.Client:
        """Return a client of the API that asks as somebody."""
        secret = self.secret_of(short)
        headers = {"X-CSRF-Token": csrf_of(secret), "Cookie": f"{COOKIE}={secret}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=60)

    def upload(self, short: str, case: str, content: bytes, name: str = "invoice.csv") -> str:
        """Have a file screened into a case and return its job, which has ended."""
        with self.client(short) as client:
            made = client.post("/api/v1/jobs", data={"case": case}, files={"file": (name, content)})
            assert made.status_code == 202, made.text
            return self.wait_for(short, made.json()["id"])

    def edit(self, short: str, case: str, tables: Mapping[str, bytes]) -> str:
        """Open a register in the grid and return the address of its page."""
        with self.client(short) as client:
            files = [("file", table) for table in tables.items()]
            answer = client.post("/declarations/registers", data={"case": case}, files=files)
            assert answer.status_code == 204, answer.text
            return answer.headers["hx-redirect"]

    def brief(self, short: str, case: str) -> int:
        """Have reports read into a case, confirm an event, write a brief on it; return the run."""
        with self.client(short) as client:
            file = ("reports.jsonl", (EXAMPLES / "reports.jsonl").read_bytes())
            made = client.post("/api/v1/watch/jobs", data={"case": case}, files={"file": file})
            assert made.status_code == 202, made.text
            job = self.wait_for(short, made.json()["id"])
            run: int = client.get(f"/api/v1/jobs/{job}").json()["run"]
            base = f"/api/v1/watch/runs/{run}"
            light = [one for one in client.get(base).json()["events"] if not {"ar", "zh"} & {*one["languages"]}]
            event = max(light, key=lambda one: len(one["reports"]))  # no font of another script is loaded for it
            decision = {"verb": "confirm", "reports": event["reports"], "reason": "They agree on place and day."}
            with self.without_rechecks():
                client.post(f"{base}/decisions", json=decision).raise_for_status()
            judged = {"event": event["event"], "says": "It happened.", "likelihood": "likely", "confidence": "low"}
            body = {"title": "First week", "lang": "en", "judgements": [judged]}
            client.post(f"{base}/briefs", json=body).raise_for_status()
            return run

    def evidence(self, short: str, case: str) -> str:
        """Keep a page and a picture as originals in a case, hide a name in the page; return the page's SHA-256."""
        with self.client(short) as client:
            base = f"/api/v1/cases/{case}/custody/originals"
            picture = ("drawn.jpg", example_named(PICTURE_EXAMPLES[0]))
            page = ("page.html", b"<html lang='en'><title>Leak</title><p>The resident Ana Roy, 34, saw it.</p></html>")
            kept = client.post(base, files=[("file", picture), ("file", page)])
            assert kept.status_code == 201, kept.text
            original: str = kept.json()["steps"][1]["source_id"]
            hidden = client.post(f"{base}/{original}/masks", files=[("rule", (None, b"yes"))])
            assert hidden.status_code == 201, hidden.text
            return original

    def wait_for(self, short: str, job: str) -> str:
        """Wait until a job has ended and return it."""
        ends = time.monotonic() + 60
        with self.client(short) as client:
            while client.get(f"/api/v1/jobs/{job}").json()["state"] in ("waiting", "running"):
                assert time.monotonic() < ends, job
                time.sleep(0.1)
        return job

    def finding(self, **fields: Any) -> int:
        """Return the first finding of the year that a filter finds."""
        return list_findings(self.book, self.people["leila"], Filter(**fields), limit=1).findings[0].id

    @contextmanager
    def without_rechecks(self) -> Iterator[None]:
        """Draw none of the decisions for a blind re-check: whoever makes one is not told that somebody was quicker."""
        share = recheck_share(self.book)
        set_recheck_share(self.book, self.people["leila"], 0)
        try:
            yield
        finally:
            set_recheck_share(self.book, self.people["leila"], share)


@contextmanager
def serving(made_year: Path, folder: Path) -> Iterator[Served]:
    """Copy the year into a folder, serve it, and give the running service."""
    place = Place(shutil.copytree(made_year, folder), kept=True)
    with own_environment(place):
        book = open_casebook()
        environment = {**os.environ, "OPENCWC_SERVICE_SIGN_IN_RATE": "1000000/minute"}
        accounts = People(book)
        people = {person.short: accounts.account(person.login).person for person in load_state().people}
        accounts.set_password(people["amara"].id, PASSWORD)
    served = Served(place, environment, free_port(), book, people)
    try:
        served.start()
        served.known = known(served, date.today().year - 1)
        yield served
    finally:
        if served.process:
            served.kill()  # told to leave, it would first wait for the pages that are still open
        book.close()


def known(served: Served, year: int) -> dict[str, Any]:
    """Return what stands in the addresses of the pages: cases, findings, jobs, a person."""
    made = served.upload("amara", "page-tests", FILE)
    failed = served.upload("amara", "page-tests", NO_FILE, "nothing.xlsx")
    case = f"norwald-{year}"  # which is closed
    leila = served.people["leila"]
    runs = list_runs(served.book, leila, WATCH.id)
    month = next(run.number for run in runs if run.case == f"open-reports-{year}-09")
    events = WatchNews(served.book, leila).runs[month].events()
    claims = list_runs(served.book, leila, CLAIMS.id)[0].number
    first = {one.report: one.id for one in reversed(shown_run(served.book, leila, claims, SHELF, unpack).kept.claims)}
    return {
        "claims": claims,
        "claim": first["nv57"],
        "corrected": first["nv61"],
        "reports": served.brief("amara", "page-reports"),
        "evidence": "page-evidence",
        "original": served.evidence("amara", "page-evidence"),
        "closed": case,
        "case": f"brenna-{year}",
        "other_case": f"imports-{year}",
        "job": made,
        "failed_job": failed,
        "listed": served.finding(case=f"brenna-{year}", list="CWC", verdict=("listed",)),
        "doubtful": served.finding(case=f"brenna-{year}", verdict=("review",)),
        "grave": served.finding(grave=True),
        "unreadable": served.finding(verdict=("unreadable",)),
        "transfer": served.finding(verdict=("prohibited",)),
        "discrepancy": served.finding(verdict=("discrepancy",)),
        "person": served.people["amara"].id,
        "law": list_laws(served.book, served.people["leila"])[0].number,
        "law_finding": served.finding(case="law-of-nordavia", verdict=("partial",)),
        "run": list_runs(served.book, served.people["leila"], RECONCILE.id)[-1].number,
        "check": list_runs(served.book, served.people["leila"], CHECK.id)[-1].number,
        "register": list_runs(served.book, served.people["leila"], DECLARE.id)[-1].number,
        "submission": list_submissions(served.book, served.people["leila"])[-1].seq,
        "month": month,
        "event": max(events, key=lambda event: len(event.lines)).id,
        "watch": watches_of(served.book, leila)[0].id,
        "edited": served.edit("amara", "page-tests", REGISTER).rsplit("/", 1)[-1],
    }


def free_port() -> int:
    """Return a port that nobody holds."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])
