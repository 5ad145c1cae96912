"""A Ray cluster: joined, or started on this machine alone, and left as it was found."""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opencwc.errors import SettingsError, UnavailableError

_ON_LOOPBACK = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"  # at 0 a Ray that stays on one machine listens on 127.0.0.1 only
_CONNECTING_TRIES = "RAY_NUM_REDIS_GET_RETRIES"  # each takes most of a minute, and Ray makes twenty
_SECONDS_TO_ANSWER = 10


def import_ray(address: str) -> Any:
    """Return the package, set to tell nobody anything.

    Raises:
        SettingsError: the address is one of Ray's client, which runs no tasks of ours.
        UnavailableError: Ray is not installed.

    """
    if address.startswith("ray://"):
        raise SettingsError("address_of_ray_client", address=address)
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing is told to anybody
    os.environ.setdefault(_CONNECTING_TRIES, "1")
    if address == "local":
        os.environ[_ON_LOOPBACK] = "0"
    try:
        import ray
        import ray.data  # noqa: F401
    except ImportError as error:
        raise UnavailableError("ray_not_installed") from error
    return ray


@contextmanager
def connected(ray: Any, address: str) -> Iterator[None]:
    """Connect to the cluster, or start one here, and leave as found: what was not opened here is not closed."""
    if ray.is_initialized():
        yield
        return
    try:
        _refuse_silent_address(address)
        ray.init(address=address, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
        raise SettingsError("ray_cluster_out_of_reach", where=address, reason=first_line(error)) from error
    try:
        yield
    finally:
        ray.shutdown()


def quiet_context(ray: Any) -> Any:
    """Return the settings of Ray Data: a bar where a person watches, and nothing said that is raised here anyway."""
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = sys.stderr.isatty()
    for handler in logging.getLogger("ray.data").handlers:
        if handler.name == "console" or type(handler) is logging.StreamHandler:
            handler.setLevel(logging.CRITICAL)  # all of it stays in Ray's log files
    return context


def first_line(error: Exception) -> str:
    """Return the first line of what an error says."""
    return (str(error) or type(error).__name__).strip().split("\n", 1)[0][:200].rstrip(".")


def reason_of(error: Exception) -> str:
    """Return the line that names the error on the node, which Ray wraps in a traceback and an error of its own."""
    text = (str(error) or type(error).__name__).partition("\n\nThe above exception")[0]
    return text.strip().rsplit("\n", 1)[-1][:300].rstrip(".")


def _refuse_silent_address(address: str) -> None:
    """Raise `OSError` where nothing listens at ``HOST:PORT``; Ray itself would try for many minutes."""
    host, _, port = address.rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=_SECONDS_TO_ANSWER).close()
