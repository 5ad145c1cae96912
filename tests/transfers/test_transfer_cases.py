"""Every case of tests/cases/transfers, judged as a lawyer wrote it: the verdict, the duties and their days."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from opencwc.convention.fields import load_yaml
from opencwc.screening.model import Question
from opencwc.transfers.check.certificates import certificate_of
from opencwc.transfers.check.checking import Answer, Checker
from opencwc.transfers.check.shipments import shipment_of
from opencwc.wording import LANGUAGES, sentence

FILES = sorted((Path(__file__).parents[1] / "cases" / "transfers").glob("*.yaml"))
ASKED = date(2026, 11, 25)


@cache
def cases_of(file: Path) -> list[dict[str, Any]]:
    """The cases of a file, each with the topic it stands under."""
    return [{**case, "topic": file.stem} for case in load_yaml(file.read_text(encoding="utf-8"))]


@cache
def laws(day: date, lists: tuple[str, ...]) -> Checker:
    return Checker(Question(day, lists))


def answer(case: dict[str, Any]) -> Answer:
    """Answer the case's own shipment, the last of its ledger."""
    day, lists = case.get("as_of", ASKED), tuple(case.get("lists", ["CWC"]))
    certificates = [
        certificate_of(row, texts(certificate)) for row, certificate in enumerate(case.get("certificates", ()), 1)
    ]
    checker = Checker(Question(day, lists), certificates)
    checker._laws = laws(day, lists)._laws  # what has been read once stays read
    ledger = [
        shipment_of(row, texts(planned)) for row, planned in enumerate([*case.get("before", ()), case["shipment"]], 1)
    ]
    return [*checker.check(ledger)][-1]


def texts(fields: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in fields.items()}


def duties_of(answered: Answer) -> list[str]:
    return sorted(
        f"{duty.rule.id} {duty.state} {duty.due or ''}".strip() for duty in answered.owed if duty.state != "told"
    )


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_each_case_is_judged_as_written(file: Path) -> None:
    wrong = []
    for case in cases_of(file):
        answered = answer(case)
        entries = sorted(
            f"{finding.rule.list} {finding.rule.entry} {finding.verdict}"
            for finding in answered.findings
            if finding.rule
        )
        got = (str(answered.verdict), duties_of(answered), entries if "entries" in case else None)
        expected = (case["verdict"], sorted(case["duties"]), sorted(case["entries"]) if "entries" in case else None)
        if got != expected:
            wrong.append((case["name"], "wanted", expected, "got", got, sentence(answered.findings[0].message)))
    assert not wrong


def test_there_are_enough_cases_and_each_says_why() -> None:
    cases = [case for file in FILES for case in cases_of(file)]
    assert len(cases) >= 200
    assert all(case["because"].strip() for case in cases)
    assert max(Counter((case["topic"], case["name"]) for case in cases).values()) == 1


def test_every_rule_but_those_only_told_decides_a_case() -> None:
    decided = {duty.split()[0] for file in FILES for case in cases_of(file) for duty in case["duties"]}
    rules = {
        rule.id
        for rule in laws(ASKED, ("CWC",))._rules
        if rule.effect in ("prohibited", "only_for", "not_for", "paper", "later")
    }
    assert rules <= decided


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_answer_is_said_in_every_language(lang: str) -> None:
    for file in FILES:
        for case in cases_of(file)[::3]:
            answered = answer(case)
            sentences = [sentence(finding.message, lang) for finding in answered.findings]
            sentences += [sentence(duty.told, lang) for duty in answered.owed]
            assert not [sentence for sentence in sentences if "transfers_" in sentence or "{" in sentence]
