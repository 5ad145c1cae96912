"""The parent's side: start a confined process over one file, send it one request, and read what it answers.

The answer is JSON lines and is trusted for nothing more: each line is bounded, and the caller checks its shape. A
process that dies, hangs or uses too much becomes an error that says so; the caller lives on.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import site
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from opencwc.confining.leased_folders import LeasedFolder
from opencwc.confining.process import PROTECTION, REQUEST_FILE, Line
from opencwc.confining.rights import Bounds
from opencwc.errors import InputError, OpenCWCError, UnavailableError, error_from_plain
from opencwc.settings import PREFIX, cache_folder

LONGEST_LINE = 64_000_000
LOADING_SECONDS = 120
_CHUNK_BYTES, _CHUNKS_AHEAD = 1 << 16, 32


@dataclass(frozen=True)
class TaskRequest:
    """What a confined process is to do: the name of its task, and the question that only the task understands.

    ``seconds`` bounds the time by the clock, ``bounds`` what the process may use.
    """

    task: str
    question: Mapping[str, Any]
    seconds: float = 6 * 3600
    bounds: Bounds = field(default_factory=Bounds)
    network_must_be_cut: bool = True


class Sandbox:
    """One confined process over one file; leaving the ``with`` block ends it, whatever it is doing.

    ``command`` are the arguments for Python, such as ``("-m", module)``. The file must have a descriptor.
    ``environment`` names the variables that the process gets besides the usual ones. With ``count_caller`` false, the
    time that the caller spends between two lines is not counted.
    """

    def __init__(
        self,
        command: Sequence[str],
        request: TaskRequest,
        file: IO[bytes] | None,
        *,
        longest_line: int = LONGEST_LINE,
        environment: Sequence[str] = (),
        count_caller: bool = True,
    ) -> None:
        self.out_of_time = False
        self._seconds, self._ends = request.seconds, float("inf")
        self._longest_line, self._count_caller = longest_line, count_caller
        self._stopped = False
        self._folder = LeasedFolder("sandbox")
        sent = {name: value for name, value in asdict(request).items() if name != "seconds"}
        try:
            Path(self._folder.name, REQUEST_FILE).write_text(json.dumps(sent), encoding="utf-8")
            if file is not None:
                os.lseek(file.fileno(), 0, os.SEEK_SET)
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, *_flags(), *command],
                stdin=subprocess.DEVNULL if file is None else file,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._folder.name,
                env=_environment(environment),
                start_new_session=True,
            )
        except BaseException:
            self._folder.cleanup()
            raise
        self._chunks: queue.Queue[bytes] = queue.Queue(_CHUNKS_AHEAD)
        self._listener = threading.Thread(target=self._listen, daemon=True)  # a pipe cannot be polled on Windows
        self._listener.start()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def allow(self, seconds: float) -> None:
        """Give the process more time."""
        self._ends += seconds

    def stop(self) -> None:
        """End the process and all it has started."""
        self._stopped = True
        self._kill()
        while self._listener.is_alive():  # it may be waiting for room
            with contextlib.suppress(queue.Empty):
                self._chunks.get_nowait()
            self._listener.join(0.002)
        with contextlib.suppress(queue.Full):  # and a reader for a line
            self._chunks.put_nowait(b"")
        self._process.wait()
        self._folder.cleanup()

    def lines(self, poll: float | None = 0.25) -> Iterator[Line | None]:
        """Yield the lines as they come; raise the error that the process ends with.

        ``None`` comes every ``poll`` seconds without a line, so that the caller can look whether the answer is still
        wanted.

        Raises:
            InputError: the file cannot be read, or took too long, too much memory or too much work.
            OpenCWCError: what else the process reported, as it reported it.

        """
        self._ends = time.monotonic() + self._seconds
        for raw in self._raw_lines(poll):
            now = time.monotonic()
            if now > self._ends:
                self.out_of_time = True
                raise InputError("reading_took_too_long", seconds=self._seconds)
            line = None if raw is None else _as_object(raw)
            if line is not None and "problem" in line:
                raise error_from_plain(line["problem"])
            yield line
            if not self._count_caller:
                self._ends += time.monotonic() - now
            if line is not None and line.get("done"):
                return
        raise self._how_it_died()

    def _raw_lines(self, poll: float | None) -> Iterator[bytes | None]:
        waiting = bytearray()
        while True:
            left = max(0.0, self._ends - time.monotonic())
            try:
                chunk = self._chunks.get(timeout=left if poll is None else min(poll, left))
            except queue.Empty:
                yield None
                continue
            if not chunk:
                return
            at = len(waiting)
            waiting += chunk
            begin = 0
            while (end := waiting.find(b"\n", max(begin, at))) >= 0:
                yield bytes(waiting[begin:end])
                begin = end + 1
            del waiting[:begin]
            if len(waiting) > self._longest_line:
                raise InputError("reading_answer_endless")

    def _listen(self) -> None:
        out = self._process.stdout
        if out is not None:
            with out:
                while not self._stopped and (chunk := os.read(out.fileno(), _CHUNK_BYTES)):
                    self._chunks.put(chunk)
        self._chunks.put(b"")

    def _kill(self) -> None:
        if self._process.returncode is not None:  # the number may be another process by now
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, _SIGKILL)
            else:
                self._process.kill()

    def _how_it_died(self) -> OpenCWCError:
        try:
            status = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:  # it closed its end and goes on
            self._kill()
            status = self._process.wait()
        if status == -_SIGXCPU:
            self.out_of_time = True
            return InputError("reading_took_too_much_work")
        if status == -_SIGKILL:
            return InputError("reading_stopped_by_system")
        return InputError("reading_broke_off_with_status", status=status)


@contextlib.contextmanager
def confined_lines(command: Sequence[str], request: TaskRequest, file: IO[bytes]) -> Iterator[Iterator[Line | None]]:
    """Give the lines of a confined process over a file, which must have a descriptor."""
    with Sandbox(command, request, file) as running:
        yield running.lines()


@cache
def protection() -> dict[str, bool]:
    """Return what protects the machine from an upload here, as a confined process finds it out once."""
    request = TaskRequest(PROTECTION, {}, LOADING_SECONDS, network_must_be_cut=False)
    with Sandbox(("-m", "opencwc.confining.process"), request, None) as probe:
        for line in probe.lines():
            if line is not None:
                return {str(name): bool(holds) for name, holds in line["protection"].items()}
    raise UnavailableError("sandbox_does_not_start")


def _flags() -> Sequence[str]:
    """Return the options of Python: no variables, no current folder, no bytecode; user packages only if we use them."""
    return ("-E", "-P", "-B", *(() if site.ENABLE_USER_SITE else ("-s",)), "-X", "utf8")


def _environment(more: Sequence[str]) -> dict[str, str]:
    """Return what the process knows of its surroundings: cache, lists, switches of models, and to be one thread."""
    kept = {name: os.environ[name] for name in (*_VARIABLES, *more) if name in os.environ}
    return {**kept, PREFIX + "CACHE": str(cache_folder()), "LC_ALL": "C.UTF-8", **_ONE_THREAD}


def _as_object(raw: bytes) -> Line:
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError):
        line = None
    if not isinstance(line, dict):
        raise InputError("reading_answer_not_understood")
    return line


_SIGKILL, _SIGXCPU = 9, 24  # Windows has no names for them
_VARIABLES = (PREFIX + "SETTINGS", PREFIX + "MODELS_OFF", "XDG_CONFIG_HOME", "HOME", "LD_LIBRARY_PATH", "SYSTEMROOT")
_ONE_THREAD = dict.fromkeys(
    ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"
)
