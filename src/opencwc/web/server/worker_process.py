"""The worker as a process of its own, which leaves with the server that started it."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import time
from dataclasses import replace
from threading import Thread

from opencwc.casebook.database import open_casebook
from opencwc.confining.rights import Bounds
from opencwc.files.passages import DocumentLimits
from opencwc.jobs.intake import Intake, intake_of
from opencwc.jobs.queue import Jobs
from opencwc.jobs.worker import JobBounds, Worker
from opencwc.web.server.configuration import Configuration, load_configuration
from opencwc.web.server.logging import set_up_logging

_LOG = logging.getLogger("opencwc.jobs.worker")
_GRACE_SECONDS = 5.0


def job_bounds(configuration: Configuration) -> JobBounds:
    """Return what the settings let one job use."""
    process = Bounds(memory=configuration.job_memory, cpu_seconds=configuration.job_cpu_seconds)
    documents = replace(
        DocumentLimits(),
        findings=configuration.document_findings,
        passages=configuration.document_passages,
        characters=configuration.document_characters,
        seconds=configuration.document_seconds,
        memory=configuration.document_memory,
    )
    network = configuration.job_network_must_be_cut
    findings, rows = configuration.job_findings, configuration.job_rows
    return JobBounds(configuration.job_seconds, process, network, findings, rows, documents)


def make_worker(configuration: Configuration, intake: Intake) -> Worker:
    """Return the worker of a casebook, which knows every kind of job."""
    return Worker(Jobs(intake.book.engine), intake, job_bounds(configuration))


def leave_with(worker: Worker, leash: int) -> None:
    """Stop the worker when the other end of a pipe closes, and exit where it does not stop."""

    def wait() -> None:
        while os.read(leash, 1):
            pass
        worker.stop.set()
        time.sleep(_GRACE_SECONDS)
        os._exit(1)

    Thread(target=wait, daemon=True, name="leash").start()


def main() -> int:
    """Run the worker; the server that starts it gives ``--leashed``, and it ends when the server does."""
    words = argparse.ArgumentParser()
    words.add_argument("--leashed", action="store_true")
    asked = words.parse_args()
    set_up_logging()
    worker = make_worker(load_configuration(), intake_of(open_casebook()))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop.set())
    if asked.leashed:
        leave_with(worker, sys.stdin.fileno())
    _LOG.info("worker ready", extra={"pid": os.getpid()})
    worker.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
