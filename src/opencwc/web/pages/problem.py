"""A problem as a page or a part of one: what happened, what is safe, what to do."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from opencwc.web.pages.page import is_fragment, language_of, page
from opencwc.wording import say

_KNOWN = (
    "sign-in-needed", "sign-in-refused", "not-allowed", "not-found", "conflict", "too-large", "too-many-requests",
    "casebook-out-of-reach", "unreadable", "no-meaning", "does-not-fit", "refused", "not-installed", "fault",
)  # fmt: skip
_DETAILED = frozenset({"conflict", "unreadable", "no-meaning", "does-not-fit", "not-allowed", "refused"})
"""What an error says for itself matters here, and not only its kind."""


def is_for_people(request: Request) -> bool:
    """Tell whether a person looks at the answer: a page of ours, and not the API or what machines ask for."""
    path = request.url.path
    machine = path.startswith(("/api/", "/health/", "/static/", "/auth/")) or path == "/metrics"
    return not machine and (is_fragment(request) or "text/html" in request.headers.get("accept", ""))


def show_problem(
    request: Request, status: int, kind: str, what: str, *, where: str = "", remedy: str = "", request_id: str = ""
) -> Response:
    """Show a problem; who is not signed in is led to the sign-in, unless a half-written page would be lost by it."""
    if kind == "sign-in-needed" and not is_fragment(request) and request.method in ("GET", "HEAD"):
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse("/sign-in" + ("" if back == "/" else f"?next={quote(back, safe='')}"), 303)
    known = kind if kind in _KNOWN else "fault" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "does-not-fit"
    lang = language_of(request)
    name = known.replace("-", "_")
    told = [say(f"page_problem_{name}_{part}", lang) for part in ("what", "safe", "do")]
    template = "problem_part.html" if is_fragment(request) else "problem.html"
    return page(
        request, template, status, told=told, detail=what if known in _DETAILED else "", where=where,
        remedy=remedy if known in _DETAILED else "", request_id=request_id, kind=known,
    )  # fmt: skip
