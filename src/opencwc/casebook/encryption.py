"""A bundle closed to all but those it is for: the ``age`` format (age-encryption.org/v1), through pyrage.

Recipients are named by their public keys: ``age1...``, or an SSH key (``ssh-ed25519 ...``, ``ssh-rsa ...``). Files of
any size go through piece by piece. What is written for recipients touches the disk encrypted only.
"""

from __future__ import annotations

import io
import queue
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from opencwc.casebook.bundle_writer import written_whole
from opencwc.casebook.durable_files import write_new
from opencwc.errors import InputError, OutputError

_LARGEST_KEY_FILE = 2**20
_PIECE = 1 << 16
_LOOK_SECONDS = 0.1


def encrypt_file(source: Path, target: Path, recipients: str | Path | Sequence[str | Path]) -> None:
    """Write a file encrypted to recipients; each is a public key, or a file of them (one a line, ``#`` for remarks).

    Raises:
        InputError: a recipient is none, or there is none at all; the source cannot be read.
        OutputError: the target cannot be written; nothing is left behind.

    """
    keys = read_recipients(recipients)
    with _opened(source) as plain, written_for(target, keys) as stream:
        shutil.copyfileobj(plain, stream, _PIECE)


@contextmanager
def written_for(target: Path, recipients: Sequence[str]) -> Iterator[IO[bytes]]:
    """Give a stream whose bytes stand at a path once all are written, encrypted where there are recipients.

    `OutputError` where it cannot be written; nothing is left behind then.
    """
    with written_whole(target) as file, encrypted_into(file, recipients) as stream:
        yield stream


@contextmanager
def encrypted_into(file: IO[bytes], recipients: Sequence[str]) -> Iterator[IO[bytes]]:
    """Give a stream whose bytes go into a file, encrypted where there are recipients; nobody can seek in it then.

    Raises:
        InputError: a recipient is none.
        OutputError: the bytes cannot be encrypted.

    """
    if not recipients:
        yield file
        return
    encrypter = _Encrypter(file, [_recipient(recipient) for recipient in recipients])
    encrypter.thread.start()
    is_whole = False
    try:
        with io.BufferedWriter(encrypter, _PIECE) as stream:
            yield stream
        is_whole = True
    finally:
        encrypter.finish(is_whole=is_whole)


class _Encrypter(io.RawIOBase):
    """Encrypts what is written to it, in a thread of its own: pyrage reads, and whoever makes the bytes writes."""

    def __init__(self, file: IO[bytes], keys: Sequence[Any]) -> None:
        super().__init__()
        self._file, self._keys = file, keys
        self._pieces: queue.Queue[bytes] = queue.Queue(4)
        self._rest = b""
        self._is_whole = threading.Event()
        self._broke_off = threading.Event()
        self._failures: list[Exception] = []
        self.thread = threading.Thread(target=self._encrypt, name="opencwc-encrypt", daemon=True)

    def writable(self) -> bool:
        """Return that it can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Hand bytes over to be encrypted, and return how many; raise `BrokenPipeError` where no more are taken."""
        self._hand_over(bytes(data))
        return len(data)

    def finish(self, *, is_whole: bool) -> None:
        """Wait for the last encrypted byte, and raise what went wrong with one.

        Where the bytes are not all there, the encrypted file does not end well.
        """
        (self._is_whole if is_whole else self._broke_off).set()
        with suppress(BrokenPipeError):
            self._hand_over(b"")
        self.thread.join()
        for failure in self._failures:  # one is enough
            if isinstance(failure, OSError):
                raise failure
            raise OutputError("file_cannot_be_encrypted", where=_name_of(self._file), reason=str(failure)) from failure

    def _hand_over(self, piece: bytes) -> None:
        while self.thread.is_alive():
            with suppress(queue.Full):
                self._pieces.put(piece, timeout=_LOOK_SECONDS)
                return
        raise BrokenPipeError

    def _encrypt(self) -> None:
        import pyrage

        try:
            way = _Way(self._next, self._take)
            pyrage.encrypt_io(way, way, self._keys)
        except (pyrage.EncryptError, OSError) as error:
            if not self._broke_off.is_set():
                self._failures.append(error)

    def _next(self, size: int) -> bytes:
        """Return the next bytes to encrypt, none at the end."""
        self._rest = self._rest or self._pieces.get()
        if not self._rest and not self._is_whole.is_set():
            raise BrokenPipeError
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def _take(self, data: bytes) -> int:
        """Write encrypted bytes; pyrage does not tell every failure of it."""
        try:
            return self._file.write(data)
        except OSError as error:
            self._failures.append(error)
            raise


class _Way:
    """What pyrage reads from and writes to."""

    def __init__(self, read: Callable[[int], bytes], write: Callable[[bytes], int]) -> None:
        self.read, self.write = read, write

    def flush(self) -> None:
        """Do nothing: who opened the file flushes it."""


def _name_of(file: IO[bytes]) -> str:
    name = getattr(file, "name", "")
    return name if isinstance(name, str) else ""


def decrypt_file(source: Path, target: Path, identity: Path) -> None:
    """Write what a file holds that was encrypted to an identity (the file that `make_identity` made, or an SSH key).

    Raises:
        InputError: the file is damaged, cut short or for somebody else; the identity is none.
        OutputError: the target cannot be written; nothing is left behind.

    """
    _identities(identity)
    with written_whole(target) as plain:
        decrypt_into(source, plain, identity)


def decrypt_into(source: Path, plain: IO[bytes], identity: Path) -> None:
    """Write what a file holds that was encrypted to an identity into another; raise `InputError` as `decrypt_file`."""
    import pyrage

    keys = _identities(identity)
    with _opened(source) as closed:
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
