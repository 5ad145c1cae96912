"""Run programs in forks of one process that has imported what they need: most of a command's time is its imports.

`programs` starts the server and returns a folder to put first on the ``PATH``: its ``opencwc`` and ``doctest`` hand
their arguments, folder, environment and streams to the server (`command_client`). Each program runs in a fresh fork;
at its end it says which modules it imported, and the server imports them before the next fork. Nothing else is kept
from one program to the next.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from select import select

_CLIENT = Path(__file__).with_name("command_client.py")


@cache
def programs() -> Path:
    """Start the server of this process, which ends with it, and return the folder of its programs."""
    folder = tempfile.TemporaryDirectory(prefix="opencwc-commands-")
    atexit.register(folder.cleanup)
    socket_path = Path(folder.name, "socket")
    for program in _PROGRAMS:
        file = Path(folder.name, program)
        words = [sys.executable, "-IS", str(_CLIENT), str(socket_path), program]
        file.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
        file.chmod(0o755)
    server = subprocess.Popen(  # noqa: S603 - this file, by this Python
        [sys.executable, "-W", "ignore::DeprecationWarning", "-m", "docs_build.command_server", str(socket_path)],
        cwd=_CLIENT.parents[1], env=os.environ | _ONE_THREAD, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert server.stdin is not None  # noqa: S101
    assert server.stdout is not None  # noqa: S101
    server.stdout.readline()
    atexit.register(server.wait)
    atexit.register(server.stdin.close)
    return Path(folder.name)


def _serve(socket_path: str) -> None:
    """Fork once a request until the standard input ends; a fork returns at the end of its program."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    imported, imports = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    imported.setblocking(False)
    imports.setblocking(False)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(socket_path)
        door.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while sys.stdin not in select([door, sys.stdin], [], [])[0]:
            connection, _ = door.accept()
            _import_again(imported)
            if os.fork() == 0:
                break
            connection.close()
        else:
            return
    _run(connection, imports)


def _import_again(imported: socket.socket) -> None:
    with suppress(BlockingIOError):
        while names := imported.recv(1 << 20).decode():
            for name in names.split("\n"):
                with suppress(Exception):  # what only its program can import stays with it
                    import_module(name)
    gc.collect()
    gc.freeze()


def _run(connection: socket.socket, imports: socket.socket) -> None:
    """Fork again, so that the program's exit is as any other's, and hand its status to the client."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, streams, *_ = socket.recv_fds(connection, 4, 3)
    length = int.from_bytes(head, "big")
    words, folder, environment = json.loads(connection.recv(length, socket.MSG_WAITALL))
    process = os.fork()
    if process:
        for stream in (0, 1, 2, *streams):
            os.close(stream)
        connection.sendall(process.to_bytes(4, "big"))
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        connection.sendall((status if status >= 0 else 128 - status).to_bytes(1, "big"))
        os._exit(0)
    connection.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    known = set(sys.modules)
    atexit.register(_tell_imports, imports, known)
    sys.argv = words
    _PROGRAMS[words[0]]()


def _tell_imports(imports: socket.socket, known: set[str]) -> None:
    names = [name for name in sys.modules if name not in known]
    with suppress(OSError):
        imports.send("\n".join(names).encode())


def _opencwc() -> None:
    from opencwc.cli import main

    main()


def _doctest() -> None:
    runpy.run_module("doctest", run_name="__main__", alter_sys=True)


_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""What keeps an import from starting threads, which a fork would lose; those that are left do no work before they are
asked (hence no warning).
"""
_PROGRAMS = {"opencwc": _opencwc, "doctest": _doctest}

if __name__ == "__main__":
    _serve(sys.argv[1])
