"""The secret of the service: one file beside the signing keys, from which a key is derived for each purpose.

Who has a copy of the database has not this file: what is sealed with it (the secrets of second factors, the cookie of
a sign-in under way) says nothing to them.
"""

from __future__ import annotations

import base64
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from opencwc.casebook.durable_files import write_new
from opencwc.errors import SettingsError, StorageError
from opencwc.settings import load_settings

_BYTES = 32


class Seal:
    """Seals and opens texts for one purpose (Fernet: AES-128-CBC with HMAC-SHA-256)."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        derived = HKDF(SHA256(), 32, None, b"opencwc " + purpose.encode()).derive(secret)
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def seal(self, text: str, *, at: int | None = None) -> str:
        """Return a text sealed; ``at`` is the second of the epoch at which it is, now where it is left out."""
        data = text.encode()
        return (self._fernet.encrypt(data) if at is None else self._fernet.encrypt_at_time(data, at)).decode()

    def opened(self, sealed: str, *, lasts: int | None = None, at: int | None = None) -> str | None:
        """Return what was sealed, or ``None`` where it was not sealed here or longer ago than ``lasts`` seconds."""
        try:
            if lasts is not None and at is not None:
                return self._fernet.decrypt_at_time(sealed.encode(), lasts, at).decode()
            return self._fernet.decrypt(sealed.encode(), lasts).decode()
        except (InvalidToken, UnicodeEncodeError):
            return None


def service_secret(keys: Path | None = None) -> bytes:
    """Return the secret in ``keys/service.secret`` of the settings folder, made (mode 0600) where it is not there.

    Raises:
        SettingsError: others may read the file, or it holds no secret.
        StorageError: it can be neither read nor made.

    """
    file = (keys or load_settings().folder / "keys") / "service.secret"
    try:
        if not file.exists():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):  # where another process was faster, its secret stays
                write_new(file, base64.b64encode(secrets.token_bytes(_BYTES)) + b"\n")
        if os.name == "posix" and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SettingsError("secret_open_to_others", where=str(file))
        written = file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise StorageError("service_secret_not_kept", where=str(file), reason=str(error)) from error
    try:
        secret = base64.b64decode(written, validate=True)
    except ValueError:
        secret = b""
    if len(secret) != _BYTES:
        raise SettingsError("service_secret_not_valid", where=str(file))
    return secret
