"""Files are read in a fraction of the time: in forks of one process that has loaded what they are read with.

Most of the work of a confined process is to load libraries, models and indices. Each fork lays down its rights as any
other process does. That one which starts from nothing has loaded all before its rights go is tested without these, in
tests/confining, and wherever a test asks for ``true_processes``.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import select
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import pytest

from opencwc.confining.process import REQUEST_FILE

TRUE: Callable[..., Any] = subprocess.Popen
VERB_RUNS = "opencwc.confining.verb_runs"
FORKED = {"opencwc.declarations.": "declare", "opencwc.transfers.": "check", "opencwc.reports.": "watch"}
"""How the modules begin whose processes are forks too, and the verb whose things they need."""
_LONGEST = 1 << 17


class QuickProcess:
    """A fork of the server, with as much of `subprocess.Popen` as `Sandbox` uses."""

    def __init__(
        self, control: socket.socket, module: str, stdin: int | IO[bytes], cwd: str, env: dict[str, str]
    ) -> None:
        self.returncode: int | None = None
        self._told, theirs = socket.socketpair()
        reading, writing = os.pipe()
        nothing = os.open(os.devnull, os.O_RDONLY)
        given = nothing if isinstance(stdin, int) else stdin.fileno()
        try:
            socket.send_fds(control, [json.dumps([module, cwd, env]).encode()], [theirs.fileno(), given, writing])
        finally:
            theirs.close()
            os.close(nothing)
            os.close(writing)
        self.stdout = os.fdopen(reading, "rb", 0)
        self.pid = int.from_bytes(self._told.recv(4, socket.MSG_WAITALL), "big")
        assert self.pid, "the server of the confined processes has ended"

    def wait(self, timeout: float | None = None) -> int:
        """Return the status once the process has ended."""
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a confined process", timeout or 0)
            self.returncode = int.from_bytes(self._told.recv(4, socket.MSG_WAITALL), "big", signed=True)
            self._told.close()
        return self.returncode


@pytest.fixture(scope="session")
def process_server() -> Iterator[Callable[..., Any]]:
    """Return what starts a process as `subprocess.Popen` does: one that reads a file as a fork of the server."""
    from opencwc.confining import sandbox

    server = _Server(sandbox._environment(()), sandbox._flags())
    yield server.start
    server.stop()


@pytest.fixture(scope="module", autouse=True)
def quick_processes(process_server: Callable[..., Any]) -> Iterator[None]:
    """Read files in forks of the server while the tests of a file run that has this fixture."""
    from opencwc.confining import sandbox

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "subprocess", SimpleNamespace(**{**vars(subprocess), "Popen": process_server}))
        yield


@pytest.fixture
def true_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start confined processes as the program does."""
    from opencwc.confining import sandbox

    monkeypatch.setattr(sandbox, "subprocess", subprocess)


def _verb_of(module: str, folder: str) -> str:
    """Return the verb that a process serves, ``""`` where it is not to be a fork."""
    if module == VERB_RUNS:
        request = json.loads(Path(folder, REQUEST_FILE).read_text(encoding="utf-8"))
        return str(request["question"]["verb"])
    return next((verb for start, verb in FORKED.items() if module.startswith(start)), "")


class _Server:
    """The process whose forks the confined ones are; it is started when the first is asked for."""

    def __init__(self, environment: dict[str, str], flags: Sequence[str]) -> None:
        self._environment, self._words = environment, [sys.executable, *flags]
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket

    def start(self, words: Sequence[str], *, stdin: int | IO[bytes], cwd: str, env: dict[str, str], **how: Any) -> Any:
        *python, option, module = words
        if (python, option) != (self._words, "-m") or not _verb_of(module, cwd):
            return TRUE(words, stdin=stdin, cwd=cwd, env=env, **how)
        if self._process is None:
            self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._process = TRUE(
                    [*self._words, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()], env=self._environment
                )
        return QuickProcess(self._control, module, stdin, cwd, env)

    def stop(self) -> None:
        if self._process is not None:
            self._control.close()
            self._process.wait()


def _serve(control: socket.socket) -> None:
    """Fork once a request until the other side closes; a fork returns here and runs its module."""
    learned, learning = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    learned.setblocking(False)
    warmed: set[str] = set()
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, _LONGEST, 3)
        if not request:
            return
        module, folder, _ = json.loads(request)
        verb = _verb_of(module, folder)
        if verb not in warmed:
            warmed.add(verb)
            _WARMING[verb]()
        _let_go_of_those_that_ended()
        _import_what_forks_imported(learned)
        if os.fork() == 0:
            break
        for descriptor in descriptors:
            os.close(descriptor)
    control.close()
    learned.close()
    _run(*json.loads(request), *descriptors, learning)


def _warm_screening() -> None:
    from opencwc.language.language_recogniser import load_recogniser
    from opencwc.screening.batches import BatchScreener
    from opencwc.screening.model import Question
    from opencwc.screening.reader import A_KEY, A_LINE

    load_recogniser()
    screener = BatchScreener(Question(date.today(), ("CWC",))).screener
    screener.known.resolver.systematic = None  # which would start Java
    for value in ("CCO", "Sarin", "an unknown name", "50-00-0", A_LINE, A_KEY):
        screener.answer(value)


def _warm_declaring() -> None:
    from opencwc.declarations.reader import Reader, _load_model

    Reader(_TODAY).chemicals.read("thiodiglycol")
    _load_model()


def _warm_checking() -> None:
    from opencwc.transfers.check.reader import Reader, checker_with
    from opencwc.transfers.table_readers import offline_screener

    offline_screener(date.today()).answer("thiodiglycol")
    checker_with(None, Reader(_TODAY).question)


def _warm_reconciling() -> None:
    from opencwc.transfers.reconcile.reader import Reader

    Reader(_TODAY).screener.answer("thiodiglycol")


def _warm_law() -> None:
    from opencwc.legislation.reader import Reader

    Reader({**_TODAY, "state": "ESP"}).warm()


def _warm_without_tables(module: str) -> None:
    reader: Any = importlib.import_module(module)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "warm_readers", lambda: None)
        reader.Reader(_TODAY).warm()


_TODAY = {"as_of": date.today().isoformat()}
_WARMING: dict[str, Callable[[], None]] = {
    "screen": _warm_screening,
    "declare": _warm_declaring,
    "check": _warm_checking,
    "reconcile": _warm_reconciling,
    "law": _warm_law,
    "watch": partial(_warm_without_tables, "opencwc.reports.reader"),
    "claims": partial(_warm_without_tables, "opencwc.claims.reader"),
}
"""What the forks of a verb find ready. No table is read for it: a library of tables starts threads, which no fork has.
"""


def _let_go_of_those_that_ended() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _import_what_forks_imported(learned: socket.socket) -> None:
    with suppress(BlockingIOError):
        while names := learned.recv(_LONGEST).decode():
            for name in names.split("\n"):
                with suppress(Exception):
                    importlib.import_module(name)
            gc.collect()
            gc.freeze()


def _run(
    module: str, folder: str, environment: dict[str, str], told: int, stdin: int, stdout: int, learning: socket.socket
) -> None:
    """Fork again, so that the end of the process is as any other's, and tell its number and its status."""
    process = os.fork()
    if process:
        for descriptor in (stdin, stdout):
            os.close(descriptor)
        os.write(told, process.to_bytes(4, "big"))
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        os.write(told, status.to_bytes(4, "big", signed=True))
        os._exit(0)
    os.setsid()
    os.dup2(stdin, 0)
    os.dup2(stdout, 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    kept = os.dup2(learning.detach(), 3)
    os.closerange(4, 1 << 12)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    _tell_imports_before_rights_go(kept)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _tell_imports_before_rights_go(learning: int) -> None:
    from opencwc.confining import process

    known, confine = set(sys.modules), process.confine

    def telling(*rights: Any, **how: Any) -> Any:
        names = "\n".join(name for name in list(sys.modules) if name not in known)
        with suppress(OSError):
            os.write(learning, names.encode())
        os.close(learning)
        return confine(*rights, **how)

    process.confine = telling


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
