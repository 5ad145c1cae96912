"""What of a version is due, judged in a confined process and held ready: the same bytes are judged once a day.

Nothing is given from here before the casebook has said that the person may see the version.
"""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future
from datetime import date
from threading import Lock
from typing import IO, NamedTuple, cast

from msgspec.structs import replace

from opencwc.casebook.database import Casebook
from opencwc.casebook.submissions import Submission, Version, unseen_version
from opencwc.declarations.confined_judgement import judge_version
from opencwc.declarations.kept import KeptDeclarations
from opencwc.jobs.archives import packed_again
from opencwc.web.server.service import Service

HELD_READY = 16
_held: OrderedDict[VersionAsked, Future[KeptDeclarations]] = OrderedDict()
_lock = Lock()


class VersionAsked(NamedTuple):
    """A version by its bytes and its name, and what is asked of it."""

    source_id: str
    name: str
    year: int
    profile: str
    day: date


def judged_version(
    service: Service, submission: Submission, version: Version, day: date, parts: Iterable[bytes]
) -> KeptDeclarations:
    """Return what of a version is due at its sites on a day; ``parts`` are its bytes, read only where need be.

    Raises:
        InputError: the version is no register.

    """
    asked = VersionAsked(version.source_id, version.name, submission.year, submission.profile, day)
    with _lock:
        known = _held.get(asked)
        answer = known or Future()
        _held[asked] = answer
        _held.move_to_end(asked)
        while len(_held) > HELD_READY:
            _held.popitem(last=False)
    if known is None:
        _judge(service, asked, parts, answer)
    return answer.result()


def judge_ahead(service: Service, book: Casebook, submission: Submission, version: Version, day: date) -> None:
    """Judge a version that somebody is likely to ask for next."""
    judged_version(service, submission, version, day, unseen_version(book, version))


def _judge(service: Service, asked: VersionAsked, parts: Iterable[bytes], answer: Future[KeptDeclarations]) -> None:
    question = {"year": asked.year, "profile": asked.profile, "as_of": asked.day.isoformat()}
    must = service.configuration.job_network_must_be_cut
    try:
        with tempfile.TemporaryFile(prefix="opencwc-version-") as file:
            for part in parts:
                file.write(part)
            file.seek(0)
            with packed_again(asked.name, cast(IO[bytes], file)) as archive:
                answer.set_result(_of_its_sites(judge_version(archive, question, network_must_be_cut=must)))
    except BaseException as error:
        answer.set_exception(error)
        with _lock:
            _held.pop(asked, None)
        raise


def _of_its_sites(judged: KeptDeclarations) -> KeptDeclarations:
    """Return what was judged without the national data: that is the State's to add up."""
    return replace(judged, due=tuple(line for line in judged.due if line.site))
