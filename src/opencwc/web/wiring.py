"""How the service is put together around a casebook: its entrance, its jobs, and what its worker needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fastapi import APIRouter, FastAPI

from opencwc.casebook.model import Person
from opencwc.casebook.opening import Casebook
from opencwc.casebook.people import People
from opencwc.errors import NotAllowedError
from opencwc.web.access import ACCESS, Entrance, guarded_app
from opencwc.web.configuring import Configuration
from opencwc.web.intake import Intake
from opencwc.web.jobs import Jobs
from opencwc.web.legislating_jobs import KINDS as LAW_KINDS
from opencwc.web.transferring_jobs import KINDS as TRANSFER_KINDS
from opencwc.web.worker import Worker


def intake_of(book: Casebook) -> Intake:
    """Return the casebook as the service and its worker see it."""
    people = People(book)

    def person_by_id(identity: str) -> Person:
        account = people.account(identity)
        if not account.active:
            raise NotAllowedError("the account of who asked is no longer active", remedy="Ask for the job again.")
        return account.person

    return Intake(book, person_by_id)


def app_of(
    entrance: Entrance, book: Casebook, routers: Iterable[APIRouter] = (), access: Mapping[str, str] = ACCESS
) -> FastAPI:
    """Return the service of a casebook behind its entrance.

    ``routers`` are further groups of routes; ``access`` is then the table with their rows in it.
    """
    return guarded_app(entrance, queue=Jobs(book.engine), intake=intake_of(book), routers=routers, access=access)


def make_worker(configuration: Configuration, intake: Intake) -> Worker:
    """Return the worker of a casebook, which knows every kind of job."""
    return Worker(Jobs(intake.book.engine), intake, configuration, kinds={**TRANSFER_KINDS, **LAW_KINDS})
