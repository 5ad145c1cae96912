"""The patterns by which laws are read stand in every language that laws are read in, and compile."""

from __future__ import annotations

import pytest
import yaml

from opencwc.convention.measures import READ_LANGUAGES
from opencwc.legislation.patterns import FILE, pattern, written

OF_EVERY_LANGUAGE = ("treaty_names", "body_names", "allowing", "measuring", "means", "called", "closing")


@pytest.mark.parametrize("table", OF_EVERY_LANGUAGE)
def test_every_language_has_a_pattern_that_compiles(table: str) -> None:
    assert set(written(table)) == set(READ_LANGUAGES)
    assert all(pattern(lang, table) is not None for lang in READ_LANGUAGES)


def test_a_language_without_a_pattern_has_none() -> None:
    assert pattern("en", "inside_words") is None
    assert pattern("zh", "inside_words") is not None
    assert pattern("pt", *OF_EVERY_LANGUAGE) is None


def test_patterns_of_several_tables_are_looked_for_together() -> None:
    names = pattern("en", "treaty_names", "body_names")

    assert names is not None
    assert names.search("organisation for the prohibition of chemical weapons")
    assert names.search(
        "convention on the prohibition of the development\nof chemical weapons and on their destruction"
    )


def test_tables_are_those_of_the_file() -> None:
    assert {table: written(table) for table in yaml.safe_load(FILE.read_text(encoding="utf-8"))} == yaml.safe_load(
        FILE.read_text(encoding="utf-8")
    )
