"""A bundle shows its own records alone, each with its path to the signed root: what is done to a path is caught."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opencwc.casebook import tables
from opencwc.casebook.bundle_verifier import Unreadable, goes_on, hashes, leads_to, verify_bundle
from opencwc.casebook.bundle_writer import write_bundle
from opencwc.casebook.casebook_verifier import verify_all
from opencwc.casebook.chain import canonical
from opencwc.casebook.database import Casebook, open_casebook
from opencwc.casebook.decisions import comment
from opencwc.casebook.exports import ask_for_export, export_case
from opencwc.casebook.house_keys import change_key
from opencwc.casebook.merkle_tree import Tree, verify_consistency, verify_inclusion
from opencwc.casebook.requests import answer
from opencwc.casebook.signing import FileKey
from opencwc.casebook.stamp_files import take_in, write_request

from .bundle_case import (
    ERASED_RECORD,
    Authority,
    changed,
    lines_of,
    make_book,
    members_of,
    set_lines,
    signatures_asked_once,
    younger,
    zipped,
)
from .conftest import person
from .screening import ETHANOL, SARIN, THIODIGLYCOL
from .tampering import all_rows, run_sql
from .test_bundle_verifier import BOOK, World, first_record
from .test_runs import keep

RITA, RENE = person("rita"), person("rene")
OLDER = Path(__file__).with_name("links_bundle.zip")
OLDER_KEY = "c390575cc6d64168c5fb3b87541b1e2aeffc66a1a07b9aecc1b76e89c0a50341"
SHOWN = [record.seq for record in BOOK.records if record.case in (None, 2)]
HEADS = sorted({seq for seq, _ in BOOK.signed_at if seq < 26})
Line = dict[str, object]
Change = Callable[[list[Line], int], None]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("proofs"), links=False)


@pytest.fixture(scope="module", autouse=True)
def _openssl_asked_once() -> Iterator[None]:
    with signatures_asked_once():
        yield


# ---- a path that is touched


def path_of(line: Line) -> list[str]:
    assert isinstance(line["path"], list)
    return line["path"]


def flip(lines: list[Line], at: int) -> None:
    path = path_of(lines[at])
    middle = len(path) // 2
    path[middle] = ("0" if path[middle][0] != "0" else "1") + path[middle][1:]


def swap_nodes(lines: list[Line], at: int) -> None:
    path = path_of(lines[at])
    path[0], path[-1] = path[-1], path[0]


def cut_the_first(lines: list[Line], at: int) -> None:
    path_of(lines[at]).pop(0)


def cut_the_last(lines: list[Line], at: int) -> None:
    path_of(lines[at]).pop()


def cut_all(lines: list[Line], at: int) -> None:
    path_of(lines[at]).clear()


def lengthen(lines: list[Line], at: int) -> None:
    path_of(lines[at]).append("0" * 64)


def another_s(lines: list[Line], at: int) -> None:
    lines[at]["path"] = lines[(at + 1) % len(lines)]["path"]


def garbage(lines: list[Line], at: int) -> None:
    lines[at]["path"] = ["x" * 64]


def leave_out(lines: list[Line], at: int) -> None:
    del lines[at]["path"]


CHANGES = (flip, swap_nodes, cut_the_first, cut_the_last, cut_all, lengthen, another_s, garbage, leave_out)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("seq", SHOWN)
def test_a_path_of_a_record_that_is_touched_is_caught_and_told_once(world: World, seq: int, change: Change) -> None:
    def tamper(members: dict[str, bytes]) -> None:
        lines = lines_of(members, "records.jsonl")
        change(lines, next(at for at, line in enumerate(lines) if line["seq"] == seq))
        set_lines(members, "records.jsonl", lines)

    as_it_is, made_to_fit = world.tampered(tamper)
    for report in (as_it_is, made_to_fit):
        assert first_record(report) == seq
        assert [misfit.seq for misfit in report.misfits if misfit.seq] == [seq]
    assert [str(misfit) for misfit in as_it_is.misfits if not misfit.seq] == [
        "records.jsonl does not fit its hash in the manifest."
    ]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("size", HEADS)
def test_a_path_of_an_earlier_head_that_is_touched_is_caught_and_told_once(
    world: World, size: int, change: Change
) -> None:
    def tamper(members: dict[str, bytes]) -> None:
        lines = lines_of(members, "heads.jsonl")
        change(lines, HEADS.index(size))
        set_lines(members, "heads.jsonl", lines)

    for report in world.tampered(tamper):
        assert first_record(report) == size
        assert [misfit.seq for misfit in report.misfits if misfit.seq] == [size]


def test_two_paths_that_change_places_are_caught(world: World) -> None:
    for at in range(len(SHOWN) - 1):

        def swap(members: dict[str, bytes], at: int = at) -> None:
            lines = lines_of(members, "records.jsonl")
            lines[at]["path"], lines[at + 1]["path"] = lines[at + 1]["path"], lines[at]["path"]
            set_lines(members, "records.jsonl", lines)

        for report in world.tampered(swap):
            assert first_record(report) == SHOWN[at]


def test_a_true_record_with_its_true_path_stands_in_no_other_s_place(world: World) -> None:
    """The proof of a record proves its number too: it cannot be shown as the one before or after."""
    for at, seq in enumerate(SHOWN[:-1]):

        def move(members: dict[str, bytes], at: int = at, seq: int = seq) -> None:
            lines = lines_of(members, "records.jsonl")
            lines[at] = {**lines[at + 1], "seq": seq}
            set_lines(members, "records.jsonl", lines)

        for report in world.tampered(move):
            assert first_record(report) == seq


def test_an_erased_record_needs_the_commitment_that_was_kept(world: World) -> None:
    def tamper(members: dict[str, bytes]) -> None:
        lines = lines_of(members, "records.jsonl")
        line = next(line for line in lines if line["seq"] == ERASED_RECORD)
        line["leaf"] = "0" * 64
        set_lines(members, "records.jsonl", lines)

    for report in world.tampered(tamper):
        assert first_record(report) == ERASED_RECORD


@pytest.mark.parametrize("how", ["root", "size", "missing", "doubled", "swapped", "the head itself", "beyond"])
def test_an_earlier_head_that_is_forged_is_caught(world: World, how: str) -> None:
    def tamper(members: dict[str, bytes]) -> None:
        lines = lines_of(members, "heads.jsonl")
        at = HEADS.index(12)
        if how == "root":
            lines[at]["root"] = sha256(b"another").hexdigest()
        elif how == "size":
            lines[at]["size"] = 11
        elif how == "missing":
            lines.pop(at)
        elif how == "doubled":
            lines.insert(at, lines[at])
        elif how == "swapped":
            lines[at - 1], lines[at] = lines[at], lines[at - 1]
        else:
            lines.append({"size": 26 if how == "the head itself" else 27, "root": "0" * 64, "path": []})
        set_lines(members, "heads.jsonl", lines)

    expected = {"size": 11, "swapped": 8, "the head itself": 26, "beyond": 27}.get(how, 12)
    for report in world.tampered(tamper):
        assert first_record(report) == expected


@pytest.mark.parametrize("number", range(3, 7))
@pytest.mark.parametrize("field", ["statement", "signature", "key", "deleted", "doubled", "swapped"])
def test_a_checkpoint_that_is_touched_is_caught(world: World, number: int, field: str) -> None:
    def tamper(members: dict[str, bytes]) -> None:
        lines = lines_of(members, "checkpoints.jsonl")
        at = number - 3
        line = lines[at]
        if field == "statement":
            line["statement"] = line["statement"].replace("2026-11-24", "2026-11-23")
        elif field == "signature":
            line["signature"] = ("0" if line["signature"][0] != "0" else "1") + line["signature"][1:]
        elif field == "key":
            line["key"] = next(signer.fingerprint for signer in world.signers if signer.fingerprint != line["key"])
        elif field == "deleted":
            lines.pop(at)
        elif field == "doubled":
            lines.insert(at, line)
        else:
            at = min(at, 2)
            lines[at], lines[at + 1] = lines[at + 1], lines[at]
        set_lines(members, "checkpoints.jsonl", lines)

    at = dict(enumerate((seq for seq, _ in BOOK.signed_at), 1))[number]
    for report in world.tampered(tamper):
        assert not report.fits
        if field in ("statement", "signature", "key"):
            assert first_record(report) == at
            assert f"Checkpoint {number} does not fit its signature" in str(report.first)


def test_another_root_in_the_manifest_is_caught_by_the_first_record_and_told_once(world: World) -> None:
    members = dict(world.members)
    manifest = json.loads(members["manifest.json"])
    manifest["head"]["root"] = "0" * 64
    members["manifest.json"] = canonical(manifest).encode()
    members["manifest.sig"] = world.signers[1].sign(members["manifest.json"])
    report = world.check(members, key=world.key)
    assert [misfit.seq for misfit in report.misfits] == [1]


def test_a_bundle_that_breaks_off_before_the_head_is_caught(world: World) -> None:
    contents = world.contents(BOOK)
    path = world.folder / "short.zip"
    cut = replace(contents, records=contents.records[:-1], checkpoints=contents.checkpoints[:-1])
    write_bundle(path, cut, world.signers[1])
    report = verify_bundle(path, key=world.key)
    assert any("The bundle ends at record 24; the manifest says 26" in str(misfit) for misfit in report.misfits)


@pytest.mark.parametrize("links", [False, True])
def test_links_beside_paths_are_refused(world: World, tmp_path: Path, links: bool) -> None:
    write_bundle(tmp_path / "true.zip", BOOK.contents(world.signers, links=links), world.signers[1])
    name = "heads.jsonl" if links else "chain.txt"
    report = world.check({**members_of(tmp_path / "true.zip"), name: b""})
    assert f"The bundle holds {name}, which is no member of its format." in [str(one) for one in report.misfits]


@settings(deadline=None)
@given(st.integers(1, 70), st.data())
def test_the_verifier_s_arithmetic_is_the_tree_s(size: int, data: st.DataObject) -> None:
    leaves = [sha256(bytes([number])).digest() for number in range(size)]
    tree = Tree(leaves)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    inclusion, consistency = tree.inclusion_proof(index), tree.consistency_proof(old)
    assert leads_to(leaves[index], index + 1, size, inclusion, tree.root())
    assert goes_on(old, tree.root(old), size, tree.root(), consistency)
    wrong = data.draw(st.permutations([*inclusion, *consistency, bytes(32)]))[: data.draw(st.integers(0, 8))]
    for at in range(size + 1):
        assert leads_to(leaves[index], at + 1, size, wrong, tree.root()) == verify_inclusion(
            leaves[index], at, size, wrong, tree.root()
        )
    assert goes_on(old, tree.root(old), size, tree.root(), wrong) == verify_consistency(
        old, tree.root(old), size, tree.root(), wrong
    )


def test_what_is_no_path_is_none() -> None:
    for value in (None, "0" * 64, ["0" * 63], [0], ["0" * 64] * 129, {"0": "0"}):
        assert hashes(value) is None


# ---- older bundles and heads from elsewhere


def test_a_bundle_that_an_earlier_version_wrote_still_fits() -> None:
    report = verify_bundle(OLDER, key=OLDER_KEY)
    assert report.fits, report.as_text()
    assert "The chain: 14 records of the casebook, each linked to the one before." in report.checked


@pytest.mark.parametrize(("old_links", "new_links"), [(True, False), (False, True), (False, False)])
def test_a_bundle_extends_an_older_one_of_either_format(world: World, old_links: bool, new_links: bool) -> None:
    def write(book: object, name: str, *, links: bool) -> Path:
        path = world.folder / name
        signer = world.signers[book.signed_at[-1][1]]  # type: ignore[attr-defined]
        write_bundle(path, book.contents(world.signers, links=links), signer)  # type: ignore[attr-defined]
        return path

    older = write(younger(BOOK, 12), "older.zip", links=old_links)
    newer = write(BOOK, "newer.zip", links=new_links)
    report = verify_bundle(newer, older=older)
    assert report.fits, report.as_text()
    assert "The older bundle: its 12 records begin this one." in report.checked
    rewritten = write(changed(BOOK, 12, rows=8), "rewritten.zip", links=new_links)
    (misfit,) = verify_bundle(rewritten, older=older).misfits
    assert "another history was shown there" in misfit.what
    (misfit,) = verify_bundle(older, older=newer).misfits
    assert (misfit.seq, misfit.what) == (13, "It stands in the older bundle and no more in this one.")


def test_an_older_bundle_whose_head_is_not_proved_is_a_fault(world: World) -> None:
    older = world.write(younger(BOOK, 12), "older.zip")
    path = world.folder / "unproved.zip"
    contents = world.contents(BOOK)
    write_bundle(path, replace(contents, heads=[19], checkpoints=contents.checkpoints[1:]), world.signers[1])
    assert verify_bundle(path, key=world.key).fits
    (misfit,) = verify_bundle(path, older=older).misfits
    assert "does not prove that it goes on from the 12 records of the older one" in misfit.what


def proof_file(folder: Path, first: int, last: int, **other: object) -> Path:
    tree = Tree(place.commitment for place in BOOK.chain)
    said = {
        "kind": "opencwc-consistency-1", "old": first, "old_root": tree.root(first).hex(), "size": last,
        "root": tree.root(last).hex(), "path": [node.hex() for node in tree.consistency_proof(first, last)],
    }  # fmt: skip
    (folder / "proof.json").write_text(json.dumps({**said, **other}))
    return folder / "proof.json"


def test_an_anchor_that_the_bundle_does_not_know_needs_a_proof_that_is_brought(world: World) -> None:
    tree = Tree(place.commitment for place in BOOK.chain)
    for size, bundle in ((9, world.bundle), (20, world.write(younger(BOOK, 19), "younger.zip"))):
        head = world.folder / "head"
        head.write_text(f"{size}\n{tree.root(size).hex()}\n")
        without = verify_bundle(bundle, anchors=[head])
        if size == 9:
            (misfit,) = without.misfits
            assert "does not prove that it goes on from the 9 records of the anchor" in misfit.what
        else:
            assert without.fits
            assert any(sentence.startswith("The anchor of 20 records") for sentence in without.unchecked)
        proof = proof_file(world.folder, min(size, 19), 26 if size == 9 else 20)
        report = verify_bundle(bundle, anchors=[head], proofs=[proof])
        assert report.fits, report.as_text()
        assert any(sentence.startswith("The anchor: the ") for sentence in report.checked)


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"path": []}, "does not hold"),
        ({"path": ["0" * 64] * 3}, "does not hold"),
        ({"old_root": "0" * 64}, "does not hold"),
        ({"old": 10}, "does not hold"),
        ({"root": "0" * 64}, "begins and ends at other heads than this bundle has"),
        ({"size": 25}, "begins and ends at other heads than this bundle has"),
    ],
)
def test_a_proof_that_is_tampered_with_is_told(world: World, other: dict[str, object], what: str) -> None:
    (misfit,) = verify_bundle(world.bundle, proofs=[proof_file(world.folder, 9, 26, **other)]).misfits
    assert what in misfit.what


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "another"}', '{"old": ' + "9" * 99 + "}"])
def test_what_is_no_proof_cannot_be_read(world: World, text: str) -> None:
    (world.folder / "none.json").write_text(text)
    with pytest.raises(Unreadable, match="no proof"):
        verify_bundle(world.bundle, proofs=[world.folder / "none.json"])
    if text == "{}":
        with pytest.raises(Unreadable, match="no proof"):
            verify_bundle(world.bundle, proofs=[proof_file(world.folder, 9, 26, kind="another")])


# ---- out of a casebook


def export(book: Casebook, target: Path, case: str = "inventory") -> Path:
    request = ask_for_export(book, RITA, case, "for the OPCW")
    answer(book, RENE, request.seq, approve=True)
    export_case(book, RITA, request.seq, target)
    return target


@pytest.fixture
def kept(book: Casebook) -> Casebook:
    keep(book, ETHANOL, case="elsewhere")
    keep(book, SARIN, THIODIGLYCOL, case="inventory")
    return book


def test_a_bundle_of_a_small_case_does_not_grow_with_the_house(kept: Casebook, tmp_path: Path) -> None:
    before = export(kept, tmp_path / "before.zip").stat().st_size
    with kept.writing(RITA.id) as writer:
        for number in range(3_000):
            writer.record("comment", {"finding": None, "text": f"{number}"}, 1)
    bundle = export(kept, tmp_path / "after.zip")
    members = members_of(bundle)
    assert "chain.txt" not in members
    assert bundle.stat().st_size - before < 12_000
    commitments = {bytes(row["commitment"]).hex() for row in all_rows(kept, tables.record) if row["case_number"] == 1}
    everything = b"".join(members.values()).decode("utf-8", "replace")
    assert not [one for one in commitments if one in everything]
    report = verify_bundle(bundle, key=kept.signer.fingerprint, older=tmp_path / "before.zip")
    assert report.fits, report.as_text()


def test_a_bundle_goes_on_from_the_bundles_of_other_cases(kept: Casebook, tmp_path: Path) -> None:
    older = export(kept, tmp_path / "older.zip", "elsewhere")
    comment(kept, RITA, "inventory", "seen")
    newer = export(kept, tmp_path / "newer.zip")
    assert verify_bundle(newer, older=older).fits
    assert not verify_bundle(older, older=newer).fits


def without_roots(book: Casebook, upto: int) -> None:
    """Make the checkpoints up to a record those of an earlier version: they state no root."""
    table, previous = tables.checkpoint, "0" * 64
    for row in all_rows(book, table):
        said = {**json.loads(row["statement"]), "previous": previous}
        if row["seq"] <= upto:
            del said["root"]
        signature = book.signer.sign(canonical(said).encode())
        run_sql(
            book, table.update().where(table.c.number == row["number"]).values(
                statement=canonical(said), signature=signature
            ),
        )  # fmt: skip
        previous = sha256(canonical(said).encode() + signature).hexdigest()


def test_a_stamp_of_a_checkpoint_without_a_root_keeps_every_link(kept: Casebook, tmp_path: Path) -> None:
    """What a third party stamped before there was a tree is proved by the links alone: so they go along then."""
    head = all_rows(kept, tables.record)[-1]["seq"]
    without_roots(kept, head)
    bundle = export(kept, tmp_path / "unstamped.zip")
    assert "chain.txt" not in members_of(bundle)
    assert verify_bundle(bundle).fits, verify_bundle(bundle).as_text()
    authority = Authority(tmp_path / "authority")
    write_request(kept, RITA, tmp_path / "request.tsq")
    (tmp_path / "answer.tsr").write_bytes(authority.stamp((tmp_path / "request.tsq").read_bytes()))
    number, _ = take_in(kept, RITA, tmp_path / "answer.tsr", authority.ca)
    bundle = export(kept, tmp_path / "stamped.zip")
    assert "chain.txt" not in members_of(bundle)
    report = verify_bundle(bundle, ca=authority.ca)
    assert report.fits and f"checkpoint {number}: records 1 to" in report.as_text()
    run_sql(kept, tables.time_stamp.update().values(number=3))
    members = members_of(export(kept, tmp_path / "links.zip"))
    assert "chain.txt" in members and "heads.jsonl" not in members
    members.pop("timestamps/3.tsr")  # it was made for another checkpoint
    assert "asks for another thing than checkpoint 3" in str(verify_bundle(zipped(tmp_path / "x.zip", members)).misfits)


def test_a_key_that_handed_over_is_proved_by_its_last_checkpoint(kept: Casebook, place: str, tmp_path: Path) -> None:
    handed = change_key(place)
    again = open_casebook(place)
    for _ in range(3):
        comment(again, RITA, "inventory", "later")
    bundle = export(again, tmp_path / "case.zip")
    members = members_of(bundle)
    shown = [json.loads(line["statement"])["seq"] for line in lines_of(members, "checkpoints.jsonl")]
    assert len(shown) < len(all_rows(again, tables.checkpoint))
    report = verify_bundle(bundle, key=handed.former)
    assert report.fits, report.as_text()
    assert any("handed over to this one" in sentence for sentence in report.checked)
    assert verify_all(again).fits
    stranger = FileKey.make(tmp_path / "stranger")
    assert not verify_bundle(bundle, key=stranger.fingerprint).fits
    again.close()


def test_the_book_of_these_tests_has_heads_and_paths() -> None:
    assert make_book().signed_at == BOOK.signed_at
    assert HEADS == [5, 8, 12, 19]
