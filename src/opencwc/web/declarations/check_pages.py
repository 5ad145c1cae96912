"""Check a declaration that somebody wrote: every fault with its rule and its place. Nothing of it is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import Request
from starlette.responses import Response

from opencwc.declarations.law import profiles
from opencwc.declarations.uploaded_papers import CheckedUpload, check_upload
from opencwc.jobs.archives import pack_uploads
from opencwc.web.casebook.upload_forms import Uploads
from opencwc.web.declarations.forms import DECLARATION, asked_profile
from opencwc.web.server.page import language_of, page
from opencwc.web.server.service import Router, Service, person_of, service_of

router = Router(include_in_schema=False)


@router.get("/declarations/check", action="screen")
def show(request: Request) -> Response:
    """Show where a declaration is dropped."""
    return page(request, "declarations/check.html", today=date.today(), profiles=titled_profiles(request))


@router.post("/declarations/check", action="screen", uploads=True)
async def answer(request: Request) -> Response:
    """Check the declaration, which is read in the sandbox and not kept."""
    service, person = service_of(request), person_of(request)
    async with DECLARATION.sent(request) as sent:
        question = {"as_of": sent.day.isoformat(), "profile": asked_profile(sent.texts)}
        checked = await service.answering.run_for(person.id, checked_upload, service, question, sent.uploads)
        name = sent.uploads[0][0]
    return page(
        request, "declarations/checked.html", checked=checked, name=name, as_of=sent.day,
        profile=dict(titled_profiles(request)).get(question["profile"], question["profile"]),
    )  # fmt: skip


def titled_profiles(request: Request) -> list[tuple[str, str]]:
    """Return the profiles by id, each with its title in the language of a request."""
    lang = language_of(request)
    return [(id, titles.get(lang) or titles.get("en") or id) for id, titles in profiles().items()]


def checked_upload(service: Service, question: Mapping[str, Any], uploads: Uploads) -> CheckedUpload:
    """Check a declaration in the sandbox; nothing of it is kept."""
    must = service.configuration.job_network_must_be_cut
    with tempfile.TemporaryFile(prefix="opencwc-declaration-") as file:
        pack_uploads(uploads, file)
        return check_upload(file, question, network_must_be_cut=must)
