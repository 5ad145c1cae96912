"""What a person sees where something does not go: in the own language, and never what is meant for machines."""

from __future__ import annotations

import pytest

from opencwc.errors import ConflictError
from opencwc.finding import Message
from opencwc.wording import LANGUAGES, say, say_error
from web.signing_in import House

from .housing import PAGE, PART, post
from .parsed import check_sound, parsed

FOR_MACHINES = ("openapi", "/api/", "path.", "body.", "pydantic", "should ")


def plain(text: str) -> str:
    """Return a text with one kind of space."""
    return " ".join(text.split())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_may_not_do_something_reads_which_roles_may(house: House, lang: str) -> None:
    with house.signed_in("rita") as client:
        answer = client.get(f"/audit?lang={lang}", headers=PAGE)
        assert answer.status_code == 403
        problem = parsed(answer.text).one(data_kind="not-allowed")
        roles = tuple(Message(f"page_role_{role}") for role in ("administrator", "auditor"))
        assert plain(say(Message("page_problem_not_allowed_roles", {"roles": roles}), lang)) in plain(problem.text)
        assert "the role" not in problem.text and "(audit)" not in problem.text and not problem.all("details")


@pytest.mark.parametrize("address", ["/findings/abc", "/jobs/none", "/settings/people/x", "/audit?after=abc"])
def test_an_address_that_does_not_fit_is_not_found(house: House, address: str) -> None:
    with house.signed_in("adam" if address.startswith(("/settings", "/audit")) else "rita") as client:
        answer = client.get(address, headers=PAGE)
        assert answer.status_code == 404
        page = parsed(answer.text)
        check_sound(page)
        problem = page.one(data_kind="not-found")
        assert say("page_problem_not_found_do") in problem.text
        assert not any(word in problem.text for word in FOR_MACHINES)


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_a_name_that_is_taken_is_said_as_that(house: House, lang: str) -> None:
    with house.signed_in("adam") as client:
        part, _ = post(client, f"/settings/people?lang={lang}", 409, login="rita", name="R", role="analyst")
        problem = part.one(data_kind="conflict")
        assert say("page_problem_there_already_what", lang) in problem.text
        assert say("page_problem_conflict_what", lang) not in problem.text
        own = problem.one("details", class_="own-words")
        assert say("page_problem_words", lang) in own.one("summary").text
        taken = ConflictError("login_taken")
        sentences = say_error(taken, lang)
        assert plain(own.one("p").text) == plain(sentences[0].upper() + sentences[1:])
        assert "open" in own.attributes


def test_a_field_is_named_as_the_form_calls_it_and_not_by_what_checks_it(house: House) -> None:
    with house.signed_in("adam") as client:
        part, _ = post(client, "/settings/people?lang=fr", 422, login="", name="R", role="analyst")
        problem = part.one(data_kind="does-not-fit")
        sentence = say(Message("page_problem_field", {"field": say("web_login", "fr")}), "fr")
        assert plain(sentence) in plain(problem.text)
        assert not any(word in problem.text for word in FOR_MACHINES) and not problem.all("details")


def test_a_form_sent_to_an_address_that_does_not_fit_is_not_found(house: House) -> None:
    with house.signed_in("rita") as client:
        answer = client.post("/findings/abc/decision", data={"outcome": "accept", "reason": "why"}, headers=PART)
        assert answer.status_code == 404 and parsed(answer.text).one(data_kind="not-found")
