"""The certificate of a host that signed a web archive (authsign): its key, and whether it leads to one that is trusted.

Whether a certificate was revoked nobody asks: nothing is fetched.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import datetime

from opencwc.errors import InputError

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_LONGEST_CHAIN = 1 << 18


def certificates_in(data: bytes, name: str) -> str:
    """Return certificates as PEM; raise `InputError` where there is none that can be read."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        load_pem_x509_certificates(data)
        return data.decode("ascii")
    except ValueError:
        raise InputError("trust_list_wrong", where=name) from None


def key_of_certificate(chain: str) -> str:
    """Return the public key of the first certificate of a chain in base64, empty where it is none."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    first = chain.partition(_END)[0].partition(_BEGIN)[2]
    try:
        certificate = x509.load_der_x509_certificate(b64decode("".join(first.split()), validate=True))
        key = certificate.public_key()
    except (ValueError, TypeError):
        return ""
    return b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def leads_to_trusted(chain: str, domain: str, at: str, trusted: str) -> bool:
    """Tell whether a chain is of a host, was valid at a time (ISO 8601), and leads to a trusted certificate (RFC 5280).

    ``chain`` and ``trusted`` are PEM, the host's own certificate first.
    """
    from cryptography import x509
    from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

    if len(chain) > _LONGEST_CHAIN:
        return False
    try:
        host, *others = x509.load_pem_x509_certificates(chain.encode("ascii"))
        store = Store(x509.load_pem_x509_certificates(trusted.encode("ascii")))
        policy = PolicyBuilder().store(store).time(datetime.fromisoformat(at)).max_chain_depth(8)
        policy.build_server_verifier(x509.DNSName(domain)).verify(host, others)
    except (ValueError, VerificationError):
        return False
    return True
