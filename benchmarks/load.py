"""A load generator for one machine: keep-alive connections over asyncio streams, in a process of its own.

    python -m benchmarks.load HOST PORT CLIENTS SECONDS FILE < requests.json

It reads a list of requests ``[{"method", "path", "headers", "body"}]``, lets each client send them round and round,
and writes one JSON object to FILE: the seconds of every answer, the number of errors, the seconds in all. The reading
of an answer is as small as it can be, so that the server is what is measured.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Came:
    """What came of a run: seconds of each answer, errors by what they were, seconds in all."""

    seconds: list[float] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)
    lasted: float = 0.0

    def percentile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")

    @property
    def throughput(self) -> float:
        return len(self.seconds) / self.lasted if self.lasted else 0.0


def raw(host: str, request: dict[str, Any]) -> bytes:
    body = request.get("body", "").encode()
    headers = {"Host": host, "Content-Length": str(len(body)), **request.get("headers", {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{request['method']} {request['path']} HTTP/1.1\r\n{head}\r\n".encode() + body


async def answer(reader: asyncio.StreamReader) -> int:
    """Read one answer whole and return its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head[9:12])
    at = head.find(b"content-length:")
    if at >= 0:
        length = int(head[at + 15 : head.index(b"\r\n", at)])
        if length:
            await reader.readexactly(length)
    elif b"transfer-encoding: chunked" in head:
        while size := int((await reader.readline()).split(b";")[0], 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return status


async def client(host: str, port: int, requests: list[bytes], ends: float, came: Came, first: int) -> None:
    reader, writer = await asyncio.open_connection(host, port, limit=1 << 26)
    at = first
    while time.perf_counter() < ends:
        begun = time.perf_counter()
        try:
            writer.write(requests[at % len(requests)])
            await writer.drain()
            status = await answer(reader)
        except (OSError, asyncio.IncompleteReadError) as error:
            came.errors[type(error).__name__] = came.errors.get(type(error).__name__, 0) + 1
            reader, writer = await asyncio.open_connection(host, port, limit=1 << 26)
            continue
        if status >= 300:
            came.errors[str(status)] = came.errors.get(str(status), 0) + 1
        else:
            came.seconds.append(time.perf_counter() - begun)
        at += 1
    writer.close()


async def run(host: str, port: int, clients: int, seconds: float, plain_requests: list[dict[str, Any]]) -> Came:
    came = Came()
    requests = [raw(host, request) for request in plain_requests]
    begun = time.perf_counter()
    ends = begun + seconds
    await asyncio.gather(*(client(host, port, requests, ends, came, number) for number in range(clients)))
    came.lasted = time.perf_counter() - begun
    return came


def load(host: str, port: int, clients: int, seconds: float, requests: list[dict[str, Any]]) -> Came:
    """Run the generator as a process of its own and return what came of it."""
    root = Path(__file__).parents[1]
    with tempfile.NamedTemporaryFile("r", suffix=".json") as output:
        words = [sys.executable, "-m", "benchmarks.load", host, str(port), str(clients), str(seconds), output.name]
        subprocess.run(words, input=json.dumps(requests), text=True, check=True, cwd=root)
        return Came(**json.load(output))


if __name__ == "__main__":
    host, port, clients, seconds, path = sys.argv[1:6]
    try:
        import uvloop

        start = uvloop.run
    except ImportError:
        start = asyncio.run
    came = start(run(host, int(port), int(clients), float(seconds), json.load(sys.stdin)))
    Path(path).write_text(json.dumps({"seconds": came.seconds, "errors": came.errors, "lasted": came.lasted}))
