"""What a hostile reader might try once its rights are gone: run by the tests as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
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


WORKS = {
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
