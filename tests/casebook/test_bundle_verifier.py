"""A bundle proves itself: whatever is flipped, deleted, swapped, cut off or replayed is caught, and named."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from attacks import tried
from opencwc.casebook import bundle_verifier
from opencwc.casebook.bundle_verifier import Report, Unreadable, verify_bundle
from opencwc.casebook.bundle_writer import (
    BundleContents,
    ShownBlock,
    ShownFinding,
    ShownRecord,
    ShownSource,
    ShownTimeStamp,
    write_bundle,
)
from opencwc.casebook.chain import canonical, commitment
from opencwc.casebook.merkle_tree import Tree
from opencwc.casebook.signing import FileKey
from opencwc.casebook.time_stamps import request
from opencwc.errors import IntegrityError, OutputError

from .bundle_case import (
    CASE,
    ERASED_FINDING,
    ERASED_RECORD,
    EVERY_KIND,
    SOURCE_ID,
    Authority,
    Book,
    changed,
    lines_of,
    make_book,
    members_of,
    resigned,
    set_lines,
    signatures_asked_once,
    younger,
    zipped,
)

BOOK = make_book()
SHOWN = [record for record in BOOK.records if record.case in (None, CASE) and record.seq != ERASED_RECORD]
ONE_OF_EACH_KIND = [*{record.kind: record for record in SHOWN}.values(), BOOK.records[ERASED_RECORD - 1]]
BLOCKS = [record.seq for record in SHOWN if record.kind == "findings"]
Tamper = Callable[[dict[str, bytes]], None]


class World:
    """The keys of the house, a forger's key, an authority, and the true bundle as its members.

    It shows every link of the house, as older ones do, or a path for each record.
    """

    def __init__(self, folder: Path, *, links: bool) -> None:
        self.folder, self.links = folder, links
        self.signers = (FileKey.make(folder / "first.key"), FileKey.make(folder / "second.key"))
        self.forger = FileKey.make(folder / "forger.key")
        self.authority = Authority(folder / "authority")
        self.bundle = self.write(BOOK, "true.zip", self.time_stamps())
        self.members = members_of(self.bundle)
        self.key = self.signers[1].fingerprint

    def time_stamps(self) -> list[ShownTimeStamp]:
        third, last = (self.stamped_bytes(number) for number in (3, 6))
        query = request(third)
        return [ShownTimeStamp(3, query, self.authority.stamp(query)), ShownTimeStamp(6, request(last))]

    def stamped_bytes(self, number: int) -> bytes:
        checkpoint = BOOK.checkpoints(self.signers)[number - 1]
        return checkpoint.statement.encode() + checkpoint.signature

    def write(self, book: Book, name: str, time_stamps: list[ShownTimeStamp] | None = None) -> Path:
        path = self.folder / name
        signer = self.signers[book.signed_at[-1][1]]
        write_bundle(path, self.contents(book, time_stamps=time_stamps or []), signer)
        return path

    def contents(self, book: Book, signers: tuple[FileKey, FileKey] | None = None, **other: object) -> BundleContents:
        return book.contents(signers or self.signers, links=self.links, **other)

    def check(self, members: dict[str, bytes], **options: object) -> Report:
        tried()
        return verify_bundle(zipped(self.folder / "tampered.zip", members), **options)

    def tampered(self, tamper: Tamper) -> tuple[Report, Report]:
        """What is said of members that were tampered with: as they are, and with a manifest made to fit."""
        members = dict(self.members)
        tamper(members)
        assert members != self.members
        return self.check(members, key=self.key), self.check(resigned(members, self.forger))


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("linked"), links=True)


@pytest.fixture(scope="module")
def proved(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("proved"), links=False)


@pytest.fixture(scope="module", params=["links", "paths"])
def world(request: pytest.FixtureRequest) -> World:
    found: World = request.getfixturevalue("linked" if request.param == "links" else "proved")
    return found


@pytest.fixture(scope="module", autouse=True)
def _openssl_asked_once() -> Iterator[None]:
    with signatures_asked_once():
        yield


def text_of(report: Report) -> str:
    return report.as_text()


def first_record(report: Report) -> int:
    assert not report.fits
    return report.first.seq


# ---- the true bundle


def test_the_case_holds_records_of_every_kind() -> None:
    assert {record.kind for record in SHOWN} | {"comment"} == set(EVERY_KIND)


def test_the_true_bundle_fits_and_the_report_says_what_was_checked_and_what_was_not(world: World) -> None:
    report = verify_bundle(world.bundle, key=world.key, ca=world.authority.ca)
    sentence = text_of(report)
    assert report.fits
    assert "THE BUNDLE FITS." in sentence
    assert "marked PROTECTED" in sentence
    assert "26 records of the casebook" in sentence
    if world.links:
        assert "21 records and 9 findings" in sentence
        assert "6 signatures of 2 keys" in sentence
    else:
        assert "21 records, each with a path to the root of all 26" in sentence
        assert "4 signatures of 2 keys" in sentence
        assert "goes on from the earlier heads that are shown, 4 in number" in sentence
    assert "The sources: 1 files" in sentence
    assert "1 records (14) and 1 findings" in sentence
    assert "checkpoint 3: records 1 to 12 stood" in sentence
    assert "checkpoint 6: asked for, not yet taken in" in sentence


def test_without_a_fingerprint_and_certificates_the_report_says_that_key_and_time_are_not_checked(world: World) -> None:
    report = verify_bundle(world.bundle)
    assert report.fits
    assert any(sentence.startswith("THE KEY") and world.key in sentence for sentence in report.unchecked)
    assert any("time stamp of checkpoint 3" in sentence and "--ca" in sentence for sentence in report.unchecked)


def test_a_fingerprint_may_be_written_as_people_write_it(world: World) -> None:
    spoken = ":".join(world.key[at : at + 2] for at in range(0, 64, 2)).upper()
    assert verify_bundle(world.bundle, key=f" {spoken} ").fits


def test_sources_that_were_left_out_are_told_and_are_no_fault(world: World) -> None:
    path = world.folder / "no-sources.zip"
    write_bundle(path, replace(world.contents(BOOK), sources=()), world.signers[1])
    report = verify_bundle(path, key=world.key)
    assert report.fits
    assert any("sources that are not in the bundle: 1" in sentence for sentence in report.unchecked)


def test_the_verifier_in_the_bundle_is_the_verifier(world: World) -> None:
    assert world.members["verify.py"] == Path(bundle_verifier.__file__).read_bytes()


def test_the_verifier_is_written_for_python_3_9_and_imports_nothing_but_the_standard_library() -> None:
    tree = ast.parse(Path(bundle_verifier.__file__).read_text(encoding="utf-8"), feature_version=(3, 9))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module).partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= set(sys.stdlib_module_names)


# ---- alone on a strange machine


def alone(world: World, *arguments: object, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the verifier out of the bundle in an empty environment, with nothing but the standard library."""
    script = world.folder / "alone" / "verify.py"
    script.parent.mkdir(exist_ok=True)
    script.write_bytes(world.members["verify.py"])
    openssl = str(Path(shutil.which("openssl") or "").parent)
    return subprocess.run(
        [sys.executable, "-I", "-S", str(script), *map(str, arguments)], capture_output=True, text=True, check=False,
        encoding="utf-8", env={"PATH": openssl if path is None else path}, cwd=script.parent,
    )  # fmt: skip


def test_alone_it_says_that_the_true_bundle_fits(world: World) -> None:
    done = alone(world, world.bundle, "--key", world.key, "--ca", world.authority.ca)
    assert (done.returncode, done.stderr) == (0, "")
    assert "THE BUNDLE FITS." in done.stdout


def test_alone_it_names_the_first_record_that_does_not_fit_in_json_too(world: World) -> None:
    members = dict(world.members)
    members["records.jsonl"] = members["records.jsonl"].replace(b"The structure is right.", b"The structure is wrong.")
    tampered = zipped(world.folder / "wrong.zip", members)
    plain, done = alone(world, tampered), alone(world, tampered, "--json")
    assert (plain.returncode, plain.stderr) == (1, "")
    assert "The first that does not fit:\n  Record 13 (decision): " in plain.stdout
    assert json.loads(done.stdout)["first"]["record"] == 13
    assert json.loads(done.stdout)["fits"] is False


def test_without_openssl_it_says_so(world: World) -> None:
    done = alone(world, world.bundle, path="/nowhere")
    assert done.returncode == 2
    assert "There is no openssl command" in done.stderr


def test_with_an_openssl_that_knows_no_ed25519_it_says_so(world: World) -> None:
    old = world.folder / "old"
    old.mkdir()
    (old / "openssl").write_text("#!/bin/sh\n[ $1 = version ] && echo OpenSSL 1.1.1 && exit 0\nexit 1\n")
    (old / "openssl").chmod(0o755)
    done = alone(world, world.bundle, path=str(old))
    assert done.returncode == 2
    assert "OpenSSL 1.1.1. Use 3.0 or later" in done.stderr


def test_with_an_openssl_that_says_yes_to_everything_it_says_so(world: World) -> None:
    lying = world.folder / "lying"
    lying.mkdir()
    (lying / "openssl").write_text("#!/bin/sh\nexit 0\n")
    (lying / "openssl").chmod(0o755)
    assert alone(world, world.bundle, path=str(lying)).returncode == 2


@pytest.mark.parametrize("content", [b"", b"garbage", b"PK\x03\x04" + bytes(100), b"PK\x05\x06" + bytes(18)])
def test_what_is_no_bundle_cannot_be_read(world: World, content: bytes) -> None:
    path = world.folder / "garbage.zip"
    path.write_bytes(content)
    done = alone(world, path)
    assert done.returncode == 2
    assert "could not be checked" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bundle_of_the_first_format_is_read_and_says_what_it_does_not_show(linked: World) -> None:
    members = dict(linked.members)
    assert b'"before":' not in members["records.jsonl"]
    members["manifest.json"] = members["manifest.json"].replace(b"opencwc-bundle-2", b"opencwc-bundle-1")
    members["manifest.sig"] = linked.signers[1].sign(members["manifest.json"])
    report = verify_bundle(zipped(linked.folder / "first_format.zip", members))
    assert report.fits, report.as_text()
    assert "these records do not count those of their case" in report.as_text()
    assert "no record commits to it" in report.as_text()


def test_a_file_that_is_not_there_and_another_format_cannot_be_read(world: World) -> None:
    with pytest.raises(Unreadable):
        verify_bundle(world.folder / "nowhere.zip")
    members = dict(world.members)
    members["manifest.json"] = re.sub(rb"opencwc-bundle-\d", b"opencwc-bundle-9", members["manifest.json"])
    with pytest.raises(Unreadable, match="opencwc-bundle-9"):
        world.check(members)


# ---- records of every kind: flipped, deleted, swapped, doubled, replayed


@pytest.mark.parametrize("record", SHOWN, ids=lambda record: f"{record.kind}-{record.seq}")
def test_a_flipped_content_is_caught_and_its_record_is_the_first(world: World, record) -> None:
    def flip(members: dict[str, bytes]) -> None:
        lines = lines_of(members, "records.jsonl")
        line = next(line for line in lines if line["seq"] == record.seq)
        line["content"] = line["content"].replace('"actor":"', '"actor":"X')
        set_lines(members, "records.jsonl", lines)

    for report in world.tampered(flip):
        assert (first_record(report), report.first.kind) == (record.seq, record.kind)
        assert ("does not fit its commitment" if world.links else "does not lead by its path") in report.first.what


@pytest.mark.parametrize("record", SHOWN, ids=lambda record: f"{record.kind}-{record.seq}")
def test_a_flipped_salt_is_caught_and_its_record_is_the_first(world: World, record) -> None:
    def flip(members: dict[str, bytes]) -> None:
        lines = lines_of(members, "records.jsonl")
        line = next(line for line in lines if line["seq"] == record.seq)
        line["salt"] = ("0" if line["salt"][0] != "0" else "1") + line["salt"][1:]
        set_lines(members, "records.jsonl", lines)

    for report in world.tampered(flip):
        assert (first_record(report), report.first.kind) == (record.seq, record.kind)


@pytest.mark.parametrize("record", ONE_OF_EACH_KIND, ids=lambda record: f"{record.kind}-{record.seq}")
def test_a_deleted_record_is_caught(world: World, record) -> None:
    def delete(members: dict[str, bytes]) -> None:
        lines = [line for line in lines_of(members, "records.jsonl") if line["seq"] != record.seq]
        set_lines(members, "records.jsonl", lines)

    as_it_is, made_to_fit = world.tampered(delete)
    assert any("records.jsonl does not fit its hash" in str(misfit) for misfit in as_it_is.misfits)
    assert any(
        "20 records and 9 findings; the manifest says 21 and 9" in str(misfit) for misfit in as_it_is.misfits
    ) or (as_it_is.first.seq)
    assert not made_to_fit.fits
    named = {"findings": record.seq, "run_started": 8, "erasure": ERASED_RECORD}
    if record.kind in named:  # other records rest on it: then it is missed even where all is made to fit
        assert first_record(as_it_is) == first_record(made_to_fit) == named[record.kind]


def test_a_deleted_record_is_caught_even_where_the_house_s_own_key_signs(world: World) -> None:
    """The exporter itself leaves out a run's start, or a block, or hides a decision as erased."""
    contents = world.contents(BOOK)
    for left_out, named in ((7, 8), (8, 12), (22, ERASED_RECORD)):
        path = world.folder / "left-out.zip"
        records = [record for record in contents.records if record.seq != left_out]
        blocks = [block for block in contents.blocks if block.record != left_out]
        write_bundle(path, replace(contents, records=records, blocks=blocks), world.signers[1])
        assert first_record(verify_bundle(path, key=world.key)) == named
    records = [
        structs.replace(record, salt=None, content=None, leaf=commitment(record.salt, record.content))
        if record.seq == 13
        else record
        for record in contents.records
    ]
    write_bundle(path, replace(contents, records=records), world.signers[1])
    report = verify_bundle(path, key=world.key)
    assert "shown as erased, and no record of an erasure names it" in str(report.first)
    assert first_record(report) == 13


@pytest.mark.parametrize("at", range(len(SHOWN) - 1))
def test_two_records_that_are_swapped_are_caught(world: World, at: int) -> None:
    def swap(members: dict[str, bytes]) -> None:
        lines = lines_of(members, "records.jsonl")
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
        set_lines(members, "records.jsonl", lines)

    earlier = lines_of(world.members, "records.jsonl")[at]["seq"]
    for report in world.tampered(swap):
        assert first_record(report) == earlier


@pytest.mark.parametrize("at", range(len(SHOWN) - 1))
def test_two_contents_that_are_swapped_are_caught(world: World, at: int) -> None:
    def swap(members: dict[str, bytes]) -> None:
        lines = lines_of(members, "records.jsonl")
        first, second = [line for line in lines if "content" in line][at : at + 2]
        for name in ("salt", "content"):
            first[name], second[name] = second[name], first[name]
        set_lines(members, "records.jsonl", lines)

    for report in world.tampered(swap):
        assert first_record(report) == SHOWN[at].seq


@pytest.mark.parametrize("record", ONE_OF_EACH_KIND, ids=lambda record: f"{record.kind}-{record.seq}")
def test_a_record_that_stands_twice_is_caught(world: World, record) -> None:
    def double(members: dict[str, bytes]) -> None:
        lines = lines_of(members, "records.jsonl")
        at = next(at for at, line in enumerate(lines) if line["seq"] == record.seq)
        set_lines(members, "records.jsonl", [*lines[: at + 1], *lines[at:]])

    for report in world.tampered(double):
        assert first_record(report) == record.seq
        assert "stands twice" in str(report.first)


@pytest.mark.parametrize("record", SHOWN, ids=lambda record: f"{record.kind}-{record.seq}")
def test_a_record_that_is_replayed_in_the_place_of_another_is_caught(world: World, record) -> None:
    other = next(other for other in reversed(SHOWN) if other.seq != record.seq)

    def replay(members: dict[str, bytes]) -> None:
        lines = lines_of(members, "records.jsonl")
        line = next(line for line in lines if line["seq"] == other.seq)
        line |= {"salt": record.salt.hex(), "content": record.content}
        set_lines(members, "records.jsonl", lines)

    for report in world.tampered(replay):
        assert first_record(report) == other.seq


@pytest.mark.parametrize("record", ONE_OF_EACH_KIND, ids=lambda record: f"{record.kind}-{record.seq}")
def test_a_record_that_is_appended_again_at_the_head_is_caught(linked: World, record) -> None:
    """The chain is made longer with what was recorded before, with every link right."""

    def replay(members: dict[str, bytes]) -> None:
        seq, last = 27, bytes.fromhex(members["chain.txt"].split()[-1].decode())
        committed = commitment(record.salt, record.content)
        link = sha256(last + committed).hexdigest()
        members["chain.txt"] += f"{seq} {committed.hex()} {link}\n".encode()
        line = {"seq": seq, "salt": record.salt.hex(), "content": record.content}
        set_lines(members, "records.jsonl", [*lines_of(members, "records.jsonl"), line])

    for report in linked.tampered(replay):
        assert first_record(report) == 27


@pytest.mark.parametrize("kept", range(26))
def test_a_chain_that_is_cut_off_is_caught(linked: World, kept: int) -> None:
    def cut(members: dict[str, bytes]) -> None:
        members["chain.txt"] = b"".join(line + b"\n" for line in members["chain.txt"].splitlines()[:kept])

    for report in linked.tampered(cut):
        assert not report.fits
        assert first_record(report) > kept


@pytest.mark.parametrize("name", ["the places", "records.jsonl", "findings.jsonl", "checkpoints.jsonl"])
def test_a_member_that_breaks_off_in_a_line_is_caught(world: World, name: str) -> None:
    def cut(members: dict[str, bytes]) -> None:
        members[named(world, name)] = members[named(world, name)][:-9]

    for report in world.tampered(cut):
        assert any(
            f"{named(world, name)} breaks off" in str(misfit) or "damaged" in str(misfit) for misfit in report.misfits
        )


@pytest.mark.parametrize("seq", range(1, 27))
def test_a_place_of_the_chain_that_is_changed_deleted_or_swapped_is_caught(linked: World, seq: int) -> None:
    def flip(members: dict[str, bytes]) -> None:
        lines = members["chain.txt"].split(b"\n")
        number, committed, link = lines[seq - 1].split()
        lines[seq - 1] = b" ".join((number, sha256(committed).hexdigest().encode(), link))
        members["chain.txt"] = b"\n".join(lines)

    def flip_link(members: dict[str, bytes]) -> None:
        lines = members["chain.txt"].split(b"\n")
        number, committed, link = lines[seq - 1].split()
        lines[seq - 1] = b" ".join((number, committed, sha256(link).hexdigest().encode()))
        members["chain.txt"] = b"\n".join(lines)

    def delete(members: dict[str, bytes]) -> None:
        lines = members["chain.txt"].split(b"\n")
        members["chain.txt"] = b"\n".join(lines[: seq - 1] + lines[seq:])

    def swap(members: dict[str, bytes]) -> None:
        lines = members["chain.txt"].split(b"\n")
        at = min(seq, 25)
        lines[at - 1], lines[at] = lines[at], lines[at - 1]
        members["chain.txt"] = b"\n".join(lines)

    for tamper in (flip, flip_link, delete, swap):
        for report in linked.tampered(tamper):
            expected = {"swap": min(seq, 25)}.get(tamper.__name__, seq)
            if tamper is delete and seq == 26:  # then the chain ends before, and what hangs on it is left over
                assert first_record(report) == 26
            else:
                assert first_record(report) == expected


def test_every_link_made_anew_after_a_change_is_caught_by_the_next_checkpoint(world: World) -> None:
    """The forger computes all that needs no key: contents, commitments, every later link, hashes, the manifest."""
    false = world.contents(changed(BOOK, 13, reason="Whatever."), (world.forger, world.forger))
    path = world.folder / "false.zip"
    signed = BOOK.places(world.signers, links=world.links)["checkpoints"]
    keys = [signer.public_pem() for signer in world.signers]
    write_bundle(path, replace(false, checkpoints=signed, keys=keys), world.forger)
    report = verify_bundle(path)
    assert first_record(report) == 19
    assert f"states another {'link' if world.links else 'root'}" in str(report.first)


def test_a_whole_forged_casebook_fits_itself_and_is_caught_by_its_key(world: World) -> None:
    false = world.contents(changed(BOOK, 13, reason="Whatever."), (world.forger, world.forger))
    path = world.folder / "forged.zip"
    write_bundle(path, false, world.forger)
    careless, careful = verify_bundle(path), verify_bundle(path, key=world.key)
    assert careless.fits
    assert any("anybody can make a bundle that fits itself" in sentence for sentence in careless.unchecked)
    assert not careful.fits
    assert any("The key does not match" in str(misfit) for misfit in careful.misfits)


def test_a_forger_that_signs_only_the_last_checkpoint_is_caught(world: World) -> None:
    false = world.contents(changed(BOOK, 26, recipients=["Nobody"]), (world.signers[0], world.forger))
    path = world.folder / "last.zip"
    write_bundle(path, false, world.forger)
    assert any("The key does not match" in str(misfit) for misfit in verify_bundle(path, key=world.key).misfits)


def test_a_manifest_signed_by_another_key_than_it_names_is_caught(world: World) -> None:
    members = resigned(world.members, world.forger, name_own_key=False)
    assert any("manifest.json does not fit its signature" in str(misfit) for misfit in world.check(members).misfits)


def test_a_manifest_that_names_another_key_than_the_checkpoints_is_caught(world: World) -> None:
    report = world.check(resigned(world.members, world.forger))
    assert any("signed with different keys" in str(misfit) for misfit in report.misfits)


# ---- findings


@pytest.mark.parametrize("field", ["content", "salt", "id", "seal"])
@pytest.mark.parametrize("block", range(len(BLOCKS)))
def test_a_changed_finding_is_caught_by_its_block(world: World, block: int, field: str) -> None:
    def flip(members: dict[str, bytes]) -> None:
        lines = lines_of(members, "findings.jsonl")
        finding = next(finding for finding in lines[block]["findings"] if field != "seal" or "seal" in finding)
        if field == "content":
            finding["content"] = finding["content"].replace("review", "exempt")
        elif field == "id":
            finding["id"] += 1
        else:
            finding[field] = ("0" if finding[field][0] != "0" else "1") + finding[field][1:]
        set_lines(members, "findings.jsonl", lines)

    if field == "seal" and block:  # the erased finding is in the first block
        flip = swap_findings
    for report in world.tampered(flip):
        assert (first_record(report), report.first.kind) == (
            BLOCKS[block if flip is not swap_findings else 0],
            "findings",
        )


def swap_findings(members: dict[str, bytes]) -> None:
    lines = lines_of(members, "findings.jsonl")
    findings = lines[0]["findings"]
    for name in ("salt", "content"):
        findings[0][name], findings[1][name] = findings[1][name], findings[0][name]
    set_lines(members, "findings.jsonl", lines)


@pytest.mark.parametrize("block", range(len(BLOCKS)))
@pytest.mark.parametrize("how", ["drop one", "double one", "drop the block", "double the block", "hide one", "reveal"])
def test_findings_that_are_dropped_doubled_or_hidden_are_caught(world: World, block: int, how: str) -> None:
    def tamper(members: dict[str, bytes]) -> None:
        lines = lines_of(members, "findings.jsonl")
        findings = lines[block]["findings"]
        if how == "drop one":
            findings.pop()
        elif how == "double one":
            findings.append(findings[-1])
        elif how == "drop the block":
            lines.pop(block)
        elif how == "double the block":
            lines.insert(block, lines[block])
        elif how == "hide one":
            findings[0] = {"id": findings[0]["id"], "seal": "0" * 64}
        else:
            findings[-1] = {"id": findings[-1]["id"], "salt": "0" * 32, "content": "{}"}
        set_lines(members, "findings.jsonl", lines)

    for report in world.tampered(tamper):
        assert first_record(report) == BLOCKS[block]


def test_a_finding_that_the_exporter_hides_as_erased_is_caught(world: World) -> None:
    contents = world.contents(BOOK)
    hidden = [
        structs.replace(block, salt=None, content=None, seal=commitment(block.salt, block.content))
        if block.id == 10
        else block
        for block in contents.blocks[1].findings
    ]
    path = world.folder / "hidden.zip"
    blocks = [contents.blocks[0], structs.replace(contents.blocks[1], findings=hidden)]
    write_bundle(path, replace(contents, blocks=blocks), world.signers[1])
    report = verify_bundle(path, key=world.key)
    assert "Finding 10 is shown as erased" in str(report.first)
    assert ERASED_FINDING != 10


def test_a_run_whose_end_counts_other_findings_than_its_blocks_hold_is_caught(world: World) -> None:
    path = world.write(changed(BOOK, 12, findings=10), "counts.zip")
    report = verify_bundle(path, key=world.key)
    assert (first_record(report), report.first.kind) == (12, "run_finished")


# ---- checkpoints


@pytest.mark.parametrize("number", range(1, 7))
@pytest.mark.parametrize("field", ["statement", "signature", "key", "deleted", "doubled", "swapped"])
def test_a_checkpoint_that_is_touched_is_caught(linked: World, number: int, field: str) -> None:
    def tamper(members: dict[str, bytes]) -> None:
        lines = lines_of(members, "checkpoints.jsonl")
        line = lines[number - 1]
        if field == "statement":
            line["statement"] = line["statement"].replace("2026-11-24", "2026-11-23")
        elif field == "signature":
            line["signature"] = ("0" if line["signature"][0] != "0" else "1") + line["signature"][1:]
        elif field == "key":
            line["key"] = next(signer.fingerprint for signer in linked.signers if signer.fingerprint != line["key"])
        elif field == "deleted":
            lines.pop(number - 1)
        elif field == "doubled":
            lines.insert(number, line)
        else:
            at = min(number, 5)
            lines[at - 1], lines[at] = lines[at], lines[at - 1]
        set_lines(members, "checkpoints.jsonl", lines)

    at = BOOK.signed_at[(min(number, 5) if field == "swapped" else number) - 1][0]
    for report in linked.tampered(tamper):
        if field in ("deleted", "doubled", "swapped"):
            assert not report.fits
        else:
            assert first_record(report) == at
            assert f"Checkpoint {number} does not fit its signature" in str(report.first)


def test_a_link_of_checkpoints_is_enough_where_there_are_many(linked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_verifier, "FEW", 3)
    report = verify_bundle(linked.bundle, key=linked.key)
    assert report.fits
    assert any("2 signatures of 2 keys" in sentence for sentence in report.checked)

    def forge(members: dict[str, bytes]) -> None:
        lines = lines_of(members, "checkpoints.jsonl")
        lines[1]["signature"] = "ab" * 64
        set_lines(members, "checkpoints.jsonl", lines)

    for verified in linked.tampered(forge):
        assert first_record(verified) == 8
        assert "Checkpoint 2 does not fit its signature" in str(verified.first)


def test_records_after_the_last_checkpoint_are_caught(world: World) -> None:
    path = world.write(Book(BOOK.records, BOOK.signed_at[:-1]), "unsigned.zip")
    report = verify_bundle(path)
    assert any("The last checkpoint is 5, at record 19" in str(misfit) for misfit in report.misfits)


def test_a_time_stamp_that_is_not_of_its_checkpoint_or_not_of_the_authority_is_caught(
    world: World, tmp_path: Path
) -> None:
    other = Authority(tmp_path / "other", "Another Time")
    assert any("time stamp of checkpoint 3 does not hold" in str(misfit) for misfit in verify_bundle(
        world.bundle, key=world.key, ca=other.ca
    ).misfits)  # fmt: skip
    query = request(world.stamped_bytes(2))
    wrong = [
        [ShownTimeStamp(3, query, world.authority.stamp(query))],
        [ShownTimeStamp(3, request(world.stamped_bytes(3)), world.authority.stamp(request(world.stamped_bytes(3))))],
        [ShownTimeStamp(3, request(world.stamped_bytes(3)), b"garbage")],
        [ShownTimeStamp(9, query, world.authority.stamp(query))],
    ]
    for stamps in wrong:
        report = verify_bundle(world.write(BOOK, "stamps.zip", stamps), key=world.key, ca=world.authority.ca)
        assert not report.fits
    with pytest.raises(Unreadable, match="no file"):
        verify_bundle(world.bundle, ca=tmp_path / "nowhere.pem")


# ---- members of every kind


NAMES = (
    "manifest.json", "manifest.sig", "the places", "records.jsonl", "findings.jsonl", "checkpoints.jsonl",
    "timestamps/3.tsq", "timestamps/3.tsr", "timestamps/6.tsq", f"sources/{SOURCE_ID}", "report.html", "README.txt",
    "verify.py", "the first key", "the second key",
)  # fmt: skip


def named(world: World, name: str) -> str:
    keys = {"the first key": world.signers[0], "the second key": world.signers[1]}
    if name == "the places":
        return "chain.txt" if world.links else "heads.jsonl"
    return f"keys/{keys[name].fingerprint}.pem" if name in keys else name


def test_the_names_are_those_of_every_member(world: World) -> None:
    assert {named(world, name) for name in NAMES} == set(world.members)


@pytest.mark.parametrize("name", NAMES)
def test_a_member_that_is_missing_is_caught(world: World, name: str) -> None:
    members = {other: data for other, data in world.members.items() if other != named(world, name)}
    if name == "manifest.json":
        with pytest.raises(Unreadable):
            world.check(members)
    else:
        report = world.check(members, key=world.key)
        assert not report.fits
        assert [str(misfit) for misfit in report.misfits].count(f"{named(world, name)} is missing.") == 1
        assert len([misfit for misfit in report.misfits if named(world, name) in str(misfit)]) == (
            2 if name.endswith(".tsq") and "timestamps/3" in name else 1  # and the response stands without its request
        )


@pytest.mark.parametrize("name", NAMES)
def test_a_member_that_stands_twice_is_caught(world: World, name: str) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = zipped(world.folder / "twice.zip", world.members, twice=named(world, name))
    assert any(f"{named(world, name)} twice" in str(misfit) for misfit in verify_bundle(path, key=world.key).misfits)


@pytest.mark.parametrize("name", NAMES)
def test_a_member_out_of_another_bundle_of_the_same_house_is_caught(world: World, name: str) -> None:
    older = members_of(world.write(younger(BOOK, 19), "older.zip", world.time_stamps()[:1]))
    other = older.get(named(world, name), b"")
    if other == world.members[named(world, name)]:  # a key, a source: the same in both, so another one is put there
        other = world.members["records.jsonl"]
    assert not world.check({**world.members, named(world, name): other}, key=world.key).fits


@pytest.mark.parametrize(
    "name", ["evil.txt", "../evil.txt", "/etc/passwd", "keys/", "sources/../verify.py", "VERIFY.PY"]
)
def test_a_member_of_another_name_is_caught(world: World, name: str) -> None:
    report = world.check({**world.members, name: b"x"}, key=world.key)
    assert any("is no member of the format" in str(misfit) for misfit in report.misfits)
    assert any("not in the manifest" in str(misfit) for misfit in report.misfits)


def test_a_link_in_place_of_a_file_and_a_packing_of_another_kind_are_caught(world: World) -> None:
    for attribute, packing, message in (
        (0o120777 << 16, zipfile.ZIP_STORED, "no plain file"),
        (0, zipfile.ZIP_LZMA, "packed"),
    ):
        path = world.folder / "odd.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in world.members.items():
                info = zipfile.ZipInfo(name)
                if name == "README.txt":
                    info.external_attr, info.compress_type = attribute, packing
                archive.writestr(info, data)
        assert any(message in str(misfit) for misfit in verify_bundle(path).misfits)


def test_a_source_that_no_record_names_and_one_that_is_another_file_are_caught(world: World) -> None:
    strange = sha256(b"strange").hexdigest()
    for name, data in ((f"sources/{strange}", b"strange"), (f"sources/{SOURCE_ID}", b"another file")):
        report = world.check(resigned({**world.members, name: data}, world.forger))
        assert any(name in str(misfit) for misfit in report.misfits)


@pytest.mark.parametrize("field", ["casebook", "case_number", "mark", "head", "checkpoint", "counts", "key", "files"])
def test_a_manifest_that_says_another_thing_is_caught_even_where_it_is_signed(world: World, field: str) -> None:
    others = {
        "casebook": "another", "case_number": 1, "mark": "secret", "head": {"seq": 25, "link": "0" * 64},
        "checkpoint": 5, "counts": {"records": 1, "findings": 1}, "key": "0" * 64, "files": {},
    }  # fmt: skip
    members = dict(world.members)
    manifest = json.loads(members["manifest.json"])
    members["manifest.json"] = canonical({**manifest, field: others[field]}).encode()
    members["manifest.sig"] = world.signers[1].sign(members["manifest.json"])
    report = world.check(members)
    assert not report.fits


# ---- an older bundle


def test_a_newer_bundle_extends_an_older_one(world: World) -> None:
    older = world.write(younger(BOOK, 12), "younger.zip")
    report = verify_bundle(world.bundle, key=world.key, older=older)
    assert any("its 12 records begin this one" in sentence for sentence in report.checked), report.as_text()
    assert report.fits


def test_a_casebook_written_anew_by_the_house_itself_is_caught_by_the_older_bundle(linked: World) -> None:
    false = linked.write(changed(BOOK, 13, reason="Whatever."), "rewritten.zip")
    assert verify_bundle(false, key=linked.key).fits
    report = verify_bundle(false, key=linked.key, older=linked.bundle)
    assert first_record(report) == 13


def test_a_casebook_that_was_rolled_back_is_caught_by_the_newer_bundle(world: World) -> None:
    older = world.write(younger(BOOK, 12), "rolled.zip")
    report = verify_bundle(older, older=world.bundle)
    assert first_record(report) == 13
    assert "stands in the older bundle and no more in this one" in str(report.first)


def test_an_older_bundle_of_another_casebook_or_that_is_damaged_is_told(world: World) -> None:
    contents = replace(world.contents(BOOK), casebook="another")  # and its checkpoints are of this one
    path = world.folder / "another.zip"
    write_bundle(path, contents, world.signers[1])
    report = verify_bundle(world.bundle, older=path)
    assert "The older bundle does not fit itself" in str(report.first)
    path.write_bytes(b"garbage")
    with pytest.raises(Unreadable):
        verify_bundle(world.bundle, older=path)


# ---- anything at all


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_flipped_byte_of_any_member_is_caught(world: World, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(world.members)))
    at = data.draw(st.integers(0, len(world.members[name]) - 1))
    other = data.draw(st.integers(1, 255))
    flipped = bytearray(world.members[name])
    flipped[at] ^= other
    try:
        report = world.check({**world.members, name: bytes(flipped)})
    except Unreadable:
        return
    assert not report.fits
    assert text_of(report)
    json.dumps(report.as_json())


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_damage_to_the_file_itself_is_told_and_never_a_traceback(world: World, data: st.DataObject) -> None:
    whole = bytearray(world.bundle.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del whole[data.draw(st.integers(0, len(whole) - 1)) :]
    path = world.folder / "damaged.zip"
    path.write_bytes(whole)
    assert bundle_verifier.main([str(path), "--json"]) in (0, 1, 2)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=80, deadline=None)
@given(st.data(), JSON)
def test_any_value_in_any_field_that_is_signed_is_told_and_never_a_traceback(
    world: World, data: st.DataObject, value: object
) -> None:
    """The signer itself writes nonsense: the shape of every line, content and statement is checked, not believed."""
    places = [] if world.links else ["heads.jsonl"]
    names = ["records.jsonl", "findings.jsonl", "checkpoints.jsonl", "manifest.json", *places]
    name = data.draw(st.sampled_from(names))
    members = dict(world.members)
    lines = lines_of(members, name)
    line = data.draw(st.sampled_from(lines))
    field = data.draw(st.sampled_from(sorted(line)))
    line[field] = value
    try:
        set_lines(members, name, lines)
    except ValueError:  # not a number: no canonical JSON of it can be written
        return
    if name == "manifest.json":
        members[name] = members[name].strip()
    if members == world.members:
        return
    try:
        report = world.check(members)
    except Unreadable:
        return
    assert not report.fits
    text_of(report)


@settings(max_examples=80, deadline=None)
@given(st.data(), JSON)
def test_a_record_whose_committed_body_is_nonsense_is_told_and_never_a_traceback(
    world: World, data: st.DataObject, value: object
) -> None:
    record = data.draw(st.sampled_from([record for record in SHOWN if record.body]))
    field = data.draw(st.sampled_from(sorted(record.body)))
    try:
        path = world.write(changed(BOOK, record.seq, **{field: value}), "nonsense.zip")
    except ValueError:  # not a number, or half a character: no canonical JSON of it can be written
        return
    text_of(verify_bundle(path, key=world.key))


def test_text_that_steers_a_terminal_is_shown_harmless(world: World) -> None:
    path = world.folder / "steering.zip"
    contents = replace(world.contents(BOOK), case="x\x1b[2J\u202e", exported_by="\x07me")
    write_bundle(path, contents, world.signers[1])
    output = alone(world, path).stdout
    assert not any(sign in output for sign in "\x1b\x07\u202e")


def test_deep_nesting_long_numbers_and_a_line_without_end_are_told(world: World) -> None:
    for nonsense in (b"[" * 200_000 + b"\n", b'{"seq":' + b"9" * 100_000 + b"}\n", b"x" * (65 * 2**20)):
        report = world.check({**world.members, "records.jsonl": nonsense})
        assert any("records.jsonl" in str(misfit) for misfit in report.misfits)


# ---- written whole or not at all


class Broken:
    """A page of which the disk takes only the beginning."""

    def __iter__(self) -> Iterator[str]:
        yield "<p>"
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("other", "error", "message"),
    [
        ({"sources": [ShownSource(SOURCE_ID, [b"another file"])]}, IntegrityError, "differs from the saved file"),
        ({"chain": [], "tree": None}, IntegrityError, "the record is empty"),
        ({"tree": Tree()}, IntegrityError, "the record is empty"),
        ({"checkpoints": []}, IntegrityError, "no checkpoint was signed"),
        ({"keys": []}, IntegrityError, "public key .* is missing"),
        (
            {"sources": [ShownSource(SOURCE_ID, []), ShownSource(SOURCE_ID, [])]},
            IntegrityError,
            "differs from the saved file",
        ),
        ({"time_stamps": [ShownTimeStamp(1, b"x"), ShownTimeStamp(1, b"x")]}, IntegrityError, "twice"),
        ({"records": [ShownRecord(1, b"x", "x" * (65 * 2**20))]}, OutputError, "smaller blocks"),
        ({"blocks": [ShownBlock(8, [ShownFinding(1, None, None)])]}, IntegrityError, "no seal"),
        ({"report": Broken()}, OutputError, "No space left"),
    ],
)
def test_contents_that_do_not_fit_together_leave_the_file_as_it_was(
    world: World, tmp_path: Path, other: dict[str, object], error: type[Exception], message: str
) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(b"as it was")
    with pytest.raises(error, match=message):
        write_bundle(path, replace(world.contents(BOOK), **other), world.signers[1])
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("bundle.zip", b"as it was")]


def test_a_bundle_is_for_its_owner_alone_and_its_hash_is_given(world: World, tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    digest = write_bundle(path, world.contents(BOOK), world.signers[1])
    assert digest == sha256(path.read_bytes()).hexdigest()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_case_of_many_findings_is_written_and_checked_without_holding_them(world: World) -> None:
    """The blocks are made one by one while they are written, and each is gone before the next one is made."""
    alive, most = 0, 0

    class Counted(list):
        def __init__(self, given: Iterable[ShownFinding]) -> None:
            nonlocal alive, most
            super().__init__(given)
            alive += 1
            most = max(most, alive)

        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    contents = world.contents(BOOK)
    blocks = (ShownBlock(block.record, Counted(block.findings)) for block in contents.blocks * 50)
    write_bundle(world.folder / "many.zip", replace(contents, blocks=blocks), world.signers[1])
    assert most <= 2


# ---- damaged on the way


def test_a_manifest_that_is_no_json_and_a_member_that_is_missing_are_told(world: World) -> None:
    report = world.check({**world.members, "manifest.json": b"{"})
    assert "manifest.json is damaged" in str(report.first)
    report = world.check({name: data for name, data in world.members.items() if name != "README.txt"})
    assert "README.txt is missing." in [str(misfit) for misfit in report.misfits]


def test_a_member_that_was_damaged_in_the_container_is_told(world: World) -> None:
    whole = bytearray(zipped(world.folder / "stored.zip", world.members).read_bytes())
    with zipfile.ZipFile(world.folder / "stored.zip") as archive:
        info = archive.getinfo("checkpoints.jsonl")
    whole[info.header_offset + 30 + len("checkpoints.jsonl") + info.compress_size // 2] ^= 0xFF
    (world.folder / "stored.zip").write_bytes(whole)
    report = verify_bundle(world.folder / "stored.zip", key=world.key)
    assert any(str(misfit).startswith("checkpoints.jsonl is damaged") for misfit in report.misfits)


def test_a_member_that_claims_a_size_it_cannot_have_is_told(world: World) -> None:
    whole = bytearray(zipped(world.folder / "bomb.zip", world.members).read_bytes())
    at = whole.rindex(b"PK\x01\x02", 0, whole.rindex(b"README.txt"))
    whole[at + 24 : at + 28] = (2**31).to_bytes(4, "little")  # its size unpacked, in the central directory
    (world.folder / "bomb.zip").write_bytes(whole)
    report = verify_bundle(world.folder / "bomb.zip", key=world.key)
    assert any("README.txt claims a size that it cannot have" in str(misfit) for misfit in report.misfits)


def test_a_response_without_its_request_is_told(world: World) -> None:
    members = {name: data for name, data in world.members.items() if name != "timestamps/3.tsq"}
    files = {name: digest for name, digest in json.loads(members["manifest.json"])["files"].items() if name in members}
    members["manifest.json"] = canonical({**json.loads(members["manifest.json"]), "files": files}).encode()
    members["manifest.sig"] = world.signers[1].sign(members["manifest.json"])
    report = world.check(members, key=world.key)
    assert [str(misfit) for misfit in report.misfits] == ["timestamps/3.tsr stands without timestamps/3.tsq."]
