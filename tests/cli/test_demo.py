"""`opencwc demo` for real: in by its link, one person after another, a decision, an export that verifies, and out."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from opencwc.casebook.bundle_verifier import verify_bundle
from opencwc.casebook.model import Role
from opencwc.web import demonstration
from opencwc.web.accounts.entrance import Entrance
from opencwc.web.server.configuration import Configuration

COMMAND = (sys.executable, "-c", "import typer; from opencwc.cli.demo import demo; typer.run(demo)", "--no-browser")


@dataclass
class Shown:
    """A running demonstration: its process, the link that it printed, and the caches that it may use."""

    process: subprocess.Popen[str]
    link: str
    folder: Path

    @property
    def address(self) -> str:
        return self.link.split("/demo/")[0]

    def leave(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGTERM)
        rest, _ = self.process.communicate(timeout=60)
        return self.process.returncode, rest


class Visitor:
    """A browser of somebody: its cookie, and the token of the page."""

    def __init__(self, demo: Shown) -> None:
        self.address = demo.address
        self.client = httpx.Client(base_url=demo.address, timeout=60)
        self.came = self.client.get(demo.link)

    @property
    def session(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.get("/api/v1/session").json()
        return answer

    def post(self, path: str, **more: Any) -> httpx.Response:
        headers = {"X-CSRF-Token": self.session["csrf_token"], **more.pop("headers", {})}
        return self.client.post(path, headers=headers, **more)

    def become(self, login: str, page: str = "/") -> httpx.Response:
        return self.post("/demo/switch", data={"login": login}, headers={"HX-Current-URL": self.address + page})


@contextlib.contextmanager
def started(cache: Path, *words: str) -> Iterator[Shown]:
    environment = {**os.environ, "OPENCWC_CACHE": str(cache)}
    process = subprocess.Popen([*COMMAND, *words], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        match = re.search(r"http://\S+", process.stdout.readline())
        assert match
        yield Shown(process, match[0], cache / "demo")
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()


@pytest.fixture
def cache(tmp_path: Path, name_index: None) -> Path:
    """Return a cache folder of its own, with what is built already: the index of names, and of the rules."""
    folder = tmp_path / "cache"
    folder.mkdir()
    built = Path(os.environ["OPENCWC_CACHE"])
    for made in {*built.glob("*.index"), *built.glob("*.json")}:
        os.link(made, folder / made.name)
    return folder


@pytest.fixture
def year(made_year: Path, tmp_path: Path) -> Path:
    """Return a folder with a demonstration to go on with, for tests of what it does once it is made."""
    return shutil.copytree(made_year, tmp_path / "year")


def test_a_newcomer_decides_with_two_people_exports_verifies_and_leaves_nothing_behind(
    cache: Path, tmp_path: Path
) -> None:
    with started(cache, "--port", "0") as demo:
        visitor = Visitor(demo)
        assert (visitor.came.status_code, visitor.came.headers["Location"]) == (303, "/")
        page = visitor.client.get("/").text
        assert all(f'value="{login}"' in page for login in ("demo-leila", "demo-mateo", "demo-wei"))
        assert visitor.session["person"]["login"] == "demo-leila"

        inbox = visitor.client.get("/api/v1/inbox").json()["findings"]
        grave = next(finding for finding in inbox if finding["grave"] and finding["status"] == "awaiting_second")
        decided = {"findings": [grave["id"]], "outcome": "accept", "reason": "I read the same."}
        assert visitor.post("/api/v1/decisions", json=decided).json()["status"] == {str(grave["id"]): "accepted"}

        (waiting,) = visitor.client.get("/api/v1/requests?waiting=true").json()["requests"]
        approved = visitor.post(f"/api/v1/requests/{waiting['seq']}/answer", json={"approve": True})
        assert approved.json()["state"] == "approved"
        assert visitor.become("demo-mateo").status_code == 204
        assert visitor.session["person"]["login"] == "demo-mateo"
        bundle = visitor.post(f"/api/v1/requests/{waiting['seq']}/bundle")
        target = tmp_path / "case.zip"
        target.write_bytes(bundle.content)
        assert verify_bundle(target).fits

        assert len(list(demo.folder.glob("year-*"))) == 1
        status, output = demo.leave()
        assert status == 0
        assert "everything it made was removed" in output
        assert list(demo.folder.glob("year-*")) == []


def test_who_asked_for_an_export_cannot_approve_it_and_switching_keeps_to_pages_that_one_may_see(
    cache: Path, year: Path
) -> None:
    with started(cache, "--port", "0", "--keep", str(year)) as demo:
        visitor = Visitor(demo)
        visitor.become("demo-mateo")
        (waiting,) = visitor.client.get("/api/v1/requests?waiting=true").json()["requests"]
        refused = visitor.post(f"/api/v1/requests/{waiting['seq']}/answer", json={"approve": True})
        assert refused.status_code == 409

        back = [
            visitor.become("demo-leila", page).headers["HX-Redirect"]
            for page in ("/api/v1/cases?x=1", "/nowhere", "//elsewhere.example/")
        ]
        assert back == ["/api/v1/cases?x=1", "/", "/"]
        elsewhere = {"HX-Current-URL": "http://elsewhere.example/api/v1/cases"}
        led = visitor.post("/demo/switch", data={"login": "demo-mateo"}, headers=elsewhere)
        assert led.headers["HX-Redirect"] == "/"
        assert visitor.become("demo-ingrid", "/api/v1/cases").headers["HX-Redirect"] == "/"


def test_the_link_is_the_only_way_in_and_a_switch_needs_the_token_of_the_page(cache: Path, year: Path) -> None:
    with started(cache, "--port", "0", "--keep", str(year)) as demo:
        assert httpx.get(f"{demo.address}/demo/guessed").status_code == 404
        assert httpx.post(f"{demo.address}/demo/switch", data={"login": "demo-mateo"}).status_code == 401
        visitor = Visitor(demo)
        first = visitor.client.cookies["opencwc_session"]
        assert visitor.client.post("/demo/switch", data={"login": "demo-mateo"}).status_code == 403
        foreign = {"Origin": "http://elsewhere.example"}
        assert visitor.post("/demo/switch", data={"login": "demo-mateo"}, headers=foreign).status_code == 403
        assert visitor.become("somebody").status_code == 404
        assert visitor.become("demo-wei").status_code == 204
        former = httpx.get(f"{demo.address}/api/v1/session", cookies={"opencwc_session": first})
        assert former.status_code == 401
        came = httpx.get(demo.link, headers={"Sec-Fetch-Site": "cross-site"})
        assert came.status_code == 200
        assert came.headers["Refresh"] == "0; url=/"


def test_a_kept_demonstration_goes_on_where_it_was_left(cache: Path, year: Path) -> None:
    with started(cache, "--port", "0", "--keep", str(year)) as demo:
        visitor = Visitor(demo)
        case = visitor.client.get("/api/v1/cases").json()["cases"][0]["name"]
        visitor.post(f"/api/v1/cases/{case}/comments", json={"text": "Left for tomorrow (invented)."})
        assert str(year) in demo.leave()[1]
    with started(cache, "--port", "0", "--keep", str(year), "--lang", "fr") as demo:
        assert demo.link.endswith("?lang=fr")
        visitor = Visitor(demo)
        assert "Left for tomorrow (invented)." in visitor.client.get(f"/api/v1/cases/{case}").text
        demo.leave()
    assert (year / "casebook.db").is_file()


def test_a_folder_with_something_else_in_it_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    ran = subprocess.run([*COMMAND, "--keep", str(tmp_path)], capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 2
    assert "something other" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_kept_folder_is_empty_again_where_the_demonstration_did_not_become_whole(tmp_path: Path) -> None:
    from opencwc.demo.folder import placed

    with pytest.raises(KeyboardInterrupt), placed(tmp_path / "kept") as place:
        place.files.mkdir()
        place.casebook.touch()
        raise KeyboardInterrupt
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_port_that_is_taken_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    from opencwc.cli import demo

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        monkeypatch.setattr(demo, "FIRST_PORT", listener.getsockname()[1])
        assert demo._free_port() > listener.getsockname()[1]


def test_what_a_killed_demonstration_left_is_swept_and_a_running_one_is_let_be(cache: Path) -> None:
    from opencwc.demo.folder import placed

    environment = os.environ.get("OPENCWC_CACHE")
    os.environ["OPENCWC_CACHE"] = str(cache)
    try:
        dead = cache / "demo" / "year-dead"
        dead.mkdir(parents=True)
        (dead / "lock").touch()
        with placed(None) as demo, placed(None) as other:
            assert not dead.exists()
            assert demo.folder.is_dir()
            assert other.folder.is_dir()
        assert list((cache / "demo").iterdir()) == []
    finally:
        os.environ["OPENCWC_CACHE"] = str(environment)


def test_serve_has_no_routes_of_the_demonstration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from starlette.testclient import TestClient

    from opencwc.casebook.database import open_casebook
    from opencwc.web.app import app_of
    from opencwc.web.server.service import access_of

    monkeypatch.setenv("OPENCWC_SETTINGS", str(tmp_path / "settings"))
    book = open_casebook(tmp_path / "casebook.db")
    app = app_of(Entrance.of(book, Configuration(allowed_hosts=("testserver",))), book)
    assert not set(access_of(demonstration.router.routes)) & set(access_of(app.routes))
    assert getattr(app.state, "demonstration", None) is None
    with TestClient(app) as client:
        assert client.get("/demo/anything").status_code == 404
        assert client.post("/demo/switch", data={"login": "demo-leila"}).status_code == 404
    book.close()


def test_the_bar_names_a_person_of_every_role() -> None:
    from opencwc.demo.state import load_state

    people = load_state().people
    assert {person.role for person in people} == {str(role) for role in Role}
    assert all(bool(person.sites) is (person.role == "declarant") for person in people)
