"""What the description of the API promises holds for requests that nobody would think of: schemathesis, in process."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from opencwc.casebook.opening import open_casebook
from opencwc.web.configuring import Configuration

from .conftest import PEOPLE, WIDE, make_house


def _description() -> object:
    """Return the description of a whole service; made when the tests are collected, for there is a test a route."""
    folder = Path(tempfile.mkdtemp(dir=os.environ["OPENCWC_TESTS_FOLDER"]))
    house = make_house(open_casebook(folder / "casebook.db"), Configuration(**WIDE, jobs_waiting=1_000_000))
    house.app.state.service.person_of = lambda request: PEOPLE["reviewer"]
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", house.app)


@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx: object, value: object) -> bytes:
    """Send whatever is made for NDJSON as the text that it is."""
    return str(value).encode("utf-8", "replace")


schema = _description()


@pytest.mark.usefixtures("name_index")
@schema.parametrize()
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_service_keeps_what_its_description_promises(case: schemathesis.Case) -> None:
    # Which lists are at hand and what a case may be called no schema can say: such a request is refused with a reason.
    known = [schemathesis.checks.positive_data_acceptance]
    case.call_and_validate(headers={"host": "testserver"}, excluded_checks=known)
