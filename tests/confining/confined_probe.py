"""What a hostile reader might try once its rights are gone: run by the tests as a process of its own."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import struct
import sys
import threading
from pathlib import Path

from opencwc.confining.rights import Bounds, confine, isolate


def attempt(work: object) -> str:
    try:
        work()  # type: ignore[operator]
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return "done"


def fork() -> None:
    if (child := os.fork()) == 0:
        os._exit(0)
    os.waitpid(child, 0)


def connect() -> None:
    socket.create_connection(("127.0.0.1", int(sys.argv[2])), 2).close()


def spin() -> None:
    while True:
        pass


def eat() -> None:
    blocks = []
    while True:
        blocks.append(bytearray(50_000_000))


def own(command: int) -> None:
    """Have a pipe signal the parent when there is something to read."""
    reading, _ = os.pipe()
    value = os.getppid() if command != F_SETOWN_EX else struct.pack("ii", 1, os.getppid())
    fcntl.fcntl(reading, command, value)


def own_by_socket() -> None:
    fcntl.ioctl(0, 0x8901, struct.pack("i", os.getppid()))


def many_threads() -> None:
    wait = threading.Event()
    threads = []
    try:
        for _ in range(300):
            threads.append(threading.Thread(target=wait.wait))
            threads[-1].start()
    except RuntimeError as error:  # "can't start new thread"
        raise BlockingIOError from error
    finally:
        wait.set()


F_SETSIG, F_SETOWN_EX = 10, 15
WORKS = {
    "owner": lambda: own(fcntl.F_SETOWN),
    "signal": lambda: own(F_SETSIG),
    "owner of a kind": lambda: own(F_SETOWN_EX),
    "owner by ioctl": own_by_socket,
    "priority": lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 19),
    "own priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, 1),
    "affinity": lambda: os.sched_setaffinity(os.getppid(), {0}),
    "scheduler": lambda: os.sched_setscheduler(os.getppid(), os.SCHED_BATCH, os.sched_param(0)),
    "own affinity": lambda: os.sched_setaffinity(0, os.sched_getaffinity(0)),
    "threads": many_threads,
    "some threads": lambda: [threading.Thread(target=int).start() for _ in range(40)],
    "stat": lambda: Path(sys.argv[2]).stat(),
    "exists": lambda: os.access(sys.argv[2], os.F_OK) or Path(sys.argv[2]).stat(),
    "parent": lambda: Path(f"/proc/{os.getppid()}").stat(),
    "up": lambda: Path("/proc/self/root/etc/passwd").stat(),
    "network": connect,
    "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "fork": fork,
    "exec": lambda: os.execv("/bin/true", ["/bin/true"]),
    "write": lambda: Path("left-behind").write_text("x"),
    "append": lambda: os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND),
    "remove": lambda: Path(sys.argv[2]).unlink(),
    "read": lambda: Path(sys.argv[2]).read_text(),
    "kill": lambda: os.kill(os.getppid(), signal.SIGTERM),
    "memory": eat,
    "cpu": spin,
    "python": lambda: __import__("colorsys"),
}

if __name__ == "__main__":
    wanted_work = sys.argv[1]
    namespace = isolate()
    if wanted_work == "namespace":
        outcome = attempt(connect)
    else:
        readable = [Path(place) for place in (*sys.path, sys.prefix, sys.base_prefix, "/usr", "/lib") if place]
        memory = 600_000_000 if wanted_work == "memory" else 8_000_000_000
        confine(Bounds(memory=memory, cpu_seconds=1 if wanted_work == "cpu" else 60), readable, namespace=namespace)
        outcome = attempt(WORKS[wanted_work])
    print(json.dumps({"told": outcome, "done": True}), flush=True)
