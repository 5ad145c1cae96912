"""A paper that is missing denies nothing, and neither does an exception."""

from __future__ import annotations

import pytest

from opencwc.claims.denials import is_excepted, without_papers
from opencwc.claims.substances import find_substances
from opencwc.language.plain_text import plain_text
from opencwc.reports.agents import named_agents


@pytest.mark.parametrize(
    ("lang", "text", "denied"),
    [
        ("en", "He sold chlorine without a licence.", False),
        ("en", "No chlorine was found.", True),
        ("fr", "Il a vendu sans licence du chlore.", False),
        ("es", "Vendió sin permiso cloro a granel.", False),
        ("ru", "Он без лицензии продавал хлор.", False),
        ("ru", "Хлора, предназначенного для очистки воды, не обнаружено.", True),
        ("ar", "لن يخرج الكلور من الميناء إلا برخصة.", False),
        ("zh", "他涉嫌无证销售氯气。", False),
        ("zh", "未检出氯气。", True),
    ],
)
def test_only_what_is_said_not_to_be_there_is_denied(lang: str, text: str, *, denied: bool) -> None:
    found = find_substances(plain_text(text, lang), lang, named_agents(text))
    assert [one.denied for one in found] == [denied]


def test_a_text_without_its_papers_keeps_its_length() -> None:
    text = "sold without a valid licence in may"
    assert len(without_papers(text, "en")) == len(text)
    assert not is_excepted(text, "en")
    assert is_excepted("nothing leaves without a licence", "en")
