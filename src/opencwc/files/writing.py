"""Writing an answer: whole or not at all, so that a stopped run never leaves half a file in the place of a good one."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, BinaryIO, Literal, TextIO, overload

from opencwc.errors import OutputError

_ON_WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
_KNOWN_ERRORS = {
    errno.ENOSPC: "disk_full_for_answer",
    errno.EDQUOT: "quota_used_up",
    errno.EFBIG: "answer_too_large_for_disk",
    errno.EROFS: "disk_only_read",
    errno.EACCES: "answer_may_not_be_written",
    errno.EPERM: "answer_may_not_be_written",
    errno.ENOENT: "answer_folder_missing",
    errno.ENOTDIR: "answer_path_through_file",
    errno.EISDIR: "answer_is_folder",
    errno.ENAMETOOLONG: "answer_name_too_long",
}


@overload
def open_for_writing(path: Path | None, *, binary: Literal[True]) -> AbstractContextManager[BinaryIO]: ...
@overload
def open_for_writing(path: Path | None, *, binary: Literal[False] = False) -> AbstractContextManager[TextIO]: ...
@overload
def open_for_writing(path: Path | None, *, binary: bool) -> AbstractContextManager[IO[str] | IO[bytes]]: ...
def open_for_writing(
    path: Path | None, *, binary: bool = False
) -> AbstractContextManager[BinaryIO] | AbstractContextManager[TextIO] | AbstractContextManager[IO[str] | IO[bytes]]:
    """Open a file for writing that takes its place only when all went well; ``None`` is standard output.

    Text is UTF-8 and line ends are written as given. What is written goes to a temporary file beside the target,
    which replaces the target at the end of the ``with`` block and is removed if the block fails. A device or a pipe
    is written to directly.

    Raises:
        OutputError: the place cannot be written to, or there is no more space.

    """
    if path is None:
        return _standard_output(binary=binary)
    path = Path(path)
    if _is_device(path):
        return _device(path, binary=binary)
    return _whole_file(path, binary=binary)


def _is_device(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


@contextlib.contextmanager
def _standard_output(*, binary: bool) -> Iterator[IO[str] | IO[bytes]]:
    out: IO[str] | IO[bytes] = sys.stdout.buffer if binary else sys.stdout
    with _said_plainly("standard output", _ON_WRITING):
        yield out
        out.flush()


@contextlib.contextmanager
def _device(path: Path, *, binary: bool) -> Iterator[IO[str] | IO[bytes]]:
    with _said_plainly(str(path)):
        file = _open(path, "wb" if binary else "w")
    with _said_plainly(str(path), _ON_WRITING), file:
        yield file


@contextlib.contextmanager
def _whole_file(path: Path, *, binary: bool) -> Iterator[IO[str] | IO[bytes]]:
    where = str(path)
    with _said_plainly(where):
        target = path.resolve()  # a link stays a link: what it points to is replaced
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        # Opened as any new file, not by mkstemp: the user's umask decides who may read it.
        temporary = target.with_name(f".opencwc-{secrets.token_hex(8)}.tmp")
    file: IO[str] | IO[bytes] | None = None
    try:  # from here on: a signal may come as soon as the file is there, before its name is kept
        with _said_plainly(where):
            file = _open(temporary, "xb" if binary else "x")
        with _said_plainly(where, _ON_WRITING):
            yield file
        with _said_plainly(where):
            file.flush()
            os.fsync(file.fileno())
            file.close()
            if target.exists():
                temporary.chmod(target.stat().st_mode & 0o777)
            temporary.replace(target)
    except BaseException:
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _open(path: Path, mode: str) -> IO[str] | IO[bytes]:
    if "b" in mode:
        return path.open(mode)
    return path.open(mode, encoding="utf-8", newline="")


@contextlib.contextmanager
def _said_plainly(where: str, only: tuple[int, ...] = ()) -> Iterator[None]:
    """Turn the system's errors (those in ``only``, if given: the block may read files too) into an OutputError."""
    try:
        yield
    except OSError as error:
        if only and error.errno not in only:
            raise
        reason = error.strerror or str(error)
        code = _KNOWN_ERRORS.get(error.errno or 0, "answer_cannot_be_written")
        raise OutputError(code, where=where, reason=reason) from error
