"""A bundle closed to all but those it is for: the ``age`` format (age-encryption.org/v1), through pyrage.

Recipients are named by their public keys: ``age1...``, or an SSH key (``ssh-ed25519 ...``, ``ssh-rsa ...``). Files of
any size go through piece by piece.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from opencwc.casebook.bundle_writer import written_whole
from opencwc.casebook.durable_files import write_new
from opencwc.errors import InputError, OutputError

_LARGEST_KEY_FILE = 2**20


def encrypt_file(source: Path, target: Path, recipients: str | Path | Sequence[str | Path]) -> None:
    """Write a file encrypted to recipients; each is a public key, or a file of them (one a line, ``#`` for remarks).

    Raises:
        InputError: a recipient is none, or there is none at all; the source cannot be read.
        OutputError: the target cannot be written; nothing is left behind.

    """
    import pyrage

    keys = [_recipient(recipient) for recipient in read_recipients(recipients)]
    with _opened(source) as plain, written_whole(target) as closed:
        try:
            pyrage.encrypt_io(plain, closed, keys)
        except pyrage.EncryptError as error:
            raise OutputError("file_cannot_be_encrypted", where=str(target), reason=str(error)) from error


def decrypt_file(source: Path, target: Path, identity: Path) -> None:
    """Write what a file holds that was encrypted to an identity (the file that `make_identity` made, or an SSH key).

    Raises:
        InputError: the file is damaged, cut short or for somebody else; the identity is none.
        OutputError: the target cannot be written; nothing is left behind.

    """
    import pyrage

    keys = _identities(identity)
    with _opened(source) as closed, written_whole(target) as plain:
        try:
            pyrage.decrypt_io(closed, plain, keys)
        except (pyrage.DecryptError, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise InputError("file_cannot_be_decrypted", where=str(source), reason=str(error)) from error


def make_identity(path: Path) -> str:
    """Make an identity in a new file that nobody else may read (mode 0600), and return its recipient, ``age1...``."""
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    try:
        write_new(path, f"# public key: {recipient}\n{identity}\n".encode())
    except FileExistsError as error:
        raise OutputError("key_file_there_already", where=str(path)) from error
    except OSError as error:
        raise OutputError("identity_not_written", where=str(path), reason=str(error.strerror)) from error
    return recipient


def read_recipients(given: str | Path | Sequence[str | Path]) -> list[str]:
    """Return the recipients that are given by name or by file; `InputError` where one is no recipient."""
    keys: list[str] = []
    for name in [given] if isinstance(given, str | Path) else given:
        text = str(name).strip()
        is_key = isinstance(name, str) and text.startswith(("age1", "ssh-"))
        keys += [text] if is_key else _lines(_text(Path(text), "recipients"))
    if not keys:
        raise InputError("recipient_missing")
    for key in keys:
        _recipient(key)
    return list(dict.fromkeys(keys))


def _recipient(text: str) -> Any:
    import pyrage

    kind = pyrage.ssh.Recipient if text.startswith("ssh-") else pyrage.x25519.Recipient
    try:
        return kind.from_str(text)
    except pyrage.RecipientError as error:
        raise InputError("text_is_no_recipient", text=text[:60]) from error


def _identities(path: Path) -> list[Any]:
    import pyrage

    text = _text(path, "identity")
    try:
        if "PRIVATE KEY-----" in text:
            return [pyrage.ssh.Identity.from_buffer(text.encode())]
        identities = [pyrage.x25519.Identity.from_str(line) for line in _lines(text)]
    except pyrage.IdentityError as error:
        raise InputError("not_an_identity", where=str(path)) from error
    if not identities:
        raise InputError("file_without_identity", where=str(path))
    return identities


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _text(path: Path, what: str) -> str:
    with _opened(path) as file:
        data = file.read(_LARGEST_KEY_FILE + 1)
    try:
        if len(data) <= _LARGEST_KEY_FILE:
            return data.decode()
    except UnicodeDecodeError:
        pass
    raise InputError("key_file_of_another_kind", where=str(path), wanted=what)


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError("key_file_unreadable", where=str(path), reason=str(error.strerror)) from error
