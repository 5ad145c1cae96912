"""A message that strings facts together is taken apart into sentences, in every language; values stay whole."""

from __future__ import annotations

import pytest

from opencwc.finding import Message, Value
from opencwc.wording import LANGUAGES, sentence
from opencwc.wording.clauses import clauses

OWED = Message("transfers_owed_needed", {"says": Message("transfers_rule_s1_justified"), "due": ""})
REASON = Message("transfers_and", {"first": Message("transfers_and", {"first": OWED, "second": OWED}), "second": OWED})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_chain_of_messages_is_a_sentence_each_and_each_once(lang: str) -> None:
    assert clauses(REASON, lang) == [sentence(OWED, lang)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_template_is_parted_at_its_semicolons(lang: str) -> None:
    names = ("exporter", "via", "importer", "substance", "start", "into_kg", "onward_kg", "direct_before_kg", "unusual")
    route: dict[str, Value] = dict.fromkeys(names, "?")
    parts = clauses(Message("pattern_new_route", route), lang)
    assert len(parts) > 2
    assert not any(sign in part for part in parts for sign in ";；؛")


def test_what_somebody_wrote_is_never_parted() -> None:
    told = Message("transfers_check_purpose_other", {"text": "soap; or paint"})
    assert any("soap; or paint" in part for part in clauses(told))


def test_semicolons_in_brackets_part_nothing() -> None:
    resting: dict[str, Value] = {"says": OWED, "source": "VA VI.5", "evidence": Message("evidence_treaty")}
    assert clauses(Message("transfers_resting_on", resting)) == [sentence(Message("transfers_resting_on", resting))]


def test_a_message_without_semicolons_is_said_as_a_sentence() -> None:
    chemical = Message("chemical", {"cas": "111-48-8", "name": "Thiodiglycol"})
    assert clauses(chemical, "fr") == [sentence(chemical, "fr")]
    assert clauses("page_declarations_passed") == ["Deadline passed."]
