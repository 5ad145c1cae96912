"""Content credentials for the tests: a certificate made here signs a picture, as a camera would."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CAPTURE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
MODEL = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


class Signing(NamedTuple):
    """What signs: its certificates as PEM, the root that vouches for it, and its key."""

    chain: bytes
    root: str
    key: bytes


@cache
def signing(name: str = "Camera 7", days: int = 365) -> Signing:
    """Return a signer of this name whose certificate a root of the tests has signed."""
    root_key, own_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, own_name = _name("Test Root"), _name(name)
    root = _certificate(root_name, root_key, root_name, root_key, days)
    own = _certificate(own_name, own_key, root_name, root_key, days)
    key = own_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem = [one.public_bytes(serialization.Encoding.PEM) for one in (own, root)]
    return Signing(b"".join(pem), pem[1].decode(), key)


def signed(data: bytes, by: Signing | None = None, source_type: str = CAPTURE, ingredient: bytes = b"") -> bytes:
    """Return a JPEG with content credentials: created, then cropped."""
    by = by or signing()
    actions: list[dict[str, Any]] = [
        {"action": "c2pa.created", "digitalSourceType": source_type},
        {"action": "c2pa.cropped"},
    ]
    manifest = {
        "claim_generator_info": [{"name": "Test camera", "version": "1"}],
        "title": "picture.jpg",
        "assertions": [{"label": "c2pa.actions", "data": {"actions": actions}}],
    }
    builder = c2pa.Builder(manifest)
    if ingredient:
        builder.add_ingredient(
            {"title": "earlier.jpg", "relationship": "componentOf"}, "image/jpeg", io.BytesIO(ingredient)
        )
    signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", by.chain, by.key, None))
    out = io.BytesIO()
    builder.sign(signer, "image/jpeg", io.BytesIO(data), out)
    return out.getvalue()


def moved(signed_picture: bytes, other: bytes) -> bytes:
    """Return another JPEG into which the credentials of a signed one were put."""
    segments, at = b"", 2
    while signed_picture[at + 1] != 0xDA:
        length = 2 + int.from_bytes(signed_picture[at + 2 : at + 4], "big")
        if signed_picture[at + 1] == 0xEB:
            segments += signed_picture[at : at + length]
        at += length
    first = 4 + int.from_bytes(other[4:6], "big")
    return other[:first] + segments + other[first:]


def _name(name: str) -> x509.Name:
    parts = ((NameOID.COUNTRY_NAME, "CH"), (NameOID.ORGANIZATION_NAME, "Example Press"), (NameOID.COMMON_NAME, name))
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in parts])


def _certificate(
    name: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    days: int,
) -> x509.Certificate:
    is_root, now = name == issuer, datetime.now(UTC)
    usage = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
            *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        ),
        False,
    )
    usage |= {"key_cert_sign": True, "crl_sign": True} if is_root else {"digital_signature": True}
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=days))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(x509.KeyUsage(**usage), critical=True)
    )
    if not is_root:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())
