"""A record that the casebook holds already, added to what was sent."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from opencwc.casebook.model import Mark, Person
from opencwc.casebook.permissions import may
from opencwc.jobs.runs_as_record import KeptRecord, record_files, records_offered
from opencwc.web.casebook.jobs_api import parts_of
from opencwc.web.casebook.upload_forms import SentForm
from opencwc.web.server.service import Service, person_of, service_of

RECORD_OF = "record_of"


def offered(request: Request) -> list[KeptRecord]:
    """Return the records that the casebook holds, as far as the person may see them."""
    person, intake = person_of(request), service_of(request).intake
    return records_offered(intake.book, person) if intake is not None and may(person, "read") else []


def with_kept_record(service: Service, person: Person, sent: SentForm) -> SentForm:
    """Return what was sent with the record of the casebook that it names, under the higher mark of the two.

    Raises `NotFoundError` where there is none of this name that the person may see.
    """
    named = sent.texts.get(RECORD_OF, "").strip()
    if not named:
        return sent
    _, intake = parts_of(service)
    mark, files = record_files(intake.book, person, named)
    texts: dict[str, Any] = {**sent.texts, "mark": str(max(mark, _mark_of(sent)))}
    return sent._replace(
        uploads=[*sent.uploads, *files], fields=(*sent.fields, *("record" for _ in files)), texts=texts
    )


def _mark_of(sent: SentForm) -> Mark:
    named = sent.texts.get("mark", "").upper()
    return Mark[named] if named in Mark.__members__ else Mark.UNCLASSIFIED
