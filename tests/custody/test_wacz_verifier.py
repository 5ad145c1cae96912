"""What was changed in an archive is found, wherever it was; and what is made to break the reader is told."""

from __future__ import annotations

import gzip
import io
import json
import random
import tracemalloc
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from attacks import tried
from opencwc.custody import wacz_verifier, warc_records
from opencwc.custody.archive_keys import ArchiveKey
from opencwc.custody.wacz_writer import DIGEST, MANIFEST
from opencwc.errors import InputError

from .archives import changed, checked, faults, key_in, listed_again, members, packed, zipped


@pytest.fixture
def key(tmp_path: Path) -> ArchiveKey:
    return key_in(tmp_path)


def test_a_whole_archive_fits_and_says_who_signed_it(key: ArchiveKey) -> None:
    found = checked(packed(key))
    assert (found.fits, found.files, found.records, found.pages) == (True, 6, 3, 2)
    assert (found.key, found.vouched, found.unchecked) == (key.fingerprint, False, ())
    assert checked(packed(key), key.fingerprint).vouched
    assert faults(packed(key), "0" * 64) == ["custody_key_other"]


def test_an_archive_without_a_signature_fits_and_that_is_said(key: ArchiveKey) -> None:
    found = checked(packed(None))
    assert found.fits and [one.id for one in found.unchecked] == ["custody_not_signed"]
    assert faults(packed(None), key.fingerprint) == ["custody_key_other"]
    bare = checked(changed(packed(None), lambda files: files.pop(DIGEST)))
    assert bare.fits and [one.id for one in bare.unchecked] == ["custody_not_covered"]


def test_one_altered_byte_in_whatever_part_is_found(key: ArchiveKey) -> None:
    archive = packed(key, papers={"steps.json": b'{"steps": []}'})
    chance = random.Random(7)
    for name, data in members(archive).items():
        for place in sorted(chance.sample(range(len(data)), min(40, len(data)))):
            tried()
            altered = bytearray(data)
            altered[place] ^= 1 << chance.randrange(8)
            forged = changed(archive, lambda files, name=name, altered=altered: files.update({name: bytes(altered)}))
            try:
                found = checked(forged, key.fingerprint)
            except InputError:
                continue
            unsaid = name == DIGEST and _is_the_same(data, bytes(altered))
            assert not found.fits or unsaid, (name, place)


def _is_the_same(data: bytes, altered: bytes) -> bool:
    """Tell whether a change touches only what no signature covers: the software's name, the version of the form."""
    try:
        before, after = json.loads(data), json.loads(altered)
    except ValueError:
        return False
    for said in (before, after):
        if isinstance(said.get("signedData"), dict):
            said["signedData"] = {
                name: value for name, value in said["signedData"].items() if name not in ("software", "version")
            }
    kept = ("path", "hash", "signedData")
    return all(before[name] == after.get(name) for name in kept) or any(
        name not in after.get("signedData", {}) for name in ("software", "version")
    )


def test_one_altered_byte_of_the_file_itself_is_found(key: ArchiveKey) -> None:
    archive = packed(key)
    chance = random.Random(11)
    missed = []
    for place in chance.sample(range(len(archive)), 400):
        tried()
        altered = bytearray(archive)
        altered[place] ^= 1 << chance.randrange(8)
        try:
            found = checked(bytes(altered), key.fingerprint)
        except InputError:
            continue
        if found.fits and members(bytes(altered)) != members(archive):
            missed.append(place)
    assert not missed


def test_files_put_in_taken_out_or_changed_with_a_new_list_are_found_by_the_signature(key: ArchiveKey) -> None:
    archive = packed(key)

    def put_in(files: dict[str, bytes]) -> None:
        files["extra/note.txt"] = b"never packed"

    def take_out(files: dict[str, bytes]) -> None:
        del files["pages/pages.jsonl"]

    assert faults(changed(archive, put_in)) == ["custody_file_unlisted"]
    assert set(faults(changed(archive, take_out))) == {"custody_file_missing"}
    for change in (put_in, take_out):
        tried()
        forged = changed(changed(archive, change), listed_again)
        assert {"custody_signed_for_other"} <= set(faults(forged))


def test_the_signature_and_the_list_of_another_archive_are_found(key: ArchiveKey, tmp_path: Path) -> None:
    archive, other = packed(key), packed(key, page=b"<p>Nobody died.</p>")
    theirs = members(other)
    assert "custody_list_differs" in faults(changed(archive, lambda files: files.update({DIGEST: theirs[DIGEST]})))
    assert "custody_file_differs" in faults(
        changed(archive, lambda files: files.update({DIGEST: theirs[DIGEST], MANIFEST: theirs[MANIFEST]}))
    )
    stranger = key_in(tmp_path / "stranger")
    forged = packed(stranger, page=b"<p>Nobody died.</p>")
    assert checked(forged).fits and not checked(forged).vouched  # it fits itself, under another key
    assert faults(forged, key.fingerprint) == ["custody_key_other"]
    signed = json.loads(members(archive)[DIGEST])
    signed["signedData"]["publicKey"] = stranger.public
    assert faults(changed(archive, lambda files: files.update({DIGEST: json.dumps(signed).encode()}))) == [
        "custody_signature_wrong"
    ]


@pytest.mark.parametrize(
    "signed",
    [
        [], "x", {}, {"publicKey": 7}, {"publicKey": "AAAA", "signature": "AAAA"},
        {"publicKey": "A" * 1_000_000, "signature": "é"}, {"domainCert": "-----BEGIN CERTIFICATE-----\nAAAA"},
    ],
)  # fmt: skip
def test_a_signature_that_makes_no_sense_is_a_fault(signed: object, key: ArchiveKey) -> None:
    archive = packed(key)
    digest = json.loads(members(archive)[DIGEST]) | {"signedData": signed}
    found = faults(changed(archive, lambda files: files.update({DIGEST: json.dumps(digest).encode()})))
    assert found and set(found) <= {
        "custody_file_unreadable", "custody_signature_wrong", "custody_signed_for_other", "custody_signed_at_other",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["../outside.txt", "/etc/passwd", "..\\outside.txt", "C:\\x.txt", "archive/../../x"])
def test_a_path_that_leads_out_is_told_and_not_read(name: str, key: ArchiveKey) -> None:
    found = faults(changed(packed(key), lambda files: files.update({name: b"x"})))
    assert found == ["custody_file_refused"]


def test_a_link_and_a_file_twice_are_told(key: ArchiveKey) -> None:
    out = io.BytesIO(packed(key))
    with zipfile.ZipFile(out, "a") as package:
        link = zipfile.ZipInfo("archive/link.warc.gz")
        link.external_attr = 0o120777 << 16
        package.writestr(link, "/etc/passwd")
        with pytest.warns(UserWarning, match="Duplicate"):
            package.writestr("pages/pages.jsonl", "{}")
    assert faults(out.getvalue()) == ["custody_file_refused", "custody_file_twice"]


def test_what_unpacks_without_end_is_told_before_it_fills_the_machine(
    key: ArchiveKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wacz_verifier, "_ALWAYS_UNPACKED", 20_000_000)
    monkeypatch.setattr(wacz_verifier, "_MOST_UNPACKED_TIMES", 1)
    zeros = bytes(40_000_000)
    deflated = io.BytesIO()
    with zipfile.ZipFile(deflated, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members(packed(key)).items():
            package.writestr(name, data)
        package.writestr("archive/zeros.warc.gz", zeros)
    bombs = [
        deflated.getvalue(),
        _with_warc(key, gzip.compress(b"WARC/1.0\r\nContent-Length: 40000000\r\n\r\n" + zeros + b"\r\n\r\n")),
        _with_warc(key, gzip.compress(b"WARC/1.0\r\nA: " + zeros)),
        changed(
            packed(key),
            lambda files: (
                files.update({"indexes/index.cdx.gz": gzip.compress(bytes(40_000_000))}) or listed_again(files)
            ),
        ),
    ]
    for bomb in bombs:
        tried()
        tracemalloc.start()
        try:
            found = checked(bomb)
            assert not found.fits
        except InputError as error:
            assert error.code == "custody_unpacks_too_large"
        assert tracemalloc.get_traced_memory()[1] < 120_000_000
        tracemalloc.stop()


def _with_warc(key: ArchiveKey, warc: bytes) -> bytes:
    return changed(packed(key), lambda files: files.update({"archive/data.warc.gz": warc}) or listed_again(files))


def test_more_records_than_are_read_are_told(key: ArchiveKey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc_records, "MOST_RECORDS", 2)
    with pytest.raises(InputError, match="unpacks"):
        checked(packed(key))


@pytest.mark.parametrize(
    "given",
    [b"", b"PK\x05\x06" + bytes(18), b"no zip", zipped({}), zipped({"a.txt": b"x"}), gzip.compress(b"x", mtime=0)],
)
def test_what_is_no_wacz_is_refused(given: bytes) -> None:
    with pytest.raises(InputError, match="not a web archive"):
        checked(given)


@pytest.mark.parametrize(
    "manifest",
    [b"", b"[]", b"7", b"{}", b'{"resources": 7}', b'{"resources": [7, {"path": 7}, {"path": "x"}]}', b"[" * 100_000],
)
def test_a_list_of_files_that_makes_no_sense_is_a_fault(manifest: bytes) -> None:
    assert "custody_file_unreadable" in faults(zipped({MANIFEST: manifest}))


def test_faults_without_end_are_counted_and_not_all_told(key: ArchiveKey) -> None:
    def put_in(files: dict[str, bytes]) -> None:
        files.update({f"extra/{number}": b"x" for number in range(300)})

    found = checked(changed(packed(key), put_in))
    assert (len(found.faults), found.more) == (100, 200)


def test_lines_of_index_and_pages_that_lead_nowhere_are_told(key: ArchiveKey) -> None:
    def lead_astray(files: dict[str, bytes]) -> None:
        lines = gzip.decompress(files["indexes/index.cdx.gz"]).replace(b'"offset":', b'"offset":9')
        files["indexes/index.cdx.gz"] = gzip.compress(lines)
        files["pages/pages.jsonl"] += b'{"url": 7}\nno json\n{"url": "https://other.example/", "ts": "2026"}\n'
        listed_again(files)

    found = checked(changed(packed(None), lead_astray))
    assert [fault.id for fault in found.faults] == ["custody_line_wrong"] * 4
    assert {one.id for one in found.unchecked} == {
        "custody_not_signed", "custody_pages_without_record", "custody_records_without_index",
    }  # fmt: skip


def test_a_record_that_is_not_that_of_its_digest_is_told_with_its_number(key: ArchiveKey) -> None:
    def change(files: dict[str, bytes]) -> None:
        warc = b"".join(_members_of(files["archive/data.warc.gz"], b"Two people died", b"Six people died"))
        files["archive/data.warc.gz"] = warc
        listed_again(files)

    found = checked(changed(packed(None), change))
    assert found.faults[0].id == "custody_record_differs" and found.faults[0].values["number"] == 2


def _members_of(packed_records: bytes, old: bytes, new: bytes) -> list[bytes]:
    """Return the members of a web archive, packed again with some words changed."""
    import zlib

    again = []
    while packed_records:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS + 16)
        again.append(gzip.compress(unpacker.decompress(packed_records).replace(old, new)))
        packed_records = unpacker.unused_data
    return again


def test_a_hash_of_the_right_bytes_under_another_name_is_no_hash(key: ArchiveKey) -> None:
    def rename(files: dict[str, bytes]) -> None:
        manifest = json.loads(files[MANIFEST])
        for one in manifest["resources"]:
            one["hash"] = "md5:" + sha256(files[one["path"]]).hexdigest()
        files[MANIFEST] = json.dumps(manifest).encode()

    assert "custody_file_differs" in faults(changed(packed(None), rename))
