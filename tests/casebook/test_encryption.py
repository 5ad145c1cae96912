"""A bundle closed to recipients: both ways with pyrage, and with the `age` command as the other side."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

import pytest

from opencwc.casebook.encryption import decrypt_file, encrypt_file, make_identity, read_recipients
from opencwc.errors import InputError, OutputError

PLAIN = bytes(range(256)) * 1000


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "bundle.zip"
    path.write_bytes(PLAIN)
    return path


def test_what_is_encrypted_to_two_is_opened_by_either_and_by_no_third(plain: Path, tmp_path: Path) -> None:
    recipients = [make_identity(tmp_path / name) for name in ("opcw", "state")]
    make_identity(tmp_path / "third")
    encrypt_file(plain, tmp_path / "closed.age", recipients)
    assert PLAIN[:64] not in (tmp_path / "closed.age").read_bytes()
    for name in ("opcw", "state"):
        decrypt_file(tmp_path / "closed.age", tmp_path / f"{name}.zip", tmp_path / name)
        assert (tmp_path / f"{name}.zip").read_bytes() == PLAIN
    with pytest.raises(InputError, match="not encrypted to this identity"):
        decrypt_file(tmp_path / "closed.age", tmp_path / "third.zip", tmp_path / "third")
    assert not (tmp_path / "third.zip").exists()


def test_the_age_command_opens_what_is_encrypted_here_and_the_other_way_round(plain: Path, tmp_path: Path) -> None:
    recipient = make_identity(tmp_path / "identity")
    encrypt_file(plain, tmp_path / "ours.age", recipient)
    opened = subprocess.run(["age", "-d", "-i", "identity", "ours.age"], cwd=tmp_path, capture_output=True, check=True)
    assert opened.stdout == PLAIN
    subprocess.run(["age", "-r", recipient, "-o", "theirs.age", plain], cwd=tmp_path, check=True)
    decrypt_file(tmp_path / "theirs.age", tmp_path / "theirs.zip", tmp_path / "identity")
    assert (tmp_path / "theirs.zip").read_bytes() == PLAIN


def test_an_identity_of_age_keygen_is_taken(plain: Path, tmp_path: Path) -> None:
    subprocess.run(["age-keygen", "-o", "theirs"], cwd=tmp_path, check=True, capture_output=True)
    recipient = subprocess.run(
        ["age-keygen", "-y", "theirs"], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout.strip()
    encrypt_file(plain, tmp_path / "closed.age", recipient)
    decrypt_file(tmp_path / "closed.age", tmp_path / "open.zip", tmp_path / "theirs")
    assert (tmp_path / "open.zip").read_bytes() == PLAIN


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_an_ssh_key_is_a_recipient_too(plain: Path, tmp_path: Path, kind: str) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", tmp_path / "ssh"], check=True)
    encrypt_file(plain, tmp_path / "closed.age", (tmp_path / "ssh.pub").read_text())
    decrypt_file(tmp_path / "closed.age", tmp_path / "open.zip", tmp_path / "ssh")
    assert (tmp_path / "open.zip").read_bytes() == PLAIN


def test_recipients_may_stand_in_a_file(plain: Path, tmp_path: Path) -> None:
    first, other = make_identity(tmp_path / "one"), make_identity(tmp_path / "other")
    (tmp_path / "them.txt").write_text(f"# The OPCW\n{first}\n\n  # and a State\n  {other}\n{first}\n")
    assert read_recipients(tmp_path / "them.txt") == [first, other]
    assert read_recipients([str(tmp_path / "them.txt"), first]) == [first, other]
    encrypt_file(plain, tmp_path / "closed.age", str(tmp_path / "them.txt"))
    decrypt_file(tmp_path / "closed.age", tmp_path / "open.zip", tmp_path / "other")
    assert (tmp_path / "open.zip").read_bytes() == PLAIN


def test_an_identity_is_for_its_owner_alone_and_is_never_written_over(tmp_path: Path) -> None:
    make_identity(tmp_path / "identity")
    assert (tmp_path / "identity").stat().st_mode & 0o777 == 0o600
    with pytest.raises(OutputError, match="the file already exists"):
        make_identity(tmp_path / "identity")


def test_a_bad_recipient_is_named_and_nothing_is_written(plain: Path, tmp_path: Path) -> None:
    good = make_identity(tmp_path / "identity")
    (tmp_path / "empty.txt").write_text("# nobody\n")
    (tmp_path / "bad.txt").write_text(f"{good}\nsomebody\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for bad, message in (
        (["age1nobody"], "age1nobody"), ([good, "ssh-rsa AAAA"], "ssh-rsa AAAA"), ([good[:-1]], "is not a recipient"),
        ([], "no recipients are named"), (tmp_path / "empty.txt", "no recipients are named"),
        (tmp_path / "bad.txt", "somebody"), (tmp_path / "binary", "not a file of recipients"),
        ("nowhere.txt", "cannot be read"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=message):
            encrypt_file(plain, tmp_path / "closed.age", bad)
        assert not (tmp_path / "closed.age").exists()


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:100], lambda data: b"", lambda data: (
    data[:-5] + bytes([data[-5] ^ 1]) + data[-4:]
)])  # fmt: skip
def test_what_is_damaged_or_cut_short_is_told_and_leaves_nothing_behind(plain: Path, tmp_path: Path, damage) -> None:
    encrypt_file(plain, tmp_path / "closed.age", make_identity(tmp_path / "identity"))
    (tmp_path / "closed.age").write_bytes(damage((tmp_path / "closed.age").read_bytes()))
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError, match="cannot be opened"):
        decrypt_file(tmp_path / "closed.age", tmp_path / "open.zip", tmp_path / "identity")
    assert sorted(tmp_path.iterdir()) == before


def test_what_is_no_identity_is_told(plain: Path, tmp_path: Path) -> None:
    encrypt_file(plain, tmp_path / "closed.age", make_identity(tmp_path / "identity"))
    for content in ("", "# nothing\n", "garbage\n", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAA\n"):
        (tmp_path / "bad").write_text(content)
        with pytest.raises(InputError, match="identity"):
            decrypt_file(tmp_path / "closed.age", tmp_path / "open.zip", tmp_path / "bad")


def test_a_disk_that_is_full_is_told_and_leaves_nothing_behind(plain: Path, tmp_path: Path) -> None:
    recipient = make_identity(tmp_path / "identity")
    before = sorted(tmp_path.iterdir())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))  # as a full disk: no file may grow beyond this
    try:
        with pytest.raises(OutputError):
            encrypt_file(plain, tmp_path / "closed.age", recipient)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert sorted(tmp_path.iterdir()) == before
    with pytest.raises(OutputError, match="cannot be written"):
        encrypt_file(plain, tmp_path / "nowhere" / "closed.age", recipient)
