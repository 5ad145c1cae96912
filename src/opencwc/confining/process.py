"""The confined side: a process loads what its task needs, gives up its rights, then answers as JSON lines on a pipe.

`opencwc.confining.sandbox` starts it. The request stands as JSON in the folder that the process starts in; the file to
read is its standard input.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from opencwc.confining.rights import Bounds, Protection, confine, isolate
from opencwc.errors import InputError, OpenCWCError, UnavailableError, error_to_plain

Line: TypeAlias = dict[str, Any]
REQUEST_FILE = "request.json"
UPLOAD = Path("/dev/fd/0")
"""Where the process finds the file it was started over (Linux and macOS)."""


class Upload(NamedTuple):
    """A file of an archive of uploads: the name it came under, and where this process can read it."""

    name: str
    path: Path


class Task:
    """What a confined process does for one request. All that this takes is loaded when the task is made.

    ``programs`` says whether it starts other programs (see `confine`). ``say`` writes a line at once, from inside a
    call that takes long. ``too_large`` and ``unwritten`` make the errors for a file that takes too much memory, or that
    cannot be read without writing beside it. The task as it stands here only answers what protects the machine.
    """

    programs = False
    too_large: Callable[[], OpenCWCError] = partial(InputError, "upload_needs_memory")
    unwritten: Callable[[], OpenCWCError] = partial(InputError, "upload_needs_writing")
    say: Callable[[Line], None]

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        self.question, self.bounds = question, bounds

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield the lines of the answer, the last of them with ``done``."""
        yield {"done": True, "protection": protection.as_json()}


def serve(tasks: Mapping[str, type[Task]]) -> int:
    """Answer one request with one of these tasks, which are found by their names."""
    namespace = isolate()
    request = json.loads(Path(REQUEST_FILE).read_bytes())
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what a library prints must not pass for a line of ours

    def say(line: Line) -> None:
        text = json.dumps(line, ensure_ascii=False, allow_nan=False, default=str)
        out.write(text.encode("utf-8", "replace") + b"\n")
        with contextlib.suppress(BrokenPipeError):
            out.flush()

    kind = tasks[request["task"]]
    too_large, unwritten = error_to_plain(kind.too_large()), error_to_plain(kind.unwritten())  # while there is memory
    try:
        task = kind(request["question"], Bounds(**request["bounds"]))
        task.say = say
        protection = confine(task.bounds, readable_paths(), namespace=namespace, programs=task.programs)
        if request["network_must_be_cut"] and not protection.network_cut:
            raise UnavailableError("network_cannot_be_cut")
        for line in task.answer(protection):
            say(line)
    except OpenCWCError as error:
        say({"problem": error_to_plain(error)})
    except MemoryError:
        say({"problem": too_large})
    except OSError:
        say({"problem": unwritten})
    return 0


def unpack_uploads() -> list[Upload]:
    """Lay the files of the archive on standard input out in memory, where every reader can open them like files.

    The service packed the archive and holds its members as they are; nothing looks into them yet.
    """
    import zipfile

    uploads = []
    with zipfile.ZipFile(UPLOAD) as archive:
        for member in archive.infolist():
            descriptor = os.memfd_create("upload")
            with archive.open(member) as source, os.fdopen(os.dup(descriptor), "wb") as copy:
                while part := source.read(1 << 20):
                    copy.write(part)
            os.lseek(descriptor, 0, os.SEEK_SET)
            uploads.append(Upload(member.filename.partition("-")[2], Path(f"/dev/fd/{descriptor}")))
    return uploads


def readable_paths() -> list[Path]:
    """Return what may still be read: the upload, Python, its packages and ours, the cache; no casebook, no key."""
    from opencwc.settings import cache_folder

    own = Path(__file__).resolve().parents[1]
    python = [Path(folder) for folder in (*sys.path, sys.prefix, sys.base_prefix) if folder]
    names = ("/usr", "/lib", "/lib64", "/proc/self", "/sys/devices/system", "/dev/urandom", "/etc/localtime")
    return [own, *python, *map(Path, names), cache_folder(), UPLOAD]


PROTECTION = "protection"

if __name__ == "__main__":
    sys.exit(serve({PROTECTION: Task}))
