"""Sends requests to services that are killed at the worst moment: the work is committed, and its answer not yet kept.

    python -m web.killed_service PLACE < requests

Each line is a JSON request for the client of `starlette`. For each a service is forked, which is over when it would
keep the answer. Nothing is printed; the status is 0 where each was killed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

from starlette.testclient import TestClient

from opencwc.casebook.answered_keys import AnsweredKeys
from opencwc.casebook.database import open_casebook
from opencwc.web.accounts.entrance import Entrance
from opencwc.web.app import app_of
from opencwc.web.server.configuration import Configuration

from .signing_in import WIDE


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def send(place: str, request: dict[str, Any]) -> None:
    book = open_casebook(place)
    app = app_of(Entrance.of(book, Configuration(**WIDE)), book)
    AnsweredKeys.keep = die  # type: ignore[method-assign]
    if "files" in request:
        request["files"] = {name: (sent, data.encode()) for name, (sent, data) in request["files"].items()}
    with TestClient(app) as client:
        print(client.request(**request).text, file=sys.stderr)


def main() -> int:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                send(sys.argv[1], json.loads(line))
            finally:
                os._exit(1)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != -signal.SIGKILL:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
