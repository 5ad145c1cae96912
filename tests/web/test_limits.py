"""How often someone may ask: by address, by person, and far less often to sign in."""

from __future__ import annotations

import random
import threading
import time

import pytest
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.testclient import TestClient

from opencwc.web.app import create_app
from opencwc.web.server.configuration import Configuration
from opencwc.web.server.problems import HttpProblem
from opencwc.web.server.rate_limits import Limiter

from .conftest import person_of


def client_with(**rates: str) -> TestClient:
    configuration = Configuration(allowed_hosts=("testserver",), **rates)
    return TestClient(create_app(configuration, person_of=person_of), headers={"x-test-person": "analyst"})


def test_too_many_from_one_address_wait() -> None:
    with client_with(address_rate="5/hour") as client:
        answers = [client.get("/health/live") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers[:5]] == ["4", "3", "2", "1", "0"]
    assert int(answers[5].headers["retry-after"]) > 0
    assert answers[5].json()["type"] == "urn:opencwc:problem:too-many"


def test_each_person_has_a_limit_of_their_own() -> None:
    with client_with(person_rate="3/hour") as client:
        mine = [client.get("/api/v1/lists").status_code for _ in range(4)]
        others = client.get("/api/v1/lists", headers={"x-test-person": "reviewer"}).status_code
    assert mine == [200, 200, 200, 429]
    assert others == 200


def test_signing_in_has_a_stricter_limit_that_forgets_exactly() -> None:
    limiter = Limiter(Configuration(sign_in_rate="2/hour"))
    limiter.passing("sign_in", "10.0.0.1")
    limiter.passing("sign_in", "10.0.0.1")
    with pytest.raises(HttpProblem) as caught:
        limiter.passing("sign_in", "10.0.0.1")
    assert caught.value.status == 429
    limiter.passing("sign_in", "10.0.0.2")


def test_forwarded_headers_of_a_stranger_change_no_address() -> None:
    with client_with(address_rate="3/hour") as client:
        answers = [client.get("/health/live", headers={"x-forwarded-for": f"10.0.0.{n}"}).status_code for n in range(4)]
    assert answers == [200, 200, 200, 429]


def limiter_at(rate: str, now: list[float]) -> Limiter:
    return Limiter(Configuration(person_rate=rate), lambda: now[0])


def test_a_wide_limit_forgets_little_by_little() -> None:
    now = [600.0]
    limiter = limiter_at("4/minute", now)
    lefts = [limiter.passing("person", "p").remaining for _ in range(4)]
    assert lefts == [3, 2, 1, 0]
    now[0] = 688.0  # of the four, two weigh still
    assert [limiter.passing("person", "p").remaining for _ in range(2)] == [1, 0]
    with pytest.raises(HttpProblem) as caught:
        limiter.passing("person", "p")
    assert caught.value.headers["Retry-After"] == "2"  # when one of them weighs no more
    now[0] = 690.5
    assert limiter.passing("person", "p").remaining == 0


@pytest.mark.parametrize("seed", range(5))
def test_wide_limits_count_as_the_sliding_counters_of_the_library(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, now, item = random.Random(seed), [1_700_000_000.0], parse("20/minute")
    limiter, library = limiter_at("20/minute", now), SlidingWindowCounterRateLimiter(MemoryStorage())
    monkeypatch.setattr(time, "time", lambda: now[0])
    for _ in range(400):
        now[0] += chance.uniform(0, chance.choice((1, 4, 120)))
        key = chance.choice("ab")
        try:
            ours = (True, limiter.passing("person", key).remaining)
        except HttpProblem as problem:
            ours = (False, int(problem.headers["RateLimit-Remaining"]))
        allowed = library.hit(item, key)
        assert ours == (allowed, library.get_window_stats(item, key).remaining)


def test_who_asks_no_more_is_forgotten_and_no_thread_is_needed_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    limiter = limiter_at("4/minute", now)
    started: list[threading.Thread] = []
    monkeypatch.setattr(threading.Thread, "start", started.append)
    for number in range(1000):
        limiter.passing("person", str(number))
    now[0] = 121.0
    limiter.passing("person", "p")
    assert len(limiter._buckets["person"]._counts) == 1
    assert not started
