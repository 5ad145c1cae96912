"""What every process does that reads an archive of uploads: it loads what it needs, gives up its rights, then reads.

It is started by `opencwc.confining.sandbox`; the wish comes as one JSON line on standard input, the uploads as
one archive behind a descriptor, and everything it finds leaves as JSON lines on a pipe.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Protocol

from opencwc.confining.rights import Bounds, Protection, confine, isolate

if TYPE_CHECKING:
    from opencwc.errors import OpenCWCError


class Upload(NamedTuple):
    """A file of the archive: the name it came under, and where this process can read it."""

    name: str
    path: Path


class Prepared(Protocol):
    """What sees to a wish; everything that this takes is loaded when it is made."""

    def answer(self, uploads: Sequence[Upload], protection: Protection) -> Iterator[dict[str, Any]]:
        """Yield the lines of the answer, the last of them with ``done``."""
        ...


def serve(prepared_by: Mapping[str, Callable[[dict[str, Any]], Prepared]]) -> int:
    """Serve one wish and leave; ``prepared_by`` says for each thing that is wished for what sees to it."""
    namespace = isolate()
    wish = json.loads(sys.stdin.readline())
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what a library prints must not pass for a line of ours
    from opencwc.errors import OpenCWCError, UnavailableError

    try:
        uploads = list(_unpacked())
        prepared = prepared_by[wish["do"]](wish)
        protection = confine(Bounds(**wish["bounds"]), _readable(), namespace=namespace)
        if wish["network_must_be_cut"] and not protection.network_cut:
            raise UnavailableError(
                "this machine cannot cut a process off from the network, so no upload is read",
                remedy="Use a kernel with seccomp or user namespaces, or set job_network_must_be_cut = false.",
            )
        for line in prepared.answer(uploads, protection):
            _write(out, line)
    except OpenCWCError as error:
        _write(out, {"problem": plain_error(error)})
    except MemoryError:
        _write(out, _problem("the file needs more memory than an upload may take", "Send it in smaller parts."))
    except OSError:
        _write(out, _problem("the file cannot be read without writing beside it", "Send it as CSV."))
    return 0


def _unpacked() -> Iterator[Upload]:
    """Lay the files of the archive out in memory, where a reader of workbooks can open them like files.

    The archive is the service's own work and holds its members as they are; what is in them is not looked at yet.
    """
    with zipfile.ZipFile(f"/dev/fd/{int(sys.argv[-1])}") as archive:
        for member in archive.infolist():
            place = os.memfd_create("upload")
            with archive.open(member) as source, os.fdopen(os.dup(place), "wb") as kept:
                while part := source.read(1 << 20):
                    kept.write(part)
            os.lseek(place, 0, os.SEEK_SET)
            yield Upload(member.filename.partition("-")[2], Path(f"/dev/fd/{place}"))


def _readable() -> list[Path]:
    """Return what may still be read: Python, its packages and ours, the cache; no casebook, no key."""
    from opencwc.settings import cache_folder

    own = Path(__file__).resolve().parents[1]
    places = [Path(one) for one in (*sys.path, sys.prefix, sys.base_prefix) if one]
    system = [Path(one) for one in ("/usr", "/lib", "/lib64", "/proc/self", "/sys/devices/system", "/dev/urandom")]
    return [own, *places, *system, Path("/etc/localtime"), cache_folder()]


def plain_error(error: OpenCWCError) -> dict[str, str]:
    """Return an error as a line can hold it."""
    return {"kind": type(error).__name__, "what": error.what, "where": error.where, "remedy": error.remedy}


def _problem(what: str, remedy: str) -> dict[str, Any]:
    return {"problem": {"kind": "InputError", "what": what, "where": "", "remedy": remedy}}


def _write(out: IO[bytes], line: dict[str, Any]) -> None:
    out.write(json.dumps(line, ensure_ascii=True, allow_nan=False, default=str).encode() + b"\n")
    with contextlib.suppress(BrokenPipeError):
        out.flush()
