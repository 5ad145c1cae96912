"""Who vouches for the record: the key that signs checkpoints, in a file or in a token.

A signature says that whoever holds the key saw the record in this state.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

from opencwc.casebook.durable_files import write_new
from opencwc.errors import IntegrityError, SettingsError, UnavailableError
from opencwc.settings import Settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_FILE = "checkpoint.key"


class Signer(Protocol):
    """Something that signs with one Ed25519 key; ``fingerprint`` is the SHA-256 of its SubjectPublicKeyInfo, in hex."""

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the key."""

    def public_pem(self) -> bytes:
        """Return the public key as PEM."""

    def sign(self, data: bytes) -> bytes:
        """Return the signature of 64 bytes over data."""


def open_signer(setting: str, folder: Path, *, passphrase: str = "", pin: str = "") -> Signer:
    """Return the signer that a setting names.

    An empty setting is the file ``checkpoint.key`` in the folder, made where it is not there yet; a path is that
    file; ``pkcs11:token=...;object=...?module-path=...`` (RFC 7512) is a key in a token. What is not given is read
    from ``OPENCWC_KEY_PASSPHRASE`` and ``OPENCWC_TOKEN_PIN``.

    Raises:
        SettingsError: the setting has no meaning, or the key is not there, not private or not Ed25519.
        UnavailableError: the token cannot be reached, or ``python-pkcs11`` is not installed.

    """
    if setting.startswith("pkcs11:"):
        return TokenKey.open(setting, pin)
    passphrase = passphrase or key_passphrase()
    if setting:
        return FileKey.load(Path(setting).expanduser(), passphrase)
    path = folder / KEY_FILE
    with contextlib.suppress(FileExistsError):
        if not path.exists():
            return FileKey.make(path, passphrase)
    return FileKey.load(path, passphrase)


def key_setting(settings: Settings) -> str:
    """Return what names the key: ``OPENCWC_KEY``, or ``key`` of ``[casebook]``; empty for the file of habit."""
    return os.environ.get("OPENCWC_KEY") or str(settings.sections.get("casebook", {}).get("key", ""))


def key_passphrase() -> str:
    """Return what opens a key file that is locked: ``OPENCWC_KEY_PASSPHRASE``."""
    return os.environ.get("OPENCWC_KEY_PASSPHRASE", "")


def verify_signature(public_pem: bytes, data: bytes, signature: bytes) -> bool:
    """Tell whether a signature over data was made with a key; `IntegrityError` where the key is no Ed25519 key."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(public_der(public_pem)[-32:])
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True


def fingerprint_of(public_pem: bytes) -> str:
    """Return the fingerprint of a public key: SHA-256 of its DER SubjectPublicKeyInfo, in hex."""
    return sha256(public_der(public_pem)).hexdigest()


def public_der(public_pem: bytes) -> bytes:
    """Return a public key as DER SubjectPublicKeyInfo; `IntegrityError` where it is no Ed25519 key."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

    try:
        key = load_pem_public_key(public_pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise IntegrityError("public_key_unreadable") from error
    if not isinstance(key, Ed25519PublicKey):
        raise IntegrityError("public_key_is_no_ed25519")
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


class _Key:
    """What is known to everybody of an Ed25519 key, made from its 32 bytes."""

    def __init__(self, public: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        key = Ed25519PublicKey.from_public_bytes(public)
        self._public_pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.fingerprint = fingerprint_of(self._public_pem)

    def public_pem(self) -> bytes:
        """Return the public key as PEM."""
        return self._public_pem


class FileKey(_Key):
    """An Ed25519 key in a file (PKCS#8, PEM) that nobody but its owner may read."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        super().__init__(private.public_key().public_bytes_raw())
        self._private = private

    @classmethod
    def make(cls, path: Path, passphrase: str = "") -> FileKey:
        """Make a new key; `FileExistsError` where there is one, even if another process makes it at this moment."""
        from cryptography.hazmat.primitives import serialization as form
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        private = Ed25519PrivateKey.generate()
        lock = form.BestAvailableEncryption(passphrase.encode()) if passphrase else form.NoEncryption()
        pem = private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, lock)
        with _told(path):
            folder = path.parent
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            mode = folder.stat().st_mode & 0o777
            if os.name == "posix" and mode & 0o022:
                raise SettingsError("key_folder_open_to_others", where=str(folder), mode=mode, folder=str(folder))
            write_new(path, pem)
        return cls(private)

    @classmethod
    def load(cls, path: Path, passphrase: str = "") -> FileKey:
        """Read a key; `SettingsError` where it is not there, not private, locked or no Ed25519 key."""
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        with _told(path), path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode & 0o777
            if os.name == "posix" and mode & 0o077:
                raise SettingsError("signing_key_open_to_others", where=str(path), mode=mode, file=str(path))
            pem = file.read(65536)
        try:
            private = load_pem_private_key(pem, passphrase.encode() if passphrase else None)
        except TypeError as error:
            if "not given" in str(error):
                raise SettingsError("signing_key_needs_passphrase", where=str(path), reason=str(error)) from error
            raise SettingsError("signing_key_takes_no_passphrase", where=str(path), reason=str(error)) from error
        except (ValueError, UnsupportedAlgorithm) as error:
            raise SettingsError("signing_key_damaged", where=str(path)) from error
        if not isinstance(private, Ed25519PrivateKey):
            raise SettingsError("signing_key_is_no_ed25519", where=str(path))
        return cls(private)

    def sign(self, data: bytes) -> bytes:
        """Return the signature over data."""
        return self._private.sign(data)


class TokenKey(_Key):
    """An Ed25519 key in a PKCS#11 token (smart card, HSM): the private key never leaves it.

    A session is opened for each signature, so that a token that was taken out and put back goes on working.
    """

    def __init__(self, place: TokenPlace, public: bytes, pin: str) -> None:
        super().__init__(public)
        self._place, self._pin = place, pin

    @classmethod
    def open(cls, uri: str, pin: str = "") -> TokenKey:
        """Find the key that a URI names; the PIN is the argument, the URI's (``pin-source``) or the environment's."""
        place = TokenPlace.read(uri)
        pin = pin or place.pin
        with _session(place, pin) as session:
            return cls(place, _edwards_point(_find_key(session, place, private=False)), pin)

    @classmethod
    def make(cls, uri: str, pin: str = "") -> TokenKey:
        """Make a new key in the token under the name that a URI gives."""
        place = TokenPlace.read(uri)
        pin = pin or place.pin
        with _session(place, pin, writing=True) as session:
            from pkcs11 import Attribute, KeyType, Mechanism

            # PKCS#11 3.0, 2.3.5: the curve as a PrintableString, "edwards25519"; tokens older than that know it too.
            curve = {Attribute.EC_PARAMS: b"\x13\x0cedwards25519"}
            parameters = session.create_domain_parameters(KeyType.EC_EDWARDS, curve, local=True)
            made = Mechanism.EC_EDWARDS_KEY_PAIR_GEN
            public, _ = parameters.generate_keypair(store=True, label=place.object, mechanism=made)
            return cls(place, _edwards_point(public), pin)

    def sign(self, data: bytes) -> bytes:
        """Return the signature over data; `IntegrityError` where the token signs with another key than it shows."""
        with _session(self._place, self._pin) as session:
            from pkcs11 import Mechanism

            signature = bytes(_find_key(session, self._place, private=True).sign(data, mechanism=Mechanism.EDDSA))
        if not verify_signature(self._public_pem, data, signature):
            raise IntegrityError("token_signed_with_another_key", where=self._place.object)
        return signature


class TokenPlace(Struct, frozen=True):
    """Where a key is: the token's module, label or serial number, the key's label; the PIN of URI or environment."""

    module: str
    token: str
    serial: str
    object: str
    pin: str

    @classmethod
    def read(cls, uri: str) -> TokenPlace:
        """Read a URI (RFC 7512).

        >>> TokenPlace.read("pkcs11:token=The%20house;object=checkpoint?module-path=/usr/lib/token.so").token
        'The house'
        """
        path, _, query = uri.removeprefix("pkcs11:").partition("?")
        said = {name: unquote(value) for name, _, value in (part.partition("=") for part in path.split(";") if part)}
        asked = dict(parse_qsl(query.replace("+", "%2B"), keep_blank_values=True))
        strange = sorted(set(said) - {"token", "serial", "object", "type"})
        strange += sorted(set(asked) - {"module-path", "pin-source", "pin-value"})
        if strange:
            raise SettingsError("key_address_field_unknown", field=strange[0])
        if not said.get("object") or not (said.get("token") or said.get("serial")) or not asked.get("module-path"):
            raise SettingsError("key_address_incomplete")
        pin = asked.get("pin-value", "")
        if source := asked.get("pin-source", ""):
            file = Path(source.removeprefix("file://").removeprefix("file:"))
            with _told(file):
                pin = file.read_text(encoding="utf-8").strip()
        pin = pin or os.environ.get("OPENCWC_TOKEN_PIN", "")
        return cls(asked["module-path"], said.get("token", ""), said.get("serial", ""), said["object"], pin)


@contextlib.contextmanager
def _session(place: TokenPlace, pin: str, *, writing: bool = False) -> Iterator[Any]:
    try:
        import pkcs11
        from pkcs11.exceptions import PinIncorrect, PKCS11Error
    except ImportError as error:
        raise UnavailableError("pkcs11_not_installed") from error
    if not pin:
        raise SettingsError("token_pin_missing", where=place.token)
    try:
        with _turn_at(place.module):
            library = pkcs11.lib(place.module)
            names = {"token_label": place.token or None, "token_serial": place.serial.encode() or None}
            token = library.get_token(**{name: value for name, value in names.items() if value})
            with token.open(rw=writing, user_pin=pin) as session:
                yield session
    except PinIncorrect as error:
        raise SettingsError("token_pin_refused", where=place.token) from error
    except (PKCS11Error, RuntimeError) as error:
        reason = f"{type(error).__name__} {error}".strip()
        raise UnavailableError("token_unusable", where=place.token or place.serial, reason=reason) from error


@functools.cache
def _turn_at(module: str) -> threading.Lock:
    """Return the lock of a module: who is logged in to a token is so for the whole process, so threads take turns."""
    return threading.Lock()


def _find_key(session: Any, place: TokenPlace, *, private: bool) -> Any:
    from pkcs11 import KeyType, ObjectClass

    kind = ObjectClass.PRIVATE_KEY if private else ObjectClass.PUBLIC_KEY
    return session.get_key(object_class=kind, key_type=KeyType.EC_EDWARDS, label=place.object)


def _edwards_point(key: Any) -> bytes:
    from pkcs11 import Attribute

    point = bytes(key[Attribute.EC_POINT])
    if len(point) == 34 and point.startswith(b"\x04\x20"):  # some tokens wrap it in an OCTET STRING, some do not
        point = point[2:]
    if len(point) != 32:
        raise SettingsError("token_key_is_no_ed25519")
    return point


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise SettingsError("signing_key_file_unusable", where=str(path), reason=str(error.strerror)) from error
