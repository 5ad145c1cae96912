"""Markup that is live where a page does not escape it, a house in which every free text holds some, and the judge.

Each piece of markup carries the attribute ``zqlive``, which no page has: where an answer, read as a browser reads it,
has an element with it, the text of a user became markup.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import httpx
from starlette.testclient import TestClient

from opencwc.casebook.cases import open_case
from opencwc.casebook.decisions import comment
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.people import CONSOLE
from opencwc.jobs.intake import intake_of
from opencwc.jobs.queue import Jobs
from opencwc.legislation.example_texts import NOW, example_text
from opencwc.web.declarations import pages as declarations
from opencwc.web.server.worker_process import make_worker
from opencwc.web.transfers import check_pages, pages
from web.pages.housing import PART
from web.pages.parsed import Element, parsed
from web.signing_in import House
from web.test_read_records import Kept

LIVE = (
    "<script zqlive>zq()</script>",
    "<img zqlive src=zq onerror=zq()>",
    '"><svg zqlive onload=zq()>',
    "'><a zqlive href=javascript:zq()>zq</a>",
    '" zqlive hx-get="/zq" hx-trigger="load" x="',
    "' zqlive onmouseover='zq()",
    "</textarea></title></script><script zqlive>zq()</script>",
    "--><iframe zqlive srcdoc=zq>",
    "javascript:zq()",
    "zq{{7*7}}zq{% zq %}${7*7}",
    "{zq}{0}%s%(zq)s",
    "=HYPERLINK(zq,1)",
    "@zq+1",
    "]]><zqlive:b/>",
    "&lt;script zqlive&gt;&#60;b zqlive>",
    "zq`'\"\\u003cb zqlive\\u003e",
)
"""What somebody could write wherever anything may be written."""
CALCULATED = "zq49zq"
"""What a template would make of a text that it took for a part of itself."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
ADDRESSES = ("href", "src", "action", "formaction", "poster", "data", "xlink:href", "srcdoc", "ping", "background")
JUDGED_BELOW = ("content-disposition", "location", "hx-redirect", "hx-location", "hx-trigger")
"""Headers in which a text may stand, in a form that ends none of it early."""
ASKING = ("hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete")


class Writer:
    """Gives one piece of markup after the other, from the one of a number on: every place gets another."""

    def __init__(self, first: int) -> None:
        self._numbers = count(first)

    def __call__(self, most: int = 200) -> str:
        """Return the next piece that is no longer than this."""
        while True:
            text = LIVE[next(self._numbers) % len(LIVE)]
            if len(text) <= most:
                return text

    def file(self, ending: str) -> str:
        """Return a name of a file; a browser sends it without its folders."""
        return f"zq {self().replace('/', '')}.{ending}"

    def table(self, text: str, *columns: str, more: str = "") -> str:
        """Write into columns of a table, into each row another piece; ``more`` is a column of ours."""
        rows = list(csv.DictReader(io.StringIO(text)))
        head = [*rows[0], *([more] if more else [])]
        for row in rows:
            row.update({column: self() for column in columns})
            row.update({more: self()} if more else {})
        return csv_of(head, *([row[name] for name in head] for row in rows))


def csv_of(*rows: Any) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def fill(house: House, first: int) -> Kept:
    """Have everything kept that the service keeps, with markup in every text of it that is free."""
    write = Writer(first)
    kept = Kept(house)
    people = house.entrance.people
    for login in ("anna", "rita", "rene", "adam", "audra"):
        people.change(CONSOLE, people.account(login).person.id, name=f"zq {write()}")
    login = f'{first}"><svg/onload=zq()/zqlive>'
    odd = people.add(CONSOLE, login, write(), Role.DECLARANT, Mark.HIGHLY_PROTECTED, expected_as=write())
    people.set_sites(CONSOLE, odd.login, [write(), write()])
    with house.signed_in("anna") as anna:
        _send_all(kept, anna, write)
        _open_register(kept, anna, write)
        _open_submission(kept, anna, write)
        assert anna.post("/api/v1/tokens", json={"name": write(100), "scopes": ["read"], "days": 1}).status_code == 201
    _say(kept, write)
    return kept


def _forms(write: Writer) -> dict[str, tuple[str, Any, dict[str, str]]]:
    """Return what is sent to each verb: its address, its files, and its texts."""
    odd, heading = write(), write()
    structures = csv_of(
        ("id", "smiles", heading), (odd, "CC(C)OP(C)(=O)F", write()), (write(), "CCO", write()),
        (write(), write(), write()), (write(), "OCCSCCO", ""),
    )  # fmt: skip
    named = csv_of(("id", "name", heading), *((write(), f"{write()} sarin", write()) for _ in LIVE))
    prose = "\n\n".join(f"{write()} 40 drums of thiodiglycol 98 % {write()}" for _ in LIVE)
    ours = write.table(pages.EXAMPLES["ours.csv"], "id", "remarks", more=write())
    odd_line = ",".join(("zq", "DEU", "export", "FRA", "2023-06-01", "zq", "111-48-8", "2930.70", "7777", "kg", "99"))
    shipments = write.table(check_pages.EXAMPLES["shipments.csv"], "id", "consignee", "purpose", "papers")
    certificates = write.table(check_pages.EXAMPLES["certificates.csv"], "end_use", "end_users", "statements")
    names = write.table(check_pages.EXAMPLES["names.csv"], "name", "aliases", "addresses", "dataset")
    sites, activities = register(write)
    law = re.sub(r"(?m)^(\d+\.)", lambda found: f"{found[1]} {write()}", example_text(NOW)[:4_000]) + f"\n{write()}\n"
    return {
        "screen": ("/api/v1/jobs", {"file": (write.file("csv"), structures)}, {"lists": "CWC"}),
        "names": ("/api/v1/jobs", {"file": (write.file("csv"), named)}, {"lists": "CWC"}),
        "text": ("/api/v1/jobs", {"file": (write.file("txt"), prose)}, {"lists": "CWC", "kind": "text"}),
        "check": (
            "/api/v1/transfers/checks",
            {
                "file": (write.file("csv"), shipments),
                "certificates": (write.file("csv"), certificates),
                "names": (write.file("csv"), names),
            },
            {},
        ),
        "reconcile": (
            "/api/v1/transfers/reconciliations",
            [
                ("file", (write.file("csv"), f"{ours.rstrip()}\r\n{odd_line},,\r\n")),
                ("file", (write.file("csv"), pages.EXAMPLES["theirs.csv"])),
            ],
            {},
        ),
        "law": ("/api/v1/law/checks", {"file": (write.file("txt"), law)}, {"state": "XNV"}),
        "declare": (
            "/api/v1/declarations/jobs",
            [("file", ("sites.csv", sites)), ("file", ("activities.csv", activities))],
            {"year": "2026"},
        ),
    }  # fmt: skip


def register(write: Writer) -> tuple[str, str]:
    """Return the tables of a register whose sites, plants, operators, chemicals and remarks are markup."""
    sites, activities = (declarations.EXAMPLES[name] for name in ("sites.csv", "activities.csv"))
    codes = {"NORD": write(), "A1": write(), "SUR": write(), "Norwald FR-77": write()}

    def renamed(text: str) -> str:
        rows = [[codes.get(cell, cell) for cell in row] for row in csv.reader(io.StringIO(text))]
        return csv_of(*rows)

    renamed_sites = write.table(renamed(sites), "name", "operator", "address")
    return renamed_sites, write.table(renamed(activities), "purpose", "remarks")


def _send_all(kept: Kept, anna: TestClient, write: Writer) -> None:
    person = kept.house.entrance.people.account("anna").person
    for name, (address, files, more) in _forms(write).items():
        open_case(kept.book, person, name, title=write())
        answer = anna.post(address, data={"as_of": "2026-01-15", "case": name, **more}, files=files)
        assert answer.status_code == 202, answer.text
        kept.jobs[name] = answer.json()["id"]
        assert make_worker(kept.house.entrance.configuration, intake_of(kept.book)).work_once()
        job = Jobs(kept.book.engine).get(kept.jobs[name])
        assert job.state == "done" and job.run, (name, job.problem)
        kept.runs[name] = job.run


def _open_register(kept: Kept, anna: TestClient, write: Writer) -> None:
    person = kept.house.entrance.people.account("anna").person
    open_case(kept.book, person, "grid", title=write())
    sites, activities = register(write)
    files = [("file", ("sites.csv", sites)), ("file", ("activities.csv", activities))]
    opened = anna.post("/declarations/registers", data={"case": "grid"}, files=files, headers=PART)
    assert "hx-redirect" in opened.headers, opened.text
    kept.register = int(opened.headers["hx-redirect"].rsplit("/", 1)[-1])


def _open_submission(kept: Kept, anna: TestClient, write: Writer) -> None:
    person, site = kept.house.entrance.people.account("anna").person, write()
    open_case(kept.book, person, "handed-in", title=write(), mark=Mark.PROTECTED)
    asked = {"case": "handed-in", "year": 2026, "profile": "treaty", "sites": [site]}
    kept.submission = anna.post("/api/v1/submissions", json=asked).json()["number"]
    head = declarations.EXAMPLES["activities.csv"].partition("\n")[0].split(",")
    for amount, changes in (("1.5", ""), ("1.75", write())):
        line = (site, "A1", write(), "111-48-8", "process", "2025", amount, "t", "", "", "", "", "", write())
        address, table = f"/api/v1/submissions/{kept.submission}/versions", csv_of(head, line)
        sent = anna.post(
            address, data={"changes": changes}, files={"file": (write.file("csv"), table)}
        )  # fmt: skip
        assert sent.status_code == 201, sent.text


def _say(kept: Kept, write: Writer) -> None:
    """Have people decide, comment, ask, answer and allow, each with markup for a reason."""
    rita = kept.house.entrance.people.account("rita").person
    with kept.house.signed_in("rita") as client:
        for name, run in kept.runs.items():
            found = client.get("/api/v1/findings", params={"run": run, "limit": 100}).json()["findings"]
            ids = [finding["id"] for finding in found]
            kept.findings += ids[:2] if name in ("declare", "reconcile", "law") else ids[:4]
            if ids:
                decided = {"findings": ids[:1], "outcome": "need_more", "reason": write()}
                assert client.post("/api/v1/decisions", json=decided).status_code == 200
                comment(kept.book, rita, name, write(), ids[0])
        measure = next(id for id in kept.findings if _verb_of(client, id) == "law")
        corrected = {
            "findings": [measure], "outcome": "correct", "reason": write(),
            "correction": {"verdict": "partial", "place": write()},
        }  # fmt: skip
        assert client.post("/api/v1/decisions", json=corrected).status_code == 200
        for case in ("handed-in", "screen"):
            comment(kept.book, rita, case, write())
        wanted = {"kind": "erase", "case": "handed-in", "reason": write(), "ground": write()}
        kept.request = client.post("/api/v1/requests", json=wanted).json()["seq"]
        wanted = {"kind": "export", "case": "screen", "reason": write()}
        other = client.post("/api/v1/requests", json=wanted).json()["seq"]
        step = {"step": "provisional", "reason": write()}
        assert client.post(f"/api/v1/submissions/{kept.submission}/steps", json=step).status_code == 200
        until = (date.today() + timedelta(days=30)).isoformat()
        for name in (f"zq {text}" for text in LIVE):
            allowed = client.post("/settings/allow", data={"name": name, "why": write(), "until": until}, headers=PART)
            assert allowed.status_code in (200, 422) and not faults_of(allowed), allowed.text
    with kept.house.signed_in("rene") as client:
        answer = client.post(f"/api/v1/requests/{other}/answer", json={"approve": False, "reason": write()})
        assert answer.status_code == 200, answer.text


def _verb_of(client: TestClient, finding: int) -> str:
    return str(client.get(f"/api/v1/findings/{finding}").json()["run"]["verb"])


# ---------------------------------------------------------------------------------------------------------- the judge


def faults_of(answer: httpx.Response) -> list[str]:
    """Return where an answer lets a text of somebody be more than a text; nothing where all is well."""
    faults = [*_faults_of_headers(answer)]
    if answer.status_code >= 500:
        faults.append(f"answered {answer.status_code}: {answer.text[:300]}")
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if CALCULATED.encode() in answer.content:
        faults.append("a template was run")
    if answer.content and answer.status_code not in (204, 304):
        faults += _faults_of_body(kind, answer.content)
    return faults


def _faults_of_headers(answer: httpx.Response) -> Iterator[str]:
    if answer.content and answer.headers.get("x-content-type-options") != "nosniff":
        yield "its kind may be guessed"
    for name, value in answer.headers.items():
        if re.search(r"[\r\n\0]", value) or ("zqlive" in unquote(value) and name not in JUDGED_BELOW):
            yield f"in a header: {name}: {value}"
    if (named := answer.headers.get("content-disposition")) and not re.fullmatch(
        r'(attachment|inline)(; filename="[\w.,+ ()-]+")?(; filename\*=UTF-8\'\'[\w.%~-]+)?', named
    ):
        yield f"a name that ends early: {named}"
    for name in ("location", "hx-redirect", "hx-location"):
        if (to := answer.headers.get(name)) and not re.match(r"(/(?![/\\])|https?://testserver/|\{)", to):
            yield f"leads elsewhere: {name}: {to}"
    for name in ("hx-trigger", "hx-trigger-after-swap"):
        if (told := answer.headers.get(name, "")).startswith("{"):
            json.loads(told)


def _faults_of_body(kind: str, content: bytes) -> Iterator[str]:
    """Judge by the kind that the answer has; a file that is given back as it came, to be saved, is not judged."""
    if kind == "text/html":
        yield from faults_of_page(content.decode())
    elif kind.endswith("xml"):
        yield from _faults_of_xml(content)
    elif kind in LINES_BEGIN:
        for line in content.decode().split("\n"):
            if not re.match(LINES_BEGIN[kind], line):
                yield f"a line that ends early: {line}"
    elif kind.endswith("json"):
        json.loads(content)
    elif kind == "text/csv":
        yield from _faults_of_table(content.decode("utf-8-sig"))
    elif kind == "application/pdf":
        if re.search(rb"/(JavaScript|JS|Launch|OpenAction)\b", content):
            yield "a PDF that acts"
    elif content.startswith(b"PK") and kind != "application/octet-stream":
        yield from _faults_of_package(content)


KINDS = {"xml": "text/xml", "rels": "text/xml", "html": "text/html", "csv": "text/csv", "json": "x/json"}
"""Of members of a package, by their endings."""
LINES_BEGIN = {
    "application/x-ndjson": r"\{|$",
    "text/event-stream": r"(data|event|id|retry)?:|\r?$",
    "text/calendar": r" |[A-Z-]+[;:]|\r?$",
}
"""How each line begins of what is read line by line."""


def _faults_of_table(text: str) -> Iterator[str]:
    for row in csv.reader(io.StringIO(text)):
        for cell in row:
            if cell.startswith(FORMULA) and not re.fullmatch(r"[-+]?[\d.,]+", cell):
                yield f"a cell that a spreadsheet runs: {cell}"


def _faults_of_xml(content: bytes) -> Iterator[str]:
    for element in ElementTree.fromstring(content).iter():
        name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        if "zqlive" in (*element.attrib, name) or name == "script":
            yield f"an element of XML: {name}"
        target = element.get("Target", "")
        if name == "Relationship" and "://" in target and not target.startswith(("http://", "https://")):
            yield f"leads elsewhere: {target}"
        if name == "f" and element.text:
            yield f"a formula: {element.text}"


def _faults_of_package(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            if name.startswith(("/", "\\")) or ".." in name.split("/") or re.search(r"[\r\n<>\"]", name):
                yield f"a member that lies elsewhere: {name}"
            kind = KINDS.get(name.rpartition(".")[2], "application/zip")
            yield from _faults_of_body(kind, package.read(name))


def faults_of_page(text: str) -> Iterator[str]:
    """Yield where a page, or a part of one, has an element, an attribute, an address or a script that is not ours."""
    try:
        page = parsed(text)
    except AssertionError as error:
        yield f"a page that is not sound: {error}"
        return
    for element in page.walk():
        if "zqlive" in element.attributes or element.tag in ("zqlive:b", "iframe", "object", "embed", "base"):
            yield f"an element: <{element.tag} {element.attributes}>"
        yield from _faults_of_attributes(element)
        if element.tag == "script" and "src" not in element.attributes:
            yield from _faults_of_script(element)


def _faults_of_attributes(element: Element) -> Iterator[str]:
    for name, value in element.attributes.items():
        plain = re.sub(r"[\x00-\x20]", "", value).lower()
        scheme = urlsplit(plain).scheme if name in ADDRESSES else ""
        if name.startswith("on") or name in ("style", "hx-on", "hx-vars"):
            yield f"an attribute that acts: {name}={value}"
        if scheme not in ("", "http", "https", "mailto") and not plain.startswith("data:image/"):
            yield f"an address that acts: {name}={value}"
        if name.removeprefix("data-") in ASKING and not re.match(r"/(?![/\\])", value):
            yield f"asks elsewhere: {name}={value}"
        if name in ("hx-vals", "hx-headers") and re.match(r"\s*(js|javascript):", value):
            yield f"an attribute that acts: {name}={value}"
        if name in ("hx-trigger", "hx-target", "hx-swap", "hx-include", "id", "class", "for") and "zq" in value:
            yield f"an attribute of ours with a text of theirs: {name}={value}"


def _faults_of_script(element: Element) -> Iterator[str]:
    text = "".join(child for child in element.children if isinstance(child, str))
    if "json" not in element.attributes.get("type", ""):
        yield f"a script within the page: {text[:100]}"
    elif re.search(r"<|>|\u2028|\u2029", text):
        yield f"data that may end early: {text[:100]}"
    else:
        json.loads(text)
