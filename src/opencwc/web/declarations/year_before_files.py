"""Last year's submission, taken from the casebook as the books that a register is compared with."""

from __future__ import annotations

import tempfile
from typing import Any

from fastapi import Request

from opencwc.casebook.model import Mark, Person
from opencwc.casebook.permissions import may
from opencwc.casebook.submissions import Submission, list_submissions, read_version, show_submission
from opencwc.declarations.reader import BEFORE
from opencwc.errors import ConflictError, InputError, NotFoundError
from opencwc.jobs.archives import unpacked_again
from opencwc.web.casebook.jobs_api import parts_of
from opencwc.web.casebook.upload_forms import SentForm
from opencwc.web.server.service import Service, book_of, person_of

SUBMISSION = "submission"
MOST_OFFERED = 200


def submissions_offered(request: Request) -> list[Submission]:
    """Return the submissions that a register may be compared with, the last opened first."""
    person = person_of(request)
    return list_submissions(book_of(request), person)[:MOST_OFFERED] if may(person, "submissions") else []


def with_submission(service: Service, person: Person, sent: SentForm) -> SentForm:
    """Return what was sent with the last version of the submission that it names, under the higher mark of the two.

    Raises:
        ConflictError: the submission has no version.
        InputError: last year's books were sent as well.
        NotFoundError: there is none that the person may know of.

    """
    asked = sent.texts.get(SUBMISSION, "").strip()
    if not asked:
        return sent
    if BEFORE in sent.fields:
        raise InputError("two_years_before", where=BEFORE)
    if not asked.isdecimal() or len(asked) > 18:
        raise NotFoundError("no_such_submission", submission=asked[:20])
    _, intake = parts_of(service)
    history = show_submission(intake.book, person, int(asked))
    if not history.versions:
        raise ConflictError("submission_without_version", submission=int(asked))
    version, parts = read_version(intake.book, person, int(asked), history.versions[-1].number)
    stream = tempfile.TemporaryFile(prefix="opencwc-before-")  # noqa: SIM115
    stream.writelines(parts)
    files = unpacked_again(version.name, stream)
    texts: dict[str, Any] = {**sent.texts, "mark": str(max(history.mark, _mark_of(sent)))}
    return sent._replace(uploads=[*sent.uploads, *files], fields=(*sent.fields, *(BEFORE for _ in files)), texts=texts)


def _mark_of(sent: SentForm) -> Mark:
    named = sent.texts.get("mark", "").upper()
    return Mark[named] if named in Mark.__members__ else Mark.UNCLASSIFIED
