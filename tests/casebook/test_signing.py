"""The key that signs checkpoints: in a file for its owner alone, or in a real PKCS#11 token (SoftHSM)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from opencwc.casebook.signing import (
    FileKey,
    TokenKey,
    TokenPlace,
    fingerprint_of,
    open_signer,
    verify_signature,
)
from opencwc.errors import IntegrityError, OpenCWCError, SettingsError, UnavailableError

PIN = "4711-0815"


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


# ---- a key in a file


def test_a_key_is_made_on_first_use_for_its_owner_alone_and_used_from_then_on(tmp_path: Path) -> None:
    first, second = (open_signer("", tmp_path / "keys") for _ in range(2))
    assert first.fingerprint == second.fingerprint
    assert mode_of(tmp_path / "keys") == 0o700
    assert mode_of(tmp_path / "keys" / "checkpoint.key") == 0o600
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["checkpoint.key"]


def test_a_signature_holds_for_its_data_and_its_key_only(tmp_path: Path) -> None:
    key, other = FileKey.make(tmp_path / "one"), FileKey.make(tmp_path / "other")
    signature = key.sign(b"the head")
    assert len(signature) == 64
    assert verify_signature(key.public_pem(), b"the head", signature)
    assert not verify_signature(key.public_pem(), b"the heap", signature)
    assert not verify_signature(other.public_pem(), b"the head", signature)
    assert not verify_signature(key.public_pem(), b"the head", signature[:-1])


def test_openssl_knows_the_same_key_by_the_same_fingerprint(tmp_path: Path) -> None:
    key = FileKey.make(tmp_path / "key")
    der = subprocess.run(
        ["openssl", "pkey", "-in", tmp_path / "key", "-pubout", "-outform", "DER"], capture_output=True, check=True
    ).stdout
    output = subprocess.run(["openssl", "dgst", "-sha256", "-r"], input=der, capture_output=True, check=True).stdout
    assert output.split()[0].decode() == key.fingerprint == fingerprint_of(key.public_pem())


def test_what_is_no_ed25519_public_key_is_told() -> None:
    ec = subprocess.run(
        "openssl ecparam -name prime256v1 -genkey -noout | openssl ec -pubout",
        shell=True,
        capture_output=True,
        check=True,
    ).stdout
    for pem in (b"garbage", ec):
        with pytest.raises(IntegrityError):
            verify_signature(pem, b"", bytes(64))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666, 0o601])
def test_a_key_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    FileKey.make(tmp_path / "key")
    (tmp_path / "key").chmod(mode)
    with pytest.raises(SettingsError, match="chmod 600"):
        open_signer(str(tmp_path / "key"), tmp_path)


def test_a_folder_that_others_may_write_to_gets_no_key(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(SettingsError, match="chmod 700"):
        open_signer("", tmp_path / "open")
    assert list((tmp_path / "open").iterdir()) == []


def test_a_key_with_a_passphrase_opens_with_it_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = FileKey.make(tmp_path / "key", "correct horse")
    assert b"ENCRYPTED" in (tmp_path / "key").read_bytes()
    for wrong in ("", "wrong horse"):
        with pytest.raises(SettingsError, match="OPENCWC_KEY_PASSPHRASE"):
            open_signer(str(tmp_path / "key"), tmp_path, passphrase=wrong)
    monkeypatch.setenv("OPENCWC_KEY_PASSPHRASE", "correct horse")
    assert open_signer(str(tmp_path / "key"), tmp_path).fingerprint == made.fingerprint


def test_a_key_that_is_missing_damaged_or_of_another_kind_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        open_signer(str(tmp_path / "nowhere"), tmp_path)
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", tmp_path / "ec"],
        check=True, capture_output=True,
    )  # fmt: skip
    (tmp_path / "damaged").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    for name, message in (("ec", "not an Ed25519 key"), ("damaged", "damaged")):
        (tmp_path / name).chmod(0o600)
        with pytest.raises(SettingsError, match=message):
            open_signer(str(tmp_path / name), tmp_path)


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    FileKey.make(tmp_path / "key")
    before = (tmp_path / "key").read_bytes()
    with pytest.raises(FileExistsError):
        FileKey.make(tmp_path / "key")
    assert (tmp_path / "key").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_many_that_open_at_once_make_one_key(tmp_path: Path) -> None:
    barrier = threading.Barrier(8)

    def opened(_: int) -> str:
        barrier.wait()
        return open_signer("", tmp_path / "keys").fingerprint

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(opened, range(8)))) == 1


# ---- a key in a token


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URI of a key in a SoftHSM token; the module is loaded once in a process, so is its configuration."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "The house", "--pin", PIN, "--so-pin", "0000"],
        check=True, capture_output=True,
    )  # fmt: skip
    module = next(path for path in Path("/usr/lib").glob("**/softhsm/libsofthsm2.so"))
    uri = f"pkcs11:token=The%20house;object=checkpoints?module-path={module}"
    TokenKey.make(uri, PIN)
    return uri


def test_a_token_signs_and_everybody_can_check_it(token: str, tmp_path: Path) -> None:
    signer = open_signer(token, tmp_path, pin=PIN)
    signature = signer.sign(b"the head")
    assert verify_signature(signer.public_pem(), b"the head", signature)
    assert not verify_signature(signer.public_pem(), b"the heap", signature)
    for name, data in (("key.pem", signer.public_pem()), ("data", b"the head"), ("sig", signature)):
        (tmp_path / name).write_bytes(data)
    subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "data", "-sigfile", "sig"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip


def test_a_token_is_the_same_key_each_time_and_takes_the_pin_from_the_environment_or_a_file(
    token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pin").write_text(f"{PIN}\n")
    by_argument = open_signer(token, tmp_path, pin=PIN).fingerprint
    by_file = open_signer(f"{token}&pin-source=file:{tmp_path / 'pin'}", tmp_path).fingerprint
    monkeypatch.setenv("OPENCWC_TOKEN_PIN", PIN)
    assert open_signer(token, tmp_path).fingerprint == by_file == by_argument


def test_many_threads_sign_with_one_token(token: str, tmp_path: Path) -> None:
    signer = open_signer(token, tmp_path, pin=PIN)
    with ThreadPoolExecutor(8) as pool:
        signed = list(pool.map(lambda number: (number, signer.sign(b"%d" % number)), range(64)))
    assert all(verify_signature(signer.public_pem(), b"%d" % number, signature) for number, signature in signed)


def test_another_process_signs_with_the_same_key(token: str, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from opencwc.casebook.signing import open_signer;"
        "print(open_signer(sys.argv[1], Path()).fingerprint)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, token], env={**os.environ, "OPENCWC_TOKEN_PIN": PIN}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == open_signer(token, tmp_path, pin=PIN).fingerprint


def test_a_wrong_pin_none_a_wrong_token_key_or_module_is_told(
    token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENCWC_TOKEN_PIN", raising=False)
    wrong = [
        (token, "0000", "refused the PIN"),
        (token, "", "OPENCWC_TOKEN_PIN"),
        (token.replace("The%20house", "Another"), PIN, "could not be used"),
        (token.replace("checkpoints", "another"), PIN, "could not be used"),
        (token.partition("?")[0] + "?module-path=/nowhere.so", PIN, "could not be used"),
    ]
    for uri, pin, message in wrong:
        with pytest.raises(OpenCWCError, match=message):
            open_signer(uri, tmp_path, pin=pin)


@pytest.mark.parametrize(
    "uri",
    [
        "pkcs11:", "pkcs11:token=a", "pkcs11:token=a;object=b", "pkcs11:object=b?module-path=/x.so",
        "pkcs11:token=a;object=b;colour=red?module-path=/x.so", "pkcs11:token=a;object=b?module-path=/x.so&colour=red",
    ],
)  # fmt: skip
def test_an_address_that_is_not_complete_is_told(uri: str) -> None:
    with pytest.raises(SettingsError, match="module-path="):
        TokenPlace.read(uri)


def test_without_python_pkcs11_the_remedy_is_named(token: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(UnavailableError, match=r"pip install 'opencwc\[token\]'"):
        open_signer(token, tmp_path, pin=PIN)
