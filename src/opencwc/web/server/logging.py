"""The log of the service: one JSON object a line on standard error, and nothing in it that a State holds.

A line names the template of the route, never the address that was asked; a fault is told by its kind and its places
in the code, never by its message, which may hold what was sent in.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from types import TracebackType
from typing import IO

FIELDS = (
    "request",
    "method",
    "route",
    "status",
    "ms",
    "person",
    "bytes_in",
    "bytes_out",
    "job",
    "state",
    "rows",
    "pid",
)
"""What a line may say beside its time, level and message."""


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object, with the fields of `FIELDS` that the record has."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            # A message of ours is a constant; one of a library may have been filled with anything.
            "message": record.getMessage() if record.name.startswith(("opencwc", "uvicorn")) else str(record.msg),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["at"] = places_of(record.exc_info[2])
        return json.dumps(line, ensure_ascii=True, default=str)


def places_of(at: TracebackType | None) -> list[str]:
    """Return the places that an error passed through, the innermost last: ``module:line function``."""
    places = []
    while at is not None:
        frame = at.tb_frame
        places.append(f"{frame.f_globals.get('__name__', '?')}:{at.tb_lineno} {frame.f_code.co_name}")
        at = at.tb_next
    return places[-12:]


def set_up_logging(stream: IO[str] | None = None, level: int = logging.INFO) -> None:
    """Send the log of this process to a stream (standard error), each line as JSON; libraries only from warnings on."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("opencwc", "uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(level)
    logging.getLogger("uvicorn.access").disabled = True  # it writes addresses and query strings
