"""Put the service and its worker together around a casebook."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter, FastAPI

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.people import People
from opencwc.confining.rights import Bounds
from opencwc.errors import NotAllowedError
from opencwc.jobs.intake import Intake
from opencwc.jobs.queue import Jobs
from opencwc.jobs.worker import JobBounds, Worker
from opencwc.web.accounts.entrance import Entrance
from opencwc.web.app import guarded_app
from opencwc.web.server.configuration import Configuration


def intake_of(book: Casebook) -> Intake:
    """Return the casebook as the service and its worker see it."""
    people = People(book)

    def person_by_id(identity: str) -> Person:
        account = people.account(identity)
        if not account.active:
            raise NotAllowedError("account_of_job_not_active")
        return account.person

    return Intake(book, person_by_id)


def app_of(entrance: Entrance, book: Casebook, routers: Iterable[APIRouter] = ()) -> FastAPI:
    """Return the service of a casebook behind its entrance; ``routers`` are further groups of routes."""
    return guarded_app(entrance, queue=Jobs(book.engine), intake=intake_of(book), routers=routers)


def job_bounds(configuration: Configuration) -> JobBounds:
    """Return what the settings let one job use."""
    process = Bounds(memory=configuration.job_memory, cpu_seconds=configuration.job_cpu_seconds)
    return JobBounds(configuration.job_seconds, process, configuration.job_network_must_be_cut)


def make_worker(configuration: Configuration, intake: Intake) -> Worker:
    """Return the worker of a casebook, which knows every kind of job."""
    return Worker(Jobs(intake.book.engine), intake, job_bounds(configuration))
