"""What Prometheus reads: requests by route and status, screenings by verdict, jobs by state; no name and no value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from opencwc.finding import Verdict
from opencwc.verbs import always_counted
from opencwc.version import __version__

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The counters of one app, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "opencwc_requests", "Requests answered", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "opencwc_request_seconds",
            "Time to the last byte of an answer",
            ("method", "route"),
            registry=self.registry,
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 600),
        )
        self.under_way = Gauge("opencwc_requests_under_way", "Requests being answered", registry=self.registry)
        self._screenings = Counter(
            "opencwc_screenings", "Values screened, by the gravest verdict", ("verdict",), registry=self.registry
        )
        self._cut = Counter(
            "opencwc_connections_cut", "Connections ended by a limit", ("reason",), registry=self.registry
        )
        for verdict in always_counted():
            self._screenings.labels(str(verdict))
        Info("opencwc_build", "What is running", registry=self.registry).info({"version": __version__})
        ProcessCollector(registry=self.registry)

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request; ``route`` is a template, never an address."""
        method = method if method in _METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def count_cut(self, reason: str) -> None:
        """Count a connection that a limit ended."""
        self._cut.labels(reason).inc()

    def count_screenings(self, by_verdict: Mapping[Verdict, int]) -> None:
        """Count screened values."""
        for verdict, rows in by_verdict.items():
            if rows:
                self._screenings.labels(str(verdict)).inc(rows)

    def watch_jobs(self, count: Callable[[], Mapping[str, int]]) -> None:
        """Count the jobs by state whenever the metrics are read."""
        self.registry.register(_Jobs(count))

    def text(self) -> bytes:
        """Return the metrics as Prometheus reads them."""
        return generate_latest(self.registry)


class _Jobs(Collector):
    def __init__(self, count: Callable[[], Mapping[str, int]]) -> None:
        self._count = count

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return [GaugeMetricFamily("opencwc_jobs", "Jobs by state", labels=("state",))]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily("opencwc_jobs", "Jobs by state", labels=("state",))
        for state, number in sorted(self._count().items()):
            family.add_metric((state,), number)
        yield family


_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
