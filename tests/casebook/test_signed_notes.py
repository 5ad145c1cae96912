"""Notes, heads and cosignatures as C2SP's specifications show them, and what is none."""

from __future__ import annotations

import base64
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from opencwc.casebook.signed_notes import COSIGNATURE, Head, Note, NoteKey, cosign, read_note, sign_head
from opencwc.casebook.signing import FileKey
from opencwc.errors import InputError

HEAD = Head("example.com/log", 42, bytes(range(32)))
SHOWN = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE"
    "+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe"
    "+mbIUBkBIfZ+qnA==\n"
)
"""The checkpoint with a cosignature that tlog-cosignature shows."""


@pytest.fixture
def house(tmp_path: Path) -> FileKey:
    return FileKey.make(tmp_path / "house.key")


@pytest.fixture
def witness(tmp_path: Path) -> FileKey:
    return FileKey.make(tmp_path / "witness.key")


def key_of(signer: FileKey, name: str, kind: int) -> NoteKey:
    return NoteKey(name, signer._private.public_key().public_bytes_raw(), kind)


def test_the_checkpoint_of_the_specification_is_read_and_written_as_it_is() -> None:
    note = read_note(SHOWN)
    assert (note.head.origin, note.head.size) == ("example.com/behind-the-sofa", 20852163)
    assert [line.name for line in note.signatures] == ["example.com/behind-the-sofa", "witness.example.com/w1"]
    assert note.text == SHOWN
    assert int.from_bytes(note.signatures[1].signature[:8], "big") == 1679315147  # the moment that it shows too


def test_the_key_of_the_specification_is_read_and_its_example_holds() -> None:
    text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    key = NoteKey.read(text)
    assert (key.name, key.id.hex(), key.text) == ("example.com/foo", "530d903a", text)
    line = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    assert base64.b64decode(line)[:4] == key.id
    Ed25519PublicKey.from_public_bytes(key.public).verify(base64.b64decode(line)[4:], b"This is an example message.\n")


def test_a_head_is_signed_over_its_three_lines(house: FileKey) -> None:
    note = read_note(sign_head(house, HEAD).text)
    key = key_of(house, HEAD.origin, 1)
    public = house._private.public_key()
    assert key.id == sha256(b"example.com/log\n\x01" + public.public_bytes_raw()).digest()[:4]
    public.verify(note.signatures[0].signature, HEAD.text.encode())
    assert note.is_signed_by(key)
    assert note.is_signed_by(key_of(house, "another.example", 1)) is None
    changed = Note(Head(HEAD.origin, 43, HEAD.root), note.signatures)
    assert changed.is_signed_by(key) is False


def test_a_witness_signs_the_moment_too(house: FileKey, witness: FileKey) -> None:
    line = cosign(witness, "witness.example", HEAD, 1_900_000_000)
    note = read_note(sign_head(house, HEAD).text + line.line)
    key = key_of(witness, "witness.example", COSIGNATURE)
    said = b"cosignature/v1\ntime 1900000000\n" + HEAD.text.encode()
    witness._private.public_key().verify(note.signatures[1].signature[8:], said)
    assert note.cosigned_at(key) == 1_900_000_000
    assert note.cosigned_at(key_of(house, "witness.example", COSIGNATURE)) is None
    later = (1_900_000_001).to_bytes(8, "big") + line.signature[8:]
    forged = Note(HEAD, (type(line)(line.name, line.key_id, later),))
    assert forged.cosigned_at(key) == -1
    assert NoteKey.read(key.text) == key


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text.replace("20852163", "020852163"),
        lambda text: text.replace("20852163", "-1"),
        lambda text: text.replace("CsUY", "CsU"),
        lambda text: text.replace("jxq2I=", "jxq2J="),
        lambda text: text.replace("— witness", "- witness"),
        lambda text: text.replace("witness.example.com/w1 ", "witness.example.com/w1  "),
        lambda text: text.replace("20852163\n", "20852163\nmore\n"),
        lambda text: text[:-1],
        lambda text: text + "\n",
        lambda text: "\n" + text,
        lambda text: text + "— a.example AAAAAAA=\n" * 200,
        lambda text: "",
    ],
)
def test_what_is_no_note_is_told(change) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match="signed head"):
        read_note(change(SHOWN))


@pytest.mark.parametrize("text", ["", "a+b+c", "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"])
def test_what_is_no_key_is_told(text: str) -> None:
    with pytest.raises(InputError, match="key"):
        NoteKey.read(text)
