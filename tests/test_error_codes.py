"""Every error that the source raises has a code, one code has one sentence, and every language says it."""

from __future__ import annotations

import re

from error_sites import by_code, sites


def test_every_error_has_a_code_and_its_sentences_are_literals() -> None:
    assert len(sites()) > 500
    odd = [site for site in sites() if site.code is None or site.what is None or site.remedy is None]
    assert odd == []
    assert [code for code in by_code() if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", code)] == []


def test_one_code_has_one_sentence_and_one_remedy() -> None:
    assert {
        code: {(site.what, site.remedy) for site in places}
        for code, places in by_code().items()
        if len({(site.what, site.remedy) for site in places}) > 1
    } == {}


def test_no_sentence_stands_under_two_codes() -> None:
    codes: dict[tuple[str | None, str | None], set[str]] = {}
    for code, places in by_code().items():
        codes.setdefault((places[0].what, places[0].remedy), set()).add(code)
    shared = {key: names for key, names in codes.items() if len(names) > 1 and not key[0].startswith("{reason}")}
    assert shared == {}


def test_every_value_that_a_sentence_names_is_given() -> None:
    lacking = {site.place: site.named - site.values for site in sites() if site.named - site.values and not site.more}
    assert lacking == {}
