"""The files of deploy/ do what they say: nginx passes on, PostgreSQL keeps the record from the service, units hold."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_connection, create_server

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.casebook.cluster import Cluster  # noqa: E402

from opencwc import screen  # noqa: E402
from opencwc.casebook.casebook_verifier import verify_all  # noqa: E402
from opencwc.casebook.cases import case_for_keeping, change_case  # noqa: E402
from opencwc.casebook.custody_steps import receive  # noqa: E402
from opencwc.casebook.database import Casebook, finish_erasures, open_casebook  # noqa: E402
from opencwc.casebook.decisions import comment, decide  # noqa: E402
from opencwc.casebook.erasure import erase_case  # noqa: E402
from opencwc.casebook.feeds import (  # noqa: E402
    NewFeed,
    add_feeds,
    ask_fetch,
    change_feed,
    claim_due,
    note_fetched,
    remove_feed,
)
from opencwc.casebook.feeds import Outcome as Fetch  # noqa: E402
from opencwc.casebook.model import Mark, Outcome, Role, Status  # noqa: E402
from opencwc.casebook.people import CONSOLE, People  # noqa: E402
from opencwc.casebook.registers import (  # noqa: E402
    RegisterFile,
    add_change,
    open_register,
    save_version,
    show_register,
)
from opencwc.casebook.requests import answer, ask  # noqa: E402
from opencwc.casebook.runs import begin_run, keep_source  # noqa: E402
from opencwc.casebook.saved_watches import delete_watch, note_look, save_watch  # noqa: E402
from opencwc.casebook.stamp_files import write_request  # noqa: E402
from opencwc.casebook.submissions import VersionFile, add_version, open_submission, set_mark  # noqa: E402
from opencwc.declarations.amounts import amounts_of  # noqa: E402
from opencwc.declarations.register_reader import read_register  # noqa: E402
from opencwc.errors import StorageError  # noqa: E402
from opencwc.web.server.configuration import Configuration  # noqa: E402

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
OPENCWC = str(Path(sys.executable).with_name("opencwc"))
NAME = "cwc.ministry.example"


# ------------------------------------------------------------------------------------------------------- systemd


def test_the_units_are_understood_by_systemd(tmp_path: Path) -> None:
    program = tmp_path / "opencwc"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace("/opt/opencwc/bin/opencwc", str(program)))
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / unit.name) for unit in UNITS)], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["opencwc.service", "opencwc-worker.service", "opencwc-backup.service"])
def test_little_is_left_to_a_unit(name: str) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=20", DEPLOY / "systemd" / name],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["opencwc.service", "opencwc-worker.service"])
def test_the_sandbox_of_uploads_keeps_what_it_needs(name: str) -> None:
    unit = (DEPLOY / "systemd" / name).read_text()
    assert re.search(r"^RestrictNamespaces=user net mnt$", unit, re.MULTILINE)
    assert re.search(r"^SystemCallFilter=@system-service @sandbox$", unit, re.MULTILINE)
    assert "\nMemoryDenyWriteExecute=yes" not in unit


# ----------------------------------------------------------------------------------------------------- container


def test_the_container_copies_what_is_there_and_carries_no_tool_to_build_with() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    _, build, final = re.split(r"^FROM .*\n", text, flags=re.MULTILINE)
    copied = [word for line in re.findall(r"^COPY (?!--from)(.*)$", build, re.MULTILINE) for word in line.split()[:-1]]
    assert [word for word in copied if not (ROOT / word).exists()] == []
    assert not re.search(r"\b(pip|gcc|build-essential|python3-venv|python3-dev)\b", re.sub(r"#.*", "", final))
    assert re.search(r"^USER 10001$", final, re.MULTILINE)
    assert json.loads(re.findall(r"^ENTRYPOINT (.*)$", final, re.MULTILINE)[0]) == ["opencwc"]


def test_the_console_is_a_script_that_a_shell_reads() -> None:
    assert subprocess.run(["sh", "-n", DEPLOY / "opencwc-console"], check=False).returncode == 0
    assert os.access(DEPLOY / "opencwc-console", os.X_OK)


# ---------------------------------------------------------------------------------------------------- PostgreSQL


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    running = Cluster()
    yield running
    running.stop()


@dataclass
class Roles:
    """The casebook as the service and as the owner of the tables reach it."""

    service: Casebook
    owner: Casebook


def psql(cluster: Cluster, file: str, database: str = "postgres") -> None:
    words = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(cluster.folder), "-U", "books", "-d", database]
    done = subprocess.run([*words, "-f", DEPLOY / file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def roles(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roles]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OPENCWC_SETTINGS", str(tmp_path_factory.mktemp("settings")))
        psql(cluster, "postgresql.sql")
        place = cluster.url("opencwc")
        owner = open_casebook(place.replace("books@", "opencwc_owner@"))
        psql(cluster, "postgresql-grants.sql", "opencwc")
        service = open_casebook(place.replace("books@", "opencwc@"))
        yield Roles(service, owner)
        service.close()
        owner.close()


def test_the_service_keeps_and_decides_with_its_own_role(roles: Roles, tmp_path: Path) -> None:
    book = roles.service
    people = People(book)
    anna, rita, rene = (people.add(CONSOLE, name, role=Role.REVIEWER, clearance=Mark.PROTECTED) for name in "abc")
    people.set_password(anna.login, "three unrelated words here")
    case_for_keeping(book, anna, "first")
    with (ROOT / "examples" / "inventory.csv").open("rb") as file:
        source = keep_source(book, anna, file, "inventory.csv")
    run = begin_run(book, anna, "first", verb="screen", asked={}, checked={}, maker={}, source=source)
    run.keep(screen(["CCCCCCCOP(C)(=O)F", "CCCP(=O)(OC)OC"], lists=["CWC"]))
    run.finish({"rows": 2})
    assert decide(book, rita, [1, 2], Outcome.ACCEPT, "as drawn")[1] is Status.AWAITING_SECOND
    assert decide(book, rene, [1], Outcome.ACCEPT, "seen")[1] is Status.ACCEPTED
    comment(book, anna, "first", "done", 1)
    change_case(book, anna, "first", status="closed")
    write_request(book, rita, tmp_path / "checkpoint.tsq")
    assert verify_all(book).problems == []


def test_the_service_keeps_feeds_watches_and_evidence_with_its_own_role(roles: Roles) -> None:
    book = roles.service
    fay = People(book).add(CONSOLE, "fay", role=Role.REVIEWER)
    (feed,) = add_feeds(book, fay, "press", [NewFeed("https://wire.example/feed")])
    (due,) = claim_due(book, datetime.now(UTC) + timedelta(minutes=1))
    note_fetched(book, [(due.feed, Fetch("unchanged"))], datetime.now(UTC))
    change_feed(book, fay, feed.seq, 24)
    assert ask_fetch(book, fay) == 1
    remove_feed(book, fay, feed.seq)
    watch = save_watch(book, fay, "Chlorine", {"agents": ["chlorine"]})
    note_look(book, fay, watch.id, {1: 0})
    delete_watch(book, fay, watch.id)
    receive(book, fay, "press", io.BytesIO(b"<p>x</p>"), "page.html")
    assert verify_all(book).problems == []


def test_the_service_keeps_declarations_with_its_own_role(roles: Roles) -> None:
    book = roles.service
    people = People(book)
    olga = people.add(CONSOLE, "olga", role=Role.REVIEWER)
    dora = people.add(CONSOLE, "dora", role=Role.DECLARANT)
    assert people.set_sites(CONSOLE, dora.login, ["A"]) == ("A",)
    assert people.set_sites(CONSOLE, dora.login, ["A", "B"]) == ("A", "B")
    case_for_keeping(book, olga, "declared")
    submission = open_submission(book, olga, "declared", "treaty", 2026, ["A"]).seq
    text = "site,plant,chemical,cas,activity,year,quantity,unit\nA,A1,thiodiglycol,111-48-8,process,2025,1.5,t\n"
    amounts = amounts_of(read_register({"activities.csv": text.encode()}))
    sent = VersionFile("a.csv", io.BytesIO(text.encode()), amounts, "text/csv")
    add_version(book, olga, submission, sent, changes="")
    set_mark(book, olga, submission, "incomplete", "the address")
    file = RegisterFile("a", io.BytesIO(b"a"), "text/csv", b"[]")
    number = open_register(book, olga, "declared", file, Mark.UNCLASSIFIED)
    add_change(book, olga, number, "a change", show_register(book, olga, number).seen)
    save_version(book, olga, number, b"[1]", "a", show_register(book, olga, number).seen)
    assert verify_all(book).problems == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM submission_version",
        "UPDATE submission_step SET reason = reason",
        "UPDATE record SET content = content",
        "DELETE FROM record",
        "TRUNCATE record",
        "UPDATE checkpoint SET seq = seq",
        "DELETE FROM decision",
        "UPDATE decision SET reason = 'another'",
        "UPDATE comment SET text = ''",
        "UPDATE finding SET content = ''",
        "DELETE FROM finding",
        "UPDATE signing_key SET pem = ''",
        "DELETE FROM case_file",
        "DROP TABLE record",
    ],
)  # fmt: skip
def test_the_service_can_neither_change_nor_delete_what_stands_in_the_record(roles: Roles, statement: str) -> None:
    with (
        pytest.raises(StorageError, match=r"permission denied|must be owner"),
        roles.service.writing("console") as writer,
    ):
        writer.connection.exec_driver_sql(statement)


def test_an_erasure_takes_the_owner_of_the_tables(roles: Roles, monkeypatch: pytest.MonkeyPatch) -> None:
    people = People(roles.service)
    first, two = (people.add(CONSOLE, name, role=Role.REVIEWER) for name in ("erik", "eva"))
    case_for_keeping(roles.service, first, "to-erase")
    run = begin_run(roles.service, first, "to-erase", verb="screen", asked={}, checked={}, maker={}, source=None)
    run.keep(screen("CCO", lists=["CWC"]))
    run.finish({"rows": 1})
    request = ask(roles.service, first, "erase", "to-erase", {"reason": "by law", "ground": "section 17"})
    answer(roles.service, two, request.seq, approve=True)
    with pytest.raises(StorageError, match="permission denied"):
        erase_case(roles.service, first, request.seq)
    with monkeypatch.context() as cut_short:
        cut_short.setattr("opencwc.casebook.erasure.finish_erasures", lambda _: None)
        assert erase_case(roles.owner, first, request.seq)["findings"] == 1
    reason = finish_erasures(roles.service)
    assert reason is not None and reason.code == "overwriting_needs_owner"
    assert finish_erasures(roles.owner) is None
    assert finish_erasures(roles.service) is None  # nothing is left to do
    assert verify_all(roles.service).problems == []


# --------------------------------------------------------------------------------------------------------- Caddy


def test_caddy_bounds_heads_as_the_service_does() -> None:
    options, sites = (DEPLOY / "Caddyfile").read_text().split(f"\n{NAME} {{\n")
    words = re.sub(r"#.*", "", options).split()
    limits = Configuration()
    assert words == [
        *("{", "servers", "{", "timeouts", "{", "read_header", f"{limits.header_seconds:.0f}s", "}"),
        *("max_header_size", f"{limits.header_limit // 1024}KiB", "}", "}"),
    ]
    assert "servers" not in sites


# --------------------------------------------------------------------------------------------------------- nginx


@dataclass
class Proxied:
    """A service behind nginx: how to ask it, and where both write their logs."""

    port: int
    folder: Path
    context: ssl.SSLContext
    token: str

    def ask(self, path: str, data: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        request = urllib.request.Request(f"https://127.0.0.1:{self.port}{path}", data, {"Host": NAME, **headers})
        try:
            with urllib.request.urlopen(request, context=self.context, timeout=60) as answered:
                return answered.status, {k.lower(): v for k, v in answered.headers.items()}, answered.read()
        except urllib.error.HTTPError as error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()

    def with_token(self, path: str, data: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
        return self.ask(path, data, Authorization=f"Bearer {self.token}", **headers)


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    folder = tmp_path_factory.mktemp("proxied")
    inner, plain, outer = (_free_port() for _ in range(3))
    settings = folder / "settings"
    settings.mkdir()
    (settings / "opencwc.toml").write_text(f'[service]\npublic_url = "https://{NAME}"\nbehind_proxy = "127.0.0.1"\n')
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENCWC_SERVICE")}
    environment = {**kept, "OPENCWC_SETTINGS": str(settings), "OPENCWC_CASEBOOK": str(folder / "casebook.db")}
    token = _token(environment)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
         "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1", "-keyout", folder / "key.pem",
         "-out", folder / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    configuration = _nginx_configuration(folder, inner, plain, outer)
    checked = subprocess.run([_nginx(), "-t", "-q", "-c", configuration], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    with ExitStack() as running:
        log = running.enter_context((folder / "service.log").open("wb"))
        serve = [OPENCWC, "serve", "--port", str(inner), "--no-worker"]
        running.enter_context(_running(serve, inner, environment, log))
        running.enter_context(_running([_nginx(), "-c", str(configuration)], outer, environment, log))
        yield Proxied(outer, folder, ssl.create_default_context(cafile=str(folder / "fullchain.pem")), token)


def test_a_screening_comes_through(proxied: Proxied) -> None:
    status, headers, body = proxied.with_token("/api/v1/screen?value=111-48-8")
    assert (status, json.loads(body)["findings"][0]["entry"]) == (200, "2B13")
    assert headers["strict-transport-security"].startswith("max-age=")
    assert "server" not in headers or headers["server"] == "nginx"


def test_a_batch_comes_line_by_line(proxied: Proxied) -> None:
    status, headers, body = proxied.with_token(
        "/api/v1/screen/batch", b"111-48-8\nCCO\n", **{"Content-Type": "text/plain"}
    )
    assert status == 200
    assert headers["content-type"].startswith("application/x-ndjson")
    assert len(body.splitlines()) >= 2


def test_the_limits_of_the_proxy_are_those_of_the_service(proxied: Proxied) -> None:
    assert proxied.with_token("/api/v1/screen", b"x" * 2_200_000)[0] == 413
    status, _, body = proxied.with_token("/api/v1/jobs", b"x" * 2_200_000, **{"Content-Type": "text/plain"})
    assert (status, json.loads(body)["status"]) == (415, 415)  # it was the service that looked at it


def test_a_stranger_cannot_name_another_address(proxied: Proxied) -> None:
    first, second = (
        int(proxied.ask("/health/live", **{"X-Forwarded-For": address})[1]["ratelimit-remaining"])
        for address in ("203.0.113.7", "203.0.113.8")
    )
    assert second == first - 1


def test_another_name_is_not_answered(proxied: Proxied) -> None:
    assert proxied.ask("/health/live", Host="elsewhere.example")[0] == 421


def test_no_log_holds_what_was_asked(proxied: Proxied) -> None:
    assert proxied.with_token("/api/v1/screen?value=CCOCCSCCOCC")[0] == 200
    written = "".join(file.read_text() for file in proxied.folder.glob("*.log"))
    assert "/api/v1/screen" in written
    assert "CCOCCSCCOCC" not in written


def _token(environment: dict[str, str]) -> str:
    words = [OPENCWC, "people"]
    subprocess.run([*words, "add", "ana", "--role", "analyst"], env=environment, check=True, capture_output=True)
    made = subprocess.run(
        [*words, "token", "ana", "--name", "test", "--scope", "screen", "--scope", "keep"], env=environment, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    return made.stdout.strip()


def _nginx_configuration(folder: Path, inner: int, plain: int, outer: int) -> Path:
    """Return our file within a whole configuration, with the ports, the certificate and the logs of this test."""
    ours = (DEPLOY / "nginx.conf").read_text()
    for old, new in (
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{inner};"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{outer} ssl;"),
        ("/etc/ssl/opencwc/", f"{folder}/"),
        ("/var/log/nginx/", f"{folder}/"),
    ):
        assert old in ours
        ours = ours.replace(old, new)
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = (
        f"daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx.log;\n"
        f"events {{}}\nhttp {{\n{places}{ours}}}\n"
    )
    file = folder / "nginx.conf"
    file.write_text(whole)
    return file


@contextmanager
def _running(words: list[str], port: int, environment: dict[str, str], log: object) -> Iterator[None]:
    process = subprocess.Popen(words, env=environment, stdout=log, stderr=log)  # type: ignore[call-overload]
    try:
        _wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        assert process.poll() is None, "it ended before it listened"
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("nothing listens")


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as place:
        return int(place.getsockname()[1])


def _nginx() -> str:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "nginx is not installed: apt-get install nginx-light"
    return program
