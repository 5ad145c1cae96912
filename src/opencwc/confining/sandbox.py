"""Reading an upload in a process of its own, which has no network, no file but this one, and only so much of the rest.

What comes back over the pipe is JSON and is taken for nothing more: every line is bounded and its shape is looked at.
A process that dies, hangs or uses too much becomes an error that says so; whoever asked lives on.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from types import TracebackType
from typing import IO, Any

from opencwc import errors
from opencwc.confining.rights import Bounds
from opencwc.errors import InputError, OpenCWCError, UnavailableError
from opencwc.models.register import OFF
from opencwc.settings import PREFIX, cache_folder

LONGEST_LINE = 64_000_000
LOADING_SECONDS = 120


@dataclass(frozen=True)
class Wish:
    """What to screen an upload for.

    ``as_of`` is an ISO 8601 day; ``skip_rows`` are the rows whose findings are kept already; ``seconds`` bounds the
    time by the clock.
    """

    name: str
    as_of: str
    lists: tuple[str, ...] = ()
    kind: str = "auto"
    lang: str = "en"
    column: str = ""
    id_column: str = ""
    skip_rows: int = 0
    seconds: float = 6 * 3600
    bounds: Bounds = field(default_factory=Bounds)
    network_must_be_cut: bool = True
    batch_rows: int = 0

    def as_line(self) -> bytes:
        """Return the line that the process reads."""
        question = {"as_of": self.as_of, "lists": self.lists, "kind": self.kind, "lang": self.lang}
        told = {
            "name": self.name,
            "question": question,
            "column": self.column,
            "id_column": self.id_column,
            "skip_rows": self.skip_rows,
            "bounds": asdict(self.bounds),
            "network_must_be_cut": self.network_must_be_cut,
            "batch_rows": self.batch_rows,
        }
        return json.dumps(told).encode() + b"\n"


class Sandbox:
    """One process over one upload; leaving the ``with`` block ends it, whatever it is doing.

    ``lines`` yields its lines as they come, and ``None`` every ``poll`` seconds in which none came, so that the caller
    can look whether it is still wanted.
    """

    def __init__(
        self, line: bytes, file: IO[bytes] | None, seconds: float, program: Sequence[str] | None = None
    ) -> None:
        self._seconds = seconds
        self._folder = tempfile.TemporaryDirectory(prefix="opencwc-sandbox-")
        given = file.fileno() if file is not None else os.open(os.devnull, os.O_RDONLY)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, *_FLAGS, *(program or ("-m", "opencwc.screening.upload_process")), str(given)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(given,),
                cwd=self._folder.name,
                env=_environment(),
                start_new_session=True,
            )
        finally:
            if file is None:
                os.close(given)
        with contextlib.suppress(BrokenPipeError):
            if self._process.stdin is not None:
                self._process.stdin.write(line)
                self._process.stdin.flush()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def stop(self) -> None:
        """End the process and all it may have started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._process.wait()
        self._folder.cleanup()

    def lines(self, poll: float = 0.25) -> Iterator[dict[str, Any] | None]:
        """Yield what the process says; raise the error it ends with.

        Raises:
            InputError: the file cannot be read, or took too long, too much memory or too much work.
            OpenCWCError: what else the process told, as it told it.

        """
        ends = time.monotonic() + self._seconds
        for raw in self._raw_lines(poll):
            if time.monotonic() > ends:
                raise InputError(
                    f"reading the file took longer than {self._seconds:g} seconds", remedy="Send it in smaller parts."
                )
            if raw is None:
                yield None
                continue
            line = _as_object(raw)
            if "problem" in line:
                raise _error_of(line["problem"])
            yield line
            if line.get("done"):
                return
        raise self._how_it_died()

    def _raw_lines(self, poll: float) -> Iterator[bytes | None]:
        out = self._process.stdout
        if out is None:
            return
        waiting = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            while True:
                if not selector.select(poll):
                    yield None
                    continue
                chunk = os.read(out.fileno(), 1 << 20)
                if not chunk:
                    return
                at = len(waiting)
                waiting += chunk
                while (end := waiting.find(b"\n", at)) >= 0:
                    yield bytes(waiting[:end])
                    del waiting[: end + 1]
                    at = 0
                if len(waiting) > LONGEST_LINE:
                    raise InputError("reading the file gave an answer without end", remedy=_OTHER_FILE)

    def _how_it_died(self) -> OpenCWCError:
        status = self._process.wait()
        if status == -signal.SIGXCPU:
            return InputError("reading the file took more work than an upload may", remedy="Send it in smaller parts.")
        if status == -signal.SIGKILL:
            return InputError("reading the file was stopped by the system", remedy="It may be short of memory.")
        return InputError(f"reading the file broke off ({status})", remedy=_OTHER_FILE)


@contextlib.contextmanager
def screened(wish: Wish, file: IO[bytes]) -> Iterator[Sandbox]:
    """Start the process that screens a file; the file must be a real one, with a descriptor."""
    with Sandbox(wish.as_line(), file, wish.seconds) as running:
        yield running


@cache
def protection() -> dict[str, bool]:
    """Return what protects the machine from an upload here, as a process of the sandbox finds it out once."""
    asked = {"only_say_protection": True, "network_must_be_cut": False, "bounds": asdict(Bounds())}
    with Sandbox(json.dumps(asked).encode() + b"\n", None, LOADING_SECONDS) as probe:
        for line in probe.lines():
            if line is not None:
                return {str(key): bool(value) for key, value in line["protection"].items()}
    raise UnavailableError("the sandbox of uploads does not start", remedy="See the log of the worker.")


def _environment() -> dict[str, str]:
    """Return what the process knows of its surroundings: cache, lists, switches of models, and to be one thread."""
    kept = {
        name: os.environ[name] for name in (PREFIX + "SETTINGS", OFF, "XDG_CONFIG_HOME", "HOME") if name in os.environ
    }
    return {**kept, PREFIX + "CACHE": str(cache_folder()), "LC_ALL": "C.UTF-8", **_ONE_THREAD}


def _as_object(raw: bytes) -> dict[str, Any]:
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError):
        line = None
    if not isinstance(line, dict):
        raise InputError("reading the file gave no answer that can be understood", remedy=_OTHER_FILE)
    return line


def _error_of(told: object) -> OpenCWCError:
    """Return the error that the process told; only the kinds of our own tree, and only texts."""
    words = told if isinstance(told, dict) else {}
    kind = getattr(errors, str(words.get("kind")), InputError)
    family = kind if isinstance(kind, type) and issubclass(kind, OpenCWCError) else InputError
    what, where, remedy = (str(words.get(name, ""))[:2_000] for name in ("what", "where", "remedy"))
    return family(what, where=where, remedy=remedy)


_FLAGS = ("-I", "-B", "-X", "utf8")
_ONE_THREAD = dict.fromkeys(
    ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"
)
_OTHER_FILE = "Save it again, or send it as CSV."
