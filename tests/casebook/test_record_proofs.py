"""The proof of one record and of one head: it fits, and whatever is done to it is told by its name."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from attacks import tried
from opencwc.casebook import tables
from opencwc.casebook.anchors import anchor
from opencwc.casebook.cases import open_case
from opencwc.casebook.chain import commitment
from opencwc.casebook.database import Casebook
from opencwc.casebook.decisions import comment
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.record_proofs import (
    MOST_BYTES,
    HeadProof,
    RecordProof,
    check_proof,
    head_proof,
    read_proof,
    record_proof,
)
from opencwc.casebook.signing import FileKey
from opencwc.errors import InputError, NotAllowedError, NotFoundError
from opencwc.records import to_json

from .conftest import person
from .tampering import all_rows

RITA = person("rita")


@pytest.fixture
def kept(book: Casebook) -> Casebook:
    open_case(book, RITA, "inventory")
    for number in range(9):
        comment(book, RITA, "inventory", f"{number}")
    return book


def size_of(book: Casebook) -> int:
    return int(all_rows(book, tables.record)[-1]["seq"])


def faults_of(proof: RecordProof | HeadProof, **options: Any) -> tuple[str, ...]:
    tried()
    return check_proof(to_json(proof), **options).faults


def test_every_record_is_proved_and_its_proof_shows_its_commitment_alone(kept: Casebook) -> None:
    for row in all_rows(kept, tables.record):
        proof = record_proof(kept, RITA, row["seq"])
        checked = check_proof(to_json(proof), keys=[kept.signer.fingerprint])
        assert (checked.about, checked.number, checked.size) == ("record", row["seq"], size_of(kept))
        assert (checked.faults, checked.vouched, checked.casebook) == ((), True, kept.id)
        assert bytes.fromhex(proof.commitment) == commitment(bytes(row["salt"]), row["content"])
        written = to_json(proof).decode()
        assert row["content"] not in written and bytes(row["salt"]).hex() not in written


def test_every_earlier_head_is_proved_to_be_the_beginning(kept: Casebook) -> None:
    for old in range(1, size_of(kept) + 1):
        proof = head_proof(kept, RITA, old)
        assert faults_of(proof) == ()
        assert proof.old_root == head_proof(kept, RITA, 1, old).root
    checked = check_proof(to_json(head_proof(kept, RITA, 4)))
    assert (checked.about, checked.number, checked.vouched) == ("head", 4, False)


def test_a_proof_is_made_under_the_head_that_is_asked_for(kept: Casebook) -> None:
    proof = record_proof(kept, RITA, 3, 7)
    assert (proof.size, faults_of(proof)) == (7, ())
    for size in (0, 99):
        with pytest.raises(NotFoundError, match="no signed head of"):
            record_proof(kept, RITA, 1, size)
    for record, under in ((0, None), (99, None), (8, 7)):
        with pytest.raises(NotFoundError, match="has no record"):
            record_proof(kept, RITA, record, under)
        with pytest.raises(NotFoundError, match="has no record"):
            head_proof(kept, RITA, record, under)


def test_who_neither_audits_nor_exports_gets_no_proof(kept: Casebook) -> None:
    for role, allowed in (
        (Role.REVIEWER, True),
        (Role.AUDITOR, True),
        (Role.ADMINISTRATOR, True),
        (Role.ANALYST, False),
    ):
        somebody = person("somebody", role, Mark.UNCLASSIFIED)
        if allowed:
            assert record_proof(kept, somebody, 1).record == 1
        else:
            for make in (record_proof, head_proof):
                with pytest.raises(NotAllowedError):
                    make(kept, somebody, 1)


def test_a_path_that_is_touched_is_told(kept: Casebook) -> None:
    for proof in (record_proof(kept, RITA, 5), head_proof(kept, RITA, 5)):
        path = proof.path
        others = [(*path[:at], sha256(node.encode()).hexdigest(), *path[at + 1 :]) for at, node in enumerate(path)]
        others += [path[1:], path[:-1], path[::-1], (*path, "0" * 64), (), (path[0][:-2], *path[1:])]
        for other in others:
            assert faults_of(structs.replace(proof, path=other)) == ("path",), other


def test_another_record_s_proof_is_told(kept: Casebook) -> None:
    mine, other = record_proof(kept, RITA, 5), record_proof(kept, RITA, 6)
    for changed in (
        structs.replace(mine, path=other.path),
        structs.replace(mine, commitment=other.commitment),
        structs.replace(mine, record=6),
        structs.replace(mine, record=0),
        structs.replace(mine, record=99),
    ):
        assert faults_of(changed) == ("path",)
    head = head_proof(kept, RITA, 5)
    for changed_head in (
        structs.replace(head, old=6),
        structs.replace(head, old_root=other.commitment),
        structs.replace(head, path=head_proof(kept, RITA, 6).path),
    ):
        assert faults_of(changed_head) == ("path",)


def test_a_head_that_says_another_thing_than_was_signed_is_told(kept: Casebook, tmp_path: Path) -> None:
    proof, earlier = record_proof(kept, RITA, 5), record_proof(kept, RITA, 5, 9)
    assert faults_of(structs.replace(proof, head=earlier.head)) == ("head",)
    statement = proof.head.statement.replace('"number":', '"number": ')
    assert faults_of(structs.replace(proof, head=structs.replace(proof.head, statement=statement))) == ("signature",)
    forger = FileKey.make(tmp_path / "forger.key")
    forged = structs.replace(
        proof.head, key=forger.public_pem().decode(), signature=forger.sign(proof.head.statement.encode()).hex()
    )
    by_forger = structs.replace(proof, head=forged)
    assert faults_of(by_forger) == ()  # it fits itself: the key is what tells
    assert faults_of(by_forger, pins=kept.pins) == ("key",)
    assert faults_of(by_forger, keys=[kept.signer.fingerprint]) == ("key",)
    assert faults_of(structs.replace(proof, head=structs.replace(forged, key=proof.head.key))) == ("signature",)


def test_an_anchor_from_outside_must_be_a_head_of_the_proof(kept: Casebook, tmp_path: Path) -> None:
    made = anchor(kept, RITA)
    comment(kept, RITA, "inventory", "later")
    (tmp_path / "head").write_text(made.note.text)
    size = made.note.head.size
    for proof in (record_proof(kept, RITA, 3, size), head_proof(kept, RITA, size), head_proof(kept, RITA, 3, size)):
        assert faults_of(proof, anchors=[tmp_path / "head"]) == ()
    assert faults_of(record_proof(kept, RITA, 3), anchors=[tmp_path / "head"]) == ("anchor",)
    (tmp_path / "head").write_text(f"{size}\n{'0' * 64}\n")
    assert faults_of(head_proof(kept, RITA, size), anchors=[tmp_path / "head"]) == ("anchor",)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"kind":"opencwc-inclusion-1"}', "[" * 60_000, '{"kind":"another"}'], ids=range(6)
)
def test_what_is_no_proof_is_told(text: str) -> None:
    with pytest.raises(InputError, match="not a proof of a record"):
        check_proof(text.encode())


def test_a_proof_of_another_kind_and_half_a_proof_are_told(kept: Casebook, tmp_path: Path) -> None:
    said = json.loads(to_json(head_proof(kept, RITA, 3)))
    for changed in (
        {**said, "kind": "opencwc-consistency-9"},
        {**said, "path": ["x"]},
        {**said, "root": "x"},
        {**said, "head": {**said["head"], "key": "x"}},
        {**said, "head": {**said["head"], "signature": "x"}},
        {**said, "head": {**said["head"], "statement": "{}"}},
        {name: value for name, value in said.items() if name != "old"},
    ):
        with pytest.raises(InputError, match="not a proof of a record"):
            check_proof(json.dumps(changed).encode())
    (tmp_path / "large").write_bytes(bytes(MOST_BYTES + 1))
    for path in (tmp_path / "large", tmp_path / "nowhere"):
        with pytest.raises(InputError, match="not a proof of a record"):
            read_proof(path)
