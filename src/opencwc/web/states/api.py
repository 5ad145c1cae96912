"""What is held on a State, for programs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, TypedDict

from fastapi import Path, Request
from msgspec import Meta
from starlette.responses import JSONResponse, Response

from opencwc.web.server.api_parameters import InLang, answers
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.web.states.holdings import Holding, holdings_of
from opencwc.wording import say, sentence

router = Router(tags=["states"])


class HoldingsAnswer(TypedDict):
    """What is held on a State, by part; only what the person may see."""

    state: str
    parts: Annotated[
        list[dict[str, Any]],
        Meta(
            description="Each with `name`, how many of `all` runs were `looked` into, and `lines`: what is held, with"
            " `source`, `evidence`, `day` and `address`. A part without lines holds nothing."
        ),
    ]


@router.get("/api/v1/states/{code}", action="read", answer=answers("What is held", HoldingsAnswer), problems=(404, 501))
def show_state(request: Request, code: Annotated[str, Path(max_length=20)], lang: InLang = "en") -> Response:
    """Give what is held on a State: the Convention, declarations, law, transfers, events of open reports."""
    sections = holdings_of(book_of(request), person_of(request), code, date.today())
    parts = [
        {
            "name": section.name, "looked": section.looked, "all": section.all,
            "lines": [_line(line, lang) for line in section.lines],
        }
        for section in sections
    ]  # fmt: skip
    return JSONResponse({"state": code, "parts": parts})


def _line(line: Holding, lang: str) -> dict[str, str]:
    return {
        "says": sentence(line.says, lang), "source": say(line.source, lang), "evidence": line.evidence,
        "day": line.day, "address": line.address,
    }  # fmt: skip
