"""Reports made ready to be compared, batch after batch: by this process, by several, or by the nodes of a cluster.

What one report tells depends on no other, so batches can be worked on anywhere. They are given back in the order in
which they came, and a batch that is lost with its worker is done again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from opencwc.errors import OutputError
from opencwc.language.encoders import encode_on_one_thread
from opencwc.reports.facts import tell_all
from opencwc.reports.item import Item, item_of
from opencwc.reports.topics.assignment import with_topics
from opencwc.reports.traits import traits_of
from opencwc.workers.pool import WorkerPool, in_order, on_one_thread
from opencwc.workers.ray_cluster import connected, import_ray, quiet_context, reason_of

if TYPE_CHECKING:
    from opencwc.language.encoders import Encoder
    from opencwc.reports.model import Report

BATCH = 256
"""Reports whose sentences are encoded together."""
_WORTH_PROCESSES = 4 * BATCH
"""Processes take some seconds to start: fewer reports are read by this one."""


def ready(reports: Sequence[Report], encoder: Encoder | None) -> list[Item]:
    """Return what reports tell, ready to be compared."""
    told = tell_all(reports)
    traits = traits_of(told, encoder)
    on_topics = with_topics(told, [one.vectors for one in traits], encoder.id if encoder else "")
    return list(map(item_of, on_topics, traits))


def ready_items(reports: Iterable[Report], encoder: Encoder | None, jobs: int = 1) -> Iterator[list[Item]]:
    """Yield reports ready to be compared, a batch at a time; with several ``jobs`` so many processes work at it.

    Raises `OutputError` where processes die again and again (out of memory, or killed).
    """
    batches = _batched(reports)
    first = list(islice(batches, _WORTH_PROCESSES // BATCH)) if jobs > 1 else []
    batches = chain(first, batches)
    if len(first) * BATCH < _WORTH_PROCESSES:
        yield from (ready(batch, encoder) for batch in batches)
        return
    try:
        yield from in_order(lambda: WorkerPool(jobs, _take, encoder), _ready_here, batches, ahead=2 * jobs)
    except BrokenProcessPool as error:
        raise OutputError("worker_process_died") from error


def ready_on_cluster(reports: Iterable[Report], encoder: Encoder | None, address: str) -> Iterator[list[Item]]:
    """Yield the same from a Ray cluster, each batch a task of Ray Data; a task that is lost is done again elsewhere.

    ``address`` is Ray's: ``auto``, ``host:port``, or ``local`` for a cluster on this machine alone.

    Raises:
        OutputError: the cluster gave up.
        SettingsError: no cluster answers at the address.
        UnavailableError: Ray is not installed.

    """
    ray = import_ray(address)
    with connected(ray, address):
        quiet_context(ray).execution_options.preserve_order = True
        batches = [{"reports": _Held(batch)} for batch in _batched(reports)]
        if not batches:
            return
        try:
            rows = ray.data.from_items(batches, override_num_blocks=len(batches)).map(_ready_there, fn_args=(encoder,))
            for row in rows.iter_rows():
                yield row["items"].some
        except (ray.exceptions.RayError, ray.data.exceptions.ExecutionTimeoutError) as error:
            raise OutputError("cluster_gave_up", where=address, reason=reason_of(error)) from error


def _batched(reports: Iterable[Report]) -> Iterator[list[Report]]:
    coming = iter(reports)
    while batch := list(islice(coming, BATCH)):
        yield batch


_ENCODER: list[Encoder | None] = []


def _take(encoder: Encoder | None) -> None:
    on_one_thread()
    encode_on_one_thread()
    _ENCODER.append(encoder)


def _ready_here(batch: list[Report]) -> list[Item]:
    return ready(batch, _ENCODER[0])


class _Held(NamedTuple):
    """Reports or items in a cell, which Ray carries as they are."""

    some: list[Any]


def _ready_there(row: dict[str, _Held], encoder: Encoder | None) -> dict[str, _Held]:
    return {"items": _Held(ready(row["reports"].some, encoder))}
