"""A problem as a page or a part of one: what happened, what is safe, what to do, in the reader's language.

The words of the error itself stand behind a summary, and only where the kind alone does not say it.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from opencwc.casebook.permissions import ACTIONS
from opencwc.errors import OpenCWCError, error_line
from opencwc.finding import Message
from opencwc.web.server.page import is_fragment, language_of, page, path_of
from opencwc.wording import error_sentences, say

_KNOWN = (
    "sign-in-needed", "sign-in-refused", "not-allowed", "not-found", "conflict", "too-large", "too-many-requests",
    "casebook-out-of-reach", "unreadable", "no-meaning", "does-not-fit", "refused", "not-installed", "fault",
    "second-factor-needed",
)  # fmt: skip
_DETAILED = frozenset({"conflict", "unreadable", "no-meaning", "not-allowed"})
"""What an error says for itself matters here, and not only its kind."""
_NAMED_ANEW = ("/settings/people", "/casebook/cases")
"""Where something new gets a name: a conflict there says that the name is taken."""
_DECIDED = ("/findings/", "/cases/", "/casebook", "/requests/")
"""Where people work on the same thing: a conflict there may say that somebody was quicker."""
FIELDS = {
    "as_of": "report_as_of", "case": "page_file_case", "clearance": "page_settings_clearance", "code": "page_code",
    "days": "page_settings_lasts", "due": "casebook_due", "entry": "page_decide_right_entry",
    "expected_as": "page_settings_expected", "ground": "page_case_ground", "key": "page_bundle_key",
    "lists": "report_lists", "login": "web_login", "mark": "page_mark", "new_password": "page_settings_password_new",
    "owner": "casebook_owner", "password": "web_password", "reason": "page_decide_reason",
    "recipients": "page_case_recipients", "retain_until": "page_case_retain", "role": "page_settings_role",
    "status": "casebook_status", "text": "page_case_comment", "title": "casebook_title",
    "verdict": "page_decide_right_verdict",
}  # fmt: skip
"""How the forms call the fields that an error may name."""


NUMBER = 8
"""Characters of a request's number that are shown where a person should quote it; the log has all of them."""
_FIELDS_OF = {"case_name_taken": "name case", "case_name_not_valid": "name case", "login_taken": "login"}
"""The fields that an error is about which names none, by its code."""


def is_for_people(request: Request) -> bool:
    """Return whether a person looks at the answer: a page of ours, and not the API or what machines ask for."""
    path = request.url.path
    machine = path.startswith(("/api/", "/health/", "/static/")) or path == "/metrics"
    return not machine and (is_fragment(request) or "text/html" in request.headers.get("accept", ""))


def show_problem(
    request: Request, status: int, kind: str, error: OpenCWCError, request_id: str = ""
) -> Response | None:
    """Show a problem to a person; return ``None`` where a machine asks.

    Who must sign in or set up a second factor is led there, unless a half-written page would be lost.
    """
    if not is_for_people(request):
        return None
    reads = request.method in ("GET", "HEAD")
    if kind == "sign-in-needed" and not is_fragment(request) and reads:
        back = path_of(request) + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse("/sign-in" + ("" if back == "/" else f"?next={quote(back, safe='')}"), 303)
    if kind == "second-factor-needed" and not is_fragment(request) and reads:
        return RedirectResponse("/settings#factor-h", 303)
    known = kind if kind in _KNOWN else "fault" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "does-not-fit"
    if kind == "does-not-fit" and (reads or error.where.startswith("path.")):
        known, status = "not-found", HTTPStatus.NOT_FOUND  # it is the address that does not fit, and not a form
    lang = language_of(request)
    name = _words_of(known, request.url.path)
    safe = "safe_read" if known == "fault" and reads else "safe"
    sentences = [say(f"page_problem_{name}_{part}", lang) for part in ("what", safe, "do")]
    more = _more(known, error, lang)
    detailed = known in _DETAILED and not (known == "not-allowed" and more)
    template = "problem_part.html" if is_fragment(request) else "problem.html"
    return page(
        request, template, status, told=sentences, more=more, detail=in_own_words(error, lang) if detailed else "",
        number=request_id[:NUMBER] if known == "fault" else "", kind=known, field=_field_of(error),
    )  # fmt: skip


def _field_of(error: OpenCWCError) -> str:
    """Return the names that the field may have which an error is about; empty where it is about none."""
    name = error.where.rsplit(".", 1)[-1]
    return _FIELDS_OF.get(error.code, name if name in FIELDS else "")


def in_own_words(error: OpenCWCError, lang: str) -> str:
    """Return what an error says for itself as sentences; a remedy that is for machines is left out.

    >>> in_own_words(OpenCWCError("no_such_job"), "en")
    'There is no such job.'
    >>> in_own_words(OpenCWCError("login_taken"), "en")
    'An account with this login already exists. Choose another login.'
    """
    what, remedy = error_sentences(error, lang)
    return error_line("", f"{what[:1].upper()}{what[1:]}", "" if "/api/" in remedy else remedy) if what else ""


def _words_of(kind: str, path: str) -> str:
    """Return under which name the words of a problem stand in the catalogs.

    >>> _words_of("conflict", "/settings/people"), _words_of("conflict", "/findings/1/decision")
    ('there_already', 'conflict')
    """
    if kind == "conflict" and path in _NAMED_ANEW:
        return "there_already"
    if kind == "conflict" and not path.startswith(_DECIDED):
        return "stands_against"
    return kind.replace("-", "_")


def _more(kind: str, error: OpenCWCError, lang: str) -> list[str]:
    """Return what can be said of this problem beyond its kind, in the reader's language."""
    if kind == "refused":
        return [error.what]  # a refusal is said in the language of who asks
    if kind == "not-allowed":
        action = str(error.values.get("action", ""))
        if error.code == "role_not_allowed" and action in ACTIONS:
            roles = tuple(Message(f"page_role_{role}") for role in sorted(ACTIONS[action]))
            return [say(Message("page_problem_not_allowed_roles", {"roles": roles}), lang)]
        return [say("page_problem_not_allowed_mark", lang)] if error.code == "mark_above_clearance" else []
    field = FIELDS.get(error.where.rsplit(".", 1)[-1], "")
    if not field or kind not in ("does-not-fit", "unreadable", "no-meaning"):
        return []
    return [say(Message("page_problem_field", {"field": say(field, lang)}), lang)]
