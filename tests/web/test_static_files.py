"""The files of the page: all of them from this machine, kept by fingerprint, and nothing else."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from opencwc import publishing
from opencwc.errors import NotFoundError
from opencwc.web.app import create_app
from opencwc.web.server import static_files
from opencwc.web.server.configuration import Configuration
from opencwc.web.server.request_middleware import PAGE_POLICY
from opencwc.web.server.static_files import EDITOR_POLICY, FOLDER, address_of, index, index_of, is_known, takes_gzip

VENDOR = static_files.FOLDER.parent / "vendor"
FONTS = Path(publishing.__file__).parent / "fonts"


@pytest.fixture
def client(configuration: Configuration) -> Iterator[TestClient]:
    with TestClient(create_app(configuration, routers=(static_files.router,))) as client:
        yield client


def test_a_file_asked_for_with_its_fingerprint_is_kept_for_good(client: TestClient) -> None:
    answer = client.get(address_of("page.css"))

    assert answer.status_code == 200
    assert re.fullmatch(r"/static/page\.css\?v=[0-9a-f]{12}", address_of("page.css"))
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-security-policy"] == PAGE_POLICY


@pytest.mark.parametrize("question", ["", "?v=000000000000"])
def test_a_file_asked_for_otherwise_is_asked_for_again(client: TestClient, question: str) -> None:
    answer = client.get(f"/static/page.css{question}")

    assert answer.headers["cache-control"] == "no-cache"
    again = client.get(f"/static/page.css{question}", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_is_text_comes_compressed_to_who_takes_it(client: TestClient) -> None:
    with client.stream("GET", "/static/vendor/htmx.min.js", headers={"accept-encoding": "gzip, br"}) as answer:
        packed = b"".join(answer.iter_raw())
    plain = client.get("/static/vendor/htmx.min.js", headers={"accept-encoding": "identity"})

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["etag"] != plain.headers["etag"]
    assert int(answer.headers["content-length"]) == len(packed) < len(plain.content) / 2
    assert gzip.decompress(packed) == plain.content == (FOLDER / "vendor/htmx.min.js").read_bytes()


def test_a_style_sheet_comes_without_its_remarks_and_with_all_its_rules(client: TestClient) -> None:
    whole, sent = (FOLDER / "page.css").read_text(encoding="utf-8"), client.get("/static/page.css").text
    assert "/*" in whole and "/*" not in sent
    assert sent.count("{") == sum(part.count("{") for part in re.split(r"/\*.*?\*/", whole, flags=re.DOTALL))


def test_a_font_comes_as_it_is(client: TestClient) -> None:
    answer = client.get("/static/vendor/fonts/source-sans-3-latin.woff2", headers={"accept-encoding": "gzip"})

    assert answer.headers["content-type"] == "font/woff2"
    assert "content-encoding" not in answer.headers
    assert answer.content.startswith(b"wOF2")


@pytest.mark.parametrize(
    "path",
    [
        "nothing.css",
        "..%2fapp.py",
        "%2e%2e/app.py",
        "vendor/../../app.py",
        "vendor%5c..%5capp.py",
        "%2fetc%2fpasswd",
        "vendor",
        "",
        "page.css/",
        "vendor/made-from.txt%00.css",
    ],
)
def test_nothing_but_the_files_of_the_folder_is_given(client: TestClient, path: str) -> None:
    answer = client.get(f"/static/{path}")

    assert answer.status_code in (400, 404)
    assert "def create_app" not in answer.text


def test_links_hidden_files_and_other_kinds_are_not_in_the_index(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.css", "sub/b.js", ".hidden.css", "c.py"):
        (tmp_path / name).write_text("")
    (tmp_path / "link.css").symlink_to("/etc/hostname")
    (tmp_path / "folder").symlink_to("/etc", target_is_directory=True)

    assert set(index_of(tmp_path)) == {"a.css", "sub/b.js"}


def test_a_name_without_a_file_is_an_error_where_the_page_is_made() -> None:
    with pytest.raises(NotFoundError, match="page is missing"):
        address_of("page.sass")


def test_what_our_own_files_load_they_load_with_its_fingerprint(client: TestClient) -> None:
    fonts = client.get("/static/fonts.css").text
    addresses = re.findall(r'url\("([^"]+)"\)', fonts)

    assert addresses
    for address in (*addresses, *re.findall(r'"(/static/[^"]+\?[^"]+)"', client.get("/static/chart.js").text)):
        assert client.get(address).headers["cache-control"].endswith("immutable")


def test_every_chinese_slice_that_the_style_sheet_names_is_there(client: TestClient) -> None:
    paths = re.findall(r'url\("/static/([^"?]+)', client.get("/static/vendor/noto-sans-sc.css").text)

    assert len(paths) > 150
    assert set(paths) <= set(index())


def test_every_package_brings_its_licence() -> None:
    dependencies = json.loads((VENDOR / "package.json").read_text())["dependencies"]
    names = {name.removeprefix("@").replace("/", "-") for name in dependencies}
    printed = FONTS / "licences"  # of the fonts that only a PDF takes

    assert {path.stem for folder in (FOLDER / "vendor/licences", printed) for path in folder.iterdir()} == names


def test_the_lock_names_versions_and_hashes_and_no_address() -> None:
    lock = (VENDOR / "package-lock.json").read_text()
    packages = json.loads(lock)["packages"]

    assert "resolved" not in lock
    assert re.search(r'https?://(?!github|opencollective|(www\.)?patreon|tidelift)[^"]*registry', lock) is None
    assert all(package.get("integrity", "").startswith("sha512-") for name, package in packages.items() if name)


def test_the_frame_of_the_editor_is_shut_off_and_its_files_may_be_loaded_there(client: TestClient) -> None:
    frame = client.get(address_of("editor-frame.html"))

    assert frame.headers["content-security-policy"] == EDITOR_POLICY
    assert EDITOR_POLICY.startswith("sandbox allow-scripts; default-src 'none';")
    assert "allow-same-origin" not in EDITOR_POLICY
    assert frame.headers["x-frame-options"] == "SAMEORIGIN"
    for name in ("editor-frame.js", "editor-frame.css", "vendor/jsme/blink.cache.js", "vendor/jsme/gecko.cache.js"):
        assert client.get(f"/static/{name}").headers["cross-origin-resource-policy"] == "cross-origin"
    assert client.get("/static/page.js").headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [("gzip", True), ("br, GZIP;q=0.5", True), ("*", True), ("", False), ("br", False), ("gzip;q=0", False)],
)
def test_who_takes_gzip(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


@pytest.mark.parametrize(
    ("known", "is_it"), [('"a"', True), ('"b", W/"a"', True), ("*", True), ('"b"', False), ("", False)]
)
def test_what_a_browser_has_already(known: str, is_it: bool) -> None:
    assert is_known('"a"', known) is is_it
