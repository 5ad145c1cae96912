"""The processes of the service: one server, and one worker that it watches over, starts again, and takes with it.

The worker is on a leash: the reading end of a pipe whose other end only the server holds. However the server ends,
even by SIGKILL, the pipe closes and the worker leaves.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import cast

import uvicorn
from fastapi import FastAPI

from opencwc.errors import OpenCWCError, UnavailableError
from opencwc.jobs.feed_fetching import FeedFetching, fetch_beside
from opencwc.web.server.configuration import Configuration, is_loopback
from opencwc.web.server.connection_limits import Connections, LimitedProtocol
from opencwc.web.server.service import Service

_LOG = logging.getLogger("opencwc.web.server.serving")
LONGEST_PAUSE = 30.0
_SWITCH_SECONDS = 0.0005
"""How long a thread may keep the interpreter from others. A decision asks the database some twenty times, and each time
waits for the interpreter anew: with Python's usual 5 ms, screenings beside it made it wait for seconds.
"""
_OTHER_FILES = 500
"""Open files beside the connections: the casebook's, uploads that are taken in, what libraries hold."""


def serve(
    app: FastAPI, configuration: Configuration, *, worker: bool = True, listening: Callable[[str], None] | None = None
) -> None:
    """Serve until told to leave (SIGTERM, SIGINT); ``listening`` is called with the address once it is bound.

    Raises:
        UnavailableError: the address cannot be bound.

    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    _allow_open_files(configuration.connections + _OTHER_FILES)
    with _bound(configuration) as place:
        port = place.getsockname()[1]
        address = f"http://{configuration.host}:{port}"
        _LOG.info("listening", extra={"pid": os.getpid()})
        threading.Thread(target=tell_protection, daemon=True, name="protection").start()
        if listening is not None:
            listening(configuration.public_url or address)
        server = uvicorn.Server(_uvicorn(app, configuration))
        with fetching_feeds(app.state.service), _told_once(), asyncio.Runner(loop_factory=_loop()) as runner:
            runner.run(_both(server, place, configuration, worker=worker))


@contextlib.contextmanager
def fetching_feeds(service: Service) -> Iterator[None]:
    """Have the feeds of cases be fetched meanwhile: here and not in the worker, which has no network at all."""
    stop = threading.Event()
    if service.intake is not None and service.jobs is not None:
        fetch_beside(FeedFetching(service.intake, service.jobs), stop)
    try:
        yield
    finally:
        stop.set()


def tell_protection() -> None:
    """Say in the log what does not protect this machine from an upload."""
    from opencwc.confining.sandbox import protection

    try:
        missing = [name for name, holds in protection().items() if not holds]
    except OpenCWCError as error:
        _LOG.warning("the sandbox of uploads does not start", extra={"state": error.code})
        return
    if missing:
        _LOG.warning("the sandbox of uploads lacks: %s", ", ".join(missing))


async def _both(server: uvicorn.Server, place: socket.socket, configuration: Configuration, *, worker: bool) -> None:
    watching = asyncio.create_task(watch_worker(configuration)) if worker else None
    try:
        await server.serve(sockets=[place])
    finally:
        if watching is not None:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching


async def watch_worker(configuration: Configuration) -> None:
    """Keep a worker running; one that dies is started again, after a pause that grows while it goes on dying."""
    pause = 0.5
    while True:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "opencwc.web.server.worker_process", "--leashed", stdin=subprocess.PIPE
        )
        began = asyncio.get_running_loop().time()
        try:
            status = await process.wait()
        except asyncio.CancelledError:
            await _end(process, configuration.stop_within)
            raise
        lived = asyncio.get_running_loop().time() - began
        pause = 0.5 if lived > LONGEST_PAUSE else min(LONGEST_PAUSE, 2 * pause)
        _LOG.error("the worker ended and is started again", extra={"state": status, "pid": process.pid})
        await asyncio.sleep(pause)


async def _end(process: asyncio.subprocess.Process, within: float) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), within)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@contextlib.contextmanager
def _told_once() -> Iterator[None]:
    """Let the server's own handlers be the only ones: it raises a signal again once it has stopped, and by then the
    worker must still be seen off.
    """
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, lambda *_: None) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _allow_open_files(number: int) -> None:
    """Let this process have so many open files where the system's usual bound is lower; Windows has none."""
    try:
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if hard == resource.RLIM_INFINITY else min(number, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _bound(configuration: Configuration) -> socket.socket:
    family = socket.AF_INET6 if ":" in configuration.host else socket.AF_INET
    place = socket.socket(family, socket.SOCK_STREAM)
    try:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind((configuration.host, configuration.port))
    except OSError as error:
        place.close()
        raise UnavailableError(
            "service_cannot_listen", where=f"{configuration.host}:{configuration.port}", reason=str(error.strerror)
        ) from error
    place.listen(1024)
    return place


def _uvicorn(app: FastAPI, configuration: Configuration) -> uvicorn.Config:
    service: Service = app.state.service
    count = service.metrics.count_cut
    return uvicorn.Config(
        app,
        http=cast("type[asyncio.Protocol]", partial(LimitedProtocol, Connections(configuration, count))),
        loop="none",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        # Forwarded headers are believed from named addresses only; from anybody else they are what a stranger wrote.
        proxy_headers=bool(configuration.behind_proxy),
        forwarded_allow_ips=list(configuration.behind_proxy) or None,
        timeout_keep_alive=configuration.keep_alive,
        timeout_graceful_shutdown=configuration.stop_within,
    )


def _loop() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop


def prepare_names() -> None:
    """Build the index of names now, where this machine has none yet, and not under the first request for a name."""
    from opencwc.chemistry.name_index import NameIndex

    with contextlib.suppress(OpenCWCError):  # without it, who asks for a name is told what is missing
        NameIndex.open().close()


def tells_of_exposure(configuration: Configuration) -> bool:
    """Return whether what is sent could be read on the way: open to the network, and not behind https."""
    return not is_loopback(configuration.host) and not configuration.under_https
