"""The verification of the casebook: one at a time, in a thread, and every auditor sees how far it is."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from threading import Lock, Thread

from opencwc.casebook.casebook_verifier import Verification, verify_casebook
from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.transaction import now
from opencwc.errors import OpenCWCError

_LOG = logging.getLogger("opencwc.web.verifications")


@dataclass
class Running:
    """A verification: who asked for it and when, how much there is to read, what was found so far, and its end.

    ``problem`` says what stopped it; a fault that nobody foresaw has an empty one and stands in the log.
    """

    by: Person
    started_at: str
    sources: bool
    records: int
    findings: int
    found: Verification = field(default_factory=Verification)
    ended_at: str = ""
    stopped: bool = False
    problem: OpenCWCError | None = None

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        return min(1.0, (self.found.records + self.found.findings) / max(1, self.records + self.findings))


class Verifications:
    """The verification of a service that runs, or was the last to run."""

    def __init__(self) -> None:
        self.last: Running | None = None
        self._lock = Lock()

    def begin(self, book: Casebook, person: Person, *, sources: bool, records: int, findings: int) -> Running:
        """Begin to verify; where somebody did already, return that one. ``records`` and ``findings`` are to be read."""
        with self._lock:
            if self.last is not None and not self.last.ended_at:
                return self.last
            self.last = running = Running(person, now(), sources, records, findings)
        Thread(target=_verify, args=(running, book), name="verification", daemon=True).start()
        return running


def _verify(running: Running, book: Casebook) -> None:
    try:
        verify_casebook(book, running.by, sources=running.sources, into=running.found)
    except OpenCWCError as error:
        running.stopped, running.problem = True, error
    except Exception:
        _LOG.exception("fault")
        running.stopped = True
    finally:
        running.ended_at = now()
