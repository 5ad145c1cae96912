"""A WACZ is one for others too: read with warcio, checked from the words of the specification, the same bytes again."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from warcio.archiveiterator import ArchiveIterator
from warcio.warcwriter import WARCWriter

from opencwc.custody import wacz_writer
from opencwc.custody.archive_keys import ArchiveKey
from opencwc.custody.wacz_writer import write_wacz
from opencwc.custody.web_archive import Original, searchable
from opencwc.errors import InputError
from opencwc.reports.report_files import ReportFiles

from .archives import PAGE, PICTURE, TAKEN, key_in, members, packed


@pytest.fixture
def key(tmp_path: Path) -> ArchiveKey:
    return key_in(tmp_path)


def test_the_same_originals_make_the_same_bytes(key: ArchiveKey) -> None:
    assert packed(key, papers={"steps.json": b"{}"}) == packed(key, papers={"steps.json": b"{}"})
    assert packed(key) != packed(key, page=b"<p>another</p>")


def test_the_package_has_what_the_specification_asks_for(key: ArchiveKey) -> None:
    """WACZ 1.1.1: the files that must be there, each with its hash, web archives and packed indexes stored."""
    archive = packed(key, papers={"steps.json": b"{}"})
    files = members(archive)
    assert set(files) == {
        "archive/data.warc.gz", "indexes/index.cdx.gz", "indexes/index.idx", "pages/pages.jsonl", "custody/steps.json",
        "datapackage.json", "datapackage-digest.json",
    }  # fmt: skip
    manifest = json.loads(files["datapackage.json"])
    assert (manifest["profile"], manifest["wacz_version"], manifest["title"]) == ("data-package", "1.1.1", "The leak")
    assert manifest["created"] == "2026-03-04T05:30:00Z"
    assert manifest["mainPageUrl"] == "https://news.example/leak?a=1"
    listed = {one["path"]: one for one in manifest["resources"]}
    assert set(listed) == set(files) - {"datapackage.json", "datapackage-digest.json"}
    for path, one in listed.items():
        assert one["hash"] == f"sha256:{sha256(files[path]).hexdigest()}"
        assert (one["bytes"], one["name"]) == (len(files[path]), path.rpartition("/")[2])
    with zipfile.ZipFile(io.BytesIO(archive)) as package:
        assert {info.compress_type for info in package.infolist()} == {zipfile.ZIP_STORED}
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_pages_and_the_index_lead_to_the_records(key: ArchiveKey) -> None:
    files = members(packed(key))
    head, *pages = map(json.loads, files["pages/pages.jsonl"].splitlines())
    assert (head["format"], head["id"]) == ("json-pages-1.0", "pages")
    assert (pages[0]["url"], pages[0]["ts"]) == ("https://news.example/leak?a=1", "2026-03-04T05:30:00Z")
    assert pages[1]["title"] == "a picture.png"
    lines = gzip.decompress(files["indexes/index.cdx.gz"]).splitlines()
    assert lines == sorted(lines) and len(lines) == 2
    contents = {}
    for line in lines:
        surt, stamp, block = line.decode().split(" ", 2)
        said = json.loads(block)
        assert (surt, stamp) == (searchable(said["url"]), "20260304053000")
        assert {"url", "digest", "mime", "filename", "offset", "length", "status"} == set(said)
        member = files["archive/data.warc.gz"][said["offset"] : said["offset"] + said["length"]]
        record = next(ArchiveIterator(io.BytesIO(member)))
        assert record.rec_headers.get_header("WARC-Target-URI") == said["url"]
        contents[said["mime"]] = record.content_stream().read()
        assert said["digest"] == f"sha256:{sha256(contents[said['mime']]).hexdigest()}"
    assert contents == {"text/html": PAGE, "image/png": PICTURE}


def test_a_viewer_finds_the_block_of_the_index_that_it_needs(key: ArchiveKey, monkeypatch: pytest.MonkeyPatch) -> None:
    """As ReplayWeb.page looks an address up: the table of blocks, then one block, then the record."""
    monkeypatch.setattr(wacz_writer, "_LINES", 1)
    files = members(packed(key))
    head, *table = files["indexes/index.idx"].splitlines()
    assert json.loads(head.split(b" ", 2)[2]) == {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}
    assert len(table) == 2
    for line in table:
        start, said = line.rsplit(b" {", 1)
        place = json.loads(b"{" + said)
        block = files["indexes/index.cdx.gz"][place["offset"] : place["offset"] + place["length"]]
        assert place["digest"] == f"sha256:{sha256(block).hexdigest()}"
        assert gzip.decompress(block).startswith(start)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.example.org:443/Index.html?b=2&a=1", "org,example)/index.html?a=1&b=2"),
        ("http://example.org:8080", "org,example:8080)/"),
        ("https://пример.рф/п", "%d1%80%d1%84,%d0%bf%d1%80%d0%b8%d0%bc%d0%b5%d1%80)/%d0%bf"),
        ("urn:text:https://a.example/", "urn:text:https://a.example/"),
    ],
)
def test_an_address_is_sorted_as_viewers_look_it_up(url: str, key: str) -> None:
    assert searchable(url) == key


def test_another_reader_of_web_archives_finds_every_digest_right(key: ArchiveKey) -> None:
    records = ArchiveIterator(io.BytesIO(members(packed(key))["archive/data.warc.gz"]), check_digests=True)
    passed = []
    for record in records:
        record.content_stream().read()
        passed.append((record.rec_type, record.digest_checker.passed))
    assert passed == [("warcinfo", None), ("resource", True), ("resource", True)]


def test_the_signature_is_the_one_that_the_specification_names(key: ArchiveKey) -> None:
    """WACZ Signing and Verification 0.1.0, anonymous: checked here with nothing of OpenCWC's."""
    files = members(packed(key))
    digest = json.loads(files["datapackage-digest.json"])
    signed = digest["signedData"]
    assert digest["path"] == "datapackage.json"
    assert digest["hash"] == signed["hash"] == f"sha256:{sha256(files['datapackage.json']).hexdigest()}"
    assert set(signed) == {"hash", "created", "software", "version", "signature", "publicKey"}
    assert signed["created"] == json.loads(files["datapackage.json"])["created"]
    public = load_der_public_key(base64.b64decode(signed["publicKey"]))
    assert isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP384R1)
    signature = base64.b64decode(signed["signature"])
    half = len(signature) // 2
    der = encode_dss_signature(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
    public.verify(der, signed["hash"].encode(), ec.ECDSA(SHA256()))


def test_without_a_key_there_is_a_hash_and_no_signature() -> None:
    assert "signedData" not in json.loads(members(packed(None))["datapackage-digest.json"])


def warc(*, gzip: bool) -> bytes:
    """Return a web archive as another program writes it: a page over HTTP, what was asked, and a picture."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gzip)
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nX-Odd:  two  spaces\r\n\r\n" + PAGE
    dated = {"WARC-Date": "2026-03-01T00:00:00Z"}
    asked = b"GET /leak HTTP/1.1\r\nHost: news.example\r\n\r\n"
    for kind, payload in (("response", http), ("request", asked)):
        writer.write_record(
            writer.create_warc_record(
                "https://news.example/leak", kind, payload=io.BytesIO(payload), length=len(payload),
                warc_headers_dict=dict(dated),
            )
        )  # fmt: skip
    return out.getvalue()


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "a.wacz"])
def test_the_records_of_a_web_archive_stay_as_they_are(name: str, key: ArchiveKey) -> None:
    given = warc(gzip=name.endswith("gz"))
    if name == "a.wacz":
        first = io.BytesIO()
        write_wacz(first, [Original(io.BytesIO(warc(gzip=True)), "a.warc.gz", TAKEN)])
        given = first.getvalue()
    out = io.BytesIO()
    done = write_wacz(out, [Original(io.BytesIO(given), name, TAKEN)], key)
    assert (done.records, done.pages) == (1, 1)
    files = members(out.getvalue())
    blocks = {}
    for record in ArchiveIterator(io.BytesIO(files["archive/data.warc.gz"]), no_record_parse=True):
        blocks[record.rec_type] = record.raw_stream.read()
    assert blocks["response"].endswith(PAGE) and b"X-Odd:" in blocks["response"]
    assert blocks["request"].startswith(b"GET /leak")
    (line,) = gzip.decompress(files["indexes/index.cdx.gz"]).splitlines()
    said = json.loads(line.split(b" ", 2)[2])
    assert (said["status"], said["mime"]) == (200, "text/html")


def test_the_reader_of_reports_reads_what_was_packed(key: ArchiveKey, tmp_path: Path) -> None:
    (tmp_path / "a.wacz").write_bytes(packed(key))
    (arrival,) = ReportFiles([tmp_path / "a.wacz"]).arrivals()
    assert arrival.report.title == "Leak" and "Two people died" in arrival.report.text
    assert arrival.sha256 == sha256(PAGE).hexdigest()
    assert arrival.taken == TAKEN


@pytest.mark.parametrize(
    "given",
    [
        b"", b"WARC/1.0\r\n", b"no archive at all", b"WARC/1.0\r\nContent-Length: -1\r\n\r\n",
        b"WARC/1.0\r\nContent-Length: 99\r\n\r\nshort", b"WARC/1.0\r\n" + b"x" * 200_000,
        gzip.compress(b"WARC/1.0\r\nA: " + b"x" * 2_000_000, mtime=0), gzip.compress(b"WARC/1.0\r\n", mtime=0)[:-9],
        warc(gzip=True)[:-20], warc(gzip=False)[:-3],
    ],
)  # fmt: skip
def test_an_archive_that_makes_no_sense_is_refused(given: bytes, key: ArchiveKey) -> None:
    with pytest.raises(InputError, match="damaged"):
        write_wacz(io.BytesIO(), [Original(io.BytesIO(given), "a.warc.gz", TAKEN)], key)


def test_nothing_is_no_archive(key: ArchiveKey) -> None:
    with pytest.raises(InputError):
        write_wacz(io.BytesIO(), [], key)


def test_a_name_or_an_address_writes_no_field_of_its_own(key: ArchiveKey) -> None:
    out = io.BytesIO()
    odd = Original(io.BytesIO(b"x"), "a\r\nWARC-Date: 1999.txt", TAKEN, "https://a.example/\r\nX-Forged: 1")
    write_wacz(out, [odd], key)
    head, record = ArchiveIterator(io.BytesIO(members(out.getvalue())["archive/data.warc.gz"]))
    assert head.rec_type == "warcinfo" and record.rec_headers.get_header("X-Forged") is None
    assert record.rec_headers.get_header("WARC-Date") == "2026-03-04T05:30:00Z"
