"""The key that signs web archives: ECDSA on P-384, as other viewers of WACZ verify it (WACZ Signing, anonymous form).

A signature says that whoever holds the key saw the archive in this state. Whose key it is, no archive can say.
"""

from __future__ import annotations

import binascii
import os
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from opencwc.errors import SettingsError
from opencwc.settings import load_settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

KEY_FILE = "archive.key"
_LARGEST = 1 << 16


def house_key() -> ArchiveKey:
    """Return the key that signs web archives here, made where there is none yet; raises as `ArchiveKey.open` does."""
    return ArchiveKey.open(load_settings().folder / "keys" / KEY_FILE)


class ArchiveKey:
    """A private key; ``public`` is its SubjectPublicKeyInfo in base64, ``fingerprint`` the SHA-256 of that in hex."""

    def __init__(self, private: EllipticCurvePrivateKey) -> None:
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        self._private = private
        public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.public, self.fingerprint = b64encode(public).decode(), sha256(public).hexdigest()

    @classmethod
    def open(cls, path: Path) -> ArchiveKey:
        """Read the key of a file, made where there is none.

        Raises:
            SettingsError: the file cannot be read or written, others can read it, or it holds no such key.

        """
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make(path)
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode & 0o777
                pem = file.read(_LARGEST)
        except OSError as error:
            reason = str(error.strerror)
            raise SettingsError("signing_key_file_unusable", where=str(path), reason=reason) from error
        if os.name == "posix" and mode & 0o077:
            raise SettingsError("signing_key_open_to_others", where=str(path), mode=mode, file=str(path))
        return cls(_private(pem, path))

    def sign(self, text: str) -> str:
        """Return the signature over a text as r and s of 48 bytes each, in base64; the same for the same text."""
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
        from cryptography.hazmat.primitives.hashes import SHA256

        made = self._private.sign(text.encode(), ec.ECDSA(SHA256(), deterministic_signing=True))
        return b64encode(b"".join(part.to_bytes(48, "big") for part in decode_dss_signature(made))).decode()


def _make(path: Path) -> None:
    """Write a new key for its owner alone; one that is there stays."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    if path.exists():
        return
    private = ec.generate_private_key(ec.SECP384R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process made it at this moment
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(descriptor)


def _private(pem: bytes, path: Path) -> EllipticCurvePrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SettingsError("signing_key_damaged", where=str(path)) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP384R1):
        raise SettingsError("custody_key_is_no_p384", where=str(path))
    return key


def fingerprint_of(public: str) -> str:
    """Return the fingerprint of a public key in base64, empty where it is no key of an elliptic curve."""
    key = _public(public)
    return sha256(b64decode(public)).hexdigest() if key is not None else ""


def signature_holds(public: str, text: str, signature: str) -> bool:
    """Tell whether a signature over a text was made with a public key; either of the two forms in use is read."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    key, made = _public(public), _bytes(signature)
    if key is None:
        return False
    half = (key.curve.key_size + 7) // 8
    if len(made) == 2 * half:
        made = encode_dss_signature(int.from_bytes(made[:half], "big"), int.from_bytes(made[half:], "big"))
    try:
        key.verify(made, text.encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _public(public: str) -> EllipticCurvePublicKey | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(_bytes(public))
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) else None


def _bytes(text: str) -> bytes:
    if len(text) > _LARGEST:
        return b""
    try:
        return b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
