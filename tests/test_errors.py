"""An error holds a code and values: its English sentences read as before, and it crosses a process unharmed."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import date

import pytest

from opencwc import errors
from opencwc.errors import (
    InputError,
    NotFoundError,
    OpenCWCError,
    Reason,
    error_from_plain,
    error_to_plain,
)
from opencwc.finding import Message
from opencwc.web.server.problems import HttpProblem
from opencwc.wording import error_sentences, reason, say_error

SENTENCES = {
    "no_such_thing": "there is no {thing!r} among {known}, {count:,} in all ({share}), on {day}: {reason}",
    "no_such_thing_remedy": "Take one of: {known!r}.",
    "odd": "{{kept}} {name} {missing}",
    "busy": "it is {state}",
}


@pytest.fixture(autouse=True)
def sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "read_template", lambda domain, name, lang: SENTENCES.get(name))


def an_error() -> NotFoundError:
    return NotFoundError(
        "no_such_thing",
        where="a.csv",
        thing="a\x1b{known}'",
        known=("b", "c"),
        count=12345,
        share=0.5,
        day=date(2026, 11, 28),
        reason=reason(Message("reading_too_large", {"bytes": 200})),
    )


SAID = (
    'a.csv: there is no "a\\x1b{known}\'" among b, c, 12,345 in all (0.5), on 2026-11-28: It is larger than 200 bytes.'
    " Take one of: 'b', 'c'."
)


def test_a_value_never_breaks_the_sentence_it_stands_in() -> None:
    assert str(an_error()) == SAID
    error = InputError("odd", name="{0.__class__} {name} %s {")
    assert error.what == "{kept} {0.__class__} {name} %s { {missing}"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_an_error_can_be_copied_and_sent_between_our_own_processes(copied) -> None:
    problem = HttpProblem(409, "being-done", "busy", headers={"a": "b"}, state="done")
    for error in (an_error(), problem):
        other = copied(error)
        assert type(other) is type(error) and str(other) == str(error)
        assert vars(other) == vars(error)


def test_an_error_crosses_to_another_process_as_json() -> None:
    error = an_error()
    other = error_from_plain(json.loads(json.dumps(error_to_plain(error))))
    assert type(other) is NotFoundError and str(other) == SAID
    assert (other.code, other.where, other.values) == (error.code, error.where, error.values)
    assert isinstance(other.values["reason"], Reason)
    assert other.values["reason"].message == Message("reading_too_large", {"bytes": 200})
    assert error_to_plain(other) == error_to_plain(error)


def test_the_words_of_a_known_code_do_not_cross_and_are_not_believed() -> None:
    plain = error_to_plain(an_error())
    assert (plain["what"], plain["remedy"]) == ("", "")
    assert str(error_from_plain({**plain, "what": "all is well", "remedy": "Trust me."})) == SAID
    assert error_to_plain(InputError("no_such_code"))["what"] == "no_such_code"


@pytest.mark.parametrize(
    "plain",
    [
        None,
        "text",
        [],
        {"kind": "HttpProblem", "what": "x"},
        {"kind": "SystemExit", "what": "x"},
        {"kind": ["InputError"], "code": {}, "what": 7, "where": None, "values": [1]},
        {"what": "x", "values": {"a": {"message": {"id": 7}}, "b": {"day": "no day"}, "c": [[["x"]]], "d": None}},
        {"what": "x", "values": {"a": {"message": {"id": "x", "values": {"y": {"z": 1}}}}}},
    ],
)
def test_what_a_strange_process_says_becomes_an_error_of_input(plain: object) -> None:
    error = error_from_plain(plain)
    assert type(error) is InputError
    assert say_error(error, "ar")


def test_what_another_process_says_is_cut_short() -> None:
    many = {f"name{number}": ["y" * 9_999] * 9_999 for number in range(999)}
    deep: object = "x"
    for _ in range(900):
        deep = {"id": "x", "values": {"deeper": deep}}
    error = error_from_plain(
        {
            "code": "c" * 999,
            "what": "x" * 99_999,
            "remedy": "x" * 99_999,
            "values": {**many, "reason": {"message": deep}},
        }
    )
    assert len(error.what) == len(error.remedy) == 2_000 and len(error.code) == 60
    assert len(json.dumps(error_to_plain(error))) < 5_000_000


def test_a_code_that_a_language_does_not_know_is_said_in_english() -> None:
    error = an_error()
    assert error_sentences(error, "fr") == (error.what, error.remedy)
    assert say_error(error, "fr") == SAID


def test_an_error_that_was_kept_before_there_were_codes_is_shown_as_it_was() -> None:
    error = error_from_plain({"kind": "ConflictError", "what": "it is {taken}", "where": "", "remedy": "Wait."})
    assert (error.code, say_error(error, "ru")) == ("", "it is {taken}. Wait.")


def test_an_error_without_a_sentence_is_said_by_its_code() -> None:
    assert str(InputError("no_such_code", where="a.csv")) == "a.csv: no_such_code."


def test_every_error_is_caught_as_one_of_ours() -> None:
    with pytest.raises(OpenCWCError, match="there is no"):
        raise an_error()
