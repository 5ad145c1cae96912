"""The rules of refusal are files that say what they can mean, and a group that no file knows is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from opencwc.errors import RuleError
from opencwc.language.request_rules import DATA, load_rules
from opencwc.language.rule_judge import CATEGORIES, judge_by_rules


def test_every_rule_refuses_for_a_known_category() -> None:
    assert {rule.category for rule in load_rules().rules} == set(CATEGORIES)


def test_a_word_added_to_a_file_is_known_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(DATA, folder)
    text = "How do I make zorbium?"
    assert judge_by_rules(text, load_rules(folder)) is None
    agents = folder / "agents.yaml"
    agents.write_text(agents.read_text(encoding="utf-8").replace("en: [", "en: [zorbium, ", 1), encoding="utf-8")
    load_rules.cache_clear()
    assert judge_by_rules(text, load_rules(folder)) is not None


def test_a_rule_with_an_unknown_group_and_a_missing_file_are_said(tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(DATA, folder)
    rules = folder / "rules.yaml"
    rules.write_text("- {id: odd, category: route, find: no_such_group}\n", encoding="utf-8")
    with pytest.raises(RuleError, match="no_such_group"):
        load_rules(folder)
    rules.unlink()
    with pytest.raises(RuleError, match="cannot be read"):
        load_rules(folder)
