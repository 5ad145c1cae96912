"""Where it is written down who was given what: the settings ``audit_reads`` and ``audit_sinks``, and the sinks outside.

The casebook is one sink; the others are a file that is only added to, and the log of the system (RFC 5424).
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

from opencwc.casebook.model import Mark
from opencwc.errors import SettingsError

CASEBOOK = "casebook"
LEAST: Mapping[str, Mark | None] = {"none": None, "protected": Mark.PROTECTED, "all": Mark.UNCLASSIFIED}
"""From which mark on a read is recorded, by the word of the setting."""
SECONDS = 5.0
"""How long a sink may take: a file that another process writes to, a log of the system that is to be reached."""
_PRIORITY = 10 * 8 + 5
"""Facility ``authpriv``, severity ``notice`` (RFC 5424, 6.2.1)."""
_SOCKETS = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}


@dataclass(frozen=True, slots=True)
class AuditReads:
    """Which reads are recorded, and where: ``least`` is the lowest mark that is, ``None`` where none is."""

    least: Mark | None = Mark.PROTECTED
    sinks: tuple[str, ...] = (CASEBOOK,)

    def send_outside(self, told: Mapping[str, Any]) -> None:
        """Write what was read to each sink outside the casebook; raise `OSError` where one cannot be reached."""
        line = json.dumps(told, ensure_ascii=True, sort_keys=True)
        for sink in self.sinks:
            kind, _, where = sink.partition(":")
            if kind == "file":
                _append(Path(where), line)
            elif kind == "syslog":
                _send(where, f"<{_PRIORITY}>1 {told['at']} - opencwc {os.getpid()} access - {line}")


def audit_reads_of(written: Mapping[str, object], environment: Mapping[str, str]) -> AuditReads:
    """Return what the table ``[casebook]`` and the environment, which comes first, say of reads.

    >>> audit_reads_of({"audit_reads": "all"}, {})
    AuditReads(least=<Mark.UNCLASSIFIED: 0>, sinks=('casebook',))

    Raises:
        SettingsError: a word has no meaning.

    """
    word = environment.get("OPENCWC_AUDIT_READS") or str(written.get("audit_reads", "protected"))
    if word not in LEAST:
        raise SettingsError("audit_reads_unknown", where="[casebook] audit_reads", text=word, known=tuple(LEAST))
    named = environment.get("OPENCWC_AUDIT_SINKS") or written.get("audit_sinks", CASEBOOK)
    texts = named.split(",") if isinstance(named, str) else named if isinstance(named, list) else [str(named)]
    sinks = tuple(dict.fromkeys(text for one in texts if (text := str(one).strip())))
    strange = [sink for sink in sinks if not _is_sink(sink)]
    if strange or not sinks:
        raise SettingsError("audit_sink_unknown", where="[casebook] audit_sinks", text=strange[0] if strange else "")
    return AuditReads(LEAST[word], sinks)


def _is_sink(text: str) -> bool:
    """Tell whether a text names a sink.

    >>> [_is_sink(text) for text in ("casebook", "file:/var/log/reads", "syslog:/dev/log", "syslog:tcp://h:601")]
    [True, True, True, True]
    >>> [_is_sink(text) for text in ("file:reads", "syslog", "syslog:tcp://h", "syslog:http://h:1")]
    [False, False, False, False]
    """
    kind, _, where = text.partition(":")
    if kind == "syslog" and "://" in where:
        try:
            address = urlsplit(where)
            return address.scheme in _SOCKETS and bool(address.hostname) and address.port is not None
        except ValueError:
            return False
    return text == CASEBOOK or (kind in ("file", "syslog") and Path(where).is_absolute())


def _append(file: Path, line: str) -> None:
    """Add a line to a file and see it on the disk before going on; writers wait for each other."""
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "ab", buffering=0) as stream:
        _wait_for_others(stream.fileno())
        content = f"{line}\n".encode()
        if stream.write(content) != len(content):
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        os.fsync(stream.fileno())


def _wait_for_others(descriptor: int) -> None:
    if os.name != "posix":
        return
    import fcntl

    until = monotonic() + SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() > until:
                raise
            sleep(0.002)
        else:
            return


def _send(where: str, message: str) -> None:
    """Send a message to the log of the system: a local socket by its path, else an address."""
    if "://" not in where:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as local:
            local.settimeout(SECONDS)
            local.connect(where)
            local.send(message.encode())
        return
    address = urlsplit(where)
    place = (address.hostname or "", address.port or 0)
    if address.scheme == "tcp":
        content = message.encode()
        with socket.create_connection(place, SECONDS) as stream:
            stream.sendall(str(len(content)).encode() + b" " + content)  # RFC 6587, 3.4.1
        return
    family = socket.getaddrinfo(*place, type=socket.SOCK_DGRAM)[0][0]
    with socket.socket(family, socket.SOCK_DGRAM) as datagrams:
        datagrams.settimeout(SECONDS)
        datagrams.sendto(message.encode(), place)
