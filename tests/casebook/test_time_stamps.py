"""Time stamps after RFC 3161, from a real authority that openssl is here."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from opencwc.casebook.time_stamps import request, verify_response
from opencwc.errors import InputError, IntegrityError, SettingsError

from .bundle_case import Authority

DATA = b"a statement and its signature"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("time") / "authority")


def test_a_request_asks_for_the_hash_a_nonce_and_the_certificates(tmp_path: Path) -> None:
    (tmp_path / "q.tsq").write_bytes(request(DATA))
    output = subprocess.run(
        ["openssl", "ts", "-query", "-in", tmp_path / "q.tsq", "-text"], capture_output=True, text=True, check=True
    ).stdout
    assert "Hash Algorithm: sha256" in output
    assert "Nonce: 0x" in output
    assert "Certificate required: yes" in output
    assert request(DATA) != request(DATA)


def test_a_response_says_when_and_who(authority: Authority) -> None:
    query = request(DATA)
    stamp = verify_response(DATA, query, authority.stamp(query), authority.ca)
    assert stamp.authority == "CN=Time of the House"
    assert stamp.policy == "1.2.3.4.1"
    assert stamp.serial > 0
    assert len(stamp.at) == 20
    assert stamp.at.startswith("20")


def test_openssl_agrees_with_the_response(authority: Authority, tmp_path: Path) -> None:
    query = request(DATA)
    (tmp_path / "r.tsr").write_bytes(authority.stamp(query))
    (tmp_path / "q.tsq").write_bytes(query)
    subprocess.run(
        ["openssl", "ts", "-verify", "-queryfile", "q.tsq", "-in", "r.tsr", "-CAfile", authority.ca], cwd=tmp_path,
        check=True, capture_output=True,
    )  # fmt: skip


def test_a_response_to_another_request_or_for_other_data_is_refused(authority: Authority) -> None:
    query, again, other = request(DATA), request(DATA), request(b"other")
    for data, request_sent, answered, message in (
        (DATA, query, again, "nonce"),
        (DATA, query, other, "nonce"),
        (b"other", query, query, "is invalid"),
    ):
        with pytest.raises(IntegrityError, match=message):
            verify_response(data, request_sent, authority.stamp(answered), authority.ca)


def test_a_response_whose_hash_is_not_that_of_its_request_is_refused(authority: Authority) -> None:
    from hashlib import sha256

    query = request(DATA)
    false = query.replace(sha256(DATA).digest(), sha256(b"other").digest())
    with pytest.raises(IntegrityError, match="its hash differs"):
        verify_response(b"other", false, authority.stamp(query), authority.ca)


def test_an_authority_that_is_not_trusted_is_refused(authority: Authority, tmp_path: Path) -> None:
    query = request(DATA)
    other = Authority(tmp_path / "other", "Another Time")
    with pytest.raises(IntegrityError, match="is invalid"):
        verify_response(DATA, query, authority.stamp(query), other.ca)


def test_a_certificate_that_is_not_for_time_stamps_is_refused(authority: Authority) -> None:
    query = request(DATA)
    with pytest.raises(IntegrityError, match="is invalid"):
        verify_response(DATA, query, authority.stamp_with_other_certificate(query), authority.ca)


def test_a_response_that_was_not_granted_is_refused_and_says_why(authority: Authority) -> None:
    md5 = subprocess.run(
        ["openssl", "ts", "-query", "-data", "/dev/null", "-md5"], capture_output=True, check=True
    ).stdout
    with pytest.raises(IntegrityError, match="did not grant the timestamp: rejected"):
        verify_response(DATA, request(DATA), authority.stamp(md5), authority.ca)


def test_a_response_of_which_any_byte_is_flipped_is_refused(authority: Authority) -> None:
    query = request(DATA)
    response = authority.stamp(query)
    stamp = verify_response(DATA, query, response, authority.ca)
    taken = 0
    for at in range(len(response)):
        flipped = bytearray(response)
        flipped[at] ^= 0x01
        try:
            verified = verify_response(DATA, query, bytes(flipped), authority.ca)
        except (IntegrityError, InputError):
            continue
        # What no signature covers (a status text, a name of an algorithm given twice) says nothing of the time.
        taken += 1
        assert (verified.at, verified.serial, verified.policy) == (stamp.at, stamp.serial, stamp.policy)
    assert taken < len(response) / 20


def test_what_is_no_request_no_response_and_no_certificate_is_told(authority: Authority, tmp_path: Path) -> None:
    query = request(DATA)
    response = authority.stamp(query)
    (tmp_path / "garbage.pem").write_bytes(b"garbage")
    for request_sent, answered in ((b"garbage", response), (query, b"garbage"), (query, b""), (query, response[:-5])):
        with pytest.raises(InputError):
            verify_response(DATA, request_sent, answered, authority.ca)
    for ca in (tmp_path / "garbage.pem", tmp_path / "nowhere.pem"):
        with pytest.raises(SettingsError):
            verify_response(DATA, query, response, ca)
