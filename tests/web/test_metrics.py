"""What Prometheus reads."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from opencwc.web.app import create_app
from opencwc.web.server.configuration import Configuration

from .conftest import WIDE, House, person_of


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_are_counted_by_template_and_screenings_by_verdict(house: House) -> None:
    with TestClient(house.app, headers={"x-test-person": "administrator"}) as client:
        client.get("/api/v1/screen?value=CCO")
        client.post("/api/v1/screen/batch", content="CC(C)OP(C)(=O)F\nCCO\n", headers={"content-type": "text/plain"})
        client.get("/api/v1/entries/CWC/1A01")
        client.get("/api/v1/entries/CWC/SECRET")
        text = client.get("/metrics").text
    values = samples(text)
    template = "/api/v1/entries/{list_id}/{entry_id}"
    requests = "opencwc_requests_total"
    assert values[requests, (("method", "GET"), ("route", template), ("status", "200"))] == 1
    assert values[requests, (("method", "GET"), ("route", template), ("status", "404"))] == 1
    assert values["opencwc_screenings_total", (("verdict", "not_listed"),)] == 2
    assert values["opencwc_screenings_total", (("verdict", "listed"),)] == 1
    assert values["opencwc_jobs", (("state", "waiting"),)] == 0
    assert any(name == "opencwc_build_info" for name, _ in values)
    assert any(name == "opencwc_request_seconds_bucket" for name, _ in values)
    assert "SECRET" not in text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": "Bearer right"}, 200),
        ({"x-test-person": "analyst"}, 403),
        ({"x-test-person": "auditor"}, 200),
    ],
)
def test_metrics_are_for_who_holds_the_token_or_may_read_them(headers: dict[str, str], status: int) -> None:
    configuration = Configuration(metrics_token="right", **WIDE)
    with TestClient(create_app(configuration, person_of=person_of), headers=headers) as client:
        assert client.get("/metrics").status_code == status


def test_without_a_token_set_an_empty_one_opens_nothing(configuration: Configuration) -> None:
    with TestClient(create_app(configuration, person_of=person_of)) as client:
        assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 401
