"""A way to PostgreSQL that is cut at any message, and a server whose disk is small.

The way is a socket of our own, behind which every message to the server is counted: one of them is not handed on, is
handed on by half, or is handed on and its answer kept back.
"""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from .cluster import Cluster, folder_of_server

ASKS_FOR_TLS = (80877103).to_bytes(4)
"""What stands in place of a version where a client asks for TLS."""


class Cut(Enum):
    """What the connection is cut at."""

    BEFORE = "the message does not arrive"
    HALF = "half of it arrives"
    AFTER = "it arrives, and its answer does not"


@dataclass
class Way:
    """A socket before a server's; ``commits`` are the numbers of the messages that commit, from 1."""

    cluster: Cluster
    cut: Cut = Cut.BEFORE
    point: int = 0
    count: int = 0
    was_cut: bool = False
    commits: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="opencwc-way-"))
        self._counting = threading.Lock()
        self._commits_next = False
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(self.folder / "door"))
        self._door.listen(64)
        threading.Thread(target=self._let_in, daemon=True).start()

    def url(self, database: str) -> str:
        return f"postgresql+pg8000://books@/{database}?unix_sock={self.folder}/door"

    def arm(self, cut: Cut, point: int) -> None:
        """Cut the connection at the message of that number, from 1; at none where it is 0."""
        self.cut, self.point, self.count, self.was_cut, self.commits = cut, point, 0, False, []

    def close(self) -> None:
        self._door.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _let_in(self) -> None:
        while True:
            try:
                client, _ = self._door.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{self.cluster.folder}/.s.PGSQL.5432")
            _Connection(self, client, server).start()

    def counted(self, message: bytes) -> bool:
        """Count a message; tell whether the connection is to be cut at it."""
        with self._counting:
            self.count += 1
            kind, text = message[:1], message[5:].lower()
            if kind == b"P":
                self._commits_next = text.lstrip(b"\0").startswith(b"commit")
            if self._commits_next and kind == b"E":
                self.commits.append(self.count)
                self._commits_next = False
            cut = self.count == self.point
            self.was_cut = self.was_cut or cut
            return cut


class _Connection:
    """One connection: a thread a direction."""

    def __init__(self, way: Way, client: socket.socket, server: socket.socket) -> None:
        self._way, self._client, self._server = way, client, server
        self._answers_wanted = True
        self._answered = threading.Event()

    def start(self) -> None:
        for work in (self._to_server, self._to_client):
            threading.Thread(target=self._worked, args=(work,), daemon=True).start()

    def _worked(self, work: Callable[[], None]) -> None:
        with suppress(OSError):  # the other thread has closed it
            work()
        self._end()

    def _end(self) -> None:
        for end in (self._client, self._server):
            with suppress(OSError):  # closed already
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _to_server(self) -> None:
        waiting = bytearray()
        begun = False
        while data := self._client.recv(1 << 16):
            waiting += data
            while (length := _length(waiting, begun=begun)) and len(waiting) >= length:
                message = bytes(waiting[:length])
                del waiting[:length]
                if begun and self._way.counted(message):
                    self._cut_at(message)
                    return
                begun = begun or message[4:8] != ASKS_FOR_TLS  # the server says no, and it begins again
                self._server.sendall(message)

    def _cut_at(self, message: bytes) -> None:
        if self._way.cut is Cut.HALF:
            self._server.sendall(message[: len(message) // 2])
        elif self._way.cut is Cut.AFTER:
            self._answers_wanted = False
            sync = b"S\0\0\0\4"
            self._server.sendall(message if message[:1] in (b"S", b"Q", b"X") else message + sync)
            self._answered.wait(5)

    def _to_client(self) -> None:
        while data := self._server.recv(1 << 16):
            if not self._answers_wanted:
                self._answered.set()
                return
            self._client.sendall(data)


def _length(waiting: bytearray, *, begun: bool) -> int:
    """Return how long the message is that waits; 0 where that is not known yet. The first one has no kind."""
    head = 1 if begun else 0
    if len(waiting) < head + 4:
        return 0
    return head + int.from_bytes(waiting[head : head + 4], "big")


class SmallServer:
    """A PostgreSQL server whose folder is a file system of a few megabytes, in a namespace of its own."""

    def __init__(self, megabytes: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="opencwc-small-"))
        self._disk, self._programs = self.folder / "disk", folder_of_server()
        self._disk.mkdir()
        self._as_user = ""
        own = ["--map-current-user", "--keep-caps"]
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            own = ["--map-users=0,0,65536", "--map-groups=0,0,65536"]
            self._as_user = f"setpriv --reuid={user.pw_uid} --regid={user.pw_gid} --clear-groups "
        self._shell = subprocess.Popen(
            ["unshare", "-Um", *own, "sh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            cwd=self.folder, env={"PATH": os.environ["PATH"], "LC_ALL": "C"}, text=True,
        )  # fmt: skip
        self.run(f"mount -t tmpfs -o size={megabytes}m,mode=777 tmpfs {self._disk}")
        self.run(f"head -c 4000000 /dev/zero > {self._disk}/ballast")
        self.run_program(f"initdb -D {self._disk}/data -U books -A trust -E UTF8 --locale=C --no-sync --wal-segsize=1")
        self.start()

    def run(self, command: str) -> str:
        """Run a command where the small disk is, and return what it said."""
        assert self._shell.stdin is not None and self._shell.stdout is not None
        self._shell.stdin.write(f"{command} </dev/null; echo ended $?\n")
        self._shell.stdin.flush()
        lines = []
        while not (line := self._shell.stdout.readline()).startswith("ended "):
            assert line, lines
            lines.append(line)
        assert line == "ended 0\n", (command, lines)
        return "".join(lines)

    def run_program(self, command: str) -> None:
        self.run(f"{self._as_user}{self._programs}/{command}")

    def start(self) -> None:
        options = (
            f"-c listen_addresses='' -k {self.folder} -c fsync=off -c min_wal_size=2MB -c max_wal_size=4MB "
            "-c shared_buffers=16MB -c wal_recycle=off -c wal_init_zero=off"
        )
        log = self.folder / "log"
        self.run_program(f"pg_ctl -D {self._disk}/data -o {shlex.quote(options)} -l {log} -w start")

    def is_running(self) -> bool:
        return "running" in self.run(f"ls {self._disk}/data/postmaster.pid >/dev/null 2>&1 && echo running || true")

    def make_room(self) -> None:
        """Take the ballast away, and begin anew."""
        self.run(f"rm {self._disk}/ballast")
        if self.is_running():
            self.run_program(f"pg_ctl -D {self._disk}/data -m immediate -w stop || true")
        self.start()

    def url(self) -> str:
        return f"postgresql+pg8000://books@/postgres?unix_sock={self.folder}/.s.PGSQL.5432"

    def stop(self) -> None:
        self.run_program(f"pg_ctl -D {self._disk}/data -m immediate -w stop || true")
        assert self._shell.stdin is not None
        self._shell.stdin.close()
        self._shell.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)
