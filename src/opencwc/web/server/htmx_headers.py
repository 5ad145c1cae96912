"""The headers that tell htmx what to read aloud or where to go next."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from opencwc.web.server.problems import HttpProblem

Asked = TypeVar("Asked", bound=BaseModel)


def announcing(text: str, **more: object) -> dict[str, str]:
    """Return the header that has the live region read something aloud; JSON escapes what is not ASCII."""
    return {"hx-trigger": json.dumps({"told": text, **more})}


def going_to(address: str) -> dict[str, str]:
    """Return the header that has an open page show another one without a reload."""
    return {"hx-location": json.dumps({"path": address, "target": "#main", "swap": "innerHTML show:window:top"})}


def leading_to(address: str) -> Response:
    """Return the answer that has a page load another one."""
    return Response(status_code=204, headers={"HX-Redirect": address})


def done(response: Response, text: str, *, csrf: str = "") -> Response:
    """Have a success read aloud by the live region; ``csrf`` is what the page sends from now on (settings.js)."""
    response.headers.update(announcing(text, **({"csrf": csrf} if csrf else {})))
    return response


def body_of(answer: Response) -> dict[str, Any]:
    """Return what a route of the API answered."""
    body = json.loads(bytes(answer.body))
    return dict(body)


def keep_cookies(answer: Response, shown: Response) -> Response:
    """Give the cookies of a route of the API to the page that shows what it did."""
    shown.raw_headers += [(name, value) for name, value in answer.raw_headers if name == b"set-cookie"]
    return shown


def asked_of(kind: type[Asked], /, **values: Any) -> Asked:
    """Return what a route of the API is asked; raise a problem that names the field where it does not fit."""
    try:
        return kind(**values)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise HttpProblem(422, "does-not-fit", "field_does_not_fit", where=where, reason=str(first["msg"])) from None
