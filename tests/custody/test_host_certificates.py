"""A host that signed an archive (authsign): its chain leads to a trusted certificate, or what does not hold is told."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from opencwc.custody.archive_process import verify_confined
from opencwc.custody.host_certificates import leads_to_trusted
from opencwc.custody.wacz_verifier import CheckedArchive, verify_wacz
from opencwc.custody.wacz_writer import DIGEST
from opencwc.errors import InputError

from .archives import TAKEN, changed, members, packed

HOST = "archive.example"
CURVES = (ec.SECP256R1, ec.SECP384R1)


def certificate(
    subject: str, key: Any, issuer: str, by: Any, *, authority: bool = False, start: datetime = TAKEN
) -> x509.Certificate:
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in (subject, issuer)]
    usage = x509.KeyUsage(
        digital_signature=not authority, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=authority, crl_sign=authority, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(names[0])
        .issuer_name(names[1])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - timedelta(days=1))
        .not_valid_after(start + timedelta(days=90))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    if not authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(by, hashes.SHA256())


def signed_by_host(curve: Any = ec.SECP256R1, start: datetime = TAKEN, host: str = HOST) -> tuple[bytes, str]:
    """Return an archive that a host signed, and the root certificate of its chain."""
    root_key, middle_key, own_key = (ec.generate_private_key(kind()) for kind in (curve, ec.SECP256R1, curve))
    root = certificate("Root", root_key, "Root", root_key, authority=True, start=start)
    middle = certificate("Middle", middle_key, "Root", root_key, authority=True, start=start)
    own = certificate(host, own_key, "Middle", middle_key, start=start)
    archive = packed(None)
    digest = json.loads(members(archive)[DIGEST])
    created = json.loads(members(archive)["datapackage.json"])["created"]
    pem = b"".join(one.public_bytes(Encoding.PEM) for one in (own, middle)).decode()
    digest["signedData"] = {
        "hash": digest["hash"], "created": created, "software": "authsigner", "version": "0.1.0", "domain": HOST,
        "domainCert": pem, "timestampCert": pem, "timeSignature": "AAAA",
        "signature": b64encode(own_key.sign(digest["hash"].encode(), ec.ECDSA(hashes.SHA256()))).decode(),
    }  # fmt: skip
    whole = changed(archive, lambda files: files.update({DIGEST: json.dumps(digest).encode()}))
    return whole, root.public_bytes(Encoding.PEM).decode()


def checked(archive: bytes, trusted: str = "") -> CheckedArchive:
    return verify_wacz(io.BytesIO(archive), "a.wacz", (), trusted)


def said(found: CheckedArchive) -> list[str]:
    return [message.id for message in (*found.faults, *found.unchecked)]


@pytest.mark.parametrize("curve", CURVES)
def test_a_chain_that_leads_to_a_trusted_certificate_is_said_and_what_stays_unchecked_too(curve: Any) -> None:
    archive, root = signed_by_host(curve)
    found = checked(archive, root)
    assert found.fits and found.key and said(found) == ["custody_domain_trusted"]


def test_without_trusted_certificates_it_is_said_that_the_chain_was_not_checked() -> None:
    archive, _ = signed_by_host()
    found = checked(archive)
    assert found.fits and said(found) == ["custody_domain_unchecked"]


def test_a_chain_to_another_root_of_another_host_or_out_of_its_time_is_a_fault() -> None:
    archive, root = signed_by_host()
    _, other = signed_by_host()
    assert said(checked(archive, other)) == ["custody_domain_untrusted"]
    for wrong in (signed_by_host(host="other.example"), signed_by_host(start=TAKEN + timedelta(days=400))):
        assert said(checked(*wrong)) == ["custody_domain_untrusted"]
    assert not leads_to_trusted("", HOST, TAKEN.isoformat(), root)
    assert not leads_to_trusted(root, HOST, "yesterday", root)
    assert not leads_to_trusted("x" * 1_000_000, HOST, TAKEN.isoformat(), root)


def test_a_confined_process_says_the_same(tmp_path: Path) -> None:
    archive, root = signed_by_host(ec.SECP384R1)
    file = tmp_path / "a.wacz"
    file.write_bytes(archive)
    with file.open("rb") as stream:
        assert verify_confined(stream, "a.wacz", (), root) == checked(archive, root)
    file.write_bytes(b"PK\x03\x04nonsense")
    with file.open("rb") as stream, pytest.raises(InputError, match="WACZ"):
        verify_confined(stream, "a.wacz")
