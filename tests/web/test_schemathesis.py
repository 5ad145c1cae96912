"""What the description of the API promises holds for requests that nobody would think of: schemathesis, in process.

The whole service behind its entrance, over a casebook with something in it; each request comes from nobody, from
somebody of one of the roles in a session of theirs, or with a token.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis.core.parameters import ParameterLocation

from opencwc.casebook.cases import open_case
from opencwc.casebook.database import open_casebook
from opencwc.casebook.exports import ask_for_export
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.people import CONSOLE
from opencwc.casebook.permissions import ACTIONS, SCOPES
from opencwc.casebook.requests import answer, ask
from opencwc.jobs.queue import Jobs
from opencwc.web.access_table import declared_access
from opencwc.web.accounts.entrance import Entrance
from opencwc.web.app import app_of
from opencwc.web.server.configuration import Configuration
from opencwc.web.server.session_cookie import COOKIE, csrf_of

from .signing_in import WIDE
from .test_cases import keep_inventory

ACCESS = declared_access()
OTHERS = ("nobody", "token", *map(str, Role))
MAY = 10
"""Of sixteen requests so many come from somebody who may use the route, and the others from anybody."""
KNOWN: dict[str, list[object]] = {
    "name": ["inventory"],
    "finding_id": [1, 2, 3],
    "list_id": ["CWC"],
    "entry_id": ["1A01", "2B04"],
    "model_id": ["refusals"],
}
"""What is there: some of the requests ask for it, and not only for what nobody has."""


class Service:
    """A whole service with an inventory in it, its requests and its people."""

    def __init__(self, folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("OPENCWC_SETTINGS", str(folder / "settings"))
            book = open_casebook(folder / "casebook.db")
            self.entrance = Entrance.of(book, Configuration(**WIDE, jobs_waiting=1_000_000))
        people = self.entrance.people
        self.people = {str(role): people.add(CONSOLE, str(role), "", role, Mark.HIGHLY_PROTECTED) for role in Role}
        KNOWN["person_id"] = [person.id for person in self.people.values()]
        keep_inventory(book)
        reviewer, second = self.people["reviewer"], people.add(CONSOLE, "second", "", Role.REVIEWER)
        open_case(book, second, "old")
        waiting = [ask_for_export(book, second, "inventory", "a reason") for _ in range(3)]
        granted = [ask_for_export(book, second, "inventory", "a reason") for _ in range(3)]
        granted += [ask(book, second, "erase", "old", {"reason": "a reason", "ground": "a law"}) for _ in range(3)]
        for request in granted:
            answer(book, reviewer, request.seq, approve=True)
        KNOWN["seq"] = [request.seq for request in (*waiting, *granted)]
        jobs = Jobs(book.engine)
        KNOWN["job_id"] = [
            jobs.submit(reviewer.id, 1, "none", {"case": "inventory"}, kind="screen").id for _ in range(2)
        ]
        for job in KNOWN["job_id"]:  # their events have an end
            jobs.cancel(str(job))
        scopes = [scope for scope in SCOPES if Role.REVIEWER in ACTIONS[scope]]
        token, secret = self.entrance.tokens.make(CONSOLE, reviewer, "t", scopes, timedelta(days=1))
        KNOWN["token_id"] = [token.id]
        self.token = secret
        self.app = app_of(self.entrance, book)

    def signed(self, route: str, turn: int) -> dict[str, str]:
        """Return the headers of a caller; a session is begun anew each time, for one may end in any request."""
        may = [str(role) for role in Role if role in ACTIONS.get(ACCESS[route].action, ())] or ["nobody"]
        caller = may[turn % len(may)] if turn < MAY else OTHERS[turn - MAY]
        if caller == "nobody":
            return {}
        if caller == "token":
            return {"authorization": f"Bearer {self.token}"}
        secret = self.entrance.sessions.begin(self.people[caller].id)
        return {"cookie": f"{COOKIE}={secret}", "x-csrf-token": csrf_of(secret)}


@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx: object, value: object) -> bytes:
    """Send whatever is made for NDJSON as the text that it is."""
    return str(value).encode("utf-8", "replace")


service = Service(Path(tempfile.mkdtemp(dir=os.environ["OPENCWC_TESTS_FOLDER"])))
schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", service.app, headers={"host": "testserver"})
rejection = schema.config.checks.negative_data_rejection
rejection.expected_statuses = [*rejection.expected_statuses, "413"]  # what is too long is refused for its length


@schema.hook
def flatmap_path_parameters(context: object, path_parameters: dict[str, object] | None) -> st.SearchStrategy:
    given = path_parameters or {}
    there = {name: st.sampled_from(KNOWN[name]) for name in given if name in KNOWN}
    known = st.fixed_dictionaries(there).map(lambda drawn: {**given, **drawn})
    return st.one_of(st.just(path_parameters), known) if there else st.just(path_parameters)


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    yield
    service.app.state.service.answering.close()


def _wrong(case: schemathesis.Case) -> set[ParameterLocation]:
    """Return the parts of a request that were made to be wrong."""
    parts = case.meta.components if case.meta else {}
    return {place for place, part in parts.items() if part.mode.is_negative}


def _passing(case: schemathesis.Case) -> set[ParameterLocation]:
    """Return the parts that may pass though they were made to be wrong.

    In a form a number and an object are texts like any other; a wrong path may have been made right above.
    """
    made_right = any(value in KNOWN.get(name, ()) for name, value in (case.path_parameters or {}).items())
    passing = {ParameterLocation.PATH} if made_right else set()
    return passing | {ParameterLocation.BODY} if case.media_type == "multipart/form-data" else passing


@pytest.mark.usefixtures("name_index", "asked_once")
@schema.parametrize()
@schema.given(turn=st.integers(0, MAY + len(OTHERS) - 1))
@settings(
    max_examples=16,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_service_keeps_what_its_description_promises(case: schemathesis.Case, turn: int) -> None:
    # Which lists are at hand and what a case may be called no schema can say: such a request is refused with a reason.
    known = [schemathesis.checks.positive_data_acceptance]
    if _wrong(case) <= _passing(case):
        known.append(schemathesis.checks.negative_data_rejection)
    signed = service.signed(f"{case.method} {case.operation.path}", turn)
    case.call_and_validate(headers={"host": "testserver", **signed}, excluded_checks=known)
