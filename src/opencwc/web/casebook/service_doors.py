"""The doors and counts of the home page: what the verbs put there, and what the casebook and the accounts do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from opencwc.casebook.audit_summary import record_length
from opencwc.casebook.database import Casebook
from opencwc.casebook.findings import count_findings, count_kept_since
from opencwc.casebook.model import Filter, Person
from opencwc.casebook.permissions import may
from opencwc.casebook.recent_changes import cases_overdue
from opencwc.casebook.requests import requests_of
from opencwc.casebook.units import count_waiting_units
from opencwc.jobs.queue import Jobs
from opencwc.verbs import verbs
from opencwc.web.accounts.entrance import Entrance
from opencwc.web.casebook.faces import Face
from opencwc.web.casebook.home_doors import DECIDES_ON_GOODS, Door, HomeCount, Work
from opencwc.web.casebook.run_summary import waiting_among

KINDS = ("check", "waits", "rule")
MOST_COUNTED = 1_000
"""Rows of the inbox that are counted one by one."""
SERVICE_DOORS = (
    Door("check", "evidence", "/evidence", "keep"),
    Door("check", "health", "/settings/health", "metrics", frozenset({Work.ADMINISTRATOR})),
    Door("check", "bundle", "/audit/bundle", "self", frozenset({Work.AUDITOR})),
    Door("waits", "inbox", "/casebook?part=inbox", "decide", frozenset({Work.REVIEWER})),
    Door(
        "waits", "findings", "/casebook?part=findings&status=open", "read",
        frozenset({Work.OFFICER, Work.ANALYST, Work.LAWYER}),
    ),
    Door("waits", "verify", "/audit", "audit", frozenset({Work.AUDITOR})),
    Door("waits", "people", "/settings/people", "people", frozenset({Work.ADMINISTRATOR})),
    Door("waits", "overview", "/overview", "read"),
    Door(
        "rule", "convention", "/convention", "rules",
        frozenset({Work.OFFICER, Work.ANALYST, Work.REVIEWER, Work.AUDITOR}),
    ),
    Door("rule", "roles", "/settings/roles", "self", frozenset({Work.ADMINISTRATOR, Work.DECLARANT})),
    Door("rule", "policies", "/settings/policies", "rules"),
    Door("check", "tokens", "/settings/tokens", "people"),
    Door("check", "models", "/models", "switch_models"),
)  # fmt: skip


def faces() -> Iterator[Face]:
    """Yield the faces of the verbs."""
    yield from (verb.part("face") for verb in verbs() if verb.face)


def doors_for(person: Person, work: Work) -> tuple[list[Door], list[Door]]:
    """Return the three doors of somebody's work, and the further ways that are open to them."""
    every = [*(door for face in faces() for door in face.doors), *SERVICE_DOORS]
    allowed = [door for door in every if may(person, door.action)]
    first = [door for kind in KINDS for door in allowed if door.kind == kind and work in door.work]
    three = [next(door for door in first if door.kind == kind) for kind in KINDS]
    return three, [door for door in allowed if door not in three and (not door.own or work in door.work)]


def counts_for(book: Casebook, person: Person, work: Work, today: date, since: str) -> Iterator[HomeCount]:
    """Yield how much waits, is overdue and is new for a person and their work since a moment; then what verbs count."""
    if may(person, "decide"):
        yield HomeCount("waiting", count_waiting_units(book, person, Filter(), MOST_COUNTED), "/casebook?part=inbox")
    elif may(person, "read") and work != Work.LAWYER:
        waiting = waiting_among(count_findings(book, person, Filter()))
        yield HomeCount("undecided", waiting, "/casebook?part=findings&status=open")
    if may(person, "approve"):
        asked = [one for one in requests_of(book, person, waiting=True) if one.asked_by != person.id]
        if asked:
            yield HomeCount("requests", len(asked), "/casebook?part=inbox")
    if may(person, "read"):
        yield HomeCount("overdue", len(cases_overdue(book, person, today)), "/casebook?part=cases")
    if may(person, "read") and work in DECIDES_ON_GOODS:
        yield HomeCount("new", count_kept_since(book, person, since), "/casebook?part=findings")
    if work == Work.AUDITOR:
        yield HomeCount("records", record_length(book, person), "/audit")
    for face in faces():
        yield from face.counts(book, person, today, work)


def counts_of_house(
    entrance: Entrance, jobs: Jobs, person: Person, *, without_signing_in: bool = False
) -> Sequence[HomeCount]:
    """Return what an administrator looks after: accounts, those with which nobody can sign in yet, and jobs.

    ``without_signing_in`` is a demonstration, in which everybody is in.
    """
    if not may(person, "people"):
        return ()
    accounts = entrance.people.everyone()
    idle = 0 if without_signing_in else sum(one.active and not one.can_sign_in for one in accounts)
    standing = jobs.count()
    return (
        HomeCount("accounts", sum(one.active for one in accounts), "/settings/people"),
        *([HomeCount("not_activated", idle, "/settings/people")] if idle else []),
        HomeCount("jobs", standing["waiting"] + standing["running"], "/settings/health"),
        HomeCount("failed_jobs", standing["failed"], "/settings/health"),
    )
