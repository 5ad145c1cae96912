"""The same texts checked again are answered from what was said before; anything else that changes makes it anew."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from opencwc.convention.measures import Measures
from opencwc.legislation import Checked, check_texts, law_check
from opencwc.legislation.checked_before import CheckedBefore
from opencwc.legislation.texts.legal_texts import LegalText

from .conftest import DAY

TEXT = (
    "Section 1. Ban\nNo person shall use a chemical weapon.\nSection 2. Offence\nWhoever breaks section 1 is guilty.\n"
)


@pytest.fixture
def checked(encoder: Any, measures: Measures) -> Checked:
    return check_texts([LegalText("act.txt", TEXT)], "FRA", DAY, measures=measures, encoder=encoder, model=False)


def before(checked: Checked, measures: Measures, folder: Path, **about: object) -> CheckedBefore:
    return CheckedBefore(checked.law, measures, about, folder)


def test_a_check_is_read_as_it_was_kept(checked: Checked, measures: Measures, tmp_path: Path) -> None:
    assert before(checked, measures, tmp_path).read() is None
    before(checked, measures, tmp_path).keep(checked)
    assert before(checked, measures, tmp_path).read() == checked


def test_other_texts_another_day_and_other_measures_are_checked_anew(
    checked: Checked, measures: Measures, tmp_path: Path
) -> None:
    before(checked, measures, tmp_path).keep(checked)
    text = replace(checked.law.texts[0], text=TEXT.replace("chemical", "biological"))
    others = [
        replace(checked, law=replace(checked.law, texts=(text,))),
        replace(checked, law=replace(checked.law, as_of=date(2027, 1, 1))),
        replace(checked, law=replace(checked.law, state="DEU")),
    ]
    assert all(before(other, measures, tmp_path).read() is None for other in others)
    fewer = copy(measures)
    fewer.measures = measures.measures[1:]
    assert before(checked, fewer, tmp_path).read() is None
    assert before(checked, measures, tmp_path, model="on").read() is None


def test_what_cannot_be_read_is_made_anew(checked: Checked, measures: Measures, tmp_path: Path) -> None:
    before(checked, measures, tmp_path).keep(checked)
    (file,) = (tmp_path / "checks").iterdir()
    for broken in ("", "{}", '{"summary": {}, "answers": []}'):
        file.write_text(broken, encoding="utf-8")
        assert before(checked, measures, tmp_path).read() is None


def test_what_is_kept_holds_no_text_of_the_law(checked: Checked, measures: Measures, tmp_path: Path) -> None:
    before(checked, measures, tmp_path).keep(checked)
    (file,) = (tmp_path / "checks").iterdir()
    assert "Whoever breaks section 1" not in file.read_text(encoding="utf-8")


def test_a_second_check_says_the_same_and_searches_nothing(
    encoder: Any, measures: Measures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(law_check, "named_encoder", lambda: encoder)
    told: list[str] = []

    def check() -> Checked:
        texts = [LegalText("act.txt", TEXT)]
        tell = lambda step, done, of: told.append(step)  # noqa: E731
        return check_texts(texts, "FRA", DAY, measures=measures, model=False, cache=tmp_path, progress=tell)

    first = check()
    assert "searching" in told
    told.clear()
    assert check() == first and told == ["elements"]
